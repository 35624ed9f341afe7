//! Selecting the best with a guarantee.

use super::difference::moments;

/// The fully sequential procedure KN of Kim and Nelson (ACM Transactions on Modeling and Computer Simulation 11,
/// 2001), with c = 1 and their choice of eta for draws that options have in common.
///
/// The value at the end is within the indifference zone of the best with at least the promised probability if rows are
/// independent and normal; differences between options may depend on one another in any way. Losses are seldom normal;
/// the first rows' variances and the number of rows make up for moderate skewness (see `docs/comparing.md`). Looking only now and
/// then instead of after every row leaves options in the race longer, so it keeps the promise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Selector {
    /// Probability promised, 0 to 1.
    pub confidence: f64,
    /// Difference that does not matter, above 0, in the unit of the values.
    pub indifference: f64,
    /// Rows from which variances are estimated; at least 10.
    pub first: usize,
}

/// What came out.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// The column with the least mean among those left.
    pub best: usize,
    /// True where the promise holds: all others are out, or enough rows were seen.
    pub decided: bool,
    /// Rows after which it was decided; all where it was not.
    pub rows: usize,
    /// Rows after which each column was out; none for those left.
    pub out_after: Vec<Option<usize>>,
    /// Rows after which it is decided in any case.
    pub enough: usize,
}

impl Selector {
    /// Goes through the rows of all columns, in their order. The least mean is best. None without columns, with fewer rows
    /// than [`Self::first`], or where a value is not finite.
    pub fn select(&self, columns: &[&[f64]]) -> Option<Selection> {
        let mut race = Race::begin(self, columns)?;
        race.go_on(columns).then(|| race.selection())
    }
}

/// A selection that is under way. Columns that are out need no further rows.
#[derive(Clone, Debug)]
pub struct Race {
    indifference: f64,
    /// `h² S²(i, l) / δ²`, row-major.
    limits: Vec<f64>,
    enough: usize,
    rows: usize,
    sums: Vec<f64>,
    out_after: Vec<Option<usize>>,
}

impl Race {
    /// Estimates variances from the first rows and looks for the first time. None without columns, with fewer rows than
    /// [`Selector::first`], or where a value is not finite.
    pub fn begin(selector: &Selector, columns: &[&[f64]]) -> Option<Self> {
        let options = columns.len();
        let first = selector.first.max(2);
        let usable = |column: &&[f64]| column.len() >= first && column[..first].iter().all(|v| v.is_finite());
        if options == 0 || !columns.iter().all(usable) {
            return None;
        }
        let degrees = (first - 1) as f64;
        let alpha = (1.0 - selector.confidence).clamp(1e-12, 1.0);
        let rivals = options.saturating_sub(1).max(1) as f64;
        let eta = 0.5 * (libm::pow(2.0 * alpha / rivals, -2.0 / degrees) - 1.0);
        let h2 = 2.0 * eta.max(0.0) * degrees;
        let delta2 = selector.indifference * selector.indifference;
        let mut limits = vec![0.0; options * options];
        for i in 0..options {
            for l in 0..i {
                let differences = columns[i][..first].iter().zip(&columns[l][..first]).map(|(a, b)| a - b);
                let (_, variance) = moments(differences, first);
                let limit = h2 * variance / delta2;
                limits[i * options + l] = limit;
                limits[l * options + i] = limit;
            }
        }
        // No study has 1e15 rows.
        let largest = limits.iter().fold(0.0_f64, |a, b| a.max(*b)).min(1e15) as usize;
        let mut race = Self {
            indifference: selector.indifference,
            limits,
            enough: (largest + 1).max(first),
            rows: first,
            sums: columns.iter().map(|column| column[..first].iter().sum()).collect(),
            out_after: vec![None; options],
        };
        race.screen();
        Some(race)
    }

    /// Takes in further rows, until it is decided or those still in have no more. Every column begins with row 0. False, and
    /// nothing more is taken in, where a value is not finite.
    pub fn go_on(&mut self, columns: &[&[f64]]) -> bool {
        while !self.is_decided() {
            let row = self.rows;
            let mut next = columns.iter().zip(&self.out_after).filter(|(_, out)| out.is_none());
            if !next.clone().all(|(column, _)| column.len() > row) {
                return true;
            }
            if !next.all(|(column, _)| column[row].is_finite()) {
                return false;
            }
            for ((sum, column), out) in self.sums.iter_mut().zip(columns).zip(&self.out_after) {
                if out.is_none() {
                    *sum += column[row];
                }
            }
            self.rows += 1;
            self.screen();
        }
        true
    }

    /// True where the promise holds.
    pub fn is_decided(&self) -> bool {
        self.left().count() <= 1 || self.rows >= self.enough
    }

    /// Columns that are still in.
    pub fn left(&self) -> impl Iterator<Item = usize> + '_ {
        self.out_after.iter().enumerate().filter(|(_, out)| out.is_none()).map(|(i, _)| i)
    }

    /// How it stands.
    pub fn selection(&self) -> Selection {
        let best = self.left().min_by(|a, b| self.sums[*a].total_cmp(&self.sums[*b])).unwrap_or(0);
        Selection {
            best,
            decided: self.is_decided(),
            rows: self.rows,
            out_after: self.out_after.clone(),
            enough: self.enough,
        }
    }

    /// Puts out whatever is worse than another one by more than chance explains. All that were in take part.
    fn screen(&mut self) {
        let (options, r) = (self.sums.len(), self.rows as f64);
        let before: Vec<usize> = self.left().collect();
        for i in &before {
            let worse = |l: &usize| {
                let width = self.indifference / (2.0 * r) * (self.limits[i * options + l] - r);
                (self.sums[*i] - self.sums[*l]) / r > width.max(0.0)
            };
            if before.iter().any(|l| l != i && worse(l)) {
                self.out_after[*i] = Some(self.rows);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use linchpin_model::special::norm_inv;
    use linchpin_model::{Key, Layer, Purpose, Seeds};

    /// Normal columns with these means that share half of their variance.
    fn columns(means: &[f64], rows: u32, repetition: u32) -> Vec<Vec<f64>> {
        let draws = Seeds::new(7).replication(repetition);
        let normal = |column: usize, row: u32| {
            norm_inv(draws.uniform(
                Layer::Parameters,
                Key::of("select").part(column as u32),
                Purpose::Test,
                row,
            ))
        };
        means
            .iter()
            .enumerate()
            .map(|(i, mean)| (0..rows).map(|row| mean + normal(99, row) + normal(i, row)).collect())
            .collect()
    }

    fn select(selector: &Selector, columns: &[Vec<f64>]) -> Option<Selection> {
        selector.select(&columns.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    /// 400 repetitions of the hardest case, where all others are exactly the indifference zone worse: right at least as
    /// often as promised, for two promises.
    #[test]
    fn right_as_often_as_promised() {
        let mut means = vec![0.5; 8];
        means[5] = 0.0;
        for confidence in [0.90, 0.95] {
            let selector = Selector { confidence, indifference: 0.5, first: 20 };
            let right = (0..400)
                .filter(|repetition| {
                    let found = select(&selector, &columns(&means, 2500, *repetition)).expect("rows enough");
                    assert!(found.decided && found.rows <= found.enough);
                    found.best == 5
                })
                .count();
            assert!(right as f64 >= 400.0 * confidence, "{right} of 400 at {confidence}");
        }
    }

    /// A clear difference is seen with few rows, and one within the indifference zone ends with some column of it.
    #[test]
    fn clear_and_unclear_cases() {
        let selector = Selector { confidence: 0.95, indifference: 0.5, first: 20 };
        let clear = select(&selector, &columns(&[5.0, 0.0, 5.0], 1000, 1)).expect("rows enough");
        assert_eq!((clear.best, clear.decided, clear.rows), (1, true, 20));
        assert_eq!(clear.out_after, [Some(20), None, Some(20)]);
        let unclear = select(&selector, &columns(&[0.0, 0.1, 9.0], 2500, 2)).expect("rows enough");
        assert!(unclear.decided && unclear.best < 2 && unclear.out_after[2] == Some(20));
        let fine = Selector { indifference: 0.05, ..selector };
        let short = select(&fine, &columns(&[0.0, 0.1], 21, 3)).expect("rows enough");
        assert!(!short.decided && short.rows == 21 && short.enough > 21);
    }

    #[test]
    fn what_cannot_be_selected_from() {
        let selector = Selector { confidence: 0.95, indifference: 0.5, first: 20 };
        assert_eq!(selector.select(&[]), None);
        assert_eq!(select(&selector, &columns(&[0.0, 1.0], 19, 0)), None);
        assert_eq!(select(&selector, &[vec![f64::INFINITY; 30], vec![0.0; 30]]), None);
        let alone = select(&selector, &columns(&[3.0], 30, 0)).expect("one column");
        assert!(alone.decided && alone.best == 0);
        // Columns that are the same in every row never vary: the first one stands for both at once.
        let same = select(&selector, &[vec![1.0; 30], vec![1.0; 30]]).expect("rows enough");
        assert_eq!((same.best, same.decided, same.rows), (0, true, 20));
    }
}
