//! Codes for the distinct values of a column, the frequent ones small so that they pack into few bits.

use hashbrown::HashMap;
use std::hash::Hash;

/// Gives distinct values numbers in the order in which they come and counts them.
pub(super) struct Coder<T> {
    numbers: HashMap<T, u32>,
    counts: Vec<u32>,
}

impl<T> Default for Coder<T> {
    fn default() -> Self {
        Self { numbers: HashMap::new(), counts: Vec::new() }
    }
}

impl<T: Copy + Eq + Hash + Ord> Coder<T> {
    /// The value's number, and one more of it.
    pub(super) fn number(&mut self, value: T) -> u32 {
        let next = self.counts.len() as u32;
        let number = *self.numbers.entry(value).or_insert(next);
        if number == next {
            self.counts.push(0);
        }
        self.again(number);
        number
    }

    /// One more of a value whose number is known.
    pub(super) fn again(&mut self, number: u32) {
        self.counts.iter_mut().skip(number as usize).take(1).for_each(|count| *count += 1);
    }

    /// The values in their final order, and for each number its place there. The order is by how often they came, to
    /// the power of two, so that codes stay small and neighbours alike.
    pub(super) fn finish(self) -> (Vec<T>, Vec<u32>) {
        let frequency = |number: u32| self.counts.get(number as usize).map_or(0, |count| count.ilog2());
        let mut values: Vec<(T, u32)> = self.numbers.into_iter().collect();
        values.sort_unstable_by(|left, right| {
            frequency(right.1).cmp(&frequency(left.1)).then_with(|| left.0.cmp(&right.0))
        });
        let mut places = vec![0; values.len()];
        for ((_, number), place) in values.iter().zip(0u32..) {
            places.iter_mut().skip(*number as usize).take(1).for_each(|slot| *slot = place);
        }
        (values.into_iter().map(|(value, _)| value).collect(), places)
    }
}

/// A column of texts on its way: a number per row, 0 for the empty text.
#[derive(Default)]
pub(super) struct TextCoder<'a> {
    coder: Coder<&'a str>,
    rows: Vec<u32>,
    last: &'a str,
    last_number: u32,
}

impl<'a> TextCoder<'a> {
    /// Adds a row.
    pub(super) fn push(&mut self, text: &'a str) {
        let number = if text.is_empty() {
            0
        } else if self.last_number > 0 && text == self.last {
            self.coder.again(self.last_number - 1);
            self.last_number
        } else {
            self.last = text;
            self.last_number = self.coder.number(text) + 1;
            self.last_number
        };
        self.rows.push(number);
    }

    /// The texts of the codes from 1 on, and the rows' codes.
    pub(super) fn finish(self) -> (Vec<&'a str>, Vec<u32>) {
        let (texts, places) = self.coder.finish();
        let code = |number: u32| match number.checked_sub(1) {
            None => 0,
            Some(place) => places.get(place as usize).map_or(0, |code| code + 1),
        };
        let rows = self.rows.into_iter().map(code).collect();
        (texts, rows)
    }
}
