//! The components of a library: which are shown and used, in which variants and versions, on which pages, and since when
//! one is not seen any more.

mod merge;

use super::{Answers, Request};
use crate::answer::Problem;
use crate::app::App;
use crate::chart::lines::lines;
use crate::chart::{Colour, Unit};
use crate::dimension::Dimension;
use crate::form::{self, Kind};
use crate::markup::{Element, element};
use crate::report::listing::{self, Listing, SHORT, filtering, given, opening, plain};
use crate::report::parts::{answered, bars, card, chart_head, first_steps, layers, nothing, opened, timeline};
use crate::report::{Measure, Record, Scope, Series, ago, measure, metrics, records, stats, total_rows};
use crate::words::{fill, plural, say};
use merge::{merged, sort};
use serde_json::{Value, json};

const IMPRESSIONS: Measure =
    measure("events", "Impressions", "How often at least half of one was in view for a second.", Unit::Count);
const USES: Measure = measure("uses", "Uses", "How often one was clicked or otherwise used.", Unit::Count);
const RATE: Measure = measure("rate", "Use rate", "Uses out of impressions.", Unit::Percent);
const VISITORS: Measure = measure(
    "visitors",
    "Visitors",
    "Different visitors who saw or used one. Nobody is recognised on another day.",
    Unit::Count,
);
const APPEARS: Measure = measure(
    "p75",
    "Appears after",
    "Three of four were in view no later than this after they came into the page. To within half a percent.",
    Unit::Milliseconds,
)
.less_is_better();
const LAST: Measure = measure("last_seen", "Last seen", "When one was last shown or used in this time.", Unit::Count);

/// What the API is asked of each component, and what is made of it.
const ASKED: [&str; 4] = ["events", "visitors", "p75", "last_seen"];
const SHOWN: [Measure; 6] = [IMPRESSIONS, USES, RATE, VISITORS, APPEARS, LAST];
const TOTALS: [Measure; 3] = [IMPRESSIONS, VISITORS, APPEARS];
const PLACES: [Measure; 3] =
    [measure("events", "Seen or used", "Impressions and uses together.", Unit::Count), VISITORS, LAST];

/// Most components with their variants of which a table is made.
const COMPONENTS_MAX: usize = 1_000;
const VARIANTS: [&str; 2] = ["event:component", "event:variant"];
const ACTIONS: [&str; 3] = ["event:component", "event:variant", "event:action"];

/// What is opened: a component, and one of its variants if that is chosen.
fn scope(app: &App) -> Scope {
    let mut scope = Scope::having(app, "event:component");
    for (own, dimension) in [("component", "event:component"), ("variant", "event:variant")] {
        if let Some(value) = app.state.own(own) {
            scope = scope.is(dimension, value);
        }
    }
    scope
}

/// Asks for impressions, uses, components with their variants, in all and by what happened, versions, over time and in
/// all, pages, and how long they took to appear.
pub fn requests(app: &App) -> Vec<Request> {
    let scope = scope(app);
    let found = scope.clone().search(&VARIANTS, app.state.own("q").unwrap_or_default());
    let impressions = scope.clone().is("event:action", "impression");
    let list =
        |dimension: &str| scope.list(&metrics(&PLACES), &[dimension], "events", listing::limit(app, dimension, SHORT));
    vec![Request::queries(
        app,
        [
            impressions.totals(app, &TOTALS),
            scope.clone().and(json!(["is_not", "event:action", ["impression"]])).totals(app, &[USES_ASKED]),
            found.list(&ASKED, &VARIANTS, "events", COMPONENTS_MAX),
            found.list(&["events"], &ACTIONS, "events", COMPONENTS_MAX * 4),
            scope.over_time(app, &["events"], &["event:version"]),
            list("event:version"),
            list("event:page"),
            impressions.over_time(app, &["p50", "p75", "p95"], &[]),
            scope.totals(app, &[LAST]),
        ],
    )]
}

/// Uses as the API counts them: events whose action is one.
const USES_ASKED: Measure = Measure { metric: "events", ..USES };

/// The report.
pub fn content(app: &App, answers: &Answers) -> Element {
    let component = app.state.own("component");
    let everything = answers.query(0, 8);
    let none =
        matches!(&everything, Some(Ok(answer)) if records(answer).first().is_none_or(|row| row.value(0).is_none()));
    if none && component.is_none() && app.state.filters.is_empty() {
        return nothing_yet(app);
    }
    let title = component.map(|component| match app.state.own("variant") {
        Some(variant) => [component, " · ", &given(variant)].concat(),
        None => component.to_owned(),
    });
    let sentence = title.as_ref().map(|title| {
        let text = match everything.as_ref().and_then(|answer| answer.as_ref().ok()) {
            Some(answer) => last_seen(app, title, answer),
            None => String::new(),
        };
        element("p").class("lead").with("data-panel", "seen").text(text)
    });
    let chart = answered(answers.query(0, 4), 6, |answer| {
        let series = Series::read(app, answer);
        let heading = say("Impressions and uses by version");
        element("div").child(chart_head(app, &heading)).child(bars(app, &series, &heading, layers(&series, 1)))
    });
    let versions = |row: &Record| plain(row.name(0));
    let pages = |row: &Record| filtering(app, Dimension::Page, row.name(0));
    let label = say("Time to appear");
    let explained = say("From when it came into the page until it was half in view.");
    let appears = card("appears", &label, &explained).child(answered(answers.query(0, 7), 6, |answer| {
        let (p50, p75, p95) = (say("p50"), say("p75"), say("p95"));
        let names = [(p50.as_str(), Colour::Teal), (p75.as_str(), Colour::Amber), (p95.as_str(), Colour::Violet)];
        lines(&timeline(app, &Series::read(app, answer), &label, Unit::Milliseconds, &names))
    }));
    let list = app.state.own("variant").is_none().then(|| variants(app, answers.query(0, 2), answers.query(0, 3)));
    let back = ["component", "variant"];
    element("div")
        .class("report")
        .children(title.map(|title| opened(app, &back, &title, &say("All components"))))
        .children(sentence)
        .child(
            element("section")
                .class("card overview")
                .with("data-panel", "components")
                .child(headline(answers))
                .child(element("div").class("chart").child(chart)),
        )
        .children(list)
        .child(
            element("div")
                .class("view-grid")
                .child(places(app, ("versions", say("Versions"), "event:version"), answers.query(0, 5), &versions))
                .child(places(app, ("pages", say("Pages"), "event:page"), answers.query(0, 6), &pages)),
        )
        .child(appears)
}

/// When what is opened was last seen, as a sentence.
fn last_seen(app: &App, title: &str, answer: &Value) -> String {
    let moment = records(answer).first().and_then(|row| row.value(0));
    match moment {
        Some(moment) => fill("{0} was last seen or used {1}.", &[title, &ago(app, moment)]),
        None => fill("{0} was not seen in this time. Choose more days to look further back.", &[title]),
    }
}

fn headline(answers: &Answers) -> Element {
    answered(answers.query(0, 0), 3, |answer| {
        let totals = records(answer);
        let uses = answers.query(0, 1).and_then(Result::ok).map(records).unwrap_or_default();
        let (totals, uses) = (totals.first(), uses.first());
        let of = |row: Option<&Record>, place: usize| row.and_then(|row| row.value(place));
        let before = |row: Option<&Record>, place: usize| row.and_then(|row| row.before.get(place).copied().flatten());
        let pick = |of: &dyn Fn(Option<&Record>, usize) -> Option<f64>| {
            vec![of(totals, 0), of(uses, 0), of(totals, 1), of(totals, 2)]
        };
        let row = Record { names: vec![], values: pick(&of), before: pick(&before) };
        stats::stats(&[IMPRESSIONS, USES, VISITORS, APPEARS], &row)
    })
}

/// The components with their variants, or the variants of the opened one, with a search.
fn variants(app: &App, answer: Option<Result<&Value, Problem>>, actions: Option<Result<&Value, Problem>>) -> Element {
    let search = form::input("q", Kind::Text, app.state.own("q").unwrap_or_default()).with("data-live", "");
    let label = say("Component or variant contains");
    let form = form::go(app, &["q"]).class("view-form").child(form::field(&label, search));
    let actions = actions.and_then(Result::ok).map(records).unwrap_or_default();
    let card = card("variants", &say("Components and their variants"), "").child(form);
    card.child(answered(answer, 9, |answer| {
        let mut rows = merged(&records(answer), &actions);
        if rows.is_empty() {
            return nothing(&say(
                "No component like this was seen in this time. Choose more days to look further back.",
            ));
        }
        let order = listing::order(app, "sort", &SHOWN);
        sort(&mut rows, SHOWN.iter().position(|measure| measure.metric == order).unwrap_or(0));
        let head = |row: &Record| {
            let (component, variant) = (("component", row.name(0)), ("variant", row.name(1)));
            let subject = element("span").class("row-subject").child(opening(app, &[component], row.name(0)));
            // A component without variants has one row, which it is itself.
            let has_variant = row.name(1) != crate::report::NONE;
            subject.children(has_variant.then(|| opening(app, &[component, variant], row.name(1))))
        };
        let table = Listing {
            sort: Some("sort"),
            caption: &say("Components and their variants"),
            subject: &say("Component"),
            measures: &SHOWN,
            rows: &rows,
            head: &head,
            bars: true,
            judge: None,
            spark: None,
        };
        let count = plural(rows.len() as f64, "{0} component or variant", "{0} components and variants");
        let count = element("p").class("hint").text(count);
        element("div").class("listing-with-more").child(listing::listing(app, &table)).child(count)
    }))
}

/// A table of a dimension: its place in the page, its heading and the dimension's name.
fn places(
    app: &App,
    (id, heading, dimension): (&str, String, &str),
    answer: Option<Result<&Value, Problem>>,
    head: &dyn Fn(&Record) -> Element,
) -> Element {
    card(id, &heading, "").child(answered(answer, 6, |answer| {
        let rows = records(answer);
        if rows.is_empty() {
            return nothing(&say("Nothing in this time."));
        }
        let table = Listing {
            sort: None,
            caption: &heading,
            subject: &if id == "pages" { say("Page") } else { say("Version") },
            measures: &PLACES,
            rows: &rows,
            head,
            bars: true,
            judge: None,
            spark: None,
        };
        let all = listing::more(app, dimension, rows.len(), total_rows(answer));
        element("div").class("listing-with-more").child(listing::listing(app, &table)).children(all)
    }))
}

fn nothing_yet(app: &App) -> Element {
    first_steps(
        app,
        &say("No components in this time"),
        &say("Here stands which components of your library are shown and used, in which variants and versions."),
        &say(
            "Add data-components to the tracker's script, and name each component where it is made. The bindings for React, Vue and Svelte write these attributes.",
        ),
        "<button data-track=\"Button\" data-track-variant=\"ghost\" data-track-version=\"2.1\">…</button>",
    )
}

#[cfg(test)]
mod tests;
