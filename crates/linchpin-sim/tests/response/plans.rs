//! What plans look for, and when they come into force.

use super::case::{BOTH, Case, began, fell, rose, run};
use linchpin_model::*;
use linchpin_sim::RunOptions;

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
