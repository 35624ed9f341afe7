//! What a run comes to, on one screen.

use crate::number::{count, number, wall_time, with_interval};
use linchpin_analysis::findings::{Findings, MetricSummary, RequirementResult, Verdict};
use linchpin_ensemble::Timings;
use std::fmt::Write;
use std::path::Path;

/// The findings in short. `headline` is the id of the headline metric; `wall` is how long the replications and the
/// whole process took.
pub fn brief(findings: &Findings, headline: &str, folder: &Path, wall: Option<(&Timings, f64)>) -> String {
    let mut out = String::new();
    let study = &findings.study;
    // Writing to a string cannot fail.
    if study.exercise {
        let _ = writeln!(out, "EXERCISE");
    }
    let _ = writeln!(out, "{}  [{}]", study.name, study.marking);
    if let Some(metric) = findings.metrics.iter().find(|metric| metric.id == headline) {
        let _ = writeln!(out, "{}: {}", metric.name, value(metric));
    }
    push_services(&mut out, findings, headline);
    push_requirements(&mut out, &findings.requirements);
    for (reason, times) in &study.failed {
        let noun = if *times == 1 { "replication" } else { "replications" };
        let _ = writeln!(out, "\n{} {noun} left out: {reason}", count(*times));
    }
    out.push('\n');
    push_wall(&mut out, findings, wall);
    let _ = writeln!(out, "study hash  {}", study.study_hash);
    let _ = writeln!(out, "report      {}", folder.join("report.html").display());
    out
}

/// `41,200 (95 % CI 39,800 to 42,700) person-hours`.
fn value(metric: &MetricSummary) -> String {
    match (metric.mean, metric.ci95) {
        (Some(mean), Some(ci95)) => format!("{} {}", with_interval(mean, ci95), metric.unit),
        (Some(mean), None) => format!("{} {}", number(mean), metric.unit),
        (None, _) => {
            let share = number(100.0 * metric.not_reached);
            let median = metric.quantiles[2].map_or_else(|| "not reached".to_owned(), number);
            format!(
                "median {median} {}; not reached by the horizon in {share} % of replications",
                metric.unit
            )
        }
    }
}

fn push_services(out: &mut String, findings: &Findings, headline: &str) {
    let services: Vec<&MetricSummary> = findings
        .metrics
        .iter()
        .filter(|metric| metric.kind == "person_hours" && metric.id.matches('/').count() == 1)
        .filter(|metric| metric.id != headline)
        .collect();
    for metric in services {
        let _ = writeln!(out, "{}: {}", metric.name, value(metric));
    }
}

/// Each requirement once, with a line for each group it is asked of.
fn push_requirements(out: &mut String, requirements: &[RequirementResult]) {
    if requirements.is_empty() {
        return;
    }
    let _ = writeln!(out, "\nRequirements, in this model:");
    for places in requirements.chunk_by(|a, b| a.id == b.id) {
        let _ = writeln!(out, "  {}, with probability {}:", places[0].name, number(places[0].asked));
        let widest = places.iter().map(|place| place.group.chars().count()).max().unwrap_or(0);
        for place in places {
            let verdict = match place.verdict {
                Verdict::Met => "met",
                Verdict::NotMet => "not met",
                Verdict::Undecided => "undecided",
            };
            let probability = with_interval(place.probability, place.ci95);
            let _ = writeln!(out, "    {:<widest$}  {verdict:<9}  {probability}", place.group);
        }
    }
}

fn push_wall(out: &mut String, findings: &Findings, wall: Option<(&Timings, f64)>) {
    let study = &findings.study;
    let events = number(study.events_mean);
    let _ = write!(out, "{} replications, {events} events each", count(study.replications));
    if let Some((timings, whole_s)) = wall {
        let threads =
            if timings.threads == 1 { "1 thread".to_owned() } else { format!("{} threads", timings.threads) };
        let _ = write!(
            out,
            ": {} computed in {} on {threads}; {} in all",
            count(timings.computed),
            wall_time(timings.replications_s),
            wall_time(whole_s)
        );
    }
    let _ = writeln!(out, " (stopped: {})", study.stopped);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metric(id: &str, mean: Option<f64>) -> MetricSummary {
        MetricSummary {
            id: id.to_owned(),
            name: format!("Person-hours without {id}"),
            unit: "person-hours".to_owned(),
            kind: "person_hours".to_owned(),
            mean,
            ci95: mean.map(|mean| [0.9 * mean, 1.1 * mean]),
            not_reached: if mean.is_some() { 0.0 } else { 0.25 },
            quantiles: [Some(1.0), Some(2.0), Some(3.0), Some(4.0), None],
            ..MetricSummary::default()
        }
    }

    #[test]
    fn the_screen_has_values_intervals_verdicts_and_times() {
        let mut findings = Findings {
            metrics: vec![
                metric("person_hours/water", Some(1000.0)),
                metric("person_hours/water/north", Some(600.0)),
                metric("person_hours/cash", None),
            ],
            requirements: vec![RequirementResult {
                name: "Hospitals keep power".to_owned(),
                group: "hospitals".to_owned(),
                probability: 0.5,
                ci95: [0.4, 0.6],
                asked: 0.9,
                verdict: Verdict::NotMet,
                ..RequirementResult::default()
            }],
            ..Findings::default()
        };
        findings.study.failed = vec![("too many events".to_owned(), 2)];
        findings.study.replications = 9998;
        let timings = Timings { threads: 2, computed: 10_000, replications_s: 0.924, whole_s: 1.1 };
        let text = brief(&findings, "person_hours/water", Path::new("studies/a"), Some((&timings, 2.345)));
        for part in [
            "without person_hours/water: 1,000 (95 % CI 900 to 1,100) person-hours",
            "without person_hours/cash: median 3 person-hours; not reached by the horizon in 25 % of",
            "  Hospitals keep power, with probability 0.9:\n    hospitals  not met    0.50 (95 % CI 0.40 to 0.60)",
            "2 replications left out: too many events",
            "9,998 replications, 0 events each: 10,000 computed in 0.92 s on 2 threads; 2.35 s in all",
            "report.html",
        ] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
        assert!(!text.contains("north"), "{text}");
    }
}
