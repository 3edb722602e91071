//! How views of behaviour read what was answered. Anything missing or of another shape reads as "no value".

use super::Request;
use crate::app::App;
use crate::compare;
use crate::dimension::Dimension;
use crate::filter::Filter;
use crate::range::Interval;
use form_urlencoded::byte_serialize;
use serde_json::{Value, json};

/// The path of the site in the API, with what follows it.
pub(super) fn site_path(app: &App, rest: &str) -> String {
    let site: String = byte_serialize(app.site_wanted().unwrap_or_default().as_bytes()).collect();
    ["/api/v1/sites/", &site, rest].concat()
}

/// The filters of the page and one more.
pub(super) fn filters_and(app: &App, more: Value) -> Value {
    app.state.filters.iter().map(Filter::query).chain([more]).collect()
}

/// Whether the page is narrowed by something that belongs to single events.
pub(super) fn filters_events(app: &App) -> bool {
    let decides = |filter: &Filter| filter.tests(Dimension::Page) || filter.tests(Dimension::Event);
    app.state.filters.iter().any(decides)
}

/// The dimension of the range's buckets; where the data decides how long the range is, it decides how wide they are.
pub(super) fn time_dimension(app: &App) -> String {
    let range = app.state.range;
    let best = range.intervals(app.clock.today).first().copied().filter(|_| range.has_before());
    ["time", if best.is_some() { ":" } else { "" }, best.map_or("", Interval::name)].concat()
}

/// Asks for the site's most seen pages, then its most frequent events, to choose steps from: whatever the page is narrowed to.
pub(super) fn suggestions(app: &App) -> Request {
    let most = |dimension: &str, filters: Value| {
        let limit = json!({ "limit": 40, "offset": 0 });
        json!({ "metrics": ["visitors"], "dimensions": [dimension], "filters": filters, "pagination": limit })
    };
    let events = json!([["is_not", "event:name", ["pageview", "engagement"]]]);
    Request::queries(app, [most("event:page", json!([])), most("event:name", events)])
}

/// What a query includes: the comparison of the page, if there is one.
pub(super) fn include(app: &App) -> Value {
    match compare::query(&app.state, &app.clock, false) {
        Some(comparisons) => json!({ "comparisons": comparisons }),
        None => json!({}),
    }
}

/// The list of that name.
pub(super) fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The text of that name.
pub(super) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The number of that name; 0 where there is none.
pub(super) fn number(value: &Value, name: &str) -> f64 {
    value.get(name).and_then(Value::as_f64).unwrap_or(0.0)
}

/// The rows of an answer.
pub(super) fn rows(answer: &Value) -> &[Value] {
    list(answer, "results")
}

/// The value of a row's dimension.
pub(super) fn dimension(row: &Value, place: usize) -> &str {
    row.get("dimensions").and_then(|all| all.get(place)).and_then(Value::as_str).unwrap_or_default()
}

/// The value of a row's metric.
pub(super) fn metric(row: &Value, place: usize) -> Option<f64> {
    row.get("metrics").and_then(|all| all.get(place)).and_then(Value::as_f64)
}

/// The same in the period that the row is compared with.
pub(super) fn before(row: &Value, place: usize) -> Option<f64> {
    metric(row.get("comparison")?, place)
}
