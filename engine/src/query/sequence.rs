//! Sequences: visits in which events did one thing after the other.

use super::filter::Filter;
use super::scan::Scan;
use super::selection;

/// Finds the earliest completion of the steps in every visit, each step by an event of its own, in the order of time
/// (events of the same second in the order of arrival) and not necessarily adjacent. Answers for every visit whether
/// it completed them and for every row whether it is the first event after a completion.
pub(super) fn find(scan: &Scan<'_>, steps: &[Filter]) -> (Vec<bool>, Vec<bool>) {
    let masks: Vec<Vec<bool>> = steps.iter().map(|step| selection::events(scan, step)).collect();
    let engagement = scan.engagement();
    let mut followers = vec![false; scan.part.rows_len()];
    let mut find_in = |rows: std::ops::Range<usize>| {
        let mut steps = masks.iter();
        let mut step = steps.next();
        for row in in_time(scan.part.times(), rows) {
            match step {
                // Goals of scrolling may make an engagement event a step, so steps decide for themselves.
                Some(mask) if mask.get(row).copied().unwrap_or(false) => step = steps.next(),
                None if engagement.get(row) == Some(&false) => {
                    followers.iter_mut().skip(row).take(1).for_each(|row| *row = true);
                    break;
                }
                _ => {}
            }
        }
        step.is_none()
    };
    let completed = scan.part.rows_of_visits().map(&mut find_in).collect();
    (completed, followers)
}

/// The rows of a visit in the order of time, those of the same second in the order of arrival.
pub(super) fn in_time(times: &[i64], rows: std::ops::Range<usize>) -> Vec<usize> {
    let mut ordered: Vec<usize> = rows.clone().collect();
    if !times.get(rows).is_some_and(<[i64]>::is_sorted) {
        ordered.sort_by_key(|row| times.get(*row));
    }
    ordered
}
