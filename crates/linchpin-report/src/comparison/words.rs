//! The answer of a comparison in words: what to do, for what money, what it saves, how sure that is, what it rests on.

use linchpin_analysis::findings::Verdict;

use super::{Comparison, ComparisonRow, FlipRow, InWorlds, OverAssumptions, ParameterRow, UnderThreats};
use crate::format::{self, estimate_at, number, percent, percent_range, quantity};

/// Names of options in a sentence.
const NAMED: usize = 6;

/// `46.5 million euros`.
pub(super) fn money(c: &Comparison, amount: f64) -> String {
    if c.money.is_empty() { number(amount) } else { format!("{}\u{a0}{}", number(amount), c.money) }
}

/// ` within 60 million euros`; empty where there is no budget.
pub(super) fn within(c: &Comparison) -> String {
    if c.budget.is_finite() { format!(" within {}", money(c, c.budget)) } else { String::new() }
}

/// The best, with its place.
pub(super) fn winner(c: &Comparison) -> Option<(usize, &ComparisonRow)> {
    c.rows.iter().enumerate().find(|(_, row)| row.winner)
}

/// What the options of a portfolio are called: `“More diesel” and “A third crew”`.
pub(super) fn named(c: &Comparison, row: &ComparisonRow) -> String {
    let names: Vec<String> = row
        .options
        .iter()
        .filter_map(|option| c.options.get(*option))
        .map(|option| format!("“{}”", if option.name.is_empty() { &option.id } else { &option.name }))
        .collect();
    if names.is_empty() {
        return row.name.clone();
    }
    let more = names.len().saturating_sub(NAMED);
    let mut names: Vec<String> = names.into_iter().take(NAMED).collect();
    if more > 0 {
        names.push(format!("{more} more"));
    }
    listed(&names)
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// The answer, three sentences.
pub(super) fn answer(c: &Comparison) -> Vec<String> {
    let Some((place, best)) = winner(c) else {
        return vec![format!(
            "Nothing can be chosen: values of “{}” are not finite, or there were too few runs.",
            c.metric
        )];
    };
    if place == 0 {
        return vec![
            format!("Leave things as they are: no portfolio{} is known to lose less.", within(c)),
            sure(c, place, best),
        ];
    }
    vec![
        format!(
            "Best{}: {}. {} {}.",
            within(c),
            named(c, best),
            if best.options.len() > 1 { "Together they cost" } else { "It costs" },
            money(c, best.cost)
        ),
        saves(c, best),
        sure(c, place, best),
    ]
}

/// What it saves, on fresh draws where there are any.
fn saves(c: &Comparison, best: &ComparisonRow) -> String {
    let before = c.rows.first().map_or(f64::NAN, |row| row.loss);
    let share = |saved: f64| {
        let share = saved / before;
        if share.is_finite() && before > 0.0 { format!(", {} of", percent(share)) } else { " of".to_owned() }
    };
    let lost = format!("what is lost as it is ({})", quantity(before, &c.unit));
    match (c.fresh, best.saved) {
        (Some((mean, ci)), _) => format!(
            "It saves {}{} {lost}, measured on fresh runs that took no part in choosing.",
            estimate_at(mean, ci, &c.unit, c.percent),
            share(mean)
        ),
        (None, Some((mean, ci))) => format!(
            "It saves {}{} {lost}; the interval holds for all comparisons together.",
            estimate_at(mean, ci, &c.unit, c.percent),
            share(mean)
        ),
        (None, None) => "What it saves is not known.".to_owned(),
    }
}

/// How sure the choice is.
fn sure(c: &Comparison, place: usize, best: &ComparisonRow) -> String {
    let Some(over) = in_worlds(c, place) else { return chance(c) };
    let by_chance = match best.best {
        Some(share) => format!("{} as far as chance in the runs goes, and ", percent(share)),
        None => String::new(),
    };
    format!(
        "It is the best with probability {by_chance}{} ({}\u{a0}% CI {}) over what is not known.",
        percent(over.best),
        number(c.percent),
        percent_range(over.interval)
    )
}

fn in_worlds(c: &Comparison, place: usize) -> Option<&InWorlds> {
    c.worlds.as_ref()?.candidates.iter().find(|one| one.row == place)
}

/// What the race says.
fn chance(c: &Comparison) -> String {
    let Some(choice) = &c.choice else { return "How sure the choice is was not computed.".to_owned() };
    let zone = quantity(choice.indifference, &c.unit);
    if choice.decided {
        format!(
            "That no other portfolio compared is better by more than {zone} is known at {}\u{a0}% after {}, as far as chance in \
             the runs goes.",
            number(c.percent),
            crate::names::runs(choice.runs)
        )
    } else {
        format!(
            "The runs do not settle it at {}\u{a0}% yet: {} are done, {} are enough in any case (differences up to {zone} are taken \
             not to matter).",
            number(c.percent),
            format::count(choice.runs),
            format::count(choice.enough)
        )
    }
}

/// The rest of the first screen, by label.
pub(super) fn points(c: &Comparison) -> Vec<(String, String)> {
    let Some((place, best)) = winner(c) else { return Vec::new() };
    let mut points = Vec::new();
    let mut add = |label: &str, text: Option<String>| {
        points.extend(text.filter(|text| !text.is_empty()).map(|text| (label.to_owned(), text)));
    };
    add("Cheaper, as good", c.as_good.and_then(|i| c.rows.get(i)).map(|row| cheaper(c, row)));
    add("Chance in the runs", in_worlds(c, place).map(|_| chance(c)));
    add("What would turn it", c.worlds.as_ref().map(|worlds| turns(c, worlds)));
    add("Other threats", c.threats.as_ref().map(|_| against(c, place)));
    add("Requirements", requirements(c, place));
    add("It rests on", Some(rests(c, best)));
    points
}

fn cheaper(c: &Comparison, row: &ComparisonRow) -> String {
    let zone = c.choice.as_ref().map_or(0.0, |choice| choice.indifference);
    format!(
        "{}, for {}: worse by no more than {}, which is taken not to matter.",
        named(c, row),
        money(c, row.cost),
        quantity(zone, &c.unit)
    )
}

/// A value of a parameter: `5.2 h`, `0.8`.
pub(super) fn value(parameter: &ParameterRow, value: f64) -> String {
    quantity(value, &parameter.unit)
}

/// `“Battery life” above 5.2 h`.
pub(super) fn beyond(parameter: &ParameterRow, flip: &FlipRow) -> String {
    let side = if flip.above { "above" } else { "below" };
    let name = if parameter.name.is_empty() { &parameter.id } else { &parameter.name };
    format!("“{name}” {side} {}", value(parameter, flip.at))
}

/// The most probable assumption that would turn the order.
fn turns(c: &Comparison, worlds: &OverAssumptions) -> String {
    let told = worlds.flips.iter().find_map(|flip| {
        let (parameter, rival) = (worlds.parameters.get(flip.parameter)?, c.rows.get(flip.rival)?);
        Some(format!(
            "{} (probability {}): then {} loses less.",
            beyond(parameter, flip),
            percent(flip.beyond),
            rival.name
        ))
    });
    told.unwrap_or_else(|| {
        let n = worlds.parameters.len();
        format!("None of the {n} uncertain values alone, within what is thought possible.")
    })
}

/// Best by each criterion, with its name: criterion and places.
pub(super) fn criteria(c: &Comparison) -> Vec<(&'static str, Vec<usize>)> {
    let Some(threats) = &c.threats else { return Vec::new() };
    let of = |key: fn(&UnderThreats) -> f64| -> Vec<usize> {
        let values = threats.candidates.iter().filter(|one| one.row < c.rows.len());
        let least = values.clone().map(key).filter(|v| v.is_finite()).fold(f64::INFINITY, f64::min);
        values.filter(|one| key(one) <= least && least.is_finite()).map(|one| one.row).collect()
    };
    vec![
        ("least mean regret", of(|one| one.mean_regret)),
        ("least worst regret", of(|one| one.worst_regret)),
        ("tolerable against most threats", of(|one| -one.satisfied)),
        ("least mean loss in the worst twentieth of runs", of(|one| one.shortfall.unwrap_or(f64::NAN))),
    ]
}

fn against(c: &Comparison, place: usize) -> String {
    let count = c.threats.as_ref().map_or(0, |threats| threats.threats.len());
    let criteria: Vec<_> = criteria(c).into_iter().filter(|(_, places)| !places.is_empty()).collect();
    let (mine, others): (Vec<_>, Vec<_>) = criteria.iter().partition(|(_, places)| places.contains(&place));
    let names = |list: &[&(&str, Vec<usize>)]| {
        listed(&list.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>())
    };
    match (mine.is_empty(), others.is_empty()) {
        (_, true) => format!("Over {count} threats it is the best by every criterion."),
        (true, _) => format!("Over {count} threats others are better by every criterion: see below."),
        _ => format!(
            "Over {count} threats it is the best by these criteria: {}; another one is by: {}.",
            names(&mine),
            names(&others)
        ),
    }
}

fn requirements(c: &Comparison, place: usize) -> Option<String> {
    let of = |place: usize| -> Vec<(&str, Verdict)> {
        let answer = |asked: &super::Compliance| {
            asked.answers.iter().find(|(p, _)| *p == place).map(|(_, a)| a.verdict)
        };
        c.requirements.iter().filter_map(|asked| Some((asked.name.as_str(), answer(asked)?))).collect()
    };
    let (with, before) = (of(place), of(0));
    if with.is_empty() {
        return None;
    }
    let met = |list: &[(&str, Verdict)]| list.iter().filter(|(_, verdict)| *verdict == Verdict::Met).count();
    let missed: Vec<String> = with
        .iter()
        .filter(|(_, verdict)| *verdict != Verdict::Met)
        .take(3)
        .map(|(name, verdict)| {
            let word = if *verdict == Verdict::NotMet { "not met" } else { "undecided" };
            format!("“{name}” {word}")
        })
        .collect();
    let mut text =
        format!("{} of {} met with it in this model, {} as it is", met(&with), with.len(), met(&before));
    if !missed.is_empty() {
        text.push_str(&format!("; {}", listed(&missed)));
    }
    Some(text + ".")
}

fn rests(c: &Comparison, best: &ComparisonRow) -> String {
    let uncertain = match &c.worlds {
        Some(worlds) => {
            format!("{} values declared uncertain, all others as assumed", worlds.parameters.len())
        }
        None if c.uncertain > 0 => "all values as assumed, though some are declared uncertain".to_owned(),
        None => "all values as assumed: none is declared uncertain".to_owned(),
    };
    format!(
        "{} with it and as it is on the same draws; effects and costs of options as the scenario writes them; {uncertain}.",
        crate::names::runs(best.runs)
    )
}
