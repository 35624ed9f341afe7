//! An accumulator as bytes: sparse, and checked when it is read back.

use super::{BINS, BlockAccumulator, FULL, FULL_MILLIONTHS, LevelSums, NodeSums};
use crate::wire::{Reader, put, put_signed};
use linchpin_model::{Model, NodeId};
use std::fmt;

/// First bytes: what it is, and the version of the layout.
const MAGIC: [u8; 4] = *b"LPA1";

/// Bytes that are no accumulator of this model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// Where in the bytes.
    pub at: usize,
    /// What is wrong.
    pub what: &'static str,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.what, self.at)
    }
}

impl std::error::Error for Malformed {}

pub(super) fn write(accumulator: &BlockAccumulator, out: &mut Vec<u8>) {
    out.extend(MAGIC);
    for dimension in dimensions(accumulator) {
        put(out, dimension);
    }
    put(out, accumulator.replications.into());
    put(out, accumulator.events);
    let used = |(_, sums): &(usize, &NodeSums)| **sums != NodeSums::default();
    write_nodes(accumulator.nodes.iter().enumerate().filter(used), out);
    let roots = accumulator.roots.iter().map(|(node, sums)| (node.index(), sums));
    write_nodes(roots.filter(used), out);
    for sum in &accumulator.induced {
        put_signed(out, *sum);
    }
    for sum in &accumulator.held {
        put(out, (*sum).into());
    }
    for levels in &accumulator.levels {
        write_changes(&levels.table(), out);
        write_changes(&levels.sum, out);
    }
    accumulator.courses.write(out);
}

/// Sizes that must agree with the model.
fn dimensions(accumulator: &BlockAccumulator) -> [u128; 6] {
    [
        accumulator.nodes.len() as u128,
        accumulator.induced.len() as u128,
        accumulator.held.len() as u128,
        accumulator.levels.len() as u128,
        accumulator.grid.step.into(),
        accumulator.grid.horizon.into(),
    ]
}

/// Gap to the node before, then the sums; a gap of 0 ends the list.
fn write_nodes<'a>(nodes: impl Iterator<Item = (usize, &'a NodeSums)>, out: &mut Vec<u8>) {
    let mut next = 0;
    for (node, sums) in nodes {
        put(out, (node - next) as u128 + 1);
        put(out, sums.times.into());
        put_signed(out, sums.lost);
        put(out, sums.squares);
        next = node + 1;
    }
    put(out, 0);
}

/// Gap to the change before, then the change; a gap of 0 ends the list.
pub(super) fn write_changes<T: Copy + Default + PartialEq + Into<i128>>(changes: &[T], out: &mut Vec<u8>) {
    // Most are none: they are passed over some at a time.
    const AT_A_TIME: usize = 32;
    let mut next = 0;
    for (some, first) in changes.chunks(AT_A_TIME).zip((0..).step_by(AT_A_TIME)) {
        if some.iter().fold(false, |any, change| any | (*change != T::default())) {
            for (place, change) in (first..).zip(some).filter(|(_, change)| **change != T::default()) {
                put(out, (place - next) as u128 + 1);
                put_signed(out, (*change).into());
                next = place + 1;
            }
        }
    }
    put(out, 0);
}

pub(super) fn read(model: &Model, bytes: &[u8]) -> Result<BlockAccumulator, Malformed> {
    let mut reader = Reader(bytes);
    let mut accumulator = BlockAccumulator::new(model);
    let result = read_into(&mut accumulator, &mut reader);
    let at = bytes.len() - reader.0.len();
    match result {
        Ok(()) if reader.0.is_empty() => Ok(accumulator),
        Ok(()) => Err(Malformed { at, what: "more than one accumulator" }),
        Err(what) => Err(Malformed { at, what }),
    }
}

pub(super) const CUT: &str = "a number that is cut off or too large";
pub(super) const CHANGED: &str = "a value that can not be";

fn read_into(accumulator: &mut BlockAccumulator, reader: &mut Reader<'_>) -> Result<(), &'static str> {
    for expected in MAGIC {
        if reader.byte() != Some(expected) {
            return Err("no accumulator of this version");
        }
    }
    for expected in dimensions(accumulator) {
        if reader.number().ok_or(CUT)? != expected {
            return Err("an accumulator of another model");
        }
    }
    accumulator.replications = reader.small().ok_or(CUT)?;
    accumulator.events = reader.number().ok_or(CUT)?;
    let (nodes, n) = (accumulator.nodes.len(), accumulator.replications);
    // Sums of many accumulators must stay far from overflow.
    if n > u64::from(u32::MAX) / 4 || accumulator.events > 1 << 100 {
        return Err(CHANGED);
    }
    for (node, sums) in read_nodes(reader, nodes, n)? {
        accumulator.nodes[node] = sums;
    }
    for (node, sums) in read_nodes(reader, nodes, n)? {
        *accumulator.roots.of(NodeId::new(node)) = sums;
    }
    for sum in &mut accumulator.induced {
        *sum = reader.signed().filter(|sum| sum.unsigned_abs() < 1 << 100).ok_or(CUT)?;
    }
    for sum in &mut accumulator.held {
        *sum = reader.small().filter(|held| *held <= n).ok_or(CUT)?;
    }
    let points = accumulator.grid.points;
    for (group, levels) in (0..).zip(&mut accumulator.levels) {
        let mean_only = accumulator.averaged.binary_search(&group).is_ok();
        read_levels(reader, levels, points, n, mean_only)?;
    }
    accumulator.courses.read(reader, n)
}

fn read_nodes(reader: &mut Reader<'_>, nodes: usize, n: u64) -> Result<Vec<(usize, NodeSums)>, &'static str> {
    let mut list = Vec::new();
    while let Some(node) = read_gap(reader, list.last().map_or(0, |(node, _)| node + 1), nodes)? {
        let sums = NodeSums {
            times: reader.small().filter(|times| *times <= n).ok_or(CUT)?,
            lost: reader.signed().filter(|lost| lost.unsigned_abs() < 1 << 100).ok_or(CUT)?,
            squares: reader.number().filter(|squares| *squares < 1 << 120).ok_or(CUT)?,
        };
        if sums == NodeSums::default() {
            return Err(CHANGED);
        }
        list.push((node, sums));
    }
    Ok(list)
}

/// The next position below `end`; `None` at the end of the list.
pub(super) fn read_gap(
    reader: &mut Reader<'_>,
    next: usize,
    end: usize,
) -> Result<Option<usize>, &'static str> {
    let gap: u32 = reader.small().ok_or(CUT)?;
    match (gap as usize).checked_sub(1).map(|gap| next + gap) {
        None => Ok(None),
        Some(position) if position < end => Ok(Some(position)),
        Some(_) => Err("a position beyond the end"),
    }
}

fn read_levels(
    reader: &mut Reader<'_>,
    levels: &mut LevelSums,
    points: usize,
    n: u64,
    mean_only: bool,
) -> Result<(), &'static str> {
    let (mut bins, mut sum) = (Vec::new(), Vec::new());
    let mut next = 0;
    let places = if mean_only { 0 } else { points * BINS };
    while let Some(place) = read_gap(reader, next, places)? {
        bins.resize(places, 0);
        bins[place] = read_change(reader)?;
        next = place + 1;
    }
    next = 0;
    while let Some(point) = read_gap(reader, next, points)? {
        sum.resize(points, 0);
        sum[point] = read_change(reader)?;
        next = point + 1;
    }
    // Changes of the bins come with changes of the mean, or cancel out.
    if !bins.is_empty() {
        sum.resize(points, 0);
    }
    check_levels(&bins, &sum, n)?;
    *levels = LevelSums::of(bins, sum);
    Ok(())
}

pub(super) fn read_change<T: TryFrom<i128>>(reader: &mut Reader<'_>) -> Result<T, &'static str> {
    reader.signed().filter(|change| *change != 0).and_then(|change| T::try_from(change).ok()).ok_or(CUT)
}

/// At every point every replication is in one bin, and levels lie within 0 and 1.
fn check_levels(bins: &[i32], sum: &[i64], n: u64) -> Result<(), &'static str> {
    let n = i128::from(n);
    let mut counts = [0_i128; BINS];
    counts[FULL] = n;
    for row in bins.chunks_exact(BINS) {
        counts.iter_mut().zip(row).for_each(|(count, change)| *count += i128::from(*change));
        if counts.iter().sum::<i128>() != n || counts.iter().min() < Some(&0) {
            return Err(CHANGED);
        }
    }
    let full = n * i128::from(FULL_MILLIONTHS);
    let mut level = full;
    for change in sum {
        level += i128::from(*change);
        if !(0..=full).contains(&level) {
            return Err(CHANGED);
        }
    }
    Ok(())
}
