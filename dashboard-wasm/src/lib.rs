//! The browser shell of the dashboard: it listens, asks and shows; what is shown, asked and meant is decided in `views`.

mod api;
mod dom;
mod events;
mod focus;
mod forms;
mod intl;
mod live;
mod load;
mod local;
mod module;
mod send;
mod share;
mod shell;

use wasm_bindgen::prelude::wasm_bindgen;

/// Starts the dashboard in the element `#app`. Called once by the page; `load` is given the name of a view and promises its
/// module.
#[wasm_bindgen]
pub fn begin(load: js_sys::Function) {
    if shell::begin(load).is_some() {
        events::listen();
        load::first();
    }
}
