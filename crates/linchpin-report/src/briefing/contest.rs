//! The answer, as far as it is about attackers, malware and responders. All of it holds given that the attack is made.

use linchpin_analysis::findings::Findings;
use linchpin_analysis::findings::contest::{CampaignResult, Contest, Duration, LossRow, MalwareResult};

use super::short;
use crate::format::{estimate, hours, number, percent, percent_range};

/// Campaigns, malware and plans that sentences speak of: the others are in tables.
const TOLD: usize = 3;

/// How far each campaign gets, when it is noticed and what stops it; how far malware goes; which plans are carried out.
pub(super) fn sentences(findings: &Findings) -> Vec<String> {
    let Some(contest) = &findings.contest else { return Vec::new() };
    let horizon = findings.study.horizon_h;
    let mut told: Vec<String> = contest.campaigns.iter().take(TOLD).map(|c| campaign(c, horizon)).collect();
    told.extend(loss(contest));
    told.extend(contest.malware.iter().take(TOLD).filter_map(|m| malware(m, horizon)));
    told.extend(plans(contest));
    told
}

fn campaign(campaign: &CampaignResult, horizon_h: f64) -> String {
    let reached = campaign.reached;
    let mut text = format!(
        "Given that it is made, {} reaches its goal in {} of runs (95\u{a0}% CI {})",
        short(&campaign.name),
        percent(reached.of),
        percent_range(reached.ci95)
    );
    if let Some(median) = campaign.reach_time.quantiles[2] {
        text.push_str(&format!(", in half of the runs within {}", hours(median)));
    }
    text.push_str(&format!("; it is {}", noticed(&campaign.notice_time, horizon_h)));
    if reached.of > 0.0 && campaign.noticed_first.of > 0.0 {
        text.push_str(&format!(", in {} before its goal", percent(campaign.noticed_first.of)));
    }
    let stop = campaign.steps.iter().filter(|step| step.stops > 0.0);
    if let Some(stop) = stop.max_by(|a, b| a.stops.total_cmp(&b.stops)) {
        let (name, share) = (short(&stop.name), percent(stop.stops));
        text.push_str(&format!("; it is stopped most often at “{name}” ({share} of runs)"));
    }
    text + "."
}

fn noticed(time: &Duration, horizon_h: f64) -> String {
    let missed = match time.not_reached {
        share if share >= 1.0 => return format!("never noticed within {}", hours(horizon_h)),
        share if share > 0.0 => format!(", and never in {} of runs", percent(share)),
        _ => String::new(),
    };
    match time.quantiles[2] {
        Some(median) => format!("noticed within {} in half of the runs{missed}", hours(median)),
        None => format!("noticed in {} of runs", percent(1.0 - time.not_reached)),
    }
}

/// The campaign and the step with which most loss begins.
fn loss(contest: &Contest) -> Option<String> {
    let largest = |kind: &str| -> Option<&LossRow> {
        let own = contest.losses.iter().filter(|row| row.kind == kind && row.loss_h.of > 0.0);
        own.max_by(|a, b| a.loss_h.of.total_cmp(&b.loss_h.of))
    };
    let told = |row: &LossRow| {
        let lost = estimate(row.loss_h.of, row.loss_h.ci95, "asset-hours");
        format!("“{}”: {lost} a run", short(&row.name))
    };
    let step = largest("step").map(|row| format!("Most loss by step begins with {}", told(row)));
    let campaigns = contest.campaigns.len() > 1;
    let campaign = largest("campaign").filter(|_| campaigns);
    match (campaign, step) {
        (Some(campaign), Some(step)) => Some(format!("{step}. Most by campaign with {}.", told(campaign))),
        (Some(campaign), None) => Some(format!("Most loss by campaign begins with {}.", told(campaign))),
        (None, step) => step.map(|step| step + "."),
    }
}

fn malware(malware: &MalwareResult, horizon_h: f64) -> Option<String> {
    let peak = malware.peak[2]?;
    if malware.infected.of <= 0.0 {
        return Some(format!("{}: nothing is infected in any run.", short(&malware.name)));
    }
    let name = short(&malware.name);
    let mut text = match peak {
        p if p <= 0.0 => format!("{name}: no asset is infected or impaired in the median run"),
        1.0 => format!("{name}: at most 1 asset is infected or impaired at once in the median run"),
        _ => format!(
            "{name}: at most {} assets are infected or impaired at once in the median run",
            number(peak)
        ),
    };
    if let Some(high) = malware.peak[4].filter(|high| *high > peak) {
        text.push_str(&format!(", {} or more at once in one of twenty", number(high)));
    }
    text.push_str(&format!("; it is {}", noticed(&malware.detection, horizon_h)));
    match (malware.containment.quantiles[2], malware.containment.not_reached) {
        (Some(median), missed) => {
            text.push_str(&format!(
                "; nothing is infected any more within {} in half of them",
                hours(median)
            ));
            if missed > 0.0 {
                text.push_str(&format!(", but not within {} in {}", hours(horizon_h), percent(missed)));
            }
        }
        (None, missed) => text.push_str(&format!(
            "; in {} of runs something is still infected after {}",
            percent(missed),
            hours(horizon_h)
        )),
    }
    Some(text + ".")
}

/// The plans that are carried out most often, and how many never are.
fn plans(contest: &Contest) -> Option<String> {
    let mut used: Vec<_> = contest.plans.iter().filter(|plan| plan.used.of > 0.0).collect();
    used.sort_by(|a, b| b.used.of.total_cmp(&a.used.of));
    let told: Vec<String> = used
        .iter()
        .take(TOLD)
        .map(|plan| {
            // Of the runs that use it: the middle of those that are listed.
            let middle = plan.time.within_h.get(plan.time.within_h.len() / 2);
            let when =
                middle.map_or_else(String::new, |h| format!(", typically {} after the start", hours(*h)));
            format!("“{}” is carried out in {} of runs{when}", short(&plan.name), percent(plan.used.of))
        })
        .collect();
    let never = contest.plans.iter().filter(|plan| plan.on && plan.used.of <= 0.0).count();
    let never = match never {
        0 => None,
        1 => Some("1 plan is never carried out".to_owned()),
        n => Some(format!("{n} plans are never carried out")),
    };
    let parts: Vec<String> = told.into_iter().chain(never).collect();
    (!parts.is_empty()).then(|| format!("{}.", parts.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use linchpin_analysis::findings::contest::{Share, StepResult};

    fn plain(text: &str) -> String {
        text.replace('\u{a0}', " ")
    }

    #[test]
    fn what_is_never_noticed_is_said_so() {
        let check = |quantiles: [Option<f64>; 5], not_reached, expected: &str| {
            let time = Duration { quantiles, not_reached, ..Duration::default() };
            assert_eq!(plain(&noticed(&time, 48.0)), expected);
        };
        check([None; 5], 1.0, "never noticed within 48 h");
        check([Some(1.0), None, None, None, None], 0.7, "noticed in 30 % of runs");
        check(
            [Some(1.0), Some(2.0), Some(3.0), Some(9.0), None],
            0.1,
            "noticed within 3 h in half of the runs, and never in 10 % of runs",
        );
        check([Some(1.0); 5], 0.0, "noticed within 1 h in half of the runs");
    }

    #[test]
    fn a_campaign_in_a_sentence() {
        let told = campaign(
            &CampaignResult {
                name: "Storm".into(),
                reached: Share { of: 0.25, ci95: [0.2, 0.3] },
                steps: vec![StepResult { name: "Break in".into(), stops: 0.6, ..StepResult::default() }],
                notice_time: Duration { not_reached: 1.0, ..Duration::default() },
                ..CampaignResult::default()
            },
            48.0,
        );
        assert_eq!(
            plain(&told),
            "Given that it is made, Storm reaches its goal in 25 % of runs (95 % CI 20 to 30 %); it is never noticed within 48 h; \
             it is stopped most often at “Break in” (60 % of runs)."
        );
    }
}
