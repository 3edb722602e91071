//! The views of behaviour with hostile text in every place that comes from outside.

use super::{HOSTILE, skeleton, tags_of};
use crate::answer::Problem;
use crate::markup::{Element, Node};
use crate::sample;
use crate::state::State;
use crate::view::{Answers, View, functions};
use crate::wire::{Reader, Writer};
use serde_json::{Value, json};

/// For each view its answers with this text in them.
fn answers(text: &str) -> Vec<(View, Answers)> {
    let row = |metrics: Value| json!({ "dimensions": [text, text], "metrics": metrics, "comparison": { "metrics": [1, 1, 1] } });
    let rows = |metrics: Value| json!({ "meta": { "time_labels": [text, text], "total_rows": 99 }, "results": [row(metrics)] });
    let money = json!({ "short": text, "long": text });
    let settings = json!({ "goals": [
        { "event": text, "display_name": text, "currency": text, "custom_props": { text: text } },
        { "page_path": text, "display_name": text, "scroll_threshold": 50 },
    ]});
    let lists = json!({ "results": vec![rows(json!([5, 4, 3, money, money])); 6] });
    let steps = json!([["is", "event:page", [text]], { "name": text, "filter": ["is", "event:goal", [text]] }]);
    let funnels =
        json!({ "funnels": [{ "id": text, "name": text, "steps": steps }, { "id": 1, "name": text, "steps": text }] });
    let reached = json!({ "results": [{ "visitors": 5, "conversion_rate": 100 }, { "visitors": text }] });
    let step = |kind: &str, steps: Value| json!({ "kind": kind, "value": text, "visits": 4, "share": 40, "ends": 1, "others": 1, "steps": steps });
    let found = json!({ "results": { "visits": 10, "visitors": 9, "steps": [step("page", json!([step("event", json!([])), step(text, json!(text))]))] } });
    let cohorts = json!({ "results": [
        { "cohort": text, "visitors": 5, "retained": [{ "visitors": 5, "rate": 100 }, { "visitors": 1, "rate": 20 }] },
        { "cohort": "2026-11-02", "visitors": text, "retained": text },
    ]});
    let ok = |all: Vec<Value>| Answers { asked: all.into_iter().map(|one| Some(Ok(one))).collect(), sent: None };
    vec![
        (View::Goals, ok(vec![settings.clone(), lists.clone()])),
        (View::Funnels, ok(vec![funnels, settings.clone(), lists.clone(), reached])),
        (View::Journeys, ok(vec![found, lists.clone(), settings])),
        (View::Retention, ok(vec![cohorts])),
        (View::Engagement, ok(vec![lists])),
    ]
}

/// Every view with this text in its answers and in its part of the address, then with nothing but refusals that say it.
fn contents(text: &str) -> Vec<Element> {
    let mut all = Vec::new();
    for (view, answers) in answers(text) {
        let (_, content) = functions(view).unwrap();
        let own = [
            ("goal", text.to_owned()),
            ("prop", text.to_owned()),
            ("step1", text.to_owned()),
            ("kind2", "event".to_owned()),
            ("step2", text.to_owned()),
            ("window", text.to_owned()),
            ("funnel", text.to_owned()),
            ("start", ["page:", text].concat()),
            ("along", ["page:", text].concat()),
            ("find", text.to_owned()),
        ];
        let mut app = sample::empty_app("");
        app.state = State { view, own: own.map(|(name, value)| (name.to_owned(), value)).into(), ..State::default() };
        app.operator = true;
        app.countries.push((text.into(), text.into()));
        app.state.site = Some(text.into());
        all.push(content(&app, &answers));
        let refused = answers.asked.iter().map(|_| Some(Err(Problem::new(text, text)))).collect();
        all.push(content(&app, &Answers { asked: refused, sent: Some(Err(Problem::new(text, text))) }));
    }
    all
}

fn walk(element: &Element) {
    for (name, value) in &element.attributes {
        assert!(!name.starts_with("on") && !["src", "srcdoc", "action", "formaction"].contains(name), "{name}");
        assert!(*name != "href" || value.starts_with('?'), "{value}");
        assert!(*name != "data-path" || value.starts_with("/api/v1/sites/"), "{value}");
    }
    for child in &element.children {
        if let Node::Element(child) = child {
            walk(child);
        }
    }
}

#[test]
fn the_views_of_behaviour_hold_too() {
    for text in HOSTILE {
        for view in contents(text) {
            walk(&view);
            let mut meant = Vec::new();
            tags_of(&view, &mut meant);
            let node = Node::from(view);
            let written = skeleton(&node.html()).into_iter().filter(|tag| !tag.starts_with("</"));
            assert_eq!(written.collect::<Vec<_>>(), meant);
            let mut out = Writer::default();
            node.to_wire(&mut out);
            assert_eq!(Node::from_wire(&mut Reader::new(&out.done())), Some(node), "a name is missing from the table");
        }
    }
}
