//! Malware on cases small enough to be worked out by hand.

use linchpin_model::*;
use linchpin_sim::{RunOptions, Simulation};
use std::sync::Arc;

const HOUR: u32 = 3600;
const LOOK: RunOptions = RunOptions { threat: true, trace: true };

/// A model under construction: hosts of one sector.
struct Town {
    b: ModelBuilder,
    hosts: Vec<NodeId>,
}

impl Town {
    fn new(hours: u32, hosts: usize) -> Self {
        let meta = Meta { horizon: hours * HOUR, grid: HOUR, ..Meta::default() };
        let mut b = ModelBuilder::new(meta);
        let sector = b.sector("digital", "Digital");
        let id = |i: usize| format!("host-{i}");
        let hosts: Vec<_> = (0..hosts).map(|i| b.node(&id(i), &id(i), sector, RegionId::NONE)).collect();
        b.parts().posture_of = vec![PostureId::NONE; hosts.len()];
        Self { b, hosts }
    }

    fn hours(&mut self, hours: f64) -> DistId {
        self.b.dist(Distribution::Fixed(hours * 3600.0))
    }

    fn exponential(&mut self, hours: f64) -> DistId {
        self.b.dist(Distribution::Exponential { mean: hours * 3600.0 })
    }

    /// Gives hosts a posture.
    fn protect(&mut self, hosts: &[usize], posture: Posture) {
        let parts = self.b.parts();
        let id = PostureId::new(parts.postures.len());
        parts.postures.push(posture);
        for host in hosts {
            self.b.parts().posture_of[*host] = id;
        }
    }

    /// Contacts among all hosts: a domain, or links all to all.
    fn contacts(&mut self, everybody: bool) -> ContactId {
        let n = self.hosts.len() as u32;
        let all = (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b)));
        self.linked(if everybody { vec![] } else { all.collect() }, everybody)
    }

    fn linked(&mut self, links: Vec<(u32, u32)>, everybody: bool) -> ContactId {
        let members = self.hosts.clone();
        let contacts = &mut self.b.parts().contacts;
        let id = format!("contacts-{}", contacts.len());
        contacts.push(Contacts { id, members, links, everybody });
        ContactId::new(contacts.len() - 1)
    }

    /// Adds malware with its event.
    fn malware(&mut self, id: &str, spread: Vec<Spread>, change: impl FnOnce(&mut Malware)) -> MalwareId {
        let malware = MalwareId::new(self.b.parts().malware.len());
        let occasion = Occasion::Malware(malware);
        let event = self.event(0.0, Targets::None, vec![]);
        let fixed = &mut self.b.parts().events[event.index()];
        (fixed.id, fixed.occasion) = (format!("malware/{id}"), occasion);
        let mut fixed = Malware {
            id: id.into(),
            name: id.into(),
            key: Key::of(id),
            event,
            platforms: vec![],
            patchable: true,
            spread,
            infectious: DistId::NONE,
            reinfects: false,
            detonation: Detonation::Never,
            it_loss: Level::ONE,
            destroys_backups: false,
            crossing: 0.0,
            manipulates: None,
            exfiltrates: DistId::NONE,
            stops: DistId::NONE,
        };
        change(&mut fixed);
        self.b.parts().malware.push(fixed);
        malware
    }

    fn event(&mut self, at: f64, targets: Targets, effects: Vec<Effect>) -> EventId {
        let at = self.hours(at);
        let events = &mut self.b.parts().events;
        let id = format!("event-{}", events.len());
        events.push(Event {
            name: id.clone(),
            key: Key::of(&id),
            id,
            after: None,
            at,
            targets,
            probability: 1.0,
            hit_probability: 1.0,
            severity: DistId::NONE,
            effects,
            threat: true,
            occasion: Occasion::Script,
        });
        EventId::new(events.len() - 1)
    }

    /// Hosts are struck by malware at a time.
    fn compromise(&mut self, at: f64, hosts: &[usize], malware: MalwareId) {
        let nodes = hosts.iter().map(|host| self.hosts[*host]).collect();
        self.event(at, Targets::All(nodes), vec![Effect::Compromise { malware }]);
    }

    /// A team for a skill.
    fn team(&mut self, crews: u16) -> (SkillId, NodeId) {
        let node = self.b.node("team", "team", SectorId::NONE, RegionId::NONE);
        self.b.node_mut(node).kind = NodeKind::Team;
        self.b.parts().posture_of.push(PostureId::NONE);
        let parts = self.b.parts();
        let skill = SkillId::new(parts.skills.len());
        parts.skills.push(Named { id: "forensics".into(), name: "forensics".into() });
        let (home, travel) = (RegionId::NONE, DistId::NONE);
        parts.teams.push(Team { node, skill, crews, home, serves: vec![], travel });
        (skill, node)
    }

    fn finish(self) -> Arc<Model> {
        Arc::new(self.b.finish())
    }

    fn run(self) -> Record {
        run(&self.finish(), 0)
    }
}

fn posture() -> Posture {
    Posture {
        id: "posture".into(),
        exposure: 1.0,
        patched: 0.0,
        segmentation: 0.0,
        protection: [0.5; Domain::ALL.len()],
        detection: DistId::NONE,
        backups: Backups::None,
        backup_loss: 0.5,
        it_criticality: Level::ONE,
        restore: DistId::NONE,
        rebuild: DistId::NONE,
        skill: SkillId::NONE,
        crews: 1,
        shutdown: None,
        platforms: vec![],
        systems: 1,
    }
}

fn run(model: &Arc<Model>, replication: u32) -> Record {
    let mut record = Record::default();
    let draws = Seeds::new(1).replication(replication);
    Simulation::new(model.clone()).run(replication, draws, LOOK, &mut record);
    assert_eq!(record.failure, None);
    record
}

/// Times in hours at which something happened, with the node.
fn times(record: &Record, is: impl Fn(&Happening) -> bool) -> Vec<(f64, u32)> {
    record
        .trace
        .iter()
        .filter(|entry| is(&entry.what))
        .map(|entry| (entry.time.hours(), entry.node.0))
        .collect()
}

fn hours(list: &[(f64, u32)]) -> Vec<f64> {
    list.iter().map(|(hours, _)| *hours).collect()
}

/// Lost service of a node in hours at level 0.
fn lost(record: &Record, node: u32) -> f64 {
    let affected = record.affected.iter().find(|affected| affected.node.0 == node);
    affected.map_or(0.0, |affected| affected.lost as f64 / 3.6e9)
}

/// Five hosts, one of them infected at once: how many are in the end, at the bounds of what may be asked for.
#[test]
fn bounds_give_the_obvious_answer() {
    struct Case {
        probability: f64,
        interval: f64,
        infectious: Option<f64>,
        stops: Option<f64>,
        exposure: f64,
        patched: f64,
        patchable: bool,
        platforms: Vec<PlatformId>,
        then: Option<fn(&mut Town, MalwareId)>,
    }
    let case = || Case {
        probability: 1.0,
        interval: 1.0,
        infectious: None,
        stops: None,
        exposure: 1.0,
        patched: 0.0,
        patchable: true,
        platforms: vec![],
        then: None,
    };
    fn contain_all(town: &mut Town, malware: MalwareId) {
        town.event(0.5, Targets::None, vec![Effect::Contain { malware }]);
    }
    fn contain_first(town: &mut Town, malware: MalwareId) {
        let first = Targets::All(vec![town.hosts[0]]);
        town.event(0.5, first, vec![Effect::Contain { malware }]);
    }
    fn immunise(town: &mut Town, malware: MalwareId, coverage: f64) {
        let last = Targets::All(town.hosts[3..].to_vec());
        town.event(0.5, last, vec![Effect::Immunise { malware, coverage }]);
    }
    let cases = [
        ("as it is", 5, case()),
        ("in no time", 5, Case { interval: 0.0, ..case() }),
        ("no link lets it through", 1, Case { probability: 0.0, ..case() }),
        ("nobody is exposed", 1, Case { exposure: 0.0, ..case() }),
        ("everybody is patched", 1, Case { patched: 1.0, ..case() }),
        ("patches do not help", 5, Case { patched: 1.0, patchable: false, ..case() }),
        ("infectious for no time", 1, Case { infectious: Some(0.0), ..case() }),
        (
            "infectious for no time, tries take none",
            1,
            Case { infectious: Some(0.0), interval: 0.0, ..case() },
        ),
        ("infectious for too short", 1, Case { infectious: Some(0.5), ..case() }),
        ("nobody uses what it takes", 1, Case { platforms: vec![PlatformId(7)], ..case() }),
        ("everybody uses what it takes", 5, Case { platforms: vec![PlatformId(2)], ..case() }),
        ("kill switch", 1, Case { stops: Some(0.5), ..case() }),
        ("contained", 1, Case { then: Some(contain_all), ..case() }),
        ("the first is cut off", 1, Case { then: Some(contain_first), ..case() }),
        ("two are made immune", 3, Case { then: Some(|t, m| immunise(t, m, 1.0)), ..case() }),
        ("two are not made immune", 5, Case { then: Some(|t, m| immunise(t, m, 0.0)), ..case() }),
    ];
    for everybody in [false, true] {
        for (name, expected, case) in &cases {
            let mut town = Town::new(300, 5);
            let others = Posture {
                exposure: case.exposure,
                patched: case.patched,
                platforms: vec![PlatformId(2), PlatformId(3)],
                ..posture()
            };
            town.protect(&[1, 2, 3, 4], others);
            // Whatever the malware takes, the first has it.
            town.protect(&[0], Posture { platforms: vec![PlatformId(2), PlatformId(7)], ..posture() });
            let over = town.contacts(everybody);
            let interval = town.hours(case.interval);
            let infectious = case.infectious.map_or(DistId::NONE, |hours| town.hours(hours));
            let stops = case.stops.map_or(DistId::NONE, |hours| town.hours(hours));
            let spread = vec![Spread { over, interval, probability: case.probability }];
            let malware = town.malware("worm", spread, |worm| {
                worm.platforms.clone_from(&case.platforms);
                (worm.infectious, worm.stops, worm.patchable) = (infectious, stops, case.patchable);
            });
            town.compromise(0.0, &[0], malware);
            if let Some(then) = case.then {
                then(&mut town, malware);
            }
            let record = town.run();
            assert_eq!(record.malware[0].infected, *expected, "{name}, everybody: {everybody}");
            let infected = times(&record, |what| matches!(what, Happening::Infected(_)));
            assert_eq!(infected.len(), *expected as usize, "{name}");
            if case.interval == 0.0 {
                assert!(infected.iter().all(|(hours, _)| *hours == 0.0), "{name}");
            }
            if !everybody && *name == "as it is" {
                assert_eq!(hours(&infected), [0.0, 1.0, 1.0, 1.0, 1.0]);
            }
        }
    }
}

/// The level falls by the share of IT that goes times what hangs on IT, from impairment to recovery.
#[test]
fn impairment_takes_what_hangs_on_it() {
    for (it_loss, criticality, level) in [(1.0, 1.0, 0.0), (0.5, 0.4, 0.8), (1.0, 0.0, 1.0), (0.0, 1.0, 1.0)]
    {
        let mut town = Town::new(100, 1);
        let restore = town.hours(3.0);
        let it_criticality = Level::from_share(criticality);
        town.protect(&[0], Posture { it_criticality, restore, ..posture() });
        let dwell = town.hours(2.0);
        let records = town.b.dist(Distribution::Fixed(100.0));
        let malware = town.malware("wiper", vec![], |wiper| {
            (wiper.it_loss, wiper.detonation) = (Level::from_share(it_loss), Detonation::Each(dwell));
            wiper.exfiltrates = records;
        });
        town.compromise(1.0, &[0], malware);
        let record = town.run();
        assert!((lost(&record, 0) - 3.0 * (1.0 - level)).abs() < 1e-9, "{it_loss} {criticality}");
        let course = record.malware[0];
        let at = |hours: u32| SimTime(hours * HOUR);
        assert_eq!(
            (course.began, course.impaired, course.noticed, course.contained),
            (at(1), at(3), at(3), at(6))
        );
        assert_eq!((course.infected, course.impairments, course.peak, record.exfiltrated), (1, 1, 1, 100));
        // The event that stands for the malware happens when it first impairs.
        assert_eq!(record.event_times[0], at(3));
    }
}

/// Copies out of reach are never lost; those within reach only to malware that destroys them, where it impairs.
#[test]
fn recovery_is_from_copies_or_anew() {
    let cases = [
        (Backups::None, false, 0.0, None, 20.0),
        (Backups::Offline, true, 1.0, None, 2.0),
        (Backups::Online, true, 0.0, None, 2.0),
        (Backups::Online, true, 1.0, None, 20.0),
        (Backups::Online, false, 1.0, None, 2.0),
        // Noticed before anything was destroyed.
        (Backups::Online, true, 1.0, Some(0.5), 2.0),
    ];
    for (backups, destroys, backup_loss, noticed, takes) in cases {
        let mut town = Town::new(100, 3);
        let (restore, rebuild, dwell) = (town.hours(2.0), town.hours(20.0), town.hours(1.0));
        let detection = noticed.map_or(DistId::NONE, |hours| town.hours(hours));
        town.protect(&[0, 1, 2], Posture { backups, backup_loss, restore, rebuild, detection, ..posture() });
        let malware = town.malware("wiper", vec![], |wiper| {
            (wiper.destroys_backups, wiper.detonation) = (destroys, Detonation::Each(dwell));
        });
        town.compromise(0.0, &[0, 1, 2], malware);
        let model = town.finish();
        for replication in 0..20 {
            let record = run(&model, replication);
            let recovered = times(&record, |what| matches!(what, Happening::Recovered(_)));
            let at = noticed.unwrap_or(1.0) + takes;
            assert_eq!(hours(&recovered), [at; 3], "{backups:?} {destroys} {backup_loss}");
            assert_eq!(record.malware[0].impairments, if noticed.is_some() { 0 } else { 3 });
        }
    }
}

/// Half of the copies within reach are lost with probability one half: within four standard errors.
#[test]
fn copies_are_lost_with_their_probability() {
    let mut town = Town::new(100, 400);
    let (restore, rebuild) = (town.hours(2.0), town.hours(20.0));
    let all: Vec<usize> = (0..400).collect();
    town.protect(&all, Posture { backups: Backups::Online, restore, rebuild, ..posture() });
    let malware = town.malware("wiper", vec![], |wiper| {
        (wiper.destroys_backups, wiper.detonation) = (true, Detonation::Each(DistId::NONE));
    });
    town.compromise(0.0, &all, malware);
    let record = town.run();
    let anew = times(&record, |what| matches!(what, Happening::Recovered(_)));
    let anew = anew.iter().filter(|(hours, _)| *hours == 20.0).count();
    assert!((anew as f64 - 200.0).abs() < 4.0 * 10.0, "{anew}");
}

/// All that are infected are impaired together, and those that come later at once.
#[test]
fn detonation_together() {
    let mut town = Town::new(100, 4);
    let together = town.hours(5.0);
    let malware = town.malware("wiper", vec![], |wiper| wiper.detonation = Detonation::Together(together));
    town.compromise(1.0, &[0], malware);
    town.compromise(3.0, &[1, 2], malware);
    town.compromise(8.0, &[3], malware);
    let record = town.run();
    let impaired = times(&record, |what| matches!(what, Happening::Impaired(_)));
    assert_eq!(impaired, [(6.0, 0), (6.0, 1), (6.0, 2), (8.0, 3)]);
    // Nobody brings back what has no posture.
    assert_eq!((lost(&record, 0), lost(&record, 3)), (94.0, 92.0));
    assert_eq!(record.malware[0].contained, SimTime::NEVER);
}

/// A shutdown holds the asset at its level, for its time, whatever happens to its systems.
#[test]
fn shutdown_is_a_decision() {
    // Noticed at 2 h, decided at 3 h, clean at 12 h; level and lost hours of the first host.
    let cases = [(1.0, 0.25, None, 0.75 * 9.0), (1.0, 0.25, Some(4.0), 0.75 * 13.0), (0.0, 0.0, None, 0.0)];
    for (probability, to, lasts, expected) in cases {
        let mut town = Town::new(100, 2);
        let (detection, decision, restore) = (town.hours(2.0), town.hours(1.0), town.hours(10.0));
        let lasts = lasts.map_or(DistId::NONE, |hours| town.hours(hours));
        let to = Level::from_share(to);
        let shutdown = Some(Shutdown { probability, decision, to, lasts, with_domain: false });
        town.protect(&[0, 1], Posture { detection, restore, shutdown, ..posture() });
        let malware = town.malware("spy", vec![], |_| {});
        town.compromise(0.0, &[0], malware);
        let record = town.run();
        assert!((lost(&record, 0) - expected).abs() < 1e-9, "{probability} {to:?}");
        assert_eq!(lost(&record, 1), 0.0);
        let down = times(&record, |what| matches!(what, Happening::ShutDown(_)));
        assert_eq!(down, if probability > 0.0 { vec![(3.0, 0)] } else { vec![] });
        assert_eq!(record.malware[0].shutdowns as usize, down.len());
    }
}

/// With the domain: others shut down too, which protects them, and come back when all is clear.
#[test]
fn a_domain_shuts_down_together() {
    for everybody in [false, true] {
        for with_domain in [false, true] {
            let mut town = Town::new(100, 3);
            let (detection, restore, interval) = (town.hours(2.0), town.hours(10.0), town.hours(3.0));
            let (to, none) = (Level::ZERO, DistId::NONE);
            let shutdown = Shutdown { probability: 1.0, decision: none, to, lasts: none, with_domain };
            let shutdown = Some(shutdown);
            town.protect(&[0], Posture { detection, restore, shutdown: shutdown.clone(), ..posture() });
            town.protect(&[1, 2], Posture { shutdown, ..posture() });
            let over = if everybody { town.contacts(true) } else { town.linked(vec![(0, 1), (0, 2)], false) };
            let spread = vec![Spread { over, interval, probability: 1.0 }];
            let malware = town.malware("spy", spread, |_| {});
            town.compromise(0.0, &[0], malware);
            let record = town.run();
            let expected = if with_domain { 10.0 } else { 0.0 };
            assert_eq!((lost(&record, 0), lost(&record, 1), lost(&record, 2)), (10.0, expected, expected));
            assert_eq!(record.malware[0].infected, 1, "shut down before it gets on");
            assert_eq!(record.malware[0].shutdowns, if with_domain { 3 } else { 1 });
        }
    }
}

/// What waits behind closed doors comes in when they are opened.
#[test]
fn a_host_that_reopens_too_early_is_reached() {
    for everybody in [false, true] {
        let mut town = Town::new(200, 3);
        let (detection, restore, interval) = (town.hours(1.0), town.hours(10.0), town.hours(5.0));
        let (to, none) = (Level::ZERO, DistId::NONE);
        let shutdown = Shutdown { probability: 1.0, decision: none, to, lasts: none, with_domain: true };
        town.protect(&[0], Posture { detection, restore, ..posture() });
        town.protect(&[1], Posture { shutdown: Some(shutdown), ..posture() });
        let over = if everybody { town.contacts(true) } else { town.linked(vec![(0, 1), (1, 2)], false) };
        let spread = vec![Spread { over, interval, probability: 1.0 }];
        let malware = town.malware("spy", spread, |_| {});
        // The third is infected too, and nobody ever notices.
        town.compromise(0.0, &[0, 2], malware);
        let record = town.run();
        let infected = times(&record, |what| matches!(what, Happening::Infected(_)));
        assert_eq!(infected.len(), 3, "{infected:?}");
        assert_eq!(lost(&record, 1), 10.0);
        if !everybody {
            assert_eq!(infected[2], (16.0, 1), "five hours after it was back");
        }
    }
}

/// Control is lost while any cause holds, be it malware or an event.
#[test]
fn causes_of_lost_control_add_up() {
    // Impaired at 2 h, restored at 2 + `restore`; the event takes control from 1 h to 1 + `lasts`.
    for (restore, lasts, back) in [(3.0, 1.5, 5.0), (3.0, 9.0, 10.0), (0.0, 2.0, 3.0)] {
        let mut town = Town::new(100, 1);
        let (restore, lasts, dwell) = (town.hours(restore), town.hours(lasts), town.hours(2.0));
        town.protect(&[0], Posture { it_criticality: Level::ZERO, restore, ..posture() });
        let malware = town.malware("worm", vec![], |worm| {
            (worm.crossing, worm.detonation) = (1.0, Detonation::Each(dwell));
        });
        town.compromise(0.0, &[0], malware);
        let all = Targets::All(town.hosts.clone());
        town.event(1.0, all, vec![Effect::ControlLoss { lasts }]);
        let record = town.run();
        assert_eq!(hours(&times(&record, |what| matches!(what, Happening::ControlLost))), [1.0]);
        assert_eq!(hours(&times(&record, |what| matches!(what, Happening::ControlBack))), [back]);
        assert_eq!((lost(&record, 0), record.malware[0].crossed), (0.0, 1));
    }
}

#[test]
fn segmentation_keeps_malware_out_of_control_systems() {
    // Crossing, segmentation, manipulated level; lost hours of the six that recovery takes.
    let cases = [
        (1.0, 0.0, Some(0.25), 4.5, 1),
        (1.0, 0.0, None, 0.0, 1),
        (1.0, 1.0, Some(0.25), 0.0, 0),
        (0.0, 0.0, Some(0.25), 0.0, 0),
    ];
    for (crossing, segmentation, manipulates, expected, crossed) in cases {
        let mut town = Town::new(100, 1);
        let restore = town.hours(6.0);
        town.protect(&[0], Posture { it_criticality: Level::ZERO, segmentation, restore, ..posture() });
        let malware = town.malware("worm", vec![], |worm| {
            (worm.crossing, worm.detonation) = (crossing, Detonation::Each(DistId::NONE));
            worm.manipulates = manipulates.map(Level::from_share);
        });
        town.compromise(0.0, &[0], malware);
        let record = town.run();
        assert!((lost(&record, 0) - expected).abs() < 1e-9);
        assert_eq!(record.malware[0].crossed, crossed);
        let without_control = times(&record, |what| matches!(what, Happening::ControlLost)).len();
        assert_eq!(without_control, usize::from(crossed == 1 && manipulates.is_none()));
    }
}

/// Two crews bring six hosts back, two at a time, and stand still while their team does.
#[test]
fn recovery_waits_for_crews() {
    for (closed, expected) in
        [(false, [2.0, 2.0, 4.0, 4.0, 6.0, 6.0]), (true, [5.0, 5.0, 7.0, 7.0, 9.0, 9.0])]
    {
        let mut town = Town::new(100, 6);
        let (skill, team) = town.team(2);
        let restore = town.hours(2.0);
        town.protect(&[0, 1, 2, 3, 4, 5], Posture { skill, restore, ..posture() });
        let malware = town.malware("wiper", vec![], |wiper| {
            wiper.detonation = Detonation::Each(DistId::NONE);
        });
        town.compromise(0.0, &[0, 1, 2, 3, 4, 5], malware);
        if closed {
            let lasts = town.hours(3.0);
            town.event(1.0, Targets::All(vec![team]), vec![Effect::Closure { lasts }]);
        }
        let record = town.run();
        let recovered = times(&record, |what| matches!(what, Happening::Recovered(_)));
        assert_eq!(hours(&recovered), expected);
        // Never more than two at work.
        let mut busy = 0;
        for entry in &record.trace {
            match entry.what {
                Happening::RepairStage(stage, team) => {
                    assert_eq!((stage, team), (Happening::IT_RECOVERY, TeamId(0)));
                    busy += 1;
                }
                Happening::Recovered(_) => busy -= 1,
                _ => {}
            }
            assert!((0..=2).contains(&busy));
        }
        assert_eq!(record.waited_s, u64::from(HOUR) * if closed { 2 * 5 + 2 * 7 } else { 2 * 2 + 2 * 4 });
    }
}

/// A worm with everything drawn, over links and in a domain, beside another one or not.
fn lively(with_other: bool) -> Arc<Model> {
    let mut town = Town::new(400, 60);
    let (skill, _) = town.team(3);
    let all: Vec<usize> = (0..60).collect();
    let [detection, restore, rebuild, decision] =
        [30.0, 10.0, 40.0, 5.0].map(|hours| town.exponential(hours));
    let shutdown = Shutdown {
        probability: 0.5,
        decision,
        to: Level::from_share(0.3),
        lasts: decision,
        with_domain: true,
    };
    let busy = Posture {
        exposure: 0.8,
        patched: 0.2,
        segmentation: 0.5,
        backups: Backups::Online,
        it_criticality: Level::from_share(0.7),
        detection,
        restore,
        rebuild,
        shutdown: Some(shutdown),
        ..posture()
    };
    town.protect(&all[..30], Posture { skill, ..busy.clone() });
    town.protect(&all[30..], Posture { shutdown: None, ..busy });
    let ring = (0..60).map(|i| (i, (i + 1) % 60)).chain((0..20).map(|i| (i, i + 30)));
    let ring = town.linked(ring.collect(), false);
    let domain = town.contacts(true);
    let [interval, slow, dwell, infectious] = [12.0, 60.0, 25.0, 200.0].map(|hours| town.exponential(hours));
    let spread = |over, interval| Spread { over, interval, probability: 0.9 };
    if with_other {
        let other = town.malware("other", vec![spread(domain, interval)], |other| {
            other.detonation = Detonation::Each(dwell);
        });
        town.compromise(5.0, &[7], other);
    }
    let both = vec![spread(ring, interval), spread(domain, slow)];
    let worm = town.malware("worm", both, |worm| {
        (worm.detonation, worm.infectious) = (Detonation::Each(dwell), infectious);
        (worm.destroys_backups, worm.crossing) = (true, 0.5);
    });
    town.compromise(0.0, &[0], worm);
    town.b.group("all", "all", town.hosts.iter().map(|node| (*node, 1.0)).collect());
    town.finish()
}

/// A malware more or less changes nothing of how another goes.
#[test]
fn another_malware_disturbs_no_draws() {
    let mut town = Town::new(400, 60);
    let links = (0..60).map(|i| (i, (i + 1) % 60)).collect();
    let over = town.linked(links, false);
    let interval = town.exponential(10.0);
    let spread = || vec![Spread { over, interval, probability: 0.95 }];
    let infectious = town.exponential(60.0);
    let worm = town.malware("worm", spread(), |worm| worm.infectious = infectious);
    town.compromise(0.0, &[0], worm);
    let alone = Arc::new(town.b.clone().finish());
    let other = town.malware("other", spread(), |_| {});
    town.compromise(0.0, &[30], other);
    let beside = town.finish();
    for replication in 0..20 {
        let (a, b) = (run(&alone, replication), run(&beside, replication));
        let infections = |record: &Record| times(record, |what| *what == Happening::Infected(worm));
        assert!(infections(&a).len() > 1);
        assert_eq!(infections(&a), infections(&b));
        assert_eq!(a.malware[0], b.malware[0]);
    }
}

/// Counts are those of the states, and never more than there are hosts; levels stay within their bounds.
#[test]
fn counts_and_levels_stay_within_bounds() {
    let model = lively(true);
    let group = model.find_group("all").unwrap();
    for replication in 0..20 {
        let record = run(&model, replication);
        let mut last = [SimTime::ZERO; 2];
        for entry in &record.spread {
            assert!(entry.infected + entry.impaired + entry.immune <= 60);
            assert!(last[entry.malware.index()] <= entry.time);
            last[entry.malware.index()] = entry.time;
        }
        for course in &record.malware {
            let is = |what: &Happening| *what == Happening::Infected(course.malware);
            assert_eq!(times(&record, is).len(), course.infected as usize);
            assert!(course.impairments <= course.infected && course.crossed <= course.impairments);
            let entries = || record.spread.iter().filter(|entry| entry.malware == course.malware);
            let end = entries().next_back().unwrap();
            // Who was ever infected is ill or immune at the end: nobody is made immune here.
            assert_eq!(end.infected + end.impaired + end.immune, course.infected);
            assert_eq!(end.infected + end.impaired == 0, course.contained != SimTime::NEVER);
            assert!(entries().all(|entry| entry.infected + entry.impaired <= course.peak));
        }
        let full = record.initial[group.index()];
        assert!(record.steps.iter().filter(|step| step.group == group).all(|step| step.sum <= full));
        assert!(record.affected.iter().all(|affected| affected.lost <= 400 * 3600 * 1_000_000));
    }
}

/// Going on from a snapshot gives what running through gives, and so does a world that was used before.
#[test]
fn a_snapshot_is_a_whole() {
    let model = lively(true);
    let mut simulation = Simulation::new(model.clone());
    let (mut whole, mut halved, mut again) = (Record::default(), Record::default(), Record::default());
    for replication in 0..10 {
        let draws = Seeds::new(1).replication(replication);
        simulation.run(replication, draws, LOOK, &mut whole);
        assert_eq!(whole, run(&model, replication));
        simulation.begin(replication, draws, LOOK);
        simulation.run_until(60 * HOUR);
        let snapshot = simulation.snapshot();
        simulation.run_until(u32::MAX);
        simulation.finish(&mut halved);
        assert_eq!(whole, halved);
        simulation.restore(&snapshot);
        simulation.run_until(u32::MAX);
        simulation.finish(&mut again);
        assert_eq!(whole, again);
    }
}

/// Where there is reinfection, a host can be infected again and again, and once everybody is well it is over.
#[test]
fn reinfection_goes_round() {
    for everybody in [false, true] {
        let mut town = Town::new(3000, 8);
        let over = town.contacts(everybody);
        let (interval, infectious) = (town.exponential(4.0), town.exponential(4.0));
        let spread = vec![Spread { over, interval, probability: 1.0 }];
        let worm =
            town.malware("worm", spread, |worm| (worm.reinfects, worm.infectious) = (true, infectious));
        town.compromise(0.0, &[0], worm);
        let record = town.run();
        let infected = times(&record, |what| matches!(what, Happening::Infected(_)));
        assert!(infected.iter().filter(|(_, node)| *node == 0).count() > 1);
        assert!(record.malware[0].infected <= 8);
        let end = record.spread.last().unwrap();
        assert_eq!((end.immune, end.infected == 0), (0, record.malware[0].contained != SimTime::NEVER));
    }
}

/// Detection comes after its time, or when systems fail.
#[test]
fn compromise_is_noticed_at_impairment_at_the_latest() {
    for (detection, dwell, noticed) in
        [(1.0, 5.0, 1), (7.0, 5.0, 5), (5.0, 5.0, 5), (0.0, 5.0, 0), (1.0, 0.0, 0)]
    {
        let mut town = Town::new(100, 1);
        let (detection, dwell, restore) = (town.hours(detection), town.hours(dwell), town.hours(1.0));
        town.protect(&[0], Posture { detection, restore, ..posture() });
        let worm = town.malware("worm", vec![], |worm| worm.detonation = Detonation::Each(dwell));
        town.compromise(0.0, &[0], worm);
        let record = town.run();
        assert_eq!(record.malware[0].noticed, SimTime(noticed * HOUR));
        assert_eq!(times(&record, |what| matches!(what, Happening::CompromiseNoticed(_))).len(), 1);
    }
}
