//! `linchpin status`: what of a study is done, and what is missing.

use crate::args::StatusArgs;
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::json;
use crate::number::count;
use linchpin_ensemble::{Inventory, Lock, Manifest, Part, Shard, StudyError, hex};
use serde::Serialize;
use std::fmt::Write;
use std::path::Path;

/// Version of the layout of what `--json` prints.
const STATUS_VERSION: u32 = 1;

/// What of a study is done.
#[derive(Debug, Serialize)]
pub struct Status {
    version: u32,
    /// The folder, as it was named.
    study: String,
    scenario_hash: String,
    seed: u64,
    program: String,
    state: String,
    shard: Option<Shard>,
    until: Option<String>,
    /// True where nothing is missing.
    pub complete: bool,
    /// True where a process is writing into the folder.
    working: bool,
    /// Replications of the whole study.
    planned: u32,
    /// Replications that this folder is to have.
    wanted: u64,
    /// Replications that this folder has.
    done: u64,
    block_size: u32,
    blocks_done: u64,
    blocks: u64,
    missing: Vec<Gap>,
    notes: Vec<String>,
}

/// Blocks in a row that are missing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
struct Gap {
    first_block: u32,
    last_block: u32,
    /// First replication.
    first: u64,
    replications: u64,
}

/// Gaps of ascending parts.
fn gaps<'a>(parts: impl Iterator<Item = &'a Part>) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = Vec::new();
    for part in parts {
        let replications = u64::from(part.rows);
        match gaps.last_mut() {
            Some(last) if last.last_block + 1 == part.index => {
                last.last_block = part.index;
                last.replications += replications;
            }
            _ => gaps.push(Gap {
                first_block: part.index,
                last_block: part.index,
                first: part.first.into(),
                replications,
            }),
        }
    }
    gaps
}

impl Status {
    /// Of a study folder.
    ///
    /// # Errors
    /// Where there is no study, or where it cannot be read.
    pub fn of(folder: &Path) -> Result<Self, Failure> {
        let Some(manifest) = Manifest::read(folder) else {
            let failure = Failure::from(StudyError::NoStudy(folder.to_owned()));
            return Err(failure.hint("what was planned stands in manifest.json, which is missing"));
        };
        let mut inventory = Inventory::read(folder)?;
        let mut notes = std::mem::take(&mut inventory.notes);
        inventory.blocks.retain(|index, block| {
            let identity = &block.header.identity;
            let fits = (hex(&identity.scenario), hex(&identity.catalogue), identity.seed, &identity.program)
                == (
                    manifest.scenario_hash.clone(),
                    manifest.catalogue_hash.clone(),
                    manifest.seed,
                    &manifest.program,
                );
            if !fits {
                notes.push(format!("block {index} is left out: it is of another study"));
            }
            fits
        });
        let wanted = manifest.parts();
        let there = |part: &Part| {
            let block = inventory.blocks.get(&part.index);
            block.is_some_and(|block| (block.header.first, block.header.rows) == (part.first, part.rows))
        };
        let wanted_rows = wanted.iter().map(|part| u64::from(part.rows)).sum();
        let missing = gaps(wanted.iter().filter(|part| !there(part)));
        let missing_rows: u64 = missing.iter().map(|gap| gap.replications).sum();
        let missing_blocks: u64 =
            missing.iter().map(|gap| u64::from(gap.last_block - gap.first_block) + 1).sum();
        Ok(Self {
            version: STATUS_VERSION,
            study: folder.display().to_string(),
            complete: missing.is_empty(),
            working: Lock::is_taken(folder),
            wanted: wanted_rows,
            done: wanted_rows - missing_rows,
            blocks_done: wanted.len() as u64 - missing_blocks,
            blocks: wanted.len() as u64,
            missing,
            notes,
            scenario_hash: manifest.scenario_hash,
            seed: manifest.seed,
            program: manifest.program,
            state: manifest.state,
            shard: manifest.shard,
            until: manifest.until,
            planned: manifest.planned,
            block_size: manifest.block_size,
        })
    }

    /// 0 where nothing is missing, 5 else.
    pub fn exit(&self) -> Exit {
        if self.complete { Exit::Done } else { Exit::Incomplete }
    }

    /// On a few lines.
    pub fn text(&self) -> String {
        // Writing to a string cannot fail.
        let mut out = String::new();
        let most = if self.until.is_some() && !self.complete { "at most " } else { "" };
        let _ = writeln!(
            out,
            "{}: {} of {most}{} replications are done ({} of {} blocks)",
            self.study,
            count(self.done),
            count(self.wanted),
            count(self.blocks_done),
            count(self.blocks)
        );
        if let Some(shard) = self.shard {
            let _ =
                writeln!(out, "part        {shard}, of {} replications in all", count(self.planned.into()));
        }
        let _ = writeln!(out, "seed        {}", self.seed);
        let _ = writeln!(out, "scenario    {}", self.scenario_hash);
        let _ = writeln!(out, "version     {}", self.program);
        let stopped = if self.working { "another linchpin is working on it" } else { &self.state };
        let _ = writeln!(out, "state       {stopped}");
        for Gap { first, replications, .. } in &self.missing {
            let last = first + replications - 1;
            let _ = writeln!(out, "missing     replications {} to {}", count(*first), count(last));
        }
        for note in &self.notes {
            let _ = writeln!(out, "note        {note}");
        }
        out
    }

    /// What fills the gaps; none where there is nothing to do, or somebody does it.
    pub fn remedy(&self) -> Option<String> {
        if self.complete || self.working {
            return None;
        }
        Some(match &self.until {
            None => format!("to fill it: linchpin run {} --missing", self.study),
            Some(until) => format!(
                "to go on: linchpin run {0} --seed {1} --replications {2} --until {until} --out {0} --resume",
                self.study, self.seed, self.planned
            ),
        })
    }

    /// Prints it.
    ///
    /// # Errors
    /// Where standard output cannot be written to.
    pub fn show(&self, as_json: bool, console: &Console) -> Result<(), Failure> {
        console.data(&if as_json { json(self)? } else { self.text() })?;
        if let Some(remedy) = self.remedy() {
            console.note(&remedy);
        }
        Ok(())
    }
}

/// Runs the command.
pub fn status(args: &StatusArgs, console: &Console) -> Result<Exit, Failure> {
    let status = Status::of(&args.study)?;
    status.show(args.talk.json, console)?;
    Ok(status.exit())
}

#[cfg(test)]
mod tests {
    use super::{Gap, gaps};
    use linchpin_ensemble::Part;

    #[test]
    fn blocks_in_a_row_are_one_gap() {
        let part = |index| Part { index, first: 10 * index, rows: if index == 9 { 4 } else { 10 } };
        let parts = [1, 2, 5, 8, 9].map(part);
        let gap = |first_block, last_block, replications| Gap {
            first_block,
            last_block,
            first: u64::from(10 * first_block),
            replications,
        };
        assert_eq!(gaps(parts.iter()), [gap(1, 2, 20), gap(5, 5, 10), gap(8, 9, 14)]);
        assert_eq!(gaps([].iter()), []);
    }
}
