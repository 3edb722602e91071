//! Thousandths as decimal text, without the detour through binary fractions.

/// Such as `-9.990`.
pub(crate) fn text(thousandths: i64) -> String {
    let (sign, size) = (if thousandths < 0 { "-" } else { "" }, thousandths.unsigned_abs());
    format!("{sign}{}.{:03}", size / 1000, size % 1000)
}

/// Reads a decimal of at most three places.
pub(crate) fn read(text: &str) -> Option<i64> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (whole, places) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = whole.bytes().chain(places.bytes()).all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || places.len() > 3 || !all_digits {
        return None;
    }
    let size: i128 = format!("{whole}{places:0<3}").parse().ok()?;
    i64::try_from(if negative { -size } else { size }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(thousandths: i64) {
            prop_assert_eq!(read(&text(thousandths)), Some(thousandths));
        }
    }

    #[test]
    fn amounts_of_other_hands_are_read() {
        for (text, expected) in [
            ("9.99", Some(9_990)),
            ("-0.5", Some(-500)),
            ("7", Some(7_000)),
            ("7.", Some(7_000)),
            ("-9223372036854775.808", Some(i64::MIN)),
            ("9223372036854775.808", None),
            ("1.2345", None),
            (".5", None),
            ("", None),
            ("-", None),
            ("+1", None),
            ("1e3", None),
            ("1,000", None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
