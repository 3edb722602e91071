//! Several series over one time axis: percentiles, or metrics of the same unit.

use super::frame::{self, Across, down, drawing, figure, path, path_data, percentage, stretched};
use super::{Annotation, Buckets, Colour, Threshold, Unit, notes};
use crate::markup::{Element, element};
use crate::scale;
use crate::words::{fill, say};

/// How much higher than every value a threshold may be before the axis leaves it out.
const REACH: f64 = 1.5;

/// A series.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What it is called.
    pub name: String,
    /// Its colour.
    pub colour: Colour,
    /// One for each bucket; a bucket without a value is a gap, and so are those missing at the end.
    pub values: Vec<Option<f64>>,
}

/// Several series over one time axis, up to about 2,000 buckets.
#[derive(Clone, Debug, PartialEq)]
pub struct Lines {
    /// What is shown: "Largest Contentful Paint over time".
    pub label: String,
    /// Of all values.
    pub unit: Unit,
    /// The time axis.
    pub buckets: Buckets,
    /// The series, in the order of the legend.
    pub lines: Vec<Line>,
    /// Horizontal lines; those far above every value are left out, so that they do not flatten the rest.
    pub thresholds: Vec<Threshold>,
    /// What happened when.
    pub annotations: Vec<Annotation>,
    /// Whether the last bucket is still being counted.
    pub unfinished: bool,
    /// Whether to give the table in place of the picture.
    pub as_table: bool,
}

/// The chart.
pub fn lines(chart: &Lines) -> Element {
    let whole = figure(if chart.annotations.is_empty() { "" } else { "noted" }, &chart.label);
    if chart.as_table {
        return whole.child(chart.table());
    }
    let legend = frame::legend(chart.lines.iter().map(|line| (line.colour, line.name.as_str())).collect());
    whole.child(legend).child(chart.plot()).child(chart.table())
}

impl Lines {
    fn across(&self) -> Across {
        Across::Points(self.buckets.labels.len())
    }

    /// The thresholds that are drawn, and the marks of the axis.
    fn axis(&self) -> (Vec<&Threshold>, Vec<f64>) {
        let values = self.lines.iter().flat_map(|line| line.values.iter().copied().flatten());
        let highest = values.fold(0.0, f64::max);
        let within = |threshold: &&Threshold| highest > 0.0 && threshold.value <= highest * REACH;
        let thresholds: Vec<&Threshold> = self.thresholds.iter().filter(within).collect();
        let max = thresholds.iter().map(|threshold| threshold.value).fold(highest, f64::max);
        (thresholds, self.unit.marks(max))
    }

    fn plot(&self) -> Element {
        let (thresholds, marks) = self.axis();
        let mut parts = frame::grid(&marks);
        let mut names = Vec::new();
        for threshold in thresholds {
            let y = down(&marks, threshold.value);
            parts.push(frame::level(&["threshold ", threshold.colour.class()].concat(), y));
            let name = [&threshold.name, " ", &self.unit.show(threshold.value)].concat();
            let text = element("text").class("threshold-name").with("x", "100%");
            names.push(text.with("y", percentage(y)).with("dy", "-0.4em").text(name));
        }
        parts.push(stretched(self.lines.iter().flat_map(|line| self.strokes(line, &marks)).collect()));
        // Above all lines, so that none runs through them.
        parts.extend(names);
        parts.extend(notes::notes(&self.annotations, self.across()));
        frame::plot(
            frame::vertical_axis(&marks, &|mark| self.unit.show(mark)),
            drawing(parts),
            frame::tips(self.across(), &|index| self.tip(index)),
            frame::time_axis(&self.buckets.labels, self.buckets.interval, self.across()),
        )
    }

    /// A line's strokes: what is known, and dashed what may still change.
    fn strokes(&self, line: &Line, marks: &[f64]) -> Vec<Element> {
        let count = self.buckets.labels.len();
        let points: Vec<Option<(f64, f64)>> =
            (0..count).map(|index| Some((self.across().x(index), down(marks, value(line, index)?)))).collect();
        let known = if self.unfinished { count.saturating_sub(1) } else { count };
        let ending = points.get(count.saturating_sub(2)..).filter(|_| self.unfinished);
        let class = ["line ", line.colour.class()].concat();
        let stroke = |class: &str, points: &[Option<(f64, f64)>]| path(class, path_data(points));
        let mut strokes = vec![stroke(&class, points.get(..known).unwrap_or_default())];
        strokes.extend(ending.map(|points| stroke(&[&class, " unfinished"].concat(), points)));
        strokes
    }

    fn label(&self, index: usize) -> String {
        let label = self.buckets.labels.get(index).map(|label| scale::full_label(label, self.buckets.interval));
        notes::labelled(label.unwrap_or_default(), &self.annotations, index)
    }

    fn shown(&self, line: &Line, index: usize) -> String {
        value(line, index).map_or_else(|| "–".to_owned(), |value| self.unit.show_exactly(value))
    }

    fn tip(&self, index: usize) -> String {
        let current = self.unfinished && index + 1 == self.buckets.labels.len();
        let label = self.label(index);
        let title = if current { fill("{0} (so far)", &[&label]) } else { label };
        self.lines.iter().fold(title, |tip, line| [&tip, "\n", &line.name, "\t", &self.shown(line, index)].concat())
    }

    fn table(&self) -> Element {
        let mut heads = vec![say("Time")];
        heads.extend(self.lines.iter().map(|line| line.name.clone()));
        let row = |index| {
            let mut cells = vec![self.label(index)];
            cells.extend(self.lines.iter().map(|line| self.shown(line, index)));
            cells
        };
        frame::table(&self.label, &heads, self.buckets.labels.len(), &row, self.as_table)
    }
}

fn value(line: &Line, index: usize) -> Option<f64> {
    line.values.get(index).copied().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Node;
    use crate::range::Interval;
    use crate::sample;
    use expect_test::expect_file;

    fn sample_lines() -> Lines {
        let line =
            |name: &str, colour, values: &[Option<f64>]| Line { name: name.into(), colour, values: values.into() };
        Lines {
            label: "Largest Contentful Paint over time".into(),
            unit: Unit::Milliseconds,
            buckets: Buckets {
                interval: Interval::Day,
                labels: (16..=20).map(|day| format!("2026-11-{day}")).collect(),
            },
            lines: vec![
                line("p50", Colour::Teal, &[Some(1200.0), None, Some(1000.0), Some(1500.0), Some(1250.0)]),
                line("p75", Colour::Blue, &[Some(2000.0), Some(2400.0), Some(2100.0)]),
            ],
            thresholds: vec![
                Threshold { value: 2500.0, name: "good".into(), colour: Colour::Good },
                Threshold { value: 4000.0, name: "poor".into(), colour: Colour::Poor },
            ],
            annotations: vec![Annotation { bucket: 3, text: "Release 2.1".into() }],
            unfinished: true,
            as_table: false,
        }
    }

    #[test]
    fn lines_thresholds_notes_tips_and_table() {
        expect_file!["../../snapshots/chart-lines.html"].assert_eq(&sample::lines(&lines(&sample_lines())));
    }

    #[test]
    fn a_threshold_out_of_reach_does_not_flatten_the_lines() {
        let mut chart = sample_lines();
        for (value, drawn, top) in [(2500.0, 1, 3000.0), (3600.0, 1, 4000.0), (3601.0, 0, 3000.0)] {
            chart.thresholds = vec![Threshold { value, name: "good".into(), colour: Colour::Good }];
            let (thresholds, marks) = chart.axis();
            assert_eq!((thresholds.len(), marks.last().copied()), (drawn, Some(top)), "{value}");
        }
    }

    #[test]
    fn values_lie_where_the_axis_says() {
        let mut chart = sample_lines();
        chart.unfinished = false;
        let marks = [0.0, 1000.0, 2000.0];
        let drawn: Vec<Element> = chart.lines.iter().flat_map(|line| chart.strokes(line, &marks)).collect();
        let data: Vec<&str> = drawn.iter().map(|path| path.attributes[1].1.as_str()).collect();
        assert_eq!(data, ["M0 4000h0M5000 5000L7500 2500L10000 3750", "M0 0L2500 -2000L5000 -500"]);
    }

    #[test]
    fn what_is_still_being_counted_is_dashed() {
        let chart = sample_lines();
        let strokes = chart.strokes(&chart.lines[0], &[0.0, 2000.0]);
        let data: Vec<&str> = strokes.iter().map(|path| path.attributes[1].1.as_str()).collect();
        assert_eq!(data, ["M0 4000h0M5000 5000L7500 2500", "M7500 2500L10000 3750"]);
    }

    #[test]
    fn the_table_stands_in_for_the_picture() {
        let html = Node::from(lines(&Lines { as_table: true, ..sample_lines() })).html();
        assert!(!html.contains("<svg") && html.contains("<td>1.2 s</td>"), "{html}");
    }

    #[test]
    fn nothing_and_very_much_are_drawn_too() {
        let empty = Buckets { interval: Interval::Day, labels: vec![] };
        lines(&Lines { buckets: empty, lines: vec![], thresholds: vec![], ..sample_lines() });
        let many = Buckets { interval: Interval::Hour, labels: vec!["2026-11-21 13:00:00".into(); 2000] };
        let html = Node::from(lines(&Lines { buckets: many, ..sample_lines() })).html();
        assert_eq!(html.matches("data-tip").count(), 0);
    }
}
