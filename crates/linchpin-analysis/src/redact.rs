//! Pseudonyms for outputs that are meant for others.
//!
//! [`redact`] gives a model to *tell* with: its structure and figures are those of the original, its names are
//! pseudonyms, its positions are gone. Replications are still run with the original, whose ids key the draws.
//!
//! A pseudonym is a keyed hash (HMAC-SHA-256) of the kind of thing and its id. The same id and key give the same pseudonym in
//! every scenario; without the key nobody can find out a name by hashing a list of names.
//!
//! | hidden | kept |
//! | --- | --- |
//! | names and ids of assets, pools, teams, regions, events, declared groups, requirements, spares, networks, common causes; sites, vendors, operators, owners and tags | names and ids of sectors, services and classes |
//! | names and ids of actors, campaigns, steps, malware, plans, contacts, postures, platforms, warnings and profiles; narratives | techniques with their catalogue; kinds of actors |
//! | names and ids of options, other threats and uncertain parameters (by [`pseudonyms`], in comparisons) | what they cost and do |
//! | title, question, values with their sources; assessments of actors | marking, calendar, seed, hashes, program version |
//! | positions of assets and regions | figures: levels, times, people, counts |
//! | names of stages of autonomy and repair, damage states and skills that contain a hidden name | the others |

mod contest;
mod hmac;
mod pseudonym;
mod response;

use linchpin_model::time::format_duration;
use linchpin_model::{
    Assumption, Effect, Event, GroupKind, Model, Names, NodeId, NodeKind, Requirement, Targets,
};
use pseudonym::Pseudonyms;
use std::collections::BTreeSet;

pub use pseudonym::{KeyTooShort, MIN_KEY_CHARS, RedactKey};

/// A model to tell with: see the module.
pub fn redact(model: &Model, key: &RedactKey) -> Model {
    let hidden = Hidden::of(model);
    let mut told = model.clone();
    let mut names = Pseudonyms::new(key);
    let study = names.of("study", &model.meta.name);
    told.meta.name = format!("Study {}", study.to_uppercase());
    told.meta.question.clear();
    told.assumptions = Vec::<Assumption>::new();
    told.positions.clear();
    for region in &mut told.regions {
        let word = names.of("region", &region.id);
        (region.id, region.name) = (format!("region-{word}"), format!("Region {}", word.to_uppercase()));
        region.position = None;
    }
    told.names = nodes(model, &mut names);
    for (event, original) in told.events.iter_mut().zip(&model.events) {
        let word = names.of("event", &original.id);
        event.id = format!("event-{word}");
        event.name = format!("{} {}", effect_word(original), word.to_uppercase());
    }
    contest::rename(&mut told, &mut names);
    response::tell(&mut told);
    let mut rename = |kind: &'static str, id: &mut String| *id = format!("{kind}-{}", names.of(kind, id));
    told.common_causes.iter_mut().for_each(|cause| rename("cause", &mut cause.id));
    told.marks.iter_mut().for_each(|mark| rename(mark.kind, &mut mark.name));
    told.spares.iter_mut().for_each(|spare| rename("spare", &mut spare.id));
    told.networks.iter_mut().for_each(|network| rename("network", &mut network.id));
    told.sharings.iter_mut().for_each(|sharing| rename("sharing", &mut sharing.id));
    for requirement in &mut told.requirements {
        rename("requirement", &mut requirement.id);
        requirement.name = asked(requirement);
    }
    groups(&mut told, &mut names);
    scrub(&mut told, &hidden);
    told
}

/// Words for things that are no part of a model, such as options: one for each id, no two alike. The same id, kind and key give the same word.
pub fn pseudonyms(key: &RedactKey, kind: &'static str, ids: &[&str]) -> Vec<String> {
    let mut names = Pseudonyms::new(key);
    ids.iter().map(|id| names.of(kind, id)).collect()
}

/// Names of sectors, services and classes that are, or contain, the name of something hidden: they are shown, so the
/// author may want to change them.
pub fn shown_although_hidden(model: &Model) -> Vec<String> {
    let hidden = Hidden::of(model);
    let sectors = model.sectors.iter().map(|sector| ("sector", &sector.id, &sector.name));
    let services = model.services.iter().map(|service| ("service", &service.id, &service.name));
    let classes = model.classes.iter().map(|class| ("class", &class.id, &class.name));
    let all = sectors.chain(services).chain(classes);
    all.filter(|(_, id, name)| hidden.is_in(id) || hidden.is_in(name))
        .map(|(kind, id, name)| format!("{kind} `{id}` ({name})"))
        .collect()
}

/// Everything that must not be seen, as words.
struct Hidden(BTreeSet<String>);

impl Hidden {
    fn of(model: &Model) -> Self {
        let mut words = BTreeSet::new();
        let mut hide = |text: &str| {
            let text = normal(text).join(" ");
            // A letter or a number alone says nothing.
            if text.chars().count() > 2 && text.chars().any(char::is_alphabetic) {
                words.insert(text);
            }
        };
        for node in model.node_ids() {
            hide(model.id(node));
            hide(model.name(node));
        }
        let regions = model.regions.iter().flat_map(|region| [&region.id, &region.name]);
        let events = model.events.iter().flat_map(|event| [&event.id, &event.name]);
        let groups = model.groups.iter().filter(|group| group.kind == GroupKind::Custom);
        let groups = groups.flat_map(|group| [&group.id, &group.name]);
        let requirements = model.requirements.iter().flat_map(|asked| [&asked.id, &asked.name]);
        let causes = model.common_causes.iter().map(|cause| &cause.id);
        let spares = model.spares.iter().map(|spare| &spare.id);
        let networks = model.networks.iter().map(|network| &network.id);
        let sharings = model.sharings.iter().map(|sharing| &sharing.id);
        let ids = causes.chain(spares).chain(networks).chain(sharings);
        regions.chain(events).chain(groups).chain(requirements).chain(ids).for_each(|text| hide(text));
        // Tags are common words, and classes are called by them.
        let marks = model.marks.iter().filter(|mark| mark.kind != "tag");
        marks.for_each(|mark| hide(&mark.name));
        contest::names(model).for_each(|text| hide(text));
        response::texts(model).for_each(|text| hide(text));
        hide(&model.meta.name);
        Self(words)
    }

    /// Whether a run of whole words in `text` is hidden.
    fn is_in(&self, text: &str) -> bool {
        let words = normal(text);
        (0..words.len())
            .any(|from| (from..words.len()).any(|to| self.0.contains(&words[from..=to].join(" "))))
    }
}

/// Words in small letters, whatever stands between them.
fn normal(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// `hospital-x7k2m9`, `Hospital X7K2M9`: class or sector, and a word.
fn nodes(model: &Model, names: &mut Pseudonyms<'_>) -> Names {
    let mut told = Names::default();
    for node in model.node_ids() {
        let (id, name) = kind_of(model, node);
        let word = names.of("node", model.id(node));
        told.push(&format!("{id}-{word}"), &format!("{name} {}", word.to_uppercase()));
    }
    told
}

fn kind_of(model: &Model, node: NodeId) -> (&str, &str) {
    let node = &model.nodes[node.index()];
    match node.kind {
        NodeKind::Team => return ("team", "Team"),
        NodeKind::Job => return ("job", "Job"),
        NodeKind::Asset | NodeKind::Pool => {}
    }
    if let Some(class) = node.class.some().map(|class| &model.classes[class.index()]) {
        return (&class.id, &class.name);
    }
    let sector = node.sector.some().map(|sector| &model.sectors[sector.index()]);
    let plain = if node.kind == NodeKind::Pool { ("pool", "Pool") } else { ("asset", "Asset") };
    sector.map_or(plain, |sector| (&sector.id, &sector.name))
}

/// What an event does, in a word or two.
fn effect_word(event: &Event) -> &'static str {
    match (event.effects.first(), &event.targets) {
        (Some(Effect::Damage { .. }), Targets::Footprint { .. }) => "Area damage",
        (Some(Effect::Damage { .. }), _) => "Damage",
        (Some(Effect::Degrade { .. }), _) => "Derating",
        (Some(Effect::Absence { .. }), _) => "Absence of staff",
        (Some(Effect::Staffing { .. }), _) => "Course of staffing",
        (Some(Effect::Closure { .. }), _) => "Closure",
        (Some(Effect::ControlLoss { .. }), _) => "Loss of control",
        (Some(Effect::Forcing { .. }), _) => "Course of supply",
        (Some(Effect::Demand { .. } | Effect::Surge { .. }), _) => "Demand",
        (Some(Effect::Compromise { .. }), _) => "Compromise of systems",
        (Some(Effect::ItLoss { .. }), _) => "Loss of IT",
        (Some(Effect::SupplyCut { .. }), _) => "Cut of supply",
        (Some(Effect::CloseArea { .. }), _) => "Closure of an area",
        (Some(Effect::Harm { .. }), _) => "Harm to people",
        (Some(Effect::Exfiltrate { .. }), _) => "Taking of records",
        (Some(Effect::Narrative { .. }), _) => "Narrative",
        (Some(Effect::AddCrews { .. }), _) => "Assistance with crews",
        (Some(Effect::AddSpares { .. }), _) => "Assistance with spare parts",
        (Some(Effect::Activate { .. }), _) => "Reserve put to use",
        (Some(Effect::SpeedUp { .. }), _) => "Faster work",
        (Some(Effect::Vigilance { .. }), _) => "Raised vigilance",
        (Some(Effect::Immunise { .. }), _) => "Patching",
        (Some(Effect::Contain { .. }), _) => "Containment",
        (Some(Effect::Drain { .. } | Effect::Stop { .. }), _) => "Countermeasure",
        (None, _) => "Event",
    }
}

/// A requirement by its figures: `at least 90 % throughout 3d 14h, 2h excepted`.
fn asked(requirement: &Requirement) -> String {
    let level = crate::timeline::percent(requirement.at_least);
    let mut text = format!("at least {level} %");
    if requirement.lasts != u32::MAX {
        text.push_str(&format!(" throughout {}", format_duration(requirement.lasts.into())));
    }
    if requirement.from > 0 {
        text.push_str(&format!(" from {} on", format_duration(requirement.from.into())));
    }
    if requirement.tolerate > 0 {
        text.push_str(&format!(", {} excepted", format_duration(requirement.tolerate.into())));
    }
    text
}

fn groups(told: &mut Model, names: &mut Pseudonyms<'_>) {
    for group in &mut told.groups {
        match group.kind {
            GroupKind::Service(_) | GroupKind::Sector(_) => {}
            GroupKind::ServiceRegion(service, region) => {
                let (service, region) = (&told.services[service.index()], &told.regions[region.index()]);
                group.id = format!("service:{}/{}", service.id, region.id);
                group.name = format!("{}, {}", service.name, region.name);
            }
            GroupKind::Custom => {
                let word = names.of("group", &group.id);
                (group.id, group.name) = (format!("group-{word}"), format!("Group {}", word.to_uppercase()));
            }
        }
    }
}

/// Technical names stay unless they give away what is hidden.
fn scrub(told: &mut Model, hidden: &Hidden) {
    let plain = |name: &mut String, instead: &str| {
        if hidden.is_in(name) {
            instead.clone_into(name);
        }
    };
    told.stages.iter_mut().for_each(|stage| plain(&mut stage.name, "reserve"));
    for plan in &mut told.repairs {
        plan.states.iter_mut().for_each(|state| plain(&mut state.name, "damaged"));
        plan.stages.iter_mut().for_each(|stage| plain(&mut stage.name, "repair"));
    }
    for skill in &mut told.skills {
        plain(&mut skill.id, "skill");
        plain(&mut skill.name, "skill");
    }
}

#[cfg(test)]
mod tests;
