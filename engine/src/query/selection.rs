//! Which events a query's filters keep. A test is made once for each distinct text of a part; rows and visits compare
//! codes.

use super::dimension::Dimension;
use super::filter::Filter;
use super::scan::{Scan, Values};
use super::sequence;
use super::text_test::TextTest;
use crate::time::Range;

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

/// The events of a range of time that filters keep.
#[derive(Clone, Debug)]
pub(super) struct Select {
    /// All have to hold.
    pub(super) filters: Vec<Filter>,
    /// The kinds of events.
    pub(super) kinds: Kinds,
    /// The range.
    pub(super) range: Range,
    /// Whether sequences select the event right after them rather than their visits.
    pub(super) follows_sequences: bool,
}

/// What filters keep of a part: the visits for which all tests of visits hold, and the rows for which those of events
/// hold; none where there are no such tests.
#[derive(Debug, Default)]
pub(super) struct Selected {
    /// For each visit whether it is kept.
    pub(super) visits: Option<Vec<bool>>,
    /// For each row whether it is kept.
    pub(super) rows: Option<Vec<bool>>,
}

/// What a filter keeps.
enum Mask {
    Rows(Vec<bool>),
    Visits(Vec<bool>),
}

impl Select {
    /// What is kept of a part, whatever the kind and time of the events.
    pub(super) fn of(&self, scan: &Scan<'_>) -> Selected {
        let masks = Masks { scan, follows_sequences: self.follows_sequences };
        let mut selected = Selected::default();
        if scan.part.any_moved() {
            let stays = |visitor: &u32| !scan.part.is_moved(*visitor);
            selected.visits = Some(scan.part.visitor_of_visit().iter().map(stays).collect());
        }
        for filter in &self.filters {
            let (kept, mask) = match masks.mask(filter) {
                Mask::Rows(rows) => (&mut selected.rows, rows),
                Mask::Visits(visits) => (&mut selected.visits, visits),
            };
            *kept = Some(match kept.take() {
                None => mask,
                Some(before) => before.into_iter().zip(mask).map(|(before, now)| before && now).collect(),
            });
        }
        selected
    }

    /// Whether an event that is engagement, or is not, is of the kinds.
    pub(super) fn wants(&self, is_engagement: bool) -> bool {
        match self.kinds {
            Kinds::Counted => !is_engagement,
            Kinds::Converting => true,
            Kinds::Engagement => is_engagement,
        }
    }

    /// Whether two selections are of the same events.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        (self.kinds, self.range) == (other.kinds, other.range) && self.keeps_the_same(other)
    }

    /// Whether two selections keep the same, whatever the kind and time of the events.
    pub(super) fn keeps_the_same(&self, other: &Self) -> bool {
        self.follows_sequences == other.follows_sequences && self.filters == other.filters
    }
}

/// Which rows a filter on single events keeps; engagement only where a goal of scrolling asks for it.
pub(super) fn events(scan: &Scan<'_>, filter: &Filter) -> Vec<bool> {
    let masks = Masks { scan, follows_sequences: false };
    let mut rows = masks.on_rows(masks.mask(filter));
    let mut converts = false;
    filter.each_test(true, &mut |dimension, _| converts |= *dimension == Dimension::Goal);
    if !converts {
        rows.iter_mut().zip(scan.engagement()).for_each(|(row, engagement)| *row &= !engagement);
    }
    rows
}

struct Masks<'a, 'b> {
    scan: &'b Scan<'a>,
    follows_sequences: bool,
}

impl Masks<'_, '_> {
    fn on_rows(&self, mask: Mask) -> Vec<bool> {
        match mask {
            Mask::Rows(rows) => rows,
            Mask::Visits(visits) => spread(&visits, self.scan.part.visit_of_row()),
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
                let did = events(self.scan, filter);
                let did = |rows| did.get::<std::ops::Range<usize>>(rows).unwrap_or_default().contains(&true);
                Mask::Visits(self.scan.part.rows_of_visits().map(|rows| did(rows) != *negated).collect())
            }
            Filter::Sequence(steps) => {
                let (visits, followers) = sequence::find(self.scan, steps);
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
        joined.unwrap_or_else(|| Mask::Rows(vec![true; self.scan.part.rows_len()]))
    }

    fn test(&self, dimension: &Dimension, test: &TextTest, negated: bool) -> Mask {
        let scan = self.scan;
        if *dimension == Dimension::Goal {
            let mut rows = vec![false; scan.part.rows_len()];
            let wanted = scan.goals.iter().zip(0..).filter(|(goal, _)| test.passes(&goal.display_name) != negated);
            for (_, goal) in wanted {
                rows.iter_mut().zip(scan.conversions(goal)).for_each(|(row, converts)| *row |= converts);
            }
            return Mask::Rows(rows);
        }
        let accepts_blank = accepts_blank(dimension, test, negated);
        let accepts = |text: &str| if text.is_empty() { accepts_blank } else { test.passes(text) != negated };
        match scan.values(dimension) {
            Some(Values::Rows(column, _)) => Mask::Rows(spread(&scan.passes(dimension, accepts), column.codes())),
            Some(Values::Visits(codes, _)) => Mask::Visits(spread(&scan.passes(dimension, accepts), codes)),
            None => Mask::Rows(vec![true; scan.part.rows_len()]),
        }
    }
}

/// Whether the test, or its opposite, keeps a missing value, which passes as empty text and under its name in rows.
/// Events that lack a property are kept by `is_not`, but not by the other negated tests.
fn accepts_blank(dimension: &Dimension, test: &TextTest, negated: bool) -> bool {
    let named = !dimension.blank().is_empty() && test.passes(dimension.blank());
    let lacks = matches!(dimension, Dimension::Prop(_) | Dimension::Detail(_));
    if lacks && !matches!(test, TextTest::Is { .. }) {
        return !negated && named;
    }
    (named || test.passes("")) != negated
}

fn spread(values: &[bool], indices: &[u32]) -> Vec<bool> {
    indices.iter().map(|index| values.get(*index as usize).copied().unwrap_or(false)).collect()
}
