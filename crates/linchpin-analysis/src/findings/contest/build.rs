//! From metrics and sums to what is told of attackers, malware and responders.

use super::{
    ActorResult, Arrow, AssessmentRow, CampaignResult, Contest, Duration, LossRow, MalwareResult, Mean,
    PlanResult, Share, StepResult, TeamResult,
};
use crate::accumulate::{BlockAccumulator, CountBand};
use crate::findings::{Band, MetricSummary};
use crate::intervals::clopper_pearson;
use crate::metrics::adversary::team_id;
use crate::stats;
use crate::timeline::event_name;
use linchpin_model::{Actor, Campaign, CampaignStep, Malware, Model, StepId, Technique};
use std::collections::BTreeMap;

/// Kinds of metrics that are times which may not come.
const TIMES: [&str; 7] = [
    "campaign_reach_time",
    "campaign_notice_time",
    "campaign_attribution_time",
    "malware_dwell",
    "malware_detect_time",
    "malware_contain_time",
    "plan_time",
];
/// Kinds of lost service, in the order in which they are listed.
const LOSSES: [(&str, &str); 6] = [
    ("actor_loss", "actor"),
    ("campaign_loss", "campaign"),
    ("step_loss", "step"),
    ("malware_loss", "malware"),
    ("event_loss", "event"),
    ("plan_loss", "plan"),
];

/// How long until a share of all replications got there, by metric.
#[derive(Debug, Default)]
pub(in crate::findings) struct Times(BTreeMap<String, Vec<f64>>);

impl Times {
    /// Takes in the column of a metric, if it is a time of this kind.
    pub(in crate::findings) fn take(&mut self, kind: &str, id: &str, column: &[f64]) {
        if !TIMES.contains(&kind) {
            return;
        }
        let mut sorted = column.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let within = (1..=100).map_while(|i| stats::value_at_risk(&sorted, f64::from(i) / 100.0));
        self.0.insert(id.to_owned(), within.collect());
    }
}

/// What everything is looked up in.
struct Sources<'a> {
    model: &'a Model,
    metrics: BTreeMap<&'a str, &'a MetricSummary>,
    sums: &'a BlockAccumulator,
    times: &'a Times,
}

/// Puts together what is told of attackers, malware and responders; `None` where the model has none.
pub(in crate::findings) fn contest(
    model: &Model,
    metrics: &[MetricSummary],
    sums: &BlockAccumulator,
    times: &Times,
) -> Option<Contest> {
    let none = model.actors.is_empty() && model.campaigns.is_empty();
    if none && model.malware.is_empty() && model.plans.is_empty() {
        return None;
    }
    let metrics = metrics.iter().map(|metric| (metric.id.as_str(), metric)).collect();
    let sources = Sources { model, metrics, sums, times };
    Some(Contest {
        actors: model.actors.iter().enumerate().map(|(i, actor)| sources.actor(i, actor)).collect(),
        campaigns: model.campaigns.iter().map(|campaign| sources.campaign(campaign)).collect(),
        malware: model.malware.iter().enumerate().map(|(i, malware)| sources.malware(i, malware)).collect(),
        plans: model.plans.iter().map(|plan| sources.plan(plan)).collect(),
        teams: model.team_ids().filter_map(|team| sources.team(team)).collect(),
        losses: sources.losses(),
    })
}

impl Sources<'_> {
    fn metric(&self, kind: &str, subject: &str) -> Option<&MetricSummary> {
        self.metrics.get(format!("{kind}/{subject}").as_str()).copied()
    }

    fn share(&self, kind: &str, subject: &str) -> Share {
        let n = self.sums.replications();
        let of = self.metric(kind, subject).and_then(|metric| metric.mean).unwrap_or(0.0);
        let hits = (of * n as f64).round() as u64;
        Share { of, ci95: clopper_pearson(hits.min(n), n) }
    }

    fn mean(&self, kind: &str, subject: &str) -> Mean {
        let metric = self.metric(kind, subject);
        Mean {
            of: metric.and_then(|metric| metric.mean).unwrap_or(0.0),
            ci95: metric.and_then(|metric| metric.ci95),
        }
    }

    fn quantiles(&self, kind: &str, subject: &str) -> [Option<f64>; 5] {
        self.metric(kind, subject).map_or([None; 5], |metric| metric.quantiles)
    }

    fn time(&self, kind: &str, subject: &str) -> Option<Duration> {
        let metric = self.metric(kind, subject)?;
        Some(Duration {
            within_h: self.times.0.get(&metric.id).cloned().unwrap_or_default(),
            quantiles: metric.quantiles,
            not_reached: metric.not_reached,
        })
    }

    fn actor(&self, place: usize, actor: &Actor) -> ActorResult {
        let campaigns = self.model.campaigns.iter();
        let own = campaigns.filter(|campaign| campaign.actor.some().is_some_and(|a| a.index() == place));
        let loss = self.metric("actor_loss", &actor.id);
        ActorResult {
            id: actor.id.clone(),
            name: actor.name.clone(),
            kind: actor.kind.label().to_owned(),
            assessments: actor
                .assessments
                .iter()
                .map(|row| AssessmentRow {
                    target: row.target.clone(),
                    intent: row.intent,
                    capability: row.capability,
                    opportunity: row.opportunity,
                    likelihood: row.likelihood(),
                    impact: row.impact,
                    confidence: row.confidence.clone(),
                    source: row.source.clone(),
                })
                .collect(),
            campaigns: own.map(|c| (c.name.clone(), self.share("campaign_reached", &c.id))).collect(),
            loss_h: loss.map(|_| self.mean("actor_loss", &actor.id)),
        }
    }

    fn campaign(&self, campaign: &Campaign) -> CampaignResult {
        let id = campaign.id.as_str();
        let range = campaign.first_step as usize..(campaign.first_step + campaign.steps) as usize;
        let steps = self.model.steps.get(range.clone()).unwrap_or_default();
        let goal = goals(campaign, steps);
        let place =
            |step: StepId| Some(step.0.checked_sub(campaign.first_step)?).filter(|i| *i < campaign.steps);
        let actor = campaign.actor.some().and_then(|actor| self.model.actors.get(actor.index()));
        CampaignResult {
            id: campaign.id.clone(),
            name: campaign.name.clone(),
            actor: actor.map_or_else(String::new, |actor| actor.name.clone()),
            begun: self.share("campaign_begun", id),
            reached: self.share("campaign_reached", id),
            noticed_first: self.share("campaign_noticed_first", id),
            reach_time: self.time("campaign_reach_time", id).unwrap_or_default(),
            notice_time: self.time("campaign_notice_time", id).unwrap_or_default(),
            attribution_time: self.time("campaign_attribution_time", id),
            ascribed_rightly: self
                .metric("campaign_ascribed_rightly", id)
                .map(|_| self.share("campaign_ascribed_rightly", id)),
            effort: self.mean("campaign_effort", id),
            loss_h: self.mean("campaign_loss", id),
            steps: range.zip(steps).map(|(i, step)| self.step(i, step, id, goal(i))).collect(),
            arrows: self
                .sums
                .arrows()
                .filter_map(|(from, to, taken)| Some(Arrow { from: place(from)?, to: place(to)?, taken }))
                .collect(),
            hours: self.sums.grid_hours(),
        }
    }

    fn step(&self, place: usize, step: &CampaignStep, campaign: &str, goal: bool) -> StepResult {
        let subject = format!("{campaign}/{}", step.id);
        let share = |kind| self.share(kind, &subject);
        let technique = step.technique.as_ref();
        StepResult {
            id: step.id.clone(),
            name: step.name.clone(),
            technique: technique.map_or_else(String::new, catalogued),
            technique_name: technique.map_or_else(String::new, |technique| technique.name.clone()),
            goal,
            any: step.any,
            tried: share("step_tried"),
            succeeded: share("step_succeeded"),
            noticed: share("step_noticed"),
            blocked: share("step_blocked"),
            stops: share("step_stops").of,
            courses: self.sums.step_courses(place),
        }
    }

    fn malware(&self, place: usize, malware: &Malware) -> MalwareResult {
        let id = malware.id.as_str();
        let time = |kind| self.time(kind, id).unwrap_or_default();
        let names = [("infected", "Infected"), ("impaired", "Impaired"), ("immune", "Immune")];
        let bands = names.into_iter().zip(self.sums.spread(place)).map(|((group, name), band)| {
            let CountBand { mean, percentiles } = band;
            let (group, name, hours) = (group.to_owned(), name.to_owned(), self.sums.grid_hours());
            Band { group, name, kind: "malware".to_owned(), hours, mean, percentiles }
        });
        MalwareResult {
            id: malware.id.clone(),
            name: malware.name.clone(),
            infected: self.mean("malware_infected", id),
            impaired: self.mean("malware_impaired", id),
            peak: self.quantiles("malware_peak", id),
            dwell: time("malware_dwell"),
            detection: time("malware_detect_time"),
            containment: time("malware_contain_time"),
            bands: bands.collect(),
        }
    }

    fn plan(&self, plan: &linchpin_model::Plan) -> PlanResult {
        let alarms = self.metric("plan_false_alarms", &plan.id);
        PlanResult {
            id: plan.id.clone(),
            name: plan.name.clone(),
            on: plan.on,
            used: self.share("plan_used", &plan.id),
            time: self.time("plan_time", &plan.id).unwrap_or_default(),
            false_alarms: alarms.map(|_| self.mean("plan_false_alarms", &plan.id)),
        }
    }

    fn team(&self, team: linchpin_model::TeamId) -> Option<TeamResult> {
        let id = team_id(self.model, team);
        let team = &self.model.teams[team.index()];
        let utilisation = self.metric("team_utilisation", id)?;
        Some(TeamResult {
            id: id.to_owned(),
            name: self.model.name(team.node).to_owned(),
            crews: team.crews.into(),
            utilisation: utilisation.quantiles,
            utilisation_mean: utilisation.mean.unwrap_or(0.0),
            jobs: self.mean("team_jobs", id),
        })
    }

    fn losses(&self) -> Vec<LossRow> {
        let model = self.model;
        let named = |kind: &str, id: &str| -> Option<(String, String)> {
            let plain = |name: &str| (name.to_owned(), String::new());
            match kind {
                "actor" => model.actors.iter().find(|a| a.id == id).map(|a| plain(&a.name)),
                "campaign" => model.campaigns.iter().find(|c| c.id == id).map(|c| plain(&c.name)),
                "malware" => model.malware.iter().find(|m| m.id == id).map(|m| plain(&m.name)),
                "event" => model.events.iter().find(|e| e.id == id).map(|e| plain(event_name(e))),
                "plan" => model.plans.iter().find(|p| p.id == id).map(|p| plain(&p.name)),
                _ => model.steps.iter().find_map(|step| {
                    let campaign = model.campaigns.get(step.campaign.index())?;
                    let own = id.strip_prefix(&campaign.id)?.strip_prefix('/')? == step.id;
                    own.then(|| (step.name.clone(), campaign.name.clone()))
                }),
            }
        };
        let mut rows = Vec::new();
        for (metric, kind) in LOSSES {
            let prefix = format!("{metric}/");
            let own = self.metrics.keys().filter_map(|id| id.strip_prefix(&prefix));
            let mut of_kind: Vec<LossRow> = own
                .map(|id| {
                    let (name, of) = named(kind, id).unwrap_or_else(|| (id.to_owned(), String::new()));
                    let loss_h = self.mean(metric, id);
                    LossRow { kind: kind.to_owned(), id: id.to_owned(), name, of, loss_h }
                })
                .collect();
            of_kind.sort_by(|a, b| b.loss_h.of.total_cmp(&a.loss_h.of));
            rows.extend(of_kind);
        }
        rows
    }
}

/// Which of a campaign's steps are its goal: those it names, else those that nothing follows.
fn goals<'a>(campaign: &'a Campaign, steps: &'a [CampaignStep]) -> impl Fn(usize) -> bool + 'a {
    |place| {
        let step = StepId::new(place);
        if campaign.goals.is_empty() {
            !steps.iter().any(|other| other.after.contains(&step))
        } else {
            campaign.goals.contains(&step)
        }
    }
}

/// `attack-ics:T0855`.
fn catalogued(technique: &Technique) -> String {
    match technique.catalogue.as_str() {
        "" => technique.id.clone(),
        catalogue => format!("{catalogue}:{}", technique.id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{Parts, StudyInfo, build};
    use crate::metrics::adversary::tests::{contested, one_try};
    use crate::paired::Paired;
    use crate::steps::LevelSteps;
    use crate::{Catalogue, Requirements};
    use linchpin_model::{CampaignCourse, CampaignId, EventId, EventLoss, Outcome, Record, SimTime};

    const NEVER: u32 = u32::MAX;

    /// In three replications of four the breakers are reached, after 2, 4 and 6 hours.
    fn record(hours: u32) -> Record {
        let end = if hours == 0 { NEVER } else { hours * 3600 };
        let outcome = if hours == 0 { Outcome::Blocked } else { Outcome::Succeeded };
        Record {
            initial: vec![1; contested().groups.len()],
            tries: vec![
                one_try(0, [0, 600, NEVER], Outcome::Succeeded),
                one_try(1, [600, end, 700], outcome),
            ],
            campaigns: vec![CampaignCourse {
                campaign: CampaignId(0),
                began: SimTime(0),
                noticed: SimTime(700),
                reached: SimTime(end),
                ended: SimTime::NEVER,
                attributed: SimTime::NEVER,
                confidence: 0.0,
                rightly: false,
                effort: 2.0,
            }],
            event_losses: vec![EventLoss { event: EventId(2), lost: u64::from(hours) * 3_600_000_000 }],
            ..Record::default()
        }
    }

    fn told() -> Contest {
        let model = contested();
        let (catalogue, requirements) = (Catalogue::new(&model), Requirements::new(&model));
        let mut sums = BlockAccumulator::new(&model);
        let mut columns = vec![Vec::new(); catalogue.len()];
        for hours in [2, 4, 6, 0] {
            let (run, mut paired) = (record(hours), Paired::default());
            paired.load(model.meta.horizon, None, &run);
            let mut row = vec![0.0; catalogue.len()];
            catalogue.evaluate(&paired, None, &run, &mut row);
            columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
            sums.add(None, &run, &[]);
            let mut steps = LevelSteps::new(model.groups.len());
            steps.add(0, &paired);
            sums.add_levels(&steps);
        }
        let parts = Parts { model: &model, catalogue: &catalogue, requirements: &requirements, sums: &sums };
        let findings = build(parts, StudyInfo::of(&model), &mut columns);
        findings.unwrap_or_default().contest.unwrap_or_default()
    }

    #[test]
    fn times_that_never_came_are_left_open() {
        let contest = told();
        let campaign = &contest.campaigns[0];
        assert_eq!((campaign.reached.of, campaign.begun.of), (0.75, 1.0));
        // Exact interval of 3 of 4: the known values 19.4 % and 99.4 %.
        assert!(
            (campaign.reached.ci95[0] - 0.194).abs() < 5e-4
                && (campaign.reached.ci95[1] - 0.994).abs() < 5e-4
        );
        let time = &campaign.reach_time;
        assert_eq!((time.not_reached, time.quantiles[4]), (0.25, None));
        assert_eq!(time.within_h.len(), 75, "one in four never gets there");
        assert_eq!(
            (time.within_h[0], time.within_h[24], time.within_h[25], time.within_h[74]),
            (2.0, 2.0, 4.0, 6.0)
        );
    }

    #[test]
    fn steps_arrows_losses_and_the_register() {
        let contest = told();
        let campaign = &contest.campaigns[0];
        let steps: Vec<_> =
            campaign.steps.iter().map(|s| (s.goal, s.tried.of, s.succeeded.of, s.stops)).collect();
        assert_eq!(steps, [(false, 1.0, 1.0, 0.0), (true, 1.0, 0.75, 0.25), (false, 0.0, 0.0, 0.0)]);
        assert_eq!(campaign.steps[1].technique, "attack-ics:T0855");
        assert_eq!(campaign.arrows[0], Arrow { from: 0, to: 1, taken: 1.0 });
        assert_eq!(campaign.arrows[1], Arrow { from: 0, to: 2, taken: 0.0 });
        let losses: Vec<_> = contest.losses.iter().map(|row| (row.kind.as_str(), row.loss_h.of)).collect();
        assert_eq!(
            losses,
            [("actor", 3.0), ("campaign", 3.0), ("step", 3.0), ("malware", 0.0), ("event", 0.0)]
        );
        assert_eq!(contest.losses[2].of, "Storm");
        let row = &contest.actors[0].assessments[0];
        // The cube root of 4 * 4 * 2 is 3.17.
        assert_eq!((row.likelihood, row.impact, contest.actors[0].kind.as_str()), (3, 5, "state"));
        assert_eq!(contest.plans[0].used.of, 0.0);
        assert_eq!(contest.teams[0].name, "grid");
    }

    #[test]
    fn a_study_without_attackers_says_nothing_of_them() {
        let model = crate::metrics::tests::model();
        let sums = BlockAccumulator::new(&model);
        assert_eq!(contest(&model, &[], &sums, &Times::default()), None);
    }
}
