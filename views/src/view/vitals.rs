//! Web vitals: how fast pages show themselves and answer, and how still they stand, as visitors' browsers measured it.

mod facts;

use super::{Answers, Request};
use crate::answer::Problem;
use crate::app::App;
use crate::chart::bars::{Band, Histogram, histogram};
use crate::chart::lines::{Lines, lines};
use crate::chart::share::{Part, Share, share};
use crate::chart::{Colour, Threshold, Unit};
use crate::dimension::Dimension;
use crate::markup::{Element, element};
use crate::report::listing::{self, LONG, Listing, SHORT, filtering, plain};
use crate::report::parts::{answered, as_table, card, first_steps, nothing, segments, timeline};
use crate::report::{Measure, Record, Scope, Series, measure, metrics, records, total_rows};
use crate::sites::snippet;
use crate::words::{fill, say};
use facts::{Facts, Rating, VITALS, facts};
use serde_json::Value;

/// By what else than pages and elements a vital can be shown.
const BY: [Dimension; 4] = [Dimension::Device, Dimension::Browser, Dimension::Os, Dimension::Country];

/// The columns of the tables.
fn measures(facts: &Facts) -> [Measure; 2] {
    let p75 = measure(
        "p75",
        "p75",
        "Three of four page views measured no more. Google judges pages by this number. To within half a percent.",
        facts.unit,
    );
    [measure("events", "Measured", "Page views in which the browser measured it.", Unit::Count), p75]
}

fn chosen(app: &App) -> &'static Facts {
    facts(app.state.own("vital").unwrap_or_default())
}

/// By what the third table shows the vital.
fn by(app: &App) -> Dimension {
    let own = app.state.own("by").and_then(Dimension::parse);
    own.filter(|dimension| BY.contains(dimension)).unwrap_or(Dimension::Device)
}

/// Asks for every vital and its ratings; of the chosen one how its values are spread, over time, by page, by element
/// and by device.
pub fn requests(app: &App) -> Vec<Request> {
    let all = Scope::having(app, "event:vital");
    let facts = chosen(app);
    let one = all.clone().is("event:vital", facts.name);
    let list = |dimension: &str, usual: usize| {
        let measures = measures(facts);
        let order = listing::order(app, "sort", &measures).to_owned();
        one.list(&metrics(&measures), &[dimension], &order, listing::limit(app, dimension, usual))
    };
    vec![Request::queries(
        app,
        [
            all.list(&["events", "p75"], &["event:vital"], "events", LONG),
            all.list(&["events"], &["event:vital", "event:rating"], "events", LONG),
            one.list(&["events"], &["event:measure"], "events", usize::MAX),
            one.over_time(app, &["p75"], &[]),
            list("event:page", 2 * SHORT),
            list("event:target", SHORT),
            list(by(app).query(), SHORT),
        ],
    )]
}

/// The report.
pub fn content(app: &App, answers: &Answers) -> Element {
    let nothing_at_all = matches!(answers.query(0, 0), Some(Ok(answer)) if records(answer).is_empty());
    if nothing_at_all && app.state.filters.is_empty() {
        return nothing_yet(app);
    }
    let facts = chosen(app);
    let over_time =
        card("over-time", &say("Over time"), &say("The 75th percentile: three of four page views measured no more."));
    let over_time = over_time.child(answered(answers.query(0, 3), 6, |answer| timeline_of(app, facts, answer)));
    let spread =
        card("spread", &say("How the values are spread"), &say("Each bar counts the page views between two values."));
    let spread =
        spread.child(answered(answers.query(0, 2), 6, |answer| spread_of(app, facts, answer, answers.query(0, 0))));
    let table = |index: usize, id: &str, heading: String, dimension: &str, head: &dyn Fn(&Record) -> Element| {
        tables(app, facts, (id, &heading, dimension), answers.query(0, index), head)
    };
    let pages = |row: &Record| filtering(app, Dimension::Page, row.name(0));
    let elements = |row: &Record| plain(row.name(0));
    let dimension = by(app);
    let others = |row: &Record| filtering(app, dimension, row.name(0));
    element("div")
        .class("report")
        .child(overview(app, facts, answers))
        .child(element("div").class("view-grid").child(spread).child(over_time))
        .child(table(4, "pages", say("Pages"), "event:page", &pages))
        .child(
            element("div")
                .class("view-grid")
                .child(table(5, "elements", say("Elements"), "event:target", &elements))
                .child(table(6, "by", say("Visitors"), dimension.query(), &others)),
        )
}

/// All vitals, each a link that chooses it, and what the chosen one is.
fn overview(app: &App, chosen: &Facts, answers: &Answers) -> Element {
    let shown = answered(answers.query(0, 0), 3, |answer| {
        figures(app, Some(chosen.name), answer, answers.query(0, 1).and_then(Result::ok))
    });
    let words = element("div")
        .child(element("h2").text(say(chosen.title)))
        .child(element("p").class("lead").text(say(chosen.meaning)));
    element("section")
        .class("card overview")
        .with("data-panel", "vitals")
        .child(shown)
        .child(element("div").class("about").child(words).child(as_table(app)))
}

/// All vitals in a row, from an answer that lists them and one that lists their ratings.
pub(super) fn figures(app: &App, chosen: Option<&str>, answer: &Value, rated: Option<&Value>) -> Element {
    let (rows, rated) = (records(answer), rated.map(records).unwrap_or_default());
    let figures = VITALS.iter().map(|facts| {
        let row = rows.iter().find(|row| row.name(0) == facts.name);
        let chosen = chosen == Some(facts.name);
        element("li").child(figure(app, facts, chosen, row, &rated))
    });
    element("ul").class("headline vitals").with("aria-label", say("Web vitals")).children(figures)
}

fn figure(app: &App, facts: &Facts, chosen: bool, row: Option<&Record>, rated: &[Record]) -> Element {
    let p75 = row.and_then(|row| row.value(1));
    let link = element("a")
        .class("figure")
        .with("href", app.state.with_own("vital", Some(facts.name)).with_own("all", None).href())
        .with("data-metric", facts.name)
        .with("title", say(facts.title))
        .with_if(chosen, "aria-current", "true")
        .child(element("span").class("figure-label").text(facts.name));
    let Some(p75) = p75 else { return link.child(element("span").class("figure-value").text("–")) };
    let rating = facts.rate(p75);
    let number = element("span").class("figure-value").with("data-value", crate::format::exact(p75));
    let count = |name: &str| {
        let of = rated.iter().filter(|row| row.name(0) == facts.name && row.name(1) == name);
        of.map(|row| row.count(0)).sum::<f64>()
    };
    let part = |rating: Rating| Part { name: rating.word(), value: count(rating.name()), colour: rating.colour() };
    link.child(number.text(facts.unit.show(p75)))
        .child(element("span").class(["key rating ", rating.class()].concat()).text(rating.word()))
        .child(share(&Share {
            label: fill("How page views rated: {0}", &[facts.name]),
            counted: say("page views"),
            parts: Rating::ALL.into_iter().map(part).collect(),
            legend: false,
        }))
}

fn timeline_of(app: &App, facts: &Facts, answer: &Value) -> Element {
    let series = Series::read(app, answer);
    if series.is_empty() {
        return nothing(&say("Nothing was measured in this time."));
    }
    let name = say("p75");
    let chart =
        timeline(app, &series, &fill("{0} over time", &[&say(facts.title)]), facts.unit, &[(&name, Colour::Teal)]);
    let threshold = |value: f64, rating: Rating| Threshold { value, name: rating.word(), colour: rating.colour() };
    lines(&Lines {
        thresholds: vec![threshold(facts.good, Rating::Good), threshold(facts.poor, Rating::Poor)],
        ..chart
    })
}

/// How the values of a vital are spread, from those of each step of two digits.
fn spread_of(app: &App, facts: &Facts, answer: &Value, all: Option<Result<&Value, Problem>>) -> Element {
    let rows = records(answer);
    if rows.is_empty() {
        return nothing(&say("Nothing was measured in this time."));
    }
    let mut counts = vec![0.0; facts.bins + 1];
    for row in &rows {
        let bin = facts::thousandths(row.name(0)) / facts.step;
        if let Some(slot) = counts.get_mut(usize::try_from(bin).unwrap_or(usize::MAX).min(facts.bins)) {
            *slot += row.count(0);
        }
    }
    let p75 = all.and_then(Result::ok).map(records).unwrap_or_default();
    let p75 = p75.iter().find(|row| row.name(0) == facts.name).and_then(|row| row.value(1));
    let band = |rating: Rating, up_to| Band { name: rating.word(), up_to, colour: rating.colour() };
    histogram(&Histogram {
        label: fill("How page views are spread over {0}", &[&say(facts.title)]),
        unit: facts.unit,
        edges: (0..=facts.bins).map(|bin| (bin as u64 * facts.step) as f64 / 1000.0).collect(),
        end: None,
        counts,
        counted: say("page views"),
        bands: vec![
            band(Rating::Good, Some(facts.good)),
            band(Rating::Fair, Some(facts.poor)),
            band(Rating::Poor, None),
        ],
        markers: p75.map(|value| Threshold { value, name: say("p75"), colour: Colour::Slate }).into_iter().collect(),
        as_table: app.state.as_table,
    })
}

/// A table of the vital by a dimension: its place in the page, its heading and the dimension's name.
fn tables(
    app: &App,
    facts: &Facts,
    (id, heading, dimension): (&str, &str, &str),
    answer: Option<Result<&Value, Problem>>,
    head: &dyn Fn(&Record) -> Element,
) -> Element {
    let note =
        if id == "elements" { say("What was measured last, painted largest or moved most.") } else { String::new() };
    let mut card = card(id, heading, &note);
    if id == "by" {
        let choices = BY.map(|dimension| (dimension.name(), say(dimension.one())));
        card = card.child(segments(app, "by", &say("Group by"), &choices, by(app).name()));
    }
    let subject = match id {
        "pages" => say("Page"),
        "elements" => say("Element"),
        _ => say(by(app).one()),
    };
    let judge = |measure: &Measure, value: f64| (measure.metric == "p75").then(|| facts.rate(value).verdict());
    card.child(answered(answer, 6, |answer| {
        let rows = records(answer);
        if rows.is_empty() {
            return nothing(&say("Nothing was measured in this time."));
        }
        let table = Listing {
            sort: Some("sort"),
            caption: &fill("{0}: {1}", &[facts.name, heading]),
            subject: &subject,
            measures: &measures(facts),
            rows: &rows,
            head,
            bars: true,
            judge: Some(&judge),
            spark: None,
        };
        let all = listing::more(app, dimension, rows.len(), total_rows(answer));
        element("div").class("listing-with-more").child(listing::listing(app, &table)).children(all)
    }))
}

fn nothing_yet(app: &App) -> Element {
    first_steps(
        app,
        &say("No web vitals in this time"),
        &say(
            "Here stands how fast your pages show themselves and answer, as the browsers of your visitors measured it.",
        ),
        &say(
            "The tracker measures them by itself, when a page is hidden for the first time. The script alone is enough.",
        ),
        &snippet(&app.origin, &app.site_wanted().unwrap_or_default()),
    )
}

#[cfg(test)]
mod tests;
