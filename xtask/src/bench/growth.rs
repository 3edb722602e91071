//! Whether an event costs the same however many were stored before.

use super::Figure;
use super::ingest::{CONNECTIONS, PORT, SENDER, SITE, batch, start};
use super::load;
use super::process::{cpu_seconds, resident_bytes};
use anyhow::Result;
use std::time::Duration;

/// Of a batch.
const EVENTS: u64 = 20;
const PARTS: u64 = 10;

/// Stores so many events, each batch from another visitor, and says of each tenth of them what they cost.
pub(super) fn measure(events: u64) -> Result<Vec<Figure>> {
    let process = start(None)?;
    let part = events / PARTS;
    let mut figures: Vec<Figure> = Vec::new();
    let (mut first_us, mut stretches) = (None, 0);
    for number in 0..PARTS {
        let (mut stored, mut cpu, mut seconds) = (0, 0.0, 0.0);
        while stored < part {
            let salt = stretches;
            let body = |request: u64| protocol::binary::encode(&batch(SITE, salt, request, EVENTS));
            let before = cpu_seconds(process.id())?;
            let seen = load::run(PORT, "/e", SENDER, salt, CONNECTIONS, Duration::from_secs(2), &body)?;
            cpu += cpu_seconds(process.id())? - before;
            seconds += seen.elapsed.as_secs_f64();
            stored += seen.requests * EVENTS;
            stretches += 1;
        }
        let cpu_us = cpu * 1e6 / stored as f64;
        let first = *first_us.get_or_insert(cpu_us);
        let mut put = |what: &str, value: f64, unit, baseline, ratio| {
            let name = format!("after {} events: {what}", number * part);
            figures.push(Figure { name, value, unit, baseline, ratio });
        };
        put("processor time", cpu_us, "µs/event", "the first tenth", Some(cpu_us / first));
        put("events stored", stored as f64 / seconds, "1/s", "", None);
        put("memory", resident_bytes(process.id())? as f64 / 1e6, "MB", "", None);
    }
    Ok(figures)
}
