//! Saved segments, annotations, saved funnels and boards: small notes of the owner's, each with a number.

use super::{Site, schema};
use engine::query::with_segments;
use engine::refusal::Refusal;
use engine::site::{NOTES_MAX, NoteKind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use worker::{Result, SqlStorageValue};

/// What is to be done with notes of a kind.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteTask {
    /// List them.
    List,
    /// Show one.
    Show {
        /// Its number.
        id: i64,
    },
    /// Write a new one down, or another one under a number that is there.
    Write {
        /// The number that is there; none for a new one.
        id: Option<i64>,
        /// The note.
        note: Value,
    },
    /// Throw one away.
    Delete {
        /// Its number.
        id: i64,
    },
}

impl Site {
    /// Does a task: a status and a body.
    pub(super) fn notes(&self, list: &str, task: NoteTask) -> Result<Value> {
        let Some(kind) = NoteKind::named(list) else { return Ok(missing()) };
        match task {
            NoteTask::List => Ok(json!({ "status": 200, "body": { kind.list(): self.all_notes(kind)? } })),
            NoteTask::Show { id } => Ok(self.note(kind, id)?.map_or_else(missing, |note| shown(200, id, note))),
            NoteTask::Write { id, note } => self.write_note(kind, id, &note),
            NoteTask::Delete { id } => {
                if self.note(kind, id)?.is_none() {
                    return Ok(missing());
                }
                let statement = "DELETE FROM notes WHERE kind = ? AND id = ?";
                self.storage.sql().exec(statement, vec![kind.list().into(), SqlStorageValue::Integer(id)])?;
                Ok(json!({ "status": 200, "body": { "deleted": id } }))
            }
        }
    }

    fn write_note(&self, kind: NoteKind, id: Option<i64>, note: &Value) -> Result<Value> {
        let record = self.record.borrow();
        let settings = &record.as_ref().ok_or_else(|| schema::corrupt("settings"))?.settings;
        let note = match kind.read(note, settings) {
            Ok(note) => note,
            Err(refusal) => return Ok(json!({ "status": 400, "body": refusal.to_json() })),
        };
        let known = self.all_notes(kind)?;
        let id = match id {
            Some(id) if self.note(kind, id)?.is_none() => return Ok(missing()),
            Some(id) => id,
            None if known.len() >= NOTES_MAX => {
                let refusal =
                    Refusal::new("too_many_notes", "the site has 500 of them", "delete one that is not needed");
                return Ok(json!({ "status": 400, "body": refusal.to_json() }));
            }
            None => known.iter().filter_map(|note| note.get("id")?.as_i64()).max().unwrap_or(0) + 1,
        };
        let statement = "INSERT INTO notes (kind, id, note) VALUES (?, ?, ?) \
                         ON CONFLICT DO UPDATE SET note = excluded.note";
        let values = vec![kind.list().into(), SqlStorageValue::Integer(id), note.to_string().into()];
        self.storage.sql().exec(statement, values)?;
        Ok(shown(200, id, note))
    }

    fn all_notes(&self, kind: NoteKind) -> Result<Vec<Value>> {
        let statement = "SELECT id, note FROM notes WHERE kind = ? ORDER BY id";
        let rows = schema::rows(&self.storage.sql(), statement, vec![kind.list().into()])?;
        let read = |row: &Vec<SqlStorageValue>| {
            Some(with_id(schema::integer(row, 0)?, serde_json::from_str(schema::text(row, 1)?).ok()?))
        };
        Ok(rows.iter().filter_map(read).collect())
    }

    fn note(&self, kind: NoteKind, id: i64) -> Result<Option<Value>> {
        let statement = "SELECT note FROM notes WHERE kind = ? AND id = ?";
        let values = vec![kind.list().into(), SqlStorageValue::Integer(id)];
        let rows = schema::rows(&self.storage.sql(), statement, values)?;
        Ok(rows.first().and_then(|row| serde_json::from_str(schema::text(row, 0)?).ok()))
    }

    /// A request with what was saved in the place of saved segments.
    pub(super) fn with_saved_segments(&self, request: &Value) -> std::result::Result<Value, Refusal> {
        with_segments(request, &|id| self.note(NoteKind::Segment, id).ok().flatten()?.get("filters").cloned())
    }
}

fn with_id(id: i64, mut note: Value) -> Value {
    if let Some(fields) = note.as_object_mut() {
        fields.insert("id".into(), id.into());
    }
    note
}

fn shown(status: u16, id: i64, note: Value) -> Value {
    json!({ "status": status, "body": with_id(id, note) })
}

fn missing() -> Value {
    let body = json!({
        "error": "There is no such note.",
        "code": "not_found",
        "hint": "List the site's segments, annotations, funnels or boards to see their numbers.",
    });
    json!({ "status": 404, "body": body })
}
