//! Those who call the object, over a network that loses, repeats, delays and reorders: browsers, importers, a server that
//! signs, and the owner who asks.

use super::model::{self, DOMAIN, Model};
use super::platform::Delay;
use super::world::{World, world};
use crate::site_store::client::Stored;
use crate::site_store::columns::Wanted;
use crate::site_store::delivery::{Delivery, Progress, Sender, Signed};
use crate::site_store::nonces::Claim;
use crate::site_store::question::{self, Count, Question};
use crate::site_store::{Site, Taken, site_day};
use engine::event::{ENGAGEMENT, Event, PAGEVIEW, UnixSeconds};
use jiff::ToSpan;
use protocol::event::EventId;
use serde_json::{Value, json};
use std::rc::Rc;
use std::time::Duration;
use worker::Result;

/// Who tries again gives up when the event is so old, in milliseconds: the worker refuses it at a day.
const GIVEN_UP_MS: i64 = 12 * 3_600_000;

/// How long the worker takes a signature for fresh, in milliseconds.
const FRESH_MS: i64 = 300_000;

/// One event, not yet sent.
struct Kept {
    number: usize,
    id: EventId,
    event: Event,
}

fn make(world: &World, sender: Option<u32>) -> Kept {
    let mut model = world.model.borrow_mut();
    let number = model.senders.len();
    model.senders.push(sender);
    let age_s = world.chance(|chance| if chance.one_in(3) { chance.between(0, 7_200) } else { chance.between(0, 20) });
    let name = world.chance(|chance| chance.pick(&[PAGEVIEW, PAGEVIEW, PAGEVIEW, ENGAGEMENT, "signup"]));
    let mut id = [0; 16];
    if sender.is_some() {
        id[..8].copy_from_slice(&(number as u64 + 1).to_le_bytes());
    }
    let event = Event {
        time: UnixSeconds((world.clock_ms().div_euclid(1000)) - age_s),
        name: name.to_owned(),
        interactive: true,
        hostname: DOMAIN.to_owned(),
        pathname: format!("/{number}"),
        engagement_time_ms: (name == ENGAGEMENT).then_some(1_500),
        ..Event::default()
    };
    Kept { number, id: EventId(id), event }
}

async fn wait(least_ms: i64, most_ms: i64) {
    let wait_ms = world().chance(|chance| chance.between(least_ms, most_ms));
    Delay::from(Duration::from_millis(wait_ms as u64)).await;
}

/// Sends a delivery. Nothing is heard of it where the object died, or the answer was lost.
async fn deliver(delivery: Delivery) -> Option<Result<Taken>> {
    let world = world();
    // Whoever hears a signed request sends it again.
    let is_heard = delivery.signed.is_some() && world.chance(|chance| chance.one_in(2));
    if is_heard || world.fails(|faults| faults.twice) {
        let again = delivery.clone();
        world.spawn_of(0, async move {
            wait(0, 60_000).await;
            drop(arrive(again).await);
        });
    }
    wait(0, 300).await;
    let answer = arrive(delivery).await;
    wait(0, 300).await;
    if world.fails(|faults| faults.lost_answer) { None } else { answer }
}

/// What the worker does with a delivery: the time is its own, and a signature is fresh for a while.
async fn arrive(mut delivery: Delivery) -> Option<Result<Taken>> {
    let world = world();
    if delivery.signed.is_some() && world.clock_ms() - delivery.now_ms > FRESH_MS {
        return None;
    }
    delivery.now_ms = world.clock_ms();
    let (now_ms, events) = (delivery.now_ms, delivery.events.len() as i64);
    world.model.borrow_mut().sent += events;
    let bytes = delivery.encode();
    wait(0, 20).await;
    let answer = world.object.call(&world, move |site| async move { site.deliver(&bytes).await }).await.ok();
    match &answer {
        Some(Ok(Taken::Durable(_))) => {
            world.model.borrow_mut().answered += events;
            let is_on_time = world.clock_ms() - now_ms <= FRESH_MS;
            if let Some(signed) = delivery.signed
                && is_on_time
                && !world.model.borrow_mut().opened.insert(signed.nonce)
            {
                world.fail("a nonce has opened twice".to_owned());
            }
        }
        Some(Ok(Taken::Refused(Claim::Known))) => world.model.borrow_mut().answered += events,
        Some(Ok(Taken::UnknownSite)) if !world.model.borrow().is_deleted => {
            world.fail("a site that is set up is unknown".to_owned());
        }
        _ => {}
    }
    answer
}

/// All of these were said to be on disk.
fn check_on_disk(numbers: &[usize]) {
    let world = world();
    let model = world.model.borrow();
    for number in numbers {
        if model.on_disk.get(number) != Some(&1) {
            world.fail(format!("event {number} was acknowledged and is not on disk"));
        }
    }
}

/// Sends some events of one sender until they are acknowledged, or too old. A server signs each try anew.
pub async fn visit(sender: u32, count: i64, signs: bool) {
    let world = world();
    let kept: Vec<Kept> = (0..count).map(|_| make(&world, Some(sender))).collect();
    let numbers: Vec<usize> = kept.iter().map(|kept| kept.number).collect();
    let (ip, user_agent) = Model::client(sender);
    let first_ms = kept.iter().map(|kept| kept.event.time.0 * 1000).min().unwrap_or_default();
    while world.clock_ms() - first_ms < GIVEN_UP_MS {
        let mut delivery = Delivery { now_ms: world.clock_ms(), ..Delivery::default() };
        for kept in &kept {
            let from = Sender::Client { ip: ip.clone(), user_agent: user_agent.clone() };
            delivery.push(kept.id, from, kept.event.clone());
        }
        if signs {
            let mut nonce = [0; 16];
            nonce[..8].copy_from_slice(&world.unique().to_le_bytes());
            delivery.signed = Some(Signed { nonce, events: count as u32 });
        }
        if let Some(Ok(Taken::Durable(stored))) = deliver(delivery).await {
            if stored.len() != kept.len() || stored.contains(&Stored::Elsewhere) {
                world.fail("an event has no outcome".to_owned());
            }
            check_on_disk(&numbers);
            world.note(&format!("acknowledged: {numbers:?}"));
            return;
        }
        wait(500, 120_000).await;
    }
    world.note(&format!("given up: {numbers:?}"));
}

/// Imports lines under a key, taken up again wherever it was; two may do the same at the same time.
pub async fn import(key: String, lines: Vec<usize>, events: Vec<Event>) {
    let world = world();
    loop {
        let question = Question::ImportProgress { key: key.clone() };
        let done = ask(question).await.and_then(|answer| answer["body"]["lines"].as_u64());
        let Some(done) = done.map(|done| done as usize) else {
            wait(500, 120_000).await;
            continue;
        };
        if done >= lines.len() {
            break;
        }
        let count = world.chance(|chance| chance.between(1, 4)) as usize;
        let mut delivery = Delivery { now_ms: world.clock_ms(), ..Delivery::default() };
        for event in events[done..].iter().take(count) {
            delivery.push(EventId::default(), Sender::Named("anna".to_owned()), event.clone());
        }
        let progress =
            Progress { key: key.clone(), done: vec![done as u32], lines: (done + delivery.events.len()) as u32 };
        delivery.progress = Some(progress);
        drop(deliver(delivery).await);
    }
    check_on_disk(&lines);
    world.note(&format!("imported: {lines:?}"));
}

/// The lines of an import.
pub fn lines(world: &World, count: i64) -> (Vec<usize>, Vec<Event>) {
    (0..count).map(|_| make(world, None)).map(|kept| (kept.number, kept.event)).unzip()
}

/// Asks the object; nothing where it fails.
pub async fn ask(question: Question) -> Option<Value> {
    let world = world();
    let answer = world.object.call(&world, |site| async move { question::answer(&site, question).await });
    answer.await.ok()?.ok()
}

/// Sets the site up, however often it takes.
pub async fn set_up() {
    let settings = world().model.borrow().settings.clone();
    loop {
        let question = Question::SetUp { domain: DOMAIN.to_owned(), settings: settings.clone() };
        if ask(question).await.is_some() {
            return;
        }
        wait(500, 120_000).await;
    }
}

/// Deletes the site, however often it takes.
pub async fn delete() {
    world().model.borrow_mut().is_deleted = true;
    while ask(Question::Delete).await.is_none() {
        wait(500, 120_000).await;
    }
}

/// What a dashboard asks about.
pub fn request(world: &World) -> (&'static str, Value) {
    let keeps_all = world.model.borrow().settings["retention_days"].is_null();
    let range = world.chance(|chance| chance.pick(&["day", if keeps_all { "all" } else { "day" }]));
    let metrics = json!(["visitors", "visits", "pageviews", "events", "bounce_rate", "visit_duration"]);
    let mut request = json!({ "site_id": DOMAIN, "metrics": metrics, "date_range": range });
    match world.chance(|chance| chance.below(10)) {
        0 => request["dimensions"] = json!(["time:hour"]),
        1 => {
            request["metrics"] = json!(["visitors", "events"]);
            request["dimensions"] = json!(["event:name"]);
        }
        2 => {
            request["metrics"] = json!(["visitors", "pageviews"]);
            request["dimensions"] = json!(["event:page"]);
        }
        3 => {
            let steps = json!([["contains", "event:page", ["1"]], ["is", "event:goal", ["signup"]]]);
            return ("funnel", json!({ "site_id": DOMAIN, "date_range": range, "steps": steps }));
        }
        4 => {
            let start = json!(["contains", "event:page", ["1"]]);
            return ("journeys", json!({ "site_id": DOMAIN, "date_range": range, "start": start, "depth": 2 }));
        }
        5 => return ("retention", json!({ "site_id": DOMAIN, "date_range": range, "unit": "day" })),
        6 => request["filters"] = json!([["is", "event:goal", ["signup"]]]),
        _ => {}
    }
    ("query", request)
}

/// Asks, and compares the answer with what one list of all events says at the same moment. Answers whether it was told
/// anything.
pub async fn compare() -> bool {
    let world = world();
    let (kind, request) = request(&world);
    let settings = world.model.borrow().settings.clone();
    let now_s = world.clock_ms().div_euclid(1000);
    let as_one_of_several = world.chance(|chance| chance.one_in(3));
    let compared = world.object.call(&world, move |site| async move {
        let answer = if as_one_of_several {
            count(&site, kind, now_s, &settings, &request).await
        } else {
            let question = Question::Query { kind: kind.to_owned(), now_s, request: request.clone() };
            question::answer(&site, question).await
        };
        let Ok(answer) = answer else { return false };
        let world = super::world::world();
        let accepted = world.object.disk.accepted();
        model::check_totals(&world, &request, &accepted, now_s, &answer["body"]);
        let plainly = model::counted_plainly(&settings, accepted, now_s, kind, &request).unwrap_or_default();
        if answer["body"] != plainly || answer["status"] != 200 {
            world.fail(format!("{request} says\n{answer}\nand plainly it is\n{plainly}"));
        }
        true
    });
    compared.await.unwrap_or_default()
}

/// Asks for the visits of the last days as a browser gets them, and compares them with those of one list of all events.
/// Answers whether it was told anything.
pub async fn compare_columns() -> bool {
    let world = world();
    let settings = world.model.borrow().settings.clone();
    let today = site_day::of_ms(&world.model.borrow().zone(), world.clock_ms());
    let first = today.checked_sub(world.chance(|chance| chance.between(0, 3)).days()).unwrap();
    let compared = world.object.call(&world, move |site| async move {
        let (first_day, last_day) = (first.to_string(), today.to_string());
        let wanted = Wanted { first: first_day, last: last_day, shard: 0, shards: 1, only_version: false };
        let Ok(Some(given)) = site.columns(&wanted).await else { return false };
        let world = super::world::world();
        let keep_from_s = world.model.borrow().keep_from_s(world.clock_ms().div_euclid(1000));
        let mut kept = world.object.disk.accepted();
        kept.retain(|event| event.time.0 >= keep_from_s);
        let plainly = model::columns_plainly(&settings, kept, (first, today));
        if given.damaged != 0 || Some(&given.chunks) != plainly.as_ref() {
            world.fail(format!("the columns from {first} to {today} are not those of the events on disk"));
        }
        true
    });
    compared.await.unwrap_or_default()
}

/// Asks as the worker asks each object of a site that has several, and adds up what one says.
async fn count(site: &Rc<Site>, kind: &str, now_s: i64, settings: &Value, request: &Value) -> Result<Value> {
    site.load_record()?;
    site.forget_old_events().await?;
    let first_event_s = site.shelf()?.first_event().map(|first| first.0);
    let (kind, settings, request) = (kind.to_owned(), settings.clone(), request.clone());
    let count = Count { kind, now_s, first_event_s, settings, request };
    let counted = question::count(site, &count).await?;
    let (damaged, partial) = counted.split_first_chunk::<4>().unwrap();
    let mut questions = count.questions().unwrap();
    questions.merge(partial).unwrap();
    let status = if *damaged == [0; 4] { 200 } else { 500 };
    Ok(json!({ "status": status, "body": questions.answer() }))
}

/// Nothing is left that had to be gone.
pub fn check_salts(world: &World) {
    let today = site_day::of_ms(&world.model.borrow().zone(), world.clock_ms());
    for name in world.object.secrets.borrow().keys() {
        if name.parse().is_ok_and(|day| site_day::salt_is_over(day, today)) {
            world.fail(format!("on {today} there is still the salt of {name}"));
        }
    }
}
