//! `POST /api/v2/query`: the Stats API, answered by the site's object.

use crate::answer::{Answer, Refusal, of_json};
use crate::call::Call;
use crate::domain;
use crate::registry;
use crate::site_store::client;
use crate::site_store::question::Question;
use serde_json::Value;
use worker::Method;

const BODY_BYTES_MAX: usize = 262_144;

/// Answers a query, or several of one site.
pub(super) async fn answer(call: &mut Call) -> Answer {
    call.only(&Method::Post, "POST")?;
    call.owner_only()?;
    call.content_type(&["application/json", "text/plain"], "Send the query as application/json.")?;
    let body = call.body(BODY_BYTES_MAX).await?;
    let request: Value = serde_json::from_slice(&body).map_err(|_| Refusal::malformed("Send a query as JSON."))?;
    let site = site(&request).ok_or_else(|| {
        Refusal::new(400, "missing_field", "The query names no site.", "Give the site's domain as `site_id`.")
    })?;
    let Some(site) = domain::read(site) else { return Err(Refusal::unknown_site()) };
    if !registry::has(&call.env, &site).await? {
        return Err(Refusal::unknown_site());
    }
    let question = Question::Query { now_s: call.now_s(), request };
    let answer = client::ask(&call.env, &site, &question).await?;
    if answer.body.is_null() {
        registry::forget(&site);
        return Err(Refusal::unknown_site());
    }
    Ok(of_json(answer.status, &answer.body))
}

/// The site of a query; of several, that of the first, or the one named beside them.
fn site(request: &Value) -> Option<&str> {
    let named = |query: &'_ Value| query.get("site_id").is_some_and(Value::is_string);
    if named(request) {
        return request.get("site_id")?.as_str();
    }
    request.get("queries")?.as_array()?.iter().find(|query| named(query))?.get("site_id")?.as_str()
}
