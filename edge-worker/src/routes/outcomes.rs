//! `GET /api/v1/outcomes?site=`: how many events a site received and what became of them.

use crate::answer::{Answer, Refusal, of_json};
use crate::call::Call;
use crate::ingest;
use crate::shards;

/// Shows the conservation table: received is the sum of the outcomes.
pub(super) async fn answer(call: &Call) -> Answer {
    let site = call.parameter("site").unwrap_or_default();
    let site = ingest::known_site(call, &site, 0).await?;
    let outcomes = shards::outcomes(&call.env, &site).await?.ok_or_else(Refusal::unknown_site)?;
    Ok(of_json(200, &outcomes))
}
