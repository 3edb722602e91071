//! Writing events.

use super::GROUP_EVENTS_MAX;
use super::checksum::Checksum;
use super::leaf::Leaf;
use super::schema::{Part, leaves, schema};
use crate::Error;
use crate::cell::Kind;
use crate::column::Column;
use bytes::Bytes;
use engine::event::Event;
use parquet::basic::{Compression, Encoding};
use parquet::column::writer::{ColumnCloseResult, ColumnWriterImpl};
use parquet::data_type::{BoolType, ByteArrayType, DataType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::{SerializedFileWriter, SerializedPageWriter, TrackedWrite};
use parquet::schema::types::{ColumnDescPtr, ColumnPath};
use std::sync::Arc;

/// Events whose values are handed over together, which bounds the memory of a group's writing.
const BATCH_EVENTS: usize = 8_192;

/// Writes a file, whose bytes are what [`Writer::group`] gave each time and then [`Writer::finish`].
pub struct Writer {
    file: SerializedFileWriter<Vec<u8>>,
    checksum: Checksum,
}

impl Writer {
    /// Begins a file. Fails with [`Error::Columns`] where this crate's own schema is not one, which tests rule out.
    pub fn new() -> Result<Self, Error> {
        let file = SerializedFileWriter::new(Vec::new(), schema()?, Arc::new(properties()));
        Ok(Self { file: file.map_err(|_| Error::Columns)?, checksum: Checksum::default() })
    }

    /// Writes events as one group; none is no group. Fails with [`Error::TooLarge`] for more than
    /// [`GROUP_EVENTS_MAX`]; such a group is not written, and the file can go on.
    pub fn group(&mut self, events: &[Event]) -> Result<Vec<u8>, Error> {
        if events.len() > GROUP_EVENTS_MAX {
            return Err(Error::TooLarge);
        }
        if !events.is_empty() {
            self.write(events).map_err(|_| Error::TooLarge)?;
        }
        let bytes = self.written()?;
        self.checksum.take(&bytes);
        Ok(bytes)
    }

    /// Ends the file.
    pub fn finish(mut self) -> Result<Vec<u8>, Error> {
        // What the file begins with, where it has no group.
        let begin = self.written()?;
        self.checksum.take(&begin);
        self.file.finish().map_err(|_| Error::TooLarge)?;
        let footer = self.written()?;
        Ok([begin, self.checksum.seal(&footer)].concat())
    }

    fn write(&mut self, events: &[Event]) -> Result<(), ParquetError> {
        let (schema, properties) = (self.file.schema_descr().columns().to_vec(), Arc::clone(self.file.properties()));
        let mut group = self.file.next_row_group()?;
        for ((column, part), descriptor) in leaves().zip(schema) {
            let chunk = Chunk { events, column, part, descriptor, properties: Arc::clone(&properties) };
            let (bytes, closed) = match column.kind {
                Kind::Text | Kind::Pairs | Kind::Texts => chunk.write::<ByteArrayType>(Leaf::texts),
                Kind::Flag => chunk.write::<BoolType>(Leaf::flags),
                Kind::Time | Kind::Decimal | Kind::Number(64) => chunk.write::<Int64Type>(Leaf::numbers),
                Kind::Number(_) => chunk.write::<Int32Type>(Leaf::narrow_numbers),
            }?;
            group.append_column(&bytes, closed)?;
        }
        group.close().map(|_| ())
    }

    fn written(&mut self) -> Result<Vec<u8>, Error> {
        self.file.flush().map_err(|_| Error::TooLarge)?;
        Ok(std::mem::take(self.file.inner_mut()))
    }
}

/// A leaf's values in a group, about to be written.
///
/// The group's own writer would choose the type by itself, and so bring along those that no column has.
struct Chunk<'a> {
    events: &'a [Event],
    column: &'static Column,
    part: Part,
    descriptor: ColumnDescPtr,
    properties: WriterPropertiesPtr,
}

impl Chunk<'_> {
    fn write<T: DataType>(self, values: fn(&Leaf) -> Vec<T::T>) -> Result<(Bytes, ColumnCloseResult), ParquetError> {
        let mut bytes = TrackedWrite::new(Vec::new());
        let pages = Box::new(SerializedPageWriter::new(&mut bytes));
        let mut out = ColumnWriterImpl::<T>::new(self.descriptor, self.properties, pages);
        for batch in self.events.chunks(BATCH_EVENTS) {
            let mut leaf = Leaf::default();
            for event in batch {
                leaf.push((self.column.get)(event), self.column.kind, self.part);
            }
            let (definitions, repetitions) = leaf.levels();
            out.write_batch(&values(&leaf), Some(definitions), Some(repetitions))?;
        }
        let closed = out.close()?;
        Ok((Bytes::from(bytes.into_inner()?), closed))
    }
}

fn properties() -> WriterProperties {
    let time = ColumnPath::from("timestamp");
    WriterProperties::builder()
        .set_created_by(concat!("passerby version ", env!("CARGO_PKG_VERSION")).into())
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true)
        // Times grow by little from event to event.
        .set_column_dictionary_enabled(time.clone(), false)
        .set_column_encoding(time.clone(), Encoding::DELTA_BINARY_PACKED)
        .set_column_statistics_enabled(time, EnabledStatistics::Chunk)
        .build()
}
