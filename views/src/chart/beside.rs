//! Further metrics on the overview's chart. Each has a scale and a kind of line of its own, so that colour is not all that
//! tells them apart.

use crate::app::App;
use crate::icon::{Icon, icon};
use crate::markup::{Element, element};
use crate::metric::Metric;
use crate::state::State;
use crate::words::{fill, say};

/// How many there may be beside the chosen one.
pub const MOST: usize = 2;

/// The classes of their lines, in the order in which they were chosen.
pub(super) const CLASSES: [&str; MOST] = ["beside beside-1", "beside beside-2"];

/// Those on the chart, in the order in which they were chosen.
pub(super) fn shown(state: &State) -> impl Iterator<Item = Metric> {
    state.beside.iter().copied().filter(|metric| *metric != state.metric).take(MOST)
}

/// The link on a headline number that puts it onto the chart beside the chosen one, or takes it away; none on the chosen
/// one, and where the chart is full.
pub fn toggle(app: &App, metric: Metric) -> Option<Element> {
    let place = shown(&app.state).position(|other| other == metric);
    let is_full = shown(&app.state).count() == MOST;
    if metric == app.state.metric || is_full && place.is_none() {
        return None;
    }
    let others = shown(&app.state).filter(|other| *other != metric).chain(place.is_none().then_some(metric));
    let state = app.state.but(|state| state.beside = others.collect());
    let (class, glyph, label) = match place.and_then(|place| CLASSES.get(place)) {
        Some(class) => (["figure-add ", class].concat(), Icon::Cross, "Take {0} off the chart"),
        None => ("figure-add".to_owned(), Icon::Plus, "Put {0} on the chart, too"),
    };
    let label = fill(label, &[&say(metric.label())]);
    let link = element("a").class(class).with("href", state.href()).with("data-beside", metric.name());
    Some(link.with("aria-label", label.as_str()).with("title", label).child(icon(glyph)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn two_stand_beside_the_chosen_one() {
        for (query, metric, expected) in [
            ("", Metric::Visits, Some("?beside=visits")),
            ("", Metric::Visitors, None),
            ("?beside=visits", Metric::Visits, Some("?")),
            ("?beside=visits", Metric::BounceRate, Some("?beside=visits&beside=bounce_rate")),
            ("?beside=visits&beside=bounce_rate", Metric::Pageviews, None),
            ("?beside=visits&beside=bounce_rate", Metric::Visits, Some("?beside=bounce_rate")),
            ("?metric=visits&beside=visits", Metric::Pageviews, Some("?metric=visits&beside=pageviews")),
            (
                "?beside=visits&beside=visits&beside=nothing&beside=pageviews&beside=bounce_rate",
                Metric::VisitDuration,
                None,
            ),
        ] {
            let link = toggle(&sample::app(query), metric);
            let href = link.map(|link| link.attributes.iter().find(|(name, _)| *name == "href").unwrap().1.clone());
            assert_eq!(href.as_deref(), expected, "{query} {metric:?}");
        }
    }
}
