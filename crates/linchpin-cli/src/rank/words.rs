//! A ranking in words.

use super::cuts::{MOST, ServiceCuts};
use super::told::{CONFIDENCE, Told};
use crate::number::{count, number, with_interval};
use linchpin_analysis::rank::Standing;
use linchpin_ensemble::Verdict;
use linchpin_model::time::format_duration;
use std::fmt::Write;

/// Cut sets and illusions in a list.
const LISTED: usize = 8;

/// In words: protections first.
pub fn text(told: &Told<'_>) -> String {
    let mut out = String::new();
    let loss = &told.standings.loss;
    let _ = writeln!(
        out,
        "{} as it is: {} {}, over {} replications.\n",
        told.metric.name,
        with_interval(loss.mean, loss.interval),
        told.metric.unit,
        count(told.found.as_it_is.len() as u64)
    );
    let unit = &told.scaled(&told.standings.spared).unit;
    let title = format!("Worth most to protect: {unit} spared in a run if it alone never failed.");
    table(told, &mut out, [&title, "spared", "asset"], &told.standings.spared, 0);
    out.push('\n');
    let unit = &told.scaled(&told.standings.out).unit;
    let title = format!(
        "Missed most: {unit} lost in a run without the threat if it alone is out for\n{}.",
        told.outage()
    );
    table(told, &mut out, [&title, "lost", "asset"], &told.standings.out, 0);
    if told.assets < told.ranking.items.len() {
        push_needs(told, &mut out);
    }
    let _ = writeln!(
        out,
        "\nIntervals hold at {} % for all {} together; ranks are those that chance leaves.",
        100.0 * CONFIDENCE,
        count(told.assets as u64)
    );
    push_agreement(told, &mut out);
    push_illusions(told, &mut out);
    if let Some(cuts) = told.cuts {
        push_cuts(told, cuts, &mut out);
    }
    if told.found.failed > 0 {
        let _ = writeln!(
            out,
            "\n{} replications came to no end in one of their runs and are left out.",
            count(told.found.failed)
        );
    }
    out
}

fn push_needs(told: &Told<'_>, out: &mut String) {
    out.push('\n');
    let unit = &told.scaled(&told.standings.needs_spared).unit;
    let title =
        format!("Needs worth most to meet: {unit} spared in a run if one alone never lacked anything.");
    table(told, out, [&title, "spared", "need"], &told.standings.needs_spared, told.assets);
    out.push('\n');
    let unit = &told.scaled(&told.standings.needs_out).unit;
    let title = format!(
        "Needs missed most: {unit} lost in a run without the threat if nothing arrives at it for\n{}.",
        told.outage()
    );
    table(told, out, [&title, "lost", "need"], &told.standings.needs_out, told.assets);
}

/// Rows of what is ranked from `first` on.
fn table(
    told: &Told<'_>,
    out: &mut String,
    [title, head, what]: [&str; 3],
    standings: &[Standing],
    first: usize,
) {
    let order = told.order(standings);
    let _ = writeln!(out, "{title}\n");
    if order.is_empty() {
        out.push_str("  None makes a difference.\n");
        return;
    }
    let (top, scaled) = (format!("P top {}", told.top), told.scaled(standings));
    let _ = writeln!(out, "{head:>8}  {:<20}  {:>9}  {top:>9}  {what}", "", "rank");
    for i in order.iter().take(told.top) {
        let s = &standings[*i];
        let (mean, interval) = scaled.text(s);
        let share = format!("{:.0} %", 100.0 * s.top);
        let _ = writeln!(
            out,
            "{mean:>8}  {interval:<20}  {:>9}  {share:>9}  {}",
            ranks(s.ranks),
            told.name(first + *i)
        );
    }
    if order.len() > told.top {
        let more = count((order.len() - told.top) as u64);
        let _ = writeln!(out, "{:>8}  {more} more matter at all: rank.json", "...");
    }
}

/// `3`, `1 to 4`.
pub fn ranks([low, high]: [u32; 2]) -> String {
    if low == high { low.to_string() } else { format!("{low} to {high}") }
}

/// How far drawings of the network agree, in a sentence.
pub fn agreement(told: &Told<'_>) -> Option<String> {
    let [spared_degree, spared_between, out_degree, out_between] = told.agreement().map(|(.., r)| r);
    let text = |r: Option<f64>| r.map(|r| format!("{r:.2}"));
    let out = text(out_degree).zip(text(out_between));
    let spared = text(spared_degree).zip(text(spared_between));
    let mut parts = Vec::new();
    if let Some((degree, between)) = out {
        parts.push(format!("loss when out with degree {degree}, with betweenness {between}"));
    }
    if let Some((degree, between)) = spared {
        parts.push(format!("loss spared with degree {degree}, with betweenness {between}"));
    }
    (!parts.is_empty())
        .then(|| format!("Rank correlation (Spearman) with a drawing of the network: {}.", parts.join("; ")))
}

fn push_agreement(told: &Told<'_>, out: &mut String) {
    if let Some(text) = agreement(told) {
        let _ = writeln!(out, "{}", wrapped(&text));
    }
}

fn push_illusions(told: &Told<'_>, out: &mut String) {
    if told.illusions.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "\nRedundancy that is an illusion: providers that would fail together ({} found).\n",
        count(told.illusions.len() as u64)
    );
    let _ = writeln!(out, "{:>10}  {:>5}  shared", "people", "needs");
    for illusion in told.illusions.iter().take(LISTED) {
        let (kind, name) = told.shared(illusion.shared);
        let _ = writeln!(
            out,
            "{:>10}  {:>5}  {kind}: {name} ({})",
            number(illusion.people),
            illusion.needs.len(),
            told.some_names(&illusion.providers)
        );
    }
    if told.illusions.len() > LISTED {
        let _ = writeln!(out, "{:>10}  {} more: rank.json", "...", told.illusions.len() - LISTED);
    }
}

/// `1 pair`, `2 pairs`.
fn counted(number: u64, what: &str) -> String {
    format!("{} {what}{}", count(number), if number == 1 { "" } else { "s" })
}

/// A paragraph in lines of at most 100 characters, but for longer words.
fn wrapped(text: &str) -> String {
    const WIDTH: usize = 100;
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}

/// What was found of cut sets, in some sentences.
pub fn cuts_summary(told: &Told<'_>, cuts: &ServiceCuts) -> Vec<String> {
    let service = &told.model.services[cuts.service.index()].name;
    let of_size = |size: usize| cuts.sets.iter().filter(|set| set.assets.len() == size).count() as u64;
    let pairs: usize = cuts.sets.iter().map(|set| set.points.len()).sum();
    let confirmed: usize = cuts.sets.iter().map(|set| set.confirmed()).sum();
    let holds = |verdict: &Verdict| matches!(verdict, Verdict::HoldsOut(_));
    let held: usize =
        cuts.sets.iter().map(|set| set.points.iter().filter(|(_, verdict)| holds(verdict)).count()).sum();
    let at = match cuts.points.as_slice() {
        [point] => told.model.name(point.node).to_owned(),
        points => format!("at least one of {} delivery points", count(points.len() as u64)),
    };
    let mut text = vec![format!(
        "Minimal cut sets of {service}: {}, {} and {} take down {at}, with none to spare.",
        counted(of_size(1), "single asset"),
        counted(of_size(2), "pair"),
        counted(of_size(3), "triple")
    )];
    text.push(format!(
        "By the structure alone, every reserve spent. The engine took each out from the start on: it confirms {} of {}; {} hold out to the end on reserves or otherwise, {} fail with fewer.",
        count(confirmed as u64),
        count(pairs as u64),
        count(held as u64),
        count((pairs - confirmed - held) as u64)
    ));
    if !cuts.coherent {
        text.push("A response curve that falls, or a network that goes by its largest part, may leave sets unfound.".to_owned());
    }
    let cut_short = cuts.points.iter().filter(|point| !point.found.complete).count();
    if cut_short > 0 {
        text.push(format!("At {cut_short} delivery points there are more sets than are listed."));
    }
    let anyway = cuts.points.iter().filter(|point| point.found.fails_anyway).count();
    if anyway > 0 {
        text.push(format!("{anyway} delivery points fail with nothing out."));
    }
    text
}

fn push_cuts(told: &Told<'_>, cuts: &ServiceCuts, out: &mut String) {
    let _ = writeln!(out);
    for sentence in cuts_summary(told, cuts) {
        let _ = writeln!(out, "{}", wrapped(&sentence));
    }
    if cuts.sets.is_empty() {
        let _ = writeln!(out, "No set of up to {MOST} assets does it.");
        return;
    }
    let _ = writeln!(out, "\n{:>10}  {:>8}  {:>10}  out together", "people", "points", "after");
    for set in cuts.sets.iter().take(told.top) {
        let _ = writeln!(
            out,
            "{:>10}  {:>8}  {:>10}  {}",
            number(set.people),
            set.points.len(),
            after(set),
            told.names(&set.assets)
        );
    }
    if cuts.sets.len() > told.top {
        let _ =
            writeln!(out, "{:>10}  {} more: rank.json", "...", count((cuts.sets.len() - told.top) as u64));
    }
}

/// When the first delivery point failed in the engine.
pub fn after(set: &super::cuts::Set) -> String {
    let times = set.points.iter().filter_map(|(_, verdict)| match verdict {
        Verdict::Confirmed { after } => Some(*after),
        _ => None,
    });
    match times.min() {
        Some(0) => "at once".to_owned(),
        Some(after) => format_duration(after.into()),
        None => "holds out".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{counted, ranks, wrapped};

    #[test]
    fn words_are_put_together_well() {
        assert_eq!(
            [counted(0, "pair"), counted(1, "pair"), counted(2000, "pair")],
            ["0 pairs", "1 pair", "2,000 pairs"]
        );
        assert_eq!([ranks([3, 3]), ranks([1, 12])], ["3", "1 to 12"]);
        let text = "word ".repeat(45);
        let lines = wrapped(text.trim());
        assert!(lines.lines().count() == 3 && lines.lines().all(|line| line.len() <= 100), "{lines}");
        assert_eq!(wrapped(""), "");
    }
}
