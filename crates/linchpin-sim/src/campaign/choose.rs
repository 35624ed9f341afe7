//! Whom a try takes, and at whom it succeeds.

use crate::engine::Engine;
use crate::state::flag;
use linchpin_model::{CampaignStep, Layer, Model, NodeId, Purpose, Strategy, Success};

/// Capability of an actor the scenario does not describe, and protection of an asset without a posture.
const MIDDLING: f64 = 0.5;

/// Probability that a capability `c` prevails against a protection `d`: `c (1 - d) / (c (1 - d) + (1 - c) d)`
/// (Bradley and Terry, Biometrika 39, 1952). No capability never does, nor does any against full protection.
fn prevails(capability: f64, protection: f64) -> f64 {
    if capability <= 0.0 || protection >= 1.0 {
        return 0.0;
    }
    let (with, against) = (capability * (1.0 - protection), (1.0 - capability) * protection);
    with / (with + against)
}

/// Probability that a step succeeds at a target (none: as a whole).
fn chance(model: &Model, step: &CampaignStep, target: Option<NodeId>) -> f64 {
    match step.success {
        Success::Given(probability) | Success::EachGiven(probability) => probability,
        Success::Against(domain) => {
            let domain = domain as usize;
            let actor = model.campaigns[step.campaign.index()].actor.some();
            let capability = actor.map_or(MIDDLING, |actor| model.actors[actor.index()].capability[domain]);
            let posture = target.and_then(|node| model.posture_of.get(node.index())?.some());
            let protection =
                posture.map_or(MIDDLING, |posture| model.postures[posture.index()].protection[domain]);
            prevails(capability, protection)
        }
    }
}

impl Engine<'_> {
    /// Chooses the targets of a step's try number `count`.
    pub(super) fn choose_targets(&mut self, step: u32, count: u32) {
        let plan = self.plan;
        let fixed = &plan.model.steps[step as usize];
        let from = self.campaigns.targets.len();
        let most = fixed.take as usize;
        let mut targets = std::mem::take(&mut self.campaigns.targets);
        let wanted = |node: &NodeId| !fixed.adaptive || self.nodes[node.index()].flags & flag::FAILED == 0;
        match fixed.strategy {
            Strategy::All => {
                targets.extend(fixed.candidates.iter().filter(|n| wanted(n)).take(most).map(|n| n.0));
            }
            Strategy::Random => {
                let mut race = std::mem::take(&mut self.campaigns.race);
                let draws = self.clock.draws;
                race.extend(fixed.candidates.iter().filter(|n| wanted(n)).map(|node| {
                    let key = fixed.key.with(plan.model.nodes[node.index()].key);
                    (draws.uniform(Layer::Threat, key, Purpose::TargetRace, count).to_bits(), node.0)
                }));
                race.sort_unstable();
                targets.extend(race.drain(..).take(most).map(|(_, node)| node));
                self.campaigns.race = race;
            }
            Strategy::MostServed | Strategy::MostConnected | Strategy::LargestLoss => {
                let ranked = plan.schemes.ranked[step as usize].iter();
                targets.extend(ranked.filter(|n| wanted(n)).take(most).map(|n| n.0));
            }
        }
        targets[from..].sort_unstable();
        self.campaigns.steps[step as usize].targets = [from as u32, targets.len() as u32];
        self.campaigns.targets = targets;
    }

    /// Decides a step's present try, and leaves the targets it strikes in `Campaigns::struck`.
    pub(super) fn succeeds(&mut self, step: u32) -> bool {
        let plan = self.plan;
        let fixed = &plan.model.steps[step as usize];
        let state = self.campaigns.steps[step as usize];
        let (count, draws) = (state.tries - 1, self.clock.draws);
        let [from, to] = state.targets.map(|at| at as usize);
        let campaigns = &mut *self.campaigns;
        let (targets, struck) = (&campaigns.targets[from..to], &mut campaigns.struck);
        struck.clear();
        if fixed.candidates.is_empty() || matches!(fixed.success, Success::Given(_)) {
            let u = draws.uniform(Layer::Threat, fixed.key, Purpose::StepSuccess, count);
            if u >= chance(&plan.model, fixed, None) {
                return false;
            }
            struck.extend_from_slice(targets);
            return fixed.candidates.is_empty() || !targets.is_empty();
        }
        struck.extend(targets.iter().filter(|node| {
            let node = NodeId(**node);
            let key = fixed.key.with(plan.model.nodes[node.index()].key);
            draws.uniform(Layer::Threat, key, Purpose::StepSuccess, count)
                < chance(&plan.model, fixed, Some(node))
        }));
        !struck.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::prevails;

    /// Certainties, equals, and odds by hand: 0.8 against 0.5 has odds 4 to 1, against 0.8 odds 1 to 1, 0.8
    /// against 0.2 odds 16 to 1.
    #[test]
    fn capability_against_protection() {
        for (capability, protection, expected) in [
            (0.0, 0.0, 0.0),
            (0.0, 0.7, 0.0),
            (1.0, 1.0, 0.0),
            (0.7, 1.0, 0.0),
            (1.0, 0.7, 1.0),
            (0.3, 0.0, 1.0),
            (0.5, 0.5, 0.5),
            (0.8, 0.5, 0.8),
            (0.8, 0.8, 0.5),
            (0.8, 0.2, 16.0 / 17.0),
            (0.2, 0.8, 1.0 / 17.0),
        ] {
            let got = prevails(capability, protection);
            assert!((got - expected).abs() < 1e-12, "{capability} against {protection}: {got}");
        }
    }
}
