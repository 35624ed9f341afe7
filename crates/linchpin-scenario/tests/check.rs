//! What `check` says about scenarios: every problem at its place.

#[path = "check/cyber.rs"]
mod cyber;
#[path = "check/threat.rs"]
mod threat;

use linchpin_scenario::check_text;
use linchpin_scenario::diagnostic::Severity;

/// The problems of a text: severity, line, column, title.
fn problems(text: &str) -> Vec<(Severity, usize, usize, String)> {
    let loaded = check_text("test.ron", text);
    loaded
        .diagnostics
        .iter()
        .map(|problem| {
            let (line, column) = problem.span.map_or((0, 0), |span| loaded.sources.line_column(span));
            (problem.severity, line, column, problem.title.clone())
        })
        .collect()
}

#[test]
fn eight_defects_give_eight_messages() {
    let found = problems(include_str!("fixtures/eight-defects.ron"));
    let expected = [
        (13, 21, "nothing provides the need `power` of `pump-3`"),
        (13, 79, "expected a time such as \"36h\" or \"1d 6h\", found \"4 hours\""),
        (15, 62, "a class has no field `repiar`"),
        (19, 31, "there is no class `pmup`"),
        (20, 70, "expected a share from 0 to 1, found the number 50"),
        (21, 14, "the asset `pump-2` is there twice"),
        (25, 69, "`min` lies above `max`"),
        (26, 37, "no asset is among the targets of the event `storm`"),
    ];
    for (found, (line, column, title)) in found.iter().zip(expected) {
        assert_eq!(*found, (Severity::Error, line, column, title.to_owned()));
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
}

/// Fields of a small scenario without problems: a plant, a pump that needs it, and people who get water.
const BASE: [(&str, &str); 8] = [
    ("language", "1"),
    ("name", "\"Base\""),
    ("start", "\"2027-01-18T06:00:00+01:00\""),
    ("horizon", "\"7d\""),
    ("regions", "[(id: \"north\", position: (50.0, 8.0)), (id: \"south\")]"),
    ("services", "[(id: \"power\"), (id: \"water\")]"),
    ("classes", "[]"),
    (
        "assets",
        "[
            (id: \"plant\", sector: \"energy\", region: \"north\", supplies: [\"power\"], position: (50.0, 8.0)),
            (id: \"pump\", sector: \"drinking-water\", region: \"north\", supplies: [\"water\"], position: (50.1, 8.0),
             repair: \"6h\", needs: [(service: \"power\")], serves: [(service: \"water\", people: 1000)]),
        ]",
    ),
];

/// The base with these fields in place of its own, so that line 1 is that of `fields`.
fn with(fields: &str) -> String {
    let given = |name: &str| {
        fields.replace("@@", "").starts_with(&format!("{name}: ")) || fields.contains(&format!("], {name}: "))
    };
    let rest = BASE.iter().filter(|(name, _)| !given(name));
    let rest: String = rest.map(|(name, value)| format!("    {name}: {value},\n")).collect();
    format!("({fields},\n{rest})")
}

/// `@@` marks where a problem is expected; titles in the order of the marks.
fn check(marked: &str, titles: &[&str]) {
    let mut places = Vec::new();
    let mut fields = String::new();
    for part in marked.split("@@") {
        fields.push_str(part);
        let line = fields.matches('\n').count() + 1;
        // The bracket in front of the fields counts in the first line.
        let column = fields.chars().rev().take_while(|c| *c != '\n').count() + if line == 1 { 2 } else { 1 };
        places.push((line, column));
    }
    places.pop();
    let found = problems(&with(&fields));
    let expected: Vec<_> =
        places.iter().zip(titles).map(|(place, title)| (place.0, place.1, (*title).to_owned())).collect();
    assert_eq!(places.len(), titles.len(), "a mark for each title: {marked}");
    let found: Vec<_> = found
        .into_iter()
        .map(|(severity, line, column, title)| {
            let title = if severity == Severity::Warning { format!("warning: {title}") } else { title };
            (line, column, title)
        })
        .collect();
    assert_eq!(found, expected, "{marked}");
}

#[test]
fn the_base_has_no_problems() {
    assert_eq!(problems(&with("question: \"none\"")), []);
}

#[test]
fn the_top_level() {
    for (fields, titles) in [
        ("language: @@2", &["this scenario is written in language 2"][..]),
        ("horizon: @@\"0s\"", &["the horizon is a time above 0 and at most 20 years"]),
        ("horizon: @@\"21000d\"", &["expected a time such as \"36h\" or \"1d 6h\", found \"21000d\""]),
        ("grid: @@\"8d\"", &["the grid is a time from a second to the horizon"]),
        ("grid: @@\"0s\"", &["the grid is a time from a second to the horizon"]),
        ("grid: @@\"1s\"", &["a grid of 604800 steps is too fine"]),
        ("start: @@\"2027-01-18T06:00:00\"", &["expected a date and time with an offset from UTC"]),
        ("start: @@\"tomorrow\"", &["expected a date and time with an offset from UTC"]),
        ("replications: @@0", &["expected a whole number from 1 to 100000000, found the number 0"]),
        ("seed: @@-1", &["expected a whole number from 0 to 18446744073709551615, found the number -1"]),
        ("@@horizont: \"7d\"", &["a scenario has no field `horizont`"]),
        ("priority: @@Best", &["unknown priority rule `Best`"]),
        ("priority: List([@@\"pmup\"])", &["there is no asset or pool `pmup`"]),
    ] {
        check(fields, titles);
    }
}

#[test]
fn regions_and_places() {
    for (fields, titles) in [
        (
            "regions: [(id: \"north\", parent: @@\"norht\"), (id: \"south\")]",
            &["there is no region `norht`"][..],
        ),
        (
            "regions: [(id: \"north\", parent: \"south\"), (id: \"south\", parent: @@\"north\")]",
            &["the region `south` lies in itself"],
        ),
        (
            "regions: [(id: \"north\", position: (@@91.0, 8.0)), (id: \"south\", position: (1.0, @@-181))]",
            &[
                "expected a number from -90 to 90, found the number 91.0",
                "expected a number from -180 to 180, found the number -181",
            ],
        ),
        ("regions: [(id: \"north\"), (id: @@\"north\")]", &["the region `north` is there twice"]),
        (
            "regions: [(id: \"north\", population: @@-5)]",
            &["expected a number from 0 to 100000000000, found the number -5"],
        ),
        ("regions: [(id: @@\"no rth\"), (id: \"north\")]", &["an id must not contain ' '"]),
        (
            "services: [(id: \"power\"), (id: \"water\"), (id: @@\"power\")]",
            &["the service `power` is there twice"],
        ),
        ("sectors: [(id: \"mining\"), (id: @@\"mining\")]", &["the sector `mining` is there twice"]),
    ] {
        check(fields, titles);
    }
}

/// An asset of the energy sector in the north, with these fields more.
fn asset(fields: &str) -> String {
    format!("assets: [(id: \"a\", sector: \"energy\", region: \"north\", {fields})]")
}

#[test]
fn assets() {
    for (fields, titles) in [
        ("assets: [(id: @@\"a\", region: \"north\")]", &["the asset `a` needs a sector"][..]),
        ("assets: [@@(id: \"a\", sector: \"energy\")]", &["an asset needs a field `region`"]),
        (
            "assets: [(id: \"a\", sector: @@\"enegry\", region: @@\"nroth\")]",
            &["there is no sector `enegry`", "there is no region `nroth`"],
        ),
        (&asset("supplies: [@@\"gas\"]"), &["there is no service `gas`"]),
        (&asset("capacity: @@-1"), &["expected a number from 0 to 1000000000, found the number -1"]),
        (&asset("capacity: @@1e308"), &["expected a number from 0 to 1000000000, found the number 1e308"]),
        (&asset("initial: @@1.5"), &["expected a share from 0 to 1, found the number 1.5"]),
        (&asset("combine: @@Max"), &["expected a way to combine, found `Max`"]),
        (&asset("restart: @@4"), &["expected a time such as \"36h\" or \"1d 6h\", found the number 4"]),
        (
            &asset("failures: (time_to_failure: @@\"0s\")"),
            &["a time to failure must be at least a second in the median"],
        ),
        (
            &asset("failures: (time_to_failure: \"300000d\", state: @@\"bad\")"),
            &["there is no damage state `bad`"],
        ),
        (&asset("control: (trip_rate: @@0.5)"), &["expected a number from 1 to 1000, found the number 0.5"]),
        (
            &asset("serves: [(service: \"water\", people: @@-1)]"),
            &["expected a number from 0 to 10000000000, found the number -1"],
        ),
        (&asset("serves: [(service: @@\"water\", people: 0)]"), &["`water` is served to nobody in `north`"]),
        ("classes: [(id: @@\"odd\")]", &["warning: no asset is of the class `odd`"]),
    ] {
        check(fields, titles);
    }
}

#[test]
fn distributions() {
    for (dist, title) in [
        ("Uniform(min: \"2h\", max: \"1h\")", "`min` lies above `max`"),
        ("Triangular(min: \"2h\", mode: \"1h\", max: \"3h\")", "`mode` lies outside of `min` to `max`"),
        ("Pert(min: \"4h\", mode: \"1h\", max: \"3h\")", "`min` lies above `max`"),
        ("Empirical([])", "an Empirical needs at least one value"),
        (
            "Lognormal(median: \"2h\", sigma: 0.5, p95: \"4h\")",
            "a Lognormal has either `p95` or `sigma`, not both",
        ),
        ("Lognormal(median: \"2h\")", "a distribution needs a field `p95`"),
        ("Uniform(\"1h\", \"2h\")", "the values of a distribution need names"),
    ] {
        check(&asset(&format!("restart: @@{dist}")), &[title]);
    }
    for (dist, title) in [
        ("Lognormal(median: \"2h\", p95: @@\"2h\")", "`p95` has to lie above the median"),
        ("Lognormal(median: @@\"0s\", sigma: 1)", "expected something above 0, found 0"),
        ("Exponential(mean: @@\"0s\")", "expected something above 0, found 0"),
        (
            "Normal(mean: \"2h\", sd: @@\"-1h\")",
            "expected a time such as \"36h\" or \"1d 6h\", found \"-1h\"",
        ),
        ("Weibull(scale: \"2h\", shape: @@0)", "expected a number from 0.05 to 100, found the number 0"),
        ("@@Unifrom(min: \"1h\", max: \"2h\")", "unknown distribution `Unifrom`"),
    ] {
        check(&asset(&format!("restart: {dist}")), &[title]);
    }
}

/// The base with a pump whose need for power has these fields more, and a second plant.
fn need(fields: &str) -> String {
    format!(
        "assets: [
            (id: \"plant\", sector: \"energy\", region: \"north\", supplies: [\"power\"], capacity: 3),
            (id: \"spare\", sector: \"energy\", region: \"north\", supplies: [\"power\"], capacity: 0, position: (1, 1)),
            (id: \"pump\", sector: \"food\", region: \"north\", tags: [\"wet\"], needs: [(service: \"power\", {fields})]),
        ]"
    )
}

#[test]
fn needs() {
    for (fields, titles) in [
        ("from: [@@\"plnat\"]", &["there is no asset or pool `plnat`"][..]),
        (
            "from: (class: @@\"plants\", region: @@\"nrth\")",
            &["there is no class `plants`", "there is no region `nrth`"],
        ),
        ("from: @@(region: \"south\")", &["nothing provides the need `power` of `pump`"]),
        ("from: @@(sector: \"food\")", &["nothing provides the need `power` of `pump`"]),
        ("from: @@[\"pump\"]", &["nothing provides the need `power` of `pump`"]),
        ("from: (tag: @@\"wte\")", &["there is no tag `wte`"]),
        ("from: @@(nearest: 1)", &["`pump` has no position to be near to"]),
        ("from: [\"plant\", @@\"plant\"]", &["warning: `plant` is listed twice"]),
        ("required: @@3", &["the need `power` of `pump` can never be met"]),
        ("required: @@3.5, weights: Capacity", &["the need `power` of `pump` can never be met"]),
        ("required: @@0", &["expected a number from 0.001 to 1000000000, found the number 0"]),
        ("criticality: @@-0.1", &["expected a share from 0 to 1, found the number -0.1"]),
        ("role: @@Sometimes", &["expected a role, found `Sometimes`"]),
        ("response: @@[(0, 0), (0.5, 1)]", &["a response curve ends at (1, 1)"]),
        (
            "response: @@[(0, 0.8), (0.5, 0.2), (1, 1)]",
            &["a response curve does not fall: more supply, more level"],
        ),
        (
            "response: @@[(0, 0), (0.5, 0.2), (0.5, 0.3), (1, 1)]",
            &["the points of a response curve go up in supply"],
        ),
        ("autonomy: [(capacity: @@\"0s\")]", &["a stage of autonomy that lasts no time is none"]),
        ("autonomy: [@@(name: \"tank\")]", &["a stage of autonomy needs a field `capacity`"]),
        (
            "autonomy: [(capacity: \"1h\", resupply: (from: @@(class: \"none\")))]",
            &["there is no class `none`"],
        ),
        (
            "autonomy: [(capacity: \"1h\", resupply: (from: @@(region: \"south\")))]",
            &["nothing can resupply the stage of `pump`"],
        ),
        (
            "autonomy: [(capacity: \"1h\", start_probability: @@98)]",
            &["expected a share from 0 to 1, found the number 98"],
        ),
    ] {
        // The class is named within the selector; what is unknown is the class, not the selection.
        let fields = fields.replace("@@(class: \"none\")", "(class: @@\"none\")");
        check(&need(&fields), titles);
    }
    check(
        &need("id: \"p\"), (service: \"power\", from: (nearest: 5), id: @@\"p\"")
            .replace("tags", "position: (1, 2), tags")
            .replace("nearest: 5", "nearest: @@5"),
        &["warning: only 1 of the 5 nearest are there", "the need `p` is there twice"],
    );
    check(
        &need("")
            .replace("capacity: 3", "capacity: 0")
            .replace("[(service: \"power\", )]", "[@@(service: \"power\", weights: Capacity)]"),
        &["all providers of `power` for `pump` have capacity 0"],
    );
}

#[test]
fn repairs_and_crews() {
    for (fields, titles) in [
        (asset("repair: @@(needs: [])"), &["a repair needs `states` or `stages`"][..]),
        (
            asset("repair: (states: [(name: \"a\", repair: \"1h\"), (name: @@\"a\", repair: \"2h\")])"),
            &["the state `a` is there twice"],
        ),
        (
            asset(
                "repair: (states: [(name: \"a\", level: 0.1, repair: \"1h\"), (name: @@\"b\", level: 0.2, repair: \"2h\")])",
            ),
            &["states go from the slightest to the worst"],
        ),
        (
            asset("repair: (states: [(name: \"a\", repair: \"1h\", fragility: (median: @@0, beta: 0.5))])"),
            &["expected something above 0, found 0"],
        ),
        (
            asset("repair: (stages: [(duration: \"1h\", skill: @@\"line\")])"),
            &["there is no team with the skill `line`"],
        ),
        (asset("repair: (stages: [(duration: \"1h\", crews: @@2)])"), &["crews of which skill?"]),
        (
            asset("repair: (stages: [(duration: \"1h\", spare: @@\"pole\")])"),
            &["there is no stock of spares `pole`"],
        ),
        (asset("repair: (stages: [@@(name: \"test\")])"), &["warning: this stage takes no time"]),
        (
            asset("repair: (stages: [@@(duration: \"1h\", skill: \"line\", crews: 3)])")
                + ", teams: [(id: \"t\", skill: \"line\", home: \"north\", crews: 2)]",
            &["warning: `a` can not be repaired: no team serves `north` with 3 line crews"],
        ),
        (
            "teams: [(id: @@\"t\", skill: \"line\", home: \"north\", crews: 2)]".into(),
            &["warning: no repair asks for the skill of the team `t`"],
        ),
    ] {
        check(&fields, titles);
    }
}

#[test]
fn systems() {
    for (fields, titles) in [
        (
            "pools: [(id: \"market\", service: \"power\", suppliers: [(from: \"plant\")], demand: @@0)]",
            &["expected a number from 0.001 to 1000000000, found the number 0"][..],
        ),
        (
            "pools: [(id: \"market\", service: \"power\", suppliers: [(from: \"plant\")], demand: @@2)]",
            &["warning: the demand of the pool `market` is above its capacity"],
        ),
        (
            "pools: [(id: @@\"market\", service: \"power\", suppliers: [(from: \"plant\", capacity: 0)], demand: 2)]",
            &["the suppliers of the pool `market` have no capacity"],
        ),
        (
            "pools: [(id: \"market\", service: \"power\", suppliers: [(from: \"plant\"), (from: @@(sector: \"energy\"))], demand: 1)]",
            &["`plant` supplies the pool `market` twice"],
        ),
        (
            "networks: [(id: \"n\", rule: SourceReachable(sources: @@[\"plant\"]), members: [\"pump\"], links: [(\"pump\", @@\"plant\")])]",
            &["the source `plant` is not a member of the network", "`plant` is not a member of the network"],
        ),
        (
            "networks: [(id: \"n\", rule: LargestComponent, members: [\"pump\", \"plant\"], links: [(\"pump\", @@\"pump\")])]",
            &["this links `pump` with itself"],
        ),
        (
            "networks: [(id: @@\"n\", rule: LargestComponent, members: [\"pump\", \"plant\"], links: [])]",
            &["warning: the network `n` does not hang together"],
        ),
        (
            "networks: [(id: \"n\", rule: LargestComponent, members: [\"pump\"], links: []),
                (id: \"m\", rule: LargestComponent, members: @@[\"pump\"], links: [])]",
            &["`pump` is in two networks"],
        ),
        (
            "sharing: [(id: \"s\", members: [\"pump\"], rule: Equal, load: 0.5), (id: \"t\", members: @@[\"pump\"], rule: Equal, load: 0.5)]",
            &["`pump` is in two sharing groups"],
        ),
        (
            "sharing: [(id: \"s\", members: [\"pump\"], rule: Equal, load: @@2.0)]",
            &["warning: every member is above `trip_at` from the start"],
        ),
        (
            "common_causes: [(id: @@\"c\", members: [\"pump\"], beta: @@1.5)]",
            &[
                "warning: no member of `c` fails at random",
                "expected a share from 0 to 1, found the number 1.5",
            ],
        ),
    ] {
        check(fields, titles);
    }
}

#[test]
fn events() {
    for (event, titles) in [
        ("(id: @@\"e\", at: \"1d\", do: [Closure()])", &["the event `e` needs a field `on`"][..]),
        (
            "(id: \"e\", at: @@\"8d\", on: [\"pump\"], do: [Closure()])",
            &["warning: the event `e` comes after the horizon"],
        ),
        (
            "(id: \"e\", at: \"1d\", on: @@(sector: \"food\"), do: [Closure()])",
            &["no asset is among the targets of the event `e`"],
        ),
        (
            "(id: \"e\", at: \"1d\", on: (region: @@\"same\"), do: [Closure()])",
            &["there is no consumer to go by among the targets of the event `e`"],
        ),
        (
            "(id: \"e\", at: \"1d\", on: Draw(k: @@3, from: [\"pump\", \"plant\"]), do: [Closure()])",
            &["3 can not be drawn from 2"],
        ),
        (
            "(id: \"e\", at: \"1d\", on: @@Circle(center: (10.0, 8.0), radius_km: 5), do: [Closure()])",
            &["no asset lies within the area of the event `e`"],
        ),
        (
            "(id: \"e\", at: \"1d\", on: Polygon(points: @@[(1, 2), (3, 4)]), do: [Closure()])",
            &["a polygon has at least three points"],
        ),
        (
            "(id: \"e\", at: \"1d\", on: [\"pump\"], do: [Damage(state: @@\"bent\")])",
            &["the repair of `pump` has no state `bent`"],
        ),
        (
            "(id: \"e\", at: \"1d\", on: [\"plant\"], do: [@@Damage])",
            &["warning: the event `e` damages `plant`, which has no repair"],
        ),
        (
            "(id: \"e\", at: \"1d\", on: [\"pump\"], do: [@@Damage(fragility: true)])",
            &["damage by fragility needs an intensity"],
        ),
        (
            "(id: \"e\", at: \"1d\", on: Circle(center: (50, 8), radius_km: 50), do: [@@Damage(fragility: true)])",
            &["warning: 2 of 2 targets of the event `e` have no fragility"],
        ),
        ("(id: \"e\", at: \"1d\", on: [\"pump\"], do: @@[])", &["warning: this event does nothing"]),
        ("(id: \"e\", at: \"1d\", on: [\"pump\"], do: [@@Explode])", &["unknown effect `Explode`"]),
        (
            "(id: \"e\", at: \"1d\", do: [Demand(sharing: @@\"grid\", add: 0.1)])",
            &["there is no sharing group `grid`"],
        ),
        (
            "(id: \"e\", at: \"1d\", on: [\"pump\"], do: [Forcing(steps: @@[(\"2h\", 1), (\"1h\", 0)])])",
            &["the steps of a course go up in time"],
        ),
        (
            "(id: \"e\", at: \"1d\", after: \"f\", on: [\"pump\"], do: [Closure()]), (id: \"f\", at: \"1d\", after: @@\"e\", on: [\"pump\"], do: [Closure()])",
            &["these events wait for each other and never happen"],
        ),
        (
            "(id: \"e\", at: \"1d\", on: [\"pump\"], do: [Closure()]), (id: @@\"f\", at: \"1d\", after: \"e\", background: true, on: [\"pump\"], do: [Closure()])",
            &["the background event `f` follows one of the threat"],
        ),
    ] {
        check(&format!("events: [{event}]"), titles);
    }
}

#[test]
fn groups_and_requirements() {
    for (fields, titles) in [
        (
            "groups: [(id: @@\"g\", members: [\"plant\"], weights: People)]",
            &["the group `g` has no weight"][..],
        ),
        (
            "requirements: [(id: \"r\", group: @@\"sector:energie\", at_least: 0.5, probability: 0.9)]",
            &["there is no group `sector:energie`"],
        ),
        (
            "requirements: [(id: \"r\", service: @@\"power\", at_least: 0.5, probability: 0.9)]",
            &["nobody is served `power`"],
        ),
        (
            "requirements: [@@(id: \"r\", at_least: 0.5, probability: 0.9)]",
            &["a requirement needs `group` or `service`"],
        ),
        (
            "requirements: [(id: \"r\", service: \"water\", at_least: 0.5, probability: 0.9, from: \"6d\", lasts: @@\"2d\")]",
            &["warning: the requirement `r` reaches beyond the horizon"],
        ),
        (
            "requirements: [(id: @@\"r\", service: \"water\", at_least: 0.5, probability: 0.9, from: \"7d\")]",
            &["the requirement `r` begins after the horizon"],
        ),
        (
            "requirements: [(id: \"r\", service: \"water\", at_least: 0.5, probability: 0.9, tolerate: \"2d\", lasts: @@\"1d\")]",
            &["warning: the requirement `r` is always met"],
        ),
    ] {
        check(fields, titles);
    }
}

/// Stations that supply power and need it, each from these.
fn stations(needs: &[(&str, &str)]) -> String {
    let entries = needs.iter().map(|(id, need)| {
        format!(
            "(id: \"{id}\", sector: \"energy\", region: \"north\", supplies: [\"power\"], needs: [{need}]),\n"
        )
    });
    format!("assets: [\n{}]", entries.collect::<String>())
}

#[test]
fn circles_of_one_service() {
    let title = "these would hold each other up in `power` with no source behind them";
    for (needs, titles) in [
        // A mesh with a source beside it: once the source is gone, a and b feed each other.
        (
            stations(&[
                ("source", ""),
                ("a", "@@(service: \"power\", from: [\"source\", \"b\"])"),
                ("b", "(service: \"power\", from: [\"source\", \"a\"])"),
            ]),
            &[title][..],
        ),
        // Two of three: the third is outside, so the circle is not enough by itself.
        (
            stations(&[
                ("source", ""),
                ("a", "(service: \"power\", from: [\"source\", \"b\"], required: 2)"),
                ("b", "(service: \"power\", from: [\"a\"])"),
            ]),
            &[],
        ),
        // A chain.
        (
            stations(&[
                ("source", ""),
                ("a", "(service: \"power\", from: [\"source\"])"),
                ("b", "(service: \"power\", from: [\"a\", \"source\"])"),
            ]),
            &[],
        ),
        // A generator that needs the grid for its start only is a source.
        (
            stations(&[
                ("plant", "(service: \"power\", from: [\"a\"], role: Start, black_start: \"4h\")"),
                ("a", "(service: \"power\", from: [\"plant\"])"),
            ]),
            &[],
        ),
    ] {
        check(&needs, titles);
    }
    // Pools that fill each other.
    let pools = "pools: [(id: \"m\", service: \"power\", suppliers: [(from: \"n\", capacity: 1)], demand: 1),
        (id: \"n\", service: \"power\", suppliers: [(from: \"m\", capacity: 1)], demand: 1),
        (id: \"l\", service: \"power\", suppliers: [(from: [\"m\", \"plant\"], capacity: 1)], demand: 1)]";
    check(
        &pools.replacen("id: ", "id: @@@@", 1),
        &[
            "these pools would fill each other with no source behind them",
            "warning: once down, these can never come back: each needs the next to start",
        ],
    );
}

#[test]
fn circles_that_nothing_brings_back() {
    let both = |power: &str, signal: &str| {
        format!(
            "services: [(id: \"power\"), (id: \"signal\")], assets: [
                (id: \"grid\", sector: \"energy\", region: \"north\", supplies: [\"power\"], needs: [@@(service: \"signal\"{signal})]),
                (id: \"net\", sector: \"digital\", region: \"north\", supplies: [\"signal\"], needs: [(service: \"power\"{power})]),
                (id: \"home\", sector: \"food\", region: \"north\", needs: [(service: \"power\")]),
            ]"
        )
    };
    check(&both("", ""), &["warning: once down, these can never come back: each needs the next to start"]);
    for (power, signal) in [
        (", black_start: \"4h\"", ""),
        ("", ", criticality: 0.5"),
        (", autonomy: [(capacity: \"8h\")]", ""),
        ("", ", role: Start, black_start: \"1h\""),
    ] {
        check(&both(power, signal).replace("@@", ""), &[]);
    }
}

#[test]
fn redundancy_in_name_only() {
    let plants = |a: &str, b: &str, need: &str| {
        format!(
            "assets: [
                (id: \"a\", sector: \"energy\", region: \"north\", supplies: [\"power\"], {a}),
                (id: \"b\", sector: \"energy\", region: \"north\", supplies: [\"power\"], {b}),
                (id: \"pump\", sector: \"food\", region: \"north\", needs: [@@(service: \"power\"{need})]),
            ]"
        )
    };
    let title = "warning: redundant providers of `pump` share the site \"hill\"";
    check(&plants("site: \"hill\"", "site: \"hill\"", ""), &[title]);
    check(&plants("site: \"hill\"", "site: \"dale\"", "").replace("@@", ""), &[]);
    // Both are needed: there is no redundancy to be mistaken about.
    check(&plants("site: \"hill\"", "site: \"hill\"", ", required: All").replace("@@", ""), &[]);
    check(
        &plants("vendor: \"one\"", "vendor: \"one\"", ""),
        &["warning: redundant providers of `pump` share the vendor \"one\""],
    );
    // A common cause says that they may fall together.
    let fails = "vendor: \"one\", failures: (time_to_failure: \"90d\")";
    let cause = ", common_causes: [(id: \"c\", members: [\"a\", \"b\"], beta: 0.1)]";
    check(&(plants(fails, fails, "").replace("@@", "") + cause), &[]);
}

#[test]
fn many_problems_of_a_kind_are_counted() {
    let classes: String = (0..40).map(|i| format!("(id: \"class-{i}\"), ")).collect();
    let found = problems(&with(&format!("classes: [{classes}]")));
    assert_eq!(found.len(), 5);
    let loaded = check_text("test.ron", &with(&format!("classes: [{classes}]")));
    assert!(loaded.model.is_some(), "warnings do not stop a run");
    let help: Vec<_> = loaded.diagnostics.iter().flat_map(|problem| &problem.help).collect();
    assert_eq!(help, ["and 35 more like this, not shown"]);
}

#[test]
fn the_examples_of_the_format_page_have_no_problems() {
    let page = include_str!("../../../docs/scenario-format.md");
    let examples: Vec<_> =
        page.split("```ron\n(\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(examples.len() > 1, "one of dependencies, one of malware and response");
    for example in examples {
        assert_eq!(problems(&format!("(\n{example}")), [], "{example}");
    }
}
