//! Numbers and runs of bytes, and the checksum of a chunk. Every read can fail and none can panic.

use crate::Refused;

/// Appends a number as LEB128: seven bits a byte, the lowest first, the top bit set on all bytes but the last.
pub(crate) fn push_number(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Signed to unsigned so that small numbers of either sign stay small.
pub(crate) fn zigzag(value: i32) -> u32 {
    ((value << 1) ^ (value >> 31)) as u32
}

/// The inverse of [`zigzag`].
pub(crate) fn unzigzag(value: u32) -> i32 {
    (value >> 1) as i32 ^ -((value & 1) as i32)
}

/// What is left to read.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn raw(&mut self, length: usize) -> Result<&'a [u8], Refused> {
        let (head, tail) = self.0.split_at_checked(length).ok_or(Refused::Damaged)?;
        self.0 = tail;
        Ok(head)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Refused> {
        let (byte, tail) = self.0.split_first().ok_or(Refused::Damaged)?;
        self.0 = tail;
        Ok(*byte)
    }

    pub(crate) fn word(&mut self) -> Result<u32, Refused> {
        let bytes = self.raw(4)?.try_into().map_err(|_| Refused::Damaged)?;
        Ok(u32::from_le_bytes(bytes))
    }

    pub(crate) fn number(&mut self) -> Result<u32, Refused> {
        let mut value = 0u32;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte()?;
            if shift == 28 && byte > 15 {
                break;
            }
            value |= u32::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Refused::Damaged)
    }

    /// How many things follow that take a byte each at least, so that a count beyond the rest is refused before memory
    /// is asked for it.
    pub(crate) fn count(&mut self) -> Result<usize, Refused> {
        let count = self.number()? as usize;
        if count > self.0.len() { Err(Refused::Damaged) } else { Ok(count) }
    }

    /// So many numbers.
    pub(crate) fn numbers(&mut self, len: usize) -> Result<Vec<u32>, Refused> {
        if len > self.0.len() {
            return Err(Refused::Damaged);
        }
        (0..len).map(|_| self.number()).collect()
    }
}

/// The CRC-32 of ISO 3309, four bits at a time: a table of 16 numbers is small enough for a page.
pub(crate) fn checksum(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 16] = table();
    let step = |crc: u32| (crc >> 4) ^ TABLE.get((crc & 15) as usize).copied().unwrap_or(0);
    !bytes.iter().fold(!0, |crc, byte| step(step(crc ^ u32::from(*byte))))
}

const fn table() -> [u32; 16] {
    let mut table = [0; 16];
    let mut place = 0;
    while place < 16 {
        let (mut crc, mut bit) = (place, 0);
        while bit < 4 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
            bit += 1;
        }
        // The place is below the length, and no other way of writing compiles in a constant.
        #[allow(clippy::indexing_slicing, reason = "the place is below the length")]
        {
            table[place as usize] = crc;
        }
        place += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_of_the_standard() {
        assert_eq!(checksum(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn numbers_come_back_and_too_long_ones_are_refused() {
        for number in [0, 1, 127, 128, 16_383, 16_384, u32::MAX] {
            let mut bytes = Vec::new();
            push_number(&mut bytes, number);
            assert_eq!(Reader(&bytes).number(), Ok(number));
            assert_eq!(zigzag(unzigzag(number)), number);
        }
        assert_eq!(Reader(&[0xff, 0xff, 0xff, 0xff, 0x10]).number(), Err(Refused::Damaged));
        assert_eq!(Reader(&[0x80]).number(), Err(Refused::Damaged));
        assert_eq!(Reader(&[5, 0]).count(), Err(Refused::Damaged));
    }
}
