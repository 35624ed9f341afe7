//! What spreads, how systems are protected, and what is done about it, in outputs for others.

use linchpin_model::{Model, Occasion};

/// Ids and names of how systems are protected and who reaches whom, for [`super::Hidden`].
pub(super) fn texts(model: &Model) -> impl Iterator<Item = &String> {
    let postures = model.postures.iter().map(|posture| &posture.id);
    let platforms = model.platforms.iter().flat_map(|platform| [&platform.id, &platform.name]);
    let contacts = model.contacts.iter().map(|contacts| &contacts.id);
    let warnings = model.warnings.iter().map(|warning| &warning.id);
    postures.chain(platforms).chain(contacts).chain(warnings)
}

/// Calls the events that stand for steps, malware and plans as these are called already.
pub(super) fn tell(told: &mut Model) {
    for event in &mut told.events {
        let (kind, id, name) = match event.occasion {
            Occasion::Malware(malware) => {
                let malware = &told.malware[malware.index()];
                ("malware", &malware.id, &malware.name)
            }
            Occasion::Plan(plan) => {
                let plan = &told.plans[plan.index()];
                ("plan", &plan.id, &plan.name)
            }
            Occasion::Step(step) => {
                let step = &told.steps[step.index()];
                (told.campaigns[step.campaign.index()].id.as_str(), &step.id, &step.name)
            }
            Occasion::Script | Occasion::WhatIf => continue,
        };
        (event.id, event.name) = (format!("{kind}/{id}"), name.clone());
    }
}

#[cfg(test)]
mod tests {
    use crate::redact::{RedactKey, redact, shown_although_hidden};
    use linchpin_model::{
        Backups, Condition, Contacts, Detonation, DistId, EarlyWarning, Event, EventId, Key, Level, Malware,
        MalwareId, Meta, Model, ModelBuilder, Named, Observation, Occasion, Plan, PlanId, Posture, Profile,
        SkillId, Targets,
    };

    fn event(id: &str, name: &str, occasion: Occasion, at: DistId) -> Event {
        Event {
            id: id.into(),
            name: name.into(),
            key: Key::of(id),
            after: None,
            at,
            targets: Targets::None,
            probability: 1.0,
            hit_probability: 1.0,
            severity: DistId::NONE,
            effects: Vec::new(),
            threat: true,
            occasion,
        }
    }

    fn model() -> Model {
        let mut b = ModelBuilder::new(Meta { horizon: 86_400, ..Meta::default() });
        let at = b.dist(linchpin_model::Distribution::Fixed(0.0));
        let none = DistId::NONE;
        let model = b.parts();
        model.events.push(event("malware/heron", "Heron wiper", Occasion::Malware(MalwareId::new(0)), at));
        model.events.push(event("plan/osprey", "Operation Osprey", Occasion::Plan(PlanId::new(0)), at));
        model.services.push(Named { id: "grid".into(), name: "Power after Operation Osprey".into() });
        model.postures.push(Posture {
            id: "curlew-office".into(),
            exposure: 1.0,
            patched: 0.0,
            segmentation: 0.0,
            protection: [0.5; 7],
            detection: none,
            backups: Backups::None,
            backup_loss: 0.5,
            it_criticality: Level::ONE,
            restore: none,
            rebuild: none,
            skill: SkillId::NONE,
            crews: 1,
            shutdown: None,
            platforms: Vec::new(),
            systems: 1,
        });
        model.platforms.push(Named { id: "plover".into(), name: "Plover controller".into() });
        model.contacts.push(Contacts {
            id: "lapwing-vpn".into(),
            members: Vec::new(),
            links: Vec::new(),
            everybody: true,
        });
        model.malware.push(Malware {
            id: "heron".into(),
            name: "Heron wiper".into(),
            key: Key::of("heron"),
            event: EventId::new(0),
            platforms: Vec::new(),
            patchable: true,
            spread: Vec::new(),
            infectious: none,
            reinfects: false,
            detonation: Detonation::Never,
            it_loss: Level::ONE,
            destroys_backups: false,
            crossing: 0.0,
            manipulates: None,
            exfiltrates: none,
            stops: none,
        });
        model.plans.push(Plan {
            id: "osprey".into(),
            name: "Operation Osprey".into(),
            key: Key::of("osprey"),
            event: EventId::new(1),
            when: Observation {
                condition: Condition::Infected(MalwareId::new(0), 1),
                lasting: none,
                lag: none,
                through: Vec::new(),
                false_alarms: none,
            },
            decision: none,
            requires: Vec::new(),
            times: 1,
            lasts: none,
            cost: 0.0,
            on: true,
            adoption: Vec::new(),
        });
        model.warnings.push(EarlyWarning {
            id: "dunlin-circle".into(),
            regions: Vec::new(),
            sectors: Vec::new(),
            delay: none,
            willingness: 1.0,
            factor: 0.5,
        });
        model.profiles.push(Profile { id: "godwit-week".into(), factors: vec![1.0; 168] });
        b.finish()
    }

    #[test]
    fn nothing_of_it_is_left() {
        let key = RedactKey::new("correct horse battery").unwrap();
        let told = redact(&model(), &key);
        let mut everything = told.clone();
        everything.services.clear();
        everything.groups.clear();
        let everything = format!("{everything:?}").to_lowercase();
        for word in ["heron", "osprey", "curlew", "plover", "lapwing", "dunlin", "godwit"] {
            assert!(!everything.contains(word), "{word}: {everything}");
        }
        assert_eq!(told.events[0].id, format!("malware/{}", told.malware[0].id));
        assert_eq!(told.events[1].name, told.plans[0].name);
        assert!(told.plans[0].name.starts_with("Plan "), "{}", told.plans[0].name);
        assert_eq!(told.malware[0].key, model().malware[0].key);
    }

    #[test]
    fn what_is_shown_although_it_names_a_plan_is_said() {
        assert_eq!(shown_although_hidden(&model()), ["service `grid` (Power after Operation Osprey)"]);
    }
}
