//! Classes and the assets that refine them.

use super::dist::{MIN_WEIGHT, failure_dist, time_dist, weight};
use super::need::need;
use super::profile::people_present;
use super::repair::{repair, state_name};
use super::scenario::{Place, position};
use super::{
    Dist, Id, Need, PeoplePresent, Repair, list, own_id, own_name, reference, references, required_reference,
};
use crate::decode::{self, Fields};
use crate::diagnostic::Diagnostics;
use crate::source::Span;
use crate::value::Value;
use linchpin_model::Combine;

/// A template.
#[derive(Clone, Debug, PartialEq)]
pub struct Class {
    /// Its id.
    pub id: Id,
    /// Name for people.
    pub name: String,
    /// What its assets are unless they say otherwise.
    pub traits: Traits,
    /// Share of the variance of drawn qualities that its assets have in common, 0 to below 1.
    pub correlation: f64,
}

/// A facility or system.
#[derive(Clone, Debug, PartialEq)]
pub struct Asset {
    /// Its id.
    pub id: Id,
    /// Name for people.
    pub name: String,
    /// Its class.
    pub class: Option<Id>,
    /// Its region.
    pub region: Id,
    /// Where it stands on the map.
    pub position: Option<Place>,
    /// Whom it serves directly.
    pub serves: Vec<Serves>,
    /// What it says itself.
    pub traits: Traits,
    /// Where the whole entry stands.
    pub span: Span,
}

/// What both classes and assets may say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Traits {
    /// Sector.
    pub sector: Option<Id>,
    /// Services it provides.
    pub supplies: Option<Vec<Id>>,
    /// Its weight as a provider, at least 0.
    pub capacity: Option<f64>,
    /// Words for selectors.
    pub tags: Vec<Id>,
    /// What it shares with others that could fall together: site, vendor, operator, owner.
    pub shared: [Option<Box<str>>; 4],
    /// What it needs.
    pub needs: Vec<Need>,
    /// Share below which it counts as failed.
    pub failed_below: Option<f64>,
    /// Share it is held at from the start.
    pub initial: Option<f64>,
    /// How its terms make its level.
    pub combine: Option<Combine>,
    /// Time to return after it was down.
    pub restart: Option<Box<Dist>>,
    /// How it is repaired.
    pub repair: Option<Box<Repair>>,
    /// How it fails at random.
    pub failures: Option<Box<Failures>>,
    /// What loss of remote control does.
    pub control: Option<Control>,
    /// Who is there, if it is a public place.
    pub people_present: Option<Box<PeoplePresent>>,
    /// Profile of its staffing.
    pub staffing: Option<Box<Id>>,
    /// How its systems are protected.
    pub posture: Option<Box<Id>>,
}

impl Asset {
    /// Stands for an asset that could not be read, and of which nothing more is to be said.
    pub(crate) fn unread(span: Span) -> Self {
        Self {
            id: super::unknown_id(span),
            name: String::new(),
            class: Some(super::unknown_id(span)),
            region: super::unknown_id(span),
            position: None,
            serves: Vec::new(),
            traits: Traits::default(),
            span,
        }
    }
}

impl Traits {
    /// Names of the entries of [`Self::shared`], those that fall together most easily first.
    pub const SHARED: [&str; 4] = ["site", "vendor", "operator", "owner"];
}

/// Random failures.
#[derive(Clone, Debug, PartialEq)]
pub struct Failures {
    /// Time from repaired to the next failure.
    pub time_to_failure: Dist,
    /// Damage state; none: the worst.
    pub state: Option<Id>,
}

/// Factors while remote control is lost, at least 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Control {
    /// On restart times.
    pub manual_restart: f64,
    /// On the rate of random failures.
    pub trip_rate: f64,
}

/// People who get a service from an asset.
#[derive(Clone, Debug, PartialEq)]
pub struct Serves {
    /// Which service.
    pub service: Id,
    /// How many people, at least 0.
    pub people: f64,
    /// Where they live; none: in the asset's region.
    pub region: Option<Id>,
}

/// Most people that one asset serves: all of mankind is not too many.
pub(crate) const MAX_PEOPLE: f64 = 1e10;

const COMBINE: [(&str, Combine); 2] = [("Min", Combine::Min), ("Product", Combine::Product)];

pub(super) fn class(value: &Value, out: &mut Diagnostics) -> Option<Class> {
    let mut fields = Fields::new(value, "class", out)?;
    let id = own_id(&mut fields);
    let class = Class {
        name: own_name(&mut fields, &id),
        traits: traits(&mut fields),
        correlation: fields.optional("correlation", decode::number_in(0.0..=0.999)).unwrap_or(0.0),
        id,
    };
    fields.finish();
    Some(class)
}

pub(crate) fn asset(value: &Value, out: &mut Diagnostics) -> Option<Asset> {
    let mut fields = Fields::new(value, "asset", out)?;
    let id = own_id(&mut fields);
    let asset = Asset {
        name: own_name(&mut fields, &id),
        class: fields.optional("class", reference),
        region: required_reference(&mut fields, "region"),
        position: fields.optional("position", position),
        serves: list(&mut fields, "serves", serves),
        traits: traits(&mut fields),
        span: fields.span(),
        id,
    };
    fields.finish();
    Some(asset)
}

fn traits(fields: &mut Fields) -> Traits {
    Traits {
        sector: fields.optional("sector", reference),
        supplies: references(fields, "supplies"),
        capacity: fields.optional("capacity", weight),
        tags: references(fields, "tags").unwrap_or_default(),
        shared: Traits::SHARED.map(|name| fields.optional(name, decode::text).map(Into::into)),
        needs: list(fields, "needs", need),
        failed_below: fields.optional("failed_below", decode::share),
        initial: fields.optional("initial", decode::share),
        combine: fields.optional("combine", decode::choice("a way to combine", &COMBINE)),
        restart: fields.optional("restart", time_dist).map(Box::new),
        repair: fields.optional("repair", repair).map(Box::new),
        failures: fields.optional("failures", failures).flatten().map(Box::new),
        control: fields.optional("control", control),
        people_present: fields.optional("people_present", people_present).flatten().map(Box::new),
        staffing: fields.optional("staffing", reference).map(Box::new),
        posture: fields.optional("posture", reference).map(Box::new),
    }
}

fn failures(value: &Value, out: &mut Diagnostics) -> Option<Option<Failures>> {
    let mut fields = Fields::new(value, "random failure", out)?;
    let time_to_failure = fields.required("time_to_failure", failure_dist);
    let state = fields.optional("state", state_name);
    fields.finish();
    Some(time_to_failure.map(|time_to_failure| Failures { time_to_failure, state }))
}

fn control(value: &Value, out: &mut Diagnostics) -> Option<Control> {
    let mut fields = Fields::new(value, "control", out)?;
    let mut factor = |name| fields.optional(name, decode::number_in(1.0..=1_000.0)).unwrap_or(1.0);
    let control = Control { manual_restart: factor("manual_restart"), trip_rate: factor("trip_rate") };
    fields.finish();
    Some(control)
}

fn serves(value: &Value, out: &mut Diagnostics) -> Option<Serves> {
    let mut fields = Fields::new(value, "delivery", out)?;
    let serves = Serves {
        service: required_reference(&mut fields, "service"),
        people: fields.required("people", people_served).unwrap_or(1.0),
        region: fields.optional("region", reference),
    };
    fields.finish();
    Some(serves)
}

/// People: as other weights, but for the largest.
pub(crate) fn people_served(value: &Value, out: &mut Diagnostics) -> Option<f64> {
    let people = decode::number_in(0.0..=MAX_PEOPLE)(value, out)?;
    if people == 0.0 { Some(people) } else { decode::number_in(MIN_WEIGHT..=MAX_PEOPLE)(value, out) }
}
