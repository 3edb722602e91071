//! The meaning of every metric, as pure functions over enriched events: time, randomness and bytes are passed in.
//!
//! [`event`] is what the edge keeps of an event; [`journal`] writes events down; [`segment`] holds them as columns with
//! their visits; [`site`] is what the owner has set; [`time`] knows ranges, zones and buckets; [`query`] reads the
//! Stats API v2 and answers it; [`share`] tells of the answers what strangers may know; [`columns`] finds the visits of
//! days for a browser that answers filters itself.

mod bytes;
pub mod columns;
pub mod event;
pub mod journal;
pub mod query;
pub mod refusal;
pub mod segment;
pub mod share;
pub mod shelf;
pub mod site;
pub mod time;
