//! Effects of a threat that are no ceiling: demand on pools, people harmed, records taken, and whose doing it was.

use crate::engine::Engine;
use crate::state::{ActiveEffect, NEVER, ONE, flag};
use linchpin_model::{
    DistId, EventId, EventLoss, Happening, Key, Layer, Model, NodeId, NodeKind, Purpose, Role,
};

/// Hours from Monday 0 h to Thursday 0 h: 1970-01-01 was a Thursday.
const EPOCH_HOUR: i64 = 72;
const HOURS_OF_WEEK: i64 = 168;

/// Local hour of the week, from Monday 0 h, so many seconds after the start of a scenario.
fn hour_of_week(model: &Model, now: u32) -> usize {
    let local = model.meta.start_unix_s + i64::from(model.meta.utc_offset_s) + i64::from(now);
    (local.div_euclid(3600) + EPOCH_HOUR).rem_euclid(HOURS_OF_WEEK) as usize
}

/// People present at a node at a time; 0 where it is no public place.
fn present(model: &Model, node: NodeId, now: u32) -> f64 {
    let Ok(at) = model.places.binary_search_by_key(&node, |place| place.node) else { return 0.0 };
    let place = &model.places[at];
    let profile = model.profiles.get(place.profile as usize);
    let factor = profile.and_then(|profile| profile.factors.get(hour_of_week(model, now)));
    place.people * factor.map_or(1.0, |factor| f64::from(*factor))
}

/// Required weight in millionths under surges (each in millionths) and with so many units of care on top.
fn demanded(required: u32, surges: impl Iterator<Item = u32>, care: f64) -> u64 {
    // Far above any supply.
    let most = 1_u128 << 62;
    let mut full = u128::from(required.max(1)) * u128::from(ONE);
    for factor in surges {
        full = (full * u128::from(factor) / u128::from(ONE)).min(most);
    }
    full += (care.round().max(0.0) as u128) * u128::from(ONE);
    full.clamp(1, most) as u64
}

impl Engine<'_> {
    /// The demand on a pool is what the effects that act on it make of it.
    pub(crate) fn apply_demand(&mut self, node: u32) {
        let plan = self.plan;
        let is_pool = plan.model.nodes[node as usize].kind == NodeKind::Pool;
        if !is_pool || self.nodes[node as usize].flags & flag::INVULNERABLE != 0 {
            return;
        }
        for need in self.needs_of(node) {
            let fixed = &plan.model.needs[need as usize];
            if fixed.role == Role::Resupply {
                continue;
            }
            let surges = self.acting(node, ActiveEffect::SURGE);
            let care: f64 = self.acting(node, ActiveEffect::CARE).map(f64::from).sum();
            let full = demanded(fixed.required, surges, care * f64::from(fixed.unit));
            if std::mem::replace(&mut self.flow.needs[need as usize].full, full) == full {
                continue;
            }
            let hot = self.flow.needs[need as usize];
            if hot.is_booked() {
                self.touch_special(&hot);
            }
            self.refresh_term(need);
        }
    }

    /// Levels of the effects of one kind that act on a node.
    fn acting(&self, node: u32, slot: u8) -> impl Iterator<Item = u32> {
        let effects = &self.threats.effects;
        let first = effects.get(self.threats.heads[node as usize] as usize);
        std::iter::successors(first, |effect| effects.get(effect.next as usize))
            .filter(move |effect| effect.slot == slot && !effect.ended)
            .map(|effect| effect.level)
    }

    /// People at a place are harmed, and need care for a while.
    pub(crate) fn harm(
        &mut self,
        node: NodeId,
        event: u32,
        part: u16,
        share: DistId,
        care: (&[NodeId], DistId),
    ) {
        let plan = self.plan;
        let key = plan.model.events[event as usize].key.with(plan.model.nodes[node.index()].key);
        let u = self.clock.draws.uniform(Layer::Threat, key, Purpose::Harm, self.draw_count(part));
        let share = plan.model.dist(share).quantile(u).clamp(0.0, 1.0);
        // `as` saturates.
        let people = (share * present(&plan.model, node, self.now)).round() as u32;
        if people == 0 {
            return;
        }
        self.observer.record.harmed += u64::from(people);
        if self.clock.trace {
            self.trace(node.0, Happening::Harmed(people));
        }
        let (pools, lasts) = care;
        for pool in pools {
            let key = key.with(plan.model.nodes[pool.index()].key);
            self.begin_effect_drawn(*pool, event, part, ActiveEffect::CARE, people, lasts, key);
        }
    }

    /// Records are taken from a node.
    pub(crate) fn exfiltrate(&mut self, node: NodeId, key: Key, count: u32, records: DistId) {
        let u = self.clock.draws.uniform(Layer::Threat, key, Purpose::Records, count);
        let records = self.plan.model.dist(records).quantile(u).max(0.0).round() as u32;
        self.observer.record.exfiltrated += u64::from(records);
        if self.clock.trace && records > 0 {
            self.trace(node.0, Happening::Exfiltrated(records));
        }
    }

    /// Notes that an event holds a node down; the first one has what is lost from there on its account.
    pub(crate) fn note_striker(&mut self, node: NodeId, event: EventId) {
        let striker = &mut self.threats.strikers[node.index()];
        if *striker == NEVER {
            *striker = event.0;
            self.threats.strikers.touched.mark(node.0);
        }
    }

    /// Books the loss that began at each node on the event that struck there first.
    pub(crate) fn close_losses(&mut self) {
        let record = &mut self.observer.record;
        let strikers = &self.threats.strikers;
        record.event_losses.extend(record.roots.iter().filter_map(|root| {
            let event = strikers.get(root.node.index()).copied().filter(|event| *event != NEVER)?;
            Some(EventLoss { event: EventId(event), lost: root.lost })
        }));
        record.event_losses.sort_unstable_by_key(|loss| loss.event);
        record.event_losses.dedup_by(|next, sum| {
            let same = next.event == sum.event;
            sum.lost += if same { next.lost } else { 0 };
            same
        });
    }

    /// Books the time that nodes were without remote control up to now. What is regained in the second in which
    /// something else is lost was not lost at the same time.
    pub(crate) fn book_control(&mut self) {
        let control = &mut self.threats.control;
        let passed = self.now - std::mem::replace(&mut control.since, self.now);
        if passed > 0 {
            let record = &mut self.observer.record;
            record.uncontrolled_s += u64::from(passed) * u64::from(control.lost);
            record.most_uncontrolled = record.most_uncontrolled.max(control.lost);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{demanded, hour_of_week, present};
    use linchpin_model::{Meta, ModelBuilder, NodeId, Place, Profile};

    /// Calendar facts: Monday 2026-06-01 00:00 UTC is 1,780,272,000; Sunday 2026-05-31 23:30 in UTC is Monday
    /// 00:30 an hour further east; 1969-12-29 was a Monday.
    #[test]
    fn hours_of_the_week_are_local() {
        for (start_unix_s, utc_offset_s, now, expected) in [
            (0, 0, 0, 72),
            (1_780_272_000, 0, 0, 0),
            (1_780_272_000, 0, 3599, 0),
            (1_780_272_000, 0, 3600, 1),
            (1_780_272_000 - 1800, 0, 0, 167),
            (1_780_272_000 - 1800, 3600, 0, 0),
            (1_780_272_000, -3600, 0, 167),
            (-3 * 86_400, 0, 0, 0),
        ] {
            let meta = Meta { start_unix_s, utc_offset_s, horizon: 10, ..Meta::default() };
            let model = ModelBuilder::new(meta).finish();
            assert_eq!(hour_of_week(&model, now), expected, "{start_unix_s} {utc_offset_s} {now}");
        }
    }

    #[test]
    fn people_are_present_by_profile() {
        let meta = Meta { start_unix_s: 1_780_272_000, horizon: 10, ..Meta::default() };
        let mut b = ModelBuilder::new(meta);
        let factors = (0..168).map(|hour| if hour == 1 { 0.25 } else { 1.0 }).collect();
        b.parts().profiles.push(Profile { id: "day".into(), factors });
        for (node, profile) in [(2, u32::MAX), (5, 0)] {
            b.parts().places.push(Place { node: NodeId(node), people: 1000.0, profile });
        }
        let model = b.finish();
        for (node, now, expected) in [(1, 0, 0.0), (2, 3600, 1000.0), (5, 0, 1000.0), (5, 3600, 250.0)] {
            assert_eq!(present(&model, NodeId(node), now), expected, "{node} at {now} s");
        }
    }

    /// Required weight 3: alone, half as much again, a quarter less, both together, with 2 in care, and what
    /// would not fit.
    #[test]
    fn surges_multiply_and_care_adds() {
        for (surges, care, expected) in [
            (&[][..], 0.0, 3_000_000),
            (&[1_500_000], 0.0, 4_500_000),
            (&[750_000], 0.0, 2_250_000),
            (&[1_500_000, 750_000], 0.0, 3_375_000),
            (&[], 2.0, 5_000_000),
            (&[2_000_000], 2.0, 8_000_000),
            (&[u32::MAX; 9], 0.0, 1 << 62),
        ] {
            assert_eq!(demanded(3, surges.iter().copied(), care), expected, "{surges:?}");
        }
    }
}
