//! Writes the chunk of a day. `docs/columns-format.md` describes every byte.

use crate::bytes::{checksum, push_number, zigzag};
use crate::layout::{AFTER, BEFORE, DAY, DAY_MAX, DOMAINS, EVENT, FAMILIES, MAGIC, SLOTS_MAX, VERSION, planes};
use std::collections::HashMap;

/// When a day is and how its hours lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayOf {
    /// Days since 1970-01-01, by the calendar.
    pub day: i32,
    /// Of the objects that share the site's visitors, which one this is, from 0.
    pub shard: u32,
    /// How many objects share them.
    pub shards: u32,
    /// The hour that the clock shows in each of the day's slots, which are hours and what clock changes make of them. A
    /// day that the calendar leaves out has none.
    pub hours: Vec<u8>,
    /// The first slot that counts for ranges that begin with the day.
    pub from_slot: u8,
    /// The end of the slots that count for ranges that end with the day.
    pub to_slot: u8,
}

/// What a visit is on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visit {
    /// Tuples of the first three families, as [`Builder::tuple`] numbers them.
    pub tuples: [u32; 3],
    /// What the visitor is told by among those of the chunk.
    pub visitor: u32,
    /// Seconds from the visit's first to its last event, on whatever day.
    pub duration_s: u32,
    /// Whether nothing but its first page view or event happened in it, on whatever day.
    pub is_bounce: bool,
    /// Whether the visitor has visits on other days.
    pub linked: bool,
    /// What is known of a visit that has events on other days.
    pub partial: Option<PartialVisit>,
}

/// A visit that has events on other days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PartialVisit {
    /// Whether it has events before the day.
    pub before: bool,
    /// Whether it has events after the day.
    pub after: bool,
    /// Its page views on all days.
    pub pageviews: u32,
    /// The event tuple of its first page view; none where it has none.
    pub entry: Option<u32>,
    /// That of its last page view.
    pub exit: Option<u32>,
}

/// A chunk as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenDay {
    /// The chunk.
    pub bytes: Vec<u8>,
    /// The rows of the visits that were given, in the order in which they were given.
    pub rows: Vec<u32>,
}

#[derive(Clone, Debug, Default)]
struct Texts {
    codes: HashMap<String, u32>,
}

#[derive(Clone, Debug)]
struct Row {
    visit: Visit,
    events: std::ops::Range<usize>,
}

/// A chunk on its way: the visits of a day, given in any order.
#[derive(Clone, Debug)]
pub struct Builder {
    of: DayOf,
    has_gaps: bool,
    texts: [Texts; DOMAINS],
    families: [HashMap<Vec<u32>, u32>; 4],
    rows: Vec<Row>,
    /// The tuple and slot of each event.
    events: Vec<(u32, u8)>,
}

impl Builder {
    /// A day without visits.
    pub fn new(of: DayOf) -> Self {
        let families = std::array::from_fn(|_| HashMap::new());
        let texts = std::array::from_fn(|_| Texts::default());
        Self { of, has_gaps: false, texts, families, rows: Vec::new(), events: Vec::new() }
    }

    /// The day.
    pub fn of(&self) -> &DayOf {
        &self.of
    }

    /// Number of visits so far.
    pub fn visits(&self) -> usize {
        self.rows.len()
    }

    /// Number of events so far.
    pub fn events(&self) -> usize {
        self.events.len()
    }

    /// The number of a tuple of a family: 0 for how a visit came, 1 for what with, 2 for where from, each with its
    /// attributes in the order of the format, and 3 for events, with name, host and page. 0 where there is no such
    /// family.
    pub fn tuple(&mut self, family: usize, texts: &[&str]) -> u32 {
        let Some(domains) = FAMILIES.get(family) else { return 0 };
        let mut key = Vec::with_capacity(domains.len());
        for (domain, text) in domains.iter().zip(texts) {
            key.push(self.texts.get_mut(*domain).map_or(0, |known| known.code(text)));
        }
        key.resize(domains.len(), 0);
        let Some(tuples) = self.families.get_mut(family) else { return 0 };
        let next = tuples.len() as u32;
        *tuples.entry(key).or_insert(next)
    }

    /// Takes in a visit with its events of the day that are no engagement, in the order of the visit: the tuple and the
    /// slot of each. A visit has one at least.
    pub fn visit(&mut self, visit: Visit, events: impl IntoIterator<Item = (u32, u8)>) {
        let start = self.events.len();
        self.events.extend(events);
        self.rows.push(Row { visit, events: start..self.events.len() });
    }

    /// Notes that a visit which lasts over the whole day has no event on it, so that hours cannot be told.
    pub fn gap(&mut self) {
        self.has_gaps = true;
    }

    /// Writes the chunk.
    pub fn finish(self) -> WrittenDay {
        let Self { of, has_gaps, texts, families, rows, events } = self;
        let mut out = Vec::with_capacity(events.len() * 2 + rows.len() * 8);
        push_number(&mut out, zigzag(of.day.clamp(-(DAY_MAX as i32), DAY_MAX as i32)));
        push_number(&mut out, of.shard);
        push_number(&mut out, of.shards);
        push_number(&mut out, u32::from(has_gaps));
        let slots = of.hours.len().min(SLOTS_MAX);
        push_number(&mut out, slots as u32);
        out.extend(of.hours.iter().take(slots));
        out.extend([of.from_slot, of.to_slot]);
        let codes: Vec<Vec<u32>> = texts.into_iter().map(|texts| texts.write(&mut out)).collect();
        let mut tuples: Vec<Vec<u32>> = Vec::with_capacity(families.len());
        for (domains, family) in FAMILIES.iter().zip(families) {
            tuples.push(write_tuples(&mut out, domains, family, &codes));
        }
        let rows = Rows::new(rows, events, &tuples);
        rows.write(&mut out, slots, &tuples);
        let mut bytes = Vec::with_capacity(out.len() + 10);
        head(&mut bytes, DAY, &out);
        WrittenDay { bytes, rows: rows.places() }
    }
}

/// Writes a chunk with what is in front of its content.
pub(crate) fn head(bytes: &mut Vec<u8>, kind: u8, content: &[u8]) {
    bytes.extend(MAGIC);
    bytes.extend([VERSION, kind]);
    bytes.extend(checksum(content).to_le_bytes());
    bytes.extend_from_slice(content);
}

impl Texts {
    fn code(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        if let Some(code) = self.codes.get(text) {
            return *code;
        }
        let code = self.codes.len() as u32 + 1;
        self.codes.insert(text.to_owned(), code);
        code
    }

    /// Writes the texts in their order; the code there of each code here.
    fn write(self, out: &mut Vec<u8>) -> Vec<u32> {
        let mut texts: Vec<(String, u32)> = self.codes.into_iter().collect();
        texts.sort_unstable();
        push_number(out, texts.len() as u32);
        for (text, _) in &texts {
            push_number(out, text.len() as u32);
        }
        let mut codes = vec![0; texts.len() + 1];
        for ((text, code), place) in texts.iter().zip(1..) {
            out.extend(text.as_bytes());
            codes.iter_mut().skip(*code as usize).take(1).for_each(|slot| *slot = place);
        }
        codes
    }
}

/// Writes the tuples of a family in their order; the number there of each number here.
fn write_tuples(out: &mut Vec<u8>, domains: &[usize], family: HashMap<Vec<u32>, u32>, codes: &[Vec<u32>]) -> Vec<u32> {
    let code = |(domain, code): (&usize, &u32)| codes.get(*domain).map_or(0, |codes| at(codes, *code));
    let mut tuples: Vec<(Vec<u32>, u32)> =
        family.iter().map(|(key, number)| (domains.iter().zip(key).map(code).collect(), *number)).collect();
    tuples.sort_unstable();
    push_number(out, tuples.len() as u32);
    for place in 0..domains.len() {
        let mut before = 0;
        for (tuple, _) in &tuples {
            let code = tuple.get(place).copied().unwrap_or(0) as i32;
            push_number(out, zigzag(code - before));
            before = code;
        }
    }
    let mut places = vec![0; tuples.len()];
    for ((_, number), place) in tuples.iter().zip(0..) {
        places.iter_mut().skip(*number as usize).take(1).for_each(|slot| *slot = place);
    }
    places
}

fn at(list: &[u32], place: u32) -> u32 {
    list.get(place as usize).copied().unwrap_or(0)
}

/// A visit in the order of the chunk.
struct Ordered {
    visit: Visit,
    given: u32,
    slot: u8,
    /// The tuples of the visit, as written.
    tuples: [u32; 3],
    /// The tuple of each event, as written, and its slot.
    events: Vec<(u32, u8)>,
}

/// Visits slot by slot, and in each like beside like: that is smaller, and nobody is told who came first.
struct Rows(Vec<Ordered>);

impl Rows {
    fn new(rows: Vec<Row>, events: Vec<(u32, u8)>, tuples: &[Vec<u32>]) -> Self {
        let tuple = |family: usize, number: u32| tuples.get(family).map_or(0, |tuples| at(tuples, number));
        let ordered = |(row, given): (Row, u32)| {
            let events = events.get(row.events).unwrap_or_default();
            let events: Vec<(u32, u8)> = events.iter().map(|(event, slot)| (tuple(EVENT, *event), *slot)).collect();
            let slot = events.iter().map(|(_, slot)| *slot).min().unwrap_or(0);
            let [source, tech, geo] = row.visit.tuples;
            let tuples = [tuple(0, source), tuple(1, tech), tuple(2, geo)];
            Ordered { visit: row.visit, given, slot, tuples, events }
        };
        let mut rows: Vec<Ordered> =
            rows.into_iter().zip(0..).map(ordered).filter(|row| !row.events.is_empty()).collect();
        rows.sort_by(|left, right| left.key().cmp(&right.key()));
        Self(rows)
    }

    fn places(&self) -> Vec<u32> {
        let mut places = vec![u32::MAX; self.0.iter().map(|row| row.given as usize + 1).max().unwrap_or(0)];
        for (row, place) in self.0.iter().zip(0..) {
            places.iter_mut().skip(row.given as usize).take(1).for_each(|slot| *slot = place);
        }
        places
    }

    fn write(&self, out: &mut Vec<u8>, slots: usize, tuples: &[Vec<u32>]) {
        let Self(rows) = self;
        for slot in 0..slots {
            push_number(out, rows.iter().filter(|row| usize::from(row.slot) == slot).count() as u32);
        }
        let len = |family: usize| tuples.get(family).map_or(0, Vec::len);
        for family in 0..3 {
            push_codes(out, len(family), rows.iter().filter_map(|row| row.tuples.get(family).copied()));
        }
        for row in rows {
            push_number(out, row.events.len() as u32);
        }
        let first = rows.iter().filter_map(|row| row.events.first());
        let mut before = (0, 0);
        for (row, event) in rows.iter().zip(first) {
            // First events ascend within a slot, since visits are in that order.
            let (slot, last) = before;
            push_number(out, event.0 - if row.slot == slot { last } else { 0 });
            before = (row.slot, event.0);
        }
        let others = || rows.iter().flat_map(|row| row.events.iter().skip(1));
        push_codes(out, len(EVENT), others().map(|(event, _)| *event));
        let event =
            |number: Option<u32>| number.map_or(0, |number| tuples.get(EVENT).map_or(0, |all| at(all, number)) + 1);
        let partial = rows.iter().zip(0..).filter_map(|(row, place)| row.visit.partial.map(|partial| (partial, place)));
        push_places(out, partial, |out, partial| {
            out.push(if partial.before { BEFORE } else { 0 } | if partial.after { AFTER } else { 0 });
            push_number(out, partial.pageviews);
            push_number(out, event(partial.entry));
            push_number(out, event(partial.exit));
        });
        let lasting = || rows.iter().filter(|row| row.lasts()).map(|row| row.visit.duration_s);
        out.extend(lasting().map(|duration| duration as u8));
        lasting().for_each(|duration| push_number(out, duration >> 8));
        self.write_rare(out);
    }

    /// Writes what few rows have, as lists of them.
    fn write_rare(&self, out: &mut Vec<u8>) {
        let Self(rows) = self;
        push_places(out, rows.iter().zip(0..).filter(|(row, _)| row.lasts() && row.visit.is_bounce), |_, _| {});
        let mut last: HashMap<u32, u32> = HashMap::new();
        let again = rows
            .iter()
            .zip(0u32..)
            .filter_map(|(row, place)| last.insert(row.visit.visitor, place).map(|before| (place - before, place)));
        push_places(out, again, |out, back| push_number(out, *back));
        let mut place = 0u32;
        let mut moved = Vec::new();
        for row in rows {
            for (_, slot) in &row.events {
                if *slot != row.slot {
                    moved.push((slot - row.slot, place));
                }
                place += 1;
            }
        }
        push_places(out, moved.into_iter(), |out, by| out.push(*by));
        push_places(out, rows.iter().zip(0..).filter(|(row, _)| row.visit.linked), |_, _| {});
    }
}

impl Ordered {
    /// What visits are put in the order of: all that is told of them, so that nothing else is told by it.
    fn key(&self) -> impl Ord {
        let [source, tech, geo] = self.tuples;
        let first = self.events.first().map_or(0, |(event, _)| *event);
        let Visit { duration_s, is_bounce, .. } = self.visit;
        (self.slot, first, [source, geo, tech], &self.events, duration_s, is_bounce, self.given)
    }

    /// Whether the visit may last, so that its duration is written.
    fn lasts(&self) -> bool {
        self.events.len() > 1 || self.visit.partial.is_some()
    }
}

/// Writes codes of so many, their lowest bytes first.
fn push_codes(out: &mut Vec<u8>, len: usize, codes: impl Iterator<Item = u32> + Clone) {
    for plane in 0..planes(len) {
        out.extend(codes.clone().map(|code| (code >> (8 * plane)) as u8));
    }
}

/// Writes a list of things with their ascending places.
fn push_places<T>(out: &mut Vec<u8>, things: impl Iterator<Item = (T, u32)>, with: impl Fn(&mut Vec<u8>, &T)) {
    let things: Vec<(T, u32)> = things.collect();
    push_number(out, things.len() as u32);
    let mut before = 0;
    for (thing, place) in &things {
        push_number(out, place - before);
        before = *place;
        with(out, thing);
    }
}
