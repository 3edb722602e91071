//! Bytes within fixed bounds.

/// Room for all that may wait, and for a batch.
pub const ROOM: usize = 60_000;

/// Up to [`ROOM`] bytes. Writing more than fits does no harm: the surplus is counted and not kept.
#[derive(Debug)]
// What is short comes first: its addresses are short, too.
#[repr(C)]
pub struct Bytes {
    /// How many were written since the last time this was set.
    pub len: usize,
    /// Where [`Self::number`] reads next.
    pub at: usize,
    all: [u8; ROOM],
}

impl Bytes {
    /// No bytes.
    #[expect(clippy::large_stack_arrays, reason = "it is made when the module is compiled")]
    pub const fn new() -> Self {
        Self { all: [0; ROOM], len: 0, at: 0 }
    }

    /// Where they lie.
    pub fn address(&self) -> *const u8 {
        self.all.as_ptr()
    }

    /// All of the room.
    pub fn all(&self) -> &[u8] {
        &self.all
    }

    /// The byte at a place; 0 where there is none.
    #[inline(never)]
    pub fn get(&self, at: usize) -> u8 {
        self.all.get(at).copied().unwrap_or_default()
    }

    /// Replaces the byte at a place.
    #[inline(never)]
    pub fn set(&mut self, at: usize, byte: u8) {
        if let Some(slot) = self.all.get_mut(at) {
            *slot = byte;
        }
    }

    /// Adds a byte.
    #[inline(never)]
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

    /// Adds so many bytes that stand at a place of others.
    pub fn push_from(&mut self, from: &Self, at: usize, length: usize) {
        for at in at..at + length {
            self.push(from.get(at));
        }
    }

    /// Takes away what lies between two places.
    pub fn remove(&mut self, from: usize, to: usize) {
        for at in to..self.len {
            self.set(at - to + from, self.get(at));
        }
        self.len -= to - from;
    }

    /// Reads a number and moves past it; 0 behind the last byte.
    pub fn number(&mut self) -> u32 {
        let mut number = 0;
        let mut shift = 0;
        loop {
            let byte = self.get(self.at);
            self.at += 1;
            number |= u32::from(byte & 127) << (shift & 31);
            shift += 7;
            if byte < 128 {
                return number;
            }
        }
    }
}

impl Default for Bytes {
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
        let mut bytes = Box::new(Bytes::new());
        bytes.len = ROOM - 1;
        bytes.push(1);
        bytes.push(2);
        assert_eq!((bytes.len, bytes.get(ROOM - 1), bytes.get(ROOM)), (ROOM + 1, 1, 0));
        bytes.len = ROOM - 1;
        let others = Box::new(Bytes::new());
        bytes.push_from(&others, 0, 2);
        assert_eq!((bytes.len, bytes.get(ROOM - 1)), (ROOM + 1, 0));
    }

    #[test]
    fn what_is_taken_away_closes_up() {
        let mut bytes = Box::new(Bytes::new());
        (1..=5).for_each(|byte| bytes.push(byte));
        bytes.remove(1, 3);
        assert_eq!(&bytes.all()[..bytes.len], [1, 4, 5]);
    }

    proptest! {
        #[test]
        fn numbers_are_read_as_they_were_written(first in any::<u32>(), second in any::<u32>()) {
            let mut bytes = Box::new(Bytes::new());
            bytes.push_number(first);
            bytes.push_number(second);
            prop_assert_eq!((bytes.number(), bytes.number(), bytes.at), (first, second, bytes.len));
        }
    }
}
