//! What is kept of visits and events. A test is made once for each distinct text; visits and events look their tuple up.

use crate::chunk::Names;
use crate::dimension::{Dimension, Place};
use crate::layout::place_of;

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

/// A condition, as queries have them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// A test of a dimension's value.
    Test {
        /// How to compare.
        operator: Operator,
        /// What to compare.
        dimension: Dimension,
        /// With what.
        values: Vec<String>,
        /// Whether the case of letters matters.
        case_sensitive: bool,
    },
    /// All of these.
    All(Vec<Filter>),
    /// Any of these.
    Any(Vec<Filter>),
}

impl Filter {
    /// Whether a test in it is of the dimension.
    pub(crate) fn tests(&self, is: Dimension) -> bool {
        match self {
            Self::Test { dimension, .. } => *dimension == is,
            Self::All(filters) | Self::Any(filters) => filters.iter().any(|filter| filter.tests(is)),
        }
    }

    /// The same with another dimension in the tests of `from`.
    pub(crate) fn with(&self, from: Dimension, to: Dimension) -> Self {
        let all = |filters: &[Self]| filters.iter().map(|filter| filter.with(from, to)).collect();
        match self {
            Self::Test { operator, dimension, values, case_sensitive } if *dimension == from => Self::Test {
                operator: *operator,
                dimension: to,
                values: values.clone(),
                case_sensitive: *case_sensitive,
            },
            Self::All(filters) => Self::All(all(filters)),
            Self::Any(filters) => Self::Any(all(filters)),
            other @ Self::Test { .. } => other.clone(),
        }
    }
}

/// For each code of a dimension's texts whether a test keeps it.
pub(crate) fn passes(
    names: &Names,
    dimension: Dimension,
    operator: Operator,
    values: &[String],
    case_sensitive: bool,
) -> Vec<bool> {
    let prepare = |text: &str| if case_sensitive { text.to_owned() } else { (names.lower)(text) };
    let values: Vec<String> = values.iter().map(|value| prepare(value)).collect();
    let (contains, negated) = match operator {
        Operator::Is => (false, false),
        Operator::IsNot => (false, true),
        Operator::Contains => (true, false),
        Operator::ContainsNot => (true, true),
    };
    let any = |text: &str| values.iter().any(|value| if contains { has(text, value) } else { text == value });
    let test = |text: &str| if case_sensitive { any(text) } else { any(&prepare(text)) };
    let Some(texts) = names.texts.get(dimension.domain()) else { return Vec::new() };
    let mut kept: Vec<bool> = (0..texts.len() as u32).map(|code| test(texts.text(code)) != negated).collect();
    // A missing value passes as empty text and under its name in rows.
    if let Some(blank) = kept.first_mut() {
        let by_name = !dimension.blank().is_empty() && test(dimension.blank());
        *blank = (by_name || test("")) != negated;
    }
    kept
}

fn has(text: &str, part: &str) -> bool {
    part.is_empty() || text.as_bytes().windows(part.len()).any(|window| window == part.as_bytes())
}

/// Which tuples of a place are kept, or how that of several places goes together.
enum Node {
    At(Place, Vec<bool>),
    All(Vec<Node>),
    Any(Vec<Node>),
}

/// Filters, ready to be asked of visits and events. All of them have to hold.
#[derive(Default)]
pub(crate) struct Kept {
    /// For each family the tuples of visits that are kept, where not all are.
    pub(crate) families: [Option<Vec<bool>>; 3],
    pub(crate) entry: Option<Vec<bool>>,
    pub(crate) exit: Option<Vec<bool>>,
    /// The tuples of events that are kept, where not all are.
    pub(crate) events: Option<Vec<bool>>,
    of_visits: Vec<Node>,
    of_events: Vec<Node>,
}

/// The tuples of a visit or event, as tests look at them.
#[derive(Clone, Copy)]
pub(crate) struct Tuple {
    pub(crate) families: [u32; 3],
    pub(crate) entry: u32,
    pub(crate) exit: u32,
    pub(crate) event: u32,
}

pub(crate) fn keeps(tuples: &[bool], tuple: u32) -> bool {
    tuples.get(tuple as usize).copied().unwrap_or(false)
}

impl Node {
    fn of(filter: &Filter, names: &Names) -> Self {
        match filter {
            Filter::Test { operator, dimension, values, case_sensitive } => {
                let passes = passes(names, *dimension, *operator, values, *case_sensitive);
                let (family, place) = place_of(dimension.domain());
                let tuples = names.tuples.get(family).map(|tuples| tuples.at(place));
                Self::At(dimension.place(), tuples.into_iter().flatten().map(|code| keeps(&passes, code)).collect())
            }
            Filter::All(filters) => Self::joined(filters, names, true),
            Filter::Any(filters) => Self::joined(filters, names, false),
        }
    }

    /// Several filters as one: where all look at the same place, just another choice of tuples.
    fn joined(filters: &[Filter], names: &Names, all: bool) -> Self {
        let mut nodes: Vec<Self> = Vec::with_capacity(filters.len());
        for filter in filters {
            let node = Self::of(filter, names);
            if let (Some(Self::At(place, tuples)), Self::At(other, more)) = (nodes.last_mut(), &node)
                && place == other
            {
                join(tuples, more, all);
            } else {
                nodes.push(node);
            }
        }
        match nodes.pop() {
            Some(node) if nodes.is_empty() => node,
            last => {
                nodes.extend(last);
                if all { Self::All(nodes) } else { Self::Any(nodes) }
            }
        }
    }

    fn is_of_events(&self) -> bool {
        match self {
            Self::At(place, _) => *place == Place::Event,
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().any(Self::is_of_events),
        }
    }

    fn keeps(&self, tuple: &Tuple) -> bool {
        match self {
            Self::At(place, tuples) => {
                let tuple = match place {
                    Place::Family(family) => tuple.families.get(*family).copied().unwrap_or(0),
                    Place::Entry => tuple.entry,
                    Place::Exit => tuple.exit,
                    Place::Event => tuple.event,
                };
                keeps(tuples, tuple)
            }
            Self::All(nodes) => nodes.iter().all(|node| node.keeps(tuple)),
            Self::Any(nodes) => nodes.iter().any(|node| node.keeps(tuple)),
        }
    }
}

fn join(tuples: &mut [bool], more: &[bool], all: bool) {
    tuples.iter_mut().zip(more).for_each(|(kept, more)| *kept = if all { *kept & more } else { *kept | more });
}

impl Kept {
    pub(crate) fn of(filters: &[Filter], names: &Names) -> Self {
        let mut kept = Self::default();
        for filter in filters {
            kept.also(Node::of(filter, names));
        }
        kept
    }

    fn also(&mut self, added: Node) {
        let (place, tuples) = match added {
            Node::At(place, tuples) => (place, tuples),
            Node::All(nodes) => return nodes.into_iter().for_each(|node| self.also(node)),
            any @ Node::Any(_) => {
                let nodes = if any.is_of_events() { &mut self.of_events } else { &mut self.of_visits };
                nodes.push(any);
                return;
            }
        };
        let known = match place {
            Place::Family(family) => self.families.get_mut(family),
            Place::Entry => Some(&mut self.entry),
            Place::Exit => Some(&mut self.exit),
            Place::Event => Some(&mut self.events),
        };
        match known {
            Some(Some(known)) => join(known, &tuples, true),
            Some(none) => *none = Some(tuples),
            None => {}
        }
    }

    /// Whether single events are looked at.
    pub(crate) fn is_of_events(&self) -> bool {
        self.events.is_some() || !self.of_events.is_empty()
    }

    /// Whether page views may be kept, for visits that have nothing else.
    pub(crate) fn may_keep_views(&self, views: &[bool]) -> bool {
        self.events.as_ref().is_none_or(|kept| kept.iter().zip(views).any(|(kept, view)| *kept && *view))
    }

    /// Whether entry or exit pages are looked at.
    pub(crate) fn looks_at_ends(&self) -> bool {
        self.entry.is_some() || self.exit.is_some() || !self.of_visits.is_empty() || !self.of_events.is_empty()
    }

    /// Whether several places are looked at for one condition.
    pub(crate) fn is_joined(&self) -> bool {
        !self.of_visits.is_empty() || !self.of_events.is_empty()
    }

    /// Whether a visit may be kept that has these events and no others, on whatever day.
    pub(crate) fn may_keep(&self, events: impl Iterator<Item = u32> + Clone) -> bool {
        // Entry and exit pages are of some event, or of none.
        let ends = [&self.entry, &self.exit].into_iter().flatten();
        ends.chain(&self.events).all(|kept| keeps(kept, 0) || events.clone().any(|event| keeps(kept, event)))
    }

    /// Whether more than the families' tuples has to be looked at to keep a visit.
    pub(crate) fn keeps_visit(&self, tuple: &Tuple) -> bool {
        self.entry.as_ref().is_none_or(|kept| keeps(kept, tuple.entry))
            && self.exit.as_ref().is_none_or(|kept| keeps(kept, tuple.exit))
            && self.of_visits.iter().all(|node| node.keeps(tuple))
    }

    pub(crate) fn keeps_event(&self, tuple: &Tuple) -> bool {
        self.events.as_ref().is_none_or(|kept| keeps(kept, tuple.event))
            && self.of_events.iter().all(|node| node.keeps(tuple))
    }
}
