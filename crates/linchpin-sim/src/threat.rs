//! Scripted events: when they happen, whom they hit, what they do and for how long.

use crate::agenda::Kind;
use crate::engine::Engine;
use crate::state::{ActiveEffect, NEVER, ONE, flag};
use linchpin_model::special::fragility;
use linchpin_model::{
    CeilingKind, DamageChoice, DistId, Effect, Event, EventId, Happening, Key, Layer, NodeId, Occasion,
    Purpose, Targets,
};

/// Carries out the scripted events that are due.
pub(crate) fn fire_events(engine: &mut Engine<'_>) {
    if engine.agenda.threat.next_time() == engine.now {
        engine.fire_due();
    }
    engine.look_again();
}

impl Engine<'_> {
    /// Puts the events that do not follow others on the agenda.
    pub(crate) fn schedule_events(&mut self) {
        for id in 0..self.plan.model.events.len() as u32 {
            let event = &self.plan.model.events[id as usize];
            if event.after.is_none() && event.occasion == Occasion::Script {
                self.schedule_event(id);
            }
        }
    }

    fn schedule_event(&mut self, id: u32) {
        let event = &self.plan.model.events[id as usize];
        if event.threat && !self.clock.threat {
            return;
        }
        let draws = self.clock.draws;
        if event.probability < 1.0
            && draws.uniform(Layer::Threat, event.key, Purpose::Hit, 0) >= event.probability
        {
            return;
        }
        let wait = self.draw(Layer::Threat, event.key, Purpose::EventTime, 0, event.at);
        self.agenda.threat.push(self.now.saturating_add(wait), Kind::Event, id);
    }

    #[inline(never)]
    fn fire_due(&mut self) {
        while let Some((kind, id)) = self.agenda.threat.pop_at(self.now) {
            self.clock.events += 1;
            match kind {
                Kind::Event => self.fire(id),
                Kind::Campaign => self.campaign_due(id),
                _ => self.effect_due(id),
            }
        }
    }

    /// A scripted event takes place.
    fn fire(&mut self, id: u32) {
        let plan = self.plan;
        let event = &plan.model.events[id as usize];
        if event.occasion == Occasion::WhatIf {
            self.strike_supposed(id);
            return;
        }
        let (first, severity) = self.open_event(id, event);
        match &event.targets {
            Targets::All(nodes) => {
                for node in nodes {
                    self.strike(id, event, *node, severity, 0.0);
                }
            }
            Targets::Draw { k, from } => self.strike_drawn(id, event, *k as usize, from, severity),
            Targets::Footprint { intensity, nodes } => {
                let u = self.clock.draws.uniform(Layer::Threat, event.key, Purpose::Intensity, 0);
                let centre = plan.model.dist(*intensity).quantile(u);
                for (node, share) in nodes {
                    self.strike(id, event, *node, severity, centre * f64::from(*share));
                }
            }
            Targets::None => {}
        }
        self.close_event(id, first);
    }

    /// The event that stands for a step, malware or plan takes place at these nodes.
    pub(crate) fn strike_chosen(&mut self, id: u32, nodes: &[u32]) {
        let plan = self.plan;
        let event = &plan.model.events[id as usize];
        let (first, severity) = self.open_event(id, event);
        for node in nodes {
            self.strike(id, event, NodeId(*node), severity, 0.0);
        }
        self.close_event(id, first);
    }

    /// An event takes place: whether for the first time, and how severe it is.
    pub(crate) fn open_event(&mut self, id: u32, event: &Event) -> (bool, f64) {
        let time = &mut self.threats.times[id as usize];
        let first = *time == NEVER;
        if first {
            *time = self.now;
            // Plans may wait for it.
            self.agenda.wake_response |= self.plan.lookout.any;
        }
        if self.clock.trace {
            self.trace(NodeId::NONE.0, Happening::Event(EventId(id)));
        }
        let severity = event.severity.some().map_or(1.0, |dist| {
            let u = self.clock.draws.uniform(Layer::Threat, event.key, Purpose::Severity, 0);
            self.plan.model.dist(dist).quantile(u).max(0.0)
        });
        (first, severity)
    }

    /// What an event does apart from its targets; and the events that follow it, the first time it takes place.
    pub(crate) fn close_event(&mut self, id: u32, first: bool) {
        self.act_once(id);
        if !first {
            return;
        }
        for other in 0..self.plan.model.events.len() as u32 {
            if self.plan.model.events[other as usize].after == Some(EventId(id)) {
                self.schedule_event(other);
            }
        }
    }

    /// True where an event is about no node in particular.
    fn concerns_nobody(&self, id: u32) -> bool {
        let event = &self.plan.model.events[id as usize];
        let candidates = match event.occasion {
            Occasion::Step(step) => self.plan.model.steps[step.index()].candidates.len(),
            _ => 0,
        };
        event.targets == Targets::None && candidates == 0
    }

    /// What an event does once, whomever it strikes.
    pub(crate) fn act_once(&mut self, id: u32) {
        let plan = self.plan;
        for (index, effect) in plan.model.events[id as usize].effects.iter().enumerate() {
            match effect {
                Effect::Demand { sharing, add } => self.add_demand(sharing.0, *add),
                Effect::Drain { actor, effort } => self.take_effort(*actor, *effort),
                Effect::Stop { campaign } => self.end_campaign(u32::from(campaign.0), false),
                Effect::Contain { malware } if self.concerns_nobody(id) => self.contain(*malware, None),
                _ => {}
            }
            self.take_measure(id, index as u16);
        }
    }

    /// k of n by a race: the k lowest of one draw a candidate, so that a candidate more or less leaves the
    /// others' draws as they are.
    fn strike_drawn(&mut self, id: u32, event: &Event, k: usize, from: &[NodeId], severity: f64) {
        let draws = self.clock.draws;
        let mut race = std::mem::take(&mut self.threats.race);
        race.clear();
        race.extend(from.iter().map(|node| {
            let key = event.key.with(self.plan.model.nodes[node.index()].key);
            (draws.uniform(Layer::Threat, key, Purpose::TargetRace, 0).to_bits(), node.0)
        }));
        race.sort_unstable();
        race.truncate(k);
        race.sort_unstable_by_key(|(_, node)| *node);
        for (_, node) in &race {
            self.strike(id, event, NodeId(*node), severity, 0.0);
        }
        self.threats.race = race;
    }

    pub(crate) fn strike(&mut self, id: u32, event: &Event, node: NodeId, severity: f64, intensity: f64) {
        if self.passes_by(event, node) {
            return;
        }
        let key = event.key.with(self.plan.model.nodes[node.index()].key);
        if event.hit_probability < 1.0
            && self.clock.draws.uniform(Layer::Threat, key, Purpose::Hit, self.threats.turn)
                >= event.hit_probability
        {
            return;
        }
        if self.clock.trace {
            self.trace(node.0, Happening::Hit(EventId(id)));
        }
        for (index, effect) in event.effects.iter().enumerate() {
            let part = index as u16;
            match effect {
                Effect::Damage { state } => {
                    if let Some(state) = self.choose_state(state, node, key, intensity) {
                        self.note_striker(node, EventId(id));
                        self.damage(node.0, state, severity);
                    }
                }
                Effect::Degrade { to, lasts } => {
                    self.begin_effect(node, id, part, CeilingKind::Scripted as u8, to.0, *lasts);
                }
                Effect::Absence { share, lasts } => {
                    let level = ONE - share.0;
                    self.begin_effect(node, id, part, CeilingKind::Staffing as u8, level, *lasts);
                }
                Effect::Closure { lasts } => {
                    self.begin_effect(node, id, part, CeilingKind::Closure as u8, 0, *lasts);
                }
                Effect::ControlLoss { lasts } => {
                    self.begin_effect(node, id, part, ActiveEffect::CONTROL, 0, *lasts);
                }
                Effect::Forcing { .. } | Effect::Staffing { .. } => {
                    let slot = match effect {
                        Effect::Staffing { .. } => CeilingKind::Staffing as u8,
                        _ => CeilingKind::Scripted as u8,
                    };
                    let row = self.begin_effect(node, id, part, slot, ONE, DistId::NONE);
                    self.step_forcing(row);
                }
                Effect::SupplyCut { to, lasts } => {
                    self.begin_effect(node, id, part, CeilingKind::Scripted as u8, to.0, *lasts);
                }
                Effect::ItLoss { share, lasts } => {
                    let level = self.without_it(node, *share);
                    self.begin_effect(node, id, part, CeilingKind::It as u8, level, *lasts);
                }
                Effect::CloseArea { around, lasts } => {
                    let near = around.binary_search_by_key(&node, |(target, _)| *target);
                    let near = near.map_or(&[][..], |at| &around[at].1);
                    for node in near.iter().chain((!near.contains(&node)).then_some(&node)) {
                        if !self.passes_by(event, *node) {
                            self.begin_effect(*node, id, part, CeilingKind::Closure as u8, 0, *lasts);
                        }
                    }
                }
                Effect::Activate { to, lasts } => {
                    self.begin_effect(node, id, part, ActiveEffect::STANDBY, to.0, *lasts);
                }
                Effect::Vigilance { factor, lasts } => {
                    let level = crate::measures::millionths(*factor);
                    self.begin_effect(node, id, part, ActiveEffect::VIGILANCE, level, *lasts);
                    self.alert(node.0, crate::measures::share(level));
                }
                Effect::Compromise { malware } => self.compromise(*malware, node),
                Effect::Immunise { malware, coverage } => self.immunise(*malware, node, *coverage, event),
                Effect::Contain { malware } => self.contain(*malware, Some(node)),
                Effect::Surge { factor, lasts } => {
                    self.begin_effect(node, id, part, ActiveEffect::SURGE, *factor, *lasts);
                }
                Effect::Harm { share, care, lasts } => self.harm(node, id, part, *share, (care, *lasts)),
                Effect::Exfiltrate { records } => {
                    self.exfiltrate(node, key, self.draw_count(part), *records);
                }
                // Once, whomever it strikes: see `act_once`.
                Effect::Demand { .. }
                | Effect::Narrative { .. }
                | Effect::AddCrews { .. }
                | Effect::AddSpares { .. }
                | Effect::SpeedUp { .. }
                | Effect::Drain { .. }
                | Effect::Stop { .. } => {}
            }
        }
    }

    /// Level of a node that has lost this share of its IT.
    pub(crate) fn without_it(&self, node: NodeId, share: linchpin_model::Level) -> u32 {
        let model = &self.plan.model;
        let posture = model.posture_of.get(node.index()).and_then(|posture| posture.some());
        let critical = posture.map_or(ONE, |posture| model.postures[posture.index()].it_criticality.0);
        ONE - (u64::from(critical) * u64::from(share.0) / u64::from(ONE)) as u32
    }

    /// Index of the damage state in the node's repair plan; none where it stays undamaged.
    fn choose_state(
        &mut self,
        choice: &DamageChoice,
        node: NodeId,
        key: linchpin_model::Key,
        intensity: f64,
    ) -> Option<u16> {
        let model = &self.plan.model;
        let states =
            model.nodes[node.index()].repair.some().map(|repair| &model.repairs[repair.index()].states);
        let last = states.map_or(0, |states| states.len().saturating_sub(1));
        let state = match choice {
            DamageChoice::Worst => Some(last),
            DamageChoice::Named(name) => {
                Some(states.and_then(|states| states.iter().position(|s| s.name == *name)).unwrap_or(last))
            }
            DamageChoice::Fragility => {
                let class = model.nodes[node.index()].class;
                let u = self.shared_uniform(Layer::Threat, key, Purpose::DamageState, 0, class);
                // The worst state down to which all are reached: where curves cross, none is likelier than a lesser.
                let reached = |state: &linchpin_model::DamageState| {
                    state.fragility.is_none_or(|(median, beta)| u < fragility(intensity, median, beta))
                };
                let states = states?;
                let down_to = states.iter().take_while(|state| reached(state)).count();
                states[..down_to].iter().rposition(|state| state.fragility.is_some())
            }
        };
        state.map(|state| state as u16)
    }

    pub(crate) fn begin_effect(
        &mut self,
        node: NodeId,
        event: u32,
        effect: u16,
        slot: u8,
        level: u32,
        lasts: DistId,
    ) -> u32 {
        let model = &self.plan.model;
        let key = model.events[event as usize].key.with(model.nodes[node.index()].key);
        self.begin_effect_drawn(node, event, effect, slot, level, lasts, key)
    }

    /// The same; how long it lasts is drawn under this key.
    #[expect(clippy::too_many_arguments, reason = "what an effect is, and for how long")]
    pub(crate) fn begin_effect_drawn(
        &mut self,
        node: NodeId,
        event: u32,
        effect: u16,
        slot: u8,
        level: u32,
        lasts: DistId,
        key: Key,
    ) -> u32 {
        let row = self.threats.effects.len() as u32;
        if self.holds_down(event, effect, slot, level) {
            self.note_striker(node, EventId(event));
        }
        let next = std::mem::replace(&mut self.threats.heads[node.index()], row);
        self.threats.effects.push(ActiveEffect {
            node: node.0,
            event,
            effect,
            step: 0,
            level,
            slot,
            ended: false,
            began: self.now,
            next,
        });
        if let Some(dist) = lasts.some() {
            let count = self.draw_count(effect);
            let lasts = self.draw(Layer::Threat, key, Purpose::EffectDuration, count, dist);
            self.agenda.threat.push(self.now.saturating_add(lasts), Kind::Effect, row);
        }
        self.apply_effects(node.0, slot);
        row
    }

    /// True where an effect can only lower the node it acts on.
    fn holds_down(&self, event: u32, effect: u16, slot: u8, level: u32) -> bool {
        match slot {
            ActiveEffect::SURGE => level > ONE,
            ActiveEffect::CARE => true,
            slot if usize::from(slot) < CeilingKind::ALL.len() => {
                let effect = &self.plan.model.events[event as usize].effects.get(usize::from(effect));
                // A course of staffing is everyday life: what comes later is not its doing.
                level < ONE || matches!(effect, Some(Effect::Forcing { .. }))
            }
            _ => false,
        }
    }

    /// A timed effect ends, or a forcing takes its next step.
    fn effect_due(&mut self, row: u32) {
        let active = self.threats.effects[row as usize];
        if active.ended {
            return;
        }
        let effect = &self.plan.model.events[active.event as usize].effects[usize::from(active.effect)];
        if let Effect::Forcing { .. } | Effect::Staffing { .. } = effect {
            self.step_forcing(row);
        } else {
            self.end_effect(row);
        }
    }

    fn step_forcing(&mut self, row: u32) {
        let plan = self.plan;
        let active = &mut self.threats.effects[row as usize];
        let (Effect::Forcing { steps } | Effect::Staffing { steps }) =
            &plan.model.events[active.event as usize].effects[usize::from(active.effect)]
        else {
            return;
        };
        while let Some((after, level)) = steps.get(usize::from(active.step)) {
            let at = active.began.saturating_add(*after);
            if at > self.now {
                self.agenda.threat.push(at, Kind::Effect, row);
                break;
            }
            active.level = level.0;
            active.step += 1;
        }
        let (node, slot) = (active.node, active.slot);
        self.apply_effects(node, slot);
    }

    /// A slot follows the strongest of the effects that act on it.
    pub(crate) fn apply_effects(&mut self, node: u32, slot: u8) {
        let (mut level, mut any) = (ONE, false);
        let mut row = self.threats.heads[node as usize];
        while row != NEVER {
            let effect = self.threats.effects[row as usize];
            if effect.slot == slot && !effect.ended {
                level = level.min(effect.level);
                any = true;
            }
            row = effect.next;
        }
        match slot {
            ActiveEffect::CONTROL => self.set_control(node, any),
            ActiveEffect::STANDBY => self.refresh_own(node),
            ActiveEffect::VIGILANCE => self.review_detections(),
            ActiveEffect::SURGE | ActiveEffect::CARE => self.apply_demand(node),
            _ => self.set_ceiling(node, CeilingKind::ALL[usize::from(slot)], level),
        }
    }

    /// Control apart from service: the level stays, restarts become manual and trips more frequent.
    fn set_control(&mut self, node: u32, lost: bool) {
        let flags = &mut self.nodes[node as usize].flags;
        if (*flags & flag::UNCONTROLLED != 0) == lost || *flags & flag::INVULNERABLE != 0 {
            return;
        }
        *flags ^= flag::UNCONTROLLED;
        self.book_control();
        self.threats.control.lost = self.threats.control.lost.wrapping_add_signed(if lost { 1 } else { -1 });
        self.touch(node);
        self.rescale_failure_clock(node, lost);
        if self.clock.trace {
            self.trace(node, if lost { Happening::ControlLost } else { Happening::ControlBack });
        }
    }
}
