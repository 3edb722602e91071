//! Markup into the document by calls, never by parsing: what differs between the markup shown and the markup wanted is
//! changed in place, so that focus, scroll position and what is being typed stay, and bars grow instead of jumping.

use views::markup::{self, Element, Node};
use wasm_bindgen::JsCast;
use web_sys::{Document, HtmlElement, HtmlInputElement};

/// The namespace of SVG, which elements made by calls have to be given.
const SVG: &str = "http://www.w3.org/2000/svg";

/// Reads what the edge put into the page, so that it can be changed in place; none where it is not the views' own markup.
pub(crate) fn read(shown: &web_sys::Node) -> Option<Node> {
    let Some(element) = shown.dyn_ref::<web_sys::Element>() else {
        let text = (shown.node_type() == web_sys::Node::TEXT_NODE).then(|| shown.node_value())?;
        return text.map(Node::Text);
    };
    let mut read = markup::element(markup::name_of(&element.local_name())?);
    for name in element.get_attribute_names() {
        let name = name.as_string()?;
        read = read.with(markup::name_of(&name)?, element.get_attribute(&name)?);
    }
    let mut child = shown.first_child();
    while let Some(node) = child {
        read = match self::read(&node)? {
            Node::Element(element) => read.child(element),
            Node::Text(text) => read.text(text),
        };
        child = node.next_sibling();
    }
    Some(read.into())
}

/// Makes the document's nodes for a piece of markup.
pub(crate) fn create(document: &Document, node: &Node, inside_svg: bool) -> Option<web_sys::Node> {
    let element = match node {
        Node::Text(text) => return Some(document.create_text_node(text).into()),
        Node::Element(element) => element,
    };
    let svg = inside_svg || element.tag == "svg";
    let made =
        if svg { document.create_element_ns(Some(SVG), element.tag) } else { document.create_element(element.tag) };
    let made = made.ok()?;
    for (name, value) in &element.attributes {
        set(&made, name, value);
    }
    for child in &element.children {
        made.append_child(&create(document, child, svg)?).ok()?;
    }
    Some(made.into())
}

fn set(made: &web_sys::Element, name: &str, value: &str) {
    // A strict CSP refuses the attribute but not the property.
    match made.dyn_ref::<HtmlElement>().filter(|_| name == "style") {
        Some(html) => html.style().set_css_text(value),
        None => drop(made.set_attribute(name, value)),
    }
}

/// Changes what is shown from the old markup to the new.
pub(crate) fn patch(document: &Document, shown: &web_sys::Node, old: &Node, new: &Node, inside_svg: bool) {
    match (old, new) {
        (Node::Text(old), Node::Text(new)) => {
            if old != new {
                shown.set_node_value(Some(new));
            }
        }
        (Node::Element(old), Node::Element(new)) if same(old, new) => {
            if let Some(element) = shown.dyn_ref::<web_sys::Element>() {
                patch_attributes(element, old, new);
            }
            patch_children(document, shown, old, new, inside_svg || new.tag == "svg");
        }
        _ => {
            if let (Some(parent), Some(made)) = (shown.parent_node(), create(document, new, inside_svg)) {
                drop(parent.replace_child(&made, shown));
            }
        }
    }
}

/// Whether one element can become the other: those with a name of their own are never taken for another.
fn same(old: &Element, new: &Element) -> bool {
    fn named<'a>(element: &'a Element, name: &str) -> Option<&'a String> {
        element.attributes.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }
    old.tag == new.tag && ["id", "data-form", "data-panel"].iter().all(|name| named(old, name) == named(new, name))
}

fn patch_attributes(shown: &web_sys::Element, old: &Element, new: &Element) {
    if old.attributes == new.attributes {
        return;
    }
    for (name, _) in &old.attributes {
        if !new.attributes.iter().any(|(kept, _)| kept == name) {
            drop(shown.remove_attribute(name));
            if *name == "checked" {
                drop(js_sys::Reflect::set(shown, &(*name).into(), &false.into()));
            }
        }
    }
    for attribute in &new.attributes {
        if !old.attributes.contains(attribute) {
            set(shown, attribute.0, &attribute.1);
            set_chosen(shown, attribute.0, &attribute.1);
        }
    }
}

/// Shows the value of a field that somebody had typed into or chosen from, which hides its attributes; never where it is
/// being typed.
fn set_chosen(shown: &web_sys::Element, name: &str, value: &str) {
    if matches!(name, "selected" | "checked") {
        drop(js_sys::Reflect::set(shown, &name.into(), &true.into()));
    } else if let Some(input) = shown.dyn_ref::<HtmlInputElement>().filter(|_| name == "value")
        && !shown.matches(":focus").unwrap_or(false)
    {
        input.set_value(value);
    }
}

fn patch_children(document: &Document, shown: &web_sys::Node, old: &Element, new: &Element, svg: bool) {
    let mut next = shown.first_child();
    for (old, new) in old.children.iter().zip(&new.children) {
        let Some(child) = next else { return };
        next = child.next_sibling();
        if old != new {
            patch(document, &child, old, new, svg);
        }
    }
    for _ in new.children.len()..old.children.len() {
        if let Some(last) = shown.last_child() {
            drop(shown.remove_child(&last));
        }
    }
    for child in new.children.iter().skip(old.children.len()) {
        if let Some(made) = create(document, child, svg) {
            drop(shown.append_child(&made));
        }
    }
}
