//! Runs the conformance vectors (JSON lines in `tests/conformance` of the repository) straight through the engine:
//! settings → events → answer. Refusals are compared by status alone, since their words are ours. The number that
//! pass is printed and may only go up.
// A vector of another shape than expected is a failure of the test.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod compare;
mod import;

use engine::event::{Event, UnixSeconds};
use engine::query;
use engine::segment::{Hashes, Part, Segment, encode};
use engine::site::SiteSettings;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::rc::Rc;

/// How many vectors passed when this was last raised.
const PASSED_AT_LEAST: usize = 199;

/// Present moment of vectors that name none: after all their events.
const LATER: &str = "2026-01-01T00:00:00Z";

/// Where the vectors are: `PASSERBY_VECTORS`, else the repository's own.
fn folder() -> PathBuf {
    match std::env::var_os("PASSERBY_VECTORS") {
        Some(folder) => folder.into(),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/conformance"),
    }
}

/// The events in so many segments, each visitor in one of them.
fn parts(events: &[Event], count: u64) -> Vec<Part> {
    let of = |number: u64| events.iter().filter(|e| e.visitor.0 % count == number).cloned().collect::<Vec<_>>();
    let part = |events: Vec<Event>| Part::new(Segment::open(encode(&events, Hashes::Keep).into()).unwrap());
    (0..count).map(of).map(part).collect()
}

/// Where events are, each visitor in one place.
#[derive(Clone, Copy, Debug)]
enum Kept {
    /// In so many segments.
    Segments(u64),
    /// On so many shards, which know nothing of one another's texts.
    Shards(u64),
}

impl Kept {
    fn answer(self, events: &[Event], site: &SiteSettings, now: i64, request: &Value) -> Result<Value, query::Refusal> {
        let now = UnixSeconds(now);
        match self {
            Self::Segments(count) => query::answer(query::Kind::Query, &parts(events, count), site, now, request),
            Self::Shards(count) => {
                let first = events.iter().map(|event| event.time).min();
                let read = || query::Questions::read(query::Kind::Query, Rc::new(site.clone()), now, first, request);
                let mut all = read()?;
                for part in parts(events, count) {
                    let mut shard = read()?;
                    shard.add(&part);
                    all.merge(&shard.partial()).unwrap();
                }
                Ok(all.answer())
            }
        }
    }
}

fn check(vector: &Value, kept: Kept) -> Result<(), String> {
    let text = |value: &Value| value.as_str().unwrap_or(LATER).to_owned();
    let now = import::seconds(&text(&vector["now"]));
    let settings = json!({"timezone": vector["site"]["timezone"], "goals": vector["site"]["goals"]});
    let site = SiteSettings::from_json(&settings).map_err(|refusal| refusal.to_string())?;
    let events: Vec<Event> = vector["events"].as_array().unwrap().iter().map(import::event).collect();
    let mut request = vector["query"].clone();
    request["site_id"] = "example.com".into();
    let expected = &vector["expect"];
    let status = expected["status"].as_u64().unwrap_or(200);
    let answer = match kept.answer(&events, &site, now, &request) {
        Ok(answer) if status == 200 => answer,
        Err(refusal) if status == u64::from(refusal.status) => return Ok(()),
        Ok(answer) => return Err(format!("expected status {status}, got {answer}")),
        Err(refusal) => return Err(format!("expected status {status}, got {refusal}")),
    };
    if let Some(results) = expected.get("results") {
        compare::results(vector, results, &answer["results"])?;
    }
    if let Some(meta) = expected.get("meta") {
        compare::value(meta, answer.get("meta"), "meta")?;
    }
    if let Some(query) = expected.get("query") {
        compare::query(query, &answer["query"])?;
    }
    if vector["repost"] == json!(true) {
        let again = kept.answer(&events, &site, now, &answer["query"]);
        let again = again.map_err(|refusal| format!("posted again: {refusal}"))?;
        compare::results(vector, &expected["results"], &again["results"])?;
    }
    Ok(())
}

/// How many vectors pass.
fn passed(kept: Kept) -> usize {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder()).map(|files| files.flatten().map(|file| file.path()).collect()).unwrap_or_default();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    let (mut passed, mut failed) = (0, 0);
    for path in files {
        for line in std::fs::read_to_string(&path).unwrap().lines().filter(|line| !line.trim().is_empty()) {
            let vector: Value = serde_json::from_str(line).unwrap();
            match check(&vector, kept) {
                Ok(()) => passed += 1,
                Err(why) => {
                    failed += 1;
                    println!("{} {}: {why}", path.file_name().unwrap().to_string_lossy(), vector["id"]);
                }
            }
        }
    }
    println!("{kept:?}: {passed} passed, {failed} failed");
    passed
}

#[test]
fn vectors_pass_over_one_segment() {
    assert!(passed(Kept::Segments(1)) >= PASSED_AT_LEAST);
}

#[test]
fn vectors_pass_over_several_segments() {
    assert!(passed(Kept::Segments(2)) >= PASSED_AT_LEAST);
    assert!(passed(Kept::Segments(5)) >= PASSED_AT_LEAST);
}

#[test]
fn vectors_pass_over_shards() {
    assert!(passed(Kept::Shards(2)) >= PASSED_AT_LEAST);
    assert!(passed(Kept::Shards(8)) >= PASSED_AT_LEAST);
}
