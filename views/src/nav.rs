//! The menu of a site's views.

use crate::app::App;
use crate::markup::{Element, element};
use crate::view::{Group, View};
use crate::words::say;

/// The menu.
pub fn nav(app: &App) -> Element {
    let groups = Group::ALL.into_iter().filter(|group| group.views().next().is_some()).map(|group| {
        let links = group.views().map(|view| element("li").child(link(app, view)));
        element("div")
            .class("nav-group")
            .child(element("span").class("nav-title").text(say(group.label())))
            .child(element("ul").with("aria-label", say(group.label())).children(links))
    });
    element("nav").class("nav").with("aria-label", say("Views")).children(groups)
}

fn link(app: &App, view: View) -> Element {
    element("a")
        .with("href", app.state.to_view(view).href())
        .with_if(view == app.state.view, "aria-current", "page")
        .text(say(view.label()))
}
