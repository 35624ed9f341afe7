//! Options: what might be done, as changes to the scenario as written; and threats: what else might happen.
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
pub(crate) use overlay::{apply, apply_threat};
pub use spec::{AS_WRITTEN, OptionSpec, ThreatSpec};
pub(crate) use spec::{LISTS, Overlay};

pub use crate::variant::Variant;

use crate::diagnostic::Diagnostics;
use crate::value::{Field, Value};
use crate::{Choice, Loaded};

/// The options of a scenario, and the scenario they change.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// In the order of the file.
    pub list: Vec<OptionSpec>,
    /// What money there is; none where the scenario does not say.
    pub budget: Option<Budget>,
}

/// Takes the options out of the fields of a scenario; none where it has none.
pub(crate) fn take(fields: &mut Vec<Field>, out: &mut Diagnostics) -> Option<Options> {
    let (options, budget) = (taken(fields, "options"), taken(fields, "budget"));
    let budget = budget.and_then(|budget| cost::budget(&budget, out));
    let list = spec::read(&options?, out);
    spec::check(&list, out);
    Some(Options { list, budget })
}

/// Takes the other threats out of the fields of a scenario.
pub(crate) fn take_threats(fields: &mut Vec<Field>, out: &mut Diagnostics) -> Vec<ThreatSpec> {
    taken(fields, "threats").map(|threats| spec::threats(&threats, out)).unwrap_or_default()
}

/// Takes a field out.
pub(crate) fn taken(fields: &mut Vec<Field>, name: &str) -> Option<Value> {
    let at = fields.iter().position(|field| field.name.text == name)?;
    Some(fields.remove(at).value)
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
        loaded.variant(&Choice { options: chosen, ..Choice::default() })
    }

    /// An option after all that it requires.
    pub(crate) fn with_required<'o>(&'o self, option: &'o OptionSpec) -> Vec<&'o OptionSpec> {
        let mut chosen = Vec::new();
        with_required(self, option, &mut chosen);
        chosen
    }
}

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
