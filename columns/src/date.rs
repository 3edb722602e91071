//! Dates of the calendar by their days since 1970.

use crate::question::Unit;

/// Year, month and day. Source: Howard Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`.
pub(crate) fn of_day(day: i32) -> (i32, u32, u32) {
    let days = day + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let date = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i32::from(month <= 2), month as u32, date as u32)
}

/// The first day of the week (a Monday) or month of a day; the day itself for shorter units.
pub(crate) fn begin(day: i32, unit: Unit) -> i32 {
    match unit {
        Unit::Hour | Unit::Day => day,
        // Day 0 was a Thursday.
        Unit::Week => day - (day + 3).rem_euclid(7),
        Unit::Month => day + 1 - of_day(day).2 as i32,
    }
}

/// `2026-11-01`.
pub(crate) fn label(day: i32) -> String {
    let (year, month, date) = of_day(day);
    let mut out = String::with_capacity(19);
    push_digits(&mut out, year.unsigned_abs(), 4);
    out.push('-');
    push_digits(&mut out, month, 2);
    out.push('-');
    push_digits(&mut out, date, 2);
    out
}

/// `2026-11-01 13:00:00`.
pub(crate) fn label_of_hour(day: i32, hour: u8) -> String {
    let mut out = label(day);
    out.push(' ');
    push_digits(&mut out, hour.into(), 2);
    out.push_str(":00:00");
    out
}

fn push_digits(out: &mut String, number: u32, digits: u32) {
    for place in (0..digits).rev() {
        let digit = number / 10u32.pow(place) % 10;
        out.push(char::from(b'0' + digit as u8));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_dates_weeks_and_months() {
        for (day, date, week, month) in [
            (0, "1970-01-01", "1969-12-29", "1970-01-01"),
            (-1, "1969-12-31", "1969-12-29", "1969-12-01"),
            (18_321, "2020-02-29", "2020-02-24", "2020-02-01"),
            (20_770, "2026-11-13", "2026-11-09", "2026-11-01"),
            (20_773, "2026-11-16", "2026-11-16", "2026-11-01"),
        ] {
            assert_eq!(label(day), date);
            assert_eq!(label(begin(day, Unit::Week)), week, "{date}");
            assert_eq!(label(begin(day, Unit::Month)), month, "{date}");
        }
        assert_eq!(label_of_hour(20_770, 7), "2026-11-13 07:00:00");
    }
}
