//! What the loss of one asset alone costs, in a simulation without chance.

use crate::engine::Engine;
use crate::plan::expected;
use crate::simulation::{RunOptions, Simulation};
use linchpin_model::{
    CeilingKind, DistId, Distribution, Effect, Event, GroupKind, Key, Model, NodeId, Occasion, Record, Seeds,
    Targets,
};
use std::sync::Arc;

/// How long an asset is out for the comparison, in seconds.
const OUTAGE: f64 = 86_400.0;

/// Lost service by node, each closed alone for a day from the start: people times seconds over all services;
/// where nobody is served, seconds over all assets.
pub(super) fn losses(model: &Model, nodes: &[NodeId]) -> Vec<f64> {
    let model = Arc::new(with_outage(without_chance(model)));
    let mut simulation = Simulation::new(model.clone());
    let mut record = Record::default();
    let options = RunOptions { threat: true, trace: false };
    nodes
        .iter()
        .map(|node| {
            simulation.begin(0, Seeds::new(0).replication(0), options);
            simulation.with_engine(|engine| close(engine, *node));
            simulation.run_until(u32::MAX);
            simulation.finish(&mut record);
            lost(&model, &record)
        })
        .collect()
}

fn close(engine: &mut Engine<'_>, node: NodeId) {
    let Some(Effect::Closure { lasts }) = engine.plan.model.events[0].effects.first() else { return };
    engine.begin_effect(node, 0, 0, CeilingKind::Closure as u8, 0, *lasts);
    // A pass at the start, though nothing is due.
    engine.agenda.wake_response = true;
}

/// The same system, in which nothing happens by itself and everything takes as long as expected: no threat, no random
/// failures, no plans, and one replication like the other.
pub fn without_chance(model: &Model) -> Model {
    let mut model = model.clone();
    for dist in &mut model.dists {
        *dist = Distribution::Fixed(expected(dist));
    }
    for stage in &mut model.stages {
        stage.start_probability = f64::from(u8::from(stage.start_probability >= 0.5));
        stage.failure = DistId::NONE;
    }
    for node in &mut model.nodes {
        node.failure = linchpin_model::FailureId::NONE;
        node.common_cause = u32::MAX;
    }
    model.failures.clear();
    model.common_causes.clear();
    model.actors.clear();
    model.campaigns.clear();
    model.steps.clear();
    model.malware.clear();
    model.plans.clear();
    model.warnings.clear();
    model.events.clear();
    model
}

fn with_outage(mut model: Model) -> Model {
    model.dists.push(Distribution::Fixed(OUTAGE));
    let lasts = DistId::new(model.dists.len() - 1);
    model.events = vec![Event {
        id: String::new(),
        name: String::new(),
        key: Key::of(""),
        after: None,
        at: lasts,
        targets: Targets::None,
        probability: 1.0,
        hit_probability: 1.0,
        severity: DistId::NONE,
        effects: vec![Effect::Closure { lasts }],
        threat: true,
        occasion: Occasion::WhatIf,
    }];
    model
}

fn lost(model: &Model, record: &Record) -> f64 {
    let serves = |kind: GroupKind| matches!(kind, GroupKind::Service(_));
    if !model.groups.iter().any(|group| serves(group.kind)) {
        return record.affected.iter().map(|affected| affected.lost as f64).sum();
    }
    let mut lost = 0.0;
    for (group, fixed) in model.groups.iter().enumerate().filter(|(_, group)| serves(group.kind)) {
        let initial = record.initial[group] as f64;
        let (mut sum, mut since, mut short) = (initial, 0, 0.0);
        for step in record.steps.iter().filter(|step| step.group.index() == group) {
            short += (initial - sum) * f64::from(step.time.0 - since);
            (sum, since) = (step.sum as f64, step.time.0);
        }
        short += (initial - sum) * f64::from(model.meta.horizon - since);
        lost += short * fixed.unit;
    }
    lost
}
