//! What `check` says about actors, campaigns, what they do, and profiles: every problem at its place.

use super::{check, with};
use linchpin_model::{
    ActorId, CampaignId, Domain, Effect, EventId, Level, Model, NodeId, Occasion, OnFailure, StepId,
    Strategy, Success, Targets,
};
use linchpin_scenario::check_text;

/// A campaign `c` of these steps, by an actor `a` with these fields.
fn campaign(actor: &str, steps: &str) -> String {
    format!(
        "actors: [(id: \"a\"{actor})], campaigns: [(id: \"c\", actor: \"a\", at: \"1d\", steps: [{steps}])]"
    )
}

#[test]
fn steps_of_campaigns() {
    let pump = "on: [\"pump\"], do: [Closure()]";
    for (steps, titles) in [
        ("(id: \"s\")", &[][..]),
        ("(id: \"s\", after: [@@\"r\"])", &["there is no step of this campaign `r`"]),
        ("(id: \"s\", after: (any: [@@\"r\"]))", &["there is no step of this campaign `r`"]),
        (
            "(id: \"s\", after: @@(@@some: [\"s\"]))",
            &["a choice of steps needs a field `any`", "a choice of steps has no field `some`"],
        ),
        (
            "(id: \"s\", after: @@\"r\"), (id: \"r\", after: [\"s\"])",
            &["these steps wait for each other and never begin"],
        ),
        ("(id: \"s\", after: @@\"s\")", &["these steps wait for each other and never begin"]),
        ("(id: \"s\"), (id: @@\"s\")", &["the step `c/s` is there twice"]),
        ("(id: @@\"s\", do: [Closure()])", &["the step `c/s` needs a field `on`"]),
        ("(id: @@\"s\", success: Each(0.5))", &["the step `c/s` needs a field `on`"]),
        ("(id: \"s\", on: @@(sector: \"food\"))", &["no asset is among the targets of the step `c/s`"]),
        ("(id: \"s\", on: [\"pump\"], take: @@2)", &["2 can not be taken from 1"]),
        ("(id: \"s\", take: @@2)", &["warning: the step `c/s` has no candidates"]),
        (
            "(id: \"s\", on: [\"pump\"], take: @@Most)",
            &["expected `All` or how many to take, found the word `Most`"],
        ),
        (
            "(id: \"s\", on: [\"pump\"], strategy: @@MostServed)",
            &["warning: the step `c/s` takes all its candidates anyway"],
        ),
        (
            "(id: \"s\", on: [\"pump\"], take: 1, strategy: @@All)",
            &["`All` and `take: 1` exclude each other"],
        ),
        ("(id: \"s\", strategy: @@Radnom)", &["expected a strategy, found `Radnom`"]),
        ("(id: \"s\", success: @@0)", &["warning: the step `c/s` never succeeds"]),
        ("(id: \"s\", success: @@1.5)", &["expected a share from 0 to 1, found the number 1.5"]),
        ("(id: \"s\", success: @@Agianst(\"cyber\"))", &["unknown way to succeed `Agianst`"]),
        ("(id: \"s\", success: Against(@@\"cybre\"))", &["there is no domain \"cybre\""]),
        ("(id: \"s\", on_failure: @@Retry)", &["a consequence of failure needs a field `times`"]),
        ("(id: @@\"s\", duration: \"8d\")", &["warning: the step `c/s` is done after the horizon at best"]),
        (
            "(id: @@\"s\", wait: \"8d\"), (id: \"r\", after: \"s\"), (id: \"q\", after: (any: [\"s\", \"p\"])), (id: \"p\")",
            &["warning: the step `c/s` is done after the horizon at best"],
        ),
        ("(id: \"s\", technique: @@\"T0855\")", &["the technique \"T0855\" needs its catalogue"]),
        ("(id: \"s\", technique: @@\"attack-ics:\")", &["a technique is an id of a catalogue"]),
        (
            "(id: \"s\", technique: @@\"attack-ics:T9999\")",
            &["warning: the technique `T9999` is not in the table of `attack-ics`"],
        ),
        ("(id: \"s\", technique: @@\"atack:T1486\")", &["warning: there is no table of a catalogue `atack`"]),
        ("(id: \"s\", technique: \"our-own:x1\")", &[]),
        (&format!("(id: \"s\", @@targets: 1, {pump})"), &["a step has no field `targets`"]),
    ] {
        check(&campaign("", steps), titles);
    }
}

#[test]
fn campaigns_and_actors() {
    for (fields, titles) in [
        (
            "campaigns: [(id: \"c\", actor: @@\"a\", at: \"1d\", steps: [(id: \"s\")])]",
            &["there is no actor `a`"][..],
        ),
        (
            "campaigns: [(id: \"c\", at: @@\"7d\", steps: [(id: \"s\")])]",
            &["warning: the campaign `c` begins after the horizon"],
        ),
        (
            "campaigns: [(id: \"c\", at: \"1d\", goals: [@@\"r\"], steps: [(id: \"s\")])]",
            &["there is no step of this campaign `r`"],
        ),
        (
            "campaigns: [(id: @@\"c\", at: \"1d\", probability: 0, steps: [(id: \"s\")])]",
            &["warning: the campaign `c` never takes place"],
        ),
        ("campaigns: [(id: @@\"c\", at: \"1d\", steps: [])]", &["warning: the campaign `c` has no steps"]),
        (
            "campaigns: [@@(id: @@\"c\", at: \"1d\")]",
            &["a campaign needs a field `steps`", "warning: the campaign `c` has no steps"],
        ),
        (
            "campaigns: [(id: @@\"plan\", at: \"1d\", steps: [(id: \"s\")])]",
            &["a campaign can not have the id `plan`"],
        ),
        (
            "campaigns: [(id: \"c\", at: \"1d\", steps: [(id: \"s\", on: [\"pump\"], success: @@Against(\"cyber\"))])]",
            &["capability is that of an actor, and the campaign has none"],
        ),
        (
            &campaign(
                ", capability: (cyber: 0)",
                "(id: \"s\", on: [\"pump\"], success: @@Against(\"cyber\"))",
            ),
            &["warning: the step `c/s` never succeeds"],
        ),
        (
            &campaign(", effort: 3", "(id: \"s\", effort: @@4), (id: \"r\", effort: 3)"),
            &["warning: the step `c/s` can never begin"],
        ),
        ("actors: [(id: \"a\", kind: @@\"stat\")]", &["there is no kind of actor \"stat\""]),
        ("actors: [(id: \"a\", capability: (@@cybre: 0.5))]", &["a capability has no field `cybre`"]),
        (
            "actors: [(id: \"a\", assessments: [(on: [\"pump\"], intent: @@6, capability: 1, opportunity: 1, impact: 1)])]",
            &["expected a whole number from 1 to 5, found the number 6"],
        ),
        (
            "actors: [(id: \"a\", assessments: [(on: @@(sector: \"food\"), intent: 5, capability: 1, opportunity: 1, impact: 1, confidence: \"high\")])]",
            &["no asset is among the assets that an assessment of `a` is of"],
        ),
        (
            "actors: [(id: \"a\", assessments: [(on: \"pump\", intent: 5, capability: 1, opportunity: 1, impact: 1, confidence: @@\"sure\")])]",
            &["there is no word of confidence \"sure\""],
        ),
    ] {
        check(fields, titles);
    }
}

#[test]
fn effects_and_who_can_take_them() {
    let pool = ", pools: [(id: \"market\", service: \"power\", suppliers: [(from: \"plant\", capacity: 1)], demand: 1)]";
    for (effects, titles) in [
        ("on: \"market\", do: [Surge(factor: 1.5, lasts: \"1d\")]", &[][..]),
        ("on: \"pump\", do: [@@Surge(factor: 1.5)]", &["`pump` is no pool"]),
        (
            "on: \"market\", do: [Surge(factor: @@0)]",
            &["expected a number from 0.001 to 1000, found the number 0"],
        ),
        (
            "on: \"pump\", do: [@@Harm(share: 0.1, care: \"market\")]",
            &["1 of 1 targets of the event `e` have nobody present"],
        ),
        (
            "on: \"pump\", do: [@@Harm(share: 0.1, care: @@\"plant\")]",
            &["1 of 1 targets of the event `e` have nobody present", "`plant` is no pool"],
        ),
        (
            "on: \"pump\", do: [@@Compromise(@@\"worm\")]",
            &["warning: 1 of 1 targets of the event `e` have no posture", "there is no malware `worm`"],
        ),
        ("do: [Contain(malware: @@\"worm\")]", &["there is no malware `worm`"]),
        ("on: \"pump\", do: [Immunise(malware: @@\"worm\")]", &["there is no malware `worm`"]),
        ("do: [Stop(@@\"c\")]", &["there is no campaign `c`"]),
        ("do: [Drain(actor: @@\"a\", effort: 1)]", &["there is no actor `a`"]),
        ("do: [AddCrews(team: @@\"t\", crews: 1)]", &["there is no team `t`"]),
        ("do: [AddSpares(spare: @@\"t\", count: 1)]", &["there is no stock of spares `t`"]),
        ("do: [SpeedUp(skill: @@\"t\", factor: 2)]", &["there is no team with the skill `t`"]),
        ("do: [SpeedUp(factor: 2), Vigilance(factor: 0.5, lasts: \"1d\")]", &[]),
        (
            "do: [@@Narrative(\"The water is poisoned\"), Narrative(\"Boil it\")]",
            &["warning: nobody hears this narrative"],
        ),
        ("do: [Narrative(@@\"two\\nlines\")]", &["a narrative is told in one line of text"]),
        ("on: \"pump\", do: [CloseArea(radius_km: 20), ItLoss, SupplyCut(to: 0.5), Exfiltrate(100)]", &[]),
        (
            "on: \"market\", do: [@@CloseArea(radius_km: 5, of: [\"pump\"])]",
            &["warning: 1 of 1 targets of the event `e` have no position"],
        ),
        (
            "on: \"pump\", do: [@@Activate]",
            &["warning: 1 of 1 targets of the event `e` are at full level from the start"],
        ),
        ("on: \"pump\", do: [ItLoss(share: @@2)]", &["expected a share from 0 to 1, found the number 2"]),
        ("after: @@\"c/s\", do: [Vigilance(factor: 2)]", &["there is no step `c/s`"]),
        ("after: @@\"plan/p\", do: [Vigilance(factor: 2)]", &["there is no plan `p`"]),
        ("after: @@\"malware/m\", do: [Vigilance(factor: 2)]", &["there is no malware `m`"]),
        ("after: @@\"a/b/c\", do: [Vigilance(factor: 2)]", &["an id must not contain '/'"]),
    ] {
        check(&format!("events: [(id: \"e\", at: \"1d\", {effects})]{pool}"), titles);
    }
    check(
        "events: [(id: @@\"e\", at: \"1d\", after: \"c/s\", background: true, do: [Vigilance(factor: 2)])], campaigns: [(id: \"c\", at: \"1d\", steps: [(id: \"s\")])]",
        &["the background event `e` follows one of the threat"],
    );
}

#[test]
fn profiles() {
    let day = |hours: usize| vec!["1"; hours].join(", ");
    for (fields, titles) in [
        (format!("profiles: [(id: \"p\", weekday: @@[{}])]", day(23)), &["a day has 24 factors, here are 23"][..]),
        (format!("profiles: [(id: \"p\", weekday: [{}], weekend: [@@-1, {}])]", day(24), day(23)), &[
            "expected a number from 0 to 1000, found the number -1",
        ]),
        (format!("profiles: [(id: \"p\", weekday: [2, {}])], classes: [(id: \"k\", sector: \"food\", staffing: @@\"p\")], assets: [(id: \"x\", class: \"k\", region: \"north\")], services: []", day(23)), &[
            "the profile `p` goes up to 2",
        ]),
        ("classes: [(id: \"k\", sector: \"food\", people_present: (people: 10, profile: @@\"p\"))], assets: [(id: \"x\", class: \"k\", region: \"north\")], services: []".into(), &["there is no profile `p`"]),
    ] {
        check(&fields, titles);
    }
}

#[test]
fn the_example_of_the_format_page_has_no_problems() {
    let page = include_str!("../../../../docs/scenario-format.md");
    let example = page.split("```ron\nactors: [").nth(1).and_then(|rest| rest.split("```").next());
    let example = example.expect("an example of a campaign").trim_end().trim_end_matches(',');
    let stations: String =
        (1..=3).map(|i| format!("(id: \"s{i}\", class: \"substation\", region: \"north\"), ")).collect();
    let fields = format!(
        "classes: [(id: \"substation\", sector: \"energy\")], assets: [{stations}], services: [], actors: [{example}"
    );
    check(&fields, &[]);
}

fn model(fields: &str) -> Model {
    let loaded = check_text("test.ron", &with(fields));
    let problems: Vec<_> = loaded.diagnostics.iter().map(|problem| problem.title.as_str()).collect();
    assert_eq!(problems, [""; 0]);
    loaded.model.expect("no problems")
}

#[test]
fn a_campaign_becomes_steps_with_events_after_the_scripted_ones() {
    let model = model(
        "actors: [(id: \"a\", name: \"Actor\", kind: \"proxy\", capability: (cyber: 0.8), effort: 9, assessments: [
            (on: (class: \"none\", ids: []), intent: 4, capability: 4, opportunity: 4, impact: 5)])],
         campaigns: [
            (id: \"first\", at: \"1d\", steps: [(id: \"s\")]),
            (id: \"c\", actor: \"a\", at: \"2h\", probability: 0.5, goals: [\"hit\"], steps: [
              (id: \"hit\", name: \"The blow\", technique: \"attack-ics:T0855\", after: (any: [\"in\", \"bribe\"]), wait: \"1h\",
               on: (region: \"north\"), take: 1, success: Against(\"cyber\"), on_failure: Retry(times: 2, pause: \"1h\"),
               do: [Closure(lasts: \"1d\"), ControlLoss]),
              (id: \"in\", effort: 2.5, detection: \"3d\", blocked: 0.25),
              (id: \"bribe\", success: 0.5, on_failure: GoOn)])],
         classes: [(id: \"none\")], events: [(id: \"e\", at: \"1h\", after: \"c/hit\", on: \"pump\", do: [Closure()])]"
            .replace("(class: \"none\", ids: [])", "[\"pump\", \"plant\"]")
            .replace("classes: [(id: \"none\")], ", "")
            .as_str(),
    );
    let actor = &model.actors[0];
    assert_eq!(
        (actor.capability[Domain::Cyber as usize], actor.capability[1], actor.effort),
        (0.8, 0.5, 9.0)
    );
    let assessment = &actor.assessments[0];
    assert_eq!(
        (assessment.target.as_str(), assessment.nodes.len(), assessment.likelihood()),
        ("plant, pump", 2, 4)
    );
    let [first, c] = &model.campaigns[..] else { panic!("two campaigns") };
    assert_eq!((first.actor, first.first_step, first.steps), (ActorId::NONE, 0, 1));
    assert_eq!((c.actor, c.first_step, c.steps, c.goals.as_slice()), (ActorId(0), 1, 3, &[StepId(1)][..]));
    let hit = &model.steps[1];
    assert_eq!(
        (hit.campaign, hit.after.as_slice(), hit.any),
        (CampaignId(1), &[StepId(2), StepId(3)][..], true)
    );
    assert_eq!((hit.take, hit.strategy, hit.success), (1, Strategy::Random, Success::Against(Domain::Cyber)));
    assert_eq!(hit.candidates, [NodeId(0), NodeId(1)]);
    assert!(matches!(hit.on_failure, OnFailure::Retry { times: 2, .. }));
    let technique = hit.technique.as_ref().expect("a technique");
    assert_eq!(
        (technique.catalogue.as_str(), technique.tactic.as_str()),
        ("attack-ics", "Impair Process Control")
    );
    let entry = &model.steps[2];
    assert_eq!(
        (entry.take, entry.strategy, entry.effort, entry.blocked),
        (u32::MAX, Strategy::All, 2.5, 0.25)
    );
    let event = &model.events[hit.event.index()];
    assert_eq!(
        (event.id.as_str(), event.name.as_str(), event.occasion),
        ("c/hit", "The blow", Occasion::Step(StepId(1)))
    );
    assert_eq!(
        (&event.targets, event.effects.len(), event.threat),
        (&Targets::All(hit.candidates.clone()), 2, true)
    );
    assert_eq!(model.events[0].after, Some(hit.event));
    assert_eq!(hit.event, EventId(2));
}

#[test]
fn staff_follows_a_profile_in_local_time() {
    // The base begins on a Monday at six o'clock, an hour ahead of UTC.
    let day: Vec<&str> = (0..24).map(|hour| if (8..17).contains(&hour) { "1" } else { "0.5" }).collect();
    let weekend = vec!["0.5"; 24].join(", ");
    let model = model(&format!(
        "profiles: [(id: \"office\", weekday: [{}], weekend: [{weekend}])], assets: [(id: \"hall\", sector: \"food\",
         region: \"north\", staffing: \"office\", people_present: (people: 80, profile: \"office\"))], services: []",
        day.join(", ")
    ));
    assert_eq!((model.places.len(), model.places[0].people, model.places[0].profile), (1, 80.0, 0));
    assert_eq!(model.profiles[0].factors.len(), 168);
    let event = &model.events[0];
    assert!(!event.threat && event.targets == Targets::All(vec![NodeId(0)]), "{event:?}");
    let [Effect::Staffing { steps }] = event.effects.as_slice() else { panic!("{event:?}") };
    let half = Level::from_share(0.5);
    let hours: Vec<(u32, Level)> = steps.iter().map(|(at, level)| (at / 3_600, *level)).collect();
    assert_eq!(hours[..4], [(0, half), (2, Level::ONE), (11, half), (26, Level::ONE)]);
    // Five working days, and Monday again at the end of the week but one hour after the horizon.
    assert_eq!(hours.len(), 11);
}
