//! Asking for what the page shows: at once after a change, then every few seconds while somebody looks.

use crate::api::{self, Refusal};
use crate::dialog;
use crate::forms::go;
use crate::local;
use crate::module;
use crate::shell::{Shell, change, document, set_clock, window, with};
use views::answer::{Data, Problem};
use views::app::Session;
use views::state::State;
use views::view::View;
use views::view::install::first_steps;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::VisibilityState;

/// Between two requests while numbers are shown.
const REFRESH_MS: i32 = 10_000;
/// Between two requests while the first steps are shown.
const WAITING_MS: i32 = 3_000;
/// After the last key of a search.
const TYPING_MS: i32 = 250;

/// Begins: the numbers that the edge put into the page are of this moment, so they are asked for again a while later.
pub(crate) fn first() {
    dialog::look(false);
    let known = with(|shell| (shell.app.session.clone(), shell.app.state.view));
    match known {
        Some((Session::In, View::Overview)) => {
            name_site();
            local::fetch_when_idle();
            numbers_or_steps();
        }
        Some((Session::Out(_), _)) => {}
        _ => poll(),
    }
}

/// From here on the address names the site, so that it means the same wherever it is opened.
fn name_site() {
    let named = with(|shell| {
        let named = shell.app.state.but(|state| state.site = shell.app.site_wanted());
        (named != shell.app.state).then_some(named)
    });
    if let Some(named) = named.flatten() {
        // Only the address changes: the numbers are those of this site.
        let _ = with(|shell| {
            if shell.data_key == shell.app.state.key() {
                shell.data_key = named.key();
            }
        });
        go(named, true);
    }
}

/// How long the numbers stay.
fn pace() -> i32 {
    let waiting = with(|shell| shell.app.state.view == View::Install).unwrap_or(false);
    if waiting { WAITING_MS } else { REFRESH_MS }
}

/// Asks again a while later; where there are no numbers, shows at once how to come by some.
fn numbers_or_steps() {
    if let Some(Some(steps)) = with(|shell| first_steps(&shell.app)) {
        go(steps, true);
        return now();
    }
    again(pace());
}

/// Goes where a form leads that was sent.
pub(crate) fn lead(state: State, sent: (u16, String)) {
    let same = with(|shell| shell.app.state == state).unwrap_or(false);
    go(state, same);
    after(Some(sent));
}

/// Shows what was chosen: counted here, if the visits are here, else by the edge.
pub(crate) fn now() {
    if !count_here() {
        poll();
    }
}

/// Turns to what was chosen, and shows it counted at once if the visits are here, else as far as it is known until the edge
/// has told it.
pub(crate) fn turn(state: State) {
    let mut is_counted = false;
    change(|shell| {
        shell.go(state);
        is_counted = fill(shell);
    });
    if is_counted {
        counted();
    } else {
        poll();
    }
}

/// Counts what the page shows from the visits that it holds; says whether that could be done.
fn count_here() -> bool {
    let is_counted = with(fill).unwrap_or(false);
    if is_counted {
        change(|_| ());
        counted();
    }
    is_counted
}

/// Goes on after what the page shows was counted here.
fn counted() {
    local::fetch_when_idle();
    again(pace());
}

/// Counts what is to be shown from the visits that the page holds; says whether that could be done.
fn fill(shell: &mut Shell) -> bool {
    if shell.app.session != Session::In || shell.app.state.view != View::Overview {
        return false;
    }
    let Some(data) = local::data(shell) else { return false };
    // An answer of the edge that is on its way is of what was shown before.
    shell.request += 1;
    let app = &mut shell.app;
    let (present, counting) = (app.data.present, app.data.counting);
    app.data = Data { present, counting, ..data };
    app.stale = false;
    let key = app.state.key();
    if key != shell.data_key {
        app.announcement = app.summary();
    }
    shell.data_key = key;
    true
}

/// Asks the edge for everything that the page shows.
pub(crate) fn poll() {
    after(None);
}

/// The same, after a form was sent: the view is told the status and the answer, until the page looks at something else.
pub(crate) fn after(sent: Option<(u16, String)>) {
    if sent.is_some() {
        with(|shell| shell.sent = sent);
        dialog::look_again();
    }
    let question = with(|shell| {
        if matches!(shell.app.session, Session::Out(_) | Session::Lost)
            || shell.app.state.adding_site && !shell.app.sites.is_empty()
        {
            return None;
        }
        set_clock(&mut shell.app);
        shell.request += 1;
        Some((shell.request, shell.app.state.clone(), shell.app.session.clone()))
    });
    let Some((number, state, session)) = question.flatten() else { return };
    let view = state.view;
    if session == Session::Shared {
        // A share has nothing but its view, and that is two days old.
        return spawn_local(module::show(number, view));
    }
    // A view's own questions name the site, which has to be known first.
    let is_known = session == Session::In;
    if is_known && view != View::Overview {
        spawn_local(module::show(number, view));
    }
    spawn_local(async move {
        let answer = api::bytes(&["/api/v1/page", &state.href()].concat()).await;
        if with(|shell| shell.request) != Some(number) {
            return;
        }
        match answer {
            Ok(reply) => {
                change(|shell| take(shell, &state, &reply.to_vec()));
                name_site();
                let _ = with(local::compare);
                local::fetch_when_idle();
                if !is_known && view != View::Overview {
                    module::show(number, view).await;
                }
            }
            Err(refusal) => refused(refusal),
        }
        numbers_or_steps();
    });
}

fn take(shell: &mut Shell, state: &State, reply: &[u8]) {
    let is_overview = state.view == View::Overview;
    let key = state.key();
    let anew = is_overview && key != shell.data_key;
    let app = &mut shell.app;
    if app.take_reply(reply, is_overview && !anew).is_none() {
        app.problem = Some(Problem::unreadable());
        return;
    }
    app.session = Session::In;
    set_clock(app);
    // What a view asks itself may still be in trouble.
    if is_overview || app.site().is_none() {
        app.problem = None;
    }
    if is_overview {
        app.stale = false;
        shell.data_key = key;
    }
    if anew {
        app.announcement = app.summary();
    }
}

/// Says what went wrong; numbers already shown stay.
pub(crate) fn refused(refusal: Refusal) {
    change(|shell| match refusal {
        Refusal::LoggedOut if shell.app.session == Session::Shared => shell.app.session = Session::Lost,
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
    if count_here() {
        return;
    }
    // An answer that is on its way is about what was typed before: taken for the present one, it would put this request
    // off to the next round.
    let _ = with(|shell| shell.request += 1);
    again(TYPING_MS);
}

/// Asks again after so many milliseconds, unless nobody looks by then; whoever looks again asks at once.
fn again(after_ms: i32) {
    let Some(window) = window() else { return };
    let late = Closure::once_into_js(|| {
        let seen = document().is_some_and(|document| document.visibility_state() == VisibilityState::Visible);
        if seen {
            poll();
        }
    });
    let timer = window.set_timeout_with_callback_and_timeout_and_arguments_0(late.unchecked_ref(), after_ms).ok();
    let earlier = with(|shell| std::mem::replace(&mut shell.timer, timer)).flatten();
    if let Some(earlier) = earlier {
        window.clear_timeout_with_handle(earlier);
    }
}
