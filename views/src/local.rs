//! The overview counted from columns that the page holds, without asking anybody: the same [`Data`] that the edge would
//! tell. What columns cannot tell exactly is left to the edge. The page writes a question, and reads what the module that
//! holds the columns has counted: [`counted`] is all that this module has of the dashboard.

pub mod counted;

use crate::compare::Compare;
use crate::data::{Data, List, Pair, Series};
use crate::date::Date;
use crate::dimension::{Dimension, Panel};
use crate::filter::{Filter, Joint, Operator, Test};
use crate::metric::Metric;
use crate::queries::{ROWS_IN_DETAIL, ROWS_IN_PANEL, interval};
use crate::range::{Clock, Range};
use crate::state::{Detail, State};
use crate::wire::{Reader, Writer};

/// In a question: filters all of which have to hold, then those any of which has to; operators follow.
const ALL: usize = 0;
const ANY: usize = 1;
const OPERATORS: usize = 2;
/// After the metrics of [`Metric::ALL`]: events, which only lists have.
const EVENTS: usize = Metric::ALL.len();

/// The days that a state shows, and those that it compares them with; none where they are not whole days.
pub fn days(state: &State, clock: &Clock) -> Option<[Option<(Date, Date)>; 2]> {
    let (first, last) = state.range.days(clock.today)?;
    let before = match state.compare {
        Compare::Nothing => None,
        // A day that is not over is compared with as much of the day before.
        Compare::Before if state.range != Range::Today && !state.match_weekday => {
            let length = first.days_to(last);
            Some((first.plus_days(-length), last.plus_days(-length)))
        }
        _ => return None,
    };
    Some([Some((first, last)), before])
}

/// Asks for what a state shows; none where columns cannot tell all of it exactly. Who is here now is none of it.
pub fn question(state: &State, clock: &Clock) -> Option<Vec<u8>> {
    let [now, before] = days(state, clock)?;
    let mut out = Writer::default();
    out.number(interval(state, clock)? as usize);
    for days in [Some(now?), before] {
        out.number(usize::from(days.is_some()));
        for date in days.into_iter().flat_map(<[Date; 2]>::from) {
            out.number(date.days().cast_unsigned() as usize);
        }
    }
    out.number(usize::from(state.filters.iter().any(|filter| filter.tests(Dimension::Page))));
    write_filters(&mut out, &state.filters, false)?;
    let lists: Vec<Dimension> = dimensions(state).collect();
    out.number(lists.len() + usize::from(state.detail.is_some()));
    for dimension in lists {
        write_list(&mut out, dimension, None)?;
    }
    if let Some(detail) = &state.detail {
        write_list(&mut out, detail.dimension, Some(detail))?;
    }
    Some(out.done())
}

/// What was counted of a state, in the form that [`counted::answer`] gives; none where nothing was.
pub fn read(state: &State, answer: &[u8]) -> Option<Data> {
    let mut from = Reader::new(answer);
    let headline = Some(Ok(Pair::read(&mut from)?));
    let series = Some(Ok(Series::read(&mut from)?));
    let mut data = Data { headline, series, ..Data::default() };
    for dimension in dimensions(state) {
        data.lists.push((dimension, Ok(List::read(&mut from)?)));
    }
    if state.detail.is_some() {
        data.detail = Some(Ok(List::read(&mut from)?));
    }
    Some(data)
}

/// The lists that the panels show.
fn dimensions(state: &State) -> impl Iterator<Item = Dimension> {
    Panel::ALL.into_iter().filter_map(|panel| state.tab(panel))
}

fn write_test(out: &mut Writer, operator: Operator, dimension: &str, values: &[&str], any_case: bool) -> Option<()> {
    if operator as usize > Operator::ContainsNot as usize {
        // Expressions and patterns are the edge's.
        return None;
    }
    out.number(OPERATORS + operator as usize);
    out.text(dimension);
    out.number(usize::from(any_case));
    out.number(values.len());
    for value in values {
        out.text(value);
    }
    Some(())
}

fn write_filters(out: &mut Writer, filters: &[Filter], is_inside: bool) -> Option<()> {
    out.number(filters.len());
    filters.iter().try_for_each(|filter| write_filter(out, filter, is_inside))
}

/// Writes a filter; none where columns cannot tell what it keeps.
fn write_filter(out: &mut Writer, filter: &Filter, is_inside: bool) -> Option<()> {
    match filter {
        // The edge refuses what does not stand beside all others, and says why.
        Filter::Test(Test { field, .. }) if is_inside && field.is_outermost() => None,
        Filter::Test(Test { operator, field, values, any_case }) => {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            write_test(out, *operator, &field.query(), &values, *any_case)
        }
        Filter::Group(joint @ (Joint::All | Joint::Any), filters) => {
            out.number(if *joint == Joint::All { ALL } else { ANY });
            write_filters(out, filters, true)
        }
        Filter::Group(..) | Filter::Segment(_) => None,
    }
}

/// Writes a list, as [`crate::queries`] asks for it: its first rows, or a page of the long one.
fn write_list(out: &mut Writer, dimension: Dimension, detail: Option<&Detail>) -> Option<()> {
    let search = detail.map_or("", |detail| &detail.search);
    let without: &[&str] = match dimension {
        Dimension::Event => &["pageview", "engagement"],
        _ if dimension.is_utm() => &["(not set)"],
        _ => &[],
    };
    let (metrics, offset, limit) = match detail {
        Some(detail) => {
            let offset = detail.page.saturating_mul(ROWS_IN_DETAIL) as usize;
            (dimension.detail_metrics(), offset, ROWS_IN_DETAIL as usize)
        }
        None => (["visitors"].as_slice(), 0, ROWS_IN_PANEL),
    };
    out.text(dimension.query());
    for number in [usize::from(detail.is_some()), offset, limit, metrics.len()] {
        out.number(number);
    }
    for name in metrics {
        out.number(Metric::parse(name).map_or(EVENTS, |metric| metric as usize));
    }
    out.number(usize::from(!without.is_empty()) + usize::from(!search.is_empty()));
    if !without.is_empty() {
        write_test(out, Operator::IsNot, dimension.query(), without, false)?;
    }
    if !search.is_empty() {
        write_test(out, Operator::Contains, dimension.query(), &[search], true)?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Row, value_of};
    use crate::range::Interval;
    use crate::sample;
    use columns::Table;

    /// What the worker sent of three days of March: `columns/tests/known.rs` counts it.
    fn told(query: &str) -> Option<Data> {
        let mut table = Table::new();
        table.add_stream(include_bytes!("../../columns/tests/known.bin")).unwrap();
        let app = sample::empty_app(query);
        read(&app.state, &counted::answer(&table, &question(&app.state, &app.clock)?)?)
    }

    const DAYS: &str = "?range=2026-03-03..2026-03-04&interval=day";

    #[test]
    fn what_is_shown_is_counted() {
        let data = told(&[DAYS, "&compare=nothing"].concat()).unwrap();
        let pair = data.headline.clone().unwrap().unwrap();
        assert_eq!(value_of(&pair.now, Metric::Visits), Some(4.0));
        assert_eq!(pair.before, [None; 6]);
        let series = data.series.clone().unwrap().unwrap();
        assert_eq!((series.interval, series.labels.len(), series.labels_before.len()), (Interval::Day, 2, 0));
        let shown: Vec<Dimension> = data.lists.iter().map(|(dimension, _)| *dimension).collect();
        assert_eq!(
            shown,
            [Dimension::Page, Dimension::Source, Dimension::Country, Dimension::Browser, Dimension::Event]
        );
        assert_eq!((data.detail, data.present, data.counting), (None, None, None));
    }

    #[test]
    fn a_long_list_has_its_own_metrics_and_search() {
        let detail = |query: &str| told(&[DAYS, "&compare=nothing", query].concat()).unwrap().detail.unwrap().unwrap();
        let rows = detail("&more=page").rows;
        assert!(rows.len() > 1 && rows.iter().all(|row| row.values.len() == Dimension::Page.detail_metrics().len()));
        let Row { name, .. } = rows.first().unwrap();
        let found = detail(&["&more=page&search=", name.to_uppercase().trim_matches('/')].concat()).rows;
        assert!(found.iter().any(|row| row.name == *name) && found.len() <= rows.len());
        assert_eq!(detail("&more=page&page=1").rows, []);
        assert_eq!(detail("&more=page&search=nowhere").total_rows, 0);
    }

    #[test]
    fn filters_narrow_what_is_counted() {
        let visits = |query: &str| {
            let pair = told(&[DAYS, "&compare=nothing", query].concat())?.headline?.ok()?;
            value_of(&pair.now, Metric::Visits)
        };
        let all = visits("").unwrap();
        let (with, without) = (visits("&f=is.page./pricing").unwrap(), visits("&f=is_not.page./pricing").unwrap());
        assert!(with > 0.0 && with < all && without < all, "{with} {without} {all}");
    }

    #[test]
    fn what_columns_cannot_tell_is_left_to_the_edge() {
        for query in [
            "?range=all",
            "?range=2026-03-03..2026-03-04&interval=day",
            "?range=2026-03-03..2026-03-04&interval=day&compare=nothing&more=goal",
            "?range=2026-02-01..2026-02-02&compare=nothing",
        ] {
            assert!(told(query).is_none(), "{query}");
        }
    }
}
