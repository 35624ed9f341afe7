//! Uncertain parameters: numbers and times that nobody knows, each with a distribution and a name.
//!
//! `Uncertain("battery")` may stand wherever a number or a time may. Before a scenario is read, every such place gets the
//! value of its parameter, as if it had been written there; so ranges are judged where the value is used, and a problem
//! has its place. Without values asked for, each parameter has its central one.

mod correlation;
mod places;
mod spec;
mod substitute;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use places::Context;
pub(crate) use spec::OUTERMOST;
pub(crate) use substitute::{WORD, in_place, substitute};
pub(crate) use words::{in_words, label};

use crate::decode;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::options::{OptionSpec, ThreatSpec};
use crate::source::Span;
use crate::spec::Id;
use crate::value::{Field, Value};
use linchpin_model::{Assumption, Distribution};

/// The uncertain parameters of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Uncertain {
    /// In the order of the file.
    pub list: Vec<UncertainParameter>,
    /// Rank correlation (Spearman) of each with each: 1 on the diagonal, 0 where nothing is said.
    pub correlation: Vec<Vec<f64>>,
}

/// A number or time that is not known.
#[derive(Clone, Debug, PartialEq)]
pub struct UncertainParameter {
    /// Its id, and where it is declared.
    pub id: Id,
    /// Name for people.
    pub name: String,
    /// What it counts.
    pub dimension: Dimension,
    /// What is believed of it; times in seconds.
    pub distribution: Distribution,
    /// The value it has where none is asked for: `best`, or else the median; a time in seconds.
    pub central: f64,
    /// Where the distribution is from; may be empty.
    pub source: String,
    /// How far it can be trusted; may be empty.
    pub confidence: String,
    /// Every place that uses it, those in options and threats included.
    pub uses: Vec<Span>,
    /// In what those places stand.
    pub(crate) contexts: Vec<Context>,
}

/// What a parameter counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// Anything without a unit: a share, a factor, a weight.
    Number,
    /// A time, in seconds.
    Duration,
}

impl UncertainParameter {
    /// A value of it in words, with three digits: `4 hours`, `0.925`.
    pub fn words(&self, value: f64) -> String {
        in_words(value, self.dimension)
    }
}

impl Uncertain {
    /// The parameter of this id.
    pub fn find(&self, id: &str) -> Option<&UncertainParameter> {
        self.list.iter().find(|parameter| parameter.id.value == id)
    }

    /// All central values, in the order of the list.
    pub fn central(&self) -> Vec<f64> {
        self.list.iter().map(|parameter| parameter.central).collect()
    }

    /// What the report says of each: central value, range from the 5 % to the 95 % quantile, and where it is from.
    pub(crate) fn assumptions(&self) -> Vec<Assumption> {
        let row = |parameter: &UncertainParameter| {
            let words = |value| in_words(value, parameter.dimension);
            let (low, high) = (parameter.distribution.quantile(0.05), parameter.distribution.quantile(0.95));
            Assumption {
                what: parameter.name.clone(),
                value: format!(
                    "{}, uncertain: {} to {} (5 % to 95 %)",
                    words(parameter.central),
                    words(low),
                    words(high)
                ),
                source: parameter.source.clone(),
                confidence: parameter.confidence.clone(),
            }
        };
        self.list.iter().map(row).collect()
    }
}

/// What was found out about uncertain values.
#[derive(Default)]
pub(crate) struct Found {
    /// None where a scenario declares none.
    pub(crate) uncertain: Option<Uncertain>,
    /// What is wrong with them.
    pub(crate) problems: Diagnostics,
    /// Uses about which something has been said already.
    pub(crate) told: Vec<Span>,
}

impl Found {
    /// Adds what is wrong, in place of what else was said of the same uses.
    pub(crate) fn add_to(&self, out: &mut Diagnostics) {
        out.retain(|problem| !is_within(problem, &self.told));
        for parameter in self.uncertain.iter().flat_map(|uncertain| &uncertain.list) {
            let here =
                |problem: &&mut Diagnostic| parameter.uses.iter().any(|span| problem.span == Some(*span));
            for problem in out.iter_mut().filter(here) {
                let words = in_words(parameter.central, parameter.dimension);
                problem.related.push((parameter.id.span, format!("its central value is {words}")));
            }
        }
        out.extend(self.problems.clone());
    }
}

/// Whether a problem stands in one of these places.
pub(crate) fn is_within(problem: &Diagnostic, places: &[Span]) -> bool {
    problem.span.is_some_and(|inner| {
        let around = |outer: &&Span| {
            outer.source == inner.source && outer.start <= inner.start && inner.end <= outer.end
        };
        places.iter().any(|outer| around(&outer))
    })
}

/// What is declared, taken out of the fields of a scenario.
pub(crate) struct Declared {
    parameters: Option<Value>,
    correlations: Option<Value>,
    /// Uses where they cannot stand.
    problems: Diagnostics,
    told: Vec<Span>,
}

impl Declared {
    /// Takes the declarations out, and looks for uses where there can be none. To be called first. None where nothing
    /// is declared and no file mentions a use either.
    pub(crate) fn take(fields: &mut Vec<Field>, mentioned: impl FnOnce() -> bool) -> Option<Self> {
        let (mut problems, mut told) = (Diagnostics::default(), Vec::new());
        let declared = |name: &str| fields.iter().any(|field| field.name.text == name);
        if !declared("uncertain") && !declared("correlations") && !mentioned() {
            return None;
        }
        places::misplaced(fields, &mut problems, &mut told);
        let mut taken = |name: &str| crate::options::taken(fields, name);
        Some(Self { parameters: taken("uncertain"), correlations: taken("correlations"), problems, told })
    }

    /// Reads the declarations and finds every use.
    pub(crate) fn find(self, fields: &[Field], options: &[OptionSpec], threats: &[ThreatSpec]) -> Found {
        let Self { parameters, correlations, problems: mut out, mut told } = self;
        let mut read = Diagnostics::default();
        let mut list = parameters.as_ref().map(|value| spec::read(value, &mut read)).unwrap_or_default();
        let entries = correlations.as_ref().map(|value| correlation::read(value, &mut read));
        read.retain(|problem| !is_within(problem, &told));
        out.extend(read);
        let correlation = correlation::matrix(&list, &entries.unwrap_or_default(), &mut out);
        let unreadable = parameters.as_ref().is_some_and(|value| {
            decode::list(value, &mut Diagnostics::default()).is_none_or(|entries| entries.len() > list.len())
        });
        places::uses(fields, options, threats, &mut list, unreadable, &mut out, &mut told);
        spec::unused(&list, &mut out);
        let uncertain = (!list.is_empty()).then_some(Uncertain { list, correlation });
        Found { uncertain, problems: out, told }
    }
}
