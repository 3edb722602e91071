//! Places among filters: which of them, or where a new one stands.

use super::{Field, Filter, Joint};

/// A place among filters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Of the group that it is in; empty beside all others.
    pub group: Vec<usize>,
    /// Which place there.
    pub at: At,
}

/// A place in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// That of a filter.
    Filter(usize),
    /// After the last.
    New,
    /// After the last, in a group of its own.
    NewGroup(Joint),
}

impl Place {
    /// That of a filter.
    pub fn of(path: &[usize]) -> Option<Self> {
        let (at, group) = path.split_last()?;
        Some(Self { group: group.to_vec(), at: At::Filter(*at) })
    }

    /// A new one beside all others.
    pub fn new() -> Self {
        Self { group: Vec::new(), at: At::New }
    }

    /// The name in addresses: `0.2`, `new`, `0.any`.
    pub fn name(&self) -> String {
        let mut out = String::new();
        for index in &self.group {
            out.push_str(&index.to_string());
            out.push('.');
        }
        match self.at {
            At::Filter(index) => out.push_str(&index.to_string()),
            At::New => out.push_str("new"),
            At::NewGroup(joint) => out.push_str(joint.name()),
        }
        out
    }

    /// The place of a name.
    pub fn parse(name: &str) -> Option<Self> {
        let (group, at) = name.rsplit_once('.').map_or(("", name), |(group, at)| (group, at));
        let group: Option<Vec<usize>> =
            group.split('.').filter(|part| !part.is_empty()).map(|part| part.parse().ok()).collect();
        let at = match (at, Joint::parse(at)) {
            ("new", _) => At::New,
            (_, Some(joint)) => At::NewGroup(joint),
            _ => At::Filter(at.parse().ok()?),
        };
        Some(Self { group: group?, at })
    }

    /// The filter that is there.
    pub fn filter<'a>(&self, filters: &'a [Filter]) -> Option<&'a Filter> {
        let At::Filter(index) = self.at else { return None };
        list(filters, &self.group)?.get(index)
    }

    /// Puts a filter there, or takes the one that is there away. A group that has none left goes, too.
    pub fn put(&self, filters: &mut Vec<Filter>, filter: Option<Filter>) {
        put(filters, &self.group, self.at, filter);
    }

    /// What the groups around it say of what may stand there.
    pub fn scope(&self, filters: &[Filter]) -> Scope {
        let mut scope = Scope::default();
        let mut here = Some(filters);
        for index in &self.group {
            let Some(Filter::Group(joint, inner)) = here.and_then(|filters| filters.get(*index)) else { break };
            scope = scope.inside(*joint);
            here = Some(inner);
        }
        match self.at {
            At::NewGroup(joint) => scope.inside(joint),
            _ => scope,
        }
    }
}

impl Default for Place {
    fn default() -> Self {
        Self::new()
    }
}

/// What may stand in a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// How many groups are around it.
    pub depth: usize,
    /// Nothing but what is of events.
    pub only_events: bool,
    is_negated: bool,
}

impl Scope {
    /// The scope within a group.
    #[must_use]
    pub fn inside(self, joint: Joint) -> Self {
        Self {
            depth: self.depth + 1,
            only_events: self.only_events || joint.is_of_events(),
            is_negated: self.is_negated || joint == Joint::None,
        }
    }

    /// Whether a field may be tested there.
    pub fn takes(self, field: &Field) -> bool {
        if self.only_events { field.is_of_events() } else { self.depth == 0 || !field.is_outermost() }
    }

    /// Whether such a group may stand there.
    pub fn takes_group(self, joint: Joint) -> bool {
        let has_room = self.depth + 2 < super::DEPTH_MAX;
        has_room && !(joint.is_of_events() && self.only_events) && !(joint == Joint::Then && self.is_negated)
    }
}

fn list<'a>(filters: &'a [Filter], group: &[usize]) -> Option<&'a [Filter]> {
    let Some((first, rest)) = group.split_first() else { return Some(filters) };
    match filters.get(*first)? {
        Filter::Group(_, inner) => list(inner, rest),
        _ => None,
    }
}

fn put(filters: &mut Vec<Filter>, group: &[usize], at: At, filter: Option<Filter>) {
    if let Some((first, rest)) = group.split_first() {
        if let Some(Filter::Group(_, inner)) = filters.get_mut(*first) {
            put(inner, rest, at, filter);
            if inner.is_empty() {
                filters.remove(*first);
            }
        }
        return;
    }
    match (at, filter) {
        (At::Filter(index), Some(filter)) => {
            if let Some(place) = filters.get_mut(index) {
                *place = filter;
            }
        }
        (At::Filter(index), None) if index < filters.len() => drop(filters.remove(index)),
        (At::New, Some(filter)) => filters.push(filter),
        (At::NewGroup(joint), Some(filter)) => filters.push(Filter::Group(joint, vec![filter])),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dimension::Dimension;
    use crate::filter::address::{read, write};

    #[test]
    fn filters_are_put_anywhere_and_taken_away() {
        let begin = ["is.os.a", "any", "is.os.b", "none", "is.os.c"];
        for (place, value, expected) in [
            ("new", Some("x"), "is.os.a any is.os.b none is.os.c end end and is.os.x"),
            ("0", Some("x"), "is.os.x any is.os.b none is.os.c end end"),
            ("0", None, "any is.os.b none is.os.c end end"),
            ("1.0", None, "is.os.a any none is.os.c end end"),
            ("1.1.0", None, "is.os.a any is.os.b end"),
            ("1.1.new", Some("x"), "is.os.a any is.os.b none is.os.c and is.os.x end end"),
            ("1.done", Some("x"), "is.os.a any is.os.b none is.os.c end done is.os.x end end"),
            ("1", None, "is.os.a"),
            ("9", Some("x"), "is.os.a any is.os.b none is.os.c end end"),
            ("0.1.new", Some("x"), "is.os.a any is.os.b none is.os.c end end"),
        ] {
            let mut filters = read(&begin);
            let at = Place::parse(place).unwrap();
            assert_eq!(at.name(), place);
            at.put(&mut filters, value.map(|value| Filter::is(Dimension::Os, value)));
            assert_eq!(write(&filters).join(" "), expected, "{place}");
        }
        for wrong in ["", "x", "1.", "a.new", "1.-1"] {
            assert_eq!(Place::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_group_takes_what_the_api_takes() {
        let filters = read(&["any", "is.os.b", "end", "done", "is.event.c", "end", "none", "is.os.x"]);
        let (host, os, event) = (Dimension::Hostname, Dimension::Os, Dimension::Event);
        for (place, fields, groups) in [
            ("new", &[host, os, event][..], &Joint::ALL[..]),
            ("0.new", &[os, event], &Joint::ALL),
            ("1.new", &[host, event], &[Joint::Any, Joint::All, Joint::None]),
            ("done", &[host, event], &[Joint::Any, Joint::All, Joint::None]),
            ("2.new", &[os, event], &[Joint::Any, Joint::All, Joint::None, Joint::Done, Joint::NotDone]),
        ] {
            let scope = Place::parse(place).unwrap().scope(&filters);
            let taken: Vec<Dimension> =
                [host, os, event].into_iter().filter(|field| scope.takes(&Field::Listed(*field))).collect();
            assert_eq!(taken, fields, "{place}");
            let taken: Vec<Joint> = Joint::ALL.into_iter().filter(|joint| scope.takes_group(*joint)).collect();
            assert_eq!(taken, groups, "{place}");
        }
    }
}
