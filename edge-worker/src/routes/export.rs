//! `GET /api/v1/export?site=&format=ndjson|csv|parquet&since=`: all events of a site, as they are read.
//!
//! The NDJSON is what the import reads: what is exported, imported elsewhere and exported again is the same.

use crate::answer::{Answer, Refusal};
use crate::call::Call;
use crate::ingest;
use crate::parquet::File;
use crate::shards::{self, Pieces};
use crate::site_store::export::Format;
use crate::site_store::question::Question;
use futures_util::stream;
use std::time::Duration;
use worker::{Delay, Response, ResponseBuilder};

/// The header that says how many segments cannot be read, so that their events are missing. Absent where all can be.
const DAMAGED: &str = "x-passerby-damaged-segments";

/// Where an export is.
struct Export {
    pieces: Pieces,
    format: Format,
    /// What makes the pieces one file, where they are none by themselves.
    file: Option<File>,
}

/// Streams a site's events.
pub(super) async fn answer(call: &Call) -> Answer {
    let site = call.parameter("site").unwrap_or_default();
    let site = ingest::known_site(call, &site, 0).await?;
    let format = match call.parameter("format") {
        None => Format::Ndjson,
        Some(name) => Format::named(&name).ok_or_else(|| {
            Refusal::new(400, "bad_field", "The format is not one that is exported.", "Ask for ndjson, csv or parquet.")
        })?,
    };
    let since_s = match call.parameter("since") {
        None => i64::MIN,
        Some(since) => moment(&since).ok_or_else(|| {
            let hint = "Give a date such as 2026-01-31 or an instant such as 2026-01-31T12:00:00Z.";
            Refusal::new(400, "bad_field", "The beginning is no date and no instant.", hint)
        })?,
    };
    // What is damaged is known and the first piece is taken before the answer begins, so that what is wrong has a status.
    let damage = shards::ask_all(&call.env, &site, &Question::Damage).await?;
    if damage.iter().any(|answer| answer.body.is_null()) {
        return Err(Refusal::unknown_site());
    }
    let damaged: u64 = damage.iter().filter_map(|answer| answer.body.get("segments")?.as_u64()).sum();
    let file = if format == Format::Parquet { Some(File::begin()?) } else { None };
    let pieces = Pieces::of(call.env.clone(), shards::objects(&call.env, &site).await?, since_s);
    let mut export = Export { pieces, format, file };
    let first = export.piece().await?;
    let begin = [format.begin(), first].concat();
    let rest = stream::try_unfold(export, |mut export| async move {
        if export.pieces.is_done() {
            return Ok(None);
        }
        Ok::<_, worker::Error>(Some((export.piece().await?, export)))
    });
    let pieces = futures_util::StreamExt::chain(stream::iter([Ok(begin)]), rest);
    let response: Response = ResponseBuilder::new().with_status(200).from_stream(pieces)?;
    let headers = response.headers();
    headers.set("content-type", format.content_type())?;
    headers.set("cache-control", "no-store")?;
    headers.set("content-disposition", &format!("attachment; filename=\"events.{}\"", format.name()))?;
    if damaged > 0 {
        headers.set(DAMAGED, &damaged.to_string())?;
    }
    Ok(response)
}

impl Export {
    /// The next piece, empty only at the end.
    async fn piece(&mut self) -> worker::Result<Vec<u8>> {
        while !self.pieces.is_done() {
            let written = self.format.write(&self.pieces.next().await?);
            let mut bytes = match &self.file {
                Some(file) => file.push(&written)?,
                None => written,
            };
            if self.pieces.is_done()
                && let Some(file) = self.file.take()
            {
                bytes.append(&mut file.finish()?);
            }
            if !bytes.is_empty() {
                return Ok(bytes);
            }
            // As long as nothing is sent, nobody makes this wait for the network, where others wait.
            Delay::from(Duration::ZERO).await;
        }
        Ok(Vec::new())
    }
}

fn moment(text: &str) -> Option<i64> {
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Some(instant.as_second());
    }
    let date: jiff::civil::Date = text.parse().ok()?;
    Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_is_a_date_or_an_instant() {
        for (text, expected) in [
            ("1970-01-02", Some(86_400)),
            ("1970-01-01T01:00:00+01:00", Some(0)),
            ("yesterday", None),
            ("", None),
            ("1970-13-01", None),
        ] {
            assert_eq!(moment(text), expected, "{text}");
        }
    }
}
