//! The composer of filters as a state: which filter is being written, and what has been chosen for it so far. All of it is
//! in the address, so that it works by links and forms alone.

use crate::dimension::Dimension;
use crate::filter::place::{At, Place};
use crate::filter::{Field, Filter, Operator, Test};

/// The filter that is being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Where it will stand.
    pub place: Place,
    /// What it is so far; it may have no value yet.
    pub test: Test,
    /// The text that is being typed.
    pub typed: String,
}

/// The composer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compose {
    /// The filter that is being written, if one is.
    pub draft: Option<Draft>,
}

const AT: &str = "filter-at";
const FIELD: &str = "filter-field";
const PROP: &str = "filter-prop";
const OPERATOR: &str = "filter-op";
const VALUE: &str = "filter-value";
const CASE: &str = "filter-case";
const TYPED: &str = "filter-typed";
const DO: &str = "filter-do";
/// The field that the values were chosen for.
const WAS: &str = "filter-was";
const ALL: [&str; 9] = [AT, FIELD, PROP, OPERATOR, VALUE, CASE, TYPED, DO, WAS];
/// The field whose name is typed beside it.
const PROP_FIELD: &str = "prop";

/// The names of the form's fields.
pub mod names {
    /// Which field is tested.
    pub const FIELD: &str = super::FIELD;
    /// The name of a property.
    pub const PROP: &str = super::PROP;
    /// How it is compared.
    pub const OPERATOR: &str = super::OPERATOR;
    /// Whether the case of letters matters.
    pub const CASE: &str = super::CASE;
    /// What is being typed.
    pub const TYPED: &str = super::TYPED;
    /// Where the filter stands.
    pub const AT: &str = super::AT;
    /// A value that has been chosen.
    pub const VALUE: &str = super::VALUE;
    /// The field that the values were chosen for.
    pub const WAS: &str = super::WAS;
    /// What its buttons do.
    pub const DO: &str = super::DO;
    /// All of them.
    pub const ALL: [&str; 9] = super::ALL;
    /// The choice of a property among the fields.
    pub const PROP_FIELD: &str = super::PROP_FIELD;
}

/// What a button of the composer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Press {
    /// Takes the filter over and closes the composer.
    Apply,
    /// Takes the filter over.
    Stay,
    /// Adds what is typed to the values.
    More,
}

impl Press {
    const ALL: [Self; 3] = [Self::Apply, Self::Stay, Self::More];

    /// Its name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::Stay => "stay",
            Self::More => "more",
        }
    }
}

/// Whether a parameter of the address belongs to the composer.
pub fn is_parameter(name: &str) -> bool {
    ALL.contains(&name)
}

impl Draft {
    /// The draft at a place: what stands there, or a new one.
    pub fn at(place: Place, filters: &[Filter]) -> Option<Self> {
        let known = place.filter(filters).map(|filter| filter.test().cloned());
        let scope = place.scope(filters);
        let test = match (place.at, known) {
            (At::Filter(_), Some(Some(test))) => test,
            // A group has no values; its filters are written one by one.
            (At::Filter(_), _) => return None,
            _ => {
                let field = Field::Listed(if scope.only_events { Dimension::Event } else { Dimension::Page });
                Test { operator: Operator::Is, field, values: Vec::new(), any_case: false }
            }
        };
        Some(Self { place, test, typed: String::new() })
    }

    /// Adds the typed text to the values.
    fn take_typed(&mut self) {
        let typed = std::mem::take(&mut self.typed);
        // A code of a country; what else is typed there only searches.
        let is_whole = matches!(self.test.operator, Operator::Is | Operator::IsNot);
        let is_country = is_whole && self.test.field == Field::Listed(Dimension::Country);
        let value = if is_country { typed.to_ascii_uppercase() } else { typed };
        if !value.is_empty() && (!is_country || value.len() == 2) && !self.test.values.contains(&value) {
            self.test.values.push(value);
        }
    }

    /// The draft with a value, or without it.
    #[must_use]
    pub fn toggled(&self, value: &str) -> Self {
        let mut draft = self.clone();
        let known = draft.test.values.len();
        draft.test.values.retain(|other| other != value);
        if draft.test.values.len() == known {
            draft.test.values.push(value.to_owned());
            draft.typed.clear();
        }
        draft
    }
}

impl Compose {
    /// The composer with a draft at a place.
    pub fn at(place: Place, filters: &[Filter]) -> Self {
        Self { draft: Draft::at(place, filters) }
    }

    /// Reads the composer's parameters, and does what its button says; gives none where it closes the composer.
    pub fn read(parameters: &[(String, String)], filters: &mut Vec<Filter>) -> Option<Self> {
        let get = |name: &str| parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let Some(mut draft) = get(AT).and_then(Place::parse).and_then(|place| Draft::at(place, filters)) else {
            return Some(Self::default());
        };
        let scope = draft.place.scope(filters);
        if let Some(name) = get(FIELD) {
            let field = match name {
                PROP_FIELD => Some(Field::Prop(get(PROP).unwrap_or_default().to_owned())),
                name => Field::parse(name),
            };
            let field = field.filter(|field| scope.takes(field)).unwrap_or_else(|| draft.test.field.clone());
            let values = parameters.iter().filter(|(known, _)| known == VALUE).map(|(_, value)| value.clone());
            // The values of another field mean nothing in this one.
            let was = get(WAS).map_or(field.name(), str::to_owned);
            let values = if was == field.name() { values.collect() } else { Vec::new() };
            let operator = get(OPERATOR).and_then(Operator::parse).filter(|operator| field.takes(*operator));
            let operator = operator.unwrap_or(Operator::Is);
            let any_case = operator.knows_case() && get(CASE) == Some("any");
            draft.test = Test { operator, field, values, any_case };
            draft.typed = get(TYPED).unwrap_or_default().to_owned();
        }
        match Press::ALL.into_iter().find(|press| get(DO) == Some(press.name())) {
            None => {}
            Some(Press::More) => draft.take_typed(),
            Some(press) => {
                draft.take_typed();
                let is_whole = !draft.test.values.is_empty() && draft.test.field != Field::Prop(String::new());
                if is_whole {
                    draft.place.put(filters, Some(Filter::Test(draft.test)));
                    return (press == Press::Stay).then(Self::default);
                }
            }
        }
        Some(Self { draft: Some(draft) })
    }

    /// The parameters that say all of it.
    pub fn write(&self, filters: &[Filter]) -> Vec<(&'static str, String)> {
        let Some(draft) = &self.draft else { return Vec::new() };
        let mut out = vec![(AT, draft.place.name())];
        if Draft::at(draft.place.clone(), filters).as_ref() == Some(draft) {
            return out;
        }
        let Test { operator, field, values, any_case } = &draft.test;
        match field {
            Field::Prop(prop) => {
                out.push((FIELD, PROP_FIELD.to_owned()));
                out.push((PROP, prop.clone()));
            }
            field => out.push((FIELD, field.name())),
        }
        out.push((OPERATOR, operator.name().to_owned()));
        out.extend(values.iter().map(|value| (VALUE, value.clone())));
        if *any_case {
            out.push((CASE, "any".to_owned()));
        }
        if !draft.typed.is_empty() {
            out.push((TYPED, draft.typed.clone()));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use crate::state::State;

    /// The address that a form of the composer leads to.
    fn after(query: &str) -> String {
        State::parse(query).href().replace("%2F", "/")
    }

    #[test]
    fn a_filter_is_written_by_what_its_form_says() {
        for (said, expected) in [
            // A new one, from the first field to the last button.
            ("filter-at=new", "?dialog=filters&filter-at=new"),
            (
                "filter-at=new&filter-field=os&filter-was=page&filter-op=is&filter-value=/a",
                "?dialog=filters&filter-at=new&filter-field=os&filter-op=is",
            ),
            (
                "filter-at=new&filter-field=os&filter-op=contains&filter-typed=Lin&filter-do=more&filter-case=any",
                "?dialog=filters&filter-at=new&filter-field=os&filter-op=contains&filter-value=Lin&filter-case=any",
            ),
            (
                "filter-at=new&filter-field=os&filter-op=is&filter-value=a&filter-typed=b&filter-do=apply",
                "?f=is.os.a&f=is.os.b",
            ),
            ("filter-at=new&filter-field=os&filter-op=is&filter-value=a&filter-do=stay", "?f=is.os.a&dialog=filters"),
            (
                "filter-at=new&filter-field=prop&filter-prop=a.b&filter-op=is&filter-typed=c&filter-do=apply",
                "?f=is.prop-a*1b.c",
            ),
            // Nothing to take over: it stays open.
            (
                "filter-at=new&filter-field=os&filter-op=is&filter-do=apply",
                "?dialog=filters&filter-at=new&filter-field=os&filter-op=is",
            ),
            (
                "filter-at=new&filter-field=country&filter-op=is&filter-typed=Germ&filter-do=apply",
                "?dialog=filters&filter-at=new&filter-field=country&filter-op=is",
            ),
            ("filter-at=new&filter-field=country&filter-op=is&filter-typed=de&filter-do=apply", "?f=is.country.DE"),
            // In groups.
            ("filter-at=any&filter-field=os&filter-op=is&filter-typed=a&filter-do=apply", "?f=any&f=is.os.a&f=end"),
            (
                "f=any&f=is.os.a&f=end&filter-at=0.new&filter-field=os&filter-op=is_not&filter-typed=b&filter-do=apply",
                "?f=any&f=is.os.a&f=is_not.os.b&f=end",
            ),
            // What may not stand there does not.
            ("filter-at=any&filter-field=hostname&filter-op=is", "?dialog=filters&filter-at=any"),
            (
                "filter-at=new&filter-field=goal&filter-op=is_not",
                "?dialog=filters&filter-at=new&filter-field=goal&filter-op=is",
            ),
            // What stands there is changed.
            ("f=is.os.a&filter-at=0", "?f=is.os.a&dialog=filters&filter-at=0"),
            ("f=is.os.a&filter-at=0&filter-field=os&filter-op=is_not&filter-value=a&filter-do=apply", "?f=is_not.os.a"),
            ("filter-at=7", "?dialog=filters"),
        ] {
            assert_eq!(after(&["?dialog=filters&", said].concat()), expected, "{said}");
            assert_eq!(after(expected), expected, "what is written is read alike");
        }
    }
}
