//! Numbers that look random and are the same in every run.

/// A stream of such numbers (splitmix64).
pub(super) struct Chance(u64);

impl Chance {
    /// The stream of a seed.
    pub(super) fn of(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to, not including, 1.
    pub(super) fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A whole number below a bound, 0 where there is none.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        (self.share() * bound as f64) as u64
    }

    /// Whether something happens that does so in this share of all cases.
    pub(super) fn happens(&mut self, share: f64) -> bool {
        self.share() < share
    }

    /// One of these; the default where there are none.
    pub(super) fn one<T: Copy + Default>(&mut self, list: &[T]) -> T {
        list.get(self.below(list.len() as u64) as usize).copied().unwrap_or_default()
    }
}

/// Draws the places of a list, some of which come more often than others.
pub(super) struct Draw {
    /// Sums of the weights up to each place.
    sums: Vec<f64>,
}

impl Draw {
    /// Places of these weights.
    pub(super) fn weighted(weights: impl Iterator<Item = f64>) -> Self {
        let sums = weights.scan(0.0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        });
        Self { sums: sums.collect() }
    }

    /// So many places by Zipf's law: the n-th comes one n-th as often as the first, to the power given.
    pub(super) fn zipf(places: usize, power: f64) -> Self {
        Self::weighted((1..=places).map(|place| (place as f64).powf(-power)))
    }

    /// A place.
    pub(super) fn place(&self, chance: &mut Chance) -> usize {
        self.at(chance.share()).0
    }

    /// The place where this share of all weight is reached, and how far into the place that is, from 0 to 1.
    pub(super) fn at(&self, share: f64) -> (usize, f64) {
        let aim = share * self.sums.last().copied().unwrap_or(0.0);
        let place = self.sums.partition_point(|sum| *sum <= aim).min(self.sums.len().saturating_sub(1));
        let end = self.sums.get(place).copied().unwrap_or(0.0);
        let start = place.checked_sub(1).and_then(|before| self.sums.get(before)).copied().unwrap_or(0.0);
        (place, if end > start { (aim - start) / (end - start) } else { 0.0 })
    }
}
