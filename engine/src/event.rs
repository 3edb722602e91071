//! An event as the edge keeps it: scrubbed, enriched, and with the visitor as a hash.

#[cfg(any(test, feature = "testing"))]
pub mod any;

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnixSeconds(pub i64);

/// A visitor of one site: a keyed hash. Made with the salt of a day, it is of that day alone, and has its lowest bit
/// set; made of the name that an importer gave, it is for ever, and has not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VisitorHash(pub u64);

impl VisitorHash {
    /// A hash that was made with the salt of a day.
    pub fn of_one_day(hash: u64) -> Self {
        let own = Self(hash | 1);
        if own.is_stand_in() { Self(own.0 | 1 << 63) } else { own }
    }

    /// A hash that was made of a name.
    pub fn of_name(hash: u64) -> Self {
        Self(hash & !1)
    }

    /// What stands for the hash of a visitor whose own is gone, while the visitor's events are in memory.
    pub(crate) fn stand_in(number: u32) -> Self {
        Self(u64::from(number) << 1 | 1)
    }

    /// Whether it only stands for a hash, and is nobody's.
    pub(crate) fn is_stand_in(self) -> bool {
        self.0 >> 33 == 0 && self.is_of_one_day()
    }

    /// Whether the salt of a day made it, so that it cannot come again once that salt is gone.
    pub fn is_of_one_day(self) -> bool {
        self.0 & 1 == 1
    }
}

/// Name of page views.
pub const PAGEVIEW: &str = "pageview";

/// Name of engagement events.
pub const ENGAGEMENT: &str = "engagement";

/// One enriched event. Empty texts mean "unknown"; a visit takes its attributes from its first event.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Event {
    /// When it happened.
    pub time: UnixSeconds,
    /// Who, for the length of a day.
    pub visitor: VisitorHash,
    /// `pageview`, `engagement`, the name of a custom event, or another kind's name (`component`, `request` …).
    pub name: String,
    /// Whether a custom event counts as interaction (a visit of one pageview and a non-interactive event bounces).
    pub interactive: bool,
    /// Host of the page, such as `www.example.com`.
    pub hostname: String,
    /// Scrubbed path of the page, such as `/pricing`.
    pub pathname: String,
    /// Attributes of the visit that the event would begin.
    pub visit: VisitAttributes,
    /// Custom properties.
    pub props: Vec<(String, String)>,
    /// Money the event brought.
    pub revenue: Option<protocol::event::Revenue>,
    /// Furthest point reached on the page, 0–100 percent.
    pub scroll_depth: Option<u8>,
    /// Visible and focused time, in milliseconds.
    pub engagement_time_ms: Option<u32>,
    /// The fields of the kinds that have their own (`component`, `request`, `vital` …), as sent.
    pub detail: Option<Box<protocol::event::Payload>>,
}

/// What a visit is described by. Empty texts mean "unknown".
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct VisitAttributes {
    /// Scrubbed referrer without scheme, such as `www.google.com/` (imports: as given).
    pub referrer: String,
    /// Name of the source, such as `Google`; empty for direct visits.
    pub source: String,
    /// Channel, such as `Organic Search`; empty for direct visits.
    pub channel: String,
    /// `utm_medium`.
    pub utm_medium: String,
    /// `utm_source`.
    pub utm_source: String,
    /// `utm_campaign`.
    pub utm_campaign: String,
    /// `utm_content`.
    pub utm_content: String,
    /// `utm_term`.
    pub utm_term: String,
    /// `Desktop`, `Mobile`, `Tablet` ….
    pub device: String,
    /// Browser, such as `Firefox`.
    pub browser: String,
    /// Major version of the browser.
    pub browser_version: String,
    /// Operating system, such as `Android`.
    pub os: String,
    /// Version of the operating system.
    pub os_version: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// ISO 3166-2.
    pub region: String,
    /// `GeoNames` id, 0 where unknown.
    pub city: u32,
    /// Primary language, such as `de`.
    pub language: String,
    /// Class of the screen's width.
    pub screen: String,
}

/// The text that stands for a city in filters and rows: its number, nothing where unknown.
pub(crate) fn city_text(city: u32) -> String {
    if city == 0 { String::new() } else { city.to_string() }
}

/// A text of a visit, read from its attributes.
pub(crate) type VisitText = fn(&VisitAttributes) -> &str;

/// Every text of a visit by its name in the contract, in the order in which journals and tables keep them.
pub(crate) const VISIT_TEXTS: [(&str, VisitText); 17] = [
    ("referrer", |visit| &visit.referrer),
    ("source", |visit| &visit.source),
    ("channel", |visit| &visit.channel),
    ("utm_medium", |visit| &visit.utm_medium),
    ("utm_source", |visit| &visit.utm_source),
    ("utm_campaign", |visit| &visit.utm_campaign),
    ("utm_content", |visit| &visit.utm_content),
    ("utm_term", |visit| &visit.utm_term),
    ("device", |visit| &visit.device),
    ("browser", |visit| &visit.browser),
    ("browser_version", |visit| &visit.browser_version),
    ("os", |visit| &visit.os),
    ("os_version", |visit| &visit.os_version),
    ("country", |visit| &visit.country),
    ("region", |visit| &visit.region),
    ("language", |visit| &visit.language),
    ("screen", |visit| &visit.screen),
];
