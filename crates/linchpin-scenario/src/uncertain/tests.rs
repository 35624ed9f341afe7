//! What is uncertain in a scenario, and threats.

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

/// Titles of all problems, each with the text it stands at.
fn problems(text: &str) -> Vec<(String, String)> {
    let mut loaded = check_text("s.ron", text);
    loaded.check_variants();
    assert_eq!(loaded.model.is_some(), loaded.diagnostics.errors() == 0);
    let place = |span| loaded.sources.slice(span).split_whitespace().collect::<Vec<_>>().join(" ");
    let told = loaded.diagnostics.iter();
    told.map(|problem| (problem.title.clone(), problem.span.map(place).unwrap_or_default())).collect()
}

#[test]
fn what_is_wrong_is_told_at_its_place() {
    const PAIR: &str =
        r#"uncertain: [(id: "x", is: Uniform(min: 1, max: 2)), (id: "y", is: Uniform(min: 1, max: 2))],"#;
    let declared = |entry: &str| format!("uncertain: [{entry}],");
    let pace = |is: &str| declared(&format!("(id: \"pace\", is: {is})"));
    let correlated = |entries: &str| format!("{BATTERY} correlations: [{entries}],");
    let in_use = |used: &str| (used.to_owned(), BATTERY.to_owned());
    let plainly = |rest: String| ("\"36h\"".to_owned(), rest);
    let mut wrong = Vec::new();
    let declares = |rest: String| ("Uncertain(id: \"pace\", times: \"36h\")".to_owned(), rest);
    for ((lasts, rest), title, place) in [
        (in_use("Uncertain(\"pase\")"), "there is no uncertain parameter `pase`", "\"pase\""),
        (in_use("Uncertain(\"pa ce\")"), "an id must not contain ' '", "\"pa ce\""),
        (in_use("Uncertain"), "a reference to an uncertain parameter needs a field `id`", "Uncertain"),
        (
            in_use("Uncertain(id: \"pace\", time: \"36h\")"),
            "a reference to an uncertain parameter has no field `time`",
            "time",
        ),
        (
            in_use("Uncertain(\"pace\")"),
            "expected a time such as \"36h\" or \"1d 6h\", found the number 1",
            "Uncertain(\"pace\")",
        ),
        (
            in_use("Uncertain(id: \"battery\", times: \"36h\")"),
            "a time cannot be multiplied by a time",
            "\"36h\"",
        ),
        (
            in_use("Uncertain(id: \"pace\", times: \"36 hurs\")"),
            "expected a time such as \"36h\" or \"1d 6h\", found \"36 hurs\"",
            "\"36 hurs\"",
        ),
        (
            in_use("Uncertain(id: \"pace\", times: [\"36h\"])"),
            "expected a number, a time or a distribution to be multiplied, found a list",
            "[\"36h\"]",
        ),
        (
            in_use("Uncertain(id: \"pace\", times: \"36h\", whole: true)"),
            "only a number can be `whole`",
            "Uncertain(id: \"pace\", times: \"36h\", whole: true)",
        ),
        (
            in_use("Uncertain(id: \"pace\", times: Uncertain(\"batery\"))"),
            "there is no uncertain parameter `batery`",
            "\"batery\"",
        ),
        (declares(declared("")), "there is no uncertain parameter `pace`", "\"pace\""),
        (declares(String::new()), "there is no uncertain parameter `pace`", "\"pace\""),
        (declares(declared("(id: \"pace\")")), "an uncertain parameter needs a field `is`", "(id: \"pace\")"),
        (
            declares(pace("Uniform(min: 2, max: 1)")),
            "`min` lies above `max`",
            "Uniform(min: 2, max: 1)",
        ),
        (
            declares(pace("Uniform(min: 1, max: \"2h\")")),
            "expected a time such as \"36h\" or \"1d 6h\", found the number 1",
            "1",
        ),
        (declares(pace("1")), "an uncertain parameter that always has the same value", "1"),
        (
            declares(pace("Uniform(min: 1, max: 2), best: 3")),
            "`best` lies outside of what `is` says: 1 to 2",
            "3",
        ),
        (
            declares(pace("Uniform(min: 1, max: 2), bets: 3")),
            "an uncertain parameter has no field `bets`",
            "bets",
        ),
        (
            declares(pace("Uniform(min: 1, max: Uncertain(\"pace\"))")),
            "what an uncertain parameter is cannot be uncertain",
            "Uncertain(\"pace\")",
        ),
        (
            declares(declared("(id: \"pace\", is: Exponential(1)), (id: \"pace\", is: Exponential(2))")),
            "there are two uncertain parameters `pace`",
            "\"pace\"",
        ),
        (declares(BATTERY.to_owned()), "nothing uses the uncertain parameter `battery`", "\"battery\""),
        (
            declares(pace("Lognormal(median: 1, sigma: 9)")),
            "with `pace` at 11695426816: expected a time such as \"36h\" or \"1d 6h\", found \"15157273",
            "Uncertain(id: \"pace\", times: \"36h\")",
        ),
        (
            declares(correlated("(of: [\"pace\", \"shar\"], rank: 0.5)")),
            "there is no uncertain parameter `shar`",
            "\"shar\"",
        ),
        (
            declares(correlated("(of: [\"pace\"], rank: 0.5)")),
            "a correlation is of two parameters",
            "[\"pace\"]",
        ),
        (
            declares(correlated("(of: [\"pace\", \"pace\"], rank: 0.5)")),
            "a parameter is not correlated with itself",
            "[\"pace\", \"pace\"]",
        ),
        (
            declares(correlated("(of: [\"pace\", \"share\"], rank: 1.5)")),
            "expected a number from -0.99 to 0.99, found the number 1.5",
            "1.5",
        ),
        (declares(correlated("(rank: 0.5)")), "a correlation needs a field `of`", "(rank: 0.5)"),
        (
            declares(correlated(
                "(of: [\"pace\", \"share\"], rank: 0.5), (of: [\"share\", \"pace\"], rank: 0.6)",
            )),
            "the correlation of `share` and `pace` is given twice",
            "(of: [\"share\", \"pace\"], rank: 0.6)",
        ),
        (
            declares(correlated(
                "(of: [\"pace\", \"share\"], rank: 0.6), (of: [\"pace\", \"battery\"], rank: 0.6), \
                 (of: [\"share\", \"battery\"], rank: -0.6)",
            )),
            "`share` and `battery` cannot be correlated by -0.6 as the other correlations are",
            "(of: [\"share\", \"battery\"], rank: -0.6)",
        ),
        // The third pair is not correlated, and cannot be so little.
        (
            declares(correlated(
                "(of: [\"pace\", \"share\"], rank: 0.8), (of: [\"pace\", \"battery\"], rank: 0.8)",
            )),
            "`pace` and `battery` cannot be correlated by 0.8 as the other correlations are",
            "(of: [\"pace\", \"battery\"], rank: 0.8)",
        ),
        (declares(format!("{PAIR} budget: Uncertain(\"x\"),")), "the budget cannot be uncertain", "Uncertain(\"x\")"),
        (
            declares(format!("{PAIR} grid: Uncertain(id: \"x\", times: \"1h\"),")),
            "`grid` cannot be uncertain",
            "Uncertain(id: \"x\", times: \"1h\")",
        ),
        (
            declares(format!("{PAIR} options: [(id: \"o\", cost: (once: Uncertain(\"x\")), remove: (events: All))],")),
            "a cost cannot be uncertain",
            "Uncertain(\"x\")",
        ),
        (
            declares(format!("{PAIR} options: [(id: \"o\", changes: (requirements: [(id: \"care\", at_least: Uncertain(\"x\"))]))],")),
            "what is required cannot be uncertain",
            "Uncertain(\"x\")",
        ),
        (
            declares(format!("{PAIR} options: [(id: \"o\", changes: (assets: [(id: \"a\", failed_below: Uncertain(\"z\"))]))],")),
            "there is no uncertain parameter `z`",
            "\"z\"",
        ),
        (
            plainly(format!("{PAIR} options: [(id: \"o\", changes: (assets: [(id: \"a\", failed_below: Uncertain(id: \"x\", times: 0.6))]))],")),
            "with `x` at 2: expected a share from 0 to 1, found the number 1.19",
            "Uncertain(id: \"x\", times: 0.6)",
        ),
        (
            plainly(format!("{PAIR} threats: [(id: \"t\", changes: (events: [(id: \"attack\", hit_probability: Uncertain(id: \"y\", times: 0.6))]))],")),
            "with `y` at 2: expected a share from 0 to 1, found the number 1.19",
            "Uncertain(id: \"y\", times: 0.6)",
        ),
        (declares("threats: [(id: \"t\")],".to_owned()), "the threat `t` changes nothing", "\"t\""),
        (
            declares("threats: [(id: \"t\", cost: 1, remove: (events: All))],".to_owned()),
            "a threat has no field `cost`",
            "cost",
        ),
        (
            declares("threats: [(id: \"t\", changes: (horizon: \"1d\"))],".to_owned()),
            "a threat cannot change `horizon`",
            "horizon",
        ),
        (
            declares("threats: [(id: \"t\", remove: (events: [\"atack\"]))],".to_owned()),
            "`events` has no `atack` to take out",
            "\"atack\"",
        ),
        (
            declares("threats: [(id: \"t\", remove: (malware: [\"worm\"]))],".to_owned()),
            "`malware` has no `worm` to take out",
            "\"worm\"",
        ),
        (
            declares("threats: [(id: \"t\", remove: (events: None_of_it))],".to_owned()),
            "expected `All` or a list of ids, found `None_of_it`",
            "None_of_it",
        ),
        (
            declares("threats: [(id: \"t\", remove: (events: [\"attack\"]))],".to_owned()),
            "in the threat `t`: there is no event `attack`",
            "\"attack\"",
        ),
        (
            declares("threats: [(id: \"t\", remove: (events: All)), (id: \"t\", remove: (events: All))],".to_owned()),
            "there are two threats `t`",
            "\"t\"",
        ),
        (
            declares("threats: [(id: \"as-written\", remove: (events: All))],".to_owned()),
            "`as-written` means the scenario without any of its threats",
            "\"as-written\"",
        ),
        (
            declares(
                "threats: [(id: \"t\", remove: (events: All))], \
                 options: [(id: \"o\", changes: (events: [(id: \"more\", after: \"attack\", at: \"1h\", on: \"grid\", do: [Closure(lasts: \"1h\")])]))],"
                    .to_owned(),
            ),
            "with the option `o` in the threat `t`: there is no event `attack`",
            "\"attack\"",
        ),
    ] {
        let text = BASE.replace("SHARE", "0.4").replace("CAPACITY", "\"4h\"");
        let text = text.replace("LASTS", &lasts).replace("REST", &rest);
        let found = problems(&text);
        let expected = |(t, p): &&(String, String)| t.starts_with(title) && p == place;
        // Whatever is wrong with a use is said once.
        let places = found.iter().filter(|(_, p)| p.starts_with("Uncertain") && p == place).count();
        if found.iter().filter(expected).count() != 1 || places > 1 {
            wrong.push(format!("{title} at {place}\n{rest}\n{found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(problems(&text(BATTERY)), []);
}

const THREATS: &str = r#"threats: [
    (id: "storm", name: "Storm", remove: (events: All), changes: (events: [
        (id: "gusts", at: "2h", on: "grid", do: [Closure(lasts: Uncertain(id: "pace", times: "12h"))])])),
    (id: "long", changes: (events: [(id: "attack", at: "3h")])),
],
options: [
    (id: "guard", changes: (events: [(id: "attack", hit_probability: 0.5)])),
    (id: "calm", remove: (events: ["again"])),
    (id: "walls", changes: (assets: [(id: "a", failed_below: 0.3)])),
],"#;

#[test]
fn a_threat_stands_in_the_place_of_the_one_as_written() {
    let loaded = sound(&format!("{BATTERY}{THREATS}"));
    let options = loaded.options.as_ref().expect("three");
    let model = |threat: Option<&str>, ids: &[&str]| {
        let threat =
            threat.map(|id| loaded.threats.iter().find(|threat| threat.id.value == id).expect("there"));
        let options: Vec<_> = ids.iter().map(|id| options.find(id).expect("there")).collect();
        variant(&loaded, &Choice { options: &options, threat, values: None }).model.expect("sound")
    };
    let events = |model: &Model| {
        let mut ids: Vec<String> = model.events.iter().map(|event| event.id.clone()).collect();
        ids.sort();
        ids
    };
    // The background stays, and what the threat took away no option brings back.
    assert_eq!(events(&model(None, &[])), ["again", "attack", "cold"]);
    assert_eq!(events(&model(Some("storm"), &[])), ["cold", "gusts"]);
    assert_eq!(events(&model(Some("storm"), &["guard", "calm"])), ["cold", "gusts"]);
    assert_eq!(events(&model(Some("long"), &["calm"])), ["attack", "cold"]);
    // Options do in a threat what they do without it.
    let share =
        |model: &Model| model.nodes[model.find_node("a").expect("there").index()].failed_below.share();
    assert_eq!((share(&model(Some("storm"), &[])), share(&model(Some("storm"), &["walls"]))), (0.4, 0.3));
    assert_eq!(problems(&text(&format!("{BATTERY}{THREATS}"))), []);
}

#[test]
fn the_frozen_scenario_keeps_all_of_it() {
    let correlated = format!("{BATTERY}{THREATS} correlations: [(of: [\"pace\", \"battery\"], rank: -0.5)],");
    let loaded = sound(&correlated);
    let frozen = loaded.frozen.clone().expect("it could be read");
    let again = check_text("frozen.ron", &frozen);
    assert_eq!(again.frozen.as_deref(), Some(frozen.as_str()));
    assert!(again.diagnostics.is_empty(), "{:?}", again.diagnostics);
    assert_eq!(format!("{:?}", again.model), format!("{:?}", loaded.model));
    let told = |loaded: &Loaded| {
        let uncertain = loaded.uncertain.clone().expect("three");
        let list: Vec<_> = uncertain
            .list
            .into_iter()
            .map(|p| (p.id.value, p.name, p.distribution, p.central, p.source))
            .collect();
        (list, uncertain.correlation, loaded.threats.len())
    };
    assert_eq!(told(&again), told(&loaded));
    assert_eq!(told(&loaded).1, [[1.0, -0.5, 0.0], [-0.5, 1.0, 0.0], [0.0, 0.0, 1.0]]);
}

#[test]
fn every_file_can_use_what_another_declares() {
    let main = text("include: [\"more.ron\", \"uncertain.ron\"],");
    let options = r#"(options: [(id: "o", changes: (assets: [(id: "a", failed_below: Uncertain(id: "share", times: 0.5))]))])"#;
    let files =
        [("s.ron", main), ("uncertain.ron", format!("({BATTERY})")), ("more.ron", options.to_owned())];
    let mut loaded = crate::load_model_with(std::path::Path::new("s.ron"), &mut |path| {
        let file = files.iter().find(|(name, _)| std::path::Path::new(name) == path);
        file.map(|(_, text)| text.clone().into_bytes()).ok_or_else(|| std::io::ErrorKind::NotFound.into())
    });
    loaded.check_variants();
    assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
    let options: Vec<_> = loaded.options.iter().flat_map(|options| &options.list).collect();
    let choice = Choice { options: &options, values: Some(&[14_400.0, 1.0, 0.5]), ..Choice::default() };
    assert_eq!(spelled(variant(&loaded, &choice).model), written("\"4h\"", "\"36h\"", "0.25"));
}

#[test]
fn what_is_assumed_says_what_is_uncertain() {
    let used = text(BATTERY).replace(
        "needs: [(service",
        "source: \"plan\", restart: Lognormal(median: Uncertain(id: \"pace\", times: \"2h\"), sigma: 0.2), needs: [(service",
    );
    let loaded = check_text("s.ron", &used);
    let model = loaded.model.expect("it is sound");
    let rows = model.assumptions.iter();
    let rows: Vec<_> =
        rows.map(|row| format!("{} = {} [{} {}]", row.what, row.value, row.source, row.confidence)).collect();
    assert_eq!(
        rows,
        [
            // 5 % and 95 % of 2 + 6 Beta(7/3, 11/3), by summing its density, and exp(0.3 times -1.645 and 1.645).
            "Battery life = 4 hours, uncertain: 2.66 hours to 6.28 hours (5 % to 95 %) [survey S]",
            "pace = 1, uncertain: 0.611 to 1.64 (5 % to 95 %) [ ]",
            "share = 0.4, uncertain: 0.22 to 0.58 (5 % to 95 %) [ ]",
            "a: failed below = 0.4 (uncertain: share) [plan ]",
            "a: care, people = 100 [plan ]",
            "a: restart = Lognormal(median: 2 hours (uncertain with pace), sigma: 0.2) [plan ]",
            "a: power, battery, capacity = 4 hours (uncertain: battery) [plan ]",
        ]
    );
}

#[test]
fn variants_are_made_on_several_threads() {
    let loaded = sound(BATTERY);
    let at = |share: f64| {
        let values = [14_400.0, 1.0, share];
        spelled(loaded.variant(&Choice { values: Some(&values), ..Choice::default() }).model)
    };
    let alone: Vec<String> = [0.25, 0.5].into_iter().map(at).collect();
    let together = std::thread::scope(|scope| {
        let threads = [0.25, 0.5].map(|share| scope.spawn(move || at(share)));
        threads.map(|thread| thread.join().expect("it ends"))
    });
    assert_eq!(alone, together);
}
