//! What is written is read back as it was, and what is damaged is refused.
// Damage to what the test itself wrote is a failure of the test.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod chance;
mod csv;
mod ndjson;
#[cfg(feature = "parquet")]
mod parquet;
