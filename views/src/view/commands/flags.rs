//! Flags out of the sets that commands ran with.

use crate::json;
use crate::report::Record;
use serde_json::Value;

/// Each flag with its runs and its share of all runs in percent, the most frequent first: from rows of sets, each a JSON
/// array of texts, with their runs. A flag that a run had twice counts once.
pub(super) fn flags(sets: &[Record]) -> Vec<Record> {
    let all: f64 = sets.iter().map(|set| set.count(0)).sum();
    let mut flags: Vec<(String, f64)> = Vec::new();
    for set in sets {
        let names = json::read(set.name(0));
        let names = names.as_ref().and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        for (place, name) in names.iter().enumerate() {
            let again = names.iter().take(place).any(|before| before == name);
            let Some(name) = name.as_str().filter(|_| !again) else { continue };
            match flags.iter_mut().find(|(known, _)| known == name) {
                Some((_, runs)) => *runs += set.count(0),
                None => flags.push((name.to_owned(), set.count(0))),
            }
        }
    }
    flags.sort_by(|a, b| b.1.total_cmp(&a.1));
    let record = |(name, runs): (String, f64)| Record {
        names: vec![name],
        values: vec![Some(runs), (all > 0.0).then(|| runs / all * 100.0)],
        before: Vec::new(),
    };
    flags.into_iter().map(record).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_counts_once_for_each_run() {
        let set = |flags: &str, runs| Record { names: vec![flags.into()], values: vec![Some(runs)], before: vec![] };
        let sets = [set(r#"["-v","-v","-q"]"#, 3.0), set("[]", 1.0), set(r#"["-v", 7]"#, 4.0), set("(none)", 2.0)];
        let found: Vec<(String, f64, f64)> =
            flags(&sets).iter().map(|row| (row.name(0).to_owned(), row.count(0), row.count(1))).collect();
        assert_eq!(found, [("-v".into(), 7.0, 70.0), ("-q".into(), 3.0, 30.0)]);
    }
}
