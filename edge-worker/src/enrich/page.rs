//! What a page's address says: where the page is, and which campaign led to it.

use protocol::{check, scrub};
use url::Url;

/// Query parameters that the address keeps long enough to be read here; none is stored as part of the address.
const ALLOWED_PARAMETERS: [&str; 7] =
    ["utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "ref", "source"];

/// Parameters that advertisers add for each click. Only the name is read, never the value.
pub const CLICK_IDS: [&str; 2] = ["gclid", "msclkid"];

/// What an address says. Empty texts mean "not given".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Host, in small letters.
    pub hostname: String,
    /// Scrubbed path; with hash routing also the fragment.
    pub pathname: String,
    /// `utm_source`, else `source`, else `ref`: what the link calls its source.
    pub tag: String,
    /// `utm_source`.
    pub utm_source: String,
    /// `utm_medium`.
    pub utm_medium: String,
    /// `utm_campaign`.
    pub utm_campaign: String,
    /// `utm_content`.
    pub utm_content: String,
    /// `utm_term`.
    pub utm_term: String,
    /// The name of an advertiser's click id, if the address carried one.
    pub click_id: &'static str,
}

impl Page {
    /// The texts that are stored.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let Self { hostname, pathname, tag, utm_source, utm_medium, utm_campaign, utm_content, utm_term, .. } = self;
        let texts = [hostname, pathname, tag, utm_source, utm_medium, utm_campaign, utm_content, utm_term];
        texts.into_iter().map(String::as_str)
    }
}

/// Reads an address; none if it is no web page's.
pub fn read(address: &str) -> Option<Page> {
    let given = Url::parse(address).ok()?;
    if !matches!(given.scheme(), "http" | "https") {
        return None;
    }
    let click_id = CLICK_IDS.into_iter().find(|name| given.query_pairs().any(|(key, _)| key == *name)).unwrap_or("");
    let scrubbed = Url::parse(&scrub::url(address, &ALLOWED_PARAMETERS)?).ok()?;
    let mut page =
        Page { hostname: scrubbed.host_str()?.to_owned(), pathname: path(&scrubbed), click_id, ..Page::default() };
    let (mut source, mut reference) = (String::new(), String::new());
    for (key, value) in scrubbed.query_pairs() {
        let field = match &*key {
            "utm_source" => &mut page.utm_source,
            "utm_medium" => &mut page.utm_medium,
            "utm_campaign" => &mut page.utm_campaign,
            "utm_content" => &mut page.utm_content,
            "utm_term" => &mut page.utm_term,
            "source" => &mut source,
            "ref" => &mut reference,
            _ => continue,
        };
        *field = value.trim().to_owned();
    }
    page.tag =
        [&page.utm_source, &source, &reference].into_iter().find(|tag| !tag.is_empty()).cloned().unwrap_or_default();
    Some(page)
}

fn path(address: &Url) -> String {
    match address.fragment() {
        Some(route) if route.starts_with('/') || route.starts_with('!') => format!("{}#{route}", address.path()),
        _ => address.path().to_owned(),
    }
}

/// A host as it may be stored: a name, or what stands for the IP address that it is.
pub fn kept_host(host: &str) -> String {
    scrub::text(host)
}

/// A referrer: its host and its path, apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Referrer {
    /// Host, in small letters.
    pub host: String,
    /// Scrubbed path.
    pub path: String,
}

impl Referrer {
    /// Reads a referrer; none where there is none, where it is no address, or where it is the page's own site.
    pub fn read(referrer: &str, page_host: &str) -> Option<Self> {
        let scrubbed = Url::parse(&scrub::referrer(referrer)?).ok()?;
        let host = scrubbed.host_str()?.to_owned();
        let bare = |host: &str| host.strip_prefix("www.").unwrap_or(host).to_owned();
        if bare(&host) == bare(page_host) || check::kept(&host).is_err() {
            return None;
        }
        Some(Self { host, path: scrubbed.path().to_owned() })
    }

    /// The text that is stored: host and path without scheme and `www.`; of a path that is too long, nothing.
    pub fn text(&self) -> String {
        let host = kept_host(self.host.strip_prefix("www.").unwrap_or(&self.host));
        let whole = format!("{host}{}", self.path);
        if check::kept(&whole).is_ok() { whole } else { format!("{host}/") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_page_and_campaign() {
        let page = read("https://WWW.Example.com/a/b?utm_source=News&utm_medium=email&gclid=x1&secret=1").unwrap();
        assert_eq!((&*page.hostname, &*page.pathname), ("www.example.com", "/a/b"));
        assert_eq!((&*page.tag, &*page.utm_medium, page.click_id), ("News", "email", "gclid"));
    }

    #[test]
    fn the_tag_is_the_first_that_is_given() {
        for (query, tag) in [("utm_source=a&ref=b", "a"), ("ref=b", "b"), ("source=c&ref=b", "c"), ("", "")] {
            assert_eq!(read(&format!("https://example.com/?{query}")).unwrap().tag, tag, "{query}");
        }
    }

    #[test]
    fn only_web_pages_are_read() {
        for address in ["", "example.com", "file:///etc/passwd", "javascript:alert(1)", "https://"] {
            assert_eq!(read(address), None, "{address}");
        }
    }

    #[test]
    fn a_referrer_from_the_same_site_is_none() {
        assert_eq!(Referrer::read("https://www.example.com/a", "example.com"), None);
        assert_eq!(Referrer::read("", "example.com"), None);
        let referrer = Referrer::read("https://www.google.com/search?q=private", "example.com").unwrap();
        assert_eq!(referrer.text(), "google.com/search");
    }

    #[test]
    fn a_referrer_that_is_an_ip_address_is_not_kept() {
        for (given, kept) in [
            ("http://203.0.113.7/x", ":ip/x"),
            ("http://203.0.113.7:8080/x/198.51.100.1", ":ip/x/:ip"),
            ("https://[2001:db8::7]/", ":ip/"),
            ("http://3405803783/x", ":ip/x"),
            ("http://0xcb.0.0x71.07/x", ":ip/x"),
        ] {
            assert_eq!(Referrer::read(given, "example.com").unwrap().text(), kept, "{given}");
        }
    }

    #[test]
    fn of_a_long_referrer_the_host_is_kept() {
        let referrer = Referrer::read(&format!("https://a.example/{}", "x".repeat(2_000)), "example.com");
        assert_eq!(referrer.unwrap().text(), "a.example/");
    }
}
