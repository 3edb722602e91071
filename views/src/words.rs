//! The page's own words. Views are written in English and pass every text that people read through here, so that another
//! language needs no change of theirs.

/// A text in the reader's language.
pub fn say(english: &'static str) -> String {
    english.to_owned()
}

/// A text with values in the places `{0}`, `{1}` …: languages put them where they belong.
pub fn fill(english: &'static str, values: &[&str]) -> String {
    put(&say(english), values)
}

/// A text that depends on a count, which stands in it as `{0}`: `plural(2.0, "{0} visitor", "{0} visitors")`.
pub fn plural(count: f64, one: &'static str, many: &'static str) -> String {
    let form = if count.round() as i64 == 1 { one } else { many };
    put(&say(form), &[&crate::format::grouped(count)])
}

fn put(template: &str, values: &[&str]) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let index = after.bytes().next().map(|digit| usize::from(digit.wrapping_sub(b'0')));
        let value = index.and_then(|index| values.get(index));
        if let (Some(value), Some(tail)) = (value, after.get(1..).and_then(|tail| tail.strip_prefix('}'))) {
            out.push_str(value);
            rest = tail;
        } else {
            out.push('{');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_where_the_language_wants_them() {
        assert_eq!(put("{1} of {0}", &["ten", "{0}"]), "{0} of ten");
        assert_eq!(put("a {2} { b {x} {0", &["c"]), "a {2} { b {x} {0");
        assert_eq!((plural(1.0, "{0} visit", "{0} visits"), plural(1234.0, "{0} visit", "{0} visits")).0, "1 visit");
        assert_eq!(plural(1234.0, "{0} visit", "{0} visits"), "1,234 visits");
    }
}
