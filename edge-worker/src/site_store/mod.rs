//! The Durable Object of one site: takes deliveries in exactly once and answers questions about them.
//!
//! [`delivery`] comes in, [`visitor`] makes its senders hashes with the [`salt`] of the day, [`group`] writes it together
//! with others after [`dedupe`] has seen the ids; [`question`] is what can be asked. [`client`] is the worker's side.

// The functions that the macro adds have no documentation.
#![allow(missing_docs)]

mod active;
mod answers;
pub mod archive;
pub mod client;
pub mod columns;
mod dedupe;
pub mod delivery;
pub mod export;
mod group;
mod live;
pub mod nonces;
pub mod notes;
pub mod planted;
mod platform;
pub mod question;
mod record;
mod retention;
mod rollups;
mod salt;
pub mod schema;
mod sending;
mod share_budget;
mod shelving;
#[cfg(test)]
mod simulation;
pub mod site_day;
pub mod visitor;

use crate::config::Config;
use active::ActiveVisitors;
use client::Stored;
use dedupe::{ArrivalDay, DedupeWindow};
use delivery::{Delivery, Progress, Signed};
use group::Group;
use nonces::{Claim, Nonces};
use platform::{Delay, Secrets, Storage};
use protocol::outcome::{Outcome, Unauthorised};
use record::SiteRecord;
use salt::SaltKeeper;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;
use worker::Result;
#[cfg(not(test))]
use {
    question::{Count, Question},
    wasm_bindgen::JsValue,
    wasm_bindgen::prelude::wasm_bindgen,
    worker::durable::State,
    worker::{DurableObject, Env, Request, Response, durable_object},
};

/// How long until what an alarm could not do is tried again.
const TRY_AGAIN: Duration = Duration::from_mins(10);

/// The object as the runtime holds it.
#[cfg(not(test))]
#[durable_object(alarm)]
pub struct SiteStore {
    site: Rc<Site>,
}

/// What the object knows and keeps.
pub(crate) struct Site {
    storage: Storage,
    salts: SaltKeeper,
    test_mode: bool,
    /// How long a group waits for more deliveries: money on Cloudflare, where rows written are billed.
    group_window: Duration,
    /// How many events the journal holds before it is written down.
    journal_events: usize,
    record: RefCell<Option<SiteRecord>>,
    window: RefCell<Option<DedupeWindow>>,
    /// Of signed requests, once one came.
    nonces: RefCell<Option<Nonces>>,
    group: RefCell<Group>,
    /// What is known of the events, once it was needed.
    shelf: RefCell<Option<shelving::Held>>,
    /// What was counted for the last questions.
    answers: RefCell<answers::Answers>,
    /// When events came last, in milliseconds since 1970.
    shelved_ms: Cell<i64>,
    /// What a test last said the time was, in milliseconds since 1970; 0 where none did.
    told_ms: Cell<i64>,
    /// Whether an alarm will write the journal down.
    compaction_armed: Cell<bool>,
    /// Whether that is being done now, because there is much of it.
    compacting: Cell<bool>,
    /// Whether an alarm will look for events that are over their time.
    armed_daily: Cell<bool>,
    /// Whether rollups are being made.
    rolling: Cell<bool>,
    active: RefCell<ActiveVisitors>,
    live: live::Live,
    /// Where a test wants a panic.
    planted: Cell<Option<planted::Place>>,
    archive: archive::Archive,
}

#[cfg(not(test))]
impl DurableObject for SiteStore {
    fn new(state: State, env: Env) -> Self {
        crate::runtime::keep_panics_quiet();
        let config = Config::of(&env);
        let secrets = Secrets::new(&env, state.id().to_string());
        let archive = archive::Archive::new(archive::Store::of(&env), state.id().to_string());
        Self { site: Rc::new(Site::new(state.storage(), secrets, archive, &config)) }
    }

    async fn fetch(&self, _request: Request) -> Result<Response> {
        Response::error("This object is called by its methods.", 404)
    }

    async fn alarm(&self) -> Result<Response> {
        self.site.on_alarm().await?;
        Response::empty()
    }
}

#[cfg(not(test))]
#[wasm_bindgen]
impl SiteStore {
    /// Commits encoded deliveries (see [`client::join`]). Answers in the same form, for each of them, a status byte (see
    /// [`client`]) and, if it is 0, an outcome byte per event.
    /// `is_watched` says whether anybody wants to know of them at once.
    pub async fn deliver(&self, joined: Vec<u8>, is_watched: bool) -> std::result::Result<Vec<u8>, JsValue> {
        self.site.live.is_watched.set(is_watched);
        let deliveries = client::split(&joined).map(|bytes| self.deliver_one(bytes));
        Ok(client::join(futures_util::future::try_join_all(deliveries).await?.iter()))
    }

    /// Counts for a [`Count`] in JSON: four bytes that say how many segments cannot be read, and what was counted (see
    /// `engine::query::Questions::partial`); nothing where the site is not set up.
    pub async fn count(&self, count: String) -> std::result::Result<Vec<u8>, JsValue> {
        let count: Count = serde_json::from_str(&count).map_err(|_| JsValue::from("unknown question"))?;
        Ok(question::count(&self.site, &count).await?)
    }

    /// A piece of an export: eight bytes that say in which hour it begins, eight where the next begins (the greatest
    /// number: nowhere), and the events as a journal record; nothing where the site is not set up. Moments are seconds
    /// since 1970 as texts.
    pub async fn export(&self, from_s: String, since_s: String) -> std::result::Result<Vec<u8>, JsValue> {
        let (Ok(from_s), Ok(since_s)) = (from_s.parse(), since_s.parse()) else {
            return Err(JsValue::from("unknown export"));
        };
        if !self.site.load_record()? {
            return Ok(Vec::new());
        }
        self.site.forget_old_events().await?;
        let piece = self.site.export(from_s, since_s).await?;
        let [begin_s, next_s] = [piece.begin_s, piece.next_s.unwrap_or(i64::MAX)].map(i64::to_le_bytes);
        Ok([&begin_s[..], &next_s, &engine::journal::encode(&piece.events)].concat())
    }

    /// The visits of days as columns for a [`columns::Wanted`] in JSON, as [`columns::Given`] travels; nothing where the site
    /// is not set up.
    pub async fn columns(&self, wanted: String) -> std::result::Result<Vec<u8>, JsValue> {
        let wanted = serde_json::from_str(&wanted).map_err(|_| JsValue::from("unknown range"))?;
        Ok(self.site.columns(&wanted).await?.map(|given| given.encode()).unwrap_or_default())
    }

    /// What is new for those who watch, in JSON; nothing where the site is not set up.
    pub async fn live(&self) -> std::result::Result<String, JsValue> {
        Ok(self.site.live().await?.map(|news| news.to_string()).unwrap_or_default())
    }

    /// Answers a [`Question`] in JSON with an answer in JSON.
    pub async fn ask(&self, question: String) -> std::result::Result<String, JsValue> {
        let question: Question = serde_json::from_str(&question).map_err(|_| JsValue::from("unknown question"))?;
        Ok(question::answer(&self.site, question).await?.to_string())
    }
}

#[cfg(not(test))]
impl SiteStore {
    async fn deliver_one(&self, bytes: &[u8]) -> std::result::Result<Vec<u8>, JsValue> {
        Ok(match self.site.deliver(bytes).await? {
            Taken::UnknownSite => vec![client::UNKNOWN_SITE],
            Taken::Failed => vec![client::FAILED],
            Taken::Overtaken => vec![client::OVERTAKEN],
            Taken::Refused(Claim::Full) => vec![client::TOO_MANY_SIGNED],
            Taken::Refused(_) => vec![client::REPLAYED],
            Taken::Durable(stored) => {
                std::iter::once(client::DURABLE).chain(stored.into_iter().map(client::Stored::byte)).collect()
            }
        })
    }
}

/// What became of a delivery.
enum Taken {
    Durable(Vec<Stored>),
    UnknownSite,
    Failed,
    /// Another request brings the same import.
    Overtaken,
    /// Because of its nonce.
    Refused(Claim),
}

impl Site {
    /// What an object is before its first call.
    fn new(storage: Storage, secrets: Secrets, archive: archive::Archive, config: &Config) -> Self {
        Self {
            salts: SaltKeeper::new(secrets),
            storage,
            test_mode: config.test_mode,
            group_window: Duration::from_millis(config.group_window_ms.into()),
            journal_events: config.journal_events,
            record: RefCell::default(),
            window: RefCell::default(),
            nonces: RefCell::default(),
            group: RefCell::default(),
            shelf: RefCell::default(),
            answers: RefCell::default(),
            shelved_ms: Cell::default(),
            told_ms: Cell::default(),
            compaction_armed: Cell::default(),
            compacting: Cell::default(),
            armed_daily: Cell::default(),
            rolling: Cell::default(),
            active: RefCell::default(),
            planted: Cell::default(),
            live: live::Live::default(),
            archive,
        }
    }

    async fn deliver(self: &Rc<Self>, bytes: &[u8]) -> Result<Taken> {
        let Ok(mut delivery) = Delivery::decode(bytes) else { return Ok(Taken::Failed) };
        if !self.load_record()? {
            return Ok(Taken::UnknownSite);
        }
        if self.test_mode {
            self.told_ms.set(delivery.now_ms);
        }
        let mut here = self.fill_in_visitors(&mut delivery).await?;
        delivery.keep_only(&here);
        // From here to the commit's registration nothing is awaited: the ids and the group change together.
        self.load_window(ArrivalDay::of_ms(delivery.now_ms))?;
        if self.is_overtaken(&delivery)? {
            return Ok(Taken::Overtaken);
        }
        let now_ms = delivery.now_ms;
        let claim = match delivery.signed {
            Some(signed) => self.claim(now_ms.div_euclid(1000), signed)?,
            None => Claim::New,
        };
        let refused = |outcome| Delivery::refused(now_ms, outcome, delivery.signed.map_or(0, |signed| signed.events));
        let delivery = match claim {
            Claim::New => delivery,
            Claim::Known => refused(Outcome::Unauthorised(Unauthorised::Replayed)),
            Claim::Full => refused(Outcome::RateLimited),
        };
        let (outcomes, durable) = self.join(delivery)?;
        if durable.await != Ok(true) {
            return Ok(Taken::Failed);
        }
        if claim != Claim::New {
            return Ok(Taken::Refused(claim));
        }
        let mut outcomes = outcomes.into_iter();
        let stored = |here: bool| match here.then(|| outcomes.next()).flatten() {
            Some(Outcome::Accepted) => Stored::Accepted,
            Some(_) => Stored::Duplicate,
            None => Stored::Elsewhere,
        };
        Ok(Taken::Durable(here.drain(..).map(stored).collect()))
    }

    fn join(self: &Rc<Self>, delivery: Delivery) -> Result<(Vec<Outcome>, futures_channel::oneshot::Receiver<bool>)> {
        let mut window = self.window.borrow_mut();
        let window = window.as_mut().ok_or_else(|| schema::corrupt("ids"))?;
        let mut group = self.group.borrow_mut();
        let joined = group.join(delivery, window);
        let (first, full) = (group.has_one_waiter(), group.is_full());
        drop(group);
        if first || full {
            let site = Rc::clone(self);
            let wait = if full { Duration::ZERO } else { self.group_window };
            platform::spawn_local(async move {
                // Even no window at all lets in what has arrived by now.
                Delay::from(wait).await;
                site.commit();
            });
        }
        Ok(joined)
    }

    /// Whether a delivery is part of an import of which another request has brought lines since this one looked. Both
    /// would bring what follows, which has no ids to be known by.
    fn is_overtaken(&self, delivery: &Delivery) -> Result<bool> {
        let Some(Progress { key, done, .. }) = &delivery.progress else { return Ok(false) };
        let waiting = self.group.borrow().lines_of(key).map(i64::from);
        let lines =
            waiting.map_or_else(|| schema::import_progress(&self.storage.sql(), key).map(|(lines, _)| lines), Ok)?;
        Ok(lines > done.first().copied().unwrap_or_default().into())
    }

    /// The present, in milliseconds since 1970; to a test whose events have a time of their own it is that.
    fn now_ms(&self) -> i64 {
        if self.told_ms.get() == 0 { platform::clock_ms() } else { self.told_ms.get() }
    }

    /// Uses up the nonce of a signed request that comes now, in seconds since 1970, or says why it may not be taken in.
    fn claim(&self, now_s: i64, signed: Signed) -> Result<Claim> {
        let sql = self.storage.sql();
        let mut held = self.nonces.borrow_mut();
        if held.is_none() {
            *held = Some(schema::load_nonces(&sql)?);
        }
        let nonces = held.get_or_insert_default();
        nonces.drop_before(now_s).into_iter().try_for_each(|period| schema::drop_nonces(&sql, period))?;
        Ok(nonces.claim(now_s, signed.nonce))
    }

    fn commit(self: &Rc<Self>) {
        let group = self.group.take();
        let mut window = self.window.borrow_mut();
        let Some(window) = window.as_mut() else { return };
        match group.commit(&self.storage, window, self.nonces.borrow_mut().as_mut()) {
            Ok(events) => self.shelve(events),
            // The message names no event: it is the database's.
            Err(error) => platform::console_error!("commit failed: {}", error),
        }
    }

    /// Reads the ids of the window, once, and forgets those that are over it.
    fn load_window(&self, today: ArrivalDay) -> Result<()> {
        let sql = self.storage.sql();
        let mut held = self.window.borrow_mut();
        if held.is_none() {
            let mut window = DedupeWindow::default();
            for day in schema::id_days(&sql)? {
                for row in sql.exec(&format!("SELECT ids FROM ids_{}", day.0), None)?.raw() {
                    window.load(day, schema::blob(&row?, 0).ok_or_else(|| schema::corrupt("ids"))?);
                }
            }
            *held = Some(window);
        }
        let over = held.as_mut().map(|window| window.drop_before(today)).unwrap_or_default();
        over.into_iter().try_for_each(|day| schema::drop_ids(&sql, day))
    }

    /// The salts that are over are deleted on time even if nobody passes by, so are old events, and the journal is
    /// written down. Each may come late, be interrupted or happen again: what is left to do is seen from what is there.
    async fn on_alarm(self: &Rc<Self>) -> Result<()> {
        self.compaction_armed.set(false);
        self.armed_daily.set(false);
        if let Err(error) = self.do_what_is_due().await {
            // A platform tries again a few times only, and a salt that nobody deletes would stay.
            platform::console_error!("alarm: {}", error);
            return self.arm(TRY_AGAIN).await;
        }
        Ok(())
    }

    async fn do_what_is_due(self: &Rc<Self>) -> Result<()> {
        let is_set_up = self.load_record()?;
        if is_set_up {
            self.arm_daily().await?;
        }
        // Also where the site was deleted: a salt may have been on its way.
        let today = site_day::of_ms(&self.time_zone(), platform::clock_ms());
        self.salts.delete_old(today).await?;
        if is_set_up {
            self.forget_old_events().await?;
            self.break_where_planted(planted::Place::Alarm)?;
            if self.write_down_by_alarm().await? {
                self.archive_by_alarm().await?;
            }
        }
        match self.salts.days().await?.into_iter().min() {
            Some(day) => self.set_alarm_for_end_of(day).await,
            None => Ok(()),
        }
    }
}
