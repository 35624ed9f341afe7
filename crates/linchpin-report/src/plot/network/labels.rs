//! Labels that keep out of each other's way.

use std::f64::consts::TAU;

use crate::canvas::{Area, Point, Text};

/// A label beside a point: where its baseline begins and its box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Beside {
    pub(super) at: Point,
    pub(super) bounds: Area,
}

/// A free place beside a disc: right, left, above or below; none where no place is free.
pub(super) fn beside(
    point: Point,
    radius: f64,
    text: &str,
    style: Text,
    is_free: impl Fn(&Area) -> bool,
) -> Option<Beside> {
    let width = style.width(text);
    let (x, y) = point;
    let away = radius + 3.0;
    let middle = style.size * 0.27;
    let places = [
        (x + away, y + middle),
        (x - away - width, y + middle),
        (x - width / 2.0, y - away - style.size * 0.2),
        (x - width / 2.0, y + away + style.size * 0.8),
        (x + away * 0.7, y - away * 0.7),
        (x + away * 0.7, y + away * 0.7 + style.size * 0.7),
        (x - away * 0.7 - width, y - away * 0.7),
        (x - away * 0.7 - width, y + away * 0.7 + style.size * 0.7),
    ];
    places.into_iter().find_map(|at| {
        let bounds = style.bounds(at, text);
        is_free(&bounds).then_some(Beside { at, bounds })
    })
}

/// A free place further away from a point, for a label with a line to it: the nearest of several rings of places.
pub(super) fn aside(
    point: Point,
    text: &str,
    style: Text,
    is_free: impl Fn(&Area) -> bool,
) -> Option<Beside> {
    const RINGS: [f64; 6] = [22.0, 34.0, 48.0, 64.0, 84.0, 110.0];
    const PLACES: usize = 16;
    let width = style.width(text);
    let places =
        RINGS.iter().flat_map(|radius| (0..PLACES).map(move |i| (*radius, i as f64 / PLACES as f64 * TAU)));
    places.into_iter().find_map(|(radius, angle)| {
        let (dx, dy) = (libm::cos(angle), libm::sin(angle));
        // The nearer edge of the text lies on the ring.
        let x = point.0 + radius * dx - width * (0.5 - 0.5 * dx);
        let at = (x, point.1 + radius * dy + style.size * 0.27);
        let bounds = style.bounds(at, text);
        is_free(&bounds).then_some(Beside { at, bounds })
    })
}

/// Moves values apart until neighbours are at least `gap` from each other, within a range; keeps their order.
/// Input must ascend. Where the range is too small, the gap shrinks.
pub(super) fn spread(wanted: &[f64], gap: f64, (low, high): (f64, f64)) -> Vec<f64> {
    let n = wanted.len();
    if n == 0 {
        return Vec::new();
    }
    let gap = gap.min((high - low) / n.max(2) as f64);
    let mut placed = Vec::with_capacity(n);
    let mut least = low;
    for want in wanted {
        let at = want.max(least);
        placed.push(at);
        least = at + gap;
    }
    let mut most = high;
    for at in placed.iter_mut().rev() {
        *at = at.min(most);
        most = *at - gap;
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spread_values_keep_order_gap_and_range() {
        let check = |wanted: &[f64], expected: &[f64]| {
            let got = spread(wanted, 10.0, (0.0, 100.0));
            assert!(got.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9), "{got:?}");
            assert_eq!(got.len(), expected.len());
        };
        check(&[], &[]);
        check(&[50.0], &[50.0]);
        check(&[50.0, 52.0, 90.0], &[50.0, 60.0, 90.0]);
        check(&[97.0, 99.0], &[90.0, 100.0]);
        check(&[-5.0, 200.0], &[0.0, 100.0]);
        let crowded = spread(&[50.0; 40], 10.0, (0.0, 100.0));
        assert!(crowded.windows(2).all(|w| w[1] - w[0] > 2.4) && crowded[39] <= 100.0, "{crowded:?}");
    }

    #[test]
    fn a_label_takes_the_first_free_side() {
        let style = Text::new(10.0);
        let within = Area { x0: 0.0, y0: 0.0, x1: 200.0, y1: 100.0 };
        let free = |taken: Option<Area>| {
            move |a: &Area| within.holds(a) && !taken.is_some_and(|taken| taken.meets(a))
        };
        let right = beside((100.0, 50.0), 5.0, "node", style, free(None)).unwrap();
        assert!(right.bounds.x0 > 105.0);
        let left = beside((100.0, 50.0), 5.0, "node", style, free(Some(right.bounds))).unwrap();
        assert!(left.bounds.x1 < 95.0);
        assert_eq!(beside((100.0, 50.0), 5.0, "node", style, free(Some(within))), None);
        let further = aside((100.0, 50.0), "node", style, free(Some(right.bounds))).unwrap();
        assert!(!further.bounds.meets(&right.bounds) && within.holds(&further.bounds));
        assert_eq!(beside((100.0, 50.0), 5.0, &"wide ".repeat(60), style, free(None)), None);
    }
}
