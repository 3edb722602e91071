//! The six headline numbers: what they are called, how they read, and which direction is good.

use crate::format;

/// A number of a site over a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Distinct visitors.
    Visitors,
    /// Distinct visits.
    Visits,
    /// Page views.
    Pageviews,
    /// Page views of the visits, per visit.
    ViewsPerVisit,
    /// Percentage of visits with a single page view.
    BounceRate,
    /// Mean duration of a visit in seconds.
    VisitDuration,
}

impl Metric {
    /// All, in the order of the screen; also the order of the metrics in every query.
    pub const ALL: [Self; 6] =
        [Self::Visitors, Self::Visits, Self::Pageviews, Self::ViewsPerVisit, Self::BounceRate, Self::VisitDuration];

    /// The name in queries and addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Visitors => "visitors",
            Self::Visits => "visits",
            Self::Pageviews => "pageviews",
            Self::ViewsPerVisit => "views_per_visit",
            Self::BounceRate => "bounce_rate",
            Self::VisitDuration => "visit_duration",
        }
    }

    /// The metric of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.name() == name)
    }

    /// The name on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Visitors => "Visitors",
            Self::Visits => "Visits",
            Self::Pageviews => "Page views",
            Self::ViewsPerVisit => "Views per visit",
            Self::BounceRate => "Bounce rate",
            Self::VisitDuration => "Visit duration",
        }
    }

    /// What exactly the number means.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Visitors => {
                "Different people. Nobody is recognised on another day: over several days this is a sum of daily visitors."
            }
            Self::Visits => "Runs of activity of one visitor without a pause of 30 minutes.",
            Self::Pageviews => "Pages seen, repeats included.",
            Self::ViewsPerVisit => "Page views divided by visits. Not defined while a page is filtered for.",
            Self::BounceRate => "Visits that saw one page and did nothing else.",
            Self::VisitDuration => "Mean time from the first to the last event of a visit; a bounce counts as none.",
        }
    }

    /// The value as read on screen.
    pub fn show(self, value: f64) -> String {
        match self {
            Self::Visitors | Self::Visits | Self::Pageviews => format::count(value),
            Self::ViewsPerVisit => format::decimal(value, 2),
            Self::BounceRate => format::percent(value),
            Self::VisitDuration => format::duration(value),
        }
    }

    /// The value in full, for tables and tooltips.
    pub fn show_exactly(self, value: f64) -> String {
        match self {
            Self::Visitors | Self::Visits | Self::Pageviews => format::grouped(value),
            _ => self.show(value),
        }
    }

    /// Whether a rise is good news.
    pub fn rise_is_good(self) -> bool {
        self != Self::BounceRate
    }
}
