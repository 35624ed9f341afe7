//! Draws for what the engine gets as input: random networks, and who is removed.

use linchpin_model::{Draws, Key, Layer, Purpose, Seeds};

/// A stream of draws, one for every case of a test.
pub struct Dice(Draws, u32);

impl Dice {
    pub fn new(case: u32) -> Self {
        Self(Seeds::new(super::lab::SEED).replication(case), 0)
    }

    pub fn below(&mut self, n: usize) -> usize {
        self.1 += 1;
        // 24 bits of count a purpose.
        let (part, count) = (self.1 >> 24, self.1 & 0xff_ffff);
        let u = self.0.uniform(Layer::Threat, Key::of("graph").part(part), Purpose::Test, count);
        ((u * n as f64) as usize).min(n - 1)
    }

    /// Links of a random graph of `n` nodes and mean degree `k`, without loops.
    pub fn links(&mut self, n: usize, k: f64) -> Vec<(u32, u32)> {
        let mut link = || loop {
            let (a, b) = (self.below(n) as u32, self.below(n) as u32);
            if a != b {
                return (a, b);
            }
        };
        (0..(k * n as f64 / 2.0) as usize).map(|_| link()).collect()
    }

    pub fn shuffled<T>(&mut self, mut list: Vec<T>) -> Vec<T> {
        for i in (1..list.len()).rev() {
            list.swap(i, self.below(i + 1));
        }
        list
    }
}
