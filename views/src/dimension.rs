//! What visits are broken down by: the lists of the screen, and what can be filtered for.

use crate::metric::Metric;

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
const FACTS: [Facts; 23] = [
    facts(Dimension::Page, "page", "event:page", "Page", "Pages", Panel::Pages),
    facts(Dimension::EntryPage, "entry_page", "visit:entry_page", "Entry page", "Entry", Panel::Pages),
    facts(Dimension::ExitPage, "exit_page", "visit:exit_page", "Exit page", "Exit", Panel::Pages),
    facts(Dimension::Hostname, "hostname", "event:hostname", "Hostname", "Hosts", Panel::Pages),
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

    /// The columns of its long list.
    pub fn detail_metrics(self) -> &'static [&'static str] {
        match self {
            Self::Page => &["visitors", "pageviews", "bounce_rate", "visit_duration"],
            // A visit has one exit but many events, so event metrics make no sense beside exit pages.
            Self::ExitPage => &["visitors", "visits"],
            Self::Event => &["visitors", "events"],
            _ => &["visitors", "visits", "bounce_rate", "visit_duration"],
        }
    }
}

/// The heading of a column of the long list.
pub fn column_label(metric: &str) -> &str {
    Metric::parse(metric).map_or("Events", Metric::label)
}

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
    fn every_dimension_is_found_by_its_name() {
        for dimension in Dimension::all() {
            assert_eq!(Dimension::parse(dimension.name()), Some(dimension));
            assert_eq!(dimension.facts().dimension, dimension);
        }
        let mut places: Vec<usize> = Dimension::all().map(|dimension| dimension as usize).collect();
        places.sort_unstable();
        assert_eq!(
            places,
            (0..=Dimension::Language as usize).collect::<Vec<_>>(),
            "a variant is missing from the table"
        );
        assert_eq!(Panel::ALL.iter().map(|panel| panel.dimensions().count()).sum::<usize>(), FACTS.len());
    }
}
