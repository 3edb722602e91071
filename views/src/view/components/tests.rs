use super::*;
use crate::markup::Node;
use crate::sample;
use crate::wire::{Reader, Writer};
use serde_json::json;

fn rows(rows: Value) -> Value {
    let rows = rows.as_array().unwrap().iter().map(|row| json!({ "dimensions": row[0], "metrics": row[1] }));
    json!({
        "results": rows.collect::<Vec<_>>(),
        "meta": { "total_rows": 2, "time_labels": ["2026-11-20", "2026-11-21"] },
        "query": { "dimensions": ["time:day"] },
    })
}

fn answers(last: Value) -> Answers {
    let results = json!([
        rows(json!([[[], [900, 300, 210.5]]])),
        rows(json!([[[], [120]]])),
        rows(json!([
            [["Button", "ghost"], [13, 5, 120, 1_794_661_500]],
            [["Dialog", "(none)"], [7, 5, null, 1_795_266_180]],
        ])),
        rows(json!([
            [["Button", "ghost", "impression"], [10]],
            [["Button", "ghost", "interaction"], [3]],
            [["Dialog", "(none)", "impression"], [7]],
        ])),
        rows(json!([[["2026-11-20", "2.4.1"], [600]], [["2026-11-21", "3.0.0"], [300]]])),
        rows(json!([[["3.0.0"], [300, 100, 1_795_266_180]]])),
        rows(json!([[["/cart"], [90, 30, 1_795_266_180]]])),
        rows(json!([[["2026-11-20"], [150, 400, 800]]])),
        rows(json!([[[], [last]]])),
    ]);
    Answers { asked: vec![Some(Ok(json!({ "results": results })))], sent: None }
}

#[test]
fn each_variant_has_a_row_that_says_when_it_was_last_seen() {
    let app = sample::empty_app("?view=components&sort=last_seen");
    let content = content(&app, &answers(json!(1_795_266_180)));
    let html = Node::from(content.clone()).html();
    for text in [
        "component=Button&amp;variant=ghost",
        ">30%<",
        ">7 days ago<",
        ">2 minutes ago<",
        "f=is.page.%2Fcart",
        "2 components and variants",
    ] {
        assert!(html.contains(text), "{text}: {html}");
    }
    assert!(html.find("component=Dialog").unwrap() < html.find("component=Button").unwrap(), "the latest comes first");
    let mut wire = Writer::default();
    Node::from(content.clone()).to_wire(&mut wire);
    assert_eq!(Node::from_wire(&mut Reader::new(&wire.done())), Some(Node::from(content)));
}

#[test]
fn an_opened_variant_says_at_once_whether_anyone_uses_it() {
    let app = sample::empty_app("?view=components&component=Button&variant=ghost&q=gh");
    for (last, expected) in [
        (json!(1_794_661_500), "Button · ghost was last seen or used 7 days ago."),
        (Value::Null, "Button · ghost was not seen in this time."),
    ] {
        let html = Node::from(content(&app, &answers(last))).html();
        assert!(html.contains(expected) && !html.contains("data-panel=\"variants\""), "{html}");
    }
    let body: Value = serde_json::from_str(&requests(&app)[0].body).unwrap();
    let queries = body["queries"].as_array().unwrap();
    assert_eq!(queries.len(), 9);
    for query in queries {
        let filters = query["filters"].to_string();
        assert!(
            filters.contains(r#"["is","event:component",["Button"]],["is","event:variant",["ghost"]]"#),
            "{filters}"
        );
    }
    assert!(queries[2]["filters"].to_string().contains(r#"["contains","event:variant",["gh"]"#));
}

#[test]
fn who_has_no_components_learns_how_to_name_them() {
    let nothing = json!({ "results": vec![rows(json!([[[], [null]]])); 9] });
    let answers = Answers { asked: vec![Some(Ok(nothing))], sent: None };
    let html = Node::from(content(&sample::empty_app("?view=components"), &answers)).html();
    assert!(html.contains("data-track-variant"), "{html}");
}
