//! From events to batches, as the collector reads them, through every failure of a network.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use proptest::prelude::*;
use protocol::binary;
use protocol::event::{Event, EventId, Payload, Received, Revenue};
use tracker::tracker::{Taking, Tracker};

const GATHER_MS: i32 = 1_000;
const NOTHING: i32 = -1;

fn text(tracker: &mut Tracker, text: &str) {
    tracker.put_text(text.as_bytes());
}

fn number(tracker: &mut Tracker, mut number: u64) {
    while number >= 128 {
        tracker.byte(number as u8 | 128);
        number >>= 7;
    }
    tracker.byte(number as u8);
}

fn tracker() -> Box<Tracker> {
    let mut tracker = Box::new(Tracker::new());
    tracker.byte(2);
    text(&mut tracker, "example.com");
    number(&mut tracker, 1440);
    tracker.byte(1);
    for _ in 0..12 {
        tracker.byte(7);
    }
    tracker.begin();
    tracker
}

fn view(tracker: &mut Tracker, path: &str, at_ms: u32) -> i32 {
    tracker.open(0, at_ms);
    text(tracker, &format!("https://example.com{path}"));
    tracker.close()
}

fn received(tracker: &Tracker, length: usize) -> Received {
    binary::decode(&tracker.batch()[..length]).unwrap()
}

fn events(tracker: &mut Tracker, now_ms: u32, taking: Taking) -> Vec<Event> {
    match tracker.take(now_ms, taking) {
        0 => Vec::new(),
        length => received(tracker, length).events.into_iter().map(Result::unwrap).collect(),
    }
}

fn paths(tracker: &mut Tracker, taking: Taking) -> Vec<String> {
    events(tracker, 0, taking).iter().map(|event| event.url.replace("https://example.com", "")).collect()
}

fn id(counter: u32) -> EventId {
    EventId::counted([7; 16], counter)
}

#[test]
fn what_the_page_writes_is_what_the_collector_reads() {
    let mut tracker = tracker();
    tracker.open(2 | 32 | 64 | 128, 1_000);
    for word in ["https://example.com/a", "https://other.org/b", "Signup"] {
        text(&mut tracker, word);
    }
    tracker.byte(0);
    tracker.byte(1);
    for word in ["plan", "Signup"] {
        text(&mut tracker, word);
    }
    number(&mut tracker, 2 * 9_990);
    for letter in *b"USD" {
        tracker.byte(letter);
    }
    assert_eq!(tracker.close(), GATHER_MS);
    let length = tracker.take(4_000, Taking::Delivery);
    let batch = received(&tracker, length);
    assert_eq!((&*batch.site, batch.screen_width, batch.one_in), ("example.com", 1440, 1));
    let expected = Event {
        id: id(0),
        age_ms: 3_000,
        url: "https://example.com/a".into(),
        referrer: "https://other.org/b".into(),
        payload: Payload::Custom { name: "Signup".into(), interactive: false },
        props: vec![("plan".into(), "Signup".into())],
        revenue: Some(Revenue { amount_thousandths: 9_990, currency: *b"USD" }),
    };
    assert_eq!(batch.events, [Ok(expected)]);
}

#[test]
fn events_gather_into_one_batch() {
    let mut tracker = tracker();
    assert_eq!(["/a", "/b", "/c"].map(|path| view(&mut tracker, path, 0)), [GATHER_MS, NOTHING, NOTHING]);
    assert_eq!(paths(&mut tracker, Taking::Delivery), ["/a", "/b", "/c"]);
    assert_eq!(paths(&mut tracker, Taking::Delivery), [""; 0], "one batch is on its way");
    assert_eq!(view(&mut tracker, "/d", 0), NOTHING, "it waits for the answer");
    assert_eq!(tracker.answered(200, 0.0, 0.5), GATHER_MS);
    assert_eq!(paths(&mut tracker, Taking::Delivery), ["/d"]);
    assert_eq!(tracker.answered(200, 0.0, 0.5), NOTHING);
}

#[test]
fn a_full_batch_does_not_wait() {
    let mut tracker = tracker();
    let planned: Vec<i32> = (0..100).map(|_| view(&mut tracker, "/", 0)).collect();
    assert_eq!((planned[0], planned[99]), (GATHER_MS, 0));
    assert!(planned[1..99].iter().all(|planned| *planned == NOTHING));
    for _ in 0..50 {
        assert!(view(&mut tracker, "/", 0) <= 0);
    }
    assert_eq!(events(&mut tracker, 0, Taking::Delivery).len(), 100);
    tracker.answered(200, 0.0, 0.5);
    assert_eq!(events(&mut tracker, 0, Taking::Delivery).len(), 50);
}

#[test]
fn a_batch_has_as_many_bytes_as_may_outlive_a_page() {
    let mut tracker = tracker();
    for at in 0..30 {
        view(&mut tracker, &format!("/{at}/{}", "x".repeat(1_500)), 0);
    }
    let first = tracker.take(0, Taking::Delivery);
    assert!((29_000..=31_000).contains(&first), "{first}");
    let count = received(&tracker, first).events.len();
    tracker.answered(200, 0.0, 0.5);
    assert_eq!(events(&mut tracker, 0, Taking::Delivery).len(), 30 - count);
}

#[test]
fn ages_are_told_at_the_delivery() {
    for (now_ms, ages) in [(1_000, [1_000, 999]), (0, [0, 0])] {
        let mut tracker = tracker();
        for at in 0..2 {
            view(&mut tracker, "/", at);
        }
        let told: Vec<u32> = events(&mut tracker, now_ms, Taking::Delivery).iter().map(|event| event.age_ms).collect();
        assert_eq!(told, ages, "a clock that was set back gives no event of the future");
    }
}

#[test]
fn what_failed_is_sent_again_under_the_same_ids() {
    let mut tracker = tracker();
    view(&mut tracker, "/a", 0);
    assert_eq!(events(&mut tracker, 0, Taking::Delivery)[0].id, id(0));
    assert_eq!(tracker.answered(503, 0.0, 1.0), 500);
    assert_eq!(view(&mut tracker, "/b", 0), NOTHING, "the next try is planned");
    let second = events(&mut tracker, 500, Taking::Delivery);
    assert_eq!(second.iter().map(|event| (event.id, event.age_ms)).collect::<Vec<_>>(), [(id(0), 500), (id(1), 500)]);
    assert_eq!(tracker.answered(0, 0.0, 1.0), 1_000);
    assert_eq!(tracker.answered(429, 9.0, 1.0), 9_000);
    let _ = tracker.take(0, Taking::Delivery);
    assert_eq!(tracker.answered(200, 0.0, 1.0), NOTHING);
    view(&mut tracker, "/c", 0);
    assert_eq!(tracker.answered(500, 0.0, 1.0), 500, "the wait begins anew");
}

#[test]
fn what_is_refused_is_not_sent_again() {
    let mut tracker = tracker();
    view(&mut tracker, "/a", 0);
    let _ = tracker.take(0, Taking::Delivery);
    assert_eq!(tracker.answered(404, 0.0, 0.5), NOTHING);
    assert_eq!(paths(&mut tracker, Taking::Delivery), [""; 0]);
}

#[test]
fn leaving_sends_what_is_not_on_its_way() {
    let mut tracker = tracker();
    view(&mut tracker, "/a", 0);
    let _ = tracker.take(0, Taking::Delivery);
    view(&mut tracker, "/b", 0);
    assert_eq!(paths(&mut tracker, Taking::Leaving), ["/b"]);
    assert_eq!(paths(&mut tracker, Taking::Leaving), [""; 0]);
    view(&mut tracker, "/c", 0);
    assert_eq!(tracker.answered(0, 0.0, 1.0), 500);
    let left = events(&mut tracker, 0, Taking::Leaving);
    assert_eq!(left.iter().map(|event| event.id).collect::<Vec<_>>(), [id(0), id(2)], "ids stay what they were");
    assert_eq!(paths(&mut tracker, Taking::Delivery), ["/a", "/c"], "an outage loses nothing");
}

#[test]
fn what_the_browser_keeps_is_the_browsers() {
    let mut tracker = tracker();
    for number in 0..150 {
        view(&mut tracker, &format!("/{number}"), 0);
    }
    let _ = tracker.take(0, Taking::Delivery);
    assert_eq!(tracker.answered(0, 0.0, 1.0), 500);
    let kept = [paths(&mut tracker, Taking::Keeping), paths(&mut tracker, Taking::Keeping)].concat();
    assert_eq!(kept, (0..150).map(|number| format!("/{number}")).collect::<Vec<_>>(), "also while deliveries fail");
    assert_eq!(paths(&mut tracker, Taking::Keeping), [""; 0]);
    assert_eq!(view(&mut tracker, "/later", 0), GATHER_MS, "deliveries begin anew");
    assert_eq!(events(&mut tracker, 0, Taking::Delivery)[0].id, id(150), "ids go on");
}

/// Ten minutes without a collector, a page view each second, tries as the tracker plans them: all of it arrives.
#[test]
fn an_outage_of_ten_minutes_loses_nothing() {
    let mut tracker = tracker();
    let mut due = None;
    let mut arrived = Vec::new();
    let mut tries = 0;
    for now_ms in (0..660_000).step_by(100) {
        if now_ms % 1_000 == 0 && now_ms < 600_000 {
            let planned = view(&mut tracker, &format!("/{}", now_ms / 1_000), now_ms);
            if planned >= 0 {
                due = Some(now_ms + planned as u32);
            }
        }
        if due.is_some_and(|due| due <= now_ms) {
            let batch = paths(&mut tracker, Taking::Delivery);
            tries += 1;
            let status = if now_ms < 600_000 { 0 } else { 200 };
            if status == 200 {
                arrived.extend(batch);
            }
            let planned = tracker.answered(status, 0.0, 1.0);
            due = (planned >= 0).then(|| now_ms + planned as u32);
        }
    }
    assert_eq!(arrived, (0..600).map(|second| format!("/{second}")).collect::<Vec<_>>());
    assert!(tries < 30, "{tries} tries");
}

#[test]
fn what_does_not_fit_is_given_up_and_reported_once_it_can_be() {
    let mut tracker = tracker();
    let mut kept = 0;
    for number in 0..1_000 {
        view(&mut tracker, &format!("/{number}/{}", "x".repeat(100)), 0);
    }
    let (mut reported, mut reports) = (0, 0);
    for round in 0..20 {
        let length = tracker.take(0, Taking::Delivery);
        if length == 0 {
            break;
        }
        let batch = received(&tracker, length);
        kept += batch.events.len();
        reported += batch.dropped.iter().map(|report| report.events).sum::<u32>() as usize;
        reports += batch.dropped.len();
        // The first try fails: what was reported is reported again under the same id, and no more.
        if round == 0 {
            let (again, dropped) = (batch.events.clone(), batch.dropped.clone());
            tracker.answered(503, 0.0, 0.0);
            let length = tracker.take(0, Taking::Delivery);
            let second = received(&tracker, length);
            assert_eq!((second.events, second.dropped), (again, dropped));
        }
        tracker.answered(200, 0.0, 0.5);
    }
    assert_eq!((kept + reported, reports), (1_000, 1));
    assert!((300..500).contains(&kept), "{kept} events of 150 bytes in 60 KB");
}

#[test]
fn an_event_that_no_batch_can_hold_is_given_up_alone() {
    let mut tracker = tracker();
    view(&mut tracker, "/a", 0);
    tracker.open(0, 0);
    for _ in 0..5 {
        text(&mut tracker, &"x".repeat(8_000));
    }
    assert_eq!(tracker.close(), NOTHING);
    view(&mut tracker, "/b", 0);
    let length = tracker.take(0, Taking::Delivery);
    let batch = received(&tracker, length);
    let ids: Vec<EventId> = batch.events.iter().flatten().map(|event| event.id).collect();
    assert_eq!((ids, batch.dropped[0].events), (vec![id(0), id(1)], 1));
}

#[test]
fn what_is_forgotten_is_not_sent() {
    let mut tracker = tracker();
    view(&mut tracker, "/a", 0);
    let _ = tracker.take(0, Taking::Delivery);
    view(&mut tracker, "/b", 0);
    tracker.forget();
    assert_eq!(tracker.answered(503, 0.0, 0.0), 0);
    assert_eq!(paths(&mut tracker, Taking::Delivery), [""; 0]);
    view(&mut tracker, "/c", 0);
    assert_eq!(paths(&mut tracker, Taking::Delivery), ["/c"]);
}

proptest! {
    #[test]
    fn every_event_is_delivered_once_whatever_fails(statuses in proptest::collection::vec(prop_oneof![Just(0u32), Just(200), Just(429), Just(503)], 0..40)) {
        let mut tracker = tracker();
        let mut delivered = Vec::new();
        let mut count = 0;
        for status in statuses.into_iter().chain([200, 200]) {
            if count < 40 {
                view(&mut tracker, &format!("/{count}"), 0);
                count += 1;
            }
            let batch = paths(&mut tracker, Taking::Delivery);
            if status == 200 {
                delivered.extend(batch);
            }
            tracker.answered(status, 0.0, 0.5);
        }
        prop_assert_eq!(delivered, (0..count).map(|at| format!("/{at}")).collect::<Vec<_>>());
    }

    #[test]
    fn no_order_of_calls_makes_a_batch_that_cannot_be_read(calls in proptest::collection::vec((0u8..6, any::<u32>(), any::<f64>()), 0..200)) {
        let mut tracker = tracker();
        for (method, value, wait) in calls {
            match method {
                0 | 1 => { view(&mut tracker, &"x".repeat(value as usize % 3_000), value); }
                2 => tracker.lose(value % 1_000),
                3 => {
                    let length = tracker.take(value, [Taking::Delivery, Taking::Leaving, Taking::Keeping][value as usize % 3]);
                    prop_assert!(length == 0 || binary::decode(&tracker.batch()[..length]).is_ok());
                }
                4 => { tracker.answered(value % 600, wait, 0.5); }
                _ => tracker.forget(),
            }
        }
    }
}
