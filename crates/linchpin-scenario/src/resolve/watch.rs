//! Groups and requirements.

use super::Resolver;
use super::names::Names;
use super::select::nodes_of;
use crate::diagnostic::Diagnostic;
use crate::problems::Problems;
use crate::source::Span;
use crate::spec::{GroupWeights, Id, MIN_WEIGHT, RequirementOf, Scenario};
use linchpin_model::{GroupId, GroupKind, Model, NodeId, Requirement, ServiceId};
use std::collections::BTreeMap;

impl Resolver<'_, '_> {
    /// Groups of the scenario, and a look at the standing ones.
    pub(super) fn groups(&mut self) {
        self.someone_is_served();
        let spec = self.spec;
        for group in &spec.groups {
            let Some(choice) = &group.members else { continue };
            let what = format!("members of the group `{}`", group.id.value);
            let Some(nodes) = nodes_of(choice, &what, &self.names, &self.index, self.problems) else {
                continue;
            };
            let weight = |node: NodeId| match group.weights {
                GroupWeights::Equal => 1.0,
                GroupWeights::Capacity => self.index.capacity(node),
                GroupWeights::People => self
                    .assets
                    .get(node.index())
                    .map_or(0.0, |asset| asset.serves().map(|(_, people)| people).sum()),
            };
            let members: Vec<(NodeId, f64)> = nodes
                .into_iter()
                .map(|node| (node, weight(node)))
                .filter(|(_, weight)| *weight > 0.0)
                .collect();
            if members.iter().map(|(_, weight)| weight).sum::<f64>() < MIN_WEIGHT {
                self.problems.error("no weight", group.id.span, |span| {
                    let title = format!("the group `{}` has no weight", group.id.value);
                    Diagnostic::error(span, title).help(match group.weights {
                        GroupWeights::People => "none of its members serves people; use other `weights`",
                        _ => "all its members have capacity 0; use other `weights`",
                    })
                });
                continue;
            }
            self.builder.group(&group.id.value, &group.name, members);
        }
    }

    /// Reports services that reach a region in name only: the group of that region would have no weight.
    fn someone_is_served(&mut self) {
        // First by kind, of which there are few.
        let mut sums: Vec<Vec<f64>> = vec![Vec::new(); self.assets.kind_count()];
        for asset in self.assets.iter() {
            let sums = &mut sums[asset.kind];
            sums.resize(asset.like.serves.len(), 0.0);
            for (sum, (_, people)) in sums.iter_mut().zip(asset.serves()) {
                *sum += people;
            }
        }
        let mut people: BTreeMap<(&str, &str), (f64, Span)> = BTreeMap::new();
        for (asset, sums) in self.assets.kinds().zip(&sums) {
            for (serves, sum) in asset.serves.iter().zip(sums) {
                let region = serves.region.as_ref().unwrap_or(&asset.region);
                let entry = people
                    .entry((&serves.service.value, &region.value))
                    .or_insert((0.0, serves.service.span));
                entry.0 += sum;
            }
        }
        for ((service, region), (sum, span)) in people {
            if sum < MIN_WEIGHT {
                self.problems.error("no weight", span, |span| {
                    Diagnostic::error(span, format!("`{service}` is served to nobody in `{region}`"))
                        .label("the people served add up to 0")
                        .help("give a number of people above 0, or leave it out")
                });
            }
        }
    }
}

/// Adds the requirements to a finished model: only there do all groups have their ids.
pub(super) fn requirements(spec: &Scenario, names: &Names, model: &mut Model, problems: &mut Problems) {
    let groups: BTreeMap<String, usize> =
        model.groups.iter().enumerate().map(|(row, group)| (group.id.clone(), row)).collect();
    let declared: BTreeMap<&str, &Id> =
        spec.groups.iter().map(|group| (group.id.value.as_str(), &group.id)).collect();
    for requirement in &spec.requirements {
        let found = match &requirement.of {
            RequirementOf::Group(id) => {
                let row = groups.get(&id.value);
                // A group that was declared and is not there has been reported.
                if row.is_none() && !id.value.is_empty() && !declared.contains_key(id.value.as_str()) {
                    problems.unknown("group", id.span, &id.value, groups.keys().map(String::as_str));
                }
                row.map(|row| GroupId::new(*row)).into_iter().collect()
            }
            RequirementOf::Service(id) => by_region(id, names, model, problems),
        };
        let horizon = spec.head.horizon;
        if horizon > 0 {
            window(requirement, horizon, problems);
        }
        model.requirements.push(Requirement {
            id: requirement.id.value.clone(),
            name: requirement.name.clone(),
            groups: found,
            at_least: requirement.at_least,
            from: requirement.from,
            lasts: requirement.lasts.map_or(horizon.saturating_sub(requirement.from), |lasts| lasts.value),
            tolerate: requirement.tolerate,
            probability: requirement.probability,
        });
    }
}

fn by_region(id: &Id, names: &Names, model: &Model, problems: &mut Problems) -> Vec<GroupId> {
    let Some(service) = names.services.find(id, problems).map(ServiceId::new) else { return Vec::new() };
    let asked = |kind: GroupKind| matches!(kind, GroupKind::ServiceRegion(other, _) if other == service);
    let groups: Vec<GroupId> = (0..model.groups.len())
        .map(GroupId::new)
        .filter(|group| asked(model.groups[group.index()].kind))
        .collect();
    if groups.is_empty() {
        problems.error("no weight", id.span, |span| {
            Diagnostic::error(span, format!("nobody is served `{}`", id.value))
                .help("assets that deliver it to people say so in `serves`")
        });
    }
    groups
}

fn window(requirement: &crate::spec::Requirement, horizon: u32, problems: &mut Problems) {
    let span = requirement.lasts.map_or(requirement.id.span, |lasts| lasts.span);
    let id = &requirement.id.value;
    if requirement.from >= horizon {
        problems.error("beyond the horizon", requirement.id.span, |span| {
            Diagnostic::error(span, format!("the requirement `{id}` begins after the horizon"))
                .help("let it begin earlier, or make the horizon longer")
        });
        return;
    }
    let Some(lasts) = requirement.lasts.map(|lasts| lasts.value) else { return };
    if u64::from(requirement.from) + u64::from(lasts) > u64::from(horizon) {
        problems.warn("beyond the horizon", span, |span| {
            Diagnostic::warning(span, format!("the requirement `{id}` reaches beyond the horizon"))
                .help("it is asked until the horizon only")
        });
    }
    if requirement.tolerate >= lasts {
        problems.warn("always met", span, |span| {
            Diagnostic::warning(span, format!("the requirement `{id}` is always met"))
                .help("`tolerate` is as long as the time it is asked for")
        });
    }
}
