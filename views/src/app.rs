//! Everything a screen is made of. The shell keeps one [`App`], changes it when something happens, and shows what
//! [`crate::page::page`] makes of it.

use crate::answer::{Data, Problem};
use crate::range::Clock;
use crate::state::State;
use serde_json::{Value, json};

/// A site of the owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Its domain, which is its id.
    pub domain: String,
    /// IANA time zone, in which its days begin and end.
    pub timezone: String,
    /// The owner's words for it.
    pub label: Option<String>,
}

/// Who is looking.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Session {
    /// Not asked yet.
    #[default]
    Unknown,
    /// Nobody who may see anything; with what went wrong at the last try.
    Out(Option<Problem>),
    /// An owner.
    In,
}

/// Everything a screen is made of.
#[derive(Clone, Debug)]
pub struct App {
    /// Scheme and host under which the collector is reached.
    pub origin: String,
    /// The present at the site.
    pub clock: Clock,
    /// IANA time zones offered for a new site.
    pub timezones: Vec<String>,
    /// The reader's own.
    pub timezone_here: String,
    /// Names of countries by code, in the reader's language.
    pub countries: Vec<(String, String)>,
    /// Who is looking.
    pub session: Session,
    /// What can be looked at.
    pub sites: Vec<Site>,
    /// What is being looked at.
    pub state: State,
    /// What is known of it.
    pub data: Data,
    /// The data is of another state; what belongs to this one is on its way.
    pub stale: bool,
    /// A form has been sent and not answered.
    pub sending: bool,
    /// Why the last request brought nothing.
    pub problem: Option<Problem>,
    /// Why the last form was refused.
    pub form_problem: Option<Problem>,
    /// The bucket of the chart under the pointer.
    pub cursor: Option<usize>,
    /// Said to those who hear the page.
    pub announcement: String,
    /// The snippet was just copied.
    pub copied: bool,
}

impl App {
    /// A screen on which nothing is known yet.
    pub fn new(origin: String, clock: Clock, state: State) -> Self {
        Self {
            origin,
            clock,
            timezones: Vec::new(),
            timezone_here: "UTC".to_owned(),
            countries: Vec::new(),
            session: Session::Unknown,
            sites: Vec::new(),
            state,
            data: Data::default(),
            stale: true,
            sending: false,
            problem: None,
            form_problem: None,
            cursor: None,
            announcement: String::new(),
            copied: false,
        }
    }

    /// The site being looked at: the one of the address, else the owner's first.
    pub fn site(&self) -> Option<&Site> {
        match &self.state.site {
            Some(domain) => self.sites.iter().find(|site| site.domain == *domain),
            None => self.sites.first(),
        }
    }

    /// The domain of the site being looked at, whether or not there is such a site.
    pub fn site_wanted(&self) -> Option<String> {
        self.state.site.clone().or_else(|| self.site().map(|site| site.domain.clone()))
    }

    /// The name of a country, if it is known.
    pub fn country(&self, code: &str) -> Option<&str> {
        self.countries.iter().find(|(known, _)| known == code).map(|(_, name)| name.as_str())
    }

    /// Takes in the answer of the list of sites.
    pub fn take_sites(&mut self, answer: &Value) {
        let text = |site: &Value, key| site.get(key).and_then(Value::as_str).map(str::to_owned);
        let sites = answer.get("sites").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        self.sites = sites
            .iter()
            .filter_map(|site| {
                Some(Site {
                    domain: text(site, "domain")?,
                    timezone: text(site, "timezone").unwrap_or_else(|| "UTC".to_owned()),
                    label: text(site, "label").filter(|label| !label.is_empty()),
                })
            })
            .collect();
    }

    /// Whether the screen waits for an answer.
    pub fn busy(&self) -> bool {
        let asking = self.session == Session::In && self.site().is_some() && !self.state.adding_site;
        self.sending || self.session == Session::Unknown || (asking && self.stale)
    }

    /// What is said when new numbers have come.
    pub fn summary(&self) -> String {
        let Some(visitors) = self.data.visitors() else { return String::new() };
        let visitors = crate::format::plural(visitors, "visitor");
        let mut text = [&visitors, ", ", &self.state.range.label()].concat();
        for filter in &self.state.filters {
            text.push_str(", ");
            text.push_str(&crate::chips::words(self, filter));
        }
        text
    }
}

/// The domain that a person typed: without scheme, path, port's default, case or spaces.
pub fn domain_of(typed: &str) -> String {
    let typed = typed.trim();
    let host = typed.strip_prefix("https://").or_else(|| typed.strip_prefix("http://")).unwrap_or(typed);
    host.split(['/', '?', '#']).next().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase()
}

/// The body of the request that registers a site.
pub fn new_site(timezone: &str) -> String {
    json!({ "timezone": timezone }).to_string()
}

/// The body of the request that logs in.
pub fn login(key: &str) -> String {
    json!({ "key": key }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_may_type_an_address_for_a_domain() {
        for typed in ["example.com", " Example.COM ", "https://example.com/a?b#c", "example.com."] {
            assert_eq!(domain_of(typed), "example.com");
        }
        assert_eq!(domain_of("localhost:5173"), "localhost:5173");
    }
}
