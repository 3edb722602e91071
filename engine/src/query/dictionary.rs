//! The distinct texts of a dimension over all parts that a request has seen.

use super::dimension::Domain;
use hashbrown::{DefaultHashBuilder, HashTable};
use std::collections::BTreeMap;
use std::hash::BuildHasher;

/// Texts and their codes. Code 0 is the empty text, which stands for "unknown"; the others count up in the order in
/// which they first came.
#[derive(Clone, Debug, Default)]
pub(super) struct Dictionary {
    all: String,
    /// Where each text ends, from code 1 on.
    ends: Vec<usize>,
    codes: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

/// The text of a code among texts that stand one after the other.
fn text<'a>(all: &'a str, ends: &[usize], code: u32) -> &'a str {
    let Some(place) = (code as usize).checked_sub(1) else { return "" };
    let start = place.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    let end = ends.get(place).copied().unwrap_or(start);
    all.get(start..end).unwrap_or_default()
}

impl Dictionary {
    /// The text's code, new if the text is.
    pub(super) fn intern(&mut self, new: &str) -> u32 {
        if new.is_empty() {
            return 0;
        }
        let Self { all, ends, codes, hasher } = self;
        let hash = |code: &u32| hasher.hash_one(text(all, ends, *code));
        let entry = codes.entry(hasher.hash_one(new), |code| text(all, ends, *code) == new, hash);
        match entry {
            hashbrown::hash_table::Entry::Occupied(known) => *known.get(),
            hashbrown::hash_table::Entry::Vacant(vacant) => {
                let code = ends.len() as u32 + 1;
                vacant.insert(code);
                all.push_str(new);
                ends.push(all.len());
                code
            }
        }
    }

    /// The text of a code; empty for codes that were never given.
    pub(super) fn text(&self, code: u32) -> &str {
        text(&self.all, &self.ends, code)
    }
}

/// A dictionary for each domain of values.
#[derive(Clone, Debug, Default)]
pub(super) struct Dictionaries(BTreeMap<Domain, Dictionary>);

impl Dictionaries {
    /// The dictionary of a domain, empty at first.
    pub(super) fn of(&mut self, domain: &Domain) -> &mut Dictionary {
        self.0.entry(domain.clone()).or_default()
    }

    /// The text of a code in a domain.
    pub(super) fn text(&self, domain: &Domain, code: u32) -> &str {
        self.0.get(domain).map_or("", |dictionary| dictionary.text(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_code() {
        let mut dictionary = Dictionary::default();
        let texts: Vec<String> = (0..1_000).map(|n| format!("/page/{n}")).collect();
        let codes: Vec<u32> = texts.iter().map(|text| dictionary.intern(text)).collect();
        assert_eq!(codes, (1..=1_000).collect::<Vec<u32>>());
        for (text, code) in texts.iter().zip(codes) {
            assert_eq!((dictionary.intern(text), dictionary.text(code)), (code, text.as_str()));
        }
        assert_eq!((dictionary.intern(""), dictionary.text(0), dictionary.text(9_999)), (0, "", ""));
    }
}
