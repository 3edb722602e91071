//! Retention: of the visitors who first came in one week or day, how many came again in those after.
//!
//! A visitor belongs to the first bucket of the range that has an event of his. Visitors of a site that keeps no
//! identity are new each day; those that an importer names, or a server, are the same for ever. Of the others only those
//! can be followed who allowed their browsers to keep the week of their first visit: with `"cohorts": "kept"` each
//! visitor (of a day) belongs to the week that the browser says, and who says none is left out.

use super::about::{About, Context};
use super::dimension::COHORT;
use super::partial::{Reader, Writer};
use super::period::Selects;
use super::rules;
use super::scan::Scan;
use super::value::round;
use crate::bytes::Malformed;
use crate::refusal::Refusal;
use crate::time::{Buckets, Unit, Zone};
use serde_json::{Value, json};
use std::rc::Rc;

const SHAPE: &str = "unit is \"week\" (the default), \"day\" or \"month\"; a range may have 366 of them. cohorts is \"seen\" \
                     (the default) or \"kept\": by the week that browsers keep, which has no days";

/// Most buckets of a grid.
const BUCKETS_MAX: usize = 366;

/// A question about retention, and what was found.
#[derive(Clone, Debug)]
pub(super) struct Retention {
    /// The events.
    pub(super) about: About,
    buckets: Rc<Buckets>,
    /// The site's time zone, where cohorts are the weeks that browsers keep.
    kept: Option<Zone>,
    /// For each bucket of first coming the visitors who came so many buckets later.
    cohorts: Vec<Vec<i64>>,
}

impl Retention {
    /// Reads `{"site_id", "date_range", "filters"?, "unit"?, "cohorts"?}`.
    pub(super) fn read(context: &Context<'_>, json: &Value, selects: &mut Selects) -> Result<Self, Refusal> {
        let (fields, about) = About::read(context, json, &["unit", "cohorts"], selects)?;
        let unit = match fields.get("unit").map(Value::as_str) {
            None | Some(Some("week")) => Unit::Week,
            Some(Some("day")) => Unit::Day,
            Some(Some("month")) => Unit::Month,
            Some(_) => return Err(Refusal::at("/unit", "invalid_retention", "this is not a unit", SHAPE)),
        };
        let kept = match fields.get("cohorts").map(Value::as_str) {
            None | Some(Some("seen")) => None,
            Some(Some("kept")) if unit != Unit::Day => Some(context.zone.clone()),
            Some(_) => return Err(Refusal::at("/cohorts", "invalid_retention", "these are no cohorts", SHAPE)),
        };
        let buckets = Buckets::of(&about.range, unit, context.zone).filter(|buckets| buckets.len() <= BUCKETS_MAX);
        let buckets = Rc::new(buckets.ok_or_else(|| rules::too_many_buckets(unit))?);
        let cohorts = (0..buckets.len()).map(|first| vec![0; buckets.len() - first]).collect();
        Ok(Self { about, buckets, kept, cohorts })
    }

    /// Counts a part.
    pub(super) fn add(&mut self, scan: &Scan<'_>) {
        let (times, engagement) = (scan.part.times(), scan.engagement());
        let Self { about, buckets, kept, cohorts } = self;
        let kept = kept.as_ref().map(|zone| weeks(scan, buckets, zone));
        about.each_visitor(scan, |rows| {
            let counted = rows.iter().filter(|row| engagement.get(**row) == Some(&false));
            let mut came: Vec<usize> =
                counted.filter_map(|row| times.get(*row)).map(|time| buckets.index(*time)).collect();
            came.dedup();
            let first = match &kept {
                None => came.first().copied(),
                Some(weeks) => rows.iter().find_map(|row| weeks.get(*row).copied().flatten()),
            };
            let Some(first) = first else { return };
            if let Some(cohort) = cohorts.get_mut(first) {
                for bucket in came.into_iter().filter(|bucket| *bucket >= first) {
                    cohort.iter_mut().skip(bucket - first).take(1).for_each(|visitors| *visitors += 1);
                }
            }
        });
    }

    pub(super) fn write(&self, out: &mut Writer<'_>) {
        self.cohorts.iter().flatten().for_each(|visitors| out.signed(*visitors));
    }

    /// Adds what was counted of other visitors.
    pub(super) fn merge(&mut self, from: &mut Reader<'_>) -> Result<(), Malformed> {
        for visitors in self.cohorts.iter_mut().flatten() {
            *visitors = visitors.saturating_add(from.signed()?);
        }
        Ok(())
    }

    /// For each bucket in which somebody first came how many did, and how many came again in each later one.
    pub(super) fn answer(&self) -> Value {
        let cohorts = self.cohorts.iter().enumerate().map(|(first, cohort)| (first, cohort, cohort.first().copied()));
        let rows = cohorts.filter_map(|(first, cohort, visitors)| {
            let visitors = visitors.filter(|visitors| *visitors > 0)?;
            let retained = cohort.iter().enumerate().map(|(period, came)| {
                json!({"period": period, "visitors": came, "rate": round(*came as f64 * 100.0 / visitors as f64, 2)})
            });
            Some(json!({
                "cohort": self.buckets.label(first),
                "visitors": visitors,
                "retained": retained.collect::<Vec<_>>(),
            }))
        });
        json!({"results": rows.collect::<Vec<_>>()})
    }
}

/// For each row the bucket of the week in which the browser first came; none where it says none, or a week before the range.
fn weeks(scan: &Scan<'_>, buckets: &Buckets, zone: &Zone) -> Vec<Option<usize>> {
    let bucket = |text: &str| -> Option<usize> {
        let monday = zone.start_of_day(text.parse().ok()?).0;
        (monday >= buckets.start(0)).then(|| buckets.index(monday))
    };
    let (codes, texts) = &*scan.part.prop(COHORT);
    let buckets: Vec<Option<usize>> = texts.iter().map(bucket).collect();
    codes.iter().map(|code| buckets.get(*code as usize).copied().flatten()).collect()
}
