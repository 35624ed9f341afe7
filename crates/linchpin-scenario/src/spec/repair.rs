//! How damage is repaired.

use super::dist::{positive, time_dist};
use super::need::need;
use super::{Dist, Id, Need, list, reference, unknown_id};
use crate::decode::{self, Fields};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;
use crate::value::{Value, ValueKind};

/// Damage states and the stages of their repair.
#[derive(Clone, Debug, PartialEq)]
pub struct Repair {
    /// Where it stands.
    pub span: Span,
    /// From the slightest to the worst; at least one.
    pub states: Vec<State>,
    /// In order; at least one.
    pub stages: Vec<RepairStage>,
    /// What the work needs.
    pub needs: Vec<Need>,
}

/// One damage state.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Its name.
    pub name: Id,
    /// Level the asset is held at.
    pub level: f64,
    /// Duration of stages without their own.
    pub repair: Option<Dist>,
    /// Median and logarithmic standard deviation of the intensity that leads to it or a worse one.
    pub fragility: Option<(f64, f64)>,
}

/// One stage of a repair.
#[derive(Clone, Debug, PartialEq)]
pub struct RepairStage {
    /// Where it stands.
    pub span: Span,
    /// Name for people.
    pub name: String,
    /// Its duration; none: that of the state.
    pub duration: Option<Dist>,
    /// Skill of its crews.
    pub skill: Option<Id>,
    /// Crews it takes.
    pub crews: u16,
    /// Stock that its spare part comes from.
    pub spare: Option<Id>,
}

pub(super) fn repair(value: &Value, out: &mut Diagnostics) -> Option<Repair> {
    let span = decode::plain(value).span;
    if !matches!(decode::plain(value).kind, ValueKind::Struct(None, _)) {
        let duration = time_dist(value, out)?;
        let states = vec![State { repair: Some(duration), ..damaged(span) }];
        return Some(Repair { span, states, stages: vec![whole(span)], needs: Vec::new() });
    }
    let mut fields = Fields::new(value, "repair", out)?;
    let mut states = list(&mut fields, "states", state);
    let mut stages = list(&mut fields, "stages", stage);
    let needs = list(&mut fields, "needs", need);
    let nothing = states.is_empty() && stages.is_empty();
    fields.finish();
    if nothing {
        out.push(
            Diagnostic::error(span, "a repair needs `states` or `stages`")
                .help("the short form is `repair: \"12h\"`"),
        );
        return None;
    }
    if states.is_empty() {
        states.push(damaged(span));
    }
    if stages.is_empty() {
        stages.push(whole(span));
    }
    check(&states, &stages, out);
    Some(Repair { span, states, stages, needs })
}

/// The one state of a repair that names none.
fn damaged(span: Span) -> State {
    let name = Id { value: "damaged".into(), span };
    State { name, level: 0.0, repair: None, fragility: None }
}

/// The one stage of a repair that names none.
fn whole(span: Span) -> RepairStage {
    RepairStage { span, name: "repair".into(), duration: None, skill: None, crews: 1, spare: None }
}

fn check(states: &[State], stages: &[RepairStage], out: &mut Diagnostics) {
    for (i, state) in states.iter().enumerate() {
        if let Some(first) = states[..i].iter().find(|other| other.name.value == state.name.value) {
            out.push(
                Diagnostic::error(
                    state.name.span,
                    format!("the state `{}` is there twice", first.name.value),
                )
                .related(first.name.span, "first here"),
            );
        }
        if i > 0 && state.level > states[i - 1].level {
            out.push(
                Diagnostic::error(state.name.span, "states go from the slightest to the worst")
                    .label(format!("level {} after {}", state.level, states[i - 1].level)),
            );
        }
        if let (Some((median, _)), true) = (state.fragility, i > 0)
            && states[i - 1].fragility.is_some_and(|(before, _)| before > median)
        {
            out.push(
                Diagnostic::error(state.name.span, "a worse state needs a higher median intensity")
                    .help("states go from the slightest to the worst"),
            );
        }
    }
    if let Some(stage) = stages.iter().find(|stage| stage.duration.is_none())
        && let Some(state) = states.iter().find(|state| state.repair.is_none())
    {
        out.push(
            Diagnostic::warning(stage.span, "this stage takes no time")
                .label("no `duration`")
                .related(state.name.span, "and this state has no `repair`"),
        );
    }
}

fn state(value: &Value, out: &mut Diagnostics) -> Option<State> {
    let mut fields = Fields::new(value, "damage state", out)?;
    let place = fields.span();
    let state = State {
        name: fields.required("name", state_name).unwrap_or_else(|| unknown_id(place)),
        level: fields.optional("level", decode::share).unwrap_or(0.0),
        repair: fields.optional("repair", time_dist),
        fragility: fields.optional("fragility", fragility),
    };
    fields.finish();
    Some(state)
}

/// The name of a damage state.
pub(super) fn state_name(value: &Value, out: &mut Diagnostics) -> Option<Id> {
    let name = decode::spanned(decode::text)(value, out)?;
    if name.value.is_empty() {
        out.push(Diagnostic::error(name.span, "the name of a damage state must not be empty"));
        return None;
    }
    Some(name)
}

fn fragility(value: &Value, out: &mut Diagnostics) -> Option<(f64, f64)> {
    let mut fields = Fields::new(value, "fragility", out)?;
    let median = fields.required("median", positive);
    let beta = fields.required("beta", decode::number_in(0.01..=10.0));
    fields.finish();
    Some((median?, beta?))
}

fn stage(value: &Value, out: &mut Diagnostics) -> Option<RepairStage> {
    let mut fields = Fields::new(value, "stage of repair", out)?;
    let stage = RepairStage {
        span: fields.span(),
        name: fields.optional("name", decode::text).unwrap_or_else(|| "repair".into()),
        duration: fields.optional("duration", time_dist),
        skill: fields.optional("skill", reference),
        crews: fields.optional("crews", decode::integer_in(1..=10_000_u16)).unwrap_or(1),
        spare: fields.optional("spare", reference),
    };
    if fields.has("crews") && stage.skill.is_none() && !fields.has("skill") {
        let place = fields.span_of("crews").unwrap_or(stage.span);
        fields.out().push(
            Diagnostic::error(place, "crews of which skill?").help("add `skill: ...`, or leave `crews` out"),
        );
    }
    fields.finish();
    Some(stage)
}
