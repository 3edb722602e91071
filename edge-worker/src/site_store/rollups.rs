//! Rollups in the database: what questions without filters have counted in each large segment.
//!
//! They are made when nobody waits, after a question has been answered for which there were none, and follow from their
//! segments: whatever becomes of a segment, its rollups are deleted with the same transaction.

use super::platform::{Delay, SqlStorage};
use super::shelving::segment_bytes;
use super::{Site, platform, schema};
use engine::query::{Questions, Standing};
use engine::shelf::{Label, SegmentId};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;
use worker::{Result, SqlStorageValue};

/// A segment of fewer events is counted as quickly as its rollup is read. (A simulated site has few events.)
const SEGMENT_EVENTS_MIN: u32 = if cfg!(test) { 2 } else { 4_096 };
/// Where so few segments lack a rollup it is not worth the writing.
const MISSING_MIN: usize = if cfg!(test) { 1 } else { 4 };
/// Questions that have rollups: those of a dashboard's views.
const QUESTIONS_MAX: i64 = 24;

/// The rollups of a question.
pub(super) struct Rollups {
    question: [u8; 16],
    sql: SqlStorage,
    missing: RefCell<BTreeSet<SegmentId>>,
    /// Segments that were not read because of their rollup.
    spared: RefCell<Vec<SegmentId>>,
}

impl Rollups {
    /// Adds a segment's rollup to what was counted; false where it has to be read.
    pub(super) fn add(&self, questions: &mut Questions, id: SegmentId, label: &Label) -> bool {
        let standing = questions.standing(label);
        if standing == Standing::Read || label.rows < SEGMENT_EVENTS_MIN {
            return false;
        }
        // One at a time: those of a large site would not fit into memory together.
        let rollup = self.read(id).unwrap_or_default();
        if rollup.is_none() && standing == Standing::Own {
            self.missing.borrow_mut().insert(id);
        }
        let is_added = rollup.is_some_and(|rollup| questions.add_rollup(label, &rollup).is_ok());
        if is_added {
            self.spared.borrow_mut().push(id);
        }
        is_added
    }

    fn read(&self, id: SegmentId) -> Result<Option<Vec<u8>>> {
        let statement = "SELECT counted FROM rollups WHERE question = ? AND segment = ?";
        let values = vec![SqlStorageValue::Blob(self.question.to_vec()), SqlStorageValue::Integer(id.0)];
        let rows = schema::rows(&self.sql, statement, values)?;
        Ok(rows.first().and_then(|row| schema::blob(row, 0).map(<[u8]>::to_vec)))
    }
}

impl Site {
    /// What is known for questions; none where they are of no kind that has rollups.
    pub(super) fn rollups(&self, questions: &Questions) -> Option<Rollups> {
        let of = questions.rollup_of()?;
        let [question, ..] = *blake3::hash(of.as_bytes()).as_bytes().as_chunks::<16>().0 else { return None };
        let sql = self.storage.sql();
        Some(Rollups { question, sql, missing: RefCell::default(), spared: RefCell::default() })
    }

    /// Makes the rollups that a question lacked, and decodes segments that it did not need, since a filter is what is
    /// asked next; one after the other, while others get their turn.
    pub(super) fn work_ahead(self: &Rc<Self>, rollups: Rollups, questions: Questions) {
        let Rollups { question, missing, spared, .. } = rollups;
        let (missing, spared) = (missing.into_inner(), spared.into_inner());
        let missing = if missing.len() < MISSING_MIN { BTreeSet::new() } else { missing };
        if missing.is_empty() && spared.is_empty() || self.rolling.replace(true) {
            return;
        }
        let site = Rc::clone(self);
        platform::spawn_local(async move {
            for id in missing {
                Delay::from(Duration::ZERO).await;
                if let Err(error) = site.make_rollup(question, id, &questions) {
                    platform::console_error!("rollup: {}", error);
                    break;
                }
            }
            for id in spared.into_iter().rev() {
                Delay::from(Duration::ZERO).await;
                if site.decode(id, &questions).is_err() {
                    break;
                }
            }
            site.rolling.set(false);
        });
    }

    fn decode(&self, id: SegmentId, questions: &Questions) -> Result<()> {
        if self.record.borrow().is_some() && self.shelf()?.could_decode(id) {
            let mut read = |id| segment_bytes(&self.storage.sql(), id);
            self.shelf()?.ask_at_rest(id, &mut read, questions.clone(), Questions::add)?;
        }
        Ok(())
    }

    fn make_rollup(&self, question: [u8; 16], id: SegmentId, questions: &Questions) -> Result<()> {
        let sql = self.storage.sql();
        if !self.load_record()? {
            return Ok(());
        }
        let mut read = |id| segment_bytes(&sql, id);
        let counted = self.shelf()?.ask_at_rest(id, &mut read, questions.clone(), Questions::add)?;
        let Some(counted) = counted else { return Ok(()) };
        let question = || SqlStorageValue::Blob(question.to_vec());
        let now_ms = SqlStorageValue::Integer(platform::clock_ms());
        platform::transaction(&self.storage, || {
            let values = vec![question(), SqlStorageValue::Integer(id.0), SqlStorageValue::Blob(counted.rollup())];
            sql.exec("INSERT OR REPLACE INTO rollups (question, segment, counted) VALUES (?, ?, ?)", values)?;
            sql.exec("INSERT OR REPLACE INTO rollup_questions VALUES (?, ?)", vec![question(), now_ms.clone()])?;
            // The questions that were rolled up longest ago give way.
            let others = "question IN (SELECT question FROM rollup_questions ORDER BY made_ms DESC LIMIT -1 OFFSET ?)";
            for table in ["rollups", "rollup_questions"] {
                let statement = format!("DELETE FROM {table} WHERE {others}");
                sql.exec(&statement, vec![SqlStorageValue::Integer(QUESTIONS_MAX)])?;
            }
            Ok(())
        })
    }
}

/// Deletes the rollups of a segment.
pub(super) fn forget(sql: &SqlStorage, id: SegmentId) -> Result<()> {
    sql.exec("DELETE FROM rollups WHERE segment = ?", vec![SqlStorageValue::Integer(id.0)]).map(|_| ())
}
