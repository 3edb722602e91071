//! `/api/v1/sites/{domain}/keys`: the keys of a site. Each is shown once, when it is made.

use crate::access;
use crate::answer::{Answer, Refusal, of_json};
use crate::call::Call;
use crate::ingest;
use crate::registry::keys;
use crate::runtime;
use crate::site_key::{self, Scope, SiteKey};
use jiff::Timestamp;
use protocol::outcome::Unauthorised;
use serde_json::{Value, json};

const BODY_BYTES_MAX: usize = 4_096;

/// Lists a site's keys, without what opens.
pub(super) async fn list(call: &Call, domain: &str) -> Answer {
    let site = ingest::known_site(call, domain, 0).await?;
    let keys: Vec<_> = keys::list(&call.env, &site).await?.iter().map(shown).collect();
    Ok(of_json(200, &json!({ "keys": keys })))
}

/// Makes a key and shows it, this once.
pub(super) async fn make(call: &mut Call, domain: &str) -> Answer {
    call.content_type(&["application/json", "text/plain"], "Send the key's name and scopes as application/json.")?;
    let body = call.body(BODY_BYTES_MAX).await?;
    let hint = "Send {\"name\": \"…\", \"scopes\": [\"write\"]}; the scopes are write, read and admin.";
    let asked: Value = serde_json::from_slice(&body).map_err(|_| Refusal::malformed(hint))?;
    let (name, scopes) =
        read(&asked).ok_or_else(|| Refusal::new(400, "bad_field", "A key has a name and at least one scope.", hint))?;
    let site = ingest::known_site(call, domain, 0).await?;
    let Some(secret) = call.config.key_secret() else { return Err(access::refusal(Unauthorised::Key)) };
    let key = SiteKey::new(&site, name, scopes, call.now_s(), runtime::random_bytes());
    let mut answer = shown(&key);
    if let Some(fields) = answer.as_object_mut() {
        fields.insert("key".into(), key.text(secret).into());
    }
    if keys::add(&call.env, &key).await? {
        return Ok(of_json(201, &answer));
    }
    let hint = "Delete one that is not needed.";
    Err(Refusal::new(400, "too_many_keys", "The site has 100 keys.", hint))
}

/// Deletes a key: it opens nothing any more.
pub(super) async fn delete(call: &Call, domain: &str, id: Option<&str>) -> Answer {
    let site = ingest::known_site(call, domain, 0).await?;
    let id = id.unwrap_or_default();
    if keys::delete(&call.env, &site, id).await? {
        return Ok(of_json(200, &json!({ "deleted": id })));
    }
    let hint = "List the site's keys to see their ids.";
    Err(Refusal::new(404, "not_found", "There is no such key.", hint))
}

fn read(asked: &Value) -> Option<(&str, Vec<Scope>)> {
    let fields = asked.as_object().filter(|fields| fields.len() == 2)?;
    Some((site_key::name(fields.get("name")?.as_str()?)?, Scope::all_named(fields.get("scopes")?)?))
}

fn shown(key: &SiteKey) -> Value {
    let created = Timestamp::from_second(key.created_s).unwrap_or_default();
    json!({ "id": key.id, "name": key.name, "scopes": key.scope_names(), "created": created.to_string() })
}
