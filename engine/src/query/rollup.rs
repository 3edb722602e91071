//! Rollups: what questions have counted in one segment, kept so that the segment need not be read when they are asked
//! again about another range that holds all of it.
//!
//! A rollup follows from its segment and the question alone, so it may be thrown away at any time. Since moments are
//! written as where their bucket begins, it means the same whatever range is asked about.

use super::dimension::Dimension;
use super::partial::{Reader, Writer};
use super::period::Counting;
use super::{Malformed, Question, Questions};
use crate::shelf::Label;
use serde_json::json;

/// How a segment lies to the ranges that are asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Some range holds only a part of it, or two of one query hold it: it has to be read.
    Read,
    /// Each range holds it whole or not at all.
    Whole,
    /// Each query's own range holds it whole: what is counted of it alone is a rollup.
    Own,
}

/// Whether a range holds a segment: none where it holds a part of it.
fn holds(counting: &Counting, label: &Label) -> Option<bool> {
    let (start, end) = (counting.range().start.0, counting.range().end.0);
    if label.first_s > end || label.last_s < start {
        return Some(false);
    }
    (label.first_s >= start && label.last_s <= end).then_some(true)
}

impl Questions {
    /// What a rollup is of: the same for the same questions about other ranges. None where there is a filter, since what
    /// is filtered is seldom asked again, and where something else than queries is asked.
    pub fn rollup_of(&self) -> Option<String> {
        let of = |question: &Result<Question, _>| match question {
            Ok(Question::Query(query)) if query.request.filters.is_empty() => {
                let metrics: Vec<_> = query.request.metrics.iter().map(|metric| metric.name()).collect();
                let dimensions: Vec<_> = query.request.dimensions.iter().map(Dimension::name).collect();
                Some(json!([metrics, dimensions]))
            }
            _ => None,
        };
        let queries = self.asked.iter().map(of).collect::<Option<Vec<_>>>()?;
        // Days are those of the zone, and goals are counted by their places among all.
        let settings = self.site.to_json();
        Some(json!([VERSION, queries, settings.get("timezone"), settings.get("goals")]).to_string())
    }

    /// How a segment lies to the ranges.
    pub fn standing(&self, label: &Label) -> Standing {
        let mut own = true;
        for question in self.asked.iter().flatten() {
            let Question::Query(query) = question else { return Standing::Read };
            let now = holds(&query.now, label);
            let before = query.before.as_ref().map_or(Some(false), |before| holds(before, label));
            match (now, before) {
                (Some(true), Some(false)) => {}
                (Some(false), Some(_)) => own = false,
                _ => return Standing::Read,
            }
        }
        if own { Standing::Own } else { Standing::Whole }
    }

    /// What was counted for the queries' own ranges.
    pub fn rollup(&self) -> Vec<u8> {
        let mut out = Writer::new(&self.dictionaries);
        for question in self.asked.iter().flatten() {
            if let Question::Query(query) = question {
                query.now.write(&mut out);
            }
        }
        let mut rollup = out.finish();
        rollup.extend_from_slice(&crc32fast::hash(&rollup).to_le_bytes());
        rollup
    }

    /// Adds a segment's rollup to the ranges that hold it.
    ///
    /// # Errors
    /// The bytes are damaged, and nothing is added.
    pub fn add_rollup(&mut self, label: &Label, rollup: &[u8]) -> Result<(), Malformed> {
        let (rollup, checksum) = rollup.split_last_chunk::<4>().ok_or(Malformed)?;
        if crc32fast::hash(rollup).to_le_bytes() != *checksum {
            return Err(Malformed);
        }
        let mut from = Reader::new(rollup, &mut self.dictionaries)?;
        for question in self.asked.iter_mut().flatten() {
            let Question::Query(query) = question else { return Err(Malformed) };
            let ranges = std::iter::once(&mut query.now).chain(&mut query.before);
            match ranges.into_iter().find(|counting| holds(counting, label) == Some(true)) {
                Some(counting) => counting.merge(&self.site.goals, &mut from)?,
                // Whoever is read has to be read to his end.
                None => query.now.nothing().merge(&self.site.goals, &mut from)?,
            }
        }
        from.finish()
    }
}

/// The form of rollups: another one makes those of before be forgotten.
const VERSION: u32 = 2;
