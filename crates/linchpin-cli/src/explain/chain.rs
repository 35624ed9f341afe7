//! From a failure back to its root, along the proximate causes that the trace recorded.

use linchpin_model::{
    Cause, CeilingKind, EventId, Happening, Level, Model, NeedId, NodeId, Record, TraceEntry,
};

/// A cause chain longer than this says nothing to anybody.
const LONGEST: usize = 64;

/// One fall in a chain of falls: the first is that of the asset in question, the last that of the root.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Who fell.
    pub node: NodeId,
    /// When, in seconds.
    pub time: u32,
    /// Level before and after.
    pub from: Level,
    /// Level after.
    pub to: Level,
    /// Why.
    pub because: Because,
}

/// Why a node fell.
#[derive(Clone, Debug, PartialEq)]
pub enum Because {
    /// A need was no longer met.
    Need {
        /// Which.
        need: NeedId,
        /// The provider that fell last.
        provider: NodeId,
        /// What became of the autonomy of that need since the provider fell: (seconds, what).
        autonomy: Vec<(u32, Happening)>,
    },
    /// Something held it down itself.
    Own {
        /// What.
        kind: CeilingKind,
        /// What did it, where the trace tells.
        by: Option<Doer>,
    },
    /// The trace does not tell.
    Unknown,
}

/// What put a ceiling on a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doer {
    /// A scripted event.
    Event(EventId),
    /// A random failure.
    Chance,
}

/// The fall that is to be explained: the first to below the node's failure level, or else the deepest.
pub fn fall(model: &Model, record: &Record, node: NodeId) -> Option<usize> {
    let failed_below = model.nodes[node.index()].failed_below;
    let falls = record.trace.iter().enumerate().filter(|(_, entry)| entry.node == node);
    let falls = falls.filter_map(|(i, entry)| match entry.what {
        Happening::Fell { from, to, .. } => Some((i, from, to)),
        _ => None,
    });
    let failure = falls.clone().find(|(_, from, to)| *from >= failed_below && *to < failed_below);
    failure.or_else(|| falls.min_by_key(|(i, _, to)| (*to, *i))).map(|(i, _, _)| i)
}

/// The chain from the fall at `index` of the trace back to its root.
pub fn chain(record: &Record, index: usize) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    let mut next = Some(index);
    while let Some(index) = next.take() {
        let entry = record.trace[index];
        let Happening::Fell { from, to, cause, generation, .. } = entry.what else { break };
        let known = links.iter().any(|link| link.node == entry.node);
        if known || links.len() == LONGEST {
            break;
        }
        let because = match cause {
            Cause::None => Because::Unknown,
            Cause::Ceiling(kind) => Because::Own { kind, by: doer(record, index) },
            Cause::Need(need, provider) => {
                next = fall_before(record, provider, &entry, generation);
                let since = next.map_or(0, |fall| record.trace[fall].time.0);
                let autonomy = autonomy(record, entry.node, need, since, entry.time.0);
                Because::Need { need, provider, autonomy }
            }
        };
        links.push(Link { node: entry.node, time: entry.time.0, from, to, because });
    }
    links
}

/// The fall of a provider that made its consumer fall at `consumer`: the last one up to then, at best of the
/// generation before.
fn fall_before(record: &Record, provider: NodeId, consumer: &TraceEntry, generation: u16) -> Option<usize> {
    let falls = record.trace.iter().enumerate().rev();
    let falls = falls.filter(|(_, entry)| entry.node == provider && entry.time <= consumer.time).filter_map(
        |(i, entry)| match entry.what {
            Happening::Fell { generation, .. } => Some((i, generation)),
            _ => None,
        },
    );
    let parent = falls.clone().find(|(_, own)| Some(*own) == generation.checked_sub(1));
    parent.or_else(|| falls.clone().next()).map(|(i, _)| i)
}

/// The last event that hit a node, or random failure of it, up to its fall at `index`.
fn doer(record: &Record, index: usize) -> Option<Doer> {
    let fall = record.trace[index];
    // Within the instant of the fall the order of entries says nothing.
    let up_to = record.trace.partition_point(|entry| entry.time <= fall.time);
    record.trace[..up_to].iter().rev().filter(|entry| entry.node == fall.node).find_map(|entry| {
        match entry.what {
            Happening::Hit(event) => Some(Doer::Event(event)),
            Happening::FailedAtRandom => Some(Doer::Chance),
            _ => None,
        }
    })
}

fn autonomy(record: &Record, node: NodeId, need: NeedId, since: u32, until: u32) -> Vec<(u32, Happening)> {
    let concerns = |what: &Happening| {
        matches!(what, Happening::StageRuns(of, _) | Happening::StageSpent(of, _) | Happening::StageFailed(of, _)
            if *of == need)
    };
    record
        .trace
        .iter()
        .filter(|entry| {
            entry.node == node && (since..=until).contains(&entry.time.0) && concerns(&entry.what)
        })
        .map(|entry| (entry.time.0, entry.what))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use linchpin_model::SimTime;

    const SUBSTATION: NodeId = NodeId(0);
    const EXCHANGE: NodeId = NodeId(1);
    const HOSPITAL: NodeId = NodeId(2);

    fn entry(time: u32, node: NodeId, what: Happening) -> TraceEntry {
        TraceEntry { time: SimTime(time), node, what }
    }

    fn fell(cause: Cause, generation: u16) -> Happening {
        Happening::Fell { from: Level::ONE, to: Level::ZERO, cause, generation, root: SUBSTATION }
    }

    /// The substation is hit twice; its second failure drains the exchange's battery, then the hospital goes, in
    /// the same instant and noted before the exchange.
    fn record() -> Record {
        let hit = |event| Happening::Hit(EventId(event));
        let damage = fell(Cause::Ceiling(CeilingKind::Integrity), 0);
        let rose = Happening::Rose { from: Level::ZERO, to: Level::ONE };
        Record {
            trace: vec![
                entry(10, SUBSTATION, hit(0)),
                entry(10, SUBSTATION, damage),
                entry(20, SUBSTATION, rose),
                entry(30, SUBSTATION, hit(1)),
                entry(30, SUBSTATION, damage),
                entry(30, EXCHANGE, Happening::StageRuns(NeedId(0), 0)),
                entry(40, EXCHANGE, Happening::StageSpent(NeedId(0), 0)),
                entry(40, HOSPITAL, fell(Cause::Need(NeedId(1), EXCHANGE), 2)),
                entry(40, EXCHANGE, fell(Cause::Need(NeedId(0), SUBSTATION), 1)),
                entry(50, SUBSTATION, hit(2)),
            ],
            ..Record::default()
        }
    }

    #[test]
    fn a_failure_is_traced_to_its_root() {
        let record = record();
        let chain = chain(&record, 7);
        let nodes: Vec<_> = chain.iter().map(|link| (link.node, link.time)).collect();
        assert_eq!(nodes, [(HOSPITAL, 40), (EXCHANGE, 40), (SUBSTATION, 30)]);
        let Because::Need { autonomy, .. } = &chain[1].because else { panic!("{:?}", chain[1]) };
        let expected = [(30, Happening::StageRuns(NeedId(0), 0)), (40, Happening::StageSpent(NeedId(0), 0))];
        assert_eq!(autonomy, &expected);
        let by = Some(Doer::Event(EventId(1)));
        assert_eq!(chain[2].because, Because::Own { kind: CeilingKind::Integrity, by });
    }

    #[test]
    fn a_circle_in_the_trace_ends() {
        let mut record = record();
        record.trace[4].what = fell(Cause::Need(NeedId(2), HOSPITAL), 3);
        assert_eq!(chain(&record, 7).len(), 3);
    }
}
