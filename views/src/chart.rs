//! Charts: plain data to SVG and tables. Coordinates are shares of the size, so that a chart fits any width without being
//! drawn again; colours are classes, which the styles fill in for both themes. What is drawn is for the eye alone: each
//! picture brings a table with the same numbers, or is one itself.

pub mod bars;
pub mod heat;
pub mod lines;
pub mod share;
pub mod spark;
pub mod steps;
pub mod world;

mod beside;
mod frame;
#[cfg(test)]
mod hostile;
mod notes;
mod stretch;
mod time;
mod unit;

pub use beside::{MOST, toggle};
pub use stretch::{band, stretch, zoom};
pub use time::{annotated, chart};
pub use unit::Unit;

use crate::range::Interval;

/// The colour of a part of a chart: six that those who see colours differently tell apart as well, three that judge, and
/// one for what stands back. They are custom properties of `www/dashboard/style.css`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// The accent, and the first choice.
    Teal,
    /// The second.
    Blue,
    /// The third.
    Amber,
    /// The fourth.
    Rose,
    /// The fifth.
    Violet,
    /// The sixth.
    Slate,
    /// As it should be.
    Good,
    /// Between good and poor.
    Fair,
    /// As it should not be.
    Poor,
    /// What is there for comparison.
    Quiet,
}

impl Colour {
    /// The six without a meaning, in the order in which they are to be used.
    pub const SERIES: [Self; 6] = [Self::Teal, Self::Blue, Self::Amber, Self::Rose, Self::Violet, Self::Slate];

    /// The class that sets the colour.
    fn class(self) -> &'static str {
        match self {
            Self::Teal => "c-teal",
            Self::Blue => "c-blue",
            Self::Amber => "c-amber",
            Self::Rose => "c-rose",
            Self::Violet => "c-violet",
            Self::Slate => "c-slate",
            Self::Good => "c-good",
            Self::Fair => "c-fair",
            Self::Poor => "c-poor",
            Self::Quiet => "c-quiet",
        }
    }
}

/// Something that happened in a bucket of time: a release, a campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// Index of the bucket.
    pub bucket: usize,
    /// What happened, in a few words.
    pub text: String,
}

/// A value that parts better from worse, or is worth a mark of its own, such as a 75th percentile.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// In the chart's unit.
    pub value: f64,
    /// What it is called.
    pub name: String,
    /// The line's.
    pub colour: Colour,
}

/// The time axis of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Buckets {
    /// How wide they are.
    pub interval: Interval,
    /// Begin of each in local time, as the API labels them: `2026-11-21`, `2026-11-21 13:00:00`.
    pub labels: Vec<String>,
}
