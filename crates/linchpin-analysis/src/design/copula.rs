//! Correlated parameters.

use linchpin_model::special::{norm_cdf, norm_inv};

/// A Gaussian copula: turns independent levels into such that are correlated in rank.
#[derive(Clone, Debug, PartialEq)]
pub struct Copula {
    /// Lower triangle of the Cholesky decomposition of the correlation of the normal variables, by row.
    root: Vec<Vec<f64>>,
}

impl Copula {
    /// Of a matrix of Spearman's rank correlations, symmetric with ones on its diagonal. The normal variables behind
    /// the copula have the correlations `2 sin(pi rho / 6)` (Pearson 1907). None where these are not positive definite:
    /// no variables are correlated like that.
    pub fn new(spearman: &[Vec<f64>]) -> Option<Self> {
        let n = spearman.len();
        if spearman.iter().any(|row| row.len() != n) {
            return None;
        }
        let mut root: Vec<Vec<f64>> = Vec::with_capacity(n);
        for (i, row) in spearman.iter().enumerate() {
            let mut own = vec![0.0; i + 1];
            for j in 0..=i {
                let of = if i == j { 1.0 } else { 2.0 * libm::sin(std::f64::consts::PI * row[j] / 6.0) };
                let before = if i == j { &own } else { &root[j] };
                let rest = of - (0..j).map(|k| own[k] * before[k]).sum::<f64>();
                own[j] = if i == j {
                    if rest.is_nan() || rest <= 1e-12 {
                        return None;
                    }
                    libm::sqrt(rest)
                } else {
                    rest / root[j][j]
                };
            }
            root.push(own);
        }
        Some(Self { root })
    }

    /// Correlates levels in (0, 1), one for each parameter. A level on which no earlier parameter has a say is left
    /// exactly as it is.
    pub fn apply(&self, levels: &mut [f64]) {
        let independent: Vec<f64> = levels.iter().map(|u| norm_inv(*u)).collect();
        for (row, level) in self.root.iter().zip(levels) {
            let (own, before) = match row.split_last() {
                Some(parts) => parts,
                None => continue,
            };
            if before.iter().all(|weight| *weight == 0.0) {
                continue;
            }
            let mixed = before.iter().zip(&independent).map(|(weight, z)| weight * z).sum::<f64>()
                + own * independent[before.len()];
            // A level of 0 or 1 has no quantile.
            *level = norm_cdf(mixed).clamp(1e-15, 1.0 - 1e-15);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::{Design, spearman};
    use linchpin_model::Key;

    fn matrix(n: usize, pairs: &[(usize, usize, f64)]) -> Vec<Vec<f64>> {
        let mut all: Vec<Vec<f64>> =
            (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect();
        for (i, j, rho) in pairs {
            all[*i][*j] = *rho;
            all[*j][*i] = *rho;
        }
        all
    }

    /// Over 4,096 samples of every design each pair's rank correlation is within 0.05 of the asked one: three standard
    /// errors of independent pairs, `1 / sqrt(4096)`.
    #[test]
    fn ranks_are_correlated_as_asked() {
        let asked = matrix(4, &[(0, 1, 0.5), (0, 2, -0.7), (1, 2, -0.2)]);
        let copula = Copula::new(&asked).expect("positive definite");
        let parameters: Vec<Key> = ["a", "b", "c", "d"].iter().map(|id| Key::of(id)).collect();
        for design in [Design::Plain, Design::Lhs, Design::Sobol] {
            let plain = design.levels(&parameters, 4096, 3).expect("four");
            let mut rows = plain.clone();
            rows.iter_mut().for_each(|row| copula.apply(row));
            let column = |i: usize| -> Vec<f64> { rows.iter().map(|row| row[i]).collect() };
            for (i, row) in asked.iter().enumerate() {
                for (j, asked) in row[..i].iter().enumerate() {
                    let rho = spearman(&column(i), &column(j)).expect("they vary");
                    assert!((rho - asked).abs() < 0.05, "{design:?} {i} {j}: {rho}");
                }
            }
            // The first one and the one that is correlated with nothing stay as they were.
            assert!(rows.iter().zip(&plain).all(|(row, plain)| row[0] == plain[0] && row[3] == plain[3]));
            // Levels stay uniform: mean 1/2 within four standard errors.
            for i in 0..4 {
                let mean = column(i).iter().sum::<f64>() / 4096.0;
                assert!((mean - 0.5).abs() < 4.0 / libm::sqrt(12.0 * 4096.0), "{mean}");
            }
        }
    }

    #[test]
    fn a_parameter_added_later_changes_no_other() {
        let two = Copula::new(&matrix(2, &[(0, 1, 0.5)])).expect("positive definite");
        let three = Copula::new(&matrix(3, &[(0, 1, 0.5), (1, 2, 0.6)])).expect("positive definite");
        let (mut short, mut long) = ([0.2, 0.9], [0.2, 0.9, 0.4]);
        two.apply(&mut short);
        three.apply(&mut long);
        assert_eq!(short, long[..2]);
    }

    #[test]
    fn what_nothing_is_correlated_like() {
        for bad in [
            matrix(3, &[(0, 1, 0.9), (1, 2, 0.9), (0, 2, -0.9)]),
            matrix(2, &[(0, 1, 1.0)]),
            matrix(2, &[(0, 1, f64::NAN)]),
            vec![vec![1.0, 0.0]],
        ] {
            assert_eq!(Copula::new(&bad), None, "{bad:?}");
        }
        assert!(Copula::new(&[]).is_some());
    }
}
