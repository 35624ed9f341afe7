//! Needs and their autonomy.

use super::choice::choice;
use super::dist::{failure_dist, positive_weight, time_dist};
use super::{Choice, Dist, Id, list, required_reference};
use crate::decode::{self, Fields};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;
use crate::value::{Value, ValueKind};
use linchpin_model::{Level, Role};

/// What an asset, a team or a repair needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Need {
    /// Where it stands.
    pub span: Span,
    /// Names it within its owner: the given id, or the service.
    pub id: Id,
    /// What is needed.
    pub service: Id,
    /// Providers; none: all of the service in the consumer's region.
    pub from: Option<Choice>,
    /// How much of them it takes.
    pub required: Required,
    /// What each provider counts.
    pub weights: Weights,
    /// Share of the level lost when wholly unmet, 0 to 1.
    pub criticality: f64,
    /// When it counts.
    pub role: Role,
    /// Points (supply, level), ascending from supply 0 to (1, 1); replaces criticality.
    pub response: Option<Vec<(Level, Level)>>,
    /// Transport time.
    pub delay: Option<Dist>,
    /// Seconds for which it can do without; 0: not.
    pub black_start: u32,
    /// Autonomy stages in order.
    pub autonomy: Vec<Stage>,
}

/// How much of the providers' weight a need takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Required {
    /// Any one of them.
    Any,
    /// All of them.
    All,
    /// So much weight, above 0; and where it is written.
    Weight(f64, Span),
}

/// What a provider counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weights {
    /// One.
    Equal,
    /// Its capacity.
    Capacity,
}

/// One stage of a need's autonomy.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// Where it stands.
    pub span: Span,
    /// Name for people.
    pub name: Option<String>,
    /// Time it lasts at full drain.
    pub capacity: Dist,
    /// Time from empty to full.
    pub recharge: Option<Dist>,
    /// Probability that it starts.
    pub start_probability: f64,
    /// Time from the beginning of the shortage until it delivers.
    pub start_delay: Option<Dist>,
    /// Supply it gives at least, 0 to 1.
    pub coverage: f64,
    /// Time to failure while it runs.
    pub time_to_failure: Option<Dist>,
    /// Who refills it.
    pub resupply: Option<Choice>,
}

const ROLES: [(&str, Role); 3] = [("Both", Role::Both), ("Run", Role::Run), ("Start", Role::Start)];
pub(super) const WEIGHTS: [(&str, Weights); 2] = [("Equal", Weights::Equal), ("Capacity", Weights::Capacity)];

pub(crate) fn need(value: &Value, out: &mut Diagnostics) -> Option<Need> {
    let mut fields = Fields::new(value, "need", out)?;
    let service = required_reference(&mut fields, "service");
    let need = Need {
        span: fields.span(),
        id: fields.optional("id", decode::id).unwrap_or_else(|| service.clone()),
        service,
        from: fields.optional("from", choice),
        required: fields.optional("required", required).unwrap_or(Required::Any),
        weights: fields.optional("weights", decode::choice("weights", &WEIGHTS)).unwrap_or(Weights::Equal),
        criticality: fields.optional("criticality", decode::share).unwrap_or(1.0),
        role: fields.optional("role", decode::choice("a role", &ROLES)).unwrap_or(Role::Both),
        response: fields.optional("response", response),
        delay: fields.optional("delay", time_dist),
        black_start: fields.optional("black_start", decode::time).unwrap_or(0),
        autonomy: list(&mut fields, "autonomy", stage),
    };
    if let (Some(place), true) = (fields.span_of("response"), fields.has("criticality")) {
        fields.out().push(
            Diagnostic::warning(place, "`response` takes the place of `criticality`")
                .help("leave `criticality` out"),
        );
    }
    fields.finish();
    Some(need)
}

fn required(value: &Value, out: &mut Diagnostics) -> Option<Required> {
    let plain = decode::plain(value);
    if matches!(plain.kind, ValueKind::Integer(_) | ValueKind::Float(_)) {
        return Some(Required::Weight(positive_weight(value, out)?, plain.span));
    }
    decode::choice("a number, `Any` or `All`", &[("Any", Required::Any), ("All", Required::All)])(value, out)
}

/// Points of a response curve: from supply 0 to (1, 1), ascending, never falling: a consumer that works better with
/// less supply would make the order of a cascade matter.
fn response(value: &Value, out: &mut Diagnostics) -> Option<Vec<(Level, Level)>> {
    let points = decode::list_of(|item, out: &mut Diagnostics| {
        let (supply, level) = decode::pair(item, "a point (supply, level)", out)?;
        let (supply, level) = (decode::share(supply, out), decode::share(level, out));
        Some((Level::from_share(supply?), Level::from_share(level?)))
    })(value, out)?;
    let problem = match (points.first(), points.last()) {
        _ if points.len() < 2 => Some("a response curve needs at least two points"),
        (Some((supply, _)), _) if *supply != Level::ZERO => Some("a response curve begins at supply 0"),
        (_, Some(last)) if *last != (Level::ONE, Level::ONE) => Some("a response curve ends at (1, 1)"),
        _ if points.windows(2).any(|pair| pair[0].0 >= pair[1].0) => {
            Some("the points of a response curve go up in supply")
        }
        _ if points.windows(2).any(|pair| pair[0].1 > pair[1].1) => {
            Some("a response curve does not fall: more supply, more level")
        }
        _ => None,
    };
    let Some(problem) = problem else { return Some(points) };
    out.push(
        Diagnostic::error(decode::plain(value).span, problem)
            .help("for example [(0.0, 0.0), (0.8, 0.5), (1.0, 1.0)]"),
    );
    None
}

fn stage(value: &Value, out: &mut Diagnostics) -> Option<Stage> {
    let mut fields = Fields::new(value, "stage of autonomy", out)?;
    let span = fields.span();
    let stage = Stage {
        span,
        name: fields.optional("name", decode::text),
        capacity: fields.required("capacity", capacity).unwrap_or_else(|| Dist::unread(span)),
        recharge: fields.optional("recharge", time_dist),
        start_probability: fields.optional("start_probability", decode::share).unwrap_or(1.0),
        start_delay: fields.optional("start_delay", time_dist),
        coverage: fields.optional("coverage", decode::share).unwrap_or(1.0),
        time_to_failure: fields.optional("time_to_failure", failure_dist),
        resupply: fields.optional("resupply", resupply).flatten(),
    };
    fields.finish();
    Some(stage)
}

/// How long a stage lasts. A draw of 0 is a stage that is empty; one that is always empty is none.
fn capacity(value: &Value, out: &mut Diagnostics) -> Option<Dist> {
    let dist = time_dist(value, out)?;
    if dist.value.quantile(0.999) > 0.0 {
        return Some(dist);
    }
    out.push(
        Diagnostic::error(dist.span, "a stage of autonomy that lasts no time is none")
            .help("leave the stage out, or give the time it lasts at full drain"),
    );
    None
}

fn resupply(value: &Value, out: &mut Diagnostics) -> Option<Option<Choice>> {
    let mut fields = Fields::new(value, "resupply", out)?;
    let from = fields.required("from", choice);
    fields.finish();
    Some(from)
}
