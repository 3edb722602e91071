//! The checksums that tell a card number or an IBAN from any other row of digits.

/// Whether the digits (others are skipped) are a card number: 13 to 19 of them and the Luhn check of ISO/IEC 7812-1.
pub(super) fn is_card(text: &str) -> bool {
    let (mut sum, mut count, mut first) = (0, 0, 0);
    for digit in text.chars().rev().filter_map(|c| c.to_digit(10)) {
        first = digit;
        let doubled = if count % 2 == 1 { digit * 2 } else { digit };
        sum += if doubled > 9 { doubled - 9 } else { doubled };
        count += 1;
    }
    // Each tenth of the moments in milliseconds since 1970 passes the check, and no card of 13 digits begins as they do.
    let is_moment = count == 13 && first == 1;
    // A row of zeros passes the check and is nobody's card.
    (13..=19).contains(&count) && sum % 10 == 0 && sum > 0 && !is_moment
}

/// Whether the letters and digits (others are skipped) are an IBAN: ISO 13616's form and its check modulo 97.
pub(super) fn is_iban(text: &str) -> bool {
    let mut plain = text.chars().filter(char::is_ascii_alphanumeric);
    let head = [plain.next(), plain.next(), plain.next(), plain.next()];
    let [Some(a), Some(b), Some(c), Some(d)] = head else { return false };
    if !(a.is_ascii_alphabetic() && b.is_ascii_alphabetic() && c.is_ascii_digit() && d.is_ascii_digit()) {
        return false;
    }
    let (mut rest, mut length) = (0u32, 4);
    let mut take = |c: char| {
        let value = c.to_digit(36).unwrap_or(0);
        rest = (rest * if value < 10 { 10 } else { 100 } + value) % 97;
    };
    for c in plain {
        take(c);
        length += 1;
    }
    [a, b, c, d].into_iter().for_each(take);
    (15..=34).contains(&length) && rest == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_are_known_by_length_and_check_digit() {
        for (text, expected) in [
            ("4111111111111111", true),
            ("5500-0000-0000-0004", true),
            ("3400 0000 0000 009", true),
            ("6011000990139424", true),
            ("4111111111111112", false),
            ("411111111111", false),
            ("0000000000000000", false),
            ("1748503543012", false),
            ("4222222222222", true),
            ("41111111111111111111", false),
        ] {
            assert_eq!(is_card(text), expected, "{text}");
        }
    }

    #[test]
    fn ibans_are_known_by_form_and_checksum() {
        for (text, expected) in [
            ("DE89370400440532013000", true),
            ("GB82 WEST 1234 5698 7654 32", true),
            ("NO9386011117947", true),
            ("MT84MALT011000012345MTLCAST001S", true),
            ("DE89370400440532013001", false),
            ("DE8937040044", false),
            ("1234567890123456", false),
            ("", false),
        ] {
            assert_eq!(is_iban(text), expected, "{text}");
        }
    }
}
