//! The parts of a web address, found without a table of Unicode: enough to cut away what must not be kept.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// A web address in its parts, each as it was written.
pub(super) struct Address<'a> {
    secure: bool,
    host: &'a str,
    /// With its leading slash; empty where there is none.
    pub(super) path: &'a str,
    query: &'a str,
    fragment: &'a str,
}

impl<'a> Address<'a> {
    /// Reads an `http` or `https` address with a host.
    pub(super) fn read(raw: &'a str) -> Option<Self> {
        let raw = raw.trim_matches(|c: char| c.is_ascii_control() || c == ' ');
        let (secure, rest) = if let Some(rest) = without_prefix(raw, "https://") {
            (true, rest)
        } else {
            (false, without_prefix(raw, "http://")?)
        };
        let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.split_at(rest.find(['/', '\\']).unwrap_or(rest.len()));
        let host = authority.rsplit('@').next().unwrap_or(authority);
        let default_port = if secure { ":443" } else { ":80" };
        let host = host.strip_suffix(default_port).or_else(|| host.strip_suffix(':')).unwrap_or(host);
        let forbidden = |c: char| c.is_ascii_control() || c.is_whitespace() || "<>^|`{}\"%".contains(c);
        if host.is_empty() || host.starts_with(':') || host.contains(forbidden) {
            return None;
        }
        Some(Self { secure, host, path, query, fragment })
    }

    /// Scheme and host.
    pub(super) fn write_origin(&self, out: &mut String) {
        out.push_str(if self.secure { "https://" } else { "http://" });
        out.extend(self.host.chars().flat_map(char::to_lowercase));
        if self.path.is_empty() {
            out.push('/');
        }
    }

    /// The query's parameters, each as name and value as they were written.
    pub(super) fn parameters(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.query.split('&').map(|parameter| parameter.split_once('=').unwrap_or((parameter, "")))
    }

    /// The fragment, where a script uses it as a path.
    pub(super) fn route(&self) -> Option<&'a str> {
        Some(self.fragment).filter(|fragment| fragment.starts_with(['/', '!']))
    }
}

fn without_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// The text with its percent encoding undone, and `+` read as a space where it is `form` encoded. Bytes that are no
/// UTF-8 become replacement characters: this is for looking, not for keeping.
pub(super) fn decoded(text: &str, form: bool) -> Cow<'_, str> {
    if !(text.contains('%') || form && text.contains('+')) {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        bytes.push(match (byte, after) {
            (b'%', [high, low, tail @ ..]) => match (nibble(*high), nibble(*low)) {
                (Some(high), Some(low)) => {
                    rest = tail;
                    high << 4 | low
                }
                _ => b'%',
            },
            (b'+', _) if form => b' ',
            _ => *byte,
        });
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

/// Writes a parameter's value so that it stays one.
pub(super) fn write_encoded(out: &mut String, value: &str) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:@/!$'()*,;".contains(&byte) {
            out.push(char::from(byte));
        } else if byte == b' ' {
            out.push('+');
        } else {
            let digit = |nibble: u8| char::from(if nibble < 10 { b'0' + nibble } else { b'A' + nibble - 10 });
            out.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
}
