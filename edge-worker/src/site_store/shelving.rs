//! The site's events in the database and in memory: journal, segments, and who has left which segment.

use super::archive::Unread;
use super::planted::Place;
use super::platform::{Delay, SqlStorage};
use super::{Site, archive, platform, rollups, schema};
use engine::event::Event;
use engine::segment::Bytes;
use engine::shelf::{Label, SegmentId, Shelf, Sieve, Tidiness, Written};
use std::cell::RefMut;
use std::rc::Rc;
use std::time::Duration;
use worker::{Result, SqlStorageValue};

/// How long events may stay in the journal before an alarm writes them down as a segment.
const JOURNAL_AGE: Duration = Duration::from_hours(1);

/// After so long without events there is time to be thorough.
pub(super) const QUIET: Duration = Duration::from_secs(4);

/// A day, in seconds.
pub(super) const DAY_S: i64 = 86_400;

/// A BLOB may have 2 MB.
const PIECE_BYTES: usize = 1_900_000;

/// No moment: of the archive only what is read is fetched.
const NEVER: (i64, i64) = (i64::MAX, i64::MIN);

/// What of a shelf is written with numbers of its own.
#[derive(Default)]
pub(super) struct Held {
    shelf: Shelf,
    last_id: i64,
}

impl Site {
    /// The shelf, read from the database when it is first needed.
    pub(super) fn shelf(&self) -> Result<RefMut<'_, Shelf>> {
        let mut held = self.shelf.borrow_mut();
        if held.is_none() {
            *held = Some(load(&self.storage.sql())?);
        }
        RefMut::filter_map(held, |held| held.as_mut().map(|held| &mut held.shelf))
            .map_err(|_| schema::corrupt("journal"))
    }

    /// Takes in events that were just committed, and sees to it that they are written down some day.
    pub(super) fn shelve(self: &Rc<Self>, events: Vec<Event>) {
        if events.is_empty() {
            return;
        }
        self.live.note(&events);
        self.shelved_ms.set(platform::clock_ms());
        let mut held = self.shelf.borrow_mut();
        let recent = match held.as_mut() {
            Some(held) => {
                held.shelf.take(events);
                held.shelf.recent_events()
            }
            // Nobody has asked yet: what the journal holds is read now, these events among it.
            None => match load(&self.storage.sql()) {
                Ok(loaded) => held.insert(loaded).shelf.recent_events(),
                Err(error) => return platform::console_error!("journal: {}", error),
            },
        };
        drop(held);
        let full = recent >= self.journal_events && !self.compacting.replace(true);
        let unarmed = !full && !self.compaction_armed.replace(true);
        if full || unarmed {
            let site = Rc::clone(self);
            platform::spawn_local(async move {
                // Those who wait for the commit are answered first.
                Delay::from(Duration::ZERO).await;
                let done = if full { site.write_down(Tidiness::Rough).await } else { site.arm(JOURNAL_AGE).await };
                if full {
                    site.compacting.set(false);
                }
                if let Err(error) = done {
                    // Whoever comes next sees to it again.
                    site.compaction_armed.set(false);
                    platform::console_error!("compaction: {}", error);
                }
            });
        }
    }

    /// Writes the journal down as segments, and then rewrites segments one step after the other until all is tidy.
    pub(super) async fn write_down(self: &Rc<Self>, tidiness: Tidiness) -> Result<()> {
        self.compact().await?;
        while self.tidy(tidiness).await? {
            // Others get their turn between two steps.
            Delay::from(Duration::ZERO).await;
        }
        Ok(())
    }

    /// Sees to it that what new settings ask for is done soon: events may be over their time, or cold, from now on.
    pub(super) async fn tidy_soon(&self) -> Result<()> {
        let settings = self.record.borrow().as_ref().map(|record| record.settings.clone());
        match settings {
            Some(settings) if settings.retention_days.or(settings.archive_after_days).is_some() => {
                self.arm(QUIET).await
            }
            _ => Ok(()),
        }
    }

    /// Sees to it that the journal is written down soon, after an import: whoever it names would have to be looked for
    /// in all segments by each question until then.
    pub(super) async fn write_down_soon(&self) -> Result<()> {
        self.arm(QUIET).await
    }

    /// Writes the journal down, thoroughly if nothing has come for a while, else only roughly and again soon; answers
    /// whether it was thoroughly.
    pub(super) async fn write_down_by_alarm(self: &Rc<Self>) -> Result<bool> {
        let since_ms = platform::clock_ms() - self.shelved_ms.get();
        if since_ms >= QUIET.as_millis() as i64 {
            return self.write_down(Tidiness::Thorough).await.map(|()| true);
        }
        self.write_down(Tidiness::Rough).await?;
        self.arm(QUIET).await.map(|()| false)
    }

    /// Moves the journal's events into segments, in one transaction.
    pub(super) async fn compact(&self) -> Result<()> {
        self.with_segments(NEVER, |reader| self.compact_with(reader)).await
    }

    fn compact_with(&self, reader: &mut archive::Reader<'_>) -> std::result::Result<(), Unread> {
        drop(self.shelf()?);
        let mut held = self.shelf.borrow_mut();
        let Some(held) = held.as_mut() else { return Ok(()) };
        if held.shelf.recent_events() == 0 {
            return Ok(());
        }
        let sql = self.storage.sql();
        let compaction = held.shelf.compaction(reader)?;
        let first = held.last_id + 1;
        platform::transaction(&self.storage, || {
            compaction
                .segments
                .iter()
                .zip(first..)
                .try_for_each(|(segment, id)| insert(&sql, SegmentId(id), segment))?;
            compaction.moved.iter().try_for_each(|(id, places)| write_moved(&sql, *id, places))?;
            self.break_where_planted(Place::Compaction)?;
            schema::empty_journal(&sql)
        })?;
        let labels: Vec<_> = numbered(&compaction.segments, first).collect();
        held.last_id += labels.len() as i64;
        held.shelf.compacted(labels);
        Ok(())
    }

    /// Takes one step towards tidiness, in one transaction; false where there was nothing to do.
    pub(super) async fn tidy(&self, tidiness: Tidiness) -> Result<bool> {
        self.with_segments(NEVER, |reader| self.tidy_with(tidiness, reader)).await
    }

    fn tidy_with(&self, tidiness: Tidiness, reader: &mut archive::Reader<'_>) -> std::result::Result<bool, Unread> {
        let now_s = self.now_ms().div_euclid(1000);
        let keep_from_s = self.keep_from_s(now_s);
        drop(self.shelf()?);
        let mut held = self.shelf.borrow_mut();
        let Some(held) = held.as_mut() else { return Ok(false) };
        held.shelf.keep_apart(self.archive_before_s(now_s));
        let ids = held.shelf.next_rewrite(tidiness, now_s, keep_from_s);
        if ids.is_empty() {
            return Ok(false);
        }
        let sql = self.storage.sql();
        let rewrite = held.shelf.rewrite(&ids, now_s, keep_from_s, reader)?;
        let first = held.last_id + 1;
        platform::transaction(&self.storage, || {
            rewrite.old.iter().try_for_each(|id| delete(&sql, *id))?;
            rewrite.new.iter().zip(first..).try_for_each(|(segment, id)| insert(&sql, SegmentId(id), segment))
        })?;
        let labels: Vec<_> = numbered(&rewrite.new, first).collect();
        held.last_id += labels.len() as i64;
        held.shelf.rewritten(&rewrite.old, labels);
        Ok(true)
    }

    /// Asks for an alarm after so long, or sooner if one is set. One alarm is all an object has.
    pub(super) async fn arm(&self, wait: Duration) -> Result<()> {
        let at_ms = platform::clock_ms() + wait.as_millis() as i64;
        match self.storage.get_alarm().await? {
            Some(set_ms) if set_ms <= at_ms => Ok(()),
            _ => self.storage.set_alarm(wait).await,
        }
    }

    /// Who did something since a moment, and when, as far as segments know.
    pub(super) fn seen_in_segments(&self, since_s: i64) -> Result<Vec<Event>> {
        let sql = self.storage.sql();
        let statement = "SELECT id FROM segments WHERE last_s >= ? AND has_days = 1";
        let mut seen = Vec::new();
        for row in schema::rows(&sql, statement, vec![SqlStorageValue::Integer(since_s)])? {
            let Some(id) = schema::integer(&row, 0) else { continue };
            let part =
                engine::segment::Segment::open(segment_bytes(&sql, SegmentId(id))?).map(engine::segment::Part::new);
            let events = part.and_then(|part| part.events(|_| true, &mut engine::segment::Nameless::default()));
            // A segment that cannot be read is set aside when it is asked.
            seen.extend(events.into_iter().flatten().filter(|event| event.time.0 >= since_s));
        }
        Ok(seen)
    }
}

fn numbered(written: &[Written], first: i64) -> impl Iterator<Item = (SegmentId, Label)> {
    written.iter().zip(first..).map(|(segment, id)| (SegmentId(id), segment.label.clone()))
}

fn load(sql: &SqlStorage) -> Result<Held> {
    let mut held = Held::default();
    let statement = "SELECT id, first_s, last_s, rows, visitors, has_days, has_names, (SELECT places FROM moved \
                     WHERE segment = id), EXISTS (SELECT 1 FROM archived WHERE segment = id), (SELECT bits FROM sieves WHERE segment = id) \
                     FROM segments ORDER BY id";
    for row in sql.exec(statement, None)?.raw() {
        let row = row?;
        let number = |column| schema::integer(&row, column).ok_or_else(|| schema::corrupt("segments"));
        let label = Label {
            first_s: number(1)?,
            last_s: number(2)?,
            rows: number(3)? as u32,
            visitors: number(4)? as u32,
            has_days: number(5)? == 1,
            has_names: number(6)? == 1,
            // One of an earlier version has none, and is looked into.
            sieve: Sieve::from_bytes(schema::blob(&row, 9).unwrap_or_default()),
        };
        held.last_id = held.last_id.max(number(0)?);
        held.shelf.put(SegmentId(number(0)?), label, places(schema::blob(&row, 7).unwrap_or_default()));
        held.shelf.set_away(SegmentId(number(0)?), number(8)? == 1);
    }
    for row in sql.exec("SELECT events FROM journal ORDER BY seq", None)?.raw() {
        let row = row?;
        let record = schema::blob(&row, 0).ok_or_else(|| schema::corrupt("journal"))?;
        held.shelf.take(engine::journal::decode(record).map_err(|_| schema::corrupt("journal"))?);
    }
    Ok(held)
}

/// The bytes of a segment. One that is gone is as one that is damaged; one in the archive has none here.
pub(super) fn segment_bytes(sql: &SqlStorage, id: SegmentId) -> Result<Bytes> {
    let statement = "SELECT bytes FROM segment_bytes WHERE segment = ? ORDER BY piece";
    let mut bytes = Vec::new();
    for row in sql.exec(statement, vec![SqlStorageValue::Integer(id.0)])?.raw() {
        match row?.into_iter().next() {
            // Mostly there is one piece, which need not be copied.
            Some(SqlStorageValue::Blob(piece)) if bytes.is_empty() => bytes = piece,
            Some(SqlStorageValue::Blob(piece)) => bytes.extend_from_slice(&piece),
            _ => {}
        }
    }
    Ok(bytes.into())
}

fn insert(sql: &SqlStorage, id: SegmentId, Written { label, bytes }: &Written) -> Result<()> {
    let statement = "INSERT INTO segments (id, first_s, last_s, rows, visitors, has_days, has_names) \
                     VALUES (?, ?, ?, ?, ?, ?, ?)";
    let numbers = [
        id.0,
        label.first_s,
        label.last_s,
        label.rows.into(),
        label.visitors.into(),
        label.has_days.into(),
        label.has_names.into(),
    ];
    sql.exec(statement, numbers.into_iter().map(SqlStorageValue::Integer).collect::<Vec<_>>())?;
    let sieve = vec![SqlStorageValue::Integer(id.0), SqlStorageValue::Blob(label.sieve.bytes().to_vec())];
    sql.exec("INSERT INTO sieves (segment, bits) VALUES (?, ?)", sieve)?;
    insert_bytes(sql, id, bytes)
}

/// Writes a segment's bytes.
pub(super) fn insert_bytes(sql: &SqlStorage, id: SegmentId, bytes: &[u8]) -> Result<()> {
    for (piece, bytes) in bytes.chunks(PIECE_BYTES).enumerate() {
        let place = [id.0, piece as i64].map(SqlStorageValue::Integer);
        let values: Vec<_> = place.into_iter().chain([SqlStorageValue::Blob(bytes.to_vec())]).collect();
        sql.exec("INSERT INTO segment_bytes (segment, piece, bytes) VALUES (?, ?, ?)", values)?;
    }
    Ok(())
}

fn delete(sql: &SqlStorage, id: SegmentId) -> Result<()> {
    archive::forget(sql, id)?;
    rollups::forget(sql, id)?;
    sql.exec("DELETE FROM segments WHERE id = ?", vec![SqlStorageValue::Integer(id.0)])?;
    sql.exec("DELETE FROM sieves WHERE segment = ?", vec![SqlStorageValue::Integer(id.0)])?;
    sql.exec("DELETE FROM segment_bytes WHERE segment = ?", vec![SqlStorageValue::Integer(id.0)])?;
    sql.exec("DELETE FROM moved WHERE segment = ?", vec![SqlStorageValue::Integer(id.0)]).map(|_| ())
}

fn write_moved(sql: &SqlStorage, id: SegmentId, places: &[u32]) -> Result<()> {
    rollups::forget(sql, id)?;
    let places = places.iter().flat_map(|place| place.to_le_bytes()).collect();
    let statement =
        "INSERT INTO moved (segment, places) VALUES (?, ?) ON CONFLICT DO UPDATE SET places = excluded.places";
    sql.exec(statement, vec![SqlStorageValue::Integer(id.0), SqlStorageValue::Blob(places)]).map(|_| ())
}

fn places(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.as_chunks::<4>().0.iter().map(|place| u32::from_le_bytes(*place))
}
