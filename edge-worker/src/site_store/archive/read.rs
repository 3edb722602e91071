//! Reading segments wherever they are: what is in the archive is fetched, and then asked for again.

use super::super::Site;
use super::super::platform::{self, SqlStorage};
use super::super::shelving::segment_bytes;
use super::index;
use crate::parquet;
use engine::event::VisitorHash;
use engine::segment::Bytes;
use engine::shelf::{ReadSegment, SegmentId};
use futures_util::future::try_join_all;
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use worker::{Error, Result};

/// Bytes of fetched segments that are kept, which is about two million events.
const FETCHED_BYTES: usize = 16 << 20;

/// Segments that are fetched one behind the other before what needs them goes on.
const AT_ONCE: usize = 8;

/// Files that are fetched at the same time: what the platform allows.
const CONNECTIONS: usize = 6;

/// How often a segment is fetched for one question. More than once means that what the question needs at the same time
/// does not fit, or that segments were rewritten meanwhile.
const TIMES: u32 = 3;

/// Why a segment's bytes are not given.
pub(in super::super) enum Unread {
    /// It is in the archive.
    Away(SegmentId),
    /// It is in the archive, and somebody is about to leave it.
    Leaving(SegmentId),
    /// The database failed.
    Failed(Error),
}

impl From<Error> for Unread {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Segments that were fetched lately, the last ones last. One that cannot be read has no bytes.
#[derive(Default)]
pub(in super::super) struct Fetched(VecDeque<(SegmentId, Bytes)>);

impl Fetched {
    fn get(&self, id: SegmentId) -> Option<Bytes> {
        self.0.iter().find(|(other, _)| *other == id).map(|(_, bytes)| bytes.clone())
    }

    fn put(&mut self, id: SegmentId, bytes: Bytes) {
        self.remove(id);
        self.0.push_back((id, bytes));
        let mut held: usize = self.0.iter().map(|(_, bytes)| bytes.len()).sum();
        // The last one stays, however large it is: somebody waits for it.
        while held > FETCHED_BYTES
            && self.0.len() > 1
            && let Some((_, oldest)) = self.0.pop_front()
        {
            held -= oldest.len();
        }
    }

    /// Forgets a segment.
    pub(super) fn remove(&mut self, id: SegmentId) {
        self.0.retain(|(other, _)| *other != id);
    }
}

/// Reads segments of the database, and those that were fetched.
pub(in super::super) struct Reader<'a> {
    sql: SqlStorage,
    fetched: &'a RefCell<Fetched>,
}

impl ReadSegment for Reader<'_> {
    type Error = Unread;

    fn read(&mut self, id: SegmentId) -> std::result::Result<Bytes, Unread> {
        if let Some(bytes) = self.fetched.borrow().get(id) {
            return Ok(bytes);
        }
        let bytes = segment_bytes(&self.sql, id)?;
        if bytes.is_empty() && index::files(&self.sql, id)?.is_some() {
            return Err(Unread::Away(id));
        }
        Ok(bytes)
    }

    fn read_to_leave(&mut self, id: SegmentId) -> std::result::Result<Bytes, Unread> {
        let bytes = segment_bytes(&self.sql, id)?;
        let is_known_damaged = self.fetched.borrow().get(id).is_some_and(|bytes| bytes.is_empty());
        if bytes.is_empty() && !is_known_damaged && index::files(&self.sql, id)?.is_some() {
            return Err(Unread::Leaving(id));
        }
        Ok(bytes)
    }

    fn hashes(&mut self, id: SegmentId) -> std::result::Result<Option<Vec<(u32, VisitorHash)>>, Unread> {
        Ok(index::hashes(&self.sql, id)?)
    }
}

impl Site {
    /// Does what reads segments. Where one is in the archive it is fetched, and with it those after it that have events
    /// of the span (in seconds since 1970); then the same is done again, as often as it takes.
    pub(in super::super) async fn with_segments<T>(
        &self,
        span: (i64, i64),
        mut act: impl FnMut(&mut Reader<'_>) -> std::result::Result<T, Unread>,
    ) -> Result<T> {
        let mut times: BTreeMap<SegmentId, u32> = BTreeMap::new();
        loop {
            let mut reader = Reader { sql: self.storage.sql(), fetched: &self.archive.fetched };
            let (id, leaving) = match act(&mut reader) {
                Ok(done) => return Ok(done),
                Err(Unread::Failed(error)) => return Err(error),
                Err(Unread::Away(id)) => (id, false),
                Err(Unread::Leaving(id)) => (id, true),
            };
            let count = times.entry(id).or_default();
            *count += 1;
            if *count > TIMES {
                return Err(Error::RustError("more of the archive is needed at once than fits into memory".to_owned()));
            }
            if leaving {
                self.bring_back(id).await?;
                continue;
            }
            let near: Vec<SegmentId> = self.shelf()?.away(id, span).take(AT_ONCE).collect();
            let mut ahead = 0;
            for id in std::iter::once(id).chain(near.into_iter().filter(|near| *near != id)) {
                if ahead > FETCHED_BYTES / 2 {
                    break;
                }
                if self.archive.fetched.borrow().get(id).is_none() {
                    let bytes = self.fetch(id).await?;
                    ahead += bytes.len();
                    self.archive.fetched.borrow_mut().put(id, bytes);
                }
            }
        }
    }

    /// The bytes of an archived segment; none where its files are not as they were written.
    pub(super) async fn fetch(&self, id: SegmentId) -> Result<Bytes> {
        let Some((files, order)) = index::files(&self.storage.sql(), id)? else {
            // It was brought back while others were fetched.
            return segment_bytes(&self.storage.sql(), id);
        };
        let whole = self.put_together(&files, &order).await?;
        if whole.is_none() {
            platform::console_error!("archive: segment {} cannot be read", id.0);
        }
        Ok(whole.unwrap_or_default())
    }

    /// The segment that is in files, or none where they are not as they were written. What cannot be reached is an
    /// error.
    pub(super) async fn put_together(&self, files: &[index::File], order: &[u8]) -> Result<Option<Bytes>> {
        let Some(store) = &self.archive.store else { return Ok(None) };
        let mut days = Vec::with_capacity(files.len());
        for files in files.chunks(CONNECTIONS) {
            let fetched = try_join_all(files.iter().map(|file| store.get(&file.name))).await?;
            for (file, bytes) in files.iter().zip(fetched) {
                // The module that reads the file trusts it.
                let whole = bytes.filter(|bytes| blake3::hash(bytes).as_bytes()[..] == file.checksum);
                let Some(Ok(events)) = whole.map(|bytes| parquet::read(&bytes)) else { return Ok(None) };
                days.push(events);
            }
        }
        Ok(engine::segment::join(days, order).ok())
    }

    /// Makes a segment one of the database again.
    async fn bring_back(&self, id: SegmentId) -> Result<()> {
        let bytes = self.fetch(id).await?;
        if bytes.is_empty() {
            // Who leaves it finds it as damaged as any other.
            self.archive.fetched.borrow_mut().put(id, bytes);
            return Ok(());
        }
        let sql = self.storage.sql();
        if index::files(&sql, id)?.is_none() {
            return Ok(());
        }
        platform::transaction(&self.storage, || {
            super::super::shelving::insert_bytes(&sql, id, &bytes)?;
            index::forget(&sql, id)
        })?;
        self.archive.fetched.borrow_mut().remove(id);
        self.shelf()?.set_away(id, false);
        self.sweep_soon().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_fetched_longest_ago_goes_first_and_the_last_one_stays() {
        let mut fetched = Fetched::default();
        let mut put = |id: i64, bytes: usize| {
            fetched.put(SegmentId(id), vec![0; bytes].into());
            (1..=4).filter(|id| fetched.get(SegmentId(*id)).is_some()).collect::<Vec<i64>>()
        };
        assert_eq!(put(1, FETCHED_BYTES / 2), [1]);
        assert_eq!(put(2, FETCHED_BYTES / 2), [1, 2]);
        assert_eq!(put(1, FETCHED_BYTES / 2), [1, 2]);
        assert_eq!(put(3, 1), [1, 3]);
        assert_eq!(put(4, FETCHED_BYTES + 1), [4]);
        assert_eq!(put(3, 1), [3]);
    }
}
