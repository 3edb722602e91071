//! The columns as they are in the segment, decoded.

use super::Part;
use crate::bytes::Reader;
use crate::event::VisitorHash;
use crate::segment::{Error, Texts, details, layout, packed, sparse, texts};
use protocol::event::Revenue;
use std::cell::OnceCell;
use std::rc::Rc;

/// Scroll depth of a row that has none.
pub(crate) const NO_DEPTH: u8 = 255;
/// Engagement time of a row that has none.
pub(crate) const NO_TIME: u32 = u32::MAX;

/// A column of codes and its texts.
pub(crate) type Coded = (Vec<u32>, Texts);

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

impl Part {
    /// A column that has a text for each row.
    fn texts_of_rows<'a>(&'a self, cell: &'a OnceCell<Coded>, column: u8) -> &'a Coded {
        cell.get_or_init(|| {
            let places = self.chosen.as_ref().map(|chosen| &*chosen.rows);
            let read = self.segment.coded(column, self.segment.rows, places);
            self.readable(read, || (vec![0; self.rows_len()], Texts::default()))
        })
    }

    /// The name of each row's event.
    pub(crate) fn names(&self) -> &Coded {
        self.texts_of_rows(&self.names, layout::NAMES)
    }

    /// The host of each row's page.
    pub(crate) fn hostnames(&self) -> &Coded {
        self.texts_of_rows(&self.hostnames, layout::HOSTNAMES)
    }

    /// The path of each row's page.
    pub(crate) fn pages(&self) -> &Coded {
        self.texts_of_rows(&self.pages, layout::PAGES)
    }

    /// The code of a name, [`u32::MAX`] if no event has it.
    pub(crate) fn code_of_name(&self, name: &str) -> u32 {
        let texts = &self.names().1;
        texts.iter().position(|text| text == name).map_or(u32::MAX, |code| code as u32)
    }

    /// The tuple of a family for each visit.
    pub(crate) fn tuples(&self, family: usize) -> &[u32] {
        let tuples = || self.packed_visits(layout::tuples_of_visits(family));
        self.tuples.get(family).map_or(&[], |cell| cell.get_or_init(tuples))
    }

    /// The codes of an attribute, one for each tuple of its family, and the texts.
    pub(crate) fn attribute(&self, attribute: usize) -> Option<&Coded> {
        let tuples = self.segment.tuples.get(layout::family_of(attribute)).copied().unwrap_or(0);
        let cell = self.attributes.get(attribute)?;
        if attribute == layout::CITY {
            return Some(cell.get_or_init(|| cities(&self.packed(layout::attribute(attribute), tuples))));
        }
        Some(cell.get_or_init(|| {
            let read = self.segment.coded(layout::attribute(attribute), tuples, None);
            self.readable(read, || (vec![0; tuples], Texts::default()))
        }))
    }

    /// Scroll depth of each row in percent, [`NO_DEPTH`] where there is none.
    pub(crate) fn depths(&self) -> &[u8] {
        self.depths.get_or_init(|| {
            let mut depths = vec![NO_DEPTH; self.rows_len()];
            for (row, depth) in self.sparse_numbers(layout::SCROLL_DEPTHS) {
                depths.iter_mut().skip(row as usize).take(1).for_each(|slot| *slot = depth as u8);
            }
            depths
        })
    }

    /// Engagement time of each row in milliseconds, [`NO_TIME`] where there is none.
    pub(crate) fn engagement_times(&self) -> &[u32] {
        self.engagement_times.get_or_init(|| {
            let mut times = vec![NO_TIME; self.rows_len()];
            for (row, time_ms) in self.sparse_numbers(layout::ENGAGEMENT_TIMES) {
                times.iter_mut().skip(row as usize).take(1).for_each(|slot| *slot = time_ms);
            }
            times
        })
    }

    pub(in crate::segment) fn sparse_numbers(&self, column: u8) -> Vec<(u32, u32)> {
        let read = || -> Result<Vec<(u32, u32)>, Error> {
            let bytes = self.segment.column(column)?;
            if bytes.is_empty() {
                return Ok(Vec::new());
            }
            let mut from = Reader::new(bytes);
            let rows = sparse::read_rows(&mut from, self.segment.rows)?;
            let numbers = packed::unpack(from.raw(from.len())?, rows.len())?;
            Ok(self.rows_here(rows.into_iter().zip(numbers)).collect())
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
            let revenue = |((row, amount), code): ((u32, u64), u32)| -> Result<(u32, Revenue), Error> {
                let currency = *currencies.get(code as usize).ok_or(Error::Damaged)?;
                Ok((row, Revenue { amount_thousandths: crate::bytes::unzigzag(amount), currency }))
            };
            let revenues = rows.into_iter().zip(amounts).zip(codes).map(revenue).collect::<Result<Vec<_>, Error>>()?;
            Ok(self.rows_here(revenues.into_iter()).collect())
        };
        self.revenues.get_or_init(|| self.readable(read(), Vec::new))
    }

    /// The value of a custom property for each row, 0 where it has none.
    pub(crate) fn prop(&self, key: &str) -> Rc<Coded> {
        if let Some(known) = self.props.borrow().get(key) {
            return known.clone();
        }
        let read = || -> Result<Coded, Error> {
            let mut column = (vec![0; self.rows_len()], Texts::default());
            for (other, run) in self.prop_runs()? {
                if other == key {
                    let (rows, codes, texts) = read_prop(run, self.segment.rows)?;
                    column.1 = texts;
                    for (row, code) in self.rows_here(rows.into_iter().zip(codes)) {
                        column.0.iter_mut().skip(row as usize).take(1).for_each(|slot| *slot = code);
                    }
                }
            }
            Ok(column)
        };
        let coded = Rc::new(self.readable(read(), || (vec![0; self.rows_len()], Texts::default())));
        self.props.borrow_mut().insert(key.to_owned(), coded.clone());
        coded
    }

    /// The keys of the custom properties with their undecoded columns.
    pub(in crate::segment) fn prop_runs(&self) -> Result<Vec<(&str, &[u8])>, Error> {
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
        let column = Rc::new(self.detail_here(DetailColumn { rows: found.rows, codes, texts, numbers }));
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
pub(in crate::segment) fn read_prop(run: &[u8], rows: usize) -> Result<(Vec<u32>, Vec<u32>, Texts), Error> {
    let mut from = Reader::new(run);
    let rows = sparse::read_rows(&mut from, rows)?;
    let codes = packed::unpack(from.run()?, rows.len())?;
    Ok((rows, codes, texts::read(from.raw(from.len())?)?))
}
