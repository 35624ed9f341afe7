//! A worm over a million systems with links to five others each, on average, timed:
//!
//! ```text
//! cargo run --release -p linchpin-sim --example worm -- 1000000 5
//! ```

#![allow(clippy::disallowed_methods, reason = "it measures time")]

use linchpin_model::*;
use linchpin_sim::{RunOptions, Simulation};
use std::sync::Arc;
use std::time::Instant;

fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse().unwrap_or(0));
    let (n, links) = (arguments.next().unwrap_or(1_000_000), arguments.next().unwrap_or(5));
    for (what, impairs) in [("spreads only", false), ("impairs each system after an hour", true)] {
        let built = Instant::now();
        let model = Arc::new(model(n as usize, links, impairs));
        let mut simulation = Simulation::new(model);
        println!("{n} systems, {links} links each, {what}: built in {:.2} s", built.elapsed().as_secs_f64());
        let mut record = Record::default();
        for replication in 0..3 {
            let began = Instant::now();
            let draws = Seeds::new(1).replication(replication);
            simulation.run(replication, draws, RunOptions::default(), &mut record);
            let (took, course) = (began.elapsed().as_secs_f64(), &record.malware[0]);
            println!(
                "  replication {replication}: {took:.3} s, {} infected, {} impaired, {} events",
                course.infected, course.impairments, record.events
            );
        }
    }
}

/// Systems with so many links each, on average, to others drawn at random; one is infected at the start.
fn model(n: usize, links: u32, impairs: bool) -> Model {
    let mut b = ModelBuilder::new(Meta { horizon: 14 * 86_400, grid: 3600, ..Meta::default() });
    let sector = b.sector("digital", "Digital");
    let members: Vec<NodeId> = (0..n)
        .map(|i| {
            let id = format!("system-{i}");
            b.node(&id, &id, sector, RegionId::NONE)
        })
        .collect();
    let draws = Seeds::new(7).replication(0);
    let other = |i: usize, k: u32| {
        let u = draws.uniform(Layer::Parameters, Key(i as u64).part(k), Purpose::Test, 0);
        (i + 1 + (u * (n - 1) as f64) as usize) % n
    };
    // Each has two ends.
    let link = |k: usize| (k * 2 / links as usize, other(k * 2 / links as usize, k as u32));
    let links = (0..n * links as usize / 2).map(link).map(|(a, b)| (a as u32, b as u32)).collect();
    let interval = b.dist(Distribution::Exponential { mean: 6.0 * 3600.0 });
    let dwell = b.dist(Distribution::Fixed(3600.0));
    let start = b.dist(Distribution::Fixed(0.0));
    let parts = b.parts();
    parts.contacts.push(Contacts { id: "net".into(), members: members.clone(), links, everybody: false });
    let event = |id: &str, targets: Targets, effects: Vec<Effect>, occasion: Occasion| Event {
        id: id.into(),
        name: id.into(),
        key: Key::of(id),
        after: None,
        at: start,
        targets,
        probability: 1.0,
        hit_probability: 1.0,
        severity: DistId::NONE,
        effects,
        threat: true,
        occasion,
    };
    let malware = MalwareId(0);
    let first = Targets::All(vec![members[0]]);
    parts.events.push(event("start", first, vec![Effect::Compromise { malware }], Occasion::Script));
    parts.events.push(event("malware/worm", Targets::None, vec![], Occasion::Malware(malware)));
    parts.malware.push(Malware {
        id: "worm".into(),
        name: "Worm".into(),
        key: Key::of("worm"),
        event: EventId(1),
        platforms: vec![],
        patchable: true,
        spread: vec![Spread { over: ContactId(0), interval, probability: 1.0 }],
        infectious: DistId::NONE,
        reinfects: false,
        detonation: if impairs { Detonation::Each(dwell) } else { Detonation::Never },
        it_loss: Level::ONE,
        destroys_backups: false,
        crossing: 0.0,
        manipulates: None,
        exfiltrates: DistId::NONE,
        stops: DistId::NONE,
    });
    b.finish()
}
