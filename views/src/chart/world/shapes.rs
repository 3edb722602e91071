//! The shapes of the countries, read from the bytes that `views/data/make_world.mjs` writes and describes.

/// The shapes, as data of paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shapes {
    size: [i32; 2],
    countries: Vec<(String, String)>,
    points: Vec<(String, i32, i32)>,
}

impl Shapes {
    /// Reads them; none where the bytes are not what the script writes. What is read is the same for every drawing.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader { bytes };
        let size = [reader.number()?, reader.number()?];
        let arcs = arcs(&mut reader, size)?;
        let countries = reader.list(|reader| Some((reader.letters()?, country(reader, &arcs)?)))?;
        let points = reader.list(|reader| Some((reader.letters()?, reader.number()?, reader.number()?)))?;
        reader.bytes.is_empty().then_some(Self { size, countries, points })
    }

    /// Width and height of the drawing.
    pub fn size(&self) -> [i32; 2] {
        self.size
    }

    /// Each country's code (`--` where it has none) and the data of its path.
    pub fn countries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.countries.iter().map(|(code, data)| (code.as_str(), data.as_str()))
    }

    /// The countries without a shape: code, and place across and down.
    pub fn points(&self) -> impl Iterator<Item = (&str, i32, i32)> {
        self.points.iter().map(|(code, x, y)| (code.as_str(), *x, *y))
    }
}

/// A place in the drawing.
type Point = (i32, i32);

fn arcs(reader: &mut Reader, [width, height]: [i32; 2]) -> Option<Vec<Vec<Point>>> {
    let mut first = (0, 0);
    reader.list(|reader| {
        let steps = reader.number()?;
        let mut at = first;
        let mut arc = Vec::new();
        for _ in 0..=steps {
            at = (at.0 + reader.signed()?, at.1 + reader.signed()?);
            // Places within the drawing are small, and so is what lies between them: no sum overflows.
            if !(0..=width).contains(&at.0) || !(0..=height).contains(&at.1) {
                return None;
            }
            arc.push(at);
        }
        first = *arc.first()?;
        Some(arc)
    })
}

/// The path of a country: each of its rings closed.
fn country(reader: &mut Reader, arcs: &[Vec<Point>]) -> Option<String> {
    let mut data = String::new();
    for _ in 0..reader.number()? {
        let mut ring: Vec<Point> = Vec::new();
        for _ in 0..reader.number()? {
            let arc = reader.signed()?;
            let points = arcs.get(usize::try_from(if arc < 0 { !arc } else { arc }).ok()?)?;
            // An arc begins where the one before ends.
            let joined = usize::from(!ring.is_empty());
            if arc < 0 {
                ring.extend(points.iter().rev().skip(joined));
            } else {
                ring.extend(points.iter().skip(joined));
            }
        }
        outline(&ring, &mut data);
    }
    Some(data)
}

/// Writes a ring as steps from point to point, which are shorter than places.
fn outline(ring: &[Point], data: &mut String) {
    let Some(((x, y), rest)) = ring.split_first() else { return };
    let (mut x, mut y) = (*x, *y);
    pair('M', x, y, data);
    for (index, point) in rest.iter().enumerate() {
        pair(if index == 0 { 'l' } else { ' ' }, point.0 - x, point.1 - y, data);
        (x, y) = *point;
    }
    data.push('z');
}

fn pair(before: char, x: i32, y: i32, data: &mut String) {
    data.push(before);
    data.push_str(&x.to_string());
    data.push(' ');
    data.push_str(&y.to_string());
}

/// What is still to be read.
struct Reader<'a> {
    bytes: &'a [u8],
}

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*byte)
    }

    /// An LEB128 number below 2²¹: three bytes, more than any place of a drawing needs.
    fn number(&mut self) -> Option<i32> {
        let mut number = 0;
        for shift in [0, 7, 14] {
            let byte = self.byte()?;
            number |= i32::from(byte & 127) << shift;
            if byte < 128 {
                return Some(number);
            }
        }
        None
    }

    /// A zigzag number.
    fn signed(&mut self) -> Option<i32> {
        let number = self.number()?;
        Some((number >> 1) ^ -(number & 1))
    }

    /// Two letters.
    fn letters(&mut self) -> Option<String> {
        Some([char::from(self.byte()?), char::from(self.byte()?)].into_iter().collect())
    }

    /// How many, and so many.
    fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.number()?;
        (0..count).map(|_| one(self)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::DATA;
    use super::*;
    use proptest::prelude::*;

    /// Two squares of 2 × 2 side by side, which share the arc between them, and one point.
    const SQUARES: &[u8] = &[
        4, 2, // size
        3, // arcs
        1, 4, 0, 0, 4, // (2, 0) down to (2, 2)
        3, 0, 4, 3, 0, 0, 3, 4, 0, // from there to the left and round to (2, 0)
        3, 0, 3, 4, 0, 0, 4, 3, 0, // from (2, 0) to the right and round to (2, 2)
        2, // countries
        b'A', b'A', 1, 2, 0, 2, // arcs 0 and 1
        b'B', b'B', 1, 2, 4, 1, // arcs 2 and 0 backwards
        1, b'C', b'C', 3, 1,
    ];

    #[test]
    fn neighbours_share_their_border() {
        let shapes = Shapes::read(SQUARES).unwrap();
        assert_eq!(shapes.size(), [4, 2]);
        let countries: Vec<_> = shapes.countries().collect();
        assert_eq!(countries, [("AA", "M2 0l0 2 -2 0 0 -2 2 0z"), ("BB", "M2 0l2 0 0 2 -2 0 0 -2z")]);
        assert_eq!(shapes.points().collect::<Vec<_>>(), [("CC", 3, 1)]);
    }

    #[test]
    fn bytes_that_end_early_or_late_are_refused() {
        for end in 0..SQUARES.len() {
            assert_eq!(Shapes::read(&SQUARES[..end]), None, "{end}");
        }
        assert_eq!(Shapes::read(&[SQUARES, &[0]].concat()), None);
        let mut unknown_arc = SQUARES.to_vec();
        unknown_arc[29] = 12;
        assert_eq!(Shapes::read(&unknown_arc), None);
    }

    #[test]
    fn the_world_is_whole_and_small() {
        let shapes = Shapes::read(DATA).unwrap();
        let [width, height] = shapes.size();
        assert_eq!((shapes.countries().count(), shapes.points().count()), (176, 73));
        for code in ["DE", "US", "RU", "FR", "XK", "ZA", "BR", "FJ"] {
            let data = shapes.countries().find(|(known, _)| *known == code).unwrap().1;
            assert!(data.starts_with('M') && data.ends_with('z'), "{code}");
        }
        for code in ["MT", "SG", "BH", "TV"] {
            let (_, x, y) = shapes.points().find(|(known, ..)| *known == code).unwrap();
            assert!((0..=width).contains(&x) && (0..=height).contains(&y), "{code}");
        }
        // Every ring begins within the drawing.
        for (code, data) in shapes.countries() {
            for ring in data.split('M').skip(1) {
                let (x, y) = ring.split('l').next().unwrap().split_once(' ').unwrap();
                let (x, y): (i32, i32) = (x.parse().unwrap(), y.trim_end_matches('z').parse().unwrap());
                assert!((0..=width).contains(&x) && (0..=height).contains(&y), "{code} {x} {y}");
            }
        }
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = Shapes::read(&bytes);
        }

        #[test]
        fn no_change_of_one_byte_breaks_it(at in 0..13_000_usize, value in any::<u8>()) {
            let mut bytes = DATA.to_vec();
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
            let _ = Shapes::read(&bytes);
        }
    }
}
