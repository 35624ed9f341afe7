//! A comparison as a page.

use linchpin_analysis::findings::{StudyInfo, Verdict};

use super::draw::capital;
use super::words::{answer, beyond, criteria, listed, money, named, points, value, winner, within};
use super::{Comparison, Compliance};
use crate::format::{self, interval, number, percent, percent_range, quantity};
use crate::page::{Block, Cell, Column, Page, Section, Table, Tone};
use crate::plot::Plot;

/// Requirements in one table.
const IN_TABLE: usize = 4;
/// Portfolios in the table of savings.
const MAX_ROWS: usize = 12;

/// The page of a comparison with its pictures as drawn by [`comparison_plots`](super::comparison_plots).
pub fn comparison_page(comparison: &Comparison, plots: &[Plot]) -> Page {
    let c = comparison;
    let figure = |id: &str| plots.iter().find(|plot| plot.id == id);
    let sections = [
        Some(question(c)),
        savings(c, figure("compare-saved")),
        figure("compare-front").map(|plot| bought(c, plot)),
        Some(certainty(c, figure("compare-best"))),
        assumptions(c),
        figure("compare-threats").map(|plot| threats(c, plot)),
        figure("compare-exceedance").map(large_losses),
        requirements(c, figure("compare-requirements")),
    ];
    Page {
        study: StudyInfo { question: asked(c), ..c.study.clone() },
        subject: "Comparison of options".to_owned(),
        answer: answer(c),
        points: points(c),
        facts: facts(c),
        sections: sections.into_iter().flatten().collect(),
        assumptions: c.assumptions.clone(),
        limits: c.limits.clone(),
        reproduce: Vec::new(),
    }
}

fn asked(c: &Comparison) -> String {
    let what = if c.metric.is_empty() { &c.unit } else { &c.metric };
    format!("Which options, alone or together, lower “{what}” most{}?", within(c))
}

fn facts(c: &Comparison) -> String {
    let mut facts = format!(
        "{} portfolios of {} options, on the same draws.",
        format::count(c.rows.len() as u64),
        format::count(c.options.len() as u64)
    );
    if let Some(ratio) = c.variance_ratio {
        facts.push_str(&format!(
            " Independent runs would have to be {} times as many (median over portfolios).",
            number(ratio)
        ));
    }
    facts + " Intervals tell how far chance in the runs goes; they say nothing about errors of the model."
}

/// The options, with what each saves and what a unit of money buys.
fn question(c: &Comparison) -> Section {
    let per = if c.money.is_empty() {
        "Saved per unit of cost".to_owned()
    } else {
        format!("Saved per {}", singular(&c.money))
    };
    let mut table = Table::new([
        Column::words("Option"),
        Column::numbers(capital(&super::draw::cost_title(c))).note("present value"),
        Column::numbers("Saves alone").note(format!("{} % interval for all together", number(c.percent))),
        Column::numbers(per).note("mean"),
        Column::words("Tied to"),
    ]);
    let chosen: &[usize] = winner(c).map_or(&[], |(_, row)| &row.options);
    for (i, option) in c.options.iter().enumerate() {
        let alone = c.rows.iter().find(|row| row.options == [i]).and_then(|row| row.saved);
        let saved = alone.map_or_else(Cell::default, |(mean, ci)| {
            Cell::new(number(mean)).note(interval(mean, ci, &c.unit))
        });
        let per = alone.map(|(mean, _)| mean / option.cost).filter(|per| per.is_finite());
        let tone = if chosen.contains(&i) { Tone::Strong } else { Tone::Plain };
        table.push([
            Cell::from(option.name.as_str()).note(option.id.as_str()).tone(tone),
            Cell::new(number(option.cost)),
            saved,
            Cell::new(per.map_or_else(|| "–".to_owned(), number)),
            Cell::new(option.ties.as_str()),
        ]);
    }
    Section::new("The options")
        .text(format!(
            "Each is a change to the scenario; figures are {}. In bold: those of the best portfolio. What options save alone does not \
             add up: together they may save more or less.",
            c.unit
        ))
        .with(table)
}

/// `million euros` after `per`: without a plural that reads oddly.
fn singular(money: &str) -> String {
    match money.strip_suffix('s') {
        Some(one) if money.ends_with("euros") || money.ends_with("dollars") || money.ends_with("pounds") => {
            one.to_owned()
        }
        _ => money.to_owned(),
    }
}

fn savings(c: &Comparison, plot: Option<&Plot>) -> Option<Section> {
    let mut order: Vec<(usize, f64, [f64; 2])> = c
        .rows
        .iter()
        .enumerate()
        .filter(|(_, row)| row.cost <= c.budget)
        .filter_map(|(i, row)| row.saved.map(|(mean, ci)| (i, mean, ci)))
        .collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    order.first()?;
    let mut table = Table::new([
        Column::words(format!("Portfolio{}", within(c))),
        Column::numbers(capital(&super::draw::cost_title(c))),
        Column::numbers("Lost").note("mean"),
        Column::numbers("Saved").note(format!("{} % interval for all together", number(c.percent))),
        Column::numbers("Runs"),
    ]);
    for (i, mean, ci) in order.iter().take(MAX_ROWS) {
        let row = &c.rows[*i];
        table.push([
            Cell::from(row.name.as_str()).tone(if row.winner { Tone::Strong } else { Tone::Plain }),
            Cell::new(number(row.cost)),
            Cell::new(number(row.loss)),
            Cell::new(number(*mean)).note(interval(*mean, *ci, &c.unit)),
            Cell::new(format::count(row.runs)),
        ]);
    }
    if order.len() > MAX_ROWS {
        table.more = format!("{} more are in compare.csv.", format::count((order.len() - MAX_ROWS) as u64));
    }
    let mut section = Section::new("What each saves");
    section.blocks.extend(plot.map(Block::from));
    Some(section.with(Block::Heading("Those that save most".to_owned())).with(table))
}

fn bought(c: &Comparison, plot: &Plot) -> Section {
    let mut section = Section::new("What the money buys").with(plot);
    if let (Some(row), Some((_, best))) = (c.as_good.and_then(|i| c.rows.get(i)), winner(c)) {
        section = section.text(format!(
            "As good but for a difference that does not matter, and cheaper by {}: {}.",
            money(c, best.cost - row.cost),
            named(c, row)
        ));
    }
    section
}

fn certainty(c: &Comparison, plot: Option<&Plot>) -> Section {
    let mut section = Section::new("How sure the choice is");
    let Some(choice) = &c.choice else { return section.text("Nothing could be chosen.") };
    let zone = quantity(choice.indifference, &c.unit);
    section = section.text(format!(
        "Portfolios raced against each other on the same draws (the procedure of Kim and Nelson): one that is clearly worse rests. \
         With at least {}\u{a0}% probability the one chosen is the best of those compared, or worse by no more than {zone}, once the \
         race is decided. {}",
        number(c.percent),
        match choice.decided {
            true => format!("It was decided after {}.", crate::names::runs(choice.runs)),
            false => format!(
                "It is not: {} are done, {} would be enough in any case.",
                crate::names::runs(choice.runs),
                format::count(choice.enough)
            ),
        }
    ));
    if choice.left_out > 0 {
        section = section.text(format!(
            "{} more portfolios fit the budget and were not in the race; the promise does not speak of them. {}",
            format::count(choice.left_out),
            choice.search
        ));
    }
    if let Some((mean, ci)) = c.fresh {
        let in_race = winner(c).and_then(|(_, row)| row.saved).map(|(mean, _)| mean);
        let text = in_race.map(|raced| {
            format!(
                "Whoever wins was also lucky: in the race it saved {}, on fresh runs {}.",
                number(raced),
                format::estimate_at(mean, ci, &c.unit, c.percent)
            )
        });
        section.blocks.extend(text.map(Block::Text));
    }
    section.blocks.extend(plot.map(Block::from));
    if c.worlds.is_none() {
        let why = match c.uncertain {
            0 => "No value of the scenario is declared uncertain (`uncertain`)".to_owned(),
            n => format!("{} values are declared uncertain, and were not varied here", format::count(n)),
        };
        section = section.with(Block::Note(format!(
            "{why}: how probable it is that another portfolio is better because an assumption is wrong is not known."
        )));
    }
    section
}

/// Which assumption turns the order, at which value; and what was varied.
fn assumptions(c: &Comparison) -> Option<Section> {
    let worlds = c.worlds.as_ref()?;
    let mut section = Section::new("What would turn the choice").text(format!(
        "{} sets of values of the {} uncertain parameters were tried ({}), with {} for each portfolio and set.",
        format::count(worlds.samples),
        worlds.parameters.len(),
        worlds.design,
        crate::names::runs(worlds.runs)
    ));
    let mut flips = Table::new([
        Column::words("If"),
        Column::words("then this loses less"),
        Column::numbers("Equal at").note(format!("{} % interval", number(c.percent))),
        Column::numbers("Probability").note("that it lies beyond"),
    ]);
    for flip in &worlds.flips {
        let Some((parameter, rival)) = worlds.parameters.get(flip.parameter).zip(c.rows.get(flip.rival))
        else {
            continue;
        };
        let ends = flip.interval.map(|ci| format::range(flip.at, ci, &parameter.unit)).unwrap_or_default();
        flips.push([
            Cell::from(beyond(parameter, flip)),
            Cell::from(rival.name.as_str()),
            Cell::new(value(parameter, flip.at)).note(ends),
            Cell::new(percent(flip.beyond)),
        ]);
    }
    section = if flips.rows.is_empty() {
        section.text(
            "No single assumption turns the order within what is thought possible; several together may.",
        )
    } else {
        section.text("One assumption at a time, all others as assumed:").with(flips)
    };
    let steady: Vec<String> = worlds
        .steady
        .iter()
        .filter_map(|place| c.rows.get(*place))
        .map(|row| row.name.clone())
        .take(8)
        .collect();
    if !steady.is_empty() {
        section = section
            .text(format!("Against these no single assumption turns the order: {}.", steady.join("; ")));
    }
    let mut table = Table::new([
        Column::words("Uncertain"),
        Column::numbers("Runs use"),
        Column::numbers("5 to 95\u{a0}%"),
        Column::numbers("Influence").note("rank correlation with the lead of the best"),
        Column::words("Source").note("confidence"),
    ]);
    for parameter in &worlds.parameters {
        let name = if parameter.name.is_empty() { &parameter.id } else { &parameter.name };
        table.push([
            Cell::from(name.as_str()).note(parameter.id.as_str()),
            Cell::new(value(parameter, parameter.central)),
            Cell::new(format::range(parameter.central, parameter.range, &parameter.unit)),
            Cell::new(parameter.influence.map_or_else(|| "–".to_owned(), signed)),
            Cell::from(parameter.source.as_str()).note(parameter.confidence.as_str()),
        ]);
    }
    Some(section.with(Block::Heading("What is taken to be uncertain".to_owned())).with(table))
}

/// `+0.62`, `−0.18`.
fn signed(rho: f64) -> String {
    if !rho.is_finite() {
        return "–".to_owned();
    }
    format!("{}{:.2}", if rho < 0.0 { "−" } else { "+" }, rho.abs())
}

fn threats(c: &Comparison, plot: &Plot) -> Section {
    let best: Vec<String> = criteria(c)
        .into_iter()
        .filter(|(_, places)| !places.is_empty())
        .map(|(name, places)| {
            let names: Vec<String> = places.iter().map(|place| c.rows[*place].name.clone()).collect();
            format!("{}: {}", capital(name), listed(&names))
        })
        .collect();
    Section::new("Against other threats")
        .text(
            "How probable each threat is nobody knows. Regret is what a portfolio loses more than the best one against the same threat: what \
             one would wish to have chosen otherwise.",
        )
        .with(plot)
        .with(Block::Heading("The best by each criterion".to_owned()))
        .with(Block::List(best))
}

fn large_losses(plot: &Plot) -> Section {
    Section::new("How probable large losses are").with(plot)
}

fn requirements(c: &Comparison, plot: Option<&Plot>) -> Option<Section> {
    let asked: Vec<&Compliance> = c.requirements.iter().filter(|asked| !asked.answers.is_empty()).collect();
    asked.first()?;
    let mut section = Section::new("Which requirements are met").text(
        "Each says that the level of a group stays at or above a limit with some probability. The verdict compares the exact 95\u{a0}% \
         interval of the share of runs in which it held with what is asked.",
    );
    section.blocks.extend(plot.map(Block::from));
    section.blocks.extend(asked.chunks(IN_TABLE).map(|some| Block::Table(verdicts(c, some))));
    Some(section)
}

/// Portfolios by requirement.
fn verdicts(c: &Comparison, asked: &[&Compliance]) -> Table {
    let heads = asked.iter().map(|requirement| {
        let note = format!("{}, asked in {} of runs", requirement.group, percent(requirement.asked));
        Column::words(requirement.name.as_str()).note(note)
    });
    let mut table = Table::new(std::iter::once(Column::words("Portfolio")).chain(heads));
    let places = asked.first().into_iter().flat_map(|first| first.answers.iter().map(|(place, _)| *place));
    for (place, row) in places.filter_map(|place| Some((place, c.rows.get(place)?))) {
        let name = Cell::from(row.name.as_str()).tone(if row.winner { Tone::Strong } else { Tone::Plain });
        let cells = asked.iter().map(|requirement| {
            let Some((_, answer)) = requirement.answers.iter().find(|(other, _)| *other == place) else {
                return Cell::new("–");
            };
            let (word, tone) = match answer.verdict {
                Verdict::Met => ("✓ met", Tone::Met),
                Verdict::NotMet => ("✗ not met", Tone::NotMet),
                Verdict::Undecided => ("? undecided", Tone::Undecided),
            };
            let share = format!("{} ({})", percent(answer.share), percent_range(answer.ci95));
            Cell::new(word).note(share).tone(tone)
        });
        table.push(std::iter::once(name).chain(cells));
    }
    table
}
