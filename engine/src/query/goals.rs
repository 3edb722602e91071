//! Which events convert which goals.

use super::dimension::Dimension;
use super::filter::Filter;
use super::text_test::wildcard;
use crate::event::{ENGAGEMENT, PAGEVIEW};
use crate::segment::Part;
use crate::site::{Goal, Trigger};

/// For every row whether it converts the goal. Goals of scrolling are converted by engagement events, all others by
/// the event itself.
pub(super) fn conversions(part: &Part, goal: &Goal) -> Vec<bool> {
    let mut rows = match &goal.trigger {
        Trigger::Event(name) => named(part, name),
        Trigger::Page(pattern) => both(named(part, PAGEVIEW), &on_page(part, pattern)),
        Trigger::Scroll { page_path, threshold } => {
            let reached: Vec<bool> = part.depths().iter().map(|depth| *depth <= 100 && depth >= threshold).collect();
            both(both(named(part, ENGAGEMENT), &on_page(part, page_path)), &reached)
        }
    };
    for (key, value) in &goal.custom_props {
        let coded = part.prop(key);
        let wanted = coded.1.iter().position(|text| text == value).filter(|code| *code > 0).map(|code| code as u32);
        let has: Vec<bool> = coded.0.iter().map(|code| Some(*code) == wanted).collect();
        rows = both(rows, &has);
    }
    rows
}

fn named(part: &Part, name: &str) -> Vec<bool> {
    let wanted = part.code_of_name(name);
    part.names().0.iter().map(|code| *code == wanted).collect()
}

fn on_page(part: &Part, pattern: &str) -> Vec<bool> {
    let (codes, texts) = part.pages();
    let fits: Vec<bool> = texts.iter().map(|path| wildcard(pattern, path)).collect();
    codes.iter().map(|code| fits.get(*code as usize).copied().unwrap_or(false)).collect()
}

fn both(mut left: Vec<bool>, right: &[bool]) -> Vec<bool> {
    left.iter_mut().zip(right).for_each(|(left, right)| *left &= right);
    left
}

/// The goals that a query is about, by their place among the site's: those that any filter on goals accepts, or all
/// where only the dimension asks for them.
pub(super) fn queried(goals: &[Goal], filters: &[Filter], dimensions: &[Dimension]) -> Vec<usize> {
    let tests: Vec<_> = filters
        .iter()
        .filter_map(|filter| match filter {
            Filter::Test { dimension: Dimension::Goal, test, .. } => Some(test),
            _ => None,
        })
        .collect();
    if tests.is_empty() && !dimensions.contains(&Dimension::Goal) {
        return Vec::new();
    }
    let accepted = |goal: &Goal| tests.is_empty() || tests.iter().any(|test| test.passes(&goal.display_name));
    goals.iter().enumerate().filter(|(_, goal)| accepted(goal)).map(|(place, _)| place).collect()
}
