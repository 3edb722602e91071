//! Which segments are rewritten, and when.

use super::{Label, SEGMENT_EVENTS, SegmentId, Shelf, Shelved, Written, written};
use crate::event::Event;
use crate::segment::{Hashes, Nameless};

/// Seconds after a segment's last event in which more of its visitors of one day may come: a salt lives through the day
/// after its own, in any time zone.
const DAY_HASHES_S: i64 = 3 * 86_400;

/// Seconds that a segment's events must reach back from what is kept apart before it is rewritten for that: its visitors
/// may have come both before and since, and then they cannot be parted.
const APART_S: i64 = 7 * 86_400;

/// Segments that stand side by side in time are joined when they are so many, and there is no time to be thorough.
const JOINED: usize = 4;

/// How tidy segments are to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tidiness {
    /// While events keep coming: what is rewritten now may be rewritten soon again.
    Rough,
    /// When nothing has come for a while.
    Thorough,
}

/// Segments that are to be replaced, and by what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rewrite {
    /// What goes.
    pub old: Vec<SegmentId>,
    /// What comes.
    pub new: Vec<Written>,
}

impl Shelved {
    /// About how many of its events are still in it.
    fn rows_left(&self) -> usize {
        let left = u64::from(self.label.visitors) - (self.moved.len() as u64).min(self.label.visitors.into());
        (u64::from(self.label.rows) * left / u64::from(self.label.visitors.max(1))) as usize
    }
}

impl Shelf {
    /// The next segments to rewrite at the present moment, if any: those with events from before `keep_from_s`, which
    /// go; those that most have left; those that could be archived but for some visitors; those whose hashes can go; and
    /// small ones side by side. A segment that somebody has left since the last compaction stays, since nothing else on
    /// disk has those events yet. One that is damaged goes when all of it is over.
    pub fn next_rewrite(&self, tidiness: Tidiness, now_s: i64, keep_from_s: i64) -> Vec<SegmentId> {
        let is_over = |label: &Label| label.last_s < keep_from_s;
        let lost = self.damaged.iter().find(|id| self.segments.get(id).is_some_and(|lost| is_over(&lost.label)));
        if let Some(id) = lost {
            return vec![*id];
        }
        let mut in_time: Vec<(SegmentId, &Shelved)> =
            self.readable().filter(|(_, shelved)| !shelved.moved_lately).collect();
        in_time.sort_by_key(|(id, shelved)| (shelved.label.first_s, *id));
        let alone = |(_, shelved): &&(SegmentId, &Shelved)| {
            let gone = (shelved.label.rows as usize).saturating_sub(shelved.rows_left());
            let straddles = self.apart_s.is_some_and(|apart_s| {
                let earlier = shelved.apart_s.unwrap_or(shelved.label.first_s).max(shelved.label.first_s);
                let rests = !shelved.is_away() && !shelved.label.has_days;
                rests && shelved.label.last_s >= apart_s && earlier < apart_s - APART_S
            });
            // Nobody comes any more who would make it worth it, and with a list it cannot be archived.
            let left_behind = self.is_early(shelved) && !shelved.label.has_days && !shelved.moved.is_empty();
            let too_many = match tidiness {
                Tidiness::Rough => shelved.label.rows as usize / 2,
                Tidiness::Thorough => shelved.label.rows as usize / 8,
            };
            let to_archive = tidiness == Tidiness::Thorough && (straddles || left_behind);
            shelved.label.first_s < keep_from_s || gone > too_many || shelved.rows_left() == 0 || to_archive
        };
        if let Some((id, _)) = in_time.iter().find(alone) {
            return vec![*id];
        }
        in_time.retain(|(_, shelved)| !shelved.is_away());
        let is_cold = |label: &Label| label.has_days && label.last_s < now_s - DAY_HASHES_S;
        let cold = in_time.iter().skip_while(|(_, shelved)| !is_cold(&shelved.label));
        let cold = together(cold.take_while(|(_, shelved)| is_cold(&shelved.label)));
        if !cold.is_empty() {
            return cold;
        }
        let joined = if tidiness == Tidiness::Thorough { 2 } else { JOINED };
        let small = in_time.windows(joined).find(|run| {
            let rows = || run.iter().map(|(_, shelved)| shelved.rows_left());
            let alike = run.windows(2).all(|pair| match pair {
                [(_, left), (_, right)] => {
                    left.label.has_days == right.label.has_days && self.is_early(left) == self.is_early(right)
                }
                _ => true,
            });
            let (sum, most) = (rows().sum::<usize>(), rows().max().unwrap_or(0));
            // The largest is no more than half, so that an event is rewritten a few times only.
            let worth_it = tidiness == Tidiness::Thorough || most * 2 <= sum;
            alike && sum <= SEGMENT_EVENTS && worth_it
        });
        small.map(|run| run.iter().map(|(id, _)| *id).collect()).unwrap_or_default()
    }

    /// Reads segments and writes what is left of them, without events from before `keep_from_s`. What is over as a whole
    /// is not read.
    pub fn rewrite<R: super::ReadSegment>(
        &mut self,
        ids: &[SegmentId],
        now_s: i64,
        keep_from_s: i64,
        read: &mut R,
    ) -> Result<Rewrite, R::Error> {
        let mut old = Vec::new();
        let mut events: Vec<Event> = Vec::new();
        let mut nameless = Nameless::default();
        let mut is_cold = true;
        for id in ids {
            if self.segments.get(id).is_some_and(|shelved| shelved.label.last_s < keep_from_s) {
                old.push(*id);
                continue;
            }
            let Some(part) = self.part(*id, read)? else { continue };
            match part.events(|_| true, &mut nameless) {
                Ok(found) => {
                    old.push(*id);
                    is_cold &= part.segment().span().1 < now_s - DAY_HASHES_S;
                    events.extend(found.into_iter().filter(|event| event.time.0 >= keep_from_s));
                }
                Err(_) => self.set_aside(*id),
            }
        }
        let mut visitors: Vec<&[Event]> = events.chunk_by(|left, right| left.visitor == right.visitor).collect();
        visitors.sort_by_key(|events| events.iter().map(|event| event.time).min());
        let is_early =
            |events: &&[Event]| self.apart_s.is_some_and(|apart_s| events.iter().all(|event| event.time.0 < apart_s));
        let (early, late): (Vec<_>, Vec<_>) = visitors.into_iter().partition(is_early);
        let hashes = if is_cold { Hashes::DropOfDays } else { Hashes::Keep };
        let new = [written(&early, hashes), written(&late, hashes)].concat();
        Ok(Rewrite { old, new })
    }

    /// Whether a segment is from before what is kept apart.
    fn is_early(&self, shelved: &Shelved) -> bool {
        self.apart_s.is_some_and(|apart_s| shelved.label.last_s < apart_s)
    }

    /// What a rewrite said is done, the new segments under these numbers.
    pub fn rewritten(&mut self, old: &[SegmentId], new: impl IntoIterator<Item = (SegmentId, Label)>) {
        for id in old {
            self.segments.remove(id);
            self.decoded.take(*id);
            self.damaged.remove(id);
        }
        self.rest_version += 1;
        for (id, label) in new {
            self.put(id, label, []);
            if let Some(shelved) = self.segments.get_mut(&id) {
                shelved.apart_s = self.apart_s;
            }
        }
    }

    /// A segment that cannot be read is out of the way; its bytes are the caller's to keep.
    pub fn is_damaged(&self, id: SegmentId) -> bool {
        self.damaged.contains(&id)
    }
}

/// The first of a run that fit into one segment.
fn together<'a>(run: impl Iterator<Item = &'a (SegmentId, &'a Shelved)>) -> Vec<SegmentId> {
    let mut rows = 0;
    let fits = |(_, shelved): &&(SegmentId, &Shelved)| {
        let first = rows == 0;
        rows += shelved.rows_left();
        first || rows <= SEGMENT_EVENTS
    };
    run.take_while(fits).map(|(id, _)| *id).collect()
}
