//! Country codes.

/// An ISO 3166-1 alpha-2 code in capitals; empty for what is none, such as `XX` (unknown) and `T1` (Tor).
pub fn code(given: &str) -> String {
    let given = given.trim();
    let is_code = given.len() == 2 && given.bytes().all(|byte| byte.is_ascii_alphabetic());
    if is_code && !given.eq_ignore_ascii_case("XX") { given.to_ascii_uppercase() } else { String::new() }
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_codes_pass() {
        for (given, code) in [("DE", "DE"), ("ee", "EE"), ("XX", ""), ("T1", ""), ("", ""), ("Germany", ""), ("<b", "")]
        {
            assert_eq!(super::code(given), code, "{given}");
        }
    }
}
