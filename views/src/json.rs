//! JSON as [`Value`]s, read and written in few bytes of code: every view's module has this. What `serde_json` brings for the
//! same, tables of numbers above all, is a sixth of a small module. Both agree (tested) but in the last digit of numbers
//! with more than fifteen.

use serde_json::{Map, Number, Value};

/// How deep values may lie in one another.
const DEPTH_MAX: usize = 128;

/// Reads a text; none where it is not JSON.
pub fn read(text: &str) -> Option<Value> {
    let mut from = Reader { text, depth: 0 };
    let value = from.value()?;
    from.skip();
    from.text.is_empty().then_some(value)
}

struct Reader<'a> {
    /// What is left.
    text: &'a str,
    depth: usize,
}

impl Reader<'_> {
    fn skip(&mut self) {
        self.text = self.text.trim_start_matches([' ', '\n', '\r', '\t']);
    }

    /// Goes past a letter, if it is the next.
    fn takes(&mut self, letter: char) -> bool {
        self.skip();
        let rest = self.text.strip_prefix(letter);
        self.text = rest.unwrap_or(self.text);
        rest.is_some()
    }

    fn value(&mut self) -> Option<Value> {
        if self.takes('"') {
            return self.string().map(Value::String);
        }
        if self.takes('[') {
            let mut list = Vec::new();
            self.each(']', |from| {
                list.push(from.value()?);
                Some(())
            })?;
            return Some(Value::Array(list));
        }
        if self.takes('{') {
            let mut fields = Map::new();
            self.each('}', |from| {
                let name = from.takes('"').then(|| from.string())??;
                let value = from.takes(':').then(|| from.value())??;
                fields.insert(name, value);
                Some(())
            })?;
            return Some(Value::Object(fields));
        }
        for (word, value) in [("null", Value::Null), ("true", Value::Bool(true)), ("false", Value::Bool(false))] {
            if let Some(rest) = self.text.strip_prefix(word) {
                self.text = rest;
                return Some(value);
            }
        }
        self.number()
    }

    /// Reads what stands between commas until the end.
    fn each(&mut self, end: char, mut read: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.depth += 1;
        if self.depth >= DEPTH_MAX {
            return None;
        }
        let is_empty = self.takes(end);
        if !is_empty {
            read(self)?;
        }
        while !is_empty && self.takes(',') {
            read(self)?;
        }
        self.depth -= 1;
        (is_empty || self.takes(end)).then_some(())
    }

    /// The rest of a text after its first quote.
    fn string(&mut self) -> Option<String> {
        let mut out = String::new();
        loop {
            let end = self.text.find(|letter| letter < ' ' || letter == '"' || letter == '\\')?;
            let (plain, rest) = self.text.split_at(end);
            out.push_str(plain);
            let mut letters = rest.chars();
            let letter = letters.next()?;
            let escaped = if letter == '\\' { letters.next() } else { None };
            self.text = letters.as_str();
            out.push(match (letter, escaped) {
                ('"', _) => return Some(out),
                (_, Some(same @ ('"' | '\\' | '/'))) => same,
                (_, Some('b')) => '\u{8}',
                (_, Some('f')) => '\u{c}',
                (_, Some('n')) => '\n',
                (_, Some('r')) => '\r',
                (_, Some('t')) => '\t',
                (_, Some('u')) => self.escape()?,
                _ => return None,
            });
        }
    }

    /// A character by its number; those beyond four digits are written as two halves.
    fn escape(&mut self) -> Option<char> {
        let high = self.hexadecimal()?;
        let code = match high {
            0xd800..0xdc00 => {
                self.text = self.text.strip_prefix("\\u")?;
                let low = self.hexadecimal()?.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
                0x1_0000 + ((high - 0xd800) << 10) + low
            }
            code => code,
        };
        char::from_u32(code)
    }

    fn hexadecimal(&mut self) -> Option<u32> {
        let (digits, rest) = self.text.split_at_checked(4)?;
        self.text = rest;
        digits.chars().try_fold(0, |code, digit| Some(code << 4 | digit.to_digit(16)?))
    }

    /// Goes past digits: how many there are. As much of them as has room is added to what was read before.
    fn digits(&mut self, number: &mut u64, left_out: &mut i32) -> usize {
        let end = self.text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(self.text.len());
        let (digits, rest) = self.text.split_at(end);
        self.text = rest;
        for digit in digits.bytes() {
            match number.checked_mul(10).and_then(|tens| tens.checked_add(u64::from(digit - b'0'))) {
                Some(more) if *left_out == 0 => *number = more,
                _ => *left_out += 1,
            }
        }
        end
    }

    fn number(&mut self) -> Option<Value> {
        let is_negative = self.takes('-');
        let is_whole_zero = self.text.starts_with('0');
        let (mut number, mut exponent) = (0, 0);
        let whole = self.digits(&mut number, &mut exponent);
        if whole == 0 || (is_whole_zero && whole > 1) {
            return None;
        }
        let mut is_whole = exponent == 0;
        if let Some(rest) = self.text.strip_prefix('.') {
            (self.text, is_whole) = (rest, false);
            let before = exponent;
            let decimals = self.digits(&mut number, &mut exponent);
            // Each decimal that had room has made the number ten times as large.
            exponent = before - (decimals as i32 - (exponent - before));
            if decimals == 0 {
                return None;
            }
        }
        if let Some(rest) = self.text.strip_prefix(['e', 'E']) {
            (self.text, is_whole) = (rest, false);
            let is_small = self.text.starts_with('-');
            self.text = self.text.strip_prefix(['-', '+']).unwrap_or(self.text);
            let (mut power, mut left_out) = (0, 0);
            if self.digits(&mut power, &mut left_out) == 0 {
                return None;
            }
            let power = if left_out > 0 { i32::MAX } else { i32::try_from(power).unwrap_or(i32::MAX) };
            exponent = if is_small { exponent.saturating_sub(power) } else { exponent.saturating_add(power) };
        }
        let whole = if is_negative {
            0i64.checked_sub_unsigned(number).filter(|_| number > 0).map(Number::from)
        } else {
            Some(number.into())
        };
        if let Some(whole) = whole.filter(|_| is_whole) {
            return Some(Value::Number(whole));
        }
        let size = scaled(number as f64, exponent);
        Number::from_f64(if is_negative { -size } else { size }).map(Value::Number)
    }
}

/// A number times a power of ten.
fn scaled(mut number: f64, exponent: i32) -> f64 {
    let mut left = exponent.unsigned_abs();
    while left > 0 && number != 0.0 && number.is_finite() {
        // Powers up to this one are exact.
        let step = left.min(22);
        let power = (0..step).fold(1.0, |power, _| power * 10.0);
        number = if exponent < 0 { number / power } else { number * power };
        left -= step;
    }
    number
}

/// Writes a value as JSON, without spaces.
pub fn write(value: &Value) -> String {
    let mut out = String::new();
    put(&mut out, value);
    out
}

fn put(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(is) => out.push_str(if *is { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::String(text) => put_string(out, text),
        Value::Array(values) => {
            let mut before = '[';
            for value in values {
                out.push(before);
                put(out, value);
                before = ',';
            }
            out.push_str(if values.is_empty() { "[]" } else { "]" });
        }
        Value::Object(fields) => {
            let mut before = '{';
            for (name, value) in fields {
                out.push(before);
                put_string(out, name);
                out.push(':');
                put(out, value);
                before = ',';
            }
            out.push_str(if fields.is_empty() { "{}" } else { "}" });
        }
    }
}

fn put_string(out: &mut String, text: &str) {
    out.push('"');
    for letter in text.chars() {
        let short = match letter {
            '"' | '\\' => Some(letter),
            '\n' => Some('n'),
            '\r' => Some('r'),
            '\t' => Some('t'),
            '\u{8}' => Some('b'),
            '\u{c}' => Some('f'),
            _ => None,
        };
        match short {
            Some(short) => out.extend(['\\', short]),
            None if letter < ' ' => {
                out.push_str("\\u00");
                let code = u32::from(letter);
                out.extend([code >> 4, code & 15].map(|digit| char::from_digit(digit, 16).unwrap_or('0')));
            }
            None => out.push(letter),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values() -> impl Strategy<Value = Value> {
        let thousandths = |number: i64| Number::from_f64(number as f64 / 1000.0).map_or(Value::Null, Value::Number);
        let leaves = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-1_000_000_000_000i64..1_000_000_000_000).prop_map(thousandths),
            any::<String>().prop_map(Value::from),
        ];
        leaves.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|fields| Value::Object(Map::from_iter(fields))),
            ]
        })
    }

    proptest! {
        #[test]
        fn values_are_read_and_written_as_by_the_other(value in values()) {
            let compact = serde_json::to_string(&value).unwrap();
            prop_assert_eq!(write(&value), compact.clone());
            prop_assert_eq!(read(&compact), serde_json::from_str(&compact).ok());
            let pretty = serde_json::to_string_pretty(&value).unwrap();
            prop_assert_eq!(read(&pretty), serde_json::from_str(&compact).ok());
        }

        #[test]
        fn what_is_no_json_is_none_for_both(text in "[\\[\\]{}\",:\\\\u0-9.eE+\\-truefalsn d]{0,12}") {
            prop_assert_eq!(read(&text), serde_json::from_str(&text).ok());
        }
    }

    #[test]
    fn what_is_rare_is_read_as_by_the_other() {
        for text in [
            r#""\ud83d\ude00\u0041\/\b""#,
            r#""\ud83d""#,
            r#""\ud83dx""#,
            r#""\udc00""#,
            "\"\n\"",
            "\"a",
            "-0",
            "-0.0",
            "-",
            "01",
            "1.",
            ".5",
            "1e5",
            "2E-3",
            "1e",
            "0e99999999999",
            "18446744073709551615",
            "18446744073709551616",
            "-9223372036854775808",
            "123456789012345678901234",
            "1.5e-400",
            " [1 , 2 ] ",
            "[1,]",
            "[,1]",
            "{\"a\":1,\"a\":2}",
            "{\"a\" 1}",
            "{1:2}",
            "nul",
            "truex",
            "1 2",
            "",
        ] {
            assert_eq!(read(text), serde_json::from_str(text).ok(), "{text}");
        }
        assert_eq!(read("1e400"), None);
    }

    #[test]
    fn nothing_lies_too_deep() {
        let nested = |depth: usize| ["[".repeat(depth), "]".repeat(depth)].concat();
        for depth in [1, 126, 127, 128, 129, 100_000] {
            assert_eq!(
                read(&nested(depth)).is_some(),
                serde_json::from_str::<Value>(&nested(depth)).is_ok(),
                "{depth}"
            );
        }
    }
}
