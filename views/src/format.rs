//! Numbers as people read them, in the language that is spoken. Integers only inside: float formatting would be the largest
//! function of the module that a browser loads, and calls of `Intl` would make other bytes at the edge than in an older
//! browser; tests hold what is written here to what Intl writes.

use crate::language::Language;
use crate::words::{Part, entry, fill, part, put, spoken};

/// `1,234,567`.
pub fn grouped(value: f64) -> String {
    with_groups(value, if part(Part::GroupFrom) == "2" { 5 } else { 4 })
}

/// The number with its digits in groups, if it has at least so many.
fn with_groups(value: f64, least: usize) -> String {
    let digits = (value.abs().round() as u64).to_string();
    let separator = if digits.len() >= least { part(Part::Group) } else { String::new() };
    let mut text = String::new();
    if value < 0.0 && digits != "0" {
        text.push('−');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push_str(&separator);
        }
        text.push(digit);
    }
    text
}

/// `9,999`, then `12.3k`, `123k`, `1.2M`, `3.4B`: at most four digits, where the language has words for it.
pub fn count(value: f64) -> String {
    let size = value.abs();
    let units = part(Part::Compact);
    let mut fitting = None;
    for unit in units.split(' ') {
        let digits = unit.bytes().take_while(u8::is_ascii_digit).count();
        let (power, word) = unit.split_at_checked(digits).unwrap_or_default();
        let one = power.parse().map_or(f64::INFINITY, |power| 10_u64.pow(power) as f64);
        // What would be rounded to a thousand of one is one of the next.
        if size >= 9_999.5 && size >= one * 0.9995 {
            fitting = Some((one, word));
        }
    }
    let Some((one, word)) = fitting else { return grouped(value) };
    let scaled = value / one;
    let number = if scaled.abs() < 99.95 { decimal(scaled, 1) } else { with_groups(scaled, 5) };
    [&number, word].concat()
}

/// The number with so many decimals (0 to 6), without trailing zeros: `1.67`, `2`.
pub fn decimal(value: f64, decimals: u32) -> String {
    let (whole, fraction) = parts(value, decimals);
    let mut text = grouped(whole as f64);
    if !fraction.is_empty() {
        text.push_str(&part(Part::Decimal));
        text.push_str(&fraction);
    }
    if value < 0.0 && text != "0" { ["−", &text].concat() } else { text }
}

/// A size's whole part and its rounded decimals without trailing zeros.
fn parts(value: f64, decimals: u32) -> (u64, String) {
    let scale = 10_u64.pow(decimals.min(6));
    let scaled = (value.abs() * scale as f64).round() as u64;
    // The leading 1 keeps the fraction's own zeros.
    let digits = (scale + scaled % scale).to_string();
    (scaled / scale, digits.get(1..).unwrap_or_default().trim_end_matches('0').to_owned())
}

/// An amount of money that the API wrote in English, in full or shortened (`€1,200.50`, `€1.2K`), in the language that is
/// spoken.
pub fn money(value: f64, english: &str) -> String {
    if spoken() == Language::English {
        return english.to_owned();
    }
    let symbol = english.split(|character: char| character.is_ascii_digit()).next().unwrap_or_default();
    let symbol = symbol.trim_matches(|character: char| character.is_whitespace() || matches!(character, '-' | '−'));
    let number = if english.ends_with(|character: char| character.is_ascii_digit()) {
        let decimals = english.rsplit_once('.').map_or(0, |(_, decimals)| decimals.len());
        let (whole, fraction) = parts(value, decimals as u32);
        let sign = if value < 0.0 { "−" } else { "" };
        let point = if decimals > 0 { part(Part::Decimal) } else { String::new() };
        let zeros = "0".repeat(decimals.saturating_sub(fraction.len()));
        [sign, &grouped(whole as f64), &point, &fraction, &zeros].concat()
    } else {
        count(value)
    };
    // The number and the sign of its currency.
    fill("{1}{0}", &[&number, symbol])
}

/// `45%`; a share that is not quite nothing reads `<1%`.
pub fn percent(value: f64) -> String {
    if value > 0.0 && value < 0.5 { ["<", &percentage("1")].concat() } else { percentage(&grouped(value)) }
}

/// A number that was written down as a percentage: `2.5%`.
pub fn percentage(number: &str) -> String {
    put(&part(Part::Percent), &[number])
}

/// Seconds as `45s`, `1m 05s`, `2h 03m`.
pub fn duration(seconds: f64) -> String {
    let seconds = seconds.max(0.0).round() as u64;
    let (large, small, unit) = match seconds {
        0..60 => return [seconds.to_string(), entry(Part::Clock, 2)].concat(),
        60..3600 => (seconds / 60, seconds % 60, 1),
        _ => (seconds / 3600, seconds % 3600 / 60, 0),
    };
    let pad = if small < 10 { "0" } else { "" };
    let [large_unit, small_unit] = [unit, unit + 1].map(|place| entry(Part::Clock, place));
    [&large.to_string(), &large_unit, " ", pad, &small.to_string(), &small_unit].concat()
}

/// The number for programs, in no language: without separators, to three decimals: `1234`, `2.53`.
pub fn exact(value: f64) -> String {
    let (whole, fraction) = parts(value, 3);
    let sign = if value < 0.0 && (whole > 0 || !fraction.is_empty()) { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    [sign, &whole.to_string(), point, &fraction].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::tests::{catalogue, intl};
    use crate::words::within;

    #[test]
    fn numbers_read_well() {
        for (value, expected) in [
            (0.0, "0"),
            (999.0, "999"),
            (1234.0, "1,234"),
            (9999.0, "9,999"),
            (10_000.0, "10k"),
            (12_345.0, "12.3k"),
            (99_960.0, "100k"),
            (999_499.0, "999k"),
            (999_500.0, "1M"),
            (1_234_567.0, "1.2M"),
            (3_400_000_000.0, "3.4B"),
            (-12_345.0, "−12.3k"),
        ] {
            assert_eq!(count(value), expected);
        }
        assert_eq!(grouped(1_234_567.0), "1,234,567");
    }

    #[test]
    fn decimals_are_rounded_and_trimmed() {
        for (value, decimals, expected) in [
            (5.0 / 3.0, 2, "1.67"),
            (2.0, 2, "2"),
            (1.05, 2, "1.05"),
            (1.1, 2, "1.1"),
            (1.999, 2, "2"),
            (11.11, 2, "11.11"),
            (-0.5, 1, "−0.5"),
            (0.001, 2, "0"),
        ] {
            assert_eq!(decimal(value, decimals), expected);
        }
    }

    #[test]
    fn exact_numbers_are_not_rounded() {
        for language in Language::ALL {
            within(Some(&catalogue(language, &[])), || {
                let texts = [1234.0, 2.53, 0.0, -0.0001, -12_345.5, 0.05].map(exact);
                assert_eq!(texts, ["1234", "2.53", "0", "0", "-12345.5", "0.05"], "{language:?}");
            });
        }
    }

    #[test]
    fn every_language_writes_numbers_as_intl_does() {
        for language in Language::ALL {
            let intl = &intl()[language.tag()];
            let same = |name: &str, write: fn(f64) -> String| {
                for sample in intl[name].as_array().unwrap() {
                    let value = sample[0].as_f64().unwrap();
                    assert_eq!(write(value), sample[1].as_str().unwrap(), "{language:?}: {name} {value}");
                }
            };
            within(Some(&catalogue(language, &[])), || {
                same("grouped", grouped);
                same("short", count);
                same("decimal", |value| decimal(value, 2));
                same("percent", percent);
            });
        }
        within(Some(&catalogue(Language::German, &[])), || {
            assert_eq!([percent(0.2), decimal(-2.5, 1), duration(65.0)], ["<1\u{a0}%", "−2,5", "1\u{a0}min 05\u{a0}s"]);
        });
    }

    #[test]
    fn money_has_the_sign_of_its_currency_where_the_language_puts_it() {
        assert_eq!([money(1200.5, "€1,200.50"), money(1200.5, "€1.2K")], ["€1,200.50", "€1.2K"]);
        within(Some(&catalogue(Language::German, &[("{1}{0}", "", "{0}\u{a0}{1}")])), || {
            for (value, english, german) in [
                (1200.5, "€1,200.50", "1.200,50\u{a0}€"),
                (-0.05, "-CHF\u{a0}0.05", "−0,05\u{a0}CHF"),
                (1200.0, "¥1,200", "1.200\u{a0}¥"),
                (1_250_000.0, "$1.3M", "1,3\u{a0}Mio.\u{a0}$"),
            ] {
                assert_eq!(money(value, english), german);
            }
        });
    }

    #[test]
    fn durations_and_shares_read_well() {
        for (seconds, expected) in
            [(0.0, "0s"), (59.4, "59s"), (65.0, "1m 05s"), (3600.0, "1h 00m"), (7380.0, "2h 03m")]
        {
            assert_eq!(duration(seconds), expected);
        }
        for (share, expected) in [(0.0, "0%"), (0.2, "<1%"), (33.3, "33%"), (100.0, "100%")] {
            assert_eq!(percent(share), expected);
        }
    }
}
