//! Parquet, which a WebAssembly module of its own writes and reads: `js/parquet.mjs`, `export-wasm`. Between the two
//! modules events travel as records of the journal.

use engine::event::Event;
use engine::journal;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{Error, Result};

#[wasm_bindgen(raw_module = "./parquet.mjs")]
extern "C" {
    type ParquetFile;
    #[wasm_bindgen(constructor, catch)]
    fn new() -> std::result::Result<ParquetFile, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn push(this: &ParquetFile, record: &[u8]) -> std::result::Result<Vec<u8>, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn finish(this: &ParquetFile) -> std::result::Result<Vec<u8>, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn drop(this: &ParquetFile) -> std::result::Result<(), JsValue>;
    #[wasm_bindgen(js_name = readParquet, catch)]
    fn read_parquet(file: &[u8]) -> std::result::Result<Vec<u8>, JsValue>;
    #[wasm_bindgen(js_name = breakDown, catch)]
    fn break_down_there() -> std::result::Result<(), JsValue>;
}

/// A file that is being written. Its bytes are what [`File::push`] and [`File::finish`] give, one after the other.
pub struct File(ParquetFile);

impl File {
    /// Begins a file.
    pub fn begin() -> Result<Self> {
        Ok(Self(ParquetFile::new()?))
    }

    /// Takes a record of events. Gives bytes once there are enough for a group.
    pub fn push(&self, record: &[u8]) -> Result<Vec<u8>> {
        Ok(self.0.push(record)?)
    }

    /// Ends the file.
    pub fn finish(self) -> Result<Vec<u8>> {
        Ok(self.0.finish()?)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // The other module's memory is given back; where that module broke, it is gone already.
        let _ = self.0.drop();
    }
}

/// The events of a whole file. It must be one that this program wrote, which a checksum tells the caller.
pub fn read(file: &[u8]) -> Result<Vec<Event>> {
    let record = read_parquet(file)?;
    journal::decode(&record).map_err(|error| Error::RustError(error.to_string()))
}

/// Breaks the other module, to prove that this is survived. Test mode only.
pub fn break_down() -> Result<()> {
    Ok(break_down_there()?)
}
