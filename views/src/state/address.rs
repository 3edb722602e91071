//! The state in the address: how it is written and read.

use super::{Detail, Dialog, Keys, State, Theme};
use crate::chart::MOST;
use crate::compare::Compare;
use crate::compose::{self, Compose};
use crate::date::Date;
use crate::dimension::Dimension;
use crate::filter::address;
use crate::language::Language;
use crate::metric::Metric;
use crate::range::{Interval, Range};
use crate::view::View;
use form_urlencoded::Serializer;

/// Most parameters that a view may have of its own, and most bytes of one.
pub(super) const OWN_MAX: usize = 64;
const OWN_BYTES_MAX: usize = 4_000;

impl State {
    /// Reads a query string, with or without `?`. What it does not know or understand is left out.
    pub fn parse(query: &str) -> Self {
        let mut read = Read::default();
        for (key, value) in form_urlencoded::parse(query.trim_start_matches('?').as_bytes()) {
            read.take(&key, &value);
        }
        read.done()
    }

    /// The query string, with `?`; what is as by default is left out.
    pub fn href(&self) -> String {
        let mut out = Serializer::for_suffix(String::from("?"), 1);
        let (range, compare) = (self.range.name(), self.compare.name());
        let default = Self::default();
        put(
            &mut out,
            [
                ("view", when(self.view != default.view, self.view.name())),
                ("site", self.site.as_deref().unwrap_or_default()),
                ("range", when(self.range != default.range, &range)),
                ("compare", when(self.compare != default.compare, &compare)),
                ("interval", self.interval.map_or("", Interval::name)),
                ("metric", when(self.metric != default.metric, self.metric.name())),
            ],
        );
        put(&mut out, self.beside.iter().map(|metric| ("beside", metric.name())));
        for (key, filters) in [("f", &self.filters), ("off", &self.off)] {
            put(&mut out, address::write(filters).iter().map(|parameter| (key, parameter.as_str())));
        }
        put(&mut out, self.tabs.iter().map(|tab| ("tab", tab.name())));
        put(&mut out, [("property", self.property.as_deref().unwrap_or_default())]);
        if let Some(Detail { dimension, search, page }) = &self.detail {
            let page = page.to_string();
            put(&mut out, [("more", dimension.name()), ("search", search), ("page", when(page != "0", &page))]);
        }
        if let Some(dialog) = &self.dialog {
            put(&mut out, [("dialog", dialog.name())]);
            if let Dialog::Filters(compose) = dialog {
                for (name, value) in compose.write(&self.filters) {
                    out.append_pair(name, &value);
                }
            }
        }
        put(
            &mut out,
            [
                ("weekday", when(self.match_weekday, "same")),
                ("chart", when(self.as_table, "table")),
                ("add", when(self.adding_site, "site")),
                ("keys", when(self.keys == Keys::Off, "off")),
                ("theme", self.theme.map_or("", Theme::name)),
                ("lang", self.language.map_or("", Language::tag)),
            ],
        );
        for (name, value) in &self.own {
            out.append_pair(name, value);
        }
        out.finish()
    }
}

/// What is in an address under a condition: nothing stands for what is left out.
fn when(is: bool, value: &str) -> &str {
    if is { value } else { "" }
}

/// Appends parameters, but those of no value.
fn put<'a>(out: &mut Serializer<'_, String>, parameters: impl IntoIterator<Item = (&'a str, &'a str)>) {
    for (key, value) in parameters {
        if !value.is_empty() {
            out.append_pair(key, value);
        }
    }
}

/// What was read of an address so far.
#[derive(Default)]
struct Read {
    state: State,
    filters: Vec<String>,
    off: Vec<String>,
    detail: Option<Dimension>,
    search: String,
    page: u32,
    dialog: String,
    composing: Vec<(String, String)>,
    /// Days that were typed into forms: of the range, then those that it is compared with.
    days: [Option<Date>; 4],
}

impl Read {
    fn take(&mut self, key: &str, value: &str) {
        let state = &mut self.state;
        let some = || Some(value.to_owned()).filter(|value| !value.is_empty());
        match key {
            "view" => state.view = View::parse(value).unwrap_or_default(),
            "site" => state.site = some(),
            "range" => state.range = Range::parse(value).unwrap_or(state.range),
            "compare" => state.compare = Compare::parse(value).unwrap_or(state.compare),
            "interval" => state.interval = Interval::parse(value),
            "metric" => state.metric = Metric::parse(value).unwrap_or(state.metric),
            "beside" => state.beside.extend(
                Metric::parse(value).filter(|metric| state.beside.len() < MOST && !state.beside.contains(metric)),
            ),
            "f" => self.filters.push(value.to_owned()),
            "off" => self.off.push(value.to_owned()),
            "weekday" => state.match_weekday = value == "same",
            "keys" => state.keys = if value == "off" { Keys::Off } else { Keys::On },
            "dialog" => self.dialog = value.to_owned(),
            "first" => self.days[0] = Date::parse(value),
            "last" => self.days[1] = Date::parse(value),
            "compare-first" => self.days[2] = Date::parse(value),
            "compare-last" => self.days[3] = Date::parse(value),
            "tab" => Dimension::parse(value).into_iter().for_each(|dimension| state.take_tab(dimension)),
            "property" => state.property = some(),
            "more" => self.detail = Dimension::parse(value),
            "search" => self.search = value.to_owned(),
            "page" => self.page = value.parse().unwrap_or(0),
            "chart" => state.as_table = value == "table",
            "add" => state.adding_site = value == "site",
            "theme" => state.theme = [Theme::Light, Theme::Dark].into_iter().find(|theme| theme.name() == value),
            "lang" => state.language = Language::parse(value),
            name if compose::is_parameter(name) => self.composing.push((name.to_owned(), value.to_owned())),
            _ if state.own.len() < OWN_MAX && key.len() + value.len() <= OWN_BYTES_MAX => {
                state.own.push((key.to_owned(), value.to_owned()));
            }
            _ => {}
        }
    }

    fn done(self) -> State {
        let mut state = self.state;
        if state.view == View::Overview {
            state.own.clear();
        }
        let [first, last, compare_first, compare_last] = self.days;
        if let (Some(first), Some(last)) = (first, last) {
            (state.range, state.interval) = (Range::Days(first.min(last), first.max(last)), None);
        }
        if let (Some(first), Some(last)) = (compare_first, compare_last) {
            state.compare = Compare::Days(first.min(last), first.max(last));
        }
        state.filters = address::read(&self.filters);
        state.off = address::read(&self.off);
        state.dialog = match self.dialog.as_str() {
            "filters" => Compose::read(&self.composing, &mut state.filters).map(Dialog::Filters),
            "keys" => Some(Dialog::Keys),
            _ => None,
        };
        let (search, page) = (self.search, self.page);
        state.detail = self.detail.map(|dimension| Detail { dimension, search, page });
        state
    }
}
