//! Catalogues as translators know them: the part of gettext's PO that the catalogues use,
//! <https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html>.

use super::source::Text;
use anyhow::{Context, Result, bail};

/// A text and its translation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) text: Text,
    /// One, or as many as the language has forms; all of them empty where nobody has translated the text yet.
    pub(crate) forms: Vec<String>,
    /// Marked by `#~`: kept for a text that nobody says at present.
    pub(crate) retired: bool,
}

/// Reads the entries of a file, its header apart.
///
/// # Errors
/// Where a line is nothing of this kind.
pub(crate) fn read(file: &str) -> Result<Vec<Entry>> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut place = Place::Header;
    for (number, line) in file.lines().map(str::trim).enumerate() {
        let (retired, line) = line.strip_prefix("#~ ").map_or((false, line), |line| (true, line));
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (word, quoted) = line.split_at(line.find('"').unwrap_or(line.len()));
        let text = unquoted(quoted).with_context(|| format!("line {}: {line}", number + 1))?;
        place = match word.trim() {
            "" => place,
            "msgid" => {
                let text = Text { one: String::new(), many: String::new() };
                entries.push(Entry { text, forms: Vec::new(), retired });
                Place::One
            }
            "msgid_plural" => Place::Many,
            word if word.starts_with("msgstr") => Place::Form,
            _ => bail!("line {}: {line}", number + 1),
        };
        let Some(entry) = entries.last_mut() else { bail!("line {}: {line}", number + 1) };
        match place {
            Place::One => entry.text.one.push_str(&text),
            Place::Many => entry.text.many.push_str(&text),
            Place::Form if !word.is_empty() => entry.forms.push(text),
            Place::Form => entry.forms.last_mut().context("a text without a beginning")?.push_str(&text),
            Place::Header => {}
        }
    }
    entries.retain(|entry| !entry.text.one.is_empty());
    Ok(entries)
}

#[derive(Clone, Copy)]
enum Place {
    Header,
    One,
    Many,
    Form,
}

/// An entry as it is written down.
pub(crate) fn written(entry: &Entry) -> String {
    let mut lines = vec![format!("msgid {}", quoted(&entry.text.one))];
    if entry.text.many.is_empty() {
        lines.extend(entry.forms.first().map(|form| format!("msgstr {}", quoted(form))));
    } else {
        lines.push(format!("msgid_plural {}", quoted(&entry.text.many)));
        let forms = entry.forms.iter().enumerate();
        lines.extend(forms.map(|(place, form)| format!("msgstr[{place}] {}", quoted(form))));
    }
    let mark = if entry.retired { "#~ " } else { "" };
    lines.iter().map(|line| [mark, line, "\n"].concat()).collect()
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

fn unquoted(quoted: &str) -> Result<String> {
    let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).context("not a text in quotes")?;
    let mut text = String::new();
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        match (character, character == '\\') {
            (_, true) => match characters.next().context("a backslash at the end")? {
                'n' => text.push('\n'),
                other => text.push(other),
            },
            (other, false) => text.push(other),
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let text = |one: &str, many: &str| Text { one: one.into(), many: many.into() };
        let entries = [
            Entry { text: text("Say \"yes\"\n\\", ""), forms: vec!["Sag „ja“".into()], retired: false },
            Entry {
                text: text("{0} visit", "{0} visits"),
                forms: vec!["{0} wizyta".into(), "{0} wizyty".into()],
                retired: true,
            },
        ];
        let file: String = entries.iter().map(|entry| written(entry) + "\n").collect();
        let header = "# A comment\nmsgid \"\"\nmsgstr \"\"\n\"Language: pl\\n\"\n\n";
        assert_eq!(read(&[header, &file].concat()).expect("entries"), entries);
        assert_eq!(read("msgid \"a\"\n\"b\"\nmsgstr \"c\"\n\"d\"\n").expect("entries")[0].forms, ["cd"]);
        for broken in ["msgid a", "msgid \"a\nmsgstr \"\"", "what \"a\"", "msgid \"a\\\""] {
            assert!(read(broken).is_err(), "{broken}");
        }
    }
}
