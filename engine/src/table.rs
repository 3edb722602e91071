//! Events as columns, in the order of their arrival, with the visits they form.
//!
//! Texts are kept once per column and stand in the rows as codes, visitors as dense numbers, so that a query touches
//! no text per row: it decides once for each distinct value and then compares numbers.

mod dictionary;
mod sparse;
mod visits;

use crate::event::{Event, VisitorHash};
pub use dictionary::Dictionary;
use protocol::event::{Payload, Revenue};
pub use sparse::SparseColumn;
use std::collections::{BTreeMap, HashMap};
use visits::Arrival;
pub(crate) use visits::CITY;
pub use visits::{VISIT_GAP_SECONDS, Visit, Visits};

/// Scroll depth of an event that has none.
pub const NO_SCROLL_DEPTH: u8 = 255;

/// Engagement time of an event that has none.
pub const NO_ENGAGEMENT_TIME: u32 = u32::MAX;

/// Name of page views.
pub const PAGEVIEW: &str = "pageview";

/// Name of engagement events.
pub const ENGAGEMENT: &str = "engagement";

/// The texts of one column with a code per row.
#[derive(Clone, Debug, Default)]
pub struct TextColumn {
    /// The distinct texts.
    pub dictionary: Dictionary,
    /// A code per row.
    pub codes: Vec<u32>,
}

/// All events of a site or of a part of it. `Table::default()` is empty.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Seconds since 1970, per row.
    pub time: Vec<i64>,
    /// Dense number of the visitor, per row.
    pub visitor: Vec<u32>,
    /// Number of the visit, per row; right once [`Table::settle`] has run.
    pub visit: Vec<u32>,
    /// Name of the event.
    pub name: TextColumn,
    /// Host of the page. Its codes are also those of the visits' entry and exit hosts.
    pub hostname: TextColumn,
    /// Path of the page. Its codes are also those of the visits' entry and exit pages.
    pub page: TextColumn,
    /// Scroll depth per row, [`NO_SCROLL_DEPTH`] where there is none.
    pub scroll_depth: Vec<u8>,
    /// Engagement time in milliseconds per row, [`NO_ENGAGEMENT_TIME`] where there is none.
    pub engagement_time_ms: Vec<u32>,
    /// Revenue of the rows that have some, in ascending order of rows.
    pub revenue: Vec<(u32, Revenue)>,
    /// Custom properties by name.
    pub props: HashMap<String, SparseColumn>,
    /// Fields of single kinds (`component`, `route`, `status` …) by name.
    pub details: BTreeMap<&'static str, SparseColumn>,
    /// The visits that the events form.
    pub visits: Visits,
    visitors: HashMap<VisitorHash, u32>,
}

impl Table {
    /// Adds an event after those that came before it.
    #[allow(clippy::needless_pass_by_value)] // The event's texts are the table's to keep.
    pub fn append(&mut self, event: Event) {
        let row = self.time.len() as u32;
        let next_visitor = self.visitors.len() as u32;
        let visitor = *self.visitors.entry(event.visitor).or_insert(next_visitor);
        let hostname = self.hostname.dictionary.intern(&event.hostname);
        let page = self.page.dictionary.intern(&event.pathname);
        let arrival = Arrival {
            row,
            visitor,
            page,
            hostname,
            is_pageview: event.name == PAGEVIEW,
            is_engagement: event.name == ENGAGEMENT,
            event: &event,
        };
        self.visit.push(self.visits.add(&arrival));
        self.time.push(event.time.0);
        self.visitor.push(visitor);
        self.name.codes.push(self.name.dictionary.intern(&event.name));
        self.hostname.codes.push(hostname);
        self.page.codes.push(page);
        self.scroll_depth.push(event.scroll_depth.unwrap_or(NO_SCROLL_DEPTH));
        self.engagement_time_ms.push(event.engagement_time_ms.unwrap_or(NO_ENGAGEMENT_TIME));
        self.revenue.extend(event.revenue.map(|revenue| (row, revenue)));
        for (key, value) in &event.props {
            match self.props.get_mut(key) {
                Some(column) => column.set(row, value),
                None => self.props.entry(key.clone()).or_default().set(row, value),
            }
        }
        if let Some(payload) = &event.detail {
            self.set_details(row, payload);
        }
    }

    fn set_details(&mut self, row: u32, payload: &Payload) {
        let mut set = |field, text: &str| self.details.entry(field).or_default().set(row, text);
        match payload {
            Payload::Component { name, variant, version, .. } => {
                set("component", name);
                set("variant", variant);
                set("version", version);
            }
            Payload::Request { method, route, status, .. } => {
                set("method", method);
                set("route", route);
                set("status", &status.to_string());
            }
            Payload::Command { name, version, .. } => {
                set("command", name);
                set("version", version);
            }
            Payload::Check { status, .. } => set("status", &status.to_string()),
            _ => {}
        }
    }

    /// Number of events.
    pub fn len(&self) -> usize {
        self.time.len()
    }

    /// Whether there are no events.
    pub fn is_empty(&self) -> bool {
        self.time.is_empty()
    }

    /// Number of distinct visitors.
    pub fn visitors_len(&self) -> usize {
        self.visitors.len()
    }

    /// Brings the rows' visits up to date after visits were merged by late events. Cheap when none were.
    pub fn settle(&mut self) {
        self.visits.relabel(&mut self.visit);
    }
}

impl Extend<Event> for Table {
    fn extend<T: IntoIterator<Item = Event>>(&mut self, events: T) {
        events.into_iter().for_each(|event| self.append(event));
    }
}
