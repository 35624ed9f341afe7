//! What happened in each replication, kept beside each block for questions asked later: outages of assets
//! (`runs/outages-00012.parquet`) and levels of groups over time (`runs/levels-00012.parquet`).
//!
//! Both tables are sorted by whom they are about, then by replication and time, so that a question about one asset or group
//! reads little. `docs/study-format.md` describes them.

use crate::identity::Identity;
use crate::seal::{Part, seal};
use crate::store::runs_folder;
use linchpin_analysis::{LevelStep, LevelSteps, Paired};
use linchpin_model::{Model, NodeId, Switch};
use linchpin_parquet::{Column, Kind, Writer};
use std::path::{Path, PathBuf};

/// Columns of the table of outages.
const OUTAGES: [Column; 4] = [
    Column { name: "asset", kind: Kind::Text, optional: false },
    Column { name: "replication", kind: Kind::Whole, optional: false },
    Column { name: "from_s", kind: Kind::Whole, optional: false },
    Column { name: "to_s", kind: Kind::Whole, optional: true },
];

/// Columns of the table of levels.
const LEVELS: [Column; 4] = [
    Column { name: "group", kind: Kind::Text, optional: false },
    Column { name: "replication", kind: Kind::Whole, optional: false },
    Column { name: "from_s", kind: Kind::Whole, optional: false },
    Column { name: "level_millionths", kind: Kind::Whole, optional: false },
];

/// Key of the metadata of levels: of each group with rows its number, its rows, and where its pages end.
pub(crate) const PAGES: &str = "pages";

/// A file to be written beside a block, before the block.
#[derive(Clone, Debug)]
pub struct Beside {
    /// First part of its name, before the number of the block.
    pub name: &'static str,
    /// All of it.
    pub bytes: Vec<u8>,
}

/// Names of the files beside a block.
pub const BESIDE: [&str; 2] = ["outages", "levels"];

/// The file of this name beside a block.
pub fn beside_path(study: &Path, name: &str, index: u32) -> PathBuf {
    runs_folder(study).join(format!("{name}-{index:05}.parquet"))
}

/// The same beside a block file, wherever that is.
pub(crate) fn beside_block(block: &Path, name: &str, index: u32) -> PathBuf {
    block.with_file_name(format!("{name}-{index:05}.parquet"))
}

/// One outage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Outage {
    node: NodeId,
    replication: u32,
    from: u32,
    /// [`LASTING`] where it lasted until the end.
    to: u32,
}

/// No time: the horizon is below it.
const LASTING: u32 = u32::MAX;

/// Rows of two lists by turns, so that they ascend by key, as both lists do: how many of the one, then of the other.
/// Workers take chunks of replications, so turns are few.
fn interleaved<T>(first: &[T], second: &[T], key: impl Fn(&T) -> u32) -> Vec<[usize; 2]> {
    let (mut first, mut second) = (first, second);
    let mut runs = Vec::new();
    while !first.is_empty() || !second.is_empty() {
        let until = second.first().map_or(u32::MAX, &key);
        let one = first.iter().take_while(|row| key(row) < until).count();
        first = &first[one..];
        let until = first.first().map_or(u32::MAX, &key);
        let other = second.iter().take_while(|row| key(row) < until).count();
        second = &second[other..];
        runs.push([one, other]);
    }
    runs
}

/// Weaves a second list into a first by these turns, from the end, so that nothing of the first is written over unread.
fn weave<T: Copy>(first: &mut Vec<T>, second: &[T], runs: &[[usize; 2]]) {
    let Some(filler) = second.first() else { return };
    let mut own = first.len();
    first.resize(own + second.len(), *filler);
    let (mut end, mut left) = (first.len(), second.len());
    for [one, other] in runs.iter().rev() {
        first[end - other..end].copy_from_slice(&second[left - other..left]);
        (end, left) = (end - other, left - other);
        first.copy_within(own - one..own, end - one);
        (end, own) = (end - one, own - one);
    }
}

/// What happened in some replications of a block.
#[derive(Clone, Debug, Default)]
pub(crate) struct Details {
    /// By replication, then time of failure.
    outages: Vec<Outage>,
    /// By node the place of its last outage.
    last: Vec<u32>,
    levels: LevelSteps,
}

impl Details {
    pub fn new(model: &Model) -> Self {
        Self {
            outages: Vec::new(),
            last: vec![0; model.nodes.len()],
            levels: LevelSteps::new(model.groups.len()),
        }
    }

    /// Adds a replication with a higher number than all before: failures and recoveries in order of time, and the curves
    /// that are loaded.
    pub fn add(&mut self, replication: u32, switches: &[Switch], paired: &Paired) {
        self.add_outages(replication, switches);
        self.levels.add(replication, paired);
    }

    /// Levels over time.
    pub fn levels(&self) -> &LevelSteps {
        &self.levels
    }

    fn add_outages(&mut self, replication: u32, switches: &[Switch]) {
        for switch in switches {
            let last = &mut self.last[switch.node.index()];
            if switch.failed {
                *last = self.outages.len() as u32;
                let (node, from) = (switch.node, switch.time.0);
                self.outages.push(Outage { node, replication, from, to: LASTING });
            } else if let Some(outage) = self.outages.get_mut(*last as usize) {
                let is_its = outage.node == switch.node && outage.replication == replication;
                if is_its && outage.to == LASTING {
                    outage.to = switch.time.0;
                }
            }
        }
    }

    /// Takes over what another has collected of other replications.
    pub fn merge(&mut self, other: &Self) {
        let runs = interleaved(&self.outages, &other.outages, |outage| outage.replication);
        weave(&mut self.outages, &other.outages, &runs);
        for (own, others) in self.levels.groups_mut().iter_mut().zip(other.levels.groups()) {
            let runs = interleaved(own, others, |step| step.replication);
            weave(own, others, &runs);
        }
    }

    /// Forgets everything, and keeps the room there is.
    pub fn clear(&mut self) {
        self.outages.clear();
        self.levels.clear();
    }

    /// The files to be written beside a block, in the buffers of such files written before where there are any.
    pub fn encode(&self, model: &Model, identity: &Identity, part: Part, before: Vec<Beside>) -> Vec<Beside> {
        let mut buffers = before.into_iter().map(|file| file.bytes);
        let mut buffer = || buffers.next().unwrap_or_default();
        let outages = self.outage_table(model, identity, part, buffer());
        let levels = self.level_table(model, identity, part, buffer());
        vec![Beside { name: BESIDE[0], bytes: outages }, Beside { name: BESIDE[1], bytes: levels }]
    }

    /// By node, replication and time, and for each node how many. What came back within the second was not away.
    fn sorted_outages(&self) -> (Vec<Outage>, Vec<(NodeId, u32)>) {
        let real = || self.outages.iter().filter(|outage| outage.to != outage.from);
        let mut counts = vec![0_u32; self.last.len()];
        real().for_each(|outage| counts[outage.node.index()] += 1);
        let by_node =
            (0..).zip(&counts).filter(|(_, count)| **count > 0).map(|(node, count)| (NodeId(node), *count));
        let by_node: Vec<_> = by_node.collect();
        let mut next = 0;
        for count in &mut counts {
            next += std::mem::replace(count, next);
        }
        let mut sorted = vec![Outage { node: NodeId::NONE, replication: 0, from: 0, to: 0 }; next as usize];
        for outage in real() {
            let place = &mut counts[outage.node.index()];
            sorted[*place as usize] = *outage;
            *place += 1;
        }
        (sorted, by_node)
    }

    fn outage_table(&self, model: &Model, identity: &Identity, part: Part, buffer: Vec<u8>) -> Vec<u8> {
        let (outages, by_node) = self.sorted_outages();
        let mut writer = Writer::with_buffer(&OUTAGES, buffer);
        let ids: Vec<&str> = by_node.iter().map(|(node, _)| model.id(*node)).collect();
        writer.text(&ids, (0..).zip(&by_node).map(|(place, (_, count))| (place, *count)));
        writer.whole_from([outages.iter().map(|outage| outage.replication)]);
        writer.whole_from([outages.iter().map(|outage| outage.from)]);
        let to: Vec<Option<u32>> =
            outages.iter().map(|outage| (outage.to != LASTING).then_some(outage.to)).collect();
        writer.optional_whole([&to[..]]);
        seal(writer, identity, part, &[("marking", &marking(model))]).0
    }

    fn level_table(&self, model: &Model, identity: &Identity, part: Part, mut buffer: Vec<u8>) -> Vec<u8> {
        let groups = self.levels.groups().iter().enumerate();
        let changed: Vec<(usize, &Vec<LevelStep>)> = groups.filter(|(_, steps)| !steps.is_empty()).collect();
        let rows: usize = changed.iter().map(|(_, steps)| steps.len()).sum();
        buffer.clear();
        buffer.reserve(8 * rows + 4096);
        let mut writer = Writer::with_buffer(&LEVELS, buffer);
        let ids: Vec<&str> = changed.iter().map(|(group, _)| model.groups[*group].id.as_str()).collect();
        writer.text(&ids, (0..).zip(&changed).map(|(place, (_, steps))| (place, steps.len() as u32)));
        let mut pages: Vec<String> =
            changed.iter().map(|(group, steps)| format!("{group} {}", steps.len())).collect();
        let columns: [fn(&LevelStep) -> u32; 3] =
            [|step| step.replication, |step| step.from, |step| step.millionths];
        for column in columns {
            writer.whole_from(changed.iter().map(|(_, steps)| steps.iter().map(column)));
            for (text, end) in pages.iter_mut().zip(writer.page_ends()) {
                text.push_str(&format!(" {end}"));
            }
        }
        seal(writer, identity, part, &[("marking", &marking(model)), (PAGES, &pages.join(","))]).0
    }
}

fn marking(model: &Model) -> String {
    linchpin_analysis::findings::handling(model.meta.exercise, &model.meta.marking)
}

#[cfg(test)]
mod tests {
    use super::*;
    use linchpin_model::{GroupId, SimTime, Step};

    fn details() -> Details {
        Details { outages: Vec::new(), last: vec![0; 4], levels: LevelSteps::new(1) }
    }

    fn switch(time: u32, node: u32, failed: bool) -> Switch {
        Switch { time: SimTime(time), node: NodeId(node), failed }
    }

    #[test]
    fn failures_and_recoveries_make_outages() {
        let mut details = details();
        details.add_outages(6, &[switch(5, 0, true), switch(5, 1, true)]);
        details.add_outages(
            7,
            &[
                switch(10, 1, true),
                switch(20, 1, false),
                switch(20, 2, true),
                // Gone and back within the second.
                switch(25, 1, true),
                switch(25, 1, false),
                switch(30, 1, true),
            ],
        );
        let outage = |node, replication, from, to| Outage { node: NodeId(node), replication, from, to };
        let (sorted, by_node) = details.sorted_outages();
        assert_eq!(
            sorted,
            [
                outage(0, 6, 5, LASTING),
                outage(1, 6, 5, LASTING),
                outage(1, 7, 10, 20),
                outage(1, 7, 30, LASTING),
                outage(2, 7, 20, LASTING)
            ]
        );
        assert_eq!(by_node, [(NodeId(0), 1), (NodeId(1), 3), (NodeId(2), 1)]);
    }

    /// Two workers by turns, and one for all.
    #[test]
    fn whoever_took_which_replications_the_order_is_the_same() {
        let paired = |replication: u32| {
            let steps = (1..=replication % 5).map(|i| (replication * i, 0, u64::from(10 - i)));
            let run = linchpin_model::Record {
                initial: vec![10],
                steps: steps
                    .map(|(time, group, sum)| Step { time: SimTime(time), group: GroupId(group), sum })
                    .collect(),
                ..Default::default()
            };
            let mut paired = Paired::default();
            paired.load(1000, None, &run);
            paired
        };
        let of = |replications: &[u32]| {
            let mut details = details();
            for replication in replications {
                let switches =
                    [switch(3, replication % 4, true), switch(4 + replication, replication % 4, false)];
                details.add(*replication, &switches, &paired(*replication));
            }
            details
        };
        let all: Vec<u32> = (0..20).collect();
        let whole = of(&all);
        assert_eq!(whole.levels.groups()[0].len(), 40);
        for takes in [|r: &u32| r & 4 == 0, |r: &u32| *r > 12, |_: &u32| true, |r: &u32| r.is_multiple_of(3)]
        {
            let (first, second): (Vec<u32>, Vec<u32>) = all.iter().partition(|r| takes(r));
            for (mut one, other) in [(of(&first), of(&second)), (of(&second), of(&first))] {
                one.merge(&other);
                assert_eq!((&one.outages, &one.levels), (&whole.outages, &whole.levels));
            }
        }
    }
}
