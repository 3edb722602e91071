//! A visitor as text.

use engine::event::VisitorHash;

/// Makes the text that stands for a visitor in an export. The same visitor must get the same text, different visitors
/// different ones, and none an empty one.
pub type VisitorText<'a> = &'a dyn Fn(VisitorHash) -> String;

/// The hash itself, as 16 hexadecimal digits.
pub fn hex(visitor: VisitorHash) -> String {
    format!("{:016x}", visitor.0)
}

/// Reads what [`hex`] wrote.
pub fn from_hex(text: &str) -> Option<VisitorHash> {
    let digits = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    u64::from_str_radix(text, 16).ok().filter(|_| digits).map(VisitorHash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_digits_are_a_hash() {
        for hash in [0, 1, 0x0123_4567_89ab_cdef, u64::MAX] {
            assert_eq!(from_hex(&hex(VisitorHash(hash))), Some(VisitorHash(hash)));
        }
        for other in ["", "anna", "+123456789abcdef", "0123456789abcdef0", "0123456789abcde", "0123456789abcdeg"] {
            assert_eq!(from_hex(other), None, "{other}");
        }
    }
}
