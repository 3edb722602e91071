//! What can be asked, for programs that build questions.

use super::dimension::Dimension;
use super::metric::Metric;
use crate::segment::CITY;
use crate::time::Unit;
use serde_json::{Value, json};

/// Everything that a query may contain: metrics with their types, dimensions with their types and operators, and the
/// limits.
pub fn catalogue() -> Value {
    let metrics = Metric::ALL.iter().map(|metric| json!({"name": metric.name(), "type": type_of(*metric)}));
    let dimensions = Dimension::all().into_iter().map(|dimension| {
        let (kind, operators) = match &dimension {
            Dimension::Time | Dimension::TimeUnit(_) => ("time", &[][..]),
            Dimension::Goal => ("text", &["is", "contains"][..]),
            Dimension::Visit(CITY) => ("number", OPERATORS),
            _ => ("text", OPERATORS),
        };
        let name = dimension.name();
        let scope = name.split(':').next().unwrap_or_default().to_owned();
        json!({"name": name, "scope": scope, "type": kind, "operators": operators})
    });
    json!({
        "metrics": metrics.collect::<Vec<_>>(),
        "dimensions": dimensions.collect::<Vec<_>>(),
        "operators": {
            "logical": ["and", "or", "not"],
            "behavioural": ["has_done", "has_not_done", "sequence"],
            "modifiers": {"case_sensitive": ["is", "is_not", "contains", "contains_not"]},
        },
        "date_ranges": ["day", "24h", "<N>d", "month", "<N>mo", "year", "all", ["<date>", "<date>"], ["<instant>", "<instant>"]],
        "comparisons": ["previous_period", "year_over_year", "custom"],
        "intervals": Unit::ALL.map(Unit::name),
        "questions": ["/api/v2/query", "/api/v2/funnel", "/api/v2/journeys", "/api/v2/retention"],
        "limits": {
            "queries": super::QUERIES_MAX,
            "rows": super::request::ROWS_MAX,
            "filter_values": super::filter::VALUES_MAX,
            "filter_depth": super::filter::DEPTH_MAX,
        },
    })
}

const OPERATORS: &[&str] =
    &["is", "is_not", "contains", "contains_not", "matches", "matches_not", "matches_wildcard", "matches_wildcard_not"];

fn type_of(metric: Metric) -> &'static str {
    match metric {
        Metric::Visitors | Metric::Visits | Metric::Pageviews | Metric::Events | Metric::Rows => "count",
        Metric::ViewsPerVisit => "decimal",
        Metric::VisitDuration | Metric::TimeOnPage => "seconds",
        Metric::TotalRevenue | Metric::AverageRevenue => "money",
        Metric::Quantile(_) | Metric::Sum => "measure",
        Metric::FirstSeen | Metric::LastSeen => "moment",
        Metric::BounceRate
        | Metric::Percentage
        | Metric::ConversionRate
        | Metric::GroupConversionRate
        | Metric::ScrollDepth
        | Metric::ExitRate
        | Metric::ErrorRate => "percent",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_listed_is_read() {
        let catalogue = catalogue();
        for metric in catalogue["metrics"].as_array().unwrap() {
            assert!(Metric::named(metric["name"].as_str().unwrap()).is_some(), "{metric}");
        }
        for dimension in catalogue["dimensions"].as_array().unwrap() {
            assert!(Dimension::named(dimension["name"].as_str().unwrap()).is_some(), "{dimension}");
        }
    }
}
