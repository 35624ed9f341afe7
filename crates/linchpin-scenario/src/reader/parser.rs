//! Tokens to values, going on after errors.

use std::collections::BTreeMap;

use super::MAX_DEPTH;
use super::lexer::{Bracket, Lexer, Token, cut};
use super::problems::Problems;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::value::{Field, Name, Value, ValueKind};

/// Extensions of RON that may be enabled; none changes what a value without a type says.
const EXTENSIONS: [&str; 4] =
    ["unwrap_newtypes", "implicit_some", "unwrap_variant_newtypes", "explicit_struct_names"];

/// What a sequence consists of, for messages.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Items {
    Values,
    Fields,
    Entries,
}

impl Items {
    fn noun(self) -> &'static str {
        match self {
            Self::Values => "value",
            Self::Fields => "field",
            Self::Entries => "entry",
        }
    }
}

pub(super) struct Parser<'s> {
    lexer: Lexer<'s>,
    token: Token,
    span: Span,
    /// One token further, to tell `(name: ...)` from `(name, ...)`.
    ahead: (Token, Span),
    /// The last token taken.
    before: Option<(Span, bool)>,
    /// Open brackets, from the outermost.
    open: Vec<(Bracket, Span)>,
    /// The closing bracket last reported as wrong: once is enough, even if it ends several sequences.
    reported: Option<Span>,
}

/// A whole file: attributes, one value, the end.
pub(super) fn document(mut lexer: Lexer<'_>) -> (Option<Value>, Problems) {
    attributes(&mut lexer);
    let (token, span) = lexer.next();
    let ahead = lexer.next();
    let mut parser = Parser { lexer, token, span, ahead, before: None, open: Vec::new(), reported: None };
    let value = parser.value();
    if value.is_some() && parser.token != Token::End {
        let title = format!("expected the end of the file, found {}", parser.token.describe());
        let mut problem = Diagnostic::error(parser.span, title);
        if let (Some(value), Token::Close(_)) = (&value, &parser.token) {
            let start = parser.first_char(value.span);
            problem = problem.related(start, "what begins here is already closed");
        }
        parser.syntax(problem);
    }
    (value, parser.lexer.problems)
}

/// `#![enable(...)]`, `#![type = "..."]`, `#![schema = "..."]`: checked and without effect.
fn attributes(lexer: &mut Lexer<'_>) {
    loop {
        lexer.skip_blank();
        let start = lexer.at;
        if !lexer.eat("#") {
            return;
        }
        if attribute(lexer).is_none() {
            lexer.eat_while(|c| c != '\n' && c != ']');
            lexer.eat("]");
            let span = lexer.span(start, lexer.at);
            let problem = Diagnostic::error(span, "this attribute is not understood");
            let help =
                format!("known are #![enable(NAME)] with {}, #![type = \"...\"]", EXTENSIONS.join(", "));
            lexer.problems.syntax(problem.help(help));
        }
    }
}

/// The rest of an attribute after `#`.
fn attribute(lexer: &mut Lexer<'_>) -> Option<()> {
    blank_then(lexer, "!")?;
    blank_then(lexer, "[")?;
    lexer.skip_blank();
    match lexer.eat_while(|c| c.is_ascii_alphanumeric() || c == '_') {
        "enable" => {
            blank_then(lexer, "(")?;
            loop {
                lexer.skip_blank();
                let name = lexer.eat_while(|c| c.is_ascii_alphanumeric() || c == '_');
                EXTENSIONS.contains(&name).then_some(())?;
                let comma = blank_then(lexer, ",").is_some();
                if blank_then(lexer, ")").is_some() {
                    break;
                }
                comma.then_some(())?;
            }
        }
        "type" | "schema" => {
            blank_then(lexer, "=")?;
            matches!(lexer.next(), (Token::String(_), _)).then_some(())?;
        }
        _ => return None,
    }
    blank_then(lexer, "]")
}

fn blank_then(lexer: &mut Lexer<'_>, expected: &str) -> Option<()> {
    lexer.skip_blank();
    lexer.eat(expected).then_some(())
}

impl Parser<'_> {
    fn syntax(&mut self, problem: Diagnostic) {
        if self.token == Token::End && self.lexer.problems.is_cut_short() {
            return;
        }
        self.lexer.problems.syntax(problem);
    }

    fn take(&mut self) -> (Token, Span) {
        let (token, span) = std::mem::replace(&mut self.ahead, (Token::End, self.span));
        self.ahead = self.lexer.next();
        let token = std::mem::replace(&mut self.token, token);
        let span = std::mem::replace(&mut self.span, span);
        self.before = Some((span, matches!(token, Token::String(_))));
        (token, span)
    }

    fn eat(&mut self, token: &Token) -> bool {
        let found = self.token == *token;
        if found {
            self.take();
        }
        found
    }

    /// A value; none if there is none (then reported).
    fn value(&mut self) -> Option<Value> {
        match &self.token {
            Token::Open(bracket) => {
                let bracket = *bracket;
                self.nested(bracket, None)
            }
            Token::Name { .. } => self.named(),
            Token::Integer(_) | Token::Float(_) | Token::Char(_) | Token::String(_) => {
                let (token, span) = self.take();
                Some(Value { span, kind: scalar(token)? })
            }
            Token::Bad => {
                self.take();
                None
            }
            found => {
                let mut problem =
                    Diagnostic::error(self.span, format!("expected a value, found {}", found.describe()));
                if *found == Token::Comma {
                    problem = problem.help("remove this comma, or write a value before it");
                }
                let stray = matches!(found, Token::Stray(_));
                if self.token != Token::End || self.open.is_empty() {
                    self.syntax(problem);
                }
                if stray {
                    self.take();
                }
                None
            }
        }
    }

    /// `true`, `None`, `Some(x)`, `Name`, `Name(...)`.
    fn named(&mut self) -> Option<Value> {
        let (Token::Name { text, raw }, span) = self.take() else { return None };
        let kind = match (text.as_str(), raw) {
            ("true", false) => ValueKind::Bool(true),
            ("false", false) => ValueKind::Bool(false),
            ("Some", false) => return self.some(span),
            ("None", false) => ValueKind::Name(Name { span, text }),
            _ if self.token == Token::Open(Bracket::Round) => {
                return self.nested(Bracket::Round, Some(Name { span, text }));
            }
            _ => ValueKind::Name(Name { span, text }),
        };
        Some(Value { span, kind })
    }

    fn some(&mut self, span: Span) -> Option<Value> {
        let content = match self.token {
            Token::Open(Bracket::Round) => self.nested(Bracket::Round, None)?,
            _ => return self.some_needs_one(span),
        };
        match content.kind {
            ValueKind::Tuple(None, mut items) if items.len() == 1 => items.pop(),
            _ => self.some_needs_one(span),
        }
    }

    fn some_needs_one(&mut self, span: Span) -> Option<Value> {
        let problem = Diagnostic::error(span, "`Some` needs one value in brackets");
        self.syntax(problem.help("write Some(value), or only the value"));
        None
    }

    /// Whatever stands in brackets.
    fn nested(&mut self, bracket: Bracket, name: Option<Name>) -> Option<Value> {
        let (_, open) = self.take();
        if self.open.len() >= MAX_DEPTH {
            let title = format!("brackets are nested more than {MAX_DEPTH} deep");
            self.syntax(Diagnostic::error(open, title));
            self.lexer.problems.give_up();
            self.token = Token::End;
            return None;
        }
        self.open.push((bracket, open));
        let start = name.as_ref().map_or(open, |name| name.span);
        let kind = match bracket {
            Bracket::Square => ValueKind::List(self.values(bracket)),
            Bracket::Curly => ValueKind::Map(self.entries()),
            Bracket::Round if self.starts_field() => ValueKind::Struct(name, self.fields()),
            Bracket::Round => ValueKind::Tuple(name, self.values(bracket)),
        };
        self.open.pop();
        let end = self.before.map_or(open, |(span, _)| span);
        Some(Value { span: start.to(end), kind })
    }

    /// Whether `name:` comes next, however the name is written.
    fn starts_field(&self) -> bool {
        matches!(self.token, Token::Name { .. } | Token::String(_) | Token::Float(_))
            && matches!(self.ahead.0, Token::Colon | Token::Stray('='))
    }

    fn values(&mut self, bracket: Bracket) -> Vec<Value> {
        let mut values = Vec::new();
        self.sequence(bracket, Items::Values, |parser| {
            values.push(parser.value()?);
            Some(())
        });
        values
    }

    fn fields(&mut self) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::new();
        let mut index = BTreeMap::new();
        self.sequence(Bracket::Round, Items::Fields, |parser| {
            let name = parser.field_name()?;
            parser.colon("field name")?;
            let value = parser.value()?;
            match first_of(&fields, &mut index, &name.text) {
                Some(first) => parser.twice(&format!("field `{}`", cut(&name.text)), first, name.span),
                None => fields.push(Field { name, value }),
            }
            Some(())
        });
        fields
    }

    fn entries(&mut self) -> Vec<(Value, Value)> {
        let mut entries = Vec::new();
        let mut seen = BTreeMap::new();
        self.sequence(Bracket::Curly, Items::Entries, |parser| {
            let key = parser.value()?;
            let Some(text) = key_text(&key) else {
                let problem = Diagnostic::error(key.span, "a map key must be a single value");
                parser.syntax(problem.help("such as a text, a number or a word"));
                return None;
            };
            parser.colon("key")?;
            let value = parser.value()?;
            match seen.get(&text) {
                Some(first) => parser.twice(&format!("key {}", cut(&text)), *first, key.span),
                None => {
                    seen.insert(text, key.span);
                    entries.push((key, value));
                }
            }
            Some(())
        });
        entries
    }

    fn twice(&mut self, what: &str, first: Span, second: Span) {
        let problem = Diagnostic::error(second, format!("the {what} is given twice"))
            .label("again here")
            .related(first, "first given here")
            .help("keep one of the two");
        self.lexer.problems.fault(problem);
    }

    fn field_name(&mut self) -> Option<Name> {
        match (&self.token, &self.ahead.0) {
            (Token::Name { .. }, _) => match self.take() {
                (Token::Name { text, .. }, span) => Some(Name { span, text }),
                _ => None,
            },
            // `inf` and `NaN` are read as numbers, but may name a field.
            (Token::Float(_), Token::Colon) if self.word().is_some() => {
                let text = self.word()?.to_owned();
                Some(Name { span: self.take().1, text })
            }
            (Token::String(text), Token::Colon) => {
                let problem = Diagnostic::error(self.span, "field names stand without quotes");
                let problem = problem.help(format!("write `{}:`", cut(text)));
                self.syntax(problem);
                match self.take() {
                    (Token::String(text), span) => Some(Name { span, text }),
                    _ => None,
                }
            }
            (Token::Bad, _) => {
                self.take();
                None
            }
            (found, _) => {
                let title = format!("expected a field name, found {}", found.describe());
                let problem = Diagnostic::error(self.span, title);
                let value = !matches!(found, Token::Comma | Token::Close(_) | Token::Stray(_));
                self.syntax(if value {
                    problem.help("every value here needs a name: `name: value`")
                } else {
                    problem
                });
                None
            }
        }
    }

    /// The current token as written, if it is a word.
    fn word(&self) -> Option<&str> {
        let text = &self.lexer.text[self.span.start as usize..self.span.end as usize];
        text.starts_with(unicode_ident::is_xid_start).then_some(text)
    }

    fn colon(&mut self, after: &str) -> Option<()> {
        if self.eat(&Token::Colon) {
            return Some(());
        }
        let title = format!("expected `:` after this {after}, found {}", self.token.describe());
        let place = self.before.map_or(self.span, |(span, _)| span);
        let assigned = self.token == Token::Stray('=');
        let problem = Diagnostic::error(if assigned { self.span } else { place }, title);
        self.syntax(if assigned { problem.help("write `name: value`") } else { problem });
        // A wrong sign is no reason to overlook the value.
        assigned.then(|| {
            self.take();
        })
    }

    /// Items separated by commas up to the closing bracket. `item` reports what is wrong and then returns
    /// none.
    fn sequence(&mut self, bracket: Bracket, items: Items, mut item: impl FnMut(&mut Self) -> Option<()>) {
        loop {
            match self.token {
                Token::Close(found) if found == bracket => {
                    self.take();
                    return;
                }
                Token::Close(found) => {
                    if self.wrong_bracket(bracket, found) {
                        return;
                    }
                    continue;
                }
                Token::End => return self.never_closed(bracket),
                _ => {}
            }
            if item(self).is_none() {
                self.skip_item();
                self.eat(&Token::Comma);
                continue;
            }
            if !matches!(self.token, Token::Close(_) | Token::End) && !self.eat(&Token::Comma) {
                self.missing_comma(bracket, items);
            }
        }
    }

    /// A closing bracket of another kind. True if the present sequence is to end here, either because the
    /// bracket belongs to an outer one or because it is a mistyped end of this one.
    fn wrong_bracket(&mut self, bracket: Bracket, found: Bracket) -> bool {
        let outer = self.open.iter().rev().find(|(open, _)| *open == found).map(|(_, place)| *place);
        if self.reported == Some(self.span) {
            return outer.is_some();
        }
        self.reported = Some(self.span);
        let title = format!("expected `{}`, found `{}`", bracket.close(), found.close());
        let mut problem = Diagnostic::error(self.span, title);
        let mut mistyped = outer.is_none();
        if let Some((_, open)) = self.open.last() {
            problem = problem.related(*open, format!("this `{}` is open", bracket.open()));
            // What began on this line more likely ends on it than what began on an earlier one.
            let here = |place: Span| !self.has_line_break(place.start, self.span.start);
            mistyped = here(*open) && outer.is_some_and(|outer| !here(outer));
        }
        self.syntax(problem);
        if mistyped || outer.is_none() {
            self.take();
        }
        mistyped || outer.is_some()
    }

    fn never_closed(&mut self, bracket: Bracket) {
        if let Some((_, open)) = self.open.last() {
            let title = format!("this `{}` is never closed", bracket.open());
            let problem = Diagnostic::error(*open, title)
                .label("opened here")
                .help(format!("a `{}` is missing somewhere after it", bracket.close()));
            self.syntax(problem);
        }
        // The outer ones are open as well, for the same reason.
        self.lexer.problems.give_up();
    }

    fn missing_comma(&mut self, bracket: Bracket, items: Items) {
        let Some((before, text)) = self.before else { return };
        if text && self.spans_lines(before) {
            return self.missing_quote(before);
        }
        let found = self.token.describe();
        let title =
            format!("expected `,` or `{}` after this {}, found {found}", bracket.close(), items.noun());
        let same_line = !self.has_line_break(before.end, self.span.start);
        // Between lines the comma is missed at the end of the first, not at the beginning of the second.
        let problem = if same_line {
            Diagnostic::error(self.span, title)
        } else {
            Diagnostic::error(before, title).label("a comma is missing after this")
        };
        let semicolon = self.token == Token::Stray(';');
        let half_named =
            self.token == Token::Colon && bracket == Bracket::Round && matches!(items, Items::Values);
        self.syntax(if half_named {
            problem.help("either every value here has a name or none: `Name(id: \"a\", times: 2)`")
        } else {
            problem
        });
        if semicolon {
            self.take();
            return;
        }
        let goes_on = match items {
            Items::Fields => self.starts_field(),
            Items::Values | Items::Entries => {
                !same_line && !matches!(self.token, Token::Stray(_) | Token::Colon)
            }
        };
        if !goes_on {
            self.skip_item();
            self.eat(&Token::Comma);
        }
    }

    fn missing_quote(&mut self, text: Span) {
        let start = Span { end: text.start + 1, ..text };
        let title = format!("expected `,` after this text, found {}", self.token.describe());
        let problem = Diagnostic::error(start, title)
            .label("the text that begins here runs over several lines")
            .help("is its closing quote missing?");
        self.lexer.problems.withdraw_end();
        self.syntax(problem);
        // From here on texts and what stands between them are confused.
        self.lexer.problems.give_up();
        self.token = Token::End;
    }

    /// Where a span begins; a name may begin with more than one byte.
    fn first_char(&self, span: Span) -> Span {
        let first = self.lexer.text.get(span.start as usize..).and_then(|text| text.chars().next());
        Span { end: span.start + first.map_or(0, char::len_utf8) as u32, ..span }
    }

    fn spans_lines(&self, span: Span) -> bool {
        self.has_line_break(span.start, span.end)
    }

    fn has_line_break(&self, start: u32, end: u32) -> bool {
        self.lexer.text.get(start as usize..end as usize).is_some_and(|between| between.contains('\n'))
    }

    /// Skips to the comma or closing bracket that ends the present item, over whole pairs of brackets.
    fn skip_item(&mut self) {
        let mut inner: Vec<Bracket> = Vec::new();
        let mut open = [0_usize; 3];
        loop {
            match self.token {
                Token::End => return,
                Token::Comma if inner.is_empty() => return,
                Token::Open(bracket) => {
                    inner.push(bracket);
                    open[bracket as usize] += 1;
                }
                Token::Close(bracket) if open[bracket as usize] == 0 => return,
                Token::Close(bracket) => {
                    while let Some(top) = inner.pop() {
                        open[top as usize] -= 1;
                        if top == bracket {
                            break;
                        }
                    }
                }
                _ => {}
            }
            self.take();
        }
    }
}

/// Where a field of this name stands. Few are looked through; for more, an index is kept.
fn first_of(fields: &[Field], index: &mut BTreeMap<String, Span>, name: &str) -> Option<Span> {
    const FEW: usize = 24;
    if fields.len() < FEW {
        return fields.iter().find(|field| field.name.text == name).map(|field| field.name.span);
    }
    let unknown = &fields[index.len()..];
    index.extend(unknown.iter().map(|field| (field.name.text.clone(), field.name.span)));
    index.get(name).copied()
}

fn scalar(token: Token) -> Option<ValueKind> {
    match token {
        Token::Integer(number) => Some(ValueKind::Integer(number)),
        Token::Float(number) => Some(ValueKind::Float(number)),
        Token::Char(c) => Some(ValueKind::Char(c)),
        Token::String(text) => Some(ValueKind::String(text)),
        _ => None,
    }
}

/// A key in a form in which equal keys are equal; none if it is not a single value.
fn key_text(key: &Value) -> Option<String> {
    match &key.kind {
        ValueKind::Bool(flag) => Some(flag.to_string()),
        ValueKind::Integer(number) => Some(number.to_string()),
        ValueKind::Float(number) => Some(format!("{number:?}")),
        ValueKind::Char(c) => Some(format!("{c:?}")),
        ValueKind::String(text) => Some(format!("{text:?}")),
        ValueKind::Name(name) => Some(name.text.clone()),
        ValueKind::List(_) | ValueKind::Map(_) | ValueKind::Struct(..) | ValueKind::Tuple(..) => None,
    }
}
