//! Events as bytes for other tools, and back, chunk by chunk so that a caller can stream. No clock, no I/O.
//!
//! | format | written by | read by | what it is for |
//! |---|---|---|---|
//! | NDJSON | [`ndjson::chunk`] | the import of the edge | moving a site to another place |
//! | CSV | [`csv::header`], [`csv::chunk`] | [`csv::Reader`] | spreadsheets |
//! | Parquet | [`parquet::Writer`] | [`parquet::Reader`] | archives; DuckDB, `ClickHouse` and their kind |
//!
//! CSV and Parquet have the same columns in the same order, one row per event:
//!
//! | columns | type | empty or null where |
//! |---|---|---|
//! | `timestamp` | UTC, to the second | never |
//! | `visitor` | CSV: the text that the caller makes of the hash; Parquet: the hash, 64 bits without sign | never |
//! | `kind` | `pageview`, `engagement`, `custom`, `component`, `request`, `query`, `vital`, `error`, `command`, `check` | never |
//! | `name` | the custom event's name, else the kind | never |
//! | `interactive` | true or false | never |
//! | `hostname`, `pathname` | text | empty: unknown |
//! | `referrer`, `source`, `channel`, `utm_medium`, `utm_source`, `utm_campaign`, `utm_content`, `utm_term` | text | empty: unknown |
//! | `device`, `browser`, `browser_version`, `os`, `os_version` | text | empty: unknown |
//! | `country`, `region`, `city`, `language`, `screen` | text; `city` a `GeoNames` id | empty: unknown; `city` 0 |
//! | `props` | CSV: a JSON object; Parquet: a map of text to text | there are none |
//! | `revenue_amount`, `revenue_currency` | decimal with three places, ISO 4217 | it brought none |
//! | `scroll_depth`, `engagement_time_ms` | 0–100; milliseconds | not measured |
//! | `component_name`, `_variant`, `_version`, `_action`, `_duration_ms` | texts; milliseconds | another kind |
//! | `request_method`, `_route`, `_status`, `_duration_ms`, `_bytes_in`, `_bytes_out` | texts; numbers | another kind |
//! | `query_system`, `_fingerprint`, `_duration_ms`, `_rows` | texts; numbers | another kind |
//! | `vital_name`, `_value`, `_rating`, `_target` | texts; `_value` a decimal with three places | another kind |
//! | `error_type`, `_fingerprint` | texts | another kind |
//! | `command_name`, `_flags`, `_success`, `_duration_ms`, `_version` | texts; `_flags` a list (CSV: a JSON array) | another kind |
//! | `check_name`, `_status`, `_success`, `_duration_ms` | text; numbers | another kind |
//!
//! What is written is read back exactly, but for what no event of the edge has: times beyond the years that RFC 3339
//! can say become the nearest that it can, currencies that are not three capital letters become `XXX` (ISO 4217's
//! "none"), and a detail of a kind that has no fields of its own is left out. Of a property that comes twice the value
//! that queries see is written.

mod cell;
mod column;
pub mod csv;
mod decimal;
mod json;
mod moment;
pub mod ndjson;
#[cfg(feature = "parquet")]
pub mod parquet;
mod props;
pub mod visitor;

/// Why bytes were not read, or events not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// Damaged, cut short, or of another format.
    Malformed,
    /// Readable, but its columns are not those of an export.
    Columns,
    /// A row or a group of rows is beyond what is read or written at once.
    TooLarge,
    /// The named column has a value that it cannot have.
    Value(&'static str),
}

impl std::fmt::Display for Error {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Malformed => out.write_str("the file is damaged or of another format"),
            Self::Columns => out.write_str("the columns are not those of an export"),
            Self::TooLarge => out.write_str("a row or a group of rows is too large"),
            Self::Value(column) => write!(out, "column {column} has a value that it cannot have"),
        }
    }
}

impl std::error::Error for Error {}
