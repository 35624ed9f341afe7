//! Latin hypercubes that can be made longer.

use super::draw;
use linchpin_model::{Key, Seeds};

/// The first `n` levels of a parameter.
///
/// After `m = 2^k` levels each of `m` equal slices holds one. To double, every slice is halved; one half of each is taken,
/// and the other ones get the next `m` levels in an order drawn at random, each uniform within its half. So the design after
/// any power of two is a Latin hypercube (McKay, Beckman and Conover, Technometrics 21, 1979), in orders that are
/// independent from one parameter to the next.
pub(super) fn column(seeds: &Seeds, key: Key, n: usize) -> Vec<f64> {
    let mut levels: Vec<f64> = Vec::with_capacity(n.next_power_of_two());
    if n > 0 {
        levels.push(draw(seeds, 0, key, "lhs"));
    }
    while levels.len() < n {
        let old = levels.len();
        let slices = 2 * old;
        let mut free = vec![true; slices];
        for level in &levels {
            free[((level * slices as f64) as usize).min(slices - 1)] = false;
        }
        let mut order: Vec<(f64, usize)> = (0..slices)
            .filter(|slice| free[*slice])
            .map(|slice| (draw(seeds, (slices + slice) as u32, key, "lhs order"), slice))
            .collect();
        order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for (_, slice) in order {
            let within = draw(seeds, levels.len() as u32, key, "lhs");
            levels.push((slice as f64 + within) / slices as f64);
        }
    }
    levels.truncate(n);
    levels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_level_in_each_slice_at_every_power_of_two() {
        for name in ["battery", "pace"] {
            let levels = column(&Seeds::new(9), Key::of(name), 1024);
            for n in (0..=10).map(|k| 1_usize << k) {
                let mut slices: Vec<usize> = levels[..n].iter().map(|u| (u * n as f64) as usize).collect();
                slices.sort_unstable();
                assert!(slices.iter().copied().eq(0..n), "{name} {n}");
            }
        }
    }

    #[test]
    fn lengths_between_powers_of_two() {
        for n in [0, 1, 3, 100] {
            assert_eq!(column(&Seeds::new(1), Key::of("a"), n).len(), n);
        }
    }
}
