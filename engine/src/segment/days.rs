//! A segment taken apart into its days, for files that hold one day each, and put together again.
//!
//! Within a day events keep their order; [`Days::order`] says from which day each event of the segment is, so that
//! what is put together has the same events in the same order, and so the same visitors at the same places.

use super::{Bytes, Error, Hashes, Nameless, Part, Segment, encode};
use crate::bytes::{Malformed, Reader, push_number};
use crate::event::{Event, VisitorHash};
use std::collections::BTreeMap;

/// Seconds of a day of UTC.
const DAY_S: i64 = 86_400;

/// How hard to try to deflate, 0–10.
const EFFORT: u8 = 6;

/// Bytes of an order at most: a day's number and a count for each event.
const ORDER_BYTES: usize = 16 << 20;

/// A segment taken apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Days {
    /// The events by their day of UTC, counted from 1970-01-01. Visitors without a hash have a made-up one, whose
    /// lowest bit is set.
    pub events: BTreeMap<i64, Vec<Event>>,
    /// For each event of the segment which of these days it is from; [`join`] reads it.
    pub order: Vec<u8>,
    /// The hashes of the visitors who have one, with their places.
    pub hashes: Vec<(u32, VisitorHash)>,
}

impl Days {
    /// Takes a segment apart. `make_up` gives a number for each visitor without a hash, counted from 1: no two may be
    /// alike, here or in another segment.
    ///
    /// # Errors
    /// Where the segment is damaged.
    pub fn of(segment: &Segment, make_up: impl Fn(u64) -> u64) -> Result<Self, Error> {
        let part = Part::new(segment.clone());
        let mut days = Self { hashes: part.hashes()?, ..Self::default() };
        let mut codes = Vec::new();
        let mut nameless = (VisitorHash::default(), VisitorHash::default());
        for mut event in part.events(|_| true, &mut Nameless::default())? {
            if event.visitor.is_stand_in() {
                if nameless.0 != event.visitor {
                    nameless = (event.visitor, VisitorHash::of_one_day(make_up(event.visitor.0 >> 1)));
                }
                event.visitor = nameless.1;
            }
            let day = event.time.0.div_euclid(DAY_S);
            codes.push(day);
            days.events.entry(day).or_default().push(event);
        }
        let numbers: BTreeMap<i64, u64> = days.events.keys().copied().zip(0..).collect();
        let mut order = Vec::new();
        for run in codes.chunk_by(|left, right| left == right) {
            let number = run.first().and_then(|day| numbers.get(day)).copied().unwrap_or(0);
            push_number(&mut order, number);
            push_number(&mut order, run.len() as u64);
        }
        days.order = miniz_oxide::deflate::compress_to_vec(&order, EFFORT);
        Ok(days)
    }
}

/// Puts the events of all days, in the order of days, together to the segment that they were. Hashes whose lowest bit
/// is set are made up, and are dropped.
///
/// # Errors
/// Where the order is not one of these events.
pub fn join(days: Vec<Vec<Event>>, order: &[u8]) -> Result<Bytes, Error> {
    let order = miniz_oxide::inflate::decompress_to_vec_with_limit(order, ORDER_BYTES).map_err(|_| Malformed)?;
    let mut order = Reader::new(&order);
    let mut days: Vec<_> = days.into_iter().map(Vec::into_iter).collect();
    let mut events = Vec::with_capacity(days.iter().map(ExactSizeIterator::len).sum());
    while !order.is_empty() {
        let (day, count): (usize, usize) = (order.narrow()?, order.narrow()?);
        let day = days.get_mut(day).filter(|day| day.len() >= count).ok_or(Error::Damaged)?;
        events.extend(day.take(count));
    }
    if days.iter().any(|day| day.len() > 0) {
        return Err(Error::Damaged);
    }
    Ok(encode(&events, Hashes::DropOfDays).into())
}

/// Whether two segments hold the same visitors at the same places with the same events.
pub fn are_same(left: &Bytes, right: &Bytes) -> bool {
    let events = |bytes: &Bytes| {
        let part = Part::new(Segment::open(bytes.clone()).ok()?);
        Some((part.hashes().ok()?, part.events(|_| true, &mut Nameless::default()).ok()?))
    };
    // Mostly the same version of this program has written both.
    left == right || events(left).is_some_and(|left| Some(left) == events(right))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::UnixSeconds;
    use crate::event::any::event;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_segment_is_put_together_from_its_days(
            events in proptest::collection::vec((event(), 0i64..300_000, 0u64..6), 0..40), damage in any::<usize>(),
        ) {
            let events: Vec<Event> = events
                .into_iter()
                .map(|(event, time, visitor)| {
                    let of_one_day = VisitorHash::of_one_day(visitor << 40);
                    let visitor = if visitor % 2 == 0 { VisitorHash::of_name(visitor << 40) } else { of_one_day };
                    Event { time: UnixSeconds(time), visitor, ..event }
                })
                .collect();
            let bytes: Bytes = encode(&events, Hashes::DropOfDays).into();
            let days = Days::of(&Segment::open(bytes.clone()).unwrap(), |number| number << 35).unwrap();
            prop_assert!(days.hashes.iter().all(|(_, hash)| !hash.is_of_one_day()));
            for (day, events) in &days.events {
                prop_assert!(events.iter().all(|event| event.time.0.div_euclid(86_400) == *day));
                prop_assert!(events.iter().all(|event| !event.visitor.is_stand_in()));
            }
            let apart: Vec<Vec<Event>> = days.events.into_values().collect();
            let whole = join(apart.clone(), &days.order).unwrap();
            prop_assert_eq!(&whole, &bytes);
            prop_assert!(are_same(&whole, &bytes));
            let mut order = days.order;
            if let Some(at) = damage.checked_rem(order.len()) {
                order[at] ^= 1;
                let _ = join(apart.clone(), &order);
            }
            if let Some((_, less)) = apart.split_first() {
                prop_assert!(events.is_empty() || join(less.to_vec(), &order).is_err());
            }
        }
    }
}
