//! Columns that most events have no value in: custom properties and the fields of single kinds.

use super::dictionary::Dictionary;

/// A column of texts that keeps only the rows that have one.
#[derive(Clone, Debug, Default)]
pub struct SparseColumn {
    /// The texts that occur.
    pub dictionary: Dictionary,
    rows: Vec<u32>,
    codes: Vec<u32>,
}

impl SparseColumn {
    /// Gives a row its value. Rows come in ascending order; of several values for one row the first stays, and an
    /// empty one is none.
    pub(super) fn set(&mut self, row: u32, text: &str) {
        if !text.is_empty() && self.rows.last() != Some(&row) {
            let code = self.dictionary.intern(text);
            self.rows.push(row);
            self.codes.push(code);
        }
    }

    /// A code for each of `rows` rows, 0 where the row has no value.
    pub fn dense(&self, rows: usize) -> Vec<u32> {
        let mut dense = vec![0; rows];
        for (&row, &code) in self.rows.iter().zip(&self.codes) {
            if let Some(slot) = dense.get_mut(row as usize) {
                *slot = code;
            }
        }
        dense
    }
}
