//! Pseudonyms of attackers, malware and responders.

use super::pseudonym::Pseudonyms;
use linchpin_model::{Effect, Model};

/// Catalogues of techniques that are public.
const PUBLIC: [&str; 4] = ["attack", "attack-ics", "attack-mobile", "disarm"];

/// Ids and names that must not be seen.
pub(super) fn names(model: &Model) -> impl Iterator<Item = &String> {
    let actors = model.actors.iter().flat_map(|actor| [&actor.id, &actor.name]);
    let campaigns = model.campaigns.iter().flat_map(|campaign| [&campaign.id, &campaign.name]);
    let malware = model.malware.iter().flat_map(|malware| [&malware.id, &malware.name]);
    let plans = model.plans.iter().flat_map(|plan| [&plan.id, &plan.name]);
    // Words such as `scan` or `phishing` name no one: a step's own are pseudonyms, but may stand elsewhere.
    actors.chain(campaigns).chain(malware).chain(plans)
}

/// Gives actors, campaigns, steps, malware, plans and what belongs to them other ids and names, and leaves out what
/// analysts wrote of actors.
pub(super) fn rename(told: &mut Model, names: &mut Pseudonyms<'_>) {
    let campaigns: Vec<String> = told.campaigns.iter().map(|campaign| campaign.id.clone()).collect();
    for step in &mut told.steps {
        let of = campaigns.get(step.campaign.index()).map_or("", String::as_str);
        let word = names.of("step", &format!("{of}/{}", step.id));
        (step.id, step.name) = (format!("step-{word}"), format!("Step {}", word.to_uppercase()));
        // Ids of public catalogues name no one; those of the author's own may say anything.
        step.technique.take_if(|technique| !PUBLIC.contains(&technique.catalogue.as_str()));
    }
    let mut both = |kind: &'static str, shown: &str, id: &mut String, name: &mut String| {
        let word = names.of(kind, id);
        (*id, *name) = (format!("{kind}-{word}"), format!("{shown} {}", word.to_uppercase()));
    };
    for actor in &mut told.actors {
        both("actor", "Actor", &mut actor.id, &mut actor.name);
        actor.assessments.clear();
    }
    told.campaigns.iter_mut().for_each(|c| both("campaign", "Campaign", &mut c.id, &mut c.name));
    told.malware.iter_mut().for_each(|m| both("malware", "Malware", &mut m.id, &mut m.name));
    told.plans.iter_mut().for_each(|plan| both("plan", "Plan", &mut plan.id, &mut plan.name));
    told.platforms.iter_mut().for_each(|p| both("platform", "Platform", &mut p.id, &mut p.name));
    let mut one = |kind: &'static str, id: &mut String| *id = format!("{kind}-{}", names.of(kind, id));
    told.contacts.iter_mut().for_each(|contacts| one("contacts", &mut contacts.id));
    told.postures.iter_mut().for_each(|posture| one("posture", &mut posture.id));
    told.warnings.iter_mut().for_each(|warning| one("warning", &mut warning.id));
    told.profiles.iter_mut().for_each(|profile| one("profile", &mut profile.id));
    let effects = told.events.iter_mut().flat_map(|event| &mut event.effects);
    for effect in effects {
        if let Effect::Narrative { text } = effect {
            text.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::metrics::adversary::tests::contested;
    use crate::redact::{RedactKey, redact};
    use linchpin_model::{Effect, Technique};

    #[test]
    fn steps_say_neither_their_own_words_nor_narratives() {
        let mut model = contested();
        model.events[1].effects = vec![Effect::Narrative { text: "The water is poisoned".into() }];
        let technique = |catalogue: &str| {
            let text = |text: &str| text.to_owned();
            let (catalogue, id) = (text(catalogue), text("T1"));
            Some(Technique { catalogue, id, name: String::new(), tactic: String::new() })
        };
        model.steps[0].technique = technique("harbour-cell");
        model.steps[1].technique = technique("attack");
        let told = redact(&model, &RedactKey::new("correct horse battery").unwrap());
        assert_eq!(told.events[1].effects, [Effect::Narrative { text: String::new() }]);
        let kept: Vec<bool> = told.steps[..2].iter().map(|step| step.technique.is_some()).collect();
        assert_eq!(kept, [false, true]);
        // An event that stands for a step is called as the step is.
        let (event, step) = (&told.events[1], &told.steps[0]);
        assert_eq!((&event.id, &event.name), (&format!("{}/{}", told.campaigns[0].id, step.id), &step.name));
    }

    #[test]
    fn nobody_is_named() {
        let model = contested();
        let told = redact(&model, &RedactKey::new("correct horse battery").unwrap());
        let catalogue = crate::Catalogue::new(&told);
        assert_eq!(catalogue.len(), crate::Catalogue::new(&model).len());
        for metric in catalogue.metrics() {
            let text = format!("{} {} {}", metric.id, metric.name, metric.group).to_lowercase();
            for hidden in ["storm", "bear", "wiper", "manual", "phish", "mails", "breakers", "flood"] {
                assert!(!text.contains(hidden), "{text}");
            }
        }
        assert!(told.actors.iter().all(|actor| actor.assessments.is_empty()));
    }
}
