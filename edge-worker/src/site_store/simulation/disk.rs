//! The object's database: SQLite itself, in memory, with the promises that the platform makes for it.
//!
//! What is written in a turn is on disk with the whole turn or not at all: it lies in one outer transaction, which the
//! platform commits before anything leaves the object, and which a death takes back. A transaction of the object's is a
//! savepoint in it. Each statement may fail.

use super::world::{Bug, World, world};
use engine::event::Event;
use rusqlite::Connection;
use rusqlite::types::{Value, ValueRef};
use std::cell::{Cell, RefCell};
use worker::{Error, Result, SqlStorageValue};

/// A database.
pub struct Disk {
    connection: Connection,
    /// Whether something was written that is not on disk yet.
    in_turn: Cell<bool>,
    /// Every event that was written into the journal, in order; and how many of them are on disk.
    accepted: RefCell<Vec<Event>>,
    durable: Cell<usize>,
}

impl Disk {
    /// An empty database.
    pub fn new() -> Self {
        let connection = Connection::open_in_memory().unwrap();
        Self { connection, in_turn: Cell::default(), accepted: RefCell::default(), durable: Cell::default() }
    }

    /// Runs a statement and gives its rows.
    pub fn run(&self, statement: &str, values: Vec<SqlStorageValue>) -> Result<Vec<Vec<SqlStorageValue>>> {
        let world = world();
        world.note(statement);
        if world.fails(|faults| faults.statement) {
            world.note("the statement fails");
            return Err(Error::RustError("disk I/O error".to_owned()));
        }
        self.begin_turn();
        if let Some(bug) = world.bug
            && is_swallowed(bug, statement)
        {
            return Ok(Vec::new());
        }
        if statement.starts_with("INSERT INTO journal")
            && let Some(SqlStorageValue::Blob(record)) = values.get(1)
        {
            self.accepted.borrow_mut().extend(engine::journal::decode(record).unwrap());
        }
        let mut rows = self.rows(statement, values).map_err(|error| Error::RustError(error.to_string()))?;
        if world.bug == Some(Bug::ForgetsAnId)
            && statement.starts_with("SELECT ids FROM")
            && let Some(SqlStorageValue::Blob(ids)) = rows.first_mut().and_then(|row| row.first_mut())
        {
            ids.truncate(ids.len() - 16);
        }
        Ok(rows)
    }

    fn rows(&self, statement: &str, values: Vec<SqlStorageValue>) -> rusqlite::Result<Vec<Vec<SqlStorageValue>>> {
        let mut statement = self.connection.prepare_cached(statement)?;
        let columns = statement.column_count();
        let mut rows = statement.query(rusqlite::params_from_iter(values.into_iter().map(bound)))?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push((0..columns).map(|column| row.get_ref(column).map(read)).collect::<rusqlite::Result<Vec<_>>>()?);
        }
        Ok(all)
    }

    /// Runs `body` as one transaction: an error takes every statement back.
    pub fn transaction(&self, mut body: impl FnMut() -> Result<()>) -> Result<()> {
        let world = world();
        self.begin_turn();
        let before = self.accepted.borrow().len();
        self.execute("SAVEPOINT body");
        let done = body().and_then(|()| {
            let failed = || Error::RustError("disk I/O error".to_owned());
            if world.fails(|faults| faults.transaction) { Err(failed()) } else { Ok(()) }
        });
        if done.is_err() && world.bug != Some(Bug::TransactionsKeepHalves) {
            let outcomes = self.outcomes(&world);
            self.execute("ROLLBACK TO body");
            self.accepted.borrow_mut().truncate(before);
            if let Some((count, outcomes)) = outcomes {
                self.execute("DELETE FROM outcomes");
                for row in outcomes {
                    let _ = self.rows("INSERT INTO outcomes (day, outcome, reason, count) VALUES (?, ?, ?, ?)", row);
                }
                world.note(&format!("{count} outcomes stay"));
            }
        }
        self.execute("RELEASE body");
        done
    }

    /// What is counted now, where it is planted that it stays.
    fn outcomes(&self, world: &World) -> Option<(usize, Vec<Vec<SqlStorageValue>>)> {
        if world.bug != Some(Bug::OutcomesOutsideOfTheTransaction) {
            return None;
        }
        let rows = self.rows("SELECT day, outcome, reason, count FROM outcomes", Vec::new()).ok()?;
        Some((rows.len(), rows))
    }

    fn begin_turn(&self) {
        if !self.in_turn.replace(true) {
            self.execute("BEGIN");
        }
    }

    /// Whether something waits to be on disk.
    pub fn is_in_turn(&self) -> bool {
        self.in_turn.get()
    }

    /// Puts what was written on disk, and gives the events that came to be there.
    pub fn commit(&self) -> Vec<Event> {
        if self.in_turn.replace(false) {
            self.execute("COMMIT");
        }
        let accepted = self.accepted.borrow();
        let new = accepted[self.durable.get()..].to_vec();
        self.durable.set(accepted.len());
        new
    }

    /// Takes back what is not on disk.
    pub fn lose(&self) {
        if self.in_turn.replace(false) {
            self.execute("ROLLBACK");
        }
        self.accepted.borrow_mut().truncate(self.durable.get());
    }

    /// All events that were ever written, as the object sees it.
    pub fn accepted(&self) -> Vec<Event> {
        self.accepted.borrow().clone()
    }

    /// How many events counted as accepted in the table of outcomes, and how many in all.
    pub fn counted(&self) -> (i64, i64) {
        let statement =
            "SELECT coalesce(sum(count) FILTER (WHERE outcome = 'accepted'), 0), coalesce(sum(count), 0) FROM outcomes";
        let sums = self.connection.query_row(statement, [], |row| Ok((row.get(0)?, row.get(1)?)));
        sums.unwrap_or_default()
    }

    /// The number that a statement finds.
    pub fn number(&self, statement: &str) -> i64 {
        self.connection.query_row(statement, [], |row| row.get(0)).unwrap()
    }

    /// What a statement finds wrong with the file.
    pub fn integrity(&self) -> String {
        self.connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap()
    }

    /// The names of the tables that are there.
    pub fn tables(&self) -> Vec<String> {
        let names = self.rows("SELECT name FROM sqlite_master WHERE type = 'table'", Vec::new()).unwrap();
        names.iter().filter_map(|row| crate::site_store::schema::text(row, 0).map(str::to_owned)).collect()
    }

    /// Deletes everything.
    pub fn delete_all(&self) {
        self.begin_turn();
        for name in self.tables() {
            self.execute(&format!("DROP TABLE {name}"));
        }
    }

    fn execute(&self, statement: &str) {
        self.connection.prepare_cached(statement).and_then(|mut statement| statement.raw_execute()).unwrap();
    }
}

/// A statement that a planted bug leaves out.
fn is_swallowed(bug: Bug, statement: &str) -> bool {
    let beginning = match bug {
        Bug::JournalIsNotEmptied => "DROP TABLE journal",
        Bug::SegmentWithoutBytes => "INSERT INTO segment_bytes",
        Bug::ImportsForgetProgress => "INSERT INTO imports",
        Bug::NoncesAreNotWritten => "INSERT INTO nonces_",
        Bug::RollupsStay => "DELETE FROM rollups WHERE segment",
        _ => return false,
    };
    // The table is made anew by the next statement, which would fail.
    let made_anew = bug == Bug::JournalIsNotEmptied && statement.starts_with("CREATE TABLE journal");
    statement.starts_with(beginning) || made_anew
}

fn bound(value: SqlStorageValue) -> Value {
    match value {
        SqlStorageValue::Null => Value::Null,
        SqlStorageValue::Boolean(yes) => Value::Integer(yes.into()),
        SqlStorageValue::Integer(number) => Value::Integer(number),
        SqlStorageValue::Float(number) => Value::Real(number),
        SqlStorageValue::String(text) => Value::Text(text),
        SqlStorageValue::Blob(bytes) => Value::Blob(bytes),
    }
}

fn read(value: ValueRef<'_>) -> SqlStorageValue {
    match value {
        ValueRef::Null => SqlStorageValue::Null,
        ValueRef::Integer(number) => SqlStorageValue::Integer(number),
        ValueRef::Real(number) => SqlStorageValue::Float(number),
        ValueRef::Text(text) => SqlStorageValue::String(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => SqlStorageValue::Blob(bytes.to_vec()),
    }
}
