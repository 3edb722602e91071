//! The tests that a filter makes on a text.

use regex_lite::{Regex, RegexBuilder};
use std::collections::HashSet;

/// How a filter compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparator {
    /// The whole text.
    Is,
    /// A part of it, taken literally.
    Contains,
    /// A regular expression, found anywhere in it.
    Matches,
    /// A pattern of the whole text in which `*` stands for anything.
    Wildcard,
}

/// A test that a text passes when any of the values fits.
#[derive(Clone, Debug)]
pub(super) enum TextTest {
    /// Equal to one of these; compared in lower case if `lower`.
    Is {
        /// The values.
        values: HashSet<String>,
        /// Whether the case of letters does not matter.
        lower: bool,
    },
    /// Has one of these in it.
    Contains {
        /// The values.
        values: Vec<String>,
        /// Whether the case of letters does not matter.
        lower: bool,
    },
    /// One of these expressions is found.
    Matches(Vec<Regex>),
    /// One of these patterns fits.
    Wildcard(Vec<String>),
}

impl PartialEq for TextTest {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Is { values: left, lower }, Self::Is { values: right, lower: also }) => {
                (left, lower) == (right, also)
            }
            (Self::Contains { values: left, lower }, Self::Contains { values: right, lower: also }) => {
                (left, lower) == (right, also)
            }
            (Self::Matches(left), Self::Matches(right)) => {
                left.iter().map(Regex::as_str).eq(right.iter().map(Regex::as_str))
            }
            (Self::Wildcard(left), Self::Wildcard(right)) => left == right,
            _ => false,
        }
    }
}

/// Bytes that a compiled regular expression may take.
const REGEX_BYTES_MAX: usize = 1 << 20;

impl TextTest {
    /// Prepares a test. None where a value is no regular expression, or one that would take too much memory.
    pub(super) fn new(comparator: Comparator, values: &[String], case_sensitive: bool) -> Option<Self> {
        let lower = !case_sensitive;
        let prepare = |value: &String| if lower { value.to_lowercase() } else { value.clone() };
        Some(match comparator {
            Comparator::Is => Self::Is { values: values.iter().map(prepare).collect(), lower },
            Comparator::Contains => Self::Contains { values: values.iter().map(prepare).collect(), lower },
            Comparator::Wildcard => Self::Wildcard(values.to_vec()),
            Comparator::Matches => {
                let compile = |value: &String| RegexBuilder::new(value).size_limit(REGEX_BYTES_MAX).build().ok();
                Self::Matches(values.iter().map(compile).collect::<Option<_>>()?)
            }
        })
    }

    /// Whether it is a test for whole texts of which one is not among `texts`.
    pub(super) fn lacks(&self, texts: &[&str]) -> bool {
        let Self::Is { values, lower } = self else { return false };
        let is =
            |value: &str| texts.iter().any(|text| if *lower { text.to_lowercase() == value } else { *text == value });
        !values.iter().all(|value| is(value))
    }

    /// Whether any of the values fits.
    pub(super) fn passes(&self, text: &str) -> bool {
        let lowered = |lower: bool| if lower { text.to_lowercase().into() } else { std::borrow::Cow::Borrowed(text) };
        match self {
            Self::Is { values, lower } => values.contains(&*lowered(*lower)),
            Self::Contains { values, lower } => {
                let text = lowered(*lower);
                values.iter().any(|value| text.contains(value.as_str()))
            }
            Self::Matches(expressions) => expressions.iter().any(|expression| expression.is_match(text)),
            Self::Wildcard(patterns) => patterns.iter().any(|pattern| wildcard(pattern, text)),
        }
    }
}

/// Whether a text as a whole fits a pattern in which `*` (or `**`) stands for anything, also for nothing.
pub(super) fn wildcard(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_fit_the_whole_text() {
        for (pattern, text, expected) in [
            ("/blog", "/blog", true),
            ("/blog", "/blog/a", false),
            ("/blog**", "/blog", true),
            ("/blog**", "/blog/a/b", true),
            ("/blog*", "/blog/a/b", true),
            ("/**/post", "/a/b/post", true),
            ("/**/post", "/blog/post-1", false),
            ("/**/post", "/post", false),
            ("/**register", "/en/register", true),
            ("/a*a", "/a", false),
            ("*b*b*", "abcb", true),
            ("*", "", true),
            ("", "a", false),
        ] {
            assert_eq!(wildcard(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn tests_pass_when_any_value_fits() {
        let values = |values: &[&str]| values.iter().map(|&value| value.to_owned()).collect::<Vec<_>>();
        for (comparator, list, case_sensitive, text, expected) in [
            (Comparator::Is, &["a", "b"][..], true, "b", true),
            (Comparator::Is, &["a"], true, "A", false),
            (Comparator::Is, &["äÖ"], false, "Äö", true),
            (Comparator::Contains, &["t|1"], true, "/post|1", true),
            (Comparator::Contains, &["T|1"], false, "/post|1", true),
            (Comparator::Matches, &["^/user/[0-9]+"], true, "/user/12/x", true),
            (Comparator::Matches, &["^/user/[0-9]+"], true, "/blog/user/12", false),
            (Comparator::Wildcard, &["/blog*"], true, "/blog/a", true),
        ] {
            let test = TextTest::new(comparator, &values(list), case_sensitive).unwrap();
            assert_eq!(test.passes(text), expected, "{comparator:?} {list:?} {text}");
        }
        assert!(TextTest::new(Comparator::Matches, &values(&["("]), true).is_none());
        assert!(TextTest::new(Comparator::Matches, &values(&["((a{1000}){1000}){1000}"]), true).is_none());
    }
}
