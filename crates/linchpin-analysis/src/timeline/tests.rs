//! Sentences of a small blackout, and what is kept of a large one.

use super::*;
use crate::paired::tests::record;
use linchpin_model::*;

/// Monday 18 January 2027, 06:00 +01:00.
const START: i64 = 1_800_248_400;

struct Town {
    model: Model,
    substation: NodeId,
    masts: Vec<NodeId>,
    hospital: NodeId,
    power: NeedId,
}

/// A substation feeds `masts` masts with batteries and a hospital.
fn town(masts: usize) -> Town {
    let meta = Meta { horizon: 86_400, start_unix_s: START, utc_offset_s: 3600, ..Meta::default() };
    let mut builder = ModelBuilder::new(meta);
    let (energy, digital) =
        (builder.sector("energy", "Energy"), builder.sector("digital", "Digital infrastructure"));
    let health = builder.sector("health", "Health");
    let (power, calls) =
        (builder.service("electricity", "electricity"), builder.service("mobile", "mobile calls"));
    let north = Region {
        id: "north".into(),
        name: "Northland".into(),
        population: 9e3,
        parent: None,
        position: None,
    };
    let north = builder.region(north);
    builder.parts().classes.push(Class { id: "mast".into(), name: "mast".into(), correlation: 0.0 });
    builder.parts().events.push(Event {
        id: "attack".into(),
        name: "explosion at the substation".into(),
        key: Key::of("attack"),
        after: None,
        at: DistId::NONE,
        targets: Targets::None,
        probability: 1.0,
        hit_probability: 1.0,
        severity: DistId::NONE,
        effects: Vec::new(),
        threat: true,
        occasion: Occasion::Script,
    });
    let capacity = builder.dist(Distribution::Fixed(7200.0));
    let substation = builder.node("sub", "Substation West", energy, north);
    let masts: Vec<NodeId> = (0..masts)
        .map(|i| {
            let mast = builder.node(&format!("mast-{i}"), &format!("Mast {i}"), digital, north);
            builder.node_mut(mast).class = ClassId(0);
            let need = NeedSpec::any(mast, "electricity", power, &[substation]);
            builder.need(need.buffered("battery", capacity, DistId::NONE));
            builder.serves(mast, calls, north, 1000.0);
            mast
        })
        .collect();
    let hospital = builder.node("hospital", "General Hospital", health, north);
    builder.need(NeedSpec::any(hospital, "electricity", power, &[substation]));
    let model = builder.finish();
    let power = model.needs_of(masts[0]).next().unwrap();
    Town { model, substation, masts, hospital, power }
}

fn at(time: u32, node: NodeId, what: Happening) -> TraceEntry {
    TraceEntry { time: SimTime(time), node, what }
}

fn fell(to: u32, cause: Cause, root: NodeId) -> Happening {
    Happening::Fell { from: Level::ONE, to: Level(to), cause, generation: 0, root }
}

fn told(town: &Town, trace: Vec<TraceEntry>, at_most: Option<usize>) -> Vec<(String, String, String)> {
    let full: Vec<u64> = town.model.groups.iter().map(|group| group.total_weight * 1_000_000).collect();
    let mut run = record(&full, &[]);
    run.trace = trace;
    let options = TellOptions { at_most, ..TellOptions::default() };
    let timeline = tell(&town.model, &run, &options);
    timeline.entries.into_iter().map(|entry| (entry.clock, entry.kind, entry.text)).collect()
}

#[test]
fn a_blackout_in_sentences() {
    let town = town(2);
    let (substation, mast) = (town.substation, town.masts[0]);
    let need = Cause::Need(town.power, substation);
    let rose = |to| Happening::Rose { from: Level::ZERO, to: Level(to) };
    for (time, node, what, clock, kind, text) in [
        (
            42_000,
            NodeId::NONE,
            Happening::Event(EventId(0)),
            "Mon 18 Jan 17:40",
            "event",
            "Explosion at the substation.",
        ),
        (
            42_000,
            substation,
            Happening::Hit(EventId(0)),
            "Mon 18 Jan 17:40",
            "event",
            "Substation West is hit: explosion at the substation.",
        ),
        (
            42_000,
            substation,
            fell(0, Cause::Ceiling(CeilingKind::Integrity), substation),
            "Mon 18 Jan 17:40",
            "failure",
            "Substation West went down: damaged.",
        ),
        (
            42_000,
            mast,
            Happening::StageRuns(town.power, 0),
            "Mon 18 Jan 17:40",
            "autonomy",
            "Mast 0: battery takes over for electricity.",
        ),
        (
            49_200,
            mast,
            Happening::StageSpent(town.power, 0),
            "Mon 18 Jan 19:40",
            "autonomy",
            "Mast 0: battery is spent.",
        ),
        (
            49_200,
            mast,
            fell(0, need, substation),
            "Mon 18 Jan 19:40",
            "failure",
            "Mast 0 went down: no electricity from Substation West.",
        ),
        (
            49_200,
            mast,
            fell(350_000, need, town.hospital),
            "Mon 18 Jan 19:40",
            "failure",
            "Mast 0 fell to 35 %: no electricity from Substation West; it began at General Hospital.",
        ),
        (70_000, mast, rose(400_000), "Tue 19 Jan 01:26", "recovery", "Mast 0 rose from 0 % to 40 %."),
        (70_000, mast, rose(1_000_000), "Tue 19 Jan 01:26", "recovery", "Mast 0 works fully again."),
        (
            70_000,
            mast,
            Happening::Restarting(SimTime(73_600)),
            "Tue 19 Jan 01:26",
            "recovery",
            "Mast 0 begins to restart, to be back at Tue 19 Jan 02:26.",
        ),
        (
            70_000,
            mast,
            Happening::RepairWaits,
            "Tue 19 Jan 01:26",
            "repair",
            "Mast 0: repair waits for a crew or a spare part.",
        ),
        (
            86_400,
            mast,
            Happening::LockedOut,
            "Tue 19 Jan 06:00",
            "other",
            "Mast 0 is still down at the end only because it and others wait for each other.",
        ),
    ] {
        let got = told(&town, vec![at(time, node, what)], None);
        assert_eq!(got, [(clock.to_owned(), kind.to_owned(), text.to_owned())]);
    }
}

#[test]
fn a_fall_tells_of_the_battery_and_of_a_provider_that_only_sagged() {
    let town = town(1);
    let cause = Cause::Need(town.power, town.substation);
    let got = told(
        &town,
        vec![
            at(10, town.substation, fell(300_000, Cause::Ceiling(CeilingKind::Staffing), town.substation)),
            at(7210, town.masts[0], Happening::StageSpent(town.power, 0)),
            at(7210, town.masts[0], fell(300_000, cause, town.substation)),
        ],
        None,
    );
    assert_eq!(got[0].2, "Substation West fell to 30 %: short of staff.");
    assert_eq!(
        got[2].2,
        "Mast 0 fell to 30 %: too little electricity from Substation West, and battery is spent."
    );
}

#[test]
fn services_tell_of_their_worst_time_and_their_return() {
    let town = town(3);
    let group = town.model.find_group("service:mobile").unwrap().0;
    let full: Vec<u64> = town.model.groups.iter().map(|group| group.total_weight * 1_000_000).collect();
    let step = |masts: u64| masts * 1_000_000_000;
    let run = record(&full, &[(3600, group, step(1)), (7200, group, step(0)), (36_000, group, step(3))]);
    let entries = tell(&town.model, &run, &TellOptions::default()).entries;
    let texts: Vec<_> = entries.iter().map(|entry| (entry.hours, entry.text.as_str())).collect();
    assert_eq!(
        texts,
        [
            (
                2.0,
                "Mobile calls: 3,000 people are without, more than at any other time (100 % of those served)."
            ),
            (10.0, "Mobile calls: 95 % are supplied again, and it stays so."),
        ]
    );
    let lasting = record(&full, &[(3600, group, step(2))]);
    let entries = tell(&town.model, &lasting, &TellOptions::default()).entries;
    assert_eq!(entries[1].text, "Mobile calls: still below 95 % at the end of the time simulated.");
}

#[test]
fn like_is_drawn_together_and_all_kinds_have_room() {
    let town = town(60);
    let cause = Cause::Need(town.power, town.substation);
    let mut trace = vec![
        at(0, NodeId::NONE, Happening::Event(EventId(0))),
        at(0, town.substation, fell(0, Cause::Ceiling(CeilingKind::Integrity), town.substation)),
        at(0, town.hospital, fell(0, cause, town.substation)),
    ];
    for (i, mast) in town.masts.iter().enumerate() {
        trace.push(at(3600 + 60 * i as u32, *mast, fell(0, cause, town.substation)));
    }
    for mast in &town.masts {
        trace.push(at(40_000, *mast, Happening::Repaired));
        trace.push(at(40_000, *mast, Happening::Rose { from: Level::ZERO, to: Level::ONE }));
    }
    let all = told(&town, trace.clone(), None);
    assert_eq!(all.len(), trace.len());
    let few: Vec<_> = told(&town, trace.clone(), Some(REPORT_LINES)).into_iter().map(|line| line.2).collect();
    assert_eq!(
        few,
        [
            "Explosion at the substation.",
            "Substation West went down: damaged.",
            "General Hospital went down: no electricity from Substation West.",
            "60 masts in Northland fail within 59min: no electricity (first Mast 0, last Mast 59).",
            "60 masts in Northland: repaired (first Mast 0, last Mast 59).",
            "60 masts in Northland: work fully again (first Mast 0, last Mast 59).",
        ]
    );
    let three = told(&town, trace, Some(3));
    assert_eq!(three.len(), 3);
    assert!(three.iter().any(|line| line.1 == "failure"));
}

#[test]
fn typical_and_bad_are_replications_of_the_study() {
    let column: Vec<f64> = (0..100).rev().map(f64::from).collect();
    for (column, expected) in [
        (column, Some([50, 5])),
        (vec![3.0], Some([0, 0])),
        (vec![1.0, 1.0, 1.0, 1.0], Some([0, 0])),
        (vec![f64::INFINITY, 2.0, 1.0], Some([1, 0])),
        (Vec::new(), None),
    ] {
        assert_eq!(choose_timelines(&column), expected);
    }
}

#[test]
fn headlines_carry_their_unit() {
    let metric = |name: &str, unit| Metric {
        id: String::new(),
        name: name.into(),
        unit,
        group: String::new(),
        kind: "",
    };
    for (value, name, unit, text) in [
        (41_200.4, "Person-hours without Water", "person-hours", "41,200 person-hours without Water"),
        (3.456, "Lost service: Water", "h", "3.46 h (Lost service: Water)"),
        (-1200.0, "", "h", "-1,200 h"),
        (f64::INFINITY, "", "h", "not reached by the horizon"),
    ] {
        assert_eq!(headline(&metric(name, unit), value), text);
    }
}

#[test]
fn percents_do_not_round_to_all_or_nothing() {
    for (share, percent) in [(1.0, 100.0), (0.9999, 99.9), (0.5, 50.0), (0.0001, 0.1), (0.0, 0.0)] {
        assert_eq!(words::percent(share), percent, "{share}");
    }
}
