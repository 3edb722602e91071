//! Attacks on what shares tell.

use super::*;
use proptest::prelude::*;

const RULES: Rules = Rules { k: 5, epsilon: Some(0.25) };
const EXACT: Rules = Rules { k: 5, epsilon: None };

/// Bytes that look like chance and are always the same: FNV and the finaliser of `SplitMix64`, in the place of a keyed hash.
pub(crate) fn chance(text: &[u8]) -> [u8; 16] {
    let mixed = |seed: u64| {
        let fnv = text.iter().fold(seed, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
        let mut z = fnv.wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)).to_be_bytes()
    };
    [mixed(0xcbf2_9ce4_8422_2325), mixed(0x6c62_272e_07bb_0142)].concat().try_into().unwrap()
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

const TODAY: &str = "2026-03-15";

fn read(request: Value) -> Result<Question, &'static str> {
    Question::read(&RULES, date(TODAY), &request).map_err(|refusal| refusal.code)
}

/// Counts of `visitors` in each row, as the engine answers them: with noise all of them on the first of the row's days.
fn counted(rules: &Rules, question: &Question, rows: &[(&[&str], u64)]) -> Value {
    let asked = question.query(rules);
    let metrics = asked["metrics"].as_array().unwrap().len();
    let first = question.days.0.to_string();
    let rows = rows.iter().map(|(row, visitors)| {
        let mut dimensions: Vec<&str> = row.to_vec();
        if dimensions.len() < asked["dimensions"].as_array().unwrap().len() {
            dimensions.push(&first);
        }
        json!({ "dimensions": dimensions, "metrics": vec![*visitors; metrics] })
    });
    json!({ "results": rows.collect::<Vec<_>>() })
}

fn told(rules: &Rules, request: Value, rows: &[(&[&str], u64)]) -> Vec<(String, Option<i64>)> {
    let question = Question::read(rules, date(TODAY), &request).unwrap();
    let answer = question.tell(rules, &counted(rules, &question, rows), &chance).unwrap();
    let row = |row: &Value| (row["dimensions"].to_string(), row["metrics"][0].as_i64());
    answer["results"].as_array().unwrap().iter().map(row).collect()
}

/// What is told of the visitors of one day who have these values, or of the sum of several days.
fn count(days: [&str; 2], filters: Value, visitors: u64) -> Option<i64> {
    let request = json!({ "site_id": "a.io", "metrics": ["visitors"], "date_range": days, "filters": filters });
    told(&RULES, request, &[(&[], visitors)]).pop().unwrap().1
}

#[test]
fn a_share_answers_these_questions_and_no_others() {
    let with = |field: &str, value: Value| {
        let mut request = json!({ "site_id": "a.io", "metrics": ["visitors"], "date_range": "28d" });
        request[field] = value;
        read(request).err()
    };
    let is = |dimension: &str, value: &str| json!(["is", dimension, [value]]);
    for (field, value, code) in [
        ("date_range", json!("28d"), None),
        ("date_range", json!("month"), None),
        ("date_range", json!(["2025-06-01", "2026-03-15"]), None),
        ("date_range", json!("day"), Some("not_settled")),
        ("date_range", json!(["2026-03-14", "2026-03-14"]), Some("not_settled")),
        ("date_range", json!(["2026-03-13", "2026-03-14"]), None),
        ("date_range", json!("24h"), Some("not_shared")),
        ("date_range", json!("realtime"), Some("not_shared")),
        ("date_range", json!("all"), Some("not_shared")),
        ("date_range", json!("5000d"), Some("not_shared")),
        ("date_range", json!(["2026-03-01T10:00:00Z", "2026-03-02T10:00:00Z"]), Some("not_shared")),
        ("date_range", json!("yesterday"), Some("invalid_date_range")),
        ("metrics", json!(["pageviews"]), Some("not_shared")),
        ("metrics", json!([]), Some("invalid_metric")),
        ("dimensions", json!(["event:page", "time:day"]), None),
        ("dimensions", json!(["visit:country", "time:month"]), None),
        ("dimensions", json!(["time:hour"]), Some("not_shared")),
        ("dimensions", json!(["time:minute"]), Some("not_shared")),
        ("dimensions", json!(["visit:city"]), Some("not_shared")),
        ("dimensions", json!(["event:props:name"]), Some("not_shared")),
        ("dimensions", json!(["event:page", "visit:country"]), Some("not_shared")),
        ("dimensions", json!(["time:day", "time:month"]), Some("not_shared")),
        ("filters", json!([is("visit:country", "EE"), is("event:page", "/")]), None),
        ("filters", json!([is("visit:country", "EE"), is("visit:country", "EE")]), None),
        ("filters", json!([is("visit:country", "EE"), is("visit:country", "FI")]), Some("not_shared")),
        ("filters", json!([["is", "visit:country", ["EE", "FI"]]]), Some("not_shared")),
        ("filters", json!([["is", "visit:country", []]]), Some("not_shared")),
        ("filters", json!([["is_not", "visit:country", ["EE"]]]), Some("not_shared")),
        ("filters", json!([["is", "visit:country", ["ee"], { "case_sensitive": false }]]), Some("not_shared")),
        ("filters", json!([["not", is("visit:country", "EE")]]), Some("not_shared")),
        ("filters", json!([["is", "segment", [1]]]), Some("not_shared")),
        ("filters", json!([is("visit:city", "1")]), Some("not_shared")),
        (
            "filters",
            json!([is("visit:country", "EE"), is("visit:os", "Mac"), is("visit:browser", "Safari")]),
            Some("not_shared"),
        ),
        ("include", json!({ "time_labels": true, "total_rows": true, "imports": false }), None),
        ("include", json!({ "comparisons": { "mode": "previous_period" } }), Some("not_shared")),
        ("pagination", json!({ "limit": 0 }), Some("invalid_pagination")),
        ("order_by", json!([["visitors", "asc"]]), None),
        ("order_by", json!([["pageviews", "asc"]]), Some("invalid_order_by")),
        ("more", json!(1), Some("unknown_field")),
    ] {
        assert_eq!(with(field, value.clone()), code, "{field} {value}");
    }
    let three = json!({ "metrics": ["visitors"], "date_range": "28d", "dimensions": ["visit:os"],
        "filters": [is("visit:country", "EE"), is("visit:browser", "Safari")] });
    assert_eq!(read(three).err(), Some("not_shared"), "a number is about two values at most");
    let two = json!({ "metrics": ["visitors"], "date_range": "28d", "dimensions": ["visit:os"],
        "filters": [is("visit:country", "EE"), is("visit:os", "Mac")] });
    assert_eq!(read(two).err(), None, "the row's value is the filter's");
}

#[test]
fn days_are_told_two_midnights_later() {
    for (range, days) in [
        (json!("7d"), Some(("2026-03-08", "2026-03-13"))),
        (json!("month"), Some(("2026-03-01", "2026-03-13"))),
        (json!("2mo"), Some(("2026-01-01", "2026-02-28"))),
        (json!(["2026-03-01", "2026-03-10"]), Some(("2026-03-01", "2026-03-10"))),
        (json!(["2026-03-01", "2027-03-10"]), Some(("2026-03-01", "2026-03-13"))),
        (json!("1d"), None),
    ] {
        let question = read(json!({ "site_id": "a.io", "metrics": ["visitors"], "date_range": range }));
        assert_eq!(question.ok().map(|question| question.days), days.map(|(a, b)| (date(a), date(b))), "{range}");
    }
}

#[test]
fn without_noise_no_row_and_no_rest_is_about_fewer_than_k() {
    let pages = json!({ "site_id": "a.io", "metrics": ["visitors"], "date_range": "7d", "dimensions": ["event:page"] });
    for (rows, expected) in [
        (&[("/a", 9), ("/b", 5), ("/c", 4), ("/d", 1)][..], &["/a", "/b"][..]),
        // The two that are left out have four visitors, so a third goes with them.
        (&[("/a", 9), ("/b", 5), ("/c", 3), ("/d", 1)], &["/a"]),
        (&[("/a", 9), ("/b", 5)], &["/a", "/b"]),
        (&[("/a", 9), ("/b", 1)], &[]),
        (&[("/a", 4)], &[]),
    ] {
        let cells: Vec<([&str; 1], u64)> = rows.iter().map(|(page, visitors)| ([*page], *visitors)).collect();
        let cells: Vec<(&[&str], u64)> = cells.iter().map(|(row, visitors)| (&row[..], *visitors)).collect();
        let names: Vec<String> = told(&EXACT, pages.clone(), &cells).into_iter().map(|(row, _)| row).collect();
        let expected: Vec<String> = expected.iter().map(|page| format!("[\"{page}\"]")).collect();
        assert_eq!(names, expected, "{rows:?}");
    }
}

#[test]
fn a_day_that_is_not_told_looks_like_one_without_anybody() {
    let days = json!({ "site_id": "a.io", "metrics": ["visitors", "pageviews"], "date_range": ["2026-03-01", "2026-03-04"],
        "dimensions": ["time:day"] });
    let rows: [(&[&str], u64); 3] = [(&["2026-03-01"], 9), (&["2026-03-02"], 4), (&["2026-03-04"], 4)];
    let question = Question::read(&EXACT, date(TODAY), &days).unwrap();
    let answer = question.tell(&EXACT, &counted(&EXACT, &question, &rows), &chance).unwrap();
    let hidden = |day: &str| json!({ "dimensions": [day], "metrics": [null, null], "suppressed": true });
    let expected = [
        json!({ "dimensions": ["2026-03-01"], "metrics": [9, 9] }),
        hidden("2026-03-02"),
        hidden("2026-03-03"),
        hidden("2026-03-04"),
    ];
    assert_eq!(answer["results"], json!(expected));
}

#[test]
fn ten_thousand_wordings_of_a_question_tell_one_number() {
    let is = |dimension: &str, value: &str| json!(["is", dimension, [value]]);
    let (country, page) = (is("visit:country", "EE"), is("event:page", "/"));
    let mut numbers = std::collections::BTreeSet::new();
    for n in 0..10_000_u32 {
        let mut request = json!({ "site_id": "a.io", "metrics": ["visitors"], "date_range": "7d" });
        if n % 2 == 0 {
            request["date_range"] = json!(["2026-03-08", if n % 4 == 0 { "2026-03-13" } else { "2026-03-14" }]);
        }
        request["pagination"] = json!({ "limit": 1 + n % 97 });
        request["include"] = json!({ "total_rows": n % 3 == 0 });
        let row: &[&str] = match n % 5 {
            0 => {
                request["filters"] = json!([country, page]);
                &[]
            }
            1 => {
                request["filters"] = json!([page, country, page]);
                &[]
            }
            2 => {
                request["filters"] = json!([country]);
                request["dimensions"] = json!(["event:page"]);
                &["/"]
            }
            3 => {
                request["filters"] = json!([["is", "event:page", ["/", "/"]]]);
                request["dimensions"] = json!(["visit:country"]);
                &["EE"]
            }
            _ => {
                request["filters"] = json!([country, page]);
                request["dimensions"] = json!(["visit:country"]);
                request["order_by"] = json!([["visit:country", "desc"], ["visitors", "asc"]]);
                &["EE"]
            }
        };
        numbers.insert(told(&RULES, request, &[(row, 500)])[0].1);
    }
    assert_eq!(numbers.len(), 1, "averaging them is no better than asking once");
    assert!(numbers.iter().all(|number| number.is_some_and(|number| number != 500)));
}

#[test]
fn a_range_is_the_sum_of_its_days() {
    let days: Vec<i64> = (1..=13)
        .map(|day| format!("2026-03-{day:02}"))
        .map(|day| count([&day, &day], json!([]), 500).unwrap())
        .collect();
    for first in 0..13 {
        for last in first..13 {
            let range = [format!("2026-03-{:02}", first + 1), format!("2026-03-{:02}", last + 1)];
            let told = count([&range[0], &range[1]], json!([]), 500 * (last - first + 1) as u64);
            assert_eq!(told, Some(days[first..=last].iter().sum()), "{range:?}");
        }
    }
}

#[test]
fn who_comes_on_several_days_is_one_of_each() {
    // A visitor whom a server names comes on all days. Counted once in a range, the difference would tell it exactly.
    let rules = RULES;
    let ask = |dimensions: &[&str]| {
        let request = json!({ "site_id": "a.io", "metrics": ["visitors"], "date_range": ["2026-03-01", "2026-03-03"], "dimensions": dimensions });
        let question = Question::read(&rules, date(TODAY), &request).unwrap();
        let dimensions = question.query(&rules)["dimensions"].as_array().unwrap().len();
        let rows = ["2026-03-01", "2026-03-02", "2026-03-03"].map(
            |day| json!({ "dimensions": (if dimensions == 2 { vec!["/", day] } else { vec![day] }), "metrics": [100] }),
        );
        let answer = question.tell(&rules, &json!({ "results": rows }), &chance).unwrap();
        let rows: Vec<(Value, i64)> = answer["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| (row["dimensions"].clone(), row["metrics"][0].as_i64().unwrap()))
            .collect();
        rows
    };
    let days = ask(&["time:day"]);
    let sum: i64 = days.iter().map(|(_, told)| told).sum();
    assert_eq!(days.len(), 3);
    assert_eq!(ask(&[]), [(json!([]), sum)]);
    assert_eq!(ask(&["time:month"]), [(json!(["2026-03-01"]), sum)]);
    let weeks = ask(&["time:week"]);
    // The first of March is a Sunday.
    assert_eq!(weeks, [(json!(["2026-03-01"]), days[0].1), (json!(["2026-03-02"]), days[1].1 + days[2].1)]);
    let pages = ask(&["time:day", "event:page"]);
    assert_eq!(
        pages.iter().map(|(row, _)| row.clone()).collect::<Vec<_>>(),
        days.iter().map(|(day, _)| json!([day[0], "/"])).collect::<Vec<_>>()
    );
    assert_eq!(ask(&["event:page"]), [(json!(["/"]), pages.iter().map(|(_, told)| told).sum())]);
}

#[test]
fn rows_that_were_not_all_counted_are_not_told() {
    let question =
        read(json!({ "site_id": "a.io", "metrics": ["visitors"], "date_range": "7d", "dimensions": ["event:page"] }))
            .unwrap();
    let rows = vec![json!({ "dimensions": ["/", "2026-03-08"], "metrics": [1] }); ROWS_MAX];
    let refused = question.tell(&RULES, &json!({ "results": rows }), &chance).unwrap_err();
    assert_eq!(refused.code, "too_many_rows");
}

/// How often the best guess is right of whether somebody was there, from so many numbers about that visitor, by someone who
/// knows all the others: each number says yes or no by its sign alone, and is right with the probability `1/(1+α)`.
fn best_guess(numbers: u32, epsilon: f64) -> f64 {
    let right = 1.0 / (1.0 + (-epsilon).exp());
    let mut chance = (1.0 - right).powi(numbers as i32);
    let mut sum = 0.0;
    for hits in 0..=numbers {
        // Where as many say yes as no, a coin decides.
        let weight = match (2 * hits).cmp(&numbers) {
            Ordering::Greater => 1.0,
            Ordering::Equal => 0.5,
            Ordering::Less => 0.0,
        };
        sum += chance * weight;
        chance *= f64::from(numbers - hits) / f64::from(hits + 1) * right / (1.0 - right);
    }
    sum
}

/// Every cell that a visitor of one page is in: the whole, each value and each pair of values.
fn cells(visitor: usize) -> Vec<Value> {
    let values: Vec<Value> =
        DIMENSIONS[1..].iter().map(|dimension| json!(["is", dimension, [format!("{visitor}")]])).collect();
    let mut cells = vec![json!([])];
    for (place, one) in values.iter().enumerate() {
        cells.push(json!([one]));
        cells.extend(values[place + 1..].iter().map(|other| json!([one, other])));
    }
    cells
}

#[test]
fn who_asks_everything_about_a_visitor_guesses_no_better_than_the_bound() {
    const OTHERS: u64 = 1_000;
    const VISITORS: usize = 4_000;
    let numbers = cells(0).len();
    assert_eq!(numbers, 46);
    let mut right = [0; 2];
    for visitor in 0..VISITORS {
        let was_there = visitor % 2 == 0;
        let day = format!("2026-02-{:02}", 1 + visitor % 28);
        let votes = cells(visitor).into_iter().map(|cell| {
            let told = count([&day, &day], cell, OTHERS + u64::from(was_there)).expect("a crowd is told");
            if told > OTHERS as i64 { 1 } else { -1 }
        });
        let votes: Vec<i32> = votes.collect();
        for (right, votes) in right.iter_mut().zip([&votes[..1], &votes[..]]) {
            let sum: i32 = votes.iter().sum();
            *right += if sum == 0 { 1 } else { 2 * i32::from((sum > 0) == was_there) };
        }
    }
    let [once, all] = right.map(|right| f64::from(right) / (2 * VISITORS) as f64);
    // The bounds that docs/privacy.md states, and that the attack nearly reaches.
    let bounds = [best_guess(1, 0.25), best_guess(46, 0.25)];
    assert!((bounds[0] - 0.562).abs() < 0.001 && (bounds[1] - 0.80).abs() < 0.01, "{bounds:?}");
    for (seen, bound) in [(once, bounds[0]), (all, bounds[1])] {
        assert!(seen < bound + 0.02 && seen > bound - 0.03, "{seen} where {bound} is the bound");
    }
}

#[test]
fn being_told_says_hardly_ever_that_one_more_was_there() {
    let told_at = |visitors: u64| {
        (0..4_000)
            .filter(|n| {
                count(["2026-03-01", "2026-03-01"], json!([["is", "event:page", [n.to_string()]]]), visitors).is_some()
            })
            .count()
    };
    assert_eq!(told_at(4), 0, "never below k");
    assert!(told_at(5) <= 40, "at k in one of a hundred cases at most");
    assert!(told_at(60) > 3_900);
}

proptest! {
    #[test]
    fn no_row_below_k_is_told_and_asking_again_changes_nothing(
        rows in prop::collection::btree_map("/[a-z]{1,3}", 0_u64..80, 0..30),
        k in 2_u32..20,
        epsilon in prop::option::of(0.05_f64..2.0),
        limit in 1_usize..40,
        descending in any::<bool>(),
    ) {
        let rules = Rules { k, epsilon };
        let cells: Vec<([&str; 1], u64)> = rows.iter().map(|(page, visitors)| ([page.as_str()], *visitors)).collect();
        let cells: Vec<(&[&str], u64)> = cells.iter().map(|(row, visitors)| (&row[..], *visitors)).collect();
        let ask = |offset: usize, order: &str| json!({ "site_id": "a.io", "metrics": ["visitors"], "date_range": "28d", "dimensions": ["event:page"],
            "order_by": [["visitors", order]], "pagination": { "limit": limit, "offset": offset } });
        let order = if descending { "desc" } else { "asc" };
        let mut all = Vec::new();
        for offset in (0..40).step_by(limit) {
            let page = told(&rules, ask(offset, order), &cells);
            prop_assert_eq!(&page, &told(&rules, ask(offset, order), &cells));
            all.extend(page);
        }
        for (row, told) in &all {
            let page = row.trim_matches(['[', ']', '"']);
            prop_assert!(rows[page] >= u64::from(k) && told.is_some_and(|told| told >= i64::from(k)), "{} {:?}", row, told);
        }
        // The order, which anybody may choose, is of what is told.
        let mut sorted = all.clone();
        sorted.sort_by_key(|(row, told)| (if descending { -told.unwrap() } else { told.unwrap() }, row.clone()));
        prop_assert_eq!(&all, &sorted);
        if epsilon.is_none() {
            let hidden: u64 = rows.values().sum::<u64>() - all.iter().filter_map(|(_, told)| *told).sum::<i64>() as u64;
            prop_assert!(hidden == 0 || hidden >= u64::from(k) || all.is_empty());
        }
    }
}
