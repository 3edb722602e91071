//! `POST /api/send`: events of Umami's tracker and clients, unmodified.
//!
//! The site is what they call the website's id, where that is a domain, and else the page's host. What they say of the
//! visitor's address, user agent, time or identity is not read. They send no id, so a repeated delivery cannot be told
//! from a second event.

use crate::answer::{Answer, Refusal, of_json};
use crate::call::Call;
use crate::domain;
use crate::ingest::{self, is_refusal};
use protocol::event::{Event, Payload};
use protocol::outcome::{Invalid, Outcome};
use protocol::{check, json, limits};
use serde::Deserialize;
use serde_json::{Value, json};

/// What those clients send.
#[derive(Debug, Deserialize)]
pub struct Sent {
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    /// The event.
    pub payload: Fields,
}

/// What they say of an event.
#[derive(Debug, Default, Deserialize)]
pub struct Fields {
    website: Option<String>,
    hostname: Option<String>,
    /// Width and height of the screen: `1440x900`.
    screen: Option<String>,
    /// A path with its query, or a whole address.
    url: Option<String>,
    referrer: Option<String>,
    /// Of a custom event; a page view has none.
    name: Option<String>,
    data: Option<Value>,
}

/// What a body says.
///
/// # Errors
/// Where it is none of those clients'.
pub fn sent(body: &[u8]) -> Result<Sent, Refusal> {
    let hint = "Send one JSON object with the fields type and payload.";
    serde_json::from_slice(body).map_err(|_| Refusal::malformed(hint))
}

/// Counts the event.
pub(super) async fn answer(call: &mut Call) -> Answer {
    call.content_type(&["application/json", "text/plain"], "Send the event as application/json.")?;
    let body = call.body(limits::BATCH_BYTES_MAX).await?;
    let sent = sent(&body)?;
    // To say who a visitor is, is not an event.
    if sent.kind.as_deref() != Some("identify") {
        let site = site(&sent.payload);
        let stated = call.stated();
        let (mut arrival, sender) = (stated.arrival(), stated.sender());
        arrival.screen_width = screen_width(&sent.payload);
        let received = read(sent.payload).map(|event| (arrival, sender.clone(), event));
        let outcomes = ingest::take(call, &site, Some(&sender), vec![received], Vec::new(), None).await?;
        if outcomes.iter().all(|outcome| is_refusal(*outcome)) {
            return Err(ingest::refusal(&outcomes));
        }
    }
    // The tracker sends back what it finds here as a header; there is nothing to remember.
    Ok(of_json(200, &json!({})))
}

fn site(fields: &Fields) -> String {
    let website = fields.website.as_deref().filter(|website| website.contains('.'));
    website.and_then(domain::read).or_else(|| fields.hostname.clone()).unwrap_or_default()
}

fn screen_width(fields: &Fields) -> u16 {
    let width = fields.screen.as_deref().and_then(|screen| screen.split('x').next());
    width.and_then(|width| width.parse().ok()).unwrap_or_default()
}

/// The event that was sent.
///
/// # Errors
/// What is wrong with it.
pub fn read(fields: Fields) -> Result<Event, Outcome> {
    let missing = Outcome::Invalid(Invalid::MissingField);
    // It escapes addresses that are escaped already.
    let address = |address: Option<String>| address.unwrap_or_default().replace("%25", "%");
    let mut url = address(fields.url);
    if url.starts_with('/') {
        url = format!("https://{}{url}", fields.hostname.filter(|host| !host.is_empty()).ok_or(missing)?);
    }
    // The path of the page before is no referrer.
    let referrer = Some(address(fields.referrer)).filter(|referrer| !referrer.starts_with('/')).unwrap_or_default();
    let mut data = fields.data.unwrap_or_default();
    let name = fields.name.filter(|name| !name.trim().is_empty());
    let mut revenue = None;
    if let Some(fields) = data.as_object_mut() {
        if let (true, Some(amount)) = (name.is_some(), fields.get("revenue")) {
            let currency = fields.get("currency").cloned().unwrap_or_else(|| "USD".into());
            revenue = json::revenue(&json!({"amount": amount, "currency": currency})).ok().flatten();
        }
        // Lists and objects are no property.
        fields.retain(|_, value| !value.is_array() && !value.is_object());
    }
    check::event(Event {
        url,
        referrer,
        payload: name.map_or(Payload::Pageview, |name| Payload::Custom { name, interactive: true }),
        props: if data.is_object() { json::props(&data)? } else { Vec::new() },
        revenue,
        ..Event::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(payload: Value) -> Result<Event, Outcome> {
        read(serde_json::from_value(payload).unwrap())
    }

    #[test]
    fn a_page_view_is_an_event_without_a_name() {
        let sent = json!({"website": "w", "hostname": "a.io", "url": "/caf%25C3%25A9?utm_source=x", "referrer": "https://b.io/", "title": "T"});
        let event = event(sent).unwrap();
        assert_eq!((&*event.url, &*event.referrer), ("https://a.io/caf%C3%A9?utm_source=x", "https://b.io/"));
        assert_eq!(event.payload, Payload::Pageview);
    }

    #[test]
    fn a_custom_event_has_its_data_and_money() {
        let data = json!({"plan": "pro", "seats": 3, "list": [1], "revenue": 19.99, "currency": "eur"});
        let sent =
            json!({"hostname": "a.io", "url": "https://a.io/x", "referrer": "/before", "name": "Buy", "data": data});
        let event = event(sent).unwrap();
        assert_eq!(event.payload, Payload::Custom { name: "Buy".into(), interactive: true });
        assert_eq!((&*event.url, &*event.referrer), ("https://a.io/x", ""));
        assert_eq!(
            event.revenue.map(|revenue| (revenue.amount_thousandths, revenue.currency)),
            Some((19_990, *b"EUR"))
        );
        assert!(
            event.props.contains(&("plan".into(), "pro".into())) && event.props.contains(&("seats".into(), "3".into()))
        );
        assert!(!event.props.iter().any(|(key, _)| key == "list"));
    }

    #[test]
    fn the_site_is_a_domain_or_the_pages_host() {
        for (website, hostname, expected) in [
            (Some("a.io"), Some("www.a.io"), "a.io"),
            (Some("b1c6f1a8-0000-4000-8000-000000000000"), Some("www.a.io"), "www.a.io"),
            (None, Some("a.io"), "a.io"),
            (None, None, ""),
        ] {
            let fields =
                Fields { website: website.map(Into::into), hostname: hostname.map(Into::into), ..Fields::default() };
            assert_eq!(site(&fields), expected);
        }
    }

    #[test]
    fn what_must_be_there_must_be_there() {
        assert_eq!(event(json!({"url": "/x"})).unwrap_err().reason(), "missing_field");
        assert!(event(json!({"hostname": "a.io"})).is_err());
    }
}
