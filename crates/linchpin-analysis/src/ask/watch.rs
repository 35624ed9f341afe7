//! Times at which something is so, and what is asked of them.

/// From a second to a later one, which is not in it.
pub type Span = (u32, u32);

/// What is asked of the times at which something is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Some of the window.
    AtSomeTime,
    /// All of the window.
    Throughout,
    /// So many seconds in one piece.
    Lasting(u32),
    /// So many seconds in sum.
    InTotal(u32),
}

/// A rule, and the window it looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watch {
    pub(super) rule: Rule,
    /// Within 0 and the horizon.
    pub(super) window: Span,
    pub(super) horizon: u32,
    /// Times at which it is *not* so are looked at.
    pub(super) opposite: bool,
    /// The answer is turned round.
    pub(super) negated: bool,
}

impl Watch {
    /// Where time ends, in seconds.
    pub(super) fn horizon(&self) -> u32 {
        self.horizon
    }

    /// Whether spans in which something is so satisfy the rule. They ascend and do not overlap; those that touch are one.
    pub(super) fn holds(&self, spans: impl IntoIterator<Item = Span>) -> bool {
        let mut sum = Sum { watch: *self, longest: 0, total: 0 };
        let mut open: Option<Span> = None;
        let mut since = 0;
        for (from, to) in spans.into_iter().filter(|(from, to)| from < to) {
            if self.opposite {
                sum.add((since, from));
                since = to;
            } else if let Some((begin, end)) = open.filter(|(_, end)| *end >= from) {
                open = Some((begin, end.max(to)));
            } else {
                open.replace((from, to)).into_iter().for_each(|span| sum.add(span));
            }
        }
        open.into_iter().for_each(|span| sum.add(span));
        if self.opposite {
            sum.add((since, self.horizon));
        }
        sum.satisfies() != self.negated
    }
}

/// What of the spans lies in the window.
struct Sum {
    watch: Watch,
    longest: u32,
    total: u32,
}

impl Sum {
    fn add(&mut self, (from, to): Span) {
        let (begin, end) = self.watch.window;
        let seconds = to.min(end).saturating_sub(from.max(begin));
        self.longest = self.longest.max(seconds);
        self.total += seconds;
    }

    fn satisfies(&self) -> bool {
        let (begin, end) = self.watch.window;
        match self.watch.rule {
            Rule::AtSomeTime => self.total > 0,
            Rule::Throughout => self.longest == end - begin,
            Rule::Lasting(seconds) => self.longest >= seconds,
            Rule::InTotal(seconds) => self.total >= seconds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_look_at_what_lies_in_the_window() {
        use Rule::{AtSomeTime, InTotal, Lasting, Throughout};
        // Down from 10 to 20, 20 to 30 (one outage), and 50 to 60; the horizon is 100.
        let spans = [(10, 20), (20, 30), (50, 60), (70, 70)];
        for (rule, window, opposite, expected) in [
            (AtSomeTime, (0, 100), false, true),
            (AtSomeTime, (0, 10), false, false),
            (AtSomeTime, (0, 11), false, true),
            (AtSomeTime, (30, 50), false, false),
            (AtSomeTime, (65, 100), false, false),
            (Throughout, (10, 30), false, true),
            (Throughout, (10, 31), false, false),
            (Throughout, (55, 56), false, true),
            (Lasting(20), (0, 100), false, true),
            (Lasting(21), (0, 100), false, false),
            (Lasting(15), (16, 100), false, false),
            (InTotal(30), (0, 100), false, true),
            (InTotal(31), (0, 100), false, false),
            // Up from 0 to 10, 30 to 50, 60 to 100.
            (Lasting(40), (0, 100), true, true),
            (Lasting(41), (0, 100), true, false),
            (InTotal(70), (0, 100), true, true),
            (InTotal(71), (0, 100), true, false),
        ] {
            let watch = Watch { rule, window, horizon: 100, opposite, negated: false };
            assert_eq!(watch.holds(spans), expected, "{watch:?}");
            assert_ne!(Watch { negated: true, ..watch }.holds(spans), expected, "{watch:?} negated");
        }
        let up = Watch { rule: Lasting(100), window: (0, 100), horizon: 100, opposite: true, negated: false };
        assert!(up.holds([]) && !up.holds([(0, 1)]) && !up.holds([(99, 100)]));
    }
}
