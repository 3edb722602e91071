//! Events that wait to be delivered, oldest first, within bounds that a page does not feel.

use alloc::vec::Vec;
use protocol::event::{Batch, Event};
use protocol::limits::EVENTS_PER_BATCH_MAX;

/// Of one batch; browsers let 64 KiB of requests outlive their page, all together.
const BATCH_BYTES: usize = 30_000;
/// Of all that waits. When a collector is away for long, the oldest events are given up.
const WAITING_BYTES: usize = 60_000;

/// Events that wait, with the time each happened in milliseconds.
#[derive(Debug, Default)]
pub struct Queue {
    waiting: Vec<(Event, f64)>,
    /// How many of the first are on their way.
    on_their_way: usize,
    bytes: usize,
}

impl Queue {
    /// Adds an event.
    pub fn push(&mut self, event: Event, at_ms: f64) {
        self.bytes += bytes(&event);
        self.waiting.push((event, at_ms));
        while self.bytes > WAITING_BYTES && self.waiting.len() > self.on_their_way {
            let oldest = self.on_their_way;
            self.remove(oldest, oldest + 1);
        }
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Whether a batch is on its way.
    pub fn is_sending(&self) -> bool {
        self.on_their_way > 0
    }

    /// Whether a batch is full.
    pub fn has_full_batch(&self) -> bool {
        self.bytes > BATCH_BYTES || self.waiting.len() >= EVENTS_PER_BATCH_MAX
    }

    /// Puts what fits of the events that are not on their way into a batch, and says how many they are.
    pub fn fill(&self, batch: &mut Batch, now_ms: f64) -> usize {
        let mut size = 0;
        for (event, at_ms) in self.waiting.iter().skip(self.on_their_way).take(EVENTS_PER_BATCH_MAX) {
            size += bytes(event);
            if size > BATCH_BYTES && !batch.events.is_empty() {
                break;
            }
            let mut event = event.clone();
            event.age_ms = (now_ms - at_ms) as u32;
            batch.events.push(event);
        }
        batch.events.len()
    }

    /// The first so many are on their way.
    pub fn sending(&mut self, events: usize) {
        self.on_their_way = events;
    }

    /// What was on its way arrived, or is not wanted.
    pub fn sent(&mut self) {
        self.remove(0, self.on_their_way);
        self.on_their_way = 0;
    }

    /// Gives up so many of the events that are not on their way.
    pub fn drop_next(&mut self, events: usize) {
        self.remove(self.on_their_way, self.on_their_way + events);
    }

    fn remove(&mut self, from: usize, to: usize) {
        let mut at = 0;
        self.waiting.retain(|_| {
            at += 1;
            at <= from || at > to
        });
        self.bytes = self.waiting.iter().map(|(event, _)| bytes(event)).sum();
    }
}

/// About as many as the event has in a batch.
fn bytes(event: &Event) -> usize {
    let props: usize = event.props.iter().map(|(key, value)| key.len() + value.len()).sum();
    event.url.len() + event.referrer.len() + event.payload.name().len() + props + 24
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(url_bytes: usize) -> Event {
        Event { url: "u".repeat(url_bytes), ..Event::default() }
    }

    fn queue(events: usize, url_bytes: usize) -> Queue {
        let mut queue = Queue::default();
        (0..events).for_each(|at| queue.push(event(url_bytes), at as f64));
        queue
    }

    #[test]
    fn a_batch_has_as_much_as_fits() {
        for (events, url_bytes, fits) in [(3, 10, 3), (150, 10, 100), (50, 1_000, 29), (1, 50_000, 1)] {
            let mut batch = Batch::default();
            assert_eq!(queue(events, url_bytes).fill(&mut batch, 0.0), fits, "{events} of {url_bytes}");
        }
    }

    #[test]
    fn ages_are_told_at_the_delivery() {
        let mut batch = Batch::default();
        queue(3, 10).fill(&mut batch, 1_000.0);
        assert_eq!(batch.events.iter().map(|event| event.age_ms).collect::<Vec<_>>(), [1_000, 999, 998]);
        // A clock that was set back makes no event of the future.
        let mut batch = Batch::default();
        queue(1, 10).fill(&mut batch, -5.0);
        assert_eq!(batch.events[0].age_ms, 0);
    }

    #[test]
    fn what_is_on_its_way_is_not_sent_twice_nor_given_up() {
        let mut queue = queue(3, 10);
        queue.sending(2);
        let mut batch = Batch::default();
        assert_eq!(queue.fill(&mut batch, 0.0), 1);
        (0..100).for_each(|_| queue.push(event(1_000), 0.0));
        assert!(queue.bytes <= WAITING_BYTES);
        assert_eq!(queue.waiting[..2], [(event(10), 0.0), (event(10), 1.0)]);
        queue.sent();
        assert!(queue.waiting.iter().all(|(waiting, _)| *waiting == event(1_000)));
    }
}
