//! The visitor's first language. Only its primary tag is stored: full lists of languages tell visitors apart.

/// The primary subtag of the first language of an `Accept-Language` header, such as `de`; empty where there is none.
pub fn primary(accept_language: &str) -> String {
    let first = accept_language.split([',', ';']).next().unwrap_or_default().trim();
    let tag = first.split(['-', '_']).next().unwrap_or_default();
    let is_tag = (2..=3).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphabetic());
    if is_tag { tag.to_ascii_lowercase() } else { String::new() }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_first_language_counts() {
        for (header, language) in [
            ("de-AT,de;q=0.9,en;q=0.8", "de"),
            ("EN", "en"),
            (" fil-PH ", "fil"),
            ("*", ""),
            ("", ""),
            ("english", ""),
            ("d\u{e9}", ""),
        ] {
            assert_eq!(super::primary(header), language, "{header}");
        }
    }
}
