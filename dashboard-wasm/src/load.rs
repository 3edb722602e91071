//! Asking for what the page shows: at once after a change, then every few seconds while somebody looks.

use crate::api::{self, Refusal, ask};
use crate::forms::go;
use crate::intl;
use crate::module;
use crate::shell::{change, document, window, with};
use serde_json::Value;
use views::answer::Problem;
use views::app::Session;
use views::queries::{Ask, asks, request};
use views::state::State;
use views::view::View;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::VisibilityState;

/// Between two requests while numbers are shown.
const REFRESH_MS: i32 = 10_000;
/// Between two requests while the first visit is awaited.
const WAITING_MS: i32 = 3_000;
/// After the last key of a search.
const TYPING_MS: i32 = 250;

/// Asks for the owner's sites, then for the first view.
pub(crate) fn sites() {
    spawn_local(async {
        let me = api::begin("GET", "/api/v1/me", "");
        let answer = ask("GET", "/api/v1/sites", None).await;
        match answer {
            Ok(answer) => {
                let me = api::land(me).await.ok().and_then(|(_, text)| serde_json::from_str(&text).ok());
                change(|shell| {
                    shell.app.session = Session::In;
                    shell.app.problem = None;
                    shell.app.take_sites(&answer);
                    shell.app.take_me(&me.unwrap_or_default());
                });
                // From here on the address names the site, so that it means the same wherever it is opened.
                let state = with(|shell| shell.app.state.but(|state| state.site = shell.app.site_wanted()));
                if let Some(state) = state {
                    go(state, true);
                }
                now();
            }
            Err(refusal) => {
                refused(refusal);
                again(REFRESH_MS);
            }
        }
    });
}

/// What a request needs, taken from what the page holds.
struct Question {
    number: u32,
    state: State,
    asks: Vec<Ask>,
    body: String,
}

fn question(shell: &mut crate::shell::Shell) -> Option<Question> {
    if shell.app.session != Session::In || shell.app.state.adding_site {
        return None;
    }
    let site = shell.app.site()?.domain.clone();
    let timezone = shell.app.site()?.timezone.clone();
    shell.app.clock = intl::clock(&timezone)?;
    shell.request += 1;
    let state = shell.app.state.clone();
    let asks = asks(&state, shell.app.data.counting == Some(true));
    let body = request(&site, &state, &shell.app.clock, &asks);
    Some(Question { number: shell.request, state, asks, body })
}

/// Asks for everything that the page shows.
pub(crate) fn now() {
    after(None);
}

/// The same, after a form was sent: the view is told the status and the answer.
pub(crate) fn after(sent: Option<(u16, String)>) {
    let Some(question) = with(question).flatten() else { return };
    if question.state.view != View::Overview {
        spawn_local(async move {
            module::show(question.number, question.state.view, sent).await;
            if with(|shell| shell.request) == Some(question.number) {
                again(REFRESH_MS);
            }
        });
        return;
    }
    spawn_local(async move {
        let answer = ask("POST", "/api/v2/query", Some(question.body.clone())).await;
        if with(|shell| shell.request) != Some(question.number) {
            return;
        }
        match answer {
            Ok(answer) => change(|shell| take(shell, &question, &answer)),
            Err(refusal) => refused(refusal),
        }
        let waiting = with(|shell| shell.app.data.counting == Some(false)).unwrap_or(false);
        again(if waiting { WAITING_MS } else { REFRESH_MS });
    });
}

fn take(shell: &mut crate::shell::Shell, question: &Question, answer: &Value) {
    let key = question.state.key();
    let app = &mut shell.app;
    let anew = key != shell.data_key;
    if anew {
        // Lists of tabs that were not asked for again belong to other visits.
        app.data.lists.clear();
    }
    app.data.take(&question.state, &question.asks, answer);
    app.stale = false;
    app.problem = None;
    if anew {
        app.announcement = app.summary();
    }
    shell.data_key = key;
}

/// Says what went wrong; numbers already shown stay.
pub(crate) fn refused(refusal: Refusal) {
    change(|shell| match refusal {
        Refusal::LoggedOut => shell.app.session = Session::Out(None),
        Refusal::Problem(problem) => shell.app.problem = Some(problem),
    });
}

/// Shows a refusal of a form.
pub(crate) fn form_refused(refusal: Refusal) {
    change(|shell| {
        shell.app.sending = false;
        match (refusal, &mut shell.app.session) {
            (Refusal::Problem(problem), Session::Out(why)) => *why = Some(problem),
            (Refusal::Problem(problem), _) => shell.app.form_problem = Some(problem),
            (Refusal::LoggedOut, session) => {
                *session = Session::Out(Some(Problem::new("The session has ended.", "Log in again.")));
            }
        }
    });
}

/// Asks again soon: while a search is being typed.
pub(crate) fn soon() {
    again(TYPING_MS);
}

/// Asks again after so many milliseconds, unless nobody looks by then; whoever looks again asks at once.
fn again(after_ms: i32) {
    let Some(window) = window() else { return };
    let late = Closure::once_into_js(|| {
        let seen = document().is_some_and(|document| document.visibility_state() == VisibilityState::Visible);
        if seen {
            refresh();
        }
    });
    let timer = window.set_timeout_with_callback_and_timeout_and_arguments_0(late.unchecked_ref(), after_ms).ok();
    let earlier = with(|shell| std::mem::replace(&mut shell.timer, timer)).flatten();
    if let Some(earlier) = earlier {
        window.clear_timeout_with_handle(earlier);
    }
}

/// Asks for whatever is missing or may have changed.
pub(crate) fn refresh() {
    match with(|shell| shell.app.session.clone()) {
        Some(Session::In) => now(),
        Some(Session::Unknown) => sites(),
        _ => {}
    }
}
