//! What is known of each web vital: what it measures, and from where on it is good or poor (web.dev/articles/vitals).

use crate::chart::{Colour, Unit};
use crate::report::listing::Verdict;
use crate::words::say;

/// How good a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rating {
    Good,
    Fair,
    Poor,
}

impl Rating {
    /// All, the best first.
    pub(super) const ALL: [Self; 3] = [Self::Good, Self::Fair, Self::Poor];

    /// The name that trackers send.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Fair => "needs-improvement",
            Self::Poor => "poor",
        }
    }

    pub(super) fn word(self) -> String {
        match self {
            Self::Good => say("Good"),
            Self::Fair => say("Needs improvement"),
            Self::Poor => say("Poor"),
        }
    }

    pub(super) fn colour(self) -> Colour {
        match self {
            Self::Good => Colour::Good,
            Self::Fair => Colour::Fair,
            Self::Poor => Colour::Poor,
        }
    }

    /// The class of its mark.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Good => "c-good",
            Self::Fair => "c-fair",
            Self::Poor => "c-poor",
        }
    }

    pub(super) fn verdict(self) -> Verdict {
        Verdict { class: self.class(), word: self.word() }
    }
}

/// A vital.
pub(super) struct Facts {
    /// The name in events.
    pub(super) name: &'static str,
    /// In words, in English.
    pub(super) title: &'static str,
    /// What it measures, in English.
    pub(super) meaning: &'static str,
    pub(super) unit: Unit,
    /// Good up to here.
    pub(super) good: f64,
    /// Poor from here on.
    pub(super) poor: f64,
    /// How wide a bar of the histogram is, in thousandths of the unit, so that every border has two digits at most.
    pub(super) step: u64,
    /// Bars before the last, which has all that is greater.
    pub(super) bins: usize,
}

/// Every vital, the three by which pages are judged first.
pub(super) const VITALS: [Facts; 5] = [
    Facts {
        name: "LCP",
        title: "Largest Contentful Paint",
        meaning: "How long it took until the largest image or text of the page was painted.",
        unit: Unit::Milliseconds,
        good: 2_500.0,
        poor: 4_000.0,
        step: 500_000,
        bins: 16,
    },
    Facts {
        name: "INP",
        title: "Interaction to Next Paint",
        meaning: "How long it took at worst until a click, tap or key was answered by the next frame.",
        unit: Unit::Milliseconds,
        good: 200.0,
        poor: 500.0,
        step: 50_000,
        bins: 18,
    },
    Facts {
        name: "CLS",
        title: "Cumulative Layout Shift",
        meaning: "How much of the page moved while it was looked at, and how far. It has no unit.",
        unit: Unit::Score,
        good: 0.1,
        poor: 0.25,
        step: 10,
        bins: 40,
    },
    Facts {
        name: "FCP",
        title: "First Contentful Paint",
        meaning: "How long it took until anything of the page was painted.",
        unit: Unit::Milliseconds,
        good: 1_800.0,
        poor: 3_000.0,
        step: 200_000,
        bins: 24,
    },
    Facts {
        name: "TTFB",
        title: "Time to First Byte",
        meaning: "How long it took until the first byte of the page came.",
        unit: Unit::Milliseconds,
        good: 800.0,
        poor: 1_800.0,
        step: 100_000,
        bins: 24,
    },
];

/// The vital of a name, the first for any other.
pub(super) fn facts(name: &str) -> &'static Facts {
    VITALS.iter().find(|facts| facts.name == name).unwrap_or(const { &VITALS[0] })
}

impl Facts {
    /// How good a value is.
    pub(super) fn rate(&self, value: f64) -> Rating {
        match value {
            good if good <= self.good => Rating::Good,
            fair if fair <= self.poor => Rating::Fair,
            _ => Rating::Poor,
        }
    }
}

/// A number with up to three decimals in thousandths; 0 for anything else. Read by hand, since reading floats takes many
/// bytes.
pub(super) fn thousandths(number: &str) -> u64 {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let padded = [fraction, "000"].concat();
    let fraction = padded.get(..3).and_then(|digits| digits.parse::<u64>().ok()).unwrap_or(0);
    whole.parse::<u64>().unwrap_or(0).saturating_mul(1000).saturating_add(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_rated_as_web_dev_says() {
        for (name, value, expected) in [
            ("LCP", 2_500.0, Rating::Good),
            ("LCP", 2_500.1, Rating::Fair),
            ("LCP", 4_000.1, Rating::Poor),
            ("INP", 200.0, Rating::Good),
            ("INP", 501.0, Rating::Poor),
            ("CLS", 0.1, Rating::Good),
            ("CLS", 0.25, Rating::Fair),
            ("FCP", 1_801.0, Rating::Fair),
            ("TTFB", 1_801.0, Rating::Poor),
        ] {
            assert_eq!(facts(name).rate(value), expected, "{name} {value}");
        }
    }

    #[test]
    fn borders_have_two_digits_and_part_good_from_poor() {
        for facts in &VITALS {
            for bin in 1..=facts.bins as u64 {
                let border = (bin * facts.step).to_string();
                assert!(border.trim_end_matches('0').len() <= 2, "{} {border}", facts.name);
            }
            for border in [facts.good, facts.poor] {
                assert_eq!((border * 1000.0).round() as u64 % facts.step, 0, "{} {border}", facts.name);
            }
        }
    }

    #[test]
    fn numbers_are_read_in_thousandths() {
        for (text, expected) in
            [("2400", 2_400_000), ("0.13", 130), ("0.007", 7), ("0", 0), ("(none)", 0), ("1.2345", 1_234)]
        {
            assert_eq!(thousandths(text), expected, "{text}");
        }
    }
}
