//! Events by chance: every field, the kinds with fields of their own, and texts that formats stumble over.

use engine::event::any::{completed, own_fields};
use engine::event::{Event, UnixSeconds, VisitorHash};
use proptest::collection::vec;
use proptest::prelude::*;
use protocol::event::Revenue;

/// The times that RFC 3339 can say.
const TIMES: std::ops::RangeInclusive<i64> = -377_705_023_201..=253_402_207_200;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just(String::new()),
        3 => "[a-c/]{1,3}",
        2 => "['=+@\t\r\n ,;\"\\\\＝-]{1,4}",
        1 => any::<String>(),
    ]
}

fn revenue() -> impl Strategy<Value = Revenue> {
    (any::<i64>(), "[A-Z]{3}").prop_map(|(amount_thousandths, currency)| Revenue {
        amount_thousandths,
        currency: currency.into_bytes().try_into().unwrap(),
    })
}

/// An event. Its name is that of its kind, or a custom event's.
pub(crate) fn event() -> impl Strategy<Value = Event> {
    let name = prop_oneof![
        Just("pageview".to_owned()),
        Just("engagement".to_owned()),
        "[=a-cü' ]{1,3}",
        Just("error".to_owned())
    ];
    let page = (TIMES, any::<u64>(), name, any::<bool>(), text(), text()).prop_map(
        |(seconds, hash, name, interactive, hostname, pathname)| Event {
            time: UnixSeconds(seconds),
            visitor: VisitorHash(hash),
            name,
            interactive,
            hostname,
            pathname,
            ..Event::default()
        },
    );
    let text = text().boxed();
    completed(page, text.clone(), revenue(), own_fields(text)).prop_map(|mut event| {
        if let Some(detail) = &event.detail {
            event.name = detail.kind().to_owned();
        }
        event
    })
}

/// The event as it counts: of a property that comes twice, the first value that is not empty.
pub(crate) fn counted(mut event: Event) -> Event {
    let mut props: Vec<(String, String)> = Vec::new();
    for (key, value) in event.props.drain(..) {
        match props.iter_mut().find(|(other, _)| *other == key) {
            Some((_, earlier)) if earlier.is_empty() => *earlier = value,
            Some(_) => {}
            None => props.push((key, value)),
        }
    }
    Event { props, ..event }
}

/// A few events.
pub(crate) fn events() -> impl Strategy<Value = Vec<Event>> {
    vec(event(), 0..8)
}
