//! The bytes that the real worker sent for the events of `tests/queries/columns.test.mjs`, and what follows from them. The
//! numbers are counted by hand.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use columns::{Dimension, Figures, Filter, Inexact, List, Operator, Question, Table, Unit};

/// 2026-03-02, in days since 1970.
const SECOND: i32 = 20_514;

fn table() -> Table {
    let mut table = Table::new();
    table.add_stream(include_bytes!("known.bin")).unwrap();
    table
}

fn question(days: (i32, i32)) -> Question {
    Question { days, filters: Vec::new(), unit: None, lists: Vec::new() }
}

fn is(dimension: &str, value: &str) -> Filter {
    Filter::Test {
        operator: Operator::Is,
        dimension: Dimension::named(dimension).unwrap(),
        values: vec![value.to_owned()],
        case_sensitive: true,
    }
}

#[test]
fn a_range_counts_each_visitor_and_visit_once() {
    let table = table();
    assert_eq!((table.days(), table.visits()), (Some((SECOND, SECOND + 2)), 7));
    let answer = table.answer(&Question { unit: Some(Unit::Day), ..question((SECOND, SECOND + 2)) }).unwrap();
    let expected = Figures {
        visitors: 3,
        visits: 6,
        pageviews: 9,
        events: 10,
        views_per_visit: 1.5,
        bounce_rate: 50,
        visit_duration: 235,
    };
    assert_eq!(answer.headline, expected);
    let days: Vec<_> =
        answer.series.iter().map(|day| (day.label.as_str(), day.figures.visitors, day.figures.visits)).collect();
    assert_eq!(days, [("2026-03-02", 2, 3), ("2026-03-03", 2, 3), ("2026-03-04", 1, 1)]);
}

#[test]
fn a_visit_over_midnight_counts_on_both_days_as_a_whole() {
    let table = table();
    let answer = table.answer(&question((SECOND + 1, SECOND + 1))).unwrap();
    let expected = Figures {
        visitors: 2,
        visits: 3,
        pageviews: 4,
        events: 4,
        views_per_visit: 1.67,
        bounce_rate: 33,
        visit_duration: 420,
    };
    assert_eq!(answer.headline, expected);
}

#[test]
fn a_page_selects_visits_that_saw_it_and_bounces_of_those_that_began_there() {
    let table = table();
    let filters = vec![is("event:page", "/pricing")];
    let answer = table.answer(&Question { filters, ..question((SECOND, SECOND + 2)) }).unwrap();
    let Figures { visitors, visits, pageviews, events, bounce_rate, visit_duration, .. } = answer.headline;
    assert_eq!((visitors, visits, pageviews, events, bounce_rate, visit_duration), (2, 3, 3, 4, 0, 470));
}

#[test]
fn lists_have_the_most_visitors_first() {
    let table = table();
    let list = |name| List::first(Dimension::named(name).unwrap(), 2);
    let lists = vec![list("visit:source"), list("event:name"), list("visit:country")];
    let answer = table.answer(&Question { lists, ..question((SECOND, SECOND + 2)) }).unwrap();
    let rows: Vec<Vec<_>> = answer
        .lists
        .iter()
        .map(|list| list.rows.iter().map(|row| (row.name, row.figures.visitors)).collect())
        .collect();
    assert_eq!(rows[0], [("Google", 3), ("Direct / None", 2)]);
    assert_eq!(rows[1], [("pageview", 3), ("Signup", 1)]);
    assert_eq!(rows[2], [("FI", 2), ("(not set)", 1)]);
    assert_eq!(answer.lists.iter().map(|list| list.total).collect::<Vec<_>>(), [3, 2, 3]);
}

#[test]
fn what_is_not_there_is_not_guessed() {
    let table = table();
    for days in [(SECOND - 1, SECOND), (SECOND + 2, SECOND + 3), (SECOND + 1, SECOND)] {
        assert_eq!(table.answer(&question(days)), Err(Inexact::NotLoaded), "{days:?}");
    }
    // Without the last chunk nobody knows that anna of the second is anna of the fourth.
    let mut stream = &include_bytes!("known.bin")[..];
    let mut without_links = Table::new();
    for _ in 0..3 {
        let (length, rest) = stream.split_first_chunk::<4>().unwrap();
        let (chunk, rest) = rest.split_at(u32::from_le_bytes(*length) as usize);
        without_links.add(chunk).unwrap();
        stream = rest;
    }
    assert_eq!(without_links.answer(&question((SECOND, SECOND + 2))), Err(Inexact::NotLinked));
    assert!(without_links.answer(&question((SECOND, SECOND))).is_ok());
}
