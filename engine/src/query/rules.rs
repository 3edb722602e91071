//! Which metrics, dimensions and filters go together.

use super::dimension::Dimension;
use super::filter::Filter;
use super::metric::Metric;
use super::request::Request;
use crate::refusal::Refusal;
use crate::site::SiteSettings;
use crate::time::Unit;

/// Refuses what is well formed but has no meaning, or none for this site.
pub(super) fn check(request: &Request, site: &SiteSettings) -> Result<(), Refusal> {
    check_goals_of(&request.filters, site)?;
    for &metric in &request.metrics {
        check_metric(metric, request)?;
    }
    if request.include.time_labels && !request.dimensions.iter().any(Dimension::is_time) {
        return Err(Refusal::at(
            "/include/time_labels",
            "invalid_include",
            "Invalid include.time_labels: requires a time dimension",
            "add time, time:hour, time:day, time:week or time:month to the dimensions",
        ));
    }
    Ok(())
}

/// Goals that filters ask for by name must exist.
pub(super) fn check_goals_of(filters: &[Filter], site: &SiteSettings) -> Result<(), Refusal> {
    filters.iter().try_for_each(|filter| check_goals(filter, site))
}

fn check_goals(filter: &Filter, site: &SiteSettings) -> Result<(), Refusal> {
    match filter {
        Filter::Test { dimension: Dimension::Goal, test, .. } if test.lacks(&goal_names(site)) => {
            let names: Vec<&str> = goal_names(site).into_iter().take(20).collect();
            let hint = match names.as_slice() {
                [] => "the site has no goals yet".to_owned(),
                names => format!("configured are {}", names.join(", ")),
            };
            Err(Refusal::new("unknown_goal", "a goal of the filters is not configured for this site", hint))
        }
        Filter::Test { .. } => Ok(()),
        Filter::And(filters) | Filter::Or(filters) | Filter::Sequence(filters) => {
            filters.iter().try_for_each(|filter| check_goals(filter, site))
        }
        Filter::Not(filter) | Filter::HasDone { filter, .. } => check_goals(filter, site),
    }
}

fn goal_names(site: &SiteSettings) -> Vec<&str> {
    site.goals.iter().map(|goal| &*goal.display_name).collect()
}

fn check_metric(metric: Metric, request: &Request) -> Result<(), Refusal> {
    let dimensions = &request.dimensions;
    let tested =
        |wanted: &Dimension| request.filters.iter().any(|filter| filter.tests(|dimension| dimension == wanted));
    let top_or_dimension = |wanted: &Dimension| {
        dimensions.contains(wanted) || request.filters.iter().any(|filter| filter.dimension() == Some(wanted))
    };
    let refuse = |rest: &str, hint: &str| {
        let error = format!("Metric `{}` {rest}", metric.name());
        Err(Refusal::new("unsupported_combination", error, hint.to_owned()))
    };
    match metric {
        Metric::ConversionRate | Metric::GroupConversionRate if !top_or_dimension(&Dimension::Goal) => {
            refuse("can only be queried with event:goal filters or dimensions", "add event:goal to the dimensions")
        }
        Metric::ScrollDepth | Metric::TimeOnPage if !top_or_dimension(&Dimension::Page) => {
            refuse("can only be queried with event:page filters or dimensions", "add event:page to the dimensions")
        }
        Metric::Percentage if dimensions.is_empty() => refuse("can only be queried with dimensions", "add a dimension"),
        Metric::ViewsPerVisit if tested(&Dimension::Page) => {
            refuse("cannot be queried with a filter on `event:page`", "ask for pageviews and visits instead")
        }
        Metric::ViewsPerVisit if !dimensions.is_empty() => {
            refuse("cannot be queried with `dimensions`", "ask for pageviews and visits instead")
        }
        Metric::ExitRate if dimensions.as_slice() != [Dimension::ExitPage] => {
            refuse("requires the single dimension `visit:exit_page`", "ask for it with that dimension alone")
        }
        Metric::ExitRate if request.filters.iter().any(|filter| filter.tests(Dimension::is_of_events)) => {
            refuse("cannot be queried when filtering on events", "filter by visit: dimensions instead")
        }
        _ if metric.is_of_visits() && dimensions.iter().any(splits_visits) => refuse(
            "cannot be queried with dimensions of single events",
            "only event:page and event:hostname have visits of their own",
        ),
        _ if metric.is_of_events() && dimensions.contains(&Dimension::ExitPage) => {
            refuse("cannot be queried with the dimension `visit:exit_page`", "ask for visitors or visits")
        }
        _ => Ok(()),
    }
}

fn splits_visits(dimension: &Dimension) -> bool {
    matches!(dimension, Dimension::Name | Dimension::Goal | Dimension::Prop(_) | Dimension::Detail(_))
}

/// The refusal of a range that has too many buckets of a unit.
pub(super) fn too_many_buckets(unit: Unit) -> Refusal {
    Refusal::new(
        "range_too_long",
        format!("the range is too long for the dimension time:{}", unit.name()),
        "use a longer unit of time or a shorter range",
    )
}
