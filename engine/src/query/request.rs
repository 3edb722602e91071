//! A query as it is posted, read and checked part by part.

use super::dimension::Dimension;
use super::filter::Filter;
use super::metric::Metric;
use crate::refusal::Refusal;
use crate::time::{Comparison, DateRange};
use serde_json::{Map, Value};

/// What an order or a row's column refers to: a place among the metrics or the dimensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// The metric at this place.
    Metric(usize),
    /// The dimension at this place.
    Dimension(usize),
}

/// One key of the order of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OrderKey {
    /// What is compared.
    pub(super) column: Column,
    /// Whether the greatest comes first.
    pub(super) descending: bool,
}

/// What is asked for besides the rows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Include {
    /// The label of every bucket of time.
    pub(super) time_labels: bool,
    /// The number of rows before pagination.
    pub(super) total_rows: bool,
    /// The values of an earlier range.
    pub(super) comparisons: Option<Comparison>,
}

/// A query, read.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// The site's domain.
    pub(super) site_id: String,
    /// At least one, no one twice.
    pub(super) metrics: Vec<Metric>,
    /// The range as asked for.
    pub(super) date_range: DateRange,
    /// No one twice.
    pub(super) dimensions: Vec<Dimension>,
    /// All have to hold.
    pub(super) filters: Vec<Filter>,
    /// As asked for; none means the default.
    pub(super) order_by: Option<Vec<OrderKey>>,
    /// What is asked for besides the rows.
    pub(super) include: Include,
    /// Rows to answer at most.
    pub(super) limit: usize,
    /// Rows to leave out before.
    pub(super) offset: usize,
}

const FIELDS: &str = "supported are site_id, metrics and date_range, which are required, and dimensions, filters, \
                      order_by, include and pagination";
const RANGES: &str = "use \"day\", \"24h\", \"7d\", \"28d\", \"30d\", \"91d\" or any \"<N>d\", \"month\", \"6mo\", \
                      \"12mo\" or any \"<N>mo\", \"year\", \"all\", two dates [\"2021-05-01\", \"2021-05-31\"] or two \
                      date-times with zone";
/// Most rows of one answer.
pub(crate) const ROWS_MAX: u64 = 10_000;

impl Request {
    /// Reads a query.
    pub(super) fn from_json(value: &Value) -> Result<Self, Refusal> {
        let fields =
            value.as_object().ok_or_else(|| Refusal::at("", "invalid_query", "a query must be an object", FIELDS))?;
        known(
            fields,
            "",
            &["site_id", "metrics", "date_range", "dimensions", "filters", "order_by", "include", "pagination"],
        )?;
        let metrics = metrics(fields.get("metrics"))?;
        let dimensions = dimensions(fields.get("dimensions"))?;
        let order_by = order_by(fields.get("order_by"), &metrics, &dimensions)?;
        let (limit, offset) = pagination(fields.get("pagination"))?;
        Ok(Self {
            site_id: site_id(fields)?.to_owned(),
            date_range: date_range(fields.get("date_range"), "/date_range")?,
            filters: fields.get("filters").map_or(Ok(Vec::new()), Filter::list)?,
            include: include(fields.get("include"))?,
            metrics,
            dimensions,
            order_by,
            limit,
            offset,
        })
    }
}

/// The `site_id` of a query's fields.
pub(super) fn site_id(fields: &Map<String, Value>) -> Result<&str, Refusal> {
    fields.get("site_id").and_then(Value::as_str).filter(|site| !site.is_empty()).ok_or_else(|| {
        Refusal::at("/site_id", "invalid_query", "the site is missing", "give the site's domain as site_id")
    })
}

/// Refuses fields that are not among the names.
pub(super) fn known(fields: &Map<String, Value>, path: &str, names: &[&str]) -> Result<(), Refusal> {
    if fields.keys().all(|key| names.contains(&key.as_str())) {
        return Ok(());
    }
    Err(Refusal::at(path, "unknown_field", "there is a field that is not supported", {
        format!("supported are {}", names.join(", "))
    }))
}

fn metrics(value: Option<&Value>) -> Result<Vec<Metric>, Refusal> {
    let supported = || format!("supported are {}", Metric::ALL.map(Metric::name).join(", "));
    let list = value.and_then(Value::as_array).filter(|list| !list.is_empty()).ok_or_else(|| {
        Refusal::at("/metrics", "invalid_metric", "metrics must be a list of at least one", supported())
    })?;
    let mut metrics = Vec::with_capacity(list.len());
    for (index, name) in list.iter().enumerate() {
        let path = format!("/metrics/{index}");
        let metric = name
            .as_str()
            .and_then(Metric::named)
            .ok_or_else(|| Refusal::at(&path, "invalid_metric", "Invalid metric", supported()))?;
        if metrics.contains(&metric) {
            return Err(Refusal::at(&path, "invalid_metric", "a metric is there twice", "ask for each metric once"));
        }
        metrics.push(metric);
    }
    Ok(metrics)
}

fn dimensions(value: Option<&Value>) -> Result<Vec<Dimension>, Refusal> {
    let supported = || format!("supported are {}", Dimension::supported());
    let list = match value {
        None => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(_) => {
            let error = "dimensions must be a list";
            return Err(Refusal::at("/dimensions", "invalid_dimension", error, supported()));
        }
    };
    let mut dimensions = Vec::with_capacity(list.len());
    for (index, name) in list.iter().enumerate() {
        let path = format!("/dimensions/{index}");
        let dimension = name
            .as_str()
            .and_then(Dimension::named)
            .ok_or_else(|| Refusal::at(&path, "invalid_dimension", "Invalid dimension", supported()))?;
        if dimensions.contains(&dimension) {
            let hint = "ask for each dimension once";
            return Err(Refusal::at(&path, "invalid_dimension", "a dimension is there twice", hint));
        }
        dimensions.push(dimension);
    }
    Ok(dimensions)
}

/// Reads a range of time.
pub(super) fn date_range(value: Option<&Value>, path: &str) -> Result<DateRange, Refusal> {
    let range = match value {
        Some(Value::String(word)) => DateRange::from_word(word),
        Some(Value::Array(pair)) => match pair.as_slice() {
            [Value::String(first), Value::String(last)] => DateRange::from_pair(first, last),
            _ => None,
        },
        _ => None,
    };
    range.ok_or_else(|| Refusal::at(path, "invalid_date_range", "Invalid date range", RANGES))
}

fn order_by(
    value: Option<&Value>,
    metrics: &[Metric],
    dimensions: &[Dimension],
) -> Result<Option<Vec<OrderKey>>, Refusal> {
    const SHAPE: &str = "order_by is a list of [name, \"asc\"|\"desc\"], each name a metric or dimension of the query";
    let list = match value {
        None => return Ok(None),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(Refusal::at("/order_by", "invalid_order_by", "order_by must be a list", SHAPE)),
    };
    let read = |(index, entry): (usize, &Value)| {
        let wrong = |error| Refusal::at(&format!("/order_by/{index}"), "invalid_order_by", error, SHAPE);
        let (name, descending) = match entry.as_array().map(Vec::as_slice) {
            Some([Value::String(name), Value::String(direction)]) if direction == "asc" => (name, false),
            Some([Value::String(name), Value::String(direction)]) if direction == "desc" => (name, true),
            _ => return Err(wrong("Invalid order_by")),
        };
        let metric = metrics.iter().position(|metric| metric.name() == name).map(Column::Metric);
        let dimension = || dimensions.iter().position(|dimension| dimension.name() == *name).map(Column::Dimension);
        let column = metric.or_else(dimension);
        let column =
            column.ok_or_else(|| wrong("Invalid order_by entry. Entry is not a queried metric or dimension"))?;
        Ok(OrderKey { column, descending })
    };
    list.iter()
        .enumerate()
        .map(read)
        .collect::<Result<Vec<_>, _>>()
        .map(|keys| Some(keys).filter(|keys| !keys.is_empty()))
}

fn include(value: Option<&Value>) -> Result<Include, Refusal> {
    const SHAPE: &str = "include is an object with time_labels, total_rows and imports (true or false) and comparisons";
    let fields = match value {
        None => return Ok(Include::default()),
        Some(Value::Object(fields)) => fields,
        Some(_) => return Err(Refusal::at("/include", "invalid_include", "include must be an object", SHAPE)),
    };
    // Imported events are events like all others, so `imports` needs no doing.
    known(fields, "/include", &["time_labels", "total_rows", "imports", "comparisons"])?;
    let flag = |name: &str| match fields.get(name) {
        None => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(_) => {
            Err(Refusal::at(&format!("/include/{name}"), "invalid_include", "this must be true or false", SHAPE))
        }
    };
    flag("imports")?;
    Ok(Include {
        time_labels: flag("time_labels")?,
        total_rows: flag("total_rows")?,
        comparisons: fields.get("comparisons").filter(|value| !value.is_null()).map(comparison).transpose()?,
    })
}

fn comparison(value: &Value) -> Result<Comparison, Refusal> {
    const PATH: &str = "/include/comparisons";
    const SHAPE: &str = "comparisons are {\"mode\": \"previous_period\"|\"year_over_year\"}, optionally with \
                         match_day_of_week (true or false), or {\"mode\": \"custom\", \"date_range\": [first, last]}";
    let wrong = |error| Refusal::at(PATH, "invalid_include", error, SHAPE);
    let fields = value.as_object().ok_or_else(|| wrong("comparisons must be an object"))?;
    known(fields, PATH, &["mode", "match_day_of_week", "date_range"])?;
    let match_day_of_week = match fields.get("match_day_of_week") {
        None => false,
        Some(Value::Bool(matching)) => *matching,
        Some(_) => return Err(wrong("match_day_of_week must be true or false")),
    };
    match (fields.get("mode").and_then(Value::as_str), fields.get("date_range")) {
        (Some("previous_period"), None) => Ok(Comparison::PreviousPeriod { match_day_of_week }),
        (Some("year_over_year"), None) => Ok(Comparison::YearOverYear { match_day_of_week }),
        (Some("custom"), range @ Some(Value::Array(_))) => {
            date_range(range, "/include/comparisons/date_range").map(Comparison::Custom)
        }
        _ => Err(wrong("this is not a comparison")),
    }
}

fn pagination(value: Option<&Value>) -> Result<(usize, usize), Refusal> {
    const SHAPE: &str = "pagination is {\"limit\": 1 to 10000, \"offset\": 0 or more}";
    let fields = match value {
        None => return Ok((ROWS_MAX as usize, 0)),
        Some(Value::Object(fields)) => fields,
        Some(_) => return Err(Refusal::at("/pagination", "invalid_pagination", "pagination must be an object", SHAPE)),
    };
    known(fields, "/pagination", &["limit", "offset"])?;
    let number = |name: &str, default: u64, range: std::ops::RangeInclusive<u64>| match fields.get(name) {
        None => Ok(default as usize),
        Some(value) => {
            value.as_u64().filter(|number| range.contains(number)).map(|number| number as usize).ok_or_else(|| {
                Refusal::at(&format!("/pagination/{name}"), "invalid_pagination", "the number is out of range", SHAPE)
            })
        }
    };
    Ok((number("limit", ROWS_MAX, 1..=ROWS_MAX)?, number("offset", 0, 0..=u64::from(u32::MAX))?))
}
