//! What one word may be that must not be kept, and the placeholder that stands for it.

use super::checksum::{is_card, is_iban};
use core::net::{IpAddr, Ipv6Addr};

pub(super) const EMAIL: &str = ":email";
pub(super) const CARD: &str = ":card";
pub(super) const IBAN: &str = ":iban";
pub(super) const TOKEN: &str = ":token";
pub(super) const IP: &str = ":ip";
const ID: &str = ":id";

/// How the keys of widely used services begin (from the public documentation of each).
const KEY_PREFIXES: [&str; 16] = [
    "AKIA",
    "ASIA",
    "AIza",
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "npm_",
    "sk_live_",
    "sk_test_",
    "pk_live_",
    "rk_live_",
    "xoxb-",
    "xoxp-",
    "SG.",
];
/// Shorter words are no keys, whatever they begin with.
const KEY_CHARS_MIN: usize = 16;
/// Hexadecimal runs from this length on are hashes or random ids, not words or numbers.
const HEX_ID_CHARS_MIN: usize = 16;
/// Numbers from this length on are identifiers of people more often than of pages: phone numbers, national ids. An
/// eight-digit date or a row number stays.
const DIGITS_ID_CHARS_MIN: usize = 10;
/// Mixed runs from this length on that change between letters and digits this often are random.
const RANDOM_CHARS_MIN: usize = 16;
const RANDOM_CHANGES_MIN: usize = 5;

/// What a segment of a path is replaced by, if it must be.
pub(super) fn in_segment(segment: &str) -> Option<&'static str> {
    in_word(segment)
        .or_else(|| segment.contains('@').then(|| segment.split(['=', ':', ';', ',', ' ']).find_map(in_word)).flatten())
        .or_else(|| is_card_written(segment).then_some(CARD))
        .or_else(|| is_iban(segment).then_some(IBAN))
        .or_else(|| is_identifier(segment).then_some(ID))
}

/// What a word of a text is replaced by, if it must be.
pub(super) fn in_word(word: &str) -> Option<&'static str> {
    if is_email(word) {
        Some(EMAIL)
    } else if is_ip(word) {
        Some(IP)
    } else if is_token(word) {
        Some(TOKEN)
    } else {
        None
    }
}

fn is_email(word: &str) -> bool {
    let Some((local, domain)) = word.rsplit_once('@') else { return false };
    let Some((name, ending)) = domain.rsplit_once('.') else { return false };
    !local.is_empty()
        && local.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.:\"".contains(c))
        && !name.is_empty()
        && name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '.')
        && ending.chars().count() >= 2
        && ending.chars().all(|c| c.is_alphanumeric() || c == '-')
        // No top-level domain is a number: `package@1.2.30` is a version.
        && ending.chars().any(char::is_alphabetic)
        && !is_pixel_density(name)
}

/// The `2x` of `logo@2x.png`: an image for screens of that density.
fn is_pixel_density(name: &str) -> bool {
    name.strip_suffix('x').is_some_and(|number| number.len() == 1 && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a word is an IP address or has one where a tool would write it: as a host of an address, beside a user or an
/// interface, as a value, with the length of a network's prefix.
fn is_ip(word: &str) -> bool {
    let host = word.split_once("://").map_or(word, |(_, rest)| rest.split('/').next().unwrap_or(rest));
    host.split(['@', '=']).any(|part| {
        let without_prefix =
            part.split_once('/').filter(|(_, length)| length.bytes().all(|byte| byte.is_ascii_digit()));
        is_ip_itself(without_prefix.map_or(part, |(address, _)| address))
    })
}

fn is_ip_itself(text: &str) -> bool {
    let in_brackets = text.strip_prefix('[').and_then(|text| text.split_once(']'));
    let bare = in_brackets.filter(|(_, after)| after.is_empty() || is_port(after)).map_or(text, |(inside, _)| inside);
    let bare = bare.split('%').next().unwrap_or(bare);
    match bare.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => true,
        // "::" and "a::" are punctuation in too many texts to be addresses.
        Ok(IpAddr::V6(address)) => address != Ipv6Addr::UNSPECIFIED && bare.len() >= 6,
        Err(_) => bare
            .rfind(':')
            .and_then(|colon| bare.split_at_checked(colon))
            .is_some_and(|(host, after)| is_port(after) && host.parse::<core::net::Ipv4Addr>().is_ok()),
    }
}

/// Whether a text is a port with its colon.
fn is_port(text: &str) -> bool {
    text.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
}

fn is_token(word: &str) -> bool {
    is_jwt(word)
        || word.len() >= KEY_CHARS_MIN
            && KEY_PREFIXES.iter().any(|prefix| word.starts_with(prefix))
            && is_key_like(word)
        || word.split(|c: char| !c.is_ascii_alphanumeric()).any(is_random)
}

fn is_key_like(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_alphanumeric() || "_-.=+/".contains(c))
}

/// Three parts of base64url, the first of which is the header of a JSON object.
fn is_jwt(word: &str) -> bool {
    let mut parts = word.split('.');
    let is_part = |part: Option<&str>| {
        part.is_some_and(|part| part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_'))
    };
    word.starts_with("eyJ")
        && word.len() >= 20
        && is_part(parts.next())
        && is_part(parts.next())
        && is_part(parts.next())
}

/// Letters and digits so mixed that no one wrote them: keys, session ids, base64.
fn is_random(run: &str) -> bool {
    if run.len() < RANDOM_CHARS_MIN || run.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return false;
    }
    let has = |class: fn(&u8) -> bool| run.bytes().filter(class).count() >= 2;
    let digits = run.bytes().map(|byte| byte.is_ascii_digit());
    let changes = digits.clone().zip(digits.skip(1)).filter(|(before, after)| before != after).count();
    has(u8::is_ascii_digit)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && changes >= RANDOM_CHANGES_MIN
}

fn is_identifier(segment: &str) -> bool {
    let stem = segment.split('.').next().unwrap_or(segment);
    let plain = || stem.bytes().filter(|byte| *byte != b'-');
    let count = plain().count();
    let hex = plain().all(|byte| byte.is_ascii_hexdigit());
    let digits = plain().filter(u8::is_ascii_digit).count();
    let uuid = stem.len() == 36 && count == 32;
    let one_run = !stem.contains('-');
    hex && (uuid
        || one_run && digits > 0 && count >= HEX_ID_CHARS_MIN
        || one_run && digits == count && count >= DIGITS_ID_CHARS_MIN)
}

/// A card number as people write it: digits in groups, nothing else.
fn is_card_written(segment: &str) -> bool {
    segment.chars().all(|c| c.is_ascii_digit() || c == '-' || c == ' ' || c == '.') && is_card(segment)
}
