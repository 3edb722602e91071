//! The Durable Object that knows which sites exist, one for the whole installation, and the worker's memory of it.
//!
//! A site's object is only ever called for a site that is known here, so that a stranger's made-up domains leave
//! nothing on disk. [`keys`] are what opens one site, [`members`] who signs in by [`login`].

// The functions that the macro adds have no documentation.
#![allow(missing_docs)]

pub mod keys;
pub mod login;
pub mod members;

use crate::config::Config;
use crate::site_store::{schema, site_day};
use crate::throttle::Throttle;
use engine::site::Layout;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{DurableObject, Env, Request, Response, Result, SqlStorage, SqlStorageValue, State, durable_object};

const TABLES: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS sites (domain TEXT PRIMARY KEY, settings TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS layouts (domain TEXT PRIMARY KEY, layout TEXT NOT NULL) WITHOUT ROWID",
];

/// How long the worker believes that a site exists. A deleted site's object refuses by itself, so this may be long.
const KNOWN_MS: i64 = 60_000;
/// How long the worker believes that a site does not exist, where another isolate may have made it.
const UNKNOWN_MS: i64 = 1_000;
/// Domains that the worker remembers; beyond that it starts anew.
const REMEMBERED_MAX: usize = 10_000;

/// A question to the registry.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Question {
    /// What is known of a domain.
    Find(String),
    Put {
        domain: String,
        settings: Value,
        layout: Value,
    },
    Delete(String),
    List,
    /// Something about the keys or the shares of a site.
    Records(String, keys::RecordTask),
    /// A member's id.
    FindMember(String),
    /// See [`Registry::members`].
    Members(Value),
    /// See [`Registry::sign_in`].
    SignIn(Value),
}

/// The object as the runtime holds it.
#[durable_object(alarm)]
pub struct Registry {
    sql: SqlStorage,
    config: Rc<Config>,
    throttle: RefCell<Throttle>,
}

impl DurableObject for Registry {
    fn new(state: State, env: Env) -> Self {
        crate::runtime::keep_panics_quiet();
        let throttle = RefCell::new(Throttle::new(crate::runtime::random_bytes()));
        Self { sql: state.storage().sql(), config: Config::of(&env), throttle }
    }

    async fn fetch(&self, _request: Request) -> Result<Response> {
        Response::error("This object is called by its methods.", 404)
    }

    async fn alarm(&self) -> Result<Response> {
        Response::empty()
    }
}

#[wasm_bindgen]
impl Registry {
    /// Answers a question in JSON with JSON.
    #[allow(clippy::unused_async, reason = "an error becomes a rejected promise")]
    pub async fn ask(&self, question: String) -> std::result::Result<String, JsValue> {
        let question: Question = serde_json::from_str(&question).map_err(|_| JsValue::from("unknown question"))?;
        Ok(self.answer(question)?.to_string())
    }
}

impl Registry {
    fn answer(&self, question: Question) -> Result<Value> {
        for table in TABLES.into_iter().chain(keys::TABLES).chain(members::TABLES) {
            self.sql.exec(table, None)?;
        }
        match question {
            Question::Find(domain) => {
                let statement = "SELECT settings, (SELECT layout FROM layouts WHERE layouts.domain = sites.domain) \
                                 FROM sites WHERE domain = ?";
                Ok(self.rows(statement, vec![domain.into()])?.first().and_then(|row| found(row)).unwrap_or_default())
            }
            Question::Put { domain, settings, layout } => {
                let statement = "INSERT INTO sites (domain, settings) VALUES (?, ?) \
                                 ON CONFLICT DO UPDATE SET settings = excluded.settings";
                self.rows(statement, vec![domain.clone().into(), settings.to_string().into()])?;
                let statement = "INSERT INTO layouts (domain, layout) VALUES (?, ?) \
                                 ON CONFLICT DO UPDATE SET layout = excluded.layout";
                self.rows(statement, vec![domain.into(), layout.to_string().into()])?;
                Ok(Value::Null)
            }
            Question::Delete(domain) => {
                self.rows("DELETE FROM sites WHERE domain = ?", vec![domain.clone().into()])?;
                self.rows("DELETE FROM layouts WHERE domain = ?", vec![domain.clone().into()])?;
                self.rows("DELETE FROM keys WHERE domain = ?", vec![domain.clone().into()])?;
                self.rows("DELETE FROM shares WHERE domain = ?", vec![domain.clone().into()])?;
                self.forget_roles(&domain)?;
                Ok(Value::Null)
            }
            Question::List => {
                let rows = self.rows("SELECT domain, settings FROM sites ORDER BY domain", vec![])?;
                Ok(rows.into_iter().filter_map(listed).collect())
            }
            Question::Records(kind, task) => self.records(&kind, task),
            Question::FindMember(id) => self.find_member(&id),
            Question::Members(task) => self.members(&task),
            Question::SignIn(tried) => self.sign_in(&tried),
        }
    }

    #[inline(never)]
    fn rows(&self, statement: &str, values: Vec<SqlStorageValue>) -> Result<Vec<Vec<SqlStorageValue>>> {
        self.sql.exec(statement, values)?.raw().collect()
    }
}

/// A site's layout and time zone.
fn found(row: &[SqlStorageValue]) -> Option<Value> {
    let settings: Value = serde_json::from_str(schema::text(row, 0)?).ok()?;
    // Sites of before have no layout, and one object.
    let layout = schema::text(row, 1).and_then(|layout| serde_json::from_str(layout).ok());
    let layout: Value = layout.unwrap_or_else(|| Layout::new(1).to_json());
    Some(json!({ "timezone": settings.get("timezone")?, "layout": layout }))
}

/// A row as the list shows it: the settings with the domain.
fn listed(row: Vec<SqlStorageValue>) -> Option<Value> {
    let [SqlStorageValue::String(domain), SqlStorageValue::String(settings)] = <[_; 2]>::try_from(row).ok()? else {
        return None;
    };
    let mut site: Value = serde_json::from_str(&settings).ok()?;
    site.as_object_mut()?.insert("domain".into(), domain.into());
    Some(site)
}

#[wasm_bindgen]
extern "C" {
    type RegistryStub;
    #[wasm_bindgen(method, catch)]
    async fn ask(this: &RegistryStub, question: &str) -> std::result::Result<JsValue, JsValue>;
}

/// What has to be known of a site to find its objects.
#[derive(Debug)]
pub struct Known {
    /// Over how many objects its events are spread.
    pub layout: Layout,
    /// The zone of its days.
    pub zone: TimeZone,
}

/// What is known of a domain, none if it is no site, and until when (milliseconds since 1970) that is believed.
type Remembered = (Option<Rc<Known>>, i64);

thread_local! {
    static REMEMBERED: RefCell<HashMap<String, Remembered>> = RefCell::default();
}

/// Whether the site is registered.
pub async fn has(env: &Env, domain: &str) -> Result<bool> {
    Ok(find(env, domain).await?.is_some())
}

/// What is known of a site; none if it is not registered.
pub async fn find(env: &Env, domain: &str) -> Result<Option<Rc<Known>>> {
    let now_ms = crate::runtime::clock_ms();
    if let Some(known) = remembered(domain, now_ms) {
        return Ok(known);
    }
    let found = ask(env, &Question::Find(domain.into())).await?;
    let layout = found.get("layout").and_then(Layout::from_json);
    let zone = found.get("timezone").and_then(Value::as_str).map(site_day::time_zone);
    let known = layout.zip(zone).map(|(layout, zone)| Rc::new(Known { layout, zone }));
    remember(domain, known.clone(), now_ms + if known.is_some() { KNOWN_MS } else { UNKNOWN_MS });
    Ok(known)
}

/// What the worker remembers of a domain: none if it has to ask, and within that none if it is no site.
pub fn remembered(domain: &str, now_ms: i64) -> Option<Option<Rc<Known>>> {
    let remembered = REMEMBERED.with_borrow(|sites| sites.get(domain).cloned());
    remembered.filter(|(_, until_ms)| now_ms < *until_ms).map(|(known, _)| known)
}

/// Registers a site, or updates what the list shows of it.
pub async fn put(env: &Env, domain: &str, settings: Value, layout: &Layout) -> Result<()> {
    ask(env, &Question::Put { domain: domain.into(), settings, layout: layout.to_json() }).await?;
    forget(domain);
    Ok(())
}

/// Takes a site off the list.
pub async fn delete(env: &Env, domain: &str) -> Result<()> {
    ask(env, &Question::Delete(domain.into())).await?;
    forget(domain);
    Ok(())
}

/// All sites with their settings, by domain.
pub async fn list(env: &Env) -> Result<Vec<Value>> {
    Ok(ask(env, &Question::List).await?.as_array_mut().map(std::mem::take).unwrap_or_default())
}

/// Unlearns what the worker remembers of a domain.
pub fn forget(domain: &str) {
    REMEMBERED.with_borrow_mut(|sites| sites.remove(domain));
    keys::forget(domain);
    members::forget_site(domain);
}

fn remember(domain: &str, known: Option<Rc<Known>>, until_ms: i64) {
    REMEMBERED.with_borrow_mut(|sites| {
        if sites.len() >= REMEMBERED_MAX {
            sites.clear();
        }
        sites.insert(domain.into(), (known, until_ms));
    });
}

async fn ask(env: &Env, question: &Question) -> Result<Value> {
    let stub: RegistryStub = env.durable_object("REGISTRY")?.get_by_name("registry")?.into_rpc();
    let answer = stub.ask(&serde_json::to_string(question)?).await?;
    Ok(serde_json::from_str(&answer.as_string().unwrap_or_default())?)
}
