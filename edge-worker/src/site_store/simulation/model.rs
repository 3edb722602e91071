//! What must be true of the object whatever happens, in plain lists.

use super::world::World;
use crate::site_store::visitor::{self, Salt};
use crate::site_store::{schema, site_day};
use engine::columns::DayColumns;
use engine::event::{ENGAGEMENT, Event, PAGEVIEW, UnixSeconds, VisitorHash};
use engine::query::{Kind, Questions};
use engine::segment::Bytes;
use engine::shelf::{SegmentId, Shelf};
use engine::site::SiteSettings;
use engine::time::Zone;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The site's name.
pub const DOMAIN: &str = "example.com";

/// What was sent, what is on disk of it, and what that was made with.
#[derive(Default)]
pub struct Model {
    /// The settings as the object was given them.
    pub settings: Value,
    /// Who sent each event, which bears its number as its path; nobody where it is a line of an import.
    pub senders: Vec<Option<u32>>,
    /// How often each event is on disk.
    pub on_disk: BTreeMap<usize, u32>,
    /// The salt that each day was first seen with.
    salts: BTreeMap<Date, Vec<u8>>,
    /// How many events deliveries brought that were answered, and that were sent at all.
    pub answered: i64,
    /// The same for all that were ever sent, however often.
    pub sent: i64,
    /// Whether the site is being deleted.
    pub is_deleted: bool,
    /// The nonces that have opened.
    pub opened: BTreeSet<[u8; 16]>,
}

impl Model {
    /// The site's time zone.
    pub fn zone(&self) -> TimeZone {
        site_day::time_zone(self.settings["timezone"].as_str().unwrap_or("UTC"))
    }

    /// From when on events are kept, at a moment.
    pub fn keep_from_s(&self, now_s: i64) -> i64 {
        let days = self.settings["retention_days"].as_i64();
        days.map_or(i64::MIN, |days| (now_s - days * 86_400).div_euclid(86_400) * 86_400)
    }

    /// The address and user agent of a sender.
    pub fn client(sender: u32) -> (String, String) {
        (format!("192.0.2.{sender}"), "Browser/1".to_owned())
    }
}

/// The number of an event.
pub fn number(event: &Event) -> usize {
    event.pathname[1..].parse().unwrap()
}

/// Looks at events that have just come to be on disk.
pub fn on_disk(world: &World, events: &[Event]) {
    if events.is_empty() {
        return;
    }
    let mut model = world.model.borrow_mut();
    let zone = model.zone();
    for event in events {
        let number = number(event);
        let times = model.on_disk.entry(number).or_default();
        *times += 1;
        if *times > 1 {
            world.fail(format!("event {number} is counted {times} times"));
        }
        if let Some(sender) = model.senders[number] {
            check_visitor(world, &mut model, sender, event, &zone);
        }
    }
    let (accepted, on_disk) = (world.object.disk.counted().0, model.on_disk.values().sum::<u32>());
    if accepted != i64::from(on_disk) {
        world.fail(format!("{accepted} events count as accepted, and {on_disk} are on disk"));
    }
}

/// A visitor is the hash that the salt of the event's day makes, or of the day before; a day has one salt, for ever.
fn check_visitor(world: &World, model: &mut Model, sender: u32, event: &Event, zone: &TimeZone) {
    let day = site_day::of_ms(zone, event.time.0 * 1000);
    let secrets = world.object.secrets.borrow();
    let days = [day, day.checked_sub(1.day()).unwrap()];
    for day in days {
        if let Some(salt) = secrets.get(&day.to_string()) {
            let known = model.salts.entry(day).or_insert_with(|| salt.clone());
            if known != salt {
                world.fail(format!("{day} has had two salts"));
            }
        }
    }
    let (ip, user_agent) = Model::client(sender);
    let made_with = |day: &Date| {
        let salt = model.salts.get(day).and_then(|salt| salt.as_slice().try_into().ok()).map(Salt);
        salt.map(|salt| VisitorHash::of_one_day(visitor::hash(&salt, &[DOMAIN, &ip, &user_agent])))
    };
    if !days.iter().filter_map(made_with).any(|visitor| visitor == event.visitor) {
        world.fail(format!("event {} is no visitor of {day} by any salt that was written", number(event)));
    }
}

/// What a request counts in one list of events that was never written, batched or joined; none where it is refused.
pub fn counted_plainly(settings: &Value, events: Vec<Event>, now_s: i64, kind: &str, request: &Value) -> Option<Value> {
    let settings = Rc::new(SiteSettings::from_json(settings).ok()?);
    let mut shelf = Shelf::default();
    shelf.take(events);
    let first = shelf.first_event();
    let questions = Questions::read(Kind::named(kind)?, settings, UnixSeconds(now_s), first, request).ok()?;
    let mut none = |_: SegmentId| -> Result<Bytes, worker::Error> { Err(schema::corrupt("segments")) };
    let begin = || questions.clone();
    let counted = shelf.ask(questions.span(), &mut none, &mut None, begin, |_, _, _| false, Questions::add).ok()?;
    Some(counted.answer())
}

/// The visits of days as columns, in one list of events; none where there are no such days.
pub fn columns_plainly(settings: &Value, events: Vec<Event>, days: (Date, Date)) -> Option<Vec<u8>> {
    let settings = SiteSettings::from_json(settings).ok()?;
    let days = DayColumns::new(&Zone::named(&settings.timezone)?, days, (0, 1), usize::MAX)?;
    let mut shelf = Shelf::default();
    shelf.take(events);
    let mut none = |_: SegmentId| -> Result<Bytes, worker::Error> { Err(schema::corrupt("segments")) };
    let begin = || days.clone();
    let found = shelf.ask(days.span(), &mut none, &mut None, begin, |_, _, _| false, DayColumns::add).ok()?;
    Some(found.finish())
}

/// Where nothing is filtered or divided, how many pages were viewed by how many is plain to see.
pub fn check_totals(world: &World, request: &Value, accepted: &[Event], now_s: i64, answer: &Value) {
    let is_plain = request["metrics"].is_array() && request["dimensions"].is_null() && request["filters"].is_null();
    if !is_plain {
        return;
    }
    let zone = world.model.borrow().zone();
    let today = site_day::of_ms(&zone, now_s * 1000);
    let is_today = |event: &Event| site_day::of_ms(&zone, event.time.0 * 1000) == today && event.time.0 <= now_s;
    let asked = accepted.iter().filter(|event| request["date_range"] == "all" || is_today(event));
    let asked: Vec<&Event> = asked.filter(|event| event.name != ENGAGEMENT).collect();
    let visitors: BTreeSet<VisitorHash> = asked.iter().map(|event| event.visitor).collect();
    let pageviews = asked.iter().filter(|event| event.name == PAGEVIEW).count();
    let (told, plain) = (&answer["results"][0]["metrics"], (visitors.len(), pageviews));
    if (told[0].as_u64(), told[2].as_u64()) != (Some(plain.0 as u64), Some(plain.1 as u64)) {
        world.fail(format!("{request} says {answer}, and visitors and page views are {plain:?}"));
    }
}
