//! Events of the vectors as the edge would keep them.

use engine::event::{Event, UnixSeconds, VisitAttributes, VisitorHash};
use protocol::event::Revenue;
use serde_json::Value;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Seconds since 1970 of an RFC 3339 text.
pub(crate) fn seconds(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_second()
}

/// One line of an import.
pub(crate) fn event(line: &Value) -> Event {
    let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
    let mut visitor = DefaultHasher::new();
    text("visitor").hash(&mut visitor);
    Event {
        time: UnixSeconds(seconds(&text("timestamp"))),
        visitor: VisitorHash(visitor.finish()),
        name: text("name"),
        interactive: line["interactive"].as_bool().unwrap_or(true),
        hostname: text("hostname"),
        pathname: line["pathname"].as_str().unwrap_or("/").to_owned(),
        visit: VisitAttributes {
            referrer: text("referrer"),
            source: text("source"),
            channel: channel(&text("source")).to_owned(),
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
            city: line["city"].as_u64().unwrap_or_default() as u32,
            language: text("language"),
            screen: text("screen"),
        },
        props: line["props"].as_object().into_iter().flatten().map(|(key, value)| (key.clone(), prop(value))).collect(),
        revenue: line["revenue"].as_object().map(|revenue| Revenue {
            amount_thousandths: (revenue["amount"].as_f64().unwrap() * 1000.0).round() as i64,
            currency: revenue["currency"].as_str().unwrap().as_bytes().try_into().unwrap(),
        }),
        scroll_depth: line["scroll_depth"].as_u64().filter(|depth| *depth <= 100).map(|depth| depth as u8),
        engagement_time_ms: line["engagement_time_ms"].as_u64().map(|time_ms| time_ms as u32),
        detail: None,
    }
}

fn prop(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The edge derives channels from public lists; the vectors need these two.
fn channel(source: &str) -> &'static str {
    if source == "Google" { "Organic Search" } else { "" }
}
