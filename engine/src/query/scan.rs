//! A part while a request's questions are asked of it: what several of them need is worked out once.

use super::dictionary::Dictionaries;
use super::dimension::{Dimension, Domain, MEASURE};
use super::entries::{Entries, Shape};
use super::goals;
use super::measure::Measures;
use super::selection::{Select, Selected};
use crate::segment::{Coded, DetailField, Part};
use crate::site::Goal;
use crate::time::Unit;
use hashbrown::HashMap;
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

/// A selection, how its entries are made, and the buckets that they must not straddle.
type EntriesKey = (usize, Shape, Option<Unit>);

/// Of so many visits one at most may be kept for the others to be left aside. Tests have few visits.
const FEW: usize = if cfg!(test) { 2 } else { 4 };

/// A part, and what has been worked out about it.
pub(super) struct Scan<'a> {
    /// The part.
    pub(super) part: &'a Part,
    /// The site's goals.
    pub(super) goals: &'a [Goal],
    /// The number that the part's first visitor has among those of all parts.
    pub(super) first_visitor: u32,
    /// The number that the part's first visit has among those of all parts.
    pub(super) first_visit: u32,
    selects: &'a [Select],
    dictionaries: RefCell<&'a mut Dictionaries>,
    selected: Vec<OnceCell<Rc<Selected>>>,
    entries: RefCell<HashMap<EntriesKey, Rc<Entries>>>,
    conversions: Vec<OnceCell<Vec<bool>>>,
    engagement: OnceCell<Vec<bool>>,
    measures: OnceCell<Measures>,
    codes: RefCell<HashMap<Domain, Rc<Vec<u32>>>>,
    details: RefCell<HashMap<&'static str, Rc<Vec<u32>>>>,
}

/// The values of a dimension: a code for each row or visit, and for each code that of the dictionary of all parts.
pub(super) enum Values<'a> {
    /// A code for each row.
    Rows(Column<'a>, Rc<Vec<u32>>),
    /// A code for each visit.
    Visits(&'a [u32], Rc<Vec<u32>>),
}

/// Codes of rows.
pub(super) enum Column<'a> {
    /// A column of the part.
    Of(&'a [u32]),
    /// A custom property.
    Prop(Rc<(Vec<u32>, crate::segment::Texts)>),
    /// A field of single kinds; its codes are those of the dictionary.
    Detail(Rc<Vec<u32>>),
}

impl Column<'_> {
    pub(super) fn codes(&self) -> &[u32] {
        match self {
            Self::Of(codes) => codes,
            Self::Prop(coded) => &coded.0,
            Self::Detail(codes) => codes,
        }
    }
}

impl<'a> Scan<'a> {
    /// Begins with a part.
    pub(super) fn new(
        part: &'a Part,
        goals: &'a [Goal],
        selects: &'a [Select],
        dictionaries: &'a mut Dictionaries,
        (first_visitor, first_visit): (u32, u32),
    ) -> Self {
        Self {
            part,
            goals,
            first_visitor,
            first_visit,
            selects,
            dictionaries: RefCell::new(dictionaries),
            selected: selects.iter().map(|_| OnceCell::new()).collect(),
            entries: RefCell::default(),
            conversions: goals.iter().map(|_| OnceCell::new()).collect(),
            engagement: OnceCell::new(),
            measures: OnceCell::new(),
            codes: RefCell::default(),
            details: RefCell::default(),
        }
    }

    /// The selection of that number.
    pub(super) fn select(&self, select: usize) -> Option<(&'a Select, &Selected)> {
        let (select, cell) = (self.selects.get(select)?, self.selected.get(select)?);
        let selected = cell.get_or_init(|| {
            let mut known = self.selects.iter().zip(&self.selected).filter(|(other, _)| other.keeps_the_same(select));
            known.find_map(|(_, cell)| cell.get().cloned()).unwrap_or_else(|| Rc::new(select.of(self)))
        });
        Some((select, selected))
    }

    /// The visits of which any selection keeps something, if they are so few that it pays to look at them alone.
    pub(super) fn few_visits(&self) -> Option<Vec<u32>> {
        let mut wanted = vec![false; self.part.visits_len()];
        for select in 0..self.selects.len() {
            let (_, Selected { visits, rows }) = self.select(select)?;
            let of_rows = |rows: &Vec<bool>| -> Vec<bool> {
                let any = |of_visit| rows.get::<std::ops::Range<usize>>(of_visit).unwrap_or_default().contains(&true);
                self.part.rows_of_visits().map(any).collect()
            };
            let kept = match (visits, rows.as_ref().map(of_rows)) {
                (None, None) => return None,
                (Some(visits), None) => visits,
                (None, Some(rows)) => &rows.clone(),
                (Some(visits), Some(rows)) => &visits.iter().zip(rows).map(|(visit, rows)| *visit && rows).collect(),
            };
            wanted.iter_mut().zip(kept).for_each(|(wanted, kept)| *wanted |= kept);
        }
        let few = wanted.iter().filter(|wanted| **wanted).count() * FEW <= wanted.len();
        few.then(|| wanted.iter().zip(0..).filter_map(|(wanted, visit)| wanted.then_some(visit)).collect())
    }

    /// What is to be counted of a selection, kept for the next that counts the same.
    pub(super) fn entries(
        &self,
        select: usize,
        shape: Shape,
        unit: Option<Unit>,
        make: impl FnOnce() -> Entries,
    ) -> Rc<Entries> {
        let key = (select, shape, unit);
        if let Some(known) = self.entries.borrow().get(&key) {
            return known.clone();
        }
        let entries = Rc::new(make());
        self.entries.borrow_mut().insert(key, entries.clone());
        entries
    }

    /// For every row whether it converts the goal at this place.
    pub(super) fn conversions(&self, goal: usize) -> &[bool] {
        match (self.conversions.get(goal), self.goals.get(goal)) {
            (Some(cell), Some(goal)) => cell.get_or_init(|| goals::conversions(self.part, goal)),
            _ => &[],
        }
    }

    /// For every row whether it is engagement.
    pub(super) fn engagement(&self) -> &[bool] {
        self.engagement.get_or_init(|| {
            let code = self.part.code_of_name(crate::event::ENGAGEMENT);
            self.part.names().0.iter().map(|name| *name == code).collect()
        })
    }

    /// What the rows measure.
    pub(super) fn measures(&self) -> &Measures {
        self.measures.get_or_init(|| Measures::of(self.part))
    }

    /// The values of a dimension; none for goals and moments.
    pub(super) fn values(&self, dimension: &Dimension) -> Option<Values<'a>> {
        let part = self.part;
        Some(match dimension {
            Dimension::Page => Values::Rows(Column::Of(&part.pages().0), self.codes_of(dimension)),
            Dimension::Hostname => Values::Rows(Column::Of(&part.hostnames().0), self.codes_of(dimension)),
            Dimension::Name => Values::Rows(Column::Of(&part.names().0), self.codes_of(dimension)),
            Dimension::Prop(key) => Values::Rows(Column::Prop(part.prop(key)), self.codes_of(dimension)),
            Dimension::Detail(field) => Values::Rows(Column::Detail(self.detail(field)), Rc::default()),
            Dimension::EntryPage => Values::Visits(part.entry_pages(), self.codes_of(dimension)),
            Dimension::ExitPage => Values::Visits(part.exit_pages(), self.codes_of(dimension)),
            Dimension::EntryHostname => Values::Visits(part.entry_hostnames(), self.codes_of(dimension)),
            Dimension::ExitHostname => Values::Visits(part.exit_hostnames(), self.codes_of(dimension)),
            Dimension::Visit(attribute) => {
                Values::Visits(part.tuples(crate::segment::family_of(*attribute)), self.codes_of(dimension))
            }
            Dimension::Goal | Dimension::Time | Dimension::TimeUnit(_) => return None,
        })
    }

    /// For each code of a dimension in this part the code that its text has in the dictionary of all parts.
    fn codes_of(&self, dimension: &Dimension) -> Rc<Vec<u32>> {
        let domain = dimension.domain();
        if let Some(known) = self.codes.borrow().get(&domain) {
            return known.clone();
        }
        let mut dictionaries = self.dictionaries.borrow_mut();
        let dictionary = dictionaries.of(&domain);
        // What does not occur needs no code.
        let occurs = |occur: &Option<Vec<bool>>, code: usize| {
            occur.as_ref().is_none_or(|occur| occur.get(code).copied().unwrap_or(false))
        };
        let mut intern = |(codes, texts): &Coded| -> Vec<u32> {
            let occur = self.part.occurring(codes);
            let code = |(text, code)| if occurs(&occur, code) { dictionary.intern(text) } else { 0 };
            texts.iter().zip(0..).map(code).collect()
        };
        let codes = match &domain {
            Domain::Page => intern(self.part.pages()),
            Domain::Hostname => intern(self.part.hostnames()),
            Domain::Name => intern(self.part.names()),
            Domain::Prop(key) => intern(&self.part.prop(key)),
            Domain::Attribute(attribute) => self.part.attribute(*attribute).map_or_else(Vec::new, |(codes, texts)| {
                let tuples = self.part.occurring(self.part.tuples(crate::segment::family_of(*attribute)));
                let mut global = vec![None; texts.len()];
                let mut of_tuple = |(code, tuple): (&u32, usize)| {
                    let global = global.get_mut(*code as usize).filter(|_| occurs(&tuples, tuple));
                    global.map_or(0, |global| *global.get_or_insert_with(|| dictionary.intern(texts.text(*code))))
                };
                codes.iter().zip(0..).map(&mut of_tuple).collect()
            }),
            Domain::Detail(_) | Domain::None => Vec::new(),
        };
        let codes = Rc::new(codes);
        self.codes.borrow_mut().insert(domain, codes.clone());
        codes
    }

    /// A field of single kinds for each row, in codes of the dictionary; 0 where the row has none.
    fn detail(&self, field: &'static str) -> Rc<Vec<u32>> {
        if let Some(known) = self.details.borrow().get(field) {
            return known.clone();
        }
        let mut dictionaries = self.dictionaries.borrow_mut();
        let dictionary = dictionaries.of(&Domain::Detail(field));
        let mut of_rows = vec![0; self.part.rows_len()];
        if field == MEASURE {
            of_rows = self.measures().steps().map(|step| step.map_or(0, |step| dictionary.intern(&step))).collect();
        }
        for source in Dimension::sources(field) {
            let column = self.part.detail(*source);
            let codes: Vec<u32> = match source {
                DetailField::Text(..) => {
                    let global: Vec<u32> = column.texts.iter().map(|text| dictionary.intern(text)).collect();
                    column.codes.iter().map(|code| global.get(*code as usize).copied().unwrap_or(0)).collect()
                }
                DetailField::Number(..) => {
                    column.numbers.iter().map(|number| dictionary.intern(&number.to_string())).collect()
                }
            };
            for (row, code) in column.rows.iter().zip(codes) {
                of_rows.iter_mut().skip(*row as usize).take(1).for_each(|slot| *slot = code);
            }
        }
        let of_rows = Rc::new(of_rows);
        self.details.borrow_mut().insert(field, of_rows.clone());
        of_rows
    }

    /// For each code of a dimension whether its text passes a test; for fields of single kinds, each row.
    pub(super) fn passes(&self, dimension: &Dimension, test: impl Fn(&str) -> bool) -> Vec<bool> {
        let all = |texts: &crate::segment::Texts| -> Vec<bool> { texts.iter().map(&test).collect() };
        match dimension.domain() {
            Domain::Page => all(&self.part.pages().1),
            Domain::Hostname => all(&self.part.hostnames().1),
            Domain::Name => all(&self.part.names().1),
            Domain::Prop(key) => all(&self.part.prop(&key).1),
            Domain::Attribute(attribute) => self.part.attribute(attribute).map_or_else(Vec::new, |(codes, texts)| {
                let passed = all(texts);
                codes.iter().map(|code| passed.get(*code as usize).copied().unwrap_or(false)).collect()
            }),
            Domain::Detail(field) => {
                let codes = self.detail(field);
                let dictionaries = self.dictionaries.borrow();
                let most = codes.iter().max().copied().unwrap_or(0);
                (0..=most).map(|code| test(dictionaries.text(&dimension.domain(), code))).collect()
            }
            Domain::None => Vec::new(),
        }
    }
}
