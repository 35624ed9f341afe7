//! Options as written.

use super::cost::{Cost, cost};
use crate::decode::{self, Fields};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;
use crate::spec::{Id, own_id, own_name, references};
use crate::value::{Field, Value, ValueKind};
use std::collections::BTreeMap;

/// An option.
#[derive(Clone, Debug, PartialEq)]
pub struct OptionSpec {
    /// Its id.
    pub id: Id,
    /// Name for people.
    pub name: String,
    /// What it costs.
    pub cost: Cost,
    /// Options that have to be taken too.
    pub requires: Vec<Id>,
    /// Options that cannot be taken as well.
    pub excludes: Vec<Id>,
    /// Share of the assets of a region (and those that lie in it) that follow; others follow all.
    pub adoption: Vec<(Id, f64)>,
    pub(crate) overlay: Overlay,
}

/// Another threat than the one as written.
#[derive(Clone, Debug, PartialEq)]
pub struct ThreatSpec {
    /// Its id.
    pub id: Id,
    /// Name for people.
    pub name: String,
    pub(crate) overlay: Overlay,
}

/// What changes a scenario as written.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Overlay {
    /// Lists of the scenario with what they gain or change.
    pub(crate) changes: Vec<Field>,
    /// Lists of the scenario with what they lose.
    pub(crate) remove: Vec<(String, Removed)>,
}

impl Overlay {
    pub(crate) fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.remove.is_empty()
    }

    /// Where it is written.
    pub(crate) fn places(&self) -> Vec<Span> {
        let removed = self.remove.iter().flat_map(|(_, removed)| match removed {
            Removed::Ids(ids) => ids.as_slice(),
            Removed::All => &[],
        });
        self.changes.iter().map(|field| field.value.span).chain(removed.map(|id| id.span)).collect()
    }
}

/// What a list loses.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Removed {
    /// Entries of these ids.
    Ids(Vec<Id>),
    /// Every entry; of events those that are not in the background.
    All,
}

/// The scenario as it stands, beside its threats: no threat has this id.
pub const AS_WRITTEN: &str = "as-written";

/// Lists of a scenario that options and threats can change.
pub(crate) const LISTS: [&str; 25] = [
    "regions",
    "services",
    "sectors",
    "classes",
    "assets",
    "pools",
    "networks",
    "sharing",
    "common_causes",
    "teams",
    "spares",
    "events",
    "groups",
    "requirements",
    "actors",
    "campaigns",
    "profiles",
    "platforms",
    "postures",
    "contacts",
    "malware",
    "plans",
    "warnings",
    "priority",
    "attribution",
];

/// Most options, and most threats, of a scenario.
const MOST: usize = 200;

pub(super) fn read(value: &Value, out: &mut Diagnostics) -> Vec<OptionSpec> {
    let list = decode::list_of(option)(value, out).unwrap_or_default();
    if let Some(extra) = list.get(MOST) {
        out.push(Diagnostic::error(extra.id.span, format!("a scenario has at most {MOST} options")));
    }
    list
}

fn option(value: &Value, out: &mut Diagnostics) -> Option<OptionSpec> {
    let mut fields = Fields::new(value, "option", out)?;
    let id = own_id(&mut fields);
    let option = OptionSpec {
        name: own_name(&mut fields, &id),
        cost: fields.optional("cost", cost).unwrap_or_default(),
        requires: references(&mut fields, "requires").unwrap_or_default(),
        excludes: references(&mut fields, "excludes").unwrap_or_default(),
        adoption: fields.optional("adoption", decode::list_of(adoption)).unwrap_or_default(),
        overlay: overlay(&mut fields, "an option"),
        id,
    };
    fields.finish();
    Some(option)
}

pub(super) fn threats(value: &Value, out: &mut Diagnostics) -> Vec<ThreatSpec> {
    let list = decode::list_of(threat)(value, out).unwrap_or_default();
    if let Some(extra) = list.get(MOST) {
        out.push(Diagnostic::error(extra.id.span, format!("a scenario has at most {MOST} threats")));
    }
    let mut seen: BTreeMap<&str, &Id> = BTreeMap::new();
    for threat in &list {
        let id = threat.id.value.as_str();
        if id == AS_WRITTEN {
            let title = format!("`{AS_WRITTEN}` means the scenario without any of its threats");
            out.push(Diagnostic::error(threat.id.span, title).help("give this threat another id"));
        } else if let Some(first) = seen.insert(id, &threat.id) {
            out.push(
                Diagnostic::error(threat.id.span, format!("there are two threats `{id}`"))
                    .related(first.span, "first one here")
                    .help("give one of them another id"),
            );
        }
    }
    list
}

fn threat(value: &Value, out: &mut Diagnostics) -> Option<ThreatSpec> {
    let mut fields = Fields::new(value, "threat", out)?;
    let id = own_id(&mut fields);
    let threat =
        ThreatSpec { name: own_name(&mut fields, &id), overlay: overlay(&mut fields, "a threat"), id };
    fields.finish();
    Some(threat)
}

/// `who` changes the scenario: "an option".
fn overlay(fields: &mut Fields, who: &'static str) -> Overlay {
    Overlay {
        changes: fields.optional("changes", |value, out| changes(value, who, out)).unwrap_or_default(),
        remove: fields.optional("remove", |value, out| remove(value, who, out)).unwrap_or_default(),
    }
}

fn adoption(value: &Value, out: &mut Diagnostics) -> Option<(Id, f64)> {
    let mut fields = Fields::new(value, "adoption", out)?;
    let region = fields.required("region", decode::id);
    let share = fields.required("share", decode::share);
    fields.finish();
    Some((region?, share?))
}

fn fields_of<'v>(value: &'v Value, out: &mut Diagnostics) -> Option<&'v [Field]> {
    match &decode::plain(value).kind {
        ValueKind::Struct(None, fields) => Some(fields),
        ValueKind::Tuple(None, items) if items.is_empty() => Some(&[]),
        _ => {
            out.push(decode::mismatch(value, "lists of the scenario as `(assets: [...], ...)`"));
            None
        }
    }
}

/// Whether this field can be changed; reports where not.
fn known(field: &Field, who: &str, out: &mut Diagnostics) -> bool {
    let name = field.name.text.as_str();
    if LISTS.contains(&name) {
        return true;
    }
    let problem = Diagnostic::error(field.name.span, format!("{who} cannot change `{name}`"));
    out.push(match decode::nearest(name, LISTS) {
        Some(near) => problem.label(decode::did_you_mean(near)),
        None => {
            problem.help("it changes lists of the scenario, such as `assets`, `classes`, `teams`, `plans`")
        }
    });
    false
}

fn changes(value: &Value, who: &str, out: &mut Diagnostics) -> Option<Vec<Field>> {
    let fields = fields_of(value, out)?;
    Some(fields.iter().filter(|field| known(field, who, out)).cloned().collect())
}

fn remove(value: &Value, who: &str, out: &mut Diagnostics) -> Option<Vec<(String, Removed)>> {
    let fields = fields_of(value, out)?;
    let mut lists = Vec::new();
    for field in fields {
        if known(field, who, out)
            && let Some(removed) = removed(&field.value, out)
        {
            lists.push((field.name.text.clone(), removed));
        }
    }
    Some(lists)
}

fn removed(value: &Value, out: &mut Diagnostics) -> Option<Removed> {
    match &decode::plain(value).kind {
        ValueKind::Name(_) => {
            decode::choice("`All` or a list of ids", &[("All", ())])(value, out).map(|()| Removed::All)
        }
        _ => decode::list_of(decode::id)(value, out).map(Removed::Ids),
    }
}

/// What is wrong with the options as a list.
pub(super) fn check(list: &[OptionSpec], out: &mut Diagnostics) {
    let mut seen: BTreeMap<&str, &Id> = BTreeMap::new();
    for option in list {
        let id = option.id.value.as_str();
        if let Some(first) = seen.insert(id, &option.id) {
            out.push(
                Diagnostic::error(option.id.span, format!("there are two options `{id}`"))
                    .related(first.span, "first one here")
                    .help("give one of them another id"),
            );
        }
    }
    for option in list {
        for other in option.requires.iter().chain(&option.excludes) {
            if other.value == option.id.value {
                let title = format!("the option `{}` names itself", option.id.value);
                out.push(Diagnostic::error(other.span, title).help("take it out of this list"));
            } else if !seen.contains_key(other.value.as_str()) {
                let problem = Diagnostic::error(other.span, format!("there is no option `{}`", other.value));
                out.push(match decode::nearest(&other.value, seen.keys().copied()) {
                    Some(near) => problem.label(decode::did_you_mean(near)),
                    None => problem,
                });
            }
        }
        if let Some(both) =
            option.requires.iter().find(|id| option.excludes.iter().any(|e| e.value == id.value))
        {
            let title = format!("the option `{}` requires and excludes `{}`", option.id.value, both.value);
            out.push(Diagnostic::error(both.span, title).help("it can never be taken; keep one of the two"));
        }
    }
}
