//! Saved segments in filters: `["is", "segment", [id, …]]` stands for the filters that were saved under the ids.

use super::dimension::Dimension;
use super::filter::Filter;
use super::rules;
use crate::refusal::Refusal;
use crate::site::SiteSettings;
use serde_json::{Map, Value, json};

/// Refuses what is not a list of filters, or asks for what the site does not have.
///
/// # Errors
/// What is wrong with them.
pub fn check_filters(filters: &Value, site: &SiteSettings) -> Result<(), Refusal> {
    rules::check_goals_of(&Filter::list(filters)?, site)
}

/// Whether there is a dimension of this name that values can be listed of: not one of time.
pub fn is_dimension(name: &str) -> bool {
    Dimension::named(name).is_some_and(|dimension| !dimension.is_time())
}

/// Refuses what is not the way of a funnel (`"steps", "order"?, "window_seconds"?`), or asks for what the site does not have.
///
/// # Errors
/// What is wrong with it.
pub fn check_funnel(way: &Map<String, Value>, site: &SiteSettings) -> Result<(), Refusal> {
    super::funnel::read_way(way, site).map(drop)
}

/// A request with the filters that `saved` gives in the place of saved segments. Segments stand at the top of the list of
/// filters, where any filter may stand.
///
/// # Errors
/// Where a segment is not there, or stands elsewhere.
pub fn with_segments(request: &Value, saved: &dyn Fn(i64) -> Option<Value>) -> Result<Value, Refusal> {
    let mut request = request.clone();
    if let Some(Value::Array(queries)) = request.get_mut("queries") {
        for query in queries {
            expand(query, saved)?;
        }
    }
    expand(&mut request, saved)?;
    Ok(request)
}

fn expand(query: &mut Value, saved: &dyn Fn(i64) -> Option<Value>) -> Result<(), Refusal> {
    let Some(Value::Array(filters)) = query.get_mut("filters") else { return Ok(()) };
    let mut expanded = Vec::with_capacity(filters.len());
    for (place, filter) in filters.drain(..).enumerate() {
        let is_segment = filter.get(1).and_then(Value::as_str) == Some("segment");
        if is_segment {
            expanded.extend(filters_of(&filter, &format!("/filters/{place}"), saved)?);
        } else {
            expanded.push(filter);
        }
    }
    *filters = expanded;
    Ok(())
}

fn filters_of(filter: &Value, path: &str, saved: &dyn Fn(i64) -> Option<Value>) -> Result<Vec<Value>, Refusal> {
    const SHAPE: &str = "a segment is asked for as [\"is\", \"segment\", [id, …]] at the top of the filters";
    let wrong = |error: &str| Refusal::at(path, "unknown_segment", error, SHAPE);
    let ids = match filter.as_array().map(Vec::as_slice) {
        Some([Value::String(operator), _, Value::Array(ids)]) if operator == "is" && !ids.is_empty() => ids,
        _ => return Err(wrong("this is not a filter for saved segments")),
    };
    let one = |id: &Value| {
        let id = id.as_i64().ok_or_else(|| wrong("the number of a segment must be a number"))?;
        match saved(id) {
            Some(Value::Array(filters)) => Ok(filters),
            _ => Err(wrong("there is no such segment")),
        }
    };
    if let [id] = ids.as_slice() {
        return one(id);
    }
    let any = ids.iter().map(|id| Ok(json!(["and", one(id)?]))).collect::<Result<Vec<_>, Refusal>>()?;
    Ok(vec![json!(["or", any])])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_become_what_was_saved() {
        let (home, docs) = (json!(["is", "event:page", ["/"]]), json!(["contains", "event:page", ["docs"]]));
        let saved = |id: i64| match id {
            1 => Some(json!([home, ["is", "visit:country", ["EE"]]])),
            2 => Some(json!([docs])),
            _ => None,
        };
        let expanded =
            |filters: Value| with_segments(&json!({"filters": filters}), &saved).map(|query| query["filters"].clone());
        let country = json!(["is", "visit:country", ["EE"]]);
        assert_eq!(expanded(json!([docs, ["is", "segment", [1]]])), Ok(json!([docs, home, country])));
        let either = json!([["or", [["and", [home, country]], ["and", [docs]]]]]);
        assert_eq!(expanded(json!([["is", "segment", [1, 2]]])), Ok(either));
        for wrong in
            [json!([["is", "segment", [3]]]), json!([["is_not", "segment", [1]]]), json!([["is", "segment", []]])]
        {
            assert_eq!(expanded(wrong.clone()).map_err(|refusal| refusal.code), Err("unknown_segment"), "{wrong}");
        }
        let several = with_segments(&json!({"queries": [{"filters": [["is", "segment", [2]]]}, {}]}), &saved).unwrap();
        assert_eq!(several["queries"][0]["filters"], json!([docs]));
    }
}
