//! CSV as RFC 4180 has it, in UTF-8, with columns separated by commas: a header, then one row per event.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, which a visitor could have written.
//! Such a text gets an apostrophe in front, so that it stays text, and [`Reader`] takes exactly that apostrophe away:
//! see [`guard`]. The guard is for readers that take the comma for the separator, as the format says;
//! one that is told to split at semicolons sees other cells than were written.

pub mod guard;
mod reader;

pub use reader::{Reader, Row};

use crate::cell::{Cell, Kind};
use crate::column::{COLUMNS, Column};
use crate::props::counted;
use crate::visitor::VisitorText;
use crate::{decimal, json, moment};
use engine::event::{Event, UnixSeconds};

/// The column that holds the caller's text instead of the hash.
const VISITOR: &str = "visitor";

/// The first row.
pub fn header() -> Vec<u8> {
    let mut out = String::new();
    row(&mut out, |column, out| out.push_str(column.name));
    out.into_bytes()
}

/// Writes events as rows, each with its end.
pub fn chunk(events: &[Event], visitor: VisitorText) -> Vec<u8> {
    let mut out = String::new();
    for event in events {
        row(&mut out, |column, out| {
            if column.name == VISITOR { text(out, &visitor(event.visitor)) } else { cell(out, column, event) }
        });
    }
    out.into_bytes()
}

fn row(out: &mut String, mut write: impl FnMut(&Column, &mut String)) {
    for (at, column) in COLUMNS.iter().enumerate() {
        out.push_str(if at == 0 { "" } else { "," });
        write(column, out);
    }
    out.push_str("\r\n");
}

fn cell(out: &mut String, column: &Column, event: &Event) {
    match ((column.get)(event), column.kind) {
        (Cell::Absent | Cell::Pairs([]), _) => {}
        (Cell::Text(value), _) => text(out, value),
        (Cell::Flag(flag), _) => out.push_str(if flag { "true" } else { "false" }),
        (Cell::Number(seconds), Kind::Time) => text(out, &moment::text(UnixSeconds(seconds as i64))),
        (Cell::Number(thousandths), Kind::Decimal) => out.push_str(&decimal::text(thousandths as i64)),
        (Cell::Number(number), _) => out.push_str(&number.to_string()),
        (Cell::Pairs(pairs), _) => quoted(out, |out| json::pairs(out, counted(pairs))),
        (Cell::Texts(texts), _) => quoted(out, |out| json::texts(out, texts)),
    }
}

/// Writes a text as a cell, guarded and quoted where it must be.
pub fn text(out: &mut String, text: &str) {
    let guarded = guard::is_formula_like(text);
    if !guarded && !text.contains(['"', ',', '\r', '\n', ';']) {
        out.push_str(text);
        return;
    }
    quoted(out, |out| {
        out.push_str(if guarded { "'" } else { "" });
        out.push_str(text);
    });
}

fn quoted(out: &mut String, write: impl FnOnce(&mut String)) {
    let mut inner = String::new();
    write(&mut inner);
    out.push('"');
    for (at, part) in inner.split('"').enumerate() {
        out.push_str(if at == 0 { "" } else { "\"\"" });
        out.push_str(part);
    }
    out.push('"');
}
