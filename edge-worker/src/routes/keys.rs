//! `/api/v1/sites/{domain}/keys`: the keys of a site. Each is shown once, when it is made.

use super::table::To;
use crate::access;
use crate::answer::{Answer, Refusal, of_json};
use crate::call::Call;
use crate::ingest;
use crate::registry::keys::{self, KEYS, RecordTask};
use crate::runtime;
use crate::site_key::{self, Scope, SiteKey};
use jiff::Timestamp;
use protocol::outcome::Unauthorised;
use serde_json::{Value, json};

const BODY_BYTES_MAX: usize = 4_096;

/// Lists a site's keys without what opens, makes one and shows it this once, or deletes one, which opens nothing any more.
pub(super) async fn answer(call: &mut Call, domain: &str, to: To, id: &str) -> Answer {
    let asked = if to == To::MakeKey { Some(read(call).await?) } else { None };
    let site = ingest::known_site(call, domain, 0).await?;
    let secret = call.config.key_secret().ok_or_else(|| access::refusal(Unauthorised::Key))?;
    let key = asked.map(|(name, scopes)| SiteKey::new(&site, &name, scopes, call.now_s(), runtime::random_bytes()));
    let task = match &key {
        Some(key) => RecordTask::Add(key.to_json()),
        None if to == To::DeleteKey => RecordTask::Delete(site, id.to_owned()),
        None => RecordTask::List(site),
    };
    let done = keys::records(&call.env, KEYS, task).await?;
    if let Some(key) = key {
        let mut answer = shown(&key);
        if let Some(fields) = answer.as_object_mut() {
            fields.insert("key".into(), key.text(secret).into());
        }
        let too_many =
            || Refusal::new(400, "too_many_keys", "The site has 100 keys.", "Delete one that is not needed.");
        return done.as_bool().filter(|kept| *kept).map(|_| of_json(201, &answer)).ok_or_else(too_many);
    }
    if to == To::DeleteKey {
        keys::forget_key(id);
        let hint = "List the site's keys to see their ids.";
        let missing = || Refusal::new(404, "not_found", "There is no such key.", hint);
        return done
            .as_bool()
            .filter(|gone| *gone)
            .map(|_| of_json(200, &json!({ "deleted": id })))
            .ok_or_else(missing);
    }
    let keys = done.as_array().into_iter().flatten().filter_map(SiteKey::from_json);
    let keys: Vec<Value> = keys.map(|key| shown(&key)).collect();
    Ok(of_json(200, &json!({ "keys": keys })))
}

/// The name and the scopes of a new key.
async fn read(call: &mut Call) -> Result<(String, Vec<Scope>), Refusal> {
    call.content_type(&["application/json", "text/plain"], "Send the key's name and scopes as application/json.")?;
    let body = call.body(BODY_BYTES_MAX).await?;
    let hint = "Send {\"name\": \"…\", \"scopes\": [\"write\"]}; the scopes are write, read and admin.";
    let asked: Value = serde_json::from_slice(&body).map_err(|_| Refusal::malformed(hint))?;
    let read = || {
        let fields = asked.as_object().filter(|fields| fields.len() == 2)?;
        let name = site_key::name(fields.get("name")?.as_str()?)?;
        Some((name.to_owned(), Scope::all_named(fields.get("scopes")?)?))
    };
    read().ok_or_else(|| Refusal::new(400, "bad_field", "A key has a name and at least one scope.", hint))
}

fn shown(key: &SiteKey) -> Value {
    let created = Timestamp::from_second(key.created_s).unwrap_or_default();
    json!({ "id": key.id, "name": key.name, "scopes": key.scope_names(), "created": created.to_string() })
}
