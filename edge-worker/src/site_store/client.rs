//! The worker's side of a site's object: one method call inside the runtime per delivery.

use super::delivery::Delivery;
use super::export::Format;
use super::question::Question;
use js_sys::Uint8Array;
use protocol::outcome::Outcome;
use serde_json::Value;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{Env, Error, Result};

/// First byte of an answer to a delivery: the events are durable.
pub const DURABLE: u8 = 0;
/// First byte: no such site is set up.
pub const UNKNOWN_SITE: u8 = 1;
/// First byte: the commit failed, nothing is stored.
pub const FAILED: u8 = 2;

#[wasm_bindgen]
extern "C" {
    type SiteStub;
    #[wasm_bindgen(method, catch)]
    async fn deliver(this: &SiteStub, bytes: Uint8Array) -> std::result::Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = takeOut)]
    async fn take_out(
        this: &SiteStub,
        format: &str,
        from_s: &str,
        since_s: &str,
    ) -> std::result::Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn ask(this: &SiteStub, question: &str) -> std::result::Result<JsValue, JsValue>;
}

/// The object's answer to a question.
pub struct Answer {
    /// 200, 404 where the site is not set up, or the engine's refusal.
    pub status: u16,
    /// The body.
    pub body: Value,
}

/// Hands a delivery over and waits until it is durable. The outcomes are in the order of the events; none where the
/// site is not set up.
pub async fn deliver(env: &Env, domain: &str, delivery: &Delivery) -> Result<Option<Vec<Outcome>>> {
    let bytes = Uint8Array::from(delivery.encode().as_slice());
    let answer = Uint8Array::new(&stub(env, domain)?.deliver(bytes).await?).to_vec();
    match answer.split_first() {
        Some((&DURABLE, outcomes)) => Ok(Some(outcomes.iter().map(|byte| outcome(*byte)).collect())),
        Some((&UNKNOWN_SITE, _)) => Ok(None),
        _ => Err(Error::RustError("the site's store did not commit".into())),
    }
}

/// A piece of an export.
pub struct Taken {
    /// Where the next piece begins; none after the last.
    pub next_s: Option<i64>,
    /// The piece.
    pub bytes: Vec<u8>,
}

/// Takes a piece of an export (see `Shelf::export`); none where the site is not set up.
pub async fn export(env: &Env, domain: &str, format: Format, from_s: i64, since_s: i64) -> Result<Option<Taken>> {
    let piece = stub(env, domain)?.take_out(format.name(), &from_s.to_string(), &since_s.to_string()).await?;
    let piece = Uint8Array::new(&piece).to_vec();
    let Some((next_s, bytes)) = piece.split_first_chunk::<8>() else { return Ok(None) };
    let next_s = Some(i64::from_le_bytes(*next_s)).filter(|next_s| *next_s != i64::MAX);
    Ok(Some(Taken { next_s, bytes: bytes.to_vec() }))
}

/// Asks a question.
pub async fn ask(env: &Env, domain: &str, question: &Question) -> Result<Answer> {
    let answer = stub(env, domain)?.ask(&serde_json::to_string(question)?).await?;
    let mut answer: Value = serde_json::from_str(&answer.as_string().unwrap_or_default())?;
    let status = answer.get("status").and_then(Value::as_u64).unwrap_or(500) as u16;
    Ok(Answer { status, body: answer.get_mut("body").map(Value::take).unwrap_or_default() })
}

fn stub(env: &Env, domain: &str) -> Result<SiteStub> {
    Ok(env.durable_object("SITE")?.get_by_name(domain)?.into_rpc())
}

fn outcome(byte: u8) -> Outcome {
    if byte == 0 { Outcome::Accepted } else { Outcome::Duplicate }
}
