//! V05, with crews: finite-source queues M/M/c//N, a batch of repairs; lognormal repair times.

use super::lab::{Lab, course, integral};
use super::ledger::{CRITICAL, Ledger, Mean, argument, item, number, numbers, share_tolerance};
use linchpin_model::*;
use std::collections::BTreeMap;

const FIXTURE: &str = include_str!("fixtures/V05_reliability_basics.json");

/// `n` machines that fail and are repaired by `crews` crews, exponential both.
pub fn machines(hours: f64, n: usize, crews: u16, rate: f64, mu: f64) -> Lab {
    let mut lab = Lab::new(hours);
    let machines = lab.assets("machine", n);
    let skill = lab.team(crews);
    let (failure, repair) = (lab.exponential(1.0 / rate), lab.exponential(1.0 / mu));
    lab.fails(&machines, failure);
    lab.repaired(&machines, repair, skill);
    lab.watch("machines", &machines);
    lab
}

/// Means over the replications of a finite-source queue in steady state.
#[derive(Default)]
struct Queue {
    /// Share of the time with so many machines down.
    states: Vec<Mean>,
    down: Mean,
    busy: Mean,
    restore_h: Mean,
    wait_h: Mean,
}

impl Queue {
    fn observe(n: usize, crews: u16, rate: f64, mu: f64) -> Self {
        let (warm, end) = (1_000.0, 11_000.0);
        let bench = machines(end + 500.0, n, crews, rate, mu).finish();
        let group = bench.group("machines");
        let mut queue = Self { states: (0..=n).map(|_| Mean::default()).collect(), ..Self::default() };
        bench.trace(80, |record| {
            let course = course(record, group, bench.horizon_h());
            let mean = |value: &dyn Fn(f64) -> f64| integral(&course, warm, end, value) / (end - warm);
            for (down, share) in queue.states.iter_mut().enumerate() {
                share.add(mean(&|up| f64::from(u8::from(n as f64 - up == down as f64))));
            }
            queue.down.add(mean(&|up| n as f64 - up));
            queue.busy.add(mean(&|up| (n as f64 - up).min(f64::from(crews)) / f64::from(crews)));
            let (restore, wait) = times(record, warm, end);
            queue.restore_h.add(restore);
            queue.wait_h.add(wait);
        });
        queue
    }
}

/// Mean hours from failure to restoration and to the begin of work, of jobs that came between two moments.
fn times(record: &Record, from: f64, to: f64) -> (f64, f64) {
    let mut open: BTreeMap<NodeId, (f64, f64)> = BTreeMap::new();
    let (mut restore, mut wait) = (Mean::default(), Mean::default());
    for entry in &record.trace {
        let now = entry.time.hours();
        match entry.what {
            Happening::Damaged(_) if (from..to).contains(&now) => {
                open.insert(entry.node, (now, now));
            }
            Happening::RepairStage(..) => {
                if let Some(job) = open.get_mut(&entry.node) {
                    job.1 = now;
                }
            }
            Happening::Repaired => {
                if let Some((damaged, begun)) = open.remove(&entry.node) {
                    restore.add(now - damaged);
                    wait.add(begun - damaged);
                }
            }
            _ => {}
        }
    }
    (restore.mean(), wait.mean())
}

#[test]
fn machines_and_crews() {
    let item = item(FIXTURE);
    let mut ledger = Ledger::new("V05");
    for (key, expected) in item["expected"]["machine_repairman"].as_object().unwrap() {
        let n = argument(key, "N") as usize;
        let queue = Queue::observe(n, argument(key, "c") as u16, argument(key, "lam"), argument(key, "mu"));
        // States that are seldom seen count together: their own standard errors would mean little.
        let p = numbers(&expected["p"]);
        let often: Vec<usize> = (0..p.len()).filter(|down| p[*down] >= 0.005).collect();
        let mut rows: Vec<_> = often
            .iter()
            .map(|down| {
                let share = &queue.states[*down];
                (format!("P({down} down)"), p[*down], share.mean(), CRITICAL * share.standard_error())
            })
            .collect();
        assert_eq!(often, (0..often.len()).collect::<Vec<_>>());
        let common: (f64, f64, f64) = rows.iter().fold((1.0, 1.0, 0.0), |sum, row| {
            (sum.0 - row.1, sum.1 - row.2, sum.2 + (row.3 / CRITICAL) * (row.3 / CRITICAL))
        });
        rows.push((format!("P({}+ down)", often.len()), common.0, common.1, CRITICAL * common.2.sqrt()));
        ledger.check_all(&format!("states, {key}"), &rows);
        let mut check = |what: &str, field: &str, got: &Mean| {
            ledger.check_mean(&format!("{what}, {key}"), number(&expected[field]), got, CRITICAL);
        };
        check("machines down", "mean_down", &queue.down);
        check("hours to restore", "mean_wait_to_restore(h)", &queue.restore_h);
        check("hours in the queue", "mean_queue_wait(h)", &queue.wait_h);
        check("crews busy", "crew_utilisation", &queue.busy);
        check("P(all up)", "P(all_up)", &queue.states[0]);
        let up = number(&expected["availability_per_machine"]);
        let (got, error) = (1.0 - queue.down.mean() / n as f64, queue.down.standard_error() / n as f64);
        ledger.check(&format!("availability, {key}"), up, got, CRITICAL * error);
    }
    ledger.close();
}

/// `m` repairs at once.
#[test]
fn a_batch_of_repairs() {
    let item = item(FIXTURE);
    let mut ledger = Ledger::new("V05");
    for (key, expected) in item["expected"]["batch_repair"].as_object().unwrap() {
        let mut lab = Lab::new(3_000.0);
        let assets = lab.assets("asset", argument(key, "m") as usize);
        let skill = lab.team(argument(key, "c") as u16);
        let repair = lab.exponential(1.0 / argument(key, "mu"));
        lab.repaired(&assets, repair, skill);
        lab.damage(0.0, &assets);
        let (mut all, mut each) = (Mean::default(), Mean::default());
        lab.finish().trace(5_000, |record| {
            let done: Vec<f64> = record
                .trace
                .iter()
                .filter(|entry| entry.what == Happening::Repaired)
                .map(|entry| entry.time.hours())
                .collect();
            assert_eq!(done.len(), assets.len());
            all.add(done.iter().copied().fold(0.0, f64::max));
            each.add(done.iter().sum::<f64>() / done.len() as f64);
        });
        ledger.check_mean(
            &format!("hours until all are restored, {key}"),
            number(&expected["E[all restored]"]),
            &all,
            CRITICAL,
        );
        let per_component = number(&expected["mean completion per component"]);
        ledger.check_mean(&format!("hours until one is restored, {key}"), per_component, &each, CRITICAL);
    }
    ledger.close();
}

#[test]
fn lognormal_repair() {
    let item = item(FIXTURE);
    let expected = &item["expected"]["lognormal_repair"];
    let times = &expected["repair lognormal mean 24h sd 36h"];
    let value = |name: &str| number(&times[name]);
    let (median, sigma) = (value("median"), value("sigma"));
    let mut ledger = Ledger::new("V05");

    let mut lab = Lab::new(10_000.0);
    let assets = lab.assets("asset", 100);
    let repair = lab.lognormal(median, sigma);
    lab.repaired(&assets, repair, SkillId::NONE);
    lab.damage(0.0, &assets);
    let mut hours = Vec::new();
    lab.finish().trace(1_000, |record| {
        let repaired = record.trace.iter().filter(|entry| entry.what == Happening::Repaired);
        hours.extend(repaired.map(|entry| entry.time.hours()));
    });
    assert_eq!(hours.len(), 100_000);
    for (name, share) in [("median", 0.5), ("p90", 0.9), ("p99", 0.99)] {
        let within = hours.iter().filter(|hours| **hours <= value(name)).count() as f64 / hours.len() as f64;
        let tolerance = share_tolerance(share, hours.len() as u64);
        ledger.check(&format!("share repaired within the {name}"), share, within, tolerance);
    }
    let (mut mean, mut square) = (Mean::default(), Mean::default());
    for hours in &hours {
        mean.add(*hours);
        square.add(hours * hours);
    }
    // Both stand in the item's own name of the case.
    ledger.check_mean("mean hours of a lognormal repair", 24.0, &mean, CRITICAL);
    ledger.check_mean("mean square of the same", 24.0 * 24.0 + 36.0 * 36.0, &square, CRITICAL);

    let mut lab = Lab::new(20_000.0);
    let assets = lab.assets("asset", 100);
    let (failure, repair) = (lab.exponential(1_000.0), lab.lognormal(median, sigma));
    lab.fails(&assets, failure);
    lab.repaired(&assets, repair, SkillId::NONE);
    lab.watch("all", &assets);
    let bench = lab.finish();
    let mut up = Mean::default();
    bench.run(100, |record| {
        let course = course(record, bench.group("all"), bench.horizon_h());
        up.add(integral(&course, 5_000.0, 20_000.0, |up| up / 100.0) / 15_000.0);
    });
    let steady = number(&expected["steady availability lam=1/1000h"]);
    ledger.check_mean("steady availability, lognormal repair", steady, &up, CRITICAL);
    ledger.close();
}
