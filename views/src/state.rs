//! What is being looked at. All of it is in the address's query string, so that back and forward work and a link shows
//! the same to whoever may see it; a click is nothing but a link to the next state.

mod address;

use crate::compare::Compare;
use crate::compose::Compose;
use crate::dimension::{Dimension, Panel};
use crate::filter::place::Place;
use crate::filter::{self, Filter};
use crate::language::Language;
use crate::metric::Metric;
use crate::range::{Interval, Range};
use crate::view::View;

/// Colours, where the reader does not leave them to the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// The name in addresses and in the attribute `data-theme`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// The long list of one dimension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// What it lists.
    pub dimension: Dimension,
    /// Only values that contain this; empty for all.
    pub search: String,
    /// Which page of it, from 0.
    pub page: u32,
}

/// Whether single keys do anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// They do.
    On,
    /// They do not, for those whom they are in the way of.
    Off,
}

/// What lies on top of a view, beside the long list; each is a module of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// The composer of filters.
    Filters(Compose),
    /// The sheet of keys.
    Keys,
}

impl Dialog {
    /// The name in addresses, and of its module.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Filters(_) => "filters",
            Self::Keys => "keys",
        }
    }
}

/// What is being looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Which of the site's views.
    pub view: View,
    /// The site's domain; none for the first of the owner's sites.
    pub site: Option<String>,
    /// Which days.
    pub range: Range,
    /// What the numbers are compared with.
    pub compare: Compare,
    /// Whether the days that numbers are compared with begin on the same day of the week.
    pub match_weekday: bool,
    /// Width of the chart's buckets; none for what fits best.
    pub interval: Option<Interval>,
    /// What the chart shows.
    pub metric: Metric,
    /// What the chart shows beside it.
    pub beside: Vec<Metric>,
    /// What the view is narrowed to.
    pub filters: Vec<Filter>,
    /// Filters that are switched off, to be switched on again.
    pub off: Vec<Filter>,
    /// The chosen lists of those panels that do not show their first.
    pub tabs: Vec<Dimension>,
    /// The property of events whose values are listed.
    pub property: Option<String>,
    /// The long list on top, if open.
    pub detail: Option<Detail>,
    /// What else lies on top, if anything does.
    pub dialog: Option<Dialog>,
    /// Whether single keys do anything.
    pub keys: Keys,
    /// Whether the chart is shown as a table.
    pub as_table: bool,
    /// Whether the form for a new site is open.
    pub adding_site: bool,
    /// Colours; none for the system's.
    pub theme: Option<Theme>,
    /// The language; none for the one that the browser asks for.
    pub language: Option<Language>,
    /// What else the view knows of, by name, in the order given. The overview has none.
    pub own: Vec<(String, String)>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            view: View::Overview,
            site: None,
            range: Range::LastDays(28),
            compare: Compare::default(),
            match_weekday: false,
            interval: None,
            metric: Metric::Visitors,
            beside: Vec::new(),
            filters: Vec::new(),
            off: Vec::new(),
            tabs: Vec::new(),
            property: None,
            detail: None,
            dialog: None,
            keys: Keys::On,
            as_table: false,
            adding_site: false,
            theme: None,
            language: None,
            own: Vec::new(),
        }
    }
}

impl State {
    /// Reads the query string of a page: a share's has one view, whatever the address says, and no other page has that.
    pub fn of_page(query: &str, shared: bool) -> Self {
        if shared {
            return Self::parse(&[query, "&view=share"].concat());
        }
        let state = Self::parse(query);
        if state.view == View::Share { state.to_view(View::Overview) } else { state }
    }

    /// The view's own parameter of that name; the first if there are several.
    pub fn own(&self, name: &str) -> Option<&str> {
        self.own.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// All of the view's own parameters of that name.
    pub fn owns<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.own.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// This state with the view's own parameter of that name set to this value alone, or without it.
    #[must_use]
    pub fn with_own(&self, name: &str, value: Option<&str>) -> Self {
        self.but(|state| {
            state.own.retain(|(known, _)| known != name);
            state.own.extend(value.map(|value| (name.to_owned(), value.to_owned())));
        })
    }

    /// This state with one of the view's own parameters of that name, the one at a place among them, at another place.
    #[must_use]
    pub fn with_moved(&self, name: &str, from: usize, to: usize) -> Self {
        let mut values: Vec<String> = self.owns(name).map(str::to_owned).collect();
        if from >= values.len() || to >= values.len() {
            return self.clone();
        }
        let value = values.remove(from);
        values.insert(to, value);
        self.but(|state| {
            let places = state.own.iter_mut().filter(|(known, _)| known == name);
            places.zip(values).for_each(|((_, place), value)| *place = value);
        })
    }

    /// A beginning for the same reader: what is chosen for all of the dashboard stays as it is.
    #[must_use]
    pub fn afresh(&self) -> Self {
        Self { keys: self.keys, theme: self.theme, language: self.language, ..Self::default() }
    }

    /// Another view of the same site, days and filters.
    #[must_use]
    pub fn to_view(&self, view: View) -> Self {
        let State { site, range, compare, match_weekday, filters, off, .. } = self.clone();
        Self { view, site, range, compare, match_weekday, filters, off, ..self.afresh() }
    }

    /// This state with a change, for the links of a view.
    #[must_use]
    pub fn but(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut state = self.clone();
        change(&mut state);
        state
    }

    /// The list that a panel shows.
    pub fn tab(&self, panel: Panel) -> Option<Dimension> {
        let chosen = self.tabs.iter().copied().find(|dimension| dimension.panel() == panel);
        chosen.or_else(|| panel.dimensions().next())
    }

    /// Shows a list in its panel.
    #[must_use]
    pub fn show_tab(&self, dimension: Dimension) -> Self {
        self.but(|state| state.take_tab(dimension))
    }

    fn take_tab(&mut self, dimension: Dimension) {
        self.tabs.retain(|tab| tab.panel() != dimension.panel());
        if dimension.panel().dimensions().next() != Some(dimension) {
            self.tabs.push(dimension);
        }
    }

    /// Narrows to a value or, if it was, no longer; closes the long list, whose job is done.
    #[must_use]
    pub fn toggle_filter(&self, dimension: Dimension, value: &str) -> Self {
        self.but(|state| {
            filter::toggle(&mut state.filters, dimension, value);
            state.detail = None;
        })
    }

    /// Leaves a value out or, if it was, no longer; closes the long list, whose job is done.
    #[must_use]
    pub fn toggle_exclusion(&self, dimension: Dimension, value: &str) -> Self {
        self.but(|state| {
            filter::exclude(&mut state.filters, dimension, value);
            state.detail = None;
        })
    }

    /// With the composer open on a place among the filters.
    #[must_use]
    pub fn composing(&self, place: Place) -> Self {
        self.but(|state| {
            state.detail = None;
            state.dialog = Some(Dialog::Filters(Compose::at(place, &state.filters)));
        })
    }

    /// What the numbers depend on: two states with the same key show the same visits.
    pub fn key(&self) -> String {
        let State { site, range, compare, match_weekday, filters, .. } = self.clone();
        Self { site, range, compare, match_weekday, filters, ..Self::default() }.href()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_holds_the_whole_state() {
        let query = "?site=example.com&range=last-7-days&compare=year&interval=hour&metric=bounce_rate&f=is.page.%2Fa+b&f=is_not.source\
                     .x%26y&tab=exit_page&tab=utm_term&more=country&search=d%C3%A9&page=2&chart=table&add=site\
                     &theme=dark&lang=pt-BR";
        let state = State::parse(query);
        assert_eq!(state.href(), query);
        assert_eq!(state.filters[0], Filter::is(Dimension::Page, "/a b"));
        assert_eq!(state.tab(Panel::Pages), Some(Dimension::ExitPage));
        assert_eq!(state.tab(Panel::Devices), Some(Dimension::Browser));
    }

    #[test]
    fn filters_dialogs_and_switches_are_in_the_address() {
        for query in [
            "?f=any&f=is.os.Linux&f=is.country.DE&f=end&f=segment.3&off=contains-i.page.a&weekday=same&keys=off",
            "?f=is.os.Linux&dialog=filters&filter-at=0",
            "?dialog=filters&filter-at=new&filter-field=os&filter-op=is&filter-value=a&filter-typed=b",
            "?dialog=keys&keys=off",
        ] {
            assert_eq!(State::parse(query).href(), query);
        }
        let typed = State::parse("?interval=hour&first=2026-11-03&last=2026-11-01");
        assert_eq!(typed.href(), "?range=2026-11-01..2026-11-03");
        assert_eq!(State::parse("?first=2026-11-03&last=x"), State::default());
        let compared = State::parse("?compare-first=2026-01-03&compare-last=2026-01-09");
        assert_eq!(compared.href(), "?compare=2026-01-03..2026-01-09");
    }

    #[test]
    fn what_a_reader_chose_for_all_of_the_dashboard_stays_on_any_page() {
        let state = State::parse("?view=goals&site=a.example&range=today&f=is.os.Linux&keys=off&theme=dark&lang=de");
        assert_eq!(state.afresh().href(), "?keys=off&theme=dark&lang=de");
        assert_eq!(
            State { site: Some("b.example".into()), ..state.afresh() }.href(),
            "?site=b.example&keys=off&theme=dark&lang=de"
        );
    }

    #[test]
    fn a_view_has_parameters_of_its_own() {
        let state = State::parse("?view=outcomes&range=today&step=a%26b&step=c&window=7");
        assert_eq!(state.owns("step").collect::<Vec<_>>(), ["a&b", "c"]);
        assert_eq!(
            state.with_own("window", None).with_own("step", Some("d")).href(),
            "?view=outcomes&range=today&step=d"
        );
        assert_eq!(state.to_view(View::Overview).href(), "?range=today");
        assert_eq!(State::parse("?lang=de&theme=dark").to_view(View::Sites).href(), "?view=sites&theme=dark&lang=de");
        let many = "&a=1".repeat(100);
        assert_eq!(State::parse(&["?view=outcomes", &many].concat()).own.len(), address::OWN_MAX);
    }

    #[test]
    fn parameters_of_one_name_can_be_put_into_another_order() {
        let state = State::parse("?view=outcomes&w=a&x=1&w=b&w=c");
        for (from, to, expected) in
            [(0, 2, "w=b&x=1&w=c&w=a"), (2, 0, "w=c&x=1&w=a&w=b"), (1, 1, "w=a&x=1&w=b&w=c"), (3, 0, "w=a&x=1&w=b&w=c")]
        {
            assert_eq!(state.with_moved("w", from, to).href(), ["?view=outcomes&", expected].concat());
        }
    }

    #[test]
    fn only_the_page_of_a_share_has_its_view() {
        assert_eq!(State::of_page("?view=share&days=7d", false), State::default());
        let state = State::of_page("?view=settings&days=7d", true);
        assert_eq!((state.view, state.own("days")), (View::Share, Some("7d")));
        assert_eq!(State::of_page(&state.href(), true), state);
    }

    #[test]
    fn what_is_not_understood_is_left_out() {
        assert_eq!(
            State::parse("?range=never&interval=1&f=&tab=&more=&page=-1&theme=pink&__proto__=1&%ff"),
            State::default()
        );
        assert_eq!(State::default().href(), "?");
    }

    #[test]
    fn the_first_list_of_a_panel_needs_no_words_in_the_address() {
        let state = State::default().show_tab(Dimension::Channel).show_tab(Dimension::Os);
        assert_eq!(state.href(), "?tab=channel&tab=os");
        assert_eq!(state.show_tab(Dimension::Source).href(), "?tab=os");
    }

    #[test]
    fn only_site_days_and_filters_change_what_is_counted() {
        let state = State::parse("?f=is.os.Linux");
        assert_eq!(state.but(|state| state.metric = Metric::Visits).show_tab(Dimension::Os).key(), state.key());
        assert_ne!(state.toggle_filter(Dimension::Os, "Linux").key(), state.key());
    }
}
