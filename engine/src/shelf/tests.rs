mod site;

use super::*;
use crate::event::{ENGAGEMENT, PAGEVIEW, VisitAttributes, VisitorHash};
use crate::query::{self, Kind, Questions};
use crate::segment::encode;
use crate::site::SiteSettings;
use proptest::prelude::*;
use serde_json::{Value, json};
use site::Site;
use std::convert::Infallible;
use std::rc::Rc;

fn settings() -> SiteSettings {
    SiteSettings::from_json(&json!({"goals": [{"event": "Signup"}, {"page_path": "/a*"}]})).unwrap()
}

fn request() -> Value {
    let all = ["visitors", "visits", "pageviews", "events", "bounce_rate", "visit_duration"];
    let ranges = [json!("all"), json!(["1970-01-03", "1970-01-09"])];
    let queries = ranges.iter().flat_map(|range| {
        [
            json!({"metrics": all}),
            json!({"metrics": all, "dimensions": ["event:page"], "include": {"total_rows": true}}),
            json!({"metrics": all, "dimensions": ["time:day", "visit:browser"]}),
            json!({"metrics": all, "dimensions": ["time:hour"]}),
            json!({"metrics": all, "dimensions": ["visit:entry_page"], "filters": [["has_done", ["is", "event:name", ["Signup"]]]]}),
            json!({"metrics": ["visitors", "conversion_rate"], "dimensions": ["event:goal", "visit:browser"]}),
            json!({"metrics": ["visitors", "percentage"], "dimensions": ["visit:exit_page"], "filters": [["is", "event:page", ["/a"]]]}),
            json!({"metrics": ["scroll_depth", "time_on_page"], "dimensions": ["event:page"]}),
        ]
        .map(|mut query| {
            query["date_range"] = range.clone();
            query
        })
    });
    json!({"site_id": "example.com", "queries": queries.collect::<Vec<_>>()})
}

/// A request about one of a few ranges, with or without the one before.
fn rolled_request(which: usize) -> Value {
    let all = ["visitors", "visits", "pageviews", "events", "bounce_rate", "visit_duration"];
    let range = [
        json!("all"),
        json!(["1970-01-03", "1970-01-09"]),
        json!(["1970-01-05T00:30:00Z", "1970-01-10T00:50:00Z"]),
        json!(["1970-01-08", "1970-01-12"]),
    ][which]
        .clone();
    let compared = json!({"comparisons": {"mode": "previous_period"}});
    let queries = [
        json!({"metrics": all, "include": compared}),
        json!({"metrics": all, "dimensions": ["event:page", "visit:browser"]}),
        json!({"metrics": all, "dimensions": ["time:hour"], "include": compared}),
        json!({"metrics": ["visitors"], "dimensions": ["time:week", "visit:exit_page"]}),
        json!({"metrics": ["visitors", "conversion_rate"], "dimensions": ["event:goal"]}),
        json!({"metrics": ["scroll_depth", "time_on_page"], "dimensions": ["event:page"]}),
    ];
    let ranged = queries.map(|mut query| {
        query["date_range"] = range.clone();
        query
    });
    json!({"site_id": "example.com", "queries": ranged})
}

fn event((visitor, time, name, path, browser): (u64, i64, u8, u8, u8)) -> Event {
    let name = [PAGEVIEW, PAGEVIEW, ENGAGEMENT, "Signup"][usize::from(name)];
    Event {
        visitor: VisitorHash::of_name(visitor * 977),
        time: UnixSeconds(time),
        name: name.to_owned(),
        interactive: name != ENGAGEMENT,
        pathname: ["/a", "/b", "/aa"][usize::from(path)].to_owned(),
        visit: VisitAttributes {
            browser: ["Firefox", "Chrome", ""][usize::from(browser)].to_owned(),
            ..Default::default()
        },
        scroll_depth: (name == ENGAGEMENT).then_some(path * 30),
        engagement_time_ms: (name == ENGAGEMENT).then_some(5_000),
        ..Event::default()
    }
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    // Times are near one another often enough for visits to form, end and grow together.
    let time = (0i64..12, 0i64..5).prop_map(|(day, step)| day * 86_400 + step * 1_200);
    let event = (0u64..8, time, 0u8..4, 0u8..3, 0u8..3).prop_map(event);
    proptest::collection::vec(event, 1..60)
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Take(usize),
    Ask,
    AskRolled(usize),
    Compact,
    CompactAndCrash,
    Reopen,
    /// Roughly at 0, thoroughly at 1.
    Tidy(i64),
    /// What is from before that day.
    Archive(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (1usize..9).prop_map(Step::Take),
        1 => Just(Step::Ask),
        2 => (0usize..4).prop_map(Step::AskRolled),
        2 => Just(Step::Compact),
        1 => Just(Step::CompactAndCrash),
        1 => Just(Step::Reopen),
        1 => (0i64..2).prop_map(Step::Tidy),
        1 => (1i64..20).prop_map(Step::Archive),
    ];
    proptest::collection::vec(step, 0..25)
}

fn plain(events: &[Event]) -> Value {
    plain_of(events, &request())
}

fn plain_of(events: &[Event], request: &Value) -> Value {
    let part = Part::new(Segment::open(encode(events, Hashes::Keep).into()).unwrap());
    query::answer(query::Kind::Query, &[part], &settings(), UnixSeconds(30 * 86_400), request).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_way_of_keeping_events_gives_the_same_answers(events in events(), steps in steps()) {
        let mut site = Site::default();
        let mut taken = 0;
        for step in steps {
            match step {
                Step::Take(count) => {
                    let end = (taken + count).min(events.len());
                    site.take(&events[taken..end]);
                    taken = end;
                }
                Step::Ask => prop_assert_eq!(site.ask(&request()), plain(&events[..taken])),
                Step::AskRolled(which) => {
                    let request = rolled_request(which);
                    prop_assert_eq!(site.ask_rolled(&request), plain_of(&events[..taken], &request));
                }
                Step::Compact => site.compact(false),
                Step::CompactAndCrash => site.compact(true),
                Step::Reopen => site.reopen(),
                Step::Tidy(at) => site.tidy(at),
                Step::Archive(before) => site.archive(before),
            }
        }
        site.take(&events[taken..]);
        prop_assert_eq!(site.ask(&request()), plain(&events));
        site.compact(false);
        site.tidy(100 * 86_400);
        prop_assert_eq!(site.ask(&request()), plain(&events));
        site.reopen();
        prop_assert_eq!(site.ask(&request()), plain(&events));
    }

    #[test]
    fn what_is_exported_and_taken_in_again_is_exported_alike(events in events(), steps in steps()) {
        let (mut site, mut taken) = (Site::default(), 0);
        for step in steps {
            match step {
                Step::Take(count) => {
                    let end = (taken + count).min(events.len());
                    site.take(&events[taken..end]);
                    taken = end;
                }
                Step::Compact => site.compact(false),
                Step::Tidy(at) => site.tidy(at),
                Step::Archive(before) => site.archive(before),
                _ => {}
            }
        }
        site.take(&events[taken..]);
        let exported = site.export(i64::MIN);
        prop_assert_eq!(exported.len(), events.len());
        let mut other = Site::default();
        for part in exported.chunks(7) {
            other.take(part);
            other.compact(false);
        }
        prop_assert_eq!(other.ask(&request()), plain(&events));
        prop_assert_eq!(other.export(i64::MIN), exported);
        let since = site.export(3 * 86_400).len();
        prop_assert_eq!(since, events.iter().filter(|event| event.time.0 >= 3 * 86_400).count());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50))]

    #[test]
    fn shards_count_what_one_place_counts(events in events(), shards in 1u64..5, cut in 0usize..100) {
        let site = Rc::new(settings());
        let first = events.iter().map(|event| event.time).min();
        for (kind, request) in [
            (Kind::Query, request()),
            (Kind::Funnel, json!({"steps": [["is", "event:page", ["/a"]], ["is", "event:page", ["/b"]]]})),
            (Kind::Journeys, json!({"depth": 4})),
            (Kind::Retention, json!({"unit": "day"})),
        ] {
            let mut request = request;
            request["site_id"] = "example.com".into();
            if request.get("queries").is_none() {
                request["date_range"] = "all".into();
            }
            let read = || Questions::read(kind, site.clone(), UnixSeconds(30 * 86_400), first, &request).unwrap();
            let count = |events: &[Event]| {
                let mut questions = read();
                questions.add(&Part::new(Segment::open(encode(events, Hashes::Keep).into()).unwrap()));
                questions
            };
            let mut all = read();
            for shard in 0..shards {
                let own = |event: &&Event| event.visitor.0 % shards == shard;
                all.merge(&count(&events.iter().filter(own).cloned().collect::<Vec<_>>()).partial()).unwrap();
            }
            prop_assert_eq!(all.answer(), count(&events).answer());
            // What was merged is written like what was counted.
            let mut again = read();
            again.merge(&all.partial()).unwrap();
            prop_assert_eq!(again.answer(), all.answer());
            let bytes = all.partial();
            let cut = bytes.len() * cut / 100;
            prop_assert!(read().merge(&bytes[..cut]).is_err());
        }
    }
}

/// Visits of people of a day: `count` visitors with two page views each.
fn day_of_visitors(day: i64, count: u64) -> Vec<Event> {
    let view = |visitor: u64, minute: i64| Event {
        visitor: VisitorHash::of_one_day((day as u64 * 1_000 + visitor) << 8),
        time: UnixSeconds(day * 86_400 + visitor as i64 * 10 + minute * 60),
        name: PAGEVIEW.to_owned(),
        pathname: format!("/{}", visitor % 7),
        ..Event::default()
    };
    (0..count).flat_map(|visitor| [view(visitor, 0), view(visitor, 3)]).collect()
}

#[test]
fn hashes_go_when_their_salt_has_gone_and_nothing_else_changes() {
    let mut site = Site::default();
    let mut all = Vec::new();
    for day in 0..6 {
        let events = day_of_visitors(day, 40);
        site.take(&events);
        all.extend(events);
        site.compact(false);
    }
    site.tidy(6 * 86_400);
    let kept: Vec<bool> = site.shelf.labels().map(|(_, label)| label.has_days).collect();
    assert!(kept.contains(&true) && kept.contains(&false), "{kept:?}");
    site.tidy(60 * 86_400);
    assert!(site.shelf.labels().all(|(_, label)| !label.has_days));
    assert!(site.segments.len() < 6);
    let exported = site.export(i64::MIN);
    site.archive(4);
    assert!(!site.archived.is_empty());
    assert_eq!(site.export(i64::MIN), exported);
    assert_eq!(site.ask(&request()), plain(&all));
    let exported = site.export(i64::MIN);
    let mut other = Site::default();
    other.take(&exported);
    assert_eq!((other.ask(&request()), other.export(i64::MIN)), (plain(&all), exported));
}

#[test]
fn visitors_without_a_hash_stay_apart_when_segments_with_names_join_them() {
    let mut site = Site::default();
    let mut all = Vec::new();
    let named = |day: i64, visitor: u64| Event {
        visitor: VisitorHash::of_name((day as u64 * 50 + visitor) << 40),
        ..day_of_visitors(day, 1)[0].clone()
    };
    // Twice: two cold days, and people with names who keep coming.
    for round in 0..2 {
        for day in [round * 4, round * 4 + 1] {
            site.take(&day_of_visitors(day, 4));
            all.extend(day_of_visitors(day, 4));
            site.compact(false);
        }
        site.tidy(60 * 86_400);
        for visitor in 0..2 {
            let event = Event { time: UnixSeconds(25 * 86_400), ..named(round * 4, visitor) };
            site.take(std::slice::from_ref(&event));
            all.push(event);
            site.compact(false);
        }
        site.tidy(26 * 86_400);
    }
    site.tidy(26 * 86_400);
    assert!(site.segments.len() < 8, "{}", site.segments.len());
    assert_eq!(site.ask(&request()), plain(&all));
}

#[test]
fn what_is_written_can_be_read_however_long_the_texts_are() {
    let event = |number: u64, visitor: u64| Event {
        visitor: VisitorHash::of_name(visitor << 9),
        name: PAGEVIEW.to_owned(),
        pathname: format!("/{}/{number}", "long".repeat(2_000)),
        ..Event::default()
    };
    for visitors in [1, 10_000] {
        let mut site = Site::default();
        let events: Vec<Event> = (0..10_000).map(|number| event(number, number % visitors)).collect();
        site.take(&events);
        site.compact(false);
        let count = json!({"site_id": "example.com", "date_range": "all", "metrics": ["events"]});
        assert_eq!(site.ask(&count)["results"][0]["metrics"], json!([10_000]), "{visitors} visitors");
        assert_eq!(site.shelf.damaged(), 0);
        assert_eq!(site.export(i64::MIN).len(), events.len());
    }
}

#[test]
fn a_segment_keeps_what_only_memory_has_besides() {
    // The second view brings the visitor's first one back into memory; until a compaction has written both down, the
    // segment on disk is the only place where the first would survive.
    let mut site = Site::default();
    let events = day_of_visitors(0, 1);
    site.take(&events[..1]);
    site.compact(false);
    site.take(&events[1..]);
    site.ask(&request());
    site.tidy(0);
    site.reopen();
    assert_eq!(site.ask(&request()), plain(&events));
}

#[test]
fn what_is_over_its_time_goes() {
    let mut site = Site::default();
    for day in 0..6 {
        site.take(&day_of_visitors(day, 5));
        site.compact(false);
    }
    // One that cannot be read goes with the rest, and one that is over only in part keeps the other.
    site.segments.get_mut(&SegmentId(1)).unwrap().1 = vec![0; 9].into();
    site.ask(&request());
    assert_eq!(site.shelf.damaged(), 1);
    let keep_from = 3 * 86_400 + 10;
    loop {
        let ids = site.shelf.next_rewrite(Tidiness::Rough, 6 * 86_400, keep_from);
        if ids.is_empty() {
            break;
        }
        let segments = &site.segments;
        let mut read = |id| Ok::<_, Infallible>(segments[&id].1.clone());
        let rewrite = site.shelf.rewrite(&ids, 6 * 86_400, keep_from, &mut read).unwrap();
        rewrite.old.iter().for_each(|id| drop(site.segments.remove(id)));
        let labels = site.write(rewrite.new);
        site.shelf.rewritten(&rewrite.old, labels);
    }
    assert_eq!((site.shelf.first_event(), site.shelf.damaged()), (Some(UnixSeconds(keep_from)), 0));
    let kept = (3..6).flat_map(|day| day_of_visitors(day, 5)).filter(|event| event.time.0 >= keep_from);
    assert_eq!(site.ask(&request()), plain(&kept.collect::<Vec<_>>()));
}

#[test]
fn a_damaged_segment_is_set_aside_and_the_rest_answers() {
    let mut site = Site::default();
    for day in 0..3 {
        site.take(&day_of_visitors(day, 20));
        site.compact(false);
    }
    let (_, bytes) = site.segments.get_mut(&SegmentId(2)).unwrap();
    let mut damaged = bytes.to_vec();
    let at = damaged.len() - 3;
    damaged[at] ^= 1;
    *bytes = damaged.into();
    let rest = [day_of_visitors(0, 20), day_of_visitors(2, 20)].concat();
    assert_eq!(site.ask(&request()), plain(&rest));
    assert_eq!((site.shelf.damaged(), site.shelf.is_damaged(SegmentId(2))), (1, true));
    assert_eq!(site.ask(&request()), plain(&rest));
}

#[test]
fn large_compactions_are_cut_between_visitors() {
    let mut site = Site::default();
    site.take(&day_of_visitors(0, SEGMENT_EVENTS as u64));
    assert_eq!(site.shelf.recent_events(), SEGMENT_EVENTS * 2);
    site.compact(false);
    let rows: Vec<u32> = site.shelf.labels().map(|(_, label)| label.rows).collect();
    assert_eq!(rows, [SEGMENT_EVENTS as u32, SEGMENT_EVENTS as u32]);
    assert_eq!(site.shelf.recent_events(), 0);
}
