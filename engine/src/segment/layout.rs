//! Where things stand in a segment: the numbers of its columns and the families of its attributes.

/// The first bytes of every segment.
pub(super) const MAGIC: [u8; 4] = *b"PSBY";

/// Keyed hashes of the visitors that still have one: places, then eight bytes each.
pub(super) const HASHES: u8 = 1;
/// Number of visits of each visitor, less one.
pub(super) const VISITOR_VISITS: u8 = 2;
/// Seconds between each visitor's first event and that of the visitor before.
pub(super) const VISITOR_GAPS: u8 = 3;
/// Seconds between the start of each visit but a visitor's first and the start of the one before.
pub(super) const RETURN_GAPS: u8 = 4;
/// Number of rows of each visit, less one.
pub(super) const VISIT_ROWS: u8 = 5;
/// Seconds between each row and the one before in its visit (the visit's start for the first), zigzag.
pub(super) const TIMES: u8 = 6;
/// How far each row's rank among its visitor's arrivals is from its place there, zigzag.
pub(super) const ARRIVAL: u8 = 7;
/// Names of events.
pub(super) const NAMES: u8 = 8;
/// Whether the event counts as interaction.
pub(super) const INTERACTIVE: u8 = 9;
/// Hosts of pages.
pub(super) const HOSTNAMES: u8 = 10;
/// Paths of pages.
pub(super) const PAGES: u8 = 11;
/// Scroll depths, of the rows that have one.
pub(super) const SCROLL_DEPTHS: u8 = 12;
/// Engagement times in milliseconds, of the rows that have one.
pub(super) const ENGAGEMENT_TIMES: u8 = 13;
/// Revenue of the rows that have some.
pub(super) const REVENUES: u8 = 14;
/// Custom properties, by key.
pub(super) const PROPS: u8 = 15;
/// The fields of single kinds of events.
pub(super) const DETAILS: u8 = 16;
/// The first of the families' columns: the tuple of each visit. The tuple of each row follows.
pub(super) const FAMILIES: u8 = 20;
/// The first of the columns of single attributes, a value for each tuple of the attribute's family.
pub(super) const ATTRIBUTES: u8 = 32;

/// Place of the city among the attributes: after the texts.
pub(crate) const CITY: usize = crate::event::VISIT_TEXTS.len();
/// Number of attributes of a visit: the texts and the city.
pub(crate) const ATTRIBUTES_LEN: usize = CITY + 1;

/// Attributes that mostly change together are kept as one tuple: how a visit came, with what, and from where. Each
/// family lists its attributes by their places in [`crate::event::VISIT_TEXTS`].
pub(crate) const FAMILY_ATTRIBUTES: [&[usize]; 3] =
    [&[0, 1, 2, 3, 4, 5, 6, 7], &[8, 9, 10, 11, 12, 15, 16], &[13, 14, CITY]];
/// Number of families.
pub(super) const FAMILIES_LEN: usize = FAMILY_ATTRIBUTES.len();

/// The family of an attribute.
pub(crate) fn family_of(attribute: usize) -> usize {
    FAMILY_ATTRIBUTES.iter().position(|attributes| attributes.contains(&attribute)).unwrap_or(0)
}

/// The column of the visits' tuples of a family.
pub(super) fn tuples_of_visits(family: usize) -> u8 {
    FAMILIES + family as u8 * 2
}

/// The column of the rows' tuples of a family: 0 as the visit, 1 all attributes blank, else two more than the tuple.
pub(super) fn tuples_of_rows(family: usize) -> u8 {
    FAMILIES + family as u8 * 2 + 1
}

/// The column of an attribute.
pub(super) fn attribute(attribute: usize) -> u8 {
    ATTRIBUTES + attribute as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attribute_is_in_one_family() {
        let mut all: Vec<usize> = FAMILY_ATTRIBUTES.concat();
        all.sort_unstable();
        assert_eq!(all, (0..ATTRIBUTES_LEN).collect::<Vec<_>>());
    }
}
