//! All there is to tell of a search for the worst.

use super::{Asked, WorstArgs};
use crate::number::{number, with_interval};
use crate::results::PROGRAM;
use linchpin_analysis::Metric;
use linchpin_analysis::findings::StudyInfo;
use linchpin_analysis::stats::{Moments, expected_shortfall};
use linchpin_ensemble::{Weighed, WorstFound};
use linchpin_model::time::format_duration;
use linchpin_model::{Model, NodeId, Strike};
use linchpin_report::Worst;

/// All there is to tell.
pub struct Told<'a> {
    /// Whose names are shown: the scenario's model, or a redacted one.
    pub model: &'a Model,
    /// True where names are pseudonyms.
    pub redacted: bool,
    /// SHA-256 of the frozen scenario.
    pub hash: String,
    /// Seed of all draws.
    pub seed: u64,
    /// What is lost.
    pub metric: Metric,
    /// What was typed.
    pub args: &'a WorstArgs,
    /// What that means in the model.
    pub asked: &'a Asked,
    /// What was found.
    pub found: &'a WorstFound,
}

/// Losses over replications, summed up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// The number that is compared: the mean, or the mean of the worst 5 %.
    pub loss: f64,
    /// 95 % interval of the mean; none for the worst 5 %, and where all replications lose the same.
    pub interval: Option<[f64; 2]>,
    /// Mean.
    pub mean: f64,
    /// Mean of the worst 5 %.
    pub tail: f64,
}

impl Cost {
    /// Of losses by replication; those that are not numbers are left out.
    pub fn of(rows: &[f64], tail: bool) -> Self {
        let mut finite: Vec<f64> = rows.iter().copied().filter(|loss| loss.is_finite()).collect();
        let moments: Moments = finite.iter().copied().collect();
        finite.sort_unstable_by(f64::total_cmp);
        let mean = moments.mean().unwrap_or(0.0);
        let shortfall = expected_shortfall(&finite, 0.95).unwrap_or(mean);
        let interval = moments.ci95().filter(|[low, high]| !tail && high > low);
        Self { loss: if tail { shortfall } else { mean }, interval, mean, tail: shortfall }
    }
}

impl Told<'_> {
    /// What an attack costs on the draws it was chosen on.
    pub fn cost(&self, attack: &Weighed) -> Cost {
        Cost::of(&attack.rows, self.args.tail)
    }

    /// What it costs on others.
    pub fn fresh(&self, attack: &Weighed) -> Cost {
        Cost::of(&attack.fresh, self.args.tail)
    }

    /// The worst attack.
    pub fn attack(&self) -> Option<&Weighed> {
        self.found.attacks.last()
    }

    /// The worst that is left with the protections.
    pub fn left(&self) -> Option<&Weighed> {
        self.found.left.last().filter(|left| !left.set.is_empty())
    }

    /// What to protect.
    pub fn protected(&self) -> Vec<NodeId> {
        let assets = match &self.asked.scheme {
            Some((scheme, _)) => &scheme.assets,
            None => &self.asked.candidates,
        };
        let of = |place: &u32| assets.get(*place as usize).copied();
        self.found.protection.assets.iter().filter_map(of).collect()
    }

    /// Whom an attack strikes by choice.
    pub fn targets(&self, attack: &Weighed) -> Vec<NodeId> {
        let of = |item: &u32| match &self.asked.scheme {
            Some((scheme, _)) => scheme.choices.get(*item as usize)?.target,
            None => self.asked.candidates.get(*item as usize).copied(),
        };
        attack.set.iter().filter_map(of).collect()
    }

    /// Steps of an attack of an actor, with whom they strike by choice.
    pub fn steps(&self, attack: &Weighed) -> Vec<(usize, Vec<NodeId>)> {
        let Some((scheme, effort)) = &self.asked.scheme else { return Vec::new() };
        let steps = scheme.steps_of(&attack.set, *effort);
        steps.into_iter().map(|(step, targets)| (step.index(), targets)).collect()
    }

    /// Name of a node.
    pub fn name(&self, node: NodeId) -> &str {
        self.model.names.name(node)
    }

    /// Names of nodes, one after the other.
    pub fn names(&self, nodes: &[NodeId]) -> String {
        nodes.iter().map(|node| self.name(*node)).collect::<Vec<_>>().join(", ")
    }

    /// What is done, in words.
    pub fn deed(&self) -> String {
        let at = match self.args.at {
            0 => "from the start".to_owned(),
            at => format!("from {} after the start", format_duration(at.into())),
        };
        match (&self.asked.scheme, self.asked.strike) {
            (Some((_, effort)), _) => format!("within an effort of {}", number(*effort)),
            (None, Strike::Damage) => format!("damaged {at} and repaired as the scenario has it"),
            (None, Strike::Closure { lasts: None }) => format!("down {at} to the end"),
            (None, Strike::Closure { lasts: Some(lasts) }) => {
                format!("down for {} {at}", format_duration(lasts.into()))
            }
        }
    }

    /// `mean`, or `mean of the worst 5 %`.
    pub fn statistic(&self) -> &'static str {
        if self.args.tail { "mean of the worst 5 %" } else { "mean" }
    }

    /// Whether nothing but the draws is uncertain about the attack being the worst.
    pub fn is_exact(&self) -> bool {
        self.attack().is_none_or(|attack| attack.exact)
    }

    /// What figures are divided by, so that they can be read, and the word for it.
    pub fn scale(&self) -> (f64, &'static str) {
        let most = self.attack().map_or(0.0, |attack| self.cost(attack).loss).abs();
        match most {
            loss if loss >= 1e10 => (1e9, "billion "),
            loss if loss >= 1e7 => (1e6, "million "),
            loss if loss >= 1e4 => (1e3, "thousand "),
            _ => (1.0, ""),
        }
    }

    /// A loss without its unit, scaled.
    pub fn scaled(&self, loss: f64) -> String {
        number(loss / self.scale().0)
    }

    /// `5.6 million person-hours`.
    pub fn amount(&self, loss: f64) -> String {
        let (_, word) = self.scale();
        format!("{} {word}{}", self.scaled(loss), self.metric.unit)
    }

    /// A loss and `(5.1 to 6.1)`, scaled, with as many digits as the interval justifies; that is empty where there is none.
    pub fn with_interval(&self, cost: &Cost) -> (String, String) {
        let (scale, _) = self.scale();
        let Some(interval) = cost.interval else { return (self.scaled(cost.loss), String::new()) };
        let text = with_interval(cost.loss / scale, interval.map(|bound| bound / scale));
        match text.split_once(" (95 % CI ") {
            Some((loss, interval)) => (loss.to_owned(), format!("({interval}")),
            None => (text, String::new()),
        }
    }

    /// How far the worst attack found may be from the worst there is.
    pub fn certainty(&self) -> String {
        let Some(attack) = self.attack() else { return String::new() };
        if attack.exact {
            return format!(
                "Exact for these {} replications: all sets of targets were evaluated.",
                self.args.replications
            );
        }
        let loss = self.cost(attack).loss;
        match self.found.everything.filter(|all| *all > loss) {
            Some(all) => format!(
                "Best found, not proven: no attack on any number of these assets can cost more than {} (all of them at \
                 once), so at most {} more is possible.",
                self.amount(all),
                self.amount(all - loss)
            ),
            None => "Best found, not proven.".to_owned(),
        }
    }

    /// How far the protections may be from the best there are.
    pub fn protection_certainty(&self) -> &'static str {
        match (self.found.protection.closed, self.is_exact()) {
            (true, true) => "No other protections of as many leave less, for these replications.",
            (true, false) => "No other protections of as many leave less against the attacks found.",
            (false, _) => "Best protections found: others of as many may leave less.",
        }
    }

    /// Share of the loss that the protections take off the worst attack.
    pub fn saved(&self) -> Option<f64> {
        let before = self.cost(self.attack()?).loss;
        let left = self.left().map_or(0.0, |left| self.cost(left).loss);
        (before > 0.0).then(|| 1.0 - left / before)
    }

    /// What was run.
    pub fn study(&self) -> StudyInfo {
        StudyInfo {
            seed: self.seed,
            replications: u64::from(self.args.replications),
            scenario_hash: self.hash.clone(),
            program: PROGRAM.to_owned(),
            command: self.command(),
            redacted: self.redacted,
            ..StudyInfo::of(self.model)
        }
    }

    /// The command that makes it again.
    fn command(&self) -> String {
        let args = self.args;
        let mut command = "linchpin worst scenario.ron".to_owned();
        let mut add = |text: String| command.push_str(&text);
        match &args.actor {
            // An actor's id may be hidden.
            Some(_) if self.redacted => add(" --actor ID".to_owned()),
            Some(id) => add(format!(" --actor {id}")),
            None => add(format!(" --budget {}", self.asked.most)),
        }
        if let (Some(_), Some((_, effort))) = (args.effort, &self.asked.scheme) {
            add(format!(" --effort {effort}"));
        }
        add(format!(" --protect {}", self.asked.protections));
        for (option, ids) in [("--class", &args.class), ("--sector", &args.sector)] {
            if !ids.is_empty() {
                add(format!(" {option} {}", ids.join(",")));
            }
        }
        // Names of regions and tags may be hidden.
        for (option, ids) in [("--region", &args.region), ("--tag", &args.tag)] {
            if !ids.is_empty() {
                add(format!(" {option} {}", if self.redacted { "IDS".to_owned() } else { ids.join(",") }));
            }
        }
        if args.actor.is_none() {
            add(format!(" --at {}s", args.at));
            match (args.damage, args.lasts) {
                (true, _) => add(" --damage".to_owned()),
                (false, Some(lasts)) => add(format!(" --lasts {lasts}s")),
                (false, None) => {}
            }
        }
        if args.tail {
            add(" --tail".to_owned());
        }
        let metric = if self.redacted && args.metric.matches('/').count() > 1 { "ID" } else { &args.metric };
        add(format!(" --metric {metric} --replications {} --seed {}", args.replications, self.seed));
        command
    }

    /// For pictures.
    pub fn pictures(&self) -> Worst {
        let losses = |list: &[Weighed]| list.iter().map(|attack| self.cost(attack).loss).collect();
        // An actor's attack is one, not a series.
        let series = self.asked.scheme.is_none();
        Worst {
            study: self.study(),
            unit: self.metric.unit.to_owned(),
            statistic: self.statistic().to_owned(),
            before: if series { losses(&self.found.attacks) } else { Vec::new() },
            after: if series { losses(&self.found.left) } else { Vec::new() },
            protected: self.found.protection.assets.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Cost;

    #[test]
    fn losses_are_summed_up() {
        let rows: Vec<f64> = (1..=40).map(f64::from).chain([f64::NAN]).collect();
        let mean = Cost::of(&rows, false);
        assert_eq!((mean.loss, mean.mean, mean.tail), (20.5, 20.5, 39.5));
        assert!(mean.interval.is_some_and(|[low, high]| low < 20.5 && high > 20.5));
        let tail = Cost::of(&rows, true);
        assert_eq!((tail.loss, tail.interval), (39.5, None));
        assert_eq!(Cost::of(&[], false).loss, 0.0);
        assert_eq!(Cost::of(&[7.0, 7.0], false).interval, None);
    }
}
