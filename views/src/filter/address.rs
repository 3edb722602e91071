//! Filters in an address: one parameter for each value (`is.source.Google`); the name of a joint (`any`) begins a group and
//! `end` ends it. What compares alike, side by side, is one filter with several values; `and` parts those that are two.

use super::{DEPTH_MAX, Field, Filter, Joint, Operator, Test, add};

const END: &str = "end";
const APART: &str = "and";
const SEGMENT: &str = "segment.";
/// After an operator's name: the case of letters does not matter.
const ANY_CASE: &str = "-i";

/// The parameters of filters.
pub fn write(filters: &[Filter]) -> Vec<String> {
    let mut out = Vec::new();
    write_list(filters, &mut out);
    out
}

fn write_list(filters: &[Filter], out: &mut Vec<String>) {
    let mut begin = 0;
    for (index, filter) in filters.iter().enumerate() {
        match filter {
            Filter::Test(test) => {
                let together = filters.get(begin..index).unwrap_or_default();
                if together.iter().any(|other| other.same(test.operator, &test.field, test.any_case)) {
                    out.push(APART.to_owned());
                    begin = index;
                }
                write_test(test, out);
            }
            Filter::Segment(id) => out.push([SEGMENT, &id.to_string()].concat()),
            Filter::Group(joint, filters) => {
                out.push(joint.name().to_owned());
                write_list(filters, out);
                out.push(END.to_owned());
            }
        }
    }
}

fn write_test(test: &Test, out: &mut Vec<String>) {
    let case = if test.any_case { ANY_CASE } else { "" };
    let begin = [test.operator.name(), case, ".", &test.field.name(), "."].concat();
    out.extend(test.values.iter().map(|value| [&begin, value.as_str()].concat()));
}

/// The filters of parameters; what is none is left out, and so are groups without any.
pub fn read(parameters: &[impl AsRef<str>]) -> Vec<Filter> {
    // Of each group that is not ended: its joint, its filters, and from which on they may be joined.
    let mut open: Vec<(Joint, Vec<Filter>, usize)> = vec![(Joint::All, Vec::new(), 0)];
    for parameter in parameters {
        let parameter = parameter.as_ref();
        if let Some(joint) = Joint::parse(parameter) {
            open.push((joint, Vec::new(), 0));
            continue;
        }
        if parameter == END {
            close(&mut open);
            continue;
        }
        let Some((_, filters, begin)) = open.last_mut() else { break };
        if parameter == APART {
            *begin = filters.len();
        } else if let Some(id) = parameter.strip_prefix(SEGMENT) {
            filters.extend(id.parse().ok().map(Filter::Segment));
        } else {
            read_test(filters, *begin, parameter);
        }
    }
    while open.len() > 1 {
        close(&mut open);
    }
    open.pop().map(|(_, filters, _)| filters).unwrap_or_default()
}

/// Puts the innermost group into the one around it; nothing where there is none.
fn close(open: &mut Vec<(Joint, Vec<Filter>, usize)>) {
    if open.len() < 2 {
        return;
    }
    let is_too_deep = open.len() > DEPTH_MAX;
    if let (Some((joint, inner, _)), Some((_, filters, _))) = (open.pop(), open.last_mut())
        && !inner.is_empty()
        && !is_too_deep
    {
        filters.push(Filter::Group(joint, inner));
    }
}

fn read_test(filters: &mut Vec<Filter>, begin: usize, parameter: &str) {
    let mut parts = parameter.splitn(3, '.');
    let (operator, any_case) = match parts.next().map(|name| (name, name.strip_suffix(ANY_CASE))) {
        Some((_, Some(name))) => (Operator::parse(name).filter(|operator| operator.knows_case()), true),
        Some((name, None)) => (Operator::parse(name), false),
        None => return,
    };
    let field = parts.next().and_then(Field::parse);
    let (Some(operator), Some(field), Some(value)) = (operator, field, parts.next()) else { return };
    let mut together = filters.split_off(begin.min(filters.len()));
    add(&mut together, operator, field, any_case, value);
    filters.append(&mut together);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn queries(parameters: &[&str]) -> Value {
        read(parameters).iter().map(Filter::query).collect()
    }

    #[test]
    fn values_may_hold_anything_and_what_is_no_filter_is_left_out() {
        let parameters = [
            "is.page./a.b.c?d",
            "is.page.",
            "is.page",
            "is.nothing.x",
            "like.page.x",
            "",
            "is_not.os.(not set)",
            "any",
            "end",
        ];
        assert_eq!(write(&read(&parameters)), ["is.page./a.b.c?d", "is.page.", "is_not.os.(not set)"]);
    }

    #[test]
    fn groups_are_begun_and_ended() {
        for (parameters, expected) in [
            (
                &[
                    "is.os.Linux",
                    "any",
                    "is.country.DE",
                    "is.country.FR",
                    "all",
                    "is.os.Mac",
                    "is.device.Mobile",
                    "end",
                    "end",
                ][..],
                json!([
                    ["is", "visit:os", ["Linux"]],
                    [
                        "or",
                        [
                            ["is", "visit:country", ["DE", "FR"]],
                            ["and", [["is", "visit:os", ["Mac"]], ["is", "visit:device", ["Mobile"]]]]
                        ]
                    ]
                ]),
            ),
            (
                &["then", "is.page./", "and", "is.page./b"],
                json!([["sequence", [["is", "event:page", ["/"]], ["is", "event:page", ["/b"]]]]]),
            ),
            (
                &["is.os.a", "and", "is.os.b", "is.os.c"],
                json!([["is", "visit:os", ["a"]], ["is", "visit:os", ["b", "c"]]]),
            ),
            (
                &["done", "is.goal.Signup", "end", "end", "segment.7"],
                json!([["has_done", ["is", "event:goal", ["Signup"]]], ["is", "segment", [7]]]),
            ),
            (
                &["contains-i.prop-a*1b.X", "matches-i.os.x"],
                json!([["contains", "event:props:a.b", ["X"], { "case_sensitive": false }]]),
            ),
        ] {
            assert_eq!(queries(parameters), expected, "{parameters:?}");
            let filters = read(parameters);
            assert_eq!(read(&write(&filters)), filters);
        }
    }

    #[test]
    fn no_address_nests_without_end() {
        let deep: Vec<&str> = std::iter::repeat_n("any", 10_000).chain(["is.os.x"]).collect();
        assert_eq!(read(&deep), []);
        let fits: Vec<&str> = std::iter::repeat_n("any", DEPTH_MAX - 1).chain(["is.os.x"]).collect();
        assert_eq!(read(&fits).len(), 1);
    }
}
