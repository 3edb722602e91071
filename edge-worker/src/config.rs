//! What the operator set, read from the worker's bindings.

use crate::runtime::text_property;
use std::cell::OnceCell;
use std::rc::Rc;
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
    /// How many events one client may send to a site, a second; 0 for as many as come.
    pub client_events_per_second: u32,
    /// How many events a site takes, a second; 0 for as many as come.
    pub site_events_per_second: u32,
    /// Over how many objects the events of a site are spread that does not say so itself.
    pub shards: u32,
}

thread_local! {
    static READ: OnceCell<Rc<Config>> = const { OnceCell::new() };
}

impl Config {
    /// The settings, read once: they stay the same as long as the worker lives.
    pub fn of(env: &Env) -> Rc<Self> {
        READ.with(|read| Rc::clone(read.get_or_init(|| Rc::new(Self::read(env)))))
    }

    fn read(env: &Env) -> Self {
        let number = |name: &str, otherwise| {
            text_property(env, name).and_then(|number| number.parse().ok()).unwrap_or(otherwise)
        };
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
            client_events_per_second: number("PASSERBY_CLIENT_EVENTS_PER_SECOND", 100),
            site_events_per_second: number("PASSERBY_SITE_EVENTS_PER_SECOND", 5_000),
            shards: variable("PASSERBY_SHARDS").and_then(|shards| shards.parse().ok()).unwrap_or(1),
        }
    }

    /// What the keys of sites follow from; none where the operator has set nothing of the kind.
    pub fn key_secret(&self) -> Option<&str> {
        self.secret.as_deref().or(self.admin_key.as_deref())
    }
}
