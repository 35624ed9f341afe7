//! Malware that gets nowhere, systems that never come back, and what nobody uses.

use super::unused::warn;
use crate::diagnostic::Diagnostic;
use crate::problems::Problems;
use crate::resolve::{Assets, Resolved};
use crate::spec::{Dist, Effect, EffectKind, Id, Scenario, Traits};
use linchpin_model::{
    Effect as Does, MalwareId, Model, NodeId, Posture, PostureId, RegionId, SkillId, Targets,
};
use std::collections::{BTreeMap, BTreeSet};

/// Everything about postures, contacts and malware that can only be seen in the whole.
pub(crate) fn cyber(spec: &Scenario, assets: &Assets, resolved: &Resolved, problems: &mut Problems) {
    let model = &resolved.model;
    unused(spec, assets, problems);
    started(spec, problems);
    for row in 0..model.malware.len() {
        reaches(spec, model, row, problems);
    }
    recovers(spec, problems);
    crews_at_hand(spec, model, problems);
}

fn traits<'s>(spec: &'s Scenario, assets: &Assets<'s>) -> impl Iterator<Item = &'s Traits> + use<'s> {
    assets.kinds().map(|asset| &asset.traits).chain(spec.classes.iter().map(|class| &class.traits))
}

/// Warns of postures, platforms and contacts that nothing refers to.
fn unused(spec: &Scenario, assets: &Assets, problems: &mut Problems) {
    let texts = |ids: Vec<&Id>| -> BTreeSet<String> { ids.into_iter().map(|id| id.value.clone()).collect() };
    let used = texts(traits(spec, assets).filter_map(|traits| traits.posture.as_deref()).collect());
    for posture in spec.postures.iter().filter(|posture| !used.contains(&posture.id.value)) {
        warn("unused posture", &posture.id, "no asset has the posture", problems);
    }
    let used = texts(spec.postures.iter().flat_map(|posture| &posture.platforms).collect());
    for platform in spec.platforms.iter().filter(|platform| !used.contains(&platform.id.value)) {
        warn("unused platform", &platform.id, "no posture uses the platform", problems);
    }
    let domains = spec.postures.iter().filter_map(|posture| posture.shutdown.as_ref());
    if domains.into_iter().any(|shutdown| shutdown.with_domain) {
        return;
    }
    let used =
        texts(spec.malware.iter().flat_map(|malware| &malware.spread).map(|spread| &spread.over).collect());
    for contacts in spec.contacts.iter().filter(|contacts| !used.contains(&contacts.id.value)) {
        warn("unused contacts", &contacts.id, "nothing spreads over the contacts", problems);
    }
}

/// Warns of malware that nothing brings into a system.
fn started(spec: &Scenario, problems: &mut Problems) {
    let effects = spec.events.iter().map(|event| &event.effects);
    let steps = spec.campaigns.iter().flat_map(|campaign| &campaign.steps).map(|step| &step.effects);
    let effects = effects.chain(steps).chain(spec.plans.iter().map(|plan| &plan.effects));
    let brought: BTreeSet<&str> = effects.flatten().filter_map(brings).collect();
    // One that could not be read, or names nothing there is, may have been meant for any of them.
    let known = |id: &str| spec.malware.iter().any(|malware| malware.id.value == id);
    if brought.iter().any(|id| !known(id)) {
        return;
    }
    for malware in spec.malware.iter().filter(|malware| !brought.contains(malware.id.value.as_str())) {
        let id = &malware.id;
        if id.value.is_empty() {
            continue;
        }
        problems.warn("never started", id.span, |span| {
            Diagnostic::warning(span, format!("nothing ever starts the malware `{}`", id.value)).help(
                format!(
                    "an event or a step of a campaign has to do Compromise(malware: \"{}\") to somebody",
                    id.value
                ),
            )
        });
    }
}

fn brings(effect: &Effect) -> Option<&str> {
    match &effect.kind {
        EffectKind::Compromise(malware) => Some(&malware.value),
        _ => None,
    }
}

fn posture_of(model: &Model, node: NodeId) -> Option<&Posture> {
    let posture: PostureId = *model.posture_of.get(node.index())?;
    posture.some().map(|posture| &model.postures[posture.index()])
}

/// Warns where a malware finds nobody to infect.
fn reaches(spec: &Scenario, model: &Model, row: usize, problems: &mut Problems) {
    let (written, malware) = (&spec.malware[row], &model.malware[row]);
    let mut hosts: Vec<Option<&Posture>> = Vec::new();
    let mut unknown = false;
    for spread in &written.spread {
        let Some(at) = spec.contacts.iter().position(|contacts| contacts.id.value == spread.over.value)
        else {
            unknown = true;
            continue;
        };
        let members = &model.contacts[at].members;
        let postures: Vec<_> = members.iter().map(|node| posture_of(model, *node)).collect();
        unknown |= members.is_empty();
        if !members.is_empty() && postures.iter().all(Option::is_none) {
            problems.warn("no posture", spread.over.span, |span| {
                let title = format!("no member of the contacts `{}` has a posture", spread.over.value);
                Diagnostic::warning(span, title)
                    .label(format!("`{}` finds them all open", written.id.value))
                    .help("without a `posture`, their own or their class's, assets are wholly exposed, unpatched and without backups")
            });
        }
        hosts.extend(postures);
    }
    hosts.extend(struck(model, MalwareId::new(row)).map(|node| posture_of(model, node)));
    if unknown || hosts.is_empty() || malware.platforms.len() < written.platforms.len() {
        return;
    }
    let uses = |posture: &Posture| {
        posture.platforms.iter().any(|platform| malware.platforms.binary_search(platform).is_ok())
    };
    hosts.retain(|posture| malware.platforms.is_empty() || posture.is_some_and(uses));
    let id = &written.id;
    if hosts.is_empty() {
        problems.warn("no host", id.span, |span| {
            let title = format!("nobody within reach of `{}` uses one of its platforms", id.value);
            Diagnostic::warning(span, title)
                .help("it infects nobody: add the platform to a posture, or leave out `platforms`")
        });
    } else if malware.patchable && hosts.iter().all(|posture| posture.is_some_and(|p| p.patched >= 1.0)) {
        problems.warn("no host", id.span, |span| {
            Diagnostic::warning(span, format!("everybody within reach of `{}` is patched", id.value))
                .help("it infects nobody: lower `patched`, or write `patchable: false`")
        });
    }
}

/// Whom a malware is brought to.
fn struck(model: &Model, malware: MalwareId) -> impl Iterator<Item = NodeId> {
    let mut nodes: BTreeSet<NodeId> = BTreeSet::new();
    let brings = |effect: &Does| matches!(effect, Does::Compromise { malware: other } if *other == malware);
    for event in model.events.iter().filter(|event| event.effects.iter().any(brings)) {
        match &event.targets {
            Targets::All(targets) | Targets::Draw { from: targets, .. } => nodes.extend(targets),
            Targets::Footprint { nodes: targets, .. } => nodes.extend(targets.iter().map(|(node, _)| *node)),
            Targets::None => {}
        }
    }
    for step in &model.steps {
        let event = model.events.get(step.event.index());
        if event.is_some_and(|event| event.effects.iter().any(brings)) {
            nodes.extend(&step.candidates);
        }
    }
    nodes.into_iter()
}

/// Warns of systems that take longer to recover than the scenario lasts.
fn recovers(spec: &Scenario, problems: &mut Problems) {
    let horizon = f64::from(spec.head.horizon);
    if horizon == 0.0 {
        return;
    }
    for posture in &spec.postures {
        let times = [("restore", &posture.restore), ("rebuild", &posture.rebuild)];
        for (name, time) in times {
            let Some(time) = time.as_ref().filter(|time: &&Dist| time.value.quantile(0.5) > horizon) else {
                continue;
            };
            problems.warn("longer than the horizon", time.span, |span| {
                let title =
                    format!("to {name} the systems of `{}` takes longer than the scenario", posture.id.value);
                Diagnostic::warning(span, title)
                    .label("longer than the horizon in the median")
                    .help("they do not come back; make the horizon longer, or the time shorter")
            });
        }
    }
}

/// Warns of systems that no team can recover where they are.
fn crews_at_hand(spec: &Scenario, model: &Model, problems: &mut Problems) {
    let mut most: BTreeMap<(SkillId, RegionId), u16> = BTreeMap::new();
    for team in &model.teams {
        for region in &team.serves {
            let crews = most.entry((team.skill, *region)).or_default();
            *crews = (*crews).max(team.crews);
        }
    }
    let mut told = vec![false; model.postures.len()];
    for (node, posture) in model.node_ids().zip(&model.posture_of) {
        let Some(posture) = posture.some() else { continue };
        let (fixed, region) = (&model.postures[posture.index()], model.nodes[node.index()].region);
        if fixed.skill.is_none() || region.is_none() || told[posture.index()] {
            continue;
        }
        let crews = most.get(&(fixed.skill, region)).copied().unwrap_or(0);
        if crews >= fixed.crews {
            continue;
        }
        told[posture.index()] = true;
        let written = &spec.postures[posture.index()];
        let span = written.skill.as_ref().map_or(written.id.span, |id| id.span);
        problems.warn("no crews", span, |span| {
            let title = format!(
                "systems of `{}` can not be recovered: no team serves `{}` with {} {} crews",
                model.id(node),
                model.regions[region.index()].id,
                fixed.crews,
                model.skills[fixed.skill.index()].id
            );
            Diagnostic::warning(span, title)
                .label(if crews == 0 {
                    "no such team there".into()
                } else {
                    format!("at most {crews} there")
                })
                .help("they stay impaired until the horizon")
        });
    }
}
