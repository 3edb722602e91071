//! What lies on top of a view besides the long list: the composer of filters and the sheet of keys. The frame is the
//! page's; what is in it is made by a module of its own, of two functions, as a view is.

use crate::app::App;
use crate::icon::{Icon, icon};
use crate::markup::{Element, element};
use crate::skeleton;
use crate::state::{Dialog, State};
use crate::view::Functions;
use crate::words::say;

pub mod filters;
pub mod keys;

/// The dialog; none unless one is open.
pub fn dialog(app: &App) -> Option<Element> {
    let open = app.state.dialog.as_ref()?;
    let title = match open {
        Dialog::Filters(_) => say("Filters"),
        Dialog::Keys => say("Keys"),
    };
    let close = app.state.but(|state| state.dialog = None).href();
    let body = app.dialog_content.clone().unwrap_or_else(|| skeleton::rows(6));
    let cross = element("a")
        .class("icon-button")
        .with("id", "dialog-close")
        .with("href", close.as_str())
        .with("aria-label", say("Close"))
        .child(icon(Icon::Cross));
    let head =
        element("header").class("sheet-head").child(element("h2").with("id", "dialog-title").text(title)).child(cross);
    let sheet = element("section")
        .class("sheet dialog")
        .with("role", "dialog")
        .with("aria-modal", "true")
        .with("aria-labelledby", "dialog-title")
        .with("data-view", open.name())
        .child(head)
        .child(element("div").class("sheet-body").child(body));
    let veil = element("a").class("veil").with("href", close).with("tabindex", "-1").with("aria-hidden", "true");
    Some(element("div").class("overlay").child(veil).child(sheet))
}

/// The two functions of a dialog, for those who have them all; the page loads them one by one.
pub fn functions(dialog: &Dialog) -> Functions {
    match dialog {
        Dialog::Filters(_) => (filters::requests, filters::content),
        Dialog::Keys => (keys::requests, keys::content),
    }
}

/// Where the keyboard goes when a dialog is closed: what opened it.
pub fn opener(state: &State) -> Option<&'static str> {
    state.dialog.as_ref().map(|dialog| match dialog {
        Dialog::Filters(_) => "#open-filters",
        Dialog::Keys => ".site-menu summary",
    })
}
