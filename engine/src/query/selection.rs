//! Which rows a query's filters keep. A test is made once for each distinct text; rows compare codes.

use super::dimension::Dimension;
use super::filter::Filter;
use super::goals;
use super::sequence;
use super::text_test::TextTest;
use crate::site::Goal;
use crate::table::{Dictionary, ENGAGEMENT, Table, Visit};
use crate::time::Range;
use std::cell::OnceCell;

/// A table, the goals of its site and the range of time that a query is about.
pub(super) struct Selector<'a> {
    /// The events.
    pub(super) table: &'a Table,
    /// The site's goals.
    pub(super) goals: &'a [Goal],
    /// The range.
    pub(super) range: Range,
    conversions: Vec<OnceCell<Vec<bool>>>,
    is_engagement: Vec<bool>,
    /// Whether sequences select the event right after them rather than their visits.
    pub(super) follows_sequences: bool,
}

/// Which kinds of events are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kinds {
    /// All but engagement.
    Counted,
    /// All, since goals say which; those of scrolling are converted by engagement events.
    Converting,
    /// Engagement alone.
    Engagement,
}

/// What a filter keeps.
enum Mask {
    Rows(Vec<bool>),
    Visits(Vec<bool>),
}

impl<'a> Selector<'a> {
    /// Prepares selections from a settled table.
    pub(super) fn new(table: &'a Table, goals: &'a [Goal], range: Range, follows_sequences: bool) -> Self {
        let engagement = table.name.dictionary.code(ENGAGEMENT);
        Self {
            table,
            goals,
            range,
            conversions: goals.iter().map(|_| OnceCell::new()).collect(),
            is_engagement: table.name.codes.iter().map(|code| Some(*code) == engagement).collect(),
            follows_sequences,
        }
    }

    /// The rows within the range, of these kinds, that all filters keep; in the order of arrival.
    pub(super) fn rows(&self, filters: &[Filter], kinds: Kinds) -> Vec<u32> {
        let masks: Vec<Vec<bool>> = filters.iter().map(|filter| self.on_rows(self.mask(filter))).collect();
        let wanted = |is_engagement: bool| match kinds {
            Kinds::Counted => !is_engagement,
            Kinds::Converting => true,
            Kinds::Engagement => is_engagement,
        };
        let mut kept: Vec<bool> = self
            .table
            .time
            .iter()
            .zip(&self.is_engagement)
            .map(|(time, engagement)| self.range.contains(*time) && wanted(*engagement))
            .collect();
        for mask in masks {
            kept.iter_mut().zip(mask).for_each(|(kept, mask)| *kept &= mask);
        }
        kept.iter().zip(0u32..).filter(|(kept, _)| **kept).map(|(_, row)| row).collect()
    }

    /// For every row whether it converts the goal at this place.
    pub(super) fn conversions(&self, goal: usize) -> &[bool] {
        match (self.conversions.get(goal), self.goals.get(goal)) {
            (Some(cell), Some(goal)) => cell.get_or_init(|| goals::conversions(self.table, goal)),
            _ => &[],
        }
    }

    /// Which rows a filter on single events keeps; engagement only where a goal of scrolling asks for it.
    pub(super) fn events(&self, filter: &Filter) -> Vec<bool> {
        let mut rows = self.on_rows(self.mask(filter));
        let mut converts = false;
        filter.each_test(true, &mut |dimension, _| converts |= *dimension == Dimension::Goal);
        if !converts {
            rows.iter_mut().zip(&self.is_engagement).for_each(|(row, engagement)| *row &= !engagement);
        }
        rows
    }

    /// Whether a row is an engagement event.
    pub(super) fn is_engagement(&self, row: u32) -> bool {
        self.is_engagement.get(row as usize).copied().unwrap_or(false)
    }

    fn on_rows(&self, mask: Mask) -> Vec<bool> {
        match mask {
            Mask::Rows(rows) => rows,
            Mask::Visits(visits) => spread(&visits, &self.table.visit),
        }
    }

    fn mask(&self, filter: &Filter) -> Mask {
        match filter {
            Filter::Test { dimension, test, negated } => self.test(dimension, test, *negated),
            Filter::And(filters) => self.combine(filters, |left, right| left & right),
            Filter::Or(filters) => self.combine(filters, |left, right| left | right),
            Filter::Not(filter) => match self.mask(filter) {
                Mask::Rows(rows) => Mask::Rows(rows.into_iter().map(|kept| !kept).collect()),
                Mask::Visits(visits) => Mask::Visits(visits.into_iter().map(|kept| !kept).collect()),
            },
            Filter::HasDone { filter, negated } => {
                let mut visits = vec![*negated; self.table.visits.all.len()];
                for (did, visit) in self.events(filter).into_iter().zip(&self.table.visit) {
                    if did && let Some(kept) = visits.get_mut(*visit as usize) {
                        *kept = !negated;
                    }
                }
                Mask::Visits(visits)
            }
            Filter::Sequence(steps) => {
                let (visits, followers) = sequence::find(self, steps);
                if self.follows_sequences { Mask::Rows(followers) } else { Mask::Visits(visits) }
            }
        }
    }

    fn combine(&self, filters: &[Filter], with: impl Fn(bool, bool) -> bool) -> Mask {
        let masks = filters.iter().map(|filter| self.mask(filter));
        let join = |left: Vec<bool>, right: Vec<bool>| {
            left.into_iter().zip(right).map(|(left, right)| with(left, right)).collect()
        };
        let joined = masks.reduce(|left, right| match (left, right) {
            (Mask::Visits(left), Mask::Visits(right)) => Mask::Visits(join(left, right)),
            (left, right) => Mask::Rows(join(self.on_rows(left), self.on_rows(right))),
        });
        joined.unwrap_or_else(|| Mask::Rows(vec![true; self.table.len()]))
    }

    fn test(&self, dimension: &Dimension, test: &TextTest, negated: bool) -> Mask {
        let table = self.table;
        let accepts = |texts: &Dictionary| accepted(texts, dimension, test, negated);
        let of_visit = |texts: &Dictionary, code: fn(&Visit) -> u32| {
            let accepts = accepts(texts);
            Mask::Visits(table.visits.all.iter().map(|visit| pick(&accepts, code(visit))).collect())
        };
        match dimension {
            Dimension::Page => Mask::Rows(spread(&accepts(&table.page.dictionary), &table.page.codes)),
            Dimension::Hostname => Mask::Rows(spread(&accepts(&table.hostname.dictionary), &table.hostname.codes)),
            Dimension::Name => Mask::Rows(spread(&accepts(&table.name.dictionary), &table.name.codes)),
            Dimension::Prop(_) | Dimension::Detail(_) => {
                let column = sparse(table, dimension);
                let codes = column.map_or_else(|| vec![0; table.len()], |column| column.dense(table.len()));
                let nothing = Dictionary::default();
                Mask::Rows(spread(&accepts(column.map_or(&nothing, |column| &column.dictionary)), &codes))
            }
            Dimension::Visit(attribute) => {
                let texts = table.visits.dictionaries.get(*attribute);
                let codes = table.visits.attributes.get(*attribute);
                match (texts, codes) {
                    (Some(texts), Some(codes)) => Mask::Visits(spread(&accepts(texts), codes)),
                    _ => Mask::Rows(vec![false; table.len()]),
                }
            }
            Dimension::EntryPage => of_visit(&table.page.dictionary, |visit| visit.entry_page),
            Dimension::EntryHostname => of_visit(&table.hostname.dictionary, |visit| visit.entry_hostname),
            Dimension::ExitPage => of_visit(&table.page.dictionary, |visit| visit.exit_page),
            Dimension::ExitHostname => of_visit(&table.hostname.dictionary, |visit| visit.exit_hostname),
            Dimension::Goal => {
                let mut rows = vec![false; table.len()];
                let wanted = self.goals.iter().zip(0..).filter(|(goal, _)| test.passes(&goal.display_name) != negated);
                for (_, goal) in wanted {
                    rows.iter_mut().zip(self.conversions(goal)).for_each(|(row, converts)| *row |= converts);
                }
                Mask::Rows(rows)
            }
            Dimension::Time | Dimension::TimeUnit(_) => Mask::Rows(vec![true; table.len()]),
        }
    }
}

/// The column of a property or of a field of single kinds.
pub(super) fn sparse<'a>(table: &'a Table, dimension: &Dimension) -> Option<&'a crate::table::SparseColumn> {
    match dimension {
        Dimension::Prop(name) => table.props.get(name),
        Dimension::Detail(field) => table.details.get(field),
        _ => None,
    }
}

/// For every code whether the test, or its opposite, keeps it. A missing value passes as empty text and under its
/// name in rows; events that lack a property are kept by `is_not`, but not by the other negated tests.
fn accepted(texts: &Dictionary, dimension: &Dimension, test: &TextTest, negated: bool) -> Vec<bool> {
    let mut accepted: Vec<bool> = texts.texts().map(|text| test.passes(text) != negated).collect();
    if let Some(blank) = accepted.first_mut() {
        let named = !dimension.blank().is_empty() && test.passes(dimension.blank());
        let lacks = matches!(dimension, Dimension::Prop(_) | Dimension::Detail(_));
        let is_test = matches!(test, TextTest::Is { .. });
        *blank = match (lacks, is_test) {
            (true, false) => !negated && named,
            _ => (named || test.passes("")) != negated,
        };
    }
    accepted
}

fn pick(values: &[bool], index: u32) -> bool {
    values.get(index as usize).copied().unwrap_or(false)
}

fn spread(values: &[bool], indices: &[u32]) -> Vec<bool> {
    indices.iter().map(|index| pick(values, *index)).collect()
}
