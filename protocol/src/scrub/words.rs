//! Scrubs a text: its words one by one, and the numbers that people write with spaces in them.

use super::checksum::{is_card, is_iban};
use super::detect::{self, CARD, IBAN};
use alloc::borrow::Cow;
use alloc::string::String;

/// Longest that an IBAN or card number is when written in groups of four.
const GROUPED_CHARS_MAX: usize = 42;

/// How often a text is looked through again after something went. A placeholder may make a word with what stands beside it
/// (`:card@example.org`); what is clean stays as it is, so that an export can be imported unchanged.
const PASSES_MAX: usize = 8;

/// The text with placeholders; borrowed where nothing had to go.
pub(super) fn scrub(text: &str) -> Cow<'_, str> {
    let Cow::Owned(mut scrubbed) = pass(text) else { return Cow::Borrowed(text) };
    for _ in 0..PASSES_MAX {
        match pass(&scrubbed) {
            Cow::Owned(further) if further != scrubbed => scrubbed = further,
            _ => break,
        }
    }
    Cow::Owned(scrubbed)
}

fn pass(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut kept_from = 0;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let Some((length, placeholder)) = find_at(rest) else {
            at += word_length(rest).max(1);
            while !text.is_char_boundary(at) {
                at += 1;
            }
            continue;
        };
        out.push_str(text.get(kept_from..at).unwrap_or_default());
        out.push_str(placeholder);
        at += length;
        kept_from = at;
    }
    if kept_from == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(kept_from..).unwrap_or_default());
    Cow::Owned(out)
}

/// What begins right here and must go: its length in bytes and its placeholder.
fn find_at(rest: &str) -> Option<(usize, &'static str)> {
    if let Some(length) = grouped(rest, |c| c.is_ascii_digit(), is_card) {
        return Some((length, CARD));
    }
    if let Some(length) = grouped(rest, |c| c.is_ascii_alphanumeric(), is_iban) {
        return Some((length, IBAN));
    }
    let word = rest.get(..word_length(rest)).unwrap_or_default();
    let trimmed = word.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'']);
    detect::in_word(trimmed).map(|placeholder| (trimmed.len(), placeholder))
}

/// The longest run of `of` characters, in groups parted by single spaces or hyphens and ending with a word, that `is`.
fn grouped(rest: &str, of: fn(char) -> bool, is: fn(&str) -> bool) -> Option<usize> {
    let mut best = None;
    let mut before = ' ';
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let separator = c == ' ' || c == '-';
        if at > GROUPED_CHARS_MAX || !(of(c) || separator && of(before)) {
            break;
        }
        let end = at + c.len_utf8();
        let word_ends = chars.peek().is_none_or(|(_, next)| !next.is_alphanumeric());
        if !separator && word_ends && end >= 13 && rest.get(..end).is_some_and(is) {
            best = Some(end);
        }
        before = c;
    }
    best
}

/// Bytes up to where the next word may begin.
fn word_length(rest: &str) -> usize {
    let parts_words = |c: char| c.is_whitespace() || "<>()\"',;|".contains(c);
    match rest.find(parts_words) {
        Some(0) => rest.chars().next().map_or(1, char::len_utf8),
        Some(length) => length,
        None => rest.len(),
    }
}
