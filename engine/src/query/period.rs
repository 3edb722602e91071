//! A query over one range of time: what has to be counted for it, and how its metrics follow from the counts.

use super::dimension::Dimension;
use super::filter::Filter;
use super::goals;
use super::groups::By;
use super::measure::Measured;
use super::metric::Metric;
use super::partial::{Reader, Writer};
use super::revenue::{Currency, InCurrency, Sum};
use super::rules;
use super::scan::Scan;
use super::selection::{Kinds, Select};
use super::tally::{Counts, Of, Reading, Tally, What};
use super::value::{Value, round};
use crate::bytes::Malformed;
use crate::refusal::Refusal;
use crate::site::{Goal, SiteSettings};
use crate::time::{Buckets, Range, Unit, Zone};
use hashbrown::HashMap;
use std::rc::Rc;

/// A query's parts with `time` already replaced by a unit.
pub(super) struct Plan<'a> {
    /// The site.
    pub(super) site: &'a SiteSettings,
    /// The site's time zone.
    pub(super) zone: &'a Zone,
    /// What to work out.
    pub(super) metrics: &'a [Metric],
    /// By what to group.
    pub(super) dimensions: &'a [Dimension],
    /// What to keep.
    pub(super) filters: &'a [Filter],
}

/// The answer for one range.
pub(super) struct Period {
    /// The range.
    pub(super) range: Range,
    /// The buckets of each dimension that is one of time.
    pub(super) buckets: Vec<Option<Rc<Buckets>>>,
    /// The codes of each row's dimensions and the values of its metrics, in no certain order.
    pub(super) rows: HashMap<Vec<u32>, Vec<Value>>,
    /// The values of a row in which nothing was found.
    pub(super) nothing: Vec<Value>,
}

/// The groups of one way of counting, by key.
type Groups<T> = HashMap<Vec<u32>, T>;

/// Everything that metrics are worked out from, by what it is for.
#[derive(Clone, Debug)]
pub(super) struct Counting {
    range: Range,
    by: Vec<By>,
    goals: Vec<usize>,
    tallies: Vec<(For, Tally)>,
    no_revenue: Sum,
}

/// What a tally is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum For {
    /// The rows, and all metrics that nothing else is for.
    Events,
    /// Visitors and visits in each hour or minute that they were active in.
    Active,
    Bounces,
    Durations,
    Readings,
    Measures,
    /// All visitors of the query, of whom the rows' are a percentage.
    Visitors,
    /// The visitors among whom conversions are counted, on the site and in each group.
    VisitorsOfSite,
    GroupVisitors,
    /// The views of each page, among which are its exits.
    PageViews,
}

/// The counts, ready to be read.
struct Counted<'a> {
    plan: &'a Plan<'a>,
    events: Groups<Counts>,
    active: Option<Groups<Counts>>,
    bounces: Option<Groups<Counts>>,
    durations: Option<Groups<Counts>>,
    readings: Groups<Reading>,
    measured: Groups<Measured>,
    revenues: Groups<Sum>,
    no_revenue: Sum,
    group_visitors: Groups<Counts>,
    page_views: Groups<Counts>,
    visitors: i64,
    visitors_of_site: i64,
}

/// The selections of a request, each once.
#[derive(Clone, Debug, Default)]
pub(super) struct Selects(pub(super) Vec<Select>);

impl Selects {
    /// The number of a selection, new if the selection is.
    pub(super) fn number(&mut self, select: Select) -> usize {
        if let Some(known) = self.0.iter().position(|other| other.is_same(&select)) {
            return known;
        }
        self.0.push(select);
        self.0.len() - 1
    }
}

impl Counting {
    /// Prepares to count for one range.
    pub(super) fn new(plan: &Plan<'_>, range: Range, selects: &mut Selects) -> Result<Self, Refusal> {
        let mut by = Vec::with_capacity(plan.dimensions.len());
        for dimension in plan.dimensions {
            let buckets = match dimension {
                Dimension::TimeUnit(unit) => {
                    Some(Buckets::of(&range, *unit, plan.zone).ok_or_else(|| rules::too_many_buckets(*unit))?)
                }
                _ => None,
            };
            by.push(By { dimension: dimension.clone(), buckets: buckets.map(Rc::new) });
        }
        let goals = goals::queried(&plan.site.goals, plan.filters, plan.dimensions);
        let counting = Self { range, by, goals, tallies: Vec::new(), no_revenue: Sum::default() };
        let filters = with_host_of_visit(plan);
        Ok(Planner { plan, filters, selects, counting }.plan())
    }

    /// Counts a part.
    pub(super) fn add(&mut self, scan: &Scan<'_>) {
        self.tallies.iter_mut().for_each(|(_, tally)| tally.add(scan));
    }

    /// The same with nothing counted.
    pub(super) fn nothing(&self) -> Self {
        let tallies = self.tallies.iter().map(|(what_for, tally)| (*what_for, tally.nothing())).collect();
        Self { range: self.range, by: self.by.clone(), goals: self.goals.clone(), tallies, no_revenue: self.no_revenue }
    }

    pub(super) fn write(&self, out: &mut Writer<'_>) {
        self.tallies.iter().for_each(|(_, tally)| tally.write(out));
    }

    /// Adds what was counted of other visitors.
    pub(super) fn merge(&mut self, goals: &[Goal], from: &mut Reader<'_>) -> Result<(), Malformed> {
        self.tallies.iter_mut().try_for_each(|(_, tally)| tally.merge(goals, from))
    }

    /// The range.
    pub(super) fn range(&self) -> Range {
        self.range
    }

    /// Works the metrics out.
    pub(super) fn period(&self, plan: &Plan<'_>) -> Period {
        let of = |wanted: For| self.tallies.iter().find(|(of, _)| *of == wanted).map(|(_, tally)| tally);
        let counts = |wanted: For| of(wanted).map(Tally::counts);
        let counted = Counted {
            plan,
            events: counts(For::Events).unwrap_or_default(),
            active: counts(For::Active),
            bounces: counts(For::Bounces),
            durations: counts(For::Durations),
            readings: of(For::Readings).map(Tally::readings).unwrap_or_default(),
            measured: of(For::Measures).map(Tally::measured).unwrap_or_default(),
            revenues: of(For::Events).map(Tally::revenues).unwrap_or_default(),
            no_revenue: self.no_revenue,
            group_visitors: counts(For::GroupVisitors).unwrap_or_default(),
            page_views: counts(For::PageViews).unwrap_or_default(),
            visitors: of(For::Visitors).map_or(0, Tally::visitors),
            visitors_of_site: of(For::VisitorsOfSite).map_or(0, Tally::visitors),
        };
        let values = |key: &[u32]| plan.metrics.iter().map(|metric| counted.value(*metric, key)).collect::<Vec<_>>();
        // No row has this key, as codes do not reach that far.
        let nothing = values(&vec![u32::MAX; plan.dimensions.len() + 1]);
        let keys = counted.events.keys().chain(counted.active.iter().flat_map(HashMap::keys));
        let rows = keys.map(|key| (key.clone(), values(key))).collect();
        let buckets = self.by.iter().map(|by| by.buckets.clone()).collect();
        Period { range: self.range, buckets, rows, nothing }
    }
}

/// A filter on hosts, grouped by how visits came in (or which page they left from), also asks that the visit came in
/// (or left) by such a host.
fn with_host_of_visit(plan: &Plan<'_>) -> Vec<Filter> {
    let mut filters = plan.filters.to_vec();
    let hosts = plan.filters.iter().filter(|filter| filter.dimension() == Some(&Dimension::Hostname));
    let hosts: Vec<&Filter> = hosts.collect();
    let mut require = |host: &Dimension| {
        filters.extend(hosts.iter().map(|filter| filter.with_dimension(&Dimension::Hostname, host)));
    };
    if plan.dimensions.iter().any(Dimension::is_of_acquisition) {
        require(&Dimension::EntryHostname);
    }
    if plan.dimensions.contains(&Dimension::ExitPage) {
        require(&Dimension::ExitHostname);
    }
    filters
}

/// Decides what has to be counted.
struct Planner<'a, 'b> {
    plan: &'a Plan<'a>,
    filters: Vec<Filter>,
    selects: &'b mut Selects,
    counting: Counting,
}

impl Planner<'_, '_> {
    fn asks(&self, metric: Metric) -> bool {
        self.plan.metrics.contains(&metric)
    }

    fn has(&self, dimension: &Dimension) -> bool {
        self.plan.dimensions.contains(dimension)
    }

    fn select(&mut self, filters: Vec<Filter>, kinds: Kinds) -> usize {
        let follows_sequences = self.plan.dimensions.iter().any(Dimension::is_of_events);
        self.selects.number(Select { filters, kinds, range: self.counting.range, follows_sequences })
    }

    fn tally(&mut self, what_for: For, tally: Tally) {
        self.counting.tallies.push((what_for, tally));
    }

    fn plan(mut self) -> Counting {
        let filters_goals = self.filters.iter().any(|filter| filter.dimension() == Some(&Dimension::Goal));
        let kinds = if filters_goals { Kinds::Converting } else { Kinds::Counted };
        let by = self.counting.by.clone();
        if self.asks(Metric::Percentage) {
            let select = self.select(self.plan.filters.to_vec(), kinds);
            self.tally(For::Visitors, Tally::new(select, Of::Events, Vec::new(), What::Visitors));
        }
        let what = self.what();
        if let Some(spread) = self.spreading() {
            let select = self.select(self.filters.clone(), kinds);
            self.tally(For::Active, Tally::new(select, Of::Active(spread), by.clone(), what));
        }
        let (kinds_of_events, of) = if self.has(&Dimension::Goal) {
            (Kinds::Converting, Of::Goals(self.counting.goals.clone().into()))
        } else {
            (kinds, Of::Events)
        };
        let select = self.select(self.filters.clone(), kinds_of_events);
        let mut events = Tally::new(select, of, by, what);
        if self.plan.metrics.iter().any(|metric| metric.is_revenue()) {
            let goals = &self.plan.site.goals;
            let in_currency = InCurrency {
                currency: Currency::of(goals, &self.counting.goals, self.plan.dimensions),
                goal_place: self.plan.dimensions.iter().position(|dimension| *dimension == Dimension::Goal),
            };
            self.counting.no_revenue = Sum::new(in_currency.of(goals, &[]));
            events.revenue = Some(in_currency);
        }
        self.tally(For::Events, events);
        self.plan_visits(kinds);
        self.plan_reading();
        self.plan_measures();
        self.plan_conversion();
        self.counting
    }

    /// How much has to be known of groups.
    fn what(&self) -> What {
        let of_visits = |metric: &Metric| metric.is_of_visits() || matches!(metric, Metric::Visits | Metric::ExitRate);
        let of_events = |metric: &Metric| matches!(metric, Metric::Pageviews | Metric::Events);
        if self.plan.metrics.iter().any(of_visits) {
            What::Visits
        } else if self.plan.metrics.iter().any(of_events) {
            What::Events
        } else {
            What::Visitors
        }
    }

    /// The dimension over whose buckets visits are spread: hours and minutes, unless single events are asked about.
    fn spreading(&self) -> Option<By> {
        let of_events = self.plan.dimensions.iter().any(Dimension::is_of_events)
            || self.filters.iter().any(|filter| filter.tests(Dimension::is_of_events));
        let wanted = [Metric::Visitors, Metric::Visits, Metric::VisitDuration, Metric::BounceRate, Metric::Percentage];
        if of_events || !self.plan.metrics.iter().any(|metric| wanted.contains(metric)) {
            return None;
        }
        let units = self.counting.by.iter().filter_map(|by| match by.dimension {
            Dimension::TimeUnit(unit) if unit.spreads_visits() => Some((unit, by)),
            _ => None,
        });
        units.min_by_key(|(unit, _)| *unit != Unit::Minute).map(|(_, by)| by.clone())
    }

    /// Bounces and durations stand under the page that a visit began on, and a filter on pages means that page for
    /// bounces.
    fn plan_visits(&mut self, kinds: Kinds) {
        let by_page = self.has(&Dimension::Page);
        let filters_pages = self.filters.iter().any(|filter| filter.tests(|dimension| *dimension == Dimension::Page));
        let began = |by: &By| match &by.dimension {
            Dimension::Page if by_page => By { dimension: Dimension::EntryPage, buckets: None },
            Dimension::Hostname if by_page => By { dimension: Dimension::EntryHostname, buckets: None },
            _ => by.clone(),
        };
        let by: Vec<By> = self.counting.by.iter().map(began).collect();
        if by_page && self.asks(Metric::VisitDuration) {
            let select = self.select(self.filters.clone(), kinds);
            self.tally(For::Durations, Tally::new(select, Of::Events, by.clone(), What::Visits));
        }
        if (by_page || filters_pages) && self.asks(Metric::BounceRate) {
            let filters = self.filters.iter();
            let filters =
                filters.map(|filter| filter.with_dimension(&Dimension::Page, &Dimension::EntryPage)).collect();
            let select = self.select(filters, kinds);
            self.tally(For::Bounces, Tally::new(select, Of::Events, by, What::Visits));
        }
        if self.asks(Metric::ExitRate) {
            let others = self.filters.iter().filter(|filter| filter.dimension() != Some(&Dimension::ExitPage));
            let others = others.cloned().collect();
            let select = self.select(others, Kinds::Counted);
            let by = vec![By { dimension: Dimension::Page, buckets: None }];
            self.tally(For::PageViews, Tally::new(select, Of::Events, by, What::Events));
        }
    }

    fn plan_reading(&mut self) {
        if self.asks(Metric::ScrollDepth) || self.asks(Metric::TimeOnPage) {
            let select = self.select(self.filters.clone(), Kinds::Engagement);
            let of =
                if self.has(&Dimension::Goal) { Of::Goals(self.counting.goals.clone().into()) } else { Of::Events };
            self.tally(For::Readings, Tally::new(select, of, self.counting.by.clone(), What::Reading));
        }
    }

    fn plan_measures(&mut self) {
        if self.plan.metrics.iter().any(|metric| metric.is_measured()) {
            let events = self.counting.tallies.iter().find(|(of, _)| *of == For::Events);
            if let Some((select, of)) = events.map(|(_, tally)| (tally.select, tally.of.clone())) {
                self.tally(For::Measures, Tally::new(select, of, self.counting.by.clone(), What::Measures));
            }
        }
    }

    /// Visitors among whom conversions are counted: those of the range without the filters on goals and properties.
    fn plan_conversion(&mut self) {
        if !self.asks(Metric::ConversionRate) && !self.asks(Metric::GroupConversionRate) {
            return;
        }
        let converts = |filter: &Filter| matches!(filter.dimension(), Some(Dimension::Goal | Dimension::Prop(_)));
        let others = |filters: &[Filter]| filters.iter().filter(|filter| !converts(filter)).cloned().collect();
        // Of everyone there are no dimensions, so nothing is asked of the host that visits came in by.
        let select = self.select(others(self.plan.filters), Kinds::Counted);
        self.tally(For::VisitorsOfSite, Tally::new(select, Of::Events, Vec::new(), What::Visitors));
        if self.asks(Metric::GroupConversionRate) {
            let select = self.select(others(&self.filters), Kinds::Counted);
            let by = self.counting.by.iter().filter(|by| by.dimension != Dimension::Goal).cloned().collect();
            self.tally(For::GroupVisitors, Tally::new(select, Of::Events, by, What::Visitors));
        }
    }
}

impl Counted<'_> {
    fn seen(&self, key: &[u32]) -> Option<(i64, i64)> {
        self.measured.get(key).and_then(Measured::seen)
    }

    fn value(&self, metric: Metric, key: &[u32]) -> Value {
        let get = |table: &Groups<Counts>, key: &[u32]| table.get(key).copied().unwrap_or_default();
        let events = get(&self.events, key);
        let active = self.active.as_ref().map_or(events, |active| get(active, key));
        let of_visits = |table: &Option<Groups<Counts>>| table.as_ref().map_or(active, |table| get(table, key));
        let reading = self.readings.get(key).copied().unwrap_or_default();
        match metric {
            Metric::Visitors => Value::Whole(active.visitors),
            Metric::Visits => Value::Whole(active.visits),
            Metric::Pageviews => Value::Whole(events.pageviews),
            Metric::Events => Value::Whole(events.events),
            Metric::ViewsPerVisit => match active.visits {
                0 => Value::Whole(0),
                visits => Value::Decimal(round(active.visit_pageviews as f64 / visits as f64, 2)),
            },
            Metric::BounceRate => {
                let counts = of_visits(&self.bounces);
                Value::mean(counts.bounces * 100, counts.ended)
            }
            Metric::VisitDuration => {
                let counts = of_visits(&self.durations);
                Value::mean(counts.duration_seconds, counts.ended)
            }
            Metric::Percentage => Value::percent(active.visitors, self.visitors),
            Metric::ConversionRate => Value::percent(events.visitors, self.visitors_of_site),
            Metric::GroupConversionRate => {
                let dimensions = self.plan.dimensions.iter();
                let kept = dimensions.zip(key).filter(|(dimension, _)| **dimension != Dimension::Goal);
                let group: Vec<u32> = kept.map(|(_, code)| *code).collect();
                Value::percent(events.visitors, get(&self.group_visitors, &group).visitors)
            }
            Metric::ScrollDepth => Value::mean_or_null(reading.depth_sum, reading.depth_visits),
            Metric::TimeOnPage => match reading.time_visits {
                0 => Value::Null,
                visits => Value::Whole((reading.time_ms as f64 / visits as f64 / 1000.0).round() as i64),
            },
            Metric::Quantile(percent) => {
                let quantile = self.measured.get(key).and_then(|found| found.quantile(f64::from(percent) / 100.0));
                quantile.map_or(Value::Null, |quantile| Value::Decimal(round(quantile, 3)))
            }
            Metric::ErrorRate => match self.measured.get(key).map(Measured::failures) {
                None | Some((_, 0)) => Value::Null,
                Some((failed, judged)) => Value::percent(failed, judged),
            },
            Metric::Sum => {
                let sum = self.measured.get(key).and_then(Measured::sum);
                sum.map_or(Value::Null, |sum| Value::Decimal(round(sum, 3)))
            }
            Metric::Rows => Value::Whole(self.measured.get(key).map_or(0, Measured::rows)),
            Metric::FirstSeen => self.seen(key).map_or(Value::Null, |(first, _)| Value::Whole(first)),
            Metric::LastSeen => self.seen(key).map_or(Value::Null, |(_, last)| Value::Whole(last)),
            Metric::TotalRevenue | Metric::AverageRevenue => {
                self.revenues.get(key).copied().unwrap_or(self.no_revenue).value(metric)
            }
            Metric::ExitRate => match (events.visits, get(&self.page_views, key).pageviews) {
                (0, _) | (_, 0) => Value::Null,
                (exits, views) => Value::Decimal(round(exits as f64 * 100.0 / views as f64, 1)),
            },
        }
    }
}
