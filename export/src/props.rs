//! Custom properties as they count: each key once.

/// Each key with the value that queries see, in the order in which the keys come: the first that is not empty. An event
/// may have a key twice, for one where two keys became the same by scrubbing; JSON's readers would take the last, and
/// some of Parquet's refuse the whole file.
pub(crate) fn counted(props: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    props.iter().enumerate().filter_map(|(at, (key, _))| {
        let earlier = props.iter().take(at).any(|(other, _)| other == key);
        let values = props.iter().skip(at).filter(|(other, _)| other == key).map(|(_, value)| &**value);
        (!earlier).then(|| (&**key, values.into_iter().find(|value| !value.is_empty()).unwrap_or("")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_of_a_key_that_is_not_empty_counts() {
        for (given, expected) in [
            (&[][..], &[][..]),
            (&[("a", "1"), ("b", "")], &[("a", "1"), ("b", "")]),
            (&[("a", "1"), ("a", "2")], &[("a", "1")]),
            (&[("a", ""), ("b", "1"), ("a", "2"), ("a", "3")], &[("a", "2"), ("b", "1")]),
            (&[("a", ""), ("a", "")], &[("a", "")]),
        ] {
            let given: Vec<_> = given.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
            assert_eq!(counted(&given).collect::<Vec<_>>(), expected);
        }
    }
}
