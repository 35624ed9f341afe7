//! Ids of every kind, and what they stand for.

use crate::diagnostic::Diagnostic;
use crate::problems::Problems;
use crate::source::Span;
use crate::spec::{Id, Scenario};
use linchpin_model::Named;
use std::collections::BTreeMap;

/// Ids of one kind.
#[derive(Debug)]
pub(super) struct Table<'s> {
    /// What they are ids of, for messages.
    what: &'static str,
    rows: BTreeMap<&'s str, (u32, Option<Span>)>,
}

impl<'s> Table<'s> {
    pub(super) fn new(what: &'static str) -> Self {
        Self { what, rows: BTreeMap::new() }
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
        if id.value.is_empty() {
            return;
        }
        match self.rows.get(id.value.as_str()) {
            Some((_, Some(first))) => {
                let (first, what) = (*first, self.what);
                problems.error("duplicate id", id.span, |span| {
                    Diagnostic::error(span, format!("the {what} `{}` is there twice", id.value))
                        .label("again here")
                        .related(first, "first here")
                        .help("give one of them another id, or take it out")
                });
            }
            Some((_, None)) => {}
            None => {
                self.rows.insert(&id.value, (row as u32, Some(id.span)));
            }
        }
    }

    /// An id that exists without the scenario saying so; an entry may name it again.
    fn add_standing(&mut self, id: &'static str, row: usize) {
        self.rows.insert(id, (row as u32, None));
    }

    /// The row of an id, without a word.
    pub(super) fn get(&self, id: &str) -> Option<usize> {
        self.rows.get(id).map(|(row, _)| *row as usize)
    }

    /// The row of a reference. An unknown one is reported.
    pub(super) fn find(&self, id: &Id, problems: &mut Problems) -> Option<usize> {
        self.find_text(&id.value, id.span, problems)
    }

    fn find_text(&self, text: &str, span: Span, problems: &mut Problems) -> Option<usize> {
        let row = self.get(text);
        if row.is_none() && !text.is_empty() {
            problems.unknown(self.what, span, text, self.rows.keys().copied());
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
    pub(super) events: Table<'s>,
    pub(super) skills: Table<'s>,
}

impl<'s> Names<'s> {
    pub(super) fn new(spec: &'s Scenario, problems: &mut Problems) -> Self {
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
            let row = skills.rows.len();
            if skills.get(&team.skill.value).is_none() {
                skills.add(&team.skill, row, problems);
            }
        }
        let mut nodes = Table::of("asset", spec.assets.iter().map(|asset| &asset.id), problems);
        for (i, pool) in spec.pools.iter().enumerate() {
            nodes.add(&pool.id, spec.assets.len() + i, problems);
        }
        nodes.what = "asset or pool";
        // These are not referred to by anything, but two of them must not share an id all the same.
        Table::of("team", spec.teams.iter().map(|team| &team.id), problems);
        Table::of("network", spec.networks.iter().map(|network| &network.id), problems);
        Table::of("common cause", spec.common_causes.iter().map(|cause| &cause.id), problems);
        Table::of("group", spec.groups.iter().map(|group| &group.id), problems);
        Table::of("requirement", spec.requirements.iter().map(|requirement| &requirement.id), problems);
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
        }
    }

    /// Skills by row; the id is the name.
    pub(super) fn skills_in_order(&self) -> Vec<Named> {
        let mut rows: Vec<_> = self.skills.rows.iter().map(|(id, (row, _))| (*row, *id)).collect();
        rows.sort_unstable();
        rows.into_iter().map(|(_, id)| Named { id: id.to_owned(), name: id.to_owned() }).collect()
    }
}
