//! What the modules of the dashboard's views have in common: functions over bytes, and the answers kept between two
//! of them. A module touches no document and sends nothing; `dashboard-wasm` does. Each is a program in `src/bin`, named
//! as its view is in addresses.

use std::cell::RefCell;
use std::rc::Rc;
use views::app::App;
use views::markup::{Element, Node};
use views::view::{Answers, Request, write_requests};
use views::wire::Writer;
use views::words::{self, Words};

thread_local! {
    static ANSWERS: RefCell<Answers> = RefCell::default();
}

/// What the view asks, as [`views::view::read_requests`] reads it.
pub fn requests(app: &[u8], ask: fn(&App) -> Vec<Request>) -> Vec<u8> {
    App::from_wire(app).map(|app| write_requests(&ask(&app))).unwrap_or_default()
}

/// Speaks the language of a catalogue from here on.
pub fn speak(catalogue: &str) {
    words::speak(Words::read(catalogue).map(Rc::new));
}

/// Keeps the answers, which came as [`Answers::read`] reads them.
pub fn take(answers: &[u8]) {
    ANSWERS.set(Answers::read(answers));
}

/// The view's markup, as [`Node::from_wire`] reads it.
pub fn content(app: &[u8], show: fn(&App, &Answers) -> Element) -> Vec<u8> {
    let mut out = Writer::default();
    if let Some(app) = App::from_wire(app) {
        Node::from(ANSWERS.with_borrow(|answers| show(&app, answers))).to_wire(&mut out);
    }
    out.done()
}

/// Makes a view the module's, or what `dialog` names.
#[macro_export]
macro_rules! module {
    ($view:ident) => {
        $crate::module!(of views::view::$view);
    };
    (dialog $name:ident) => {
        $crate::module!(of views::dialog::$name);
    };
    (of $($of:ident)::+) => {
        use wasm_bindgen::prelude::wasm_bindgen;

        /// What the view asks.
        #[wasm_bindgen]
        pub fn requests(app: &[u8]) -> Vec<u8> {
            $crate::requests(app, $($of)::+::requests)
        }

        /// Speaks the language of a catalogue from here on.
        #[wasm_bindgen]
        pub fn speak(catalogue: &str) {
            $crate::speak(catalogue);
        }

        /// Keeps the answers.
        #[wasm_bindgen]
        pub fn take(answers: &[u8]) {
            $crate::take(answers);
        }

        /// The view's markup.
        #[wasm_bindgen]
        pub fn content(app: &[u8]) -> Vec<u8> {
            $crate::content(app, $($of)::+::content)
        }

        fn main() {}
    };
}
