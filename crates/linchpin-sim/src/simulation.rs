//! A world, its schedule, and the driver that takes them through a replication.

use crate::beginning::FirstFailures;
use crate::cascade::run_cascade;
use crate::condition::finish_work;
use crate::cyber::run_cyber;
use crate::engine::{Engine, EngineParam};
use crate::plan::Plan;
use crate::plans::look_out;
use crate::response::dispatch_crews;
use crate::state::{NEVER, Observer, Saved, Shared};
use crate::threat::fire_events;
use crate::what_if::WhatIf;
use bevy_ecs::prelude::*;
use bevy_ecs::schedule::{LogLevel, ScheduleBuildSettings, SingleThreadedExecutor};
use bevy_ecs::system::SystemState;
use linchpin_model::{Draws, Model, Record};
use std::sync::Arc;

/// The order at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// What is done to the system.
    Threat,
    /// Wear, damage and repair.
    Condition,
    /// Levels.
    Cascade,
    /// Who does what next.
    Response,
}

/// What a subsystem does at an instant.
pub(crate) type Handler = fn(&mut Engine<'_>);

/// Handlers of all subsystems, in the order of their stages whatever the order of adding.
#[derive(Resource, Clone, Default)]
pub(crate) struct Passes(Vec<(Stage, Handler)>);

impl Passes {
    pub(crate) fn add(&mut self, stage: Stage, handler: Handler) {
        let at = self.0.partition_point(|(other, _)| *other <= stage);
        self.0.insert(at, (stage, handler));
    }
}

/// A concept that brings along what it does, and when.
pub(crate) trait Plugin {
    fn build(&self, passes: &mut Passes);
}

struct ThreatPlugin;
struct CyberPlugin;
struct ConditionPlugin;
struct CascadePlugin;
struct ResponsePlugin;

impl Plugin for ThreatPlugin {
    fn build(&self, passes: &mut Passes) {
        passes.add(Stage::Threat, fire_events);
    }
}

impl Plugin for CyberPlugin {
    fn build(&self, passes: &mut Passes) {
        passes.add(Stage::Threat, run_cyber);
    }
}

impl Plugin for ConditionPlugin {
    fn build(&self, passes: &mut Passes) {
        passes.add(Stage::Condition, finish_work);
    }
}

impl Plugin for CascadePlugin {
    fn build(&self, passes: &mut Passes) {
        passes.add(Stage::Cascade, run_cascade);
    }
}

impl Plugin for ResponsePlugin {
    fn build(&self, passes: &mut Passes) {
        passes.add(Stage::Response, dispatch_crews);
        passes.add(Stage::Response, look_out);
    }
}

const PLUGINS: [&dyn Plugin; 5] =
    [&ThreatPlugin, &CyberPlugin, &ConditionPlugin, &CascadePlugin, &ResponsePlugin];

/// The one system of the schedule: passes over the subsystems until nothing is due before the clock's limit.
///
/// A pass that were a run of the schedule would cost three allocations and over a thousand instructions; a
/// replication of the main scenario has some hundreds of passes.
fn run_passes(mut param: EngineParam, passes: Res<Passes>) {
    let mut engine = param.engine();
    while engine.begin_pass() {
        for (_, handler) in &passes.0 {
            handler(&mut engine);
        }
    }
}

/// What to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunOptions {
    /// False for the paired run without the threat.
    pub threat: bool,
    /// True to fill [`Record::trace`].
    pub trace: bool,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self { threat: true, trace: false }
    }
}

/// A moment of a replication from which it can go on, any number of times.
#[derive(Clone, Debug)]
pub struct Snapshot(Saved);

/// A world that runs replications of one model, one after the other, resetting itself in place.
pub struct Simulation {
    plan: Arc<Plan>,
    pristine: Arc<Saved>,
    world: World,
    schedule: Schedule,
    access: SystemState<EngineParam<'static, 'static>>,
    note_switches: bool,
    /// The pristine state is settled: see [`Engine::starts_settled`].
    settled: bool,
    failures: FirstFailures,
    what_if: WhatIf,
}

impl Simulation {
    /// Builds the world of a model.
    pub fn new(model: Arc<Model>) -> Self {
        let plan = Arc::new(Plan::new(model));
        let pristine = Arc::new(Saved::pristine(&plan));
        let mut simulation = Self::build(plan, pristine.clone(), &PLUGINS);
        simulation.settled = simulation.with_engine(|engine| engine.starts_settled(&pristine));
        simulation
    }

    /// Another world of the same model that shares its immutable tables: for another thread.
    pub fn fork(&self) -> Self {
        let mut fork = Self::build(self.plan.clone(), self.pristine.clone(), &PLUGINS);
        fork.note_switches = self.note_switches;
        fork.settled = self.settled;
        fork.what_if.copy_from(&self.what_if);
        fork
    }

    /// From the next replication on, whether [`Record::switches`] is filled.
    pub fn note_switches(&mut self, on: bool) {
        self.note_switches = on;
    }

    /// From the next replication on, what is supposed; [`WhatIf::default`]: nothing.
    ///
    /// Records are those of the same model with the struck event as a scripted one at these targets, with the shielded nodes
    /// taken off the lists of targets, and with the held up nodes invulnerable and without needs.
    pub fn set_what_if(&mut self, what_if: &WhatIf) {
        self.what_if.copy_from(what_if);
    }

    fn build(plan: Arc<Plan>, pristine: Arc<Saved>, plugins: &[&dyn Plugin]) -> Self {
        let mut world = World::new();
        world.insert_resource(Shared(plan.clone()));
        world.insert_resource((*pristine).clone().with_scratch(&plan).state);
        // In the order of ids and never moved: the row in the table is the node's id.
        world.spawn_batch(pristine.nodes.clone());

        let mut schedule = Schedule::default();
        schedule
            .set_executor(SingleThreadedExecutor::new())
            .set_build_settings(ScheduleBuildSettings {
                ambiguity_detection: LogLevel::Error,
                ..ScheduleBuildSettings::new()
            })
            .add_systems(run_passes);
        let mut passes = Passes::default();
        for plugin in plugins {
            plugin.build(&mut passes);
        }
        world.insert_resource(passes);
        let access = SystemState::new(&mut world);
        Self {
            plan,
            pristine,
            world,
            schedule,
            access,
            note_switches: false,
            settled: false,
            failures: FirstFailures::default(),
            what_if: WhatIf::default(),
        }
    }

    /// The model.
    pub fn model(&self) -> &Arc<Model> {
        &self.plan.model
    }

    /// Runs one replication and leaves its record in `record`, whose buffers are reused.
    ///
    /// A pure function of the model, `replication`, `draws` and `options`.
    pub fn run(&mut self, replication: u32, draws: Draws, options: RunOptions, record: &mut Record) {
        self.begin(replication, draws, options);
        self.run_until(NEVER);
        self.finish(record);
    }

    /// Resets the world and opens a replication. Go on with [`Self::run_until`] and [`Self::finish`].
    pub fn begin(&mut self, replication: u32, draws: Draws, options: RunOptions) {
        let (pristine, switches, settled) = (self.pristine.clone(), self.note_switches, self.settled);
        let mut failures = std::mem::take(&mut self.failures);
        let what_if = std::mem::take(&mut self.what_if);
        self.with_engine(|engine| {
            // A replication that was broken off has left its sums behind.
            let Observer { roots, tallies, .. } = &mut *engine.observer;
            roots.drain(|root| tallies.0[root as usize].caused = 0);
            engine.restore(&pristine);
            engine.clock.draws = draws;
            engine.clock.threat = options.threat;
            engine.clock.trace = options.trace;
            engine.clock.switches = switches;
            engine.open_record(replication);
            engine.suppose(&what_if);
            engine.settle_first(settled);
            engine.note_initial();
            if engine.plan.has_failures {
                engine.schedule_failures(&mut failures);
            }
            engine.schedule_events();
            engine.schedule_campaigns();
            if engine.plan.lookout.any {
                engine.open_plans();
            }
        });
        self.failures = failures;
        self.what_if = what_if;
    }

    /// Goes on until everything before `time` (seconds) has happened, and nothing later.
    pub fn run_until(&mut self, time: u32) {
        self.with_engine(|engine| engine.clock.limit = time);
        self.schedule.run(&mut self.world);
    }

    /// Completes the record of the replication and hands it over.
    pub fn finish(&mut self, record: &mut Record) {
        self.with_engine(|engine| {
            engine.close_record();
            std::mem::swap(&mut engine.observer.record, record);
        });
    }

    /// Everything needed to go on from the present moment.
    pub fn snapshot(&mut self) -> Snapshot {
        let mut saved = (*self.pristine).clone().with_scratch(&self.plan);
        self.with_engine(|engine| engine.save(&mut saved));
        Snapshot(saved)
    }

    /// Goes to the moment of a snapshot of the same model.
    pub fn restore(&mut self, snapshot: &Snapshot) {
        self.with_engine(|engine| engine.restore(&snapshot.0));
    }

    pub(crate) fn with_engine<R>(&mut self, run: impl FnOnce(&mut Engine<'_>) -> R) -> R {
        #[expect(
            clippy::expect_used,
            reason = "the resources were inserted in `build` and are never removed"
        )]
        let mut param = self.access.get_mut(&mut self.world).expect("the world holds all resources");
        run(&mut param.engine())
    }
}
