//! The modules of the views that are not the overview: loaded once, then asked what to ask and what to show.

use crate::api::{self, Refusal};
use crate::live;
use crate::load;
use crate::shell::{Shell, change, with};
use views::answer::Problem;
use views::app::App;
use views::markup::{Element, Node};
use views::view::{Answers, Request, View, read_requests};
use views::wire::{Reader, Writer};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    /// What `www/dashboard/view.js` exports.
    #[derive(Clone)]
    pub(crate) type Module;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn requests(this: &Module, app: &[u8]) -> Result<Vec<u8>, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn take(this: &Module, answers: &[u8]) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn content(this: &Module, app: &[u8]) -> Result<Vec<u8>, JsValue>;
}

/// The module that the page shows, and what it was told.
pub(crate) struct Shown {
    view: View,
    module: Module,
    /// Status and text of each answer, the form's last.
    answers: Vec<(u16, String)>,
    /// Which of them is what a connection tells.
    live: Option<usize>,
}

impl Shown {
    fn tell(&self) {
        let mut writer = Writer::default();
        for (status, text) in &self.answers {
            Answers::write(&mut writer, usize::from(*status), text);
        }
        // A module that breaks is caught where it is asked for its markup.
        let _ = self.module.take(&writer.done());
    }
}

/// Hands on what a connection told.
pub(crate) fn told(shell: &mut Shell) {
    let Some((shown, live)) = shell.shown_module.as_mut().zip(shell.live.as_ref()) else { return };
    if let Some(place) = shown.live.and_then(|index| shown.answers.get_mut(index)) {
        *place = (200, live.told());
        shown.tell();
    }
}

/// What the shown module makes of what is known; none where another view is wanted or the module fails.
pub(crate) fn content(shown: Option<&Shown>, app: &App) -> Option<Element> {
    let shown = shown.filter(|shown| shown.view == app.state.view)?;
    made(&shown.module, app)
}

/// What a module makes of what is known; none where it fails.
pub(crate) fn made(module: &Module, app: &App) -> Option<Element> {
    match Node::from_wire(&mut Reader::new(&module.content(&app.to_wire()).ok()?))? {
        Node::Element(element) => Some(element),
        Node::Text(_) => None,
    }
}

/// Loads the view's module, asks what it asks, and shows what came.
pub(crate) async fn show(number: u32, view: View) {
    let Some(module) = module(view).await else {
        let why = Problem::new("This view could not be loaded.", "Reload the page; the server may have been updated.");
        return change(|shell| shell.app.problem = Some(why));
    };
    let Some(asked) = with(|shell| asks(shell, number, view, &module)).flatten() else { return };
    let live = asked.iter().position(|request| request.method == LIVE);
    match live.and_then(|index| asked.get(index)) {
        Some(request) => drop(live::listen(&request.path)),
        None => drop(with(|shell| shell.live = None)),
    }
    let begun = |Request { method, path, body }: &Request| (*method != LIVE).then(|| api::begin(method, path, body));
    let flying: Vec<_> = asked.iter().map(begun).collect();
    let mut answers = Vec::new();
    for flight in flying {
        answers.push(match flight {
            None => (200, with(|shell| shell.live.as_ref().map(live::Live::told)).flatten().unwrap_or_default()),
            Some(flight) => match api::land(flight).await {
                Ok((401, _)) => return load::refused(Refusal::LoggedOut),
                Ok((status, text)) if status < 500 && js_sys::JSON::parse(&text).is_ok() => (status, text),
                // A server in trouble, or half an answer: the same numbers from before are worth more.
                Ok((status, text)) if with(|shell| shell.data_key == key(&asked)) == Some(true) => {
                    return load::refused(api::refusal("", status, &text));
                }
                Ok((status, text)) => (status.max(500), text),
                // The numbers shown stay; the next round tries again.
                Err(why) => return load::refused(why),
            },
        });
    }
    answers.push(with(|shell| shell.sent.clone()).flatten().unwrap_or_default());
    change(|shell| {
        if shell.request != number {
            return;
        }
        let shown = Shown { view, module, answers, live };
        shown.tell();
        shell.data_key = key(&asked);
        shell.app.stale = false;
        shell.app.problem = None;
        shell.shown_module = Some(shown);
    });
}

/// The method of what tells by itself.
const LIVE: &str = "LIVE";

fn asks(shell: &mut Shell, number: u32, view: View, module: &Module) -> Option<Vec<Request>> {
    let is_wanted = shell.request == number && shell.app.state.view == view && shell.app.site().is_some();
    if !is_wanted {
        return None;
    }
    Some(read_requests(&module.requests(&shell.app.to_wire()).ok()?))
}

/// What the numbers of a view depend on.
pub(crate) fn key(asked: &[Request]) -> String {
    asked.iter().map(|request| [&request.path, "\n", &request.body, "\n"].concat()).collect()
}

/// The key of what the view would ask now; none while its module is not there.
pub(crate) fn wanted_key(shell: &Shell) -> Option<String> {
    let shown = shell.shown_module.as_ref().filter(|shown| shown.view == shell.app.state.view)?;
    Some(key(&read_requests(&shown.module.requests(&shell.app.to_wire()).ok()?)))
}

async fn module(view: View) -> Option<Module> {
    let known = with(|shell| {
        let shown = shell.shown_module.as_ref().filter(|shown| shown.view == view);
        (shown.map(|shown| shown.module.clone()), shell.load.clone())
    });
    let (known, load) = known?;
    if known.is_some() {
        return known;
    }
    loaded(&load, view.name()).await
}

/// Loads the module of that name.
pub(crate) async fn loaded(load: &js_sys::Function, name: &str) -> Option<Module> {
    let loading = load.call1(&JsValue::NULL, &name.into()).ok()?;
    // The page's own table of modules says what is loaded, and each exports the same.
    JsFuture::from(js_sys::Promise::resolve(&loading)).await.ok().map(JsCast::unchecked_into)
}
