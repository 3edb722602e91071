//! Writing JSON without building values first, and reading the little of it that cells of CSV hold.

use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use std::fmt;

/// Writes a text as JSON.
pub(crate) fn text(out: &mut String, text: &str) {
    out.push('"');
    let mut written = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        // The byte is ASCII, so that both ends are between characters.
        out.push_str(text.get(written..at).unwrap_or_default());
        written = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            control => {
                out.push_str("\\u00");
                let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
                out.extend([digit(control >> 4), digit(control & 15)]);
            }
        }
    }
    out.push_str(text.get(written..).unwrap_or_default());
    out.push('"');
}

/// Writes texts as an array.
pub(crate) fn texts(out: &mut String, texts: &[String]) {
    out.push('[');
    for (at, one) in texts.iter().enumerate() {
        out.push_str(if at == 0 { "" } else { "," });
        text(out, one);
    }
    out.push(']');
}

/// Writes pairs as an object, in their order.
pub(crate) fn pairs<'a>(out: &mut String, pairs: impl Iterator<Item = (&'a str, &'a str)>) {
    let mut object = Object::begin(out);
    for (key, value) in pairs {
        text(object.key(key), value);
    }
    object.end();
}

/// Reads an array of texts.
pub(crate) fn read_texts(text: &str) -> Option<Vec<String>> {
    serde_json::from_str(text).ok()
}

/// Reads an object of texts: every pair in the order given, also where a key comes twice.
pub(crate) fn read_pairs(text: &str) -> Option<Vec<(String, String)>> {
    let mut from = serde_json::Deserializer::from_str(text);
    let pairs = from.deserialize_map(Pairs).ok()?;
    from.end().ok()?;
    Some(pairs)
}

struct Pairs;

impl<'de> Visitor<'de> for Pairs {
    type Value = Vec<(String, String)>;

    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str("an object of texts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry().map_err(A::Error::custom)? {
            pairs.push(pair);
        }
        Ok(pairs)
    }
}

/// An object that is being written.
pub(crate) struct Object<'a> {
    out: &'a mut String,
    empty: bool,
}

impl<'a> Object<'a> {
    pub(crate) fn begin(out: &'a mut String) -> Self {
        out.push('{');
        Self { out, empty: true }
    }

    /// Writes a key; the value is for the caller to write.
    pub(crate) fn key(&mut self, key: &str) -> &mut String {
        self.out.push_str(if self.empty { "" } else { "," });
        self.empty = false;
        text(self.out, key);
        self.out.push(':');
        self.out
    }

    /// Writes a text, unless it is empty.
    pub(crate) fn text(&mut self, key: &str, value: &str) {
        if !value.is_empty() {
            text(self.key(key), value);
        }
    }

    /// Writes a number or a flag, whose text is JSON already.
    pub(crate) fn plain(&mut self, key: &str, value: impl ToString) {
        let value = value.to_string();
        self.key(key).push_str(&value);
    }

    pub(crate) fn end(self) {
        self.out.push('}');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_is_json(given: String) {
            let mut out = String::new();
            text(&mut out, &given);
            prop_assert_eq!(serde_json::from_str::<String>(&out).ok(), Some(given));
        }

        #[test]
        fn lists_and_pairs_are_read_as_they_were_written(list: Vec<String>, given in vec(("[ab\"]{0,2}", any::<String>()), 0..5)) {
            let (mut array, mut object) = (String::new(), String::new());
            texts(&mut array, &list);
            pairs(&mut object, given.iter().map(|(key, value)| (&**key, &**value)));
            prop_assert_eq!(read_texts(&array), Some(list));
            prop_assert_eq!(read_pairs(&object), Some(given));
        }
    }

    #[test]
    fn other_json_is_refused() {
        for other in ["", "{", "[]", "{} {}", r#"{"a":1}"#, r#"{"a":null}"#, r#"{"a":"b",}"#, "null"] {
            assert_eq!(read_pairs(other), None, "{other}");
        }
        for other in ["", "[", "{}", "[1]", "null"] {
            assert_eq!(read_texts(other), None, "{other}");
        }
    }
}
