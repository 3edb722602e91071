//! Writes generated events as NDJSON, CSV and Parquet, reads the latter two back, and prints as JSON what a plain count
//! over the events finds, and the bytes and time that each event took.
//!
//! `cargo run --release -p export --example events FOLDER [EVENTS]`

// The lists below are indexed by remainders of their lengths.
#![allow(clippy::indexing_slicing)]

use engine::event::{Event, UnixSeconds, VisitAttributes, VisitorHash};
use export::{csv, ndjson, parquet, visitor};
use protocol::event::{Payload, Revenue};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Events of a piece of text, and of a group of Parquet.
const CHUNK_EVENTS: usize = 20_000;
const FIRST_DAY: i64 = 1_700_006_400;
const DAYS: u64 = 7;

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

fn visit(visitor: u64) -> VisitAttributes {
    let of =
        |texts: &[&str], salt: u64| texts[(visitor.rotate_left(salt as u32) % texts.len() as u64) as usize].to_owned();
    VisitAttributes {
        referrer: format!("www.site-{}.example/post/{}", visitor % 53, visitor % 211),
        source: of(&["", "Google", "Bing", "Hacker News", "=cmd|' /C calc'!A0"], 3),
        channel: of(&["", "Organic Search", "Referral"], 5),
        utm_campaign: of(&["", "", "", "spring"], 7),
        device: of(&["Desktop", "Mobile"], 9),
        browser: of(&["Firefox", "Chrome", "Safari"], 11),
        browser_version: of(&["120", "131", "17.4"], 11),
        os: of(&["GNU/Linux", "Android", "iOS", "Windows"], 13),
        country: of(&["DE", "US", "FR", "JP", "BR"], 15),
        city: (visitor % 300) as u32 + 2_950_000,
        language: of(&["de", "en", "fr"], 15),
        screen: of(&["Desktop", "Mobile", "Tablet"], 9),
        ..VisitAttributes::default()
    }
}

fn detail(numbers: &mut Numbers) -> Payload {
    let duration_ms = numbers.skewed(5_000) as u32;
    match numbers.below(7) {
        0 => Payload::Component {
            name: format!("Button{}", numbers.below(20)),
            variant: "ghost".into(),
            version: "1.4.2".into(),
            action: "impression".into(),
            duration_ms: Some(duration_ms),
        },
        1 => Payload::Request {
            method: "GET".into(),
            route: format!("/users/:id/{}", numbers.below(30)),
            status: [200, 404, 500][numbers.below(3) as usize],
            duration_ms,
            bytes_in: numbers.below(2_000),
            bytes_out: numbers.below(u64::MAX),
        },
        2 => Payload::Query {
            system: "postgresql".into(),
            fingerprint: format!("select * from t{} where id = ?", numbers.below(40)),
            duration_ms,
            rows: numbers.below(100),
        },
        3 => Payload::Vital {
            name: "LCP".into(),
            value_thousandths: duration_ms * 1000,
            rating: "good".into(),
            target: "main>img".into(),
        },
        4 => Payload::Error { class: "TypeError".into(), fingerprint: format!("{:08x}", numbers.below(50)) },
        5 => Payload::Command {
            name: "build".into(),
            flags: ["release", "locked"][..numbers.below(3) as usize].iter().map(ToString::to_string).collect(),
            success: numbers.below(10) > 0,
            duration_ms,
            version: "0.1.0".into(),
        },
        _ => Payload::Check { name: "home".into(), status: 200, success: true, duration_ms },
    }
}

fn event(numbers: &mut Numbers, time: i64) -> Event {
    let visitor = Numbers(numbers.below(20_000)).next();
    let page = Event {
        time: UnixSeconds(time),
        visitor: VisitorHash(visitor),
        name: "pageview".into(),
        interactive: true,
        hostname: "example.com".into(),
        pathname: format!("/page/{}", numbers.skewed(2_000)),
        visit: visit(visitor),
        ..Event::default()
    };
    match numbers.below(20) {
        0 => {
            let detail = detail(numbers);
            Event { name: detail.name().to_owned(), detail: Some(Box::new(detail)), ..page }
        }
        1 | 2 => Event {
            name: ["Signup", "Purchase"][numbers.below(2) as usize].into(),
            interactive: numbers.below(2) == 0,
            props: vec![
                ("plan".into(), ["free", "pro", "=team"][numbers.below(3) as usize].into()),
                ("seats".into(), numbers.below(50).to_string()),
            ],
            revenue: (numbers.below(2) == 0)
                .then(|| Revenue { amount_thousandths: numbers.below(200_000) as i64 - 10_000, currency: *b"EUR" }),
            ..page
        },
        3..=9 => Event {
            name: "engagement".into(),
            scroll_depth: Some(numbers.below(101) as u8),
            engagement_time_ms: Some(numbers.skewed(120_000) as u32),
            ..page
        },
        _ => page,
    }
}

/// Groups of events by what `key` says of them.
fn counts(events: &[Event], key: impl Fn(&Event) -> Option<String>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for key in events.iter().filter_map(key) {
        *counts.entry(key).or_default() += 1;
    }
    counts
}

fn truth(events: &[Event]) -> Value {
    let visitors: HashSet<VisitorHash> = events.iter().map(|event| event.visitor).collect();
    let prop = |event: &Event| event.props.iter().find(|(key, _)| key == "plan").map(|(_, value)| value.clone());
    let request = |event: &Event| match event.detail.as_deref() {
        Some(Payload::Request { bytes_out, .. }) => Some(bytes_out.to_string()),
        _ => None,
    };
    let flag = |event: &Event| match event.detail.as_deref() {
        Some(Payload::Command { flags, .. }) => Some(flags.len().to_string()),
        _ => None,
    };
    json!({
        "events": events.len(),
        "visitors": visitors.len(),
        "visitor_max": events.iter().map(|event| event.visitor.0).max().unwrap_or(0).to_string(),
        "first": events.iter().map(|event| event.time.0).min(),
        "last": events.iter().map(|event| event.time.0).max(),
        "by_name": counts(events, |event| Some(event.name.clone())),
        "by_source": counts(events, |event| Some(event.visit.source.clone())),
        "by_day": counts(events, |event| Some((event.time.0 / 86_400).to_string())),
        "by_city": counts(events, |event| Some(event.visit.city.to_string())),
        "not_interactive": events.iter().filter(|event| !event.interactive).count(),
        "by_plan": counts(events, prop),
        "by_flags": counts(events, flag),
        "request_bytes_max": events.iter().filter_map(request).max_by_key(|bytes| bytes.parse::<u64>().ok()),
        "revenue_thousandths": events.iter().filter_map(|event| Some(event.revenue?.amount_thousandths)).sum::<i64>(),
        "scrolled": events.iter().filter(|event| event.scroll_depth.is_some()).count(),
        "engagement_ms": events.iter().filter_map(|event| event.engagement_time_ms).map(u64::from).sum::<u64>(),
    })
}

/// Runs it and says how long it took for each event.
fn timed<T>(events: usize, run: impl FnOnce() -> Result<T, Box<dyn Error>>) -> Result<(T, f64), Box<dyn Error>> {
    let start = Instant::now();
    let done = run()?;
    Ok((done, start.elapsed().as_secs_f64() * 1e6 / events.max(1) as f64))
}

fn write_parquet(events: &[Event]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut writer = parquet::Writer::new()?;
    let mut file = Vec::new();
    for group in events.chunks(CHUNK_EVENTS) {
        file.extend(writer.group(group)?);
    }
    file.extend(writer.finish()?);
    Ok(file)
}

fn read_parquet(file: &[u8]) -> Result<Vec<Event>, Box<dyn Error>> {
    let reader = parquet::Reader::new(file.to_vec())?;
    let mut events = Vec::new();
    for group in 0..reader.groups() {
        events.extend(reader.group(group)?);
    }
    Ok(events)
}

fn read_csv(file: &[u8]) -> Result<Vec<Event>, Box<dyn Error>> {
    let mut reader = csv::Reader::default();
    let mut events = Vec::new();
    for piece in file.chunks(65_536) {
        for row in reader.feed(piece)? {
            let row = row?;
            let visitor = visitor::from_hex(&row.visitor).ok_or("a visitor that was not written")?;
            events.push(Event { visitor, ..row.event });
        }
    }
    reader.end()?;
    Ok(events)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("which folder?")?);
    let count: u64 = arguments.next().map_or(Ok(100_000), |count| count.parse())?;
    let mut numbers = Numbers(1);
    let time = |index: u64| FIRST_DAY + (index * DAYS * 86_400 / count.max(1)) as i64;
    let events: Vec<Event> = (0..count).map(|index| event(&mut numbers, time(index))).collect();

    let mut measured = serde_json::Map::new();
    let mut keep = |name: &str, bytes: &[u8], write: f64, read: Option<f64>| -> Result<(), Box<dyn Error>> {
        let each = bytes.len() as f64 / events.len().max(1) as f64;
        measured.insert(name.into(), json!({ "bytes_per_event": each, "write_us": write, "read_us": read }));
        Ok(std::fs::write(Path::new(&folder).join(format!("events.{name}")), bytes)?)
    };
    let text = |chunk: fn(&[Event], visitor::VisitorText) -> Vec<u8>| {
        Ok(events.chunks(CHUNK_EVENTS).flat_map(|events| chunk(events, &visitor::hex)).collect::<Vec<u8>>())
    };
    let (file, write) = timed(events.len(), || text(ndjson::chunk))?;
    keep("ndjson", &file, write, None)?;
    let (file, write) = timed(events.len(), || text(csv::chunk))?;
    let file = [csv::header(), file].concat();
    let (back, read) = timed(events.len(), || read_csv(&file))?;
    keep("csv", &file, write, Some(read))?;
    let csv_same = back == events;
    let (file, write) = timed(events.len(), || write_parquet(&events))?;
    let (back, read) = timed(events.len(), || read_parquet(&file))?;
    keep("parquet", &file, write, Some(read))?;
    if !csv_same || back != events {
        return Err("what was read differs from what was written".into());
    }
    println!("{}", json!({ "truth": truth(&events), "measured": measured }));
    Ok(())
}
