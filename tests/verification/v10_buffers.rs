//! V10: outages outlast buffers; two timelines worked out by hand.

use super::lab::{Bench, Lab, first_failed_h, lost_h};
use super::ledger::{CRITICAL, Ledger, Mean, item, number};
use linchpin_model::*;

const FIXTURE: &str = include_str!("fixtures/V10_buffers_dependency_delay.json");

/// Pairs of provider and consumer in one model: independent trials.
const PAIRS: usize = 20;
const RUNS: u32 = 10_000;

/// Share of outages that the consumers notice, and hours lost an outage. `need` adds the autonomy.
fn losses(outage: impl Fn(&mut Lab) -> DistId, need: impl Fn(&mut Lab, NeedSpec) -> NeedSpec) -> (u64, Mean) {
    // 2,000 h: the longest of 200,000 lognormal outages with median 6 h and sigma 1 lasts about 500 h.
    let mut lab = Lab::new(2_000.0);
    let (providers, consumers) = (lab.assets("provider", PAIRS), lab.assets("consumer", PAIRS));
    for (provider, consumer) in providers.iter().zip(&consumers) {
        let spec = NeedSpec::any(*consumer, "power", lab.service, &[*provider]);
        let spec = need(&mut lab, spec);
        lab.b.need(spec);
        let lasts = outage(&mut lab);
        lab.close(*provider, 1.0, lasts);
    }
    let (mut hit, mut lost) = (0, Mean::default());
    lab.finish().run(RUNS, |record| {
        for consumer in &consumers {
            hit += u64::from(first_failed_h(record, *consumer).is_some());
            lost.add(lost_h(record, *consumer));
        }
    });
    (hit, lost)
}

/// The closed forms, two of them with a stage that may not start.
#[test]
fn outages_that_outlast_buffers() {
    let item = item(FIXTURE);
    let cases = item["expected"]["closed_forms"].as_object().unwrap();
    let buffered = |capacity: fn(&mut Lab) -> DistId| {
        move |lab: &mut Lab, spec: NeedSpec| {
            let capacity = capacity(lab);
            spec.buffered("buffer", capacity, DistId::NONE)
        }
    };
    let mut ledger = Ledger::new("V10");
    for (name, expected) in cases {
        let (hit, lost) = match name.as_str() {
            "outage exp mean 6h, buffer exp mean 4h" => {
                losses(|lab| lab.exponential(6.0), buffered(|lab| lab.exponential(4.0)))
            }
            "outage exp mean 10h, buffer exp mean 4h" => {
                losses(|lab| lab.exponential(10.0), buffered(|lab| lab.exponential(4.0)))
            }
            "outage exp mean 6h, fixed buffer 4h" => {
                losses(|lab| lab.exponential(6.0), buffered(|lab| lab.hours(4.0)))
            }
            "outage exp mean 10h, fixed buffer 4h" => {
                losses(|lab| lab.exponential(10.0), buffered(|lab| lab.hours(4.0)))
            }
            "outage exp mean 2h, fixed buffer 8h" => {
                losses(|lab| lab.exponential(2.0), buffered(|lab| lab.hours(8.0)))
            }
            "outage lognormal med 6h s=1, buffer lognormal med 4h s=.5" => {
                losses(|lab| lab.lognormal(6.0, 1.0), buffered(|lab| lab.lognormal(4.0, 0.5)))
            }
            "UPS .25h + diesel start p=.97 autonomy 24h, outage exp mean 8h" => {
                losses(|lab| lab.exponential(8.0), ups_and_diesel)
            }
            other => panic!("V10 has a case this test does not know: {other}"),
        };
        let trials = u64::from(RUNS) * PAIRS as u64;
        ledger.check_share(&format!("P(loss), {name}"), number(&expected["P_loss"]), hit, trials);
        ledger.check_mean(&format!("lost h, {name}"), number(&expected["E_lost_h"]), &lost, CRITICAL);
    }
    ledger.close();
}

/// The item counts the 24 h of the diesel from the beginning of the outage: 23.75 h after the UPS.
fn ups_and_diesel(lab: &mut Lab, spec: NeedSpec) -> NeedSpec {
    let (ups, diesel) = (lab.hours(0.25), lab.hours(23.75));
    let mut spec = spec.buffered("ups", ups, DistId::NONE).buffered("diesel", diesel, DistId::NONE);
    spec.autonomy[1].stage.start_probability = 0.97;
    spec.autonomy[1].stage.start_delay = ups;
    spec
}

/// The system that the item describes in words, the substation down from 1 h to `until`.
fn timeline(until: f64) -> Bench {
    let mut lab = Lab::new(100.0);
    let [s, t, w, c, h, rail] = ["S", "T", "W", "C", "H", "Rail"].map(|id| lab.asset(id));
    let at_once = lab.hours(0.0);
    let needs = [
        (t, s, 4.0),
        (w, s, 12.0),
        (c, t, 0.0),
        (c, s, 2.0),
        (h, s, 72.0),
        (h, w, 24.0),
        (rail, s, 0.0),
        (rail, c, 0.0),
    ];
    for (owner, provider, buffer) in needs {
        let id = format!("{}", provider.0);
        let mut spec = NeedSpec::any(owner, &id, lab.service, &[provider]);
        if buffer > 0.0 {
            let capacity = lab.hours(buffer);
            spec = spec.buffered("buffer", capacity, at_once);
        }
        lab.b.need(spec);
    }
    let three = lab.hours(3.0);
    lab.b.node_mut(rail).restart = three;
    let lasts = lab.hours(until - 1.0);
    lab.close(s, 1.0, lasts);
    lab.finish()
}

/// Exact to the second.
#[test]
fn timelines_by_hand() {
    let item = item(FIXTURE);
    let expected = &item["expected"]["deterministic_timeline"];
    let ledger = Ledger::new("V10");
    for (until, key) in [(11.0, "expected_down_intervals"), (31.0, "with S down [1,31)")] {
        let bench = timeline(until);
        bench.trace(1, |record| {
            for (id, intervals) in expected[key].as_object().unwrap() {
                let intervals: Vec<(f64, f64)> = intervals
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|pair| (number(&pair[0]), number(&pair[1])))
                    .collect();
                let got = bench.down(record, id);
                let [told, wanted] = [&got, &intervals].map(|intervals| format!("{intervals:?}"));
                println!(
                    "{}",
                    ledger.line(&format!("{id} down, S down [1, {until})"), &wanted, &told, "exact")
                );
                assert_eq!(got, intervals, "{id}");
            }
        });
    }
}
