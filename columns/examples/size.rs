//! How large the columns of a month are on the wire and in memory, and how long a click takes: `cargo run --release -p
//! columns --example size [VISITS]`. The visits are made up: a few of everything are common and most are rare (Zipf), what
//! they came with goes together, and so do the pages that they see.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a measurement")]

use columns::{Builder, DayOf, Dimension, Filter, Links, List, Operator, Question, Table, Unit, Visit, checksum_of};
use std::time::Instant;

/// Numbers by chance: xorshift64*.
struct Chance(u64);

impl Chance {
    fn unit(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn below(&mut self, end: usize) -> usize {
        (self.unit() * end as f64) as usize
    }

    fn is(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// A place below the length of a Zipf law's sums.
    fn of(&mut self, sums: &[f64]) -> usize {
        let wanted = self.unit() * sums[sums.len() - 1];
        sums.partition_point(|sum| *sum < wanted).min(sums.len() - 1)
    }
}

fn zipf(len: usize) -> Vec<f64> {
    let mut sum = 0.0;
    (1..=len)
        .map(|rank| {
            sum += 1.0 / rank as f64;
            sum
        })
        .collect()
}

struct Site {
    sources: Vec<f64>,
    campaigns: Vec<f64>,
    pages: Vec<f64>,
    countries: Vec<f64>,
    browsers: Vec<f64>,
    hours: Vec<f64>,
}

fn visit(chance: &mut Chance, site: &Site, day: &mut Builder, visitor: u32, again: Option<&Visit>) -> Visit {
    let source = if chance.is(0.35) { 0 } else { chance.of(&site.sources) + 1 };
    let campaign = source > 0 && chance.is(0.15);
    let campaign = if campaign {
        format!("campaign-{}", (source * 7 + chance.of(&site.campaigns) / 8) % 60)
    } else {
        String::new()
    };
    let (name, channel) = match source {
        0 => (String::new(), ""),
        1..=6 => (format!("Search {source}"), "Organic Search"),
        7..=20 => (format!("Social {source}"), "Organic Social"),
        _ => (format!("site{source}.example"), "Referral"),
    };
    let referrer = if source == 0 { String::new() } else { format!("{}/", name.to_lowercase()) };
    let medium = if campaign.is_empty() { "" } else { "cpc" };
    let came = day.tuple(0, &[&referrer, &name, channel, medium, medium, &campaign, "", ""]);
    let (tech, geo) =
        again.map_or_else(|| with_and_where(chance, site, day), |before| (before.tuples[1], before.tuples[2]));
    Visit { tuples: [came, tech, geo], visitor, ..Visit::default() }
}

fn with_and_where(chance: &mut Chance, site: &Site, day: &mut Builder) -> (u32, u32) {
    let browser = chance.of(&site.browsers);
    let device = if chance.is(0.9) { browser % 2 } else { chance.below(3) };
    let os = (browser * 3 + device + usize::from(chance.is(0.15))) % 10;
    let with = [
        ["Desktop", "Mobile", "Tablet"][device],
        &format!("Browser {browser}"),
        &format!("{}", 120 + browser),
        &format!("OS {os}"),
        "",
        "en",
        ["Large", "Small", "Medium"][device],
    ];
    let country = chance.of(&site.countries);
    let letters = [char::from(b'A' + (country % 26) as u8), char::from(b'A' + (country / 26) as u8)];
    let country: String = letters.iter().collect();
    (day.tuple(1, &with), day.tuple(2, &[&country, "", ""]))
}

fn events(chance: &mut Chance, site: &Site, day: &mut Builder, source: u32) -> Vec<(u32, u8)> {
    let mut page = if chance.is(0.5) { (source as usize * 13) % 40 } else { chance.of(&site.pages) };
    let mut slot = chance.of(&site.hours) as u8;
    let mut events = Vec::new();
    let views = if chance.is(0.48) { 1 } else { 2 + (chance.unit().ln() / 0.55f64.ln()) as usize };
    for view in 0..views.min(60) {
        if view > 0 {
            page = if chance.is(0.6) { (page * 31 + 7 + chance.below(3)) % 300 } else { chance.of(&site.pages) };
            slot = if chance.is(0.05) { (slot + 1).min(23) } else { slot };
        }
        let section = ["blog", "docs", "shop", "help"][page % 4];
        let path = if page == 0 { "/".to_owned() } else { format!("/{section}/a-title-of-{page}-words") };
        events.push((day.tuple(3, &["pageview", "www.example.com", &path]), slot));
        if chance.is(0.04) {
            let name = ["Sign up", "Download", "Outbound link"][chance.below(3)];
            events.push((day.tuple(3, &[name, "www.example.com", &path]), slot));
        }
    }
    events
}

/// The chunks of a month.
fn month(visits: usize) -> (Vec<u8>, usize) {
    let mut chance = Chance(7);
    let hours = (0..24).map(|hour| 1.2 - f64::cos((f64::from(hour) - 3.0) / 24.0 * std::f64::consts::TAU));
    let mut sum = 0.0;
    let hours = hours
        .map(|share| {
            sum += share;
            sum
        })
        .collect();
    let site = Site {
        sources: zipf(800),
        campaigns: zipf(60),
        pages: zipf(2_500),
        countries: zipf(180),
        browsers: zipf(14),
        hours,
    };
    let (mut stream, mut all_events) = (Vec::new(), 0);
    let mut links = Links { days: (20_758, 20_787), shards: 1, ..Links::default() };
    for number in 20_758..20_788 {
        let of = DayOf { day: number, shard: 0, shards: 1, hours: (0..24).collect(), from_slot: 0, to_slot: 24 };
        let mut day = Builder::new(of);
        let mut last = None;
        for visitor in 0..(visits / 30) as u32 {
            let again = last.as_ref().filter(|_| chance.is(0.12));
            let visitor = again.map_or(visitor, |before: &Visit| before.visitor);
            let mut visit = visit(&mut chance, &site, &mut day, visitor, again);
            let events = events(&mut chance, &site, &mut day, visit.tuples[0]);
            visit.is_bounce = events.len() == 1;
            let minutes = -(1.0 - chance.unit()).ln() * events.len() as f64;
            visit.duration_s = if visit.is_bounce { 0 } else { (minutes * 45.0) as u32 };
            all_events += events.len();
            // Mostly who comes again is not the one who came just now.
            if last.is_none() || chance.is(0.1) {
                last = Some(visit.clone());
            }
            day.visit(visit, events);
        }
        let chunk = day.finish().bytes;
        links.chunks.push((number, checksum_of(&chunk)));
        stream.extend((chunk.len() as u32).to_le_bytes());
        stream.extend(chunk);
    }
    let links = links.write();
    stream.extend((links.len() as u32).to_le_bytes());
    stream.extend(links);
    (stream, all_events)
}

fn brotli(bytes: &[u8], quality: i32) -> usize {
    let mut out = Vec::new();
    let params = brotli::enc::BrotliEncoderParams { quality, ..Default::default() };
    brotli::BrotliCompress(&mut &bytes[..], &mut out, &params).unwrap();
    out.len()
}

/// Milliseconds of the processor that an answer takes, the mean of ten: others may use the machine at the same time.
fn mean_ms(table: &Table, question: &Question) -> f64 {
    let spent = || -> Option<f64> {
        let spent = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        Some(spent.split(' ').next()?.parse::<f64>().ok()? / 1e6)
    };
    let (start, by_clock) = (spent(), Instant::now());
    for _ in 0..10 {
        std::hint::black_box(table.answer(question).unwrap());
    }
    let passed = by_clock.elapsed().as_secs_f64() * 1e3;
    spent().zip(start).map_or(passed, |(end, start)| end - start) / 10.0
}

fn is(dimension: Dimension, values: &[&str]) -> Filter {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    Filter::Test { operator: Operator::Is, dimension, values, case_sensitive: true }
}

fn main() {
    let visits = std::env::args().nth(1).and_then(|visits| visits.parse().ok()).unwrap_or(100_000);
    let (stream, events) = month(visits);
    println!("{visits} visits, {events} events: {} bytes", stream.len());
    for quality in [5, 11] {
        if quality < 11 || visits <= 100_000 {
            let bytes = brotli(&stream, quality);
            println!("brotli {quality}: {bytes} bytes, {:.1} bits a visit", bytes as f64 * 8.0 / visits as f64);
        }
    }
    let mut table = Table::new();
    let start = Instant::now();
    table.add_stream(&stream).unwrap();
    println!(
        "read in {:.1} ms, {:.1} bytes a visit in memory",
        start.elapsed().as_secs_f64() * 1e3,
        table.memory() as f64 / visits as f64
    );
    let lists =
        ["event:page", "visit:source", "visit:country", "visit:browser", "visit:os", "visit:device", "visit:channel"];
    let lists: Vec<List> = lists.iter().map(|name| List::first(Dimension::named(name).unwrap(), 9)).collect();
    let source = Dimension::Visit(1);
    for (name, filters) in [
        ("no filter", vec![]),
        ("a source", vec![is(source, &["Search 1"])]),
        (
            "three filters",
            vec![
                is(source, &["Search 1", "Search 2"]),
                is(Dimension::Visit(8), &["Desktop"]),
                is(Dimension::Visit(13), &["AA", "BA"]),
            ],
        ),
        ("a page", vec![is(Dimension::Page, &["/"])]),
        ("an entry page", vec![is(Dimension::EntryPage, &["/"])]),
        ("rare", vec![is(source, &["site799.example"])]),
    ] {
        let question = Question { days: (20_758, 20_787), filters, unit: Some(Unit::Day), lists: lists.clone() };
        let headline = table.answer(&question).unwrap().headline;
        println!("{name}: {:.2} ms, {} visits", mean_ms(&table, &question), headline.visits);
    }
}
