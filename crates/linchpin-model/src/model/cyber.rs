//! How systems are protected, what spreads among them, and how they are brought back.

use crate::{ContactId, DistId, EventId, Key, Level, NodeId, PlatformId, SkillId};

/// Copies from which systems can be restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backups {
    /// None: systems are built anew.
    None,
    /// Reachable by whoever holds the systems: lost with probability [`Posture::backup_loss`].
    Online,
    /// Out of reach.
    Offline,
}

/// How an asset is protected. Shares are 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Posture {
    /// Id of the class or asset it was given at.
    pub id: String,
    /// Probability that an attempt from outside reaches its systems at all.
    pub exposure: f64,
    /// Probability that its systems are immune to what uses known flaws, drawn once an asset and malware.
    pub patched: f64,
    /// Probability that malware in its IT does not cross to its control systems.
    pub segmentation: f64,
    /// Protection by [`Domain`](crate::Domain), 0 to 1, against which an actor's capability is set.
    pub protection: [f64; crate::Domain::ALL.len()],
    /// Time from compromise until it is noticed; none: only when systems fail.
    pub detection: DistId,
    /// Copies.
    pub backups: Backups,
    /// Probability that online copies are lost too.
    pub backup_loss: f64,
    /// Share of the level that goes when IT goes.
    pub it_criticality: Level,
    /// Time to restore systems from copies; none: at once.
    pub restore: DistId,
    /// Time to build systems anew; none: as long as from copies.
    pub rebuild: DistId,
    /// Skill that recovery takes; none: it takes nobody.
    pub skill: SkillId,
    /// Teams (crews) that recovery takes.
    pub crews: u16,
    /// What it does when compromise is noticed; none: it goes on.
    pub shutdown: Option<Shutdown>,
    /// Software and devices it uses, ascending.
    pub platforms: Vec<PlatformId>,
    /// Systems it stands for when systems are counted.
    pub systems: u32,
}

/// A precautionary shutdown: an operator's decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Shutdown {
    /// Probability that it is decided.
    pub probability: f64,
    /// Time to decide; none: at once.
    pub decision: DistId,
    /// Level the asset is held at.
    pub to: Level,
    /// How long, counted from when its systems are clean; none: until they are clean.
    pub lasts: DistId,
    /// True where it also follows when another asset of its contacts (the same domain) is noticed to be compromised.
    pub with_domain: bool,
}

/// Who can reach whom: a set of assets with links, or one in which everybody reaches everybody (a domain).
#[derive(Clone, Debug, PartialEq)]
pub struct Contacts {
    /// Id as written in the scenario.
    pub id: String,
    /// Members, ascending.
    pub members: Vec<NodeId>,
    /// Undirected links between positions in `members`; empty with `everybody`.
    pub links: Vec<(u32, u32)>,
    /// True where every member reaches every other.
    pub everybody: bool,
}

/// How malware goes from one system to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Spread {
    /// Over which contacts.
    pub over: ContactId,
    /// With links: time until a try over a link comes through, drawn for each link from its infected end. With
    /// everybody: time between tries of an infected member, each at one of the others, drawn evenly.
    pub interval: DistId,
    /// Probability that a link ever lets it through; the target's exposure and patches come on top.
    pub probability: f64,
}

/// When systems that are infected are impaired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detonation {
    /// Each so long after its infection (WannaCry).
    Each(DistId),
    /// All infected together, so long after the first infection; those infected later at once (NotPetya, Conti).
    Together(DistId),
    /// Never by itself.
    Never,
}

/// What spreads.
#[derive(Clone, Debug, PartialEq)]
pub struct Malware {
    /// Id as written in the scenario.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Hash of the id text.
    pub key: Key,
    /// Event that stands for its effects in [`Model::events`](crate::Model::events).
    pub event: EventId,
    /// Only what uses one of these is susceptible, ascending; empty: everything with a posture.
    pub platforms: Vec<PlatformId>,
    /// True where patches protect.
    pub patchable: bool,
    /// How it spreads.
    pub spread: Vec<Spread>,
    /// How long an infected system spreads it; none: until it is recovered or cut off.
    pub infectious: DistId,
    /// True where a system that no longer spreads it and was not impaired is susceptible again (SIS).
    pub reinfects: bool,
    /// When it impairs.
    pub detonation: Detonation,
    /// Share of IT that is gone where it impairs.
    pub it_loss: Level,
    /// True where copies within reach are destroyed too (wipes or encrypts backups).
    pub destroys_backups: bool,
    /// Probability that it crosses to control systems, before segmentation.
    pub crossing: f64,
    /// Level of the service itself while control systems are manipulated; none: control is lost, the service goes on.
    pub manipulates: Option<Level>,
    /// Records it takes from each system it impairs; none: none.
    pub exfiltrates: DistId,
    /// Time from the first infection after which it stops spreading everywhere; none: never (kill switch).
    pub stops: DistId,
}
