//! A step of a visitor: a page, pages of a pattern, an event or a goal, as it stands in addresses, questions and words.

use super::reading::list;
use crate::words::{fill, say};
use serde_json::{Value, json};

/// Kinds of steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A view of one path.
    Page,
    /// A view of any path that a pattern with `*` and `**` fits.
    Pattern,
    /// A custom event.
    Event,
    /// A goal of the site.
    Goal,
}

impl Kind {
    /// All, in the order of the form.
    pub(super) const ALL: [Self; 4] = [Self::Page, Self::Pattern, Self::Event, Self::Goal];

    /// The name in addresses.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Pattern => "pattern",
            Self::Event => "event",
            Self::Goal => "goal",
        }
    }

    /// The kind of a name.
    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The name on screen.
    pub(super) fn label(self) -> String {
        match self {
            Self::Page => say("Page"),
            Self::Pattern => say("Pages like"),
            Self::Event => say("Event"),
            Self::Goal => say("Goal"),
        }
    }

    /// Operator and dimension in questions.
    fn test(self) -> (&'static str, &'static str) {
        match self {
            Self::Page => ("is", "event:page"),
            Self::Pattern => ("matches_wildcard", "event:page"),
            Self::Event => ("is", "event:name"),
            Self::Goal => ("is", "event:goal"),
        }
    }
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) kind: Kind,
    /// Path, pattern or name; never empty.
    pub(super) value: String,
}

impl Step {
    /// A step, unless there is no value.
    pub(super) fn new(kind: Kind, value: &str) -> Option<Self> {
        let value = value.trim();
        (!value.is_empty()).then(|| Self { kind, value: value.to_owned() })
    }

    /// Reads `page:/pricing`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (kind, value) = text.split_once(':')?;
        Self::new(Kind::parse(kind)?, value)
    }

    /// As [`Self::parse`] reads it.
    pub(super) fn name(&self) -> String {
        [self.kind.name(), ":", &self.value].concat()
    }

    /// The filter that it is in a question.
    pub(super) fn query(&self) -> Value {
        let (operator, dimension) = self.kind.test();
        let values = json!([operator, dimension, [self.value]]);
        // A path belongs to every event on it; the step is the view of the page.
        match self.kind {
            Kind::Page | Kind::Pattern => json!(["and", [["is", "event:name", ["pageview"]], values]]),
            Kind::Event | Kind::Goal => values,
        }
    }

    /// The step of a filter that [`Self::query`] made, or that is as simple.
    pub(super) fn read(filter: &Value) -> Option<Self> {
        let filter = match filter.get(0)?.as_str()? {
            "and" => filter.get(1)?.as_array()?.last()?,
            _ => filter,
        };
        let test = (filter.get(0)?.as_str()?, filter.get(1)?.as_str()?);
        let kind = Kind::ALL.into_iter().find(|kind| kind.test() == test)?;
        let values = filter.get(2)?.as_array()?;
        Self::new(kind, values.first().filter(|_| values.len() == 1)?.as_str()?)
    }

    /// The steps of a saved funnel.
    pub(super) fn read_all(funnel: &Value) -> Vec<Self> {
        list(funnel, "steps").iter().filter_map(|step| Self::read(step.get("filter").unwrap_or(step))).collect()
    }

    /// The step in words.
    pub(super) fn words(&self) -> String {
        match self.kind {
            Kind::Page | Kind::Pattern => fill("Visit {0}", &[&self.value]),
            Kind::Event | Kind::Goal => self.value.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_read_from_addresses_and_from_questions() {
        for text in ["page:/a:b", "pattern:/blog/**", "event:Sign up: now", "goal:Buy"] {
            let step = Step::parse(text).unwrap();
            assert_eq!(step.name(), text);
            assert_eq!(Step::read(&step.query()), Some(step));
        }
        for text in ["", "page:", "page: ", "place:/", "/"] {
            assert_eq!(Step::parse(text), None, "{text}");
        }
        for filter in [
            json!(null),
            json!([]),
            json!(["is", "event:page"]),
            json!(["is", "event:page", ["/a", "/b"]]),
            json!(["is", "visit:os", ["x"]]),
        ] {
            assert_eq!(Step::read(&filter), None, "{filter}");
        }
        assert_eq!(Step::read(&json!(["is", "event:page", ["/"]])).unwrap().name(), "page:/");
    }
}
