//! Numbers that look like those of a site, and are the same on every machine.

/// A run of numbers without any order: Lehmer's generator with the multiplier of Park and Miller.
pub(crate) struct Numbers(u32);

impl Numbers {
    pub(crate) fn new(seed: u32) -> Self {
        Self(seed)
    }

    /// The next, from 0 to 1.
    pub(crate) fn next(&mut self) -> f64 {
        self.0 = (u64::from(self.0) * 48_271 % 2_147_483_647) as u32;
        f64::from(self.0) / 2_147_483_647.0
    }

    /// A walk of so many steps around a value, each at most `stride` of it away from the one before.
    pub(crate) fn walk(&mut self, count: usize, around: f64, stride: f64) -> Vec<f64> {
        let mut value = around;
        let mut walk = Vec::new();
        for _ in 0..count {
            value += (self.next() - 0.5) * 2.0 * stride * around + (around - value) * 0.2;
            walk.push(value.max(0.0).round());
        }
        walk
    }
}
