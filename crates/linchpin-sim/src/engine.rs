//! One view of everything a replication reads and changes. Each subsystem adds its own methods to it.

use crate::agenda::Agenda;
use crate::beginning::Bar;
use crate::campaign::Campaigns;
use crate::cyber::Cyber;
use crate::observation::Views;
use crate::plan::{DelayedLink, Plan};
use crate::plans::Plans;
use crate::state::{
    Clock, Condition, Flow, NEVER, Node, Observer, Response, Saved, Shared, State, Threats, Touched, flag,
};
use crate::warning::Notices;
use bevy_ecs::change_detection::ContiguousMut;
use bevy_ecs::prelude::{Query, Res, ResMut};
use bevy_ecs::system::SystemParam;
use linchpin_model::special::{norm_cdf, norm_inv};
use linchpin_model::time::whole_seconds;
use linchpin_model::{
    ClassId, DistId, Happening, Key, Layer, NodeId, Purpose, RunFailure, SimTime, TraceEntry,
};

/// What the systems of a simulation ask the world for.
///
/// Three requests, not ten: each costs some twenty nanoseconds a system and pass.
#[derive(SystemParam)]
pub(crate) struct EngineParam<'w, 's> {
    shared: Res<'w, Shared>,
    state: ResMut<'w, State>,
    nodes: Query<'w, 's, &'static mut Node>,
}

impl EngineParam<'_, '_> {
    /// The view. All nodes lie in one table, row `i` being node `i`: see `Simulation::build`.
    #[inline]
    pub(crate) fn engine(&mut self) -> Engine<'_> {
        let nodes = self
            .nodes
            .contiguous_iter_mut()
            .ok()
            .and_then(|mut tables| tables.next())
            .map_or(&mut [][..], |nodes| ContiguousMut::bypass_change_detection_split(nodes).0);
        let State {
            clock,
            touched,
            agenda,
            flow,
            condition,
            threats,
            campaigns,
            cyber,
            response,
            notices,
            views,
            plans,
            observer,
        } = &mut *self.state;
        let now = clock.now;
        Engine {
            plan: &self.shared.0,
            now,
            clock,
            nodes,
            touched,
            agenda,
            flow,
            condition,
            threats,
            campaigns,
            cyber,
            response,
            notices,
            views,
            plans,
            observer,
        }
    }
}

/// One view of everything a replication reads and changes.
pub(crate) struct Engine<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) now: u32,
    pub(crate) clock: &'a mut Clock,
    pub(crate) nodes: &'a mut [Node],
    pub(crate) touched: &'a mut Touched,
    pub(crate) agenda: &'a mut Agenda,
    pub(crate) flow: &'a mut Flow,
    pub(crate) condition: &'a mut Condition,
    pub(crate) threats: &'a mut Threats,
    pub(crate) cyber: &'a mut Cyber,
    pub(crate) campaigns: &'a mut Campaigns,
    pub(crate) response: &'a mut Response,
    pub(crate) notices: &'a mut Notices,
    pub(crate) views: &'a mut Views,
    pub(crate) plans: &'a mut Plans,
    pub(crate) observer: &'a mut Observer,
}

impl Engine<'_> {
    /// Needs of a node.
    #[inline(always)]
    pub(crate) fn needs_of(&self, node: u32) -> std::ops::Range<u32> {
        let row = &self.nodes[node as usize];
        if row.needs == u16::MAX {
            return self.plan.model.need_start[node as usize]..self.plan.model.need_start[node as usize + 1];
        }
        row.need..row.need + u32::from(row.needs)
    }

    /// Notes that a node is not as in the beginning, so that it is put back before the next replication.
    #[inline(always)]
    pub(crate) fn touch(&mut self, node: u32) {
        let flags = &mut self.nodes[node as usize].flags;
        if *flags & flag::TOUCHED == 0 {
            *flags |= flag::TOUCHED;
            self.touched.mark(node);
        }
    }

    /// Goes to another time, or counts another pass at the same one. False where the replication is over.
    #[inline]
    pub(crate) fn advance_to(&mut self, time: u32) -> bool {
        if time != self.now {
            self.now = time;
            self.clock.now = time;
            self.clock.passes = 0;
            if self.clock.events > self.plan.event_limit {
                self.give_up(RunFailure::Events(SimTime(self.now)));
                return false;
            }
            return true;
        }
        self.count_pass()
    }

    /// Counts a pass at the present second. False where there were too many.
    pub(crate) fn count_pass(&mut self) -> bool {
        self.clock.passes += 1;
        if self.clock.passes > self.plan.model.meta.pass_limit {
            self.give_up(RunFailure::Passes(SimTime(self.now)));
            return false;
        }
        true
    }

    fn give_up(&mut self, why: RunFailure) {
        self.clock.done = true;
        self.observer.record.failure = Some(why);
    }

    #[cold]
    pub(crate) fn trace(&mut self, node: u32, what: Happening) {
        let entry = TraceEntry { time: SimTime(self.now), node: NodeId(node), what };
        self.observer.record.trace.push(entry);
    }

    /// A uniform draw that shares part of its variance with the others of its class (a Gaussian copula).
    pub(crate) fn shared_uniform(
        &mut self,
        layer: Layer,
        key: Key,
        purpose: Purpose,
        count: u32,
        class: ClassId,
    ) -> f64 {
        let own = self.clock.draws.uniform(layer, key, purpose, count);
        self.shared_deviate(own, layer, purpose, class).map_or(own, shared_quantile)
    }

    /// Whether [`Self::shared_uniform`] is at the bar or above it.
    pub(crate) fn shared_exceeds(
        &mut self,
        layer: Layer,
        key: Key,
        purpose: Purpose,
        count: u32,
        class: ClassId,
        bar: Bar,
    ) -> bool {
        let own = self.clock.draws.uniform(layer, key, purpose, count);
        match self.shared_deviate(own, layer, purpose, class) {
            None => own >= bar.uniform,
            Some(z) => bar.clearly(z).unwrap_or_else(|| shared_quantile(z) >= bar.uniform),
        }
    }

    /// What a class and an asset of it have drawn together, as a normal deviate; none where the class has nothing in common.
    #[inline]
    fn shared_deviate(&mut self, own: f64, layer: Layer, purpose: Purpose, class: ClassId) -> Option<f64> {
        let weights = class.some().map(|class| self.plan.qualities[class.index()])?;
        let shared = weights.common > 0.0;
        shared.then(|| {
            weights.common * self.common_quality(layer, purpose, class) + weights.own * norm_inv(own)
        })
    }

    /// A duration whose draw shares part of its variance with the others of the class.
    pub(crate) fn draw_shared(
        &mut self,
        layer: Layer,
        key: Key,
        purpose: Purpose,
        count: u32,
        dist: DistId,
        class: ClassId,
    ) -> u32 {
        let correlated = class.some().is_some_and(|c| self.plan.qualities[c.index()].common > 0.0);
        if !correlated {
            return self.draw(layer, key, purpose, count, dist);
        }
        let u = self.shared_uniform(layer, key, purpose, count, class);
        whole_seconds(self.plan.model.dist(dist).quantile(u))
    }

    /// Transport delay of a link, drawn once a replication.
    pub(crate) fn draw_delay(&self, link: &DelayedLink) -> u32 {
        self.draw(Layer::Parameters, link.key, Purpose::LinkDelay, 0, link.dist)
    }

    /// Time a node takes to restart; without remote control it is manual and takes longer.
    pub(crate) fn draw_restart(&self, node: u32) -> u32 {
        let row = self.plan.sides[node as usize].restart as usize;
        let fixed = &self.plan.restarts[row];
        let Some(dist) = fixed.takes.some() else { return 0 };
        let count = self.flow.restarts[row].count;
        let seconds = self.draw(Layer::Response, fixed.key, Purpose::Restart, count, dist);
        if self.nodes[node as usize].flags & flag::UNCONTROLLED == 0 {
            return seconds;
        }
        whole_seconds(f64::from(seconds) * f64::from(fixed.manual_factor))
    }

    /// Copies everything to `saved`, reusing its buffers.
    pub(crate) fn save(&self, saved: &mut Saved) {
        saved.state.touched.put_back(self.touched, &mut saved.nodes, self.nodes);
        saved.state.clock.clone_from(self.clock);
        saved.state.agenda.clone_from(self.agenda);
        saved.state.flow.clone_from(self.flow);
        saved.state.condition.clone_from(self.condition);
        saved.state.threats.clone_from(self.threats);
        saved.state.campaigns.clone_from(self.campaigns);
        saved.state.cyber.clone_from(self.cyber);
        saved.state.response.clone_from(self.response);
        saved.state.notices.clone_from(self.notices);
        saved.state.views.clone_from(self.views);
        saved.state.plans.clone_from(self.plans);
        saved.state.observer.clone_from(self.observer);
    }

    /// Goes to what `saved` holds.
    pub(crate) fn restore(&mut self, saved: &Saved) {
        self.now = saved.state.clock.now;
        self.touched.put_back(&saved.state.touched, self.nodes, &saved.nodes);
        self.clock.clone_from(&saved.state.clock);
        self.agenda.clone_from(&saved.state.agenda);
        self.flow.clone_from(&saved.state.flow);
        self.condition.clone_from(&saved.state.condition);
        self.threats.clone_from(&saved.state.threats);
        self.campaigns.clone_from(&saved.state.campaigns);
        self.cyber.clone_from(&saved.state.cyber);
        self.response.clone_from(&saved.state.response);
        self.notices.clone_from(&saved.state.notices);
        self.views.clone_from(&saved.state.views);
        self.plans.clone_from(&saved.state.plans);
        self.observer.clone_from(&saved.state.observer);
    }

    /// Goes to the next instant before the limit at which something is due, or begins another pass at this one.
    /// False where there is nothing to do.
    pub(crate) fn begin_pass(&mut self) -> bool {
        if self.agenda.wake_response {
            return !self.clock.done && self.count_pass();
        }
        let next = self.next_time();
        next != NEVER && next < self.clock.limit && self.advance_to(next)
    }

    /// When the next thing is due; `NEVER` where nothing is.
    fn next_time(&mut self) -> u32 {
        if self.clock.done {
            return NEVER;
        }
        let next = self.agenda.threat.next_time().min(self.agenda.condition.next_time());
        next.min(self.next_in_cascade()).min(self.agenda.cyber.next_time())
    }
}

fn shared_quantile(z: f64) -> f64 {
    norm_cdf(z).clamp(1e-16, 1.0 - 1e-16)
}
