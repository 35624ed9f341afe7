//! Cut sets put to the test: the engine takes them out, and sees whether the point fails.

use linchpin_model::{Happening, Model, NeedId, NodeId, Record, Seeds, SimTime, Strike};
use linchpin_sim::{RunOptions, Simulation, WhatIf};
use std::sync::Arc;

/// What the engine says of a cut set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The point fails with all of them out, so long after they went, and with fewer it does not.
    Confirmed {
        /// Seconds.
        after: u32,
    },
    /// It works on to the horizon: reserves of these needs bridge it, or none, where something else does.
    HoldsOut(Vec<NeedId>),
    /// It fails without some of them being out, as when others overload.
    FailsWith(Vec<NodeId>),
}

/// A set of assets, and the points that it is to fail.
pub type CutSet = (Vec<NodeId>, Vec<NodeId>);

/// Takes each set out from the start to the horizon, in the first replication without the threat, and each of its proper
/// subsets too. Verdicts by set, then point.
pub fn verify_cut_sets(model: &Model, sets: &[CutSet], seed: u64) -> Vec<Vec<Verdict>> {
    let (model, by) = model.with_strike(Strike::Closure { lasts: None });
    let mut bench = Bench {
        simulation: Simulation::new(Arc::new(model)),
        what_if: WhatIf { by, ..WhatIf::default() },
        record: Record::default(),
        seeds: Seeds::new(seed),
    };
    sets.iter().map(|(set, points)| bench.verify(set, points)).collect()
}

struct Bench {
    simulation: Simulation,
    what_if: WhatIf,
    record: Record,
    seeds: Seeds,
}

impl Bench {
    fn verify(&mut self, set: &[NodeId], points: &[NodeId]) -> Vec<Verdict> {
        let mut verdicts: Vec<Option<Verdict>> = vec![None; points.len()];
        // From none to all of them.
        for mask in 0..1_u32 << set.len() {
            let some: Vec<NodeId> = (0..set.len()).filter(|i| mask >> i & 1 == 1).map(|i| set[i]).collect();
            self.take_out(&some);
            let all = some.len() == set.len();
            for (point, verdict) in points.iter().zip(&mut verdicts).filter(|(_, verdict)| verdict.is_none())
            {
                *verdict = match (all, self.failure(*point)) {
                    (true, Some(after)) => Some(Verdict::Confirmed { after }),
                    (true, None) => Some(Verdict::HoldsOut(self.bridged())),
                    (false, Some(_)) => Some(Verdict::FailsWith(some.clone())),
                    (false, None) => None,
                };
            }
        }
        verdicts.into_iter().flatten().collect()
    }

    fn take_out(&mut self, out: &[NodeId]) {
        self.what_if.struck.clear();
        self.what_if.struck.extend_from_slice(out);
        self.simulation.set_what_if(&self.what_if);
        let options = RunOptions { threat: false, trace: true };
        self.simulation.run(0, self.seeds.replication(0), options, &mut self.record);
    }

    /// When a point failed in the last run.
    fn failure(&self, point: NodeId) -> Option<u32> {
        let affected = self.record.affected.iter().find(|affected| affected.node == point)?;
        (affected.first_failed != SimTime::NEVER).then_some(affected.first_failed.0)
    }

    /// Needs whose reserves still run at the end of the last run.
    fn bridged(&self) -> Vec<NeedId> {
        let mut running = Vec::new();
        for entry in &self.record.trace {
            match entry.what {
                Happening::StageRuns(need, _) if !running.contains(&need) => running.push(need),
                Happening::StageSpent(need, _) | Happening::StageFailed(need, _) => {
                    running.retain(|other| *other != need);
                }
                _ => {}
            }
        }
        running
    }
}
