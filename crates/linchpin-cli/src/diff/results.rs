//! Metrics of two studies beside each other.
//!
//! Where seeds agree, replication 17 of one study has the same draws as replication 17 of the other: then the differences of
//! single replications are averaged, and chance that both share cancels out. Else the means are compared by Welch's
//! interval (Biometrika 34, 1947).

use linchpin_analysis::stats::{Summary, student_t_inv};
use serde::Serialize;

/// How a difference was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Pairing {
    /// Replication by replication.
    Paired,
    /// Mean against mean.
    Unpaired,
}

/// One metric in both studies.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// Id of the metric.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Unit.
    pub unit: String,
    /// Mean in the first study; `null` where it was not always reached.
    pub before: Option<f64>,
    /// Mean in the second.
    pub after: Option<f64>,
    /// Mean difference, second less first.
    pub difference: Option<f64>,
    /// 95 % interval of the mean difference.
    pub ci95: Option<[f64; 2]>,
    /// Difference over the standard deviation of the replications of either study, the larger one.
    pub effect: Option<f64>,
    /// Share of replications in which it was not reached by the horizon, in both.
    pub not_reached: [f64; 2],
    /// How it was found.
    pub pairing: Pairing,
}

impl Change {
    /// Compares two columns; of a pair they are of the same replications in the same order.
    pub fn of(pairing: Pairing, before: &[f64], after: &[f64]) -> Self {
        let [one, other] = [before, after].map(|column| Summary::of(column.to_vec()));
        let (difference, ci95) = match pairing {
            Pairing::Paired if one.mean.is_some() && other.mean.is_some() => {
                let differences = after.iter().zip(before).map(|(after, before)| after - before).collect();
                let summary = Summary::of(differences);
                (summary.mean, summary.ci95)
            }
            Pairing::Paired => (None, None),
            Pairing::Unpaired => welch((&one, before.len()), (&other, after.len())),
        };
        let sd = one.sd.unwrap_or(0.0).max(other.sd.unwrap_or(0.0));
        let effect = difference.map(|difference| match difference.abs() {
            0.0 => 0.0,
            _ if sd == 0.0 => f64::MAX.copysign(difference),
            _ => difference / sd,
        });
        Self {
            id: String::new(),
            name: String::new(),
            unit: String::new(),
            before: one.mean,
            after: other.mean,
            difference,
            ci95,
            effect,
            not_reached: [one.not_reached, other.not_reached],
            pairing,
        }
    }

    /// True where chance alone hardly explains it: the interval leaves out 0, or it was reached more or less often.
    pub fn is_clear(&self) -> bool {
        match self.ci95 {
            Some([low, high]) => low > 0.0 || high < 0.0,
            None => self.not_reached[0] != self.not_reached[1] || self.difference.is_some_and(|d| d != 0.0),
        }
    }

    /// How much it matters beside others: clear ones first, then by effect.
    pub fn relevance(&self) -> (bool, f64) {
        let reached = (self.not_reached[1] - self.not_reached[0]).abs();
        (self.is_clear(), self.effect.map_or(reached, f64::abs))
    }
}

/// Difference of means with its 95 % interval, for unequal variances.
fn welch(one: (&Summary, usize), other: (&Summary, usize)) -> (Option<f64>, Option<[f64; 2]>) {
    let (Some(before), Some(after)) = (one.0.mean, other.0.mean) else { return (None, None) };
    let difference = after - before;
    let part = |(summary, n): (&Summary, usize)| summary.sd.map(|sd| (sd * sd / n as f64, n as f64 - 1.0));
    let (Some((a, a_free)), Some((b, b_free))) = (part(one), part(other)) else {
        return (Some(difference), None);
    };
    let variance = a + b;
    if variance == 0.0 {
        return (Some(difference), Some([difference; 2]));
    }
    let freedom = variance * variance / (a * a / a_free + b * b / b_free);
    let half = student_t_inv(0.975, freedom) * libm::sqrt(variance);
    (Some(difference), Some([difference - half, difference + half]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, want: f64) {
        assert!((got - want).abs() < 1e-9 * want.abs().max(1.0), "{got} {want}");
    }

    /// Pairs 1, 2, 4 and 2, 4, 7: differences 1, 2, 3 with mean 2, standard deviation 1; t(0.975, 2) = 4.302652729911275.
    #[test]
    fn pairs_cancel_what_they_share() {
        let change = Change::of(Pairing::Paired, &[1.0, 2.0, 4.0], &[2.0, 4.0, 7.0]);
        close(change.difference.unwrap(), 2.0);
        let half = 4.302_652_729_911_275 / 3.0_f64.sqrt();
        let [low, high] = change.ci95.unwrap();
        close(low, 2.0 - half);
        close(high, 2.0 + half);
        assert!(!change.is_clear());
        // The second is one more throughout: certain.
        let change = Change::of(Pairing::Paired, &[1.0, 5.0, 9.0], &[2.0, 6.0, 10.0]);
        assert!(change.is_clear() && change.ci95 == Some([1.0, 1.0]));
    }

    /// Samples 1..5 and 2, 4, 6, 8, 10: means 3 and 6, variances 2.5 and 10, so s² = 2.5/5 + 10/5 = 2.5 and by Welch and
    /// Satterthwaite 2.5² / (0.5²/4 + 2²/4) = 5.882352941176471 degrees of freedom.
    #[test]
    fn unpaired_means_are_compared_by_welch() {
        let change = Change::of(Pairing::Unpaired, &[1.0, 2.0, 3.0, 4.0, 5.0], &[2.0, 4.0, 6.0, 8.0, 10.0]);
        close(change.difference.unwrap(), 3.0);
        let [low, high] = change.ci95.unwrap();
        let half = student_t_inv(0.975, 5.882_352_941_176_471) * 2.5_f64.sqrt();
        close(low, 3.0 - half);
        close(high, 3.0 + half);
    }

    #[test]
    fn what_was_not_reached_has_no_mean_but_counts() {
        let never = [f64::INFINITY, 1.0, 2.0, 3.0];
        let change = Change::of(Pairing::Paired, &[0.5, 1.0, 2.0, 3.0], &never);
        assert_eq!((change.difference, change.ci95, change.not_reached), (None, None, [0.0, 0.25]));
        assert!(change.is_clear() && change.relevance() == (true, 0.25));
        let same = Change::of(Pairing::Paired, &never, &never);
        assert!(!same.is_clear());
    }
}
