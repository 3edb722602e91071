//! From events of one sender to outcomes: enriched, handed to the site's object in one call, answered once durable.

use crate::answer::Refusal;
use crate::call::Call;
use crate::domain;
use crate::enrich::arrival::Arrival;
use crate::rate;
use crate::registry;
use crate::shards;
use crate::site_store::client::Delivered;
use crate::site_store::delivery::{Delivery, Sender, Signed};
use crate::site_store::nonces::Nonce;
use protocol::event::{Dropped, Event, EventId};
use protocol::outcome::{Invalid, Outcome, Unauthorised};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;
use worker::Delay;

thread_local! {
    /// Events that belong to no site, by reason, since this isolate began. Nothing is written for them.
    static HOMELESS: RefCell<BTreeMap<&'static str, u64>> = RefCell::default();
    /// Events that came too fast and are not written down yet, by site.
    static LIMITED: RefCell<HashMap<String, u32>> = RefCell::default();
}

/// How long after the first of them that happens.
const COUNT_LIMITED_AFTER: Duration = Duration::from_secs(1);

/// One event of a request: what it is and who sent it, or why it was refused while it was read.
pub type Received = Result<(Arrival, Sender, Event), Outcome>;

/// Counts events that no site can be charged with.
pub fn count_homeless(reason: &'static str, events: u64) {
    HOMELESS.with_borrow_mut(|counts| *counts.entry(reason).or_default() += events);
}

/// What was counted that way, by reason.
pub fn homeless() -> BTreeMap<&'static str, u64> {
    HOMELESS.with_borrow(Clone::clone)
}

/// Counts events that came too fast. A flood of them is not answered with a flood of writes: they are written down a second
/// later, all that came meanwhile together.
fn count_rate_limited(call: &Call, site: &str, events: u32) {
    let is_first = LIMITED.with_borrow_mut(|limited| {
        let waiting = limited.get(site).copied();
        limited.insert(site.to_owned(), waiting.unwrap_or(0) + events);
        waiting.is_none()
    });
    if is_first {
        let (env, site, now_ms) = (call.env.clone(), site.to_owned(), call.now_ms());
        call.context.wait_until(async move {
            Delay::from(COUNT_LIMITED_AFTER).await;
            let events = LIMITED.with_borrow_mut(|limited| limited.remove(&site)).unwrap_or(0);
            let counted = Delivery::refused(now_ms, Outcome::RateLimited, events);
            if let Err(error) = shards::deliver(&env, &site, &counted).await {
                worker::console_error!("rate limited: {}", error);
            }
        });
    }
}

/// Counts a request with events whose sender may not send them: one, as nobody has read how many there are.
pub fn count_unauthorised(refusal: &Refusal) {
    match refusal.status {
        401 => count_homeless(refusal.code, 1),
        403 => count_homeless(Outcome::Unauthorised(Unauthorised::Key).reason(), 1),
        _ => {}
    }
}

/// The registered site of that name, if the request may do anything with it. It brings so many events.
pub async fn known_site(call: &Call, site: &str, events: usize) -> Result<String, Refusal> {
    let domain = domain::read(site);
    if let Err(refusal) = call.grant.covers(domain.as_deref().unwrap_or_default()) {
        count_homeless(Outcome::Unauthorised(Unauthorised::Key).reason(), events as u64);
        return Err(refusal);
    }
    match domain {
        Some(domain) if registry::has(&call.env, &domain).await? => Ok(domain),
        _ => {
            count_homeless(Outcome::Invalid(Invalid::UnknownSite).reason(), events as u64);
            Err(Refusal::unknown_site())
        }
    }
}

/// Takes events in, and reports of what was given up; one outcome for each event, in their order, once they are durable.
/// The nonce of a signed request is used up with them. `client` is whose pace is metered besides the site's.
///
/// # Errors
/// Where there is no such site, they come too fast, or the nonce is used up already: then nothing is taken in.
pub async fn take(
    call: &Call,
    site: &str,
    client: Option<&Sender>,
    received: Vec<Received>,
    dropped: Vec<Dropped>,
    nonce: Option<Nonce>,
) -> Result<Vec<Outcome>, Refusal> {
    let site = known_site(call, site, received.len()).await?;
    let count = received.len() + dropped.len();
    if let Err(retry_after_s) = rate::pass(&call.config, &site, client, count) {
        count_rate_limited(call, &site, count as u32);
        return Err(Refusal { retry_after_s, ..refusal(&vec![Outcome::RateLimited; received.len().max(1)]) });
    }
    let (delivery, outcomes) = delivery(call.now_ms(), received, dropped, nonce);
    let stored = match shards::deliver(&call.env, &site, &delivery).await? {
        Delivered::Durable(stored) => stored,
        Delivered::Refused(outcome) => return Err(refusal(&vec![outcome; outcomes.len()])),
        Delivered::UnknownSite | Delivered::Overtaken => {
            shards::forget(&site);
            count_homeless(Outcome::Invalid(Invalid::UnknownSite).reason(), outcomes.len() as u64);
            return Err(Refusal::unknown_site());
        }
    };
    let mut stored = stored.into_iter();
    Ok(outcomes.into_iter().filter_map(|outcome| outcome.or_else(|| stored.next())).collect())
}

/// What is handed over of events that came now (milliseconds since 1970), and for each of them its outcome where that is
/// decided already.
pub fn delivery(
    now_ms: i64,
    received: Vec<Received>,
    dropped: Vec<Dropped>,
    nonce: Option<Nonce>,
) -> (Delivery, Vec<Option<Outcome>>) {
    let signed = nonce.map(|nonce| Signed { nonce, events: received.len() as u32 });
    let mut delivery = Delivery { now_ms, dropped, signed, ..Delivery::default() };
    let mut outcomes = Vec::with_capacity(received.len());
    for event in received {
        let enriched = event.and_then(|(arrival, sender, event)| {
            let id: EventId = event.id;
            arrival.enrich(event).map(|event| (id, sender, event))
        });
        outcomes.push(match enriched {
            Ok((id, sender, event)) => {
                delivery.push(id, sender, event);
                None
            }
            Err(outcome) => {
                delivery.refuse(outcome);
                Some(outcome)
            }
        });
    }
    (delivery, outcomes)
}

/// An outcome as answers show it.
pub fn result(outcome: Outcome) -> Value {
    if outcome.reason() == outcome.name() {
        json!({ "outcome": outcome.name() })
    } else {
        json!({ "outcome": outcome.name(), "reason": outcome.reason() })
    }
}

/// Whether an outcome is a refusal: the sender did something wrong.
pub fn is_refusal(outcome: Outcome) -> bool {
    !matches!(outcome, Outcome::Accepted | Outcome::Duplicate | Outcome::Filtered(_))
}

/// The refusal of a batch whose events were all refused: that of its first, with all results.
pub fn refusal(outcomes: &[Outcome]) -> Refusal {
    let results = outcomes.iter().map(|outcome| result(*outcome)).collect();
    let first = outcomes.first().copied().unwrap_or(Outcome::Invalid(Invalid::Malformed));
    Refusal { results: Some(results), ..refusal_of(first) }
}

/// The refusal of one event.
pub fn refusal_of(outcome: Outcome) -> Refusal {
    let (status, error, hint) = match outcome {
        Outcome::TooOld => (400, "The event is older than 24 hours.", "Send events within a day, or import them."),
        Outcome::TooLarge(_) => (413, "The event is over a limit of size or count.", "Send less of it."),
        Outcome::RateLimited => (429, "Events come faster than they may.", "Wait as long as Retry-After says."),
        Outcome::Unauthorised(why) => {
            let error = match why {
                Unauthorised::Key => "The key is missing or wrong.",
                Unauthorised::BadSignature => "The signature is not one of this request by a key that is known.",
                Unauthorised::StaleSignature => "The request was not signed within 300 seconds of now.",
                Unauthorised::Replayed => "A request with this nonce was here before.",
            };
            (401, error, outcome.hint())
        }
        _ => (400, "The event is not one of this protocol.", "Compare it with the protocol's documentation."),
    };
    Refusal::new(status, outcome.reason(), error, hint)
}
