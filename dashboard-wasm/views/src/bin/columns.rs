//! The visits of the days that the page shows, as columns: they answer what is clicked without asking the edge.

use columns::Table;
use std::cell::RefCell;
use views::app::App;
use views::local;
use views::wire::Writer;
use wasm_bindgen::prelude::wasm_bindgen;

thread_local! {
    static TABLE: RefCell<Table> = RefCell::default();
}

/// Takes in what `GET /api/v2/columns` answered; says why not, or nothing where it is well.
#[wasm_bindgen]
pub fn add(stream: &[u8]) -> String {
    let added = TABLE.with_borrow_mut(|table| table.add_stream(stream));
    added.err().map(|why| why.code().to_owned()).unwrap_or_default()
}

/// Forgets everything: another site is shown.
#[wasm_bindgen]
pub fn clear() {
    TABLE.set(Table::new());
}

/// What the page shows, as [`views::data::Data::from_wire`] reads it; empty where columns cannot tell it exactly.
#[wasm_bindgen]
pub fn answer(app: &[u8]) -> Vec<u8> {
    let mut out = Writer::default();
    let data =
        App::from_wire(app).and_then(|app| TABLE.with_borrow(|table| local::data(table, &app.state, &app.clock)));
    if let Some(data) = data {
        data.to_wire(&mut out);
    }
    out.done()
}

fn main() {}
