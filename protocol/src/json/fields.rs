//! The fields of JSON objects, each there and right, absent, or refused.

use super::{BAD_FIELD, MISSING_FIELD};
use crate::event::Payload;
use crate::outcome::Outcome;
use alloc::string::String;
use alloc::vec::Vec;
use serde_json::{Map, Value, json};

pub(super) fn text(object: &Map<String, Value>, key: &str) -> Result<Option<String>, Outcome> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(BAD_FIELD),
    }
}

pub(super) fn texts(list: Option<&Value>) -> Result<Vec<String>, Outcome> {
    let Some(list) = list.filter(|list| !list.is_null()) else { return Ok(Vec::new()) };
    let list = list.as_array().ok_or(BAD_FIELD)?;
    list.iter().map(|text| text.as_str().map(String::from).ok_or(BAD_FIELD)).collect()
}

pub(super) fn flag(object: &Map<String, Value>, key: &str) -> Result<Option<bool>, Outcome> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(flag) => flag.as_bool().map(Some).ok_or(BAD_FIELD),
    }
}

/// A count or measure: a number not below 0; a fraction is rounded, as clocks of browsers give them.
pub(super) fn number<T: TryFrom<u64>>(object: &Map<String, Value>, key: &str) -> Result<Option<T>, Outcome> {
    let value = match object.get(key) {
        None | Some(Value::Null) => return Ok(None),
        Some(value) => value,
    };
    let whole = value.as_u64().or_else(|| {
        let float = value.as_f64()?;
        (0.0..9e15).contains(&float).then_some((float + 0.5) as u64)
    });
    whole.and_then(|whole| T::try_from(whole).ok()).map(Some).ok_or(BAD_FIELD)
}

/// A vital's value, in thousandths.
pub(super) fn value_thousandths(value: &Value) -> Result<u32, Outcome> {
    if value.is_null() {
        return Err(MISSING_FIELD);
    }
    let value = value.as_f64().ok_or(BAD_FIELD)? * 1000.0 + 0.5;
    if value >= 0.0 && value <= f64::from(u32::MAX) { Ok(value as u32) } else { Err(BAD_FIELD) }
}

/// Decimal text in exact thousandths; further decimals are cut. An exponent is as JSON numbers may carry one.
pub(super) fn thousandths(decimal: &str) -> Option<i64> {
    let (mantissa, exponent) = match decimal.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (decimal, 0),
    };
    let (negative, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() || whole.len() + fraction.len() > 40 {
        return None;
    }
    // The digits up to the third decimal after the exponent has moved the point.
    let keep = i64::try_from(whole.len()).ok()? + i64::from(exponent) + 3;
    let mut amount = 0i64;
    let mut digits = whole.chars().chain(fraction.chars());
    if !whole.chars().chain(fraction.chars()).all(|digit| digit.is_ascii_digit()) || keep > 400 {
        return None;
    }
    for _ in 0..keep.max(0) {
        let digit = digits.next().and_then(|digit| digit.to_digit(10)).unwrap_or(0);
        let digit = i64::from(digit);
        amount = amount.checked_mul(10)?.checked_add(if negative { -digit } else { digit })?;
    }
    Some(amount)
}

/// The object of a kind that has fields of its own; null for the others.
pub(super) fn own_value(payload: &Payload) -> Value {
    match payload {
        Payload::Pageview | Payload::Engagement { .. } | Payload::Custom { .. } => Value::Null,
        Payload::Component { name, variant, version, action, duration_ms } => json!({
            "name": name, "variant": variant, "version": version, "action": action, "duration_ms": duration_ms,
        }),
        Payload::Request { method, route, status, duration_ms, bytes_in, bytes_out } => json!({
            "method": method, "route": route, "status": status, "duration_ms": duration_ms,
            "bytes_in": bytes_in, "bytes_out": bytes_out,
        }),
        Payload::Query { system, fingerprint, duration_ms, rows } => json!({
            "system": system, "fingerprint": fingerprint, "duration_ms": duration_ms, "rows": rows,
        }),
        Payload::Vital { name, value_thousandths, rating, target } => json!({
            "name": name, "value": f64::from(*value_thousandths) / 1000.0, "rating": rating, "target": target,
        }),
        Payload::Error { class, fingerprint } => json!({ "type": class, "fingerprint": fingerprint }),
        Payload::Command { name, flags, success, duration_ms, version } => json!({
            "name": name, "flags": flags, "success": success, "duration_ms": duration_ms, "version": version,
        }),
        Payload::Check { name, status, success, duration_ms } => json!({
            "name": name, "status": status, "success": success, "duration_ms": duration_ms,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn amounts_are_exact_to_the_thousandth() {
        for (text, expected) in [
            ("0", Some(0)),
            ("9.99", Some(9_990)),
            ("100.3", Some(100_300)),
            ("0.0019", Some(1)),
            ("-5.5", Some(-5_500)),
            ("1e3", Some(1_000_000)),
            ("12.5e-1", Some(1_250)),
            (".5", Some(500)),
            ("", None),
            ("-", None),
            ("1.2.3", None),
            ("12a", None),
            ("1e400", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(thousandths(text), expected, "{text}");
        }
    }

    #[test]
    fn measures_are_whole_and_not_negative() {
        let read = |value: Value| {
            let mut object = Map::new();
            object.insert("n".to_string(), value);
            number::<u32>(&object, "n")
        };
        assert_eq!(read(json!(12)), Ok(Some(12)));
        assert_eq!(read(json!(12.6)), Ok(Some(13)));
        assert_eq!(read(json!(null)), Ok(None));
        for bad in [json!(-1), json!("12"), json!(5_000_000_000_u64), json!(true), json!(-0.6), json!([])] {
            assert_eq!(read(bad.clone()), Err(BAD_FIELD), "{bad}");
        }
    }
}
