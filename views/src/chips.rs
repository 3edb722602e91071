//! What the view is narrowed to, as chips: a click on the operator turns it round, one on the cross takes it away.

use crate::app::App;
use crate::filter::Filter;
use crate::icon::{Icon, icon};
use crate::markup::{Element, element};
use crate::panel;

/// The chips; none without filters.
pub fn chips(app: &App) -> Option<Element> {
    let filters = &app.state.filters;
    if filters.is_empty() {
        return None;
    }
    let chips = filters.iter().enumerate().map(|(index, filter)| element("li").child(chip(app, index, filter)));
    let clear =
        element("a").class("quiet").with("href", app.state.but(|state| state.filters.clear()).href()).text("Clear all");
    let list = element("ul").class("chips").with("aria-label", "Filters").children(chips);
    Some(list.children((filters.len() > 1).then(|| element("li").child(clear))))
}

fn chip(app: &App, index: usize, filter: &Filter) -> Element {
    let turned = app.state.but(|state| {
        if let Some(filter) = state.filters.get_mut(index) {
            filter.operator = filter.operator.negated();
        }
    });
    let without = app.state.but(|state| {
        if index < state.filters.len() {
            state.filters.remove(index);
        }
    });
    let all = words(app, filter);
    element("span")
        .class("chip")
        .with("title", all.as_str())
        .child(element("span").class("chip-dimension").text(filter.dimension.one()))
        .child(
            element("a")
                .class("chip-operator")
                .with("href", turned.href())
                .with("title", ["Change to “", filter.operator.negated().label(), "”"].concat())
                .text(filter.operator.label()),
        )
        .child(element("span").class("chip-values").text(values(app, filter)))
        .child(
            element("a")
                .class("chip-remove")
                .with("href", without.href())
                .with("aria-label", ["Remove filter: ", &all].concat())
                .child(icon(Icon::Cross)),
        )
}

fn values(app: &App, filter: &Filter) -> String {
    let values: Vec<String> =
        filter.values.iter().map(|value| panel::shown_name(app, filter.dimension, value)).collect();
    values.join(" or ")
}

/// The filter as words: `Source is Google or Bing`.
pub fn words(app: &App, filter: &Filter) -> String {
    [filter.dimension.one(), " ", filter.operator.label(), " ", &values(app, filter)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use expect_test::expect_file;

    #[test]
    fn chips_say_what_is_left_and_can_be_turned_or_taken_away() {
        assert!(chips(&sample::app("")).is_none());
        let app = sample::app("?f=is.source.Google&f=is.source.Bing&f=contains_not.page.%2Fblog");
        expect_file!["../snapshots/chips.html"].assert_eq(&sample::lines(&chips(&app).unwrap()));
    }
}
