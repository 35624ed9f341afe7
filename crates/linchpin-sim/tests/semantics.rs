//! The semantics of model.md, section 3, on cases small enough to be worked out by hand.

use linchpin_model::*;
use linchpin_sim::{RunOptions, Simulation};
use std::sync::Arc;

const HOUR: u32 = 3600;

/// A model under construction with one sector and one service.
struct Case {
    b: ModelBuilder,
    sector: SectorId,
    service: ServiceId,
}

impl Case {
    fn new(hours: u32) -> Self {
        let mut b = ModelBuilder::new(Meta { horizon: hours * HOUR, ..Meta::default() });
        let sector = b.sector("energy", "Energy");
        let service = b.service("supply", "Supply");
        Self { b, sector, service }
    }

    fn node(&mut self, id: &str) -> NodeId {
        self.b.node(id, id, self.sector, RegionId::NONE)
    }

    fn hours(&mut self, hours: f64) -> DistId {
        self.b.dist(Distribution::Fixed(hours * 3600.0))
    }

    fn any(&mut self, owner: NodeId, providers: &[NodeId]) {
        let need = NeedSpec::any(owner, "any", self.service, providers);
        self.b.need(need);
    }

    /// Closed from `from` to `to` hours.
    fn close(&mut self, node: NodeId, from: f64, to: f64) {
        let lasts = self.hours(to - from);
        self.event(node, from, Effect::Closure { lasts });
    }

    fn event(&mut self, node: NodeId, at: f64, effect: Effect) {
        let at = self.hours(at);
        let id = format!("event-{}", self.b.parts().events.len());
        self.b.parts().events.push(Event {
            name: id.clone(),
            key: Key::of(&id),
            id,
            after: None,
            at,
            targets: Targets::All(vec![node]),
            probability: 1.0,
            hit_probability: 1.0,
            severity: DistId::NONE,
            effects: vec![effect],
            threat: true,
            occasion: Occasion::Script,
        });
    }

    fn run(self) -> Told {
        let model = Arc::new(self.b.finish());
        let mut record = Record::default();
        let options = RunOptions { threat: true, trace: true };
        Simulation::new(model.clone()).run(0, Seeds::new(1).replication(0), options, &mut record);
        assert_eq!(record.failure, None);
        Told { model, record }
    }
}

struct Told {
    model: Arc<Model>,
    record: Record,
}

impl Told {
    /// Intervals in hours during which a node was below half, as half-open pairs.
    fn down(&self, id: &str) -> Vec<(f64, f64)> {
        let node = self.model.find_node(id).unwrap();
        let mut down = Vec::new();
        let mut since = None;
        for entry in self.record.trace.iter().filter(|entry| entry.node == node) {
            let to = match entry.what {
                Happening::Fell { to, .. } | Happening::Rose { to, .. } => to,
                _ => continue,
            };
            let hours = entry.time.hours();
            if to < Level(500_000) {
                since.get_or_insert(hours);
            } else if let Some(since) = since.take() {
                down.push((since, hours));
            }
        }
        if let Some(since) = since {
            down.push((since, f64::from(self.model.meta.horizon) / 3600.0));
        }
        down
    }

    fn falls(&self, id: &str) -> Vec<(Level, Cause, u16, String)> {
        let node = self.model.find_node(id).unwrap();
        self.record
            .trace
            .iter()
            .filter(|entry| entry.node == node)
            .filter_map(|entry| match entry.what {
                Happening::Fell { to, cause, generation, root, .. } => {
                    Some((to, cause, generation, self.model.id(root).to_owned()))
                }
                _ => None,
            })
            .collect()
    }
}

/// The small case: A = all(B, X), B = any(A, Y), X 0, Y 1, A 0, B 1; in one instant Y falls and X rises.
#[test]
fn what_holds_only_itself_up_falls() {
    let mut case = Case::new(10);
    let [a, b, x, y] = ["a", "b", "x", "y"].map(|id| case.node(id));
    for (id, provider) in [("from-b", b), ("from-x", x)] {
        let need = NeedSpec::any(a, id, case.service, &[provider]);
        case.b.need(need);
    }
    case.any(b, &[a, y]);
    case.close(x, 0.0, 2.0);
    case.close(y, 2.0, 10.0);
    let told = case.run();
    assert_eq!(told.down("a"), [(0.0, 10.0)]);
    assert_eq!(told.down("b"), [(2.0, 10.0)]);
}

/// A change of provider within one instant is no failure.
#[test]
fn what_ends_where_it_began_has_not_failed() {
    let mut case = Case::new(10);
    let [a, b, c] = ["a", "b", "c"].map(|id| case.node(id));
    case.any(c, &[a, b]);
    case.b.node_mut(c).restart = DistId::NONE;
    case.close(a, 0.0, 5.0);
    case.close(b, 5.0, 10.0);
    let told = case.run();
    assert_eq!(told.down("c"), []);
    assert!(told.falls("c").is_empty());
}

/// Power and telecom that need each other: locked out without a black start, back with one.
#[test]
fn power_and_telecom_lock_each_other_out_unless_one_can_start_alone() {
    for (black_start_h, power_down, telecom_down) in
        [(0, vec![(1.0, 48.0)], vec![(1.0, 48.0)]), (4, vec![(1.0, 5.0)], vec![(1.0, 6.0)])]
    {
        let mut case = Case::new(48);
        let [power, telecom] = ["power", "telecom"].map(|id| case.node(id));
        let mut need = NeedSpec::any(power, "telecom", case.service, &[telecom]);
        need.black_start = black_start_h * HOUR;
        case.b.need(need);
        case.any(telecom, &[power]);
        let (two, one) = (case.hours(2.0), case.hours(1.0));
        case.b.node_mut(power).restart = two;
        case.b.node_mut(telecom).restart = one;
        case.close(power, 1.0, 3.0);
        let told = case.run();
        assert_eq!(told.down("power"), power_down, "black start {black_start_h} h");
        assert_eq!(told.down("telecom"), telecom_down, "black start {black_start_h} h");
        assert_eq!(told.record.locked_out.len(), if black_start_h == 0 { 2 } else { 0 });
    }
}

/// A black start ends: what has not come by then is missed again.
#[test]
fn a_black_start_lasts_its_time_and_only_once() {
    let mut case = Case::new(48);
    let [plant, grid] = ["plant", "grid"].map(|id| case.node(id));
    let mut need = NeedSpec::any(plant, "grid", case.service, &[grid]);
    need.black_start = 4 * HOUR;
    case.b.need(need);
    let one = case.hours(1.0);
    case.b.node_mut(plant).restart = one;
    case.close(grid, 2.0, 40.0);
    let told = case.run();
    assert_eq!(told.down("plant"), [(2.0, 3.0), (7.0, 41.0)]);
}

/// `1 - criticality (1 - s)`, partial supply, the lowest term rules.
#[test]
fn levels_follow_the_formula() {
    let mut case = Case::new(10);
    let [a, b, c, user] = ["a", "b", "c", "user"].map(|id| case.node(id));
    let mut need = NeedSpec::all(user, "two-of-three", case.service, &[a, b, c]);
    need.required = 2.0;
    need.criticality = 0.6;
    case.b.need(need);
    for node in [a, b] {
        case.close(node, 1.0, 9.0);
    }
    let told = case.run();
    // One of two required is there: s = 0.5, level = 1 - 0.6 * 0.5.
    let falls = told.falls("user");
    assert_eq!(falls.len(), 1);
    assert_eq!((falls[0].0, falls[0].2, falls[0].3.as_str()), (Level(700_000), 1, "a"));
    // Eight hours at 0.3 lost.
    let lost = told.record.affected.iter().find(|affected| affected.node == user).unwrap().lost;
    assert_eq!(lost, 300_000 * 8 * u64::from(HOUR));
}

/// Impairments multiply where the asset says so.
#[test]
fn product_multiplies_terms() {
    let mut case = Case::new(10);
    let [a, user] = ["a", "user"].map(|id| case.node(id));
    let mut need = NeedSpec::any(user, "half", case.service, &[a]);
    need.criticality = 0.5;
    case.b.need(need);
    case.b.node_mut(user).combine = Combine::Product;
    case.close(a, 1.0, 5.0);
    let lasts = case.hours(4.0);
    case.event(user, 1.0, Effect::Absence { share: Level::from_share(0.2), lasts });
    let told = case.run();
    assert_eq!(told.falls("user")[0].0, Level(400_000)); // 0.8 * 0.5
}

/// Battery, then a generator that starts up while the battery bridges, then nothing.
#[test]
fn autonomy_stages_follow_each_other() {
    let mut case = Case::new(100);
    let [grid, site] = ["grid", "site"].map(|id| case.node(id));
    let (battery, tank, start) = (case.hours(2.0), case.hours(10.0), case.hours(1.0));
    let mut need = NeedSpec::any(site, "power", case.service, &[grid])
        .buffered("battery", battery, DistId::NONE)
        .buffered("generator", tank, DistId::NONE);
    need.autonomy[1].stage.start_delay = start;
    case.b.need(need);
    case.close(grid, 5.0, 30.0);
    // The second outage finds the battery full again after 2 h, the tank (10 h to fill) at 7 of 10.
    case.close(grid, 37.0, 60.0);
    let told = case.run();
    assert_eq!(told.down("site"), [(17.0, 30.0), (46.0, 60.0)]);
}

/// While s is a half, a stage drains at half speed.
#[test]
fn a_stage_drains_by_the_share_that_is_missing() {
    let mut case = Case::new(100);
    let [a, b, site] = ["a", "b", "site"].map(|id| case.node(id));
    let battery = case.hours(4.0);
    let need = NeedSpec::all(site, "power", case.service, &[a, b]).buffered("battery", battery, DistId::NONE);
    case.b.need(need);
    case.close(a, 0.0, 50.0);
    case.close(b, 2.0, 50.0);
    let told = case.run();
    // Two hours at half speed leave three hours at full speed.
    assert_eq!(told.down("site"), [(5.0, 50.0)]);
}

/// A need that full providers do not meet drains its battery from the beginning, in every replication alike.
#[test]
fn a_need_unmet_from_the_beginning_drains_its_battery() {
    let mut case = Case::new(100);
    let [grid, site] = ["grid", "site"].map(|id| case.node(id));
    let battery = case.hours(3.0);
    let mut need =
        NeedSpec::any(site, "power", case.service, &[grid]).buffered("battery", battery, DistId::NONE);
    need.required = 4.0;
    case.b.need(need);
    let told = case.run();
    // A quarter is there.
    assert_eq!(told.down("site"), [(4.0, 100.0)]);
}

/// Resupply keeps a stage from draining while it lasts.
#[test]
fn resupply_stops_the_drain() {
    let mut case = Case::new(100);
    let [grid, road, site] = ["grid", "road", "site"].map(|id| case.node(id));
    let tank = case.hours(10.0);
    let mut need = NeedSpec::any(site, "power", case.service, &[grid]).buffered("tank", tank, DistId::NONE);
    need.autonomy[0].resupply = vec![Provider { node: road, weight: 1.0, delay: DistId::NONE }];
    case.b.need(need);
    case.close(grid, 5.0, 90.0);
    case.close(road, 20.0, 24.0);
    case.close(road, 30.0, 90.0);
    let told = case.run();
    // 4 h drained from 20 to 24 h, the other 6 h from 30 h on.
    assert_eq!(told.down("site"), [(36.0, 90.0)]);
}

/// The timer of a restart runs only while everything is there, and begins anew when something fails.
#[test]
fn restart_waits_and_starts_over() {
    let mut case = Case::new(100);
    let [a, site] = ["a", "site"].map(|id| case.node(id));
    case.any(site, &[a]);
    let three = case.hours(3.0);
    case.b.node_mut(site).restart = three;
    case.close(a, 1.0, 5.0);
    case.close(a, 7.0, 8.0);
    let told = case.run();
    assert_eq!(told.down("site"), [(1.0, 11.0)]);
}

/// Changes of level arrive in order, each after the link's delay.
#[test]
fn delays_transport_every_change_in_order() {
    let mut case = Case::new(100);
    let [a, site] = ["a", "site"].map(|id| case.node(id));
    let delay = case.hours(3.0);
    let mut need = NeedSpec::any(site, "fuel", case.service, &[a]);
    need.providers[0].delay = delay;
    case.b.need(need);
    case.close(a, 1.0, 2.0);
    case.close(a, 2.5, 10.0);
    let told = case.run();
    assert_eq!(told.down("site"), [(4.0, 5.0), (5.5, 13.0)]);
}

/// Surge lifts the supply of a pool for a limited time.
#[test]
fn a_pool_surges_for_a_while() {
    let mut case = Case::new(100);
    let [a, b, pool] = ["a", "b", "pool"].map(|id| case.node(id));
    case.b.node_mut(pool).kind = NodeKind::Pool;
    let lasts = case.hours(2.0);
    let mut need = NeedSpec::all(pool, "suppliers", ServiceId::NONE, &[a, b]);
    need.required = 2.0;
    let mut need = need.buffered("surge", lasts, DistId::NONE);
    need.autonomy[0].stage.cover = Cover::Times(1_600_000);
    case.b.need(need);
    case.close(a, 1.0, 20.0);
    let told = case.run();
    let levels: Vec<Level> = told.falls("pool").iter().map(|fall| fall.0).collect();
    // 0.5 * 1.6 = 0.8 while it lasts: drained at half speed, four hours; then 0.5.
    assert_eq!(levels, [Level(800_000), Level(500_000)]);
    let second =
        told.record.trace.iter().filter(|e| e.node == pool && matches!(e.what, Happening::Fell { .. }));
    assert_eq!(second.map(|e| e.time.hours()).collect::<Vec<_>>(), [1.0, 5.0]);
}

/// Loss of control leaves the service and makes a restart manual.
#[test]
fn control_is_apart_from_service() {
    let mut case = Case::new(100);
    let substation = case.node("substation");
    let one = case.hours(1.0);
    let node = case.b.node_mut(substation);
    node.restart = one;
    node.manual_factor = 4.0;
    let lasts = case.hours(40.0);
    case.event(substation, 1.0, Effect::ControlLoss { lasts });
    case.close(substation, 10.0, 12.0);
    case.close(substation, 60.0, 62.0);
    let told = case.run();
    assert_eq!(told.down("substation"), [(10.0, 16.0), (60.0, 63.0)]);
}

/// Overlapping effects on one ceiling: the strongest rules until the last one ends.
#[test]
fn overlapping_effects_do_not_cut_each_other_short() {
    let mut case = Case::new(100);
    let site = case.node("site");
    case.close(site, 1.0, 10.0);
    case.close(site, 5.0, 7.0);
    let steps = [(0, 0.4), (6, 0.6), (12, 1.0)].map(|(h, share)| (h * HOUR, Level::from_share(share)));
    case.event(site, 20.0, Effect::Forcing { steps: steps.to_vec() });
    let told = case.run();
    assert_eq!(told.down("site"), [(1.0, 10.0), (20.0, 26.0)]);
    assert_eq!(told.falls("site")[1].0, Level(400_000));
}

/// A mesh: members cut off from every source fall, and come back when the path does.
#[test]
fn a_network_supplies_what_it_reaches() {
    let mut case = Case::new(100);
    let nodes: Vec<NodeId> = ["source", "a", "b", "c"].map(|id| case.node(id)).to_vec();
    let user = case.node("user");
    case.any(user, &[nodes[3]]);
    case.b.parts().networks.push(Network {
        id: "mesh".into(),
        rule: NetworkRule::SourceReachable { sources: vec![nodes[0]] },
        members: nodes.clone(),
        links: vec![(0, 1), (1, 2), (2, 3)],
    });
    case.close(nodes[1], 1.0, 5.0);
    let told = case.run();
    for id in ["a", "b", "c", "user"] {
        assert_eq!(told.down(id), [(1.0, 5.0)], "{id}");
    }
    let (_, cause, generation, root) = told.falls("c")[0].clone();
    assert_eq!((cause, generation, root.as_str()), (Cause::Ceiling(CeilingKind::Network), 1, "a"));
    assert_eq!(told.falls("user")[0].2, 2);
}

/// Only the largest component works.
#[test]
fn the_largest_component_survives() {
    let mut case = Case::new(100);
    let nodes: Vec<NodeId> = (0..5).map(|i| case.node(&format!("n{i}"))).collect();
    case.b.parts().networks.push(Network {
        id: "mesh".into(),
        rule: NetworkRule::LargestComponent,
        members: nodes.clone(),
        links: vec![(0, 1), (1, 2), (2, 3), (3, 4)],
    });
    case.close(nodes[1], 1.0, 5.0);
    let told = case.run();
    assert_eq!(told.down("n0"), [(1.0, 5.0)]);
    for id in ["n2", "n3", "n4"] {
        assert_eq!(told.down(id), [], "{id}");
    }
}

/// A surge of demand trips both; after the reset they carry again.
#[test]
fn tripped_members_carry_again_after_their_reset() {
    let mut case = Case::new(100);
    let nodes: Vec<NodeId> = (0..2).map(|i| case.node(&format!("line-{i}"))).collect();
    let (load, reset) = (case.b.dist(Distribution::Fixed(0.6)), case.hours(3.0));
    case.b.parts().sharings.push(Sharing {
        id: "corridor".into(),
        members: nodes.clone(),
        rule: SharingRule::Proportional,
        load: vec![load],
        trip_at: 1_000_000_000,
        reset,
    });
    for (at, add) in [(1.0, 500_000_000), (2.0, -500_000_000)] {
        case.event(nodes[0], at, Effect::Demand { sharing: SharingId(0), add });
    }
    let told = case.run();
    assert_eq!(told.down("line-0"), [(1.0, 4.0)]);
    assert_eq!(told.down("line-1"), [(1.0, 4.0)]);
}

/// Equal sharing: one falls, its load takes the next along, and they stay latched.
#[test]
fn load_of_the_fallen_moves_to_the_others() {
    let mut case = Case::new(100);
    let nodes: Vec<NodeId> = (0..3).map(|i| case.node(&format!("line-{i}"))).collect();
    let loads = [0.5, 0.6, 0.8].map(|load| case.b.dist(Distribution::Fixed(load)));
    case.b.parts().sharings.push(Sharing {
        id: "corridor".into(),
        members: nodes.clone(),
        rule: SharingRule::Equal,
        load: loads.to_vec(),
        trip_at: 1_000_000_000,
        reset: DistId::NONE,
    });
    case.close(nodes[0], 1.0, 2.0);
    let told = case.run();
    // 0.5 goes in halves to the others: 0.85 and 1.05 trips; with 1.3 to carry the second trips too, and
    // the first, back at 2 h, finds 1.4 waiting.
    for (id, down) in [("line-0", (1.0, 100.0)), ("line-1", (1.0, 100.0)), ("line-2", (1.0, 100.0))] {
        assert_eq!(told.down(id), [down], "{id}");
    }
    assert_eq!(told.falls("line-2")[0].3, "line-0");
}

/// Staged repair: crews, travel, a spare that is missing at first, work that stands still without what it needs.
#[test]
fn repairs_wait_for_crews_and_spares_and_stand_still_without_what_they_need() {
    let mut case = Case::new(200);
    let [a, b, fuel] = ["a", "b", "fuel"].map(|id| case.node(id));
    let team_node = case.b.node("team", "team", SectorId::NONE, RegionId::NONE);
    case.b.node_mut(team_node).kind = NodeKind::Team;
    case.any(team_node, &[fuel]);
    let (assess, work, travel, resupply) =
        (case.hours(1.0), case.hours(10.0), case.hours(2.0), case.hours(30.0));
    let stage = |name: &str, duration, spare| RepairStage {
        name: name.into(),
        duration,
        skill: SkillId(0),
        crews: 1,
        spare,
    };
    let plan = RepairPlan {
        states: vec![DamageState {
            name: "damaged".into(),
            level: Level::ZERO,
            repair: DistId::NONE,
            fragility: None,
        }],
        stages: vec![stage("assess", assess, SpareId::NONE), stage("repair", work, SpareId(0))],
    };
    let parts = case.b.parts();
    parts.repairs.push(plan);
    parts.skills.push(Named { id: "line".into(), name: "line".into() });
    parts.spares.push(Spare { id: "transformer".into(), stock: 1, resupply });
    parts.teams.push(Team {
        node: team_node,
        skill: SkillId(0),
        crews: 1,
        home: RegionId::NONE,
        serves: vec![],
        travel,
    });
    for node in [a, b] {
        case.b.node_mut(node).repair = RepairId(0);
        case.event(node, 10.0, Effect::Damage { state: DamageChoice::Worst });
    }
    case.close(fuel, 15.0, 20.0);
    let told = case.run();
    // a: 10 + 2 travel + 1 assess, then 10 h of work less 5 h standing still: 13 to 28.
    // b: the crew comes at 28, travels 2 and assesses 1 h: 31; the spare used at 13 is replaced at 43: 53.
    assert_eq!(told.down("a"), [(10.0, 28.0)]);
    assert_eq!(told.down("b"), [(10.0, 53.0)]);
    assert_eq!(told.record.repairs, 2);
}

/// Of the providers of a group, the one that fell last is the cause; root and generation come with it.
#[test]
fn the_last_to_fall_is_the_cause() {
    let mut case = Case::new(100);
    let [origin, a, b, user] = ["origin", "a", "b", "user"].map(|id| case.node(id));
    case.any(a, &[origin]);
    case.any(user, &[a, b]);
    case.close(b, 1.0, 50.0);
    case.close(origin, 2.0, 50.0);
    let told = case.run();
    let (_, cause, generation, root) = told.falls("user")[0].clone();
    assert!(matches!(cause, Cause::Need(_, provider) if provider == a));
    assert_eq!((generation, root.as_str()), (2, "origin"));
    // Loss begun at `origin`: its own, that of `a` and that of `user`, 48 h each.
    let root = told.record.roots.iter().find(|root| root.node == origin).unwrap();
    assert_eq!(root.lost, 3 * 48 * u64::from(HOUR) * 1_000_000);
}
