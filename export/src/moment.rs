//! Seconds as RFC 3339 in UTC.

use engine::event::UnixSeconds;
use jiff::Timestamp;

/// The nearest time that RFC 3339 can say.
pub(crate) fn sayable(time: UnixSeconds) -> UnixSeconds {
    UnixSeconds(time.0.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second()))
}

/// Such as `2026-11-21T10:00:00Z`.
pub(crate) fn text(time: UnixSeconds) -> String {
    Timestamp::from_second(sayable(time).0).unwrap_or_default().to_string()
}

/// Reads RFC 3339 of any offset; a fraction of a second is cut.
pub(crate) fn read(text: &str) -> Option<UnixSeconds> {
    let timestamp: Timestamp = text.parse().ok()?;
    Some(UnixSeconds(timestamp.as_millisecond().div_euclid(1000)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc_to_the_second() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (1_795_255_200, "2026-11-21T10:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (i64::MIN, "-009999-01-02T01:59:59Z"),
            (i64::MAX, "9999-12-30T22:00:00Z"),
        ] {
            assert_eq!(text(UnixSeconds(seconds)), expected);
            assert_eq!(read(expected), Some(sayable(UnixSeconds(seconds))));
        }
        assert_eq!(read("2026-11-21T12:00:00.9+02:00"), Some(UnixSeconds(1_795_255_200)));
        assert_eq!(read("1969-12-31T23:59:59.5Z"), Some(UnixSeconds(-1)));
        assert_eq!(read("2026-11-21"), None);
    }
}
