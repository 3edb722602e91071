//! From events to batches.
//!
//! What waits is kept as it will be written, but for repeated texts, which only a whole batch shows. It is a row of
//! numbers in base 128: an odd one is a byte (or the end of an event), an even one the length of a text that follows.

use crate::backoff;
use crate::bytes::Bytes;

/// All that may wait. What happens beyond it is given up and counted: the first events of a visit say where it came from.
const WAITING_BYTES: usize = 60_000;
/// Room that only the report of what was given up may use.
const REPORT_BYTES: usize = 40;
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
/// The number after an event's last: no byte is as large.
const END: u32 = 513;

/// Events that happen this soon after one another travel together.
const GATHER_MS: i32 = 1_000;
/// What the caller hears where a delivery is already on its way or planned, or nothing is left.
const NOTHING_TO_PLAN: i32 = -1;

/// All that a page knows.
#[derive(Debug)]
pub struct Tracker {
    /// The head of every batch, then the events that are on their way, then those that wait.
    queue: Bytes<WAITING_BYTES>,
    /// The batch that was taken last; texts come in here, too.
    out: Bytes<BATCH_BYTES>,
    /// Where the texts of the batch lie in it, and their lengths, in the order they were written.
    texts: [(u16, u16); TEXTS],
    texts_len: usize,
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
}

impl Tracker {
    /// A tracker of a page in which nothing happened.
    pub const fn new() -> Self {
        Self {
            queue: Bytes::new(),
            out: Bytes::new(),
            texts: [(0, 0); TEXTS],
            texts_len: 0,
            head: 0,
            sent: 0,
            opened: 0,
            sending: 0,
            waiting: 0,
            counter: 0,
            lost: 0,
            failures: 0,
        }
    }

    /// Where texts come in and batches go out.
    pub fn place(&self) -> *const u8 {
        self.out.address()
    }

    /// Writes a byte of the head or of an event. An event's first byte is its kind and flags; its id and age are added
    /// when it is delivered.
    pub fn byte(&mut self, byte: u8) {
        self.queue.push_number(u32::from(byte) * 2 + 1);
    }

    /// Writes a text of so many bytes of UTF-8, which stand in [`Self::place`].
    pub fn text(&mut self, length: usize) {
        self.queue.push_number(length as u32 * 2);
        for at in 0..length {
            self.queue.push(self.out.get(at));
        }
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
        self.queue.push_number(END);
        self.head = self.queue.len;
        self.sent = self.head;
    }

    /// Begins an event that happened at a time, in milliseconds since the page's beginning or any other.
    pub fn open(&mut self, at_ms: u32) {
        self.opened = self.queue.len;
        self.queue.push_number(at_ms);
        self.queue.push_number(self.counter);
    }

    /// Ends it. Answers in how many milliseconds to deliver, or -1 where that is already settled.
    pub fn close(&mut self) -> i32 {
        self.queue.push_number(END);
        if self.queue.len > WAITING_BYTES - REPORT_BYTES || self.queue.len - self.opened > EVENT_BYTES {
            self.queue.len = self.opened;
            self.lose(1);
            return if self.waiting + self.sending == 0 { GATHER_MS } else { NOTHING_TO_PLAN };
        }
        self.counter += 1;
        self.waiting += 1;
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

    /// Makes the next batch and answers how many bytes it has: 0 where there is none, or one is on its way. `leaving` makes
    /// the last one of a page that is being left, which nobody will hear an answer to: while deliveries fail, its events
    /// stay for a page that comes back, and their ids keep them from being counted twice.
    pub fn take(&mut self, now_ms: u32, leaving: bool) -> usize {
        if self.sending > 0 && !leaving {
            return 0;
        }
        self.report(now_ms);
        self.out.len = 0;
        self.texts_len = 0;
        let mut at = self.sent;
        if at == self.queue.len {
            return 0;
        }
        self.write(0);
        self.queue.number(&mut at);
        let mut expected = self.queue.number(&mut at);
        self.out.push_number(expected);
        let count_at = self.out.len;
        self.out.push(0);
        let mut count = 0;
        at = self.sent;
        while at < self.queue.len && count < EVENTS_PER_BATCH {
            let written = self.out.len;
            let mut next = at;
            let at_ms = self.queue.number(&mut next);
            let counter = self.queue.number(&mut next);
            self.out.push((self.queue.number(&mut next) >> 1) as u8);
            self.out.push_number((counter - expected) * 2);
            // A clock that was set back gives no event of the future.
            self.out.push_number(now_ms.saturating_sub(at_ms));
            next = self.write(next);
            if self.out.is_over() {
                self.out.len = written;
                break;
            }
            expected = counter + 1;
            at = next;
            count += 1;
        }
        self.out.set(count_at, count as u8);
        if !leaving {
            self.sent = at;
            self.sending = count;
            self.waiting -= count;
        } else if self.failures == 0 {
            self.remove(self.sent, at);
            self.waiting -= count;
        }
        self.out.len
    }

    /// Hears how the batch that was taken fared: its HTTP status, 0 where none came, and `Retry-After` in seconds.
    /// `random` lies between 0 and 1. Answers in how many milliseconds to deliver again, or -1 where nothing is left.
    pub fn answered(&mut self, status: u32, retry_after_s: f64, random: f64) -> i32 {
        let again = backoff::should_retry(status);
        if again {
            self.waiting += self.sending;
        } else {
            self.remove(self.head, self.sent);
        }
        self.sent = self.head;
        self.sending = 0;
        if again {
            self.failures += 1;
            return backoff::wait_ms(self.failures, retry_after_s, random);
        }
        self.failures = 0;
        if self.waiting > 0 { GATHER_MS } else { NOTHING_TO_PLAN }
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
        self.open(now_ms);
        self.byte(DROPPED);
        self.text(0);
        self.number(self.lost);
        self.queue.push_number(END);
        // An earlier report may still wait in the room that is kept for it.
        if self.queue.is_over() {
            self.queue.len = self.opened;
            return;
        }
        self.counter += 1;
        self.waiting += 1;
        self.lost = 0;
    }

    fn number(&mut self, mut number: u32) {
        while number >= 128 {
            self.byte(number as u8 | 128);
            number >>= 7;
        }
        self.byte(number as u8);
    }

    /// Adds what stands at a place of the queue, up to its end, to the batch; answers where the next begins.
    fn write(&mut self, mut at: usize) -> usize {
        while at < self.queue.len {
            let number = self.queue.number(&mut at);
            if number == END {
                break;
            }
            if number & 1 == 1 {
                self.out.push((number >> 1) as u8);
            } else {
                self.write_text(at, number as usize / 2);
                at += number as usize / 2;
            }
        }
        at
    }

    /// Adds a text, or the number of the same one before.
    fn write_text(&mut self, at: usize, length: usize) {
        let known = self.texts.iter().take(self.texts_len).position(|(known, known_length)| {
            *known_length as usize == length
                && (0..length).all(|offset| self.out.get(*known as usize + offset) == self.queue.get(at + offset))
        });
        if let Some(known) = known {
            return self.out.push_number(known as u32 * 2 + 1);
        }
        self.out.push_number(length as u32 * 2);
        if let Some(slot) = self.texts.get_mut(self.texts_len) {
            *slot = (self.out.len as u16, length as u16);
            self.texts_len += 1;
        }
        for offset in 0..length {
            self.out.push(self.queue.get(at + offset));
        }
    }

    fn remove(&mut self, from: usize, to: usize) {
        for at in to..self.queue.len {
            self.queue.set(at - to + from, self.queue.get(at));
        }
        self.queue.len -= to - from;
    }
}

impl Default for Tracker {
    fn default() -> Self {
        Self::new()
    }
}
