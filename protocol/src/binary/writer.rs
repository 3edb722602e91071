//! Writes the numbers and texts of a batch.

use alloc::string::String;
use alloc::vec::Vec;

pub(super) struct Writer {
    out: Vec<u8>,
    /// Texts in the order they were written. A batch has few, so that a search beats a map, in bytes too.
    texts: Vec<String>,
}

impl Writer {
    pub(super) fn new(version: u8) -> Self {
        let mut out = Vec::with_capacity(256);
        out.push(version);
        Self { out, texts: Vec::new() }
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.out
    }

    pub(super) fn byte(&mut self, byte: u8) {
        self.out.push(byte);
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    pub(super) fn number(&mut self, mut number: u64) {
        while number >= 128 {
            self.out.push(number as u8 | 128);
            number >>= 7;
        }
        self.out.push(number as u8);
    }

    pub(super) fn signed(&mut self, number: i64) {
        self.number(((number << 1) ^ (number >> 63)) as u64);
    }

    pub(super) fn optional(&mut self, number: Option<u32>) {
        self.number(number.map_or(0, |number| u64::from(number) + 1));
    }

    pub(super) fn text(&mut self, text: &str) {
        if let Some(known) = self.texts.iter().position(|known| known == text) {
            return self.number(known as u64 * 2 + 1);
        }
        self.number(text.len() as u64 * 2);
        self.bytes(text.as_bytes());
        self.texts.push(text.into());
    }
}
