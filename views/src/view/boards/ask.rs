//! What a board asks: the questions of each of its widgets. The server asks them all at once for whoever looks.

use super::widget::{Kind, Widget, measure_of};
use crate::app::App;
use crate::dimension::Dimension;
use crate::report::{Scope, metrics};
use crate::view::{errors, places, requests, retention, with_page};
use serde_json::{Value, json};

/// Rows of a list.
const ROWS: usize = 9;

/// A question, and which kind of the API's it is: `query`, `funnel` or `retention`.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The kind.
    pub kind: &'static str,
    /// What is asked, with the site, days and filters.
    pub body: Value,
}

/// The questions of a widget, about what the page of `app` shows; `funnels` are those that the site has saved.
pub fn questions(app: &App, widget: &Widget, funnels: &[Value]) -> Vec<Question> {
    let app = &widget.app(app);
    let scope = |having: Option<&str>| {
        let all = having.map_or_else(|| Scope::of(app), |dimension| Scope::having(app, dimension));
        widget.filters.iter().fold(all, |scope, filter| scope.and(filter.clone()))
    };
    let measures: Vec<_> = widget.metrics.iter().copied().map(measure_of).collect();
    let ask = |questions: Vec<Value>| -> Vec<Question> {
        questions.into_iter().map(|body| Question { kind: "query", body: with_page(app, body) }).collect()
    };
    match widget.kind {
        Kind::Numbers => ask(vec![scope(None).totals(app, &measures)]),
        Kind::Chart => ask(vec![scope(None).over_time(app, &metrics(&measures), &[])]),
        Kind::List => {
            let all = scope(None);
            // Each event is one of these; they would stand before everything that a site reports itself.
            let own = json!(["is_not", "event:name", ["pageview", "engagement"]]);
            let all = if widget.dimension() == Some(Dimension::Event) { all.and(own) } else { all };
            let first = measures.first().map_or("visitors", |measure| measure.metric);
            ask(vec![all.list(&metrics(&measures), &[&widget.dimension], first, ROWS)])
        }
        Kind::Map => ask(vec![scope(None).list(&["visitors"], &["visit:country"], "visitors", places::COUNTRIES)]),
        Kind::Goals => {
            ask(vec![scope(None).list(&["visitors", "events", "conversion_rate"], &["event:goal"], "visitors", ROWS)])
        }
        Kind::Vitals => {
            let all = scope(Some("event:vital"));
            ask(vec![
                all.list(&["events", "p75"], &["event:vital"], "events", ROWS),
                all.list(&["events"], &["event:vital", "event:rating"], "events", 4 * ROWS),
            ])
        }
        Kind::Requests => {
            let all = scope(Some("event:method"));
            ask(vec![all.totals(app, &requests::TOTALS), all.over_time(app, &["p50", "p95", "p99"], &[])])
        }
        Kind::Errors => {
            let all = scope(Some("event:error"));
            ask(vec![all.list(&metrics(&errors::TOTALS), &["event:error"], "events", ROWS)])
        }
        Kind::Live => {
            let now = json!([app.clock.just_before, app.clock.now]);
            let mut question = scope(None).totals(app, &[measure_of(crate::metric::Metric::Visitors)]);
            if let Some(fields) = question.as_object_mut() {
                fields.remove("include");
                fields.insert("date_range".to_owned(), now);
            }
            ask(vec![question])
        }
        Kind::Retention => {
            let filters = scope(None).filters();
            let question = json!({ "unit": retention::unit(app).name(), "cohorts": "seen", "filters": filters });
            vec![Question { kind: "retention", body: with_page(app, question) }]
        }
        Kind::Funnel => {
            let is_it = |funnel: &&Value| funnel.get("id").and_then(Value::as_i64) == Some(widget.funnel);
            let Some(way) = funnels.iter().find(is_it).and_then(Value::as_object) else { return Vec::new() };
            let mut way = way.clone();
            way.retain(|name, _| matches!(name.as_str(), "steps" | "order" | "window_seconds"));
            way.insert("filters".to_owned(), scope(None).filters());
            vec![Question { kind: "funnel", body: with_page(app, way.into()) }]
        }
        Kind::Text => Vec::new(),
    }
}
