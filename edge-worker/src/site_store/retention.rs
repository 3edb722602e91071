//! What is older than the owner keeps events for goes, also where nothing comes any more.

use super::Site;
use super::shelving::DAY_S;
use engine::shelf::Tidiness;
use std::time::Duration;
use worker::Result;

/// How often old events are looked for at least.
const DAILY: Duration = Duration::from_hours(24);

impl Site {
    /// From when on events are kept: for ever, or from the beginning of a day of UTC, so that what must go is rewritten
    /// once a day and not with every second that passes.
    pub(super) fn keep_from_s(&self, now_s: i64) -> i64 {
        let over = |days: u32| (now_s - i64::from(days) * DAY_S).div_euclid(DAY_S) * DAY_S;
        self.retention_days().map_or(i64::MIN, over)
    }

    /// Takes away what is over its time, before anybody is told of it.
    pub(super) async fn forget_old_events(&self) -> Result<()> {
        if self.retention_days().is_none() {
            return Ok(());
        }
        let keep_from_s = self.keep_from_s(self.now_ms().div_euclid(1000));
        let has_old = || self.shelf().map(|shelf| shelf.first_event().is_some_and(|first| first.0 < keep_from_s));
        if has_old()? {
            self.compact().await?;
            while has_old()? && self.tidy(Tidiness::Rough).await? {}
        }
        Ok(())
    }

    /// Sees to it that an alarm comes at least daily where events are kept for a time only.
    pub(super) async fn arm_daily(&self) -> Result<()> {
        if self.retention_days().is_some() && !self.armed_daily.get() {
            self.arm(DAILY).await?;
            self.armed_daily.set(true);
        }
        Ok(())
    }

    fn retention_days(&self) -> Option<u32> {
        self.record.borrow().as_ref().and_then(|record| record.settings.retention_days)
    }
}
