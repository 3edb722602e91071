//! What may be asked of a share, read into the one form that all wordings of a question have.

use crate::event::UnixSeconds;
use crate::query::ROWS_MAX;
use crate::refusal::Refusal;
use crate::share::Rules;
use crate::time::{DateRange, Zone};
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Map, Value, json};

/// The dimensions of a share: what a visit has one value of, and pages and goals.
pub const DIMENSIONS: [&str; 10] = [
    "event:goal",
    "event:page",
    "visit:browser",
    "visit:channel",
    "visit:country",
    "visit:device",
    "visit:entry_page",
    "visit:os",
    "visit:source",
    "visit:utm_campaign",
];
/// The units of time of a share. None is shorter than a day.
pub const UNITS: [&str; 3] = ["time:day", "time:week", "time:month"];
/// The metrics of a share without noise.
pub const METRICS: [&str; 7] =
    ["visitors", "visits", "pageviews", "events", "views_per_visit", "bounce_rate", "visit_duration"];

/// Values of other dimensions than time that one number may be about. With more, a crowd could be cut into pieces.
const PAIRS_MAX: usize = 2;
/// Most days of a range.
const DAYS_MAX: i32 = 366;
/// A day is told this many days later: events arrive for up to 24 hours, so that nothing of it changes any more.
const SETTLED_DAYS: i64 = 2;

const RANGES: &str =
    "a share tells whole days that are over for a day: two dates, or a preset such as 28d, of at most 366 days";

/// A column of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// The metric at this place.
    Metric(usize),
    /// The dimension at this place.
    Dimension(usize),
}

/// A question to a share.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    pub(super) site_id: String,
    /// The first day and the last, both of them told.
    pub(super) days: (Date, Date),
    pub(super) metrics: Vec<&'static str>,
    pub(super) dimensions: Vec<&'static str>,
    /// The value that each dimension has to have, by dimension.
    pub(super) filters: Map<String, Value>,
    pub(super) order: Vec<(Column, bool)>,
    pub(super) total_rows: bool,
    pub(super) time_labels: bool,
    pub(super) limit: usize,
    pub(super) offset: usize,
}

impl Question {
    /// Reads a query of the Stats API as far as a share answers it. `today` is the site's local day.
    ///
    /// # Errors
    /// The query is malformed, or asks for what a share does not tell.
    pub fn read(rules: &Rules, today: Date, request: &Value) -> Result<Self, Refusal> {
        let hint = "post a query of the Stats API";
        let fields =
            request.as_object().ok_or_else(|| wrong("", "invalid_query", "a query must be an object", hint))?;
        let known = ["site_id", "metrics", "date_range", "dimensions", "filters", "order_by", "include", "pagination"];
        if !fields.keys().all(|field| known.contains(&&**field)) {
            return Err(wrong("", "unknown_field", "there is a field that is not supported", known.join(", ")));
        }
        let metrics = listed(fields, "metrics", if rules.epsilon.is_some() { &METRICS[..1] } else { &METRICS })?;
        if metrics.is_empty() {
            return Err(wrong(
                "/metrics",
                "invalid_metric",
                "metrics must be a list of at least one",
                "ask for visitors",
            ));
        }
        let all: Vec<&'static str> = DIMENSIONS.into_iter().chain(UNITS).collect();
        let dimensions = listed(fields, "dimensions", &all)?;
        let filters = filters(fields.get("filters"))?;
        let grouped = || dimensions.iter().filter(|dimension| !is_time(dimension));
        let pairs = filters.len() + grouped().filter(|dimension| !filters.contains_key(**dimension)).count();
        if dimensions.len() - grouped().count() > 1 || grouped().count() > 1 || pairs > PAIRS_MAX {
            let hint = "ask for one dimension and one of time, and for at most two with those of the filters";
            return Err(wrong("/dimensions", "not_shared", "a share does not cut its counts so finely", hint));
        }
        let mut question = Self {
            site_id: fields.get("site_id").and_then(Value::as_str).unwrap_or_default().to_owned(),
            days: days(fields.get("date_range"), today)?,
            order: Vec::new(),
            total_rows: false,
            time_labels: false,
            limit: ROWS_MAX as usize,
            offset: 0,
            metrics,
            dimensions,
            filters,
        };
        question.order = question.read_order(fields.get("order_by"))?;
        question.read_include(fields.get("include"))?;
        question.read_pagination(fields.get("pagination"))?;
        Ok(question)
    }

    fn read_order(&self, given: Option<&Value>) -> Result<Vec<(Column, bool)>, Refusal> {
        let time = self.dimensions.iter().position(|dimension| is_time(dimension));
        let Some(given) = given else {
            let by_time = time.map(|place| (Column::Dimension(place), false));
            return Ok(by_time.into_iter().chain([(Column::Metric(0), true)]).collect());
        };
        let of = |entry: &Value| {
            let (name, direction) = (entry.get(0)?.as_str()?, entry.get(1)?.as_str()?);
            let place = |names: &[&str]| names.iter().position(|known| *known == name);
            let column = place(&self.metrics).map(Column::Metric);
            let column = column.or_else(|| place(&self.dimensions).map(Column::Dimension))?;
            matches!(direction, "asc" | "desc").then_some((column, direction == "desc"))
        };
        let order = given.as_array().and_then(|entries| entries.iter().map(of).collect());
        let hint = "order_by is a list of [name, \"asc\"|\"desc\"], each name a metric or dimension of the query";
        order.ok_or_else(|| wrong("/order_by", "invalid_order_by", "Invalid order_by", hint))
    }

    fn read_include(&mut self, given: Option<&Value>) -> Result<(), Refusal> {
        let hint = "a share knows time_labels and total_rows, which are true or false";
        let refused = || wrong("/include", "not_shared", "a share does not tell this", hint);
        for (name, value) in given.and_then(Value::as_object).into_iter().flatten() {
            let value = value.as_bool().ok_or_else(refused)?;
            match &**name {
                "time_labels" => self.time_labels = value,
                "total_rows" => self.total_rows = value,
                // Nothing is imported that is not an event.
                "imports" => {}
                _ => return Err(refused()),
            }
        }
        Ok(())
    }

    fn read_pagination(&mut self, given: Option<&Value>) -> Result<(), Refusal> {
        let number = |name: &str, default: usize| match given.and_then(|given| given.get(name)) {
            None => Some(default),
            Some(number) => number.as_u64().and_then(|number| usize::try_from(number).ok()),
        };
        let page = number("limit", self.limit).zip(number("offset", 0));
        let page = page.filter(|(limit, _)| (1..=ROWS_MAX as usize).contains(limit));
        let hint = "limit is a number from 1 to 10,000, offset one from 0 on";
        (self.limit, self.offset) =
            page.ok_or_else(|| wrong("/pagination", "invalid_pagination", "Invalid pagination", hint))?;
        Ok(())
    }

    /// The query that is counted for it. Its last metric is visitors. With noise it is counted by days, which are added up: a
    /// visitor whom several days know is one of each, so that a longer range tells nothing that its days do not.
    pub fn query(&self, rules: &Rules) -> Value {
        let (first, last) = self.days;
        let mut metrics = self.metrics.clone();
        // A metric may be there once.
        metrics.retain(|metric| *metric != "visitors");
        metrics.push("visitors");
        let mut dimensions = self.dimensions.clone();
        if rules.epsilon.is_some() {
            dimensions.retain(|dimension| !is_time(dimension));
            dimensions.push("time:day");
        }
        let order: Vec<Value> = dimensions.iter().map(|dimension| json!([dimension, "asc"])).collect();
        let filters: Vec<Value> =
            self.filters.iter().map(|(dimension, value)| json!(["is", dimension, [value]])).collect();
        json!({
            "site_id": self.site_id,
            "metrics": metrics,
            "date_range": [first.to_string(), last.to_string()],
            "dimensions": dimensions,
            "filters": filters,
            "order_by": order,
        })
    }

    /// The dimensions that its answer would tell of: those of its rows and of its filters, but time.
    pub fn tells_of(&self) -> impl Iterator<Item = &str> {
        let rows = self.dimensions.iter().copied().filter(|dimension| !is_time(dimension));
        rows.chain(self.filters.keys().map(String::as_str))
    }

    /// What a filtered question is about, whatever its wording, range, metrics and page; none where there are no filters.
    /// So many of these a share answers in a day.
    pub fn about(&self) -> Option<String> {
        let dimension = self.dimensions.iter().find(|dimension| !is_time(dimension));
        (!self.filters.is_empty()).then(|| json!([self.filters, dimension]).to_string())
    }

    /// Each dimension's value of a row, by dimension: those that the filters ask for and those of the row.
    pub(super) fn cell(&self, row: &[String]) -> Value {
        let mut cell = self.filters.clone();
        for (dimension, value) in self.dimensions.iter().zip(row).filter(|(dimension, _)| !is_time(dimension)) {
            cell.insert((*dimension).to_owned(), value.as_str().into());
        }
        cell.into()
    }
}

/// The label of the bucket of a day, in a range that begins with `first`.
pub(super) fn label(unit: &str, day: Date, first: Date) -> String {
    let begins = match unit {
        "time:week" => {
            let days = i64::from(day.weekday().to_monday_zero_offset());
            day.checked_sub(days.days()).unwrap_or(day).max(first)
        }
        "time:month" => day.first_of_month(),
        _ => day,
    };
    begins.to_string()
}

pub(super) fn is_time(dimension: &str) -> bool {
    dimension.starts_with("time:")
}

fn wrong(path: &str, code: &'static str, error: &str, hint: impl Into<String>) -> Refusal {
    Refusal::at(path, code, error, hint)
}

/// A list of names, each of them one that is supported and there once.
fn listed(fields: &Map<String, Value>, field: &str, known: &[&'static str]) -> Result<Vec<&'static str>, Refusal> {
    let Some(given) = fields.get(field) else { return Ok(Vec::new()) };
    let path = format!("/{field}");
    let hint = || format!("a share tells {}", known.join(", "));
    let given = given.as_array().ok_or_else(|| wrong(&path, "invalid_query", "this is not a list", hint()))?;
    let mut names = Vec::with_capacity(given.len());
    for name in given {
        let name = known.iter().find(|known| name == **known);
        let name = name.ok_or_else(|| wrong(&path, "not_shared", "a share does not tell this", hint()))?;
        if names.contains(name) {
            return Err(wrong(&path, "invalid_query", "a name is there twice", hint()));
        }
        names.push(*name);
    }
    Ok(names)
}

/// Filters of the form `["is", dimension, [value]]`, in whatever order.
fn filters(given: Option<&Value>) -> Result<Map<String, Value>, Refusal> {
    let hint = || format!("a share knows filters [\"is\", dimension, [value]] of {}", DIMENSIONS.join(", "));
    let refused = || wrong("/filters", "not_shared", "a share does not filter so", hint());
    let mut filters = Map::new();
    let Some(given) = given else { return Ok(filters) };
    for filter in given.as_array().ok_or_else(refused)? {
        let [operator, dimension, values] = filter.as_array().map_or(&[][..], |parts| parts) else {
            return Err(refused());
        };
        let dimension = DIMENSIONS.into_iter().find(|known| dimension == known).ok_or_else(refused)?;
        let mut values = values.as_array().into_iter().flatten();
        // The same value said twice is one.
        let value = values.next().and_then(Value::as_str).filter(|value| !value.is_empty()).ok_or_else(refused)?;
        if operator != "is" || values.any(|other| other != value) {
            return Err(refused());
        }
        if filters.insert(dimension.to_owned(), value.into()).is_some_and(|before| before != value) {
            return Err(refused());
        }
    }
    Ok(filters)
}

/// The days of a range, as far as they are settled.
fn days(given: Option<&Value>, today: Date) -> Result<(Date, Date), Refusal> {
    let invalid = || wrong("/date_range", "invalid_date_range", "Invalid date range", RANGES);
    let range = match given {
        Some(Value::String(word)) => DateRange::from_word(word),
        Some(Value::Array(pair)) => match pair.as_slice() {
            [Value::String(first), Value::String(last)] => DateRange::from_pair(first, last),
            _ => None,
        },
        _ => None,
    };
    let range = range.ok_or_else(invalid)?;
    if matches!(range, DateRange::Minutes(_) | DateRange::Instants(_) | DateRange::All) {
        return Err(wrong("/date_range", "not_shared", "a share does not tell this range", RANGES));
    }
    // Presets are days of the calendar, which are the same in every zone.
    let zone = Zone::named("UTC").ok_or_else(invalid)?;
    let noon = zone.earliest(today.at(12, 0, 0, 0));
    let resolved = range.resolve(&zone, UnixSeconds(noon.0), None).ok_or_else(invalid)?;
    let [first, last] = [resolved.start, resolved.end].map(|time| zone.civil(time).date());
    let settled = today.checked_sub(SETTLED_DAYS.days()).map_err(|_| invalid())?;
    let last = last.min(settled);
    let days = first.until(last).map_or(i32::MAX, |span| span.get_days());
    if first > last {
        return Err(wrong("/date_range", "not_settled", "none of these days is told yet", RANGES));
    }
    if days >= DAYS_MAX {
        return Err(wrong("/date_range", "not_shared", "a share does not tell such a long range", RANGES));
    }
    Ok((first, last))
}
