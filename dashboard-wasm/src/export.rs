//! Files of what is shown: made by a script that is loaded when somebody wants one.

use crate::shell::{document, with};
use views::export::{days, file_name};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Element;

#[wasm_bindgen]
extern "C" {
    /// What `www/dashboard/export.js` exports.
    type Export;
    #[wasm_bindgen(method, catch)]
    fn save(this: &Export, card: &Element, kind: &str, name: &str, heading: &str) -> Result<(), JsValue>;
}

/// Saves the card that a button of its menu is on.
pub(crate) fn save(button: &Element) -> Option<()> {
    let kind = button.get_attribute("data-kind")?;
    let card = button.closest("section").ok()??;
    let named = card.closest("[data-panel]").ok().flatten().and_then(|named| named.get_attribute("data-panel"));
    // The page of a share learns its site from what it is told, which it says in its heading.
    let told = document()?.query_selector("h1").ok().flatten().and_then(|heading| heading.text_content());
    let (load, name, heading) = with(|shell| {
        let app = &shell.app;
        let panel = named.unwrap_or_else(|| app.state.view.name().to_owned());
        let site = app.site_wanted().filter(|site| !site.is_empty()).or(told).unwrap_or_default();
        let [_, days] = days(app);
        (shell.load.clone(), file_name(app, &site, &panel), [&site, " · ", &days].concat())
    })?;
    spawn_local(async move {
        let Ok(loading) = load.call1(&JsValue::NULL, &"export".into()) else { return };
        if let Ok(module) = JsFuture::from(js_sys::Promise::resolve(&loading)).await {
            // The page's own table of modules says what is loaded.
            let _ = module.unchecked_into::<Export>().save(&card, &kind, &name, &heading);
        }
    });
    Some(())
}
