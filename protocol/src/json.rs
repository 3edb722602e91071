//! The JSON form of a batch, the same thing as the binary form in words:
//!
//! ```json
//! {"v": 1, "site": "example.com", "screen_width": 1440, "events": [
//!   {"id": "00112233445566778899aabbccddeeff", "name": "pageview", "url": "https://example.com/", "age_ms": 12},
//!   {"name": "Signup", "url": "https://example.com/", "props": {"plan": "pro", "seats": 3}, "interactive": true,
//!    "revenue": {"amount": 9.99, "currency": "USD"}},
//!   {"name": "component", "url": "https://example.com/", "component": {"name": "Button", "action": "impression"}}]}
//! ```
//!
//! `v` may be left out. `one_in` says how many each event of a sampled kind stands for, and
//! `"dropped": [{"id": "…", "events": 3}]` reports what the sender gave up; both may be left out. An event without
//! `id` is always counted. A `name` that is a kind with fields of its own
//! (`component`, `request`, `query`, `vital`, `error`, `command`, `check`) is of that kind where the object of that name is
//! there, else it is a custom event's, as any other name is. Of a key that occurs twice the last counts; nesting deeper
//! than 128 and lone surrogates are malformed.

mod fields;

use crate::check;
use crate::event::{Batch, Dropped, Event, EventId, Payload, Received, Revenue};
use crate::limits::{BATCH_BYTES_MAX, DROPPED_MAX, EVENTS_PER_BATCH_MAX, ONE_IN_MAX, SITE_BYTES_MAX};
use crate::outcome::{Invalid, Outcome, TooLarge};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use fields::{flag, number, text};
use serde_json::{Map, Value, json};

const MALFORMED: Outcome = Outcome::Invalid(Invalid::Malformed);
const BAD_FIELD: Outcome = Outcome::Invalid(Invalid::BadField);
const MISSING_FIELD: Outcome = Outcome::Invalid(Invalid::MissingField);

/// Reads a batch. An error refuses all of it.
pub fn decode(bytes: &[u8]) -> Result<Received, Outcome> {
    if bytes.len() > BATCH_BYTES_MAX {
        return Err(Outcome::TooLarge(TooLarge::Body));
    }
    let batch: Value = serde_json::from_slice(bytes).map_err(|_| MALFORMED)?;
    batch_of(&batch)
}

/// Reads a batch that is already a JSON value.
pub fn batch_of(batch: &Value) -> Result<Received, Outcome> {
    let batch = batch.as_object().ok_or(MALFORMED)?;
    if batch.get("v").is_some_and(|version| !matches!(version.as_u64(), Some(1 | 2))) {
        return Err(Outcome::Invalid(Invalid::UnknownVersion));
    }
    let site = text(batch, "site")?.filter(|site| !site.is_empty()).ok_or(MISSING_FIELD)?;
    if site.len() > SITE_BYTES_MAX {
        return Err(Outcome::TooLarge(TooLarge::Text));
    }
    let events = batch.get("events").ok_or(MISSING_FIELD)?.as_array().ok_or(MALFORMED)?;
    let dropped = batch.get("dropped").map_or(Ok(Vec::new()), dropped)?;
    if events.len() + dropped.len() > EVENTS_PER_BATCH_MAX {
        return Err(Outcome::TooLarge(TooLarge::Events));
    }
    let screen_width = number(batch, "screen_width")?.unwrap_or(0);
    let one_in = number(batch, "one_in")?.unwrap_or(1);
    if !(1..=ONE_IN_MAX).contains(&one_in) {
        return Err(BAD_FIELD);
    }
    Ok(Received { site, screen_width, one_in, events: events.iter().map(event).collect(), dropped })
}

fn dropped(reports: &Value) -> Result<Vec<Dropped>, Outcome> {
    let report = |report: &Value| {
        let report = report.as_object().ok_or(BAD_FIELD)?;
        let id = text(report, "id")?.and_then(|id| EventId::from_hex(&id)).ok_or(BAD_FIELD)?;
        let events = number::<u32>(report, "events")?.ok_or(MISSING_FIELD)?;
        Ok(Dropped { id, events: events.min(DROPPED_MAX) })
    };
    reports.as_array().ok_or(BAD_FIELD)?.iter().map(report).collect()
}

/// Reads one event.
pub fn event(event: &Value) -> Result<Event, Outcome> {
    let event = event.as_object().ok_or(MALFORMED)?;
    let id = match text(event, "id")? {
        Some(id) => EventId::from_hex(&id).ok_or(BAD_FIELD)?,
        None => EventId::default(),
    };
    let name = text(event, "name")?.ok_or(MISSING_FIELD)?;
    check::event(Event {
        id,
        // An age beyond what fits is as old as can be said: the edge refuses it as too old.
        age_ms: number::<u64>(event, "age_ms")?.map_or(0, |age| u32::try_from(age).unwrap_or(u32::MAX)),
        url: text(event, "url")?.ok_or(MISSING_FIELD)?,
        referrer: text(event, "referrer")?.unwrap_or_default(),
        payload: payload(&name, event)?,
        props: event.get("props").map_or(Ok(Vec::new()), props)?,
        revenue: event.get("revenue").map_or(Ok(None), revenue)?,
    })
}

/// Properties: an object of texts, numbers, booleans and nulls. Nulls are left out, the rest is written as text.
pub fn props(props: &Value) -> Result<Vec<(String, String)>, Outcome> {
    if props.is_null() {
        return Ok(Vec::new());
    }
    let mut read = Vec::new();
    for (key, value) in props.as_object().ok_or(BAD_FIELD)? {
        let value = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(flag) => flag.to_string(),
            Value::Null => continue,
            Value::Array(_) | Value::Object(_) => return Err(BAD_FIELD),
        };
        read.push((key.clone(), value));
    }
    Ok(read)
}

/// Money: `{"amount": 9.99, "currency": "USD"}`, the amount as a number or as decimal text.
pub fn revenue(revenue: &Value) -> Result<Option<Revenue>, Outcome> {
    if revenue.is_null() {
        return Ok(None);
    }
    let revenue = revenue.as_object().ok_or(BAD_FIELD)?;
    let amount = match revenue.get("amount").ok_or(MISSING_FIELD)? {
        Value::String(text) => fields::thousandths(text),
        Value::Number(number) => fields::thousandths(&number.to_string()),
        _ => None,
    };
    let currency = text(revenue, "currency")?.ok_or(MISSING_FIELD)?.to_ascii_uppercase();
    let currency: [u8; 3] = currency.as_bytes().try_into().map_err(|_| BAD_FIELD)?;
    if !currency.iter().all(u8::is_ascii_uppercase) {
        return Err(BAD_FIELD);
    }
    Ok(Some(Revenue { amount_thousandths: amount.ok_or(BAD_FIELD)?, currency }))
}

/// The kind that a name says, with its fields out of the event's object.
pub fn payload(name: &str, event: &Map<String, Value>) -> Result<Payload, Outcome> {
    let given = event.get(name).filter(|own| !own.is_null());
    let own = || given.and_then(Value::as_object).ok_or(BAD_FIELD);
    let words = |map: &Map<String, Value>, key: &str| text(map, key).map(Option::unwrap_or_default);
    // A kind's name without that kind's fields is a name that an owner gave: an `error`, a `query`.
    let kind = if given.is_some() || matches!(name, "pageview" | "engagement") { name } else { "custom" };
    Ok(match kind {
        "pageview" => Payload::Pageview,
        "engagement" => Payload::Engagement {
            // 255 is how Plausible's trackers say that nothing was measured.
            scroll_depth: number(event, "scroll_depth")?.filter(|depth| *depth != 255),
            engagement_time_ms: number(event, "engagement_time_ms")?.unwrap_or(0),
        },
        "component" => {
            let own = own()?;
            Payload::Component {
                name: words(own, "name")?,
                variant: words(own, "variant")?,
                version: words(own, "version")?,
                action: words(own, "action")?,
                duration_ms: number(own, "duration_ms")?,
            }
        }
        "request" => {
            let own = own()?;
            Payload::Request {
                method: words(own, "method")?,
                route: words(own, "route")?,
                status: number(own, "status")?.unwrap_or(0),
                duration_ms: number(own, "duration_ms")?.unwrap_or(0),
                bytes_in: number(own, "bytes_in")?.unwrap_or(0),
                bytes_out: number(own, "bytes_out")?.unwrap_or(0),
            }
        }
        "query" => {
            let own = own()?;
            Payload::Query {
                system: words(own, "system")?,
                fingerprint: words(own, "fingerprint")?,
                duration_ms: number(own, "duration_ms")?.unwrap_or(0),
                rows: number(own, "rows")?.unwrap_or(0),
            }
        }
        "vital" => {
            let own = own()?;
            Payload::Vital {
                name: words(own, "name")?,
                value_thousandths: fields::value_thousandths(own.get("value").ok_or(MISSING_FIELD)?)?,
                rating: words(own, "rating")?,
                target: words(own, "target")?,
            }
        }
        "error" => {
            let own = own()?;
            Payload::Error { class: words(own, "type")?, fingerprint: words(own, "fingerprint")? }
        }
        "command" => {
            let own = own()?;
            Payload::Command {
                name: words(own, "name")?,
                flags: fields::texts(own.get("flags"))?,
                success: flag(own, "success")?.unwrap_or(true),
                duration_ms: number(own, "duration_ms")?.unwrap_or(0),
                version: words(own, "version")?,
            }
        }
        "check" => {
            let own = own()?;
            Payload::Check {
                name: words(own, "name")?,
                status: number(own, "status")?.unwrap_or(0),
                success: flag(own, "success")?.unwrap_or(true),
                duration_ms: number(own, "duration_ms")?.unwrap_or(0),
            }
        }
        _ => Payload::Custom { name: name.into(), interactive: flag(event, "interactive")?.unwrap_or(true) },
    })
}

/// Writes a batch down.
pub fn encode(batch: &Batch) -> String {
    let events: Vec<Value> = batch.events.iter().map(event_value).collect();
    let dropped: Vec<Value> =
        batch.dropped.iter().map(|report| json!({ "id": report.id.to_hex(), "events": report.events })).collect();
    json!({
        "v": 2, "site": batch.site, "screen_width": batch.screen_width, "one_in": batch.one_in, "events": events,
        "dropped": dropped,
    })
    .to_string()
}

fn event_value(event: &Event) -> Value {
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| out.insert(key.into(), value);
    if event.id != EventId::default() {
        put("id", event.id.to_hex().into());
    }
    put("name", event.payload.name().into());
    put("url", event.url.clone().into());
    put("age_ms", event.age_ms.into());
    if !event.referrer.is_empty() {
        put("referrer", event.referrer.clone().into());
    }
    if !event.props.is_empty() {
        put("props", event.props.iter().map(|(key, value)| (key.clone(), Value::from(value.clone()))).collect());
    }
    if let Some(revenue) = event.revenue {
        let currency = String::from_utf8_lossy(&revenue.currency);
        let (sign, amount) =
            (if revenue.amount_thousandths < 0 { "-" } else { "" }, revenue.amount_thousandths.unsigned_abs());
        let amount = format!("{sign}{}.{:03}", amount / 1000, amount % 1000);
        put("revenue", json!({ "amount": amount, "currency": currency }));
    }
    match &event.payload {
        Payload::Pageview => {}
        Payload::Engagement { scroll_depth, engagement_time_ms } => {
            put("scroll_depth", (*scroll_depth).into());
            put("engagement_time_ms", (*engagement_time_ms).into());
        }
        Payload::Custom { interactive, .. } => {
            put("interactive", (*interactive).into());
        }
        other => {
            put(other.kind(), fields::own_value(other));
        }
    }
    Value::Object(out)
}
