//! Markup as a value: a view returns a [`Node`], the edge writes it as HTML, the browser builds and patches the DOM from
//! it. Text and attribute values stay plain strings until then, so that there is one place to escape them (the HTML
//! writer) and none in the browser, where no markup is ever parsed.

use crate::wire::{Reader, Writer};
use std::ops::Deref;

/// Every tag and attribute that views use: markup that one of the page's modules makes for another names them by their
/// place here. In the order of the alphabet.
#[rustfmt::skip]
const NAMES: [&str; NAMES_COUNT] = [
    "a", "abbr", "action", "alt", "aria-atomic", "aria-busy", "aria-colcount", "aria-colindex", "aria-controls",
    "aria-current", "aria-describedby", "aria-description", "aria-disabled", "aria-expanded", "aria-haspopup",
    "aria-hidden", "aria-invalid", "aria-label", "aria-labelledby", "aria-level", "aria-live", "aria-modal",
    "aria-orientation", "aria-pressed", "aria-readonly", "aria-rowcount", "aria-rowindex", "aria-selected", "aria-sort",
    "aria-valuemax", "aria-valuemin", "aria-valuenow", "aria-valuetext", "autocapitalize", "autocomplete", "autofocus",
    "b", "br", "button", "caption", "checked", "circle", "class", "clip-path", "clipPath", "code", "col", "colgroup",
    "cols", "colspan", "cx", "cy", "d", "data-beside", "data-bucket", "data-class", "data-copy", "data-count",
    "data-country", "data-day", "data-do", "data-drag", "data-form", "data-index", "data-key", "data-kind", "data-live",
    "data-menu", "data-method", "data-metric", "data-name", "data-panel", "data-path", "data-roving", "data-row",
    "data-series", "data-sorts", "data-step", "data-theme", "data-then", "data-tip", "data-value", "data-view",
    "data-visitors", "data-x", "datalist", "dd", "defs", "desc", "details", "dialog", "disabled", "div", "dl",
    "download", "dt", "dx", "dy", "em", "enterkeyhint", "fieldset", "figcaption", "figure", "fill", "fill-opacity",
    "footer", "for", "form", "formmethod", "g", "gradientUnits", "h1", "h2", "h3", "h4", "head", "header", "height",
    "hr", "href", "hreflang", "id", "img", "inert", "input", "inputmode", "kbd", "label", "lang", "legend", "li",
    "line", "linearGradient", "list", "main", "mark", "marker-end", "max", "maxlength", "media", "meta", "meter",
    "method", "min", "minlength", "multiple", "name", "nav", "novalidate", "offset", "ol", "opacity", "open",
    "optgroup", "option", "output", "p", "path", "pathLength", "pattern", "patternUnits", "placeholder", "points",
    "polygon", "polyline", "pre", "preserveAspectRatio", "progress", "r", "rect", "rel", "required", "role", "rows",
    "rowspan", "rx", "ry", "s", "scope", "section", "select", "selected", "shape-rendering", "small", "span",
    "spellcheck", "step", "stop", "stop-opacity", "stroke", "stroke-dasharray", "stroke-linecap", "stroke-width",
    "strong", "sub", "summary", "sup", "svg", "symbol", "tabindex", "table", "target", "tbody", "td", "text",
    "text-anchor", "textarea", "tfoot", "th", "thead", "time", "title", "tr", "transform", "type", "u", "ul", "use",
    "value", "vector-effect", "viewBox", "wbr", "width", "wrap", "x", "x1", "x2", "xlink:href", "y", "y1", "y2",
];
const NAMES_COUNT: usize = 231;

/// How deep markup of another module may be nested.
const DEPTH_MAX: usize = 64;

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

    /// The same with each element within it put through a change, from the innermost outwards.
    #[must_use]
    pub fn each(mut self, change: &dyn Fn(Self) -> Self) -> Self {
        for child in &mut self.0.children {
            if let Node::Element(inner) = child {
                let taken = std::mem::replace(&mut inner.0, element("").0);
                *child = Node::Element(change(Self(taken).each(change)));
            }
        }
        self
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

/// The view's own word for a tag or attribute; none for one that views do not use.
pub fn name_of(name: &str) -> Option<&'static str> {
    NAMES.binary_search(&name).ok().and_then(|place| NAMES.get(place)).copied()
}

impl Node {
    /// Writes the piece for another module of this page.
    pub fn to_wire(&self, out: &mut Writer) {
        match self {
            Self::Text(text) => {
                out.number(0);
                out.text(text);
            }
            Self::Element(element) => {
                let place = |name: &str| NAMES.binary_search(&name).map_or(0, |place| place + 1);
                out.number(place(element.tag));
                out.number(element.attributes.len());
                for (name, value) in &element.attributes {
                    out.number(place(name));
                    out.text(value);
                }
                out.number(element.children.len());
                for child in &element.children {
                    child.to_wire(out);
                }
            }
        }
    }

    /// Reads a piece of another module; none where it is none.
    pub fn from_wire(from: &mut Reader<'_>) -> Option<Self> {
        Self::read(from, 0)
    }

    fn read(from: &mut Reader<'_>, depth: usize) -> Option<Self> {
        let name = |place: usize| NAMES.get(place.checked_sub(1)?).copied();
        let tag = from.number()?;
        if tag == 0 {
            return Some(Self::Text(from.text()?.to_owned()));
        }
        if depth == DEPTH_MAX {
            return None;
        }
        let mut piece = element(name(tag)?);
        for _ in 0..from.number()? {
            piece = piece.add_attribute(name(from.number()?)?, from.text()?);
        }
        for _ in 0..from.number()? {
            piece = piece.add_child(Self::read(from, depth + 1)?);
        }
        Some(piece.into())
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
    fn markup_goes_from_one_module_to_another() {
        assert!(NAMES.is_sorted());
        let node: Node = element("p").with("title", "é").text("a").child(element("br")).text("").into();
        let mut writer = Writer::default();
        node.to_wire(&mut writer);
        let bytes = writer.done();
        assert_eq!(Node::from_wire(&mut Reader::new(&bytes)), Some(node));
        for end in 0..bytes.len() {
            assert_eq!(Node::from_wire(&mut Reader::new(bytes.get(..end).unwrap())), None, "cut at {end}");
        }
        let deep = [1, 0, 1].repeat(DEPTH_MAX + 1);
        assert_eq!(Node::from_wire(&mut Reader::new(&deep)), None);
    }

    #[test]
    fn void_elements_have_no_end_tag_and_style_is_left_to_the_browser() {
        let node: Node =
            element("p").with("style", "left:1px").child(element("input").with_if(true, "name", "a")).into();
        assert_eq!(node.html(), "<p><input name=\"a\"></p>");
    }
}
