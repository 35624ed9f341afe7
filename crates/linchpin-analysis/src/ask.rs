//! Conditions on a replication: which runs are such that ...?
//!
//! ```text
//! hospital-3 down between 2h and 6h and telecom.north < 0.5
//! ```
//!
//! The language is described in `docs/command-line.md`. A condition consists of **facts** joined by `and`, `or`, `not`. Each fact
//! is about one asset (was it down?), one group (was its level below?) or one metric. Facts are worked out one by one
//! from what a study keeps: outages of assets, courses of levels, columns of metrics. Nothing is simulated again.
//!
//! What is bad (`down`, below) is meant at some time, what is good (`up`, above) all the time, so that
//! `X up` says the same as `not X down`.

mod lexer;
mod names;
mod parser;
mod watch;

use crate::metrics::Catalogue;
use linchpin_model::{GroupId, Level, Model, NodeId};
use std::ops::Range;

pub use names::nearest;
pub use watch::{Span, Watch};

/// What a fact is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// Whether an asset or pool was down.
    Asset(NodeId),
    /// The level of a group, relative to the run without the threat.
    Group(GroupId),
    /// A metric, by its place in the catalogue.
    Metric(usize),
}

/// How a number is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `=`
    Equal,
    /// `!=`
    Other,
}

impl Comparison {
    fn holds<T: PartialOrd>(self, value: T, limit: T) -> bool {
        match self {
            Self::Below => value < limit,
            Self::AtMost => value <= limit,
            Self::Above => value > limit,
            Self::AtLeast => value >= limit,
            Self::Equal => value == limit,
            Self::Other => value != limit,
        }
    }
}

/// What a fact says of its subject.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Claim {
    /// The asset is down at times that satisfy this.
    Down(Watch),
    /// The level lies below a limit, in millionths, at times that satisfy this. `true`: or at it.
    Low(Watch, f64, bool),
    /// The metric compares so.
    Number(Comparison, f64),
}

/// One fact of a condition.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fact {
    subject: Subject,
    claim: Claim,
}

impl Fact {
    /// What it is about.
    pub fn subject(&self) -> Subject {
        self.subject
    }

    /// Whether it holds where the asset was down in these spans: ascending, apart from each other.
    pub fn holds_for_outages(&self, outages: impl IntoIterator<Item = Span>) -> bool {
        match self.claim {
            Claim::Down(watch) => watch.holds(outages),
            _ => false,
        }
    }

    /// Whether it holds where the group's level, full at the start, changes so: times in seconds, ascending, and levels in
    /// millionths.
    pub fn holds_for_levels(&self, steps: impl IntoIterator<Item = (u32, u32)>) -> bool {
        let Claim::Low(watch, limit, or_at) = self.claim else { return false };
        let comparison = if or_at { Comparison::AtMost } else { Comparison::Below };
        let low = |level: u32| comparison.holds(f64::from(level), limit);
        let end = watch.horizon();
        let mut since = low(Level::SCALE).then_some(0);
        let mut spans = Vec::new();
        for (time, level) in steps {
            match since {
                Some(from) if !low(level) => {
                    spans.push((from, time));
                    since = None;
                }
                None if low(level) => since = Some(time),
                _ => {}
            }
        }
        spans.extend(since.map(|from| (from, end)));
        watch.holds(spans)
    }

    /// Whether it holds for this value of the metric; infinite where it was not reached by the horizon.
    pub fn holds_for_number(&self, value: f64) -> bool {
        match self.claim {
            Claim::Number(comparison, limit) => comparison.holds(value, limit),
            _ => false,
        }
    }
}

/// A condition, understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    facts: Vec<Fact>,
    root: Node,
}

/// How facts, by their places, are joined.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    Fact(usize),
    Not(Box<Node>),
    All(Vec<Node>),
    Any(Vec<Node>),
}

/// What is wrong with a condition, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Characters of the text that are meant.
    pub at: Range<usize>,
    /// What is wrong.
    pub title: String,
    /// What would be right; may be empty.
    pub help: String,
}

impl Condition {
    /// Reads a condition on replications of a model.
    ///
    /// # Errors
    /// Everything that is wrong: one problem where the sentence cannot be read, else one for each name that is unknown or
    /// does not fit.
    pub fn parse(text: &str, model: &Model, catalogue: &Catalogue) -> Result<Self, Vec<Problem>> {
        let tokens = lexer::tokens(text).map_err(|problem| vec![problem])?;
        let sentence = parser::parse(&tokens, text.chars().count()).map_err(|problem| vec![problem])?;
        names::resolve(sentence, model, catalogue)
    }

    /// Its facts, in the order in which they were written.
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// Whether it holds, given whether the fact at a place does.
    pub fn holds(&self, fact: impl Fn(usize) -> bool) -> bool {
        self.root.holds(&fact)
    }
}

impl Node {
    fn holds(&self, fact: &impl Fn(usize) -> bool) -> bool {
        match self {
            Self::Fact(place) => fact(*place),
            Self::Not(node) => !node.holds(fact),
            Self::All(nodes) => nodes.iter().all(|node| node.holds(fact)),
            Self::Any(nodes) => nodes.iter().any(|node| node.holds(fact)),
        }
    }
}

#[cfg(test)]
mod tests;
