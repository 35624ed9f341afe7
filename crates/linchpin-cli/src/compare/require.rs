//! `--require`: whether the best portfolio, or one that is named, meets all requirements.

use super::portfolio::Portfolio;
use super::show::Told;
use crate::exit::{Exit, Failure};
use crate::number::percent_with_interval;
use crate::suggest::nearest;
use linchpin_analysis::findings::Verdict;
use linchpin_scenario::options::{OptionSpec, Options};
use std::fmt::Write;

/// How the scenario as it is may be named.
const AS_IT_IS: [&str; 3] = ["as-it-is", "as it is", ""];

/// The portfolio of these option ids, joined by `+`.
///
/// # Errors
/// Where there is no such option, or they cannot be taken together.
pub fn portfolio<'o>(options: &'o Options, text: &str) -> Result<Portfolio<'o>, Failure> {
    if AS_IT_IS.contains(&text.trim()) {
        return Ok(Portfolio { options: Vec::new(), cost: 0.0 });
    }
    let ids: Vec<&str> = text.split('+').map(str::trim).collect();
    for id in &ids {
        if options.find(id).is_none() {
            let failure = Failure::invalid(format!("--require-of: there is no option `{id}`"));
            let known = options.list.iter().map(|option| option.id.value.as_str());
            return Err(match nearest(id, known) {
                Some(near) => failure.hint(format!("did you mean `{near}`?")),
                None => failure.hint("option ids joined by `+`, or as-it-is"),
            });
        }
    }
    let chosen: Vec<&OptionSpec> =
        options.list.iter().filter(|option| ids.contains(&option.id.value.as_str())).collect();
    match options.conflict(&chosen) {
        Some(conflict) => Err(Failure::invalid(format!("--require-of: {conflict}"))),
        None => Ok(Portfolio { cost: options.cost(&chosen), options: chosen }),
    }
}

/// What is required of a portfolio: by the worst of its verdicts.
pub fn exit(verdicts: &[Verdict]) -> Exit {
    if verdicts.contains(&Verdict::NotMet) {
        Exit::NotMet
    } else if verdicts.contains(&Verdict::Undecided) {
        Exit::Undecided
    } else {
        Exit::Done
    }
}

/// A verdict in words.
pub fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Met => "met",
        Verdict::NotMet => "not met",
        Verdict::Undecided => "undecided",
    }
}

impl Told<'_> {
    /// Verdicts on a portfolio, by requirement and group.
    pub fn verdicts(&self, place: usize) -> Vec<Verdict> {
        let answers = self.verdict.compliance.get(place).map_or(&[][..], Vec::as_slice);
        answers.iter().enumerate().map(|(j, answer)| answer.verdict(self.asked(j))).collect()
    }

    /// What is required, and what fails, line by line; nothing where nothing is required.
    pub fn push_required(&self, out: &mut String) {
        if !self.require {
            return;
        }
        // Writing to a string cannot fail.
        let Some(place) = self.required() else {
            let _ =
                writeln!(out, "\nRequired of the best portfolio: undecided, since nothing could be chosen.");
            return;
        };
        let verdicts = self.verdicts(place);
        let name = self.names.portfolio(&self.portfolios[place]);
        let failing = verdicts.iter().filter(|verdict| **verdict != Verdict::Met).count();
        if failing == 0 {
            let _ = writeln!(
                out,
                "\nRequired of {name}: all {} requirements are met in this model.",
                verdicts.len()
            );
            return;
        }
        let _ = writeln!(
            out,
            "\nRequired of {name}: {failing} of {} are not known to be met in this model:",
            verdicts.len()
        );
        for (j, verdict) in verdicts.iter().enumerate().filter(|(_, verdict)| **verdict != Verdict::Met) {
            let (label, group) = &self.names.asked[j];
            let answer = &self.verdict.compliance[place][j];
            let _ = writeln!(
                out,
                "  {:<9}  {} ({group}): {}, asked {:.0} %",
                word(*verdict),
                label.id,
                percent_with_interval(answer.share, answer.interval),
                100.0 * self.asked(j)
            );
        }
    }

    /// Place of the portfolio of which requirements are asked; none where it would be the best, and there is none.
    pub fn required(&self) -> Option<usize> {
        self.require_of.or(self.verdict.winner)
    }

    /// How the program ends.
    pub fn exit(&self) -> Exit {
        match (self.require, self.required()) {
            (false, _) => Exit::Done,
            (true, None) => Exit::Undecided,
            (true, Some(place)) => exit(&self.verdicts(place)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use linchpin_scenario::check_text;

    #[test]
    fn the_worst_verdict_counts() {
        use Verdict::{Met, NotMet, Undecided};
        for (verdicts, expected) in [
            (&[][..], Exit::Done),
            (&[Met, Met], Exit::Done),
            (&[Met, Undecided], Exit::Undecided),
            (&[Undecided, NotMet, Met], Exit::NotMet),
        ] {
            assert_eq!(exit(verdicts), expected, "{verdicts:?}");
        }
    }

    #[test]
    fn portfolios_are_named_by_their_options() {
        let text = r#"(language: 1, name: "x", start: "2027-01-18T06:00:00+01:00", horizon: "7d", regions: [(id: "r")], services: [(id: "s")],
            assets: [(id: "a", sector: "energy", region: "r", supplies: ["s"], serves: [(service: "s", people: 1)])],
            events: [(id: "e", at: "1h", on: "a", do: [Closure(lasts: "1h")])], options: [
            (id: "x", cost: 1, changes: (assets: [(id: "a", failed_below: 0.4)])),
            (id: "y", cost: 2, excludes: ["z"], changes: (assets: [(id: "a", failed_below: 0.4)])),
            (id: "z", cost: 4, changes: (assets: [(id: "a", failed_below: 0.4)])),
            ])"#;
        let loaded = check_text("s.ron", text);
        let options = loaded.options.as_ref().expect("there are some");
        for (text, expected) in [
            ("x+y", Ok(("x+y", 3.0))),
            ("y + x", Ok(("x+y", 3.0))),
            ("as-it-is", Ok(("", 0.0))),
            ("y+z", Err("excludes")),
            ("w", Err("no option `w`")),
        ] {
            let got = portfolio(options, text).map(|p| (p.id(), p.cost)).map_err(|failure| failure.message);
            match (got, expected) {
                (Ok((id, cost)), Ok(expected)) => assert_eq!((id.as_str(), cost), expected),
                (Err(message), Err(part)) => assert!(message.contains(part), "{message}"),
                (got, expected) => panic!("{text}: {got:?}, not {expected:?}"),
            }
        }
    }
}
