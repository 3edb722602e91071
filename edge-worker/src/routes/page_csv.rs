//! `GET /api/v1/page/csv`: what the overview shows of an address, in full and as CSV: the list that `more` names with all
//! of its rows, or else the numbers over time.

use super::dashboard::{self, CACHING};
use crate::answer::{Answer, Refusal};
use crate::call::Call;
use crate::shards;
use export::csv;
use serde_json::{Value, json};
use views::answer::{Data, Values};
use views::app::App;
use views::dimension::Dimension;
use views::export::file_name;
use views::format;
use views::metric::Metric;
use views::queries::{Ask, request};
use worker::ResponseBuilder;

/// Rows of one question, and how many questions are asked for one file.
const ROWS: usize = 10_000;
const QUESTIONS_MAX: usize = 10;

/// The file.
pub(super) async fn answer(call: &Call) -> Answer {
    let app = dashboard::known(call).await?;
    let site = app.site().ok_or_else(Refusal::unknown_site)?.domain.clone();
    let (name, text) = match app.state.detail.as_ref().map(|detail| detail.dimension) {
        Some(dimension) => (dimension.name(), list(call, &app, &site, dimension).await?),
        None => ("chart", over_time(call, &app, &site).await?),
    };
    let file = ["attachment; filename=\"", &file_name(&app, &site, name), ".csv\""].concat();
    let mut response = ResponseBuilder::new()
        .with_header("content-type", "text/csv; charset=utf-8")?
        .with_header("content-disposition", &file)?;
    for (name, value) in CACHING {
        response = response.with_header(name, value)?;
    }
    Ok(response.fixed(text.into_bytes()))
}

/// Asks one question of the page's, changed by what only a file needs.
async fn asked(call: &Call, app: &App, site: &str, ask: Ask, offset: usize) -> Result<Data, Refusal> {
    let asks = [ask];
    let mut question = request(site, &app.state, &app.clock, &asks);
    if let Some(pagination) = question.pointer_mut("/queries/0/pagination") {
        *pagination = json!({ "limit": ROWS, "offset": offset });
    }
    let answer: Value = shards::query(&call.env, site, "query", call.now_s(), question).await?.body;
    let mut data = Data::default();
    data.take(&app.state, &asks, &answer);
    Ok(data)
}

fn refused() -> Refusal {
    let hint = "Open the same address in the dashboard, which says what is wrong with it.";
    Refusal::new(400, "bad_field", "The numbers of this address cannot be told.", hint)
}

async fn list(call: &Call, app: &App, site: &str, dimension: Dimension) -> Result<String, Refusal> {
    let columns = dimension.detail_metrics();
    let mut out = String::new();
    line(&mut out, std::iter::once(dimension.name()).chain(columns.iter().copied()).map(text));
    for question in 0..QUESTIONS_MAX {
        let data = asked(call, app, site, Ask::Detail(dimension), question * ROWS).await?;
        let list = data.detail.and_then(Result::ok).ok_or_else(refused)?;
        for row in &list.rows {
            line(&mut out, std::iter::once(text(&row.name)).chain(row.values.iter().copied().map(number)));
        }
        if list.rows.len() < ROWS {
            break;
        }
    }
    Ok(out)
}

async fn over_time(call: &Call, app: &App, site: &str) -> Result<String, Refusal> {
    let data = asked(call, app, site, Ask::Series, 0).await?;
    let series = data.series.and_then(Result::ok).ok_or_else(refused)?;
    let names = || Metric::ALL.iter().map(|metric| metric.name());
    let is_compared = !series.labels_before.is_empty();
    let before: Vec<String> = names().filter(|_| is_compared).map(|name| ["before_", name].concat()).collect();
    let mut out = String::new();
    let head = std::iter::once("time").chain(names()).map(text);
    let compared = is_compared.then(|| "before_time".to_owned()).into_iter().chain(before);
    line(&mut out, head.chain(compared));
    for (index, (label, pair)) in series.labels.iter().zip(&series.values).enumerate() {
        let numbers = |values: &Values| values.map(number).into_iter();
        let before =
            series.labels_before.get(index).map(|label| std::iter::once(text(label)).chain(numbers(&pair.before)));
        line(&mut out, std::iter::once(text(label)).chain(numbers(&pair.now)).chain(before.into_iter().flatten()));
    }
    Ok(out)
}

fn text(text: &str) -> String {
    let mut cell = String::new();
    csv::text(&mut cell, text);
    cell
}

fn number(value: Option<f64>) -> String {
    value.map(format::exact).unwrap_or_default()
}

fn line(out: &mut String, cells: impl Iterator<Item = String>) {
    out.push_str(&cells.collect::<Vec<_>>().join(","));
    out.push_str("\r\n");
}
