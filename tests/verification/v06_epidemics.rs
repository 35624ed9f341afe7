//! V06: outbreaks over links and in groups where everybody reaches everybody; growth of worms.

use super::dice::Dice;
use super::lab::{Bench, Lab};
use super::ledger::{CRITICAL, Ledger, Mean, argument, by_number, item, number, numbers, share_tolerance};
use crate::parts::event;
use linchpin_model::*;
use serde_json::Value;

const FIXTURE: &str = include_str!("fixtures/V06_epidemic_worm.json");

/// Hours in a unit of time of the item's rates: long, so that whole seconds do not matter.
const UNIT: f64 = 1_000.0;

/// An outbreak among hosts with the same rates.
struct Outbreak {
    hosts: usize,
    /// Links; none: everybody reaches everybody.
    links: Option<Vec<(u32, u32)>>,
    /// Time until a try comes through, in units.
    interval: Time,
    probability: f64,
    infectious: Time,
    reinfects: bool,
    /// Infected at the start.
    first: Vec<usize>,
    /// Immune from the start.
    immune: usize,
    units: f64,
}

#[derive(Clone, Copy)]
enum Time {
    Exponential(f64),
    Fixed(f64),
    Forever,
}

impl Outbreak {
    fn among(hosts: usize, interval: Time, infectious: Time) -> Self {
        let (links, first) = (None, vec![0]);
        Self {
            hosts,
            links,
            interval,
            probability: 1.0,
            infectious,
            reinfects: false,
            first,
            immune: 0,
            units: 100.0,
        }
    }

    fn bench(self) -> Bench {
        let mut lab = Lab::new(self.units * UNIT);
        // The record keeps the last of each step: every change.
        lab.b.parts().meta.grid = 1;
        let hosts = lab.assets("host", self.hosts);
        let mut time = |time: Time| match time {
            Time::Exponential(units) => lab.exponential(units * UNIT),
            Time::Fixed(units) => lab.hours(units * UNIT),
            Time::Forever => DistId::NONE,
        };
        let (interval, infectious) = (time(self.interval), time(self.infectious));
        let malware = MalwareId(0);
        let last = hosts[self.hosts - self.immune..].to_vec();
        lab.event(0.0, Targets::All(last), 1.0, Effect::Immunise { malware, coverage: 1.0 });
        let first = self.first.iter().map(|host| hosts[*host]).collect();
        lab.event(0.0, Targets::All(first), 1.0, Effect::Compromise { malware });
        let at = lab.hours(0.0);
        let parts = lab.b.parts();
        let stands_for = EventId::new(parts.events.len());
        parts.events.push(Event {
            occasion: Occasion::Malware(malware),
            ..event("malware/worm", at, Targets::None, vec![])
        });
        let everybody = self.links.is_none();
        parts.contacts.push(Contacts {
            id: "contacts".into(),
            members: hosts,
            links: self.links.unwrap_or_default(),
            everybody,
        });
        parts.malware.push(Malware {
            id: "worm".into(),
            name: "worm".into(),
            key: Key::of("worm"),
            event: stands_for,
            platforms: vec![],
            patchable: false,
            spread: vec![Spread { over: ContactId(0), interval, probability: self.probability }],
            infectious,
            reinfects: self.reinfects,
            detonation: Detonation::Never,
            it_loss: Level::ONE,
            destroys_backups: false,
            crossing: 0.0,
            manipulates: None,
            exfiltrates: DistId::NONE,
            stops: DistId::NONE,
        });
        lab.finish()
    }

    /// How often so many were infected in the end.
    fn sizes(self, replications: u32) -> Vec<u64> {
        let mut count = vec![0; self.hosts + 1];
        self.bench().run(replications, |record| count[record.malware[0].infected as usize] += 1);
        count
    }

    /// Shares that were infected in the end, of the outbreaks that went beyond a twentieth.
    fn large(self, replications: u32) -> (Mean, u64) {
        let (hosts, mut mean, mut large) = (self.hosts as f64, Mean::default(), 0);
        self.bench().run(replications, |record| {
            let share = f64::from(record.malware[0].infected) / hosts;
            if share > 0.05 {
                large += 1;
                mean.add(share);
            }
        });
        (mean, large)
    }
}

fn all_to_all(n: u32) -> Vec<(u32, u32)> {
    (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b))).collect()
}

/// The item's small graphs, by the first word of its keys.
fn graph(key: &str) -> (usize, Vec<(u32, u32)>) {
    let links = match key.split(' ').next() {
        Some("star") => (1..5).map(|leaf| (0, leaf)).collect(),
        Some("ring5") => (0..5).map(|i| (i, (i + 1) % 5)).collect(),
        Some("path5") => (0..4).map(|i| (i, i + 1)).collect(),
        Some("K5") => all_to_all(5),
        _ => panic!("unknown graph in {key}"),
    };
    (5, links)
}

/// Where an outbreak of the item begins.
fn start(key: &str) -> usize {
    ["start {2}", "leaf 1"].iter().zip([2, 1]).find(|(text, _)| key.contains(*text)).map_or(0, |(_, at)| at)
}

/// Compares how often each outcome came with its probability.
fn compare(ledger: &mut Ledger, what: &str, expected: &[(usize, f64)], counts: &[u64]) {
    let trials: u64 = counts.iter().sum();
    let rows: Vec<_> = expected
        .iter()
        .map(|(size, p)| {
            let got = counts[*size] as f64 / trials as f64;
            (format!("P({size})"), *p, got, share_tolerance(*p, trials))
        })
        .collect();
    ledger.check_all(what, &rows);
}

/// Sizes of outbreaks as the item counts them: those infected after the first `m`.
fn new_infections(pmf: &Value, m: usize) -> Vec<(usize, f64)> {
    numbers(pmf).into_iter().enumerate().map(|(size, p)| (size + m, p)).collect()
}

#[test]
fn final_size_of_large_outbreaks() {
    let item = item(FIXTURE);
    let mut ledger = Ledger::new("V06");
    let hosts = 10_000;
    let outbreak = |r0: f64| Outbreak::among(hosts, Time::Exponential(1.0 / r0), Time::Fixed(1.0));
    // At 1.1 large outbreaks cannot be told from small ones among so few.
    for (r0, expected) in by_number(&item["expected"]["final_size"]).into_iter().filter(|(r0, _)| *r0 > 1.15)
    {
        let (share, _) = outbreak(r0).large(40);
        ledger.check_mean(&format!("share infected, R0={r0}"), expected, &share, CRITICAL);
    }
    for (key, expected) in item["expected"]["final_size_vaccinated"].as_object().unwrap() {
        let (r0, immune) = (argument(key, "R0"), argument(key, "v") * hosts as f64);
        let (share, _) = Outbreak { immune: immune as usize, ..outbreak(r0) }.large(40);
        ledger.check_mean(&format!("share infected, {key}"), number(expected), &share, CRITICAL);
    }
    ledger.close();
}

#[test]
fn reed_frost_chains() {
    let item = item(FIXTURE);
    let mut ledger = Ledger::new("V06");
    for (key, pmf) in item["expected"]["reed_frost_pmf number of new infections 0..n"].as_object().unwrap() {
        let (n, m, p) = (argument(key, "n") as usize, argument(key, "m") as usize, argument(key, "p"));
        let expected = new_infections(pmf, m);
        let chain = |interval, infectious, probability| Outbreak {
            links: Some(all_to_all((n + m) as u32)),
            first: (0..m).collect(),
            probability,
            ..Outbreak::among(n + m, interval, infectious)
        };
        // In generations, each link open with probability p; and in time, with tries that come at a rate.
        let generations = chain(Time::Fixed(1.0), Time::Fixed(1.5), p).sizes(20_000);
        compare(&mut ledger, &format!("generations, {key}"), &expected, &generations);
        let in_time = chain(Time::Exponential(-1.0 / libm::log1p(-p)), Time::Fixed(1.0), 1.0).sizes(20_000);
        compare(&mut ledger, &format!("fixed infectious time, {key}"), &expected, &in_time);
    }
    ledger.close();
}

#[test]
fn general_stochastic_epidemic() {
    let item = item(FIXTURE);
    let mut ledger = Ledger::new("V06");
    for (key, pmf) in item["expected"]["gse_pmf 0..n"].as_object().unwrap() {
        let (n, m) = (argument(key, "n") as usize, argument(key, "m") as usize);
        let rate = |name: &str| argument(key.split(" (").next().unwrap(), name);
        let (beta, gamma) = (rate("beta"), rate("gamma"));
        // A rate of beta S / (n + m) an infective is one of tries at others of beta (n + m - 1) / (n + m).
        let interval = (n + m) as f64 / (beta * (n + m - 1) as f64);
        let outbreak = Outbreak {
            first: (0..m).collect(),
            ..Outbreak::among(n + m, Time::Exponential(interval), Time::Exponential(1.0 / gamma))
        };
        let what = format!("everybody reaches everybody, {}", key.split(" (").next().unwrap());
        compare(&mut ledger, &what, &new_infections(pmf, m), &outbreak.sizes(20_000));
    }
    ledger.close();
}

#[test]
fn exact_final_sizes_on_small_graphs() {
    let item = item(FIXTURE);
    let mut ledger = Ledger::new("V06");
    let all = &item["expected"]["sir_exact final size pmf (number ever infected incl. start)"];
    for (key, pmf) in all.as_object().unwrap() {
        let (hosts, links) = graph(key);
        let beta = argument(&key.replace(' ', ","), "beta");
        let outbreak = Outbreak {
            links: Some(links),
            first: vec![start(key)],
            ..Outbreak::among(hosts, Time::Exponential(1.0 / beta), Time::Exponential(1.0))
        };
        let pmf = pmf.as_object().unwrap().iter();
        let expected: Vec<_> = pmf.map(|(size, p)| (size.parse().unwrap(), number(p))).collect();
        compare(&mut ledger, &format!("ever infected, {key}"), &expected, &outbreak.sizes(20_000));
    }
    ledger.close();
}

#[test]
fn exact_reinfection_on_small_graphs() {
    let item = item(FIXTURE);
    let mut ledger = Ledger::new("V06");
    for (key, expected) in item["expected"]["sis_exact"].as_object().unwrap() {
        let (hosts, links) = graph(key);
        // The second start of the star has the rates of the first.
        let rates = key.replace(' ', ",");
        let beta = if rates.contains("beta=") { argument(&rates.replace("=.", "=0."), "beta") } else { 0.5 };
        let bench = Outbreak {
            links: Some(links),
            first: vec![start(key)],
            reinfects: true,
            ..Outbreak::among(hosts, Time::Exponential(1.0 / beta), Time::Exponential(1.0))
        }
        .bench();
        let at = expected["at_t"].as_object().unwrap();
        let times: Vec<f64> = at.keys().map(|units| units.parse::<f64>().unwrap()).collect();
        let mut extinction = Mean::default();
        let mut seen: Vec<(Mean, u64)> = times.iter().map(|_| (Mean::default(), 0)).collect();
        let trials = 20_000;
        bench.run(trials, |record| {
            let contained = record.malware[0].contained;
            assert_ne!(contained, SimTime::NEVER, "it dies out long before the horizon");
            extinction.add(contained.hours() / UNIT);
            for (units, (mean, extinct)) in times.iter().zip(&mut seen) {
                let before = |entry: &&SpreadStep| entry.time.hours() <= units * UNIT;
                let infected = record.spread.iter().rev().find(before).map_or(0, |entry| entry.infected);
                mean.add(f64::from(infected));
                *extinct += u64::from(infected == 0);
            }
        });
        let mean = number(&expected["mean_extinction_time"]);
        ledger.check_mean(&format!("time to extinction, {key}"), mean, &extinction, CRITICAL);
        for ((time, expected), (mean, extinct)) in at.iter().zip(&seen) {
            let what = |what: &str| format!("{what} at {time}, {key}");
            let gone = number(&expected["P(extinct)"]);
            ledger.check_share(&what("extinct"), gone, *extinct, u64::from(trials));
            ledger.check_mean(&what("infected"), number(&expected["E[infected]"]), mean, CRITICAL);
        }
    }
    ledger.close();
}

/// A random graph in which every host has three links; a pair may have two, as the configuration model allows.
fn three_regular(hosts: u32, case: u32) -> Vec<(u32, u32)> {
    let mut dice = Dice::new(case);
    let stubs = dice.shuffled((0..hosts * 3).map(|stub| stub / 3).collect());
    stubs.chunks(2).map(|pair| (pair[0], pair[1])).filter(|(a, b)| a != b).collect()
}

#[test]
fn percolation_on_three_regular_graphs() {
    let item = item(FIXTURE);
    let mut ledger = Ledger::new("V06");
    let hosts = 10_000;
    let outbreak = |case, probability| Outbreak {
        links: Some(three_regular(hosts, case)),
        probability,
        units: 1_000.0,
        ..Outbreak::among(hosts as usize, Time::Exponential(1.0), Time::Forever)
    };
    let table = &item["expected"]["3-regular config model SIR giant outbreak fraction"];
    for (transmissibility, expected) in by_number(table) {
        let (mut share, mut large, mut trials) = (Mean::default(), 0, 0);
        for case in 0..3 {
            let (mean, count) = outbreak(case, transmissibility).large(20);
            share.add(mean.mean());
            (large, trials) = (large + count, trials + 20);
        }
        // The item's tolerance for means of large networks: see V01.
        let what = format!("share infected, 3-regular, T={transmissibility}");
        ledger.check(&what, expected, share.mean(), 0.006);
        let what = format!("probability of a large outbreak, 3-regular, T={transmissibility}");
        ledger.check_share(&what, expected, large, trials);
    }
    // Below 1/(k - 1) nothing gets far.
    let (_, large) = outbreak(9, 0.4).large(20);
    ledger.check("large outbreaks below the threshold, 3-regular, T=0.4", 0.0, large as f64, 0.0);
    ledger.close();
}

#[test]
fn growth_of_worms() {
    let item = item(FIXTURE);
    let worm = &item["expected"]["worm"];
    let code_red = &worm["CodeRed v2 (Staniford 2002): K=1.8/h"];
    let slower = number(&worm["CodeRed doubling 37 min"]["K_per_h"]);
    let mut ledger = Ledger::new("V06");
    for (rate, doubling_min) in [(1.8, number(&code_red["doubling_time_min"])), (slower, 37.0)] {
        // An hour of the item is a unit.
        let hosts = 10_000;
        let bench = Outbreak {
            first: (0..20).collect(),
            units: 13.0 / rate,
            ..Outbreak::among(hosts, Time::Exponential(1.0 / rate), Time::Forever)
        }
        .bench();
        let (mut doubling, mut rise) = (Mean::default(), Mean::default());
        bench.run(30, |record| {
            let reached = |share: f64| {
                let wanted = (share * hosts as f64) as u32;
                let entry = record.spread.iter().find(|entry| entry.infected >= wanted).unwrap();
                entry.time.hours() / UNIT
            };
            doubling.add((reached(0.02) - reached(0.01)) * 60.0);
            rise.add(reached(0.9) - reached(0.1));
        });
        // From 1 to 2 % growth is slower than at the very beginning: ln(2 * 0.99 / 0.98) instead of ln 2.
        let expected = doubling_min * libm::log(2.0 * 0.99 / 0.98) / std::f64::consts::LN_2;
        ledger.check_mean(&format!("minutes from 1 to 2 %, K={rate:.3}/h"), expected, &doubling, CRITICAL);
        if rate == 1.8 {
            let expected = number(&code_red["10%->90% (h)"]);
            ledger.check_mean("hours from 10 to 90 %, K=1.8/h", expected, &rise, CRITICAL);
        }
    }
    ledger.close();
}
