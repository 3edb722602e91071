use super::*;
use crate::app::Role;
use crate::markup::Node;
use crate::sample;
use crate::view::Answers;

fn html(query: &str, answers: &Answers) -> String {
    let mut app = sample::app(query);
    app.roles = vec![("shop.example".into(), Role::Editor)];
    Node::from(content(&app, answers)).html()
}

fn answered() -> Answers {
    let segments = json!({ "segments": [
        { "id": 3, "name": "Readers", "filters": [["contains", "event:page", ["blog"]]] },
        { "id": 4, "name": "Odd", "filters": [["is", "segment", [1, 2]]] },
    ] });
    let values = json!({ "results": [{ "results": [
        { "dimensions": ["Linux"], "metrics": [7] }, { "dimensions": ["Mac"], "metrics": [3] },
    ], "query": { "dimensions": ["visit:os"] } }] });
    Answers { asked: vec![Some(Ok(segments)), Some(Ok(values))], sent: None }
}

#[test]
fn values_are_suggested_under_the_other_filters() {
    let query = "?f=is.os.Mac&f=is.country.DE&dialog=filters&filter-at=0&filter-field=os&filter-op=is&filter-typed=Li";
    let asked = requests(&sample::app(query));
    assert_eq!(asked[0].path, "/api/v1/sites/shop.example/segments");
    let body: Value = serde_json::from_str(&asked[1].body).unwrap();
    assert_eq!(
        body["queries"][0]["filters"],
        json!([["is", "visit:country", ["DE"]], ["contains", "visit:os", ["Li"], { "case_sensitive": false }]])
    );
    for (query, count) in [
        ("?dialog=filters", 1),
        ("?dialog=filters&filter-at=new", 2),
        ("?dialog=filters&filter-at=new&filter-field=os&filter-op=matches", 1),
        ("?dialog=filters&filter-at=new&filter-field=prop&filter-op=is", 1),
        ("?dialog=filters&filter-at=new&filter-field=prop&filter-prop=plan&filter-op=is", 2),
    ] {
        assert_eq!(requests(&sample::app(query)).len(), count, "{query}");
    }
}

#[test]
fn every_part_of_the_form_is_there() {
    let html = html(
        "?f=is.country.DE&dialog=filters&filter-at=new&filter-field=os&filter-op=is_not&filter-value=Mac",
        &answered(),
    );
    for part in [
        "name=\"f\" value=\"is.country.DE\"",
        "name=\"dialog\" value=\"filters\"",
        "name=\"filter-at\" value=\"new\"",
        "name=\"filter-value\" value=\"Mac\"",
        "<option value=\"os\" selected=\"\">Operating system</option>",
        "<option value=\"matches_wildcard_not\">does not fit</option>",
        "filter-value=Mac&amp;filter-value=Linux",
        "value=\"apply\">Apply</button>",
    ] {
        assert!(html.contains(part), "{part} is not in {html}");
    }
    assert!(!html.contains(">Mac</span><span class=\"row-value\">"), "what is chosen is not suggested");
}

#[test]
fn the_tree_leads_to_each_change() {
    let html = html("?f=is.os.Mac&f=any&f=is.os.Linux&f=is.device.Mobile&f=end&dialog=filters", &answered());
    let rest = "f=any&amp;f=is.os.Linux&amp;f=is.device.Mobile&amp;f=end&amp;dialog=filters";
    for href in [
        ["?", rest].concat(),
        ["?f=is_not.os.Mac&amp;", rest].concat(),
        ["?f=any&amp;f=is.os.Mac&amp;f=end&amp;", rest].concat(),
        "?f=is.os.Mac&amp;f=none&amp;f=is.os.Linux&amp;f=is.device.Mobile&amp;f=end&amp;dialog=filters".into(),
        "?f=is.os.Mac&amp;f=any&amp;f=is.device.Mobile&amp;f=end&amp;dialog=filters".into(),
        ["?f=is.os.Mac&amp;", rest, "&amp;filter-at=1.new"].concat(),
        ["?f=is.os.Mac&amp;", rest, "&amp;filter-at=1.none"].concat(),
        ["?f=is.os.Mac&amp;", rest, "&amp;filter-at=then"].concat(),
    ] {
        assert!(html.contains(&["href=\"", &href, "\""].concat()), "{href} is not in {html}");
    }
}

#[test]
fn segments_are_chosen_saved_and_deleted_by_those_who_may() {
    let html = html("?f=is.os.Mac&f=segment.3&dialog=filters", &answered());
    for part in [
        "href=\"?f=is.os.Mac&amp;dialog=filters\" aria-current=\"true\"",
        "href=\"?f=contains.page.blog&amp;dialog=filters\"",
        "data-method=\"PUT\" data-path=\"/api/v1/sites/shop.example/segments/4\"",
        "data-method=\"DELETE\" data-path=\"/api/v1/sites/shop.example/segments/3\"",
        "[[&quot;is&quot;,&quot;visit:os&quot;,[&quot;Mac&quot;]],[&quot;contains&quot;,&quot;event:page&quot;,[&quot;blog&quot;]]]",
    ] {
        assert!(html.contains(part), "{part} is not in {html}");
    }
    let viewer = Node::from(content(&sample::app("?f=is.os.Mac&dialog=filters"), &answered())).html();
    assert!(!viewer.contains("data-form=\"send\"") && viewer.contains("Readers"), "{viewer}");
}

#[test]
fn hostile_text_never_becomes_markup() {
    for text in crate::hostile::HOSTILE {
        let mut app = sample::app("?dialog=filters&filter-at=new");
        app.roles = vec![("shop.example".into(), Role::Editor)];
        app.state.filters = vec![Filter::Group(crate::filter::Joint::Any, vec![Filter::is(Dimension::Os, text)])];
        if let Some(Dialog::Filters(compose)) = &mut app.state.dialog
            && let Some(draft) = &mut compose.draft
        {
            draft.test.field = Field::Prop(text.into());
            draft.test.values = vec![text.into()];
            draft.typed = text.into();
        }
        let segments = json!({ "segments": [{ "id": 1, "name": text, "filters": [["is", "visit:os", [text]]] }] });
        let values = json!({ "results": [{ "results": [{ "dimensions": [text], "metrics": [1] }], "query": { "dimensions": [Field::Prop(text.into()).query()] } }] });
        let answers = Answers { asked: vec![Some(Ok(segments)), Some(Ok(values))], sent: None };
        crate::hostile::check_markup(content(&app, &answers)).unwrap();
    }
}
