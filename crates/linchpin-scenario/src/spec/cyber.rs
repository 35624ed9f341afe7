//! How systems are protected, who can reach whom, and what spreads.

use super::choice::choice;
use super::dist::{number_dist, time_dist};
use super::threat::shares;
use super::{Choice, Dist, Id, list, own_id, own_name, reference, references, required_reference};
use crate::decode::{self, Fields, Spanned};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;
use crate::value::{Value, ValueKind};
use linchpin_model::{Backups, Domain};

/// How assets are protected.
#[derive(Clone, Debug, PartialEq)]
pub struct Posture {
    /// Its id.
    pub id: Id,
    /// Probability that a try from outside reaches its systems at all.
    pub exposure: f64,
    /// Probability that its systems are immune to what uses known flaws.
    pub patched: f64,
    /// Probability that malware does not cross from IT to control systems.
    pub segmentation: f64,
    /// Protection by [`Domain`].
    pub protection: [f64; Domain::ALL.len()],
    /// Time until compromise is noticed.
    pub detection: Option<Dist>,
    /// Copies.
    pub backups: Backups,
    /// Probability that online copies are lost too.
    pub backup_loss: f64,
    /// Share of the level that goes when IT goes.
    pub it_criticality: f64,
    /// Time to restore from copies.
    pub restore: Option<Dist>,
    /// Time to build anew.
    pub rebuild: Option<Dist>,
    /// Skill that recovery takes.
    pub skill: Option<Id>,
    /// Crews it takes.
    pub crews: u16,
    /// Systems it stands for.
    pub systems: u32,
    /// Platforms it uses.
    pub platforms: Vec<Id>,
    /// What it does when compromise is noticed.
    pub shutdown: Option<Shutdown>,
}

/// A precautionary shutdown.
#[derive(Clone, Debug, PartialEq)]
pub struct Shutdown {
    /// Probability that it is decided.
    pub probability: f64,
    /// Time to decide.
    pub decision: Option<Dist>,
    /// Level the asset is held at.
    pub to: f64,
    /// How long, from when its systems are clean.
    pub lasts: Option<Dist>,
    /// Whether it also follows when another of its contacts is noticed to be compromised.
    pub with_domain: bool,
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
    /// Who belongs to it; none where that could not be read.
    pub members: Option<Choice>,
    /// Who reaches whom; none where that could not be read.
    pub links: Option<Links>,
}

/// Who of the members reaches whom.
#[derive(Clone, Debug, PartialEq)]
pub enum Links {
    /// Everybody everybody.
    Everybody,
    /// A random graph in which each has about so many.
    Random(Spanned<u32>),
    /// Each and so many of those nearest to it.
    Nearest(Spanned<u32>),
    /// Whoever needs something, and its providers.
    Needs(Span),
    /// These pairs.
    Pairs(Vec<(Id, Id)>),
}

/// What spreads.
#[derive(Clone, Debug, PartialEq)]
pub struct Malware {
    /// Its id.
    pub id: Id,
    /// Name for people.
    pub name: String,
    /// What it can infect; empty: everything.
    pub platforms: Vec<Id>,
    /// Whether patches protect.
    pub patchable: bool,
    /// How it spreads.
    pub spread: Vec<Spread>,
    /// How long an infected system spreads it.
    pub infectious: Option<Dist>,
    /// Whether a system can be infected again.
    pub reinfects: bool,
    /// When it impairs.
    pub detonation: Detonation,
    /// Share of IT that goes.
    pub it_loss: f64,
    /// Whether copies within reach go too.
    pub destroys_backups: bool,
    /// Probability that it crosses to control systems, before segmentation.
    pub crossing: f64,
    /// Level of the service while control systems are manipulated.
    pub manipulates: Option<f64>,
    /// Records it takes from each system.
    pub exfiltrates: Option<Dist>,
    /// Time after which it stops everywhere.
    pub stops: Option<Dist>,
}

/// A way to spread.
#[derive(Clone, Debug, PartialEq)]
pub struct Spread {
    /// Over which contacts.
    pub over: Id,
    /// Time until a try.
    pub interval: Dist,
    /// Probability that a link lets it through.
    pub probability: f64,
}

/// When infected systems are impaired. No time: at once.
#[derive(Clone, Debug, PartialEq)]
pub enum Detonation {
    /// Each so long after its infection.
    Each(Option<Dist>),
    /// All together, so long after the first infection.
    Together(Option<Dist>),
    /// Never.
    Never,
}

/// Most systems that one asset stands for.
const MAX_SYSTEMS: u32 = 1_000_000_000;

/// Most links of a member that a rule makes: more of them is everybody.
const MAX_PER_MEMBER: u32 = 1_000;

const BACKUPS: [(&str, Backups); 3] =
    [("None", Backups::None), ("Online", Backups::Online), ("Offline", Backups::Offline)];

pub(super) fn posture(value: &Value, out: &mut Diagnostics) -> Option<Posture> {
    let mut fields = Fields::new(value, "posture", out)?;
    let mut share = |name, default| fields.optional(name, decode::share).unwrap_or(default);
    let (exposure, patched) = (share("exposure", 1.0), share("patched", 0.0));
    let (segmentation, backup_loss) = (share("segmentation", 0.0), share("backup_loss", 0.5));
    let it_criticality = share("it_criticality", 1.0);
    let posture = Posture {
        id: own_id(&mut fields),
        exposure,
        patched,
        segmentation,
        protection: fields
            .optional("protection", |value, out| shares(value, "list of protections", out))
            .unwrap_or([0.5; Domain::ALL.len()]),
        detection: fields.optional("detection", time_dist),
        backups: fields
            .optional("backups", decode::choice("a kind of backups", &BACKUPS))
            .unwrap_or(Backups::None),
        backup_loss,
        it_criticality,
        restore: fields.optional("restore", time_dist),
        rebuild: fields.optional("rebuild", time_dist),
        skill: fields.optional("skill", reference),
        crews: fields.optional("crews", decode::integer_in(1..=10_000_u16)).unwrap_or(1),
        systems: fields.optional("systems", decode::integer_in(1..=MAX_SYSTEMS)).unwrap_or(1),
        platforms: references(&mut fields, "platforms").unwrap_or_default(),
        shutdown: fields.optional("shutdown", shutdown),
    };
    skilled(&mut fields);
    fits_backups(&mut fields, posture.backups);
    fields.finish();
    Some(posture)
}

fn skilled(fields: &mut Fields) {
    if let (Some(at), false) = (fields.span_of("crews"), fields.has("skill")) {
        fields.out().push(
            Diagnostic::error(at, "crews of which skill?").help("add `skill: ...`, or leave `crews` out"),
        );
    }
}

/// Says so where what is written about copies has no meaning without them.
fn fits_backups(fields: &mut Fields, backups: Backups) {
    let (field, title, help) = match backups {
        Backups::Online => return,
        Backups::None => (
            "restore",
            "systems without backups are never restored",
            "without `backups` they are built anew: write `rebuild`, or `backups: Offline`",
        ),
        Backups::Offline => (
            "backup_loss",
            "offline backups are out of reach",
            "`backup_loss` has a meaning for `backups: Online` only",
        ),
    };
    if let Some(at) = fields.span_of(field) {
        fields.out().push(Diagnostic::warning(at, title).help(help));
    }
}

fn shutdown(value: &Value, out: &mut Diagnostics) -> Option<Shutdown> {
    let mut fields = Fields::new(value, "shutdown", out)?;
    let shutdown = Shutdown {
        probability: fields.optional("probability", decode::share).unwrap_or(1.0),
        decision: fields.optional("decision", time_dist),
        to: fields.optional("to", decode::share).unwrap_or(0.0),
        lasts: fields.optional("lasts", time_dist),
        with_domain: fields.optional("with_domain", decode::boolean).unwrap_or(false),
    };
    fields.finish();
    Some(shutdown)
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
    let contacts = Contacts {
        id: own_id(&mut fields),
        members: fields.required("members", choice),
        links: fields.required("links", links),
    };
    fields.finish();
    Some(contacts)
}

fn links(value: &Value, out: &mut Diagnostics) -> Option<Links> {
    let plain = decode::plain(value);
    if matches!(plain.kind, ValueKind::List(_)) {
        let pairs = decode::list_of(|value, out: &mut Diagnostics| {
            let (a, b) = decode::pair(value, "a link (\"a\", \"b\")", out)?;
            Some((reference(a, out)?, reference(b, out)?))
        })(value, out)?;
        return Some(Links::Pairs(pairs));
    }
    let kind = decode::tag(value, "kind of links", &["Everybody", "Random", "Nearest", "Needs"], out)?;
    let single = match kind {
        "Random" => Some("per_member"),
        "Nearest" => Some("k"),
        _ => None,
    };
    let mut fields = Fields::arguments(value, "kind of links", single, out)?;
    let span = fields.span();
    let count = single
        .and_then(|name| fields.required(name, decode::spanned(decode::integer_in(1..=MAX_PER_MEMBER))));
    fields.finish();
    match kind {
        "Everybody" => Some(Links::Everybody),
        "Needs" => Some(Links::Needs(span)),
        "Random" => count.map(Links::Random),
        _ => count.map(Links::Nearest),
    }
}

pub(super) fn malware(value: &Value, out: &mut Diagnostics) -> Option<Malware> {
    let mut fields = Fields::new(value, "malware", out)?;
    let id = own_id(&mut fields);
    let malware = Malware {
        name: own_name(&mut fields, &id),
        platforms: references(&mut fields, "platforms").unwrap_or_default(),
        patchable: fields.optional("patchable", decode::boolean).unwrap_or(true),
        spread: list(&mut fields, "spread", spread),
        infectious: fields.optional("infectious", time_dist),
        reinfects: fields.optional("reinfects", decode::boolean).unwrap_or(false),
        detonation: fields.optional("detonation", detonation).unwrap_or(Detonation::Each(None)),
        it_loss: fields.optional("it_loss", decode::share).unwrap_or(1.0),
        destroys_backups: fields.optional("destroys_backups", decode::boolean).unwrap_or(false),
        crossing: fields.optional("crossing", decode::share).unwrap_or(0.0),
        manipulates: fields.optional("manipulates", decode::share),
        exfiltrates: fields.optional("exfiltrates", number_dist),
        stops: fields.optional("stops", time_dist),
        id,
    };
    if let (Some(at), true) = (fields.span_of("manipulates"), malware.crossing == 0.0) {
        fields.out().push(
            Diagnostic::warning(at, "control systems that are never reached can not be manipulated")
                .help("`crossing` is the probability that malware gets there; it is 0"),
        );
    }
    if let Some(short) = malware.infectious.as_ref().filter(|dist| dist.value.quantile(0.5) < 1.0)
        && malware.reinfects
    {
        fields.out().push(
            Diagnostic::error(short.span, "systems would be infected without end in one instant")
                .help("where a malware `reinfects`, `infectious` is at least a second in the median"),
        );
    }
    fields.finish();
    Some(malware)
}

fn spread(value: &Value, out: &mut Diagnostics) -> Option<Spread> {
    let mut fields = Fields::new(value, "way to spread", out)?;
    let span = fields.span();
    let spread = Spread {
        over: required_reference(&mut fields, "over"),
        interval: fields.required("interval", time_dist).unwrap_or_else(|| Dist::unread(span)),
        probability: fields.optional("probability", decode::share).unwrap_or(1.0),
    };
    fields.finish();
    Some(spread)
}

fn detonation(value: &Value, out: &mut Diagnostics) -> Option<Detonation> {
    let kind = decode::tag(value, "detonation", &["Each", "Together", "Never"], out)?;
    let single = (kind != "Never").then_some("after");
    let mut fields = Fields::arguments(value, "detonation", single, out)?;
    let after = single.and_then(|name| fields.optional(name, time_dist));
    fields.finish();
    Some(match kind {
        "Each" => Detonation::Each(after),
        "Together" => Detonation::Together(after),
        _ => Detonation::Never,
    })
}
