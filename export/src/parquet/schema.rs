//! The columns as Parquet has them. A column of pairs or texts is a group, whose leaves hold the values.

use crate::Error;
use crate::cell::Kind;
use crate::column::{COLUMNS, Column};
use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::errors::ParquetError;
use parquet::schema::types::{Type, TypePtr};
use std::sync::Arc;

/// What a leaf holds of its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Whole,
    Keys,
    Values,
}

/// The leaves in the order of the file.
pub(super) fn leaves() -> impl Iterator<Item = (&'static Column, Part)> {
    COLUMNS.iter().flat_map(|column| {
        let parts: &[Part] = if column.kind == Kind::Pairs { &[Part::Keys, Part::Values] } else { &[Part::Whole] };
        parts.iter().map(move |part| (column, *part))
    })
}

/// The definition level of a leaf's values; lesser ones say which of its groups is absent or empty.
pub(super) fn definition_max(column: &Column) -> i16 {
    match column.kind {
        Kind::Pairs => 1,
        Kind::Texts => 2,
        _ => i16::from(column.optional),
    }
}

/// Whether an event may have several values in a leaf.
pub(super) fn is_repeated(column: &Column) -> bool {
    matches!(column.kind, Kind::Pairs | Kind::Texts)
}

/// The whole schema.
pub(super) fn schema() -> Result<TypePtr, Error> {
    let columns: Result<Vec<_>, _> = COLUMNS.iter().map(column).collect();
    let schema = columns.and_then(|columns| Type::group_type_builder("events").with_fields(columns).build());
    schema.map(Arc::new).map_err(|_| Error::Columns)
}

fn column(column: &Column) -> Result<TypePtr, ParquetError> {
    let repetition = if column.optional { Repetition::OPTIONAL } else { Repetition::REQUIRED };
    let text = |name| primitive(name, Kind::Text, Repetition::REQUIRED);
    let group = |name, repetition, logical, fields| {
        let group = Type::group_type_builder(name).with_repetition(repetition).with_logical_type(logical);
        group.with_fields(fields).build().map(Arc::new)
    };
    match column.kind {
        Kind::Pairs => {
            let pair = group("key_value", Repetition::REPEATED, None, vec![text("key")?, text("value")?])?;
            group(column.name, repetition, Some(LogicalType::Map), vec![pair])
        }
        Kind::Texts => {
            let list = group("list", Repetition::REPEATED, None, vec![text("element")?])?;
            group(column.name, repetition, Some(LogicalType::List), vec![list])
        }
        kind => primitive(column.name, kind, repetition),
    }
}

fn primitive(name: &str, kind: Kind, repetition: Repetition) -> Result<TypePtr, ParquetError> {
    let whole = |bits: u8| Some(LogicalType::integer(bits as i8, false));
    let (physical, logical) = match kind {
        Kind::Text | Kind::Pairs | Kind::Texts => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Flag => (Physical::BOOLEAN, None),
        Kind::Number(64) => (Physical::INT64, whole(64)),
        Kind::Number(bits) => (Physical::INT32, whole(bits)),
        Kind::Time => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MILLIS))),
        Kind::Decimal => (Physical::INT64, Some(LogicalType::decimal(3, 18))),
    };
    let decimal = kind == Kind::Decimal;
    Type::primitive_type_builder(name, physical)
        .with_repetition(repetition)
        .with_logical_type(logical)
        .with_precision(if decimal { 18 } else { -1 })
        .with_scale(if decimal { 3 } else { -1 })
        .build()
        .map(Arc::new)
}
