//! Visits are counted in several ways, each quick where another is not: by tuple, by summary, gathered, one by one. All of
//! them say the same.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use columns::{Builder, DayOf, Dimension, Filter, List, Operator, Question, Table, Unit, Visit};

const DIMENSIONS: [&str; 9] = [
    "event:page",
    "event:name",
    "event:hostname",
    "visit:entry_page",
    "visit:exit_page",
    "visit:source",
    "visit:country",
    "visit:browser",
    "visit:device",
];

/// Numbers by chance, the same for the same seed: xorshift64*.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % end) as usize
    }
}

/// A day of visits on so many pages: of visitors with one visit or several, with one event, a few or hundreds.
fn table(visits: u32, pages: u64) -> Table {
    let mut chance = Chance(visits.into());
    let of = DayOf { day: 7, shard: 0, shards: 1, hours: (0..24).collect(), from_slot: 0, to_slot: 24 };
    let mut day = Builder::new(of);
    for visit in 0..visits {
        let source = day.tuple(0, &["", ["", "Google", "Bing"][chance.below(3)]]);
        let tech = day.tuple(1, &[["Desktop", "Mobile"][chance.below(2)], ["Firefox", "Chrome"][chance.below(2)]]);
        let geo = day.tuple(2, &[["", "DE", "FR"][chance.below(3)]]);
        let len = [1, 1, 2, 3, 4, 300][chance.below(if visit % 500 == 0 { 6 } else { 5 })];
        let slot = chance.below(24) as u8;
        let events: Vec<(u32, u8)> = (0..len)
            .map(|_| {
                let name = ["pageview", "pageview", "pageview", "Sign up"][chance.below(4)];
                let page = format!("/{}", chance.below(pages));
                (day.tuple(3, &[name, ["x.org", "y.org"][chance.below(2)], &page]), slot)
            })
            .collect();
        let visitor = if chance.below(4) == 0 { visit / 2 } else { visits + visit };
        let is_bounce = len == 1 || chance.below(3) == 0;
        let duration_s = if len == 1 { 0 } else { chance.below(90_000) as u32 };
        day.visit(Visit { tuples: [source, tech, geo], visitor, duration_s, is_bounce, ..Visit::default() }, events);
    }
    let mut table = Table::new();
    table.add(&day.finish().bytes).unwrap();
    table
}

fn is(operator: Operator, dimension: &str, value: &str) -> Filter {
    let dimension = Dimension::named(dimension).unwrap();
    Filter::Test { operator, dimension, values: vec![value.to_owned()], case_sensitive: true }
}

fn filters() -> Vec<Vec<Filter>> {
    let source = || is(Operator::Is, "visit:source", "Google");
    vec![
        vec![],
        vec![source()],
        vec![source(), is(Operator::IsNot, "visit:country", "DE"), is(Operator::Is, "visit:device", "Mobile")],
        vec![is(Operator::Is, "event:page", "/1")],
        vec![is(Operator::IsNot, "event:page", "/1"), source()],
        vec![is(Operator::Is, "event:name", "Sign up")],
        vec![is(Operator::Contains, "visit:entry_page", "2")],
        vec![is(Operator::IsNot, "visit:entry_page", "/1")],
        vec![is(Operator::Is, "visit:exit_page", "(not set)")],
        vec![is(Operator::Is, "visit:exit_page", "/3"), is(Operator::Is, "event:page", "/1")],
        vec![Filter::Any(vec![source(), is(Operator::Is, "event:page", "/2")])],
        vec![Filter::Any(vec![source(), is(Operator::Is, "visit:exit_page", "/2")])],
        vec![is(Operator::Is, "visit:source", "nowhere")],
    ]
}

fn check(table: &Table) {
    for filters in filters() {
        let question = |unit, full| {
            let named = |name: &&str| List { full, ..List::first(Dimension::named(name).unwrap(), 20) };
            let lists = DIMENSIONS.iter().map(named).collect();
            table.answer(&Question { days: (7, 7), filters: filters.clone(), unit, lists }).unwrap()
        };
        let quick = question(Some(Unit::Day), false);
        // Where more than visitors is asked for, visits are gathered; by the hour, they are taken one by one.
        for (way, thorough) in [("gathered", question(None, true)), ("one by one", question(Some(Unit::Hour), true))] {
            assert_eq!(quick.headline, thorough.headline, "{way}: {filters:?}");
            for ((name, quick), thorough) in DIMENSIONS.iter().zip(&quick.lists).zip(&thorough.lists) {
                let rows = |rows: &columns::Rows<'_>| -> Vec<(String, u32)> {
                    rows.rows.iter().map(|row| (row.name.to_owned(), row.figures.visitors)).collect()
                };
                assert_eq!((quick.total, rows(quick)), (thorough.total, rows(thorough)), "{way}: {name}, {filters:?}");
            }
        }
        assert_eq!(quick.series[0].figures, quick.headline, "{filters:?}");
        // What was kept of the first time says the same.
        assert_eq!(question(Some(Unit::Day), false), quick, "{filters:?}");
    }
}

#[test]
fn all_ways_of_counting_say_the_same() {
    for visits in [0, 1, 2, 900, 5_000] {
        check(&table(visits, 6));
    }
}

#[test]
fn more_tuples_than_two_bytes_tell_are_counted_too() {
    check(&table(30_000, 120_000));
}
