//! How an API does: how much it is asked, how often it fails, how long it takes, by route, status and hour.

mod cards;
mod log;

pub use log::at_least;

use super::{Answers, Request};
use crate::app::App;
use crate::chart::Unit;
use crate::markup::{Element, element};
use crate::report::listing::{self, LONG};
use crate::report::parts::{answered, card, first_steps, opened};
use crate::report::{Measure, Record, Scope, Series, measure, records, stats};
use crate::skeleton;
use crate::words::say;
use serde_json::Value;

const REQUESTS: Measure =
    measure("events", "Requests", "Requests that were answered, and those that got no answer.", Unit::Count);
const ERRORS: Measure = measure(
    "error_rate",
    "Errors",
    "Requests that got no answer or a status of 500 or more, out of all.",
    Unit::Percent,
)
.less_is_better();
const P50: Measure =
    measure("p50", "p50", "Half of the requests took no longer. To within half a percent.", Unit::Milliseconds)
        .less_is_better();
const P95: Measure =
    measure("p95", "p95", "95 of 100 requests took no longer. To within half a percent.", Unit::Milliseconds)
        .less_is_better();
const P99: Measure =
    measure("p99", "p99", "99 of 100 requests took no longer. To within half a percent.", Unit::Milliseconds)
        .less_is_better();
const SUM: Measure = measure(
    "sum",
    "Total time",
    "How long all requests took together: where making them faster helps most.",
    Unit::Milliseconds,
);
const LAST: Measure = measure("last_seen", "Last", "When the last request of this time came.", Unit::Count);

/// The headline.
pub(super) const TOTALS: [Measure; 5] = [REQUESTS, ERRORS, P50, P95, P99];
const ROUTES: [Measure; 7] = [REQUESTS, ERRORS, P50, P95, P99, SUM, LAST];
const STATUSES: [Measure; 2] = [REQUESTS, P95];

/// Days of which single hours are asked for.
const DAYS_BY_HOUR_MAX: i32 = 100;

/// The opened route: its method and its template.
fn route(app: &App) -> Option<(&str, &str)> {
    app.state.own("method").zip(app.state.own("route"))
}

fn scope(app: &App) -> Scope {
    let all = Scope::having(app, "event:method");
    match route(app) {
        Some((method, route)) => all.is("event:method", method).is("event:route", route),
        None => all,
    }
}

/// Asks for totals, the same over time, statuses over time, statuses, hours and the log; while no route is opened for
/// the routes too, in all and over time.
pub fn requests(app: &App) -> Vec<Request> {
    let scope = scope(app);
    let hours = by_hour(app).then(|| hours(&scope));
    let log = log::question(app, &scope);
    let mut asked = vec![
        scope.totals(app, &TOTALS),
        scope.over_time(app, &["p50", "p95", "p99", "error_rate"], &[]),
        scope.over_time(app, &["events"], &["event:status"]),
        scope.list(&["events", "p95"], &["event:status"], "events", LONG),
        log,
    ];
    if route(app).is_none() {
        let dimensions = ["event:method", "event:route"];
        let limit = listing::limit(app, "routes", LONG);
        let order = listing::order(app, "sort", &ROUTES);
        asked.push(scope.list(&crate::report::metrics(&ROUTES), &dimensions, order, limit));
        asked.push(scope.over_time(app, &["events"], &dimensions));
    }
    asked.extend(hours);
    vec![Request::queries(app, asked)]
}

/// Whether the range is short enough to be counted by hours of the day.
fn by_hour(app: &App) -> bool {
    let days = app.state.range.days(app.clock.today);
    days.is_none_or(|(first, last)| first.days_to(last) <= DAYS_BY_HOUR_MAX) && app.state.range.has_before()
}

fn hours(scope: &Scope) -> Value {
    let mut question = scope.list(&["events"], &["time:hour"], "events", usize::MAX);
    if let Some(fields) = question.as_object_mut() {
        fields.remove("order_by");
    }
    question
}

/// The report.
pub fn content(app: &App, answers: &Answers) -> Element {
    let totals = match answers.query(0, 0) {
        None => return card("requests", &say("Requests"), "").child(skeleton::rows(9)),
        Some(Err(why)) => return card("requests", &say("Requests"), "").child(crate::problem::problem(&why)),
        Some(Ok(totals)) => records(totals),
    };
    let empty = Record { names: vec![], values: vec![], before: vec![] };
    let totals = totals.first().unwrap_or(&empty);
    if totals.count(0) <= 0.0 && route(app).is_none() && app.state.filters.is_empty() {
        return nothing_yet(app);
    }
    let overview = element("section").class("card overview").with("data-panel", "requests");
    let statuses = answered(answers.query(0, 2), 6, |answer| cards::statuses(app, &Series::read(app, answer)));
    let overview = overview.child(stats::stats(&TOTALS, totals)).child(element("div").class("chart").child(statuses));
    let over_time = answers.query(0, 1);
    let root = element("div").class("report");
    let root = root.children(route(app).map(|(method, route)| {
        opened(
            app,
            &["method", "route", "q", "status", "verb", "slow", "day", "log"],
            &[method, " ", route].concat(),
            &say("All routes"),
        )
    }));
    let hours = if route(app).is_none() { 7 } else { 5 };
    let hours = by_hour(app).then(|| cards::hours(answers.query(0, hours)));
    root.child(overview)
        .child(cards::over_time(app, &over_time))
        .children(route(app).is_none().then(|| cards::routes(app, answers.query(0, 5), answers.query(0, 6))))
        .child(element("div").class("view-grid").child(cards::status_list(app, answers.query(0, 3))).children(hours))
        .child(log::card(app, answers.query(0, 4)))
}

fn nothing_yet(app: &App) -> Element {
    let site = app.site_wanted().unwrap_or_default();
    let snippet = [
        "import { Passerby } from \"@passerby/node\";\n\nconst passerby = new Passerby({ url: \"",
        &app.origin,
        "\", site: \"",
        &site,
        "\", key: process.env.PASSERBY_KEY });\npasserby.request({ method: \"GET\", route: \"/orders/:id\", status: 200, duration_ms: 12 });",
    ];
    first_steps(
        app,
        &say("No requests in this time"),
        &say("Here stands how often your API is called, how often it fails and how long it takes, by route."),
        &say(
            "Report each request from your server, or add data-requests to the tracker's script, which then times fetch and XMLHttpRequest in the browser.",
        ),
        &snippet.concat(),
    )
}

#[cfg(test)]
mod tests;
