//! The calls that the module and its twin in JavaScript are both tested on, and that what they make is what the collector
//! reads. `tests/tracker/twin.test.mjs` plays the same file.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use protocol::binary;
use serde_json::{Value, json};
use std::fmt::Write;
use tracker::tracker::{Taking, Tracker};

fn play(tracker: &mut Tracker, step: &Value) -> Value {
    let number = || step[1].as_u64().unwrap() as u32;
    match step[0].as_str().unwrap() {
        "text" => tracker.put_text(step[1].as_str().unwrap().as_bytes()),
        "bytes" => step[1].as_array().unwrap().iter().for_each(|byte| tracker.byte(byte.as_u64().unwrap() as u8)),
        "begin" => tracker.begin(),
        "open" => tracker.open(number() as u8, step[2].as_u64().unwrap() as u32),
        "close" => return tracker.close().into(),
        "lose" => tracker.lose(number()),
        "forget" => tracker.forget(),
        "answered" => {
            let (random, wait_s) = (step[2][0].as_f64().unwrap(), step[2][1].as_f64().unwrap());
            return tracker.answered(number(), wait_s, random).into();
        }
        taken @ ("take" | "leave" | "keep") => {
            let taking = match taken {
                "take" => Taking::Delivery,
                "leave" => Taking::Leaving,
                _ => Taking::Keeping,
            };
            let length = tracker.take(number(), taking);
            let batch = &tracker.batch()[..length];
            assert!(batch.is_empty() || binary::decode(batch).is_ok(), "the collector reads it");
            return batch
                .iter()
                .fold(String::new(), |mut hex, byte| {
                    write!(hex, "{byte:02x}").unwrap();
                    hex
                })
                .into();
        }
        other => panic!("{other} is no step"),
    }
    json!(0)
}

#[test]
fn every_step_gives_what_the_file_says() {
    let vectors: Value = serde_json::from_str(include_str!("../../tests/tracker/vectors.json")).unwrap();
    for vector in vectors.as_array().unwrap() {
        let mut tracker = Box::new(Tracker::new());
        for step in vector["steps"].as_array().unwrap() {
            assert_eq!(play(&mut tracker, &step[0]), step[1], "{}: {}", vector["what"], step[0]);
        }
    }
}
