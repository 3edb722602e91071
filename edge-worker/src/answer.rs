//! Answers: JSON bodies, and refusals that say what is wrong and how to mend it without repeating what was sent.

use crate::site_store::schema;
use serde_json::{Value, json};
use worker::{Response, ResponseBuilder};

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// Machine-readable reason.
    pub code: &'static str,
    /// What is wrong, in words.
    pub error: &'static str,
    /// How to mend it.
    pub hint: &'static str,
    /// One result per event, where the request was a batch.
    pub results: Option<Value>,
    /// The methods that the path knows, for 405.
    pub allow: Option<String>,
    /// In how many seconds it may be tried again, for 429 and 503.
    pub retry_after_s: u32,
}

/// A route's end: a response, or a refusal.
pub type Answer = Result<Response, Refusal>;

impl Refusal {
    /// A refusal without extras.
    pub fn new(status: u16, code: &'static str, error: &'static str, hint: &'static str) -> Self {
        Self { status, code, error, hint, results: None, allow: None, retry_after_s: 1 }
    }

    /// Only these methods.
    pub fn method(allow: impl Into<String>) -> Self {
        let hint = "The Allow header names the methods that this path knows.";
        let refusal = Self::new(405, "method_not_allowed", "This path does not know the method.", hint);
        Self { allow: Some(allow.into()), ..refusal }
    }

    /// No such path.
    pub fn not_found() -> Self {
        Self::new(404, "not_found", "There is nothing at this path.", "The paths are listed in the documentation.")
    }

    /// No such site.
    pub fn unknown_site() -> Self {
        let hint = "Register the site with PUT /api/v1/sites/{domain}, or correct the domain.";
        Self::new(404, "unknown_site", "No site of that name is registered here.", hint)
    }

    /// The body is over the limit.
    pub fn body_too_large() -> Self {
        Self::new(413, "body_too_large", "The body is larger than this path takes.", "Send it in smaller parts.")
    }

    /// The body is not what the path takes.
    pub fn content_type(hint: &'static str) -> Self {
        Self::new(415, "unsupported_media_type", "This path does not take that type of content.", hint)
    }

    /// The body cannot be read.
    pub fn malformed(hint: &'static str) -> Self {
        Self::new(400, "malformed", "The body cannot be read.", hint)
    }

    /// The response, with the header of CORS if browsers of other sites may read it.
    pub fn into_response(self) -> Response {
        let mut body = json!({ "error": self.error, "code": self.code, "hint": self.hint });
        if let (Some(results), Some(fields)) = (self.results, body.as_object_mut()) {
            fields.insert("results".into(), results);
        }
        let response = of_json(self.status, &body);
        // Setting a header fails only for names and values that are none, and these are our own.
        if let Some(allow) = self.allow {
            let _ = response.headers().set("allow", &allow);
        }
        if self.status == 503 || self.status == 429 {
            let _ = response.headers().set("retry-after", &self.retry_after_s.to_string());
        }
        response
    }
}

/// The reason code where a newer version has written the data.
const NEWER_SCHEMA: &str = "newer_schema";

/// A fault of the store: the runtime refused, or a commit failed, so that the sender may try again; or a newer version
/// wrote the data, and only that version can take the request.
impl From<worker::Error> for Refusal {
    // Every call of a store may end here, and none should carry this along.
    #[cold]
    #[inline(never)]
    fn from(error: worker::Error) -> Self {
        worker::console_error!("store: {}", error);
        if error.to_string().contains(schema::NEWER) {
            let error = "The site's data was written by a newer version of Passerby.";
            let hint = "Deploy that version or a later one; nothing was changed.";
            // Deploying takes longer than a fault lasts.
            return Self { retry_after_s: 60, ..Self::new(503, NEWER_SCHEMA, error, hint) };
        }
        let hint = "Send it again after the time that Retry-After names; nothing of it was counted.";
        Self::new(503, "unavailable", "The store could not take the request.", hint)
    }
}

/// A JSON response that nothing may keep.
#[inline(never)]
pub fn of_json(status: u16, body: &Value) -> Response {
    of_text(status, "application/json", body.to_string())
}

/// A text response that nothing may keep.
pub fn of_text(status: u16, content_type: &str, body: String) -> Response {
    let response = ResponseBuilder::new().with_status(status).fixed(body.into_bytes());
    let _ = response.headers().set("content-type", content_type);
    let _ = response.headers().set("cache-control", "no-store");
    response
}
