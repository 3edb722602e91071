//! Where the keyboard is. A change of the page must not lose it: opened lists take it, closed ones give it back, and a
//! row that went away leaves it in its panel.

use views::markup::Node;
use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement};

/// Where the keyboard was before a change.
#[derive(Default)]
pub(crate) struct Focused {
    panel: Option<String>,
    was_dialog: bool,
    had_field: bool,
    /// What the markup wanted the keyboard to be at.
    wanted: Option<Element>,
}

fn wanted(document: &Document) -> Option<Element> {
    document.query_selector("[autofocus]").ok().flatten()
}

fn dialog(document: &Document) -> bool {
    document.query_selector("[role=dialog]").ok().flatten().is_some()
}

/// Whether markup has something that the keyboard is led to. Looking there is faster than looking in the document.
pub(crate) fn leads(node: &Node) -> bool {
    let Node::Element(element) = node else { return false };
    let is = |(name, value): &(&str, String)| *name == "autofocus" || *name == "role" && value == "dialog";
    element.attributes.iter().any(is) || element.children.iter().any(leads)
}

/// Notes where the keyboard is; what wants it only where something `leads` it.
pub(crate) fn note(document: &Document, leads: bool) -> Focused {
    let panel = document.active_element().and_then(|active| active.closest("[data-panel]").ok().flatten());
    let panel = panel.and_then(|panel| panel.get_attribute("data-panel"));
    if !leads {
        return Focused { panel, ..Focused::default() };
    }
    Focused { panel, was_dialog: dialog(document), had_field: has_field(document), wanted: wanted(document) }
}

/// Whether something that lies on top wants the keyboard.
fn has_field(document: &Document) -> bool {
    document.query_selector(FIELD).ok().flatten().is_some()
}

const FIELD: &str = "[role=dialog] [autofocus]";

fn to(document: &Document, selector: &str) -> Option<()> {
    let element = document.query_selector(selector).ok().flatten()?;
    element.dyn_into::<HtmlElement>().ok()?.focus().ok()
}

/// Puts the keyboard back if the change took its place away.
pub(crate) fn restore(document: &Document, before: Focused, leads: bool) {
    let is_dialog = leads && dialog(document);
    // What is in a dialog may come later than its frame.
    if leads && has_field(document) && !before.had_field {
        let _ = to(document, FIELD);
        return;
    }
    if is_dialog && !before.was_dialog {
        let _ = to(document, "#detail-close, #dialog-close");
        return;
    }
    // What newly wants the keyboard gets it: what was moved has another place, what was opened begins with a field.
    let wanted = if leads { wanted(document) } else { None };
    if wanted.is_some() && wanted != before.wanted && to(document, "[autofocus]").is_some() {
        return;
    }
    let lost = document.active_element().is_none_or(|active| active.tag_name() == "BODY");
    if !lost {
        return;
    }
    if is_dialog && to(document, "#detail-close, #dialog-close").is_some() {
        return;
    }
    if before.was_dialog && before.panel.is_none() && to(document, "#open-filters").is_some() {
        return;
    }
    if to(document, "[autofocus]").is_some() {
        return;
    }
    // Panel names are the views' own words, so they are safe inside a selector.
    if let Some(panel) = before.panel {
        let _ = to(document, &["[data-panel=", &panel, "] ol a, [data-panel=", &panel, "] a"].concat());
    }
}

/// Moves the keyboard by so many places among the links of a list; stops at its ends.
pub(crate) fn rove(list: &Element, from: &Element, by: Step) -> Option<()> {
    let links = list.query_selector_all("a:not(.row-exclude), button").ok()?;
    let all: Vec<HtmlElement> =
        (0..links.length()).filter_map(|index| links.get(index)?.dyn_into::<HtmlElement>().ok()).collect();
    let here = all.iter().position(|link| link.is_same_node(Some(from)))?;
    let target = match by {
        Step::Back => all.get(here.checked_sub(1)?)?,
        Step::Forward => all.get(here + 1)?,
        Step::First => all.first()?,
        Step::Last => all.last()?,
    };
    target.focus().ok()
}

/// A move along a row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// To the one before.
    Back,
    /// To the one after.
    Forward,
    /// To the first.
    First,
    /// To the last.
    Last,
}
