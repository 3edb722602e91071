//! Which events convert which goals.

use super::dimension::Dimension;
use super::filter::Filter;
use super::text_test::wildcard;
use crate::site::{Goal, Trigger};
use crate::table::{ENGAGEMENT, NO_SCROLL_DEPTH, PAGEVIEW, Table};

/// For every row whether it converts the goal. Goals of scrolling are converted by engagement events, all others by
/// the event itself.
pub(super) fn conversions(table: &Table, goal: &Goal) -> Vec<bool> {
    let mut rows = match &goal.trigger {
        Trigger::Event(name) => named(table, name),
        Trigger::Page(pattern) => both(named(table, PAGEVIEW), on_page(table, pattern)),
        Trigger::Scroll { page_path, threshold } => {
            let reached =
                table.scroll_depth.iter().map(|depth| *depth != NO_SCROLL_DEPTH && *depth <= 100 && depth >= threshold);
            both(both(named(table, ENGAGEMENT), on_page(table, page_path)), reached.collect())
        }
    };
    for (key, value) in &goal.custom_props {
        let column = table.props.get(key);
        let wanted = column.and_then(|column| column.dictionary.code(value));
        let has = match (column, wanted) {
            (Some(column), Some(wanted)) => column.dense(table.len()).into_iter().map(|code| code == wanted).collect(),
            _ => vec![false; table.len()],
        };
        rows = both(rows, has);
    }
    rows
}

fn named(table: &Table, name: &str) -> Vec<bool> {
    let wanted = table.name.dictionary.code(name);
    table.name.codes.iter().map(|code| Some(*code) == wanted).collect()
}

fn on_page(table: &Table, pattern: &str) -> Vec<bool> {
    let fits: Vec<bool> = table.page.dictionary.texts().map(|path| wildcard(pattern, path)).collect();
    table.page.codes.iter().map(|code| fits.get(*code as usize).copied().unwrap_or(false)).collect()
}

fn both(mut left: Vec<bool>, right: Vec<bool>) -> Vec<bool> {
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
