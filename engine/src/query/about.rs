//! What funnels, journeys and retention have in common: whose events they are about, of when, and which.

use super::entries::{Entries, Shape};
use super::filter::Filter;
use super::period::Selects;
use super::request;
use super::rules;
use super::scan::Scan;
use super::selection::{Kinds, Select};
use crate::event::UnixSeconds;
use crate::refusal::Refusal;
use crate::site::SiteSettings;
use crate::time::{Range, Zone};
use serde_json::{Map, Value};
use std::rc::Rc;

/// What a request is read against.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    /// The site.
    pub(super) site: &'a SiteSettings,
    /// Its time zone.
    pub(super) zone: &'a Zone,
    /// The present.
    pub(super) now: UnixSeconds,
    /// The site's earliest event.
    pub(super) first_event: Option<UnixSeconds>,
}

impl Context<'_> {
    /// The range of a request.
    pub(super) fn range(&self, date_range: crate::time::DateRange) -> Result<Range, Refusal> {
        date_range.resolve(self.zone, self.now, self.first_event).ok_or_else(out_of_calendar)
    }
}

/// The refusal of a range that no calendar has.
pub(super) fn out_of_calendar() -> Refusal {
    let hint = "use a shorter or later range";
    Refusal::at("/date_range", "invalid_date_range", "Invalid date_range: it leaves the calendar", hint)
}

/// The events that a request is about.
#[derive(Clone, Debug)]
pub(super) struct About {
    /// The range of time.
    pub(super) range: Range,
    select: usize,
}

impl About {
    /// Reads `site_id`, `date_range` and `filters` of a request that has these `fields` besides.
    pub(super) fn read<'v>(
        context: &Context<'_>,
        json: &'v Value,
        fields: &[&str],
        selects: &mut Selects,
    ) -> Result<(&'v Map<String, Value>, Self), Refusal> {
        let known = [&["site_id", "date_range", "filters"], fields].concat();
        let hint = || format!("supported are {}", known.join(", "));
        let object =
            json.as_object().ok_or_else(|| Refusal::at("", "invalid_query", "a query must be an object", hint()))?;
        request::known(object, "", &known)?;
        request::site_id(object)?;
        let range = context.range(request::date_range(object.get("date_range"), "/date_range")?)?;
        let filters = object.get("filters").map_or(Ok(Vec::new()), Filter::list)?;
        rules::check_goals_of(&filters, context.site)?;
        // Goals of scrolling are converted by engagement, so all kinds of events are looked at.
        let select = selects.number(Select { filters, kinds: Kinds::Converting, range, follows_sequences: false });
        Ok((object, Self { range, select }))
    }

    /// The events of a part.
    fn entries(&self, scan: &Scan<'_>) -> Rc<Entries> {
        scan.entries(self.select, Shape::Rows, None, || Entries::of_rows(scan, self.select))
    }

    /// Calls `with` for each visitor with the rows of the events in the order of time.
    pub(super) fn each_visitor(&self, scan: &Scan<'_>, mut with: impl FnMut(&[usize])) {
        let entries = self.entries(scan);
        let mut rows = entries.rows.iter();
        for visitor in entries.visitors.chunk_by(|left, right| left == right) {
            with(&ordered(scan, rows.by_ref().take(visitor.len())));
        }
    }

    /// Calls `with` for each visit with its visitor and the rows of the events in the order of time.
    pub(super) fn each_visit(&self, scan: &Scan<'_>, mut with: impl FnMut(u32, &[usize])) {
        let entries = self.entries(scan);
        let mut rows = entries.rows.iter();
        let mut start = 0;
        for visit in entries.visits.chunk_by(|left, right| left == right) {
            let visitor = entries.visitors.get(start).copied().unwrap_or(0);
            with(visitor, &ordered(scan, rows.by_ref().take(visit.len())));
            start += visit.len();
        }
    }
}

fn ordered<'a>(scan: &Scan<'_>, rows: impl Iterator<Item = &'a u32>) -> Vec<usize> {
    let times = scan.part.times();
    let mut rows: Vec<usize> = rows.map(|row| *row as usize).collect();
    rows.sort_by_key(|row| times.get(*row));
    rows
}
