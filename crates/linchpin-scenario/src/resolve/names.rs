//! Ids of every kind, and what they stand for.

use super::assets::Assets;
use crate::diagnostic::Diagnostic;
use crate::problems::Problems;
use crate::source::Span;
use crate::spec::{Id, Scenario};
use crate::tables::words::{Slots, hash};
use linchpin_model::{EventId, Named};

/// Ids of one kind.
#[derive(Debug)]
pub(super) struct Table<'s> {
    /// What they are ids of, for messages.
    what: &'static str,
    entries: Vec<Entry<'s>>,
    slots: Slots,
}

#[derive(Debug)]
struct Entry<'s> {
    id: &'s str,
    row: u32,
    /// None where it exists without the scenario saying so.
    span: Option<Span>,
}

impl<'s> Table<'s> {
    pub(super) fn new(what: &'static str) -> Self {
        Self::with_capacity(what, 0)
    }

    fn with_capacity(what: &'static str, ids: usize) -> Self {
        Self { what, entries: Vec::with_capacity(ids), slots: Slots::with_capacity(ids) }
    }

    /// All entries of a list, in order, from row 0.
    fn of(what: &'static str, ids: impl Iterator<Item = &'s Id>, problems: &mut Problems) -> Self {
        let mut table = Self::new(what);
        for (row, id) in ids.enumerate() {
            table.add(id, row, problems);
        }
        table
    }

    /// Says that `id` is the entry `row`. The first of several entries keeps the id.
    pub(super) fn add(&mut self, id: &'s Id, row: usize, problems: &mut Problems) {
        self.add_at(&id.value, || id.span, row, problems);
    }

    fn add_at(&mut self, id: &'s str, span: impl Fn() -> Span, row: usize, problems: &mut Problems) {
        if id.is_empty() {
            return;
        }
        match self.entry(id).map(|entry| entry.span) {
            Some(Some(first)) => {
                let what = self.what;
                problems.error("duplicate id", span(), |span| {
                    Diagnostic::error(span, format!("the {what} `{id}` is there twice"))
                        .label("again here")
                        .related(first, "first here")
                        .help("give one of them another id, or take it out")
                });
            }
            Some(None) => {}
            None => self.insert(Entry { id, row: row as u32, span: Some(span()) }),
        }
    }

    /// An id that exists without the scenario saying so; an entry may name it again.
    fn add_standing(&mut self, id: &'static str, row: usize) {
        self.insert(Entry { id, row: row as u32, span: None });
    }

    fn insert(&mut self, entry: Entry<'s>) {
        let Self { entries, slots, .. } = self;
        slots.insert(hash(entry.id), entries.len() as u32, |row| hash(entries[row as usize].id));
        entries.push(entry);
    }

    fn entry(&self, id: &str) -> Option<&Entry<'s>> {
        let found = self.slots.find(hash(id), |row| self.entries[row as usize].id == id)?;
        self.entries.get(found as usize)
    }

    /// The row of an id, without a word.
    pub(super) fn get(&self, id: &str) -> Option<usize> {
        self.entry(id).map(|entry| entry.row as usize)
    }

    /// The row of a reference. An unknown one is reported.
    pub(super) fn find(&self, id: &Id, problems: &mut Problems) -> Option<usize> {
        self.find_text(&id.value, id.span, problems)
    }

    /// The same for a text and its place.
    pub(super) fn find_text(&self, text: &str, span: Span, problems: &mut Problems) -> Option<usize> {
        let row = self.get(text);
        if row.is_none() && !text.is_empty() {
            problems.unknown(self.what, span, text, self.entries.iter().map(|entry| entry.id));
        }
        row
    }

    /// The rows of several references; none where one of them is unknown.
    pub(super) fn find_all(&self, ids: &[Id], problems: &mut Problems) -> Option<Vec<usize>> {
        // All of them are looked up, so that all that are unknown are reported.
        let rows: Vec<Option<usize>> = ids.iter().map(|id| self.find(id, problems)).collect();
        rows.into_iter().collect()
    }
}

/// The sectors of the EU's directive on the resilience of critical entities (2022/2557), annex.
pub(super) const SECTORS: [(&str, &str); 11] = [
    ("energy", "Energy"),
    ("transport", "Transport"),
    ("banking", "Banking"),
    ("financial-market", "Financial market infrastructure"),
    ("health", "Health"),
    ("drinking-water", "Drinking water"),
    ("waste-water", "Waste water"),
    ("digital", "Digital infrastructure"),
    ("public-administration", "Public administration"),
    ("space", "Space"),
    ("food", "Food"),
];

/// Ids of every kind.
#[derive(Debug)]
pub(super) struct Names<'s> {
    pub(super) regions: Table<'s>,
    pub(super) services: Table<'s>,
    pub(super) sectors: Table<'s>,
    pub(super) classes: Table<'s>,
    /// Assets, then pools: one space.
    pub(super) nodes: Table<'s>,
    pub(super) spares: Table<'s>,
    pub(super) sharing: Table<'s>,
    /// Scripted ones.
    pub(super) events: Table<'s>,
    pub(super) skills: Table<'s>,
    pub(super) teams: Table<'s>,
    pub(super) actors: Table<'s>,
    pub(super) campaigns: Table<'s>,
    /// Of all campaigns, each as "campaign/step".
    pub(super) steps: Table<'s>,
    pub(super) profiles: Table<'s>,
    pub(super) postures: Table<'s>,
    pub(super) platforms: Table<'s>,
    pub(super) contacts: Table<'s>,
    pub(super) malware: Table<'s>,
    pub(super) plans: Table<'s>,
    occasions: Occasions,
}

/// Where the events that stand for steps, malware and plans begin: after the scripted ones, in this order.
#[derive(Clone, Copy, Debug)]
struct Occasions {
    steps: usize,
    malware: usize,
    plans: usize,
}

impl<'s> Names<'s> {
    pub(super) fn new(spec: &'s Scenario, assets: &Assets<'s>, problems: &mut Problems) -> Self {
        let mut sectors = Table::new("sector");
        for (row, (id, _)) in SECTORS.iter().enumerate() {
            sectors.add_standing(id, row);
        }
        let mut more = SECTORS.len();
        for (id, _) in &spec.sectors {
            if sectors.get(&id.value).is_none_or(|row| row >= SECTORS.len()) {
                sectors.add(id, more, problems);
                more += 1;
            }
        }
        let mut skills = Table::new("team with the skill");
        for team in &spec.teams {
            let row = skills.entries.len();
            if skills.get(&team.skill.value).is_none() {
                skills.add(&team.skill, row, problems);
            }
        }
        let mut nodes = Table::with_capacity("asset", assets.len() + spec.pools.len());
        for (row, asset) in assets.iter().enumerate() {
            nodes.add_at(asset.id(), || asset.id_span(), row, problems);
        }
        for (i, pool) in spec.pools.iter().enumerate() {
            nodes.add(&pool.id, assets.len() + i, problems);
        }
        nodes.what = "asset or pool";
        // These are not referred to by anything, but two of them must not share an id all the same.
        Table::of("network", spec.networks.iter().map(|network| &network.id), problems);
        Table::of("common cause", spec.common_causes.iter().map(|cause| &cause.id), problems);
        Table::of("group", spec.groups.iter().map(|group| &group.id), problems);
        Table::of("requirement", spec.requirements.iter().map(|requirement| &requirement.id), problems);
        Table::of("warning", spec.warnings.iter().map(|warning| &warning.id), problems);
        let steps = spec.campaigns.iter().flat_map(|campaign| &campaign.steps);
        let occasions = Occasions {
            steps: spec.events.len(),
            malware: spec.events.len() + steps.clone().count(),
            plans: spec.events.len() + steps.clone().count() + spec.malware.len(),
        };
        Self {
            regions: Table::of("region", spec.regions.iter().map(|region| &region.id), problems),
            services: Table::of("service", spec.services.iter().map(|(id, _)| id), problems),
            sectors,
            classes: Table::of("class", spec.classes.iter().map(|class| &class.id), problems),
            nodes,
            spares: Table::of("stock of spares", spec.spares.iter().map(|spare| &spare.id), problems),
            sharing: Table::of("sharing group", spec.sharing.iter().map(|sharing| &sharing.id), problems),
            events: Table::of("event", spec.events.iter().map(|event| &event.id), problems),
            skills,
            teams: Table::of("team", spec.teams.iter().map(|team| &team.id), problems),
            actors: Table::of("actor", spec.actors.iter().map(|actor| &actor.id), problems),
            campaigns: Table::of("campaign", spec.campaigns.iter().map(|campaign| &campaign.id), problems),
            steps: Table::of("step", steps.map(|step| &step.path), problems),
            profiles: Table::of("profile", spec.profiles.iter().map(|profile| &profile.id), problems),
            postures: Table::of("posture", spec.postures.iter().map(|posture| &posture.id), problems),
            platforms: Table::of("platform", spec.platforms.iter().map(|platform| &platform.id), problems),
            contacts: Table::of(
                "set of contacts",
                spec.contacts.iter().map(|contacts| &contacts.id),
                problems,
            ),
            malware: Table::of("malware", spec.malware.iter().map(|malware| &malware.id), problems),
            plans: Table::of("plan", spec.plans.iter().map(|plan| &plan.id), problems),
            occasions,
        }
    }

    /// The event that a reference names: a scripted one by its id, those of a step, a plan or a malware as
    /// "campaign/step", "plan/id" and "malware/id". An unknown one is reported.
    pub(super) fn event(&self, id: &Id, problems: &mut Problems) -> Option<EventId> {
        let row = match id.value.split_once('/') {
            None => self.events.find(id, problems)?,
            Some(("plan", plan)) => {
                return Some(self.plan_event(self.plans.find_text(plan, id.span, problems)?));
            }
            Some(("malware", malware)) => {
                return Some(self.malware_event(self.malware.find_text(malware, id.span, problems)?));
            }
            Some(_) => return Some(self.step_event(self.steps.find(id, problems)?)),
        };
        Some(EventId::new(row))
    }

    /// The event that stands for a step, by its row in the table of all steps.
    pub(super) fn step_event(&self, row: usize) -> EventId {
        EventId::new(self.occasions.steps + row)
    }

    /// The event that stands for a malware.
    pub(super) fn malware_event(&self, row: usize) -> EventId {
        EventId::new(self.occasions.malware + row)
    }

    /// True where an event stands for a plan: plans are carried out without a threat too.
    pub(super) fn is_plan_event(&self, event: EventId) -> bool {
        event.index() >= self.occasions.plans
    }

    /// The event that stands for a plan.
    pub(super) fn plan_event(&self, row: usize) -> EventId {
        EventId::new(self.occasions.plans + row)
    }

    /// Skills by row; the id is the name.
    pub(super) fn skills_in_order(&self) -> Vec<Named> {
        self.skills
            .entries
            .iter()
            .map(|entry| Named { id: entry.id.to_owned(), name: entry.id.to_owned() })
            .collect()
    }
}
