//! What fails in visitors' browsers: how often, for how many, where, and since when. No message is ever known.

use super::{Answers, Request};
use crate::answer::Problem;
use crate::app::App;
use crate::chart::Unit;
use crate::dimension::Dimension;
use crate::markup::{Element, element};
use crate::report::listing::{self, LONG, Listing, Picture, SHORT, filtering, opening};
use crate::report::parts::{
    answered, bars, card, chart_head, first_steps, layers, nothing, opened, segments, sparkline,
};
use crate::report::{Measure, Record, Scope, Series, measure, metrics, records, stats, total_rows};
use crate::sites::snippet;
use crate::words::say;
use serde_json::Value;

const ERRORS: Measure = measure("events", "Errors", "How often it was reported.", Unit::Count).less_is_better();
const VISITORS: Measure = measure(
    "visitors",
    "Visitors",
    "Different visitors whose pages reported it. Nobody is recognised on another day.",
    Unit::Count,
)
.less_is_better();
const FIRST: Measure = measure("first_seen", "First", "When it first came in this time.", Unit::Count);
const LAST: Measure = measure("last_seen", "Last", "When it last came in this time.", Unit::Count);

/// The numbers of each list.
pub(super) const TOTALS: [Measure; 2] = [ERRORS, VISITORS];
const TYPES: [Measure; 4] = [ERRORS, VISITORS, FIRST, LAST];

/// By what else than pages errors can be shown.
const BY: [Dimension; 4] = [Dimension::Browser, Dimension::Os, Dimension::Device, Dimension::Country];

/// The opened error: its type and its fingerprint.
fn chosen(app: &App) -> Option<(&str, &str)> {
    app.state.own("type").zip(app.state.own("fingerprint"))
}

fn by(app: &App) -> Dimension {
    let own = app.state.own("by").and_then(Dimension::parse);
    own.filter(|dimension| BY.contains(dimension)).unwrap_or(Dimension::Browser)
}

/// Asks for totals, errors over time by type, pages and browsers; while none is opened for the types and fingerprints
/// too, in all and over time.
pub fn requests(app: &App) -> Vec<Request> {
    let all = Scope::having(app, "event:error");
    let scope = match chosen(app) {
        Some((class, fingerprint)) => all.is("event:error", class).is("event:fingerprint", fingerprint),
        None => all,
    };
    let list =
        |dimension: &str| scope.list(&metrics(&TOTALS), &[dimension], "events", listing::limit(app, dimension, SHORT));
    let mut asked = vec![
        scope.totals(app, &TYPES),
        scope.over_time(app, &["events"], &["event:error"]),
        list("event:page"),
        list(by(app).query()),
    ];
    if chosen(app).is_none() {
        let dimensions = ["event:error", "event:fingerprint"];
        let limit = listing::limit(app, "errors", LONG);
        asked.push(scope.list(&metrics(&TYPES), &dimensions, listing::order(app, "sort", &TYPES), limit));
        asked.push(scope.over_time(app, &["events"], &dimensions));
    }
    vec![Request::queries(app, asked)]
}

/// The report.
pub fn content(app: &App, answers: &Answers) -> Element {
    let first = answers.query(0, 0);
    let none = matches!(&first, Some(Ok(answer)) if records(answer).first().is_none_or(|row| row.count(0) <= 0.0));
    if none && chosen(app).is_none() && app.state.filters.is_empty() {
        return nothing_yet(app);
    }
    let title = chosen(app).map(|(class, fingerprint)| [class, " · ", fingerprint].concat());
    let chart = answered(answers.query(0, 1), 6, |answer| {
        let series = Series::read(app, answer);
        let heading = say("Errors by type");
        element("div").child(chart_head(app, &heading)).child(bars(app, &series, &heading, layers(&series, 1)))
    });
    let overview =
        element("section").class("card overview").with("data-panel", "errors").child(answered(first, 3, totals));
    let list = chosen(app).is_none().then(|| types(app, answers.query(0, 4), answers.query(0, 5)));
    let pages = |row: &Record| filtering(app, Dimension::Page, row.name(0));
    let others = |row: &Record| filtering(app, by(app), row.name(0));
    let choices = BY.map(|dimension| (dimension.name(), say(dimension.one())));
    let choice = segments(app, "by", &say("Group by"), &choices, by(app).name());
    element("div")
        .class("report")
        .children(title.map(|title| opened(app, &["type", "fingerprint"], &title, &say("All errors"))))
        .child(overview.child(element("div").class("chart").child(chart)))
        .children(list)
        .child(
            element("div")
                .class("view-grid")
                .child(short(app, card("pages", &say("Pages"), ""), "event:page", answers.query(0, 2), &pages))
                .child(short(
                    app,
                    card("by", &say("Visitors"), "").child(choice),
                    by(app).query(),
                    answers.query(0, 3),
                    &others,
                )),
        )
        .child(element("p").class("hint").text(privacy()))
}

fn privacy() -> String {
    say(
        "An error is known by its type and a fingerprint, a hash of the place in your code where it happened. Its message never leaves the browser, since it may name people.",
    )
}

fn totals(answer: &Value) -> Element {
    let rows = records(answer);
    let empty = Record { names: vec![], values: vec![], before: vec![] };
    stats::stats(&TOTALS, rows.first().unwrap_or(&empty))
}

fn types(app: &App, answer: Option<Result<&Value, Problem>>, over_time: Option<Result<&Value, Problem>>) -> Element {
    let series = over_time.and_then(Result::ok).map(|answer| Series::read(app, answer));
    let series = series.filter(|series| series.complete);
    let card = card("types", &say("Types and places"), &say("Open one for its pages and browsers."));
    card.child(answered(answer, 9, |answer| {
        let rows = records(answer);
        let head = |row: &Record| {
            let own = [("type", row.name(0)), ("fingerprint", row.name(1))];
            element("span")
                .class("row-subject")
                .child(opening(app, &own, row.name(0)))
                .child(element("span").class("row-code").text(row.name(1)))
        };
        let picture = |row: &Record| {
            let same = |other: &Record| other.name(1) == row.name(0) && other.name(2) == row.name(1);
            sparkline(series.as_ref().map(|series| series.sums(0, same)).unwrap_or_default())
        };
        let label = say("Over time");
        let table = Listing {
            sort: Some("sort"),
            caption: &say("Errors by type and place"),
            subject: &say("Error"),
            measures: &TYPES,
            rows: &rows,
            head: &head,
            bars: true,
            judge: None,
            spark: series.as_ref().map(|_| (label.as_str(), &picture as Picture<'_>)),
        };
        let all = listing::more(app, "errors", rows.len(), total_rows(answer));
        element("div").class("listing-with-more").child(listing::listing(app, &table)).children(all)
    }))
}

/// A table of errors by a dimension.
fn short(
    app: &App,
    card: Element,
    dimension: &str,
    answer: Option<Result<&Value, Problem>>,
    head: &dyn Fn(&Record) -> Element,
) -> Element {
    card.child(answered(answer, 6, |answer| {
        let rows = records(answer);
        if rows.is_empty() {
            return nothing(&say("Nothing in this time."));
        }
        let table = Listing {
            sort: None,
            caption: &say("Errors and the visitors who had them"),
            subject: &say("Where"),
            measures: &TOTALS,
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
    let steps = first_steps(
        app,
        &say("No errors in this time"),
        &say(
            "That is good news, if the tracker is on your pages: it reports by itself what fails there and nothing catches.",
        ),
        &privacy(),
        &snippet(&app.origin, &app.site_wanted().unwrap_or_default()),
    );
    element("div").class("report").child(steps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Node;
    use crate::sample;
    use crate::wire::{Reader, Writer};
    use serde_json::json;

    fn rows(rows: Value) -> Value {
        let rows = rows.as_array().unwrap().iter().map(|row| json!({ "dimensions": row[0], "metrics": row[1] }));
        json!({
            "results": rows.collect::<Vec<_>>(),
            "meta": { "total_rows": 2, "time_labels": ["2026-11-20", "2026-11-21"] },
            "query": { "dimensions": ["time:day"] },
        })
    }

    fn answers() -> Answers {
        let results = json!([
            rows(json!([[[], [120, 40, 1, 2]]])),
            rows(json!([[["2026-11-20", "TypeError"], [100]], [["2026-11-21", "NetworkError"], [20]]])),
            rows(json!([[["/cart"], [90, 30]]])),
            rows(json!([[["Firefox"], [70, 20]]])),
            rows(json!([[["TypeError", "b41c"], [100, 30, 1_795_000_000, 1_795_266_180]]])),
            rows(json!([[["2026-11-20", "TypeError", "b41c"], [100]]])),
        ]);
        Answers { asked: vec![Some(Ok(json!({ "results": results })))], sent: None }
    }

    #[test]
    fn errors_are_known_by_type_and_place_and_lead_to_their_breakdown() {
        let app = sample::empty_app("?view=errors");
        let content = content(&app, &answers());
        let html = Node::from(content.clone()).html();
        for text in [
            "type=TypeError&amp;fingerprint=b41c",
            "2 minutes ago",
            "3 days ago",
            "f=is.page.%2Fcart",
            "f=is.browser.Firefox",
            "by=device",
            "Its message never leaves the browser",
        ] {
            assert!(html.contains(text), "{text}: {html}");
        }
        let mut wire = Writer::default();
        Node::from(content.clone()).to_wire(&mut wire);
        assert_eq!(Node::from_wire(&mut Reader::new(&wire.done())), Some(Node::from(content)));
    }

    #[test]
    fn an_opened_error_narrows_every_question() {
        let app = sample::empty_app("?view=errors&type=TypeError&fingerprint=b41c&by=os");
        let body: Value = serde_json::from_str(&requests(&app)[0].body).unwrap();
        let queries = body["queries"].as_array().unwrap();
        assert_eq!(queries.len(), 4);
        for query in queries {
            let filters = query["filters"].to_string();
            assert!(filters.contains(r#"["is","event:fingerprint",["b41c"]]"#), "{filters}");
        }
        assert_eq!(queries[3]["dimensions"], json!(["visit:os"]));
        let html = Node::from(content(&app, &answers())).html();
        assert!(html.contains("TypeError · b41c") && !html.contains("Types and places"), "{html}");
    }

    #[test]
    fn no_errors_are_good_news() {
        let nothing = json!({ "results": [rows(json!([[[], [0, 0, null, null]]]))] });
        let answers = Answers { asked: vec![Some(Ok(nothing))], sent: None };
        let html = Node::from(content(&sample::empty_app("?view=errors"), &answers)).html();
        assert!(html.contains("No errors in this time"), "{html}");
    }
}
