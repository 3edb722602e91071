//! What happens in a page between a call of `passerby` and a delivery: events are scrubbed, kept in a queue, put into
//! batches, delivered, and delivered again where that failed. `js/p.js` notices them and `js/main.js` carries them;
//! this crate decides. It has no clock, no randomness and no I/O of its own, so that its tests run anywhere.
// Without the standard library a page loads half as much.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

pub mod backoff;
pub mod queue;
#[cfg(target_arch = "wasm32")]
mod runtime;
pub mod tracker;
