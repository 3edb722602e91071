//! What a fuzzer feeds: for everything that reads bytes from outside, or from a disk that may be damaged, a function that
//! takes any bytes. It panics where what must hold does not; a refusal is an answer like any other.
//!
//! `cargo xtask fuzz TARGET` runs one under libFuzzer, and `tests/replay.rs` feeds each its corpus in the ordinary tests.

#![allow(clippy::missing_panics_doc, clippy::panic, reason = "what does not hold is to be seen, as in a test")]

mod asked;
mod columns;
mod sent;
mod stored;

/// A function that takes any bytes.
pub type Target = fn(&[u8]);

/// Every target, by the name of its corpus.
pub const TARGETS: [(&str, Target); 17] = [
    ("binary_batch", sent::binary_batch),
    ("json_batch", sent::json_batch),
    ("plausible", sent::plausible),
    ("umami", sent::umami),
    ("address", sent::address),
    ("text", sent::text),
    ("user_agent", sent::user_agent),
    ("signature", sent::signature),
    ("query", asked::query),
    ("settings", asked::settings),
    ("import_line", sent::import_line),
    ("csv", stored::csv),
    ("parquet", stored::parquet),
    ("journal", stored::journal),
    ("segment", stored::segment),
    ("partial", asked::partial),
    ("columns", columns::columns),
];

/// The target of that name.
pub fn target(name: &str) -> Option<Target> {
    TARGETS.iter().find(|(known, _)| *known == name).map(|(_, target)| *target)
}
