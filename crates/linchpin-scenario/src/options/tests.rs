use crate::check_text;
use linchpin_model::{Model, NodeId};

const BASE: &str = r#"(
    language: 1, name: "Two towns", start: "2027-01-18T06:00:00+01:00", horizon: "7d",
    regions: [(id: "land"), (id: "north", parent: "land"), (id: "south", parent: "land")],
    services: [(id: "power"), (id: "care")],
    classes: [(id: "clinic", sector: "health", supplies: ["care"], tags: ["open"], needs: [(service: "power")])],
    assets: [
        (id: "grid", sector: "energy", region: "land", supplies: ["power"]),
        (id: "a", class: "clinic", region: "north", serves: [(service: "care", people: 100)], needs: [(service: "power", from: "grid")]),
        (id: "b", class: "clinic", region: "south", serves: [(service: "care", people: 100)], needs: [(service: "power", from: "grid")]),
    ],
    events: [(id: "attack", at: "1h", on: "grid", do: [Closure(lasts: "1d")])],
    options: [OPTIONS],
)"#;

fn problems(options: &str) -> Vec<String> {
    let mut loaded = check_text("s.ron", &BASE.replace("OPTIONS", options));
    loaded.check_variants();
    loaded.diagnostics.iter().map(|problem| problem.title.clone()).collect()
}

fn changed(options: &str, ids: &[&str]) -> (Model, usize) {
    let loaded = check_text("s.ron", &BASE.replace("OPTIONS", options));
    assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
    let options = loaded.options.as_ref().expect("there are options");
    let chosen: Vec<_> = ids.iter().map(|id| options.find(id).expect("it is one of them")).collect();
    let variant = options.variant(&loaded, &chosen);
    assert!(variant.diagnostics.is_empty(), "{:?}", variant.diagnostics);
    (variant.model.expect("it is sound"), variant.changed)
}

fn batteries(model: &Model, id: &str) -> usize {
    let node = model.find_node(id).expect("it is there");
    model.needs_of(node).filter(|need| !model.needs[need.index()].reserve.is_none()).count()
}

const DIESEL: &str = r#"(id: "diesel", changes: (assets: [(of: (class: "clinic", region: "land"), set: (
    needs: [(service: "power", autonomy: [(name: "diesel", capacity: "2d")])]))]))"#;

#[test]
fn needs_are_joined_and_keep_what_is_not_changed() {
    let (model, count) = changed(DIESEL, &["diesel"]);
    assert_eq!(
        (count, batteries(&model, "a"), batteries(&model, "b"), batteries(&model, "grid")),
        (2, 1, 1, 0)
    );
    // The need still has its provider from the asset itself.
    let need = model.needs_of(model.find_node("a").expect("there")).next().expect("one need");
    let grid = model.find_node("grid").expect("there");
    assert_eq!(model.links_of(need).iter().map(|link| link.provider).collect::<Vec<NodeId>>(), [grid]);
    assert_eq!(changed(DIESEL, &[]).1, 0);
}

#[test]
fn entries_are_changed_added_and_taken_out() {
    let option = r#"(id: "all", name: "All of it", cost: (once: 2, yearly: 1, years: 2),
        changes: (
            assets: [(id: "a", failed_below: 0.9), (id: "c", class: "clinic", region: "south", needs: [(service: "power", from: "grid")])],
            classes: [(id: "clinic", restart: "1h", tags: ["safe"])],
            regions: [(id: "east", parent: "land")],
        ),
        remove: (events: ["attack"]))"#;
    let (model, count) = changed(option, &["all"]);
    assert_eq!(count, 2 + 2, "two assets, a class and a region");
    assert_eq!(model.nodes[model.find_node("a").expect("there").index()].failed_below.share(), 0.9);
    assert!(!model.nodes[model.find_node("c").expect("there").index()].restart.is_none());
    assert!((model.events.is_empty(), model.regions.len()) == (true, 4));
}

#[test]
fn later_options_count_and_shares_are_nested() {
    let two = r#"(id: "x", changes: (assets: [(id: "a", failed_below: 0.9)])), (id: "y", changes: (assets: [(id: "a", failed_below: 0.1)]))"#;
    let level = |ids: &[&str]| {
        let (model, _) = changed(two, ids);
        model.nodes[model.find_node("a").expect("there").index()].failed_below.share()
    };
    assert_eq!((level(&["x", "y"]), level(&["y", "x"]), level(&["x"])), (0.1, 0.9, 0.9));

    let share = |share: f64| {
        let adoption = format!("(id: \"diesel\", adoption: [(region: \"land\", share: {share})],");
        let (model, count) = changed(&DIESEL.replace("(id: \"diesel\",", &adoption), &["diesel"]);
        assert_eq!(count, batteries(&model, "a") + batteries(&model, "b"));
        (batteries(&model, "a"), batteries(&model, "b"))
    };
    let steps: Vec<_> = (0..=10).map(|tenths| share(f64::from(tenths) / 10.0)).collect();
    assert_eq!((steps[0], steps[10]), ((0, 0), (1, 1)));
    assert!(steps.windows(2).all(|pair| pair[0].0 <= pair[1].0 && pair[0].1 <= pair[1].1));
}

#[test]
fn what_is_wrong_is_told() {
    for (options, expected) in [
        ("(id: \"x\")", "the option `x` changes nothing"),
        ("(id: \"x\", changes: (asets: []))", "an option cannot change `asets`"),
        ("(id: \"x\", changes: (assets: [(id: \"a\", clas: \"clinic\")]))", "an asset has no field `clas`"),
        ("(id: \"x\", changes: (assets: [(of: (class: \"none\"), set: ())]))", "no asset is meant by `of`"),
        (
            "(id: \"x\", changes: (assets: [(of: (clas: \"none\"), set: ())]))",
            "a selection has no condition `clas` here",
        ),
        ("(id: \"x\", changes: (assets: [(of: \"a\")]))", "`of` needs `set`: what the assets are given"),
        ("(id: \"x\", remove: (events: [\"atack\"]))", "`events` has no `atack` to take out"),
        ("(id: \"x\", requires: [\"y\"], remove: (events: [\"attack\"]))", "there is no option `y`"),
        ("(id: \"x\", excludes: [\"x\"], remove: (events: [\"attack\"]))", "the option `x` names itself"),
        (
            "(id: \"x\", adoption: [(region: \"nort\", share: 1)], remove: (events: [\"attack\"]))",
            "there is no region `nort`",
        ),
        (
            "(id: \"x\", cost: -1, remove: (events: [\"attack\"]))",
            "expected a number from 0 to 1000000000000000, found the number -1",
        ),
    ] {
        let found = problems(options);
        assert!(found.iter().any(|title| title == expected), "{options}: {found:?}");
    }
    assert_eq!(problems(DIESEL), [""; 0]);
}

#[test]
fn together_or_not() {
    let list = r#"(id: "x", cost: 1, requires: ["y"], changes: (assets: [(id: "a", failed_below: 0.9)])),
        (id: "y", cost: 2, changes: (assets: [(id: "a", failed_below: 0.8)])),
        (id: "z", cost: 4, excludes: ["y"], changes: (assets: [(id: "a", failed_below: 0.7)]))"#;
    let loaded = check_text("s.ron", &BASE.replace("OPTIONS", list));
    let options = loaded.options.as_ref().expect("there are options");
    let conflict = |ids: &[&str]| {
        let chosen: Vec<_> = ids.iter().filter_map(|id| options.find(id)).collect();
        (options.cost(&chosen), options.conflict(&chosen))
    };
    assert_eq!(conflict(&["x", "y"]), (3.0, None));
    assert_eq!(conflict(&["x"]), (1.0, Some("`x` requires `y`".into())));
    assert_eq!(conflict(&["z", "y"]), (6.0, Some("`z` excludes `y`".into())));
}
