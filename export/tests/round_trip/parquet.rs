use crate::chance::{counted, event, events};
use engine::event::{Event, UnixSeconds};
use export::Error;
use export::parquet::{GROUP_EVENTS_MAX, Reader, Writer};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;

fn write(groups: &[Vec<Event>]) -> Vec<u8> {
    let mut writer = Writer::new().unwrap();
    let mut file: Vec<u8> = groups.iter().flat_map(|group| writer.group(group).unwrap()).collect();
    file.extend(writer.finish().unwrap());
    file
}

fn read(file: &[u8]) -> Result<Vec<Vec<Event>>, Error> {
    let reader = Reader::new(file.to_vec())?;
    (0..reader.groups()).map(|group| reader.group(group)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read(groups in vec(events(), 0..4)) {
        let filled = groups.iter().filter(|group| !group.is_empty());
        let filled: Vec<Vec<Event>> = filled.map(|group| group.iter().cloned().map(counted).collect()).collect();
        prop_assert_eq!(read(&write(&groups)), Ok(filled));
    }
}

/// Some events of every kind, by chance that is the same in every run.
fn specimens() -> Vec<Event> {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let tree = vec(event(), 40).new_tree(&mut runner).unwrap();
    tree.current()
}

#[test]
fn a_file_that_is_cut_is_refused_wherever() {
    let file = write(&[specimens()]);
    for length in 0..file.len() {
        assert_eq!(read(&file[..length]), Err(Error::Malformed), "{length} of {} bytes", file.len());
    }
}

#[test]
fn a_file_with_any_bit_changed_is_refused() {
    let file = write(&[specimens()]);
    for at in 0..file.len() {
        let mut damaged = file.clone();
        damaged[at] ^= 1 << (at % 8);
        assert_eq!(read(&damaged), Err(Error::Malformed), "byte {at}");
    }
}

#[test]
fn many_events_keep_their_order() {
    let events: Vec<Event> = (0..20_000)
        .map(|at| Event {
            time: UnixSeconds(1_700_000_000 + at),
            name: "pageview".into(),
            pathname: format!("/{}", at * at % 7_919),
            props: (0..at % 3).map(|prop| (prop.to_string(), at.to_string())).collect(),
            ..Event::default()
        })
        .collect();
    assert!(read(&write(std::slice::from_ref(&events))) == Ok(vec![events]));
}

#[test]
fn a_group_too_many_is_refused_and_the_file_goes_on() {
    let mut writer = Writer::new().unwrap();
    let mut file = writer.group(&[Event::default()]).unwrap();
    assert_eq!(writer.group(&vec![Event::default(); GROUP_EVENTS_MAX + 1]), Err(Error::TooLarge));
    file.extend(writer.finish().unwrap());
    assert_eq!(read(&file), Ok(vec![vec![Event::default()]]));
}

#[test]
fn times_beyond_what_can_be_said_become_the_nearest() {
    for (time, nearest) in [(i64::MIN, -377_705_023_201), (i64::MAX, 253_402_207_200)] {
        let events = vec![Event { time: UnixSeconds(time), ..Event::default() }];
        assert_eq!(read(&write(&[events])).unwrap()[0][0].time, UnixSeconds(nearest));
    }
}

#[test]
fn what_is_no_export_is_refused() {
    for other in [&b""[..], b"PAR1", b"PAR1PAR1", b"timestamp,visitor\n"] {
        assert_eq!(read(other), Err(Error::Malformed));
    }
    let empty = Reader::new(write(&[])).unwrap();
    assert_eq!((empty.groups(), empty.group(0)), (0, Err(Error::Malformed)));
}
