//! What can be asked of a table, and what it answers: plain numbers, the same as `POST /api/v2/query` gives.

use crate::dimension::Dimension;
use crate::filter::Filter;

/// The length of a bucket of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// An hour of the clock.
    Hour,
    /// A date.
    Day,
    /// Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
}

/// A question about whole days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The first and the last day, in days since 1970.
    pub days: (i32, i32),
    /// All have to hold.
    pub filters: Vec<Filter>,
    /// The buckets of the series; none where no series is asked for.
    pub unit: Option<Unit>,
    /// The lists that are asked for.
    pub lists: Vec<List>,
}

/// A list of the values of a dimension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// The dimension.
    pub dimension: Dimension,
    /// What this list alone is narrowed to besides.
    pub filters: Vec<Filter>,
    /// Whether more than visitors is asked for; all else is 0 otherwise.
    pub full: bool,
    /// Rows to leave out.
    pub offset: usize,
    /// Rows to answer at most.
    pub limit: usize,
}

/// The numbers of a range, a bucket or a row.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figures {
    /// Distinct visitors.
    pub visitors: u32,
    /// Distinct visits.
    pub visits: u32,
    /// Page views.
    pub pageviews: u32,
    /// Events but engagement.
    pub events: u32,
    /// Page views of the visits per visit, to two decimals. Without meaning where pages are filtered for.
    pub views_per_visit: f64,
    /// Bounced visits in percent, whole.
    pub bounce_rate: u32,
    /// Mean duration of a visit in whole seconds.
    pub visit_duration: u32,
}

/// A bucket of time.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// `2026-11-01 13:00:00` for hours, else `2026-11-01`.
    pub label: String,
    /// Its numbers. Where nothing was found, a query has no row.
    pub figures: Figures,
}

/// A row of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<'a> {
    /// The value, or what stands for a missing one.
    pub name: &'a str,
    /// Its numbers.
    pub figures: Figures,
}

/// The rows of a list, those with the most visitors first.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows<'a> {
    /// Number of rows, those included that were left out.
    pub total: usize,
    /// The rows asked for.
    pub rows: Vec<Row<'a>>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer<'a> {
    /// The numbers of the range.
    pub headline: Figures,
    /// Every bucket of the range, in order.
    pub series: Vec<Point>,
    /// The lists, in the order in which they were asked for.
    pub lists: Vec<Rows<'a>>,
}

/// Why a table cannot answer exactly, so that the edge has to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inexact {
    /// A day of the range, or what one of the site's objects has of it, is not in the table.
    NotLoaded,
    /// Visitors come on several of the days, and the links of the range are not in the table, or of other chunks.
    NotLinked,
    /// A visit lasts over a whole day without an event, so that hours cannot be told.
    Hours,
    /// The calendar of the site's zone leaves all of the days out.
    NoDay,
}

impl List {
    /// The first rows of a list, with visitors alone.
    pub fn first(dimension: Dimension, limit: usize) -> Self {
        Self { dimension, filters: Vec::new(), full: false, offset: 0, limit }
    }
}
