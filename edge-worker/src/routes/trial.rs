//! `POST /api/v1/test/panic?where=worker|object|parquet`: breaks on purpose, to prove that the next request works. Test mode only.

use crate::answer::{Answer, Refusal};
use crate::call::Call;
use crate::site_store::client;
use crate::site_store::question::Question;

/// Panics in the worker, in the object of the site given as `site`, or in the module of Parquet.
#[allow(clippy::panic, reason = "the panic is what is asked for, and only in test mode")]
pub(super) async fn answer(call: &Call) -> Answer {
    match call.parameter("where").as_deref() {
        Some("worker") => panic!("asked to break"),
        Some("object") => {
            let site = call.parameter("site").unwrap_or_default();
            client::ask(&call.env, &site, &Question::Panic).await?;
            Err(Refusal::unknown_site())
        }
        Some("parquet") => {
            crate::parquet::break_down()?;
            Err(Refusal::not_found())
        }
        _ => Err(Refusal::malformed("Say where: worker, object or parquet.")),
    }
}
