//! Parquet: one file of many events, in groups that are written and read one at a time.
//!
//! Texts are dictionary-encoded, pages compressed with Snappy. `timestamp` counts milliseconds in UTC and carries its
//! least and greatest value, so that a reader can pass over groups; amounts are DECIMAL(18,3). DuckDB and `ClickHouse`
//! read `props['plan']` and `command_flags[1]` as they stand.
//!
//! [`Reader`] reads what [`Writer`] wrote, unchanged to the last byte: a checksum tells, before anything is decoded. It
//! tells damage, not malice. Whoever reads files that somebody may have made up does so where a panic or the memory of
//! a false length harms nothing else, such as a WebAssembly instance of its own.

mod checksum;
mod leaf;
mod reader;
mod schema;
mod writer;

pub use reader::Reader;
pub use writer::Writer;

/// Events of one group at most. Ten to twenty thousand are a good measure: an event takes about a kilobyte of memory
/// while its group is read or written. A file takes eight kilobytes for its columns alone, so that days of few events
/// are better put together.
pub const GROUP_EVENTS_MAX: usize = 100_000;
