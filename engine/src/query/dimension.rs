//! The dimensions by which results can be grouped and filtered.

use crate::event::VISIT_TEXTS;
use crate::segment::{CITY, DetailField};
use crate::time::Unit;

/// A dimension of the Stats API.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Dimension {
    /// `event:goal`.
    Goal,
    /// `event:page`.
    Page,
    /// `event:hostname`.
    Hostname,
    /// `event:name`.
    Name,
    /// `event:props:<name>`.
    Prop(String),
    /// A field of single kinds of events, such as `event:route`.
    Detail(&'static str),
    /// An attribute of the visit, by its place among them.
    Visit(usize),
    /// `visit:entry_page`.
    EntryPage,
    /// `visit:entry_page_hostname`.
    EntryHostname,
    /// `visit:exit_page`.
    ExitPage,
    /// `visit:exit_page_hostname`.
    ExitHostname,
    /// `time`, whose unit the range decides.
    Time,
    /// `time:day` and the like.
    TimeUnit(Unit),
}

/// Where the values of a dimension come from: dimensions of one domain share their texts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Domain {
    /// Paths of pages.
    Page,
    /// Hosts of pages.
    Hostname,
    /// Names of events.
    Name,
    /// An attribute of visits.
    Attribute(usize),
    /// A custom property.
    Prop(String),
    /// A field of single kinds of events.
    Detail(&'static str),
    /// Goals and moments, which have no texts of their own.
    None,
}

use DetailField::{Number, Text};

/// The fields of single kinds that are dimensions, and where each kind has them (see `docs/segment-format.md`).
const DETAILS: [(&str, &[DetailField]); 17] = [
    ("component", &[Text(3, 0)]),
    ("variant", &[Text(3, 1)]),
    ("version", &[Text(3, 2), Text(8, 1)]),
    ("action", &[Text(3, 3)]),
    ("method", &[Text(4, 0)]),
    ("route", &[Text(4, 1)]),
    ("status", &[Number(4, 0), Number(9, 0)]),
    ("system", &[Text(5, 0)]),
    ("vital", &[Text(6, 0)]),
    ("rating", &[Text(6, 1)]),
    ("target", &[Text(6, 2)]),
    ("error", &[Text(7, 0)]),
    ("fingerprint", &[Text(5, 1), Text(7, 1)]),
    ("command", &[Text(8, 0)]),
    ("flags", &[Text(8, 2)]),
    ("check", &[Text(9, 0)]),
    (MEASURE, &[]),
];

/// What an event measured, to two digits: no field of its own, but what the quantiles are of.
pub(super) const MEASURE: &str = "measure";

/// What the tracker says of page views by properties of these names: how a page came to be seen, and the Monday of the week
/// in which the browser first came with consent.
const OF_TRACKER: [&str; 2] = ["navigation_type", COHORT];
/// The Monday, as `2026-11-16`.
pub(super) const COHORT: &str = "cohort";

const ENTRY_AND_EXIT: [(&str, Dimension); 4] = [
    ("entry_page", Dimension::EntryPage),
    ("entry_page_hostname", Dimension::EntryHostname),
    ("exit_page", Dimension::ExitPage),
    ("exit_page_hostname", Dimension::ExitHostname),
];

impl Dimension {
    /// The dimension of that name in the contract.
    pub(super) fn named(name: &str) -> Option<Self> {
        if let Some(field) = name.strip_prefix("event:") {
            if let Some(prop) = field.strip_prefix("props:") {
                return (!prop.is_empty()).then(|| Self::Prop(prop.to_owned()));
            }
            return match field {
                "goal" => Some(Self::Goal),
                "page" => Some(Self::Page),
                "hostname" => Some(Self::Hostname),
                "name" => Some(Self::Name),
                of_tracker if OF_TRACKER.contains(&of_tracker) => Some(Self::Prop(of_tracker.to_owned())),
                _ => DETAILS.iter().find(|(detail, _)| *detail == field).map(|(detail, _)| Self::Detail(detail)),
            };
        }
        if let Some(field) = name.strip_prefix("visit:") {
            if let Some((_, dimension)) = ENTRY_AND_EXIT.iter().find(|(name, _)| *name == field) {
                return Some(dimension.clone());
            }
            let attribute = if field == "city" { Some(CITY) } else { None };
            return attribute.or_else(|| VISIT_TEXTS.iter().position(|(name, _)| *name == field)).map(Self::Visit);
        }
        match name.strip_prefix("time") {
            Some("") => Some(Self::Time),
            Some(unit) => {
                let unit = unit.strip_prefix(':')?;
                Unit::ALL.into_iter().find(|known| known.name() == unit).map(Self::TimeUnit)
            }
            None => None,
        }
    }

    /// Its name in the contract.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Goal => "event:goal".to_owned(),
            Self::Page => "event:page".to_owned(),
            Self::Hostname => "event:hostname".to_owned(),
            Self::Name => "event:name".to_owned(),
            Self::Prop(prop) if OF_TRACKER.contains(&prop.as_str()) => format!("event:{prop}"),
            Self::Prop(prop) => format!("event:props:{prop}"),
            Self::Detail(field) => format!("event:{field}"),
            Self::Visit(CITY) => "visit:city".to_owned(),
            Self::Visit(attribute) => {
                format!("visit:{}", VISIT_TEXTS.get(*attribute).map_or("", |(name, _)| *name))
            }
            Self::EntryPage | Self::EntryHostname | Self::ExitPage | Self::ExitHostname => {
                let name = ENTRY_AND_EXIT.iter().find(|(_, dimension)| dimension == self).map_or("", |(name, _)| name);
                format!("visit:{name}")
            }
            Self::Time => "time".to_owned(),
            Self::TimeUnit(unit) => format!("time:{}", unit.name()),
        }
    }

    /// Every dimension; of the properties just the pattern.
    pub(super) fn all() -> Vec<Self> {
        Self::supported().split(", ").filter_map(Self::named).collect()
    }

    /// Every name, for hints; of the properties just the pattern.
    pub(super) fn supported() -> String {
        let events = ["goal", "page", "hostname", "name", "props:<name>"].into_iter().chain(OF_TRACKER);
        let events = events.chain(DETAILS.iter().map(|(detail, _)| *detail));
        let visits = ENTRY_AND_EXIT.iter().map(|(name, _)| *name);
        let visits = visits.chain(VISIT_TEXTS.iter().map(|(name, _)| *name)).chain(["city"]);
        let times = Unit::ALL.into_iter().map(|unit| format!("time:{}", unit.name()));
        let mut names: Vec<String> = events.map(|name| format!("event:{name}")).collect();
        names.extend(visits.map(|name| format!("visit:{name}")));
        names.push("time".to_owned());
        names.extend(times);
        names.join(", ")
    }

    /// Whether its values belong to single events rather than to visits or moments.
    pub(super) fn is_of_events(&self) -> bool {
        matches!(self, Self::Goal | Self::Page | Self::Hostname | Self::Name | Self::Prop(_) | Self::Detail(_))
    }

    /// The domain of its values.
    pub(super) fn domain(&self) -> Domain {
        match self {
            Self::Page | Self::EntryPage | Self::ExitPage => Domain::Page,
            Self::Hostname | Self::EntryHostname | Self::ExitHostname => Domain::Hostname,
            Self::Name => Domain::Name,
            Self::Prop(key) => Domain::Prop(key.clone()),
            Self::Detail(field) => Domain::Detail(field),
            Self::Visit(attribute) => Domain::Attribute(*attribute),
            Self::Goal | Self::Time | Self::TimeUnit(_) => Domain::None,
        }
    }

    /// Where the kinds of events have a field.
    pub(super) fn sources(field: &str) -> &'static [DetailField] {
        DETAILS.iter().find(|(name, _)| *name == field).map_or(&[], |(_, sources)| sources)
    }

    /// Whether it is a bucket of time.
    pub(super) fn is_time(&self) -> bool {
        matches!(self, Self::Time | Self::TimeUnit(_))
    }

    /// Whether it says how a visit came to the site, so that it has no meaning on hosts that it did not come in by.
    pub(super) fn is_of_acquisition(&self) -> bool {
        // The first eight texts of a visit are its referrer, source, channel and UTM parameters.
        matches!(self, Self::EntryPage) || matches!(self, Self::Visit(attribute) if *attribute < 8)
    }

    /// What stands for a missing value in rows and filters.
    pub(super) fn blank(&self) -> &'static str {
        match self {
            Self::Visit(CITY) => "0",
            Self::Visit(attribute) => match VISIT_TEXTS.get(*attribute).map(|(name, _)| *name) {
                Some("source" | "referrer") => "Direct / None",
                Some("channel") => "Direct",
                _ => "(not set)",
            },
            Self::EntryPage | Self::EntryHostname | Self::ExitPage | Self::ExitHostname => "(not set)",
            Self::Prop(_) | Self::Detail(_) => "(none)",
            _ => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_supported_name_is_read_and_written_alike() {
        for name in Dimension::supported().split(", ") {
            let name = name.replace("<name>", "plan");
            assert_eq!(Dimension::named(&name).map(|dimension| dimension.name()), Some(name));
        }
    }

    #[test]
    fn other_names_are_no_dimensions() {
        for name in ["", "visitors", "event:", "event:props:", "event:props", "visit:city_name", "time:", "timeday"] {
            assert_eq!(Dimension::named(name), None, "{name}");
        }
    }

    #[test]
    fn acquisition_is_what_a_visit_came_by() {
        for (name, expected) in [
            ("visit:referrer", true),
            ("visit:source", true),
            ("visit:channel", true),
            ("visit:utm_term", true),
            ("visit:entry_page", true),
            ("visit:device", false),
            ("visit:exit_page", false),
        ] {
            assert_eq!(Dimension::named(name).unwrap().is_of_acquisition(), expected, "{name}");
        }
    }
}
