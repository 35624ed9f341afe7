//! What scenarios resolve to: needs, links, defaults, targets.

#[path = "resolve/cyber.rs"]
mod cyber;

use linchpin_model::{
    Combine, Cover, DamageChoice, Distribution, Effect, Level, Model, NodeId, NodeKind, Role, Targets,
};
use linchpin_scenario::check_text;

const HEAD: &str = "language: 1, name: \"Test\", start: \"2027-01-18T06:00:00+01:00\", horizon: \"7d\",
    services: [(id: \"power\"), (id: \"signal\"), (id: \"fuel\")],
    regions: [(id: \"land\"), (id: \"north\", parent: \"land\", position: (10, 10)), (id: \"town\", parent: \"north\"),
              (id: \"south\", parent: \"land\")],";

/// The model of a scenario that has no errors.
fn model(fields: &str) -> Model {
    let loaded = check_text("test.ron", &format!("({HEAD}\n{fields})"));
    let errors: Vec<_> = loaded.diagnostics.iter().map(|d| &d.title).collect();
    loaded.model.unwrap_or_else(|| panic!("{errors:?}"))
}

fn node(model: &Model, id: &str) -> NodeId {
    model.find_node(id).unwrap_or_else(|| panic!("no node {id}"))
}

/// The needs of a node: "service: provider*weight provider*weight / required".
fn needs(model: &Model, id: &str) -> Vec<String> {
    model
        .needs_of(node(model, id))
        .map(|need| {
            let row = &model.needs[need.index()];
            let service = row.service.some().map_or("-", |service| &model.services[service.index()].id);
            let links = model.links_of(need).iter();
            let links: Vec<_> =
                links.map(|link| format!("{}*{}", model.id(link.provider), link.weight)).collect();
            format!("{service}: {} / {}", links.join(" "), row.required)
        })
        .collect()
}

/// Plants p-land, p-north, p-town, p-south of power, each in its region, and a consumer in the north with this need.
fn consumer(need: &str) -> Vec<String> {
    let plant = |region: &str, lat: u32, more: &str| {
        format!(
            "(id: \"p-{region}\", class: \"plant\", region: \"{region}\", position: ({lat}, 0), capacity: {lat} {more}),"
        )
    };
    let plants = [
        plant("land", 4, ""),
        plant("north", 1, ", tags: [\"old\"]"),
        plant("town", 2, ", tags: [\"new\", \"old\"]"),
        plant("south", 3, ", sector: \"transport\""),
    ];
    let fields = format!(
        "classes: [(id: \"plant\", sector: \"energy\", supplies: [\"power\"])],
         assets: [{} (id: \"user\", sector: \"energy\", region: \"north\", position: (0, 0), supplies: [\"power\"], needs: [{need}])],
         pools: [(id: \"market\", service: \"power\", suppliers: [(from: \"p-land\")], demand: 4)]",
        plants.concat(),
    );
    needs(&model(&fields), "user")
}

#[test]
fn selectors_choose_providers() {
    for (need, expected) in [
        // By default the suppliers of the region, of those in it and of those it lies in; a pool without region; not itself.
        ("(service: \"power\")", "power: p-land*1 p-north*1 p-town*1 market*1 / 1"),
        ("(service: \"power\", from: (region: \"north\"))", "power: p-north*1 p-town*1 / 1"),
        (
            "(service: \"power\", from: (region: \"land\"))",
            "power: p-land*1 p-north*1 p-town*1 p-south*1 / 1",
        ),
        ("(service: \"power\", from: (region: [\"town\", \"south\"]))", "power: p-town*1 p-south*1 / 1"),
        (
            "(service: \"power\", from: (class: \"plant\"))",
            "power: p-land*1 p-north*1 p-town*1 p-south*1 / 1",
        ),
        ("(service: \"power\", from: (sector: \"transport\"))", "power: p-south*1 / 1"),
        ("(service: \"power\", from: (tag: \"old\"))", "power: p-north*1 p-town*1 / 1"),
        ("(service: \"power\", from: (tag: \"old\", region: \"town\"))", "power: p-town*1 / 1"),
        ("(service: \"power\", from: (nearest: 2))", "power: p-north*1 p-town*1 / 1"),
        (
            "(service: \"power\", from: (class: \"plant\", region: \"same\", nearest: 3))",
            "power: p-land*1 p-north*1 p-town*1 / 1",
        ),
        (
            "(service: \"power\", from: (ids: [\"p-south\", \"p-town\"], region: \"south\"))",
            "power: p-south*1 / 1",
        ),
        // Listed by id: whether it supplies the service or not.
        ("(service: \"signal\", from: [\"p-south\"])", "signal: p-south*1 / 1"),
        ("(service: \"power\", from: \"p-south\")", "power: p-south*1 / 1"),
        (
            "(service: \"power\", from: (region: \"land\"), required: All)",
            "power: p-land*1 p-north*1 p-town*1 p-south*1 / 4",
        ),
        (
            "(service: \"power\", from: (region: \"land\"), required: 2)",
            "power: p-land*1 p-north*1 p-town*1 p-south*1 / 2",
        ),
        (
            "(service: \"power\", from: (region: \"land\"), required: 5.5, weights: Capacity)",
            "power: p-land*40 p-north*10 p-town*20 p-south*30 / 55",
        ),
        (
            "(service: \"power\", from: (region: \"land\"), weights: Capacity)",
            "power: p-land*4 p-north*1 p-town*2 p-south*3 / 1",
        ),
    ] {
        assert_eq!(consumer(need), [expected], "{need}");
    }
}

#[test]
fn assets_refine_their_class() {
    let model = model(
        "classes: [(
            id: \"mast\", name: \"Mast\", sector: \"digital\", supplies: [\"signal\"], failed_below: 0.3, restart: \"5min\", correlation: 0.4,
            tags: [\"tall\"], combine: Product, repair: \"4h\", failures: (time_to_failure: \"30d\"), control: (manual_restart: 3),
            needs: [
                (service: \"power\", from: [\"plant\"], autonomy: [(name: \"battery\", capacity: \"4h\")]),
                (id: \"line\", service: \"signal\", from: [\"core\"]),
            ],
        )],
        assets: [
            (id: \"plant\", sector: \"energy\", region: \"north\", supplies: [\"power\", \"fuel\"]),
            (id: \"core\", sector: \"digital\", region: \"north\", supplies: [\"signal\"]),
            (id: \"plain\", class: \"mast\", region: \"town\"),
            (id: \"odd\", class: \"mast\", region: \"town\", sector: \"energy\", failed_below: 0.7, initial: 0.5, combine: Min, tags: [\"odd\"],
             repair: \"9h\", needs: [(service: \"power\", from: [\"plant\"], required: All, criticality: 0.25), (service: \"fuel\")]),
            (id: \"watcher\", sector: \"food\", region: \"town\", needs: [(service: \"signal\", from: (tag: \"tall\")), (id: \"other\", service: \"signal\", from: (tag: \"odd\"))]),
        ]",
    );
    assert_eq!(needs(&model, "plain"), ["power: plant*1 / 1", "signal: core*1 / 1"]);
    assert_eq!(needs(&model, "odd"), ["signal: core*1 / 1", "power: plant*1 / 1", "fuel: plant*1 / 1"]);
    assert_eq!(needs(&model, "watcher"), ["signal: plain*1 odd*1 / 1", "signal: odd*1 / 1"]);
    let (plain, odd) = (&model.nodes[2], &model.nodes[3]);
    assert_eq!((plain.failed_below, odd.failed_below), (Level(300_000), Level(700_000)));
    assert_eq!((plain.initial, odd.initial), (Level::ONE, Level(500_000)));
    assert_eq!((plain.combine, odd.combine), (Combine::Product, Combine::Min));
    assert_eq!(plain.restart, odd.restart);
    assert_eq!(model.dist(plain.restart), &Distribution::Fixed(300.0));
    assert_eq!((plain.manual_factor, plain.trip_factor), (3.0, 1.0));
    assert_eq!((plain.class, model.classes[0].correlation), (odd.class, 0.4));
    assert_eq!(model.sectors[odd.sector.index()].id, "energy");
    let repair_s = |node: &linchpin_model::Node| {
        let plan = &model.repairs[node.repair.index()];
        assert_eq!((plan.states.len(), plan.stages.len(), plan.states[0].level), (1, 1, Level::ZERO));
        model.dist(plan.states[0].repair).clone()
    };
    assert_eq!(repair_s(plain), Distribution::Fixed(14_400.0));
    assert_eq!(repair_s(odd), Distribution::Fixed(32_400.0));
    let failure = &model.failures[plain.failure.index()];
    assert_eq!(model.dist(failure.time_to_failure), &Distribution::Fixed(30.0 * 86_400.0));
    assert_ne!(plain.failure, odd.failure, "the state is one of its own plan");
    // The battery belongs to the need that the plain one has from its class; the odd one replaced it.
    let battery: Vec<_> = model.reserves.iter().map(|r| model.needs[r.need.index()].owner).collect();
    assert_eq!(battery, [NodeId::new(2)]);
}

#[test]
fn needs_keep_what_they_say() {
    let model = model(
        "assets: [
            (id: \"plant\", sector: \"energy\", region: \"north\", supplies: [\"power\", \"fuel\"]),
            (id: \"user\", sector: \"food\", region: \"north\", needs: [(
                id: \"heat\", service: \"power\", criticality: 0.6, role: Run, delay: \"2h\", black_start: \"90min\",
                response: [(0, 0.1), (0.8, 0.9), (1, 1)],
                autonomy: [
                    (name: \"battery\", capacity: \"4h\", recharge: \"8h\"),
                    (capacity: Uniform(min: \"1d\", max: \"3d\"), start_probability: 0.985, start_delay: \"1min\", coverage: 0.7,
                     time_to_failure: Exponential(mean: \"1700h\"), resupply: (from: (service: \"fuel\"))),
                ],
            )]),
        ]",
    );
    let need = &model.needs[0];
    assert_eq!((need.criticality, need.role, need.black_start), (Level(600_000), Role::Run, 5400));
    assert_eq!(model.curves[need.response.index()].at(Level(400_000)), Level(500_000));
    assert_eq!(model.dist(model.links[0].delay), &Distribution::Fixed(7200.0));
    let reserve = &model.reserves[need.reserve.index()];
    assert_eq!((reserve.first_stage, reserve.stages), (0, 2));
    let [battery, generator] = &model.stages[..] else { panic!("two stages") };
    assert_eq!((battery.name.as_str(), generator.name.as_str()), ("battery", "stage 2"));
    assert_eq!(battery.cover, Cover::AtLeast(Level::ONE));
    assert!(battery.resupply.is_none() && battery.failure.is_none() && battery.start_delay.is_none());
    assert_eq!(model.dist(battery.recharge), &Distribution::Fixed(28_800.0));
    assert_eq!(generator.cover, Cover::AtLeast(Level(700_000)));
    assert_eq!(generator.start_probability, 0.985);
    assert_eq!(model.dist(generator.failure), &Distribution::Exponential { mean: 1700.0 * 3600.0 });
    let refill = &model.needs[generator.resupply.index()];
    assert_eq!(refill.role, Role::Resupply);
    assert_eq!(model.id(model.links_of(generator.resupply)[0].provider), "plant");
}

#[test]
fn pools_are_nodes_with_one_need() {
    let model = model(
        "assets: [
            (id: \"a\", sector: \"energy\", region: \"north\", supplies: [\"power\"], capacity: 600),
            (id: \"b\", sector: \"energy\", region: \"south\", supplies: [\"power\"], tags: [\"gas\"]),
            (id: \"c\", sector: \"energy\", region: \"south\", supplies: [\"power\"], tags: [\"gas\"]),
            (id: \"user\", sector: \"food\", region: \"town\", needs: [(service: \"power\", from: [\"market\"])]),
        ],
        pools: [(id: \"market\", name: \"Market\", service: \"power\", suppliers: [(from: \"a\"), (from: (tag: \"gas\"), capacity: 250.5)],
                 demand: 1000, surge: (factor: 1.2, lasts: \"2h\", recharge: \"1d\"), failed_below: 0.8)]",
    );
    assert_eq!(needs(&model, "market"), ["-: a*6000 b*2505 c*2505 / 10000"]);
    let pool = &model.nodes[4];
    assert_eq!((pool.kind, pool.failed_below), (NodeKind::Pool, Level(800_000)));
    assert_eq!(model.sectors[pool.sector.index()].id, "energy", "that of its first supplier");
    assert!(pool.region.is_none());
    let surge = &model.stages[0];
    assert_eq!(surge.cover, Cover::Times(1_200_000));
    assert_eq!(model.dist(surge.capacity), &Distribution::Fixed(7200.0));
    assert_eq!(needs(&model, "user"), ["power: market*1 / 1"]);
}

#[test]
fn teams_and_the_work_have_needs_of_their_own() {
    let model = model(
        "classes: [(
            id: \"line\", sector: \"energy\",
            repair: (
                states: [(name: \"slight\", level: 0.5, repair: \"2h\"), (name: \"severe\", repair: \"20h\", fragility: (median: 0.2, beta: 0.35))],
                stages: [(name: \"assess\", duration: \"1h\", skill: \"rigging\"), (skill: \"rigging\", crews: 2, spare: \"pole\")],
                needs: [(service: \"signal\")],
            ),
            failures: (time_to_failure: \"90d\", state: \"slight\"),
        )],
        assets: [
            (id: \"radio\", sector: \"digital\", region: \"north\", supplies: [\"signal\"]),
            (id: \"bare\", sector: \"energy\", region: \"north\", supplies: [\"fuel\"]),
            (id: \"l1\", name: \"Line 1\", class: \"line\", region: \"town\", position: (1, 2)),
        ],
        teams: [
            (id: \"riggers\", skill: \"rigging\", home: \"north\", crews: 3, travel: \"1h\", needs: [(service: \"fuel\")]),
            (id: \"more\", skill: \"rigging\", home: \"north\", serves: [\"south\"], crews: 1),
        ],
        spares: [(id: \"pole\", stock: 2, resupply: \"14d\")],
        priority: List([\"l1\", \"radio\"])",
    );
    let kinds: Vec<_> =
        model.node_ids().map(|n| (model.id(n).to_owned(), model.nodes[n.index()].kind)).collect();
    assert_eq!(kinds[3], ("team:riggers".into(), NodeKind::Team));
    assert_eq!(kinds[5], ("job:l1".into(), NodeKind::Job));
    assert_eq!(kinds.len(), 6, "no job where the work needs nothing");
    assert_eq!(needs(&model, "team:riggers"), ["fuel: bare*1 / 1"]);
    assert_eq!(needs(&model, "job:l1"), ["signal: radio*1 / 1"]);
    assert_eq!(model.nodes[2].job, NodeId::new(5));
    assert!(model.nodes[0].job.is_none());
    let regions = |team: usize| -> Vec<&str> {
        model.teams[team].serves.iter().map(|region| model.regions[region.index()].id.as_str()).collect()
    };
    assert_eq!((regions(0), regions(1)), (vec!["north", "town"], vec!["south"]));
    assert_eq!((model.teams[0].node, model.teams[0].crews), (NodeId::new(3), 3));
    let plan = &model.repairs[model.nodes[2].repair.index()];
    assert_eq!(plan.states[1].fragility, Some((0.2, 0.35)));
    assert_eq!((plan.stages[1].crews, plan.stages[1].spare.index(), plan.stages[1].skill.index()), (2, 0, 0));
    assert!(plan.stages[1].duration.is_none());
    assert_eq!(model.failures[0].state, 0);
    assert_eq!(model.skills[0].id, "rigging");
    assert_eq!(model.priority, linchpin_model::Priority::List(vec![1, 2, 0, 2, 2, 2]));
}

#[test]
fn events_find_their_targets() {
    let model = model(
        "assets: [
            (id: \"a\", sector: \"energy\", region: \"north\", position: (0.0, 0.0), repair: (states: [(name: \"bent\", repair: \"1d\", fragility: (median: 1, beta: 0.5))])),
            (id: \"b\", sector: \"energy\", region: \"north\", position: (0.0, 0.4496608), repair: (states: [(name: \"bent\", repair: \"1d\", fragility: (median: 1, beta: 0.5))])),
            (id: \"c\", sector: \"energy\", region: \"north\", position: (0.0, 2.0)),
            (id: \"d\", sector: \"food\", region: \"north\"),
        ],
        sharing: [(id: \"share\", members: [\"a\", \"b\"], rule: PerFailure(0.05), load: Uniform(min: 0, max: 1), trip_at: 1.5)],
        events: [
            (id: \"quake\", at: \"1d\", on: Circle(center: (0.0, 0.0), radius_km: 100, intensity: 2.0, edge: 0.2), do: [Damage(fragility: true)]),
            (id: \"flood\", at: \"1d\", on: Polygon(points: [(-1, 1), (1, 1), (1, 3), (-1, 3)]), do: [Closure(lasts: \"2d\")]),
            (id: \"raid\", at: \"2h\", after: \"quake\", probability: 0.5, hit_probability: 0.7, severity: 1.5,
             on: Draw(k: 2, from: (sector: \"energy\")), do: [Damage(state: \"bent\"), Absence(share: 0.3)]),
            (id: \"peak\", at: \"3d\", background: true, do: [Demand(sharing: \"share\", add: 0.05)]),
            (id: \"fade\", at: \"0s\", on: [\"d\"], do: [Forcing(steps: [(\"0h\", 0), (\"6h\", 0.4)]), Degrade(to: 0.4)]),
        ]"
        .replace("from: (sector: \"energy\")", "from: [\"a\", \"b\"]")
        .as_str(),
    );
    let [quake, flood, raid, peak, fade] = &model.events[..] else { panic!("five events") };
    // Half a radius from the centre, half way between 1 and the share at the rim.
    let Targets::Footprint { nodes, .. } = &quake.targets else { panic!("a footprint") };
    assert_eq!(nodes[0], (NodeId::new(0), 1.0));
    assert!(nodes[1].0 == NodeId::new(1) && (nodes[1].1 - 0.6).abs() < 1e-4, "{nodes:?}");
    assert_eq!(nodes.len(), 2);
    let Targets::Footprint { nodes, intensity } = &flood.targets else { panic!("a footprint") };
    assert_eq!(
        (nodes.as_slice(), model.dist(*intensity)),
        (&[(NodeId::new(2), 1.0)][..], &Distribution::Fixed(1.0))
    );
    assert_eq!(raid.targets, Targets::Draw { k: 2, from: vec![NodeId::new(0), NodeId::new(1)] });
    assert_eq!(
        (raid.after.map(|id| id.index()), raid.probability, raid.hit_probability),
        (Some(0), 0.5, 0.7)
    );
    assert_eq!(raid.effects[0], Effect::Damage { state: DamageChoice::Named("bent".into()) });
    assert!(raid.threat && !peak.threat);
    assert_eq!(peak.targets, Targets::None);
    let Effect::Demand { add, .. } = peak.effects[0] else { panic!("a demand") };
    assert_eq!((add, model.sharings[0].trip_at), (50_000_000, 1_500_000_000));
    assert_eq!(fade.effects[0], Effect::Forcing { steps: vec![(0, Level::ZERO), (21_600, Level(400_000))] });
}

#[test]
fn groups_requirements_and_networks() {
    let model = model(
        "assets: [
            (id: \"a\", sector: \"energy\", region: \"north\", capacity: 3, serves: [(service: \"power\", people: 500), (service: \"power\", people: 200, region: \"south\")]),
            (id: \"b\", sector: \"energy\", region: \"south\", capacity: 1, serves: [(service: \"power\", people: 300)]),
            (id: \"c\", sector: \"food\", region: \"south\"),
        ],
        networks: [(id: \"net\", rule: SourceReachable(sources: [\"c\"]), members: [\"c\", \"a\", \"b\"], links: [(\"c\", \"a\"), (\"b\", \"a\")])],
        groups: [(id: \"g\", members: (sector: \"energy\"), weights: Capacity), (id: \"p\", members: [\"a\", \"c\"], weights: People)],
        requirements: [
            (id: \"r1\", service: \"power\", at_least: 0.8, probability: 0.9, from: \"1d\"),
            (id: \"r2\", group: \"sector:food\", at_least: 0.5, probability: 0.5, lasts: \"2d\", tolerate: \"1h\"),
            (id: \"r3\", group: \"g\", at_least: 0.5, probability: 0.5),
        ]",
    );
    let groups = |r: usize| -> Vec<&str> {
        model.requirements[r].groups.iter().map(|group| model.groups[group.index()].id.as_str()).collect()
    };
    assert_eq!(groups(0), ["service:power/north", "service:power/south"]);
    assert_eq!((groups(1), groups(2)), (vec!["sector:food"], vec!["g"]));
    assert_eq!((model.requirements[0].from, model.requirements[0].lasts), (86_400, 6 * 86_400));
    assert_eq!((model.requirements[1].lasts, model.requirements[1].tolerate), (172_800, 3600));
    let weight = |id: &str| {
        let group = &model.groups[model.find_group(id).expect(id).index()];
        group.total_weight as f64 * group.unit
    };
    assert_eq!(weight("service:power/south"), 500.0);
    assert_eq!((weight("g"), weight("p")), (4.0, 700.0));
    let network = &model.networks[0];
    assert_eq!(network.members, [0, 1, 2].map(NodeId::new));
    assert_eq!(network.links, [(0, 1), (0, 2)]);
}

#[test]
fn the_start_keeps_its_offset() {
    let meta = model("assets: []").meta;
    // 2027-01-18T05:00:00Z: 20,836 days and 5 hours after 1970.
    assert_eq!((meta.start_unix_s, meta.utc_offset_s), (20_836 * 86_400 + 5 * 3600, 3600));
    assert_eq!((meta.horizon, meta.grid, meta.seed, meta.replications), (604_800, 3600, 1, 1000));
    assert_eq!((meta.marking.as_str(), meta.hash.as_str(), meta.exercise), ("TLP:CLEAR", "", false));
}

#[test]
fn values_with_a_source_become_assumptions() {
    let model = model(
        "classes: [(
            id: \"mast\", name: \"base station\", sector: \"digital\", source: \"survey 2024\", confidence: \"S\",
            restart: (value: \"10min\", source: \"judgement\", confidence: \"A\"),
            needs: [(service: \"power\", criticality: 0.9, autonomy: [(name: \"battery\", capacity: Triangular(min: \"1h\", mode: \"4h\",
                max: \"8h\"))])],
        )],
        assets: [
            (id: \"plant\", sector: \"energy\", region: \"north\", supplies: [\"power\"], capacity: 80),
            (id: \"m1\", class: \"mast\", region: \"town\", serves: [(service: \"signal\", people: (value: 20_000, source: \"census\"))]),
        ]",
    );
    let rows: Vec<_> = model
        .assumptions
        .iter()
        .map(|row| format!("{} = {} [{} {}]", row.what, row.value, row.source, row.confidence))
        .collect();
    assert_eq!(
        rows,
        [
            "base station: restart = 10 minutes [judgement A]",
            "base station: power, criticality = 0.9 [survey 2024 S]",
            "base station: power, battery, capacity = Triangular(min: 1 hour, mode: 4 hours, max: 8 hours) [survey 2024 S]",
            "m1: signal, people = 20000 [census ]",
        ]
    );
}
