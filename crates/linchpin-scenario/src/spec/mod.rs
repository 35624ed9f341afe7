//! The scenario as it is written: a typed mirror of the file.
//!
//! Ids and references are still texts and keep their place. Everything that can be judged from a value alone (kinds,
//! units, ranges, the order of a distribution's parameters) has been judged; nothing that needs a second look elsewhere
//! has. Reading never stops at a problem: what is wrong is reported and stands for something harmless, so that the
//! rest can still be checked.

mod asset;
mod choice;
mod cyber;
mod dist;
mod effect;
mod event;
mod need;
mod profile;
mod repair;
mod response;
mod scenario;
mod system;
mod threat;
mod watch;

pub use asset::{Asset, Class, Control, Failures, Serves, Traits};
pub use choice::{Choice, Selector};
pub use cyber::{Contacts, Detonation, Links, Malware, Platform, Posture, Shutdown, Spread};
pub use dist::{DISTRIBUTIONS, Dist, MAX_NUMBER, MAX_WEIGHT, MIN_WEIGHT};
pub use effect::{Effect, EffectKind};
pub use event::{Event, On};
pub use need::{Need, Required, Stage, Weights};
pub use profile::{PeoplePresent, Profile};
pub use repair::{Repair, RepairStage, State};
pub use response::{Adoption, Attribution, Condition, ConditionKind, Plan, Warning, Watched};
pub use scenario::{Head, Place, Region, Scenario};
pub use system::{
    CommonCause, Network, Pool, Priority, Rule, Sharing, SharingRule, Spare, Supplier, Surge, Team,
};
pub use threat::{Actor, Assessment, Campaign, OnFailure, Step, Success};
pub use watch::{Group, GroupWeights, Requirement, RequirementOf};

pub(crate) use asset::{MAX_PEOPLE, asset, people_served};
pub(crate) use dist::{number_dist, time_dist, weight};
pub(crate) use need::need;
pub(crate) use system::pool;

use crate::decode::{self, Fields, Spanned};
use crate::diagnostic::Diagnostics;
use crate::source::Span;
use crate::value::{Value, ValueKind};

/// An id, or a reference to one, and where it stands. Empty where it could not be read (which has been reported).
pub type Id = Spanned<String>;

pub(crate) fn unknown_id(span: Span) -> Id {
    Spanned { value: String::new(), span }
}

/// A reference. One that cannot be an id stays in its list as an empty one: the list is not taken for shorter than it is.
fn reference(value: &Value, out: &mut Diagnostics) -> Option<Id> {
    Some(decode::id(value, out).unwrap_or_else(|| unknown_id(value.span)))
}

/// A reference to an event, a step ("campaign/step"), a plan ("plan/id") or a malware ("malware/id").
fn event_reference(value: &Value, out: &mut Diagnostics) -> Option<Id> {
    Some(decode::path(value, out).unwrap_or_else(|| unknown_id(value.span)))
}

/// A required reference.
fn required_reference(fields: &mut Fields, name: &'static str) -> Id {
    let place = fields.span();
    fields.required(name, reference).unwrap_or_else(|| unknown_id(place))
}

/// The id of an entry. One with a wrong character still counts as known, lest every reference to it be reported too.
pub(crate) fn own_id(fields: &mut Fields) -> Id {
    let place = fields.span();
    let written = fields.value("id").map(decode::plain).map(|value| match &value.kind {
        ValueKind::String(text) => Spanned { value: text.clone(), span: value.span },
        _ => unknown_id(value.span),
    });
    fields.required("id", decode::id).or(written).unwrap_or_else(|| unknown_id(place))
}

/// The name for people; the id where there is none.
pub(crate) fn own_name(fields: &mut Fields, id: &Id) -> String {
    fields.optional("name", decode::text).unwrap_or_else(|| id.value.clone())
}

/// A list that says whether it stands there at all.
pub(crate) fn references(fields: &mut Fields, name: &'static str) -> Option<Vec<Id>> {
    fields.optional(name, decode::list_of(reference))
}

fn list<'v, T>(
    fields: &mut Fields<'v, '_>,
    name: &'static str,
    read: impl FnMut(&'v Value, &mut Diagnostics) -> Option<T>,
) -> Vec<T> {
    fields.optional(name, decode::list_of(read)).unwrap_or_default()
}
