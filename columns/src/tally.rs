//! Counting by groups. Distinct visitors and visits are told by the one that a group saw last, since a visitor's visits
//! come one after the other.

use crate::question::Figures;

/// The counts of a group.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) visitors: u32,
    pub(crate) visits: u32,
    pub(crate) views: u32,
    pub(crate) events: u32,
    /// Visits whose bounces, durations and page views count here.
    pub(crate) ended: u32,
    pub(crate) bounces: u32,
    pub(crate) duration_s: u64,
    pub(crate) visit_views: u64,
}

/// What counts of a visit as a whole.
#[derive(Clone, Copy)]
pub(crate) struct OfVisit {
    pub(crate) visitor: u32,
    pub(crate) visit: u32,
    pub(crate) bounced: bool,
    pub(crate) duration_s: u32,
    pub(crate) views: u32,
}

#[derive(Clone, Copy, Default)]
struct Group {
    counts: Counts,
    visitor: u32,
    visit: u32,
}

/// Groups with all their counts.
#[derive(Default)]
pub(crate) struct Tally(Vec<Group>);

impl Counts {
    fn add(&mut self, more: &Self) {
        self.visitors += more.visitors;
        self.visits += more.visits;
        self.views += more.views;
        self.events += more.events;
        self.ended += more.ended;
        self.bounces += more.bounces;
        self.duration_s += more.duration_s;
        self.visit_views += more.visit_views;
    }

    pub(crate) fn figures(&self, bounces: &Self, durations: &Self) -> Figures {
        let per = |sum: f64, count: u32| if count == 0 { 0.0 } else { sum / f64::from(count) };
        Figures {
            visitors: self.visitors,
            visits: self.visits,
            pageviews: self.views,
            events: self.events,
            views_per_visit: (per(self.visit_views as f64, self.visits) * 100.0).round() / 100.0,
            bounce_rate: per(f64::from(bounces.bounces) * 100.0, bounces.ended).round() as u32,
            visit_duration: per(durations.duration_s as f64, durations.ended).round() as u32,
        }
    }
}

impl Tally {
    pub(crate) fn new(groups: usize) -> Self {
        Self(vec![Group::default(); groups])
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn counts(&self, group: usize) -> Counts {
        self.0.get(group).map(|group| group.counts).unwrap_or_default()
    }

    /// Adds what was counted of visitors whom the group has not seen and will not see again.
    pub(crate) fn add(&mut self, group: u32, counts: &Counts) {
        if let Some(group) = self.0.get_mut(group as usize) {
            group.counts.add(counts);
        }
    }

    /// Adds a visit, or more of it.
    pub(crate) fn add_visit(&mut self, group: u32, of: &OfVisit, ended: bool) {
        let Some(Group { counts, visitor, visit }) = self.0.get_mut(group as usize) else { return };
        counts.visitors += u32::from(std::mem::replace(visitor, of.visitor) != of.visitor);
        if std::mem::replace(visit, of.visit) != of.visit {
            counts.visits += 1;
            if ended {
                counts.ended += 1;
                counts.bounces += u32::from(of.bounced);
                counts.duration_s += u64::from(of.duration_s);
                counts.visit_views += u64::from(of.views);
            }
        }
    }

    /// Adds events.
    pub(crate) fn add_events(&mut self, group: u32, views: u32, events: u32) {
        if let Some(group) = self.0.get_mut(group as usize) {
            group.counts.views += views;
            group.counts.events += events;
        }
    }
}

/// Groups of which only the distinct visitors are counted.
#[derive(Default)]
pub(crate) struct Visitors(Vec<Seen>);

/// The visitor who was seen last, and how many were.
#[derive(Clone, Copy, Default)]
struct Seen {
    last: u32,
    visitors: u32,
}

impl Visitors {
    pub(crate) fn new(groups: usize) -> Self {
        Self(vec![Seen::default(); groups])
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn seen(&self, group: usize) -> u32 {
        self.0.get(group).map_or(0, |seen| seen.visitors)
    }

    pub(crate) fn add(&mut self, group: u32, visitor: u32) {
        if let Some(seen) = self.0.get_mut(group as usize) {
            seen.visitors += u32::from(seen.last != visitor);
            seen.last = visitor;
        }
    }

    /// Adds so many who have not been seen and will not be seen again.
    pub(crate) fn add_others(&mut self, group: u32, others: u32) {
        if let Some(seen) = self.0.get_mut(group as usize) {
            seen.visitors += others;
        }
    }
}
