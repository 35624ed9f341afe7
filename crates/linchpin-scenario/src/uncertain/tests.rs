use super::Dimension;
use crate::{Choice, Loaded, Variant, check_text};
use linchpin_model::Model;

const BASE: &str = r#"(
    language: 1, name: "Two towns", start: "2027-01-18T06:00:00+01:00", horizon: "7d",
    regions: [(id: "land")], services: [(id: "power"), (id: "care")],
    assets: [
        (id: "grid", sector: "energy", region: "land", supplies: ["power"]),
        (id: "a", sector: "health", region: "land", failed_below: SHARE, serves: [(service: "care", people: 100)],
         needs: [(service: "power", autonomy: [(name: "battery", capacity: CAPACITY)])]),
    ],
    events: [
        (id: "cold", at: "0s", background: true, on: "a", do: [Degrade(to: 0.9, lasts: "1d")]),
        (id: "attack", at: "1h", on: "grid", do: [Closure(lasts: LASTS)]),
        (id: "again", after: "attack", at: "1h", on: "grid", do: [Closure(lasts: "1h")]),
    ],
    requirements: [(id: "care", service: "care", at_least: 0.9, probability: 0.9)],
    REST
)"#;

const BATTERY: &str = r#"uncertain: [
    (id: "battery", name: "Battery life", is: Pert(min: "2h", mode: "4h", max: "8h"), best: "4h", source: "survey", confidence: "S"),
    (id: "pace", is: Lognormal(median: 1, sigma: 0.3)),
    (id: "share", is: Uniform(min: 0.2, max: 0.6)),
],"#;

/// A scenario that uses all three parameters.
fn text(rest: &str) -> String {
    BASE.replace("SHARE", "Uncertain(\"share\")")
        .replace("CAPACITY", "Uncertain(\"battery\")")
        .replace("LASTS", "Uncertain(id: \"pace\", times: \"36h\")")
        .replace("REST", rest)
}

fn sound(rest: &str) -> Loaded {
    let loaded = check_text("s.ron", &text(rest));
    assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
    loaded
}

/// A model in letters, assumptions aside, which say more where something is uncertain.
fn spelled(model: Option<Model>) -> String {
    let mut model = model.expect("it is sound");
    model.assumptions.clear();
    format!("{model:?}")
}

/// The model of a scenario in which these are written.
fn written(capacity: &str, lasts: &str, share: &str) -> String {
    let text = BASE.replace("SHARE", share).replace("CAPACITY", capacity).replace("LASTS", lasts);
    let loaded = check_text("s.ron", &text.replace("REST", ""));
    assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
    spelled(loaded.model)
}

fn variant(loaded: &Loaded, choice: &Choice<'_>) -> Variant {
    let variant = loaded.variant(choice);
    assert!(variant.diagnostics.is_empty(), "{:?}", variant.diagnostics);
    variant
}

#[test]
fn a_value_counts_as_if_it_were_written() {
    let loaded = sound(BATTERY);
    let uncertain = loaded.uncertain.as_ref().expect("three");
    let told: Vec<_> = uncertain.list.iter().map(|p| (p.id.value.as_str(), p.dimension, p.central)).collect();
    let (number, time) = (Dimension::Number, Dimension::Duration);
    assert_eq!(told, [("battery", time, 14_400.0), ("pace", number, 1.0), ("share", number, 0.4)]);
    assert_eq!(uncertain.correlation, [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
    assert!(uncertain.list.iter().all(|parameter| parameter.uses.len() == 1));

    let central = written("\"4h\"", "\"36h\"", "0.4");
    assert_eq!(spelled(loaded.model.clone()), central);
    let at =
        |values: Option<&[f64]>| spelled(variant(&loaded, &Choice { values, ..Choice::default() }).model);
    assert_eq!(at(None), central);
    assert_eq!(at(Some(&[])), central, "what is not said is central");
    assert_eq!(at(Some(&[14_400.0, 1.0, 0.4])), central);
    assert_eq!(at(Some(&[7_200.0, 0.5, 0.25])), written("\"2h\"", "\"18h\"", "0.25"));
}

#[test]
fn what_is_multiplied_may_be_anything_with_a_size() {
    for (use_of, same) in [
        ("Uncertain(\"battery\")", "\"4h\""),
        ("Uncertain(id: \"battery\", times: 1.5)", "\"6h\""),
        ("(value: Uncertain(id: \"pace\", times: \"5h\"), source: \"survey\")", "\"5h\""),
        ("Uncertain(id: \"share\", times: Uncertain(\"battery\"))", "\"96min\""),
        (
            "Uncertain(id: \"share\", times: Lognormal(median: \"5h\", sigma: 0.6))",
            "Lognormal(median: \"2h\", sigma: 0.6)",
        ),
        (
            "Uncertain(id: \"battery\", times: Weibull(scale: 2, shape: 3))",
            "Weibull(scale: \"8h\", shape: 3)",
        ),
        ("Uncertain(id: \"share\", times: Empirical([\"5h\", \"10h\"]))", "Empirical([\"2h\", \"4h\"])"),
        (
            "Pert(min: Uncertain(id: \"share\", times: \"5h\"), mode: Uncertain(\"battery\"), max: \"1d\")",
            "Pert(min: \"2h\", mode: \"4h\", max: \"1d\")",
        ),
    ] {
        let text = BASE.replace("CAPACITY", use_of).replace("SHARE", "0.4").replace("LASTS", "\"36h\"");
        let loaded = check_text("s.ron", &text.replace("REST", BATTERY));
        assert_eq!(loaded.diagnostics.errors(), 0, "{:?}", loaded.diagnostics);
        assert_eq!(spelled(loaded.model), written(same, "\"36h\"", "0.4"), "{use_of}");
    }
}
