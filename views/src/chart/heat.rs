//! A table whose cells are coloured by their value, in eight classes of one hue: the hours of the week, the weeks of
//! retention. The table is its own accessible version.

use super::Unit;
use super::frame::figure;
use crate::markup::{Element, element};

/// How many classes there are above nothing.
const CLASSES: f64 = 8.0;

/// A row of cells.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatRow {
    /// What it is called.
    pub name: String,
    /// Shown before the cells where the table has a column for it: the size of a cohort.
    pub extra: String,
    /// From the first column on; none where there is no value yet. There may be fewer than columns.
    pub cells: Vec<Option<f64>>,
}

/// A table of values.
#[derive(Clone, Debug, PartialEq)]
pub struct Heat {
    /// What is shown.
    pub label: String,
    /// Of all values.
    pub unit: Unit,
    /// Head of the names' column: "Day".
    pub corner: String,
    /// Head of the column after it; none where there is none.
    pub extra: Option<String>,
    /// Heads of the values' columns.
    pub columns: Vec<String>,
    /// The rows from the top down.
    pub rows: Vec<HeatRow>,
    /// The value from which on the deepest class is given; none for the greatest that there is.
    pub top: Option<f64>,
    /// Whether values are written in the cells; otherwise they are there as titles and for screen readers.
    pub texts: bool,
    /// Whether only every third column's head is shown.
    pub sparse_heads: bool,
}

/// The table.
pub fn heat(chart: &Heat) -> Element {
    let cells = chart.rows.iter().flat_map(|row| row.cells.iter().copied().flatten());
    let top = chart.top.unwrap_or_else(|| cells.fold(0.0, f64::max));
    let head = |text: &str| element("th").with("scope", "col").text(text);
    let columns = chart.columns.iter().enumerate().map(|(place, column)| {
        let hidden = chart.sparse_heads && place % 3 != 0;
        if hidden { element("th").with("scope", "col").child(unseen(column)) } else { head(column) }
    });
    let heads = element("tr")
        .child(head(&chart.corner))
        .children(chart.extra.as_deref().map(|extra| head(extra).class("heat-extra")))
        .children(columns);
    let table = element("table")
        .class(if chart.texts { "heat heat-texts" } else { "heat" })
        .child(element("caption").class("visually-hidden").text(&chart.label))
        .child(element("thead").child(heads))
        .child(element("tbody").children(chart.rows.iter().map(|row| chart.row(row, top))));
    // What is wider than its card scrolls, by keyboard as well.
    figure("heat-scroll", &chart.label).with("tabindex", "0").child(table)
}

impl Heat {
    fn row(&self, row: &HeatRow, top: f64) -> Element {
        let cells = self.columns.iter().zip(&row.cells).map(|(column, value)| {
            let Some(value) = value else { return element("td").class("heat-none") };
            let text = self.unit.show_exactly(*value);
            let title = [&row.name, ", ", column, ": ", &text].concat();
            let cell = element("td").class(["heat-", class(*value, top)].concat()).with("title", title);
            if self.texts { cell.text(self.unit.show(*value)) } else { cell.child(unseen(&text)) }
        });
        let missing = (row.cells.len()..self.columns.len()).map(|_| element("td").class("heat-none"));
        element("tr")
            .child(element("th").with("scope", "row").text(&row.name))
            .children(self.extra.as_ref().map(|_| element("td").class("heat-extra").text(&row.extra)))
            .children(cells)
            .children(missing)
    }
}

fn unseen(text: &str) -> Element {
    element("span").class("visually-hidden").text(text)
}

/// The class of a value: 0 for nothing, then eight of the same width up to `top`.
fn class(value: f64, top: f64) -> &'static str {
    if value <= 0.0 || top <= 0.0 {
        return "0";
    }
    level((value / top * CLASSES).ceil() as usize)
}

/// The name of a class from 1 to 8; what is past them is the nearest of them.
pub(super) fn level(class: usize) -> &'static str {
    let names = ["1", "2", "3", "4", "5", "6", "7", "8"];
    names.get(class.saturating_sub(1)).copied().unwrap_or("8")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Node;
    use crate::sample;
    use expect_test::expect_file;

    fn sample_heat() -> Heat {
        let row = |name: &str, extra: &str, cells: &[Option<f64>]| HeatRow {
            name: name.into(),
            extra: extra.into(),
            cells: cells.into(),
        };
        Heat {
            label: "Retention by week".into(),
            unit: Unit::Percent,
            corner: "Week of".into(),
            extra: Some("Visitors".into()),
            columns: ["0", "1", "2"].map(Into::into).into(),
            rows: vec![
                row("2 Nov", "1,204", &[Some(100.0), Some(31.4), Some(0.0)]),
                row("9 Nov", "900", &[Some(100.0), None]),
                row("16 Nov", "0", &[]),
            ],
            top: Some(50.0),
            texts: true,
            sparse_heads: false,
        }
    }

    #[test]
    fn a_triangle_of_percentages() {
        expect_file!["../../snapshots/chart-heat.html"].assert_eq(&sample::lines(&heat(&sample_heat())));
    }

    #[test]
    fn values_fall_into_eight_classes() {
        for (value, top, expected) in [
            (0.0, 80.0, "0"),
            (-1.0, 80.0, "0"),
            (0.1, 80.0, "1"),
            (10.0, 80.0, "1"),
            (10.1, 80.0, "2"),
            (80.0, 80.0, "8"),
            (400.0, 80.0, "8"),
            (5.0, 0.0, "0"),
            (f64::NAN, 80.0, "1"),
        ] {
            assert_eq!(class(value, top), expected, "{value} of {top}");
        }
    }

    #[test]
    fn values_that_are_not_written_are_still_said() {
        let html = Node::from(heat(&Heat { texts: false, sparse_heads: true, ..sample_heat() })).html();
        assert!(html.contains("<span class=\"visually-hidden\">31.4%</span>"), "{html}");
        assert!(html.contains("title=\"2 Nov, 1: 31.4%\""), "{html}");
        assert_eq!(html.matches("<th scope=\"col\"><span class=\"visually-hidden\">").count(), 2);
    }
}
