//! What is fixed about campaigns: who follows whom, what the goals are, whom a strategy prefers.

use super::ranks;
use linchpin_model::{Model, NodeId, Strategy};

/// Tables of all campaigns, by step where nothing else is said.
#[derive(Debug)]
pub(crate) struct Schemes {
    /// Followers of step `s` are `followers[follower_start[s]..follower_start[s + 1]]`.
    follower_start: Vec<u32>,
    followers: Vec<u32>,
    pub(crate) is_goal: Vec<bool>,
    /// Number of goals by campaign.
    pub(crate) goals: Vec<u32>,
    /// Candidates in order of preference where the strategy ranks them; empty otherwise.
    pub(crate) ranked: Vec<Vec<NodeId>>,
}

impl Schemes {
    pub(crate) fn new(model: &Model) -> Self {
        let n = model.steps.len();
        let mut follower_start = vec![0_u32; n + 1];
        for before in model.steps.iter().flat_map(|step| &step.after) {
            follower_start[before.index() + 1] += 1;
        }
        for step in 0..n {
            follower_start[step + 1] += follower_start[step];
        }
        let mut next = follower_start.clone();
        let mut followers = vec![0; follower_start[n] as usize];
        for (step, fixed) in model.steps.iter().enumerate() {
            for before in &fixed.after {
                let slot = &mut next[before.index()];
                followers[*slot as usize] = step as u32;
                *slot += 1;
            }
        }
        let mut schemes = Self {
            follower_start,
            followers,
            is_goal: vec![false; n],
            goals: Vec::new(),
            ranked: Vec::new(),
        };
        schemes.mark_goals(model);
        schemes.ranked = rank(model);
        schemes
    }

    /// Steps that follow a step.
    pub(crate) fn followers(&self, step: u32) -> &[u32] {
        let [from, to] = [step, step + 1].map(|step| self.follower_start[step as usize] as usize);
        &self.followers[from..to]
    }

    fn mark_goals(&mut self, model: &Model) {
        for campaign in &model.campaigns {
            let steps = campaign.first_step..campaign.first_step + campaign.steps;
            let is_goal = |step: u32| {
                if campaign.goals.is_empty() {
                    self.followers(step).is_empty()
                } else {
                    campaign.goals.iter().any(|goal| goal.0 == step)
                }
            };
            let marked: Vec<u32> = steps.filter(|step| is_goal(*step)).collect();
            for step in &marked {
                self.is_goal[*step as usize] = true;
            }
            self.goals.push(marked.len() as u32);
        }
    }
}

fn rank(model: &Model) -> Vec<Vec<NodeId>> {
    let by_loss = |step: &&linchpin_model::CampaignStep| step.strategy == Strategy::LargestLoss;
    let mut nodes: Vec<NodeId> =
        model.steps.iter().filter(by_loss).flat_map(|step| step.candidates.iter().copied()).collect();
    nodes.sort_unstable();
    nodes.dedup();
    let losses = if nodes.is_empty() { Vec::new() } else { ranks::losses(model, &nodes) };
    let loss = |node: &NodeId| nodes.binary_search(node).map_or(0.0, |at| losses[at]);
    let dependents = |node: &NodeId| {
        let owner = |supply: &linchpin_model::Supply| model.needs[supply.need.index()].owner;
        let mut owners: Vec<NodeId> = model.supplies_of(*node).iter().map(owner).collect();
        owners.sort_unstable();
        owners.dedup();
        owners.len() as f64
    };
    model
        .steps
        .iter()
        .map(|step| match step.strategy {
            Strategy::All | Strategy::Random => Vec::new(),
            Strategy::MostServed => best_first(&step.candidates, |node| model.people_served(*node)),
            Strategy::MostConnected => best_first(&step.candidates, dependents),
            Strategy::LargestLoss => best_first(&step.candidates, loss),
        })
        .collect()
}

/// Those that are worth most first; of equals the one with the lower id.
fn best_first(candidates: &[NodeId], worth: impl Fn(&NodeId) -> f64) -> Vec<NodeId> {
    let mut ranked: Vec<(f64, NodeId)> = candidates.iter().map(|node| (worth(node), *node)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    ranked.into_iter().map(|(_, node)| node).collect()
}
