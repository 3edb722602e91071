//! What an event gains on arrival, from what the request says and from public lists. Pure: the same event and the same
//! request give the same result, and nothing here is stored.

pub mod arrival;
pub mod bots;
pub mod channel;
pub mod country;
pub mod language;
pub mod page;
pub mod screen;
pub mod source;
pub mod spam;
pub mod uap;
pub mod user_agent;
pub mod vitals;
