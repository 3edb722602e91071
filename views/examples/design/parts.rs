//! The parts that the dashboard is put together from.

use crate::site;
use crate::specimen::{both, section, specimen};
use views::answer::Problem;
use views::chips::chips;
use views::dimension::Panel;
use views::headline::headline;
use views::icon::{Icon, icon};
use views::markup::{Element, element};
use views::panel::panel;
use views::problem::problem;
use views::skeleton;

/// The section of parts.
pub(crate) fn sections() -> Option<Vec<Element>> {
    let app = site::app("?range=last-7-days")?;
    let narrowed = site::app("?f=is.page.%2Fbread&f=contains.source.goo")?;
    let still = |part: Element| element("div").with("inert", "").child(part);
    let mut loading = site::app("")?;
    loading.data.lists.clear();
    let section = section("Parts", "What the pages are put together from. They are shown here, not for use.")
        .child(both(
            "Headline",
            "The metric that the chart shows is underlined.",
            &still(element("div").class("card overview").child(headline(&app))),
        ))
        .child(both(
            "Panel",
            "The most frequent values; each row narrows the view.",
            &still(panel(&app, Panel::Pages)?),
        ))
        .child(both(
            "Panel, waiting",
            "Shapes of the right size, so that nothing jumps.",
            &still(panel(&loading, Panel::Countries)?),
        ))
        .child(both("Filters", "What the view is narrowed to.", &still(chips(&narrowed)?)))
        .child(specimen("Controls", "Buttons, fields, choices, icons.", &still(controls())))
        .child(both(
            "Problem",
            "What is wrong, and what to do.",
            &problem(&Problem::new("The site's store is busy.", "Try again in a moment.")).with("inert", ""),
        ))
        .child(specimen("Waiting", "In place of a chart.", &still(skeleton::chart())));
    Some(vec![section])
}

fn controls() -> Element {
    let button = |class: &str, text: &str| element("button").class(class).with("type", "button").text(text);
    let choice =
        |name: &str, chosen: bool| element("a").with("href", "?").with_if(chosen, "aria-current", "true").text(name);
    let icons = [
        Icon::Chevron,
        Icon::Cross,
        Icon::Sun,
        Icon::Moon,
        Icon::Halves,
        Icon::Table,
        Icon::Line,
        Icon::Left,
        Icon::Right,
        Icon::Tick,
    ];
    let field =
        element("label").class("field").text("Time zone").child(element("input").with("value", "Europe/Berlin"));
    element("div")
        .class("stack")
        .child(
            element("div")
                .class("row-of")
                .child(button("button primary", "Add site"))
                .child(button("button", "Cancel")),
        )
        .child(field)
        .child(
            element("div")
                .class("row-of")
                .child(element("div").class("segments").child(choice("Hours", false)).child(choice("Days", true))),
        )
        .child(
            element("div")
                .class("row-of")
                .children(icons.map(|which| element("span").class("icon-button").child(icon(which)))),
        )
}
