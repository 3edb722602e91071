//! What a column holds of an event: borrowed for writing, owned for reading.

/// The types of columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Flag,
    /// A number without sign, of so many bits.
    Number(u8),
    /// Seconds since 1970, as a number's bits.
    Time,
    /// Thousandths with a sign, as a number's bits.
    Decimal,
    /// Pairs of texts, maybe none.
    Pairs,
    Texts,
}

/// A value to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cell<'a> {
    Absent,
    Text(&'a str),
    Flag(bool),
    Number(u64),
    Pairs(&'a [(String, String)]),
    Texts(&'a [String]),
}

/// A value that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Absent,
    Text(String),
    Flag(bool),
    Number(u64),
    Pairs(Vec<(String, String)>),
    Texts(Vec<String>),
}

/// A field of an event.
pub(crate) trait Field {
    const KIND: Kind;
    /// Whether the field itself can be absent.
    const OPTIONAL: bool = false;

    fn cell(&self) -> Cell<'_>;

    /// Takes a value; none where it is not one of the field's.
    fn put(&mut self, value: Value) -> Option<()>;
}

impl Field for String {
    const KIND: Kind = Kind::Text;

    fn cell(&self) -> Cell<'_> {
        Cell::Text(self)
    }

    fn put(&mut self, value: Value) -> Option<()> {
        let Value::Text(text) = value else { return None };
        *self = text;
        Some(())
    }
}

impl Field for bool {
    const KIND: Kind = Kind::Flag;

    fn cell(&self) -> Cell<'_> {
        Cell::Flag(*self)
    }

    fn put(&mut self, value: Value) -> Option<()> {
        let Value::Flag(flag) = value else { return None };
        *self = flag;
        Some(())
    }
}

macro_rules! number {
    ($($type:ty),+) => {$(
        impl Field for $type {
            const KIND: Kind = Kind::Number(<$type>::BITS as u8);

            fn cell(&self) -> Cell<'_> {
                Cell::Number(u64::from(*self))
            }

            fn put(&mut self, value: Value) -> Option<()> {
                let Value::Number(number) = value else { return None };
                *self = number.try_into().ok()?;
                Some(())
            }
        }
    )+};
}

number!(u8, u16, u32, u64);

impl<T: Field + Default> Field for Option<T> {
    const KIND: Kind = T::KIND;
    const OPTIONAL: bool = true;

    fn cell(&self) -> Cell<'_> {
        self.as_ref().map_or(Cell::Absent, T::cell)
    }

    fn put(&mut self, value: Value) -> Option<()> {
        if value == Value::Absent {
            *self = None;
            return Some(());
        }
        self.insert(T::default()).put(value)
    }
}

impl Field for Vec<(String, String)> {
    const KIND: Kind = Kind::Pairs;

    fn cell(&self) -> Cell<'_> {
        Cell::Pairs(self)
    }

    fn put(&mut self, value: Value) -> Option<()> {
        let Value::Pairs(pairs) = value else { return None };
        *self = pairs;
        Some(())
    }
}

impl Field for Vec<String> {
    const KIND: Kind = Kind::Texts;

    fn cell(&self) -> Cell<'_> {
        Cell::Texts(self)
    }

    fn put(&mut self, value: Value) -> Option<()> {
        let Value::Texts(texts) = value else { return None };
        *self = texts;
        Some(())
    }
}
