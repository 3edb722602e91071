//! Reading CSV that comes in pieces.

use super::VISITOR;
use super::guard::unguarded;
use crate::Error;
use crate::cell::{Kind, Value};
use crate::column::{COLUMNS, Column};
use crate::{decimal, json, moment};
use csv_core::ReadRecordResult;
use engine::event::Event;

/// Longest row that is read, in bytes; an event within the limits of a batch or an import needs less.
const ROW_BYTES_MAX: usize = 1 << 20;
/// Cells of a row: more than there are columns is too many.
const CELLS_MAX: usize = COLUMNS.len();
/// Columns that must be there and filled.
const REQUIRED: [&str; 4] = ["timestamp", VISITOR, "kind", "name"];

/// A row that was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// The text that stands for the visitor.
    pub visitor: String,
    /// The event, whose visitor is for the caller to fill in.
    pub event: Event,
}

/// Reads rows. The header may name the columns in any order; one that is left out is unknown in every row.
#[derive(Debug)]
pub struct Reader {
    core: csv_core::Reader,
    /// The row that is not yet complete: the bytes of its cells, and where each ends.
    row: Vec<u8>,
    row_bytes: usize,
    ends: [usize; CELLS_MAX + 1],
    cells: usize,
    /// Whether the row is too large, so that its rest is passed over.
    over: bool,
    header: Option<Header>,
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            core: csv_core::Reader::new(),
            row: vec![0; 4096],
            row_bytes: 0,
            ends: [0; CELLS_MAX + 1],
            cells: 0,
            over: false,
            header: None,
        }
    }
}

impl Reader {
    /// Takes a piece; the rows that it completes, in order, each read or refused. Fails where the header is not that
    /// of an export: nothing can be read then.
    pub fn feed(&mut self, piece: &[u8]) -> Result<Vec<Result<Row, Error>>, Error> {
        let mut rows = Vec::new();
        let mut rest = piece;
        // An empty piece would say that the file has ended.
        while !rest.is_empty() {
            let (_, read) = self.step(rest, &mut rows)?;
            rest = rest.get(read..).unwrap_or_default();
        }
        Ok(rows)
    }

    /// The last row, if it had no end. Fails like [`Reader::feed`], also where there was no header.
    pub fn end(mut self) -> Result<Option<Result<Row, Error>>, Error> {
        let mut rows = Vec::new();
        while !self.step(&[], &mut rows)?.0 {}
        if self.header.is_none() { Err(Error::Columns) } else { Ok(rows.pop()) }
    }

    /// Reads up to the end of a row or of the piece: whether the file has ended, and how many bytes were read.
    fn step(&mut self, piece: &[u8], rows: &mut Vec<Result<Row, Error>>) -> Result<(bool, usize), Error> {
        let out = self.row.get_mut(self.row_bytes..).unwrap_or_default();
        let ends = self.ends.get_mut(self.cells..).unwrap_or_default();
        let (result, read, written, ended) = self.core.read_record(piece, out, ends);
        self.row_bytes += written;
        self.cells += ended;
        match result {
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::End => return Ok((true, read)),
            ReadRecordResult::OutputFull if self.row.len() < ROW_BYTES_MAX => {
                self.row.resize(self.row.len() * 2, 0);
            }
            ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                (self.over, self.row_bytes, self.cells) = (true, 0, 0);
            }
            ReadRecordResult::Record => {
                self.complete(rows)?;
                (self.over, self.row_bytes, self.cells) = (false, 0, 0);
            }
        }
        Ok((false, read))
    }

    fn complete(&mut self, rows: &mut Vec<Result<Row, Error>>) -> Result<(), Error> {
        let mut from = 0;
        let cells = self.ends.iter().take(self.cells).map(|end| {
            let cell = self.row.get(from..*end).and_then(|cell| std::str::from_utf8(cell).ok());
            from = *end;
            cell.ok_or(Error::Malformed)
        });
        let cells = if self.over { Err(Error::TooLarge) } else { cells.collect::<Result<Vec<_>, _>>() };
        match &self.header {
            Some(header) => rows.push(cells.and_then(|cells| header.row(&cells))),
            None => self.header = Some(Header::read(&cells.map_err(|_| Error::Columns)?)?),
        }
        Ok(())
    }
}

/// Where the columns are in a row: in the order in which an event is filled, whatever that of the cells.
#[derive(Debug)]
struct Header {
    columns: Vec<(&'static Column, usize)>,
}

impl Header {
    fn read(names: &[&str]) -> Result<Self, Error> {
        // Spreadsheets put a byte order mark in front of what they save.
        let names: Vec<&str> = names.iter().map(|name| name.trim_start_matches('\u{feff}')).collect();
        let at = |column: &Column| names.iter().position(|name| *name == column.name);
        let columns: Vec<_> = COLUMNS.iter().filter_map(|column| Some((column, at(column)?))).collect();
        // Fewer columns than names: one is unknown or comes twice.
        let all_known = columns.len() == names.len();
        if all_known && REQUIRED.iter().all(|name| names.contains(name)) {
            Ok(Self { columns })
        } else {
            Err(Error::Columns)
        }
    }

    fn row(&self, cells: &[&str]) -> Result<Row, Error> {
        if cells.len() != self.columns.len() {
            return Err(Error::Malformed);
        }
        let mut row = Row { event: Event { interactive: true, ..Event::default() }, ..Row::default() };
        for (column, at) in &self.columns {
            let cell = cells.get(*at).copied().unwrap_or_default();
            if cell.is_empty() {
                if REQUIRED.contains(&column.name) {
                    return Err(Error::Value(column.name));
                }
            } else if column.name == VISITOR {
                unguarded(cell).clone_into(&mut row.visitor);
            } else {
                value(column, cell)
                    .and_then(|value| (column.put)(&mut row.event, value))
                    .ok_or(Error::Value(column.name))?;
            }
        }
        Ok(row)
    }
}

fn value(column: &Column, cell: &str) -> Option<Value> {
    Some(match column.kind {
        Kind::Text => Value::Text(unguarded(cell).to_owned()),
        Kind::Flag => Value::Flag(match cell {
            "true" | "TRUE" => true,
            "false" | "FALSE" => false,
            _ => return None,
        }),
        Kind::Number(_) => Value::Number(cell.parse().ok()?),
        Kind::Time => Value::Number(moment::read(unguarded(cell))?.0 as u64),
        Kind::Decimal => Value::Number(decimal::read(cell)? as u64),
        Kind::Pairs => Value::Pairs(json::read_pairs(cell)?),
        Kind::Texts => Value::Texts(json::read_texts(cell)?),
    })
}
