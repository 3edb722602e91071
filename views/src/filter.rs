//! What a view is narrowed to: tests of fields, groups of them, saved segments. Filters beside each other are joined by
//! "and", the values of one by "or".

use crate::dimension::Dimension;
use serde_json::{Value, json};

pub mod address;
mod field;
pub mod place;

pub use field::{Field, Operator};

/// How deep groups may be nested.
pub const DEPTH_MAX: usize = 6;

/// A test of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// How to compare.
    pub operator: Operator,
    /// What to compare.
    pub field: Field,
    /// With what; never empty in a filter of the page.
    pub values: Vec<String>,
    /// Whether the case of letters does not matter.
    pub any_case: bool,
}

/// What holds the filters of a group together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joint {
    /// At least one holds.
    Any,
    /// All hold.
    All,
    /// None holds.
    None,
    /// The visit has an event for which all hold.
    Done,
    /// The visit has no such event.
    NotDone,
    /// The visit has events for which they hold, one after the other.
    Then,
}

impl Joint {
    /// All, in the order of the menu.
    pub const ALL: [Self; 6] = [Self::Any, Self::All, Self::None, Self::Done, Self::NotDone, Self::Then];

    /// The name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::All => "all",
            Self::None => "none",
            Self::Done => "done",
            Self::NotDone => "not_done",
            Self::Then => "then",
        }
    }

    /// The joint of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|joint| joint.name() == name)
    }

    /// The words before the group's filters, in English.
    pub fn label(self) -> &'static str {
        match self {
            Self::Any => "Any of",
            Self::All => "All of",
            Self::None => "None of",
            Self::Done => "Has done",
            Self::NotDone => "Has not done",
            Self::Then => "One after the other",
        }
    }

    /// Whether it asks for what visits have done, of which nothing but events can tell.
    pub fn is_of_events(self) -> bool {
        matches!(self, Self::Done | Self::NotDone | Self::Then)
    }

    /// The opposite, where there is one.
    pub fn negated(self) -> Option<Self> {
        match self {
            Self::Any => Some(Self::None),
            Self::None => Some(Self::Any),
            Self::Done => Some(Self::NotDone),
            Self::NotDone => Some(Self::Done),
            Self::All | Self::Then => None,
        }
    }
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// A test of one field.
    Test(Test),
    /// Several filters; never empty.
    Group(Joint, Vec<Filter>),
    /// What was saved under this number.
    Segment(i64),
}

impl Filter {
    /// A test for one value.
    pub fn is(dimension: Dimension, value: &str) -> Self {
        Self::Test(Test {
            operator: Operator::Is,
            field: Field::Listed(dimension),
            values: vec![value.to_owned()],
            any_case: false,
        })
    }

    /// The condition in a query.
    pub fn query(&self) -> Value {
        let all = |filters: &[Self]| filters.iter().map(Self::query).collect::<Vec<_>>();
        let one = |joint: &str, filters: &[Self]| match filters {
            [filter] => filter.query(),
            filters => json!([joint, all(filters)]),
        };
        match self {
            Self::Test(Test { operator, field: Field::Listed(dimension), values, any_case }) => {
                dimension.condition(operator.name(), values, *any_case)
            }
            Self::Test(Test { operator, field, values, any_case }) => {
                condition(operator.name(), &field.query(), values, *any_case)
            }
            Self::Segment(id) => json!(["is", "segment", [id]]),
            Self::Group(Joint::Any, filters) => json!(["or", all(filters)]),
            Self::Group(Joint::All, filters) => json!(["and", all(filters)]),
            Self::Group(Joint::None, filters) => json!(["not", one("or", filters)]),
            Self::Group(Joint::Done, filters) => json!(["has_done", one("and", filters)]),
            Self::Group(Joint::NotDone, filters) => json!(["has_not_done", one("and", filters)]),
            Self::Group(Joint::Then, filters) => json!(["sequence", all(filters)]),
        }
    }

    /// The condition that a query has; none where it is of another kind than those of the page.
    pub fn of_query(query: &Value) -> Option<Self> {
        Self::read_query(query, 0)
    }

    fn read_query(query: &Value, depth: usize) -> Option<Self> {
        let parts = query.as_array()?.as_slice();
        let operator = parts.first()?.as_str()?;
        if depth > DEPTH_MAX {
            return None;
        }
        let list = |list: &Value| -> Option<Vec<Self>> {
            let filters = list.as_array().filter(|list| !list.is_empty())?;
            filters.iter().map(|filter| Self::read_query(filter, depth + 1)).collect()
        };
        // What has one filter may have a list of them, joined the way that the page joins them.
        let joined = |inner: &Value, joint: &str| match inner.as_array().map(Vec::as_slice) {
            Some([Value::String(known), filters]) if known == joint => list(filters),
            _ => Self::read_query(inner, depth + 1).map(|filter| vec![filter]),
        };
        let group = |joint, filters: Option<Vec<Self>>| filters.map(|filters| Self::Group(joint, filters));
        match (operator, parts) {
            ("or", [_, filters]) => group(Joint::Any, list(filters)),
            ("and", [_, filters]) => group(Joint::All, list(filters)),
            ("not", [_, filter]) => group(Joint::None, joined(filter, "or")),
            ("has_done", [_, filter]) => group(Joint::Done, joined(filter, "and")),
            ("has_not_done", [_, filter]) => group(Joint::NotDone, joined(filter, "and")),
            ("sequence", [_, steps]) => group(Joint::Then, list(steps)),
            (_, [_, Value::String(field), Value::Array(values), modifiers @ ..]) => {
                Self::read_test(operator, field, values, modifiers)
            }
            _ => None,
        }
    }

    fn read_test(operator: &str, field: &str, values: &[Value], modifiers: &[Value]) -> Option<Self> {
        if let ("is", "segment", [id], []) = (operator, field, values, modifiers) {
            return id.as_i64().map(Self::Segment);
        }
        let (operator, field) = (Operator::parse(operator)?, Field::of_query(field)?);
        let any_case = match modifiers {
            [] => false,
            [modifier] => !modifier.get("case_sensitive")?.as_bool()?,
            _ => return None,
        };
        let text = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) if field == Field::Listed(Dimension::City) => Some(number.to_string()),
            _ => None,
        };
        let values: Option<Vec<String>> = values.iter().map(text).collect();
        let values = values.filter(|values| !values.is_empty())?;
        Some(Self::Test(Test { operator, field, values, any_case }))
    }

    /// The test, if the filter is one.
    pub fn test(&self) -> Option<&Test> {
        match self {
            Self::Test(test) => Some(test),
            _ => None,
        }
    }

    /// The dimension of the test, if the filter is one and the page has a list of it.
    pub fn dimension(&self) -> Option<Dimension> {
        self.test()?.field.dimension()
    }

    /// Whether a test of `dimension` decides about single events or visits. Of what a saved segment tests nothing is known
    /// here, so it is taken to.
    pub fn tests(&self, dimension: Dimension) -> bool {
        match self {
            Self::Test(test) => test.field.dimension() == Some(dimension),
            Self::Group(joint, filters) => {
                !joint.is_of_events() && filters.iter().any(|filter| filter.tests(dimension))
            }
            Self::Segment(_) => true,
        }
    }

    fn same(&self, operator: Operator, field: &Field, any_case: bool) -> bool {
        self.test().is_some_and(|test| test.operator == operator && test.field == *field && test.any_case == any_case)
    }

    /// The opposite; none where the API cannot ask for it.
    pub fn negated(&self) -> Option<Self> {
        match self {
            Self::Test(test) if test.field.takes(test.operator.negated()) => {
                Some(Self::Test(Test { operator: test.operator.negated(), ..test.clone() }))
            }
            Self::Group(joint, filters) => Some(Self::Group(joint.negated()?, filters.clone())),
            _ => None,
        }
    }
}

/// The condition of a query that compares a field of the API with values.
pub fn condition(operator: &str, field: &str, values: &[String], any_case: bool) -> Value {
    if any_case {
        json!([operator, field, values, { "case_sensitive": false }])
    } else {
        json!([operator, field, values])
    }
}

/// Adds a value, to the filter that already compares this way if there is one.
fn add(filters: &mut Vec<Filter>, operator: Operator, field: Field, any_case: bool, value: &str) {
    for filter in filters.iter_mut().filter(|filter| filter.same(operator, &field, any_case)) {
        if let Filter::Test(test) = filter {
            if test.values.iter().all(|known| known != value) {
                test.values.push(value.to_owned());
            }
            return;
        }
    }
    filters.push(Filter::Test(Test { operator, field, values: vec![value.to_owned()], any_case }));
}

fn has(filters: &[Filter], operator: Operator, dimension: Dimension, value: &str) -> bool {
    filters
        .iter()
        .filter(|filter| filter.same(operator, &Field::Listed(dimension), false))
        .any(|filter| filter.test().is_some_and(|test| test.values.iter().any(|known| known == value)))
}

/// Whether the view is narrowed to this value.
pub fn selects(filters: &[Filter], dimension: Dimension, value: &str) -> bool {
    has(filters, Operator::Is, dimension, value)
}

/// Narrows to this value, or no longer if it already was.
pub fn toggle(filters: &mut Vec<Filter>, dimension: Dimension, value: &str) {
    toggle_as(filters, Operator::Is, dimension, value);
}

/// Leaves this value out, or no longer if it already was.
pub fn exclude(filters: &mut Vec<Filter>, dimension: Dimension, value: &str) {
    toggle_as(filters, Operator::IsNot, dimension, value);
}

fn toggle_as(filters: &mut Vec<Filter>, operator: Operator, dimension: Dimension, value: &str) {
    let field = Field::Listed(dimension);
    if !has(filters, operator, dimension, value) {
        // Nothing is both: whoever leaves a value out no longer asks for it.
        drop_value(filters, operator.negated(), &field, value);
        return add(filters, operator, field, false, value);
    }
    drop_value(filters, operator, &field, value);
}

fn drop_value(filters: &mut Vec<Filter>, operator: Operator, field: &Field, value: &str) {
    for filter in filters.iter_mut().filter(|filter| filter.same(operator, field, false)) {
        if let Filter::Test(test) = filter {
            test.values.retain(|known| known != value);
        }
    }
    filters.retain(|filter| filter.test().is_none_or(|test| !test.values.is_empty()));
}

/// The values that tests of a dimension have, anywhere among the filters.
pub fn values_of(filters: &[Filter], dimension: Dimension) -> Vec<String> {
    let values = filters.iter().map(|filter| match filter {
        Filter::Test(test) if test.field.dimension() == Some(dimension) => test.values.clone(),
        Filter::Group(_, filters) => values_of(filters, dimension),
        _ => Vec::new(),
    });
    values.flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_click_takes_the_filter_away() {
        let mut filters = Vec::new();
        toggle(&mut filters, Dimension::Source, "Google");
        toggle(&mut filters, Dimension::Source, "Bing");
        assert_eq!(filters[0].query(), json!(["is", "visit:source", ["Google", "Bing"]]));
        toggle(&mut filters, Dimension::Source, "Google");
        assert_eq!(filters, [Filter::is(Dimension::Source, "Bing")]);
        toggle(&mut filters, Dimension::Source, "Bing");
        assert_eq!(filters, []);
    }

    #[test]
    fn a_value_is_asked_for_or_left_out_but_never_both() {
        let mut filters = vec![Filter::is(Dimension::Os, "Linux")];
        exclude(&mut filters, Dimension::Os, "Linux");
        assert_eq!(filters[0].query(), json!(["is_not", "visit:os", ["Linux"]]));
        toggle(&mut filters, Dimension::Os, "Linux");
        assert_eq!(filters, [Filter::is(Dimension::Os, "Linux")]);
    }

    #[test]
    fn what_the_api_can_ask_is_read_and_written_alike() {
        for query in [
            json!(["is_not", "visit:os", ["a", "b"]]),
            json!(["is", "event:props:plan", ["pro"]]),
            json!(["matches", "visit:os", ["^x"]]),
            json!(["matches_wildcard_not", "event:page", ["/a/*"]]),
            json!(["contains", "visit:os", ["x"], { "case_sensitive": false }]),
            json!([
                "or",
                [["is", "visit:os", ["x"]], ["and", [["is", "visit:os", ["y"]], ["is", "visit:device", ["z"]]]]]
            ]),
            json!(["not", ["is", "visit:os", ["x"]]]),
            json!(["not", ["or", [["is", "visit:os", ["x"]], ["is", "visit:device", ["y"]]]]]),
            json!(["has_done", ["is", "event:goal", ["Signup"]]]),
            json!(["has_not_done", ["and", [["is", "event:name", ["x"]], ["is", "event:page", ["/"]]]]]),
            json!(["sequence", [["is", "event:page", ["/"]], ["is", "event:page", ["/b"]]]]),
            json!(["is", "segment", [3]]),
        ] {
            assert_eq!(Filter::of_query(&query).map(|filter| filter.query()), Some(query));
        }
    }

    #[test]
    fn what_the_page_has_not_is_none() {
        let deep = (0..=DEPTH_MAX).fold(json!(["is", "visit:os", ["x"]]), |inner, _| json!(["not", inner]));
        for other in [
            deep,
            json!(["like", "visit:os", ["x"]]),
            json!(["is", "visit:os", []]),
            json!(["is", "visit:os", [1]]),
            json!(["is", "visit:os", ["x"], { "case": 1 }]),
            json!(["is", "segment", [1, 2]]),
            json!(["or", []]),
            json!(["is", "visit:nothing", ["x"]]),
            json!({}),
        ] {
            assert_eq!(Filter::of_query(&other), None, "{other}");
        }
    }

    #[test]
    fn some_filters_have_an_opposite() {
        let negated = |query: Value| Filter::of_query(&query).unwrap().negated().map(|filter| filter.query());
        assert_eq!(negated(json!(["matches", "visit:os", ["x"]])), Some(json!(["matches_not", "visit:os", ["x"]])));
        assert_eq!(negated(json!(["is", "event:goal", ["x"]])), None);
        let inner = json!(["is", "event:name", ["x"]]);
        assert_eq!(negated(json!(["has_done", inner])), Some(json!(["has_not_done", inner])));
        assert_eq!(negated(json!(["or", [inner]])), Some(json!(["not", inner])));
        assert_eq!(negated(json!(["sequence", [inner]])), None);
    }
}
