//! The job: each replication once as it is, once without the threat, and once for each item out and each item that never
//! fails; what cannot differ is not run.

use super::influence::Influence;
use super::measure::{Kept, Measure, Meter};
use super::touched::{Touch, Touched};
use crate::compare::metric_unit;
use crate::labels::Series;
use crate::measure::reason;
use crate::run::lock;
use crate::work::{Job, Sums, Worker};
use linchpin_analysis::findings;
use linchpin_model::time::whole_seconds;
use linchpin_model::{
    CurveId, Draws, EventId, Layer, Level, Model, NeedId, NodeId, Purpose, Record, Seeds, Strike,
};
use linchpin_sim::{RunOptions, Simulation, WhatIf};
use std::sync::{Arc, Mutex};

/// Something that is ranked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// An asset.
    Asset(NodeId),
    /// A need of one: out while nothing arrives, held up while it is wholly supplied.
    Need(NeedId),
}

/// When whatever is taken out is out, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outage {
    /// From here on.
    pub at: u32,
    /// For so long; none: to the horizon.
    pub lasts: Option<u32>,
}

/// Replications of one model with one item changed at a time.
pub struct RankJob {
    shared: Arc<Shared>,
    simulation: Mutex<Simulation>,
    unit: String,
    metric: String,
}

struct Shared {
    /// With the event that takes items out.
    model: Arc<Model>,
    strike: EventId,
    items: Vec<Item>,
    outage: Outage,
    measure: Measure,
    /// None: nothing is left out.
    influence: Option<Influence>,
    seeds: Seeds,
}

impl RankJob {
    /// A job for these items and the metric of this id. With `brute_force` everything is run. None where the model has
    /// no such metric.
    pub fn new(
        model: &Model,
        metric: &str,
        items: &[Item],
        outage: Outage,
        seed: u64,
        brute_force: bool,
    ) -> Option<Self> {
        let measure = Measure::of(model, metric)?;
        let groups = measure.groups().unwrap_or_default();
        let influence = (!brute_force).then(|| Influence::of(model, &groups));
        let unit = metric_unit(model, metric).unwrap_or_default();
        let (model, strike) = model.with_strike(Strike::Closure { lasts: outage.lasts });
        let model = Arc::new(model);
        let simulation = Mutex::new(Simulation::new(model.clone()));
        let (items, seeds) = (items.to_vec(), Seeds::new(seed));
        let shared = Shared { model, strike, items, outage, measure, influence, seeds };
        Some(Self { shared: Arc::new(shared), simulation, unit, metric: metric.to_owned() })
    }
}

impl Shared {
    /// The node whose level an item is about.
    fn node_of(&self, item: Item) -> NodeId {
        match item {
            Item::Asset(node) => node,
            Item::Need(need) => self.model.needs[need.index()].owner,
        }
    }
}

impl Job for RankJob {
    type Sums = RankSums;
    type Worker = RankWorker;

    /// The loss as it is, then each item out, then each item held up.
    fn columns(&self) -> Vec<Series> {
        let series = |what: String| Series {
            id: format!("{what}/{}", self.metric),
            group: what,
            unit: self.unit.clone(),
        };
        let name = |item: &Item| match item {
            Item::Asset(node) => self.shared.model.id(*node).to_owned(),
            Item::Need(need) => {
                let owner = self.shared.model.needs[need.index()].owner;
                let place = need.0 - self.shared.model.need_start[owner.index()];
                format!("{} need {}", self.shared.model.id(owner), place + 1)
            }
        };
        let outs = self.shared.items.iter().map(|item| series(format!("out: {}", name(item))));
        let held = self.shared.items.iter().map(|item| series(format!("held up: {}", name(item))));
        std::iter::once(series("as it is".to_owned())).chain(outs).chain(held).collect()
    }

    fn answers(&self) -> Vec<Series> {
        Vec::new()
    }

    fn marking(&self) -> String {
        let meta = &self.shared.model.meta;
        findings::handling(meta.exercise, &meta.marking)
    }

    fn headline(&self) -> Option<usize> {
        Some(0)
    }

    fn worker(&self) -> RankWorker {
        let shared = self.shared.clone();
        RankWorker {
            simulation: lock(&self.simulation).fork(),
            meter: Meter::new(shared.measure.clone(), &shared.model),
            what_if: WhatIf::default(),
            ordinary: Beside::default(),
            struck: Beside::default(),
            record: Record::default(),
            shared,
        }
    }

    fn sums(&self) -> RankSums {
        RankSums::default()
    }
}

/// The world of one thread.
pub struct RankWorker {
    shared: Arc<Shared>,
    simulation: Simulation,
    meter: Meter,
    what_if: WhatIf,
    /// Without the threat.
    ordinary: Beside,
    /// With it.
    struck: Beside,
    record: Record,
}

/// A run that others are set beside.
#[derive(Debug, Default)]
struct Beside {
    record: Record,
    touched: Touched,
    lost: f64,
    kept: Option<Kept>,
}

/// A replication that ran into a limit.
type Failed = String;

impl Worker for RankWorker {
    type Sums = RankSums;

    fn run(
        &mut self,
        replication: u32,
        sums: &mut RankSums,
        row: &mut [f64],
        _: &mut [bool],
    ) -> Result<(), Failed> {
        let shared = self.shared.clone();
        let draws = shared.seeds.replication(replication);
        self.begin(replication, draws, sums)?;
        let [first, others @ ..] = row else { return Ok(()) };
        *first = self.struck.lost;
        let (outs, held) = others.split_at_mut(shared.items.len());
        for ((item, out), held) in shared.items.iter().zip(outs).zip(held) {
            let lost = match self.out_without_running(*item, draws) {
                Some(lost) => lost,
                None => self.run_out(*item, replication, draws, sums)?,
            };
            *out = more(lost, self.ordinary.lost);
            let lost = match self.held_without_running(*item) {
                Some(lost) => lost,
                None => self.run_held(*item, replication, draws, sums)?,
            };
            *held = more(self.struck.lost, lost);
        }
        sums.rows += 1;
        sums.whole += 2 + 2 * shared.items.len() as u64;
        Ok(())
    }
}

/// `a - b`; nothing where both are the same, infinite or not.
fn more(a: f64, b: f64) -> f64 {
    if a == b { 0.0 } else { a - b }
}

impl RankWorker {
    /// The replication without the threat, and as it is.
    fn begin(&mut self, replication: u32, draws: Draws, sums: &mut RankSums) -> Result<(), Failed> {
        self.what_if.clear();
        self.simulation.set_what_if(&self.what_if);
        let trace = self.shared.influence.is_some();
        for (beside, threat) in [(&mut self.ordinary, false), (&mut self.struck, true)] {
            self.simulation.run(replication, draws, RunOptions { threat, trace }, &mut beside.record);
            sums.runs += 1;
            if let Some(failure) = beside.record.failure {
                return Err(reason(failure).to_owned());
            }
            if trace {
                beside.touched.read(self.shared.model.nodes.len(), &beside.record);
            }
        }
        self.meter.against(&self.ordinary.record);
        for with_threat in [false, true] {
            let base = &self.ordinary.record;
            let run = if with_threat { &self.struck.record } else { base };
            let lost = self.meter.lost(base, run);
            let kept = trace.then(|| self.meter.keep());
            let beside = if with_threat { &mut self.struck } else { &mut self.ordinary };
            (beside.lost, beside.kept) = (lost, kept);
        }
        Ok(())
    }

    fn run_out(
        &mut self,
        item: Item,
        replication: u32,
        draws: Draws,
        sums: &mut RankSums,
    ) -> Result<f64, Failed> {
        self.what_if.clear();
        let Outage { at, lasts } = self.shared.outage;
        match item {
            Item::Asset(node) => self.what_if.struck.push(node),
            Item::Need(need) => {
                self.what_if.cut.push(need);
                self.what_if.cut_until = lasts.map_or(u32::MAX, |lasts| at.saturating_add(lasts));
            }
        }
        (self.what_if.at, self.what_if.by) = (at, self.shared.strike);
        self.run_changed(replication, draws, false, sums)
    }

    fn run_held(
        &mut self,
        item: Item,
        replication: u32,
        draws: Draws,
        sums: &mut RankSums,
    ) -> Result<f64, Failed> {
        self.what_if.clear();
        match item {
            Item::Asset(node) => self.what_if.held_up.push(node),
            Item::Need(need) => self.what_if.met.push(need),
        }
        self.run_changed(replication, draws, true, sums)
    }

    fn run_changed(
        &mut self,
        replication: u32,
        draws: Draws,
        threat: bool,
        sums: &mut RankSums,
    ) -> Result<f64, Failed> {
        self.simulation.set_what_if(&self.what_if);
        self.simulation.run(replication, draws, RunOptions { threat, trace: false }, &mut self.record);
        sums.runs += 1;
        match self.record.failure {
            Some(failure) => Err(reason(failure).to_owned()),
            None => Ok(self.meter.lost(&self.ordinary.record, &self.record)),
        }
    }

    /// What the ordinary day loses with an item out, where that can be told without running it.
    ///
    /// - What reaches no delivery point that counts changes nothing that counts.
    /// - Where nothing depends on an asset, nothing happens to it and its providers by themselves, the day is the same but for
    ///   its own level, which is back when it is let go and has restarted.
    fn out_without_running(&self, item: Item, draws: Draws) -> Option<f64> {
        let influence = self.shared.influence.as_ref()?;
        let people = matches!(self.shared.measure, Measure::People(_));
        if people && !influence.relevant[self.shared.node_of(item).index()] {
            return Some(self.ordinary.lost);
        }
        let Item::Asset(node) = item else { return None };
        let fixed = &self.shared.model.nodes[node.index()];
        let simple = people
            && influence.alone[node.index()]
            && self.lacks_nothing(node)
            && fixed.initial == Level::ONE
            && !fixed.invulnerable;
        if !simple {
            return None;
        }
        let Outage { at, lasts } = self.shared.outage;
        let restart = fixed.restart.some().map_or(0, |dist| {
            let u = draws.uniform(Layer::Response, fixed.key, Purpose::Restart, 0);
            whole_seconds(self.shared.model.dist(dist).quantile(u))
        });
        let until = lasts.map_or(u32::MAX, |lasts| at.saturating_add(lasts).saturating_add(restart));
        let course = [(at, -i64::from(Level::SCALE)), (until, 0)];
        let memberships = self.shared.model.memberships_of(node);
        self.meter.changed(self.ordinary.kept.as_ref()?, memberships, course.into_iter())
    }

    /// True where a node and all it needs are at full level throughout the ordinary day, and supply enough.
    fn lacks_nothing(&self, node: NodeId) -> bool {
        let (model, touched) = (&self.shared.model, &self.ordinary.touched);
        touched.of(node) == Touch::None
            && model.needs_of(node).all(|need| {
                let links = model.links_of(need);
                let weight: u64 = links.iter().map(|link| u64::from(link.weight)).sum();
                weight >= u64::from(model.needs[need.index()].required)
                    && links.iter().all(|link| touched.of(link.provider) == Touch::None)
            })
    }

    /// What a replication loses with an item held up, where that can be told without running it.
    ///
    /// - Nothing was done to it and it lacked nothing: nothing changes.
    /// - Only its level moved, and that reaches no delivery point that counts.
    /// - Only its level moved and nothing depends on it: the replication is the same but for that level.
    fn held_without_running(&self, item: Item) -> Option<f64> {
        let influence = self.shared.influence.as_ref()?;
        let node = self.shared.node_of(item);
        let people = matches!(self.shared.measure, Measure::People(_));
        if let Item::Need(need) = item {
            // Where a response curve falls, more supply may mean less.
            let curve = |curve: CurveId| self.shared.model.curves[curve.index()].is_rising();
            if !self.shared.model.needs[need.index()].response.some().is_none_or(curve) {
                return None;
            }
        }
        match self.struck.touched.of(node) {
            Touch::None => return Some(self.struck.lost),
            Touch::Level if people => {}
            Touch::Level | Touch::More => return None,
        }
        if !influence.relevant[node.index()] {
            return Some(self.struck.lost);
        }
        let whole = matches!(item, Item::Asset(_));
        if !whole
            || !influence.alone[node.index()]
            || self.shared.model.nodes[node.index()].initial != Level::ONE
        {
            return None;
        }
        let missing = |(time, level): (u32, u32)| (time, i64::from(Level::SCALE) - i64::from(level));
        let course = self.struck.touched.course(node).map(missing);
        let memberships = self.shared.model.memberships_of(node);
        self.meter.changed(self.struck.kept.as_ref()?, memberships, course)
    }
}

/// How much was run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RankSums {
    /// Replications.
    pub rows: u64,
    /// Runs of the model that were made.
    pub runs: u64,
    /// Runs it would have taken without leaving any out.
    pub whole: u64,
}

impl Sums for RankSums {
    fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        self.runs += other.runs;
        self.whole += other.whole;
    }

    fn to_bytes(&self) -> Vec<u8> {
        [self.rows, self.runs, self.whole].iter().flat_map(|sum| sum.to_le_bytes()).collect()
    }

    fn merge_bytes(&mut self, bytes: &[u8]) -> bool {
        let sums: Vec<u64> =
            bytes.chunks_exact(8).filter_map(|part| part.try_into().ok()).map(u64::from_le_bytes).collect();
        let ([rows, runs, whole], 24) = (sums.as_slice(), bytes.len()) else { return false };
        self.merge(&Self { rows: *rows, runs: *runs, whole: *whole });
        true
    }
}
