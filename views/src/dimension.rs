//! What visits are broken down by: the lists of the screen, and what can be filtered for.

use crate::filter::condition;
use crate::format;
use crate::metric::Metric;
use crate::words::say;
use serde_json::{Value, json};

/// A property of a visit or event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dimension {
    /// Path of a page seen.
    Page,
    /// Path of a visit's first page.
    EntryPage,
    /// Path of a visit's last page.
    ExitPage,
    /// Where a visit came from, by name.
    Source,
    /// Kind of source.
    Channel,
    /// The referring address.
    Referrer,
    /// `utm_source`.
    UtmSource,
    /// `utm_medium`.
    UtmMedium,
    /// `utm_campaign`.
    UtmCampaign,
    /// `utm_content`.
    UtmContent,
    /// `utm_term`.
    UtmTerm,
    /// ISO 3166-1 alpha-2 code.
    Country,
    /// Browser family.
    Browser,
    /// Operating system.
    Os,
    /// Kind of device.
    Device,
    /// Name of a custom event.
    Event,
    /// Host of a page seen.
    Hostname,
    /// ISO 3166-2 code.
    Region,
    /// `GeoNames` id of a city.
    City,
    /// Browser family with its version.
    BrowserVersion,
    /// Operating system's version.
    OsVersion,
    /// Class of the screen's width.
    Screen,
    /// The browser's language.
    Language,
    /// A goal that was reached.
    Goal,
    /// Path of a page that said it is missing.
    NotFound,
    /// Address of a link to another host that was followed.
    Outbound,
    /// Address of a file that was fetched.
    Download,
    /// Path of a page whose form was sent.
    Form,
    /// A property of events, whose name the state says. To filter by, a value is `name=value`.
    Prop,
}

/// A card with one or more lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    /// What was seen.
    Pages,
    /// Where visits came from.
    Sources,
    /// Where on Earth.
    Countries,
    /// With what.
    Devices,
    /// What was done.
    Events,
}

struct Facts {
    dimension: Dimension,
    /// Name in addresses.
    name: &'static str,
    /// Name in queries.
    query: &'static str,
    /// Name of one value.
    one: &'static str,
    /// Name of the list.
    many: &'static str,
    panel: Panel,
}

const fn facts(
    dimension: Dimension,
    name: &'static str,
    query: &'static str,
    one: &'static str,
    many: &'static str,
    panel: Panel,
) -> Facts {
    Facts { dimension, name, query, one, many, panel }
}

#[rustfmt::skip]
const FACTS: [Facts; 29] = [
    facts(Dimension::Page, "page", "event:page", "Page", "Pages", Panel::Pages),
    facts(Dimension::EntryPage, "entry_page", "visit:entry_page", "Entry page", "Entry", Panel::Pages),
    facts(Dimension::ExitPage, "exit_page", "visit:exit_page", "Exit page", "Exit", Panel::Pages),
    facts(Dimension::Hostname, "hostname", "event:hostname", "Hostname", "Hosts", Panel::Pages),
    facts(Dimension::NotFound, "not_found", "event:props:path", "Missing page", "404", Panel::Pages),
    facts(Dimension::Source, "source", "visit:source", "Source", "Sources", Panel::Sources),
    facts(Dimension::Channel, "channel", "visit:channel", "Channel", "Channels", Panel::Sources),
    facts(Dimension::Referrer, "referrer", "visit:referrer", "Referrer", "Referrers", Panel::Sources),
    facts(Dimension::UtmSource, "utm_source", "visit:utm_source", "UTM source", "Source", Panel::Sources),
    facts(Dimension::UtmMedium, "utm_medium", "visit:utm_medium", "UTM medium", "Medium", Panel::Sources),
    facts(Dimension::UtmCampaign, "utm_campaign", "visit:utm_campaign", "UTM campaign", "Campaign", Panel::Sources),
    facts(Dimension::UtmContent, "utm_content", "visit:utm_content", "UTM content", "Content", Panel::Sources),
    facts(Dimension::UtmTerm, "utm_term", "visit:utm_term", "UTM term", "Term", Panel::Sources),
    facts(Dimension::Country, "country", "visit:country", "Country", "Countries", Panel::Countries),
    facts(Dimension::Region, "region", "visit:region", "Region", "Regions", Panel::Countries),
    facts(Dimension::City, "city", "visit:city", "City", "Cities", Panel::Countries),
    facts(Dimension::Browser, "browser", "visit:browser", "Browser", "Browsers", Panel::Devices),
    facts(Dimension::BrowserVersion, "browser_version", "visit:browser_version", "Browser version", "Versions", Panel::Devices),
    facts(Dimension::Os, "os", "visit:os", "Operating system", "OS", Panel::Devices),
    facts(Dimension::OsVersion, "os_version", "visit:os_version", "OS version", "OS versions", Panel::Devices),
    facts(Dimension::Device, "device", "visit:device", "Device", "Devices", Panel::Devices),
    facts(Dimension::Screen, "screen", "visit:screen", "Screen", "Screens", Panel::Devices),
    facts(Dimension::Language, "language", "visit:language", "Language", "Languages", Panel::Devices),
    facts(Dimension::Event, "event", "event:name", "Event", "Events", Panel::Events),
    facts(Dimension::Goal, "goal", "event:goal", "Goal", "Goals", Panel::Events),
    facts(Dimension::Outbound, "outbound", "event:props:url", "Outbound link", "Outbound", Panel::Events),
    facts(Dimension::Download, "download", "event:props:url", "Download", "Downloads", Panel::Events),
    facts(Dimension::Form, "form", "event:props:path", "Form page", "Forms", Panel::Events),
    facts(Dimension::Prop, "prop", "event:props:", "Property", "Properties", Panel::Events),
];

impl Dimension {
    /// All, in the order of the screen.
    pub fn all() -> impl Iterator<Item = Self> {
        FACTS.iter().map(|facts| facts.dimension)
    }

    fn facts(self) -> &'static Facts {
        // The table has every variant (tested), so the first row is never taken for another dimension.
        FACTS.iter().find(|facts| facts.dimension == self).unwrap_or(const { &FACTS[0] })
    }

    /// The name in addresses: `entry_page`.
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// The dimension of a name.
    pub fn parse(name: &str) -> Option<Self> {
        FACTS.iter().find(|facts| facts.name == name).map(|facts| facts.dimension)
    }

    /// The name in queries: `visit:entry_page`.
    pub fn query(self) -> &'static str {
        self.facts().query
    }

    /// The name of one value, on chips and above columns: `Entry page`.
    pub fn one(self) -> &'static str {
        self.facts().one
    }

    /// The name of its list, on tabs: `Entry`.
    pub fn many(self) -> &'static str {
        self.facts().many
    }

    /// The card it is shown in.
    pub fn panel(self) -> Panel {
        self.facts().panel
    }

    /// Whether it is one of the five campaign parameters, which share a tab.
    pub fn is_utm(self) -> bool {
        self.name().starts_with("utm_")
    }

    /// Of what it is a part: versions of one browser or system mean something, those of all together nothing.
    pub fn part_of(self) -> Option<Self> {
        match self {
            Self::BrowserVersion => Some(Self::Browser),
            Self::OsVersion => Some(Self::Os),
            _ => None,
        }
    }

    /// Those that a query names by themselves, without the event or the property that they belong to.
    pub fn simple() -> impl Iterator<Item = Self> {
        Self::all().filter(|dimension| dimension.event().is_none() && *dimension != Self::Prop)
    }

    /// The event whose property it is, by the name that the tracker gives it; none for what every event or visit has.
    pub fn event(self) -> Option<&'static str> {
        match self {
            Self::NotFound => Some("404"),
            Self::Outbound => Some("Outbound Link: Click"),
            Self::Download => Some("File Download"),
            Self::Form => Some("Form: Submission"),
            _ => None,
        }
    }

    /// The condition of a query that compares it with values.
    pub fn condition(self, operator: &str, values: &[String], any_case: bool) -> Value {
        let is_positive = !operator.ends_with("not");
        if self == Self::Prop {
            let each = values.iter().map(|value| {
                let (name, value) = value.split_once('=').unwrap_or((value, ""));
                let dimension = [self.query(), name].concat();
                condition(operator, &dimension, &[value.to_owned()], any_case)
            });
            return json!([if is_positive { "or" } else { "and" }, each.collect::<Vec<_>>()]);
        }
        let condition = condition(operator, self.query(), values, any_case);
        match self.event() {
            // What an event says of itself may have the name of what another one says.
            Some(event) if is_positive => json!(["and", [["is", "event:name", [event]], condition]]),
            _ => condition,
        }
    }

    /// The columns of its long list.
    pub fn detail_metrics(self) -> &'static [&'static str] {
        match self {
            Self::Page => &["visitors", "pageviews", "bounce_rate", "visit_duration"],
            // A visit has one exit but many events, so event metrics make no sense beside exit pages.
            Self::ExitPage => &["visitors", "visits"],
            Self::Event | Self::NotFound | Self::Outbound | Self::Download | Self::Form | Self::Prop => {
                &["visitors", "events"]
            }
            Self::Goal => &["visitors", "events", "conversion_rate"],
            _ => &["visitors", "visits", "bounce_rate", "visit_duration"],
        }
    }
}

/// The heading of a column of the long list.
pub fn column_label(metric: &str) -> String {
    match Metric::parse(metric) {
        Some(metric) => metric.label().to_owned(),
        None if metric == RATE => say("Conversion rate"),
        None => say("Events"),
    }
}

/// A value of a column of the long list, as read there.
pub fn column_value(metric: &str, value: f64) -> String {
    match Metric::parse(metric) {
        Some(metric) => metric.show_exactly(value),
        None if metric == RATE => format::percent(value),
        None => format::grouped(value),
    }
}

/// The metric that says which part of all visitors reached a goal.
const RATE: &str = "conversion_rate";

impl Panel {
    /// All, in the order of the screen.
    pub const ALL: [Self; 5] = [Self::Pages, Self::Sources, Self::Countries, Self::Devices, Self::Events];

    /// The name in markup.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pages => "pages",
            Self::Sources => "sources",
            Self::Countries => "countries",
            Self::Devices => "devices",
            Self::Events => "events",
        }
    }

    /// Its lists; the first is shown unless the address says otherwise.
    pub fn dimensions(self) -> impl Iterator<Item = Dimension> {
        Dimension::all().filter(move |dimension| dimension.panel() == self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_of_one_event() {
        let values = |all: &[&str]| all.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
        for (dimension, operator, given, expected) in [
            (Dimension::Os, "is", values(&["Linux"]), json!(["is", "visit:os", ["Linux"]])),
            (
                Dimension::Download,
                "is",
                values(&["/a"]),
                json!(["and", [["is", "event:name", ["File Download"]], ["is", "event:props:url", ["/a"]]]]),
            ),
            (Dimension::Download, "is_not", values(&["/a"]), json!(["is_not", "event:props:url", ["/a"]])),
            (
                Dimension::Prop,
                "is",
                values(&["plan=a=b", "size"]),
                json!(["or", [["is", "event:props:plan", ["a=b"]], ["is", "event:props:size", [""]]]]),
            ),
            (
                Dimension::Prop,
                "contains_not",
                values(&["plan=a"]),
                json!(["and", [["contains_not", "event:props:plan", ["a"]]]]),
            ),
        ] {
            assert_eq!(dimension.condition(operator, &given, false), expected);
        }
    }

    #[test]
    fn every_dimension_is_found_by_its_name() {
        for dimension in Dimension::all() {
            assert_eq!(Dimension::parse(dimension.name()), Some(dimension));
            assert_eq!(dimension.facts().dimension, dimension);
        }
        let mut places: Vec<usize> = Dimension::all().map(|dimension| dimension as usize).collect();
        places.sort_unstable();
        assert_eq!(places, (0..=Dimension::Prop as usize).collect::<Vec<_>>(), "a variant is missing from the table");
        assert_eq!(Panel::ALL.iter().map(|panel| panel.dimensions().count()).sum::<usize>(), FACTS.len());
    }
}
