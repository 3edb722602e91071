//! The overview counted from columns that the page holds, without asking anybody: the same [`Data`] that the edge would
//! tell. What columns cannot tell exactly is left to the edge.

use crate::answer::{Data, List, Pair, Row, Series, Values};
use crate::compare::Compare;
use crate::date::Date;
use crate::dimension::{Dimension, Panel};
use crate::filter::{Filter, Joint, Operator, Test};
use crate::metric::Metric;
use crate::queries::{ROWS_IN_DETAIL, ROWS_IN_PANEL, interval};
use crate::range::{Clock, Interval, Range};
use crate::state::State;
use columns::{Answer, Figures, Question, Table, Unit};

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

/// What a state shows, counted from a table; none where the table cannot tell all of it exactly. Who is here now is none of
/// it.
pub fn data(table: &Table, state: &State, clock: &Clock) -> Option<Data> {
    let [now, before] = days(state, clock)?;
    let interval = interval(state, clock)?;
    let lists: Vec<Dimension> = Panel::ALL.into_iter().filter_map(|panel| state.tab(panel)).collect();
    let question = |days: (Date, Date), lists| -> Option<Question> {
        Some(Question {
            days: (days.0.days(), days.1.days()),
            filters: filters(&state.filters)?,
            unit: Some(unit(interval)),
            lists,
        })
    };
    let mut wanted = Vec::new();
    for dimension in &lists {
        wanted.push(list(*dimension, None)?);
    }
    if let Some(detail) = &state.detail {
        wanted.push(list(detail.dimension, Some((&detail.search, detail.page)))?);
    }
    let answer = table.answer(&question(now?, wanted)?).ok()?;
    let earlier = match before {
        Some(days) => Some(table.answer(&question(days, Vec::new())?).ok()?),
        None => None,
    };
    let by_page = state.filters.iter().any(|filter| filter.tests(Dimension::Page));
    let rows = |rows: &columns::Rows<'_>, metrics: &[&str]| List {
        rows: rows.rows.iter().map(|row| row_of(row.name, &row.figures, metrics)).collect(),
        total_rows: rows.total,
    };
    let mut told = answer.lists.iter();
    Some(Data {
        headline: Some(Ok(Pair {
            now: values(&answer.headline, by_page),
            before: earlier.as_ref().map(|earlier| values(&earlier.headline, by_page)).unwrap_or_default(),
        })),
        series: Some(Ok(series(interval, &answer, earlier.as_ref()))),
        present: None,
        counting: None,
        lists: lists.into_iter().zip(told.by_ref()).map(|(of, list)| (of, Ok(rows(list, &["visitors"])))).collect(),
        detail: state.detail.as_ref().zip(told.next()).map(|(of, list)| Ok(rows(list, of.dimension.detail_metrics()))),
    })
}

fn unit(interval: Interval) -> Unit {
    match interval {
        Interval::Hour => Unit::Hour,
        Interval::Day => Unit::Day,
        Interval::Week => Unit::Week,
        Interval::Month => Unit::Month,
    }
}

fn test(operator: Operator, dimension: &str, values: &[String], case_sensitive: bool) -> Option<columns::Filter> {
    Some(columns::Filter::Test {
        operator: match operator {
            Operator::Is => columns::Operator::Is,
            Operator::IsNot => columns::Operator::IsNot,
            Operator::Contains => columns::Operator::Contains,
            Operator::ContainsNot => columns::Operator::ContainsNot,
            // Expressions and patterns are the edge's.
            Operator::Matches | Operator::MatchesNot | Operator::Wildcard | Operator::WildcardNot => return None,
        },
        dimension: columns::Dimension::named(dimension)?,
        values: values.to_vec(),
        case_sensitive,
    })
}

fn filters(filters: &[Filter]) -> Option<Vec<columns::Filter>> {
    filters.iter().map(|filter| filter_of(filter, false)).collect()
}

/// A filter for columns; none where they cannot tell what it keeps.
fn filter_of(filter: &Filter, is_inside: bool) -> Option<columns::Filter> {
    let inner = |filters: &[Filter]| filters.iter().map(|filter| filter_of(filter, true)).collect::<Option<Vec<_>>>();
    match filter {
        // The edge refuses what does not stand beside all others, and says why.
        Filter::Test(Test { field, .. }) if is_inside && field.is_outermost() => None,
        Filter::Test(Test { operator, field, values, any_case }) => test(*operator, &field.query(), values, !any_case),
        Filter::Group(Joint::All, filters) => inner(filters).map(columns::Filter::All),
        Filter::Group(Joint::Any, filters) => inner(filters).map(columns::Filter::Any),
        Filter::Group(..) | Filter::Segment(_) => None,
    }
}

/// A list, as [`crate::queries`] asks for it.
fn list(dimension: Dimension, detail: Option<(&str, u32)>) -> Option<columns::List> {
    let mut filters = Vec::new();
    let without = |values: &[&str]| {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        test(Operator::IsNot, dimension.query(), &values, true)
    };
    if dimension == Dimension::Event {
        filters.push(without(&["pageview", "engagement"])?);
    }
    if dimension.is_utm() {
        filters.push(without(&["(not set)"])?);
    }
    if let Some((search, _)) = detail.filter(|(search, _)| !search.is_empty()) {
        filters.push(test(Operator::Contains, dimension.query(), &[search.to_owned()], false)?);
    }
    let (offset, limit) = detail.map_or((0, ROWS_IN_PANEL), |(_, page)| {
        (page.saturating_mul(ROWS_IN_DETAIL) as usize, ROWS_IN_DETAIL as usize)
    });
    Some(columns::List {
        dimension: columns::Dimension::named(dimension.query())?,
        filters,
        full: detail.is_some(),
        offset,
        limit,
    })
}

fn values(figures: &Figures, by_page: bool) -> Values {
    [
        Some(f64::from(figures.visitors)),
        Some(f64::from(figures.visits)),
        Some(f64::from(figures.pageviews)),
        Some(figures.views_per_visit).filter(|_| !by_page),
        Some(f64::from(figures.bounce_rate)),
        Some(f64::from(figures.visit_duration)),
    ]
}

fn row_of(name: &str, figures: &Figures, metrics: &[&str]) -> Row {
    let all = values(figures, false);
    let value = |metric: &&str| match Metric::parse(metric) {
        Some(metric) => all.get(metric as usize).copied().flatten(),
        None => Some(f64::from(figures.events)),
    };
    Row { name: name.to_owned(), values: metrics.iter().map(value).collect() }
}

fn series(interval: Interval, now: &Answer<'_>, before: Option<&Answer<'_>>) -> Series {
    // Views per visit over time follow from the two numbers that they are made of, unrounded, as of the edge's answer.
    let point = |figures: &Figures| {
        let mut values = values(figures, false);
        let (views, visits) = (f64::from(figures.pageviews), f64::from(figures.visits));
        if let Some(place) = values.get_mut(Metric::ViewsPerVisit as usize) {
            *place = Some(if visits > 0.0 { views / visits } else { 0.0 });
        }
        values
    };
    let earlier = |index: usize| before.and_then(|before| before.series.get(index));
    let is_whole = before.is_some_and(|before| before.series.len() >= now.series.len());
    let pairs = now.series.iter().enumerate().map(|(index, bucket)| Pair {
        now: point(&bucket.figures),
        before: earlier(index).map(|bucket| point(&bucket.figures)).unwrap_or_default(),
    });
    Series {
        interval,
        labels: now.series.iter().map(|bucket| bucket.label.clone()).collect(),
        labels_before: if is_whole {
            (0..now.series.len()).filter_map(|index| earlier(index).map(|bucket| bucket.label.clone())).collect()
        } else {
            Vec::new()
        },
        values: pairs.collect(),
    }
}
