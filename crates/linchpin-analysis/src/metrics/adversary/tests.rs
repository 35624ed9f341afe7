//! Metrics of records made by hand: what did not come to pass is infinite, never a number.

use super::*;
use crate::metrics::tests::{check, evaluate};
use linchpin_model::{
    Actor, ActorId, ActorKind, Assessment, CampaignStep, Detonation, DistId, Distribution, Event, EventLoss,
    Key, Malware, NodeId, Observation, Plan, PlanUse, Success, Targets, Team, TeamUse, Technique,
};

fn event(id: &str, occasion: Occasion, effects: Vec<Effect>) -> Event {
    Event {
        id: id.into(),
        name: String::new(),
        key: Key::of(id),
        after: None,
        at: DistId::NONE,
        targets: Targets::None,
        probability: 1.0,
        hit_probability: 1.0,
        severity: DistId::NONE,
        effects,
        threat: true,
        occasion,
    }
}

fn step(id: &str, name: &str, event: u32, after: &[u32], on_failure: OnFailure) -> CampaignStep {
    CampaignStep {
        id: id.into(),
        name: name.into(),
        key: Key::of(id),
        campaign: CampaignId(0),
        event: EventId(event),
        technique: Some(Technique {
            catalogue: "attack-ics".into(),
            id: "T0855".into(),
            name: "Unauthorized Command Message".into(),
            tactic: "impair-process-control".into(),
        }),
        after: after.iter().map(|step| StepId(*step)).collect(),
        any: false,
        wait: DistId::NONE,
        duration: DistId::NONE,
        effort: 1.0,
        candidates: vec![NodeId(0)],
        take: 1,
        strategy: linchpin_model::Strategy::All,
        adaptive: false,
        success: Success::Given(0.5),
        detection: DistId::NONE,
        blocked: 1.0,
        on_failure,
    }
}

fn malware() -> Malware {
    Malware {
        id: "wiper".into(),
        name: "Wiper".into(),
        key: Key::of("wiper"),
        event: EventId(4),
        platforms: Vec::new(),
        patchable: true,
        spread: Vec::new(),
        infectious: DistId::NONE,
        reinfects: false,
        detonation: Detonation::Never,
        it_loss: Level::ONE,
        destroys_backups: false,
        crossing: 0.1,
        manipulates: None,
        exfiltrates: DistId::NONE,
        stops: DistId::NONE,
    }
}

fn plan(false_alarms: DistId) -> Plan {
    Plan {
        id: "manual".into(),
        name: "Manual operation".into(),
        key: Key::of("manual"),
        event: EventId(5),
        when: Observation {
            condition: linchpin_model::Condition::Noticed(CampaignId::NONE, 1),
            lasting: DistId::NONE,
            lag: DistId::NONE,
            through: Vec::new(),
            false_alarms,
        },
        decision: DistId::NONE,
        requires: Vec::new(),
        times: 3,
        lasts: DistId::NONE,
        cost: 2.5,
        on: true,
        adoption: Vec::new(),
    }
}

/// [`crate::metrics::tests::model`] attacked: phishing, then breakers, beside that a wiper; one plan; one team.
pub(crate) fn contested() -> Model {
    let mut model = crate::metrics::tests::model();
    model.dists.push(Distribution::Fixed(3600.0));
    let ever = DistId(0);
    let closure = || vec![Effect::Closure { lasts: ever }];
    model.events = vec![
        event("flood", Occasion::Script, closure()),
        event("storm/phish", Occasion::Step(StepId(0)), Vec::new()),
        event("storm/breakers", Occasion::Step(StepId(1)), closure()),
        event("storm/wipe", Occasion::Step(StepId(2)), vec![Effect::Compromise { malware: MalwareId(0) }]),
        event("malware/wiper", Occasion::Malware(MalwareId(0)), Vec::new()),
        event("plan/manual", Occasion::Plan(PlanId(0)), Vec::new()),
    ];
    model.actors = vec![Actor {
        id: "bear".into(),
        name: "Bear".into(),
        key: Key::of("bear"),
        kind: ActorKind::State,
        capability: [0.5; 7],
        effort: f64::INFINITY,
        patience: DistId::NONE,
        assessments: vec![Assessment {
            target: "Works".into(),
            nodes: vec![NodeId(0)],
            intent: 4,
            capability: 4,
            opportunity: 2,
            impact: 5,
            confidence: "moderate".into(),
            source: "made up".into(),
        }],
    }];
    model.campaigns = vec![Campaign {
        id: "storm".into(),
        name: "Storm".into(),
        key: Key::of("storm"),
        actor: ActorId(0),
        start: ever,
        probability: 1.0,
        first_step: 0,
        steps: 3,
        goals: vec![StepId(1)],
    }];
    let retry = OnFailure::Retry { times: 2, pause: DistId::NONE };
    model.steps = vec![
        step("phish", "Send mails", 1, &[], retry),
        step("breakers", "Open breakers", 2, &[0], OnFailure::Stop),
        step("wipe", "Wipe stations", 3, &[0], OnFailure::GoOn),
    ];
    model.malware = vec![malware()];
    model.plans = vec![plan(ever)];
    model.teams = vec![Team {
        node: NodeId(2),
        skill: linchpin_model::SkillId(0),
        crews: 1,
        home: linchpin_model::RegionId::NONE,
        serves: Vec::new(),
        travel: DistId::NONE,
    }];
    model
}

pub(crate) fn one_try(step: u32, [began, ended, noticed]: [u32; 3], outcome: Outcome) -> Try {
    let [began, ended, noticed] = [began, ended, noticed].map(SimTime);
    Try { step: StepId(step), began, ended, noticed, outcome, struck: 1 }
}

const NEVER: u32 = u32::MAX;

fn course(noticed: u32, reached: u32) -> CampaignCourse {
    CampaignCourse {
        campaign: CampaignId(0),
        began: SimTime(3600),
        noticed: SimTime(noticed),
        reached: SimTime(reached),
        ended: SimTime::NEVER,
        attributed: SimTime::NEVER,
        confidence: 0.0,
        rightly: false,
        effort: 3.0,
    }
}

#[test]
fn a_model_without_attackers_has_none_of_these() {
    let catalogue = crate::Catalogue::new(&crate::metrics::tests::model());
    assert_eq!(catalogue.metrics().last().map(|metric| metric.id.as_str()), Some("repair_wait"));
    assert!(catalogue.adversary.0.is_empty());
}

#[test]
fn steps_and_their_campaign() {
    let run = Record {
        initial: vec![0; contested().groups.len()],
        tries: vec![
            one_try(0, [3600, 7200, 5000], Outcome::Blocked),
            one_try(0, [7200, 9000, NEVER], Outcome::Succeeded),
            one_try(1, [9000, 9600, NEVER], Outcome::Failed),
            one_try(2, [9000, NEVER, NEVER], Outcome::Open),
        ],
        campaigns: vec![course(7200, NEVER)],
        ..Record::default()
    };
    let model = contested();
    check(
        &evaluate(&model, None, &run),
        &[
            ("step_tried/storm/phish", 1.0),
            ("step_succeeded/storm/phish", 1.0),
            ("step_noticed/storm/phish", 1.0),
            ("step_blocked/storm/phish", 1.0),
            ("step_stops/storm/phish", 0.0),
            ("step_stops/storm/breakers", 1.0),
            ("step_succeeded/storm/wipe", 0.0),
            ("step_tried/storm/wipe", 1.0),
            ("campaign_begun/storm", 1.0),
            ("campaign_reached/storm", 0.0),
            ("campaign_noticed_first/storm", 1.0),
            ("campaign_notice_time/storm", 1.0),
            ("campaign_reach_time/storm", f64::INFINITY),
            ("campaign_effort/storm", 3.0),
        ],
    );
    let catalogue = crate::Catalogue::new(&model);
    assert!(catalogue.find("step_stops/storm/wipe").is_none(), "what goes on stops nothing");
    assert!(catalogue.find("campaign_attribution_time/storm").is_none(), "nobody ascribes anything here");
}

#[test]
fn what_does_not_take_place_is_never_a_number() {
    let run = Record { initial: vec![0; contested().groups.len()], ..Record::default() };
    check(
        &evaluate(&contested(), None, &run),
        &[
            ("campaign_begun/storm", 0.0),
            ("campaign_noticed_first/storm", 0.0),
            ("campaign_notice_time/storm", f64::INFINITY),
            ("campaign_reach_time/storm", f64::INFINITY),
            ("step_stops/storm/breakers", 0.0),
            ("malware_infected/wiper", 0.0),
            ("malware_dwell/wiper", f64::INFINITY),
            ("malware_detect_time/wiper", f64::INFINITY),
            ("malware_contain_time/wiper", 0.0),
            ("plan_used/manual", 0.0),
            ("plan_time/manual", f64::INFINITY),
            ("team_utilisation/grid", 0.0),
        ],
    );
}

#[test]
fn noticed_first_means_before_the_goal() {
    for (noticed, reached, first) in
        [(7200, 9000, 1.0), (9000, 9000, 0.0), (9001, 9000, 0.0), (NEVER, NEVER, 0.0), (7200, NEVER, 1.0)]
    {
        let run = Record {
            initial: vec![0; contested().groups.len()],
            campaigns: vec![course(noticed, reached)],
            ..Record::default()
        };
        check(&evaluate(&contested(), None, &run), &[("campaign_noticed_first/storm", first)]);
    }
}

#[test]
fn malware_plans_teams_and_losses() {
    let used = |began: u32, false_alarm| PlanUse {
        plan: PlanId(0),
        observed: SimTime(began - 60),
        began: SimTime(began),
        false_alarm,
    };
    let loss = |event: u32, hours: u64| EventLoss { event: EventId(event), lost: hours * 3_600_000_000 };
    let run = Record {
        initial: vec![0; contested().groups.len()],
        malware: vec![MalwareCourse {
            malware: MalwareId(0),
            began: SimTime(9000),
            noticed: SimTime(9000 + 7200),
            impaired: SimTime(9000 + 3600),
            contained: SimTime::NEVER,
            infected: 7,
            impairments: 5,
            crossed: 1,
            shutdowns: 2,
            peak: 6,
        }],
        plans: vec![used(7200, true), used(36_000, false)],
        teams: vec![TeamUse { busy_s: 100, jobs: 4, there_s: 400 }],
        event_losses: vec![loss(0, 1), loss(2, 10), loss(4, 100)],
        uncontrolled_s: 1800,
        most_uncontrolled: 3,
        ..Record::default()
    };
    check(
        &evaluate(&contested(), None, &run),
        &[
            ("malware_infected/wiper", 7.0),
            ("malware_impaired/wiper", 5.0),
            ("malware_crossed/wiper", 1.0),
            ("malware_shutdowns/wiper", 2.0),
            ("malware_peak/wiper", 6.0),
            ("malware_dwell/wiper", 1.0),
            ("malware_detect_time/wiper", 2.0),
            ("malware_contain_time/wiper", f64::INFINITY),
            ("plan_used/manual", 1.0),
            ("plan_uses/manual", 2.0),
            ("plan_time/manual", 2.0),
            ("plan_false_alarms/manual", 1.0),
            ("plan_cost", 5.0),
            ("team_utilisation/grid", 0.25),
            ("team_jobs/grid", 4.0),
            ("event_loss/flood", 1.0),
            ("step_loss/storm/breakers", 10.0),
            ("malware_loss/wiper", 100.0),
            // The wiper comes in with this campaign only.
            ("campaign_loss/storm", 110.0),
            ("actor_loss/bear", 110.0),
            ("control_lost", 0.5),
            ("control_lost_peak", 3.0),
        ],
    );
}

#[test]
fn malware_that_others_bring_in_too_is_nobodys() {
    let mut model = contested();
    assert_eq!(brought_by(&model, MalwareId(0)), Some(CampaignId(0)));
    model.events[0].effects.push(Effect::Compromise { malware: MalwareId(0) });
    assert_eq!(brought_by(&model, MalwareId(0)), None);
    assert_eq!(events_of(&model, CampaignId(0)), [1, 2, 3].map(EventId));
}
