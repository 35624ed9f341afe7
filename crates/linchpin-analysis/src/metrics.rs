//! The metrics of one replication, each with a stable id.
//!
//! Levels `Q` are relative to the paired run without the threat; "lost" is measured against that run. All is
//! within the horizon: what is still lost at its end counts up to there.
//!
//! | id | unit | meaning |
//! | --- | --- | --- |
//! | `person_hours/SERVICE[/REGION]` | person-hours | people without the service, integrated over time; a delivery point at 40 % leaves 60 % of its people without |
//! | `people_peak/...` | people | most people without at once |
//! | `longest_loss/...` | h | longest time without a break in which `Q` lies below 0.95 |
//! | `lost_service/GROUP` | h | integral of `1 - Q` |
//! | `robustness/GROUP` | share | lowest `Q` |
//! | `restore_50`, `_90`, `_95`, `_99/GROUP` | h | from the onset (first `Q` below 1) to the last upcrossing of that level; 0 where it never was below, infinite where it is below at the horizon |
//! | `trapezoid_phi`, `_lambda`, `_e`, `_pi`, `_a/GROUP` | 1/h, share, h, 1/h, h | see [`Trapezoid`](crate::curve::Trapezoid); services and declared groups |
//! | `cascade_size` | assets | assets and pools that failed at least once |
//! | `cascade_added` | assets | of these, how many did not fail in the paired run; with background only |
//! | `cascade_direct` | assets | first failures of generation 0: brought down themselves, not by a provider |
//! | `cascade_induced_share` | share | first failures that a provider brought on, of all |
//! | `cascade_generations` | generations | longest chain |
//! | `cascade_branching` | ratio | the `b` for which `direct (1 + b + ... + b^generations)` is the size: failures that one failure brings on in the next generation |
//! | `locked_out` | assets | down at the horizon only because they wait for each other |
//! | `repairs` | repairs | repairs finished |
//! | `repair_wait` | h | waiting of all jobs for crews or spares, in sum |
//!
//! Where the model has campaigns, malware or plans (step, campaign, actor... stand for ids; a step is `CAMPAIGN/STEP`):
//!
//! | id | unit | meaning |
//! | --- | --- | --- |
//! | `actor_loss/ACTOR`, `campaign_loss/...`, `step_loss/...`, `malware_loss/...`, `plan_loss/...`, `event_loss/...` | asset-hours | lost service that began where the steps of an actor or campaign, the step, the malware, the plan or the scripted event struck first; an actor's and a campaign's holds that of malware which only the campaign brings in |
//! | `campaign_begun`, `_reached`, `_noticed_first`, `_ascribed_rightly` | share | 1 where it took place, reached all its goals, was noticed before that, was ascribed to those who did it |
//! | `campaign_reach_time`, `_notice_time`, `_attribution_time` | h | from its beginning; infinite where it did not come to that by the horizon, or did not take place |
//! | `campaign_effort` | effort | effort spent |
//! | `step_tried`, `_succeeded`, `_noticed`, `_blocked` | share | 1 where at least one try was made, succeeded, was noticed, was noticed and stopped |
//! | `step_stops` | share | 1 where it was tried and never succeeded, and the campaign did not reach its goal |
//! | `malware_infected`, `_impaired`, `_crossed`, `_shutdowns`, `_peak` | assets | assets ever infected, impaired, reached in their control systems, shut down as a precaution; most infected or impaired at once |
//! | `malware_dwell`, `_detect_time` | h | from the first infection to the first impairment, until it was noticed; infinite where that did not come |
//! | `malware_contain_time` | h | from the first infection until nothing is infected or impaired; 0 where nothing ever was, infinite where something is at the horizon |
//! | `plan_used` | share | 1 where it was carried out |
//! | `plan_uses`, `plan_false_alarms` | times | how often, how often without cause |
//! | `plan_time` | h | from the start of the scenario until it was first in force; infinite where it never was |
//! | `plan_cost` | cost | of all uses of all plans |
//! | `team_utilisation/TEAM` | share | crews' time at work of their time there |
//! | `team_jobs/TEAM` | jobs | jobs it took |
//! | `control_lost`, `control_lost_peak` | asset-hours, assets | without remote control, and most at once |
//! | `harmed`, `records_taken` | people, records | people harmed, records taken |
//!
//! Person-hours are not added over services: the same people would be counted more than once.

pub(crate) mod adversary;

use crate::curve::StepShape;
use crate::paired::Paired;
use adversary::Adversary;
use linchpin_model::{GroupKind, Level, Model, Record, SimTime};

/// Restoration levels in percent, in the order of [`crate::curve::LEVELS`].
const RESTORE: [u32; 4] = [50, 90, 95, 99];
/// Shortest time that a fall or a rise counts as having taken: the resolution of the clock, in seconds.
const TICK_S: f64 = 1.0;
const HOUR_S: f64 = 3600.0;

/// One metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Stable id, such as `person_hours/water/north`.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Unit, such as `person-hours`.
    pub unit: &'static str,
    /// Group it speaks of: a group's id, or `cascade`.
    pub group: String,
    /// The part of the id before the first `/`.
    pub kind: &'static str,
}

/// The metrics of a model, in their order in columns.
#[derive(Clone, Debug)]
pub struct Catalogue {
    metrics: Vec<Metric>,
    plans: Vec<GroupPlan>,
    adversary: Adversary,
    headline: usize,
    background: bool,
}

/// What is worked out for one group.
#[derive(Clone, Copy, Debug)]
struct GroupPlan {
    /// People in one unit of weight times millionths; `None` where weights are not people.
    people: Option<f64>,
    trapezoid: bool,
}

impl GroupPlan {
    fn of(group: &linchpin_model::Group) -> Self {
        let served = matches!(group.kind, GroupKind::Service(_) | GroupKind::ServiceRegion(..));
        Self {
            people: served.then(|| group.unit / f64::from(Level::SCALE)),
            trapezoid: matches!(group.kind, GroupKind::Service(_) | GroupKind::Custom),
        }
    }
}

impl Catalogue {
    /// The metrics of `model`.
    pub fn new(model: &Model) -> Self {
        let background = model.has_background();
        let plans: Vec<_> = model.groups.iter().map(GroupPlan::of).collect();
        let mut metrics = Vec::new();
        for (group, plan) in model.groups.iter().zip(&plans) {
            list_group(&mut metrics, &group.id, &group.name, *plan);
        }
        list_cascade(&mut metrics, background);
        let adversary = Adversary::list(model, &mut metrics);
        let headline = headline_id(model)
            .and_then(|id| metrics.iter().position(|metric| metric.id == id))
            .or_else(|| metrics.iter().position(|metric| metric.id == "cascade_size"))
            .unwrap_or(0);
        Self { metrics, plans, adversary, headline, background }
    }

    /// All metrics, in the order of [`Self::evaluate`].
    pub fn metrics(&self) -> &[Metric] {
        &self.metrics
    }

    /// Number of metrics.
    pub fn len(&self) -> usize {
        self.metrics.len()
    }

    /// False: the cascade's metrics are always there.
    pub fn is_empty(&self) -> bool {
        self.metrics.is_empty()
    }

    /// Position of the metric with this id.
    pub fn find(&self, id: &str) -> Option<usize> {
        self.metrics.iter().position(|metric| metric.id == id)
    }

    /// Position of the one metric a study is summed up with: person-hours without the service that serves most people
    /// (the first declared of several). Without delivery points: lost service of the first declared group, else the
    /// size of the cascade.
    pub fn headline(&self) -> usize {
        self.headline
    }

    /// Works out every metric of one replication into `out`, which has [`Self::len`] places. `paired` must have been
    /// loaded with the same two records. Does not allocate.
    pub fn evaluate(&self, paired: &Paired, base: Option<&Record>, run: &Record, out: &mut [f64]) {
        let mut out = out.iter_mut();
        let mut put = |value: f64| {
            if let Some(place) = out.next() {
                *place = value;
            }
        };
        for (group, plan) in self.plans.iter().enumerate().take(paired.groups()) {
            evaluate_group(paired, group, *plan, &mut put);
        }
        evaluate_cascade(base, run, self.background, &mut put);
        self.adversary.evaluate(run, &mut put);
    }
}

fn list_group(metrics: &mut Vec<Metric>, id: &str, name: &str, plan: GroupPlan) {
    let mut add = |kind: &'static str, unit: &'static str, subject: &str, name: String| {
        metrics.push(Metric { id: format!("{kind}/{subject}"), name, unit, group: id.to_owned(), kind });
    };
    if plan.people.is_some() {
        let service = id.strip_prefix("service:").unwrap_or(id);
        add("person_hours", "person-hours", service, format!("Person-hours without {name}"));
        add("people_peak", "people", service, format!("Most people without at once: {name}"));
        add("longest_loss", "h", service, format!("Longest continuous loss: {name}"));
    }
    add("lost_service", "h", id, format!("Lost service: {name}"));
    add("robustness", "share", id, format!("Lowest level: {name}"));
    for (kind, percent) in ["restore_50", "restore_90", "restore_95", "restore_99"].into_iter().zip(RESTORE) {
        add(kind, "h", id, format!("Time until {percent} % is back for good: {name}"));
    }
    if plan.trapezoid {
        add("trapezoid_phi", "1/h", id, format!("Speed of the fall: {name}"));
        add("trapezoid_lambda", "share", id, format!("Depth of the fall: {name}"));
        add("trapezoid_e", "h", id, format!("Time at the lowest level: {name}"));
        add("trapezoid_pi", "1/h", id, format!("Speed of recovery: {name}"));
        add("trapezoid_a", "h", id, format!("Service delivered until full recovery: {name}"));
    }
}

fn list_cascade(metrics: &mut Vec<Metric>, background: bool) {
    for (kind, unit, name) in [
        ("cascade_size", "assets", "Assets that failed"),
        ("cascade_added", "assets", "Assets that failed only because of the threat"),
        ("cascade_direct", "assets", "Assets brought down themselves"),
        ("cascade_induced_share", "share", "Share of failures brought on by others"),
        ("cascade_generations", "generations", "Longest chain of failures"),
        ("cascade_branching", "ratio", "Failures that one failure brings on"),
        ("locked_out", "assets", "Assets that wait for each other at the end"),
        ("repairs", "repairs", "Repairs finished"),
        ("repair_wait", "h", "Waiting for crews and spares"),
    ] {
        if kind != "cascade_added" || background {
            let (id, name) = (kind.to_owned(), name.to_owned());
            metrics.push(Metric { id, name, unit, group: "cascade".to_owned(), kind });
        }
    }
}

fn headline_id(model: &Model) -> Option<String> {
    let mut most: Option<(f64, &str)> = None;
    for group in model.groups.iter().filter(|group| matches!(group.kind, GroupKind::Service(_))) {
        let people = group.total_weight as f64 * group.unit;
        if most.is_none_or(|(other, _)| people > other) {
            most = Some((people, &group.id));
        }
    }
    match most {
        Some((_, id)) => Some(format!("person_hours/{}", id.strip_prefix("service:").unwrap_or(id))),
        None => model
            .groups
            .iter()
            .find(|group| group.kind == GroupKind::Custom)
            .map(|group| format!("lost_service/{}", group.id)),
    }
}

#[inline]
fn evaluate_group(paired: &Paired, group: usize, plan: GroupPlan, put: &mut impl FnMut(f64)) {
    if paired.is_full(group) {
        return put_full(plan, put);
    }
    let mut shape = StepShape::default();
    let (mut lost, mut peak) = (0_u128, 0_u64);
    for segment in paired.segments(group) {
        let missing = segment.lost();
        lost += u128::from(missing) * u128::from(segment.seconds());
        peak = peak.max(missing);
        shape.push(segment.from, segment.to, segment.share());
    }
    let shape = shape.shape();
    if let Some(people) = plan.people {
        // The same number; of 128 bits it takes a call.
        let lost = u64::try_from(lost).map_or_else(|_| lost as f64, |lost| lost as f64);
        put(lost * people / HOUR_S);
        put(peak as f64 * people);
        put(shape.longest / HOUR_S);
    }
    put(shape.lost / HOUR_S);
    put(shape.min);
    for index in 0..RESTORE.len() {
        put(shape.restored(index) / HOUR_S);
    }
    if plan.trapezoid {
        let trapezoid = shape.trapezoid(TICK_S);
        put(trapezoid.phi * HOUR_S);
        put(trapezoid.lambda);
        put(trapezoid.e / HOUR_S);
        put(trapezoid.pi * HOUR_S);
        put(trapezoid.a / HOUR_S);
    }
}

/// The metrics of a group of which nothing was lost: its lowest level is 1, all else is 0.
#[inline]
fn put_full(plan: GroupPlan, put: &mut impl FnMut(f64)) {
    let before = if plan.people.is_some() { 4 } else { 1 };
    let after = RESTORE.len() + if plan.trapezoid { 5 } else { 0 };
    (0..before).for_each(|_| put(0.0));
    put(1.0);
    (0..after).for_each(|_| put(0.0));
}

fn evaluate_cascade(base: Option<&Record>, run: &Record, background: bool, put: &mut impl FnMut(f64)) {
    let (failed, direct) = (f64::from(run.failed), f64::from(run.direct));
    put(failed);
    if background {
        put(f64::from(failed_only_in(run, base)));
    }
    put(direct);
    put(if run.failed > 0 { (failed - direct).max(0.0) / failed } else { 0.0 });
    put(f64::from(run.generations));
    put(branching(run.failed, run.direct, run.generations));
    put(run.locked_out.len() as f64);
    put(f64::from(run.repairs));
    put(run.waited_s as f64 / HOUR_S);
}

/// Nodes that failed in `run` and not in `base`: both lists ascend.
fn failed_only_in(run: &Record, base: Option<&Record>) -> u32 {
    let mut other = base.map_or(&[][..], |base| &base.affected).iter().peekable();
    let mut count = 0;
    for node in run.affected.iter().filter(|node| node.first_failed != SimTime::NEVER) {
        while other.next_if(|other| other.node < node.node).is_some() {}
        let failed_too = other
            .next_if(|other| other.node == node.node)
            .is_some_and(|other| other.first_failed != SimTime::NEVER);
        count += u32::from(!failed_too);
    }
    count
}

/// The `b >= 0` for which `direct (1 + b + ... + b^generations) = size`; 0 where nothing was induced.
///
/// In a branching process with `b` offspring in the mean, generation `k` has `direct b^k` members in the mean
/// (Harris, The Theory of Branching Processes, 1963). Newton's method from above: the polynomial is convex.
pub fn branching(size: u32, direct: u32, generations: u32) -> f64 {
    if size <= direct || generations == 0 {
        return 0.0;
    }
    // A first failure can be induced by a provider that only sagged: then there is no direct one.
    let ratio = f64::from(size) / f64::from(direct.max(1));
    // Both are upper bounds: `1 + b` and `b^generations` are at most the sum.
    let mut b = (ratio - 1.0).min(libm::pow(ratio, 1.0 / f64::from(generations)));
    for _ in 0..100 {
        let (mut value, mut slope) = (1.0, 0.0);
        for _ in 0..generations {
            slope = slope * b + value;
            value = value * b + 1.0;
        }
        let next = b - (value - ratio) / slope;
        if (next - b).abs() <= 1e-12 * b {
            return next.max(0.0);
        }
        b = next;
    }
    b
}

#[cfg(test)]
pub(crate) mod tests;
