//! How many filtered questions a share still answers today.

use super::{Site, schema};
use worker::Result;

/// Different filtered questions that a share answers in a local day. Asking one again costs nothing.
pub const QUESTIONS_MAX: usize = 200;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS share_questions (share TEXT, day TEXT, question TEXT, \
                     PRIMARY KEY (share, day, question)) WITHOUT ROWID";

impl Site {
    /// Takes down questions, each a hash, that a share is asked on a day; false, and none is taken down, where they are too many.
    pub(super) fn charge_share(&self, share: &str, day: &str, questions: &[String]) -> Result<bool> {
        let sql = self.storage.sql();
        sql.exec(TABLE, None)?;
        sql.exec("DELETE FROM share_questions WHERE day <> ?", vec![day.into()])?;
        let statement = "SELECT question FROM share_questions WHERE share = ?";
        let rows = schema::rows(&sql, statement, vec![share.into()])?;
        let mut known: Vec<&str> = rows.iter().filter_map(|row| schema::text(row, 0)).collect();
        let asked_before = known.len();
        for question in questions {
            if !known.contains(&question.as_str()) {
                known.push(question);
            }
        }
        let new = known.get(asked_before..).unwrap_or_default();
        if known.len() > QUESTIONS_MAX && !new.is_empty() {
            return Ok(false);
        }
        for question in new {
            let values = vec![share.into(), day.into(), (*question).into()];
            sql.exec("INSERT INTO share_questions (share, day, question) VALUES (?, ?, ?)", values)?;
        }
        Ok(true)
    }
}
