//! One bar, divided: the parts of a whole.

use super::Colour;
use super::frame::{figure, rectangle};
use crate::format;
use crate::markup::{Element, element};

/// A part.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// What it is called.
    pub name: String,
    /// How much it is; shares are computed. What is below nothing is nothing.
    pub value: f64,
    /// Its colour.
    pub colour: Colour,
}

/// A whole and its parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// What is shown.
    pub label: String,
    /// What is counted, in plural: "page views".
    pub counted: String,
    /// The parts, from left to right.
    pub parts: Vec<Part>,
    /// Whether the list of parts is shown below the bar; otherwise it is there for screen readers.
    pub legend: bool,
}

/// The bar and the list of its parts, which says the same.
pub fn share(chart: &Share) -> Element {
    let all: f64 = chart.parts.iter().map(amount).sum();
    let mut begun = 0.0;
    let mut bar = element("svg").class("share-bar").with("aria-hidden", "true");
    let mut list = element("ul").class(if chart.legend { "legend" } else { "visually-hidden" });
    for part in &chart.parts {
        let share = if all > 0.0 { amount(part) / all } else { 0.0 };
        if share > 0.0 {
            let title = [&part.name, ": ", &format::grouped(part.value), " ", &chart.counted].concat();
            let rectangle = rectangle(begun, 0.0, share, 1.0).class(["share-part ", part.colour.class()].concat());
            bar = bar.child(rectangle.child(element("title").text(title)));
        }
        begun += share;
        let count = [&format::grouped(amount(part)), " ", &chart.counted].concat();
        let entry = element("li")
            .class(["key ", part.colour.class()].concat())
            .with("title", count.as_str())
            .text([&part.name, " "].concat())
            .child(element("strong").text(format::percent(share * 100.0)));
        list = list.child(entry.child(element("span").class("visually-hidden").text([", ", &count].concat())));
    }
    figure("share", &chart.label).child(bar).child(list)
}

fn amount(part: &Part) -> f64 {
    part.value.max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Node;
    use crate::sample;
    use expect_test::expect_file;

    fn sample_share(values: [f64; 3]) -> Share {
        let [good, fair, poor] = values;
        let part = |name: &str, value, colour| Part { name: name.into(), value, colour };
        Share {
            label: "Largest Contentful Paint".into(),
            counted: "page views".into(),
            parts: vec![
                part("Good", good, Colour::Good),
                part("Needs improvement", fair, Colour::Fair),
                part("Poor", poor, Colour::Poor),
            ],
            legend: true,
        }
    }

    #[test]
    fn parts_fill_the_bar_and_are_listed() {
        let chart = share(&sample_share([750.0, 200.0, 50.0]));
        expect_file!["../../snapshots/chart-share.html"].assert_eq(&sample::lines(&chart));
    }

    #[test]
    fn what_is_nothing_is_listed_but_not_drawn() {
        for (values, drawn) in [([1.0, 0.0, 1.0], 2), ([0.0; 3], 0), ([f64::NAN, -3.0, 1.0], 1)] {
            let html = Node::from(share(&sample_share(values))).html();
            assert_eq!((html.matches("<rect").count(), html.matches("<li").count()), (drawn, 3), "{html}");
        }
    }
}
