//! How long to wait before a delivery is tried again.

/// After the first failure.
const FIRST_MS: u32 = 500;
/// However often it failed.
const LONGEST_MS: u32 = 60_000;

/// Whether a delivery that ended so should be tried again: no answer at all, too many requests, or a fault that passes.
/// Everything else is the collector's decision.
pub fn should_retry(status: u32) -> bool {
    matches!(status, 0 | 408 | 429 | 500..)
}

/// Milliseconds to wait after so many failures in a row: doubled each time, anywhere up to that (full jitter, so that
/// pages do not all return at once), and never earlier than the collector asked.
pub fn wait_ms(failures: u32, retry_after_s: f64, random: f64) -> i32 {
    let longest = ((FIRST_MS / 2) << failures.min(8)).min(LONGEST_MS);
    let drawn = f64::from(longest) * random;
    let asked = retry_after_s * 1000.0;
    // What is no number is not longer.
    (if asked > drawn { asked } else { drawn }) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_tried_again() {
        for (status, again) in
            [(0, true), (429, true), (500, true), (503, true), (408, true), (200, false), (400, false), (404, false)]
        {
            assert_eq!(should_retry(status), again, "{status}");
        }
    }

    #[test]
    fn waits_double_up_to_a_minute() {
        let longest: Vec<i32> = [1, 2, 3, 7, 8, 9, 1_000_000].map(|failures| wait_ms(failures, 0.0, 1.0)).into();
        assert_eq!(longest, [500, 1_000, 2_000, 32_000, 60_000, 60_000, 60_000]);
        assert_eq!(wait_ms(3, 0.0, 0.25), 500);
    }

    #[test]
    fn what_the_collector_asks_is_obeyed() {
        assert_eq!(wait_ms(1, 120.0, 0.5), 120_000);
        // A date instead of seconds is no number for the page.
        assert_eq!(wait_ms(1, f64::NAN, 0.5), 250);
    }
}
