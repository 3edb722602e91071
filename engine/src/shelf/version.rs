//! What tells whether the events of a span of time may be others than before.

use super::{ReadSegment, Shelf};

impl Shelf {
    /// Gives `with` bytes that are the same as before only where the events of everybody who did something from one moment
    /// to another are: the segments with events of then and who has left them, and the recent events of those visitors.
    pub fn version<R: ReadSegment>(
        &mut self,
        (from, to): (i64, i64),
        read: &mut R,
        mut with: impl FnMut(&[u8]),
    ) -> Result<(), R::Error> {
        self.settle(read)?;
        for (id, shelved) in self.readable() {
            let label = &shelved.label;
            if label.first_s > to || label.last_s < from {
                continue;
            }
            for number in [id.0, label.first_s, label.last_s, label.rows.into(), label.visitors.into()] {
                with(&number.to_le_bytes());
            }
            with(label.sieve.bytes());
            with(&(shelved.moved.len() as u64).to_le_bytes());
            shelved.moved.iter().for_each(|place| with(&place.to_le_bytes()));
        }
        self.damaged.iter().for_each(|id| with(&id.0.to_le_bytes()));
        for events in self.recent.by_time() {
            if events.iter().any(|event| (from..=to).contains(&event.time.0)) {
                with(&crate::journal::encode(events));
            }
        }
        Ok(())
    }
}
