//! How fast batches are taken in and stored for good, beside a worker in the same workerd that does nothing.

use super::load::{self, Seen};
use super::process::cpu_seconds;
use super::{Figure, median, with_another_worker};
use crate::http::Collector;
use crate::place;
use crate::workerd::{Settings, Workerd};
use anyhow::{Context, Result, ensure};
use protocol::event::{Batch, Event, EventId, Payload};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

pub(super) const PORT: u16 = 8795;
const OTHER_PORT: u16 = 8796;
pub(super) const CONNECTIONS: usize = 64;
const ROUNDS: usize = 3;
pub(super) const SITE: &str = "bench.example";
/// The same over so many objects.
const SHARDED: &str = "sharded.bench.example";
const SHARDS: u32 = 8;
/// The header that names each request's sender, each another one.
pub(super) const SENDER: &str = "X-Bench-Sender";
const KEY: &str = "bench";
/// The baselines, in the demo site's place.
const BASELINES: &str = r#"
      modules = [(name = "commit_each.mjs", esModule = embed "commit_each.mjs")],
      compatibilityDate = "2026-04-01",
      bindings = [(name = "COMMITS", durableObjectNamespace = "Commits")],
      durableObjectNamespaces = [(className = "Commits", uniqueKey = "bench-commits", enableSql = true)],
      durableObjectStorage = (localDisk = "objects")"#;
/// Where nothing waits for a slow disk but many at once.
const CONNECTIONS_SLOW: usize = 256;

/// One load and what it cost.
struct Lane {
    name: &'static str,
    port: u16,
    path: &'static str,
    site: &'static str,
    /// Of a batch.
    events: u64,
    /// Whether events are counted, and not only requests.
    stored: bool,
    seen: Vec<Seen>,
    cpu_us: Vec<f64>,
}

impl Lane {
    fn ours(name: &'static str, site: &'static str, events: u64) -> Self {
        Self { name, port: PORT, path: "/e", site, events, stored: true, seen: Vec::new(), cpu_us: Vec::new() }
    }

    fn baseline(name: &'static str, path: &'static str) -> Self {
        Self { port: OTHER_PORT, path, stored: false, ..Self::ours(name, SITE, 5) }
    }
}

/// Measures beside a worker that does nothing, and then on a slow disk beside one that commits each batch by itself.
pub(super) fn measure(seconds: u64) -> Result<Vec<Figure>> {
    let mut lanes = [
        Lane::baseline("no-op worker", "/"),
        Lane::ours("1 event a batch", SITE, 1),
        Lane::ours("5 events a batch", SITE, 5),
        Lane::ours("20 events a batch", SITE, 20),
        Lane::ours("5 events a batch, 8 shards", SHARDED, 5),
    ];
    run(&mut lanes, seconds, CONNECTIONS, None)?;
    let mut figures = figures(&lanes);
    let mut lanes = [
        Lane::baseline("fsync + 2 ms, a commit a batch", "/commit"),
        Lane::ours("fsync + 2 ms, 5 events a batch", SITE, 5),
    ];
    run(&mut lanes, seconds, CONNECTIONS_SLOW, Some(&slow_disk()?))?;
    figures.extend(self::figures(&lanes));
    Ok(figures)
}

/// The library that makes the disk slow.
fn slow_disk() -> Result<PathBuf> {
    let library = place::target().join("slow_fsync.so");
    let source = place::root().join("xtask/bench/slow_fsync.c");
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).arg("-ldl");
    ensure!(compiler.status().context("cc, the C compiler, is missing")?.success(), "the slow disk could not be built");
    Ok(library)
}

/// A collector on data of its own, with a site, the same over shards, and the baselines beside it.
pub(super) fn start(preload: Option<&Path>) -> Result<Workerd> {
    let folder = place::target().join("bench-ingest");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let worker = place::dist().join("worker");
    fs::copy(place::root().join("xtask/bench/commit_each.mjs"), worker.join("commit_each.mjs"))?;
    fs::write(worker.join("bench.capnp"), with_another_worker(BASELINES))?;
    let settings = Settings {
        port: PORT,
        demo_port: OTHER_PORT,
        data: &folder,
        admin_key: KEY,
        client_ip_header: Some(SENDER),
        unlimited: true,
        preload,
    };
    let process = Workerd::start_configured("bench.capnp", &settings)?;
    let collector = Collector::on_port(PORT, KEY);
    collector.wait_until_ready(Duration::from_secs(20))?;
    collector.put_site(SITE, &json!({ "timezone": "UTC" }))?;
    collector.put_site(SHARDED, &json!({ "timezone": "UTC", "shards": SHARDS }))?;
    Ok(process)
}

/// Measures in rounds that take turns, so that a slow moment of the machine meets all lanes.
fn run(lanes: &mut [Lane], seconds: u64, connections: usize, preload: Option<&Path>) -> Result<()> {
    let process = start(preload)?;
    let count = lanes.len();
    for round in 0..=ROUNDS {
        for (number, lane) in lanes.iter_mut().enumerate() {
            // Ids must be new in every lane and round.
            let salt = (round * count + number) as u64;
            let body = |request: u64| protocol::binary::encode(&batch(lane.site, salt, request, lane.events));
            let before = cpu_seconds(process.id())?;
            let seen = load::run(lane.port, lane.path, SENDER, salt, connections, Duration::from_secs(seconds), &body)?;
            let cpu = cpu_seconds(process.id())? - before;
            // The first round warms up.
            if round > 0 {
                lane.cpu_us.push(cpu * 1e6 / seen.requests as f64);
                lane.seen.push(seen);
            }
        }
    }
    Ok(())
}

fn figures(lanes: &[Lane]) -> Vec<Figure> {
    let rate = |lane: &Lane| median(lane.seen.iter().map(Seen::rate).collect());
    let (baseline, baseline_name) = lanes.first().map_or((1.0, ""), |lane| (rate(lane), lane.name));
    let mut figures = Vec::new();
    for lane in lanes {
        let (requests, cpu_us) = (rate(lane), median(lane.cpu_us.clone()));
        let mut put = |what: &str, value: f64, unit| {
            figures.push(Figure { name: format!("{}: {what}", lane.name), value, unit, baseline: "", ratio: None });
        };
        put("processor time", cpu_us, "µs/request");
        put("latency p50", median(lane.seen.iter().map(|seen| seen.latency_ms(0.5)).collect()), "ms");
        put("latency p99", median(lane.seen.iter().map(|seen| seen.latency_ms(0.99)).collect()), "ms");
        if lane.stored {
            put("events stored", requests * lane.events as f64, "1/s");
            put("processor time", cpu_us / lane.events as f64, "µs/event");
        }
        let name = format!("{}: requests", lane.name);
        let ratio = Some(requests / baseline);
        figures.push(Figure { name, value: requests, unit: "1/s", baseline: baseline_name, ratio });
    }
    figures
}

/// A batch as a tracker would send it: one page load, its page views and an event.
pub(super) fn batch(site: &str, salt: u64, request: u64, events: u64) -> Batch {
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
