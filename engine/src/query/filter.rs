//! Filters as they are asked for: a tree of tests on dimensions.

use super::dimension::Dimension;
use super::text_test::{Comparator, TextTest};
use crate::refusal::Refusal;
use crate::segment::CITY;
use serde_json::Value;

/// A condition on events.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Filter {
    /// A test of a dimension's value.
    Test {
        /// What is tested.
        dimension: Dimension,
        /// The test.
        test: TextTest,
        /// Whether to keep what fails the test.
        negated: bool,
    },
    /// All of these.
    And(Vec<Filter>),
    /// Any of these.
    Or(Vec<Filter>),
    /// What this does not keep.
    Not(Box<Filter>),
    /// Every event of visits in which some event does, or none if `negated`.
    HasDone {
        /// The condition on the single event.
        filter: Box<Filter>,
        /// Whether to keep the visits without such an event.
        negated: bool,
    },
    /// Visits in which events did these things one after the other.
    Sequence(Vec<Filter>),
}

/// Where a filter stands, which decides what it may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Top,
    Nested,
    UnderNot,
    Behaviour,
    BehaviourNested,
}

impl Place {
    fn inside(self) -> Self {
        match self {
            Self::Top => Self::Nested,
            Self::Behaviour => Self::BehaviourNested,
            other => other,
        }
    }

    fn is_behaviour(self) -> bool {
        matches!(self, Self::Behaviour | Self::BehaviourNested)
    }
}

const OPERATORS: &str = "filters are [operator, dimension, [values]] with the operators is, is_not, contains, \
     contains_not, matches, matches_not, matches_wildcard and matches_wildcard_not (the first four also with a fourth \
     element {\"case_sensitive\": false}), [\"and\"|\"or\", [filters]], [\"not\", filter], \
     [\"has_done\"|\"has_not_done\", filter] and [\"sequence\", [filters]]";

/// How deep filters may be nested.
pub(super) const DEPTH_MAX: usize = 32;

/// Most values that one test may have.
pub(super) const VALUES_MAX: usize = 10_000;

/// Most regular expressions that one test may have.
const EXPRESSIONS_MAX: usize = 100;

impl Filter {
    /// Reads the list `filters` of a request.
    pub(super) fn list(value: &Value) -> Result<Vec<Self>, Refusal> {
        let list = value
            .as_array()
            .ok_or_else(|| Refusal::at("/filters", "invalid_filter", "filters must be a list", OPERATORS))?;
        list.iter()
            .enumerate()
            .map(|(index, filter)| Reader { path: format!("/filters/{index}") }.filter(filter, Place::Top, 0))
            .collect()
    }

    /// Reads a filter on single events, as the steps of funnels are.
    pub(super) fn of_event(value: &Value, path: &str) -> Result<Self, Refusal> {
        Reader { path: path.to_owned() }.filter(value, Place::Behaviour, 0)
    }

    /// Calls `visit` with every test of the tree and whether it lies within a behavioural filter.
    pub(super) fn each_test(&self, within_behaviour: bool, visit: &mut impl FnMut(&Dimension, bool)) {
        match self {
            Self::Test { dimension, .. } => visit(dimension, within_behaviour),
            Self::And(filters) | Self::Or(filters) => {
                for filter in filters {
                    filter.each_test(within_behaviour, visit);
                }
            }
            Self::Not(filter) => filter.each_test(within_behaviour, visit),
            Self::HasDone { filter, .. } => filter.each_test(true, visit),
            Self::Sequence(steps) => {
                for step in steps {
                    step.each_test(true, visit);
                }
            }
        }
    }

    /// Whether a test outside behavioural filters is of a dimension that `is` accepts.
    pub(super) fn tests(&self, is: impl Fn(&Dimension) -> bool) -> bool {
        let mut found = false;
        self.each_test(false, &mut |dimension, within_behaviour| found |= !within_behaviour && is(dimension));
        found
    }

    /// The dimension if the filter is a single test.
    pub(super) fn dimension(&self) -> Option<&Dimension> {
        match self {
            Self::Test { dimension, .. } => Some(dimension),
            _ => None,
        }
    }

    /// The same filter with another dimension in the tests (outside behavioural filters) of `from`.
    #[must_use]
    pub(super) fn with_dimension(&self, from: &Dimension, to: &Dimension) -> Self {
        let all = |filters: &[Self]| filters.iter().map(|filter| filter.with_dimension(from, to)).collect();
        match self {
            Self::Test { dimension, test, negated } if dimension == from => {
                Self::Test { dimension: to.clone(), test: test.clone(), negated: *negated }
            }
            Self::And(filters) => Self::And(all(filters)),
            Self::Or(filters) => Self::Or(all(filters)),
            Self::Not(filter) => Self::Not(Box::new(filter.with_dimension(from, to))),
            other => other.clone(),
        }
    }
}

/// Reads the filters below one entry of the list, for whose place in the request all refusals are.
struct Reader {
    path: String,
}

impl Reader {
    fn wrong(&self, why: &str) -> Refusal {
        Refusal::at(&self.path, "invalid_filter", &format!("Invalid filter: {why}"), OPERATORS)
    }

    fn filter(&self, value: &Value, place: Place, depth: usize) -> Result<Filter, Refusal> {
        let parts = value.as_array().ok_or_else(|| self.wrong("a filter must be a list"))?;
        let operator = parts.first().and_then(Value::as_str).ok_or_else(|| self.wrong("the operator is missing"))?;
        if depth > DEPTH_MAX {
            return Err(self.wrong("filters are nested too deeply"));
        }
        match (operator, &parts[..]) {
            ("and" | "or", [_, Value::Array(list)]) if !list.is_empty() => {
                let filters = list
                    .iter()
                    .map(|filter| self.filter(filter, place.inside(), depth + 1))
                    .collect::<Result<_, _>>()?;
                Ok(if operator == "and" { Filter::And(filters) } else { Filter::Or(filters) })
            }
            ("not", [_, inner]) => {
                let place = if place.is_behaviour() { Place::BehaviourNested } else { Place::UnderNot };
                Ok(Filter::Not(Box::new(self.filter(inner, place, depth + 1)?)))
            }
            ("has_done" | "has_not_done", [_, inner]) => {
                self.refuse_nested_behaviour(place)?;
                let filter = Box::new(self.filter(inner, Place::Behaviour, depth + 1)?);
                Ok(Filter::HasDone { filter, negated: operator == "has_not_done" })
            }
            ("sequence", [_, Value::Array(steps)]) if !steps.is_empty() => {
                self.refuse_nested_behaviour(place)?;
                if place == Place::UnderNot {
                    return Err(Refusal::at(
                        &self.path,
                        "invalid_filter",
                        "sequence filters cannot be wrapped in not",
                        "use has_not_done to ask for visits that did not do something",
                    ));
                }
                let steps = steps.iter().map(|step| self.filter(step, Place::Behaviour, depth + 1));
                Ok(Filter::Sequence(steps.collect::<Result<_, _>>()?))
            }
            (_, [_, Value::String(dimension), Value::Array(values), modifiers @ ..]) => {
                self.test(operator, dimension, values, modifiers, place)
            }
            _ => Err(self.wrong("it has not the parts that its operator needs, or the operator is unknown")),
        }
    }

    fn refuse_nested_behaviour(&self, place: Place) -> Result<(), Refusal> {
        if !place.is_behaviour() {
            return Ok(());
        }
        Err(Refusal::at(
            &self.path,
            "invalid_filter",
            "behavioural filters (has_done, has_not_done, sequence) cannot be nested",
            "put them beside each other in the list of filters",
        ))
    }

    fn test(
        &self,
        operator: &str,
        dimension: &str,
        values: &[Value],
        modifiers: &[Value],
        place: Place,
    ) -> Result<Filter, Refusal> {
        let (comparator, negated) = match operator {
            "is" => (Comparator::Is, false),
            "is_not" => (Comparator::Is, true),
            "contains" => (Comparator::Contains, false),
            "contains_not" => (Comparator::Contains, true),
            "matches" => (Comparator::Matches, false),
            "matches_not" => (Comparator::Matches, true),
            "matches_wildcard" => (Comparator::Wildcard, false),
            "matches_wildcard_not" => (Comparator::Wildcard, true),
            _ => return Err(self.wrong("the operator is unknown")),
        };
        let case_sensitive = self.case_sensitive(comparator, modifiers)?;
        let dimension = Dimension::named(dimension).filter(|dimension| !dimension.is_time()).ok_or_else(|| {
            let error = "Invalid filter: this is not a dimension that can be filtered";
            Refusal::at(&self.path, "invalid_filter", error, format!("supported are {}", Dimension::supported()))
        })?;
        self.check_place(&dimension, place)?;
        let goal_can = matches!(comparator, Comparator::Is | Comparator::Contains) && !negated;
        if dimension == Dimension::Goal && !goal_can {
            return Err(self.wrong("event:goal can only be filtered with is and contains"));
        }
        let values = self.values(&dimension, values)?;
        if comparator == Comparator::Matches && values.len() > EXPRESSIONS_MAX {
            return Err(self.wrong("the list has more than 100 regular expressions"));
        }
        if dimension == country() && comparator == Comparator::Is && !values.iter().all(|code| is_country(code)) {
            let error = "Invalid visit:country filter: visit:country needs to be a valid 2-letter country code";
            return Err(Refusal::at(&self.path, "invalid_filter", error, "use codes of ISO 3166-1, such as EE"));
        }
        let test = TextTest::new(comparator, &values, case_sensitive)
            .ok_or_else(|| self.wrong("a value is not a regular expression, or too large a one"))?;
        Ok(Filter::Test { dimension, test, negated })
    }

    fn case_sensitive(&self, comparator: Comparator, modifiers: &[Value]) -> Result<bool, Refusal> {
        match modifiers {
            [] => Ok(true),
            [Value::Object(modifier)] if matches!(comparator, Comparator::Is | Comparator::Contains) => {
                match (modifier.len(), modifier.get("case_sensitive")) {
                    (0, _) => Ok(true),
                    (1, Some(Value::Bool(sensitive))) => Ok(*sensitive),
                    _ => Err(self.wrong("the only modifier is case_sensitive, true or false")),
                }
            }
            _ => Err(self.wrong("there are more parts than the operator takes")),
        }
    }

    fn check_place(&self, dimension: &Dimension, place: Place) -> Result<(), Refusal> {
        if place.is_behaviour() && !dimension.is_of_events() {
            return Err(Refusal::at(
                &self.path,
                "invalid_filter",
                "behavioural filters can only be used with event dimension filters",
                "use dimensions that begin with event: inside has_done, has_not_done and sequence",
            ));
        }
        let only_top = matches!(dimension, Dimension::Hostname | Dimension::Goal);
        if only_top && matches!(place, Place::Nested | Place::UnderNot) {
            return Err(Refusal::at(
                &self.path,
                "invalid_filter",
                &format!("Invalid filters. Dimension `{}` can only be filtered at the top level", dimension.name()),
                "take it out of and, or and not; the filters of the list all have to hold anyway",
            ));
        }
        Ok(())
    }

    fn values(&self, dimension: &Dimension, values: &[Value]) -> Result<Vec<String>, Refusal> {
        if values.is_empty() {
            return Err(self.wrong("the list of values is empty"));
        }
        if values.len() > VALUES_MAX {
            return Err(self.wrong("the list has more than 10,000 values"));
        }
        values
            .iter()
            .map(|value| match value {
                Value::String(text) => Ok(text.clone()),
                Value::Number(number) if *dimension == Dimension::Visit(CITY) => Ok(number.to_string()),
                _ => Err(self.wrong("values must be texts (for visit:city also numbers)")),
            })
            .collect()
    }
}

fn country() -> Dimension {
    Dimension::named("visit:country").unwrap_or(Dimension::Visit(usize::MAX))
}

fn is_country(code: &str) -> bool {
    (code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic())) || code == country().blank()
}
