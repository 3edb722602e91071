//! Texts that a spreadsheet would take for formulas, after OWASP's "CSV Injection".
//!
//! A text is *formula-like* if its first character that counts is one of [`FORMULA_STARTS`]; apostrophes, white space
//! and characters that nobody sees do not count, unless they are a tab or a line's end. Because apostrophes do not
//! count, a text is formula-like exactly if it still is with an apostrophe in front. So the guard can be undone: of two
//! texts that differ by an apostrophe, either both are guarded or neither is.

/// What makes a spreadsheet compute: ASCII and the full-width forms that East Asian ones read alike.
const FORMULA_STARTS: [char; 8] = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
/// Characters in front of the first one that make a spreadsheet begin anew.
const BREAKS: [char; 3] = ['\t', '\r', '\n'];

/// Whether a text gets an apostrophe in front.
pub fn is_formula_like(text: &str) -> bool {
    let first = text.chars().find(|character| BREAKS.contains(character) || !is_passed_over(*character));
    first.is_some_and(|first| BREAKS.contains(&first) || FORMULA_STARTS.contains(&first))
}

/// The text without the guard's apostrophe.
pub fn unguarded(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| is_formula_like(rest)).unwrap_or(text)
}

fn is_passed_over(character: char) -> bool {
    // Zero-width characters, direction marks, the soft hyphen and the byte order mark.
    let unseen = matches!(character, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}');
    character == '\'' || character.is_whitespace() || character.is_control() || unseen
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_computes_is_guarded() {
        for text in [
            "=1+1",
            "+1",
            "-1",
            "-",
            "@SUM(A1)",
            "\t=1",
            "\tx",
            "\rx",
            "\nx",
            "  =1",
            "\u{a0}=1",
            "\u{feff}=1",
            "\u{200b}@x",
            "\0=1",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            "'=1",
            "''=1",
            "' =1",
        ] {
            assert!(is_formula_like(text), "{text:?}");
            let guarded = format!("'{text}");
            assert!(is_formula_like(&guarded), "{text:?}");
            assert_eq!(unguarded(&guarded), text);
        }
    }

    #[test]
    fn what_does_not_stays_as_it_is() {
        for text in ["", "'", "''", " ", "a=1", "'a", "'t was", "/=1", "1-1", "Größe", "\u{200b}", "\"=1"] {
            assert!(!is_formula_like(text), "{text:?}");
            assert_eq!(unguarded(text), text);
        }
    }

    proptest! {
        #[test]
        fn an_apostrophe_in_front_changes_nothing(text in "['=+@a \t＝-]{0,4}|.*") {
            prop_assert_eq!(is_formula_like(&text), is_formula_like(&format!("'{text}")));
        }
    }
}
