//! Referrer spam: sites that visit without a visitor so that their name shows in statistics. List: Matomo.

use std::collections::HashSet;
use std::sync::LazyLock;

static SPAMMERS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("../../data/spammers.txt").lines().filter(|line| !line.is_empty()).collect());

/// Whether a host, or a domain it belongs to, is on the list.
pub fn is_spammer(host: &str) -> bool {
    parents(host).any(|domain| SPAMMERS.contains(domain))
}

/// The host and every domain it belongs to, the longest first.
fn parents(host: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(host), |host| host.split_once('.').map(|(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    #[test]
    fn spammers_and_their_subdomains_are_known() {
        for (host, spam) in [
            ("semalt.com", true),
            ("42.semalt.com", true),
            ("notsemalt.com", false),
            ("example.com", false),
            ("com", false),
            ("", false),
        ] {
            assert_eq!(super::is_spammer(host), spam, "{host}");
        }
    }
}
