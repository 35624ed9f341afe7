//! Detection and response on cases small enough to be worked out by hand.

use linchpin_model::*;
use linchpin_sim::{RunOptions, Simulation};
use std::sync::Arc;

const HOUR: u32 = 3600;
const BOTH: RunOptions = RunOptions { threat: true, trace: true };

/// A model under construction: assets without needs, and plans that look at them.
struct Case {
    b: ModelBuilder,
    sector: SectorId,
    service: ServiceId,
}

impl Case {
    fn new(hours: u32) -> Self {
        let mut b = ModelBuilder::new(Meta { horizon: hours * HOUR, ..Meta::default() });
        let sector = b.sector("energy", "Energy");
        let service = b.service("supply", "Supply");
        Self { b, sector, service }
    }

    fn asset(&mut self, id: &str) -> NodeId {
        self.b.node(id, id, self.sector, RegionId::NONE)
    }

    fn assets<const N: usize>(&mut self, ids: [&str; N]) -> [NodeId; N] {
        ids.map(|id| self.asset(id))
    }

    fn region(&mut self, id: &str, parent: Option<RegionId>) -> RegionId {
        let (id, name) = (id.to_owned(), id.to_owned());
        self.b.region(Region { id, name, population: 0.0, parent, position: None })
    }

    fn hours(&mut self, hours: f64) -> DistId {
        self.b.dist(Distribution::Fixed(hours * 3600.0))
    }

    fn exponential(&mut self, hours: f64) -> DistId {
        self.b.dist(Distribution::Exponential { mean: hours * 3600.0 })
    }

    fn push_event(
        &mut self,
        id: &str,
        at: f64,
        targets: Targets,
        occasion: Occasion,
        effects: &[Effect],
    ) -> EventId {
        let at = self.hours(at);
        let events = &mut self.b.parts().events;
        events.push(Event {
            id: id.to_owned(),
            name: id.to_owned(),
            key: Key::of(id),
            after: None,
            at,
            targets,
            probability: 1.0,
            hit_probability: 1.0,
            severity: DistId::NONE,
            effects: effects.to_vec(),
            threat: true,
            occasion,
        });
        EventId::new(events.len() - 1)
    }

    /// A scripted event at so many hours.
    fn event(&mut self, at: f64, nodes: &[NodeId], effect: Effect) -> EventId {
        let id = format!("event-{}", self.b.parts().events.len());
        self.push_event(&id, at, Targets::All(nodes.to_vec()), Occasion::Script, &[effect])
    }

    /// Closed from `from` to `to` hours.
    fn close(&mut self, node: NodeId, from: f64, to: f64) -> EventId {
        let lasts = self.hours(to - from);
        self.event(from, &[node], Effect::Closure { lasts })
    }

    /// A plan that does something to `of` (nobody: it acts once) as soon as `condition` holds; the rest is for `adapt`.
    fn plan(
        &mut self,
        id: &str,
        condition: Condition,
        of: &[NodeId],
        effects: &[Effect],
        adapt: impl FnOnce(&mut Plan),
    ) -> PlanId {
        let plan = PlanId::new(self.b.parts().plans.len());
        let targets = if of.is_empty() { Targets::None } else { Targets::All(of.to_vec()) };
        let event = self.push_event(&format!("plan/{id}"), 0.0, targets, Occasion::Plan(plan), effects);
        let mut built = Plan {
            id: id.to_owned(),
            name: id.to_owned(),
            key: Key::of(id),
            event,
            when: Observation {
                condition,
                lasting: DistId::NONE,
                lag: DistId::NONE,
                through: Vec::new(),
                false_alarms: DistId::NONE,
            },
            decision: DistId::NONE,
            requires: Vec::new(),
            times: 1,
            lasts: DistId::NONE,
            cost: 0.0,
            on: true,
            adoption: Vec::new(),
        };
        adapt(&mut built);
        self.b.parts().plans.push(built);
        plan
    }

    /// A plan that does nothing but come into force.
    fn alarm(&mut self, id: &str, condition: Condition) -> PlanId {
        self.plan(id, condition, &[], &[], |_| {})
    }

    /// A campaign of steps that begin together, succeed after ten hours, do nothing and are noticed so many hours
    /// after their beginning.
    fn campaign(&mut self, id: &str, actor: ActorId, noticed: &[f64]) -> CampaignId {
        let campaign = CampaignId::new(self.b.parts().campaigns.len());
        let (start, duration) = (self.hours(0.0), self.hours(10.0));
        let first = self.b.parts().steps.len();
        for (i, hours) in noticed.iter().enumerate() {
            let (step, detection) = (StepId::new(first + i), self.hours(*hours));
            let name = format!("{id}/{i}");
            let event = self.push_event(&name, 0.0, Targets::None, Occasion::Step(step), &[]);
            self.b.parts().steps.push(CampaignStep {
                id: i.to_string(),
                key: Key::of(&name),
                name,
                campaign,
                event,
                technique: None,
                after: Vec::new(),
                any: false,
                wait: DistId::NONE,
                duration,
                effort: 0.0,
                candidates: Vec::new(),
                take: u32::MAX,
                strategy: Strategy::All,
                adaptive: false,
                success: Success::Given(1.0),
                detection,
                blocked: 0.0,
                on_failure: OnFailure::Stop,
            });
        }
        self.b.parts().campaigns.push(Campaign {
            id: id.to_owned(),
            name: id.to_owned(),
            key: Key::of(id),
            actor,
            start,
            probability: 1.0,
            first_step: first as u32,
            steps: noticed.len() as u32,
            goals: Vec::new(),
        });
        campaign
    }

    fn actor(&mut self, id: &str) -> ActorId {
        let actors = &mut self.b.parts().actors;
        actors.push(Actor {
            id: id.to_owned(),
            name: id.to_owned(),
            key: Key::of(id),
            kind: ActorKind::Unknown,
            capability: [0.5; Domain::ALL.len()],
            effort: f64::INFINITY,
            patience: DistId::NONE,
            assessments: Vec::new(),
        });
        ActorId::new(actors.len() - 1)
    }

    /// Assets whose repair takes one crew of the skill so many hours, damaged at the start.
    fn broken(&mut self, ids: &[&str], skill: SkillId, hours: f64) -> Vec<NodeId> {
        let takes = self.hours(hours);
        let nodes: Vec<NodeId> = ids.iter().map(|id| self.asset(id)).collect();
        let repair = RepairId::new(self.b.parts().repairs.len());
        self.b.parts().repairs.push(RepairPlan {
            states: vec![DamageState {
                name: "broken".into(),
                level: Level::ZERO,
                repair: takes,
                fragility: None,
            }],
            stages: vec![RepairStage {
                name: "repair".into(),
                duration: DistId::NONE,
                skill,
                crews: 1,
                spare: SpareId::NONE,
            }],
        });
        for node in &nodes {
            self.b.node_mut(*node).repair = repair;
        }
        self.event(0.0, &nodes, Effect::Damage { state: DamageChoice::Worst });
        nodes
    }

    fn skill(&mut self, id: &str) -> SkillId {
        let skills = &mut self.b.parts().skills;
        skills.push(Named { id: id.to_owned(), name: id.to_owned() });
        SkillId::new(skills.len() - 1)
    }

    fn team(&mut self, id: &str, skill: SkillId, crews: u16) -> TeamId {
        let node = self.b.node(id, id, SectorId::NONE, RegionId::NONE);
        self.b.node_mut(node).kind = NodeKind::Team;
        let (home, serves, travel) = (RegionId::NONE, Vec::new(), DistId::NONE);
        let teams = &mut self.b.parts().teams;
        teams.push(Team { node, skill, crews, home, serves, travel });
        TeamId::new(teams.len() - 1)
    }

    fn simulation(self) -> Simulation {
        Simulation::new(Arc::new(self.b.finish()))
    }

    fn run(self) -> Record {
        run(&mut self.simulation(), 0, BOTH)
    }
}

fn run(simulation: &mut Simulation, replication: u32, options: RunOptions) -> Record {
    let mut record = Record::default();
    simulation.run(replication, Seeds::new(1).replication(replication), options, &mut record);
    assert_eq!(record.failure, None);
    record
}

/// Hours at which a plan came into force.
fn began(record: &Record, plan: PlanId) -> Vec<f64> {
    record.plans.iter().filter(|used| used.plan == plan).map(|used| used.began.hours()).collect()
}

/// Hours at which something happened to a node.
fn times(record: &Record, node: NodeId, is: impl Fn(&Happening) -> bool) -> Vec<f64> {
    record.trace.iter().filter(|e| e.node == node && is(&e.what)).map(|e| e.time.hours()).collect()
}

fn repaired(record: &Record, node: NodeId) -> Vec<f64> {
    times(record, node, |what| *what == Happening::Repaired)
}

fn fell(record: &Record, node: NodeId) -> Vec<f64> {
    times(record, node, |what| matches!(what, Happening::Fell { .. }))
}

fn rose(record: &Record, node: NodeId) -> Vec<f64> {
    times(record, node, |what| matches!(what, Happening::Rose { .. }))
}

/// Four assets: closed at 1, 2 and 3 h, for good; the fourth goes on.
fn four(case: &mut Case) -> Vec<NodeId> {
    let nodes = case.assets(["a", "b", "c", "d"]).to_vec();
    for (i, node) in nodes[..3].iter().enumerate() {
        case.close(*node, (i + 1) as f64, 100.0);
    }
    nodes
}

#[test]
fn levels_and_failures_are_observed_when_they_come_about() {
    // The sector's level goes 1, 3/4, 1/2, 1/4.
    let sector = GroupId(0);
    let below = |level: f64| Condition::Below(sector, Level::from_share(level));
    let n = |i: u32| NodeId(i);
    let failed = |nodes: &[u32], count| Condition::Failed(nodes.iter().map(|i| n(*i)).collect(), count);
    let cases: Vec<(Condition, Option<f64>)> = vec![
        (below(1.0), Some(1.0)),
        (below(0.75), Some(2.0)),
        (below(0.7), Some(2.0)),
        (below(0.25), None),
        (failed(&[0, 1, 2, 3], 1), Some(1.0)),
        (failed(&[0, 1, 2, 3], 3), Some(3.0)),
        (failed(&[0, 1, 2, 3], 4), None),
        (failed(&[1, 3], 1), Some(2.0)),
        (failed(&[3], 0), Some(0.0)),
        (Condition::All(vec![below(1.0), failed(&[2], 1)]), Some(3.0)),
        (Condition::Any(vec![failed(&[2], 1), below(0.75)]), Some(2.0)),
        (
            Condition::All(vec![
                Condition::Any(vec![failed(&[3], 1), failed(&[1], 1)]),
                Condition::All(vec![failed(&[0], 1), failed(&[0, 1], 2)]),
            ]),
            Some(2.0),
        ),
        (Condition::All(vec![]), Some(0.0)),
        (Condition::Any(vec![]), None),
        (Condition::Event(EventId(1)), Some(2.0)),
    ];
    // Each alone, and all of them side by side.
    for (condition, expected) in &cases {
        let mut case = Case::new(24);
        four(&mut case);
        case.plan("off", failed(&[0, 1], 1), &[], &[], |plan| plan.on = false);
        let plan = case.alarm("plan", condition.clone());
        let second = case.alarm("second", Condition::Plan(plan));
        let record = case.run();
        assert_eq!(began(&record, plan), Vec::from_iter(*expected), "{condition:?}");
        assert_eq!(began(&record, second), Vec::from_iter(*expected), "after {condition:?}");
    }
    let mut case = Case::new(24);
    four(&mut case);
    let plans: Vec<PlanId> = cases
        .iter()
        .enumerate()
        .map(|(i, (condition, _))| case.alarm(&i.to_string(), condition.clone()))
        .collect();
    let record = case.run();
    for (plan, (condition, expected)) in plans.iter().zip(&cases) {
        assert_eq!(began(&record, *plan), Vec::from_iter(*expected), "{condition:?} among others");
    }
}

#[test]
fn what_is_noticed_and_ascribed_is_observed() {
    let (first, second) = (CampaignId(0), CampaignId(1));
    let cases = [
        (Condition::Noticed(first, 1), Some(1.0)),
        (Condition::Noticed(first, 2), Some(4.0)),
        (Condition::Noticed(first, 3), None),
        (Condition::Noticed(CampaignId::NONE, 2), Some(2.0)),
        (Condition::Noticed(second, 1), Some(2.0)),
        (Condition::StepNoticed(StepId(1)), Some(4.0)),
        // Two steps of the first campaign have to be known, one of the second is not enough; it takes three hours.
        (Condition::Attributed(ActorId::NONE, 0.7), Some(7.0)),
        (Condition::Attributed(ActorId(0), 0.7), Some(7.0)),
        (Condition::Attributed(ActorId(0), 0.71), None),
        (Condition::Attributed(ActorId(1), 0.0), None),
    ];
    for (condition, expected) in cases {
        let mut case = Case::new(24);
        let (one, other) = (case.actor("one"), case.actor("other"));
        case.campaign("first", one, &[1.0, 4.0]);
        case.campaign("second", other, &[2.0]);
        let (takes, confidence) = (case.hours(3.0), case.b.dist(Distribution::Fixed(0.7)));
        case.b.parts().attribution = Some(Attribution { after_noticed: 2, takes, confidence, error: 0.0 });
        let plan = case.alarm("plan", condition.clone());
        let record = case.run();
        assert_eq!(began(&record, plan), Vec::from_iter(expected), "{condition:?}");
    }
}

#[test]
fn whoever_errs_names_somebody_else() {
    for (error, named) in [(0.0, ActorId(0)), (1.0, ActorId(1))] {
        let mut case = Case::new(24);
        let one = case.actor("one");
        case.actor("other");
        case.campaign("first", one, &[1.0]);
        let (takes, confidence) = (DistId::NONE, DistId::NONE);
        case.b.parts().attribution = Some(Attribution { after_noticed: 1, takes, confidence, error });
        let rightly = case.alarm("rightly", Condition::Attributed(named, 1.0));
        let record = case.run();
        assert_eq!(began(&record, rightly), [1.0], "error {error}");
    }
}

#[test]
fn jobs_that_wait_for_crews_are_observed() {
    for (skill, jobs, expected) in [
        (SkillId(0), 1, Some(0.0)),
        // Two wait until the first is done.
        (SkillId(0), 2, Some(0.0)),
        (SkillId(0), 3, None),
        (SkillId(1), 1, None),
        (SkillId::NONE, 2, Some(0.0)),
    ] {
        let mut case = Case::new(24);
        let lines = case.skill("lines");
        let pumps = case.skill("pumps");
        case.team("lines", lines, 1);
        case.team("pumps", pumps, 1);
        case.broken(&["a", "b", "c"], lines, 2.0);
        case.broken(&["p"], pumps, 2.0);
        let plan = case.alarm("plan", Condition::Waiting(skill, jobs));
        let record = case.run();
        assert_eq!(began(&record, plan), Vec::from_iter(expected), "{skill:?} {jobs}");
    }
}

#[test]
fn from_what_lasts_to_what_is_decided() {
    // Lasting 2 h, lag 30 min, decision 15 min.
    for (to, expected) in [(1.5, None), (2.9, None), (3.0, Some(3.75)), (3.1, Some(3.75)), (9.0, Some(3.75))]
    {
        let mut case = Case::new(24);
        let a = case.asset("a");
        case.close(a, 1.0, to);
        let (lasting, lag, decision) = (case.hours(2.0), case.hours(0.5), case.hours(0.25));
        let plan = case.plan("plan", Condition::Failed(vec![a], 1), &[], &[], |plan| {
            (plan.when.lasting, plan.when.lag, plan.decision) = (lasting, lag, decision);
        });
        let record = case.run();
        assert_eq!(began(&record, plan), Vec::from_iter(expected), "until {to} h");
        if let Some(used) = record.plans.first() {
            assert_eq!((used.observed.hours(), used.false_alarm), (3.5, false));
        }
    }
}

/// An hour out, an hour back, then out for long: the clock of what has to last begins anew.
#[test]
fn what_comes_and_goes_does_not_last() {
    let mut case = Case::new(24);
    let a = case.asset("a");
    case.close(a, 1.0, 2.0);
    case.close(a, 3.0, 9.0);
    let lasting = case.hours(1.5);
    let plan = case.plan("plan", Condition::Failed(vec![a], 1), &[], &[], |plan| plan.when.lasting = lasting);
    assert_eq!(began(&case.run(), plan), [4.5]);
}

/// Two channels: one is out from the start, the other from 0.5 to 5 h. What ends before a report gets through is
/// never known.
#[test]
fn reports_need_a_channel() {
    for (to, lag, expected) in [
        (9.0, 0.0, Some(5.0)),
        (9.0, 1.0, Some(6.0)),
        (5.5, 1.0, Some(6.0)),
        (4.9, 0.0, None),
        (4.0, 0.0, None),
    ] {
        let mut case = Case::new(24);
        let [a, mobile, satellite] = case.assets(["a", "mobile", "satellite"]);
        case.close(a, 1.0, to);
        case.close(mobile, 0.5, 5.0);
        case.close(satellite, 0.0, 20.0);
        let lag = case.hours(lag);
        let plan = case.plan("plan", Condition::Failed(vec![a], 1), &[], &[], |plan| {
            (plan.when.lag, plan.when.through) = (lag, vec![mobile, satellite]);
        });
        assert_eq!(began(&case.run(), plan), Vec::from_iter(expected), "until {to} h");
    }
}

#[test]
fn a_plan_waits_for_what_it_requires() {
    for (to, expected) in [(9.0, Some(3.0)), (2.5, None)] {
        let mut case = Case::new(24);
        let [a, b] = case.assets(["a", "b"]);
        case.close(a, 1.0, to);
        case.close(b, 3.0, 4.0);
        let first = case.alarm("first", Condition::Failed(vec![b], 1));
        let plan =
            case.plan("plan", Condition::Failed(vec![a], 1), &[], &[], |plan| plan.requires = vec![first]);
        let record = case.run();
        assert_eq!(began(&record, first), [3.0]);
        assert_eq!(began(&record, plan), Vec::from_iter(expected), "until {to} h");
    }
}

#[test]
fn a_plan_is_used_as_often_as_it_can_be() {
    for (times_, to, expected) in [
        (1, 9.0, vec![1.0]),
        // What goes on is observed again as soon as the plan has ended.
        (2, 9.0, vec![1.0, 3.0]),
        (9, 4.5, vec![1.0, 3.0]),
        (0, 9.0, vec![]),
    ] {
        let mut case = Case::new(24);
        let [a, b] = case.assets(["a", "b"]);
        case.close(a, 1.0, to);
        let lasts = case.hours(2.0);
        let closure = Effect::Closure { lasts: DistId::NONE };
        let plan = case.plan("plan", Condition::Failed(vec![a], 1), &[b], &[closure], |plan| {
            (plan.times, plan.lasts) = (times_, lasts);
        });
        let record = case.run();
        assert_eq!(began(&record, plan), expected, "{times_} times until {to} h");
        // The closure has no end of its own and ends with the plan; one that begins again at once goes on.
        assert_eq!(fell(&record, b), &expected[..expected.len().min(1)]);
        let end = expected.last().map(|last| last + 2.0);
        assert_eq!(rose(&record, b), Vec::from_iter(end));
    }
}

#[test]
fn effects_with_an_end_of_their_own_outlast_the_plan() {
    let mut case = Case::new(24);
    let [a, b, c] = case.assets(["a", "b", "c"]);
    case.close(a, 1.0, 2.0);
    let (plan_lasts, own) = (case.hours(2.0), case.hours(5.0));
    let effects =
        [Effect::Closure { lasts: own }, Effect::Degrade { to: Level(300_000), lasts: DistId::NONE }];
    case.plan("plan", Condition::Failed(vec![a], 1), &[b, c], &effects, |plan| plan.lasts = plan_lasts);
    let record = case.run();
    for node in [b, c] {
        assert_eq!((fell(&record, node), rose(&record, node)), (vec![1.0], vec![6.0]));
    }
}

/// Regions follow as a whole, with their probability, later; those that lie in a listed one with it; those that are
/// not listed at once.
#[test]
fn regions_follow_in_their_time_or_not_at_all() {
    let mut case = Case::new(24);
    let north = case.region("north", None);
    let city = case.region("city", Some(north));
    let south = case.region("south", None);
    let other = case.region("other", None);
    let trigger = case.asset("trigger");
    let in_region = |case: &mut Case, id: &str, region| case.b.node(id, id, case.sector, region);
    let nodes = [
        in_region(&mut case, "n", north),
        in_region(&mut case, "c", city),
        in_region(&mut case, "s", south),
        in_region(&mut case, "o", other),
        in_region(&mut case, "nowhere", RegionId::NONE),
    ];
    case.close(trigger, 1.0, 20.0);
    let delay = case.hours(2.0);
    let closure = Effect::Closure { lasts: DistId::NONE };
    let plan = case.plan("plan", Condition::Failed(vec![trigger], 1), &nodes, &[closure], |plan| {
        plan.adoption = vec![
            Adoption { region: north, share: 0.3, delay },
            Adoption { region: south, share: 0.0, delay: DistId::NONE },
        ];
    });
    let mut simulation = case.simulation();
    let (runs, mut followed) = (4000, 0);
    for replication in 0..runs {
        let record = run(&mut simulation, replication, BOTH);
        assert_eq!(began(&record, plan), [1.0]);
        let [n, c, s, o, nowhere] = nodes.map(|node| fell(&record, node));
        assert_eq!(n, c);
        assert!(n.is_empty() || n == [3.0]);
        followed += u32::from(!n.is_empty());
        assert_eq!((s, o, nowhere), (vec![], vec![1.0], vec![1.0]));
    }
    // Four standard errors of a share of 0.3.
    let (share, error) = (f64::from(followed) / f64::from(runs), (0.3 * 0.7 / f64::from(runs)).sqrt());
    assert!((share - 0.3).abs() < 4.0 * error, "{share}");
}

/// A plan that ends before a region follows is not carried out there.
#[test]
fn regions_do_not_follow_what_has_ended() {
    let mut case = Case::new(24);
    let north = case.region("north", None);
    let a = case.asset("a");
    let n = case.b.node("n", "n", case.sector, north);
    case.close(a, 1.0, 20.0);
    let (delay, lasts) = (case.hours(2.0), case.hours(1.5));
    let closure = Effect::Closure { lasts: DistId::NONE };
    case.plan("plan", Condition::Failed(vec![a], 1), &[n], &[closure], |plan| {
        plan.adoption = vec![Adoption { region: north, share: 1.0, delay }];
        // The second use is under way when the first would be followed.
        (plan.lasts, plan.times) = (lasts, 2);
    });
    assert_eq!(fell(&case.run(), n), Vec::<f64>::new());
}

/// False alarms are a Poisson process where the times between them are exponential, as long as the plan is not in
/// force; the same with and without the threat.
#[test]
fn false_alarms_come_at_their_rate() {
    let mut case = Case::new(1000);
    let a = case.asset("a");
    let (mean, at_once) = (case.exponential(5.0), case.hours(0.0));
    case.plan("plan", Condition::Failed(vec![a], 1), &[], &[], |plan| {
        (plan.when.false_alarms, plan.lasts, plan.times) = (mean, at_once, u16::MAX);
    });
    let mut simulation = case.simulation();
    let (runs, mut count, mut squares) = (400, 0.0, 0.0);
    for replication in 0..runs {
        let record = run(&mut simulation, replication, BOTH);
        assert!(record.plans.iter().all(|used| used.false_alarm && used.observed == used.began));
        let other = run(&mut simulation, replication, RunOptions { threat: false, trace: true });
        assert_eq!(record.plans, other.plans);
        let n = record.plans.len() as f64;
        count += n;
        squares += n * n;
    }
    // Mean and variance of a Poisson number are both 200; times are rounded up, on average by half a second in
    // five hours. Standard errors: sqrt(200 / runs), and 200 sqrt(2 / runs).
    let (runs, expected) = (f64::from(runs), 1000.0 / 5.0);
    let (mean, variance) = (count / runs, (squares - count * count / runs) / (runs - 1.0));
    assert!((mean - expected).abs() < 4.0 * (expected / runs).sqrt(), "mean {mean}");
    assert!((variance - expected).abs() < 4.0 * expected * (2.0 / runs).sqrt(), "variance {variance}");
}

/// A false alarm about what is really so is none; without a channel, or without what the plan requires, none comes
/// of it.
#[test]
fn false_alarms_can_be_right_or_come_to_nothing() {
    // Alarms every four hours.
    for (closed, cut, requires, expected) in [
        (None, false, false, Some((4.0, true))),
        (Some(3.0), false, false, Some((4.0, false))),
        (Some(5.0), false, false, Some((4.0, true))),
        (None, true, false, Some((8.0, true))),
        (None, false, true, None),
    ] {
        let mut case = Case::new(24);
        let [a, mobile] = case.assets(["a", "mobile"]);
        if let Some(from) = closed {
            case.close(a, from, 100.0);
        }
        if cut {
            case.close(mobile, 3.0, 5.0);
        }
        let (every, long) = (case.hours(4.0), case.hours(10.0));
        let never = case.alarm("never", Condition::Any(vec![]));
        let plan = case.plan("plan", Condition::Failed(vec![a], 1), &[], &[], |plan| {
            (plan.when.false_alarms, plan.when.lasting) = (every, long);
            plan.when.through = vec![mobile];
            plan.requires = if requires { vec![never] } else { vec![] };
        });
        let record = case.run();
        let used = record.plans.iter().find(|used| used.plan == plan);
        assert_eq!(used.map(|used| (used.began.hours(), used.false_alarm)), expected, "{closed:?} {cut}");
    }
}

/// One crew for four jobs of four hours; two more from the first to the third hour finish what they have begun.
#[test]
fn crews_that_leave_finish_their_jobs_first() {
    let mut case = Case::new(24);
    let lines = case.skill("lines");
    let team = case.team("lines", lines, 1);
    let nodes = case.broken(&["a", "b", "c", "d"], lines, 4.0);
    let signal = case.asset("signal");
    case.close(signal, 1.0, 2.0);
    let lasts = case.hours(2.0);
    let help = Effect::AddCrews { team, crews: 2, lasts };
    case.plan("help", Condition::Failed(vec![signal], 1), &[], &[help], |_| {});
    let record = case.run();
    let done: Vec<Vec<f64>> = nodes.iter().map(|node| repaired(&record, *node)).collect();
    assert_eq!(done, [[4.0], [5.0], [5.0], [8.0]]);
    // At work: 4 + 4 + 4 + 4 h. There: one for 24 h, and two for 4 h.
    let told = TeamUse { busy_s: 16 * 3600, jobs: 4, there_s: 32 * 3600 };
    assert_eq!(record.teams, [told]);
    // Waited: b and c an hour, d four.
    assert_eq!(record.waited_s, 6 * 3600);
}

#[test]
fn spares_are_put_at_disposal() {
    let mut case = Case::new(24);
    let lines = case.skill("lines");
    case.team("lines", lines, 2);
    let nodes = case.broken(&["a", "b"], lines, 4.0);
    case.b.parts().spares.push(Spare { id: "pole".into(), stock: 1, resupply: DistId::NONE });
    case.b.parts().repairs[0].stages[0].spare = SpareId(0);
    let signal = case.asset("signal");
    case.close(signal, 7.0, 8.0);
    let reserve = Effect::AddSpares { spare: SpareId(0), count: 1 };
    case.plan("reserve", Condition::Failed(vec![signal], 1), &[], &[reserve], |_| {});
    let record = case.run();
    assert_eq!([repaired(&record, nodes[0]), repaired(&record, nodes[1])], [[4.0], [11.0]]);
}

#[test]
fn work_goes_faster_for_a_while() {
    // Four hours of work from the start. From the second hour on it goes so many times as fast.
    for (skill, factor, lasts, expected) in [
        (SkillId(0), 2.0, 10.0, 3.0),
        (SkillId::NONE, 2.0, 10.0, 3.0),
        (SkillId(1), 2.0, 10.0, 4.0),
        (SkillId(0), 2.0, 0.5, 3.5),
        (SkillId(0), 0.5, 10.0, 6.0),
        // Half an hour at a quarter of the speed.
        (SkillId(0), 0.25, 0.5, 4.375),
    ] {
        let mut case = Case::new(24);
        let lines = case.skill("lines");
        case.skill("pumps");
        case.team("lines", lines, 1);
        let nodes = case.broken(&["a"], lines, 4.0);
        let signal = case.asset("signal");
        case.close(signal, 2.0, 3.0);
        let lasts = case.hours(lasts);
        let speed = Effect::SpeedUp { skill, factor, lasts };
        case.plan("hurry", Condition::Failed(vec![signal], 1), &[], &[speed], |_| {});
        assert_eq!(repaired(&case.run(), nodes[0]), [expected], "{skill:?} {factor}");
    }
}

/// A team that is off duty from 1 to 9 h: work stands still, and a speed-up meanwhile has no effect on it.
#[test]
fn nobody_works_off_duty() {
    let mut case = Case::new(24);
    let lines = case.skill("lines");
    let team = case.team("lines", lines, 1);
    let nodes = case.broken(&["a"], lines, 4.0);
    let shifts = vec![(HOUR, Level(400_000)), (9 * HOUR, Level::ONE)];
    let crew = case.b.parts().teams[team.index()].node;
    case.event(0.0, &[crew], Effect::Forcing { steps: shifts });
    let (signal, lasts) = (case.asset("signal"), case.hours(4.0));
    case.close(signal, 2.0, 3.0);
    let speed = Effect::SpeedUp { skill: lines, factor: 10.0, lasts };
    case.plan("hurry", Condition::Failed(vec![signal], 1), &[], &[speed], |_| {});
    assert_eq!(repaired(&case.run(), nodes[0]), [12.0]);
}

/// A consumer whose provider fails at 1 h has a standby that plans may bring up to 0.8 from then to 5 h.
#[test]
fn a_standby_is_activated_for_a_while() {
    let mut case = Case::new(24);
    let [plant, standby, consumer] = case.assets(["plant", "standby", "consumer"]);
    case.b.node_mut(standby).initial = Level::ZERO;
    let need = NeedSpec::any(consumer, "supply", case.service, &[plant, standby]);
    case.b.need(need);
    case.close(plant, 1.0, 9.0);
    let (decision, lasts) = (case.hours(1.0), case.hours(3.0));
    let up = Effect::Activate { to: Level(800_000), lasts };
    case.plan("reserve", Condition::Failed(vec![plant], 1), &[standby], &[up], |plan| {
        plan.decision = decision
    });
    let record = case.run();
    let levels: Vec<(f64, u32)> = record
        .trace
        .iter()
        .filter(|entry| entry.node == consumer)
        .filter_map(|entry| match entry.what {
            Happening::Fell { to, .. } | Happening::Rose { to, .. } => Some((entry.time.hours(), to.0)),
            _ => None,
        })
        .collect();
    assert_eq!(levels, [(1.0, 0), (2.0, 800_000), (5.0, 0), (9.0, 1_000_000)]);
}

/// A step begun at the start would be noticed after 6 h.
#[test]
fn alert_levels_and_warnings_hasten_detection() {
    // From 2 h on the four hours that are left go twice as fast; until 3 h: one of them in half the time.
    for (lasts, expected) in [(100.0, 4.0), (1.0, 5.0)] {
        let mut case = Case::new(24);
        case.campaign("first", ActorId::NONE, &[6.0]);
        let (signal, lasts) = (case.asset("signal"), case.hours(lasts));
        case.close(signal, 2.0, 3.0);
        let alert = Effect::Vigilance { factor: 0.5, lasts };
        case.plan("alert", Condition::Failed(vec![signal], 1), &[], &[alert], |_| {});
        assert_eq!(case.run().tries[0].noticed.hours(), expected);
    }
    // The other step is noticed after an hour, and that is known to others an hour later.
    for (willingness, sector, expected) in [(1.0, None, 4.0), (0.0, None, 6.0), (1.0, Some(SectorId(0)), 6.0)]
    {
        let mut case = Case::new(24);
        case.campaign("first", ActorId::NONE, &[1.0, 6.0]);
        let delay = case.hours(1.0);
        let (regions, sectors) = (vec![], Vec::from_iter(sector));
        let id = "exchange".to_owned();
        case.b.parts().warnings.push(EarlyWarning { id, regions, sectors, delay, willingness, factor: 0.5 });
        assert_eq!(case.run().tries[1].noticed.hours(), expected, "{willingness} {sector:?}");
    }
}

/// A plan that is switched off, or that false alarms set off, changes nothing that it has nothing to do with: the
/// other half of the model draws as before.
#[test]
fn plans_disturb_no_other_draw() {
    let build = |kind: u32| {
        let mut case = Case::new(2000);
        let lines = case.skill("lines");
        case.team("lines", lines, 2);
        let nodes: Vec<NodeId> = (0..10).map(|i| case.asset(&format!("asset-{i}"))).collect();
        let (fails, takes) = (case.exponential(100.0), case.exponential(20.0));
        let state = DamageState { name: "broken".into(), level: Level::ZERO, repair: takes, fragility: None };
        let stage = RepairStage {
            name: "repair".into(),
            duration: DistId::NONE,
            skill: lines,
            crews: 1,
            spare: SpareId::NONE,
        };
        case.b.parts().repairs.push(RepairPlan { states: vec![state], stages: vec![stage] });
        case.b.parts().failures.push(RandomFailure { time_to_failure: fails, state: 0 });
        for node in &nodes {
            let fixed = case.b.node_mut(*node);
            (fixed.repair, fixed.failure) = (RepairId(0), FailureId(0));
        }
        let elsewhere = case.asset("elsewhere");
        let (alarms, lag, lasts) = (case.exponential(50.0), case.exponential(2.0), case.exponential(30.0));
        if kind > 0 {
            let closure = Effect::Closure { lasts: DistId::NONE };
            case.plan("plan", Condition::Failed(nodes, 3), &[elsewhere], &[closure], |plan| {
                (plan.when.false_alarms, plan.when.lag, plan.lasts) = (alarms, lag, lasts);
                (plan.times, plan.on) = (100, kind > 1);
            });
        }
        (case.simulation(), elsewhere)
    };
    let ((mut without, _), (mut off, elsewhere), (mut on, _)) = (build(0), build(1), build(2));
    let mut used = 0;
    for replication in 0..20 {
        let [without, off, on] =
            [&mut without, &mut off, &mut on].map(|simulation| run(simulation, replication, BOTH));
        used += on.plans.len();
        assert_eq!((&without.trace, &without.affected), (&off.trace, &off.affected));
        assert!(off.plans.is_empty());
        let others = |record: &Record| -> Vec<TraceEntry> {
            let other = |entry: &&TraceEntry| entry.node != elsewhere && entry.node != NodeId::NONE;
            record.trace.iter().filter(other).copied().collect()
        };
        assert_eq!(others(&off), others(&on));
        assert_eq!(off.teams, on.teams);
    }
    assert!(used > 100, "{used}");
}

/// From a snapshot in the middle of everything, and in a world that ran something else before.
#[test]
fn plans_go_on_from_a_snapshot() {
    let build = || {
        let mut case = Case::new(100);
        let lines = case.skill("lines");
        let team = case.team("lines", lines, 1);
        case.broken(&["a", "b", "c", "d", "e"], lines, 9.0);
        let (every, lasts, lag) = (case.exponential(7.0), case.hours(5.0), case.exponential(3.0));
        let help = [
            Effect::AddCrews { team, crews: 1, lasts: DistId::NONE },
            Effect::SpeedUp { skill: lines, factor: 1.5, lasts: DistId::NONE },
        ];
        case.plan("help", Condition::Waiting(lines, 3), &[], &help, |plan| {
            (plan.when.false_alarms, plan.lasts, plan.when.lag, plan.times) = (every, lasts, lag, 9);
        });
        case.simulation()
    };
    let (mut one, mut other) = (build(), build());
    for replication in 0..5 {
        let straight = run(&mut one, replication, BOTH);
        assert!(straight.plans.len() > 1);
        for hour in [0, 1, 5, 11, 30, 77] {
            other.begin(replication, Seeds::new(1).replication(replication), BOTH);
            other.run_until(hour * HOUR);
            let snapshot = other.snapshot();
            run(&mut other, replication + 1, BOTH);
            other.restore(&snapshot);
            other.run_until(u32::MAX);
            let mut record = Record::default();
            other.finish(&mut record);
            assert_eq!(straight, record, "from {hour} h");
        }
    }
}

/// Times beyond every horizon, and none at all.
#[test]
fn huge_times_are_never() {
    let cases: [fn(&mut Plan, DistId); 5] = [
        |plan, long| plan.when.lasting = long,
        |plan, long| plan.when.lag = long,
        |plan, long| plan.decision = long,
        |plan, long| plan.when.false_alarms = long,
        |plan, long| plan.lasts = long,
    ];
    for (i, adapt) in cases.into_iter().enumerate() {
        for seconds in [1e300, f64::INFINITY, f64::NAN] {
            let mut case = Case::new(24);
            let a = case.asset("a");
            case.close(a, 1.0, 20.0);
            let long = case.b.dist(Distribution::Fixed(seconds));
            let plan = case.plan("plan", Condition::Failed(vec![a], 1), &[], &[], |plan| adapt(plan, long));
            let expected: &[f64] = if i < 3 { &[] } else { &[1.0] };
            assert_eq!(began(&case.run(), plan), expected, "{i} {seconds}");
        }
    }
}
