//! The visits of the days that the page shows, as columns: they answer what is clicked without asking the edge.

use columns::Table;
use std::cell::RefCell;
use views::local::counted;
use wasm_bindgen::prelude::*;

thread_local! {
    static TABLE: RefCell<Table> = RefCell::new(empty());
}

#[wasm_bindgen]
extern "C" {
    /// A text of the browser.
    #[wasm_bindgen(js_name = String)]
    type Text;
    #[wasm_bindgen(method, js_name = toLowerCase)]
    fn lower(this: &Text) -> String;
}

/// The browser knows all letters; to know them here as well is a tenth of the module.
fn lower(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    JsValue::from_str(text).unchecked_into::<Text>().lower()
}

fn empty() -> Table {
    Table::lowering_by(lower)
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
    TABLE.set(empty());
}

/// Answers what [`views::local::question`] wrote, in the form that [`views::local::read`] reads; empty where columns cannot
/// tell it exactly.
#[wasm_bindgen]
pub fn answer(question: &[u8]) -> Vec<u8> {
    TABLE.with_borrow(|table| counted::answer(table, question)).unwrap_or_default()
}

fn main() {}
