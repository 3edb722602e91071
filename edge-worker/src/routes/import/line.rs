//! One line of an import: an event that is already enriched, or whose user agent is given to be read and forgotten.

use super::field::{Fields, Refused, bad, of};
use crate::enrich::arrival::has_fields_of_its_own;
use crate::enrich::channel::{self, Clues};
use crate::enrich::page::{CLICK_IDS, Referrer, kept_host};
use crate::enrich::source::{self, Source};
use crate::enrich::user_agent::{self, Agent};
use engine::event::{Event, UnixSeconds, VisitAttributes, VisitorHash};
use jiff::Timestamp;
use protocol::event::{Event as Sent, EventId, Payload};
use protocol::limits::URL_BYTES_MAX;
use protocol::outcome::{Filtered, Invalid, Outcome};
use protocol::{check, json, scrub};
use serde_json::{Map, Value};
use std::rc::Rc;
use url::Url;

/// A line that was read.
#[derive(Debug, PartialEq)]
pub struct Line {
    /// All zero where it has none.
    pub id: EventId,
    /// What the importer calls the visitor.
    pub visitor: String,
    /// The event, whose visitor is filled in later.
    pub event: Event,
}

/// Reads a line for a site, whose domain stands in where the line names no host.
///
/// # Errors
/// What is wrong with it, and with which field.
pub fn read(bytes: &[u8], site: &str) -> Result<Line, Refused> {
    let malformed = Refused { outcome: Outcome::Invalid(Invalid::Malformed), field: None };
    let object: Map<String, Value> = serde_json::from_slice(bytes).map_err(|_| malformed)?;
    let fields = Fields(&object);
    let agent = match fields.given("user_agent") {
        Some(_) => user_agent::parse(&fields.text("user_agent")?),
        None => Rc::default(),
    };
    if agent.bot {
        return Err(Refused { outcome: Outcome::Filtered(Filtered::Bot), field: None });
    }
    // The rules of a batch's events hold here, too; the address is read from more than one field below.
    let checked = check::event(Sent {
        url: "/".into(),
        payload: payload(&fields)?,
        props: json::props(object.get("props").unwrap_or(&Value::Null))
            .map_err(|outcome| of(outcome, Some("props")))?,
        revenue: json::revenue(object.get("revenue").unwrap_or(&Value::Null))
            .map_err(|outcome| of(outcome, Some("revenue")))?,
        ..Sent::default()
    });
    let mut checked = checked.map_err(|outcome| of(outcome, None))?;
    scrub::payload(&mut checked.payload);
    let timestamp: Timestamp = fields.required("timestamp")?.parse().map_err(|_| bad("timestamp"))?;
    let (hostname, pathname) = page(&fields, site)?;
    let interactive = match checked.payload {
        Payload::Custom { interactive, .. } => interactive,
        Payload::Pageview | Payload::Engagement { .. } => true,
        _ => fields.flag("interactive")?.unwrap_or(true),
    };
    let event = Event {
        time: UnixSeconds(timestamp.as_second()),
        visitor: VisitorHash::default(),
        name: checked.payload.name().to_owned(),
        interactive,
        hostname,
        pathname,
        visit: visit(&fields, &agent)?,
        props: scrub::props(&checked.props),
        revenue: checked.revenue,
        // 255 says "missing" in what Plausible exports.
        scroll_depth: fields.whole("scroll_depth", 255)?.map(|depth| depth as u8).filter(|depth| *depth != 255),
        engagement_time_ms: fields.milliseconds("engagement_time_ms")?,
        detail: has_fields_of_its_own(&checked.payload).then(|| Box::new(checked.payload)),
    };
    if event.scroll_depth.is_some_and(|depth| depth > 100) {
        return Err(bad("scroll_depth"));
    }
    Ok(Line { id: id(&fields)?, visitor: fields.required("visitor")?, event })
}

fn id(fields: &Fields) -> Result<EventId, Refused> {
    let text = fields.text("id")?;
    if text.is_empty() {
        return Ok(EventId::default());
    }
    EventId::from_hex(&text).ok_or_else(|| bad("id"))
}

/// Host and path, as given or out of `url`.
fn page(fields: &Fields, site: &str) -> Result<(String, String), Refused> {
    let or = |text: String, otherwise: &str| if text.is_empty() { otherwise.to_owned() } else { text };
    if fields.given("url").is_some() {
        let url = Url::parse(&fields.text_within("url", URL_BYTES_MAX)?);
        let url = url.map_err(|_| of(Outcome::Invalid(Invalid::BadUrl), Some("url")))?;
        let (hostname, pathname) = (url.host_str().unwrap_or_default(), scrub::path(url.path()));
        [hostname, &pathname].into_iter().try_for_each(check::kept).map_err(|outcome| of(outcome, Some("url")))?;
        return Ok((or(hostname.to_owned(), site), pathname));
    }
    Ok((or(fields.text("hostname")?, site), or(scrub::path(&fields.text("pathname")?), "/")))
}

fn visit(fields: &Fields, agent: &Agent) -> Result<VisitAttributes, Refused> {
    let or = |text: String, otherwise: &str| if text.is_empty() { otherwise.to_owned() } else { text };
    let (referrer, from) = referrer(fields)?;
    let mut visit = VisitAttributes {
        referrer,
        source: scrub::text(&fields.text("source")?),
        channel: scrub::text(&fields.text("channel")?),
        utm_medium: scrub::text(&fields.text("utm_medium")?),
        utm_source: scrub::text(&fields.text("utm_source")?),
        utm_campaign: scrub::text(&fields.text("utm_campaign")?),
        utm_content: scrub::text(&fields.text("utm_content")?),
        utm_term: scrub::text(&fields.text("utm_term")?),
        device: or(fields.text("device")?, agent.device),
        browser: or(fields.text("browser")?, &agent.browser),
        browser_version: or(fields.text("browser_version")?, &agent.browser_version),
        os: or(fields.text("os")?, &agent.os),
        os_version: or(fields.text("os_version")?, &agent.os_version),
        country: fields.text("country")?,
        region: fields.text("region")?,
        city: fields.whole_32("city")?,
        language: fields.text("language")?,
        screen: fields.text("screen")?,
    };
    let source = origin(&visit, from);
    if visit.channel.is_empty() {
        let click_id = fields.text("click_id_param")?;
        let click_id = CLICK_IDS.into_iter().find(|name| *name == click_id).unwrap_or("");
        let tag = or(visit.utm_source.clone(), &visit.source);
        let clues = Clues { medium: &visit.utm_medium, campaign: &visit.utm_campaign, tag: &tag, click_id };
        visit.channel = channel::of(&source, clues).into();
    }
    if visit.source.is_empty() {
        visit.source = source.name;
    }
    Ok(visit)
}

/// The referrer as it is kept, which is as it was given unless that names somebody or is too long; and where it leads,
/// if it is an address, with or without its scheme.
fn referrer(fields: &Fields) -> Result<(String, Option<Referrer>), Refused> {
    let given = fields.text_within("referrer", URL_BYTES_MAX)?;
    let address = Url::parse(&given).or_else(|_| Url::parse(&format!("https://{given}"))).ok();
    let from = address
        .filter(|_| !given.is_empty())
        .and_then(|address| Some(Referrer { host: address.host_str()?.to_owned(), path: scrub::path(address.path()) }));
    let mut kept = scrub::path(&given);
    // A host that is written in fewer numbers than four is an IP address only once it is read.
    if let Some(from) = &from
        && (kept_host(&from.host) != from.host || check::kept(&kept).is_err())
    {
        kept = from.text();
    }
    check::kept(&kept).map_err(|outcome| of(outcome, Some("referrer")))?;
    Ok((kept, from))
}

/// The source as given, else as the link names it, else as the referrer tells.
fn origin(visit: &VisitAttributes, from: Option<Referrer>) -> Source {
    match [&visit.source, &visit.utm_source].into_iter().find(|tag| !tag.is_empty()) {
        Some(tag) => source::of_tag(tag),
        None => from.map(|from| source::of_referrer(&from.host, &from.path)).unwrap_or_default(),
    }
}

/// The kind that the name says, or that the fields of a kind stand for where there is no name.
fn payload(fields: &Fields) -> Result<Payload, Refused> {
    const KINDS: [&str; 7] = ["component", "request", "query", "vital", "error", "command", "check"];
    let name = match KINDS.into_iter().find(|kind| fields.given("name").is_none() && fields.given(kind).is_some()) {
        Some(kind) => kind.to_owned(),
        None => fields.required("name")?,
    };
    json::payload(&name, fields.0).map_err(|outcome| of(outcome, KINDS.into_iter().find(|kind| *kind == name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(more: &str) -> Result<Line, Refused> {
        let json = format!(r#"{{"name":"pageview","visitor":"anna","timestamp":"2026-11-21T10:00:00Z"{more}}}"#);
        read(json.as_bytes(), "example.com")
    }

    #[test]
    fn what_is_not_given_is_unknown() {
        let event = line("").unwrap().event;
        assert_eq!((&*event.hostname, &*event.pathname, event.time.0), ("example.com", "/", 1_795_255_200));
        assert_eq!(event.visit, VisitAttributes::default());
    }

    #[test]
    fn a_url_gives_host_and_path_without_query() {
        let event = line(r#","url":"https://www.example.com/a?secret=1#x""#).unwrap().event;
        assert_eq!((&*event.hostname, &*event.pathname), ("www.example.com", "/a"));
    }

    #[test]
    fn what_names_a_person_is_not_kept() {
        let event = line(
            r#","pathname":"/u/anna@example.org?token=1","referrer":"https://a.example/s?q=anna","utm_term":"anna@example.org",
               "props":{"mail":"anna@example.org"}"#,
        );
        let event = event.unwrap().event;
        assert_eq!((&*event.pathname, &*event.visit.referrer), ("/u/:email", "https://a.example/s"));
        assert_eq!((&*event.visit.utm_term, &*event.props[0].1), (":email", ":email"));
    }

    #[test]
    fn source_and_channel_are_derived_unless_given() {
        for (more, source, channel) in [
            (r#","source":"Google""#, "Google", "Organic Search"),
            (r#","referrer":"https://www.google.com/search?q=x""#, "Google", "Organic Search"),
            (r#","referrer":"news.example.org/a""#, "news.example.org", "Referral"),
            (r#","utm_source":"newsletter","utm_medium":"email""#, "newsletter", "Email"),
            (r#","source":"Bing","click_id_param":"msclkid""#, "Bing", "Paid Search"),
            (r#","source":"Google","channel":"Mine""#, "Google", "Mine"),
            (r#","source":"""#, "", ""),
            (r#","referrer":"http://203.0.113.7/a""#, ":ip", "Referral"),
            // An address that is written in fewer numbers than four.
            (r#","referrer":"203.113/a""#, ":ip", "Referral"),
        ] {
            let visit = line(more).unwrap().event.visit;
            assert_eq!((&*visit.source, &*visit.channel), (source, channel), "{more}");
        }
    }

    #[test]
    fn a_referrer_is_kept_as_it_is_for_a_page_where_it_may_not_be_kept_as_given() {
        let long = "x".repeat(2_000);
        for (referrer, kept) in [
            ("http://203.0.113.7/x", ":ip/x"),
            ("203.0.113.7:80/x", ":ip/x"),
            ("203.113/a", ":ip/a"),
            ("http://[2001:db8::7]/", ":ip/"),
            (&*format!("https://a.example/{long}"), "a.example/"),
        ] {
            let event = line(&format!(r#","referrer":"{referrer}""#)).unwrap().event;
            assert_eq!(event.visit.referrer, kept, "{referrer}");
        }
    }

    #[test]
    fn a_path_is_as_long_as_that_of_a_page_may_be() {
        let path = |length: usize| format!("/{}", "x".repeat(length - 1));
        assert!(line(&format!(r#","url":"https://example.com{}?q={0}""#, path(2_000))).is_ok());
        for field in [r#""url":"https://example.com"#, r#""pathname":""#] {
            let refused = line(&format!(r#",{field}{}""#, path(2_001))).unwrap_err();
            assert_eq!(refused.outcome, Outcome::TooLarge(protocol::outcome::TooLarge::Text), "{field}");
        }
    }

    #[test]
    fn a_kinds_name_without_its_fields_is_an_owners() {
        for name in ["component", "request", "query", "vital", "error", "command", "check", "custom"] {
            let event = read_named(name);
            assert_eq!((&*event.name, event.interactive, event.detail), (name, false, None));
        }
    }

    fn read_named(name: &str) -> Event {
        let json =
            format!(r#"{{"name":"{name}","interactive":false,"visitor":"a","timestamp":"2026-11-21T10:00:00Z"}}"#);
        read(json.as_bytes(), "example.com").unwrap().event
    }

    #[test]
    fn a_user_agent_is_read_and_forgotten() {
        let firefox = r#","user_agent":"Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0""#;
        let visit = line(firefox).unwrap().event.visit;
        assert_eq!((&*visit.browser, &*visit.os, &*visit.device), ("Firefox", "GNU/Linux", "Desktop"));
        assert_eq!(line(r#","user_agent":"curl/8.5""#).unwrap_err().outcome.reason(), "bot");
    }

    #[test]
    fn a_line_that_is_wrong_says_where() {
        for (more, reason, field) in [
            (r#","timestamp":"yesterday""#, "bad_field", Some("timestamp")),
            (r#","visitor":"""#, "missing_field", Some("visitor")),
            (r#","visitor":7"#, "bad_field", Some("visitor")),
            (r#","scroll_depth":"40""#, "bad_field", Some("scroll_depth")),
            (r#","scroll_depth":101"#, "bad_field", Some("scroll_depth")),
            (r#","city":-1"#, "bad_field", Some("city")),
            (r#","id":"xyz""#, "bad_field", Some("id")),
            (r#","url":"nonsense""#, "bad_url", Some("url")),
            (r#","props":{"a":[1]}"#, "bad_field", Some("props")),
            (r#","revenue":{"amount":"much","currency":"EUR"}"#, "bad_field", Some("revenue")),
            (r#","browser":{}"#, "bad_field", Some("browser")),
            (",", "malformed", None),
        ] {
            let refused = line(more).unwrap_err();
            assert_eq!((refused.outcome.reason(), refused.field), (reason, field), "{more}");
        }
    }

    #[test]
    fn the_kinds_with_their_own_fields_are_read() {
        let json = r#"{"visitor":"ci","timestamp":"2026-11-21T10:00:00Z","command":{"name":"build","flags":["release"],"success":false,"duration_ms":1234.5}}"#;
        let event = read(json.as_bytes(), "example.com").unwrap().event;
        assert_eq!(event.name, "command");
        assert_eq!(
            event.detail.as_deref(),
            Some(&Payload::Command {
                name: "build".into(),
                flags: vec!["release".into()],
                success: false,
                duration_ms: 1235,
                version: String::new()
            })
        );
    }
}
