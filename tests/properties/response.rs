//! What must hold of crews and plans.

use super::town::Dice;
use super::*;
use crate::parts::event;
use std::collections::BTreeMap;

/// No team has more crews at work than it has, and its own crews are there all the time.
#[test]
fn no_crew_works_twice_at_once() {
    let mut helped = 0;
    for case in 0..600 {
        let town = Town::random(case, Features::ALL);
        if town.teams.is_empty() {
            continue;
        }
        let model = town.model();
        let record = fresh(&model, 0, TRACED);
        let mut most: Vec<u64> = town.teams.iter().map(|team| u64::from(team.crews)).collect();
        for (plan, event) in &town.plans {
            for effect in &event.effects {
                if let Effect::AddCrews { team, crews, .. } = effect {
                    most[team.index()] += u64::from(*crews) * u64::from(plan.times);
                }
            }
        }
        let mut at: BTreeMap<NodeId, TeamId> = BTreeMap::new();
        for entry in &record.trace {
            match entry.what {
                // Every stage of these towns that takes anybody takes one crew.
                Happening::RepairStage(_, team) => drop(at.insert(entry.node, team)),
                Happening::RepairWaits | Happening::Repaired => drop(at.remove(&entry.node)),
                _ => {}
            }
            for (team, most) in most.iter().enumerate() {
                let at_work = at.values().filter(|other| other.index() == team).count() as u64;
                assert!(at_work <= *most, "town {case} at {:?}", entry.time);
            }
        }
        let horizon = u64::from(model.meta.horizon);
        for ((told, team), most) in record.teams.iter().zip(&town.teams).zip(&most) {
            assert!(told.busy_s <= told.there_s, "town {case}");
            assert!(told.there_s >= u64::from(team.crews) * horizon, "town {case}");
            assert!(told.there_s <= most * horizon, "town {case}");
            helped += u32::from(told.there_s > u64::from(team.crews) * horizon);
        }
    }
    assert!(helped > 20, "{helped}");
}

/// One crew more, or help for a while, delays no repair: with one skill, first come, first served, one crew a job, and
/// failures that do not depend on repairs. (With jobs of several crews it may: Graham, 1966.)
#[test]
fn more_crews_delay_no_repair() {
    for case in 0..150 {
        let mut dice = Dice::new(2_000_000 + case);
        let n = 2 + case as usize / 10;
        let jobs: Vec<(f64, f64)> =
            (0..n).map(|_| (dice.between(0.0, 20.0), dice.between(0.1, 12.0))).collect();
        let (from, lasts, help) = (dice.between(0.0, 20.0), dice.between(0.0, 9.0), 1 + dice.below(3) as u16);
        let mut before: Option<Vec<SimTime>> = None;
        for crews in 1..5 {
            let alone = repaired(&jobs, crews, None);
            let helped = repaired(&jobs, crews, Some((from, lasts, help)));
            for (which, later, earlier) in
                [("one more", before.as_ref(), &alone), ("help", Some(&alone), &helped)]
            {
                let Some(later) = later else { continue };
                let delayed = later.iter().zip(earlier).position(|(later, earlier)| earlier > later);
                assert_eq!(delayed, None, "case {case}, {crews} crews, {which}");
            }
            before = Some(alone);
        }
    }
}

/// When each of the jobs, given by damage and hours of work, is done; with so much help from a moment on.
fn repaired(jobs: &[(f64, f64)], crews: u16, help: Option<(f64, f64, u16)>) -> Vec<SimTime> {
    let mut b = ModelBuilder::new(Meta { horizon: 1_000 * 3600, ..Meta::default() });
    let sector = b.sector("energy", "Energy");
    let team = b.node("team", "team", SectorId::NONE, RegionId::NONE);
    b.node_mut(team).kind = NodeKind::Team;
    b.parts().skills.push(Named { id: "lines".into(), name: "lines".into() });
    let (home, serves, travel) = (RegionId::NONE, vec![], DistId::NONE);
    b.parts().teams.push(Team { node: team, skill: SkillId(0), crews, home, serves, travel });
    let hours = |b: &mut ModelBuilder, hours: f64| b.dist(Distribution::Fixed((hours * 3600.0).round()));
    for (i, (at, work)) in jobs.iter().enumerate() {
        let node = b.node(&i.to_string(), "", sector, RegionId::NONE);
        let (at, work) = (hours(&mut b, *at), hours(&mut b, *work));
        let mut plan = town::unattended(work);
        (plan.stages[0].skill, plan.stages[0].crews) = (SkillId(0), 1);
        b.parts().repairs.push(plan);
        b.node_mut(node).repair = RepairId::new(i);
        let damage = Effect::Damage { state: DamageChoice::Worst };
        b.parts().events.push(event(&format!("damage-{i}"), at, Targets::All(vec![node]), vec![damage]));
    }
    if let Some((from, lasts, crews)) = help {
        let (at, lasts) = (hours(&mut b, from), hours(&mut b, lasts));
        let help = Effect::AddCrews { team: TeamId(0), crews, lasts };
        b.parts().events.push(event("help", at, Targets::None, vec![help]));
    }
    let record = fresh(&Arc::new(b.finish()), 0, TRACED);
    let mut done = vec![SimTime::NEVER; jobs.len()];
    for entry in record.trace.iter().filter(|entry| entry.what == Happening::Repaired) {
        done[entry.node.index() - 1] = entry.time;
    }
    assert!(done.iter().all(|time| *time != SimTime::NEVER));
    done
}

/// A town whose plans are all switched off is the town without plans; and its records with and without the threat
/// have the same false alarms.
#[test]
fn plans_that_are_off_change_nothing() {
    let mut used = 0;
    for case in 0..300 {
        let mut town = Town::random(case, Features::ALL);
        if town.plans.is_empty() {
            continue;
        }
        used += fresh(&town.model(), 0, TRACED).plans.len();
        town.plans.iter_mut().for_each(|(plan, _)| plan.on = false);
        let off = town.model();
        let off = Story::of(&off, &fresh(&off, 0, TRACED));
        for (_, event) in std::mem::take(&mut town.plans) {
            assert_eq!(off.events[&event.id], SimTime::NEVER);
        }
        let without = town.model();
        let without = Story::of(&without, &fresh(&without, 0, TRACED));
        let events = off.events.into_iter().filter(|(id, _)| without.events.contains_key(id)).collect();
        assert_same(&Story { events, ..off }, &without, &format!("town {case}"));
    }
    assert!(used > 100, "{used}");
}
