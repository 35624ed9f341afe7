//! Postures, contacts, malware, plans, shifts.

use super::{model, node};
use linchpin_model::{
    Backups, Condition, Contacts, Detonation, Distribution, Effect, GroupKind, Level, Model, Occasion,
    Targets,
};

const ASSETS: &str = "classes: [(id: \"plant\", sector: \"energy\", supplies: [\"power\"], posture: \"plain\")],
    assets: [
        (id: \"a\", class: \"plant\", region: \"north\", position: (0, 0)),
        (id: \"b\", class: \"plant\", region: \"town\", position: (0, 1), posture: \"firm\", needs: [(service: \"power\", from: \"a\")]),
        (id: \"c\", sector: \"digital\", region: \"south\", position: (0, 3), initial: 0, needs: [(service: \"power\", from: [\"b\", \"a\"])],
         serves: [(service: \"signal\", people: 10)]),
        (id: \"d\", class: \"plant\", region: \"north\", position: (0, 3.5)),
    ],
    platforms: [(id: \"z\"), (id: \"y\")],
    postures: [(id: \"plain\"), (id: \"firm\", platforms: [\"y\", \"z\"], protection: (physical: 0.9), backups: Offline, restore: \"4h\",
        shutdown: (decision: \"1h\", to: 0.25))],";

fn full(fields: &str) -> Model {
    model(&format!("{ASSETS} {fields}"))
}

fn fixed(model: &Model, dist: linchpin_model::DistId) -> Option<f64> {
    match model.dist(dist.some()?) {
        Distribution::Fixed(value) => Some(*value),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_assets_own_posture_wins() {
    let model = full("");
    let of = |id: &str| {
        let posture = model.posture_of[node(&model, id).index()].some();
        posture.map(|posture| model.postures[posture.index()].id.as_str())
    };
    assert_eq!(["a", "b", "c", "d"].map(of), [Some("plain"), Some("firm"), None, Some("plain")]);
    let [plain, firm] = [&model.postures[0], &model.postures[1]];
    assert_eq!((plain.exposure, plain.patched, plain.segmentation, plain.systems), (1.0, 0.0, 0.0, 1));
    assert_eq!((plain.backups, plain.it_criticality, &plain.shutdown), (Backups::None, Level::ONE, &None));
    assert!(plain.detection.is_none() && plain.restore.is_none() && plain.skill.is_none());
    let platforms: Vec<_> = firm.platforms.iter().map(|id| model.platforms[id.index()].id.as_str()).collect();
    assert_eq!(platforms, ["z", "y"]);
    assert_eq!((firm.protection[0], firm.protection[1]), (0.5, 0.9));
    assert_eq!(fixed(&model, firm.restore), Some(14_400.0));
    let shutdown = firm.shutdown.as_ref().expect("it shuts down");
    assert_eq!((shutdown.probability, shutdown.to, shutdown.with_domain), (1.0, Level(250_000), false));
    assert_eq!(fixed(&model, shutdown.decision), Some(3_600.0));
}

#[test]
fn contacts_reach_whom_they_say() {
    let links = |links: &str| -> Contacts {
        let contacts =
            format!("contacts: [(id: \"net\", members: [\"d\", \"a\", \"b\", \"c\"], links: {links})]");
        full(&contacts).contacts.remove(0)
    };
    let everybody = links("Everybody");
    assert!(everybody.everybody && everybody.links.is_empty() && everybody.members.len() == 4);
    // By position along the equator: a 0, b 1, c 3, d 3.5.
    assert_eq!(links("Nearest(1)").links, [(0, 1), (2, 3)]);
    assert_eq!(links("Needs").links, [(0, 1), (0, 2), (1, 2)]);
    assert_eq!(links("[(\"d\", \"a\"), (\"b\", \"a\")]").links, [(0, 1), (0, 3)]);
    // A graph of four in which each has two links is a ring: 4 links, whatever was drawn.
    let ring = links("Random(per_member: 2)");
    assert_eq!(ring.links.len(), 4, "{ring:?}");
    assert_eq!(ring, links("Random(2)"));
    assert_eq!(links("Random(3)").links.len(), 6);
}

#[test]
fn malware_and_its_event() {
    let model = full(
        "contacts: [(id: \"net\", members: [\"a\", \"b\"], links: Everybody)],
         malware: [(id: \"first\"), (id: \"worm\", name: \"Worm\", platforms: [\"z\"], detonation: Together(\"3d\"), manipulates: 0.4, crossing: 0.5,
            spread: [(over: \"net\", interval: \"6h\", probability: 0.5)])],
         events: [(id: \"in\", at: \"1h\", on: [\"b\"], do: [Compromise(malware: \"worm\"), Compromise(\"first\")]),
            (id: \"then\", at: \"1h\", after: \"malware/worm\", on: [\"a\"], do: [Closure()])]",
    );
    let [first, worm] = [&model.malware[0], &model.malware[1]];
    assert_eq!((first.it_loss, first.patchable, first.reinfects), (Level::ONE, true, false));
    assert!(matches!(first.detonation, Detonation::Each(dist) if fixed(&model, dist) == Some(0.0)));
    assert!(first.stops.is_none() && first.infectious.is_none() && first.manipulates.is_none());
    assert!(matches!(worm.detonation, Detonation::Together(dist) if fixed(&model, dist) == Some(259_200.0)));
    assert_eq!((worm.manipulates, worm.crossing, worm.spread.len()), (Some(Level(400_000)), 0.5, 1));
    assert_eq!(fixed(&model, worm.spread[0].interval), Some(21_600.0));
    let event = &model.events[worm.event.index()];
    assert_eq!((event.id.as_str(), event.name.as_str(), event.threat), ("malware/worm", "Worm", true));
    assert_eq!((&event.targets, event.effects.len(), event.after), (&Targets::None, 0, None));
    assert!(matches!(event.occasion, Occasion::Malware(id) if id.index() == 1));
    assert_eq!(model.events[1].after, Some(worm.event));
}

#[test]
fn plans_and_what_they_wait_for() {
    let model = full(
        "malware: [(id: \"worm\")], teams: [(id: \"t\", skill: \"fit\", home: \"land\", crews: 2)],
         events: [(id: \"in\", at: \"1h\", on: [\"b\"], do: [Compromise(malware: \"worm\")])],
         groups: [(id: \"mine\", members: [\"a\"])],
         plans: [
            (id: \"one\", when: Below(service: \"signal\", region: \"south\", level: 0.75), lag: \"2h\", through: [\"c\"], adoption: [(region: \"town\", share: 0.5)]),
            (id: \"two\", when: All([Below(service: \"signal\", level: 0.5), Below(group: \"mine\", level: 1), Any([Plan(\"one\"), Event(\"in\")])]),
             requires: [\"one\"], times: 4, cost: 7.5, on: false, of: [\"c\"], do: [Activate(), Contain(malware: \"worm\")]),
            (id: \"three\", when: Any([Infected(\"worm\"), Waiting(), Waiting(skill: \"fit\", jobs: 3), Failed(of: [\"d\", \"a\"], count: 2)])),
         ]",
    );
    let [one, two, three] = [&model.plans[0], &model.plans[1], &model.plans[2]];
    let Condition::Below(group, level) = one.when.condition else { panic!("{one:?}") };
    assert_eq!((model.groups[group.index()].id.as_str(), level), ("service:signal/south", Level(750_000)));
    assert_eq!((fixed(&model, one.when.lag), one.when.through.len(), one.times), (Some(7_200.0), 1, 1));
    assert_eq!((one.adoption[0].share, one.on, one.cost), (0.5, true, 0.0));
    assert_eq!(model.regions[one.adoption[0].region.index()].id, "town");
    let Condition::All(parts) = &two.when.condition else { panic!("{two:?}") };
    let group = |part: &Condition| match part {
        Condition::Below(group, _) => model.groups[group.index()].kind,
        other => panic!("{other:?}"),
    };
    assert!(matches!(group(&parts[0]), GroupKind::Service(_)) && group(&parts[1]) == GroupKind::Custom);
    let Condition::Any(inner) = &parts[2] else { panic!("{parts:?}") };
    assert!(
        matches!((&inner[0], &inner[1]), (Condition::Plan(plan), Condition::Event(event)) if plan.index() + event.index() == 0)
    );
    assert_eq!((two.times, two.cost, two.on, two.requires.len()), (4, 7.5, false, 1));
    let event = &model.events[two.event.index()];
    assert_eq!((event.id.as_str(), event.threat), ("plan/two", false));
    assert_eq!(event.targets, Targets::All(vec![node(&model, "c")]));
    assert!(matches!(event.effects[..], [Effect::Activate { to: Level::ONE, .. }, Effect::Contain { .. }]));
    let Condition::Any(parts) = &three.when.condition else { panic!("{three:?}") };
    assert!(matches!(parts[1], Condition::Waiting(skill, 1) if skill.is_none()));
    assert!(matches!(parts[2], Condition::Waiting(skill, 3) if model.skills[skill.index()].id == "fit"));
    assert_eq!(parts[3], Condition::Failed(vec![node(&model, "a"), node(&model, "d")], 2));
    assert_eq!(model.events.iter().filter(|event| matches!(event.occasion, Occasion::Plan(_))).count(), 3);
}

/// Plans act in the run without the threat too, but that one differs from everything working only where something can
/// set them off there.
#[test]
fn plans_alone_are_no_background() {
    let plan = |when: &str| full(&format!("plans: [(id: \"p\", {when})]")).has_background();
    assert!(!plan("when: Below(service: \"signal\", level: 0.5)"));
    assert!(plan("when: Below(service: \"signal\", level: 0.5), false_alarms: \"9d\""));
    assert!(plan("when: All([Waiting(), Failed(of: [\"c\"])])"));
    assert!(!plan("when: Failed(of: [\"c\"]), on: false"));
}

#[test]
fn warnings_and_attribution() {
    let model = full("warnings: [(id: \"w\", regions: [\"south\", \"north\"])], attribution: ()");
    let warning = &model.warnings[0];
    assert_eq!((warning.regions.len(), warning.sectors.len()), (2, 0));
    assert_eq!((warning.willingness, warning.factor, warning.delay.is_none()), (1.0, 0.5, true));
    let attribution = model.attribution.as_ref().expect("it is there");
    assert_eq!((attribution.after_noticed, attribution.error), (1, 0.1));
    assert_eq!(fixed(&model, attribution.confidence), Some(0.7));
}

#[test]
fn shifts_are_a_course_of_the_teams_node() {
    let day: Vec<u8> = (0..24).map(|hour| u8::from((8..16).contains(&hour))).collect();
    let model = full(&format!(
        "profiles: [(id: \"day\", weekday: {day:?}), (id: \"ever\", weekday: {:?})],
         teams: [(id: \"t\", skill: \"fit\", home: \"land\", crews: 2, shifts: \"day\"),
                 (id: \"u\", skill: \"fit\", home: \"land\", crews: 2, shifts: \"ever\")]",
        [0.5; 24]
    ));
    let events: Vec<_> = model.events.iter().filter(|event| event.id.starts_with("shifts/")).collect();
    assert_eq!(events.len(), 1, "who is always on duty needs no event");
    let event = events[0];
    assert_eq!((event.id.as_str(), event.threat, event.occasion), ("shifts/t", false, Occasion::Script));
    assert_eq!(event.targets, Targets::All(vec![model.teams[0].node]));
    let [Effect::Forcing { steps }] = event.effects.as_slice() else { panic!("{event:?}") };
    // It begins at six in the morning.
    assert_eq!(steps[..3], [(0, Level::ZERO), (7_200, Level::ONE), (36_000, Level::ZERO)]);
    assert_eq!(steps.len(), 1 + 2 * 7);
}
