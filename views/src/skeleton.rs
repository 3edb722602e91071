//! What stands in for numbers that are on their way: shapes of the right size, so that nothing jumps when they come.

use crate::markup::{Element, element};

/// Grey bars in place of a panel's rows.
pub fn rows(count: usize) -> Element {
    let widths = ["92%", "74%", "63%", "51%", "44%", "36%", "29%", "22%", "18%"];
    let bar = |width: &str| {
        let rect = element("rect").with("width", width).with("height", "100%").with("rx", "6");
        element("li").child(element("svg").class("bone").child(rect))
    };
    element("ol").class("rows waiting").with("aria-hidden", "true").children(widths.into_iter().take(count).map(bar))
}

/// A short grey bar in place of a number.
pub fn number() -> Element {
    element("span").class("bone number-bone").with("aria-hidden", "true")
}

/// A quiet surface in place of the chart.
pub fn chart() -> Element {
    element("div").class("bone chart-bone").with("aria-hidden", "true")
}
