//! From events to batches.
//!
//! What waits is kept as it will be written, but for repeated texts, which only a whole batch shows. An event is its kind,
//! its time and its counter, then a row of numbers in base 128: an even one is a byte, twice its value and 2; an odd one
//! the length of a text that follows, twice and 1; 0 ends the row.

use crate::backoff;
use crate::bytes::{Bytes, ROOM};

/// All that may wait but the report of what was given up. What happens beyond it is given up and counted: the first
/// events of a visit say where it came from.
const WAITING_BYTES: usize = ROOM - 40;
/// Of one batch; browsers let 64 KiB of requests outlive their page, all together.
const BATCH_BYTES: usize = 31_000;
/// Of one event: it fits into a batch with its head.
const EVENT_BYTES: usize = 30_000;
/// The protocol's.
const EVENTS_PER_BATCH: u32 = 100;
/// Texts of a batch that can be repeated.
const TEXTS: usize = 256;
/// The kind of a report of what was given up.
const DROPPED: u8 = 10;
/// What ends a row.
const END: u8 = 0;

/// Events that happen this soon after one another travel together.
const GATHER_MS: i32 = 1_000;
/// What the caller hears where a delivery is already on its way or planned, or nothing is left.
const NOTHING_TO_PLAN: i32 = -1;

/// What a batch is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taking {
    /// It is delivered now; the page hears how that went, by [`Tracker::answered`].
    Delivery,
    /// The page is being left, and nobody will hear an answer: while deliveries fail, its events stay for a page that comes
    /// back, and their ids keep them from being counted twice.
    Leaving,
    /// The browser keeps it, and delivers it later: what failed so far does not matter any more.
    Keeping,
}

/// All that a page knows.
#[derive(Debug)]
// What is short comes first: its addresses are short, too.
#[repr(C)]
pub struct Tracker {
    /// Where the head ends.
    head: usize,
    /// Where what is on its way ends.
    sent: usize,
    /// Where the event begins that is being written.
    opened: usize,
    /// Events on their way, and events that wait.
    sending: u32,
    waiting: u32,
    /// Events so far: the last four bytes of the next one's id.
    counter: u32,
    /// Events that were given up and not yet reported.
    lost: u32,
    /// Deliveries in a row that failed.
    failures: u32,
    /// Where the texts of the batch lie in the queue, with their lengths, in the order they were written.
    texts: [u16; TEXTS],
    texts_len: usize,
    /// The head of every batch, then the events that are on their way, then those that wait.
    queue: Bytes,
    /// The batch that was taken last; texts come in here, too.
    out: Bytes,
}

impl Tracker {
    /// A tracker of a page in which nothing happened.
    pub const fn new() -> Self {
        Self {
            head: 0,
            sent: 0,
            opened: 0,
            sending: 0,
            waiting: 0,
            counter: 0,
            lost: 0,
            failures: 0,
            texts: [0; TEXTS],
            texts_len: 0,
            out: Bytes::new(),
            queue: Bytes::new(),
        }
    }

    /// Where texts come in and batches go out.
    pub fn place(&self) -> *const u8 {
        self.out.address()
    }

    /// Writes a byte of the head or of an event.
    pub fn byte(&mut self, byte: u8) {
        self.queue.push_number(u32::from(byte) * 2 + 2);
    }

    /// Writes a text of so many bytes of UTF-8, which stand in [`Self::place`].
    pub fn text(&mut self, length: usize) {
        self.queue.push_number(length as u32 * 2 + 1);
        self.queue.push_from(&self.out, 0, length);
    }

    /// Writes a text, as the page does by [`Self::place`] and [`Self::text`].
    #[cfg(not(target_arch = "wasm32"))]
    pub fn put_text(&mut self, text: &[u8]) {
        for (at, byte) in text.iter().enumerate() {
            self.out.set(at, *byte);
        }
        self.text(text.len());
    }

    /// The batch that was taken last, and what lay there before it.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn batch(&self) -> &[u8] {
        self.out.all()
    }

    /// Ends the head: version, site, screen width, how many each sampled event stands for, and the random part of the ids.
    pub fn begin(&mut self) {
        self.queue.push(END);
        self.head = self.queue.len;
        self.sent = self.head;
    }

    /// Begins an event of a kind (with its flags) that happened at a time, in milliseconds since the page's beginning or
    /// any other. Its fields follow; its id and age are added when it is delivered.
    pub fn open(&mut self, kind: u8, at_ms: u32) {
        self.opened = self.queue.len;
        self.queue.push(kind);
        self.queue.push_number(at_ms);
        self.queue.push_number(self.counter);
    }

    /// Ends it. Answers in how many milliseconds to deliver, or -1 where that is already settled.
    pub fn close(&mut self) -> i32 {
        if !self.keep(WAITING_BYTES) {
            self.lost += 1;
            return if self.waiting + self.sending == 0 { GATHER_MS } else { NOTHING_TO_PLAN };
        }
        if self.sending > 0 || self.failures > 0 {
            NOTHING_TO_PLAN
        } else if self.waiting >= EVENTS_PER_BATCH || self.queue.len > EVENT_BYTES {
            0
        } else if self.waiting > 1 {
            NOTHING_TO_PLAN
        } else {
            GATHER_MS
        }
    }

    /// Counts events that were given up before they came here.
    pub fn lose(&mut self, events: u32) {
        self.lost += events;
    }

    /// Makes the next batch and answers how many bytes it has: 0 where there is none, or one is on its way.
    pub fn take(&mut self, now_ms: u32, taking: Taking) -> usize {
        if self.sending > 0 && taking == Taking::Delivery {
            return 0;
        }
        self.report(now_ms);
        self.out.len = 0;
        self.texts_len = 0;
        if self.sent == self.queue.len {
            return 0;
        }
        self.queue.at = 0;
        self.write();
        self.queue.at = self.sent + 1;
        self.queue.number();
        let mut expected = self.queue.number();
        self.out.push_number(expected);
        let count_at = self.out.len;
        self.out.push(0);
        let mut count = 0;
        let mut taken = self.sent;
        while taken < self.queue.len && count < EVENTS_PER_BATCH {
            let written = self.out.len;
            self.out.push(self.queue.get(taken));
            self.queue.at = taken + 1;
            let at_ms = self.queue.number();
            let counter = self.queue.number();
            self.out.push_number((counter - expected) * 2);
            // A clock that was set back gives no event of the future.
            self.out.push_number(now_ms.saturating_sub(at_ms));
            self.write();
            if self.out.len > BATCH_BYTES {
                self.out.len = written;
                break;
            }
            expected = counter + 1;
            taken = self.queue.at;
            count += 1;
        }
        self.out.set(count_at, count as u8);
        if taking == Taking::Delivery {
            self.sent = taken;
            self.sending = count;
            self.waiting -= count;
        } else {
            if taking == Taking::Keeping {
                self.failures = 0;
            }
            if self.failures == 0 {
                self.queue.remove(self.sent, taken);
                self.waiting -= count;
            }
        }
        self.out.len
    }

    /// Hears how the batch that was taken fared: its HTTP status, 0 where none came, and `Retry-After` in seconds.
    /// `random` lies between 0 and 1. Answers in how many milliseconds to deliver again, or -1 where nothing is left.
    pub fn answered(&mut self, status: u32, retry_after_s: f64, random: f64) -> i32 {
        let again = backoff::should_retry(status);
        if again {
            self.waiting += self.sending;
            self.failures += 1;
        } else {
            self.queue.remove(self.head, self.sent);
            self.failures = 0;
        }
        self.sent = self.head;
        self.sending = 0;
        if again {
            backoff::wait_ms(self.failures, retry_after_s, random)
        } else if self.waiting > 0 {
            GATHER_MS
        } else {
            NOTHING_TO_PLAN
        }
    }

    /// Forgets all events that were not delivered: they are not wanted any more.
    pub fn forget(&mut self) {
        self.queue.len = self.head;
        self.sent = self.head;
        self.sending = 0;
        self.waiting = 0;
        self.lost = 0;
    }

    /// Says how many events were given up, as an event of its own: its id keeps it from being counted twice.
    fn report(&mut self, now_ms: u32) {
        if self.lost == 0 {
            return;
        }
        self.open(DROPPED, now_ms);
        self.text(0);
        let mut lost = self.lost;
        while lost >= 128 {
            self.byte(lost as u8 | 128);
            lost >>= 7;
        }
        self.byte(lost as u8);
        // An earlier report may still wait in the room that is kept for it.
        if self.keep(ROOM) {
            self.lost = 0;
        }
    }

    /// Ends an event, and keeps it if the queue is no longer than that with it; answers whether.
    fn keep(&mut self, longest: usize) -> bool {
        self.queue.push(END);
        if self.queue.len > longest || self.queue.len - self.opened > EVENT_BYTES {
            self.queue.len = self.opened;
            return false;
        }
        self.counter += 1;
        self.waiting += 1;
        true
    }

    /// Adds the row of the queue that is read next to the batch.
    fn write(&mut self) {
        loop {
            let start = self.queue.at;
            let number = self.queue.number();
            if number == u32::from(END) {
                return;
            }
            if number & 1 == 0 {
                self.out.push((number / 2 - 1) as u8);
            } else {
                self.write_text(start, number / 2);
            }
        }
    }

    /// Adds the text that is read next, or the number of the same one before. Where its length stands, too, is `start`.
    fn write_text(&mut self, start: usize, length: u32) {
        let at = self.queue.at;
        self.queue.at += length as usize;
        let mut known = 0;
        while known < self.texts_len {
            let before = self.texts.get(known).copied().unwrap_or_default() as usize;
            // Whose lengths differ, differ there.
            if (start..self.queue.at).all(|at| self.queue.get(at) == self.queue.get(at - start + before)) {
                return self.out.push_number(known as u32 * 2 + 1);
            }
            known += 1;
        }
        if let Some(slot) = self.texts.get_mut(known) {
            *slot = start as u16;
            self.texts_len += 1;
        }
        self.out.push_number(length * 2);
        self.out.push_from(&self.queue, at, length as usize);
    }
}

impl Default for Tracker {
    fn default() -> Self {
        Self::new()
    }
}
