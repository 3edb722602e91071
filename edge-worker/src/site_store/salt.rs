//! The salts of the site's days: random, one per local day, gone within 24 hours of that day's end.
//!
//! A salt never enters the object's database, which keeps 30 days of history and whose deleted bytes stay in free
//! pages. Its only copy outside memory is among the platform's [`Secrets`]. Where the platform has no place for them it
//! lives in memory alone, and a visitor may be counted again after the object was evicted.

use super::platform::{self, Secrets};
use super::{site_day, visitor::Salt};
use jiff::civil::Date;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use worker::Result;

/// How long a copy lives that expires: the day, the day after, and an hour for clocks that are set back.
const LIFE_SECONDS: u64 = 49 * 3600;

/// The name of the key by which senders are spread.
const ROUTE: &str = "route";

/// The salts of one site, held by its object alone, so that two never race for a day.
pub struct SaltKeeper {
    secrets: Secrets,
    known: RefCell<BTreeMap<Date, Salt>>,
    /// Days for whose end an alarm was set.
    ending: RefCell<BTreeSet<Date>>,
    route: Cell<Option<Salt>>,
    /// What is made and not known to be written yet. Nothing is hashed with it: after a crash it would be another one.
    /// Whoever needs the same meanwhile writes the same.
    drafts: RefCell<BTreeMap<String, Salt>>,
}

impl SaltKeeper {
    /// The keeper of the salts among these secrets.
    pub fn new(secrets: Secrets) -> Self {
        Self {
            secrets,
            known: RefCell::default(),
            ending: RefCell::default(),
            route: Cell::default(),
            drafts: RefCell::default(),
        }
    }

    /// The salt of a day if this memory or the store has it.
    pub async fn find(&self, day: Date) -> Result<Option<Salt>> {
        if let Some(salt) = self.in_memory(day) {
            return Ok(Some(salt));
        }
        let salt = self.read(&day.to_string()).await?;
        // Another request may have made the day's salt while this one looked: the first in memory stays.
        Ok(salt.map(|salt| *self.known.borrow_mut().entry(day).or_insert(salt)).or_else(|| self.in_memory(day)))
    }

    /// The salt of a day, made now if there is none yet.
    pub async fn find_or_make(&self, day: Date) -> Result<Salt> {
        let salt = match self.find(day).await? {
            Some(salt) => salt,
            None => self.make(&day.to_string(), Some(LIFE_SECONDS)).await?,
        };
        self.known.borrow_mut().insert(day, salt);
        Ok(salt)
    }

    /// Whether an alarm will come when the salt of a day is over, as far as this memory knows.
    pub fn is_ending(&self, day: Date) -> bool {
        self.ending.borrow().contains(&day)
    }

    /// Remembers that an alarm will come when the salt of a day is over.
    pub fn set_ending(&self, day: Date) {
        self.ending.borrow_mut().insert(day);
    }

    async fn read(&self, name: &str) -> Result<Option<Salt>> {
        let stored = self.secrets.read(name).await?;
        Ok(stored.and_then(|bytes| bytes.try_into().ok()).map(Salt))
    }

    /// Makes a secret of which there is none yet, for ever where it has no life in seconds.
    async fn make(&self, name: &str, life_seconds: Option<u64>) -> Result<Salt> {
        let draft = *self.drafts.borrow_mut().entry(name.to_owned()).or_insert_with(|| Salt(platform::random_bytes()));
        self.secrets.write(name, &draft.0, life_seconds).await?;
        self.drafts.borrow_mut().remove(name);
        Ok(draft)
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
        let key = match self.route.get().or(stored) {
            Some(key) => key,
            None => self.make(ROUTE, None).await?,
        };
        self.route.set(Some(key));
        Ok(key)
    }

    /// Deletes every salt that is over on `today`.
    pub async fn delete_old(&self, today: Date) -> Result<()> {
        self.known.borrow_mut().retain(|day, _| !site_day::salt_is_over(*day, today));
        self.ending.borrow_mut().retain(|day| !site_day::salt_is_over(*day, today));
        self.drafts.borrow_mut().retain(|name, _| {
            let day: std::result::Result<Date, _> = name.parse();
            !day.is_ok_and(|day| site_day::salt_is_over(day, today))
        });
        for day in self.stored_days().await? {
            if site_day::salt_is_over(day, today) {
                self.secrets.delete(&day.to_string()).await?;
            }
        }
        Ok(())
    }

    /// Deletes every salt of the site.
    pub async fn delete_all(&self) -> Result<()> {
        let mut days = self.stored_days().await?;
        self.drafts.take();
        self.ending.take();
        days.extend(self.known.take().into_keys());
        for day in days {
            self.secrets.delete(&day.to_string()).await?;
        }
        self.route.take();
        self.secrets.delete(ROUTE).await
    }

    fn in_memory(&self, day: Date) -> Option<Salt> {
        self.known.borrow().get(&day).copied()
    }

    /// The days that have salts: written down ones as far as they do not expire by themselves, and those on their way.
    pub(super) async fn days(&self) -> Result<Vec<Date>> {
        let mut days = self.stored_days().await?;
        days.extend(self.drafts.borrow().keys().filter_map(|name| name.parse::<Date>().ok()));
        Ok(days)
    }

    async fn stored_days(&self) -> Result<Vec<Date>> {
        Ok(self.secrets.names().await?.iter().filter_map(|name| name.parse().ok()).collect())
    }
}
