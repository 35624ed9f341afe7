//! A mean with its interval, as shown while a study runs.

use linchpin_analysis::stats::Moments;

/// A mean and its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Mean.
    pub mean: f64,
    /// 95 % confidence interval of the mean.
    pub ci95: [f64; 2],
}

impl Estimate {
    /// Of a column so far; none below two numbers, and none where one was not reached: a mean of the others
    /// would not be theirs.
    pub fn of(moments: &Moments) -> Option<Self> {
        Some(Self { mean: moments.mean()?, ci95: moments.ci95()? })
    }

    /// Half the width of the interval relative to the mean; infinite where the mean is 0.
    pub fn relative(&self) -> f64 {
        let half = 0.5 * (self.ci95[1] - self.ci95[0]);
        if self.mean == 0.0 { f64::INFINITY } else { (half / self.mean).abs() }
    }
}

#[cfg(test)]
mod tests {
    use super::Estimate;
    use linchpin_analysis::stats::Moments;

    #[test]
    fn relative_half_width() {
        for (mean, ci95, relative) in
            [(10.0, [9.0, 11.0], 0.1), (-10.0, [-11.0, -9.0], 0.1), (0.0, [0.0, 0.0], f64::INFINITY)]
        {
            assert!(Estimate { mean, ci95 }.relative() == relative, "{mean}");
        }
    }

    #[test]
    fn no_estimate_where_something_was_not_reached() {
        for (numbers, known) in [
            (vec![], false),
            (vec![1.0], false),
            (vec![1.0, 2.0, f64::INFINITY], false),
            (vec![f64::INFINITY, 1.0, 2.0], false),
            (vec![1.0, 2.0], true),
        ] {
            let moments: Moments = numbers.iter().copied().collect();
            assert_eq!(Estimate::of(&moments).is_some(), known, "{numbers:?}");
        }
    }
}
