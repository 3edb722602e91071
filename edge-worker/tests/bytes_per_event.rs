//! How many bytes a page view takes at rest, measured on a real web log (`www/demo-data`), and what each column costs.
//!
//! The log's page views are enriched as those of browsers are; places, which a log does not have, are made up for each
//! address, as skewed as they are in life. `cargo test -p edge-worker --test bytes_per_event -- --nocapture` prints the
//! table of `docs/benchmarks.md`.
// A log of another shape than expected is a failure of the test.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use edge_worker::enrich::arrival::Arrival;
use engine::event::{Event, VisitorHash};
use engine::segment::{Hashes, Segment, encode};
use protocol::event::Event as Sent;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;

/// What a page view may take, all columns, indexes and dictionaries included.
const BYTES_MAX: f64 = 14.0;

const FILES: [&str; 26] = [
    "css", "js", "json", "xml", "rss", "txt", "png", "jpg", "jpeg", "gif", "svg", "ico", "webp", "bmp", "woff", "ttf",
    "mp4", "mp3", "pdf", "zip", "gz", "bz2", "jar", "exe", "deb", "rpm",
];

fn log() -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../www/demo-data/apache_logs_10k.log.gz");
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_end(&mut text).unwrap();
    String::from_utf8_lossy(&text).into_owned()
}

fn number(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// A country, a region and a city for an address: a few have most of the visitors.
fn place(event: &mut Event, address: &str) {
    let skewed = |salt: &str, bound: f64| {
        let part = (number(&format!("{salt}{address}")) % 10_000) as f64 / 10_000.0;
        bound.powf(part) as u64 - 1
    };
    let (country, region, city) = (skewed("country", 60.0), skewed("region", 16.0), skewed("city", 12.0));
    let letter = |number: u64| char::from(b'A' + (number % 26) as u8);
    event.visit.country = format!("{}{}", letter(country), letter(country / 26 + country));
    event.visit.region = format!("{}-{region}", event.visit.country);
    event.visit.city = (1_000_000 + country * 10_000 + region * 100 + city) as u32;
}

/// The page views of the log as they would be kept; those of robots only if they are wanted.
fn page_views(robots: bool) -> Vec<Event> {
    let line = regex::Regex::new(
        r#"^(\S+) \S+ \S+ \[(\d+)/(\w+)/(\d+):([\d:]+) [^\]]+\] "GET (\S+)[^"]*" (?:200|304) \S+ "(.*?)" "(.*)""#,
    )
    .unwrap();
    let mut events = Vec::new();
    for found in log().lines().filter_map(|text| line.captures(text)) {
        let path = found[6].split('?').next().unwrap_or_default();
        if path.rsplit_once('.').is_some_and(|(_, ending)| FILES.contains(&ending.to_lowercase().as_str())) {
            continue;
        }
        let time: jiff::Timestamp = format!("{}-05-{:0>2}T{}Z", &found[4], &found[2], &found[5]).parse().unwrap();
        assert_eq!(&found[3], "May");
        let arrival = Arrival {
            now_ms: time.as_millisecond(),
            user_agent: found[8].to_owned(),
            language: ["en", "de", "fr", "es"][(number(&found[1]) % 4) as usize].to_owned(),
            screen_width: [390, 1280, 1920, 820][(number(&found[8]) % 4) as usize],
            from_browser: !robots,
            ..Arrival::default()
        };
        let referrer = if &found[7] == "-" { "" } else { &found[7] };
        let sent = Sent {
            url: format!("http://www.semicomplete.com{path}"),
            referrer: referrer.to_owned(),
            ..Sent::default()
        };
        if let Ok(mut event) = arrival.enrich(sent) {
            event.visitor = VisitorHash::of_one_day(number(&format!("{} {}", &found[1], &found[8])));
            place(&mut event, &found[1]);
            events.push(event);
        }
    }
    events
}

/// What the columns are for.
fn name(column: u8) -> &'static str {
    match column {
        1 => "visitors' hashes",
        2..=5 => "visitors and visits",
        6 | 7 => "times",
        8 | 9 => "names of events",
        10 => "hosts",
        11 => "paths",
        12..=16 => "engagement, revenue, properties, fields of kinds",
        20 | 21 | 32..=39 => "referrer, source, channel, UTM",
        22 | 23 | 40..=44 | 47 | 48 => "device, browser, system, language, screen",
        _ => "country, region, city",
    }
}

fn measure(what: &str, events: &[Event], hashes: Hashes) -> f64 {
    let segment = Segment::open(encode(events, hashes).into()).unwrap();
    let count = events.len() as f64;
    let mut columns: BTreeMap<&str, usize> = BTreeMap::new();
    segment.column_bytes().for_each(|(column, bytes)| *columns.entry(name(column)).or_default() += bytes);
    let rest = segment.len() - columns.values().sum::<usize>();
    columns.insert("header and checksums", rest);
    println!("{what}: {} page views, {} visitors, {} visits", events.len(), segment.visitors(), segment.visits());
    for (name, bytes) in columns {
        println!("  {:6.2} bytes  {name}", bytes as f64 / count);
    }
    let all = segment.len() as f64 / count;
    println!("  {all:6.2} bytes  in all");
    all
}

#[test]
fn a_page_view_of_a_real_log_takes_few_bytes() {
    let (all, people) = (page_views(true), page_views(false));
    assert!(all.len() > 3_000 && people.len() > 1_000, "{} {}", all.len(), people.len());
    let at_rest = measure("the whole log", &all, Hashes::DropOfDays);
    measure("the whole log, hashes still kept", &all, Hashes::Keep);
    let of_people = measure("without robots", &people, Hashes::DropOfDays);
    assert!(at_rest <= BYTES_MAX && of_people <= BYTES_MAX, "{at_rest} {of_people}");
}
