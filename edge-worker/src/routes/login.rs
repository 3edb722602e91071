//! `POST /api/v1/login` and `/logout`: the admin key against a session cookie.

use crate::answer::{Answer, Refusal, of_json};
use crate::auth::{self, COOKIE, SESSION_SECONDS};
use crate::call::Call;
use crate::runtime;
use serde::Deserialize;
use serde_json::json;
use worker::Response;

const BODY_BYTES_MAX: usize = 4_096;

#[derive(Deserialize)]
struct Login {
    key: String,
}

/// Gives a session for the admin key.
pub(super) async fn log_in(call: &mut Call) -> Answer {
    call.content_type(&["application/json"], "Send the key as JSON.")?;
    let body = call.body(BODY_BYTES_MAX).await?;
    let login: Login = serde_json::from_slice(&body).map_err(|_| Refusal::malformed("Send {\"key\": \"…\"}."))?;
    let admin_key = call.config.admin_key.as_deref();
    let Some(admin_key) = admin_key.filter(|admin_key| auth::is_key(login.key.trim(), admin_key)) else {
        let hint = "The key is the one the server was started with.";
        return Err(Refusal::new(401, "unauthorised", "That is not the admin key.", hint));
    };
    let session = auth::session(admin_key, runtime::clock_ms().div_euclid(1000));
    Ok(with_cookie(call, &session, SESSION_SECONDS))
}

/// Ends the browser's session. The signed value stays valid until it expires: nothing is remembered here.
pub(super) fn log_out(call: &Call) -> Response {
    with_cookie(call, "", 0)
}

fn with_cookie(call: &Call, value: &str, seconds: i64) -> Response {
    // Browsers refuse a Secure cookie over plain HTTP, where a first look on one's own machine happens.
    let secure = if call.request.inner().url().starts_with("https:") { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    let response = of_json(200, &json!({ "ok": true }));
    let _ = response.headers().set("set-cookie", &cookie);
    response
}
