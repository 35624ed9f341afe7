//! The one line that a long run shows.

use crate::console::Console;
use crate::number::{count, with_interval};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use linchpin_analysis::Metric;
use linchpin_ensemble::Progress;
use linchpin_model::time::format_duration;

/// A bar on standard error; hidden where nobody looks.
fn bar(console: &Console) -> ProgressBar {
    let target =
        if console.shows_progress() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(1), target);
    // The template is checked by a test; the standard one does as well.
    if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
        bar.set_style(style);
    }
    bar
}

/// A line of words on standard error; hidden where nobody looks.
#[derive(Debug)]
pub struct Words(ProgressBar);

impl Words {
    /// An empty line.
    pub fn new(console: &Console) -> Self {
        Self(bar(console))
    }

    /// Shows these words, which are made only where somebody looks.
    pub fn show(&self, words: impl FnOnce() -> String) {
        if !self.0.is_hidden() {
            self.0.set_message(words());
        }
    }

    /// Takes the line away.
    pub fn clear(&self) {
        self.0.finish_and_clear();
    }
}

/// A progress line on standard error; hidden where nobody looks.
#[derive(Debug)]
pub struct Line {
    bar: ProgressBar,
    headline: String,
    unit: &'static str,
}

impl Line {
    /// A line that shows how this metric comes along.
    pub fn new(console: &Console, headline: &Metric) -> Self {
        Self { bar: bar(console), headline: headline.name.clone(), unit: headline.unit }
    }

    /// Shows how far it is.
    pub fn show(&self, progress: &Progress) {
        if self.bar.is_hidden() {
            return;
        }
        self.bar.set_length(progress.total);
        self.bar.set_position(progress.done);
        self.bar.set_message(self.text(progress));
    }

    fn text(&self, progress: &Progress) -> String {
        let mut text = format!(
            "{} of {}, {}/s",
            count(progress.done),
            count(progress.total),
            count(progress.rate.round() as u64)
        );
        if let Some(seconds) = progress.remaining_s {
            text.push_str(&format!(", {} left", format_duration(seconds.ceil() as u64)));
        }
        if let Some(estimate) = progress.headline {
            let value = with_interval(estimate.mean, estimate.ci95);
            text.push_str(&format!("; {}: {value} {}", self.headline, self.unit));
        }
        text
    }

    /// Takes the line away.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

/// No bar: on a terminal of 80 columns the words need the room.
const TEMPLATE: &str = "{wide_msg}";

#[cfg(test)]
mod tests {
    use super::*;
    use linchpin_ensemble::Estimate;

    #[test]
    fn the_line_tells_everything_known() {
        assert!(ProgressStyle::with_template(TEMPLATE).is_ok());
        let metric = Metric {
            id: "person_hours/water".into(),
            name: "Person-hours without water".into(),
            unit: "person-hours",
            group: "service:water".into(),
            kind: "person_hours",
        };
        let line = Line::new(&Console::new(true), &metric);
        let mut progress =
            Progress { done: 3200, total: 10_000, rate: 5310.4, remaining_s: None, headline: None };
        assert_eq!(line.text(&progress), "3,200 of 10,000, 5,310/s");
        progress.remaining_s = Some(1.28);
        progress.headline = Some(Estimate { mean: 41_234.0, ci95: [39_784.0, 42_684.0] });
        assert_eq!(
            line.text(&progress),
            "3,200 of 10,000, 5,310/s, 2s left; Person-hours without water: 41,200 (95 % CI 39,800 to 42,700) person-hours"
        );
    }
}
