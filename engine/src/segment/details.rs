//! The fields that only some kinds of events have: for each kind its texts and numbers, column by column.

use super::codes::TextCoder;
use super::texts::Texts;
use super::{packed, sparse, texts};
use crate::bytes::{Malformed, Reader, push_run};
use protocol::event::Payload;
use std::borrow::Cow;

/// How many texts and numbers each kind has; kinds are numbered by their places.
const KINDS: [(usize, usize); 10] = [(0, 0), (0, 2), (1, 1), (4, 1), (2, 4), (2, 2), (3, 1), (2, 0), (3, 2), (1, 3)];

/// A payload taken apart: the number of its kind, its texts and its numbers.
struct Fields<'a> {
    kind: usize,
    texts: Vec<Cow<'a, str>>,
    numbers: Vec<u64>,
}

fn optional(number: Option<impl Into<u64>>) -> u64 {
    number.map_or(0, |number| number.into() + 1)
}

fn apart(payload: &Payload) -> Fields<'_> {
    let (kind, texts, numbers): (usize, Vec<Cow<'_, str>>, Vec<u64>) = match payload {
        Payload::Pageview => (0, vec![], vec![]),
        Payload::Engagement { scroll_depth, engagement_time_ms } => {
            (1, vec![], vec![optional(*scroll_depth), (*engagement_time_ms).into()])
        }
        Payload::Custom { name, interactive } => (2, vec![name.into()], vec![(*interactive).into()]),
        Payload::Component { name, variant, version, action, duration_ms } => {
            (3, vec![name.into(), variant.into(), version.into(), action.into()], vec![optional(*duration_ms)])
        }
        Payload::Request { method, route, status, duration_ms, bytes_in, bytes_out } => {
            (4, vec![method.into(), route.into()], vec![(*status).into(), (*duration_ms).into(), *bytes_in, *bytes_out])
        }
        Payload::Query { system, fingerprint, duration_ms, rows } => {
            (5, vec![system.into(), fingerprint.into()], vec![(*duration_ms).into(), *rows])
        }
        Payload::Vital { name, value_thousandths, rating, target } => {
            (6, vec![name.into(), rating.into(), target.into()], vec![(*value_thousandths).into()])
        }
        Payload::Error { class, fingerprint } => (7, vec![class.into(), fingerprint.into()], vec![]),
        Payload::Command { name, flags, success, duration_ms, version } => {
            // A list in JSON is one text that any list can be read back from.
            let flags = serde_json::to_string(flags).unwrap_or_default();
            (8, vec![name.into(), version.into(), flags.into()], vec![(*success).into(), (*duration_ms).into()])
        }
        Payload::Check { name, status, success, duration_ms } => {
            (9, vec![name.into()], vec![(*status).into(), (*success).into(), (*duration_ms).into()])
        }
    };
    Fields { kind, texts, numbers }
}

/// Bytes of a payload's texts.
pub(crate) fn text_bytes(payload: &Payload) -> usize {
    apart(payload).texts.iter().map(|text| text.len()).sum()
}

/// Puts a payload together again; none where a number is out of its range.
fn together(kind: usize, texts: &[&str], numbers: &[u64]) -> Option<Payload> {
    let text = |place: usize| texts.get(place).map_or(String::new(), |text| (*text).to_owned());
    let number = |place: usize| numbers.get(place).copied().unwrap_or(0);
    let narrow = |place: usize| u32::try_from(number(place)).ok();
    let short = |place: usize| u16::try_from(number(place)).ok();
    let flag = |place: usize| number(place) != 0;
    Some(match kind {
        0 => Payload::Pageview,
        1 => Payload::Engagement {
            scroll_depth: number(0).checked_sub(1).map(u8::try_from).transpose().ok()?,
            engagement_time_ms: narrow(1)?,
        },
        2 => Payload::Custom { name: text(0), interactive: flag(0) },
        3 => Payload::Component {
            name: text(0),
            variant: text(1),
            version: text(2),
            action: text(3),
            duration_ms: number(0).checked_sub(1).map(u32::try_from).transpose().ok()?,
        },
        4 => Payload::Request {
            method: text(0),
            route: text(1),
            status: short(0)?,
            duration_ms: narrow(1)?,
            bytes_in: number(2),
            bytes_out: number(3),
        },
        5 => Payload::Query { system: text(0), fingerprint: text(1), duration_ms: narrow(0)?, rows: number(1) },
        6 => Payload::Vital { name: text(0), rating: text(1), target: text(2), value_thousandths: narrow(0)? },
        7 => Payload::Error { class: text(0), fingerprint: text(1) },
        8 => Payload::Command {
            name: text(0),
            version: text(1),
            flags: serde_json::from_str(&text(2)).ok()?,
            success: flag(0),
            duration_ms: narrow(1)?,
        },
        9 => Payload::Check { name: text(0), status: short(0)?, success: flag(1), duration_ms: narrow(2)? },
        _ => return None,
    })
}

/// Writes the payloads of the rows that have one: for each kind its rows, then each text's codes and texts, then each
/// number's values. A kind that does not occur is an empty run.
pub(super) fn write(payloads: &[(u32, &Payload)]) -> Vec<u8> {
    let mut out = Vec::new();
    if payloads.is_empty() {
        return out;
    }
    let all: Vec<(u32, Fields<'_>)> = payloads.iter().map(|(row, payload)| (*row, apart(payload))).collect();
    for (kind, (texts_len, numbers_len)) in KINDS.iter().enumerate() {
        let of_kind: Vec<&(u32, Fields<'_>)> = all.iter().filter(|(_, fields)| fields.kind == kind).collect();
        let mut run = Vec::new();
        if !of_kind.is_empty() {
            sparse::write_rows(&mut run, &of_kind.iter().map(|(row, _)| *row).collect::<Vec<_>>());
            for place in 0..*texts_len {
                let mut column = TextCoder::default();
                for (_, fields) in &of_kind {
                    column.push(fields.texts.get(place).map_or("", |text| text));
                }
                let (distinct, codes) = column.finish();
                push_run(&mut run, &packed::pack(&codes));
                push_run(&mut run, &texts::write(&distinct));
            }
            for place in 0..*numbers_len {
                let number = |fields: &Fields<'_>| fields.numbers.get(place).copied().unwrap_or(0);
                let numbers: Vec<u64> = of_kind.iter().map(|(_, fields)| number(fields)).collect();
                push_run(&mut run, &packed::pack_wide(&numbers));
            }
        }
        push_run(&mut out, &run);
    }
    out
}

/// The fields of one kind, with those columns decoded that were asked for.
#[derive(Debug, Default)]
pub(crate) struct Kind {
    /// The rows of this kind.
    pub(crate) rows: Vec<u32>,
    /// For each text that was asked for its codes, in the order of `rows`, and the texts.
    pub(crate) texts: Vec<(Vec<u32>, Texts)>,
    /// For each number that was asked for its values.
    pub(crate) numbers: Vec<Vec<u64>>,
}

/// Reads the texts and numbers of a kind at these places.
pub(super) fn read_kind(
    column: &[u8],
    rows: usize,
    kind: usize,
    texts_at: &[usize],
    numbers_at: &[usize],
) -> Result<Kind, Malformed> {
    let mut found = Kind {
        texts: vec![Default::default(); texts_at.len()],
        numbers: vec![Vec::new(); numbers_at.len()],
        ..Kind::default()
    };
    if column.is_empty() {
        return Ok(found);
    }
    let mut from = Reader::new(column);
    for _ in 0..kind {
        from.run()?;
    }
    let run = from.run()?;
    let Some((texts_len, numbers_len)) = KINDS.get(kind).filter(|_| !run.is_empty()) else { return Ok(found) };
    let mut from = Reader::new(run);
    found.rows = sparse::read_rows(&mut from, rows)?;
    let len = found.rows.len();
    for place in 0..*texts_len {
        let (codes, distinct) = (from.run()?, from.run()?);
        for (_, slot) in texts_at.iter().zip(&mut found.texts).filter(|(at, _)| **at == place) {
            *slot = (packed::unpack(codes, len)?, texts::read(distinct)?);
        }
    }
    for place in 0..*numbers_len {
        let numbers = from.run()?;
        for (_, slot) in numbers_at.iter().zip(&mut found.numbers).filter(|(at, _)| **at == place) {
            *slot = packed::unpack_wide(numbers, len)?;
        }
    }
    Ok(found)
}

/// Reads all payloads with their rows.
pub(super) fn read(column: &[u8], rows: usize) -> Result<Vec<(u32, Payload)>, Malformed> {
    let mut payloads = Vec::new();
    for (kind, (texts_len, numbers_len)) in KINDS.iter().enumerate() {
        let places = |len: usize| (0..len).collect::<Vec<_>>();
        let found = read_kind(column, rows, kind, &places(*texts_len), &places(*numbers_len))?;
        for (place, row) in found.rows.iter().enumerate() {
            let code = |codes: &[u32]| codes.get(place).copied().unwrap_or(0);
            let texts: Vec<&str> = found.texts.iter().map(|(codes, texts)| texts.text(code(codes))).collect();
            let numbers: Vec<u64> = found.numbers.iter().filter_map(|numbers| numbers.get(place).copied()).collect();
            payloads.push((*row, together(kind, &texts, &numbers).ok_or(Malformed)?));
        }
    }
    Ok(payloads)
}
