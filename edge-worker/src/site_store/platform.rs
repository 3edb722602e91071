//! What a site's object takes from the platform that it runs on: a database with transactions and an alarm, a place for
//! secrets, a clock, chance, timers, tasks and a log. All of `site_store` calls these alone (its archive's files apart).
//!
//! The worker is built for workerd. Tests are built for a simulation (`simulation`), which has the same names: there the
//! very same code runs under a clock, a disk and a network that fail by a seed.

#[cfg(not(test))]
mod secrets;
#[cfg(not(test))]
mod workerd {
    pub use super::secrets::Secrets;
    pub use crate::runtime::{clock_ms, random_bytes, transaction};
    pub use wasm_bindgen_futures::spawn_local;
    pub use worker::durable::Storage;
    pub use worker::{Delay, SqlStorage, console_error};
}

#[cfg(test)]
pub use super::simulation::platform::*;
#[cfg(not(test))]
pub use workerd::*;
