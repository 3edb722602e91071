//! The page's own words. Views are written in English and pass every text that people read through here: the English text is
//! the key by which a catalogue knows its translation. What a catalogue lacks is said in English.
//!
//! Which language is spoken is a matter of the thread, as views are full of texts and pure otherwise. A page of the browser
//! speaks one language as long as it lives ([`speak`]); the edge speaks a page's for as long as it makes it ([`within`]), in
//! one go, so that no other request can come in between.

use crate::language::Language;
use std::cell::RefCell;
use std::rc::Rc;

/// Between the forms of a text that depends on a count, in a catalogue's line.
pub const FORMS: char = '\t';

thread_local! {
    static SPOKEN: RefCell<Option<Rc<Words>>> = const { RefCell::new(None) };
}

/// How a language writes numbers and dates: each a line of its catalogue, in this order. Lists are parted by spaces; spaces
/// inside of their entries do not break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Between groups of three digits.
    Group,
    /// Before decimals.
    Decimal,
    /// How many digits a number has before its last three where they are grouped.
    GroupFrom,
    /// A percentage `{0}`.
    Percent,
    /// How large numbers are shortened: the power of ten and the word, smallest first.
    Compact,
    /// After hours, minutes and seconds.
    Clock,
    /// The months' names beside a year.
    Months,
    /// Short ones beside a day.
    MonthsOfDay,
    /// Short ones that stand alone.
    MonthsAlone,
    /// The short names of Thursday and the six days after it: the first day of 1970 was one.
    Weekdays,
    /// A day `{0}` and its month `{1}`.
    Day,
    /// The same with the weekday `{2}`.
    DayAndWeekday,
    /// The same with the year `{3}`.
    DayAndYear,
    /// A month `{1}` and its year `{3}`.
    MonthAndYear,
}

/// The parts of English, which needs no catalogue.
pub const ENGLISH: [&str; 14] = [
    ",",
    ".",
    "1",
    "{0}%",
    "3k 6M 9B",
    "h m s",
    "January February March April May June July August September October November December",
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "Thu Fri Sat Sun Mon Tue Wed",
    "{0} {1}",
    "{2} {0} {1}",
    "{0} {1} {3}",
    "{1} {3}",
];

/// The catalogue of a language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    language: Language,
    parts: Vec<String>,
    /// By the keys of their English texts, in order.
    texts: Vec<(u32, String)>,
}

impl Words {
    /// Reads a catalogue: the language's tag, the lines of its [`Part`]s, then for each text its key in eight hexadecimal
    /// digits, a space and the translation, in the order of the keys. None where it is nothing of this kind.
    pub fn read(catalogue: &str) -> Option<Self> {
        let mut lines = catalogue.lines();
        let language = Language::parse(lines.next()?)?;
        let parts: Vec<String> = lines.by_ref().take(ENGLISH.len()).map(str::to_owned).collect();
        let texts = lines.map(|line| {
            let (key, text) = line.split_once(' ')?;
            Some((u32::from_str_radix(key, 16).ok()?, text.to_owned()))
        });
        let texts = texts.collect::<Option<_>>()?;
        (parts.len() == ENGLISH.len()).then_some(Self { language, parts, texts })
    }
}

/// The key of a text: FNV-1a, <https://datatracker.ietf.org/doc/html/draft-eastlake-fnv>. One that depends on a count has that
/// of both its English forms, one after the other.
pub fn key(english: &str, many: &str) -> u32 {
    let bytes = english.bytes().chain(many.bytes());
    bytes.fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Speaks a language from here on; English without a catalogue. What was spoken before comes back.
pub fn speak(words: Option<Rc<Words>>) -> Option<Rc<Words>> {
    SPOKEN.replace(words)
}

/// Speaks a language while something is made, and then what was spoken before, whatever happens.
pub fn within<T>(words: Option<&Rc<Words>>, make: impl FnOnce() -> T) -> T {
    struct Before(Option<Rc<Words>>);
    impl Drop for Before {
        fn drop(&mut self) {
            speak(self.0.take());
        }
    }
    let _before = Before(speak(words.cloned()));
    make()
}

/// The translation of a key.
fn find(key: u32) -> Option<String> {
    SPOKEN.with_borrow(|words| {
        let words = words.as_ref()?;
        let place = words.texts.binary_search_by_key(&key, |(key, _)| *key).ok()?;
        words.texts.get(place).map(|(_, text)| text.clone())
    })
}

/// The language that is spoken.
pub fn spoken() -> Language {
    SPOKEN.with_borrow(|words| words.as_ref().map_or(Language::English, |words| words.language))
}

/// How the language that is spoken writes something.
pub fn part(part: Part) -> String {
    let own = SPOKEN.with_borrow(|words| words.as_ref().and_then(|words| words.parts.get(part as usize).cloned()));
    own.unwrap_or_else(|| ENGLISH.get(part as usize).copied().unwrap_or_default().to_owned())
}

/// An entry of a list among the parts.
pub fn entry(list: Part, place: usize) -> String {
    nth(&part(list), ' ', place).unwrap_or_default().to_owned()
}

fn nth(list: &str, between: char, place: usize) -> Option<&str> {
    let mut rest = list;
    for _ in 0..place {
        (_, rest) = rest.split_once(between)?;
    }
    Some(rest.split_once(between).map_or(rest, |(first, _)| first))
}

/// A text in the reader's language.
pub fn say(english: &'static str) -> String {
    find(key(english, "")).unwrap_or_else(|| english.to_owned())
}

/// A text that came from elsewhere, such as an answer of the API, in the reader's language if the catalogue has it.
pub fn say_if_known(english: &str) -> String {
    find(key(english, "")).unwrap_or_else(|| english.to_owned())
}

/// A text with values in the places `{0}`, `{1}` …: languages put them where they belong.
pub fn fill(english: &'static str, values: &[&str]) -> String {
    put(&say(english), values)
}

/// A text that depends on a count, which stands in it as `{0}`: `plural(2.0, "{0} visitor", "{0} visitors")`.
pub fn plural(count: f64, one: &'static str, many: &'static str) -> String {
    // The form is that of the number as shown.
    let whole = count.abs().round() as u64;
    let translated = find(key(one, many)).and_then(|forms| {
        let form = nth(&forms, FORMS, spoken().form(whole))?;
        Some(form.to_owned())
    });
    let english = [one, many].get(Language::English.form(whole)).copied().unwrap_or(many);
    put(&translated.unwrap_or_else(|| english.to_owned()), &[&crate::format::grouped(count)])
}

/// Puts values into the places of a template.
pub(crate) fn put(template: &str, values: &[&str]) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let index = after.bytes().next().map(|digit| usize::from(digit.wrapping_sub(b'0')));
        let value = index.and_then(|index| values.get(index));
        if let (Some(value), Some(tail)) = (value, after.get(1..).and_then(|tail| tail.strip_prefix('}'))) {
            out.push_str(value);
            rest = tail;
        } else {
            out.push('{');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// What Intl says of each language, as `words/intl.mjs` wrote it down.
    pub(crate) fn intl() -> serde_json::Value {
        serde_json::from_str(include_str!("../words/intl.json")).unwrap()
    }

    /// A catalogue of a language with these texts.
    pub(crate) fn catalogue(language: Language, texts: &[(&str, &str, &str)]) -> Rc<Words> {
        let intl = intl();
        let parts = intl[language.tag()]["parts"].as_array().unwrap().iter().map(|part| part.as_str().unwrap());
        let mut texts: Vec<(u32, &str)> = texts.iter().map(|(one, many, text)| (key(one, many), *text)).collect();
        texts.sort_unstable();
        let lines = texts.into_iter().map(|(key, text)| format!("{key:08x} {text}"));
        let lines: Vec<String> =
            [language.tag().to_owned()].into_iter().chain(parts.map(str::to_owned)).chain(lines).collect();
        Rc::new(Words::read(&lines.join("\n")).unwrap())
    }

    #[test]
    fn values_stand_where_the_language_wants_them() {
        assert_eq!(put("{1} of {0}", &["ten", "{0}"]), "{0} of ten");
        assert_eq!(put("a {2} { b {x} {0", &["c"]), "a {2} { b {x} {0");
        assert_eq!((plural(1.0, "{0} visit", "{0} visits"), plural(1234.0, "{0} visit", "{0} visits")).0, "1 visit");
        assert_eq!(plural(1234.0, "{0} visit", "{0} visits"), "1,234 visits");
    }

    #[test]
    fn a_language_is_spoken_until_what_it_is_spoken_for_is_made() {
        let german = catalogue(Language::German, &[("Visits", "", "Besuche"), ("{0} of {1}", "", "{0} von {1}")]);
        let polish = catalogue(Language::Polish, &[("{0} visit", "{0} visits", "{0} wizyta\t{0} wizyty\t{0} wizyt")]);
        let said = || (say("Visits"), fill("{0} of {1}", &["1", "2"]), say("Nothing known"));
        within(Some(&german), || {
            assert_eq!(said(), ("Besuche".into(), "1 von 2".into(), "Nothing known".into()));
            within(Some(&polish), || {
                let forms = [1.0, 2.4, 5.0, 12.0, 1002.0, 21.0].map(|count| plural(count, "{0} visit", "{0} visits"));
                assert_eq!(forms, ["1 wizyta", "2 wizyty", "5 wizyt", "12 wizyt", "1002 wizyty", "21 wizyt"]);
                assert_eq!(say("Visits"), "Visits");
            });
            assert_eq!((spoken(), say("Visits")), (Language::German, "Besuche".into()));
            within(None, || assert_eq!(say("Visits"), "Visits"));
            let broken = std::panic::catch_unwind(|| within(None, || assert_eq!(say("Visits"), "?")));
            assert!(broken.is_err());
            assert_eq!(say("Visits"), "Besuche");
        });
        assert_eq!((spoken(), say("Visits")), (Language::English, "Visits".into()));
    }

    #[test]
    fn what_is_no_catalogue_is_not_read() {
        for broken in ["", "xx", "de", "de\n,\n.", &["de\n", &"x\n".repeat(14), "abc"].concat()] {
            assert!(Words::read(broken).is_none(), "{broken}");
        }
    }

    #[test]
    fn forms_are_those_of_intl_for_every_whole_number_up_to_a_million() {
        for language in Language::ALL {
            let of_intl = &intl()[language.tag()]["plurals"];
            let mut hash: u32 = 0x811c_9dc5;
            for count in 0..=1_000_000 {
                hash = (hash ^ language.form(count) as u32).wrapping_mul(0x0100_0193);
            }
            assert_eq!(of_intl["hash"].as_u64(), Some(u64::from(hash)), "{language:?}");
            assert_eq!(of_intl["forms"].as_array().map(Vec::len), Some(language.forms()), "{language:?}");
        }
    }
}
