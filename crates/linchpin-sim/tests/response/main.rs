//! Detection and response on cases small enough to be worked out by hand.

mod case;
mod measures;
mod plans;

use case::{BOTH, Case, HOUR, began, run};
use linchpin_model::*;

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
