//! What the operator set, read from the worker's bindings.

use crate::runtime::text_property;
use worker::Env;

/// The operator's settings. An empty variable counts as absent.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Opens every route; without it those that need it stay shut.
    pub admin_key: Option<String>,
    /// What the keys of sites follow from, where that is not the admin key.
    pub secret: Option<String>,
    /// Whether `X-Now` and `X-Test-IP` are honoured. No shipped configuration sets it.
    pub test_mode: bool,
    /// The header in which the operator's own proxy names the client's address.
    pub client_ip_header: Option<String>,
    /// The header in which the operator's own proxy names the client's country.
    pub country_header: Option<String>,
    /// How long deliveries wait to be committed together, in milliseconds.
    pub group_window_ms: u32,
    /// How many events a site's journal holds before they are written down as a segment.
    pub journal_events: usize,
    /// Over how many objects the events of a site are spread that does not say so itself.
    pub shards: u32,
}

impl Config {
    /// Reads the settings.
    pub fn read(env: &Env) -> Self {
        let variable = |name: &str| text_property(env, name).filter(|value| !value.is_empty());
        Self {
            admin_key: variable("PASSERBY_ADMIN_KEY"),
            secret: variable("PASSERBY_SECRET"),
            test_mode: variable("PASSERBY_TEST").as_deref() == Some("1"),
            client_ip_header: variable("PASSERBY_CLIENT_IP_HEADER"),
            country_header: variable("PASSERBY_COUNTRY_HEADER"),
            group_window_ms: variable("PASSERBY_GROUP_WINDOW_MS").and_then(|ms| ms.parse().ok()).unwrap_or(0),
            journal_events: variable("PASSERBY_JOURNAL_EVENTS")
                .and_then(|events| events.parse().ok())
                .unwrap_or(engine::shelf::RECENT_EVENTS),
            shards: variable("PASSERBY_SHARDS").and_then(|shards| shards.parse().ok()).unwrap_or(1),
        }
    }

    /// What the keys of sites follow from; none where the operator has set nothing of the kind.
    pub fn key_secret(&self) -> Option<&str> {
        self.secret.as_deref().or(self.admin_key.as_deref())
    }
}
