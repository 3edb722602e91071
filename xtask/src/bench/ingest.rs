//! How fast batches are taken in and stored for good, beside a worker in the same workerd that does nothing.

use super::load::{self, Seen};
use super::process::cpu_seconds;
use super::{Figure, median, with_another_worker};
use crate::http::Collector;
use crate::place;
use crate::workerd::{Settings, Workerd};
use anyhow::Result;
use protocol::event::{Batch, Event, EventId, Payload};
use serde_json::json;
use std::fs;
use std::time::Duration;

const PORT: u16 = 8795;
const NOOP_PORT: u16 = 8796;
const CONNECTIONS: usize = 64;
const ROUNDS: usize = 3;
const SITE: &str = "bench.example";
/// The same over so many objects.
const SHARDED: &str = "sharded.bench.example";
const SHARDS: u32 = 8;
/// The header that names each request's sender, each another one.
const SENDER: &str = "X-Bench-Sender";
const KEY: &str = "bench";
/// The baseline: a worker that reads nothing and answers 204.
const NOOP: &str = r#"
      modules = [(name = "noop.mjs", esModule = "export default { fetch: () => new Response(null, { status: 204 }) };")],
      compatibilityDate = "2026-04-01""#;

/// One load and what it cost.
struct Lane {
    name: &'static str,
    site: &'static str,
    events: u64,
    seen: Vec<Seen>,
    cpu_us: Vec<f64>,
}

/// Measures in rounds that take turns, so that a slow moment of the machine meets all lanes.
pub(super) fn measure(seconds: u64) -> Result<Vec<Figure>> {
    let folder = place::target().join("bench-ingest");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    fs::write(place::dist().join("worker/bench.capnp"), with_another_worker(NOOP))?;
    let settings = Settings {
        port: PORT,
        demo_port: NOOP_PORT,
        data: &folder,
        admin_key: KEY,
        client_ip_header: Some(SENDER),
        unlimited: true,
    };
    let process = Workerd::start_configured("bench.capnp", &settings)?;
    let collector = Collector::on_port(PORT, KEY);
    collector.wait_until_ready(Duration::from_secs(20))?;
    collector.put_site(SITE, &json!({ "timezone": "UTC" }))?;
    collector.put_site(SHARDED, &json!({ "timezone": "UTC", "shards": SHARDS }))?;

    let lane = |name, site, events| Lane { name, site, events, seen: Vec::new(), cpu_us: Vec::new() };
    let mut lanes = [
        lane("no-op worker", SITE, 0),
        lane("1 event a batch", SITE, 1),
        lane("5 events a batch", SITE, 5),
        lane("20 events a batch", SITE, 20),
        lane("5 events a batch, 8 shards", SHARDED, 5),
    ];
    let count = lanes.len();
    for round in 0..=ROUNDS {
        for (number, lane) in lanes.iter_mut().enumerate() {
            let (port, path) = if lane.events == 0 { (NOOP_PORT, "/") } else { (PORT, "/e") };
            // Ids must be new in every lane and round.
            let salt = (round * count + number) as u64;
            let events = lane.events.max(5);
            let body = |request: u64| protocol::binary::encode(&batch(lane.site, salt, request, events));
            let before = cpu_seconds(process.id())?;
            let seen = load::run(port, path, SENDER, CONNECTIONS, Duration::from_secs(seconds), &body)?;
            let cpu = cpu_seconds(process.id())? - before;
            // The first round warms up.
            if round > 0 {
                lane.cpu_us.push(cpu * 1e6 / seen.requests as f64);
                lane.seen.push(seen);
            }
        }
    }
    Ok(figures(&lanes))
}

fn figures(lanes: &[Lane]) -> Vec<Figure> {
    let rate = |lane: &Lane| median(lane.seen.iter().map(Seen::rate).collect());
    let baseline = lanes.first().map_or(1.0, rate);
    let mut figures = Vec::new();
    for lane in lanes {
        let (requests, cpu_us) = (rate(lane), median(lane.cpu_us.clone()));
        let mut put = |what: &str, value: f64, unit| {
            figures.push(Figure { name: format!("{}: {what}", lane.name), value, unit, baseline: "", ratio: None });
        };
        put("processor time", cpu_us, "µs/request");
        put("latency p50", median(lane.seen.iter().map(|seen| seen.latency_ms(0.5)).collect()), "ms");
        put("latency p99", median(lane.seen.iter().map(|seen| seen.latency_ms(0.99)).collect()), "ms");
        if lane.events > 0 {
            put("events stored", requests * lane.events as f64, "1/s");
            put("processor time", cpu_us / lane.events as f64, "µs/event");
        }
        let name = format!("{}: requests", lane.name);
        let ratio = Some(requests / baseline);
        figures.push(Figure { name, value: requests, unit: "1/s", baseline: "no-op worker", ratio });
    }
    figures
}

/// A batch as a tracker would send it: one page load, its page views and an event.
fn batch(site: &str, salt: u64, request: u64, events: u64) -> Batch {
    let mut base = [0; 16];
    base.iter_mut().zip(salt.to_be_bytes().into_iter().chain(request.to_be_bytes())).for_each(|(to, from)| *to = from);
    let event = |number: u64| Event {
        id: EventId::counted(shifted(base), number as u32),
        age_ms: (events - number) as u32 * 700,
        url: format!("https://{site}/docs/page-{}", (request * 7 + number * 13) % 800),
        referrer: if number == 0 { "https://www.google.com/".into() } else { String::new() },
        payload: if number % 5 == 4 {
            Payload::Custom { name: "Signup".into(), interactive: true }
        } else {
            Payload::Pageview
        },
        props: if number % 5 == 4 { vec![("plan".into(), "pro".into())] } else { Vec::new() },
        revenue: None,
    };
    Batch { site: site.into(), screen_width: 1440, events: (0..events).map(event).collect(), ..Batch::default() }
}

/// Folds sixteen bytes into the twelve that an id's base has.
fn shifted(bytes: [u8; 16]) -> [u8; 16] {
    let [_, _, _, _, rest @ ..] = bytes;
    let mut base = [0; 16];
    base.iter_mut().zip(rest).for_each(|(to, from)| *to = from);
    base
}
