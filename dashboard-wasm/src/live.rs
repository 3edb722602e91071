//! The connection of a view that is told by itself what is new. It is opened when the view asks for it, kept while the view
//! is shown, and opened again when it breaks; what was told is handed to the view's module like an answer.

use crate::module;
use crate::shell::{change, window, with};
use std::collections::VecDeque;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{CloseEvent, MessageEvent, WebSocket};

/// So much of what was told is kept.
const TOLD_MAX: usize = 40;
/// Before a connection that broke is opened again.
const AGAIN_MS: i32 = 3_000;

/// A connection, and what it told.
pub(crate) struct Live {
    path: String,
    socket: WebSocket,
    /// Newest first, each as JSON.
    told: VecDeque<String>,
}

impl Live {
    /// What was told, as a list in JSON.
    pub(crate) fn told(&self) -> String {
        let told: Vec<&str> = self.told.iter().map(String::as_str).collect();
        ["[", &told.join(","), "]"].concat()
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        // Nobody listens any more, so that closing it opens no other.
        self.socket.set_onclose(None);
        self.socket.set_onmessage(None);
        let _ = self.socket.close();
    }
}

/// Listens to a path, if it does not already.
pub(crate) fn listen(path: &str) -> Option<()> {
    let is_open = with(|shell| shell.live.as_ref().is_some_and(|live| live.path == path && is_alive(&live.socket)))?;
    if is_open {
        return Some(());
    }
    let origin = window()?.location().origin().ok()?;
    let socket = WebSocket::new(&[&origin.replacen("http", "ws", 1), path].concat()).ok()?;
    let told = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| {
        if let Some(text) = event.data().as_string() {
            take(text);
        }
    });
    socket.set_onmessage(Some(told.into_js_value().unchecked_ref()));
    let again = path.to_owned();
    let closed = Closure::<dyn FnMut(CloseEvent)>::new(move |_| later(again.clone()));
    socket.set_onclose(Some(closed.into_js_value().unchecked_ref()));
    let _ = with(|shell| {
        let before = shell.live.take().filter(|live| live.path == path);
        let told = before.map(|mut before| std::mem::take(&mut before.told)).unwrap_or_default();
        shell.live = Some(Live { path: path.to_owned(), socket, told });
    });
    Some(())
}

fn is_alive(socket: &WebSocket) -> bool {
    socket.ready_state() <= WebSocket::OPEN
}

fn take(text: String) {
    change(|shell| {
        if let Some(live) = &mut shell.live {
            live.told.push_front(text);
            live.told.truncate(TOLD_MAX);
        }
        module::told(shell);
    });
}

fn later(path: String) {
    let again = Closure::once_into_js(move || {
        let is_wanted = with(|shell| shell.live.as_ref().is_some_and(|live| live.path == path)).unwrap_or(false);
        if is_wanted {
            let _ = listen(&path);
        }
    });
    if let Some(window) = window() {
        let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(again.unchecked_ref(), AGAIN_MS);
    }
}
