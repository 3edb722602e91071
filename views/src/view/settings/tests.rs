//! What each part shows of answers as the API gives them, to whom.

use super::*;
use crate::markup::Node;
use crate::sample;
use crate::wire::{Reader, Writer};
use serde_json::json;

const ROLES: [&str; 4] = ["viewer", "editor", "admin", "owner"];

fn app(query: &str, role: &str) -> App {
    let mut app = sample::empty_app(&["?view=settings&site=shop.example", query].concat());
    app.roles = vec![("shop.example".into(), Role::named(role))];
    app.timezones = vec!["Europe/Berlin".into(), "UTC".into()];
    app.stale = false;
    app
}

/// The answer of each part, with a text in every place that people write.
fn answer(part: Part, text: &str) -> Answers {
    let first = match part {
        Part::General | Part::Goals | Part::Data => json!({
            "domain": "shop.example", "timezone": text, "label": text, "shards": 1, "retention_days": 90,
            "goals": [
                { "event": text, "display_name": text, "currency": "EUR", "custom_props": { text: text } },
                { "page_path": "/blog/**", "display_name": "Read", "scroll_threshold": 75 },
            ],
        }),
        Part::Annotations => json!({ "annotations": [
            { "id": 1, "time": "2026-11-02", "text": text }, { "id": 2, "time": "2026-11-09T10:00:00Z", "text": "Later" },
        ]}),
        Part::Segments => json!({ "segments": [
            { "id": 3, "name": text, "filters": [["is", "visit:source", [text]]] },
            { "id": 4, "name": "Deep", "filters": [["is", "segment", [1, 2]]] },
        ]}),
        Part::Members => json!({ "members": [
            { "id": "07b1", "name": text, "role": "editor", "own_key": true, "created": "2026-11-20T10:00:00Z" },
            { "id": "07b2", "name": "Ada", "role": "owner", "own_key": false, "created": text },
        ]}),
        Part::Keys => json!({ "keys": [
            { "id": text, "name": text, "scopes": ["write", "read"], "created": "2026-11-20T10:00:00Z" },
        ]}),
        Part::Shares => json!({ "shares": [
            { "id": "5f0c", "name": text, "k": 5, "noise": 0.25, "embed": [text], "expires": null, "created": text, "url": text },
            { "id": "5f0d", "name": "Bare", "k": 9, "noise": "none", "embed": [], "expires": "2027-01-01T00:00:00Z", "created": "", "url": "u" },
        ]}),
    };
    let conversions = json!({ "results": [{ "results": [{ "dimensions": [text], "metrics": [1234] }] }] });
    Answers { asked: vec![Some(Ok(first)), Some(Ok(conversions))], sent: None }
}

fn html(app: &App, answers: &Answers) -> String {
    Node::from(content(app, answers)).html()
}

#[test]
fn each_part_asks_for_its_own_and_others_are_told_no_keys() {
    for (part, role, paths) in [
        ("general", "viewer", &["/api/v1/sites/shop.example"][..]),
        ("goals", "viewer", &["/api/v1/sites/shop.example", "/api/v2/query"]),
        ("annotations", "viewer", &["/api/v1/sites/shop.example/annotations"]),
        ("segments", "viewer", &["/api/v1/sites/shop.example/segments"]),
        ("members", "admin", &["/api/v1/sites/shop.example/members"]),
        ("keys", "admin", &["/api/v1/sites/shop.example/keys"]),
        ("shares", "owner", &["/api/v1/sites/shop.example/shares"]),
        ("data", "viewer", &["/api/v1/sites/shop.example"]),
        // Asking for what is refused would be noise in the log of whoever runs the server.
        ("keys", "editor", &["/api/v1/sites/shop.example"]),
        ("nonsense", "owner", &["/api/v1/sites/shop.example"]),
    ] {
        let asked = requests(&app(&["&part=", part].concat(), role));
        assert_eq!(asked.iter().map(|request| request.path.as_str()).collect::<Vec<_>>(), paths, "{part} {role}");
    }
}

#[test]
fn readers_see_forms_for_what_they_may_change() {
    for (part, counts) in [
        (Part::General, [0, 0, 1, 1]),
        (Part::Goals, [0, 0, 1, 1]),
        (Part::Annotations, [0, 3, 3, 3]),
        (Part::Segments, [0, 2, 2, 2]),
        // Parts that are not for a reader show the first one instead. An admin decides about no owner, and nobody makes a key anew that the member has made.
        (Part::Members, [0, 0, 4, 7]),
        (Part::Keys, [0, 0, 2, 2]),
        (Part::Shares, [0, 0, 3, 3]),
        (Part::Data, [0, 0, 0, 1]),
    ] {
        let shown = ROLES.map(|role| {
            let app = app(&["&part=", part.name()].concat(), role);
            html(&app, &answer(part, "x")).matches("data-form=\"send\"").count()
        });
        assert_eq!(shown, counts, "{part:?}");
    }
}

#[test]
fn a_form_sends_every_setting_that_it_does_not_show() {
    let site = json!({ "domain": "shop.example", "timezone": "UTC", "shards": 4, "goals": [], "to_come": { "a": 1 } });
    let app = app("", "admin");
    for part in ["general", "goals"] {
        let mut app = app.clone();
        app.state = app.state.with_own("part", Some(part));
        let page = html(&app, &Answers { asked: vec![Some(Ok(site.clone()))], sent: None });
        for name in ["timezone", "shards", "goals", "to_come"] {
            assert!(page.contains(&["name=\"", name, "\""].concat()), "{part} {name}: {page}");
        }
        assert!(!page.contains("name=\"domain\""));
        assert!(page.contains("name=\"to_come\" value=\"{&quot;a&quot;:1}\" data-kind=\"json\""), "{page}");
    }
}

#[test]
fn goals_say_what_reaches_them_and_how_many_did() {
    let page = html(&app("&part=goals", "admin"), &answer(Part::Goals, "Signup"));
    for words in
        ["the event Signup, Signup is Signup, with revenue in EUR", ">1,234<", "reading 75% of /blog/**", ">0<"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    // The list has two goals, so the form makes the third.
    assert!(page.contains("name=\"goals.2.event\""), "{page}");
    let asked = html(&app("&part=goals&remove=0", "admin"), &answer(Part::Goals, "Signup"));
    let left = "value=\"[{&quot;display_name&quot;:&quot;Read&quot;,&quot;page_path&quot;:&quot;/blog/**&quot;,&quot;scroll_threshold&quot;:75}]\"";
    assert!(asked.contains(left), "{asked}");
}

#[test]
fn a_segment_opens_the_overview_unless_the_page_does_not_know_its_filters() {
    let page = html(&app("&part=segments&f=is.os.Linux", "editor"), &answer(Part::Segments, "a&b"));
    assert!(page.contains("href=\"?site=shop.example&amp;f=is.source.a%26b\""), "{page}");
    assert!(page.contains("filters that only the API knows") && page.contains("Source is a&amp;b"), "{page}");
    let saved = "name=\"filters\" value=\"[[&quot;is&quot;,&quot;visit:os&quot;,[&quot;Linux&quot;]]]\"";
    assert!(page.contains(saved), "{page}");
}

#[test]
fn the_newest_annotation_comes_first_and_one_is_changed_in_place() {
    let page = html(&app("&part=annotations&edit=1", "editor"), &answer(Part::Annotations, "Launch"));
    assert!(page.find("9 Nov 2026").unwrap() < page.find("2 Nov 2026").unwrap());
    assert!(page.contains("data-method=\"PUT\" data-path=\"/api/v1/sites/shop.example/annotations/1\""), "{page}");
}

#[test]
fn a_key_is_shown_when_it_was_made_and_a_refusal_in_its_words() {
    let app = app("&part=keys", "admin");
    let mut answers = answer(Part::Keys, "shop");
    answers.sent = Some(Ok(json!({ "id": "5f0c", "key": "passerby_5f0c_9b41" })));
    assert!(html(&app, &answers).contains("id=\"new-key\" tabindex=\"0\">passerby_5f0c_9b41<"));
    answers.sent = Some(Err(Problem::new("The site has 100 keys.", "Delete one.")));
    assert!(html(&app, &answers).contains("The site has 100 keys."));
}

#[test]
fn a_site_is_deleted_by_its_name_alone() {
    let page = html(&app("&part=data&since=2026-11-01", "owner"), &answer(Part::Data, "x"));
    assert!(page.contains("pattern=\"shop[.]example\"") && page.contains("data-method=\"DELETE\""), "{page}");
    assert!(page.contains("/api/v1/export?site=shop.example&amp;format=parquet&amp;since=2026-11-01"), "{page}");
}

#[test]
fn what_people_wrote_stays_text_in_every_part_and_crosses_to_the_page() {
    for hostile in ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "{0}{1}' onmouseover='x"] {
        for part in Part::ALL {
            for more in ["", "&edit=1&remove=0"] {
                let mut app = app(&["&part=", part.name(), more].concat(), "owner");
                app.state.filters = crate::state::State::parse("?f=is.os.x").filters;
                app.state.filters = vec![crate::filter::Filter::is(crate::dimension::Dimension::Os, hostile)];
                let mut answers = answer(part, hostile);
                answers.sent = Some(Ok(json!({ "key": hostile })));
                let node = Node::from(content(&app, &answers));
                let html = node.html();
                assert!(!html.contains("<script") && !html.contains("<img"), "{part:?}: {html}");
                let mut out = Writer::default();
                node.to_wire(&mut out);
                assert_eq!(Node::from_wire(&mut Reader::new(&out.done())), Some(node), "{part:?}");
            }
        }
    }
}
