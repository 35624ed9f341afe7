//! From the scenario as written to the model: ids become rows, defaults and classes are filled in, selectors become
//! lists. What can not be resolved is reported and left out, so that all problems come to light at once.

mod actors;
mod assets;
mod assumptions;
mod campaigns;
mod chains;
mod cyber;
mod effects;
mod events;
mod geo;
mod index;
mod links;
mod marks;
mod names;
mod needs;
mod nodes;
mod plans;
mod positions;
mod profiles;
mod repairs;
mod select;
mod shifts;
mod step_order;
mod systems;
mod traits;
mod watch;

pub(crate) use assets::Assets;
pub(crate) use assumptions::{assumptions, in_words};

use crate::problems::Problems;
use crate::source::Span;
use crate::spec::{Place, Scenario};
use crate::tables::Tables;
use index::Index;
use linchpin_model::{
    Curve, CurveId, DistId, FailureId, Level, Meta, Model, ModelBuilder, NodeId, RegionId, RepairId,
};
use names::Names;
use needs::Prepared;
use select::Picks;
use std::collections::BTreeMap;
use traits::Merged;

/// A model and where its parts stand in the files, for the checks that look at the whole.
#[derive(Debug)]
pub(crate) struct Resolved {
    /// The model. Parts that could not be resolved are missing.
    pub(crate) model: Model,
    /// Where each need stands, by [`NeedId`](linchpin_model::NeedId); none for those that came with another.
    pub(crate) needs: Vec<Option<NeedPlace>>,
}

/// Where a need stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NeedPlace {
    /// Its place.
    pub(crate) span: Span,
    /// True where providers are missing because they could not be resolved.
    pub(crate) tainted: bool,
}

/// The region and position a consumer looks for providers from.
#[derive(Clone, Copy, Debug)]
struct Home {
    region: RegionId,
    place: Option<Place>,
    /// True where the region could not be resolved.
    unknown: bool,
}

/// What is at hand while resolving.
struct Resolver<'s, 'p> {
    spec: &'s Scenario,
    names: Names<'s>,
    index: Index<'s>,
    tables: &'s Tables<'s>,
    assets: Assets<'s>,
    /// By kind of assets.
    merged: Vec<Merged<'s>>,
    picks: Picks,
    problems: &'p mut Problems,
    builder: ModelBuilder,
    /// By node, from the first after the assets on.
    homes: Vec<Home>,
    needs_seen: Prepared,
    /// Needs in the order of their owners.
    needs: Vec<NeedPlace>,
    links: usize,
    /// True once it has been said that nobody hears a narrative.
    narrative_told: bool,
    repairs: BTreeMap<(u32, u32), RepairId>,
    failures: BTreeMap<(u32, u32, RepairId), FailureId>,
    curves: BTreeMap<Vec<(Level, Level)>, CurveId>,
}

/// Resolves a scenario.
pub(crate) fn resolve<'s>(
    spec: &'s Scenario,
    tables: &'s Tables<'s>,
    assets: &Assets<'s>,
    problems: &mut Problems,
) -> Option<Resolved> {
    let names = Names::new(spec, assets, problems);
    if !fits(spec, problems) {
        return None;
    }
    let merged = Merged::all(spec, assets, &names, problems);
    let sectors = names::SECTORS.len() + spec.sectors.len();
    let mut index = Index::new(spec, assets, &merged, &names, sectors, problems);
    positions::add(tables, assets, &names, &mut index, problems);
    let mut resolver = Resolver {
        tables,
        assets: assets.clone(),
        needs_seen: Prepared::default(),
        names,
        index,
        merged,
        picks: Picks::default(),
        problems,
        builder: ModelBuilder::new(meta(spec)),
        homes: Vec::new(),
        needs: Vec::new(),
        links: 0,
        narrative_told: false,
        repairs: BTreeMap::new(),
        failures: BTreeMap::new(),
        curves: BTreeMap::new(),
        spec,
    };
    resolver.vocabulary();
    resolver.nodes();
    resolver.all_needs();
    resolver.systems();
    resolver.profiles();
    resolver.actors();
    resolver.cyber();
    // Scripted events first, then those that stand for something, in the order of `names`.
    resolver.events();
    resolver.campaigns();
    resolver.malware();
    resolver.plans();
    resolver.shifts();
    resolver.staffing();
    resolver.groups();
    Some(resolver.finish())
}

/// Ids of these kinds have 16 bits in the model, the last of which stands for none.
fn fits(spec: &Scenario, problems: &mut Problems) -> bool {
    let most = usize::from(u16::MAX) - names::SECTORS.len();
    let lists = [
        ("regions", spec.regions.get(most).map(|entry| &entry.id)),
        ("services", spec.services.get(most).map(|(id, _)| id)),
        ("sectors", spec.sectors.get(most).map(|(id, _)| id)),
        ("classes", spec.classes.get(most).map(|entry| &entry.id)),
        ("teams", spec.teams.get(most).map(|entry| &entry.id)),
        ("spares", spec.spares.get(most).map(|entry| &entry.id)),
        ("actors", spec.actors.get(most).map(|entry| &entry.id)),
        ("campaigns", spec.campaigns.get(most).map(|entry| &entry.id)),
        ("platforms", spec.platforms.get(most).map(|entry| &entry.id)),
        ("sets of contacts", spec.contacts.get(most).map(|entry| &entry.id)),
        ("malware", spec.malware.get(most).map(|entry| &entry.id)),
        ("plans", spec.plans.get(most).map(|entry| &entry.id)),
    ];
    for (what, id) in lists.iter().filter_map(|(what, id)| Some((what, (*id)?))) {
        problems.error("too many", id.span, |span| {
            crate::diagnostic::Diagnostic::error(span, format!("there are more than {most} {what}"))
                .label("one too many")
        });
    }
    lists.iter().all(|(_, id)| id.is_none())
}

fn meta(spec: &Scenario) -> Meta {
    let head = &spec.head;
    Meta {
        name: head.name.clone(),
        question: head.question.clone(),
        marking: head.marking.clone(),
        exercise: head.exercise,
        start_unix_s: head.start.0,
        utc_offset_s: head.start.1,
        horizon: head.horizon,
        grid: head.grid,
        replications: head.replications,
        seed: head.seed,
        ..Meta::default()
    }
}

impl Resolver<'_, '_> {
    fn dist(&mut self, dist: Option<&crate::spec::Dist>) -> DistId {
        dist.map_or(DistId::NONE, |dist| self.builder.dist(dist.value.clone()))
    }

    fn curve(&mut self, points: &[(Level, Level)]) -> CurveId {
        if let Some(id) = self.curves.get(points) {
            return *id;
        }
        let curves = &mut self.builder.parts().curves;
        let id = CurveId::new(curves.len());
        curves.push(Curve(points.to_vec()));
        self.curves.insert(points.to_vec(), id);
        id
    }

    /// Id of a node as written.
    fn id_of(&self, node: NodeId) -> &str {
        match self.assets.get(node.index()) {
            Some(asset) => asset.id(),
            None => self.spec.pools.get(node.index() - self.assets.len()).map_or("", |pool| &pool.id.value),
        }
    }

    fn finish(mut self) -> Resolved {
        let requirements = self.spec;
        let marks = marks::marks(&self.assets, &self.merged, &self.index);
        let mut model = self.builder.finish();
        model.marks = marks;
        watch::requirements(requirements, &self.names, &mut model, self.problems);
        cyber::along_needs(self.spec, &mut model, self.problems);
        plans::conditions(self.spec, &self.names, &self.index, &mut model, self.problems);
        // The builder keeps needs in the order of their owners and puts refills directly after the need they belong to.
        let mut places = std::mem::take(&mut self.needs).into_iter();
        let needs = model
            .needs
            .iter()
            .map(|need| if need.role == linchpin_model::Role::Resupply { None } else { places.next() })
            .collect();
        Resolved { model, needs }
    }
}
