//! A comparison over what is not known, and against other threats.

mod show;

pub use show::{BeyondJson, Words};

use super::portfolio::Portfolio;
use crate::console::Console;
use crate::exit::Failure;
use crate::number::count;
use crate::progress::Line;
use crate::suggest::nearest;
use clap::Args;
use linchpin_analysis::compare::{
    Batches, OverThreats, OverWorlds, ThreatRows, WorldRows, over_threats, over_worlds,
};
use linchpin_analysis::design::{Copula, Design, spearman};
use linchpin_ensemble::{
    Candidate, Contested, FlipSearch, Flips, Models, Progress, Seen, StudyError, Survey, Surveyed, Task,
    Unknown, World,
};
use linchpin_model::{Key, Layer, Model, Purpose, Seeds};
use linchpin_scenario::{AS_WRITTEN, Choice, Loaded, ThreatSpec, UncertainParameter};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What to look at beyond the scenario as written.
#[derive(Clone, Debug, Args)]
pub struct BeyondArgs {
    /// Sets of values of the uncertain parameters to try; 0: none
    #[arg(long, value_name = "N", default_value_t = 128, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    pub samples: u32,
    /// Replications of each candidate in each set
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u32).range(8..=1_000_000))]
    pub inner: u32,
    /// How sets of values are spread: plain, lhs (Latin hypercube) or sobol (scrambled)
    #[arg(long, value_name = "NAME", default_value = "lhs", value_parser = parse_design)]
    pub design: Design,
    /// Threats to compare against; `as-written` is the scenario's own, `none` turns this off [default: all]
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    pub threats: Vec<String>,
    /// Mean loss against a threat that can be borne, in the metric's unit [default: requirements are met]
    #[arg(long, value_name = "X", value_parser = super::parse_amount)]
    pub tolerable: Option<f64>,
}

impl BeyondArgs {
    /// As typed, for the command that makes a comparison again.
    pub fn command(&self) -> String {
        let mut command =
            format!(" --samples {} --inner {} --design {}", self.samples, self.inner, self.design.name());
        if !self.threats.is_empty() {
            command.push_str(&format!(" --threats {}", self.threats.join(",")));
        }
        if let Some(tolerable) = self.tolerable {
            command.push_str(&format!(" --tolerable {tolerable}"));
        }
        command
    }
}

fn parse_design(text: &str) -> Result<Design, String> {
    Design::named(text).ok_or_else(|| "one of plain, lhs, sobol".to_owned())
}

/// Most candidates that are looked at.
const SHORTLIST: usize = 24;

/// Of these, so many are looked at for turns of the order: those that lose least.
const RIVALS: usize = 12;

/// Replications of all candidates as written, by which chance is taken out of each world's few.
const WRITTEN: u32 = 1024;

/// Most blocks they are cut into.
const BLOCKS: u32 = 64;

/// Replications against each threat, at least.
const PER_THREAT: u32 = 512;

/// Units of the bootstrap in a world, at most.
const BATCHES: u32 = 32;

/// Bootstrap samples; fewer where samples are many.
const RESAMPLES: u32 = 1000;

/// Numbers of replications that took no part in choosing: for all worlds, and for looking at a turn from both sides.
const FIRST: u32 = 3 << 30;
const FRESH: u32 = FIRST + (1 << 26);

/// What a comparison found beyond the scenario as written.
#[derive(Debug, Default)]
pub struct Beyond {
    /// Places in the list of portfolios of the candidates that were looked at.
    pub shortlist: Vec<usize>,
    /// Over what is not known; none where nothing is uncertain, or the metric was not finite.
    pub assumed: Option<Assumed>,
    /// Against other threats; none where there are none.
    pub threatened: Option<Threatened>,
}

/// Over what is not known.
#[derive(Debug)]
pub struct Assumed {
    /// How sets are spread.
    pub design: Design,
    /// Replications in each set.
    pub rows: u32,
    /// Sets that could not be run, and why the first of them could not.
    pub failed: usize,
    /// See `failed`.
    pub reason: Option<String>,
    /// Values of the parameters by set that was run.
    pub values: Vec<Vec<f64>>,
    /// Mean loss over the worst twentieth of the sets, by candidate.
    pub shortfalls: Vec<f64>,
    /// What was found, candidates in the order of the shortlist.
    pub over: OverWorlds,
    /// What the winner is held against: the next probable to be the best; as a place in the shortlist.
    pub next: Option<usize>,
    /// Rank correlation of each parameter with what the winner saves against that one; none where one of them never varies.
    pub influence: Vec<Option<f64>>,
    /// Turns of the order.
    pub flips: Flips,
}

/// Against other threats.
#[derive(Debug)]
pub struct Threatened {
    /// Ids of the threats.
    pub threats: Vec<String>,
    /// Threats that could not be run, and why.
    pub failed: Vec<(String, String)>,
    /// Replications against each.
    pub rows: u32,
    /// What counts as tolerable, in words; empty where nothing is said.
    pub tolerable: String,
    /// What was found, candidates in the order of the shortlist.
    pub over: OverThreats,
}

/// All that is needed to look.
pub struct Looking<'a> {
    /// What to look at.
    pub args: &'a BeyondArgs,
    /// The scenario.
    pub loaded: &'a Loaded,
    /// The scenario as it is.
    pub model: &'a Model,
    /// What was compared.
    pub portfolios: &'a [Portfolio<'a>],
    /// Models of the first ones of them.
    pub candidates: &'a [Candidate],
    /// What the race found.
    pub found: &'a Contested,
    /// Mean losses by portfolio.
    pub means: &'a [f64],
    /// Whether no other portfolio is cheaper and loses less.
    pub front: &'a [bool],
    /// The cheapest that is as good.
    pub as_good: Option<usize>,
    /// Infinite where there is none.
    pub budget: f64,
    /// Metric.
    pub metric: &'a str,
    /// Seed of all draws.
    pub seed: u64,
    /// The frozen scenario.
    pub frozen: &'a str,
    /// Worker threads.
    pub threads: usize,
}

/// Models of the shortlist in all worlds.
struct Source<'a> {
    loaded: &'a Loaded,
    portfolios: Vec<&'a Portfolio<'a>>,
    models: Vec<Arc<Model>>,
    threats: &'a [&'a ThreatSpec],
}

impl Models for Source<'_> {
    fn model(&self, world: &World, candidate: usize) -> Result<Arc<Model>, String> {
        let mut choice = Choice { options: &self.portfolios[candidate].options, ..Choice::default() };
        match world {
            World::AsWritten => return Ok(self.models[candidate].clone()),
            World::Values(values) => choice.values = Some(values),
            World::Threat(i) => choice.threat = self.threats.get(*i).copied(),
        }
        let variant = self.loaded.variant(&choice);
        variant.model.map(Arc::new).ok_or_else(|| {
            let first = variant.diagnostics.iter().next();
            first.map_or("not a valid scenario", |problem| problem.title.as_str()).to_owned()
        })
    }
}

/// The threats asked for: none for the one as written. Nothing where there is only that one.
pub fn threats<'l>(loaded: &'l Loaded, ids: &[String]) -> Result<Vec<Option<&'l ThreatSpec>>, Failure> {
    if ids == ["none"] || (ids.is_empty() && loaded.threats.is_empty()) {
        return Ok(Vec::new());
    }
    if ids.is_empty() {
        return Ok([None].into_iter().chain(loaded.threats.iter().map(Some)).collect());
    }
    let known = || loaded.threats.iter().map(|threat| threat.id.value.as_str()).chain([AS_WRITTEN]);
    let find = |id: &String| {
        if id == AS_WRITTEN {
            return Ok(None);
        }
        let found = loaded.threats.iter().find(|threat| threat.id.value == *id);
        found.map(Some).ok_or_else(|| {
            let failure = Failure::invalid(format!("--threats: there is no threat `{id}`"));
            match nearest(id, known()) {
                Some(near) => failure.hint(format!("did you mean `{near}`?")),
                None => failure.hint("docs/scenario-format.md says how to write `threats`"),
            }
        })
    };
    ids.iter().map(find).collect()
}

impl<'a> Looking<'a> {
    /// Looks; nothing where it was told to stop. Finished sets are in `folder`, and read, not run, the next time.
    pub fn look(
        &self,
        threats: &[Option<&'a ThreatSpec>],
        folder: &Path,
        stop: &AtomicBool,
        console: &Console,
        line: &Line,
    ) -> Result<Option<Beyond>, Failure> {
        let parameters = self.loaded.uncertain.as_ref().map_or(&[][..], |uncertain| &uncertain.list);
        let sampled = self.args.samples > 0 && !parameters.is_empty();
        let Some(winner) = self.winner().filter(|_| sampled || !threats.is_empty()) else {
            return Ok(Some(Beyond::default()));
        };
        let shortlist = self.shortlist(winner);
        let others: Vec<&ThreatSpec> = threats.iter().flatten().copied().collect();
        let source = Source {
            loaded: self.loaded,
            portfolios: shortlist.iter().map(|i| &self.portfolios[*i]).collect(),
            models: self.models(&shortlist)?,
            threats: &others,
        };
        let ids: Vec<String> = shortlist.iter().map(|i| self.portfolios[*i].id()).collect();
        let about = format!("{}\n{}", self.frozen, ids.join(" "));
        let survey = Survey {
            models: &source,
            base: self.model,
            tasks: &[],
            rows: self.args.inner,
            most_batches: BATCHES,
            metric: self.metric,
            seed: self.seed,
            about: &about,
            program: crate::results::PROGRAM,
            threads: self.threads,
        };
        let eligible: Vec<bool> = shortlist.iter().map(|i| self.portfolios[*i].cost <= self.budget).collect();
        let place = shortlist.iter().position(|i| *i == winner).unwrap_or(0);
        let at = At { survey, eligible: &eligible, winner: place, folder, stop, line };
        let assumed = match sampled {
            true => match self.assume(&at, parameters, console)? {
                Some(assumed) => assumed,
                None => return Ok(None),
            },
            false => None,
        };
        let threatened = match threats.is_empty() {
            false => match self.threaten(&at, threats, console)? {
                Some(threatened) => threatened,
                None => return Ok(None),
            },
            true => None,
        };
        Ok(Some(Beyond { shortlist, assumed, threatened }))
    }

    fn winner(&self) -> Option<usize> {
        self.found.selection.as_ref().map(|selection| self.found.eligible[selection.best])
    }

    /// Models as written. Of what was found by the search after the race they are made anew.
    fn models(&self, shortlist: &[usize]) -> Result<Vec<Arc<Model>>, Failure> {
        let model = |i: &usize| match self.candidates.get(*i) {
            Some(candidate) => Ok(candidate.model.clone()),
            None => {
                let choice = Choice { options: &self.portfolios[*i].options, ..Choice::default() };
                let model = self.loaded.variant(&choice).model.map(Arc::new);
                model.ok_or_else(|| Failure::invalid("options that cannot be taken together as written"))
            }
        };
        shortlist.iter().map(model).collect()
    }

    /// The scenario as it is, the winner, what is as good, all still in the race, the front within the budget, and single
    /// options, the best first.
    fn shortlist(&self, winner: usize) -> Vec<usize> {
        let within = |i: &usize| self.portfolios[*i].cost <= self.budget;
        let out = self.found.selection.iter().flat_map(|selection| &selection.out_after);
        let left = self.found.eligible.iter().zip(out).filter(|(_, out)| out.is_none()).map(|(i, _)| *i);
        let mut left: Vec<usize> = left.collect();
        let mut front: Vec<usize> =
            (0..self.portfolios.len()).filter(|i| self.front[*i] && within(i)).collect();
        let single = |i: &usize| self.portfolios[*i].options.len() == 1;
        let mut singles: Vec<usize> = (0..self.portfolios.len()).filter(|i| single(i) && within(i)).collect();
        for list in [&mut left, &mut front, &mut singles] {
            list.sort_by(|a, b| self.means[*a].total_cmp(&self.means[*b]).then(a.cmp(b)));
        }
        let mut found = Vec::new();
        let all = [0, winner].into_iter().chain(self.as_good).chain(left).chain(front).chain(singles);
        for i in all {
            if found.len() < SHORTLIST && !found.contains(&i) {
                found.push(i);
            }
        }
        found
    }

    /// Over what is not known: outer none where it was told to stop, inner where nothing can be said.
    fn assume(
        &self,
        at: &At<'_>,
        parameters: &[UncertainParameter],
        console: &Console,
    ) -> Result<Option<Option<Assumed>>, Failure> {
        let values = self.values(parameters)?;
        let all: Vec<usize> = (0..at.eligible.len()).collect();
        let rows = at.survey.rounded_rows();
        let blocks = WRITTEN.div_ceil(rows).clamp(1, BLOCKS);
        let task =
            |world: World, block: u32| Task { world, first: FIRST + block * rows, candidates: all.clone() };
        let mut tasks: Vec<Task> = (0..blocks).map(|block| task(World::AsWritten, block)).collect();
        let own: Vec<u32> = (0..values.len() as u32).map(|set| self.block(set, blocks)).collect();
        tasks.extend(values.iter().zip(&own).map(|(set, block)| task(World::Values(set.clone()), *block)));
        let Some(mut seen) = at.survey("sets", &tasks)? else { return Ok(None) };
        let written: Option<Vec<Batches>> =
            seen.tasks.drain(..blocks as usize).map(|seen| seen.map(batches)).collect();
        let Some(written) = written else {
            console
                .note("what is not known is left out: the scenario as written failed in some replications");
            return Ok(Some(None));
        };
        let (mut ran, mut worlds) = (Vec::new(), Vec::new());
        for ((set, seen), block) in values.into_iter().zip(seen.tasks).zip(own) {
            if let Some(seen) = seen {
                ran.push(set);
                worlds.push(WorldRows { block: block as usize, batches: batches(seen) });
            }
        }
        // A few seconds at most.
        let resamples = if worlds.len() * all.len() > 10_000 { RESAMPLES / 5 } else { RESAMPLES };
        let Some(over) = over_worlds(&written, &worlds, at.eligible, resamples, self.seed) else {
            console.note("what is not known is left out: the metric is not finite in all replications");
            return Ok(Some(None));
        };
        let unknown: Vec<Unknown> = parameters
            .iter()
            .map(|parameter| Unknown {
                distribution: parameter.distribution.clone(),
                central: parameter.central,
            })
            .collect();
        let mut rivals: Vec<usize> = all.into_iter().filter(|i| at.eligible[*i] && *i != at.winner).collect();
        rivals.sort_by(|a, b| over.means[*a].total_cmp(&over.means[*b]).then(a.cmp(b)));
        rivals.truncate(RIVALS);
        let search = FlipSearch {
            survey: at.survey,
            parameters: &unknown,
            winner: at.winner,
            rivals: &rivals,
            written: &written,
            first: FIRST,
            fresh: FRESH,
        };
        let folder = at.folder.join("flips");
        let Some(flips) = search.run(&folder, at.stop, &mut |now| at.line.show(now))? else {
            return Ok(None);
        };
        let probable = |a: &&usize, b: &&usize| {
            over.best[**a].total_cmp(&over.best[**b]).then(over.means[**b].total_cmp(&over.means[**a]))
        };
        let next = rivals.iter().max_by(probable).copied();
        let influence = influence(&ran, &over, at.winner, next, parameters.len());
        let shortfalls = (0..at.eligible.len()).map(|i| worst_twentieth(&over, i)).collect();
        Ok(Some(Some(Assumed {
            design: self.args.design,
            rows,
            failed: seen.failed.len(),
            reason: seen.failed.into_iter().next().map(|(_, reason)| reason),
            values: ran,
            shortfalls,
            over,
            next,
            influence,
            flips,
        })))
    }

    /// The block of replications of a set: all alike often, in an order that has nothing to do with the design's.
    fn block(&self, set: u32, blocks: u32) -> u32 {
        let turn = Seeds::new(self.seed).replication(set / blocks);
        let u = turn.uniform(Layer::Parameters, Key::of("blocks of sets"), Purpose::World, 3);
        (set + (u * f64::from(blocks)) as u32) % blocks
    }

    /// Values of the parameters by set.
    fn values(&self, parameters: &[UncertainParameter]) -> Result<Vec<Vec<f64>>, Failure> {
        let keys: Vec<Key> = parameters.iter().map(|parameter| Key::of(&parameter.id.value)).collect();
        let levels = self.args.design.levels(&keys, self.args.samples, self.seed).map_err(|error| {
            Failure::invalid(format!("--design: {error}")).hint("--design lhs has room for any number")
        })?;
        let correlation = self.loaded.uncertain.as_ref().map_or(&[][..], |uncertain| &uncertain.correlation);
        let copula = Copula::new(correlation).ok_or_else(|| {
            Failure::invalid("the correlations of uncertain parameters contradict one another")
        })?;
        let values = |mut levels: Vec<f64>| {
            copula.apply(&mut levels);
            parameters.iter().zip(levels).map(|(parameter, u)| parameter.distribution.quantile(u)).collect()
        };
        Ok(levels.into_iter().map(values).collect())
    }

    /// Against other threats, as [`Self::assume`].
    fn threaten(
        &self,
        at: &At<'_>,
        threats: &[Option<&'a ThreatSpec>],
        console: &Console,
    ) -> Result<Option<Option<Threatened>>, Failure> {
        let mut other = 0..;
        let mut world = |threat: &Option<&ThreatSpec>| match threat {
            None => World::AsWritten,
            Some(_) => World::Threat(other.next().unwrap_or(0)),
        };
        let candidates: Vec<usize> = (0..at.eligible.len()).collect();
        let tasks: Vec<Task> = threats
            .iter()
            .map(|threat| Task { world: world(threat), first: FIRST, candidates: candidates.clone() })
            .collect();
        let rows = self.args.inner.max(PER_THREAT);
        let at = At { survey: Survey { rows, most_batches: 2 * BATCHES, ..at.survey }, ..*at };
        let Some(seen) = at.survey("threats", &tasks)? else { return Ok(None) };
        let id = |threat: &Option<&ThreatSpec>| {
            threat.map_or_else(|| AS_WRITTEN.to_owned(), |threat| threat.id.value.clone())
        };
        let failed = seen.failed.iter().map(|(i, reason)| (id(&threats[*i]), reason.clone())).collect();
        let (mut ids, mut list) = (Vec::new(), Vec::new());
        for (threat, seen) in threats.iter().zip(seen.tasks) {
            if let Some(seen) = seen {
                ids.push(id(threat));
                list.push(self.against(seen));
            }
        }
        let Some(over) = over_threats(&list, at.eligible, RESAMPLES, self.seed) else {
            console.note("threats are left out: the metric is not finite in all replications, or all failed");
            return Ok(Some(None));
        };
        Ok(Some(Some(Threatened {
            threats: ids,
            failed,
            rows: seen.rows,
            tolerable: self.tolerable(),
            over,
        })))
    }

    fn against(&self, seen: Vec<Seen>) -> ThreatRows {
        let asked = self.whole();
        let tolerable = |seen: &Seen| match self.args.tolerable {
            Some(most) => seen.mean() <= most,
            None => asked.iter().all(|(place, probability)| seen.held.get(*place) >= Some(probability)),
        };
        let said = self.args.tolerable.is_some() || !asked.is_empty();
        ThreatRows {
            tails: seen.iter().map(|seen| seen.tail).collect(),
            tolerable: if said { seen.iter().map(tolerable).collect() } else { Vec::new() },
            batches: batches(seen),
        }
    }

    /// Requirements as wholes: their places among all that are asked, and the probability asked for.
    fn whole(&self) -> Vec<(usize, f64)> {
        let asked = &self.found.asked;
        let parts = |id: &str| asked.iter().filter(|(other, _)| other == id).count();
        let whole = |(_, (id, group)): &(usize, &(String, String))| parts(id) == 1 || group == "jointly";
        let probability = |id: &str| {
            let requirement = self.model.requirements.iter().find(|requirement| requirement.id == id);
            requirement.map_or(1.0, |requirement| requirement.probability)
        };
        asked.iter().enumerate().filter(whole).map(|(i, (id, _))| (i, probability(id))).collect()
    }

    fn tolerable(&self) -> String {
        match self.args.tolerable {
            Some(most) => format!("a mean loss of at most {}", count(most.round() as u64)),
            None if self.whole().is_empty() => String::new(),
            None => "all requirements hold as often as asked".to_owned(),
        }
    }
}

/// Where and how to survey.
#[derive(Clone, Copy)]
struct At<'a> {
    survey: Survey<'a>,
    /// Whether each candidate may be chosen.
    eligible: &'a [bool],
    /// Place of the winner in the shortlist.
    winner: usize,
    folder: &'a Path,
    stop: &'a AtomicBool,
    line: &'a Line,
}

impl At<'_> {
    fn survey(&self, name: &str, tasks: &[Task]) -> Result<Option<Surveyed>, StudyError> {
        let show = &mut |now: &Progress| self.line.show(now);
        Survey { tasks, ..self.survey }.run(self.folder, name, self.stop, show)
    }
}

fn batches(seen: Vec<Seen>) -> Batches {
    seen.into_iter().map(|seen| seen.batches).collect()
}

/// Rank correlations of what the winner saves against the next with each parameter.
fn influence(
    values: &[Vec<f64>],
    over: &OverWorlds,
    winner: usize,
    next: Option<usize>,
    parameters: usize,
) -> Vec<Option<f64>> {
    let Some(next) = next else { return vec![None; parameters] };
    let saved: Vec<f64> = over.losses.iter().map(|row| row[next] - row[winner]).collect();
    let of = |p: usize| {
        let own: Vec<f64> = values.iter().map(|set| set[p]).collect();
        spearman(&own, &saved)
    };
    (0..parameters).map(of).collect()
}

/// Mean over the worst twentieth of the sets.
fn worst_twentieth(over: &OverWorlds, candidate: usize) -> f64 {
    let mut losses: Vec<f64> = over.losses.iter().map(|row| row[candidate]).collect();
    losses.sort_unstable_by(f64::total_cmp);
    linchpin_analysis::stats::expected_shortfall(&losses, 0.95).unwrap_or(f64::INFINITY)
}
