//! Groups of interest and requirements.

use super::choice::choice;
use super::{Choice, Id, own_id, own_name, reference, unknown_id};
use crate::decode::{self, Fields};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::value::Value;

/// A weighted set of assets that is watched.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its id.
    pub id: Id,
    /// Name for people.
    pub name: String,
    /// Who belongs to it; none where that could not be read.
    pub members: Option<Choice>,
    /// What a member counts.
    pub weights: GroupWeights,
}

/// What a member of a group counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupWeights {
    /// One.
    Equal,
    /// Its capacity.
    Capacity,
    /// The people it serves, over all services.
    People,
}

/// Something asked of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct Requirement {
    /// Its id.
    pub id: Id,
    /// Name for people.
    pub name: String,
    /// Of whom it is asked.
    pub of: RequirementOf,
    /// Level relative to the run without the threat.
    pub at_least: f64,
    /// From when, in seconds.
    pub from: u32,
    /// For how long, in seconds; none: to the horizon.
    pub lasts: Option<decode::Spanned<u32>>,
    /// Time that may lie below in all, in seconds.
    pub tolerate: u32,
    /// Probability asked for.
    pub probability: f64,
}

/// Of whom something is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum RequirementOf {
    /// A group, declared or standing.
    Group(Id),
    /// A service, in each region.
    Service(Id),
}

const WEIGHTS: [(&str, GroupWeights); 3] =
    [("Equal", GroupWeights::Equal), ("Capacity", GroupWeights::Capacity), ("People", GroupWeights::People)];

pub(super) fn group(value: &Value, out: &mut Diagnostics) -> Option<Group> {
    let mut fields = Fields::new(value, "group", out)?;
    let id = own_id(&mut fields);
    let group = Group {
        name: own_name(&mut fields, &id),
        members: fields.required("members", choice),
        weights: fields
            .optional("weights", decode::choice("weights", &WEIGHTS))
            .unwrap_or(GroupWeights::Equal),
        id,
    };
    fields.finish();
    Some(group)
}

pub(super) fn requirement(value: &Value, out: &mut Diagnostics) -> Option<Requirement> {
    let mut fields = Fields::new(value, "requirement", out)?;
    let id = own_id(&mut fields);
    let requirement = Requirement {
        name: own_name(&mut fields, &id),
        of: of(&mut fields),
        at_least: fields.required("at_least", decode::share).unwrap_or(1.0),
        from: fields.optional("from", decode::time).unwrap_or(0),
        lasts: fields.optional("lasts", decode::spanned(decode::time)),
        tolerate: fields.optional("tolerate", decode::time).unwrap_or(0),
        probability: fields.required("probability", decode::share).unwrap_or(1.0),
        id,
    };
    fields.finish();
    Some(requirement)
}

fn of(fields: &mut Fields) -> RequirementOf {
    let place = fields.span();
    // Standing groups have ids such as `service:water/north`, which no id in a file may have.
    let group = fields.optional("group", decode::spanned(decode::text));
    let service = fields.optional("service", reference);
    let unread = RequirementOf::Group(unknown_id(place));
    match (fields.has("group"), fields.has("service")) {
        (true, false) => group.map_or(unread, RequirementOf::Group),
        (false, true) => service.map_or(unread, RequirementOf::Service),
        (both, _) => {
            let title = if both {
                "a requirement has either `group` or `service`, not both"
            } else {
                "a requirement needs `group` or `service`"
            };
            fields.out().push(Diagnostic::error(place, title));
            unread
        }
    }
}
