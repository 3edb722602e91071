use crate::chance::{counted, event, events};
use engine::event::{Event, UnixSeconds, VisitAttributes};
use export::csv::{self, Reader, Row};
use export::{Error, visitor};
use proptest::prelude::*;
use protocol::event::{Payload, Revenue};

fn write(events: &[Event]) -> Vec<u8> {
    [csv::header(), csv::chunk(events, &visitor::hex)].concat()
}

/// Reads in pieces of a length.
fn read(bytes: &[u8], piece: usize) -> Result<Vec<Result<Row, Error>>, Error> {
    let mut reader = Reader::default();
    let mut rows = Vec::new();
    for piece in bytes.chunks(piece) {
        rows.extend(reader.feed(piece)?);
    }
    rows.extend(reader.end()?);
    Ok(rows)
}

fn event_of(row: Row) -> Event {
    Event { visitor: visitor::from_hex(&row.visitor).unwrap(), ..row.event }
}

/// The cells of the rows, as a plain reader sees them.
fn cells(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv_core::Reader::new();
    let (mut rows, mut rest) = (Vec::new(), bytes);
    let (mut out, mut ends) = (vec![0; bytes.len() + 1], vec![0; 100]);
    loop {
        let (result, read, _, ended) = reader.read_record(rest, &mut out, &mut ends);
        rest = &rest[read..];
        match result {
            csv_core::ReadRecordResult::Record => {
                let begins = std::iter::once(&0).chain(&ends);
                let cell = |(from, to): (&usize, &usize)| String::from_utf8(out[*from..*to].to_vec()).unwrap();
                rows.push(begins.zip(&ends[..ended]).map(cell).collect());
            }
            csv_core::ReadRecordResult::InputEmpty => {}
            _ => return rows,
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(events in events(), piece in 1usize..200) {
        let rows: Vec<Event> = read(&write(&events), piece).unwrap().into_iter().map(|row| event_of(row.unwrap())).collect();
        prop_assert_eq!(rows, events.into_iter().map(counted).collect::<Vec<_>>());
    }

    #[test]
    fn no_cell_of_text_begins_a_formula(events in events()) {
        let rows = cells(&write(&events));
        prop_assert_eq!(rows.len(), events.len() + 1);
        for (name, cell) in rows.iter().skip(1).flat_map(|row| rows[0].iter().zip(row)) {
            if name != "revenue_amount" {
                let first = cell.trim_start().chars().next();
                prop_assert!(first.is_none_or(|first| !"=+-@＝＋－＠".contains(first)), "{name}: {cell:?}");
                prop_assert!(!cell.starts_with(['\t', '\r', '\n']), "{name}: {cell:?}");
            }
        }
    }

    #[test]
    fn damage_is_read_or_refused(event in event(), at in any::<prop::sample::Index>(), byte: u8, piece in 1usize..200) {
        let mut bytes = write(&[event]);
        let at = at.index(bytes.len());
        let _ = read(&bytes[..at], piece);
        bytes[at] = byte;
        let _ = read(&bytes, piece);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>, piece in 1usize..20) {
        let _ = read(&bytes, piece);
        let _ = read(&[csv::header(), bytes].concat(), piece);
    }
}

#[test]
fn the_header_names_the_columns_in_their_order() {
    let header = String::from_utf8(csv::header()).unwrap();
    let text = "timestamp,visitor,kind,name,interactive,hostname,pathname,referrer,source,channel,utm_medium,utm_source,\
                utm_campaign,utm_content,utm_term,device,browser,browser_version,os,os_version,country,region,city,\
                language,screen,props,revenue_amount,revenue_currency,scroll_depth,engagement_time_ms,\
                component_name,component_variant,component_version,component_action,component_duration_ms,\
                request_method,request_route,request_status,request_duration_ms,request_bytes_in,request_bytes_out,\
                query_system,query_fingerprint,query_duration_ms,query_rows,\
                vital_name,vital_value,vital_rating,vital_target,error_type,error_fingerprint,\
                command_name,command_flags,command_success,command_duration_ms,command_version,\
                check_name,check_status,check_success,check_duration_ms\r\n";
    assert_eq!(header, text);
}

#[test]
fn a_row_reads_like_this() {
    let event = Event {
        time: UnixSeconds(1_795_255_200),
        name: "Signup".into(),
        hostname: "example.com".into(),
        pathname: "/a,b".into(),
        visit: VisitAttributes { source: "=Google".into(), city: 2_950_159, ..VisitAttributes::default() },
        props: vec![("plan".into(), "\"pro\"".into())],
        revenue: Some(Revenue { amount_thousandths: -9_990, currency: *b"EUR" }),
        detail: None,
        ..Event::default()
    };
    let written = String::from_utf8(csv::chunk(&[event], &|_| "anna".into())).unwrap();
    let begin = "2026-11-21T10:00:00Z,anna,custom,Signup,false,example.com,\"/a,b\",,\"'=Google\",,,,,,,,,,,,,,2950159,,,\
                 \"{\"\"plan\"\":\"\"\\\"\"pro\\\"\"\"\"}\",-9.990,EUR,,";
    assert_eq!(written, format!("{begin}{}\r\n", ",".repeat(30)));
}

#[test]
fn known_attacks_are_text_and_come_back_whole() {
    let payloads = include_str!("../data/csv_injection_payloads.txt");
    assert_eq!(payloads.lines().count(), 6);
    for payload in payloads.lines() {
        for text in [payload.to_owned(), format!("'{payload}"), format!(" {payload}"), format!("\t{payload}")] {
            let event = Event {
                name: text.clone(),
                pathname: text.clone(),
                props: vec![(text.clone(), text.clone())],
                detail: None,
                ..Event::default()
            };
            let bytes = csv::chunk(std::slice::from_ref(&event), &|_| text.clone());
            for cell in cells(&bytes).concat() {
                assert!(!cell.trim_start().starts_with(['=', '+', '-', '@']), "{cell:?}");
            }
            let row = read(&[csv::header(), bytes].concat(), 7).unwrap().remove(0).unwrap();
            assert_eq!(row, Row { visitor: text, event });
        }
    }
}

#[test]
fn columns_may_come_in_any_order_and_some_may_be_missing() {
    let bytes =
        b"name,city,visitor,component_name,kind,timestamp\ncomponent,7,anna,Button,component,1970-01-01T00:00:05Z";
    let row = read(bytes, 1).unwrap().remove(0).unwrap();
    assert_eq!((&*row.visitor, row.event.time, row.event.visit.city), ("anna", UnixSeconds(5), 7));
    assert!(row.event.interactive);
    assert!(matches!(row.event.detail.as_deref(), Some(Payload::Component { name, .. }) if name == "Button"));
}

#[test]
fn what_a_spreadsheet_saved_again_is_read() {
    let bytes = "\u{feff}timestamp,visitor,kind,name,interactive\n1970-01-01T00:00:05Z,anna,custom,Signup,FALSE\n";
    for piece in 1..10 {
        let row = read(bytes.as_bytes(), piece).unwrap().remove(0).unwrap();
        assert_eq!((&*row.event.name, row.event.interactive), ("Signup", false));
    }
}

#[test]
fn a_header_of_other_columns_is_refused() {
    for header in [
        "",
        "\n",
        "timestamp,visitor,kind",
        "timestamp,visitor,kind,name,name",
        "timestamp,visitor,kind,name,nonsense",
        "timestamp,visitor,kind,name,",
        "timestamp;visitor;kind;name",
    ] {
        assert_eq!(read(header.as_bytes(), 5).unwrap_err(), Error::Columns, "{header}");
    }
}

#[test]
fn a_row_that_is_wrong_says_where_and_the_next_is_read() {
    let header =
        "timestamp,visitor,kind,name,city,scroll_depth,revenue_amount,revenue_currency,props,check_status,interactive";
    let good = "1970-01-01T00:00:00Z,v,pageview,pageview,1,2,,,,,true";
    for (row, error) in [
        ("yesterday,v,pageview,pageview,1,,,,,,", Error::Value("timestamp")),
        (",v,pageview,pageview,1,,,,,,", Error::Value("timestamp")),
        ("1970-01-01T00:00:00Z,,pageview,pageview,1,,,,,,", Error::Value("visitor")),
        ("1970-01-01T00:00:00Z,v,nonsense,pageview,1,,,,,,", Error::Value("kind")),
        ("1970-01-01T00:00:00Z,v,custom,,1,,,,,,", Error::Value("name")),
        ("1970-01-01T00:00:00Z,v,custom,x,-1,,,,,,", Error::Value("city")),
        ("1970-01-01T00:00:00Z,v,custom,x,4294967296,,,,,,", Error::Value("city")),
        ("1970-01-01T00:00:00Z,v,custom,x,,256,,,,,", Error::Value("scroll_depth")),
        ("1970-01-01T00:00:00Z,v,custom,x,,,1.2345,EUR,,,", Error::Value("revenue_amount")),
        ("1970-01-01T00:00:00Z,v,custom,x,,,1.2,eur,,,", Error::Value("revenue_currency")),
        ("1970-01-01T00:00:00Z,v,custom,x,,,,EUR,,,", Error::Value("revenue_currency")),
        ("1970-01-01T00:00:00Z,v,custom,x,,,,,{\"\"a\"\":1},,", Error::Value("props")),
        ("1970-01-01T00:00:00Z,v,custom,x,,,,,,200,", Error::Value("check_status")),
        ("1970-01-01T00:00:00Z,v,custom,x,,,,,,,maybe", Error::Value("interactive")),
        ("1970-01-01T00:00:00Z,v,custom,x", Error::Malformed),
        ("1970-01-01T00:00:00Z,v,custom,x,,,,,,,,", Error::Malformed),
    ] {
        let read = read(format!("{header}\n{row}\n{good}\n").as_bytes(), 11).unwrap();
        assert_eq!(read[0], Err(error), "{row}");
        assert!(read[1].is_ok() && read.len() == 2, "{row}");
    }
}

#[test]
fn a_row_beyond_the_limits_is_refused_and_the_next_is_read() {
    let good = "1970-01-01T00:00:00Z,v,pageview,pageview\n";
    for bad in [format!("1970-01-01T00:00:00Z,{},custom,x\n", "v".repeat(2 << 20)), ",".repeat(1_000) + "\n"] {
        let read = read(format!("timestamp,visitor,kind,name\n{bad}{good}").as_bytes(), 65_536).unwrap();
        assert_eq!(read[0], Err(Error::TooLarge));
        assert!(read[1].is_ok() && read.len() == 2);
    }
}
