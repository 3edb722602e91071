//! The headline of a report: its numbers, each with its change against what the page compares with.

use super::{Measure, Record};
use crate::format;
use crate::markup::{Element, element};
use crate::words::{fill, say};

/// The row of numbers.
pub fn stats(measures: &[Measure], totals: &Record) -> Element {
    let figures = measures.iter().enumerate().map(|(place, measure)| {
        let before = totals.before.get(place).copied().flatten();
        element("li").child(figure(measure, totals.value(place), before))
    });
    element("ul").class("headline stats").with("aria-label", say("Headline numbers")).children(figures)
}

/// One of them.
pub fn figure(measure: &Measure, now: Option<f64>, before: Option<f64>) -> Element {
    let number = element("span").class("figure-value");
    let number = match now {
        Some(value) => number.with("data-value", format::exact(value)).text(measure.unit.show(value)),
        None => number.text("–"),
    };
    element("div")
        .class("figure")
        .with("data-metric", measure.metric)
        .with("title", say(measure.meaning))
        .child(element("span").class("figure-label").text(say(measure.label)))
        .child(number)
        .children(change(measure, now, before))
}

/// The change; none where there is nothing to compare with. The change of a percentage in percent would be misread, so it
/// is told in points.
fn change(measure: &Measure, now: Option<f64>, before: Option<f64>) -> Option<Element> {
    let (now, before) = now.zip(before)?;
    let points = measure.unit == crate::chart::Unit::Percent;
    if before <= 0.0 && !points {
        return None;
    }
    let difference = if points { now - before } else { ((now - before) / before * 100.0).round() };
    let amount = format::decimal(difference.abs(), 1);
    let amount = if points { fill("{0} pts", &[&amount]) } else { fill("{0}%", &[&amount]) };
    let rises = difference > 0.0;
    let flat = difference.abs() < 0.05;
    let class = match measure.more_is_better {
        _ if flat => "change flat",
        None => "change flat",
        Some(better) if better == rises => "change good",
        Some(_) => "change bad",
    };
    let (arrow, word) = match rises {
        _ if flat => ("", say("unchanged")),
        true => ("↑", say("up")),
        false => ("↓", say("down")),
    };
    let change = element("span")
        .class(class)
        .with("title", fill("Before: {0}", &[&measure.unit.show_exactly(before)]))
        .child(element("span").with("aria-hidden", "true").text(arrow))
        .child(element("span").class("visually-hidden").text([&word, " "].concat()));
    Some(change.text(amount))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Unit;
    use crate::markup::Node;
    use crate::report::measure;

    #[test]
    fn a_change_is_told_in_percent_and_of_percentages_in_points() {
        let count = measure("events", "Requests", "", Unit::Count);
        let rate = measure("error_rate", "Errors", "", Unit::Percent).less_is_better();
        for (measure, now, before, expected) in [
            (count, Some(12.0), Some(10.0), Some(("change flat", "20%"))),
            (count, Some(12.0), Some(0.0), None),
            (count, None, Some(1.0), None),
            (rate, Some(2.5), Some(0.0), Some(("change bad", "2.5 pts"))),
            (rate, Some(1.0), Some(1.5), Some(("change good", "0.5 pts"))),
            (rate, Some(1.0), Some(1.0), Some(("change flat", "0 pts"))),
        ] {
            let html = Node::from(figure(&measure, now, before)).html();
            match expected {
                None => assert!(!html.contains("class=\"change"), "{html}"),
                Some((class, amount)) => assert!(html.contains(class) && html.contains(amount), "{html}"),
            }
        }
    }
}
