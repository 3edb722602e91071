//! The matcher of uap-core's lists: of several hundred regexes the first that matches a user agent names it.
//!
//! Compiling them all would take most of a second in WebAssembly. So every regex is compiled when it is first needed:
//! when the user agent contains the text that the regex cannot match without, which few do.

use aho_corasick::AhoCorasick;
use regex::bytes::{Captures, Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// Shorter texts are in nearly every user agent and would select nothing.
const REQUIRED_BYTES_MIN: usize = 3;
/// User agents are read this far: what identifies them comes well before.
const USER_AGENT_BYTES_MAX: usize = 1_000;

/// An entry of the list. Where a replacement is missing, the group of that number stands in.
#[derive(Debug, Deserialize)]
pub struct Entry {
    regex: String,
    #[serde(default, alias = "family_replacement", alias = "os_replacement")]
    name: Option<String>,
    #[serde(default, alias = "v1_replacement", alias = "os_v1_replacement")]
    major: Option<String>,
    #[serde(default, alias = "v2_replacement", alias = "os_v2_replacement")]
    minor: Option<String>,
}

/// What the first match says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Family of browsers or systems.
    pub name: String,
    /// Major version; empty where unknown.
    pub major: String,
    /// Minor version; empty where unknown.
    pub minor: String,
}

/// A list, ready to be asked.
#[derive(Debug)]
pub struct Matcher {
    entries: Vec<Entry>,
    compiled: Vec<OnceLock<Option<Regex>>>,
    texts: Option<AhoCorasick>,
    /// For each text the entry that needs it.
    entry_of_text: Vec<usize>,
    /// Entries that no single text selects.
    always: Vec<usize>,
}

impl Matcher {
    /// A matcher for a list, in its order.
    pub fn new(entries: Vec<Entry>) -> Self {
        let (mut texts, mut entry_of_text, mut always) = (Vec::new(), Vec::new(), Vec::new());
        for (index, entry) in entries.iter().enumerate() {
            match required_texts(entry) {
                Some(required) => {
                    entry_of_text.extend(required.iter().map(|_| index));
                    texts.extend(required);
                }
                None => always.push(index),
            }
        }
        let compiled = entries.iter().map(|_| OnceLock::new()).collect();
        Self { entries, compiled, texts: AhoCorasick::new(texts).ok(), entry_of_text, always }
    }

    /// What the first entry that matches says of a user agent.
    pub fn find(&self, user_agent: &str) -> Option<Found> {
        let bytes = user_agent.as_bytes();
        let bytes = bytes.get(..USER_AGENT_BYTES_MAX).unwrap_or(bytes);
        let mut candidates: BTreeSet<usize> = self.always.iter().copied().collect();
        let texts = self.texts.iter().flat_map(|texts| texts.find_overlapping_iter(bytes));
        candidates.extend(texts.filter_map(|found| self.entry_of_text.get(found.pattern().as_usize()).copied()));
        candidates.into_iter().find_map(|index| {
            let entry = self.entries.get(index)?;
            let regex = self.compiled.get(index)?.get_or_init(|| compile(entry)).as_ref()?;
            regex.captures(bytes).map(|groups| entry.found(&groups))
        })
    }
}

impl Entry {
    fn found(&self, groups: &Captures) -> Found {
        let filled = |replacement: &Option<String>, group| match replacement {
            Some(template) => fill(template, groups),
            None => text_of(groups, group).into_owned(),
        };
        Found { name: filled(&self.name, 1), major: filled(&self.major, 2), minor: filled(&self.minor, 3) }
    }
}

fn compile(entry: &Entry) -> Option<Regex> {
    // The lists mean ASCII by \d and \w, and a browser's own name has no other letters.
    RegexBuilder::new(&entry.regex).unicode(false).build().ok()
}

fn text_of<'a>(groups: &Captures<'a>, group: usize) -> Cow<'a, str> {
    groups.get(group).map(|found| String::from_utf8_lossy(found.as_bytes())).unwrap_or_default()
}

/// A template with `$1` … `$9` filled in.
fn fill(template: &str, groups: &Captures) -> String {
    let mut parts = template.split('$');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.chars().next().and_then(|digit| digit.to_digit(10)) {
            Some(group) => {
                filled.push_str(&text_of(groups, group as usize));
                filled.push_str(part.get(1..).unwrap_or_default());
            }
            None => filled.push_str(part),
        }
    }
    filled.trim().to_owned()
}

/// Texts of which every match of the regex has at least one; none where there are no such texts.
fn required_texts(entry: &Entry) -> Option<Vec<Vec<u8>>> {
    let mut parser = ParserBuilder::new().unicode(false).utf8(false).build();
    required(&parser.parse(&entry.regex).ok()?).filter(|texts| shortest(texts) >= REQUIRED_BYTES_MIN)
}

fn required(part: &Hir) -> Option<Vec<Vec<u8>>> {
    match part.kind() {
        HirKind::Literal(literal) => Some(vec![literal.0.to_vec()]),
        HirKind::Capture(group) => required(&group.sub),
        HirKind::Repetition(repeated) if repeated.min > 0 => required(&repeated.sub),
        HirKind::Concat(parts) => parts.iter().filter_map(required).max_by_key(|texts| shortest(texts)),
        HirKind::Alternation(parts) => {
            let each: Option<Vec<_>> = parts.iter().map(required).collect();
            each.map(|each| each.concat())
        }
        _ => None,
    }
}

fn shortest(texts: &[Vec<u8>]) -> usize {
    texts.iter().map(Vec::len).min().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(regex: &str, name: Option<&str>) -> Entry {
        Entry { regex: regex.into(), name: name.map(str::to_owned), major: None, minor: None }
    }

    #[test]
    fn the_first_entry_that_matches_wins() {
        let list = vec![entry(r"(Beta)/(\d+)\.(\d+)", None), entry(r"(?:Alpha|Gamma)(\d)", Some("Greek $1!"))];
        let matcher = Matcher::new(list);
        let found = |user_agent| matcher.find(user_agent).map(|found| (found.name, found.major, found.minor));
        let of = |name: &str, major: &str, minor: &str| Some((name.to_owned(), major.to_owned(), minor.to_owned()));
        assert_eq!(found("x Gamma7 Beta/12.3"), of("Beta", "12", "3"));
        assert_eq!(found("x Gamma7"), of("Greek 7!", "", ""));
        assert_eq!(found("x Beta"), None);
    }

    #[test]
    fn required_texts_are_those_no_match_can_miss() {
        for (regex, texts) in [
            ("Firefox/(\\d+)", Some(vec!["Firefox/"])),
            ("(?:Alpha|Gamma)(\\d)", Some(vec!["Alpha", "Gamma"])),
            ("(Opera)?(\\d)", None),
            ("ab\\d", None),
            ("(?i:opera)", None),
        ] {
            let found = required_texts(&entry(regex, None));
            let texts = texts.map(|texts| texts.into_iter().map(|text| text.as_bytes().to_vec()).collect::<Vec<_>>());
            assert_eq!(found, texts, "{regex}");
        }
    }
}
