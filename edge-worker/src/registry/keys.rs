//! The keys of sites: the object's side, which stores them, and the worker's memory of those that were used.

use super::{Question, Registry, ask};
use crate::call::Call;
use crate::site_key::SiteKey;
use crate::site_store::schema;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use worker::{Env, Result};

/// A site's keys. `record` is a [`SiteKey`] as JSON, from which nobody can tell the key.
pub(super) const TABLES: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS keys (id TEXT PRIMARY KEY, domain TEXT NOT NULL, record TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS keys_of_sites ON keys (domain)",
];

/// Keys that a site may have.
pub const KEYS_MAX: usize = 100;
/// How long the worker believes what it knows of a key, so that a key that was deleted may go on for so long elsewhere.
const KNOWN_MS: i64 = 10_000;
/// How long the worker believes that there is no such key, where another isolate may have made it.
const UNKNOWN_MS: i64 = 1_000;
/// Ids that the worker remembers; beyond that it starts anew.
const REMEMBERED_MAX: usize = 10_000;

impl Registry {
    /// Keeps a key; false where the site has too many already, or is none.
    pub(super) fn add_key(&self, record: &Value) -> Result<bool> {
        let Some(SiteKey { id, site, .. }) = SiteKey::from_json(record) else { return Ok(false) };
        let is_site = !self.rows("SELECT 1 FROM sites WHERE domain = ?", vec![site.as_str().into()])?.is_empty();
        if !is_site || self.keys(&site)?.len() >= KEYS_MAX {
            return Ok(false);
        }
        let values = vec![id.into(), site.into(), record.to_string().into()];
        self.rows("INSERT INTO keys (id, domain, record) VALUES (?, ?, ?)", values)?;
        Ok(true)
    }

    /// A key's record; null where there is none.
    pub(super) fn find_key(&self, id: &str) -> Result<Value> {
        let rows = self.rows("SELECT record FROM keys WHERE id = ?", vec![id.into()])?;
        Ok(rows.first().and_then(|row| serde_json::from_str(schema::text(row, 0)?).ok()).unwrap_or_default())
    }

    /// The records of a site's keys, the eldest first.
    pub(super) fn keys(&self, domain: &str) -> Result<Vec<Value>> {
        let rows = self.rows("SELECT record FROM keys WHERE domain = ? ORDER BY rowid", vec![domain.into()])?;
        Ok(rows.iter().filter_map(|row| serde_json::from_str(schema::text(row, 0)?).ok()).collect())
    }

    /// Forgets a site's key; false where it has no such key.
    pub(super) fn delete_key(&self, domain: &str, id: &str) -> Result<bool> {
        let values = vec![domain.into(), id.into()];
        Ok(!self.rows("DELETE FROM keys WHERE domain = ? AND id = ? RETURNING id", values)?.is_empty())
    }
}

/// A key that is known.
#[derive(Debug)]
pub struct Known {
    /// What is stored of it.
    pub key: SiteKey,
    /// The key itself.
    pub text: String,
}

/// What is known of an id, none if it is no key's, and until when (milliseconds since 1970) that is believed.
type Remembered = (Option<Rc<Known>>, i64);

thread_local! {
    static REMEMBERED: RefCell<HashMap<String, Remembered>> = RefCell::default();
}

/// The key of that id; none where there is none. What is asked for afresh is as the registry has it now.
pub async fn find(call: &Call, id: &str, is_fresh: bool) -> Result<Option<Rc<Known>>> {
    let Some(secret) = call.config.key_secret() else { return Ok(None) };
    let now_ms = crate::runtime::clock_ms();
    let remembered = REMEMBERED.with_borrow(|keys| keys.get(id).cloned());
    if let Some((known, until_ms)) = remembered
        && now_ms < until_ms
        && !is_fresh
    {
        return Ok(known);
    }
    let found = ask(&call.env, &Question::FindKey(id.into())).await?;
    let known = SiteKey::from_json(&found).map(|key| Rc::new(Known { text: key.text(secret), key }));
    REMEMBERED.with_borrow_mut(|keys| {
        if keys.len() >= REMEMBERED_MAX {
            keys.clear();
        }
        keys.insert(id.into(), (known.clone(), now_ms + if known.is_some() { KNOWN_MS } else { UNKNOWN_MS }));
    });
    Ok(known)
}

/// Keeps a new key; false where the site has too many already, or is none.
pub async fn add(env: &Env, key: &SiteKey) -> Result<bool> {
    Ok(ask(env, &Question::AddKey(key.to_json())).await? == Value::Bool(true))
}

/// What is stored of a site's keys, the eldest first.
pub async fn list(env: &Env, domain: &str) -> Result<Vec<SiteKey>> {
    let listed = ask(env, &Question::ListKeys(domain.into())).await?;
    Ok(listed.as_array().into_iter().flatten().filter_map(SiteKey::from_json).collect())
}

/// Forgets a site's key; false where it has no such key.
pub async fn delete(env: &Env, domain: &str, id: &str) -> Result<bool> {
    let deleted = ask(env, &Question::DeleteKey(domain.into(), id.into())).await?;
    REMEMBERED.with_borrow_mut(|keys| keys.remove(id));
    Ok(deleted == Value::Bool(true))
}

/// Unlearns what the worker remembers of a site's keys.
pub(super) fn forget(domain: &str) {
    REMEMBERED.with_borrow_mut(|keys| {
        keys.retain(|_, (known, _)| known.as_ref().is_none_or(|known| known.key.site != domain));
    });
}
