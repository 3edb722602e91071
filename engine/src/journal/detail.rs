//! The fields that only some kinds of events have, as part of a journal record.

use super::Error;
use super::bytes::{Reader, Writer};
use protocol::event::Payload;

/// Writes a kind's number and then its fields in the order of their declaration.
pub(super) fn write(out: &mut Writer, payload: &Payload) {
    match payload {
        Payload::Pageview => out.byte(0),
        Payload::Engagement { scroll_depth, engagement_time_ms } => {
            out.byte(1);
            out.number(scroll_depth.map_or(0, |depth| u64::from(depth) + 1));
            out.number(u64::from(*engagement_time_ms));
        }
        Payload::Custom { name, interactive } => {
            out.byte(2);
            out.text(name);
            out.byte(u8::from(*interactive));
        }
        Payload::Component { name, variant, version, action, duration_ms } => {
            out.byte(3);
            out.texts(&[name, variant, version, action]);
            out.number(duration_ms.map_or(0, |duration| u64::from(duration) + 1));
        }
        Payload::Request { method, route, status, duration_ms, bytes_in, bytes_out } => {
            out.byte(4);
            out.texts(&[method, route]);
            out.numbers(&[u64::from(*status), u64::from(*duration_ms), *bytes_in, *bytes_out]);
        }
        Payload::Query { system, fingerprint, duration_ms, rows } => {
            out.byte(5);
            out.texts(&[system, fingerprint]);
            out.numbers(&[u64::from(*duration_ms), *rows]);
        }
        Payload::Vital { name, value_thousandths, rating, target } => {
            out.byte(6);
            out.text(name);
            out.number(u64::from(*value_thousandths));
            out.texts(&[rating, target]);
        }
        Payload::Error { class, fingerprint } => {
            out.byte(7);
            out.texts(&[class, fingerprint]);
        }
        Payload::Command { name, flags, success, duration_ms, version } => {
            out.byte(8);
            out.text(name);
            out.number(flags.len() as u64);
            for flag in flags {
                out.text(flag);
            }
            out.byte(u8::from(*success));
            out.number(u64::from(*duration_ms));
            out.text(version);
        }
        Payload::Check { name, status, success, duration_ms } => {
            out.byte(9);
            out.text(name);
            out.number(u64::from(*status));
            out.byte(u8::from(*success));
            out.number(u64::from(*duration_ms));
        }
    }
}

/// Reads what [`write`] wrote. Struct fields are evaluated in the order written here, which is the order on disk.
pub(super) fn read(from: &mut Reader<'_>) -> Result<Payload, Error> {
    Ok(match from.byte()? {
        0 => Payload::Pageview,
        1 => Payload::Engagement { scroll_depth: optional(from)?, engagement_time_ms: from.narrow()? },
        2 => Payload::Custom { name: from.text()?, interactive: flag(from)? },
        3 => Payload::Component {
            name: from.text()?,
            variant: from.text()?,
            version: from.text()?,
            action: from.text()?,
            duration_ms: optional(from)?,
        },
        4 => Payload::Request {
            method: from.text()?,
            route: from.text()?,
            status: from.narrow()?,
            duration_ms: from.narrow()?,
            bytes_in: from.number()?,
            bytes_out: from.number()?,
        },
        5 => Payload::Query {
            system: from.text()?,
            fingerprint: from.text()?,
            duration_ms: from.narrow()?,
            rows: from.number()?,
        },
        6 => Payload::Vital {
            name: from.text()?,
            value_thousandths: from.narrow()?,
            rating: from.text()?,
            target: from.text()?,
        },
        7 => Payload::Error { class: from.text()?, fingerprint: from.text()? },
        8 => Payload::Command {
            name: from.text()?,
            flags: (0..from.count()?).map(|_| from.text()).collect::<Result<_, _>>()?,
            success: flag(from)?,
            duration_ms: from.narrow()?,
            version: from.text()?,
        },
        9 => Payload::Check {
            name: from.text()?,
            status: from.narrow()?,
            success: flag(from)?,
            duration_ms: from.narrow()?,
        },
        _ => return Err(Error::Malformed),
    })
}

fn optional<T: TryFrom<u64>>(from: &mut Reader<'_>) -> Result<Option<T>, Error> {
    match from.number()?.checked_sub(1) {
        None => Ok(None),
        Some(value) => T::try_from(value).map(Some).map_err(|_| Error::Malformed),
    }
}

fn flag(from: &mut Reader<'_>) -> Result<bool, Error> {
    match from.byte()? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Error::Malformed),
    }
}
