//! The headline numbers, each with its change, each a link that puts it on the chart.

use crate::answer::{Pair, value_of};
use crate::app::App;
use crate::chart::toggle;
use crate::compare;
use crate::format;
use crate::markup::{Element, element};
use crate::metric::Metric;
use crate::skeleton;
use crate::words::{fill, say};

/// The row of numbers.
pub fn headline(app: &App) -> Element {
    let pair = app.data.headline.as_ref().and_then(|result| result.as_ref().ok());
    element("ul").class("headline").with("aria-label", say("Headline numbers")).with("data-roving", "both").children(
        Metric::ALL.map(|metric| element("li").child(figure(app, metric, pair)).children(toggle(app, metric))),
    )
}

fn figure(app: &App, metric: Metric, pair: Option<&Pair>) -> Element {
    let chosen = app.state.metric == metric;
    let link = element("a")
        .class("figure")
        .with("href", app.state.but(|state| state.metric = metric).href())
        .with("data-metric", metric.name())
        .with("title", say(metric.meaning()))
        .with_if(chosen, "aria-current", "true")
        .child(element("span").class("figure-label").text(say(metric.label())));
    let Some(pair) = pair else {
        // What is compared with has its place, too, so that nothing moves when it comes.
        let before =
            compare::days(&app.state, &app.clock).map(|_| element("span").class("figure-before").text("\u{a0}"));
        return link.child(skeleton::number()).children(before);
    };
    let number = element("span").class("figure-value");
    let now = value_of(&pair.now, metric);
    let number = match now {
        Some(value) => number.with("data-value", format::exact(value)).text(metric.show(value)),
        None => number.text("–"),
    };
    let before = value_of(&pair.before, metric);
    let shown = before.filter(|_| now.is_some()).map(|before| {
        let days = compare::words(&app.state, &app.clock).unwrap_or_else(|| say("the time before"));
        let title = fill("{0} in {1}", &[&metric.show_exactly(before), &days]);
        let value = element("span").class("figure-before").with("title", title);
        value.text(fill("was {0}", &[&metric.show(before)]))
    });
    link.child(number).children(change(metric, now, before)).children(shown)
}

/// The change against the period before; none where there is nothing to compare with.
pub fn change(metric: Metric, now: Option<f64>, before: Option<f64>) -> Option<Element> {
    let (now, before) = now.zip(before).filter(|(_, before)| *before > 0.0)?;
    // The change of a percentage in percent would be misread.
    let points = metric == Metric::BounceRate;
    let difference = if points { now - before } else { (now - before) / before * 100.0 }.round();
    let (class, arrow, word) = match difference {
        0.0 => ("change flat", "", say("unchanged")),
        rise if rise > 0.0 && metric.rise_is_good() => ("change good", "↑", say("up")),
        rise if rise > 0.0 => ("change bad", "↑", say("up")),
        _ if metric.rise_is_good() => ("change bad", "↓", say("down")),
        _ => ("change good", "↓", say("down")),
    };
    let amount = format::grouped(difference.abs());
    let amount = if points { fill("{0} pts", &[&amount]) } else { fill("{0}%", &[&amount]) };
    let title = fill("Before: {0}", &[&metric.show_exactly(before)]);
    Some(
        element("span")
            .class(class)
            .with("title", title)
            .child(element("span").with("aria-hidden", "true").text(arrow))
            .child(element("span").class("visually-hidden").text([&word, " "].concat()))
            .text(amount),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Node;
    use crate::sample;
    use expect_test::expect_file;

    #[test]
    fn numbers_changes_and_links() {
        expect_file!["../snapshots/headline.html"].assert_eq(&sample::lines(&headline(&sample::app(""))));
    }

    #[test]
    fn a_falling_bounce_rate_is_good_news() {
        for (metric, now, before, expected) in [
            (Metric::Visitors, 12.0, 10.0, Some(("good", "20%"))),
            (Metric::Visitors, 8.0, 10.0, Some(("bad", "20%"))),
            (Metric::BounceRate, 40.0, 50.0, Some(("good", "10 pts"))),
            (Metric::BounceRate, 60.0, 50.0, Some(("bad", "10 pts"))),
            (Metric::Visits, 10.0, 10.0, Some(("flat", "0%"))),
            (Metric::Visits, 10.0, 0.0, None),
        ] {
            let html = change(metric, Some(now), Some(before)).map(|element| Node::from(element).html());
            match expected {
                None => assert_eq!(html, None),
                Some((class, amount)) => {
                    let html = html.unwrap();
                    assert!(html.contains(class) && html.contains(&format!(">{amount}<").replace('>', "")), "{html}");
                }
            }
        }
        assert!(change(Metric::Visits, None, Some(1.0)).is_none());
    }

    #[test]
    fn numbers_on_their_way_leave_their_place() {
        let html = Node::from(headline(&sample::empty_app(""))).html();
        assert_eq!(html.matches("number-bone").count(), 6);
    }
}
