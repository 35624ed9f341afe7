//! Scripted events and their targets.

use super::Resolver;
use super::chains::cut_circles;
use super::geo::{Circle, Direction, within};
use super::select::nodes_of;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::spec::{self, Choice, EffectKind, Id, On, Place};
use linchpin_model::{
    DamageChoice, DistId, Distribution, Effect, Event, EventId, Key, Level, NodeId, Occasion, RepairId,
    Sharing, SharingId, Targets,
};

impl<'s> Resolver<'s, '_> {
    /// All events, in their order.
    pub(super) fn events(&mut self) {
        let spec = self.spec;
        let after: Vec<Option<usize>> = spec
            .events
            .iter()
            .map(|event| event.after.as_ref().and_then(|id| self.names.events.find(id, self.problems)))
            .collect();
        let after = self.without_circles(after);
        self.within_horizon(&after);
        for (event, after) in spec.events.iter().zip(&after) {
            let targets = self.targets(event);
            let effects = event.effects.iter().filter_map(|e| self.effect(e, &targets, event)).collect();
            let built = Event {
                id: event.id.value.clone(),
                name: event.name.clone(),
                key: Key::of(&event.id.value),
                after: after.map(EventId::new),
                at: self.dist(Some(&event.at)),
                targets: targets.unwrap_or(Targets::None),
                probability: event.probability,
                hit_probability: event.hit_probability,
                severity: self.dist(event.severity.as_ref()),
                effects,
                threat: !event.background,
                occasion: Occasion::Script,
            };
            self.builder.parts().events.push(built);
        }
    }

    /// Events that wait for each other never happen: reported, and cut.
    fn without_circles(&mut self, mut after: Vec<Option<usize>>) -> Vec<Option<usize>> {
        let spec = self.spec;
        for circle in cut_circles(&mut after) {
            let ids: Vec<_> = circle.iter().map(|row| spec.events[*row].id.value.as_str()).collect();
            let last = &spec.events[circle[circle.len() - 1]];
            let span = last.after.as_ref().map_or(last.id.span, |id| id.span);
            self.problems.error("event circle", span, |span| {
                Diagnostic::error(span, "these events wait for each other and never happen")
                    .label(format!("{} after {}", ids.join(" after "), ids[0]))
                    .help("one of them has to count from the start: leave out its `after`")
            });
        }
        after
    }

    /// Warns of events that can not happen before the end, and of the background following the threat.
    fn within_horizon(&mut self, after: &[Option<usize>]) {
        let spec = self.spec;
        let mut earliest: Vec<Option<f64>> = vec![None; after.len()];
        for start in 0..after.len() {
            let mut path = vec![start];
            while let Some(before) = after[path[path.len() - 1]].filter(|before| earliest[*before].is_none())
            {
                path.push(before);
            }
            for event in path.into_iter().rev() {
                let base = after[event].and_then(|before| earliest[before]).unwrap_or(0.0);
                earliest[event] = Some(base + least(&spec.events[event].at.value));
            }
        }
        for ((event, after), earliest) in spec.events.iter().zip(after).zip(earliest) {
            if earliest.is_some_and(|at| at >= f64::from(spec.head.horizon)) && spec.head.horizon > 0 {
                self.problems.warn("after the horizon", event.at.span, |span| {
                    Diagnostic::warning(
                        span,
                        format!("the event `{}` comes after the horizon", event.id.value),
                    )
                    .help("it never happens; make the horizon longer, or let it come earlier")
                });
            }
            if let (true, Some(before)) = (event.background, after)
                && !spec.events[*before].background
            {
                self.problems.error("background follows threat", event.id.span, |span| {
                    let title =
                        format!("the background event `{}` follows one of the threat", event.id.value);
                    Diagnostic::error(span, title).help(
                        "background events also happen where there is no threat: nothing to follow there",
                    )
                });
            }
        }
    }

    /// Whom an event concerns; none where that is not known.
    fn targets(&mut self, event: &'s spec::Event) -> Option<Targets> {
        let Some(on) = &event.on else {
            let needs_none = |effect: &spec::Effect| matches!(effect.kind, EffectKind::Demand(..));
            if event.on_unread || event.effects.iter().all(needs_none) {
                return (!event.on_unread).then_some(Targets::None);
            }
            self.problems.error("no targets", event.id.span, |span| {
                Diagnostic::error(span, format!("the event `{}` needs a field `on`", event.id.value))
                    .label("on whom?")
                    .help("for example `on: [\"an-asset\"]` or `on: (class: \"a-class\")`")
            });
            return None;
        };
        match on {
            On::All(choice) => Some(Targets::All(self.select(choice, event)?)),
            On::Draw { k, from } => {
                let from = self.select(from, event)?;
                if k.value as usize > from.len() {
                    self.problems.error("too few to draw", k.span, |span| {
                        let title = format!("{} can not be drawn from {}", k.value, from.len());
                        Diagnostic::error(span, title).help("take a smaller `k`, or a wider `from`")
                    });
                }
                Some(Targets::Draw { k: k.value, from })
            }
            On::Circle { span, center, radius_km, from, intensity, edge } => {
                let circle = Circle::new(*center, *radius_km);
                let share = |_, at| Some((1.0 - (1.0 - edge) * circle.part(at)?) as f32);
                self.footprint(event, from.as_ref(), intensity.as_ref(), *span, share)
            }
            On::Polygon { span, points, from, intensity } => {
                let share = |place, _| within(place, points).then_some(1.0);
                self.footprint(event, from.as_ref(), intensity.as_ref(), *span, share)
            }
        }
    }

    fn select(&mut self, choice: &Choice, event: &spec::Event) -> Option<Vec<NodeId>> {
        let what = format!("targets of the event `{}`", event.id.value);
        nodes_of(choice, &what, &self.names, &self.index, self.problems)
    }

    fn footprint(
        &mut self,
        event: &spec::Event,
        from: Option<&Choice>,
        intensity: Option<&spec::Dist>,
        span: Span,
        share: impl Fn(Place, Direction) -> Option<f32>,
    ) -> Option<Targets> {
        let candidates = match from {
            Some(choice) => self.select(choice, event)?,
            None => (0..self.index.assets).map(NodeId::new).collect(),
        };
        let mut placed = 0;
        let mut nodes: Vec<(NodeId, f32)> = Vec::new();
        for node in candidates {
            if let (Some(place), Some(at)) = (self.index.place(node), self.index.direction(node)) {
                placed += 1;
                nodes.extend(share(place, at).map(|share| (node, share)));
            }
        }
        if nodes.is_empty() {
            self.problems.error("empty selection", span, |span| {
                let title = format!("no asset lies within the area of the event `{}`", event.id.value);
                let help = if placed == 0 {
                    "none of the assets it may hit has a position".into()
                } else {
                    format!(
                        "{} assets with a position lie outside; positions are (latitude, longitude)",
                        placed
                    )
                };
                Diagnostic::error(span, title).label("matches nothing").help(help)
            });
            return None;
        }
        let intensity = match intensity {
            Some(dist) => self.dist(Some(dist)),
            None => self.builder.dist(Distribution::Fixed(1.0)),
        };
        Some(Targets::Footprint { intensity, nodes })
    }

    fn effect(
        &mut self,
        effect: &'s spec::Effect,
        targets: &Option<Targets>,
        event: &spec::Event,
    ) -> Option<Effect> {
        let lasts =
            |resolver: &mut Self, dist: &Option<spec::Dist>| -> DistId { resolver.dist(dist.as_ref()) };
        Some(match &effect.kind {
            EffectKind::DamageWorst => {
                self.repairable(effect.span, targets, event);
                Effect::Damage { state: DamageChoice::Worst }
            }
            EffectKind::DamageState(name) => {
                self.has_state(name, targets);
                Effect::Damage { state: DamageChoice::Named(name.value.clone()) }
            }
            EffectKind::DamageFragility => {
                self.fragile(effect.span, targets, event);
                Effect::Damage { state: DamageChoice::Fragility }
            }
            EffectKind::Degrade(to, dist) => {
                Effect::Degrade { to: Level::from_share(*to), lasts: lasts(self, dist) }
            }
            EffectKind::Absence(share, dist) => {
                Effect::Absence { share: Level::from_share(*share), lasts: lasts(self, dist) }
            }
            EffectKind::Closure(dist) => Effect::Closure { lasts: lasts(self, dist) },
            EffectKind::ControlLoss(dist) => Effect::ControlLoss { lasts: lasts(self, dist) },
            EffectKind::Forcing(steps) => Effect::Forcing { steps: steps.clone() },
            EffectKind::Demand(sharing, add) => Effect::Demand {
                sharing: SharingId::new(self.names.sharing.find(sharing, self.problems)?),
                add: (add * Sharing::SCALE).round() as i64,
            },
        })
    }

    fn plan(&mut self, node: NodeId) -> Option<&linchpin_model::RepairPlan> {
        let plan: RepairId = self.builder.node_mut(node).repair;
        self.builder.parts().repairs.get(plan.index())
    }

    /// Damage without a repair stays for good, which is seldom meant.
    fn repairable(&mut self, span: Span, targets: &Option<Targets>, event: &spec::Event) {
        let Some(node) = nodes(targets).find(|node| self.plan(*node).is_none()) else { return };
        let id = self.id_of(node).to_owned();
        self.problems.warn("no repair", span, |span| {
            let title = format!("the event `{}` damages `{id}`, which has no repair", event.id.value);
            Diagnostic::warning(span, title)
                .help("damage stays until the horizon; give it, or its class, a `repair`")
        });
    }

    fn has_state(&mut self, name: &Id, targets: &Option<Targets>) {
        for node in nodes(targets) {
            let states: Vec<String> = match self.plan(node) {
                Some(plan) if plan.states.iter().any(|state| state.name == name.value) => continue,
                Some(plan) => plan.states.iter().map(|state| state.name.clone()).collect(),
                None => Vec::new(),
            };
            if name.value.is_empty() {
                return;
            }
            let id = self.id_of(node).to_owned();
            self.problems.error("unknown id", name.span, |span| {
                let title = format!("the repair of `{id}` has no state `{}`", name.value);
                let help = match states.as_slice() {
                    [] => "it has no repair at all".to_owned(),
                    states => format!("its states are {}", states.join(", ")),
                };
                Diagnostic::error(span, title).help(help)
            });
        }
    }

    fn fragile(&mut self, span: Span, targets: &Option<Targets>, event: &spec::Event) {
        if matches!(targets, Some(Targets::All(_) | Targets::Draw { .. } | Targets::None)) {
            self.problems.error("no intensity", span, |span| {
                Diagnostic::error(span, "damage by fragility needs an intensity")
                    .help("use `Circle` or `Polygon` in `on`, or name a state")
            });
            return;
        }
        let all: Vec<NodeId> = nodes(targets).collect();
        let firm: Vec<NodeId> = all
            .iter()
            .copied()
            .filter(|node| {
                self.plan(*node).is_none_or(|plan| plan.states.iter().all(|s| s.fragility.is_none()))
            })
            .collect();
        let Some(first) = firm.first() else { return };
        let id = self.id_of(*first).to_owned();
        self.problems.warn("no fragility", span, |span| {
            let title =
                format!("{} of {} targets of `{}` have no fragility", firm.len(), all.len(), event.id.value);
            Diagnostic::warning(span, title)
                .label(format!("such as `{id}`"))
                .help("they are not damaged; states of their `repair` may have a `fragility`")
        });
    }
}

fn nodes(targets: &Option<Targets>) -> impl Iterator<Item = NodeId> {
    let list: Vec<NodeId> = match targets {
        Some(Targets::All(nodes) | Targets::Draw { from: nodes, .. }) => nodes.clone(),
        Some(Targets::Footprint { nodes, .. }) => nodes.iter().map(|(node, _)| *node).collect(),
        _ => Vec::new(),
    };
    list.into_iter()
}

/// The least value a distribution gives, or nearly so where it has none.
fn least(dist: &Distribution) -> f64 {
    match dist {
        Distribution::Fixed(value) => *value,
        Distribution::Uniform { min, .. }
        | Distribution::Triangular { min, .. }
        | Distribution::Pert { min, .. } => *min,
        other => other.quantile(1e-4),
    }
}
