//! The texts that the views say, read out of their source: literals in calls of `say`, `fill` and `plural`, and those of
//! tables whose entries are said later.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// A text as a view says it: in English, with its plural where it depends on a count.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Text {
    /// The text, or its form for one.
    pub(crate) one: String,
    /// Its form for many; empty where it depends on no count.
    pub(crate) many: String,
}

/// Functions whose literals are said, with how many of them.
const SAID: [(&str, usize); 4] = [("say", 1), ("fill", 1), ("plural", 2), ("both", 1)];
/// Functions that make an entry of a table: all literals that read like a text are said later.
const TABLES: [&str; 3] = ["facts", "measure", "told"];
/// Functions whose result is said: the same for what they return.
const RETURNED: [&str; 9] =
    ["label", "meaning", "title", "one", "many", "column_label", "nothing_text", "word", "heading"];

/// Every text that the sources below a folder say, with the files that say it.
pub(crate) fn texts(folders: &[&Path]) -> Result<BTreeMap<Text, Vec<String>>> {
    let mut texts: BTreeMap<Text, Vec<String>> = BTreeMap::new();
    let mut waiting: Vec<_> = folders.iter().map(|folder| folder.to_path_buf()).collect();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("{} is missing", folder.display()))?.flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_test = ["tests.rs", "hostile.rs", "sample.rs", "hostile", "words.rs"].contains(&name.as_str());
            if path.is_dir() && !is_test {
                waiting.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") && !is_test {
                let source = fs::read_to_string(&path)?;
                for text in of_source(&source) {
                    let files = texts.entry(text).or_default();
                    if !files.contains(&name) {
                        files.push(name.clone());
                    }
                }
            }
        }
    }
    Ok(texts)
}

/// The texts that a source file says, its tests apart.
pub(crate) fn of_source(source: &str) -> Vec<Text> {
    let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let tokens = tokens(source);
    let mut texts = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        let Token::Name(name) = token else { continue };
        let rest = tokens.get(place + 1..).unwrap_or_default();
        let is_defined = place.checked_sub(1).and_then(|before| tokens.get(before)) == Some(&Token::Name("fn".into()));
        let is_method = place.checked_sub(1).and_then(|before| tokens.get(before)) == Some(&Token::Mark('.'));
        if is_defined {
            if RETURNED.contains(&name.as_str()) {
                let literals = inside(rest, '{', '}').into_iter().filter(|literal| reads_like_a_text(literal));
                texts.extend(literals.map(|one| Text { one, many: String::new() }));
            }
            continue;
        }
        let literals = || inside(rest, '(', ')');
        let called = rest.first() == Some(&Token::Mark('(')) && !is_method;
        if let Some((_, count)) = SAID.iter().find(|(said, _)| called && said == name) {
            let found: Vec<String> = if *count == 1 { first_literal(rest).into_iter().collect() } else { literals() };
            match (name.as_str(), found.as_slice()) {
                ("plural", [.., one, many]) => texts.push(Text { one: one.clone(), many: many.clone() }),
                (_, found) => {
                    texts.extend(found.iter().map(|one| Text { one: one.clone(), many: String::new() }));
                }
            }
        } else if called && name == "new" && is_of_problem(&tokens, place) {
            // It is said where it is shown.
            let found = literals().into_iter().filter(|literal| reads_like_a_text(literal));
            texts.extend(found.map(|one| Text { one, many: String::new() }));
        } else if called && TABLES.contains(&name.as_str()) {
            let found = literals().into_iter().filter(|literal| reads_like_a_text(literal));
            texts.extend(found.map(|one| Text { one, many: String::new() }));
        }
    }
    texts.retain(|text| !text.one.is_empty());
    texts
}

/// Whether the name at this place is that of `Problem::new`, which the type itself calls `Self::new`.
fn is_of_problem(tokens: &[Token], place: usize) -> bool {
    let before = place.checked_sub(3).and_then(|from| tokens.get(from..place));
    let of = |name: &str| before == Some(&[Token::Name(name.into()), Token::Mark(':'), Token::Mark(':')]);
    of("Problem") || of("Self")
}

/// Whether a literal of a table is for people: names of fields and addresses are written small.
fn reads_like_a_text(literal: &str) -> bool {
    let begins = literal.trim_start_matches(['"', '“', '(']).chars().next();
    begins.is_some_and(char::is_uppercase) && literal.trim() == literal
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Name(String),
    Literal(String),
    Mark(char),
}

/// The literal that is the whole first argument; none where that is an expression.
fn first_literal(rest: &[Token]) -> Option<String> {
    match rest {
        [Token::Mark('('), Token::Literal(text), ..] => Some(text.clone()),
        _ => None,
    }
}

/// All literals up to where what begins here is closed.
fn inside(tokens: &[Token], open: char, close: char) -> Vec<String> {
    let mut depth = 0;
    let mut found = Vec::new();
    for token in tokens {
        match token {
            Token::Mark(mark) if *mark == open => depth += 1,
            Token::Mark(mark) if *mark == close => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            Token::Literal(text) if depth > 0 => found.push(text.clone()),
            _ => {}
        }
    }
    found
}

/// Names, texts and marks of Rust; comments, characters and numbers left out.
fn tokens(source: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = source.chars().peekable();
    while let Some(begin) = rest.next() {
        match begin {
            '/' if rest.peek() == Some(&'/') => while rest.next_if(|character| *character != '\n').is_some() {},
            '"' => tokens.push(Token::Literal(literal(&mut rest))),
            '\'' => {
                // A character such as '"', or a lifetime.
                let mut ahead = rest.clone();
                let first = ahead.next();
                let second = ahead.next();
                if first == Some('\\') {
                    rest.by_ref().nth(1);
                    while rest.next_if(|character| *character != '\'').is_some() {}
                    rest.next();
                } else if second == Some('\'') {
                    rest.by_ref().nth(1);
                }
            }
            'r' if rest.peek() == Some(&'#') => {
                // Raw texts hold code and JSON, which nobody says.
                let mut before = ' ';
                rest.by_ref().nth(1);
                for character in rest.by_ref() {
                    if before == '"' && character == '#' {
                        break;
                    }
                    before = character;
                }
            }
            _ if begin.is_alphabetic() || begin == '_' => {
                let mut name = String::from(begin);
                while let Some(more) = rest.next_if(|character| character.is_alphanumeric() || *character == '_') {
                    name.push(more);
                }
                tokens.push(Token::Name(name));
            }
            _ if begin.is_whitespace() || begin.is_ascii_digit() => {}
            mark => tokens.push(Token::Mark(mark)),
        }
    }
    tokens
}

/// A literal behind its quotation mark, as it reads.
fn literal(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut text = String::new();
    while let Some(character) = rest.next() {
        match character {
            '"' => break,
            '\\' => match rest.next() {
                // A line that goes on below.
                Some('\n') => while rest.next_if(|character| character.is_whitespace()).is_some() {},
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some('u') => {
                    let code: String = rest.by_ref().skip(1).take_while(|character| *character != '}').collect();
                    text.extend(u32::from_str_radix(&code, 16).ok().and_then(char::from_u32));
                }
                Some(other) => text.push(other),
                None => {}
            },
            other => text.push(other),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_wherever_they_are_said() {
        let source = r##"
            // say("not this")
            fn a<'a>(app: &'a App) -> char { say("One"); fill("Two {0} \
                and on", &[&say("Three"), "value"]); '"' }
            fn b() { plural(number(found, "visits"), "{0} visit", "{0} visits"); words::say(
                "Four “quoted” \"twice\" \u{2013}",
            ); say(chosen.title); element.say("not said"); say(r#"{"json":1}"#); Problem::new("Gone", &say("Back")); Other::new("No") }
            const FACTS: [Facts; 1] = [facts(View::Live, "live", "Live", Group::Traffic)];
            fn label(self) -> &'static str { match self { Self::A => "Label", Self::B => "id" } }
            fn other() { "Other" }
            #[cfg(test)]
            mod tests { fn t() { say("Test"); } }
        "##;
        let source = source.replace("            #[cfg(test)]\n            mod", "#[cfg(test)]\nmod");
        let texts = of_source(&source);
        let one: Vec<&str> = texts.iter().map(|text| text.one.as_str()).collect();
        assert_eq!(
            one,
            [
                "One",
                "Two {0} and on",
                "Three",
                "{0} visit",
                "Four “quoted” \"twice\" –",
                "Gone",
                "Back",
                "Back",
                "Live",
                "Label"
            ]
        );
        assert_eq!(texts.iter().filter(|text| text.many == "{0} visits").count(), 1);
    }
}
