//! Local time: zones, ranges of dates and the buckets that a range falls into.

mod bucket;
mod comparison;
mod range;
mod zone;

pub use bucket::{Buckets, Unit};
pub use comparison::Comparison;
pub use range::{DateRange, Range};
pub use zone::Zone;
