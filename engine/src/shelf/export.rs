//! All events of a site in one order that does not depend on how they are kept, a piece at a time.

use super::{ReadSegment, SegmentId, Shelf, Shelved};
use crate::event::{Event, VisitorHash};
use crate::segment::{Nameless, Part};
use std::collections::HashSet;

/// Visitors whose first events lie within so many seconds come in one piece.
const PIECE_S: i64 = 3600;

/// A piece of an export.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Piece {
    /// Visitor by visitor in the order of their first event, each one's events as they came.
    pub events: Vec<Event>,
    /// The hour in which they first came, by its first second; 0 where there are none.
    pub begin_s: i64,
    /// Where the next piece begins; none after the last.
    pub next_s: Option<i64>,
}

impl Piece {
    /// One piece of several of the same hour, each with visitors of its own.
    pub fn of_all(pieces: impl IntoIterator<Item = Vec<Event>>) -> Vec<Event> {
        let mut visitors = Vec::new();
        for piece in pieces {
            visitors.extend(piece.chunk_by(|left, right| left.visitor == right.visitor).map(<[Event]>::to_vec));
        }
        in_order(visitors)
    }
}

/// Visitors in the order of their first event, told apart.
fn in_order(mut visitors: Vec<Vec<Event>>) -> Vec<Event> {
    let first = |events: &Vec<Event>| (events.iter().map(|event| event.time).min(), events.first().map(|e| e.visitor));
    visitors.sort_by_cached_key(first);
    tell_apart(&mut visitors);
    visitors.into_iter().flatten().collect()
}

impl Shelf {
    /// The events from `since_s` on of the visitors who first came at `from_s` or later, in the first hour (counted from
    /// 1970) in which anybody did.
    /// A visitor whose hash is gone gets one that `digest` makes of what is exported of him; the hashes that are left
    /// become those of names, so that an import keeps them.
    pub fn export<R: ReadSegment>(
        &mut self,
        from_s: i64,
        since_s: i64,
        digest: impl Fn(&[u8]) -> u64,
        read: &mut R,
    ) -> Result<Piece, R::Error> {
        self.settle(read)?;
        let first_from = |part: &Part| {
            let firsts = part.visitor_firsts();
            let wanted = |(first, visitor): &(&i64, u32)| **first >= from_s && !part.is_moved(*visitor);
            firsts.iter().zip(0..).filter(wanted).map(|(first, _)| *first).min()
        };
        let label = |(id, shelved): (SegmentId, &Shelved)| (shelved.label.first_s, shelved.label.last_s, id);
        let labels = self.readable().map(label).filter(|(_, last_s, _)| *last_s >= since_s.max(from_s));
        let mut labels: Vec<(i64, i64, SegmentId)> = labels.collect();
        labels.sort_unstable();
        let mut begin = self.recent.parts().iter().filter_map(first_from).min();
        for (first_s, _, id) in &labels {
            // What begins later has nobody who came earlier.
            if begin.is_some_and(|begin| begin <= *first_s) {
                break;
            }
            let Some(part) = self.part(*id, read)? else { continue };
            begin = first_from(&part).into_iter().chain(begin).min();
            self.decoded.put(*id, part);
        }
        let Some(begin) = begin else { return Ok(Piece::default()) };
        let begin_s = begin.div_euclid(PIECE_S).saturating_mul(PIECE_S);
        let end = begin_s.saturating_add(PIECE_S);
        let mut more = labels.iter().any(|(first_s, _, _)| *first_s >= end);
        let near = labels.iter().filter(|(first_s, last_s, _)| *first_s < end && *last_s >= begin);
        let ids: Vec<SegmentId> = near.map(|(_, _, id)| *id).collect();
        let (mut visitors, mut nameless): (Vec<Vec<Event>>, _) = (Vec::new(), Nameless::default());
        self.each_part(&ids, read, |part| {
            let firsts = part.visitor_firsts();
            more |= firsts.iter().zip(0..).any(|(first, visitor)| *first >= end && !part.is_moved(visitor));
            let wanted = |visitor: u32| firsts.get(visitor as usize).is_some_and(|first| (begin..end).contains(first));
            if firsts.iter().any(|first| (begin..end).contains(first)) {
                let with_hash: HashSet<VisitorHash> =
                    part.hashes().unwrap_or_default().into_iter().map(|(_, hash)| hash).collect();
                let events = part.events(wanted, &mut nameless).unwrap_or_default();
                for events in events.chunk_by(|left, right| left.visitor == right.visitor) {
                    visitors.push(named(events, since_s, &with_hash, &digest));
                }
            }
        })?;
        visitors.retain(|events| !events.is_empty());
        Ok(Piece { events: in_order(visitors), begin_s, next_s: more.then_some(end) })
    }

    /// Calls `with` for each of these segments and for the recent events. Damaged ones are set aside.
    fn each_part<R: ReadSegment>(
        &mut self,
        ids: &[SegmentId],
        read: &mut R,
        mut with: impl FnMut(&Part),
    ) -> Result<(), R::Error> {
        for id in ids {
            if let Some(part) = self.part(*id, read)? {
                with(&part);
                if part.is_damaged() {
                    self.set_aside(*id);
                } else {
                    self.decoded.put(*id, part);
                }
            }
        }
        self.recent.parts().iter().for_each(with);
        Ok(())
    }
}

/// A visitor's events since a moment, under a name that lasts.
fn named(
    events: &[Event],
    since_s: i64,
    with_hash: &HashSet<VisitorHash>,
    digest: &impl Fn(&[u8]) -> u64,
) -> Vec<Event> {
    let mut events: Vec<Event> = events.iter().filter(|event| event.time.0 >= since_s).cloned().collect();
    let Some(own) = events.first().map(|event| event.visitor) else { return events };
    let name = if with_hash.contains(&own) {
        own.0
    } else {
        for event in &mut events {
            event.visitor = VisitorHash::default();
        }
        digest(&crate::journal::encode(&events))
    };
    for event in &mut events {
        event.visitor = VisitorHash::of_name(name);
    }
    events
}

/// Gives visitors who did the very same at the very same time different names.
fn tell_apart(visitors: &mut [Vec<Event>]) {
    let mut known = HashSet::new();
    for events in visitors {
        let Some(mut name) = events.first().map(|event| event.visitor) else { continue };
        while !known.insert(name) {
            name = VisitorHash(name.0.wrapping_add(2));
        }
        for event in events {
            event.visitor = name;
        }
    }
}
