//! Entries sorted into groups of equal values.

use std::collections::HashMap;

/// Groups in the order of their first entry.
pub(super) struct Groups {
    /// The codes that the entries of each group share, one for each dimension.
    pub(super) keys: Vec<Vec<u32>>,
    starts: Vec<usize>,
    entries: Vec<u32>,
}

/// Pairs of group and code up to which a plain table is used to find a group.
const PAIRS_MAX: usize = 1 << 22;

impl Groups {
    /// Groups `len` entries by the codes of each dimension. Without dimensions there is one group, even of nothing.
    pub(super) fn by(len: usize, dimensions: &[Vec<u32>]) -> Self {
        let mut ids = vec![0u32; len];
        let mut keys: Vec<Vec<u32>> = vec![Vec::new()];
        for codes in dimensions {
            keys = refine(&mut ids, &keys, codes);
        }
        Self::sorted(keys, &ids)
    }

    /// The entries of each group.
    pub(super) fn entries(&self) -> impl Iterator<Item = &[u32]> {
        let ends = self.starts.iter().skip(1);
        self.starts.iter().zip(ends).map(|(start, end)| self.entries.get(*start..*end).unwrap_or_default())
    }

    /// Counting sort of the entries by group.
    fn sorted(keys: Vec<Vec<u32>>, ids: &[u32]) -> Self {
        let mut starts = vec![0usize; keys.len() + 1];
        for id in ids {
            if let Some(count) = starts.get_mut(*id as usize + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        let mut entries = vec![0u32; ids.len()];
        for (id, entry) in ids.iter().zip(0u32..) {
            if let Some(place) = next.get_mut(*id as usize) {
                if let Some(slot) = entries.get_mut(*place) {
                    *slot = entry;
                }
                *place += 1;
            }
        }
        Self { keys, starts, entries }
    }
}

/// Splits every group by a further code and renumbers the groups.
fn refine(ids: &mut [u32], keys: &[Vec<u32>], codes: &[u32]) -> Vec<Vec<u32>> {
    let mut refined: Vec<Vec<u32>> = Vec::new();
    let width = codes.iter().max().map_or(0, |max| *max as usize + 1);
    let mut open = |id: u32, code: u32| {
        let mut key = keys.get(id as usize).cloned().unwrap_or_default();
        key.push(code);
        refined.push(key);
        refined.len() as u32 - 1
    };
    if keys.len().saturating_mul(width) <= PAIRS_MAX {
        let mut table = vec![u32::MAX; keys.len() * width];
        for (id, code) in ids.iter_mut().zip(codes) {
            if let Some(slot) = table.get_mut(*id as usize * width + *code as usize) {
                if *slot == u32::MAX {
                    *slot = open(*id, *code);
                }
                *id = *slot;
            }
        }
    } else {
        let mut table = HashMap::new();
        for (id, code) in ids.iter_mut().zip(codes) {
            *id = *table.entry((*id, *code)).or_insert_with(|| open(*id, *code));
        }
    }
    refined
}
