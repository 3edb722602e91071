//! The values of one leaf, as its writer takes them.

use super::schema::Part;
use crate::cell::{Cell, Kind};
use crate::props::counted;
use bytes::Bytes;
use parquet::data_type::ByteArray;

/// Values with their levels: which of the groups around a value is there, and whether it begins a new event.
#[derive(Default)]
pub(super) struct Leaf {
    /// All texts in one buffer, and where each ends: the writer then shares the buffer instead of copying.
    texts: Vec<u8>,
    ends: Vec<usize>,
    numbers: Vec<i64>,
    flags: Vec<bool>,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
}

impl Leaf {
    /// Takes what an event has in the leaf's column.
    pub(super) fn push(&mut self, cell: Cell, kind: Kind, part: Part) {
        match cell {
            Cell::Absent | Cell::Pairs([]) => self.level(0, 0),
            Cell::Text(text) => {
                self.text(text);
                self.level(1, 0);
            }
            Cell::Flag(flag) => {
                self.flags.push(flag);
                self.level(1, 0);
            }
            Cell::Number(number) => {
                let number = number as i64;
                self.numbers.push(if kind == Kind::Time { number.saturating_mul(1000) } else { number });
                self.level(1, 0);
            }
            Cell::Pairs(pairs) => {
                for (at, (key, value)) in counted(pairs).enumerate() {
                    self.text(if part == Part::Keys { key } else { value });
                    self.level(1, i16::from(at > 0));
                }
            }
            Cell::Texts([]) => self.level(1, 0),
            Cell::Texts(texts) => {
                for (at, text) in texts.iter().enumerate() {
                    self.text(text);
                    self.level(2, i16::from(at > 0));
                }
            }
        }
    }

    fn text(&mut self, text: &str) {
        self.texts.extend_from_slice(text.as_bytes());
        self.ends.push(self.texts.len());
    }

    fn level(&mut self, definition: i16, repetition: i16) {
        self.definitions.push(definition);
        self.repetitions.push(repetition);
    }

    /// The levels: of definition and of repetition. A writer passes over those that its column does not have.
    pub(super) fn levels(&self) -> (&[i16], &[i16]) {
        (&self.definitions, &self.repetitions)
    }

    pub(super) fn flags(&self) -> Vec<bool> {
        self.flags.clone()
    }

    pub(super) fn narrow_numbers(&self) -> Vec<i32> {
        self.numbers.iter().map(|number| *number as i32).collect()
    }

    pub(super) fn numbers(&self) -> Vec<i64> {
        self.numbers.clone()
    }

    pub(super) fn texts(&self) -> Vec<ByteArray> {
        let all = Bytes::copy_from_slice(&self.texts);
        let begins = std::iter::once(&0).chain(&self.ends);
        begins.zip(&self.ends).map(|(begin, end)| ByteArray::from(all.slice(*begin..*end))).collect()
    }
}
