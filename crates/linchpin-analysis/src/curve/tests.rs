//! V08 through the public functions, and curves against brute force second by second.

use super::*;
use proptest::prelude::*;

fn close(got: f64, want: f64, what: &str) {
    assert!((got - want).abs() <= 1e-9 * want.abs().max(1.0), "{what}: {got} against {want}");
}

fn linear(points: &[(f64, f64)]) -> LinearCurve {
    LinearCurve { points: points.to_vec() }
}

/// V08 "triangle", step: drop to 40 % at 0, full restore at 10 h. Confidence: computed.
#[test]
fn v08_triangle_step() {
    let curve = StepCurve { initial: 0.4, steps: vec![(10.0, 1.0)], end: 24.0 };
    let shape = Shape::of(curve.pieces());
    close(100.0 * shape.lost, 600.0, "RL");
    close(shape.min, 0.4, "robustness");
    let first = Shape::of(curve.pieces().filter_map(|piece| piece.within(0.0, 10.0)));
    close(1.0 - first.lost / 10.0, 0.4, "mean Q");
}

/// V08 "triangle", linear: drop to 40 % at 0, linear to 100 % at 10 h. Confidence: computed.
#[test]
fn v08_triangle_linear() {
    let shape = Shape::of(linear(&[(0.0, 0.4), (10.0, 1.0), (24.0, 1.0)]).pieces());
    close(100.0 * shape.lost, 300.0, "RL");
    close(1.0 - shape.lost / 24.0, 0.875, "normalised");
}

/// V08 "triangle", exponential: loss 60 %, rate 0.3/h. Confidence: computed.
#[test]
fn v08_triangle_exponential() {
    let level = |t: f64| 1.0 - 0.6 * libm::exp(-0.3 * t);
    let shape = Shape::of(LinearCurve::sampled(level, 0.0, 24.0, 400_000).pieces());
    close(100.0 * shape.lost, 199.850_682_838_324_67, "RL in 24 h");
    close(shape.restored(2), 8.283_022_165_960_002, "time to 95 %");
    close(shape.restored(1), 5.972_531_564_093_517, "t90");
    let all = Shape::of(LinearCurve::sampled(level, 0.0, 100.0, 2_000_000).pieces());
    close(100.0 * all.lost, 200.0, "RL");
}

/// V08 "triangle", trigonometric recovery `1 - d/2 (1 + cos(pi t / T))`. Confidence: computed.
#[test]
fn v08_triangle_trigonometric() {
    let level = |t: f64| 1.0 - 0.3 * (1.0 + libm::cos(std::f64::consts::PI * t / 10.0));
    let shape = Shape::of(LinearCurve::sampled(level, 0.0, 10.0, 100_000).pieces());
    close(100.0 * shape.lost, 300.0, "RL");
}

/// V08 "triangle", piecewise linear. Confidence: computed.
#[test]
fn v08_triangle_breakpoints() {
    let points = [
        (0.0, 1.0),
        (1.0, 1.0),
        (1.0, 0.35),
        (4.0, 0.35),
        (6.0, 0.5),
        (12.0, 0.8),
        (20.0, 0.95),
        (30.0, 1.0),
        (48.0, 1.0),
    ];
    let shape = Shape::of(linear(&points).pieces());
    close(100.0 * shape.lost, 645.0, "RL");
    close(1.0 - shape.lost / 48.0, 0.865_625, "normalised");
    close(shape.min, 0.35, "min");
    close(shape.onset + shape.restored(0), 6.0, "t50");
    close(shape.onset + shape.restored(1), 17.333_333_333_333_332, "t90");
    close(shape.full_from(), 30.0, "t_full");
}

/// V08 "flep", both cases: R0 = 1, lowest level, t_oe, t_ee, t_r, T. Confidence: computed.
#[test]
fn v08_flep() {
    for (low, [t_oe, t_ee, t_r, t_end], [phi, lambda, e, pi, area, lost]) in [
        (0.4, [2.0, 8.0, 20.0, 50.0], [-10.0, 60.0, 12.0, 2.0, 3000.0, 1800.0]),
        (0.7, [0.0, 0.5, 1.0, 6.0], [-60.0, 30.0, 0.5, 6.0, 502.5, 97.5]),
    ] {
        let points = [(0.0, 1.0), (t_oe, 1.0), (t_ee, low), (t_r, low), (t_end, 1.0), (60.0, 1.0)];
        let shape = Shape::of(linear(&points).pieces());
        let got = shape.trapezoid(1.0 / 3600.0);
        close(100.0 * got.phi, phi, "phi");
        close(100.0 * got.lambda, lambda, "lambda");
        close(got.e, e, "e");
        close(100.0 * got.pi, pi, "pi");
        close(100.0 * got.a, area, "area");
        close(100.0 * shape.lost, lost, "lost");
    }
}

#[test]
fn a_loss_that_lasts_to_the_end_is_not_restored() {
    let curve = StepCurve { initial: 1.0, steps: vec![(10.0, 0.2), (30.0, 0.92)], end: 100.0 };
    let shape = Shape::of(curve.pieces());
    assert_eq!(
        (0..4).map(|i| shape.restored(i)).collect::<Vec<_>>(),
        [20.0, 20.0, f64::INFINITY, f64::INFINITY]
    );
    let trapezoid = shape.trapezoid(1.0);
    assert_eq!((trapezoid.pi, trapezoid.a), (f64::NEG_INFINITY, f64::INFINITY));
    assert_eq!((trapezoid.phi, trapezoid.e, shape.longest), (-0.8, 20.0, 90.0));
}

#[test]
fn nothing_lost_is_all_zero() {
    let shape = Shape::of(StepCurve { initial: 1.0, steps: vec![(5.0, 1.0)], end: 9.0 }.pieces());
    assert_eq!(shape.trapezoid(1.0), Trapezoid::default());
    assert_eq!(
        (shape.lost, shape.min, shape.restored(3), shape.longest, shape.full_from()),
        (0.0, 1.0, 0.0, 0.0, 0.0)
    );
}

#[test]
fn the_longest_loss_is_one_stretch() {
    let steps = vec![(1.0, 0.9), (2.0, 0.1), (4.0, 0.96), (5.0, 0.5), (7.0, 1.0)];
    let curve = StepCurve { initial: 1.0, steps, end: 9.0 };
    assert_eq!(Shape::of(curve.pieces()).longest, 3.0);
    assert_eq!(time_below(curve.pieces(), 0.95, 0.0, 9.0), 5.0);
    assert_eq!(time_below(curve.pieces(), 0.95, 3.0, 6.0), 2.0);
    let dip = linear(&[(0.0, 1.0), (1.0, 0.9), (2.0, 1.0), (4.0, 0.8), (6.0, 1.0)]);
    close(Shape::of(dip.pieces()).longest, 3.0, "sloping");
}

#[test]
fn levels_are_relative_to_the_paired_run() {
    let run = StepCurve { initial: 8.0, steps: vec![(2.0, 4.0), (6.0, 9.0)], end: 10.0 };
    let base = StepCurve { initial: 8.0, steps: vec![(4.0, 0.0), (6.0, 8.0)], end: 10.0 };
    let q = run.relative_to(&base);
    assert_eq!(q.sample(2.0), [1.0, 0.5, 1.0, 1.0, 1.0, 1.0]);
}

fn curves() -> impl Strategy<Value = StepCurve> {
    let steps = prop::collection::vec((0_u32..300, 0_u32..=20), 0..12);
    (0_u32..=20, steps).prop_map(|(initial, mut steps)| {
        steps.sort_by_key(|(time, _)| *time);
        let steps = steps.into_iter().map(|(t, v)| (f64::from(t), f64::from(v) / 20.0)).collect();
        StepCurve { initial: f64::from(initial) / 20.0, steps, end: 240.0 }
    })
}

/// All that a shape tells.
fn told(shape: &Shape) -> ([f64; 6], [f64; 4], Trapezoid, f64) {
    let times = [shape.lost, shape.min, shape.onset, shape.first_min, shape.last_min, shape.longest];
    (times, [0, 1, 2, 3].map(|index| shape.restored(index)), shape.trapezoid(1.0), shape.full_from())
}

proptest! {
    #[test]
    fn one_pass_equals_every_second(run in curves(), base in curves()) {
        let q = run.relative_to(&base);
        let seconds: Vec<f64> = (0..240)
            .map(|t| (run.at(f64::from(t)), base.at(f64::from(t))))
            .map(|(run, base)| if run >= base { 1.0 } else { run / base })
            .collect();
        let shape = Shape::of(q.pieces());
        prop_assert!((shape.lost - seconds.iter().map(|q| 1.0 - q).sum::<f64>()).abs() < 1e-9);
        prop_assert_eq!(shape.min, seconds.iter().copied().fold(1.0, f64::min));
        let onset = seconds.iter().position(|q| *q < 1.0).unwrap_or(0) as f64;
        for (i, level) in LEVELS.into_iter().enumerate() {
            let expected = match seconds.iter().rposition(|q| *q < level) {
                None => 0.0,
                Some(239) => f64::INFINITY,
                Some(last) => (last + 1) as f64 - onset,
            };
            prop_assert_eq!(shape.restored(i), expected);
        }
        let mut steps = StepShape::default();
        q.pieces().for_each(|piece| steps.push(piece.from as u32, piece.to as u32, piece.first));
        prop_assert_eq!(told(&steps.shape()), told(&shape));
        let longest = seconds.split(|q| *q >= LOST_BELOW).map(<[f64]>::len).max().unwrap_or(0);
        prop_assert_eq!(shape.longest, longest as f64);
        let below = seconds[50..130].iter().filter(|q| **q < 0.5).count();
        prop_assert_eq!(time_below(q.pieces(), 0.5, 50.0, 130.0), below as f64);
        prop_assert_eq!(q.sample(1.0)[..240].to_vec(), seconds);
    }
}
