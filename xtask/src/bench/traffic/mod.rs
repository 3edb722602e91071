//! The traffic of a site that is neither small nor simple, the same in every run, in the order of time.
//!
//! Made visit by visit and handed out event by event, so that any number fits into memory: what is held are the visits
//! under way. A million events are some 300,000 visits of 120,000 visitors, who come on one day or several; pages,
//! sources and countries follow Zipf's law; there are more visits by day than by night and fewer at weekends.

mod catalogue;
mod chance;

use anyhow::Result;
use catalogue::{Catalogue, Origin, Person};
use chance::{Chance, Draw};
use serde::Serialize;
use serde_json::{Value, json};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::rc::Rc;

/// Seconds of a day.
const DAY: i64 = 86_400;
/// Longest pause between two page views of a visit, in seconds: well below the half hour that ends a visit.
const PAUSE_MAX: f64 = 1_500.0;
/// Seconds without an event after which a visitor may come again, more than those that end a visit.
const AWAY: i64 = 2_400;
/// Visits for each event, in the mean.
const VISITS_PER_EVENT: f64 = 0.3;
/// The share of visits by new visitors.
const NEW: f64 = 0.4;
/// How often another known visitor is looked for when one is on the site already.
const TRIES: u32 = 5;
/// The share of visits that see one page.
const SINGLE: f64 = 0.5;
/// The share of visits that go on after each further page.
const GOES_ON: f64 = 0.667;
const PAGES_MAX: u32 = 30;
/// Custom events and engagement for each page view.
const CUSTOM: f64 = 0.133;
const ENGAGED: f64 = 0.2;
/// Names of custom events, and whether they are interaction.
const NAMES: [(&str, bool); 6] = [
    ("Outbound Link: Click", true),
    ("Signup", true),
    ("File Download", true),
    ("Search", true),
    ("Video Played", true),
    ("Banner Seen", false),
];
/// Weights of the hours of a day, in UTC.
const HOURS: [f64; 24] = [
    2.0, 1.7, 1.5, 1.4, 1.5, 1.9, 2.7, 3.8, 5.0, 5.8, 6.1, 6.0, 5.8, 6.2, 6.6, 6.6, 6.3, 5.8, 5.3, 4.9, 4.4, 3.8, 3.1,
    2.5,
];
/// Weights of the days of a week, Monday first.
const WEEKDAYS: [f64; 7] = [1.0, 1.06, 1.05, 1.03, 0.92, 0.62, 0.65];

/// The events, in the order of time; those of one visitor never at the same second.
pub(super) struct Traffic {
    catalogue: Catalogue,
    chance: Chance,
    hour: Draw,
    /// When the first hour begins, in seconds since 1970.
    start: i64,
    /// Events still to come.
    left: u64,
    visits: u64,
    visits_begun: u64,
    next_visit: i64,
    visitors: u64,
    /// When those under way will have been gone long enough to come again, by the number of the visitor.
    away_at: HashMap<u64, i64>,
    /// What happens in the visits under way: when, in which order, and what.
    coming: BinaryHeap<Reverse<(i64, u64, Step)>>,
    steps: u64,
    under_way: HashMap<u64, Rc<Visit>>,
}

/// A visit's unchanging part.
struct Visit {
    visitor: u64,
    person: Person,
    origin: Origin,
}

/// Something that happens in a visit: the visit's number, the page, whether it is the first of the visit or the last,
/// and what it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Step {
    visit: u64,
    page: usize,
    first: bool,
    last: bool,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Pageview,
    Custom(usize),
    Engagement { depth: u8, time_ms: u64 },
}

/// An event as an import has it. A visit's origin is known of its first event only, as a tracker has it.
#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    visitor: String,
    timestamp: String,
    hostname: &'a str,
    pathname: &'a str,
    #[serde(skip_serializing_if = "is_true")]
    interactive: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    source: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    referrer: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    channel: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    utm_source: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    utm_medium: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    utm_campaign: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    utm_content: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    utm_term: &'a str,
    country: &'a str,
    region: &'a str,
    city: u64,
    language: &'a str,
    browser: &'a str,
    browser_version: &'a str,
    os: &'a str,
    os_version: &'a str,
    device: &'a str,
    screen: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    scroll_depth: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    engagement_time_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    props: Option<Value>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_true(flag: &bool) -> bool {
    *flag
}

impl Traffic {
    /// So many events, over so many days from a Monday-based day: `first_day` counts the days since 1970.
    pub(super) fn new(seed: u64, events: u64, first_day: i64, days: i64) -> Self {
        // 1970 began on a Thursday.
        let weekday = |day: i64| WEEKDAYS.get((day + 3).rem_euclid(7) as usize).copied().unwrap_or(1.0);
        let hours = (first_day..first_day + days).flat_map(|day| HOURS.iter().map(move |hour| hour * weekday(day)));
        let mut traffic = Self {
            catalogue: Catalogue::new(),
            chance: Chance::of(seed),
            hour: Draw::weighted(hours),
            start: first_day * DAY,
            left: events,
            // Some to spare, so that the events end before the days do: four times the deviation.
            visits: (events as f64 * VISITS_PER_EVENT + (events as f64).sqrt() * 2.0) as u64 + 1,
            visits_begun: 0,
            next_visit: 0,
            visitors: 0,
            away_at: HashMap::new(),
            coming: BinaryHeap::new(),
            steps: 0,
            under_way: HashMap::new(),
        };
        traffic.next_visit = traffic.time_of_visit();
        traffic
    }

    /// Writes the next event as a line of an import; false when all were written.
    pub(super) fn write_next(&mut self, host: &str, lines: &mut Vec<u8>) -> Result<bool> {
        if self.left == 0 {
            return Ok(false);
        }
        while self.coming.peek().is_none_or(|Reverse((time, ..))| *time > self.next_visit) {
            self.begin_visit();
        }
        let Some(Reverse((time, _, step))) = self.coming.pop() else { return Ok(false) };
        let visit =
            if step.last { self.under_way.remove(&step.visit) } else { self.under_way.get(&step.visit).cloned() };
        let Some(visit) = visit else { return Ok(false) };
        self.left -= 1;
        serde_json::to_writer(&mut *lines, &self.line(host, time, step, &visit))?;
        lines.push(b'\n');
        Ok(true)
    }

    /// When the next visit begins: the visits are spread evenly over the weights of the hours.
    fn time_of_visit(&mut self) -> i64 {
        let share = (self.visits_begun as f64 + self.chance.share()) / self.visits as f64;
        let (hour, into) = self.hour.at(share);
        self.start + hour as i64 * 3_600 + (into * 3_600.0) as i64
    }

    fn begin_visit(&mut self) {
        let start = self.next_visit;
        let visitor = self.visitor(start);
        let number = self.visits_begun;
        self.visits_begun += 1;
        self.next_visit = self.time_of_visit();
        // What a visitor is like comes from the number alone, so that nobody has to be remembered.
        let person = self.catalogue.person(&mut Chance::of(visitor ^ 0x5eed));
        let origin = self.catalogue.origin(&mut self.chance);
        self.under_way.insert(number, Rc::new(Visit { visitor, person, origin }));
        let end = self.plan(number, start);
        self.away_at.insert(visitor, end + AWAY);
        if self.away_at.len() > 10_000 && number.is_multiple_of(10_000) {
            self.away_at.retain(|_, until| *until > start);
        }
    }

    /// A new visitor, or one who was here before: rather lately than long ago.
    fn visitor(&mut self, now: i64) -> u64 {
        let mut tries = if self.visitors == 0 || self.chance.happens(NEW) { 0 } else { TRIES };
        while tries > 0 {
            let back = self.chance.share().powi(2) * self.visitors as f64;
            let known = self.visitors.saturating_sub(1 + back as u64);
            if self.away_at.get(&known).is_none_or(|until| *until <= now) {
                return known;
            }
            tries -= 1;
        }
        self.visitors += 1;
        self.visitors - 1
    }

    /// Plans what happens in a visit and answers when it ends.
    fn plan(&mut self, visit: u64, start: i64) -> i64 {
        let mut pages = 1;
        if !self.chance.happens(SINGLE) {
            pages += 1;
            while pages < PAGES_MAX && self.chance.happens(GOES_ON) {
                pages += 1;
            }
        }
        let (mut time, mut steps) = (start, Vec::new());
        for view in 0..pages {
            // Most look at a page for some seconds, some for minutes.
            let stay = 6 + (self.chance.share().powi(4) * PAUSE_MAX) as i64;
            let page = self.catalogue.page(&mut self.chance);
            let step = |kind| Step { visit, page, first: view == 0 && kind == Kind::Pageview, last: false, kind };
            steps.push((time, step(Kind::Pageview)));
            if self.chance.happens(CUSTOM) {
                let after = 1 + self.chance.below(stay as u64 - 3) as i64;
                steps.push((time + after, step(Kind::Custom(self.chance.below(NAMES.len() as u64) as usize))));
            }
            if self.chance.happens(ENGAGED) {
                let depth = self.chance.below(101) as u8;
                let time_ms = stay as u64 * 1_000 - self.chance.below(3_000);
                steps.push((time + stay - 1, step(Kind::Engagement { depth, time_ms })));
            }
            time += stay;
        }
        if let Some((_, step)) = steps.last_mut() {
            step.last = true;
        }
        let end = steps.last().map_or(start, |(time, _)| *time);
        for (time, step) in steps {
            self.steps += 1;
            self.coming.push(Reverse((time, self.steps, step)));
        }
        end
    }

    fn line<'a>(&'a self, host: &'a str, time: i64, step: Step, visit: &'a Visit) -> Line<'a> {
        const NO_ORIGIN: &Origin = &Origin::NONE;
        let origin = if step.first { &visit.origin } else { NO_ORIGIN };
        let person = &visit.person;
        let (name, interactive) = match step.kind {
            Kind::Pageview => ("pageview", true),
            Kind::Custom(name) => NAMES.get(name).copied().unwrap_or(("Signup", true)),
            Kind::Engagement { .. } => ("engagement", true),
        };
        let (scroll_depth, engagement_time_ms) = match step.kind {
            Kind::Engagement { depth, time_ms } => (Some(depth), Some(time_ms)),
            _ => (None, None),
        };
        Line {
            name,
            visitor: scattered(visit.visitor).to_string(),
            timestamp: jiff::Timestamp::from_second(time).unwrap_or_default().to_string(),
            hostname: host,
            pathname: self.catalogue.path(step.page),
            interactive,
            source: &origin.source,
            referrer: &origin.referrer,
            channel: origin.channel,
            utm_source: origin.utm_source,
            utm_medium: origin.utm_medium,
            utm_campaign: origin.utm_campaign,
            utm_content: origin.utm_content,
            utm_term: origin.utm_term,
            country: person.country,
            region: &person.region,
            city: person.city,
            language: person.language,
            browser: person.browser,
            browser_version: &person.browser_version,
            os: person.os,
            os_version: person.os_version,
            device: person.device,
            screen: person.screen,
            scroll_depth,
            engagement_time_ms,
            props: (name == "Signup").then(|| json!({ "plan": if time % 3 == 0 { "pro" } else { "free" } })),
        }
    }
}

/// A visitor's name: a number of 48 bits that tells nothing of the order in which they came, another for each.
fn scattered(visitor: u64) -> u64 {
    visitor.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4b) & ((1 << 48) - 1)
}

#[cfg(test)]
mod tests;
