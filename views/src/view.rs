//! The views of a site. The overview is the page's own; each further one is two functions, what it asks ([`Request`]) and
//! what it shows, and is loaded as a module of its own when somebody looks at it.

use crate::answer::Problem;
use crate::app::App;
use crate::filter::Filter;
use crate::json;
use crate::markup::Element;
use crate::wire::{Reader, Writer};
use serde_json::{Value, json};

pub mod boards;
pub mod commands;
pub mod components;
pub mod engagement;
pub mod errors;
mod figures;
pub mod funnels;
pub mod goals;
pub mod install;
pub mod journeys;
pub mod live;
pub mod outcomes;
pub mod places;
pub mod queries;
mod reading;
pub mod requests;
pub mod retention;
pub mod settings;
pub mod share;
pub mod sites;
mod step;
pub mod vitals;

/// A view of a site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// Headline numbers, chart and lists.
    #[default]
    Overview,
    /// Who is here, and what they do.
    Live,
    /// Where visitors are.
    Places,
    /// Widgets that somebody chose and arranged.
    Boards,
    /// How long and how far pages are read, where visits begin and end.
    Engagement,
    /// What visitors are hoped to do.
    Goals,
    /// Who takes one step after the other.
    Funnels,
    /// What comes after what.
    Journeys,
    /// Who comes again.
    Retention,
    /// How an API does.
    Requests,
    /// How fast pages are for their visitors.
    Vitals,
    /// What fails in browsers.
    Errors,
    /// Which components of a library are shown and used.
    Components,
    /// How a command line is used.
    Commands,
    /// What a database is asked.
    Queries,
    /// What was counted, what not, and why.
    Outcomes,
    /// What is set for the site.
    Settings,
    /// All sites of the reader.
    Sites,
    /// How to install, and a look-out for the first visit.
    Install,
    /// What a link shows to strangers.
    Share,
}

/// Where a view stands in the menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Who came, from where, to what.
    Traffic,
    /// What visitors do one after the other.
    Behaviour,
    /// How well pages and programs do.
    Product,
    /// The site itself.
    Site,
    /// What the menu does not lead to.
    Apart,
}

struct Facts {
    view: View,
    name: &'static str,
    label: &'static str,
    group: Group,
}

const fn facts(view: View, name: &'static str, label: &'static str, group: Group) -> Facts {
    Facts { view, name, label, group }
}

/// Every view, in the order of the menu.
const FACTS: [Facts; 20] = [
    facts(View::Overview, "overview", "Overview", Group::Traffic),
    facts(View::Boards, "boards", "Boards", Group::Traffic),
    facts(View::Live, "live", "Live", Group::Traffic),
    facts(View::Places, "places", "Places", Group::Traffic),
    facts(View::Engagement, "engagement", "Engagement", Group::Traffic),
    facts(View::Goals, "goals", "Goals", Group::Behaviour),
    facts(View::Funnels, "funnels", "Funnels", Group::Behaviour),
    facts(View::Journeys, "journeys", "Journeys", Group::Behaviour),
    facts(View::Retention, "retention", "Retention", Group::Behaviour),
    facts(View::Requests, "requests", "API", Group::Product),
    facts(View::Vitals, "vitals", "Web vitals", Group::Product),
    facts(View::Errors, "errors", "Errors", Group::Product),
    facts(View::Components, "components", "Components", Group::Product),
    facts(View::Commands, "commands", "CLI", Group::Product),
    facts(View::Queries, "queries", "Database", Group::Product),
    facts(View::Outcomes, "outcomes", "Not counted", Group::Site),
    facts(View::Settings, "settings", "Settings", Group::Site),
    facts(View::Sites, "sites", "All sites", Group::Apart),
    facts(View::Install, "install", "Install", Group::Apart),
    facts(View::Share, "share", "Shared numbers", Group::Apart),
];

impl Group {
    /// All of the menu, in its order.
    pub const ALL: [Self; 4] = [Self::Traffic, Self::Behaviour, Self::Product, Self::Site];

    /// Its heading, in English.
    pub fn label(self) -> &'static str {
        match self {
            Self::Traffic => "Traffic",
            Self::Behaviour => "Behaviour",
            Self::Product => "Product",
            Self::Site => "Site",
            Self::Apart => "",
        }
    }

    /// Its views.
    pub fn views(self) -> impl Iterator<Item = View> {
        FACTS.iter().filter(move |facts| facts.group == self).map(|facts| facts.view)
    }
}

impl View {
    /// All, in the order of the menu.
    pub fn all() -> impl Iterator<Item = Self> {
        FACTS.iter().map(|facts| facts.view)
    }

    fn facts(self) -> &'static Facts {
        // The table has every variant (tested), so the first row is never taken for another view.
        FACTS.iter().find(|facts| facts.view == self).unwrap_or(const { &FACTS[0] })
    }

    /// The name in addresses, and of its module.
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// The view of a name.
    pub fn parse(name: &str) -> Option<Self> {
        FACTS.iter().find(|facts| facts.name == name).map(|facts| facts.view)
    }

    /// The name in the menu, in English.
    pub fn label(self) -> &'static str {
        self.facts().label
    }
}

/// Something a view asks of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, or `LIVE`: a connection that tells by itself, whose answer is a list of what it told, newest first.
    pub method: &'static str,
    /// Path and query string.
    pub path: String,
    /// JSON; empty for none.
    pub body: String,
}

impl Request {
    /// Asks for what a path shows.
    pub fn get(path: String) -> Self {
        Self { method: "GET", path, body: String::new() }
    }

    /// Listens to what a path tells.
    pub fn live(path: String) -> Self {
        Self { method: "LIVE", path, body: String::new() }
    }

    /// Sends a question as JSON.
    pub fn post(path: &str, body: &Value) -> Self {
        Self { method: "POST", path: path.to_owned(), body: json::write(body) }
    }

    /// Several queries of the Stats API in one request. To each are added the site, the days and the filters that the
    /// page shows, unless it brings its own.
    pub fn queries(app: &App, queries: impl IntoIterator<Item = Value>) -> Self {
        let queries: Vec<Value> = queries.into_iter().map(|query| with_page(app, query)).collect();
        Self::post("/api/v2/query", &json!({ "queries": queries }))
    }
}

/// A question about what the page shows: its site, days and filters are added, unless the question brings its own.
pub fn with_page(app: &App, mut question: Value) -> Value {
    let page = [
        ("site_id", json!(app.site_wanted())),
        ("date_range", app.state.range.query(app.clock.today)),
        ("filters", json!(app.state.filters.iter().map(Filter::query).collect::<Vec<_>>())),
    ];
    if let Some(fields) = question.as_object_mut() {
        for (name, value) in page {
            if !fields.contains_key(name) {
                fields.insert(name.to_owned(), value);
            }
        }
    }
    question
}

/// What came of a view's requests, in their order; none for what has not come yet.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// To its requests.
    pub asked: Vec<Option<Result<Value, Problem>>>,
    /// To the last form that was sent from this view.
    pub sent: Option<Result<Value, Problem>>,
}

impl Answers {
    /// The answer to a request; none while it has not come.
    pub fn get(&self, index: usize) -> Option<&Result<Value, Problem>> {
        self.asked.get(index)?.as_ref()
    }

    /// The answer to a query among several of one request: `results` and the rest, or why it was refused.
    pub fn query(&self, request: usize, query: usize) -> Option<Result<&Value, Problem>> {
        match self.get(request)? {
            Err(why) => Some(Err(why.clone())),
            Ok(answer) => Some(match answer.get("results").and_then(|results| results.get(query)) {
                Some(result) if result.get("error").is_none() => Ok(result),
                other => Err(Problem::read(other.unwrap_or(&Value::Null))),
            }),
        }
    }

    /// Reads answers as the page hands them over: status and text of each, a status of 0 for none, the form's last.
    pub fn read(bytes: &[u8]) -> Self {
        let mut reader = Reader::new(bytes);
        let mut all = Vec::new();
        while let (Some(status), Some(text)) = (reader.number(), reader.text()) {
            let value = json::read(text).unwrap_or_default();
            all.push(match status {
                0 => None,
                200..300 => Some(Ok(value)),
                _ => Some(Err(Problem::read(&value))),
            });
        }
        let sent = all.pop().flatten();
        Self { asked: all, sent }
    }

    /// Writes one answer as [`Self::read`] reads it.
    pub fn write(writer: &mut Writer, status: usize, text: &str) {
        writer.number(status);
        writer.text(text);
    }
}

/// Writes what a view asks.
pub fn write_requests(requests: &[Request]) -> Vec<u8> {
    let mut writer = Writer::default();
    for Request { method, path, body } in requests {
        writer.text(method);
        writer.text(path);
        writer.text(body);
    }
    writer.done()
}

/// Reads what a view asks.
pub fn read_requests(bytes: &[u8]) -> Vec<Request> {
    let mut reader = Reader::new(bytes);
    let mut requests = Vec::new();
    while let (Some(method), Some(path), Some(body)) = (reader.text(), reader.text(), reader.text()) {
        let method = ["GET", "LIVE"].into_iter().find(|known| *known == method).unwrap_or("POST");
        requests.push(Request { method, path: path.to_owned(), body: body.to_owned() });
    }
    requests
}

/// The two functions of a view.
pub type Functions = (fn(&App) -> Vec<Request>, fn(&App, &Answers) -> Element);

/// The functions of any view but the overview, for those who have them all; the page loads them one by one.
pub fn functions(view: View) -> Option<Functions> {
    Some(match view {
        View::Overview => return None,
        View::Boards => (boards::requests, boards::content),
        View::Live => (live::requests, live::content),
        View::Places => (places::requests, places::content),
        View::Engagement => (engagement::requests, engagement::content),
        View::Goals => (goals::requests, goals::content),
        View::Funnels => (funnels::requests, funnels::content),
        View::Journeys => (journeys::requests, journeys::content),
        View::Retention => (retention::requests, retention::content),
        View::Requests => (requests::requests, requests::content),
        View::Vitals => (vitals::requests, vitals::content),
        View::Errors => (errors::requests, errors::content),
        View::Components => (components::requests, components::content),
        View::Commands => (commands::requests, commands::content),
        View::Queries => (queries::requests, queries::content),
        View::Outcomes => (outcomes::requests, outcomes::content),
        View::Settings => (settings::requests, settings::content),
        View::Sites => (sites::requests, sites::content),
        View::Install => (install::requests, install::content),
        View::Share => (share::requests, share::content),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn every_view_is_found_by_its_name_and_stands_in_one_group() {
        let in_menu = View::all().filter(|view| view.facts().group != Group::Apart);
        for view in View::all() {
            assert_eq!((View::parse(view.name()), view.facts().view), (Some(view), view));
            assert_eq!(functions(view).is_none(), view == View::Overview);
        }
        assert_eq!(Group::ALL.into_iter().flat_map(Group::views).count(), in_menu.count());
    }

    #[test]
    fn a_question_is_about_what_the_page_shows_unless_it_says_otherwise() {
        let app = sample::empty_app("?view=outcomes&range=2026-11-01..2026-11-03&f=is.os.Linux");
        let request = Request::queries(&app, [json!({ "metrics": ["visitors"] }), json!({ "filters": [] })]);
        assert_eq!(
            request.body,
            r#"{"queries":[{"date_range":["2026-11-01","2026-11-03"],"filters":[["is","visit:os",["Linux"]]],"metrics":["visitors"],"site_id":"shop.example"},{"date_range":["2026-11-01","2026-11-03"],"filters":[],"site_id":"shop.example"}]}"#
        );
        let requests = vec![request, Request::get("/api/v1/me".into())];
        assert_eq!(read_requests(&write_requests(&requests)), requests);
    }

    #[test]
    fn answers_are_read_as_they_came() {
        let mut writer = Writer::default();
        Answers::write(&mut writer, 200, r#"{"results":[{"results":[]},{"error":"No","hint":"Yes"}]}"#);
        Answers::write(&mut writer, 0, "");
        Answers::write(&mut writer, 500, "<html>");
        Answers::write(&mut writer, 201, r#"{"key":"k"}"#);
        let answers = Answers::read(&writer.done());
        assert!(answers.query(0, 0).unwrap().is_ok() && answers.get(1).is_none());
        assert_eq!(answers.query(0, 1).unwrap(), Err(Problem::new("No", "Yes")));
        assert!(answers.query(0, 2).unwrap().is_err() && answers.get(2).unwrap().is_err());
        assert_eq!(answers.sent, Some(Ok(json!({ "key": "k" }))));
    }
}
