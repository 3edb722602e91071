//! Local time: zones, ranges of dates and the buckets that a range falls into.

mod zone;

pub use zone::Zone;
