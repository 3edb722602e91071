//! What was counted, what was not, and why: every event that the site was sent has exactly one outcome.

use super::{Answers, Request};
use crate::app::App;
use crate::format;
use crate::markup::{Element, element};
use crate::problem::problem;
use crate::skeleton;
use crate::table::{Row, table};
use crate::words::{fill, plural, say};
use form_urlencoded::byte_serialize;
use serde_json::Value;

/// Asks for the table of outcomes.
pub fn requests(app: &App) -> Vec<Request> {
    let site: String = byte_serialize(app.site_wanted().unwrap_or_default().as_bytes()).collect();
    vec![Request::get(["/api/v1/outcomes?site=", &site].concat())]
}

/// An outcome with its reason, in words. The vocabulary is `protocol/src/outcome.rs`; one that is not known here is shown
/// by its name.
pub(super) fn words(outcome: &str, reason: &str) -> (String, String) {
    // Outcomes without a reason of their own have their name for one.
    let what = match outcome {
        "accepted" => say("Counted"),
        "duplicate" => say("Sent again"),
        "filtered" => say("Left out on purpose"),
        "rate_limited" => say("Came too fast"),
        "invalid" => say("Not understood"),
        "too_old" => say("Too old"),
        "too_large" => say("Too large"),
        "unauthorised" => say("Not allowed"),
        "dropped" => say("Given up by the browser"),
        other => other.to_owned(),
    };
    let why = match reason {
        "bot" => say("the user agent is a known robot"),
        "spam_referrer" => say("the referrer is on the list of referrer spam"),
        "gpc" => say("the browser asks not to be sold or shared (Global Privacy Control)"),
        "excluded_route" => say("the page is excluded"),
        "malformed" => say("the bytes are no batch of events"),
        "unknown_version" => say("the batch is of a version that this server does not speak"),
        "missing_field" => say("a field is missing or empty"),
        "bad_field" => say("a field has a value outside its range"),
        "bad_url" => say("the address is no URL"),
        "body_too_large" => say("the body has too many bytes"),
        "too_many_events" => say("the batch has too many events"),
        "text_too_long" => say("a text is too long"),
        "too_many_props" => say("the event has too many properties"),
        "bad_signature" => say("the signature is not one of a known key"),
        "stale_signature" => say("the request was signed too long ago, or by a clock that is ahead"),
        "replayed" => say("the same signed request was here before"),
        reason if reason == outcome => String::new(),
        other => other.replace('_', " "),
    };
    (what, why)
}

/// The table, and what it means.
pub fn content(_: &App, answers: &Answers) -> Element {
    let card = element("section").class("card view-card").with("data-panel", "outcomes");
    let answer = match answers.get(0) {
        None => return card.child(skeleton::rows(6)),
        Some(Err(why)) => return card.child(problem(why)),
        Some(Ok(answer)) => answer,
    };
    let received = answer.get("received").and_then(Value::as_f64).unwrap_or(0.0);
    let mut rows: Vec<(&str, &str, f64)> = answer
        .get("outcomes")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|row| {
            let text = |name| row.get(name).and_then(Value::as_str);
            Some((text("outcome")?, text("reason").unwrap_or_default(), row.get("count")?.as_f64()?))
        })
        .collect();
    rows.sort_by(|a, b| b.2.total_cmp(&a.2));
    let counted: f64 = rows.iter().filter(|row| row.0 == "accepted").map(|row| row.2).sum();
    let lead = fill(
        "Since the site was added, {0} came in and {1} of them were counted. Each event has exactly one outcome, and they add up.",
        &[&plural(received, "{0} event", "{0} events"), &format::grouped(counted)],
    );
    let most = rows.iter().map(|row| row.2).fold(1.0, f64::max);
    let rows = rows.into_iter().map(|(outcome, reason, count)| {
        let (what, why) = words(outcome, reason);
        let head = element("span").text(what).child(element("span").class("row-why").text([" ", &why].concat()));
        let share = if received > 0.0 { format::percent(count / received * 100.0) } else { String::new() };
        Row { head, part: Some(count / most), values: vec![format::grouped(count), share] }
    });
    card.child(element("h2").text(say("What was counted, what was not, and why")))
        .child(element("p").class("lead").text(lead))
        .child(table(&say("Outcomes of all events"), &[say("Outcome"), say("Events"), say("Share")], rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Node;
    use crate::sample;
    use serde_json::json;

    #[test]
    fn every_outcome_is_a_row_and_the_most_frequent_comes_first() {
        let app = sample::empty_app("?view=outcomes&site=a%2Fb.example");
        assert_eq!(requests(&app)[0].path, "/api/v1/outcomes?site=a%2Fb.example");
        let answer = json!({ "received": 1500, "outcomes": [
            { "outcome": "filtered", "reason": "bot", "count": 300 },
            { "outcome": "accepted", "reason": "accepted", "count": 1200 },
            { "outcome": "new_kind", "reason": "new_reason", "count": 0 },
        ]});
        let answers = Answers { asked: vec![Some(Ok(answer))], sent: None };
        let html = Node::from(content(&app, &answers)).html();
        let places = ["1,500 events", "1,200 of them", ">Counted<", ">80%<", "known robot", "new_kind", "new reason"]
            .map(|text| html.find(text).unwrap_or_else(|| panic!("{text}: {html}")));
        assert!(places.is_sorted(), "{places:?}");
    }
}
