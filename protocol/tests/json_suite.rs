//! The JSON parser in use against a suite that judged many: what is JSON is read, what is none is refused, and a batch in any
//! of it is answered.
#![cfg(feature = "json")]
#![allow(clippy::expect_used, reason = "a test that cannot go on has failed")]

use protocol::json;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The bytes of a text in base64.
fn decoded(text: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut out, mut bits, mut held) = (Vec::new(), 0u32, 0);
    for value in text.bytes().filter_map(|c| DIGITS.iter().position(|digit| *digit == c)) {
        bits = bits << 6 | value as u32;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
        }
    }
    out
}

#[test]
fn what_is_json_is_read_and_what_is_none_is_refused() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/json_test_suite.json.gz");
    let mut suite = String::new();
    flate2::read::GzDecoder::new(File::open(path).expect("the suite")).read_to_string(&mut suite).expect("a text");
    let files: BTreeMap<String, String> = serde_json::from_str(&suite).expect("a map of files");
    let (mut taken, mut refused) = (0, 0);
    for (name, text) in &files {
        let bytes = decoded(text);
        let is_json = serde_json::from_slice::<Value>(&bytes).is_ok();
        if name.starts_with("y_") {
            assert!(is_json, "{name} is JSON");
            taken += 1;
        } else if name.starts_with("n_") {
            assert!(!is_json, "{name} is no JSON");
            refused += 1;
        }
        assert!(json::decode(&bytes).is_err(), "{name} is no batch");
    }
    assert_eq!((files.len(), taken, refused), (318, 95, 188));
}
