//! Options judged across several threats whose probabilities nobody knows.

/// How an option does across threats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Regret {
    /// Mean over threats, all alike, of what it loses more than the best option against the same threat.
    pub mean: f64,
    /// The largest of these (Savage, Journal of the American Statistical Association 46, 1951).
    pub worst: f64,
    /// Share of threats against which it loses no more than what is tolerable.
    pub satisfied: f64,
}

/// Regret of each option; `losses[t][o]` is the mean loss with option `o` against threat `t`. Rows of another length than
/// the first are left out.
pub fn regret(losses: &[Vec<f64>], tolerable: f64) -> Vec<Regret> {
    let options = losses.first().map_or(0, Vec::len);
    let rows: Vec<&Vec<f64>> = losses.iter().filter(|row| row.len() == options).collect();
    let count = rows.len().max(1) as f64;
    (0..options)
        .map(|option| {
            let behind = rows.iter().map(|row| {
                let best = row.iter().copied().fold(f64::INFINITY, f64::min);
                row[option] - best
            });
            Regret {
                mean: behind.clone().sum::<f64>() / count,
                worst: behind.fold(0.0, f64::max),
                satisfied: rows.iter().filter(|row| row[option] <= tolerable).count() as f64 / count,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The textbook case: the option that is never best has the least worst regret.
    #[test]
    fn the_middle_way_is_regretted_least() {
        let found = regret(&[vec![0.0, 10.0, 4.0], vec![10.0, 0.0, 4.0]], 4.0);
        assert_eq!(found.iter().map(|r| r.worst).collect::<Vec<_>>(), [10.0, 10.0, 4.0]);
        assert_eq!(found.iter().map(|r| r.mean).collect::<Vec<_>>(), [5.0, 5.0, 4.0]);
        assert_eq!(found.iter().map(|r| r.satisfied).collect::<Vec<_>>(), [0.5, 0.5, 1.0]);
        assert_eq!(regret(&[], 0.0), []);
    }
}
