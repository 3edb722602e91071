//! Whatever a visitor sends ends up on an owner's screen: no view may let any of it become markup.

use crate::answer::{List, Moment, Problem, Row};
use crate::app::Session;
use crate::dimension::Dimension;
use crate::markup::{Element, Node};
use crate::page::page;
use crate::sample;
use crate::state::State;
use proptest::prelude::*;

mod behaviour;

/// Shapes of attack: breaking out of text, attributes, addresses, encodings and directions of writing.
pub(crate) const HOSTILE: [&str; 12] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "</a></li></section><svg/onload=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<!--<img src=\"--><img src=x onerror=alert(1)//\">",
    "]]><iframe srcdoc=\"<script>alert(1)</script>\">",
    "\u{202e}gnirts desrever\u{0}\u{7f}",
    "{{constructor.constructor('alert(1)')()}}",
    "&site=evil.example&f=is.page.x#<b>",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
];

/// The page with this text in every place that comes from outside.
fn page_of(text: &str) -> Element {
    let mut state = State::parse("?more=page");
    for dimension in Dimension::all() {
        state = state.toggle_filter(dimension, text);
    }
    state.detail = State::parse("?more=page").detail.map(|mut detail| {
        detail.search = text.into();
        detail
    });
    let mut app = sample::app("");
    app.state = state;
    let rows = vec![Row { name: text.into(), values: vec![Some(5.0); 4] }, Row { name: "XX".into(), values: vec![] }];
    let list = List { rows, total_rows: 90 };
    app.data.lists = Dimension::all().map(|dimension| (dimension, Ok(list.clone()))).collect();
    app.data.detail = Some(Ok(list));
    app.countries.push(("XX".into(), text.into()));
    app.problem = Some(Problem::new(text, text));
    app.announcement = app.summary();
    for site in &mut app.sites {
        site.domain = text.into();
        site.timezone = text.into();
        site.label = Some(text.into());
    }
    app.origin = text.into();
    app.cursor = Some(1);
    app.anchor = Some(2);
    app.moments = vec![Moment { time: "2026-11-20".into(), text: text.into() }];
    if let Some(Ok(series)) = &mut app.data.series {
        series.labels = vec![text.into(); 8];
        series.labels_before = vec![text.into(); 8];
    }
    page(&app)
}

/// Every tag of the HTML with its attributes' values cut out.
pub(crate) fn skeleton(html: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start..];
        let end = rest.find('>').expect("a tag that is not closed");
        let parts: Vec<&str> = rest[..=end].split('"').step_by(2).collect();
        tags.push(parts.concat());
        rest = &rest[end + 1..];
    }
    tags
}

pub(crate) fn tags_of(element: &Element, tags: &mut Vec<String>) {
    let attributes = element.attributes.iter().filter(|(name, _)| *name != "style");
    let attributes: String = attributes.flat_map(|(name, _)| [" ", *name, "="]).collect();
    tags.push(format!("<{}{attributes}>", element.tag));
    for child in &element.children {
        if let Node::Element(child) = child {
            tags_of(child, tags);
        }
    }
}

fn check(text: &str) -> Result<(), TestCaseError> {
    check_markup(page_of(text))
}

/// Checks that the HTML of a view has the tags that it was given and no others.
pub(crate) fn check_markup(view: Element) -> Result<(), TestCaseError> {
    let mut meant = Vec::new();
    tags_of(&view, &mut meant);
    let written: Vec<String> =
        skeleton(&Node::from(view).html()).into_iter().filter(|tag| !tag.starts_with("</")).collect();
    prop_assert_eq!(written, meant);
    Ok(())
}

#[test]
fn hostile_text_never_becomes_markup() {
    for text in HOSTILE {
        check(text).unwrap();
    }
}

#[test]
fn every_address_on_the_page_is_a_query_of_this_page() {
    fn walk(element: &Element) {
        for (name, value) in &element.attributes {
            assert!(!name.starts_with("on") && !["src", "srcdoc", "action", "formaction"].contains(name), "{name}");
            let is_own = value.starts_with('?') || value.starts_with("/api/v1/page/csv?");
            assert!(*name != "href" || is_own, "{value}");
        }
        for child in &element.children {
            if let Node::Element(child) = child {
                walk(child);
            }
        }
    }
    for text in HOSTILE {
        walk(&page_of(text));
    }
}

#[test]
fn the_forms_hold_too() {
    for text in HOSTILE {
        let mut app = sample::empty_app("");
        app.origin = text.into();
        app.form_problem = Some(Problem::new(text, text));
        app.timezones = vec![text.into()];
        app.session = Session::Out(Some(Problem::new(text, text)));
        for view in [crate::sites::add_site(&app), crate::login::login(&app)] {
            check_markup(view).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_at_all_becomes_markup(text in ".{0,40}") {
        check(&text)?;
    }

    #[test]
    fn any_value_survives_the_address(text in ".{0,40}") {
        let state = State::default().toggle_filter(Dimension::Page, &text);
        prop_assert_eq!(State::parse(&state.href()), state);
    }
}
