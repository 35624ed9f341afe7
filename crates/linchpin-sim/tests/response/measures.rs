//! What plans do: crews, spares, speed, standby reserves, alert levels; and what is shared.

use super::case::{Case, HOUR, repaired};
use linchpin_model::*;

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

/// A model made by hand may list no skills, and have a team without one.
#[test]
fn teams_are_found_by_a_skill_that_nobody_lists() {
    let mut case = Case::new(24);
    case.team("idle", SkillId::NONE, 3);
    case.team("line crews", SkillId(2), 1);
    let nodes = case.broken(&["a", "b", "c"], SkillId(2), 4.0);
    let orphan = case.asset("orphan");
    case.b.node_mut(orphan).repair = RepairId(1);
    let repair = case.b.parts().repairs[0].clone();
    case.b.parts().repairs.push(repair);
    case.b.parts().repairs[1].stages[0].skill = SkillId(7);
    case.event(0.0, &[orphan], Effect::Damage { state: DamageChoice::Worst });
    let record = case.run();
    let done: Vec<Vec<f64>> = nodes.iter().map(|node| repaired(&record, *node)).collect();
    assert_eq!(done, [[4.0], [8.0], [12.0]]);
    assert!(repaired(&record, orphan).is_empty());
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

/// An alert at some assets concerns what is done to them, and nobody else; two multiply.
#[test]
fn alerts_at_targets_concern_these() {
    for (alerted, times, expected) in [(true, 1, 4.0), (true, 2, 3.0), (false, 1, 6.0)] {
        let mut case = Case::new(24);
        let [target, other, signal] = case.assets(["target", "other", "signal"]);
        case.campaign("first", ActorId::NONE, &[6.0]);
        case.b.parts().steps[0].candidates = vec![target];
        case.close(signal, 2.0, 3.0);
        let of = [if alerted { target } else { other }];
        let alert = Effect::Vigilance { factor: 0.5, lasts: DistId::NONE };
        for i in 0..times {
            let when = Condition::Failed(vec![signal], 1);
            case.plan(&i.to_string(), when, &of, std::slice::from_ref(&alert), |_| {});
        }
        assert_eq!(case.run().tries[0].noticed.hours(), expected, "{alerted} {times}");
    }
}
