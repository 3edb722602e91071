//! An event as it arrives becomes an event as it is kept: scrubbed again, named, and placed in time.

use super::channel::{self, Clues};
use super::page::{self, Referrer};
use super::source::{self, Source};
use super::{screen, spam, user_agent, vitals};
use engine::event::{Event, UnixSeconds, VisitAttributes, VisitorHash};
use protocol::event::{Event as Sent, Payload};
use protocol::outcome::{Filtered, Invalid, Outcome};
use protocol::{check, limits, scrub};

/// What the request says of every event in it.
#[derive(Clone, Debug, Default)]
pub struct Arrival {
    /// The present, in milliseconds since 1970.
    pub now_ms: i64,
    /// The sender's user agent.
    pub user_agent: String,
    /// ISO 3166-1 alpha-2, empty where unknown.
    pub country: String,
    /// Primary language, empty where unknown.
    pub language: String,
    /// Width of the screen in CSS pixels, 0 where unknown.
    pub screen_width: u16,
    /// Whether the sender asks not to be sold or shared.
    pub gpc: bool,
    /// Whether the sender is a browser: a program that reports for itself is no robot.
    pub from_browser: bool,
}

impl Arrival {
    /// The event as it is kept (its visitor is filled in later), or why it is not.
    pub fn enrich(&self, sent: Sent) -> Result<Event, Outcome> {
        if self.gpc {
            return Err(Outcome::Filtered(Filtered::Gpc));
        }
        let agent = user_agent::parse(&self.user_agent);
        if self.from_browser && agent.bot {
            return Err(Outcome::Filtered(Filtered::Bot));
        }
        if sent.age_ms > limits::AGE_MS_MAX {
            return Err(Outcome::TooOld);
        }
        let page = page::read(&sent.url).ok_or(Outcome::Invalid(Invalid::BadUrl))?;
        page.texts().try_for_each(check::kept)?;
        let referrer = Referrer::read(&sent.referrer, &page.hostname);
        if referrer.as_ref().is_some_and(|referrer| spam::is_spammer(&referrer.host)) {
            return Err(Outcome::Filtered(Filtered::SpamReferrer));
        }
        let source = if page.tag.is_empty() {
            referrer.as_ref().map_or_else(Source::default, |from| source::of_referrer(&from.host, &from.path))
        } else {
            source::of_tag(&page.tag)
        };
        let clues =
            Clues { medium: &page.utm_medium, campaign: &page.utm_campaign, tag: &page.tag, click_id: page.click_id };
        let channel = channel::of(&source, clues).to_owned();
        let visit = VisitAttributes {
            referrer: referrer.map(|referrer| referrer.text()).unwrap_or_default(),
            source: source.name,
            channel,
            utm_medium: page.utm_medium,
            utm_source: page.utm_source,
            utm_campaign: page.utm_campaign,
            utm_content: page.utm_content,
            utm_term: page.utm_term,
            device: agent.device.into(),
            browser: agent.browser.clone(),
            browser_version: agent.browser_version.clone(),
            os: agent.os.clone(),
            os_version: agent.os_version.clone(),
            country: self.country.clone(),
            language: self.language.clone(),
            screen: screen::class(self.screen_width).into(),
            ..VisitAttributes::default()
        };
        let time = UnixSeconds((self.now_ms - i64::from(sent.age_ms)).div_euclid(1000));
        Ok(keep(sent, time, page.hostname, page.pathname, visit))
    }
}

fn keep(mut sent: Sent, time: UnixSeconds, hostname: String, pathname: String, visit: VisitAttributes) -> Event {
    scrub::payload(&mut sent.payload);
    let mut event = Event {
        time,
        visitor: VisitorHash::default(),
        name: sent.payload.name().to_owned(),
        interactive: true,
        hostname,
        pathname,
        visit,
        props: scrub::props(&sent.props),
        revenue: sent.revenue,
        ..Event::default()
    };
    match sent.payload {
        Payload::Pageview => {}
        Payload::Engagement { scroll_depth, engagement_time_ms } => {
            event.scroll_depth = scroll_depth;
            event.engagement_time_ms = Some(engagement_time_ms);
        }
        Payload::Custom { interactive, .. } => event.interactive = interactive,
        mut detail => {
            event.interactive = is_done_by_somebody(&detail);
            if let Payload::Vital { name, value_thousandths, rating, .. } = &mut detail
                && rating.is_empty()
            {
                *rating = vitals::rating(name, *value_thousandths).into();
            }
            event.detail = Some(Box::new(detail));
        }
    }
    event
}

/// Whether an event of a kind with fields of its own says that somebody did something: what a page measures or shows by
/// itself leaves a visit a bounce.
fn is_done_by_somebody(payload: &Payload) -> bool {
    match payload {
        Payload::Component { action, .. } => action != "impression",
        Payload::Command { .. } => true,
        _ => false,
    }
}

/// Whether an event of that kind keeps its fields beside those that every event has.
pub fn has_fields_of_its_own(payload: &Payload) -> bool {
    !matches!(payload, Payload::Pageview | Payload::Engagement { .. } | Payload::Custom { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0";

    fn arrival() -> Arrival {
        Arrival {
            now_ms: 1_700_000_000_000,
            user_agent: FIREFOX.into(),
            country: "EE".into(),
            from_browser: true,
            ..Arrival::default()
        }
    }

    fn pageview(url: &str, referrer: &str) -> Sent {
        Sent { url: url.into(), referrer: referrer.into(), ..Sent::default() }
    }

    #[test]
    fn a_pageview_gains_what_the_request_says() {
        let event = arrival().enrich(pageview("https://example.com/a?q=1", "https://www.google.com/")).unwrap();
        assert_eq!((event.time.0, &*event.name, &*event.pathname), (1_700_000_000, "pageview", "/a"));
        let visit = &event.visit;
        let found = [&visit.source, &visit.channel, &visit.browser, &visit.os, &visit.device, &visit.country];
        assert_eq!(found, ["Google", "Organic Search", "Firefox", "GNU/Linux", "Desktop", "EE"]);
    }

    #[test]
    fn what_is_not_counted_has_a_reason() {
        let bot = Arrival { user_agent: "curl/8.5.0".into(), ..arrival() };
        let gpc = Arrival { gpc: true, ..arrival() };
        let old = Sent { age_ms: limits::AGE_MS_MAX + 1, ..pageview("https://example.com/", "") };
        for (arrival, sent, reason) in [
            (bot, pageview("https://example.com/", ""), "bot"),
            (gpc, pageview("https://example.com/", ""), "gpc"),
            (arrival(), pageview("https://example.com/", "http://semalt.com/x"), "spam_referrer"),
            (arrival(), pageview("nonsense", ""), "bad_url"),
            (arrival(), old, "too_old"),
        ] {
            assert_eq!(arrival.enrich(sent).unwrap_err().reason(), reason);
        }
    }

    #[test]
    fn a_path_or_campaign_may_be_so_long_and_no_longer() {
        let long = |length: usize| "x".repeat(length);
        for (url, kept) in [
            (format!("https://example.com/{}", long(1_999)), true),
            (format!("https://example.com/{}", long(2_000)), false),
            // Written as it is stored, a letter beyond ASCII takes six bytes.
            (format!("https://example.com/{}", "ü".repeat(334)), false),
            (format!("https://example.com/{}?{}", long(1_999), long(3_000)), true),
            (format!("https://example.com/?utm_term={}", long(2_000)), true),
            (format!("https://example.com/?utm_term={}", long(2_001)), false),
            (format!("https://example.com/#/{}", long(2_000)), false),
        ] {
            let read = arrival().enrich(pageview(&url, ""));
            assert_eq!(read.is_ok(), kept, "{} bytes", url.len());
            assert!(kept || read.unwrap_err().reason() == "text_too_long");
        }
    }

    #[test]
    fn what_a_page_does_by_itself_is_no_interaction() {
        let component = |action: &str| Payload::Component {
            name: "Button".into(),
            variant: String::new(),
            version: String::new(),
            action: action.into(),
            duration_ms: None,
        };
        let vital =
            Payload::Vital { name: "CLS".into(), value_thousandths: 100, rating: String::new(), target: String::new() };
        let error = Payload::Error { class: "TypeError".into(), fingerprint: "1".into() };
        for (payload, interactive) in
            [(component("impression"), false), (component("interaction"), true), (vital, false), (error, false)]
        {
            let kept = arrival().enrich(Sent { payload, ..pageview("https://example.com/", "") }).unwrap();
            assert_eq!(kept.interactive, interactive, "{:?}", kept.detail);
        }
    }

    #[test]
    fn a_vital_that_comes_without_a_rating_gets_one() {
        for (given, kept) in [("", "good"), ("poor", "poor")] {
            let payload = Payload::Vital {
                name: "LCP".into(),
                value_thousandths: 2_500_000,
                rating: given.into(),
                target: String::new(),
            };
            let event = arrival().enrich(Sent { payload, ..pageview("https://example.com/", "") }).unwrap();
            assert!(matches!(event.detail.as_deref(), Some(Payload::Vital { rating, .. }) if rating == kept));
        }
    }

    #[test]
    fn a_program_is_no_robot() {
        let program = Arrival { user_agent: "curl/8.5.0".into(), from_browser: false, ..arrival() };
        assert!(program.enrich(pageview("https://example.com/", "")).is_ok());
    }
}
