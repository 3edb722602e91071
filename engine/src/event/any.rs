//! Events with any values, for property tests: of this crate and, with the feature `testing`, of others. Each test says
//! what its texts are.

use super::{Event, UnixSeconds, VisitAttributes, VisitorHash};
use proptest::prelude::*;
use protocol::event::{Payload, Revenue};

/// The fields of a kind that has fields of its own.
pub fn own_fields<T: Strategy<Value = String> + Clone>(text: T) -> impl Strategy<Value = Payload> {
    let (text, number) = (|| text.clone(), any::<u32>());
    prop_oneof![
        (text(), text(), text(), text(), any::<Option<u32>>()).prop_map(
            |(name, variant, version, action, duration_ms)| {
                Payload::Component { name, variant, version, action, duration_ms }
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
        (text(), proptest::collection::vec(text(), 0..4), any::<bool>(), number, text()).prop_map(
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

/// The fields of any kind.
pub fn detail<T: Strategy<Value = String> + Clone>(text: T) -> impl Strategy<Value = Payload> {
    let engagement = (any::<Option<u8>>(), any::<u32>())
        .prop_map(|(scroll_depth, engagement_time_ms)| Payload::Engagement { scroll_depth, engagement_time_ms });
    let custom = (text.clone(), any::<bool>()).prop_map(|(name, interactive)| Payload::Custom { name, interactive });
    prop_oneof![1 => Just(Payload::Pageview), 1 => engagement, 1 => custom, 7 => own_fields(text)]
}

/// Attributes of a visit.
pub fn visit(text: impl Strategy<Value = String>) -> impl Strategy<Value = VisitAttributes> {
    (proptest::collection::vec(text, 17), any::<u32>()).prop_map(|(texts, city)| {
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

/// An event that begins as `page` and may have whatever an event may have besides.
pub fn completed<T: Strategy<Value = String> + Clone>(
    page: impl Strategy<Value = Event>,
    text: T,
    revenue: impl Strategy<Value = Revenue>,
    detail: impl Strategy<Value = Payload>,
) -> impl Strategy<Value = Event> {
    (
        page,
        visit(text.clone()),
        proptest::collection::vec((text.clone(), text), 0..4),
        proptest::option::of(revenue),
        (any::<Option<u8>>(), any::<Option<u32>>()),
        proptest::option::of(detail),
    )
        .prop_map(|(page, visit, props, revenue, (scroll_depth, engagement_time_ms), detail)| Event {
            visit,
            props,
            revenue,
            scroll_depth,
            engagement_time_ms,
            detail: detail.map(Box::new),
            ..page
        })
}

/// An event with any values and short texts, of one of three visitors.
pub fn event() -> impl Strategy<Value = Event> {
    let text = "[a-cü/]{0,3}";
    let page = (any::<i64>(), 0u64..3, text, any::<bool>(), text, text).prop_map(
        |(seconds, visitor, name, interactive, hostname, pathname)| Event {
            time: UnixSeconds(seconds),
            visitor: VisitorHash(visitor << 40 | visitor),
            name,
            interactive,
            hostname,
            pathname,
            ..Event::default()
        },
    );
    let revenue = (any::<i64>(), any::<[u8; 3]>())
        .prop_map(|(amount_thousandths, currency)| Revenue { amount_thousandths, currency });
    completed(page, text, revenue, detail(text))
}
