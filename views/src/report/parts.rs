//! The cards of a report.

use super::listing::given;
use super::{Record, Series};
use crate::answer::Problem;
use crate::app::App;
use crate::chart::Colour;
use crate::chart::bars::{Layer, Stacked, stacked};
use crate::chart::lines::{Line, Lines, lines};
use crate::chart::spark::spark;
use crate::chart::{Threshold, Unit};
use crate::format;
use crate::icon::{Icon, icon};
use crate::markup::{Element, element};
use crate::problem::problem;
use crate::skeleton;
use crate::words::{fill, say};
use serde_json::Value;

/// A card with a heading, and a note below it if that is not empty.
pub fn card(id: &str, heading: &str, note: &str) -> Element {
    let head = element("div").child(element("h2").text(heading));
    let note = (!note.is_empty()).then(|| element("p").class("hint").text(note));
    element("section").class("card view-card").with("data-panel", id).child(head.children(note))
}

/// What an answer is shown as; until it has come its place, and if it is refused why.
pub fn answered(answer: Option<Result<&Value, Problem>>, rows: usize, show: impl FnOnce(&Value) -> Element) -> Element {
    match answer {
        None => skeleton::rows(rows),
        Some(Err(why)) => problem(&why),
        Some(Ok(answer)) => show(answer),
    }
}

/// What stands where nothing was found.
pub fn nothing(text: &str) -> Element {
    element("p").class("nothing").text(text)
}

/// What is said instead of a whole report of which nothing was ever sent: what it would show, and how to send it.
pub fn first_steps(app: &App, heading: &str, what: &str, how: &str, snippet: &str) -> Element {
    element("section")
        .class("card view-card first-steps")
        .with("data-panel", "nothing")
        .child(element("h2").text(heading))
        .child(element("p").class("lead").text(what))
        .child(element("p").text(how))
        .child(crate::form::copyable(app, "snippet", snippet))
}

/// What is opened, and the way back to all.
pub fn opened(app: &App, own: &[&str], title: &str, back: &str) -> Element {
    let state = own.iter().fold(app.state.clone(), |state, own| state.with_own(own, None));
    element("header")
        .class("opened")
        .child(element("a").class("quiet back").with("href", state.href()).child(icon(Icon::Left)).text(back))
        .child(element("h2").with("title", title).text(title))
}

/// A choice among states of the view: each with its label, its value of the parameter and whether it is chosen.
pub fn segments(app: &App, own: &str, label: &str, choices: &[(&str, String)], chosen: &str) -> Element {
    let links = choices.iter().map(|(value, label)| {
        let href = app.state.with_own(own, Some(value)).href();
        element("a").with("href", href).with_if(*value == chosen, "aria-current", "true").text(label)
    });
    element("div").class("segments").with("role", "group").with("aria-label", label).children(links)
}

/// Lines over time: each metric of the answer under its name, in its colour.
pub fn timeline(app: &App, series: &Series, label: &str, unit: Unit, names: &[(&str, Colour)]) -> Lines {
    let line = |(place, (name, colour)): (usize, &(&str, Colour))| Line {
        name: (*name).to_owned(),
        colour: *colour,
        values: series.values(place, |_| true),
    };
    Lines {
        label: label.to_owned(),
        unit,
        buckets: series.buckets.clone(),
        lines: names.iter().enumerate().map(line).collect(),
        thresholds: Vec::<Threshold>::new(),
        annotations: Vec::new(),
        unfinished: series.unfinished,
        as_table: app.state.as_table,
    }
}

/// How long things took over time: half, 95 and 99 of a hundred took no longer.
pub fn durations(app: &App, series: &Series, label: &str) -> Element {
    let (p50, p95, p99) = (say("p50"), say("p95"), say("p99"));
    let names = [(p50.as_str(), Colour::Teal), (p95.as_str(), Colour::Amber), (p99.as_str(), Colour::Violet)];
    lines(&timeline(app, series, label, Unit::Milliseconds, &names))
}

/// The link that shows charts as tables, and back.
pub fn as_table(app: &App) -> Element {
    let (name, glyph) =
        if app.state.as_table { (say("Show as chart"), Icon::Line) } else { (say("Show as table"), Icon::Table) };
    element("a")
        .class("icon-button")
        .with("href", app.state.but(|state| state.as_table = !state.as_table).href())
        .with("aria-label", name.as_str())
        .with("title", name.as_str())
        .child(icon(glyph))
}

/// The head of a chart that stands below the headline, with the link to its table.
pub fn chart_head(app: &App, heading: &str) -> Element {
    element("header")
        .class("chart-controls")
        .child(element("h2").text(heading))
        .child(element("span").class("spring"))
        .child(as_table(app))
}

/// Bars over time; what to say where there are none.
pub fn bars(app: &App, series: &Series, label: &str, layers: Vec<Layer>) -> Element {
    if series.is_empty() {
        return nothing(&say("Nothing in this time."));
    }
    stacked(&Stacked {
        label: label.to_owned(),
        unit: Unit::Count,
        buckets: series.buckets.clone(),
        layers,
        annotations: Vec::new(),
        as_table: app.state.as_table,
    })
}

/// The layers of bars by the values of a dimension: the five greatest, and all others as one.
pub fn layers(series: &Series, dimension: usize) -> Vec<Layer> {
    let names = series.greatest(dimension, 0);
    let shown = names.get(..names.len().min(5)).unwrap_or_default();
    let of = |record: &Record, name: &str| record.name(dimension) == name;
    let mut layers: Vec<Layer> = shown
        .iter()
        .zip(Colour::SERIES)
        .map(|(name, colour)| Layer { name: given(name), colour, values: series.sums(0, |record| of(record, name)) })
        .collect();
    if names.len() > shown.len() {
        let values = series.sums(0, |record| !shown.iter().any(|name| of(record, name)));
        layers.push(Layer { name: say("All others"), colour: Colour::Quiet, values });
    }
    layers
}

/// A small picture of counts over time.
pub fn sparkline(counts: Vec<f64>) -> Element {
    let most = counts.iter().copied().fold(0.0, f64::max);
    let values: Vec<Option<f64>> = counts.into_iter().map(Some).collect();
    spark(&values, &fill("Over time, {0} at most", &[&format::grouped(most)]))
}
