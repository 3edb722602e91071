//! Groups of entries with equal values, the same over all parts.

use super::dimension::{Dimension, Domain};
use super::entries::{Bucket, Entries};
use super::partial::{Reader, Writer};
use super::scan::{Scan, Values};
use crate::bytes::Malformed;
use crate::time::Buckets;
use hashbrown::HashMap;
use std::rc::Rc;

/// A dimension to group by, with its buckets if it is one of time.
#[derive(Clone, Debug)]
pub(super) struct By {
    /// The dimension.
    pub(super) dimension: Dimension,
    /// Its buckets.
    pub(super) buckets: Option<Rc<Buckets>>,
}

impl By {
    /// Whether its values are the same for all events of a visit, or told by the moment.
    pub(super) fn is_of_visits(&self) -> bool {
        !self.dimension.is_of_events()
    }

    /// Writes a code of the dimension so that it is understood elsewhere.
    pub(super) fn write(&self, code: u32, out: &mut Writer<'_>) {
        match (&self.buckets, self.dimension.domain()) {
            (Some(buckets), _) => out.signed(buckets.start(code as usize)),
            // The place of a goal among the site's.
            (None, Domain::None) => out.number(code.into()),
            (None, domain) => out.code(&domain, code),
        }
    }

    /// Reads a code of the dimension.
    pub(super) fn read(&self, from: &mut Reader<'_>) -> Result<u32, Malformed> {
        match (&self.buckets, self.dimension.domain()) {
            (Some(buckets), _) => Ok(buckets.index(from.signed()?) as u32),
            (None, Domain::None) => from.narrow(),
            (None, domain) => from.code(&domain),
        }
    }
}

/// The groups that were met so far, numbered as they came.
#[derive(Clone, Debug, Default)]
pub(super) struct Groups {
    /// The codes that the entries of each group share, one for each dimension.
    pub(super) keys: Vec<Vec<u32>>,
    /// For each code of the first dimension one more than its group, 0 if it was not met.
    first: Vec<u32>,
    /// For each further dimension the groups by the number so far and the code.
    further: Vec<HashMap<(u32, u32), u32>>,
}

/// The group of each entry of a list.
pub(super) enum Numbers<'a> {
    /// All are in one.
    One,
    /// By a code of the entry's visit.
    Visits(&'a [u32], Vec<u32>),
    /// By the entry.
    Each(Vec<u32>),
}

impl Groups {
    /// Finds the groups of entries; without dimensions there is one, even of nothing.
    pub(super) fn numbers<'a>(&mut self, scan: &Scan<'a>, entries: &Entries, by: &[By]) -> Numbers<'a> {
        match by {
            [] => {
                self.keys.resize(1, Vec::new());
                Numbers::One
            }
            [By { dimension, buckets: None }] if !dimension.is_of_events() => match scan.values(dimension) {
                // Every value of the part gets its group once, before any entry is looked at.
                Some(Values::Visits(codes, global)) => {
                    Numbers::Visits(codes, global.iter().map(|code| self.number(*code)).collect())
                }
                _ => Numbers::Each(self.each(scan, entries, by)),
            },
            _ => Numbers::Each(self.each(scan, entries, by)),
        }
    }

    fn each(&mut self, scan: &Scan<'_>, entries: &Entries, by: &[By]) -> Vec<u32> {
        let mut columns = by.iter().map(|by| codes(scan, entries, by));
        let one = by.len() == 1;
        let mut numbers: Vec<u32> = match columns.next() {
            Some(codes) if one => return codes.iter().map(|code| self.number(*code)).collect(),
            Some(codes) => codes,
            None => return Vec::new(),
        };
        self.further.resize(by.len() - 1, HashMap::new());
        for (further, codes) in self.further.iter_mut().zip(columns) {
            let mut next = further.len() as u32;
            for (number, code) in numbers.iter_mut().zip(codes) {
                *number = *further.entry((*number, code)).or_insert_with(|| {
                    next += 1;
                    next - 1
                });
            }
        }
        self.complete_keys();
        numbers
    }

    /// Works out the keys of new groups from the pairs that lead to them.
    fn complete_keys(&mut self) {
        let Some((last, before)) = self.further.split_last() else { return };
        if last.len() == self.keys.len() {
            return;
        }
        let inverse: Vec<Vec<(u32, u32)>> = before.iter().chain([last]).map(inverse).collect();
        let met = self.keys.len();
        for number in met as u32..last.len() as u32 {
            let mut key = Vec::with_capacity(inverse.len() + 1);
            let mut number = number;
            for pairs in inverse.iter().rev() {
                let (prefix, code) = pairs.get(number as usize).copied().unwrap_or_default();
                key.push(code);
                number = prefix;
            }
            key.push(number);
            key.reverse();
            self.keys.push(key);
        }
    }

    /// The group of a key; each further dimension has a table of its own.
    pub(super) fn of_key(&mut self, key: &[u32]) -> u32 {
        let Some((first, further)) = key.split_first() else {
            self.keys.resize(1, Vec::new());
            return 0;
        };
        if further.is_empty() {
            return self.number(*first);
        }
        self.further.resize(further.len(), HashMap::new());
        let mut number = *first;
        for (table, code) in self.further.iter_mut().zip(further) {
            let next = table.len() as u32;
            number = *table.entry((number, *code)).or_insert(next);
        }
        if number as usize == self.keys.len() {
            self.keys.push(key.to_vec());
        }
        number
    }

    /// The group of a code of the only dimension.
    fn number(&mut self, code: u32) -> u32 {
        let place = code as usize;
        if place >= self.first.len() {
            self.first.resize(place + 1, 0);
        }
        let Some(slot) = self.first.get_mut(place) else { return 0 };
        if *slot == 0 {
            self.keys.push(vec![code]);
            *slot = self.keys.len() as u32;
        }
        *slot - 1
    }
}

fn inverse(pairs: &HashMap<(u32, u32), u32>) -> Vec<(u32, u32)> {
    let mut inverse = vec![(0, 0); pairs.len()];
    for (pair, number) in pairs {
        inverse.iter_mut().skip(*number as usize).take(1).for_each(|slot| *slot = *pair);
    }
    inverse
}

/// The code of each entry's value in a dimension.
fn codes(scan: &Scan<'_>, entries: &Entries, by: &By) -> Vec<u32> {
    let at = |codes: &[u32], place: u32| codes.get(place as usize).copied().unwrap_or(0);
    match (&by.dimension, &by.buckets) {
        (Dimension::Goal, _) => entries.goals.clone(),
        (_, Some(buckets)) => {
            let mut bucket = Bucket::new(Some(buckets));
            entries.moments(scan).into_iter().map(|moment| bucket.index(moment)).collect()
        }
        (dimension, None) => match scan.values(dimension) {
            Some(Values::Rows(column, global)) if global.is_empty() => {
                entries.rows.iter().map(|row| at(column.codes(), *row)).collect()
            }
            Some(Values::Rows(column, global)) => {
                entries.rows.iter().map(|row| at(&global, at(column.codes(), *row))).collect()
            }
            Some(Values::Visits(codes, global)) => {
                entries.visits.iter().map(|visit| at(&global, at(codes, *visit))).collect()
            }
            None => vec![0; entries.visits.len()],
        },
    }
}
