//! A small harness: sides take turns, so that what disturbs one disturbs the others too.

use std::time::{Duration, Instant};

/// Fewest rounds from which a median says something.
const ROUNDS: usize = 5;

/// Microseconds of one replication, in the mean over the replications.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// Of the fastest round of each.
    pub min_us: f64,
    /// Of the median round of each.
    pub median_us: f64,
}

/// Runs `batches` batches of `batch` replications on every side in turn, round after round until `budget` is
/// spent. A side is given the first replication of a batch and its length.
///
/// The minimum is taken batch by batch: a batch is short enough to be left alone by the scheduler now and then,
/// however busy the machine.
pub fn take_turns<const N: usize>(
    batches: u32,
    batch: u32,
    budget: Duration,
    mut sides: [&mut dyn FnMut(u32, u32); N],
) -> [Timing; N] {
    let mut samples: [Vec<Vec<f64>>; N] = std::array::from_fn(|_| vec![Vec::new(); batches as usize]);
    let begun = now();
    while samples[0][0].len() < ROUNDS || begun.elapsed() < budget {
        for k in 0..batches {
            for (side, samples) in sides.iter_mut().zip(&mut samples) {
                let start = now();
                side(k * batch, batch);
                samples[k as usize].push(start.elapsed().as_secs_f64() * 1e6 / f64::from(batch));
            }
        }
    }
    samples.map(|mut batches| {
        for batch in &mut batches {
            batch.sort_by(f64::total_cmp);
        }
        let mean = |pick: fn(&Vec<f64>) -> f64| batches.iter().map(pick).sum::<f64>() / batches.len() as f64;
        Timing { min_us: mean(|batch| batch[0]), median_us: mean(|batch| batch[batch.len() / 2]) }
    })
}

/// Microseconds that `run` takes, several times over until `budget` is spent. What it returns is dropped outside
/// of the time.
pub fn time<R>(budget: Duration, mut run: impl FnMut() -> R) -> Timing {
    let mut samples = Vec::new();
    let begun = now();
    while samples.len() < ROUNDS || begun.elapsed() < budget {
        let start = now();
        let result = std::hint::black_box(run());
        samples.push(start.elapsed().as_secs_f64() * 1e6);
        drop(result);
    }
    samples.sort_by(f64::total_cmp);
    Timing { min_us: samples[0], median_us: samples[samples.len() / 2] }
}

/// `1,234` or `12.3`: three digits or more, thousands apart.
pub fn number(value: f64) -> String {
    if value < 99.95 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[expect(clippy::disallowed_methods, reason = "measuring time is what a bench is for")]
fn now() -> Instant {
    Instant::now()
}
