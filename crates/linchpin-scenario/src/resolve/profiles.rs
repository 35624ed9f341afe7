//! Courses over the week: who is where, and how many are at work.

use super::Resolver;
use super::shifts::course;
use crate::diagnostic::Diagnostic;
use crate::spec::Id;
use linchpin_model::{Effect, Level, NodeId, Occasion, Place, Profile, Targets};
use std::collections::BTreeMap;

/// Hours of a week.
const HOURS: usize = 168;

impl<'s> Resolver<'s, '_> {
    /// Profiles, and the public places that follow them.
    pub(super) fn profiles(&mut self) {
        let profiles = self.spec.profiles.iter().map(|profile| Profile {
            id: profile.id.value.clone(),
            // Of those that could not be read nothing more is to be said.
            factors: match profile.factors.as_slice() {
                [] => vec![1.0; HOURS],
                factors => factors.iter().map(|factor| *factor as f32).collect(),
            },
        });
        self.builder.parts().profiles = profiles.collect();
        let assets = self.assets.clone();
        for (row, asset) in assets.iter().enumerate() {
            let merged = self.merged[asset.kind];
            let Some(present) = merged.get(|traits| traits.people_present.as_deref()) else { continue };
            let profile = match &present.profile {
                Some(id) => self.names.profiles.find(id, self.problems),
                None => None,
            };
            self.builder.parts().places.push(Place {
                node: NodeId::new(row),
                people: present.people,
                profile: profile.map_or(u32::MAX, |row| row as u32),
            });
        }
    }

    /// One background event for each profile that staff follows: it holds them at the level of the hour.
    pub(super) fn staffing(&mut self) {
        let assets = self.assets.clone();
        let mut staffed: BTreeMap<usize, Vec<NodeId>> = BTreeMap::new();
        for (row, asset) in assets.iter().enumerate() {
            let merged = self.merged[asset.kind];
            let Some(id) = merged.get(|traits| traits.staffing.as_deref()) else { continue };
            if let Some(profile) = self.levels_of(id) {
                staffed.entry(profile).or_default().push(NodeId::new(row));
            }
        }
        for (profile, nodes) in staffed {
            let spec = &self.spec.profiles[profile];
            let levels: Vec<Level> = spec.factors.iter().map(|factor| Level::from_share(*factor)).collect();
            let steps = course(&levels, self.spec.head.start, self.spec.head.horizon);
            let (id, name) = (&spec.id.value, format!("staffing by the profile {}", spec.id.value));
            let event = self.event_of(&format!("staffing/{id}"), &name, Occasion::Script);
            let event = &mut self.builder.parts().events[event.index()];
            event.targets = Targets::All(nodes);
            event.effects = vec![Effect::Staffing { steps }];
            event.threat = false;
        }
    }

    /// The row of a profile whose factors are shares.
    pub(super) fn levels_of(&mut self, id: &Id) -> Option<usize> {
        let row = self.names.profiles.find(id, self.problems)?;
        if let Some(above) = self.spec.profiles[row].factors.iter().find(|factor| **factor > 1.0) {
            self.problems.error("no share", id.span, |span| {
                Diagnostic::error(span, format!("the profile `{}` goes up to {above}", id.value))
                    .label("a share of what is usual is asked for here")
                    .help("the factors of a profile that staff follows lie between 0 and 1")
            });
            return None;
        }
        Some(row)
    }
}
