//! Reading events.

use super::GROUP_EVENTS_MAX;
use super::checksum;
use super::schema::{Part, definition_max, is_repeated, leaves, schema};
use crate::Error;
use crate::cell::{Kind, Value};
use crate::column::Column;
use bytes::Bytes;
use engine::event::Event;
use parquet::column::reader::ColumnReaderImpl;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, ParquetMetaDataReader};
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::schema::types::ColumnDescPtr;
use std::sync::Arc;

/// Events that are read at once of a column.
const BATCH_EVENTS: usize = 4_096;

/// Reads a file of [`super::Writer`]'s columns, group by group.
///
/// Pages and columns are put together here, because the crate's own reader of files would bring along what reads any
/// type and any nesting: a seventh of its bytes.
pub struct Reader {
    file: Arc<Bytes>,
    metadata: ParquetMetaData,
}

impl Reader {
    /// Reads where the groups are. Fails with [`Error::Malformed`] where the file is not as it was written, and with
    /// [`Error::Columns`] where its columns are others, in name, type or order.
    pub fn new(file: Vec<u8>) -> Result<Self, Error> {
        if !checksum::is_whole(&file) {
            return Err(Error::Malformed);
        }
        let file = Arc::new(Bytes::from(file));
        let metadata = ParquetMetaDataReader::new().parse_and_finish(&*file).map_err(malformed)?;
        if metadata.file_metadata().schema().get_fields() != schema()?.get_fields() {
            return Err(Error::Columns);
        }
        // What follows takes a group's columns by their number.
        let columns = leaves().count();
        let sound = |group: &[ColumnChunkMetaData]| group.len() == columns && group.iter().all(is_placed);
        if !metadata.row_groups().iter().all(|group| sound(group.columns())) {
            return Err(Error::Malformed);
        }
        Ok(Self { file, metadata })
    }

    /// How many groups there are.
    pub fn groups(&self) -> usize {
        self.metadata.num_row_groups()
    }

    /// Reads the events of a group, counted from 0. Fails with [`Error::TooLarge`] for more than
    /// [`GROUP_EVENTS_MAX`].
    pub fn group(&self, index: usize) -> Result<Vec<Event>, Error> {
        let group = self.metadata.row_groups().get(index).ok_or(Error::Malformed)?;
        let count = usize::try_from(group.num_rows()).map_err(|_| Error::Malformed)?;
        if count > GROUP_EVENTS_MAX {
            return Err(Error::TooLarge);
        }
        let mut events = vec![Event::default(); count];
        let mut keys = Vec::new();
        for ((column, part), chunk) in leaves().zip(group.columns()) {
            let pages = SerializedPageReader::new(Arc::clone(&self.file), chunk, count, None).map_err(malformed)?;
            let leaf = Leaf { pages, descriptor: chunk.column_descr_ptr(), column, count };
            match part {
                Part::Whole if is_repeated(column) => leaf.texts(&mut events)?,
                Part::Whole => leaf.values(&mut events)?,
                Part::Keys => keys = leaf.lists()?,
                Part::Values => pairs(&mut events, column, std::mem::take(&mut keys), leaf.lists()?)?,
            }
        }
        Ok(events)
    }
}

/// Whether a chunk says where it is in a way that can be.
fn is_placed(chunk: &ColumnChunkMetaData) -> bool {
    let offsets = [chunk.data_page_offset(), chunk.compressed_size(), chunk.dictionary_page_offset().unwrap_or(0)];
    offsets.into_iter().all(|offset| offset >= 0)
}

fn malformed(_: ParquetError) -> Error {
    Error::Malformed
}

/// The texts of a repeated leaf, event by event; none where the event has no list.
type Lists = Vec<Option<Vec<String>>>;

fn pairs(events: &mut [Event], column: &Column, keys: Lists, values: Lists) -> Result<(), Error> {
    for ((event, keys), values) in events.iter_mut().zip(keys).zip(values) {
        let (keys, values) = (keys.unwrap_or_default(), values.unwrap_or_default());
        if keys.len() != values.len() {
            return Err(Error::Malformed);
        }
        put(column, event, Value::Pairs(keys.into_iter().zip(values).collect()))?;
    }
    Ok(())
}

fn put(column: &Column, event: &mut Event, value: Value) -> Result<(), Error> {
    (column.put)(event, value).ok_or(Error::Value(column.name))
}

/// Takes a value, or its absence. Not generic, since there is one for each type already of what gives the values.
type Take<'a> = &'a mut dyn FnMut(Option<Value>, Level) -> Result<(), Error>;

/// A leaf that is about to be read.
struct Leaf {
    pages: SerializedPageReader<Bytes>,
    descriptor: ColumnDescPtr,
    column: &'static Column,
    /// How many events the group has.
    count: usize,
}

impl Leaf {
    fn values(self, events: &mut [Event]) -> Result<(), Error> {
        let column = self.column;
        let mut events = events.iter_mut();
        self.read(&mut |value, _| {
            let event = events.next().ok_or(Error::Malformed)?;
            put(column, event, value.unwrap_or(Value::Absent))
        })
    }

    fn texts(self, events: &mut [Event]) -> Result<(), Error> {
        let column = self.column;
        let lists = self.lists()?;
        for (event, list) in events.iter_mut().zip(lists) {
            put(column, event, list.map_or(Value::Absent, Value::Texts))?;
        }
        Ok(())
    }

    fn lists(self) -> Result<Lists, Error> {
        let mut lists: Lists = Vec::with_capacity(self.count);
        self.read(&mut |value, level| {
            if level.begins {
                lists.push((level.definition > 0).then(Vec::new));
            }
            match (value, lists.last_mut()) {
                (Some(Value::Text(text)), Some(Some(list))) => list.push(text),
                (None, Some(_)) if level.begins => {}
                _ => return Err(Error::Malformed),
            }
            Ok(())
        })?;
        Ok(lists)
    }

    /// Gives every value, or its absence, to `take`.
    fn read(self, take: Take) -> Result<(), Error> {
        // The schema has been compared, so that the kind of a column says its type.
        match self.column.kind {
            Kind::Text | Kind::Pairs | Kind::Texts => self.each::<ByteArrayType>(text, take),
            Kind::Flag => self.each::<BoolType>(|flag| Ok(Value::Flag(*flag)), take),
            Kind::Time => self.each::<Int64Type>(|millis| Ok(Value::Number(millis.div_euclid(1000) as u64)), take),
            Kind::Number(64) | Kind::Decimal => {
                self.each::<Int64Type>(|number| Ok(Value::Number(*number as u64)), take)
            }
            Kind::Number(_) => self.each::<Int32Type>(|number| Ok(Value::Number(u64::from(*number as u32))), take),
        }
    }

    fn each<T: DataType>(self, value: impl Fn(&T::T) -> Result<Value, Error>, take: Take) -> Result<(), Error> {
        let Self { pages, descriptor, column, count } = self;
        let mut reader = ColumnReaderImpl::<T>::new(descriptor, Box::new(pages));
        let definition_max = definition_max(column);
        let (mut definitions, mut repetitions, mut values) = (Vec::new(), Vec::new(), Vec::new());
        let mut seen = 0;
        loop {
            definitions.clear();
            repetitions.clear();
            values.clear();
            let read = reader.read_records(BATCH_EVENTS, Some(&mut definitions), Some(&mut repetitions), &mut values);
            let (records, _, levels) = read.map_err(malformed)?;
            if records == 0 {
                break;
            }
            let mut values = values.iter();
            for at in 0..levels {
                // Levels that the column does not have are not filled in.
                let definition = if definition_max == 0 { Some(&0) } else { definitions.get(at) };
                let repetition = if is_repeated(column) { repetitions.get(at) } else { Some(&0) };
                let (Some(definition), Some(repetition)) = (definition, repetition) else {
                    return Err(Error::Malformed);
                };
                let level = Level { definition: *definition, begins: *repetition == 0 };
                seen += usize::from(level.begins);
                if seen > count {
                    return Err(Error::Malformed);
                }
                let value = if *definition == definition_max {
                    Some(value(values.next().ok_or(Error::Malformed)?)?)
                } else {
                    None
                };
                take(value, level)?;
            }
        }
        if seen == count { Ok(()) } else { Err(Error::Malformed) }
    }
}

fn text(bytes: &ByteArray) -> Result<Value, Error> {
    bytes.as_utf8().map(|text| Value::Text(text.to_owned())).map_err(malformed)
}

/// Where a value stands.
struct Level {
    definition: i16,
    /// Whether it is an event's first.
    begins: bool,
}
