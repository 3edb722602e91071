//! The other side of a question: the module that holds the columns reads it, asks its table and writes what was counted.
//! It knows nothing else of the dashboard, which keeps it small.

use super::{ALL, ANY, EVENTS, OPERATORS};
use crate::data::{List, Pair, Row, Series, Values};
use crate::metric::Metric;
use crate::range::Interval;
use crate::wire::{Reader, Writer};
use columns::{Answer, Dimension, Figures, Filter, Operator, Question, Rows, Table, Unit};

/// Answers a [`super::question`] for [`super::read`]; none where the table cannot tell all of it exactly.
pub fn answer(table: &Table, question: &[u8]) -> Option<Vec<u8>> {
    let mut from = Reader::new(question);
    let interval = *Interval::ALL.get(from.number()?)?;
    let unit = match interval {
        Interval::Hour => Unit::Hour,
        Interval::Day => Unit::Day,
        Interval::Week => Unit::Week,
        Interval::Month => Unit::Month,
    };
    let (mut now, mut before) = (None, None);
    for days in [&mut now, &mut before] {
        read_days(&mut from, days)?;
    }
    let by_page = from.number()? == 1;
    let filters = read_filters(&mut from)?;
    let (mut lists, mut metrics) = (Vec::new(), Vec::new());
    for _ in 0..from.number()? {
        let (list, of_rows) = read_list(&mut from)?;
        lists.push(list);
        metrics.push(of_rows);
    }
    let earlier = match before {
        Some(days) => {
            let question = Question { days, filters: filters.clone(), unit: Some(unit), lists: Vec::new() };
            Some(table.answer(&question).ok()?)
        }
        None => None,
    };
    let question = Question { days: now?, filters, unit: Some(unit), lists };
    let answer = table.answer(&question).ok()?;
    let mut out = Writer::default();
    let pair = Pair {
        now: values(&answer.headline, by_page),
        before: earlier.as_ref().map(|earlier| values(&earlier.headline, by_page)).unwrap_or_default(),
    };
    pair.write(&mut out);
    series(interval, &answer, earlier.as_ref()).write(&mut out);
    for (rows, metrics) in answer.lists.iter().zip(&metrics) {
        list(rows, metrics).write(&mut out);
    }
    Some(out.done())
}

/// Reads the first and the last day, where there are any, into a place; none where the bytes end.
fn read_days(from: &mut Reader<'_>, place: &mut Option<(i32, i32)>) -> Option<()> {
    if from.number()? == 1 {
        let mut day = || Some((from.number()? as u32).cast_signed());
        *place = Some((day()?, day()?));
    }
    Some(())
}

fn read_filters(from: &mut Reader<'_>) -> Option<Vec<Filter>> {
    let mut filters = Vec::new();
    for _ in 0..from.number()? {
        filters.push(read_filter(from)?);
    }
    Some(filters)
}

fn read_filter(from: &mut Reader<'_>) -> Option<Filter> {
    const ALL_OPERATORS: [Operator; 4] = [Operator::Is, Operator::IsNot, Operator::Contains, Operator::ContainsNot];
    let operator = match from.number()? {
        ALL => return read_filters(from).map(Filter::All),
        ANY => return read_filters(from).map(Filter::Any),
        operator => *ALL_OPERATORS.get(operator - OPERATORS)?,
    };
    let dimension = Dimension::named(from.text()?)?;
    let case_sensitive = from.number()? == 0;
    let mut values = Vec::new();
    for _ in 0..from.number()? {
        values.push(from.text()?.to_owned());
    }
    Some(Filter::Test { operator, dimension, values, case_sensitive })
}

/// A list and the metrics of its rows.
fn read_list(from: &mut Reader<'_>) -> Option<(columns::List, Vec<usize>)> {
    let dimension = Dimension::named(from.text()?)?;
    let (full, offset, limit) = (from.number()? == 1, from.number()?, from.number()?);
    let mut metrics = Vec::new();
    for _ in 0..from.number()? {
        metrics.push(from.number()?);
    }
    let filters = read_filters(from)?;
    Some((columns::List { dimension, filters, full, offset, limit }, metrics))
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

fn list(rows: &Rows<'_>, metrics: &[usize]) -> List {
    let mut told = List { rows: Vec::with_capacity(rows.rows.len()), total_rows: rows.total };
    for row in &rows.rows {
        let all = values(&row.figures, false);
        let value = |metric: &usize| match *metric {
            EVENTS => Some(f64::from(row.figures.events)),
            metric => all.get(metric).copied().flatten(),
        };
        told.rows.push(Row { name: row.name.to_owned(), values: metrics.iter().map(value).collect() });
    }
    told
}

/// Views per visit over time follow from the two numbers that they are made of, unrounded, as of the edge's answer.
fn point(figures: &Figures) -> Values {
    let mut values = values(figures, false);
    let (views, visits) = (f64::from(figures.pageviews), f64::from(figures.visits));
    if let Some(place) = values.get_mut(Metric::ViewsPerVisit as usize) {
        *place = Some(if visits > 0.0 { views / visits } else { 0.0 });
    }
    values
}

fn series(interval: Interval, now: &Answer<'_>, before: Option<&Answer<'_>>) -> Series {
    let earlier = before.map_or(&[][..], |before| &before.series);
    let mut series = Series { interval, labels: Vec::new(), labels_before: Vec::new(), values: Vec::new() };
    for (index, bucket) in now.series.iter().enumerate() {
        let earlier_bucket = earlier.get(index);
        series.labels.push(bucket.label.clone());
        series.values.push(Pair {
            now: point(&bucket.figures),
            before: earlier_bucket.map(|bucket| point(&bucket.figures)).unwrap_or_default(),
        });
        if earlier.len() >= now.series.len() {
            series.labels_before.extend(earlier_bucket.map(|bucket| bucket.label.clone()));
        }
    }
    series
}
