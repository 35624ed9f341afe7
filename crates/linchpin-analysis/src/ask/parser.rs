//! The sentence: facts joined by words.
//!
//! ```text
//! any     = all { "or" all }
//! all     = one { "and" one }
//! one     = "not" one | "(" any ")" | fact
//! fact    = NAME ( "down" | "failed" | "up" | SIGN VALUE ) { times }
//! times   = "throughout" | "for" [ "at" "least" ] DURATION [ "in" "total" ]
//!         | "between" TIME "and" TIME | "from" TIME "to" TIME | "before" TIME | "after" TIME | "at" TIME
//! ```

use super::lexer::{Kind, Token};
use super::{Comparison, Problem};
use std::ops::Range;

/// Deeper nesting than anyone writes; keeps odd input from using up the stack.
const MAX_DEPTH: usize = 64;

/// What a fact says, before its name is known to mean something.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Says {
    Down,
    Up,
    Compares(Comparison, f64, Unit),
}

/// What a number was written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Plain,
    Seconds,
}

/// When.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Times {
    pub(super) throughout: Option<Range<usize>>,
    /// Seconds, whether in total, and where.
    pub(super) lasting: Option<(f64, bool, Range<usize>)>,
    /// Seconds from and to; infinite: to the end.
    pub(super) window: Option<(f64, f64, Range<usize>)>,
}

/// A fact as written.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RawFact {
    pub(super) name: String,
    pub(super) name_at: Range<usize>,
    pub(super) says: Says,
    pub(super) says_at: Range<usize>,
    pub(super) times: Times,
}

/// A sentence as written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Sentence {
    Fact(RawFact),
    Not(Box<Sentence>),
    All(Vec<Sentence>),
    Any(Vec<Sentence>),
}

/// Words that are no names unless quoted.
const KEYWORDS: [&str; 13] = [
    "and",
    "or",
    "not",
    "down",
    "failed",
    "up",
    "between",
    "before",
    "after",
    "for",
    "throughout",
    "from",
    "to",
];

/// Reads a sentence of `length` characters.
pub(super) fn parse(tokens: &[Token], length: usize) -> Result<Sentence, Problem> {
    let mut parser = Parser { tokens, at: 0, end: length, depth: 0 };
    let sentence = parser.any()?;
    match parser.peek() {
        None => Ok(sentence),
        Some(Token { kind: Kind::Close, at }) => Err(problem(at, "no bracket is open here", "")),
        Some(Token { at, .. }) => {
            Err(problem(at, "the sentence is complete before this", "facts are joined by `and` or `or`"))
        }
    }
}

fn problem(at: &Range<usize>, title: &str, help: &str) -> Problem {
    Problem { at: at.clone(), title: title.to_owned(), help: help.to_owned() }
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    end: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    /// Where the next token is, or where the text ends.
    fn here(&self) -> Range<usize> {
        self.peek().map_or(self.end..self.end + 1, |token| token.at.clone())
    }

    /// Where the last token was that has been taken.
    fn before(&self) -> Range<usize> {
        self.tokens[self.at.saturating_sub(1)].at.clone()
    }

    /// Takes the next word if it is this one.
    fn word(&mut self, expected: &str) -> bool {
        let found = matches!(self.peek(), Some(Token { kind: Kind::Word(word), .. }) if word.eq_ignore_ascii_case(expected));
        self.at += usize::from(found);
        found
    }

    fn any(&mut self) -> Result<Sentence, Problem> {
        let mut parts = vec![self.all()?];
        while self.word("or") {
            parts.push(self.all()?);
        }
        Ok(joined(parts, Sentence::Any))
    }

    fn all(&mut self) -> Result<Sentence, Problem> {
        let mut parts = vec![self.one()?];
        while self.word("and") {
            parts.push(self.one()?);
        }
        Ok(joined(parts, Sentence::All))
    }

    fn one(&mut self) -> Result<Sentence, Problem> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(problem(&self.here(), "brackets and `not` are nested too deeply", ""));
        }
        let one = self.one_within()?;
        self.depth -= 1;
        Ok(one)
    }

    fn one_within(&mut self) -> Result<Sentence, Problem> {
        if self.word("not") {
            return Ok(Sentence::Not(Box::new(self.one()?)));
        }
        match self.peek() {
            Some(Token { kind: Kind::Open, at }) => {
                self.at += 1;
                let inner = self.any()?;
                if !matches!(self.peek(), Some(Token { kind: Kind::Close, .. })) {
                    return Err(problem(at, "this bracket is not closed", "add `)`"));
                }
                self.at += 1;
                Ok(inner)
            }
            _ => Ok(Sentence::Fact(self.fact()?)),
        }
    }

    fn fact(&mut self) -> Result<RawFact, Problem> {
        let name_at = self.here();
        let name = match self.peek().map(|token| &token.kind) {
            Some(Kind::Quoted(name)) => name.clone(),
            Some(Kind::Word(word)) if !KEYWORDS.contains(&word.to_lowercase().as_str()) => word.clone(),
            _ => {
                let help = "such as `hospital-3 down between 2h and 6h` or `telecom.north < 0.5`";
                return Err(problem(&name_at, "an asset, group or metric is missing here", help));
            }
        };
        self.at += 1;
        let says_at = self.here();
        let says = self.says(&name)?;
        let says_at = says_at.start..self.before().end;
        let times = self.times()?;
        Ok(RawFact { name, name_at, says, says_at, times })
    }

    fn says(&mut self, name: &str) -> Result<Says, Problem> {
        if self.word("down") || self.word("failed") {
            return Ok(Says::Down);
        }
        if self.word("up") {
            return Ok(Says::Up);
        }
        let Some(Token { kind: Kind::Sign(sign), .. }) = self.peek() else {
            let title = format!("what is said of `{name}` is missing here");
            let help =
                "`down` and `up` for assets, `<`, `<=`, `>` or `>=` with a number for groups and metrics";
            return Err(problem(&self.here(), &title, help));
        };
        self.at += 1;
        let value = match self.peek().map(|token| &token.kind) {
            Some(Kind::Number(number)) => (*number, Unit::Plain),
            Some(Kind::Duration(_)) => return Ok(Says::Compares(*sign, self.time()?, Unit::Seconds)),
            _ => {
                let help = "such as 0.5, 50%, 1_000 or 36h";
                return Err(problem(&self.here(), "a number is missing here", help));
            }
        };
        self.at += 1;
        Ok(Says::Compares(*sign, value.0, value.1))
    }

    /// One duration, or several that follow each other, in seconds.
    fn time(&mut self) -> Result<f64, Problem> {
        let mut seconds = None;
        while let Some(Token { kind: Kind::Duration(more), .. }) = self.peek() {
            seconds = Some(seconds.unwrap_or(0.0) + more);
            self.at += 1;
        }
        let missing = || problem(&self.here(), "a time is missing here", "such as 90min, 36h or 1d12h");
        seconds.ok_or_else(missing)
    }

    fn times(&mut self) -> Result<Times, Problem> {
        let mut times = Times::default();
        loop {
            let start = self.here().start;
            let twice = if self.word("throughout") {
                times.throughout.replace(start..self.before().end).is_some()
            } else if self.word("for") {
                if self.word("at") && !self.word("least") {
                    return Err(problem(
                        &self.here(),
                        "`least` is missing here",
                        "such as `for at least 2h`",
                    ));
                }
                let seconds = self.time()?;
                let total = self.word("in");
                if total && !self.word("total") {
                    return Err(problem(
                        &self.here(),
                        "`total` is missing here",
                        "such as `for 5h in total`",
                    ));
                }
                times.lasting.replace((seconds, total, start..self.before().end)).is_some()
            } else if let Some((from, to)) = self.window()? {
                times.window.replace((from, to, start..self.before().end)).is_some()
            } else {
                return Ok(times);
            };
            if twice {
                return Err(problem(
                    &(start..self.before().end),
                    "this was said already",
                    "leave out one of them",
                ));
            }
        }
    }

    fn window(&mut self) -> Result<Option<(f64, f64)>, Problem> {
        let second = if self.word("between") {
            "and"
        } else if self.word("from") {
            "to"
        } else if self.word("before") {
            return Ok(Some((0.0, self.time()?)));
        } else if self.word("after") {
            return Ok(Some((self.time()?, f64::INFINITY)));
        } else if self.word("at") {
            let time = self.time()?;
            return Ok(Some((time, time + 1.0)));
        } else {
            return Ok(None);
        };
        let from = self.time()?;
        if !self.word(second) {
            let title = format!("`{second}` and a second time are missing here");
            return Err(problem(&self.here(), &title, "such as `between 2h and 6h`"));
        }
        Ok(Some((from, self.time()?)))
    }
}

/// One part is itself.
fn joined(mut parts: Vec<Sentence>, join: fn(Vec<Sentence>) -> Sentence) -> Sentence {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            join(parts)
        }
    }
}
