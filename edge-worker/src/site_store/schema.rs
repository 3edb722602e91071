//! What a site's object keeps in its database.
//!
//! - `site`: one row, the settings and the key that hashes imported visitors.
//! - `journal`: enriched events, a BLOB per commit, until they are in a segment.
//! - `segments`: what is known of each segment without reading it.
//! - `segment_bytes`: events as columns (`docs/segment-format.md`), in as many rows as they need.
//! - `moved`: for each segment the places of visitors whose events are in a later one, four bytes each.
//! - `archived`: for each segment in the archive the order of its events and the hashes of its visitors, which is all
//!   that is left of its bytes here.
//! - `archive_files`: every file in the archive; one without a segment is to be deleted.
//! - `ids_<day>`: the ids counted on a day of arrival, a BLOB per commit; a table per day, so that forgetting them is a
//!   `DROP TABLE`, which bills no rows.
//! - `nonces_<period>`: the nonces of signed requests that came in ten minutes, a BLOB per commit, forgotten likewise.
//! - `outcomes`: how many events ended how, per day of arrival.
//! - `notes`: saved segments, annotations and saved funnels, as JSON.
//! - `sieves`: which visitors a segment may know, so that it need not be read to know that it does not.
//! - `rollups`: what questions have counted in a segment, and `rollup_questions`: when each was last rolled up.
//! - `share_questions`: hashes of the filtered questions that each share was asked today.
//! - `imports`: how far each import with an idempotency key has come.

use super::dedupe::ArrivalDay;
use super::nonces::{Nonces, Period};
use super::platform::SqlStorage;
use worker::{Error, Result, SqlStorageValue};

/// Version of the tables below; a later one migrates forward from it.
pub const VERSION: i32 = 3;

const JOURNAL: &str =
    "CREATE TABLE IF NOT EXISTS journal (seq INTEGER PRIMARY KEY, arrived_s INTEGER NOT NULL, events BLOB NOT NULL)";

const TABLES: [&str; 14] = [
    JOURNAL,
    "CREATE TABLE IF NOT EXISTS sieves (segment INTEGER PRIMARY KEY, bits BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS rollups (id INTEGER PRIMARY KEY, question BLOB NOT NULL, segment INTEGER NOT NULL, counted BLOB NOT NULL, UNIQUE (question, segment))",
    "CREATE INDEX IF NOT EXISTS rollups_of_segments ON rollups (segment)",
    "CREATE TABLE IF NOT EXISTS rollup_questions (question BLOB PRIMARY KEY, made_ms INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS segments (id INTEGER PRIMARY KEY, first_s INTEGER NOT NULL, last_s INTEGER NOT NULL, rows INTEGER NOT NULL, visitors INTEGER NOT NULL, has_days INTEGER NOT NULL, has_names INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS segment_bytes (segment INTEGER NOT NULL, piece INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (segment, piece))",
    "CREATE TABLE IF NOT EXISTS notes (kind TEXT NOT NULL, id INTEGER NOT NULL, note TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS moved (segment INTEGER PRIMARY KEY, places BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS archived (segment INTEGER PRIMARY KEY, event_order BLOB NOT NULL, hashes BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS archive_files (name TEXT PRIMARY KEY, segment INTEGER, day INTEGER NOT NULL, checksum BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS site (schema INTEGER NOT NULL, domain TEXT NOT NULL, settings TEXT NOT NULL, import_key BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS outcomes (day INTEGER NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (day, outcome, reason)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS imports (key TEXT PRIMARY KEY, lines INTEGER NOT NULL, accepted INTEGER NOT NULL) WITHOUT ROWID",
];

/// Makes the tables that are not there yet.
pub fn create(sql: &SqlStorage) -> Result<()> {
    TABLES.iter().try_for_each(|table| sql.exec(table, None).map(|_| ()))
}

/// What the error of a database says that a later version wrote. Errors cross from the object to the worker as texts.
pub const NEWER: &str = "stored by a newer version";

/// Makes the tables of this version of a database of any earlier one.
///
/// # Errors
/// Where a later version wrote it ([`NEWER`]): what it means is not guessed, and nothing is written.
pub fn migrate(sql: &SqlStorage, from: i64) -> Result<()> {
    if from > VERSION.into() {
        return Err(Error::RustError(NEWER.to_owned()));
    }
    if from < VERSION.into() {
        // Version 2 added `segments`, `moved` and `notes`, version 3 `sieves`, the archive's tables and the rollups'.
        create(sql)?;
        sql.exec("UPDATE site SET schema = ?", vec![SqlStorageValue::Integer(VERSION.into())])?;
    }
    Ok(())
}

/// Empties the journal. Dropping the table bills no rows and gives its pages back.
pub fn empty_journal(sql: &SqlStorage) -> Result<()> {
    sql.exec("DROP TABLE journal", None)?;
    sql.exec(JOURNAL, None).map(|_| ())
}

/// Whether a site was ever set up in this database.
pub fn exists(sql: &SqlStorage) -> Result<bool> {
    let found = rows(sql, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'site'", vec![])?;
    Ok(found.first().and_then(|row| row.first()) == Some(&SqlStorageValue::Integer(1)))
}

/// The days that have a table of ids.
pub fn id_days(sql: &SqlStorage) -> Result<Vec<ArrivalDay>> {
    let names =
        rows(sql, "SELECT substr(name, 5) FROM sqlite_master WHERE type = 'table' AND name GLOB 'ids_*'", vec![])?;
    Ok(names.iter().filter_map(|row| text(row, 0)?.parse().ok().map(ArrivalDay)).collect())
}

/// Makes a day's table of ids.
pub fn create_ids(sql: &SqlStorage, day: ArrivalDay) -> Result<()> {
    sql.exec(&format!("CREATE TABLE IF NOT EXISTS ids_{} (ids BLOB NOT NULL)", day.0), None).map(|_| ())
}

/// Forgets a day's ids.
pub fn drop_ids(sql: &SqlStorage, day: ArrivalDay) -> Result<()> {
    sql.exec(&format!("DROP TABLE IF EXISTS ids_{}", day.0), None).map(|_| ())
}

/// Keeps nonces that came at a moment, in seconds since 1970.
pub fn store_nonces(sql: &SqlStorage, arrived_s: i64, nonces: Vec<u8>) -> Result<()> {
    let table = nonces_table(Period::of(arrived_s));
    sql.exec(&format!("CREATE TABLE IF NOT EXISTS {table} (arrived_s INTEGER NOT NULL, nonces BLOB NOT NULL)"), None)?;
    let values = vec![SqlStorageValue::Integer(arrived_s), SqlStorageValue::Blob(nonces)];
    sql.exec(&format!("INSERT INTO {table} (arrived_s, nonces) VALUES (?, ?)"), values).map(|_| ())
}

/// All nonces that are kept.
pub fn load_nonces(sql: &SqlStorage) -> Result<Nonces> {
    let mut nonces = Nonces::default();
    let tables = rows(
        sql,
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'nonces_*' ORDER BY name",
        vec![],
    )?;
    for table in tables.iter().filter_map(|row| text(row, 0)) {
        for row in rows(sql, &format!("SELECT arrived_s, nonces FROM {table} ORDER BY arrived_s"), vec![])? {
            let (arrived_s, stored) = integer(&row, 0).zip(blob(&row, 1)).ok_or_else(|| corrupt("nonces"))?;
            nonces.load(arrived_s, stored);
        }
    }
    Ok(nonces)
}

/// Forgets a period's nonces.
pub fn drop_nonces(sql: &SqlStorage, period: Period) -> Result<()> {
    sql.exec(&format!("DROP TABLE IF EXISTS {}", nonces_table(period)), None).map(|_| ())
}

fn nonces_table(period: Period) -> String {
    format!("nonces_{}", period.0)
}

/// How many lines of an import are done, and how many events of them were accepted.
pub fn import_progress(sql: &SqlStorage, key: &str) -> Result<(i64, i64)> {
    let rows = rows(sql, "SELECT lines, accepted FROM imports WHERE key = ?", vec![SqlStorageValue::from(key)])?;
    let of = |column| rows.first().and_then(|row| integer(row, column)).unwrap_or(0);
    Ok((of(0), of(1)))
}

/// All rows of a statement.
// Once in the module: inlined it is in a dozen places, and a call is nothing beside the statement.
#[inline(never)]
pub fn rows(sql: &SqlStorage, statement: &str, values: Vec<SqlStorageValue>) -> Result<Vec<Vec<SqlStorageValue>>> {
    sql.exec(statement, values)?.raw().collect()
}

/// A column as text.
pub fn text(row: &[SqlStorageValue], column: usize) -> Option<&str> {
    match row.get(column) {
        Some(SqlStorageValue::String(text)) => Some(text),
        _ => None,
    }
}

/// A column as bytes.
pub fn blob(row: &[SqlStorageValue], column: usize) -> Option<&[u8]> {
    match row.get(column) {
        Some(SqlStorageValue::Blob(bytes)) => Some(bytes),
        _ => None,
    }
}

/// A column as a whole number.
pub fn integer(row: &[SqlStorageValue], column: usize) -> Option<i64> {
    match row.get(column) {
        Some(SqlStorageValue::Integer(number)) => Some(*number),
        // Whole numbers of JavaScript arrive as floats beyond 2^53 only, which none of ours reaches.
        Some(SqlStorageValue::Float(number)) => Some(*number as i64),
        _ => None,
    }
}

/// A stored value is not what this version writes.
pub fn corrupt(what: &'static str) -> Error {
    Error::RustError(format!("stored {what} cannot be read"))
}
