//! Every route: its method and path, what it needs, and what answers it. `docs/access.md` shows the same to readers.
//!
//! What is not here and not below `/api/` or `/v1/` is a file, which is anyone's.

use super::requests::Report;
use crate::access::Need;
use crate::member::Role;
use crate::site_key::Scope;
use worker::Method;

/// What answers a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum To {
    Batch,
    Preflight,
    Plausible,
    Umami,
    Events,
    Import,
    Query,
    Funnel,
    Journeys,
    Retention,
    Dimensions,
    Columns,
    Export,
    Outcomes,
    Requests(Report),
    Live,
    Explain,
    ListSites,
    ShowSite,
    PutSite,
    DeleteSite,
    Segments,
    Annotations,
    Funnels,
    Boards,
    Board,
    ListKeys,
    MakeKey,
    DeleteKey,
    ListShares,
    MakeShare,
    DeleteShare,
    SharePage,
    ListMembers,
    AddMember,
    ChangeMember,
    MakeMemberKey,
    RemoveMember,
    Page,
    PageCsv,
    Me,
    LogIn,
    LogOut,
    Metrics,
    Health,
    OpenApi,
    Panic,
    Alarm,
}

impl To {
    /// Whether only tests ask for it.
    fn is_trial(self) -> bool {
        matches!(self, Self::Panic | Self::Alarm)
    }
}

/// A route.
#[derive(Debug, PartialEq)]
pub(super) struct Route {
    pub(super) method: Method,
    /// A part in braces stands for any one.
    pub(super) path: &'static str,
    pub(super) need: Need,
    pub(super) to: To,
}

const fn row(method: Method, path: &'static str, need: Need, to: To) -> Route {
    Route { method, path, need, to }
}

const ANYONE: Need = Need::Nothing;
const WRITE: Need = Need::KeyOrSignature(Scope::Write);
const READ: Need = Need::Key(Scope::Read);
const SHARED: Need = Need::ReadOrShare;
const ADMIN: Need = Need::Key(Scope::Admin);
/// What others see, but settings and what opens.
const EDITOR: Need = Need::Role(Role::Editor);
const OWNER: Need = Need::Role(Role::Owner);
const MEMBER: Need = Need::Member;
/// What is not one site's: no key of a site suffices.
const OPERATOR: Need = Need::AdminKey;

/// Every route.
#[rustfmt::skip]
const ROUTES: [Route; 69] = [
    row(Method::Post, "/e", ANYONE, To::Batch),
    row(Method::Options, "/e", ANYONE, To::Preflight),
    row(Method::Post, "/api/event", ANYONE, To::Plausible),
    row(Method::Options, "/api/event", ANYONE, To::Preflight),
    row(Method::Post, "/api/send", ANYONE, To::Umami),
    row(Method::Options, "/api/send", ANYONE, To::Preflight),
    row(Method::Post, "/api/v1/events", WRITE, To::Events),
    row(Method::Post, "/api/v1/import", ADMIN, To::Import),
    row(Method::Post, "/api/v2/query", SHARED, To::Query),
    row(Method::Post, "/api/v2/funnel", READ, To::Funnel),
    row(Method::Post, "/api/v2/journeys", READ, To::Journeys),
    row(Method::Post, "/api/v2/retention", READ, To::Retention),
    row(Method::Get, "/api/v2/dimensions", SHARED, To::Dimensions),
    row(Method::Get, "/api/v2/columns", READ, To::Columns),
    row(Method::Get, "/api/v1/export", READ, To::Export),
    row(Method::Get, "/api/v1/live", READ, To::Live),
    row(Method::Get, "/api/v1/outcomes", READ, To::Outcomes),
    row(Method::Post, "/api/v1/outcomes/explain", ADMIN, To::Explain),
    row(Method::Get, "/api/v1/requests/traffic", READ, To::Requests(Report::Traffic)),
    row(Method::Get, "/api/v1/requests/errors", READ, To::Requests(Report::Errors)),
    row(Method::Get, "/api/v1/requests/perf", READ, To::Requests(Report::Perf)),
    row(Method::Get, "/api/v1/requests/logs", READ, To::Requests(Report::Logs)),
    row(Method::Get, "/api/v1/sites", MEMBER, To::ListSites),
    row(Method::Get, "/api/v1/sites/{domain}", SHARED, To::ShowSite),
    // A key of a site is there as long as its site, so it changes settings and makes no site.
    row(Method::Put, "/api/v1/sites/{domain}", ADMIN, To::PutSite),
    row(Method::Delete, "/api/v1/sites/{domain}", OWNER, To::DeleteSite),
    row(Method::Get, "/api/v1/sites/{domain}/segments", READ, To::Segments),
    row(Method::Post, "/api/v1/sites/{domain}/segments", EDITOR, To::Segments),
    row(Method::Get, "/api/v1/sites/{domain}/segments/{id}", READ, To::Segments),
    row(Method::Put, "/api/v1/sites/{domain}/segments/{id}", EDITOR, To::Segments),
    row(Method::Delete, "/api/v1/sites/{domain}/segments/{id}", EDITOR, To::Segments),
    row(Method::Get, "/api/v1/sites/{domain}/annotations", READ, To::Annotations),
    row(Method::Post, "/api/v1/sites/{domain}/annotations", EDITOR, To::Annotations),
    row(Method::Get, "/api/v1/sites/{domain}/annotations/{id}", READ, To::Annotations),
    row(Method::Put, "/api/v1/sites/{domain}/annotations/{id}", EDITOR, To::Annotations),
    row(Method::Delete, "/api/v1/sites/{domain}/annotations/{id}", EDITOR, To::Annotations),
    row(Method::Get, "/api/v1/sites/{domain}/funnels", READ, To::Funnels),
    row(Method::Post, "/api/v1/sites/{domain}/funnels", EDITOR, To::Funnels),
    row(Method::Get, "/api/v1/sites/{domain}/funnels/{id}", READ, To::Funnels),
    row(Method::Put, "/api/v1/sites/{domain}/funnels/{id}", EDITOR, To::Funnels),
    row(Method::Delete, "/api/v1/sites/{domain}/funnels/{id}", EDITOR, To::Funnels),
    row(Method::Get, "/api/v1/sites/{domain}/boards", READ, To::Boards),
    row(Method::Post, "/api/v1/sites/{domain}/boards", EDITOR, To::Boards),
    row(Method::Get, "/api/v1/sites/{domain}/boards/{id}", READ, To::Boards),
    row(Method::Put, "/api/v1/sites/{domain}/boards/{id}", EDITOR, To::Boards),
    row(Method::Delete, "/api/v1/sites/{domain}/boards/{id}", EDITOR, To::Boards),
    row(Method::Get, "/api/v1/sites/{domain}/keys", ADMIN, To::ListKeys),
    row(Method::Post, "/api/v1/sites/{domain}/keys", ADMIN, To::MakeKey),
    row(Method::Delete, "/api/v1/sites/{domain}/keys/{id}", ADMIN, To::DeleteKey),
    row(Method::Get, "/api/v1/sites/{domain}/shares", ADMIN, To::ListShares),
    row(Method::Post, "/api/v1/sites/{domain}/shares", ADMIN, To::MakeShare),
    row(Method::Delete, "/api/v1/sites/{domain}/shares/{id}", ADMIN, To::DeleteShare),
    row(Method::Get, "/share/{id}", ANYONE, To::SharePage),
    row(Method::Get, "/api/v1/sites/{domain}/members", ADMIN, To::ListMembers),
    row(Method::Post, "/api/v1/sites/{domain}/members", ADMIN, To::AddMember),
    row(Method::Put, "/api/v1/sites/{domain}/members/{id}", ADMIN, To::ChangeMember),
    row(Method::Delete, "/api/v1/sites/{domain}/members/{id}", ADMIN, To::RemoveMember),
    row(Method::Post, "/api/v1/sites/{domain}/members/{id}/key", ADMIN, To::MakeMemberKey),
    row(Method::Get, "/api/v1/page", MEMBER, To::Page),
    row(Method::Get, "/api/v1/board", READ, To::Board),
    row(Method::Get, "/api/v1/page/csv", MEMBER, To::PageCsv),
    row(Method::Get, "/api/v1/me", MEMBER, To::Me),
    row(Method::Post, "/api/v1/login", ANYONE, To::LogIn),
    row(Method::Post, "/api/v1/logout", ANYONE, To::LogOut),
    row(Method::Get, "/metrics", OPERATOR, To::Metrics),
    row(Method::Get, "/healthz", ANYONE, To::Health),
    row(Method::Get, "/openapi.json", ANYONE, To::OpenApi),
    row(Method::Post, "/api/v1/test/panic", OPERATOR, To::Panic),
    row(Method::Post, "/api/v1/test/alarm", OPERATOR, To::Alarm),
];

/// What there is for a method and a path.
#[derive(Debug, PartialEq)]
pub(super) enum Found<'a> {
    /// A route, and what stands in the path for its parts in braces.
    Route(&'static Route, Vec<&'a str>),
    /// The path is there for other methods, which are listed as the header `Allow` does.
    OtherMethods(String),
    /// No route.
    Nothing,
}

/// Every route but those of test mode.
pub(super) fn public() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().filter(|route| !route.to.is_trial())
}

/// Finds the route of a request; those of test mode only there. The method is as it came: the platform's type takes every
/// one that it does not know for `GET`.
pub(super) fn find<'a>(method: &str, path: &'a str, test_mode: bool) -> Found<'a> {
    let mut others = String::new();
    for route in ROUTES.iter().filter(|route| test_mode || !route.to.is_trial()) {
        let Some(parts) = matched(route.path, path) else { continue };
        if route.method.as_ref() == method {
            return Found::Route(route, parts);
        }
        if !others.is_empty() {
            others.push_str(", ");
        }
        others.push_str(route.method.as_ref());
    }
    if others.is_empty() { Found::Nothing } else { Found::OtherMethods(others) }
}

/// What stands in the path for the pattern's parts in braces; none where it is another path.
fn matched<'a>(pattern: &str, path: &'a str) -> Option<Vec<&'a str>> {
    let (mut patterns, mut parts) = (pattern.split('/'), path.split('/'));
    let mut found = Vec::new();
    loop {
        match (patterns.next(), parts.next()) {
            (None, None) => return Some(found),
            (Some(pattern), Some(part)) if pattern.starts_with('{') => found.push(part),
            (Some(pattern), Some(part)) if pattern == part => {}
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(method: Method, path: &str) -> Option<(To, Vec<&str>)> {
        match find(method.as_ref(), path, false) {
            Found::Route(route, parts) => Some((route.to, parts)),
            _ => None,
        }
    }

    #[test]
    fn a_path_is_a_routes_as_a_whole() {
        for (path, parts) in [
            ("/api/v1/sites/a.io", Some((To::ShowSite, vec!["a.io"]))),
            ("/api/v1/sites/a.io/segments/7", Some((To::Segments, vec!["a.io", "7"]))),
            ("/api/v1/sites", Some((To::ListSites, vec![]))),
            ("/api/v1/sites/a.io/", None),
            ("/api/v1/sites/a.io/segments/7/8", None),
            ("/api/v1/sites/a.io/nothing", None),
            ("/api/v1", None),
            ("/E", None),
            ("", None),
        ] {
            assert_eq!(to(Method::Get, path), parts, "{path}");
        }
    }

    #[test]
    fn other_methods_are_named() {
        for (path, allow) in [
            ("/e", "POST, OPTIONS"),
            ("/api/v1/sites/a.io", "GET, PUT, DELETE"),
            ("/api/v1/sites/a.io/keys/1", "DELETE"),
        ] {
            for method in ["PATCH", "QUERY", "get"] {
                assert_eq!(find(method, path, false), Found::OtherMethods(allow.into()), "{path}");
            }
        }
    }

    #[test]
    fn what_only_tests_ask_for_is_there_in_test_mode_alone() {
        for path in ["/api/v1/test/panic", "/api/v1/test/alarm"] {
            assert_eq!(find("POST", path, false), Found::Nothing);
            assert_eq!(find("GET", path, false), Found::Nothing);
            assert!(matches!(find("POST", path, true), Found::Route(..)));
        }
    }

    /// The tests of access read that table too, and ask the worker for each of its rows.
    #[test]
    fn the_documentation_lists_these_routes_and_what_they_need() {
        let rows = ROUTES.iter().map(|route| {
            let need = match route.need {
                Need::Nothing => "nothing".to_owned(),
                Need::Key(scope) => scope.name().to_owned(),
                Need::KeyOrSignature(scope) => format!("{} or signature", scope.name()),
                Need::ReadOrShare => "read or share".to_owned(),
                Need::Role(role) => role.name().to_owned(),
                Need::Member => "session".to_owned(),
                Need::AdminKey => "admin key".to_owned(),
            };
            format!("| `{} {}` | {need} |\n", route.method.as_ref(), route.path)
        });
        let documentation = include_str!("../../../docs/access.md");
        let (_, table) = documentation.split_once("|---|---|\n").expect("a table");
        let (table, _) = table.split_once("\n\n").expect("an end of the table");
        assert_eq!(rows.collect::<String>().trim_end(), table);
    }
}
