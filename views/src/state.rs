//! What is being looked at. All of it is in the address's query string, so that back and forward work and a link shows
//! the same to whoever may see it; a click is nothing but a link to the next state.

use crate::compare::Compare;
use crate::dimension::{Dimension, Panel};
use crate::filter::{self, Filter};
use crate::metric::Metric;
use crate::range::{Interval, Range};
use crate::view::View;
use form_urlencoded::Serializer;

/// Most parameters that a view may have of its own, and most bytes of one.
const OWN_MAX: usize = 64;
const OWN_BYTES_MAX: usize = 2_000;

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
    /// Width of the chart's buckets; none for what fits best.
    pub interval: Option<Interval>,
    /// What the chart shows.
    pub metric: Metric,
    /// What the view is narrowed to.
    pub filters: Vec<Filter>,
    /// The chosen lists of those panels that do not show their first.
    pub tabs: Vec<Dimension>,
    /// The long list on top, if open.
    pub detail: Option<Detail>,
    /// Whether the chart is shown as a table.
    pub as_table: bool,
    /// Whether the form for a new site is open.
    pub adding_site: bool,
    /// Colours; none for the system's.
    pub theme: Option<Theme>,
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
            interval: None,
            metric: Metric::Visitors,
            filters: Vec::new(),
            tabs: Vec::new(),
            detail: None,
            as_table: false,
            adding_site: false,
            theme: None,
            own: Vec::new(),
        }
    }
}

impl State {
    /// Reads a query string, with or without `?`. What it does not know or understand is left out.
    pub fn parse(query: &str) -> Self {
        let mut state = Self::default();
        let mut search = String::new();
        let mut page = 0;
        let mut detail = None;
        for (key, value) in form_urlencoded::parse(query.trim_start_matches('?').as_bytes()) {
            match &*key {
                "view" => state.view = View::parse(&value).unwrap_or_default(),
                "site" => state.site = Some(value.into_owned()).filter(|site| !site.is_empty()),
                "range" => state.range = Range::parse(&value).unwrap_or(state.range),
                "compare" => state.compare = Compare::parse(&value).unwrap_or(state.compare),
                "interval" => state.interval = Interval::parse(&value),
                "metric" => state.metric = Metric::parse(&value).unwrap_or(state.metric),
                "f" => Filter::read(&mut state.filters, &value),
                "tab" => state = Dimension::parse(&value).map_or(state.clone(), |dimension| state.show_tab(dimension)),
                "more" => detail = Dimension::parse(&value),
                "search" => search = value.into_owned(),
                "page" => page = value.parse().unwrap_or(0),
                "chart" => state.as_table = value == "table",
                "add" => state.adding_site = value == "site",
                "theme" => state.theme = [Theme::Light, Theme::Dark].into_iter().find(|theme| theme.name() == value),
                _ if state.own.len() < OWN_MAX && key.len() + value.len() <= OWN_BYTES_MAX => {
                    state.own.push((key.into_owned(), value.into_owned()));
                }
                _ => {}
            }
        }
        if state.view == View::Overview {
            state.own.clear();
        }
        state.detail = detail.map(|dimension| Detail { dimension, search, page });
        state
    }

    /// Reads the query string of a page: a share's has one view, whatever the address says, and no other page has that.
    pub fn of_page(query: &str, shared: bool) -> Self {
        if shared {
            return Self::parse(&[query, "&view=share"].concat());
        }
        let state = Self::parse(query);
        if state.view == View::Share { state.to_view(View::Overview) } else { state }
    }

    /// The query string, with `?`; what is as by default is left out.
    pub fn href(&self) -> String {
        let mut out = Serializer::for_suffix(String::from("?"), 1);
        let default = Self::default();
        if self.view != default.view {
            out.append_pair("view", self.view.name());
        }
        if let Some(site) = &self.site {
            out.append_pair("site", site);
        }
        if self.range != default.range {
            out.append_pair("range", &self.range.name());
        }
        if self.compare != default.compare {
            out.append_pair("compare", self.compare.name());
        }
        if let Some(interval) = self.interval {
            out.append_pair("interval", interval.name());
        }
        if self.metric != default.metric {
            out.append_pair("metric", self.metric.name());
        }
        for parameter in self.filters.iter().flat_map(Filter::parameters) {
            out.append_pair("f", &parameter);
        }
        for tab in &self.tabs {
            out.append_pair("tab", tab.name());
        }
        if let Some(detail) = &self.detail {
            out.append_pair("more", detail.dimension.name());
            if !detail.search.is_empty() {
                out.append_pair("search", &detail.search);
            }
            if detail.page > 0 {
                out.append_pair("page", &detail.page.to_string());
            }
        }
        for (condition, key, value) in [(self.as_table, "chart", "table"), (self.adding_site, "add", "site")] {
            if condition {
                out.append_pair(key, value);
            }
        }
        if let Some(theme) = self.theme {
            out.append_pair("theme", theme.name());
        }
        for (name, value) in &self.own {
            out.append_pair(name, value);
        }
        out.finish()
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

    /// Another view of the same site, days, filters and colours.
    #[must_use]
    pub fn to_view(&self, view: View) -> Self {
        let State { site, range, compare, filters, theme, .. } = self.clone();
        Self { view, site, range, compare, filters, theme, ..Self::default() }
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
        self.but(|state| {
            state.tabs.retain(|tab| tab.panel() != dimension.panel());
            if dimension.panel().dimensions().next() != Some(dimension) {
                state.tabs.push(dimension);
            }
        })
    }

    /// Narrows to a value or, if it was, no longer; closes the long list, whose job is done.
    #[must_use]
    pub fn toggle_filter(&self, dimension: Dimension, value: &str) -> Self {
        self.but(|state| {
            filter::toggle(&mut state.filters, dimension, value);
            state.detail = None;
        })
    }

    /// What the numbers depend on: two states with the same key show the same visits.
    pub fn key(&self) -> String {
        let State { site, range, compare, filters, .. } = self.clone();
        Self { site, range, compare, filters, ..Self::default() }.href()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_holds_the_whole_state() {
        let query = "?site=example.com&range=last-7-days&compare=year&interval=hour&metric=bounce_rate&f=is.page.%2Fa+b&f=is_not.source\
                     .x%26y&tab=exit_page&tab=utm_term&more=country&search=d%C3%A9&page=2&chart=table&add=site\
                     &theme=dark";
        let state = State::parse(query);
        assert_eq!(state.href(), query);
        assert_eq!(state.filters[0].values, ["/a b"]);
        assert_eq!(state.tab(Panel::Pages), Some(Dimension::ExitPage));
        assert_eq!(state.tab(Panel::Devices), Some(Dimension::Browser));
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
        let many = "&a=1".repeat(100);
        assert_eq!(State::parse(&["?view=outcomes", &many].concat()).own.len(), OWN_MAX);
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
