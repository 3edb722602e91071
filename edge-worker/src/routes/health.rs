//! `GET /healthz`: the worker runs.

use crate::answer::of_json;
use serde_json::json;
use worker::Response;

/// Says that it runs.
pub(super) fn answer() -> Response {
    of_json(200, &json!({ "status": "ok" }))
}
