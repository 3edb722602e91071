//! What a view is narrowed to. Filters are joined by "and", the values of one by "or".

use crate::dimension::Dimension;
use serde_json::{Value, json};

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
}

impl Operator {
    const ALL: [Self; 4] = [Self::Is, Self::IsNot, Self::Contains, Self::ContainsNot];

    /// The name in queries and addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Is => "is",
            Self::IsNot => "is_not",
            Self::Contains => "contains",
            Self::ContainsNot => "contains_not",
        }
    }

    /// The words on a chip.
    pub fn label(self) -> &'static str {
        match self {
            Self::Is => "is",
            Self::IsNot => "is not",
            Self::Contains => "contains",
            Self::ContainsNot => "does not contain",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.name() == name)
    }

    /// The opposite.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Is => Self::IsNot,
            Self::IsNot => Self::Is,
            Self::Contains => Self::ContainsNot,
            Self::ContainsNot => Self::Contains,
        }
    }
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// How to compare.
    pub operator: Operator,
    /// What to compare.
    pub dimension: Dimension,
    /// With what; never empty.
    pub values: Vec<String>,
}

impl Filter {
    /// The condition in a query.
    pub fn query(&self) -> Value {
        json!([self.operator.name(), self.dimension.query(), self.values])
    }

    /// The condition that a query has; none where it is of another kind than those of the page.
    pub fn of_query(query: &Value) -> Option<Self> {
        let [operator, dimension, values] = query.as_array()?.as_slice() else { return None };
        let (operator, dimension) = (Operator::parse(operator.as_str()?)?, dimension.as_str()?);
        let dimension = Dimension::all().find(|known| known.query() == dimension)?;
        let values: Option<Vec<String>> =
            values.as_array()?.iter().map(|value| value.as_str().map(str::to_owned)).collect();
        values.filter(|values| !values.is_empty()).map(|values| Self { operator, dimension, values })
    }

    /// The address's parameters, one for each value: `is.source.Google`.
    pub fn parameters(&self) -> impl Iterator<Item = String> {
        self.values.iter().map(|value| [self.operator.name(), ".", self.dimension.name(), ".", value].concat())
    }

    /// Joins a parameter of the address to the filters read so far; what is no filter is left out.
    pub fn read(filters: &mut Vec<Self>, parameter: &str) {
        let mut parts = parameter.splitn(3, '.');
        let operator = parts.next().and_then(Operator::parse);
        let dimension = parts.next().and_then(Dimension::parse);
        let (Some(operator), Some(dimension), Some(value)) = (operator, dimension, parts.next()) else { return };
        add(filters, operator, dimension, value);
    }
}

/// Adds a value, to the filter that already compares this way if there is one.
fn add(filters: &mut Vec<Filter>, operator: Operator, dimension: Dimension, value: &str) {
    let same = filters.iter_mut().find(|filter| filter.operator == operator && filter.dimension == dimension);
    match same {
        Some(filter) if filter.values.iter().any(|known| known == value) => {}
        Some(filter) => filter.values.push(value.to_owned()),
        None => filters.push(Filter { operator, dimension, values: vec![value.to_owned()] }),
    }
}

/// Whether the view is narrowed to this value.
pub fn selects(filters: &[Filter], dimension: Dimension, value: &str) -> bool {
    filters.iter().any(|filter| {
        filter.operator == Operator::Is
            && filter.dimension == dimension
            && filter.values.iter().any(|known| known == value)
    })
}

/// Narrows to this value, or no longer if it already was.
pub fn toggle(filters: &mut Vec<Filter>, dimension: Dimension, value: &str) {
    if !selects(filters, dimension, value) {
        return add(filters, Operator::Is, dimension, value);
    }
    for filter in filters.iter_mut().filter(|filter| filter.operator == Operator::Is && filter.dimension == dimension) {
        filter.values.retain(|known| known != value);
    }
    filters.retain(|filter| !filter.values.is_empty());
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
        assert_eq!(filters[0].values, ["Bing"]);
        toggle(&mut filters, Dimension::Source, "Bing");
        assert_eq!(filters, []);
    }

    #[test]
    fn values_may_hold_anything_and_what_is_no_filter_is_left_out() {
        let mut filters = Vec::new();
        for parameter in
            ["is.page./a.b.c?d", "is.page.", "is.page", "is.nothing.x", "like.page.x", "", "is_not.os.(not set)"]
        {
            Filter::read(&mut filters, parameter);
        }
        let read: Vec<String> = filters.iter().flat_map(Filter::parameters).collect();
        assert_eq!(read, ["is.page./a.b.c?d", "is.page.", "is_not.os.(not set)"]);
    }

    #[test]
    fn a_query_has_a_filter_of_the_page_or_it_has_none() {
        let filter =
            Filter { operator: Operator::IsNot, dimension: Dimension::Os, values: vec!["a".into(), "b".into()] };
        assert_eq!(Filter::of_query(&filter.query()), Some(filter));
        for other in [
            json!(["is", "event:props:plan", ["pro"]]),
            json!(["matches", "visit:os", ["x"]]),
            json!(["is", "visit:os", []]),
            json!(["is", "visit:os", [1]]),
            json!(["contains", "visit:os", ["x"], { "case_sensitive": false }]),
            json!(["or", [["is", "visit:os", ["x"]]]]),
            json!({}),
        ] {
            assert_eq!(Filter::of_query(&other), None, "{other}");
        }
    }
}
