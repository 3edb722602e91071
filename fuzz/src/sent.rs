//! What senders send: batches, single events, their addresses, headers and texts.

use crate::stored;
use edge_worker::domain;
use edge_worker::enrich::arrival::Arrival;
use edge_worker::enrich::{country, language, page, source, user_agent as agents};
use edge_worker::routes::import::line;
use edge_worker::routes::{plausible as of_plausible, umami as of_umami};
use edge_worker::signature::Signature;
use edge_worker::site_store::delivery::{Delivery, Sender};
use protocol::event::{Batch, Event, EventId, Received};
use protocol::{binary, check, json, scrub};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// What is taken in can be kept: within the limits, and the same when it is read again.
fn keep(events: impl IntoIterator<Item = Event>) {
    let arrival =
        Arrival { now_ms: 1_800_000_000_000, user_agent: FIREFOX.into(), from_browser: true, ..Arrival::default() };
    let kept: Vec<_> = events.into_iter().filter_map(|event| arrival.enrich(event).ok()).collect();
    for event in &kept {
        let visit = &event.visit;
        for text in [&event.hostname, &event.pathname, &visit.referrer, &visit.source, &visit.utm_term] {
            assert!(check::kept(text).is_ok(), "{} bytes are kept", text.len());
        }
        assert!(!event.hostname.is_empty() && !event.pathname.is_empty());
    }
    let mut delivery = Delivery { now_ms: arrival.now_ms, ..Delivery::default() };
    for event in kept.iter().cloned() {
        delivery.push(EventId::default(), Sender::Named("anna".into()), event);
    }
    assert_eq!(Delivery::decode(&delivery.encode()).as_ref(), Ok(&delivery));
    stored::round_trip(&kept);
}

fn received(Received { site, screen_width, one_in, events, dropped }: Received) {
    let events: Vec<Event> = events.into_iter().flatten().collect();
    let batch = Batch { site, screen_width, one_in, events, dropped };
    // What was refused is not in it, so that it stands for fewer events, never for others.
    let again = json::decode(json::encode(&batch).as_bytes());
    if let Ok(again) = again {
        assert_eq!(again.events.len(), batch.events.len());
    }
    let _ = domain::read(&batch.site);
    keep(batch.events);
}

/// A batch in the binary form.
pub(crate) fn binary_batch(bytes: &[u8]) {
    let _ = binary::decode(bytes).map(received);
}

/// A batch in the JSON form.
pub(crate) fn json_batch(bytes: &[u8]) {
    let _ = json::decode(bytes).map(received);
}

/// An event of Plausible's clients.
pub(crate) fn plausible(bytes: &[u8]) {
    keep(of_plausible::sent(bytes).ok().and_then(|sent| of_plausible::read(sent).ok()));
}

/// An event of Umami's clients.
pub(crate) fn umami(bytes: &[u8]) {
    keep(of_umami::sent(bytes).ok().and_then(|sent| of_umami::read(sent.payload).ok()));
}

/// A line of an import.
pub(crate) fn import_line(bytes: &[u8]) {
    if let Ok(line) = line::read(bytes, "example.com") {
        stored::round_trip(&[line.event]);
    }
}

/// An address of a page, or of where a visitor came from.
pub(crate) fn address(bytes: &[u8]) {
    let raw = String::from_utf8_lossy(bytes);
    for scrubbed in [scrub::url(&raw, &scrub::CAMPAIGN_PARAMETERS), scrub::referrer(&raw)].into_iter().flatten() {
        assert!(scrubbed.starts_with("http://") || scrubbed.starts_with("https://"));
        assert!(!scrubbed.contains('@') || scrubbed.find('@') > scrubbed.find("//").map(|at| at + 2), "credentials");
    }
    let _ = scrub::path(&raw);
    if let Some(page) = page::read(&raw) {
        assert!(!page.hostname.is_empty() && !page.pathname.is_empty());
        let _ = source::of_tag(&page.tag);
    }
    if let Some(referrer) = page::Referrer::read(&raw, "example.com") {
        assert!(check::kept(&referrer.text()).is_ok());
        let _ = source::of_referrer(&referrer.host, &referrer.path);
    }
    let _ = domain::read(&raw);
}

/// A text that may name a person, such as a property's.
pub(crate) fn text(bytes: &[u8]) {
    let raw = String::from_utf8_lossy(bytes);
    let scrubbed = scrub::text(&raw);
    assert_eq!(scrub::text(&scrubbed), scrubbed, "what is clean stays as it is");
    let _ = scrub::props(&[(raw.to_string(), raw.to_string())]);
}

/// Headers that say who asks.
pub(crate) fn user_agent(bytes: &[u8]) {
    let raw = String::from_utf8_lossy(bytes);
    let agent = agents::parse(&raw);
    assert!(!agent.bot || agent.browser.len() <= raw.len() + 64);
    let (country, language) = (country::code(&raw), language::primary(&raw));
    assert!(country.len() <= 2 && language.len() <= 8, "{country:?} {language:?}");
    let _ = edge_worker::sender::canonical_ip(&raw);
}

/// The headers of a signed request: a line each.
pub(crate) fn signature(bytes: &[u8]) {
    const NOW_S: i64 = 1_800_000_000;
    let raw = String::from_utf8_lossy(bytes);
    let mut lines = raw.lines();
    let [key, timestamp, nonce, mac] = [(); 4].map(|()| lines.next().map(str::to_owned));
    let header = |name: &str| match name {
        "x-passerby-key" => key.clone(),
        "x-passerby-timestamp" => timestamp.clone(),
        "x-passerby-nonce" => nonce.clone(),
        _ => mac.clone(),
    };
    if let Ok(Some(signature)) = Signature::read(header, NOW_S) {
        assert_eq!(Some(signature.key_id), key);
    }
}
