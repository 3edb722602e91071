//! Columns of whole numbers as bits.
//!
//! A column begins with its least value, which all others are taken from, and is cut into blocks of 256 values. A block
//! has the width of most of its values in bits; what is wider is an exception, whose upper bits stand behind the block
//! (patched frame of reference, Zukowski et al., ICDE 2006). A column of one value is that value alone, and a column of
//! zeros takes no bytes at all.

use crate::bytes::{Malformed, Reader, push_number};

/// Values in a block.
const BLOCK: usize = 256;
/// Values that are unpacked together.
const GROUP: usize = 32;
/// Most values of a column, so that a damaged count asks for no more memory than there is.
pub(super) const COUNT_MAX: usize = 1 << 22;

/// Packs a column.
pub(super) fn pack(values: &[u32]) -> Vec<u8> {
    let mut out = Vec::new();
    let (least, most) = (values.iter().min().copied().unwrap_or(0), values.iter().max().copied().unwrap_or(0));
    if most > 0 {
        push_number(&mut out, least.into());
    }
    if most > least {
        let above: Vec<u32> = values.iter().map(|value| value - least).collect();
        for block in above.chunks(BLOCK) {
            pack_block(&mut out, block);
        }
    }
    out
}

/// Packs a column of numbers that may need more than 32 bits: the lower halves, with their length in front, then the
/// upper halves.
pub(super) fn pack_wide(values: &[u64]) -> Vec<u8> {
    let (low, high): (Vec<u32>, Vec<u32>) = values.iter().map(|value| (*value as u32, (*value >> 32) as u32)).unzip();
    let (low, high) = (pack(&low), pack(&high));
    if low.is_empty() && high.is_empty() {
        return Vec::new();
    }
    let mut out = Vec::with_capacity(low.len() + high.len() + 3);
    crate::bytes::push_run(&mut out, &low);
    out.extend_from_slice(&high);
    out
}

fn bits(value: u32) -> usize {
    (u32::BITS - value.leading_zeros()) as usize
}

/// The width at which a block takes the fewest bytes.
fn best_width(block: &[u32]) -> usize {
    let mut of_width = [0usize; 33];
    for value in block {
        of_width.iter_mut().skip(bits(*value)).take(1).for_each(|count| *count += 1);
    }
    let groups = block.len().div_ceil(GROUP);
    let cost = |width: usize| {
        let wider = of_width.iter().enumerate().skip(width + 1);
        let exceptions: usize = wider.map(|(bits, count)| count * (1 + (bits - width).div_ceil(7))).sum();
        groups * width * 4 + exceptions
    };
    (0..=32).min_by_key(|width| cost(*width)).unwrap_or(32)
}

fn pack_block(out: &mut Vec<u8>, block: &[u32]) {
    let mut width = best_width(block);
    let exceptions = |width: usize| block.iter().filter(|value| bits(**value) > width).count();
    if exceptions(width) > usize::from(u8::MAX) {
        width = 32;
    }
    out.push(width as u8);
    out.push(exceptions(width) as u8);
    let mask = ((1u64 << width) - 1) as u32;
    for group in block.chunks(GROUP) {
        let (mut word, mut filled) = (0u64, 0);
        for value in group.iter().copied().chain(std::iter::repeat_n(0, GROUP - group.len())) {
            word |= u64::from(value & mask) << filled;
            filled += width;
            if filled >= 32 {
                out.extend_from_slice(&(word as u32).to_le_bytes());
                word >>= 32;
                filled -= 32;
            }
        }
    }
    let wider = || block.iter().zip(0u8..=255).filter(|(value, _)| bits(**value) > width);
    out.extend(wider().map(|(_, place)| place));
    for (value, _) in wider() {
        push_number(out, u64::from(*value) >> width);
    }
}

/// Unpacks a column of `count` values.
pub(super) fn unpack(bytes: &[u8], count: usize) -> Result<Vec<u32>, Malformed> {
    if count > COUNT_MAX {
        return Err(Malformed);
    }
    let mut from = Reader::new(bytes);
    let least: u32 = if bytes.is_empty() { 0 } else { from.narrow()? };
    if from.is_empty() {
        return Ok(vec![least; count]);
    }
    let mut values = vec![0u32; count.next_multiple_of(GROUP)];
    for block in values.chunks_mut(BLOCK) {
        unpack_block(&mut from, block)?;
    }
    if !from.is_empty() {
        return Err(Malformed);
    }
    values.truncate(count);
    if least > 0 {
        for value in &mut values {
            *value = value.wrapping_add(least);
        }
    }
    Ok(values)
}

/// Unpacks the values at some places, in ascending order, of a column of `count` values.
pub(super) fn pick(bytes: &[u8], count: usize, places: &[u32]) -> Result<Vec<u32>, Malformed> {
    if count > COUNT_MAX {
        return Err(Malformed);
    }
    let mut from = Reader::new(bytes);
    let least: u32 = if bytes.is_empty() { 0 } else { from.narrow()? };
    if from.is_empty() {
        return Ok(vec![least; places.len()]);
    }
    let mut values = Vec::with_capacity(places.len());
    let padded = count.next_multiple_of(GROUP);
    let mut rest = places;
    for start in (0..padded).step_by(BLOCK) {
        let block = Block::read(&mut from, BLOCK.min(padded - start))?;
        let (wanted, later) = rest.split_at(rest.partition_point(|place| (*place as usize) < start + BLOCK));
        rest = later;
        let first = values.len();
        values.extend(wanted.iter().map(|place| block.value(*place as usize - start)));
        let picked = values.get_mut(first..).unwrap_or_default();
        block.each_exception(&mut from, |at, upper| {
            if let Ok(found) = wanted.binary_search(&((start + at) as u32)) {
                picked.iter_mut().skip(found).take(1).for_each(|value| *value |= upper);
            }
        })?;
    }
    if !from.is_empty() || !rest.is_empty() {
        return Err(Malformed);
    }
    for value in &mut values {
        *value = value.wrapping_add(least);
    }
    Ok(values)
}

/// Unpacks a column that was packed by [`pack_wide`].
pub(super) fn unpack_wide(bytes: &[u8], count: usize) -> Result<Vec<u64>, Malformed> {
    wide(bytes, count, |half| unpack(half, count))
}

/// Unpacks the values at some places, in ascending order, of a column that was packed by [`pack_wide`].
pub(super) fn pick_wide(bytes: &[u8], count: usize, places: &[u32]) -> Result<Vec<u64>, Malformed> {
    wide(bytes, places.len(), |half| pick(half, count, places))
}

fn wide(bytes: &[u8], len: usize, read: impl Fn(&[u8]) -> Result<Vec<u32>, Malformed>) -> Result<Vec<u64>, Malformed> {
    if bytes.is_empty() {
        return Ok(vec![0; len]);
    }
    let mut from = Reader::new(bytes);
    let low = read(from.run()?)?;
    if from.is_empty() {
        return Ok(low.into_iter().map(u64::from).collect());
    }
    let high = read(from.raw(from.len())?)?;
    Ok(low.into_iter().zip(high).map(|(low, high)| u64::from(low) | u64::from(high) << 32).collect())
}

/// A block that is not unpacked yet.
struct Block<'a> {
    width: usize,
    packed: &'a [u8],
    /// The places of the exceptions.
    exceptions: &'a [u8],
    len: usize,
}

impl<'a> Block<'a> {
    /// Reads a block of so many values as far as the upper bits of its exceptions.
    fn read(from: &mut Reader<'a>, len: usize) -> Result<Self, Malformed> {
        let width = usize::from(from.byte()?);
        let exceptions = usize::from(from.byte()?);
        if width > 32 {
            return Err(Malformed);
        }
        let packed = from.raw(len / GROUP * width * 4)?;
        Ok(Self { width, packed, exceptions: from.raw(exceptions)?, len })
    }

    /// The value at a place, without its upper bits if it is an exception.
    fn value(&self, place: usize) -> u32 {
        let bit = place % GROUP * self.width;
        let at = place / GROUP * self.width * 4 + bit / 32 * 4;
        let word = |at: usize| match self.packed.get(at..).and_then(<[u8]>::first_chunk) {
            Some(bytes) => u64::from(u32::from_le_bytes(*bytes)),
            None => 0,
        };
        let pair = word(at) | word(at + 4) << 32;
        (pair >> (bit % 32)) as u32 & ((1u64 << self.width) - 1) as u32
    }

    /// Reads the upper bits of the exceptions.
    fn each_exception(&self, from: &mut Reader<'_>, mut each: impl FnMut(usize, u32)) -> Result<(), Malformed> {
        for place in self.exceptions {
            let upper = from.number()?;
            if usize::from(*place) >= self.len || self.width >= 32 || upper >= 1 << (32 - self.width) {
                return Err(Malformed);
            }
            each(usize::from(*place), (upper as u32) << self.width);
        }
        Ok(())
    }
}

fn unpack_block(from: &mut Reader<'_>, block: &mut [u32]) -> Result<(), Malformed> {
    let packed = Block::read(from, block.len())?;
    unpack_groups(packed.width, packed.packed, block)?;
    packed.each_exception(from, |place, upper| block.iter_mut().skip(place).take(1).for_each(|slot| *slot |= upper))
}

/// Unpacks groups of 32 values of the same width, each by code of its own, so that the compiler knows all places.
fn unpack_groups(width: usize, packed: &[u8], out: &mut [u32]) -> Result<(), Malformed> {
    macro_rules! by_width {
        ($($width:literal)*) => {
            match width {
                0 => {}
                $($width => unpack_width::<$width>(packed, out),)*
                _ => return Err(Malformed),
            }
        };
    }
    by_width!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32);
    Ok(())
}

#[allow(clippy::indexing_slicing, reason = "places are constants below 33 once the loop is unrolled")]
fn unpack_width<const WIDTH: usize>(packed: &[u8], out: &mut [u32]) {
    let mask = ((1u64 << WIDTH) - 1) as u32;
    for (group, out) in packed.chunks_exact(WIDTH * 4).zip(out.as_chunks_mut::<GROUP>().0) {
        let mut words = [0u32; GROUP + 1];
        for (word, bytes) in words.iter_mut().zip(group.as_chunks::<4>().0) {
            *word = u32::from_le_bytes(*bytes);
        }
        for (place, slot) in out.iter_mut().enumerate() {
            let bit = place * WIDTH;
            let pair = u64::from(words[bit / 32]) | u64::from(words[bit / 32 + 1]) << 32;
            *slot = (pair >> (bit % 32)) as u32 & mask;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values() -> impl Strategy<Value = Vec<u32>> {
        let value = prop_oneof![9 => 0u32..20, 1 => any::<u32>(), 1 => Just(u32::MAX)];
        proptest::collection::vec(value, 0..700)
    }

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked(values in values(), wide in proptest::collection::vec(any::<u64>(), 0..300)) {
            prop_assert_eq!(unpack(&pack(&values), values.len()), Ok(values));
            prop_assert_eq!(unpack_wide(&pack_wide(&wide), wide.len()), Ok(wide));
        }

        #[test]
        fn of_one_width_too(width in 0u32..=32, seeds in proptest::collection::vec(any::<u32>(), 300)) {
            let values: Vec<u32> = seeds.iter().map(|seed| (u64::from(*seed) & ((1u64 << width) - 1)) as u32).collect();
            prop_assert_eq!(unpack(&pack(&values), values.len()), Ok(values));
        }

        #[test]
        fn damage_is_an_error_or_other_values(values in values(), cut in 0usize..400, flip in 0usize..400) {
            let mut packed = pack(&values);
            packed.truncate(cut);
            let place = flip.checked_rem(packed.len()).unwrap_or(0);
            packed.iter_mut().skip(place).take(1).for_each(|byte| *byte ^= 0xff);
            let whole = unpack(&packed, values.len());
            let picked = pick(&packed, values.len(), &(0..values.len() as u32).collect::<Vec<_>>());
            prop_assert_eq!(whole, picked);
        }

        #[test]
        fn what_is_picked_is_what_stands_there(values in values(), wide in proptest::collection::vec(any::<u64>(), 0..600), step in 1usize..90, first in 0u32..300) {
            let places = |len: usize| -> Vec<u32> { (first..len as u32).step_by(step).collect() };
            let at = places(values.len());
            let expected: Vec<u32> = at.iter().map(|place| values[*place as usize]).collect();
            prop_assert_eq!(pick(&pack(&values), values.len(), &at), Ok(expected));
            let at = places(wide.len());
            let expected: Vec<u64> = at.iter().map(|place| wide[*place as usize]).collect();
            prop_assert_eq!(pick_wide(&pack_wide(&wide), wide.len(), &at), Ok(expected));
        }
    }

    #[test]
    fn zeros_take_nothing_one_value_a_byte_and_rare_large_values_little() {
        assert!(pack(&vec![0; 5_000]).is_empty());
        assert_eq!(pack(&vec![7; 5_000]), [7]);
        let mut values = [0u32, 1].repeat(128);
        values[17] = 1 << 20;
        // The least value, a width and a count, 256 bits, and one exception of a place and three bytes.
        assert_eq!(pack(&values).len(), 1 + 2 + 32 + 1 + 3);
    }

    #[test]
    fn a_count_beyond_the_bytes_asks_for_no_memory() {
        assert_eq!(unpack(&[0, 0], usize::MAX / 8), Err(Malformed));
    }
}
