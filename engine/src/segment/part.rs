//! A segment as questions see it: columns are decoded when first asked for, and kept.
//!
//! A column that cannot be read is taken to be empty and marks the part as damaged: whoever asked has to ask again
//! without it.

mod chosen;
mod columns;
mod visits;

use super::layout::{ATTRIBUTES_LEN, FAMILIES_LEN};
use super::{Error, Segment, packed};
use chosen::Chosen;
pub(super) use columns::read_prop;
pub(crate) use columns::{Coded, DetailColumn, DetailField, NO_DEPTH, NO_TIME};
use hashbrown::HashMap;
use protocol::event::Revenue;
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
pub(crate) use visits::VisitTotals;

/// A segment with the columns that were asked for.
pub struct Part {
    segment: Segment,
    /// The visits that it is of, where it is not of all.
    chosen: Option<Chosen>,
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
    entry_pages: OnceCell<Vec<u32>>,
    entry_hostnames: OnceCell<Vec<u32>>,
    exit_pages: OnceCell<Vec<u32>>,
    exit_hostnames: OnceCell<Vec<u32>>,
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
            chosen: None,
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
            entry_pages: OnceCell::new(),
            entry_hostnames: OnceCell::new(),
            exit_pages: OnceCell::new(),
            exit_hostnames: OnceCell::new(),
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

    /// About how much memory it holds by now, in bytes.
    pub fn memory(&self) -> usize {
        let fours = [
            &self.visitor_of_visit,
            &self.first_rows,
            &self.visit_of_row,
            &self.entry_pages,
            &self.entry_hostnames,
            &self.exit_pages,
            &self.exit_hostnames,
            &self.engagement_times,
        ];
        let fours = fours.into_iter().chain(&self.tuples).filter_map(OnceCell::get).map(Vec::len).sum::<usize>();
        let coded = |(codes, texts): &Coded| codes.len() * 4 + texts.memory();
        let texts = [&self.names, &self.hostnames, &self.pages].into_iter().chain(&self.attributes);
        let detail = |detail: &Rc<DetailColumn>| {
            (detail.rows.len() + detail.codes.len()) * 4 + detail.numbers.len() * 8 + detail.texts.memory()
        };
        let held = |len: Option<usize>, each: usize| len.unwrap_or(0) * each;
        self.segment.bytes_len()
            + fours * 4
            + texts.filter_map(OnceCell::get).map(coded).sum::<usize>()
            + held(self.times.get().map(Vec::len), size_of::<i64>())
            + held(self.totals.get().map(Vec::len), size_of::<VisitTotals>())
            + held(self.depths.get().map(Vec::len), 1)
            + held(self.revenues.get().map(Vec::len), size_of::<(u32, Revenue)>())
            + self.props.borrow().values().map(|prop| coded(prop)).sum::<usize>()
            + self.details.borrow().values().map(detail).sum::<usize>()
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

    /// A column that has a value for each row of the segment.
    pub(super) fn packed_rows(&self, column: u8) -> Vec<u32> {
        match &self.chosen {
            None => self.packed(column, self.segment.rows),
            Some(chosen) => self.picked(column, self.segment.rows, &chosen.rows),
        }
    }

    /// A column that has a value for each visit of the segment.
    fn packed_visits(&self, column: u8) -> Vec<u32> {
        match &self.chosen {
            None => self.packed(column, self.segment.visits),
            Some(chosen) => self.picked(column, self.segment.visits, &chosen.visits),
        }
    }

    fn picked_wide(&self, column: u8, rows: &[u32]) -> Vec<u64> {
        let read = self.segment.column(column);
        let read = read.and_then(|bytes| Ok(packed::pick_wide(bytes, self.segment.rows, rows)?));
        self.readable(read, || vec![0; rows.len()])
    }

    fn picked(&self, column: u8, len: usize, places: &[u32]) -> Vec<u32> {
        let read = self.segment.column(column).and_then(|bytes| Ok(packed::pick(bytes, len, places)?));
        self.readable(read, || vec![0; places.len()])
    }

    /// Number of rows, those of moved visitors included.
    pub(crate) fn rows_len(&self) -> usize {
        self.chosen.as_ref().map_or(self.segment.rows, |chosen| chosen.rows.len())
    }

    /// Number of visits, those of moved visitors included.
    pub(crate) fn visits_len(&self) -> usize {
        self.chosen.as_ref().map_or(self.segment.visits, |chosen| chosen.visits.len())
    }

    /// Whether a visitor's events are in a later part.
    pub(crate) fn is_moved(&self, visitor: u32) -> bool {
        self.moved.as_ref().is_some_and(|moved| moved.get(visitor as usize).copied().unwrap_or(false))
    }

    /// Whether any visitor's events are in a later part.
    pub(crate) fn any_moved(&self) -> bool {
        self.moved.is_some()
    }
}
