//! Days of the proleptic Gregorian calendar, without clock or time zone: the shell says what today is at the site.
//! Conversions after Howard Hinnant, <https://howardhinnant.github.io/date_algorithms.html>.

use crate::words::{Part, entry, part, put};

/// A day, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(i32);

/// English weekday names; 1970-01-01 was a Thursday.
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

impl Date {
    /// The day of a year, month (1–12) and day of the month (1–31), if there is one between the years 1 and 9999.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || day == 0 {
            return None;
        }
        let date = Self::from_civil(year, month, day);
        (date.civil() == (year, month, day)).then_some(date)
    }

    /// Reads `2026-11-21`; whatever follows the ten characters is ignored.
    pub fn parse(text: &str) -> Option<Self> {
        // Letter by letter: to read each number by itself takes half a kilobyte in every module.
        let mut numbers = [0u32; 3];
        for (letter, pattern) in text.as_bytes().get(..10)?.iter().zip(b"0000-11-22") {
            match numbers.get_mut(usize::from(pattern.wrapping_sub(b'0'))) {
                Some(number) => *number = *number * 10 + char::from(*letter).to_digit(10)?,
                None if letter == pattern => {}
                None => return None,
            }
        }
        let [year, month, day] = numbers;
        Self::new(year as i32, month, day)
    }

    fn from_civil(year: i32, month: u32, day: u32) -> Self {
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let month = month as i32;
        let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day as i32 - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Self(era * 146_097 + day_of_era - 719_468)
    }

    /// Year, month (1–12), day of the month (1–31).
    pub fn civil(self) -> (i32, u32, u32) {
        let days = self.0 + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400 + i32::from(month <= 2);
        (year, month as u32, day as u32)
    }

    /// The day so many days later, or earlier if negative.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// The first day of the month so many months before this one's.
    #[must_use]
    pub fn first_of_month_before(self, months: i32) -> Self {
        let (year, month, _) = self.civil();
        let index = year * 12 + month as i32 - 1 - months;
        Self::from_civil(index.div_euclid(12), index.rem_euclid(12) as u32 + 1, 1)
    }

    /// The first day of this day's year.
    #[must_use]
    pub fn first_of_year(self) -> Self {
        Self::from_civil(self.civil().0, 1, 1)
    }

    /// How many days there are from this day to the other, both counted.
    pub fn days_to(self, last: Self) -> i32 {
        last.0 - self.0 + 1
    }

    /// Days since 1970-01-01.
    pub fn days(self) -> i32 {
        self.0
    }

    /// `2026-11-21`.
    pub fn iso(self) -> String {
        let (year, month, day) = self.civil();
        let mut text = String::new();
        push_padded(&mut text, year as u32, 4);
        text.push('-');
        push_padded(&mut text, month, 2);
        text.push('-');
        push_padded(&mut text, day, 2);
        text
    }

    /// `21 Nov`, in the language that is spoken.
    pub fn short(self) -> String {
        self.written(Part::Day, Part::MonthsOfDay)
    }

    /// `Sat 21 Nov`, in the language that is spoken.
    pub fn with_weekday(self) -> String {
        self.written(Part::DayAndWeekday, Part::MonthsOfDay)
    }

    /// `21 Nov 2026`, in the language that is spoken.
    pub fn long(self) -> String {
        self.written(Part::DayAndYear, Part::MonthsOfDay)
    }

    /// `November 2026`, in the language that is spoken.
    pub fn month_and_year(self) -> String {
        self.written(Part::MonthAndYear, Part::Months)
    }

    /// `Nov 2026`, in the language that is spoken.
    pub fn month_and_year_short(self) -> String {
        self.written(Part::MonthAndYear, Part::MonthsOfDay)
    }

    fn written(self, template: Part, months: Part) -> String {
        let (year, month, day) = self.civil();
        let weekday = entry(Part::Weekdays, self.0.rem_euclid(7) as usize);
        put(&part(template), &[&day.to_string(), &entry(months, month as usize - 1), &weekday, &year.to_string()])
    }

    /// `Sat`, in English.
    pub fn weekday(self) -> &'static str {
        WEEKDAYS.get(self.0.rem_euclid(7) as usize).copied().unwrap_or_default()
    }

    /// `Nov`, in the language that is spoken.
    pub fn month_short(self) -> String {
        entry(Part::MonthsAlone, self.civil().1 as usize - 1)
    }
}

fn push_padded(text: &mut String, number: u32, width: usize) {
    let digits = number.to_string();
    for _ in digits.len()..width {
        text.push('0');
    }
    text.push_str(&digits);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::words::tests::{catalogue, intl};
    use crate::words::within;
    use proptest::prelude::*;

    #[test]
    fn days_are_written_as_people_read_them() {
        let date = Date::parse("2026-11-21 13:00:00").unwrap();
        assert_eq!(
            (date.iso().as_str(), date.long().as_str(), date.with_weekday().as_str()),
            ("2026-11-21", "21 Nov 2026", "Sat 21 Nov")
        );
        assert_eq!(date.first_of_month_before(11).iso(), "2025-12-01");
        assert_eq!(date.first_of_year().iso(), "2026-01-01");
        assert_eq!(date.plus_days(-27).days_to(date), 28);
    }

    #[test]
    fn every_language_writes_days_as_intl_does() {
        for language in Language::ALL {
            within(Some(&catalogue(language, &[])), || {
                for sample in intl()[language.tag()]["days"].as_array().unwrap() {
                    let date = Date::parse(sample[0].as_str().unwrap()).unwrap();
                    let written = [date.short(), date.with_weekday(), date.long(), date.month_and_year()];
                    assert_eq!(serde_json::json!(written), sample[1], "{language:?}: {}", date.iso());
                }
            });
        }
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in
            ["", "2026-02-30", "2026-13-01", "2026-00-10", "0000-01-01", "2026/01/01", "+026-01-01", "é2026-01-0"]
        {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_day_survives_the_round_trip(days in -700_000..2_900_000_i32) {
            let date = Date(days);
            prop_assert_eq!(Date::parse(&date.iso()), Some(date));
        }
    }
}
