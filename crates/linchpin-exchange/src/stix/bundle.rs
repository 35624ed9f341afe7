//! The objects of a bundle that matter, and how many of the others there are.

use crate::problems::Problems;
use crate::read::json::JsonFile;
use crate::read::shortened;
use linchpin_scenario::diagnostic::Diagnostic;
use linchpin_scenario::source::{SourceId, Sources};
use linchpin_scenario::techniques;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What a bundle holds.
#[derive(Debug, Default)]
pub(super) struct Bundle {
    /// Objects in all.
    pub(super) objects: usize,
    /// Attack flows: id, name, ids of where they start.
    pub(super) flows: Vec<(String, String, Vec<String>)>,
    /// Actions, conditions and operators of flows.
    pub(super) nodes: Vec<Node>,
    /// Techniques by id.
    pub(super) patterns: BTreeMap<String, Pattern>,
    /// Campaigns: id and name.
    pub(super) campaigns: Vec<(String, String)>,
    /// Who attacks.
    pub(super) actors: Vec<Who>,
    /// Relationships "uses" and "attributed-to": kind, from, to.
    pub(super) relations: Vec<(Relation, String, String)>,
    /// Objects of other types, by type.
    pub(super) others: BTreeMap<String, usize>,
    /// Fields that are not taken over, by name.
    pub(super) fields: BTreeMap<&'static str, usize>,
    /// Objects that were withdrawn.
    pub(super) revoked: usize,
}

/// What ties two objects together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    Uses,
    AttributedTo,
}

/// A part of a flow.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) id: String,
    pub(super) kind: NodeKind,
    pub(super) name: String,
    /// Technique as the action itself says: its id, and the id of its tactic.
    pub(super) technique: Option<(String, String)>,
    /// The object it takes its technique from.
    pub(super) pattern: Option<String>,
    /// Ids of what follows.
    pub(super) next: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NodeKind {
    Action,
    Condition,
    And,
    Or,
}

/// A technique: name, and id with its catalogue where it has one.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    pub(super) name: String,
    pub(super) technique: Option<String>,
}

/// Somebody who attacks.
#[derive(Debug)]
pub(super) struct Who {
    pub(super) id: String,
    pub(super) name: String,
    /// Word of the language.
    pub(super) kind: &'static str,
}

type Object = Map<String, Value>;

/// Longest name that is taken over, in characters.
const LONGEST_NAME: usize = 200;

/// Fields that say how something is done, or when it once was done.
const NOT_TAKEN: [&str; 8] = [
    "description",
    "command_ref",
    "asset_refs",
    "confidence",
    "execution_start",
    "execution_end",
    "first_seen",
    "last_seen",
];

/// Reads a bundle; none where it is none, which is reported.
pub(super) fn read(sources: &Sources, id: SourceId, problems: &mut Problems) -> Option<Bundle> {
    let file = JsonFile::new(sources, id);
    let top: BTreeMap<String, &RawValue> = match serde_json::from_str(file.text) {
        Ok(top) => top,
        Err(error) => {
            problems.fatal(file.syntax(&error));
            return None;
        }
    };
    let is_bundle = top.get("type").is_some_and(|kind| kind.get() == "\"bundle\"");
    let objects = top.get("objects").map(|list| (list, serde_json::from_str::<Vec<&RawValue>>(list.get())));
    let (true, Some((list, objects))) = (is_bundle, objects) else {
        problems.fatal(
            Diagnostic::error(file.span(0, file.text.len()), "this is no STIX bundle")
                .help("a bundle is an object with `\"type\": \"bundle\"` and a list of `objects`; Attack Flow Builder exports one"),
        );
        return None;
    };
    let Ok(objects) = objects else {
        problems.fatal(Diagnostic::error(file.place(list), "`objects` is not a list"));
        return None;
    };
    let mut bundle = Bundle::default();
    for raw in latest(&objects, &file, problems) {
        bundle.objects += 1;
        bundle.take(&raw);
    }
    Some(bundle)
}

/// Objects with a type and an id, in the order of the file; of several versions of one the last modified.
fn latest(objects: &[&RawValue], file: &JsonFile, problems: &mut Problems) -> Vec<Object> {
    let mut list: Vec<Object> = Vec::with_capacity(objects.len());
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for raw in objects {
        let object = match serde_json::from_str::<Object>(raw.get()) {
            Ok(object) => object,
            Err(_) => {
                let problem = Diagnostic::error(file.place(raw), "this is not an object");
                problems.broken("object", problem);
                continue;
            }
        };
        let (Some(_), Some(id)) = (text(&object, "type"), text(&object, "id")) else {
            let problem = Diagnostic::error(file.place(raw), "an object needs a `type` and an `id`");
            problems.broken("object", problem);
            continue;
        };
        match known.get(id) {
            Some(row) if text(&list[*row], "modified") < text(&object, "modified") => list[*row] = object,
            Some(_) => {}
            None => {
                known.insert(id.to_owned(), list.len());
                list.push(object);
            }
        }
    }
    list
}

impl Bundle {
    fn take(&mut self, object: &Object) {
        if object.get("revoked") == Some(&Value::Bool(true)) {
            self.revoked += 1;
            return;
        }
        let (kind, id) =
            (text(object, "type").unwrap_or_default(), text(object, "id").unwrap_or_default().to_owned());
        let mut kept = true;
        match kind {
            "attack-flow" => {
                self.flows.push((id, name(object, "attack flow"), refs(object, &["start_refs"])))
            }
            "attack-action" => self.nodes.push(Node {
                id,
                kind: NodeKind::Action,
                name: name(object, ""),
                technique: text(object, "technique_id").map(|technique| {
                    (technique.to_owned(), text(object, "tactic_id").unwrap_or_default().to_owned())
                }),
                pattern: text(object, "technique_ref").map(str::to_owned),
                next: refs(object, &["effect_refs"]),
            }),
            "attack-condition" => {
                self.joint(id, NodeKind::Condition, object, &["on_true_refs", "on_false_refs"])
            }
            "attack-operator" => {
                let and = text(object, "operator").is_some_and(|word| word.eq_ignore_ascii_case("and"));
                self.joint(id, if and { NodeKind::And } else { NodeKind::Or }, object, &["effect_refs"]);
            }
            "attack-pattern" => {
                let pattern = Pattern { name: name(object, "technique"), technique: technique(object) };
                self.patterns.insert(id, pattern);
            }
            "campaign" => self.campaigns.push((id, name(object, "campaign"))),
            "threat-actor" | "intrusion-set" => {
                self.actors.push(Who { id, name: name(object, "actor"), kind: actor_kind(object) });
            }
            "relationship" => kept = self.relation(object),
            _ => kept = false,
        }
        if !kept {
            *self.others.entry(shortened(kind)).or_default() += 1;
        } else if kind != "relationship" && kind != "attack-pattern" {
            for field in NOT_TAKEN.iter().filter(|field| object.contains_key(**field)) {
                *self.fields.entry(field).or_default() += 1;
            }
        }
    }

    fn joint(&mut self, id: String, kind: NodeKind, object: &Object, next: &[&str]) {
        let next = refs(object, next);
        self.nodes.push(Node { id, kind, name: String::new(), technique: None, pattern: None, next });
    }

    fn relation(&mut self, object: &Object) -> bool {
        let kind = match text(object, "relationship_type") {
            Some("uses") => Relation::Uses,
            Some("attributed-to") => Relation::AttributedTo,
            _ => return false,
        };
        let (Some(from), Some(to)) = (text(object, "source_ref"), text(object, "target_ref")) else {
            return false;
        };
        self.relations.push((kind, from.to_owned(), to.to_owned()));
        true
    }
}

fn text<'o>(object: &'o Object, field: &str) -> Option<&'o str> {
    object.get(field)?.as_str()
}

/// The name, in one line and of bearable length.
fn name(object: &Object, otherwise: &str) -> String {
    let name: String = text(object, "name")
        .unwrap_or_default()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .filter(|c| !c.is_control())
        .take(LONGEST_NAME)
        .collect();
    if name.is_empty() { otherwise.to_owned() } else { name }
}

fn refs(object: &Object, fields: &[&str]) -> Vec<String> {
    let lists = fields.iter().filter_map(|field| object.get(*field)?.as_array());
    lists.flatten().filter_map(|id| id.as_str()).map(str::to_owned).collect()
}

/// The id of a technique with its catalogue, by where the object says that it comes from.
fn technique(object: &Object) -> Option<String> {
    let references = object.get("external_references")?.as_array()?;
    references.iter().find_map(|reference| {
        let id = reference.get("external_id")?.as_str()?;
        let catalogue = match reference.get("source_name")?.as_str()?.to_ascii_lowercase().as_str() {
            "mitre-attack" => "attack",
            "mitre-ics-attack" => "attack-ics",
            "mitre-mobile-attack" => "attack-mobile",
            "disarm" => "disarm",
            _ => return None,
        };
        // The catalogue of MITRE calls all its domains by one name; the form of the id tells them apart.
        let catalogue = if catalogue == "attack" && id.starts_with("T0") { "attack-ics" } else { catalogue };
        is_id(id).then(|| format!("{catalogue}:{id}"))
    })
}

/// The same for an id without a catalogue, with the id of its tactic; none where it could be of several.
pub(super) fn bare_technique(id: &str, tactic: &str) -> Option<String> {
    if !is_id(id) {
        return None;
    }
    let digits = tactic.strip_prefix("TA").map_or(0, |digits| digits.len());
    let catalogue = if id.starts_with("T1") {
        "attack"
    } else if digits == 4 {
        "attack-ics"
    } else if digits == 2 {
        "disarm"
    } else {
        let mut known =
            techniques::CATALOGUES.into_iter().filter(|name| techniques::find(name, id).is_some());
        let first = known.next()?;
        if known.next().is_some() {
            return None;
        }
        first
    };
    Some(format!("{catalogue}:{id}"))
}

fn is_id(text: &str) -> bool {
    let fit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    (1..=40).contains(&text.len()) && text.chars().all(fit)
}

/// The kind of an actor by the open vocabulary of STIX 2.1 (10.21, threat actor type).
fn actor_kind(object: &Object) -> &'static str {
    let types = refs(object, &["threat_actor_types"]);
    types.iter().find_map(|kind| of_type(kind)).unwrap_or("unknown")
}

fn of_type(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "nation-state" => "state",
        "criminal" | "crime-syndicate" => "criminal",
        "terrorist" => "terrorist",
        "activist" | "hacker" => "hacktivist",
        "insider-accidental" | "insider-disgruntled" => "insider",
        _ => return None,
    })
}
