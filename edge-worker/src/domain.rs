//! The name of a site: its domain, such as `example.com`, or `localhost:3000`.

/// Longest name of a host in DNS, and a port.
const BYTES_MAX: usize = 259;

/// A domain in small letters, or none if the text is no domain. A name that is none is never registered, so nothing
/// that strangers make up reaches an object's name.
pub fn read(given: &str) -> Option<String> {
    let given = given.trim().trim_end_matches('.');
    let is_domain = (1..=BYTES_MAX).contains(&given.len())
        && given.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':'))
        && given.starts_with(|first: char| first.is_ascii_alphanumeric());
    is_domain.then(|| given.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_domains_are_read() {
        for (given, domain) in [
            ("Example.COM", Some("example.com")),
            ("example.com.", Some("example.com")),
            ("localhost:3000", Some("localhost:3000")),
            ("", None),
            (".", None),
            ("../etc", None),
            ("a b", None),
            ("exämple.com", None),
            ("<script>", None),
        ] {
            assert_eq!(super::read(given).as_deref(), domain, "{given}");
        }
        assert_eq!(super::read(&"a".repeat(260)), None);
    }
}
