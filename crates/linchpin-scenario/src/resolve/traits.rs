//! An asset together with its class.

use super::assets::Assets;
use super::index::Facts;
use super::names::Names;
use crate::problems::Problems;
use crate::spec::{Asset, Class, Id, Need, Scenario, Traits};
use linchpin_model::{ClassId, RegionId, SectorId, ServiceId};

/// What holds of an asset: what it says itself, else what its class says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Merged<'s> {
    pub(super) own: &'s Traits,
    pub(super) class: Option<(ClassId, &'s Class)>,
}

impl<'s> Merged<'s> {
    /// One for each kind of assets.
    pub(super) fn all(
        spec: &'s Scenario,
        assets: &Assets<'s>,
        names: &Names,
        problems: &mut Problems,
    ) -> Vec<Self> {
        let class = |id: &Id, problems: &mut Problems| {
            let row = names.classes.find(id, problems)?;
            Some((ClassId::new(row), &spec.classes[row]))
        };
        assets
            .kinds()
            .map(|asset| Self {
                own: &asset.traits,
                class: asset.class.as_ref().and_then(|id| class(id, problems)),
            })
            .collect()
    }

    /// A field of the asset, else of its class.
    pub(super) fn get<T>(&self, field: impl Fn(&'s Traits) -> Option<T>) -> Option<T> {
        field(self.own).or_else(|| self.class.and_then(|(_, class)| field(&class.traits)))
    }

    /// Tags of both.
    pub(super) fn tags(&self) -> impl Iterator<Item = &'s Id> + use<'s> {
        self.class.into_iter().flat_map(|(_, class)| &class.traits.tags).chain(&self.own.tags)
    }

    /// Needs of the class that the asset does not replace, then its own.
    pub(super) fn needs(&self) -> impl Iterator<Item = &'s Need> + use<'s> {
        let own = &self.own.needs;
        self.class
            .into_iter()
            .flat_map(|(_, class)| &class.traits.needs)
            .filter(|need| !own.iter().any(|other| other.id.value == need.id.value))
            .chain(own)
    }

    /// What selectors ask about it.
    pub(super) fn facts(&self, asset: &Asset, names: &Names, problems: &mut Problems) -> Facts {
        let sector = self.get(|traits| traits.sector.as_ref());
        let missing_class = asset.class.is_some() && self.class.is_none();
        if sector.is_none() && !missing_class {
            let known = self.class.is_some();
            problems.error("no sector", asset.id.span, |span| {
                let title = format!("the asset `{}` needs a sector", asset.id.value);
                let help =
                    if known { "add `sector: ...` to it or to its class" } else { "add `sector: ...`" };
                crate::diagnostic::Diagnostic::error(span, title).help(help)
            });
        }
        let supplies = self.get(|traits| traits.supplies.as_ref());
        Facts {
            sector: sector
                .and_then(|id| names.sectors.find(id, problems))
                .map_or(SectorId::NONE, SectorId::new),
            region: names.regions.find(&asset.region, problems).map_or(RegionId::NONE, RegionId::new),
            class: self.class.map_or(ClassId::NONE, |(id, _)| id),
            supplies: supplies
                .into_iter()
                .flatten()
                .filter_map(|id| names.services.find(id, problems))
                .map(ServiceId::new)
                .collect(),
            capacity: self.get(|traits| traits.capacity).unwrap_or(1.0),
        }
    }
}
