//! Requests to the server that the page came from. The cookie goes along by itself; no script ever sees it.

use js_sys::Promise;
use serde_json::Value;
use views::answer::Problem;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Request, RequestCredentials, RequestInit, Response};

/// Why a request brought nothing.
pub(crate) enum Refusal {
    /// Nobody is logged in.
    LoggedOut,
    /// Anything else.
    Problem(Problem),
}

/// Sends a request and reads the answer.
pub(crate) async fn ask(method: &str, path: &str, body: Option<String>) -> Result<Value, Refusal> {
    let (status, text) = land(begin(method, path, body.as_deref().unwrap_or_default())).await?;
    let answer: Value = serde_json::from_str(&text).unwrap_or_default();
    match status {
        200..300 => Ok(answer),
        401 if path != LOGIN => Err(Refusal::LoggedOut),
        _ => Err(Refusal::Problem(Problem::read(&answer))),
    }
}

/// The one path where a refusal is about the key just given.
pub(crate) const LOGIN: &str = "/api/v1/login";

fn unreachable() -> Refusal {
    Refusal::Problem(Problem::new(
        "The server cannot be reached.",
        "Trying again every few seconds; numbers already here stay.",
    ))
}

/// Sends a request; several may be on their way at once.
pub(crate) fn begin(method: &str, path: &str, body: &str) -> Result<Promise, JsValue> {
    let init = RequestInit::new();
    init.set_method(method);
    init.set_credentials(RequestCredentials::SameOrigin);
    if !body.is_empty() {
        init.set_body(&body.into());
    }
    let request = Request::new_with_str_and_init(path, &init)?;
    request.headers().set("content-type", "application/json")?;
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    Ok(window.fetch_with_request(&request))
}

/// Waits for the answer to a request: its status and text.
pub(crate) async fn land(flight: Result<Promise, JsValue>) -> Result<(u16, String), Refusal> {
    landed(flight).await.map_err(|_| unreachable())
}

async fn landed(flight: Result<Promise, JsValue>) -> Result<(u16, String), JsValue> {
    let response: Response = JsFuture::from(flight?).await?.dyn_into()?;
    let text = JsFuture::from(response.text()?).await?;
    Ok((response.status(), text.as_string().unwrap_or_default()))
}
