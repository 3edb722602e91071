//! `POST /api/v2/query`, `/funnel`, `/journeys` and `/retention`: questions about a site's events, answered by its object;
//! `GET /api/v2/dimensions`: what can be asked.

use super::shares;
use crate::access::Grant;
use crate::answer::{Answer, Refusal, of_json};
use crate::call::Call;
use crate::ingest;
use crate::shards;
use serde_json::Value;
use worker::Response;

const BODY_BYTES_MAX: usize = 262_144;

/// Lists what can be asked.
pub(super) fn dimensions(call: &Call) -> Response {
    match &call.grant {
        Grant::Share(share) => of_json(200, &shares::dimensions(share)),
        _ => of_json(200, &engine::query::catalogue()),
    }
}

/// Answers a question of a kind (the name of an `engine::query::Kind`), or several of one site.
pub(super) async fn answer(call: &mut Call, kind: &str) -> Answer {
    call.content_type(&["application/json", "text/plain"], "Send the query as application/json.")?;
    let body = call.body(BODY_BYTES_MAX).await?;
    let request: Value = serde_json::from_slice(&body).map_err(|_| Refusal::malformed("Send a query as JSON."))?;
    if let Grant::Share(share) = &call.grant {
        return shares::query(call, share, &request).await;
    }
    let site = site(&request).ok_or_else(|| {
        Refusal::new(400, "missing_field", "The query names no site.", "Give the site's domain as `site_id`.")
    })?;
    let site = ingest::known_site(call, site, 0).await?;
    let answer = shards::query(&call.env, &site, kind, call.now_s(), request).await?;
    if answer.body.is_null() {
        shards::forget(&site);
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
