//! Segments whose bytes are kept elsewhere. On the shelf they are as others; only who reads them knows where they are.

use super::{SegmentId, Shelf, Shelved};

/// Where a segment's bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Home {
    /// In the site's database.
    Database,
    /// There, and the archive cannot hold them.
    DatabaseForGood,
    /// In the archive.
    Archive,
}

impl Shelf {
    /// Keeps events from before a moment apart from later ones when segments are rewritten, so that segments come
    /// about that can be archived; nothing is kept apart where there is none.
    pub fn keep_apart(&mut self, before_s: Option<i64>) {
        self.apart_s = before_s;
    }

    /// The next segment to archive: one from before the moment that is kept apart, which nobody has left, and whose
    /// visitors of one day cannot come again.
    pub fn next_to_archive(&self) -> Option<SegmentId> {
        let apart_s = self.apart_s?;
        let rests =
            |shelved: &Shelved| shelved.label.last_s < apart_s && !shelved.label.has_days && shelved.moved.is_empty();
        self.readable().find(|(_, shelved)| rests(shelved) && shelved.home == Home::Database).map(|(id, _)| id)
    }

    /// A segment's bytes are in the archive now, or back.
    pub fn set_away(&mut self, id: SegmentId, away: bool) {
        self.set_home(id, if away { Home::Archive } else { Home::Database });
    }

    /// A segment holds what the archive cannot, and is not tried again.
    pub fn stays(&mut self, id: SegmentId) {
        self.set_home(id, Home::DatabaseForGood);
    }

    /// The segments in the archive that have events from one moment to another, from one segment on.
    pub fn away(&self, from: SegmentId, (first_s, last_s): (i64, i64)) -> impl Iterator<Item = SegmentId> {
        let within = move |shelved: &Shelved| shelved.label.first_s <= last_s && shelved.label.last_s >= first_s;
        self.readable()
            .filter(move |(id, shelved)| *id >= from && shelved.is_away() && within(shelved))
            .map(|(id, _)| id)
    }

    fn set_home(&mut self, id: SegmentId, home: Home) {
        if let Some(shelved) = self.segments.get_mut(&id) {
            shelved.home = home;
        }
    }
}

impl Shelved {
    pub(super) fn is_away(&self) -> bool {
        self.home == Home::Archive
    }
}
