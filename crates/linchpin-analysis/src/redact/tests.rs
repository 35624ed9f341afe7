use super::*;
use linchpin_model::{Distribution, Meta, ModelBuilder, NeedSpec, Position, Region, Stage};

fn key() -> RedactKey {
    RedactKey::new("correct horse battery").unwrap()
}

fn model() -> Model {
    let meta = Meta { name: "Blackout in Arvenia".into(), question: "Who?".into(), ..Meta::default() };
    let mut b = ModelBuilder::new(Meta { horizon: 86_400, ..meta });
    let health = b.sector("health", "Health");
    let north = b.region(Region {
        id: "arvenia".into(),
        name: "Arvenia".into(),
        population: 1e6,
        parent: None,
        position: Some(Position { lat: 47.5, lon: -21.5 }),
    });
    let power = b.service("power", "Power");
    let plant = b.node("kestrel-plant", "Kestrel plant", health, north);
    let clinic = b.node("saint-anne", "Saint Anne", health, north);
    let lasts = b.dist(Distribution::Fixed(3600.0));
    b.need(NeedSpec::any(clinic, "main", power, &[plant]).buffered("diesel", lasts, lasts).buffered(
        "tanker from Kestrel plant",
        lasts,
        lasts,
    ));
    b.parts().positions = vec![Position { lat: 47.5, lon: -21.5 }; 2];
    b.finish()
}

#[test]
fn nothing_hidden_is_left_in_the_model_that_is_told() {
    let told = redact(&model(), &key());
    let everything = format!("{told:?}").to_lowercase();
    for word in ["arvenia", "kestrel", "saint", "anne", "who?", "47.5", "blackout"] {
        assert!(!everything.contains(word), "{word}: {everything}");
    }
    for word in ["health", "power", "diesel"] {
        assert!(everything.contains(word), "{word}: {everything}");
    }
}

#[test]
fn structure_keys_and_figures_stay() {
    let (original, told) = (model(), redact(&model(), &key()));
    assert_eq!(told.nodes, original.nodes);
    assert_eq!((&told.needs, &told.links, &told.dists), (&original.needs, &original.links, &original.dists));
    let unnamed = |stages: &[Stage]| {
        stages.iter().map(|stage| Stage { name: String::new(), ..stage.clone() }).collect::<Vec<_>>()
    };
    assert_eq!(unnamed(&told.stages), unnamed(&original.stages));
    assert_eq!(told.groups.len(), original.groups.len());
}

#[test]
fn another_key_gives_other_names_and_the_same_key_the_same() {
    let other = RedactKey::new("another long secret").unwrap();
    let [a, b, c] = [key(), key(), other].map(|key| redact(&model(), &key));
    let ids = |model: &Model| model.node_ids().map(|node| model.id(node).to_owned()).collect::<Vec<_>>();
    assert_eq!(ids(&a), ids(&b));
    assert!(ids(&a).iter().zip(ids(&c)).all(|(one, other)| *one != other));
    assert!(ids(&a)[0].starts_with("health-"));
}

#[test]
fn what_is_shown_although_it_is_a_hidden_name_is_said() {
    let mut model = model();
    assert_eq!(shown_although_hidden(&model), Vec::<String>::new());
    model.services[0].name = "Power of Arvenia".into();
    assert_eq!(shown_although_hidden(&model), ["service `power` (Power of Arvenia)"]);
}
