//! The visits of the days that the page shows, as columns: they answer what is clicked without asking the edge.

use columns::Table;
use std::cell::RefCell;
use views::date::Date;
use views::local;
use views::range::Clock;
use views::state::State;
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

/// What a state of the page shows, as its address says it, on a date such as `2026-11-01`; in the form that
/// [`views::data::Data::from_wire`] reads, empty where columns cannot tell it exactly.
#[wasm_bindgen]
pub fn answer(href: &str, today: &str) -> Vec<u8> {
    let mut out = Writer::default();
    let counted = Date::parse(today).and_then(|today| {
        // Columns tell whole days, so the time of day says nothing.
        let clock = Clock {
            today,
            hour: 0,
            now: String::new(),
            just_before: String::new(),
            yesterday_so_far: [String::new(), String::new()],
        };
        TABLE.with_borrow(|table| local::data(table, &State::parse(href), &clock))
    });
    if let Some(data) = counted {
        data.to_wire(&mut out);
    }
    out.done()
}

fn main() {}
