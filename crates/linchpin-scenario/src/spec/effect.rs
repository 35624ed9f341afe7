//! What events, steps of campaigns and plans do.

use super::choice::choice;
use super::dist::{number, number_dist, positive, share_dist, time_dist};
use super::repair::state_name;
use super::{Choice, Dist, Id, reference, required_reference};
use crate::decode::{self, Fields};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;
use crate::value::Value;
use linchpin_model::Level;

/// Something that is done, mostly to targets.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: EffectKind,
}

/// What is done. Where there is a time last, it says how long; none: to the horizon.
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
    /// Systems are infected by a malware.
    Compromise(Id),
    /// A share of IT is gone.
    ItLoss(f64, Option<Dist>),
    /// Supply from outside is held at a level.
    SupplyCut(f64, Option<Dist>),
    /// The demand on a pool is multiplied by a factor above 0.
    Surge(f64, Option<Dist>),
    /// What lies around is closed.
    CloseArea {
        /// Radius in kilometres, above 0.
        radius_km: f64,
        /// Candidates; none: all assets with a position.
        of: Option<Choice>,
        /// How long.
        lasts: Option<Dist>,
    },
    /// People present are harmed.
    Harm {
        /// Share of those present.
        share: Dist,
        /// Pools that care for them; none: nobody does.
        care: Option<Choice>,
        /// How long each needs care.
        lasts: Option<Dist>,
    },
    /// Records are taken: how many from each target.
    Exfiltrate(Dist),
    /// A narrative is put about.
    Narrative(String),
    /// A team gets more crews.
    AddCrews(Id, u16, Option<Dist>),
    /// A stock of spares gets more of them.
    AddSpares(Id, u32),
    /// A standby reserve may go up to a level.
    Activate(f64, Option<Dist>),
    /// Work of a skill (none: of all) goes so many times as fast, above 0.
    SpeedUp(Option<Id>, f64, Option<Dist>),
    /// Times to detection are multiplied by a factor above 0.
    Vigilance(f64, Option<Dist>),
    /// Susceptible systems become immune to a malware with a probability.
    Immunise(Id, f64),
    /// A malware no longer spreads.
    Contain(Id),
    /// An actor loses effort.
    Drain(Id, f64),
    /// A campaign begins no further step.
    Stop(Id),
}

impl EffectKind {
    /// True where it is done to targets, false where it happens once and as a whole.
    pub fn needs_targets(&self) -> bool {
        !matches!(
            self,
            Self::Demand(..)
                | Self::Narrative(_)
                | Self::AddCrews(..)
                | Self::AddSpares(..)
                | Self::SpeedUp(..)
                | Self::Vigilance(..)
                | Self::Contain(_)
                | Self::Drain(..)
                | Self::Stop(_)
        )
    }
}

/// The required field `do`. `what` is a noun such as "event".
pub(super) fn effects(fields: &mut Fields, what: &'static str) -> Vec<Effect> {
    let place = fields.span_of("do");
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
    if let (Some(at), 0) = (place, written) {
        fields.out().push(Diagnostic::warning(at, format!("this {what} does nothing")));
    }
    effects
}

/// The field `do` where doing nothing is nothing unusual: a step that only prepares others.
pub(super) fn effects_if_any(fields: &mut Fields) -> Vec<Effect> {
    fields.optional("do", decode::list_of(effect)).unwrap_or_default()
}

const EFFECTS: [&str; 24] = [
    "Damage",
    "Degrade",
    "Absence",
    "Closure",
    "ControlLoss",
    "Forcing",
    "Demand",
    "Compromise",
    "ItLoss",
    "SupplyCut",
    "Surge",
    "CloseArea",
    "Harm",
    "Exfiltrate",
    "Narrative",
    "AddCrews",
    "AddSpares",
    "Activate",
    "SpeedUp",
    "Vigilance",
    "Immunise",
    "Contain",
    "Drain",
    "Stop",
];

/// The field whose name may be left out where it stands alone.
fn single(effect: &str) -> Option<&'static str> {
    match effect {
        "Compromise" | "Contain" => Some("malware"),
        "Exfiltrate" => Some("records"),
        "Narrative" => Some("text"),
        "Stop" => Some("campaign"),
        _ => None,
    }
}

fn effect(value: &Value, out: &mut Diagnostics) -> Option<Effect> {
    let name = decode::tag(value, "effect", &EFFECTS, out)?;
    let mut fields = Fields::arguments(value, "effect", single(name), out)?;
    let span = fields.span();
    let kind = kind(name, &mut fields);
    fields.finish();
    Some(Effect { span, kind: kind? })
}

fn kind(name: &str, fields: &mut Fields) -> Option<EffectKind> {
    match name {
        "Damage" => damage(fields),
        "Degrade" => level(fields, "to", None, EffectKind::Degrade),
        "Absence" => level(fields, "share", None, EffectKind::Absence),
        "ItLoss" => level(fields, "share", Some(1.0), EffectKind::ItLoss),
        "SupplyCut" => level(fields, "to", None, EffectKind::SupplyCut),
        "Activate" => level(fields, "to", Some(1.0), EffectKind::Activate),
        "Closure" => Some(EffectKind::Closure(lasts(fields))),
        "ControlLoss" => Some(EffectKind::ControlLoss(lasts(fields))),
        "Forcing" => fields.required("steps", steps).map(EffectKind::Forcing),
        "Demand" => {
            let sharing = required_reference(fields, "sharing");
            fields.required("add", amount_of_load).map(|add| EffectKind::Demand(sharing, add))
        }
        "Compromise" => Some(EffectKind::Compromise(required_reference(fields, "malware"))),
        "Surge" => factor(fields, EffectKind::Surge),
        "Vigilance" => factor(fields, EffectKind::Vigilance),
        "SpeedUp" => {
            let skill = fields.optional("skill", reference);
            factor(fields, |factor, lasts| EffectKind::SpeedUp(skill, factor, lasts))
        }
        "CloseArea" => close_area(fields),
        "Harm" => harm(fields),
        "Exfiltrate" => fields.required("records", number_dist).map(EffectKind::Exfiltrate),
        "Narrative" => fields.required("text", line).map(EffectKind::Narrative),
        "AddCrews" => {
            let team = required_reference(fields, "team");
            let crews = fields.required("crews", decode::integer_in(1..=10_000_u16));
            let lasts = lasts(fields);
            crews.map(|crews| EffectKind::AddCrews(team, crews, lasts))
        }
        "AddSpares" => {
            let spare = required_reference(fields, "spare");
            let count = fields.required("count", decode::integer_in(1..=1_000_000_u32));
            count.map(|count| EffectKind::AddSpares(spare, count))
        }
        "Immunise" => {
            let malware = required_reference(fields, "malware");
            let coverage = or_default(fields, "coverage", decode::share, 1.0);
            coverage.map(|coverage| EffectKind::Immunise(malware, coverage))
        }
        "Contain" => Some(EffectKind::Contain(required_reference(fields, "malware"))),
        "Drain" => {
            let actor = required_reference(fields, "actor");
            fields.required("effort", positive).map(|effort| EffectKind::Drain(actor, effort))
        }
        _ => Some(EffectKind::Stop(required_reference(fields, "campaign"))),
    }
}

fn lasts(fields: &mut Fields) -> Option<Dist> {
    fields.optional("lasts", time_dist)
}

/// None where the field is there and wrong: what was meant is not the default then.
fn or_default<T>(
    fields: &mut Fields,
    name: &'static str,
    read: fn(&Value, &mut Diagnostics) -> Option<T>,
    default: T,
) -> Option<T> {
    if fields.has(name) { fields.optional(name, read) } else { Some(default) }
}

fn level(
    fields: &mut Fields,
    name: &'static str,
    default: Option<f64>,
    make: fn(f64, Option<Dist>) -> EffectKind,
) -> Option<EffectKind> {
    let share = match default {
        Some(default) => or_default(fields, name, decode::share, default),
        None => fields.required(name, decode::share),
    };
    let lasts = lasts(fields);
    share.map(|share| make(share, lasts))
}

/// Factors are rounded to millionths; beyond a thousand nothing sensible is meant.
fn factor(fields: &mut Fields, make: impl FnOnce(f64, Option<Dist>) -> EffectKind) -> Option<EffectKind> {
    let factor = fields.required("factor", decode::number_in(0.001..=1_000.0));
    let lasts = lasts(fields);
    factor.map(|factor| make(factor, lasts))
}

fn close_area(fields: &mut Fields) -> Option<EffectKind> {
    let radius_km = fields.required("radius_km", decode::number_in(0.001..=20_100.0));
    let of = fields.optional("of", choice);
    // Candidates that could not be read are not all there are.
    let unread = of.is_none() && fields.has("of");
    let lasts = lasts(fields);
    (!unread).then_some(EffectKind::CloseArea { radius_km: radius_km?, of, lasts })
}

fn harm(fields: &mut Fields) -> Option<EffectKind> {
    let share = fields.required("share", share_dist);
    let care = fields.optional("care", choice);
    let lasts = lasts(fields);
    Some(EffectKind::Harm { share: share?, care, lasts })
}

/// A text in one line.
fn line(value: &Value, out: &mut Diagnostics) -> Option<String> {
    let text = decode::text(value, out)?;
    if !text.contains(['\n', '\r']) && !text.trim().is_empty() {
        return Some(text);
    }
    out.push(Diagnostic::error(decode::plain(value).span, "a narrative is told in one line of text"));
    None
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
