//! The worker's side of a site: its events are in one object or spread over several by who sent them, so that a visitor
//! is in one of them and what they count adds up.
//!
//! The first object bears the site's domain as its name and holds what there is once: settings, notes, the route key.
//! The others are named `domain#1`, `domain#2` … . Each makes salts of its own, finds duplicates among its own events,
//! and writes segments of its own.

use crate::registry::{self, Known};
use crate::site_store::client::{self, Answer, Delivered, Stored};
use crate::site_store::columns::{Given, Wanted};
use crate::site_store::delivery::{Delivery, Progress, Sender};
use crate::site_store::question::{Count, Question, tell_damage};
use crate::site_store::site_day;
use crate::site_store::visitor::{Salt, hash};
use engine::event::Event;
use engine::shelf::Piece;
use engine::site::Layout;
use futures_util::future::{join_all, try_join, try_join_all};
use protocol::outcome::Outcome;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::HashMap;
use worker::{Env, Error, Result};

/// Spreads the names of imports: who names visitors keeps the names, so it need be no secret.
const NAMES: Salt = Salt(*b"passerby: names over shards, v1 ");
/// Route keys that the worker remembers; beyond that it starts anew.
const REMEMBERED_MAX: usize = 10_000;

thread_local! {
    static ROUTE_KEYS: RefCell<HashMap<String, Salt>> = RefCell::default();
}

/// The name of an object.
fn object(domain: &str, shard: u32) -> String {
    if shard == 0 { domain.to_owned() } else { format!("{domain}#{shard}") }
}

/// The names of all objects of a site, the first one first. Of a site that is not registered it is the first alone.
pub async fn objects(env: &Env, domain: &str) -> Result<Vec<String>> {
    let shards = registry::find(env, domain).await?.map_or(1, |known| known.layout.objects());
    Ok(objects_of(domain, shards))
}

fn objects_of(domain: &str, shards: u32) -> Vec<String> {
    (0..shards).map(|shard| object(domain, shard)).collect()
}

/// The object that an import's visitor is counted by.
pub fn of_name(layout: &Layout, name: &str) -> u32 {
    part(hash(&NAMES, &[name]), layout.shards_of_names())
}

fn part(hash: u64, shards: u32) -> u32 {
    (hash % u64::from(shards.max(1))) as u32
}

/// Hands a delivery over and waits until it is durable. The outcomes are in the order of the events.
pub async fn deliver(env: &Env, domain: &str, delivery: &Delivery) -> Result<Delivered<Outcome>> {
    let Some(known) = registry::find(env, domain).await? else { return Ok(Delivered::UnknownSite) };
    let mut stored = vec![None; delivery.events.len()];
    if known.layout.objects() == 1 {
        return Ok(match client::deliver(env, domain, delivery).await? {
            Delivered::Durable(all) => Delivered::Durable(all.into_iter().filter_map(Stored::outcome).collect()),
            Delivered::UnknownSite => Delivered::UnknownSite,
            Delivered::Refused(outcome) => Delivered::Refused(outcome),
            Delivered::Overtaken => Delivered::Overtaken,
        });
    }
    if delivery.signed.is_some() {
        // The first object knows all nonces, and has this one on disk before any object has an event of the request.
        let claim = Delivery { now_ms: delivery.now_ms, signed: delivery.signed, ..Delivery::default() };
        match client::deliver(env, domain, &claim).await? {
            Delivered::Durable(_) => {}
            Delivered::UnknownSite => return Ok(Delivered::UnknownSite),
            Delivered::Refused(outcome) => return Ok(Delivered::Refused(outcome)),
            Delivered::Overtaken => return Ok(Delivered::Overtaken),
        }
    }
    let (mut now, before) = places(env, domain, &known, delivery).await?;
    // On the first day of another number whoever is still on a visit of the day before stays where he was.
    for (going_on, places) in [(true, before), (false, Vec::new())] {
        let places = if going_on { places } else { std::mem::take(&mut now) };
        let undecided: Vec<Option<u32>> =
            places.into_iter().zip(&stored).map(|(place, stored)| place.filter(|_| stored.is_none())).collect();
        let mut divided = delivery.divided(&undecided);
        let has_counts = !delivery.refused.is_empty() || !delivery.dropped.is_empty();
        if has_counts && !going_on {
            let first = &mut divided.entry(0).or_default().0;
            first.refused.clone_from(&delivery.refused);
            first.dropped.clone_from(&delivery.dropped);
        }
        let deliveries = divided.into_iter().map(|(shard, (mut own, positions))| async move {
            own.now_ms = delivery.now_ms;
            own.only_going_on = going_on;
            own.progress = delivery.progress.as_ref().map(|progress| Progress {
                done: progress.done.get(shard as usize).copied().into_iter().collect(),
                ..progress.clone()
            });
            Ok::<_, Error>((client::deliver(env, &object(domain, shard), &own).await?, positions))
        });
        // Each is waited for, whatever becomes of the others.
        for delivered in join_all(deliveries).await {
            let (outcomes, positions) = match delivered? {
                (Delivered::Durable(outcomes), positions) => (outcomes, positions),
                (Delivered::Overtaken, _) => return Ok(Delivered::Overtaken),
                _ => return Ok(Delivered::UnknownSite),
            };
            for (outcome, position) in outcomes.into_iter().zip(positions) {
                stored.iter_mut().skip(position).take(1).for_each(|slot| *slot = outcome.outcome());
            }
        }
    }
    let outcomes = stored.into_iter().collect::<Option<Vec<_>>>().map(Delivered::Durable);
    outcomes.ok_or_else(|| Error::RustError("an event is lost".into()))
}

type Places = Vec<Option<u32>>;

/// Where each event belongs, and where its sender may still be on a visit.
async fn places(env: &Env, domain: &str, known: &Known, delivery: &Delivery) -> Result<(Places, Places)> {
    let of_clients = delivery.senders.iter().any(|sender| matches!(sender, Sender::Client { .. }));
    let key = if of_clients { Some(route_key(env, domain).await?) } else { None };
    let (mut now, mut before) = (Vec::new(), Vec::new());
    let mut sender = &Sender::Same;
    for (event, given) in delivery.events.iter().zip(&delivery.senders) {
        if *given != Sender::Same {
            sender = given;
        }
        let (place, place_before) = match (sender, key) {
            (Sender::Named(name), _) => (of_name(&known.layout, name), None),
            (Sender::Client { ip, user_agent }, Some(key)) => {
                let (hash, day) = (hash(&key, &[ip, user_agent]), site_day::of_ms(&known.zone, event.time.0 * 1000));
                let place = part(hash, known.layout.shards_on(day));
                let earlier = known.layout.shards_before(day).map(|shards| part(hash, shards));
                (place, earlier.filter(|earlier| *earlier != place))
            }
            _ => (0, None),
        };
        now.push(Some(place));
        before.push(place_before);
    }
    Ok((now, before))
}

/// A random key of the site's own, which is never told.
pub async fn route_key(env: &Env, domain: &str) -> Result<Salt> {
    if let Some(key) = ROUTE_KEYS.with_borrow(|keys| keys.get(domain).copied()) {
        return Ok(key);
    }
    let answer = client::ask(env, domain, &Question::RouteKey).await?;
    let key = answer.body.as_str().and_then(Salt::from_hex);
    let key = key.ok_or_else(|| Error::RustError("the site has no route key".into()))?;
    ROUTE_KEYS.with_borrow_mut(|keys| {
        if keys.len() >= REMEMBERED_MAX {
            keys.clear();
        }
        keys.insert(domain.to_owned(), key);
    });
    Ok(key)
}

/// Unlearns what the worker remembers of a domain.
pub fn forget(domain: &str) {
    ROUTE_KEYS.with_borrow_mut(|keys| keys.remove(domain));
    registry::forget(domain);
}

/// Asks every object of a site the same, all at once; the first object's answer comes first.
pub async fn ask_all(env: &Env, domain: &str, question: &Question) -> Result<Vec<Answer>> {
    ask_objects(env, &objects(env, domain).await?, question).await
}

async fn ask_objects(env: &Env, objects: &[String], question: &Question) -> Result<Vec<Answer>> {
    try_join_all(objects.iter().map(|object| client::ask(env, object, question))).await
}

/// Sets up every object that a layout has, the first one last: once it is there, the site is.
pub async fn set_up(env: &Env, domain: &str, layout: &Layout, settings: &Value) -> Result<()> {
    let question = Question::SetUp { domain: domain.to_owned(), settings: settings.clone() };
    for object in objects_of(domain, layout.objects()).iter().rev() {
        client::ask(env, object, &question).await?;
    }
    Ok(())
}

/// What every object received and what became of it, added up; none where the site is not set up.
pub async fn outcomes(env: &Env, domain: &str) -> Result<Option<Value>> {
    let answers = ask_all(env, domain, &Question::Outcomes).await?;
    let Some((first, others)) = answers.split_first().filter(|(first, _)| !first.body.is_null()) else {
        return Ok(None);
    };
    if others.is_empty() {
        return Ok(Some(first.body.clone()));
    }
    let mut sums: std::collections::BTreeMap<(String, String), u64> = std::collections::BTreeMap::new();
    for row in answers.iter().filter_map(|answer| answer.body.get("outcomes")?.as_array()).flatten() {
        let text = |field| row.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        *sums.entry((text("outcome"), text("reason"))).or_default() +=
            row.get("count").and_then(Value::as_u64).unwrap_or(0);
    }
    let rows =
        sums.iter().map(|((outcome, reason), count)| json!({ "outcome": outcome, "reason": reason, "count": count }));
    Ok(Some(json!({ "received": sums.values().sum::<u64>(), "outcomes": rows.collect::<Vec<_>>() })))
}

/// Answers a question of a kind (see [`Question::Query`]); a body of null where the site is not set up.
pub async fn query(env: &Env, domain: &str, kind: &str, now_s: i64, request: Value) -> Result<Answer> {
    let objects = objects(env, domain).await?;
    if objects.len() == 1 {
        return client::ask(env, domain, &Question::Query { kind: kind.to_owned(), now_s, request }).await;
    }
    let prepare = Question::Prepare { request };
    let (mut prepared, firsts) =
        try_join(client::ask(env, domain, &prepare), ask_objects(env, &objects, &Question::FirstEvent)).await?;
    if prepared.status != 200 {
        return Ok(prepared);
    }
    let mut take = |field| prepared.body.get_mut(field).map(Value::take).unwrap_or_default();
    let count = Count {
        kind: kind.to_owned(),
        now_s,
        first_event_s: firsts.iter().filter_map(|first| first.body.as_i64()).min(),
        settings: take("settings"),
        request: take("request"),
    };
    let mut questions = match count.questions() {
        Ok(questions) => questions,
        Err(refusal) => return Ok(Answer { status: refusal.status, body: refusal.to_json() }),
    };
    let count = serde_json::to_string(&count)?;
    let counted = try_join_all(objects.iter().map(|object| client::count(env, object, &count))).await?;
    let mut damaged = 0;
    for (damaged_there, partial) in counted.into_iter().flatten() {
        damaged += damaged_there as usize;
        questions.merge(&partial).map_err(|_| Error::RustError("counts cannot be read".into()))?;
    }
    let mut body = questions.answer();
    tell_damage(&mut body, damaged);
    Ok(Answer { status: 200, body })
}

/// The visits of days as columns, as each object has them, or of which version they are; none where the site is not set
/// up. They come one object after the other: many at once would not find room beside each other.
pub async fn columns(env: &Env, domain: &str, days: (&str, &str), only_version: bool) -> Result<Option<Vec<Given>>> {
    let objects = objects(env, domain).await?;
    let mut all = Vec::with_capacity(objects.len());
    for (object, shard) in objects.iter().zip(0..) {
        let (first, last) = (days.0.to_owned(), days.1.to_owned());
        let wanted = Wanted { first, last, shard, shards: objects.len() as u32, only_version };
        let Some(given) = client::columns(env, object, &wanted).await? else { return Ok(None) };
        let is_too_much = given.visits.is_none();
        all.push(given);
        if is_too_much {
            break;
        }
    }
    Ok(Some(all))
}

/// How far an import has come with each object, in lines, and how many events they have accepted.
pub async fn import_progress(env: &Env, domain: &str, key: &str) -> Result<(Vec<u64>, u64)> {
    let answers = ask_all(env, domain, &Question::ImportProgress { key: key.to_owned() }).await?;
    let of = |answer: &Answer, field| answer.body.get(field).and_then(Value::as_u64).unwrap_or(0);
    let lines = answers.iter().map(|answer| of(answer, "lines")).collect();
    Ok((lines, answers.iter().map(|answer| of(answer, "accepted")).sum()))
}

/// All events of a site, those of the visitors who first came in the same hour at a time.
pub struct Pieces {
    env: Env,
    since_s: i64,
    shards: Vec<Shard>,
}

/// How far the events of an object are taken.
struct Shard {
    object: String,
    /// Where the next piece begins; none after the last.
    next_s: Option<i64>,
    /// The piece that was taken last, if its time has not come.
    held: Option<Piece>,
}

impl Pieces {
    /// The events from a moment on (in seconds since 1970) of all objects.
    pub fn of(env: Env, objects: Vec<String>, since_s: i64) -> Self {
        let shard = |object| Shard { object, next_s: Some(i64::MIN), held: None };
        Self { env, since_s, shards: objects.into_iter().map(shard).collect() }
    }

    /// Whether there are no more.
    pub fn is_done(&self) -> bool {
        self.shards.iter().all(|shard| shard.next_s.is_none() && shard.held.is_none())
    }

    /// The next events, of the earliest hour that any object still has.
    pub async fn next(&mut self) -> Result<Vec<Event>> {
        for Shard { object, next_s, held } in &mut self.shards {
            if let (None, Some(from_s)) = (&held, *next_s) {
                let taken = client::export(&self.env, object, from_s, self.since_s).await?;
                let piece = taken.ok_or_else(|| Error::RustError("the site is gone".into()))?;
                *next_s = piece.next_s;
                *held = Some(piece).filter(|piece| !piece.events.is_empty() || piece.next_s.is_some());
            }
        }
        let held = self.shards.iter().filter_map(|shard| shard.held.as_ref());
        let Some(hour) = held.map(|piece| piece.begin_s).min() else { return Ok(Vec::new()) };
        let due = self.shards.iter_mut().filter_map(|shard| shard.held.take_if(|piece| piece.begin_s == hour));
        Ok(Piece::of_all(due.map(|piece| piece.events)))
    }
}
