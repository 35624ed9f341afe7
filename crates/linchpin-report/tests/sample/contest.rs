//! Made-up attackers, malware and responders.

use linchpin_analysis::findings::Band;
use linchpin_analysis::findings::contest::*;

const HORIZON_H: f64 = 336.0;

fn share(of: f64) -> Share {
    Share { of, ci95: [(of - 0.01).max(0.0), (of + 0.01).min(1.0)] }
}

fn mean(of: f64) -> Mean {
    Mean { of, ci95: Some([of * 0.95, of * 1.05]) }
}

fn hours() -> Vec<f64> {
    (0..=168).map(|i| f64::from(i) * 2.0).collect()
}

/// Comes to `end` in the long run, half of that after `half` hours.
fn rising(end: f64, half: f64) -> Vec<f64> {
    hours().iter().map(|h| end * h * h / (h * h + half * half)).collect()
}

fn duration(end: f64, half: f64) -> Duration {
    let count = (end * 100.0) as u32;
    let within = |i: u32| half * libm::sqrt(f64::from(i) / f64::from(101 - i.min(100)) / end);
    let quantile = |p: u32| (p <= count).then(|| within(p));
    Duration {
        within_h: (1..=count).map(|i| within(i).min(HORIZON_H)).collect(),
        quantiles: [5, 25, 50, 75, 95].map(quantile),
        not_reached: 1.0 - end,
    }
}

/// Id, name, technique, its name, tried, succeeded, noticed, blocked, half time.
type Told = (&'static str, &'static str, &'static str, &'static str, f64, f64, f64, f64, f64);

const STEPS: [Told; 9] = [
    (
        "phish",
        "Send mails with macros",
        "attack-ics:T0865",
        "Spearphishing Attachment",
        1.0,
        0.94,
        0.31,
        0.06,
        4.0,
    ),
    (
        "survey",
        "Look round the office network",
        "attack:T1046",
        "Network Service Discovery",
        0.94,
        0.9,
        0.2,
        0.04,
        30.0,
    ),
    ("logins", "Take logins", "attack-ics:T0859", "Valid Accounts", 0.9, 0.81, 0.12, 0.05, 60.0),
    (
        "remote",
        "Enter the control centre from afar",
        "attack-ics:T0822",
        "External Remote Services",
        0.81,
        0.66,
        0.25,
        0.15,
        90.0,
    ),
    (
        "breakers",
        "Open breakers at seven substations",
        "attack-ics:T0855",
        "Unauthorized Command Message",
        0.66,
        0.61,
        0.66,
        0.02,
        120.0,
    ),
    ("firmware", "Destroy converters", "attack-ics:T0857", "System Firmware", 0.61, 0.55, 0.4, 0.0, 121.0),
    ("wipe", "Wipe work stations", "attack:T1561.002", "Disk Structure Wipe", 0.61, 0.58, 0.58, 0.0, 122.0),
    (
        "ups",
        "Switch off emergency supplies",
        "attack-ics:T0816",
        "Device Restart/Shutdown",
        0.61,
        0.3,
        0.3,
        0.0,
        122.0,
    ),
    ("calls", "Flood the call centre", "attack-ics:T0814", "Denial of Service", 0.61, 0.61, 0.61, 0.0, 120.5),
];
const ARROWS: [(u32, u32, f64); 11] = [
    (0, 1, 0.94),
    (1, 2, 0.9),
    (2, 3, 0.5),
    (1, 3, 0.31),
    (3, 4, 0.66),
    (4, 5, 0.61),
    (4, 6, 0.61),
    (4, 7, 0.61),
    (4, 8, 0.61),
    (2, 8, 0.61),
    (0, 8, 0.0),
];

fn step((id, name, technique, technique_name, tried, succeeded, noticed, blocked, half): Told) -> StepResult {
    StepResult {
        id: id.into(),
        name: name.into(),
        technique: technique.into(),
        technique_name: technique_name.into(),
        goal: id == "breakers",
        any: id == "remote",
        tried: share(tried),
        succeeded: share(succeeded),
        noticed: share(noticed),
        blocked: share(blocked),
        stops: if tried > 0.61 { (tried - succeeded) * 0.8 } else { 0.0 },
        courses: [(tried, 1.0), (succeeded, 1.1), (noticed, 1.3), (blocked, 1.05)]
            .map(|(end, slower)| rising(end, half * slower)),
    }
}

fn campaigns() -> Vec<CampaignResult> {
    let grid = CampaignResult {
        id: "grid".into(),
        name: "Attack on three distributors".into(),
        actor: "State service A".into(),
        begun: share(1.0),
        reached: share(0.61),
        noticed_first: share(0.52),
        reach_time: duration(0.61, 120.0),
        notice_time: duration(0.88, 70.0),
        attribution_time: Some(duration(0.35, 200.0)),
        ascribed_rightly: Some(share(0.3)),
        effort: mean(14.2),
        loss_h: mean(5230.0),
        steps: STEPS.into_iter().map(step).collect(),
        arrows: ARROWS.into_iter().map(|(from, to, taken)| Arrow { from, to, taken }).collect(),
        hours: hours(),
    };
    let drones = CampaignResult {
        id: "drones".into(),
        name: "Drones over the airport".into(),
        actor: "Proxy B".into(),
        attribution_time: None,
        ascribed_rightly: None,
        reached: share(0.97),
        reach_time: duration(0.97, 30.0),
        notice_time: duration(1.0, 6.0),
        loss_h: mean(41.0),
        steps: vec![step(("fly", "Fly over the runway", "", "", 1.0, 0.97, 1.0, 0.0, 20.0))],
        arrows: Vec::new(),
        ..grid.clone()
    };
    vec![grid, drones]
}

fn spread(group: &str, name: &str, curve: impl Fn(f64) -> f64) -> Band {
    let of = |factor: f64| hours().iter().map(|h| curve(h / 2.0) * factor).collect::<Vec<f64>>();
    Band {
        group: group.into(),
        name: name.into(),
        kind: "malware".into(),
        hours: hours(),
        mean: of(1.02),
        percentiles: [of(0.3), of(0.7), of(1.0), of(1.4), of(2.1)],
    }
}

fn malware() -> MalwareResult {
    let hump =
        |at: f64, width: f64| move |h: f64| 1800.0 * libm::exp(-((h - at) / width) * ((h - at) / width));
    MalwareResult {
        id: "wiper".into(),
        name: "Disk wiper".into(),
        infected: mean(1900.0),
        impaired: mean(1700.0),
        peak: [Some(600.0), Some(1300.0), Some(1800.0), Some(2500.0), Some(3700.0)],
        dwell: duration(0.93, 40.0),
        detection: duration(0.97, 44.0),
        containment: duration(0.72, 150.0),
        bands: vec![
            spread("infected", "Infected", hump(25.0, 10.0)),
            spread("impaired", "Impaired", hump(45.0, 25.0)),
            spread("immune", "Immune", |h| 1800.0 * h * h / (h * h + 3600.0)),
        ],
    }
}

fn plan(id: &str, name: &str, used: f64, half: f64, alarms: Option<f64>) -> PlanResult {
    let (used_share, time) = (share(used), duration(used, half));
    let false_alarms = alarms.map(mean);
    PlanResult { id: id.into(), name: name.into(), on: true, used: used_share, time, false_alarms }
}

fn assessment(target: &str, [intent, capability, opportunity, likelihood, impact]: [u8; 5]) -> AssessmentRow {
    AssessmentRow {
        target: target.into(),
        intent,
        capability,
        opportunity,
        likelihood,
        impact,
        confidence: "moderate".into(),
        source: "Exercise planning group, G".into(),
    }
}

fn actor(id: &str, name: &str, kind: &str, assessments: Vec<AssessmentRow>) -> ActorResult {
    ActorResult {
        id: id.into(),
        name: name.into(),
        kind: kind.into(),
        assessments,
        campaigns: vec![("Attack on three distributors".into(), share(0.61))],
        loss_h: Some(mean(5230.0)),
    }
}

fn loss(kind: &str, name: &str, of: &str, hours: f64) -> LossRow {
    LossRow { kind: kind.into(), id: name.into(), name: name.into(), of: of.into(), loss_h: mean(hours) }
}

/// Two actors, two campaigns, a malware, plans and teams.
pub fn contest() -> Contest {
    let team = |name: &str, middle: f64, crews| TeamResult {
        id: name.into(),
        name: name.into(),
        crews,
        utilisation: [0.4, 0.8, 1.0, 1.2, 1.5].map(|factor| Some((middle * factor).min(1.0))),
        utilisation_mean: middle,
        jobs: mean(12.4),
    };
    let grid = "Attack on three distributors";
    Contest {
        actors: vec![
            actor(
                "a",
                "State service A",
                "state",
                vec![
                    assessment("Distributors", [5, 5, 3, 4, 5]),
                    assessment("Water works", [2, 4, 3, 3, 4]),
                    assessment("Hospitals", [2, 4, 4, 3, 4]),
                ],
            ),
            actor("b", "Proxy B", "proxy", vec![assessment("Airports", [4, 2, 4, 3, 2])]),
            actor("c", "Band of extortionists", "criminal", vec![assessment("Hospitals", [4, 3, 4, 4, 4])]),
        ],
        campaigns: campaigns(),
        malware: vec![malware()],
        plans: vec![
            plan("manual", "Drive out and switch by hand", 0.6, 122.0, None),
            plan("alert", "Raised alert level", 0.88, 75.0, Some(0.4)),
            plan("help", "Crews from the neighbour", 0.21, 180.0, None),
            plan("never", "Rationing", 0.0, 1.0, None),
        ],
        teams: vec![team("Line crews North", 0.62, 6), team("Computer emergency team", 0.35, 1)],
        losses: vec![
            loss("actor", "State service A", "", 5230.0),
            loss("actor", "Proxy B", "", 41.0),
            loss("campaign", grid, "", 5230.0),
            loss("campaign", "Drones over the airport", "", 41.0),
            loss("step", "Open breakers at seven substations", grid, 4100.0),
            loss("step", "Destroy converters", grid, 600.0),
            loss("malware", "Disk wiper", "", 530.0),
            loss("event", "Ice storm", "", 212.0),
        ],
    }
}

/// Puts other names everywhere.
pub fn rename(contest: &mut Contest, name: impl Fn(usize) -> String) {
    for (i, actor) in contest.actors.iter_mut().enumerate() {
        (actor.name, actor.kind) = (name(i), name(i + 1));
        actor.campaigns.iter_mut().for_each(|(campaign, _)| *campaign = name(i + 2));
        for row in &mut actor.assessments {
            (row.target, row.confidence, row.source) = (name(i), name(i + 1), name(i + 2));
        }
    }
    for (i, campaign) in contest.campaigns.iter_mut().enumerate() {
        (campaign.name, campaign.actor) = (name(i), name(i + 1));
        for (k, step) in campaign.steps.iter_mut().enumerate() {
            (step.name, step.technique, step.technique_name) = (name(k), name(k + 1), name(k + 2));
        }
    }
    for (i, malware) in contest.malware.iter_mut().enumerate() {
        malware.name = name(i + 3);
        malware.bands.iter_mut().for_each(|band| band.name = name(i + 1));
    }
    contest.plans.iter_mut().enumerate().for_each(|(i, plan)| plan.name = name(i));
    contest.teams.iter_mut().enumerate().for_each(|(i, team)| team.name = name(i));
    contest.losses.iter_mut().enumerate().for_each(|(i, row)| (row.name, row.of) = (name(i), name(i + 1)));
}

/// Puts other numbers everywhere.
pub fn renumber(contest: &mut Contest, number: impl Fn(usize) -> f64) {
    let mut i = 0;
    let mut next = || {
        i += 1;
        number(i)
    };
    let time = |duration: &mut Duration, next: &mut dyn FnMut() -> f64| {
        duration.within_h.iter_mut().for_each(|h| *h = next());
        duration.quantiles = duration.quantiles.map(|_| Some(next()));
        duration.not_reached = next();
    };
    for campaign in &mut contest.campaigns {
        (campaign.reached.of, campaign.noticed_first.of, campaign.loss_h.of) = (next(), next(), next());
        time(&mut campaign.reach_time, &mut next);
        time(&mut campaign.notice_time, &mut next);
        campaign.arrows.iter_mut().for_each(|arrow| arrow.taken = next());
        for step in &mut campaign.steps {
            (step.tried.of, step.succeeded.of, step.noticed.of, step.stops) =
                (next(), next(), next(), next());
            step.courses.iter_mut().flatten().for_each(|value| *value = next());
        }
    }
    for malware in &mut contest.malware {
        malware.peak = malware.peak.map(|_| Some(next()));
        time(&mut malware.containment, &mut next);
        for band in &mut malware.bands {
            band.mean.iter_mut().chain(band.percentiles.iter_mut().flatten()).for_each(|v| *v = next());
        }
    }
    for plan in &mut contest.plans {
        plan.used.of = next();
        time(&mut plan.time, &mut next);
    }
    for team in &mut contest.teams {
        (team.utilisation_mean, team.jobs.of) = (next(), next());
        team.utilisation = team.utilisation.map(|_| Some(next()));
    }
    for row in &mut contest.losses {
        row.loss_h = Mean { of: next(), ci95: Some([next(), next()]) };
    }
}

/// Far more of everything than can be shown.
pub fn crowd(contest: &mut Contest) {
    let campaign = contest.campaigns[0].clone();
    for n in 0..12_u32 {
        let mut other = campaign.clone();
        for k in 0..30_u32 {
            let mut step = campaign.steps[k as usize % 9].clone();
            step.name = format!("{} number {k}", step.name);
            other.steps.push(step);
            other.arrows.push(Arrow { from: (k * 7) % 9, to: 9 + k, taken: 0.5 });
            other.arrows.push(Arrow { from: k % 20, to: 9 + k, taken: 0.25 });
        }
        other.name = format!("Campaign {n}");
        contest.campaigns.push(other);
        contest.malware.push(contest.malware[0].clone());
        contest.plans.extend((0..4).map(|k| plan("p", &format!("Plan {n} {k}"), 0.5, 50.0, Some(3.0))));
        contest.teams.extend([contest.teams[0].clone(), contest.teams[1].clone()]);
        contest.losses.extend((0..5).map(|k| loss("step", &format!("Step {n} {k}"), "Campaign", 100.0)));
        let rows = (0..4).map(|k| assessment(&format!("Target {n} {k}"), [3, 3, 3, 3, 3 + (n % 3) as u8]));
        contest.actors.push(actor("x", &format!("Actor {n}"), "criminal", rows.collect()));
    }
}
