//! `POST /api/v1/events`: events that a server reports, of itself or of its visitors.
//!
//! Beside the fields of a batch's event, each may state whose it is (`ip`, `user_agent`) and when it was (`timestamp`, at
//! most 24 hours ago): a server is trusted with what a browser is not. It shows its right by a key or by a signature.

use crate::access;
use crate::answer::{Answer, Refusal, of_json};
use crate::call::Call;
use crate::ingest::{self, Received, is_refusal};
use crate::site_store::delivery::Sender;
use jiff::Timestamp;
use protocol::limits;
use protocol::outcome::{Invalid, Outcome, TooLarge};
use serde_json::{Value, json};

const BODY_BYTES_MAX: usize = 1_048_576;
/// How far ahead a server's clock may be.
const AHEAD_MS_MAX: i64 = 60_000;

/// Takes events in; 200 with one result per event if at least one was welcome.
pub(super) async fn answer(call: &mut Call) -> Answer {
    call.content_type(&["application/json"], "Send the events as application/json.")?;
    let body = call.body(BODY_BYTES_MAX).await?;
    let nonce = access::check_signature(call, &body).await.inspect_err(ingest::count_unauthorised)?;
    let hint = "Send {\"site\": \"example.com\", \"events\": [{\"name\": \"pageview\", \"url\": \"https://…\"}]}.";
    let batch: Value = serde_json::from_slice(&body).map_err(|_| Refusal::malformed(hint))?;
    let site = batch.get("site").and_then(Value::as_str).ok_or_else(|| Refusal::malformed(hint))?;
    let events = batch.get("events").and_then(Value::as_array).filter(|events| !events.is_empty());
    let events = events.ok_or_else(|| Refusal::malformed(hint))?;
    if events.len() > limits::EVENTS_PER_BATCH_MAX {
        return Err(ingest::refusal_of(Outcome::TooLarge(TooLarge::Events)));
    }
    let received = events.iter().map(|event| read(call, event)).collect();
    let outcomes = ingest::take(call, site, None, received, Vec::new(), nonce).await?;
    let results =
        outcomes.iter().zip(events).map(|(outcome, event)| with_id(ingest::result(*outcome), event)).collect();
    if outcomes.iter().all(|outcome| is_refusal(*outcome)) {
        return Err(Refusal { results: Some(results), ..ingest::refusal(&outcomes) });
    }
    Ok(of_json(200, &json!({ "results": results })))
}

fn read(call: &Call, event: &Value) -> Received {
    let bad = Outcome::Invalid(Invalid::BadField);
    let text = |field| match event.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.len() <= limits::TEXT_BYTES_MAX => Ok(Some(text.clone())),
        Some(_) => Err(bad),
    };
    let (ip, user_agent) = (text("ip")?, text("user_agent")?);
    let mut sent = protocol::json::event(event)?;
    if let Some(timestamp) = text("timestamp")? {
        let at: Timestamp = timestamp.parse().map_err(|_| bad)?;
        let age_ms = call.now_ms() - at.as_millisecond();
        if age_ms < -AHEAD_MS_MAX {
            return Err(bad);
        }
        // What is older than can be said is too old by the same rule.
        sent.age_ms = u32::try_from(age_ms.max(0)).unwrap_or(u32::MAX);
    }
    let mut arrival = call.stated().arrival();
    // Who reports for a visitor names their browser; without it the server speaks of itself and is no robot.
    arrival.from_browser = user_agent.is_some();
    if ip.is_some() || user_agent.is_some() {
        // Country and language were those of the server's own connection.
        (arrival.country, arrival.language) = Default::default();
    }
    arrival.user_agent = user_agent.unwrap_or_default();
    let sender = match (&ip, call.stated().sender()) {
        (Some(ip), _) => Sender::Client { ip: crate::sender::canonical_ip(ip), user_agent: arrival.user_agent.clone() },
        (None, Sender::Client { ip, .. }) => Sender::Client { ip, user_agent: arrival.user_agent.clone() },
        (None, sender) => sender,
    };
    Ok((arrival, sender, sent))
}

/// The result with the event's id, so that the sender can tell which it was.
fn with_id(mut result: Value, event: &Value) -> Value {
    let id = event.get("id").and_then(Value::as_str).and_then(protocol::event::EventId::from_hex);
    if let (Some(_), Some(fields), Some(text)) = (id, result.as_object_mut(), event.get("id")) {
        fields.insert("id".into(), text.clone());
    }
    result
}
