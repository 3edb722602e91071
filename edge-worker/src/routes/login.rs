//! `POST /api/v1/login` and `/logout`: the admin key, or a member's key, against a session cookie.

use crate::access;
use crate::answer::{Answer, Refusal, of_json};
use crate::auth::{self, COOKIE, SESSION_SECONDS};
use crate::call::Call;
use crate::registry::login::{self, Tried, Try};
use crate::registry::members;
use crate::runtime;
use protocol::outcome::Unauthorised;
use serde_json::{Value, json};
use worker::Response;

const BODY_BYTES_MAX: usize = 4_096;

/// Gives a session for the admin key, or for a member's; the latter is made anew where that is asked for.
pub(super) async fn log_in(call: &mut Call) -> Answer {
    call.content_type(&["application/json"], "Send the key as JSON.")?;
    let body = call.body(BODY_BYTES_MAX).await?;
    let asked = serde_json::from_slice::<Value>(&body).ok();
    let key = asked.as_ref().and_then(|asked| asked.get("key")?.as_str());
    let key = key.ok_or_else(|| Refusal::malformed("Send {\"key\": \"…\"}."))?.trim().to_owned();
    let renew = asked.as_ref().and_then(|asked| asked.get("renew")?.as_bool()) == Some(true);
    let (Some(admin_key), Some(secret)) = (call.config.admin_key.as_deref(), call.config.key_secret()) else {
        return Err(access::refusal(Unauthorised::Key));
    };
    // Sessions and waits end by the real clock, also under test, where a session may have begun long ago.
    let now_ms = runtime::clock_ms();
    let tried = login::sign_in(&call.env, Try { key, address: call.stated().client_ip(), renew, now_ms }).await?;
    let (session, answer) = match tried {
        Tried::Operator if renew => {
            let hint = "Start the server with another admin key.";
            return Err(Refusal::new(400, "bad_field", "The admin key is not made anew here.", hint));
        }
        Tried::Operator => (auth::session(admin_key, call.now_s()), json!({ "ok": true })),
        Tried::Member(member) => {
            members::forget(&member.id);
            let new_key = renew.then(|| member.key(secret));
            let answer = new_key.map_or_else(|| json!({ "ok": true }), |key| json!({ "ok": true, "key": key }));
            (member.session(call.now_s(), secret), answer)
        }
        Tried::Wrong => {
            let hint = "Send the key that the server was started with, or your own as a member of a site.";
            return Err(Refusal::new(401, "unauthorised", "That is no key that is known.", hint));
        }
        Tried::Wait(wait_ms) => {
            let hint = "Wait as long as Retry-After says; the right key from another address is heard at once.";
            let refusal = Refusal::new(429, "too_many_attempts", "Too many wrong keys came from this address.", hint);
            let retry_after_s = u32::try_from(wait_ms.div_euclid(1000) + 1).unwrap_or(u32::MAX);
            return Err(Refusal { retry_after_s, ..refusal });
        }
    };
    Ok(with_cookie(call, &session, SESSION_SECONDS, &answer))
}

/// Ends the browser's session. The signed value stays valid until it expires: nothing is remembered here.
pub(super) fn log_out(call: &Call) -> Response {
    with_cookie(call, "", 0, &json!({ "ok": true }))
}

fn with_cookie(call: &Call, value: &str, seconds: i64, answer: &Value) -> Response {
    // Browsers refuse a Secure cookie over plain HTTP, where a first look on one's own machine happens.
    let secure = if call.request.inner().url().starts_with("https:") { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    let response = of_json(200, answer);
    let _ = response.headers().set("set-cookie", &cookie);
    response
}
