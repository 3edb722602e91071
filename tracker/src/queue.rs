//! Events that wait to be delivered, oldest first, within bounds that a page does not feel.

use alloc::vec::Vec;
use protocol::event::Event;
use protocol::limits::EVENTS_PER_BATCH_MAX;

/// Of one batch; browsers let 64 KiB of requests outlive their page, all together.
const BATCH_BYTES: usize = 30_000;
/// Of all that waits. When a collector is away for long, the oldest events are given up.
const WAITING_BYTES: usize = 60_000;

/// Events that wait, with the time each happened in milliseconds.
#[derive(Debug, Default)]
pub struct Queue {
    waiting: Vec<Event>,
    happened_ms: Vec<f64>,
    /// How many of the first are on their way.
    on_their_way: usize,
    bytes: usize,
}

impl Queue {
    /// Adds an event.
    pub fn push(&mut self, event: Event, at_ms: f64) {
        self.bytes += bytes(&event);
        self.waiting.push(event);
        self.happened_ms.push(at_ms);
        while self.bytes > WAITING_BYTES && self.waiting.len() > self.on_their_way {
            self.remove(self.on_their_way, 1);
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

    /// What fits into a batch of the events that are not on their way, with their ages as of now.
    pub fn next(&mut self, now_ms: f64) -> &[Event] {
        let mut size = 0;
        let mut fits = 0;
        let aged = self.waiting.iter_mut().zip(&self.happened_ms).skip(self.on_their_way);
        for (event, at_ms) in aged.take(EVENTS_PER_BATCH_MAX) {
            size += bytes(event);
            if size > BATCH_BYTES && fits > 0 {
                break;
            }
            // A clock that was set back gives no event of the future: the conversion stops at zero.
            event.age_ms = (now_ms - at_ms) as u32;
            fits += 1;
        }
        self.waiting.get(self.on_their_way..self.on_their_way + fits).unwrap_or_default()
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
        self.remove(self.on_their_way, events);
    }

    fn remove(&mut self, from: usize, events: usize) {
        let is_kept = |at: &mut usize| {
            *at += 1;
            *at <= from || *at > from + events
        };
        let (mut event_at, mut time_at) = (0, 0);
        self.waiting.retain(|_| is_kept(&mut event_at));
        self.happened_ms.retain(|_| is_kept(&mut time_at));
        self.bytes = self.waiting.iter().map(bytes).sum();
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
            assert_eq!(queue(events, url_bytes).next(0.0).len(), fits, "{events} of {url_bytes}");
        }
    }

    #[test]
    fn ages_are_told_at_the_delivery() {
        let ages = |now_ms| queue(3, 10).next(now_ms).iter().map(|event| event.age_ms).collect::<Vec<_>>();
        assert_eq!(ages(1_000.0), [1_000, 999, 998]);
        assert_eq!(ages(1.0), [1, 0, 0], "a clock that was set back gives no event of the future");
    }

    #[test]
    fn what_is_on_its_way_is_not_sent_twice_nor_given_up() {
        let mut queue = queue(3, 10);
        queue.sending(2);
        assert_eq!(queue.next(0.0).len(), 1);
        (0..100).for_each(|_| queue.push(event(1_000), 0.0));
        assert!(queue.bytes <= WAITING_BYTES);
        assert_eq!(queue.waiting[..2], [event(10), event(10)]);
        queue.sent();
        assert!(queue.waiting.iter().all(|waiting| waiting.url.len() == 1_000));
        assert_eq!(queue.waiting.len(), queue.happened_ms.len());
    }
}
