//! What a browser reads of the edge: columns.

use columns::{Dimension, Filter, List, Operator, Question, Table, Unit};

/// Chunks, as they are and with the checksums that they should have: damage before those were made.
pub(crate) fn columns(bytes: &[u8]) {
    let mut table = Table::new();
    let _ = table.add_stream(bytes);
    ask(&table);
    let mut table = Table::new();
    let _ = table.add_stream(&mended(bytes));
    ask(&table);
}

/// The chunks of a stream with the checksums that their contents have.
fn mended(mut bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    while let Some((length, rest)) = bytes.split_first_chunk::<4>() {
        let Some((chunk, rest)) = rest.split_at_checked(u32::from_le_bytes(*length) as usize) else { break };
        bytes = rest;
        let Some((head, content)) = chunk.split_at_checked(10) else { break };
        out.extend(length);
        out.extend(head.iter().take(6));
        out.extend(crc32fast::hash(content).to_le_bytes());
        out.extend(content);
    }
    out
}

fn ask(table: &Table) {
    let Some((first, last)) = table.days() else { return };
    let named = |name| Dimension::named(name).unwrap_or(Dimension::Page);
    let is = |name, value: &str| Filter::Test {
        operator: Operator::Contains,
        dimension: named(name),
        values: vec![value.to_owned()],
        case_sensitive: false,
    };
    let lists = ["event:page", "event:name", "visit:source", "visit:city", "visit:exit_page"];
    for (unit, filters, full) in [
        (Unit::Hour, vec![], false),
        (Unit::Day, vec![is("event:page", "a"), is("visit:entry_page", "/")], true),
        (Unit::Week, vec![Filter::Any(vec![is("event:name", "p"), is("visit:browser", "f")])], true),
    ] {
        let lists = lists.iter().map(|name| List { full, ..List::first(named(name), 9) }).collect();
        // Whatever is said of distinct visitors, nothing has more of them than there are visits.
        if let Ok(answer) = table.answer(&Question { days: (first, last), filters, unit: Some(unit), lists }) {
            assert!(answer.headline.visitors as usize <= table.visits());
            assert!(answer.headline.visits as usize <= table.visits());
        }
    }
}
