//! Sums, bounds and formulas that every traced record must obey.

use super::*;
use std::collections::BTreeMap;

/// A traced record of each of many towns.
fn records() -> impl Iterator<Item = (String, Arc<Model>, Record)> {
    (0..400).flat_map(|case| {
        let model = Town::random(case, Features::ALL).model();
        (0..2).map(move |replication| {
            let record = fresh(&model, replication, TRACED);
            (format!("town {case}, replication {replication}"), model.clone(), record)
        })
    })
}

#[test]
fn no_replication_fails() {
    for (which, _, record) in records() {
        assert_eq!(record.failure, None, "{which}");
    }
}

/// Levels lie in [0, 1], go on where they were, and only move when something says so.
#[test]
fn levels_are_continuous_and_in_bounds() {
    for (which, model, record) in records() {
        let mut level: Vec<Option<Level>> = vec![None; model.nodes.len()];
        let mut time = SimTime::ZERO;
        for entry in &record.trace {
            assert!(entry.time >= time, "{which}");
            time = entry.time;
            let (from, to, fell) = match entry.what {
                Happening::Fell { from, to, .. } => (from, to, true),
                Happening::Rose { from, to } => (from, to, false),
                _ => continue,
            };
            let before = level[entry.node.index()].replace(to);
            assert_eq!(before.unwrap_or(from), from, "{which}, {} at {time:?}", model.id(entry.node));
            assert!(from <= Level::ONE && to <= Level::ONE && from != to && fell == (to < from), "{which}");
        }
        assert!(
            time.0 < model.meta.horizon
                || record.trace.iter().all(|entry| entry.time.0 <= model.meta.horizon)
        );
        for step in &record.steps {
            let full = model.groups[step.group.index()].total_weight * u64::from(Level::SCALE);
            assert!(step.sum <= full, "{which}");
        }
    }
}

/// Lost service of assets is the integral of what is missing from the curves.
#[test]
fn losses_are_the_integral_of_the_curves() {
    for (which, model, record) in records() {
        let mut lost = vec![0_u64; model.groups.len()];
        for affected in &record.affected {
            for membership in model.memberships_of(affected.node) {
                lost[membership.group.index()] += affected.lost * u64::from(membership.weight);
            }
        }
        let mut missing = vec![0_u64; model.groups.len()];
        let mut now: Vec<(u64, SimTime)> = record.initial.iter().map(|sum| (*sum, SimTime::ZERO)).collect();
        let full = |group: usize| model.groups[group].total_weight * u64::from(Level::SCALE);
        for step in &record.steps {
            let group = step.group.index();
            let (sum, since) = std::mem::replace(&mut now[group], (step.sum, step.time));
            missing[group] += (full(group) - sum) * u64::from(step.time.0 - since.0);
        }
        for (group, (sum, since)) in now.into_iter().enumerate() {
            missing[group] += (full(group) - sum) * u64::from(model.meta.horizon - since.0);
        }
        assert_eq!(missing, lost, "{which}");
    }
}

/// Every loss has one root, and one cell of the matrix.
#[test]
fn roots_and_matrix_sum_to_what_was_lost() {
    for (which, model, record) in records() {
        let total: u64 = record.affected.iter().map(|affected| affected.lost).sum();
        let rooted: u64 = record.roots.iter().map(|root| root.lost).sum();
        assert_eq!(rooted, total, "{which}");
        let sectors = model.sectors.len();
        assert_eq!(record.induced.len(), (sectors + 1) * sectors, "{which}");
        for sector in 0..sectors {
            let column: u64 = record.induced.iter().skip(sector).step_by(sectors).sum();
            let in_sector = |node: NodeId| model.nodes[node.index()].sector.index() == sector;
            let lost = record.affected.iter().filter(|a| in_sector(a.node)).map(|a| a.lost).sum::<u64>();
            assert_eq!(column, lost, "{which}");
        }
    }
}

/// Causes lead back to a root: a ceiling has generation 0 unless it is that of a network or a sharing group,
/// a need has a higher one, the root had fallen itself, and following the providers never comes back to where
/// it began.
#[test]
fn causes_lead_back_to_a_root() {
    for (which, model, record) in records() {
        // The last fall of each node: position in the trace.
        let falls: Vec<usize> = (0..record.trace.len())
            .filter(|i| matches!(record.trace[*i].what, Happening::Fell { .. }))
            .collect();
        let last_fall = |node: NodeId, time: SimTime| {
            falls
                .iter()
                .rev()
                .copied()
                .find(|i| record.trace[*i].node == node && record.trace[*i].time <= time)
        };
        for start in &falls {
            let entry = record.trace[*start];
            let Happening::Fell { cause, generation, root, .. } = entry.what else { unreachable!() };
            let who = format!("{which}, {} at {:?}", model.id(entry.node), entry.time);
            assert!(!root.is_none(), "{who}");
            match cause {
                Cause::None => panic!("{who}: no cause"),
                Cause::Ceiling(CeilingKind::Network | CeilingKind::Overload) => {}
                Cause::Ceiling(_) => assert_eq!((generation, root), (0, entry.node), "{who}"),
                Cause::Need(need, provider) => {
                    assert_eq!(model.needs[need.index()].owner, entry.node, "{who}");
                    let links = model.links_of(need);
                    assert!(links.iter().any(|link| link.provider == provider), "{who}");
                    assert!(generation > 0, "{who}");
                }
            }
            assert!(generation > 0 || root == entry.node, "{who}");
            assert!(last_fall(root, entry.time).is_some(), "{who}");
            // Back from provider to provider. Two that pull each other down within one instant each have the
            // other as the cause of their last fall in it; no circle spans more than that.
            let mut at = *start;
            let mut path = vec![at];
            while let Happening::Fell { cause: Cause::Need(need, provider), .. } = record.trace[at].what {
                // What comes over a delayed link left long ago; the provider may have fallen again since.
                if model.links_of(need).iter().any(|link| !link.delay.is_none()) {
                    break;
                }
                let Some(next) = last_fall(provider, record.trace[at].time) else { break };
                at = next;
                if let Some(first) = path.iter().position(|earlier| *earlier == at) {
                    let same_instant = |i: &usize| record.trace[*i].time == record.trace[at].time;
                    assert!(path[first..].iter().all(same_instant), "{who}: a circle of causes");
                    break;
                }
                path.push(at);
            }
        }
    }
}

/// Counts of failures agree with the nodes that failed.
#[test]
fn counts_agree_with_the_trace() {
    for (which, model, record) in records() {
        let mut first: BTreeMap<NodeId, (SimTime, u16)> = BTreeMap::new();
        for entry in &record.trace {
            let Happening::Fell { to, generation, .. } = entry.what else { continue };
            let node = &model.nodes[entry.node.index()];
            if to < node.failed_below && matches!(node.kind, NodeKind::Asset | NodeKind::Pool) {
                first.entry(entry.node).or_insert((entry.time, generation));
            }
        }
        assert_eq!(record.failed as usize, first.len(), "{which}");
        assert_eq!(record.direct as usize, first.values().filter(|(_, g)| *g == 0).count(), "{which}");
        let generations = first.values().map(|(_, generation)| u32::from(*generation)).max();
        assert_eq!(record.generations, generations.unwrap_or(0), "{which}");
        for affected in &record.affected {
            let failed = first.get(&affected.node).map_or(SimTime::NEVER, |(time, _)| *time);
            assert_eq!(affected.first_failed, failed, "{which}");
        }
        let repaired = record.trace.iter().filter(|entry| entry.what == Happening::Repaired).count();
        assert_eq!(record.repairs as usize, repaired, "{which}");
    }
}

/// At the end of every instant no level is above what any plain need allows, and an asset that nothing else
/// concerns is exactly at the least of what its needs allow.
#[test]
fn levels_are_what_needs_allow() {
    let mut exact = 0;
    for (which, model, record) in records() {
        let concerned = concerned(&model);
        let mut level = vec![Level::ONE; model.nodes.len()];
        let mut i = 0;
        while i < record.trace.len() {
            let time = record.trace[i].time;
            while i < record.trace.len() && record.trace[i].time == time {
                if let Happening::Fell { to, .. } | Happening::Rose { to, .. } = record.trace[i].what {
                    level[record.trace[i].node.index()] = to;
                }
                i += 1;
            }
            for node in model.node_ids() {
                let mut least = Level::ONE;
                let mut all_plain = true;
                for need in model.needs_of(node) {
                    match plain_term(&model, need, &level) {
                        Some(term) => least = least.min(term),
                        None => all_plain = false,
                    }
                }
                let now = level[node.index()];
                let who = format!("{which}, {} at {time:?}", model.id(node));
                assert!(now <= least, "{who}: {now:?} above {least:?}");
                if all_plain && !concerned[node.index()] {
                    assert_eq!(now, least, "{who}");
                    exact += u32::from(least < Level::ONE);
                }
            }
        }
    }
    // The formula must have been put to the test.
    assert!(exact > 1000, "{exact}");
}

/// `1 - criticality (1 - min(1, sum(w f) / required))` of a need without autonomy, delay, curve or black
/// start, in the integers of the model, each quotient rounded in favour of the bound.
fn plain_term(model: &Model, need: NeedId, level: &[Level]) -> Option<Level> {
    let links = model.links_of(need);
    let fixed = &model.needs[need.index()];
    let plain = fixed.reserve.is_none()
        && fixed.response.is_none()
        && fixed.black_start == 0
        && matches!(fixed.role, Role::Both | Role::Run)
        && links.iter().all(|link| link.delay.is_none());
    if !plain {
        return None;
    }
    let sum: u64 =
        links.iter().map(|link| u64::from(link.weight) * u64::from(level[link.provider.index()].0)).sum();
    let supply = (sum / u64::from(fixed.required.max(1))).min(u64::from(Level::SCALE)) as u32;
    Some(fixed.criticality.times(Level(supply).complement()).complement())
}

/// Nodes that something else than their needs may hold down or keep down, or whose terms multiply.
fn concerned(model: &Model) -> Vec<bool> {
    let mut concerned: Vec<bool> = model
        .nodes
        .iter()
        .map(|node| {
            node.initial < Level::ONE
                || !node.restart.is_none()
                || !node.failure.is_none()
                || node.common_cause != u32::MAX
                || node.combine == Combine::Product
        })
        .collect();
    let mut mark = |nodes: &[NodeId]| nodes.iter().for_each(|node| concerned[node.index()] = true);
    for event in &model.events {
        match &event.targets {
            Targets::All(nodes) | Targets::Draw { from: nodes, .. } => mark(nodes),
            Targets::Footprint { nodes, .. } => nodes.iter().for_each(|(node, _)| mark(&[*node])),
            Targets::None => {}
        }
    }
    model.networks.iter().for_each(|network| mark(&network.members));
    model.sharings.iter().for_each(|sharing| mark(&sharing.members));
    // Needs for a start only make a node start anew, as a restart does.
    for need in &model.needs {
        if need.role == Role::Start || need.black_start > 0 {
            mark(&[need.owner]);
        }
    }
    concerned
}
