//! How systems are protected, and what spreads among them.

use super::{Id, own_id, own_name};
use crate::decode::Fields;
use crate::diagnostic::Diagnostics;
use crate::value::Value;

/// How an asset is protected.
#[derive(Clone, Debug, PartialEq)]
pub struct Posture {
    /// Its id.
    pub id: Id,
}

/// Software or devices that assets have in common.
#[derive(Clone, Debug, PartialEq)]
pub struct Platform {
    /// Its id.
    pub id: Id,
    /// Name for people.
    pub name: String,
}

/// Who can reach whom.
#[derive(Clone, Debug, PartialEq)]
pub struct Contacts {
    /// Its id.
    pub id: Id,
}

/// What spreads.
#[derive(Clone, Debug, PartialEq)]
pub struct Malware {
    /// Its id.
    pub id: Id,
    /// Name for people.
    pub name: String,
}

pub(super) fn posture(value: &Value, out: &mut Diagnostics) -> Option<Posture> {
    let mut fields = Fields::new(value, "posture", out)?;
    let posture = Posture { id: own_id(&mut fields) };
    fields.finish();
    Some(posture)
}

pub(super) fn platform(value: &Value, out: &mut Diagnostics) -> Option<Platform> {
    let mut fields = Fields::new(value, "platform", out)?;
    let id = own_id(&mut fields);
    let platform = Platform { name: own_name(&mut fields, &id), id };
    fields.finish();
    Some(platform)
}

pub(super) fn contacts(value: &Value, out: &mut Diagnostics) -> Option<Contacts> {
    let mut fields = Fields::new(value, "set of contacts", out)?;
    let contacts = Contacts { id: own_id(&mut fields) };
    fields.finish();
    Some(contacts)
}

pub(super) fn malware(value: &Value, out: &mut Diagnostics) -> Option<Malware> {
    let mut fields = Fields::new(value, "malware", out)?;
    let id = own_id(&mut fields);
    let malware = Malware { name: own_name(&mut fields, &id), id };
    fields.finish();
    Some(malware)
}
