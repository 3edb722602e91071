//! The distinct texts of a column, by code. Code 0 is the empty text and is not written.
//!
//! Each text is written as the number of bytes it shares with the one before, the number of its other bytes, and those;
//! the whole is deflated (RFC 1951) where that gains enough.

use crate::bytes::{Malformed, Reader, push_number};
use std::rc::Rc;

/// Bytes that the texts of one column may take at most, so that a damaged length asks for no memory.
const BYTES_MAX: usize = 1 << 26;
const PLAIN: u8 = 0;
const DEFLATED: u8 = 1;
/// Effort of the deflation, 0 to 10; beyond this it takes twice the time for a hundredth of the bytes.
const EFFORT: u8 = 7;

/// Bytes that deflation has to gain: to set out inflating takes as long as reading some hundred bytes.
const GAIN_MIN: usize = 96;

/// The texts of a column, read. A copy takes no more memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Texts {
    all: Rc<str>,
    /// Where each text ends, from code 1 on.
    ends: Rc<[u32]>,
}

impl Texts {
    /// Texts of codes 1, 2 ….
    pub(super) fn of(texts: impl Iterator<Item = String>) -> Self {
        let (mut all, mut ends) = (String::new(), Vec::new());
        for text in texts {
            all.push_str(&text);
            ends.push(all.len() as u32);
        }
        Self { all: all.into(), ends: ends.into() }
    }

    /// How much memory they hold, in bytes.
    pub(super) fn memory(&self) -> usize {
        self.all.len() + self.ends.len() * 4
    }

    /// How many codes there are, that of the empty text included.
    pub(crate) fn len(&self) -> usize {
        self.ends.len() + 1
    }

    /// The text of a code; empty for 0 and for codes that are not given.
    pub(crate) fn text(&self, code: u32) -> &str {
        let Some(place) = (code as usize).checked_sub(1) else { return "" };
        let start = place.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(place).copied().unwrap_or(start);
        self.all.get(start as usize..end as usize).unwrap_or_default()
    }

    /// The texts in the order of their codes, the empty one first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len() as u32).map(|code| self.text(code))
    }
}

/// Writes the texts of codes 1, 2 ….
pub(super) fn write(texts: &[&str]) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut before: &str = "";
    for text in texts {
        let shared = before.bytes().zip(text.bytes()).take_while(|(left, right)| left == right).count();
        let rest = text.as_bytes().get(shared..).unwrap_or_default();
        push_number(&mut plain, shared as u64);
        crate::bytes::push_run(&mut plain, rest);
        before = text;
    }
    let deflated = miniz_oxide::deflate::compress_to_vec(&plain, EFFORT);
    let (mode, body) = if deflated.len() + GAIN_MIN <= plain.len() { (DEFLATED, &deflated) } else { (PLAIN, &plain) };
    let mut out = Vec::with_capacity(body.len() + 8);
    push_number(&mut out, texts.len() as u64);
    push_number(&mut out, plain.len() as u64);
    out.push(mode);
    out.extend_from_slice(body);
    out
}

/// Reads what [`write`] wrote.
pub(super) fn read(bytes: &[u8]) -> Result<Texts, Malformed> {
    if bytes.is_empty() {
        return Ok(Texts::default());
    }
    let mut from = Reader::new(bytes);
    let count: usize = from.narrow()?;
    let length: usize = from.narrow()?;
    let mode = from.byte()?;
    let body = from.raw(from.len())?;
    if length > BYTES_MAX || count > length {
        return Err(Malformed);
    }
    match mode {
        PLAIN if body.len() == length => read_plain(body, count),
        DEFLATED => {
            let plain = miniz_oxide::inflate::decompress_to_vec_with_limit(body, length).map_err(|_| Malformed)?;
            read_plain(&plain, count)
        }
        _ => Err(Malformed),
    }
}

fn read_plain(plain: &[u8], count: usize) -> Result<Texts, Malformed> {
    let mut from = Reader::new(plain);
    let mut all: Vec<u8> = Vec::with_capacity(plain.len() * 2);
    let mut ends = Vec::with_capacity(count);
    let mut start = 0;
    for _ in 0..count {
        let shared: usize = from.narrow()?;
        let shared_end = start + shared;
        if shared_end > all.len() || all.len() > BYTES_MAX {
            return Err(Malformed);
        }
        let next = all.len();
        all.extend_from_within(start..shared_end);
        all.extend_from_slice(from.run()?);
        ends.push(all.len() as u32);
        start = next;
    }
    if !from.is_empty() {
        return Err(Malformed);
    }
    let all = String::from_utf8(all).map_err(|_| Malformed)?;
    // Texts may share half a character in the making, but each has to be whole when it is read.
    let are_whole = ends.iter().all(|end| all.is_char_boundary(*end as usize));
    if are_whole { Ok(Texts { all: all.into(), ends: ends.into() }) } else { Err(Malformed) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(texts in proptest::collection::vec("[a-c/äöé]{1,6}", 0..60)) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let read = read(&write(&texts)).unwrap();
            prop_assert_eq!(read.iter().collect::<Vec<_>>(), [&[""], &texts[..]].concat());
            prop_assert_eq!(read.text(1_000), "");
        }

        #[test]
        fn damage_is_no_panic(texts in proptest::collection::vec("[a-cé]{1,6}", 1..60), place in 0usize..99, to in any::<u8>()) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let mut bytes = write(&texts);
            let place = place % bytes.len();
            bytes[place] = to;
            let _ = read(&bytes);
            let _ = read(&bytes[..place]);
        }
    }
}
