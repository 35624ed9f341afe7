//! Campaigns by hand: times, tries, detection, effort, choice of targets, and what follows.

mod gambles;
#[path = "../plots/mod.rs"]
mod plots;

use linchpin_model::*;
use linchpin_sim::{RunOptions, Simulation};
use plots::{Move, actor, campaign, event, step};
use std::sync::Arc;

const HORIZON: u32 = 10_000;

/// A model in the making: assets of one sector, and a table of seconds.
struct Plot {
    b: ModelBuilder,
    sector: SectorId,
    service: ServiceId,
    region: RegionId,
}

impl Plot {
    fn new() -> Self {
        let mut b = ModelBuilder::new(Meta { horizon: HORIZON, ..Meta::default() });
        let sector = b.sector("energy", "Energy");
        let service = b.service("supply", "Supply");
        let region = b.region(Region {
            id: "here".into(),
            name: "Here".into(),
            population: 0.0,
            parent: None,
            position: None,
        });
        Self { b, sector, service, region }
    }

    fn seconds(&mut self, seconds: u32) -> DistId {
        self.b.dist(Distribution::Fixed(f64::from(seconds)))
    }

    fn asset(&mut self, id: &str) -> NodeId {
        self.b.node(id, id, self.sector, self.region)
    }

    fn assets<const N: usize>(&mut self, ids: [&str; N]) -> [NodeId; N] {
        ids.map(|id| self.asset(id))
    }

    fn closure(&mut self, seconds: u32) -> Vec<Effect> {
        vec![Effect::Closure { lasts: self.seconds(seconds) }]
    }

    fn actor(&mut self, id: &str) -> ActorId {
        actor(self.b.parts(), id)
    }

    /// A campaign of nobody in particular that begins at 100 s.
    fn campaign(&mut self, id: &str, moves: &[Move]) -> CampaignId {
        self.campaign_of(ActorId::NONE, id, moves)
    }

    fn campaign_of(&mut self, actor: ActorId, id: &str, moves: &[Move]) -> CampaignId {
        let start = self.seconds(100);
        campaign(self.b.parts(), id, actor, start, moves)
    }

    fn finish(self) -> Arc<Model> {
        Arc::new(self.b.finish())
    }
}

fn run(model: &Arc<Model>, replication: u32) -> Record {
    run_with(model, replication, RunOptions::default())
}

fn run_with(model: &Arc<Model>, replication: u32, options: RunOptions) -> Record {
    let mut record = Record::default();
    let draws = Seeds::new(3).replication(replication);
    Simulation::new(model.clone()).run(replication, draws, options, &mut record);
    assert_eq!(record.failure, None);
    record
}

/// Step, beginning, end, when noticed, outcome and targets struck of all tries.
fn told(model: &Model, record: &Record) -> Vec<String> {
    let at = |time: SimTime| if time == SimTime::NEVER { "-".to_owned() } else { time.0.to_string() };
    let line = |t: &Try| {
        let step = &model.steps[t.step.index()].id;
        let [began, ended, noticed] = [t.began, t.ended, t.noticed].map(at);
        format!("{step} {began} {ended} {noticed} {:?} {}", t.outcome, t.struck)
    };
    record.tries.iter().map(line).collect()
}

/// Runs a campaign of these steps alone and compares its tries.
fn check(what: &str, mut plot: Plot, moves: &[Move], expected: &[&str]) {
    plot.campaign("plot", moves);
    let model = plot.finish();
    assert_eq!(told(&model, &run(&model, 0)), expected, "{what}");
}

#[test]
fn certainties_are_certain() {
    let zero = Success::Given(0.0);
    for (what, success, detection, blocked, expected) in [
        ("certain", Success::Given(1.0), None, 1.0, "s 100 150 - Succeeded 0"),
        ("impossible", zero, None, 1.0, "s 100 150 - Failed 0"),
        ("noticed and stopped", Success::Given(1.0), Some(20), 1.0, "s 100 120 120 Blocked 0"),
        ("noticed at once and stopped", Success::Given(1.0), Some(0), 1.0, "s 100 100 100 Blocked 0"),
        ("noticed in vain", Success::Given(1.0), Some(20), 0.0, "s 100 150 120 Succeeded 0"),
        ("noticed when it is over", Success::Given(1.0), Some(50), 1.0, "s 100 150 150 Succeeded 0"),
        ("noticed late", zero, Some(500), 1.0, "s 100 150 600 Failed 0"),
        ("noticed after all", Success::Given(1.0), Some(HORIZON), 1.0, "s 100 150 - Succeeded 0"),
    ] {
        let mut plot = Plot::new();
        let takes = plot.seconds(50);
        let detection = detection.map_or(DistId::NONE, |at| plot.seconds(at));
        check(
            what,
            plot,
            &[step("s").takes(takes).succeeds(success).noticed(detection, blocked)],
            &[expected],
        );
    }
}

/// A step that takes no time is done before anybody can stop it; a chain of such is done at once.
#[test]
fn what_takes_no_time_takes_none() {
    let mut plot = Plot::new();
    let zero = plot.seconds(0);
    let moves = [
        step("a").noticed(zero, 1.0),
        step("b").takes(zero).noticed(zero, 1.0).after(&["a"]),
        step("c").succeeds(Success::Given(0.0)).or(OnFailure::Retry { times: 2, pause: zero }).after(&["b"]),
    ];
    let expected = [
        "a 100 100 100 Succeeded 0",
        "b 100 100 100 Succeeded 0",
        "c 100 100 - Failed 0",
        "c 100 100 - Failed 0",
        "c 100 100 - Failed 0",
    ];
    check("no time", plot, &moves, &expected);
}

#[test]
fn a_campaign_that_does_not_take_place_leaves_nothing() {
    let mut plot = Plot::new();
    let one = plot.campaign("never", &[step("a")]);
    plot.campaign("always", &[step("b")]);
    let late = plot.seconds(HORIZON);
    campaign(plot.b.parts(), "late", ActorId::NONE, late, &[step("c")]);
    plot.b.parts().campaigns[one.index()].probability = 0.0;
    let model = plot.finish();
    let record = run(&model, 0);
    assert_eq!(told(&model, &record), ["b 100 100 - Succeeded 0"]);
    let course = CampaignCourse {
        campaign: CampaignId(1),
        began: SimTime(100),
        noticed: SimTime::NEVER,
        reached: SimTime(100),
        ended: SimTime::NEVER,
        attributed: SimTime::NEVER,
        confidence: 0.0,
        rightly: false,
        effort: 0.0,
    };
    assert_eq!(record.campaigns, [course]);
    let calm = run_with(&model, 0, RunOptions { threat: false, trace: true });
    assert_eq!((calm.tries.len(), calm.campaigns.len(), calm.trace.len(), calm.events), (0, 0, 0, 0));
}

#[test]
fn steps_follow_all_or_any() {
    let mut plot = Plot::new();
    let [ten, thirty, five] = [10, 30, 5].map(|s| plot.seconds(s));
    let mut both = step("both").after(&["fast", "slow"]).takes(ten);
    both.step.wait = five;
    let moves = [
        step("fast").takes(ten),
        step("slow").takes(thirty),
        both,
        step("either").after_any(&["fast", "slow"]).takes(five),
        step("last").after(&["both", "either"]),
    ];
    let expected = [
        "fast 100 110 - Succeeded 0",
        "slow 100 130 - Succeeded 0",
        "either 110 115 - Succeeded 0",
        "both 135 145 - Succeeded 0",
        "last 145 145 - Succeeded 0",
    ];
    check("graph", plot, &moves, &expected);
}

#[test]
fn failures_are_retried_gone_on_from_or_the_end() {
    let never = || step("a").succeeds(Success::Given(0.0));
    let next = || step("b").after(&["a"]);
    let with = |on_failure: fn(DistId) -> OnFailure| {
        let mut plot = Plot::new();
        let (ten, pause, long) = (plot.seconds(10), plot.seconds(7), plot.seconds(40));
        (plot, [never().takes(ten).or(on_failure(pause)), next(), step("other").takes(long)])
    };
    let other = "other 100 140 - Succeeded 0";
    let (plot, moves) = with(|_| OnFailure::Stop);
    check("stop", plot, &moves, &["a 100 110 - Failed 0", other]);
    let (plot, moves) = with(|_| OnFailure::GoOn);
    check("go on", plot, &moves, &["a 100 110 - Failed 0", other, "b 110 110 - Succeeded 0"]);
    let (plot, moves) = with(|_| OnFailure::Abandon);
    check("abandon", plot, &moves, &["a 100 110 - Failed 0", "other 100 110 - Failed 0"]);
    let (plot, moves) = with(|pause| OnFailure::Retry { times: 2, pause });
    let tries = ["a 100 110 - Failed 0", other, "a 117 127 - Failed 0", "a 134 144 - Failed 0"];
    check("retry", plot, &moves, &tries);
    let (plot, moves) = with(|_| OnFailure::Retry { times: 0, pause: DistId::NONE });
    check("retry never", plot, &moves, &["a 100 110 - Failed 0", other]);
}

/// A try that is stopped counts as failed, and later ones are noticed on their own.
#[test]
fn a_blocked_step_is_tried_again() {
    let mut plot = Plot::new();
    let (ten, four) = (plot.seconds(10), plot.seconds(4));
    let moves = [step("a").takes(ten).noticed(four, 1.0).or(OnFailure::Retry { times: 1, pause: ten })];
    check("blocked", plot, &moves, &["a 100 104 104 Blocked 0", "a 114 118 118 Blocked 0"]);
}

/// A goal is reached by success alone, and only when all of them are.
#[test]
fn goals_are_reached_when_all_of_them_are() {
    for (what, goals, fails, expected) in [
        ("the last ones", &[][..], false, Some(130)),
        ("one of them", &[1], false, Some(110)),
        ("two of them", &[1, 2], false, Some(130)),
        ("one that fails", &[1], true, None),
    ] {
        let mut plot = Plot::new();
        let (ten, thirty) = (plot.seconds(10), plot.seconds(30));
        let mut fast = step("fast").takes(ten).or(OnFailure::GoOn).after(&["first"]);
        fast.step.success = Success::Given(f64::from(u8::from(!fails)));
        let id = plot.campaign("plot", &[step("first"), fast, step("slow").takes(thirty).after(&["first"])]);
        plot.b.parts().campaigns[id.index()].goals = goals.iter().map(|goal| StepId(*goal)).collect();
        let reached = run(&plot.finish(), 0).campaigns[0].reached;
        assert_eq!(reached, expected.map_or(SimTime::NEVER, SimTime), "{what}");
    }
}

#[test]
fn campaigns_of_an_actor_share_its_effort() {
    let mut plot = Plot::new();
    let (ten, who) = (plot.seconds(10), plot.actor("they"));
    plot.b.parts().actors[0].effort = 8.0;
    let never = step("never").succeeds(Success::Given(0.0)).costs(2.0).takes(ten);
    let retry = OnFailure::Retry { times: 9, pause: DistId::NONE };
    plot.campaign_of(who, "one", &[never.or(retry), step("long").takes(ten)]);
    plot.campaign_of(
        who,
        "two",
        &[step("dear").costs(3.0), step("more").costs(0.5).after(&["dear"]).takes(ten)],
    );
    plot.campaign_of(ActorId::NONE, "others", &[step("free").costs(1000.0)]);
    let model = plot.finish();
    let record = run(&model, 0);
    // 2 + 3 + 0.5 at once leave 2.5 for one more try, and 0.5 that is not enough.
    let expected = [
        "never 100 110 - Failed 0",
        "long 100 110 - Succeeded 0",
        "dear 100 100 - Succeeded 0",
        "more 100 110 - Succeeded 0",
        "free 100 100 - Succeeded 0",
        "never 110 120 - Failed 0",
    ];
    assert_eq!(told(&model, &record), expected);
    // Steps that begin in one second do so in the order of the scenario.
    let courses: Vec<_> = record.campaigns.iter().map(|c| (c.ended, c.effort)).collect();
    assert_eq!(courses, [(SimTime(120), 4.0), (SimTime::NEVER, 3.5), (SimTime::NEVER, 1000.0)]);
}

#[test]
fn patience_ends() {
    let mut plot = Plot::new();
    let (ten, who) = (plot.seconds(10), plot.actor("they"));
    let patience = plot.seconds(20);
    plot.b.parts().actors[0].patience = patience;
    let chain = [step("a").takes(ten), step("b").takes(ten).after(&["a"]), step("c").after(&["b"])];
    plot.campaign_of(who, "plot", &chain);
    let model = plot.finish();
    let record = run(&model, 0);
    assert_eq!(told(&model, &record), ["a 100 110 - Succeeded 0", "b 110 120 - Succeeded 0"]);
    assert_eq!(record.campaigns[0].ended, SimTime(120));
}

/// An actor is drained, a campaign stopped: by a scripted event.
#[test]
fn campaigns_are_drained_and_stopped() {
    for (what, effect, expected) in [
        ("drained", Effect::Drain { actor: ActorId(0), effort: 5.0 }, &["a 100 110 - Succeeded 0"][..]),
        (
            "a little",
            Effect::Drain { actor: ActorId(0), effort: 4.0 },
            &["a 100 110 - Succeeded 0", "b 110 110 - Succeeded 0"],
        ),
        ("stopped", Effect::Stop { campaign: CampaignId(0) }, &["a 100 110 - Succeeded 0"]),
    ] {
        let mut plot = Plot::new();
        let (ten, at, who) = (plot.seconds(10), plot.seconds(105), plot.actor("they"));
        plot.b.parts().actors[0].effort = 6.0;
        plot.campaign_of(who, "plot", &[step("a").takes(ten).costs(1.0), step("b").after(&["a"]).costs(1.0)]);
        plot.b.parts().events.push(event("help", at, Targets::None, vec![effect]));
        let model = plot.finish();
        let record = run(&model, 0);
        assert_eq!(told(&model, &record), expected, "{what}");
    }
}

/// A campaign that is stopped before it begins does not; one that is over cannot be given up.
#[test]
fn stopping_before_and_after() {
    for (at, began, ended) in [(50, 0, None), (500, 1, None), (105, 1, Some(105))] {
        let mut plot = Plot::new();
        let (ten, at) = (plot.seconds(10), plot.seconds(at));
        plot.campaign("plot", &[step("a").takes(ten)]);
        let stop = Effect::Stop { campaign: CampaignId(0) };
        plot.b.parts().events.push(event("help", at, Targets::None, vec![stop]));
        let record = run(&plot.finish(), 0);
        assert_eq!(record.campaigns.len(), began);
        let got = record.campaigns.first().map(|course| course.ended).filter(|at| *at != SimTime::NEVER);
        assert_eq!(got, ended.map(SimTime));
    }
}

/// Nodes that an event hit, from the trace, by id.
fn hit(model: &Model, record: &Record, event: &str) -> Vec<String> {
    let id = EventId::new(model.events.iter().position(|e| e.id == event).unwrap());
    let hits = record.trace.iter().filter(|entry| entry.what == Happening::Hit(id));
    hits.map(|entry| model.id(entry.node).to_owned()).collect()
}

const TRACED: RunOptions = RunOptions { threat: true, trace: true };

/// `hub` feeds three that serve nobody much, `store` feeds one that serves 500, `big` serves 300 itself,
/// `idle` nobody: most served, most connected and dearest are three different ones.
fn town(plot: &mut Plot) -> [NodeId; 4] {
    let nodes = plot.assets(["idle", "big", "hub", "store"]);
    let [_, big, hub, store] = nodes;
    plot.b.serves(big, plot.service, plot.region, 300.0);
    for (id, provider, people) in
        [("x", hub, 10.0), ("y", hub, 10.0), ("z", hub, 10.0), ("shop", store, 500.0)]
    {
        let node = plot.asset(id);
        plot.b.need(NeedSpec::any(node, "in", plot.service, &[provider]));
        plot.b.serves(node, plot.service, plot.region, people);
    }
    nodes
}

#[test]
fn strategies_prefer_what_they_say() {
    for (strategy, take, expected) in [
        (Strategy::All, u32::MAX, &["idle", "big", "hub", "store"][..]),
        (Strategy::MostServed, 1, &["big"]),
        (Strategy::MostServed, 2, &["idle", "big"]),
        (Strategy::MostConnected, 1, &["hub"]),
        (Strategy::MostConnected, 2, &["hub", "store"]),
        (Strategy::LargestLoss, 1, &["store"]),
        (Strategy::LargestLoss, 2, &["big", "store"]),
        (Strategy::LargestLoss, 3, &["big", "hub", "store"]),
        (Strategy::MostServed, 9, &["idle", "big", "hub", "store"]),
    ] {
        let mut plot = Plot::new();
        let nodes = town(&mut plot);
        let does = plot.closure(60);
        plot.campaign("plot", &[step("s").at(&nodes, does).chooses(take, strategy)]);
        let model = plot.finish();
        let record = run_with(&model, 0, TRACED);
        assert_eq!(hit(&model, &record, "plot/s"), expected, "{strategy:?} {take}");
        assert_eq!(record.tries[0].struck as usize, expected.len());
        // A fork ranks the same, without simulating again.
        let mut forked = Record::default();
        let draws = Seeds::new(3).replication(0);
        Simulation::new(model).fork().run(0, draws, TRACED, &mut forked);
        assert_eq!(forked, record);
    }
}

/// A race: the others keep their places when a candidate goes, and each is as likely as another.
#[test]
fn random_targets_are_drawn_by_a_race() {
    let model = |candidates: usize| {
        let mut plot = Plot::new();
        let nodes = plot.assets(["a", "b", "c", "d"]);
        let does = plot.closure(60);
        plot.campaign("plot", &[step("s").at(&nodes[..candidates], does).chooses(2, Strategy::Random)]);
        plot.finish()
    };
    let (four, three) = (model(4), model(3));
    let mut counts = [0_u32; 4];
    let n = 2_000;
    for replication in 0..n {
        let all = hit(&four, &run_with(&four, replication, TRACED), "plot/s");
        let fewer = hit(&three, &run_with(&three, replication, TRACED), "plot/s");
        assert_eq!((all.len(), fewer.len()), (2, 2));
        assert!(all.iter().filter(|id| *id != "d").all(|id| fewer.contains(id)));
        for (count, id) in counts.iter_mut().zip(["a", "b", "c", "d"]) {
            *count += u32::from(all.iter().any(|hit| hit == id));
        }
    }
    for count in counts {
        // Four standard errors of a probability of a half.
        assert!(
            (f64::from(count) / f64::from(n) - 0.5).abs() < 4.0 * 0.5 / f64::from(n).sqrt(),
            "{counts:?}"
        );
    }
}

/// At the very second in which the first step closes `store`, and `shop` with it, the second looks around.
#[test]
fn adaptive_steps_pass_over_what_is_down() {
    let mut plot = Plot::new();
    let [idle, big, hub, store] = town(&mut plot);
    let shop = plot.b.parts().nodes.len() - 1;
    let does = plot.closure(600);
    let closes =
        |id: &str, nodes: &[NodeId]| step(id).at(nodes, does.clone()).chooses(1, Strategy::MostServed);
    let all = [idle, big, hub, store, NodeId::new(shop)];
    let moves = [
        closes("first", &[store]),
        closes("stubborn", &all).after(&["first"]),
        closes("watchful", &all).adaptive().after(&["first"]),
        closes("late", &[store]).adaptive().after(&["first"]),
    ];
    plot.campaign("plot", &moves);
    let model = plot.finish();
    let record = run_with(&model, 0, TRACED);
    assert_eq!(hit(&model, &record, "plot/stubborn"), ["shop"]);
    assert_eq!(hit(&model, &record, "plot/watchful"), ["big"]);
    // Nothing is left to take: it fails.
    assert_eq!(told(&model, &record)[3], "late 100 100 - Failed 0");
}

/// A retry of an adaptive step chooses anew among what still stands; of another it keeps to its targets.
#[test]
fn retries_choose_again_where_adaptive() {
    let chosen = |adaptive: bool| {
        let mut plot = Plot::new();
        let nodes = plot.assets(["a", "b", "c", "d", "e", "f"]);
        let ten = plot.seconds(10);
        let does = plot.closure(60);
        let mut made = step("s").at(&nodes, does).chooses(1, Strategy::Random).takes(ten);
        made.step.adaptive = adaptive;
        // Succeeds at its second try at the latest: see below.
        let made = made.succeeds(Success::EachGiven(0.5)).or(OnFailure::Retry { times: 50, pause: ten });
        plot.campaign("plot", &[made]);
        let model = plot.finish();
        let mut first_target = Vec::new();
        for replication in 0..200 {
            let record = run_with(&model, replication, TRACED);
            let hits = hit(&model, &record, "plot/s");
            assert_eq!(hits.len(), 1);
            first_target.push((record.tries.len(), hits[0].clone()));
        }
        first_target
    };
    let (fixed, free) = (chosen(false), chosen(true));
    let first_tries = |list: &[(usize, String)]| -> Vec<_> {
        list.iter().filter(|(tries, _)| *tries == 1).cloned().collect()
    };
    // The first try is the same either way; where there are more, other targets come up.
    assert_eq!(first_tries(&fixed), first_tries(&free));
    assert!(fixed.iter().zip(&free).any(|(fixed, free)| fixed.1 != free.1));
}

/// Each target on its own, by capability against protection.
#[test]
fn success_at_each_target() {
    let mut plot = Plot::new();
    let [open, safe, plain] = plot.assets(["open", "safe", "plain"]);
    let who = plot.actor("they");
    let model = plot.b.parts();
    model.actors[0].capability[Domain::Physical as usize] = 0.8;
    for (id, protection) in [("open", 0.0), ("safe", 1.0)] {
        let mut posture = posture(id);
        posture.protection[Domain::Physical as usize] = protection;
        model.postures.push(posture);
    }
    model.posture_of = vec![PostureId(0), PostureId(1), PostureId::NONE];
    let does = plot.closure(60);
    let made = step("s").at(&[open, safe, plain], does).succeeds(Success::Against(Domain::Physical));
    plot.campaign_of(who, "plot", &[made]);
    let model = plot.finish();
    let n = 2_000;
    let mut plain = 0;
    for replication in 0..n {
        let record = run_with(&model, replication, TRACED);
        let hits = hit(&model, &record, "plot/s");
        assert!(hits.contains(&"open".to_owned()) && !hits.contains(&"safe".to_owned()));
        assert_eq!(record.tries[0].struck as usize, hits.len());
        plain += u32::from(hits.len() == 2);
    }
    // 0.8 against the 0.5 of an asset without a posture is 0.8, within four standard errors.
    let share = f64::from(plain) / f64::from(n);
    assert!((share - 0.8).abs() < 4.0 * (0.8 * 0.2 / f64::from(n)).sqrt(), "{share}");
}

fn posture(id: &str) -> Posture {
    Posture {
        id: id.to_owned(),
        exposure: 1.0,
        patched: 0.0,
        segmentation: 0.0,
        protection: [0.5; Domain::ALL.len()],
        detection: DistId::NONE,
        backups: Backups::None,
        backup_loss: 0.5,
        it_criticality: Level::ONE,
        restore: DistId::NONE,
        rebuild: DistId::NONE,
        skill: SkillId::NONE,
        crews: 1,
        shutdown: None,
        platforms: vec![],
        systems: 1,
    }
}

/// What the script says after a step happens after the step, and not at all where the step fails.
#[test]
fn scripted_events_follow_steps() {
    for (success, expected) in [(1.0, SimTime(140)), (0.0, SimTime::NEVER)] {
        let mut plot = Plot::new();
        let [node] = plot.assets(["a"]);
        let (ten, thirty) = (plot.seconds(10), plot.seconds(30));
        let does = plot.closure(60);
        let made = step("s").takes(ten).at(&[node], does.clone()).succeeds(Success::Given(success));
        plot.campaign("plot", &[made]);
        let mut follower = event("panic", thirty, Targets::All(vec![node]), does);
        follower.after = Some(EventId(0));
        plot.b.parts().events.push(follower);
        let record = run(&plot.finish(), 0);
        assert_eq!(record.event_times[1], expected);
        assert_eq!(record.event_times[0], if success > 0.0 { SimTime(110) } else { SimTime::NEVER });
    }
}

/// An analyst's "without that step": it fails, what follows it does not happen, and the other campaign goes on as it did.
#[test]
fn a_step_can_be_left_out() {
    let mut plot = Plot::new();
    let [node] = plot.assets(["a"]);
    let does = plot.closure(60);
    let two = || [step("s").at(&[node], does.clone()), step("t").after(&["s"])];
    plot.campaign("plot", &two());
    plot.campaign("other", &two());
    let model = plot.finish();
    let left_out = model.steps[0].event;
    let without = Arc::new(model.with(&[Intervention::WithoutEvent(left_out)]));
    let tries = ["s 100 100 - Succeeded 1", "t 100 100 - Succeeded 0"];
    assert_eq!(told(&model, &run(&model, 0)), [tries[0], tries[1], tries[0], tries[1]]);
    assert_eq!(told(&without, &run(&without, 0)), ["s 100 100 - Failed 0", tries[0], tries[1]]);
}

/// The trace tells a campaign in order.
#[test]
fn a_campaign_is_told() {
    let mut plot = Plot::new();
    let (ten, four) = (plot.seconds(10), plot.seconds(4));
    let moves = [
        step("a").takes(ten).noticed(four, 0.0),
        step("b").takes(ten).noticed(four, 1.0).after(&["a"]).or(OnFailure::Abandon),
        step("c").takes(ten).succeeds(Success::Given(0.0)).or(OnFailure::Abandon),
        step("d").after(&["c"]),
    ];
    plot.campaign("plot", &moves);
    let record = run_with(&plot.finish(), 0, TRACED);
    let told: Vec<_> = record.trace.iter().map(|entry| (entry.time.0, entry.what)).collect();
    let (plot, [a, b, c]) = (CampaignId(0), [0, 1, 2].map(StepId));
    let expected = [
        (100, Happening::CampaignBegan(plot)),
        (100, Happening::StepBegan(a)),
        (100, Happening::StepBegan(c)),
        (104, Happening::StepNoticed(a)),
        (110, Happening::Event(EventId(0))),
        (110, Happening::StepFailed(c)),
    ];
    assert_eq!(told[..6], expected);
    assert!(!told.iter().any(|(_, what)| *what == Happening::StepBegan(b)), "cut before it began");
    assert_eq!(told[6..], [(110, Happening::CampaignEnded(plot))]);
    assert_eq!((record.campaigns[0].noticed, record.campaigns[0].ended), (SimTime(104), SimTime(110)));
}
