//! `POST /e`: a batch from the tracker, in the compact binary form or as JSON.

use crate::answer::{Answer, Refusal, of_json};
use crate::call::Call;
use crate::config::Config;
use crate::enrich::arrival::Arrival;
use crate::ingest::{self, is_refusal};
use crate::rate;
use crate::registry;
use crate::runtime;
use crate::sender::Stated;
use protocol::event::{Event, Received};
use protocol::outcome::Outcome;
use protocol::{binary, json, limits};
use serde_json::{Value, json};

/// What a body may be.
const TYPES: [&str; 3] = ["text/plain", "application/json", "application/octet-stream"];

/// Takes a batch in. 200 if at least one event was welcome, with one result per event.
pub(super) async fn answer(call: &mut Call) -> Answer {
    call.content_type(&TYPES, "Send the batch as text/plain or application/json, not compressed.")?;
    let body = call.body(limits::BATCH_BYTES_MAX).await?;
    let batch = decode(&body).map_err(|outcome| {
        ingest::count_homeless(outcome.reason(), 1);
        ingest::refusal_of(outcome)
    })?;
    if batch.events.is_empty() && batch.dropped.is_empty() {
        return Err(Refusal::malformed("A batch has at least one event."));
    }
    let stated = call.stated();
    let (received, firsts) = received(&stated, batch.screen_width, batch.events, batch.one_in);
    let all = ingest::take(call, &batch.site, Some(&stated.sender()), received, batch.dropped, None).await?;
    let outcomes: Vec<Outcome> = firsts.into_iter().filter_map(|first| all.get(first).copied()).collect();
    if !outcomes.is_empty() && outcomes.iter().all(|outcome| is_refusal(*outcome)) {
        return Err(ingest::refusal(&outcomes));
    }
    Ok(of_json(200, &results(outcomes)))
}

/// A batch from a browser whose site takes it without further question: the name of the object that it goes to, and what
/// is handed over. None where there is anything else to do or to say, which [`answer`] does; nothing is counted yet.
pub(crate) fn prepare(config: &Config, stated: &Stated, body: &[u8]) -> Option<(String, Vec<u8>)> {
    let batch = if stated.is_of_type(&TYPES) { decode(body).ok()? } else { return None };
    let known = registry::remembered(&batch.site, runtime::clock_ms())??;
    if known.layout.objects() != 1 || batch.one_in > 1 || batch.events.is_empty() {
        return None;
    }
    let (received, _) = received(stated, batch.screen_width, batch.events, 1);
    let (delivery, outcomes) = ingest::delivery(stated.now_ms(), received, batch.dropped, None);
    let is_plain = outcomes.iter().all(Option::is_none);
    // Metered last: what goes the long way is metered there.
    let count = delivery.events.len() + delivery.dropped.len();
    let passes = is_plain && rate::pass(config, &batch.site, Some(&stated.sender()), count).is_ok();
    passes.then(|| (batch.site, delivery.encode()))
}

/// The body of the answer to a batch.
pub(crate) fn results(outcomes: Vec<Outcome>) -> Value {
    json!({ "results": outcomes.into_iter().map(ingest::result).collect::<Vec<_>>() })
}

/// The events of a batch with their sender, and where the first of each is.
fn received(
    stated: &Stated,
    screen_width: u16,
    events: Vec<Result<Event, Outcome>>,
    one_in: u8,
) -> (Vec<ingest::Received>, Vec<usize>) {
    let (arrival, sender) = (Arrival { screen_width, ..stated.arrival() }, stated.sender());
    let (copies, firsts) = copied(events, one_in);
    (copies.into_iter().map(|event| event.map(|event| (arrival.clone(), sender.clone(), event))).collect(), firsts)
}

/// Each event as often as it stands for, so that totals are what they would be without sampling; and where the first of
/// each is. The copies' ids follow from the event's, so that a repeated delivery repeats them.
fn copied(events: Vec<Result<Event, Outcome>>, one_in: u8) -> (Vec<Result<Event, Outcome>>, Vec<usize>) {
    let (mut copies, mut firsts) = (Vec::with_capacity(events.len()), Vec::with_capacity(events.len()));
    for event in events {
        firsts.push(copies.len());
        if let Ok(sampled) = &event
            && sampled.payload.is_sampled()
        {
            let further = (1..one_in).map(|number| Event { id: sampled.id.copy(number), ..sampled.clone() });
            let further: Vec<_> = further.map(Ok).collect();
            copies.push(event);
            copies.extend(further);
        } else {
            copies.push(event);
        }
    }
    (copies, firsts)
}

/// Reads either form: the binary begins with its version, JSON with a brace.
fn decode(body: &[u8]) -> Result<Received, Outcome> {
    if body.trim_ascii_start().first() == Some(&b'{') { json::decode(body) } else { binary::decode(body) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::event::{EventId, Payload};
    use protocol::outcome::Invalid;
    use std::collections::HashSet;

    #[test]
    fn a_sampled_event_is_counted_as_often_as_it_stands_for_and_no_other_is() {
        let vital =
            Payload::Vital { name: "LCP".into(), value_thousandths: 1, rating: String::new(), target: String::new() };
        let event = |id, payload| Ok(Event { id: EventId([id; 16]), payload, ..Event::default() });
        let refused = Err(Outcome::Invalid(Invalid::BadField));
        let events = vec![event(1, Payload::Pageview), event(2, vital), refused, event(3, Payload::Pageview)];
        let (copies, firsts) = copied(events.clone(), 100);
        assert_eq!((copies.len(), firsts), (103, vec![0, 1, 101, 102]));
        let ids: HashSet<_> = copies.iter().flatten().map(|event| event.id).collect();
        assert_eq!(ids.len(), 102, "each has an id of its own");
        assert_eq!(copied(events.clone(), 100).0, copies, "the same ones again");
        assert_eq!(copied(events.clone(), 1).0, events);
    }
}
