//! Group commit: deliveries that arrive together are written in one transaction, and each is answered once it is
//! durable (the runtime holds the answers back until the disk has them).

use super::dedupe::{ArrivalDay, DedupeWindow};
use super::delivery::{Delivery, Progress};
use super::nonces::{Nonce, Nonces};
use super::platform::Storage;
use super::{platform, schema};
use engine::event::Event;
use futures_channel::oneshot;
use protocol::event::EventId;
use protocol::outcome::Outcome;
use std::collections::BTreeMap;
use worker::{Result, SqlStorageValue};

/// A BLOB may have 2 MB; half of it leaves room.
const JOURNAL_ROW_BYTES_MAX: usize = 1_000_000;
/// A group of so many events is written at once, whatever the window.
const EVENTS_MAX: usize = 10_000;

/// Deliveries that wait for the next commit.
#[derive(Default)]
pub struct Group {
    now_ms: i64,
    events: Vec<Event>,
    ids: Vec<EventId>,
    outcomes: BTreeMap<(String, String), u64>,
    imports: Vec<(Progress, u64)>,
    /// Of signed requests, by when they came, in seconds since 1970.
    nonces: Vec<(i64, Nonce)>,
    waiters: Vec<oneshot::Sender<bool>>,
}

impl Group {
    /// Takes a delivery in, its visitors filled in, and says what becomes of each event and when that is durable.
    pub fn join(&mut self, delivery: Delivery, window: &mut DedupeWindow) -> (Vec<Outcome>, oneshot::Receiver<bool>) {
        let today = ArrivalDay::of_ms(delivery.now_ms);
        self.now_ms = self.now_ms.max(delivery.now_ms);
        for refused in delivery.refused {
            self.count(&refused.outcome, &refused.reason, refused.count.into());
        }
        for report in delivery.dropped {
            if window.insert(today, report.id) {
                self.count(Outcome::Dropped.name(), Outcome::Dropped.reason(), report.events.into());
                self.ids.push(report.id);
            } else {
                self.count(Outcome::Duplicate.name(), Outcome::Duplicate.reason(), 1);
            }
        }
        let mut outcomes = Vec::with_capacity(delivery.events.len());
        let mut accepted = 0;
        for (event, id) in delivery.events.into_iter().zip(delivery.ids) {
            let outcome = if window.insert(today, id) { Outcome::Accepted } else { Outcome::Duplicate };
            self.count(outcome.name(), outcome.reason(), 1);
            if outcome == Outcome::Accepted {
                accepted += 1;
                self.events.push(event);
                if id != EventId::default() {
                    self.ids.push(id);
                }
            }
            outcomes.push(outcome);
        }
        if let Some(signed) = delivery.signed {
            self.nonces.push((delivery.now_ms.div_euclid(1000), signed.nonce));
        }
        self.imports.extend(delivery.progress.map(|progress| (progress, accepted)));
        let (waiter, durable) = oneshot::channel();
        self.waiters.push(waiter);
        (outcomes, durable)
    }

    /// How many lines of an import are done once this is committed, if any of them wait here.
    pub fn lines_of(&self, key: &str) -> Option<u32> {
        self.imports.iter().rev().find(|(progress, _)| progress.key == key).map(|(progress, _)| progress.lines)
    }

    /// Whether this is the first delivery of the group, whose task is to commit it.
    pub fn has_one_waiter(&self) -> bool {
        self.waiters.len() == 1
    }

    /// Whether the group should not wait for more.
    pub fn is_full(&self) -> bool {
        self.events.len() >= EVENTS_MAX
    }

    /// The events that wait.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Writes the group in one transaction. On failure nothing of it is stored and its ids and nonces are forgotten.
    pub fn commit(
        self,
        storage: &Storage,
        window: &mut DedupeWindow,
        nonces: Option<&mut Nonces>,
    ) -> Result<Vec<Event>> {
        let written = platform::transaction(storage, || self.write(storage));
        if written.is_err() {
            self.ids.iter().for_each(|id| window.retract(*id));
            if let Some(nonces) = nonces {
                self.nonces.iter().for_each(|(_, nonce)| nonces.retract(nonce));
            }
        }
        for waiter in self.waiters {
            // A waiter that is gone has nobody to tell.
            let _ = waiter.send(written.is_ok());
        }
        written.map(|()| self.events)
    }

    fn count(&mut self, outcome: &str, reason: &str, count: u64) {
        *self.outcomes.entry((outcome.into(), reason.into())).or_default() += count;
    }

    fn write(&self, storage: &Storage) -> Result<()> {
        let sql = storage.sql();
        let today = ArrivalDay::of_ms(self.now_ms);
        for row in journal_rows(&self.events) {
            let values = vec![SqlStorageValue::Integer(self.now_ms.div_euclid(1000)), SqlStorageValue::Blob(row)];
            sql.exec("INSERT INTO journal (arrived_s, events) VALUES (?, ?)", values)?;
        }
        if !self.ids.is_empty() {
            schema::create_ids(&sql, today)?;
            for ids in self.ids.chunks(JOURNAL_ROW_BYTES_MAX / 16) {
                let ids = ids.iter().flat_map(|id| id.0).collect();
                sql.exec(&format!("INSERT INTO ids_{} (ids) VALUES (?)", today.0), vec![SqlStorageValue::Blob(ids)])?;
            }
        }
        for together in self.nonces.chunk_by(|one, next| one.0 == next.0) {
            let nonces = together.iter().flat_map(|(_, nonce)| *nonce).collect();
            let arrived_s = together.first().map_or(0, |(arrived_s, _)| *arrived_s);
            schema::store_nonces(&sql, arrived_s, nonces)?;
        }
        for ((outcome, reason), count) in &self.outcomes {
            sql.exec(
                "INSERT INTO outcomes (day, outcome, reason, count) VALUES (?, ?, ?, ?) \
                 ON CONFLICT DO UPDATE SET count = count + excluded.count",
                vec![
                    SqlStorageValue::Integer(today.0),
                    outcome.as_str().into(),
                    reason.as_str().into(),
                    SqlStorageValue::Integer(*count as i64),
                ],
            )?;
        }
        for (progress, accepted) in &self.imports {
            sql.exec(
                "INSERT INTO imports (key, lines, accepted) VALUES (?, ?, ?) \
                 ON CONFLICT DO UPDATE SET lines = excluded.lines, accepted = accepted + excluded.accepted",
                vec![
                    progress.key.as_str().into(),
                    SqlStorageValue::Integer(progress.lines.into()),
                    SqlStorageValue::Integer(*accepted as i64),
                ],
            )?;
        }
        Ok(())
    }
}

/// The events as journal records, each small enough for a row.
fn journal_rows(events: &[Event]) -> Vec<Vec<u8>> {
    if events.is_empty() {
        return Vec::new();
    }
    let record = engine::journal::encode(events);
    if record.len() <= JOURNAL_ROW_BYTES_MAX || events.len() == 1 {
        return vec![record];
    }
    let (first, second) = events.split_at(events.len() / 2);
    [journal_rows(first), journal_rows(second)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site_store::delivery::Sender;
    use protocol::event::Dropped;
    use protocol::outcome::Filtered;

    fn delivery(ids: &[u8]) -> Delivery {
        let mut delivery = Delivery { now_ms: 86_400_000 * 20_000, ..Delivery::default() };
        for id in ids {
            delivery.push(EventId([*id; 16]), Sender::Named("anna".into()), Event::default());
        }
        delivery
    }

    #[test]
    fn duplicates_are_found_within_a_delivery_and_within_an_open_group() {
        let (mut group, mut window) = (Group::default(), DedupeWindow::default());
        let (first, _) = group.join(delivery(&[1, 2, 1]), &mut window);
        let (second, _) = group.join(delivery(&[2, 3]), &mut window);
        assert_eq!(first, [Outcome::Accepted, Outcome::Accepted, Outcome::Duplicate]);
        assert_eq!(second, [Outcome::Duplicate, Outcome::Accepted]);
        assert_eq!(group.events().len(), 3);
    }

    #[test]
    fn outcomes_add_up_to_what_was_received() {
        let (mut group, mut window) = (Group::default(), DedupeWindow::default());
        let mut sent = delivery(&[1, 1, 2]);
        sent.refuse(Outcome::Filtered(Filtered::Bot));
        sent.refuse(Outcome::TooOld);
        let _ = group.join(sent, &mut window);
        assert_eq!(group.outcomes.values().sum::<u64>(), 5);
    }

    #[test]
    fn what_a_sender_gave_up_is_counted_once_however_often_it_is_reported() {
        let (mut group, mut window) = (Group::default(), DedupeWindow::default());
        let report = |id| Dropped { id: EventId([id; 16]), events: 7 };
        for reports in [vec![report(1)], vec![report(1), report(2)]] {
            let _ = group.join(Delivery { dropped: reports, ..delivery(&[]) }, &mut window);
        }
        let counted = |outcome: Outcome| group.outcomes.get(&(outcome.name().into(), outcome.reason().into())).copied();
        assert_eq!((counted(Outcome::Dropped), counted(Outcome::Duplicate)), (Some(14), Some(1)));
        assert_eq!(group.ids.len(), 2, "they are remembered as the events' are");
    }

    #[test]
    fn a_large_group_is_split_over_rows() {
        let noise =
            |n: usize| (0..400).map(|k| char::from(b'a' + ((n * 31 + k * n * 7) % 26) as u8)).collect::<String>();
        let events: Vec<Event> =
            (0..6_000).map(|n| Event { name: noise(n), pathname: noise(n + 9_000), ..Event::default() }).collect();
        let rows = journal_rows(&events);
        assert!(rows.iter().all(|row| row.len() <= JOURNAL_ROW_BYTES_MAX));
        let read: Vec<Event> = rows.iter().flat_map(|row| engine::journal::decode(row).unwrap()).collect();
        assert_eq!(read, events);
    }
}
