//! Bytes of a journal record: variable-length integers and texts that are written once per record.

use super::Error;
use crate::bytes::{Malformed, push_number, zigzag};
use hashbrown::HashMap;

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
        self.number(zigzag(value));
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

/// Reads what [`Writer`] wrote; every read can fail and none can panic.
pub(super) struct Reader<'a> {
    rest: crate::bytes::Reader<'a>,
    texts: Vec<&'a str>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(rest: &'a [u8]) -> Self {
        Self { rest: crate::bytes::Reader::new(rest), texts: Vec::new() }
    }

    /// Reads the record's texts, which come before its body.
    pub(super) fn read_texts(&mut self) -> Result<(), Error> {
        for _ in 0..self.count()? {
            self.texts.push(self.rest.text()?);
        }
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        self.rest.array()
    }

    pub(super) fn byte(&mut self) -> Result<u8, Malformed> {
        self.rest.byte()
    }

    pub(super) fn number(&mut self) -> Result<u64, Malformed> {
        self.rest.number()
    }

    pub(super) fn narrow<T: TryFrom<u64>>(&mut self) -> Result<T, Malformed> {
        self.rest.narrow()
    }

    pub(super) fn signed(&mut self) -> Result<i64, Malformed> {
        self.rest.signed()
    }

    pub(super) fn count(&mut self) -> Result<usize, Malformed> {
        self.rest.count()
    }

    pub(super) fn text(&mut self) -> Result<String, Error> {
        let code: usize = self.narrow()?;
        match code.checked_sub(1) {
            None => Ok(String::new()),
            Some(index) => self.texts.get(index).map(|&text| text.to_owned()).ok_or(Error::Malformed),
        }
    }
}
