//! Lists of ids and selectors.

use super::{Id, reference, references};
use crate::decode::{self, Fields};
use crate::diagnostic::Diagnostics;
use crate::source::Span;
use crate::value::{Value, ValueKind};

/// Which nodes are meant.
#[derive(Clone, Debug, PartialEq)]
pub enum Choice {
    /// These.
    Ids(Span, Vec<Id>),
    /// All that meet the conditions.
    Where(Box<Selector>),
}

impl Choice {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Ids(span, _) => *span,
            Self::Where(selector) => selector.span,
        }
    }
}

/// Conditions that must all hold. Of several values in one of them, one has to fit; an empty list sets no condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Selector {
    /// Where it stands.
    pub span: Span,
    /// What the node supplies.
    pub service: Vec<Id>,
    /// Its sector.
    pub sector: Vec<Id>,
    /// Its class.
    pub class: Vec<Id>,
    /// Its region, or one that its region lies in.
    pub region: Vec<Id>,
    /// Where `region: "same"` stands: the consumer's region.
    pub same_region: Option<Span>,
    /// One of its tags.
    pub tag: Vec<Id>,
    /// Only so many of those nearest to the consumer.
    pub nearest: Option<decode::Spanned<u32>>,
    /// One of these.
    pub ids: Vec<Id>,
}

const EXPECTED: &str = "a list of ids or a selector";

/// One id, a list of ids, or a selector.
pub(super) fn choice(value: &Value, out: &mut Diagnostics) -> Option<Choice> {
    let plain = decode::plain(value);
    if matches!(plain.kind, ValueKind::String(_)) {
        return Some(Choice::Ids(plain.span, vec![reference(value, out)?]));
    }
    match decode::list_or_struct(value, EXPECTED, out)? {
        decode::ListOrStruct::List(items) => {
            Some(Choice::Ids(plain.span, items.iter().filter_map(|item| reference(item, out)).collect()))
        }
        decode::ListOrStruct::Struct(inner) => selector(inner, out).map(|s| Choice::Where(Box::new(s))),
    }
}

fn selector(value: &Value, out: &mut Diagnostics) -> Option<Selector> {
    let mut fields = Fields::new(value, "selector", out)?;
    let mut region = one_or_more(&mut fields, "region");
    let same_region = region.iter().find(|id| id.value == "same").map(|id| id.span);
    region.retain(|id| id.value != "same");
    let selector = Selector {
        span: fields.span(),
        service: one_or_more(&mut fields, "service"),
        sector: one_or_more(&mut fields, "sector"),
        class: one_or_more(&mut fields, "class"),
        region,
        same_region,
        tag: one_or_more(&mut fields, "tag"),
        nearest: fields.optional("nearest", decode::spanned(decode::integer_in(1..=10_000_u32))),
        ids: references(&mut fields, "ids").unwrap_or_default(),
    };
    fields.finish();
    Some(selector)
}

fn one_or_more(fields: &mut Fields, name: &'static str) -> Vec<Id> {
    fields
        .optional(name, |value, out| match &decode::plain(value).kind {
            ValueKind::List(_) => decode::list_of(reference)(value, out),
            _ => Some(vec![reference(value, out)?]),
        })
        .unwrap_or_default()
}
