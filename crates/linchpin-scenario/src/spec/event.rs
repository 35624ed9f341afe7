//! Scripted events.

use super::choice::choice;
use super::dist::{number, number_dist, time_dist};
use super::repair::state_name;
use super::scenario::{Place, position};
use super::{Choice, Dist, Id, own_id, own_name, reference, required_reference};
use crate::decode::{self, Fields};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;
use crate::value::Value;
use linchpin_model::Level;

/// Something that happens.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its id.
    pub id: Id,
    /// Name for people.
    pub name: String,
    /// When, from the start or from the event named by `after`.
    pub at: Dist,
    /// The event it follows.
    pub after: Option<Id>,
    /// Whom it concerns; none where it says nothing.
    pub on: Option<On>,
    /// True where `on` stands there but could not be read.
    pub on_unread: bool,
    /// Probability that it happens.
    pub probability: f64,
    /// Probability that a target is hit.
    pub hit_probability: f64,
    /// Factor on the repair times of all its targets.
    pub severity: Option<Dist>,
    /// True where it also happens in the run without the threat.
    pub background: bool,
    /// What it does.
    pub effects: Vec<Effect>,
}

/// Whom an event concerns.
#[derive(Clone, Debug, PartialEq)]
pub enum On {
    /// All of these.
    All(Choice),
    /// Some of these.
    Draw {
        /// How many.
        k: decode::Spanned<u32>,
        /// Candidates.
        from: Choice,
    },
    /// Those within a circle.
    Circle {
        /// Where it stands in the file.
        span: Span,
        /// Centre.
        center: Place,
        /// Radius in kilometres, above 0.
        radius_km: f64,
        /// Candidates; none: all assets with a position.
        from: Option<Choice>,
        /// Intensity at the centre; none: 1.
        intensity: Option<Dist>,
        /// Share of the intensity at the rim.
        edge: f64,
    },
    /// Those within a polygon.
    Polygon {
        /// Where it stands in the file.
        span: Span,
        /// Corners, at least three.
        points: Vec<Place>,
        /// Candidates; none: all assets with a position.
        from: Option<Choice>,
        /// Intensity; none: 1.
        intensity: Option<Dist>,
    },
}

/// What an event does to each target.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: EffectKind,
}

/// What an event does to each target.
#[derive(Clone, Debug, PartialEq)]
pub enum EffectKind {
    /// Damage of the worst state.
    DamageWorst,
    /// Damage of the state of this name.
    DamageState(Id),
    /// Damage by the fragility curves.
    DamageFragility,
    /// Held at a level.
    Degrade(f64, Option<Dist>),
    /// A share of the staff is away.
    Absence(f64, Option<Dist>),
    /// Held at 0.
    Closure(Option<Dist>),
    /// Remote control lost.
    ControlLoss(Option<Dist>),
    /// A course of levels, ascending in seconds.
    Forcing(Vec<(u32, Level)>),
    /// Adds to the load of a sharing group.
    Demand(Id, f64),
}

pub(super) fn event(value: &Value, out: &mut Diagnostics) -> Option<Event> {
    let mut fields = Fields::new(value, "event", out)?;
    let id = own_id(&mut fields);
    let span = fields.span();
    let event = Event {
        name: own_name(&mut fields, &id),
        at: fields.required("at", time_dist).unwrap_or_else(|| Dist::unread(span)),
        after: fields.optional("after", reference),
        on: fields.optional("on", on),
        on_unread: fields.has("on"),
        probability: fields.optional("probability", decode::share).unwrap_or(1.0),
        hit_probability: fields.optional("hit_probability", decode::share).unwrap_or(1.0),
        severity: fields.optional("severity", number_dist),
        background: fields.optional("background", decode::boolean).unwrap_or(false),
        effects: effects(&mut fields),
        id,
    };
    fields.finish();
    Some(Event { on_unread: event.on_unread && event.on.is_none(), ..event })
}

fn effects(fields: &mut Fields) -> Vec<Effect> {
    let Some(at) = fields.span_of("do") else {
        return fields.required("do", decode::list_of(effect)).unwrap_or_default();
    };
    let mut written = 0;
    let effects = fields
        .required(
            "do",
            decode::list_of(|value, out: &mut Diagnostics| {
                written += 1;
                effect(value, out)
            }),
        )
        .unwrap_or_default();
    if written == 0 {
        fields.out().push(Diagnostic::warning(at, "this event does nothing"));
    }
    effects
}

fn on(value: &Value, out: &mut Diagnostics) -> Option<On> {
    if decode::name_of(value).is_none() {
        return choice(value, out).map(On::All);
    }
    let kind = decode::tag(value, "choice of targets", &["Draw", "Circle", "Polygon"], out)?;
    let mut fields = Fields::arguments(value, "choice of targets", None, out)?;
    let read = match kind {
        "Draw" => {
            let k = fields.required("k", decode::spanned(decode::integer_in(1..=1_000_000_u32)));
            let from = fields.required("from", choice);
            k.zip(from).map(|(k, from)| On::Draw { k, from })
        }
        "Circle" => circle(&mut fields),
        _ => polygon(&mut fields),
    };
    fields.finish();
    read
}

fn circle(fields: &mut Fields) -> Option<On> {
    let center = fields.required("center", position);
    let radius_km = fields.required("radius_km", decode::number_in(0.001..=20_100.0));
    let from = fields.optional("from", choice);
    let intensity = fields.optional("intensity", number_dist);
    let edge = fields.optional("edge", decode::share).unwrap_or(1.0);
    let span = fields.span();
    Some(On::Circle { span, center: center?, radius_km: radius_km?, from, intensity, edge })
}

fn polygon(fields: &mut Fields) -> Option<On> {
    let at = fields.span_of("points").unwrap_or(fields.span());
    let points = fields.required("points", decode::list_of(position));
    let from = fields.optional("from", choice);
    let intensity = fields.optional("intensity", number_dist);
    let points = points?;
    if points.len() < 3 {
        fields.out().push(Diagnostic::error(at, "a polygon has at least three points"));
        return None;
    }
    Some(On::Polygon { span: fields.span(), points, from, intensity })
}

const EFFECTS: [&str; 7] = ["Damage", "Degrade", "Absence", "Closure", "ControlLoss", "Forcing", "Demand"];

fn effect(value: &Value, out: &mut Diagnostics) -> Option<Effect> {
    let name = decode::tag(value, "effect", &EFFECTS, out)?;
    let mut fields = Fields::arguments(value, "effect", None, out)?;
    let span = fields.span();
    let kind = match name {
        "Damage" => damage(&mut fields),
        "Degrade" => {
            let to = fields.required("to", decode::share);
            let lasts = fields.optional("lasts", time_dist);
            to.map(|to| EffectKind::Degrade(to, lasts))
        }
        "Absence" => {
            let share = fields.required("share", decode::share);
            let lasts = fields.optional("lasts", time_dist);
            share.map(|share| EffectKind::Absence(share, lasts))
        }
        "Closure" => Some(EffectKind::Closure(fields.optional("lasts", time_dist))),
        "ControlLoss" => Some(EffectKind::ControlLoss(fields.optional("lasts", time_dist))),
        "Forcing" => fields.required("steps", steps).map(EffectKind::Forcing),
        _ => {
            let sharing = required_reference(&mut fields, "sharing");
            fields.required("add", amount_of_load).map(|add| EffectKind::Demand(sharing, add))
        }
    };
    fields.finish();
    Some(Effect { span, kind: kind? })
}

fn amount_of_load(value: &Value, out: &mut Diagnostics) -> Option<f64> {
    let add = number(value, out)?;
    if add <= 1_000.0 {
        return Some(add);
    }
    out.push(Diagnostic::error(
        decode::plain(value).span,
        "loads are shares of what a member can carry, at most 1000",
    ));
    None
}

fn damage(fields: &mut Fields) -> Option<EffectKind> {
    let state = fields.optional("state", state_name);
    let fragility = fields.optional("fragility", decode::boolean).unwrap_or(false);
    match (state, fragility) {
        (Some(state), true) => {
            fields.out().push(
                Diagnostic::error(state.span, "damage is either of a given state or by fragility")
                    .help("leave out `state` or `fragility: true`"),
            );
            None
        }
        (Some(state), false) => Some(EffectKind::DamageState(state)),
        (None, true) => Some(EffectKind::DamageFragility),
        // A state that could not be read has been reported; it is not the worst one that was meant.
        (None, false) if fields.has("state") => None,
        (None, false) => Some(EffectKind::DamageWorst),
    }
}

fn steps(value: &Value, out: &mut Diagnostics) -> Option<Vec<(u32, Level)>> {
    let mut all = true;
    let steps = decode::list_of(|item, out: &mut Diagnostics| {
        let step = step(item, out);
        all &= step.is_some();
        step
    })(value, out)?;
    if !all {
        return None;
    }
    let problem = if steps.is_empty() {
        "a course of levels needs at least one step"
    } else if steps.windows(2).any(|pair| pair[0].0 >= pair[1].0) {
        "the steps of a course go up in time"
    } else {
        return Some(steps);
    };
    out.push(
        Diagnostic::error(decode::plain(value).span, problem)
            .help("for example [(\"0h\", 0.0), (\"6h\", 0.4)]"),
    );
    None
}

fn step(value: &Value, out: &mut Diagnostics) -> Option<(u32, Level)> {
    let (at, level) = decode::pair(value, "a step (\"6h\", 0.4)", out)?;
    let (at, level) = (decode::time(at, out), decode::share(level, out));
    Some((at?, Level::from_share(level?)))
}
