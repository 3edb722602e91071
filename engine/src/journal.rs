//! The record of events that arrived together: the value of one BLOB, written once and read many times.
//!
//! A record is a version byte, the texts that occur in it (each once), the visitors, the sets of visit attributes
//! and then the events, which refer to all three by number and give their time as the difference from the event
//! before. Decoding never panics, whatever the bytes.

mod bytes;
mod detail;

use crate::event::{Event, UnixSeconds, VisitAttributes, VisitorHash};
use bytes::{Reader, Writer};
use hashbrown::HashMap;
use protocol::event::Revenue;
use std::hash::Hash;

/// The version that this build writes.
pub const VERSION: u8 = 1;

/// Why bytes are not a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// A version that this build does not read.
    UnknownVersion,
    /// Damaged or cut short.
    Malformed,
}

impl std::fmt::Display for Error {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::UnknownVersion => "the record was written by a newer version",
            Self::Malformed => "the record is damaged",
        })
    }
}

impl std::error::Error for Error {}

impl From<crate::bytes::Malformed> for Error {
    fn from(_: crate::bytes::Malformed) -> Self {
        Self::Malformed
    }
}

const INTERACTIVE: u8 = 1;
const PROPS: u8 = 2;
const REVENUE: u8 = 4;
const SCROLL_DEPTH: u8 = 8;
const ENGAGEMENT_TIME: u8 = 16;
const DETAIL: u8 = 32;

/// Writes events down, in the order given.
pub fn encode(events: &[Event]) -> Vec<u8> {
    let mut out = Writer::default();
    let (visitors, visitor_codes) = distinct(events.iter().map(|event| event.visitor));
    let (visits, visit_codes) = distinct(events.iter().map(|event| &event.visit));
    out.number(visitors.len() as u64);
    for visitor in visitors {
        out.raw(&visitor.0.to_le_bytes());
    }
    out.number(visits.len() as u64);
    for visit in visits {
        write_visit(&mut out, visit);
    }
    out.number(events.len() as u64);
    let mut time = 0i64;
    for ((event, visitor), visit) in events.iter().zip(visitor_codes).zip(visit_codes) {
        out.signed(event.time.0.wrapping_sub(time));
        time = event.time.0;
        out.number(visitor);
        out.number(visit);
        write_event(&mut out, event);
    }
    out.finish(VERSION)
}

/// Reads a record of any released version.
pub fn decode(record: &[u8]) -> Result<Vec<Event>, Error> {
    let mut from = Reader::new(record);
    if from.byte()? != VERSION {
        return Err(Error::UnknownVersion);
    }
    from.read_texts()?;
    let visitors = (0..from.count()?)
        .map(|_| from.array().map(u64::from_le_bytes).map(VisitorHash))
        .collect::<Result<Vec<_>, _>>()?;
    let visits = (0..from.count()?).map(|_| read_visit(&mut from)).collect::<Result<Vec<_>, _>>()?;
    let count = from.count()?;
    let mut events = Vec::with_capacity(count.min(4096));
    let mut time = 0i64;
    for _ in 0..count {
        time = time.wrapping_add(from.signed()?);
        let visitor = *visitors.get(from.narrow::<usize>()?).ok_or(Error::Malformed)?;
        let visit = visits.get(from.narrow::<usize>()?).ok_or(Error::Malformed)?.clone();
        events.push(Event { time: UnixSeconds(time), visitor, visit, ..read_event(&mut from)? });
    }
    if from.is_empty() { Ok(events) } else { Err(Error::Malformed) }
}

/// The distinct values in the order of their first occurrence, and for every item the number of its value.
fn distinct<T: Copy + Eq + Hash>(items: impl Iterator<Item = T>) -> (Vec<T>, Vec<u64>) {
    let mut numbers = HashMap::new();
    let mut values = Vec::new();
    let codes = items
        .map(|item| {
            *numbers.entry(item).or_insert_with(|| {
                values.push(item);
                values.len() as u64 - 1
            })
        })
        .collect();
    (values, codes)
}

fn write_event(out: &mut Writer, event: &Event) {
    let flag = |set: bool, bit: u8| if set { bit } else { 0 };
    out.byte(
        flag(event.interactive, INTERACTIVE)
            | flag(!event.props.is_empty(), PROPS)
            | flag(event.revenue.is_some(), REVENUE)
            | flag(event.scroll_depth.is_some(), SCROLL_DEPTH)
            | flag(event.engagement_time_ms.is_some(), ENGAGEMENT_TIME)
            | flag(event.detail.is_some(), DETAIL),
    );
    out.texts(&[&event.name, &event.hostname, &event.pathname]);
    if !event.props.is_empty() {
        out.number(event.props.len() as u64);
        for (key, value) in &event.props {
            out.text(key);
            out.text(value);
        }
    }
    if let Some(revenue) = event.revenue {
        out.signed(revenue.amount_thousandths);
        out.raw(&revenue.currency);
    }
    if let Some(depth) = event.scroll_depth {
        out.byte(depth);
    }
    if let Some(time_ms) = event.engagement_time_ms {
        out.number(u64::from(time_ms));
    }
    if let Some(payload) = &event.detail {
        detail::write(out, payload);
    }
}

fn read_event(from: &mut Reader<'_>) -> Result<Event, Error> {
    let flags = from.byte()?;
    let has = |bit: u8| flags & bit != 0;
    let mut event = Event {
        interactive: has(INTERACTIVE),
        name: from.text()?,
        hostname: from.text()?,
        pathname: from.text()?,
        ..Event::default()
    };
    if has(PROPS) {
        for _ in 0..from.count()? {
            event.props.push((from.text()?, from.text()?));
        }
    }
    if has(REVENUE) {
        event.revenue = Some(Revenue { amount_thousandths: from.signed()?, currency: from.array()? });
    }
    if has(SCROLL_DEPTH) {
        event.scroll_depth = Some(from.byte()?);
    }
    if has(ENGAGEMENT_TIME) {
        event.engagement_time_ms = Some(from.narrow()?);
    }
    if has(DETAIL) {
        event.detail = Some(Box::new(detail::read(from)?));
    }
    Ok(event)
}

fn write_visit(out: &mut Writer, visit: &VisitAttributes) {
    for (_, text) in crate::event::VISIT_TEXTS {
        out.text(text(visit));
    }
    out.number(u64::from(visit.city));
}

fn read_visit(from: &mut Reader<'_>) -> Result<VisitAttributes, Error> {
    Ok(VisitAttributes {
        referrer: from.text()?,
        source: from.text()?,
        channel: from.text()?,
        utm_medium: from.text()?,
        utm_source: from.text()?,
        utm_campaign: from.text()?,
        utm_content: from.text()?,
        utm_term: from.text()?,
        device: from.text()?,
        browser: from.text()?,
        browser_version: from.text()?,
        os: from.text()?,
        os_version: from.text()?,
        country: from.text()?,
        region: from.text()?,
        language: from.text()?,
        screen: from.text()?,
        city: from.narrow()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::any::event;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(events in proptest::collection::vec(event(), 0..6)) {
            prop_assert_eq!(decode(&encode(&events)), Ok(events));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes);
            let _ = decode(&[&[VERSION], &*bytes].concat());
        }

        #[test]
        fn damaged_records_are_read_or_refused(
            events in proptest::collection::vec(event(), 1..4), at in any::<prop::sample::Index>(), byte in any::<u8>(),
        ) {
            let mut record = encode(&events);
            let at = at.index(record.len());
            prop_assert!(decode(&record[..at]).is_err());
            record[at] = byte;
            let _ = decode(&record);
        }
    }

    #[test]
    fn a_repeated_page_view_takes_a_dozen_bytes() {
        let event = Event {
            time: UnixSeconds(1_700_000_000),
            visitor: VisitorHash(u64::MAX),
            name: "pageview".into(),
            hostname: "www.example.com".into(),
            pathname: "/some/long/page/of/a/site".into(),
            ..Event::default()
        };
        let one = encode(std::slice::from_ref(&event)).len();
        let many = encode(&vec![event; 101]).len();
        assert!((many - one) / 100 <= 12, "{}", (many - one) / 100);
    }

    #[test]
    fn other_versions_are_named_as_such() {
        assert_eq!(decode(&[VERSION + 1, 0]), Err(Error::UnknownVersion));
        assert_eq!(decode(&[]), Err(Error::Malformed));
    }
}
