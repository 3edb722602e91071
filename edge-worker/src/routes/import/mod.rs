//! `POST /api/v1/import?site=`: whole events of any past time, one JSON object per line, of any length.
//!
//! The body is read as it comes and handed to the site's object in parts, each of which is durable before the next is
//! read. With an `Idempotency-Key` a repeated import goes on where the last one ended.

#[cfg(test)]
mod exported;
pub mod field;
pub mod line;
mod splitter;

use crate::answer::{Answer, Refusal, of_json};
use crate::call::Call;
use crate::ingest;
use crate::registry;
use crate::shards;
use crate::site_store::client::Delivered;
use crate::site_store::delivery::{Delivery, Progress, Sender};
use crate::site_store::question::Question;
use engine::site::Layout;
use futures_util::StreamExt;
use protocol::outcome::{Outcome, TooLarge};
use serde_json::{Value, json};
use splitter::Splitter;

/// Events that are handed over together: a part of well under a megabyte.
const PART_EVENTS: usize = 1_000;
/// Refused lines that the answer lists one by one; further ones are only counted.
const REJECTED_LISTED_MAX: usize = 10_000;
/// Longest idempotency key.
const KEY_BYTES_MAX: usize = 200;

/// Takes an import in.
pub(super) async fn answer(call: &mut Call) -> Answer {
    let types = ["application/x-ndjson", "application/jsonl", "application/json", "text/plain"];
    call.content_type(&types, "Send one JSON object per line as application/x-ndjson, not compressed.")?;
    let site = call.parameter("site").unwrap_or_default();
    let site = ingest::known_site(call, &site, 0).await?;
    let mut import = Import::begin(call, site).await?;
    let mut splitter = Splitter::default();
    if call.request.inner().body().is_some() {
        let mut stream = call.request.stream()?;
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|_| Refusal::malformed("The body ended before its time; send it again."))?;
            for line in splitter.feed(&chunk) {
                import.take(&line, call).await?;
            }
        }
    }
    if let Some(line) = splitter.end() {
        import.take(&line, call).await?;
    }
    import.hand_over(call).await?;
    shards::ask_all(&call.env, &import.site, &Question::Imported).await?;
    Ok(of_json(200, &import.report()))
}

/// An import under way.
struct Import {
    site: String,
    key: Option<String>,
    /// Over how many objects its visitors are spread.
    layout: Layout,
    /// Lines that an earlier import with this key has already brought to each of them.
    done_before: Vec<u64>,
    /// Lines that this import has handed over, or found done.
    handed_over: u64,
    now_ms: i64,
    lines: u64,
    received: u64,
    accepted: u64,
    part: Delivery,
    /// The line of each event in the part.
    part_lines: Vec<u64>,
    rejected: Vec<Value>,
    rejected_count: u64,
}

impl Import {
    async fn begin(call: &Call, site: String) -> Result<Self, Refusal> {
        let key = call.header("idempotency-key");
        if key.as_ref().is_some_and(|key| key.len() > KEY_BYTES_MAX) {
            let hint = "Use a key of at most 200 bytes.";
            return Err(Refusal::new(400, "bad_field", "The Idempotency-Key is too long.", hint));
        }
        let known = registry::find(&call.env, &site).await?.ok_or_else(Refusal::unknown_site)?;
        let mut import = Self {
            site,
            key,
            layout: known.layout.clone(),
            done_before: Vec::new(),
            handed_over: 0,
            now_ms: call.now_ms(),
            lines: 0,
            received: 0,
            accepted: 0,
            part: Delivery::default(),
            part_lines: Vec::new(),
            rejected: Vec::new(),
            rejected_count: 0,
        };
        if let Some(key) = &import.key {
            (import.done_before, import.accepted) = shards::import_progress(&call.env, &import.site, key).await?;
        }
        Ok(import)
    }

    async fn take(&mut self, bytes: &[u8], call: &Call) -> Result<(), Refusal> {
        self.lines += 1;
        if bytes.trim_ascii().is_empty() {
            return Ok(());
        }
        self.received += 1;
        // What an object has is not brought again; what is refused is counted by the first.
        let is_new = |shard: u32| self.done_before.get(shard as usize).is_none_or(|done| self.lines > *done);
        if self.done_before.iter().min().is_some_and(|done| self.lines <= *done) {
            return Ok(());
        }
        let refused = if bytes.len() > splitter::LINE_BYTES_MAX {
            Some((Outcome::TooLarge(TooLarge::Text), None))
        } else {
            match line::read(bytes, &self.site) {
                Ok(read) => {
                    if is_new(shards::of_name(&self.layout, &read.visitor)) {
                        self.part.push(read.id, Sender::Named(read.visitor), read.event);
                        self.part_lines.push(self.lines);
                    }
                    None
                }
                Err(refused) => Some((refused.outcome, refused.field)),
            }
        };
        if let Some((outcome, field)) = refused
            && is_new(0)
        {
            self.refuse(self.lines, outcome, field);
        }
        if self.part.events.len() >= PART_EVENTS { self.hand_over(call).await } else { Ok(()) }
    }

    fn refuse(&mut self, line: u64, outcome: Outcome, field: Option<&'static str>) {
        self.part.refuse(outcome);
        self.list(line, outcome, field);
    }

    fn list(&mut self, line: u64, outcome: Outcome, field: Option<&'static str>) {
        self.rejected_count += 1;
        if self.rejected.len() < REJECTED_LISTED_MAX {
            let mut entry = json!({ "line": line, "outcome": outcome.name(), "reason": outcome.reason() });
            if let (Some(field), Some(fields)) = (field, entry.as_object_mut()) {
                fields.insert("field".into(), field.into());
            }
            self.rejected.push(entry);
        }
    }

    /// Hands the part over and waits until it is durable. Where another request with the key has brought lines meanwhile,
    /// nothing is taken in: whoever had no answer and sends again is not to be counted twice.
    async fn hand_over(&mut self, call: &Call) -> Result<(), Refusal> {
        let mut part = std::mem::take(&mut self.part);
        let lines = std::mem::take(&mut self.part_lines);
        if part.events.is_empty() && part.refused.is_empty() {
            return Ok(());
        }
        part.now_ms = self.now_ms;
        let done = self.done_before.iter().map(|done| self.handed_over.max(*done) as u32).collect();
        part.progress = self.key.clone().map(|key| Progress { key, done, lines: self.lines as u32 });
        let outcomes = match shards::deliver(&call.env, &self.site, &part).await? {
            Delivered::Durable(outcomes) => outcomes,
            Delivered::Overtaken => return Err(overtaken()),
            Delivered::UnknownSite | Delivered::Refused(_) => {
                shards::forget(&self.site);
                return Err(Refusal::unknown_site());
            }
        };
        self.handed_over = self.lines;
        for (line, outcome) in lines.into_iter().zip(outcomes) {
            if outcome == Outcome::Accepted {
                self.accepted += 1;
            } else {
                self.list(line, outcome, None);
            }
        }
        Ok(())
    }

    fn report(self) -> Value {
        let mut report = json!({ "received": self.received, "accepted": self.accepted, "rejected": self.rejected });
        if let Some(fields) = report.as_object_mut() {
            let listed = fields.get("rejected").and_then(Value::as_array).map_or(0, Vec::len) as u64;
            if self.rejected_count > listed {
                fields.insert("rejected_not_listed".into(), (self.rejected_count - listed).into());
            }
            if let Some(done @ 1..) = self.done_before.iter().min() {
                fields.insert("resumed_after_line".into(), (*done).into());
            }
        }
        report
    }
}

/// Of two requests of an import that run at the same time one goes on.
fn overtaken() -> Refusal {
    let error = "Another request with this Idempotency-Key brings the same import.";
    Refusal::new(
        409,
        "import_under_way",
        error,
        "Send it again once that has ended: it goes on where that one stopped.",
    )
}
