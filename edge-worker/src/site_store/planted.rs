//! Panics that tests plant in the midst of the object's own work, which no request waits for. Test mode only.

use super::Site;
use serde::{Deserialize, Serialize};
use worker::Result;

/// Where a panic can be planted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// In the alarm, between two of its tasks.
    Alarm,
    /// In the transaction that writes the journal down, with the segments written and the journal not yet emptied.
    Compaction,
}

impl Site {
    /// Plants a panic. Whatever panics starts afresh and knows of nothing that was planted, so it happens once.
    pub(super) fn plant(&self, place: Place) {
        self.planted.set(Some(place));
    }

    /// Panics if that was planted here.
    pub(super) fn break_where_planted(&self, place: Place) -> Result<()> {
        if self.planted.get() == Some(place) { self.break_down() } else { Ok(()) }
    }

    /// Writes, then panics: what was written must not be there afterwards.
    #[allow(clippy::panic, reason = "the panic is what is asked for, and only in test mode")]
    pub(super) fn break_down(&self) -> Result<()> {
        let statement =
            "INSERT INTO outcomes (day, outcome, reason, count) VALUES (0, 'accepted', 'written before a panic', 1)";
        self.storage.sql().exec(statement, None)?;
        panic!("asked to break")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_have_the_names_that_tests_ask_by() {
        for (place, name) in [(Place::Alarm, "\"alarm\""), (Place::Compaction, "\"compaction\"")] {
            assert_eq!(serde_json::to_string(&place).unwrap(), name);
        }
    }
}
