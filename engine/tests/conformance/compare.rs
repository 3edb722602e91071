//! How an answer is compared with what a vector expects, by the rules of `run.py`.

use serde_json::Value;

type Outcome = Result<(), String>;

/// Compares a value: numbers by value, objects by the expected keys, lists element by element, matchers as they say.
pub(crate) fn value(expected: &Value, actual: Option<&Value>, path: &str) -> Outcome {
    if let Value::Object(keys) = expected
        && keys.keys().any(|key| key.starts_with('$'))
    {
        return matcher(keys, actual, path);
    }
    let actual = actual.ok_or_else(|| format!("{path}: missing, expected {expected}"))?;
    let differs = || Err(format!("{path}: expected {expected}, got {actual}"));
    match (expected, actual) {
        (Value::Number(left), Value::Number(right)) => {
            let (left, right) = (left.as_f64().unwrap(), right.as_f64().unwrap());
            if (left - right).abs() <= 1e-9 * left.abs().max(right.abs()) { Ok(()) } else { differs() }
        }
        (Value::Object(keys), Value::Object(fields)) => {
            keys.iter().try_for_each(|(key, expected)| value(expected, fields.get(key), &format!("{path}.{key}")))
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => left
            .iter()
            .zip(right)
            .enumerate()
            .try_for_each(|(index, (left, right))| value(left, Some(right), &format!("{path}[{index}]"))),
        (left, right) if left == right => Ok(()),
        _ => differs(),
    }
}

fn matcher(keys: &serde_json::Map<String, Value>, actual: Option<&Value>, path: &str) -> Outcome {
    let absent = actual.is_none_or(Value::is_null);
    if keys.get("$absent") == Some(&Value::Bool(true)) {
        return if absent { Ok(()) } else { Err(format!("{path}: expected to be absent")) };
    }
    let list = actual.and_then(Value::as_array).ok_or_else(|| format!("{path}: expected a list"))?;
    for (key, wanted) in keys {
        match key.as_str() {
            "$len" if wanted.as_u64() != Some(list.len() as u64) => {
                return Err(format!("{path}: expected {wanted} elements, got {}", list.len()));
            }
            "$len" => {}
            "$at" => {
                for (index, wanted) in wanted.as_object().unwrap() {
                    let place = index.parse::<i64>().unwrap();
                    let place = if place < 0 { place + list.len() as i64 } else { place };
                    value(wanted, list.get(place as usize), &format!("{path}[{index}]"))?;
                }
            }
            "$contains" => {
                for wanted in wanted.as_array().unwrap() {
                    if list.iter().all(|element| value(wanted, Some(element), "").is_err()) {
                        return Err(format!("{path}: does not contain {wanted}"));
                    }
                }
            }
            "$not_contains" => {
                for unwanted in wanted.as_array().unwrap() {
                    if list.iter().any(|element| value(unwanted, Some(element), "").is_ok()) {
                        return Err(format!("{path}: contains {unwanted}"));
                    }
                }
            }
            other => return Err(format!("{path}: unknown matcher {other}")),
        }
    }
    Ok(())
}

/// Compares rows: in order, or as a multiset with the sequence of the sort keys.
pub(crate) fn results(vector: &Value, expected: &Value, actual: &Value) -> Outcome {
    let (Some(rows), false) = (expected.as_array(), vector["order_matters"].as_bool().unwrap_or(true)) else {
        return value(expected, Some(actual), "results");
    };
    let mut rest = actual.as_array().ok_or("results: expected a list")?.clone();
    if rows.len() != rest.len() {
        return Err(format!("results: expected {expected}, got {actual}"));
    }
    for row in rows {
        let place = rest.iter().position(|other| value(row, Some(other), "").is_ok());
        rest.remove(place.ok_or_else(|| format!("results (any order): no row {row} in {actual}"))?);
    }
    let Some(order_key) = vector.get("order_key") else { return Ok(()) };
    let key = |row: &Value| {
        let pick = |places: &str, values: &str| {
            let places = order_key[places].as_array().unwrap().iter();
            places.map(|place| row[values][place.as_u64().unwrap() as usize].clone()).collect::<Vec<_>>()
        };
        Value::from(vec![Value::from(pick("dims", "dimensions")), Value::from(pick("metrics", "metrics"))])
    };
    let keys = |rows: &[Value]| Value::from(rows.iter().map(key).collect::<Vec<_>>());
    value(&keys(rows), Some(&keys(actual.as_array().unwrap())), "results order")
}

/// Compares the echoed query; its range as instants.
pub(crate) fn query(expected: &Value, actual: &Value) -> Outcome {
    let mut expected = expected.clone();
    if let Some(range) = expected.as_object_mut().and_then(|fields| fields.remove("date_range")) {
        let instants = |range: &Value| {
            let ends = range.as_array().into_iter().flatten();
            ends.map(|end| super::import::seconds(end.as_str().unwrap())).collect::<Vec<_>>()
        };
        if instants(&range) != instants(&actual["date_range"]) {
            return Err(format!("query.date_range: expected {range}, got {}", actual["date_range"]));
        }
    }
    value(&expected, Some(actual), "query")
}
