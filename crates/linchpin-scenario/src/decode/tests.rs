//! Readers, on texts: what they give, and what they say.

use super::{
    Fields, ListOrStruct, Spanned, boolean, choice, id, integer_in, list_of, list_or_struct, number,
    number_in, pair, share, sourced, tag, text, time,
};
use crate::diagnostic::Diagnostics;
use crate::reader;
use crate::source::Sources;
use crate::value::Value;

fn value(text: &str) -> Value {
    let mut sources = Sources::default();
    let source = sources.add("a.ron", text);
    let mut problems = Diagnostics::default();
    reader::parse(&sources, source, &mut problems).unwrap_or_else(|| panic!("{text}: {problems:?}"))
}

/// Title, label and help of every problem, in one text.
fn said(problems: &Diagnostics) -> String {
    let parts = problems.iter().flat_map(|p| [p.title.clone(), p.label.clone(), p.help.join("; ")]);
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" | ")
}

/// What a reader gives for a text, written with `Debug`, or what it says.
fn got<T: std::fmt::Debug>(
    source: &str,
    mut read: impl FnMut(&Value, &mut Diagnostics) -> Option<T>,
) -> String {
    let mut problems = Diagnostics::default();
    let result = read(&value(source), &mut problems);
    assert_eq!(result.is_none(), problems.errors() > 0, "none means reported: {source}");
    result.map_or_else(|| said(&problems), |result| format!("{result:?}"))
}

#[test]
fn single_values() {
    let allowed: &'static [(&str, i32)] = &[("Min", 1), ("Product", 2)];
    for (found, expected) in [
        (got("\"a\"", text), "\"a\""),
        (got("Name", text), "expected a text in double quotes, found the word `Name` | write \"Name\""),
        (
            got("'x'", text),
            "expected a text in double quotes, found a character in single quotes | write \"x\"",
        ),
        (got("true", boolean), "true"),
        (
            got("\"true\"", boolean),
            "expected `true` or `false`, found the text \"true\" | write true without quotes",
        ),
        (got("3", number), "3.0"),
        (got("(value: 2.5, source: \"s\")", number), "2.5"),
        (got("\"3\"", number), "expected a number, found the text \"3\" | write 3 without quotes"),
        (got("\"40%\"", number), "expected a number, found the text \"40%\" | write 0.4"),
        (got("NaN", number), "expected a number, found NaN"),
        (
            got("1e999", number),
            "expected a number, found an infinite number | numbers are at most about 1.8e308",
        ),
        (got("[]", number), "expected a number, found an empty list"),
        (got("91", number_in(-90.0..=90.0)), "expected a number from -90 to 90, found the number 91"),
        (got("-1", number_in(0.0..=f64::MAX)), "expected a number of at least 0, found the number -1"),
        (got("1", share), "1.0"),
        (got("-0.1", share), "expected a share from 0 to 1, found the number -0.1"),
        (got("40", share), "expected a share from 0 to 1, found the number 40 | for 40 percent write 0.4"),
        (got("5", integer_in(1..=10_u32)), "5"),
        (got("0", integer_in(1..=10_u32)), "expected a whole number from 1 to 10, found the number 0"),
        (
            got("5.0", integer_in(1..=10_u32)),
            "expected a whole number from 1 to 10, found the number 5.0 | write 5 without a point",
        ),
        (got("\"1d 6h\"", time), "108000"),
        (got("\"0.5s\"", time), "1"),
        (
            got("72", time),
            "expected a time such as \"36h\" or \"1d 6h\", found the number 72 | a time needs a unit | if hours are \
             meant write \"72h\"; the units are s, min, h, d, w",
        ),
        (got("[\"2h\"]", time), "expected a time such as \"36h\" or \"1d 6h\", found a list"),
        (got("Product", choice("a way to combine", allowed)), "2"),
        (
            got("Prodct", choice("a way to combine", allowed)),
            "expected a way to combine, found `Prodct` | did you mean `Product`? | one of `Min`, `Product`",
        ),
        (
            got("\"Min\"", choice("a way to combine", allowed)),
            "expected a way to combine, found the text \"Min\" | write Min without quotes",
        ),
    ] {
        assert_eq!(found, expected);
    }
}

#[test]
fn ids() {
    let read = |source: &str| got(source, |value, out| id(value, out).map(|Spanned { value, .. }| value));
    for (source, expected) in [
        ("\"hv-1_a.2\"", "\"hv-1_a.2\""),
        ("\"Süd\"", "\"Süd\""),
        ("\"\"", "an id must not be empty | ids are made of letters, digits, `-`, `_` and `.`"),
        ("\"a b\"", "an id must not contain ' ' | ids are made of letters, digits, `-`, `_` and `.`"),
        ("\"a/b\"", "an id must not contain '/' | ids are made of letters, digits, `-`, `_` and `.`"),
    ] {
        assert_eq!(read(source), expected);
    }
    assert!(
        read(&format!("{:?}", "x".repeat(121))).starts_with("an id has at most 120 characters, this one 121")
    );
}

#[test]
fn lists_and_pairs() {
    let words = |source: &str| {
        let mut problems = Diagnostics::default();
        let value = value(source);
        let words = list_of(text)(&value, &mut problems);
        (words, said(&problems))
    };
    assert_eq!(words("[\"a\", (value: \"b\")]"), (Some(vec!["a".into(), "b".into()]), String::new()));
    assert_eq!(words("[\"a\", 2]").0, Some(vec!["a".into()]));
    assert_eq!(words("\"a\"").1, "expected a list, found the text \"a\" | for a list of one write [\"a\"]");
    assert_eq!(
        words("(1, 2)").1,
        "expected a list, found a tuple in `( )` | lists stand in square brackets: `[a, b]`"
    );

    let mut problems = Diagnostics::default();
    let either = |source: &str, problems: &mut Diagnostics| match list_or_struct(
        &value(source),
        "ids or a selector",
        problems,
    ) {
        Some(ListOrStruct::List(items)) => items.len().to_string(),
        Some(ListOrStruct::Struct(_)) => "struct".into(),
        None => "none".into(),
    };
    assert_eq!(
        ["[1, 2]", "(a: 1)", "()", "3"].map(|source| either(source, &mut problems)),
        ["2", "struct", "struct", "none"]
    );
    assert_eq!(said(&problems), "expected ids or a selector, found the number 3");

    let mut problems = Diagnostics::default();
    assert!(pair(&value("(1, 2)"), "a pair", &mut problems).is_some() && problems.is_empty());
    assert!(pair(&value("(1, 2, 3)"), "a pair", &mut problems).is_none());
    assert_eq!(said(&problems), "expected a pair, found a tuple in `( )`");
}

#[test]
fn sources_of_values() {
    let mut problems = Diagnostics::default();
    let wrapped = value("(value: 3, source: \"survey\", confidence: \"B\", notes: \"n\")");
    let got = sourced(&wrapped, &mut problems);
    assert_eq!((got.source.as_deref(), got.confidence.as_deref()), (Some("survey"), Some("B")));
    assert!(problems.is_empty());
    sourced(&value("(value: 3, sorce: \"survey\")"), &mut problems);
    assert_eq!(
        said(&problems),
        "a value with a source has no field `sorce` | unknown field; did you mean `source`? | allowed here: `value`, \
         `source`, `confidence`, `notes`"
    );
}

/// A team with a required and two optional fields.
fn team(source: &str) -> String {
    let mut problems = Diagnostics::default();
    let value = value(source);
    let Some(mut fields) = Fields::new(&value, "team", &mut problems) else { return said(&problems) };
    let id = fields.required("id", id);
    let crews = fields.optional("crews", integer_in(1..=9_u32));
    let skill = fields.optional("skill", text);
    fields.finish();
    let id = id.map(|id| id.value);
    if problems.is_empty() { format!("{id:?} {crews:?} {skill:?}") } else { said(&problems) }
}

#[test]
fn fields_of_structs() {
    for (source, expected) in [
        ("(id: \"t\", crews: 3, notes: \"free\", source: \"s\")", "Some(\"t\") Some(3) None"),
        ("(id: \"t\", crews: None, skill: \"line\")", "Some(\"t\") None Some(\"line\")"),
        ("()", "a team needs a field `id` | `id` is missing here"),
        (
            "(ids: \"t\")",
            "a team needs a field `id` | `id` is missing here | there is a field `ids`; was `id` meant? | a \
            team has no field `ids` | unknown field; did you mean `id`? | allowed here: `id`, `crews`, `skill`, `notes`, \
            `source`, `confidence`",
        ),
        (
            "(id: \"t\", crews: 12, skil: 1)",
            "expected a whole number from 1 to 9, found the number 12 | a team has no field \
            `skil` | unknown field; did you mean `skill`? | allowed here: `id`, `crews`, `skill`, `notes`, `source`, \
            `confidence`",
        ),
        ("(id: \"t\", source: 4)", "expected a text in double quotes, found the number 4"),
        ("Team(id: \"t\")", "expected a team as `(field: value, ...)`, found `Team(...)`"),
        ("[]", "expected a team as `(field: value, ...)`, found an empty list"),
    ] {
        assert_eq!(team(source), expected, "{source}");
    }
    let many: String = (0..500).map(|index| format!("zzzzz{index}: 1,")).collect();
    let said = team(&format!("(id: \"t\", {many})"));
    assert_eq!(said.matches("has no field").count(), 20);
    assert!(said.contains("a team has 500 unknown fields"));
}

#[test]
fn named_alternatives() {
    let allowed = ["Fixed", "Uniform"];
    for (source, expected) in [
        ("Fixed(3)", "Some(3.0)"),
        ("Fixed(value: 3)", "Some(3.0)"),
        ("Fixed(1, 2)", "the values of a distribution need names | write `name: value` for each of them"),
        ("Fixed()", "a distribution needs a field `value` | `value` is missing here"),
        ("Unifrm(1)", "unknown distribution `Unifrm` | did you mean `Uniform`? | one of `Fixed`, `Uniform`"),
        ("3", "expected a distribution, found the number 3 | one of `Fixed`, `Uniform`"),
    ] {
        let mut problems = Diagnostics::default();
        let value = value(source);
        let mut read = None;
        if tag(&value, "distribution", &allowed, &mut problems).is_some()
            && let Some(mut fields) = Fields::arguments(&value, "distribution", Some("value"), &mut problems)
        {
            read = fields.required("value", number);
            fields.finish();
        }
        assert_eq!(
            if problems.is_empty() { format!("{read:?}") } else { said(&problems) },
            expected,
            "{source}"
        );
    }
}
