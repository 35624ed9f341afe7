//! The answer in three sentences, put together from the findings.

mod contest;

use linchpin_analysis::findings::{Findings, MetricSummary, RequirementResult, Verdict};

use crate::format::{self, estimate, hours, percent, percent_range};
use crate::names;

/// Longest name in a sentence, in characters.
const NAME_CHARS: usize = 100;

/// What was found, in sentences: who loses most for how long; how loss spreads; whether requirements hold.
pub(crate) fn answer(findings: &Findings) -> Vec<String> {
    if findings.study.replications == 0 {
        return vec![format!("No run was finished, so there is no answer.{}", failures(findings))];
    }
    let mut answer: Vec<String> = [headline(findings), spreading(findings)].into_iter().flatten().collect();
    answer.extend(contest::sentences(findings));
    answer.extend(verdicts(findings));
    answer
}

/// Runs that could not be finished, with their reasons; empty where all were.
pub(crate) fn failures(findings: &Findings) -> String {
    let failed: u64 = findings.study.failed.iter().map(|(_, n)| n).sum();
    if failed == 0 {
        return String::new();
    }
    let reasons: Vec<String> =
        findings.study.failed.iter().map(|(why, n)| format!("{why} ({})", format::count(*n))).collect();
    format!(" {} could not be finished: {}.", names::runs(failed), reasons.join("; "))
}

/// The first characters of a name that is too long for a sentence.
fn short(name: &str) -> String {
    let name = crate::text::clean(name);
    match name.char_indices().nth(NAME_CHARS) {
        Some((end, _)) => format!("{}…", name[..end].trim_end()),
        None => name,
    }
}

/// The service with most person-hours: how many, where, and how long until it is back.
fn headline(findings: &Findings) -> Option<String> {
    let of_services = |m: &&MetricSummary| {
        m.kind == "person_hours"
            && matches!(names::service_of(&m.group), Some((_, None)))
            && names::mean(m).is_some()
    };
    let worst = findings.metrics.iter().filter(of_services).max_by(|a, b| {
        // The first of equals, so that the order of the findings decides.
        names::mean(a)
            .unwrap_or(0.0)
            .total_cmp(&names::mean(b).unwrap_or(0.0))
            .then(std::cmp::Ordering::Greater)
    });
    let Some(worst) = worst else { return custom_headline(findings) };
    let mean = names::mean(worst)?;
    if mean <= 0.0 {
        return Some("In no run is anyone without any of the services.".to_owned());
    }
    let service = short(names::group(findings, &worst.group));
    let loss = estimate(mean, worst.ci95, &worst.unit);
    let mut sentence = format!("The greatest loss is in {service}: {loss} in the mean");
    if let Some(part) = worst_region(findings, worst) {
        sentence.push_str(&part);
    }
    if let Some(high) = worst.quantiles[4] {
        sentence.push_str(&format!(", and more than {} in one run of twenty", format::number(high)));
    }
    if let Some(back) = names::metric(findings, "restore_95", &worst.group) {
        sentence.push_str(&format!("; {}", recovery(back, findings.study.horizon_h)));
    }
    Some(sentence + ".")
}

/// Without services: the first metric of lost service.
fn custom_headline(findings: &Findings) -> Option<String> {
    let metric = findings.metrics.iter().find(|m| m.kind == "lost_service" && names::mean(m).is_some())?;
    let lost = estimate(names::mean(metric)?, metric.ci95, &metric.unit);
    Some(format!("{}: {lost} at full level are lost in the mean.", short(&metric.name)))
}

fn worst_region(findings: &Findings, total: &MetricSummary) -> Option<String> {
    let (service, _) = names::service_of(&total.group)?;
    let in_regions = |m: &&MetricSummary| {
        m.kind == "person_hours"
            && names::service_of(&m.group).is_some_and(|s| s.0 == service && s.1.is_some())
    };
    let parts: Vec<&MetricSummary> = findings.metrics.iter().filter(in_regions).collect();
    let most = parts.iter().max_by(|a, b| a.mean.unwrap_or(0.0).total_cmp(&b.mean.unwrap_or(0.0)))?;
    let share = names::mean(most)? / names::mean(total)?;
    (parts.len() > 1 && share.is_finite()).then(|| {
        format!(", {} of them in {}", percent(share.min(1.0)), short(names::region(findings, &most.group)))
    })
}

/// How long until 95 % of a service is back, with what is not restored said in words.
fn recovery(metric: &MetricSummary, horizon_h: f64) -> String {
    let not_restored = not_restored(metric.not_reached, horizon_h);
    let Some(median) = metric.quantiles[2] else {
        let words = not_restored.map(|words| format!("95\u{a0}% of it is {words}"));
        return words.unwrap_or_else(|| "when it is back is not known".to_owned());
    };
    if median <= 0.0 && metric.not_reached <= 0.0 {
        return "in at least half of the runs it never falls below 95\u{a0}%".to_owned();
    }
    let bad = match metric.quantiles[4] {
        Some(high) if high > median => format!(", in 19 of 20 within {}", hours(high)),
        _ => String::new(),
    };
    let half = format!(
        "in half of the runs 95\u{a0}% of it is back for good within {} of the first fall{bad}",
        hours(median)
    );
    match not_restored {
        Some(words) => format!("{half}; it is {words}"),
        None => half,
    }
}

/// `not restored within 14 days in 12 % of runs`; none where it always was.
fn not_restored(share: f64, horizon_h: f64) -> Option<String> {
    (share > 0.0).then(|| format!("not restored within {} in {} of runs", hours(horizon_h), percent(share)))
}

/// How much of the loss was passed on, by whom, and how large cascades get.
fn spreading(findings: &Findings) -> Option<String> {
    let attribution = &findings.attribution;
    let passed_on: Vec<f64> =
        attribution.induced.iter().map(|row| row.iter().filter(|v| v.is_finite()).sum()).collect();
    let induced: f64 = passed_on.iter().sum();
    let direct: f64 = attribution.direct.iter().filter(|v| v.is_finite()).sum();
    let size = names::metric(findings, "cascade_size", "cascade");
    let cascade = size.and_then(|m| Some((names::mean(m)?, m.ci95))).map(|(mean, ci)| {
        format!("{} of {} assets fail", estimate(mean, ci, ""), format::count(findings.study.assets))
    });
    if induced + direct <= 0.0 {
        return cascade.map(|words| format!("In the mean {words}."));
    }
    let share = format!(
        "{} of the lost asset-hours are passed on from one asset to another",
        percent(induced / (induced + direct))
    );
    let most = (0..passed_on.len().min(attribution.sectors.len()))
        .max_by(|a, b| passed_on[*a].total_cmp(&passed_on[*b]));
    let by = most.filter(|_| induced > 0.0).map(|from| {
        let to = (0..attribution.sectors.len())
            .filter(|to| *to != from)
            .max_by(|a, b| cell(findings, from, *a).total_cmp(&cell(findings, from, *b)))
            .filter(|to| cell(findings, from, *to) > 0.0);
        let hit = to.map(|to| format!(", beside itself chiefly to {}", short(&attribution.sectors[to])));
        let share = percent(passed_on[from] / induced);
        format!(", {share} of that by {}{}", short(&attribution.sectors[from]), hit.unwrap_or_default())
    });
    let in_mean = cascade.map(|words| format!("In the mean {words}; ")).unwrap_or_default();
    Some(format!("{in_mean}{share}{}.", by.unwrap_or_default()))
}

fn cell(findings: &Findings, from: usize, to: usize) -> f64 {
    let value = findings.attribution.induced.get(from).and_then(|row| row.get(to)).copied();
    value.filter(|v| v.is_finite()).unwrap_or(0.0)
}

/// How many requirements are met, and the one furthest from what is asked.
fn verdicts(findings: &Findings) -> Option<String> {
    let all = &findings.requirements;
    let count = |verdict: Verdict| all.iter().filter(|r| r.verdict == verdict).count();
    let missing = |r: &RequirementResult| r.asked - r.probability;
    let worst = all
        .iter()
        .filter(|r| r.verdict != Verdict::Met)
        .reduce(|a, b| if missing(b) > missing(a) { b } else { a });
    let (met, not_met, open) = (count(Verdict::Met), count(Verdict::NotMet), count(Verdict::Undecided));
    match (all.len(), worst) {
        (0, _) => None,
        (1, _) => all.first().map(|only| {
            let verdict = match only.verdict {
                Verdict::Met => "is met in this model",
                Verdict::NotMet => "is not met in this model",
                Verdict::Undecided => "can not be decided with so many runs",
            };
            format!("The requirement {verdict}: {}.", told(findings, only))
        }),
        (n, None) => Some(format!("All {n} requirements are met in this model.")),
        (n, Some(worst)) => {
            let is = |n: usize| if n == 1 { "is" } else { "are" };
            let mut parts = vec![format!("{met} {} met", is(met))];
            if not_met > 0 {
                parts.push(format!("{not_met} {} not", is(not_met)));
            }
            if open > 0 {
                parts.push(format!("{open} {} undecided", is(open)));
            }
            let verdicts = parts.join(", ");
            Some(format!(
                "Of {n} requirements {verdicts} in this model; furthest from what is asked: {}.",
                told(findings, worst)
            ))
        }
    }
}

/// `“name” (group) holds in 41 % of runs (95 % CI 40 to 42 %) where 95 % is asked`.
fn told(findings: &Findings, requirement: &RequirementResult) -> String {
    let name = if requirement.name.is_empty() { &requirement.id } else { &requirement.name };
    format!(
        "“{}” ({}) holds in {} of runs (95\u{a0}% CI {}) where {} is asked",
        short(name),
        short(&requirement_group(findings, &requirement.group)),
        percent(requirement.probability),
        percent_range(requirement.ci95),
        percent(requirement.asked)
    )
}

/// Name of the group that a requirement was asked of.
pub(crate) fn requirement_group(findings: &Findings, group: &str) -> String {
    if group == "jointly" {
        "all of them jointly".to_owned()
    } else {
        names::group(findings, group).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use linchpin_analysis::findings::StudyInfo;

    use super::*;

    fn plain(text: &str) -> String {
        text.replace('\u{a0}', " ")
    }

    #[test]
    fn recovery_tells_what_is_not_restored() {
        let check = |quantiles: [Option<f64>; 5], not_reached, expected: &str| {
            let metric = MetricSummary { quantiles, not_reached, ..MetricSummary::default() };
            assert_eq!(plain(&recovery(&metric, 336.0)), expected);
        };
        let half = "in half of the runs 95 % of it is back for good within 5 days of the first fall";
        check([Some(1.0), Some(60.0), Some(120.0), Some(150.0), Some(120.0)], 0.0, half);
        check(
            [None, None, Some(120.0), None, Some(240.0)],
            0.0,
            &format!("{half}, in 19 of 20 within 10 days"),
        );
        check(
            [None, None, Some(120.0), None, None],
            0.12,
            &format!("{half}; it is not restored within 14 days in 12 % of runs"),
        );
        check([None; 5], 0.7, "95 % of it is not restored within 14 days in 70 % of runs");
        check([None; 5], 0.0, "when it is back is not known");
        check([Some(0.0); 5], 0.0, "in at least half of the runs it never falls below 95 %");
    }

    #[test]
    fn without_a_finished_run_there_is_no_answer() {
        let study = StudyInfo { failed: vec![("too many events".into(), 3)], ..StudyInfo::default() };
        let findings = Findings { study, ..Findings::default() };
        let expected =
            "No run was finished, so there is no answer. 3 runs could not be finished: too many events (3).";
        assert_eq!(answer(&findings), [expected]);
    }

    #[test]
    fn verdicts_name_what_is_not_met() {
        let of = |name: &str, verdict| RequirementResult {
            name: name.into(),
            group: "jointly".into(),
            asked: 0.9,
            probability: 0.5,
            ci95: [0.4, 0.6],
            verdict,
            ..RequirementResult::default()
        };
        let check = |requirements: Vec<RequirementResult>, expected: Option<&str>| {
            let study = StudyInfo { replications: 10, ..StudyInfo::default() };
            let findings = Findings { requirements, study, ..Findings::default() };
            assert_eq!(verdicts(&findings).map(|v| plain(&v)).as_deref(), expected);
        };
        let told = |name: &str| {
            format!(
                "“{name}” (all of them jointly) holds in 50 % of runs (95 % CI 40 to 60 %) where 90 % is asked."
            )
        };
        check(vec![], None);
        check(
            vec![of("a", Verdict::Met)],
            Some(&format!("The requirement is met in this model: {}", told("a"))),
        );
        check(
            vec![of("a", Verdict::NotMet)],
            Some(&format!("The requirement is not met in this model: {}", told("a"))),
        );
        check(
            vec![of("a", Verdict::Met), of("b", Verdict::Met)],
            Some("All 2 requirements are met in this model."),
        );
        let worse = RequirementResult { asked: 0.8, ..of("c", Verdict::NotMet) };
        let furthest = "in this model; furthest from what is asked: ";
        check(
            vec![worse, of("a", Verdict::NotMet), of("b", Verdict::Met), of("d", Verdict::Undecided)],
            Some(&format!("Of 4 requirements 1 is met, 2 are not, 1 is undecided {furthest}{}", told("a"))),
        );
    }
}
