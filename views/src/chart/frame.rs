//! What charts with axes share: where things lie, grid, axes, legend, the table that says the same, and the tips that
//! follow the pointer.

use super::Colour;
use crate::markup::{Element, element};
use crate::range::Interval;
use crate::scale;

/// The paths' own units across and down.
const UNITS: f64 = 10_000.0;

/// How many columns can still be pointed at.
const POINTABLE: usize = 400;

/// Where the buckets of a time axis lie.
#[derive(Clone, Copy)]
pub(super) enum Across {
    /// So many points, from one edge to the other.
    Points(usize),
    /// So many slots of the same width, in whose middle things stand.
    Slots(usize),
}

impl Across {
    /// How many there are.
    pub(super) fn count(self) -> usize {
        match self {
            Self::Points(count) | Self::Slots(count) => count,
        }
    }

    /// Where one of them lies, 0 to 1.
    pub(super) fn x(self, index: usize) -> f64 {
        match self {
            Self::Points(0 | 1) | Self::Slots(0) => 0.5,
            Self::Points(count) => index as f64 / (count - 1) as f64,
            Self::Slots(count) => (index as f64 + 0.5) / count as f64,
        }
    }
}

/// A part of the whole as a percentage with two decimals.
pub(super) fn percentage(part: f64) -> String {
    let hundredths = (part * UNITS).round() as i64;
    let fraction = (100 + hundredths.rem_euclid(100)).to_string();
    [&hundredths.div_euclid(100).to_string(), ".", fraction.get(1..).unwrap_or_default(), "%"].concat()
}

/// The data of a path through points, given as shares across and down; it breaks where one is missing.
pub(super) fn path_data(points: &[Option<(f64, f64)>]) -> String {
    let mut data = String::new();
    let mut drawing = false;
    for (index, point) in points.iter().enumerate() {
        if let Some((x, y)) = point {
            data.push(if drawing { 'L' } else { 'M' });
            data.push_str(&units(*x));
            data.push(' ');
            data.push_str(&units(*y));
            // A stroke without length, which its round ends make a dot.
            if !drawing && points.get(index + 1).is_none_or(Option::is_none) {
                data.push_str("h0");
            }
        }
        drawing = point.is_some();
    }
    data
}

fn units(share: f64) -> String {
    ((share * UNITS).round() as i64).to_string()
}

/// The paths, stretched over the whole of the drawing.
pub(super) fn stretched(paths: Vec<Element>) -> Element {
    element("svg")
        .with("viewBox", "0 0 10000 10000")
        .with("preserveAspectRatio", "none")
        .with("width", "100%")
        .with("height", "100%")
        .children(paths)
}

/// A path whose stroke stays as thin as it is, however it is stretched.
pub(super) fn path(class: &str, data: String) -> Element {
    element("path").class(class).with("d", data).with("vector-effect", "non-scaling-stroke")
}

/// A rectangle: where it begins and how large it is, as shares.
pub(super) fn rectangle(x: f64, y: f64, width: f64, height: f64) -> Element {
    element("rect")
        .with("x", percentage(x))
        .with("y", percentage(y))
        .with("width", percentage(width))
        .with("height", percentage(height))
}

/// A line across the drawing at a height, 0 to 1 down.
pub(super) fn level(class: &str, y: f64) -> Element {
    let y = percentage(y);
    let line = element("line").class(class).with("x1", "0").with("x2", "100%");
    line.with("y1", y.as_str()).with("y2", y.as_str())
}

/// A line down the drawing at a place, 0 to 1 across.
pub(super) fn upright(class: &str, x: f64) -> Element {
    let x = percentage(x);
    let line = element("line").class(class).with("x1", x.as_str()).with("x2", x.as_str());
    line.with("y1", "0").with("y2", "100%")
}

/// How far down a value lies on an axis with these marks, 0 to 1.
pub(super) fn down(marks: &[f64], value: f64) -> f64 {
    1.0 - value / marks.last().copied().unwrap_or(1.0)
}

/// The lines at the marks of the vertical axis.
pub(super) fn grid(marks: &[f64]) -> Vec<Element> {
    marks.iter().map(|mark| level("grid", down(marks, *mark))).collect()
}

/// The names of the marks.
pub(super) fn vertical_axis(marks: &[f64], show: &dyn Fn(f64) -> String) -> Element {
    let names = marks.iter().map(|mark| {
        let text = element("text").with("x", "100%").with("y", percentage(down(marks, *mark)));
        text.with("dy", "0.32em").text(show(*mark))
    });
    element("svg").class("axis axis-y").with("aria-hidden", "true").children(names)
}

/// A horizontal axis with names at places; every second one is left out where it is narrow.
pub(super) fn horizontal_axis(names: Vec<(f64, String)>) -> Element {
    let names = names.into_iter().enumerate().map(|(place, (x, name))| {
        let anchor = if x < 0.03 {
            "start"
        } else if x > 0.97 {
            "end"
        } else {
            "middle"
        };
        let text = element("text").with("x", percentage(x)).with("y", "1.1em").with("text-anchor", anchor);
        text.with_if(place % 2 == 1, "class", "minor").text(name)
    });
    element("svg").class("axis axis-x").with("aria-hidden", "true").children(names)
}

/// The horizontal axis of time: the begins of buckets.
pub(super) fn time_axis(labels: &[String], interval: Interval, across: Across) -> Element {
    let mut names = Vec::new();
    for index in scale::named(labels.len(), interval) {
        let label = labels.get(index).map(|label| scale::mark_label(label, interval));
        names.push((across.x(index), label.unwrap_or_default()));
    }
    horizontal_axis(names)
}

/// What is drawn, behind everything that can be pointed at.
pub(super) fn drawing(parts: Vec<Element>) -> Element {
    element("svg").class("lines").with("aria-hidden", "true").children(parts)
}

/// A drawing between its axes, with what is told of each column to who points at it.
pub(super) fn plot(vertical: Element, drawn: Element, tips: Element, horizontal: Element) -> Element {
    let area = element("div").class("plot-area").child(drawn).child(tips);
    element("div").class("plot").with("aria-hidden", "true").child(vertical).child(area).child(horizontal)
}

/// What is told of each column to who points at it: its lines, each with a tab between name and value. More columns
/// than can be pointed at have none.
pub(super) fn tips(across: Across, of: &dyn Fn(usize) -> String) -> Element {
    let count = if across.count() > POINTABLE { 0 } else { across.count() };
    let columns = (0..count).map(|index| {
        let side = if across.x(index) > 0.5 { "hit hit-left" } else { "hit" };
        element("div").class(side).with("data-tip", of(index))
    });
    let class = if matches!(across, Across::Points(_)) { "hits hits-points" } else { "hits" };
    element("div").class(class).children(columns)
}

/// Which colour is what.
pub(super) fn legend(entries: Vec<(Colour, &str)>) -> Element {
    let entries =
        entries.into_iter().map(|(colour, name)| element("span").class(["key ", colour.class()].concat()).text(name));
    element("p").class("legend").with("aria-hidden", "true").children(entries)
}

/// The numbers as a table: its heads, then so many rows, each beginning with its name. Shown in place of the picture, or
/// for screen readers alone.
pub(super) fn table(
    label: &str,
    heads: &[String],
    count: usize,
    row: &dyn Fn(usize) -> Vec<String>,
    shown: bool,
) -> Element {
    let heads = heads.iter().map(|head| element("th").with("scope", "col").text(head));
    let mut body = element("tbody");
    for index in 0..count {
        let mut line = element("tr");
        for (place, cell) in row(index).into_iter().enumerate() {
            let made = if place == 0 { element("th").with("scope", "row") } else { element("td") };
            line = line.child(made.text(cell));
        }
        body = body.child(line);
    }
    let table = element("table")
        .class("numbers")
        .child(element("caption").class("visually-hidden").text(label))
        .child(element("thead").child(element("tr").children(heads)))
        .child(body);
    let holder = element("div").class(if shown { "table-scroll" } else { "visually-hidden" });
    holder.with_if(shown, "tabindex", "0").child(table)
}

/// A chart with a class of its own, if any, and with what it is called; its parts are still to come.
pub(super) fn figure(class: &str, label: &str) -> Element {
    let class = if class.is_empty() { "graph".to_owned() } else { ["graph ", class].concat() };
    element("figure").class(class).with("aria-label", label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_keep_their_zeros() {
        for (part, expected) in [(0.0, "0.00%"), (1.0, "100.00%"), (0.0909, "9.09%"), (0.3334, "33.34%")] {
            assert_eq!(percentage(part), expected);
        }
    }

    #[test]
    fn points_reach_the_edges_and_slots_have_middles() {
        for (across, expected) in [
            (Across::Points(0), vec![]),
            (Across::Points(1), vec![0.5]),
            (Across::Points(3), vec![0.0, 0.5, 1.0]),
            (Across::Slots(1), vec![0.5]),
            (Across::Slots(4), vec![0.125, 0.375, 0.625, 0.875]),
        ] {
            let places: Vec<f64> = (0..across.count()).map(|index| across.x(index)).collect();
            assert_eq!(places, expected);
        }
    }

    #[test]
    fn paths_break_at_gaps_and_lone_points_are_dots() {
        let at = |x: f64| Some((x, 0.25));
        for (points, expected) in [
            (vec![], ""),
            (vec![at(0.0), at(0.5)], "M0 2500L5000 2500"),
            (vec![at(0.0), at(0.5), None, at(1.0)], "M0 2500L5000 2500M10000 2500h0"),
            (vec![None, at(0.5), None], "M5000 2500h0"),
        ] {
            assert_eq!(path_data(&points), expected);
        }
    }

    #[test]
    fn the_highest_mark_is_at_the_top() {
        let marks = [0.0, 10.0, 20.0];
        assert_eq!((down(&marks, 0.0), down(&marks, 5.0), down(&marks, 20.0)), (1.0, 0.75, 0.0));
        assert!(down(&[], 0.0) >= 1.0);
    }
}
