//! `POST /api/v1/outcomes/explain`: why an event is counted or not. Reads what a page, or one of Plausible's clients, would
//! send, does all that is done to events before they are kept, shows what would be kept, and keeps and counts nothing.
//!
//! Beside the batch's own fields the body may say `user_agent`; where it does not, that of the request counts. Whether an
//! event is a duplicate only its site's object knows, so nothing is said of that.

use super::plausible;
use crate::answer::{Answer, Refusal, of_json};
use crate::call::Call;
use crate::enrich::arrival::Arrival;
use crate::ingest;
use export::ndjson;
use protocol::event::Event;
use protocol::outcome::Outcome;
use protocol::{json, limits};
use serde_json::{Map, Value, json};

/// What a body says.
struct Asked {
    site: String,
    screen_width: u16,
    user_agent: Option<String>,
    events: Vec<Result<Event, Outcome>>,
}

/// Says of each event what would become of it.
pub(super) async fn answer(call: &mut Call) -> Answer {
    call.content_type(&["application/json", "text/plain"], "Send the event as application/json.")?;
    let body = call.body(limits::BATCH_BYTES_MAX).await?;
    let asked = read(&body)?;
    ingest::known_site(call, &asked.site, 0).await?;
    let mut arrival = call.stated().arrival();
    arrival.screen_width = asked.screen_width;
    arrival.user_agent = asked.user_agent.unwrap_or(arrival.user_agent);
    let events: Vec<Value> = asked.events.into_iter().map(|event| explained(&arrival, event)).collect();
    Ok(of_json(200, &json!({ "events": events })))
}

fn read(body: &[u8]) -> Result<Asked, Refusal> {
    let hint = "Send what the page sends: a batch with the fields site and events, or an event with n, u and d.";
    let value: Value = serde_json::from_slice(body).map_err(|_| Refusal::malformed(hint))?;
    let user_agent = value.get("user_agent").and_then(Value::as_str).map(str::to_owned);
    if value.get("events").is_some() {
        let batch = json::batch_of(&value).map_err(ingest::refusal_of)?;
        return Ok(Asked { site: batch.site, screen_width: batch.screen_width, user_agent, events: batch.events });
    }
    let sent: plausible::Sent = serde_json::from_value(value).map_err(|_| Refusal::malformed(hint))?;
    let (site, screen_width) = (sent.domain.clone().unwrap_or_default(), sent.width());
    Ok(Asked { site, screen_width, user_agent, events: vec![plausible::read(sent)] })
}

/// The outcome with what it is for; where the event would be counted also what would be kept of it, in the fields of an
/// export.
fn explained(arrival: &Arrival, event: Result<Event, Outcome>) -> Value {
    match event.and_then(|event| arrival.enrich(event)) {
        Err(outcome) => {
            let mut explained = ingest::result(outcome);
            if let Some(fields) = explained.as_object_mut() {
                fields.insert("hint".into(), outcome.hint().into());
            }
            explained
        }
        Ok(kept) => {
            // The visitor would be a hash that nobody can make without the salt of the day.
            let line = ndjson::chunk(&[kept], &|_| String::new());
            let mut kept: Map<String, Value> = serde_json::from_slice(&line).unwrap_or_default();
            kept.remove("visitor");
            json!({ "outcome": Outcome::Accepted.name(), "kept": kept })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

    fn explain(body: &Value, user_agent: &str) -> Value {
        let asked = read(body.to_string().as_bytes()).unwrap();
        let arrival = Arrival { user_agent: user_agent.into(), from_browser: true, ..Arrival::default() };
        asked.events.into_iter().map(|event| explained(&arrival, event)).collect()
    }

    #[test]
    fn what_would_be_kept_is_shown_scrubbed() {
        let url = "https://a.io/u/anna@example.org?utm_source=news&token=secret";
        for body in [
            json!({"site": "a.io", "events": [{"name": "pageview", "url": url}]}),
            json!({"n": "pageview", "u": url, "d": "a.io"}),
        ] {
            let explained = explain(&body, FIREFOX);
            let kept = &explained[0]["kept"];
            assert_eq!((&kept["pathname"], &kept["source"]), (&json!("/u/:email"), &json!("news")), "{explained}");
            assert_eq!(kept["browser"], "Firefox");
            assert!(kept.get("visitor").is_none());
            assert!(!explained.to_string().contains("secret"));
        }
    }

    #[test]
    fn what_would_not_be_counted_says_why() {
        let page = json!({"name": "pageview", "url": "https://a.io/"});
        for (event, user_agent, reason) in [
            (page.clone(), "Googlebot/2.1 (+http://www.google.com/bot.html)", "bot"),
            (json!({"name": "pageview", "url": "nowhere"}), FIREFOX, "bad_url"),
            (json!({"name": "pageview", "url": "https://a.io/", "age_ms": 90_000_000}), FIREFOX, "too_old"),
            (json!({"url": "https://a.io/"}), FIREFOX, "missing_field"),
        ] {
            let explained = explain(&json!({"site": "a.io", "events": [event]}), user_agent);
            let said = explained[0]["reason"].as_str().or(explained[0]["outcome"].as_str());
            assert_eq!(said, Some(reason));
            assert!(explained[0]["hint"].as_str().is_some_and(|hint| !hint.is_empty()), "{explained}");
        }
        assert!(read(b"{").is_err() && read(b"{\"events\": 7, \"site\": \"a.io\"}").is_err());
    }
}
