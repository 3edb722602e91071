//! The module of the dialog that lies on top: loaded when it is opened, then asked what to ask and what to show, as a view's
//! is. It has its own answers, so that the view below stays as it is.

use crate::module::{self, Module};
use crate::shell::{Shell, change, window, with};
use crate::{api, load};
use views::answer::Problem;
use views::app::{App, Session};
use views::markup::Element;
use views::view::{Answers, Request, read_requests};
use views::wire::Writer;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;

/// After the last key, before values are asked for.
const TYPING_MS: i32 = 150;

/// The dialog's module, and what it was asked.
#[derive(Default)]
pub(crate) struct Opened {
    module: Option<(&'static str, Module)>,
    /// What its answers are to; empty while there are none.
    key: String,
    /// Grows with every look, so that one that was overtaken is known.
    number: u32,
}

/// What the dialog shows; none while there is no dialog, or its module has not come.
pub(crate) fn content(opened: &Opened, app: &App) -> Option<Element> {
    let name = app.state.dialog.as_ref()?.name();
    let (_, module) = opened.module.as_ref().filter(|(known, _)| *known == name)?;
    module::made(module, app)
}

/// Looks at what the dialog asks for: at once, or when nobody types any more.
pub(crate) fn look(typing: bool) {
    let number = with(|shell| {
        shell.dialog.number += 1;
        let is_open = shell.app.state.dialog.is_some() && shell.app.session == Session::In;
        is_open.then_some(shell.dialog.number)
    });
    let Some(number) = number.flatten() else { return };
    let late = Closure::once_into_js(move || spawn_local(show(number)));
    let Some(window) = window() else { return };
    let after_ms = if typing { TYPING_MS } else { 0 };
    let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(late.unchecked_ref(), after_ms);
}

/// The same, though nothing else is asked: what is answered has changed.
pub(crate) fn look_again() {
    let _ = with(|shell| shell.dialog.key.clear());
    look(false);
}

async fn show(number: u32) {
    let Some(Some((name, known, load))) = with(|shell| wanted(shell, number)) else { return };
    let module = match known {
        Some(module) => Some(module),
        None => module::loaded(&load, name).await,
    };
    let Some(module) = module else {
        let why = Problem::new("This could not be loaded.", "Reload the page; the server may have been updated.");
        return change(|shell| shell.app.problem = Some(why));
    };
    let asked = with(|shell| {
        if shell.dialog.number != number {
            return None;
        }
        let asked = read_requests(&module.requests(&shell.app.to_wire()).ok()?);
        if shell.dialog.module.as_ref().is_none_or(|(known, _)| *known != name) {
            shell.dialog.key.clear();
            // What it was told when it was open before is old.
            let _ = module.take(&told(&[], shell));
        }
        // What the edge has drawn stays until there is as much to show.
        if asked.is_empty() || !shell.is_finished {
            shell.dialog.module = Some((name, module.clone()));
        }
        Some(asked)
    });
    let Some(Some(asked)) = asked else { return };
    change(|_| ());
    let key = module::key(&asked);
    if with(|shell| shell.dialog.key == key && !asked.is_empty()) != Some(false) {
        return;
    }
    let begun = |Request { method, path, body }: &Request| api::begin(method, path, body);
    let flying: Vec<_> = asked.iter().map(begun).collect();
    let mut answers = Vec::new();
    for flight in flying {
        match api::land(flight).await {
            Ok(answer) => answers.push(answer),
            Err(why) => {
                with(|shell| shell.dialog.module = Some((name, module)));
                return load::refused(why);
            }
        }
    }
    change(|shell| {
        if shell.dialog.number == number {
            let _ = module.take(&told(&answers, shell));
            shell.dialog.key = key;
            shell.dialog.module = Some((name, module));
        }
    });
}

type Wanted = (&'static str, Option<Module>, js_sys::Function);

fn wanted(shell: &Shell, number: u32) -> Option<Wanted> {
    let name = shell.app.state.dialog.as_ref().filter(|_| shell.dialog.number == number)?.name();
    let known = shell.dialog.module.as_ref().filter(|(known, _)| *known == name);
    Some((name, known.map(|(_, module)| module.clone()), shell.load.clone()))
}

/// Answers, and that to the last form, as [`Answers::read`] reads them.
fn told(answers: &[(u16, String)], shell: &Shell) -> Vec<u8> {
    let mut writer = Writer::default();
    for (status, text) in answers.iter().chain([&shell.sent.clone().unwrap_or_default()]) {
        Answers::write(&mut writer, usize::from(*status), text);
    }
    writer.done()
}
