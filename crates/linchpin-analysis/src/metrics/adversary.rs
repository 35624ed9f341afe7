//! Metrics of attackers, malware and responders. A model without them has none of these.

use super::{HOUR_S, Metric};
use crate::timeline::event_name;
use linchpin_model::{
    Campaign, CampaignCourse, CampaignId, Effect, EventId, Level, MalwareCourse, MalwareId, Model, Occasion,
    OnFailure, Outcome, PlanId, Record, SimTime, StepId, TeamId, Try,
};
use std::collections::BTreeSet;

/// What a metric of this module is.
#[derive(Clone, Debug)]
enum What {
    Step(StepId, StepFact),
    Campaign(CampaignId, CampaignFact),
    Malware(MalwareId, MalwareFact),
    Plan(PlanId, PlanFact),
    /// Cost of all uses of plans, with the cost of one use of each.
    Cost(Vec<f64>),
    Team(TeamId, TeamFact),
    /// Lost service that began where one of these struck, ascending.
    Loss(Vec<EventId>),
    Uncontrolled,
    MostUncontrolled,
    Harmed,
    Records,
}

#[derive(Clone, Copy, Debug)]
enum StepFact {
    Tried,
    Succeeded,
    Noticed,
    Blocked,
    /// Tried without success, where the goal was not reached.
    Stops(CampaignId),
}

#[derive(Clone, Copy, Debug)]
enum CampaignFact {
    Begun,
    Reached,
    /// Noticed before its goal was reached.
    NoticedFirst,
    NoticeTime,
    ReachTime,
    AttributionTime,
    RightlyAttributed,
    Effort,
}

#[derive(Clone, Copy, Debug)]
enum MalwareFact {
    Infected,
    Impaired,
    Crossed,
    Shutdowns,
    Peak,
    Dwell,
    DetectTime,
    ContainTime,
}

#[derive(Clone, Copy, Debug)]
enum PlanFact {
    Used,
    Uses,
    Time,
    FalseAlarms,
}

#[derive(Clone, Copy, Debug)]
enum TeamFact {
    Utilisation,
    Jobs,
}

/// The metrics of attackers, malware and responders of a model, in the order of their columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Adversary(Vec<What>);

/// Id of a team as written in the scenario: that of its node begins with what it is.
pub(crate) fn team_id(model: &Model, team: TeamId) -> &str {
    let id = model.id(model.teams[team.index()].node);
    id.strip_prefix("team:").unwrap_or(id)
}

/// Whether a model has anything that this module measures, besides harm and records.
pub(crate) fn is_contested(model: &Model) -> bool {
    !(model.campaigns.is_empty() && model.malware.is_empty() && model.plans.is_empty())
}

/// Whether an effect can hold its targets down.
pub(crate) fn lowers(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::Damage { .. }
            | Effect::Degrade { .. }
            | Effect::Absence { .. }
            | Effect::Closure { .. }
            | Effect::Forcing { .. }
            | Effect::Demand { .. }
            | Effect::ItLoss { .. }
            | Effect::SupplyCut { .. }
            | Effect::Surge { .. }
            | Effect::CloseArea { .. }
    )
}

/// Events whose loss counts as a campaign's: its steps', and that of malware which nothing else brings in.
fn events_of(model: &Model, campaign: CampaignId) -> Vec<EventId> {
    let mut events: Vec<EventId> = steps_of(&model.campaigns[campaign.index()])
        .filter_map(|step| Some(model.steps.get(step.index())?.event))
        .collect();
    events.extend(
        (0..model.malware.len())
            .filter(|malware| brought_by(model, MalwareId::new(*malware)) == Some(campaign))
            .map(|malware| model.malware[malware].event),
    );
    events.sort_unstable();
    events
}

/// The campaign that alone brings in a malware.
fn brought_by(model: &Model, malware: MalwareId) -> Option<CampaignId> {
    let brings =
        |effect: &Effect| matches!(effect, Effect::Compromise { malware: other } if *other == malware);
    let events = model.events.iter().filter(|event| event.effects.iter().any(brings));
    let by: BTreeSet<Option<CampaignId>> = events
        .map(|event| match event.occasion {
            Occasion::Step(step) => model.steps.get(step.index()).map(|step| step.campaign),
            _ => None,
        })
        .collect();
    if by.len() == 1 { by.into_iter().next().flatten() } else { None }
}

/// Steps of a campaign.
fn steps_of(campaign: &Campaign) -> impl Iterator<Item = StepId> + use<> {
    (campaign.first_step..campaign.first_step + campaign.steps).map(StepId)
}

/// Lists metrics of one subject.
struct Lister<'a> {
    metrics: &'a mut Vec<Metric>,
    whats: Vec<What>,
}

impl Lister<'_> {
    fn add(
        &mut self,
        kind: &'static str,
        unit: &'static str,
        subject: &str,
        group: &str,
        name: String,
        what: What,
    ) {
        let id = if subject.is_empty() { kind.to_owned() } else { format!("{kind}/{subject}") };
        self.metrics.push(Metric { id, name, unit, group: group.to_owned(), kind });
        self.whats.push(what);
    }

    fn campaigns(&mut self, model: &Model) {
        for (i, campaign) in model.campaigns.iter().enumerate() {
            let (id, group) = (CampaignId::new(i), format!("campaign:{}", campaign.id));
            let mut add = |kind, unit, name: &str, fact| {
                let name = format!("{name}: {}", campaign.name);
                self.add(kind, unit, &campaign.id, &group, name, What::Campaign(id, fact));
            };
            add("campaign_begun", "share", "Takes place", CampaignFact::Begun);
            add("campaign_reached", "share", "Reaches its goal", CampaignFact::Reached);
            add("campaign_reach_time", "h", "Time to its goal", CampaignFact::ReachTime);
            add("campaign_noticed_first", "share", "Noticed before its goal", CampaignFact::NoticedFirst);
            add("campaign_notice_time", "h", "Time until it is noticed", CampaignFact::NoticeTime);
            if model.attribution.is_some() {
                add(
                    "campaign_attribution_time",
                    "h",
                    "Time until it is ascribed",
                    CampaignFact::AttributionTime,
                );
                add(
                    "campaign_ascribed_rightly",
                    "share",
                    "Ascribed to those who did it",
                    CampaignFact::RightlyAttributed,
                );
            }
            add("campaign_effort", "effort", "Effort spent", CampaignFact::Effort);
            let name = format!("Lost service begun by {}", campaign.name);
            let loss = What::Loss(events_of(model, id));
            self.add("campaign_loss", "asset-hours", &campaign.id, &group, name, loss);
            for step in steps_of(campaign) {
                self.step(model, id, step, &group);
            }
        }
    }

    fn step(&mut self, model: &Model, campaign: CampaignId, id: StepId, group: &str) {
        let Some(step) = model.steps.get(id.index()) else { return };
        let of = &model.campaigns[campaign.index()];
        let subject = format!("{}/{}", of.id, step.id);
        for (kind, name, fact) in [
            ("step_tried", "Tried", StepFact::Tried),
            ("step_succeeded", "Succeeds", StepFact::Succeeded),
            ("step_noticed", "Noticed", StepFact::Noticed),
            ("step_blocked", "Noticed and stopped", StepFact::Blocked),
        ] {
            let name = format!("{name}: {} ({})", step.name, of.name);
            self.add(kind, "share", &subject, group, name, What::Step(id, fact));
        }
        if step.on_failure != OnFailure::GoOn {
            let name = format!("Ends short of the goal at: {} ({})", step.name, of.name);
            let what = What::Step(id, StepFact::Stops(campaign));
            self.add("step_stops", "share", &subject, group, name, what);
        }
        if model.events.get(step.event.index()).is_some_and(|event| event.effects.iter().any(lowers)) {
            let name = format!("Lost service begun by {} ({})", step.name, of.name);
            self.add("step_loss", "asset-hours", &subject, group, name, What::Loss(vec![step.event]));
        }
    }

    fn actors(&mut self, model: &Model) {
        for (i, actor) in model.actors.iter().enumerate() {
            let own = |campaign: &&Campaign| campaign.actor.some().is_some_and(|actor| actor.index() == i);
            if model.campaigns.iter().any(|campaign| own(&campaign)) {
                let mut events: Vec<EventId> = (0..model.campaigns.len())
                    .filter(|campaign| own(&&model.campaigns[*campaign]))
                    .flat_map(|campaign| events_of(model, CampaignId::new(campaign)))
                    .collect();
                events.sort_unstable();
                let (group, name) =
                    (format!("actor:{}", actor.id), format!("Lost service begun by {}", actor.name));
                self.add("actor_loss", "asset-hours", &actor.id, &group, name, What::Loss(events));
            }
        }
    }

    fn malware(&mut self, model: &Model) {
        for (i, malware) in model.malware.iter().enumerate() {
            let (id, group) = (MalwareId::new(i), format!("malware:{}", malware.id));
            for (kind, unit, name, fact) in [
                ("malware_infected", "assets", "Assets infected by", MalwareFact::Infected),
                ("malware_impaired", "assets", "Assets impaired by", MalwareFact::Impaired),
                ("malware_peak", "assets", "Most assets infected or impaired at once by", MalwareFact::Peak),
                ("malware_crossed", "assets", "Control systems reached by", MalwareFact::Crossed),
                (
                    "malware_shutdowns",
                    "assets",
                    "Shut down as a precaution because of",
                    MalwareFact::Shutdowns,
                ),
                ("malware_dwell", "h", "Time from infection to impairment by", MalwareFact::Dwell),
                ("malware_detect_time", "h", "Time until somebody notices", MalwareFact::DetectTime),
                (
                    "malware_contain_time",
                    "h",
                    "Time until nothing is infected any more by",
                    MalwareFact::ContainTime,
                ),
            ] {
                let name = format!("{name} {}", malware.name);
                self.add(kind, unit, &malware.id, &group, name, What::Malware(id, fact));
            }
            let name = format!("Lost service begun by {}", malware.name);
            self.add(
                "malware_loss",
                "asset-hours",
                &malware.id,
                &group,
                name,
                What::Loss(vec![malware.event]),
            );
        }
    }

    fn plans(&mut self, model: &Model) {
        for (i, plan) in model.plans.iter().enumerate() {
            let (id, group) = (PlanId::new(i), format!("plan:{}", plan.id));
            let mut add = |kind, unit, name: &str, fact| {
                let name = format!("{name}: {}", plan.name);
                self.add(kind, unit, &plan.id, &group, name, What::Plan(id, fact));
            };
            add("plan_used", "share", "Carried out", PlanFact::Used);
            if plan.times > 1 {
                add("plan_uses", "times", "Times carried out", PlanFact::Uses);
            }
            add("plan_time", "h", "Time until it is in force", PlanFact::Time);
            if !plan.when.false_alarms.is_none() {
                add("plan_false_alarms", "times", "Carried out on a false alarm", PlanFact::FalseAlarms);
            }
            let event = model.events.get(plan.event.index());
            if event.is_some_and(|event| event.effects.iter().any(lowers)) {
                let name = format!("Lost service begun by {}", plan.name);
                self.add("plan_loss", "asset-hours", &plan.id, &group, name, What::Loss(vec![plan.event]));
            }
        }
        if model.plans.iter().any(|plan| plan.cost != 0.0) {
            let costs = model.plans.iter().map(|plan| plan.cost).collect();
            self.add("plan_cost", "cost", "", "response", "Cost of plans".to_owned(), What::Cost(costs));
        }
    }

    fn teams(&mut self, model: &Model) {
        for id in model.team_ids() {
            let node = model.teams[id.index()].node;
            let (team, name) = (team_id(model, id).to_owned(), model.name(node).to_owned());
            let group = format!("team:{team}");
            let what = |fact| What::Team(id, fact);
            let busy = format!("Share of crews' time at work: {name}");
            self.add("team_utilisation", "share", &team, &group, busy, what(TeamFact::Utilisation));
            self.add("team_jobs", "jobs", &team, &group, format!("Jobs taken: {name}"), what(TeamFact::Jobs));
        }
    }

    /// Scripted events of the threat, beside those of campaigns and malware.
    fn events(&mut self, model: &Model) {
        for (i, event) in model.events.iter().enumerate() {
            if event.occasion == Occasion::Script && event.threat && event.effects.iter().any(lowers) {
                let (group, name) =
                    (format!("event:{}", event.id), format!("Lost service begun by {}", event_name(event)));
                let loss = What::Loss(vec![EventId::new(i)]);
                self.add("event_loss", "asset-hours", &event.id, &group, name, loss);
            }
        }
    }

    fn consequences(&mut self, model: &Model) {
        let some =
            |wanted: fn(&Effect) -> bool| model.events.iter().any(|event| event.effects.iter().any(wanted));
        let group = "consequences";
        let crossing = model.malware.iter().any(|malware| malware.crossing > 0.0);
        if is_contested(model) && (crossing || some(|effect| matches!(effect, Effect::ControlLoss { .. }))) {
            let name = "Without remote control".to_owned();
            self.add("control_lost", "asset-hours", "", group, name, What::Uncontrolled);
            let name = "Most assets without remote control at once".to_owned();
            self.add("control_lost_peak", "assets", "", group, name, What::MostUncontrolled);
        }
        if some(|effect| matches!(effect, Effect::Harm { .. })) {
            self.add("harmed", "people", "", group, "People harmed".to_owned(), What::Harmed);
        }
        let taken = model.malware.iter().any(|malware| !malware.exfiltrates.is_none());
        if taken || some(|effect| matches!(effect, Effect::Exfiltrate { .. })) {
            self.add("records_taken", "records", "", group, "Records taken".to_owned(), What::Records);
        }
    }
}

impl Adversary {
    /// Adds the metrics of `model` to the list.
    pub(super) fn list(model: &Model, metrics: &mut Vec<Metric>) -> Self {
        let mut lister = Lister { metrics, whats: Vec::new() };
        if is_contested(model) {
            lister.actors(model);
            lister.campaigns(model);
            lister.malware(model);
            if !(model.campaigns.is_empty() && model.malware.is_empty()) {
                lister.events(model);
            }
            lister.plans(model);
            lister.teams(model);
        }
        lister.consequences(model);
        Self(lister.whats)
    }

    /// Works out every metric of one replication, in order. Does not allocate.
    pub(super) fn evaluate(&self, run: &Record, put: &mut impl FnMut(f64)) {
        for what in &self.0 {
            put(value(what, run));
        }
    }
}

fn value(what: &What, run: &Record) -> f64 {
    match what {
        What::Step(id, fact) => step(run, *id, *fact),
        What::Campaign(id, fact) => {
            campaign(run.campaigns.iter().find(|course| course.campaign == *id), *fact)
        }
        What::Malware(id, fact) => malware(run.malware.iter().find(|course| course.malware == *id), *fact),
        What::Plan(id, fact) => plan(run, *id, *fact),
        What::Cost(costs) => {
            run.plans.iter().map(|used| costs.get(used.plan.index()).copied().unwrap_or(0.0)).sum()
        }
        What::Team(id, fact) => {
            let team = run.teams.get(id.index()).copied().unwrap_or_default();
            match fact {
                TeamFact::Utilisation if team.there_s == 0 => 0.0,
                TeamFact::Utilisation => (team.busy_s as f64 / team.there_s as f64).min(1.0),
                TeamFact::Jobs => f64::from(team.jobs),
            }
        }
        What::Loss(events) => {
            let own = run.event_losses.iter().filter(|loss| events.binary_search(&loss.event).is_ok());
            own.map(|loss| loss.lost as f64).sum::<f64>() / f64::from(Level::SCALE) / HOUR_S
        }
        What::Uncontrolled => run.uncontrolled_s as f64 / HOUR_S,
        What::MostUncontrolled => f64::from(run.most_uncontrolled),
        What::Harmed => run.harmed as f64,
        What::Records => run.exfiltrated as f64,
    }
}

fn yes(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}

fn happened(time: SimTime) -> bool {
    time != SimTime::NEVER
}

/// Hours from one moment to another; infinite where the other never came.
fn hours(from: SimTime, to: SimTime) -> f64 {
    if happened(to) { f64::from(to.0.saturating_sub(from.0)) / HOUR_S } else { f64::INFINITY }
}

fn step(run: &Record, id: StepId, fact: StepFact) -> f64 {
    let any = |wanted: &dyn Fn(&Try) -> bool| run.tries.iter().any(|one| one.step == id && wanted(one));
    let succeeded = |one: &Try| one.outcome == Outcome::Succeeded;
    yes(match fact {
        StepFact::Tried => any(&|_| true),
        StepFact::Succeeded => any(&succeeded),
        StepFact::Noticed => any(&|one| happened(one.noticed)),
        StepFact::Blocked => any(&|one| one.outcome == Outcome::Blocked),
        StepFact::Stops(campaign) => {
            let failed = |one: &Try| matches!(one.outcome, Outcome::Failed | Outcome::Blocked);
            let reached = |course: &CampaignCourse| course.campaign == campaign && happened(course.reached);
            any(&failed) && !any(&succeeded) && !run.campaigns.iter().any(reached)
        }
    })
}

/// Of a campaign that did not take place nothing is noticed, reached or ascribed.
fn campaign(course: Option<&CampaignCourse>, fact: CampaignFact) -> f64 {
    let Some(course) = course else {
        return match fact {
            CampaignFact::NoticeTime | CampaignFact::ReachTime | CampaignFact::AttributionTime => {
                f64::INFINITY
            }
            _ => 0.0,
        };
    };
    match fact {
        CampaignFact::Begun => 1.0,
        CampaignFact::Reached => yes(happened(course.reached)),
        CampaignFact::NoticedFirst => yes(course.noticed < course.reached),
        CampaignFact::NoticeTime => hours(course.began, course.noticed),
        CampaignFact::ReachTime => hours(course.began, course.reached),
        CampaignFact::AttributionTime => hours(course.began, course.attributed),
        CampaignFact::RightlyAttributed => yes(happened(course.attributed) && course.rightly),
        CampaignFact::Effort => course.effort,
    }
}

/// Where nothing was infected there was nothing to contain, and nothing to notice.
fn malware(course: Option<&MalwareCourse>, fact: MalwareFact) -> f64 {
    let Some(course) = course else {
        return match fact {
            MalwareFact::Dwell | MalwareFact::DetectTime => f64::INFINITY,
            _ => 0.0,
        };
    };
    match fact {
        MalwareFact::Infected => f64::from(course.infected),
        MalwareFact::Impaired => f64::from(course.impairments),
        MalwareFact::Crossed => f64::from(course.crossed),
        MalwareFact::Shutdowns => f64::from(course.shutdowns),
        MalwareFact::Peak => f64::from(course.peak),
        MalwareFact::Dwell => hours(course.began, course.impaired),
        MalwareFact::DetectTime => hours(course.began, course.noticed),
        MalwareFact::ContainTime => hours(course.began, course.contained),
    }
}

fn plan(run: &Record, id: PlanId, fact: PlanFact) -> f64 {
    let mut uses = run.plans.iter().filter(|used| used.plan == id);
    match fact {
        PlanFact::Used => yes(uses.next().is_some()),
        PlanFact::Uses => uses.count() as f64,
        PlanFact::Time => hours(SimTime(0), uses.map(|used| used.began).min().unwrap_or(SimTime::NEVER)),
        PlanFact::FalseAlarms => uses.filter(|used| used.false_alarm).count() as f64,
    }
}

#[cfg(test)]
pub(crate) mod tests;
