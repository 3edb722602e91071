//! What a view asks, all in one request.

use crate::compare;
use crate::dimension::{Dimension, Panel};
use crate::filter::Filter;
use crate::metric::Metric;
use crate::range::{Clock, Interval};
use crate::state::{Detail, State};
use crate::view::View;
use serde_json::{Value, json};

/// Rows of a list beside others.
pub const ROWS_IN_PANEL: usize = 9;
/// Rows of a long list.
pub const ROWS_IN_DETAIL: u32 = 50;

/// One question of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// The headline numbers.
    Headline,
    /// The headline numbers over time.
    Series,
    /// Visitors of the last five minutes.
    Present,
    /// Whether the site ever had an event.
    Ever,
    /// The first rows of a list.
    List(Dimension),
    /// A page of the long list.
    Detail(Dimension),
}

/// What has to be asked for a state. `counting` says that the site is known to have had events.
pub fn asks(state: &State, counting: bool) -> Vec<Ask> {
    let mut asks = vec![Ask::Present];
    if !counting {
        asks.push(Ask::Ever);
    }
    if state.view != View::Overview {
        return asks;
    }
    asks.extend([Ask::Headline, Ask::Series]);
    let is_known = |dimension: &Dimension| *dimension != Dimension::Prop || state.property.is_some();
    asks.extend(Panel::ALL.into_iter().filter_map(|panel| state.tab(panel)).filter(is_known).map(Ask::List));
    asks.extend(state.detail.as_ref().map(|detail| detail.dimension).filter(is_known).map(Ask::Detail));
    asks
}

/// The request of these questions about a site.
pub fn request(site: &str, state: &State, clock: &Clock, asks: &[Ask]) -> Value {
    let queries: Vec<Value> = asks.iter().map(|ask| query(site, state, clock, *ask)).collect();
    json!({ "queries": queries })
}

/// The metrics of the headline; views per visit has no meaning under a filter on pages.
pub fn headline_metrics(state: &State) -> Vec<Metric> {
    let by_page = state.filters.iter().any(|filter| filter.tests(Dimension::Page));
    Metric::ALL.into_iter().filter(|metric| !(by_page && *metric == Metric::ViewsPerVisit)).collect()
}

/// The metrics of the series; views per visit is not offered over time, but follows from two that are.
pub fn series_metrics() -> impl Iterator<Item = Metric> {
    Metric::ALL.into_iter().filter(|metric| *metric != Metric::ViewsPerVisit)
}

fn names(metrics: impl IntoIterator<Item = Metric>) -> Vec<&'static str> {
    metrics.into_iter().map(Metric::name).collect()
}

fn query(site: &str, state: &State, clock: &Clock, ask: Ask) -> Value {
    let mut query = json!({
        "site_id": site,
        "date_range": state.range.query(clock.today),
        "filters": state.filters.iter().map(Filter::query).collect::<Vec<_>>(),
    });
    let mut set = |key: &str, value: Value| {
        if let Some(fields) = query.as_object_mut() {
            fields.insert(key.to_owned(), value);
        }
    };
    let name = |dimension: Dimension| [dimension.query(), property(state, dimension)].concat();
    match ask {
        Ask::Headline => {
            set("metrics", json!(names(headline_metrics(state))));
            set("include", include(state, clock, false));
        }
        Ask::Series => {
            set("metrics", json!(names(series_metrics())));
            set("dimensions", json!([time_dimension(state, clock)]));
            set("include", include(state, clock, true));
        }
        Ask::Present => {
            set("metrics", json!(["visitors"]));
            set("date_range", json!([clock.just_before, clock.now]));
            set("filters", json!([]));
        }
        Ask::Ever => {
            set("metrics", json!(["events"]));
            set("date_range", json!("all"));
            set("filters", json!([]));
        }
        Ask::List(dimension) => {
            set("metrics", json!(["visitors"]));
            set("dimensions", json!([name(dimension)]));
            set("filters", list_filters(state, dimension, None));
            set("pagination", json!({ "limit": ROWS_IN_PANEL, "offset": 0 }));
            set("include", json!({ "total_rows": true }));
        }
        Ask::Detail(dimension) => {
            let page = state.detail.as_ref().map_or(0, |detail| detail.page);
            set("metrics", json!(dimension.detail_metrics()));
            set("dimensions", json!([name(dimension)]));
            set("filters", list_filters(state, dimension, state.detail.as_ref()));
            set("pagination", json!({ "limit": ROWS_IN_DETAIL, "offset": page.saturating_mul(ROWS_IN_DETAIL) }));
            set("include", json!({ "total_rows": true }));
        }
    }
    query
}

/// The bucket of the chart: the chosen one if it fits the range, else the best one; none where the data decides.
pub fn interval(state: &State, clock: &Clock) -> Option<Interval> {
    let fitting = state.range.intervals(clock.today);
    let chosen = state.interval.filter(|interval| fitting.contains(interval));
    chosen.or_else(|| fitting.first().copied().filter(|_| state.range.has_before()))
}

/// The name of that bucket in queries.
pub fn time_dimension(state: &State, clock: &Clock) -> String {
    match interval(state, clock) {
        Some(interval) => ["time:", interval.name()].concat(),
        None => "time".to_owned(),
    }
}

fn include(state: &State, clock: &Clock, over_time: bool) -> Value {
    match (compare::query(state, clock, over_time), over_time) {
        (Some(comparisons), true) => json!({ "comparisons": comparisons, "time_labels": true }),
        (Some(comparisons), false) => json!({ "comparisons": comparisons }),
        (None, true) => json!({ "time_labels": true }),
        (None, false) => json!({}),
    }
}

/// What a query adds to the name of a dimension that is one of many.
fn property(state: &State, dimension: Dimension) -> &str {
    state.property.as_deref().filter(|_| dimension == Dimension::Prop).unwrap_or_default()
}

fn list_filters(state: &State, dimension: Dimension, detail: Option<&Detail>) -> Value {
    let mut filters: Vec<Value> = state.filters.iter().map(Filter::query).collect();
    if dimension == Dimension::Event {
        filters.push(json!(["is_not", dimension.query(), ["pageview", "engagement"]]));
    }
    if let Some(event) = dimension.event() {
        filters.push(json!(["is", "event:name", [event]]));
    }
    let name = [dimension.query(), property(state, dimension)].concat();
    if dimension == Dimension::Prop {
        filters.push(json!(["is_not", name, ["(none)"]]));
    }
    if dimension.is_utm() {
        // Most links carry no such parameter; their share says nothing.
        filters.push(json!(["is_not", dimension.query(), ["(not set)"]]));
    }
    if let Some(detail) = detail.filter(|detail| !detail.search.is_empty()) {
        filters.push(json!(["contains", name, [detail.search], { "case_sensitive": false }]));
    }
    Value::from(filters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::Date;
    use expect_test::expect;

    fn clock() -> Clock {
        Clock {
            today: Date::parse("2026-11-21").unwrap(),
            hour: 13,
            now: "2026-11-21T13:05:00Z".into(),
            just_before: "2026-11-21T13:00:00Z".into(),
            yesterday_so_far: ["2026-11-19T23:00:00Z".into(), "2026-11-20T13:05:00Z".into()],
        }
    }

    #[test]
    fn one_request_asks_for_the_whole_view() {
        let state = State::parse("?f=is.page.%2Fpricing&tab=utm_medium&more=event&search=Sign&page=1");
        let asks = asks(&state, true);
        let body = request("example.com", &state, &clock(), &asks);
        let lines: Vec<String> = body["queries"].as_array().unwrap().iter().map(Value::to_string).collect();
        expect![[r#"
            {"date_range":["2026-11-21T13:00:00Z","2026-11-21T13:05:00Z"],"filters":[],"metrics":["visitors"],"site_id":"example.com"}
            {"date_range":["2026-10-25","2026-11-21"],"filters":[["is","event:page",["/pricing"]]],"include":{"comparisons":{"mode":"previous_period"}},"metrics":["visitors","visits","pageviews","bounce_rate","visit_duration"],"site_id":"example.com"}
            {"date_range":["2026-10-25","2026-11-21"],"dimensions":["time:day"],"filters":[["is","event:page",["/pricing"]]],"include":{"comparisons":{"mode":"previous_period"},"time_labels":true},"metrics":["visitors","visits","pageviews","bounce_rate","visit_duration"],"site_id":"example.com"}
            {"date_range":["2026-10-25","2026-11-21"],"dimensions":["event:page"],"filters":[["is","event:page",["/pricing"]]],"include":{"total_rows":true},"metrics":["visitors"],"pagination":{"limit":9,"offset":0},"site_id":"example.com"}
            {"date_range":["2026-10-25","2026-11-21"],"dimensions":["visit:utm_medium"],"filters":[["is","event:page",["/pricing"]],["is_not","visit:utm_medium",["(not set)"]]],"include":{"total_rows":true},"metrics":["visitors"],"pagination":{"limit":9,"offset":0},"site_id":"example.com"}
            {"date_range":["2026-10-25","2026-11-21"],"dimensions":["visit:country"],"filters":[["is","event:page",["/pricing"]]],"include":{"total_rows":true},"metrics":["visitors"],"pagination":{"limit":9,"offset":0},"site_id":"example.com"}
            {"date_range":["2026-10-25","2026-11-21"],"dimensions":["visit:browser"],"filters":[["is","event:page",["/pricing"]]],"include":{"total_rows":true},"metrics":["visitors"],"pagination":{"limit":9,"offset":0},"site_id":"example.com"}
            {"date_range":["2026-10-25","2026-11-21"],"dimensions":["event:name"],"filters":[["is","event:page",["/pricing"]],["is_not","event:name",["pageview","engagement"]]],"include":{"total_rows":true},"metrics":["visitors"],"pagination":{"limit":9,"offset":0},"site_id":"example.com"}
            {"date_range":["2026-10-25","2026-11-21"],"dimensions":["event:name"],"filters":[["is","event:page",["/pricing"]],["is_not","event:name",["pageview","engagement"]],["contains","event:name",["Sign"],{"case_sensitive":false}]],"include":{"total_rows":true},"metrics":["visitors","events"],"pagination":{"limit":50,"offset":50},"site_id":"example.com"}"#]].assert_eq(&lines.join("\n"));
    }

    #[test]
    fn a_property_is_asked_for_once_it_has_a_name() {
        let unnamed = asks(&State::parse("?tab=prop&more=prop"), true);
        assert!(!unnamed.iter().any(|ask| matches!(ask, Ask::List(Dimension::Prop) | Ask::Detail(_))));
        let state = State::parse("?tab=prop&property=plan&f=is.prop.plan%3Dpro");
        assert!(asks(&state, true).contains(&Ask::List(Dimension::Prop)));
        let query = query("a.example", &state, &clock(), Ask::List(Dimension::Prop));
        assert_eq!(query["dimensions"], json!(["event:props:plan"]));
        assert_eq!(
            query["filters"],
            json!([["or", [["is", "event:props:plan", ["pro"]]]], ["is_not", "event:props:plan", ["(none)"]]])
        );
    }

    #[test]
    fn a_site_not_yet_seen_counting_is_asked_for_any_event() {
        assert!(asks(&State::default(), false).contains(&Ask::Ever));
        assert!(!asks(&State::default(), true).contains(&Ask::Ever));
    }

    #[test]
    fn all_time_lets_the_data_choose_the_bucket_and_has_nothing_to_compare_with() {
        let query = query("a.example", &State::parse("?range=all"), &clock(), Ask::Series);
        assert_eq!(query["dimensions"], json!(["time"]));
        assert_eq!(query["include"], json!({ "time_labels": true }));
        let hours = super::query("a.example", &State::parse("?interval=hour"), &clock(), Ask::Series);
        assert_eq!(hours["dimensions"], json!(["time:day"]), "28 days are too many hours");
    }
}
