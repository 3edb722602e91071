//! The steps of a funnel: how many reached each, who went on and who left.

use super::frame::{figure, rectangle};
use crate::format;
use crate::markup::{Element, element};
use crate::words::fill;

/// A step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What it is called.
    pub name: String,
    /// How many reached it, of those who had reached all before.
    pub count: f64,
    /// Said below the name; may be empty.
    pub note: String,
    /// Where the name links to; none if nowhere.
    pub href: Option<String>,
}

/// A funnel.
#[derive(Clone, Debug, PartialEq)]
pub struct Steps {
    /// What is shown.
    pub label: String,
    /// What is counted, in plural: "visitors".
    pub counted: String,
    /// The steps in order.
    pub steps: Vec<Step>,
}

/// The steps as a list in order, which is its own accessible version. A bar is as long as the step's part of the first;
/// the paler rest up to the step before are those who left.
pub fn steps(chart: &Steps) -> Element {
    let first = chart.steps.first().map_or(0.0, |step| step.count);
    let mut before = None;
    let mut list = element("ol").class("steps");
    for step in &chart.steps {
        list = list.child(chart.step(step, before, first));
        before = Some(step.count);
    }
    figure("", &chart.label).child(list)
}

impl Steps {
    fn step(&self, step: &Step, before: Option<f64>, first: f64) -> Element {
        let part = part(step.count, first);
        let link = match &step.href {
            Some(href) => element("a").with("href", href),
            None => element("span"),
        };
        let head = element("p")
            .class("step-head")
            .child(link.class("step-name").text(&step.name))
            .child(
                element("span")
                    .class("step-count")
                    .text(format::grouped(step.count))
                    .child(element("span").class("visually-hidden").text([" ", &self.counted, ", "].concat())),
            )
            .child(element("span").class("step-part").text(format::percent(part * 100.0)));
        let note = (!step.note.is_empty()).then(|| element("p").class("step-note").text(&step.note));
        let bar =
            element("svg")
                .class("step-bar")
                .with("aria-hidden", "true")
                .child(rectangle(0.0, 0.0, 1.0, 1.0).class("step-all").with("rx", "5"))
                .children(before.map(|before| {
                    rectangle(0.0, 0.0, self::part(before, first), 1.0).class("step-left").with("rx", "5")
                }))
                .child(rectangle(0.0, 0.0, part, 1.0).class("step-here").with("rx", "5"));
        element("li").class("step").child(head).children(note).child(bar).children(before.map(|before| {
            let gone = (before - step.count).max(0.0);
            let went = format::percent(self::part(step.count, before) * 100.0);
            let left = format::percent(self::part(gone, before) * 100.0);
            let flow = fill("{0} went on, {1} left ({2})", &[&went, &format::grouped(gone), &left]);
            element("p").class("step-flow").text(flow)
        }))
    }
}

/// The part of a whole, 0 to 1.
fn part(count: f64, all: f64) -> f64 {
    if all > 0.0 { (count / all).clamp(0.0, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use expect_test::expect_file;

    #[test]
    fn steps_conversions_and_those_who_left() {
        let step = |name: &str, count, note: &str| Step { name: name.into(), count, note: note.into(), href: None };
        let chart = Steps {
            label: "Checkout".into(),
            counted: "visitors".into(),
            steps: vec![
                Step { href: Some("?f=is.page.%2Fcart".into()), ..step("Visit /cart", 1200.0, "") },
                step("Pay", 300.0, "half within 2m 10s"),
                step("Thanks", 0.0, ""),
                step("Come again", 0.0, ""),
            ],
        };
        expect_file!["../../snapshots/chart-steps.html"].assert_eq(&sample::lines(&steps(&chart)));
    }

    #[test]
    fn parts_stay_within_their_whole() {
        for (count, all, expected) in [(1.0, 4.0, 0.25), (5.0, 4.0, 1.0), (1.0, 0.0, 0.0), (-1.0, 4.0, 0.0)] {
            assert!((part(count, all) - expected).abs() < 1e-9, "{count} of {all}");
        }
    }
}
