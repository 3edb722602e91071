//! `GET /metrics`: the outcomes of every site in the exposition format of Prometheus.

use crate::answer::{Answer, of_text};
use crate::call::Call;
use crate::{ingest, registry, shards};
use serde_json::Value;
use std::fmt::Write;

/// Writes the counters.
pub(super) async fn answer(call: &Call) -> Answer {
    let mut text = String::from(
        "# HELP passerby_events_total Events received, by what became of them.\n# TYPE passerby_events_total counter\n",
    );
    for site in registry::list(&call.env).await? {
        let Some(domain) = site.get("domain").and_then(Value::as_str) else { continue };
        let outcomes = shards::outcomes(&call.env, domain).await?.unwrap_or_default();
        for row in outcomes.get("outcomes").and_then(Value::as_array).into_iter().flatten() {
            let text_of = |field| row.get(field).and_then(Value::as_str).unwrap_or_default();
            let count = row.get("count").and_then(Value::as_u64).unwrap_or(0);
            // Writing to a String cannot fail; domains and reasons have no characters that need escaping.
            let _ = writeln!(
                text,
                "passerby_events_total{{site=\"{domain}\",outcome=\"{}\",reason=\"{}\"}} {count}",
                text_of("outcome"),
                text_of("reason"),
            );
        }
    }
    text.push_str("# HELP passerby_homeless_events_total Events of no known site, since this isolate began.\n");
    text.push_str("# TYPE passerby_homeless_events_total counter\n");
    for (reason, count) in ingest::homeless() {
        let _ = writeln!(text, "passerby_homeless_events_total{{reason=\"{reason}\"}} {count}");
    }
    Ok(of_text(200, "text/plain; version=0.0.4; charset=utf-8", text))
}
