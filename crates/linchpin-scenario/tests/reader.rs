//! The reader beside the `ron` crate, against damage, and against what it writes itself.

use std::path::Path;

use linchpin_scenario::diagnostic::{Diagnostics, render_all};
use linchpin_scenario::load::{Files, load_with};
use linchpin_scenario::reader;
use linchpin_scenario::source::{SourceId, Sources, Span};
use linchpin_scenario::value::{Field, Name, Value, ValueKind};
use linchpin_scenario::write::to_ron;

const SAMPLE: &str = include_str!("fixtures/sample.ron");

/// Differences from `ron` that are meant, by what the reader says about them.
const MEANT: [&str; 7] = [
    "is given twice",
    "a map key must be a single value",
    "bytes are not used",
    "ranges are not used",
    "this whole number is too large",
    "does not fit `u128`",
    "nested more than",
];

fn read(text: &str) -> (Sources, Option<Value>, Diagnostics) {
    let mut sources = Sources::default();
    let id = sources.add("a.ron", text);
    let mut problems = Diagnostics::default();
    let value = reader::parse(&sources, id, &mut problems);
    (sources, value, problems)
}

/// What a value says, in a form that both readers can be brought to. `ron` forgets names of structs and
/// variants, takes fields for text keys, and does not keep `()` and `[]` apart.
fn ours(value: &Value) -> String {
    match &value.kind {
        ValueKind::Bool(flag) => flag.to_string(),
        ValueKind::Integer(number) => format!("{number}"),
        ValueKind::Float(number) => float(*number),
        ValueKind::Char(c) => format!("{c:?}"),
        ValueKind::String(text) => format!("{text:?}"),
        ValueKind::List(items) | ValueKind::Tuple(_, items) => {
            format!("[{}]", joined(items.iter().map(ours)))
        }
        ValueKind::Map(entries) => sorted(entries.iter().map(|(key, value)| (ours(key), ours(value)))),
        ValueKind::Struct(_, fields) => {
            sorted(fields.iter().map(|field| (format!("{:?}", field.name.text), ours(&field.value))))
        }
        ValueKind::Name(name) if name.text == "None" => "None".into(),
        ValueKind::Name(_) => "[]".into(),
    }
}

fn theirs(value: &ron::Value) -> String {
    match value {
        ron::Value::Bool(flag) => flag.to_string(),
        ron::Value::Number(number) => match number {
            ron::Number::I8(n) => n.to_string(),
            ron::Number::I16(n) => n.to_string(),
            ron::Number::I32(n) => n.to_string(),
            ron::Number::I64(n) => n.to_string(),
            ron::Number::I128(n) => n.to_string(),
            ron::Number::U8(n) => n.to_string(),
            ron::Number::U16(n) => n.to_string(),
            ron::Number::U32(n) => n.to_string(),
            ron::Number::U64(n) => n.to_string(),
            ron::Number::U128(n) => n.to_string(),
            other => float(other.into_f64()),
        },
        ron::Value::Char(c) => format!("{c:?}"),
        ron::Value::String(text) => format!("{text:?}"),
        ron::Value::Seq(items) => format!("[{}]", joined(items.iter().map(theirs))),
        ron::Value::Map(entries) => sorted(entries.iter().map(|(key, value)| (theirs(key), theirs(value)))),
        ron::Value::Option(Some(inner)) => theirs(inner),
        ron::Value::Option(None) => "None".into(),
        ron::Value::Unit => "[]".into(),
        ron::Value::Bytes(bytes) => format!("bytes {bytes:?}"),
    }
}

fn float(number: f64) -> String {
    if number.is_nan() { "NaN".into() } else { format!("{number:?}f") }
}

fn joined(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(",")
}

fn sorted(entries: impl Iterator<Item = (String, String)>) -> String {
    let mut entries: Vec<String> = entries.map(|(key, value)| format!("{key}:{value}")).collect();
    entries.sort();
    format!("{{{}}}", entries.join(","))
}

/// Both readers agree about a text, or differ as they are meant to. Returns whether both accept it.
fn compare(text: &str) -> bool {
    let (_, value, problems) = read(text);
    if problems.iter().any(|problem| MEANT.iter().any(|title| problem.title.contains(title))) {
        return false;
    }
    match (value, text.parse::<ron::Value>()) {
        (Some(value), Ok(expected)) => {
            assert!(problems.is_empty(), "{text:?}: {problems:?}");
            assert_eq!(ours(&value), theirs(&expected), "{text:?}");
            true
        }
        (None, Err(_)) => {
            assert!(problems.errors() > 0, "{text:?} is refused without a reason");
            false
        }
        (value, expected) => panic!("{text:?}\nours: {value:?} {problems:?}\nron: {expected:?}"),
    }
}

#[test]
fn tricky_texts_that_both_accept() {
    for text in [
        // White space, comments, attributes.
        " \u{200e}\u{2028}\u{85}1\u{c} ",
        "// a\n/* b /* c */ ** / */ 1 // d",
        "#![enable(implicit_some)] #! [ enable ( unwrap_newtypes , unwrap_variant_newtypes, ) ]\n()",
        "#![type = \"a::B\"]\n#![schema = r#\"x\"#] [1]",
        // Numbers.
        "[0, -0, +7, 1_000_, 0xFf, 0b1_1, 0o17, -0x10, 00012, 5u8, -5i8, 7i128, 9u64, 0x1f32, 0x1Fu8]",
        "[1., .5, -.5, 1e5, 1E-3, 1e+3, 1_0.2_5, 1e_3, 2f64, 0.1f32, 1e5f32, 1e999, +inf, -inf, inf, NaN, -NaN, inff32]",
        "[18446744073709551616, -9223372036854775809, 170141183460469231731687303715884105727]",
        // Texts and characters.
        r#""a\n\r\t\0\\\"\'\x41\u{20aC}\u{10FFFF}ä""#,
        "\"line\\\n     continued\\\r\n\n  twice\"",
        "\"\\xE2\\x82\\xAC\"",
        "\"two\nlines // no comment /* none */\"",
        "[r\"a\\b\", r#\"a\"b\"#, r##\"x\"#y\"##, r\"\"]",
        r"['a', '\'', '\\', '\n', '\x7f', '\u{e9}', '''']".replace("''''", "'''").as_str(),
        "['\n', '\"', 'é']",
        // Brackets.
        "()",
        "( )",
        "(1,)",
        "[]",
        "{}",
        "[[], [1,], [(), ((),)], {},]",
        "{1: 2, \"a\": 'b', 'c': true, x: [y],}",
        "(a: 1, b: (c: 2,),)",
        "Name",
        "Name ( ) ",
        "Name /* c */ (1, 2)",
        "Name\n(a: 1)",
        "_x9(ä: 1)",
        // Words with a meaning.
        "[true, false, None, Some(1), Some ( (2) ), Some(Some(3),)]",
        "(true: 1, None: 2, inf: 3, Some: 4)",
        "[truer, nonee, r#true, r#inf, infinite, Somewhat]",
        "(r#a-b.c: 1, r#true: 2, r: 3, b: 4, br: 5)",
    ] {
        assert!(compare(text), "{text:?} is refused: {:?}", read(text).2);
    }
}

#[test]
fn tricky_texts_that_both_refuse() {
    for text in [
        "",
        " // only a comment",
        "1 2",
        "[1 2]",
        "[1,,2]",
        "[,]",
        "(,)",
        "(a:1 b:2)",
        "(a:1, 2)",
        "(1, a: 2)",
        "(a:)",
        "(a 1)",
        "(: 1)",
        "(\"a\": 1)",
        "(1: 2)",
        "{1}",
        "{1: }",
        "{1: 2 3: 4}",
        "{a = 1}",
        "[1",
        "(a: 1",
        "{1: 2",
        "]",
        "(1]",
        "[1)",
        "{1: 2)",
        "(a: [1, 2)",
        "1)",
        "Name(",
        "Some",
        "Some()",
        "Some(1, 2)",
        "Some 1",
        "Some[1]",
        "Some(a: 1)",
        "\"abc",
        "\"a\\",
        "\"\\q\"",
        "\"\\x4\"",
        "\"\\xff\"",
        "\"\\u{}\"",
        "\"\\u{110000}\"",
        "\"\\u{d800}\"",
        "\"\\u{1234567}\"",
        "\"\\u20ac\"",
        "r#\"a\"",
        "r#",
        "r##x",
        "'",
        "''",
        "'ab'",
        "'\\'",
        "'a",
        "'\\xe9'",
        "/* a",
        "/* /* */",
        "/",
        "1 / 2",
        "-",
        "+",
        ".",
        "..5.",
        "1.2.3",
        "1-2",
        "1._5",
        "_.5",
        "0x",
        "0xg",
        "0b2",
        "0o8",
        "0x_1",
        "-_1",
        "12ab",
        "1u7",
        "1e",
        "e5.",
        "300u8",
        "-1u8",
        "128i8",
        "1.5u8",
        "1f16",
        "+-1",
        "a-b",
        "(a-b: 1)",
        "a.b",
        "@",
        "#",
        "#![enable(nonsense)] 1",
        "#![enable()] 1",
        "#![nonsense] 1",
        "#![enable(implicit_some] 1",
        "1 #![enable(implicit_some)]",
        "\u{a0}1",
        "(a; 1)",
        "[1; 2]",
        "“a”",
        "None(1)",
        "true(1)",
    ] {
        assert!(!compare(text), "{text:?} is accepted");
        assert!(read(text).1.is_none(), "{text:?} has a value");
    }
}

#[test]
fn differences_from_ron_are_the_documented_ones() {
    for (text, title, readable) in [
        ("(a: 1, a: 2)", "the field `a` is given twice", true),
        ("{1: 1, 1: 2}", "the key 1 is given twice", true),
        ("{[1]: 2}", "a map key must be a single value", false),
        ("b\"a\"", "bytes are not used", false),
        ("br#\"a\"#", "bytes are not used", false),
        ("b'a'", "bytes are not used", false),
        ("0..5", "ranges are not used", false),
        ("170141183460469231731687303715884105728", "this whole number is too large", true),
    ] {
        let (_, value, problems) = read(text);
        assert!(text.parse::<ron::Value>().is_ok(), "{text} is meant to be accepted by ron");
        assert_eq!(value.is_some(), readable, "{text}");
        assert!(problems.iter().any(|problem| problem.title.contains(title)), "{text}: {problems:?}");
    }
    assert!(read("\u{feff}(a: 1)").1.is_some(), "a byte order mark is skipped");
}

/// SplitMix64: enough for choosing test cases, the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

const NOWHERE: Span = Span { source: SourceId(0), start: 0, end: 0 };

fn random_name(random: &mut Random) -> Name {
    let text = random
        .pick(&["a", "Name", "_x1", "true", "inf", "Some", "a-b", "0", "ä", "r", "b", "é.f+g", "NaNf32"]);
    Name { span: NOWHERE, text: text.into() }
}

fn random_value(random: &mut Random, depth: usize) -> Value {
    let kinds = if depth == 0 { 6 } else { 10 };
    let kind = match random.below(kinds) {
        0 => ValueKind::Bool(random.below(2) == 0),
        1 => ValueKind::Integer(i128::from(random.next() as i64) << random.below(64)),
        2 => ValueKind::Float(loop {
            let number = f64::from_bits(random.next());
            if !number.is_nan() {
                break number;
            }
        }),
        3 => ValueKind::Char(random_char(random)),
        4 => {
            let length = if random.below(10) == 0 { 150 } else { random.below(12) };
            ValueKind::String((0..length).map(|_| random_char(random)).collect())
        }
        5 => ValueKind::Name(random_name(random)),
        6 => ValueKind::List(random_values(random, depth)),
        7 => {
            let entries = (0..random.below(5))
                .map(|index| {
                    let key = Value { span: NOWHERE, kind: ValueKind::Integer(index as i128) };
                    (key, random_value(random, depth - 1))
                })
                .collect();
            ValueKind::Map(entries)
        }
        8 => {
            let name = (random.below(2) == 0).then(|| random_name(random));
            ValueKind::Tuple(name, random_values(random, depth))
        }
        _ => {
            let name = (random.below(2) == 0).then(|| random_name(random));
            let fields = (0..=random.below(5)).map(|index| Field {
                name: Name { span: NOWHERE, text: format!("{}{index}", random_name(random).text) },
                value: random_value(random, depth - 1),
            });
            ValueKind::Struct(name, fields.collect())
        }
    };
    Value { span: NOWHERE, kind }
}

fn random_values(random: &mut Random, depth: usize) -> Vec<Value> {
    (0..random.below(6)).map(|_| random_value(random, depth - 1)).collect()
}

fn random_char(random: &mut Random) -> char {
    let any = char::from_u32(random.below(0x11_0000) as u32).unwrap_or('x');
    random.pick(&[
        'a',
        ' ',
        '"',
        '\'',
        '\\',
        '\n',
        '\r',
        '\t',
        '\0',
        '/',
        '*',
        ',',
        '\u{2028}',
        '\u{1f600}',
        any,
    ])
}

fn without_places(value: &Value) -> Value {
    let name = |name: &Name| Name { span: NOWHERE, text: name.text.clone() };
    let all = |items: &Vec<Value>| items.iter().map(without_places).collect();
    let kind = match &value.kind {
        ValueKind::List(items) => ValueKind::List(all(items)),
        ValueKind::Map(entries) => ValueKind::Map(
            entries.iter().map(|(key, value)| (without_places(key), without_places(value))).collect(),
        ),
        ValueKind::Struct(title, fields) => ValueKind::Struct(
            title.as_ref().map(name),
            fields.iter().map(|f| Field { name: name(&f.name), value: without_places(&f.value) }).collect(),
        ),
        ValueKind::Tuple(title, items) => ValueKind::Tuple(title.as_ref().map(name), all(items)),
        ValueKind::Name(word) => ValueKind::Name(name(word)),
        other => other.clone(),
    };
    Value { span: NOWHERE, kind }
}

#[test]
fn what_is_written_reads_back_the_same_here_and_in_ron() {
    let mut random = Random(1);
    for _ in 0..3_000 {
        let value = random_value(&mut random, 4);
        let text = to_ron(&value);
        let (_, again, problems) = read(&text);
        assert!(problems.is_empty(), "{text}\n{problems:?}");
        assert_eq!(again.as_ref().map(without_places), Some(value), "{text}");
        assert!(compare(&text));
    }
}

/// One random damage: bytes replaced, deleted, inserted, doubled, or the text cut off.
fn damaged(random: &mut Random, bytes: &mut Vec<u8>) {
    const NASTY: &[u8] = b"()[]{},:\"'\\/*#rb.+-_=;01eEfiuxNS \n\t\x00\x80\xFF\xE2";
    let at = random.below(bytes.len());
    let to = (at + 1 + random.below(12)).min(bytes.len());
    let byte = random.pick(NASTY);
    match random.below(6) {
        0 => bytes[at] = byte,
        1 => bytes.insert(at, byte),
        2 => drop(bytes.remove(at)),
        3 => drop(bytes.drain(at..to)),
        4 => {
            let piece = bytes[at..to].to_vec();
            let place = random.below(bytes.len());
            bytes.splice(place..place, piece);
        }
        _ if random.below(10) == 0 => bytes.truncate(at),
        _ => bytes[at] = random.next() as u8,
    }
}

#[test]
fn two_thousand_damaged_scenarios_never_panic() {
    let mut random = Random(20_260);
    let (mut readable, mut refused) = (0, 0);
    for _ in 0..2_000 {
        let mut bytes = SAMPLE.as_bytes().to_vec();
        for _ in 0..=random.below(4) {
            damaged(&mut random, &mut bytes);
            if bytes.is_empty() {
                break;
            }
        }
        let Files { sources, value, diagnostics: problems, .. } =
            load_with(Path::new("a.ron"), &mut |_| Ok(bytes.clone()));
        assert!(value.is_some() || problems.errors() > 0, "refused without a reason");
        assert!(problems.errors() <= 40, "{}", render_all(&sources, &problems, false));
        let shown = render_all(&sources, &problems, false);
        assert_eq!(shown.is_empty(), problems.is_empty());
        match value {
            Some(value) => {
                readable += 1;
                let text = to_ron(&value);
                let again = read(&text).1.unwrap_or_else(|| panic!("{text}"));
                assert_eq!(to_ron(&again), text);
            }
            None => refused += 1,
        }
    }
    // Both ways out are well tried.
    assert!(readable > 200 && refused > 200, "{readable} read, {refused} refused");
}

#[test]
fn damaged_scenarios_are_judged_as_ron_judges_them() {
    let mut random = Random(7);
    let mut accepted = 0;
    for _ in 0..6_000 {
        let mut bytes = SAMPLE.as_bytes().to_vec();
        for _ in 0..=random.below(2) {
            damaged(&mut random, &mut bytes);
        }
        if let Ok(text) = std::str::from_utf8(&bytes) {
            accepted += usize::from(compare(text));
        }
    }
    assert!(accepted > 500, "{accepted}");
}

#[test]
fn huge_nonsense_is_refused_in_linear_time() {
    // Anything quadratic would take hours on these.
    const MANY: usize = 1_000_000;
    for piece in [
        "(", "[", "{", "([{", ")", "]", "(]", "[)", "{]", "[(]", "a(", "(a:", "{1:", "Some(", "\"", "\"\\",
        "'", "\\", "r", "r#", "#", "r#\"", "b'", "b\"", "/*", "*/", "/", "/*/", ",", ":", "1", "1,", "-",
        ".", "_", "a", "a ", "a,", "a:", "a:1,", "=", ";", "\u{201c}", "\u{feff}", "\n", "\"\n\" ", "#![",
        "[1 ", "(a 1 ", "\"a\" ",
    ] {
        for (before, after) in [("", ""), ("[", "]"), ("(a: ", ")")] {
            let text = format!("{before}{}{after}", piece.repeat(MANY / piece.len()));
            let (sources, _, problems) = read(&text);
            assert!(render_all(&sources, &problems, false).len() < 200_000, "{piece}");
        }
    }
    let fields: String = (0..200_000).map(|index| format!("f{index}: {index},")).collect();
    assert!(read(&format!("({fields})")).2.is_empty());
    assert!(read(&format!("({fields}{fields})")).2.errors() > 100);
}

#[test]
fn nesting_is_limited() {
    let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(&nested(reader::MAX_DEPTH)).1.is_some());
    let (_, value, problems) = read(&nested(reader::MAX_DEPTH + 1));
    assert!(value.is_none());
    assert_eq!(
        problems.iter().next().map(|p| p.title.as_str()),
        Some("brackets are nested more than 128 deep")
    );
}

#[test]
fn reading_stops_after_many_syntax_errors() {
    let (sources, value, problems) = read(&format!("[{}]", "@,".repeat(1_000)));
    assert!(value.is_none());
    assert_eq!(problems.errors(), 20);
    assert!(render_all(&sources, &problems, false).contains("help: reading stops"));
}

/// Every problem as `line:column title`.
fn problems(text: &str) -> Vec<String> {
    let (sources, _, mut problems) = read(text);
    problems.sort();
    let place = |span| sources.line_column(span);
    problems
        .iter()
        .map(|problem| {
            let (line, column) = problem.span.map_or((0, 0), place);
            format!("{line}:{column} {}", problem.title)
        })
        .collect()
}

#[test]
fn syntax_errors_are_told_at_their_place() {
    for (text, expected) in [
        ("(a: 1 b: 2)", &["1:7 expected `,` or `)` after this field, found `b`"][..]),
        ("(\n  a: 1\n  b: 2,\n)", &["2:6 expected `,` or `)` after this field, found `b`"]),
        (
            "(a = 1, b: 2 h, c; 3)",
            &[
                "1:4 expected `:` after this field name, found '='",
                "1:14 expected `,` or `)` after this field, found `h`",
                "1:17 expected `:` after this field name, found ';'",
            ],
        ),
        ("(a: [1, 2)", &["1:10 expected `]`, found `)`"]),
        ("(a: [1, 2], b: (c: 1, d: [2])", &["1:1 this `(` is never closed"]),
        (
            "(\n  \"a\": 1,\n  'b': 2,\n)",
            &["2:3 field names stand without quotes", "3:3 expected a field name, found a character"],
        ),
        (
            "(a: 36h, b: 2027-01-18, c: +)",
            &["1:5 `36h` is not a number", "1:13 `2027-01-18` is not a number", "1:28 `+` is not a number"],
        ),
        (
            "(a: \"x, b: \"y\")",
            &["1:13 expected `,` or `)` after this field, found `y`", "1:14 this text is never closed"],
        ),
        ("(id: \"x,\n name: \"y\",\n)", &["1:6 expected `,` after this text, found `y`"]),
        (
            "(a: \"\\q\", b: 'xy', c: “z”)",
            &[
                "1:6 this escape has no meaning",
                "1:14 single quotes hold one character",
                "1:23 typographic quotation marks",
            ],
        ),
        ("(a: 1)\n)", &["2:1 expected the end of the file, found `)`"]),
        (
            "(a: ,\n b: @, c: %)",
            &[
                "1:5 expected a value, found `,`",
                "2:5 expected a value, found '@'",
                "2:11 expected a value, found '%'",
            ],
        ),
        ("(a: 1, /* b", &["1:8 this comment is never closed"]),
        (
            "(a: 1, b: {x: 1, x: 2}, a: 3)",
            &["1:18 the key x is given twice", "1:25 the field `a` is given twice"],
        ),
        ("(a: N(1, b: 2))", &["1:11 expected `,` or `)` after this value, found `:`"]),
        ("[1, 2; 3]", &["1:6 expected `,` or `]` after this value, found ';'"]),
    ] {
        assert_eq!(problems(text), expected, "{text}");
    }
}

/// Found by fuzzing: a mark of one byte cut the name `ۀ` in two.
#[test]
fn what_is_marked_are_whole_characters() {
    for text in ["ۀ(a: 1)]", "ä)", "ä(a: 1) b", "(ä: \"ö\n\", \"ü\n"] {
        let (sources, _, problems) = read(text);
        assert!(problems.errors() > 0, "{text}");
        for problem in problems.iter() {
            for span in problem.span.iter().chain(problem.related.iter().map(|(span, _)| span)) {
                assert!(
                    sources.text(span.source).get(span.start as usize..span.end as usize).is_some(),
                    "{text}"
                );
            }
        }
        assert!(render_all(&sources, &problems, false).contains("error"), "{text}");
    }
}
