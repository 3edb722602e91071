//! Forms of views. One kind leads to another state of the page, as a link does; the other sends its fields to the server as
//! JSON. What they do stands in the markup, so that the shell needs to know none of them.

use crate::app::App;
use crate::icon::{Icon, icon};
use crate::markup::{Element, element};
use crate::words::say;

/// What becomes of a field's text in the JSON that is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text; left out if empty.
    Text,
    /// A number; left out if empty.
    Number,
    /// Whether a box is ticked.
    Flag,
    /// The lines, or what commas part, as a list of texts.
    List,
    /// JSON as it stands.
    Json,
    /// One of several boxes of the same name: the values of those that are ticked, as a list of texts.
    Choice,
    /// Lines such as `plan=pro`, or what commas part, as an object of texts; left out if empty.
    Pairs,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Flag => "flag",
            Self::List => "list",
            Self::Json => "json",
            Self::Choice => "choice",
            Self::Pairs => "pairs",
        }
    }
}

/// A form that leads to another state: its fields become parameters of the address, beside all that the state has and
/// that `own` does not name. It works without scripts too.
pub fn go(app: &App, own: &[&str]) -> Element {
    let href = app.state.href();
    let kept = form_urlencoded::parse(href.trim_start_matches('?').as_bytes());
    let kept = kept.filter(|(name, _)| !own.contains(&&**name)).map(|(name, value)| hidden(&name, &value));
    element("form").with("data-form", "go").with("method", "get").children(kept)
}

/// A form that sends its fields: a name `a.b` is the field `b` of the object `a`. Where `a` came before as a list of
/// three, `a.3.b` is the field of a fourth object of it.
pub fn send(method: &'static str, path: &str) -> Element {
    element("form").with("data-form", "send").with("data-method", method).with("data-path", path)
}

/// Where a form that was sent and not refused leads: the state of an address, in which `{id}` stands for the `id` of
/// the answer. The list of sites is asked for anew, for
/// forms that change it.
pub fn leading(form: Element, href: &str) -> Element {
    form.with("data-then", href)
}

/// A value that goes along unseen, as JSON.
pub fn hidden_json(name: &str, value: &serde_json::Value) -> Element {
    hidden(name, &crate::json::write(value)).with("data-kind", Kind::Json.name())
}

/// A value that goes along unseen.
pub fn hidden(name: &str, value: &str) -> Element {
    element("input").with("type", "hidden").with("name", name).with("value", value)
}

/// A field with its label.
pub fn field(label: &str, input: Element) -> Element {
    element("label").class("field").child(element("span").text(label)).child(input)
}

/// One line of text.
pub fn input(name: &str, kind: Kind, value: &str) -> Element {
    let input = element("input").with("name", name).with("data-kind", kind.name()).with("autocomplete", "off");
    match kind {
        Kind::Number => input.with("type", "number").with("value", value),
        Kind::Flag => input.with("type", "checkbox").with_if(value == "true", "checked", ""),
        _ => input.with("value", value).with("spellcheck", "false"),
    }
}

/// Boxes of one name under a heading: each with its value, its label and whether it is ticked. What is sent is the list of
/// those that are.
pub fn choices<'a>(
    name: &str,
    heading: &str,
    all: impl IntoIterator<Item = (&'a str, String, bool)>,
    live: bool,
) -> Element {
    let boxes = all.into_iter().map(|(value, label, ticked)| {
        let field = element("input")
            .with("type", "checkbox")
            .with("name", name)
            .with("value", value)
            .with("data-kind", Kind::Choice.name())
            .with_if(live, "data-live", "")
            .with_if(ticked, "checked", "");
        element("label").class("choice").child(field).text(label)
    });
    element("fieldset").class("choices").child(element("legend").text(heading)).children(boxes)
}

/// A choice among values that are sent as JSON, given with their labels.
pub fn select_json<'a>(name: &str, options: impl IntoIterator<Item = (&'a str, String)>, chosen: &str) -> Element {
    select(name, options, chosen).with("data-kind", Kind::Json.name())
}

/// A choice among values, given with their labels.
pub fn select<'a>(name: &str, options: impl IntoIterator<Item = (&'a str, String)>, chosen: &str) -> Element {
    let options = options.into_iter().map(|(value, label)| {
        element("option").with("value", value).with_if(value == chosen, "selected", "").text(label)
    });
    element("select").with("name", name).children(options)
}

/// The button that sends the form it stands in.
pub fn button(app: &App, label: &str, primary: bool) -> Element {
    let class = if primary { "button primary" } else { "button" };
    let button = element("button").class(class).with("type", "submit").with_if(app.sending, "disabled", "");
    button.text(label)
}

/// A form of one button that takes something away, behind a question.
pub fn remove(app: &App, path: &str, question: &str) -> Element {
    let cross = element("summary").class("icon-button").with("aria-label", question).child(icon(Icon::Cross));
    confirm(app, cross, send("DELETE", path), question)
}

/// A form of one button that is behind a question, which opens by what is given as `summary`.
pub fn confirm(app: &App, summary: Element, form: Element, question: &str) -> Element {
    let form = form.class("confirm").child(element("p").text(question));
    element("details")
        .class("menu")
        .with("data-menu", "")
        .child(summary)
        .child(element("div").class("menu-content").child(form.child(button(app, &say("Yes"), false))))
}

/// A text that can be copied: a key, a snippet. `id` names it on the page.
pub fn copyable(app: &App, id: &str, text: &str) -> Element {
    let copied = app.copied.as_deref() == Some(id);
    let label = if copied { say("Copied") } else { say("Copy") };
    let button = element("button").class("button").with("type", "button").with("data-do", "copy").with("data-copy", id);
    element("div")
        .class("snippet")
        .child(element("code").with("id", id).with("tabindex", "0").text(text))
        .child(button.text(label))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Node;
    use crate::sample;

    #[test]
    fn a_form_that_leads_on_keeps_what_it_does_not_name() {
        let app = sample::empty_app("?view=outcomes&site=a.example&f=is.os.Linux&step=a&window=7");
        let form = go(&app, &["step"]).child(input("step", Kind::Text, "b"));
        let html = Node::from(form).html();
        for kept in
            ["name=\"site\" value=\"a.example\"", "name=\"f\" value=\"is.os.Linux\"", "name=\"window\" value=\"7\""]
        {
            assert!(html.contains(kept), "{html}");
        }
        assert!(!html.contains("value=\"a\"") && html.contains("name=\"step\""), "{html}");
    }
}
