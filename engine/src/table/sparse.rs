//! Columns that most events have no value in: custom properties and the fields of single kinds.

use super::dictionary::Dictionary;

/// A column of texts that keeps only the rows that have one.
#[derive(Clone, Debug, Default)]
pub struct SparseColumn {
    /// The texts that occur. A present but empty text has code 0 as well.
    pub dictionary: Dictionary,
    rows: Vec<u32>,
    codes: Vec<u32>,
}

impl SparseColumn {
    /// Gives a row its value. Rows come in ascending order; of several values for one row the first stays.
    pub(super) fn set(&mut self, row: u32, text: &str) {
        if self.rows.last() != Some(&row) {
            let code = self.dictionary.intern(text);
            self.rows.push(row);
            self.codes.push(code);
        }
    }

    /// One entry for each of `rows` rows: 0 where the row has no value, else its code plus 1.
    pub fn dense(&self, rows: usize) -> Vec<u32> {
        let mut dense = vec![0; rows];
        for (&row, &code) in self.rows.iter().zip(&self.codes) {
            if let Some(slot) = dense.get_mut(row as usize) {
                *slot = code + 1;
            }
        }
        dense
    }
}
