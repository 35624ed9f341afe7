//! Tables of attackers, malware and responders.

use linchpin_analysis::findings::Findings;
use linchpin_analysis::findings::contest::{CampaignResult, Contest, Duration, Mean, Share};
use serde::Serialize;

use super::view::{MetricRow, figures, metrics_of};
use crate::page::Figure;
use crate::text::clean;
use crate::{Plot, format, plot};

/// Steps of a campaign that are listed.
const STEPS: usize = 40;

/// Whether a picture belongs to these sections.
pub(super) fn is_shown(id: &str) -> bool {
    is_of_attack(id) || is_of_malware(id) || is_of_response(id) || id == MATRIX
}

const MATRIX: &str = "risk-matrix";

fn is_of_attack(id: &str) -> bool {
    id.starts_with("campaign-") || id == "attack-times" || id == "loss-origin"
}

fn is_of_malware(id: &str) -> bool {
    id.starts_with("malware-")
}

fn is_of_response(id: &str) -> bool {
    matches!(id, "plans" | "teams")
}

#[derive(Serialize)]
pub(super) struct ContestView {
    register: Vec<RegisterRow>,
    register_plots: Vec<Figure>,
    campaigns: Vec<CampaignRow>,
    steps: Vec<StepTable>,
    attack_plots: Vec<Figure>,
    malware: Vec<MalwareRow>,
    malware_plots: Vec<Figure>,
    plans: Vec<PlanRow>,
    teams: Vec<TeamRow>,
    response_plots: Vec<Figure>,
    consequences: Vec<MetricRow>,
}

#[derive(Serialize)]
struct RegisterRow {
    actor: String,
    kind: String,
    target: String,
    judged: String,
    likelihood: &'static str,
    impact: &'static str,
    confidence: String,
    source: String,
    simulated: String,
}

#[derive(Serialize)]
struct CampaignRow {
    name: String,
    actor: String,
    begun: String,
    reached: String,
    reached_ci: String,
    first: String,
    noticed: [String; 2],
    goal: [String; 2],
    loss: String,
    loss_ci: String,
}

#[derive(Serialize)]
struct StepTable {
    campaign: String,
    rows: Vec<StepRow>,
    left_out: usize,
}

#[derive(Serialize)]
struct StepRow {
    name: String,
    technique: String,
    goal: bool,
    shares: [String; 5],
}

#[derive(Serialize)]
struct MalwareRow {
    name: String,
    infected: String,
    impaired: String,
    peak: String,
    dwell: [String; 2],
    detection: [String; 2],
    containment: [String; 2],
}

#[derive(Serialize)]
struct PlanRow {
    name: String,
    used: String,
    used_ci: String,
    time: [String; 2],
    alarms: String,
}

#[derive(Serialize)]
struct TeamRow {
    name: String,
    crews: u32,
    busy: String,
    range: String,
    jobs: String,
}

impl ContestView {
    /// What there is to show of the contest; none where the scenario has none.
    pub(super) fn of(findings: &Findings, plots: &[Plot]) -> Option<Self> {
        let contest = findings.contest.as_ref()?;
        let horizon = findings.study.horizon_h;
        Some(Self {
            register: register(contest),
            register_plots: figures(plots, |id| id == MATRIX),
            campaigns: contest.campaigns.iter().map(|c| campaign(c, horizon)).collect(),
            steps: contest.campaigns.iter().filter(|c| !c.steps.is_empty()).map(steps).collect(),
            attack_plots: figures(plots, is_of_attack),
            malware: contest
                .malware
                .iter()
                .map(|malware| MalwareRow {
                    name: clean(&malware.name),
                    infected: format::number(malware.infected.of),
                    impaired: format::number(malware.impaired.of),
                    peak: malware.peak[2].map_or_else(dash, format::number),
                    dwell: within(&malware.dwell, horizon),
                    detection: within(&malware.detection, horizon),
                    containment: within(&malware.containment, horizon),
                })
                .collect(),
            malware_plots: figures(plots, is_of_malware),
            plans: plans(contest, horizon),
            teams: teams(contest),
            response_plots: figures(plots, is_of_response),
            consequences: metrics_of(findings, "consequences"),
        })
    }
}

fn dash() -> String {
    "–".to_owned()
}

/// Median and what 19 of 20 runs do not exceed; what did not come by the horizon took longer than that.
fn within(time: &Duration, horizon_h: f64) -> [String; 2] {
    [2, 4].map(|quantile: usize| match time.quantiles[quantile] {
        Some(hours) => format::hours(hours),
        None => format!("> {}", format::hours(horizon_h)),
    })
}

fn interval(mean: &Mean) -> String {
    mean.ci95.map(|ci| format::interval(mean.of, ci, "")).unwrap_or_default()
}

fn register(contest: &Contest) -> Vec<RegisterRow> {
    let mut rows = Vec::new();
    for actor in &contest.actors {
        let reached = |(name, share): &(String, Share)| {
            format!("{}: reaches its goal in {}", clean(name), format::percent(share.of))
        };
        let mut simulated: Vec<String> = actor.campaigns.iter().map(reached).collect();
        simulated.extend(
            actor.loss_h.map(|loss| format!("{} lost a run", format::quantity(loss.of, "asset-hours"))),
        );
        for (i, row) in actor.assessments.iter().enumerate() {
            let again = i > 0;
            rows.push(RegisterRow {
                actor: if again { String::new() } else { clean(&actor.name) },
                kind: if again { String::new() } else { clean(&actor.kind) },
                target: clean(&row.target),
                judged: format!("{}, {}, {}", row.intent, row.capability, row.opportunity),
                likelihood: plot::word(row.likelihood),
                impact: plot::word(row.impact),
                confidence: clean(&row.confidence),
                source: clean(&row.source),
                simulated: if again { String::new() } else { simulated.join("; ") },
            });
        }
    }
    rows
}

fn campaign(campaign: &CampaignResult, horizon_h: f64) -> CampaignRow {
    CampaignRow {
        name: clean(&campaign.name),
        actor: clean(&campaign.actor),
        begun: format::percent(campaign.begun.of),
        reached: format::percent(campaign.reached.of),
        reached_ci: format::percent_range(campaign.reached.ci95),
        first: format::percent(campaign.noticed_first.of),
        noticed: within(&campaign.notice_time, horizon_h),
        goal: within(&campaign.reach_time, horizon_h),
        loss: format::number(campaign.loss_h.of),
        loss_ci: interval(&campaign.loss_h),
    }
}

fn steps(campaign: &CampaignResult) -> StepTable {
    let row = |step: &linchpin_analysis::findings::contest::StepResult| StepRow {
        name: clean(&step.name),
        technique: clean(&format!("{} {}", step.technique, step.technique_name)),
        goal: step.goal,
        shares: [step.tried.of, step.succeeded.of, step.noticed.of, step.blocked.of, step.stops]
            .map(format::percent),
    };
    StepTable {
        campaign: clean(&campaign.name),
        rows: campaign.steps.iter().take(STEPS).map(row).collect(),
        left_out: campaign.steps.len().saturating_sub(STEPS),
    }
}

fn plans(contest: &Contest, horizon_h: f64) -> Vec<PlanRow> {
    let row = |plan: &linchpin_analysis::findings::contest::PlanResult| {
        let name = clean(&plan.name);
        PlanRow {
            name: if plan.on { name } else { format!("{name} (switched off)") },
            used: format::percent(plan.used.of),
            used_ci: format::percent_range(plan.used.ci95),
            time: within(&plan.time, horizon_h),
            alarms: plan.false_alarms.map_or_else(dash, |alarms| format::number(alarms.of)),
        }
    };
    contest.plans.iter().map(row).collect()
}

fn teams(contest: &Contest) -> Vec<TeamRow> {
    let row = |team: &linchpin_analysis::findings::contest::TeamResult| TeamRow {
        name: clean(&team.name),
        crews: team.crews,
        busy: format::percent(team.utilisation_mean),
        range: match (team.utilisation[0], team.utilisation[4]) {
            (Some(low), Some(high)) => format::percent_range([low, high]),
            _ => dash(),
        },
        jobs: format::number(team.jobs.of),
    };
    contest.teams.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_came_took_longer_than_the_study() {
        let quantiles = [Some(1.0), Some(2.0), Some(3.0), Some(4.0), None];
        let time = Duration { quantiles, not_reached: 0.1, ..Duration::default() };
        assert_eq!(within(&time, 48.0).map(|t| t.replace('\u{a0}', " ")), ["3 h", "> 48 h"]);
        assert_eq!(within(&Duration::default(), 48.0)[0].replace('\u{a0}', " "), "> 48 h");
    }
}
