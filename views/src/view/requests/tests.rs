use super::*;
use crate::markup::Node;
use crate::sample;
use crate::wire::{Reader, Writer};
use serde_json::json;

/// What the API answers, each row with its dimensions and metrics.
fn answer(rows: Value, more: Value) -> Value {
    let rows = rows.as_array().unwrap().iter().map(|row| json!({ "dimensions": row[0], "metrics": row[1] }));
    let mut answer = json!({ "results": rows.collect::<Vec<_>>() });
    answer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    answer
}

fn time(dimension: &str) -> Value {
    json!({
        "meta": { "time_labels": ["2026-11-19", "2026-11-20", "2026-11-21"], "total_rows": 2 },
        "query": { "dimensions": ["time:day", dimension] },
    })
}

fn answers(route: &str) -> Answers {
    let results = json!([
        answer(json!([[[], [1500, 2.5, 40.0, 180.5, 912.0]]]), json!({})),
        answer(json!([[["2026-11-19"], [40, 180, 900, 1.0]], [["2026-11-21"], [41, 190, 950, 4.0]]]), time("x")),
        answer(json!([[["2026-11-19", "200"], [700]], [["2026-11-21", "503"], [800]]]), time("event:status")),
        answer(json!([[["200"], [1400, 170]], [["0"], [100, null]]]), json!({ "meta": { "total_rows": 2 } })),
        answer(
            json!([[["2026-11-21 13:04:00", "GET", route, "503", "200"], [3, 200]]]),
            json!({ "meta": { "total_rows": 1 } })
        ),
        answer(
            json!([[["GET", route], [1500, 2.5, 40, 180, 912, 90_000, 1_795_266_180]]]),
            json!({ "meta": { "total_rows": 70 } }),
        ),
        answer(json!([[["2026-11-19", "GET", route], [700]], [["2026-11-21", "GET", route], [800]]]), time("y")),
        answer(json!([[["2026-11-21 09:00:00"], [42]]]), json!({})),
    ]);
    Answers { asked: vec![Some(Ok(json!({ "results": results })))], sent: None }
}

#[test]
fn numbers_routes_statuses_hours_and_the_log_are_shown() {
    let app = sample::empty_app("?view=requests&range=last-7-days");
    let content = content(&app, &answers("/users/:id"));
    let html = Node::from(content.clone()).html();
    for text in [
        "data-value=\"1500\"",
        ">2.5%<",
        ">181 ms<",
        "method=GET&amp;route=%2Fusers%2F%3Aid",
        ">5xx server error<",
        ">No answer<",
        "Sat, 09: 42",
        ">13:04<",
        "2 minutes ago",
        "All 70",
        "Over time, 800 at most",
        "aria-sort=\"descending\"",
    ] {
        assert!(html.contains(text), "{text}: {html}");
    }
    let mut wire = Writer::default();
    Node::from(content.clone()).to_wire(&mut wire);
    assert_eq!(Node::from_wire(&mut Reader::new(&wire.done())), Some(Node::from(content)));
}

#[test]
fn an_opened_route_narrows_every_question() {
    let app = sample::empty_app("?view=requests&range=last-7-days&method=GET&route=%2Fusers+x&q=us&status=5xx");
    let body: Value = serde_json::from_str(&requests(&app)[0].body).unwrap();
    let queries = body["queries"].as_array().unwrap();
    assert_eq!(queries.len(), 6);
    for query in queries {
        let filters = query["filters"].to_string();
        assert!(filters.contains(r#"["is","event:method",["GET"]],["is","event:route",["/users x"]]"#), "{filters}");
    }
    assert_eq!(queries[4]["date_range"], json!(["2026-11-21", "2026-11-21"]));
    assert!(queries[4]["filters"].to_string().contains(r#"["matches","event:status",["^5"]]"#));
    let html = Node::from(content(&app, &Answers::default())).html();
    assert!(html.contains("waiting"), "{html}");
}

#[test]
fn long_ranges_are_not_counted_by_hours() {
    for (range, expected) in [("last-91-days", 8), ("last-12-months", 7), ("all", 7), ("24h", 8)] {
        let app = sample::empty_app(&["?view=requests&range=", range].concat());
        let body: Value = serde_json::from_str(&requests(&app)[0].body).unwrap();
        assert_eq!(body["queries"].as_array().unwrap().len(), expected, "{range}");
        let of_a_day = if range == "24h" { json!("24h") } else { json!(["2026-11-21", "2026-11-21"]) };
        assert_eq!(body["queries"][4]["date_range"], of_a_day, "{range}");
    }
}

#[test]
fn who_sends_no_requests_learns_how() {
    let app = sample::empty_app("?view=requests");
    let nothing = json!({ "results": [answer(json!([[[], [0, null, null, null, null]]]), json!({}))] });
    let answers = Answers { asked: vec![Some(Ok(nothing))], sent: None };
    let html = Node::from(content(&app, &answers)).html();
    assert!(html.contains("@passerby/node") && html.contains("https://stats.example"), "{html}");
}
