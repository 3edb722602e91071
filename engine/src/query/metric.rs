//! The metrics that can be asked for.

/// A metric of the Stats API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Metric {
    /// Distinct visitors.
    Visitors,
    /// Distinct visits.
    Visits,
    /// Page views.
    Pageviews,
    /// All events but engagement.
    Events,
    /// Page views of the visits per visit.
    ViewsPerVisit,
    /// Percent of visits that bounced.
    BounceRate,
    /// Mean seconds of a visit.
    VisitDuration,
    /// Percent of all visitors of the query.
    Percentage,
    /// Percent of all visitors that converted.
    ConversionRate,
    /// Percent of the group's visitors that converted.
    GroupConversionRate,
    /// Mean over visits of the furthest point reached, in percent.
    ScrollDepth,
    /// Mean engagement of a visit, in seconds.
    TimeOnPage,
    /// Sum of the conversions' revenue.
    TotalRevenue,
    /// Revenue of a conversion that brought some.
    AverageRevenue,
    /// Percent of a page's views that were the last of their visit.
    ExitRate,
    /// A quantile, in percent, of what events measured: the durations of components, requests, queries, commands and
    /// checks in milliseconds, the values of vitals in their unit. Within half a percent of the exact one.
    Quantile(u8),
    /// Percent of requests, commands and checks that failed: a request that had no answer or a status of 500 or more,
    /// a command or check that says so.
    ErrorRate,
    /// Sum of what events measured, in milliseconds or the vitals' unit.
    Sum,
    /// Rows that queries returned or changed.
    Rows,
    /// When the first event of the range happened, in seconds since 1970.
    FirstSeen,
    /// When the last event of the range happened, in seconds since 1970.
    LastSeen,
}

impl Metric {
    /// Every metric.
    pub(super) const ALL: [Self; 24] = [
        Self::Visitors,
        Self::Visits,
        Self::Pageviews,
        Self::Events,
        Self::ViewsPerVisit,
        Self::BounceRate,
        Self::VisitDuration,
        Self::Percentage,
        Self::ConversionRate,
        Self::GroupConversionRate,
        Self::ScrollDepth,
        Self::TimeOnPage,
        Self::TotalRevenue,
        Self::AverageRevenue,
        Self::ExitRate,
        Self::Quantile(50),
        Self::Quantile(75),
        Self::Quantile(95),
        Self::Quantile(99),
        Self::ErrorRate,
        Self::Sum,
        Self::Rows,
        Self::FirstSeen,
        Self::LastSeen,
    ];

    /// Its name in the contract.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Visitors => "visitors",
            Self::Visits => "visits",
            Self::Pageviews => "pageviews",
            Self::Events => "events",
            Self::ViewsPerVisit => "views_per_visit",
            Self::BounceRate => "bounce_rate",
            Self::VisitDuration => "visit_duration",
            Self::Percentage => "percentage",
            Self::ConversionRate => "conversion_rate",
            Self::GroupConversionRate => "group_conversion_rate",
            Self::ScrollDepth => "scroll_depth",
            Self::TimeOnPage => "time_on_page",
            Self::TotalRevenue => "total_revenue",
            Self::AverageRevenue => "average_revenue",
            Self::ExitRate => "exit_rate",
            Self::Quantile(50) => "p50",
            Self::Quantile(75) => "p75",
            Self::Quantile(95) => "p95",
            Self::Quantile(_) => "p99",
            Self::ErrorRate => "error_rate",
            Self::Sum => "sum",
            Self::Rows => "rows",
            Self::FirstSeen => "first_seen",
            Self::LastSeen => "last_seen",
        }
    }

    /// The metric of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.name() == name)
    }

    /// Whether it counts events, which have no exit page of their own.
    pub(super) fn is_of_events(self) -> bool {
        matches!(
            self,
            Self::Pageviews
                | Self::Events
                | Self::ScrollDepth
                | Self::TimeOnPage
                | Self::TotalRevenue
                | Self::AverageRevenue
                | Self::Quantile(_)
                | Self::ErrorRate
                | Self::Sum
                | Self::Rows
                | Self::FirstSeen
                | Self::LastSeen
        )
    }

    /// Whether it is about what single events measure or when they happened.
    pub(super) fn is_measured(self) -> bool {
        matches!(self, Self::Quantile(_) | Self::ErrorRate | Self::Sum | Self::Rows | Self::FirstSeen | Self::LastSeen)
    }

    /// Whether it is a property of whole visits.
    pub(super) fn is_of_visits(self) -> bool {
        matches!(self, Self::BounceRate | Self::VisitDuration | Self::ViewsPerVisit)
    }

    /// Whether it is an amount of money.
    pub(super) fn is_revenue(self) -> bool {
        matches!(self, Self::TotalRevenue | Self::AverageRevenue)
    }
}
