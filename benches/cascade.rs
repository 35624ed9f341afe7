//! The cascade with recovery: the engine beside the hand-written kernel, and what a world costs.
//!
//! ```text
//! cargo bench --bench cascade                                   all sizes
//! cargo bench --bench cascade -- 1000 10000                     these sizes
//! cargo bench --bench cascade -- --callgrind engine 1000 200    one side alone, for valgrind: see instructions.sh
//! ```

#[path = "support/harness.rs"]
mod harness;
#[path = "support/mod.rs"]
mod support;

use harness::{number, take_turns, time};
use linchpin_model::{Distribution, Key, Layer, Purpose, Record, Seeds};
use linchpin_sim::{RunOptions, Simulation};
use std::hint::black_box;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use support::kernel::Kernel;
use support::workload::cascade_with_recovery;

const SIZES: [u32; 6] = [100, 300, 1_000, 10_000, 100_000, 1_000_000];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["--callgrind", side, assets, replications] => {
            run_alone(side, parse(assets), parse(replications));
        }
        ["--memory", assets, worlds] => println!("{}", bytes_per_world(parse(assets), parse(worlds))),
        [] => tables(&SIZES),
        _ => tables(&words.iter().map(|word| parse(word)).collect::<Vec<_>>()),
    }
}

fn parse(text: &str) -> u32 {
    text.parse().unwrap_or_else(|_| {
        eprintln!("expected a number, found `{text}`");
        std::process::exit(2)
    })
}

fn tables(sizes: &[u32]) {
    time_draws();
    println!("One replication of the cascade with recovery (fastest and median of interleaved runs):\n");
    println!(
        "{:>9} {:>9}  {:>10} {:>10}  {:>10} {:>10}  {:>6} {:>6}  {:>14}",
        "assets", "events", "engine us", "median", "kernel us", "median", "ratio", "median", "bytes an asset"
    );
    for assets in sizes {
        compare(*assets);
    }
    println!("\nA world of the engine:\n");
    println!(
        "{:>9}  {:>10} {:>10}  {:>10} {:>10}  {:>10} {:>12}",
        "assets", "new us", "an asset", "fork us", "an asset", "reset us", "ns an asset"
    );
    for assets in sizes {
        measure_world(*assets);
    }
}

/// What machine this is: the draws that both sides make are a good third of the kernel's time.
fn time_draws() {
    const DRAWS: u64 = 1000;
    let draws = Seeds::new(1).replication(0);
    let uniform = |key| draws.uniform(Layer::Threat, Key(key), Purpose::Test, 0);
    let exponential = Distribution::Exponential { mean: 3600.0 };
    let budget = Duration::from_millis(200);
    let plain = time(budget, || (0..DRAWS).map(uniform).sum::<f64>());
    let whole = time(budget, || (0..DRAWS).map(|key| exponential.quantile(uniform(key))).sum::<f64>());
    println!(
        "A keyed uniform number takes {:.1} ns, an exponential one {:.1} ns.\n",
        plain.min_us * 1e3 / DRAWS as f64,
        whole.min_us * 1e3 / DRAWS as f64
    );
}

/// One line of the first table.
fn compare(assets: u32) {
    let mut engine = EngineSide::new(assets);
    let mut kernel = KernelSide::new(assets);
    let batch = (3_000 / assets).clamp(1, 20);
    let batches = (100_000 / assets / batch).clamp(1, 50);
    // The same work: `tests/kernel.rs` compares every field.
    let events = engine.run(0, batch * batches);
    assert_eq!(events, kernel.run(0, batch * batches));

    let budget = Duration::from_secs(if assets > 100_000 { 8 } else { 2 });
    let [by_engine, by_kernel] = take_turns(
        batches,
        batch,
        budget,
        [
            &mut |first, count| {
                engine.run(first, count);
            },
            &mut |first, count| {
                kernel.run(first, count);
            },
        ],
    );
    println!(
        "{:>9} {:>9}  {:>10} {:>10}  {:>10} {:>10}  {:>6.2} {:>6.2}  {:>14}",
        number(f64::from(assets)),
        number(events as f64 / f64::from(batch * batches)),
        number(by_engine.min_us),
        number(by_engine.median_us),
        number(by_kernel.min_us),
        number(by_kernel.median_us),
        by_engine.min_us / by_kernel.min_us,
        by_engine.median_us / by_kernel.median_us,
        memory(assets),
    );
}

/// One line of the second table.
fn measure_world(assets: u32) {
    let model = Arc::new(cascade_with_recovery(assets));
    let budget = Duration::from_millis(700);
    let new = time(budget, || Simulation::new(model.clone())).min_us;
    let mut world = Simulation::new(model);
    let fork = time(budget, || world.fork()).min_us;
    // What a reset puts back: the world at the end of a replication.
    let mut record = Record::default();
    world.begin(0, Seeds::new(1).replication(0), RunOptions::default());
    let pristine = world.snapshot();
    world.run(0, Seeds::new(1).replication(0), RunOptions::default(), &mut record);
    let reset = time(budget, || world.restore(&pristine)).min_us;
    let n = f64::from(assets);
    println!(
        "{:>9}  {:>10} {:>10.3}  {:>10} {:>10.3}  {:>10} {:>12.2}",
        number(n),
        number(new),
        new / n,
        number(fork),
        fork / n,
        number(reset),
        reset * 1e3 / n,
    );
}

/// The engine and the buffers it needs.
struct EngineSide {
    simulation: Simulation,
    record: Record,
}

impl EngineSide {
    fn new(assets: u32) -> Self {
        Self {
            simulation: Simulation::new(Arc::new(cascade_with_recovery(assets))),
            record: Record::default(),
        }
    }

    fn run(&mut self, first: u32, count: u32) -> u64 {
        measured_engine(&mut self.simulation, &mut self.record, first, count)
    }
}

/// The kernel and the buffers it needs.
struct KernelSide {
    kernel: Kernel,
    record: Record,
}

impl KernelSide {
    fn new(assets: u32) -> Self {
        Self { kernel: Kernel::new(&cascade_with_recovery(assets)), record: Record::default() }
    }

    fn run(&mut self, first: u32, count: u32) -> u64 {
        measured_kernel(&mut self.kernel, &mut self.record, first, count)
    }
}

/// A function of its own: callgrind counts what happens within, by its name.
#[inline(never)]
fn measured_engine(simulation: &mut Simulation, record: &mut Record, first: u32, count: u32) -> u64 {
    let seeds = Seeds::new(1);
    (first..first + count)
        .map(|replication| {
            simulation.run(replication, seeds.replication(replication), RunOptions::default(), record);
            black_box(&*record).events
        })
        .sum()
}

/// See [`measured_engine`].
#[inline(never)]
fn measured_kernel(kernel: &mut Kernel, record: &mut Record, first: u32, count: u32) -> u64 {
    let seeds = Seeds::new(1);
    (first..first + count)
        .map(|replication| {
            kernel.run(replication, seeds.replication(replication), record);
            black_box(&*record).events
        })
        .sum()
}

/// Runs one side, for a profiler that begins to count in `measured_engine` or `measured_kernel`. The replication
/// before lets buffers grow to their size.
fn run_alone(side: &str, assets: u32, replications: u32) {
    let draws = Seeds::new(1).replication(0);
    let events = match side {
        "engine" => {
            let mut engine = EngineSide::new(assets);
            engine.simulation.run(0, draws, RunOptions::default(), &mut engine.record);
            engine.run(0, replications)
        }
        "kernel" => {
            let mut kernel = KernelSide::new(assets);
            kernel.kernel.run(0, draws, &mut kernel.record);
            kernel.run(0, replications)
        }
        _ => {
            eprintln!("expected `engine` or `kernel`, found `{side}`");
            std::process::exit(2)
        }
    };
    println!("{events}");
}

/// Bytes an asset and worker, measured in a process of its own; a dash where the system does not tell.
fn memory(assets: u32) -> String {
    let worlds = (1_000_000 / assets).clamp(1, 200);
    let measure = || -> Option<f64> {
        let program = std::env::current_exe().ok()?;
        let output = Command::new(program)
            .args(["--memory", &assets.to_string(), &worlds.to_string()])
            .output()
            .ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    measure().map_or("-".into(), |bytes| format!("{:.0}", bytes / f64::from(assets)))
}

/// How much the resident memory grows with each further world that has run a replication, record included.
/// What worlds share is not in it.
fn bytes_per_world(assets: u32, worlds: u32) -> String {
    let run = |mut simulation: Simulation| {
        let mut record = Record::default();
        measured_engine(&mut simulation, &mut record, 0, 1);
        (simulation, record)
    };
    let first = run(Simulation::new(Arc::new(cascade_with_recovery(assets))));
    let Some(before) = resident_bytes() else { return String::new() };
    let others: Vec<_> = (0..worlds).map(|_| run(first.0.fork())).collect();
    let after = resident_bytes().unwrap_or(before);
    assert_eq!(others.len(), worlds as usize);
    ((after - before) / f64::from(worlds)).to_string()
}

/// Resident memory of this process, where the system tells (Linux).
fn resident_bytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kibibytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes * 1024.0)
}
