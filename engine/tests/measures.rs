//! What events of single kinds have: it can be grouped by, summed and dated, over one segment as over several.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use engine::event::{Event, UnixSeconds, VisitorHash};
use engine::query::{Kind, answer};
use engine::segment::{Hashes, Part, Segment, encode};
use engine::site::SiteSettings;
use protocol::event::Payload;
use serde_json::{Value, json};

const DAY: i64 = 86_400;

fn ask(events: &[Event], request: &Value) -> Value {
    let part = |events: &[Event]| Part::new(Segment::open(encode(events, Hashes::Keep).into()).unwrap());
    let of =
        |parts: &[Part]| answer(Kind::Query, parts, &SiteSettings::default(), UnixSeconds(30 * DAY), request).unwrap();
    // No visitor has two events, so that any cut is one between visitors.
    let (left, right) = events.split_at(events.len() / 2);
    let one = of(&[part(events)]);
    assert_eq!(one, of(&[part(left), part(right)]));
    one
}

#[test]
fn what_single_kinds_have_can_be_grouped_summed_and_dated() {
    let vital = |value_thousandths| Payload::Vital {
        name: "LCP".into(),
        value_thousandths,
        rating: "good".into(),
        target: String::new(),
    };
    let query = |duration_ms, rows| Payload::Query {
        system: "postgresql".into(),
        fingerprint: "select * from users where id = ?".into(),
        duration_ms,
        rows,
    };
    let command = |flags: &[&str]| Payload::Command {
        name: "build".into(),
        flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
        success: true,
        duration_ms: 10,
        version: "1.0".into(),
    };
    let details = [
        vital(2_478_000),
        vital(2_401_999),
        vital(137),
        query(1_200, 5),
        query(80, 7),
        command(&["--watch", "--json"]),
        command(&[]),
    ];
    let event = |(place, detail): (usize, &Payload)| Event {
        visitor: VisitorHash::of_name(place as u64),
        time: UnixSeconds(20 * DAY + place as i64),
        name: detail.kind().to_owned(),
        detail: Some(Box::new(detail.clone())),
        ..Event::default()
    };
    let view = Event { time: UnixSeconds(19 * DAY), name: "pageview".into(), ..Event::default() };
    let events: Vec<Event> = details.iter().enumerate().map(event).chain([view]).collect();
    let of = |dimension: &str, metrics: Value, filter: Value| {
        let found = ask(
            &events,
            &json!({
                "site_id": "example.com", "date_range": "30d", "dimensions": [dimension], "metrics": metrics,
                "filters": [filter],
            }),
        );
        let rows = found["results"].as_array().unwrap().iter();
        rows.map(|row| json!([row["dimensions"][0], row["metrics"]])).collect::<Value>()
    };
    for (dimension, metrics, filter, expected) in [
        (
            "event:measure",
            json!(["events", "sum"]),
            json!(["is_not", "event:vital", ["(none)"]]),
            json!([["2400", [2, 4879.999]], ["0.13", [1, 0.137]]]),
        ),
        (
            "event:system",
            json!(["rows", "sum", "first_seen", "last_seen"]),
            json!(["is_not", "event:system", ["(none)"]]),
            json!([["postgresql", [12, 1280.0, 20 * DAY + 3, 20 * DAY + 4]]]),
        ),
        (
            "event:flags",
            json!(["events", "rows"]),
            json!(["is", "event:command", ["build"]]),
            json!([["[\"--watch\",\"--json\"]", [1, 0]], ["[]", [1, 0]]]),
        ),
        (
            "event:name",
            json!(["first_seen", "sum"]),
            json!(["is", "event:name", ["pageview"]]),
            json!([["pageview", [19 * DAY, null]]]),
        ),
        ("event:vital", json!(["events"]), json!(["is", "event:measure", ["2400"]]), json!([["LCP", [2]]])),
    ] {
        assert_eq!(of(dimension, metrics, filter), expected, "{dimension}");
    }
}
