//! Measures, bounds, baselines and tables on curves small enough to check by hand.

use super::*;
use crate::{Segment, crps};
use libm::{exp, log};

/// A curve of whole hours and percent, full at first.
fn curve(steps: &[(u32, u64)], horizon_h: u32) -> Vec<Segment> {
    let ends = steps.iter().skip(1).map(|(hour, _)| *hour).chain([horizon_h]);
    steps
        .iter()
        .zip(ends)
        .map(|((from, level), to)| Segment::new(from * 3600, to * 3600, *level, 100))
        .collect()
}

#[test]
fn measures_are_read_off_a_curve() {
    // Falls to 30 % after 2 h, to 10 % after 5, is half back after 9, falls once more, full after 20.
    let falls = curve(&[(0, 100), (2, 30), (5, 10), (9, 60), (12, 40), (15, 95), (20, 100)], 48);
    let never = curve(&[(0, 100)], 48);
    let for_good = curve(&[(0, 100), (1, 0)], 48);
    let cases = [
        (&falls, Measure::LevelAt { hours: 0.0 }, 1.0),
        (&falls, Measure::LevelAt { hours: 1.99 }, 1.0),
        (&falls, Measure::LevelAt { hours: 2.0 }, 0.3),
        (&falls, Measure::LevelAt { hours: 10.45 }, 0.6),
        (&falls, Measure::LevelAt { hours: 99.0 }, 1.0),
        (&falls, Measure::Lowest, 0.1),
        (&falls, Measure::HoldsUntil { level: 0.5 }, 2.0),
        (&falls, Measure::HoldsUntil { level: 0.2 }, 5.0),
        (&falls, Measure::HoldsUntil { level: 0.05 }, f64::INFINITY),
        (&falls, Measure::BackAt { level: 0.5 }, 15.0),
        (&falls, Measure::BackAt { level: 0.99 }, 20.0),
        (&never, Measure::Lowest, 1.0),
        (&never, Measure::BackAt { level: 0.9 }, 0.0),
        (&falls, Measure::LowestAt, 5.0),
        (&never, Measure::LowestAt, 0.0),
        (&for_good, Measure::LowestAt, 1.0),
        (&for_good, Measure::BackAt { level: 0.9 }, f64::INFINITY),
        (&for_good, Measure::HoldsUntil { level: 0.5 }, 1.0),
    ];
    for (curve, measure, want) in cases {
        assert_eq!(measure.of(curve.iter().copied()), want, "{measure:?}");
    }
}

#[test]
fn bounds_count_only_where_they_speak() {
    let cases = [
        (Recorded::Value(6.0), [5.0, 7.0], true, 9.0, 9.0),
        (Recorded::Value(6.0), [6.0, 6.0], true, 6.0, 6.0),
        (Recorded::Value(6.0), [6.1, 9.0], false, 2.0, 2.0),
        (Recorded::AtLeast(6.0), [1.0, 5.9], false, 9.0, 6.0),
        (Recorded::AtLeast(6.0), [1.0, 6.0], true, 2.0, 2.0),
        (Recorded::AtMost(6.0), [6.1, 9.0], false, 9.0, 9.0),
        (Recorded::AtMost(6.0), [1.0, 9.0], true, 2.0, 6.0),
        (Recorded::Between(4.0, 6.0), [6.5, 9.0], false, 9.0, 7.0),
        (Recorded::Between(4.0, 6.0), [5.0, 5.5], true, 5.0, 4.0),
        (Recorded::Between(4.0, 6.0), [1.0, 3.9], false, 2.0, 2.0),
    ];
    for (recorded, interval, meets, value, chained) in cases {
        assert_eq!(
            (recorded.meets(interval), recorded.chained(value)),
            (meets, chained),
            "{recorded:?} {interval:?}"
        );
    }
    let values = [1.0, 2.0, 6.0, 8.0];
    let probabilities =
        [Recorded::AtLeast(6.0), Recorded::AtMost(1.5), Recorded::Between(2.0, 6.0), Recorded::Value(3.0)]
            .map(|recorded| recorded.probability(&values));
    assert_eq!(probabilities, [0.5, 0.25, 0.5, 0.0]);
}

/// The score of chained values is the integral of the squared distance where the record speaks: for uniform predictions on
/// [0, 1] and "at least c" `∫_0^c x² dx = c³ / 3`, for "at most c" `(1 - c)³ / 3`, for "a to b" `a³ / 3 + (1 - b)³ / 3`.
#[test]
fn chained_scores_are_threshold_weighted() {
    let n = 4000;
    let uniform: Vec<f64> = (0..n).map(|i| (f64::from(i) + 0.5) / f64::from(n)).collect();
    let cube = |x: f64| x * x * x / 3.0;
    for (recorded, want) in [
        (Recorded::AtLeast(0.7), cube(0.7)),
        (Recorded::AtMost(0.2), cube(0.8)),
        (Recorded::Between(0.3, 0.6), cube(0.3) + cube(0.4)),
        (Recorded::AtLeast(-1.0), 0.0),
        (Recorded::Value(0.4), cube(0.4) + cube(0.6)),
    ] {
        let chained: Vec<f64> = uniform.iter().map(|value| recorded.chained(*value)).collect();
        let got = crps::of_values(&chained, recorded.observed()).unwrap();
        assert!((got - want).abs() < 1e-6, "{recorded:?}: {got} against {want}");
    }
}

fn baseline(hold_between: f64, back_between: f64) -> Baseline {
    Baseline {
        id: "b".to_owned(),
        notes: String::new(),
        hold: Spread { median_h: 2.0, between: hold_between, within: 0.5 },
        back: Spread { median_h: 12.0, between: back_between, within: 0.4 },
    }
}

/// With known medians the baseline is one curve: after 2 h half are out, at 12 h half of those lost are back, and the
/// first time below nine tenths is the tenth percentile of holding out, `2 exp(-0.5 * 1.2816) = 1.054 h`, on a grid of 5 min.
#[test]
fn a_baseline_of_known_medians() {
    let known = baseline(0.0, 0.0);
    let all = |measure| {
        let values = known.predict(&measure);
        assert!(values.iter().all(|value| (value - values[0]).abs() < 1e-12), "{measure:?}");
        values[0]
    };
    assert!((all(Measure::LevelAt { hours: 2.0 }) - 0.5).abs() < 1e-4);
    assert!((all(Measure::LevelAt { hours: 12.0 }) - 0.5).abs() < 2e-4);
    assert!((all(Measure::HoldsUntil { level: 0.9 }) - 1.054).abs() < 1.0 / 12.0);
    assert_eq!(all(Measure::LevelAt { hours: 0.0 }), 1.0);
    // Nine tenths of those lost are back at 12 exp(0.4 * 1.2816) = 20.04 h.
    assert!((all(Measure::BackAt { level: 0.9 }) - 20.04).abs() < 1.0 / 6.0);
}

/// Where medians are not known, the time until half are out is the lognormal of the medians: its score is the closed
/// form, but for the grid of 5 min and forty slices.
#[test]
fn a_baseline_is_scored_like_its_lognormal() {
    let mut unknown = baseline(0.9, 0.0);
    // Power comes back too late to matter.
    unknown.back.median_h = 90.0;
    let values = unknown.predict(&Measure::HoldsUntil { level: 0.5 });
    for observed in [0.5, 2.0, 6.0] {
        let chain = Recorded::AtLeast(20.0);
        let capped: Vec<f64> = values.iter().map(|value| chain.chained(*value)).collect();
        let got = crps::of_values(&capped, observed).unwrap();
        let want = crps::lognormal(log(2.0), 0.9, observed);
        assert!((got - want).abs() < 0.06, "{observed}: {got} against {want}");
    }
    let median = crate::stats::quantile(&values, 0.5).unwrap();
    assert!((median - 2.0).abs() < 0.1, "{median}");
    assert!((crate::stats::quantile(&values, 0.9).unwrap() - 2.0 * exp(0.9 * 1.2816)).abs() < 0.5);
}

fn quantity(id: &str, measure: Measure, baseline: Option<&str>) -> Quantity {
    Quantity {
        id: id.to_owned(),
        what: format!("what {id} is"),
        group: "g".to_owned(),
        driver: Some("d".to_owned()),
        measure,
        counted_from_h: 0.0,
        baseline: baseline.map(str::to_owned),
    }
}

fn entry(id: &str, value: Recorded) -> Entry {
    Entry {
        id: id.to_owned(),
        value,
        confidence: "S".to_owned(),
        source: "s".to_owned(),
        note: String::new(),
    }
}

fn plan(quantities: Vec<Quantity>) -> Plan {
    Plan {
        event: "An event".to_owned(),
        conditional_on: "its electricity".to_owned(),
        notes: String::new(),
        baselines: vec![baseline(0.9, 0.6)],
        back_fitted_on: String::new(),
        quantities,
    }
}

fn log_of(recorded: Vec<Entry>) -> Log {
    Log {
        event: "An event".to_owned(),
        source: "s".to_owned(),
        confidence: "c".to_owned(),
        recorded,
        curves: Vec::new(),
        not_predicted: Vec::new(),
    }
}

#[test]
fn prediction_and_record_side_by_side() {
    let plan = plan(vec![
        quantity("level", Measure::LevelAt { hours: 5.0 }, Some("b")),
        quantity("hold", Measure::HoldsUntil { level: 0.5 }, None),
        quantity("open", Measure::Lowest, None),
    ]);
    let hindcast = Hindcast {
        plan: &plan,
        groups: vec![[Some(0), Some(1)]; 3],
        columns: vec![
            [(0..=100).rev().map(|i| f64::from(i) / 100.0).collect(), vec![0.25; 101]],
            [[vec![2.0; 50], vec![f64::INFINITY; 51]].concat(), vec![0.0; 101]],
            [vec![0.5; 101], vec![0.0; 101]],
        ],
        horizon_h: 48.0,
    };
    let log = log_of(vec![entry("level", Recorded::Value(0.92)), entry("hold", Recorded::AtLeast(6.0))]);
    let comparison = hindcast.compare(&log).unwrap();
    let [level, hold, open] = &comparison.rows[..] else { panic!("three rows") };
    assert_eq!((level.quantile(0.5), level.hit(0.8), level.hit(0.9)), (0.5, Some(false), Some(true)));
    assert_eq!((hold.quantile(0.5), hold.hit(0.8), open.hit(0.9)), (48.0, Some(true), None));
    assert_eq!((comparison.coverage(0.8, true), comparison.coverage(0.8, false)), ((1, 2), (0, 1)));
    assert_eq!(comparison.coverage(0.9, true), (2, 2));

    // A point prediction scores its distance; half of the weight 4 h short of "at least 6 h" scores 4 (50/101)²,
    // fair: 4 (50/101) - 4 * 50 * 51 / (101 * 100).
    let scores = level.scores.unwrap();
    assert!((scores.driver.unwrap() - 0.67).abs() < 1e-12);
    let scores = hold.scores.unwrap();
    assert!((scores.model - (200.0 / 101.0 - 4.0 * 50.0 * 51.0 / 10100.0)).abs() < 1e-12);
    assert_eq!((scores.driver, scores.baseline, open.scores), (Some(6.0), None, None));
    let (count, means) = comparison.mean_scores(Unit::Share).unwrap();
    assert_eq!(
        (count, means[0], comparison.mean_scores(Unit::Hours)),
        (1, level.scores.unwrap().model, None)
    );

    let text = table::comparison(&comparison);
    assert!(
        text.contains("| what level is | 50 % | 10 % to 90 % | 5 % to 95 % | 92 % | S | **miss** | hit |\n"),
        "{text}"
    );
    let hold = "| what hold is | over 48 h | 2.0 h to over 48 h | 2.0 h to over 48 h | at least 6.0 h (probability 0.50) | S | hit | hit |\n";
    assert!(text.contains(hold), "{text}");
    assert!(table::without_record(&comparison).ends_with("| what open is | 50 % | 50 % | 50 % |\n"));
    assert!(table::scores(&comparison).contains("| what hold is | hours, bound | 0.97 | none | 6.00 |\n"));
    let row = table::event_row(&comparison);
    assert!(
        row.starts_with("| An event | its electricity | 2 (1) | 1 of 2 | 2 of 2 | 0 of 1; 1 of 1 |"),
        "{row}"
    );
}

/// Two events in one scenario, the second 40 h after the start: its times count from then, and 8 h of them are simulated.
#[test]
fn times_count_from_where_the_quantity_says() {
    let later = Quantity { counted_from_h: 40.0, ..quantity("back", Measure::BackAt { level: 0.5 }, None) };
    let share = Quantity { counted_from_h: 40.0, ..quantity("lowest", Measure::Lowest, None) };
    for (reading, want) in [(43.5, 3.5), (40.0, 0.0), (0.0, 0.0), (f64::INFINITY, f64::INFINITY)] {
        assert_eq!(later.counted(reading), want, "{reading}");
    }
    assert_eq!(share.counted(0.3), 0.3);
    let plan = plan(vec![later]);
    let hindcast = Hindcast {
        plan: &plan,
        groups: vec![[Some(0), None]],
        columns: vec![[vec![3.5, f64::INFINITY, f64::INFINITY], Vec::new()]],
        horizon_h: 48.0,
    };
    let comparison = hindcast.compare(&log_of(vec![entry("back", Recorded::Value(6.0))])).unwrap();
    let text = table::comparison(&comparison);
    assert!(text.contains("| what back is | over 8 h | 4.4 h to over 8 h |"), "{text}");
    let never = Plan { quantities: vec![Quantity { counted_from_h: -1.0, ..share }], ..plan.clone() };
    assert_eq!(never.problems().len(), 1);
}

#[test]
fn what_does_not_fit_is_said_at_once() {
    let twice = quantity("a", Measure::Lowest, Some("c"));
    let mut plan = plan(vec![quantity("a", Measure::Lowest, None), twice]);
    plan.baselines[0].hold.within = 0.0;
    assert_eq!(plan.problems().len(), 3, "{:#?}", plan.problems());
    let log = log_of(vec![
        entry("a", Recorded::Between(2.0, 1.0)),
        entry("a", Recorded::Value(f64::NAN)),
        entry("b", Recorded::Value(1.0)),
    ]);
    let problems = log.problems(&plan);
    assert_eq!(problems.len(), 4, "{problems:#?}");
}

#[test]
fn recorded_curves_are_straight_between_points() {
    let point = |hours, restored| Point { hours, restored, source: String::new() };
    let curve = Curve {
        series: "c".to_owned(),
        group: None,
        quality: "good".to_owned(),
        used_for: String::new(),
        confidence: "S".to_owned(),
        points: vec![point(0.0, 0.0), point(10.0, 0.5), point(12.0, 1.0)],
    };
    for (hours, want) in [(0.0, 0.0), (5.0, 0.25), (10.0, 0.5), (11.0, 0.75), (12.0, 1.0), (40.0, 1.0)] {
        assert_eq!(curve.at(hours), Some(want), "{hours}");
    }
    assert_eq!(Curve { points: Vec::new(), ..curve }.at(1.0), None);
}
