//! All filters, as a tree that can be changed.

use super::{action, heading, with_dialog};
use crate::app::App;
use crate::chips;
use crate::filter::place::{At, Place};
use crate::filter::{Filter, Joint};
use crate::markup::{Element, element};
use crate::state::State;
use crate::words::{fill, say};

pub(super) fn tree(app: &App) -> Element {
    let section = element("section").class("compose-tree").child(heading("All of these hold"));
    let section = match app.state.filters.as_slice() {
        [] => section.child(element("p").class("hint").text(say("There is no filter: everything is counted."))),
        filters => section.child(list(app, filters, &[])),
    };
    section.child(adding(app, &[]))
}

fn list(app: &App, filters: &[Filter], path: &[usize]) -> Element {
    let nodes = filters.iter().enumerate().map(|(index, filter)| {
        let path: Vec<usize> = path.iter().copied().chain([index]).collect();
        element("li").child(node(app, filter, &path))
    });
    element("ul").class("compose-list").children(nodes)
}

fn node(app: &App, filter: &Filter, path: &[usize]) -> Element {
    let place = Place::of(path).unwrap_or_default();
    let put = |filter: Option<Filter>| with_dialog(&app.state, |state| place.put(&mut state.filters, filter));
    let words = chips::words(app, filter);
    // What a link is called begins with what stands on it, so that it can be said aloud.
    let named =
        |state: &State, label: String| action(state, &label).with("aria-label", fill("{0}: {1}", &[&label, &words]));
    let remove = named(&put(None), say("Remove"));
    match filter {
        Filter::Group(joint, inner) => {
            let head = element("div").class("compose-head").child(joints(app, *joint, inner, &place)).child(remove);
            element("div")
                .class("compose-group")
                .with("role", "group")
                .with("aria-label", say(joint.label()))
                .child(head)
                .child(list(app, inner, path))
                .child(adding(app, path))
        }
        Filter::Test(_) => {
            let edit = named(&app.state.composing(place.clone()), say("Change"));
            let turn = filter.negated().map(|turned| named(&put(Some(turned)), say("Turn round")));
            let either = place.scope(&app.state.filters).takes_group(Joint::Any)
                && !filter.test().is_some_and(|test| test.field.is_outermost());
            let either = either.then(|| {
                let group = Filter::Group(Joint::Any, vec![filter.clone()]);
                named(&put(Some(group)), say("Or …"))
            });
            let line = element("div").class("compose-test").child(element("span").class("compose-words").text(&words));
            line.child(edit).children(turn).children(either).child(remove)
        }
        Filter::Segment(_) => {
            let line = element("div").class("compose-test").child(element("span").class("compose-words").text(&words));
            line.child(remove)
        }
    }
}

/// What may hold a group together instead.
fn joints(app: &App, joint: Joint, inner: &[Filter], place: &Place) -> Element {
    let scope = place.scope(&app.state.filters);
    let others = Joint::ALL.into_iter().filter(|other| other.is_of_events() == joint.is_of_events());
    let others = others.filter(|other| *other == joint || scope.takes_group(*other));
    let links = others.map(|other| {
        let group = Filter::Group(other, inner.to_vec());
        let state = with_dialog(&app.state, |state| place.put(&mut state.filters, Some(group)));
        let link = element("a").with("href", state.href()).with_if(other == joint, "aria-current", "true");
        link.text(say(other.label()))
    });
    element("div")
        .class("segments")
        .with("role", "group")
        .with("aria-label", say("How they go together"))
        .children(links)
}

/// Links that add a filter, or a group, at the end of a group.
fn adding(app: &App, group: &[usize]) -> Element {
    let at = |at| Place { group: group.to_vec(), at };
    let scope = at(At::New).scope(&app.state.filters);
    let add = |place: Place, label: String| action(&app.state.composing(place), &["+ ", &label].concat());
    let groups = Joint::ALL.into_iter().filter(|joint| scope.takes_group(*joint));
    // Beside all others, "all of" says nothing.
    let groups = groups.filter(|joint| *joint != Joint::All || !group.is_empty());
    let groups = groups.map(|joint| add(at(At::NewGroup(joint)), say(joint.label())));
    element("div").class("compose-adding").child(add(at(At::New), say("Filter"))).children(groups)
}
