use super::ask::questions;
use super::*;
use crate::filter::Filter;
use crate::markup::Node;
use crate::sample;
use crate::wire::{Reader, Writer};
use serde_json::json;

fn editor(query: &str) -> App {
    let mut app = sample::empty_app(query);
    app.operator = true;
    app.stale = false;
    app
}

fn html(app: &App, answer: &Value) -> String {
    let node = Node::from(content(app, &Answers { asked: vec![Some(Ok(answer.clone()))], sent: None }));
    let mut out = Writer::default();
    node.to_wire(&mut out);
    assert_eq!(Node::from_wire(&mut Reader::new(&out.done())).as_ref(), Some(&node), "it crosses to the page");
    node.html()
}

/// Every kind of widget with everything that it may have.
fn all_kinds() -> Vec<Widget> {
    let mut all = Kind::ALL.map(Widget::new).to_vec();
    for widget in &mut all {
        widget.title = "A & B=\"<b>\"".into();
        if widget.kind != Kind::Text {
            widget.filters = vec![json!(["is", "visit:os", ["Linux", "a&b"]])];
        }
        if widget.kind.has_days() {
            widget.days = "7d".into();
        }
        match widget.kind {
            Kind::Text => widget.text = "One\nTwo <script>".into(),
            Kind::Funnel => widget.funnel = 3,
            _ => {}
        }
    }
    all
}

fn funnel() -> Value {
    json!({ "id": 3, "name": "Buy", "steps": [["is", "event:page", ["/"]], ["is", "event:goal", ["Signup"]]] })
}

/// The link of a page's markup with this attribute.
fn link(html: &str, attribute: &str) -> State {
    let (before, _) = html.split_once(attribute).unwrap_or_else(|| panic!("{attribute}: {html}"));
    let (_, from) = before.rsplit_once("href=\"").unwrap();
    State::parse(&from.split('"').next().unwrap().replace("&amp;", "&"))
}

#[test]
fn a_widget_stands_whole_in_the_address_and_in_what_is_saved() {
    for widget in all_kinds() {
        assert_eq!(Widget::parse(&widget.address()).as_ref(), Some(&widget), "{}", widget.address());
        assert_eq!(Widget::saved(&widget.to_json()).as_ref(), Some(&widget));
    }
    for address in ["", "kind=clock", "width=full", "%ff"] {
        assert_eq!(Widget::parse(address), None);
    }
    assert_eq!(Widget::new(Kind::Chart).address(), "kind=chart&metrics=visitors&width=full");
}

#[test]
fn every_widget_asks_what_the_api_answers_about_its_own_days_and_filters() {
    let app = editor("?view=boards&range=today&f=is.browser.Firefox");
    for widget in all_kinds() {
        let asked = questions(&app, &widget, &[funnel()]);
        assert_eq!(asked.is_empty(), widget.kind == Kind::Text, "{:?}", widget.kind);
        for question in asked {
            let filters = question.body["filters"].to_string();
            assert!(filters.contains("Linux") && filters.contains("Firefox"), "{filters}");
            assert_eq!(question.body["site_id"], "shop.example");
            if widget.kind == Kind::Live {
                assert_eq!(question.body["date_range"], json!(["2026-11-21T13:00:00Z", "2026-11-21T13:05:00Z"]));
            } else {
                assert_eq!(question.body["date_range"], json!(["2026-11-15", "2026-11-21"]), "{:?}", widget.kind);
            }
        }
    }
    let lost = Widget { funnel: 9, ..Widget::new(Kind::Funnel) };
    assert_eq!(questions(&app, &lost, &[funnel()]), []);
}

#[test]
fn one_request_asks_for_the_board_and_only_for_what_its_numbers_depend_on() {
    let plain = requests(&editor("?view=boards&board=2&theme=dark&chart=table&range=today"));
    assert_eq!(plain, [Request::get("/api/v1/board?view=boards&site=shop.example&range=today&board=2".into())]);
    let changed = requests(&editor("?view=boards&edit=1&w=kind%3Dlist%26dimension%3Dvisit%253Aos&set=0"));
    assert_eq!(changed.len(), 1);
    assert!(!changed[0].path.contains("set=") && changed[0].path.contains("visit%253Aos"), "{}", changed[0].path);
}

#[test]
fn an_address_names_a_board_and_another_one_makes_a_draft() {
    let boards = [
        json!({ "id": 1, "name": "One", "widgets": [{ "kind": "map" }] }),
        json!({ "id": 2, "name": "Two", "widgets": [{ "kind": "live" }, { "kind": "of another build" }] }),
    ];
    for (query, id, kinds) in [
        ("?view=boards", Some(1), vec![Kind::Map]),
        ("?view=boards&board=2", Some(2), vec![Kind::Live]),
        ("?view=boards&board=9", None, vec![]),
        ("?view=boards&edit=1", None, vec![]),
        ("?view=boards&edit=1&board=2&w=kind%3Derrors&w=kind%3Dtext", Some(2), vec![Kind::Errors, Kind::Text]),
    ] {
        let board = shown(&State::parse(query), &boards);
        assert_eq!(
            (board.id, board.widgets.iter().map(|widget| widget.kind).collect::<Vec<_>>()),
            (id, kinds),
            "{query}"
        );
    }
}

#[test]
fn each_change_is_a_link() {
    let app = editor("?view=boards&edit=1&w=kind%3Dmap&w=kind%3Dlive&w=kind%3Derrors");
    let html = html(&app, &json!({ "boards": [], "board": null, "funnels": [], "answers": {} }));
    let kinds = |state: &State| Draft::of(state).widgets.iter().map(|widget| widget.kind.name()).collect::<Vec<_>>();
    for (label, expected) in [
        ("aria-label=\"Move Map back\"", vec!["live", "map", "errors"]),
        ("aria-label=\"Move Errors forward\"", vec!["map", "errors", "live"]),
        ("aria-label=\"Remove Here now\"", vec!["map", "errors"]),
        ("data-name=\"funnel\"", vec!["map", "live", "errors", "funnel"]),
    ] {
        assert_eq!(kinds(&link(&html, label)), expected, "{label}");
    }
    assert!(
        html.contains(
            "<span role=\"link\" aria-disabled=\"true\" class=\"icon-button\" aria-label=\"Move Map forward\""
        ),
        "{html}"
    );
    let narrow = Draft::of(&link(&html, "title=\"A third of the width\" aria-label=\"Map: "));
    assert_eq!(narrow.widgets[0].width, Width::Third);
    let moved = link(&html, "aria-label=\"Move Errors forward\"");
    let after =
        self::html(&editor(&moved.href()), &json!({ "boards": [], "board": null, "funnels": [], "answers": {} }));
    assert!(after.contains("aria-label=\"Move Errors forward\" title=\"Move Errors forward\" autofocus"), "{after}");
    assert_eq!(Draft::of(&link(&html, "data-name=\"funnel\"")).set, Some(3), "what was added shows its settings");
    // What is dragged is moved by the shell, in this address.
    let (_, sorts) = html.split_once("data-sorts=\"").unwrap();
    let sorts = State::parse(&sorts.split('"').next().unwrap().replace("&amp;", "&"));
    assert_eq!(kinds(&sorts.with_moved("w", 0, 2)), ["live", "errors", "map"]);
}

#[test]
fn settings_that_are_typed_are_in_the_next_link() {
    let typed = "?view=boards&edit=1&w=kind%3Dlist%26dimension%3Devent%253Apage&w=kind%3Dmap&set=0&set_form=1&set_title=Mine\
                 &set_metric=visits&set_metric=bounce_rate&set_dimension=os&set_days=91d&set_where=browser&set_how=is_not&set_value=Edge";
    let draft = Draft::of(&State::parse(typed));
    let widget = &draft.widgets[0];
    assert_eq!((widget.title.as_str(), widget.dimension.as_str(), widget.days.as_str()), ("Mine", "visit:os", "91d"));
    assert_eq!(widget.metrics, [Metric::Visits, Metric::BounceRate]);
    assert_eq!(widget.filters, [json!(["is_not", "visit:browser", ["Edge"]])]);
    let next = draft.state(&State::parse(typed));
    assert_eq!(Draft::of(&next), draft);
    assert!(!next.href().contains("set_"), "{}", next.href());
    // Filters that the form has no fields for are not lost when it is sent.
    let both = Widget { filters: vec![json!(["and", []]), json!(1)], ..Widget::new(Kind::Map) };
    let state = State::parse("?view=boards&edit=1&set=0&set_form=1&set_where=os&set_how=is&set_value=x");
    let state = state.but(|state| state.own.push(("w".into(), both.address())));
    assert_eq!(Draft::of(&state).widgets[0].filters, both.filters);
}

#[test]
fn a_widget_may_take_over_the_filters_of_the_page() {
    let app = editor("?view=boards&f=is.os.Linux&f=is.page.%2F&edit=1&w=kind%3Dmap&set=0");
    let html = html(&app, &json!({ "boards": [], "board": null, "funnels": [], "answers": {} }));
    let state = link(&html, ">Take over the page’s filters");
    let expected: Vec<Value> = app.state.filters.iter().map(Filter::query).collect();
    assert_eq!((Draft::of(&state).widgets[0].filters.clone(), state.filters.len()), (expected, 0));
}

#[test]
fn every_kind_shows_its_numbers_and_hostile_values_stay_text() {
    let hostile = "\"><script>alert(1)</script><img src=x onerror=alert(1)>";
    let widgets = all_kinds();
    let row = json!({ "dimensions": [hostile, hostile], "metrics": [5, 4, 3, 2, 1, 6] });
    let query =
        json!({ "results": [row], "meta": { "time_labels": [hostile] }, "query": { "dimensions": ["time:day"] } });
    let answers: Map<String, Value> = widgets.iter().map(|widget| (widget.key(), json!([query, query]))).collect();
    let saved: Vec<Value> = widgets.iter().map(Widget::to_json).collect();
    let board = json!({ "id": 1, "name": hostile, "widgets": saved });
    let answer = json!({ "boards": [board], "board": board, "funnels": [funnel()], "answers": answers });
    for query in ["?view=boards", "?view=boards&chart=table"] {
        let html = html(&editor(query), &answer);
        assert!(!html.contains("<script") && !html.contains("<img") && !html.contains("<b>"), "{html}");
        assert_eq!(html.matches("class=\"card view-card widget").count(), Kind::ALL.len());
    }
}

#[test]
fn who_may_only_look_changes_nothing() {
    let board = json!({ "id": 1, "name": "Mine", "widgets": [{ "kind": "text", "text": "Hello" }] });
    let answer = json!({ "boards": [board], "board": board, "funnels": [], "answers": {} });
    let mut app = sample::empty_app("?view=boards&edit=1&w=kind%3Dmap");
    app.stale = false;
    for query in ["?view=boards", "?view=boards&edit=1&board=1&w=kind%3Dmap"] {
        app.state = State::parse(query);
        let html = html(&app, &answer);
        assert!(!html.contains("<form") && !html.contains("edit=1"), "{html}");
    }
    let none = json!({ "boards": [], "board": null, "funnels": [], "answers": {} });
    assert!(html(&app, &none).contains("Editors of the site make them."));
    let mine = html(&editor("?view=boards"), &none);
    assert!(mine.contains("Empty board") && mine.matches("edit=1").count() == 3, "{mine}");
    assert!(
        html(&editor("?view=boards&board=9"), &json!({ "boards": [board], "board": null }))
            .contains("no such board any more")
    );
}

#[test]
fn saving_leads_to_what_was_saved() {
    let app = editor("?view=boards&edit=1&w=kind%3Dmap");
    let html = html(&app, &json!({ "boards": [], "board": null, "funnels": [], "answers": {} }));
    assert!(
        html.contains("data-method=\"POST\"") && html.contains("data-then=\"?view=boards&amp;board={id}\""),
        "{html}"
    );
    assert!(
        html.contains("value=\"[{&quot;kind&quot;:&quot;map&quot;,&quot;width&quot;:&quot;full&quot;}]\""),
        "{html}"
    );
}
