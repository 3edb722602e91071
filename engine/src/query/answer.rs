//! Turns the rows of one or two periods into an answer: orders, pages, compares and labels them.

use super::dictionary::Dictionaries;
use super::dimension::{Dimension, Domain};
use super::metric::Metric;
use super::period::{Period, Plan};
use super::request::{Column, OrderKey, Request};
use super::value::Value;
use crate::segment::CITY;
use serde_json::{Map, Value as Json, json};
use std::cmp::Ordering;

/// What rows mean.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    /// The query.
    pub(super) plan: &'a Plan<'a>,
    /// The texts of codes.
    pub(super) dictionaries: &'a Dictionaries,
}

/// A row on its way into the answer.
struct Row {
    key: Vec<u32>,
    values: Vec<Value>,
}

/// Makes `results` and, as far as rows are concerned, `meta`.
pub(super) fn results(
    known: &Known<'_>,
    request: &Request,
    order: &[OrderKey],
    now: &Period,
    before: Option<&Period>,
) -> (Json, Map<String, Json>) {
    let mut rows = rows(known, now, before.is_some());
    rows.sort_by(|left, right| compare(known, order, left, right));
    let mut meta = Map::new();
    if request.include.total_rows {
        meta.insert("total_rows".into(), rows.len().into());
    }
    let page = rows.iter().skip(request.offset).take(request.limit);
    let results = page.map(|row| {
        let mut result = json!({
            "dimensions": dimensions(known, now, &row.key),
            "metrics": row.values.iter().map(|value| value.to_json()).collect::<Vec<_>>(),
        });
        if let (Some(before), Some(result)) = (before, result.as_object_mut()) {
            result.insert("comparison".into(), comparison(known, before, row));
        }
        result
    });
    (results.collect(), meta)
}

/// The rows in which something was found; compared over a single dimension of time, every bucket has one.
fn rows(known: &Known<'_>, period: &Period, compared: bool) -> Vec<Row> {
    let row = |key: Vec<u32>| {
        let values = period.rows.get(&key).unwrap_or(&period.nothing).clone();
        Row { key, values }
    };
    match (known.plan.dimensions, period.buckets.as_slice()) {
        ([_], [Some(buckets)]) if compared => (0..buckets.len() as u32).map(|bucket| row(vec![bucket])).collect(),
        _ => period.rows.keys().cloned().map(row).collect(),
    }
}

/// By the keys asked for; what ties is in the order of its dimensions, so that pages never overlap.
fn compare(known: &Known<'_>, order: &[OrderKey], left: &Row, right: &Row) -> Ordering {
    for OrderKey { column, descending } in order {
        let ordering = match *column {
            Column::Metric(place) => match (left.values.get(place), right.values.get(place)) {
                (Some(left), Some(right)) => left.order(*right, *descending),
                _ => Ordering::Equal,
            },
            Column::Dimension(place) => {
                let ordering = compare_dimension(known, place, left, right);
                if *descending { ordering.reverse() } else { ordering }
            }
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
    let places = 0..known.plan.dimensions.len();
    places
        .map(|place| compare_dimension(known, place, left, right))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

fn compare_dimension(known: &Known<'_>, place: usize, left: &Row, right: &Row) -> Ordering {
    let (Some(dimension), Some(left), Some(right)) =
        (known.plan.dimensions.get(place), left.key.get(place), right.key.get(place))
    else {
        return Ordering::Equal;
    };
    match dimension {
        Dimension::Time | Dimension::TimeUnit(_) => left.cmp(right),
        Dimension::Visit(CITY) => city(known, *left).cmp(&city(known, *right)),
        _ => text(known, dimension, *left).cmp(text(known, dimension, *right)),
    }
}

fn comparison(known: &Known<'_>, before: &Period, row: &Row) -> Json {
    let buckets = before.buckets.iter().zip(&row.key);
    if buckets.into_iter().any(|(buckets, code)| buckets.as_ref().is_some_and(|all| *code as usize >= all.len())) {
        // The earlier range is shorter: nothing stands beside this bucket.
        return Json::Null;
    }
    let values = before.rows.get(&row.key).unwrap_or(&before.nothing);
    let changes = row.values.iter().zip(values).zip(known.plan.metrics);
    let changes: Vec<Json> = changes.map(|((now, before), metric)| now.change(*before, *metric)).collect();
    json!({
        "dimensions": dimensions(known, before, &row.key),
        "metrics": values.iter().map(|value| value.to_json()).collect::<Vec<_>>(),
        "change": changes,
    })
}

fn dimensions(known: &Known<'_>, period: &Period, key: &[u32]) -> Vec<Json> {
    let columns = known.plan.dimensions.iter().zip(&period.buckets).zip(key);
    columns
        .map(|((dimension, buckets), code)| match (buckets, dimension) {
            (Some(buckets), _) => buckets.label(*code as usize).into(),
            (None, Dimension::Visit(CITY)) => city(known, *code).into(),
            (None, _) => text(known, dimension, *code).into(),
        })
        .collect()
}

fn city(known: &Known<'_>, code: u32) -> u32 {
    known.dictionaries.text(&Domain::Attribute(CITY), code).parse().unwrap_or(0)
}

/// The text of a code, or what stands for a missing one.
fn text<'a>(known: &Known<'a>, dimension: &Dimension, code: u32) -> &'a str {
    let text = match dimension {
        Dimension::Goal => known.plan.site.goals.get(code as usize).map_or("", |goal| &goal.display_name),
        dimension => known.dictionaries.text(&dimension.domain(), code),
    };
    if text.is_empty() { dimension.blank() } else { text }
}

/// The order of rows where none is asked for: time first, then the first metric, the greatest first.
pub(super) fn default_order(metrics: &[Metric], dimensions: &[Dimension]) -> Vec<OrderKey> {
    let times = dimensions.iter().enumerate().filter(|(_, dimension)| dimension.is_time());
    let times = times.map(|(place, _)| OrderKey { column: Column::Dimension(place), descending: false });
    let first_metric = (!metrics.is_empty()).then_some(OrderKey { column: Column::Metric(0), descending: true });
    times.chain(first_metric).collect()
}
