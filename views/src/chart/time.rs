//! The chart of the overview: one metric over time with the period before behind it. It can be walked with the arrow
//! keys.

use super::Annotation;
use super::frame::{self, Across, drawing, path, path_data, percentage, stretched};
use super::notes;
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

/// The chart with its controls.
pub fn chart(app: &App) -> Element {
    annotated(app, &[])
}

/// The chart with its controls and with marks on its time axis.
pub fn annotated(app: &App, annotations: &[Annotation]) -> Element {
    let section = element("section").class("chart").with("aria-label", "Over time");
    match &app.data.series {
        None => section.child(skeleton::chart()),
        Some(Err(why)) => section.child(problem(why)),
        Some(Ok(series)) => {
            let plot = Plot::new(app, series, annotations);
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
    annotations: &'a [Annotation],
    metric: Metric,
    /// How many buckets have begun; those after the present are not drawn.
    begun: usize,
    /// Whether the last of them is still being counted.
    unfinished: bool,
    marks: Vec<f64>,
}

impl<'a> Plot<'a> {
    fn new(app: &'a App, series: &'a Series, annotations: &'a [Annotation]) -> Self {
        let metric = app.state.metric;
        let places: Vec<Place> = series.labels.iter().map(|label| series.interval.place(label, &app.clock)).collect();
        let begun = places.iter().take_while(|place| **place != Place::Future).count();
        let unfinished = begun > 0 && places.get(begun - 1) == Some(&Place::Present);
        let values =
            series.values.iter().flat_map(|pair| [value_of(&pair.now, metric), value_of(&pair.before, metric)]);
        let max = values.flatten().fold(0.0, f64::max);
        Self { app, series, annotations, metric, begun, unfinished, marks: scale::marks(metric, max) }
    }

    fn across(&self) -> Across {
        Across::Points(self.series.labels.len())
    }

    /// Across, 0 to 1.
    fn x(&self, index: usize) -> f64 {
        self.across().x(index)
    }

    /// Down, 0 to 1.
    fn y(&self, value: f64) -> f64 {
        frame::down(&self.marks, value)
    }

    fn line(&self, points: &[(usize, f64)]) -> String {
        let points: Vec<_> = points.iter().map(|(index, value)| Some((self.x(*index), self.y(*value)))).collect();
        path_data(&points)
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
            .class(if self.annotations.is_empty() { "plot" } else { "plot noted" })
            .child(frame::vertical_axis(&self.marks, &|mark| self.metric.show(mark)))
            .child(self.area_of_plot())
            .child(frame::time_axis(&self.series.labels, self.series.interval, self.across()))
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
                let mut around = now.clone();
                around.extend([(*last, 0.0), (*first, 0.0)]);
                [&self.line(&around), "Z"].concat()
            }
            _ => String::new(),
        };
        let paths = vec![
            path("line-area", area),
            path("line-before", self.line(&before)),
            path("line-now", self.line(finished.unwrap_or_default())),
            path("line-now unfinished", self.line(ending)),
        ];
        let mut parts = vec![gradient()];
        parts.extend(frame::grid(&self.marks));
        parts.push(stretched(paths));
        parts.extend(now.first().filter(|_| now.len() == 1).map(|(index, value)| self.dot("dot", *index, *value)));
        parts.extend(notes::notes(self.annotations, self.across()));
        parts.extend(self.cursor_marks());
        drawing(parts)
    }

    fn dot(&self, class: &str, index: usize, value: f64) -> Element {
        let circle =
            element("circle").class(class).with("cx", percentage(self.x(index))).with("cy", percentage(self.y(value)));
        circle.with("r", "4.5")
    }

    fn cursor_marks(&self) -> Vec<Element> {
        let Some((index, pair)) = self.app.cursor.and_then(|index| Some((index, self.series.values.get(index)?)))
        else {
            return Vec::new();
        };
        let mut marks = vec![frame::upright("cursor", self.x(index))];
        marks.extend(self.before(pair).map(|value| self.dot("dot dot-before", index, value)));
        marks.extend(self.now(pair).filter(|_| index < self.begun).map(|value| self.dot("dot", index, value)));
        marks
    }

    fn label(&self, index: usize) -> String {
        let label = self.series.labels.get(index).map(|label| scale::full_label(label, self.series.interval));
        notes::labelled(label.unwrap_or_default(), self.annotations, index)
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
            .with("style", ["left:", &percentage(x)].concat())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Node;
    use crate::sample;
    use expect_test::expect_file;

    #[test]
    fn lines_axes_and_table() {
        expect_file!["../../snapshots/chart.html"]
            .assert_eq(&sample::lines(&chart(&sample::app("?range=last-7-days"))));
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
    fn what_happened_is_marked_drawn_and_said() {
        let note = Annotation { bucket: 2, text: "Release 2.1".into() };
        let html = Node::from(annotated(&sample::app("?range=last-7-days"), &[note])).html();
        assert!(html.contains("class=\"plot noted\"") && html.contains(">Release 2.1</text>"), "{html}");
        assert!(html.contains(">Tue 17 Nov – Release 2.1</th>"), "{html}");
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
