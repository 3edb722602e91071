//! How good a web vital's value is, by the thresholds of web.dev, which the `web-vitals` package has as well.

/// `good`, `needs-improvement` or `poor`; empty for a vital without thresholds. The value is in thousandths of the vital's
/// unit, as `protocol::event::Payload::Vital` has it.
pub fn rating(name: &str, value_thousandths: u32) -> &'static str {
    let (good, poor) = match name {
        "LCP" => (2_500_000, 4_000_000),
        "FCP" => (1_800_000, 3_000_000),
        "INP" => (200_000, 500_000),
        "TTFB" => (800_000, 1_800_000),
        "CLS" => (100, 250),
        _ => return "",
    };
    match value_thousandths {
        value if value <= good => "good",
        value if value <= poor => "needs-improvement",
        _ => "poor",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_belongs_to_the_better_side() {
        for (name, value, expected) in [
            ("LCP", 2_500_000, "good"),
            ("LCP", 2_500_001, "needs-improvement"),
            ("INP", 500_000, "needs-improvement"),
            ("INP", 500_001, "poor"),
            ("CLS", 0, "good"),
            ("CLS", 251, "poor"),
            ("mine", 1, ""),
        ] {
            assert_eq!(rating(name, value), expected, "{name} {value}");
        }
    }
}
