//! One JSON object per line, in the fields that the import reads: importing an export gives the same events.

use crate::column::{currency, detail};
use crate::json::{self, Object};
use crate::props::counted;
use crate::visitor::VisitorText;
use crate::{decimal, moment};
use engine::event::{Event, VisitAttributes};
use protocol::event::Payload;

/// Writes events as lines, each with its end.
pub fn chunk(events: &[Event], visitor: VisitorText) -> Vec<u8> {
    let mut out = String::new();
    for event in events {
        line(&mut out, event, visitor);
        out.push('\n');
    }
    out.into_bytes()
}

fn line(out: &mut String, event: &Event, visitor: VisitorText) {
    let mut object = Object::begin(out);
    object.text("name", &event.name);
    object.text("visitor", &visitor(event.visitor));
    object.text("timestamp", &moment::text(event.time));
    if !event.interactive {
        object.plain("interactive", false);
    }
    object.text("hostname", &event.hostname);
    object.text("pathname", &event.pathname);
    attributes(&mut object, &event.visit);
    if !event.props.is_empty() {
        json::pairs(object.key("props"), counted(&event.props));
    }
    if let Some(revenue) = &event.revenue {
        let mut money = Object::begin(object.key("revenue"));
        // As text, because a reader would take a number for a binary fraction.
        money.text("amount", &decimal::text(revenue.amount_thousandths));
        money.text("currency", currency(revenue));
        money.end();
    }
    if let Some(depth) = event.scroll_depth {
        object.plain("scroll_depth", depth);
    }
    if let Some(time_ms) = event.engagement_time_ms {
        object.plain("engagement_time_ms", time_ms);
    }
    if let Some(payload) = detail(event) {
        let mut own = Object::begin(object.key(payload.kind()));
        fields(&mut own, payload);
        own.end();
    }
    object.end();
}

fn attributes(object: &mut Object, visit: &VisitAttributes) {
    for (key, value) in [
        ("referrer", &visit.referrer),
        ("source", &visit.source),
        ("channel", &visit.channel),
        ("utm_medium", &visit.utm_medium),
        ("utm_source", &visit.utm_source),
        ("utm_campaign", &visit.utm_campaign),
        ("utm_content", &visit.utm_content),
        ("utm_term", &visit.utm_term),
        ("device", &visit.device),
        ("browser", &visit.browser),
        ("browser_version", &visit.browser_version),
        ("os", &visit.os),
        ("os_version", &visit.os_version),
        ("country", &visit.country),
        ("region", &visit.region),
        ("language", &visit.language),
        ("screen", &visit.screen),
    ] {
        object.text(key, value);
    }
    if visit.city != 0 {
        object.plain("city", visit.city);
    }
}

fn fields(own: &mut Object, payload: &Payload) {
    match payload {
        Payload::Pageview | Payload::Engagement { .. } | Payload::Custom { .. } => {}
        Payload::Component { name, variant, version, action, duration_ms } => {
            own.text("name", name);
            own.text("variant", variant);
            own.text("version", version);
            own.text("action", action);
            if let Some(duration_ms) = duration_ms {
                own.plain("duration_ms", duration_ms);
            }
        }
        Payload::Request { method, route, status, duration_ms, bytes_in, bytes_out } => {
            own.text("method", method);
            own.text("route", route);
            own.plain("status", status);
            own.plain("duration_ms", duration_ms);
            own.plain("bytes_in", bytes_in);
            own.plain("bytes_out", bytes_out);
        }
        Payload::Query { system, fingerprint, duration_ms, rows } => {
            own.text("system", system);
            own.text("fingerprint", fingerprint);
            own.plain("duration_ms", duration_ms);
            own.plain("rows", rows);
        }
        Payload::Vital { name, value_thousandths, rating, target } => {
            own.text("name", name);
            own.plain("value", decimal::text(i64::from(*value_thousandths)));
            own.text("rating", rating);
            own.text("target", target);
        }
        Payload::Error { class, fingerprint } => {
            own.text("type", class);
            own.text("fingerprint", fingerprint);
        }
        Payload::Command { name, flags, success, duration_ms, version } => {
            own.text("name", name);
            if !flags.is_empty() {
                json::texts(own.key("flags"), flags);
            }
            own.plain("success", success);
            own.plain("duration_ms", duration_ms);
            own.text("version", version);
        }
        Payload::Check { name, status, success, duration_ms } => {
            own.text("name", name);
            own.plain("status", status);
            own.plain("success", success);
            own.plain("duration_ms", duration_ms);
        }
    }
}
