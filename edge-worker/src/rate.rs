//! How fast events may come: of one client, and of all clients of a site together.
//!
//! Both are metered by the generic cell rate algorithm (ITU-T I.371, also known as the leaky bucket as a meter): of each it
//! is remembered until when what it sent would have lasted at the limit's pace. In any stretch of time no more passes than
//! the burst and what the pace allows. Nothing of this is stored, and a client is a number that follows from its address
//! and from a random key which this isolate alone has, as long as it lives.

use crate::config::Config;
use crate::site_store::delivery::Sender;
use crate::site_store::visitor::{Salt, hash};
use std::cell::RefCell;
use std::collections::HashMap;
use std::net::IpAddr;

/// So many seconds' worth of events may come at once.
const BURST_S: f64 = 10.0;
/// So many clients of a site are metered each by itself; whoever else comes meanwhile is metered with the site alone.
const CLIENTS_OF_SITE_MAX: usize = 8_192;
/// And so many of all sites.
const CLIENTS_MAX: usize = 65_536;

/// So often they are looked through for those who need not be remembered, in milliseconds.
const SWEEP_MS: f64 = 1_000.0;

/// A pace, in events a second; none where there is no limit.
type Pace = Option<f64>;

/// The limits of this installation.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Of one client of a site.
    pub client: Pace,
    /// Of all clients of a site.
    pub site: Pace,
}

impl Limits {
    /// What the operator set.
    pub fn of(config: &Config) -> Self {
        let pace = |events: u32| Some(f64::from(events)).filter(|events| *events > 0.0);
        Self { client: pace(config.client_events_per_second), site: pace(config.site_events_per_second) }
    }
}

/// When (in milliseconds since 1970) what somebody sent would have lasted until.
#[derive(Clone, Copy, Default)]
struct Bucket(f64);

impl Bucket {
    /// How it stands after so many more events, or how many milliseconds too early they are.
    fn after(self, now_ms: f64, events: f64, pace: f64) -> Result<Self, f64> {
        // What is more than a burst could never pass.
        let lasts_ms = events.min(pace * BURST_S) / pace * 1000.0;
        let until_ms = self.0.max(now_ms) + lasts_ms;
        let early_ms = until_ms - now_ms - BURST_S * 1000.0;
        // A millionth of a second is what such numbers are exact to.
        if early_ms <= 0.001 { Ok(Self(until_ms)) } else { Err(early_ms) }
    }
}

#[derive(Default)]
struct Site {
    all: Bucket,
    clients: HashMap<u64, Bucket>,
    /// When those were last forgotten who need not be remembered, in milliseconds since 1970.
    swept_ms: f64,
}

/// What was sent lately, by site.
#[derive(Default)]
pub struct Meters {
    sites: HashMap<String, Site>,
    clients: usize,
}

impl Meters {
    /// Lets events pass, or says how many seconds to wait before they would. `client` is none where nobody knows who it is.
    ///
    /// # Errors
    /// Where they come too fast; then they are not metered.
    pub fn pass(
        &mut self,
        now_ms: i64,
        limits: Limits,
        site: &str,
        client: Option<u64>,
        events: usize,
    ) -> Result<(), u32> {
        let (now_ms, events) = (now_ms as f64, events as f64);
        if !self.sites.contains_key(site) {
            self.sites.insert(site.to_owned(), Site::default());
        }
        let Some(known) = self.sites.get_mut(site) else { return Ok(()) };
        let wait = |early_ms: f64| (early_ms / 1000.0).ceil().max(1.0) as u32;
        let all = limits.site.map(|pace| known.all.after(now_ms, events, pace)).transpose().map_err(wait)?;
        if let (Some(client), Some(pace)) = (client, limits.client) {
            let bucket = known.clients.get(&client).copied();
            let is_full = known.clients.len() >= CLIENTS_OF_SITE_MAX || self.clients >= CLIENTS_MAX;
            if bucket.is_none() && is_full && now_ms >= known.swept_ms + SWEEP_MS {
                // Of whoever has sent nothing lately there is nothing to remember.
                known.swept_ms = now_ms;
                let before = known.clients.len();
                known.clients.retain(|_, bucket| bucket.0 > now_ms);
                self.clients -= before - known.clients.len();
            }
            let after = bucket.unwrap_or_default().after(now_ms, events, pace).map_err(wait)?;
            if bucket.is_some() || (known.clients.len() < CLIENTS_OF_SITE_MAX && self.clients < CLIENTS_MAX) {
                self.clients += usize::from(known.clients.insert(client, after).is_none());
            }
        }
        if let Some(all) = all {
            known.all = all;
        }
        Ok(())
    }
}

thread_local! {
    static METERS: RefCell<Meters> = RefCell::default();
    static KEY: Salt = Salt(crate::runtime::random_bytes());
}

/// Lets events of a browser, or of a server where `sender` is none, pass to a registered site, or says how many seconds to
/// wait.
///
/// # Errors
/// As [`Meters::pass`].
pub fn pass(config: &Config, site: &str, sender: Option<&Sender>, events: usize) -> Result<(), u32> {
    let limits = Limits::of(config);
    let client = match sender {
        Some(Sender::Client { ip, .. }) if limits.client.is_some() => network(ip),
        _ => None,
    };
    let client = client.map(|network| KEY.with(|key| hash(key, &[&network])));
    METERS.with_borrow_mut(|meters| meters.pass(crate::runtime::clock_ms(), limits, site, client, events))
}

/// What of an address is one client's: all of it, or the half of IPv6 that one connection has.
fn network(ip: &str) -> Option<String> {
    Some(match ip.parse().ok()? {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [one, two, three, four, ..] = address.segments();
            format!("{one:x}:{two:x}:{three:x}:{four:x}")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIMITS: Limits = Limits { client: Some(10.0), site: Some(100.0) };

    /// How many of events that come one by one, so many milliseconds apart, pass within a minute.
    fn passed_in_a_minute(limits: Limits, every_ms: i64, client: impl Fn(i64) -> u64) -> usize {
        let mut meters = Meters::default();
        let moments = (0..60_000 / every_ms).map(|number| number * every_ms);
        moments.filter(|ms| meters.pass(1_000_000 + ms, limits, "a.io", Some(client(*ms)), 1).is_ok()).count()
    }

    #[test]
    fn a_burst_and_the_pace_pass_and_no_more() {
        for (limits, every_ms, expected) in [
            (LIMITS, 10, 100 + 600),
            (LIMITS, 100, 600),
            (LIMITS, 200, 300),
            (Limits { client: None, ..LIMITS }, 1, 1_000 + 6_000),
            (Limits { client: None, site: None }, 1, 60_000),
        ] {
            let passed = passed_in_a_minute(limits, every_ms, |_| 7);
            assert!(passed.abs_diff(expected) * 50 <= expected, "every {every_ms} ms: {passed}, not {expected}");
        }
    }

    #[test]
    fn one_client_leaves_room_for_another_and_one_site_for_another() {
        let mut meters = Meters::default();
        assert_eq!(meters.pass(0, LIMITS, "a.io", Some(1), 100), Ok(()));
        assert_eq!(meters.pass(0, LIMITS, "a.io", Some(1), 1), Err(1));
        assert_eq!(meters.pass(0, LIMITS, "a.io", Some(2), 100), Ok(()));
        for client in 3..11 {
            assert_eq!(meters.pass(0, LIMITS, "a.io", Some(client), 100), Ok(()));
        }
        assert_eq!(meters.pass(0, LIMITS, "a.io", Some(11), 100), Err(1), "the site's burst is over");
        assert_eq!(meters.pass(0, LIMITS, "b.io", Some(1), 100), Ok(()));
    }

    #[test]
    fn who_waits_as_long_as_told_passes() {
        let mut meters = Meters::default();
        assert_eq!(meters.pass(0, LIMITS, "a.io", Some(1), 100), Ok(()));
        let seconds = meters.pass(0, LIMITS, "a.io", Some(1), 55).unwrap_err();
        assert_eq!(seconds, 6);
        assert_eq!(meters.pass(i64::from(seconds) * 1000, LIMITS, "a.io", Some(1), 55), Ok(()));
    }

    #[test]
    fn memory_has_an_end_and_so_has_what_strangers_can_send() {
        let mut meters = Meters::default();
        let limits = Limits { client: Some(10.0), site: None };
        for client in 0..100_000 {
            assert_eq!(meters.pass(0, limits, "a.io", Some(client), 1), Ok(()));
        }
        assert_eq!(meters.clients, CLIENTS_OF_SITE_MAX);
        assert_eq!(meters.pass(0, limits, "a.io", Some(5), 100), Err(1), "who is known stays known");
        assert_eq!(meters.pass(0, limits, "b.io", Some(5), 100), Ok(()));
        // A moment later nobody of them has to be remembered.
        assert_eq!(meters.pass(1_200, limits, "a.io", Some(200_000), 1), Ok(()));
        assert_eq!(meters.clients, 2);
    }

    #[test]
    fn addresses_of_one_connection_are_one_client() {
        assert_eq!(network("2001:db8:1:2:3::4"), network("2001:db8:1:2:ffff::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
        assert_eq!(network(""), None);
    }

    proptest! {
        #[test]
        fn never_more_than_a_burst_and_the_pace_pass(sent in proptest::collection::vec((0_i64..3_000, 1_usize..60), 1..200)) {
            let (mut meters, mut now_ms, mut passed) = (Meters::default(), 0, 0);
            for (gap_ms, events) in sent {
                now_ms += gap_ms;
                if meters.pass(now_ms, LIMITS, "a.io", Some(1), events).is_ok() {
                    passed += events;
                }
                prop_assert!(passed as f64 <= 100.0 + now_ms as f64 / 100.0 + 0.001);
            }
        }
    }
}
