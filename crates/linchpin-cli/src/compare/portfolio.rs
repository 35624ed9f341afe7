//! Which options are taken together.

use linchpin_scenario::options::{OptionSpec, Options};

/// Most portfolios that are compared.
const MOST: usize = 256;

/// Options that are taken together.
#[derive(Clone, Debug)]
pub struct Portfolio<'o> {
    /// In the order of the file; empty: the scenario as it is.
    pub options: Vec<&'o OptionSpec>,
    /// Present value.
    pub cost: f64,
}

impl Portfolio<'_> {
    /// Ids of its options, joined by `+`; empty for the scenario as it is.
    pub fn id(&self) -> String {
        let ids: Vec<&str> = self.options.iter().map(|option| option.id.value.as_str()).collect();
        ids.join("+")
    }
}

/// Portfolios to compare.
pub struct Listed<'o> {
    /// The scenario as it is, every option that can be taken alone, then all sets of options that go together and
    /// fit the budget, those of few options first.
    pub portfolios: Vec<Portfolio<'o>>,
    /// Number of sets for which there was no room.
    pub left_out: usize,
}

impl<'o> Listed<'o> {
    /// Place of a portfolio in the list; it is added where it is not there.
    pub fn place_of(&mut self, portfolio: Portfolio<'o>) -> usize {
        let id = portfolio.id();
        let place = self.portfolios.iter().position(|other| other.id() == id);
        place.unwrap_or_else(|| {
            self.portfolios.push(portfolio);
            self.portfolios.len() - 1
        })
    }
}

/// Lists what to compare.
pub fn list<'o>(options: &Options, chosen: &[&'o OptionSpec], budget: f64) -> Listed<'o> {
    let portfolio = |chosen: Vec<&'o OptionSpec>| Portfolio { cost: options.cost(&chosen), options: chosen };
    let mut portfolios = vec![portfolio(Vec::new())];
    let mut level: Vec<Vec<usize>> = vec![Vec::new()];
    let mut left_out = 0;
    for size in 1..=chosen.len() {
        let mut next = Vec::new();
        for set in &level {
            let from = set.last().map_or(0, |last| last + 1);
            for i in from..chosen.len() {
                let mut larger = set.clone();
                larger.push(i);
                let members: Vec<&OptionSpec> = larger.iter().map(|i| chosen[*i]).collect();
                let candidate = portfolio(members);
                let fits = candidate.cost <= budget;
                // One beyond the budget is shown all the same, and never chosen.
                let sound = options.conflict(&candidate.options).is_none();
                if sound && (fits || size == 1) {
                    if portfolios.len() < MOST {
                        portfolios.push(candidate.clone());
                    } else {
                        left_out += 1;
                    }
                }
                if fits && left_out < 1_000_000 {
                    next.push(larger);
                }
            }
        }
        // Beyond this nothing is listed any more, only counted.
        if next.is_empty() || next.len() > 200_000 {
            break;
        }
        level = next;
    }
    Listed { portfolios, left_out }
}

#[cfg(test)]
mod tests {
    use super::*;
    use linchpin_scenario::check_text;

    fn ids(list: &str, budget: f64) -> Vec<String> {
        let text = format!(
            r#"(language: 1, name: "x", start: "2027-01-18T06:00:00+01:00", horizon: "7d", regions: [(id: "r")], services: [(id: "s")],
            assets: [(id: "a", sector: "energy", region: "r", supplies: ["s"], serves: [(service: "s", people: 1)])],
            events: [(id: "e", at: "1h", on: "a", do: [Closure(lasts: "1h")])], options: [{list}])"#
        );
        let loaded = check_text("s.ron", &text);
        assert_eq!(loaded.diagnostics.errors(), 0, "{:?}", loaded.diagnostics);
        let options = loaded.options.as_ref().expect("there are some");
        let chosen: Vec<_> = options.list.iter().collect();
        self::list(options, &chosen, budget).portfolios.iter().map(Portfolio::id).collect()
    }

    #[test]
    fn sets_that_go_together_and_can_be_paid() {
        let option = |id: &str, more: &str| {
            format!("(id: \"{id}\", {more}, changes: (assets: [(id: \"a\", failed_below: 0.4)])),")
        };
        let three = option("x", "cost: 1") + &option("y", "cost: 2") + &option("z", "cost: 4");
        assert_eq!(ids(&three, 3.0), ["", "x", "y", "z", "x+y"]);
        assert_eq!(ids(&three, 100.0), ["", "x", "y", "z", "x+y", "x+z", "y+z", "x+y+z"]);
        let tied = option("x", "cost: 1, requires: [\"y\"]")
            + &option("y", "cost: 2, excludes: [\"z\"]")
            + &option("z", "cost: 0");
        assert_eq!(ids(&tied, 100.0), ["", "y", "z", "x+y"]);
    }
}
