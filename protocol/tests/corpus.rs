//! Replays what fuzzing started from and found, so that what once was mended stays mended.
#![cfg(feature = "json")]
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use protocol::{binary, json, scrub};
use std::fs;
use std::path::Path;

fn replay(target: &str, read: impl Fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut replayed = 0;
    for file in fs::read_dir(&folder).expect("the corpus is there") {
        read(&fs::read(file.expect("a readable folder").path()).expect("a readable file"));
        replayed += 1;
    }
    assert!(replayed > 0, "{target} has no corpus");
}

#[test]
fn the_binary_corpus_is_answered() {
    replay("binary", |bytes| drop(binary::decode(bytes)));
}

#[test]
fn the_json_corpus_is_answered() {
    replay("json", |bytes| drop(json::decode(bytes)));
}

#[test]
fn the_scrub_corpus_is_answered() {
    replay("scrub", |bytes| {
        let raw = String::from_utf8_lossy(bytes);
        drop((scrub::url(&raw, &["q"]), scrub::referrer(&raw), scrub::text(&raw)));
    });
}
