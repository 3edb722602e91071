//! The keys of sites, and their shares, which are kept alike: the object's side, which stores them, and the worker's memory of those that were used.

use super::{Question, Registry, ask};
use crate::call::Call;
use crate::site_key::SiteKey;
use crate::site_store::schema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use worker::{Env, Result};

/// A site's keys. `record` is a [`SiteKey`] as JSON, from which nobody can tell the key.
pub(super) const TABLES: [&str; 4] = [
    "CREATE TABLE IF NOT EXISTS keys (id TEXT PRIMARY KEY, domain TEXT NOT NULL, record TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS keys_of_sites ON keys (domain)",
    "CREATE TABLE IF NOT EXISTS shares (id TEXT PRIMARY KEY, domain TEXT NOT NULL, record TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS shares_of_sites ON shares (domain)",
];

/// Records of keys ([`SiteKey`]).
pub const KEYS: &str = "keys";
/// Records of shares (`crate::share::Share`).
pub const SHARES: &str = "shares";

/// Keys, and shares, that a site may have.
pub const KEYS_MAX: usize = 100;
/// How long the worker believes what it knows of a key, so that a key that was deleted may go on for so long elsewhere.
const KNOWN_MS: i64 = 10_000;
/// How long the worker believes that there is no such key, where another isolate may have made it.
const UNKNOWN_MS: i64 = 1_000;
/// Ids that the worker remembers; beyond that it starts anew.
const REMEMBERED_MAX: usize = 10_000;

/// What is to be done with records.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordTask {
    /// Keep this one; false where its site has too many already, or is none.
    Add(Value),
    /// Give that of this id; null where there is none.
    Find(String),
    /// Give those of the site, the eldest first.
    List(String),
    /// Forget that of the site and this id; false where there is none.
    Delete(String, String),
}

impl Registry {
    /// Does something with the records of a kind, [`KEYS`] or [`SHARES`].
    pub(super) fn records(&self, kind: &str, task: RecordTask) -> Result<Value> {
        // The kind becomes part of a statement.
        let table = if kind == SHARES { SHARES } else { KEYS };
        match task {
            RecordTask::Add(record) => self.add_record(table, &record).map(Value::Bool),
            RecordTask::Find(id) => {
                let rows = self.rows(&format!("SELECT record FROM {table} WHERE id = ?"), vec![id.into()])?;
                Ok(rows.first().and_then(|row| serde_json::from_str(schema::text(row, 0)?).ok()).unwrap_or_default())
            }
            RecordTask::List(domain) => self.records_of(table, &domain).map(Value::Array),
            RecordTask::Delete(domain, id) => {
                let statement = format!("DELETE FROM {table} WHERE domain = ? AND id = ? RETURNING id");
                Ok(Value::Bool(!self.rows(&statement, vec![domain.into(), id.into()])?.is_empty()))
            }
        }
    }

    fn add_record(&self, table: &str, record: &Value) -> Result<bool> {
        let text = |field| record.get(field).and_then(Value::as_str);
        let Some((id, site)) = text("id").zip(text("site")) else { return Ok(false) };
        let is_site = !self.rows("SELECT 1 FROM sites WHERE domain = ?", vec![site.into()])?.is_empty();
        if !is_site || self.records_of(table, site)?.len() >= KEYS_MAX {
            return Ok(false);
        }
        let values = vec![id.into(), site.into(), record.to_string().into()];
        self.rows(&format!("INSERT INTO {table} (id, domain, record) VALUES (?, ?, ?)"), values)?;
        Ok(true)
    }

    /// A site's records, the eldest first.
    fn records_of(&self, table: &str, domain: &str) -> Result<Vec<Value>> {
        let statement = format!("SELECT record FROM {table} WHERE domain = ? ORDER BY rowid");
        let rows = self.rows(&statement, vec![domain.into()])?;
        Ok(rows.iter().filter_map(|row| serde_json::from_str(schema::text(row, 0)?).ok()).collect())
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
    let found = records(&call.env, KEYS, RecordTask::Find(id.into())).await?;
    let known = SiteKey::from_json(&found).map(|key| Rc::new(Known { text: key.text(secret), key }));
    REMEMBERED.with_borrow_mut(|keys| {
        if keys.len() >= REMEMBERED_MAX {
            keys.clear();
        }
        keys.insert(id.into(), (known.clone(), now_ms + if known.is_some() { KNOWN_MS } else { UNKNOWN_MS }));
    });
    Ok(known)
}

/// Unlearns what the worker remembers of a key.
pub fn forget_key(id: &str) {
    REMEMBERED.with_borrow_mut(|keys| keys.remove(id));
}

/// Does something with the records of a kind, [`KEYS`] or [`SHARES`].
pub async fn records(env: &Env, kind: &str, task: RecordTask) -> Result<Value> {
    ask(env, &Question::Records(kind.into(), task)).await
}

/// Unlearns what the worker remembers of a site's keys.
pub(super) fn forget(domain: &str) {
    REMEMBERED.with_borrow_mut(|keys| {
        keys.retain(|_, (known, _)| known.as_ref().is_none_or(|known| known.key.site != domain));
    });
}
