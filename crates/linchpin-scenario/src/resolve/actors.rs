//! Actors with their assessments, and techniques.

use super::Resolver;
use super::select::nodes_of;
use crate::decode::{self, Spanned};
use crate::diagnostic::Diagnostic;
use crate::spec::{self, Choice};
use crate::techniques::{CATALOGUES, find, table};
use linchpin_model::{Actor, Assessment, Key, NodeId, Technique};

/// Names of a list that are told before the rest is counted.
const TOLD: usize = 3;

impl<'s> Resolver<'s, '_> {
    /// Everybody who attacks.
    pub(super) fn actors(&mut self) {
        let spec = self.spec;
        for actor in &spec.actors {
            let assessments = actor.assessments.iter().filter_map(|a| self.assessment(a, actor)).collect();
            let built = Actor {
                id: actor.id.value.clone(),
                name: actor.name.clone(),
                key: Key::of(&actor.id.value),
                kind: actor.kind,
                capability: actor.capability,
                effort: actor.effort.unwrap_or(f64::INFINITY),
                patience: self.dist(actor.patience.as_ref()),
                assessments,
            };
            self.builder.parts().actors.push(built);
        }
    }

    fn assessment(&mut self, written: &spec::Assessment, actor: &spec::Actor) -> Option<Assessment> {
        let choice = written.on.as_ref()?;
        let what = format!("assets that an assessment of `{}` is of", actor.id.value);
        let nodes = nodes_of(choice, &what, &self.names, &self.index, self.problems)?;
        let [intent, capability, opportunity, impact] = written.ratings;
        Some(Assessment {
            target: written.what.clone().unwrap_or_else(|| self.in_words(choice, &nodes)),
            nodes,
            intent,
            capability,
            opportunity,
            impact,
            confidence: written.confidence.to_owned(),
            source: written.source.clone(),
        })
    }

    /// "hospital, north" for a selector, names for a list.
    fn in_words(&mut self, choice: &Choice, nodes: &[NodeId]) -> String {
        let words: Vec<String> = match choice {
            Choice::Where(selector) if selector.ids.is_empty() => {
                let conditions =
                    [&selector.class, &selector.sector, &selector.service, &selector.tag, &selector.region];
                conditions.into_iter().flatten().map(|id| id.value.clone()).collect()
            }
            _ => {
                let names = &self.builder.parts().names;
                nodes.iter().take(TOLD).map(|node| names.name(*node).to_owned()).collect()
            }
        };
        let more = nodes.len().saturating_sub(TOLD);
        match choice {
            Choice::Ids(..) if more > 0 => format!("{} and {more} more", words.join(", ")),
            _ if words.is_empty() => "all assets".into(),
            _ => words.join(", "),
        }
    }

    /// A technique of a catalogue. None where it can not be told which is meant.
    pub(super) fn technique(&mut self, written: &Spanned<String>) -> Option<Technique> {
        let Some((catalogue, id)) = written.value.split_once(':') else {
            self.bare(written);
            return None;
        };
        let is_id = |text: &str| {
            !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
        };
        if !is_id(catalogue) || !is_id(id) {
            self.problems.error("no technique", written.span, |span| {
                Diagnostic::error(span, "a technique is an id of a catalogue")
                    .help("for example \"attack-ics:T0855\"")
            });
            return None;
        }
        let known = find(catalogue, id);
        if known.is_none() {
            self.strange(catalogue, id, written);
        }
        Some(Technique {
            catalogue: catalogue.to_owned(),
            id: id.to_owned(),
            name: known.map_or("", |known| known.name).to_owned(),
            tactic: known.map_or("", |known| known.tactic).to_owned(),
        })
    }

    fn bare(&mut self, written: &Spanned<String>) {
        let text = &written.value;
        self.problems.error("bare technique", written.span, |span| {
            let problem = Diagnostic::error(span, format!("the technique {text:?} needs its catalogue"));
            let of: Vec<String> = CATALOGUES
                .iter()
                .filter(|catalogue| find(catalogue, text).is_some())
                .map(|catalogue| format!("{catalogue}:{text}"))
                .collect();
            let problem = match of.first() {
                Some(first) => problem.label(decode::did_you_mean(first)),
                None => problem,
            };
            problem.help(
                "write \"attack:...\", \"attack-ics:...\" or \"disarm:...\": ATT&CK for ICS and DISARM use the same ids for different techniques",
            )
        });
    }

    /// An id that a known catalogue's table does not have, or a catalogue that looks like a misspelt one.
    fn strange(&mut self, catalogue: &str, id: &str, written: &Spanned<String>) {
        let Some(table) = table(catalogue) else {
            if let Some(near) = decode::nearest(catalogue, CATALOGUES) {
                self.problems.warn("unknown catalogue", written.span, |span| {
                    Diagnostic::warning(span, format!("there is no table of a catalogue `{catalogue}`"))
                        .label(decode::did_you_mean(near))
                        .help("a catalogue of your own is fine, but its techniques have no names here")
                });
            }
            return;
        };
        self.problems.warn("unknown technique", written.span, |span| {
            let problem = Diagnostic::warning(
                span,
                format!("the technique `{id}` is not in the table of `{catalogue}`"),
            );
            let elsewhere = CATALOGUES.iter().find(|other| find(other, id).is_some());
            let problem = match (elsewhere, decode::nearest(id, table.iter().map(|known| known.id))) {
                (Some(other), _) => problem.label(decode::did_you_mean(&format!("{other}:{id}"))),
                (None, Some(near)) => problem.label(decode::did_you_mean(near)),
                (None, None) => problem,
            };
            problem.help("it is kept as it is, without a name and a tactic")
        });
    }
}
