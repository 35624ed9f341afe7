//! The beginning of a replication: what is the same in every one, or in a replication and its paired run, is worked out once.

use crate::agenda::Kind;
use crate::engine::Engine;
use crate::plan::{Failing, Plan};
use crate::state::{NEVER, Saved, flag};
use linchpin_model::special::norm_inv;
use linchpin_model::time::whole_seconds;
use linchpin_model::{ClassId, Draws, Key, Layer, Purpose};

/// When nodes first fail at random: the same in every run with the same draws, so in a replication and its paired run.
#[derive(Clone, Debug, Default)]
pub(crate) struct FirstFailures {
    of: Option<Draws>,
    /// Row of the hazard and time, of those within the horizon.
    due: Vec<(u32, u32)>,
    /// Scratch: the same and their draws.
    within: Vec<Failing>,
    drawn: Vec<f64>,
}

impl FirstFailures {
    fn draw(&mut self, draws: Draws, plan: &Plan) {
        if self.of == Some(draws) {
            return;
        }
        self.of = Some(draws);
        self.due.clear();
        // With room for a last group that is not full.
        let room = plan.failing.len() + Draws::TOGETHER;
        self.within.resize(room, Failing::NONE);
        self.drawn.resize(room, 0.5);
        // Most never fail within the horizon: the draw alone tells, without its quantile. Which ones nobody can foresee, so
        // they are sorted out without branches.
        let mut count = 0;
        for (failing, keys) in plan.failing.chunks(Draws::TOGETHER).zip(&plan.failing_keys) {
            let drawn = draws.uniforms(Layer::Threat, keys, Purpose::TimeToFailure, 0);
            for (failing, u) in failing.iter().zip(drawn) {
                (self.within[count], self.drawn[count]) = (*failing, u);
                count += usize::from(u < plan.hazard_classes[failing.class as usize].within_horizon);
            }
        }
        let (groups, _) = self.drawn.as_chunks::<{ Draws::TOGETHER }>();
        for (failing, drawn) in self.within[..count].chunks(Draws::TOGETHER).zip(groups) {
            Self::note(&mut self.due, failing, drawn, plan);
        }
    }

    /// Notes when those fail who have drawn this. Of one class and at least half as many as there is room for, they are
    /// worked out together.
    #[inline]
    fn note(due: &mut Vec<(u32, u32)>, failing: &[Failing], drawn: &[f64; Draws::TOGETHER], plan: &Plan) {
        let dist = |failing: &Failing| plan.model.dist(plan.hazard_classes[failing.class as usize].fails);
        match failing {
            [first, .., last] if first.class == last.class && failing.len() * 2 >= drawn.len() => {
                let fails = dist(first).quantiles(*drawn).map(whole_seconds);
                due.extend(failing.iter().map(|failing| failing.row).zip(fails));
            }
            _ => {
                let fails =
                    |(failing, u): (&Failing, &f64)| (failing.row, whole_seconds(dist(failing).quantile(*u)));
                due.extend(failing.iter().zip(drawn).map(fails));
            }
        }
    }
}

/// What assets of a class have in common, as a plan knows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClassQuality {
    key: Key,
    /// Weights of what is common and of what is an asset's own: the roots of their shares of the variance.
    pub(crate) common: f64,
    pub(crate) own: f64,
}

impl ClassQuality {
    /// Of all classes of a model.
    pub(crate) fn of(model: &linchpin_model::Model) -> Vec<Self> {
        let quality = |class: &linchpin_model::Class| Self {
            key: Key::of(&class.id),
            common: class.correlation.max(0.0).sqrt(),
            own: (1.0 - class.correlation).sqrt(),
        };
        model.classes.iter().map(quality).collect()
    }
}

/// A bar for a uniform draw that a class shares part of, and where it lies as a normal deviate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bar {
    pub(crate) uniform: f64,
    deviate: f64,
}

impl Bar {
    /// Further from the bar than this, rounding decides nothing.
    const MARGIN: f64 = 1e-6;

    pub(crate) fn new(uniform: f64) -> Self {
        // Beyond, quantiles are too coarse for the margin.
        let certain = (1e-9..=1.0 - 1e-9).contains(&uniform);
        Self { uniform, deviate: if certain { norm_inv(uniform) } else { f64::NAN } }
    }

    /// Whether a deviate is above the bar; none where that takes its quantile.
    #[inline]
    pub(crate) fn clearly(&self, z: f64) -> Option<bool> {
        ((z - self.deviate).abs() > Self::MARGIN).then_some(z > self.deviate)
    }
}

/// The common qualities drawn so far, as normal deviates: each of them is asked for by many assets.
#[derive(Debug, Default)]
pub(crate) struct Commons {
    of: Option<Draws>,
    /// By class, then purpose; NaN where not drawn yet. Empty in the pristine state.
    deviates: Vec<f64>,
}

impl Commons {
    /// What is drawn for a whole class.
    const PURPOSES: [(Purpose, Layer); 3] = [
        (Purpose::Capacity, Layer::Parameters),
        (Purpose::StageStart, Layer::Response),
        (Purpose::DamageState, Layer::Threat),
    ];

    /// With room for so many classes.
    pub(crate) fn new(classes: usize) -> Self {
        Self { of: None, deviates: vec![f64::NAN; classes * Self::PURPOSES.len()] }
    }

    /// Forgets what was drawn for others.
    fn begin(&mut self, draws: Draws) {
        if self.of != Some(draws) {
            self.of = Some(draws);
            self.deviates.fill(f64::NAN);
        }
    }
}

/// As with [`Scratch`](crate::state::Scratch), going back to the pristine state keeps what there is: it says what it is of.
impl Clone for Commons {
    fn clone(&self) -> Self {
        Self { of: self.of, deviates: self.deviates.clone() }
    }

    fn clone_from(&mut self, source: &Self) {
        if !source.deviates.is_empty() {
            self.of = source.of;
            self.deviates.clone_from(&source.deviates);
        }
    }
}

impl Engine<'_> {
    /// The common quality of a class, as a normal deviate.
    #[inline]
    pub(crate) fn common_quality(&mut self, layer: Layer, purpose: Purpose, class: ClassId) -> f64 {
        let (draws, key) = (self.clock.draws, self.plan.qualities[class.index()].key);
        let draw = || norm_inv(draws.uniform(layer, key, Purpose::ClassQuality, purpose as u32));
        let Some(column) = Commons::PURPOSES.iter().position(|known| *known == (purpose, layer)) else {
            return draw();
        };
        match self.flow.commons.deviates.get_mut(class.index() * Commons::PURPOSES.len() + column) {
            Some(deviate) => {
                if deviate.is_nan() {
                    *deviate = draw();
                }
                *deviate
            }
            None => draw(),
        }
    }

    /// Takes all levels to where they stand before anything happens. `settled` says that this is where they stand in the
    /// pristine state, but for overloads: see [`Self::starts_settled`].
    pub(crate) fn settle_first(&mut self, settled: bool) {
        let plan = self.plan;
        self.flow.commons.begin(self.clock.draws);
        if !settled {
            self.list_first();
        }
        if !plan.sharing_members.is_empty() {
            self.draw_loads();
        }
        let flow = &*self.flow;
        if !flow.next.is_empty() || !flow.networks_due.is_empty() || !flow.sharings_due.is_empty() {
            self.settle();
        }
    }

    fn list_first(&mut self) {
        let plan = self.plan;
        for node in &plan.deficits {
            for need in self.needs_of(*node) {
                self.refresh_term(need);
            }
            self.list(*node);
        }
        for network in 0..plan.model.networks.len() as u32 {
            self.flow.networks_due.push(network);
        }
    }

    /// Whether the pristine state is one in which nothing moves by itself, loads of sharing groups apart. Then no
    /// replication need find out again: what there is to draw at the beginning is drawn only for what moves.
    ///
    /// Leaves the state of no replication behind.
    pub(crate) fn starts_settled(&mut self, pristine: &Saved) -> bool {
        self.restore(pristine);
        self.open_record(0);
        self.list_first();
        self.settle();
        let (before, flow) = (&pristine.state, &*self.flow);
        let same_nodes = self.nodes.iter().zip(&pristine.nodes).all(|(now, before)| {
            let flags = now.flags & !flag::TOUCHED;
            crate::state::Node { flags, ..*now } == *before
        });
        let same_needs =
            flow.needs.iter().zip(before.flow.needs.iter()).all(|(now, before)| now.stands_as(before));
        let nothing_drawn = flow.charges.touched.is_clear()
            && flow.specials.touched.is_clear()
            && flow.delays.iter().all(|delay| delay.delay == NEVER);
        let nothing_due = [&mut self.agenda.threat, &mut self.agenda.condition, &mut self.agenda.cascade]
            .into_iter()
            .all(|queue| queue.next_time() == NEVER)
            && !self.agenda.wake_response;
        let nobody_fell = flow.network_trigger.iter().chain(&flow.sharing_trigger).all(|node| *node == NEVER);
        same_nodes
            && same_needs
            && nothing_drawn
            && nothing_due
            && nobody_fell
            && flow.ceilings == before.flow.ceilings
            && flow.networks_due.is_empty()
            && flow.sharings_due.is_empty()
            && self.observer.sums == before.observer.sums
            && self.observer.record.failed == 0
            && self.observer.record.failure.is_none()
    }

    /// Starts the clocks of random failures.
    pub(crate) fn schedule_failures(&mut self, known: &mut FirstFailures) {
        known.draw(self.clock.draws, self.plan);
        for (row, fails) in &known.due {
            self.condition.damages[*row as usize].fails = *fails;
            self.agenda.cascade.push(*fails, Kind::Fail, *row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Bar;
    use linchpin_model::special::{norm_cdf, norm_inv};

    #[test]
    fn a_deviate_is_above_the_bar_where_its_quantile_is() {
        for uniform in [0.0, 1e-12, 1e-8, 0.02, 0.1, 0.5, 0.9, 0.999, 1.0 - 1e-8, 1.0] {
            let bar = Bar::new(uniform);
            let near = if bar.deviate.is_nan() { 0.0 } else { norm_inv(uniform) };
            for step in -4000_i32..=4000 {
                for z in [f64::from(step) / 500.0, near + f64::from(step) * 1e-8] {
                    if let Some(above) = bar.clearly(z) {
                        assert_eq!(above, norm_cdf(z) >= uniform, "{z} {uniform}");
                    }
                }
            }
            assert_eq!(bar.clearly(3.9).is_some(), (1e-9..=1.0 - 1e-9).contains(&uniform));
        }
    }
}
