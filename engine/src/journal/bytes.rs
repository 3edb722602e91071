//! Bytes of a journal record: variable-length integers and texts that are written once per record.

use super::Error;
use std::collections::HashMap;

/// Collects the body of a record and the texts it refers to.
#[derive(Default)]
pub(super) struct Writer {
    body: Vec<u8>,
    texts: Vec<u8>,
    codes: HashMap<String, u64>,
}

impl Writer {
    pub(super) fn byte(&mut self, value: u8) {
        self.body.push(value);
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.body.extend_from_slice(bytes);
    }

    /// LEB128.
    pub(super) fn number(&mut self, value: u64) {
        push_number(&mut self.body, value);
    }

    /// Zigzag, then LEB128, so that small negative numbers stay short.
    pub(super) fn signed(&mut self, value: i64) {
        self.number(((value << 1) ^ (value >> 63)) as u64);
    }

    /// A reference into the record's texts; 0 is the empty text.
    pub(super) fn text(&mut self, value: &str) {
        let code = if value.is_empty() {
            0
        } else if let Some(&code) = self.codes.get(value) {
            code
        } else {
            let code = self.codes.len() as u64 + 1;
            push_number(&mut self.texts, value.len() as u64);
            self.texts.extend_from_slice(value.as_bytes());
            self.codes.insert(value.to_owned(), code);
            code
        };
        self.number(code);
    }

    pub(super) fn texts(&mut self, values: &[&str]) {
        for value in values {
            self.text(value);
        }
    }

    pub(super) fn numbers(&mut self, values: &[u64]) {
        for value in values {
            self.number(*value);
        }
    }

    /// The record: the version, the texts, the body.
    pub(super) fn finish(self, version: u8) -> Vec<u8> {
        let mut record = Vec::with_capacity(self.texts.len() + self.body.len() + 4);
        record.push(version);
        push_number(&mut record, self.codes.len() as u64);
        record.extend_from_slice(&self.texts);
        record.extend_from_slice(&self.body);
        record
    }
}

fn push_number(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Reads what [`Writer`] wrote; every read can fail and none can panic.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    texts: Vec<&'a str>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(rest: &'a [u8]) -> Self {
        Self { rest, texts: Vec::new() }
    }

    /// Reads the record's texts, which come before its body.
    pub(super) fn read_texts(&mut self) -> Result<(), Error> {
        for _ in 0..self.count()? {
            let length = self.count()?;
            let text = std::str::from_utf8(self.raw(length)?).map_err(|_| Error::Malformed)?;
            self.texts.push(text);
        }
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn raw(&mut self, length: usize) -> Result<&'a [u8], Error> {
        let (head, tail) = self.rest.split_at_checked(length).ok_or(Error::Malformed)?;
        self.rest = tail;
        Ok(head)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        self.raw(N)?.try_into().map_err(|_| Error::Malformed)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Error> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn number(&mut self) -> Result<u64, Error> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Error::Malformed)
    }

    pub(super) fn narrow<T: TryFrom<u64>>(&mut self) -> Result<T, Error> {
        T::try_from(self.number()?).map_err(|_| Error::Malformed)
    }

    pub(super) fn signed(&mut self) -> Result<i64, Error> {
        let value = self.number()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// How many things follow. Each takes a byte at least, so a count beyond the rest is refused before memory is
    /// asked for it.
    pub(super) fn count(&mut self) -> Result<usize, Error> {
        let count: usize = self.narrow()?;
        if count > self.rest.len() { Err(Error::Malformed) } else { Ok(count) }
    }

    pub(super) fn text(&mut self) -> Result<String, Error> {
        let code: usize = self.narrow()?;
        match code.checked_sub(1) {
            None => Ok(String::new()),
            Some(index) => self.texts.get(index).map(|&text| text.to_owned()).ok_or(Error::Malformed),
        }
    }
}
