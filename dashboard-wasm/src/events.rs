//! One listener for each kind of event, on the document: every link of the views leads to a state, so a click needs no
//! more than its address.

use crate::focus::{Step, rove};
use crate::shell::{change, document, window, with};
use crate::{brush, dialog, drag, forms, keys, load, share};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, Event, EventTarget, HtmlElement, HtmlFormElement, HtmlInputElement, KeyboardEvent, MouseEvent};

/// Begins to listen.
pub(crate) fn listen() {
    let (Some(window), Some(document)) = (window(), document()) else { return };
    on(&document, "click", |event| {
        let _ = click(&event);
    });
    on(&document, "submit", |event| {
        let _ = submit(&event);
    });
    on(&document, "input", |event| {
        let _ = input(&event);
    });
    on(&document, "keydown", |event| {
        let _ = key(&event);
    });
    on(&document, "focusin", |event| leave_menus(&event));
    on(&document, "pointermove", |event| {
        drag::over(&event);
        if !event.dyn_ref().is_some_and(brush::drag) {
            point(&event);
        }
    });
    on(&document, "pointerdown", |event| {
        if drag::begin(&event).is_some() {
            return;
        }
        if let Some((pressed, plot)) = event.dyn_ref().zip(target(&event, "#plot")) {
            brush::begin(pressed, plot);
        }
        point(&event);
    });
    on(&document, "pointerup", |event| {
        let _ = drag::end(&event);
        brush::end();
    });
    on(&document, "pointercancel", |_| {
        brush::cancel();
    });
    on(&document, "visibilitychange", |_| load::poll());
    on(&window, "popstate", |_| {
        let _ = travelled();
    });
}

fn on(target: &EventTarget, kind: &str, listener: impl FnMut(Event) + 'static) {
    let listener = Closure::<dyn FnMut(Event)>::new(listener).into_js_value();
    let _ = target.add_event_listener_with_callback(kind, listener.unchecked_ref());
}

fn target(event: &Event, selector: &str) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()?.closest(selector).ok().flatten()
}

/// Closes the menus that the keyboard has left, which would cover what it comes to. A click on a menu's own ground has the
/// whole of the page's content take the focus, and leaves nothing.
fn leave_menus(event: &Event) {
    let is_ground = target(event, "main").is_some() && target(event, "main > *").is_none();
    if !is_ground && target(event, forms::OPEN_MENU).is_none() {
        forms::close_menus();
    }
}

fn click(event: &Event) -> Option<()> {
    let menu = target(event, "[data-menu]");
    let chosen = target(event, "a[href^='?'], [data-do]");
    if chosen.is_some() || menu.is_none() {
        forms::close_menus();
    } else if target(event, "summary").is_some() {
        // Opening a menu closes the other; its own state is the browser's to change after this.
        let open = menu.as_ref().is_some_and(|menu| menu.has_attribute("open"));
        forms::close_menus();
        if open {
            let _ = menu.as_ref()?.set_attribute("open", "");
        }
    }
    let chosen = chosen?;
    if let Some(what) = chosen.get_attribute("data-do") {
        event.prevent_default();
        forms::press(&what, &chosen);
        return Some(());
    }
    let mouse = event.dyn_ref::<MouseEvent>()?;
    if mouse.alt_key()
        && let Some(exclude) = beside(&chosen)
    {
        event.prevent_default();
        return visit(&exclude);
    }
    if mouse.button() != 0 || mouse.ctrl_key() || mouse.meta_key() || mouse.shift_key() || mouse.alt_key() {
        // The browser opens it elsewhere.
        return None;
    }
    event.prevent_default();
    if chosen.matches("#detail-close, #dialog-close, .veil").unwrap_or(false) {
        return close_top();
    }
    visit(&chosen)
}

/// Follows a link of the views.
fn visit(link: &Element) -> Option<()> {
    let href = link.get_attribute("href")?;
    if link.has_attribute("hreflang") {
        // Another language is another page; what stands behind the # of a share's address stays.
        return document()?.location()?.set_search(&href).ok();
    }
    forms::show(share::state(&href));
    Some(())
}

/// The link that leaves a row's value out.
fn beside(row: &Element) -> Option<Element> {
    let row = Some(row).filter(|row| row.matches("[data-row]").unwrap_or(false))?;
    row.parent_element()?.query_selector(".row-exclude").ok().flatten()
}

/// Back or forward.
fn travelled() -> Option<()> {
    let state = share::state(&document()?.location()?.search().ok()?);
    load::turn(state);
    dialog::look(false);
    Some(())
}

fn submit(event: &Event) -> Option<()> {
    event.prevent_default();
    let button = js_sys::Reflect::get(event, &"submitter".into()).ok().and_then(|button| button.dyn_into().ok());
    forms::submit(&target(event, "form[data-form]")?.dyn_into::<HtmlFormElement>().ok()?, button)
}

fn input(event: &Event) -> Option<()> {
    if let Some(form) = target(event, "[data-live]").and_then(|_| target(event, "form[data-form=go]")) {
        forms::follow_typing(&form.dyn_into::<HtmlFormElement>().ok()?);
        return Some(());
    }
    target(event, "form[data-form=search]")?;
    forms::search(event.target()?.dyn_into::<HtmlInputElement>().ok()?.value());
    Some(())
}

/// The bucket under the pointer.
fn point(event: &Event) {
    let bucket = target(event, "#plot").and_then(|plot| {
        let place = plot.get_bounding_client_rect();
        let across = (f64::from(event.dyn_ref::<MouseEvent>()?.client_x()) - place.left()) / place.width();
        let last = buckets()?.checked_sub(1)?;
        Some((across.clamp(0.0, 1.0) * last as f64).round() as usize)
    });
    set_cursor(bucket);
}

fn buckets() -> Option<usize> {
    with(|shell| Some(shell.app.data.series.as_ref()?.as_ref().ok()?.labels.len())).flatten()
}

fn set_cursor(bucket: Option<usize>) {
    if with(|shell| shell.app.cursor) != Some(bucket) {
        change(|shell| shell.app.cursor = bucket);
    }
}

fn key(event: &Event) -> Option<()> {
    let pressed = event.dyn_ref::<KeyboardEvent>()?;
    if pressed.key() == "Escape" {
        return if brush::cancel() { None } else { escape() };
    }
    if pressed.key() == "Enter" && target(event, "#plot").is_some() {
        return brush::enter();
    }
    walk(event, &pressed.key()).or_else(|| keys::press(event, pressed))
}

/// Goes along what is walked by arrows; none where the key is no such, or there is nothing of the kind.
fn walk(event: &Event, key: &str) -> Option<()> {
    let (step, across) = match key {
        "ArrowLeft" => (Step::Back, true),
        "ArrowRight" => (Step::Forward, true),
        "ArrowUp" => (Step::Back, false),
        "ArrowDown" => (Step::Forward, false),
        "Home" => (Step::First, true),
        "End" => (Step::Last, true),
        _ => return None,
    };
    if let Some(field) = target(event, "input, select, textarea") {
        // From what is typed down to what is suggested.
        let leads = key == "ArrowDown" && field.has_attribute("data-step");
        return leads.then(|| keys::focus(".suggest a")).flatten().map(|()| event.prevent_default());
    }
    if target(event, "#plot").is_some() {
        event.prevent_default();
        brush::hold(event.dyn_ref::<KeyboardEvent>()?.shift_key(), buckets()?.checked_sub(1)?);
        return walk_chart(step);
    }
    let list = target(event, "[data-roving], .menu-content")?;
    let here = target(event, "a, button")?;
    let way = list.get_attribute("data-roving").unwrap_or_else(|| "down".to_owned());
    let along = way == "both" || matches!(step, Step::First | Step::Last) || across == (way == "across");
    if along {
        event.prevent_default();
        rove(&list, &here, step)?;
    } else if across {
        // Beside a row is what leaves it out.
        let sibling = if step == Step::Forward { here.next_element_sibling() } else { here.previous_element_sibling() };
        sibling?.dyn_into::<HtmlElement>().ok()?.focus().ok()?;
        event.prevent_default();
    }
    Some(())
}

fn walk_chart(step: Step) -> Option<()> {
    let last = buckets()?.checked_sub(1)?;
    let here = with(|shell| shell.app.cursor)?;
    set_cursor(Some(match (step, here) {
        (Step::First, _) => 0,
        (Step::Last, _) | (_, None) => last,
        (Step::Back, Some(here)) => here.saturating_sub(1),
        (Step::Forward, Some(here)) => (here + 1).min(last),
    }));
    Some(())
}

/// Closes what is on top: the open menu, else the long list, else the chart's tooltip.
fn escape() -> Option<()> {
    let menu = document()?.query_selector(forms::OPEN_MENU).ok().flatten();
    if let Some(menu) = menu {
        forms::close_menus();
        let summary = menu.query_selector("summary").ok().flatten()?;
        return summary.dyn_into::<HtmlElement>().ok()?.focus().ok();
    }
    if close_top().is_none() {
        set_cursor(None);
    }
    Some(())
}

/// Closes what lies on top; none if nothing does.
fn close_top() -> Option<()> {
    let state = with(|shell| shell.app.state.clone())?;
    let Some(opener) = views::dialog::opener(&state) else { return close_detail() };
    forms::show(state.but(|state| state.dialog = None));
    keys::focus(opener).or(Some(()))
}

/// Closes the long list and gives the keyboard back to what opened it; none if there is no such list.
fn close_detail() -> Option<()> {
    let state = with(|shell| shell.app.state.clone())?;
    let detail = state.detail.as_ref()?;
    let opener = ["#more-", detail.dimension.panel().name()].concat();
    forms::go(state.but(|state| state.detail = None), false);
    load::now();
    if let Some(Some(opener)) = document().map(|document| document.query_selector(&opener).ok().flatten()) {
        opener.dyn_into::<HtmlElement>().ok()?.focus().ok()?;
    }
    Some(())
}
