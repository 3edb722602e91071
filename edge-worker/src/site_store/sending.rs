//! From senders to visitors: the only place where an IP address and user agent meet a salt, in memory.

use super::active::VISIT_GAP_S;
use super::delivery::{Delivery, Sender};
use super::export::exported_visitor;
use super::{Site, platform, schema, site_day, visitor};
use engine::event::{Event, VisitorHash};
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::BTreeMap;
use visitor::Salt;
use worker::{Result, SqlStorageValue};

/// The salts that an event's day needs.
struct DaySalts {
    today: Salt,
    /// Present while a visit of the day before may go on.
    yesterday: Option<Salt>,
}

impl Site {
    /// Gives every event of a delivery its visitor, and says for each whether it belongs here.
    pub(crate) async fn fill_in_visitors(&self, delivery: &mut Delivery) -> Result<Vec<bool>> {
        let zone = self.time_zone();
        let day_of = |event: &Event| site_day::of_ms(&zone, event.time.0 * 1000);
        let mut salts = BTreeMap::new();
        let mut named = false;
        for (event, sender) in delivery.events.iter().zip(&delivery.senders) {
            match sender {
                Sender::Named(_) => named = true,
                Sender::Client { .. } => named = false,
                Sender::Same => {}
            }
            let day = day_of(event);
            if !named && !salts.contains_key(&day) {
                salts.insert(day, self.day_salts(day, event.time.0, delivery.now_ms).await?);
            }
        }
        let record = self.record.borrow();
        let record = record.as_ref().ok_or_else(|| schema::corrupt("settings"))?;
        let (mut sender, only_going_on) = (&Sender::Same, delivery.only_going_on);
        let mut here = vec![true; delivery.events.len()];
        for ((event, given), here) in delivery.events.iter_mut().zip(&delivery.senders).zip(&mut here) {
            if *given != Sender::Same {
                sender = given;
            }
            event.visitor = match sender {
                Sender::Same => VisitorHash::default(),
                Sender::Named(name) => exported_visitor(name)
                    .unwrap_or_else(|| VisitorHash::of_name(visitor::hash(&record.import_key, &[name]))),
                Sender::Client { ip, user_agent } => {
                    let parts = [record.domain.as_str(), ip, user_agent];
                    let Some(day) = salts.get(&day_of(event)) else { continue };
                    let going_on = self.going_on(day, &parts, event.time.0);
                    *here = going_on.is_some() || !only_going_on;
                    going_on.unwrap_or_else(|| of_day(&day.today, &parts))
                }
            };
        }
        Ok(here)
    }

    /// The visitor of the day before whose visit goes on.
    fn going_on(&self, salts: &DaySalts, parts: &[&str], at_s: i64) -> Option<VisitorHash> {
        let yesterdays = of_day(salts.yesterday.as_ref()?, parts);
        self.active.borrow_mut().goes_on(yesterdays, at_s).then_some(yesterdays)
    }

    async fn day_salts(&self, day: Date, at_s: i64, now_ms: i64) -> Result<DaySalts> {
        let begins = !self.salts.is_ending(day);
        if begins {
            self.salts.delete_old(site_day::of_ms(&self.time_zone(), now_ms)).await?;
            // Before there is a salt: whoever is interrupted in between, and is never asked again, leaves none behind.
            self.set_alarm_for_end_of(day).await?;
        }
        let today = self.salts.find_or_make(day).await?;
        if begins {
            // And after: the site may have been deleted meanwhile, and its alarm with it.
            self.set_alarm_for_end_of(day).await?;
            self.salts.set_ending(day);
        }
        if !self.active.borrow().are_of(day) {
            let seen = self.seen_lately(now_ms.div_euclid(1000))?;
            self.active.borrow_mut().begin(day, seen);
        }
        let going_on = self.active.borrow_mut().any(day, at_s);
        let yesterday = match day.checked_sub(1.day()) {
            Ok(yesterday) if going_on => self.salts.find(yesterday).await?,
            _ => None,
        };
        Ok(DaySalts { today, yesterday })
    }

    /// Who sent something in the last half hour, and when.
    fn seen_lately(&self, now_s: i64) -> Result<Vec<(VisitorHash, i64)>> {
        let since_s = now_s - VISIT_GAP_S;
        let mut seen: Vec<_> = self.group.borrow().events().iter().map(|event| (event.visitor, event.time.0)).collect();
        // All rows at once: who stops in the middle of a statement keeps the table from being dropped when it is emptied.
        let statement = "SELECT events FROM journal WHERE arrived_s >= ?";
        for row in schema::rows(&self.storage.sql(), statement, vec![SqlStorageValue::Integer(since_s)])? {
            let record = schema::blob(&row, 0).ok_or_else(|| schema::corrupt("journal"))?;
            let events = engine::journal::decode(record).map_err(|_| schema::corrupt("journal"))?;
            seen.extend(events.iter().filter(|e| e.time.0 >= since_s).map(|event| (event.visitor, event.time.0)));
        }
        seen.extend(self.seen_in_segments(since_s)?.into_iter().map(|event| (event.visitor, event.time.0)));
        Ok(seen)
    }

    /// Sees to it that the salt of a day is deleted when it is over.
    pub(super) async fn set_alarm_for_end_of(&self, day: Date) -> Result<()> {
        let Some(end_ms) = site_day::salt_ends_ms(&self.time_zone(), day) else { return Ok(()) };
        let wait_ms = end_ms - platform::clock_ms();
        // Under a test's own clock the end may be years ago: its salts end by that clock alone.
        if self.test_mode && wait_ms < 0 {
            return Ok(());
        }
        self.arm(std::time::Duration::from_millis(wait_ms.max(0) as u64)).await
    }
}

fn of_day(salt: &Salt, parts: &[&str]) -> VisitorHash {
    VisitorHash::of_one_day(visitor::hash(salt, parts))
}
