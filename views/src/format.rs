//! Numbers as people read them. Integers only inside: float formatting would be the largest function of the module that
//! a browser loads.

/// `1,234,567`.
pub fn grouped(value: f64) -> String {
    let digits = (value.abs().round() as u64).to_string();
    let mut text = String::new();
    if value < 0.0 && digits != "0" {
        text.push('−');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `9,999`, then `12.3k`, `123k`, `1.2M`, `3.4B`: at most four digits.
pub fn count(value: f64) -> String {
    let (unit, suffix) = match value.abs() {
        size if size < 9_999.5 => return grouped(value),
        size if size < 999_500.0 => (1e3, "k"),
        size if size < 999_500_000.0 => (1e6, "M"),
        _ => (1e9, "B"),
    };
    let scaled = value / unit;
    let number = if scaled.abs() < 99.95 { decimal(scaled, 1) } else { grouped(scaled) };
    [&number, suffix].concat()
}

/// The number with so many decimals (0 to 6), without trailing zeros: `1.67`, `2`.
pub fn decimal(value: f64, decimals: u32) -> String {
    let scale = 10_u64.pow(decimals.min(6));
    let scaled = (value.abs() * scale as f64).round() as u64;
    let mut text = grouped((scaled / scale) as f64);
    let fraction = scaled % scale;
    if fraction > 0 {
        let digits = (scale + fraction).to_string();
        text.push('.');
        // The leading 1 keeps the fraction's own zeros.
        text.push_str(digits.get(1..).unwrap_or_default().trim_end_matches('0'));
    }
    if value < 0.0 && scaled > 0 { ["−", &text].concat() } else { text }
}

/// `45%`; a share that is not quite nothing reads `<1%`.
pub fn percent(value: f64) -> String {
    if value > 0.0 && value < 0.5 { "<1%".to_owned() } else { [&grouped(value), "%"].concat() }
}

/// Seconds as `45s`, `1m 05s`, `2h 03m`.
pub fn duration(seconds: f64) -> String {
    let seconds = seconds.max(0.0).round() as u64;
    let (large, small, units) = match seconds {
        0..60 => return [&seconds.to_string(), "s"].concat(),
        60..3600 => (seconds / 60, seconds % 60, ["m ", "s"]),
        _ => (seconds / 3600, seconds % 3600 / 60, ["h ", "m"]),
    };
    let pad = if small < 10 { "0" } else { "" };
    [&large.to_string(), units[0], pad, &small.to_string(), units[1]].concat()
}

/// The number as it is, without separators or rounding: `1234`, `2.53`.
pub fn exact(value: f64) -> String {
    decimal(value, 3).replace(',', "").replace('−', "-")
}

/// A word with its count: `1 visitor`, `2 visitors`.
pub fn plural(value: f64, singular: &str) -> String {
    let ending = if value.round() as i64 == 1 { "" } else { "s" };
    [&grouped(value), " ", singular, ending].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!((exact(1234.0), exact(2.53), exact(0.0)), ("1234".into(), "2.53".into(), "0".into()));
    }

    #[test]
    fn durations_shares_and_plurals_read_well() {
        for (seconds, expected) in
            [(0.0, "0s"), (59.4, "59s"), (65.0, "1m 05s"), (3600.0, "1h 00m"), (7380.0, "2h 03m")]
        {
            assert_eq!(duration(seconds), expected);
        }
        for (share, expected) in [(0.0, "0%"), (0.2, "<1%"), (33.3, "33%"), (100.0, "100%")] {
            assert_eq!(percent(share), expected);
        }
        assert_eq!((plural(1.0, "visitor"), plural(1200.0, "visitor")), ("1 visitor".into(), "1,200 visitors".into()));
    }
}
