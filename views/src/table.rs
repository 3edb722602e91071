//! A table of numbers: what each row is about, then its values.

use crate::markup::{Element, element};
use crate::panel::bar;

/// A row.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it is about: text or a link.
    pub head: Element,
    /// How long its bar is, 0 to 1; none for no bar.
    pub part: Option<f64>,
    /// Its values as shown.
    pub values: Vec<String>,
}

/// The table. `caption` says what it shows to those who hear it; `columns` are the headings, the first of them of what
/// the rows are about.
pub fn table(caption: &str, columns: &[String], rows: impl IntoIterator<Item = Row>) -> Element {
    let head = |text: &String| element("th").with("scope", "col").text(text);
    let body = rows.into_iter().map(|Row { head, part, values }| {
        let head = element("div").class("row").children(part.map(bar)).child(head.class("row-name"));
        element("tr")
            .child(element("th").with("scope", "row").child(head))
            .children(values.into_iter().map(|value| element("td").text(value)))
    });
    element("table")
        .class("numbers")
        .child(element("caption").class("visually-hidden").text(caption))
        .child(element("thead").child(element("tr").children(columns.iter().map(head))))
        .child(element("tbody").children(body))
}
