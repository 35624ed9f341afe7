//! V12: six repair jobs, one to three crews, every order.

use super::lab::{Lab, course, integral};
use super::ledger::{Ledger, item, number, numbers};
use linchpin_model::*;

const FIXTURE: &str = include_str!("fixtures/V12_repair_scheduling.json");

/// What comes of repairing in an order: hours until the last is done, and what is lost meanwhile.
struct Schedule {
    order: Vec<usize>,
    makespan: f64,
    loss: f64,
}

struct Jobs(Vec<(f64, f64)>);

impl Jobs {
    fn read() -> Self {
        let item = item(FIXTURE);
        let jobs = item["inputs"]["jobs(duration_h,weight_MW)"].as_array().unwrap();
        Self(jobs.iter().map(|job| (number(&job[0]), number(&job[1]))).collect())
    }

    /// Completion times in hours, and the loss of the served in weight times hours, with all damaged at 0 h.
    fn schedule(&self, crews: u16, priority: Priority) -> (Vec<f64>, f64) {
        let mut lab = Lab::new(100.0);
        let nodes = lab.assets("job", self.0.len());
        let skill = lab.team(crews);
        for (node, (hours, weight)) in nodes.iter().zip(&self.0) {
            let duration = lab.hours(*hours);
            lab.repaired(&[*node], duration, skill);
            lab.b.serves(*node, lab.service, lab.region, *weight);
        }
        lab.damage(0.0, &nodes);
        lab.b.parts().priority = priority;
        let bench = lab.finish();
        let group = bench.group("service:supply");
        let total: f64 = self.0.iter().map(|(_, weight)| weight).sum();
        let mut told = (vec![f64::NAN; nodes.len()], 0.0);
        bench.trace(1, |record| {
            for entry in record.trace.iter().filter(|entry| entry.what == Happening::Repaired) {
                told.0[entry.node.index()] = entry.time.hours();
            }
            told.1 = integral(&course(record, group, bench.horizon_h()), 0.0, 100.0, |served| total - served);
        });
        told
    }

    /// All list schedules.
    fn all_lists(&self, crews: u16) -> Vec<Schedule> {
        orders(self.0.len())
            .into_iter()
            .map(|order| {
                let (completions, loss) = self.schedule(crews, by_list(&order));
                let makespan = completions.iter().copied().fold(0.0, f64::max);
                Schedule { order, makespan, loss }
            })
            .collect()
    }

    /// Job numbers sorted by a property.
    fn sorted(&self, key: impl Fn(usize) -> f64) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.0.len()).collect();
        order.sort_by(|a, b| key(*a).total_cmp(&key(*b)));
        order
    }
}

/// Job `order[0]` first.
fn by_list(order: &[usize]) -> Priority {
    let mut ranks = vec![0; order.len()];
    for (rank, job) in order.iter().enumerate() {
        ranks[*job] = rank as u32;
    }
    Priority::List(ranks)
}

/// All permutations of `0..n`.
fn orders(n: usize) -> Vec<Vec<usize>> {
    if n == 0 {
        return vec![vec![]];
    }
    let insert = |shorter: Vec<usize>| {
        (0..n).map(move |at| {
            let mut order = shorter.clone();
            order.insert(at, n - 1);
            order
        })
    };
    orders(n - 1).into_iter().flat_map(insert).collect()
}

/// Rules, optima over all 720 orders, the example orders, makespans: exact.
#[test]
fn rules_and_optima() {
    let (item, jobs) = (item(FIXTURE), Jobs::read());
    let mut ledger = Ledger::new("V12");
    for crews in 1..=3 {
        let expected = &item["expected"][format!("crews={crews}")];
        let mut check = |what: &str, key: &str, got: f64| {
            ledger.check(&format!("{what}, {crews} crews"), number(&expected[key]), got, 0.0);
        };
        let all = jobs.all_lists(crews);
        assert_eq!(all.len(), 720);
        let least = |value: fn(&Schedule) -> f64| all.iter().map(value).fold(f64::INFINITY, f64::min);
        check("least sum of w C over all lists", "optimal_sum_wC (ENS MWh)", least(|s| s.loss));
        check("least makespan over all lists", "optimal_makespan_list_schedules", least(|s| s.makespan));
        check(
            "Smith's rule (ServedPerHour)",
            "smith_ratio_rule",
            jobs.schedule(crews, Priority::ServedPerHour).1,
        );
        check("shortest first (Shortest)", "SPT", jobs.schedule(crews, Priority::Shortest).1);
        check("first come, first served (Fifo)", "fifo", jobs.schedule(crews, Priority::Fifo).1);
        let order = |key: &str| numbers(&expected[key]).iter().map(|job| *job as usize).collect::<Vec<_>>();
        let (example, smith) = (order("optimal_order_example"), order("smith_order"));
        let key = "optimal_sum_wC (ENS MWh)";
        check("example of an optimal order (List)", key, jobs.schedule(crews, by_list(&example)).1);
        check("Smith's order as a list (List)", "smith_ratio_rule", jobs.schedule(crews, by_list(&smith)).1);
        let longest_first = jobs.sorted(|job| -jobs.0[job].0);
        let (completions, _) = jobs.schedule(crews, by_list(&longest_first));
        check("makespan, longest first (List)", "LPT_makespan", completions.into_iter().fold(0.0, f64::max));
    }
    let before = |order: &[usize]| {
        let at = |job| order.iter().position(|other| *other == job);
        at(2) < at(1)
    };
    let constrained = jobs.all_lists(1).into_iter().filter(|schedule| before(&schedule.order));
    let got = constrained.map(|schedule| schedule.loss).fold(f64::INFINITY, f64::min);
    let expected = &item["expected"]["crews=1 with job2 before job1"]["optimal"];
    ledger.check("least sum of w C, job 2 before job 1, 1 crew", number(expected), got, 0.0);
    ledger.close();
}
