//! Funnels: how many visitors take one step after the other.
//!
//! A visitor is on a step if there are events for this and all steps before, in the order of time (events of the same
//! second as they came), each step by an event of its own, all of them within the window from the first. In a strict
//! funnel nothing that counts may come in between.

use super::about::{About, Context};
use super::filter::Filter;
use super::partial::{Reader, Writer};
use super::period::Selects;
use super::rules;
use super::scan::Scan;
use super::selection;
use super::value::round;
use crate::bytes::Malformed;
use crate::refusal::Refusal;
use crate::site::SiteSettings;
use serde_json::{Map, Value, json};

const SHAPE: &str = "steps is a list of 2 to 8 steps, each a filter on events such as [\"is\", \"event:page\", [\"/\"]] or \
                     {\"name\": …, \"filter\": […]}; order is \"loose\" (the default) or \"strict\"; window_seconds is a \
                     whole number from 1 on";

/// A funnel, and who has got how far.
#[derive(Clone, Debug)]
pub(super) struct Funnel {
    /// The events.
    pub(super) about: About,
    steps: Vec<(Option<String>, Filter)>,
    strict: bool,
    window_seconds: Option<i64>,
    /// For each step the visitors who got there.
    reached: Vec<i64>,
}

impl Funnel {
    /// Reads `{"site_id", "date_range", "filters"?, "steps", "order"?, "window_seconds"?}`.
    pub(super) fn read(context: &Context<'_>, json: &Value, selects: &mut Selects) -> Result<Self, Refusal> {
        let (fields, about) = About::read(context, json, &["steps", "order", "window_seconds"], selects)?;
        let (steps, strict, window_seconds) = read_way(fields, context.site)?;
        let reached = vec![0; steps.len()];
        Ok(Self { about, steps, strict, window_seconds, reached })
    }

    /// Counts a part.
    pub(super) fn add(&mut self, scan: &Scan<'_>) {
        let masks: Vec<Vec<bool>> = self.steps.iter().map(|(_, filter)| selection::events(scan, filter)).collect();
        let (times, engagement) = (scan.part.times(), scan.engagement());
        let (reached, strict, window) = (&mut self.reached, self.strict, self.window_seconds.unwrap_or(i64::MAX));
        self.about.each_visitor(scan, |rows| {
            // For each step when the last way to it began.
            let mut began: Vec<Option<i64>> = vec![None; masks.len()];
            let mut furthest = 0;
            for &row in rows {
                let time = times.get(row).copied().unwrap_or(0);
                let fits: Vec<bool> = masks.iter().map(|mask| mask.get(row).copied().unwrap_or(false)).collect();
                if engagement.get(row) == Some(&true) && !fits.contains(&true) {
                    continue;
                }
                // From the last step on, so that an event is one step only.
                for step in (0..masks.len()).rev() {
                    let before = match step.checked_sub(1) {
                        None => Some(time),
                        Some(before) => began.get(before).copied().flatten(),
                    };
                    let on_time = before.filter(|began| time.saturating_sub(*began) <= window);
                    let takes = on_time.filter(|_| fits.get(step) == Some(&true));
                    if let Some(slot) = began.get_mut(step) {
                        *slot = if strict { takes } else { takes.or(*slot) };
                    }
                    if takes.is_some() {
                        furthest = furthest.max(step + 1);
                    }
                }
            }
            reached.iter_mut().take(furthest).for_each(|visitors| *visitors += 1);
        });
    }

    pub(super) fn write(&self, out: &mut Writer<'_>) {
        self.reached.iter().for_each(|visitors| out.signed(*visitors));
    }

    /// Adds what was counted of other visitors.
    pub(super) fn merge(&mut self, from: &mut Reader<'_>) -> Result<(), Malformed> {
        for visitors in &mut self.reached {
            *visitors = visitors.saturating_add(from.signed()?);
        }
        Ok(())
    }

    /// For each step the visitors who got there, as a share of those of the first step and of the one before, and those
    /// who got no further.
    pub(super) fn answer(&self) -> Value {
        let first = self.reached.first().copied().unwrap_or(0);
        let share = |part: i64, whole: i64| if whole == 0 { 0.0 } else { round(part as f64 * 100.0 / whole as f64, 2) };
        let mut before = None;
        let rows = self.steps.iter().zip(&self.reached).enumerate().map(|(place, ((name, _), visitors))| {
            let next = self.reached.get(place + 1).copied();
            let row = json!({
                "step": place + 1,
                "name": name,
                "visitors": visitors,
                "conversion_rate": share(*visitors, first),
                "conversion_rate_step": share(*visitors, before.unwrap_or(*visitors)),
                "drop_off": next.map(|next| visitors - next),
                "drop_off_rate": next.map(|next| share(visitors - next, *visitors)),
            });
            before = Some(*visitors);
            row
        });
        json!({"results": rows.collect::<Vec<_>>()})
    }
}

/// The steps of a funnel, whether nothing may come in between, and the seconds from the first to the last.
type Way = (Vec<(Option<String>, Filter)>, bool, Option<i64>);

/// Reads `"steps", "order"?, "window_seconds"?` of an object.
pub(super) fn read_way(fields: &Map<String, Value>, site: &SiteSettings) -> Result<Way, Refusal> {
    let wrong = |path: &str, error: &str| Refusal::at(path, "invalid_funnel", error, SHAPE);
    let list = fields.get("steps").and_then(Value::as_array).filter(|list| (2..=8).contains(&list.len()));
    let list = list.ok_or_else(|| wrong("/steps", "there must be 2 to 8 steps"))?;
    let steps = list.iter().enumerate().map(|(place, step)| read_step(step, &format!("/steps/{place}")));
    let steps = steps.collect::<Result<Vec<_>, _>>()?;
    for (_, filter) in &steps {
        rules::check_goals_of(std::slice::from_ref(filter), site)?;
    }
    let strict = match fields.get("order").map(Value::as_str) {
        None | Some(Some("loose")) => false,
        Some(Some("strict")) => true,
        Some(_) => return Err(wrong("/order", "this is not an order of steps")),
    };
    let window_seconds = match fields.get("window_seconds") {
        None | Some(Value::Null) => None,
        Some(value) => match value.as_i64() {
            Some(seconds @ 1..) => Some(seconds),
            _ => return Err(wrong("/window_seconds", "this is not a number of seconds")),
        },
    };
    Ok((steps, strict, window_seconds))
}

/// Reads a step: a filter, or one with a name.
pub(super) fn read_step(step: &Value, path: &str) -> Result<(Option<String>, Filter), Refusal> {
    let (name, filter) = match step {
        Value::Object(fields) => {
            super::request::known(fields, path, &["name", "filter"])?;
            let name = match fields.get("name") {
                None | Some(Value::Null) => None,
                Some(Value::String(name)) if name.len() <= 200 => Some(name.clone()),
                Some(_) => {
                    let error = "a name must be a text of up to 200 bytes";
                    return Err(Refusal::at(path, "invalid_funnel", error, SHAPE));
                }
            };
            (name, fields.get("filter").unwrap_or(&Value::Null))
        }
        filter => (None, filter),
    };
    Ok((name, Filter::of_event(filter, path)?))
}
