//! Where a visit came from, by name: `Google` rather than one of its two hundred hosts.
//!
//! Lists: Matomo's search engines, social networks and AI assistants for the names, and the source categories that
//! Google Analytics publishes for channels.

use super::page::kept_host;
use std::collections::HashMap;
use std::sync::LazyLock;

/// What kind of place a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A search engine.
    Search,
    /// A social network.
    Social,
    /// A video platform.
    Video,
    /// A shop or marketplace.
    Shopping,
    /// An AI assistant.
    Assistant,
}

/// A source: what the owner reads, and its kind where it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The name; empty for a direct visit.
    pub name: String,
    /// The kind.
    pub kind: Option<Kind>,
}

struct Sources {
    /// By host, or host and path, or pattern with `{}`.
    hosts: HashMap<&'static str, (&'static str, Kind)>,
    /// By the name in small letters.
    names: HashMap<String, (&'static str, Kind)>,
    /// By what Google Analytics calls the source, in small letters.
    categories: HashMap<String, Kind>,
}

static SOURCES: LazyLock<Sources> = LazyLock::new(|| {
    let (mut hosts, mut names) = (HashMap::new(), HashMap::new());
    for line in include_str!("../../data/sources.tsv").lines() {
        let mut columns = line.split('\t');
        if let (Some(host), Some(name), Some(kind)) = (columns.next(), columns.next(), columns.next().and_then(kind)) {
            hosts.entry(host).or_insert((name, kind));
            names.entry(name.to_lowercase()).or_insert((name, kind));
        }
    }
    let categories = include_str!("../../data/source_categories.tsv")
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .filter_map(|(source, category)| Some((source.to_lowercase(), kind(category)?)))
        .collect();
    Sources { hosts, names, categories }
});

fn kind(name: &str) -> Option<Kind> {
    Some(match name {
        "search" => Kind::Search,
        "social" => Kind::Social,
        "video" => Kind::Video,
        "shopping" => Kind::Shopping,
        "ai" => Kind::Assistant,
        _ => return None,
    })
}

/// The source that a referrer's host and path stand for. An unknown host is its own source, without `www.`, unless it
/// is an IP address.
pub fn of_referrer(host: &str, path: &str) -> Source {
    let host = host.strip_prefix("www.").unwrap_or(host);
    match find_host(host, path) {
        Some((name, listed)) => Source { name: name.into(), kind: Some(kind_of(name, host, listed)) },
        None => Source { name: kept_host(host), kind: SOURCES.categories.get(host).copied() },
    }
}

/// The source that a link names itself (`utm_source`), under its usual name where it is known.
pub fn of_tag(tag: &str) -> Source {
    let lower = tag.trim().to_lowercase();
    let listed =
        SOURCES.names.get(&lower).copied().or_else(|| find_host(lower.strip_prefix("www.").unwrap_or(&lower), ""));
    match listed {
        Some((name, listed)) => Source { name: name.into(), kind: Some(kind_of(name, &lower, listed)) },
        None => Source { name: tag.trim().into(), kind: SOURCES.categories.get(&lower).copied() },
    }
}

/// Google's category is finer (video and shops are none of Matomo's lists), but knows no assistants.
fn kind_of(name: &str, host: &str, listed: Kind) -> Kind {
    if listed == Kind::Assistant {
        return listed;
    }
    let categories = &SOURCES.categories;
    categories.get(host).or_else(|| categories.get(&name.to_lowercase())).copied().unwrap_or(listed)
}

fn find_host(host: &str, path: &str) -> Option<(&'static str, Kind)> {
    let hosts = &SOURCES.hosts;
    with_path(host, path)
        .or_else(|| hosts.get(host).copied())
        .or_else(|| hosts.get(format!("www.{host}").as_str()).copied())
        .or_else(|| any_ending(host))
        .or_else(|| any_first_label(host))
        // Social networks and assistants are reached through many subdomains (`l.`, `m.`, `out.` …); a subdomain of a
        // search engine is something else (mail, documents).
        .or_else(|| {
            let parents = std::iter::successors(host.split_once('.'), |(_, rest)| rest.split_once('.'));
            parents.filter_map(|(_, domain)| hosts.get(domain).copied()).find(|(_, kind)| *kind != Kind::Search)
        })
}

/// Entries such as `x.com/i/grok`, the longest first.
fn with_path(host: &str, path: &str) -> Option<(&'static str, Kind)> {
    let mut rest = path.trim_end_matches('/');
    while !rest.is_empty() {
        if let Some(found) = SOURCES.hosts.get(format!("{host}{rest}").as_str()) {
            return Some(*found);
        }
        rest = rest.rsplit_once('/')?.0;
    }
    None
}

/// Entries such as `google.{}`: any country's ending, of one label or two (`co.uk`).
fn any_ending(host: &str) -> Option<(&'static str, Kind)> {
    host.match_indices('.').find_map(|(at, _)| {
        let (name, ending) = host.split_at_checked(at)?;
        let is_ending = ending.split('.').skip(1).all(|label| (2..=3).contains(&label.len()));
        is_ending.then(|| SOURCES.hosts.get(format!("{name}.{{}}").as_str()).copied())?
    })
}

/// Entries such as `{}.ask.com`: any country in front.
fn any_first_label(host: &str) -> Option<(&'static str, Kind)> {
    let (label, rest) = host.split_once('.')?;
    (label.len() <= 3).then(|| SOURCES.hosts.get(format!("{{}}.{rest}").as_str()).copied())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_have_names_and_kinds() {
        for (host, path, name, kind) in [
            ("www.google.com", "/", "Google", Some(Kind::Search)),
            ("google.co.uk", "", "Google", Some(Kind::Search)),
            ("www.google.de", "/", "Google", Some(Kind::Search)),
            ("duckduckgo.com", "/", "DuckDuckGo", Some(Kind::Search)),
            ("www.bing.com", "/", "Bing", Some(Kind::Search)),
            ("l.facebook.com", "/", "Facebook", Some(Kind::Social)),
            ("chatgpt.com", "/", "ChatGPT", Some(Kind::Assistant)),
            ("gemini.google.com", "/app", "Gemini", Some(Kind::Assistant)),
            ("www.youtube.com", "/", "YouTube", Some(Kind::Video)),
            ("blog.example.org", "/a", "blog.example.org", None),
            ("www.example.org", "/a", "example.org", None),
            ("203.0.113.7", "/a", ":ip", None),
            ("[2001:db8::7]", "/a", ":ip", None),
        ] {
            assert_eq!(of_referrer(host, path), Source { name: name.into(), kind }, "{host}{path}");
        }
    }

    #[test]
    fn tags_have_names_and_kinds() {
        for (tag, name, kind) in [
            ("google", "Google", Some(Kind::Search)),
            ("Facebook", "Facebook", Some(Kind::Social)),
            ("bing.com", "Bing", Some(Kind::Search)),
            ("Newsletter May", "Newsletter May", None),
        ] {
            assert_eq!(of_tag(tag), Source { name: name.into(), kind }, "{tag}");
        }
    }
}
