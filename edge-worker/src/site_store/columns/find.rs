//! Finds the visits of days among the events of an object.

use super::super::{Site, platform, schema};
use super::{Given, Wanted};
use engine::columns::{DayColumns, VISITS_MAX};
use engine::time::Zone;
use jiff::civil::Date;
use worker::{Error, Result};

/// Another form of chunks makes those of before be asked for again.
const VERSION: u8 = 1;

impl Site {
    /// The visits of days; none where the site is not set up.
    pub(in super::super) async fn columns(&self, wanted: &Wanted) -> Result<Option<Given>> {
        if !self.load_record()? {
            return Ok(None);
        }
        self.forget_old_events().await?;
        let timezone = self.record.borrow().as_ref().map(|record| record.settings.timezone.clone());
        let timezone = timezone.ok_or_else(|| schema::corrupt("settings"))?;
        let days = days(wanted, &timezone).ok_or_else(|| Error::RustError("not a range".into()))?;
        let span = days.span().unwrap_or_default();
        let mut version = blake3::Hasher::new();
        version.update(&[VERSION]);
        version.update(serde_json::to_string(&(&wanted.first, &wanted.last, wanted.shards, &timezone))?.as_bytes());
        let base = version.clone();
        let version = self
            .with_segments(span, |reader| {
                let mut version = base.clone();
                self.shelf()?.version(span, reader, |bytes| {
                    version.update(bytes);
                })?;
                Ok(version)
            })
            .await?;
        let mut given = Given { version: [0; 16], damaged: 0, visits: Some(0), chunks: Vec::new() };
        version.finalize_xof().fill(&mut given.version);
        if wanted.only_version {
            return Ok(Some(given));
        }
        let mut kept = None;
        let found = self.with_segments(span, |reader| {
            let mut held = self.shelf()?;
            let found = held.ask(Some(span), reader, &mut kept, || days.clone(), |_, _, _| false, DayColumns::add)?;
            Ok((found, held.damaged()))
        });
        let (found, damaged) = found.await?;
        given.damaged = damaged as u32;
        if damaged > 0 {
            platform::console_error!("columns: {} damaged segments are left out", damaged);
        }
        given.visits = (!found.is_too_much()).then_some(found.visits() as u32);
        if given.visits.is_some() {
            given.chunks = found.finish();
        }
        Ok(Some(given))
    }
}

fn days(wanted: &Wanted, timezone: &str) -> Option<DayColumns> {
    let date = |text: &str| text.parse::<Date>().ok();
    let days = (date(&wanted.first)?, date(&wanted.last)?);
    DayColumns::new(&Zone::named(timezone)?, days, (wanted.shard, wanted.shards), VISITS_MAX)
}
