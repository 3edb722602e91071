//! Bytes from outside: what is damaged is refused, and nothing breaks the reader.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use columns::{Builder, DayOf, Dimension, List, Question, Refused, Table, Unit, Visit};
use proptest::prelude::*;

fn day(day: i32, visits: u32) -> Vec<u8> {
    let of = DayOf { day, shard: 0, shards: 1, hours: (0..24).collect(), from_slot: 0, to_slot: 24 };
    let mut builder = Builder::new(of);
    for visitor in 0..visits {
        let source = builder.tuple(0, &["", ["Google", "Bing"][visitor as usize % 2]]);
        let views = (0..=visitor % 3)
            .map(|view| (builder.tuple(3, &["pageview", "x.org", &format!("/{view}")]), (visitor % 20 + view) as u8));
        let views: Vec<(u32, u8)> = views.collect();
        // Every fourth is of the visitor before.
        let visitor = if visitor % 4 == 3 { visitor - 1 } else { visitor };
        let visit = Visit {
            tuples: [source, 0, 0],
            visitor,
            duration_s: 70_000,
            is_bounce: views.len() == 1,
            ..Visit::default()
        };
        builder.tuple(1, &["Desktop"]);
        builder.tuple(2, &["DE"]);
        builder.visit(visit, views);
    }
    builder.finish().bytes
}

fn question(day: i32) -> Question {
    let lists =
        ["event:page", "visit:source", "visit:exit_page"].map(|name| List::first(Dimension::named(name).unwrap(), 9));
    Question { days: (day, day), filters: Vec::new(), unit: Some(Unit::Hour), lists: lists.to_vec() }
}

#[test]
fn a_damaged_chunk_is_refused_by_its_checksum_and_the_table_stays_as_it_was() {
    let mut table = Table::new();
    table.add(&day(7, 50)).unwrap();
    let before = format!("{:?}", table.answer(&question(7)));
    let chunk = day(7, 40);
    for place in 0..chunk.len() {
        let mut damaged = chunk.clone();
        damaged[place] ^= 1 << (place % 8);
        let refused = table.add(&damaged).unwrap_err();
        let expected = if place == 4 { Refused::UnknownVersion } else { Refused::Damaged };
        // The kind is in front of what the checksum is of.
        assert!(refused == expected || place == 5, "{place}: {refused:?}");
        assert_eq!(table.add(&chunk[..place]), Err(Refused::Damaged), "{place}");
    }
    assert_eq!(format!("{:?}", table.answer(&question(7))), before);
    assert_eq!(Refused::Damaged.code(), "damaged_columns");
}

#[test]
fn what_comes_again_takes_the_place_of_what_was_there() {
    let mut table = Table::new();
    for visits in [50, 20] {
        table.add(&day(7, visits)).unwrap();
        assert_eq!((table.visits(), table.has(7)), (visits as usize, true));
        assert_eq!(table.answer(&question(7)).unwrap().headline.visitors, visits - visits / 4);
    }
    table.remove(7);
    assert_eq!((table.visits(), table.has(7), table.days()), (0, false, None));
}

proptest! {
    #[test]
    fn no_bytes_break_the_reader(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..6),
    ) {
        let _ = Table::new().add(&bytes);
        let _ = Table::new().add_stream(&bytes);
        // Behind a checksum that is right whatever is there is read.
        let mut chunk = day(7, 30);
        for (place, byte) in changes {
            let content = chunk.len() - 10;
            chunk[10 + place.index(content)] = byte;
        }
        let sum = crc(&chunk[10..]).to_le_bytes();
        chunk[6..10].copy_from_slice(&sum);
        let mut table = Table::new();
        if table.add(&chunk).is_ok() && let Some((day, _)) = table.days() {
            let _ = table.answer(&question(day));
        }
    }
}

/// CRC-32, bit by bit.
fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}
