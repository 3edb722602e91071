//! Tells of most hashes that no visitor of a segment has them, without the segment: a Bloom filter (Bloom, Communications
//! of the ACM 13, 1970) of ten bits a visitor, which lets through one of a hundred that it should not.

use crate::event::VisitorHash;
use std::rc::Rc;

const BITS_PER_HASH: usize = 10;
const PROBES: u64 = 7;

/// The sieve of a segment; one without bytes lets everybody through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sieve(Rc<[u8]>);

impl Sieve {
    /// The sieve that lets these hashes through.
    pub fn of(hashes: impl ExactSizeIterator<Item = VisitorHash>) -> Self {
        let mut bytes = vec![0u8; (hashes.len() * BITS_PER_HASH).div_ceil(8)];
        let bits = bytes.len() as u64 * 8;
        for hash in hashes {
            for (byte, bit) in probes(hash, bits) {
                bytes.iter_mut().skip(byte).take(1).for_each(|slot| *slot |= bit);
            }
        }
        Self(bytes.into())
    }

    /// The sieve that [`Sieve::bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// Its bits.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether a visitor of the segment may have the hash.
    pub(super) fn lets_through(&self, hash: VisitorHash) -> bool {
        let bits = self.0.len() as u64 * 8;
        self.0.is_empty() || probes(hash, bits).all(|(byte, bit)| self.0.get(byte).is_some_and(|slot| slot & bit != 0))
    }
}

/// The bytes and bits in them that stand for a hash, whose halves are as good as two hashes.
fn probes(hash: VisitorHash, bits: u64) -> impl Iterator<Item = (usize, u8)> {
    let (start, step) = (hash.0 >> 32, (hash.0 & 0xffff_ffff) | 1);
    (0..PROBES).map(move |probe| {
        let bit = (start + probe * step).checked_rem(bits).unwrap_or(0);
        ((bit / 8) as usize, 1 << (bit % 8))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers without order, as hashes are (splitmix64).
    fn hash(number: u64) -> VisitorHash {
        let mut mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        VisitorHash(mixed ^ (mixed >> 31))
    }

    #[test]
    fn who_is_there_gets_through_and_most_others_do_not() {
        let there: Vec<VisitorHash> = (0..3_000).map(hash).collect();
        let sieve = Sieve::of(there.iter().copied());
        assert!(there.iter().all(|hash| sieve.lets_through(*hash)));
        let others = (3_000..103_000).filter(|number| sieve.lets_through(hash(*number))).count();
        assert!(others < 2_000, "{others} of 100,000");
        assert_eq!(sieve.bytes().len(), 3_750);
        assert_eq!(Sieve::from_bytes(sieve.bytes()), sieve);
    }

    #[test]
    fn without_bytes_everybody_gets_through() {
        assert!(Sieve::default().lets_through(hash(1)));
        assert!(Sieve::of(std::iter::empty()).lets_through(hash(1)));
    }
}
