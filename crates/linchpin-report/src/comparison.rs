//! Options beside each other: what is compared, as pictures and as a page.
//!
//! [`Comparison`] is plain data and final: every number was computed before, and what was not computed is empty. Places are positions
//! in [`Comparison::rows`], where the scenario as it is comes first.

mod compliance;
mod draw;
mod exceedance;
mod forest;
mod front;
mod page;
mod probability;
mod regret;
mod words;

use linchpin_analysis::findings::{AssumptionRow, StudyInfo, Verdict};

use crate::plot::Plot;

pub use page::comparison_page;

/// Options beside each other.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// What was run.
    pub study: StudyInfo,
    /// What is to be small, in words, such as `Person-hours without service, over all services`.
    pub metric: String,
    /// Its unit, such as `person-hours`.
    pub unit: String,
    /// Unit of money; may be empty.
    pub money: String,
    /// Infinite where there is none.
    pub budget: f64,
    /// Confidence of the choice and of intervals in percent.
    pub percent: f64,
    /// Single options, in the order of the scenario.
    pub options: Vec<OptionRow>,
    /// The scenario as it is first, then portfolios in any order.
    pub rows: Vec<ComparisonRow>,
    /// How the best was chosen; none where nothing could be chosen.
    pub choice: Option<Choice>,
    /// What the best saves on draws that took no part in choosing, with its interval.
    pub fresh: Option<(f64, [f64; 2])>,
    /// Place of the cheapest that is as good as the best but for what does not matter; none where that is the best itself.
    pub as_good: Option<usize>,
    /// How many times as many runs independent runs would take: the median over portfolios.
    pub variance_ratio: Option<f64>,
    /// Requirements by portfolio.
    pub requirements: Vec<Compliance>,
    /// How probable large losses are with some of the portfolios.
    pub curves: Vec<ExceedanceCurve>,
    /// Parameters that the scenario declares uncertain.
    pub uncertain: u64,
    /// What comes out over what is not known; none where that was not computed, or nothing is declared uncertain.
    pub worlds: Option<OverAssumptions>,
    /// What comes out against other threats; none where there is one threat only.
    pub threats: Option<OverThreats>,
    /// Values with their sources.
    pub assumptions: Vec<AssumptionRow>,
    /// What the reader must know before relying on the numbers.
    pub limits: Vec<String>,
}

/// A single option.
#[derive(Clone, Debug, Default)]
pub struct OptionRow {
    /// Its id.
    pub id: String,
    /// Its name for people; the id where it has none.
    pub name: String,
    /// Present value.
    pub cost: f64,
    /// What it is tied to, such as `not with base-station-power`; may be empty.
    pub ties: String,
}

/// A portfolio of options.
#[derive(Clone, Debug, Default)]
pub struct ComparisonRow {
    /// Ids of its options, or `as it is`.
    pub name: String,
    /// Its options, as positions in [`Comparison::options`].
    pub options: Vec<usize>,
    /// Present value.
    pub cost: f64,
    /// Mean loss with it.
    pub loss: f64,
    /// What it saves, and the interval that holds for all comparisons together; none for the scenario as it is.
    pub saved: Option<(f64, [f64; 2])>,
    /// True for single options.
    pub single: bool,
    /// No other one is cheaper and loses less.
    pub front: bool,
    /// The best within the budget.
    pub winner: bool,
    /// Runs it took part in: those that are clearly worse rest early.
    pub runs: u64,
    /// Probability of being best by chance in the runs alone, 0 to 1; none where it was out before the last run or is beyond the
    /// budget.
    pub best: Option<f64>,
}

/// How the best was chosen.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Whether the best is known at the confidence asked for.
    pub decided: bool,
    /// Runs after which it was; all where it is not.
    pub runs: u64,
    /// Runs after which it is known in any case.
    pub enough: u64,
    /// Difference that was taken not to matter, in the unit of the metric.
    pub indifference: f64,
    /// Portfolios that fit the budget and were not compared.
    pub left_out: u64,
    /// How those left out were looked for, in a sentence; may be empty.
    pub search: String,
}

/// A requirement, by portfolio.
#[derive(Clone, Debug, Default)]
pub struct Compliance {
    /// Its id.
    pub id: String,
    /// Its name for people; the id where it has none.
    pub name: String,
    /// The group it was asked of, or `jointly`.
    pub group: String,
    /// Probability asked for.
    pub asked: f64,
    /// Answers by portfolio, each with its place.
    pub answers: Vec<(usize, Answer)>,
}

/// How a portfolio does against a requirement.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Answer {
    /// Share of runs in which it held.
    pub share: f64,
    /// Exact 95 % interval.
    pub ci95: [f64; 2],
    /// In this model.
    pub verdict: Verdict,
}

/// How probable it is that more than so much is lost.
#[derive(Clone, Debug, Default)]
pub struct ExceedanceCurve {
    /// Place of the portfolio.
    pub row: usize,
    /// Loss, and the share of runs that lose more than that; losses ascend.
    pub points: Vec<[f64; 2]>,
}

/// What comes out over what is not known.
#[derive(Clone, Debug, Default)]
pub struct OverAssumptions {
    /// Sets of parameter values that were tried.
    pub samples: u64,
    /// Runs for each of them and each portfolio.
    pub runs: u64,
    /// How the sets were drawn, such as `scrambled Sobol points`.
    pub design: String,
    /// Portfolios that were tried.
    pub candidates: Vec<InWorlds>,
    /// Uncertain parameters.
    pub parameters: Vec<ParameterRow>,
    /// What would turn the order between the best and another portfolio; the most probable first.
    pub flips: Vec<FlipRow>,
    /// Places of portfolios against which no single assumption turns the order.
    pub steady: Vec<usize>,
}

/// A portfolio over what is not known.
#[derive(Clone, Debug, Default)]
pub struct InWorlds {
    /// Its place.
    pub row: usize,
    /// Probability of being best over what is not known, 0 to 1.
    pub best: f64,
    /// 95 % interval of that probability.
    pub interval: [f64; 2],
    /// Mean loss over what is not known.
    pub loss: f64,
    /// Mean loss over the worst twentieth; none where it was not computed.
    pub shortfall: Option<f64>,
}

/// An uncertain parameter.
#[derive(Clone, Debug, Default)]
pub struct ParameterRow {
    /// Its id.
    pub id: String,
    /// Its name for people; the id where it has none.
    pub name: String,
    /// Unit of its values: `h` for durations, empty for plain numbers.
    pub unit: String,
    /// The value that runs use.
    pub central: f64,
    /// 5 and 95 % quantiles.
    pub range: [f64; 2],
    /// Where it comes from.
    pub source: String,
    /// Confidence code or word.
    pub confidence: String,
    /// Rank correlation between its value and what the best saves against the next best, -1 to 1; none where it was not computed.
    pub influence: Option<f64>,
}

/// An assumption that would turn the order between the best and another portfolio.
#[derive(Clone, Debug, Default)]
pub struct FlipRow {
    /// Position in [`OverAssumptions::parameters`].
    pub parameter: usize,
    /// Place of the portfolio that would be better.
    pub rival: usize,
    /// The value at which the two are equal, in the parameter's unit.
    pub at: f64,
    /// Interval of that value; none where it was not computed.
    pub interval: Option<[f64; 2]>,
    /// True where the rival is better above that value, false where it is below.
    pub above: bool,
    /// Probability that the parameter lies beyond that value, 0 to 1.
    pub beyond: f64,
}

/// What comes out against several threats.
#[derive(Clone, Debug, Default)]
pub struct OverThreats {
    /// Names of the threats.
    pub threats: Vec<String>,
    /// What counts as tolerable, in words: `a loss of at most 1.2 billion person-hours`, `all requirements are met`.
    pub tolerable: String,
    /// Portfolios that were tried.
    pub candidates: Vec<UnderThreats>,
}

/// A portfolio against several threats.
#[derive(Clone, Debug, Default)]
pub struct UnderThreats {
    /// Its place.
    pub row: usize,
    /// Mean loss by threat.
    pub losses: Vec<f64>,
    /// Mean over threats of what it loses more than the best against the same threat.
    pub mean_regret: f64,
    /// The largest of these.
    pub worst_regret: f64,
    /// Share of threats against which it does what is tolerable, 0 to 1.
    pub satisfied: f64,
    /// Mean loss over the worst twentieth of runs, over all threats alike; none where it was not computed.
    pub shortfall: Option<f64>,
}

/// All pictures of a comparison, in the order of the page.
pub fn comparison_plots(comparison: &Comparison) -> Vec<Plot> {
    let c = comparison;
    let drawn = [
        forest::plot(c),
        front::plot(c),
        probability::plot(c),
        regret::plot(c),
        exceedance::plot(c),
        compliance::plot(c),
    ];
    drawn.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests;
