//! The compact binary form of a batch, version 2.
//!
//! | part | bytes |
//! |---|---|
//! | version | 1: the number 2 |
//! | site | a text |
//! | screen width | a number |
//! | one in | a number: how many each event of a sampled kind stands for; not there in version 1 |
//! | id base | 12: the first bytes of every event's id |
//! | counter | a number: the last four bytes of the first event's id |
//! | events | a number, then each event |
//!
//! An event is a byte (kind in the low four bits; 16 own id, 32 referrer, 64 properties, 128 revenue), its id (a signed
//! number: the counter's step from one after the event before; or all 16 bytes), its age in milliseconds as a number,
//! its URL as a text, the referrer as a text if there is one, the fields of its kind in the order of
//! [`crate::event::Payload`], the properties (how many, then key and value as texts), and the revenue (a signed number
//! and three letters).
//!
//! A number is written in base 128, lowest seven bits first, the eighth bit saying that more follow (LEB128). A signed
//! number is folded (0, -1, 1, -2 … become 0, 1, 2, 3 …). A text is a number *n* and its bytes in UTF-8: *n* even gives
//! the length *n*/2; *n* odd repeats the text that was written as number (*n*-1)/2 of the batch. A number that may be
//! unknown is written one higher, 0 meaning unknown.
//!
//! The kind 10 is no event but a report that the sender gave events up: its URL is empty, and its one field is a number,
//! how many.
//!
//! A batch that waited with its sender is preceded by the number 3 and how many milliseconds it waited since it was made,
//! as a number, which all its events are older by.
//!
//! Version 1, which has no sampled events, is read as well. Bytes that are cut short, damaged or left over refuse the
//! whole batch; an event that can be read but breaks a rule is refused alone.

mod reader;
mod writer;

use crate::check;
use crate::event::{Batch, Dropped, Event, EventId, Payload, Received, Revenue};
use crate::limits::{BATCH_BYTES_MAX, DROPPED_MAX, EVENTS_PER_BATCH_MAX, ONE_IN_MAX, SITE_BYTES_MAX};
use crate::outcome::{Invalid, Outcome, TooLarge};
use alloc::string::String;
use alloc::vec::Vec;
use reader::Reader;
use writer::Writer;

/// The version that this build writes, the first byte of a batch.
pub const VERSION: u8 = 2;
/// The version without sampled events.
const UNSAMPLED: u8 = 1;
/// What precedes a batch that waited.
const WAITED: u8 = 3;

const OWN_ID: u8 = 16;
const REFERRER: u8 = 32;
const PROPS: u8 = 64;
const REVENUE: u8 = 128;
/// The kind of a report of what was given up.
const DROPPED: u8 = 10;

/// Writes a batch down.
pub fn encode(batch: &Batch) -> Vec<u8> {
    let mut out = Writer::new(VERSION);
    out.text(&batch.site);
    out.number(batch.screen_width.into());
    out.number(batch.one_in.into());
    let (base, first) = batch.events.first().map(|event| event.id).unwrap_or_default().parts();
    out.bytes(&base);
    out.number(first.into());
    out.number((batch.events.len() + batch.dropped.len()) as u64);
    let mut expected = first;
    for event in &batch.events {
        let (own, counter) = event.id.parts();
        let flags = (if own == base { 0 } else { OWN_ID })
            | (if event.referrer.is_empty() { 0 } else { REFERRER })
            | (if event.props.is_empty() { 0 } else { PROPS })
            | (if event.revenue.is_none() { 0 } else { REVENUE });
        out.byte(flags | kind(&event.payload));
        if own == base {
            out.signed(i64::from(counter) - i64::from(expected));
            expected = counter.wrapping_add(1);
        } else {
            out.bytes(&event.id.0);
        }
        out.number(event.age_ms.into());
        out.text(&event.url);
        if !event.referrer.is_empty() {
            out.text(&event.referrer);
        }
        write_payload(&mut out, &event.payload);
        if !event.props.is_empty() {
            out.number(event.props.len() as u64);
            for (key, value) in &event.props {
                out.text(key);
                out.text(value);
            }
        }
        if let Some(revenue) = event.revenue {
            out.signed(revenue.amount_thousandths);
            out.bytes(&revenue.currency);
        }
    }
    for report in &batch.dropped {
        out.byte(OWN_ID | DROPPED);
        out.bytes(&report.id.0);
        out.number(0);
        out.text("");
        out.number(report.events.into());
    }
    out.finish()
}

/// Reads a batch. An error refuses all of it: `Malformed`, `UnknownVersion`, or over a limit.
pub fn decode(bytes: &[u8]) -> Result<Received, Outcome> {
    if bytes.len() > BATCH_BYTES_MAX {
        return Err(Outcome::TooLarge(TooLarge::Body));
    }
    let mut from = Reader::new(bytes);
    let mut version = from.byte()?;
    let mut waited_ms = 0;
    if version == WAITED {
        waited_ms = from.number()?;
        version = from.byte()?;
    }
    if version != VERSION && version != UNSAMPLED {
        return Err(Outcome::Invalid(Invalid::UnknownVersion));
    }
    let site = from.text()?;
    let screen_width = from.small()?;
    let one_in = if version == UNSAMPLED { 1 } else { from.small()? };
    let base: [u8; 12] = from.array()?;
    let mut expected: u32 = from.small()?;
    let count = from.number()?;
    if count > EVENTS_PER_BATCH_MAX as u64 {
        return Err(Outcome::TooLarge(TooLarge::Events));
    }
    let mut events = Vec::new();
    let mut dropped = Vec::new();
    for _ in 0..count {
        let event = read_event(&mut from, base, &mut expected, &mut dropped)?.map(|event| {
            // An age beyond what fits is as old as can be said: the edge refuses it as too old.
            let age_ms = u32::try_from(u64::from(event.age_ms).saturating_add(waited_ms)).unwrap_or(u32::MAX);
            check::event(Event { age_ms, ..event })
        });
        events.extend(event);
    }
    if !from.is_done() {
        return Err(Outcome::Invalid(Invalid::Malformed));
    }
    if site.is_empty() {
        return Err(Outcome::Invalid(Invalid::MissingField));
    }
    if site.len() > SITE_BYTES_MAX {
        return Err(Outcome::TooLarge(TooLarge::Text));
    }
    if !(1..=ONE_IN_MAX).contains(&one_in) {
        return Err(Outcome::Invalid(Invalid::BadField));
    }
    Ok(Received { site, screen_width, one_in, events, dropped })
}

/// Reads what comes next: an event, or a report of what was given up, which joins the others.
fn read_event(
    from: &mut Reader,
    base: [u8; 12],
    expected: &mut u32,
    dropped: &mut Vec<Dropped>,
) -> Result<Option<Event>, Outcome> {
    let head = from.byte()?;
    let id = if head & OWN_ID == 0 {
        let counter = i64::from(*expected).checked_add(from.signed()?).and_then(|counter| u32::try_from(counter).ok());
        let counter = counter.ok_or(Outcome::Invalid(Invalid::Malformed))?;
        *expected = counter.wrapping_add(1);
        let mut id = [0; 16];
        id.iter_mut().zip(base).for_each(|(byte, random)| *byte = random);
        EventId::counted(id, counter)
    } else {
        EventId(from.array()?)
    };
    // An age beyond what fits is as old as can be said: the edge refuses it as too old.
    let age_ms = u32::try_from(from.number()?).unwrap_or(u32::MAX);
    let url = from.text()?;
    let referrer = if head & REFERRER == 0 { String::default() } else { from.text()? };
    if head & 15 == DROPPED {
        dropped.push(Dropped { id, events: from.small::<u32>()?.min(DROPPED_MAX) });
        return Ok(None);
    }
    let payload = read_payload(from, head & 15)?;
    let mut props = Vec::new();
    if head & PROPS != 0 {
        for _ in 0..from.number()? {
            props.push((from.text()?, from.text()?));
        }
    }
    let revenue = if head & REVENUE == 0 {
        None
    } else {
        Some(Revenue { amount_thousandths: from.signed()?, currency: from.array()? })
    };
    Ok(Some(Event { id, age_ms, url, referrer, payload, props, revenue }))
}

fn kind(payload: &Payload) -> u8 {
    match payload {
        Payload::Pageview => 0,
        Payload::Engagement { .. } => 1,
        Payload::Custom { .. } => 2,
        Payload::Component { .. } => 3,
        Payload::Request { .. } => 4,
        Payload::Query { .. } => 5,
        Payload::Vital { .. } => 6,
        Payload::Error { .. } => 7,
        Payload::Command { .. } => 8,
        Payload::Check { .. } => 9,
    }
}

fn write_payload(out: &mut Writer, payload: &Payload) {
    match payload {
        Payload::Pageview => {}
        Payload::Engagement { scroll_depth, engagement_time_ms } => {
            out.optional(scroll_depth.map(u32::from));
            out.number((*engagement_time_ms).into());
        }
        Payload::Custom { name, interactive } => {
            out.text(name);
            out.byte((*interactive).into());
        }
        Payload::Component { name, variant, version, action, duration_ms } => {
            for text in [name, variant, version, action] {
                out.text(text);
            }
            out.optional(*duration_ms);
        }
        Payload::Request { method, route, status, duration_ms, bytes_in, bytes_out } => {
            out.text(method);
            out.text(route);
            for number in [u64::from(*status), u64::from(*duration_ms), *bytes_in, *bytes_out] {
                out.number(number);
            }
        }
        Payload::Query { system, fingerprint, duration_ms, rows } => {
            out.text(system);
            out.text(fingerprint);
            out.number((*duration_ms).into());
            out.number(*rows);
        }
        Payload::Vital { name, value_thousandths, rating, target } => {
            out.text(name);
            out.number((*value_thousandths).into());
            out.text(rating);
            out.text(target);
        }
        Payload::Error { class, fingerprint } => {
            out.text(class);
            out.text(fingerprint);
        }
        Payload::Command { name, flags, success, duration_ms, version } => {
            out.text(name);
            out.number(flags.len() as u64);
            for flag in flags {
                out.text(flag);
            }
            out.byte((*success).into());
            out.number((*duration_ms).into());
            out.text(version);
        }
        Payload::Check { name, status, success, duration_ms } => {
            out.text(name);
            out.number((*status).into());
            out.byte((*success).into());
            out.number((*duration_ms).into());
        }
    }
}

fn read_payload(from: &mut Reader, kind: u8) -> Result<Payload, Outcome> {
    Ok(match kind {
        0 => Payload::Pageview,
        1 => Payload::Engagement { scroll_depth: from.optional()?, engagement_time_ms: from.small()? },
        2 => Payload::Custom { name: from.text()?, interactive: from.flag()? },
        3 => Payload::Component {
            name: from.text()?,
            variant: from.text()?,
            version: from.text()?,
            action: from.text()?,
            duration_ms: from.optional()?,
        },
        4 => Payload::Request {
            method: from.text()?,
            route: from.text()?,
            status: from.small()?,
            duration_ms: from.small()?,
            bytes_in: from.number()?,
            bytes_out: from.number()?,
        },
        5 => Payload::Query {
            system: from.text()?,
            fingerprint: from.text()?,
            duration_ms: from.small()?,
            rows: from.number()?,
        },
        6 => Payload::Vital {
            name: from.text()?,
            value_thousandths: from.small()?,
            rating: from.text()?,
            target: from.text()?,
        },
        7 => Payload::Error { class: from.text()?, fingerprint: from.text()? },
        8 => Payload::Command {
            name: from.text()?,
            flags: (0..from.number()?).map(|_| from.text()).collect::<Result<_, _>>()?,
            success: from.flag()?,
            duration_ms: from.small()?,
            version: from.text()?,
        },
        9 => Payload::Check {
            name: from.text()?,
            status: from.small()?,
            success: from.flag()?,
            duration_ms: from.small()?,
        },
        _ => return Err(Outcome::Invalid(Invalid::Malformed)),
    })
}
