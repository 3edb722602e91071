//! `GET /healthz`: the worker runs.

use crate::answer::{Answer, of_json};
use crate::call::Call;
use serde_json::json;
use worker::Method;

/// Says that it runs.
pub(super) fn answer(call: &Call) -> Answer {
    call.only(&Method::Get, "GET")?;
    Ok(of_json(200, &json!({ "status": "ok" })))
}
