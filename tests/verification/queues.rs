//! Repairs as queues: one crew (M/M/1) and several (M/M/c), in steady state, against the closed forms.
//!
//! Assets that fail at random are the customers, crews the servers. Twenty thousand assets fail so seldom that
//! failures come at a rate that hardly depends on how many are down: with three of them down on average it is less
//! by a share of 1.5e-4, far below the standard errors. Queues of few machines are in `v05_repair`.

use super::lab::{Bench, Lab};
use super::ledger::{CRITICAL, Ledger, Mean};
use linchpin_model::*;
use std::collections::BTreeMap;

const ASSETS: usize = 20_000;

/// Hours until a queue that begins empty is looked at, and until it is no longer.
const WARM_H: f64 = 250.0;
const END_H: f64 = 2_250.0;

/// Assets that fail `arrivals` times an hour, all together, and need a crew for `service_h` on average.
fn queue(arrivals: f64, service_h: f64, crews: u16) -> (Lab, SkillId) {
    let mut lab = Lab::new(END_H + 50.0);
    let assets = lab.assets("asset", ASSETS);
    let skill = lab.team(crews);
    let failure = lab.exponential(ASSETS as f64 / arrivals);
    let repair = lab.exponential(service_h);
    lab.fails(&assets, failure);
    lab.repaired(&assets, repair, skill);
    (lab, skill)
}

/// Adds a plan that is in force from the start on.
fn from_the_start(lab: &mut Lab, effect: Effect) {
    let at = lab.hours(0.0);
    let model = lab.b.parts();
    let mut event = crate::parts::event("plan/help", at, Targets::None, vec![effect]);
    event.occasion = Occasion::Plan(PlanId(0));
    model.events.push(event);
    model.plans.push(Plan {
        id: "help".into(),
        name: "Help".into(),
        key: Key::of("help"),
        event: EventId::new(model.events.len() - 1),
        when: Observation {
            condition: Condition::All(vec![]),
            lasting: DistId::NONE,
            lag: DistId::NONE,
            through: vec![],
            false_alarms: DistId::NONE,
        },
        decision: DistId::NONE,
        requires: vec![],
        times: 1,
        lasts: DistId::NONE,
        cost: 0.0,
        on: true,
        adoption: vec![],
    });
}

/// What jobs that came in steady state had to wait, by replication.
#[derive(Default)]
struct Waits {
    /// Mean hours.
    mean: Mean,
    /// Share that waited at all.
    any: Mean,
    /// Share that waited longer than an hour.
    long: Mean,
    /// Share of the crews' time that was spent at jobs, from the start.
    busy: Mean,
}

impl Waits {
    fn observe(bench: &Bench, runs: u32) -> Self {
        let mut waits = Self::default();
        bench.trace(runs, |record| {
            let mut since = BTreeMap::new();
            let (mut mean, mut any, mut long) = (Mean::default(), Mean::default(), Mean::default());
            for entry in &record.trace {
                let now = entry.time.hours();
                match entry.what {
                    Happening::FailedAtRandom if (WARM_H..END_H).contains(&now) => {
                        since.insert(entry.node, now);
                    }
                    Happening::RepairStage(..) => {
                        if let Some(failed) = since.remove(&entry.node) {
                            mean.add(now - failed);
                            any.add(f64::from(u8::from(now > failed)));
                            long.add(f64::from(u8::from(now > failed + 1.0)));
                        }
                    }
                    _ => {}
                }
            }
            waits.mean.add(mean.mean());
            waits.any.add(any.mean());
            waits.long.add(long.mean());
            let [team] = record.teams[..] else { panic!("one team") };
            waits.busy.add(team.busy_s as f64 / team.there_s as f64);
        });
        waits
    }

    fn check(&self, ledger: &mut Ledger, which: &str, expected: &Expected) {
        ledger.check_mean(&format!("hours in the queue, {which}"), expected.wait_h, &self.mean, CRITICAL);
        ledger.check_mean(&format!("P(wait), {which}"), expected.any, &self.any, CRITICAL);
        ledger.check_mean(&format!("P(wait over 1 h), {which}"), expected.long, &self.long, CRITICAL);
        ledger.check_mean(&format!("crews busy, {which}"), expected.busy, &self.busy, CRITICAL);
    }
}

struct Expected {
    wait_h: f64,
    any: f64,
    long: f64,
    busy: f64,
}

/// M/M/c: `P(wait) = C(c, r)` (Erlang's second formula), `W_q = C / (c mu - lambda)`, `P(W_q > t) = C exp(-(c mu -
/// lambda) t)`, each server busy for a share `r / c` of the time, with `r = lambda / mu` (Erlang 1917; Gross, Shortle,
/// Thompson, Harris, Fundamentals of Queueing Theory, 4th edition 2008, sections 2.2 and 2.3).
fn erlang(arrivals: f64, service_h: f64, crews: u16) -> Expected {
    let (r, c) = (arrivals * service_h, f64::from(crews));
    let mut term = 1.0;
    let mut sum = 0.0;
    for n in 0..crews {
        sum += term;
        term *= r / f64::from(n + 1);
    }
    let all_busy = term / (1.0 - r / c);
    let any = all_busy / (sum + all_busy);
    let spare = c / service_h - arrivals;
    Expected { wait_h: any / spare, any, long: any * libm::exp(-spare), busy: r / c }
}

/// The closed forms as evaluated here, against examples whose results are fractions: one server, 5 arrivals and 6
/// services an hour: 5/6 h; three servers, 6 arrivals and 3 services an hour: P(wait) 4/9, 8/9 in the queue.
#[test]
fn closed_forms_by_hand() {
    let one = erlang(5.0, 1.0 / 6.0, 1);
    assert!((one.wait_h - 5.0 / 6.0).abs() < 1e-12 && (one.any - 5.0 / 6.0).abs() < 1e-12);
    let three = erlang(6.0, 1.0 / 3.0, 3);
    assert!((three.any - 4.0 / 9.0).abs() < 1e-12 && (three.wait_h * 6.0 - 8.0 / 9.0).abs() < 1e-12);
}

#[test]
fn one_crew_and_several() {
    let mut ledger = Ledger::new("queues");
    for (which, arrivals, service_h, crews, runs) in [
        ("M/M/1, 3 an hour, 12 min", 3.0, 0.2, 1, 60),
        ("M/M/1, 4 an hour, 12 min", 4.0, 0.2, 1, 60),
        ("M/M/3, 6 an hour, 20 min", 6.0, 1.0 / 3.0, 3, 60),
        ("M/M/10, 8 an hour, 1 h", 8.0, 1.0, 10, 40),
    ] {
        let (lab, _) = queue(arrivals, service_h, crews);
        let waits = Waits::observe(&lab.finish(), runs);
        waits.check(&mut ledger, which, &erlang(arrivals, service_h, crews));
    }
    ledger.close();
}

/// One crew of its own and two that help out are three; one that works twice as fast is one of half the service time.
#[test]
fn help_and_speed_are_other_queues() {
    let mut ledger = Ledger::new("queues");
    let (mut lab, _) = queue(6.0, 1.0 / 3.0, 1);
    from_the_start(&mut lab, Effect::AddCrews { team: TeamId(0), crews: 2, lasts: DistId::NONE });
    let waits = Waits::observe(&lab.finish(), 60);
    waits.check(&mut ledger, "M/M/3 with two that help out", &erlang(6.0, 1.0 / 3.0, 3));
    let (mut lab, skill) = queue(4.0, 0.4, 1);
    from_the_start(&mut lab, Effect::SpeedUp { skill, factor: 2.0, lasts: DistId::NONE });
    let waits = Waits::observe(&lab.finish(), 60);
    waits.check(&mut ledger, "M/M/1 at twice the speed", &erlang(4.0, 0.2, 1));
    ledger.close();
}
