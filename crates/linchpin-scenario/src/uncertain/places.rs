//! Where uncertain parameters are used.

use super::UncertainParameter;
use super::substitute::Use;
use crate::decode;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::options::{LISTS, OptionSpec, Overlay, ThreatSpec};
use crate::source::Span;
use crate::spec::Id;
use crate::value::{Field, Value, ValueKind};

/// In what a use stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Context {
    /// The scenario itself.
    Base,
    /// The option of this place in the list.
    Option(usize),
    /// The threat of this place in the list.
    Threat(usize),
}

/// Calls for every use of a parameter in a value; uses in what a use multiplies belong to it.
fn each_use<'v>(value: &'v Value, see: &mut dyn FnMut(&'v Value)) {
    if Use::is(value) {
        return see(value);
    }
    match &value.kind {
        ValueKind::List(items) | ValueKind::Tuple(_, items) => {
            items.iter().for_each(|item| each_use(item, see));
        }
        ValueKind::Struct(_, fields) => fields.iter().for_each(|field| each_use(&field.value, see)),
        ValueKind::Map(entries) => entries.iter().for_each(|(_, value)| each_use(value, see)),
        _ => {}
    }
}

/// Reports uses where a value cannot be uncertain.
pub(super) fn misplaced(fields: &[Field], out: &mut Diagnostics, told: &mut Vec<Span>) {
    let mut refuse = |field: &Field, what: &str, help: &str| {
        each_use(&field.value, &mut |value| {
            let title = format!("{what} cannot be uncertain");
            out.push(Diagnostic::error(value.span, title).help(help));
            told.push(value.span);
        });
    };
    for field in fields {
        match field.name.text.as_str() {
            "requirements" => refuse(field, "what is required", REQUIRED),
            "budget" => refuse(field, "the budget", MONEY),
            "uncertain" => refuse(field, "what an uncertain parameter is", WITHIN),
            "correlations" => refuse(field, "a correlation", "write a number"),
            "options" | "threats" => overlays(&field.value, &mut refuse),
            name if LISTS.contains(&name) => {}
            name => refuse(field, &format!("`{name}`"), "write one value"),
        }
    }
}

const REQUIRED: &str =
    "a requirement is set, not found out; compare what each level asks for in runs of their own";
const MONEY: &str = "costs and budgets are numbers; `compare --budget` tries others";
const WITHIN: &str = "say how parameters hang together with `correlations`, or use both where a value is needed: \
    Uncertain(id: \"a\", times: Uncertain(\"b\"))";

fn overlays(list: &Value, refuse: &mut dyn FnMut(&Field, &str, &str)) {
    let ValueKind::List(entries) = &decode::plain(list).kind else { return };
    for entry in entries {
        let ValueKind::Struct(_, fields) = &decode::plain(entry).kind else { continue };
        for field in fields {
            match field.name.text.as_str() {
                "changes" => {
                    let ValueKind::Struct(_, changes) = &decode::plain(&field.value).kind else { continue };
                    let required = changes.iter().filter(|change| change.name.text == "requirements");
                    required.for_each(|change| refuse(change, "what is required", REQUIRED));
                }
                "cost" => refuse(field, "a cost", MONEY),
                name => refuse(field, &format!("`{name}`"), "write one value"),
            }
        }
    }
}

/// Finds all uses, and what is wrong with them. `unreadable`: some parameters could not be read, so that an id that is
/// not known may be one of theirs.
pub(super) fn uses(
    fields: &[Field],
    options: &[OptionSpec],
    threats: &[ThreatSpec],
    list: &mut [UncertainParameter],
    unreadable: bool,
    out: &mut Diagnostics,
    told: &mut Vec<Span>,
) {
    let overlays = (options.iter().enumerate().map(|(at, option)| (Context::Option(at), &option.overlay)))
        .chain(threats.iter().enumerate().map(|(at, threat)| (Context::Threat(at), &threat.overlay)));
    let base = fields.iter().filter(|field| LISTS.contains(&field.name.text.as_str()));
    let all = base.map(|field| (Context::Base, field)).chain(overlays.flat_map(
        |(context, overlay): (_, &Overlay)| overlay.changes.iter().map(move |field| (context, field)),
    ));
    for (context, field) in all.filter(|(_, field)| field.name.text != "requirements") {
        each_use(&field.value, &mut |value| {
            if !used(value, context, list, unreadable, out) {
                told.push(value.span);
            }
        });
    }
}

/// Notes a use and those within it; false where something is wrong with it.
fn used(
    value: &Value,
    context: Context,
    list: &mut [UncertainParameter],
    unreadable: bool,
    out: &mut Diagnostics,
) -> bool {
    let before = out.errors();
    let Some(found) = Use::read(value, out) else { return false };
    let mut sound = out.errors() == before;
    match list.iter_mut().find(|parameter| parameter.id.value == found.id.value) {
        Some(parameter) => {
            parameter.uses.push(value.span);
            if !parameter.contexts.contains(&context) {
                parameter.contexts.push(context);
            }
        }
        None => {
            sound = false;
            if !unreadable {
                out.push(unknown(&found.id, list.iter().map(|parameter| parameter.id.value.as_str())));
            }
        }
    }
    if let Some(times) = found.times {
        each_use(times, &mut |inner| sound &= used(inner, context, list, unreadable, out));
    }
    if sound && let Err(problem) = found.product(list) {
        out.push(problem);
        sound = false;
    }
    sound
}

/// An id that no parameter has.
pub(super) fn unknown<'i>(id: &Id, known: impl IntoIterator<Item = &'i str>) -> Diagnostic {
    let problem = Diagnostic::error(id.span, format!("there is no uncertain parameter `{}`", id.value));
    match decode::nearest(&id.value, known) {
        Some(near) => problem.label(decode::did_you_mean(near)),
        None => problem.help("declare it: uncertain: [(id: ..., is: ...)]"),
    }
}
