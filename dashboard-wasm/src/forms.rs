//! What forms and buttons do.

use crate::api::{LOGIN, ask};
use crate::send;
use crate::shell::{change, document, window, with};
use crate::{address, dialog, export, load};
use views::answer::Data;
use views::app::{Session, domain_of};
use views::state::State;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Element, FormData, HtmlElement, HtmlFormElement};

/// Looks at another state and puts its address into the history.
pub(crate) fn go(state: State, replace: bool) {
    address::write(&state, replace);
    change(|shell| shell.go(state));
    dialog::look(replace);
}

/// Looks at another state, and asks for what is not here of it. What only opens or changes what lies on top needs nothing.
pub(crate) fn show(state: State) {
    let below = |state: &State| state.but(|state| state.dialog = None);
    let is_same = with(|shell| below(&shell.app.state) == below(&state)).unwrap_or(false);
    address::write(&state, false);
    if is_same {
        change(|shell| shell.go(state));
    } else {
        load::turn(state);
    }
    dialog::look(false);
}

/// Sends a form of the views.
pub(crate) fn submit(form: &HtmlFormElement, button: Option<Element>) -> Option<()> {
    let fields = FormData::new_with_form(form).ok()?;
    let field = |name: &str| fields.get(name).as_string().unwrap_or_default();
    match form.get_attribute("data-form")?.as_str() {
        "login" => log_in(&field("key")),
        "site" => add_site(&domain_of(&field("domain")), &field("timezone")),
        "search" => search(field("search")),
        "go" => follow(form, button),
        "send" => send::submit(form)?,
        _ => {}
    }
    Some(())
}

/// Follows a form to the state that its fields say, and the button that sent it.
fn follow(form: &HtmlFormElement, button: Option<Element>) {
    let Some(mut query) = send::query_string(form) else { return };
    if let Some(button) = button
        && let (Some(name), Some(value)) = (button.get_attribute("name"), button.get_attribute("value"))
    {
        // Both are the views' own words.
        query = [&query, "&", &name, "=", &value].concat();
    }
    close_menus();
    show(State::parse(&query));
}

/// Follows a form while somebody types, without an entry of the history for each letter.
pub(crate) fn follow_typing(form: &HtmlFormElement) {
    let Some(query) = send::query_string(form) else { return };
    let state = State::parse(&query);
    let is_on_top = state.dialog.is_some();
    go(state, true);
    if !is_on_top {
        load::soon();
    }
}

/// Narrows the long list while somebody types.
pub(crate) fn search(text: String) {
    let state = with(|shell| {
        shell.app.state.but(|state| {
            if let Some(detail) = &mut state.detail {
                (detail.search, detail.page) = (text, 0);
            }
        })
    });
    if let Some(state) = state {
        go(state, true);
        load::soon();
    }
}

/// Presses a button of the views.
pub(crate) fn press(what: &str, button: &Element) {
    match what {
        "logout" => log_out(),
        "export" => drop(export::save(button)),
        "skip" => skip(),
        "copy" => copy(button.get_attribute("data-copy").unwrap_or_else(|| "snippet".to_owned())),
        _ => {}
    }
}

/// Takes the keyboard past the menus. The browser alone would put the place into the address, which is the state's.
fn skip() {
    let content = document().and_then(|document| document.get_element_by_id("content"));
    if let Some(content) = content.and_then(|content| content.dyn_into::<HtmlElement>().ok()) {
        let _ = content.focus();
    }
}

fn log_in(key: &str) {
    let body = send::json(&[("key", key)]);
    change(|shell| shell.app.sending = true);
    spawn_local(async move {
        match ask("POST", LOGIN, body).await {
            Ok(()) => {
                change(|shell| {
                    shell.app.sending = false;
                    shell.app.session = Session::Unknown;
                    shell.app.data = Data::default();
                });
                load::now();
            }
            Err(refusal) => load::form_refused(refusal),
        }
    });
}

fn log_out() {
    spawn_local(async {
        // Without an answer the cookie is still there, so the page must not claim otherwise.
        if ask("POST", "/api/v1/logout", None).await.is_ok() {
            change(|shell| {
                shell.app.session = Session::Out(None);
                shell.app.sites.clear();
                shell.app.data = Data::default();
                shell.data_key.clear();
            });
        }
    });
}

fn add_site(domain: &str, timezone: &str) {
    let path = ["/api/v1/sites/", &String::from(js_sys::encode_uri_component(domain))].concat();
    let (body, domain) = (send::json(&[("timezone", timezone)]), domain.to_owned());
    change(|shell| {
        shell.app.sending = true;
        shell.app.form_problem = None;
    });
    spawn_local(async move {
        match ask("PUT", &path, body).await {
            Ok(()) => {
                change(|shell| shell.app.sending = false);
                let before = with(|shell| shell.app.state.clone()).unwrap_or_default();
                go(State { site: Some(domain), ..before.afresh() }, false);
                load::now();
            }
            Err(refusal) => load::form_refused(refusal),
        }
    });
}

/// Copies the text of an element; where the browser forbids it, selects it for the reader to copy.
fn copy(id: String) {
    spawn_local(async move {
        if copied(&id).await.is_none() {
            let code = document().and_then(|document| document.get_element_by_id(&id));
            let selection = window().and_then(|window| window.get_selection().ok().flatten());
            if let (Some(code), Some(selection)) = (code, selection) {
                let _ = selection.select_all_children(&code);
            }
        } else {
            change(|shell| shell.app.copied = Some(id));
        }
    });
}

async fn copied(id: &str) -> Option<()> {
    let window = window()?;
    // Pages without TLS have no clipboard, though the type says they do.
    let clipboard = js_sys::Reflect::get(&window.navigator(), &"clipboard".into()).ok()?;
    let clipboard: web_sys::Clipboard = clipboard.dyn_into().ok()?;
    let text = window.document()?.get_element_by_id(id)?.text_content()?;
    JsFuture::from(clipboard.write_text(&text)).await.ok().map(drop)
}

/// What is open of the menus. Other parts that open stay as whoever reads them left them.
pub(crate) const OPEN_MENU: &str = "[data-menu][open]";

/// Closes every open menu.
pub(crate) fn close_menus() {
    let open = document().and_then(|document| document.query_selector_all(OPEN_MENU).ok());
    let Some(open) = open else { return };
    for index in 0..open.length() {
        if let Some(menu) = open.get(index).and_then(|node| node.dyn_into::<web_sys::Element>().ok()) {
            let _ = menu.remove_attribute("open");
        }
    }
}
