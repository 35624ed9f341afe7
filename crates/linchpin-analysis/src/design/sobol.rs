//! Sobol sequences with nested uniform scrambling.

use super::directions::DIRECTIONS;
use linchpin_model::{Key, Layer, Purpose, Seeds};

/// Binary digits of a point.
const BITS: u32 = 32;

/// The `number`-th point, as a share of `2^32`, in the order of the Gray code (Antonov and Saleev, USSR Computational
/// Mathematics and Mathematical Physics 19, 1979), by the direction numbers `v` of a dimension.
fn point(v: &[u32; BITS as usize], number: u32) -> u32 {
    let gray = number ^ (number >> 1);
    (0..BITS).filter(|bit| gray >> bit & 1 == 1).fold(0, |x, bit| x ^ v[bit as usize])
}

/// Direction numbers of the `dimension`-th dimension, counted from 0, by the recurrence of Bratley and Fox (ACM
/// Transactions on Mathematical Software 14, 1988). Beyond the last dimension there is none: its own stand in.
fn directions(dimension: usize) -> [u32; BITS as usize] {
    let mut v = [0_u32; BITS as usize];
    let Some((coefficients, first)) = dimension.checked_sub(1).and_then(|i| DIRECTIONS.get(i)) else {
        return std::array::from_fn(|bit| 1 << (BITS - 1 - bit as u32));
    };
    let degree = first.len();
    for bit in 0..BITS as usize {
        v[bit] = match bit.checked_sub(degree) {
            None => first[bit] << (BITS as usize - 1 - bit),
            Some(back) => {
                let mut next = v[back] ^ (v[back] >> degree);
                for k in 1..degree {
                    if coefficients >> (degree - 1 - k) & 1 == 1 {
                        next ^= v[bit - k];
                    }
                }
                next
            }
        };
    }
    v
}

/// Scrambles the digits of a point: whether a digit flips is drawn for every string of digits before it (Owen, in Monte
/// Carlo and Quasi-Monte Carlo Methods, 1995). Keeps the net's structure, and every scrambled point is uniform.
fn scramble(seeds: &Seeds, key: Key, x: u32) -> u32 {
    (0..BITS).fold(0, |out, digit| {
        let before = x.checked_shr(BITS - digit).unwrap_or(0);
        let address = key.part(digit);
        let u = seeds.replication(before).uniform(Layer::Parameters, address, Purpose::World, 0);
        let flip = u32::from(u < 0.5) << (BITS - 1 - digit);
        out | (x & 1 << (BITS - 1 - digit)) ^ flip
    })
}

/// The first `n` levels of the parameter at this place.
pub(super) fn column(seeds: &Seeds, key: Key, place: usize, n: u32) -> Vec<f64> {
    let v = directions(place);
    let key = Key::of("sobol").with(key);
    (0..n)
        .map(|number| {
            let x = scramble(seeds, key, point(&v, number));
            (f64::from(x) + 0.5) / 4_294_967_296.0
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first eight points of dimensions 1 to 8. Source: the sequence of Joe and Kuo's own generator with their
    /// `new-joe-kuo-6` numbers, as an independent implementation (scipy.stats.qmc.Sobol 1.17, unscrambled) gives it.
    #[test]
    fn the_published_sequence() {
        let expected = [
            [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
            [0.75, 0.25, 0.25, 0.25, 0.75, 0.75, 0.25, 0.75],
            [0.25, 0.75, 0.75, 0.75, 0.25, 0.25, 0.75, 0.25],
            [0.375, 0.375, 0.625, 0.875, 0.375, 0.125, 0.375, 0.875],
            [0.875, 0.875, 0.125, 0.375, 0.875, 0.625, 0.875, 0.375],
            [0.625, 0.125, 0.875, 0.625, 0.625, 0.875, 0.125, 0.125],
            [0.125, 0.625, 0.375, 0.125, 0.125, 0.375, 0.625, 0.625],
        ];
        for (number, row) in expected.iter().enumerate() {
            for (dimension, share) in row.iter().enumerate() {
                let found = f64::from(point(&directions(dimension), number as u32)) / 4_294_967_296.0;
                assert_eq!(found, *share, "point {number}, dimension {dimension}");
            }
        }
    }

    /// Every dimension alone, scrambled: one point in each of `2^k` slices. The first two dimensions together are a net of
    /// quality 0 (Sobol 1967): one point in each box of `2^a` by `2^(k-a)`.
    #[test]
    fn boxes_get_their_share() {
        let seeds = Seeds::new(4);
        let columns: Vec<Vec<f64>> =
            (0..64).map(|place| column(&seeds, Key::of("p").part(place), place as usize, 256)).collect();
        let once = |boxes: Vec<usize>, count: usize| {
            let mut seen = vec![0; count];
            boxes.into_iter().for_each(|b| seen[b] += 1);
            seen.iter().all(|n| *n == 1)
        };
        for (place, levels) in columns.iter().enumerate() {
            for n in (0..=8).map(|k| 1_usize << k) {
                let slices = levels[..n].iter().map(|u| (u * n as f64) as usize).collect();
                assert!(once(slices, n), "dimension {place}, {n} points");
            }
        }
        for (k, a) in (0..=8_u32).flat_map(|k| (0..=k).map(move |a| (k, a))) {
            let (n, wide, high) = (1_usize << k, 1_usize << a, 1_usize << (k - a));
            let place = |i: usize| {
                (columns[0][i] * wide as f64) as usize * high + (columns[1][i] * high as f64) as usize
            };
            assert!(once((0..n).map(place).collect(), n), "{wide} by {high}");
        }
    }
}
