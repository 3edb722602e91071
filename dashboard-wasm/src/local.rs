//! The visits of the days shown, held in the page: fetched when there is time, then asked before the edge is.

use crate::api;
use crate::shell::{Shell, window, with};
use js_sys::Uint8Array;
use views::app::Session;
use views::data::Data;
use views::local;
use views::view::View;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

#[wasm_bindgen]
extern "C" {
    /// What `www/dashboard/columns.js` exports.
    #[derive(Clone)]
    pub(crate) type Columns;
    #[wasm_bindgen(method, catch)]
    fn add(this: &Columns, stream: &Uint8Array) -> Result<String, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn clear(this: &Columns) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn answer(this: &Columns, question: &[u8]) -> Result<Vec<u8>, JsValue>;
}

/// What the page holds.
#[derive(Default)]
pub(crate) struct Held {
    module: Option<Columns>,
    /// Whose visits: the site's domain.
    site: String,
    /// The ranges that are here or were refused, so that they are not fetched over and over.
    ranges: Vec<String>,
    /// What has to be fetched again.
    again: Option<String>,
    is_fetching: bool,
}

/// What the page shows, counted here; none where that cannot be told exactly.
pub(crate) fn data(shell: &Shell) -> Option<Data> {
    let held = &shell.held;
    let is_of_site = shell.app.site().is_some_and(|site| site.domain == held.site);
    let module = held.module.as_ref().filter(|_| is_of_site)?;
    let state = &shell.app.state;
    local::read(state, &module.answer(&local::question(state, &shell.app.clock)?).ok()?)
}

/// Fetches what the page shows as columns, when the browser has nothing else to do.
pub(crate) fn fetch_when_idle() {
    let wanted = with(|shell| missing(shell).is_some()).unwrap_or(false);
    let Some(window) = window().filter(|_| wanted) else { return };
    let late = Closure::once_into_js(|| spawn_local(fetch()));
    // Safari has no idle callbacks; there it may be any later moment.
    if window.request_idle_callback(late.unchecked_ref()).is_err() {
        let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(late.unchecked_ref(), 200);
    }
}

/// The next range of days that is wanted and not here: those shown first, those that they are compared with afterwards.
fn missing(shell: &Shell) -> Option<String> {
    let app = &shell.app;
    let is_wanted = app.session == Session::In && app.state.view == View::Overview && app.data.counting != Some(false);
    if !is_wanted || shell.held.is_fetching {
        return None;
    }
    let site = app.site()?;
    if shell.held.site == site.domain && shell.held.again.is_some() {
        return shell.held.again.clone();
    }
    let ranges = local::days(&app.state, &app.clock)?;
    let mut named = ranges.into_iter().flatten().map(|(first, last)| [&first.iso(), "..", &last.iso()].concat());
    named.find(|range| shell.held.site != site.domain || !shell.held.ranges.contains(range))
}

async fn fetch() {
    let wanted = with(|shell| {
        let range = missing(shell)?;
        let site = shell.app.site()?.domain.clone();
        if site != shell.held.site {
            if let Some(module) = &shell.held.module {
                let _ = module.clear();
            }
            (shell.held.site, shell.held.ranges) = (site.clone(), Vec::new());
        }
        shell.held.is_fetching = true;
        shell.held.again = None;
        shell.held.ranges.push(range.clone());
        Some((site, range, shell.held.module.clone(), shell.load.clone()))
    });
    let Some((site, range, module, load)) = wanted.flatten() else { return };
    let encoded = String::from(js_sys::encode_uri_component(&site));
    let stream = api::bytes(&["/api/v2/columns?site=", &encoded, "&range=", &range].concat()).await;
    let module = match module {
        Some(module) => Some(module),
        None => loaded(&load).await,
    };
    let _ = with(|shell| {
        shell.held.is_fetching = false;
        shell.held.module.clone_from(&module);
        // What is damaged or too much stays with the edge, which answers as before.
        if let (Some(module), Ok(stream)) = (module, stream)
            && shell.held.site == site
        {
            let _ = add(&module, &stream);
        }
    });
    fetch_when_idle();
}

/// Hands over the chunks of an answer one by one, up to one that is refused: the module's memory grows by the largest of
/// them, and not by all of them together.
fn add(module: &Columns, stream: &Uint8Array) -> Option<()> {
    let mut start = 0;
    while start < stream.length() {
        // Each has its length in front, in four bytes. What is cut off is the module's to refuse.
        let mut length = [0; 4];
        let head = stream.subarray(start, start.saturating_add(4));
        head.copy_to(length.get_mut(..head.length() as usize)?);
        let end = start.saturating_add(4).saturating_add(u32::from_le_bytes(length));
        let refused = module.add(&stream.subarray(start, end)).ok()?;
        if !refused.is_empty() {
            return None;
        }
        start = end;
    }
    Some(())
}

async fn loaded(load: &js_sys::Function) -> Option<Columns> {
    let loading = load.call1(&JsValue::NULL, &"columns".into()).ok()?;
    JsFuture::from(js_sys::Promise::resolve(&loading)).await.ok().map(JsCast::unchecked_into)
}

/// Compares what the edge told with what would have been told here. Where they differ something new was counted: today is
/// fetched again.
pub(crate) fn compare(shell: &mut Shell) {
    let Some(mut data) = data(shell) else { return };
    let told = &shell.app.data;
    (data.present, data.counting) = (told.present, told.counting);
    let is_same = data.headline == told.headline
        && data.series == told.series
        && data.detail == told.detail
        && data.lists.iter().all(|(dimension, list)| told.list(*dimension) == Some(list));
    if !is_same {
        let today = shell.app.clock.today.iso();
        shell.held.ranges.retain(|range| !range.starts_with(&today));
        shell.held.again = Some([&today, "..", &today].concat());
    }
}
