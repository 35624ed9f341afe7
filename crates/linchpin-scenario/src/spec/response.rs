//! Who notices, who decides, who helps.

use super::{Id, own_id, own_name};
use crate::decode::Fields;
use crate::diagnostic::Diagnostics;
use crate::value::Value;

/// Something that is done when something is observed.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Its id.
    pub id: Id,
    /// Name for people.
    pub name: String,
}

/// Sharing of what was noticed.
#[derive(Clone, Debug, PartialEq)]
pub struct Warning {
    /// Its id.
    pub id: Id,
}

/// How campaigns are ascribed to somebody.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribution {}

pub(super) fn plan(value: &Value, out: &mut Diagnostics) -> Option<Plan> {
    let mut fields = Fields::new(value, "plan", out)?;
    let id = own_id(&mut fields);
    let plan = Plan { name: own_name(&mut fields, &id), id };
    fields.finish();
    Some(plan)
}

pub(super) fn warning(value: &Value, out: &mut Diagnostics) -> Option<Warning> {
    let mut fields = Fields::new(value, "warning", out)?;
    let warning = Warning { id: own_id(&mut fields) };
    fields.finish();
    Some(warning)
}

pub(super) fn attribution(value: &Value, out: &mut Diagnostics) -> Option<Attribution> {
    Fields::new(value, "attribution", out)?.finish();
    Some(Attribution {})
}
