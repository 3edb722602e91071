//! The worker's side of an object of a site: one method call inside the runtime per delivery. An object is called by its
//! name (see `crate::shards`).

use super::columns::{Given, Wanted};
use super::delivery::Delivery;
use super::question::Question;
use engine::shelf::Piece;
use js_sys::Uint8Array;
use protocol::outcome::{Outcome, Unauthorised};
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
/// First byte: the request's nonce was used up before, and its events are counted as refused.
pub const REPLAYED: u8 = 3;
/// First byte: too many signed requests came for another nonce to be remembered; the events are counted as refused.
pub const TOO_MANY_SIGNED: u8 = 4;
/// First byte: another request has brought lines of the same import, nothing is stored.
pub const OVERTAKEN: u8 = 5;

#[wasm_bindgen]
extern "C" {
    type SiteStub;
    #[wasm_bindgen(method, catch)]
    async fn deliver(this: &SiteStub, joined: Uint8Array) -> std::result::Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = takeOut)]
    async fn take_out(this: &SiteStub, from_s: &str, since_s: &str) -> std::result::Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn count(this: &SiteStub, count: &str) -> std::result::Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn columns(this: &SiteStub, wanted: &str) -> std::result::Result<JsValue, JsValue>;
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

/// What became of a delivered event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// It is counted.
    Accepted,
    /// It was counted before.
    Duplicate,
    /// It does not belong here and is not counted (see [`Delivery::only_going_on`]).
    Elsewhere,
}

impl Stored {
    /// How it travels.
    pub fn byte(self) -> u8 {
        self as u8
    }

    fn of(byte: u8) -> Self {
        match byte {
            0 => Self::Accepted,
            1 => Self::Duplicate,
            _ => Self::Elsewhere,
        }
    }

    /// The event's outcome; none where that is decided elsewhere.
    pub fn outcome(self) -> Option<Outcome> {
        match self {
            Self::Accepted => Some(Outcome::Accepted),
            Self::Duplicate => Some(Outcome::Duplicate),
            Self::Elsewhere => None,
        }
    }
}

/// What became of a delivery.
#[derive(Debug)]
pub enum Delivered<T> {
    /// It is durable, and so became of its events, in their order.
    Durable(Vec<T>),
    /// The site is not set up.
    UnknownSite,
    /// All of its events ended so, because of the request that they came by.
    Refused(Outcome),
    /// It is part of an import that another request brings as well; nothing of it is counted.
    Overtaken,
}

/// Hands a delivery over and waits until it is durable.
pub async fn deliver(env: &Env, object: &str, delivery: &Delivery) -> Result<Delivered<Stored>> {
    let joined = Uint8Array::from(join([delivery.encode()].iter()).as_slice());
    let answers = Uint8Array::new(&stub(env, object)?.deliver(joined).await?).to_vec();
    read(split(&answers).next().unwrap_or_default())
}

/// Byte strings one after the other, each after its length in four bytes, as `js/outbox.mjs` joins them too.
pub fn join<'a>(parts: impl Iterator<Item = &'a Vec<u8>>) -> Vec<u8> {
    let mut joined = Vec::new();
    for part in parts {
        joined.extend_from_slice(&(part.len() as u32).to_le_bytes());
        joined.extend_from_slice(part);
    }
    joined
}

/// Reads what [`join`] wrote.
pub fn split(mut joined: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (length, rest) = joined.split_first_chunk::<4>()?;
        let (part, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        joined = rest;
        Some(part)
    })
}

/// Reads an object's answer to a delivery.
///
/// # Errors
/// Where the object did not commit.
pub fn read(answer: &[u8]) -> Result<Delivered<Stored>> {
    match answer.split_first() {
        Some((&DURABLE, stored)) => Ok(Delivered::Durable(stored.iter().map(|byte| Stored::of(*byte)).collect())),
        Some((&UNKNOWN_SITE, _)) => Ok(Delivered::UnknownSite),
        Some((&REPLAYED, _)) => Ok(Delivered::Refused(Outcome::Unauthorised(Unauthorised::Replayed))),
        Some((&OVERTAKEN, _)) => Ok(Delivered::Overtaken),
        Some((&TOO_MANY_SIGNED, _)) => Ok(Delivered::Refused(Outcome::RateLimited)),
        _ => Err(Error::RustError("the site's store did not commit".into())),
    }
}

/// Takes a piece of an export (see `Shelf::export`); none where the site is not set up.
pub async fn export(env: &Env, object: &str, from_s: i64, since_s: i64) -> Result<Option<Piece>> {
    let taken =
        Uint8Array::new(&stub(env, object)?.take_out(&from_s.to_string(), &since_s.to_string()).await?).to_vec();
    let Some((begin_s, rest)) = taken.split_first_chunk::<8>() else { return Ok(None) };
    let unreadable = || Error::RustError("an export cannot be read".into());
    let (next_s, record) = rest.split_first_chunk::<8>().ok_or_else(unreadable)?;
    let events = engine::journal::decode(record).map_err(|_| unreadable())?;
    let [begin_s, next_s] = [*begin_s, *next_s].map(i64::from_le_bytes);
    Ok(Some(Piece { events, begin_s, next_s: Some(next_s).filter(|next_s| *next_s != i64::MAX) }))
}

/// Has events counted (see `SiteStore::count`): how many segments cannot be read, and the counts; none where the site is
/// not set up.
pub async fn count(env: &Env, object: &str, count: &str) -> Result<Option<(u32, Vec<u8>)>> {
    let counted = Uint8Array::new(&stub(env, object)?.count(count).await?).to_vec();
    Ok(counted.split_first_chunk::<4>().map(|(damaged, partial)| (u32::from_le_bytes(*damaged), partial.to_vec())))
}

/// Asks for the visits of days as columns; none where the site is not set up.
pub async fn columns(env: &Env, object: &str, wanted: &Wanted) -> Result<Option<Given>> {
    let wanted = serde_json::to_string(wanted)?;
    Ok(Given::decode(Uint8Array::new(&stub(env, object)?.columns(&wanted).await?).to_vec()))
}

/// Asks a question.
pub async fn ask(env: &Env, object: &str, question: &Question) -> Result<Answer> {
    let answer = stub(env, object)?.ask(&serde_json::to_string(question)?).await?;
    let mut answer: Value = serde_json::from_str(&answer.as_string().unwrap_or_default())?;
    let status = answer.get("status").and_then(Value::as_u64).unwrap_or(500) as u16;
    Ok(Answer { status, body: answer.get_mut("body").map(Value::take).unwrap_or_default() })
}

fn stub(env: &Env, object: &str) -> Result<SiteStub> {
    Ok(env.durable_object("SITE")?.get_by_name(object)?.into_rpc())
}
