//! What events do to assets, pools and people, by hand.

mod plots;

use linchpin_model::*;
use linchpin_sim::{RunOptions, Simulation};
use plots::{campaign, event, step};
use std::sync::Arc;

const HORIZON: u32 = 1_000;
const TRACED: RunOptions = RunOptions { threat: true, trace: true };

struct Scene {
    b: ModelBuilder,
    sector: SectorId,
    service: ServiceId,
}

impl Scene {
    fn new() -> Self {
        // Monday 2026-06-01, 07:59:00 local time.
        let meta = Meta {
            horizon: HORIZON,
            start_unix_s: 1_780_272_000 + 5 * 3600 + 59 * 60,
            utc_offset_s: 2 * 3600,
            ..Meta::default()
        };
        let mut b = ModelBuilder::new(meta);
        let (sector, service) = (b.sector("health", "Health"), b.service("care", "Care"));
        Self { b, sector, service }
    }

    fn asset(&mut self, id: &str) -> NodeId {
        self.b.node(id, id, self.sector, RegionId::NONE)
    }

    fn seconds(&mut self, seconds: u32) -> DistId {
        self.b.dist(Distribution::Fixed(f64::from(seconds)))
    }

    /// A pool of this demand with suppliers of one unit each.
    fn pool(&mut self, id: &str, demand: f64, suppliers: usize) -> (NodeId, Vec<NodeId>) {
        let suppliers: Vec<NodeId> = (0..suppliers).map(|i| self.asset(&format!("{id}-{i}"))).collect();
        let pool = self.asset(id);
        self.b.node_mut(pool).kind = NodeKind::Pool;
        let need = NeedSpec::any(pool, "suppliers", self.service, &suppliers);
        self.b.need(NeedSpec { required: demand, service: ServiceId::NONE, ..need });
        (pool, suppliers)
    }

    fn event(&mut self, id: &str, at: u32, nodes: &[NodeId], effects: Vec<Effect>) {
        let at = self.seconds(at);
        let targets = if nodes.is_empty() { Targets::None } else { Targets::All(nodes.to_vec()) };
        self.b.parts().events.push(event(id, at, targets, effects));
    }

    fn run(self) -> (Arc<Model>, Record) {
        let model = Arc::new(self.b.finish());
        let mut simulation = Simulation::new(model.clone());
        let mut record = Record::default();
        simulation.run(0, Seeds::new(1).replication(0), TRACED, &mut record);
        assert_eq!(record.failure, None);
        // A world that has been used is as good as new.
        let mut again = Record::default();
        simulation.run(0, Seeds::new(1).replication(0), TRACED, &mut again);
        assert_eq!(again, record);
        (model, record)
    }
}

/// (time, level in millionths) of all changes of a node.
fn levels(record: &Record, node: NodeId) -> Vec<(u32, u32)> {
    let of = |entry: &&TraceEntry| entry.node == node;
    let change = |entry: &TraceEntry| match entry.what {
        Happening::Fell { to, .. } | Happening::Rose { to, .. } => Some((entry.time.0, to.0)),
        _ => None,
    };
    record.trace.iter().filter(of).filter_map(change).collect()
}

fn lost(record: &Record, node: NodeId) -> u64 {
    record.affected.iter().find(|affected| affected.node == node).map_or(0, |affected| affected.lost)
}

/// Four suppliers for a demand of 3: half as much again is 4.5, of which 4 are there; half as much again is 6.75;
/// with one supplier less 3 of it; then one surge is over, then both, then the supplier is back.
#[test]
fn surges_multiply_and_end() {
    let mut scene = Scene::new();
    let (pool, suppliers) = scene.pool("beds", 3.0, 4);
    let [long, short, closed] = [500, 200, 450].map(|s| scene.seconds(s));
    let surge = |lasts| vec![Effect::Surge { factor: 1_500_000, lasts }];
    scene.event("first", 100, &[pool], surge(long));
    scene.event("second", 200, &[pool], surge(short));
    scene.event("closure", 300, &suppliers[..1], vec![Effect::Closure { lasts: closed }]);
    let (_, record) = scene.run();
    let expected = [(100, 888_888), (200, 592_592), (300, 444_444), (400, 666_666), (600, 1_000_000)];
    assert_eq!(levels(&record, pool), expected);
    // What is lost before the closure began at the pool, and is booked on the first surge; the closure's supplier has
    // its own loss, and from then on that of the pool.
    let own: u64 = 100 * (1_000_000 - 888_888) + 100 * (1_000_000 - 592_592);
    let root = |node| record.roots.iter().find(|root| root.node == node).map_or(0, |root| root.lost);
    assert_eq!(root(pool) + root(suppliers[0]), lost(&record, pool) + lost(&record, suppliers[0]));
    assert_eq!(root(pool), own);
    let by_event: Vec<_> = record.event_losses.iter().map(|loss| (loss.event.0, loss.lost)).collect();
    assert_eq!(by_event, [(0, root(pool)), (2, root(suppliers[0]))]);
}

/// Less demand than before makes up for a supplier that is gone; what is no pool has no demand.
#[test]
fn demand_can_be_reduced_and_belongs_to_pools() {
    let mut scene = Scene::new();
    let (pool, suppliers) = scene.pool("gas", 4.0, 4);
    let [long, short] = [500, 100].map(|s| scene.seconds(s));
    scene.event("cut", 100, &suppliers[..1], vec![Effect::SupplyCut { to: Level::ZERO, lasts: long }]);
    let less = Effect::Surge { factor: 750_000, lasts: short };
    scene.event("appeal", 200, &[pool, suppliers[1]], vec![less]);
    let (_, record) = scene.run();
    let expected = [(100, 750_000), (200, 1_000_000), (300, 750_000), (600, 1_000_000)];
    assert_eq!(levels(&record, pool), expected);
    assert_eq!(levels(&record, suppliers[1]), []);
}

/// 400 people at 08:00, half as many before: at 07:59:10 a tenth of 200 are harmed, at 08:01 a tenth of 400.
#[test]
fn people_are_harmed_and_need_care() {
    let mut scene = Scene::new();
    let (beds, _) = scene.pool("beds", 20.0, 60);
    let square = scene.asset("square");
    let bare = scene.asset("bare");
    let share = scene.b.dist(Distribution::Fixed(0.1));
    let lasts = scene.seconds(300);
    let factors = (0..168).map(|hour| if hour == 7 { 0.5 } else { 1.0 }).collect();
    scene.b.parts().profiles.push(Profile { id: "day".into(), factors });
    scene.b.parts().places.push(Place { node: square, people: 400.0, profile: 0 });
    let harm = vec![Effect::Harm { share, care: vec![beds], lasts }];
    scene.event("early", 10, &[square, bare], harm.clone());
    scene.event("late", 120, &[square], harm);
    let (_, record) = scene.run();
    assert_eq!(record.harmed, 60);
    let harmed: Vec<_> = record
        .trace
        .iter()
        .filter_map(|entry| match entry.what {
            Happening::Harmed(people) => Some((entry.time.0, entry.node, people)),
            _ => None,
        })
        .collect();
    assert_eq!(harmed, [(10, square, 20), (120, square, 40)]);
    // Demand 40 at first, then 80 for 60 beds, then 60 again when the first are well.
    assert_eq!(levels(&record, beds), [(120, 750_000), (310, 1_000_000)]);
    assert_eq!(record.event_losses, [EventLoss { event: EventId(0), lost: 190 * 250_000 }]);
}

/// A pool in half units counts people in whole ones.
#[test]
fn care_is_in_the_units_of_the_pool() {
    let mut scene = Scene::new();
    let (beds, _) = scene.pool("beds", 2.5, 5);
    let square = scene.asset("square");
    let (share, lasts) = (scene.b.dist(Distribution::Fixed(1.0)), DistId::NONE);
    scene.b.parts().places.push(Place { node: square, people: 10.0, profile: u32::MAX });
    scene.event("harm", 100, &[square], vec![Effect::Harm { share, care: vec![beds], lasts }]);
    let (_, record) = scene.run();
    // 5 beds for 12.5.
    assert_eq!(levels(&record, beds), [(100, 400_000)]);
}

#[test]
fn records_are_taken_from_each_target() {
    let mut scene = Scene::new();
    let nodes: Vec<NodeId> = ["a", "b", "c"].map(|id| scene.asset(id)).to_vec();
    let records = scene.b.dist(Distribution::Fixed(1_200.4));
    scene.event(
        "theft",
        10,
        &nodes,
        vec![Effect::Exfiltrate { records }, Effect::Narrative { text: "lost".into() }],
    );
    let (_, record) = scene.run();
    assert_eq!(record.exfiltrated, 3_600);
    let taken = record.trace.iter().filter(|entry| entry.what == Happening::Exfiltrated(1_200)).count();
    assert_eq!((taken, record.affected.len()), (3, 0));
}

/// What lies around a target is closed with it, once; what lies around another one is not.
#[test]
fn areas_are_closed_with_their_middle() {
    let mut scene = Scene::new();
    let [airport, hotel, garage, far] = ["airport", "hotel", "garage", "far"].map(|id| scene.asset(id));
    let lasts = scene.seconds(50);
    let around = vec![(airport, vec![hotel, garage]), (far, vec![far])];
    scene.event("drone", 10, &[airport], vec![Effect::CloseArea { around: around.clone(), lasts }]);
    scene.event("again", 200, &[far], vec![Effect::CloseArea { around, lasts }]);
    let (_, record) = scene.run();
    for (node, from) in [(airport, 10), (hotel, 10), (garage, 10), (far, 200)] {
        assert_eq!(levels(&record, node), [(from, 0), (from + 50, 1_000_000)]);
    }
    let losses: Vec<_> = record.event_losses.iter().map(|loss| (loss.event.0, loss.lost)).collect();
    assert_eq!(losses, [(0, 150_000_000), (1, 50_000_000)]);
}

/// Half of IT gone takes half of what hangs on it: all without a posture, two fifths of a fifth with one.
#[test]
fn lost_it_takes_what_hangs_on_it() {
    let mut scene = Scene::new();
    let [office, plant] = ["office", "plant"].map(|id| scene.asset(id));
    let lasts = scene.seconds(100);
    let posture = Posture {
        id: "plant".into(),
        exposure: 1.0,
        patched: 0.0,
        segmentation: 0.0,
        protection: [0.5; Domain::ALL.len()],
        detection: DistId::NONE,
        backups: Backups::None,
        backup_loss: 0.5,
        it_criticality: Level::from_share(0.2),
        restore: DistId::NONE,
        rebuild: DistId::NONE,
        skill: SkillId::NONE,
        crews: 1,
        shutdown: None,
        platforms: vec![],
        systems: 1,
    };
    scene.b.parts().postures.push(posture);
    scene.b.parts().posture_of = vec![PostureId::NONE, PostureId(0)];
    let half = Level::from_share(0.5);
    scene.event("wiper", 10, &[office, plant], vec![Effect::ItLoss { share: half, lasts }]);
    let (_, record) = scene.run();
    assert_eq!(levels(&record, office), [(10, 500_000), (110, 1_000_000)]);
    assert_eq!(levels(&record, plant), [(10, 900_000), (110, 1_000_000)]);
}

/// 2 assets for 100 s, one of them for 50 s more under another event; one regained as the other is lost.
#[test]
fn time_without_control_is_summed() {
    let mut scene = Scene::new();
    let [a, b, c] = ["a", "b", "c"].map(|id| scene.asset(id));
    let [hundred, fifty] = [100, 50].map(|s| scene.seconds(s));
    scene.event("both", 10, &[a, b], vec![Effect::ControlLoss { lasts: hundred }]);
    scene.event("longer", 60, &[a], vec![Effect::ControlLoss { lasts: hundred }]);
    scene.event("third", 160, &[c], vec![Effect::ControlLoss { lasts: fifty }]);
    scene.event("last", HORIZON - 40, &[c], vec![Effect::ControlLoss { lasts: DistId::NONE }]);
    let (_, record) = scene.run();
    assert_eq!(record.uncontrolled_s, 150 + 100 + 50 + 40);
    assert_eq!(record.most_uncontrolled, 2);
    assert_eq!(record.event_losses, []);
}

/// The losses of an asset that two events struck are the first one's; of one that only depends on it, too.
#[test]
fn losses_are_booked_on_the_first_to_strike() {
    let mut scene = Scene::new();
    let [source, mill] = ["source", "mill"].map(|id| scene.asset(id));
    let bystander = scene.asset("bystander");
    let service = scene.service;
    scene.b.need(NeedSpec::any(mill, "in", service, &[source]));
    let [hundred, fifty] = [100, 50].map(|s| scene.seconds(s));
    campaign(
        scene.b.parts(),
        "plot",
        ActorId::NONE,
        fifty,
        &[step("break").at(&[source], vec![Effect::Closure { lasts: hundred }])],
    );
    scene.event("later", 100, &[source], vec![Effect::Closure { lasts: hundred }]);
    scene.event(
        "storm",
        500,
        &[bystander],
        vec![Effect::Degrade { to: Level::from_share(0.5), lasts: fifty }],
    );
    let (model, record) = scene.run();
    assert_eq!(model.events[0].id, "plot/break");
    let losses: Vec<_> = record.event_losses.iter().map(|loss| (loss.event.0, loss.lost)).collect();
    assert_eq!(losses, [(0, 2 * 150 * 1_000_000), (2, 50 * 500_000)]);
}
