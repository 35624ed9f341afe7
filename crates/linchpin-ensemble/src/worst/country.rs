//! Generated countries, for tests and measurements.

use linchpin_model::*;

/// Keyed draws for generating.
struct Dice(u32);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((u64::from(self.0) * n as u64) >> 32) as usize
    }

    fn some(&mut self, count: usize, from: &[NodeId]) -> Vec<NodeId> {
        let mut left = from.to_vec();
        (0..count.min(from.len())).map(|_| left.swap_remove(self.below(left.len()))).collect()
    }
}

/// A country of so many assets: plants, substations with one to three feeders, exchanges with batteries, water works with
/// tanks, and districts that depend on one to three of each: cascades over four tiers, autonomies that differ, and much
/// that stands in for something else. Where it `wears`, everything fails at random every two months or so.
pub fn country(case: u32, assets: usize, wears: bool) -> Model {
    let mut dice = Dice(case.wrapping_mul(747_796_405).wrapping_add(2_891_336_453));
    let mut b = ModelBuilder::new(Meta { horizon: 6 * 86_400, name: "country".into(), ..Meta::default() });
    let sectors = ["energy", "digital", "water", "health"].map(|id| b.sector(id, id));
    let services = ["power", "mobile", "water", "care"].map(|id| b.service(id, id));
    let region = b.region(Region {
        id: "all".into(),
        name: "All".into(),
        population: 1e6,
        parent: None,
        position: None,
    });
    let mut tiers: Vec<Vec<NodeId>> = Vec::new();
    for (tier, share) in [8, 6, 6, 6].into_iter().enumerate() {
        let count = assets / share;
        tiers.push(
            (0..count).map(|i| b.node(&format!("t{tier}-{i}"), "", sectors[tier.min(2)], region)).collect(),
        );
    }
    let buffer = |b: &mut ModelBuilder, dice: &mut Dice| {
        let hours = [0.0, 2.0, 8.0, 24.0][dice.below(4)];
        b.dist(Distribution::Uniform { min: 0.5 * hours * 3600.0, max: 1.5 * hours * 3600.0 })
    };
    for tier in 1..4 {
        for i in 0..tiers[tier].len() {
            let node = tiers[tier][i];
            for (provider, service) in services.iter().enumerate().take(tier).skip(usize::from(tier > 1)) {
                let count = [1, 2, 2, 3][dice.below(4)];
                let providers = dice.some(count, &tiers[provider.max(usize::from(tier > 1))]);
                let (id, hours) = (format!("n{provider}"), buffer(&mut b, &mut dice));
                b.need(NeedSpec::any(node, &id, *service, &providers).buffered(
                    "buffer",
                    hours,
                    DistId::NONE,
                ));
            }
        }
    }
    let districts = assets - tiers.iter().map(Vec::len).sum::<usize>();
    for i in 0..districts {
        let node = b.node(&format!("district-{i}"), "", sectors[3], region);
        for (tier, service) in services.iter().enumerate().take(4).skip(1) {
            if dice.below(3) == 0 {
                continue;
            }
            let count = [1, 2, 2, 3][dice.below(4)];
            let providers = dice.some(count, &tiers[tier]);
            let (id, hours) = (format!("d{tier}"), buffer(&mut b, &mut dice));
            b.need(NeedSpec::any(node, &id, *service, &providers).buffered("buffer", hours, DistId::NONE));
        }
        b.serves(node, services[3], region, 100.0 * (1.0 + dice.below(400) as f64));
    }
    if wears {
        let (mean, repair) = (60.0 * 86_400.0, Distribution::lognormal(12.0 * 3600.0, 0.6));
        let (often, takes) = (b.dist(Distribution::Exponential { mean }), b.dist(repair));
        let state = DamageState { name: "down".into(), level: Level::ZERO, repair: takes, fragility: None };
        let stage = RepairStage {
            name: "repair".into(),
            duration: DistId::NONE,
            skill: SkillId::NONE,
            crews: 0,
            spare: SpareId::NONE,
        };
        b.parts().repairs.push(RepairPlan { states: vec![state], stages: vec![stage] });
        b.parts().failures.push(RandomFailure { time_to_failure: often, state: 0 });
        for node in &mut b.parts().nodes {
            (node.repair, node.failure) = (RepairId::new(0), FailureId::new(0));
        }
    }
    b.finish()
}
