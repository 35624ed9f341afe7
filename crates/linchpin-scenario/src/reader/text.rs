//! Texts and characters: escapes, raw strings.

use super::lexer::{Lexer, Token};
use crate::diagnostic::Diagnostic;

const ESCAPES: &str =
    "escapes are \\n \\r \\t \\0 \\\\ \\\" \\' \\x41 \\u{20AC}; for text with many \\ use r\"...\"";

impl Lexer<'_> {
    /// The rest of `"..."`, the opening quote already read.
    pub(super) fn string(&mut self, start: usize) -> Token {
        let mut text = String::new();
        let mut sound = true;
        loop {
            text.push_str(self.eat_while(|c| !matches!(c, '"' | '\\')));
            if self.eat("\"") {
                return if sound { Token::String(text) } else { Token::Bad };
            }
            if self.rest().is_empty() {
                return self.unclosed(start, "text", "\"");
            }
            let backslash = self.at;
            self.at += 1;
            if self.eat("\n") || self.eat("\r\n") {
                self.eat_while(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
                continue;
            }
            match self.escape(true) {
                Some(c) => text.push(c),
                None => {
                    sound = false;
                    self.bad_escape(backslash);
                }
            }
        }
    }

    /// The rest of `r##"..."##`, the `r` already read.
    pub(super) fn raw_string(&mut self, start: usize) -> Token {
        let hashes = self.eat_while(|c| c == '#');
        self.at += 1;
        let end = format!("\"{hashes}");
        let rest = self.rest();
        let Some(length) = rest.find(&end) else { return self.unclosed(start, "raw text", &end) };
        self.at += length + end.len();
        Token::String(rest[..length].to_owned())
    }

    /// `b"..."`, `br#"..."#`, `b'.'`: RON has them, scenarios do not.
    pub(super) fn bytes(&mut self, start: usize, prefix: &str) -> Token {
        self.at += prefix.len();
        let token = match prefix {
            "b\"" => self.string(start),
            "b'" => self.char(start),
            _ => {
                self.at = start + 2;
                if self.rest().trim_start_matches('#').starts_with('"') {
                    self.raw_string(start)
                } else {
                    Token::Bad
                }
            }
        };
        if token != Token::Bad || prefix.starts_with("br") {
            let problem = Diagnostic::error(self.span(start, self.at), "bytes are not used in scenarios");
            self.problems.syntax(problem.help("leave the `b` in front away"));
        }
        Token::Bad
    }

    /// The rest of `'c'`, the opening quote already read.
    pub(super) fn char(&mut self, start: usize) -> Token {
        let inner = self.at;
        let read = match self.peek() {
            None => None,
            Some('\\') => {
                self.at += 1;
                let escaped = self.escape(false);
                if escaped.is_none() {
                    self.bad_escape(inner);
                    self.eat_while(|c| !matches!(c, '\'' | '\n'));
                    self.eat("'");
                    return Token::Bad;
                }
                escaped
            }
            Some(c) => {
                self.at += c.len_utf8();
                Some(c)
            }
        };
        if let Some(c) = read
            && self.eat("'")
        {
            return Token::Char(c);
        }
        self.at = inner;
        let content = self.eat_while(|c| !matches!(c, '\'' | '\n' | ',' | ')'));
        let closed = self.eat("'");
        let title = if closed { "single quotes hold one character" } else { "this quote is never closed" };
        let problem = Diagnostic::error(self.span(start, self.at), title);
        let shown = super::lexer::cut(content.trim_end());
        self.problems.syntax(problem.help(format!("texts stand in double quotes: {shown:?}")));
        Token::Bad
    }

    fn unclosed(&mut self, start: usize, what: &str, end: &str) -> Token {
        self.at = self.text.len();
        let problem = Diagnostic::error(self.span(start, start + 1), format!("this {what} is never closed"))
            .label("begins here")
            .help(format!("close it with `{end}`; perhaps the closing quote of an earlier text is missing"));
        self.problems.syntax(problem);
        self.problems.cut_short();
        Token::Bad
    }

    fn bad_escape(&mut self, backslash: usize) {
        let problem =
            Diagnostic::error(self.span(backslash, self.at), "this escape has no meaning").help(ESCAPES);
        self.problems.syntax(problem);
    }

    /// What stands after a backslash; several `\x` together may make up one character of a string.
    fn escape(&mut self, several: bool) -> Option<char> {
        let kind = self.peek()?;
        self.at += kind.len_utf8();
        match kind {
            '\'' | '"' | '\\' => Some(kind),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            '0' => Some('\0'),
            'x' => self.bytes_of_char(several),
            'u' => self.code_point(),
            _ => None,
        }
    }

    fn bytes_of_char(&mut self, several: bool) -> Option<char> {
        let mut bytes = [0_u8; 4];
        for count in 1..=4 {
            if count > 1 && !(several && self.eat("\\x")) {
                return None;
            }
            let digits = self.rest().get(..2).filter(|two| two.chars().all(|c| c.is_ascii_hexdigit()))?;
            bytes[count - 1] = u8::from_str_radix(digits, 16).ok()?;
            self.at += 2;
            if let Ok(text) = std::str::from_utf8(&bytes[..count]) {
                return text.chars().next();
            }
        }
        None
    }

    fn code_point(&mut self) -> Option<char> {
        if !self.eat("{") {
            return None;
        }
        let digits = self.eat_while(|c| c.is_ascii_hexdigit());
        let closed = self.eat("}");
        if !closed || !(1..=6).contains(&digits.len()) {
            return None;
        }
        char::from_u32(u32::from_str_radix(digits, 16).ok()?)
    }
}
