//! Bytes within fixed bounds.

/// Up to `N` bytes. Writing more than fits does no harm: the surplus is counted and not kept.
#[derive(Debug)]
pub struct Bytes<const N: usize> {
    bytes: [u8; N],
    /// How many were written since the last time this was set.
    pub len: usize,
}

impl<const N: usize> Bytes<N> {
    /// No bytes.
    pub const fn new() -> Self {
        Self { bytes: [0; N], len: 0 }
    }

    /// Whether more was written than fits.
    pub fn is_over(&self) -> bool {
        self.len > N
    }

    /// Where they lie.
    pub fn address(&self) -> *const u8 {
        self.bytes.as_ptr()
    }

    /// All of the room.
    pub fn all(&self) -> &[u8] {
        &self.bytes
    }

    /// The byte at a place; 0 where there is none.
    pub fn get(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or_default()
    }

    /// Replaces the byte at a place.
    pub fn set(&mut self, at: usize, byte: u8) {
        if let Some(slot) = self.bytes.get_mut(at) {
            *slot = byte;
        }
    }

    /// Adds a byte.
    pub fn push(&mut self, byte: u8) {
        self.set(self.len, byte);
        self.len += 1;
    }

    /// Adds a number in base 128, lowest seven bits first.
    pub fn push_number(&mut self, mut number: u32) {
        while number >= 128 {
            self.push(number as u8 | 128);
            number >>= 7;
        }
        self.push(number as u8);
    }

    /// Reads such a number and moves past it.
    pub fn number(&self, at: &mut usize) -> u32 {
        let mut number = 0;
        let mut shift = 0;
        loop {
            let byte = self.get(*at);
            *at += 1;
            number |= u32::from(byte & 127) << (shift & 31);
            shift += 7;
            if byte < 128 {
                return number;
            }
        }
    }
}

impl<const N: usize> Default for Bytes<N> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_does_not_fit_is_counted_and_not_kept() {
        let mut bytes = Bytes::<2>::new();
        bytes.push(1);
        bytes.push(2);
        assert!(!bytes.is_over());
        bytes.push(3);
        assert!(bytes.is_over());
        assert_eq!([0, 1, 2].map(|at| bytes.get(at)), [1, 2, 0]);
    }

    proptest! {
        #[test]
        fn numbers_are_read_as_they_were_written(first in any::<u32>(), second in any::<u32>()) {
            let mut bytes = Bytes::<20>::new();
            bytes.push_number(first);
            bytes.push_number(second);
            let mut at = 0;
            prop_assert_eq!((bytes.number(&mut at), bytes.number(&mut at), at), (first, second, bytes.len));
        }
    }
}
