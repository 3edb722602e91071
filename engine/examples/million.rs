//! Measures the engine on a million generated events: appending them, and answering the dashboard's questions.
//!
//! `cargo run --release -p engine --example million [EVENTS]`

// The lists below are indexed by remainders of their lengths.
#![allow(clippy::indexing_slicing)]

use engine::event::{Event, UnixSeconds, VisitAttributes, VisitorHash};
use engine::query;
use engine::site::SiteSettings;
use engine::table::Table;
use serde_json::{Value, json};
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
        let (left, right) = (self.below(bound), self.below(bound));
        left * right / bound
    }
}

const FIRST_DAY: i64 = 1_700_006_400;
const DAYS: i64 = 90;

fn event(numbers: &mut Numbers, time: i64) -> Event {
    let day = (time - FIRST_DAY) as u64 / 86_400;
    let visitor = day * 10_000 + numbers.below(4_000);
    Event {
        time: UnixSeconds(time),
        visitor: VisitorHash(visitor),
        name: if numbers.below(10) == 0 { "Signup" } else { "pageview" }.to_owned(),
        interactive: true,
        hostname: "example.com".to_owned(),
        pathname: format!("/page/{}", numbers.skewed(5_000)),
        visit: VisitAttributes {
            source: ["", "Google", "Bing", "Hacker News"][visitor as usize % 4].to_owned(),
            referrer: format!("https://site-{}.example/", visitor % 500),
            country: ["DE", "US", "FR", "JP", "BR"][visitor as usize % 5].to_owned(),
            browser: ["Firefox", "Chrome", "Safari"][visitor as usize % 3].to_owned(),
            device: ["Desktop", "Mobile"][visitor as usize % 2].to_owned(),
            ..VisitAttributes::default()
        },
        ..Event::default()
    }
}

fn main() {
    let count: i64 = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(1_000_000);
    let mut numbers = Numbers(1);
    let events: Vec<Event> =
        (0..count).map(|index| event(&mut numbers, FIRST_DAY + index * DAYS * 86_400 / count)).collect();
    let mut table = Table::default();
    let start = Instant::now();
    table.extend(events);
    println!("{:8.1} ms  append {count} events", start.elapsed().as_secs_f64() * 1e3);

    let site = SiteSettings::default();
    let now = UnixSeconds(FIRST_DAY + DAYS * 86_400);
    let headline = ["visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration"];
    let questions: [(&str, Value); 8] = [
        ("visitors", json!({"metrics": ["visitors"]})),
        ("six headline numbers", json!({"metrics": headline})),
        ("visitors by day", json!({"metrics": ["visitors"], "dimensions": ["time:day"]})),
        ("visitors by hour", json!({"metrics": ["visitors"], "dimensions": ["time:hour"]})),
        ("top sources", json!({"metrics": ["visitors"], "dimensions": ["visit:source"]})),
        ("top pages", json!({"metrics": ["visitors", "pageviews"], "dimensions": ["event:page"]})),
        (
            "top pages from Germany",
            json!({"metrics": ["visitors", "bounce_rate"], "dimensions": ["event:page"],
                   "filters": [["is", "visit:country", ["DE"]], ["contains", "event:page", ["/page/1"]]]}),
        ),
        ("pages by source", json!({"metrics": ["visitors"], "dimensions": ["event:page", "visit:source"]})),
    ];
    for (name, mut question) in questions {
        question["site_id"] = "example.com".into();
        question["date_range"] = "all".into();
        question["pagination"] = json!({"limit": 10});
        let mut times: Vec<f64> = Vec::new();
        for _ in 0..5 {
            let start = Instant::now();
            let answer = query::answer(&mut table, &site, now, &question);
            times.push(start.elapsed().as_secs_f64() * 1e3);
            if let Err(refusal) = answer {
                eprintln!("{name}: {refusal}");
                std::process::exit(1);
            }
        }
        times.sort_by(f64::total_cmp);
        println!("{:8.1} ms  {name}", times.get(times.len() / 2).copied().unwrap_or_default());
    }
}
