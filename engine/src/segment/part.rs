//! A segment as questions see it: columns are decoded when first asked for, and kept.
//!
//! A column that cannot be read is taken to be empty and marks the part as damaged: whoever asked has to ask again
//! without it.

use super::layout::{self, ATTRIBUTES_LEN, FAMILIES_LEN};
use super::{Error, Segment, Texts, details, packed, sparse};
use crate::bytes::Reader;
use crate::event::{ENGAGEMENT, PAGEVIEW, VisitorHash};
use protocol::event::Revenue;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// Scroll depth of a row that has none.
pub(crate) const NO_DEPTH: u8 = 255;
/// Engagement time of a row that has none.
pub(crate) const NO_TIME: u32 = u32::MAX;

/// A column of codes and its texts.
pub(crate) type Coded = (Vec<u32>, Texts);

/// What a visit's events, engagement apart, add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct VisitTotals {
    /// Time of the earliest; [`i64::MAX`] where there is none.
    pub(crate) start: i64,
    /// Time of the latest; [`i64::MIN`] where there is none.
    pub(crate) end: i64,
    /// Page views.
    pub(crate) pageviews: u32,
    /// All.
    pub(crate) events: u32,
    /// Page views and interactive events.
    pub(crate) interactions: u32,
}

impl VisitTotals {
    /// Whether nothing but its first page view or event happened in it.
    pub(crate) fn is_bounce(&self) -> bool {
        self.interactions <= 1
    }

    /// Seconds between its first and last event.
    pub(crate) fn duration_seconds(&self) -> i64 {
        self.end.saturating_sub(self.start).max(0)
    }
}

/// The codes of the pages and hosts of a visit's first and last page view; 0 without page views.
#[derive(Clone, Debug, Default)]
pub(crate) struct VisitEnds {
    pub(crate) entry_pages: Vec<u32>,
    pub(crate) entry_hostnames: Vec<u32>,
    pub(crate) exit_pages: Vec<u32>,
    pub(crate) exit_hostnames: Vec<u32>,
}

/// A text or number of a kind of events, by the numbers of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum DetailField {
    /// Kind and place among its texts.
    Text(usize, usize),
    /// Kind and place among its numbers.
    Number(usize, usize),
}

/// One field of a kind of events.
#[derive(Clone, Debug, Default)]
pub(crate) struct DetailColumn {
    /// The rows of the kind.
    pub(crate) rows: Vec<u32>,
    /// The codes of a text field.
    pub(crate) codes: Vec<u32>,
    /// Its texts.
    pub(crate) texts: Texts,
    /// The values of a number field.
    pub(crate) numbers: Vec<u64>,
}

/// A segment with the columns that were asked for.
pub struct Part {
    segment: Segment,
    /// For each visitor whether its events are in a later part.
    moved: Option<Vec<bool>>,
    damaged: Cell<bool>,
    visitor_of_visit: OnceCell<Vec<u32>>,
    first_rows: OnceCell<Vec<u32>>,
    visit_of_row: OnceCell<Vec<u32>>,
    times: OnceCell<Vec<i64>>,
    names: OnceCell<Coded>,
    hostnames: OnceCell<Coded>,
    pages: OnceCell<Coded>,
    totals: OnceCell<Vec<VisitTotals>>,
    ends: OnceCell<VisitEnds>,
    tuples: [OnceCell<Vec<u32>>; FAMILIES_LEN],
    attributes: [OnceCell<Coded>; ATTRIBUTES_LEN],
    depths: OnceCell<Vec<u8>>,
    engagement_times: OnceCell<Vec<u32>>,
    revenues: OnceCell<Vec<(u32, Revenue)>>,
    props: RefCell<HashMap<String, Rc<Coded>>>,
    details: RefCell<HashMap<DetailField, Rc<DetailColumn>>>,
}

impl Part {
    /// A segment of which nothing has been decoded yet.
    pub fn new(segment: Segment) -> Self {
        Self {
            segment,
            moved: None,
            damaged: Cell::new(false),
            visitor_of_visit: OnceCell::new(),
            first_rows: OnceCell::new(),
            visit_of_row: OnceCell::new(),
            times: OnceCell::new(),
            names: OnceCell::new(),
            hostnames: OnceCell::new(),
            pages: OnceCell::new(),
            totals: OnceCell::new(),
            ends: OnceCell::new(),
            tuples: Default::default(),
            attributes: Default::default(),
            depths: OnceCell::new(),
            engagement_times: OnceCell::new(),
            revenues: OnceCell::new(),
            props: RefCell::default(),
            details: RefCell::default(),
        }
    }

    /// Leaves out the visitors at these places, whose events are all in a later part.
    pub fn without(mut self, visitors: impl IntoIterator<Item = u32>) -> Self {
        let moved = self.moved.get_or_insert_with(|| vec![false; self.segment.visitors]);
        for visitor in visitors {
            moved.iter_mut().skip(visitor as usize).take(1).for_each(|slot| *slot = true);
        }
        self
    }

    /// The segment.
    pub fn segment(&self) -> &Segment {
        &self.segment
    }

    /// Whether a column could not be read, so that what was counted of this part is worth nothing.
    pub fn is_damaged(&self) -> bool {
        self.damaged.get()
    }

    pub(super) fn readable<T>(&self, read: Result<T, Error>, otherwise: impl FnOnce() -> T) -> T {
        read.unwrap_or_else(|_| {
            self.damaged.set(true);
            otherwise()
        })
    }

    pub(super) fn packed(&self, column: u8, len: usize) -> Vec<u32> {
        let read = self.segment.column(column).and_then(|bytes| Ok(packed::unpack(bytes, len)?));
        self.readable(read, || vec![0; len])
    }

    pub(super) fn packed_wide(&self, column: u8, len: usize) -> Vec<u64> {
        let read = self.segment.column(column).and_then(|bytes| Ok(packed::unpack_wide(bytes, len)?));
        self.readable(read, || vec![0; len])
    }

    fn coded<'a>(&'a self, cell: &'a OnceCell<Coded>, column: u8, len: usize) -> &'a Coded {
        cell.get_or_init(|| self.readable(self.segment.coded(column, len), || (vec![0; len], Texts::default())))
    }

    /// Number of rows, those of moved visitors included.
    pub(crate) fn rows_len(&self) -> usize {
        self.segment.rows
    }

    /// Whether a visitor's events are in a later part.
    pub(crate) fn is_moved(&self, visitor: u32) -> bool {
        self.moved.as_ref().is_some_and(|moved| moved.get(visitor as usize).copied().unwrap_or(false))
    }

    /// Whether any visitor's events are in a later part.
    pub(crate) fn any_moved(&self) -> bool {
        self.moved.is_some()
    }

    /// The visitor of each visit.
    pub(crate) fn visitor_of_visit(&self) -> &[u32] {
        self.visitor_of_visit.get_or_init(|| {
            let more = self.packed(layout::VISITOR_VISITS, self.segment.visitors);
            repeat(&more, self.segment.visits).unwrap_or_else(|| {
                self.damaged.set(true);
                vec![0; self.segment.visits]
            })
        })
    }

    /// The first row of each visit, and the end of the last.
    pub(crate) fn first_rows(&self) -> &[u32] {
        self.first_rows.get_or_init(|| {
            let more = self.packed(layout::VISIT_ROWS, self.segment.visits);
            let mut next = 0u32;
            let mut starts: Vec<u32> = Vec::with_capacity(more.len() + 1);
            starts.push(0);
            starts.extend(more.iter().map(|more| {
                next = next.saturating_add(more.saturating_add(1));
                next
            }));
            if next as usize != self.segment.rows {
                self.damaged.set(true);
                starts.fill(0);
            }
            starts
        })
    }

    /// The rows of each visit.
    pub(crate) fn rows_of_visits(&self) -> impl Iterator<Item = std::ops::Range<usize>> {
        let starts = self.first_rows();
        starts.iter().zip(starts.iter().skip(1)).map(|(start, end)| *start as usize..*end as usize)
    }

    /// The visit of each row.
    pub(crate) fn visit_of_row(&self) -> &[u32] {
        self.visit_of_row.get_or_init(|| {
            let mut visits = Vec::with_capacity(self.segment.rows);
            for (rows, visit) in self.rows_of_visits().zip(0u32..) {
                visits.resize(rows.end, visit);
            }
            visits.resize(self.segment.rows, 0);
            visits
        })
    }

    /// Seconds since 1970 of each row.
    pub(crate) fn times(&self) -> &[i64] {
        self.times.get_or_init(|| {
            let starts = self.visit_starts();
            let gaps = self.packed_wide(layout::TIMES, self.segment.rows);
            let mut times = Vec::with_capacity(gaps.len());
            for (rows, start) in self.rows_of_visits().zip(starts) {
                let mut time = start;
                times.extend(gaps.get(rows).unwrap_or_default().iter().map(|gap| {
                    time = time.wrapping_add(crate::bytes::unzigzag(*gap));
                    time
                }));
            }
            times.resize(self.segment.rows, 0);
            times
        })
    }

    /// Time of each visitor's first event.
    pub(crate) fn visitor_firsts(&self) -> Vec<i64> {
        let mut first = self.segment.first_s;
        let gaps = self.packed_wide(layout::VISITOR_GAPS, self.segment.visitors);
        let firsts = gaps.into_iter().map(|gap| {
            first = first.wrapping_add(gap as i64);
            first
        });
        firsts.collect()
    }

    /// Time of each visit's first event of any kind.
    pub(crate) fn visit_starts(&self) -> Vec<i64> {
        let segment = &self.segment;
        let return_gaps = self.packed_wide(layout::RETURN_GAPS, segment.visits - segment.visitors);
        let (mut firsts, mut returns) = (self.visitor_firsts().into_iter(), return_gaps.into_iter());
        let (mut start, mut before) = (0i64, None);
        let visitors = self.visitor_of_visit().iter();
        let starts = visitors.map(|visitor| {
            if before == Some(*visitor) {
                start = start.wrapping_add(returns.next().unwrap_or(0) as i64);
            } else {
                before = Some(*visitor);
                start = firsts.next().unwrap_or(0);
            }
            start
        });
        starts.collect()
    }

    /// The name of each row's event.
    pub(crate) fn names(&self) -> &Coded {
        self.coded(&self.names, layout::NAMES, self.segment.rows)
    }

    /// The host of each row's page.
    pub(crate) fn hostnames(&self) -> &Coded {
        self.coded(&self.hostnames, layout::HOSTNAMES, self.segment.rows)
    }

    /// The path of each row's page.
    pub(crate) fn pages(&self) -> &Coded {
        self.coded(&self.pages, layout::PAGES, self.segment.rows)
    }

    /// The code of a name, [`u32::MAX`] if no event has it.
    pub(crate) fn code_of_name(&self, name: &str) -> u32 {
        let texts = &self.names().1;
        texts.iter().position(|text| text == name).map_or(u32::MAX, |code| code as u32)
    }

    /// What each visit's events add up to.
    pub(crate) fn totals(&self) -> &[VisitTotals] {
        self.totals.get_or_init(|| {
            let (pageview, engagement) = (self.code_of_name(PAGEVIEW), self.code_of_name(ENGAGEMENT));
            let interactive = self.packed(layout::INTERACTIVE, self.segment.rows);
            let (names, times) = (&self.names().0, self.times());
            let of_visit = |rows: std::ops::Range<usize>| {
                let mut totals =
                    VisitTotals { start: i64::MAX, end: i64::MIN, pageviews: 0, events: 0, interactions: 0 };
                let names = names.get(rows.clone()).unwrap_or_default();
                let times = times.get(rows.clone()).unwrap_or_default();
                let interactive = interactive.get(rows).unwrap_or_default();
                for ((name, time), interactive) in names.iter().zip(times).zip(interactive) {
                    if *name != engagement {
                        let is_pageview = *name == pageview;
                        totals.start = totals.start.min(*time);
                        totals.end = totals.end.max(*time);
                        totals.events += 1;
                        totals.pageviews += u32::from(is_pageview);
                        totals.interactions += u32::from(is_pageview || *interactive != 0);
                    }
                }
                totals
            };
            self.rows_of_visits().map(of_visit).collect()
        })
    }

    /// Where each visit began and ended.
    pub(crate) fn ends(&self) -> &VisitEnds {
        self.ends.get_or_init(|| {
            let pageview = self.code_of_name(PAGEVIEW);
            let (names, pages, hostnames) = (&self.names().0, &self.pages().0, &self.hostnames().0);
            let code = |codes: &[u32], row: Option<usize>| row.and_then(|row| codes.get(row)).copied().unwrap_or(0);
            let mut ends = VisitEnds::default();
            for rows in self.rows_of_visits() {
                let of_visit = names.get(rows.clone()).unwrap_or_default();
                let is_pageview = |name: &u32| *name == pageview;
                let first = of_visit.iter().position(is_pageview).map(|place| rows.start + place);
                let last = of_visit.iter().rposition(is_pageview).map(|place| rows.start + place);
                ends.entry_pages.push(code(pages, first));
                ends.entry_hostnames.push(code(hostnames, first));
                ends.exit_pages.push(code(pages, last));
                ends.exit_hostnames.push(code(hostnames, last));
            }
            ends
        })
    }

    /// The tuple of a family for each visit.
    pub(crate) fn tuples(&self, family: usize) -> &[u32] {
        let tuples = || self.packed(layout::tuples_of_visits(family), self.segment.visits);
        self.tuples.get(family).map_or(&[], |cell| cell.get_or_init(tuples))
    }

    /// The codes of an attribute, one for each tuple of its family, and the texts.
    pub(crate) fn attribute(&self, attribute: usize) -> Option<&Coded> {
        let tuples = self.segment.tuples.get(layout::family_of(attribute)).copied().unwrap_or(0);
        let cell = self.attributes.get(attribute)?;
        if attribute == layout::CITY {
            return Some(cell.get_or_init(|| cities(&self.packed(layout::attribute(attribute), tuples))));
        }
        Some(self.coded(cell, layout::attribute(attribute), tuples))
    }

    /// Scroll depth of each row in percent, [`NO_DEPTH`] where there is none.
    pub(crate) fn depths(&self) -> &[u8] {
        self.depths.get_or_init(|| {
            let mut depths = vec![NO_DEPTH; self.segment.rows];
            for (row, depth) in self.sparse_numbers(layout::SCROLL_DEPTHS) {
                depths.iter_mut().skip(row as usize).take(1).for_each(|slot| *slot = depth as u8);
            }
            depths
        })
    }

    /// Engagement time of each row in milliseconds, [`NO_TIME`] where there is none.
    pub(crate) fn engagement_times(&self) -> &[u32] {
        self.engagement_times.get_or_init(|| {
            let mut times = vec![NO_TIME; self.segment.rows];
            for (row, time_ms) in self.sparse_numbers(layout::ENGAGEMENT_TIMES) {
                times.iter_mut().skip(row as usize).take(1).for_each(|slot| *slot = time_ms);
            }
            times
        })
    }

    pub(super) fn sparse_numbers(&self, column: u8) -> Vec<(u32, u32)> {
        let read = || -> Result<Vec<(u32, u32)>, Error> {
            let bytes = self.segment.column(column)?;
            if bytes.is_empty() {
                return Ok(Vec::new());
            }
            let mut from = Reader::new(bytes);
            let rows = sparse::read_rows(&mut from, self.segment.rows)?;
            let numbers = packed::unpack(from.raw(from.len())?, rows.len())?;
            Ok(rows.into_iter().zip(numbers).collect())
        };
        self.readable(read(), Vec::new)
    }

    /// The rows that brought money, and how much.
    pub(crate) fn revenues(&self) -> &[(u32, Revenue)] {
        let read = || -> Result<Vec<(u32, Revenue)>, Error> {
            let bytes = self.segment.column(layout::REVENUES)?;
            if bytes.is_empty() {
                return Ok(Vec::new());
            }
            let mut from = Reader::new(bytes);
            let rows = sparse::read_rows(&mut from, self.segment.rows)?;
            let amounts = packed::unpack_wide(from.run()?, rows.len())?;
            let codes = packed::unpack(from.run()?, rows.len())?;
            let (currencies, _) = from.raw(from.len())?.as_chunks::<3>();
            let revenue = |((row, amount), code): ((u32, u64), u32)| {
                let currency = *currencies.get(code as usize).ok_or(Error::Damaged)?;
                Ok((row, Revenue { amount_thousandths: crate::bytes::unzigzag(amount), currency }))
            };
            rows.into_iter().zip(amounts).zip(codes).map(revenue).collect()
        };
        self.revenues.get_or_init(|| self.readable(read(), Vec::new))
    }

    /// The value of a custom property for each row, 0 where it has none.
    pub(crate) fn prop(&self, key: &str) -> Rc<Coded> {
        if let Some(known) = self.props.borrow().get(key) {
            return known.clone();
        }
        let read = || -> Result<Coded, Error> {
            let mut column = (vec![0; self.segment.rows], Texts::default());
            for (other, run) in self.prop_runs()? {
                if other == key {
                    let (rows, codes, texts) = read_prop(run, self.segment.rows)?;
                    column.1 = texts;
                    for (row, code) in rows.into_iter().zip(codes) {
                        column.0.iter_mut().skip(row as usize).take(1).for_each(|slot| *slot = code);
                    }
                }
            }
            Ok(column)
        };
        let coded = Rc::new(self.readable(read(), || (vec![0; self.segment.rows], Texts::default())));
        self.props.borrow_mut().insert(key.to_owned(), coded.clone());
        coded
    }

    /// The keys of the custom properties with their undecoded columns.
    pub(super) fn prop_runs(&self) -> Result<Vec<(&str, &[u8])>, Error> {
        let mut from = Reader::new(self.segment.column(layout::PROPS)?);
        let mut runs = Vec::new();
        while !from.is_empty() {
            runs.push((from.text()?, from.run()?));
        }
        Ok(runs)
    }

    /// One field of a kind of events.
    pub(crate) fn detail(&self, field: DetailField) -> Rc<DetailColumn> {
        if let Some(known) = self.details.borrow().get(&field) {
            return known.clone();
        }
        let (kind, texts, numbers) = match &field {
            DetailField::Text(kind, place) => (*kind, std::slice::from_ref(place), &[][..]),
            DetailField::Number(kind, place) => (*kind, &[][..], std::slice::from_ref(place)),
        };
        let read = self.segment.column(layout::DETAILS);
        let read = read.and_then(|column| Ok(details::read_kind(column, self.segment.rows, kind, texts, numbers)?));
        let found = self.readable(read, Default::default);
        let (codes, texts) = found.texts.into_iter().next().unwrap_or_default();
        let numbers = found.numbers.into_iter().next().unwrap_or_default();
        let column = Rc::new(DetailColumn { rows: found.rows, codes, texts, numbers });
        self.details.borrow_mut().insert(field, column.clone());
        column
    }

    /// The hashes of the visitors that have one, by their places.
    pub fn hashes(&self) -> Result<Vec<(u32, VisitorHash)>, Error> {
        let bytes = self.segment.column(layout::HASHES)?;
        if bytes.is_empty() {
            return Ok(Vec::new());
        }
        let mut from = Reader::new(bytes);
        let places = sparse::read_rows(&mut from, self.segment.visitors)?;
        let (hashes, rest) = from.raw(from.len())?.as_chunks::<8>();
        if hashes.len() != places.len() || !rest.is_empty() {
            return Err(Error::Damaged);
        }
        let hashes = hashes.iter().map(|bytes| VisitorHash(u64::from_le_bytes(*bytes)));
        Ok(places.into_iter().zip(hashes).collect())
    }
}

/// Each place as often as it says and once more, if that is `len` in all.
fn repeat(more: &[u32], len: usize) -> Option<Vec<u32>> {
    let total: u64 = more.iter().map(|more| u64::from(*more) + 1).sum();
    if total != len as u64 {
        return None;
    }
    let places = more.iter().zip(0u32..);
    Some(places.flat_map(|(more, place)| std::iter::repeat_n(place, *more as usize + 1)).collect())
}

/// Cities as codes of their texts, as the other attributes are.
fn cities(numbers: &[u32]) -> Coded {
    let mut distinct: Vec<u32> = numbers.iter().copied().filter(|city| *city != 0).collect();
    distinct.sort_unstable();
    distinct.dedup();
    let code = |city: &u32| distinct.binary_search(city).map_or(0, |place| place as u32 + 1);
    let codes = numbers.iter().map(code).collect();
    let texts = distinct.iter().map(|city| crate::event::city_text(*city));
    (codes, Texts::of(texts))
}

/// The rows of a property, their codes and its texts.
pub(super) fn read_prop(run: &[u8], rows: usize) -> Result<(Vec<u32>, Vec<u32>, Texts), Error> {
    let mut from = Reader::new(run);
    let rows = sparse::read_rows(&mut from, rows)?;
    let codes = packed::unpack(from.run()?, rows.len())?;
    Ok((rows, codes, super::texts::read(from.raw(from.len())?)?))
}
