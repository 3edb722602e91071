//! A part's events as they were written.

use super::layout::{self, CITY, FAMILIES_LEN, FAMILY_ATTRIBUTES};
use super::part::{Coded, read_prop};
use super::{Error, Part, details};
use crate::bytes::unzigzag;
use crate::event::{Event, UnixSeconds, VISIT_TEXTS, VisitAttributes, VisitorHash};

/// What stands for the hashes of visitors that have none any more: counted on, so that no two are alike.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nameless(u32);

impl Nameless {
    fn next(&mut self) -> VisitorHash {
        self.0 += 1;
        VisitorHash::stand_in(self.0)
    }
}

const NONE: u32 = u32::MAX;
/// Of so many visits one at most may be wanted for the others to be left undecoded.
const FEW: usize = 4;

impl Part {
    /// The events of the visitors that `keep` wants (by their places) and that have not moved, visitor by visitor, each
    /// one's in the order of arrival. Visitors without a hash get one of `nameless`.
    pub fn events(&self, keep: impl Fn(u32) -> bool, nameless: &mut Nameless) -> Result<Vec<Event>, Error> {
        let visitors = self.visitor_of_visit().iter();
        let wanted: Vec<u32> = visitors
            .zip(0..)
            .filter(|(visitor, _)| keep(**visitor) && !self.is_moved(**visitor))
            .map(|(_, visit)| visit)
            .collect();
        let part = if wanted.len() * FEW <= self.visits_len() { &self.only(wanted) } else { self };
        part.events_of(|visitor| keep(visitor) && !self.is_moved(visitor), nameless)
    }

    fn events_of(&self, keep: impl Fn(u32) -> bool, nameless: &mut Nameless) -> Result<Vec<Event>, Error> {
        let mut hashes = vec![None; self.segment().visitors()];
        for (place, hash) in self.hashes()? {
            hashes.iter_mut().skip(place as usize).take(1).for_each(|slot| *slot = Some(hash));
        }
        // The rows of each visitor that is wanted, and which event each row becomes.
        let mut visitors: Vec<(VisitorHash, std::ops::Range<usize>)> = Vec::new();
        let mut visits = self.visitor_of_visit().iter().zip(self.rows_of_visits()).peekable();
        for (hash, place) in hashes.into_iter().zip(0u32..) {
            let mut rows: Option<std::ops::Range<usize>> = None;
            while let Some((_, visit)) = visits.next_if(|(visitor, _)| **visitor == place) {
                rows = Some(rows.map_or(visit.clone(), |rows| rows.start..visit.end));
            }
            if let Some(rows) = rows.filter(|_| keep(place)) {
                visitors.push((hash.unwrap_or_else(|| nameless.next()), rows));
            }
        }
        let mut event_of_row = vec![NONE; self.rows_len()];
        let mut events = Vec::new();
        for (hash, rows) in &visitors {
            for row in rows.clone() {
                event_of_row.iter_mut().skip(row).take(1).for_each(|slot| *slot = events.len() as u32);
                events.push(Event { visitor: *hash, ..Event::default() });
            }
        }
        let rows: Vec<usize> = visitors.iter().flat_map(|(_, rows)| rows.clone()).collect();
        self.fill_in_rows(&rows, &mut events);
        self.fill_in_attributes(&rows, &mut events);
        self.fill_in_sparse(&event_of_row, &mut events)?;
        self.order_by_arrival(&visitors, &mut events);
        if self.is_damaged() { Err(Error::Damaged) } else { Ok(events) }
    }

    /// What every event has.
    fn fill_in_rows(&self, rows: &[usize], events: &mut [Event]) {
        let times = self.times();
        let interactive = self.packed_rows(layout::INTERACTIVE);
        let text = |(codes, texts): &Coded, row: usize| texts.text(codes.get(row).copied().unwrap_or(0)).to_owned();
        for (&row, event) in rows.iter().zip(events) {
            event.time = UnixSeconds(times.get(row).copied().unwrap_or(0));
            event.name = text(self.names(), row);
            event.hostname = text(self.hostnames(), row);
            event.pathname = text(self.pages(), row);
            event.interactive = interactive.get(row).is_some_and(|interactive| *interactive != 0);
        }
    }

    fn fill_in_attributes(&self, rows: &[usize], events: &mut [Event]) {
        let visit_of_row = self.visit_of_row();
        let exceptions: [Vec<u32>; FAMILIES_LEN] =
            std::array::from_fn(|family| self.packed_rows(layout::tuples_of_rows(family)));
        let tuple = |family: usize, row: usize| {
            let exception = exceptions.get(family).and_then(|rows| rows.get(row)).copied().unwrap_or(0);
            let visit = visit_of_row.get(row).copied().unwrap_or(0) as usize;
            match exception {
                0 => self.tuples(family).get(visit).copied(),
                1 => None,
                exception => Some(exception - 2),
            }
        };
        let mut last = ([None; FAMILIES_LEN], VisitAttributes::default());
        for (&row, event) in rows.iter().zip(events) {
            let tuples: [Option<u32>; FAMILIES_LEN] = std::array::from_fn(|family| tuple(family, row));
            if tuples != last.0 {
                last = (tuples, self.attributes_of(tuples));
            }
            event.visit = last.1.clone();
        }
    }

    fn attributes_of(&self, tuples: [Option<u32>; FAMILIES_LEN]) -> VisitAttributes {
        let mut set = VisitAttributes::default();
        for (tuple, attributes) in tuples.into_iter().zip(FAMILY_ATTRIBUTES) {
            for &attribute in attributes {
                let value = tuple.and_then(|tuple| Some((self.attribute(attribute)?, tuple)));
                let Some(((codes, texts), tuple)) = value else { continue };
                let text = texts.text(codes.get(tuple as usize).copied().unwrap_or(0));
                if attribute == CITY {
                    set.city = text.parse().unwrap_or(0);
                } else if let Some(slot) = text_slot(&mut set, attribute) {
                    text.clone_into(slot);
                }
            }
        }
        set
    }

    /// What only some events have.
    fn fill_in_sparse(&self, event_of_row: &[u32], events: &mut [Event]) -> Result<(), Error> {
        let place = |row: u32| event_of_row.get(row as usize).copied().unwrap_or(NONE) as usize;
        for (row, depth) in self.sparse_numbers(layout::SCROLL_DEPTHS) {
            events.get_mut(place(row)).into_iter().for_each(|event| event.scroll_depth = Some(depth as u8));
        }
        for (row, time_ms) in self.sparse_numbers(layout::ENGAGEMENT_TIMES) {
            events.get_mut(place(row)).into_iter().for_each(|event| event.engagement_time_ms = Some(time_ms));
        }
        for (row, revenue) in self.revenues() {
            events.get_mut(place(*row)).into_iter().for_each(|event| event.revenue = Some(*revenue));
        }
        for (key, run) in self.prop_runs()? {
            let (rows, codes, texts) = read_prop(run, self.segment().rows())?;
            for (row, code) in self.rows_here(rows.into_iter().zip(codes)) {
                if let Some(event) = events.get_mut(place(row)) {
                    event.props.push((key.to_owned(), texts.text(code).to_owned()));
                }
            }
        }
        let column = self.segment().column(layout::DETAILS)?;
        let mut payloads = details::read(column, self.segment().rows())?;
        payloads.sort_unstable_by_key(|(row, _)| *row);
        for (row, payload) in self.rows_here(payloads.into_iter()) {
            if let Some(event) = events.get_mut(place(row)) {
                event.detail = Some(Box::new(payload));
            }
        }
        Ok(())
    }

    /// Puts each visitor's events, which stand by visit, in the order in which they came.
    fn order_by_arrival(&self, visitors: &[(VisitorHash, std::ops::Range<usize>)], events: &mut Vec<Event>) {
        let offsets = self.packed_rows(layout::ARRIVAL);
        if offsets.iter().all(|offset| *offset == 0) {
            return;
        }
        let ranks = visitors.iter().zip(0i64..).flat_map(|((_, rows), visitor)| {
            let offsets = offsets.get(rows.clone()).unwrap_or_default();
            offsets.iter().zip(0i64..).map(move |(offset, place)| (visitor, place + unzigzag(u64::from(*offset))))
        });
        let mut ranked: Vec<((i64, i64), Event)> = ranks.zip(std::mem::take(events)).collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        events.extend(ranked.into_iter().map(|(_, event)| event));
    }
}

/// The place of a text among a visit's attributes, in the order of [`VISIT_TEXTS`].
fn text_slot(set: &mut VisitAttributes, attribute: usize) -> Option<&mut String> {
    let name = VISIT_TEXTS.get(attribute).map(|(name, _)| *name)?;
    Some(match name {
        "referrer" => &mut set.referrer,
        "source" => &mut set.source,
        "channel" => &mut set.channel,
        "utm_medium" => &mut set.utm_medium,
        "utm_source" => &mut set.utm_source,
        "utm_campaign" => &mut set.utm_campaign,
        "utm_content" => &mut set.utm_content,
        "utm_term" => &mut set.utm_term,
        "device" => &mut set.device,
        "browser" => &mut set.browser,
        "browser_version" => &mut set.browser_version,
        "os" => &mut set.os,
        "os_version" => &mut set.os_version,
        "country" => &mut set.country,
        "region" => &mut set.region,
        "language" => &mut set.language,
        "screen" => &mut set.screen,
        _ => return None,
    })
}
