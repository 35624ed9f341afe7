//! The worst five of a thousand assets that fail at random too, and what to protect, timed:
//!
//! ```text
//! cargo run --release -p linchpin-ensemble --example worst -- 1000 5
//! ```

#[path = "../src/worst/country.rs"]
mod country;

use linchpin_ensemble::{Against, Stopwatch, WorstPlan, worst};
use linchpin_model::Strike;
use std::sync::atomic::AtomicBool;

fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse().unwrap_or(0));
    let (assets, most) = (arguments.next().unwrap_or(1000), arguments.next().unwrap_or(5));
    let model = country::country(1, assets, true);
    let plan = WorstPlan {
        model: &model,
        against: Against::Targets {
            candidates: model.node_ids().collect(),
            most,
            strike: Strike::Closure { lasts: Some(72 * 3600) },
            at: 0,
        },
        protections: most,
        metric: "person_hours",
        tail: false,
        seed: 1,
        replications: 200,
        exact: 0,
        question: "country",
        threads: 0,
    };
    let watch = Stopwatch::start();
    let found = worst(&plan, None, &AtomicBool::new(false), &mut |_| {});
    let seconds = watch.seconds();
    let Ok(Some(found)) = found else {
        println!("nothing found");
        return;
    };
    println!("{assets} assets, {most} targets, {most} protections: {seconds:.1} s, {:?}", found.searched);
    for (list, attacks) in [("as it is", &found.attacks), ("protected", &found.left)] {
        for attack in attacks {
            let mean = attack.rows.iter().sum::<f64>() / attack.rows.len().max(1) as f64;
            println!("{list}: {} targets, {:.0} person-hours, {:?}", attack.set.len(), mean, attack.set);
        }
    }
    let protection = &found.protection;
    println!("{:?}, {} turns, closed: {}", protection.assets, protection.turns, protection.closed);
}
