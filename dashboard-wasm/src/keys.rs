//! Single keys: what they do stands in the table of `views::keys`, here it is done.

use crate::shell::{document, with};
use crate::{forms, load};
use views::keys::{Outcome, press as outcome};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, HtmlInputElement, KeyboardEvent};

/// So long the second of two keys is waited for.
const WAIT_MS: f64 = 1_500.0;

/// Does what a key does; none where it does nothing. Nothing is done while somebody types, or holds another key.
pub(crate) fn press(event: &Event, pressed: &KeyboardEvent) -> Option<()> {
    let is_held = pressed.ctrl_key() || pressed.alt_key() || pressed.meta_key();
    if is_held || pressed.is_composing() || event.default_prevented() || is_typing(event) {
        return None;
    }
    let mut key = pressed.key();
    if key.len() == 1 && key.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) {
        if pressed.shift_key() {
            return None;
        }
        key = key.to_ascii_lowercase();
    }
    // Arrows move what has the keyboard, if anything has.
    let is_free = document()?.active_element().is_none_or(|active| active.tag_name() == "BODY");
    if key.starts_with("Arrow") && !is_free {
        return None;
    }
    let now = event.time_stamp();
    let outcome = with(|shell| {
        let before = shell.key_before.take().filter(|(_, at)| now - at < WAIT_MS);
        let outcome = outcome(&shell.app, before.as_ref().map(|(key, _)| key.as_str()), &key);
        if outcome == Some(Outcome::Wait) {
            shell.key_before = Some((key.clone(), now));
        }
        outcome
    });
    let outcome = outcome.flatten()?;
    if pressed.repeat() && !matches!(outcome, Outcome::Row(_)) {
        return None;
    }
    event.prevent_default();
    done(outcome)
}

fn is_typing(event: &Event) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let field = |target: &Element| target.closest("input, select, textarea, [contenteditable]").ok().flatten();
    target.as_ref().and_then(field).is_some()
}

fn done(outcome: Outcome) -> Option<()> {
    match outcome {
        Outcome::Go(state) => {
            forms::close_menus();
            forms::go(*state, false);
            load::now();
            Some(())
        }
        Outcome::Wait => Some(()),
        Outcome::Dates => {
            forms::close_menus();
            let menu = document()?.query_selector(".range-menu").ok().flatten()?;
            menu.set_attribute("open", "").ok()?;
            focus(".range-menu input[type=date]")
        }
        Outcome::Search(state) => {
            let search = ["[role=dialog] input", "main input[type=search]", "main input[data-live]"];
            if search.into_iter().find_map(focus).is_none() {
                forms::go(*state, false);
            }
            Some(())
        }
        Outcome::Row(by) => walk_rows(by),
    }
}

/// Gives the keyboard to the first element of a selector that can take it.
pub(crate) fn focus(selector: &str) -> Option<()> {
    let element = document()?.query_selector(selector).ok().flatten()?;
    if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
        input.select();
    }
    element.dyn_into::<HtmlElement>().ok()?.focus().ok()
}

/// Goes so many rows along all lists; from elsewhere to the first.
fn walk_rows(by: i32) -> Option<()> {
    let document = document()?;
    let rows = document.query_selector_all("main a.row").ok()?;
    let rows: Vec<HtmlElement> =
        (0..rows.length()).filter_map(|index| rows.get(index)?.dyn_into::<HtmlElement>().ok()).collect();
    let active = document.active_element();
    let here = active.and_then(|active| rows.iter().position(|row| row.is_same_node(Some(&active))));
    let next = match here {
        Some(here) => here.checked_add_signed(by as isize)?,
        None => 0,
    };
    rows.get(next)?.focus().ok()
}
