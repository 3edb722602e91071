//! `POST /api/event`: events of Plausible's trackers and clients, unmodified.
//!
//! Fields by their short or long names; `p` (properties) and `$` (revenue) as objects or as JSON in a text. These clients
//! send no id, so a repeated delivery cannot be told from a second event.

use crate::answer::{Answer, Refusal, of_text};
use crate::call::Call;
use crate::ingest::{self, is_refusal};
use protocol::event::{Event, Payload};
use protocol::outcome::{Invalid, Outcome, TooLarge};
use protocol::{check, json, limits};
use serde::Deserialize;
use serde_json::Value;

/// Sites that one event may name.
const DOMAINS_MAX: usize = 10;

/// An event as those clients send it.
#[derive(Debug, Default, Deserialize)]
pub struct Sent {
    #[serde(alias = "n")]
    name: Option<String>,
    #[serde(alias = "u")]
    url: Option<String>,
    #[serde(alias = "d")]
    pub(super) domain: Option<String>,
    #[serde(alias = "r")]
    referrer: Option<String>,
    #[serde(alias = "p", alias = "m", alias = "meta")]
    props: Option<Value>,
    #[serde(alias = "$")]
    revenue: Option<Value>,
    #[serde(alias = "i")]
    interactive: Option<bool>,
    /// Engagement time in milliseconds.
    e: Option<f64>,
    /// Scroll depth in percent.
    sd: Option<f64>,
    #[serde(alias = "w")]
    screen_width: Option<f64>,
    /// Whether the site routes by the fragment: 1 or true.
    #[serde(alias = "h")]
    hash: Option<Value>,
}

impl Sent {
    /// Width of the screen in CSS pixels, 0 where unknown.
    pub(super) fn width(&self) -> u16 {
        self.screen_width.map_or(0, |width| width as u16)
    }
}

/// What a body says.
///
/// # Errors
/// Where it is none of those clients'.
pub fn sent(body: &[u8]) -> Result<Sent, Refusal> {
    serde_json::from_slice(body).map_err(|_| Refusal::malformed("Send one JSON object with the fields n, u and d."))
}

/// Counts the event for each of the domains it names.
pub(super) async fn answer(call: &mut Call) -> Answer {
    call.content_type(&["text/plain", "application/json"], "Send the event as text/plain or application/json.")?;
    let body = call.body(limits::BATCH_BYTES_MAX).await?;
    let sent = sent(&body)?;
    let named = sent.domain.clone().unwrap_or_default();
    let domains = domains(&named).map_err(ingest::refusal_of)?;
    // All are looked up before any counts: what is refused is counted nowhere.
    for domain in &domains {
        ingest::known_site(call, domain, 1).await?;
    }
    let stated = call.stated();
    let (mut arrival, sender) = (stated.arrival(), stated.sender());
    arrival.screen_width = sent.width();
    let event = read(sent);
    let mut outcomes = Vec::new();
    for domain in domains {
        let received = event.clone().map(|event| (arrival.clone(), sender.clone(), event));
        outcomes.extend(ingest::take(call, domain, Some(&sender), vec![received], Vec::new(), None).await?);
    }
    let worst = outcomes.into_iter().find(|outcome| *outcome != Outcome::Accepted);
    if let Some(refused) = worst.filter(|outcome| is_refusal(*outcome) && *outcome != Outcome::TooOld) {
        return Err(ingest::refusal_of(refused));
    }
    let response = of_text(202, "text/plain; charset=utf-8", "ok".into());
    if let Some(dropped) = worst {
        let _ = response.headers().set("x-passerby-dropped", dropped.reason());
    }
    Ok(response)
}

/// The sites that an event names, each once.
fn domains(named: &str) -> Result<Vec<&str>, Outcome> {
    let mut domains = Vec::new();
    for domain in named.split(',').map(str::trim).filter(|domain| !domain.is_empty()) {
        if domains.contains(&domain) {
            continue;
        }
        if domains.len() == DOMAINS_MAX {
            return Err(Outcome::TooLarge(TooLarge::Events));
        }
        domains.push(domain);
    }
    if domains.is_empty() { Err(Outcome::Invalid(Invalid::MissingField)) } else { Ok(domains) }
}

/// The event that was sent.
///
/// # Errors
/// What is wrong with it.
pub fn read(sent: Sent) -> Result<Event, Outcome> {
    let missing = Outcome::Invalid(Invalid::MissingField);
    let name = sent.name.filter(|name| !name.trim().is_empty()).ok_or(missing)?;
    let payload = match name.as_str() {
        "pageview" => Payload::Pageview,
        "engagement" => Payload::Engagement {
            scroll_depth: sent.sd.filter(|depth| (0.0..=100.0).contains(depth)).map(|depth| depth as u8),
            engagement_time_ms: sent.e.map_or(0, |time| time as u32),
        },
        _ => Payload::Custom { name, interactive: sent.interactive.unwrap_or(true) },
    };
    let routes_by_fragment = sent.hash.is_some_and(|hash| hash == 1 || hash == true);
    let mut url = sent.url.unwrap_or_default();
    if !routes_by_fragment && let Some(fragment) = url.find('#') {
        url.truncate(fragment);
    }
    check::event(Event {
        url,
        referrer: sent.referrer.unwrap_or_default(),
        payload,
        props: props(sent.props)?,
        // What is no amount of money is left out, as Plausible does.
        revenue: object(sent.revenue).and_then(|revenue| json::revenue(&revenue).ok()?),
        ..Event::default()
    })
}

/// An object, or an object written as text.
fn object(given: Option<Value>) -> Option<Value> {
    let object = match given? {
        Value::String(text) => serde_json::from_str(&text).ok()?,
        value => value,
    };
    object.is_object().then_some(object)
}

fn props(given: Option<Value>) -> Result<Vec<(String, String)>, Outcome> {
    let Some(given) = given.filter(|given| !given.is_null()) else { return Ok(Vec::new()) };
    let mut props = object(Some(given)).ok_or(Outcome::Invalid(Invalid::BadField))?;
    if let Some(fields) = props.as_object_mut() {
        // Lists and objects are no property of Plausible's either.
        fields.retain(|_, value| !value.is_array() && !value.is_object());
    }
    json::props(&props)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(json: &str) -> Result<Event, Outcome> {
        read(serde_json::from_str(json).unwrap())
    }

    #[test]
    fn an_event_counts_once_for_each_site_it_names() {
        assert_eq!(domains("a.io"), Ok(vec!["a.io"]));
        assert_eq!(domains("a.io, b.io,a.io"), Ok(vec!["a.io", "b.io"]));
        assert_eq!(domains(&"a.io,".repeat(900)), Ok(vec!["a.io"]));
        assert_eq!(domains(" , "), Err(Outcome::Invalid(Invalid::MissingField)));
        let many = (0..11).map(|n| format!("{n}.io")).collect::<Vec<_>>().join(",");
        assert_eq!(domains(&many), Err(Outcome::TooLarge(TooLarge::Events)));
    }

    #[test]
    fn both_trackers_forms_are_read() {
        // plausible-tracker 0.3.9, then @plausible-analytics/tracker 0.4.6.
        let old = r#"{"n":"Signup","u":"https://a.io/x","d":"a.io","r":null,"w":1440,"h":0,"p":"{\"plan\":\"pro\"}"}"#;
        let new = r#"{"n":"Signup","v":36,"u":"https://a.io/x","d":"a.io","r":null,"p":{"plan":"pro"},"i":true}"#;
        assert_eq!(event(old).unwrap(), event(new).unwrap());
        assert_eq!(event(old).unwrap().props, [("plan".into(), "pro".into())]);
    }

    #[test]
    fn a_fragment_is_a_page_only_where_the_site_says_so() {
        for (hash, url) in [("1", "https://a.io/#/x"), ("true", "https://a.io/#/x"), ("0", "https://a.io/")] {
            let sent = format!(r#"{{"n":"pageview","u":"https://a.io/#/x","h":{hash}}}"#);
            assert_eq!(event(&sent).unwrap().url, url, "h: {hash}");
        }
    }

    #[test]
    fn engagement_is_read() {
        let sent = r#"{"n":"engagement","sd":73,"d":"a.io","u":"https://a.io/","p":{},"e":3100,"v":36}"#;
        let payload = Payload::Engagement { scroll_depth: Some(73), engagement_time_ms: 3100 };
        assert_eq!(event(sent).unwrap().payload, payload);
    }

    #[test]
    fn revenue_is_read_in_thousandths() {
        for (json, amount) in [
            (r#"{"amount":10.29,"currency":"EUR"}"#, Some(10_290)),
            (r#"{"amount":"1322.22","currency":"usd"}"#, Some(1_322_220)),
            (r#""{\"amount\":1,\"currency\":\"USD\"}""#, Some(1_000)),
            (r#"{"amount":"much","currency":"USD"}"#, None),
            (r#"{"amount":1,"currency":"dollars"}"#, None),
            ("{}", None),
        ] {
            let sent = format!(r#"{{"n":"Buy","u":"https://a.io/","$":{json}}}"#);
            assert_eq!(event(&sent).unwrap().revenue.map(|revenue| revenue.amount_thousandths), amount, "{json}");
        }
    }

    #[test]
    fn what_must_be_there_must_be_there() {
        for json in [r#"{"u":"https://a.io/"}"#, r#"{"n":"pageview"}"#, r#"{"n":" ","u":"https://a.io/"}"#] {
            assert_eq!(event(json).unwrap_err().reason(), "missing_field", "{json}");
        }
    }
}
