//! Robots by their user agent. List: crawler-user-agents, patterns that are plain text for the most part.

use aho_corasick::AhoCorasick;
use regex::RegexSet;
use std::sync::LazyLock;

struct Patterns {
    plain: Option<AhoCorasick>,
    other: Option<RegexSet>,
}

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let (mut plain, mut other) = (Vec::new(), Vec::new());
    for pattern in include_str!("../../data/crawlers.txt").lines() {
        match plain_text(pattern) {
            Some(text) => plain.push(text),
            None => other.push(pattern),
        }
    }
    // A browser that is driven without a screen names itself so.
    plain.push("HeadlessChrome".into());
    Patterns { plain: AhoCorasick::new(plain).ok(), other: RegexSet::new(other).ok() }
});

/// Whether a user agent is a robot's. No user agent at all is none that a browser sends.
pub fn is_bot(user_agent: &str) -> bool {
    user_agent.trim().is_empty()
        || PATTERNS.plain.as_ref().is_some_and(|plain| plain.is_match(user_agent))
        || PATTERNS.other.as_ref().is_some_and(|other| other.is_match(user_agent))
}

/// A pattern's text if it has nothing but escaped punctuation besides letters.
fn plain_text(pattern: &str) -> Option<String> {
    let mut text = String::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => text.push(characters.next().filter(|escaped| !escaped.is_ascii_alphanumeric())?),
            '.' | '*' | '+' | '?' | '[' | ']' | '(' | ')' | '{' | '}' | '|' | '^' | '$' => return None,
            other => text.push(other),
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_of_the_list_is_in_use() {
        assert!(PATTERNS.plain.is_some() && PATTERNS.other.is_some());
    }

    #[test]
    fn robots_are_told_from_people() {
        for (user_agent, bot) in [
            ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", true),
            ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36", true),
            ("curl/8.5.0", true),
            ("", true),
            ("  ", true),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0", false),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1", false),
        ] {
            assert_eq!(is_bot(user_agent), bot, "{user_agent}");
        }
    }

    #[test]
    fn plain_patterns_lose_their_escapes() {
        for (pattern, text) in [
            ("Googlebot\\/", Some("Googlebot/")),
            ("AddSearchBot", Some("AddSearchBot")),
            ("^Amazon", None),
            ("[wW]get", None),
            ("a\\d", None),
        ] {
            assert_eq!(plain_text(pattern).as_deref(), text, "{pattern}");
        }
    }
}
