//! A site as its storage and its shelf in memory, for the tests: what is written, fetched, lost in a crash and read again.

use super::super::*;
use super::settings;
use crate::event::VisitorHash;
use crate::query::{Kind, Questions, Standing};
use crate::segment::{Bytes, Days};
use serde_json::Value;
use std::cell::RefCell;
use std::rc::Rc;

/// What would be on disk, and the shelf in memory.
#[derive(Default)]
pub(super) struct Site {
    pub(super) segments: BTreeMap<SegmentId, (Label, Bytes)>,
    /// Segments whose bytes are not among those, taken apart.
    pub(super) archived: BTreeMap<SegmentId, Days>,
    moved: BTreeMap<SegmentId, Vec<u32>>,
    /// What `rolled_request` counted in segments.
    rollups: BTreeMap<SegmentId, Vec<u8>>,
    journal: Vec<Event>,
    next_id: i64,
    pub(super) shelf: Shelf,
    kept: Option<Kept<Questions>>,
    /// The site's earliest event when that was kept.
    kept_since: Option<UnixSeconds>,
}

/// Reads segments, and those that were fetched from the archive.
struct Reader<'a> {
    site: &'a Site,
    fetched: &'a [(SegmentId, Bytes)],
}

/// A segment that is in the archive, and whether somebody is about to leave it.
struct Away(SegmentId, bool);

impl ReadSegment for Reader<'_> {
    type Error = Away;

    fn read(&mut self, id: SegmentId) -> Result<Bytes, Away> {
        let fetched = self.fetched.iter().find(|(other, _)| *other == id).map(|(_, bytes)| bytes.clone());
        let own = || self.site.segments.get(&id).map(|(_, bytes)| bytes.clone()).filter(|bytes| !bytes.is_empty());
        fetched.or_else(own).ok_or(Away(id, false))
    }

    fn read_to_leave(&mut self, id: SegmentId) -> Result<Bytes, Away> {
        let bytes = self.site.segments[&id].1.clone();
        if bytes.is_empty() { Err(Away(id, true)) } else { Ok(bytes) }
    }

    fn hashes(&mut self, id: SegmentId) -> Result<Option<Vec<(u32, VisitorHash)>>, Away> {
        Ok(self.site.archived.get(&id).map(|days| days.hashes.clone()))
    }
}

impl Site {
    /// Does what reads segments, with so many of the archive at a time.
    fn with<T>(&mut self, at_a_time: usize, mut act: impl FnMut(&mut Shelf, &mut Reader) -> Result<T, Away>) -> T {
        let mut fetched = Vec::new();
        for _ in 0..1_000 {
            let mut taken = std::mem::take(&mut self.shelf);
            let done = act(&mut taken, &mut Reader { site: self, fetched: &fetched });
            self.shelf = taken;
            let Away(id, leaving) = match done {
                Ok(done) => return done,
                Err(away) => away,
            };
            let days = &self.archived[&id];
            let bytes = crate::segment::join(days.events.values().cloned().collect(), &days.order).unwrap();
            if leaving {
                self.archived.remove(&id);
                self.segments.get_mut(&id).unwrap().1 = bytes;
                self.shelf.set_away(id, false);
            } else {
                fetched.truncate(at_a_time - 1);
                fetched.insert(0, (id, bytes));
            }
        }
        panic!("it never ends");
    }

    /// Archives what is from before a day.
    pub(super) fn archive(&mut self, before_day: i64) {
        self.shelf.keep_apart(Some(before_day * 86_400));
        self.tidy(100 * 86_400 + 1);
        while let Some(id) = self.shelf.next_to_archive() {
            let bytes = std::mem::take(&mut self.segments.get_mut(&id).unwrap().1);
            let days = Days::of(&Segment::open(bytes).unwrap(), |number| (id.0 as u64) << 40 | number << 33).unwrap();
            self.archived.insert(id, days);
            self.shelf.set_away(id, true);
        }
    }

    pub(super) fn take(&mut self, events: &[Event]) {
        self.journal.extend(events.iter().cloned());
        self.shelf.take(events.to_vec());
    }

    pub(super) fn reopen(&mut self) {
        self.shelf = Shelf::default();
        self.kept = None;
        for (id, (label, _)) in &self.segments {
            self.shelf.put(*id, label.clone(), self.moved.get(id).into_iter().flatten().copied());
            self.shelf.set_away(*id, self.archived.contains_key(id));
        }
        self.shelf.take(self.journal.clone());
    }

    pub(super) fn write(&mut self, new: Vec<Written>) -> Vec<(SegmentId, Label)> {
        let mut labels = Vec::new();
        for Written { label, bytes } in new {
            self.next_id += 1;
            self.segments.insert(SegmentId(self.next_id), (label.clone(), bytes));
            labels.push((SegmentId(self.next_id), label));
        }
        labels
    }

    pub(super) fn compact(&mut self, crashes: bool) {
        let compaction = self.with(1, |shelf, read| shelf.compaction(read));
        if crashes {
            return self.reopen();
        }
        self.journal.clear();
        self.rollups.retain(|id, _| !compaction.moved.iter().any(|(moved, _)| moved == id));
        self.moved.extend(compaction.moved);
        let labels = self.write(compaction.segments);
        self.shelf.compacted(labels);
    }

    pub(super) fn tidy(&mut self, now_s: i64) {
        loop {
            let tidiness = if now_s % 2 == 0 { Tidiness::Rough } else { Tidiness::Thorough };
            let ids = self.shelf.next_rewrite(tidiness, now_s, i64::MIN + 86_400);
            if ids.is_empty() {
                return;
            }
            let rewrite = self.with(1, |shelf, read| shelf.rewrite(&ids, now_s, i64::MIN, read));
            for id in &rewrite.old {
                self.segments.remove(id);
                self.moved.remove(id);
                self.rollups.remove(id);
                self.archived.remove(id);
            }
            let labels = self.write(rewrite.new);
            self.shelf.rewritten(&rewrite.old, labels);
        }
    }

    pub(super) fn export(&mut self, since_s: i64) -> Vec<Event> {
        let digest = |bytes: &[u8]| u64::from(crc32fast::hash(bytes)) << 8;
        let (mut events, mut next) = (Vec::new(), Some(i64::MIN));
        while let Some(from_s) = next {
            let piece = self.with(usize::MAX, |shelf, read| shelf.export(from_s, since_s, digest, read));
            events.extend(piece.events);
            next = piece.next_s;
        }
        events
    }

    pub(super) fn ask(&mut self, request: &Value) -> Value {
        let settings = Rc::new(settings());
        let first = self.shelf.first_event();
        let begin =
            || Questions::read(Kind::Query, settings.clone(), UnixSeconds(30 * 86_400), first, request).unwrap();
        let span = begin().span();
        if self.kept_since != first {
            self.kept = None;
        }
        self.kept_since = first;
        let mut kept = self.kept.take();
        let answered =
            self.with(1, |shelf, read| shelf.ask(span, read, &mut kept, begin, |_, _, _| false, Questions::add));
        self.kept = kept;
        answered.answer()
    }

    /// Asks out of rollups, and makes those that are missing.
    pub(super) fn ask_rolled(&mut self, request: &Value) -> Value {
        let (site, first) = (Rc::new(settings()), self.shelf.first_event());
        let begin = || Questions::read(Kind::Query, site.clone(), UnixSeconds(30 * 86_400), first, request).unwrap();
        let (rollups, missing) = (self.rollups.clone(), RefCell::new(BTreeSet::new()));
        let rolled = |questions: &mut Questions, id: SegmentId, label: &Label| {
            let standing = questions.standing(label);
            if standing == Standing::Own && !rollups.contains_key(&id) {
                missing.borrow_mut().insert(id);
            }
            let known = rollups.get(&id).filter(|_| standing != Standing::Read);
            known.is_some_and(|known| questions.add_rollup(label, known).is_ok())
        };
        let mut kept = None;
        let answer =
            self.with(1, |shelf, read| shelf.ask(begin().span(), read, &mut kept, begin, rolled, Questions::add));
        for id in missing.into_inner() {
            let counted = self.with(1, |shelf, read| shelf.ask_at_rest(id, read, begin(), Questions::add));
            self.rollups.extend(counted.map(|counted| (id, counted.rollup())));
        }
        answer.answer()
    }
}
