//! What is asked, in each lane's words, and whether the lanes answer the same.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// Dimensions of the breakdowns, their columns in SQL, and what stands for a missing value in ours.
const TOPS: [(&str, &str, &str); 12] = [
    ("event:page", "pathname", ""),
    ("visit:entry_page", "entry_page", "(not set)"),
    ("visit:exit_page", "exit_page", "(not set)"),
    ("visit:source", "source", "Direct / None"),
    ("visit:referrer", "referrer", "Direct / None"),
    ("visit:channel", "channel", "Direct"),
    ("visit:country", "country", "(not set)"),
    ("visit:region", "region", "(not set)"),
    ("visit:city", "city", "0"),
    ("visit:browser", "browser", "(not set)"),
    ("visit:os", "os", "(not set)"),
    ("visit:device", "device", "(not set)"),
];
const HEADLINES: [&str; 6] = ["visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration"];
const DAY: i64 = 86_400;

/// The days that a dashboard shows, counted since 1970, and what it is filtered by.
#[derive(Clone, Copy)]
pub(super) struct Question {
    /// The first day.
    pub(super) first: i64,
    /// The last day.
    pub(super) last: i64,
    /// Country and source, where it is filtered.
    pub(super) only: Option<(&'static str, &'static str)>,
}

impl Question {
    /// As the Stats API is asked: one request.
    pub(super) fn for_ours(&self, site: &str) -> Result<Value> {
        let range = [date(self.first)?, date(self.last)?];
        let filters = match self.only {
            Some((country, source)) => json!([["is", "visit:country", [country]], ["is", "visit:source", [source]]]),
            None => json!([]),
        };
        let query = |metrics: &[&str], dimensions: &[&str], more: Value| {
            json!({
                "metrics": metrics, "dimensions": dimensions, "date_range": range, "filters": filters,
                "include": more, "pagination": { "limit": if dimensions == ["time:day"] { 1_000 } else { 10 } },
            })
        };
        let mut queries = vec![
            query(&HEADLINES, &[], json!({ "comparisons": { "mode": "previous_period" } })),
            query(&["visitors", "pageviews"], &["time:day"], json!({})),
        ];
        queries.extend(TOPS.iter().map(|(dimension, ..)| query(&["visitors"], &[dimension], json!({}))));
        Ok(json!({ "site_id": site, "queries": queries }))
    }

    /// As the peers are asked: the first and last second of the range and of the one before, the columns of the
    /// breakdowns, and the filters by column.
    pub(super) fn for_peers(&self) -> Value {
        let (start, end) = (self.first * DAY, (self.last + 1) * DAY);
        let filters = self.only.map(|(country, source)| json!({ "country": country, "source": source }));
        json!({
            "range": [start, end - 1],
            "earlier": [start - (end - start), start - 1],
            "tops": TOPS.map(|(_, column, _)| column),
            "filters": filters.unwrap_or_else(|| json!({})),
        })
    }
}

/// A day's date.
fn date(day: i64) -> Result<String> {
    Ok(jiff::Timestamp::from_second(day * DAY)?.to_string().chars().take(10).collect())
}

/// The answers to all questions.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answer {
    /// Of the range before and of the one asked for.
    headlines: [Vec<f64>; 2],
    /// Date, visitors and page views.
    days: Vec<(String, f64, f64)>,
    /// Of each breakdown the values and their visitors.
    tops: Vec<Vec<(String, f64)>>,
}

impl Answer {
    /// Reads what the Stats API answered.
    pub(super) fn of_ours(answer: &Value) -> Result<Self> {
        let lists = list(answer, "/results")?;
        let mut rows = Vec::new();
        for (place, of_query) in lists.iter().enumerate() {
            let of_query =
                list(of_query, "/results").with_context(|| format!("query {place} was refused: {of_query}"))?;
            rows.push(of_query);
        }
        let [headlines, days, tops @ ..] = rows.as_slice() else { bail!("there are answers missing: {answer}") };
        let headline = headlines.first().context("the headlines have no row")?;
        Ok(Self {
            headlines: [numbers(headline, "/comparison/metrics")?, numbers(headline, "/metrics")?],
            days: days
                .iter()
                .map(|row| Ok((text(row, "/dimensions/0"), number(row, "/metrics/0")?, number(row, "/metrics/1")?)))
                .collect::<Result<_>>()?,
            tops: tops.iter().map(|top| pairs(top, "/dimensions/0", "/metrics/0", "")).collect::<Result<_>>()?,
        })
    }

    /// Reads what a peer answered, whose headlines are sums: visitors, visits, page views, page views of the visits,
    /// bounces, seconds.
    pub(super) fn of_peer(answer: &Value) -> Result<Self> {
        let headline = |path: &str| -> Result<Vec<f64>> {
            let sums = numbers(answer, path)?;
            let [visitors, visits, views, seen, bounces, seconds] = sums.as_slice() else {
                bail!("headlines: {sums:?}")
            };
            let mean = |sum: f64, places: f64| if *visits > 0.0 { rounded(sum, *visits, places) } else { 0.0 };
            Ok(vec![*visitors, *visits, *views, mean(*seen, 100.0), mean(bounces * 100.0, 1.0), mean(*seconds, 1.0)])
        };
        let tops = list(answer, "/tops")?.iter().zip(TOPS);
        Ok(Self {
            headlines: [headline("/headlines/0")?, headline("/headlines/1")?],
            days: list(answer, "/days")?
                .iter()
                .map(|row| Ok((date(number(row, "/0")? as i64)?, number(row, "/1")?, number(row, "/2")?)))
                .collect::<Result<_>>()?,
            tops: tops.map(|(top, (.., blank))| pairs(list_of(top)?, "/0", "/1", blank)).collect::<Result<_>>()?,
        })
    }

    /// How it differs from another answer; none where both are the same. What ties at the end of a list may be one or
    /// the other.
    pub(super) fn difference(&self, other: &Self) -> Option<String> {
        if self.headlines != other.headlines {
            return Some(format!("headlines: {:?} and {:?}", self.headlines, other.headlines));
        }
        if self.days != other.days {
            return Some(format!("days: {:?} and {:?}", self.days, other.days));
        }
        if self.tops.len() != other.tops.len() {
            return Some(format!("{} and {} breakdowns", self.tops.len(), other.tops.len()));
        }
        let mut tops = self.tops.iter().zip(&other.tops).zip(TOPS);
        let (tops, (name, ..)) = tops.find(|((left, right), _)| certain(left) != certain(right))?;
        Some(format!("{name}: {tops:?}"))
    }
}

/// All counts of a breakdown, and the values that do not tie with its last, in an order of their own.
fn certain(top: &[(String, f64)]) -> (Vec<f64>, Vec<&str>) {
    let last = if top.len() < 10 { -1.0 } else { top.last().map_or(-1.0, |(_, count)| *count) };
    let mut values: Vec<(&str, f64)> = top.iter().map(|(value, count)| (value.as_str(), *count)).collect();
    values.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(right.0)));
    let above = values.iter().filter(|(_, count)| *count > last).map(|(value, _)| *value).collect();
    (values.iter().map(|(_, count)| *count).collect(), above)
}

/// A quotient of whole numbers with so many places (as a power of ten), halves rounded up.
fn rounded(sum: f64, count: f64, places: f64) -> f64 {
    let (sum, count, places) = (sum as i64, count as i64, places as i64);
    ((2 * sum * places + count) / (2 * count)) as f64 / places as f64
}

fn list<'a>(value: &'a Value, path: &str) -> Result<&'a Vec<Value>> {
    value.pointer(path).and_then(Value::as_array).with_context(|| format!("there is no list {path}"))
}

fn list_of(value: &Value) -> Result<&Vec<Value>> {
    list(value, "")
}

fn number(value: &Value, path: &str) -> Result<f64> {
    value.pointer(path).and_then(Value::as_f64).with_context(|| format!("there is no number {path} in {value}"))
}

fn numbers(value: &Value, path: &str) -> Result<Vec<f64>> {
    list(value, path)?.iter().map(|entry| number(entry, "")).collect()
}

/// A text, or a number as text.
fn text(value: &Value, path: &str) -> String {
    match value.pointer(path) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

/// The rows of a breakdown, `blank` in the place of missing values.
fn pairs(rows: &[Value], value: &str, count: &str, blank: &str) -> Result<Vec<(String, f64)>> {
    let pair = |row: &Value| {
        let text = text(row, value);
        Ok((if text.is_empty() { blank.to_owned() } else { text }, number(row, count)?))
    };
    rows.iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(top: &[(&str, i64)]) -> Answer {
        let empty: Vec<Value> = Vec::new();
        let mut tops = vec![json!(top)];
        tops.resize(TOPS.len(), json!(empty));
        let headlines = [[0; 6], [4, 8, 12, 13, 1, 4]];
        Answer::of_peer(&json!({ "headlines": headlines, "days": [[19_000, 4, 12]], "tops": tops })).unwrap()
    }

    #[test]
    fn sums_become_rounded_means() {
        let answer = answer(&[]);
        // 13 of 8 is 1.625, 1 of 8 is 12.5 percent, 4 of 8 is half a second.
        assert_eq!(answer.headlines, [vec![0.0; 6], vec![4.0, 8.0, 12.0, 1.63, 13.0, 1.0]]);
        assert_eq!(answer.days, [(String::from("2022-01-08"), 4.0, 12.0)]);
    }

    #[test]
    fn only_what_ties_at_the_end_may_differ() {
        let ten = |last: &'static str, first: i64| -> Vec<(&str, i64)> {
            let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", last];
            names.into_iter().zip([first, 8, 8, 7, 6, 5, 4, 3, 2, 2]).collect()
        };
        let base = answer(&ten("j", 9));
        let mut tied_within = ten("j", 9);
        tied_within.swap(1, 2);
        for (top, same) in [
            (ten("j", 9), true),
            (ten("k", 9), true),
            (tied_within, true),
            (ten("j", 10), false),
            (ten("j", 9).into_iter().take(9).collect(), false),
            (
                ten("j", 9).into_iter().map(|(name, count)| (if name == "a" { "z" } else { name }, count)).collect(),
                false,
            ),
        ] {
            assert_eq!(base.difference(&answer(&top)).is_none(), same, "{top:?}");
        }
        // A list that is not full has no end that ties could be cut at.
        assert!(answer(&[("a", 1)]).difference(&answer(&[("b", 1)])).is_some());
    }
}
