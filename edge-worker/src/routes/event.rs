//! `POST /e`: a batch from the tracker, in the compact binary form or as JSON.

use crate::answer::{Answer, Refusal, of_json};
use crate::call::Call;
use crate::ingest::{self, is_refusal};
use protocol::event::Received;
use protocol::outcome::Outcome;
use protocol::{binary, json, limits};
use serde_json::json;
use worker::Method;

/// Takes a batch in. 200 if at least one event was welcome, with one result per event.
pub(super) async fn answer(call: &mut Call) -> Answer {
    call.only(&Method::Post, "POST, OPTIONS")?;
    let types = ["text/plain", "application/json", "application/octet-stream"];
    call.content_type(&types, "Send the batch as text/plain or application/json, not compressed.")?;
    let body = call.body(limits::BATCH_BYTES_MAX).await?;
    let batch = decode(&body).map_err(|outcome| {
        ingest::count_homeless(outcome.reason(), 1);
        ingest::refusal_of(outcome)
    })?;
    if batch.events.is_empty() {
        return Err(Refusal::malformed("A batch has at least one event."));
    }
    let mut arrival = call.arrival();
    arrival.screen_width = batch.screen_width;
    let sender = call.sender();
    let received =
        batch.events.into_iter().map(|event| event.map(|event| (arrival.clone(), sender.clone(), event))).collect();
    let outcomes = ingest::take(call, &batch.site, received).await?;
    if outcomes.iter().all(|outcome| is_refusal(*outcome)) {
        return Err(ingest::refusal(&outcomes));
    }
    let results: Vec<_> = outcomes.into_iter().map(ingest::result).collect();
    Ok(of_json(200, &json!({ "results": results })))
}

/// Reads either form: the binary begins with its version, JSON with a brace.
fn decode(body: &[u8]) -> Result<Received, Outcome> {
    if body.trim_ascii_start().first() == Some(&b'{') { json::decode(body) } else { binary::decode(body) }
}
