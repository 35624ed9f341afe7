//! The report of a search for the worst: protections first.

use super::told::Told;
use super::words::{answer, effort, step_line};
use crate::number::{count, number};
use linchpin_analysis::findings::AssumptionRow;
use linchpin_ensemble::Weighed;
use linchpin_model::NodeId;
use linchpin_report::Plot;
use linchpin_report::page::{Block, Cell, Column, Page, Section, Table, Tone};

/// The page.
pub fn page(told: &Told<'_>, plots: &[Plot]) -> Page {
    let mut page = Page {
        study: told.study(),
        subject: "The worst case, and what to protect".to_owned(),
        answer: answer(told).into_iter().map(|text| text.replace('\n', " ")).collect(),
        points: points(told),
        facts: format!(
            "{} replications an attack, the same draws for every attack. {}. {}",
            count(told.args.replications.into()),
            told.metric.name,
            effort(told)
        ),
        limits: limits(told),
        assumptions: AssumptionRow::all(told.model),
        ..Page::default()
    };
    if !told.protected().is_empty() {
        page.sections.push(protect(told));
    }
    page.sections.push(match told.asked.scheme {
        Some(_) => campaign(told),
        None => by_number(told, plots),
    });
    page
}

fn points(told: &Told<'_>) -> Vec<(String, String)> {
    let mut points = Vec::new();
    if let Some(saved) = told.saved().filter(|_| !told.protected().is_empty()) {
        points.push(("Protection takes off".to_owned(), format!("{} %", number(100.0 * saved.max(0.0)))));
    }
    if told.asked.scheme.is_none() {
        points.push(("Assets that could be attacked".to_owned(), count(told.asked.candidates.len() as u64)));
    }
    points
        .push(("Proof".to_owned(), if told.is_exact() { "all sets tried" } else { "best found" }.to_owned()));
    points
}

fn protect(told: &Told<'_>) -> Section {
    let mut table = Table::new([Column::words("Protect"), Column::words("Kind"), Column::words("Region")]);
    for node in told.protected() {
        let fixed = &told.model.nodes[node.index()];
        let kind = fixed.class.some().map_or_else(
            || fixed.sector.some().map_or("", |sector| told.model.sectors[sector.index()].name.as_str()),
            |class| told.model.classes[class.index()].name.as_str(),
        );
        let region =
            fixed.region.some().map_or("", |region| told.model.regions[region.index()].name.as_str());
        table.push([Cell::from(told.name(node)).tone(Tone::Strong), Cell::from(kind), Cell::from(region)]);
    }
    Section::new("What to protect")
        .text(
            "Protected means that an attack on it does nothing. The attacker is taken to know what is protected, and to strike \
             the worst of what is left.",
        )
        .with(table)
        .with(Block::Note(told.protection_certainty().to_owned()))
}

fn by_number(told: &Told<'_>, plots: &[Plot]) -> Section {
    let (_, word) = told.scale();
    let unit = format!("{word}{}", told.metric.unit);
    let mut table = Table::new([
        Column::numbers("Targets"),
        Column::numbers("Loss as it is").note(format!("{unit}, {}, 95 % CI", told.statistic())),
        Column::numbers("On fresh draws").note(unit.clone()),
        Column::numbers("Protected").note(unit),
        Column::words("Worst targets"),
    ]);
    for (i, attack) in told.found.attacks.iter().enumerate() {
        let (loss, interval) = told.with_interval(&told.cost(attack));
        let left = told.found.left.get(i).map(|left| told.scaled(told.cost(left).loss));
        table.push([
            Cell::new((i + 1).to_string()),
            Cell::new(loss).note(interval),
            Cell::new(told.scaled(told.fresh(attack).loss)),
            Cell::new(left.unwrap_or_default()),
            Cell::new(told.names(&told.targets(attack))),
        ]);
    }
    if let Some(left) = told.left() {
        table.more = format!(
            "With the protections the worst attack left strikes {}.",
            told.names(&told.targets(left))
        );
    }
    let mut section = Section::new("What the worst attack costs").text(format!(
        "At most {} of {} assets are {}. {}",
        told.asked.most,
        count(told.asked.candidates.len() as u64),
        told.deed(),
        told.certainty()
    ));
    for plot in plots {
        section = section.with(plot);
    }
    section.with(table)
}

fn campaign(told: &Told<'_>) -> Section {
    let mut section = Section::new("The worst campaign").text(told.certainty());
    let list = |attack: &Weighed| -> Vec<String> {
        told.steps(attack)
            .into_iter()
            .map(|(step, nodes): (usize, Vec<NodeId>)| step_line(told, step, &nodes))
            .collect()
    };
    if let Some(attack) = told.attack() {
        section = section.with(Block::List(list(attack)));
    }
    if let Some(left) = told.left() {
        section = section
            .with(Block::Heading("The worst that is left".to_owned()))
            .text(format!("It costs {}.", told.amount(told.cost(left).loss)))
            .with(Block::List(list(left)));
    }
    section
}

/// What the reader must know.
fn limits(told: &Told<'_>) -> Vec<String> {
    let mut limits = vec![
        "Conditional on the attack: nothing here says how likely it is, or whether anybody could do it."
            .to_owned(),
        "Losses are those that the attack adds to the same replication without it, in this model.".to_owned(),
    ];
    if !told.is_exact() {
        limits.push(
            "Losses are not submodular: targets may stand in for each other. So the search comes without a guarantee; it was \
             tested against all pairs and triples of 60 assets (docs/worst-case.md)."
                .to_owned(),
        );
    }
    limits.push(
        "The worst on given draws looks a little worse than it is; the figures on fresh draws are free of that.".to_owned(),
    );
    if told.asked.scheme.is_some() {
        limits.push(
            "Protected assets are no targets by choice; steps whose targets the scenario fixes are carried out all the same."
                .to_owned(),
        );
    }
    limits
}
