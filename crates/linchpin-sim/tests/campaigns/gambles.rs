//! Campaigns of chance: what holds whatever they draw.

use super::*;

/// Two campaigns of chance against a few assets that need each other, in which nobody looks at what the other did.
fn gamble(case: u32, which: &[&str], adaptive: bool) -> Arc<Model> {
    let mut plot = Plot::new();
    let nodes = plot.assets(["a", "b", "c", "d", "e", "f"]);
    for pair in nodes.windows(2) {
        plot.b.need(NeedSpec::any(pair[1], "in", plot.service, &pair[..1]));
    }
    plot.b.serves(nodes[5], plot.service, plot.region, 100.0);
    for id in which {
        let who = plot.actor(id);
        // A number of the case's own, whatever else there is.
        let draws = Seeds::new(9).replication(case);
        let unit = |count| draws.uniform(Layer::Parameters, Key::of(id), Purpose::Test, count);
        let exponential = |plot: &mut Plot, mean: f64| plot.b.dist(Distribution::Exponential { mean });
        let strategies = [Strategy::All, Strategy::Random, Strategy::MostConnected, Strategy::LargestLoss];
        let moves: Vec<Move> = ["s0", "s1", "s2", "s3", "s4"]
            .iter()
            .zip((0..).step_by(10))
            .map(|(name, at)| {
                let lasts = exponential(&mut plot, 900.0);
                let takes = exponential(&mut plot, 400.0 * unit(at));
                let noticed = exponential(&mut plot, 800.0);
                let strategy = strategies[(unit(at + 1) * 4.0) as usize];
                let pause = exponential(&mut plot, 50.0);
                let on_failure = match (unit(at + 2) * 4.0) as u32 {
                    0 => OnFailure::Stop,
                    1 => OnFailure::GoOn,
                    2 => OnFailure::Abandon,
                    _ => OnFailure::Retry { times: 3, pause },
                };
                let success = match (unit(at + 3) * 3.0) as u32 {
                    0 => Success::Given(0.7),
                    1 => Success::EachGiven(0.4),
                    _ => Success::Against(Domain::Cyber),
                };
                let mut made = step(name)
                    .takes(takes)
                    .at(&nodes, vec![Effect::Closure { lasts }])
                    .chooses(1 + (unit(at + 4) * 3.0) as u32, strategy)
                    .succeeds(success)
                    .noticed(noticed, 0.5)
                    .costs(unit(at + 5))
                    .or(on_failure);
                made.step.adaptive = adaptive && unit(at + 6) < 0.5;
                match *name {
                    "s0" => made,
                    "s3" => made.after_any(&["s1", "s2"]),
                    "s4" => made.after(&["s2", "s3"]),
                    _ => made.after(&["s0"]),
                }
            })
            .collect();
        plot.b.parts().actors.last_mut().unwrap().effort = 1.0 + 5.0 * unit(100);
        let start = exponential(&mut plot, 1_000.0);
        campaign(plot.b.parts(), id, who, start, &moves);
    }
    plot.finish()
}

/// Every try of a campaign with its step's name, and its course.
fn story(model: &Model, record: &Record, campaign: &str) -> (Vec<(String, Try)>, Vec<CampaignCourse>) {
    let id = CampaignId::new(model.campaigns.iter().position(|c| c.id == campaign).unwrap());
    let mine = |t: &&Try| model.steps[t.step.index()].campaign == id;
    let named = |t: &Try| (model.steps[t.step.index()].id.clone(), Try { step: StepId(0), ..*t });
    let courses = record.campaigns.iter().filter(|course| course.campaign == id);
    let courses = courses.map(|course| CampaignCourse { campaign: CampaignId(0), ..*course }).collect();
    (record.tries.iter().filter(mine).map(named).collect(), courses)
}

#[test]
fn a_campaign_less_changes_nothing_of_the_others() {
    let mut tries = 0;
    for case in 0..60 {
        let both = gamble(case, &["one", "two"], false);
        let swapped = gamble(case, &["two", "one"], false);
        let together = run(&both, case);
        for id in ["one", "two"] {
            let alone = gamble(case, &[id], false);
            let expected = story(&alone, &run(&alone, case), id);
            assert_eq!(story(&both, &together, id), expected, "case {case}");
            assert_eq!(story(&swapped, &run(&swapped, case), id), expected, "case {case}");
            tries += expected.0.len();
        }
    }
    assert!(tries > 300, "{tries}");
}

/// Reset, pieces, snapshots in this world and another, and no traces: all the same replication.
#[test]
fn pieces_and_snapshots_equal_the_whole() {
    for case in 0..60 {
        let model = gamble(case, &["one", "two"], true);
        let whole = run_with(&model, case, TRACED);
        let draws = Seeds::new(3).replication(case);
        let mut simulation = Simulation::new(model.clone());
        let mut other = simulation.fork();
        let mut record = Record::default();
        simulation.run(case + 1, Seeds::new(4).replication(case), TRACED, &mut record);
        simulation.begin(case, draws, TRACED);
        let mut snapshots = Vec::new();
        for time in [0, 1, 500, 777, 1_500, 4_000] {
            simulation.run_until(time);
            snapshots.push(simulation.snapshot());
        }
        simulation.run_until(HORIZON);
        simulation.finish(&mut record);
        assert_eq!(record, whole, "case {case}");
        for snapshot in snapshots.iter().rev() {
            for world in [&mut simulation, &mut other] {
                world.restore(snapshot);
                world.run_until(HORIZON);
                world.finish(&mut record);
                assert_eq!(record, whole, "case {case}");
            }
        }
        let mut silent = run(&model, case);
        silent.trace.clone_from(&whole.trace);
        assert_eq!(silent, whole, "case {case}");
        let calm = run_with(&model, case, RunOptions { threat: false, trace: true });
        assert_eq!((calm.events, calm.tries.len(), calm.trace.len()), (0, 0, 0));
    }
}

/// What is told of a campaign holds together.
#[test]
fn records_of_campaigns_hold_together() {
    for case in 0..60 {
        let model = gamble(case, &["one", "two"], true);
        for replication in 0..20 {
            let record = run(&model, replication);
            assert!(record.tries.is_sorted_by_key(|t| t.began));
            for t in &record.tries {
                assert_eq!(t.outcome == Outcome::Open, t.ended == SimTime::NEVER);
                assert!(t.began <= t.ended && t.began <= t.noticed);
                assert_eq!(t.struck > 0, t.outcome == Outcome::Succeeded);
                assert!(t.outcome != Outcome::Blocked || t.noticed == t.ended);
                let step = &model.steps[t.step.index()];
                assert!(t.struck <= step.take);
                let time = record.event_times[step.event.index()];
                assert!(t.outcome != Outcome::Succeeded || time == t.ended);
            }
            for course in &record.campaigns {
                let of = |t: &&Try| model.steps[t.step.index()].campaign == course.campaign;
                let spent: f64 =
                    record.tries.iter().filter(of).map(|t| model.steps[t.step.index()].effort).sum();
                assert!((spent - course.effort).abs() < 1e-9);
                let actor = model.campaigns[course.campaign.index()].actor;
                assert!(course.effort <= model.actors[actor.index()].effort + 1e-9);
                let noticed = record.tries.iter().filter(of).map(|t| t.noticed).min();
                assert_eq!(noticed.unwrap_or(SimTime::NEVER), course.noticed);
                let later = |t: &&Try| of(t) && course.ended != SimTime::NEVER && t.began > course.ended;
                assert_eq!(record.tries.iter().filter(later).count(), 0);
            }
        }
    }
}
