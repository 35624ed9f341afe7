//! Postures, contacts and malware.

use super::Resolver;
use super::links::{nearest, random};
use super::select::nodes_of;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::spec::{self, Choice, Id, Links};
use linchpin_model::{
    ContactId, Contacts, Detonation, DistId, Distribution, Event, EventId, Key, Level, Malware, MalwareId,
    Model, Named, NodeId, Occasion, PlatformId, Posture, PostureId, Shutdown, SkillId, Spread, Targets,
};

/// Most links that rules make in one set of contacts.
const MAX_LINKS: usize = 50_000_000;

impl<'s> Resolver<'s, '_> {
    /// Platforms, postures and whose they are, contacts.
    pub(super) fn cyber(&mut self) {
        let spec = self.spec;
        self.builder.parts().platforms = spec
            .platforms
            .iter()
            .map(|platform| Named { id: platform.id.value.clone(), name: platform.name.clone() })
            .collect();
        for posture in &spec.postures {
            let posture = self.posture(posture);
            self.builder.parts().postures.push(posture);
        }
        self.postures_of_assets();
        for contacts in &spec.contacts {
            let contacts = self.contacts(contacts);
            self.builder.parts().contacts.push(contacts);
        }
    }

    fn posture(&mut self, posture: &'s spec::Posture) -> Posture {
        let skill = posture.skill.as_ref().and_then(|id| self.names.skills.find(id, self.problems));
        let shutdown = posture.shutdown.as_ref().map(|shutdown| Shutdown {
            probability: shutdown.probability,
            decision: self.dist(shutdown.decision.as_ref()),
            to: Level::from_share(shutdown.to),
            lasts: self.dist(shutdown.lasts.as_ref()),
            with_domain: shutdown.with_domain,
        });
        Posture {
            id: posture.id.value.clone(),
            exposure: posture.exposure,
            patched: posture.patched,
            segmentation: posture.segmentation,
            protection: posture.protection,
            detection: self.dist(posture.detection.as_ref()),
            backups: posture.backups,
            backup_loss: posture.backup_loss,
            it_criticality: Level::from_share(posture.it_criticality),
            restore: self.dist(posture.restore.as_ref()),
            rebuild: self.dist(posture.rebuild.as_ref()),
            skill: skill.map_or(SkillId::NONE, SkillId::new),
            crews: posture.crews,
            shutdown,
            platforms: self.platforms(&posture.platforms),
            systems: posture.systems,
        }
    }

    fn platforms(&mut self, ids: &[Id]) -> Vec<PlatformId> {
        let mut platforms: Vec<PlatformId> = ids
            .iter()
            .filter_map(|id| self.names.platforms.find(id, self.problems))
            .map(PlatformId::new)
            .collect();
        platforms.sort_unstable();
        platforms.dedup();
        platforms
    }

    /// The posture that an asset gives itself, else that of its class.
    fn postures_of_assets(&mut self) {
        let of_kinds: Vec<PostureId> = self
            .merged
            .iter()
            .map(|merged| {
                let row = merged
                    .get(|traits| traits.posture.as_deref())
                    .and_then(|id| self.names.postures.find(id, self.problems));
                row.map_or(PostureId::NONE, PostureId::new)
            })
            .collect();
        // A class without assets says something wrong all the same.
        for class in &self.spec.classes {
            let _ = class.traits.posture.as_deref().map(|id| self.names.postures.find(id, self.problems));
        }
        if of_kinds.iter().all(|posture| posture.is_none()) {
            return;
        }
        let nodes = self.builder.parts().nodes.len();
        let mut postures: Vec<PostureId> = self.assets.iter().map(|asset| of_kinds[asset.kind]).collect();
        postures.resize(nodes, PostureId::NONE);
        self.builder.parts().posture_of = postures;
    }

    fn contacts(&mut self, contacts: &'s spec::Contacts) -> Contacts {
        let mut built = Contacts {
            id: contacts.id.value.clone(),
            members: Vec::new(),
            links: Vec::new(),
            everybody: matches!(contacts.links, Some(Links::Everybody)),
        };
        let what = format!("members of the contacts `{}`", contacts.id.value);
        let members = contacts
            .members
            .as_ref()
            .and_then(|choice| nodes_of(choice, &what, &self.names, &self.index, self.problems));
        let Some(members) = members else {
            // What is wrong with the links themselves is said all the same.
            if let Some(Links::Pairs(pairs)) = &contacts.links {
                self.known(pairs);
            }
            return built;
        };
        let place = contacts.members.as_ref().map_or(contacts.id.span, Choice::span);
        if let [alone] = members.as_slice() {
            let alone = self.id_of(*alone).to_owned();
            self.problems.warn("no contact", place, |span| {
                Diagnostic::warning(span, format!("`{alone}` is the only member of these contacts"))
                    .help("it reaches nobody, and nobody reaches it")
            });
        }
        built.links = match &contacts.links {
            Some(Links::Random(per_member)) => {
                if self.fit(&members, *per_member) {
                    random(Key::of(&contacts.id.value), members.len(), per_member.value)
                } else {
                    Vec::new()
                }
            }
            Some(Links::Nearest(k)) => self.nearest(&members, *k, place),
            Some(Links::Pairs(pairs)) => self.pairs(&members, pairs, "these contacts").0,
            Some(Links::Everybody | Links::Needs(_)) | None => Vec::new(),
        };
        built.members = members;
        built
    }

    /// Whether everybody can have so many links, and the model so many in all.
    fn fit(&mut self, members: &[NodeId], each: crate::decode::Spanned<u32>) -> bool {
        let wanted = each.value as usize;
        if wanted >= members.len() && members.len() > 1 {
            let most = members.len() - 1;
            self.problems.error("too many links", each.span, |span| {
                Diagnostic::error(span, format!("each of {} members has at most {most} others", most + 1))
                    .help("`Everybody` links all of them")
            });
            return false;
        }
        let all = members.len().saturating_mul(wanted);
        if all > MAX_LINKS {
            self.problems.error("too many links", each.span, |span| {
                let title = format!("{} members with {wanted} links each are too many", members.len());
                Diagnostic::error(span, title).help(format!(
                    "at most {MAX_LINKS} in all; `Everybody` stands for as many as there are without listing them"
                ))
            });
        }
        all <= MAX_LINKS
    }

    fn nearest(
        &mut self,
        members: &[NodeId],
        k: crate::decode::Spanned<u32>,
        place: Span,
    ) -> Vec<(u32, u32)> {
        let placed: Vec<_> = members.iter().filter_map(|node| self.index.direction(*node)).collect();
        if placed.len() < members.len() {
            let nowhere = members.iter().find(|node| self.index.direction(**node).is_none());
            let id = nowhere.map_or(String::new(), |node| self.id_of(*node).to_owned());
            let others = members.len() - placed.len() - 1;
            self.problems.error("no position", place, |span| {
                let problem = Diagnostic::error(span, format!("`{id}` has no position to be near to"))
                    .help("give it a `position`, or take other `links`");
                if others == 0 { problem } else { problem.help(format!("the same holds for {others} more")) }
            });
            return Vec::new();
        }
        if self.fit(members, k) { nearest(&placed, k.value as usize) } else { Vec::new() }
    }

    /// Malware, each with the event that stands for it.
    pub(super) fn malware(&mut self) {
        let spec = self.spec;
        for (row, malware) in spec.malware.iter().enumerate() {
            let event = self.event_of(
                &format!("malware/{}", malware.id.value),
                &malware.name,
                Occasion::Malware(MalwareId::new(row)),
            );
            let spread = malware.spread.iter().filter_map(|spread| self.spread(spread)).collect();
            let built = Malware {
                id: malware.id.value.clone(),
                name: malware.name.clone(),
                key: Key::of(&malware.id.value),
                event,
                platforms: self.platforms(&malware.platforms),
                patchable: malware.patchable,
                spread,
                infectious: self.dist(malware.infectious.as_ref()),
                reinfects: malware.reinfects,
                detonation: match &malware.detonation {
                    spec::Detonation::Each(after) => Detonation::Each(self.or_at_once(after.as_ref())),
                    spec::Detonation::Together(after) => {
                        Detonation::Together(self.or_at_once(after.as_ref()))
                    }
                    spec::Detonation::Never => Detonation::Never,
                },
                it_loss: Level::from_share(malware.it_loss),
                destroys_backups: malware.destroys_backups,
                crossing: malware.crossing,
                manipulates: malware.manipulates.map(Level::from_share),
                exfiltrates: self.dist(malware.exfiltrates.as_ref()),
                stops: self.dist(malware.stops.as_ref()),
            };
            self.builder.parts().malware.push(built);
        }
    }

    fn or_at_once(&mut self, dist: Option<&spec::Dist>) -> DistId {
        match dist {
            Some(dist) => self.dist(Some(dist)),
            None => self.builder.dist(Distribution::Fixed(0.0)),
        }
    }

    fn spread(&mut self, spread: &'s spec::Spread) -> Option<Spread> {
        let over = self.names.contacts.find(&spread.over, self.problems);
        let interval = self.dist(Some(&spread.interval));
        let over = over?;
        let everybody = matches!(self.spec.contacts[over].links, Some(Links::Everybody));
        if everybody && spread.interval.value.quantile(0.5) < 1.0 {
            self.problems.error("no interval", spread.interval.span, |span| {
                Diagnostic::error(span, "the time between tries must be at least a second in the median")
                    .help("where everybody reaches everybody, an infected system tries one after the other")
            });
        }
        Some(Spread { over: ContactId::new(over), interval, probability: spread.probability })
    }

    /// Adds the event that stands for the effects of something; without targets, and without effects.
    pub(super) fn event_of(&mut self, id: &str, name: &str, occasion: Occasion) -> EventId {
        let at = self.builder.dist(Distribution::Fixed(0.0));
        let events = &mut self.builder.parts().events;
        events.push(Event {
            id: id.to_owned(),
            name: name.to_owned(),
            key: Key::of(id),
            after: None,
            at,
            targets: Targets::None,
            probability: 1.0,
            hit_probability: 1.0,
            severity: DistId::NONE,
            effects: Vec::new(),
            threat: true,
            occasion,
        });
        EventId::new(events.len() - 1)
    }
}

/// Fills in the links along needs, which are known in a finished model only.
pub(super) fn along_needs(
    spec: &spec::Scenario,
    model: &mut Model,
    problems: &mut crate::problems::Problems,
) {
    for (row, contacts) in spec.contacts.iter().enumerate() {
        let Some(Links::Needs(span)) = contacts.links else { continue };
        let members = &model.contacts[row].members;
        let position = |node: NodeId| members.binary_search(&node).ok().map(|at| at as u32);
        let mut links: Vec<(u32, u32)> = Vec::new();
        for (a, member) in (0..).zip(members) {
            for need in model.needs_of(*member) {
                let providers = model.links_of(need).iter().filter_map(|link| position(link.provider));
                links.extend(providers.map(|b| (b.min(a), b.max(a))));
            }
        }
        links.sort_unstable();
        links.dedup();
        if links.is_empty() && !members.is_empty() {
            problems.warn("no contact", span, |span| {
                Diagnostic::warning(span, "no member of these contacts needs another")
                    .help("`Needs` links members with those of their providers that are members too")
            });
        }
        model.contacts[row].links = links;
    }
}
