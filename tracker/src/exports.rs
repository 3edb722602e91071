//! The one function that the page calls, numbers in and a number out: every function that is exported costs bytes of its
//! own. Texts and batches pass through one place in memory. A page has one tracker.

use crate::tracker::{Taking, Tracker};
use spin::Mutex;
use wasm_bindgen::prelude::wasm_bindgen;

static TRACKER: Mutex<Tracker> = Mutex::new(Tracker::new());

/// Calls a method of the page's [`Tracker`] by its number, with as many values as it takes; what is no whole number comes
/// last. `method` may carry a small number as well, sixteen times its value. Answers what the method answers, or 0.
///
/// | number | method | | number | method |
/// |---|---|---|---|---|
/// | 0 | [`Tracker::byte`] | | 5 | [`Tracker::lose`] |
/// | 1 | [`Tracker::text`] | | 6 | [`Tracker::take`] |
/// | 2 | [`Tracker::begin`] | | 7 | [`Tracker::answered`] |
/// | 3 | [`Tracker::open`] | | 8 | [`Tracker::forget`] |
/// | 4 | [`Tracker::close`] | | 9 | [`Tracker::place`] |
#[wasm_bindgen]
pub fn call(method: u32, value: f64, wait_s: f64) -> i32 {
    // The page has one thread.
    let Some(mut tracker) = TRACKER.try_lock() else { return 0 };
    let number = value as u32;
    let carried = method >> 4;
    match method & 15 {
        0 => tracker.byte(number as u8),
        1 => tracker.text(number as usize),
        2 => tracker.begin(),
        3 => tracker.open(carried as u8, number),
        4 => return tracker.close(),
        5 => tracker.lose(number),
        6 => return tracker.take(number, taking(carried)) as i32,
        7 => return tracker.answered(carried, wait_s, value),
        8 => tracker.forget(),
        _ => return tracker.place() as usize as i32,
    }
    0
}

fn taking(number: u32) -> Taking {
    if number > 1 {
        Taking::Keeping
    } else if number > 0 {
        Taking::Leaving
    } else {
        Taking::Delivery
    }
}
