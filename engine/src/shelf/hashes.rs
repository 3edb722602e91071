//! The hashes of a segment's visitors, for finding those who come again.

use crate::event::VisitorHash;
use std::collections::BTreeSet;

/// Hashes with the visitors' places, in the order of hashes.
#[derive(Clone, Debug, Default)]
pub(super) struct Held(Vec<(VisitorHash, u32)>);

impl Held {
    pub(super) fn of(hashes: Vec<(u32, VisitorHash)>) -> Self {
        let mut held: Vec<(VisitorHash, u32)> = hashes.into_iter().map(|(place, hash)| (hash, place)).collect();
        held.sort_unstable();
        Self(held)
    }

    /// The places of those who are among others.
    pub(super) fn common(&self, others: &BTreeSet<VisitorHash>) -> BTreeSet<u32> {
        // A few are looked up, many are compared side by side.
        if others.len() * 16 < self.0.len() {
            let find = |other: &VisitorHash| self.0.binary_search_by_key(other, |(hash, _)| *hash).ok();
            return others.iter().filter_map(find).filter_map(|at| self.0.get(at)).map(|(_, place)| *place).collect();
        }
        let mut others = others.iter().peekable();
        let mut common = BTreeSet::new();
        for (hash, place) in &self.0 {
            while others.next_if(|other| *other < hash).is_some() {}
            if others.peek() == Some(&hash) {
                common.insert(*place);
            }
        }
        common
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_visitors_are_found_among_few_and_many() {
        let held = Held::of((0..1_000).map(|place| (place, VisitorHash(u64::from(place) * 7 % 1_009))).collect());
        let of = |hashes: &[u64]| held.common(&hashes.iter().map(|hash| VisitorHash(*hash)).collect());
        assert_eq!(of(&[7, 14, 5_000]), [1, 2].into());
        let many: Vec<u64> = (0..1_009).filter(|hash| hash % 2 == 0).collect();
        let expected: BTreeSet<u32> = (0..1_000).filter(|place| place * 7 % 1_009 % 2 == 0).collect();
        assert_eq!(of(&many), expected);
        assert_eq!(Held::default().common(&[VisitorHash(1)].into()), BTreeSet::new());
    }
}
