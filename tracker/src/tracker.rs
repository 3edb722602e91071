//! From a call to a batch.

use crate::backoff;
use crate::queue::Queue;
use alloc::string::String;
use alloc::vec::Vec;
use protocol::binary;
use protocol::event::{Event, EventId, Payload, Revenue};
use protocol::scrub::{self, CAMPAIGN_PARAMETERS};
use wasm_bindgen::prelude::wasm_bindgen;

/// Events that happen this soon after one another travel together.
const GATHER_MS: i32 = 1_000;
/// What the caller hears where a delivery is already on its way or planned, or nothing is left.
const NOTHING_TO_PLAN: i32 = -1;

/// All that a page knows.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Tracker {
    site: String,
    screen_width: u16,
    hash_routing: bool,
    /// The random part of the ids.
    load: [u8; 16],
    /// Events so far.
    count: u32,
    queue: Queue,
    /// Deliveries in a row that failed.
    failures: u32,
}

#[wasm_bindgen]
impl Tracker {
    /// A tracker of a page load that nothing happened in: 16 random bytes of which the events' ids are made, the site's
    /// domain, the screen's width in CSS pixels, and whether the fragment is part of the address.
    #[wasm_bindgen(constructor)]
    pub fn new(random: &[u8], site: String, screen_width: u16, hash_routing: bool) -> Self {
        let mut load = [0; 16];
        load.iter_mut().zip(random).for_each(|(byte, random)| *byte = *random);
        Self { site, screen_width, hash_routing, load, ..Self::default() }
    }

    /// Takes an event: name, address, referrer, currency, then keys and values of its properties, with a zero byte
    /// between each. `amount` is no number where it brought no money. Answers in how many milliseconds to deliver, or
    /// -1 where that is already settled.
    pub fn track(&mut self, texts: &str, amount: f64, interactive: bool, at_ms: f64) -> i32 {
        let mut texts = texts.split('\0');
        let mut next = || texts.next().unwrap_or_default();
        let (name, url, referrer, currency) = (next(), next(), next(), next());
        let mut props = Vec::new();
        while let (Some(key), Some(value)) = (texts.next(), texts.next()) {
            props.push((key.into(), value.into()));
        }
        let event = Event {
            id: EventId::counted(self.load, self.count),
            url: scrub::light_url(url, &CAMPAIGN_PARAMETERS, self.hash_routing),
            referrer: scrub::light_url(referrer, &[], false),
            payload: match name {
                "pageview" => Payload::Pageview,
                _ => Payload::Custom { name: name.into(), interactive },
            },
            props,
            revenue: revenue(amount, currency),
            ..Event::default()
        };
        self.count += 1;
        let planned = !self.queue.is_empty();
        self.queue.push(event, at_ms);
        if self.queue.is_sending() || self.failures > 0 {
            NOTHING_TO_PLAN
        } else if self.queue.has_full_batch() {
            0
        } else if planned {
            NOTHING_TO_PLAN
        } else {
            GATHER_MS
        }
    }

    /// The next batch to deliver; empty where there is none or one is on its way.
    pub fn take(&mut self, now_ms: f64) -> Vec<u8> {
        if self.queue.is_sending() {
            return Vec::new();
        }
        let (batch, events) = self.batch(now_ms);
        self.queue.sending(events);
        batch
    }

    /// The last batch of a page that is being left, which nobody will hear an answer to. While deliveries fail, the
    /// events stay for a page that comes back: their ids keep them from being counted twice.
    pub fn leave(&mut self, now_ms: f64) -> Vec<u8> {
        let (batch, events) = self.batch(now_ms);
        if self.failures == 0 {
            self.queue.drop_next(events);
        }
        batch
    }

    /// Hears how the batch that was taken fared: its HTTP status, 0 where none came, and `Retry-After` in seconds.
    /// `random` lies between 0 and 1. Answers in how many milliseconds to deliver again, or -1 where nothing is left.
    pub fn answered(&mut self, status: u16, retry_after_s: f64, random: f64) -> i32 {
        if backoff::should_retry(status) {
            self.queue.sending(0);
            self.failures += 1;
            return backoff::wait_ms(self.failures, retry_after_s, random);
        }
        self.queue.sent();
        self.failures = 0;
        if self.queue.is_empty() { NOTHING_TO_PLAN } else { GATHER_MS }
    }
}

impl Tracker {
    fn batch(&mut self, now_ms: f64) -> (Vec<u8>, usize) {
        let events = self.queue.next(now_ms);
        let batch =
            if events.is_empty() { Vec::new() } else { binary::encode_events(&self.site, self.screen_width, events) };
        (batch, events.len())
    }
}

fn revenue(amount: f64, currency: &str) -> Option<Revenue> {
    let mut currency: [u8; 3] = currency.as_bytes().try_into().ok()?;
    currency.make_ascii_uppercase();
    let half = if amount < 0.0 { -0.5 } else { 0.5 };
    (!amount.is_nan()).then_some(Revenue { amount_thousandths: (amount * 1000.0 + half) as i64, currency })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tracker() -> Tracker {
        Tracker::new(&[7; 16], "example.com".into(), 1440, false)
    }

    fn view(tracker: &mut Tracker, path: &str) -> i32 {
        tracker.track(&format!("pageview\0https://example.com{path}\0\0"), f64::NAN, true, 1_000.0)
    }

    fn events(batch: &[u8]) -> Vec<Event> {
        if batch.is_empty() {
            return Vec::new();
        }
        binary::decode(batch).unwrap().events.into_iter().map(Result::unwrap).collect()
    }

    fn paths(batch: &[u8]) -> Vec<String> {
        events(batch).iter().map(|event| event.url.replace("https://example.com", "")).collect()
    }

    #[test]
    fn a_call_becomes_an_event() {
        let mut tracker = tracker();
        let texts = "Signup\0https://example.com/a?utm_source=x&mail=y#z\0https://other.org/b?q=1\0usd\0plan\0pro";
        tracker.track(texts, 9.99, false, 1_000.0);
        let batch = binary::decode(&tracker.take(4_000.0)).unwrap();
        assert_eq!((&*batch.site, batch.screen_width), ("example.com", 1440));
        let expected = Event {
            id: EventId::counted([7; 16], 0),
            age_ms: 3_000,
            url: "https://example.com/a?utm_source=x".into(),
            referrer: "https://other.org/b".into(),
            payload: Payload::Custom { name: "Signup".into(), interactive: false },
            props: vec![("plan".into(), "pro".into())],
            revenue: Some(Revenue { amount_thousandths: 9_990, currency: *b"USD" }),
        };
        assert_eq!(batch.events, [Ok(expected)]);
    }

    #[test]
    fn events_gather_into_one_batch() {
        let mut tracker = tracker();
        assert_eq!(["/a", "/b", "/c"].map(|path| view(&mut tracker, path)), [GATHER_MS, -1, -1]);
        assert_eq!(paths(&tracker.take(0.0)), ["/a", "/b", "/c"]);
        assert_eq!(paths(&tracker.take(0.0)), [""; 0], "one batch is on its way");
        assert_eq!(view(&mut tracker, "/d"), -1, "it waits for the answer");
        assert_eq!(tracker.answered(200, 0.0, 0.5), GATHER_MS);
        assert_eq!(paths(&tracker.take(0.0)), ["/d"]);
        assert_eq!(tracker.answered(200, 0.0, 0.5), -1);
    }

    #[test]
    fn a_full_batch_does_not_wait() {
        let mut tracker = tracker();
        let planned: Vec<i32> = (0..100).map(|_| view(&mut tracker, "/")).collect();
        assert_eq!(planned[99], 0);
        assert!(planned[1..99].iter().all(|planned| *planned == -1));
    }

    #[test]
    fn what_failed_is_sent_again_under_the_same_ids() {
        let mut tracker = tracker();
        view(&mut tracker, "/a");
        let first = events(&tracker.take(1_000.0));
        assert_eq!(tracker.answered(503, 0.0, 1.0), 500);
        assert_eq!(view(&mut tracker, "/b"), -1, "the next try is planned");
        let second = events(&tracker.take(1_500.0));
        assert_eq!(second.len(), 2);
        assert_eq!((second[0].id, second[0].age_ms), (first[0].id, 500));
        assert_eq!(tracker.answered(0, 0.0, 1.0), 1_000);
        assert_eq!(tracker.answered(429, 9.0, 1.0), 9_000);
        let _ = tracker.take(0.0);
        assert_eq!(tracker.answered(200, 0.0, 1.0), -1);
        view(&mut tracker, "/c");
        assert_eq!(tracker.answered(500, 0.0, 1.0), 500, "the wait begins anew");
    }

    #[test]
    fn what_is_refused_is_not_sent_again() {
        let mut tracker = tracker();
        view(&mut tracker, "/a");
        let _ = tracker.take(0.0);
        assert_eq!(tracker.answered(404, 0.0, 0.5), -1);
        assert_eq!(paths(&tracker.take(0.0)), [""; 0]);
    }

    #[test]
    fn leaving_sends_what_is_not_on_its_way() {
        let mut tracker = tracker();
        view(&mut tracker, "/a");
        let _ = tracker.take(0.0);
        view(&mut tracker, "/b");
        assert_eq!(paths(&tracker.leave(0.0)), ["/b"]);
        assert_eq!(paths(&tracker.leave(0.0)), [""; 0]);
        assert_eq!(tracker.answered(0, 0.0, 1.0), 500);
        assert_eq!(paths(&tracker.leave(0.0)), ["/a"]);
        assert_eq!(paths(&tracker.take(0.0)), ["/a"], "an outage loses nothing");
    }

    proptest! {
        #[test]
        fn no_call_breaks_the_tracker(texts in any::<String>(), amount in any::<f64>(), at in any::<f64>(), now in any::<f64>()) {
            let mut tracker = tracker();
            tracker.track(&texts, amount, true, at);
            prop_assert!(binary::decode(&tracker.take(now)).is_ok());
        }

        #[test]
        fn every_event_is_delivered_once_whatever_fails(statuses in proptest::collection::vec(prop_oneof![Just(0u16), Just(200), Just(429), Just(503)], 0..40)) {
            let mut tracker = tracker();
            let mut delivered = Vec::new();
            let mut count = 0;
            for status in statuses.into_iter().chain([200, 200]) {
                if count < 40 {
                    view(&mut tracker, &format!("/{count}"));
                    count += 1;
                }
                let batch = paths(&tracker.take(0.0));
                if status == 200 {
                    delivered.extend(batch);
                }
                tracker.answered(status, 0.0, 0.5);
            }
            prop_assert_eq!(delivered, (0..count).map(|at| format!("/{at}")).collect::<Vec<_>>());
        }
    }
}
