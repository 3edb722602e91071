//! Events and visits as the reader writes them.

use engine::event::{Event, VisitAttributes};
use engine::segment::Hashes;
use protocol::event::Payload;
use serde_json::{Value, json};

/// The events as lines. Visits are found from the times of each visitor's events, as the document says.
pub(crate) fn of_events(events: &[Event], hashes: Hashes) -> Vec<Value> {
    let mut lines = Vec::new();
    let mut visits_before = 0;
    for (place, visitor) in by_visitor(events).enumerate() {
        let visits = visits_of(visitor);
        for (event, visit) in visitor.iter().zip(&visits) {
            let known = hashes == Hashes::Keep || !event.visitor.is_of_one_day();
            lines.push(json!({
                "visitor": place,
                "hash": known.then(|| format!("{:016x}", event.visitor.0)),
                "visit": visits_before + visit,
                "time": event.time.0,
                "name": event.name,
                "interactive": event.interactive,
                "hostname": event.hostname,
                "pathname": event.pathname,
                "attributes": attributes(&event.visit),
                "props": event.props,
                "revenue": event.revenue.map(|revenue| json!({
                    "amount_thousandths": revenue.amount_thousandths,
                    "currency": str::from_utf8(&revenue.currency).unwrap(),
                })),
                "scroll_depth": event.scroll_depth,
                "engagement_time_ms": event.engagement_time_ms,
                "detail": event.detail.as_deref().map(detail),
            }));
        }
        visits_before += visits.iter().max().unwrap() + 1;
    }
    lines
}

/// The visits as lines.
pub(crate) fn of_visits(events: &[Event]) -> Vec<Value> {
    let mut lines = Vec::new();
    for (place, visitor) in by_visitor(events).enumerate() {
        let visits = visits_of(visitor);
        for visit in 0..=*visits.iter().max().unwrap() {
            let events = || visitor.iter().zip(&visits).filter(|(_, own)| **own == visit).map(|(event, _)| event);
            let describing = events().find(|event| event.name != "engagement").or_else(|| events().next()).unwrap();
            lines.push(json!({
                "visitor": place,
                "start": events().map(|event| event.time.0).min(),
                "rows": events().count(),
                "attributes": attributes(&describing.visit),
            }));
        }
    }
    lines
}

fn by_visitor(events: &[Event]) -> impl Iterator<Item = &[Event]> {
    events.chunk_by(|left, right| left.visitor == right.visitor)
}

/// For each of a visitor's events which of the visitor's visits it belongs to.
fn visits_of(events: &[Event]) -> Vec<usize> {
    let mut by_time: Vec<(i64, usize)> = events.iter().map(|event| event.time.0).zip(0..).collect();
    by_time.sort_unstable();
    let mut visits = vec![0; events.len()];
    let mut visit = 0;
    for pair in by_time.windows(2) {
        visit += usize::from(pair[1].0.saturating_sub(pair[0].0) > 1_800);
        visits[pair[1].1] = visit;
    }
    visits
}

fn attributes(visit: &VisitAttributes) -> Value {
    json!({
        "referrer": visit.referrer,
        "source": visit.source,
        "channel": visit.channel,
        "utm_medium": visit.utm_medium,
        "utm_source": visit.utm_source,
        "utm_campaign": visit.utm_campaign,
        "utm_content": visit.utm_content,
        "utm_term": visit.utm_term,
        "device": visit.device,
        "browser": visit.browser,
        "browser_version": visit.browser_version,
        "os": visit.os,
        "os_version": visit.os_version,
        "country": visit.country,
        "region": visit.region,
        "city": visit.city,
        "language": visit.language,
        "screen": visit.screen,
    })
}

fn detail(payload: &Payload) -> Value {
    let mut fields = match payload {
        Payload::Pageview => json!({}),
        Payload::Engagement { scroll_depth, engagement_time_ms } => {
            json!({"scroll_depth": scroll_depth, "engagement_time_ms": engagement_time_ms})
        }
        Payload::Custom { name, interactive } => json!({"name": name, "interactive": interactive}),
        Payload::Component { name, variant, version, action, duration_ms } => json!({
            "name": name, "variant": variant, "version": version, "action": action, "duration_ms": duration_ms,
        }),
        Payload::Request { method, route, status, duration_ms, bytes_in, bytes_out } => json!({
            "method": method, "route": route, "status": status, "duration_ms": duration_ms,
            "bytes_in": bytes_in, "bytes_out": bytes_out,
        }),
        Payload::Query { system, fingerprint, duration_ms, rows } => {
            json!({"system": system, "fingerprint": fingerprint, "duration_ms": duration_ms, "rows": rows})
        }
        Payload::Vital { name, value_thousandths, rating, target } => {
            json!({"name": name, "value_thousandths": value_thousandths, "rating": rating, "target": target})
        }
        Payload::Error { class, fingerprint } => json!({"class": class, "fingerprint": fingerprint}),
        Payload::Command { name, flags, success, duration_ms, version } => json!({
            "name": name, "flags": flags, "success": success, "duration_ms": duration_ms, "version": version,
        }),
        Payload::Check { name, status, success, duration_ms } => {
            json!({"name": name, "status": status, "success": success, "duration_ms": duration_ms})
        }
    };
    fields["kind"] = payload.kind().into();
    fields
}
