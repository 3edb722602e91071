//! Events by chance: every field, the kinds with fields of their own, and texts that formats stumble over.

use engine::event::{Event, UnixSeconds, VisitAttributes, VisitorHash};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use protocol::event::{Payload, Revenue};

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

fn detail() -> impl Strategy<Value = Payload> {
    let number = any::<u32>();
    prop_oneof![
        (text(), text(), text(), text(), any::<Option<u32>>()).prop_map(
            |(name, variant, version, action, duration_ms)| Payload::Component {
                name,
                variant,
                version,
                action,
                duration_ms
            }
        ),
        (text(), text(), any::<u16>(), number, any::<u64>(), any::<u64>()).prop_map(
            |(method, route, status, duration_ms, bytes_in, bytes_out)| Payload::Request {
                method,
                route,
                status,
                duration_ms,
                bytes_in,
                bytes_out
            }
        ),
        (text(), text(), number, any::<u64>()).prop_map(|(system, fingerprint, duration_ms, rows)| Payload::Query {
            system,
            fingerprint,
            duration_ms,
            rows
        }),
        (text(), number, text(), text()).prop_map(|(name, value_thousandths, rating, target)| Payload::Vital {
            name,
            value_thousandths,
            rating,
            target
        }),
        (text(), text()).prop_map(|(class, fingerprint)| Payload::Error { class, fingerprint }),
        (text(), vec(text(), 0..4), any::<bool>(), number, text()).prop_map(
            |(name, flags, success, duration_ms, version)| Payload::Command {
                name,
                flags,
                success,
                duration_ms,
                version
            }
        ),
        (text(), any::<u16>(), any::<bool>(), number)
            .prop_map(|(name, status, success, duration_ms)| { Payload::Check { name, status, success, duration_ms } }),
    ]
}

fn visit() -> impl Strategy<Value = VisitAttributes> {
    (vec(text(), 17), any::<u32>()).prop_map(|(texts, city)| {
        let mut texts = texts.into_iter();
        let mut next = || texts.next().unwrap_or_default();
        VisitAttributes {
            referrer: next(),
            source: next(),
            channel: next(),
            utm_medium: next(),
            utm_source: next(),
            utm_campaign: next(),
            utm_content: next(),
            utm_term: next(),
            device: next(),
            browser: next(),
            browser_version: next(),
            os: next(),
            os_version: next(),
            country: next(),
            region: next(),
            city,
            language: next(),
            screen: next(),
        }
    })
}

fn revenue() -> impl Strategy<Value = Revenue> {
    (any::<i64>(), "[A-Z]{3}").prop_map(|(amount_thousandths, currency)| Revenue {
        amount_thousandths,
        currency: currency.into_bytes().try_into().unwrap(),
    })
}

/// An event. Its name is that of its kind, or a custom event's.
pub(crate) fn event() -> impl Strategy<Value = Event> {
    let name = prop_oneof![Just("pageview".to_owned()), Just("engagement".to_owned()), "[=a-cü' ]{1,3}"];
    (
        (TIMES, any::<u64>(), name, any::<bool>(), text(), text()),
        visit(),
        vec((text(), text()), 0..4),
        option::of(revenue()),
        (any::<Option<u8>>(), any::<Option<u32>>()),
        option::of(detail()),
    )
        .prop_map(|(page, visit, props, revenue, (scroll_depth, engagement_time_ms), detail)| Event {
            time: UnixSeconds(page.0),
            visitor: VisitorHash(page.1),
            name: detail.as_ref().map_or(page.2, |detail| detail.kind().to_owned()),
            interactive: page.3,
            hostname: page.4,
            pathname: page.5,
            visit,
            props,
            revenue,
            scroll_depth,
            engagement_time_ms,
            detail: detail.map(Box::new),
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
