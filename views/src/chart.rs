//! The chart: one metric over time with the period before behind it, as SVG whose coordinates are shares of its size,
//! so that it fits any width without being drawn again. It can be walked with the arrow keys, and a table says the same.

use crate::answer::{Pair, Series, value_of};
use crate::app::App;
use crate::date::Date;
use crate::icon::{Icon, icon};
use crate::markup::{Element, element};
use crate::metric::Metric;
use crate::problem::problem;
use crate::range::{Interval, Place, Range};
use crate::scale;
use crate::skeleton;

/// The paths' own units across and down.
const UNITS: f64 = 10_000.0;

/// The chart with its controls.
pub fn chart(app: &App) -> Element {
    let section = element("section").class("chart").with("aria-label", "Over time");
    match &app.data.series {
        None => section.child(skeleton::chart()),
        Some(Err(why)) => section.child(problem(why)),
        Some(Ok(series)) => {
            let plot = Plot::new(app, series);
            let drawn = (!app.state.as_table).then(|| plot.figure());
            section.child(controls(app, series)).children(drawn).child(plot.table())
        }
    }
}

fn controls(app: &App, series: &Series) -> Element {
    let fitting = app.state.range.intervals(app.clock.today);
    let links = Interval::ALL.into_iter().filter(|interval| fitting.contains(interval)).map(|interval| {
        element("a")
            .with("href", app.state.but(|state| state.interval = Some(interval)).href())
            .with_if(interval == series.interval, "aria-current", "true")
            .text(interval.label())
    });
    let choice = element("div").class("segments").with("role", "group").with("aria-label", "Interval");
    let (name, glyph) = if app.state.as_table { ("Show as chart", Icon::Line) } else { ("Show as table", Icon::Table) };
    element("div")
        .class("chart-controls")
        .child(legend(app, series))
        .children((fitting.len() > 1).then(|| choice.children(links)))
        .child(
            element("a")
                .class("icon-button")
                .with("href", app.state.but(|state| state.as_table = !state.as_table).href())
                .with("aria-label", name)
                .with("title", name)
                .child(icon(glyph)),
        )
}

/// Which line is which.
fn legend(app: &App, series: &Series) -> Element {
    let line = |class: &str, text: String| element("span").class(class).text(text);
    let day = |label: Option<&String>| label.and_then(|label| Date::parse(label));
    let before = day(series.labels_before.first()).zip(day(series.labels_before.last()));
    let before = before.and_then(|(first, last)| Range::between(first, last)).map(Range::label);
    element("p")
        .class("legend")
        .child(line("legend-now", app.state.range.label()))
        .children(before.map(|before| line("legend-before", before)))
}

/// A series measured out for one metric.
struct Plot<'a> {
    app: &'a App,
    series: &'a Series,
    metric: Metric,
    /// How many buckets have begun; those after the present are not drawn.
    begun: usize,
    /// Whether the last of them is still being counted.
    unfinished: bool,
    marks: Vec<f64>,
}

impl<'a> Plot<'a> {
    fn new(app: &'a App, series: &'a Series) -> Self {
        let metric = app.state.metric;
        let places: Vec<Place> = series.labels.iter().map(|label| series.interval.place(label, &app.clock)).collect();
        let begun = places.iter().take_while(|place| **place != Place::Future).count();
        let unfinished = begun > 0 && places.get(begun - 1) == Some(&Place::Present);
        let values =
            series.values.iter().flat_map(|pair| [value_of(&pair.now, metric), value_of(&pair.before, metric)]);
        let max = values.flatten().fold(0.0, f64::max);
        Self { app, series, metric, begun, unfinished, marks: scale::marks(metric, max) }
    }

    /// Across, 0 to 1.
    fn x(&self, index: usize) -> f64 {
        match self.series.labels.len() {
            0 | 1 => 0.5,
            buckets => index as f64 / (buckets - 1) as f64,
        }
    }

    /// Down, 0 to 1.
    fn y(&self, value: f64) -> f64 {
        1.0 - value / self.marks.last().copied().unwrap_or(1.0)
    }

    fn point(&self, index: usize, value: f64) -> String {
        let units = |share: f64| ((share * UNITS).round() as i64).to_string();
        [&units(self.x(index)), " ", &units(self.y(value))].concat()
    }

    fn line(&self, points: &[(usize, f64)]) -> String {
        let points: Vec<String> = points.iter().map(|(index, value)| self.point(*index, *value)).collect();
        if points.is_empty() { String::new() } else { ["M", &points.join("L")].concat() }
    }

    fn points(&self, count: usize, of: impl Fn(&Pair) -> Option<f64>) -> Vec<(usize, f64)> {
        let values = self.series.values.iter().take(count).enumerate();
        values.filter_map(|(index, pair)| Some((index, of(pair)?))).collect()
    }

    fn now(&self, pair: &Pair) -> Option<f64> {
        value_of(&pair.now, self.metric)
    }

    fn before(&self, pair: &Pair) -> Option<f64> {
        value_of(&pair.before, self.metric)
    }

    fn figure(&self) -> Element {
        element("figure")
            .class("plot")
            .child(self.vertical_axis())
            .child(self.area_of_plot())
            .child(self.horizontal_axis())
    }

    fn vertical_axis(&self) -> Element {
        let marks = self.marks.iter().map(|mark| {
            element("text")
                .with("x", "100%")
                .with("y", share(self.y(*mark)))
                .with("dy", "0.32em")
                .text(self.metric.show(*mark))
        });
        element("svg").class("axis axis-y").with("aria-hidden", "true").children(marks)
    }

    fn horizontal_axis(&self) -> Element {
        let marks =
            scale::named(self.series.labels.len(), self.series.interval).enumerate().filter_map(|(place, index)| {
                let label = self.series.labels.get(index)?;
                let x = self.x(index);
                let anchor = if x < 0.03 && self.series.labels.len() > 1 {
                    "start"
                } else if x > 0.97 {
                    "end"
                } else {
                    "middle"
                };
                let mark = element("text").with("x", share(x)).with("y", "1.1em").with("text-anchor", anchor);
                Some(
                    mark.with_if(place % 2 == 1, "class", "minor").text(scale::mark_label(label, self.series.interval)),
                )
            });
        element("svg").class("axis axis-x").with("aria-hidden", "true").children(marks)
    }

    fn area_of_plot(&self) -> Element {
        let last = self.begun.saturating_sub(1);
        let cursor = self.app.cursor.filter(|index| *index < self.series.labels.len());
        let spoken = cursor.unwrap_or(last);
        let label = [self.metric.label(), " over time"].concat();
        element("div")
            .class("plot-area")
            .with("id", "plot")
            .with("tabindex", "0")
            .with("role", "slider")
            .with("aria-label", label)
            .with("aria-valuemin", "0")
            .with("aria-valuemax", self.series.labels.len().saturating_sub(1).to_string())
            .with("aria-valuenow", spoken.to_string())
            .with("aria-valuetext", self.spoken(spoken))
            .child(self.lines())
            .children(cursor.map(|index| self.tooltip(index)))
    }

    fn lines(&self) -> Element {
        let now = self.points(self.begun, |pair| self.now(pair));
        let before = self.points(self.series.values.len(), |pair| self.before(pair));
        let finished = if self.unfinished { now.get(..now.len().saturating_sub(1)) } else { Some(&now[..]) };
        let ending = now.get(now.len().saturating_sub(2)..).filter(|_| self.unfinished).unwrap_or_default();
        let area = match (now.first(), now.last()) {
            (Some((first, _)), Some((last, _))) if now.len() > 1 => {
                [&self.line(&now), "L", &self.point(*last, 0.0), "L", &self.point(*first, 0.0), "Z"].concat()
            }
            _ => String::new(),
        };
        let path = |class: &str, d: String| {
            element("path").class(class).with("d", d).with("vector-effect", "non-scaling-stroke")
        };
        let grid = self.marks.iter().map(|mark| {
            let y = share(self.y(*mark));
            element("line")
                .class("grid")
                .with("x1", "0")
                .with("x2", "100%")
                .with("y1", y.as_str())
                .with("y2", y.as_str())
        });
        let paths = element("svg")
            .with("viewBox", "0 0 10000 10000")
            .with("preserveAspectRatio", "none")
            .with("width", "100%")
            .with("height", "100%")
            .child(path("line-area", area))
            .child(path("line-before", self.line(&before)))
            .child(path("line-now", self.line(finished.unwrap_or_default())))
            .child(path("line-now unfinished", self.line(ending)));
        let only = now.first().filter(|_| now.len() == 1).map(|(index, value)| self.dot("dot", *index, *value));
        element("svg")
            .class("lines")
            .with("aria-hidden", "true")
            .child(gradient())
            .children(grid)
            .child(paths)
            .children(only)
            .children(self.cursor_marks())
    }

    fn dot(&self, class: &str, index: usize, value: f64) -> Element {
        let circle = element("circle").class(class).with("cx", share(self.x(index))).with("cy", share(self.y(value)));
        circle.with("r", "4.5")
    }

    fn cursor_marks(&self) -> Vec<Element> {
        let Some((index, pair)) = self.app.cursor.and_then(|index| Some((index, self.series.values.get(index)?)))
        else {
            return Vec::new();
        };
        let x = share(self.x(index));
        let line = element("line").class("cursor").with("x1", x.as_str()).with("x2", x.as_str());
        let mut marks = vec![line.with("y1", "0").with("y2", "100%")];
        marks.extend(self.before(pair).map(|value| self.dot("dot dot-before", index, value)));
        marks.extend(self.now(pair).filter(|_| index < self.begun).map(|value| self.dot("dot", index, value)));
        marks
    }

    fn label(&self, index: usize) -> String {
        self.series.labels.get(index).map_or(String::new(), |label| scale::full_label(label, self.series.interval))
    }

    fn label_before(&self, index: usize) -> Option<String> {
        self.series.labels_before.get(index).map(|label| scale::full_label(label, self.series.interval))
    }

    fn shown(&self, value: Option<f64>) -> String {
        value.map_or_else(|| "–".to_owned(), |value| self.metric.show_exactly(value))
    }

    /// The values of a bucket; those of one that has not begun are none.
    fn values(&self, index: usize) -> (Option<f64>, Option<f64>) {
        let pair = self.series.values.get(index);
        (pair.and_then(|pair| self.now(pair)).filter(|_| index < self.begun), pair.and_then(|pair| self.before(pair)))
    }

    fn spoken(&self, index: usize) -> String {
        let (now, before) = self.values(index);
        let mut text =
            [&self.label(index), ": ", &self.shown(now), " ", &self.metric.label().to_ascii_lowercase()].concat();
        if let Some(label) = self.label_before(index) {
            text.push_str(&[", before, ", &label, ": ", &self.shown(before)].concat());
        }
        text
    }

    fn tooltip(&self, index: usize) -> Element {
        let (now, before) = self.values(index);
        let line = |class: &str, label: String, value: String| {
            element("p")
                .class(class)
                .child(element("span").class("tip-label").text(label))
                .child(element("span").class("tip-value").text(value))
        };
        let current = self.unfinished && index + 1 == self.begun;
        let label = [self.label(index).as_str(), if current { " (so far)" } else { "" }].concat();
        let x = self.x(index);
        element("div")
            .class(if x > 0.5 { "tip tip-left" } else { "tip" })
            .with("aria-hidden", "true")
            .with("style", ["left:", &share(x)].concat())
            .child(element("p").class("tip-title").text(self.metric.label()))
            .child(line("tip-now", label, self.shown(now)))
            .children(self.label_before(index).map(|label| line("tip-before", label, self.shown(before))))
    }

    fn table(&self) -> Element {
        let compared = !self.series.labels_before.is_empty();
        let head = |text: &str| element("th").with("scope", "col").text(text);
        let rows = (0..self.begun).map(|index| {
            let (now, before) = self.values(index);
            let row = element("tr")
                .child(element("th").with("scope", "row").text(self.label(index)))
                .child(element("td").text(self.shown(now)));
            row.children(compared.then(|| {
                let title = self.label_before(index).unwrap_or_default();
                element("td").with("title", title).text(self.shown(before))
            }))
        });
        let header = element("tr").child(head("Time")).child(head(self.metric.label()));
        let table = element("table")
            .class("numbers")
            .child(element("caption").class("visually-hidden").text([self.metric.label(), " over time"].concat()))
            .child(element("thead").child(header.children(compared.then(|| head(self.app.state.compare.label())))))
            .child(element("tbody").children(rows));
        let class = if self.app.state.as_table { "table-scroll" } else { "visually-hidden" };
        element("div").class(class).child(table)
    }
}

fn gradient() -> Element {
    let stop = |offset: &str, class: &str| element("stop").with("offset", offset).class(class);
    element("linearGradient")
        .with("id", "area")
        .with("x1", "0")
        .with("x2", "0")
        .with("y1", "0")
        .with("y2", "1")
        .child(stop("0", "area-top"))
        .child(stop("1", "area-bottom"))
}

/// A part of the whole as a percentage with two decimals.
fn share(part: f64) -> String {
    let hundredths = (part * UNITS).round() as i64;
    let fraction = (100 + hundredths.rem_euclid(100)).to_string();
    [&hundredths.div_euclid(100).to_string(), ".", fraction.get(1..).unwrap_or_default(), "%"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Node;
    use crate::sample;
    use expect_test::expect_file;

    #[test]
    fn lines_axes_and_table() {
        expect_file!["../snapshots/chart.html"].assert_eq(&sample::lines(&chart(&sample::app("?range=last-7-days"))));
    }

    #[test]
    fn the_cursor_shows_both_periods_and_stays_inside() {
        let mut app = sample::app("?range=last-7-days");
        app.cursor = Some(2);
        let html = Node::from(chart(&app)).html();
        assert!(html.contains("class=\"tip\"") && html.contains("class=\"cursor\""), "{html}");
        app.cursor = Some(700);
        let html = Node::from(chart(&app)).html();
        assert!(!html.contains("class=\"tip") && !html.contains("class=\"cursor\""));
    }

    #[test]
    fn shares_keep_their_zeros() {
        for (part, expected) in [(0.0, "0.00%"), (1.0, "100.00%"), (0.0909, "9.09%"), (0.3334, "33.34%")] {
            assert_eq!(share(part), expected);
        }
    }

    #[test]
    fn a_range_without_buckets_draws_nothing_and_fails_nowhere() {
        let mut app = sample::app("");
        let series = Series { interval: Interval::Day, labels: vec![], labels_before: vec![], values: vec![] };
        app.data.series = Some(Ok(series));
        app.cursor = Some(0);
        assert!(Node::from(chart(&app)).html().contains("<svg"));
    }
}
