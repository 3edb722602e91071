//! Lines out of a body that comes in pieces.

/// Longest line that is read; of a longer one only this much and a byte is kept, enough to refuse it.
pub(super) const LINE_BYTES_MAX: usize = 131_072;

/// Holds the line that is not yet complete.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    rest: Vec<u8>,
}

impl Splitter {
    /// Takes a piece; the lines that it completes, without their ends.
    pub(super) fn feed(&mut self, piece: &[u8]) -> Vec<Vec<u8>> {
        let mut lines = Vec::new();
        for part in piece.split_inclusive(|byte| *byte == b'\n') {
            match part.strip_suffix(b"\n") {
                Some(end) => {
                    self.keep(end);
                    lines.push(std::mem::take(&mut self.rest));
                }
                None => self.keep(part),
            }
        }
        lines
    }

    /// The last line, if it had no end.
    pub(super) fn end(self) -> Option<Vec<u8>> {
        (!self.rest.is_empty()).then_some(self.rest)
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = (LINE_BYTES_MAX + 1).saturating_sub(self.rest.len());
        self.rest.extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_may_end_anywhere() {
        let body = b"one\n\ntwo\r\nthree";
        for cut in 0..=body.len() {
            let mut splitter = Splitter::default();
            let mut lines = splitter.feed(&body[..cut]);
            lines.extend(splitter.feed(&body[cut..]));
            lines.extend(splitter.end());
            assert_eq!(lines, [&b"one"[..], b"", b"two\r", b"three"], "cut at {cut}");
        }
    }

    #[test]
    fn a_long_line_is_cut_just_over_the_limit() {
        let mut splitter = Splitter::default();
        for _ in 0..10 {
            assert!(splitter.feed(&vec![b'a'; 50_000]).is_empty());
        }
        assert_eq!(splitter.feed(b"\n")[0].len(), LINE_BYTES_MAX + 1);
    }
}
