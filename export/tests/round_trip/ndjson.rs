use crate::chance::{counted, events};
use engine::event::{Event, UnixSeconds, VisitAttributes, VisitorHash};
use export::{ndjson, visitor};
use proptest::prelude::*;
use protocol::event::{Payload, Revenue};
use serde_json::{Map, Value};

/// Reads a line with the protocol's own readers of its parts, as the import does.
fn read(line: &str) -> Event {
    let line: Map<String, Value> = serde_json::from_str(line).unwrap();
    let text = |key: &str| line.get(key).map_or("", |text| text.as_str().unwrap()).to_owned();
    let number = |key: &str| line.get(key).map(|number| number.as_u64().unwrap());
    let of = |key: &str| line.get(key).unwrap_or(&Value::Null);
    let payload = protocol::json::payload(&text("name"), &line).unwrap();
    Event {
        time: UnixSeconds(text("timestamp").parse::<jiff::Timestamp>().unwrap().as_second()),
        visitor: visitor::from_hex(&text("visitor")).unwrap(),
        name: payload.name().to_owned(),
        interactive: line.get("interactive").is_none_or(|flag| flag.as_bool().unwrap()),
        hostname: text("hostname"),
        pathname: text("pathname"),
        visit: VisitAttributes {
            referrer: text("referrer"),
            source: text("source"),
            channel: text("channel"),
            utm_medium: text("utm_medium"),
            utm_source: text("utm_source"),
            utm_campaign: text("utm_campaign"),
            utm_content: text("utm_content"),
            utm_term: text("utm_term"),
            device: text("device"),
            browser: text("browser"),
            browser_version: text("browser_version"),
            os: text("os"),
            os_version: text("os_version"),
            country: text("country"),
            region: text("region"),
            city: number("city").unwrap_or(0) as u32,
            language: text("language"),
            screen: text("screen"),
        },
        props: protocol::json::props(of("props")).unwrap(),
        revenue: protocol::json::revenue(of("revenue")).unwrap(),
        scroll_depth: number("scroll_depth").map(|depth| depth as u8),
        engagement_time_ms: number("engagement_time_ms").map(|time| time as u32),
        detail: match payload {
            Payload::Pageview | Payload::Engagement { .. } | Payload::Custom { .. } => None,
            own => Some(Box::new(own)),
        },
    }
}

/// The properties in the order in which a JSON object's reader gives them.
fn by_key(mut event: Event) -> Event {
    event.props.sort();
    event
}

proptest! {
    #[test]
    fn what_is_written_is_read(events in events()) {
        let lines = String::from_utf8(ndjson::chunk(&events, &visitor::hex)).unwrap();
        let read: Vec<Event> = lines.lines().map(|line| by_key(read(line))).collect();
        prop_assert_eq!(read, events.into_iter().map(counted).map(by_key).collect::<Vec<_>>());
        prop_assert!(lines.is_empty() || lines.ends_with('\n'));
    }
}

#[test]
fn a_line_reads_like_this() {
    let vital =
        Payload::Vital { name: "CLS".into(), value_thousandths: 12, rating: "good".into(), target: String::new() };
    let command = Payload::Command {
        name: "build".into(),
        flags: vec!["release".into()],
        success: true,
        duration_ms: 5,
        version: "1.2".into(),
    };
    let event = |detail: Payload| Event {
        time: UnixSeconds(1_795_255_200),
        visitor: VisitorHash(7),
        name: detail.name().to_owned(),
        interactive: true,
        detail: Some(Box::new(detail)),
        ..Event::default()
    };
    let signup = Event {
        props: vec![("plan".into(), "\"pro\"".into())],
        revenue: Some(Revenue { amount_thousandths: 9_990, currency: *b"EUR" }),
        hostname: "example.com".into(),
        pathname: "/a".into(),
        visit: VisitAttributes { source: "Google".into(), city: 5, ..VisitAttributes::default() },
        scroll_depth: Some(40),
        engagement_time_ms: Some(1_500),
        interactive: false,
        ..event(Payload::Custom { name: "Signup".into(), interactive: false })
    };
    for (event, line) in [
        (
            event(vital),
            r#"{"name":"vital","visitor":"v7","timestamp":"2026-11-21T10:00:00Z","vital":{"name":"CLS","value":0.012,"rating":"good"}}"#,
        ),
        (
            event(command),
            r#"{"name":"command","visitor":"v7","timestamp":"2026-11-21T10:00:00Z","command":{"name":"build","flags":["release"],"success":true,"duration_ms":5,"version":"1.2"}}"#,
        ),
        (
            signup,
            r#"{"name":"Signup","visitor":"v7","timestamp":"2026-11-21T10:00:00Z","interactive":false,"hostname":"example.com","pathname":"/a","source":"Google","city":5,"props":{"plan":"\"pro\""},"revenue":{"amount":"9.990","currency":"EUR"},"scroll_depth":40,"engagement_time_ms":1500}"#,
        ),
    ] {
        let written = ndjson::chunk(&[event], &|visitor| format!("v{}", visitor.0));
        assert_eq!(String::from_utf8(written).unwrap(), format!("{line}\n"));
    }
}
