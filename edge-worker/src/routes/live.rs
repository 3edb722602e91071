//! `GET /api/v1/live?site=`: a WebSocket that tells, when something happens, how many visitors are here and what was
//! counted. On a site with several shards each tells of its own: `&shard=1` is the second.

use crate::access;
use crate::answer::{Answer, Refusal};
use crate::call::Call;
use crate::ingest;
use crate::shards;

/// Connects to the object.
pub(super) async fn answer(call: &Call) -> Answer {
    let site = call.parameter("site").unwrap_or_default();
    let site = ingest::known_site(call, &site, 0).await?;
    access::refuse_other_pages(call)?;
    if !call.header("upgrade").is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket")) {
        let hint = "Connect with a WebSocket, or ask POST /api/v2/query now and then.";
        return Err(Refusal::new(426, "upgrade_required", "This path answers WebSockets alone.", hint));
    }
    let objects = shards::objects(&call.env, &site).await?;
    let shard = call.parameter("shard").map_or(Some(0), |shard| shard.parse::<usize>().ok());
    let object = shard.and_then(|shard| objects.get(shard)).ok_or_else(|| {
        let hint = "The site's settings say how many shards there are; the first is 0.";
        Refusal::new(400, "unknown_shard", "The site has no such shard.", hint)
    })?;
    let request = call.request.clone().map_err(Refusal::from)?;
    Ok(call.env.durable_object("SITE")?.get_by_name(object)?.fetch_with_request(request).await?)
}
