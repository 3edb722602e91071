//! Measures the engine, natively and on one thread, on generated events of 30 days: writing segments, and one load of a
//! dashboard over them from nothing decoded, without and with filters.
//!
//! `cargo run --release -p engine --example scale [EVENTS]`

// The lists below are indexed by remainders of their lengths.
#![allow(clippy::indexing_slicing)]

use engine::event::{Event, UnixSeconds, VisitAttributes, VisitorHash};
use engine::query::{Kind, Questions};
use engine::segment::{Bytes, Hashes, Part, Segment, encode};
use engine::site::SiteSettings;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Instant;

/// Numbers that look random and are the same in every run (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// Small numbers come far more often than large ones, as with pages and sources.
    fn skewed(&mut self, bound: u64) -> u64 {
        let part = self.below(1 << 20) as f64 / (1u64 << 20) as f64;
        ((bound as f64).powf(part) as u64).min(bound) - 1
    }
}

const FIRST_DAY: i64 = 1_700_006_400;
const DAYS: i64 = 30;
const SEGMENT_EVENTS: usize = 32_768;

fn attributes(numbers: &mut Numbers) -> VisitAttributes {
    let source = numbers.skewed(300);
    let (country, place) = (numbers.skewed(40), numbers.skewed(30));
    let browser = numbers.skewed(12);
    let text = |list: &[&str], place: u64| list[place as usize % list.len()].to_owned();
    let direct = numbers.below(10) < 4;
    let tagged = numbers.below(10) == 0;
    VisitAttributes {
        referrer: if direct { String::new() } else { format!("site-{source}.example/{}", source % 7) },
        source: if direct { String::new() } else { format!("Site {source}") },
        channel: if direct { String::new() } else { text(&["Organic Search", "Referral", "Social"], source) },
        utm_medium: if tagged { text(&["email", "cpc"], source) } else { String::new() },
        utm_source: if tagged { text(&["news", "ads", "partner"], source) } else { String::new() },
        utm_campaign: if tagged { format!("campaign-{}", source % 20) } else { String::new() },
        device: text(&["Mobile", "Desktop", "Tablet"], browser),
        browser: text(&["Chrome", "Safari", "Firefox", "Edge"], browser),
        browser_version: format!("{}", 130 + browser),
        os: text(&["Android", "iOS", "Windows", "macOS", "Linux"], browser),
        os_version: format!("{}", 10 + browser % 5),
        country: format!("{}{}", char::from(b'A' + country as u8 % 26), char::from(b'A' + country as u8 / 2)),
        region: format!("{country}-{}", place % 10),
        city: (country * 1_000 + place) as u32 + 1,
        language: text(&["en", "de", "fr", "es"], country),
        ..VisitAttributes::default()
    }
}

/// One visitor's day: one or more visits of some page views, a custom event now and then, and engagement.
fn visitor(numbers: &mut Numbers, day: i64, events: &mut Vec<Event>) {
    let visitor = VisitorHash::of_one_day(numbers.next());
    let mut visit = attributes(numbers);
    let mut time = FIRST_DAY + day * 86_400 + numbers.below(60_000) as i64;
    for _ in 0..=numbers.skewed(12) {
        for view in 0..=numbers.skewed(10) {
            let page = format!("/page/of/topic-{}/{}", numbers.skewed(20), numbers.skewed(60));
            let mut push = |name: &str, time: i64| {
                let engaged = name == "engagement";
                events.push(Event {
                    time: UnixSeconds(time),
                    visitor,
                    name: name.to_owned(),
                    interactive: !engaged,
                    hostname: "example.com".to_owned(),
                    pathname: page.clone(),
                    visit: visit.clone(),
                    scroll_depth: engaged.then_some(time as u8 % 100),
                    engagement_time_ms: engaged.then_some(time as u32 % 60_000),
                    ..Event::default()
                });
            };
            push("pageview", time);
            if numbers.below(10) == 0 {
                push("Signup", time + 5);
            }
            if numbers.below(5) == 0 {
                push("engagement", time + 20);
            }
            time += 10 + numbers.skewed(600) as i64;
            if view == 0 {
                // What follows came from the site's own pages.
                visit =
                    VisitAttributes { referrer: String::new(), source: String::new(), channel: String::new(), ..visit };
            }
        }
        time += 3_600 + numbers.below(9_000) as i64;
    }
}

fn dashboard(filters: &Value) -> Value {
    let dimensions = [
        "event:page",
        "visit:entry_page",
        "visit:exit_page",
        "visit:source",
        "visit:referrer",
        "visit:channel",
        "visit:country",
        "visit:region",
        "visit:city",
        "visit:browser",
        "visit:os",
        "visit:device",
    ];
    let headline = ["visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration"];
    let mut queries = vec![
        json!({"metrics": headline, "include": {"comparisons": {"mode": "previous_period"}}}),
        json!({"metrics": ["visitors", "pageviews"], "dimensions": ["time:day"]}),
    ];
    let breakdown =
        |dimension| json!({"metrics": ["visitors"], "dimensions": [dimension], "pagination": {"limit": 10}});
    queries.extend(dimensions.map(breakdown));
    for query in &mut queries {
        query["date_range"] = json!(["2023-11-15", "2023-12-14"]);
        query["filters"] = filters.clone();
    }
    json!({"site_id": "example.com", "queries": queries})
}

fn main() {
    let count: usize = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(1_000_000);
    let mut numbers = Numbers(1);
    let (mut segments, mut bytes, mut columns) = (Vec::new(), 0, BTreeMap::new());
    let (mut made, mut encoding) = (0, 0.0);
    let mut events: Vec<Event> = Vec::new();
    for day in 0..DAYS {
        while made + events.len() < count * (day as usize + 1) / DAYS as usize {
            visitor(&mut numbers, day, &mut events);
            if events.len() >= SEGMENT_EVENTS {
                made += events.len();
                let start = Instant::now();
                let segment: Bytes = encode(&std::mem::take(&mut events), Hashes::DropOfDays).into();
                encoding += start.elapsed().as_secs_f64();
                bytes += segment.len();
                for (number, length) in
                    Segment::open(segment.clone()).into_iter().flat_map(|s| s.column_bytes().collect::<Vec<_>>())
                {
                    *columns.entry(number).or_insert(0) += length;
                }
                segments.push(segment);
            }
        }
    }
    println!("{:8.2} us/event to encode {made} events", encoding * 1e6 / made as f64);
    println!("{:8.2} bytes/event in {} segments", bytes as f64 / made as f64, segments.len());
    for (number, length) in columns {
        println!("{:8.2} bytes/event in column {number}", f64::from(length as u32) / made as f64);
    }
    let site = Rc::new(SiteSettings::default());
    let now = UnixSeconds(FIRST_DAY + DAYS * 86_400);
    let filters = json!([["is", "visit:country", ["BA", "CB"]], ["is", "visit:source", ["Site 1", "Site 2"]]]);
    for (name, filters) in [
        ("dashboard", json!([])),
        ("filtered by country and source", filters),
        ("filtered by page", json!([["contains", "event:page", ["topic-1"]]])),
    ] {
        let mut times: Vec<f64> = Vec::new();
        let mut answer = Value::Null;
        for _ in 0..7 {
            let start = Instant::now();
            let Ok(mut questions) = Questions::read(Kind::Query, site.clone(), now, None, &dashboard(&filters)) else {
                return;
            };
            for segment in &segments {
                if let Ok(segment) = Segment::open(segment.clone()) {
                    questions.add(&Part::new(segment));
                }
            }
            answer = questions.answer();
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        times.sort_by(f64::total_cmp);
        println!("{:8.1} ms  {name}: {}", times[times.len() / 2], answer["results"][0]["results"][0]["metrics"]);
    }
}
