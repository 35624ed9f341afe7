//! Studies at the edge of what may be: names, numbers and counts that no page was laid out for.

use super::*;
use linchpin_analysis::findings::contest::Contest;

/// A name as no one would give it.
fn nasty(i: usize) -> String {
    let heads = [
        "<script>alert(1)</script>",
        "\u{202e}שרת ראשי\u{0}",
        "محطة المياه & \"Söhne\"",
        "漢字漢字",
        "=1+1",
        "\u{1b}[31m]]>",
        "{{ 7 * 7 }}",
    ];
    format!("{} {}", heads[i % heads.len()], "very long name ".repeat(20))
}

/// Every text replaced by one that is long, in another script, or code.
pub fn nasty_names() -> Findings {
    let mut f = rich();
    f.study.name = nasty(0);
    f.study.question = nasty(1);
    f.study.marking = nasty(2);
    f.study.start = nasty(3);
    f.study.command = nasty(0);
    f.study.program = nasty(6);
    f.study.failed = vec![(nasty(0), 2)];
    f.study.regions = (0..3).map(nasty).collect();
    for (i, m) in f.metrics.iter_mut().enumerate() {
        (m.name, m.unit) = (nasty(i), if i % 3 == 0 { nasty(i + 1) } else { m.unit.clone() });
    }
    for (i, r) in f.requirements.iter_mut().enumerate() {
        (r.name, r.group) = (nasty(i), nasty(i + 1));
    }
    for (i, b) in f.bands.iter_mut().enumerate() {
        b.name = nasty(i);
    }
    for (i, s) in f.attribution.sectors.iter_mut().enumerate() {
        *s = nasty(i);
    }
    for (i, a) in f.most_affected.iter_mut().chain(&mut f.most_harmful).enumerate() {
        (a.name, a.sector, a.region) = (nasty(i), nasty(i + 1), nasty(i + 2));
    }
    for (t, timeline) in f.timelines.iter_mut().enumerate() {
        timeline.headline = nasty(t);
        timeline.label = nasty(t);
        for (i, e) in timeline.entries.iter_mut().enumerate() {
            (e.text, e.region, e.clock, e.sector) = (nasty(i), nasty(i + 1), nasty(i + 2), nasty(i % 4));
        }
    }
    for (i, n) in f.network.nodes.iter_mut().enumerate() {
        (n.name, n.sector, n.region) = (nasty(i), nasty(i % 5), nasty(i % 3));
    }
    for (i, a) in f.assumptions.iter_mut().enumerate() {
        (a.what, a.value, a.source, a.confidence) = (nasty(i), nasty(i + 1), nasty(i + 2), nasty(i + 3));
    }
    f.limits = (0..7).map(nasty).collect();
    of_contest(&mut f, |contest| contest::rename(contest, nasty));
    f
}

/// Nothing finished.
pub fn no_run() -> Findings {
    let study =
        StudyInfo { replications: 0, failed: vec![("more passes than allowed".into(), 12)], ..study() };
    Findings { study, limits: rich().limits, network: network(true), ..Findings::default() }
}

/// One replication: no intervals, quantiles all alike.
pub fn one_run() -> Findings {
    let mut f = rich();
    f.study.replications = 1;
    for m in &mut f.metrics {
        (m.ci95, m.sd, m.quantiles) = (None, None, [m.mean; 5]);
    }
    for b in &mut f.bands {
        b.percentiles = std::array::from_fn(|_| b.mean.clone());
    }
    for a in f.most_affected.iter_mut().chain(&mut f.most_harmful) {
        (a.ci95, a.probability) = ([a.mean_h; 2], 1.0);
    }
    f.requirements.iter_mut().for_each(|r| (r.probability, r.ci95) = (1.0, [0.025, 1.0]));
    f.cascade_sizes = Histogram { edges: vec![96.0, 97.0], counts: vec![1] };
    f.timelines.truncate(1);
    f
}

fn with_numbers(value: impl Fn(usize) -> f64) -> Findings {
    let mut f = rich();
    f.study.horizon_h = value(0);
    f.study.events_mean = value(1);
    for (i, m) in f.metrics.iter_mut().enumerate() {
        let v = value(i);
        (m.mean, m.ci95, m.sd, m.quantiles, m.not_reached) =
            (Some(v), Some([v; 2]), Some(v), [Some(v); 5], v);
    }
    for (i, r) in f.requirements.iter_mut().enumerate() {
        (r.asked, r.probability, r.ci95) = (value(i), value(i), [value(i); 2]);
    }
    for b in &mut f.bands {
        b.hours.iter_mut().enumerate().for_each(|(i, h)| *h = value(i));
        b.percentiles.iter_mut().flatten().enumerate().for_each(|(i, p)| *p = value(i + 1));
    }
    f.cascade_sizes.edges.iter_mut().enumerate().for_each(|(i, e)| *e = value(i));
    f.attribution.induced.iter_mut().flatten().chain(&mut f.attribution.direct).for_each(|v| *v = value(0));
    for (i, a) in f.most_affected.iter_mut().chain(&mut f.most_harmful).enumerate() {
        (a.mean_h, a.ci95, a.probability) = (value(i), [value(i + 1); 2], value(i));
    }
    for (i, e) in f.timelines.iter_mut().flat_map(|t| &mut t.entries).enumerate() {
        e.hours = value(i);
    }
    of_contest(&mut f, |contest| contest::renumber(contest, &value));
    for (i, n) in f.network.nodes.iter_mut().enumerate() {
        (n.position, n.lost_h) = (Some((value(i) as f32, value(i + 1) as f32)), value(i));
    }
    f
}

/// What should be a number is none.
pub fn no_numbers() -> Findings {
    with_numbers(|i| [f64::NAN, f64::INFINITY, f64::NEG_INFINITY][i % 3])
}

/// Numbers at the ends of what a number can be.
pub fn extreme_numbers() -> Findings {
    let mut f = with_numbers(|i| [1e300, 0.0, -1e300, 5e-324, 1e17, -0.0][i % 6]);
    f.study.start_unix_s = i64::MAX;
    f.study.utc_offset_s = i32::MIN;
    f.study.seed = u64::MAX;
    f.study.replications = u64::MAX;
    f.cascade_sizes.counts.iter_mut().for_each(|c| *c = u64::MAX / 64);
    f
}

/// Far more of everything than can be shown.
pub fn crowded() -> Findings {
    let mut f = rich();
    let repeat = |n: usize, i: usize| format!("{}-{}", n, i);
    for n in 0..30 {
        for (i, (id, name, ..)) in SERVICES.iter().enumerate() {
            let group = format!("service:{}", repeat(n, i));
            f.bands.push(band(&group, &format!("{name} {n}"), "service", 0.5, 50.0, 3.0));
            f.metrics.push(metric(
                &format!("person_hours/{}", repeat(n, i)),
                id,
                "person-hours",
                &group,
                1e6,
                0.2,
            ));
            for region in 0..9 {
                let part = format!("{group}/region-{region}");
                f.metrics.push(metric(
                    &format!("person_hours/{}/{region}", repeat(n, i)),
                    id,
                    "person-hours",
                    &part,
                    1e5,
                    0.2,
                ));
            }
        }
    }
    f.cascade_sizes = Histogram { edges: (0..=5000).map(f64::from).collect(), counts: vec![3; 5000] };
    f.attribution.sectors = (0..40).map(|i| format!("Sector number {i}")).collect();
    f.attribution.induced = vec![vec![1234.5; 40]; 40];
    f.attribution.direct = vec![99.0; 40];
    for timeline in &mut f.timelines {
        let entries = timeline.entries.clone();
        timeline.entries = entries.iter().cycle().take(900).cloned().collect();
    }
    let nodes = f.network.nodes.clone();
    f.network.nodes = nodes.iter().cycle().take(20_000).cloned().collect();
    f.network.links = (0..60_000).map(|i| (i % 20_000, (i * 7 + 3) % 20_000)).collect();
    of_contest(&mut f, contest::crowd);
    f
}

/// Lists that do not fit each other, positions outside their lists.
pub fn ragged() -> Findings {
    let mut f = rich();
    for (i, b) in f.bands.iter_mut().enumerate() {
        b.hours.truncate(i * 3);
        b.percentiles[i % 5].truncate(i);
    }
    f.attribution.induced.truncate(3);
    f.attribution.induced[0].truncate(2);
    f.attribution.direct.push(7.0);
    f.cascade_sizes.edges.truncate(4);
    f.network.links.extend([(9999, 1), (1, u32::MAX), (5, 5)]);
    f.network.nodes.iter_mut().for_each(|n| n.position = Some((50.0, 10.0)));
    f.timelines.iter_mut().for_each(|t| t.entries.truncate(1));
    f.most_affected.truncate(1);
    of_contest(&mut f, |contest| {
        let campaign = &mut contest.campaigns[0];
        campaign.steps.truncate(6);
        campaign.steps.iter_mut().enumerate().for_each(|(i, step)| step.courses[i % 4].truncate(i));
        campaign.reach_time.within_h.truncate(1);
        contest.malware[0].bands[0].percentiles[2].truncate(3);
        contest.malware[0].bands[1].hours.clear();
        contest.plans.truncate(1);
        contest.actors[0].assessments[0].likelihood = 0;
        contest.actors[1].assessments[0].impact = 200;
    });
    f
}

fn of_contest(f: &mut Findings, change: impl FnOnce(&mut Contest)) {
    change(f.contest.get_or_insert_default());
}
