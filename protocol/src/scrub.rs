//! Takes out of addresses and texts what must never be kept: credentials, fragments, query parameters nobody allowed,
//! and whatever names a person or opens a door – e-mail addresses, card numbers, IBANs, tokens, IP addresses, long
//! identifiers – which placeholders replace.
//!
//! The tracker drops in the page what needs no detection; the edge runs [`url`], [`referrer`], [`payload()`] and [`text`]
//! on everything that arrives, whoever sent it, and [`path`] on what is imported.

mod address;
mod checksum;
mod detect;
mod payload;
mod words;

pub use payload::payload;

use address::{Address, decoded};
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// Parameters that name a campaign: the only ones whose values the edge reads.
pub const CAMPAIGN_PARAMETERS: [&str; 7] =
    ["utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "ref", "source"];

/// How often a text may have been percent encoded and still be looked into. Nobody means more, and a hostile address
/// must not cost much.
const ENCODINGS_MAX: usize = 8;

/// A web address without credentials, with the host in small letters and no default port, with the path's segments
/// scrubbed, only the `allowed` query parameters (their values scrubbed), and the fragment only where it is a route
/// (`#/…`, `#!…`). None where it is no `http` or `https` address.
pub fn url(raw: &str, allowed: &[&str]) -> Option<String> {
    let address = Address::read(raw)?;
    let mut out = String::with_capacity(raw.len());
    address.write_origin(&mut out);
    write_path(&mut out, address.path);
    let mut separator = '?';
    for (name, value) in address.parameters() {
        if !allowed.contains(&name) {
            continue;
        }
        out.push(separator);
        separator = '&';
        out.push_str(name);
        out.push('=');
        match words::scrub(&plain(&decoded(value, true))) {
            Cow::Borrowed(_) => out.push_str(value),
            Cow::Owned(scrubbed) => address::write_encoded(&mut out, &scrubbed),
        }
    }
    if let Some(route) = address.route() {
        out.push('#');
        write_path(&mut out, route.split('?').next().unwrap_or(route));
    }
    Some(out)
}

/// The same for where a visitor came from: no query and no fragment at all.
pub fn referrer(raw: &str) -> Option<String> {
    let address = Address::read(raw)?;
    let mut out = String::with_capacity(raw.len());
    address.write_origin(&mut out);
    write_path(&mut out, address.path);
    Some(out)
}

/// A path, or an address written without its scheme, as other tools export them: without query, its fragment kept only
/// where it is a route, its segments scrubbed.
pub fn path(raw: &str) -> String {
    let (page, fragment) = split(split(raw, '?').0, '#');
    let mut out = String::with_capacity(raw.len());
    write_path(&mut out, page);
    if fragment.starts_with(['/', '!']) {
        out.push('#');
        write_path(&mut out, fragment);
    }
    out
}

/// A property, name or campaign with placeholders for what names a person. Identifiers stay: they may be what the
/// owner counts.
pub fn text(raw: &str) -> String {
    words::scrub(raw).into_owned()
}

/// Properties, keys and values. A value that is an address, as of a link that was followed, is kept as a referrer is.
pub fn props(given: &[(String, String)]) -> Vec<(String, String)> {
    let is_one_word = |value: &str| !value.contains(char::is_whitespace);
    let address = |value: &str| if is_one_word(value) { referrer(value) } else { None };
    given.iter().map(|(key, value)| (text(key), address(value).unwrap_or_else(|| text(value)))).collect()
}

fn split(text: &str, at: char) -> (&str, &str) {
    text.split_once(at).unwrap_or((text, ""))
}

/// What a reader would make of a segment or value: its encodings undone, and without the
/// characters that nobody sees.
fn plain(text: &str) -> Cow<'_, str> {
    let mut plain = Cow::Borrowed(text);
    for _ in 0..ENCODINGS_MAX {
        match decoded(&plain, false) {
            Cow::Owned(undone) if undone != plain => plain = Cow::Owned(undone),
            _ => break,
        }
    }
    if plain.contains(char::is_control) {
        plain = Cow::Owned(plain.chars().filter(|c| !c.is_control()).collect());
    }
    plain
}

fn write_path(out: &mut String, path: &str) {
    for (number, segment) in path.split('/').enumerate() {
        if number > 0 {
            out.push('/');
        }
        match detect::in_segment(&plain(segment)) {
            Some(placeholder) => out.push_str(placeholder),
            None => out.push_str(segment),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_where_the_page_is_and_nothing_else() {
        for (raw, expected) in [
            ("https://Example.COM/Pricing", "https://example.com/Pricing"),
            ("https://example.com", "https://example.com/"),
            ("http://example.com:80/a", "http://example.com/a"),
            ("https://example.com:8443/a", "https://example.com:8443/a"),
            ("https://anna:secret@example.com/a", "https://example.com/a"),
            ("https://example.com/a?utm_source=news&session=1#top", "https://example.com/a?utm_source=news"),
            ("https://example.com/a?x=1&ref=hn&y=2&utm_term=a+b", "https://example.com/a?ref=hn&utm_term=a+b"),
            ("https://example.com/#/settings/profile?token=1", "https://example.com/#/settings/profile"),
            ("https://example.com/#!/inbox", "https://example.com/#!/inbox"),
            ("https://example.com/reset/anna@example.org/now", "https://example.com/reset/:email/now"),
            ("https://example.com/u/anna%40example.org", "https://example.com/u/:email"),
            ("https://example.com/u/anna%2540example.org", "https://example.com/u/:email"),
            ("https://example.com/u/anna%25252540example.org", "https://example.com/u/:email"),
            ("https://example.com/u/an\tna@exa%00mple.org", "https://example.com/u/:email"),
            ("https://example.com/u/anna@xn--e1afmkfd.xn--p1ai", "https://example.com/u/:email"),
            ("https://example.com/?utm_source=anna%40example.org", "https://example.com/?utm_source=:email"),
            ("https://example.com/pay/4111111111111111", "https://example.com/pay/:card"),
            ("https://example.com/pay/4111-1111-1111-1111", "https://example.com/pay/:card"),
            ("https://example.com/iban/DE89370400440532013000", "https://example.com/iban/:iban"),
            ("https://example.com/host/192.168.1.20", "https://example.com/host/:ip"),
            ("https://example.com/host/2001:db8::1", "https://example.com/host/:ip"),
            ("https://example.com/o/3f2504e0-4f89-11d3-9a0c-0305e82c3301", "https://example.com/o/:id"),
            ("https://example.com/c/9fceb02d0ae598e95dc970b74767f19372d61af8", "https://example.com/c/:id"),
            ("https://example.com/t/13800138000", "https://example.com/t/:id"),
            ("https://example.com/k/sk_live_4eC39HqLyjWDarjtT1zdp7dc", "https://example.com/k/:token"),
            (
                "https://example.com/v/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
                "https://example.com/v/:token",
            ),
        ] {
            assert_eq!(url(raw, &CAMPAIGN_PARAMETERS).as_deref(), Some(expected), "{raw}");
        }
    }

    #[test]
    fn what_was_scrubbed_stays_as_it_is() {
        for (raw, expected) in [
            ("4111 1111 1111 1111@a.bc", ":email"),
            ("from 4111 1111 1111 1111@a.bc, and 4111 1111 1111 1111", "from :email, and :card"),
        ] {
            let scrubbed = text(raw);
            assert_eq!((scrubbed.as_str(), text(&scrubbed)), (expected, scrubbed.clone()));
        }
    }

    #[test]
    fn ordinary_paths_stay_as_they_are() {
        for path in [
            "/",
            "/blog/2015/05/17/some-long-title-with-many-words",
            "/projects/xdotool/xdotool.xhtml",
            "/users/12345/orders/20260517",
            "/releases/v1.20.3",
            "/docs/iso-8859-15",
            "/a_b-c.d~e",
            "/caf%C3%A9",
            "/tags/c%2B%2B",
            "/presentations/logstash-puppetconf-2012/images/office-space-printer-beat-down-gif.gif",
            "/wiki/Supercalifragilisticexpialidocious",
            "/@anna",
            "/questions/79123456",
            "/package/left-pad@1.3.10",
            "/images/logo@2x.png",
        ] {
            let raw = alloc::format!("https://example.com{path}");
            assert_eq!(url(&raw, &[]).as_deref(), Some(raw.as_str()));
        }
    }

    #[test]
    fn what_is_no_web_address_is_none() {
        for raw in [
            "",
            "/a",
            "example.com",
            "ftp://example.com/",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "https://",
            "https:///a",
            "https://a b/",
        ] {
            assert_eq!(url(raw, &[]), None, "{raw}");
        }
    }

    #[test]
    fn a_referrer_has_no_query() {
        assert_eq!(referrer("https://www.google.com/search?q=me#x").as_deref(), Some("https://www.google.com/search"));
    }

    #[test]
    fn a_path_of_another_tool_is_scrubbed_like_an_address() {
        for (raw, expected) in [
            ("/a/b", "/a/b"),
            ("/a?token=1#top", "/a"),
            ("/#/settings?x=1", "/#/settings"),
            ("/u/anna@example.org", "/u/:email"),
            ("news.example.org/a?q=1", "news.example.org/a"),
            ("https://anna@news.example.org/a", "https://:email/a"),
            ("", ""),
        ] {
            assert_eq!(path(raw), expected, "{raw}");
        }
    }

    #[test]
    fn an_address_in_a_property_has_no_query() {
        for (raw, expected) in [
            ("https://shop.example/a?token=1&gclid=2#top", "https://shop.example/a"),
            ("https://anna:secret@shop.example/a", "https://shop.example/a"),
            ("https://shop.example/u/anna@example.org", "https://shop.example/u/:email"),
            ("HTTPS://shop.example/manual.PDF", "https://shop.example/manual.PDF"),
            ("see https://shop.example/a", "see https://shop.example/a"),
            ("why?", "why?"),
            ("/search?q=1", "/search?q=1"),
        ] {
            let given = [(String::from("url"), String::from(raw))];
            assert_eq!(props(&given), [(String::from("url"), String::from(expected))], "{raw}");
        }
    }

    #[test]
    fn texts_lose_who_and_keep_what() {
        for (raw, expected) in [
            ("pro", "pro"),
            ("", ""),
            ("write to anna@example.org, please", "write to :email, please"),
            ("4111 1111 1111 1111", ":card"),
            ("card 4111-1111-1111-1111.", "card :card."),
            ("4111 1111 1111 1112", "4111 1111 1111 1112"),
            ("from DE89 3704 0044 0532 0130 00 today", "from :iban today"),
            ("ip 10.0.0.1 said", "ip :ip said"),
            ("[2001:db8::1]:8080 [2001:db8::1] 10.0.0.1:80", ":ip :ip :ip"),
            ("http://[2001:db8::1]/a http://10.0.0.1:80/a", ":ip :ip"),
            ("src=10.0.0.1 root@2001:db8::1 10.0.0.1@eth0", ":ip :ip :ip"),
            ("10.0.0.0/8 2001:db8::/32", ":ip :ip"),
            ("https://example.com/1.2.3.4 a::b ::1", "https://example.com/1.2.3.4 a::b ::1"),
            ("version 1.2.3", "version 1.2.3"),
            ("order 3f2504e0-4f89-11d3-9a0c-0305e82c3301", "order 3f2504e0-4f89-11d3-9a0c-0305e82c3301"),
            ("Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P", "Bearer :token"),
            ("grüße aus köln", "grüße aus köln"),
        ] {
            assert_eq!(text(raw), expected, "{raw}");
        }
    }
}
