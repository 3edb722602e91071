//! Journeys: which pages and events come next, or came before, within a visit.
//!
//! The steps of a visit are its page views, each by its path, and its custom events, each by its name, in the order of
//! time; a step that repeats the one before is no new one.

use super::about::{About, Context};
use super::dictionary::Dictionaries;
use super::dimension::{Dimension, Domain};
use super::filter::Filter;
use super::funnel::read_step;
use super::partial::{Reader, Writer};
use super::period::Selects;
use super::rules;
use super::scan::{Scan, Values};
use super::selection;
use super::value::round;
use crate::bytes::Malformed;
use crate::event::PAGEVIEW;
use crate::refusal::Refusal;
use crate::segment::DetailField;
use hashbrown::HashMap;
use serde_json::{Value, json};

const SHAPE: &str = "start is a filter on events such as [\"is\", \"event:page\", [\"/\"]] (the beginning of the visit where \
                     it is left out); direction is \"next\" (the default) or \"previous\"; depth is 1 to 5 (3 where it is \
                     left out); limit is 1 to 100 steps after each (10 where it is left out)";

/// Kinds of events that are no steps of a visitor's, and the field that tells them from custom events of the same name.
const NO_STEPS: [(&str, DetailField); 7] = [
    ("component", DetailField::Text(3, 0)),
    ("request", DetailField::Text(4, 0)),
    ("query", DetailField::Text(5, 0)),
    ("vital", DetailField::Text(6, 0)),
    ("error", DetailField::Text(7, 0)),
    ("command", DetailField::Text(8, 0)),
    ("check", DetailField::Text(9, 0)),
];

/// A step: whether it is a page, and the code of its path or name.
type Step = (bool, u32);

/// A place in the tree of journeys.
#[derive(Clone, Debug, Default)]
struct Node {
    visits: i64,
    visitors: i64,
    last_visitor: u32,
    /// Visits that have no further step.
    ends: i64,
    next: HashMap<Step, usize>,
}

/// A question about journeys, and what was found.
#[derive(Clone, Debug)]
pub(super) struct Journeys {
    /// The events.
    pub(super) about: About,
    start: Option<Filter>,
    backwards: bool,
    depth: usize,
    limit: usize,
    /// The one way to follow, as far as it is given: whether each step is a page, and its path or name. None to follow all.
    along: Option<Vec<(bool, String)>>,
    nodes: Vec<Node>,
}

impl Journeys {
    /// Reads `{"site_id", "date_range", "filters"?, "start"?, "direction"?, "depth"?, "limit"?, "along"?}`.
    pub(super) fn read(context: &Context<'_>, json: &Value, selects: &mut Selects) -> Result<Self, Refusal> {
        let (fields, about) = About::read(context, json, &["start", "direction", "depth", "limit", "along"], selects)?;
        let wrong = |path: &str, error: &str| Refusal::at(path, "invalid_journey", error, SHAPE);
        let start = match fields.get("start") {
            None | Some(Value::Null) => None,
            Some(start) => Some(read_step(start, "/start")?.1),
        };
        rules::check_goals_of(start.as_slice(), context.site)?;
        let backwards = match fields.get("direction").map(Value::as_str) {
            None | Some(Some("next")) => false,
            Some(Some("previous")) => true,
            Some(_) => return Err(wrong("/direction", "this is not a direction")),
        };
        let number = |name: &str, default: usize, most: u64| match fields.get(name) {
            None | Some(Value::Null) => Ok(default),
            Some(value) => match value.as_u64() {
                Some(number) if (1..=most).contains(&number) => Ok(number as usize),
                _ => Err(wrong(&format!("/{name}"), "the number is out of range")),
            },
        };
        let (depth, limit) = (number("depth", 3, 5)?, number("limit", 10, 100)?);
        let along = match fields.get("along") {
            None | Some(Value::Null) => None,
            Some(along) => Some(read_way(along).ok_or_else(|| wrong("/along", "this is not a way"))?),
        };
        Ok(Self { about, start, backwards, depth, limit, along, nodes: vec![Node::default()] })
    }

    /// Counts a part.
    pub(super) fn add(&mut self, scan: &Scan<'_>) {
        let Self { about, start, backwards, depth, nodes, .. } = self;
        let start = start.as_ref().map(|start| selection::events(scan, start));
        let (Some(Values::Rows(pages, page_codes)), Some(Values::Rows(names, name_codes))) =
            (scan.values(&Dimension::Page), scan.values(&Dimension::Name))
        else {
            return;
        };
        let mut is_step: Vec<bool> = scan.engagement().iter().map(|engagement| !engagement).collect();
        for (_, field) in NO_STEPS.iter().filter(|(name, _)| scan.part.code_of_name(name) != u32::MAX) {
            for row in &scan.part.detail(*field).rows {
                is_step.iter_mut().skip(*row as usize).take(1).for_each(|step| *step = false);
            }
        }
        let pageview = scan.part.code_of_name(PAGEVIEW);
        let at = |codes: &[u32], place: usize| codes.get(place).copied().unwrap_or(0);
        let step = |row: usize| -> Option<Step> {
            let name = at(names.codes(), row);
            if name == pageview {
                return Some((true, at(&page_codes, at(pages.codes(), row) as usize)));
            }
            let is_step = is_step.get(row).copied().unwrap_or(false);
            is_step.then(|| (false, at(&name_codes, name as usize)))
        };
        let first = scan.first_visitor + 1;
        about.each_visit(scan, |visitor, rows| {
            let begins = |row: &usize| start.as_ref().is_none_or(|start| start.get(*row).copied().unwrap_or(false));
            let Some(begin) = rows.iter().position(begins) else { return };
            let (before, after) = rows.split_at(begin);
            let mut steps: Vec<Step> = if *backwards {
                before.iter().rev().filter_map(|row| step(*row)).collect()
            } else {
                // Without a start the first step is a step like all others.
                after.iter().skip(usize::from(start.is_some())).filter_map(|row| step(*row)).collect()
            };
            let starts_with = start.as_ref().and_then(|_| after.first()).and_then(|row| step(*row));
            if let Some(own) = starts_with {
                let repeats = steps.iter().take_while(|step| **step == own).count();
                steps.drain(..repeats);
            }
            steps.dedup();
            walk(nodes, &steps, *depth, first + visitor);
        });
    }

    pub(super) fn write(&self, out: &mut Writer<'_>) {
        self.write_node(0, out);
    }

    fn write_node(&self, place: usize, out: &mut Writer<'_>) {
        let Some(Node { visits, visitors, ends, next, .. }) = self.nodes.get(place) else { return };
        for number in [*visits, *visitors, *ends] {
            out.signed(number);
        }
        out.number(next.len() as u64);
        for ((is_page, code), place) in next {
            out.number((*is_page).into());
            out.code(domain(*is_page), *code);
            self.write_node(*place, out);
        }
    }

    /// Adds what was counted of other visitors.
    pub(super) fn merge(&mut self, from: &mut Reader<'_>) -> Result<(), Malformed> {
        self.merge_node(0, self.depth, from)
    }

    fn merge_node(&mut self, place: usize, depth: usize, from: &mut Reader<'_>) -> Result<(), Malformed> {
        let Some(Node { visits, visitors, ends, .. }) = self.nodes.get_mut(place) else { return Err(Malformed) };
        for number in [visits, visitors, ends] {
            *number = number.saturating_add(from.signed()?);
        }
        for _ in 0..from.count()? {
            let is_page = from.number()? == 1;
            let step = (is_page, from.code(domain(is_page))?);
            let new = self.nodes.len();
            let next = self.nodes.get_mut(place).map_or(new, |node| *node.next.entry(step).or_insert(new));
            if next == new {
                self.nodes.push(Node::default());
            }
            self.merge_node(next, depth.checked_sub(1).ok_or(Malformed)?, from)?;
        }
        Ok(())
    }

    /// The steps after the start as a tree, the most frequent first; where one way is followed, only its steps have steps
    /// after them.
    pub(super) fn answer(&self, dictionaries: &Dictionaries) -> Value {
        let root = self.nodes.first().cloned().unwrap_or_default();
        let (steps, others) = self.steps(&root, self.along.as_deref(), dictionaries);
        json!({"results": {"visits": root.visits, "visitors": root.visitors, "ends": root.ends, "others": others, "steps": steps}})
    }

    /// The steps after a place, and the visits of those that are left out. A step that is to be followed is never left out;
    /// behind the end of the way that is given the most frequent step is followed.
    fn steps(&self, node: &Node, along: Option<&[(bool, String)]>, dictionaries: &Dictionaries) -> (Vec<Value>, i64) {
        let text = |(is_page, code): Step| dictionaries.text(domain(is_page), code);
        let mut next: Vec<(Step, &Node)> =
            node.next.iter().filter_map(|(step, place)| Some((*step, self.nodes.get(*place)?))).collect();
        next.sort_by(|left, right| {
            let by_name = || (text(left.0), left.0.0).cmp(&(text(right.0), right.0.0));
            right.1.visits.cmp(&left.1.visits).then_with(by_name)
        });
        let named = along.and_then(<[_]>::first).map(|(is_page, name)| (*is_page, name.as_str()));
        let followed = match named {
            Some(named) => next.iter().position(|(step, _)| (step.0, text(*step)) == named),
            None => along.map(|_| 0),
        };
        let rest = along.map(|along| along.get(1..).unwrap_or_default());
        let shown = |place: usize| place < self.limit || named.is_some() && followed == Some(place);
        let others =
            next.iter().enumerate().filter(|(place, _)| !shown(*place)).map(|(_, (_, node))| node.visits).sum();
        let shown = next.into_iter().enumerate().filter(|(place, _)| shown(*place)).map(|(place, (step, found))| {
            let goes_on = along.is_none() || followed == Some(place);
            let (steps, others) = if goes_on { self.steps(found, rest, dictionaries) } else { Default::default() };
            json!({
                "kind": if step.0 { "page" } else { "event" },
                "value": text(step),
                "visits": found.visits,
                "visitors": found.visitors,
                "share": round(found.visits as f64 * 100.0 / node.visits.max(1) as f64, 2),
                "ends": found.ends,
                "others": others,
                "steps": steps,
            })
        });
        (shown.collect(), others)
    }
}

/// Reads the way to follow.
fn read_way(along: &Value) -> Option<Vec<(bool, String)>> {
    let steps = along.as_array().filter(|steps| steps.len() <= 4)?;
    let read = |step: &Value| {
        let is_page = match step.get("kind")?.as_str()? {
            "page" => true,
            "event" => false,
            _ => return None,
        };
        Some((is_page, step.get("value")?.as_str()?.to_owned()))
    };
    steps.iter().map(read).collect()
}

/// Where the texts of a step are.
fn domain(is_page: bool) -> &'static Domain {
    if is_page { &Domain::Page } else { &Domain::Name }
}

/// Counts a visit along its steps.
fn walk(nodes: &mut Vec<Node>, steps: &[Step], depth: usize, visitor: u32) {
    let mut place = 0;
    let mut rest = steps.iter().take(depth);
    let mut taken = 0;
    loop {
        let step = rest.next();
        let new = nodes.len();
        let Some(node) = nodes.get_mut(place) else { return };
        node.visits += 1;
        node.visitors += i64::from(std::mem::replace(&mut node.last_visitor, visitor) != visitor);
        let Some(step) = step else {
            node.ends += i64::from(steps.len() == taken);
            return;
        };
        taken += 1;
        place = *node.next.entry(*step).or_insert(new);
        if place == new {
            nodes.push(Node::default());
        }
    }
}
