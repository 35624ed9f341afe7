use super::import_stix;
use crate::import::Outcome;
use crate::import::tests::load;
use crate::input::Input;
use crate::options::Options;
use linchpin_model::{Model, StepId};
use linchpin_scenario::diagnostic::Severity;

/// A flow of its own making: two ways in, both needed before a condition, then either of two blows.
pub(crate) const FLOW: &str = r#"{"type": "bundle", "id": "bundle--1", "objects": [
{"type": "extension-definition", "id": "extension-definition--fb9c", "name": "Attack Flow"},
{"type": "attack-flow", "id": "attack-flow--1", "name": "Dark Evening", "scope": "incident", "start_refs": ["attack-action--a", "attack-action--b"]},
{"type": "threat-actor", "id": "threat-actor--1", "name": "Crew of Seven", "threat_actor_types": ["nation-state"], "description": "x"},
{"type": "attack-pattern", "id": "attack-pattern--1", "name": "Valid Accounts", "external_references": [{"source_name": "mitre-ics-attack", "external_id": "T0859"}]},
{"type": "attack-action", "id": "attack-action--a", "name": "Mail", "technique_id": "T1566", "tactic_id": "TA0001", "description": "how", "confidence": 80, "effect_refs": ["attack-operator--and"]},
{"type": "attack-action", "id": "attack-action--b", "name": "Accounts", "technique_ref": "attack-pattern--1", "effect_refs": ["attack-operator--and"]},
{"type": "attack-operator", "id": "attack-operator--and", "operator": "AND", "effect_refs": ["attack-condition--1"]},
{"type": "attack-condition", "id": "attack-condition--1", "description": "they are in", "on_true_refs": ["attack-action--c", "attack-action--d"]},
{"type": "attack-action", "id": "attack-action--c", "name": "Breakers", "technique_id": "T0855", "tactic_id": "TA0106", "effect_refs": ["attack-operator--or"]},
{"type": "attack-action", "id": "attack-action--d", "name": "Rumour", "technique_id": "T0068", "tactic_id": "TA08", "effect_refs": ["attack-operator--or"]},
{"type": "attack-operator", "id": "attack-operator--or", "operator": "OR", "effect_refs": ["attack-action--e"]},
{"type": "attack-action", "id": "attack-action--e", "name": "Breakers", "technique_id": "T0099", "effect_refs": ["attack-action--a", "attack-action--x"]},
{"type": "malware", "id": "malware--1", "name": "W", "is_family": false}
]}"#;

fn import(text: &str) -> Outcome {
    let mut input = Input::default();
    let id = input.add("flow.json", text);
    import_stix(input, id, &Options { title: "Evening".into(), ..Options::default() })
}

fn model(outcome: &Outcome) -> (Model, String) {
    let imported = outcome.imported.as_ref().unwrap_or_else(|| panic!("{:?}", outcome.diagnostics));
    let loaded = load(imported);
    let errors: Vec<_> = loaded.diagnostics.iter().filter(|d| d.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{}", imported.files[1].text);
    (loaded.model.expect("there is no error"), imported.report.text())
}

/// Each step as "id < what it follows".
fn told(model: &Model) -> Vec<String> {
    let id = |step: &StepId| model.steps[step.index()].id.as_str();
    let tell = |step: &linchpin_model::CampaignStep| {
        let after: Vec<&str> = step.after.iter().map(id).collect();
        let joined = after.join(if step.any { " or " } else { " and " });
        let technique = step.technique.as_ref().map(|t| format!(" {}:{}", t.catalogue, t.id));
        format!("{}{} < {joined}", step.id, technique.unwrap_or_default())
    };
    model.steps.iter().map(tell).collect()
}

#[test]
fn a_flow_becomes_a_campaign() {
    let outcome = import(FLOW);
    let (model, report) = model(&outcome);
    assert_eq!(
        told(&model),
        [
            "mail attack:T1566 < ",
            "accounts attack-ics:T0859 < ",
            "breakers attack-ics:T0855 < mail and accounts",
            "rumour disarm:T0068 < mail and accounts",
            "breakers-2 < breakers or rumour",
        ]
    );
    let campaign = &model.campaigns[0];
    assert_eq!((campaign.id.as_str(), campaign.name.as_str()), ("dark-evening", "Dark Evening"));
    assert_eq!(model.actors[campaign.actor.index()].id, "crew-of-seven");
    assert_eq!(model.actors[0].kind.label(), "state");
    for line in [
        "1 actor, 1 campaign, 5 steps",
        "1 reference to what is not in the file",
        "1 link that leads back to an earlier action",
        "1 technique id whose catalogue is not said",
        "`confidence` of 1 object",
        "1 object `malware`",
        "the only actor there is",
    ] {
        assert!(report.contains(line), "{line}\n{report}");
    }
    let text = &outcome.imported.as_ref().expect("it was imported").files[1].text;
    assert!(!text.contains("how") || !text.contains("they are in"), "{text}");
    assert!(model.assumptions.iter().any(|row| row.source == "placeholder of the import"));
}

#[test]
fn operators_within_operators_become_steps() {
    let flow = r#"{"type": "bundle", "objects": [
        {"type": "attack-action", "id": "a", "name": "a", "effect_refs": ["both"]},
        {"type": "attack-action", "id": "b", "name": "b", "effect_refs": ["both"]},
        {"type": "attack-action", "id": "c", "name": "c", "effect_refs": ["one"]},
        {"type": "attack-operator", "id": "both", "operator": "AND", "effect_refs": ["one"]},
        {"type": "attack-operator", "id": "one", "operator": "OR", "effect_refs": ["d"]},
        {"type": "attack-action", "id": "d", "name": "d"}]}"#;
    let (model, _) = model(&import(flow));
    assert_eq!(told(&model), ["a < ", "b < ", "c < ", "d < c or all-of-these", "all-of-these < a and b"]);
    // Joining takes no time and always succeeds.
    let joint = &model.steps[4];
    assert!(joint.duration.is_none() && joint.success == linchpin_model::Success::Given(1.0));
}

#[test]
fn what_campaigns_use_becomes_steps_in_no_order() {
    let bundle = r#"{"type": "bundle", "objects": [
        {"type": "campaign", "id": "campaign--1", "name": "plan", "first_seen": "2015-12-23T00:00:00Z"},
        {"type": "intrusion-set", "id": "intrusion-set--1", "name": "One"},
        {"type": "intrusion-set", "id": "intrusion-set--2", "name": "Two"},
        {"type": "attack-pattern", "id": "p1", "name": "Loss of View", "external_references": [{"source_name": "mitre-attack", "external_id": "T0829"}]},
        {"type": "attack-pattern", "id": "p2", "name": "Own"},
        {"type": "attack-pattern", "id": "p3", "name": "Gone", "revoked": true},
        {"type": "relationship", "id": "r1", "relationship_type": "uses", "source_ref": "campaign--1", "target_ref": "p1"},
        {"type": "relationship", "id": "r2", "relationship_type": "uses", "source_ref": "campaign--1", "target_ref": "p2"},
        {"type": "relationship", "id": "r3", "relationship_type": "uses", "source_ref": "campaign--1", "target_ref": "p3"},
        {"type": "relationship", "id": "r4", "relationship_type": "attributed-to", "source_ref": "campaign--1", "target_ref": "intrusion-set--2"},
        {"type": "relationship", "id": "r5", "relationship_type": "targets", "source_ref": "campaign--1", "target_ref": "p3"}]}"#;
    let (model, report) = model(&import(bundle));
    assert_eq!(told(&model), ["own < ", "loss-of-view attack-ics:T0829 < "]);
    assert_eq!(model.campaigns[0].id, "campaign-plan");
    assert_eq!(model.actors[model.campaigns[0].actor.index()].name, "Two");
    for line in ["the order of steps is not known", "1 object that was withdrawn", "1 object `relationship`"]
    {
        assert!(report.contains(line), "{line}\n{report}");
    }
}

#[test]
fn what_is_no_bundle_is_refused_at_its_place() {
    for (text, title) in [
        ("{\"type\": \"bundle\", \"objects\": [}", "this is not JSON: expected value"),
        ("{\"type\": \"report\", \"objects\": []}", "this is no STIX bundle"),
        ("{\"type\": \"bundle\"}", "this is no STIX bundle"),
        ("{\"type\": \"bundle\", \"objects\": 5}", "`objects` is not a list"),
        ("{\"type\": \"bundle\", \"objects\": [5]}", "this is not an object"),
        (
            "{\"type\": \"bundle\", \"objects\": [{\"type\": \"campaign\"}]}",
            "an object needs a `type` and an `id`",
        ),
        ("{\"type\": \"bundle\", \"objects\": []}", "flow.json has no campaign"),
    ] {
        let outcome = import(text);
        let titles: Vec<&str> = outcome.diagnostics.iter().map(|problem| problem.title.as_str()).collect();
        assert!(outcome.imported.is_none(), "{text}");
        assert!(titles.contains(&title), "{text}: {titles:?}");
    }
}

#[test]
fn a_long_chain_of_operators_is_no_trouble() {
    let mut objects = vec![r#"{"type": "attack-action", "id": "n0", "effect_refs": ["n1"]}"#.to_owned()];
    for i in 1..5_000 {
        let kind = if i % 2 == 0 { "AND" } else { "OR" };
        objects.push(format!(
            r#"{{"type": "attack-operator", "id": "n{i}", "operator": "{kind}", "effect_refs": ["n{}"]}}"#,
            i + 1
        ));
        objects.push(format!(r#"{{"type": "attack-action", "id": "m{i}", "effect_refs": ["n{i}"]}}"#));
    }
    let flow = format!(r#"{{"type": "bundle", "objects": [{}]}}"#, objects.join(","));
    let (model, _) = model(&import(&flow));
    assert!(model.steps.len() >= 5_000);
}
