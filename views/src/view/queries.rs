//! What a database is asked: which statements take the most time together, which are slow, and how that changes.

use super::{Answers, Request};
use crate::answer::Problem;
use crate::app::App;
use crate::chart::Unit;
use crate::form::{self, Kind};
use crate::markup::{Element, element};
use crate::report::listing::{self, LONG, Listing, Picture, SHORT, given, opening, plain};
use crate::report::parts::{
    answered, bars, card, chart_head, durations, first_steps, layers, nothing, opened, sparkline,
};
use crate::report::{Measure, Record, Scope, Series, measure, metrics, records, stats, total_rows};
use crate::words::say;
use serde_json::Value;

const SUM: Measure = measure(
    "sum",
    "Total time",
    "How long all of them took together: where making one faster helps most.",
    Unit::Milliseconds,
)
.less_is_better();
const CALLS: Measure = measure("events", "Queries", "How often it ran.", Unit::Count);
const P50: Measure =
    measure("p50", "p50", "Half of them took no longer. To within half a percent.", Unit::Milliseconds)
        .less_is_better();
const P95: Measure =
    measure("p95", "p95", "95 of 100 took no longer. To within half a percent.", Unit::Milliseconds).less_is_better();
const P99: Measure =
    measure("p99", "p99", "99 of 100 took no longer. To within half a percent.", Unit::Milliseconds).less_is_better();
const ROWS: Measure = measure("rows", "Rows", "Rows that were returned or changed, all together.", Unit::Count);
const LAST: Measure = measure("last_seen", "Last", "When it last ran in this time.", Unit::Count);

const TOTALS: [Measure; 6] = [CALLS, SUM, P50, P95, P99, ROWS];
const STATEMENTS: [Measure; 7] = [SUM, CALLS, P50, P95, P99, ROWS, LAST];
const SYSTEMS: [Measure; 4] = [SUM, CALLS, P95, ROWS];

/// The opened statement: its system and its fingerprint.
fn chosen(app: &App) -> Option<(&str, &str)> {
    app.state.own("system").zip(app.state.own("fingerprint"))
}

/// Asks for totals, times and queries over time, and systems; while no statement is opened for the statements too, in all
/// and over time.
pub fn requests(app: &App) -> Vec<Request> {
    // Errors have fingerprints too, and a query may have no system.
    let all = Scope::having(app, "event:fingerprint").is("event:name", "query");
    let scope = match chosen(app) {
        Some((system, fingerprint)) => all.is("event:system", system).is("event:fingerprint", fingerprint),
        None => all,
    };
    let mut asked = vec![
        scope.totals(app, &TOTALS),
        scope.over_time(app, &["p50", "p95", "p99"], &[]),
        scope.over_time(app, &["events"], &["event:system"]),
        scope.list(&metrics(&SYSTEMS), &["event:system"], "sum", listing::limit(app, "systems", SHORT)),
    ];
    if chosen(app).is_none() {
        let found = scope.clone().search(&["event:fingerprint"], app.state.own("q").unwrap_or_default());
        let dimensions = ["event:system", "event:fingerprint"];
        let order = listing::order(app, "sort", &STATEMENTS);
        let limit = listing::limit(app, "statements", LONG);
        asked.push(found.list(&metrics(&STATEMENTS), &dimensions, order, limit));
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
    let headline = answered(first, 3, |answer| {
        let rows = records(answer);
        let empty = Record { names: vec![], values: vec![], before: vec![] };
        stats::stats(&TOTALS, rows.first().unwrap_or(&empty))
    });
    let chart = answered(answers.query(0, 2), 6, |answer| {
        let series = Series::read(app, answer);
        let heading = say("Queries by system");
        element("div").child(chart_head(app, &heading)).child(bars(app, &series, &heading, layers(&series, 1)))
    });
    let label = say("Durations");
    let took = card("durations", &label, &say("Half, 95 and 99 of 100 queries took no longer."));
    let took =
        took.child(answered(answers.query(0, 1), 6, |answer| durations(app, &Series::read(app, answer), &label)));
    let title =
        chosen(app).map(|(system, _)| opened(app, &["system", "fingerprint"], &given(system), &say("All queries")));
    let statement = chosen(app).map(|(_, fingerprint)| {
        let code = element("code").class("statement").text(fingerprint);
        element("section").class("card view-card").with("data-panel", "statement").child(code)
    });
    let list = chosen(app).is_none().then(|| statements(app, answers.query(0, 4), answers.query(0, 5)));
    element("div")
        .class("report")
        .children(title)
        .children(statement)
        .child(
            element("section")
                .class("card overview")
                .with("data-panel", "queries")
                .child(headline)
                .child(element("div").class("chart").child(chart)),
        )
        .children(list)
        .child(element("div").class("view-grid").child(took).child(systems(app, answers.query(0, 3))))
}

fn statements(
    app: &App,
    answer: Option<Result<&Value, Problem>>,
    over_time: Option<Result<&Value, Problem>>,
) -> Element {
    let series = over_time.and_then(Result::ok).map(|answer| Series::read(app, answer));
    let series = series.filter(|series| series.complete);
    let search = form::input("q", Kind::Text, app.state.own("q").unwrap_or_default()).with("data-live", "");
    let form = form::go(app, &["q"]).class("view-form").child(form::field(&say("Statement contains"), search));
    let note =
        say("Statements without their values. Order by p95 for the slow ones, by total time for those that matter.");
    card("statements", &say("Statements"), &note).child(form).child(answered(answer, 9, |answer| {
        let rows = records(answer);
        if rows.is_empty() {
            return nothing(&say("No such statement in this time."));
        }
        let head = |row: &Record| {
            let own = [("system", row.name(0)), ("fingerprint", row.name(1))];
            element("span")
                .class("row-subject")
                .child(element("span").class("row-code").text(given(row.name(0))))
                .child(opening(app, &own, row.name(1)))
        };
        let picture = |row: &Record| {
            let same = |other: &Record| other.name(1) == row.name(0) && other.name(2) == row.name(1);
            sparkline(series.as_ref().map(|series| series.sums(0, same)).unwrap_or_default())
        };
        let label = say("Over time");
        let table = Listing {
            sort: Some("sort"),
            caption: &say("Statements with their times and rows"),
            subject: &say("Statement"),
            measures: &STATEMENTS,
            rows: &rows,
            head: &head,
            bars: true,
            judge: None,
            spark: series.as_ref().map(|_| (label.as_str(), &picture as Picture<'_>)),
        };
        let all = listing::more(app, "statements", rows.len(), total_rows(answer));
        element("div").class("listing-with-more").child(listing::listing(app, &table)).children(all)
    }))
}

fn systems(app: &App, answer: Option<Result<&Value, Problem>>) -> Element {
    card("systems", &say("Systems"), "").child(answered(answer, 6, |answer| {
        let rows = records(answer);
        let head = |row: &Record| plain(row.name(0));
        let table = Listing {
            sort: None,
            caption: &say("Database systems with their times and rows"),
            subject: &say("System"),
            measures: &SYSTEMS,
            rows: &rows,
            head: &head,
            bars: true,
            judge: None,
            spark: None,
        };
        let all = listing::more(app, "systems", rows.len(), total_rows(answer));
        element("div").class("listing-with-more").child(listing::listing(app, &table)).children(all)
    }))
}

fn nothing_yet(app: &App) -> Element {
    let site = app.site_wanted().unwrap_or_default();
    let snippet = [
        "curl ",
        &app.origin,
        "/api/v1/events -H \"authorization: Bearer $PASSERBY_KEY\" -d '{\"site\": \"",
        &site,
        "\", \"events\": [{\"name\": \"query\", \"url\": \"https://",
        &site,
        "/\", \"query\": {\"system\": \"postgresql\", \"fingerprint\": \"SELECT * FROM users WHERE id = ?\", \"duration_ms\": 12, \"rows\": 1}}]}'",
    ];
    first_steps(
        app,
        &say("No database queries in this time"),
        &say("Here stands which statements take the most time, which are slow, and how many rows they bring."),
        &say("Report each query from your server, with its statement but without its values."),
        &snippet.concat(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Node;
    use crate::sample;
    use crate::wire::{Reader, Writer};
    use serde_json::json;

    const STATEMENT: &str = "SELECT * FROM users WHERE id = ?";

    fn rows(rows: Value) -> Value {
        let rows = rows.as_array().unwrap().iter().map(|row| json!({ "dimensions": row[0], "metrics": row[1] }));
        json!({
            "results": rows.collect::<Vec<_>>(),
            "meta": { "total_rows": 1, "time_labels": ["2026-11-20", "2026-11-21"] },
            "query": { "dimensions": ["time:day"] },
        })
    }

    fn answers() -> Answers {
        let results = json!([
            rows(json!([[[], [4000, 125_000, 3, 90, 400, 91_234]]])),
            rows(json!([[["2026-11-20"], [3, 90, 400]]])),
            rows(json!([[["2026-11-20", "redis"], [3000]], [["2026-11-21", "postgresql"], [1000]]])),
            rows(json!([[["(none)"], [100_000, 1000, 90, 91_234]]])),
            rows(json!([[["postgresql", STATEMENT], [100_000, 1000, 3, 90, 400, 91_234, 1_795_266_180]]])),
            rows(json!([[["2026-11-20", "postgresql", STATEMENT], [1000]]])),
        ]);
        Answers { asked: vec![Some(Ok(json!({ "results": results })))], sent: None }
    }

    #[test]
    fn statements_stand_with_the_time_they_took() {
        let app = sample::empty_app("?view=queries&sort=p95&q=users");
        let content = content(&app, &answers());
        let html = Node::from(content.clone()).html();
        for text in [
            "system=postgresql&amp;fingerprint=SELECT",
            ">2m 05s<",
            ">1m 40s<",
            ">91.2k<",
            ">Not given<",
            "value=\"users\"",
        ] {
            assert!(html.contains(text), "{text}: {html}");
        }
        let body: Value = serde_json::from_str(&requests(&app)[0].body).unwrap();
        assert_eq!(body["queries"][4]["order_by"], json!([["p95", "desc"]]));
        assert!(body["queries"][4]["filters"].to_string().contains(r#"["contains","event:fingerprint",["users"]"#));
        let mut wire = Writer::default();
        Node::from(content.clone()).to_wire(&mut wire);
        assert_eq!(Node::from_wire(&mut Reader::new(&wire.done())), Some(Node::from(content)));
    }

    #[test]
    fn an_opened_statement_narrows_every_question() {
        let app = sample::empty_app("?view=queries&system=redis&fingerprint=GET+%3F");
        let body: Value = serde_json::from_str(&requests(&app)[0].body).unwrap();
        let queries = body["queries"].as_array().unwrap();
        assert_eq!(queries.len(), 4);
        for query in queries {
            assert!(query["filters"].to_string().contains(r#"["is","event:fingerprint",["GET ?"]]"#), "{query}");
        }
        let html = Node::from(content(&app, &answers())).html();
        assert!(html.contains(">GET ?<") && !html.contains("data-panel=\"statements\""), "{html}");
    }

    #[test]
    fn who_has_none_learns_how_to_report_them() {
        let nothing = json!({ "results": [rows(json!([[[], [0, null, null, null, null, 0]]]))] });
        let answers = Answers { asked: vec![Some(Ok(nothing))], sent: None };
        let html = Node::from(content(&sample::empty_app("?view=queries"), &answers)).html();
        assert!(html.contains("/api/v1/events"), "{html}");
    }
}
