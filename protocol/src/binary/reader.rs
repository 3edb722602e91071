//! Reads the numbers and texts of a batch; whatever the bytes are, it answers and never takes more memory than they do.

use crate::limits::BATCH_BYTES_MAX;
use crate::outcome::{Invalid, Outcome, TooLarge};
use alloc::string::String;
use alloc::vec::Vec;

const MALFORMED: Outcome = Outcome::Invalid(Invalid::Malformed);
/// Texts of one batch written out in full: what repetition can blow a batch up to.
const TEXT_BYTES_MAX: usize = 8 * BATCH_BYTES_MAX;

pub(super) struct Reader<'a> {
    rest: &'a [u8],
    texts: Vec<&'a str>,
    text_bytes: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, texts: Vec::new(), text_bytes: 0 }
    }

    pub(super) fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn byte(&mut self) -> Result<u8, Outcome> {
        self.array().map(|[byte]| byte)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Outcome> {
        let (array, rest) = self.rest.split_first_chunk().ok_or(MALFORMED)?;
        self.rest = rest;
        Ok(*array)
    }

    pub(super) fn flag(&mut self) -> Result<bool, Outcome> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(MALFORMED),
        }
    }

    pub(super) fn number(&mut self) -> Result<u64, Outcome> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 127);
            // The tenth byte has room for one bit only.
            if shift == 63 && bits > 1 {
                return Err(MALFORMED);
            }
            number |= bits << shift;
            if byte < 128 {
                return Ok(number);
            }
        }
        Err(MALFORMED)
    }

    /// A number that must fit a smaller type.
    pub(super) fn small<T: TryFrom<u64>>(&mut self) -> Result<T, Outcome> {
        T::try_from(self.number()?).map_err(|_| MALFORMED)
    }

    pub(super) fn signed(&mut self) -> Result<i64, Outcome> {
        let folded = self.number()?;
        Ok((folded >> 1) as i64 ^ -((folded & 1) as i64))
    }

    pub(super) fn optional<T: TryFrom<u64>>(&mut self) -> Result<Option<T>, Outcome> {
        match self.number()? {
            0 => Ok(None),
            higher => T::try_from(higher - 1).map(Some).map_err(|_| MALFORMED),
        }
    }

    pub(super) fn text(&mut self) -> Result<String, Outcome> {
        let number = self.number()?;
        let half = usize::try_from(number / 2).map_err(|_| MALFORMED)?;
        let text = if number % 2 == 1 {
            *self.texts.get(half).ok_or(MALFORMED)?
        } else {
            let (bytes, rest) = self.rest.split_at_checked(half).ok_or(MALFORMED)?;
            self.rest = rest;
            let text = core::str::from_utf8(bytes).map_err(|_| MALFORMED)?;
            self.texts.push(text);
            text
        };
        self.text_bytes += text.len();
        if self.text_bytes > TEXT_BYTES_MAX {
            return Err(Outcome::TooLarge(TooLarge::Text));
        }
        Ok(text.into())
    }
}
