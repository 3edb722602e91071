//! The memory of signed requests: each nonce opens once. It is as long as a signature can be fresh, from a clock that is
//! ahead to one that is behind, and is kept in the database, in the same transaction as the events.

use std::collections::{HashSet, VecDeque};

/// How long a nonce is remembered, in seconds: twice what a clock may be off.
const KEPT_S: i64 = 600;
/// How many are remembered. A site that is sent more signed requests than that within [`KEPT_S`] has to wait.
const NONCES_MAX: usize = 65_536;

/// A nonce, cut to a hash (see `crate::signature`).
pub type Nonce = [u8; 16];

/// Nonces are stored in tables of so many seconds, so that forgetting them is a `DROP TABLE`, which bills no rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period(pub i64);

impl Period {
    /// The period of a moment, in seconds since 1970.
    pub fn of(now_s: i64) -> Self {
        Self(now_s.div_euclid(KEPT_S))
    }
}

/// What becomes of a nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It was not here, and is remembered now.
    New,
    /// It was here.
    Known,
    /// Too many are remembered to take another.
    Full,
}

/// The nonces that are remembered.
#[derive(Debug, Default)]
pub struct Nonces {
    known: HashSet<Nonce>,
    /// The same with when each came, in seconds since 1970, the eldest first.
    arrived: VecDeque<(i64, Nonce)>,
}

impl Nonces {
    /// Remembers nonces that came at a moment, in seconds since 1970, written one after the other. The eldest have to be
    /// loaded first.
    pub fn load(&mut self, arrived_s: i64, nonces: &[u8]) {
        for nonce in nonces.as_chunks::<16>().0 {
            self.insert(arrived_s, *nonce);
        }
    }

    /// Remembers a nonce from now on, in seconds since 1970, if it is new.
    pub fn claim(&mut self, now_s: i64, nonce: Nonce) -> Claim {
        if self.known.contains(&nonce) {
            return Claim::Known;
        }
        if self.known.len() >= NONCES_MAX {
            return Claim::Full;
        }
        self.insert(now_s, nonce);
        Claim::New
    }

    fn insert(&mut self, arrived_s: i64, nonce: Nonce) {
        self.known.insert(nonce);
        self.arrived.push_back((arrived_s, nonce));
    }

    /// Forgets a nonce whose request could not be stored.
    pub fn retract(&mut self, nonce: &Nonce) {
        self.known.remove(nonce);
        self.arrived.retain(|(_, other)| other != nonce);
    }

    /// Forgets what is over its time, and says which periods are over with it.
    pub fn drop_before(&mut self, now_s: i64) -> Vec<Period> {
        let mut over = Vec::new();
        while let Some((arrived_s, nonce)) = self.arrived.pop_front_if(|(arrived_s, _)| *arrived_s < now_s - KEPT_S) {
            self.known.remove(&nonce);
            over.push(Period::of(arrived_s));
        }
        let first = self.arrived.front().map(|(arrived_s, _)| Period::of(*arrived_s));
        over.retain(|period| Some(*period) != first);
        over.dedup();
        over
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_S: i64 = 1_800_000_000;

    fn nonce(number: u32) -> Nonce {
        let mut nonce = [0; 16];
        nonce[..4].copy_from_slice(&number.to_le_bytes());
        nonce
    }

    #[test]
    fn a_nonce_opens_once_within_600_seconds() {
        for (later_s, claim) in [(0, Claim::Known), (599, Claim::Known), (600, Claim::Known), (601, Claim::New)] {
            let mut nonces = Nonces::default();
            assert_eq!(nonces.claim(NOW_S, nonce(1)), Claim::New);
            nonces.drop_before(NOW_S + later_s);
            assert_eq!(nonces.claim(NOW_S + later_s, nonce(1)), claim, "{later_s} s later");
            assert_eq!(nonces.claim(NOW_S + later_s, nonce(2)), Claim::New);
        }
    }

    #[test]
    fn loaded_nonces_are_known_and_retracted_ones_are_new() {
        let mut nonces = Nonces::default();
        nonces.load(NOW_S, &[nonce(1), nonce(2)].concat());
        assert_eq!(nonces.claim(NOW_S + 1, nonce(2)), Claim::Known);
        nonces.retract(&nonce(2));
        assert_eq!(nonces.claim(NOW_S + 1, nonce(2)), Claim::New);
    }

    #[test]
    fn so_many_are_remembered_and_no_more_until_some_are_over() {
        let mut nonces = Nonces::default();
        let most = NONCES_MAX as u32;
        assert!(
            (0..most).all(|number| nonces.claim(NOW_S + i64::from(number / (most / 2)), nonce(number)) == Claim::New)
        );
        assert_eq!(nonces.claim(NOW_S + 2, nonce(most)), Claim::Full);
        assert_eq!(nonces.claim(NOW_S + 2, nonce(0)), Claim::Known, "none is forgotten for another");
        nonces.drop_before(NOW_S + 601);
        assert!((0..most / 2).all(|number| nonces.claim(NOW_S + 601, nonce(most + number)) == Claim::New));
        assert_eq!(nonces.claim(NOW_S + 601, nonce(0)), Claim::Full);
    }

    #[test]
    fn a_period_is_over_when_all_of_its_nonces_are() {
        let period = Period::of(NOW_S);
        let begin_s = period.0 * KEPT_S;
        let mut nonces = Nonces::default();
        for (number, after_s) in [(1, 0), (2, 1), (3, 599), (4, 600)] {
            assert_eq!(nonces.claim(begin_s + after_s, nonce(number)), Claim::New);
        }
        let next = Period(period.0 + 1);
        for (after_s, over) in
            [(600, vec![]), (602, vec![]), (1_199, vec![]), (1_200, vec![period]), (9_999, vec![next])]
        {
            assert_eq!(nonces.drop_before(begin_s + after_s), over, "{after_s} s after it began");
        }
    }
}
