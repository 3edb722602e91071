//! What widgets show of their answers, with the charts and tables of the other views.

use super::widget::{Kind, Widget, measure_of};
use crate::answer::Problem;
use crate::app::App;
use crate::chart::Unit;
use crate::chart::heat::heat;
use crate::chart::lines::{Lines, lines};
use crate::chart::{Buckets, Colour};
use crate::dimension::Dimension;
use crate::markup::{Element, element};
use crate::metric::Metric;
use crate::problem::problem;
use crate::report::listing::{Listing, filtering, listing, opening, plain};
use crate::report::parts::{durations, nothing, timeline};
use crate::report::{Measure, Record, Series, measure, records, stats};
use crate::skeleton;
use crate::view::reading::{number, rows};
use crate::view::step::Step;
use crate::view::{View, errors, funnels, places, requests, retention, vitals};
use crate::words::{fill, say};
use serde_json::Value;

/// What goals brought.
const GOALS: [Measure; 3] = [
    measure("visitors", "Visitors", "Different visitors that reached the goal at least once.", Unit::Count),
    measure("events", "Conversions", "How often the goal was reached, repeats included.", Unit::Count),
    measure("conversion_rate", "Rate", "Visitors that reached the goal, of all visitors.", Unit::Percent),
];

/// What a widget shows. `found` are the answers to its questions in their order, none while they have not come;
/// `saved` are the site's funnels.
pub(super) fn body(app: &App, widget: &Widget, found: Option<&[Value]>, saved: &[Value]) -> Element {
    if widget.kind == Kind::Text {
        return note(widget);
    }
    if widget.kind == Kind::Funnel && !saved.iter().any(|funnel| is_of(widget, funnel)) {
        return nothing(&say("No saved funnel is chosen. Save one in the view of funnels, then choose it here."));
    }
    let Some(found) = found else { return skeleton::rows(6) };
    let read = |place: usize| match found.get(place) {
        Some(answer) if answer.get("error").is_none() => Ok(answer),
        other => Err(Problem::read(other.unwrap_or(&Value::Null))),
    };
    match read(0) {
        Err(why) => problem(&why),
        Ok(answer) => shown(&widget.app(app), widget, answer, read(1).ok(), saved),
    }
}

fn is_of(widget: &Widget, funnel: &Value) -> bool {
    funnel.get("id").and_then(Value::as_i64) == Some(widget.funnel)
}

fn shown(app: &App, widget: &Widget, answer: &Value, second: Option<&Value>, saved: &[Value]) -> Element {
    match widget.kind {
        Kind::Numbers => totals(&widget.metrics.iter().copied().map(measure_of).collect::<Vec<_>>(), answer),
        Kind::Chart => over_time(app, widget, answer),
        Kind::List => greatest(app, widget, answer),
        Kind::Map => places::drawn(app, answer),
        Kind::Goals => {
            let head = |row: &Record| plain(row.name(0));
            table(app, (&widget.heading(), &say("Goal")), &GOALS, answer, &head)
        }
        Kind::Funnel => {
            let steps = saved.iter().find(|funnel| is_of(widget, funnel)).map(Step::read_all).unwrap_or_default();
            funnels::drawn(app, &steps, answer)
        }
        Kind::Retention => {
            let cohorts = rows(answer);
            if cohorts.iter().map(|cohort| number(cohort, "visitors")).sum::<f64>() < 1.0 {
                return nothing(&say("No visitor of these days has a cohort."));
            }
            heat(&retention::grid(app, cohorts))
        }
        // The numbers lead to their view, where each can be opened.
        Kind::Vitals => vitals::figures(&to(app, View::Vitals), None, answer, second),
        Kind::Requests => {
            let chart = second.map(|second| Series::read(app, second)).filter(|series| !series.is_empty());
            let chart = chart.map(|series| durations(app, &series, &say("Response time")));
            element("div").class("view-parts").child(totals(&requests::TOTALS, answer)).children(chart)
        }
        Kind::Errors => {
            let app = to(app, View::Errors);
            let head = |row: &Record| opening(&app, &[("type", row.name(0))], row.name(0));
            table(&app, (&widget.heading(), &say("Error")), &errors::TOTALS, answer, &head)
        }
        Kind::Live => totals(&[LIVE], answer),
        Kind::Text => note(widget),
    }
}

const LIVE: Measure =
    measure("visitors", "Visitors here now", "Different visitors of the last five minutes.", Unit::Count);

/// The page, looking at another view.
fn to(app: &App, view: View) -> App {
    let mut app = app.clone();
    app.state = app.state.to_view(view);
    app
}

fn totals(measures: &[Measure], answer: &Value) -> Element {
    let empty = Record { names: vec![], values: vec![], before: vec![] };
    stats::stats(measures, records(answer).first().unwrap_or(&empty))
}

fn over_time(app: &App, widget: &Widget, answer: &Value) -> Element {
    let series = Series::read(app, answer);
    if series.is_empty() {
        return nothing(&say("Nothing to show for this time and these filters."));
    }
    // One axis has one unit: numbers of another are left to a chart of their own.
    let measures: Vec<Measure> = widget.metrics.iter().copied().map(measure_of).collect();
    let unit = measures.first().map_or(Unit::Count, |measure| measure.unit);
    let none: [(&str, Colour); 0] = [];
    let chart = timeline(app, &series, &widget.heading(), unit, &none);
    let drawn = measures.iter().enumerate().zip(Colour::SERIES).filter(|((_, measure), _)| measure.unit == unit);
    let line = |((place, measure), colour): ((usize, &Measure), Colour)| crate::chart::lines::Line {
        name: say(measure.label),
        colour,
        values: or_nothing(series.values(place, |_| true), unit, &series.buckets),
    };
    lines(&Lines { lines: drawn.map(line).collect(), ..chart })
}

/// Counts of buckets that have no row are zero; other numbers are not defined there.
fn or_nothing(values: Vec<Option<f64>>, unit: Unit, buckets: &Buckets) -> Vec<Option<f64>> {
    let count = buckets.labels.len();
    values.into_iter().take(count).map(|value| value.or((unit == Unit::Count).then_some(0.0))).collect()
}

fn greatest(app: &App, widget: &Widget, answer: &Value) -> Element {
    let measures: Vec<Measure> = widget.metrics.iter().copied().map(measure_of).collect();
    let dimension = widget.dimension();
    let head = |row: &Record| match dimension {
        Some(dimension) => filtering(app, dimension, row.name(0)),
        None => plain(row.name(0)),
    };
    let subject = dimension.map_or_else(|| widget.dimension.clone(), |dimension| say(Dimension::one(dimension)));
    table(app, (&widget.heading(), &subject), &measures, answer, &head)
}

fn table(
    app: &App,
    (caption, subject): (&str, &str),
    measures: &[Measure],
    answer: &Value,
    head: &dyn Fn(&Record) -> Element,
) -> Element {
    let rows = records(answer);
    if rows.is_empty() {
        return nothing(&say("Nothing to show for this time and these filters."));
    }
    let table =
        Listing { sort: None, caption, subject, measures, rows: &rows, head, bars: true, judge: None, spark: None };
    listing(app, &table)
}

/// The words of a note, line by line.
fn note(widget: &Widget) -> Element {
    let lines = widget.text.lines().filter(|line| !line.trim().is_empty());
    let words = element("div").class("widget-note").children(lines.map(|line| element("p").text(line)));
    if widget.text.trim().is_empty() {
        words.child(element("p").class("hint").text(say("Nothing written yet.")))
    } else {
        words
    }
}

/// What a chart of several numbers leaves out, for the settings of it.
pub(super) fn left_out(metrics: &[Metric]) -> Option<String> {
    let unit = |metric: &Metric| measure_of(*metric).unit;
    let first = metrics.first().map(unit)?;
    let others: Vec<String> =
        metrics.iter().filter(|metric| unit(metric) != first).map(|metric| say(metric.label())).collect();
    (!others.is_empty()).then(|| fill("Not on the same axis: {0}. Give it a chart of its own.", &[&others.join(", ")]))
}
