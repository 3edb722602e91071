//! What happens in a page between an event and its delivery: events wait in a queue, are put into batches in the binary
//! form of `protocol::binary`, delivered, and delivered again where that failed. `js/` notices them and carries the
//! batches; this crate decides. It has no clock, no randomness, no I/O and no allocator of its own, so that its tests
//! run anywhere and a page loads little. `js/twin.js` is the same for pages where WebAssembly may not run.
// Without the standard library a page loads half as much.
#![cfg_attr(target_arch = "wasm32", no_std)]

pub mod backoff;
pub mod bytes;
mod exports;
#[cfg(target_arch = "wasm32")]
mod runtime;
pub mod tracker;
