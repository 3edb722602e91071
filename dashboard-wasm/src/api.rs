//! Requests to the server that the page came from. The cookie goes along by itself; no script ever sees it.

use crate::share;
use js_sys::{Reflect, Uint8Array};
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

/// Sends a request that changes something; its answer says no more than that it was done.
pub(crate) async fn ask(method: &str, path: &str, body: Option<String>) -> Result<(), Refusal> {
    let (status, text) = land(begin(method, path, body.as_deref().unwrap_or_default())).await?;
    if (200..300).contains(&status) { Ok(()) } else { Err(refusal(path, status, &text)) }
}

/// Asks for bytes, which stay the browser's: memory that this module once took is never given back.
pub(crate) async fn bytes(path: &str) -> Result<Uint8Array, Refusal> {
    let response = response(begin("GET", path, "")).await.map_err(|_| unreachable())?;
    if response.status() != 200 {
        let text = text(&response).await.map_err(|_| unreachable())?;
        return Err(refusal(path, response.status(), &text));
    }
    let bytes = async { JsFuture::from(response.array_buffer()?).await };
    Ok(Uint8Array::new(&bytes.await.map_err(|_| unreachable())?))
}

/// What a refused request means.
pub(crate) fn refusal(path: &str, status: u16, text: &str) -> Refusal {
    if status == 401 && path != LOGIN {
        return Refusal::LoggedOut;
    }
    let answer = js_sys::JSON::parse(text).unwrap_or_default();
    let field = |name: &str| Reflect::get(&answer, &name.into()).ok().and_then(|value| value.as_string());
    let problem = field("error").map(|error| Problem::new(&error, &field("hint").unwrap_or_default()));
    Refusal::Problem(problem.unwrap_or_else(Problem::unreadable))
}

/// The one path where a refusal is about the key just given.
pub(crate) const LOGIN: &str = "/api/v1/login";

fn unreachable() -> Refusal {
    Refusal::Problem(Problem::new(
        "The server cannot be reached.",
        "Trying again every few seconds; numbers already here stay.",
    ))
}

/// Sends a request; several may be on their way at once, and one that nobody waits for any more may fail unheard.
pub(crate) fn begin(method: &str, path: &str, body: &str) -> Result<JsFuture, JsValue> {
    let init = RequestInit::new();
    init.set_method(method);
    let authorization = share::authorization();
    // Who looks at a link sees what strangers see, signed in or not.
    init.set_credentials(match authorization {
        Some(_) => RequestCredentials::Omit,
        None => RequestCredentials::SameOrigin,
    });
    if !body.is_empty() {
        init.set_body(&body.into());
    }
    let request = Request::new_with_str_and_init(path, &init)?;
    request.headers().set("content-type", "application/json")?;
    if let Some(authorization) = authorization {
        request.headers().set("authorization", &authorization)?;
    }
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    Ok(window.fetch_with_request(&request).into())
}

/// Waits for the answer to a request: its status and text.
pub(crate) async fn land(flight: Result<JsFuture, JsValue>) -> Result<(u16, String), Refusal> {
    landed(flight).await.map_err(|_| unreachable())
}

async fn landed(flight: Result<JsFuture, JsValue>) -> Result<(u16, String), JsValue> {
    let response = response(flight).await?;
    Ok((response.status(), text(&response).await?))
}

async fn response(flight: Result<JsFuture, JsValue>) -> Result<Response, JsValue> {
    flight?.await?.dyn_into()
}

async fn text(response: &Response) -> Result<String, JsValue> {
    Ok(JsFuture::from(response.text()?).await?.as_string().unwrap_or_default())
}
