//! `GET /api/v1/requests/traffic`, `/errors`, `/perf` and `/logs`: how a site's API does, as queries of the Stats API that
//! need no body. Each answers as `POST /api/v2/query` does.

use crate::answer::{Answer, Refusal, of_json};
use crate::call::Call;
use crate::ingest;
use crate::shards;
use serde_json::{Value, json};

/// What is asked about requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Report {
    /// How often each route was asked.
    Traffic,
    /// Which routes failed how.
    Errors,
    /// How long each route took.
    Perf,
    /// The last ones. Those of a minute with the same route and status are one row, so that no visitor stands alone.
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
            Self::Logs => &["time:minute", "event:method", "event:route", "event:status"],
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
    let question = question(report, &site, &|name| call.parameter(name).filter(|value| !value.is_empty()))?;
    let answer = shards::query(&call.env, &site, "query", call.now_s(), question).await?;
    if answer.body.is_null() {
        shards::forget(&site);
        return Err(Refusal::unknown_site());
    }
    Ok(of_json(answer.status, &answer.body))
}

/// The query that a report is. Without days it is about the last 24 hours, which bounds what a log looks at.
fn question(report: Report, site: &str, parameter: &dyn Fn(&str) -> Option<String>) -> Result<Value, Refusal> {
    let range = match (parameter("since"), parameter("until")) {
        (None, None) => json!("24h"),
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
    let limit = parameter("limit").map_or(Some(LIMIT), |limit| limit.parse().ok());
    let limit = limit.filter(|limit| (1..=LIMIT_MAX).contains(limit)).ok_or_else(|| {
        Refusal::new(400, "bad_field", "limit is no number of rows.", "Give a number from 1 to 1000.")
    })?;
    Ok(json!({
        "site_id": site, "date_range": range, "metrics": report.metrics(), "dimensions": report.dimensions(),
        "filters": filters, "order_by": [[report.order(), "desc"]], "include": { "total_rows": true },
        "pagination": { "limit": limit, "offset": 0 },
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
        question(report, "a.io", &of).map_err(|refusal| refusal.status)
    }

    #[test]
    fn a_report_is_a_query_of_the_last_day_unless_days_are_given() {
        let log = asked(Report::Logs, &[("search", "users"), ("status", "5xx"), ("limit", "7")]).unwrap();
        assert_eq!(log["date_range"], "24h");
        assert_eq!(log["order_by"], json!([["time:minute", "desc"]]));
        assert_eq!(log["pagination"]["limit"], 7);
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
            &[("status", "4x")],
            &[("status", "(a+)+")],
        ] {
            assert_eq!(asked(Report::Traffic, parameters), Err(400), "{parameters:?}");
        }
        assert_eq!(pattern("404").unwrap(), "^404$");
        assert_eq!(pattern("0").unwrap(), "^0$");
    }

    #[test]
    fn every_report_is_a_query_that_the_engine_answers() {
        let settings = engine::site::SiteSettings::default();
        for report in [Report::Traffic, Report::Errors, Report::Perf, Report::Logs] {
            let question = asked(report, &[("search", "a"), ("status", "404")]).unwrap();
            let now = engine::event::UnixSeconds(1_795_266_300);
            let answer = engine::query::answer(engine::query::Kind::Query, &[], &settings, now, &question);
            assert_eq!(answer.unwrap()["results"], json!([]), "{report:?}");
        }
    }
}
