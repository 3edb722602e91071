//! What a command line reports: which commands run, with which flags, how often they fail and how long they take.

mod flags;

use super::{Answers, Request};
use crate::answer::Problem;
use crate::app::App;
use crate::chart::bars::Layer;
use crate::chart::{Colour, Unit};
use crate::markup::{Element, element};
use crate::report::listing::{self, LONG, Listing, Picture, SHORT, opening, plain};
use crate::report::parts::{
    answered, bars, card, chart_head, durations, first_steps, layers, nothing, opened, sparkline,
};
use crate::report::{Measure, Record, Scope, Series, measure, metrics, records, stats, total_rows};
use crate::words::say;
use serde_json::Value;

const RUNS: Measure = measure("events", "Runs", "How often a command ran to its end.", Unit::Count);
const FAILED: Measure =
    measure("error_rate", "Failed", "Runs that did not succeed, out of all.", Unit::Percent).less_is_better();
const P50: Measure =
    measure("p50", "p50", "Half of the runs took no longer. To within half a percent.", Unit::Milliseconds)
        .less_is_better();
const P95: Measure =
    measure("p95", "p95", "95 of 100 runs took no longer. To within half a percent.", Unit::Milliseconds)
        .less_is_better();
const USERS: Measure = measure(
    "visitors",
    "Users",
    "Different senders, by address and user agent. Nobody is recognised on another day.",
    Unit::Count,
);
const LAST: Measure = measure("last_seen", "Last run", "When it last ran in this time.", Unit::Count);

const TOTALS: [Measure; 5] = [RUNS, FAILED, P50, P95, USERS];
const COMMANDS: [Measure; 6] = [RUNS, FAILED, P50, P95, USERS, LAST];
const VERSIONS: [Measure; 3] = [RUNS, FAILED, LAST];
const FLAGS: [Measure; 2] = [RUNS, measure("share", "Share", "Runs with this flag, out of all.", Unit::Percent)];
/// Most sets of flags that are asked for.
const SETS_MAX: usize = 5_000;

/// Asks for totals, runs over time with how many failed, by version, and how long they took; sets of flags, versions, and
/// while no command is opened the commands, in all and over time.
pub fn requests(app: &App) -> Vec<Request> {
    let all = Scope::having(app, "event:command");
    let command = app.state.own("command");
    let scope = match command {
        Some(command) => all.is("event:command", command),
        None => all,
    };
    let mut asked = vec![
        scope.totals(app, &TOTALS),
        scope.over_time(app, &["p50", "p95", "p99", "events", "error_rate"], &[]),
        scope.over_time(app, &["events"], &["event:version"]),
        scope.list(&["events"], &["event:flags"], "events", SETS_MAX),
        scope.list(&metrics(&VERSIONS), &["event:version"], "events", listing::limit(app, "versions", SHORT)),
    ];
    if command.is_none() {
        let limit = listing::limit(app, "commands", LONG);
        asked.push(scope.list(&metrics(&COMMANDS), &["event:command"], listing::order(app, "sort", &COMMANDS), limit));
        asked.push(scope.over_time(app, &["events"], &["event:command"]));
    }
    vec![Request::queries(app, asked)]
}

/// The report.
pub fn content(app: &App, answers: &Answers) -> Element {
    let command = app.state.own("command");
    let first = answers.query(0, 0);
    let none = matches!(&first, Some(Ok(answer)) if records(answer).first().is_none_or(|row| row.count(0) <= 0.0));
    if none && command.is_none() && app.state.filters.is_empty() {
        return nothing_yet(app);
    }
    let headline = answered(first, 3, |answer| {
        let rows = records(answer);
        let empty = Record { names: vec![], values: vec![], before: vec![] };
        stats::stats(&TOTALS, rows.first().unwrap_or(&empty))
    });
    let chart = answered(answers.query(0, 1), 6, |answer| runs(app, &Series::read(app, answer)));
    let label = say("Durations");
    let took = card("durations", &label, &say("Half, 95 and 99 of 100 runs took no longer."));
    let took =
        took.child(answered(answers.query(0, 1), 6, |answer| durations(app, &Series::read(app, answer), &label)));
    let adoption = say("Runs by version");
    let versions_over_time = card("adoption", &adoption, "").child(answered(answers.query(0, 2), 6, |answer| {
        let series = Series::read(app, answer);
        bars(app, &series, &adoption, layers(&series, 1))
    }));
    let commands = command.is_none().then(|| commands(app, answers.query(0, 5), answers.query(0, 6)));
    element("div")
        .class("report")
        .children(command.map(|command| opened(app, &["command"], command, &say("All commands"))))
        .child(
            element("section")
                .class("card overview")
                .with("data-panel", "commands")
                .child(headline)
                .child(element("div").class("chart").child(chart)),
        )
        .children(commands)
        .child(element("div").class("view-grid").child(took).child(versions_over_time))
        .child(
            element("div")
                .class("view-grid")
                .child(flags_of(app, answers.query(0, 3)))
                .child(versions(app, answers.query(0, 4))),
        )
}

/// Runs over time, those that failed apart. How many failed follows from the rate.
fn runs(app: &App, series: &Series) -> Element {
    let all = series.sums(3, |_| true);
    let rates = series.sums(4, |_| true);
    let failed: Vec<f64> = all.iter().zip(rates).map(|(runs, rate)| (runs * rate / 100.0).round()).collect();
    let went_well = all.iter().zip(&failed).map(|(runs, failed)| runs - failed).collect();
    let layers = vec![
        Layer { name: say("Succeeded"), colour: Colour::Teal, values: went_well },
        Layer { name: say("Failed"), colour: Colour::Poor, values: failed },
    ];
    let heading = say("Runs");
    element("div").child(chart_head(app, &heading)).child(bars(app, series, &heading, layers))
}

fn commands(app: &App, answer: Option<Result<&Value, Problem>>, over_time: Option<Result<&Value, Problem>>) -> Element {
    let series = over_time.and_then(Result::ok).map(|answer| Series::read(app, answer));
    let series = series.filter(|series| series.complete);
    card("list", &say("Commands"), &say("Open one for its flags and versions.")).child(answered(answer, 9, |answer| {
        let rows = records(answer);
        let head = |row: &Record| opening(app, &[("command", row.name(0))], row.name(0));
        let picture = |row: &Record| {
            let same = |other: &Record| other.name(1) == row.name(0);
            sparkline(series.as_ref().map(|series| series.sums(0, same)).unwrap_or_default())
        };
        let label = say("Over time");
        let table = Listing {
            sort: Some("sort"),
            caption: &say("Commands with their runs, failures and durations"),
            subject: &say("Command"),
            measures: &COMMANDS,
            rows: &rows,
            head: &head,
            bars: true,
            judge: None,
            spark: series.as_ref().map(|_| (label.as_str(), &picture as Picture<'_>)),
        };
        let all = listing::more(app, "commands", rows.len(), total_rows(answer));
        element("div").class("listing-with-more").child(listing::listing(app, &table)).children(all)
    }))
}

/// The flags, however they were put together.
fn flags_of(app: &App, answer: Option<Result<&Value, Problem>>) -> Element {
    let note = say("Runs with each flag; a run may have several. Values of flags are never sent.");
    card("flags", &say("Flags"), &note).child(answered(answer, 6, |answer| {
        let mut rows = flags::flags(&records(answer));
        let all = rows.len();
        if all == 0 {
            return nothing(&say("No run had a flag in this time."));
        }
        rows.truncate(listing::limit(app, "flags", SHORT));
        let head = |row: &Record| plain(row.name(0));
        let table = Listing {
            sort: None,
            caption: &say("Flags and the runs that had them"),
            subject: &say("Flag"),
            measures: &FLAGS,
            rows: &rows,
            head: &head,
            bars: true,
            judge: None,
            spark: None,
        };
        let more = listing::more(app, "flags", rows.len(), all);
        element("div").class("listing-with-more").child(listing::listing(app, &table)).children(more)
    }))
}

fn versions(app: &App, answer: Option<Result<&Value, Problem>>) -> Element {
    card("versions", &say("Versions"), "").child(answered(answer, 6, |answer| {
        let rows = records(answer);
        let head = |row: &Record| plain(row.name(0));
        let table = Listing {
            sort: None,
            caption: &say("Versions and their runs"),
            subject: &say("Version"),
            measures: &VERSIONS,
            rows: &rows,
            head: &head,
            bars: true,
            judge: None,
            spark: None,
        };
        let all = listing::more(app, "versions", rows.len(), total_rows(answer));
        element("div").class("listing-with-more").child(listing::listing(app, &table)).children(all)
    }))
}

fn nothing_yet(app: &App) -> Element {
    let site = app.site_wanted().unwrap_or_default();
    let snippet = [
        "import { Passerby } from \"@passerby/node\";\n\nconst passerby = new Passerby({ url: \"",
        &app.origin,
        "\", site: \"",
        &site,
        "\", key: process.env.PASSERBY_KEY });\npasserby.command({ name: \"build\", flags: [\"--release\"], success: true, duration_ms: 900, version: \"1.0.0\" });\nawait passerby.close();",
    ];
    first_steps(
        app,
        &say("No commands in this time"),
        &say(
            "Here stands how your command line is used: which commands run, with which flags, how often they fail and how long they take.",
        ),
        &say(
            "Report each command when it ends. Of flags only the names are sent, and only if your users may know that you do this.",
        ),
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
            rows(json!([[[], [40, 12.5, 900, 4200, 7]]])),
            rows(json!([[["2026-11-20"], [900, 4000, 4100, 30, 10]], [["2026-11-21"], [950, 4200, 4300, 10, 20]]])),
            rows(json!([[["2026-11-20", "1.8.2"], [30]], [["2026-11-21", "1.9.0"], [10]]])),
            rows(json!([[["[]"], [10]], [["[\"--watch\",\"--release\"]"], [20]], [["[\"--release\"]"], [10]]])),
            rows(json!([[["1.8.2"], [30, 10, 1_795_266_180]]])),
            rows(json!([[["build"], [40, 12.5, 900, 4200, 7, 1_795_266_180]]])),
            rows(json!([[["2026-11-20", "build"], [30]]])),
        ]);
        Answers { asked: vec![Some(Ok(json!({ "results": results })))], sent: None }
    }

    #[test]
    fn commands_flags_and_versions_are_shown() {
        let app = sample::empty_app("?view=commands&chart=table");
        let content = content(&app, &answers());
        let html = Node::from(content.clone()).html();
        for text in ["command=build", ">13%<", ">--release<", ">75%<", ">--watch<", ">50%<", ">1.8.2<", ">27<", ">3<"] {
            assert!(html.contains(text), "{text}: {html}");
        }
        let mut wire = Writer::default();
        Node::from(content.clone()).to_wire(&mut wire);
        assert_eq!(Node::from_wire(&mut Reader::new(&wire.done())), Some(Node::from(content)));
    }

    #[test]
    fn an_opened_command_narrows_every_question() {
        let app = sample::empty_app("?view=commands&command=build");
        let body: Value = serde_json::from_str(&requests(&app)[0].body).unwrap();
        let queries = body["queries"].as_array().unwrap();
        assert_eq!(queries.len(), 5);
        for query in queries {
            assert!(query["filters"].to_string().contains(r#"["is","event:command",["build"]]"#), "{query}");
        }
    }

    #[test]
    fn who_has_none_learns_how_to_report_them() {
        let nothing = json!({ "results": [rows(json!([[[], [0, null, null, null, 0]]]))] });
        let answers = Answers { asked: vec![Some(Ok(nothing))], sent: None };
        let html = Node::from(content(&sample::empty_app("?view=commands"), &answers)).html();
        assert!(html.contains("passerby.command("), "{html}");
    }
}
