//! Whatever bytes arrive, the readers answer, keep their limits, and one bad event harms no other.
#![cfg(feature = "json")]
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use proptest::prelude::*;
use protocol::event::{Batch, Event, EventId, Payload};
use protocol::limits::{BATCH_BYTES_MAX, EVENTS_PER_BATCH_MAX};
use protocol::outcome::{Invalid, Outcome, TooLarge};
use protocol::{binary, json, scrub};

fn batch(events: usize) -> Batch {
    let event = |counter| Event {
        id: EventId::counted([3; 16], counter),
        url: "https://example.com/".into(),
        payload: Payload::Custom { name: "Signup".into(), interactive: true },
        props: vec![("plan".into(), "pro".into())],
        ..Event::default()
    };
    Batch {
        site: "example.com".into(),
        screen_width: 800,
        events: (0..events as u32).map(event).collect(),
        ..Batch::default()
    }
}

fn read_all(bytes: &[u8]) {
    for read in [binary::decode(bytes), json::decode(bytes)].into_iter().flatten() {
        assert!(read.events.len() <= EVENTS_PER_BATCH_MAX);
        assert!(!read.site.is_empty());
    }
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read_all(&bytes);
        read_all(&[&[binary::VERSION], bytes.as_slice()].concat());
    }

    #[test]
    fn damaged_bytes_are_answered(at in any::<prop::sample::Index>(), bit in 0..8u8) {
        for mut bytes in [binary::encode(&batch(5)), json::encode(&batch(5)).into_bytes()] {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            read_all(&bytes);
        }
    }

    #[test]
    fn any_text_is_scrubbed(raw in "\\PC{0,80}") {
        let _ = (scrub::url(&raw, &["q"]), scrub::referrer(&raw), scrub::text(&raw));
    }

    #[test]
    fn a_scrubbed_address_stays_as_it_is(path in "[a-zA-Z0-9/@.:%?&=#-]{0,60}") {
        let once = scrub::url(&format!("https://example.com/{path}"), &["q"]);
        if let Some(once) = once {
            let twice = scrub::url(&once, &["q"]);
            prop_assert_eq!(twice.as_deref(), Some(once.as_str()));
        }
    }
}

#[test]
fn a_batch_that_is_cut_short_is_malformed() {
    let bytes = binary::encode(&batch(5));
    for length in 0..bytes.len() {
        assert_eq!(binary::decode(&bytes[..length]), Err(Outcome::Invalid(Invalid::Malformed)), "{length}");
    }
}

#[test]
fn limits_of_a_batch_are_kept() {
    let too_many = batch(EVENTS_PER_BATCH_MAX + 1);
    let refused = Err(Outcome::TooLarge(TooLarge::Events));
    assert_eq!(binary::decode(&binary::encode(&too_many)), refused);
    assert_eq!(json::decode(json::encode(&too_many).as_bytes()), refused);
    let too_long = vec![binary::VERSION; BATCH_BYTES_MAX + 1];
    assert_eq!(binary::decode(&too_long), Err(Outcome::TooLarge(TooLarge::Body)));
    assert_eq!(json::decode(&too_long), Err(Outcome::TooLarge(TooLarge::Body)));
}

#[test]
fn an_unknown_version_is_named() {
    for version in [0, 3, 255] {
        assert_eq!(binary::decode(&[version, 0, 0]), Err(Outcome::Invalid(Invalid::UnknownVersion)), "{version}");
    }
    let json = br#"{"v":3,"site":"example.com","events":[]}"#;
    assert_eq!(json::decode(json), Err(Outcome::Invalid(Invalid::UnknownVersion)));
}

#[test]
fn a_bad_event_harms_no_other() {
    let mut mixed = batch(3);
    mixed.events[1].url.clear();
    for read in [binary::decode(&binary::encode(&mixed)), json::decode(json::encode(&mixed).as_bytes())] {
        let events = read.expect("the batch is readable").events;
        assert!(events[0].is_ok() && events[2].is_ok());
        assert_eq!(events[1], Err(Outcome::Invalid(Invalid::MissingField)));
    }
}

#[test]
fn json_is_read_as_documented() {
    let nested = "[".repeat(2_000);
    for (json, expected) in [
        (nested.as_str(), Err(Outcome::Invalid(Invalid::Malformed))),
        (r#"{"site":"a.com\ud800","events":[]}"#, Err(Outcome::Invalid(Invalid::Malformed))),
        (r#"{"site":"a.com"}"#, Err(Outcome::Invalid(Invalid::MissingField))),
        (r#"{"site":"b.com","site":"a.com","events":[]}"#, Ok("a.com")),
    ] {
        let site = json::decode(json.as_bytes()).map(|read| read.site);
        assert_eq!(site.as_deref().map_err(|refused| *refused), expected);
    }
}
