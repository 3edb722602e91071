//! Markup as a value: a view returns a [`Node`], the edge writes it as HTML, the browser builds and patches the DOM from
//! it. Text and attribute values stay plain strings until then, so that there is one place to escape them (the HTML
//! writer) and none in the browser, where no markup is ever parsed.

use std::ops::Deref;

/// A piece of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// Characters, shown as they are.
    Text(String),
    /// An element with its attributes and children.
    Element(Element),
}

/// An element: a handle, so that the chained calls which build one pass a pointer and stay small in the module that a
/// browser loads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element(Box<Parts>);

/// What an element is made of. Tag and attribute names are the program's own; only values may come from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// The tag's name; everything below `svg` is SVG.
    pub tag: &'static str,
    /// Attributes in the order they were given. The attribute `style` is for the browser alone, which sets it through
    /// the CSSOM: a strict CSP refuses it in HTML, so the HTML writer leaves it out.
    pub attributes: Vec<(&'static str, String)>,
    /// What is inside.
    pub children: Vec<Node>,
}

impl Deref for Element {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// Elements that have no end tag: <https://html.spec.whatwg.org/#void-elements>, those that the views use.
const VOID: [&str; 4] = ["input", "br", "hr", "wbr"];

/// An empty element.
#[inline(never)]
pub fn element(tag: &'static str) -> Element {
    Element(Box::new(Parts { tag, attributes: Vec::new(), children: Vec::new() }))
}

impl Element {
    #[inline(never)]
    fn add_attribute(mut self, name: &'static str, value: &str) -> Self {
        self.0.attributes.push((name, value.to_owned()));
        self
    }

    #[inline(never)]
    fn add_child(mut self, child: Node) -> Self {
        self.0.children.push(child);
        self
    }

    #[inline(never)]
    fn add_text(self, text: &str) -> Self {
        self.add_child(Node::Text(text.to_owned()))
    }

    #[inline(never)]
    fn add_element(self, child: Element) -> Self {
        self.add_child(Node::Element(child))
    }

    /// Adds an attribute.
    #[inline]
    pub fn with(self, name: &'static str, value: impl AsRef<str>) -> Self {
        self.add_attribute(name, value.as_ref())
    }

    /// Adds the attribute only if `condition` holds.
    #[inline(never)]
    pub fn with_if(self, condition: bool, name: &'static str, value: &str) -> Self {
        if condition { self.add_attribute(name, value) } else { self }
    }

    /// Adds the attribute `class`.
    #[inline]
    pub fn class(self, value: impl AsRef<str>) -> Self {
        self.add_attribute("class", value.as_ref())
    }

    /// Adds characters.
    #[inline]
    pub fn text(self, text: impl AsRef<str>) -> Self {
        self.add_text(text.as_ref())
    }

    /// Adds a child.
    #[inline]
    pub fn child(self, child: Element) -> Self {
        self.add_element(child)
    }

    /// Adds every child of a list, or the one of an `Option`.
    pub fn children(self, children: impl IntoIterator<Item = Element>) -> Self {
        children.into_iter().fold(self, Self::add_element)
    }
}

impl From<Element> for Node {
    fn from(element: Element) -> Self {
        Self::Element(element)
    }
}

impl Node {
    /// The HTML of this piece.
    pub fn html(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Text(text) => escape(text, out),
            Self::Element(element) => element.write(out),
        }
    }
}

impl Element {
    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(self.tag);
        for (name, value) in self.attributes.iter().filter(|(name, _)| *name != "style") {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            escape(value, out);
            out.push('"');
        }
        out.push('>');
        if VOID.contains(&self.tag) {
            return;
        }
        for child in &self.children {
            child.write(out);
        }
        out.push_str("</");
        out.push_str(self.tag);
        out.push('>');
    }
}

/// Escapes for text and for double-quoted attribute values alike, so that no caller can choose the wrong one.
fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Not allowed in HTML in any form.
            '\0' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_attributes_are_escaped_alike() {
        let hostile = "\"><script>alert('1')</script>&\0";
        let node: Node = element("a").with("title", hostile).text(hostile).into();
        let safe = "&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;\u{fffd}";
        assert_eq!(node.html(), format!("<a title=\"{safe}\">{safe}</a>"));
    }

    #[test]
    fn void_elements_have_no_end_tag_and_style_is_left_to_the_browser() {
        let node: Node =
            element("p").with("style", "left:1px").child(element("input").with_if(true, "name", "a")).into();
        assert_eq!(node.html(), "<p><input name=\"a\"></p>");
    }
}
