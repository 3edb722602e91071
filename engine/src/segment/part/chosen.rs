//! A part of some visits alone, so that a question that is about few of them looks at no others.

use super::Part;
use super::columns::{Coded, DetailColumn};
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

/// Some of a segment's visits.
pub(super) struct Chosen {
    /// Their places among those of the segment, ascending.
    pub(super) visits: Vec<u32>,
    /// The places of their rows.
    pub(super) rows: Vec<u32>,
    /// Time of each one's first event of any kind.
    pub(super) starts: Vec<i64>,
}

impl Part {
    /// A part of the visits at these places, ascending, alone. They keep the numbers of their visitors; what has been
    /// decoded of them is not decoded again. Nobody of those who have moved may be among them.
    pub(crate) fn only(&self, visits: Vec<u32>) -> Self {
        let starts = self.first_rows();
        let row = |visit: usize| starts.get(visit).copied().unwrap_or(0);
        let (mut rows, mut first_rows) = (Vec::new(), Vec::with_capacity(visits.len() + 1));
        first_rows.push(0);
        for visit in &visits {
            rows.extend(row(*visit as usize)..row(*visit as usize + 1));
            first_rows.push(rows.len() as u32);
        }
        // Times are added up from the starts of visits where they are not known.
        let starts = if self.times.get().is_some() { Vec::new() } else { pick(&self.visit_starts(), &visits) };
        let of_visits = |cell: &OnceCell<Vec<u32>>| picked(cell, &visits);
        let coded = |(codes, texts): &Coded| (pick(codes, &rows), texts.clone());
        let texts = |cell: &OnceCell<Coded>| cell.get().map(coded).map_or_else(OnceCell::new, OnceCell::from);
        let part = Self {
            visitor_of_visit: OnceCell::from(pick(self.visitor_of_visit(), &visits)),
            first_rows: OnceCell::from(first_rows),
            times: picked(&self.times, &rows),
            names: texts(&self.names),
            hostnames: texts(&self.hostnames),
            pages: texts(&self.pages),
            totals: picked(&self.totals, &visits),
            entry_pages: of_visits(&self.entry_pages),
            entry_hostnames: of_visits(&self.entry_hostnames),
            exit_pages: of_visits(&self.exit_pages),
            exit_hostnames: of_visits(&self.exit_hostnames),
            tuples: std::array::from_fn(|family| self.tuples.get(family).map_or_else(OnceCell::new, of_visits)),
            attributes: self.attributes.clone(),
            depths: picked(&self.depths, &rows),
            engagement_times: picked(&self.engagement_times, &rows),
            ..Self::new(self.segment.clone())
        };
        let props = self.props.borrow();
        let props = props.iter().map(|(key, prop)| (key.clone(), Rc::new(coded(prop)))).collect();
        let part = Self { props: RefCell::new(props), chosen: Some(Chosen { visits, rows, starts }), ..part };
        let details = self.details.borrow();
        let details = details.iter().map(|(field, detail)| (*field, Rc::new(part.detail_here((**detail).clone()))));
        let details = RefCell::new(details.collect());
        Self { details, ..part }
    }

    /// Marks the part as damaged if another one of the same segment is.
    pub(crate) fn learn_damage(&self, other: &Self) {
        self.damaged.set(self.damaged.get() || other.damaged.get());
    }

    /// Which of the segment's texts, or tuples of a family, occur, by code; none where all do.
    pub(crate) fn occurring(&self, codes: &[u32]) -> Option<Vec<bool>> {
        self.chosen.as_ref()?;
        let mut occur = vec![false; codes.iter().max().map_or(0, |most| *most as usize + 1)];
        for code in codes {
            occur.iter_mut().skip(*code as usize).take(1).for_each(|slot| *slot = true);
        }
        Some(occur)
    }

    /// Of rows of the segment, ascending, those that are in the part, by their places in it.
    pub(in crate::segment) fn rows_here<T>(
        &self,
        rows: impl Iterator<Item = (u32, T)>,
    ) -> impl Iterator<Item = (u32, T)> {
        let mut here = self.chosen.as_ref().map(|chosen| chosen.rows.iter().zip(0u32..).peekable());
        rows.filter_map(move |(row, value)| {
            let Some(here) = &mut here else { return Some((row, value)) };
            while here.next_if(|(other, _)| **other < row).is_some() {}
            here.next_if(|(other, _)| **other == row).map(|(_, place)| (place, value))
        })
    }

    /// Of a field of a kind of events, for rows of the segment, what is in the part.
    pub(super) fn detail_here(&self, detail: DetailColumn) -> DetailColumn {
        if self.chosen.is_none() {
            return detail;
        }
        let (rows, kept): (Vec<u32>, Vec<u32>) = self.rows_here(detail.rows.into_iter().zip(0u32..)).unzip();
        let codes = if detail.codes.is_empty() { Vec::new() } else { pick(&detail.codes, &kept) };
        let numbers = if detail.numbers.is_empty() { Vec::new() } else { pick(&detail.numbers, &kept) };
        DetailColumn { rows, codes, texts: detail.texts, numbers }
    }
}

fn pick<T: Copy>(values: &[T], places: &[u32]) -> Vec<T> {
    places.iter().filter_map(|place| values.get(*place as usize)).copied().collect()
}

fn picked<T: Copy>(cell: &OnceCell<Vec<T>>, places: &[u32]) -> OnceCell<Vec<T>> {
    cell.get().map_or_else(OnceCell::new, |values| OnceCell::from(pick(values, places)))
}
