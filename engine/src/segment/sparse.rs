//! Columns in which most rows have no value: the rows that have one, and what else is known of them.

use super::packed;
use crate::bytes::{Malformed, Reader, push_number, push_run};

/// Writes ascending rows: how many, and how many rows lie between each and the one before.
pub(super) fn write_rows(out: &mut Vec<u8>, rows: &[u32]) {
    push_number(out, rows.len() as u64);
    let mut next = 0;
    let gaps: Vec<u32> = rows.iter().map(|row| row - std::mem::replace(&mut next, row + 1)).collect();
    push_run(out, &packed::pack(&gaps));
}

/// Reads ascending rows, all below `len`.
pub(super) fn read_rows(from: &mut Reader<'_>, len: usize) -> Result<Vec<u32>, Malformed> {
    let count: usize = from.narrow()?;
    let gaps = from.run()?;
    if count > len {
        return Err(Malformed);
    }
    let mut next = 0u64;
    let rows = packed::unpack(gaps, count)?.into_iter().map(|gap| {
        let row = next + u64::from(gap);
        next = row + 1;
        if row < len as u64 { Ok(row as u32) } else { Err(Malformed) }
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_as_written_and_stay_within_the_segment() {
        for rows in [&[][..], &[0], &[7], &[0, 1, 2, 9], &[3, 4, 400]] {
            let mut out = Vec::new();
            write_rows(&mut out, rows);
            assert_eq!(read_rows(&mut Reader::new(&out), 401), Ok(rows.to_vec()));
            if !rows.is_empty() {
                assert_eq!(read_rows(&mut Reader::new(&out), rows[rows.len() - 1] as usize), Err(Malformed));
            }
        }
    }
}
