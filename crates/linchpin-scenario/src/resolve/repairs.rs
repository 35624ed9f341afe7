//! Repair plans, random failures, teams and spares.

use super::Resolver;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::spec::{Failures, Repair};
use linchpin_model::{
    DamageState, FailureId, Level, NodeId, RandomFailure, RegionId, RepairId, RepairPlan, RepairStage,
    SkillId, Spare, SpareId, Team,
};
use std::collections::BTreeMap;

fn place(span: Span) -> (u32, u32) {
    (span.source.0, span.start)
}

impl<'s> Resolver<'s, '_> {
    /// The plan of a repair; assets of one class share it.
    pub(super) fn repair_plan(&mut self, repair: Option<&'s Repair>) -> RepairId {
        let Some(repair) = repair else { return RepairId::NONE };
        if let Some(id) = self.repairs.get(&place(repair.span)) {
            return *id;
        }
        let states = repair
            .states
            .iter()
            .map(|state| DamageState {
                name: state.name.value.clone(),
                level: Level::from_share(state.level),
                repair: self.dist(state.repair.as_ref()),
                fragility: state.fragility,
            })
            .collect();
        let stages = repair.stages.iter().map(|stage| self.repair_stage(stage)).collect();
        let plans = &mut self.builder.parts().repairs;
        let id = RepairId::new(plans.len());
        plans.push(RepairPlan { states, stages });
        self.repairs.insert(place(repair.span), id);
        id
    }

    fn repair_stage(&mut self, stage: &'s crate::spec::RepairStage) -> RepairStage {
        let skill = stage.skill.as_ref().and_then(|id| self.names.skills.find(id, self.problems));
        let spare = stage.spare.as_ref().and_then(|id| self.names.spares.find(id, self.problems));
        RepairStage {
            name: stage.name.clone(),
            duration: self.dist(stage.duration.as_ref()),
            skill: skill.map_or(SkillId::NONE, SkillId::new),
            crews: stage.crews,
            spare: spare.map_or(SpareId::NONE, SpareId::new),
        }
    }

    /// How an asset fails at random; assets of one class and plan share it.
    pub(super) fn random_failure(
        &mut self,
        failures: Option<&'s Failures>,
        repair: Option<&'s Repair>,
        plan: RepairId,
    ) -> FailureId {
        let Some(failures) = failures else { return FailureId::NONE };
        let (source, start) = place(failures.time_to_failure.span);
        if let Some(id) = self.failures.get(&(source, start, plan)) {
            return *id;
        }
        let states = repair.map(|repair| repair.states.as_slice()).unwrap_or_default();
        let mut state = states.len().saturating_sub(1);
        if let Some(name) = &failures.state {
            match states.iter().position(|state| state.name.value == name.value) {
                Some(position) => state = position,
                None => self.no_state(name, states.iter().map(|state| state.name.value.as_str())),
            }
        }
        let time_to_failure = self.dist(Some(&failures.time_to_failure));
        let list = &mut self.builder.parts().failures;
        let id = FailureId::new(list.len());
        list.push(RandomFailure { time_to_failure, state: state as u16 });
        self.failures.insert((source, start, plan), id);
        id
    }

    /// Reports a damage state that a repair does not have.
    pub(super) fn no_state<'n>(
        &mut self,
        name: &crate::spec::Id,
        states: impl ExactSizeIterator<Item = &'n str>,
    ) {
        if !name.value.is_empty() {
            self.problems.unknown("damage state", name.span, &name.value, states);
        }
    }

    /// Teams and stocks of spares.
    pub(super) fn response(&mut self) {
        let spec = self.spec;
        let first = self.assets.len() + spec.pools.len();
        for (i, team) in spec.teams.iter().enumerate() {
            let node = NodeId::new(first + i);
            let home = self.home(node).region;
            let mut serves: Vec<RegionId> = match &team.serves {
                None => {
                    home.some().map(|home| self.index.regions.and_within(home).to_vec()).unwrap_or_default()
                }
                Some(ids) => ids
                    .iter()
                    .filter_map(|id| self.names.regions.find(id, self.problems))
                    .flat_map(|row| self.index.regions.and_within(RegionId::new(row)))
                    .copied()
                    .collect(),
            };
            serves.sort_unstable();
            serves.dedup();
            if serves.is_empty() && team.serves.as_ref().is_some_and(Vec::is_empty) {
                self.problems.error("empty selection", team.id.span, |span| {
                    Diagnostic::error(span, format!("the team `{}` serves no region", team.id.value))
                        .help("without `serves` it serves its home")
                });
            }
            let travel = self.dist(team.travel.as_ref());
            let skill = self.names.skills.get(&team.skill.value).map_or(SkillId::NONE, SkillId::new);
            let team = Team { node, skill, crews: team.crews, home, serves, travel };
            self.builder.parts().teams.push(team);
        }
        for spare in &spec.spares {
            let resupply = self.dist(spare.resupply.as_ref());
            let spare = Spare { id: spare.id.value.clone(), stock: spare.stock, resupply };
            self.builder.parts().spares.push(spare);
        }
        self.crews_at_hand();
    }

    /// Warns of repairs that no team can do where they are needed.
    fn crews_at_hand(&mut self) {
        let mut most: BTreeMap<(SkillId, RegionId), u16> = BTreeMap::new();
        for team in &self.builder.parts().teams {
            for region in &team.serves {
                let crews = most.entry((team.skill, *region)).or_default();
                *crews = (*crews).max(team.crews);
            }
        }
        let crewed: Vec<bool> = self
            .merged
            .iter()
            .map(|merged| {
                let repair = merged.get(|traits| traits.repair.as_deref());
                repair.is_some_and(|repair| repair.stages.iter().any(|stage| stage.skill.is_some()))
            })
            .collect();
        for (i, asset) in self.assets.iter().enumerate().filter(|(_, asset)| crewed[asset.kind]) {
            let region = self.index.facts(NodeId::new(i)).region;
            let Some(repair) = self.merged[asset.kind].get(|traits| traits.repair.as_deref()) else {
                continue;
            };
            for stage in repair.stages.iter().filter(|_| !region.is_none()) {
                let Some(skill) = &stage.skill else { continue };
                let Some(row) = self.names.skills.get(&skill.value) else { continue };
                let crews = most.get(&(SkillId::new(row), region)).copied().unwrap_or(0);
                if crews >= stage.crews {
                    continue;
                }
                self.problems.warn("no crews", stage.span, |span| {
                    let title = format!(
                        "`{}` can not be repaired: no team serves `{}` with {} {} crews",
                        asset.id(),
                        asset.like.region.value,
                        stage.crews,
                        skill.value
                    );
                    Diagnostic::warning(span, title)
                        .label(if crews == 0 {
                            "no such team there".into()
                        } else {
                            format!("at most {crews} there")
                        })
                        .help("damage stays until the horizon")
                });
            }
        }
    }
}
