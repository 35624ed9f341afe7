//! Options: what might be done, as changes to the scenario as written.
//!
//! An option changes the text of a scenario, not the model: it gives entries fields that they have not, replaces those
//! that they have, adds entries and takes entries out. The changed scenario is then read, resolved and checked like any
//! other, so whatever can be written can be an option, and every error has its place. All draws are keyed by ids, so
//! what an option does not touch is drawn as without it.

mod cost;
mod overlay;
mod spec;
#[cfg(test)]
mod tests;

pub use cost::{Budget, Cost};
pub use spec::OptionSpec;

use crate::Loaded;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::value::{Value, ValueKind};

/// The options of a scenario, and the scenario they change.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// In the order of the file.
    pub list: Vec<OptionSpec>,
    /// What money there is; none where the scenario does not say.
    pub budget: Option<Budget>,
    /// The scenario without its options.
    base: Value,
}

/// A scenario with some of its options.
#[derive(Clone, Debug)]
pub struct Variant {
    /// What is wrong, apart from what is wrong without the options too.
    pub diagnostics: Diagnostics,
    /// The model; none where there is an error. Its `meta.hash` is empty.
    pub model: Option<linchpin_model::Model>,
    /// Number of assets that the options change or add.
    pub changed: usize,
}

/// Takes the options out of a scenario; none where it has none.
pub(crate) fn take(value: &mut Value, out: &mut Diagnostics) -> Option<Options> {
    let ValueKind::Struct(None, fields) = &mut value.kind else { return None };
    let mut taken = |name: &str| {
        let at = fields.iter().position(|field| field.name.text == name)?;
        Some(fields.remove(at).value)
    };
    let (options, budget) = (taken("options"), taken("budget"));
    let budget = budget.and_then(|budget| cost::budget(&budget, out));
    let list = spec::read(&options?, out);
    spec::check(&list, out);
    Some(Options { list, budget, base: value.clone() })
}

impl Options {
    /// The option of this id.
    pub fn find(&self, id: &str) -> Option<&OptionSpec> {
        self.list.iter().find(|option| option.id.value == id)
    }

    /// Cost of some of them in present value.
    pub fn cost(&self, chosen: &[&OptionSpec]) -> f64 {
        let rate = self.budget.as_ref().map_or(0.0, |budget| budget.discount_rate);
        chosen.iter().map(|option| option.cost.present_value(rate)).sum()
    }

    /// Why these cannot be taken together; none where they can.
    pub fn conflict(&self, chosen: &[&OptionSpec]) -> Option<String> {
        let has = |id: &str| chosen.iter().any(|option| option.id.value == id);
        for option in chosen {
            if let Some(missing) = option.requires.iter().find(|id| !has(&id.value)) {
                return Some(format!("`{}` requires `{}`", option.id.value, missing.value));
            }
            if let Some(other) = option.excludes.iter().find(|id| has(&id.value)) {
                return Some(format!("`{}` excludes `{}`", option.id.value, other.value));
            }
        }
        None
    }

    /// The scenario with these options, one after the other: where two change the same field, the later one counts.
    pub fn variant(&self, loaded: &Loaded, chosen: &[&OptionSpec]) -> Variant {
        let mut value = self.base.clone();
        let mut diagnostics = Diagnostics::default();
        let mut changed = 0;
        for option in chosen {
            changed += overlay::apply(&mut value, option, &mut diagnostics);
        }
        let model = crate::loaded::model(value, &loaded.sources, &loaded.tables, &mut diagnostics);
        crate::tables::annotate(&loaded.tables, &loaded.sources, &mut diagnostics);
        let known = |problem: &Diagnostic| loaded.diagnostics.iter().any(|other| same(other, problem));
        diagnostics.retain(|problem| !known(problem));
        diagnostics.sort();
        let model = model.filter(|_| diagnostics.errors() == 0);
        Variant { diagnostics, model, changed }
    }
}

/// Whether two problems are the same one: found at the same place.
fn same(a: &Diagnostic, b: &Diagnostic) -> bool {
    a.severity == b.severity && a.span == b.span && a.title == b.title
}

/// Checks every option alone, and what it does.
pub(crate) fn check(options: &Options, loaded: &mut Loaded) {
    let mut found = Diagnostics::default();
    for option in &options.list {
        // What an option requires belongs to it.
        let mut chosen: Vec<&OptionSpec> = Vec::new();
        with_required(options, option, &mut chosen);
        let variant = options.variant(loaded, &chosen);
        let errors = variant.diagnostics.errors();
        found.extend(variant.diagnostics);
        if errors == 0 && option.changes.is_empty() && option.remove.is_empty() {
            let title = format!("the option `{}` changes nothing", option.id.value);
            found.push(Diagnostic::warning(option.id.span, title).help("give it `changes` or `remove`"));
        }
    }
    loaded.diagnostics.extend(found);
    loaded.diagnostics.sort();
}

/// An option after all that it requires.
fn with_required<'o>(options: &'o Options, option: &'o OptionSpec, chosen: &mut Vec<&'o OptionSpec>) {
    if chosen.iter().any(|other| other.id.value == option.id.value) || chosen.len() > options.list.len() {
        return;
    }
    let before = chosen.len();
    chosen.push(option);
    for required in option.requires.iter().filter_map(|id| options.find(&id.value)) {
        with_required(options, required, chosen);
    }
    chosen[before..].reverse();
}
