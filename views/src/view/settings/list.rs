//! A table of what a site has of something, with what can be done with each.

use crate::markup::{Element, element};
use crate::words::say;

/// The table. The first cell of a row names it; the last column, without a heading to see, is for what can be done.
pub(super) fn list(caption: String, columns: &[String], rows: impl IntoIterator<Item = Vec<Element>>) -> Element {
    let head = |text: &String| element("th").with("scope", "col").text(text);
    let actions =
        element("th").with("scope", "col").child(element("span").class("visually-hidden").text(say("Actions")));
    let body = rows.into_iter().map(|cells| {
        let cells = cells.into_iter().enumerate().map(|(index, cell)| match index {
            0 => element("th").with("scope", "row").child(cell),
            _ => element("td").child(cell),
        });
        element("tr").children(cells)
    });
    let table = element("table")
        .class("numbers listed")
        .child(element("caption").class("visually-hidden").text(caption))
        .child(element("thead").child(element("tr").children(columns.iter().map(head)).child(actions)))
        .child(element("tbody").children(body));
    element("div").class("listed-scroll").child(table)
}

/// A cell of text.
pub(super) fn cell(text: &str) -> Element {
    element("span").text(text)
}

/// The cell of what can be done with a row.
pub(super) fn actions(all: impl IntoIterator<Item = Element>) -> Element {
    element("div").class("actions").children(all)
}

/// Says that there is none yet, and what one is for.
pub(super) fn none(words: String) -> Element {
    element("p").class("nothing").text(words)
}

/// A part's heading with what it is for.
pub(super) fn headed(card: Element, title: String, lead: String) -> Element {
    card.child(element("h2").text(title)).child(element("p").class("lead").text(lead))
}

/// The heading of a form below a list.
pub(super) fn subtitle(text: String) -> Element {
    element("h3").class("subtitle").text(text)
}

/// The day of an instant as people write it; as it came where it is none.
pub(super) fn day(instant: &str) -> String {
    crate::date::Date::parse(instant).map_or_else(|| instant.to_owned(), crate::date::Date::long)
}
