//! `GET /api/v1/requests/traffic`, `/errors`, `/perf` and `/logs`: how a site's API does, as queries of the Stats API that
//! need no body. Each answers as `POST /api/v2/query` does.

use crate::answer::{Answer, Refusal, of_json};
use crate::call::Call;
use crate::ingest;
use crate::shards;
use jiff::Timestamp;
use serde_json::{Value, json};
use views::view::requests::at_least;

/// What is asked about requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Report {
    /// How often each route was asked.
    Traffic,
    /// Which routes failed how.
    Errors,
    /// How long each route took.
    Perf,
    /// The last ones. Those of a minute with the same route, status and duration (to two digits) are one row.
    Logs,
}

/// Rows that are answered unless `limit` says otherwise, and at most.
const LIMIT: u64 = 100;
const LIMIT_MAX: u64 = 1_000;

impl Report {
    fn metrics(self) -> &'static [&'static str] {
        match self {
            Self::Traffic => &["events", "error_rate", "sum", "last_seen"],
            Self::Errors => &["events", "last_seen"],
            Self::Perf => &["p50", "p75", "p95", "p99", "events"],
            Self::Logs => &["events", "p50", "p95"],
        }
    }

    fn dimensions(self) -> &'static [&'static str] {
        match self {
            Self::Traffic | Self::Perf => &["event:method", "event:route"],
            Self::Errors => &["event:method", "event:route", "event:status"],
            Self::Logs => &["time:minute", "event:method", "event:route", "event:status", "event:measure"],
        }
    }

    /// What comes first: the most, the slowest, the newest.
    fn order(self) -> &'static str {
        match self {
            Self::Traffic | Self::Errors => "events",
            Self::Perf => "p95",
            Self::Logs => "time:minute",
        }
    }
}

/// Answers a report.
pub(super) async fn answer(call: &Call, report: Report) -> Answer {
    let site = call.parameter("site").unwrap_or_default();
    let site = ingest::known_site(call, &site, 0).await?;
    let parameter = |name: &str| call.parameter(name).filter(|value| !value.is_empty());
    let cursor = parameter("cursor").map(|cursor| Cursor::parse(&cursor)).transpose()?;
    let cursor = cursor.unwrap_or(Cursor { end_s: call.now_s(), offset: 0 });
    let question = question(report, &site, &cursor, &parameter)?;
    let mut answer = shards::query(&call.env, &site, "query", call.now_s(), question).await?;
    if answer.body.is_null() {
        shards::forget(&site);
        return Err(Refusal::unknown_site());
    }
    let next = cursor.after(&answer.body);
    if let Some(fields) = answer.body.as_object_mut().filter(|_| answer.status == 200) {
        fields.insert("next".into(), next.into());
    }
    Ok(of_json(answer.status, &answer.body))
}

/// Where a page begins: after so many rows of what there was at a moment, in seconds since 1970. What comes meanwhile pushes
/// no row from one page to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cursor {
    end_s: i64,
    offset: u64,
}

/// Most rows that lie before a page.
const OFFSET_MAX: u64 = 100_000;

impl Cursor {
    /// Reads one that [`Self::after`] wrote.
    fn parse(text: &str) -> Result<Self, Refusal> {
        let hint = "Give the `next` of an answer, and the same parameters as before.";
        let parts = text
            .split_once('.')
            .and_then(|(end, offset)| Some((end.parse::<i64>().ok()?, offset.parse::<u64>().ok()?)));
        let sound = parts.filter(|(end_s, offset)| (0..=1 << 40).contains(end_s) && *offset <= OFFSET_MAX);
        sound
            .map(|(end_s, offset)| Self { end_s, offset })
            .ok_or_else(|| Refusal::new(400, "bad_field", "cursor is no cursor.", hint))
    }

    /// The cursor of the page after an answer; none where that was the last.
    fn after(self, answer: &Value) -> Option<String> {
        let shown = answer.get("results")?.as_array()?.len() as u64;
        let all = answer.get("meta")?.get("total_rows")?.as_u64()?;
        let offset = self.offset + shown;
        (shown > 0 && all > offset && offset <= OFFSET_MAX).then(|| format!("{}.{offset}", self.end_s))
    }

    /// The last 24 hours of its moment.
    fn day(self) -> Value {
        let moment = |seconds| Timestamp::from_second(seconds).map(|time| time.to_string()).unwrap_or_default();
        json!([moment(self.end_s - 86_400), moment(self.end_s)])
    }
}

/// The query that a report is. Without days it is about the last 24 hours, which bounds what a log looks at.
fn question(
    report: Report,
    site: &str,
    cursor: &Cursor,
    parameter: &dyn Fn(&str) -> Option<String>,
) -> Result<Value, Refusal> {
    let range = match (parameter("since"), parameter("until")) {
        (None, None) => cursor.day(),
        (Some(since), Some(until)) => json!([since, until]),
        _ => {
            let hint = "Give both as days, such as 2026-11-01, or as moments with their zone; or neither for 24 hours.";
            return Err(Refusal::new(400, "missing_field", "since and until go together.", hint));
        }
    };
    let mut filters = vec![json!(["is_not", "event:method", ["(none)"]])];
    if report == Report::Errors {
        filters.push(json!(["matches", "event:status", ["^(0|[45]..)$"]]));
    }
    if let Some(text) = parameter("search") {
        let contains = |dimension: &str| json!(["contains", dimension, [text], { "case_sensitive": false }]);
        filters.push(json!(["or", [contains("event:route"), contains("event:method")]]));
    }
    if let Some(status) = parameter("status") {
        filters.push(json!(["matches", "event:status", [pattern(&status)?]]));
    }
    if let Some(method) = parameter("method") {
        filters.push(json!(["is", "event:method", [method]]));
    }
    if let Some(least) = parameter("min_ms") {
        let least = least.parse::<u32>().ok().filter(|least| (1..=10_000_000).contains(least)).ok_or_else(|| {
            let hint = "Give whole milliseconds from 1 to 10,000,000; durations are known to two digits.";
            Refusal::new(400, "bad_field", "min_ms is no duration.", hint)
        })?;
        filters.push(json!(["matches", "event:measure", [at_least(least)]]));
    }
    let limit = parameter("limit").map_or(Some(LIMIT), |limit| limit.parse().ok());
    let limit = limit.filter(|limit| (1..=LIMIT_MAX).contains(limit)).ok_or_else(|| {
        Refusal::new(400, "bad_field", "limit is no number of rows.", "Give a number from 1 to 1000.")
    })?;
    Ok(json!({
        "site_id": site, "date_range": range, "metrics": report.metrics(), "dimensions": report.dimensions(),
        "filters": filters, "order_by": [[report.order(), "desc"]], "include": { "total_rows": true },
        "pagination": { "limit": limit, "offset": cursor.offset },
    }))
}

/// The statuses that a parameter means: one, such as `404`, or a class, such as `4xx`; `0` is no answer.
fn pattern(status: &str) -> Result<String, Refusal> {
    match status.as_bytes() {
        [b'0'] => Ok("^0$".to_owned()),
        [class @ b'1'..=b'5', b'x', b'x'] => Ok(format!("^{}..$", char::from(*class))),
        [b'1'..=b'9', b'0'..=b'9', b'0'..=b'9'] => Ok(format!("^{status}$")),
        _ => Err(Refusal::new(
            400,
            "bad_field",
            "status is no status.",
            "Give one, such as 404, a class, such as 4xx, or 0 for no answer.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(report: Report, parameters: &[(&str, &str)]) -> Result<Value, u16> {
        let of = |name: &str| parameters.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        question(report, "a.io", &Cursor { end_s: 1_795_266_300, offset: 7 }, &of).map_err(|refusal| refusal.status)
    }

    #[test]
    fn a_report_is_a_query_of_the_last_day_unless_days_are_given() {
        let log = asked(Report::Logs, &[("search", "users"), ("status", "5xx"), ("limit", "7")]).unwrap();
        assert_eq!(log["date_range"], json!(["2026-11-20T13:05:00Z", "2026-11-21T13:05:00Z"]));
        assert_eq!(log["order_by"], json!([["time:minute", "desc"]]));
        assert_eq!(log["pagination"], json!({ "limit": 7, "offset": 7 }));
        let slow = asked(Report::Logs, &[("method", "POST"), ("min_ms", "500")]).unwrap();
        assert_eq!(slow["filters"][1], json!(["is", "event:method", ["POST"]]));
        assert_eq!(slow["filters"][2], json!(["matches", "event:measure", [at_least(500)]]));
        assert_eq!(log["filters"][2], json!(["matches", "event:status", ["^5..$"]]));
        let days = asked(Report::Perf, &[("since", "2026-11-01"), ("until", "2026-11-02")]).unwrap();
        assert_eq!(days["date_range"], json!(["2026-11-01", "2026-11-02"]));
        assert_eq!(asked(Report::Errors, &[]).unwrap()["filters"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn what_is_no_parameter_is_refused() {
        for parameters in [
            &[("since", "2026-11-01")][..],
            &[("limit", "0")],
            &[("limit", "1001")],
            &[("limit", "x")],
            &[("min_ms", "0")],
            &[("min_ms", "-1")],
            &[("min_ms", "fast")],
            &[("status", "4x")],
            &[("status", "(a+)+")],
        ] {
            assert_eq!(asked(Report::Traffic, parameters), Err(400), "{parameters:?}");
        }
        assert_eq!(pattern("404").unwrap(), "^404$");
        assert_eq!(pattern("0").unwrap(), "^0$");
    }

    #[test]
    fn a_cursor_says_where_the_next_page_begins() {
        let cursor = Cursor::parse("1795266300.100").unwrap();
        let answer = |rows: usize, all: u64| json!({ "results": vec![0; rows], "meta": { "total_rows": all } });
        for (rows, all, expected) in [(50, 151, Some("1795266300.150")), (50, 150, None), (0, 151, None)] {
            assert_eq!(cursor.after(&answer(rows, all)).as_deref(), expected);
        }
        assert_eq!(cursor.after(&json!({ "error": "no" })), None);
        for text in ["", "1", "1.", ".1", "-1.0", "1.100001", "9999999999999999.0", "1.2.3"] {
            assert_eq!(Cursor::parse(text).map_err(|refusal| refusal.code), Err("bad_field"), "{text}");
        }
    }

    #[test]
    fn every_report_is_a_query_that_the_engine_answers() {
        let settings = engine::site::SiteSettings::default();
        for report in [Report::Traffic, Report::Errors, Report::Perf, Report::Logs] {
            let question = asked(report, &[("search", "a"), ("status", "404"), ("min_ms", "99")]).unwrap();
            let now = engine::event::UnixSeconds(1_795_266_300);
            let answer = engine::query::answer(engine::query::Kind::Query, &[], &settings, now, &question);
            assert_eq!(answer.unwrap()["results"], json!([]), "{report:?}");
        }
    }
}
