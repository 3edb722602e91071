//! Importing an export gives the same events.

use super::line::{Line, read};
use crate::enrich::arrival::Arrival;
use engine::event::Event;
use export::{ndjson, visitor};
use proptest::collection::btree_map;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use protocol::event::{Event as Sent, Payload};
use serde_json::{Map, Value, json};

fn text() -> impl Strategy<Value = Value> {
    let texts =
        ["Google", "google", "www.google.com/search", "anna@example.org", "newsletter", "cpc", "(none)", "=1+1"];
    prop_oneof![select(texts.to_vec()).prop_map(Value::from), "\\PC{0,12}".prop_map(Value::from)]
}

/// A field of a line with something it may hold.
fn field() -> impl Strategy<Value = (String, Value)> {
    let texts = [
        "hostname",
        "pathname",
        "referrer",
        "source",
        "channel",
        "utm_medium",
        "utm_source",
        "utm_campaign",
        "utm_content",
        "utm_term",
        "device",
        "browser",
        "browser_version",
        "os",
        "os_version",
        "country",
        "region",
        "language",
        "screen",
    ];
    let number = any::<u32>();
    prop_oneof![
        12 => (select(texts.to_vec()), text()).prop_map(|(key, value)| (key.to_owned(), value)),
        1 => number.prop_map(|city| ("city".into(), city.into())),
        1 => (0u8..=100).prop_map(|depth| ("scroll_depth".into(), depth.into())),
        1 => number.prop_map(|time| ("engagement_time_ms".into(), time.into())),
        1 => any::<bool>().prop_map(|flag| ("interactive".into(), flag.into())),
        1 => (-1e9..1e9, "[A-Z]{3}").prop_map(|(amount, currency)| {
            ("revenue".into(), json!({ "amount": amount, "currency": currency }))
        }),
        2 => btree_map("[a-c]{1,2}|\\PC{1,5}", text(), 0..4).prop_map(|props| ("props".into(), props.into_iter().collect())),
    ]
}

/// What a line is an event of: its name, with the object of a kind that has one.
fn kind() -> impl Strategy<Value = Value> {
    let name = "[A-Z][a-z @]{1,6}[a-z]";
    let own = (name, text(), any::<u32>(), any::<u16>(), 0f64..4e6, any::<bool>(), any::<u64>());
    // Names that an owner gave, though they are those of kinds.
    let names = ["component", "request", "query", "vital", "error", "command", "check", "custom"];
    let own = (own, select(names.to_vec()));
    (select((0..11).collect::<Vec<_>>()), own).prop_map(
        |(kind, ((name, text, duration_ms, status, value, success, bytes), of_kind))| match kind {
            0 => json!({ "name": "pageview" }),
            1 => json!({ "name": "engagement" }),
            2 => json!({ "component": { "name": name, "variant": text, "duration_ms": duration_ms } }),
            3 => json!({ "request": { "method": "GET", "route": name, "status": status, "bytes_out": bytes } }),
            4 => json!({ "query": { "system": text, "fingerprint": name, "rows": bytes } }),
            5 => json!({ "vital": { "name": name, "value": value, "target": text } }),
            6 => json!({ "error": { "type": name, "fingerprint": text }, "interactive": success }),
            7 => json!({ "command": { "name": name, "flags": [text, "b"], "success": success } }),
            9 => json!({ "name": of_kind, "interactive": success }),
            8 => json!({ "check": { "name": name, "status": status, "success": success } }),
            _ => json!({ "name": name }),
        },
    )
}

fn line() -> impl Strategy<Value = Value> {
    let fields = proptest::collection::vec(field(), 0..12);
    (kind(), fields, 0i64..4_000_000_000, option::of(0u32..1_000)).prop_map(|(kind, fields, seconds, millis)| {
        let mut line: Map<String, Value> = fields.into_iter().collect();
        line.extend(kind.as_object().cloned().unwrap_or_default());
        let time = jiff::Timestamp::new(seconds, millis.unwrap_or(0) as i32 * 1_000_000).unwrap();
        line.insert("timestamp".into(), time.to_string().into());
        line.insert("visitor".into(), "anna".into());
        Value::Object(line)
    })
}

/// The order of properties says nothing.
fn sorted(line: Line) -> Event {
    let mut event = line.event;
    event.props.sort();
    event
}

proptest! {
    #[test]
    fn an_imported_event_is_imported_again_as_it_was(given in line()) {
        let Ok(first) = read(given.to_string().as_bytes(), "example.com") else { return Ok(()) };
        let exported = ndjson::chunk(std::slice::from_ref(&first.event), &visitor::hex);
        let again = read(&exported, "other.example");
        prop_assert!(again.is_ok(), "{}: {:?}", String::from_utf8_lossy(&exported), again);
        let again = again.unwrap();
        prop_assert_eq!(&again.visitor, "0000000000000000");
        prop_assert_eq!(sorted(again), sorted(first), "{}", String::from_utf8_lossy(&exported));
    }
}

#[test]
fn an_event_that_is_called_what_a_kind_is_called_stays_the_owners() {
    let arrival = Arrival { now_ms: 1_700_000_000_000, ..Arrival::default() };
    for name in ["component", "request", "query", "vital", "error", "command", "check", "custom"] {
        let payload = Payload::Custom { name: name.into(), interactive: false };
        let sent = Sent { url: "https://example.com/".into(), payload, ..Sent::default() };
        let event = arrival.enrich(sent).unwrap();
        let exported = ndjson::chunk(std::slice::from_ref(&event), &visitor::hex);
        assert_eq!(read(&exported, "other.example").unwrap().event, event, "{name}");
    }
}

#[test]
fn an_event_of_a_page_is_imported_as_it_arrived() {
    let pages = [
        "https://example.com/",
        "https://www.example.com/a/b?utm_source=newsletter&utm_medium=email&utm_campaign=spring&utm_content=top&utm_term=x",
        "http://192.0.2.7:8080/a%20b/ü?ref=producthunt",
        "https://example.com/?gclid=1",
        "https://example.com/?msclkid=1&utm_source=bing",
        "https://example.com/#/route/anna@example.org",
        "https://example.com/app#!/x?y=1",
        "https://bücher.example/4111111111111111",
    ];
    let referrers = [
        "",
        "https://www.google.com/search?q=anna",
        "https://example.com/earlier",
        "https://news.ycombinator.com/item?id=1",
        "https://sub.t.co/x",
        "android-app://com.slack/",
        "nonsense",
        "http://203.0.113.7/x",
        "https://[2001:db8::7]:8443/",
        "https://mail.google.com/mail/u/0/",
    ];
    let arrival = Arrival { now_ms: 1_700_000_000_000, ..Arrival::default() };
    for (url, referrer) in pages.iter().flat_map(|url| referrers.iter().map(move |referrer| (url, referrer))) {
        let sent = Sent { url: (*url).into(), referrer: (*referrer).into(), ..Sent::default() };
        let event = arrival.enrich(sent).unwrap();
        let exported = ndjson::chunk(std::slice::from_ref(&event), &visitor::hex);
        assert_eq!(read(&exported, "other.example").unwrap().event, event, "{url} from {referrer}");
    }
}
