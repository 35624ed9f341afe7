//! What the kernel draws: durations, and when assets first fail.

use super::asset::NEVER;
use linchpin_model::time::whole_seconds;
use linchpin_model::{Distribution, Draws, Key, Layer, Model, Purpose};

/// A duration: its distribution, and the probability from which on it reaches past the horizon for certain.
pub struct Duration {
    dist: Distribution,
    beyond: f64,
}

impl Duration {
    pub fn new(dist: &Distribution, horizon: u32) -> Self {
        // By bisection; the margin is far above the rounding of the quantile.
        let past = f64::from(horizon) * (1.0 + 1e-9) + 2.0;
        let (mut low, mut high) = (0.0, 1.0);
        while high - low > 1e-12 {
            let middle = 0.5 * (low + high);
            *(if dist.quantile(middle) >= past { &mut high } else { &mut low }) = middle;
        }
        Self { dist: dist.clone(), beyond: high }
    }

    #[inline]
    pub fn at(&self, u: f64) -> u32 {
        if u > self.beyond { NEVER } else { whole_seconds(self.dist.quantile(u)) }
    }
}

/// The assets that fail at random.
pub struct Failing {
    assets: Vec<u32>,
    /// Their keys, in groups that are drawn together; the last one is filled up.
    keys: Vec<[Key; Draws::TOGETHER]>,
    /// Those that fail within the horizon, and their draws.
    within: Vec<u32>,
    drawn: Vec<f64>,
}

impl Failing {
    pub fn new(model: &Model) -> Self {
        let fails = |i: &u32| !model.nodes[*i as usize].failure.is_none();
        let assets: Vec<u32> = (0..model.nodes.len() as u32).filter(fails).collect();
        let key = |asset: Option<&u32>| asset.map_or(Key(0), |asset| model.nodes[*asset as usize].key);
        let group = |assets: &[u32]| std::array::from_fn(|i| key(assets.get(i)));
        Self {
            keys: assets.chunks(Draws::TOGETHER).map(group).collect(),
            // With room for a last group that is not full.
            within: vec![0; assets.len() + Draws::TOGETHER],
            drawn: vec![0.5; assets.len() + Draws::TOGETHER],
            assets,
        }
    }

    /// Draws when assets first fail. Which of them do within the horizon nobody can foresee: they are sorted out
    /// without branches before anything is made of their draws.
    #[inline]
    pub fn draw(&mut self, draws: &Draws, time_to_failure: &Duration, mut fails: impl FnMut(u32, u32)) {
        let mut count = 0;
        for (assets, keys) in self.assets.chunks(Draws::TOGETHER).zip(&self.keys) {
            let drawn = draws.uniforms(Layer::Threat, keys, Purpose::TimeToFailure, 0);
            for (asset, u) in assets.iter().zip(drawn) {
                (self.within[count], self.drawn[count]) = (*asset, u);
                count += usize::from(u <= time_to_failure.beyond);
            }
        }
        let (groups, _) = self.drawn.as_chunks::<{ Draws::TOGETHER }>();
        for (assets, drawn) in self.within[..count].chunks(Draws::TOGETHER).zip(groups) {
            let due = time_to_failure.dist.quantiles(*drawn).map(whole_seconds);
            for (asset, due) in assets.iter().zip(due) {
                fails(*asset, due);
            }
        }
    }
}
