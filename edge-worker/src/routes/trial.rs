//! What only tests ask for, in test mode only.
//!
//! `POST /api/v1/test/panic?where=worker|object|parquet` breaks on purpose, to prove that the next request works; with
//! `where=alarm|compaction` the site's next alarm or compaction does.
//! `POST /api/v1/test/alarm?site=&times=` runs a site's alarm now, which else comes when it is time.

use crate::answer::{Answer, Refusal, of_json};
use crate::call::Call;
use crate::ingest;
use crate::shards;
use crate::site_store::client;
use crate::site_store::planted::Place;
use crate::site_store::question::Question;

/// Panics in the worker, in the object of the site given as `site`, or in the module of Parquet; or has the next alarm or
/// compaction of the site's objects do so.
#[allow(clippy::panic, reason = "the panic is what is asked for, and only in test mode")]
pub(super) async fn panic(call: &Call) -> Answer {
    match call.parameter("where").as_deref() {
        Some("worker") => panic!("asked to break"),
        Some("object") => {
            let site = call.parameter("site").unwrap_or_default();
            client::ask(&call.env, &site, &Question::Panic { place: None }).await?;
            Err(Refusal::unknown_site())
        }
        Some("alarm") => plant(call, Place::Alarm).await,
        Some("compaction") => plant(call, Place::Compaction).await,
        Some("parquet") => {
            crate::parquet::break_down()?;
            Err(Refusal::not_found())
        }
        _ => Err(Refusal::malformed("Say where: worker, object, alarm, compaction or parquet.")),
    }
}

async fn plant(call: &Call, place: Place) -> Answer {
    let site = ingest::known_site(call, &call.parameter("site").unwrap_or_default(), 0).await?;
    shards::ask_all(&call.env, &site, &Question::Panic { place: Some(place) }).await?;
    Ok(of_json(200, &serde_json::json!({ "planted": place })))
}

/// Runs the alarm of every object of a site, up to 255 times in a row; once where `times` is not given.
pub(super) async fn alarm(call: &Call) -> Answer {
    let site = ingest::known_site(call, &call.parameter("site").unwrap_or_default(), 0).await?;
    let times = call.parameter("times").and_then(|times| times.parse().ok()).unwrap_or(1);
    shards::ask_all(&call.env, &site, &Question::Alarm { times }).await?;
    Ok(of_json(200, &serde_json::json!({ "times": times })))
}
