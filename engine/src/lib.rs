//! The meaning of every metric, as pure functions over enriched events: time, randomness and bytes are passed in.
//!
//! [`event`] is what the edge keeps of an event; [`journal`] writes events down; [`table`] holds them as columns with
//! their visits; [`site`] is what the owner has set; [`time`] knows ranges, zones and buckets; [`query`] reads the
//! Stats API v2 and answers it.

pub mod event;
pub mod journal;
pub mod query;
pub mod refusal;
pub mod site;
pub mod table;
pub mod time;
