//! The browser shell of the dashboard: it listens, asks and shows; what is shown, asked and meant is decided in `views`.

mod address;
mod api;
mod brush;
mod dialog;
mod dom;
mod drag;
mod events;
mod export;
mod focus;
mod forms;
mod intl;
mod keys;
mod live;
mod load;
mod local;
mod module;
mod send;
mod share;
mod shell;

use std::rc::Rc;
use views::words::{self, Words};
use wasm_bindgen::prelude::wasm_bindgen;

/// Starts the dashboard in the element `#app`. Called once by the page; `load` is given the name of a view and promises its
/// module. `catalogue` is that of the page's language; none for English.
#[wasm_bindgen]
pub fn begin(load: js_sys::Function, catalogue: Option<String>) {
    if let Some(catalogue) = catalogue {
        words::speak(Words::read(&catalogue).map(Rc::new));
    }
    if shell::begin(load).is_some() {
        events::listen();
        load::first();
    }
}
