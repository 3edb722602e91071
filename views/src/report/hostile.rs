//! What is reported comes from anyone who knows the site's name: no report may let any of it become markup, or lead
//! anywhere but to another state of this page.

use crate::hostile::{HOSTILE, skeleton, tags_of};
use crate::markup::{Element, Node};
use crate::sample;
use crate::view::{Answers, View, functions};
use serde_json::{Value, json};

const REPORTS: [View; 6] =
    [View::Requests, View::Vitals, View::Errors, View::Components, View::Commands, View::Queries];

/// Answers to any questions with this text in every place where a text may be.
fn answers(text: &str, asked: &[crate::view::Request]) -> Answers {
    let result = |query: &Value| {
        let dimensions = query["dimensions"].as_array().map_or(0, Vec::len);
        let metrics = query["metrics"].as_array().map_or(0, Vec::len);
        let flags = json!([text]).to_string();
        let row = |name: &str| {
            json!({
                "dimensions": vec![name; dimensions], "metrics": vec![5; metrics],
                "comparison": { "metrics": vec![3; metrics] },
            })
        };
        json!({
            "results": [row(text), row(&flags), row("LCP")],
            "meta": { "time_labels": [text], "total_rows": 90 },
            "query": { "dimensions": query["dimensions"] },
        })
    };
    let of = |request: &crate::view::Request| {
        let body: Value = serde_json::from_str(&request.body).unwrap();
        let results: Vec<Value> = body["queries"].as_array().unwrap().iter().map(result).collect();
        Some(Ok(json!({ "results": results })))
    };
    Answers { asked: asked.iter().map(of).collect(), sent: None }
}

fn walk(element: &Element) {
    for (name, value) in &element.attributes {
        assert!(!name.starts_with("on") && !["src", "srcdoc", "action", "formaction"].contains(name), "{name}");
        assert!(*name != "href" || value.starts_with('?'), "{value}");
    }
    for child in &element.children {
        if let Node::Element(child) = child {
            walk(child);
        }
    }
}

#[test]
fn hostile_reports_never_become_markup() {
    for view in REPORTS {
        let (requests, content) = functions(view).unwrap();
        for text in HOSTILE {
            for opened in
                [&[][..], &["method", "route", "type", "fingerprint", "component", "variant", "command", "system", "q"]]
            {
                let mut app = sample::empty_app(&["?view=", view.name()].concat());
                app.origin = text.into();
                app.sites[0].domain = text.into();
                app.state.own = opened.iter().map(|own| ((*own).to_owned(), text.to_owned())).collect();
                let nothing = Answers {
                    asked: vec![Some(Ok(json!({ "results": vec![json!({ "results": [] }); 9] })))],
                    sent: None,
                };
                for answers in [answers(text, &requests(&app)), nothing] {
                    let shown = content(&app, &answers);
                    walk(&shown);
                    let mut meant = Vec::new();
                    tags_of(&shown, &mut meant);
                    let html = Node::from(shown).html();
                    let written: Vec<String> =
                        skeleton(&html).into_iter().filter(|tag| !tag.starts_with("</")).collect();
                    assert_eq!(written, meant, "{view:?} {text}");
                }
            }
        }
    }
}
