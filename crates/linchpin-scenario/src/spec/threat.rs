//! Who attacks whom: actors, what analysts think of them, campaigns and their steps.

use super::choice::choice;
use super::dist::{number, time_dist};
use super::effect::{Effect, effects_if_any};
use super::{Choice, Dist, Id, list, own_id, own_name, reference, references, unknown_id};
use crate::decode::{self, Fields, Spanned};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::value::{Value, ValueKind};
use linchpin_model::{ActorKind, Domain, Strategy};

/// Somebody who attacks.
#[derive(Clone, Debug, PartialEq)]
pub struct Actor {
    /// Its id.
    pub id: Id,
    /// Name for people.
    pub name: String,
    /// What kind.
    pub kind: ActorKind,
    /// Capability by domain, 0 to 1.
    pub capability: [f64; Domain::ALL.len()],
    /// Effort it can spend; none: without end.
    pub effort: Option<f64>,
    /// How long it goes on beginning steps; none: for good.
    pub patience: Option<Dist>,
    /// What analysts think of it.
    pub assessments: Vec<Assessment>,
}

/// A line of the risk register.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    /// The assets meant; none where that could not be read.
    pub on: Option<Choice>,
    /// What they are, in words.
    pub what: Option<String>,
    /// Intent, capability, opportunity and impact, 1 to 5.
    pub ratings: [u8; 4],
    /// Word of confidence; empty where none is given.
    pub confidence: &'static str,
    /// Where it comes from.
    pub source: String,
}

/// What an actor does.
#[derive(Clone, Debug, PartialEq)]
pub struct Campaign {
    /// Its id.
    pub id: Id,
    /// Name for people.
    pub name: String,
    /// Whose.
    pub actor: Option<Id>,
    /// When it begins.
    pub at: Dist,
    /// Probability that it takes place.
    pub probability: f64,
    /// Steps that reach its goal; empty: the last ones.
    pub goals: Vec<Id>,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its id.
    pub id: Id,
    /// "campaign/step", by which others refer to it.
    pub path: Id,
    /// Name for people.
    pub name: String,
    /// Its technique, as written.
    pub technique: Option<Spanned<String>>,
    /// Steps it follows.
    pub after: Vec<Id>,
    /// True where any one of them is enough.
    pub any: bool,
    /// Wait before it begins.
    pub wait: Option<Dist>,
    /// How long it takes.
    pub duration: Option<Dist>,
    /// Effort of each try, and where it is written.
    pub effort: Spanned<f64>,
    /// Candidates; none where it says nothing.
    pub on: Option<Choice>,
    /// True where `on` stands there but could not be read.
    pub on_unread: bool,
    /// How many of them; none: all.
    pub take: Option<Spanned<u32>>,
    /// Which of them; none where it does not say.
    pub strategy: Option<Spanned<Strategy>>,
    /// True where those that are down are passed over.
    pub adaptive: bool,
    /// How success is decided, and where that is written.
    pub success: Spanned<Success>,
    /// Time until it would be noticed.
    pub detection: Option<Dist>,
    /// Probability that it is stopped when it is noticed.
    pub blocked: f64,
    /// What follows when it fails.
    pub on_failure: OnFailure,
    /// What it does.
    pub effects: Vec<Effect>,
}

/// How a step's success is decided.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Success {
    /// As a whole, with this probability.
    Given(f64),
    /// Of each target on its own, with this probability.
    Each(f64),
    /// Of each target on its own, by capability against protection.
    Against(Domain),
}

/// What follows when a step fails.
#[derive(Clone, Debug, PartialEq)]
pub enum OnFailure {
    /// It is tried again, so many times at most, each after a pause.
    Retry(u16, Option<Dist>),
    /// The steps after it go on.
    GoOn,
    /// The steps after it do not happen.
    Stop,
    /// The campaign ends.
    Abandon,
}

const KINDS: [ActorKind; 7] = [
    ActorKind::State,
    ActorKind::Proxy,
    ActorKind::Criminal,
    ActorKind::Terrorist,
    ActorKind::Hacktivist,
    ActorKind::Insider,
    ActorKind::Unknown,
];

const CONFIDENCE: [&str; 3] = ["low", "moderate", "high"];

const STRATEGIES: [(&str, Strategy); 5] = [
    ("All", Strategy::All),
    ("Random", Strategy::Random),
    ("MostServed", Strategy::MostServed),
    ("MostConnected", Strategy::MostConnected),
    ("LargestLoss", Strategy::LargestLoss),
];

pub(super) fn actor(value: &Value, out: &mut Diagnostics) -> Option<Actor> {
    let mut fields = Fields::new(value, "actor", out)?;
    let id = own_id(&mut fields);
    let actor = Actor {
        name: own_name(&mut fields, &id),
        kind: fields.optional("kind", kind).unwrap_or(ActorKind::Unknown),
        capability: fields
            .optional("capability", |value, out| shares(value, "capability", out))
            .unwrap_or([0.5; 7]),
        effort: fields.optional("effort", number),
        patience: fields.optional("patience", time_dist),
        assessments: list(&mut fields, "assessments", assessment),
        id,
    };
    fields.finish();
    Some(actor)
}

fn kind(value: &Value, out: &mut Diagnostics) -> Option<ActorKind> {
    let words = KINDS.map(ActorKind::label);
    word(value, "kind of actor", &words, out).map(|row| KINDS[row])
}

/// One of some words in quotes: its place among them.
pub(super) fn word(value: &Value, what: &str, words: &[&str], out: &mut Diagnostics) -> Option<usize> {
    let text = decode::text(value, out)?;
    let row = words.iter().position(|word| *word == text);
    if row.is_none() {
        let span = decode::plain(value).span;
        let mut problem = Diagnostic::error(span, format!("there is no {what} {text:?}"));
        if let Some(near) = decode::nearest(&text, words.iter().copied()) {
            problem = problem.label(decode::did_you_mean(near));
        }
        let known: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
        out.push(problem.help(format!("one of {}", known.join(", "))));
    }
    row
}

/// A share for each domain that is named, 0.5 for the others.
pub(super) fn shares(
    value: &Value,
    what: &'static str,
    out: &mut Diagnostics,
) -> Option<[f64; Domain::ALL.len()]> {
    let mut fields = Fields::new(value, what, out)?;
    let shares = Domain::ALL.map(|domain| fields.optional(domain.id(), decode::share).unwrap_or(0.5));
    fields.finish();
    Some(shares)
}

fn assessment(value: &Value, out: &mut Diagnostics) -> Option<Assessment> {
    let mut fields = Fields::new(value, "assessment", out)?;
    let rating = |fields: &mut Fields, name| fields.required(name, decode::integer_in(1..=5_u8)).unwrap_or(1);
    let assessment = Assessment {
        on: fields.required("on", choice),
        what: fields.optional("what", decode::text),
        ratings: ["intent", "capability", "opportunity", "impact"].map(|name| rating(&mut fields, name)),
        confidence: fields
            .optional("confidence", |value, out| word(value, "word of confidence", &CONFIDENCE, out))
            .map_or("", |row| CONFIDENCE[row]),
        source: fields.optional("source", decode::text).unwrap_or_default(),
    };
    fields.finish();
    Some(assessment)
}

pub(super) fn campaign(value: &Value, out: &mut Diagnostics) -> Option<Campaign> {
    let mut fields = Fields::new(value, "campaign", out)?;
    let id = own_id(&mut fields);
    let span = fields.span();
    if matches!(id.value.as_str(), "plan" | "malware") {
        let title = format!("a campaign can not have the id `{}`", id.value);
        fields.out().push(
            Diagnostic::error(id.span, title)
                .help(format!("\"{0}/...\" in `after` is a {0}, \"campaign/step\" a step", id.value)),
        );
    }
    let steps =
        fields.required("steps", decode::list_of(|value, out: &mut Diagnostics| step(value, &id, out)));
    let campaign = Campaign {
        name: own_name(&mut fields, &id),
        actor: fields.optional("actor", reference),
        at: fields.required("at", time_dist).unwrap_or_else(|| Dist::unread(span)),
        probability: fields.optional("probability", decode::share).unwrap_or(1.0),
        goals: references(&mut fields, "goals").unwrap_or_default(),
        steps: steps.unwrap_or_default(),
        id,
    };
    fields.finish();
    Some(campaign)
}

fn step(value: &Value, campaign: &Id, out: &mut Diagnostics) -> Option<Step> {
    let mut fields = Fields::new(value, "step", out)?;
    let id = own_id(&mut fields);
    let place = fields.span();
    let path = match id.value.as_str() {
        "" => unknown_id(id.span),
        step => Spanned { value: format!("{}/{step}", campaign.value), span: id.span },
    };
    let (after, any) = fields.optional("after", after).unwrap_or_default();
    let on = fields.optional("on", choice);
    let step = Step {
        name: own_name(&mut fields, &id),
        technique: fields.optional("technique", decode::spanned(decode::text)),
        after,
        any,
        wait: fields.optional("wait", time_dist),
        duration: fields.optional("duration", time_dist),
        effort: fields
            .optional("effort", decode::spanned(number))
            .unwrap_or(Spanned { value: 0.0, span: place }),
        on_unread: on.is_none() && fields.has("on"),
        on,
        take: fields.optional("take", take).flatten(),
        strategy: fields.optional("strategy", decode::spanned(decode::choice("a strategy", &STRATEGIES))),
        adaptive: fields.optional("adaptive", decode::boolean).unwrap_or(false),
        success: fields
            .optional("success", decode::spanned(success))
            .unwrap_or(Spanned { value: Success::Given(1.0), span: place }),
        detection: fields.optional("detection", time_dist),
        blocked: fields.optional("blocked", decode::share).unwrap_or(1.0),
        on_failure: fields.optional("on_failure", on_failure).unwrap_or(OnFailure::Stop),
        effects: effects_if_any(&mut fields),
        path,
        id,
    };
    fields.finish();
    Some(step)
}

/// One step, a list of steps that are all needed, or `(any: [...])`.
fn after(value: &Value, out: &mut Diagnostics) -> Option<(Vec<Id>, bool)> {
    let plain = decode::plain(value);
    if matches!(plain.kind, ValueKind::String(_)) {
        return Some((vec![reference(value, out)?], false));
    }
    match decode::list_or_struct(value, "a list of steps or `(any: [...])`", out)? {
        decode::ListOrStruct::List(items) => {
            Some((items.iter().filter_map(|item| reference(item, out)).collect(), false))
        }
        decode::ListOrStruct::Struct(inner) => {
            let mut fields = Fields::new(inner, "choice of steps", out)?;
            let any = fields.required("any", decode::list_of(reference));
            fields.finish();
            Some((any?, true))
        }
    }
}

/// `All` or a number; the inner none: all.
fn take(value: &Value, out: &mut Diagnostics) -> Option<Option<Spanned<u32>>> {
    let plain = decode::plain(value);
    let all = match &plain.kind {
        ValueKind::Name(name) => name.text == "All",
        ValueKind::String(text) => text == "All",
        _ => false,
    };
    if all {
        return Some(None);
    }
    if decode::name_of(value).is_some() {
        out.push(decode::mismatch(plain, "`All` or how many to take"));
        return None;
    }
    decode::spanned(decode::integer_in(1..=1_000_000_u32))(value, out).map(Some)
}

fn success(value: &Value, out: &mut Diagnostics) -> Option<Success> {
    if decode::name_of(value).is_none() {
        return decode::share(value, out).map(Success::Given);
    }
    let name = decode::tag(value, "way to succeed", &["Given", "Each", "Against"], out)?;
    let single = if name == "Against" { "domain" } else { "probability" };
    let mut fields = Fields::arguments(value, "way to succeed", Some(single), out)?;
    let read = match name {
        "Against" => fields.required("domain", domain).map(Success::Against),
        "Each" => fields.required("probability", decode::share).map(Success::Each),
        _ => fields.required("probability", decode::share).map(Success::Given),
    };
    fields.finish();
    read
}

fn domain(value: &Value, out: &mut Diagnostics) -> Option<Domain> {
    let words = Domain::ALL.map(Domain::id);
    word(value, "domain", &words, out).map(|row| Domain::ALL[row])
}

fn on_failure(value: &Value, out: &mut Diagnostics) -> Option<OnFailure> {
    let name = decode::tag(value, "consequence of failure", &["Retry", "GoOn", "Stop", "Abandon"], out)?;
    let single = (name == "Retry").then_some("times");
    let mut fields = Fields::arguments(value, "consequence of failure", single, out)?;
    let read = match name {
        "Retry" => {
            let times = fields.required("times", decode::integer_in(1..=1_000_u16));
            let pause = fields.optional("pause", time_dist);
            times.map(|times| OnFailure::Retry(times, pause))
        }
        "GoOn" => Some(OnFailure::GoOn),
        "Abandon" => Some(OnFailure::Abandon),
        _ => Some(OnFailure::Stop),
    };
    fields.finish();
    read
}
