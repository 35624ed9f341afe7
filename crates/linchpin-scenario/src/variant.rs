//! A scenario with some of its options, another threat, or other values of what is uncertain.

use crate::Loaded;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::options::{self, OptionSpec, ThreatSpec};
use crate::uncertain::{self, Context, OUTERMOST, UncertainParameter};
use linchpin_model::Model;

/// What is chosen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choice<'a> {
    /// Options to be taken, one after the other: where two change the same field, the later one counts.
    pub options: &'a [&'a OptionSpec],
    /// The threat; none: as written.
    pub threat: Option<&'a ThreatSpec>,
    /// Values of the uncertain parameters, in the order of [`Loaded::uncertain`], times in seconds; none: the central
    /// ones, as for parameters beyond the end of a shorter list.
    pub values: Option<&'a [f64]>,
}

/// A scenario as chosen.
#[derive(Clone, Debug)]
pub struct Variant {
    /// What is wrong, apart from what is wrong with the scenario as written too.
    pub diagnostics: Diagnostics,
    /// The model; none where there is an error. Its `meta.hash` is empty, and it has no assumptions unless nothing was
    /// chosen.
    pub model: Option<Model>,
    /// Number of entries that the options change or add.
    pub changed: usize,
}

/// Most pairs of an option and a threat that are checked.
const PAIRS: usize = 400;

impl Loaded {
    /// The scenario as chosen: first the threat, then the options, then the values. May be called from several threads.
    pub fn variant(&self, choice: &Choice<'_>) -> Variant {
        let as_written = choice.options.is_empty() && choice.threat.is_none() && choice.values.is_none();
        let base = match &self.base {
            Some(base) if !as_written => base,
            _ => {
                return Variant {
                    diagnostics: Diagnostics::default(),
                    model: self.model.clone(),
                    changed: 0,
                };
            }
        };
        let mut value = base.clone();
        let mut diagnostics = Diagnostics::default();
        let gone = choice.threat.map(|threat| options::apply_threat(&mut value, threat, &mut diagnostics));
        let gone = gone.unwrap_or_default();
        let changed = choice
            .options
            .iter()
            .map(|option| options::apply(&mut value, option, &gone, &mut diagnostics))
            .sum();
        if let Some(uncertain) = &self.uncertain {
            uncertain::substitute(&mut value, &uncertain.list, choice.values);
        }
        let model = crate::loaded::model(value, Vec::new(), &self.sources, &self.tables, &mut diagnostics);
        let model = model.filter(|_| diagnostics.errors() == 0);
        crate::tables::annotate(&self.tables, &self.sources, &mut diagnostics);
        diagnostics.retain(|problem| !uncertain::is_within(problem, &self.told));
        diagnostics.retain(|problem| !self.diagnostics.iter().any(|other| same(other, problem)));
        diagnostics.sort();
        Variant { diagnostics, model, changed }
    }

    /// Checks the scenario with each of its options, in each of its threats, and at the outermost values of each of its
    /// uncertain parameters too, and adds what is wrong. Each of these costs as much as checking the scenario.
    pub fn check_variants(&mut self) {
        let mut found = Diagnostics::default();
        let threats = self.check_threats(&mut found);
        let options = self.check_options(&mut found);
        if threats && options {
            self.check_pairs(&mut found);
        }
        if self.diagnostics.errors() == 0 {
            self.check_values(&mut found);
        }
        self.diagnostics.extend(found);
        self.diagnostics.sort();
        if self.diagnostics.errors() > 0 {
            self.model = None;
        }
    }

    /// False where something is wrong.
    fn check_threats(&self, found: &mut Diagnostics) -> bool {
        let before = found.errors();
        for threat in &self.threats {
            let variant = self.variant(&Choice { threat: Some(threat), ..Choice::default() });
            let own = threat.overlay.places();
            for problem in variant.diagnostics.iter() {
                if uncertain::is_within(problem, &own) {
                    found.push(problem.clone());
                } else if problem.severity == Severity::Error {
                    let title = format!("in the threat `{}`: {}", threat.id.value, problem.title);
                    found.push(Diagnostic { title, ..problem.clone() });
                }
                // What is left without use where another threat is taken out needs no warning.
            }
            if threat.overlay.is_empty() {
                let title = format!("the threat `{}` changes nothing", threat.id.value);
                found.push(Diagnostic::warning(threat.id.span, title).help("give it `changes` or `remove`"));
            }
        }
        found.errors() == before
    }

    fn check_options(&self, found: &mut Diagnostics) -> bool {
        let Some(options) = &self.options else { return false };
        let before = found.errors();
        for option in &options.list {
            // What an option requires belongs to it.
            let variant = options.variant(self, &options.with_required(option));
            found.extend(variant.diagnostics);
            if option.overlay.is_empty() {
                let title = format!("the option `{}` changes nothing", option.id.value);
                found.push(Diagnostic::warning(option.id.span, title).help("give it `changes` or `remove`"));
            }
        }
        found.errors() == before
    }

    /// Options in the other threats; of many pairs the first ones.
    fn check_pairs(&self, found: &mut Diagnostics) {
        let Some(options) = &self.options else { return };
        let pairs =
            options.list.iter().flat_map(|option| self.threats.iter().map(move |threat| (option, threat)));
        for (option, threat) in pairs.take(PAIRS) {
            let chosen = options.with_required(option);
            let variant = self.variant(&Choice { options: &chosen, threat: Some(threat), values: None });
            let title = format!("with the option `{}` in the threat `{}`", option.id.value, threat.id.value);
            found.extend(errors(variant.diagnostics, |problem| Diagnostic {
                title: format!("{title}: {}", problem.title),
                ..problem
            }));
        }
    }

    /// Every parameter at its outermost values, wherever it is used.
    fn check_values(&self, found: &mut Diagnostics) {
        let Some(uncertain) = &self.uncertain else { return };
        for (row, parameter) in uncertain.list.iter().enumerate() {
            for context in &parameter.contexts {
                let chosen = self.with(*context);
                if self.variant(&chosen.choice(None)).diagnostics.errors() > 0 {
                    // Said already, without its value.
                    continue;
                }
                let mut values = uncertain.central();
                for u in OUTERMOST {
                    let value = parameter.distribution.quantile(u);
                    values[row] = value;
                    let variant = self.variant(&chosen.choice(Some(&values)));
                    found.extend(errors(variant.diagnostics, |problem| {
                        at_the_edge(problem, parameter, value, u)
                    }));
                }
            }
        }
    }

    fn with(&self, context: Context) -> Chosen<'_> {
        let mut chosen = Chosen { options: Vec::new(), threat: None };
        match (context, &self.options) {
            (Context::Option(at), Some(options)) => {
                chosen.options =
                    options.list.get(at).map(|option| options.with_required(option)).unwrap_or_default();
            }
            (Context::Threat(at), _) => chosen.threat = self.threats.get(at),
            _ => {}
        }
        chosen
    }
}

struct Chosen<'a> {
    options: Vec<&'a OptionSpec>,
    threat: Option<&'a ThreatSpec>,
}

impl Chosen<'_> {
    fn choice<'c>(&'c self, values: Option<&'c [f64]>) -> Choice<'c> {
        Choice { options: &self.options, threat: self.threat, values }
    }
}

/// The errors among problems, told otherwise.
fn errors(problems: Diagnostics, told: impl Fn(Diagnostic) -> Diagnostic) -> Diagnostics {
    let mut list = Diagnostics::default();
    for problem in problems.iter().filter(|problem| problem.severity == Severity::Error) {
        list.push(told(problem.clone()));
    }
    list
}

fn at_the_edge(problem: Diagnostic, parameter: &UncertainParameter, value: f64, u: f64) -> Diagnostic {
    let title = format!("with {}: {}", uncertain::label(parameter, value), problem.title);
    Diagnostic { title, ..problem }
        .related(parameter.id.span, format!("this is its {} % quantile", u * 100.0))
        .help(
            "all that a parameter may be has to be valid where it is used; choose a distribution with bounds",
        )
}

/// Whether two problems are the same one: found at the same place.
fn same(a: &Diagnostic, b: &Diagnostic) -> bool {
    a.severity == b.severity && a.span == b.span && a.title == b.title
}
