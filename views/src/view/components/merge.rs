//! What the API tells of components in two answers, as one row for each.

use crate::report::Record;

/// The action by which a component is shown.
const IMPRESSION: &str = "impression";

/// Rows of `[component, variant]` with impressions, uses, use rate, visitors, time to appear and last moment: from rows
/// with events, visitors, time and moment, and rows of `[component, variant, action]` with events. Every action but being
/// shown is a use, whatever its author calls it.
pub(super) fn merged(rows: &[Record], actions: &[Record]) -> Vec<Record> {
    let row = |row: &Record| {
        let own = || actions.iter().filter(|action| action.names.get(..2) == row.names.get(..2));
        let shown: f64 = own().filter(|action| action.name(2) == IMPRESSION).map(|action| action.count(0)).sum();
        let used: f64 = own().filter(|action| action.name(2) != IMPRESSION).map(|action| action.count(0)).sum();
        let rate = (shown > 0.0).then(|| used / shown * 100.0);
        let values = vec![Some(shown), Some(used), rate, row.value(1), row.value(2), row.value(3)];
        Record { names: row.names.clone(), values, before: Vec::new() }
    };
    rows.iter().map(row).collect()
}

/// Orders rows by the value at this place, the greatest first and those without last.
pub(super) fn sort(rows: &mut [Record], place: usize) {
    rows.sort_by(|a, b| {
        let (a, b) = (a.value(place), b.value(place));
        b.unwrap_or(f64::NEG_INFINITY).total_cmp(&a.unwrap_or(f64::NEG_INFINITY))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(names: &[&str], values: &[f64]) -> Record {
        Record {
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            values: values.iter().copied().map(Some).collect(),
            before: vec![],
        }
    }

    #[test]
    fn impressions_and_uses_of_a_variant_are_one_row() {
        let rows = [record(&["Button", "ghost"], &[13.0, 5.0, 120.0, 9.0]), record(&["Toast", "(none)"], &[2.0])];
        let actions = [
            record(&["Button", "ghost", "impression"], &[10.0]),
            record(&["Button", "ghost", "interaction"], &[2.0]),
            record(&["Button", "ghost", "opened"], &[1.0]),
            record(&["Toast", "(none)", "interaction"], &[2.0]),
        ];
        let mut rows = merged(&rows, &actions);
        assert_eq!(rows[0].values, [Some(10.0), Some(3.0), Some(30.0), Some(5.0), Some(120.0), Some(9.0)]);
        assert_eq!(rows[1].values, [Some(0.0), Some(2.0), None, None, None, None]);
        sort(&mut rows, 5);
        assert_eq!(rows[0].name(0), "Button");
    }
}
