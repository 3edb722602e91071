//! The chart of the overview: a metric over time with the period before behind it, and up to two more, each on a scale of
//! its own. It can be walked with the arrow keys, and a stretch of it chosen to be shown alone.

use super::frame::{self, Across, drawing, path, path_data, percentage, stretched};
use super::{Annotation, beside, notes, stretch};
use crate::answer::{Pair, Series, value_of};
use crate::app::App;
use crate::date::Date;
use crate::export;
use crate::icon::{Icon, icon};
use crate::markup::{Element, element};
use crate::metric::Metric;
use crate::problem::problem;
use crate::range::{Interval, Place, Range};
use crate::scale;
use crate::skeleton;
use crate::words::{fill, say};

/// The chart with its controls, and with what happened marked on its time axis.
pub fn chart(app: &App) -> Element {
    let placed = match &app.data.series {
        Some(Ok(series)) => stretch::annotations(&app.moments, &series.labels, series.interval),
        _ => Vec::new(),
    };
    annotated(app, &placed)
}

/// The chart with its controls and with these marks on its time axis.
pub fn annotated(app: &App, annotations: &[Annotation]) -> Element {
    let section = element("section").class("chart").with("data-panel", "chart").with("aria-label", say("Over time"));
    match &app.data.series {
        None => section.child(skeleton::chart()),
        Some(Err(why)) => section.child(problem(why)),
        Some(Ok(series)) => {
            let plot = Plot::new(app, series, annotations);
            let drawn = (!app.state.as_table).then(|| plot.figure());
            section.child(controls(app, &plot)).children(drawn).child(plot.table())
        }
    }
}

fn controls(app: &App, plot: &Plot<'_>) -> Element {
    let fitting = app.state.range.intervals(app.clock.today);
    let links = Interval::ALL.into_iter().filter(|interval| fitting.contains(interval)).map(|interval| {
        element("a")
            .with("href", app.state.but(|state| state.interval = Some(interval)).href())
            .with_if(interval == plot.series.interval, "aria-current", "true")
            .text(say(interval.label()))
    });
    let choice = element("div").class("segments").with("role", "group").with("aria-label", say("Interval"));
    let (name, glyph) =
        if app.state.as_table { (say("Show as chart"), Icon::Line) } else { (say("Show as table"), Icon::Table) };
    element("div")
        .class("chart-controls")
        .child(plot.legend())
        .children((fitting.len() > 1).then(|| choice.children(links)))
        .child(
            element("a")
                .class("icon-button")
                .with("href", app.state.but(|state| state.as_table = !state.as_table).href())
                .with("aria-label", name.as_str())
                .with("title", name)
                .child(icon(glyph)),
        )
        .child(export::menu(&say("Over time"), &app.state.but(|state| state.detail = None)))
}

/// A metric on its scale.
struct Track {
    metric: Metric,
    marks: Vec<f64>,
}

impl Track {
    fn new(metric: Metric, values: impl Iterator<Item = Option<f64>>) -> Self {
        Self { metric, marks: scale::marks(metric, values.flatten().fold(0.0, f64::max)) }
    }

    fn shown(&self, value: Option<f64>) -> String {
        value.map_or_else(|| "–".to_owned(), |value| self.metric.show_exactly(value))
    }
}

/// A series measured out for its metrics.
struct Plot<'a> {
    app: &'a App,
    series: &'a Series,
    annotations: &'a [Annotation],
    /// The chosen metric.
    track: Track,
    /// Those beside it.
    beside: Vec<Track>,
    /// How many buckets have begun; those after the present are not drawn.
    begun: usize,
    /// Whether the last of them is still being counted.
    unfinished: bool,
}

impl<'a> Plot<'a> {
    fn new(app: &'a App, series: &'a Series, annotations: &'a [Annotation]) -> Self {
        let metric = app.state.metric;
        let places: Vec<Place> = series.labels.iter().map(|label| series.interval.place(label, &app.clock)).collect();
        let begun = places.iter().take_while(|place| **place != Place::Future).count();
        let unfinished = begun > 0 && places.get(begun - 1) == Some(&Place::Present);
        let now = |metric| series.values.iter().map(move |pair| value_of(&pair.now, metric));
        let before = series.values.iter().map(|pair| value_of(&pair.before, metric));
        let beside = beside::shown(&app.state).map(|metric| Track::new(metric, now(metric))).collect();
        Self {
            app,
            series,
            annotations,
            track: Track::new(metric, now(metric).chain(before)),
            beside,
            begun,
            unfinished,
        }
    }

    fn across(&self) -> Across {
        Across::Points(self.series.labels.len())
    }

    /// Across, 0 to 1.
    fn x(&self, index: usize) -> f64 {
        self.across().x(index)
    }

    fn line(&self, track: &Track, points: &[(usize, f64)]) -> String {
        let points: Vec<_> =
            points.iter().map(|(index, value)| Some((self.x(*index), frame::down(&track.marks, *value)))).collect();
        path_data(&points)
    }

    fn points(&self, count: usize, of: impl Fn(&Pair) -> Option<f64>) -> Vec<(usize, f64)> {
        let values = self.series.values.iter().take(count).enumerate();
        values.filter_map(|(index, pair)| Some((index, of(pair)?))).collect()
    }

    fn now(&self, metric: Metric) -> Vec<(usize, f64)> {
        self.points(self.begun, |pair| value_of(&pair.now, metric))
    }

    /// Which line is which.
    fn legend(&self) -> Element {
        let line = |class: &str, text: String| element("span").class(class).text(text);
        let day = |label: Option<&String>| label.and_then(|label| Date::parse(label));
        let before = day(self.series.labels_before.first()).zip(day(self.series.labels_before.last()));
        let before = before.and_then(|(first, last)| Range::between(first, last)).map(Range::label);
        let range = self.app.state.range.label();
        let now =
            if self.beside.is_empty() { range } else { fill("{0}, {1}", &[&say(self.track.metric.label()), &range]) };
        let others = self.beside.iter().zip(beside::CLASSES).map(|(track, class)| {
            let highest = track.metric.show(track.marks.last().copied().unwrap_or_default());
            line(class, fill("{0}, 0 to {1}", &[&say(track.metric.label()), &highest]))
        });
        element("p")
            .class("legend")
            .child(line("legend-now", now))
            .children(before.map(|before| line("legend-before", before)))
            .children(others)
    }

    fn figure(&self) -> Element {
        let mut class = String::from("plot");
        for (has, name) in [(!self.annotations.is_empty(), " noted"), (!self.beside.is_empty(), " scaled")] {
            if has {
                class.push_str(name);
            }
        }
        let axis = |track: &Track| frame::vertical_axis(&track.marks, &|mark| track.metric.show(mark));
        element("figure")
            .class(class)
            .child(axis(&self.track))
            .child(self.area_of_plot())
            .children(self.beside.first().map(|track| element("div").class("axis-right").child(axis(track))))
            .child(frame::time_axis(&self.series.labels, self.series.interval, self.across()))
    }

    fn area_of_plot(&self) -> Element {
        let last = self.begun.saturating_sub(1);
        let cursor = self.app.cursor.filter(|index| *index < self.series.labels.len());
        let spoken = cursor.unwrap_or(last);
        let chosen = self.app.anchor.zip(cursor);
        let band = chosen.map(|(one, other)| {
            let (left, right) = (self.x(one.min(other)), self.x(one.max(other)));
            ["left:", &percentage(left), ";width:", &percentage(right - left), ";transform:none"].concat()
        });
        let band = element("div").class("band").with_if(band.is_some(), "style", &band.unwrap_or_default());
        let hint = say("Arrow keys read each value. With Shift they choose a stretch, which Enter shows alone.");
        element("div")
            .class("plot-area")
            .with("id", "plot")
            .with("tabindex", "0")
            .with("role", "slider")
            .with("aria-label", fill("{0} over time", &[&say(self.track.metric.label())]))
            .with("aria-description", hint)
            .with("aria-valuemin", "0")
            .with("aria-valuemax", self.series.labels.len().saturating_sub(1).to_string())
            .with("aria-valuenow", spoken.to_string())
            .with("aria-valuetext", self.spoken(spoken, chosen))
            .child(self.lines())
            .child(band.with("aria-hidden", "true"))
            .child(element("div").class("band-days").with("aria-hidden", "true"))
            .children(cursor.map(|index| self.tooltip(index)))
    }

    /// A metric's line: what is known, and dashed what may still change.
    fn strokes(&self, track: &Track, class: &str) -> [Element; 2] {
        let now = self.now(track.metric);
        let finished = if self.unfinished { now.get(..now.len().saturating_sub(1)) } else { Some(&now[..]) };
        let ending = now.get(now.len().saturating_sub(2)..).filter(|_| self.unfinished).unwrap_or_default();
        [
            path(class, self.line(track, finished.unwrap_or_default())),
            path(&[class, " unfinished"].concat(), self.line(track, ending)),
        ]
    }

    fn lines(&self) -> Element {
        let now = self.now(self.track.metric);
        let before = self.points(self.series.values.len(), |pair| value_of(&pair.before, self.track.metric));
        let area = match (now.first(), now.last()) {
            (Some((first, _)), Some((last, _))) if now.len() > 1 => {
                let mut around = now.clone();
                around.extend([(*last, 0.0), (*first, 0.0)]);
                [&self.line(&self.track, &around), "Z"].concat()
            }
            _ => String::new(),
        };
        let mut paths = vec![path("line-area", area), path("line-before", self.line(&self.track, &before))];
        for (track, class) in self.beside.iter().zip(beside::CLASSES) {
            paths.extend(self.strokes(track, class));
        }
        paths.extend(self.strokes(&self.track, "line-now"));
        let mut parts = vec![gradient()];
        parts.extend(frame::grid(&self.track.marks));
        parts.push(stretched(paths));
        let lone = now.first().filter(|_| now.len() == 1);
        parts.extend(lone.map(|(index, value)| self.dot("dot", &self.track, *index, *value)));
        parts.extend(notes::notes(self.annotations, self.across()));
        parts.extend(self.cursor_marks());
        drawing(parts)
    }

    fn dot(&self, class: &str, track: &Track, index: usize, value: f64) -> Element {
        let circle = element("circle").class(class).with("cx", percentage(self.x(index)));
        circle.with("cy", percentage(frame::down(&track.marks, value))).with("r", "4.5")
    }

    fn cursor_marks(&self) -> Vec<Element> {
        let Some(index) = self.app.cursor.filter(|index| *index < self.series.values.len()) else { return Vec::new() };
        let mut marks = vec![frame::upright("cursor", self.x(index))];
        marks.extend(self.before(index).map(|value| self.dot("dot dot-before", &self.track, index, value)));
        for (track, class) in self.beside.iter().zip(beside::CLASSES) {
            let dot = |value| self.dot(&["dot ", class].concat(), track, index, value);
            marks.extend(self.value(track, index).map(dot));
        }
        marks.extend(self.value(&self.track, index).map(|value| self.dot("dot", &self.track, index, value)));
        marks
    }

    /// The name of a bucket, with what happened in it, and whether it counts less than the others.
    fn label(&self, index: usize) -> String {
        let Some(label) = self.series.labels.get(index) else { return String::new() };
        let name = notes::labelled(scale::full_label(label, self.series.interval), self.annotations, index);
        if self.unfinished && index + 1 == self.begun {
            fill("{0} (so far)", &[&name])
        } else if stretch::is_part(label, self.series.interval, self.app) {
            fill("{0} (in part)", &[&name])
        } else {
            name
        }
    }

    fn label_before(&self, index: usize) -> Option<String> {
        self.series.labels_before.get(index).map(|label| scale::full_label(label, self.series.interval))
    }

    /// The value of a bucket; that of one that has not begun is none.
    fn value(&self, track: &Track, index: usize) -> Option<f64> {
        self.series.values.get(index).filter(|_| index < self.begun).and_then(|pair| value_of(&pair.now, track.metric))
    }

    /// The value that it is compared with.
    fn before(&self, index: usize) -> Option<f64> {
        self.series.values.get(index).and_then(|pair| value_of(&pair.before, self.track.metric))
    }

    fn spoken(&self, index: usize, chosen: Option<(usize, usize)>) -> String {
        let mut text = [&self.label(index), ": "].concat();
        for (place, track) in std::iter::once(&self.track).chain(&self.beside).enumerate() {
            text.push_str(if place == 0 { "" } else { ", " });
            text.push_str(&self.track_spoken(track, index));
        }
        if let Some(label) = self.label_before(index) {
            text.push_str(&fill(", before, {0}: {1}", &[&label, &self.track.shown(self.before(index))]));
        }
        if let Some(days) = chosen.and_then(|(one, other)| stretch::stretch(self.app, one, other)) {
            text.push_str(&fill(". Chosen: {0}", &[&days]));
        }
        text
    }

    fn track_spoken(&self, track: &Track, index: usize) -> String {
        let value = track.shown(self.value(track, index));
        [&value, " ", &say(track.metric.label()).to_ascii_lowercase()].concat()
    }

    fn tooltip(&self, index: usize) -> Element {
        let line = |class: &str, label: String, value: String| {
            element("p")
                .class(class)
                .child(element("span").class("tip-label").text(label))
                .child(element("span").class("tip-value").text(value))
        };
        let others = self
            .beside
            .iter()
            .zip(beside::CLASSES)
            .map(|(track, class)| line(class, say(track.metric.label()), track.shown(self.value(track, index))));
        let before = self.label_before(index);
        let before = before.map(|label| line("tip-before", label, self.track.shown(self.before(index))));
        let x = self.x(index);
        element("div")
            .class(if x > 0.5 { "tip tip-left" } else { "tip" })
            .with("aria-hidden", "true")
            .with("style", ["left:", &percentage(x)].concat())
            .child(element("p").class("tip-title").text(say(self.track.metric.label())))
            .child(line("tip-now", self.label(index), self.track.shown(self.value(&self.track, index))))
            .children(before)
            .children(others)
    }

    fn table(&self) -> Element {
        let compared = !self.series.labels_before.is_empty();
        let head = |text: String| element("th").with("scope", "col").text(text);
        // Files take the value as it is, readers as it is written.
        let cell = |track: &Track, value: Option<f64>| {
            let exact = value.map(crate::format::exact).unwrap_or_default();
            element("td").with("data-value", exact).text(track.shown(value))
        };
        let rows = (0..self.begun).map(|index| {
            let name = element("th").with("scope", "row").text(self.label(index));
            let before = compared.then(|| {
                let title = self.label_before(index).unwrap_or_default();
                cell(&self.track, self.before(index)).with("title", title)
            });
            element("tr")
                .child(name)
                .child(cell(&self.track, self.value(&self.track, index)))
                .children(before)
                .children(self.beside.iter().map(|track| cell(track, self.value(track, index))))
        });
        let header = element("tr").child(head(say("Time"))).child(head(say(self.track.metric.label())));
        let header = header.children(compared.then(|| head(say(self.app.state.compare.label()))));
        let header = header.children(self.beside.iter().map(|track| head(say(track.metric.label()))));
        let caption = fill("{0} over time", &[&say(self.track.metric.label())]);
        let table = element("table")
            .class("numbers")
            .child(element("caption").class("visually-hidden").text(caption))
            .child(element("thead").child(header))
            .child(element("tbody").children(rows));
        let class = if self.app.state.as_table { "table-scroll" } else { "visually-hidden" };
        element("div").class(class).with_if(self.app.state.as_table, "tabindex", "0").child(table)
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
mod tests;
