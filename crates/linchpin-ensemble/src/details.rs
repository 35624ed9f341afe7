//! What happened in each replication, kept beside each block for questions asked later: outages of assets
//! (`runs/outages-00012.parquet`) and levels of groups over time (`runs/levels-00012.parquet`).
//!
//! Both tables are sorted by whom they are about, then by replication and time, so that a question about one asset or group
//! reads little. `docs/study-format.md` describes them.

use crate::identity::Identity;
use crate::seal::{Part, seal};
use crate::store::runs_folder;
use linchpin_analysis::Paired;
use linchpin_model::{Level, Model, NodeId, Switch};
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

/// One outage; it lasts until the end where `to` is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Outage {
    node: NodeId,
    replication: u32,
    from: u32,
    to: Option<u32>,
}

/// From `from` on the level is this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Step {
    replication: u32,
    from: u32,
    level: u32,
}

/// What happened in some replications of a block, in any order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Details {
    outages: Vec<Outage>,
    /// By group; a group is at full level until its first step.
    levels: Vec<Vec<Step>>,
    switches: Vec<Switch>,
}

impl Details {
    pub fn new(groups: usize) -> Self {
        Self { levels: vec![Vec::new(); groups], ..Self::default() }
    }

    /// Adds a replication: failures and recoveries in order of time, and the curves that are loaded.
    pub fn add(&mut self, replication: u32, switches: &[Switch], paired: &Paired) {
        self.add_outages(replication, switches);
        for (group, steps) in self.levels.iter_mut().enumerate().take(paired.groups()) {
            let mut before = Level::SCALE;
            for segment in paired.segments(group) {
                // Held within 0 to 1, so that rounding is adding a half.
                let level = (segment.share() * f64::from(Level::SCALE) + 0.5) as u32;
                if level != before {
                    steps.push(Step { replication, from: segment.from, level });
                    before = level;
                }
            }
        }
    }

    fn add_outages(&mut self, replication: u32, switches: &[Switch]) {
        self.switches.clear();
        self.switches.extend_from_slice(switches);
        // Stable: in order of time within a node.
        self.switches.sort_by_key(|switch| switch.node);
        let mut switches = self.switches.iter().peekable();
        while let Some(failed) = switches.next() {
            let back = switches.next_if(|next| next.node == failed.node && !next.failed);
            let (node, from, to) = (failed.node, failed.time.0, back.map(|back| back.time.0));
            // What came back within the second was not away.
            if failed.failed && to != Some(from) {
                self.outages.push(Outage { node, replication, from, to });
            }
        }
    }

    /// Takes over what another has collected.
    pub fn merge(&mut self, other: &mut Self) {
        self.outages.append(&mut other.outages);
        for (own, others) in self.levels.iter_mut().zip(&mut other.levels) {
            own.append(others);
        }
    }

    /// The files to be written beside a block.
    pub fn encode(&mut self, model: &Model, identity: &Identity, part: Part) -> Vec<Beside> {
        self.outages.sort_unstable();
        // Mostly in order already: workers take chunks in order.
        self.levels.iter_mut().for_each(|steps| steps.sort());
        let outages = Beside { name: BESIDE[0], bytes: self.outage_table(model, identity, part) };
        let levels = Beside { name: BESIDE[1], bytes: self.level_table(model, identity, part) };
        vec![outages, levels]
    }

    fn outage_table(&self, model: &Model, identity: &Identity, part: Part) -> Vec<u8> {
        let mut writer = Writer::new(&OUTAGES);
        let by_node: Vec<&[Outage]> = self.outages.chunk_by(|a, b| a.node == b.node).collect();
        let ids: Vec<&str> = by_node.iter().map(|of| model.id(of[0].node)).collect();
        writer.text(&ids, by_node.iter().zip(0..).map(|(of, place)| (place, of.len() as u32)));
        let column = |value: fn(&Outage) -> u32| self.outages.iter().map(value).collect::<Vec<_>>();
        writer.whole([&column(|outage| outage.replication)[..]]);
        writer.whole([&column(|outage| outage.from)[..]]);
        let to: Vec<Option<u32>> = self.outages.iter().map(|outage| outage.to).collect();
        writer.optional_whole([&to[..]]);
        seal(writer, identity, part, &[("marking", &marking(model))]).0
    }

    fn level_table(&self, model: &Model, identity: &Identity, part: Part) -> Vec<u8> {
        let rows: usize = self.levels.iter().map(Vec::len).sum();
        let mut writer = Writer::with_capacity(&LEVELS, 6 * rows + 4096);
        let changed = || self.levels.iter().enumerate().filter(|(_, steps)| !steps.is_empty());
        let ids: Vec<&str> = changed().map(|(group, _)| model.groups[group].id.as_str()).collect();
        writer.text(&ids, changed().zip(0..).map(|((_, steps), place)| (place, steps.len() as u32)));
        let mut pages: Vec<String> =
            changed().map(|(group, steps)| format!("{group} {}", steps.len())).collect();
        let values: [fn(&Step) -> u32; 3] = [|step| step.replication, |step| step.from, |step| step.level];
        for value in values {
            let column: Vec<u32> = changed().flat_map(|(_, steps)| steps.iter().map(value)).collect();
            let mut rest = &column[..];
            writer.whole(changed().map(|(_, steps)| {
                let (page, after) = rest.split_at(steps.len());
                rest = after;
                page
            }));
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
    use linchpin_model::SimTime;

    #[test]
    fn failures_and_recoveries_make_outages() {
        let switch = |time, node, failed| Switch { time: SimTime(time), node: NodeId(node), failed };
        let mut details = Details::new(0);
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
        let outage = |node, from, to| Outage { node: NodeId(node), replication: 7, from, to };
        assert_eq!(details.outages, [outage(1, 10, Some(20)), outage(1, 30, None), outage(2, 20, None)]);
    }
}
