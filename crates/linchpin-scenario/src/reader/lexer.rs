//! Text to tokens, each with its place.

use super::number;
use super::problems::Problems;
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span};

/// The smallest part of a text that means something.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Open(Bracket),
    Close(Bracket),
    Comma,
    Colon,
    /// A name; raw if written `r#name`, which makes a plain name of a word such as `true`.
    Name {
        text: String,
        raw: bool,
    },
    Integer(i128),
    Float(f64),
    Char(char),
    String(String),
    /// A character that starts nothing; not yet reported.
    Stray(char),
    /// Something that is wrong in itself and already reported; stands for a value.
    Bad,
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bracket {
    Round,
    Square,
    Curly,
}

impl Bracket {
    pub(super) fn open(self) -> char {
        ['(', '[', '{'][self as usize]
    }

    pub(super) fn close(self) -> char {
        [')', ']', '}'][self as usize]
    }
}

impl Token {
    /// For "found ...".
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Open(bracket) => format!("`{}`", bracket.open()),
            Self::Close(bracket) => format!("`{}`", bracket.close()),
            Self::Comma => "`,`".into(),
            Self::Colon => "`:`".into(),
            Self::Name { text, .. } if text.chars().count() <= 40 => format!("`{text}`"),
            Self::Name { .. } => "a name".into(),
            Self::Integer(_) | Self::Float(_) => "a number".into(),
            Self::Char(_) => "a character".into(),
            Self::String(_) => "a text".into(),
            Self::Stray(c) => format!("{c:?}"),
            Self::Bad => "something unreadable".into(),
            Self::End => "the end of the file".into(),
        }
    }
}

pub(super) struct Lexer<'s> {
    pub(super) text: &'s str,
    pub(super) at: usize,
    source: SourceId,
    pub(super) problems: Problems,
}

impl<'s> Lexer<'s> {
    pub(super) fn new(text: &'s str, source: SourceId) -> Self {
        let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self { text, at, source, problems: Problems::default() }
    }

    pub(super) fn rest(&self) -> &'s str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Steps over `expected` if it comes next.
    pub(super) fn eat(&mut self, expected: &str) -> bool {
        let found = self.rest().starts_with(expected);
        if found {
            self.at += expected.len();
        }
        found
    }

    /// Steps over everything that fulfils a condition.
    pub(super) fn eat_while(&mut self, condition: impl Fn(char) -> bool) -> &'s str {
        let rest = self.rest();
        let length = rest.find(|c| !condition(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        Span { source: self.source, start: start as u32, end: end as u32 }
    }

    /// The next token and its place. After too many errors the text is taken to end.
    pub(super) fn next(&mut self) -> (Token, Span) {
        self.skip_blank();
        if self.problems.given_up() {
            self.at = self.text.len();
        }
        let start = self.at;
        let token = self.token();
        (token, self.span(start, self.at))
    }

    fn token(&mut self) -> Token {
        let start = self.at;
        let Some(first) = self.peek() else { return Token::End };
        self.at += first.len_utf8();
        match first {
            '(' => Token::Open(Bracket::Round),
            '[' => Token::Open(Bracket::Square),
            '{' => Token::Open(Bracket::Curly),
            ')' => Token::Close(Bracket::Round),
            ']' => Token::Close(Bracket::Square),
            '}' => Token::Close(Bracket::Curly),
            ',' => Token::Comma,
            ':' => Token::Colon,
            '"' => self.string(start),
            '\'' => self.char(start),
            '0'..='9' | '+' | '-' | '.' => self.number(start),
            '\u{201c}' | '\u{201d}' | '\u{201e}' => self.typographic_quote(start),
            _ if first == '_' || unicode_ident::is_xid_start(first) => {
                self.at = start;
                self.prefixed(start).unwrap_or_else(|| self.name(start))
            }
            _ => Token::Stray(first),
        }
    }

    /// `r"..."`, `r#name`, `b'.'`, `b"..."`, `br"..."`; none if it is an ordinary name.
    fn prefixed(&mut self, start: usize) -> Option<Token> {
        let rest = self.rest();
        for prefix in ["b\"", "b'", "br\"", "br#"] {
            if rest.starts_with(prefix) {
                return Some(self.bytes(start, prefix));
            }
        }
        let after = rest.strip_prefix('r')?;
        if after.trim_start_matches('#').starts_with('"') {
            self.at += 1;
            return Some(self.raw_string(start));
        }
        let name = after.strip_prefix('#')?;
        self.at += 2;
        if name.starts_with(is_raw_name_char) {
            let text = self.eat_while(is_raw_name_char).to_owned();
            return Some(Token::Name { text, raw: true });
        }
        self.wrong(start, self.at, "expected a name after `r#`");
        Some(Token::Bad)
    }

    fn name(&mut self, start: usize) -> Token {
        let text = self.eat_while(unicode_ident::is_xid_continue);
        if !self.rest().starts_with(['.', '+', '-']) {
            return match number::special(text) {
                Some(value) => Token::Float(value),
                None => Token::Name { text: text.to_owned(), raw: false },
            };
        }
        self.eat_while(is_raw_name_char);
        let found = &self.text[start..self.at];
        let problem = Diagnostic::error(self.span(start, self.at), format!("`{}` is not a name", cut(found)))
            .help("names have only letters, digits and `_`; a text stands in double quotes");
        self.problems.syntax(problem);
        Token::Bad
    }

    fn number(&mut self, start: usize) -> Token {
        self.eat_while(|c| unicode_ident::is_xid_continue(c) || matches!(c, '.' | '+' | '-' | '='));
        let text = &self.text[start..self.at];
        let span = self.span(start, self.at);
        match number::parse(text) {
            Ok(token) => token,
            Err(number::Wrong::TooLarge(nearly)) => {
                let title = "this whole number is too large";
                self.problems
                    .fault(Diagnostic::error(span, title).help("at most 38 digits can be told apart"));
                Token::Float(nearly)
            }
            Err(number::Wrong::Not(title, help)) => {
                let problem = Diagnostic::error(span, title);
                self.problems.syntax(if help.is_empty() { problem } else { problem.help(help) });
                Token::Bad
            }
        }
    }

    fn typographic_quote(&mut self, start: usize) -> Token {
        self.eat_while(|c| !matches!(c, '\u{201c}' | '\u{201d}' | '"' | '\n' | ','));
        if self.peek().is_some_and(|c| matches!(c, '\u{201c}' | '\u{201d}' | '"')) {
            self.at += self.peek().map_or(0, char::len_utf8);
        }
        let problem = Diagnostic::error(self.span(start, self.at), "typographic quotation marks")
            .help("write texts in straight double quotes: \"...\"");
        self.problems.syntax(problem);
        Token::Bad
    }

    /// Reports a syntax error that needs no advice.
    pub(super) fn wrong(&mut self, start: usize, end: usize, title: impl Into<String>) {
        let span = self.span(start, end);
        self.problems.syntax(Diagnostic::error(span, title));
    }

    /// Steps over white space and comments.
    pub(super) fn skip_blank(&mut self) {
        loop {
            self.eat_while(is_blank);
            let start = self.at;
            if self.eat("//") {
                self.eat_while(|c| c != '\n');
            } else if self.eat("/*") {
                self.block_comment(start);
            } else {
                return;
            }
        }
    }

    fn block_comment(&mut self, start: usize) {
        let mut level = 1_usize;
        while level > 0 {
            self.eat_while(|c| !matches!(c, '/' | '*'));
            if self.eat("/*") {
                level += 1;
            } else if self.eat("*/") {
                level -= 1;
            } else if self.rest().is_empty() {
                let problem = Diagnostic::error(self.span(start, start + 2), "this comment is never closed");
                self.problems.syntax(problem.help("close it with `*/`; comments within comments count"));
                self.problems.cut_short();
                return;
            } else {
                self.at += 1;
            }
        }
    }
}

fn is_blank(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t'
            | '\n'
            | '\r'
            | '\x0B'
            | '\x0C'
            | '\u{85}'
            | '\u{200E}'
            | '\u{200F}'
            | '\u{2028}'
            | '\u{2029}'
    )
}

fn is_raw_name_char(c: char) -> bool {
    matches!(c, '.' | '+' | '-') || unicode_ident::is_xid_continue(c)
}

/// The beginning of something long, for a message.
pub(super) fn cut(text: &str) -> &str {
    text.char_indices().nth(40).map_or(text, |(at, _)| &text[..at])
}
