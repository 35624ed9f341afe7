//! Designs: which values of uncertain parameters a study looks at.
//!
//! A design gives every parameter a number in (0, 1), its level of probability, in each of many samples. Levels become
//! values by the quantiles of the parameters' distributions. All designs are *prefix-stable*: the first `n` samples are the
//! same however many follow, so that a study can be made longer.
//!
//! Draws are keyed by the parameter's id. With [`Design::Plain`] and [`Design::Lhs`] the levels of a parameter depend on
//! nothing else: adding or removing another one changes none. With [`Design::Sobol`] they also depend on the parameter's
//! place, because dimensions are tuned to one another: a parameter added at the end changes no other's levels, one added
//! before others does. Correlation (see [`Copula`]) moves the levels of the later ones of those correlated.

mod copula;
mod directions;
mod lhs;
mod rank;
mod sobol;

pub use copula::Copula;
pub use rank::{ranks, spearman};

use linchpin_model::{Key, Layer, Purpose, Seeds};

/// Most parameters a [`Design::Sobol`] can have.
pub const SOBOL_DIMENSIONS: usize = directions::DIRECTIONS.len() + 1;

/// How samples are spread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Design {
    /// Independent.
    Plain,
    /// Latin hypercube that doubles: after every power of two of samples each parameter has one level in each of as many
    /// slices of equal probability.
    #[default]
    Lhs,
    /// Scrambled Sobol sequence: small boxes of several parameters at once get their share too.
    Sobol,
}

/// A parameter too many for a design.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany {
    /// Parameters there are.
    pub parameters: usize,
    /// Parameters there can be.
    pub most: usize,
}

impl std::fmt::Display for TooMany {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "a Sobol design has room for {} uncertain parameters, and there are {}",
            self.most, self.parameters
        )
    }
}

impl std::error::Error for TooMany {}

impl Design {
    /// The design of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Plain, Self::Lhs, Self::Sobol].into_iter().find(|design| design.name() == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Lhs => "lhs",
            Self::Sobol => "sobol",
        }
    }

    /// Levels of probability, in (0, 1), of the first `samples` samples: by sample, then by parameter in the order of
    /// `parameters`, whose keys are those of their ids.
    ///
    /// # Errors
    /// [`TooMany`] where the design has not so many dimensions.
    pub fn levels(self, parameters: &[Key], samples: u32, seed: u64) -> Result<Vec<Vec<f64>>, TooMany> {
        let seeds = Seeds::new(seed);
        let n = samples as usize;
        if self == Self::Sobol && parameters.len() > SOBOL_DIMENSIONS {
            return Err(TooMany { parameters: parameters.len(), most: SOBOL_DIMENSIONS });
        }
        let column = |(place, key): (usize, &Key)| match self {
            Self::Plain => (0..samples).map(|i| draw(&seeds, i, *key, "plain")).collect(),
            Self::Lhs => lhs::column(&seeds, *key, n),
            Self::Sobol => sobol::column(&seeds, *key, place, samples),
        };
        let columns: Vec<Vec<f64>> = parameters.iter().enumerate().map(column).collect();
        Ok((0..n).map(|i| columns.iter().map(|column| column[i]).collect()).collect())
    }
}

/// A uniform number in (0, 1) for one parameter, keyed by what it is for and a number.
fn draw(seeds: &Seeds, number: u32, key: Key, what: &str) -> f64 {
    seeds.replication(number).uniform(Layer::Parameters, Key::of(what).with(key), Purpose::World, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(names: &[&str]) -> Vec<Key> {
        names.iter().map(|name| Key::of(name)).collect()
    }

    const ALL: [Design; 3] = [Design::Plain, Design::Lhs, Design::Sobol];

    #[test]
    fn the_beginning_stays_however_long_a_design_is() {
        for design in ALL {
            let parameters = keys(&["a", "b", "c"]);
            let long = design.levels(&parameters, 200, 1).expect("three dimensions");
            for n in [1_u32, 2, 3, 64, 100, 199] {
                let short = design.levels(&parameters, n, 1).expect("three dimensions");
                assert_eq!(short, long[..n as usize], "{design:?} {n}");
            }
            assert!(long.iter().flatten().all(|u| *u > 0.0 && *u < 1.0));
            assert_ne!(long, design.levels(&parameters, 200, 2).expect("three dimensions"));
            assert_eq!(Design::named(design.name()), Some(design));
        }
        assert_eq!(Design::named("grid"), None);
    }

    #[test]
    fn other_parameters_change_no_levels() {
        for design in ALL {
            let two = design.levels(&keys(&["a", "b"]), 64, 1).expect("few");
            let three = design.levels(&keys(&["a", "b", "c"]), 64, 1).expect("few");
            assert!(two.iter().zip(&three).all(|(two, three)| two[..] == three[..2]), "{design:?}");
            let before = design.levels(&keys(&["c", "a", "b"]), 64, 1).expect("few");
            let same = two.iter().zip(&before).all(|(two, three)| two[..] == three[1..]);
            assert_eq!(same, design != Design::Sobol, "{design:?}");
        }
    }

    /// Pairs of parameters are uncorrelated up to four standard errors of independent ones, `1 / sqrt(n)`.
    #[test]
    fn parameters_are_uncorrelated() {
        for design in ALL {
            let names: Vec<String> = (0..12).map(|i| format!("p{i}")).collect();
            let parameters: Vec<Key> = names.iter().map(|name| Key::of(name)).collect();
            let rows = design.levels(&parameters, 1024, 5).expect("few");
            let column = |i: usize| -> Vec<f64> { rows.iter().map(|row| row[i]).collect() };
            for i in 0..12 {
                for j in 0..i {
                    let rho = spearman(&column(i), &column(j)).expect("they vary");
                    assert!(rho.abs() < 4.0 / 32.0, "{design:?} {i} {j}: {rho}");
                }
            }
        }
    }

    #[test]
    fn more_than_a_sobol_sequence_has_room_for() {
        let parameters: Vec<Key> = (0..65).map(|i| Key::of("p").part(i)).collect();
        assert!(Design::Sobol.levels(&parameters[..64], 4, 1).is_ok());
        let error = Design::Sobol.levels(&parameters, 4, 1).expect_err("65 dimensions");
        assert_eq!(error, TooMany { parameters: 65, most: 64 });
        assert!(error.to_string().contains("64") && error.to_string().contains("65"));
        assert!(Design::Lhs.levels(&parameters, 4, 1).is_ok());
        assert_eq!(Design::Lhs.levels(&[], 2, 1).expect("none"), vec![Vec::<f64>::new(); 2]);
    }
}
