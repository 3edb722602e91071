//! Signing in: the object compares keys itself, so that every try of the whole installation is counted in one place and
//! in one turn.

use super::{Question, Registry, ask};
use crate::auth;
use crate::member::{self, Member};
use serde_json::{Value, json};
use worker::{Env, Result};

/// A try.
pub struct Try {
    /// The key.
    pub key: String,
    /// The client's address, which is hashed and forgotten.
    pub address: String,
    /// Whether a member's key is to be made anew.
    pub renew: bool,
    /// The real time, in milliseconds since 1970.
    pub now_ms: i64,
}

/// What becomes of a try.
#[derive(Debug)]
pub enum Tried {
    /// The admin key.
    Operator,
    /// A member's key; the record is the one of the new key where it was made anew.
    Member(Member),
    /// No key that is known.
    Wrong,
    /// Not compared: the client has to wait so many milliseconds.
    Wait(i64),
}

impl Registry {
    /// Compares a key: `{"operator": true}`, `{"member": {…}}`, `{"wait_ms": 1000}`, or `{}` where it is wrong.
    pub(super) fn sign_in(&self, tried: &Value) -> Result<Value> {
        let text = |field| tried.get(field).and_then(Value::as_str).unwrap_or_default();
        let (key, address) = (text("key"), text("address"));
        let now_ms = tried.get("now_ms").and_then(Value::as_i64).unwrap_or_default();
        let mut throttle = self.throttle.borrow_mut();
        let wait_ms = throttle.wait_ms(address, now_ms);
        if wait_ms > 0 {
            return Ok(json!({ "wait_ms": wait_ms }));
        }
        // Every try takes the same steps, so that its time does not tell whether there is such an account.
        let id = member::id_of(key);
        let known = self.member(id.unwrap_or_default())?;
        let is_known = known.is_some();
        let compared = known.unwrap_or_else(Member::nobody);
        let secret = self.config.key_secret().unwrap_or_default();
        let is_members = auth::is_key(key, &compared.key(secret)) && is_known && !secret.is_empty();
        let admin_key = self.config.admin_key.as_deref().unwrap_or_default();
        let is_operators = auth::is_key(key, admin_key) && !admin_key.is_empty();
        if !is_members && !is_operators {
            throttle.failed(address, id.unwrap_or("operator"), now_ms);
            return Ok(json!({}));
        }
        throttle.succeeded(address);
        if is_operators {
            return Ok(json!({ "operator": true }));
        }
        let renew = tried.get("renew") == Some(&Value::Bool(true));
        let member = if renew { self.with_new_key(compared, true)? } else { compared };
        Ok(json!({ "member": member.to_json() }))
    }
}

/// Tries a key.
pub async fn sign_in(env: &Env, tried: Try) -> Result<Tried> {
    let Try { key, address, renew, now_ms } = tried;
    let tried = json!({ "key": key, "address": address, "renew": renew, "now_ms": now_ms });
    let answer = ask(env, &Question::SignIn(tried)).await?;
    if let Some(wait_ms) = answer.get("wait_ms").and_then(Value::as_i64) {
        return Ok(Tried::Wait(wait_ms));
    }
    if answer.get("operator") == Some(&Value::Bool(true)) {
        return Ok(Tried::Operator);
    }
    Ok(answer.get("member").and_then(Member::from_json).map_or(Tried::Wrong, Tried::Member))
}
