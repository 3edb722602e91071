//! Icons of the dashboard: strokes on a 16 × 16 grid, in the colour of the text around them, silent to screen readers.

use crate::markup::{Element, element};

/// An icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// Opens a menu.
    Chevron,
    /// Takes away.
    Cross,
    /// Light colours.
    Sun,
    /// Dark colours.
    Moon,
    /// The system's colours.
    Halves,
    /// Shown as a table.
    Table,
    /// Shown as a chart.
    Line,
    /// The newer page of a list.
    Left,
    /// The older page of a list.
    Right,
    /// Chosen.
    Tick,
    /// Languages.
    Globe,
    /// What is narrowed to.
    Filter,
    /// Added.
    Plus,
    /// Switched on or off.
    Power,
    /// Takes out as a file.
    Download,
}

/// The markup of an icon.
pub fn icon(icon: Icon) -> Element {
    let path = match icon {
        Icon::Chevron => "M4.5 6.5 8 10l3.5-3.5",
        Icon::Cross => "m4.5 4.5 7 7m0-7-7 7",
        Icon::Sun => {
            "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6M8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9"
        }
        Icon::Moon => "M13 9.6A5.5 5.5 0 0 1 6.4 3a5.5 5.5 0 1 0 6.6 6.6",
        Icon::Halves => "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11v11M10.5 4v8M12.6 6v4",
        Icon::Table => "M2.5 3.5h11v9h-11zM2.5 6.5h11M2.5 9.5h11M6.5 6.5v6",
        Icon::Line => "M2.5 12.5 6 7.5l3 2.5 4.5-6.5",
        Icon::Left => "M9.5 4.5 6 8l3.5 3.5",
        Icon::Right => "M6.5 4.5 10 8l-3.5 3.5",
        Icon::Tick => "m3.5 8.5 3 3 6-7",
        Icon::Globe => "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M2.5 8h11M8 2.5c-4 4-4 7 0 11 4-4 4-7 0-11",
        Icon::Filter => "M2.5 4h11M4.5 8h7M6.5 12h3",
        Icon::Plus => "M4 8h8M8 4v8",
        Icon::Power => "M8 2.5V7M5 4.6a4.5 4.5 0 1 0 6 0",
        Icon::Download => "M8 2.5v7.5m-3.2-3.2L8 10l3.2-3.2M3 13h10",
    };
    element("svg")
        .class("icon")
        .with("viewBox", "0 0 16 16")
        .with("aria-hidden", "true")
        .child(element("path").with("d", path))
}

/// The mark: somebody passing through a gate.
pub fn mark() -> Element {
    element("svg")
        .class("mark")
        .with("viewBox", "0 0 24 24")
        .with("aria-hidden", "true")
        .child(element("path").class("mark-gate").with("d", "M5 21V9.5a7 7 0 0 1 14 0V21"))
        .child(element("circle").class("mark-head").with("cx", "12").with("cy", "10.5").with("r", "2.2"))
        .child(element("path").class("mark-body").with("d", "M12 14.5V21"))
}
