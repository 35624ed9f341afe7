//! Parts of models that several tests build.

use linchpin_model::*;

/// An event that is certain to happen and hits every target.
pub fn event(id: &str, at: DistId, targets: Targets, effects: Vec<Effect>) -> Event {
    Event {
        id: id.to_owned(),
        name: id.to_owned(),
        key: Key::of(id),
        after: None,
        at,
        targets,
        probability: 1.0,
        hit_probability: 1.0,
        severity: DistId::NONE,
        effects,
        threat: true,
        occasion: Occasion::Script,
    }
}
