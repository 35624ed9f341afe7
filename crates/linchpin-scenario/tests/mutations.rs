//! Whatever is done to a scenario, checking it ends, and ends in errors or in a model that is sound.

use linchpin_model::{
    Condition, DamageChoice, Draws, Effect, Key, Layer, Level, Model, NetworkRule, NodeId, NodeKind,
    Occasion, Purpose, Seeds, Success, Targets,
};
use linchpin_scenario::diagnostic::{Diagnostics, render};
use linchpin_scenario::source::{SourceId, Sources, Span};
use linchpin_scenario::value::{Field, Name, Value, ValueKind};
use linchpin_scenario::{Choice, Loaded, check_tables, check_text, load_model_with, reader, write};
use std::path::Path;

const EVERYTHING: &str = include_str!("fixtures/everything.ron");

/// Mutated scenarios a run looks at.
const MUTANTS: u32 = 3_000;

#[test]
fn the_sample_uses_everything_and_has_no_problems() {
    let mut loaded = check_text("everything.ron", EVERYTHING);
    loaded.check_variants();
    let problems: Vec<_> = loaded.diagnostics.iter().map(|problem| problem.title.as_str()).collect();
    assert_eq!(problems, [""; 0]);
    let model = loaded.model.expect("no errors");
    let tables = [
        model.regions.len(),
        model.classes.len(),
        model.curves.len(),
        model.reserves.len(),
        model.failures.len(),
        model.common_causes.len(),
        model.teams.len(),
        model.spares.len(),
        model.networks.len(),
        model.sharings.len(),
        model.events.len(),
        model.requirements.len(),
        model.assumptions.len(),
        model.actors.len(),
        model.campaigns.len(),
        model.steps.len(),
        model.places.len(),
        model.platforms.len(),
        model.postures.len(),
        model.posture_of.len(),
        model.contacts.len(),
        model.malware.len(),
        model.plans.len(),
        model.warnings.len(),
        model.profiles.len(),
        usize::from(model.attribution.is_some()),
    ];
    assert!(tables.iter().all(|rows| *rows > 0), "{tables:?}");
    assert_sound(&model, "everything.ron");
}

#[test]
fn mutants_end_in_errors_or_in_a_sound_model() {
    let mut sources = Sources::default();
    let id = sources.add("everything.ron", EVERYTHING);
    let original =
        reader::parse(&sources, id, &mut Diagnostics::default()).expect("the sample is well formed");
    let (mut sound, mut refused, mut varied) = (0, 0, 0);
    for mutant in 0..MUTANTS {
        let mut dice = Dice { draws: Seeds::new(2027).replication(mutant), thrown: 0 };
        let mut value = original.clone();
        for _ in 0..=dice.throw(3) / 2 {
            mutate(&mut value, &mut dice);
        }
        let text = write::to_ron(&value);
        let mut loaded = check_text("mutant.ron", &text);
        if mutant % 8 == 0 {
            // Threats, options and values, too.
            loaded.check_variants();
            varied += assert_variants_sound(&loaded, &mut dice, &text);
        }
        assert_eq!(loaded.model.is_some(), loaded.diagnostics.errors() == 0, "mutant {mutant}:\n{text}");
        for problem in loaded.diagnostics.iter() {
            assert!(problem.span.is_some() && !problem.title.is_empty(), "mutant {mutant}: {problem:?}");
        }
        match loaded.model {
            Some(model) => {
                assert_sound(&model, &format!("mutant {mutant}:\n{text}"));
                sound += 1;
            }
            None => refused += 1,
        }
    }
    // Were nearly all refused, or nearly none, the test would show nothing of the other half.
    assert!(sound > MUTANTS / 20 && refused > MUTANTS / 3, "{sound} sound, {refused} refused");
    assert!(varied > MUTANTS / 100, "{varied} variants");
}

/// Every threat with some options and values that are as wild as parameters can be; the number of models made.
fn assert_variants_sound(loaded: &Loaded, dice: &mut Dice, text: &str) -> u32 {
    let mut made = 0;
    let options = loaded.options.as_ref().map(|options| options.list.iter().collect::<Vec<_>>());
    for threat in std::iter::once(None).chain(loaded.threats.iter().map(Some)) {
        let mut options = options.clone().unwrap_or_default();
        options.retain(|_| dice.throw(2) == 0);
        let list = loaded.uncertain.iter().flat_map(|uncertain| &uncertain.list);
        let values: Vec<f64> = list
            .map(|parameter| parameter.distribution.quantile(dice.throw(1_000) as f64 / 1_000.0))
            .collect();
        let variant = loaded.variant(&Choice { options: &options, threat, values: Some(&values) });
        if let Some(model) = variant.model {
            assert_eq!(variant.diagnostics.errors(), 0);
            assert_sound(&model, text);
            made += 1;
        }
    }
    made
}

#[test]
fn damaged_files_end_in_errors_or_in_a_sound_model() {
    for mutant in 0..MUTANTS / 2 {
        let mut dice = Dice { draws: Seeds::new(2028).replication(mutant), thrown: 0 };
        let mut bytes = EVERYTHING.as_bytes().to_vec();
        for _ in 0..=dice.throw(4) {
            let (from, length) = (dice.throw(bytes.len()), dice.throw(12));
            let to = (from + length).min(bytes.len());
            match dice.throw(4) {
                0 => bytes[from] = dice.throw(256) as u8,
                1 => drop(bytes.drain(from..to)),
                2 => {
                    let again = bytes[from..to].to_vec();
                    bytes.splice(from..from, again);
                }
                _ => bytes[from] = b"(),:\"[]-9eE._x"[dice.throw(14)],
            }
        }
        let loaded = load_model_with(Path::new("mutant.ron"), &mut |_| Ok(bytes.clone()));
        assert_eq!(loaded.model.is_some(), loaded.diagnostics.errors() == 0, "mutant {mutant}");
        if let Some(model) = loaded.model {
            assert_sound(&model, &String::from_utf8_lossy(&bytes));
        }
    }
}

const TABLED: &str = "(language: 1, name: \"Tables\", start: \"2027-01-18T06:00:00+01:00\", horizon: \"7d\",
    regions: [(id: \"north\"), (id: \"town\", parent: \"north\")], services: [(id: \"power\"), (id: \"water\")],
    classes: [(id: \"pump\", sector: \"drinking-water\", supplies: [\"water\"], needs: [(service: \"power\")])],
    assets: [(id: \"plant\", sector: \"energy\", region: \"north\", supplies: [\"power\"])],
    tables: [Assets(\"a.csv\"), Needs(\"n.csv\"), Pools(\"p.csv\"), Positions(\"x.csv\")],
    events: [(id: \"raid\", at: \"1h\", on: (class: \"pump\"), do: [Closure(lasts: \"1d\")])])";

const TABLES: [(&str, &str); 4] = [
    (
        "a.csv",
        "id,name,class,sector,region,lat,lon,supplies,capacity,tags,site,serves,people,restart,repair,time_to_failure,combine,source\n\
         w1,\"First \"\"works\"\"\",pump,,north,50.5,8.25,,2,old big,quay,water,1200,1h,\"Lognormal(median: 2d, p95: 9d)\",,Min,survey\n\
         w2,,pump,,town,,,,0.5,old,quay,water,300,,6h,Exponential(90d),Product,\n\
         dam,The dam,,energy,town,-12,120,power water,,,,,,Uniform(min: 1h; max: 3h),,,,guess\n",
    ),
    (
        "n.csv",
        "asset,service,id,from,from_class,from_region,nearest,required,weights,criticality,role,delay,black_start,autonomy,recharge,coverage\n\
         w1,power,,plant dam,,,,All,,0.9,,1h,,,,\n\
         w2,power,grid,,,same,,1,Capacity,1,Run,,,4h,2h,0.5\n\
         dam,water,cooling,,pump,,2,,Equal,0.25,Both,,30min,\"Triangular(min: 1h, mode: 2h, max: 3h)\",,\n\
         plant,water,,w1;w2,,,,2,,0.1,Start,,,,,\n",
    ),
    (
        "p.csv",
        "id,service,suppliers,capacity,demand,surge_factor,surge_lasts\nmarket,water,w1 w2,5,8,1.5,1d\n",
    ),
    ("x.csv", "id,lat,lon\nplant,51,9.5\nw2,49,8\n"),
];

/// Mutated tables of the sample, checked.
fn check_mutant(tables: &[(&str, Vec<u8>)], mutant: u32) -> bool {
    let all: Vec<(&str, &[u8])> = tables.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    let loaded = check_tables(TABLED, &all);
    let text =
        || tables.iter().map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned()).collect::<String>();
    assert_eq!(loaded.model.is_some(), loaded.diagnostics.errors() == 0, "mutant {mutant}:\n{}", text());
    for problem in loaded.diagnostics.iter() {
        assert!(problem.span.is_some() && !problem.title.is_empty(), "mutant {mutant}: {problem:?}");
        // Showing it must work too, wherever it is.
        assert!(!render(&loaded.sources, problem, false).is_empty());
    }
    let sound = loaded.model.is_some();
    if let Some(model) = loaded.model {
        assert_sound(&model, &text());
    }
    sound
}

#[test]
fn the_sample_of_tables_has_no_errors() {
    let tables = TABLES.map(|(name, text)| (name, text.as_bytes().to_vec()));
    assert!(check_mutant(&tables, 0));
}

#[test]
fn damaged_tables_end_in_errors_or_in_a_sound_model() {
    let mut sound = 0;
    for mutant in 0..MUTANTS {
        let mut dice = Dice { draws: Seeds::new(2029).replication(mutant), thrown: 0 };
        let mut tables = TABLES.map(|(name, text)| (name, text.as_bytes().to_vec()));
        for _ in 0..=dice.throw(3) / 2 {
            let bytes = &mut tables[dice.throw(4)].1;
            if bytes.is_empty() {
                continue;
            }
            let (from, length) = (dice.throw(bytes.len()), dice.throw(4));
            let to = (from + length).min(bytes.len());
            match dice.throw(6) {
                0 => bytes[from] = dice.throw(256) as u8,
                1 => drop(bytes.drain(from..to)),
                2 => {
                    let again = bytes[from..to].to_vec();
                    bytes.splice(from..from, again);
                }
                3 => bytes.truncate(from),
                _ => bytes[from] = b",;\t\"\r\n ()-9eE._N\x1f\xef"[dice.throw(18)],
            }
        }
        sound += u32::from(check_mutant(&tables, mutant));
    }
    assert!(sound > MUTANTS / 20 && sound < MUTANTS / 2, "{sound} sound");
}

#[test]
fn shuffled_cells_end_in_errors_or_in_a_sound_model() {
    let mut sound = 0;
    for mutant in 0..MUTANTS {
        let mut dice = Dice { draws: Seeds::new(2030).replication(mutant), thrown: 0 };
        // No cell of the sample has a comma outside of quotes but as a separator, so that lines split into cells.
        let mut cells = TABLES.map(|(_, text)| text.lines().map(split).collect::<Vec<_>>());
        for _ in 0..=dice.throw(3) / 2 {
            let table = dice.throw(4);
            let row = dice.throw(cells[table].len());
            let column = dice.throw(cells[table][row].len());
            let other = dice.throw(cells[table].len());
            let others: Vec<String> = cells[table][other].clone();
            let rows = &mut cells[table];
            match dice.throw(7) {
                0 => drop(rows.remove(row)),
                1 => rows.push(others),
                2 => rows.swap(row, other),
                3 => rows.iter_mut().for_each(|row| drop((column < row.len()).then(|| row.remove(column)))),
                4 => rows[row].swap(column, dice.throw(others.len()) % (column + 1)),
                5 => rows[row][column] = others[column % others.len()].clone(),
                _ => rows[row][column] = CELLS[dice.throw(CELLS.len())].to_owned(),
            }
            if rows.is_empty() {
                rows.push(vec!["id".to_owned()]);
            }
        }
        let mut at = 0;
        let tables = TABLES.map(|(name, _)| {
            let lines: Vec<String> = cells[at].iter().map(|row| row.join(",")).collect();
            at += 1;
            (name, lines.join("\n").into_bytes())
        });
        sound += u32::from(check_mutant(&tables, mutant));
    }
    assert!(sound > MUTANTS / 20 && sound < MUTANTS * 3 / 4, "{sound} sound");
}

/// Cells that are wrong nearly everywhere, or right in places where they surprise.
const CELLS: [&str; 28] = [
    "",
    "0",
    "-1",
    "1e308",
    "1e-300",
    "NaN",
    "inf",
    "-0",
    "0.5",
    "2",
    "1e9",
    "same",
    "plant",
    "market",
    "w1 w2 w1",
    "w1",
    "pump",
    "Any",
    "Capacity",
    "0s",
    "7305d",
    "9999999d",
    "Fixed(",
    "Empirical(1h;2h)",
    "Weibull(scale: 1h; shape: 0)",
    "\"a\"\"b\"",
    "\"a\nb\"",
    "water water",
];

/// The cells of a line, quotes included.
fn split(line: &str) -> Vec<String> {
    let (mut cells, mut quoted) = (vec![String::new()], false);
    for c in line.chars() {
        quoted ^= c == '"';
        match c {
            ',' if !quoted => cells.push(String::new()),
            _ => cells[0..].last_mut().into_iter().for_each(|cell| cell.push(c)),
        }
    }
    cells
}

/// Numbers that depend on the mutant and how many were thrown before.
struct Dice {
    draws: Draws,
    thrown: u32,
}

impl Dice {
    /// 0 to `sides - 1`.
    fn throw(&mut self, sides: usize) -> usize {
        self.thrown += 1;
        let uniform = self.draws.uniform(Layer::Threat, Key(7), Purpose::Test, self.thrown);
        (uniform * sides as f64) as usize
    }
}

/// Changes something at a random place.
fn mutate(root: &mut Value, dice: &mut Dice) {
    let mut count = 0;
    visit(root, &mut |_| count += 1);
    let (target, other) = (dice.throw(count), dice.throw(count));
    let (kind, replacement, extra) = (dice.throw(8), replacement(dice), dice.throw(1_000));
    let mut swapped = None;
    at(root, other, &mut |value| swapped = Some(value.clone()));
    at(root, target, &mut |value| match (kind, &mut value.kind) {
        (1, ValueKind::Struct(_, fields)) if !fields.is_empty() => {
            fields.remove(extra % fields.len());
        }
        (2, ValueKind::Struct(_, fields)) if !fields.is_empty() => {
            let field = extra % fields.len();
            fields[field].name.text.push('x');
        }
        (1, ValueKind::List(items)) if !items.is_empty() => {
            items.remove(extra % items.len());
        }
        (2, ValueKind::List(items)) if !items.is_empty() => items.push(items[extra % items.len()].clone()),
        // Two whole scenarios in each other grow without bound; parts of one in another do not.
        (3, _) if target != 0 && other != 0 => *value = swapped.take().unwrap_or_else(|| value.clone()),
        (4..=6, ValueKind::Integer(number)) => *number = *number * (extra as i128) / 300,
        (4..=6, ValueKind::Float(number)) => *number *= extra as f64 / 300.0,
        (4..=6, ValueKind::List(items)) => items.reverse(),
        (4..=6, ValueKind::String(text)) => *text = ["p1", "m1", "3h", "south", "power"][extra % 5].into(),
        _ if target != 0 => value.kind = replacement.clone(),
        _ => {}
    });
}

/// A wrong kind, an extreme, an id of something else, or nothing.
fn replacement(dice: &mut Dice) -> ValueKind {
    let text = |text: &str| ValueKind::String(text.to_owned());
    let name =
        |text: &str| Name { span: Span { source: SourceId(0), start: 0, end: 0 }, text: text.to_owned() };
    let all = [
        ValueKind::Bool(true),
        ValueKind::Integer(0),
        ValueKind::Integer(-1),
        ValueKind::Integer(2),
        ValueKind::Integer(i128::MAX),
        ValueKind::Integer(4_294_967_296),
        ValueKind::Float(1e308),
        ValueKind::Float(1e12),
        ValueKind::Float(-0.5),
        ValueKind::Float(1e-300),
        ValueKind::Float(1e-7),
        ValueKind::Float(f64::NAN),
        ValueKind::Float(f64::INFINITY),
        ValueKind::Char('x'),
        text(""),
        text("0s"),
        text("7305d"),
        text("1e9d"),
        text("plant"),
        text("p1"),
        text("north"),
        text("power"),
        text("raid"),
        text(&"long ".repeat(500)),
        ValueKind::List(Vec::new()),
        ValueKind::Tuple(None, Vec::new()),
        ValueKind::Map(Vec::new()),
        ValueKind::Name(name("None")),
        ValueKind::Name(name("Any")),
        ValueKind::Name(name("Fixed")),
        ValueKind::Name(name("All")),
        ValueKind::Tuple(Some(name("Uncertain")), vec![Value { span: name("").span, kind: text("pace") }]),
        ValueKind::Struct(None, vec![]),
        ValueKind::Struct(
            None,
            vec![Field {
                name: name("value"),
                value: Value { span: name("").span, kind: ValueKind::Integer(3) },
            }],
        ),
    ];
    all[dice.throw(all.len())].clone()
}

/// Calls `see` for a value and all within it, in a fixed order.
fn visit(value: &mut Value, see: &mut dyn FnMut(&mut Value)) {
    see(value);
    match &mut value.kind {
        ValueKind::List(items) | ValueKind::Tuple(_, items) => {
            items.iter_mut().for_each(|item| visit(item, see))
        }
        ValueKind::Struct(_, fields) => fields.iter_mut().for_each(|field| visit(&mut field.value, see)),
        _ => {}
    }
}

/// Calls `see` for the value of this number in the order of [`visit`].
fn at(root: &mut Value, number: usize, see: &mut dyn FnMut(&mut Value)) {
    let mut next = 0;
    visit(root, &mut |value| {
        if next == number {
            see(value);
        }
        next += 1;
    });
}

/// Everything that those who run a model rely on.
fn assert_sound(model: &Model, text: &str) {
    let nodes = model.nodes.len();
    let known = |node: NodeId| node.index() < nodes;
    assert!(model.meta.horizon > 0 && model.meta.grid > 0, "{text}");
    for dist in &model.dists {
        for u in [1e-9, 0.5, 1.0 - 1e-9] {
            let value = dist.quantile(u);
            assert!(value.is_finite() && value >= 0.0, "{dist:?} gives {value} at {u}: {text}");
        }
    }
    for (row, need) in model.needs.iter().enumerate() {
        let links = model.links_of(linchpin_model::NeedId::new(row));
        let sum: u64 = links.iter().map(|link| u64::from(link.weight)).sum();
        let of_pool = need.service.is_none();
        assert!(need.required > 0 && sum > 0, "{need:?}: {text}");
        assert!(of_pool || sum + links.len() as u64 >= u64::from(need.required), "{need:?} of {sum}: {text}");
        assert!(links.iter().all(|link| known(link.provider) && link.provider != need.owner), "{text}");
    }
    for stage in &model.stages {
        assert!(stage.resupply.is_none() || stage.resupply.index() < model.needs.len(), "{text}");
    }
    for curve in &model.curves {
        assert_eq!(curve.at(Level::ONE), Level::ONE, "{text}");
    }
    for group in &model.groups {
        assert!(group.total_weight > 0 && group.unit > 0.0, "{group:?}: {text}");
    }
    for requirement in &model.requirements {
        assert!(
            !requirement.groups.is_empty() && requirement.from < model.meta.horizon,
            "{requirement:?}: {text}"
        );
    }
    for network in &model.networks {
        let members = network.members.len() as u32;
        assert!(network.links.iter().all(|(a, b)| a < b && *b < members), "{text}");
        if let NetworkRule::SourceReachable { sources } = &network.rule {
            assert!(!sources.is_empty() && sources.iter().all(|s| network.members.contains(s)), "{text}");
        }
    }
    for event in &model.events {
        assert_event_sound(model, event, text);
    }
    assert_attackers_sound(model, text);
    assert_systems_sound(model, text);
    assert_response_sound(model, text);
}

/// Actors, campaigns, steps, profiles and places.
fn assert_attackers_sound(model: &Model, text: &str) {
    let share = |share: f64| (0.0..=1.0).contains(&share);
    for actor in &model.actors {
        assert!(actor.capability.into_iter().all(share) && actor.effort >= 0.0, "{text}");
        for line in &actor.assessments {
            let ratings = [line.intent, line.capability, line.opportunity, line.impact, line.likelihood()];
            assert!(ratings.iter().all(|rating| (1..=5).contains(rating)), "{text}");
            assert!(!line.nodes.is_empty() && !line.target.is_empty(), "{text}");
        }
    }
    let mut first = 0;
    for (row, campaign) in model.campaigns.iter().enumerate() {
        assert!(campaign.first_step == first && share(campaign.probability), "{text}");
        first += campaign.steps;
        let steps = campaign.first_step..first;
        assert!(campaign.goals.iter().all(|goal| steps.contains(&goal.0)), "{text}");
        assert!(campaign.actor.is_none() || campaign.actor.index() < model.actors.len(), "{text}");
        for id in steps.clone() {
            let step = &model.steps[id as usize];
            assert!(
                step.campaign.index() == row && step.after.iter().all(|id| steps.contains(&id.0)),
                "{text}"
            );
            assert_step_sound(model, linchpin_model::StepId(id), text);
        }
        assert_eq!(depth(model, steps.clone()), steps.len(), "a circle: {text}");
    }
    assert_eq!(first as usize, model.steps.len(), "{text}");
    assert!(model.profiles.iter().all(|profile| profile.factors.len() == 168), "{text}");
    assert!(model.places.is_sorted_by_key(|place| place.node), "{text}");
    for place in &model.places {
        let known = place.profile == u32::MAX || (place.profile as usize) < model.profiles.len();
        assert!(known && place.people >= 0.0, "{text}");
    }
}

/// Steps that can be done one after another.
fn depth(model: &Model, steps: std::ops::Range<u32>) -> usize {
    let mut done = std::collections::BTreeSet::new();
    loop {
        let before = done.len();
        let ready = |id: &u32| model.steps[*id as usize].after.iter().all(|other| done.contains(&other.0));
        let ready: Vec<u32> = steps.clone().filter(ready).collect();
        done.extend(ready);
        if done.len() == before {
            return before;
        }
    }
}

fn assert_step_sound(model: &Model, id: linchpin_model::StepId, text: &str) {
    let step = &model.steps[id.index()];
    let event = &model.events[step.event.index()];
    assert_eq!(event.occasion, Occasion::Step(id), "{text}");
    match &event.targets {
        Targets::All(nodes) => assert_eq!(nodes, &step.candidates, "{text}"),
        targets => assert!(*targets == Targets::None && step.candidates.is_empty(), "{text}"),
    }
    assert!(step.candidates.is_sorted_by(|a, b| a < b) && step.effort >= 0.0, "{text}");
    assert!(step.take == u32::MAX || step.take as usize <= step.candidates.len().max(1), "{text}");
    assert!((0.0..=1.0).contains(&step.blocked), "{text}");
    if let Success::Given(p) | Success::EachGiven(p) = step.success {
        assert!((0.0..=1.0).contains(&p), "{text}");
    }
    assert!(matches!(step.success, Success::Given(_)) || !step.candidates.is_empty(), "{text}");
}

/// Postures, contacts and malware.
fn assert_systems_sound(model: &Model, text: &str) {
    let share = |share: f64| (0.0..=1.0).contains(&share);
    for posture in &model.postures {
        let shares = [posture.exposure, posture.patched, posture.segmentation, posture.backup_loss];
        assert!(shares.into_iter().chain(posture.protection).all(share), "{text}");
        assert!(posture.platforms.is_sorted_by(|a, b| a < b), "{text}");
        assert!(posture.platforms.iter().all(|id| id.index() < model.platforms.len()), "{text}");
        assert!(posture.skill.is_none() || posture.skill.index() < model.skills.len(), "{text}");
        assert!(posture.crews > 0 && posture.systems > 0, "{text}");
    }
    assert!(model.posture_of.is_empty() || model.posture_of.len() == model.nodes.len(), "{text}");
    assert!(model.posture_of.iter().all(|id| id.is_none() || id.index() < model.postures.len()), "{text}");
    for contacts in &model.contacts {
        let members = contacts.members.len() as u32;
        assert!(members > 0 && contacts.members.is_sorted_by(|a, b| a < b), "{text}");
        assert!(contacts.links.iter().all(|(a, b)| a < b && *b < members), "{text}");
        assert!(contacts.links.is_sorted_by(|a, b| a < b), "{text}");
        assert!(!contacts.everybody || contacts.links.is_empty(), "{text}");
    }
    for (row, malware) in model.malware.iter().enumerate() {
        let occasion = Occasion::Malware(linchpin_model::MalwareId::new(row));
        assert_eq!(model.events[malware.event.index()].occasion, occasion, "{text}");
        assert!(malware.platforms.is_sorted_by(|a, b| a < b) && share(malware.crossing), "{text}");
        assert!(malware.platforms.iter().all(|id| id.index() < model.platforms.len()), "{text}");
        for spread in &malware.spread {
            let contacts = &model.contacts[spread.over.index()];
            let apart = model.dist(spread.interval).quantile(0.5) >= 1.0;
            assert!(share(spread.probability) && (apart || !contacts.everybody), "{text}");
        }
    }
}

/// Plans, warnings and attribution.
fn assert_response_sound(model: &Model, text: &str) {
    for (row, plan) in model.plans.iter().enumerate() {
        let event = &model.events[plan.event.index()];
        assert_eq!(event.occasion, Occasion::Plan(linchpin_model::PlanId::new(row)), "{text}");
        assert!(matches!(event.targets, Targets::All(_) | Targets::None), "{text}");
        assert!(plan.times > 0 && plan.cost.is_finite() && plan.cost >= 0.0, "{text}");
        assert!(plan.requires.iter().all(|id| id.index() < model.plans.len() && id.index() != row), "{text}");
        assert!(plan.adoption.iter().all(|adoption| adoption.region.index() < model.regions.len()), "{text}");
        let alarms = plan.when.false_alarms;
        assert!(alarms.is_none() || model.dist(alarms).quantile(0.5) >= 1.0, "{text}");
        assert_condition_sound(model, row, &plan.when.condition, text);
    }
    for warning in &model.warnings {
        assert!(warning.regions.iter().all(|id| id.index() < model.regions.len()), "{text}");
        assert!(warning.sectors.iter().all(|id| id.index() < model.sectors.len()), "{text}");
        assert!((0.0..=1.0).contains(&warning.factor), "{text}");
    }
}

fn assert_condition_sound(model: &Model, plan: usize, condition: &Condition, text: &str) {
    let sound = match condition {
        Condition::Below(group, _) => group.index() < model.groups.len(),
        Condition::Failed(nodes, count) => !nodes.is_empty() && *count > 0,
        Condition::Noticed(id, steps) => (id.is_none() || id.index() < model.campaigns.len()) && *steps > 0,
        Condition::StepNoticed(id) => id.index() < model.steps.len(),
        Condition::Attributed(id, _) => id.is_none() || id.index() < model.actors.len(),
        Condition::Infected(id, assets) => id.index() < model.malware.len() && *assets > 0,
        Condition::Waiting(id, jobs) => (id.is_none() || id.index() < model.skills.len()) && *jobs > 0,
        Condition::Plan(id) => id.index() < model.plans.len() && id.index() != plan,
        Condition::Event(id) => id.index() < model.events.len(),
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().for_each(|part| assert_condition_sound(model, plan, part, text));
            !parts.is_empty()
        }
    };
    assert!(sound, "{condition:?}: {text}");
}

fn assert_event_sound(model: &Model, event: &linchpin_model::Event, text: &str) {
    let targets: Vec<NodeId> = match &event.targets {
        Targets::All(nodes) => nodes.clone(),
        Targets::Draw { k, from } => {
            assert!(*k as usize <= from.len(), "{text}");
            from.clone()
        }
        Targets::Footprint { nodes, .. } => {
            assert!(nodes.iter().all(|(_, share)| (0.0..=1.0).contains(share)), "{text}");
            nodes.iter().map(|(node, _)| *node).collect()
        }
        Targets::None => Vec::new(),
    };
    for effect in &event.effects {
        match effect {
            Effect::Demand { sharing, .. } => assert!(sharing.index() < model.sharings.len(), "{text}"),
            Effect::Damage { state: DamageChoice::Named(name) } => {
                for node in &targets {
                    let plan = &model.repairs[model.nodes[node.index()].repair.index()];
                    assert!(plan.states.iter().any(|state| state.name == *name), "{text}");
                }
            }
            Effect::Surge { factor, .. } => {
                let pool = |node: &NodeId| model.nodes[node.index()].kind == NodeKind::Pool;
                assert!(*factor > 0 && targets.iter().all(pool), "{text}");
            }
            Effect::Harm { care, .. } => {
                let pool = |node: &NodeId| model.nodes[node.index()].kind == NodeKind::Pool;
                assert!(care.iter().all(pool), "{text}");
            }
            Effect::CloseArea { around, .. } => {
                assert!(around.is_sorted_by(|a, b| a.0 < b.0), "{text}");
                assert!(around.iter().all(|(target, near)| !near.contains(target)), "{text}");
            }
            Effect::Compromise { malware }
            | Effect::Immunise { malware, .. }
            | Effect::Contain { malware } => {
                assert!(malware.index() < model.malware.len(), "{text}");
            }
            Effect::Drain { actor, .. } => assert!(actor.index() < model.actors.len(), "{text}"),
            Effect::Stop { campaign } => assert!(campaign.index() < model.campaigns.len(), "{text}"),
            Effect::Staffing { steps } | Effect::Forcing { steps } => {
                assert!(!steps.is_empty() && steps.is_sorted_by(|a, b| a.0 < b.0), "{text}");
            }
            _ => {}
        }
        assert!(!targets.is_empty() || acts_alone(effect), "{text}");
    }
}

/// True for what happens once and to nobody in particular.
fn acts_alone(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::Demand { .. }
            | Effect::Narrative { .. }
            | Effect::AddCrews { .. }
            | Effect::AddSpares { .. }
            | Effect::SpeedUp { .. }
            | Effect::Vigilance { .. }
            | Effect::Contain { .. }
            | Effect::Drain { .. }
            | Effect::Stop { .. }
    )
}
