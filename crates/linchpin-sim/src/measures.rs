//! Measures: effects that help. Crews, spares, speed, vigilance and standby reserves.

use crate::engine::Engine;
use crate::state::{ActiveEffect, NEVER, ONE};
use linchpin_model::{DistId, Effect, EventId, Layer, NodeId, Purpose};

impl Engine<'_> {
    /// Carries out an effect that needs no target: once whenever its event takes place.
    pub(crate) fn take_measure(&mut self, event: u32, part: u16) {
        let plan = self.plan;
        let fixed = &plan.model.events[event as usize];
        match &fixed.effects[usize::from(part)] {
            Effect::AddCrews { team, crews, lasts } => {
                self.response.crews[team.index()].join(self.now, *crews);
                self.agenda.wake_response = true;
                self.begin_measure(event, part, ActiveEffect::CREWS, 0, *lasts);
            }
            Effect::AddSpares { spare, count } => {
                let stock = &mut self.response.stock[spare.index()];
                *stock = stock.saturating_add(*count);
                self.agenda.wake_response = true;
            }
            Effect::SpeedUp { lasts, .. } => {
                self.begin_measure(event, part, ActiveEffect::SPEED, 0, *lasts);
            }
            Effect::Vigilance { factor, lasts } if fixed.targets == linchpin_model::Targets::None => {
                self.begin_measure(event, part, ActiveEffect::VIGILANCE, millionths(*factor), *lasts);
            }
            _ => {}
        }
    }

    /// Begins a timed effect that acts on no node.
    fn begin_measure(&mut self, event: u32, effect: u16, slot: u8, level: u32, lasts: DistId) {
        let row = self.threats.effects.len() as u32;
        self.threats.effects.push(ActiveEffect {
            node: NEVER,
            event,
            effect,
            step: 0,
            level,
            slot,
            ended: false,
            began: self.now,
            next: NEVER,
        });
        if let Some(dist) = lasts.some() {
            let key = self.plan.model.events[event as usize].key;
            let count = self.draw_count(effect);
            let lasts = self.draw(Layer::Threat, key, Purpose::EffectDuration, count, dist);
            self.agenda.threat.push(self.now.saturating_add(lasts), crate::agenda::Kind::Effect, row);
        }
        self.apply_measure(row);
    }

    /// Count of the draw of how long an effect lasts.
    pub(crate) fn draw_count(&self, effect: u16) -> u32 {
        u32::from(effect) | self.threats.turn << 8
    }

    /// A measure without a target has begun or ended.
    fn apply_measure(&mut self, row: u32) {
        let active = self.threats.effects[row as usize];
        match active.slot {
            ActiveEffect::SPEED => self.change_speed(),
            ActiveEffect::VIGILANCE => {
                let all = self.threats.effects.iter();
                let acting = all.filter(|e| e.slot == ActiveEffect::VIGILANCE && e.node == NEVER && !e.ended);
                let now = acting.fold(1.0, |product, effect| product * share(effect.level));
                let before = std::mem::replace(&mut self.notices.vigilance, now);
                self.review_detections();
                self.rescale_detection(NodeId::NONE, now / before);
            }
            ActiveEffect::CREWS if active.ended => {
                let effect =
                    &self.plan.model.events[active.event as usize].effects[usize::from(active.effect)];
                if let Effect::AddCrews { team, crews, .. } = effect {
                    self.response.crews[team.index()].depart(self.now, *crews);
                }
            }
            _ => {}
        }
    }

    /// Times to detection at a node that already run are multiplied.
    pub(crate) fn alert(&mut self, node: u32, factor: f64) {
        self.review_detections();
        self.rescale_detection(NodeId(node), factor);
    }

    /// Product of the alert levels at a node.
    pub(crate) fn vigilance_at(&self, node: NodeId) -> f64 {
        let mut factor = 1.0;
        let mut row = self.threats.heads.get(node.index()).copied().unwrap_or(NEVER);
        while row != NEVER {
            let effect = &self.threats.effects[row as usize];
            if effect.slot == ActiveEffect::VIGILANCE && !effect.ended {
                factor *= share(effect.level);
            }
            row = effect.next;
        }
        factor
    }

    /// Level a node is held at by itself, unless it was activated.
    pub(crate) fn initial_of(&self, node: u32) -> u32 {
        let initial = self.plan.model.nodes[node as usize].initial.0;
        if !self.plan.has_standby {
            return initial;
        }
        let mut level = initial;
        let mut row = self.threats.heads.get(node as usize).copied().unwrap_or(NEVER);
        while row != NEVER {
            let effect = &self.threats.effects[row as usize];
            if effect.slot == ActiveEffect::STANDBY && !effect.ended {
                level = level.max(effect.level.min(ONE));
            }
            row = effect.next;
        }
        level
    }

    /// Ends what an event began and what has no end of its own.
    pub(crate) fn end_effects(&mut self, event: EventId) {
        for row in 0..self.threats.effects.len() as u32 {
            let active = self.threats.effects[row as usize];
            // What malware holds down stands in no list of effects.
            let effects = &self.plan.model.events[active.event as usize].effects;
            let endless = effects.get(usize::from(active.effect)).is_some_and(has_no_end);
            if active.event == event.0 && !active.ended && endless {
                self.end_effect(row);
            }
        }
    }

    /// An effect is over.
    pub(crate) fn end_effect(&mut self, row: u32) {
        self.threats.effects[row as usize].ended = true;
        let active = self.threats.effects[row as usize];
        if active.node == NEVER {
            self.apply_measure(row);
        } else {
            self.apply_effects(active.node, active.slot);
        }
        if active.slot == ActiveEffect::VIGILANCE && active.node != NEVER {
            self.alert(active.node, 1.0 / share(active.level));
        }
    }
}

/// True where an effect lasts until somebody ends it. Harm is not ended by anybody.
fn has_no_end(effect: &Effect) -> bool {
    match effect {
        Effect::Degrade { lasts, .. }
        | Effect::Absence { lasts, .. }
        | Effect::Closure { lasts }
        | Effect::ControlLoss { lasts }
        | Effect::ItLoss { lasts, .. }
        | Effect::SupplyCut { lasts, .. }
        | Effect::Surge { lasts, .. }
        | Effect::CloseArea { lasts, .. }
        | Effect::AddCrews { lasts, .. }
        | Effect::Activate { lasts, .. }
        | Effect::SpeedUp { lasts, .. }
        | Effect::Vigilance { lasts, .. } => lasts.is_none(),
        Effect::Forcing { .. } | Effect::Staffing { .. } => true,
        _ => false,
    }
}

/// A factor in millionths, as effects keep it.
pub(crate) fn millionths(factor: f64) -> u32 {
    // `as` saturates. Not below a millionth, so that it can be taken back.
    ((factor * f64::from(ONE)).round() as u32).max(1)
}

pub(crate) fn share(millionths: u32) -> f64 {
    f64::from(millionths) / f64::from(ONE)
}
