//! What the traffic is like, found from its lines alone.

use super::Traffic;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const EVENTS: u64 = 40_000;
/// 1 October 2026, a Thursday.
const FIRST_DAY: i64 = 20_727;
const DAYS: i64 = 30;

struct Seen {
    time: i64,
    line: Value,
}

impl Seen {
    fn text(&self, name: &str) -> &str {
        self.line[name].as_str().unwrap_or_default()
    }
}

fn bytes(seed: u64, events: u64) -> Vec<u8> {
    let mut traffic = Traffic::new(seed, events, FIRST_DAY, DAYS);
    let mut lines = Vec::new();
    while traffic.write_next("example.com", &mut lines).unwrap() {}
    lines
}

fn events() -> Vec<Seen> {
    let lines = String::from_utf8(bytes(1, EVENTS)).unwrap();
    let seen = lines.lines().map(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        let time = line["timestamp"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_second();
        Seen { time, line }
    });
    seen.collect()
}

/// The visits of each visitor: runs without a gap of more than half an hour.
fn visits(events: &[Seen]) -> BTreeMap<&str, Vec<Vec<&Seen>>> {
    let mut visits: BTreeMap<&str, Vec<Vec<&Seen>>> = BTreeMap::new();
    for event in events {
        let of_visitor = visits.entry(event.text("visitor")).or_default();
        match of_visitor.last_mut() {
            Some(visit) if event.time - visit.last().unwrap().time <= 1_800 => visit.push(event),
            _ => of_visitor.push(vec![event]),
        }
    }
    visits
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

#[track_caller]
fn is_about(value: f64, expected: f64) {
    assert!((value - expected).abs() <= expected * 0.1, "{value} is not about {expected}");
}

#[test]
fn a_seed_is_a_traffic() {
    assert_eq!(bytes(1, 2_000), bytes(1, 2_000));
    assert_ne!(bytes(1, 2_000), bytes(2, 2_000));
    for count in [0, 1, 2, 17, 1_000] {
        assert_eq!(String::from_utf8(bytes(1, count)).unwrap().lines().count() as u64, count);
    }
}

#[test]
fn events_come_in_the_order_of_time_within_the_days() {
    let events = events();
    assert!(events.is_sorted_by_key(|event| event.time));
    assert!(events[0].time >= FIRST_DAY * 86_400);
    let last = events[events.len() - 1].time;
    // Few events end more loosely than many.
    assert!((FIRST_DAY + DAYS - 2..FIRST_DAY + DAYS).contains(&last.div_euclid(86_400)), "{last}");
    for (visitor, visits) in visits(&events) {
        let times: Vec<i64> = visits.iter().flatten().map(|event| event.time).collect();
        assert!(times.is_sorted_by(|earlier, later| earlier < later), "{visitor}: {times:?}");
    }
}

#[test]
fn there_are_as_many_visitors_visits_and_kinds_as_on_a_real_site() {
    let events = events();
    let visits = visits(&events);
    is_about(share(visits.len(), events.len()), 0.12);
    is_about(share(visits.values().map(Vec::len).sum(), events.len()), 0.3);
    let named = |name: &str| events.iter().filter(|event| event.text("name") == name).count();
    is_about(share(named("pageview"), events.len()), 0.75);
    is_about(share(named("engagement"), events.len()), 0.15);
    let quiet = events.iter().filter(|event| event.line["interactive"] == false).count();
    assert!(quiet > 0 && quiet < events.len() / 20, "{quiet}");
    let returning =
        visits.values().filter(|visits| visits.iter().any(|visit| visit[0].time > visits[0][0].time + 86_400));
    let returning = share(returning.count(), visits.len());
    assert!((0.2..0.8).contains(&returning), "{returning}");
}

#[test]
fn a_visit_is_one_to_thirty_pages_of_one_person_who_came_from_somewhere() {
    let events = events();
    let visits = visits(&events);
    let (mut direct, mut tagged, mut single, mut count) = (0, 0, 0, 0);
    for visit in visits.values().flatten() {
        let pages = visit.iter().filter(|event| event.text("name") == "pageview").count();
        assert!((1..=30).contains(&pages), "{pages} pages");
        let [first, later @ ..] = visit.as_slice() else { panic!("a visit of nothing") };
        assert_eq!(first.text("name"), "pageview");
        for event in later {
            for same in ["country", "region", "browser", "browser_version", "os", "device"] {
                assert_eq!(event.text(same), first.text(same));
            }
            assert_eq!((event.text("source"), event.text("utm_source")), ("", ""));
        }
        count += 1;
        direct += usize::from(first.text("source").is_empty());
        tagged += usize::from(!first.text("utm_source").is_empty());
        single += usize::from(pages == 1);
    }
    is_about(share(direct, count), 0.4);
    is_about(share(tagged, count), 0.1);
    is_about(share(single, count), 0.5);
}

#[test]
fn some_values_are_far_more_frequent_than_others() {
    let events = events();
    // The field, how many values there are at least and at most, and the share of the most frequent one.
    for (field, least, most, top) in [
        ("pathname", 780, 800, 0.138),
        ("source", 250, 304, 0.21),
        ("country", 41, 41, 0.25),
        ("region", 200, 340, 0.08),
        ("browser", 6, 6, 0.58),
        ("device", 3, 3, 0.56),
    ] {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let of_field = events.iter().filter(|event| field != "source" || !event.text("channel").is_empty());
        of_field.for_each(|event| *counts.entry(event.text(field)).or_default() += 1);
        let all: usize = counts.values().sum();
        let first = share(*counts.values().max().unwrap(), all);
        assert!((least..=most).contains(&counts.len()), "{field}: {} values", counts.len());
        assert!((top * 0.7..top * 1.3).contains(&first), "{field}: {first}");
    }
}

#[test]
fn regions_lie_in_their_countries_and_cities_in_their_regions() {
    let events = events();
    let mut regions: BTreeMap<u64, BTreeSet<&str>> = BTreeMap::new();
    for event in &events {
        let (country, region) = (event.text("country"), event.text("region"));
        assert_eq!(country.is_empty(), region.is_empty());
        assert!(region.starts_with(country), "{region} in {country}");
        regions.entry(event.line["city"].as_u64().unwrap()).or_default().insert(region);
    }
    assert!(regions.len() > 500, "{} cities", regions.len());
    assert!(regions.values().all(|of_city| of_city.len() == 1), "{regions:?}");
}

#[test]
fn nights_and_weekends_are_quiet() {
    let events = events();
    let hour = |wanted: i64| events.iter().filter(|event| event.time.rem_euclid(86_400) / 3_600 == wanted).count();
    assert!(hour(14) > 3 * hour(3), "{} by day, {} by night", hour(14), hour(3));
    // From Monday 5 October: four weeks.
    let mut weekdays = [0; 7];
    for event in &events {
        let day = event.time.div_euclid(86_400) - FIRST_DAY - 4;
        if (0..21).contains(&day) {
            weekdays[day as usize % 7] += 1;
        }
    }
    assert!(weekdays[5] < weekdays[0] * 3 / 4 && weekdays[6] < weekdays[0] * 3 / 4, "{weekdays:?}");
}
