//! What owners ask and set, and what objects answer one another.

use engine::event::{Event, UnixSeconds, VisitAttributes, VisitorHash};
use engine::query::{Kind, Questions, answer};
use engine::segment::{Hashes, Part, Segment, encode};
use engine::site::{NoteKind, SiteSettings};
use serde_json::{Value, json};
use std::rc::Rc;

const HOUR_S: i64 = 3_600;
/// The present: 2026-01-15 noon.
const NOW: UnixSeconds = UnixSeconds(1_768_478_400);

/// Some visits of some visitors within the last two weeks.
fn events() -> Vec<Event> {
    (0..24)
        .map(|n: i64| Event {
            visitor: VisitorHash::of_name(n as u64 % 5),
            time: UnixSeconds(NOW.0 - n * 14 * HOUR_S),
            name: if n % 6 == 5 { "Signup" } else { "pageview" }.to_owned(),
            interactive: true,
            hostname: "example.com".to_owned(),
            pathname: format!("/{}", n % 4),
            visit: VisitAttributes {
                source: if n % 2 == 0 { "Google" } else { "" }.into(),
                ..VisitAttributes::default()
            },
            props: vec![("plan".to_owned(), format!("{}", n % 3))],
            ..Event::default()
        })
        .collect()
}

fn parts(events: &[Event]) -> Vec<Part> {
    Segment::open(encode(events, Hashes::Keep).into()).ok().map(Part::new).into_iter().collect()
}

fn kind(first: u8) -> Kind {
    match first {
        b'f' => Kind::Funnel,
        b'j' => Kind::Journeys,
        b'r' => Kind::Retention,
        _ => Kind::Query,
    }
}

/// A question: its kind by the first byte, then JSON. It is answered or refused, and the same in parts as at once.
pub(crate) fn query(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let Ok(request) = serde_json::from_slice::<Value>(rest) else { return };
    let (kind, site, events) = (kind(*first), SiteSettings::default(), events());
    let at_once = answer(kind, &parts(&events), &site, NOW, &request);
    let Ok(at_once) = at_once else { return };
    let first_event = events.iter().map(|event| event.time).min();
    let ask = || Questions::read(kind, Rc::new(site.clone()), NOW, first_event, &request);
    let (Ok(mut all), Ok(mut other)) = (ask(), ask()) else { panic!("it was read before") };
    let (one, two): (Vec<Event>, Vec<Event>) = events.iter().cloned().partition(|event| event.visitor.0 % 2 == 0);
    for part in &parts(&one) {
        all.add(part);
    }
    for part in &parts(&two) {
        other.add(part);
    }
    assert!(all.merge(&other.partial()).is_ok(), "what is counted can be handed over");
    assert_eq!(all.answer(), at_once);
}

/// Counts of another object: the kind of question by the first byte, then its bytes.
pub(crate) fn partial(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let about = json!({ "site_id": "example.com", "date_range": "30d" });
    let more = match first {
        b'f' => json!({ "steps": [
            { "name": "Home", "filter": ["is", "event:page", ["/0"]] },
            { "name": "Next", "filter": ["is", "event:page", ["/1"]] },
        ] }),
        b'j' | b'r' => json!({}),
        _ => json!({ "metrics": ["visitors", "visits", "bounce_rate"], "dimensions": ["visit:source", "event:page"] }),
    };
    let fields = [about, more].into_iter().filter_map(|value| value.as_object().cloned()).flatten();
    let request = Value::Object(fields.collect());
    let questions = Questions::read(kind(*first), Rc::default(), NOW, Some(UnixSeconds(0)), &request);
    let Ok(mut questions) = questions else { panic!("the question is a good one") };
    if questions.merge(rest).is_ok() {
        let _ = (questions.answer(), questions.partial());
    }
}

/// Settings, and notes of a site: what is taken is taken again in the form in which it is kept.
pub(crate) fn settings(bytes: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else { return };
    if let Ok(settings) = SiteSettings::from_json(&value) {
        assert_eq!(SiteSettings::from_json(&settings.to_json()).ok(), Some(settings));
    }
    for kind in [NoteKind::Segment, NoteKind::Annotation] {
        if let Ok(note) = kind.read(&value, &SiteSettings::default()) {
            assert!(kind.read(&note, &SiteSettings::default()).is_ok(), "{note}");
        }
    }
}
