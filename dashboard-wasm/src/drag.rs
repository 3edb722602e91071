//! Dragging one of several things to another place. The markup says what it means: the handle (`data-drag`) the place of
//! what it moves, each thing (`data-index`) its own, and what holds them (`data-sorts`) the address whose parameters `w`
//! are in their order. Whoever has no pointer uses the links beside the handle.

use crate::shell::document;
use crate::{forms, load};
use std::cell::Cell;
use views::state::State;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, MouseEvent};

thread_local! {
    /// The place of what is being dragged.
    static FROM: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Takes hold, if the event is one of a handle.
pub(crate) fn begin(event: &Event) -> Option<()> {
    let handle = event.target()?.dyn_into::<Element>().ok()?.closest("[data-drag]").ok()??;
    FROM.set(handle.get_attribute("data-drag")?.parse().ok());
    event.prevent_default();
    Some(())
}

/// Marks the place under the pointer.
pub(crate) fn over(event: &Event) {
    if FROM.get().is_some() {
        mark(under(event).as_ref());
    }
}

/// Lets go: what was dragged goes to the place under the pointer.
pub(crate) fn end(event: &Event) -> Option<()> {
    let from = FROM.take()?;
    mark(None);
    let place = under(event)?;
    let to = place.get_attribute("data-index")?.parse().ok()?;
    let address = place.closest("[data-sorts]").ok()??.get_attribute("data-sorts")?;
    if from != to {
        forms::go(State::parse(&address).with_moved("w", from, to), false);
        load::now();
    }
    Some(())
}

/// What is under the pointer and has a place.
fn under(event: &Event) -> Option<Element> {
    let pointer = event.dyn_ref::<MouseEvent>()?;
    let (x, y) = (pointer.client_x() as f32, pointer.client_y() as f32);
    document()?.element_from_point(x, y)?.closest("[data-sorts] [data-index]").ok()?
}

fn mark(place: Option<&Element>) {
    let before = document().and_then(|document| document.query_selector(".drop").ok().flatten());
    if let Some(before) = before {
        let _ = before.class_list().remove_1("drop");
    }
    if let Some(place) = place {
        let _ = place.class_list().add_1("drop");
    }
}
