//! What travels between a page and the edge.
//!
//! [`event`] names what can happen, [`binary`] and [`json`] write a [`event::Batch`] down in two forms of the same
//! thing, [`limits`] bounds both, [`outcome`] is the one vocabulary for what became of an event, and [`scrub`] takes
//! out of a URL what must never be kept. Nothing here knows of storage, browsers or workers, reads a clock or panics.
#![no_std]

extern crate alloc;

pub mod event;
pub mod outcome;
