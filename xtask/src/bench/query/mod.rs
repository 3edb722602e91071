//! How long a dashboard waits for its answers, beside DuckDB and beside a Durable Object with a SQL row for each event.
//!
//! The three take the same events in and are asked the same fourteen questions, in turns; their answers have to be the
//! same.

mod answer;
mod lane;

use super::traffic::Traffic;
use super::{Amount, Figure, median};
use crate::place;
use crate::process::step;
use answer::{Answer, Question};
use anyhow::{Context, Result, bail};
use lane::{DUCKDB, DuckDb, Lane, MADE, OBJECT, OURS, SITE, Worker};
use serde_json::json;
use std::fs;
use std::time::Duration;

/// Who can be asked alone: DuckDB, the object with SQL, ours.
const LANES: [&str; 3] = ["duckdb", "object", "ours"];
const SEED: u64 = 1;
/// The last day of the events and of the dashboard, counted since 1970: 30 October 2026.
const LAST_DAY: i64 = 20756;
/// Days that the dashboard shows.
const SHOWN_DAYS: i64 = 30;
/// A country of middling size and a great source.
const ONLY: (&str, &str) = ("ES", "Google");
/// As long as it takes to look at a dashboard at least.
const MOMENT: Duration = Duration::from_secs(1);
/// Longer than workerd keeps an object that nobody calls.
const SILENCE: Duration = Duration::from_secs(12);
/// Events that are taken in at a time, by workers and by DuckDB.
const LINES_OF_POST: u64 = 5_000;
const LINES_OF_FILE: u64 = 250_000;

const ALL: Question = Question { first: LAST_DAY + 1 - SHOWN_DAYS, last: LAST_DAY, only: None };
const FILTERED: Question = Question { only: Some(ONLY), ..ALL };
const FILTERED_OTHERWISE: Question = Question { only: Some(("FR", "Google")), ..ALL };

const ALL_FIRST: &str = "dashboard, never asked before";
const ALL_COLD: &str = "dashboard, cold";
const ALL_WARM: &str = "dashboard, warm";
const ALL_AFTER_EVENT: &str = "dashboard, after one new event";
const FILTERED_COLD: &str = "filtered, cold";
const FILTERED_AFTER_ALL: &str = "filtered, after a dashboard";
const FILTERED_NEXT: &str = "filtered otherwise, a second later";
const FILTERED_WARM: &str = "filtered, warm";
const FILTERED_AFTER_EVENT: &str = "filtered, after one new event";
const ALL_AFTER_SILENCE: &str = "dashboard, after silence";
/// Everything that is timed, in the order of the table.
const ASKED: [&str; 10] = [
    ALL_FIRST,
    ALL_COLD,
    ALL_WARM,
    ALL_AFTER_EVENT,
    FILTERED_COLD,
    FILTERED_AFTER_ALL,
    FILTERED_NEXT,
    FILTERED_WARM,
    FILTERED_AFTER_EVENT,
    ALL_AFTER_SILENCE,
];
const MEMORY_TAKING_IN: &str = "memory after taking in";
const MEMORY_ASKED: &str = "memory after dashboards";
const DISK_TAKING_IN: &str = "on disk after taking in";
const DISK_ASKED: &str = "on disk after dashboards";

/// How long each lane rests after taking in, and ten microseconds more for each event.
const REST: Duration = Duration::from_secs(10);

/// What was measured of one lane.
struct Seen {
    name: &'static str,
    /// How long taking the events in took.
    load: Option<Duration>,
    /// What, its value, in milliseconds or bytes, in each round.
    values: Vec<(&'static str, f64)>,
    /// The answers of a round in the order of asking.
    answers: Vec<Answer>,
    /// Whether an answer stayed out.
    failed: bool,
}

impl Seen {
    fn of(name: &'static str) -> Self {
        Self { name, load: None, values: Vec::new(), answers: Vec::new(), failed: false }
    }

    fn ask(&mut self, lane: &mut dyn Lane, what: &'static str, question: &Question) -> Result<()> {
        let (took, answer) = lane.ask(question).with_context(|| what)?;
        self.values.push((what, took.as_secs_f64() * 1e3));
        self.answers.push(answer);
        Ok(())
    }

    fn median(&self, what: &str) -> Option<f64> {
        let values: Vec<f64> = self.values.iter().filter(|(name, _)| *name == what).map(|(_, value)| *value).collect();
        (!values.is_empty()).then(|| median(values))
    }
}

/// Loads the events into each lane and asks in rounds that take turns.
pub(super) fn measure(amount: &Amount, only: &[String]) -> Result<Vec<Figure>> {
    if let Some(other) = only.iter().find(|name| !LANES.contains(&name.as_str())) {
        bail!("there is no {other:?} to ask; there are {}", LANES.join(", "));
    }
    let wanted = |name: &str| only.is_empty() || only.iter().any(|named| named == name);
    let folder = place::target().join("bench-query");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let (mut lanes, mut seen): (Vec<Box<dyn Lane>>, Vec<Seen>) = (Vec::new(), Vec::new());
    let [duckdb, object, ours] = LANES;
    if wanted(duckdb) {
        let mut duckdb = DuckDb::new(&folder.join("duckdb"))?;
        seen.push(load(&mut duckdb, LINES_OF_FILE, amount)?);
        let with_visits = duckdb.with_visits(&folder.join("duckdb-visits"))?;
        seen.push(Seen::of(with_visits.name()));
        lanes.extend([Box::new(duckdb) as Box<dyn Lane>, Box::new(with_visits)]);
    }
    if wanted(object) {
        let mut object = Worker::sql_object(&folder)?;
        seen.push(load(&mut object, LINES_OF_POST, amount)?);
        lanes.push(Box::new(object));
    }
    if wanted(ours) {
        let mut ours = Worker::ours(&folder)?;
        seen.push(load(&mut ours, LINES_OF_POST, amount)?);
        lanes.push(Box::new(ours));
    }
    for round in 0..amount.rounds {
        step(&format!("round {} of {}", round + 1, amount.rounds), || {
            for (lane, seen) in lanes.iter_mut().zip(&mut seen).filter(|(_, seen)| !seen.failed) {
                seen.answers.clear();
                // Who fails at so many events is out, and the others go on.
                if let Err(error) = ask(lane.as_mut(), seen, round) {
                    eprintln!("  {} failed: {error:#}", seen.name);
                    seen.failed = true;
                    lane.stop();
                }
            }
            check(&seen)
        })?;
    }
    Ok(figures(&seen, amount.events))
}

/// Takes all events in, in parts, so that any number fits into memory.
fn load(lane: &mut dyn Lane, lines_of_part: u64, amount: &Amount) -> Result<Seen> {
    let (events, days) = (amount.events, i64::from(amount.days));
    let (mut seen, mut took) = (Seen::of(lane.name()), Duration::ZERO);
    step(&format!("loading {events} events into {}", lane.name()), || {
        lane.restart()?;
        let mut traffic = Traffic::new(SEED, events, LAST_DAY + 1 - days, days);
        let mut lines = Vec::new();
        loop {
            lines.clear();
            for _ in 0..lines_of_part {
                traffic.write_next(SITE, &mut lines)?;
            }
            if lines.is_empty() {
                break;
            }
            took += lane.load(&lines)?;
        }
        seen.values.push((MEMORY_TAKING_IN, lane.memory()? as f64));
        // Who has work left from taking in does it now.
        std::thread::sleep(REST + Duration::from_micros(10 * events));
        lane.stop();
        Ok(())
    })?;
    seen.values.push((DISK_TAKING_IN, lane.disk() as f64));
    seen.load = Some(took);
    Ok(seen)
}

/// One round of a lane. Processes are fresh for what is cold; the files they read stay in the system's cache.
fn ask(lane: &mut dyn Lane, seen: &mut Seen, round: u64) -> Result<()> {
    lane.restart()?;
    seen.ask(lane, FILTERED_COLD, &FILTERED)?;
    lane.restart()?;
    // What was asked once may have left something for the next fresh process.
    seen.ask(lane, if round == 0 { ALL_FIRST } else { ALL_COLD }, &ALL)?;
    seen.ask(lane, FILTERED_AFTER_ALL, &FILTERED)?;
    std::thread::sleep(MOMENT);
    seen.ask(lane, FILTERED_NEXT, &FILTERED_OTHERWISE)?;
    seen.ask(lane, ALL_WARM, &ALL)?;
    seen.ask(lane, FILTERED_WARM, &FILTERED)?;
    lane.load(&new_event(2 * round)?)?;
    seen.ask(lane, ALL_AFTER_EVENT, &ALL)?;
    lane.load(&new_event(2 * round + 1)?)?;
    seen.ask(lane, FILTERED_AFTER_EVENT, &FILTERED)?;
    seen.values.push((MEMORY_ASKED, lane.memory()? as f64));
    std::thread::sleep(SILENCE);
    seen.ask(lane, ALL_AFTER_SILENCE, &ALL)?;
    lane.stop();
    seen.values.push((DISK_ASKED, lane.disk() as f64));
    Ok(())
}

/// An event of the last second shown, which passes the filters.
fn new_event(number: u64) -> Result<Vec<u8>> {
    let (country, source) = ONLY;
    let at = jiff::Timestamp::from_second((LAST_DAY + 1) * 86_400 - 1)?;
    let event = json!({
        "name": "pageview", "visitor": number.to_string(), "timestamp": at.to_string(), "hostname": SITE,
        "pathname": "/new", "country": country, "source": source, "channel": "Organic Search",
        "browser": "Firefox", "os": "GNU/Linux", "device": "Desktop",
    });
    Ok(format!("{event}\n").into_bytes())
}

/// Refuses to go on where a new event is in no answer, or where two lanes do not say the same.
fn check(seen: &[Seen]) -> Result<()> {
    let seen: Vec<&Seen> = seen.iter().filter(|seen| !seen.failed).collect();
    for seen in &seen {
        let [.., all, filtered, all_after, filtered_after, _] = seen.answers.as_slice() else {
            bail!("{} gave too few answers", seen.name)
        };
        if all == all_after || filtered == filtered_after {
            bail!("{} did not count a new event", seen.name);
        }
    }
    for (left, right) in seen.iter().zip(seen.iter().skip(1)) {
        for (place, (of_left, of_right)) in left.answers.iter().zip(&right.answers).enumerate() {
            if let Some(difference) = of_left.difference(of_right) {
                bail!("{} and {} differ in answer {place}: {difference}", left.name, right.name);
            }
        }
    }
    Ok(())
}

/// What was measured, lane by lane for each thing, with ratios to DuckDB, and of ours to each of the others.
fn figures(seen: &[Seen], events: u64) -> Vec<Figure> {
    let mut figures = Vec::new();
    let mut put = |what: &str, unit, value: &dyn Fn(&Seen) -> Option<f64>| {
        let of = |lane: &str| seen.iter().find(|seen| seen.name == lane).and_then(value);
        for lane in seen {
            let Some(value) = value(lane) else { continue };
            let name = format!("{what}: {}", lane.name);
            let baselines: &[&'static str] = match lane.name {
                DUCKDB => &[],
                OURS => &[DUCKDB, MADE, OBJECT],
                _ => &[DUCKDB],
            };
            let ratios: Vec<_> = baselines.iter().filter_map(|other| Some((*other, value / of(other)?))).collect();
            if ratios.is_empty() {
                figures.push(Figure { name, value, unit, baseline: "", ratio: None });
                continue;
            }
            for (baseline, ratio) in ratios {
                figures.push(Figure { name: name.clone(), value, unit, baseline, ratio: Some(ratio) });
            }
        }
    };
    for what in ASKED {
        put(what, "ms", &|lane| lane.median(what));
    }
    put("failed", "times", &|lane| lane.failed.then_some(1.0));
    put("taking in", "events/s", &|lane| lane.load.map(|took| events as f64 / took.as_secs_f64()));
    for what in [DISK_TAKING_IN, DISK_ASKED] {
        put(what, "bytes/event", &|lane| lane.load.and(lane.median(what)).map(|bytes| bytes / events as f64));
    }
    for what in [MEMORY_TAKING_IN, MEMORY_ASKED] {
        put(what, "MB", &|lane| lane.median(what).map(|bytes| bytes / 1e6));
    }
    figures
}
