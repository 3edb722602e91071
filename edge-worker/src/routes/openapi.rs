//! `GET /openapi.json`: the routes for programs, as `OpenAPI` 3.1, made from the table that the worker routes by.

use super::requests::Report;
use super::table::{self, Route, To};
use crate::access::Need;
use crate::answer::of_json;
use crate::auth;
use serde_json::{Map, Value, json};
use worker::{Method, Response};

const JSON: &str = "application/json";

/// Answers the document.
pub(super) fn answer() -> Response {
    of_json(200, &document())
}

fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in table::public() {
        let method = route.method.as_ref().to_ascii_lowercase();
        if let Some(methods) = paths.entry(route.path).or_insert_with(|| json!({})).as_object_mut() {
            methods.insert(method, operation(route));
        }
    }
    let text = json!({"type": "string"});
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Passerby",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Web analytics that counts who passes and never learns who they are.",
        },
        "paths": paths,
        "components": {
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "The admin key, or a key of the site with the scope."},
                "session": {"type": "apiKey", "in": "cookie", "name": auth::COOKIE},
            },
            "schemas": {
                "Refusal": {
                    "type": "object",
                    "required": ["error", "code", "hint"],
                    "properties": {"error": text, "code": text, "hint": text},
                },
            },
        },
    })
}

fn operation(route: &Route) -> Value {
    let (about, takes, status, gives) = said(route);
    let mut answer = json!({"description": "Done."});
    if !gives.is_empty() {
        let content: Map<String, Value> = gives.iter().map(|kind| ((*kind).to_owned(), json!({}))).collect();
        answer = json!({"description": "Done.", "content": content});
    }
    let refused = json!({
        "description": "Refused, with a reason.",
        "content": {JSON: {"schema": {"$ref": "#/components/schemas/Refusal"}}},
    });
    let mut operation = json!({
        "summary": about,
        "parameters": parameters(route),
        "responses": {status: answer, "4XX": refused, "503": refused},
    });
    if let Some(fields) = operation.as_object_mut() {
        if !takes.is_empty() {
            let content: Map<String, Value> = takes.iter().map(|kind| ((*kind).to_owned(), json!({}))).collect();
            fields.insert("requestBody".into(), json!({"required": true, "content": content}));
        }
        let scope = match route.need {
            Need::Nothing => None,
            Need::Key(scope) | Need::KeyOrSignature(scope) => Some(scope.name()),
            Need::ReadOrShare => Some("read or share"),
            Need::Role(role) => Some(role.name()),
            Need::Member => Some("session"),
            Need::AdminKey => Some("admin key"),
        };
        if let Some(scope) = scope {
            fields.insert("security".into(), json!([{"key": []}, {"session": []}]));
            fields.insert("x-passerby-needs".into(), scope.into());
        }
    }
    operation
}

/// The parts of the path, and of the query, that a route reads.
fn parameters(route: &Route) -> Vec<Value> {
    let parameter = |name: &str, place: &str, required: bool, schema: Value| json!({"name": name, "in": place, "required": required, "schema": schema});
    let text = || json!({"type": "string"});
    let parts = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let mut parameters: Vec<Value> = parts.map(|part| parameter(part, "path", true, text())).collect();
    if matches!(route.to, To::Import | To::Columns | To::Export | To::Outcomes | To::Live | To::Board | To::Requests(_))
    {
        parameters.push(parameter("site", "query", true, text()));
    }
    if route.to == To::Columns {
        parameters.push(parameter("range", "query", true, text()));
    }
    if route.to == To::Board {
        // As the address of the dashboard's page has them.
        parameters.extend(["board", "range", "f"].map(|name| parameter(name, "query", false, text())));
    }
    if matches!(route.to, To::Requests(_)) {
        let names = ["since", "until", "search", "status", "method", "cursor"];
        parameters.extend(names.map(|name| parameter(name, "query", false, text())));
        parameters.push(parameter("limit", "query", false, json!({"type": "integer", "minimum": 1, "maximum": 1000})));
        parameters.push(parameter("min_ms", "query", false, json!({"type": "integer", "minimum": 1})));
    }
    if route.to == To::PageCsv {
        let names = ["site", "range", "compare", "interval", "f", "more"];
        parameters.extend(names.map(|name| parameter(name, "query", false, text())));
    }
    if route.to == To::Export {
        let formats = json!({"type": "string", "enum": ["ndjson", "csv", "parquet"]});
        parameters.push(parameter("format", "query", false, formats));
        parameters.push(parameter("since", "query", false, text()));
    }
    parameters
}

/// What a route is for, which types of bodies it takes, its status where all is well, and the types that it answers with.
fn said(route: &Route) -> (&'static str, &'static [&'static str], &'static str, &'static [&'static str]) {
    const TEXTS: &[&str] = &[JSON, "text/plain"];
    const ROWS: &[&str] = &["application/x-ndjson", "text/csv", "application/vnd.apache.parquet"];
    let (get, put, post) = (Method::Get, Method::Put, Method::Post);
    match route.to {
        To::Batch => ("Takes a batch of events in, in the binary form or as JSON", TEXTS, "200", &[JSON]),
        To::Preflight => ("Says that pages of any site may send", &[], "204", &[]),
        To::Plausible => ("Takes an event of Plausible's clients in", TEXTS, "202", &["text/plain"]),
        To::Umami => ("Takes an event of Umami's clients in", TEXTS, "200", &[JSON]),
        To::Events => ("Takes events of servers in", &[JSON], "200", &[JSON]),
        To::Import => ("Takes whole events of any past time in, a JSON object a line", ROWS, "200", &[JSON]),
        To::Query => ("Answers one or several queries", TEXTS, "200", &[JSON]),
        To::Funnel => ("Counts who takes steps one after the other", TEXTS, "200", &[JSON]),
        To::Journeys => ("Counts what comes next, or came before", TEXTS, "200", &[JSON]),
        To::Retention => ("Counts who comes again", TEXTS, "200", &[JSON]),
        To::Dimensions => ("Lists what can be asked", &[], "200", &[JSON]),
        To::Columns => (
            "Gives the visits of whole days as columns, for filters in a browser",
            &[],
            "200",
            &["application/octet-stream"],
        ),
        To::Export => ("Gives all events of a site", &[], "200", ROWS),
        To::Live => ("Tells by a WebSocket who is here and what was just counted", &[], "101", &[]),
        To::Requests(Report::Traffic) => ("Says how often each route was asked", &[], "200", &[JSON]),
        To::Requests(Report::Errors) => ("Says which routes failed how", &[], "200", &[JSON]),
        To::Requests(Report::Perf) => ("Says how long each route took", &[], "200", &[JSON]),
        To::Requests(Report::Logs) => ("Lists the last requests by minute", &[], "200", &[JSON]),
        To::Outcomes => ("Says what became of every event received", &[], "200", &[JSON]),
        To::Explain => ("Says what would become of events, and counts none", TEXTS, "200", &[JSON]),
        To::ListSites => ("Lists the sites", &[], "200", &[JSON]),
        To::ShowSite => ("Shows a site's settings", &[], "200", &[JSON]),
        To::PutSite => ("Makes a site, or changes its settings", TEXTS, "200", &[JSON]),
        To::DeleteSite => ("Deletes a site and all of its events", &[], "200", &[JSON]),
        To::Segments | To::Annotations | To::Funnels | To::Boards if route.method == get => {
            ("Shows saved segments, annotations, saved funnels or boards", &[], "200", &[JSON])
        }
        To::Segments | To::Annotations | To::Funnels | To::Boards if route.method == put => {
            ("Changes one", TEXTS, "200", &[JSON])
        }
        To::Segments | To::Annotations | To::Funnels | To::Boards if route.method == post => {
            ("Saves one", TEXTS, "201", &[JSON])
        }
        To::Segments | To::Annotations | To::Funnels | To::Boards => ("Deletes one", &[], "200", &[JSON]),
        To::ListKeys => ("Lists the keys of a site, without what opens", &[], "200", &[JSON]),
        To::MakeKey => ("Makes a key and shows it this once", TEXTS, "201", &[JSON]),
        To::DeleteKey => ("Deletes a key", &[], "200", &[JSON]),
        To::ListShares => ("Lists the shares of a site with their links", &[], "200", &[JSON]),
        To::MakeShare => ("Makes a share", TEXTS, "201", &[JSON]),
        To::DeleteShare => ("Takes a share back", &[], "200", &[JSON]),
        To::SharePage => ("The page that a share's link leads to", &[], "200", &["text/html"]),
        To::ListMembers => ("Lists the members of a site", &[], "200", &[JSON]),
        To::AddMember => ("Adds a member; a new one's key is shown this once", TEXTS, "201", &[JSON]),
        To::ChangeMember => ("Gives a member another role", TEXTS, "200", &[JSON]),
        To::MakeMemberKey => ("Makes a member's key anew and shows it this once", &[], "201", &[JSON]),
        To::RemoveMember => ("Removes a member", &[], "200", &[JSON]),
        To::Board => ("Answers all that the widgets of a board ask", &[], "200", &[JSON]),
        To::Page => {
            ("Tells the dashboard what its page shows, in a form of its own", &[], "200", &["application/octet-stream"])
        }
        To::PageCsv => ("Tells a list of the dashboard's overview in full, or its chart", &[], "200", &["text/csv"]),
        To::Me => ("Says who is signed in, and with which roles", &[], "200", &[JSON]),
        To::LogIn => ("Exchanges the admin key or a member's for a session", &[JSON], "200", &[JSON]),
        To::LogOut => ("Ends the session of this browser", &[], "200", &[JSON]),
        To::Metrics => ("Counters for Prometheus", &[], "200", &["text/plain"]),
        To::Health => ("Says that the worker runs", &[], "200", &[JSON]),
        To::OpenApi => ("This document", &[], "200", &[JSON]),
        To::Panic | To::Alarm => ("What only tests ask for", &[], "200", &[JSON]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_in_it_with_what_it_needs() {
        let document = document();
        for route in table::public() {
            let operation = &document["paths"][route.path][route.method.as_ref().to_ascii_lowercase()];
            assert!(operation["summary"].is_string(), "{route:?}");
            assert_eq!(operation["security"].is_array(), route.need != Need::Nothing, "{route:?}");
            assert_eq!(
                operation["parameters"].as_array().unwrap().iter().filter(|one| one["in"] == "path").count(),
                route.path.matches('{').count()
            );
        }
        assert!(document["paths"]["/api/v1/test/panic"].is_null());
    }
}
