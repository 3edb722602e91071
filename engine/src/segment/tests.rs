use super::part::VisitTotals;
use super::*;
use crate::event::{ENGAGEMENT, Event, PAGEVIEW, UnixSeconds, VISIT_TEXTS, VisitAttributes, VisitorHash, any};
use proptest::prelude::*;

fn open(events: &[Event], hashes: Hashes) -> Part {
    Part::new(Segment::open(encode(events, hashes).into()).unwrap())
}

fn read(part: &Part) -> Vec<Event> {
    part.events(|_| true, &mut Nameless::default()).unwrap()
}

/// Events as a segment gives them back: visitors by their first event's time (of equal ones as they came), each one's
/// events as they came; of properties the first of each key that is not empty, by key.
fn normal(events: &[Event]) -> Vec<Event> {
    let first = |visitor: VisitorHash| events.iter().filter(|e| e.visitor == visitor).map(|e| e.time).min();
    let came = |visitor: VisitorHash| events.iter().position(|e| e.visitor == visitor);
    let mut events = events.to_vec();
    let keys: Vec<_> = events.iter().map(|e| (first(e.visitor), came(e.visitor))).collect();
    for event in &mut events {
        event.props.retain(|(_, value)| !value.is_empty());
        event.props.sort_by(|left, right| left.0.cmp(&right.0));
        event.props.dedup_by(|right, left| left.0 == right.0);
    }
    let mut keyed: Vec<_> = keys.into_iter().zip(events).collect();
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, event)| event).collect()
}

/// Events of a few visitors within some hours, so that visits have several.
fn near() -> impl Strategy<Value = Event> {
    (any::event(), 0i64..20_000).prop_map(|(event, time)| Event { time: UnixSeconds(time), ..event })
}

proptest! {
    #[test]
    fn what_is_written_is_read(events in prop_oneof![
        proptest::collection::vec(any::event(), 0..12),
        proptest::collection::vec(near(), 0..40),
    ]) {
        let part = open(&events, Hashes::Keep);
        prop_assert_eq!(read(&part), normal(&events));
    }

    #[test]
    fn moved_and_unwanted_visitors_are_left_out(events in proptest::collection::vec(near(), 1..40), out in 0u32..3) {
        let part = open(&events, Hashes::Keep);
        let visitors = part.segment().visitors() as u32;
        let some = part.events(|visitor| visitor != out, &mut Nameless::default()).unwrap();
        let gone = part.hashes().unwrap().into_iter().find(|(place, _)| *place == out).map(|(_, hash)| hash);
        let kept: Vec<Event> = normal(&events).into_iter().filter(|e| Some(e.visitor) != gone).collect();
        prop_assert_eq!(&some, &kept);
        let one = part.events(|visitor| visitor == out, &mut Nameless::default()).unwrap();
        let others = normal(&events).into_iter().filter(|e| Some(e.visitor) == gone).collect::<Vec<_>>();
        prop_assert_eq!(one, others);
        let without = open(&events, Hashes::Keep).without([out].into_iter().filter(|out| *out < visitors));
        prop_assert_eq!(read(&without), kept);
    }

    #[test]
    fn damage_is_found(events in proptest::collection::vec(near(), 1..20), at in any::<prop::sample::Index>(), flip in 1u8..) {
        let mut bytes = encode(&events, Hashes::Keep);
        let at = at.index(bytes.len());
        prop_assert!(Segment::open(bytes[..at].to_vec().into()).is_err());
        bytes[at] ^= flip;
        let found = Segment::open(bytes.into()).and_then(|segment| segment.check());
        prop_assert!(found.is_err());
    }

    #[test]
    fn any_columns_are_read_or_refused(events in proptest::collection::vec(near(), 1..20), at in any::<prop::sample::Index>(), flip in 1u8..) {
        // Damage that a checksum was made for afterwards: nothing panics.
        let mut bytes = encode(&events, Hashes::Keep);
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        let _ = Segment::open_unchecked(bytes).map(|segment| Part::new(segment).events(|_| true, &mut Nameless::default()));
    }
}

#[test]
fn hashes_of_days_are_dropped_and_names_kept() {
    let of = |visitor, time| Event { visitor, time: UnixSeconds(time), ..Event::default() };
    let (day, name) = (VisitorHash::of_one_day(77), VisitorHash::of_name(88));
    let part = open(&[of(day, 0), of(name, 1), of(VisitorHash::of_one_day(99), 2)], Hashes::DropOfDays);
    assert_eq!(part.hashes().unwrap(), [(1, name)]);
    let visitors: Vec<VisitorHash> = read(&part).into_iter().map(|event| event.visitor).collect();
    assert_eq!(visitors[1], name);
    assert_ne!(visitors[0], visitors[2]);
    assert!(visitors[0] != day && visitors[0].is_of_one_day());
}

#[test]
fn a_newer_version_is_refused_and_not_guessed() {
    let mut bytes = encode(&[Event::default()], Hashes::Keep);
    bytes[4] = VERSION + 1;
    assert_eq!(Segment::open(bytes.into()).err(), Some(Error::UnknownVersion));
}

#[test]
fn a_visit_is_described_by_its_first_event_but_engagement() {
    for (events, expected) in [
        (&[(PAGEVIEW, 10, "first"), (PAGEVIEW, 0, "later")][..], "first"),
        (&[(ENGAGEMENT, 0, "engagement"), (PAGEVIEW, 10, "page view")], "page view"),
        (&[(ENGAGEMENT, 0, "first"), (ENGAGEMENT, 10, "later")], "first"),
        // The last closes the gap between two visits.
        (&[(PAGEVIEW, 0, "first"), (PAGEVIEW, 40, "later"), (PAGEVIEW, 20, "last")], "first"),
        (&[(PAGEVIEW, 40, "first"), (PAGEVIEW, 0, "later"), (PAGEVIEW, 20, "last")], "first"),
        (&[(ENGAGEMENT, 0, "engagement"), (ENGAGEMENT, 40, "later"), (PAGEVIEW, 20, "page view")], "page view"),
    ] {
        let event = |(name, minute, browser): &(&str, i64, &str)| Event {
            time: UnixSeconds(minute * 60),
            name: (*name).to_owned(),
            visit: VisitAttributes { browser: (*browser).to_owned(), ..VisitAttributes::default() },
            ..Event::default()
        };
        let part = open(&events.iter().map(event).collect::<Vec<_>>(), Hashes::Keep);
        let browser = VISIT_TEXTS.iter().position(|(name, _)| *name == "browser").unwrap();
        let (codes, texts) = part.attribute(browser).unwrap();
        let of_visits: Vec<&str> =
            part.tuples(layout::family_of(browser)).iter().map(|tuple| texts.text(codes[*tuple as usize])).collect();
        assert_eq!(of_visits, [expected], "{events:?}");
    }
}

#[test]
fn visits_add_up_and_know_their_ends() {
    let event = |name: &str, time, path: &str, interactive| Event {
        name: name.to_owned(),
        time: UnixSeconds(time),
        pathname: path.to_owned(),
        interactive,
        ..Event::default()
    };
    let part = open(
        &[
            event(PAGEVIEW, 100, "/a", false),
            event(ENGAGEMENT, 700, "/a", true),
            event("Signup", 160, "/a", true),
            event("Hidden", 150, "/a", false),
            event(PAGEVIEW, 130, "/b", false),
            event(ENGAGEMENT, 99_000, "/c", false),
        ],
        Hashes::Keep,
    );
    let totals = VisitTotals { start: 100, end: 160, pageviews: 2, events: 4, interactions: 3 };
    let nothing = VisitTotals { start: i64::MAX, end: i64::MIN, pageviews: 0, events: 0, interactions: 0 };
    assert_eq!(part.totals(), [totals, nothing]);
    let pages = |codes: &[u32]| codes.iter().map(|code| part.pages().1.text(*code).to_owned()).collect::<Vec<_>>();
    assert_eq!(pages(part.entry_pages()), ["/a", ""]);
    assert_eq!(pages(part.exit_pages()), ["/b", ""]);
}

/// All that questions may see of visits and their rows, in words.
fn seen(part: &Part, visits: &[usize]) -> Vec<String> {
    let text = |(codes, texts): &(Vec<u32>, Texts), at: usize| texts.text(codes[at]).to_owned();
    let props = ["a", "b", "c"].map(|key| part.prop(key));
    let details: Vec<_> =
        [DetailField::Text(3, 0), DetailField::Text(4, 1), DetailField::Number(4, 1), DetailField::Number(6, 0)]
            .into_iter()
            .map(|field| part.detail(field))
            .collect();
    let rows: Vec<_> = part.rows_of_visits().collect();
    let of_row = |row: usize| {
        let detail = |column: &std::rc::Rc<super::part::DetailColumn>| {
            let at = column.rows.iter().position(|other| *other as usize == row)?;
            let code = column.codes.get(at).copied().unwrap_or(0);
            Some((column.texts.text(code).to_owned(), column.numbers.get(at).copied()))
        };
        let revenue = part.revenues().iter().find(|(other, _)| *other as usize == row).map(|(_, revenue)| *revenue);
        let texts = [part.names(), part.hostnames(), part.pages()].map(|coded| text(coded, row));
        let props: Vec<String> = props.iter().map(|prop| text(prop, row)).collect();
        let details: Vec<_> = details.iter().map(detail).collect();
        let numbers = (part.times()[row], part.depths()[row], part.engagement_times()[row]);
        format!("{texts:?} {props:?} {details:?} {numbers:?} {revenue:?}")
    };
    let of_visit = |visit: usize| {
        let tuples: Vec<u32> = (0..FAMILIES_LEN).map(|family| part.tuples(family)[visit]).collect();
        let pages = [part.entry_pages(), part.exit_pages()].map(|codes| part.pages().1.text(codes[visit]));
        let hosts = [part.entry_hostnames(), part.exit_hostnames()].map(|codes| part.hostnames().1.text(codes[visit]));
        let rows: Vec<String> = rows[visit].clone().map(of_row).collect();
        let visitor = part.visitor_of_visit()[visit];
        format!("{visitor} {:?} {tuples:?} {pages:?} {hosts:?} {rows:#?}", part.totals()[visit])
    };
    visits.iter().map(|visit| of_visit(*visit)).collect()
}

proptest! {
    #[test]
    fn a_part_of_some_visits_is_what_the_whole_has_of_them(
        events in proptest::collection::vec(near(), 0..60),
        some in proptest::collection::vec(any::<bool>(), 60),
        half_decoded in any::<bool>(),
    ) {
        let whole = open(&events, Hashes::Keep);
        let visits: Vec<usize> = (0..whole.visits_len()).filter(|visit| some[*visit]).collect();
        let places = || visits.iter().map(|visit| *visit as u32).collect::<Vec<_>>();
        if half_decoded {
            let _ = (whole.pages(), whole.tuples(0), whole.depths());
        }
        let read = whole.only(places());
        let expected = seen(&whole, &visits);
        let all: Vec<usize> = (0..visits.len()).collect();
        prop_assert_eq!(&seen(&read, &all), &expected);
        prop_assert_eq!(&seen(&whole.only(places()), &all), &expected);
        prop_assert_eq!((read.visits_len(), read.is_damaged()), (visits.len(), false));
    }
}
