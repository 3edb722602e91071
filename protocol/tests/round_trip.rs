//! What is written in either form is read again as the same batch, and both forms mean the same.
#![cfg(feature = "json")]
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use proptest::prelude::*;
use protocol::event::{Batch, Dropped, Event, EventId, Payload, Received, Revenue};
use protocol::limits::{DROPPED_MAX, ONE_IN_MAX};
use protocol::{binary, check, json};

/// Short texts that repeat often, so that references to earlier texts are written too.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just("Button".to_string()), Just("größe 🙂".to_string()), "[a-z]{1,8}", "\\PC{1,20}"]
}

fn payload() -> impl Strategy<Value = Payload> {
    prop_oneof![
        Just(Payload::Pageview),
        (prop::option::of(0..=100u8), any::<u32>()).prop_map(|(scroll_depth, engagement_time_ms)| {
            Payload::Engagement { scroll_depth, engagement_time_ms }
        }),
        // Names of kinds among them: only the kind's own object makes an event one of the kind.
        ("[A-Z][a-z ]{0,20}|error|query|component|custom", any::<bool>())
            .prop_map(|(name, interactive)| Payload::Custom { name, interactive }),
        (text(), text(), text(), text(), prop::option::of(any::<u32>())).prop_map(
            |(name, variant, version, action, duration_ms)| {
                Payload::Component { name, variant, version, action, duration_ms }
            }
        ),
        (text(), text(), any::<u16>(), any::<u32>(), any::<u64>(), any::<u64>()).prop_map(
            |(method, route, status, duration_ms, bytes_in, bytes_out)| {
                Payload::Request { method, route, status, duration_ms, bytes_in, bytes_out }
            }
        ),
        (text(), text(), any::<u32>(), any::<u64>()).prop_map(|(system, fingerprint, duration_ms, rows)| {
            Payload::Query { system, fingerprint, duration_ms, rows }
        }),
        (text(), any::<u32>(), text(), text()).prop_map(|(name, value_thousandths, rating, target)| {
            Payload::Vital { name, value_thousandths, rating, target }
        }),
        (text(), text()).prop_map(|(class, fingerprint)| Payload::Error { class, fingerprint }),
        (text(), prop::collection::vec(text(), 0..5), any::<bool>(), any::<u32>(), text()).prop_map(
            |(name, flags, success, duration_ms, version)| {
                Payload::Command { name, flags, success, duration_ms, version }
            }
        ),
        (text(), any::<u16>(), any::<bool>(), any::<u32>())
            .prop_map(|(name, status, success, duration_ms)| { Payload::Check { name, status, success, duration_ms } }),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    let id = prop_oneof![
        3 => any::<u32>().prop_map(|counter| EventId::counted([7; 16], counter)),
        1 => any::<[u8; 16]>().prop_map(EventId),
    ];
    let revenue = (any::<i64>(), "[A-Z]{3}").prop_map(|(amount_thousandths, currency)| Revenue {
        amount_thousandths,
        currency: currency.into_bytes().try_into().expect("three letters"),
    });
    // JSON objects have an order of their own, so the properties come in it.
    let props = prop::collection::btree_map("[a-z]{1,6}", "\\PC{0,20}", 0..5).prop_map(|map| map.into_iter().collect());
    (id, any::<u32>(), text(), prop_oneof![Just(String::new()), text()], payload(), props, prop::option::of(revenue))
        .prop_map(|(id, age_ms, url, referrer, payload, props, revenue)| Event {
            id,
            age_ms,
            url,
            referrer,
            payload,
            props,
            revenue,
        })
}

fn batch() -> impl Strategy<Value = Batch> {
    let report = (any::<[u8; 16]>(), 0..=DROPPED_MAX).prop_map(|(id, events)| Dropped { id: EventId(id), events });
    let reports = prop::collection::vec(report, 0..3);
    ("[a-z]{1,10}\\.com", any::<u16>(), 1..=ONE_IN_MAX, prop::collection::vec(event(), 0..12), reports)
        .prop_map(|(site, screen_width, one_in, events, dropped)| Batch { site, screen_width, one_in, events, dropped })
}

fn received(batch: &Batch) -> Received {
    let events = batch.events.iter().cloned().map(check::event).collect();
    Received {
        site: batch.site.clone(),
        screen_width: batch.screen_width,
        one_in: batch.one_in,
        events,
        dropped: batch.dropped.clone(),
    }
}

proptest! {
    #[test]
    fn the_binary_form_is_read_as_it_was_written(batch in batch()) {
        prop_assert_eq!(binary::decode(&binary::encode(&batch)), Ok(received(&batch)));
    }

    #[test]
    fn both_forms_mean_the_same(batch in batch()) {
        let json = json::encode(&batch);
        prop_assert_eq!(json::decode(json.as_bytes()), binary::decode(&binary::encode(&batch)));
    }
}

#[test]
fn the_version_before_is_read_as_well() {
    let event = Event { url: "https://example.com/".into(), ..Event::default() };
    let batch = Batch { site: "example.com".into(), screen_width: 1440, events: vec![event], ..Batch::default() };
    let mut bytes = binary::encode(&batch);
    // Version 1 is the same without the number after the screen's width: 1 + 1 + 11 + 2 bytes lie before it.
    assert_eq!((bytes[0], bytes.remove(15)), (2, 1));
    bytes[0] = 1;
    assert_eq!(binary::decode(&bytes), Ok(received(&batch)));
}

#[test]
fn a_sampled_event_stands_for_one_to_a_hundred() {
    for (one_in, accepted) in [(0, false), (1, true), (100, true), (101, false)] {
        let batch = Batch { site: "example.com".into(), one_in, ..Batch::default() };
        assert_eq!(binary::decode(&binary::encode(&batch)).is_ok(), accepted, "{one_in}");
        assert_eq!(json::decode(json::encode(&batch).as_bytes()).is_ok(), accepted, "{one_in}");
    }
}

#[test]
fn a_further_event_of_a_page_costs_at_most_forty_bytes() {
    let event = |counter: u32, payload: Payload| Event {
        id: EventId::counted([9; 16], counter),
        age_ms: 5_000,
        url: "https://example.com/docs/getting-started".into(),
        payload,
        ..Event::default()
    };
    let size = |events: Vec<Event>| {
        binary::encode(&Batch { site: "example.com".into(), screen_width: 1440, events, ..Batch::default() }).len()
    };
    let first = event(0, Payload::Pageview);
    for further in [
        Payload::Pageview,
        Payload::Engagement { scroll_depth: Some(80), engagement_time_ms: 31_000 },
        Payload::Custom { name: "Signup".into(), interactive: true },
        Payload::Component {
            name: "Button".into(),
            variant: "ghost".into(),
            version: "2.1.0".into(),
            action: "impression".into(),
            duration_ms: Some(120),
        },
    ] {
        let grown = size(vec![first.clone(), event(1, further.clone())]) - size(vec![first.clone()]);
        println!("{}: {grown} bytes", further.kind());
        assert!(grown <= 40, "{}: {grown} bytes", further.kind());
    }
}

#[test]
fn a_batch_that_waited_is_older_by_that() {
    let event = Event { id: EventId([7; 16]), age_ms: 5, url: "https://example.com/".into(), ..Event::default() };
    let batch = Batch { site: "example.com".into(), one_in: 1, events: vec![event], ..Batch::default() };
    // In base 128, lowest seven bits first: 0, 300, 2^32 - 5, and the largest number there is.
    for (waited, age_ms) in [
        (vec![0], 5),
        (vec![0xac, 2], 305),
        (vec![0xfb, 0xff, 0xff, 0xff, 15], u32::MAX),
        ([[0xff; 9].as_slice(), &[1]].concat(), u32::MAX),
    ] {
        let bytes = [&[3], waited.as_slice(), &binary::encode(&batch)].concat();
        let received = binary::decode(&bytes).unwrap();
        assert_eq!(received.events[0].as_ref().unwrap().age_ms, age_ms, "{waited:?}");
        for cut in 0..bytes.len() {
            assert!(binary::decode(&bytes[..cut]).is_err(), "cut to {cut}");
        }
        assert!(binary::decode(&[&[3, 0], bytes.as_slice()].concat()).is_err(), "it waits once");
    }
}
