//! The report of a ranking: protections first.

use super::cuts::ServiceCuts;
use super::told::{CONFIDENCE, Told};
use super::words::{after, agreement, cuts_summary, ranks};
use crate::number::{count, number, with_interval};
use linchpin_analysis::findings::AssumptionRow;
use linchpin_analysis::rank::Standing;
use linchpin_report::Plot;
use linchpin_report::page::{Block, Cell, Column, Page, Section, Table, Tone};

/// Rows of the long tables.
const ROWS: usize = 25;

/// The page.
pub fn page(told: &Told<'_>, plots: &[Plot]) -> Page {
    let loss = &told.standings.loss;
    let runs = told.found.as_it_is.len() as u64;
    let mut page = Page {
        study: told.study(),
        subject: "What matters most".to_owned(),
        answer: answer(told),
        points: vec![
            (
                "Lost as it is".to_owned(),
                format!("{} {}", with_interval(loss.mean, loss.interval), told.metric.unit),
            ),
            ("Assets ranked".to_owned(), count(told.assets as u64)),
            ("Taken out for".to_owned(), told.outage()),
        ],
        facts: format!("{} replications, the same draws for every asset. {}.", count(runs), told.metric.name),
        sections: Vec::new(),
        assumptions: Vec::new(),
        limits: limits(told),
        reproduce: Vec::new(),
    };
    let plot = |id: &str| plots.iter().find(|plot| plot.id == id);
    let spared = table(told, &told.standings.spared, "spared", 0);
    page.sections.push(section(
        "Where protection is worth most",
        "What would have been spared, had one asset alone never failed and lacked nothing. It is a bound for whatever \
         protects it: autonomy, spares, guards, a second way.",
        plot("rank-spared"),
        spared,
    ));
    let lost = table(told, &told.standings.out, "lost", 0);
    page.sections.push(section(
        "What is missed most",
        &format!(
            "What is lost where nothing else happens and one asset alone is out for {}, whatever brings it about.",
            told.outage()
        ),
        plot("rank-out"),
        lost,
    ));
    if told.assets < told.ranking.items.len() {
        page.sections.extend(needs(told));
    }
    if let Some(section) = illusions(told) {
        page.sections.push(section);
    }
    if let Some(cuts) = told.cuts {
        page.sections.push(cut_sets(told, cuts));
    }
    if let Some(text) = agreement(told) {
        page.sections.push(
            Section::new("What a drawing of the network would have said")
                .text(text)
                .with(Block::Note(
                    "1 is the same order, 0 none. Degree counts who is directly needed or served; betweenness, how many \
                     shortest chains of needs lead through. Neither knows of autonomy, repair, people or time."
                        .to_owned(),
                )),
        );
    }
    page.assumptions = AssumptionRow::all(told.model);
    page
}

fn needs(told: &Told<'_>) -> [Section; 2] {
    let spared = table(told, &told.standings.needs_spared, "spared", told.assets);
    let lost = table(told, &told.standings.needs_out, "lost", told.assets);
    [
        section(
            "Which needs are worth most to meet",
            "What would have been spared, had one need alone never lacked anything: a bound for a second provider or a reserve.",
            None,
            spared,
        ),
        section(
            "Which needs are missed most",
            &format!(
                "What is lost where nothing else happens and nothing arrives at one need alone for {}; its reserves bridge what \
                 they can.",
                told.outage()
            ),
            None,
            lost,
        ),
    ]
}

fn section(heading: &str, text: &str, plot: Option<&Plot>, table: Option<Table>) -> Section {
    let mut section = Section::new(heading).text(text);
    if let Some(plot) = plot {
        section = section.with(plot);
    }
    match table {
        Some(table) => section.with(table),
        None => section.text("None makes a difference."),
    }
}

fn answer(told: &Told<'_>) -> Vec<String> {
    let best = |standings: &[Standing]| -> Option<(usize, Standing)> {
        told.order(standings).first().map(|i| (*i, standings[*i]))
    };
    let mut answer = Vec::new();
    match best(&told.standings.spared) {
        Some((i, s)) => {
            let scaled = told.scaled(&told.standings.spared);
            let ((mean, interval), unit) = (scaled.text(&s), &scaled.unit);
            let sure = match s.ranks {
                _ if s.simultaneous[0] <= 0.0 => {
                    "though chance alone might explain it: more replications would tell"
                }
                [1, 1] => "surely the most",
                _ => "the most, though others come near",
            };
            answer.push(format!(
                "Protecting {} is worth most: at best it spares {mean} {unit} {interval} in a run, {sure}.",
                told.name(i)
            ));
        }
        None => answer.push("No single asset's protection spares anything.".to_owned()),
    }
    if let Some((i, s)) = best(&told.standings.out) {
        let scaled = told.scaled(&told.standings.out);
        let ((mean, interval), unit) = (scaled.text(&s), &scaled.unit);
        answer.push(format!(
            "Missed most is {}: out alone for {}, it costs {mean} {unit} {interval}.",
            told.name(i),
            told.outage()
        ));
    }
    if let Some(illusion) = told
        .illusions
        .first()
        .filter(|illusion| illusion.people > 0.0 && told.shared(illusion.shared).0 != "tag")
    {
        let (kind, name) = told.shared(illusion.shared);
        answer.push(format!(
            "Redundancy is an illusion in {} places; with most people behind it ({}): {kind} {name}.",
            count(told.illusions.len() as u64),
            number(illusion.people)
        ));
    }
    answer
}

/// Rows of what is ranked from `first` on.
fn table(told: &Told<'_>, standings: &[Standing], what: &str, first: usize) -> Option<Table> {
    let order = told.order(standings);
    let scaled = told.scaled(standings);
    let mut table = Table::new([
        Column::words(if first == 0 { "Asset" } else { "Need" }),
        Column::numbers(format!("{} {what}", scaled.unit)).note("mean, interval for all together"),
        Column::numbers("Rank").note("that chance leaves"),
        Column::numbers(format!("P top {}", told.top)),
        Column::numbers("Degree"),
        Column::numbers("Betweenness"),
    ]);
    let drawing = &told.standings.drawing;
    for i in order.iter().take(ROWS) {
        let s = &standings[*i];
        let (mean, interval) = scaled.text(s);
        let node = told.node(first + *i).index();
        let tone = if s.simultaneous[0] > 0.0 { Tone::Strong } else { Tone::Plain };
        table.push([
            Cell::new(told.name(first + *i)).note(told.place(first + *i)),
            Cell::new(mean).note(interval).tone(tone),
            Cell::new(ranks(s.ranks)),
            Cell::new(format!("{:.0} %", 100.0 * s.top)),
            Cell::new(number(drawing.degree[node])),
            Cell::new(number(drawing.betweenness[node])),
        ]);
    }
    if order.len() > ROWS {
        table.more =
            format!("{} more matter at all: rank.json has them.", count((order.len() - ROWS) as u64));
    }
    (!order.is_empty()).then_some(table)
}

fn illusions(told: &Told<'_>) -> Option<Section> {
    if told.illusions.is_empty() {
        return None;
    }
    let mut table = Table::new([
        Column::words("Shared by all providers"),
        Column::numbers("People").note("served by what fails with all of them, once for each service"),
        Column::numbers("Needs"),
        Column::words("Providers"),
    ]);
    for illusion in told.illusions.iter().take(ROWS) {
        let (kind, name) = told.shared(illusion.shared);
        table.push([
            Cell::new(name).note(kind),
            Cell::new(number(illusion.people)),
            Cell::new(illusion.needs.len().to_string()),
            Cell::new(told.some_names(&illusion.providers)),
        ]);
    }
    if told.illusions.len() > ROWS {
        table.more = format!("{} more: rank.json has them.", told.illusions.len() - ROWS);
    }
    let text = "Needs that could lose any one of their providers, and would lose all at once: they hang on one asset, run \
                the same platform, stand in one place, or have a site, vendor, operator, owner, tag or common cause in common. \
                By the structure alone, without autonomy.";
    Some(Section::new("Where redundancy is an illusion").text(text).with(table))
}

fn cut_sets(told: &Told<'_>, cuts: &ServiceCuts) -> Section {
    let service = &told.model.services[cuts.service.index()].name;
    let mut section = Section::new(format!("What takes {service} down together"));
    for sentence in cuts_summary(told, cuts) {
        section = section.text(sentence);
    }
    let mut table = Table::new([
        Column::words("Out together"),
        Column::numbers("People cut off"),
        Column::numbers("Delivery points").note("none to spare"),
        Column::words("First fails").note("in the engine"),
    ]);
    for set in cuts.sets.iter().take(ROWS) {
        table.push([
            Cell::new(told.names(&set.assets)),
            Cell::new(number(set.people)),
            Cell::new(set.points.len().to_string()),
            Cell::new(after(set)),
        ]);
    }
    if cuts.sets.len() > ROWS {
        table.more = format!("{} more: rank.json has them.", count((cuts.sets.len() - ROWS) as u64));
    }
    section.with(table)
}

fn limits(told: &Told<'_>) -> Vec<String> {
    let mut limits = vec![
        "Every asset is changed alone. What two protections spare together is not the sum: linchpin compare runs options \
         together, linchpin worst looks for the outages that hurt most together."
            .to_owned(),
        "Loss spared is conditional on the threat as it is written, and on attackers that do not go elsewhere: targets are \
         chosen as before."
            .to_owned(),
        format!(
            "Intervals hold at {} % for all assets together and show Monte Carlo error only; ranks come from 1,000 bootstrap \
             samples of the replications. Neither says whether the model is right.",
            100.0 * CONFIDENCE
        ),
        "Both losses are measured against the same ordinary day: an asset that never fails is not credited with what fails \
         without any threat."
            .to_owned(),
    ];
    if told.cuts.is_some() || !told.illusions.is_empty() {
        limits.push(
            "Cut sets and shared single points come from the structure alone: reserves, restarts, repairs and shared loads \
             are left out of it."
                .to_owned(),
        );
    }
    if told.redacted {
        limits.push("Names are pseudonyms; positions and the sources of values are left out.".to_owned());
    }
    limits
}
