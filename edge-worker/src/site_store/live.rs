//! What those who watch a site are told: how many visitors are here, and what was just counted. `js/live.mjs` holds their
//! connections and asks when there is something new.

use super::Site;
use super::question::{self, Question};
use engine::event::Event;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use worker::Result;

/// So many of the last events are told at once; of more it is told how many.
const EVENTS_MAX: usize = 50;

/// What has not been told yet.
#[derive(Default)]
pub(super) struct Live {
    pub(super) is_watched: Cell<bool>,
    events: RefCell<VecDeque<Value>>,
    count: Cell<usize>,
}

impl Live {
    /// Takes down what was just committed, if anybody watches.
    pub(super) fn note(&self, committed: &[Event]) {
        if !self.is_watched.get() {
            return;
        }
        let mut events = self.events.borrow_mut();
        // That somebody read on is no news.
        for event in committed.iter().filter(|event| event.name != "engagement") {
            self.count.set(self.count.get() + 1);
            if events.len() >= EVENTS_MAX {
                events.pop_front();
            }
            events.push_back(told(event));
        }
    }
}

fn told(event: &Event) -> Value {
    json!({
        "name": event.name, "page": event.pathname, "hostname": event.hostname, "source": event.visit.source,
        "country": event.visit.country, "browser": event.visit.browser, "device": event.visit.device,
    })
}

impl Site {
    /// What is new since this was last asked; none where the site is not set up.
    #[cfg_attr(test, allow(dead_code, reason = "the simulation has nobody who watches"))]
    pub(super) async fn live(self: &Rc<Self>) -> Result<Option<Value>> {
        if !self.load_record()? {
            return Ok(None);
        }
        let now_s = self.now_ms().div_euclid(1000);
        // Whoever did something in the last five minutes is here.
        let domain = self.record.borrow().as_ref().map(|record| record.domain.clone());
        let request = json!({ "site_id": domain, "metrics": ["visitors"], "date_range": "realtime" });
        let asked = Question::Query { kind: "query".into(), now_s, request };
        let answer = question::answer(self, asked).await?;
        let visitors = answer.pointer("/body/results/0/metrics/0").cloned().unwrap_or_default();
        let events: Vec<Value> = self.live.events.take().into();
        Ok(Some(json!({ "visitors": visitors, "count": self.live.count.replace(0), "events": events })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_events_are_told_and_of_the_others_how_many_there_were() {
        let live = Live::default();
        let event = |n: usize| Event { name: "pageview".into(), pathname: format!("/{n}"), ..Event::default() };
        live.note(&[event(0)]);
        assert_eq!(live.count.get(), 0, "nobody watches");
        live.is_watched.set(true);
        live.note(&[Event { name: "engagement".into(), ..Event::default() }]);
        live.note(&(1..=EVENTS_MAX + 7).map(event).collect::<Vec<_>>());
        let events = live.events.take();
        assert_eq!((live.count.get(), events.len()), (EVENTS_MAX + 7, EVENTS_MAX));
        assert_eq!(events.back().and_then(|event| event.get("page")), Some(&json!(format!("/{}", EVENTS_MAX + 7))));
        assert_eq!(events.front().and_then(|event| event.get("page")), Some(&json!("/8")));
    }
}
