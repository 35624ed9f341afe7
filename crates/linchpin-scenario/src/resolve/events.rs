//! Scripted events and their targets.

use super::Resolver;
use super::chains::cut_circles;
use super::geo::{Circle, Direction, within};
use super::select::nodes_of;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::spec::{self, Choice, On, Place};
use linchpin_model::{Distribution, Event, EventId, Key, NodeId, Occasion, Targets};

impl<'s> Resolver<'s, '_> {
    /// All events, in their order.
    pub(super) fn events(&mut self) {
        let spec = self.spec;
        let after: Vec<Option<EventId>> = spec
            .events
            .iter()
            .map(|event| event.after.as_ref().and_then(|id| self.names.event(id, self.problems)))
            .collect();
        let after = self.without_circles(after);
        self.within_horizon(&after);
        self.of_the_threat(&after);
        for (event, after) in spec.events.iter().zip(&after) {
            let targets = self.targets(event);
            let whose = format!("the event `{}`", event.id.value);
            let effects = event.effects.iter().filter_map(|e| self.effect(e, &targets, &whose)).collect();
            let built = Event {
                id: event.id.value.clone(),
                name: event.name.clone(),
                key: Key::of(&event.id.value),
                after: *after,
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
    fn without_circles(&mut self, mut after: Vec<Option<EventId>>) -> Vec<Option<EventId>> {
        let spec = self.spec;
        let mut scripted: Vec<Option<usize>> = after.iter().map(|before| self.scripted(*before)).collect();
        for circle in cut_circles(&mut scripted) {
            let ids: Vec<_> = circle.iter().map(|row| spec.events[*row].id.value.as_str()).collect();
            let last = &spec.events[circle[circle.len() - 1]];
            let span = last.after.as_ref().map_or(last.id.span, |id| id.span);
            self.problems.error("event circle", span, |span| {
                Diagnostic::error(span, "these events wait for each other and never happen")
                    .label(format!("{} after {}", ids.join(" after "), ids[0]))
                    .help("one of them has to count from the start: leave out its `after`")
            });
            after[circle[circle.len() - 1]] = None;
        }
        after
    }

    /// The row of a scripted event; none for those that stand for something else.
    fn scripted(&self, event: Option<EventId>) -> Option<usize> {
        event.map(EventId::index).filter(|row| *row < self.spec.events.len())
    }

    /// Warns of events that can not happen before the end.
    fn within_horizon(&mut self, after: &[Option<EventId>]) {
        let spec = self.spec;
        let after: Vec<Option<usize>> = after.iter().map(|before| self.scripted(*before)).collect();
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
        for (event, earliest) in spec.events.iter().zip(earliest) {
            if earliest.is_some_and(|at| at >= f64::from(spec.head.horizon)) && spec.head.horizon > 0 {
                self.problems.warn("after the horizon", event.at.span, |span| {
                    Diagnostic::warning(
                        span,
                        format!("the event `{}` comes after the horizon", event.id.value),
                    )
                    .help("it never happens; make the horizon longer, or let it come earlier")
                });
            }
        }
    }

    /// Reports the background following the threat.
    fn of_the_threat(&mut self, after: &[Option<EventId>]) {
        let spec = self.spec;
        for (event, before) in spec.events.iter().zip(after) {
            let of_the_threat = before.is_some_and(|before| match self.scripted(Some(before)) {
                Some(row) => !spec.events[row].background,
                None => !self.names.is_plan_event(before),
            });
            if event.background && of_the_threat {
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
            if event.on_unread || !event.effects.iter().any(|effect| effect.kind.needs_targets()) {
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
}

/// The least value a distribution gives, or nearly so where it has none.
pub(super) fn least(dist: &Distribution) -> f64 {
    match dist {
        Distribution::Fixed(value) => *value,
        Distribution::Uniform { min, .. }
        | Distribution::Triangular { min, .. }
        | Distribution::Pert { min, .. } => *min,
        other => other.quantile(1e-4),
    }
}
