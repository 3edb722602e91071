//! The cards of the report about requests.

use super::{ROUTES, STATUSES};
use crate::answer::Problem;
use crate::app::App;
use crate::chart::bars::Layer;
use crate::chart::heat::{Heat, HeatRow, heat};
use crate::chart::lines::{Line, Lines, lines};
use crate::chart::{Colour, Unit};
use crate::date::Date;
use crate::markup::{Element, element};
use crate::report::listing::{Listing, Picture, listing, more, opening};
use crate::report::parts::{answered, bars, card, chart_head, durations, nothing, sparkline, timeline};
use crate::report::{Record, Series, records, total_rows};
use crate::words::say;
use serde_json::Value;

pub(super) type Answer<'a> = Option<Result<&'a Value, Problem>>;

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// The class of a status: its place among all, its colour and the class of its mark.
fn class(status: &str) -> (usize, Colour, &'static str) {
    match status.as_bytes() {
        [b'2', _, _] => (0, Colour::Teal, "c-teal"),
        [b'3', _, _] => (1, Colour::Blue, "c-blue"),
        [b'4', _, _] => (2, Colour::Fair, "c-fair"),
        [b'5', _, _] => (3, Colour::Poor, "c-poor"),
        b"0" => (4, Colour::Slate, "c-slate"),
        _ => (5, Colour::Quiet, "c-quiet"),
    }
}

pub(super) fn class_name(place: usize) -> String {
    match place {
        0 => say("2xx success"),
        1 => say("3xx redirect"),
        2 => say("4xx client error"),
        3 => say("5xx server error"),
        4 => say("No answer"),
        _ => say("Other"),
    }
}

/// How many requests were answered how, over time.
pub(super) fn statuses(app: &App, series: &Series) -> Element {
    let samples = ["200", "300", "400", "500", "0", "-"];
    let layers = samples.iter().enumerate().map(|(place, sample)| Layer {
        name: class_name(place),
        colour: class(sample).1,
        values: series.sums(0, |record| class(record.name(1)).0 == place),
    });
    let layers: Vec<Layer> = layers.filter(|layer| layer.values.iter().any(|value| *value > 0.0)).collect();
    let heading = say("Requests by status");
    element("div").child(chart_head(app, &heading)).child(bars(app, series, &heading, layers))
}

/// How long requests took and how many failed, over time.
pub(super) fn over_time(app: &App, answer: &Answer<'_>) -> Element {
    let took = card("durations", &say("Response time"), &say("Half, 95 and 99 of 100 requests took no longer."));
    let failed =
        card("failures", &say("Error rate"), &say("Requests without an answer or with a status of 500 or more."));
    let label = say("Response time");
    let took = took.child(answered(answer.clone(), 6, |answer| durations(app, &Series::read(app, answer), &label)));
    let failed = failed.child(answered(answer.clone(), 6, |answer| {
        let series = Series::read(app, answer);
        let line = Line { name: say("Errors"), colour: Colour::Poor, values: series.values(3, |_| true) };
        let chart = timeline(app, &series, &say("Error rate"), Unit::Percent, &[]);
        lines(&Lines { lines: vec![line], ..chart })
    }));
    element("div").class("view-grid").child(took).child(failed)
}

/// The routes, each with a small picture of its requests over time where all of them came.
pub(super) fn routes(app: &App, answer: Answer<'_>, over_time: Answer<'_>) -> Element {
    let series = over_time.and_then(Result::ok).map(|answer| Series::read(app, answer));
    let series = series.filter(|series| series.complete);
    let note = say("Open a route for its statuses and times. Order by a column's heading.");
    card("routes", &say("Routes"), &note).child(answered(answer, 9, |answer| {
        let rows = records(answer);
        if rows.is_empty() {
            return nothing(&say("No requests in this time."));
        }
        let head = |row: &Record| {
            let link = opening(app, &[("method", row.name(0)), ("route", row.name(1))], row.name(1));
            element("span").class("row-subject").child(method(row.name(0))).child(link)
        };
        let picture = |row: &Record| {
            let values = series
                .as_ref()
                .map(|series| series.sums(0, |other| other.name(1) == row.name(0) && other.name(2) == row.name(1)));
            sparkline(values.unwrap_or_default())
        };
        let label = say("Over time");
        let table = Listing {
            sort: Some("sort"),
            caption: &say("Routes with their requests, errors and times"),
            subject: &say("Route"),
            measures: &ROUTES,
            rows: &rows,
            head: &head,
            bars: true,
            judge: None,
            spark: series.as_ref().map(|_| (label.as_str(), &picture as Picture<'_>)),
        };
        let all = more(app, "routes", rows.len(), total_rows(answer));
        element("div").class("listing-with-more").child(listing(app, &table)).children(all)
    }))
}

/// A method, set small before its route.
pub(super) fn method(name: &str) -> Element {
    element("span").class("row-code").text(name)
}

/// A status with its meaning for the eye: a colour beside the number.
pub(super) fn status(name: &str) -> Element {
    let text = if name == "0" { say("No answer") } else { name.to_owned() };
    let colour = class(name).2;
    element("span").class(["row-name key ", colour].concat()).with("title", class_name(class(name).0)).text(text)
}

/// The single statuses.
pub(super) fn status_list(app: &App, answer: Answer<'_>) -> Element {
    card("statuses", &say("Statuses"), "").child(answered(answer, 6, |answer| {
        let rows = records(answer);
        if rows.is_empty() {
            return nothing(&say("No requests in this time."));
        }
        let head = |row: &Record| status(row.name(0));
        listing(
            app,
            &Listing {
                sort: None,
                caption: &say("Requests by status"),
                subject: &say("Status"),
                measures: &STATUSES,
                rows: &rows,
                head: &head,
                bars: true,
                judge: None,
                spark: None,
            },
        )
    }))
}

/// When requests come: days of the week by hours of the day.
pub(super) fn hours(answer: Answer<'_>) -> Element {
    let note = say("Requests by day of the week and hour of the day, in the site's time zone.");
    card("hours", &say("When requests come"), &note).child(answered(answer, 6, |answer| {
        let mut cells = [[0.0; 24]; 7];
        for record in records(answer) {
            let label = record.name(0);
            let day = Date::parse(label).and_then(|date| WEEKDAYS.iter().position(|day| *day == date.weekday()));
            let hour = label.get(11..13).and_then(|hour| hour.parse::<usize>().ok());
            let cell = day.zip(hour).and_then(|(day, hour)| cells.get_mut(day)?.get_mut(hour));
            if let Some(cell) = cell {
                *cell += record.count(0);
            }
        }
        let hour = |hour: u32| [if hour < 10 { "0" } else { "" }, &hour.to_string()].concat();
        heat(&Heat {
            label: say("Requests by day of the week and hour"),
            unit: Unit::Count,
            corner: say("Day"),
            extra: None,
            columns: (0..24).map(hour).collect(),
            rows: WEEKDAYS
                .iter()
                .zip(cells)
                .map(|(day, cells)| HeatRow {
                    name: say(day),
                    extra: String::new(),
                    cells: cells.into_iter().map(Some).collect(),
                })
                .collect(),
            top: None,
            texts: false,
            sparse_heads: true,
        })
    }))
}
