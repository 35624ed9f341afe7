//! Small random models without chance, in seconds, for the interpreter in `oracle`.

use super::town::Dice;
use linchpin_model::*;
use std::sync::Arc;

pub const ONE: u32 = Level::SCALE;
pub const HORIZON: u32 = 120;

#[derive(Debug)]
pub struct Asset {
    pub initial: u32,
    pub product: bool,
    pub restart: Option<u32>,
}

#[derive(Debug)]
pub struct From {
    pub provider: usize,
    pub weight: u32,
    pub delay: u32,
}

#[derive(Debug)]
pub struct Store {
    pub capacity: u32,
    pub recharge: Option<u32>,
    pub cover: u32,
    /// Seconds from the beginning of the shortage until it can deliver.
    pub start: u32,
    /// Seconds it runs until it breaks.
    pub breaks: Option<u32>,
    /// Who refills it while it runs.
    pub refill: Option<usize>,
}

#[derive(Debug)]
pub struct Need {
    pub owner: usize,
    pub from: Vec<From>,
    pub required: u32,
    pub criticality: u32,
    pub role: Role,
    pub black_start: u32,
    pub stores: Vec<Store>,
}

/// Held at `level` from `at` to `until`.
#[derive(Debug)]
pub struct Hold {
    pub asset: usize,
    pub at: u32,
    pub until: u32,
    pub level: u32,
}

#[derive(Debug)]
pub struct Mesh {
    pub members: Vec<usize>,
    pub links: Vec<(usize, usize)>,
    /// Positions in `members`; none: only the largest component works.
    pub sources: Vec<usize>,
}

#[derive(Debug)]
pub struct Village {
    pub assets: Vec<Asset>,
    pub needs: Vec<Need>,
    pub holds: Vec<Hold>,
    pub mesh: Option<Mesh>,
}

impl Village {
    /// Village number `case`; the first ones are the smallest.
    pub fn random(case: u32) -> Self {
        let mut dice = Dice::new(1_000_000 + case);
        let n = 2 + case as usize / 40 % 6;
        let share = |dice: &mut Dice| dice.below(11) as u32 * 100_000;
        let mut assets: Vec<Asset> = (0..n)
            .map(|_| Asset {
                initial: if dice.chance(0.1) { share(&mut dice) } else { ONE },
                product: dice.chance(0.2),
                restart: dice.chance(0.5).then(|| 1 + dice.below(9) as u32),
            })
            .collect();
        let mut needs = Vec::new();
        for owner in 0..n {
            for _ in 0..dice.below(4) {
                let count = 1 + dice.below(3);
                let mut from = Vec::new();
                for provider in dice.choose(count, n).into_iter().filter(|provider| *provider != owner) {
                    let delay = if dice.chance(0.2) { 1 + dice.below(8) as u32 } else { 0 };
                    from.push(From { provider, weight: 1 + dice.below(3) as u32, delay });
                }
                if from.is_empty() {
                    continue;
                }
                let total: u32 = from.iter().map(|from| from.weight).sum();
                let mut stores = Vec::new();
                if dice.chance(0.5) {
                    for _ in 0..1 + dice.below(2) {
                        let recharge = dice.chance(0.5).then(|| dice.below(20) as u32);
                        let cover = if dice.chance(0.3) { share(&mut dice) } else { ONE };
                        stores.push(Store {
                            capacity: 1 + dice.below(15) as u32,
                            recharge,
                            cover,
                            start: if dice.chance(0.3) { dice.below(8) as u32 } else { 0 },
                            breaks: dice.chance(0.2).then(|| 1 + dice.below(8) as u32),
                            refill: Some(dice.below(n)).filter(|i| *i != owner && dice.chance(0.2)),
                        });
                    }
                }
                needs.push(Need {
                    owner,
                    required: 1 + dice.below(total as usize) as u32,
                    from,
                    criticality: if dice.chance(0.7) { ONE } else { share(&mut dice) },
                    role: [Role::Both, Role::Both, Role::Run, Role::Start][dice.below(4)],
                    black_start: if dice.chance(0.15) { 1 + dice.below(10) as u32 } else { 0 },
                    stores,
                });
            }
        }
        // A start takes a second at least, so that one look at each second is enough.
        for need in needs.iter().filter(|need: &&Need| need.role == Role::Start || need.black_start > 0) {
            assets[need.owner].restart.get_or_insert(1);
        }
        let holds = (0..1 + dice.below(2 * n))
            .map(|_| {
                let at = 1 + dice.below(80) as u32;
                let level = if dice.chance(0.6) { 0 } else { share(&mut dice) };
                Hold { asset: dice.below(n), at, until: at + 1 + dice.below(40) as u32, level }
            })
            .collect();
        let mesh = dice.chance(0.3).then(|| {
            let size = 2 + dice.below(n - 1);
            let mut members = dice.choose(size, n);
            members.sort_unstable();
            let links =
                (0..size + dice.below(size)).map(|_| dice.choose(2, size)).map(|l| (l[0], l[1])).collect();
            let sources = if dice.chance(0.3) { vec![] } else { dice.choose(1, size) };
            Mesh { members, links, sources }
        });
        // A product may round to 0 while no term is 0: whether such a member conducts is nobody's concern.
        for member in mesh.iter().flat_map(|mesh: &Mesh| &mesh.members) {
            assets[*member].product = false;
        }
        // Members that need something may make two components take turns for ever.
        if let Some(mesh) = mesh.as_ref().filter(|mesh: &&Mesh| mesh.sources.is_empty()) {
            needs.retain(|need| !mesh.members.contains(&need.owner));
        }
        Self { assets, needs, holds, mesh }
    }

    pub fn model(&self) -> Arc<Model> {
        let mut b = ModelBuilder::new(Meta { horizon: HORIZON, pass_limit: 200, ..Meta::default() });
        let sector = b.sector("energy", "Energy");
        let service = b.service("supply", "Supply");
        let seconds = |b: &mut ModelBuilder, seconds: u32| b.dist(Distribution::Fixed(f64::from(seconds)));
        let nodes: Vec<NodeId> =
            (0..self.assets.len()).map(|i| b.node(&format!("a{i}"), "", sector, RegionId::NONE)).collect();
        for (node, asset) in nodes.iter().zip(&self.assets) {
            let restart = asset.restart.map_or(DistId::NONE, |restart| seconds(&mut b, restart));
            let slot = b.node_mut(*node);
            (slot.initial, slot.restart) = (Level(asset.initial), restart);
            slot.combine = if asset.product { Combine::Product } else { Combine::Min };
        }
        for (i, need) in self.needs.iter().enumerate() {
            let mut spec = NeedSpec::any(nodes[need.owner], &format!("need-{i}"), service, &[]);
            for from in &need.from {
                let delay = if from.delay > 0 { seconds(&mut b, from.delay) } else { DistId::NONE };
                spec.providers.push(Provider {
                    node: nodes[from.provider],
                    weight: f64::from(from.weight),
                    delay,
                });
            }
            spec.required = f64::from(need.required);
            spec.criticality = Level(need.criticality).share();
            (spec.role, spec.black_start) = (need.role, need.black_start);
            for (k, store) in need.stores.iter().enumerate() {
                let capacity = seconds(&mut b, store.capacity);
                let recharge = store.recharge.map_or(DistId::NONE, |recharge| seconds(&mut b, recharge));
                spec = spec.buffered(&format!("store-{k}"), capacity, recharge);
                let start = seconds(&mut b, store.start);
                let breaks = store.breaks.map_or(DistId::NONE, |breaks| seconds(&mut b, breaks));
                let stage = &mut spec.autonomy[k];
                stage.stage.cover = Cover::AtLeast(Level(store.cover));
                (stage.stage.start_delay, stage.stage.failure) = (start, breaks);
                let refill = |i: usize| Provider { node: nodes[i], weight: 1.0, delay: DistId::NONE };
                stage.resupply = store.refill.map(refill).into_iter().collect();
            }
            b.need(spec);
        }
        for (i, hold) in self.holds.iter().enumerate() {
            let (at, lasts) = (seconds(&mut b, hold.at), seconds(&mut b, hold.until - hold.at));
            let id = format!("hold-{i}");
            let to = Level(hold.level);
            let effect =
                if hold.level == 0 { Effect::Closure { lasts } } else { Effect::Degrade { to, lasts } };
            b.parts().events.push(Event {
                name: id.clone(),
                key: Key::of(&id),
                id,
                after: None,
                at,
                targets: Targets::All(vec![nodes[hold.asset]]),
                probability: 1.0,
                hit_probability: 1.0,
                severity: DistId::NONE,
                effects: vec![effect],
                threat: true,
                occasion: Occasion::Script,
            });
        }
        if let Some(mesh) = &self.mesh {
            let members: Vec<NodeId> = mesh.members.iter().map(|i| nodes[*i]).collect();
            b.parts().networks.push(Network {
                id: "mesh".into(),
                rule: if mesh.sources.is_empty() {
                    NetworkRule::LargestComponent
                } else {
                    let sources = mesh.sources.iter().map(|i| members[*i]).collect();
                    NetworkRule::SourceReachable { sources }
                },
                links: mesh.links.iter().map(|(a, b)| (*a as u32, *b as u32)).collect(),
                members,
            });
        }
        Arc::new(b.finish())
    }
}
