//! The columns that CSV and Parquet share, in their order.

use crate::cell::{Cell, Field, Kind, Value};
use crate::moment;
use engine::event::{Event, UnixSeconds, VisitorHash};
use protocol::event::{Payload, Revenue};

/// A column: where its values are in an event.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Whether an event may be without a value, which Parquet's columns say of themselves.
    #[cfg_attr(not(feature = "parquet"), expect(dead_code))]
    pub(crate) optional: bool,
    pub(crate) get: fn(&Event) -> Cell<'_>,
    /// Takes a value into an event; none where it is not one of the column's. The columns go in their order, because
    /// `kind` makes the fields that those of the kinds then fill.
    pub(crate) put: fn(&mut Event, Value) -> Option<()>,
}

macro_rules! field {
    ($name:literal, $type:ty, $($path:ident).+) => {
        Column {
            name: $name,
            kind: <$type as Field>::KIND,
            optional: <$type as Field>::OPTIONAL,
            get: |event| event.$($path).+.cell(),
            put: |event, value| event.$($path).+.put(value),
        }
    };
}

macro_rules! detail {
    ($name:literal, $type:ty, $kind:ident.$field:ident) => {
        Column {
            name: $name,
            kind: <$type as Field>::KIND,
            optional: true,
            get: |event| match event.detail.as_deref() {
                Some(Payload::$kind { $field, .. }) => $field.cell(),
                _ => Cell::Absent,
            },
            put: |event, value| match event.detail.as_deref_mut() {
                Some(Payload::$kind { $field, .. }) => $field.put(value),
                _ => (value == Value::Absent).then_some(()),
            },
        }
    };
}

/// All columns.
pub(crate) static COLUMNS: [Column; 60] = [
    Column {
        name: "timestamp",
        kind: Kind::Time,
        optional: false,
        get: |event| Cell::Number(moment::sayable(event.time).0 as u64),
        put: |event, value| {
            let Value::Number(seconds) = value else { return None };
            event.time = UnixSeconds(seconds as i64);
            Some(())
        },
    },
    Column {
        name: "visitor",
        kind: Kind::Number(64),
        optional: false,
        get: |event| Cell::Number(event.visitor.0),
        put: |event, value| {
            let Value::Number(hash) = value else { return None };
            event.visitor = VisitorHash(hash);
            Some(())
        },
    },
    Column { name: "kind", kind: Kind::Text, optional: false, get: |event| Cell::Text(kind(event)), put: begin_kind },
    field!("name", String, name),
    field!("interactive", bool, interactive),
    field!("hostname", String, hostname),
    field!("pathname", String, pathname),
    field!("referrer", String, visit.referrer),
    field!("source", String, visit.source),
    field!("channel", String, visit.channel),
    field!("utm_medium", String, visit.utm_medium),
    field!("utm_source", String, visit.utm_source),
    field!("utm_campaign", String, visit.utm_campaign),
    field!("utm_content", String, visit.utm_content),
    field!("utm_term", String, visit.utm_term),
    field!("device", String, visit.device),
    field!("browser", String, visit.browser),
    field!("browser_version", String, visit.browser_version),
    field!("os", String, visit.os),
    field!("os_version", String, visit.os_version),
    field!("country", String, visit.country),
    field!("region", String, visit.region),
    field!("city", u32, visit.city),
    field!("language", String, visit.language),
    field!("screen", String, visit.screen),
    field!("props", Vec<(String, String)>, props),
    Column {
        name: "revenue_amount",
        kind: Kind::Decimal,
        optional: true,
        get: |event| event.revenue.map_or(Cell::Absent, |revenue| Cell::Number(revenue.amount_thousandths as u64)),
        put: begin_revenue,
    },
    Column {
        name: "revenue_currency",
        kind: Kind::Text,
        optional: true,
        get: |event| event.revenue.as_ref().map_or(Cell::Absent, |revenue| Cell::Text(currency(revenue))),
        put: put_currency,
    },
    field!("scroll_depth", Option<u8>, scroll_depth),
    field!("engagement_time_ms", Option<u32>, engagement_time_ms),
    detail!("component_name", String, Component.name),
    detail!("component_variant", String, Component.variant),
    detail!("component_version", String, Component.version),
    detail!("component_action", String, Component.action),
    detail!("component_duration_ms", Option<u32>, Component.duration_ms),
    detail!("request_method", String, Request.method),
    detail!("request_route", String, Request.route),
    detail!("request_status", u16, Request.status),
    detail!("request_duration_ms", u32, Request.duration_ms),
    detail!("request_bytes_in", u64, Request.bytes_in),
    detail!("request_bytes_out", u64, Request.bytes_out),
    detail!("query_system", String, Query.system),
    detail!("query_fingerprint", String, Query.fingerprint),
    detail!("query_duration_ms", u32, Query.duration_ms),
    detail!("query_rows", u64, Query.rows),
    detail!("vital_name", String, Vital.name),
    Column {
        name: "vital_value",
        kind: Kind::Decimal,
        optional: true,
        get: |event| match event.detail.as_deref() {
            Some(Payload::Vital { value_thousandths, .. }) => value_thousandths.cell(),
            _ => Cell::Absent,
        },
        put: |event, value| match event.detail.as_deref_mut() {
            Some(Payload::Vital { value_thousandths, .. }) => value_thousandths.put(value),
            _ => (value == Value::Absent).then_some(()),
        },
    },
    detail!("vital_rating", String, Vital.rating),
    detail!("vital_target", String, Vital.target),
    detail!("error_type", String, Error.class),
    detail!("error_fingerprint", String, Error.fingerprint),
    detail!("command_name", String, Command.name),
    detail!("command_flags", Vec<String>, Command.flags),
    detail!("command_success", bool, Command.success),
    detail!("command_duration_ms", u32, Command.duration_ms),
    detail!("command_version", String, Command.version),
    detail!("check_name", String, Check.name),
    detail!("check_status", u16, Check.status),
    detail!("check_success", bool, Check.success),
    detail!("check_duration_ms", u32, Check.duration_ms),
];

/// The kind of an event.
fn kind(event: &Event) -> &str {
    match (detail(event), &*event.name) {
        (Some(detail), _) => detail.kind(),
        (None, "pageview" | "engagement") => &event.name,
        (None, _) => "custom",
    }
}

/// The fields that only the event's kind has.
pub(crate) fn detail(event: &Event) -> Option<&Payload> {
    let detail = event.detail.as_deref();
    detail.filter(|detail| !matches!(detail, Payload::Pageview | Payload::Engagement { .. } | Payload::Custom { .. }))
}

fn begin_kind(event: &mut Event, value: Value) -> Option<()> {
    let Value::Text(kind) = value else { return None };
    let text = String::new;
    let (duration_ms, status, success) = (0, 0, false);
    let detail = match &*kind {
        "pageview" | "engagement" | "custom" => {
            event.detail = None;
            return Some(());
        }
        "component" => {
            Payload::Component { name: text(), variant: text(), version: text(), action: text(), duration_ms: None }
        }
        "request" => Payload::Request { method: text(), route: text(), status, duration_ms, bytes_in: 0, bytes_out: 0 },
        "query" => Payload::Query { system: text(), fingerprint: text(), duration_ms, rows: 0 },
        "vital" => Payload::Vital { name: text(), value_thousandths: 0, rating: text(), target: text() },
        "error" => Payload::Error { class: text(), fingerprint: text() },
        "command" => Payload::Command { name: text(), flags: Vec::new(), success, duration_ms, version: text() },
        "check" => Payload::Check { name: text(), status, success, duration_ms },
        _ => return None,
    };
    event.detail = Some(Box::new(detail));
    Some(())
}

const NO_CURRENCY: [u8; 3] = *b"XXX";

fn begin_revenue(event: &mut Event, value: Value) -> Option<()> {
    event.revenue = match value {
        Value::Absent => None,
        Value::Number(amount) => Some(Revenue { amount_thousandths: amount as i64, currency: NO_CURRENCY }),
        _ => return None,
    };
    Some(())
}

fn put_currency(event: &mut Event, value: Value) -> Option<()> {
    match (&mut event.revenue, value) {
        (None, Value::Absent) => Some(()),
        (Some(revenue), Value::Text(text)) => {
            revenue.currency = text.as_bytes().try_into().ok()?;
            revenue.currency.iter().all(u8::is_ascii_uppercase).then_some(())
        }
        _ => None,
    }
}

pub(crate) fn currency(revenue: &Revenue) -> &str {
    let capitals = revenue.currency.iter().all(u8::is_ascii_uppercase);
    std::str::from_utf8(&revenue.currency).ok().filter(|_| capitals).unwrap_or("XXX")
}
