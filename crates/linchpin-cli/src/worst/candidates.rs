//! Whom an attack may concern.

use super::{Asked, LASTS_S, TARGETS, WorstArgs};
use crate::exit::Failure;
use crate::suggest::nearest;
use linchpin_ensemble::schemes_of;
use linchpin_model::{ActorId, Model, NodeId, NodeKind, RegionId, Strike};
use std::collections::BTreeSet;

/// Looks up what is asked.
///
/// # Errors
/// Ids that the scenario does not have, and nobody to attack.
pub fn asked(args: &WorstArgs, model: &Model) -> Result<Asked, Failure> {
    if args.at >= model.meta.horizon {
        return Err(Failure::invalid("--at lies beyond the end of the scenario"));
    }
    if let Some(id) = &args.actor {
        return of_actor(args, model, id);
    }
    let classes =
        places("--class", "class", &args.class, model.classes.iter().map(|class| class.id.as_str()))?;
    let sectors =
        places("--sector", "sector", &args.sector, model.sectors.iter().map(|sector| sector.id.as_str()))?;
    let regions =
        places("--region", "region", &args.region, model.regions.iter().map(|region| region.id.as_str()))?;
    let tagged = tagged(&args.tag, model)?;
    let meant = |list: &[usize], place: Option<usize>| {
        list.is_empty() || place.is_some_and(|place| list.contains(&place))
    };
    let candidates: Vec<NodeId> = model
        .node_ids()
        .filter(|node| {
            let fixed = &model.nodes[node.index()];
            fixed.kind == NodeKind::Asset
                && meant(&classes, fixed.class.some().map(|class| class.index()))
                && meant(&sectors, fixed.sector.some().map(|sector| sector.index()))
                && (regions.is_empty() || lies_in(model, fixed.region, &regions))
                && (args.tag.is_empty() || tagged.contains(node))
        })
        .collect();
    if candidates.is_empty() {
        let failure = Failure::invalid(
            "there is nobody to attack: no asset is of all that --class, --sector, --region and --tag ask for",
        );
        return Err(failure.hint("`linchpin check` lists what the scenario holds"));
    }
    let most = args.budget.unwrap_or(TARGETS) as usize;
    let strike = if args.damage {
        Strike::Damage
    } else {
        let lasts = args.lasts.unwrap_or(LASTS_S);
        // To the horizon where it would last longer.
        let ends = args.at.saturating_add(lasts);
        Strike::Closure { lasts: (ends < model.meta.horizon).then_some(lasts) }
    };
    let most = most.min(candidates.len());
    let protections = args.protect.map_or(most, |protect| protect as usize);
    Ok(Asked { candidates, scheme: None, most, protections, strike })
}

fn of_actor(args: &WorstArgs, model: &Model, id: &str) -> Result<Asked, Failure> {
    if model.actors.is_empty() {
        return Err(Failure::invalid("--actor: the scenario has no actors")
            .hint("without --actor, --budget K looks for the worst targets")
            .hint("docs/scenario-format.md says how to write `actors` and `campaigns`"));
    }
    let found =
        places("--actor", "actor", &[id.to_owned()], model.actors.iter().map(|actor| actor.id.as_str()))?;
    let row = found.first().copied().unwrap_or(0);
    let actor = ActorId::new(row);
    let Some(scheme) = schemes_of(model, actor) else {
        return Err(Failure::invalid(format!("--actor: `{id}` has no campaign")));
    };
    let effort = args.effort.unwrap_or(model.actors[row].effort);
    if !effort.is_finite() {
        return Err(Failure::invalid(format!("`{id}` has no limit of effort: everything is within it"))
            .hint("--effort E sets one"));
    }
    let protections = args.protect.unwrap_or(TARGETS) as usize;
    Ok(Asked {
        candidates: Vec::new(),
        most: 0,
        protections,
        strike: Strike::Damage,
        scheme: Some((scheme, effort)),
    })
}

/// Places of ids in a list.
fn places<'a>(
    option: &str,
    what: &str,
    ids: &[String],
    known: impl Iterator<Item = &'a str> + Clone,
) -> Result<Vec<usize>, Failure> {
    let place = |id: &String| {
        known.clone().position(|other| other == id).ok_or_else(|| {
            let failure = Failure::invalid(format!("{option}: there is no {what} `{id}`"));
            match nearest(id, known.clone()) {
                Some(near) => failure.hint(format!("did you mean `{near}`?")),
                None => failure,
            }
        })
    };
    ids.iter().map(place).collect()
}

/// Assets with one of these tags. Tags of a single asset are not kept in a model.
fn tagged(tags: &[String], model: &Model) -> Result<BTreeSet<NodeId>, Failure> {
    let known: Vec<_> = model.marks.iter().filter(|mark| mark.kind == "tag").collect();
    let found =
        places("--tag", "tag of two or more assets", tags, known.iter().map(|mark| mark.name.as_str()))?;
    Ok(found.iter().flat_map(|at| known[*at].members.iter().copied()).collect())
}

/// Whether a region is one of these or lies in one.
fn lies_in(model: &Model, region: RegionId, regions: &[usize]) -> bool {
    let mut at = region.some();
    for _ in 0..=model.regions.len() {
        let Some(region) = at else { return false };
        if regions.contains(&region.index()) {
            return true;
        }
        at = model.regions[region.index()].parent;
    }
    false
}
