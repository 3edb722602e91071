use super::*;
use crate::markup::Node;
use crate::sample;
use crate::wire::{Reader, Writer};
use serde_json::json;

fn rows(rows: Value) -> Value {
    let rows = rows.as_array().unwrap().iter().map(|row| json!({ "dimensions": row[0], "metrics": row[1] }));
    json!({ "results": rows.collect::<Vec<_>>(), "meta": { "total_rows": 12 } })
}

fn answers() -> Answers {
    let over_time = json!({
        "results": [{ "dimensions": ["2026-11-20"], "metrics": [2900] }],
        "meta": { "time_labels": ["2026-11-20", "2026-11-21"] }, "query": { "dimensions": ["time:day"] },
    });
    let results = json!([
        rows(json!([[["LCP"], [1000, 2612.5]], [["CLS"], [900, 0.08]]])),
        rows(json!([[["LCP", "good"], [700]], [["LCP", "needs-improvement"], [200]], [["LCP", "poor"], [100]]])),
        rows(json!([[["2400"], [600]], [["2500"], [7]], [["99000"], [3]]])),
        over_time,
        rows(json!([[["/pricing"], [40, 4_100]]])),
        rows(json!([[["main>img.hero"], [400, 2_700]], [["(none)"], [1, 12]]])),
        rows(json!([[["Mobile"], [400, 2_500]]])),
    ]);
    Answers { asked: vec![Some(Ok(json!({ "results": results })))], sent: None }
}

#[test]
fn every_vital_is_judged_and_the_chosen_one_is_shown_from_all_sides() {
    let app = sample::empty_app("?view=vitals");
    let content = content(&app, &answers());
    let html = Node::from(content.clone()).html();
    for text in [
        "data-metric=\"LCP\"",
        ">2.61 s<",
        "key rating c-fair\">Needs improvement<",
        "Good: 700 page views",
        "key rating c-good\">Good<",
        "f=is.page.%2Fpricing",
        "<span class=\"key c-poor\" title=\"Poor\">4.1 s</span>",
        ">main&gt;img.hero<",
        ">Not given<",
        "f=is.device.Mobile",
        "All 12",
    ] {
        assert!(html.contains(text), "{text}: {html}");
    }
    let mut wire = Writer::default();
    Node::from(content.clone()).to_wire(&mut wire);
    assert_eq!(Node::from_wire(&mut Reader::new(&wire.done())), Some(Node::from(content)));
}

#[test]
fn values_lie_between_the_borders_that_part_them() {
    let app = sample::empty_app("?view=vitals&chart=table");
    let html = Node::from(content(&app, &answers())).html();
    // 600 before 2.5 s, which is good, 7 from there on, and 3 past the last border.
    for text in ["2 s – 2.5 s", "2.5 s – 3 s"] {
        assert!(html.contains(text), "{text}: {html}");
    }
    for count in [">600<", ">7<", ">3<"] {
        assert!(html.contains(count), "{count}: {html}");
    }
}

#[test]
fn the_chosen_vital_narrows_what_is_asked() {
    let app = sample::empty_app("?view=vitals&vital=CLS&by=browser&sort=p75");
    let body: Value = serde_json::from_str(&requests(&app)[0].body).unwrap();
    let queries = body["queries"].as_array().unwrap();
    assert_eq!(queries.len(), 7);
    assert!(queries[2]["filters"].to_string().contains(r#"["is","event:vital",["CLS"]]"#));
    assert_eq!(queries[6]["dimensions"], json!(["visit:browser"]));
    assert_eq!(queries[4]["order_by"], json!([["p75", "desc"]]));
}

#[test]
fn who_has_none_learns_how() {
    let nothing = json!({ "results": [rows(json!([]))] });
    let answers = Answers { asked: vec![Some(Ok(nothing))], sent: None };
    let html = Node::from(content(&sample::empty_app("?view=vitals"), &answers)).html();
    assert!(html.contains("data-site=&quot;shop.example&quot;"), "{html}");
}
