//! A site's events at rest and on the way there: which segments there are, what has come since, and when segments are
//! written and rewritten.
//!
//! A visitor is always in one place: when an event comes of someone whom a segment knows, all of the visitor's events
//! move out of that segment to the recent ones (the segment itself stays as it is and a list says who has left it).
//! So the counts of all places add up, and an event may come at any time about any past moment. Compaction writes the
//! recent events down as new segments, together with the lists; tidying rewrites segments that are small, or that many
//! have left, or whose visitors' hashes can never come again.
//!
//! Bytes are passed in and out: what is here knows no storage.

mod archive;
mod decoded;
mod export;
mod hashes;
mod read;
mod recent;
mod sieve;
mod tidy;
mod version;
mod written;

#[cfg(test)]
mod tests;

use crate::event::{Event, UnixSeconds};
use crate::segment::{Hashes, Nameless, Part, Segment};
use archive::Home;
use decoded::Decoded;
pub use export::Piece;
use hashes::Held;
pub use read::ReadSegment;
use recent::Recent;
pub use sieve::Sieve;
use std::collections::{BTreeMap, BTreeSet};
pub use tidy::{Rewrite, Tidiness};
use written::written;
pub use written::{Label, SEGMENT_EVENTS, Written};

/// The number of a segment of a site: later ones have greater numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SegmentId(pub i64);

/// Recent events after which it is time for a compaction.
pub const RECENT_EVENTS: usize = 4_096;

/// Before all segments, and after all.
const NONE: SegmentId = SegmentId(i64::MIN);
const ALL: SegmentId = SegmentId(i64::MAX);

/// What a compaction is to write, all of it or nothing, while the journal is emptied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compaction {
    /// New segments.
    pub segments: Vec<Written>,
    /// Segments that visitors have left since the last compaction, with the places of all that ever have.
    pub moved: Vec<(SegmentId, Vec<u32>)>,
}

/// A segment on the shelf.
#[derive(Clone, Debug)]
struct Shelved {
    label: Label,
    /// The places of the visitors who have left it.
    moved: BTreeSet<u32>,
    /// Whether that is not written down yet.
    moved_lately: bool,
    /// Whether anybody has left it since it was put here, so that more may.
    restless: bool,
    /// The hashes of its visitors, once they were needed.
    held: Option<Held>,
    /// Where its bytes are.
    home: Home,
    /// What was kept apart when it was written, as far as that is known.
    apart_s: Option<i64>,
}

/// All of a site's events.
#[derive(Debug, Default)]
pub struct Shelf {
    segments: BTreeMap<SegmentId, Shelved>,
    /// Segments that cannot be read: nothing is asked of them any more.
    damaged: BTreeSet<SegmentId>,
    decoded: Decoded,
    recent: Recent,
    /// Counts up whenever the segments that rest are others or have other visitors.
    rest_version: u64,
    /// Events from before are kept apart from later ones.
    apart_s: Option<i64>,
}

/// What a question has found in the segments that rest, so that it need not be asked of them again.
#[derive(Clone, Debug)]
pub struct Kept<Q> {
    rest_version: u64,
    counted: Q,
    /// The last segment that was asked: not the last there is where reading the next one failed.
    asked: SegmentId,
}

/// Which segments are asked one after the other.
struct Pass<'a> {
    /// Those that are restless, or those that are not.
    restless: bool,
    /// From when to when they must have events.
    span: (i64, i64),
    /// The last one that was asked.
    asked: &'a mut SegmentId,
}

impl Shelf {
    /// Puts a segment that is written on the shelf; `moved` are the places of those who have left it.
    pub fn put(&mut self, id: SegmentId, label: Label, moved: impl IntoIterator<Item = u32>) {
        let shelved = Shelved {
            label,
            moved: moved.into_iter().collect(),
            moved_lately: false,
            restless: false,
            held: None,
            home: Home::Database,
            apart_s: None,
        };
        self.segments.insert(id, shelved);
        self.rest_version += 1;
    }

    /// Takes in events that are in the journal, in the order of their arrival.
    pub fn take(&mut self, events: Vec<Event>) {
        if !events.is_empty() {
            self.recent.take(events);
        }
    }

    /// How many events have come since the last compaction.
    pub fn recent_events(&self) -> usize {
        self.recent.taken()
    }

    /// Time of the earliest event.
    pub fn first_event(&self) -> Option<UnixSeconds> {
        let segments = self.readable().map(|(_, shelved)| UnixSeconds(shelved.label.first_s));
        segments.chain(self.recent.first_event()).min()
    }

    /// How many segments cannot be read.
    pub fn damaged(&self) -> usize {
        self.damaged.len()
    }

    /// Reads all segments and sets aside those that are not what their checksums say; how many cannot be read.
    pub fn check<R: ReadSegment>(&mut self, read: &mut R) -> Result<usize, R::Error> {
        let ids: Vec<SegmentId> = self.readable().map(|(id, _)| id).collect();
        for id in ids {
            if Segment::open(read.read(id)?).and_then(|segment| segment.check()).is_err() {
                self.set_aside(id);
            }
        }
        Ok(self.damaged())
    }

    /// The labels of the segments that can be read.
    pub fn labels(&self) -> impl Iterator<Item = (SegmentId, &Label)> {
        self.readable().map(|(id, shelved)| (id, &shelved.label))
    }

    fn readable(&self) -> impl Iterator<Item = (SegmentId, &Shelved)> {
        self.segments.iter().map(|(id, shelved)| (*id, shelved)).filter(|(id, _)| !self.damaged.contains(id))
    }

    /// Whether what was kept still holds: the segments that rest are the same.
    pub fn still_holds<Q>(&self, kept: &Kept<Q>) -> bool {
        kept.rest_version == self.rest_version
    }

    /// Asks of all events from one moment to another (in seconds since 1970), part by part. A segment that turns out
    /// to be damaged is set aside, and `begin` is called again for a fresh start without it. What is `kept` of the same
    /// question is not asked again, and what it finds in segments that rest is kept, also where reading fails: then the
    /// same can be asked again, and goes on where it was. Segments that rest and of which `rolled` says that it has added
    /// what is known of them are not read.
    pub fn ask<R: ReadSegment, Q: Clone>(
        &mut self,
        span: Option<(i64, i64)>,
        read: &mut R,
        kept: &mut Option<Kept<Q>>,
        begin: impl Fn() -> Q,
        rolled: impl Fn(&mut Q, SegmentId, &Label) -> bool,
        add: impl Fn(&mut Q, &Part),
    ) -> Result<Q, R::Error> {
        self.settle(read)?;
        let Some(span) = span else { return Ok(begin()) };
        loop {
            let rest_version = self.rest_version;
            let known = kept.take().filter(|kept| kept.rest_version == rest_version);
            let rest = kept.insert(known.unwrap_or_else(|| Kept { rest_version, counted: begin(), asked: NONE }));
            let mut resting = Pass { restless: false, span, asked: &mut rest.asked };
            if !self.ask_segments(&mut resting, read, &mut rest.counted, &rolled, &add)? {
                continue;
            }
            rest.asked = ALL;
            let mut question = rest.counted.clone();
            let mut restless = Pass { restless: true, span, asked: &mut { NONE } };
            if !self.ask_segments(&mut restless, read, &mut question, &|_, _, _| false, &add)? {
                continue;
            }
            for part in self.recent.parts() {
                add(&mut question, &part);
            }
            return Ok(question);
        }
    }

    /// Asks of the segments of a pass; false where one is damaged.
    fn ask_segments<R: ReadSegment, Q>(
        &mut self,
        pass: &mut Pass<'_>,
        read: &mut R,
        question: &mut Q,
        rolled: &impl Fn(&mut Q, SegmentId, &Label) -> bool,
        add: &impl Fn(&mut Q, &Part),
    ) -> Result<bool, R::Error> {
        let (from, to) = pass.span;
        let wanted = |shelved: &Shelved| {
            shelved.restless == pass.restless && shelved.label.first_s <= to && shelved.label.last_s >= from
        };
        let wanted = self.readable().filter(|(id, shelved)| *id > *pass.asked && wanted(shelved));
        let ids: Vec<SegmentId> = wanted.map(|(id, _)| id).collect();
        for id in ids {
            let rolled = self.segments.get(&id).is_some_and(|shelved| rolled(question, id, &shelved.label));
            if !rolled {
                let Some(part) = self.part(id, read)? else { return Ok(false) };
                add(question, &part);
                if part.is_damaged() {
                    self.set_aside(id);
                    return Ok(false);
                }
                self.decoded.put(id, part);
            }
            *pass.asked = id;
        }
        Ok(true)
    }

    /// Whether a segment is not decoded, and there is memory for it.
    pub fn could_decode(&self, id: SegmentId) -> bool {
        self.decoded.could_hold(id)
    }

    /// Asks of one segment alone; none where it does not rest or cannot be read.
    pub fn ask_at_rest<R: ReadSegment, Q>(
        &mut self,
        id: SegmentId,
        read: &mut R,
        mut question: Q,
        add: impl Fn(&mut Q, &Part),
    ) -> Result<Option<Q>, R::Error> {
        let rests = |shelved: &Shelved| !shelved.restless && !shelved.is_away() && !self.damaged.contains(&id);
        if !self.segments.get(&id).is_some_and(rests) {
            return Ok(None);
        }
        let Some(part) = self.part(id, read)? else { return Ok(None) };
        add(&mut question, &part);
        let damaged = part.is_damaged();
        if !damaged {
            self.decoded.put(id, part);
        }
        Ok((!damaged).then_some(question))
    }

    /// A segment without those who have left it; none where it cannot be read, which sets it aside.
    fn part<R: ReadSegment>(&mut self, id: SegmentId, read: &mut R) -> Result<Option<Part>, R::Error> {
        if let Some(part) = self.decoded.take(id) {
            return Ok(Some(part));
        }
        let Ok(segment) = Segment::open(read.read(id)?) else {
            self.set_aside(id);
            return Ok(None);
        };
        let part = Part::new(segment);
        let moved = self.segments.get(&id).map(|shelved| &shelved.moved);
        Ok(Some(match moved {
            Some(moved) if !moved.is_empty() => part.without(moved.iter().copied()),
            _ => part,
        }))
    }

    fn set_aside(&mut self, id: SegmentId) {
        self.decoded.take(id);
        self.damaged.insert(id);
        self.rest_version += 1;
    }

    /// Brings the visitors of recent events together: whoever is in a segment moves out of it.
    fn settle<R: ReadSegment>(&mut self, read: &mut R) -> Result<(), R::Error> {
        let new = self.recent.unplaced();
        if new.is_empty() {
            return Ok(());
        }
        let (days, names) = (new.iter().any(|hash| hash.is_of_one_day()), new.iter().any(|hash| !hash.is_of_one_day()));
        // The latest first, so that of a visitor in several the earliest events come to stand in front.
        let ids: Vec<SegmentId> = self.readable().map(|(id, _)| id).collect();
        for id in ids.into_iter().rev() {
            let Some(shelved) = self.segments.get_mut(&id) else { continue };
            if !(days && shelved.label.has_days || names && shelved.label.has_names) {
                continue;
            }
            if !new.iter().any(|hash| shelved.label.sieve.lets_through(*hash)) {
                continue;
            }
            if shelved.held.is_none() {
                let hashes = match read.hashes(id)? {
                    Some(hashes) => Ok(hashes),
                    None => Segment::open(read.read(id)?).and_then(|segment| Part::new(segment).hashes()),
                };
                let Ok(hashes) = hashes else {
                    self.set_aside(id);
                    continue;
                };
                shelved.held = Some(Held::of(hashes));
            }
            let met: BTreeSet<u32> = shelved.held.as_ref().map(|held| held.common(&new)).unwrap_or_default();
            let coming: BTreeSet<u32> = met.difference(&shelved.moved).copied().collect();
            if coming.is_empty() {
                continue;
            }
            let events = Segment::open(read.read_to_leave(id)?).and_then(|segment| {
                Part::new(segment).events(|place| coming.contains(&place), &mut Nameless::default())
            });
            match events {
                Ok(events) => {
                    self.decoded.take(id);
                    shelved.moved.extend(coming);
                    shelved.moved_lately = true;
                    if !std::mem::replace(&mut shelved.restless, true) {
                        self.rest_version += 1;
                    }
                    self.recent.bring(events);
                }
                Err(_) => self.set_aside(id),
            }
        }
        self.recent.placed();
        Ok(())
    }

    /// What is to be written so that the journal can be emptied.
    pub fn compaction<R: ReadSegment>(&mut self, read: &mut R) -> Result<Compaction, R::Error> {
        self.settle(read)?;
        let segments = written(&self.recent.by_time(), Hashes::Keep);
        let lately = self.segments.iter().filter(|(_, shelved)| shelved.moved_lately);
        let moved = lately.map(|(id, shelved)| (*id, shelved.moved.iter().copied().collect())).collect();
        Ok(Compaction { segments, moved })
    }

    /// What a compaction said is written, under these numbers, and the journal is empty.
    pub fn compacted(&mut self, segments: impl IntoIterator<Item = (SegmentId, Label)>) {
        self.recent = Recent::default();
        for shelved in self.segments.values_mut() {
            shelved.moved_lately = false;
            shelved.restless = false;
        }
        self.rest_version += 1;
        for (id, label) in segments {
            self.put(id, label, []);
        }
    }
}
