//! Parquet as a WebAssembly module of its own: a fifth of the collector's bytes, which only exports and archives need.
//!
//! Events come in and go out as records of the journal ([`engine::journal`]), which hold every field exactly. The
//! crate that reads files may panic on some that somebody made up; a trap here ends this instance and nothing else
//! (`edge-worker/js/parquet.mjs`). Errors are texts.

use engine::event::Event;
use engine::journal;
use export::parquet::{Reader, Writer};
use wasm_bindgen::prelude::wasm_bindgen;

/// Events of a group: what bounds the memory of a file that is being written.
const GROUP_EVENTS: usize = 16_384;

/// A file that is being written: its bytes are what each call gives, one after the other.
#[wasm_bindgen]
pub struct File {
    writer: Writer,
    waiting: Vec<Event>,
}

#[wasm_bindgen]
impl File {
    /// Begins a file.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Result<Self, String> {
        Ok(Self { writer: Writer::new().map_err(text)?, waiting: Vec::new() })
    }

    /// Takes the events of a record. Gives bytes once there are enough for a group.
    pub fn push(&mut self, record: &[u8]) -> Result<Vec<u8>, String> {
        let mut events = journal::decode(record).map_err(|error| error.to_string())?;
        self.waiting.append(&mut events);
        let mut bytes = Vec::new();
        while self.waiting.len() >= GROUP_EVENTS {
            let rest = self.waiting.split_off(GROUP_EVENTS);
            let group = std::mem::replace(&mut self.waiting, rest);
            bytes.append(&mut self.writer.group(&group).map_err(text)?);
        }
        Ok(bytes)
    }

    /// Ends the file.
    pub fn finish(mut self) -> Result<Vec<u8>, String> {
        let group = self.writer.group(&self.waiting).map_err(text)?;
        Ok([group, self.writer.finish().map_err(text)?].concat())
    }
}

/// Reads a whole file that [`File`] wrote, as a record.
#[wasm_bindgen]
pub fn read(file: Vec<u8>) -> Result<Vec<u8>, String> {
    let reader = Reader::new(file).map_err(text)?;
    let mut events = Vec::new();
    for group in 0..reader.groups() {
        events.append(&mut reader.group(group).map_err(text)?);
    }
    Ok(journal::encode(&events))
}

/// Breaks, as a panic does, to prove that this is survived. Only test mode asks for it.
#[wasm_bindgen(js_name = breakDown)]
pub fn break_down() {
    std::process::abort();
}

fn text(error: export::Error) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::event::{UnixSeconds, VisitorHash};
    use protocol::event::Revenue;

    fn events(count: u64) -> Vec<Event> {
        let event = |n: u64| Event {
            time: UnixSeconds(1_700_000_000 + n as i64),
            visitor: VisitorHash(n / 3),
            name: "pageview".into(),
            pathname: format!("/{}", n % 17),
            props: vec![("plan".into(), "pro".into())],
            revenue: n.is_multiple_of(5).then_some(Revenue { amount_thousandths: n as i64, currency: *b"EUR" }),
            ..Event::default()
        };
        (0..count).map(event).collect()
    }

    #[test]
    fn what_is_written_in_pieces_is_read_at_once() {
        let events = events(GROUP_EVENTS as u64 * 2 + 100);
        let mut file = File::new().unwrap();
        let mut bytes = Vec::new();
        for piece in events.chunks(5_000) {
            bytes.extend(file.push(&journal::encode(piece)).unwrap());
        }
        assert!(!bytes.is_empty(), "groups are given as soon as they are full");
        bytes.extend(file.finish().unwrap());
        assert_eq!(journal::decode(&read(bytes.clone()).unwrap()), Ok(events));
        bytes.truncate(bytes.len() / 2);
        assert!(read(bytes).is_err());
    }

    #[test]
    fn a_file_of_nothing_is_a_file() {
        let bytes = File::new().unwrap().finish().unwrap();
        assert_eq!(journal::decode(&read(bytes).unwrap()), Ok(Vec::new()));
        assert!(File::new().unwrap().push(b"no record").is_err());
    }
}
