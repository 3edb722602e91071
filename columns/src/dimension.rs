//! What visits and events are told apart by.

use crate::layout::{ATTRIBUTE_NAMES, CITY, HOSTNAME, NAME, PAGE};

/// A dimension of the Stats API that columns know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// `event:page`.
    Page,
    /// `event:hostname`.
    Hostname,
    /// `event:name`.
    Name,
    /// `visit:entry_page`.
    EntryPage,
    /// `visit:entry_page_hostname`.
    EntryHostname,
    /// `visit:exit_page`.
    ExitPage,
    /// `visit:exit_page_hostname`.
    ExitHostname,
    /// An attribute of visits, by its place in chunks: `visit:source` and the like.
    Visit(u8),
}

const OTHERS: [(&str, Dimension); 7] = [
    ("event:page", Dimension::Page),
    ("event:hostname", Dimension::Hostname),
    ("event:name", Dimension::Name),
    ("visit:entry_page", Dimension::EntryPage),
    ("visit:entry_page_hostname", Dimension::EntryHostname),
    ("visit:exit_page", Dimension::ExitPage),
    ("visit:exit_page_hostname", Dimension::ExitHostname),
];

/// Where the value of a dimension is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the visit's tuple of a family.
    Family(usize),
    /// In the tuple of the visit's first page view.
    Entry,
    /// In the tuple of the visit's last page view.
    Exit,
    /// In the tuple of each event.
    Event,
}

impl Dimension {
    /// The dimension of a name in queries, such as `visit:source`; none where columns do not know it.
    pub fn named(name: &str) -> Option<Self> {
        if let Some((_, dimension)) = OTHERS.iter().find(|(known, _)| *known == name) {
            return Some(*dimension);
        }
        let attribute = name.strip_prefix("visit:")?;
        ATTRIBUTE_NAMES.iter().position(|known| *known == attribute).map(|place| Self::Visit(place as u8))
    }

    /// The kind of its texts.
    pub(crate) fn domain(self) -> usize {
        match self {
            Self::Page | Self::EntryPage | Self::ExitPage => PAGE,
            Self::Hostname | Self::EntryHostname | Self::ExitHostname => HOSTNAME,
            Self::Name => NAME,
            Self::Visit(attribute) => usize::from(attribute),
        }
    }

    pub(crate) fn place(self) -> Place {
        match self {
            Self::Page | Self::Hostname | Self::Name => Place::Event,
            Self::EntryPage | Self::EntryHostname => Place::Entry,
            Self::ExitPage | Self::ExitHostname => Place::Exit,
            Self::Visit(attribute) => Place::Family(crate::layout::place_of(usize::from(attribute)).0),
        }
    }

    /// Whether it says how a visit came to the site, so that it has no meaning on hosts that it did not come in by.
    pub(crate) fn is_of_acquisition(self) -> bool {
        matches!(self, Self::EntryPage) || matches!(self, Self::Visit(attribute) if attribute < 8)
    }

    pub(crate) fn is_city(self) -> bool {
        self == Self::Visit(CITY as u8)
    }

    /// What stands for a missing value in rows and filters.
    pub fn blank(self) -> &'static str {
        match self {
            Self::Visit(0 | 1) => "Direct / None",
            Self::Visit(2) => "Direct",
            Self::Visit(attribute) if usize::from(attribute) == CITY => "0",
            Self::Page | Self::Hostname | Self::Name => "",
            _ => "(not set)",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dimensions_have_the_names_of_queries() {
        for (name, dimension) in [
            ("visit:referrer", Some(Dimension::Visit(0))),
            ("visit:screen", Some(Dimension::Visit(16))),
            ("visit:city", Some(Dimension::Visit(17))),
            ("visit:exit_page", Some(Dimension::ExitPage)),
            ("event:name", Some(Dimension::Name)),
            ("event:goal", None),
            ("event:props:plan", None),
            ("visit:", None),
            ("time:day", None),
        ] {
            assert_eq!(Dimension::named(name), dimension, "{name}");
        }
    }
}
