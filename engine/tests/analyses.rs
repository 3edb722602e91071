//! Funnels, journeys, retention and quantiles against plain reckonings over the same events.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use engine::event::{Event, UnixSeconds, VisitorHash};
use engine::query::{Kind, answer};
use engine::segment::{Hashes, Part, Segment, encode};
use engine::site::SiteSettings;
use proptest::prelude::*;
use protocol::event::Payload;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const DAY: i64 = 86_400;
const PATHS: [&str; 4] = ["/a", "/b", "/c", "/d"];

/// A page view, or the event `Signup`, of one of a few visitors.
fn event() -> impl Strategy<Value = Event> {
    let time = (0i64..20, 0i64..40).prop_map(|(day, step)| day * DAY + step * 500);
    (0u64..5, time, 0usize..4, 0u8..5).prop_map(|(visitor, time, path, name)| Event {
        visitor: VisitorHash::of_name(visitor * 31),
        time: UnixSeconds(time),
        name: if name == 0 { "Signup" } else { "pageview" }.to_owned(),
        interactive: true,
        pathname: PATHS[path].to_owned(),
        ..Event::default()
    })
}

fn parts(events: &[Event], count: u64) -> Vec<Part> {
    let of = |part: u64| events.iter().filter(move |event| event.visitor.0 / 2 % count == part);
    (0..count).map(|part| Part::new(Segment::open(encode(of(part), Hashes::Keep).into()).unwrap())).collect()
}

fn ask(kind: Kind, events: &[Event], request: &Value) -> Value {
    let now = UnixSeconds(30 * DAY);
    let of = |count: u64| answer(kind, &parts(events, count), &SiteSettings::default(), now, request).unwrap();
    let one = of(1);
    assert_eq!(one, of(3), "one segment and three");
    one
}

/// Each visitor's events in the order of time, those of the same second as they came.
fn by_visitor(events: &[Event]) -> Vec<Vec<Event>> {
    let mut visitors: BTreeMap<VisitorHash, Vec<Event>> = BTreeMap::new();
    for event in events {
        visitors.entry(event.visitor).or_default().push(event.clone());
    }
    for events in visitors.values_mut() {
        events.sort_by_key(|event| event.time);
    }
    visitors.into_values().collect()
}

fn visits(events: &[Event]) -> Vec<Vec<Event>> {
    let split = |events: Vec<Event>| {
        let near = |left: &Event, right: &Event| right.time.0 - left.time.0 <= 1800;
        events.chunk_by(near).map(<[Event]>::to_vec).collect::<Vec<_>>()
    };
    by_visitor(events).into_iter().flat_map(split).collect()
}

/// How many steps some chain of events takes: every choice of events is tried.
fn furthest(events: &[Event], steps: &[&str], strict: bool, window: i64) -> usize {
    fn go(events: &[Event], at: usize, steps: &[&str], strict: bool, until: i64) -> usize {
        let Some((step, later)) = steps.split_first() else { return 0 };
        let places = if strict { at..(at + 1).min(events.len()) } else { at..events.len() };
        let fits = |place: &usize| events[*place].pathname == *step && events[*place].time.0 <= until;
        places.filter(fits).map(|place| 1 + go(events, place + 1, later, strict, until)).max().unwrap_or(0)
    }
    let starts = (0..events.len()).filter(|place| events[*place].pathname == steps[0]);
    starts
        .map(|start| 1 + go(events, start + 1, &steps[1..], strict, events[start].time.0.saturating_add(window)))
        .max()
        .unwrap_or(0)
}

proptest! {
    #[test]
    fn funnels_find_the_furthest_way(
        events in proptest::collection::vec(event(), 0..40),
        steps in proptest::collection::vec(0usize..4, 2..5),
        strict in any::<bool>(),
        window in proptest::option::of(1i64..40_000),
    ) {
        let steps: Vec<&str> = steps.into_iter().map(|step| PATHS[step]).collect();
        let request = json!({
            "site_id": "example.com", "date_range": "all", "order": if strict { "strict" } else { "loose" },
            "window_seconds": window,
            "steps": steps.iter().map(|path| json!(["is", "event:page", [path]])).collect::<Vec<_>>(),
        });
        let found = ask(Kind::Funnel, &events, &request);
        let reached: Vec<usize> = by_visitor(&events)
            .iter()
            .map(|events| furthest(events, &steps, strict, window.unwrap_or(i64::MAX)))
            .collect();
        for (place, row) in found["results"].as_array().unwrap().iter().enumerate() {
            let expected = reached.iter().filter(|steps| **steps > place).count();
            prop_assert_eq!(row["visitors"].as_u64(), Some(expected as u64), "step {} of {:?}", place + 1, steps);
        }
    }

    #[test]
    fn journeys_count_what_comes_next_and_came_before(
        events in proptest::collection::vec(event(), 0..60),
        start in proptest::option::of(0usize..4),
        backwards in any::<bool>(),
    ) {
        let request = json!({
            "site_id": "example.com", "date_range": "all", "depth": 2, "limit": 100,
            "direction": if backwards { "previous" } else { "next" },
            "start": start.map(|path| json!(["is", "event:page", [PATHS[path]]])),
        });
        let found = ask(Kind::Journeys, &events, &request);
        // The pairs of steps after the start of each visit, and who took them.
        let mut pairs: BTreeMap<Vec<String>, (u64, BTreeSet<VisitorHash>)> = BTreeMap::new();
        for visit in visits(&events) {
            let step = |event: &Event| match event.name.as_str() {
                "pageview" => format!("page {}", event.pathname),
                name => format!("event {name}"),
            };
            let begin = start.map_or(Some(0), |path| visit.iter().position(|event| event.pathname == PATHS[path]));
            let Some(begin) = begin else { continue };
            let mut steps: Vec<String> = if backwards {
                visit[..begin].iter().rev().map(step).collect()
            } else {
                visit[begin + usize::from(start.is_some())..].iter().map(step).collect()
            };
            if start.is_some() {
                let own = step(&visit[begin]);
                while steps.first() == Some(&own) {
                    steps.remove(0);
                }
            }
            steps.dedup();
            for depth in 0..=2.min(steps.len()) {
                let (visits, visitors) = pairs.entry(steps[..depth].to_vec()).or_default();
                *visits += 1;
                visitors.insert(visit[0].visitor);
            }
        }
        let mut tree = BTreeMap::new();
        collect(&found["results"], &mut Vec::new(), &mut tree);
        let expected: BTreeMap<_, _> =
            pairs.into_iter().map(|(steps, (visits, visitors))| (steps, (visits, visitors.len() as u64))).collect();
        tree.retain(|_, (visits, _)| *visits > 0);
        prop_assert_eq!(tree, expected);
    }

    #[test]
    fn retention_counts_who_comes_again(events in proptest::collection::vec(event(), 0..60), weeks in any::<bool>()) {
        let length = if weeks { 7 } else { 1 };
        // A Monday, so that weeks are whole.
        let first = 4 * DAY;
        let request = json!({
            "site_id": "example.com", "date_range": ["1970-01-05", "1970-01-25"], "unit": if weeks { "week" } else { "day" },
        });
        let found = ask(Kind::Retention, &events, &request);
        let mut cohorts: BTreeMap<i64, BTreeMap<i64, u64>> = BTreeMap::new();
        for events in by_visitor(&events) {
            let bucket = |event: &Event| (event.time.0 - first).div_euclid(length * DAY);
            let came: BTreeSet<i64> = events.iter().filter(|event| event.time.0 >= first).map(bucket).collect();
            if let Some(start) = came.first() {
                for bucket in &came {
                    *cohorts.entry(*start).or_default().entry(bucket - start).or_default() += 1;
                }
            }
        }
        let rows = found["results"].as_array().unwrap();
        prop_assert_eq!(rows.len(), cohorts.len());
        for (row, (start, retained)) in rows.iter().zip(cohorts) {
            let label = jiff::civil::date(1970, 1, 5).saturating_add(jiff::ToSpan::days(start * length));
            prop_assert_eq!(row["cohort"].as_str(), Some(&*label.to_string()));
            for cell in row["retained"].as_array().unwrap() {
                let expected = retained.get(&cell["period"].as_i64().unwrap()).copied().unwrap_or(0);
                prop_assert_eq!(cell["visitors"].as_u64(), Some(expected));
            }
        }
    }

    #[test]
    fn quantiles_and_error_rates_are_those_of_the_values(
        values in proptest::collection::vec((0usize..3, 0u32..60_000, 0u16..600), 1..80),
    ) {
        let routes = ["/users/:id", "/orders", "/"];
        let request = |(place, (route, duration_ms, status)): (usize, &(usize, u32, u16))| Event {
            visitor: VisitorHash::of_name(place as u64),
            name: "request".to_owned(),
            detail: Some(Box::new(Payload::Request {
                method: "GET".to_owned(), route: routes[*route].to_owned(), status: *status, duration_ms: *duration_ms,
                bytes_in: 0, bytes_out: 0,
            })),
            ..Event::default()
        };
        let events: Vec<Event> = values.iter().enumerate().map(request).collect();
        let found = ask(Kind::Query, &events, &json!({
            "site_id": "example.com", "date_range": "all", "dimensions": ["event:route"],
            "metrics": ["events", "p50", "p95", "error_rate", "sum"],
        }));
        for row in found["results"].as_array().unwrap() {
            let route = routes.iter().position(|route| row["dimensions"][0] == **route).unwrap();
            let of_route: Vec<_> = values.iter().filter(|(of, ..)| *of == route).collect();
            let mut durations: Vec<u32> = of_route.iter().map(|(_, duration_ms, _)| *duration_ms).collect();
            durations.sort_unstable();
            for (place, share) in [(1, 0.5), (2, 0.95)] {
                let rank = ((share * durations.len() as f64).ceil() as usize).max(1);
                let (exact, found) = (f64::from(durations[rank - 1]), row["metrics"][place].as_f64().unwrap());
                prop_assert!((found - exact).abs() <= exact * 0.01, "{found} {exact}");
            }
            let failed = of_route.iter().filter(|(.., status)| *status == 0 || *status >= 500).count();
            let rate = failed as f64 * 100.0 / of_route.len() as f64;
            prop_assert!((row["metrics"][3].as_f64().unwrap() - rate).abs() <= 0.005_001);
            prop_assert_eq!(row["metrics"][4].as_f64(), Some(durations.iter().map(|value| f64::from(*value)).sum()));
        }
    }
}

/// The nodes of a tree of journeys by their steps.
fn collect(node: &Value, steps: &mut Vec<String>, tree: &mut BTreeMap<Vec<String>, (u64, u64)>) {
    tree.insert(steps.clone(), (node["visits"].as_u64().unwrap(), node["visitors"].as_u64().unwrap()));
    for next in node["steps"].as_array().unwrap() {
        steps.push(format!("{} {}", next["kind"].as_str().unwrap(), next["value"].as_str().unwrap()));
        collect(next, steps, tree);
        steps.pop();
    }
}

#[test]
fn a_custom_event_named_like_a_kind_is_a_step_and_an_event_of_the_kind_is_none() {
    let error = Payload::Error { class: "TypeError".into(), fingerprint: "f".into() };
    let vital =
        Payload::Vital { name: "LCP".into(), value_thousandths: 1, rating: "good".into(), target: String::new() };
    let event = |time: i64, name: &str, detail: Option<&Payload>| Event {
        visitor: VisitorHash::of_name(2),
        time: UnixSeconds(20 * DAY + time),
        name: name.to_owned(),
        interactive: true,
        pathname: "/a".to_owned(),
        detail: detail.cloned().map(Box::new),
        ..Event::default()
    };
    let events = [
        event(0, "pageview", None),
        event(1, "error", Some(&error)),
        event(2, "error", None),
        event(3, "vital", Some(&vital)),
        event(4, "vital", None),
    ];
    let request = json!({"site_id": "example.com", "date_range": "30d"});
    let found = ask(Kind::Journeys, &events, &request);
    let mut tree = BTreeMap::new();
    collect(&found["results"], &mut Vec::new(), &mut tree);
    let longest = tree.keys().max_by_key(|steps| steps.len()).unwrap();
    assert_eq!(longest, &["page /a", "event error", "event vital"]);
}

#[test]
fn wrong_questions_are_refused_with_what_is_supported() {
    let parts = parts(&[], 1);
    let page = json!(["is", "event:page", ["/"]]);
    for (kind, mut request, code) in [
        (Kind::Funnel, json!({}), "invalid_funnel"),
        (Kind::Funnel, json!({"steps": [page]}), "invalid_funnel"),
        (Kind::Funnel, json!({"steps": vec![page.clone(); 9]}), "invalid_funnel"),
        (Kind::Funnel, json!({"steps": [page, page], "order": "any"}), "invalid_funnel"),
        (Kind::Funnel, json!({"steps": [page, page], "window_seconds": 0}), "invalid_funnel"),
        (Kind::Funnel, json!({"steps": [page, ["is", "visit:country", ["DE"]]]}), "invalid_filter"),
        (Kind::Funnel, json!({"steps": [page, ["is", "event:goal", ["None"]]]}), "unknown_goal"),
        (Kind::Funnel, json!({"steps": [page, page], "metrics": []}), "unknown_field"),
        (Kind::Journeys, json!({"depth": 6}), "invalid_journey"),
        (Kind::Journeys, json!({"limit": 0}), "invalid_journey"),
        (Kind::Journeys, json!({"direction": "up"}), "invalid_journey"),
        (Kind::Journeys, json!({"start": "x"}), "invalid_filter"),
        (Kind::Retention, json!({"unit": "hour"}), "invalid_retention"),
        (Kind::Retention, json!({"unit": "day", "date_range": ["2020-01-01", "2022-01-01"]}), "range_too_long"),
        (Kind::Retention, json!({"filters": [["is", "nothing", ["x"]]]}), "invalid_filter"),
    ] {
        request["site_id"] = "example.com".into();
        if request.get("date_range").is_none() {
            request["date_range"] = "7d".into();
        }
        let refusal = answer(kind, &parts, &SiteSettings::default(), UnixSeconds(DAY), &request).unwrap_err();
        assert_eq!(refusal.code, code, "{request}");
        assert!(!refusal.hint.is_empty());
    }
}

#[test]
fn kept_cohorts_are_the_weeks_that_browsers_say() {
    // Days from Monday, 1970-01-05; each visitor is of one day.
    let view = |visitor: u64, day: i64, cohort: &str| Event {
        visitor: VisitorHash::of_name(visitor * 31),
        time: UnixSeconds((4 + day) * DAY + 60),
        name: "pageview".to_owned(),
        props: if cohort.is_empty() { Vec::new() } else { vec![("cohort".to_owned(), cohort.to_owned())] },
        ..Event::default()
    };
    let events = [
        view(1, 0, "1970-01-05"),
        view(2, 0, "1970-01-05"),
        view(3, 8, "1970-01-05"),
        view(4, 8, "1970-01-12"),
        view(5, 15, "1970-01-05"),
        view(5, 15, "1970-01-05"),
        // Who came before the range, says nothing, or no week, is in no cohort.
        view(6, 8, "1969-12-29"),
        view(7, 8, ""),
        view(8, 8, "none"),
    ];
    let request = json!({"site_id": "example.com", "date_range": ["1970-01-05", "1970-01-25"], "cohorts": "kept"});
    let cells = |visitors: &[u64], of: f64| -> Vec<Value> {
        let rate = |count: u64| (count as f64 * 10_000.0 / of).round() / 100.0;
        let cell = |(period, count): (usize, &u64)| json!({"period": period, "visitors": count, "rate": rate(*count)});
        visitors.iter().enumerate().map(cell).collect()
    };
    assert_eq!(
        ask(Kind::Retention, &events, &request)["results"],
        json!([
            {"cohort": "1970-01-05", "visitors": 2, "retained": cells(&[2, 1, 1], 2.0)},
            {"cohort": "1970-01-12", "visitors": 1, "retained": cells(&[1, 0], 1.0)},
        ])
    );
    let by_cohort = json!({
        "site_id": "example.com", "date_range": "all", "dimensions": ["event:cohort"], "metrics": ["visitors"],
        "filters": [["contains", "event:cohort", ["1970"]]], "order_by": [["event:cohort", "asc"]],
    });
    let rows = ask(Kind::Query, &events, &by_cohort)["results"].clone();
    assert_eq!(
        rows,
        json!([{"dimensions": ["1970-01-05"], "metrics": [4]}, {"dimensions": ["1970-01-12"], "metrics": [1]}])
    );
    let days = json!({"site_id": "example.com", "date_range": "all", "cohorts": "kept", "unit": "day"});
    let part = [Part::new(Segment::open(encode(events.iter(), Hashes::Keep).into()).unwrap())];
    let refusal = answer(Kind::Retention, &part, &SiteSettings::default(), UnixSeconds(30 * DAY), &days).unwrap_err();
    assert_eq!(refusal.code, "invalid_retention");
}
