//! Who notices, who decides, who helps.

use super::choice::choice;
use super::dist::{number, share_dist, time_dist};
use super::effect::{Effect, effects_if_any};
use super::{
    Choice, Dist, Id, event_reference, list, own_id, own_name, reference, references, required_reference,
    unknown_id,
};
use crate::decode::{self, Fields, Spanned};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;
use crate::value::Value;

/// Something that is done when something is observed.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Its id.
    pub id: Id,
    /// Name for people.
    pub name: String,
    /// When it is considered; none where that could not be read.
    pub when: Option<Condition>,
    /// How long that has to last.
    pub lasting: Option<Dist>,
    /// Time until it is known.
    pub lag: Option<Dist>,
    /// Through whom reports come.
    pub through: Option<Choice>,
    /// Time between false alarms.
    pub false_alarms: Option<Dist>,
    /// Time to decide.
    pub decision: Option<Dist>,
    /// Plans that have to be in force first.
    pub requires: Vec<Id>,
    /// How often it can be used.
    pub times: u16,
    /// How long it stays in force.
    pub lasts: Option<Dist>,
    /// Cost of one use.
    pub cost: f64,
    /// Whether it is switched on.
    pub on: bool,
    /// Who follows, and when.
    pub adoption: Vec<Adoption>,
    /// Targets of what it does.
    pub of: Option<Choice>,
    /// True where `of` stands there but could not be read.
    pub of_unread: bool,
    /// What it does.
    pub effects: Vec<Effect>,
}

/// Something that can be observed, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: ConditionKind,
}

/// Something that can be observed.
#[derive(Clone, Debug, PartialEq)]
pub enum ConditionKind {
    /// The level of a group, a service, or a service in a region, is below a share.
    Below(Watched, Spanned<f64>),
    /// At least so many of these have failed.
    Failed(Choice, Spanned<u32>),
    /// At least so many steps of a campaign, or of any, have been noticed.
    Noticed(Option<Id>, Spanned<u32>),
    /// A step, as `campaign/step`, has been noticed.
    StepNoticed(Id),
    /// An actor, or any, has been named with this confidence.
    Attributed(Option<Id>, f64),
    /// At least so many assets are known to be infected.
    Infected(Id, Spanned<u32>),
    /// At least so many repairs wait for a skill, or for any.
    Waiting(Option<Id>, u32),
    /// A plan is in force.
    Plan(Id),
    /// An event has taken place.
    Event(Id),
    /// All of these.
    All(Vec<Condition>),
    /// Any of these.
    Any(Vec<Condition>),
}

/// Whose level is watched.
#[derive(Clone, Debug, PartialEq)]
pub enum Watched {
    /// A declared or standing group.
    Group(Id),
    /// A service, in a region or everywhere.
    Service(Id, Option<Id>),
}

/// Whether and when a region carries out a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Adoption {
    /// The region.
    pub region: Id,
    /// Probability that it does.
    pub share: f64,
    /// How much later.
    pub delay: Option<Dist>,
}

/// Sharing of what was noticed.
#[derive(Clone, Debug, PartialEq)]
pub struct Warning {
    /// Its id.
    pub id: Id,
    /// Regions that take part; empty: all.
    pub regions: Vec<Id>,
    /// Sectors that take part; empty: all.
    pub sectors: Vec<Id>,
    /// Time until a detection is shared.
    pub delay: Option<Dist>,
    /// Probability that it is.
    pub willingness: f64,
    /// Factor on times to detection.
    pub factor: f64,
}

/// How campaigns are ascribed to somebody.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribution {
    /// Where it stands.
    pub span: Span,
    /// Steps that have to be noticed first.
    pub after_noticed: u32,
    /// Time from then.
    pub takes: Option<Dist>,
    /// Confidence reached.
    pub confidence: Option<Dist>,
    /// Probability that somebody else is named.
    pub error: f64,
}

/// Most assets, steps or jobs a condition counts to.
const MAX_COUNT: u32 = 100_000_000;

pub(super) fn plan(value: &Value, out: &mut Diagnostics) -> Option<Plan> {
    let mut fields = Fields::new(value, "plan", out)?;
    let id = own_id(&mut fields);
    let of = fields.optional("of", choice);
    let plan = Plan {
        name: own_name(&mut fields, &id),
        when: fields.required("when", condition),
        lasting: fields.optional("lasting", time_dist),
        lag: fields.optional("lag", time_dist),
        through: fields.optional("through", choice),
        false_alarms: fields.optional("false_alarms", time_dist),
        decision: fields.optional("decision", time_dist),
        requires: references(&mut fields, "requires").unwrap_or_default(),
        times: fields.optional("times", decode::integer_in(1..=u16::MAX)).unwrap_or(1),
        lasts: fields.optional("lasts", time_dist),
        cost: fields.optional("cost", number).unwrap_or(0.0),
        on: fields.optional("on", decode::boolean).unwrap_or(true),
        adoption: list(&mut fields, "adoption", adoption),
        of_unread: fields.has("of") && of.is_none(),
        of,
        // A plan may be a decision alone, which others require or ask for.
        effects: effects_if_any(&mut fields),
        id,
    };
    if let Some(alarms) = plan.false_alarms.as_ref().filter(|dist| dist.value.quantile(0.5) < 1.0) {
        fields.out().push(
            Diagnostic::error(
                alarms.span,
                "the time between false alarms must be at least a second in the median",
            )
            .help("where there are none, leave the field out"),
        );
    }
    fields.finish();
    Some(plan)
}

fn adoption(value: &Value, out: &mut Diagnostics) -> Option<Adoption> {
    let mut fields = Fields::new(value, "adoption", out)?;
    let adoption = Adoption {
        region: required_reference(&mut fields, "region"),
        share: fields.optional("share", decode::share).unwrap_or(1.0),
        delay: fields.optional("delay", time_dist),
    };
    fields.finish();
    Some(adoption)
}

const CONDITIONS: [&str; 11] = [
    "Below",
    "Failed",
    "Noticed",
    "StepNoticed",
    "Attributed",
    "Infected",
    "Waiting",
    "Plan",
    "Event",
    "All",
    "Any",
];

fn condition(value: &Value, out: &mut Diagnostics) -> Option<Condition> {
    let name = decode::tag(value, "condition", &CONDITIONS, out)?;
    let single = match name {
        "Failed" | "All" | "Any" => Some("of"),
        "Noticed" => Some("campaign"),
        "StepNoticed" => Some("step"),
        "Attributed" => Some("actor"),
        "Infected" => Some("malware"),
        "Waiting" => Some("skill"),
        "Plan" => Some("plan"),
        "Event" => Some("event"),
        _ => None,
    };
    let mut fields = Fields::arguments(value, "condition", single, out)?;
    let span = fields.span();
    let kind = match name {
        "Below" => below(&mut fields),
        "Failed" => {
            let of = fields.required("of", choice);
            let count = count(&mut fields, "count");
            of.map(|of| ConditionKind::Failed(of, count))
        }
        "Noticed" => {
            let campaign = fields.optional("campaign", reference);
            Some(ConditionKind::Noticed(campaign, count(&mut fields, "steps")))
        }
        "StepNoticed" => Some(ConditionKind::StepNoticed(path(&mut fields, "step"))),
        "Attributed" => {
            let actor = fields.optional("actor", reference);
            let confidence = fields.optional("confidence", decode::share).unwrap_or(0.7);
            Some(ConditionKind::Attributed(actor, confidence))
        }
        "Infected" => {
            let malware = required_reference(&mut fields, "malware");
            Some(ConditionKind::Infected(malware, count(&mut fields, "assets")))
        }
        "Waiting" => {
            let skill = fields.optional("skill", reference);
            Some(ConditionKind::Waiting(skill, count(&mut fields, "jobs").value))
        }
        "Plan" => Some(ConditionKind::Plan(required_reference(&mut fields, "plan"))),
        "Event" => Some(ConditionKind::Event(path(&mut fields, "event"))),
        "All" => several(&mut fields).map(ConditionKind::All),
        _ => several(&mut fields).map(ConditionKind::Any),
    };
    fields.finish();
    Some(Condition { span, kind: kind? })
}

fn count(fields: &mut Fields, name: &'static str) -> Spanned<u32> {
    let span = fields.span();
    fields
        .optional(name, decode::spanned(decode::integer_in(1..=MAX_COUNT)))
        .unwrap_or(Spanned { value: 1, span })
}

/// An event, or a step as "campaign/step".
fn path(fields: &mut Fields, name: &'static str) -> Id {
    let place = fields.span();
    fields.required(name, event_reference).unwrap_or_else(|| unknown_id(place))
}

fn several(fields: &mut Fields) -> Option<Vec<Condition>> {
    let at = fields.span_of("of").unwrap_or(fields.span());
    let mut all = true;
    let conditions = fields.required(
        "of",
        decode::list_of(|value, out: &mut Diagnostics| {
            let condition = condition(value, out);
            all &= condition.is_some();
            condition
        }),
    )?;
    if conditions.is_empty() && all {
        fields.out().push(
            Diagnostic::error(at, "there is no condition in it")
                .help("for example All([Waiting(jobs: 3), Failed(of: [\"an-asset\"])])"),
        );
    }
    (all && !conditions.is_empty()).then_some(conditions)
}

fn below(fields: &mut Fields) -> Option<ConditionKind> {
    let place = fields.span();
    // Standing groups have ids such as `service:water/north`, which no id in a file may have.
    let group = fields.optional("group", decode::spanned(decode::text));
    let service = fields.optional("service", reference);
    let region = fields.optional("region", reference);
    let level = fields.required("level", decode::spanned(decode::share));
    let title = match (fields.has("group"), fields.has("service"), fields.has("region")) {
        (true, false, false) => return Some(ConditionKind::Below(Watched::Group(group?), level?)),
        (false, true, asked) => {
            if asked && region.is_none() {
                return None;
            }
            return Some(ConditionKind::Below(Watched::Service(service?, region), level?));
        }
        (true, true, _) => "a level is either of a `group` or of a `service`, not of both",
        (true, false, true) => "`region` goes with `service`, not with `group`",
        (false, false, _) => "a level of what? It needs `group` or `service`",
    };
    fields.out().push(
        Diagnostic::error(place, title)
            .help("for example Below(service: \"water\", region: \"north\", level: 0.8)"),
    );
    None
}

pub(super) fn warning(value: &Value, out: &mut Diagnostics) -> Option<Warning> {
    let mut fields = Fields::new(value, "early warning", out)?;
    let warning = Warning {
        id: own_id(&mut fields),
        regions: references(&mut fields, "regions").unwrap_or_default(),
        sectors: references(&mut fields, "sectors").unwrap_or_default(),
        delay: fields.optional("delay", time_dist),
        willingness: fields.optional("willingness", decode::share).unwrap_or(1.0),
        factor: fields.optional("factor", decode::share).unwrap_or(0.5),
    };
    fields.finish();
    Some(warning)
}

pub(super) fn attribution(value: &Value, out: &mut Diagnostics) -> Option<Attribution> {
    let mut fields = Fields::new(value, "attribution", out)?;
    let attribution = Attribution {
        span: fields.span(),
        after_noticed: fields.optional("after_noticed", decode::integer_in(1..=MAX_COUNT)).unwrap_or(1),
        takes: fields.optional("takes", time_dist),
        confidence: fields.optional("confidence", share_dist),
        error: fields.optional("error", decode::share).unwrap_or(0.1),
    };
    fields.finish();
    Some(attribution)
}
