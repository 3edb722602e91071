//! What travels between a page and the edge.
//!
//! [`event`] names what can happen, [`binary`] and `json` write a [`event::Batch`] down in two forms of the same
//! thing, [`limits`] bounds both and [`check`] holds each event against them, [`outcome`] is the one vocabulary for what
//! became of an event, and [`scrub`] takes out of a URL what must never be kept. Nothing here knows of storage, browsers
//! or workers, reads a clock or panics.
#![no_std]

extern crate alloc;

pub mod binary;
pub mod check;
pub mod event;
#[cfg(feature = "json")]
pub mod json;
pub mod limits;
pub mod outcome;
pub mod scrub;
