//! Holds `docs/segment-format.md` against what the engine writes: a reader that was written from that document alone
//! (`tests/segments/read_segment.py`) must find the events that [`Part::events`] finds, and their visits.
// Whatever is missing here is a failure of the test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[path = "segment_format/chance.rs"]
mod chance;
#[path = "segment_format/lines.rs"]
mod lines;

use chance::Chance;
use engine::event::{Event, UnixSeconds, VisitAttributes, VisitorHash};
use engine::segment::{Hashes, Nameless, Part, Segment, VERSION, encode};
use protocol::event::{Payload, Revenue};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const DOCUMENT: &str = include_str!("../../docs/segment-format.md");

/// Runs the reader on a segment, which goes to a file of this name.
fn run_reader(name: &str, bytes: &[u8], options: &[&str]) -> Output {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.segment", name.replace(' ', "-")));
    std::fs::write(&file, bytes).unwrap();
    let reader = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/segments/read_segment.py");
    let ran = Command::new("python3").args(["-I", "-S"]).arg(reader).args(options).arg(file).output();
    ran.expect("python3 runs the reader that the segments are checked with: it has to be installed")
}

/// The lines that the reader writes of a segment.
fn read(name: &str, bytes: &[u8], options: &[&str]) -> Vec<Value> {
    let output = run_reader(name, bytes, options);
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn check(name: &str, events: &[Event], hashes: Hashes) {
    let bytes = encode(events, hashes);
    let segment = Segment::open(bytes.clone().into()).unwrap();
    let visits_len = segment.visits();
    let found = Part::new(segment).events(|_| true, &mut Nameless::default()).unwrap();
    assert_eq!(found.len(), events.len(), "{name}");
    let expected = lines::of_events(&found, hashes);
    let events = read(name, &bytes, &[]);
    for (place, (event, expected)) in events.iter().zip(&expected).enumerate() {
        assert_eq!(event, expected, "{name}: event {place}");
    }
    assert_eq!(events.len(), expected.len(), "{name}");
    let visits = read(name, &bytes, &["--visits"]);
    assert_eq!(visits, lines::of_visits(&found), "{name}: visits");
    assert_eq!(visits.len(), visits_len, "{name}");
}

/// Strings that break programs.
fn naughty() -> Vec<String> {
    serde_json::from_str(include_str!("../../tests/data/naughty_strings.json")).unwrap()
}

fn at(time: i64, visitor: u64) -> Event {
    let visitor = VisitorHash::of_one_day(visitor);
    Event { time: UnixSeconds(time), visitor, name: "pageview".to_owned(), ..Event::default() }
}

#[test]
fn the_reader_finds_what_the_engine_finds() {
    let chance = || Chance::new(7);
    let unicode = |(text, number): (String, i64)| Event {
        pathname: text.clone(),
        props: vec![(text.clone(), format!("{text}ä")), (format!("{text}ö"), text.clone())],
        visit: VisitAttributes { referrer: text.clone(), region: text.clone(), ..VisitAttributes::default() },
        detail: Some(Box::new(Payload::Command {
            name: text.clone(),
            flags: vec![text.clone(), text],
            success: true,
            duration_ms: 0,
            version: String::new(),
        })),
        ..at(number * 700, number as u64 / 7)
    };
    let constant = Event {
        interactive: true,
        hostname: "example.com".to_owned(),
        visit: VisitAttributes { city: 5, country: "DE".to_owned(), ..VisitAttributes::default() },
        scroll_depth: Some(40),
        engagement_time_ms: Some(1),
        revenue: Some(Revenue { amount_thousandths: -1, currency: *b"EUR" }),
        ..at(9, 9)
    };
    // 300 small numbers, some of which are not, so that blocks have exceptions of any size and at any place.
    let mostly_small = |number: u32| Event {
        engagement_time_ms: Some(if number % 37 == 5 { u32::MAX >> (number % 31) } else { 100 + number % 3 }),
        scroll_depth: (number % 5 != 3).then_some(number as u8),
        ..at(number.into(), (number / 100).into())
    };
    let backwards = (0..400).map(|number| at(-1_799 * number, 1));
    let late = [0, 40, 20, 200, 100, 160, 130, 75].map(|minute| at(minute * 60, 1));
    for (name, events) in [
        ("no event", vec![]),
        ("an event with nothing", vec![Event::default()]),
        ("an event with everything", vec![chance().event_with_everything()]),
        ("all alike", vec![constant; 300]),
        ("one visit backwards", backwards.collect()),
        ("late events that join visits", late.to_vec()),
        ("half an hour and a second", [0, 1_800, 3_601].map(|time| at(time, 1)).to_vec()),
        ("mostly small numbers", (0..300).map(mostly_small).collect()),
        ("the largest numbers", (0..40).map(|_| chance().event_with_everything()).chain(chance::extremes()).collect()),
        ("naughty strings", naughty().into_iter().zip(0..).map(unicode).collect()),
        ("everything, some visitors", chance().events(700, 40)),
        ("everything, many visitors", chance().events(3_000, 900)),
    ] {
        check(name, &events, Hashes::Keep);
    }
}

#[test]
fn small_segments_of_any_events_are_read_with_and_without_hashes() {
    for seed in 0..16 {
        let mut chance = Chance::new(seed);
        let (events, visitors) = (1 + chance.below(60), 1 + chance.below(8));
        let hashes = if seed % 2 == 0 { Hashes::Keep } else { Hashes::DropOfDays };
        check(&format!("seed {seed}"), &chance.events(events, visitors), hashes);
    }
}

/// The bytes of a block of the document, written as hexadecimal digits before `#`.
fn bytes_of_example(name: &str) -> Vec<u8> {
    let (_, rest) = DOCUMENT.split_once(&format!("```{name}\n")).unwrap();
    let (block, _) = rest.split_once("```").unwrap();
    let digits = block.lines().filter_map(|line| line.split('#').next());
    digits.flat_map(str::split_whitespace).map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

fn example() -> Vec<Event> {
    let visit = VisitAttributes {
        source: "Google".to_owned(),
        browser: "Firefox".to_owned(),
        country: "DE".to_owned(),
        city: 2_950_159,
        ..VisitAttributes::default()
    };
    let page = |pathname: &str, time, visitor| Event {
        time: UnixSeconds(time),
        visitor: VisitorHash(visitor),
        name: "pageview".to_owned(),
        hostname: "example.com".to_owned(),
        pathname: pathname.to_owned(),
        ..Event::default()
    };
    vec![
        Event { visit: visit.clone(), ..page("/", 1_700_000_000, 0x0123_4567_89ab_cdef) },
        Event { visit, ..page("/prices", 1_700_000_060, 0x0123_4567_89ab_cdef) },
        Event {
            props: vec![("plan".to_owned(), "pro".to_owned())],
            ..page("/prices", 1_700_000_010, 0xfedc_ba98_7654_3211)
        },
    ]
}

#[test]
fn the_examples_of_the_document_are_what_is_written() {
    let segment = encode(&example(), Hashes::Keep);
    assert_eq!(bytes_of_example("segment"), segment, "is: {segment:02x?}");
    check("example", &example(), Hashes::Keep);

    let values = [5, 6, 8, 5, 7, 6, 5, 5, 6, 1005, 7, 5, 6];
    let timed = values.map(|time_ms| Event { engagement_time_ms: Some(time_ms), ..at(0, 1) });
    let packed = bytes_of_example("packed");
    let segment = encode(&timed, Hashes::Keep);
    assert!(segment.windows(packed.len()).any(|bytes| bytes == packed), "is not in: {segment:02x?}");
}

#[test]
fn the_reader_refuses_what_is_damaged_and_does_not_guess_newer_versions() {
    let segment = encode(&example(), Hashes::Keep);
    let mut newer = segment.clone();
    newer[4] = VERSION + 1;
    let output = run_reader("newer", &newer, &[]);
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), &b""[..]));
    let refused = |bytes: &[u8], what: &str| {
        let output = run_reader("damaged", bytes, &[]);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(1) && output.stdout.is_empty(), "{what}: {error}");
        assert!(error.starts_with("the segment is damaged"), "{what}: {error}");
    };
    for place in (0..segment.len()).step_by(13) {
        let mut bytes = segment.clone();
        bytes[place] ^= 0x10;
        refused(&bytes, &format!("byte {place} changed"));
        refused(&segment[..place], &format!("cut at {place}"));
    }
    refused(&[&segment[..], &[0]].concat(), "a byte too many");
}
