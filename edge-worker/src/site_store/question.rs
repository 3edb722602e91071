//! What a site's object can be asked, and its answers. Both are JSON: these are the calls of an owner at a desk.

use super::notes::NoteTask;
use super::planted::Place;
use super::{Site, schema};
use engine::event::UnixSeconds;
use engine::query::{Kind, Questions};
use engine::refusal::Refusal;
use engine::site::SiteSettings;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::rc::Rc;
use worker::Result;

/// A question.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// Set the site up, or give it new settings.
    SetUp {
        /// The site's domain, which is also the object's name.
        domain: String,
        /// Settings that `engine::site::SiteSettings` accepts.
        settings: Value,
    },
    /// The settings as they were given; null where the site is not set up.
    Settings,
    /// Take everything of the site away.
    Delete,
    /// A question about the events, or several.
    Query {
        /// The name of an `engine::query::Kind`.
        kind: String,
        /// The present, in seconds since 1970.
        now_s: i64,
        /// The request's body.
        request: Value,
    },
    /// What a query means: with what was saved in the place of saved segments, and the site's settings.
    Prepare {
        /// The request's body.
        request: Value,
    },
    /// When the earliest event was, in seconds since 1970.
    FirstEvent,
    /// The key by which senders are spread over the site's objects, in hexadecimal digits.
    RouteKey,
    /// Something about the site's notes of a kind.
    Notes {
        /// The name of an `engine::site::NoteKind`'s list.
        list: String,
        /// What is to be done.
        task: NoteTask,
    },
    /// An import is done.
    Imported,
    /// Take filtered questions to a share down: whether it may be asked them.
    ChargeShare {
        /// The share's id.
        share: String,
        /// The site's local day.
        day: String,
        /// A hash of each question.
        questions: Vec<String>,
    },
    /// How many events ended how.
    Outcomes,
    /// Read all segments to see which are damaged: `{"segments"}`, how many.
    Damage,
    /// How far an import has come: `{"lines","accepted"}`.
    ImportProgress {
        /// The importer's idempotency key.
        key: String,
    },
    /// Do what an alarm does, so many times over. Test mode only.
    Alarm {
        /// How many times.
        times: u8,
    },
    /// Break, to prove that breaking is survived: at once, or in work that is done later. Test mode only.
    Panic {
        /// Where; none is at once.
        place: Option<Place>,
    },
}

/// Answers a question: `{"status": 200, "body": …}`, or 404 where the site is not set up.
pub(super) async fn answer(site: &Rc<Site>, question: Question) -> Result<Value> {
    if let Question::SetUp { domain, settings } = question {
        site.set_up(domain, settings)?;
        site.tidy_soon().await?;
        return Ok(ok(Value::Null));
    }
    if !site.load_record()? {
        return Ok(json!({ "status": 404, "body": null }));
    }
    site.arm_daily().await?;
    match question {
        Question::SetUp { .. } => Ok(ok(Value::Null)),
        Question::Settings => Ok(ok(site.record.borrow().as_ref().map_or(Value::Null, |record| record.given.clone()))),
        Question::Delete => site.delete().await.map(|()| ok(Value::Null)),
        Question::Query { kind, now_s, request } => query(site, &kind, UnixSeconds(now_s), &request).await,
        Question::Prepare { request } => Ok(prepare(site, &request)),
        Question::FirstEvent => {
            site.forget_old_events().await?;
            Ok(ok(json!(site.shelf()?.first_event().map(|first| first.0))))
        }
        Question::RouteKey => site.salts.route_key().await.map(|key| ok(key.to_hex().into())),
        Question::Notes { list, task } => site.notes(&list, task),
        Question::Imported => site.write_down_soon().await.map(|()| ok(Value::Null)),
        Question::ChargeShare { share, day, questions } => {
            site.charge_share(&share, &day, &questions).map(|charged| ok(charged.into()))
        }
        Question::Outcomes => outcomes(site).map(ok),
        Question::Damage => Ok(ok(json!({ "segments": site.damaged_segments().await? }))),
        Question::ImportProgress { key } => {
            let (lines, accepted) = schema::import_progress(&site.storage.sql(), &key)?;
            Ok(ok(json!({ "lines": lines, "accepted": accepted })))
        }
        Question::Alarm { times } => run_alarm(site, times).await,
        Question::Panic { place } => break_down(site, place),
    }
}

fn ok(body: Value) -> Value {
    json!({ "status": 200, "body": body })
}

async fn query(site: &Rc<Site>, kind: &str, now: UnixSeconds, request: &Value) -> Result<Value> {
    let Some(kind) = Kind::named(kind) else { return Ok(json!({ "status": 404, "body": null })) };
    site.forget_old_events().await?;
    let settings = match site.record.borrow().as_ref() {
        Some(record) => record.settings.clone(),
        None => return Err(schema::corrupt("settings")),
    };
    let first = site.shelf()?.first_event();
    let read =
        site.with_saved_segments(request).and_then(|request| Questions::read(kind, settings, now, first, &request));
    let questions = match read {
        Ok(questions) => questions,
        Err(refusal) => return Ok(json!({ "status": refusal.status, "body": refusal.to_json() })),
    };
    let (counted, damaged) = ask(site, questions).await?;
    let mut body = counted.answer();
    tell_damage(&mut body, damaged);
    Ok(ok(body))
}

/// Questions that are asked of one object of several.
#[derive(Debug, Serialize, Deserialize)]
pub struct Count {
    /// The name of an `engine::query::Kind`.
    pub kind: String,
    /// The present, in seconds since 1970.
    pub now_s: i64,
    /// When the earliest event of all objects was, in seconds since 1970.
    pub first_event_s: Option<i64>,
    /// The settings by which all of them count.
    pub settings: Value,
    /// The request, prepared.
    pub request: Value,
}

impl Count {
    /// The questions, of which nothing has been counted yet.
    pub fn questions(&self) -> std::result::Result<Questions, Refusal> {
        let kind = Kind::named(&self.kind);
        let kind = kind.ok_or_else(|| Refusal::new("not_found", "there is no such question", "ask another one"))?;
        let settings = Rc::new(SiteSettings::from_json(&self.settings)?);
        let first = self.first_event_s.map(UnixSeconds);
        Questions::read(kind, settings, UnixSeconds(self.now_s), first, &self.request)
    }
}

/// Counts what this object has; nothing where the site is not set up.
pub(super) async fn count(site: &Rc<Site>, count: &Count) -> Result<Vec<u8>> {
    if !site.load_record()? {
        return Ok(Vec::new());
    }
    site.forget_old_events().await?;
    let questions = count.questions().map_err(|_| worker::Error::RustError("not a question".into()))?;
    let (counted, damaged) = ask(site, questions).await?;
    Ok([&(damaged as u32).to_le_bytes()[..], &counted.partial()].concat())
}

/// Counts the events for questions; and how many segments cannot be read.
async fn ask(site: &Rc<Site>, questions: Questions) -> Result<(Questions, usize)> {
    let kept = site.answers.borrow_mut().take(&questions);
    let mut kept = kept.filter(|kept| site.shelf().is_ok_and(|shelf| shelf.still_holds(kept)));
    let rollups = if kept.is_none() { site.rollups(&questions) } else { None };
    let asked = site.with_segments(questions.span().unwrap_or_default(), |reader| {
        let mut shelf = site.shelf()?;
        let begin = || questions.clone();
        let rolled = |questions: &mut Questions, id, label: &_| {
            rollups.as_ref().is_some_and(|rollups| rollups.add(questions, id, label))
        };
        let answered = shelf.ask(questions.span(), reader, &mut kept, begin, rolled, Questions::add)?;
        Ok((answered, shelf.damaged()))
    });
    let (counted, damaged) = asked.await?;
    if let Some(rollups) = rollups {
        site.work_ahead(rollups, questions.clone());
    }
    if let Some(kept) = kept {
        site.answers.borrow_mut().put(questions, kept);
    }
    Ok((counted, damaged))
}

fn prepare(site: &Site, request: &Value) -> Value {
    match site.with_saved_segments(request) {
        Ok(request) => {
            let record = site.record.borrow();
            let settings = record.as_ref().map_or(Value::Null, |record| record.given.clone());
            ok(json!({ "request": request, "settings": settings }))
        }
        Err(refusal) => json!({ "status": refusal.status, "body": refusal.to_json() }),
    }
}

/// Says in an answer that segments cannot be read.
pub fn tell_damage(answer: &mut Value, damaged: usize) {
    if let (1.., Some(fields)) = (damaged, answer.as_object_mut()) {
        let error = "Some of the site's events cannot be read and are not counted.";
        fields.insert("damage".into(), json!({ "segments": damaged, "error": error, "code": "damaged_segments" }));
    }
}

fn outcomes(site: &Site) -> Result<Value> {
    let statement =
        "SELECT outcome, reason, sum(count) FROM outcomes GROUP BY outcome, reason ORDER BY outcome, reason";
    let rows = schema::rows(&site.storage.sql(), statement, vec![])?;
    let mut received = 0;
    let table: Vec<Value> = rows
        .iter()
        .filter_map(|row| {
            let (outcome, reason) = (schema::text(row, 0)?, schema::text(row, 1)?);
            let count = schema::integer(row, 2)?;
            received += count;
            Some(json!({ "outcome": outcome, "reason": reason, "count": count }))
        })
        .collect();
    Ok(json!({ "received": received, "outcomes": table }))
}

/// Runs the alarm, which a runtime may deliver late and more than once.
async fn run_alarm(site: &Rc<Site>, times: u8) -> Result<Value> {
    if !site.test_mode {
        return Ok(json!({ "status": 404, "body": null }));
    }
    for _ in 0..times {
        site.on_alarm().await?;
    }
    Ok(ok(Value::Null))
}

/// Panics, or plants a panic in work that is done later.
fn break_down(site: &Site, place: Option<Place>) -> Result<Value> {
    match place {
        _ if !site.test_mode => return Ok(json!({ "status": 404, "body": null })),
        Some(place) => site.plant(place),
        None => site.break_down()?,
    }
    Ok(ok(Value::Null))
}
