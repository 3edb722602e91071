//! The page's address, which follows what is shown. It is written once that is on the screen: a browser takes longer to
//! write an address than the page takes to change.

use crate::shell::{document, window};
use std::cell::RefCell;
use views::state::State;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

thread_local! {
    /// Addresses that are not written yet, in their order; whether each takes the place of the one before.
    static WAITING: RefCell<Vec<(String, bool)>> = const { RefCell::new(Vec::new()) };
}

/// Writes a state into the address, and into the history where it does not take the place of what is there.
pub(crate) fn write(state: &State, replace: bool) {
    // What stands behind the # of a share's address is what opens it.
    let hash = document().and_then(|document| document.location()?.hash().ok()).unwrap_or_default();
    let href = [state.href(), hash].concat();
    let is_first = WAITING.with_borrow_mut(|waiting| {
        waiting.push((href, replace));
        waiting.len() == 1
    });
    let Some(window) = window().filter(|_| is_first) else { return };
    let late = Closure::once_into_js(|| {
        let _ = flush();
    });
    if window.set_timeout_with_callback(late.unchecked_ref()).is_err() {
        let _ = flush();
    }
}

fn flush() -> Option<()> {
    let history = window()?.history().ok()?;
    for (href, replace) in WAITING.take() {
        let (null, href) = (JsValue::NULL, Some(href.as_str()));
        let _ = if replace {
            history.replace_state_with_url(&null, "", href)
        } else {
            history.push_state_with_url(&null, "", href)
        };
    }
    Some(())
}
