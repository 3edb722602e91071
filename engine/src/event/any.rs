//! Events of all kinds with any values, for property tests.

use super::{Event, UnixSeconds, VisitAttributes, VisitorHash};
use proptest::prelude::*;
use protocol::event::{Payload, Revenue};

/// The fields of some kind.
pub(crate) fn detail() -> impl Strategy<Value = Payload> {
    let (text, number) = ("[a-c/]{0,3}", any::<u32>());
    prop_oneof![
        Just(Payload::Pageview),
        (any::<Option<u8>>(), number)
            .prop_map(|(scroll_depth, engagement_time_ms)| Payload::Engagement { scroll_depth, engagement_time_ms }),
        (text, any::<bool>()).prop_map(|(name, interactive)| Payload::Custom { name, interactive }),
        (text, text, text, text, any::<Option<u32>>()).prop_map(|(name, variant, version, action, duration_ms)| {
            Payload::Component { name, variant, version, action, duration_ms }
        }),
        (text, text, any::<u16>(), number, any::<u64>(), any::<u64>()).prop_map(
            |(method, route, status, duration_ms, bytes_in, bytes_out)| Payload::Request {
                method,
                route,
                status,
                duration_ms,
                bytes_in,
                bytes_out
            }
        ),
        (text, text, number, any::<u64>()).prop_map(|(system, fingerprint, duration_ms, rows)| Payload::Query {
            system,
            fingerprint,
            duration_ms,
            rows
        }),
        (text, number, text, text).prop_map(|(name, value_thousandths, rating, target)| Payload::Vital {
            name,
            value_thousandths,
            rating,
            target
        }),
        (text, text).prop_map(|(class, fingerprint)| Payload::Error { class, fingerprint }),
        (text, proptest::collection::vec(text, 0..3), any::<bool>(), number, text).prop_map(
            |(name, flags, success, duration_ms, version)| Payload::Command {
                name,
                flags,
                success,
                duration_ms,
                version
            }
        ),
        (text, any::<u16>(), any::<bool>(), number)
            .prop_map(|(name, status, success, duration_ms)| { Payload::Check { name, status, success, duration_ms } }),
    ]
}

/// Attributes of a visit, each of few values.
pub(crate) fn visit() -> impl Strategy<Value = VisitAttributes> {
    (proptest::collection::vec("[a-cü]{0,2}", 17), any::<u32>()).prop_map(|(texts, city)| {
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

/// An event with any values, of one of three visitors.
pub(crate) fn event() -> impl Strategy<Value = Event> {
    (
        (any::<i64>(), 0u64..3, "[a-c]{0,3}", any::<bool>(), "[a-c]{0,3}", "/[a-c]{0,3}"),
        visit(),
        proptest::collection::vec(("[a-c]{1,2}", "[a-c]{0,2}"), 0..3),
        proptest::option::of((any::<i64>(), any::<[u8; 3]>())),
        (any::<Option<u8>>(), any::<Option<u32>>()),
        proptest::option::of(detail()),
    )
        .prop_map(|(page, visit, props, revenue, (scroll_depth, engagement_time_ms), detail)| Event {
            time: UnixSeconds(page.0),
            visitor: VisitorHash(page.1 << 40 | page.1),
            name: page.2,
            interactive: page.3,
            hostname: page.4,
            pathname: page.5,
            visit,
            props,
            revenue: revenue.map(|(amount_thousandths, currency)| Revenue { amount_thousandths, currency }),
            scroll_depth,
            engagement_time_ms,
            detail: detail.map(Box::new),
        })
}
