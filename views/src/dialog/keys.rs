//! The sheet of keys.

use crate::app::App;
use crate::keys::{Act, KEYS, Key, label};
use crate::markup::{Element, element};
use crate::state::Keys;
use crate::view::{Answers, Request};
use crate::words::say;

/// A part of the sheet: its heading, and which keys stand in it.
type Group = (&'static str, fn(Act) -> bool);

/// The sheet asks for nothing.
pub fn requests(_: &App) -> Vec<Request> {
    Vec::new()
}

/// The sheet: every key of the table, and a switch for all of them.
pub fn content(app: &App, _: &Answers) -> Element {
    let groups: [Group; 4] = [
        ("Days", |act| matches!(act, Act::Days(_) | Act::Dates | Act::Step(_))),
        ("Comparison and filters", |act| matches!(act, Act::Compare | Act::Filter | Act::Search)),
        ("Around the page", |act| matches!(act, Act::Row(_) | Act::Sheet | Act::Close)),
        ("Views", |act| matches!(act, Act::View(_))),
    ];
    let groups = groups.map(|(title, holds)| {
        let keys = KEYS.iter().filter(|key| holds(key.act)).map(row);
        element("section")
            .class("keys-group")
            .child(element("h3").text(say(title)))
            .child(element("dl").class("keys").children(keys))
    });
    let off = app.state.keys == Keys::Off;
    let text = if off {
        say("Single keys are switched off. The address of this page says so, and links from it keep to that.")
    } else {
        say(
            "Keys work while nothing is being typed. They can be switched off, which the address of this page then says.",
        )
    };
    let switch = element("a")
        .class("button")
        .with("id", "keys-switch")
        .with("href", app.state.but(|state| state.keys = if off { Keys::On } else { Keys::Off }).href())
        .text(if off { say("Switch keys on") } else { say("Switch keys off") });
    let switch = element("div").class("keys-switch").child(element("p").class("hint").text(text)).child(switch);
    element("div").class(if off { "keys-sheet keys-off" } else { "keys-sheet" }).children(groups).child(switch)
}

fn row(key: &Key) -> Element {
    let mut keys = element("dt");
    for (index, part) in key.key.split(' ').enumerate() {
        if index > 0 {
            keys = keys.text(" ");
        }
        keys = keys.child(element("kbd").text(shown(part)));
    }
    element("div").class("keys-row").child(keys).child(element("dd").text(label(key.act)))
}

/// A key as it is written on keyboards.
fn shown(key: &str) -> String {
    match key {
        "ArrowLeft" => "←".to_owned(),
        "ArrowRight" => "→".to_owned(),
        "Escape" => say("Esc"),
        letter => letter.to_uppercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Node;
    use crate::sample;

    #[test]
    fn the_sheet_lists_every_key_once() {
        let html = |query| Node::from(content(&sample::app(query), &Answers::default())).html();
        assert_eq!(html("?dialog=keys").matches("class=\"keys-row\"").count(), KEYS.len());
        assert!(html("?dialog=keys").contains("href=\"?dialog=keys&amp;keys=off\""));
        assert!(html("?dialog=keys&keys=off").contains("href=\"?dialog=keys\""));
    }
}
