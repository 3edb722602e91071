//! The short way of a batch, which most events take: `js/entry.mjs` reads the request, one call here makes it a delivery,
//! one says what to answer. What is not as it mostly is goes the way of every other route.
//!
//! The `worker` crate's requests and responses, and the tasks of futures, cost more than what is done with a batch.

// The functions that the macro adds have no documentation.
#![allow(missing_docs)]

use crate::config::Config;
use crate::cors::Audience;
use crate::registry;
use crate::routes::event;
use crate::sender::Stated;
use crate::site_store::client::{self, Delivered, Stored};
use wasm_bindgen::prelude::wasm_bindgen;
use worker::Env;

/// The names of the headers that [`prepare`] wants the values of (see [`Stated::names`]), each on a line.
#[wasm_bindgen(js_name = namesOfHeaders)]
pub fn names_of_headers(env: &Env) -> String {
    Stated::names(&Config::of(env)).join("\n")
}

/// The headers of an answer to a batch, name and value in turns, each on a line.
#[wasm_bindgen(js_name = headersOfAnswers)]
pub fn headers_of_answers() -> String {
    let body = ["content-type", "application/json", "cache-control", "no-store"];
    let lines: Vec<_> =
        body.into_iter().chain(Audience::AnySite.headers().flat_map(|(name, value)| [*name, *value])).collect();
    lines.join("\n")
}

/// Makes a batch a delivery: two bytes with the length of the object's name, the name, and what is handed to it. Nothing
/// where the batch takes the long way; nothing is counted yet.
#[wasm_bindgen]
pub fn prepare(env: &Env, values: &str, body: Vec<u8>) -> Option<Vec<u8>> {
    let stated = Stated::of(values.split('\n').map(str::to_owned));
    let (object, delivery) = event::prepare(&Config::of(env), &stated, &body)?;
    Some([&(object.len() as u16).to_le_bytes(), object.as_bytes(), &delivery].concat())
}

/// The body of the answer to a batch of which its object says so; nothing where that has not taken it in. The sender tries
/// again then, and goes the long way if the site is gone.
#[wasm_bindgen]
pub fn results(object: &str, answer: &[u8]) -> Option<String> {
    match client::read(answer).ok()? {
        Delivered::Durable(stored) => {
            Some(event::results(stored.into_iter().filter_map(Stored::outcome).collect()).to_string())
        }
        Delivered::UnknownSite => {
            registry::forget(object);
            None
        }
        Delivered::Refused(_) | Delivered::Overtaken => None,
    }
}
