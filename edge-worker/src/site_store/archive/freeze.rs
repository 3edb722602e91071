//! Moving cold segments into the archive, one at a time, and deleting files that are no segment's.

use super::super::platform::{self, Delay};
use super::super::shelving::{DAY_S, QUIET, segment_bytes};
use super::super::{Site, schema, visitor};
use super::index::{self, File};
use super::store::Store;
use crate::parquet;
use engine::journal;
use engine::segment::{Bytes, Days, Segment, are_same};
use engine::shelf::SegmentId;
use jiff::Timestamp;
use std::time::Duration;
use worker::Result;

/// How long until it is looked again whether a segment has become cold.
const LOOK_AGAIN: Duration = Duration::from_hours(24);

/// How long until what failed is tried again.
const TRY_AGAIN: Duration = Duration::from_hours(1);

/// A segment as files, which are not in the archive yet.
struct Frozen {
    files: Vec<(File, Vec<u8>)>,
    days: Days,
}

impl Site {
    /// Before which moment events are archived, if they are: a midnight of UTC, so that it stays for a day.
    pub(in super::super) fn archive_before_s(&self, now_s: i64) -> Option<i64> {
        self.archive.store.as_ref()?;
        let days = self.record.borrow().as_ref()?.settings.archive_after_days?;
        Some((now_s.div_euclid(DAY_S) - i64::from(days)) * DAY_S)
    }

    /// Deletes files that are no segment's, and archives what is cold.
    pub(in super::super) async fn archive_by_alarm(&self) -> Result<()> {
        let Some(store) = &self.archive.store else { return Ok(()) };
        let archived = async {
            self.sweep(store).await?;
            while self.archive_next(store).await? {
                // Others get their turn between two segments.
                Delay::from(Duration::ZERO).await;
            }
            self.sweep(store).await
        };
        if let Err(error) = archived.await {
            // What is left to do is seen from what is there.
            platform::console_error!("archive: {}", error);
            return self.arm(TRY_AGAIN).await;
        }
        let now_s = platform::clock_ms().div_euclid(1000);
        if self.archive_before_s(now_s).is_some() { self.arm(LOOK_AGAIN).await } else { Ok(()) }
    }

    /// Deletes all files of the site. Where the site's tables are gone they were deleted with it: who asks again, because
    /// the answer was lost or another one asked too, has nothing left to do.
    pub(in super::super) async fn delete_archive(&self) -> Result<()> {
        let Some(store) = &self.archive.store else { return Ok(()) };
        let sql = self.storage.sql();
        if !schema::exists(&sql)? {
            return Ok(());
        }
        for name in index::all(&sql)? {
            store.delete(&name).await?;
        }
        Ok(())
    }

    /// Sees to it that files that are no segment's any more are deleted.
    pub(in super::super) async fn sweep_soon(&self) -> Result<()> {
        self.arm(QUIET).await
    }

    async fn sweep(&self, store: &Store) -> Result<()> {
        let sql = self.storage.sql();
        for name in index::strays(&sql)? {
            store.delete(&name).await?;
            index::gone(&sql, &name)?;
        }
        Ok(())
    }

    /// Archives a segment; false where none is cold.
    async fn archive_next(&self, store: &Store) -> Result<bool> {
        let Some(id) = self.next_to_archive()? else { return Ok(false) };
        let sql = self.storage.sql();
        let bytes = segment_bytes(&sql, id)?;
        let Some(Frozen { files, days }) = self.freeze(id, &bytes)? else {
            self.shelf()?.stays(id);
            return Ok(true);
        };
        let known: Vec<File> = files.iter().map(|(file, _)| file.clone()).collect();
        index::intend(&sql, &known)?;
        for (file, bytes) in files {
            store.put(&file.name, bytes).await?;
        }
        // What is read back from there is what counts, not what was sent.
        let back = self.put_together(&known, &days.order).await?;
        if !back.is_some_and(|back| are_same(&back, &bytes)) {
            platform::console_error!("archive: segment {} stays", id.0);
            self.shelf()?.stays(id);
            return Ok(true);
        }
        // Meanwhile the site may have been deleted, and the segment left or rewritten.
        if self.record.borrow().is_none() {
            for file in &known {
                store.delete(&file.name).await?;
            }
            return Ok(false);
        }
        if self.next_to_archive()? != Some(id) {
            return Ok(true);
        }
        platform::transaction(&self.storage, || index::keep(&sql, id, &known, &days.order, &days.hashes))?;
        self.shelf()?.set_away(id, true);
        Ok(true)
    }

    fn next_to_archive(&self) -> Result<Option<SegmentId>> {
        let now_s = platform::clock_ms().div_euclid(1000);
        let mut held = self.shelf()?;
        held.keep_apart(self.archive_before_s(now_s));
        Ok(held.next_to_archive())
    }

    /// Writes a segment as files of a day each; none where it cannot be read.
    fn freeze(&self, id: SegmentId, bytes: &Bytes) -> Result<Option<Frozen>> {
        let record = self.record.borrow();
        let record = record.as_ref().ok_or_else(|| schema::corrupt("settings"))?;
        let make_up = |number: u64| {
            let parts = ["archive", &self.archive.object_id, &id.0.to_string(), &number.to_string()];
            visitor::hash(&record.import_key, &parts)
        };
        let Ok(mut days) = Segment::open(bytes.clone()).and_then(|segment| Days::of(&segment, make_up)) else {
            return Ok(None);
        };
        let mut files = Vec::new();
        for (day, events) in std::mem::take(&mut days.events) {
            let file = parquet::File::begin()?;
            let mut bytes = file.push(&journal::encode(&events))?;
            bytes.append(&mut file.finish()?);
            let hash = blake3::hash(&bytes);
            let content = hash.to_hex();
            let name = format!(
                "site={}/day={}/part-{}-{}.parquet",
                record.domain,
                date(day),
                id.0,
                content.get(..16).unwrap_or_default()
            );
            files.push((File { name, day, checksum: hash.as_bytes().to_vec() }, bytes));
        }
        Ok(Some(Frozen { files, days }))
    }
}

/// A day, counted from 1970-01-01, as its date.
fn date(day: i64) -> String {
    let midnight = Timestamp::from_second(day.saturating_mul(DAY_S)).unwrap_or_default();
    midnight.to_zoned(jiff::tz::TimeZone::UTC).date().to_string()
}

#[cfg(test)]
mod tests {
    #[test]
    fn days_are_dates() {
        assert_eq!((super::date(0), super::date(20_454)), ("1970-01-01".into(), "2026-01-01".into()));
    }
}
