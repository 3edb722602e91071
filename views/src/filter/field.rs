//! What filters test, and how.

use crate::dimension::Dimension;

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// Equal to one of the values.
    Is,
    /// Equal to none of the values.
    IsNot,
    /// Contains one of the values.
    Contains,
    /// Contains none of the values.
    ContainsNot,
    /// One of the regular expressions is found in it.
    Matches,
    /// None of the regular expressions is found in it.
    MatchesNot,
    /// Fits one of the patterns, in which `*` stands for anything.
    Wildcard,
    /// Fits none of the patterns.
    WildcardNot,
}

struct Facts {
    operator: Operator,
    opposite: Operator,
    name: &'static str,
    label: &'static str,
    sentence: &'static str,
}

const fn facts(
    operator: Operator,
    opposite: Operator,
    name: &'static str,
    label: &'static str,
    sentence: &'static str,
) -> Facts {
    Facts { operator, opposite, name, label, sentence }
}

#[rustfmt::skip]
const OPERATORS: [Facts; 8] = [
    facts(Operator::Is, Operator::IsNot, "is", "is", "{0} is {1}"),
    facts(Operator::IsNot, Operator::Is, "is_not", "is not", "{0} is not {1}"),
    facts(Operator::Contains, Operator::ContainsNot, "contains", "contains", "{0} contains {1}"),
    facts(Operator::ContainsNot, Operator::Contains, "contains_not", "does not contain", "{0} does not contain {1}"),
    facts(Operator::Wildcard, Operator::WildcardNot, "matches_wildcard", "fits", "{0} fits {1}"),
    facts(Operator::WildcardNot, Operator::Wildcard, "matches_wildcard_not", "does not fit", "{0} does not fit {1}"),
    facts(Operator::Matches, Operator::MatchesNot, "matches", "matches", "{0} matches {1}"),
    facts(Operator::MatchesNot, Operator::Matches, "matches_not", "does not match", "{0} does not match {1}"),
];

impl Operator {
    /// All, in the order of the menu.
    pub fn all() -> impl Iterator<Item = Self> {
        OPERATORS.iter().map(|facts| facts.operator)
    }

    fn facts(self) -> &'static Facts {
        // The table has every variant (tested), so the first row is never taken for another operator.
        OPERATORS.iter().find(|facts| facts.operator == self).unwrap_or(const { &OPERATORS[0] })
    }

    /// The name in queries and addresses.
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// The operator of a name.
    pub fn parse(name: &str) -> Option<Self> {
        OPERATORS.iter().find(|facts| facts.name == name).map(|facts| facts.operator)
    }

    /// The words on a chip, in English.
    pub fn label(self) -> &'static str {
        self.facts().label
    }

    /// The sentence of what is tested and its values, in English.
    pub fn sentence(self) -> &'static str {
        self.facts().sentence
    }

    /// The opposite.
    #[must_use]
    pub fn negated(self) -> Self {
        self.facts().opposite
    }

    /// Whether the case of letters may be left out of account.
    pub fn knows_case(self) -> bool {
        matches!(self, Self::Is | Self::IsNot | Self::Contains | Self::ContainsNot)
    }
}

/// A dimension that no list of the page shows.
#[derive(Debug, PartialEq, Eq)]
pub struct Other {
    /// The name in addresses.
    name: &'static str,
    /// The name in queries.
    query: &'static str,
    /// The name on screen, in English.
    label: &'static str,
}

const fn other(name: &'static str, query: &'static str, label: &'static str) -> Other {
    Other { name, query, label }
}

const OTHERS: [Other; 21] = [
    other("entry_page_hostname", "visit:entry_page_hostname", "Entry hostname"),
    other("exit_page_hostname", "visit:exit_page_hostname", "Exit hostname"),
    other("navigation_type", "event:navigation_type", "Kind of navigation"),
    other("cohort", "event:cohort", "First week"),
    other("component", "event:component", "Component"),
    other("variant", "event:variant", "Variant"),
    other("version", "event:version", "Version"),
    other("action", "event:action", "Action"),
    other("method", "event:method", "Method"),
    other("route", "event:route", "Route"),
    other("status", "event:status", "Status"),
    other("system", "event:system", "Database system"),
    other("vital", "event:vital", "Web vital"),
    other("rating", "event:rating", "Rating"),
    other("target", "event:target", "Element"),
    other("error", "event:error", "Error"),
    other("fingerprint", "event:fingerprint", "Fingerprint"),
    other("command", "event:command", "Command"),
    other("flags", "event:flags", "Flags"),
    other("check", "event:check", "Check"),
    other("measure", "event:measure", "Measured value"),
];

const PROPS: &str = "event:props:";
/// How properties are named in addresses: `prop-plan`.
const PROP: &str = "prop-";

/// What a filter tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// A dimension that has a list on the page.
    Listed(Dimension),
    /// One that has none.
    Other(&'static Other),
    /// A custom property by its name.
    Prop(String),
}

impl Field {
    /// All but the properties, in the order of the menu.
    pub fn all() -> impl Iterator<Item = Self> {
        Dimension::simple().map(Self::Listed).chain(OTHERS.iter().map(Self::Other))
    }

    /// The name in addresses, without any dot.
    pub fn name(&self) -> String {
        match self {
            Self::Listed(dimension) => dimension.name().to_owned(),
            Self::Other(other) => other.name.to_owned(),
            Self::Prop(prop) => [PROP, &prop.replace('*', "*0").replace('.', "*1")].concat(),
        }
    }

    /// The field of a name.
    pub fn parse(name: &str) -> Option<Self> {
        if let Some(prop) = name.strip_prefix(PROP) {
            return Some(Self::Prop(unescape(prop)));
        }
        let other = || OTHERS.iter().find(|other| other.name == name).map(Self::Other);
        Dimension::parse(name).map(Self::Listed).or_else(other)
    }

    /// The name in queries: `visit:entry_page`.
    pub fn query(&self) -> String {
        match self {
            Self::Listed(dimension) => dimension.query().to_owned(),
            Self::Other(other) => other.query.to_owned(),
            Self::Prop(prop) => [PROPS, prop].concat(),
        }
    }

    /// The field that queries call so.
    pub fn of_query(query: &str) -> Option<Self> {
        match query.strip_prefix(PROPS) {
            Some(prop) => (!prop.is_empty()).then(|| Self::Prop(prop.to_owned())),
            None => Self::all().find(|field| field.query() == query),
        }
    }

    /// The name of one value, in English; none for a property, which people have named.
    pub fn label(&self) -> Option<&'static str> {
        match self {
            Self::Listed(dimension) => Some(dimension.one()),
            Self::Other(other) => Some(other.label),
            Self::Prop(_) => None,
        }
    }

    /// The dimension, where the page has a list of it.
    pub fn dimension(&self) -> Option<Dimension> {
        match self {
            Self::Listed(dimension) => Some(*dimension),
            _ => None,
        }
    }

    /// Whether its values belong to single events rather than to visits.
    pub fn is_of_events(&self) -> bool {
        match self {
            Self::Listed(dimension) => dimension.query().starts_with("event:"),
            Self::Other(other) => other.query.starts_with("event:"),
            Self::Prop(_) => true,
        }
    }

    /// Whether it is the goals of the site.
    pub fn is_goal(&self) -> bool {
        *self == Self::Listed(Dimension::Goal)
    }

    /// Whether the API wants it beside the other filters, in no group but one of what visitors have done.
    pub fn is_outermost(&self) -> bool {
        self.is_goal() || *self == Self::Listed(Dimension::Hostname)
    }

    /// Whether it can be compared so.
    pub fn takes(&self, operator: Operator) -> bool {
        !self.is_goal() || matches!(operator, Operator::Is | Operator::Contains)
    }
}

/// The name of a property as [`Field::name`] has it: `*0` for `*` and `*1` for a dot.
fn unescape(prop: &str) -> String {
    let mut parts = prop.split('*');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (letter, rest) = match part.strip_prefix('1') {
            Some(rest) => ('.', rest),
            None => ('*', part.strip_prefix('0').unwrap_or(part)),
        };
        out.push(letter);
        out.push_str(rest);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_is_found_by_its_name_and_has_an_opposite() {
        for operator in Operator::all() {
            assert_eq!((operator.facts().operator, Operator::parse(operator.name())), (operator, Some(operator)));
            assert_eq!((operator.negated().negated(), operator.negated() == operator), (operator, false));
        }
        assert_eq!(Operator::WildcardNot as usize + 1, Operator::all().count());
    }

    #[test]
    fn every_field_is_found_by_its_names() {
        let props = ["plan", "a.b*c", "*1"].map(|prop| Field::Prop(prop.to_owned()));
        for field in Field::all().chain(props) {
            assert_eq!(Field::parse(&field.name()).as_ref(), Some(&field));
            assert_eq!(Field::of_query(&field.query()).as_ref(), Some(&field));
            assert!(!field.name().contains('.') && field.takes(Operator::Is));
        }
        assert_eq!(
            (Field::parse("nothing"), Field::of_query("event:props:"), Field::of_query("time")),
            (None, None, None)
        );
    }
}
