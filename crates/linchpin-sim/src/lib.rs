//! One replication of a model: the ECS engine, and the only crate that knows bevy_ecs.

use linchpin_model::{Draws, Model, Record};
use std::sync::Arc;

/// A world that runs replications of one model, one after the other, resetting itself in place.
pub struct Simulation {
    model: Arc<Model>,
}

/// What to run.
#[derive(Clone, Copy, Debug)]
pub struct RunOptions {
    /// False for the paired run without the threat.
    pub threat: bool,
    /// True to fill [`Record::trace`].
    pub trace: bool,
}

impl Simulation {
    /// Builds the world.
    pub fn new(model: Arc<Model>) -> Self {
        Self { model }
    }

    /// Another simulation of the same model that shares its immutable tables; for another thread.
    pub fn fork(&self) -> Self {
        Self { model: self.model.clone() }
    }

    /// The model.
    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// Runs one replication and leaves its record in `record`, whose buffers are reused.
    pub fn run(&mut self, replication: u32, draws: Draws, options: RunOptions, record: &mut Record) {
        let _ = (draws, options);
        record.clear(replication);
    }
}
