//! Runs a query over one range of time: selects, groups, counts and works out the metrics.

use super::count::{self, Counts, Depth, Reading};
use super::dimension::Dimension;
use super::entries::Entries;
use super::filter::Filter;
use super::goals;
use super::groups::Groups;
use super::metric::Metric;
use super::revenue::{self, Currency, Sum};
use super::rules;
use super::selection::{Kinds, Selector};
use super::value::{Value, round};
use crate::refusal::Refusal;
use crate::site::SiteSettings;
use crate::table::Table;
use crate::time::{Buckets, Range, Unit, Zone};
use std::collections::HashMap;

/// A query's parts with `time` already replaced by a unit.
pub(super) struct Plan<'a> {
    /// The events.
    pub(super) table: &'a Table,
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
    pub(super) buckets: Vec<Option<Buckets>>,
    /// The codes of each row's dimensions and the values of its metrics, in no certain order.
    pub(super) rows: HashMap<Vec<u32>, Vec<Value>>,
    /// The values of a row in which nothing was found.
    pub(super) nothing: Vec<Value>,
}

/// The groups of one way of counting, by key.
type Table1<T> = HashMap<Vec<u32>, T>;

/// Everything that metrics are worked out from.
#[derive(Default)]
struct Tallies {
    events: Table1<Counts>,
    active: Option<Table1<Counts>>,
    bounces: Option<Table1<Counts>>,
    durations: Option<Table1<Counts>>,
    readings: Table1<Reading>,
    revenues: Table1<Sum>,
    no_revenue: Sum,
    group_visitors: Table1<Counts>,
    page_views: Table1<Counts>,
    visitors: i64,
    visitors_of_site: i64,
}

/// Answers a plan for one range.
pub(super) fn run(plan: &Plan<'_>, range: Range) -> Result<Period, Refusal> {
    let mut buckets = Vec::with_capacity(plan.dimensions.len());
    for dimension in plan.dimensions {
        buckets.push(match dimension {
            Dimension::TimeUnit(unit) => {
                Some(Buckets::of(&range, *unit, plan.zone).ok_or_else(|| rules::too_many_buckets(*unit))?)
            }
            _ => None,
        });
    }
    let follows_sequences = plan.dimensions.iter().any(Dimension::is_of_events);
    let selector = Selector::new(plan.table, &plan.site.goals, range, follows_sequences);
    let runner = Runner {
        plan,
        goals: goals::queried(&plan.site.goals, plan.filters, plan.dimensions),
        filters: with_host_of_visit(plan),
        selector,
        buckets,
    };
    let tallies = runner.tally();
    let value = |metric: &Metric, key: &[u32]| runner.value(*metric, key, &tallies);
    let values = |key: &[u32]| plan.metrics.iter().map(|metric| value(metric, key)).collect::<Vec<_>>();
    // No row has this key, as codes do not reach that far.
    let nothing = values(&vec![u32::MAX; plan.dimensions.len() + 1]);
    let keys = tallies.events.keys().chain(tallies.active.iter().flat_map(HashMap::keys));
    let rows = keys.map(|key| (key.clone(), values(key))).collect();
    Ok(Period { range, buckets: runner.buckets, rows, nothing })
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

struct Runner<'a> {
    plan: &'a Plan<'a>,
    /// The goals that the query is about.
    goals: Vec<usize>,
    filters: Vec<Filter>,
    selector: Selector<'a>,
    buckets: Vec<Option<Buckets>>,
}

impl Runner<'_> {
    fn asks(&self, metric: Metric) -> bool {
        self.plan.metrics.contains(&metric)
    }

    fn has(&self, dimension: &Dimension) -> bool {
        self.plan.dimensions.contains(dimension)
    }

    fn tally(&self) -> Tallies {
        let by_goal = self.has(&Dimension::Goal);
        let filters_goals = self.filters.iter().any(|filter| filter.dimension() == Some(&Dimension::Goal));
        let kinds = if filters_goals { Kinds::Converting } else { Kinds::Counted };
        let rows = self.selector.rows(&self.filters, kinds);
        let mut tallies = Tallies::default();
        if self.asks(Metric::Percentage) {
            let rows = self.selector.rows(self.plan.filters, kinds);
            tallies.visitors = count::visitors(self.plan.table, &rows);
        }
        if let Some(buckets) = self.spreading_buckets() {
            let entries = Entries::of_active_visits(self.plan.table, &rows, buckets, &self.selector.range);
            tallies.active = Some(self.count(&entries, self.plan.dimensions));
        }
        let entries = if by_goal {
            let rows = self.selector.rows(&self.filters, Kinds::Converting);
            Entries::of_conversions(&self.selector, &rows, &self.goals)
        } else {
            Entries::of_rows(self.plan.table, rows)
        };
        let groups = self.group(&entries, self.plan.dimensions);
        if self.plan.metrics.iter().any(|metric| metric.is_revenue()) {
            self.tally_revenue(&mut tallies, &entries, &groups);
        }
        tallies.events = keyed(&groups, count::count(self.plan.table, &entries, &groups, self.depth()));
        self.tally_visits(&mut tallies, kinds);
        self.tally_reading(&mut tallies);
        self.tally_conversion(&mut tallies);
        tallies
    }

    /// The buckets over which visits are spread: hours and minutes, unless single events are asked about.
    fn spreading_buckets(&self) -> Option<&Buckets> {
        let of_events = self.plan.dimensions.iter().any(Dimension::is_of_events)
            || self.filters.iter().any(|filter| filter.tests(Dimension::is_of_events));
        let wanted = [Metric::Visitors, Metric::Visits, Metric::VisitDuration, Metric::BounceRate, Metric::Percentage];
        if of_events || !self.plan.metrics.iter().any(|metric| wanted.contains(metric)) {
            return None;
        }
        let units = self.plan.dimensions.iter().zip(&self.buckets).filter_map(|(dimension, buckets)| match dimension {
            Dimension::TimeUnit(unit) if unit.spreads_visits() => Some((*unit, buckets.as_ref()?)),
            _ => None,
        });
        units.min_by_key(|(unit, _)| *unit != Unit::Minute).map(|(_, buckets)| buckets)
    }

    fn group(&self, entries: &Entries, dimensions: &[Dimension]) -> Groups {
        let place = |wanted: &Dimension| self.plan.dimensions.iter().position(|dimension| dimension == wanted);
        let codes: Vec<Vec<u32>> = dimensions
            .iter()
            .map(|dimension| {
                let buckets = place(dimension).and_then(|place| self.buckets.get(place)?.as_ref());
                entries.codes(self.plan.table, dimension, buckets)
            })
            .collect();
        Groups::by(entries.len(), &codes)
    }

    fn count(&self, entries: &Entries, dimensions: &[Dimension]) -> Table1<Counts> {
        let groups = self.group(entries, dimensions);
        keyed(&groups, count::count(self.plan.table, entries, &groups, self.depth()))
    }

    /// How much has to be known of visits.
    fn depth(&self) -> Depth {
        let of_visits = |metric: &Metric| metric.is_of_visits() || matches!(metric, Metric::Visits | Metric::ExitRate);
        if self.plan.metrics.iter().any(of_visits) { Depth::Visits } else { Depth::Events }
    }

    fn count_rows(&self, filters: &[Filter], kinds: Kinds, dimensions: &[Dimension]) -> Table1<Counts> {
        self.count(&Entries::of_rows(self.plan.table, self.selector.rows(filters, kinds)), dimensions)
    }

    /// Bounces and durations stand under the page that a visit began on, and a filter on pages means that page for
    /// bounces.
    fn tally_visits(&self, tallies: &mut Tallies, kinds: Kinds) {
        let by_page = self.has(&Dimension::Page);
        let filters_pages = self.filters.iter().any(|filter| filter.tests(|dimension| *dimension == Dimension::Page));
        let began = |dimension: &Dimension| match dimension {
            Dimension::Page if by_page => Dimension::EntryPage,
            Dimension::Hostname if by_page => Dimension::EntryHostname,
            other => other.clone(),
        };
        let dimensions: Vec<Dimension> = self.plan.dimensions.iter().map(began).collect();
        if by_page && self.asks(Metric::VisitDuration) {
            tallies.durations = Some(self.count_rows(&self.filters, kinds, &dimensions));
        }
        if (by_page || filters_pages) && self.asks(Metric::BounceRate) {
            let filters = self.filters.iter();
            let filters: Vec<Filter> =
                filters.map(|filter| filter.with_dimension(&Dimension::Page, &Dimension::EntryPage)).collect();
            tallies.bounces = Some(self.count_rows(&filters, kinds, &dimensions));
        }
        if self.asks(Metric::ExitRate) {
            let filters: Vec<Filter> = self
                .filters
                .iter()
                .filter(|filter| filter.dimension() != Some(&Dimension::ExitPage))
                .cloned()
                .collect();
            tallies.page_views = self.count_rows(&filters, Kinds::Counted, &[Dimension::Page]);
        }
    }

    fn tally_reading(&self, tallies: &mut Tallies) {
        if self.asks(Metric::ScrollDepth) || self.asks(Metric::TimeOnPage) {
            let rows = self.selector.rows(&self.filters, Kinds::Engagement);
            let entries = if self.has(&Dimension::Goal) {
                Entries::of_conversions(&self.selector, &rows, &self.goals)
            } else {
                Entries::of_rows(self.plan.table, rows)
            };
            let groups = self.group(&entries, self.plan.dimensions);
            tallies.readings = keyed(&groups, count::read(self.plan.table, &entries, &groups));
        }
    }

    /// Visitors among whom conversions are counted: those of the range without the filters on goals and properties.
    fn tally_conversion(&self, tallies: &mut Tallies) {
        if !self.asks(Metric::ConversionRate) && !self.asks(Metric::GroupConversionRate) {
            return;
        }
        let counted = |filters: &[Filter]| {
            let converts = |filter: &&Filter| matches!(filter.dimension(), Some(Dimension::Goal | Dimension::Prop(_)));
            let filters: Vec<Filter> = filters.iter().filter(|filter| !converts(filter)).cloned().collect();
            self.selector.rows(&filters, Kinds::Counted)
        };
        // Of everyone there are no dimensions, so nothing is asked of the host that visits came in by.
        tallies.visitors_of_site = count::visitors(self.plan.table, &counted(self.plan.filters));
        if self.asks(Metric::GroupConversionRate) {
            let dimensions = self.plan.dimensions.iter().filter(|dimension| **dimension != Dimension::Goal);
            let dimensions: Vec<Dimension> = dimensions.cloned().collect();
            let entries = Entries::of_rows(self.plan.table, counted(&self.filters));
            tallies.group_visitors = self.count(&entries, &dimensions);
        }
    }

    fn tally_revenue(&self, tallies: &mut Tallies, entries: &Entries, groups: &Groups) {
        let goals = &self.plan.site.goals;
        let goal_place = self.plan.dimensions.iter().position(|dimension| *dimension == Dimension::Goal);
        let currency = Currency::of(goals, &self.goals, self.plan.dimensions);
        let of_key = |key: &[u32]| match currency {
            Currency::One(currency) => Some(currency),
            Currency::OfGoal => goals.get(*key.get(goal_place?)? as usize)?.currency,
            Currency::NoGoals | Currency::Several => None,
        };
        tallies.revenues = keyed(groups, revenue::sum(self.plan.table, entries, groups, of_key));
        tallies.no_revenue = Sum::new(of_key(&[]));
    }

    fn value(&self, metric: Metric, key: &[u32], tallies: &Tallies) -> Value {
        let get = |table: &Table1<Counts>, key: &[u32]| table.get(key).copied().unwrap_or_default();
        let events = get(&tallies.events, key);
        let active = tallies.active.as_ref().map_or(events, |active| get(active, key));
        let of_visits = |table: &Option<Table1<Counts>>| table.as_ref().map_or(active, |table| get(table, key));
        let reading = tallies.readings.get(key).copied().unwrap_or_default();
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
                let counts = of_visits(&tallies.bounces);
                Value::mean(counts.bounces * 100, counts.ended)
            }
            Metric::VisitDuration => {
                let counts = of_visits(&tallies.durations);
                Value::mean(counts.duration_seconds, counts.ended)
            }
            Metric::Percentage => Value::percent(active.visitors, tallies.visitors),
            Metric::ConversionRate => Value::percent(events.visitors, tallies.visitors_of_site),
            Metric::GroupConversionRate => {
                let dimensions = self.plan.dimensions.iter();
                let kept = dimensions.zip(key).filter(|(dimension, _)| **dimension != Dimension::Goal);
                let group: Vec<u32> = kept.map(|(_, code)| *code).collect();
                Value::percent(events.visitors, get(&tallies.group_visitors, &group).visitors)
            }
            Metric::ScrollDepth => Value::mean_or_null(reading.depth_sum, reading.depth_visits),
            Metric::TimeOnPage => match reading.time_visits {
                0 => Value::Null,
                visits => Value::Whole((reading.time_ms as f64 / visits as f64 / 1000.0).round() as i64),
            },
            Metric::TotalRevenue | Metric::AverageRevenue => {
                tallies.revenues.get(key).copied().unwrap_or(tallies.no_revenue).value(metric)
            }
            Metric::ExitRate => match (events.visits, get(&tallies.page_views, key).pageviews) {
                (0, _) | (_, 0) => Value::Null,
                (exits, views) => Value::Decimal(round(exits as f64 * 100.0 / views as f64, 1)),
            },
        }
    }
}

fn keyed<T>(groups: &Groups, values: Vec<T>) -> Table1<T> {
    groups.keys.iter().cloned().zip(values).collect()
}
