//! `linchpin explain`: when and why an asset failed in one replication, and what would have kept it up.

mod chain;
mod changes;
mod course;
mod words;

use crate::args::ExplainArgs;
use crate::clock::Clock;
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::load::load;
use crate::redact::pseudonymous;
use crate::suggest::nearest;
use chain::Link;
use changes::{Effect, Laboratory, Tried};
use course::Outage;
use linchpin_model::{Level, Model, NodeId, NodeKind};
use serde::Serialize;
use std::fmt::Write;
use std::sync::Arc;
use words::{AnswerJson, LinkJson, Words};

/// What `explain --json` prints.
#[derive(Serialize)]
struct ExplanationJson {
    version: u32,
    scenario_hash: String,
    marking: String,
    exercise: bool,
    seed: u64,
    replication: u32,
    asset: String,
    name: String,
    /// Hours failed.
    failed_h: f64,
    /// Hours of full service lost.
    lost_h: f64,
    /// Lowest level, 0 to 1.
    lowest: f64,
    outages: Vec<OutageJson>,
    /// From the asset to the root.
    chain: Vec<LinkJson>,
    /// Every change that was tried on this replication.
    answers: Vec<AnswerJson>,
}

#[derive(Serialize)]
struct OutageJson {
    from_s: u32,
    /// `null` where it was still failed at the horizon.
    to_s: Option<u32>,
}

/// All there is to say.
struct Explanation<'a> {
    words: Words<'a>,
    node: NodeId,
    laboratory: &'a Laboratory,
    course: course::Course,
    outages: Vec<Outage>,
    chain: Vec<Link>,
    tried: Vec<Tried>,
}

/// Runs the command.
pub fn explain(args: &ExplainArgs, console: &Console) -> Result<Exit, Failure> {
    let scenario = load(&args.which.file, console)?;
    let model = Arc::new(scenario.model);
    // Told with pseudonyms where names are not for everybody; run with the model as it is.
    let told = match args.redact.key()? {
        Some(key) => Arc::new(pseudonymous(&model, &key, console)),
        None => model.clone(),
    };
    let node = told.find_node(&args.asset).map_or_else(|| find(&model, &args.asset), Ok)?;
    let seed = args.which.seed.unwrap_or(model.meta.seed);
    let (laboratory, record) = Laboratory::new(model.clone(), seed, args.which.replication, node);
    if let Some(failure) = record.failure {
        let reason = linchpin_ensemble::reason(failure);
        console.warn(&format!("this replication could not be finished ({reason}): what follows ends early"));
    }
    let chain = chain::fall(&model, &record, node).map_or(Vec::new(), |fall| chain::chain(&record, fall));
    let tried = if chain.is_empty() { Vec::new() } else { laboratory.try_all(&chain) };
    let course = laboratory.course(&record);
    let explanation = Explanation {
        words: Words { model: &told, clock: Clock::of(&model) },
        node,
        laboratory: &laboratory,
        outages: course.below(model.nodes[node.index()].failed_below),
        course,
        chain,
        tried,
    };
    let text = if args.talk.json {
        let json = explanation.json(seed, args.which.replication);
        crate::json(&json)?
    } else {
        explanation.text(seed, args.which.replication)
    };
    console.data(&text)?;
    Ok(Exit::Done)
}

/// The asset or pool of this id.
fn find(model: &Model, id: &str) -> Result<NodeId, Failure> {
    let shown = |node: &NodeId| matches!(model.nodes[node.index()].kind, NodeKind::Asset | NodeKind::Pool);
    if let Some(node) = model.find_node(id).filter(shown) {
        return Ok(node);
    }
    let failure = Failure::invalid(format!("the scenario has no asset or pool `{id}`"));
    let ids = model.node_ids().filter(shown).map(|node| model.id(node));
    Err(match nearest(id, ids) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure,
    })
}

impl Explanation<'_> {
    fn text(&self, seed: u64, replication: u32) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let meta = &self.words.model.meta;
        let _ = writeln!(out, "{}{}", if meta.exercise { "EXERCISE  " } else { "" }, meta.marking);
        let _ = writeln!(
            out,
            "{} in replication {replication}, seed {seed}, of \"{}\"",
            self.words.node(self.node),
            meta.name
        );
        if let Some(people) = self.words.people(self.node) {
            let _ = writeln!(out, "{people}");
        }
        out.push('\n');
        self.push_course(&mut out);
        if self.chain.is_empty() {
            return out;
        }
        let _ = writeln!(out, "\nWhy, back to the root:");
        for link in &self.chain {
            let _ = writeln!(out, "  {}", self.words.link(link));
        }
        self.push_answers(&mut out);
        out
    }

    fn push_course(&self, out: &mut String) {
        let lowest = self.course.lowest();
        if self.outages.is_empty() && lowest == Level::ONE {
            let _ = writeln!(out, "It worked fully all the time.");
        } else if self.outages.is_empty() {
            let percent = (100.0 * lowest.share()).round();
            let _ = writeln!(out, "It did not fail; at its lowest it worked at {percent} %.");
        }
        for outage in &self.outages {
            let _ = writeln!(out, "It {}.", self.words.outage(*outage));
        }
    }

    fn push_answers(&self, out: &mut String) {
        let before = self.laboratory.before;
        let _ =
            writeln!(out, "\nWhat would have helped (each tried by running this replication again with it):");
        let helped = |effect| self.tried.iter().filter(move |tried| tried.effect == effect);
        for tried in helped(Effect::KeptUp).chain(helped(Effect::Shortened)) {
            let _ = writeln!(out, "  - {}: {}", self.words.change(tried), self.words.effect(before, tried));
        }
        if self.tried.iter().all(|tried| tried.effect == Effect::NoHelp) {
            let _ = writeln!(out, "  - nothing that was tried");
        }
        let useless: Vec<String> = helped(Effect::NoHelp).map(|tried| self.words.change(tried)).collect();
        if !useless.is_empty() {
            let _ = writeln!(out, "\nTried, and no help alone: {}.", useless.join("; "));
        }
    }

    fn json(&self, seed: u64, replication: u32) -> ExplanationJson {
        let (model, before) = (self.words.model, self.laboratory.before);
        ExplanationJson {
            version: 1,
            scenario_hash: model.meta.hash.clone(),
            marking: model.meta.marking.clone(),
            exercise: model.meta.exercise,
            seed,
            replication,
            asset: model.id(self.node).to_owned(),
            name: model.name(self.node).to_owned(),
            failed_h: before.failed_s as f64 / 3600.0,
            lost_h: before.lost_s() as f64 / 3600.0,
            lowest: self.course.lowest().share(),
            outages: self
                .outages
                .iter()
                .map(|outage| OutageJson { from_s: outage.from, to_s: outage.to })
                .collect(),
            chain: self.chain.iter().map(|link| self.words.link_json(link)).collect(),
            answers: self.tried.iter().map(|tried| self.words.answer_json(tried)).collect(),
        }
    }
}
