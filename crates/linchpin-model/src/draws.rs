//! Keyed randomness.
//!
//! A draw depends only on (seed of its layer, replication, hash of the id text, purpose, count). It
//! is never taken from a stream, so the order in which things happen, the number of threads and the
//! presence of other assets or events change no draw.
//!
//! The generator is Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as
//! 1, 2, 3", SC11), a counter-based generator: the counter holds the address of the draw.

/// What a family of draws is about. Each layer has a seed of its own and can be fixed on its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Layer {
    /// What is uncertain about the system: battery capacities, link delays, initial loads.
    Parameters,
    /// What is done to it: times, targets, damage, random failures.
    Threat,
    /// How it is brought back: repair, restart and travel times, starts of generators.
    Response,
}

/// What a draw is for. The number is part of the draw's address: never renumber.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Purpose {
    /// When an event happens.
    EventTime = 1,
    /// The race by which k of n candidates are chosen.
    TargetRace = 2,
    /// Whether a target is hit.
    Hit = 3,
    /// Severity of an event.
    Severity = 4,
    /// Intensity of a footprint.
    Intensity = 5,
    /// Damage state by fragility.
    DamageState = 6,
    /// How long a timed effect lasts.
    EffectDuration = 7,
    /// Duration of a repair stage.
    RepairStage = 8,
    /// Duration of a restart.
    Restart = 9,
    /// Capacity of an autonomy stage.
    Capacity = 10,
    /// Whether an autonomy stage starts.
    StageStart = 11,
    /// How long an autonomy stage needs to start.
    StageDelay = 12,
    /// When a running autonomy stage fails.
    StageFailure = 13,
    /// Transport delay of a link.
    LinkDelay = 14,
    /// Time to a random failure.
    TimeToFailure = 15,
    /// Whether a random failure takes its common-cause group along.
    CommonCause = 16,
    /// Latent quality that a class shares.
    ClassQuality = 17,
    /// Travel of a crew.
    Travel = 18,
    /// Initial load of a member of a sharing group.
    InitialLoad = 19,
    /// Whether a campaign takes place, and when.
    Campaign = 20,
    /// Wait before a step of a campaign.
    StepWait = 21,
    /// Duration of a step.
    StepDuration = 22,
    /// Whether a step succeeds, as a whole or at a target.
    StepSuccess = 23,
    /// When a step is noticed.
    StepDetection = 24,
    /// Whether a step that was noticed is stopped.
    StepBlocked = 25,
    /// Pause before another try.
    Retry = 26,
    /// How long an actor has patience.
    Patience = 27,
    /// People harmed.
    Harm = 28,
    /// Records taken.
    Records = 29,
    /// Whether a system is patched.
    Patch = 30,
    /// When malware gets over a link, or whom it tries.
    Contact = 31,
    /// Whether it gets through.
    Passage = 32,
    /// How long a system spreads it.
    Infectious = 33,
    /// When infected systems are impaired, and when a malware stops.
    Detonation = 34,
    /// When compromise is noticed.
    Detection = 35,
    /// Whether malware crosses to control systems.
    Crossing = 36,
    /// Whether, when and how long an operator shuts down.
    Shutdown = 37,
    /// Whether copies are lost, and how long systems take to recover.
    Recovery = 38,
    /// Lag of an observation.
    Observation = 39,
    /// False alarms.
    FalseAlarm = 40,
    /// Time to decide on a plan, and how long it stays in force.
    Decision = 41,
    /// Whether and when a region follows a plan.
    Adoption = 42,
    /// Whether and when a detection is shared.
    Sharing = 43,
    /// When and how an attack is ascribed.
    Attribution = 44,
    /// Values of uncertain parameters, and resampling.
    World = 45,
    /// For tests and benches.
    Test = 255,
}

/// The address part of a draw that says whose it is: a hash of an id's text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Key(pub u64);

impl Key {
    /// Key of an id text (FNV-1a, then the finaliser of SplitMix64 so that near texts lie far apart).
    pub const fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut i = 0;
        while i < bytes.len() {
            hash = (hash ^ bytes[i] as u64).wrapping_mul(0x0000_0100_0000_01b3);
            i += 1;
        }
        Self(mix(hash))
    }

    /// Key of something within something: a need of an asset, an event's effect on an asset.
    #[inline]
    pub const fn with(self, inner: Self) -> Self {
        Self(mix(self.0.rotate_left(23) ^ inner.0))
    }

    /// Key of the `index`-th part: a stage of a reserve.
    #[inline]
    pub const fn part(self, index: u32) -> Self {
        Self(mix(self.0 ^ (index as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }
}

/// Finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
const fn mix(mut z: u64) -> u64 {
    z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// One seed a layer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seeds {
    /// Seeds of [`Layer::Parameters`], [`Layer::Threat`] and [`Layer::Response`].
    pub layers: [u64; 3],
    /// Where `Some(r)`, the layer always draws as in replication `r`.
    pub fixed: [Option<u32>; 3],
}

impl Seeds {
    /// Seeds of all layers from one number.
    pub const fn new(seed: u64) -> Self {
        Self { layers: [mix(seed), mix(seed ^ (1 << 62)), mix(seed ^ (2 << 62))], fixed: [None; 3] }
    }

    /// The draws of one replication.
    pub fn replication(&self, replication: u32) -> Draws {
        Draws {
            keys: self.layers.map(|seed| round_keys([seed as u32, (seed >> 32) as u32])),
            replications: self.fixed.map(|fixed| fixed.unwrap_or(replication)),
        }
    }
}

/// All draws of one replication.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Draws {
    /// By layer, the keys of all rounds: they are the same for every draw.
    keys: [[[u32; 2]; ROUNDS]; 3],
    replications: [u32; 3],
}

impl Draws {
    /// How many draws [`Self::uniforms`] makes together. With fewer the compiler takes no vector instructions.
    pub const TOGETHER: usize = 16;

    /// A uniform number in the open interval (0, 1).
    #[inline]
    pub fn uniform(&self, layer: Layer, key: Key, purpose: Purpose, count: u32) -> f64 {
        let (replication, purpose) = (self.replications[layer as usize], address(purpose, count));
        let counter = [key.0 as u32, (key.0 >> 32) as u32, replication, purpose];
        let block = encrypt(counter, &self.keys[layer as usize]);
        unit(u64::from(block[1]) << 32 | u64::from(block[0]))
    }

    /// The same as [`Self::uniform`] of each of these keys, in less than half the time.
    pub fn uniforms(
        &self,
        layer: Layer,
        keys: &[Key; Self::TOGETHER],
        purpose: Purpose,
        count: u32,
    ) -> [f64; Self::TOGETHER] {
        let (replication, purpose) = (self.replications[layer as usize], address(purpose, count));
        let keys = keys.map(|key| key.0);
        encrypt_together(keys, replication, purpose, &self.keys[layer as usize]).map(unit)
    }
}

/// The last word of a counter.
#[inline]
const fn address(purpose: Purpose, count: u32) -> u32 {
    (purpose as u32) << 24 | (count & 0x00ff_ffff)
}

/// Bits as a number in the open interval (0, 1).
#[inline]
fn unit(bits: u64) -> f64 {
    ((bits >> 11) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
}

/// Rounds of Philox.
const ROUNDS: usize = 10;
/// By what the first and the third word are multiplied in a round.
const FACTORS: [u64; 2] = [0xd251_1f53, 0xcd9e_8d57];

/// One block of Philox4x32-10.
pub const fn philox4x32_10(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    encrypt(counter, &round_keys(key))
}

/// The key schedule: a Weyl sequence.
const fn round_keys(mut key: [u32; 2]) -> [[u32; 2]; ROUNDS] {
    let mut keys = [[0; 2]; ROUNDS];
    let mut round = 0;
    while round < ROUNDS {
        keys[round] = key;
        key = [key[0].wrapping_add(0x9e37_79b9), key[1].wrapping_add(0xbb67_ae85)];
        round += 1;
    }
    keys
}

/// The rounds of Philox with these keys.
#[inline]
const fn encrypt(mut counter: [u32; 4], keys: &[[u32; 2]; ROUNDS]) -> [u32; 4] {
    let mut round = 0;
    while round < ROUNDS {
        let key = keys[round];
        let low = counter[0] as u64 * FACTORS[0];
        let high = counter[2] as u64 * FACTORS[1];
        counter = [
            (high >> 32) as u32 ^ counter[1] ^ key[0],
            high as u32,
            (low >> 32) as u32 ^ counter[3] ^ key[1],
            low as u32,
        ];
        round += 1;
    }
    counter
}

/// The first two words of the blocks of many counters that have the last two words in common.
///
/// The rounds of one counter wait for each other; those of many are done side by side, by vector instructions where
/// the processor has them. A lane holds a word in its lower half; what is above does not count.
#[inline]
fn encrypt_together<const N: usize>(
    first: [u64; N],
    third: u32,
    fourth: u32,
    keys: &[[u32; 2]; ROUNDS],
) -> [u64; N] {
    const WORD: u64 = u32::MAX as u64;
    let (mut a, mut b) = (first, first.map(|word| word >> 32));
    let (mut c, mut d) = ([u64::from(third); N], [u64::from(fourth); N]);
    for key in keys {
        for i in 0..N {
            let low = (a[i] & WORD) * FACTORS[0];
            let high = (c[i] & WORD) * FACTORS[1];
            (a[i], b[i]) = (high >> 32 ^ b[i] ^ u64::from(key[0]), high);
            (c[i], d[i]) = (low >> 32 ^ d[i] ^ u64::from(key[1]), low);
        }
    }
    std::array::from_fn(|i| b[i] << 32 | a[i] & WORD)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known answers of Random123 (kat_vectors), as in reference item V09.
    #[test]
    fn philox_known_answers() {
        assert_eq!(philox4x32_10([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(
            philox4x32_10([u32::MAX; 4], [u32::MAX; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        assert_eq!(
            philox4x32_10([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn every_part_of_the_address_matters_and_layers_can_be_fixed() {
        let draws = Seeds::new(1).replication(7);
        let base = draws.uniform(Layer::Threat, Key::of("a"), Purpose::Hit, 0);
        assert_eq!(base, Seeds::new(1).replication(7).uniform(Layer::Threat, Key::of("a"), Purpose::Hit, 0));
        for other in [
            draws.uniform(Layer::Response, Key::of("a"), Purpose::Hit, 0),
            draws.uniform(Layer::Threat, Key::of("b"), Purpose::Hit, 0),
            draws.uniform(Layer::Threat, Key::of("a"), Purpose::Severity, 0),
            draws.uniform(Layer::Threat, Key::of("a"), Purpose::Hit, 1),
            draws.uniform(Layer::Threat, Key::of("a").part(0), Purpose::Hit, 0),
            Seeds::new(1).replication(8).uniform(Layer::Threat, Key::of("a"), Purpose::Hit, 0),
            Seeds::new(2).replication(7).uniform(Layer::Threat, Key::of("a"), Purpose::Hit, 0),
        ] {
            assert!((other - base).abs() > 1e-9);
        }
        let mut fixed = Seeds::new(1);
        fixed.fixed[Layer::Threat as usize] = Some(7);
        assert_eq!(base, fixed.replication(99).uniform(Layer::Threat, Key::of("a"), Purpose::Hit, 0));
        assert_ne!(
            draws.uniform(Layer::Response, Key::of("a"), Purpose::Hit, 0),
            fixed.replication(99).uniform(Layer::Response, Key::of("a"), Purpose::Hit, 0)
        );
    }

    #[test]
    fn draws_made_together_are_those_made_one_by_one() {
        let draws = Seeds::new(3).replication(u32::MAX);
        let keys: [Key; Draws::TOGETHER] = std::array::from_fn(|i| Key::of("a").part(i as u32));
        for count in [0, 1, 0x00ff_ffff] {
            let together = draws.uniforms(Layer::Response, &keys, Purpose::Test, count);
            let one_by_one = keys.map(|key| draws.uniform(Layer::Response, key, Purpose::Test, count));
            assert_eq!(together, one_by_one);
        }
    }

    /// Draws with neighbouring addresses are as good as independent: mean, variance and lag correlations.
    #[test]
    fn neighbouring_addresses_are_uncorrelated() {
        let n = 200_000_u32;
        let seeds = Seeds::new(2026);
        let by_replication = |r| seeds.replication(r).uniform(Layer::Threat, Key::of("a"), Purpose::Hit, 0);
        let by_count = |c| seeds.replication(0).uniform(Layer::Threat, Key::of("a"), Purpose::Hit, c);
        let by_part = |i| seeds.replication(0).uniform(Layer::Threat, Key::of("a").part(i), Purpose::Hit, 0);
        for draw in [&by_replication as &dyn Fn(u32) -> f64, &by_count, &by_part] {
            let xs: Vec<f64> = (0..n).map(draw).collect();
            let mean = xs.iter().sum::<f64>() / f64::from(n);
            // Four standard errors of each statistic for independent uniforms.
            assert!((mean - 0.5).abs() < 4.0 / (12.0 * f64::from(n)).sqrt());
            let var = xs.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / f64::from(n);
            assert!((var - 1.0 / 12.0).abs() < 4.0 * (1.0 / (180.0 * f64::from(n))).sqrt());
            for lag in [1, 2, 3, 16, 64] {
                let cov: f64 = xs.iter().zip(&xs[lag..]).map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>()
                    / f64::from(n);
                assert!((cov / var).abs() < 4.5 / f64::from(n).sqrt(), "lag {lag}");
            }
        }
    }
}
