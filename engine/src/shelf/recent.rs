//! Events that no segment has yet, with all that their visitors ever did.

use crate::event::{Event, UnixSeconds, VisitorHash};
use crate::segment::{Hashes, Part, Segment, encode};
use hashbrown::{HashMap, HashSet};
use std::collections::BTreeSet;

/// Events by visitor, and the segments in memory that questions are asked of.
#[derive(Debug, Default)]
pub(super) struct Recent {
    visitors: Vec<Vec<Event>>,
    numbers: HashMap<VisitorHash, usize>,
    /// Visitors who were not looked for in segments yet.
    unplaced: BTreeSet<VisitorHash>,
    /// Events taken, those brought from segments apart.
    taken: usize,
    /// All events.
    events: usize,
    /// Most of the events, and who had none then or came again since.
    most: Option<Segment>,
    places: HashMap<VisitorHash, u32>,
    changed: HashSet<VisitorHash>,
    changed_events: usize,
    /// The events of those, as long as nothing more has come.
    rest: Option<Segment>,
}

impl Recent {
    /// Takes events in, in the order of their arrival.
    pub(super) fn take(&mut self, events: Vec<Event>) {
        self.taken += events.len();
        for event in events {
            let visitor = event.visitor;
            let number = self.number(visitor);
            if self.visitors.get(number).is_some_and(Vec::is_empty) {
                self.unplaced.insert(visitor);
            }
            self.change(visitor, number, 1);
            if let Some(list) = self.visitors.get_mut(number) {
                list.push(event);
            }
        }
    }

    fn number(&mut self, visitor: VisitorHash) -> usize {
        let next = self.visitors.len();
        let number = *self.numbers.entry(visitor).or_insert(next);
        if number == next {
            self.visitors.push(Vec::new());
        }
        number
    }

    /// Notes that so many events of a visitor are coming.
    fn change(&mut self, visitor: VisitorHash, number: usize, coming: usize) {
        self.rest = None;
        self.events += coming;
        self.changed_events += coming;
        if self.changed.insert(visitor) {
            self.changed_events += self.visitors.get(number).map_or(0, Vec::len);
        }
    }

    /// Puts what visitors did before, in the order of arrival, in front of what they did lately.
    pub(super) fn bring(&mut self, events: Vec<Event>) {
        let mut events = events.into_iter().peekable();
        while let Some(first) = events.next() {
            let visitor = first.visitor;
            let mut before = vec![first];
            while let Some(next) = events.next_if(|event| event.visitor == visitor) {
                before.push(next);
            }
            let number = self.number(visitor);
            self.change(visitor, number, before.len());
            if let Some(list) = self.visitors.get_mut(number) {
                before.append(list);
                *list = before;
            }
        }
    }

    /// Visitors who may be in a segment.
    pub(super) fn unplaced(&self) -> BTreeSet<VisitorHash> {
        self.unplaced.clone()
    }

    /// All visitors have been looked for.
    pub(super) fn placed(&mut self) {
        self.unplaced.clear();
    }

    /// How many events were taken.
    pub(super) fn taken(&self) -> usize {
        self.taken
    }

    /// Time of the earliest event.
    pub(super) fn first_event(&self) -> Option<UnixSeconds> {
        self.visitors.iter().flatten().map(|event| event.time).min()
    }

    /// All events, visitor by visitor in the order of each one's earliest event.
    pub(super) fn by_time(&self) -> Vec<&[Event]> {
        let mut visitors: Vec<&[Event]> = self.visitors.iter().map(Vec::as_slice).collect();
        visitors.sort_by_key(|events| events.iter().map(|event| event.time).min());
        visitors
    }

    /// The events as parts: most of them as they were written before, and what has changed since, which is little.
    pub(super) fn parts(&mut self) -> Vec<Part> {
        if self.events == 0 {
            return Vec::new();
        }
        if self.most.is_none() || self.changed_events * 4 > self.events {
            self.most = segment(self.visitors.iter().flatten());
            self.rest = None;
            self.changed.clear();
            self.changed_events = 0;
            let hashes = self.most.clone().map(|most| Part::new(most).hashes());
            self.places =
                hashes.and_then(Result::ok).unwrap_or_default().into_iter().map(|(at, hash)| (hash, at)).collect();
        }
        if self.rest.is_none() && !self.changed.is_empty() {
            let lists = self.visitors.iter();
            let changed = |list: &&Vec<Event>| list.first().is_some_and(|event| self.changed.contains(&event.visitor));
            self.rest = segment(lists.filter(changed).flatten());
        }
        let left = self.changed.iter().filter_map(|visitor| self.places.get(visitor)).copied();
        let most = self.most.clone().map(Part::new);
        let most = if self.changed.is_empty() { most } else { most.map(|most| most.without(left)) };
        most.into_iter().chain(self.rest.clone().map(Part::new)).collect()
    }
}

/// A segment in memory. What was just written can be read.
fn segment<'a>(events: impl IntoIterator<Item = &'a Event>) -> Option<Segment> {
    Segment::open(encode(events, Hashes::Keep).into()).ok()
}
