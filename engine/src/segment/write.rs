//! Writes events down as a segment.

use super::codes::{Coder, TextCoder};
use super::layout::{self, ATTRIBUTES_LEN, CITY, FAMILIES_LEN, FAMILY_ATTRIBUTES};
use super::order::{self, Order};
use super::{VERSION, details, packed, sparse, texts};
use crate::bytes::{push_number, push_run, zigzag};
use crate::event::{Event, VISIT_TEXTS, VisitAttributes, city_text};
use hashbrown::HashMap;
use std::collections::BTreeMap;

/// What becomes of the visitors' hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hashes {
    /// They are kept, since more events of the same visitors may come.
    Keep,
    /// Those made with the salt of a day are dropped, since it is gone and nobody can come with one of them again.
    DropOfDays,
}

/// Writes events, given in the order of their arrival, as a segment.
pub fn encode<'a>(events: impl IntoIterator<Item = &'a Event>, hashes: Hashes) -> Vec<u8> {
    let events: Vec<&Event> = events.into_iter().collect();
    let order = order::of(&events);
    let rows: Vec<&Event> = order.events.iter().filter_map(|place| events.get(*place as usize).copied()).collect();
    let mut columns = Columns::default();
    write_visitors(&mut columns, &order, &rows, hashes);
    write_times(&mut columns, &order, &rows);
    write_rows(&mut columns, &rows);
    let tuples = write_attributes(&mut columns, &order, &rows);
    columns.finish(&order, &rows, tuples)
}

/// Columns on their way, by number.
#[derive(Default)]
struct Columns(Vec<(u8, Vec<u8>)>);

impl Columns {
    /// Adds a column; one without bytes is left out and read as all zeros.
    fn push(&mut self, number: u8, bytes: Vec<u8>) {
        if !bytes.is_empty() {
            self.0.push((number, bytes));
        }
    }

    fn texts(&mut self, number: u8, column_of: TextCoder<'_>) {
        let (distinct, codes) = column_of.finish();
        if !distinct.is_empty() {
            let mut column = Vec::new();
            push_run(&mut column, &packed::pack(&codes));
            column.extend(texts::write(&distinct));
            self.push(number, column);
        }
    }

    fn finish(self, order: &Order, rows: &[&Event], tuples: [usize; FAMILIES_LEN]) -> Vec<u8> {
        let mut header = Vec::new();
        let times = || rows.iter().map(|event| event.time.0);
        let (first, last) = (times().min().unwrap_or(0), times().max().unwrap_or(0));
        for count in [rows.len(), order.visit_rows.len(), order.visitor_visits.len()] {
            push_number(&mut header, count as u64);
        }
        push_number(&mut header, zigzag(first));
        push_number(&mut header, last.wrapping_sub(first) as u64);
        for count in tuples {
            push_number(&mut header, count as u64);
        }
        push_number(&mut header, self.0.len() as u64);
        for (number, bytes) in &self.0 {
            header.push(*number);
            push_number(&mut header, bytes.len() as u64);
            header.extend_from_slice(&crc32fast::hash(bytes).to_le_bytes());
        }
        let mut out = layout::MAGIC.to_vec();
        out.push(VERSION);
        push_run(&mut out, &header);
        out.extend_from_slice(&crc32fast::hash(&header).to_le_bytes());
        self.0.iter().for_each(|(_, bytes)| out.extend_from_slice(bytes));
        out
    }
}

/// The rows of each visit.
fn visits<'a, 'b>(order: &'a Order, rows: &'a [&'b Event]) -> impl Iterator<Item = &'a [&'b Event]> {
    let mut next = 0;
    order.visit_rows.iter().map(move |len| {
        let start = next;
        next += *len as usize;
        rows.get(start..next).unwrap_or_default()
    })
}

fn write_visitors(columns: &mut Columns, order: &Order, rows: &[&Event], hashes: Hashes) {
    let mut first_of_visits = visits(order, rows).map(|visit| visit.first());
    let mut kept = Vec::new();
    let mut hash_bytes = Vec::new();
    for (visits, number) in order.visitor_visits.iter().zip(0u32..) {
        let visitor = first_of_visits.next().flatten().map(|event| event.visitor).unwrap_or_default();
        first_of_visits.by_ref().take(*visits as usize - 1).for_each(drop);
        let is_gone = visitor.is_stand_in() || hashes == Hashes::DropOfDays && visitor.is_of_one_day();
        if !is_gone {
            kept.push(number);
            hash_bytes.extend_from_slice(&visitor.0.to_le_bytes());
        }
    }
    if !kept.is_empty() {
        let mut column = Vec::new();
        sparse::write_rows(&mut column, &kept);
        column.extend_from_slice(&hash_bytes);
        columns.push(layout::HASHES, column);
    }
    let less_one = |counts: &[u32]| counts.iter().map(|count| count - 1).collect::<Vec<_>>();
    columns.push(layout::VISITOR_VISITS, packed::pack(&less_one(&order.visitor_visits)));
    columns.push(layout::VISIT_ROWS, packed::pack(&less_one(&order.visit_rows)));
}

fn write_times(columns: &mut Columns, order: &Order, rows: &[&Event]) {
    let mut starts = Vec::with_capacity(order.visit_rows.len());
    let mut times = Vec::with_capacity(rows.len());
    for visit in visits(order, rows) {
        let start = visit.iter().map(|event| event.time.0).min().unwrap_or(0);
        let mut before = start;
        times.extend(visit.iter().map(|event| {
            let gap = event.time.0.wrapping_sub(before);
            before = event.time.0;
            zigzag(gap)
        }));
        starts.push(start);
    }
    let (mut visitor_gaps, mut return_gaps) = (Vec::new(), Vec::new());
    let mut starts = starts.into_iter();
    let mut first_before = rows.iter().map(|event| event.time.0).min().unwrap_or(0);
    for visits in &order.visitor_visits {
        let first = starts.next().unwrap_or(first_before);
        visitor_gaps.push(first.wrapping_sub(first_before) as u64);
        first_before = first;
        let mut before = first;
        for start in starts.by_ref().take(*visits as usize - 1) {
            return_gaps.push(start.wrapping_sub(before) as u64);
            before = start;
        }
    }
    columns.push(layout::VISITOR_GAPS, packed::pack_wide(&visitor_gaps));
    columns.push(layout::RETURN_GAPS, packed::pack_wide(&return_gaps));
    columns.push(layout::TIMES, packed::pack_wide(&times));
    columns.push(layout::ARRIVAL, packed::pack(&arrival_offsets(order)));
}

/// How far each row's rank of arrival is from its place among its visitor's rows.
fn arrival_offsets(order: &Order) -> Vec<u32> {
    let mut visit_rows = order.visit_rows.iter();
    let places = order.visitor_visits.iter().flat_map(|visits| {
        let rows: u32 = visit_rows.by_ref().take(*visits as usize).sum();
        0..rows
    });
    let offset = |(rank, place): (&u32, u32)| zigzag(i64::from(*rank) - i64::from(place)) as u32;
    order.arrival.iter().zip(places).map(offset).collect()
}

fn write_rows(columns: &mut Columns, rows: &[&Event]) {
    let (mut names, mut hostnames, mut pages) = (TextCoder::default(), TextCoder::default(), TextCoder::default());
    for event in rows {
        names.push(&event.name);
        hostnames.push(&event.hostname);
        pages.push(&event.pathname);
    }
    columns.texts(layout::NAMES, names);
    columns.push(layout::INTERACTIVE, packed::pack(&rows.iter().map(|e| e.interactive.into()).collect::<Vec<_>>()));
    columns.texts(layout::HOSTNAMES, hostnames);
    columns.texts(layout::PAGES, pages);
    let numbered = || rows.iter().zip(0u32..);
    let depths = numbered().filter_map(|(event, row)| Some((row, u32::from(event.scroll_depth?))));
    columns.push(layout::SCROLL_DEPTHS, sparse_numbers(depths.unzip()));
    let engaged = numbered().filter_map(|(event, row)| Some((row, event.engagement_time_ms?)));
    columns.push(layout::ENGAGEMENT_TIMES, sparse_numbers(engaged.unzip()));
    columns.push(layout::REVENUES, revenues(rows));
    columns.push(layout::PROPS, props(rows));
    let payloads: Vec<_> = numbered().filter_map(|(event, row)| Some((row, event.detail.as_deref()?))).collect();
    columns.push(layout::DETAILS, details::write(&payloads));
}

fn sparse_numbers((rows, numbers): (Vec<u32>, Vec<u32>)) -> Vec<u8> {
    let mut column = Vec::new();
    if !rows.is_empty() {
        sparse::write_rows(&mut column, &rows);
        column.extend(packed::pack(&numbers));
    }
    column
}

fn revenues(rows: &[&Event]) -> Vec<u8> {
    let found: Vec<_> = rows.iter().zip(0u32..).filter_map(|(event, row)| Some((row, event.revenue?))).collect();
    let mut column = Vec::new();
    if !found.is_empty() {
        let mut currencies = Coder::default();
        let numbers: Vec<u32> = found.iter().map(|(_, revenue)| currencies.number(revenue.currency)).collect();
        let (distinct, places) = currencies.finish();
        let codes = numbers.iter().map(|number| places.get(*number as usize).copied().unwrap_or(0));
        sparse::write_rows(&mut column, &found.iter().map(|(row, _)| *row).collect::<Vec<_>>());
        let amounts: Vec<u64> = found.iter().map(|(_, revenue)| zigzag(revenue.amount_thousandths)).collect();
        push_run(&mut column, &packed::pack_wide(&amounts));
        push_run(&mut column, &packed::pack(&codes.collect::<Vec<_>>()));
        column.extend(distinct.concat());
    }
    column
}

/// For each key, in the order of keys: the key, and a run of the rows that have it, their codes and the texts. Of
/// several values of one key in one event the first stays, and an empty one is none.
fn props(rows: &[&Event]) -> Vec<u8> {
    let mut keys: BTreeMap<&str, (Vec<u32>, TextCoder<'_>)> = BTreeMap::new();
    for (event, row) in rows.iter().zip(0u32..) {
        for (key, value) in event.props.iter().filter(|(_, value)| !value.is_empty()) {
            let (rows, values) = keys.entry(key).or_default();
            if rows.last() != Some(&row) {
                rows.push(row);
                values.push(value);
            }
        }
    }
    let mut column = Vec::new();
    for (key, (rows, values)) in keys {
        let mut run = Vec::new();
        sparse::write_rows(&mut run, &rows);
        let (distinct, codes) = values.finish();
        push_run(&mut run, &packed::pack(&codes));
        run.extend(texts::write(&distinct));
        push_run(&mut column, key.as_bytes());
        push_run(&mut column, &run);
    }
    column
}

/// Writes what visits are described by and answers the number of tuples of each family.
fn write_attributes(columns: &mut Columns, order: &Order, rows: &[&Event]) -> [usize; FAMILIES_LEN] {
    let (sets, set_of_row) = distinct_sets(rows);
    let cities: Vec<String> = sets.iter().map(|set| city_text(set.city)).collect();
    let describing = describing_rows(order, rows);
    std::array::from_fn(|family| {
        let attributes = FAMILY_ATTRIBUTES.get(family).copied().unwrap_or_default();
        let mut values: Vec<TextCoder<'_>> = attributes.iter().map(|_| TextCoder::default()).collect();
        for (set, city) in sets.iter().zip(&cities) {
            for (attribute, coder) in attributes.iter().zip(&mut values) {
                coder.push(text_of(set, city, *attribute));
            }
        }
        let values: Vec<(Vec<&str>, Vec<u32>)> = values.into_iter().map(TextCoder::finish).collect();
        let tuple_of = |set: usize| -> [u32; 8] {
            std::array::from_fn(|place| values.get(place).and_then(|(_, codes)| codes.get(set)).copied().unwrap_or(0))
        };
        let mut tuples = Coder::default();
        let number_of_set: Vec<u32> = (0..sets.len()).map(|set| tuples.number(tuple_of(set))).collect();
        let number = |row: &u32| number_of_set.get(*row as usize).copied().unwrap_or(0);
        for set in &set_of_row {
            tuples.again(number(set));
        }
        let (tuples, places) = tuples.finish();
        let tuple =
            |row: usize| set_of_row.get(row).and_then(|set| places.get(number(set) as usize)).copied().unwrap_or(0);
        let blank = tuples.iter().position(|tuple| *tuple == [0; 8]).map(|place| place as u32);
        let of_visits: Vec<u32> = describing.iter().map(|row| tuple(*row)).collect();
        let of_rows = order.visit_rows.iter().zip(&of_visits).flat_map(|(len, visit)| (0..*len).map(move |_| *visit));
        let exceptions = of_rows.zip(0..rows.len()).map(|(of_visit, row)| match tuple(row) {
            own if own == of_visit => 0,
            own if Some(own) == blank => 1,
            own => own + 2,
        });
        columns.push(layout::tuples_of_rows(family), packed::pack(&exceptions.collect::<Vec<_>>()));
        columns.push(layout::tuples_of_visits(family), packed::pack(&of_visits));
        for (place, (attribute, (distinct, _))) in attributes.iter().zip(&values).enumerate() {
            let codes = tuples.iter().map(|tuple| tuple.get(place).copied().unwrap_or(0));
            let codes: Vec<u32> = codes.collect();
            if *attribute == CITY {
                let city = |code: &u32| (*code as usize).checked_sub(1).and_then(|at| distinct.get(at)?.parse().ok());
                let cities = codes.iter().map(|code| city(code).unwrap_or(0)).collect::<Vec<u32>>();
                columns.push(layout::attribute(*attribute), packed::pack(&cities));
            } else if !distinct.is_empty() {
                let mut column = Vec::new();
                push_run(&mut column, &packed::pack(&codes));
                column.extend(texts::write(distinct));
                columns.push(layout::attribute(*attribute), column);
            }
        }
        tuples.len()
    })
}

fn text_of<'a>(set: &'a VisitAttributes, city: &'a str, attribute: usize) -> &'a str {
    debug_assert!(attribute < ATTRIBUTES_LEN);
    VISIT_TEXTS.get(attribute).map_or(city, |(_, text)| text(set))
}

/// The distinct sets of attributes and, for each row, which it has.
fn distinct_sets<'a>(rows: &[&'a Event]) -> (Vec<&'a VisitAttributes>, Vec<u32>) {
    let mut sets: Vec<&VisitAttributes> = Vec::new();
    let mut numbers: HashMap<&VisitAttributes, u32> = HashMap::new();
    let mut last = 0u32;
    let number = |event: &&'a Event| {
        // Events of a visit stand together, so the last set is mostly the right one.
        if sets.get(last as usize) != Some(&&event.visit) {
            last = *numbers.entry(&event.visit).or_insert_with(|| {
                sets.push(&event.visit);
                sets.len() as u32 - 1
            });
        }
        last
    };
    let of_rows = rows.iter().map(number).collect();
    (sets, of_rows)
}

/// The row that each visit's attributes are from: the first to come that is not engagement, else the first.
fn describing_rows(order: &Order, rows: &[&Event]) -> Vec<usize> {
    let mut start = 0;
    visits(order, rows)
        .map(|visit| {
            let place = visit.iter().position(|event| event.name != crate::event::ENGAGEMENT).unwrap_or(0);
            let row = start + place;
            start += visit.len();
            row
        })
        .collect()
}
