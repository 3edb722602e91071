//! The browser shell of the dashboard: it listens, asks and shows; what is shown, asked and meant is decided in `views`.

mod api;
mod dom;
mod events;
mod focus;
mod forms;
mod intl;
mod load;
mod shell;

use wasm_bindgen::prelude::wasm_bindgen;

/// Starts the dashboard in the element `#app`. Called once by the page.
#[wasm_bindgen(start)]
pub fn start() {
    if shell::begin().is_some() {
        events::listen();
        load::sites();
    }
}
