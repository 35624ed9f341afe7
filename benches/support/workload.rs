//! The work that is measured: a cascade with recovery.
//!
//! Assets depend on lower-numbered ones, a quarter of them on a single one, half of them with a battery; one in
//! eight fails at random and is repaired; one in four takes time to restart. About a quarter as many events as
//! assets, and as many level changes.

use linchpin_model::*;

/// Fourteen days.
pub const HORIZON: u32 = 14 * 86_400;

/// A reproducible network of `n` assets in eleven sectors.
pub fn cascade_with_recovery(n: u32) -> Model {
    let mut b = ModelBuilder::new(Meta { horizon: HORIZON, ..Meta::default() });
    let sectors: Vec<SectorId> =
        (0..11).map(|i| b.sector(&format!("s{i}"), &format!("Sector {i}"))).collect();
    let service = b.service("service", "Service");
    let battery = b.dist(Distribution::Exponential { mean: 8.0 * 3600.0 });
    let restart = b.dist(Distribution::Exponential { mean: 3600.0 });
    let repair = b.dist(Distribution::Exponential { mean: 12.0 * 3600.0 });
    let time_to_failure = b.dist(Distribution::Exponential { mean: 20.0 * 86_400.0 });
    b.parts().repairs.push(RepairPlan {
        states: vec![DamageState { name: "damaged".into(), level: Level::ZERO, repair, fragility: None }],
        stages: vec![RepairStage {
            name: "repair".into(),
            duration: DistId::NONE,
            skill: SkillId::NONE,
            crews: 0,
            spare: SpareId::NONE,
        }],
    });
    b.parts().failures.push(RandomFailure { time_to_failure, state: 0 });
    let mut random = Lcg(n.into());
    for i in 0..n {
        let node = b.node(&format!("asset-{i}"), "", sectors[(i % 11) as usize], RegionId::NONE);
        if i % 8 == 0 {
            let node = b.node_mut(node);
            node.failure = FailureId(0);
            node.repair = RepairId(0);
        }
        if i % 4 == 1 {
            b.node_mut(node).restart = restart;
        }
        if i < 10 {
            continue;
        }
        // Near providers, so that consequences stay local as they do in real networks.
        let mut provider = || NodeId(i - 1 - random.below(i.min(100)));
        let pair = [provider(), provider()];
        let providers = if i % 4 == 0 { &pair[..1] } else { &pair[..] };
        let mut need = NeedSpec::any(node, "main", service, providers);
        if i % 2 == 0 {
            need = need.buffered("battery", battery, DistId::NONE);
        }
        b.need(need);
    }
    b.finish()
}

struct Lcg(u64);

impl Lcg {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (((self.0 >> 33) * u64::from(bound)) >> 31) as u32
    }
}
