//! `cargo xtask words`: what is not translated yet. The build compiles the catalogues, `views/words/*.po`, with the parts that
//! `views/words/intl.mjs` wrote down, into the files that pages load: see `views::words`.

mod po;
mod source;

use crate::place;
use anyhow::{Context, Result, bail};
use po::Entry;
use serde_json::Value;
use source::Text;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use views::language::Language;
use views::words::{FORMS, Words, key};

/// What is wrong with a catalogue.
#[derive(Debug, Default, PartialEq, Eq)]
struct Faults {
    /// Said and not translated.
    missing: Vec<Text>,
    /// Translated and not said.
    unsaid: Vec<Text>,
    /// With another number of forms than the language has, or without all the places for values.
    broken: Vec<Text>,
}

/// Lists what each catalogue lacks, as entries to be filled in, and what is wrong with it; succeeds where nothing is.
pub(crate) fn command() -> Result<ExitCode> {
    let said = said()?;
    let mut all = 0;
    for language in translated() {
        let faults = faults(language, &said, &entries(language)?);
        let [missing, unsaid, broken] = [&faults.missing, &faults.unsaid, &faults.broken].map(Vec::len);
        println!("# {}: {missing} missing, {unsaid} unsaid, {broken} broken of {} texts", path(language), said.len());
        for text in &faults.missing {
            let forms = if text.many.is_empty() { 1 } else { language.forms() };
            println!("\n#: {}", said.get(text).map(|files| files.join(" ")).unwrap_or_default());
            print!("{}", po::written(&Entry { text: text.clone(), forms: vec![String::new(); forms], retired: false }));
        }
        for (what, texts) in [("nobody says", &faults.unsaid), ("places or forms are wrong of", &faults.broken)] {
            for text in texts {
                println!("# {what} {:?}", text.one);
            }
        }
        all += missing + unsaid + broken;
    }
    Ok(if all == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The catalogues as pages load them, by tag. What is not translated is left out, and said in English.
///
/// # Errors
/// Where two texts have the same key, or a file is none of its kind.
pub(crate) fn catalogues() -> Result<Vec<(&'static str, String)>> {
    let said = said()?;
    let keys: BTreeSet<u32> = said.keys().map(|text| key(&text.one, &text.many)).collect();
    if keys.len() != said.len() {
        bail!("two texts of the views have the same key: say one of them in other words");
    }
    translated().map(|language| Ok((language.tag(), compiled(language, &said, &entries(language)?)?))).collect()
}

fn translated() -> impl Iterator<Item = Language> {
    Language::ALL.into_iter().filter(|language| *language != Language::English)
}

/// Every text that is said.
fn said() -> Result<BTreeMap<Text, Vec<String>>> {
    let [views, shell] = ["views/src", "dashboard-wasm/src"].map(|folder| place::root().join(folder));
    source::texts(&[&views as &Path, &shell])
}

fn path(language: Language) -> String {
    format!("views/words/{}.po", language.tag())
}

fn entries(language: Language) -> Result<Vec<Entry>> {
    let path = path(language);
    let file = fs::read_to_string(place::root().join(&path)).with_context(|| format!("{path} is missing"))?;
    po::read(&file).with_context(|| path.clone())
}

fn faults(language: Language, said: &BTreeMap<Text, Vec<String>>, entries: &[Entry]) -> Faults {
    let mut faults = Faults::default();
    for entry in entries {
        if !entry.retired && !said.contains_key(&entry.text) {
            faults.unsaid.push(entry.text.clone());
        }
        if is_done(entry) && !fits(language, entry) {
            faults.broken.push(entry.text.clone());
        }
    }
    let done: BTreeSet<&Text> = entries.iter().filter(|entry| is_done(entry)).map(|entry| &entry.text).collect();
    faults.missing.extend(said.keys().filter(|text| !done.contains(text)).cloned());
    faults
}

fn is_done(entry: &Entry) -> bool {
    entry.forms.iter().any(|form| !form.is_empty())
}

/// Whether a translation has as many forms as its language, each with the places of the English text.
fn fits(language: Language, entry: &Entry) -> bool {
    let forms = if entry.text.many.is_empty() { 1 } else { language.forms() };
    let english = if entry.text.many.is_empty() { &entry.text.one } else { &entry.text.many };
    let is_line = |form: &String| !form.is_empty() && !form.contains(['\n', FORMS]);
    entry.forms.len() == forms && entry.forms.iter().all(|form| is_line(form) && places(form) == places(english))
}

/// The places for values in a text, each once.
fn places(text: &str) -> BTreeSet<&str> {
    let after = text.split('{').skip(1);
    after.filter_map(|rest| rest.split_once('}')).map(|(place, _)| place).filter(|place| place.len() == 1).collect()
}

/// A catalogue as `Words::read` reads it.
fn compiled(language: Language, said: &BTreeMap<Text, Vec<String>>, entries: &[Entry]) -> Result<String> {
    let intl: Value = serde_json::from_slice(&fs::read(place::root().join("views/words/intl.json"))?)?;
    let parts = intl.get(language.tag()).and_then(|of| of.get("parts")).and_then(Value::as_array);
    let mut lines = vec![language.tag().to_owned()];
    lines.extend(parts.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
    let good = entries.iter().filter(|entry| said.contains_key(&entry.text) && fits(language, entry));
    let texts: BTreeMap<u32, String> =
        good.map(|entry| (key(&entry.text.one, &entry.text.many), entry.forms.join(&FORMS.to_string()))).collect();
    lines.extend(texts.into_iter().map(|(key, text)| format!("{key:08x} {text}")));
    let catalogue = lines.join("\n");
    Words::read(&catalogue).with_context(|| format!("{} makes no catalogue", path(language)))?;
    Ok(catalogue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_translated_with_all_its_places_and_none_that_nobody_says() {
        let said = said().expect("sources");
        assert!(said.len() > 400, "{} texts were found", said.len());
        for language in translated() {
            let faults = faults(language, &said, &entries(language).expect("a catalogue"));
            assert_eq!(faults, Faults::default(), "{}: see `cargo xtask words`", path(language));
        }
        assert_eq!(catalogues().expect("catalogues").len(), 7);
    }

    #[test]
    fn what_is_wrong_with_a_catalogue_is_told() {
        let text = |one: &str, many: &str| Text { one: one.into(), many: many.into() };
        let texts = [text("Day", ""), text("Of {0}", ""), text("{0} day", "{0} days"), text("Night", "")];
        let said: BTreeMap<Text, Vec<String>> = texts.iter().map(|text| (text.clone(), Vec::new())).collect();
        let entry = |place: usize, forms: &[&str]| Entry {
            text: texts.get(place).cloned().unwrap_or_else(|| text("Gone", "")),
            forms: forms.iter().map(|form| (*form).to_owned()).collect(),
            retired: false,
        };
        for (entries, expected) in [
            (
                vec![
                    entry(0, &["Tag"]),
                    entry(1, &["Von {0}"]),
                    entry(2, &["{0} Tag", "{0} Tage"]),
                    entry(3, &["Nacht"]),
                ],
                [0, 0, 0],
            ),
            (vec![entry(0, &[""]), entry(1, &["Von"]), entry(2, &["{0} Tag"])], [2, 0, 2]),
            (vec![entry(0, &["Tag"]), entry(9, &["Fort"]), entry(2, &["ein Tag", "{0} Tage"])], [2, 1, 1]),
        ] {
            let faults = faults(Language::German, &said, &entries);
            assert_eq!([faults.missing.len(), faults.unsaid.len(), faults.broken.len()], expected, "{faults:?}");
        }
    }
}
