//! From the objects of a bundle to actors and campaigns.

use super::bundle::{Bundle, Node, NodeKind, Pattern, Relation, bare_technique};
use super::flow::{After, order};
use crate::ids::ids;
use crate::report::{Report, counted};
use std::collections::{BTreeMap, BTreeSet};

/// What is to be written.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) actors: Vec<Actor>,
    pub(super) campaigns: Vec<Campaign>,
    pub(super) report: Report,
}

#[derive(Debug)]
pub(super) struct Actor {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) kind: &'static str,
}

#[derive(Debug)]
pub(super) struct Campaign {
    pub(super) id: String,
    pub(super) name: String,
    /// Position in the list of actors.
    pub(super) actor: Option<usize>,
    pub(super) steps: Vec<Step>,
    /// False where nothing is known of the order of its steps.
    pub(super) ordered: bool,
}

#[derive(Debug, Default)]
pub(super) struct Step {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) technique: Option<String>,
    pub(super) after: After,
    /// True for a step that only joins others.
    pub(super) joint: bool,
}

pub(super) fn draft(bundle: Bundle, title: &str) -> Draft {
    let mut draft = Draft::default();
    draft.report.title = title.to_owned();
    draft.report.read.push(counted(bundle.objects, "object", "objects"));
    let names: Vec<String> = distinct(bundle.actors.iter().map(|who| who.name.to_lowercase()));
    let given = ids(&names.iter().map(String::as_str).collect::<Vec<_>>());
    for (who, id) in bundle.actors.iter().zip(given) {
        draft.actors.push(Actor { id, name: who.name.clone(), kind: who.kind });
    }
    if bundle.nodes.iter().any(|node| node.kind == NodeKind::Action) {
        draft.flows(&bundle);
    } else {
        draft.lists(&bundle);
    }
    draft.name_campaigns();
    draft.count();
    draft.left_out(&bundle);
    draft
}

impl Draft {
    /// A campaign for each flow.
    fn flows(&mut self, bundle: &Bundle) {
        let mut unclear = 0;
        let assigned = assign(bundle);
        let parts = assigned.iter().max().map_or(0, |most| most + 1);
        for part in 0..parts {
            let nodes: Vec<&Node> = bundle
                .nodes
                .iter()
                .zip(&assigned)
                .filter(|(_, flow)| **flow == part)
                .map(|(node, _)| node)
                .collect();
            let (id, name) = match bundle.flows.get(part) {
                Some((id, name, _)) => (id.as_str(), name.clone()),
                None => ("", "attack flow".to_owned()),
            };
            if !nodes.iter().any(|node| node.kind == NodeKind::Action) {
                continue;
            }
            let steps = self.steps(&nodes, bundle, &mut unclear);
            let actor = self.actor_of(id, bundle);
            self.campaigns.push(Campaign { id: String::new(), name, actor, steps, ordered: true });
        }
        if unclear > 0 {
            self.report.left_out.push(format!(
                "{} whose catalogue is not said (ATT&CK for ICS and DISARM share their ids)",
                counted(unclear, "technique id", "technique ids")
            ));
        }
    }

    fn steps(&mut self, nodes: &[&Node], bundle: &Bundle, unclear: &mut usize) -> Vec<Step> {
        let order = order(nodes);
        let mut steps: Vec<Step> = Vec::with_capacity(order.after.len());
        for node in nodes.iter().filter(|node| node.kind == NodeKind::Action) {
            let pattern = node.pattern.as_ref().and_then(|id| bundle.patterns.get(id));
            let own = node.technique.as_ref();
            let technique = pattern
                .and_then(|pattern| pattern.technique.clone())
                .or_else(|| own.and_then(|(id, tactic)| bare_technique(id, tactic)));
            *unclear += usize::from(own.is_some() && technique.is_none());
            let name = match (node.name.as_str(), pattern) {
                ("", Some(pattern)) => pattern.name.clone(),
                ("", None) => "action".to_owned(),
                (name, _) => name.to_owned(),
            };
            steps.push(Step { name, technique, ..Step::default() });
        }
        steps.resize_with(order.after.len(), || Step { joint: true, ..Step::default() });
        for (step, after) in steps.iter_mut().zip(order.after) {
            if step.joint {
                step.name = if after.any { "any of these" } else { "all of these" }.to_owned();
            }
            step.after = after;
        }
        name_steps(&mut steps);
        let told = [
            (order.dangling, "reference to what is not in the file", "references to what is not in the file"),
            (
                order.circles,
                "link that leads back to an earlier action",
                "links that lead back to earlier actions",
            ),
        ];
        for (count, one, many) in told.into_iter().filter(|told| told.0 > 0) {
            self.report.left_out.push(counted(count, one, many));
        }
        if order.unsaid > 0 {
            self.report.guessed.push(format!(
                "{} several others with no operator between: any one of them is taken to be enough",
                counted(order.unsaid, "action follows", "actions follow")
            ));
        }
        steps
    }

    /// Campaigns of which only techniques are known, not their order; else the same of those who attack.
    fn lists(&mut self, bundle: &Bundle) {
        let mut used: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (_, from, to) in bundle.relations.iter().filter(|(kind, ..)| *kind == Relation::Uses) {
            if bundle.patterns.contains_key(to) {
                used.entry(from).or_default().insert(to);
            }
        }
        let campaigns = bundle.campaigns.iter().filter(|(id, _)| used.contains_key(id.as_str()));
        let mut whose: Vec<(&str, String, Option<usize>)> =
            campaigns.map(|(id, name)| (id.as_str(), name.clone(), self.actor_of(id, bundle))).collect();
        if whose.is_empty() {
            let actors = bundle.actors.iter().enumerate();
            let actors = actors.filter(|(_, who)| used.contains_key(who.id.as_str()));
            whose.extend(
                actors.map(|(row, who)| (who.id.as_str(), format!("campaign of {}", who.name), Some(row))),
            );
        }
        for (id, name, actor) in whose {
            let mut patterns: Vec<&Pattern> = used[id].iter().map(|id| &bundle.patterns[*id]).collect();
            patterns.sort_by_key(|pattern| (&pattern.technique, &pattern.name));
            let mut steps: Vec<Step> = patterns
                .into_iter()
                .map(|pattern| Step {
                    name: pattern.name.clone(),
                    technique: pattern.technique.clone(),
                    ..Step::default()
                })
                .collect();
            name_steps(&mut steps);
            self.campaigns.push(Campaign { id: String::new(), name, actor, steps, ordered: false });
        }
        if !self.campaigns.is_empty() {
            self.report.guessed.push(
                "the order of steps is not known: all of them begin with their campaign until `after` is written"
                    .into(),
            );
        }
    }

    /// Whom something is attributed to; else the only one there is.
    fn actor_of(&mut self, id: &str, bundle: &Bundle) -> Option<usize> {
        let row = |id: &str| bundle.actors.iter().position(|who| who.id == id);
        let said = bundle.relations.iter().find_map(|(kind, from, to)| {
            (*kind == Relation::AttributedTo && from == id).then(|| row(to)).flatten()
        });
        if said.is_none() && bundle.actors.len() == 1 {
            let guess = "campaigns are taken to be those of the only actor there is";
            if !self.report.guessed.iter().any(|told| told == guess) {
                self.report.guessed.push(guess.into());
            }
            return Some(0);
        }
        said
    }

    fn name_campaigns(&mut self) {
        let names = distinct(self.campaigns.iter().map(|campaign| match campaign.name.to_lowercase() {
            // "plan/..." and "malware/..." are references to something else.
            name if name == "plan" || name == "malware" => format!("campaign {name}"),
            name => name,
        }));
        let given = ids(&names.iter().map(String::as_str).collect::<Vec<_>>());
        for (campaign, id) in self.campaigns.iter_mut().zip(given) {
            campaign.id = id;
        }
    }

    fn count(&mut self) {
        let report = &mut self.report;
        report.actors = self.actors.len();
        report.campaigns = self.campaigns.len();
        report.steps = self.campaigns.iter().map(|campaign| campaign.steps.len()).sum();
        report.guessed.push(
            "start, durations and probabilities are placeholders; whom a step concerns and what it does is not said at all"
                .into(),
        );
    }

    fn left_out(&mut self, bundle: &Bundle) {
        let out = &mut self.report.left_out;
        let conditions = bundle.nodes.iter().filter(|node| node.kind == NodeKind::Condition).count();
        if conditions > 0 {
            out.push(format!(
                "the text of {}: what comes after one follows what comes before it, be it true or false",
                counted(conditions, "condition", "conditions")
            ));
        }
        for (field, count) in &bundle.fields {
            let why = match *field {
                "description" | "command_ref" => "a scenario says what happens, not how",
                "asset_refs" => "targets are assets of your scenario",
                "confidence" => "it is about the report, not about success",
                _ => "a scenario has its own calendar",
            };
            out.push(format!("`{field}` of {}: {why}", counted(*count, "object", "objects")));
        }
        if bundle.revoked > 0 {
            out.push(counted(bundle.revoked, "object that was withdrawn", "objects that were withdrawn"));
        }
        for (kind, count) in &bundle.others {
            let why = match kind.as_str() {
                "malware" | "tool" => "what spreads is described by `malware` in the scenario",
                "relationship" => "of another kind than `uses` and `attributed-to`",
                "x-mitre-tactic" => "tactics come with the techniques",
                "extension-definition" | "marking-definition" => "not about the attack",
                "attack-asset" | "identity" | "infrastructure" | "location" => {
                    "assets are those of your scenario"
                }
                _ => "has no counterpart",
            };
            out.push(format!("{} `{kind}`: {why}", counted(*count, "object", "objects")));
        }
    }
}

/// For each node the flow it is part of: the first from whose starts it can be reached, else the first.
fn assign(bundle: &Bundle) -> Vec<usize> {
    let rows: BTreeMap<&str, usize> =
        bundle.nodes.iter().enumerate().map(|(row, node)| (node.id.as_str(), row)).collect();
    let mut part = vec![usize::MAX; bundle.nodes.len()];
    for (flow, (_, _, starts)) in bundle.flows.iter().enumerate() {
        let mut stack: Vec<usize> = starts.iter().filter_map(|id| rows.get(id.as_str()).copied()).collect();
        while let Some(row) = stack.pop() {
            if part[row] == usize::MAX {
                part[row] = flow;
                stack.extend(bundle.nodes[row].next.iter().filter_map(|id| rows.get(id.as_str()).copied()));
            }
        }
    }
    part.into_iter().map(|flow| if flow == usize::MAX { 0 } else { flow }).collect()
}

fn name_steps(steps: &mut [Step]) {
    let names = distinct(steps.iter().map(|step| step.name.to_lowercase()));
    let given = ids(&names.iter().map(String::as_str).collect::<Vec<_>>());
    for (step, id) in steps.iter_mut().zip(given) {
        step.id = id;
    }
}

/// The same texts, those that were there already with a number.
fn distinct(texts: impl Iterator<Item = String>) -> Vec<String> {
    let texts: Vec<String> = texts.collect();
    let mut taken: BTreeSet<String> = texts.iter().cloned().collect();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut numbered = |text: String| {
        let count = seen.entry(text.clone()).or_default();
        *count += 1;
        if *count == 1 {
            return text;
        }
        loop {
            let numbered = format!("{text} {count}");
            if taken.insert(numbered.clone()) {
                return numbered;
            }
            *count += 1;
        }
    };
    texts.into_iter().map(&mut numbered).collect()
}
