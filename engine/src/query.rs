//! Answers questions of the Stats API v2.
//!
//! A question is read (`request`), checked (`rules`), run over its range of time and, where a comparison is asked
//! for, over the earlier one (`period`), and answered (`answer`). Within a period, `selection` finds the rows that the
//! filters keep, `entries` lists what is to be counted, `groups` sorts it by the dimensions and `count` counts it; at
//! no point is a text compared per row.

mod answer;
mod count;
mod dimension;
mod entries;
mod filter;
mod goals;
mod groups;
mod metric;
mod period;
mod request;
mod revenue;
mod rules;
mod selection;
mod sequence;
mod text_test;
mod value;

use crate::event::UnixSeconds;
pub use crate::refusal::Refusal;
use crate::site::SiteSettings;
use crate::table::Table;
use crate::time::{Range, Unit, Zone};
use dimension::Dimension;
use period::Plan;
use request::{Column, OrderKey, Request};
use revenue::Currency;
use serde_json::{Map, Value, json};

/// Most queries that one request may hold.
pub const QUERIES_MAX: usize = 100;

/// Answers a request: a query, or `{"queries":[…]}` with the answers (or refusals, each with its `status`) as
/// `{"results":[…]}` in the same order. `now` is the present moment.
pub fn answer(table: &mut Table, site: &SiteSettings, now: UnixSeconds, request: &Value) -> Result<Value, Refusal> {
    table.settle();
    match queries(request)? {
        None => answer_one(table, site, now, request),
        Some(queries) => {
            let answers = queries.iter().map(|query| {
                answer_one(table, site, now, &inherit_site(request, query)).unwrap_or_else(|refusal| refusal.to_json())
            });
            Ok(json!({"results": answers.collect::<Vec<_>>()}))
        }
    }
}

/// The one site that a request is about: its `site_id`, or that of its queries, which all have to be the same.
pub fn site_id(request: &Value) -> Result<String, Refusal> {
    let of = |query: &Value| match query.as_object() {
        Some(fields) => request::site_id(fields).map(str::to_owned),
        None => Err(Refusal::at("", "invalid_query", "a query must be an object", "post a JSON object")),
    };
    let Some(queries) = queries(request)? else { return of(request) };
    let mut sites = queries.iter().map(|query| of(&inherit_site(request, query)));
    let first = sites.next().unwrap_or_else(|| of(request))?;
    for site in sites {
        if site? != first {
            let hint = "send a request for each site";
            return Err(Refusal::at("/queries", "several_sites", "the queries are about several sites", hint));
        }
    }
    Ok(first)
}

fn queries(request: &Value) -> Result<Option<&Vec<Value>>, Refusal> {
    match request.get("queries") {
        None => Ok(None),
        Some(Value::Array(queries)) if (1..=QUERIES_MAX).contains(&queries.len()) => Ok(Some(queries)),
        Some(_) => {
            let hint = "queries is a list of 1 to 100 queries";
            Err(Refusal::at("/queries", "invalid_query", "this is not a list of queries", hint))
        }
    }
}

/// A query among several may leave its `site_id` to the request.
fn inherit_site(request: &Value, query: &Value) -> Value {
    let mut query = query.clone();
    if let (Some(fields), Some(site)) = (query.as_object_mut(), request.get("site_id")) {
        fields.entry("site_id").or_insert_with(|| site.clone());
    }
    query
}

fn answer_one(table: &Table, site: &SiteSettings, now: UnixSeconds, json: &Value) -> Result<Value, Refusal> {
    let mut request = Request::from_json(json)?;
    rules::check(&request, site)?;
    let zone = Zone::named(&site.timezone)
        .ok_or_else(|| Refusal::new("unknown_timezone", "the site's time zone is not known", "set another one"))?;
    let out_of_calendar = || {
        let hint = "use a shorter or later range";
        Refusal::at("/date_range", "invalid_date_range", "Invalid date_range: it leaves the calendar", hint)
    };
    let first_event = table.time.iter().min().map(|time| UnixSeconds(*time));
    let range = request.date_range.resolve(&zone, now, first_event).ok_or_else(out_of_calendar)?;
    request.dimensions = with_unit_of_time(&request.dimensions, &range, &zone)?;
    let order =
        request.order_by.clone().unwrap_or_else(|| answer::default_order(&request.metrics, &request.dimensions));
    let plan = Plan {
        table,
        site,
        zone: &zone,
        metrics: &request.metrics,
        dimensions: &request.dimensions,
        filters: &request.filters,
    };
    let period = period::run(&plan, range)?;
    let before = match request.include.comparisons {
        Some(comparison) => {
            let earlier = comparison.range(&range, &zone, now).ok_or_else(out_of_calendar)?;
            Some(period::run(&plan, earlier)?)
        }
        None => None,
    };
    let (results, mut meta) = answer::results(&plan, &request, &order, &period, before.as_ref());
    if request.include.time_labels {
        let labels = period.buckets.iter().flatten().next().map(crate::time::Buckets::labels);
        meta.insert("time_labels".into(), labels.into());
    }
    meta.extend(warnings(&request, site));
    if let Some(before) = &before {
        meta.insert("comparison_date_range".into(), before.range.to_iso(&zone).to_vec().into());
    }
    Ok(json!({"results": results, "meta": meta, "query": echo(json, &request, &order, &range, &zone)}))
}

/// `time` becomes the unit that suits the range.
fn with_unit_of_time(dimensions: &[Dimension], range: &Range, zone: &Zone) -> Result<Vec<Dimension>, Refusal> {
    let unit = Dimension::TimeUnit(Unit::for_range(range, zone));
    if dimensions.contains(&Dimension::Time) && dimensions.contains(&unit) {
        let hint = "leave out one of them";
        return Err(Refusal::at("/dimensions", "invalid_dimension", "time is there twice in this range", hint));
    }
    let resolve = |dimension: &Dimension| if *dimension == Dimension::Time { unit.clone() } else { dimension.clone() };
    Ok(dimensions.iter().map(resolve).collect())
}

fn warnings(request: &Request, site: &SiteSettings) -> Option<(String, Value)> {
    let queried = goals::queried(&site.goals, &request.filters, &request.dimensions);
    let warning = Currency::of(&site.goals, &queried, &request.dimensions).warning()?;
    let metrics = request.metrics.iter().filter(|metric| metric.is_revenue());
    let warnings: Map<String, Value> = metrics.map(|metric| (metric.name().to_owned(), warning.clone())).collect();
    (!warnings.is_empty()).then(|| ("metric_warnings".to_owned(), warnings.into()))
}

/// The query as it was run; posted again, it gives the same results.
fn echo(json: &Value, request: &Request, order: &[OrderKey], range: &Range, zone: &Zone) -> Value {
    let name = |column: Column| match column {
        Column::Metric(place) => request.metrics.get(place).map(|metric| metric.name().to_owned()),
        Column::Dimension(place) => request.dimensions.get(place).map(Dimension::name),
    };
    let order: Vec<Value> =
        order.iter().map(|key| json!([name(key.column), if key.descending { "desc" } else { "asc" }])).collect();
    let part = |name: &str, default: Value| json.get(name).cloned().unwrap_or(default);
    json!({
        "site_id": request.site_id,
        "metrics": part("metrics", json!([])),
        "date_range": range.to_iso(zone),
        "filters": part("filters", json!([])),
        "dimensions": request.dimensions.iter().map(Dimension::name).collect::<Vec<_>>(),
        "order_by": order,
        "include": part("include", json!({})),
        "pagination": {"limit": request.limit, "offset": request.offset},
    })
}
