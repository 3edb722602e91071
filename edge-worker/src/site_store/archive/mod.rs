//! Cold segments as Parquet files outside of the database, a file for each day: `site=<domain>/day=<date>/part-….parquet`.
//!
//! A segment is in the database or in the archive, never in both and never in neither: [`index`] says so, and changes in
//! one transaction. Files are written down before they are made and after they are not needed any more, so that none is
//! forgotten: [`freeze`]. What reads segments fetches those that are away: [`read`]. On the shelf they are as others.

mod freeze;
mod index;
mod read;
mod store;

pub(super) use index::forget;
pub(super) use read::{Reader, Unread};
pub use store::Store;

use read::Fetched;
use std::cell::RefCell;

/// The archive as a site's object knows it.
pub(super) struct Archive {
    /// Where files lie; none where nothing is bound.
    store: Option<Store>,
    /// The object's id, which makes what it makes up its own.
    object_id: String,
    fetched: RefCell<Fetched>,
}

impl Archive {
    /// The archive for the object with that id, where its files lie in a store.
    pub(super) fn new(store: Option<Store>, object_id: String) -> Self {
        Self { store, object_id, fetched: RefCell::default() }
    }

    /// Forgets what memory holds.
    pub(super) fn clear(&self) {
        self.fetched.take();
    }
}
