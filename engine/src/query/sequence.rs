//! Sequences: visits in which events did one thing after the other.

use super::filter::Filter;
use super::selection::Selector;

/// Finds the earliest completion of the steps in every visit, each step by an event of its own, in the order of time
/// (events of the same second in the order of arrival) and not necessarily adjacent. Answers for every visit whether
/// it completed them and for every row whether it is the first event after a completion.
pub(super) fn find(selector: &Selector<'_>, steps: &[Filter]) -> (Vec<bool>, Vec<bool>) {
    let table = selector.table;
    let masks: Vec<Vec<bool>> = steps.iter().map(|step| selector.events(step)).collect();
    let fits = |step: u32, row: u32| {
        masks.get(step as usize).and_then(|mask| mask.get(row as usize)).copied().unwrap_or(false)
    };
    let mut completed = vec![false; table.visits.all.len()];
    let mut followers = vec![false; table.len()];
    // How many steps each visit has done; one more once the event after them was found.
    let mut done = vec![0u32; table.visits.all.len()];
    let all = steps.len() as u32;
    for row in in_time(&table.time) {
        let visit = table.visit.get(row as usize).copied().unwrap_or(u32::MAX);
        let Some(done) = done.get_mut(visit as usize) else { continue };
        if *done < all {
            // Goals of scrolling may make an engagement event a step, so steps decide for themselves.
            if fits(*done, row) {
                *done += 1;
                if *done == all {
                    completed.iter_mut().skip(visit as usize).take(1).for_each(|visit| *visit = true);
                }
            }
        } else if *done == all && !selector.is_engagement(row) {
            *done += 1;
            followers.iter_mut().skip(row as usize).take(1).for_each(|row| *row = true);
        }
    }
    (completed, followers)
}

/// Rows in the order of time, those of the same second in the order of arrival.
fn in_time(times: &[i64]) -> Vec<u32> {
    let mut rows: Vec<u32> = (0..times.len() as u32).collect();
    if !times.is_sorted() {
        rows.sort_by_key(|row| times.get(*row as usize));
    }
    rows
}
