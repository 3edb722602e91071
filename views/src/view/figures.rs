//! Tables of figures: heads that say what their numbers mean, cells that hold more than a text, and lists with bars.

use crate::format;
use crate::markup::{Element, element};
use crate::panel::bar;
use crate::words::{fill, say};

/// The head of a column.
pub(super) struct Head {
    /// Its name.
    pub(super) label: String,
    /// What its numbers mean.
    pub(super) title: String,
    /// Where a click leads to have the rows in its order, and whether they are.
    pub(super) sort: Option<(String, bool)>,
}

impl Head {
    /// One that does not sort.
    pub(super) fn new(label: String, title: String) -> Self {
        Self { label, title, sort: None }
    }

    fn markup(&self) -> Element {
        let th = element("th").with("scope", "col").with_if(!self.title.is_empty(), "title", &self.title);
        match &self.sort {
            None => th.text(&self.label),
            Some((href, chosen)) => th
                .with_if(*chosen, "aria-sort", "descending")
                .child(element("a").class("sort").with("href", href).text(&self.label)),
        }
    }
}

/// A table, which scrolls sideways where it is wider than its card. `caption` says what it shows to those who hear it.
pub(super) fn figures(caption: &str, heads: &[Head], rows: impl IntoIterator<Item = Element>) -> Element {
    let table = element("table")
        .class("numbers")
        .child(element("caption").class("visually-hidden").text(caption))
        .child(element("thead").child(element("tr").children(heads.iter().map(Head::markup))))
        .child(element("tbody").children(rows));
    let scroller = element("div").class("wide").with("tabindex", "0").with("role", "group");
    scroller.with("aria-label", caption).child(table)
}

/// A row: what it is about with a bar behind it (`part` is 0 to 1), then its cells.
pub(super) fn row(head: Element, part: Option<f64>, cells: impl IntoIterator<Item = Element>) -> Element {
    let head = element("div").class("row").children(part.map(bar)).child(head.class("row-name"));
    element("tr").child(element("th").with("scope", "row").child(head)).children(cells)
}

/// A cell with a text.
pub(super) fn cell(text: impl AsRef<str>) -> Element {
    element("td").text(text)
}

/// A cell with a value as `show` writes it, or a dash.
pub(super) fn value(value: Option<f64>, show: fn(f64) -> String) -> Element {
    cell(value.map_or_else(|| "–".to_owned(), show))
}

/// How much more or less a value is than before, in percent of it, or in points where the value is a percentage; none
/// where there is nothing to compare with. More is good.
pub(super) fn change(now: Option<f64>, before: Option<f64>, is_percentage: bool) -> Option<Element> {
    let (now, before) = now.zip(before).filter(|(_, before)| *before > 0.0)?;
    let (difference, scale) = if is_percentage { (now - before, 10.0) } else { ((now - before) / before * 100.0, 1.0) };
    let difference = (difference * scale).round() / scale;
    let size = format::decimal(difference.abs(), 1);
    let amount = if is_percentage { fill("{0} pts", &[&size]) } else { fill("{0}%", &[&size]) };
    let shown = if is_percentage { format::percentage(&format::decimal(before, 2)) } else { format::grouped(before) };
    let (class, arrow, word) = match difference {
        0.0 => ("change flat", "", say("unchanged")),
        rise if rise > 0.0 => ("change good", "↑", say("up")),
        _ => ("change bad", "↓", say("down")),
    };
    let change = element("span").class(class).with("title", fill("Before: {0}", &[&shown]));
    let arrow = element("span").with("aria-hidden", "true").text(arrow);
    Some(change.child(arrow).child(element("span").class("visually-hidden").text([&word, " "].concat())).text(amount))
}

/// An entry of a list with bars: `link` is what it stands in, `mark` what stands small before its name, `part` how long its
/// bar is (0 to 1).
pub(super) fn entry(
    link: Element,
    mark: Option<Element>,
    name: &str,
    part: f64,
    (count, beside): (f64, &str),
    title: &str,
) -> Element {
    let link = link
        .class("row")
        .with("title", title)
        .child(bar(part))
        .children(mark)
        .child(element("span").class("row-name").text(name))
        .child(element("span").class("row-value").text(format::count(count)))
        .child(element("span").class("row-share").text(beside));
    element("li").child(link)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Node;

    #[test]
    fn changes_are_in_percent_or_points() {
        for (now, before, is_percentage, expected) in [
            (Some(12.0), Some(10.0), false, Some(("change good", "20%"))),
            (Some(8.0), Some(10.0), false, Some(("change bad", "20%"))),
            (Some(10.0), Some(10.0), false, Some(("change flat", "0%"))),
            (Some(2.5), Some(1.25), true, Some(("change good", "1.3 pts"))),
            (Some(1.0), Some(0.0), false, None),
            (None, Some(1.0), false, None),
        ] {
            let html = change(now, before, is_percentage).map(|element| Node::from(element).html());
            match (html, expected) {
                (None, None) => {}
                (Some(html), Some((class, text))) => {
                    assert!(html.contains(class) && html.ends_with(&[text, "</span>"].concat()), "{html}");
                }
                other => panic!("{other:?}"),
            }
        }
    }
}
