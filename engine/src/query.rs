//! Answers questions of the Stats API v2.
//!
//! A question is read (`request`) and checked (`rules`); for its range of time and, where a comparison is asked for, the
//! earlier one, `period` decides what has to be counted. Then parts are added one by one (`scan`): `selection` finds
//! the events that the filters keep, `entries` lists what is to be counted, `groups` numbers it by the dimensions and
//! `tally` counts it. A visitor is in one part only, so that the counts of all parts add up. In the end the metrics are
//! worked out and put into words (`answer`); at no point is a text compared per row.

mod about;
mod answer;
mod catalogue;
mod dictionary;
mod dimension;
mod entries;
mod filter;
mod funnel;
mod goals;
mod groups;
mod journeys;
mod measure;
mod metric;
mod partial;
mod period;
mod request;
mod retention;
mod revenue;
mod rollup;
mod rules;
mod saved;
mod scan;
mod selection;
mod sequence;
mod sketch;
mod tally;
mod text_test;
mod value;

pub use crate::bytes::Malformed;
use crate::event::UnixSeconds;
pub use crate::refusal::Refusal;
use crate::segment::Part;
use crate::site::{Goal, SiteSettings};
use crate::time::{Range, Unit, Zone};
use about::{Context, out_of_calendar};
use answer::Known;
pub use catalogue::catalogue;
use dictionary::Dictionaries;
use dimension::Dimension;
use funnel::Funnel;
use journeys::Journeys;
use period::{Counting, Plan, Selects};
pub(crate) use request::ROWS_MAX;
use request::{Column, OrderKey, Request};
use retention::Retention;
use revenue::Currency;
pub use rollup::Standing;
pub use saved::{check_filters, check_funnel, is_dimension, with_segments};
use scan::Scan;
use serde_json::{Map, Value, json};
use std::rc::Rc;

/// Most queries that one request may hold.
pub const QUERIES_MAX: usize = 100;

/// The questions of one request, and what has been counted for them so far: parts are added one after the other, in
/// any order, and may be forgotten afterwards.
#[derive(Clone, Debug)]
pub struct Questions {
    kind: Kind,
    request: Rc<Value>,
    site: Rc<SiteSettings>,
    zone: Zone,
    /// Whether the request was a list of queries.
    several: bool,
    asked: Vec<Result<Question, Refusal>>,
    selects: Selects,
    dictionaries: Dictionaries,
    visitors: u32,
    visits: u32,
}

/// What a request asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A query of the Stats API.
    Query,
    /// The same with as many rows as shares add up (`crate::share`).
    Shared,
    /// How many visitors take one step after the other.
    Funnel,
    /// Which steps come next, or came before.
    Journeys,
    /// Who comes again.
    Retention,
}

impl Kind {
    /// The kind of that name: `query`, `shared`, `funnel`, `journeys` or `retention`.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "query" => Self::Query,
            "shared" => Self::Shared,
            "funnel" => Self::Funnel,
            "journeys" => Self::Journeys,
            "retention" => Self::Retention,
            _ => return None,
        })
    }
}

/// One question on its way to an answer.
#[derive(Clone, Debug)]
enum Question {
    Query(Box<Query>),
    Funnel(Funnel),
    Journeys(Journeys),
    Retention(Retention),
}

/// A query of the Stats API.
#[derive(Clone, Debug)]
struct Query {
    json: Value,
    request: Request,
    order: Vec<OrderKey>,
    now: Counting,
    before: Option<Counting>,
}

impl Questions {
    /// Reads a request: a question of the kind, or `{"queries":[…]}` with several. `now` is the present moment,
    /// `first_event` the earliest event of the site.
    ///
    /// # Errors
    /// What is wrong with the request; of several questions, each one's fault is in its answer.
    pub fn read(
        kind: Kind,
        site: Rc<SiteSettings>,
        now: UnixSeconds,
        first_event: Option<UnixSeconds>,
        request: &Value,
    ) -> Result<Self, Refusal> {
        let zone = Zone::named(&site.timezone)
            .ok_or_else(|| Refusal::new("unknown_timezone", "the site's time zone is not known", "set another one"))?;
        let mut selects = Selects::default();
        let context = Context { site: &site, zone: &zone, now, first_event };
        let mut read = |json: Value| Question::read(kind, &context, json, &mut selects);
        let (several, asked) = match queries(request)? {
            None => (false, vec![Ok(read(request.clone())?)]),
            Some(list) => (true, list.iter().map(|json| read(inherit_site(request, json))).collect()),
        };
        let dictionaries = Dictionaries::default();
        let request = Rc::new(request.clone());
        Ok(Self { kind, request, site, zone, several, asked, selects, dictionaries, visitors: 0, visits: 0 })
    }

    /// From when to when any of the questions are about events, in seconds since 1970; none where there is no question.
    pub fn span(&self) -> Option<(i64, i64)> {
        let ranges = self.asked.iter().flatten().flat_map(Question::ranges);
        let spans = ranges.map(|range| (range.start.0, range.end.0));
        spans.reduce(|left, right| (left.0.min(right.0), left.1.max(right.1)))
    }

    /// Whether other questions, of which nothing has been counted yet, ask the same about the same moments.
    pub fn asks_the_same(&self, other: &Self) -> bool {
        let ranges =
            |questions: &Self| -> Vec<Range> { questions.asked.iter().flatten().flat_map(Question::ranges).collect() };
        self.kind == other.kind
            && self.request == other.request
            && self.site == other.site
            && ranges(self) == ranges(other)
    }

    /// Counts a part. Where it turns out to be damaged, all that was counted is worth nothing.
    pub fn add(&mut self, part: &Part) {
        let firsts = (self.visitors, self.visits);
        let scan = Scan::new(part, &self.site.goals, &self.selects.0, &mut self.dictionaries, firsts);
        // What is not a query looks at more than filters keep.
        let few = if matches!(self.kind, Kind::Query | Kind::Shared) { scan.few_visits() } else { None };
        if let Some(visits) = few {
            let some = part.only(visits);
            if some.visits_len() > 0 {
                let scan = Scan::new(&some, &self.site.goals, &self.selects.0, &mut self.dictionaries, firsts);
                self.asked.iter_mut().flatten().for_each(|question| question.add(&scan));
                part.learn_damage(&some);
            }
        } else {
            self.asked.iter_mut().flatten().for_each(|question| question.add(&scan));
        }
        self.visitors += part.segment().visitors() as u32;
        self.visits += part.segment().visits() as u32;
    }

    /// What has been counted, as bytes that [`Questions::merge`] reads where the same is asked.
    pub fn partial(&self) -> Vec<u8> {
        let mut out = partial::Writer::new(&self.dictionaries);
        for question in self.asked.iter().flatten() {
            question.write(&mut out);
        }
        out.finish()
    }

    /// Adds what was counted elsewhere of other visitors, of the same questions about the same moments.
    ///
    /// # Errors
    /// The bytes are not what [`Questions::partial`] writes; all that was counted is worth nothing then.
    pub fn merge(&mut self, partial: &[u8]) -> Result<(), Malformed> {
        let mut from = partial::Reader::new(partial, &mut self.dictionaries)?;
        for question in self.asked.iter_mut().flatten() {
            question.merge(&self.site.goals, &mut from)?;
        }
        from.finish()
    }

    /// The answer: that of the query, or `{"results":[…]}` with the answers (or refusals, each with its `status`) in the
    /// order of the queries.
    pub fn answer(&self) -> Value {
        let mut answers = self.asked.iter().map(|question| match question {
            Ok(Question::Query(query)) => query.answer(&self.site, &self.zone, &self.dictionaries),
            Ok(Question::Funnel(funnel)) => funnel.answer(),
            Ok(Question::Journeys(journeys)) => journeys.answer(&self.dictionaries),
            Ok(Question::Retention(retention)) => retention.answer(),
            Err(refusal) => refusal.to_json(),
        });
        if self.several {
            return json!({"results": answers.collect::<Vec<_>>()});
        }
        answers.next().unwrap_or_default()
    }
}

impl Question {
    fn read(kind: Kind, context: &Context<'_>, json: Value, selects: &mut Selects) -> Result<Self, Refusal> {
        Ok(match kind {
            Kind::Query => Self::Query(Box::new(Query::read(context, json, selects)?)),
            Kind::Shared => {
                let mut query = Query::read(context, json, selects)?;
                query.request.limit = crate::share::ROWS_MAX;
                Self::Query(Box::new(query))
            }
            Kind::Funnel => Self::Funnel(Funnel::read(context, &json, selects)?),
            Kind::Journeys => Self::Journeys(Journeys::read(context, &json, selects)?),
            Kind::Retention => Self::Retention(Retention::read(context, &json, selects)?),
        })
    }

    fn ranges(&self) -> Vec<Range> {
        match self {
            Self::Query(query) => std::iter::once(&query.now).chain(&query.before).map(Counting::range).collect(),
            Self::Funnel(Funnel { about, .. })
            | Self::Journeys(Journeys { about, .. })
            | Self::Retention(Retention { about, .. }) => vec![about.range],
        }
    }

    fn write(&self, out: &mut partial::Writer<'_>) {
        match self {
            Self::Query(query) => std::iter::once(&query.now).chain(&query.before).for_each(|period| period.write(out)),
            Self::Funnel(funnel) => funnel.write(out),
            Self::Journeys(journeys) => journeys.write(out),
            Self::Retention(retention) => retention.write(out),
        }
    }

    fn merge(&mut self, goals: &[Goal], from: &mut partial::Reader<'_>) -> Result<(), Malformed> {
        match self {
            Self::Query(query) => {
                query.now.merge(goals, from)?;
                query.before.iter_mut().try_for_each(|before| before.merge(goals, from))
            }
            Self::Funnel(funnel) => funnel.merge(from),
            Self::Journeys(journeys) => journeys.merge(from),
            Self::Retention(retention) => retention.merge(from),
        }
    }

    fn add(&mut self, scan: &Scan<'_>) {
        match self {
            Self::Query(query) => {
                query.now.add(scan);
                query.before.iter_mut().for_each(|before| before.add(scan));
            }
            Self::Funnel(funnel) => funnel.add(scan),
            Self::Journeys(journeys) => journeys.add(scan),
            Self::Retention(retention) => retention.add(scan),
        }
    }
}

impl Query {
    fn read(context: &Context<'_>, json: Value, selects: &mut Selects) -> Result<Self, Refusal> {
        let Context { site, zone, now, .. } = *context;
        let mut request = Request::from_json(&json)?;
        rules::check(&request, site)?;
        let range = context.range(request.date_range)?;
        request.dimensions = with_unit_of_time(&request.dimensions, &range, zone)?;
        let order =
            request.order_by.clone().unwrap_or_else(|| answer::default_order(&request.metrics, &request.dimensions));
        let plan = plan(site, zone, &request);
        let counting = Counting::new(&plan, range, selects)?;
        let before = match request.include.comparisons {
            Some(comparison) => {
                let earlier = comparison.range(&range, zone, now).ok_or_else(out_of_calendar)?;
                Some(Counting::new(&plan, earlier, selects)?)
            }
            None => None,
        };
        Ok(Self { json, request, order, now: counting, before })
    }

    fn answer(&self, site: &SiteSettings, zone: &Zone, dictionaries: &Dictionaries) -> Value {
        let (request, plan) = (&self.request, plan(site, zone, &self.request));
        let period = self.now.period(&plan);
        let before = self.before.as_ref().map(|before| before.period(&plan));
        let known = Known { plan: &plan, dictionaries };
        let (results, mut meta) = answer::results(&known, request, &self.order, &period, before.as_ref());
        if request.include.time_labels {
            let labels = period.buckets.iter().flatten().next().map(|buckets| buckets.labels());
            meta.insert("time_labels".into(), labels.into());
        }
        meta.extend(warnings(request, site));
        if let Some(before) = &before {
            meta.insert("comparison_date_range".into(), before.range.to_iso(zone).to_vec().into());
        }
        json!({"results": results, "meta": meta, "query": echo(&self.json, request, &self.order, &period.range, zone)})
    }
}

fn plan<'a>(site: &'a SiteSettings, zone: &'a Zone, request: &'a Request) -> Plan<'a> {
    let Request { metrics, dimensions, filters, .. } = request;
    Plan { site, zone, metrics, dimensions, filters }
}

/// Answers a request over parts that are all at hand.
///
/// # Errors
/// See [`Questions::read`].
pub fn answer(
    kind: Kind,
    parts: &[Part],
    site: &SiteSettings,
    now: UnixSeconds,
    request: &Value,
) -> Result<Value, Refusal> {
    let first_event = parts.iter().map(Part::segment).filter(|segment| segment.rows() > 0);
    let first_event = first_event.map(|segment| UnixSeconds(segment.span().0)).min();
    let mut questions = Questions::read(kind, Rc::new(site.clone()), now, first_event, request)?;
    for part in parts {
        questions.add(part);
    }
    Ok(questions.answer())
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
