//! Beyond the portfolios that were compared: what differs from the best by one option races against it, until nothing that
//! was not compared does better.

use super::portfolio::{Listed, Portfolio};
use crate::exit::Failure;
use linchpin_ensemble::{Candidate, Contest, Contested, Progress, contest, hex, sha256};
use linchpin_scenario::options::{OptionSpec, Options};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// Most further races: each has a better winner, so there are seldom more than two or three.
const MOST: usize = 12;

/// What the search came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Searched {
    /// Further races.
    pub races: usize,
    /// Portfolios that were compared in them.
    pub compared: usize,
    /// How often the best changed.
    pub changed: usize,
    /// True where something that differs from the best by one option was not compared in the end.
    pub unfinished: bool,
}

impl Searched {
    /// In a sentence, with what is promised; empty where nothing was searched.
    pub fn sentence(&self, percent: f64) -> String {
        if self.races == 0 {
            return String::new();
        }
        let races = if self.races == 1 {
            "one further race".to_owned()
        } else {
            format!("{} further races", self.races)
        };
        let outcome = match self.changed {
            0 => "none of them is better".to_owned(),
            1 => "the best changed once".to_owned(),
            n => format!("the best changed {n} times"),
        };
        let end = if self.unfinished {
            "; the search ended before all such neighbours of the best were compared"
        } else {
            ", and every portfolio within the budget that differs from it by one option added, dropped or swapped was compared"
        };
        let lost = (100.0 - percent) * (self.races + 1) as f64;
        format!(
            "Of those left out, {} that differ from the best by one option ran in {races}: {outcome}{end}. The promise holds for \
             each race at {percent} %, for all together at {} %. Portfolios that differ by more were not compared.",
            self.compared,
            (100.0 - lost).max(0.0)
        )
    }
}

/// What can be chosen from.
#[derive(Clone, Copy)]
pub struct Choices<'a, 'o> {
    /// The options of the scenario.
    pub options: &'a Options,
    /// Those that may be taken.
    pub chosen: &'a [&'o OptionSpec],
    /// Money there is.
    pub budget: f64,
}

impl<'o> Choices<'_, 'o> {
    /// Sound portfolios within the budget that differ from one by an option more, less or other, and are not known.
    fn neighbours(&self, of: &Portfolio<'o>, known: &BTreeSet<String>) -> Vec<Portfolio<'o>> {
        let has = |option: &&OptionSpec| of.options.iter().any(|other| other.id == option.id);
        let outside: Vec<&'o OptionSpec> =
            self.chosen.iter().copied().filter(|option| !has(option)).collect();
        let without = |left: &OptionSpec| -> Vec<&'o OptionSpec> {
            of.options.iter().copied().filter(|option| option.id != left.id).collect()
        };
        let mut sets: Vec<Vec<&'o OptionSpec>> = of.options.iter().map(|option| without(option)).collect();
        let reduced = std::iter::once(of.options.clone()).chain(sets.clone()).collect::<Vec<_>>();
        for set in reduced {
            sets.extend(outside.iter().map(|option| self.ordered(&set, option)));
        }
        let mut seen = known.clone();
        let portfolio =
            |options: Vec<&'o OptionSpec>| Portfolio { cost: self.options.cost(&options), options };
        sets.into_iter()
            .map(portfolio)
            .filter(|new| new.cost <= self.budget && self.options.conflict(&new.options).is_none())
            .filter(|new| seen.insert(new.id()))
            .collect()
    }

    /// A set with one more, in the order of the file.
    fn ordered(&self, set: &[&'o OptionSpec], more: &'o OptionSpec) -> Vec<&'o OptionSpec> {
        let taken =
            |option: &&&'o OptionSpec| option.id == more.id || set.iter().any(|other| other.id == option.id);
        self.chosen.iter().filter(taken).copied().collect()
    }
}

/// Makes models of portfolios.
type Models<'a, 'o> = dyn Fn(&[Portfolio<'o>]) -> Result<Vec<Candidate>, Failure> + 'a;

/// How further races are run.
pub struct How<'a, 'o> {
    /// Folder of the comparison.
    pub folder: &'a Path,
    /// Set when told to stop.
    pub stop: &'a AtomicBool,
    /// Makes models of portfolios.
    pub models: &'a Models<'a, 'o>,
    /// Is told how far a race is.
    pub progress: &'a mut dyn FnMut(&Progress),
}

/// Races the neighbours of the best against it, as long as there are some that were not compared and one of them is better. What
/// was compared is added to the list and to what was found.
///
/// # Errors
/// Where a folder cannot be written or holds something else, or options cannot be taken together.
pub fn search<'o>(
    choices: Choices<'_, 'o>,
    plan: &Contest<'_>,
    listed: &mut Listed<'o>,
    found: &mut Contested,
    how: How<'_, 'o>,
) -> Result<Searched, Failure> {
    let mut searched = Searched::default();
    if listed.left_out == 0 || found.interrupted {
        return Ok(searched);
    }
    let mut known: BTreeSet<String> = listed.portfolios.iter().map(Portfolio::id).collect();
    while let Some(best) = found.best() {
        let more = choices.neighbours(&listed.portfolios[best], &known);
        // Where replications failed in one race and not in the other, rows would not belong together.
        if more.is_empty() || searched.races == MOST || found.failed > 0 {
            searched.unfinished = !more.is_empty();
            break;
        }
        let mut portfolios = vec![listed.portfolios[0].clone(), listed.portfolios[best].clone()];
        // Where nothing is the best, it is both the measure and what is to be beaten.
        portfolios.truncate(if best == 0 { 1 } else { 2 });
        let first = portfolios.len();
        portfolios.extend(more.iter().cloned());
        let candidates = (how.models)(&portfolios)?;
        let eligible: Vec<bool> = (0..portfolios.len()).map(|i| i + 1 >= first).collect();
        let kept: Vec<bool> = (0..portfolios.len()).map(|i| i < first).collect();
        let selector =
            linchpin_analysis::compare::Selector { indifference: found.indifference, ..plan.selector };
        let race = Contest {
            candidates: &candidates,
            eligible: &eligible,
            kept: &kept,
            selector,
            at_least: found.columns[0].len() as u32,
            ..plan.clone()
        };
        let place = how.folder.join("rounds").join(format!("search-{}", word(&portfolios)));
        let result = contest(&race, &place, how.stop, &mut *how.progress)?;
        if result.interrupted {
            found.interrupted = true;
            return Ok(searched);
        }
        if result.failed > 0 || result.selection.is_none() {
            searched.unfinished = true;
            break;
        }
        searched.races += 1;
        searched.compared += more.len();
        listed.left_out = listed.left_out.saturating_sub(more.len());
        known.extend(more.iter().map(Portfolio::id));
        let mut places = vec![0, best];
        places.truncate(first);
        places.extend(listed.portfolios.len()..listed.portfolios.len() + more.len());
        listed.portfolios.extend(more);
        found.absorb(result, &places);
        if found.best() == Some(best) {
            break;
        }
        searched.changed += 1;
    }
    Ok(searched)
}

/// A name for the folder of a race: the same for the same portfolios.
fn word(portfolios: &[Portfolio<'_>]) -> String {
    let ids: Vec<String> = portfolios.iter().map(Portfolio::id).collect();
    hex(&sha256(ids.join("\n").as_bytes())).chars().take(12).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use linchpin_scenario::check_text;

    #[test]
    fn neighbours_differ_by_one_option_and_can_be_had() {
        let option = |id: &str, more: &str| {
            format!("(id: \"{id}\", {more}, changes: (assets: [(id: \"a\", failed_below: 0.4)])),")
        };
        let list = option("w", "cost: 9")
            + &option("x", "cost: 1")
            + &option("y", "cost: 2, excludes: [\"z\"]")
            + &option("z", "cost: 1")
            + &option("v", "cost: 1, requires: [\"x\"]");
        let text = format!(
            r#"(language: 1, name: "x", start: "2027-01-18T06:00:00+01:00", horizon: "7d", regions: [(id: "r")], services: [(id: "s")],
            assets: [(id: "a", sector: "energy", region: "r", supplies: ["s"], serves: [(service: "s", people: 1)])],
            events: [(id: "e", at: "1h", on: "a", do: [Closure(lasts: "1h")])], options: [{list}])"#
        );
        let loaded = check_text("s.ron", &text);
        let options = loaded.options.as_ref().expect("there are some");
        let chosen: Vec<_> = options.list.iter().collect();
        let choices = Choices { options, chosen: &chosen, budget: 5.0 };
        let of = |ids: &[&str]| -> Portfolio<'_> {
            let options =
                chosen.iter().copied().filter(|option| ids.contains(&option.id.value.as_str())).collect();
            Portfolio { options, cost: 0.0 }
        };
        let found = |ids: &[&str], known: &[&str]| -> Vec<String> {
            let known = known.iter().map(|id| (*id).to_owned()).collect();
            choices.neighbours(&of(ids), &known).iter().map(Portfolio::id).collect()
        };
        // Less: y, x; more: v (z goes not with y, w costs too much); other: y for z, v.
        assert_eq!(found(&["x", "y"], &["x+y"]), ["y", "x", "x+y+v", "x+z", "x+v"]);
        assert_eq!(found(&["x", "y"], &["x+y", "x", "y", "x+z"]), ["x+y+v", "x+v"]);
        assert_eq!(found(&[], &[""]), ["x", "y", "z"]);
    }

    #[test]
    fn the_promise_is_worded_for_all_races_together() {
        let searched = Searched { races: 2, compared: 9, changed: 1, unfinished: false };
        let text = searched.sentence(95.0);
        assert!(
            text.contains(
                "9 that differ from the best by one option ran in 2 further races: the best changed once"
            ),
            "{text}"
        );
        assert!(text.contains("for each race at 95 %, for all together at 85 %"), "{text}");
        assert_eq!(Searched::default().sentence(95.0), "");
    }
}
