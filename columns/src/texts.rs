//! The distinct texts and tuples of all chunks, each with a code that lasts as long as the table.

use crate::Refused;
use crate::layout::CODES_MAX;

/// Places of things by a hash of what they are: open addressing, at most half full.
#[derive(Default)]
struct Places(Vec<u32>);

impl Places {
    /// The place of a thing with this hash; none where it is new, and then it has the place `next`.
    fn find(&mut self, next: u32, hash_of: impl Fn(u32) -> u32, hash: u32, is: impl Fn(u32) -> bool) -> Option<u32> {
        if self.0.len() <= next as usize * 2 {
            let len = (next as usize * 4).next_power_of_two().max(16);
            let old = std::mem::replace(&mut self.0, vec![u32::MAX; len]);
            for place in old.into_iter().filter(|place| *place != u32::MAX) {
                self.put(place, hash_of(place));
            }
        }
        let mask = self.0.len() - 1;
        let mut at = hash as usize & mask;
        while let Some(place) = self.0.get(at).filter(|place| **place != u32::MAX) {
            if is(*place) {
                return Some(*place);
            }
            at = (at + 1) & mask;
        }
        self.put(next, hash);
        None
    }

    fn put(&mut self, place: u32, hash: u32) {
        let mask = self.0.len() - 1;
        let mut at = hash as usize & mask;
        while self.0.get(at).is_some_and(|slot| *slot != u32::MAX) {
            at = (at + 1) & mask;
        }
        if let Some(slot) = self.0.get_mut(at) {
            *slot = place;
        }
    }
}

/// FNV-1a, with its low bits mixed once more since they alone are looked at.
fn hash(words: impl Iterator<Item = u32>) -> u32 {
    let hash = words.fold(0x811c_9dc5u32, |hash, word| (hash ^ word).wrapping_mul(0x0100_0193));
    hash ^ (hash >> 15)
}

/// Texts of one kind. Code 0 is the empty one.
#[derive(Default)]
pub(crate) struct Texts {
    all: String,
    /// Where each text ends, from code 1 on.
    ends: Vec<u32>,
    places: Places,
}

fn text<'a>(all: &'a str, ends: &[u32], code: u32) -> &'a str {
    let Some(place) = (code as usize).checked_sub(1) else { return "" };
    let start = place.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    let end = ends.get(place).copied().unwrap_or(start);
    all.get(start as usize..end as usize).unwrap_or_default()
}

fn hash_text(text: &str) -> u32 {
    hash(text.bytes().map(u32::from))
}

impl Texts {
    /// Number of codes, that of the empty text included.
    pub(crate) fn len(&self) -> usize {
        self.ends.len() + 1
    }

    pub(crate) fn text(&self, code: u32) -> &str {
        text(&self.all, &self.ends, code)
    }

    /// The text's code, new if the text is.
    pub(crate) fn code(&mut self, new: &str) -> Result<u32, Refused> {
        if new.is_empty() {
            return Ok(0);
        }
        let Self { all, ends, places } = self;
        let next = ends.len() as u32 + 1;
        let of = |code: u32| text(all, ends, code);
        if let Some(code) = places.find(next, |code| hash_text(of(code)), hash_text(new), |code| of(code) == new) {
            return Ok(code);
        }
        if ends.len() >= CODES_MAX {
            return Err(Refused::TooMuch);
        }
        all.push_str(new);
        ends.push(all.len() as u32);
        Ok(next)
    }

    pub(crate) fn memory(&self) -> usize {
        self.all.capacity() + (self.ends.capacity() + self.places.0.capacity()) * 4
    }
}

/// Tuples of codes, each of the same width.
#[derive(Default)]
pub(crate) struct Tuples {
    width: usize,
    all: Vec<u32>,
    places: Places,
}

fn tuple(all: &[u32], width: usize, place: u32) -> &[u32] {
    let start = place as usize * width;
    all.get(start..start + width).unwrap_or_default()
}

impl Tuples {
    pub(crate) fn of_width(width: usize) -> Self {
        Self { width, ..Self::default() }
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len().checked_div(self.width).unwrap_or(0)
    }

    /// The code of a tuple, new if the tuple is.
    pub(crate) fn code(&mut self, new: &[u32]) -> Result<u32, Refused> {
        let next = self.len() as u32;
        let Self { width, all, places } = self;
        let of = |place: u32| tuple(all, *width, place);
        let hash_of = |tuple: &[u32]| hash(tuple.iter().copied());
        if let Some(place) = places.find(next, |place| hash_of(of(place)), hash_of(new), |place| of(place) == new) {
            return Ok(place);
        }
        if next as usize >= CODES_MAX || new.len() != *width {
            return Err(Refused::TooMuch);
        }
        all.extend_from_slice(new);
        Ok(next)
    }

    /// Tuple by tuple, the code at a place in it.
    pub(crate) fn at(&self, place: usize) -> impl Iterator<Item = u32> {
        self.all.iter().skip(place).step_by(self.width.max(1)).copied()
    }

    pub(crate) fn memory(&self) -> usize {
        (self.all.capacity() + self.places.0.capacity()) * 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_tuples_have_one_code_each() {
        let mut texts = Texts::default();
        for (n, code) in (0..1_000).chain(0..1_000).zip((1..=1_000).cycle()) {
            assert_eq!(texts.code(&format!("/page/{n}")), Ok(code));
        }
        assert_eq!((texts.code(""), texts.text(0), texts.text(7), texts.text(9_999)), (Ok(0), "", "/page/6", ""));
        let mut tuples = Tuples::of_width(2);
        for (n, code) in (0..1_000).chain(0..1_000).zip((0..1_000).cycle()) {
            assert_eq!(tuples.code(&[n, n % 7]), Ok(code));
        }
        assert_eq!((tuples.len(), tuples.at(1).nth(9)), (1_000, Some(2)));
    }
}
