//! What events, steps and plans do, and whether their targets can take it.

use super::Resolver;
use super::geo::{Circle, Direction};
use super::select::nodes_of;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::spec::{self, Choice, EffectKind, Id};
use linchpin_model::{
    ActorId, CampaignId, DamageChoice, Effect, Level, MalwareId, NodeId, RepairId, Sharing, SharingId,
    SkillId, SpareId, Targets, TeamId,
};

impl<'s> Resolver<'s, '_> {
    /// An effect on these targets (none: not known). `whose` are words for messages, such as "the event `raid`". None
    /// where something in it could not be resolved, which is reported.
    pub(super) fn effect(
        &mut self,
        effect: &'s spec::Effect,
        targets: &Option<Targets>,
        whose: &str,
    ) -> Option<Effect> {
        self.can_take(effect, targets, whose);
        Some(match &effect.kind {
            EffectKind::DamageWorst => Effect::Damage { state: DamageChoice::Worst },
            EffectKind::DamageState(name) => {
                Effect::Damage { state: DamageChoice::Named(name.value.clone()) }
            }
            EffectKind::DamageFragility => Effect::Damage { state: DamageChoice::Fragility },
            EffectKind::Degrade(to, lasts) => {
                Effect::Degrade { to: Level::from_share(*to), lasts: self.dist(lasts.as_ref()) }
            }
            EffectKind::Absence(share, lasts) => {
                Effect::Absence { share: Level::from_share(*share), lasts: self.dist(lasts.as_ref()) }
            }
            EffectKind::Closure(lasts) => Effect::Closure { lasts: self.dist(lasts.as_ref()) },
            EffectKind::ControlLoss(lasts) => Effect::ControlLoss { lasts: self.dist(lasts.as_ref()) },
            EffectKind::Forcing(steps) => Effect::Forcing { steps: steps.clone() },
            EffectKind::Demand(sharing, add) => Effect::Demand {
                sharing: SharingId::new(self.names.sharing.find(sharing, self.problems)?),
                add: (add * Sharing::SCALE).round() as i64,
            },
            EffectKind::ItLoss(share, lasts) => {
                Effect::ItLoss { share: Level::from_share(*share), lasts: self.dist(lasts.as_ref()) }
            }
            EffectKind::SupplyCut(to, lasts) => {
                Effect::SupplyCut { to: Level::from_share(*to), lasts: self.dist(lasts.as_ref()) }
            }
            EffectKind::Surge(factor, lasts) => {
                Effect::Surge { factor: (factor * 1e6).round() as u32, lasts: self.dist(lasts.as_ref()) }
            }
            EffectKind::CloseArea { radius_km, of, lasts } => Effect::CloseArea {
                around: self.around(*radius_km, of.as_ref(), targets, effect.span, whose)?,
                lasts: self.dist(lasts.as_ref()),
            },
            EffectKind::Harm { share, care, lasts } => Effect::Harm {
                share: self.dist(Some(share)),
                care: self.care(care.as_ref(), whose)?,
                lasts: self.dist(lasts.as_ref()),
            },
            EffectKind::Exfiltrate(records) => Effect::Exfiltrate { records: self.dist(Some(records)) },
            EffectKind::Narrative(text) => Effect::Narrative { text: text.clone() },
            EffectKind::Activate(to, lasts) => {
                Effect::Activate { to: Level::from_share(*to), lasts: self.dist(lasts.as_ref()) }
            }
            EffectKind::Vigilance(factor, lasts) => {
                Effect::Vigilance { factor: *factor, lasts: self.dist(lasts.as_ref()) }
            }
            other => return self.named_effect(other),
        })
    }

    /// Effects on something that is named: a team, a malware, an actor.
    fn named_effect(&mut self, kind: &EffectKind) -> Option<Effect> {
        let problems = &mut *self.problems;
        let names = &self.names;
        Some(match kind {
            EffectKind::Compromise(malware) => {
                Effect::Compromise { malware: MalwareId::new(names.malware.find(malware, problems)?) }
            }
            EffectKind::Immunise(malware, coverage) => Effect::Immunise {
                malware: MalwareId::new(names.malware.find(malware, problems)?),
                coverage: *coverage,
            },
            EffectKind::Contain(malware) => {
                Effect::Contain { malware: MalwareId::new(names.malware.find(malware, problems)?) }
            }
            EffectKind::Drain(actor, effort) => {
                Effect::Drain { actor: ActorId::new(names.actors.find(actor, problems)?), effort: *effort }
            }
            EffectKind::Stop(campaign) => {
                Effect::Stop { campaign: CampaignId::new(names.campaigns.find(campaign, problems)?) }
            }
            EffectKind::AddSpares(spare, count) => {
                Effect::AddSpares { spare: SpareId::new(names.spares.find(spare, problems)?), count: *count }
            }
            EffectKind::AddCrews(team, crews, lasts) => {
                let team = TeamId::new(names.teams.find(team, problems)?);
                Effect::AddCrews { team, crews: *crews, lasts: self.dist(lasts.as_ref()) }
            }
            EffectKind::SpeedUp(skill, factor, lasts) => {
                let skill = match skill {
                    Some(skill) => SkillId::new(names.skills.find(skill, problems)?),
                    None => SkillId::NONE,
                };
                Effect::SpeedUp { skill, factor: *factor, lasts: self.dist(lasts.as_ref()) }
            }
            _ => return None,
        })
    }

    /// Reports what is done to somebody it can not be done to.
    fn can_take(&mut self, effect: &spec::Effect, targets: &Option<Targets>, whose: &str) {
        let span = effect.span;
        match &effect.kind {
            EffectKind::DamageWorst => self.repairable(span, targets, whose),
            EffectKind::DamageState(name) => self.has_state(name, targets),
            EffectKind::DamageFragility => self.fragile(span, targets, whose),
            EffectKind::Surge(..) => {
                if let Some(node) = nodes(targets).find(|node| self.index.is_asset(*node)) {
                    self.no_pool(node, span, "demand is of a pool; list its id in `on`");
                }
            }
            EffectKind::Harm { .. } => self.frequented(span, targets, whose),
            EffectKind::Compromise(_) => self.guarded(span, targets, whose),
            EffectKind::Activate(..) => self.standing_by(span, targets, whose),
            EffectKind::Narrative(_) if !self.narrative_told => {
                self.narrative_told = true;
                self.problems.warn("no information environment", span, |span| {
                    Diagnostic::warning(span, "nobody hears this narrative")
                        .label("has no consequence")
                        .help("the scenario has no information environment; it is told in the timeline only")
                });
            }
            _ => {}
        }
    }

    fn plan(&mut self, node: NodeId) -> Option<&linchpin_model::RepairPlan> {
        let plan: RepairId = self.builder.node_mut(node).repair;
        self.builder.parts().repairs.get(plan.index())
    }

    /// Damage without a repair stays for good, which is seldom meant.
    fn repairable(&mut self, span: Span, targets: &Option<Targets>, whose: &str) {
        let Some(node) = nodes(targets).find(|node| self.plan(*node).is_none()) else { return };
        let id = self.id_of(node).to_owned();
        self.problems.warn("no repair", span, |span| {
            Diagnostic::warning(span, format!("{whose} damages `{id}`, which has no repair"))
                .help("damage stays until the horizon; give it, or its class, a `repair`")
        });
    }

    fn has_state(&mut self, name: &Id, targets: &Option<Targets>) {
        for node in nodes(targets) {
            let states: Vec<String> = match self.plan(node) {
                Some(plan) if plan.states.iter().any(|state| state.name == name.value) => continue,
                Some(plan) => plan.states.iter().map(|state| state.name.clone()).collect(),
                None => Vec::new(),
            };
            if name.value.is_empty() {
                return;
            }
            let id = self.id_of(node).to_owned();
            self.problems.error("unknown id", name.span, |span| {
                let title = format!("the repair of `{id}` has no state `{}`", name.value);
                let help = match states.as_slice() {
                    [] => "it has no repair at all".to_owned(),
                    states => format!("its states are {}", states.join(", ")),
                };
                Diagnostic::error(span, title).help(help)
            });
        }
    }

    fn fragile(&mut self, span: Span, targets: &Option<Targets>, whose: &str) {
        if matches!(targets, Some(Targets::All(_) | Targets::Draw { .. } | Targets::None)) {
            self.problems.error("no intensity", span, |span| {
                Diagnostic::error(span, "damage by fragility needs an intensity")
                    .help("use `Circle` or `Polygon` in `on` of an event, or name a state")
            });
            return;
        }
        let firm = |resolver: &mut Self, node: NodeId| {
            resolver.plan(node).is_none_or(|plan| plan.states.iter().all(|s| s.fragility.is_none()))
        };
        let Some(lacking) = self.lacking(targets, firm) else { return };
        self.problems.warn("no fragility", span, |span| {
            Diagnostic::warning(span, format!("{lacking} of {whose} have no fragility"))
                .label(format!("such as `{}`", lacking.first))
                .help("they are not damaged; states of their `repair` may have a `fragility`")
        });
    }

    fn no_pool(&mut self, node: NodeId, span: Span, help: &'static str) {
        let id = self.id_of(node).to_owned();
        self.problems
            .error("no pool", span, |span| Diagnostic::error(span, format!("`{id}` is no pool")).help(help));
    }

    /// Who is harmed has to be there.
    fn frequented(&mut self, span: Span, targets: &Option<Targets>, whose: &str) {
        let empty = |resolver: &mut Self, node: NodeId| {
            let kind = resolver.assets.get(node.index()).map(|asset| asset.kind);
            kind.is_none_or(|kind| resolver.merged[kind].get(|t| t.people_present.as_deref()).is_none())
        };
        let Some(lacking) = self.lacking(targets, empty) else { return };
        let title = format!("{lacking} of {whose} have nobody present");
        let help = "give them, or their class, `people_present`";
        if lacking.some == lacking.all {
            self.problems.error("nobody present", span, |span| Diagnostic::error(span, title).help(help));
        } else {
            self.problems.warn("nobody present", span, |span| {
                let label = format!("such as `{}`", lacking.first);
                Diagnostic::warning(span, title).label(label).help(help)
            });
        }
    }

    /// Whoever is compromised should say how it is protected.
    fn guarded(&mut self, span: Span, targets: &Option<Targets>, whose: &str) {
        let bare = |resolver: &mut Self, node: NodeId| {
            let kind = resolver.assets.get(node.index()).map(|asset| asset.kind);
            kind.is_none_or(|kind| resolver.merged[kind].get(|t| t.posture.as_deref()).is_none())
        };
        let Some(lacking) = self.lacking(targets, bare) else { return };
        self.problems.warn("no posture", span, |span| {
            Diagnostic::warning(span, format!("{lacking} of {whose} have no posture"))
                .label(format!("such as `{}`", lacking.first))
                .help("they are taken for unprotected and wholly dependent on IT; give them a `posture`")
        });
    }

    fn standing_by(&mut self, span: Span, targets: &Option<Targets>, whose: &str) {
        let full = |resolver: &mut Self, node: NodeId| resolver.builder.node_mut(node).initial == Level::ONE;
        let Some(lacking) = self.lacking(targets, full) else { return };
        self.problems.warn("no reserve", span, |span| {
            Diagnostic::warning(span, format!("{lacking} of {whose} are at full level from the start"))
                .label(format!("such as `{}`", lacking.first))
                .help("there is nothing to activate; a reserve has an `initial` below 1")
        });
    }

    /// How many of the targets lack something; none where none does.
    fn lacking(
        &mut self,
        targets: &Option<Targets>,
        lacks: impl Fn(&mut Self, NodeId) -> bool,
    ) -> Option<Lacking> {
        let (mut all, mut some, mut first) = (0, 0, None);
        for node in nodes(targets) {
            all += 1;
            if lacks(self, node) {
                some += 1;
                first = first.or(Some(node));
            }
        }
        let first = self.id_of(first?).to_owned();
        Some(Lacking { all, some, first })
    }

    /// What lies around each target, without it.
    fn around(
        &mut self,
        radius_km: f64,
        of: Option<&Choice>,
        targets: &Option<Targets>,
        span: Span,
        whose: &str,
    ) -> Option<Vec<(NodeId, Vec<NodeId>)>> {
        let candidates: Vec<NodeId> = match of {
            Some(choice) => {
                let what = format!("assets that {whose} may close");
                nodes_of(choice, &what, &self.names, &self.index, self.problems)?
            }
            None => (0..self.index.assets).map(NodeId::new).collect(),
        };
        let placed: Vec<(NodeId, Direction)> =
            candidates.into_iter().filter_map(|node| Some((node, self.index.direction(node)?))).collect();
        let mut around = Vec::new();
        for target in nodes(targets) {
            let Some(place) = self.index.place(target) else { continue };
            let circle = Circle::new(place, radius_km);
            let near = placed.iter().filter(|(node, at)| *node != target && circle.part(*at).is_some());
            around.push((target, near.map(|(node, _)| *node).collect()));
        }
        let nowhere = |resolver: &mut Self, node: NodeId| resolver.index.place(node).is_none();
        if let Some(lacking) = self.lacking(targets, nowhere) {
            self.problems.warn("no position", span, |span| {
                Diagnostic::warning(span, format!("{lacking} of {whose} have no position"))
                    .label(format!("such as `{}`", lacking.first))
                    .help("they are closed by themselves, and nothing around them")
            });
        }
        around.sort_unstable_by_key(|(target, _)| *target);
        Some(around)
    }

    /// The pools that care for those harmed.
    fn care(&mut self, care: Option<&Choice>, whose: &str) -> Option<Vec<NodeId>> {
        let Some(choice) = care else { return Some(Vec::new()) };
        let what = format!("pools that care for those whom {whose} harms");
        let pools = nodes_of(choice, &what, &self.names, &self.index, self.problems)?;
        if let Some(asset) = pools.iter().find(|node| self.index.is_asset(**node)) {
            self.no_pool(*asset, choice.span(), "care is demand on pools; list their ids");
            return None;
        }
        Some(pools)
    }
}

/// How many targets lack something.
struct Lacking {
    all: usize,
    some: usize,
    first: String,
}

impl std::fmt::Display for Lacking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {} targets", self.some, self.all)
    }
}

pub(super) fn nodes(targets: &Option<Targets>) -> impl Iterator<Item = NodeId> {
    let list: Vec<NodeId> = match targets {
        Some(Targets::All(nodes) | Targets::Draw { from: nodes, .. }) => nodes.clone(),
        Some(Targets::Footprint { nodes, .. }) => nodes.iter().map(|(node, _)| *node).collect(),
        _ => Vec::new(),
    };
    list.into_iter()
}
