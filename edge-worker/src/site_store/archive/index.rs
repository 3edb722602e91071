//! What the database knows of the archive: which segments are there, in which files, and which files are to go.

use super::super::platform::SqlStorage;
use super::super::schema;
use engine::event::VisitorHash;
use engine::shelf::SegmentId;
use worker::{Result, SqlStorageValue};

/// A file of one day of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct File {
    /// Its name in the archive.
    pub(super) name: String,
    /// The day of UTC whose events it has, counted from 1970-01-01.
    pub(super) day: i64,
    /// The BLAKE3 hash of its bytes.
    pub(super) checksum: Vec<u8>,
}

/// Writes down files before they are made: until they are a segment's, they are strays.
pub(super) fn intend(sql: &SqlStorage, files: &[File]) -> Result<()> {
    let statement = "INSERT INTO archive_files (name, segment, day, checksum) VALUES (?, NULL, ?, ?) \
                     ON CONFLICT DO UPDATE SET segment = NULL, checksum = excluded.checksum";
    files.iter().try_for_each(|file| {
        let values = vec![file.name.as_str().into(), integer(file.day), SqlStorageValue::Blob(file.checksum.clone())];
        sql.exec(statement, values).map(|_| ())
    })
}

/// Makes files a segment's, and them the only place where its events are.
pub(super) fn keep(
    sql: &SqlStorage,
    id: SegmentId,
    files: &[File],
    order: &[u8],
    hashes: &[(u32, VisitorHash)],
) -> Result<()> {
    for file in files {
        let values = vec![integer(id.0), file.name.as_str().into()];
        sql.exec("UPDATE archive_files SET segment = ? WHERE name = ?", values)?;
    }
    let hashes = hashes.iter().flat_map(|(place, hash)| place.to_le_bytes().into_iter().chain(hash.0.to_le_bytes()));
    let values = vec![integer(id.0), SqlStorageValue::Blob(order.to_vec()), SqlStorageValue::Blob(hashes.collect())];
    sql.exec("INSERT INTO archived (segment, event_order, hashes) VALUES (?, ?, ?)", values)?;
    sql.exec("DELETE FROM segment_bytes WHERE segment = ?", vec![integer(id.0)]).map(|_| ())
}

/// Forgets that a segment is in the archive; its files are strays from then on.
pub(in super::super) fn forget(sql: &SqlStorage, id: SegmentId) -> Result<()> {
    sql.exec("UPDATE archive_files SET segment = NULL WHERE segment = ?", vec![integer(id.0)])?;
    sql.exec("DELETE FROM archived WHERE segment = ?", vec![integer(id.0)]).map(|_| ())
}

/// The files of a segment by day, and the order of its events; none where it is not in the archive.
pub(super) fn files(sql: &SqlStorage, id: SegmentId) -> Result<Option<(Vec<File>, Vec<u8>)>> {
    let order = schema::rows(sql, "SELECT event_order FROM archived WHERE segment = ?", vec![integer(id.0)])?;
    let Some(order) = order.first().and_then(|row| schema::blob(row, 0)) else { return Ok(None) };
    let statement = "SELECT name, day, checksum FROM archive_files WHERE segment = ? ORDER BY day";
    let file = |row: &Vec<SqlStorageValue>| {
        let (name, checksum) = (schema::text(row, 0)?.to_owned(), schema::blob(row, 2)?.to_vec());
        Some(File { name, day: schema::integer(row, 1)?, checksum })
    };
    let files = schema::rows(sql, statement, vec![integer(id.0)])?.iter().filter_map(file).collect();
    Ok(Some((files, order.to_vec())))
}

/// The hashes of an archived segment's visitors with their places; none where it is not in the archive.
pub(super) fn hashes(sql: &SqlStorage, id: SegmentId) -> Result<Option<Vec<(u32, VisitorHash)>>> {
    let rows = schema::rows(sql, "SELECT hashes FROM archived WHERE segment = ?", vec![integer(id.0)])?;
    let Some(bytes) = rows.first().and_then(|row| schema::blob(row, 0)) else { return Ok(None) };
    let pair = |pair: &[u8; 12]| {
        let (place, hash) = pair.split_first_chunk::<4>()?;
        Some((u32::from_le_bytes(*place), VisitorHash(u64::from_le_bytes(hash.try_into().ok()?))))
    };
    Ok(Some(bytes.as_chunks::<12>().0.iter().filter_map(pair).collect()))
}

/// Files that are no segment's any more, or not yet.
pub(super) fn strays(sql: &SqlStorage) -> Result<Vec<String>> {
    names(sql, "SELECT name FROM archive_files WHERE segment IS NULL")
}

/// All files.
pub(super) fn all(sql: &SqlStorage) -> Result<Vec<String>> {
    names(sql, "SELECT name FROM archive_files")
}

/// A file is gone.
pub(super) fn gone(sql: &SqlStorage, name: &str) -> Result<()> {
    sql.exec("DELETE FROM archive_files WHERE name = ? AND segment IS NULL", vec![name.into()]).map(|_| ())
}

fn names(sql: &SqlStorage, statement: &str) -> Result<Vec<String>> {
    let rows = schema::rows(sql, statement, vec![])?;
    Ok(rows.iter().filter_map(|row| schema::text(row, 0).map(str::to_owned)).collect())
}

fn integer(number: i64) -> SqlStorageValue {
    SqlStorageValue::Integer(number)
}
