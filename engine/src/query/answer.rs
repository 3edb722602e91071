//! Turns the rows of one or two periods into an answer: orders, pages, compares and labels them.

use super::dimension::Dimension;
use super::metric::Metric;
use super::period::{Period, Plan};
use super::request::{Column, OrderKey, Request};
use super::selection::sparse;
use super::value::Value;
use crate::table::CITY;
use serde_json::{Map, Value as Json, json};
use std::cmp::Ordering;

/// A row on its way into the answer.
struct Row {
    key: Vec<u32>,
    values: Vec<Value>,
}

/// Makes `results` and, as far as rows are concerned, `meta`.
pub(super) fn results(
    plan: &Plan<'_>,
    request: &Request,
    order: &[OrderKey],
    now: &Period,
    before: Option<&Period>,
) -> (Json, Map<String, Json>) {
    let mut rows = rows(plan, now, before.is_some());
    rows.sort_by(|left, right| compare(plan, order, left, right));
    let mut meta = Map::new();
    if request.include.total_rows {
        meta.insert("total_rows".into(), rows.len().into());
    }
    let page = rows.iter().skip(request.offset).take(request.limit);
    let results = page.map(|row| {
        let mut result = json!({
            "dimensions": dimensions(plan, now, &row.key),
            "metrics": row.values.iter().map(|value| value.to_json()).collect::<Vec<_>>(),
        });
        if let (Some(before), Some(result)) = (before, result.as_object_mut()) {
            result.insert("comparison".into(), comparison(plan, before, row));
        }
        result
    });
    (results.collect(), meta)
}

/// The rows in which something was found; compared over a single dimension of time, every bucket has one.
fn rows(plan: &Plan<'_>, period: &Period, compared: bool) -> Vec<Row> {
    let row = |key: Vec<u32>| {
        let values = period.rows.get(&key).unwrap_or(&period.nothing).clone();
        Row { key, values }
    };
    match (plan.dimensions, period.buckets.as_slice()) {
        ([_], [Some(buckets)]) if compared => (0..buckets.len() as u32).map(|bucket| row(vec![bucket])).collect(),
        _ => period.rows.keys().cloned().map(row).collect(),
    }
}

/// By the keys asked for; what ties is in the order of its dimensions, so that pages never overlap.
fn compare(plan: &Plan<'_>, order: &[OrderKey], left: &Row, right: &Row) -> Ordering {
    for OrderKey { column, descending } in order {
        let ordering = match *column {
            Column::Metric(place) => match (left.values.get(place), right.values.get(place)) {
                (Some(left), Some(right)) => left.order(*right, *descending),
                _ => Ordering::Equal,
            },
            Column::Dimension(place) => {
                let ordering = compare_dimension(plan, place, left, right);
                if *descending { ordering.reverse() } else { ordering }
            }
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
    let places = 0..plan.dimensions.len();
    places
        .map(|place| compare_dimension(plan, place, left, right))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

fn compare_dimension(plan: &Plan<'_>, place: usize, left: &Row, right: &Row) -> Ordering {
    let (Some(dimension), Some(left), Some(right)) =
        (plan.dimensions.get(place), left.key.get(place), right.key.get(place))
    else {
        return Ordering::Equal;
    };
    match dimension {
        Dimension::Time | Dimension::TimeUnit(_) => left.cmp(right),
        Dimension::Visit(CITY) => city(plan, *left).cmp(&city(plan, *right)),
        _ => text(plan, dimension, *left).cmp(text(plan, dimension, *right)),
    }
}

fn comparison(plan: &Plan<'_>, before: &Period, row: &Row) -> Json {
    let buckets = before.buckets.iter().zip(&row.key);
    if buckets.into_iter().any(|(buckets, code)| buckets.as_ref().is_some_and(|all| *code as usize >= all.len())) {
        // The earlier range is shorter: nothing stands beside this bucket.
        return Json::Null;
    }
    let values = before.rows.get(&row.key).unwrap_or(&before.nothing);
    let changes = row.values.iter().zip(values).zip(plan.metrics);
    let changes: Vec<Json> = changes.map(|((now, before), metric)| now.change(*before, *metric)).collect();
    json!({
        "dimensions": dimensions(plan, before, &row.key),
        "metrics": values.iter().map(|value| value.to_json()).collect::<Vec<_>>(),
        "change": changes,
    })
}

fn dimensions(plan: &Plan<'_>, period: &Period, key: &[u32]) -> Vec<Json> {
    let columns = plan.dimensions.iter().zip(&period.buckets).zip(key);
    columns
        .map(|((dimension, buckets), code)| match (buckets, dimension) {
            (Some(buckets), _) => buckets.label(*code as usize).into(),
            (None, Dimension::Visit(CITY)) => city(plan, *code).into(),
            (None, _) => text(plan, dimension, *code).into(),
        })
        .collect()
}

fn city(plan: &Plan<'_>, code: u32) -> u32 {
    plan.table.visits.dictionaries.get(CITY).and_then(|texts| texts.text(code).parse().ok()).unwrap_or(0)
}

/// The text of a code, or what stands for a missing one.
fn text<'a>(plan: &Plan<'a>, dimension: &Dimension, code: u32) -> &'a str {
    let table = plan.table;
    let text = match dimension {
        Dimension::Goal => plan.site.goals.get(code as usize).map_or("", |goal| &goal.display_name),
        Dimension::Page | Dimension::EntryPage | Dimension::ExitPage => table.page.dictionary.text(code),
        Dimension::Hostname | Dimension::EntryHostname | Dimension::ExitHostname => {
            table.hostname.dictionary.text(code)
        }
        Dimension::Name => table.name.dictionary.text(code),
        Dimension::Prop(_) | Dimension::Detail(_) => {
            sparse(table, dimension).map_or("", |column| column.dictionary.text(code))
        }
        Dimension::Visit(attribute) => table.visits.dictionaries.get(*attribute).map_or("", |texts| texts.text(code)),
        Dimension::Time | Dimension::TimeUnit(_) => "",
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
