//! Plans, early warnings, attribution.

use super::Resolver;
use super::names::Names;
use super::select::nodes_of;
use crate::diagnostic::Diagnostic;
use crate::problems::Problems;
use crate::spec::{self, Choice, ConditionKind, Id, Watched};
use linchpin_model::{
    ActorId, Adoption, Attribution, CampaignId, Condition, EarlyWarning, GroupId, GroupKind, Key, Level,
    MalwareId, Model, NodeId, Observation, Occasion, Plan, PlanId, RegionId, SectorId, ServiceId, SkillId,
    StepId, Targets,
};
use std::collections::BTreeMap;

impl<'s> Resolver<'s, '_> {
    /// Plans, each with the event that stands for it, but for what they wait for: groups are known in a finished model
    /// only.
    pub(super) fn plans(&mut self) {
        let spec = self.spec;
        for (row, plan) in spec.plans.iter().enumerate() {
            let targets = self.targets_of_plan(plan);
            let whose = format!("the plan `{}`", plan.id.value);
            let effects = plan.effects.iter().filter_map(|e| self.effect(e, &targets, &whose)).collect();
            let event = self.event_of(
                &format!("plan/{}", plan.id.value),
                &plan.name,
                Occasion::Plan(PlanId::new(row)),
            );
            let standing = &mut self.builder.parts().events[event.index()];
            standing.targets = targets.unwrap_or(Targets::None);
            standing.effects = effects;
            // A plan is carried out wherever there is a reason to, threat or not.
            standing.threat = false;
            let through = plan.through.as_ref().and_then(|choice| {
                let what = format!("reporters of the plan `{}`", plan.id.value);
                nodes_of(choice, &what, &self.names, &self.index, self.problems)
            });
            let requires: Vec<PlanId> = plan
                .requires
                .iter()
                .filter_map(|id| self.names.plans.find(id, self.problems))
                .map(PlanId::new)
                .collect();
            let built = Plan {
                id: plan.id.value.clone(),
                name: plan.name.clone(),
                key: Key::of(&plan.id.value),
                event,
                when: Observation {
                    condition: Condition::Any(Vec::new()),
                    lasting: self.dist(plan.lasting.as_ref()),
                    lag: self.dist(plan.lag.as_ref()),
                    through: through.unwrap_or_default(),
                    false_alarms: self.dist(plan.false_alarms.as_ref()),
                },
                decision: self.dist(plan.decision.as_ref()),
                requires,
                times: plan.times,
                lasts: self.dist(plan.lasts.as_ref()),
                cost: plan.cost,
                on: plan.on,
                adoption: plan.adoption.iter().filter_map(|adoption| self.adoption(adoption)).collect(),
            };
            self.builder.parts().plans.push(built);
        }
        self.circles_of_plans();
        self.warnings();
    }

    /// Whom a plan concerns; none where that is not known.
    fn targets_of_plan(&mut self, plan: &'s spec::Plan) -> Option<Targets> {
        if plan.of_unread {
            return None;
        }
        let Some(choice) = &plan.of else {
            let Some(effect) = plan.effects.iter().find(|effect| effect.kind.needs_targets()) else {
                return Some(Targets::None);
            };
            self.problems.error("no targets", effect.span, |span| {
                Diagnostic::error(span, format!("the plan `{}` needs a field `of`", plan.id.value))
                    .label("done to whom?")
                    .help("for example `of: [\"an-asset\"]` or `of: (class: \"a-class\")`")
            });
            return None;
        };
        let what = format!("targets of the plan `{}`", plan.id.value);
        nodes_of(choice, &what, &self.names, &self.index, self.problems).map(Targets::All)
    }

    fn adoption(&mut self, adoption: &'s spec::Adoption) -> Option<Adoption> {
        let region = self.names.regions.find(&adoption.region, self.problems);
        let delay = self.dist(adoption.delay.as_ref());
        Some(Adoption { region: RegionId::new(region?), share: adoption.share, delay })
    }

    fn warnings(&mut self) {
        let spec = self.spec;
        for warning in &spec.warnings {
            let regions = self.names.regions.find_all(&warning.regions, self.problems).unwrap_or_default();
            let sectors = self.names.sectors.find_all(&warning.sectors, self.problems).unwrap_or_default();
            let mut regions: Vec<RegionId> = regions.into_iter().map(RegionId::new).collect();
            regions.sort_unstable();
            regions.dedup();
            let mut sectors: Vec<SectorId> = sectors.into_iter().map(SectorId::new).collect();
            sectors.sort_unstable();
            sectors.dedup();
            let warning = EarlyWarning {
                id: warning.id.value.clone(),
                regions,
                sectors,
                delay: self.dist(warning.delay.as_ref()),
                willingness: warning.willingness,
                factor: warning.factor,
            };
            self.builder.parts().warnings.push(warning);
        }
        if let Some(attribution) = &spec.attribution {
            let confidence = match &attribution.confidence {
                Some(dist) => self.dist(Some(dist)),
                None => self.builder.dist(linchpin_model::Distribution::Fixed(DEFAULT_CONFIDENCE)),
            };
            let attribution = Attribution {
                after_noticed: attribution.after_noticed,
                takes: self.dist(attribution.takes.as_ref()),
                confidence,
                error: attribution.error,
            };
            self.builder.parts().attribution = Some(attribution);
        }
    }

    /// Plans that require each other never come into force.
    fn circles_of_plans(&mut self) {
        let spec = self.spec;
        let mut requires: Vec<Vec<usize>> = spec
            .plans
            .iter()
            .map(|plan| plan.requires.iter().filter_map(|id| self.names.plans.get(&id.value)).collect())
            .collect();
        for circle in cut_circles(&mut requires) {
            let ids: Vec<_> = circle.iter().map(|row| spec.plans[*row].id.value.as_str()).collect();
            let (last, first) = (&spec.plans[circle[circle.len() - 1]], ids[0]);
            let span = last.requires.iter().find(|id| id.value == first).map_or(last.id.span, |id| id.span);
            self.problems.error("plan circle", span, |span| {
                Diagnostic::error(span, "these plans require each other and never come into force")
                    .label(format!("{} requires {first}", ids.join(" requires ")))
                    .help("take one of them out of `requires`")
            });
        }
    }
}

/// Confidence that attribution reaches where the scenario does not say.
const DEFAULT_CONFIDENCE: f64 = 0.7;

/// Cuts the circles among links from each row to others, one link each; gives the rows of each circle in order.
fn cut_circles(next: &mut [Vec<usize>]) -> Vec<Vec<usize>> {
    const NEW: u8 = 0;
    const OPEN: u8 = 1;
    const DONE: u8 = 2;
    let mut state = vec![NEW; next.len()];
    let mut circles = Vec::new();
    for start in 0..next.len() {
        if state[start] != NEW {
            continue;
        }
        // Rows on the way, and how many of their links were looked at.
        let mut path: Vec<(usize, usize)> = vec![(start, 0)];
        state[start] = OPEN;
        while let Some((row, seen)) = path.last_mut() {
            let Some(to) = next[*row].get(*seen).copied() else {
                state[*row] = DONE;
                path.pop();
                continue;
            };
            if state[to] == OPEN {
                next[*row].remove(*seen);
                let from = path.iter().position(|(row, _)| *row == to).unwrap_or(0);
                circles.push(path[from..].iter().map(|(row, _)| *row).collect());
                continue;
            }
            *seen += 1;
            if state[to] == NEW {
                state[to] = OPEN;
                path.push((to, 0));
            }
        }
    }
    circles
}

/// Fills in what plans wait for.
pub(super) fn conditions(
    spec: &spec::Scenario,
    names: &Names,
    index: &super::Index,
    model: &mut Model,
    problems: &mut Problems,
) {
    let groups: BTreeMap<String, usize> =
        model.groups.iter().enumerate().map(|(row, group)| (group.id.clone(), row)).collect();
    for (row, plan) in spec.plans.iter().enumerate() {
        let Some(condition) = &plan.when else { continue };
        let mut look = Look { spec, names, index, groups: &groups, model, problems, plan: row };
        if let Some(condition) = look.condition(condition) {
            model.plans[row].when.condition = condition;
        }
    }
}

struct Look<'a, 's> {
    spec: &'a spec::Scenario,
    names: &'a Names<'s>,
    index: &'a super::Index<'s>,
    groups: &'a BTreeMap<String, usize>,
    model: &'a Model,
    problems: &'a mut Problems,
    /// Whose condition it is.
    plan: usize,
}

impl Look<'_, '_> {
    /// None where something in it is unknown, which is reported.
    fn condition(&mut self, condition: &spec::Condition) -> Option<Condition> {
        let (names, span) = (self.names, condition.span);
        Some(match &condition.kind {
            ConditionKind::Below(watched, level) => {
                let group = self.watched(watched);
                if level.value == 0.0 {
                    self.problems.warn("never below", level.span, |span| {
                        Diagnostic::warning(span, "no level is ever below 0")
                            .help("this never holds; `level` is the share below which something is done")
                    });
                }
                Condition::Below(group?, Level::from_share(level.value))
            }
            ConditionKind::Failed(choice, count) => {
                let nodes = self.nodes(choice)?;
                let all = nodes.len();
                if count.value as usize > all {
                    self.problems.warn("never so many", count.span, |span| {
                        Diagnostic::warning(span, format!("never {} of {all} can have failed", count.value))
                            .help("this never holds: take a smaller `count`, or more assets")
                    });
                }
                Condition::Failed(nodes, count.value)
            }
            ConditionKind::Noticed(campaign, steps) => {
                let campaign = self.optional(&names.campaigns, campaign.as_ref());
                if campaign == Some(None) && self.spec.campaigns.is_empty() {
                    self.problems.warn("never noticed", span, |span| {
                        Diagnostic::warning(span, "there is no campaign to be noticed")
                            .help("the scenario has no `campaigns`; this never holds")
                    });
                }
                Condition::Noticed(campaign?.map_or(CampaignId::NONE, CampaignId::new), steps.value)
            }
            ConditionKind::StepNoticed(step) => {
                Condition::StepNoticed(StepId::new(names.steps.find(step, self.problems)?))
            }
            ConditionKind::Attributed(actor, confidence) => {
                let actor = self.optional(&names.actors, actor.as_ref());
                if self.spec.attribution.is_none() {
                    self.problems.warn("never attributed", span, |span| {
                        Diagnostic::warning(span, "nobody is ever named in this scenario")
                            .help("add `attribution: (...)` at the top level; without it this never holds")
                    });
                }
                Condition::Attributed(actor?.map_or(ActorId::NONE, ActorId::new), *confidence)
            }
            ConditionKind::Infected(malware, assets) => {
                let row = names.malware.find(malware, self.problems)?;
                Condition::Infected(MalwareId::new(row), assets.value)
            }
            ConditionKind::Waiting(skill, jobs) => {
                let skill = self.optional(&names.skills, skill.as_ref())?;
                Condition::Waiting(skill.map_or(SkillId::NONE, SkillId::new), *jobs)
            }
            ConditionKind::Plan(id) => {
                let row = names.plans.find(id, self.problems)?;
                if row == self.plan {
                    self.itself(id);
                    return None;
                }
                Condition::Plan(PlanId::new(row))
            }
            ConditionKind::Event(id) => {
                let event = names.event(id, self.problems)?;
                if event == names.plan_event(self.plan) {
                    self.itself(id);
                    return None;
                }
                Condition::Event(event)
            }
            ConditionKind::All(conditions) => Condition::All(self.several(conditions)?),
            ConditionKind::Any(conditions) => Condition::Any(self.several(conditions)?),
        })
    }

    fn several(&mut self, conditions: &[spec::Condition]) -> Option<Vec<Condition>> {
        // All of them are looked into, so that all that is wrong is reported.
        let found: Vec<Option<Condition>> = conditions.iter().map(|part| self.condition(part)).collect();
        found.into_iter().collect()
    }

    /// The outer none: unknown, and reported.
    fn optional(&mut self, table: &super::names::Table, id: Option<&Id>) -> Option<Option<usize>> {
        match id {
            None => Some(None),
            Some(id) => table.find(id, self.problems).map(Some),
        }
    }

    fn nodes(&mut self, choice: &Choice) -> Option<Vec<NodeId>> {
        let what = format!("assets that the plan `{}` looks at", self.spec.plans[self.plan].id.value);
        nodes_of(choice, &what, self.names, self.index, self.problems)
    }

    fn watched(&mut self, watched: &Watched) -> Option<GroupId> {
        match watched {
            Watched::Group(id) => {
                let row = self.groups.get(&id.value);
                // A group that was declared and is not there has been reported.
                let declared = self.spec.groups.iter().any(|group| group.id.value == id.value);
                if row.is_none() && !id.value.is_empty() && !declared {
                    self.problems.unknown(
                        "group",
                        id.span,
                        &id.value,
                        self.groups.keys().map(String::as_str),
                    );
                }
                row.map(|row| GroupId::new(*row))
            }
            Watched::Service(id, region) => {
                let service = self.names.services.find(id, self.problems).map(ServiceId::new);
                let region = match region {
                    None => None,
                    Some(region) => Some(self.names.regions.find(region, self.problems).map(RegionId::new)?),
                };
                let kind = match region {
                    None => GroupKind::Service(service?),
                    Some(region) => GroupKind::ServiceRegion(service?, region),
                };
                let row = self.model.groups.iter().position(|group| group.kind == kind);
                if row.is_none() {
                    self.problems.error("no weight", id.span, |span| {
                        let place = region.map(|region| &self.model.regions[region.index()].id);
                        let place = place.map_or(String::new(), |region| format!(" in `{region}`"));
                        Diagnostic::error(span, format!("nobody is served `{}`{place}", id.value))
                            .help("assets that deliver it to people say so in `serves`")
                    });
                }
                row.map(GroupId::new)
            }
        }
    }

    fn itself(&mut self, id: &Id) {
        self.problems.error("waits for itself", id.span, |span| {
            Diagnostic::error(span, "this plan waits for itself")
                .help("it comes into force after what is observed; name another plan, or something else")
        });
    }
}

#[cfg(test)]
mod tests {
    use super::cut_circles;

    #[test]
    fn circles_of_plans_are_found_and_cut() {
        for (links, circles) in [
            (vec![vec![], vec![0], vec![0, 1]], vec![]),
            (vec![vec![0]], vec![vec![0]]),
            (vec![vec![1], vec![2, 3], vec![0], vec![]], vec![vec![0, 1, 2]]),
            (vec![vec![1, 2], vec![0], vec![0]], vec![vec![0, 1], vec![0, 2]]),
            (vec![vec![1, 1], vec![]], vec![]),
        ] {
            let mut next = links.clone();
            assert_eq!(cut_circles(&mut next), circles, "{links:?}");
            assert_eq!(cut_circles(&mut next), Vec::<Vec<usize>>::new(), "{links:?}");
        }
    }
}
