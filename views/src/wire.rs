//! How the page's modules tell each other things: texts and numbers, one after the other, in bytes. Both ends are of one
//! build, so there is no version; what does not read is taken for nothing.

/// Bytes as characters that a page of HTML takes as they are: what has a meaning there, or none, is moved up by 256.
/// Texts in ASCII stay readable, so that a page which has them in its markup too compresses well.
pub fn to_characters(bytes: &[u8]) -> String {
    let moved = |byte: u8| if byte < b' ' || matches!(byte, b'&' | b'<') { 256 } else { 0 };
    bytes.iter().filter_map(|&byte| char::from_u32(u32::from(byte) + moved(byte))).collect()
}

/// The bytes of such characters.
pub fn from_characters(characters: &str) -> Vec<u8> {
    characters.chars().map(|character| u32::from(character) as u8).collect()
}

/// Writes.
#[derive(Debug, Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// The bytes written.
    pub fn done(self) -> Vec<u8> {
        self.0
    }

    /// Writes a number: LEB128, as in <https://webassembly.github.io/spec/core/binary/values.html#integers>.
    pub fn number(&mut self, value: usize) {
        self.leb(value as u64);
    }

    /// Writes a value as thousandths, or that there is none.
    pub fn value(&mut self, value: Option<f64>) {
        let thousandths = value.map(|value| (value * 1000.0).round() as i64);
        // Zigzag, so that small negative numbers stay short; 0 says that there is none.
        self.leb(thousandths.map_or(0, |value| ((value << 1) ^ (value >> 63)) as u64 + 1));
    }

    fn leb(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    /// Writes a text.
    pub fn text(&mut self, text: &str) {
        self.number(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }
}

/// Reads what a [`Writer`] wrote.
#[derive(Debug)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Begins at the first byte.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Reads a number; none where the bytes end.
    pub fn number(&mut self) -> Option<usize> {
        usize::try_from(self.leb()?).ok()
    }

    /// Reads a value, or that there is none, into a place; none where the bytes end.
    pub fn value(&mut self, place: &mut Option<f64>) -> Option<()> {
        let zigzag = self.leb()?.checked_sub(1);
        *place = zigzag.map(|zigzag| ((zigzag >> 1) as i64 ^ -((zigzag & 1) as i64)) as f64 / 1000.0);
        Some(())
    }

    fn leb(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let (&byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    /// Reads a text; none where the bytes end or are no text.
    pub fn text(&mut self) -> Option<&'a str> {
        let length = self.number()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }

    /// Whether all is read.
    pub fn is_done(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_html_takes_any_bytes() {
        let bytes: Vec<u8> = (0..=255).collect();
        let characters = to_characters(&bytes);
        assert_eq!(from_characters(&characters), bytes);
        assert!(!characters.contains(|character: char| character < ' ' || "&<".contains(character)));
        assert!(characters.contains("ABC"));
    }

    #[test]
    fn what_is_written_is_read() {
        let mut writer = Writer::default();
        for number in [0, 127, 128, 70_000] {
            writer.number(number);
        }
        writer.text("é");
        let values = [None, Some(0.0), Some(-1.25), Some(1.67), Some(4e12)];
        let mut more = Writer::default();
        for value in values {
            more.value(value);
        }
        let more = more.done();
        let mut reader = Reader::new(&more);
        for value in values {
            let mut read = Some(7.0);
            assert_eq!((reader.value(&mut read), read), (Some(()), value));
        }
        let bytes = writer.done();
        let mut reader = Reader::new(&bytes);
        assert_eq!([0; 4].map(|_| reader.number().unwrap()), [0, 127, 128, 70_000]);
        assert_eq!((reader.text(), reader.is_done(), reader.number(), reader.text()), (Some("é"), true, None, None));
        assert_eq!(Reader::new(&[0xff; 12]).number(), None);
        assert_eq!(Reader::new(&[9, b'a']).text(), None);
        assert_eq!(Reader::new(&[1, 0xff]).text(), None);
    }
}
