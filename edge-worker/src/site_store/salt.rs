//! The salts of the site's days: random, one per local day, gone within 24 hours of that day's end.
//!
//! A salt never enters the object's database, which keeps 30 days of history and whose deleted bytes stay in free
//! pages. Its only copy outside memory is a file in the runtime's `SALTS` service (plain workerd: a writable folder
//! without history; Cloudflare: a KV namespace with expiry). Without either it lives in memory alone, and a visitor
//! may be counted again after the object was evicted.

use super::{site_day, visitor::Salt};
use jiff::civil::Date;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use worker::kv::KvStore;
use worker::{Env, Fetcher, Method, RequestInit, Result};

/// How long a KV copy lives: the day, the day after, and an hour for clocks that are set back.
const KV_LIFE_SECONDS: u64 = 49 * 3600;

/// The name of the key by which senders are spread.
const ROUTE: &str = "route";

enum Keep {
    Folder(Fetcher),
    Kv(KvStore),
    Memory,
}

/// The salts of one site, held by its object alone, so that two never race for a day.
pub struct SaltKeeper {
    keep: Keep,
    /// The object's id: names the site's folder without naming the site.
    folder: String,
    known: RefCell<BTreeMap<Date, Salt>>,
    route: Cell<Option<Salt>>,
}

impl SaltKeeper {
    /// The keeper for the object with that id.
    pub fn new(env: &Env, object_id: String) -> Self {
        let keep = match (env.service("SALTS"), env.kv("SALTS")) {
            (Ok(folder), _) => Keep::Folder(folder),
            (_, Ok(kv)) => Keep::Kv(kv),
            _ => Keep::Memory,
        };
        Self { keep, folder: object_id, known: RefCell::default(), route: Cell::default() }
    }

    /// The salt of a day if this memory or the store has it.
    pub async fn find(&self, day: Date) -> Result<Option<Salt>> {
        if let Some(salt) = self.known.borrow().get(&day) {
            return Ok(Some(*salt));
        }
        let salt = self.read(&day.to_string()).await?;
        // Another request may have made the day's salt while this one looked: the first in memory stays.
        Ok(salt.map(|salt| *self.known.borrow_mut().entry(day).or_insert(salt)).or_else(|| self.in_memory(day)))
    }

    /// The salt of a day, made now if there is none yet. The second value says whether it was.
    pub async fn find_or_make(&self, day: Date) -> Result<(Salt, bool)> {
        if let Some(salt) = self.find(day).await? {
            return Ok((salt, false));
        }
        let salt = Salt(crate::runtime::random_bytes());
        self.known.borrow_mut().insert(day, salt);
        self.write(&day.to_string(), &salt, Some(KV_LIFE_SECONDS)).await?;
        Ok((salt, true))
    }

    async fn read(&self, name: &str) -> Result<Option<Salt>> {
        let stored = match &self.keep {
            Keep::Folder(folder) => {
                let mut answer = folder.fetch(self.address(name), None).await?;
                if answer.status_code() == 200 { Some(answer.bytes().await?) } else { None }
            }
            Keep::Kv(kv) => kv.get(&self.key(name)).bytes().await?,
            Keep::Memory => None,
        };
        Ok(stored.and_then(|bytes| bytes.try_into().ok()).map(Salt))
    }

    /// Writes a secret, for ever where it has no life in seconds.
    async fn write(&self, name: &str, secret: &Salt, life_seconds: Option<u64>) -> Result<()> {
        match &self.keep {
            Keep::Folder(folder) => {
                let body = js_sys::Uint8Array::from(secret.0.as_slice());
                let mut put = RequestInit::new();
                put.with_method(Method::Put).with_body(Some(body.into()));
                folder.fetch(self.address(name), Some(put)).await.map(|_| ())
            }
            Keep::Kv(kv) => {
                let put = kv.put_bytes(&self.key(name), &secret.0)?;
                let put = match life_seconds {
                    Some(seconds) => put.expiration_ttl(seconds),
                    None => put,
                };
                Ok(put.execute().await?)
            }
            Keep::Memory => Ok(()),
        }
    }

    /// The key by which the site's senders are spread over its objects, made now if there is none yet. It tells of a
    /// sender which of a few objects he is counted by, and lives as long as the site: an object cannot hand a visitor
    /// over to another one. Like the salts it never enters a database.
    pub async fn route_key(&self) -> Result<Salt> {
        if let Some(key) = self.route.get() {
            return Ok(key);
        }
        let stored = self.read(ROUTE).await?;
        // Another request may have made it while this one looked: the first in memory stays.
        if let Some(key) = self.route.get().or(stored) {
            self.route.set(Some(key));
            return Ok(key);
        }
        let key = Salt(crate::runtime::random_bytes());
        self.route.set(Some(key));
        self.write(ROUTE, &key, None).await?;
        Ok(key)
    }

    /// Deletes every salt that is over on `today`.
    pub async fn delete_old(&self, today: Date) -> Result<()> {
        self.known.borrow_mut().retain(|day, _| !site_day::salt_is_over(*day, today));
        for day in self.stored_days().await? {
            if site_day::salt_is_over(day, today) {
                self.delete(&day.to_string()).await?;
            }
        }
        Ok(())
    }

    /// Deletes every salt of the site.
    pub async fn delete_all(&self) -> Result<()> {
        let mut days = self.stored_days().await?;
        days.extend(self.known.take().into_keys());
        for day in days {
            self.delete(&day.to_string()).await?;
        }
        self.route.take();
        self.delete(ROUTE).await
    }

    fn in_memory(&self, day: Date) -> Option<Salt> {
        self.known.borrow().get(&day).copied()
    }

    /// The days that have a file. KV ends its copies itself.
    pub(super) async fn stored_days(&self) -> Result<Vec<Date>> {
        let Keep::Folder(folder) = &self.keep else { return Ok(Vec::new()) };
        let mut answer = folder.fetch(format!("http://salts/{}", self.folder), None).await?;
        if answer.status_code() != 200 {
            return Ok(Vec::new());
        }
        let listing: serde_json::Value = serde_json::from_slice(&answer.bytes().await?).unwrap_or_default();
        let names = listing.as_array().into_iter().flatten().filter_map(|entry| entry.get("name")?.as_str());
        Ok(names.filter_map(|name| name.parse().ok()).collect())
    }

    async fn delete(&self, name: &str) -> Result<()> {
        match &self.keep {
            Keep::Folder(folder) => {
                let mut delete = RequestInit::new();
                delete.with_method(Method::Delete);
                folder.fetch(self.address(name), Some(delete)).await.map(|_| ())
            }
            Keep::Kv(kv) => Ok(kv.delete(&self.key(name)).await?),
            Keep::Memory => Ok(()),
        }
    }

    fn address(&self, name: &str) -> String {
        format!("http://salts/{}/{name}", self.folder)
    }

    fn key(&self, name: &str) -> String {
        format!("{}/{name}", self.folder)
    }
}
