//! Robots by their user agent. List: isbot, whose patterns are about words and forms rather than about single robots.

use fancy_regex::Regex as LookingAround;
use regex::bytes::{RegexSet, RegexSetBuilder};
use std::sync::LazyLock;

struct Patterns {
    /// Patterns that one pass decides together.
    together: Option<RegexSet>,
    /// Patterns that look ahead or behind.
    looking_around: Vec<LookingAround>,
}

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let list = include_str!("../../data/bots.txt").lines().map(from_javascript);
    let (looking_around, together): (Vec<_>, Vec<_>) = list.partition(|pattern| looks_around(pattern));
    let compiled = looking_around.iter().filter_map(|pattern| LookingAround::new(&format!("(?i){pattern}")).ok());
    Patterns {
        together: RegexSetBuilder::new(together).case_insensitive(true).unicode(false).build().ok(),
        looking_around: compiled.collect(),
    }
});

/// A hyphen after `\d` in a class is a hyphen in JavaScript and must be escaped here.
fn from_javascript(pattern: &str) -> String {
    pattern.replace(r"\d-", r"\d\-")
}

fn looks_around(pattern: &str) -> bool {
    ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|look| pattern.contains(look))
}

/// Whether a user agent is a robot's. No user agent at all is none that a browser sends.
pub fn is_bot(user_agent: &str) -> bool {
    user_agent.trim().is_empty()
        || PATTERNS.together.as_ref().is_some_and(|patterns| patterns.is_match(user_agent.as_bytes()))
        // A pattern that gives up on a text has not recognised it.
        || PATTERNS.looking_around.iter().any(|pattern| pattern.is_match(user_agent).unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_of_the_list_is_in_use() {
        let in_use = PATTERNS.together.as_ref().map_or(0, RegexSet::len) + PATTERNS.looking_around.len();
        assert_eq!(in_use, include_str!("../../data/bots.txt").lines().count());
    }

    #[test]
    fn robots_are_told_from_people() {
        for (user_agent, bot) in [
            ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", true),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36",
                true,
            ),
            ("curl/8.5.0", true),
            ("", true),
            ("  ", true),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0", false),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1",
                false,
            ),
        ] {
            assert_eq!(is_bot(user_agent), bot, "{user_agent}");
        }
    }
}
