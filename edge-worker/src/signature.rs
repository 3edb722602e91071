//! Signed requests: who has a key may show it by signing what is sent, so that the key itself never travels, and what
//! was heard on the way can be neither changed nor sent again.
//!
//! Signed is `timestamp "." nonce "." body`, by HMAC-SHA256 (RFC 2104) keyed with the key's text; the timestamp has only
//! digits and the nonce no dot, so that no two requests share these bytes.

use crate::site_key;
use blake3::{Hash, Hasher};
use protocol::outcome::Unauthorised;

/// Names the key by its id.
const KEY: &str = "x-passerby-key";
/// When it was signed, in seconds since 1970.
const TIMESTAMP: &str = "x-passerby-timestamp";
/// Chosen by chance for this request.
const NONCE: &str = "x-passerby-nonce";
/// The signature, in hexadecimal digits.
const SIGNATURE: &str = "x-passerby-signature";

/// How far the sender's clock may be off, in seconds.
const WINDOW_S: i64 = 300;

/// What the headers of a signed request say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The key's id.
    pub key_id: String,
    /// The signature.
    pub mac: [u8; 32],
    timestamp: String,
    nonce: String,
}

impl Signature {
    /// Reads the headers; nothing where the request is not signed.
    ///
    /// # Errors
    /// Where it is signed in part or in another form, or at another time than about `now_s`, in seconds since 1970.
    pub fn read(header: impl Fn(&str) -> Option<String>, now_s: i64) -> Result<Option<Self>, Unauthorised> {
        let Some(mac) = header(SIGNATURE) else { return Ok(None) };
        let given = |name| header(name).ok_or(Unauthorised::BadSignature);
        let mac = *Hash::from_hex(mac).map_err(|_| Unauthorised::BadSignature)?.as_bytes();
        let signature = Self { key_id: given(KEY)?, mac, timestamp: given(TIMESTAMP)?, nonce: given(NONCE)? };
        let signed_s = signature.checked_time().ok_or(Unauthorised::BadSignature)?;
        if (now_s - signed_s).abs() > WINDOW_S { Err(Unauthorised::StaleSignature) } else { Ok(Some(signature)) }
    }

    /// When it was signed, in seconds since 1970; none where a header has another form.
    fn checked_time(&self) -> Option<i64> {
        let is_nonce = (16..=64).contains(&self.nonce.len())
            && self.nonce.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        let is_time = (1..=12).contains(&self.timestamp.len()) && self.timestamp.bytes().all(|b| b.is_ascii_digit());
        (is_nonce && is_time && site_key::is_id(&self.key_id)).then(|| self.timestamp.parse().ok()).flatten()
    }

    /// The bytes that are signed.
    pub fn text(&self, body: &[u8]) -> Vec<u8> {
        [self.timestamp.as_bytes(), b".", self.nonce.as_bytes(), b".", body].concat()
    }

    /// Sixteen bytes that stand for the nonce among those of all keys.
    pub fn nonce(&self) -> [u8; 16] {
        // Ids of keys have the same length, so the bytes are no other pair's.
        let hash = Hasher::new().update(self.key_id.as_bytes()).update(self.nonce.as_bytes()).finalize();
        let (nonce, _) = hash.as_bytes().split_first_chunk().unwrap_or((&[0; 16], &[]));
        *nonce
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef";
    const NONCE_TEXT: &str = "a_nonce-of-16-to-64";
    const NOW_S: i64 = 1_800_000_000;

    fn read(changed: &str, value: Option<&str>) -> Result<Option<Signature>, Unauthorised> {
        let header = |name: &str| match name {
            name if name == changed => value.map(str::to_owned),
            KEY => Some(ID.into()),
            TIMESTAMP => Some(NOW_S.to_string()),
            NONCE => Some(NONCE_TEXT.into()),
            SIGNATURE => Some("0f".repeat(32)),
            _ => None,
        };
        Signature::read(header, NOW_S)
    }

    #[test]
    fn what_is_signed_is_time_nonce_and_body() {
        let signature = read("", None).unwrap().unwrap();
        assert_eq!(signature.text(b"{}"), b"1800000000.a_nonce-of-16-to-64.{}");
        assert_eq!((&*signature.key_id, signature.mac), (ID, [0x0f; 32]));
    }

    #[test]
    fn a_request_without_a_signature_is_not_signed() {
        assert_eq!(read(SIGNATURE, None), Ok(None));
    }

    #[test]
    fn headers_of_another_form_are_no_signature() {
        for (name, values) in [
            (KEY, &["", "0123456789abcde", "0123456789ABCDEF", "0123456789abcdef0"][..]),
            (TIMESTAMP, &["", "now", "-1", "+1800000000", "1800000000.5", "1e9", "1800000000000"]),
            (
                NONCE,
                &[
                    "",
                    "fifteen-letters",
                    "a nonce with spaces",
                    "a.nonce.with.dots.",
                    "ünïcode-nonce-16",
                    &"x".repeat(65),
                ],
            ),
            (SIGNATURE, &["", "0f", &"0g".repeat(32), &"0f".repeat(33)]),
        ] {
            for value in values {
                assert_eq!(read(name, Some(value)), Err(Unauthorised::BadSignature), "{name}: {value}");
            }
        }
        for name in [KEY, TIMESTAMP, NONCE] {
            assert_eq!(read(name, None), Err(Unauthorised::BadSignature), "no {name}");
        }
    }

    #[test]
    fn a_clock_may_be_off_by_300_seconds() {
        for (off_s, fresh) in [(0, true), (299, true), (300, true), (301, false), (86_400, false)] {
            for signed_s in [NOW_S - off_s, NOW_S + off_s] {
                let given = read(TIMESTAMP, Some(&signed_s.to_string())).map(|signature| signature.is_some());
                let expected = if fresh { Ok(true) } else { Err(Unauthorised::StaleSignature) };
                assert_eq!(given, expected, "{off_s}");
            }
        }
    }

    #[test]
    fn a_nonce_is_its_keys_own() {
        let nonce = read("", None).unwrap().unwrap().nonce();
        assert_eq!(read(TIMESTAMP, Some("1800000001")).unwrap().unwrap().nonce(), nonce, "whenever it is used");
        assert_ne!(read(KEY, Some("0123456789abcde0")).unwrap().unwrap().nonce(), nonce);
        assert_ne!(read(NONCE, Some("another-nonce-16")).unwrap().unwrap().nonce(), nonce);
    }
}
