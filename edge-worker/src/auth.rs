//! The operator's admin key, and the session cookie that a browser gets for it. The cookie is signed and expires; the
//! server remembers nothing.

use blake3::Hash;

/// Name of the cookie.
pub const COOKIE: &str = "passerby_session";
/// How long a session lasts.
pub const SESSION_SECONDS: i64 = 7 * 24 * 3600;

/// What a request brings to show whose it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Credentials<'a> {
    /// The `Authorization` header.
    pub authorization: Option<&'a str>,
    /// The `Cookie` header.
    pub cookie: Option<&'a str>,
}

impl Credentials<'_> {
    /// Whether they are the operator's at `now_s`, seconds since 1970.
    pub fn are_valid(&self, admin_key: &str, now_s: i64) -> bool {
        match self.bearer() {
            Some(key) => is_key(key, admin_key),
            None => self.session().is_some_and(|session| is_session(session, admin_key, now_s)),
        }
    }

    /// The key that they bring.
    pub fn bearer(&self) -> Option<&str> {
        self.authorization.and_then(|header| header.strip_prefix("Bearer ")).map(str::trim)
    }

    /// The value of the session's cookie.
    pub fn session(&self) -> Option<&str> {
        let cookies = self.cookie?.split(';').filter_map(|cookie| cookie.trim().split_once('='));
        cookies.into_iter().find(|(name, _)| *name == COOKIE).map(|(_, value)| value)
    }
}

/// Whether a browser says that a page of another origin makes this request: by `Sec-Fetch-Site`, or, where it is too old for
/// that, by an `Origin` with another host than the request's. Programs say neither.
pub fn is_of_another_page(fetch_site: Option<&str>, origin: Option<&str>, host: Option<&str>) -> bool {
    match (fetch_site, origin) {
        (Some(site), _) => !matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin.split_once("://").map(|(_, host)| host) != host,
        (None, None) => false,
    }
}

/// Whether a key is the one that is known. Hashes are compared, in constant time, so that neither length nor prefix
/// shows.
pub fn is_key(given: &str, known: &str) -> bool {
    blake3::hash(given.as_bytes()) == blake3::hash(known.as_bytes())
}

/// A session's value: when it ends, and the signature of that.
pub fn session(admin_key: &str, now_s: i64) -> String {
    let ends_s = now_s + SESSION_SECONDS;
    format!("{ends_s}.{}", signature(admin_key, ends_s).to_hex())
}

fn is_session(session: &str, admin_key: &str, now_s: i64) -> bool {
    let Some((ends_s, signed)) = session.split_once('.') else { return false };
    let (Ok(ends_s), Ok(signed)) = (ends_s.parse(), Hash::from_hex(signed)) else { return false };
    now_s < ends_s && signature(admin_key, ends_s) == signed
}

fn signature(admin_key: &str, ends_s: i64) -> Hash {
    let key = blake3::derive_key("passerby session cookie v1", admin_key.as_bytes());
    blake3::keyed_hash(&key, &ends_s.to_le_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "correct horse battery staple";

    #[test]
    fn pages_of_other_origins_are_told_from_ones_own() {
        for (fetch_site, origin, host, elsewhere) in [
            (Some("same-origin"), Some("https://a.io"), Some("internal:8787"), false),
            (Some("none"), None, Some("a.io"), false),
            (Some("same-site"), Some("https://evil.a.io"), Some("a.io"), true),
            (Some("cross-site"), Some("https://a.io"), Some("a.io"), true),
            (None, Some("https://a.io:444"), Some("a.io:444"), false),
            (None, Some("https://a.io:444"), Some("a.io"), true),
            (None, Some("https://evil.io"), Some("a.io"), true),
            (None, Some("null"), Some("a.io"), true),
            (None, None, Some("a.io"), false),
        ] {
            assert_eq!(is_of_another_page(fetch_site, origin, host), elsewhere, "{fetch_site:?} {origin:?} {host:?}");
        }
    }

    #[test]
    fn only_the_key_opens() {
        for (authorization, opens) in [
            (Some("Bearer correct horse battery staple"), true),
            (Some("Bearer correct horse battery"), false),
            (Some("Bearer "), false),
            (Some("Basic correct horse battery staple"), false),
            (None, false),
        ] {
            let credentials = Credentials { authorization, cookie: None };
            assert_eq!(credentials.are_valid(KEY, 0), opens, "{authorization:?}");
        }
    }

    #[test]
    fn a_session_opens_until_it_ends() {
        let cookie = format!("other=1; {COOKIE}={}", session(KEY, 1_000));
        let at = |key: &str, now_s| Credentials { authorization: None, cookie: Some(&cookie) }.are_valid(key, now_s);
        assert!(at(KEY, 1_000) && at(KEY, 1_000 + SESSION_SECONDS - 1));
        assert!(!at(KEY, 1_000 + SESSION_SECONDS));
        assert!(!at("another key", 1_000));
    }

    #[test]
    fn a_session_cannot_be_prolonged() {
        let session = session(KEY, 0);
        let (_, signed) = session.split_once('.').unwrap();
        for forged in [format!("99999999999.{signed}"), format!(".{signed}"), "1.".into(), "1".into(), String::new()] {
            assert!(!is_session(&forged, KEY, 0), "{forged}");
        }
    }
}
