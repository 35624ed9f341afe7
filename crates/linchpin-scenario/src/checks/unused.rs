//! What nobody uses.

use crate::diagnostic::Diagnostic;
use crate::problems::Problems;
use crate::resolve::Assets;
use crate::spec::{Id, Scenario};
use std::collections::BTreeSet;

/// Warns of classes without an asset and of teams without a task.
pub(crate) fn unused(spec: &Scenario, assets: &Assets, problems: &mut Problems) {
    let used: BTreeSet<&str> =
        assets.kinds().filter_map(|asset| asset.class.as_ref()).map(|id| id.value.as_str()).collect();
    for class in spec.classes.iter().filter(|class| !used.contains(class.id.value.as_str())) {
        warn("unused class", &class.id, "no asset is of the class", problems);
    }
    let mut skills: BTreeSet<&str> = BTreeSet::new();
    let traits =
        assets.kinds().map(|asset| &asset.traits).chain(spec.classes.iter().map(|class| &class.traits));
    for stage in traits.filter_map(|traits| traits.repair.as_deref()).flat_map(|repair| &repair.stages) {
        skills.extend(stage.skill.as_ref().map(|skill| skill.value.as_str()));
    }
    skills.extend(
        spec.postures.iter().filter_map(|posture| posture.skill.as_ref()).map(|id| id.value.as_str()),
    );
    for team in spec.teams.iter().filter(|team| !skills.contains(team.skill.value.as_str())) {
        warn("unused team", &team.id, "no repair asks for the skill of the team", problems);
    }
}

pub(super) fn warn(kind: &'static str, id: &Id, title: &str, problems: &mut Problems) {
    if !id.value.is_empty() {
        problems.warn(kind, id.span, |span| Diagnostic::warning(span, format!("{title} `{}`", id.value)));
    }
}
