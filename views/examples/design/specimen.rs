//! A thing shown in both themes, with a name and a sentence.

use views::markup::{Element, Node, element};

/// A section of the page.
pub(crate) fn section(name: &str, sentence: &str) -> Element {
    element("section")
        .class("chapter")
        .child(element("h2").text(name))
        .child(element("p").class("chapter-text").text(sentence))
}

/// A thing on a card, light and dark.
pub(crate) fn specimen(name: &str, sentence: &str, thing: &Element) -> Element {
    let card = |thing: Element| element("div").class("card specimen-card").child(thing);
    both(name, sentence, &card(thing.clone()))
}

/// A thing that brings its own surface, light and dark.
pub(crate) fn both(name: &str, sentence: &str, thing: &Element) -> Element {
    let theme = |name: &str, thing: Element| element("div").class("theme").with("data-theme", name).child(thing);
    // What is named may be named once.
    element("article")
        .class("specimen")
        .child(element("h3").text(name))
        .child(element("p").class("specimen-text").text(sentence))
        .child(
            element("div")
                .class("both")
                .child(theme("light", thing.clone()))
                .child(theme("dark", without_ids(thing)).with("aria-hidden", "true").with("inert", "")),
        )
}

fn without_ids(original: &Element) -> Element {
    let mut copy = element(original.tag);
    for (name, value) in original.attributes.iter().filter(|(name, _)| *name != "id") {
        copy = copy.with(name, value);
    }
    original.children.iter().fold(copy, |copy, child| match child {
        Node::Text(text) => copy.text(text),
        Node::Element(child) => copy.child(without_ids(child)),
    })
}
