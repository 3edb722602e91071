//! `GET /api/v2/columns?site=&range=`: the visits of whole days as columns, from which a browser answers filters itself.
//!
//! A past day may still change, by late events and imports. So an answer is kept by the browser alone and asked for again
//! by its entity tag, which follows from what the site's objects hold and costs no reading of visits.

use crate::answer::{Answer, Refusal};
use crate::call::Call;
use crate::encoding;
use crate::ingest;
use crate::shards;
use crate::site_store::columns::Given;
use engine::columns::DAYS_MAX;
use jiff::civil::Date;
use worker::ResponseBuilder;

/// Most visits of one answer: what the worker can hold beside all else.
const VISITS_MAX: u64 = 2_000_000;

/// The header that says how many segments cannot be read, so that their visits are missing. Absent where all can be.
const DAMAGED: &str = "x-passerby-damaged-segments";

/// Gives the visits of a site.
pub(super) async fn answer(call: &Call) -> Answer {
    let site = call.parameter("site").unwrap_or_default();
    let site = ingest::known_site(call, &site, 0).await?;
    let range = call.parameter("range").unwrap_or_default();
    let (first, last) = days(&range).ok_or_else(|| {
        let hint = "Give a day such as 2026-11-01 or two with dots between them: 2026-11-01..2026-11-30.";
        Refusal::new(400, "invalid_date_range", "The range is not one of days.", hint)
    })?;
    if (last - first).get_days() as usize >= DAYS_MAX {
        let hint = "Ask for up to 1,000 days, or ask POST /api/v2/query.";
        return Err(Refusal::new(400, "range_too_long", "The range has too many days.", hint));
    }
    let (first, last) = (first.to_string(), last.to_string());
    let given = async |only_version| {
        let given = shards::columns(&call.env, &site, (&first, &last), only_version).await?;
        given.ok_or_else(Refusal::unknown_site)
    };
    let tag = tag(&given(true).await?);
    let response = if call.header("if-none-match").is_some_and(|known| is_among(&known, &tag)) {
        ResponseBuilder::new().with_status(304).empty()
    } else {
        let given = given(false).await?;
        check_visits(&given)?;
        let damaged: u32 = given.iter().map(|given| given.damaged).sum();
        let chunks = given.into_iter().map(|given| given.chunks).collect::<Vec<_>>().concat();
        let bytes = chunks.len();
        let response = ResponseBuilder::new().with_status(200).fixed(chunks);
        encoding::encode(call, &response, bytes)?;
        if damaged > 0 {
            response.headers().set(DAMAGED, &damaged.to_string())?;
        }
        response
    };
    let headers = response.headers();
    headers.set("content-type", "application/octet-stream")?;
    headers.set("cache-control", "private, no-cache")?;
    headers.set("vary", "accept-encoding")?;
    headers.set("etag", &tag)?;
    Ok(response)
}

/// The first and the last day of a range.
fn days(range: &str) -> Option<(Date, Date)> {
    let (first, last) = range.split_once("..").unwrap_or((range, range));
    let date = |text: &str| -> Option<Date> { (text.len() == 10).then(|| text.parse().ok())? };
    let (first, last) = (date(first)?, date(last)?);
    (first <= last).then_some((first, last))
}

/// Refuses what the objects have more of than they give, or more together than the worker holds.
fn check_visits(given: &[Given]) -> Result<(), Refusal> {
    let visits: Option<u64> = given.iter().map(|given| given.visits.map(u64::from)).sum();
    if visits.is_none_or(|visits| visits > VISITS_MAX) {
        let hint = "Ask for fewer days, or ask POST /api/v2/query.";
        return Err(Refusal::new(422, "too_many_visits", "The range has more visits than a browser holds.", hint));
    }
    Ok(())
}

/// The entity tag of what the objects hold. A weak one: it is the same however the answer is encoded.
fn tag(given: &[Given]) -> String {
    let mut hash = blake3::Hasher::new();
    for given in given {
        hash.update(&given.version);
    }
    let hash = hash.finalize().to_hex();
    format!("W/\"{}\"", hash.get(..32).unwrap_or_default())
}

/// Whether a header's list names the tag, by weak comparison.
fn is_among(known: &str, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    known.trim() == "*" || known.split(',').any(|known| opaque(known) == opaque(tag))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_range_is_a_day_or_two() {
        for (range, expected) in [
            ("2026-11-01", Some((date(2026, 11, 1), date(2026, 11, 1)))),
            ("2026-11-01..2026-11-30", Some((date(2026, 11, 1), date(2026, 11, 30)))),
            ("2026-11-30..2026-11-01", None),
            ("2026-11-01..", None),
            ("2026-11-01T00:00:00", None),
            ("28d", None),
            ("", None),
        ] {
            assert_eq!(days(range), expected, "{range}");
        }
    }

    #[test]
    fn more_visits_than_a_browser_holds_are_refused() {
        let refused = Some((422, "too_many_visits"));
        for (visits, expected) in [
            (&[][..], None),
            (&[Some(1_000_000), Some(1_000_000)], None),
            (&[Some(1_000_000), Some(1_000_000), Some(1)], refused),
            (&[Some(u32::MAX - 1), Some(u32::MAX - 1)], refused),
            // What one object alone has too many of, it does not count.
            (&[Some(0), None], refused),
        ] {
            let given =
                |visits: &Option<u32>| Given { version: [0; 16], damaged: 0, visits: *visits, chunks: Vec::new() };
            let given: Vec<Given> = visits.iter().map(given).collect();
            assert_eq!(check_visits(&given).err().map(|why| (why.status, why.code)), expected, "{visits:?}");
        }
    }

    #[test]
    fn tags_are_compared_weakly() {
        for (known, same) in [("W/\"a\"", true), ("\"b\", \"a\"", true), ("*", true), ("\"b\"", false), ("", false)] {
            assert_eq!(is_among(known, "W/\"a\""), same, "{known}");
        }
    }
}
