//! What the worker hands to a site's object: enriched events and everything the object needs to count each of them
//! once. It travels inside the runtime only and is never stored: it names the sender, until the object has hashed it.

use super::nonces::Nonce;
use engine::event::Event;
use protocol::event::{Dropped, EventId};
use protocol::outcome::Outcome;
use std::collections::BTreeMap;

/// Who an event came from, before it is a hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The same as the event before.
    Same,
    /// A browser or program: its address and user agent.
    Client {
        /// The client's IP address in its canonical form; empty where unknown.
        ip: String,
        /// The client's user agent.
        user_agent: String,
    },
    /// A name of the importer's own, hashed with the site's import key.
    Named(String),
}

/// Events that the worker itself refused, to be counted with the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// `protocol::outcome::Outcome::name`.
    pub outcome: String,
    /// `protocol::outcome::Outcome::reason`.
    pub reason: String,
    /// How many events.
    pub count: u32,
}

/// How far an import has come with this delivery, so that it can be taken up again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The importer's idempotency key.
    pub key: String,
    /// Lines that were done before this delivery, as the importer knows it of each object of the site, in their order.
    /// An object that has more has them from another request of the same import.
    pub done: Vec<u32>,
    /// Lines of the import that are done once this delivery is committed.
    pub lines: u32,
}

/// That a request was signed, so that it is taken in once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signed {
    /// What is used up with it.
    pub nonce: Nonce,
    /// How many events it brought, to be counted if it was used up before.
    pub events: u32,
}

/// One delivery.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Delivery {
    /// The present, in milliseconds since 1970.
    pub now_ms: i64,
    /// The events, `visitor` not yet filled in.
    pub events: Vec<Event>,
    /// One per event; all zero where the event has none and is not deduplicated.
    pub ids: Vec<EventId>,
    /// One per event; the first is never `Same`.
    pub senders: Vec<Sender>,
    /// What the worker refused.
    pub refused: Vec<Refused>,
    /// What the senders say that they gave up, each report under an id of its own.
    pub dropped: Vec<Dropped>,
    /// Present when this is part of an import with an idempotency key.
    pub progress: Option<Progress>,
    /// Present when the request was signed.
    pub signed: Option<Signed>,
    /// Whether only those events are meant whose visit goes on from the day before; the others belong elsewhere.
    pub only_going_on: bool,
}

/// The bytes are not a delivery, which only a fault of this program can cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

impl Delivery {
    /// A delivery of nothing but so many events that were refused.
    pub fn refused(now_ms: i64, outcome: Outcome, count: u32) -> Self {
        let refused = Refused { outcome: outcome.name().into(), reason: outcome.reason().into(), count };
        Self { now_ms, refused: vec![refused], ..Self::default() }
    }

    /// Counts one event that is not part of the delivery.
    pub fn refuse(&mut self, outcome: Outcome) {
        let (name, reason) = (outcome.name(), outcome.reason());
        match self.refused.iter_mut().find(|r| r.outcome == name && r.reason == reason) {
            Some(refused) => refused.count += 1,
            None => self.refused.push(Refused { outcome: name.into(), reason: reason.into(), count: 1 }),
        }
    }

    /// Adds an event.
    pub fn push(&mut self, id: EventId, sender: Sender, event: Event) {
        let repeated = self.senders.iter().rev().find(|s| **s != Sender::Same) == Some(&sender);
        self.senders.push(if repeated { Sender::Same } else { sender });
        self.ids.push(id);
        self.events.push(event);
    }

    /// Divides the events: for each place its delivery, and which of the events are in it.
    pub fn divided<P: Ord + Copy>(&self, places: &[Option<P>]) -> BTreeMap<P, (Self, Vec<usize>)> {
        let mut divided: BTreeMap<P, (Self, Vec<usize>)> = BTreeMap::new();
        let mut sender = &Sender::Same;
        let events = self.events.iter().zip(&self.ids).zip(&self.senders).zip(places).enumerate();
        for (position, (((event, id), given), place)) in events {
            if *given != Sender::Same {
                sender = given;
            }
            let Some(place) = place else { continue };
            let (delivery, positions) = divided.entry(*place).or_default();
            delivery.push(*id, sender.clone(), event.clone());
            positions.push(position);
        }
        divided
    }

    /// Drops the events for which there is no `true`.
    pub fn keep_only(&mut self, kept: &[bool]) {
        if kept.contains(&false) {
            let mut flags = kept.iter();
            self.events.retain(|_| flags.next() == Some(&true));
            let mut flags = kept.iter();
            self.ids.retain(|_| flags.next() == Some(&true));
            // Who sent them is known by now.
            self.senders.clear();
        }
    }

    /// Writes the delivery down.
    pub fn encode(&self) -> Vec<u8> {
        let journal = engine::journal::encode(&self.events);
        let mut out = Vec::with_capacity(journal.len() + 64 + self.ids.len() * 17);
        out.extend_from_slice(&self.now_ms.to_le_bytes());
        out.push(self.only_going_on.into());
        put_count(&mut out, self.refused.len());
        for refused in &self.refused {
            put_text(&mut out, &refused.outcome);
            put_text(&mut out, &refused.reason);
            out.extend_from_slice(&refused.count.to_le_bytes());
        }
        put_count(&mut out, self.dropped.len());
        for report in &self.dropped {
            out.extend_from_slice(&report.id.0);
            out.extend_from_slice(&report.events.to_le_bytes());
        }
        match &self.progress {
            None => out.push(0),
            Some(progress) => {
                out.push(1);
                put_text(&mut out, &progress.key);
                put_count(&mut out, progress.done.len());
                progress.done.iter().for_each(|done| out.extend_from_slice(&done.to_le_bytes()));
                out.extend_from_slice(&progress.lines.to_le_bytes());
            }
        }
        match &self.signed {
            None => out.push(0),
            Some(signed) => {
                out.push(1);
                out.extend_from_slice(&signed.nonce);
                out.extend_from_slice(&signed.events.to_le_bytes());
            }
        }
        put_count(&mut out, self.ids.len());
        for (id, sender) in self.ids.iter().zip(&self.senders) {
            out.extend_from_slice(&id.0);
            match sender {
                Sender::Same => out.push(0),
                Sender::Client { ip, user_agent } => {
                    out.push(1);
                    put_text(&mut out, ip);
                    put_text(&mut out, user_agent);
                }
                Sender::Named(name) => {
                    out.push(2);
                    put_text(&mut out, name);
                }
            }
        }
        out.extend_from_slice(&journal);
        out
    }

    /// Reads a delivery.
    pub fn decode(bytes: &[u8]) -> Result<Self, Unreadable> {
        let mut reader = Reader(bytes);
        let now_ms = i64::from_le_bytes(reader.array()?);
        let mut delivery = Self { now_ms, only_going_on: reader.byte()? == 1, ..Self::default() };
        for _ in 0..reader.count()? {
            let (outcome, reason) = (reader.text()?, reader.text()?);
            delivery.refused.push(Refused { outcome, reason, count: reader.count()? });
        }
        for _ in 0..reader.count()? {
            delivery.dropped.push(Dropped { id: EventId(reader.array()?), events: reader.count()? });
        }
        if reader.byte()? == 1 {
            let key = reader.text()?;
            let done = (0..reader.count()?).map(|_| reader.count()).collect::<Result<_, _>>()?;
            delivery.progress = Some(Progress { key, done, lines: reader.count()? });
        }
        if reader.byte()? == 1 {
            delivery.signed = Some(Signed { nonce: reader.array()?, events: reader.count()? });
        }
        for _ in 0..reader.count()? {
            delivery.ids.push(EventId(reader.array()?));
            delivery.senders.push(match reader.byte()? {
                0 if !delivery.senders.is_empty() => Sender::Same,
                1 => Sender::Client { ip: reader.text()?, user_agent: reader.text()? },
                2 => Sender::Named(reader.text()?),
                _ => return Err(Unreadable),
            });
        }
        delivery.events = engine::journal::decode(reader.0).map_err(|_| Unreadable)?;
        if delivery.events.len() == delivery.ids.len() { Ok(delivery) } else { Err(Unreadable) }
    }
}

fn put_count(out: &mut Vec<u8>, count: usize) {
    out.extend_from_slice(&(count as u32).to_le_bytes());
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put_count(out, text.len());
    out.extend_from_slice(text.as_bytes());
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Unreadable> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Unreadable)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Unreadable> {
        self.take(N)?.try_into().map_err(|_| Unreadable)
    }

    fn byte(&mut self) -> Result<u8, Unreadable> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn count(&mut self) -> Result<u32, Unreadable> {
        self.array().map(u32::from_le_bytes)
    }

    fn text(&mut self) -> Result<String, Unreadable> {
        let length = self.count()? as usize;
        String::from_utf8(self.take(length)?.to_vec()).map_err(|_| Unreadable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::outcome::Filtered;

    fn delivery() -> Delivery {
        let mut delivery = Delivery { now_ms: 1_700_000_000_123, ..Delivery::default() };
        let browser = Sender::Client { ip: "192.0.2.7".into(), user_agent: "Browser/1".into() };
        for (id, sender) in [(1, browser.clone()), (2, browser), (3, Sender::Named("anna".into()))] {
            let event = Event { name: "pageview".into(), pathname: format!("/{id}"), ..Event::default() };
            delivery.push(EventId([id; 16]), sender, event);
        }
        delivery.refuse(Outcome::Filtered(Filtered::Bot));
        delivery.refuse(Outcome::Filtered(Filtered::Bot));
        delivery.dropped.push(Dropped { id: EventId([4; 16]), events: 9 });
        delivery.progress = Some(Progress { key: "k".into(), done: vec![3, 0], lines: 7 });
        delivery.signed = Some(Signed { nonce: [5; 16], events: 3 });
        delivery
    }

    #[test]
    fn what_is_written_is_read() {
        let written = delivery();
        assert_eq!(written.senders[1], Sender::Same);
        assert_eq!(written.refused[0].count, 2);
        assert_eq!(Delivery::decode(&written.encode()), Ok(written));
    }

    #[test]
    fn a_cut_delivery_is_unreadable() {
        let bytes = delivery().encode();
        for length in 0..bytes.len() {
            assert!(Delivery::decode(&bytes[..length]).is_err(), "{length} bytes");
        }
    }
}
