//! Everything a screen is made of. The shell keeps one [`App`], changes it when something happens, and shows what
//! [`crate::page::page`] makes of it.

use crate::answer::{Data, Moment, Problem};
use crate::date::Date;
use crate::language::Language;
use crate::markup::Element;
use crate::range::Clock;
use crate::state::State;
use crate::wire::{Reader, Writer};

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
    /// Whoever has a link for strangers, signed in or not.
    Shared,
    /// Whoever has a link that opens nothing.
    Lost,
}

/// What a reader may do at the site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Look.
    #[default]
    Viewer,
    /// And change segments and annotations.
    Editor,
    /// And change settings, keys, members and shares.
    Admin,
    /// And delete the site.
    Owner,
    /// All of it, for every site.
    Operator,
}

impl Role {
    const ALL: [Self; 5] = [Self::Viewer, Self::Editor, Self::Admin, Self::Owner, Self::Operator];

    /// The role that the API calls so.
    pub fn named(name: &str) -> Self {
        match name {
            "editor" => Self::Editor,
            "admin" => Self::Admin,
            "owner" => Self::Owner,
            _ => Self::Viewer,
        }
    }
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
    /// The language of the page.
    pub language: Language,
    /// Names of countries by code, in the reader's language.
    pub countries: Vec<(String, String)>,
    /// Who is looking.
    pub session: Session,
    /// What can be looked at.
    pub sites: Vec<Site>,
    /// What the reader may do at each, by domain; whoever runs the server is in no list.
    pub roles: Vec<(String, Role)>,
    /// Whether the reader runs the server.
    pub operator: bool,
    /// Names of saved segments by number, where a filter speaks of one.
    pub segments: Vec<(i64, String)>,
    /// What is being looked at.
    pub state: State,
    /// What is known of it.
    pub data: Data,
    /// What happened at the site, whenever it was.
    pub moments: Vec<Moment>,
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
    /// Where a stretch of the chart begins that ends under the pointer.
    pub anchor: Option<usize>,
    /// Said to those who hear the page.
    pub announcement: String,
    /// What was just copied: the name of its button.
    pub copied: Option<String>,
    /// What the view shows that is not the overview; none until its module has come.
    pub content: Option<Element>,
    /// What the dialog shows; none until its module has come.
    pub dialog_content: Option<Element>,
}

impl App {
    /// A screen on which nothing is known yet.
    pub fn new(origin: String, clock: Clock, state: State) -> Self {
        Self {
            origin,
            clock,
            timezones: Vec::new(),
            timezone_here: "UTC".to_owned(),
            language: Language::default(),
            countries: Vec::new(),
            session: Session::Unknown,
            sites: Vec::new(),
            roles: Vec::new(),
            operator: false,
            segments: Vec::new(),
            state,
            data: Data::default(),
            moments: Vec::new(),
            stale: true,
            sending: false,
            problem: None,
            form_problem: None,
            cursor: None,
            anchor: None,
            announcement: String::new(),
            copied: None,
            content: None,
            dialog_content: None,
        }
    }

    /// What the reader may do at the site being looked at.
    pub fn role(&self) -> Role {
        let site = self.site_wanted().unwrap_or_default();
        match self.roles.iter().find(|(domain, _)| *domain == site) {
            _ if self.operator => Role::Operator,
            Some((_, role)) => *role,
            None => Role::default(),
        }
    }

    /// Writes what a view's module has to know.
    pub fn to_wire(&self) -> Vec<u8> {
        let mut out = Writer::default();
        let Clock { today, hour, now, just_before, yesterday_so_far: [begin, end] } = &self.clock;
        let copied = self.copied.as_deref().unwrap_or_default();
        for text in
            [&self.origin, &today.iso(), now, just_before, begin, end, &self.state.href(), &self.timezone_here, copied]
        {
            out.text(text);
        }
        let flags = [self.stale, self.sending, self.operator].map(usize::from);
        for number in flags.into_iter().chain([*hour as usize, self.cursor.map_or(0, |cursor| cursor + 1)]) {
            out.number(number);
        }
        out.number(self.timezones.len());
        for zone in &self.timezones {
            out.text(zone);
        }
        out.number(self.countries.len());
        for (code, name) in &self.countries {
            out.text(code);
            out.text(name);
        }
        self.write_sites(&mut out);
        out.done()
    }

    fn write_sites(&self, out: &mut Writer) {
        out.number(self.sites.len());
        for site in &self.sites {
            out.text(&site.domain);
            out.text(&site.timezone);
            out.text(site.label.as_deref().unwrap_or_default());
        }
        out.number(self.roles.len());
        for (domain, role) in &self.roles {
            out.text(domain);
            out.number(*role as usize);
        }
        out.number(self.segments.len());
        for (id, name) in &self.segments {
            out.text(&id.to_string());
            out.text(name);
        }
    }

    /// Writes what the edge tells the page of a state: the reader's sites, and the numbers.
    pub fn to_reply(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.number(usize::from(self.operator));
        self.write_sites(&mut out);
        self.data.to_wire(&mut out);
        out.number(self.moments.len());
        for Moment { time, text } in &self.moments {
            out.text(time);
            out.text(text);
        }
        out.done()
    }

    /// Takes in what [`Self::to_reply`] wrote; changes nothing and gives none where it is nothing of this kind. Lists that
    /// were not asked for again stay, if the numbers are of the same visits.
    pub fn take_reply(&mut self, bytes: &[u8], same_visits: bool) -> Option<()> {
        let mut from = Reader::new(bytes);
        let operator = from.number()? == 1;
        let mut told = Told::default();
        told.read_sites(&mut from)?;
        told.data = Data::from_wire(&mut from)?;
        for _ in 0..from.number()? {
            let (time, text) = (from.text()?, from.text()?);
            told.moments.push(Moment { time: time.to_owned(), text: text.to_owned() });
        }
        if same_visits {
            for (dimension, list) in std::mem::take(&mut self.data.lists) {
                if told.data.list(dimension).is_none() {
                    told.data.lists.push((dimension, list));
                }
            }
        }
        self.operator = operator;
        (self.sites, self.roles, self.segments) = (told.sites, told.roles, told.segments);
        (self.data, self.moments) = (told.data, told.moments);
        Some(())
    }

    /// Reads what a view's module has to know; none where it is nothing of this kind.
    pub fn from_wire(bytes: &[u8]) -> Option<Self> {
        let mut from = Reader::new(bytes);
        let mut texts: [String; 9] = Default::default();
        for text in &mut texts {
            *text = from.text()?.to_owned();
        }
        let [origin, today, now, just_before, begin, end, state, timezone_here, copied] = texts;
        let clock = Clock { today: Date::parse(&today)?, hour: 0, now, just_before, yesterday_so_far: [begin, end] };
        let mut app = Self { timezone_here, session: Session::In, ..Self::new(origin, clock, State::parse(&state)) };
        app.copied = Some(copied).filter(|copied| !copied.is_empty());
        for flag in [&mut app.stale, &mut app.sending, &mut app.operator] {
            *flag = from.number()? == 1;
        }
        app.clock.hour = u32::try_from(from.number()?).ok()?;
        app.cursor = from.number()?.checked_sub(1);
        for _ in 0..from.number()? {
            app.timezones.push(from.text()?.to_owned());
        }
        for _ in 0..from.number()? {
            let (code, name) = (from.text()?, from.text()?);
            app.countries.push((code.to_owned(), name.to_owned()));
        }
        let mut told = Told::default();
        told.read_sites(&mut from)?;
        (app.sites, app.roles, app.segments) = (told.sites, told.roles, told.segments);
        Some(app)
    }

    /// The site being looked at: the one of the address, else the owner's first.
    pub fn site(&self) -> Option<&Site> {
        match &self.state.site {
            Some(domain) => self.sites.iter().find(|site| site.domain == *domain),
            None => self.sites.first(),
        }
    }

    /// The title of the page.
    pub fn title(&self) -> String {
        let named = self.site().filter(|site| !site.domain.is_empty());
        named.map_or("Passerby".to_owned(), |site| [&site.domain, " · Passerby"].concat())
    }

    /// The domain of the site being looked at, whether or not there is such a site.
    pub fn site_wanted(&self) -> Option<String> {
        self.state.site.clone().or_else(|| self.site().map(|site| site.domain.clone()))
    }

    /// The name of a country, if it is known.
    pub fn country(&self, code: &str) -> Option<&str> {
        self.countries.iter().find(|(known, _)| known == code).map(|(_, name)| name.as_str())
    }

    /// Whether the screen waits for an answer.
    pub fn busy(&self) -> bool {
        let asking = self.session == Session::In && self.site().is_some() && !self.state.adding_site;
        self.sending || self.session == Session::Unknown || (asking && self.stale)
    }

    /// What is said when new numbers have come.
    pub fn summary(&self) -> String {
        let Some(visitors) = self.data.visitors() else { return String::new() };
        let visitors = crate::words::plural(visitors, "{0} visitor", "{0} visitors");
        let mut text = [&visitors, ", ", &self.state.range.label()].concat();
        for filter in &self.state.filters {
            text.push_str(", ");
            text.push_str(&crate::chips::words(self, filter));
        }
        text
    }
}

/// What is told of a reader and a site, until all of it is read.
#[derive(Default)]
struct Told {
    sites: Vec<Site>,
    roles: Vec<(String, Role)>,
    segments: Vec<(i64, String)>,
    data: Data,
    moments: Vec<Moment>,
}

impl Told {
    fn read_sites(&mut self, from: &mut Reader<'_>) -> Option<()> {
        for _ in 0..from.number()? {
            let (domain, timezone, label) = (from.text()?, from.text()?, from.text()?);
            let label = Some(label).filter(|label| !label.is_empty()).map(str::to_owned);
            self.sites.push(Site { domain: domain.to_owned(), timezone: timezone.to_owned(), label });
        }
        for _ in 0..from.number()? {
            let (domain, role) = (from.text()?, from.number()?);
            self.roles.push((domain.to_owned(), *Role::ALL.get(role)?));
        }
        for _ in 0..from.number()? {
            let (id, name) = (from.text()?, from.text()?);
            self.segments.push((id.parse().ok()?, name.to_owned()));
        }
        Some(())
    }
}

/// The domain that a person typed: without scheme, path, port's default, case or spaces.
pub fn domain_of(typed: &str) -> String {
    let typed = typed.trim();
    let host = typed.strip_prefix("https://").or_else(|| typed.strip_prefix("http://")).unwrap_or(typed);
    host.split(['/', '?', '#']).next().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_learns_what_a_view_needs() {
        let mut app = crate::sample::app("?view=outcomes&f=is.os.Linux&step=a");
        app.roles = vec![("shop.example".into(), Role::Editor)];
        (app.cursor, app.copied, app.sending) = (Some(0), Some("key".into()), true);
        app.timezones = vec!["UTC".into()];
        app.segments = vec![(-3, "Readers".into())];
        let bytes = app.to_wire();
        let read = App::from_wire(&bytes).unwrap();
        assert_eq!((&read.state, &read.sites, &read.countries), (&app.state, &app.sites, &app.countries));
        assert_eq!(read.segments, app.segments);
        assert_eq!((read.role(), read.cursor, read.sending, read.stale), (Role::Editor, Some(0), true, false));
        assert_eq!((read.to_wire(), read.clock.now), (bytes.clone(), app.clock.now));
        for end in 0..bytes.len() {
            assert!(App::from_wire(bytes.get(..end).unwrap()).is_none(), "cut at {end}");
        }
    }

    #[test]
    fn the_edge_tells_the_page_of_sites_and_numbers() {
        let mut app = crate::sample::app("");
        app.roles = vec![("shop.example".into(), Role::Admin)];
        app.moments = vec![Moment { time: "2026-11-20".into(), text: "Release".into() }];
        let bytes = app.to_reply();
        let mut page = crate::sample::empty_app("");
        page.sites.clear();
        page.data.lists = vec![(crate::dimension::Dimension::Os, Ok(crate::answer::List::default()))];
        page.take_reply(&bytes, true).unwrap();
        assert_eq!(
            (&page.sites, page.role(), page.data.headline.clone()),
            (&app.sites, Role::Admin, app.data.headline.clone())
        );
        assert_eq!(page.data.lists.len(), app.data.lists.len() + 1);
        page.take_reply(&bytes, false).unwrap();
        assert_eq!((&page.data, &page.moments), (&app.data, &app.moments));
        assert!(page.take_reply(bytes.get(..bytes.len() - 1).unwrap(), false).is_none());
        assert_eq!(page.data, app.data);
    }

    #[test]
    fn people_may_type_an_address_for_a_domain() {
        for typed in ["example.com", " Example.COM ", "https://example.com/a?b#c", "example.com."] {
            assert_eq!(domain_of(typed), "example.com");
        }
        assert_eq!(domain_of("localhost:5173"), "localhost:5173");
    }
}
