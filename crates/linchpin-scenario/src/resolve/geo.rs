//! Places on a sphere.

use crate::spec::Place;
use linchpin_model::NodeId;

/// Mean radius of the earth in kilometres (IUGG).
const RADIUS_KM: f64 = 6371.0088;

/// A direction from the centre of the earth. The chord between two of them grows with their great-circle distance.
pub(super) type Direction = [f64; 3];

pub(super) fn direction(place: Place) -> Direction {
    let (lat, lon) = (place.lat.to_radians(), place.lon.to_radians());
    [libm::cos(lat) * libm::cos(lon), libm::cos(lat) * libm::sin(lon), libm::sin(lat)]
}

/// Squared length of the chord between two directions.
fn chord(a: Direction, b: Direction) -> f64 {
    (0..3).map(|axis| (a[axis] - b[axis]) * (a[axis] - b[axis])).sum()
}

/// A circle on the sphere.
#[derive(Clone, Copy, Debug)]
pub(super) struct Circle {
    middle: Direction,
    radius_km: f64,
    /// Squared chord beyond which nothing lies within: tells most places apart without a look at the distance.
    beyond: f64,
}

impl Circle {
    /// `radius_km` is above 0.
    pub(super) fn new(center: Place, radius_km: f64) -> Self {
        let half_angle = (0.5 * radius_km / RADIUS_KM).min(std::f64::consts::FRAC_PI_2);
        let reach = 2.0 * libm::sin(half_angle);
        Self { middle: direction(center), radius_km, beyond: reach * reach * (1.0 + 1e-9) }
    }

    /// Distance from the centre as a share of the radius; none outside of the circle.
    pub(super) fn part(&self, at: Direction) -> Option<f64> {
        if chord(self.middle, at) > self.beyond {
            return None;
        }
        Some(distance_km(self.middle, at) / self.radius_km).filter(|part| *part <= 1.0)
    }
}

/// Great-circle distance in kilometres, from the chord `c` of the unit sphere: `2 R asin(c / 2)`.
fn distance_km(a: Direction, b: Direction) -> f64 {
    2.0 * RADIUS_KM * libm::asin((0.5 * chord(a, b).sqrt()).min(1.0))
}

/// True where a point lies within a polygon, by the even-odd rule: a ray to the east crosses its edges an odd number of
/// times. Edges are straight in latitude and longitude; a polygon must not cross the 180th meridian.
pub(super) fn within(place: Place, polygon: &[Place]) -> bool {
    let mut inside = false;
    for (i, a) in polygon.iter().enumerate() {
        let b = &polygon[(i + 1) % polygon.len()];
        if (a.lat > place.lat) != (b.lat > place.lat) {
            let crossing = a.lon + (place.lat - a.lat) / (b.lat - a.lat) * (b.lon - a.lon);
            inside ^= place.lon < crossing;
        }
    }
    inside
}

/// Finds the nearest of many places (a k-d tree over directions).
#[derive(Clone, Debug)]
pub(super) struct Nearest {
    /// Laid out so that the middle of every range splits it along the axis of its depth.
    points: Vec<(Direction, NodeId)>,
}

impl Nearest {
    pub(super) fn new(mut points: Vec<(Direction, NodeId)>) -> Self {
        split(&mut points, 0);
        Self { points }
    }

    /// The `k` places nearest to `at` but `skip`, the nearest first; of equally near ones those with the lower ids.
    pub(super) fn find(&self, at: Direction, k: usize, skip: NodeId) -> Vec<NodeId> {
        let mut best: Vec<(f64, NodeId)> = Vec::with_capacity(k + 1);
        search(&self.points, 0, at, k, skip, &mut best);
        best.into_iter().map(|(_, node)| node).collect()
    }
}

fn split(points: &mut [(Direction, NodeId)], depth: usize) {
    if points.len() < 2 {
        return;
    }
    let (axis, middle) = (depth % 3, points.len() / 2);
    points.select_nth_unstable_by(middle, |a, b| a.0[axis].total_cmp(&b.0[axis]).then(a.1.cmp(&b.1)));
    let (low, high) = points.split_at_mut(middle);
    split(low, depth + 1);
    split(&mut high[1..], depth + 1);
}

fn search(
    points: &[(Direction, NodeId)],
    depth: usize,
    at: Direction,
    k: usize,
    skip: NodeId,
    best: &mut Vec<(f64, NodeId)>,
) {
    if points.is_empty() {
        return;
    }
    let (axis, middle) = (depth % 3, points.len() / 2);
    let (point, node) = points[middle];
    let offset = at[axis] - point[axis];
    let (low, high) = (&points[..middle], &points[middle + 1..]);
    let (near, far) = if offset < 0.0 { (low, high) } else { (high, low) };
    search(near, depth + 1, at, k, skip, best);
    if node != skip {
        let found = (chord(at, point), node);
        let before = |other: &(f64, NodeId)| other.0.total_cmp(&found.0).then(other.1.cmp(&found.1)).is_lt();
        let slot = best.partition_point(before);
        if slot < k {
            best.insert(slot, found);
            best.truncate(k);
        }
    }
    // Equally far counts as reachable: the id may decide.
    if best.len() < k || best.last().is_some_and(|worst| offset * offset <= worst.0) {
        search(far, depth + 1, at, k, skip, best);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(lat: f64, lon: f64) -> Place {
        Place { lat, lon }
    }

    /// A degree of the equator is 1/360 of the circumference; Paris to London by the haversine formula is 343.6 km.
    #[test]
    fn distances_follow_the_great_circle() {
        for (a, b, km) in [
            ((0.0, 0.0), (0.0, 1.0), RADIUS_KM * std::f64::consts::TAU / 360.0),
            ((0.0, 179.0), (0.0, -179.0), 2.0 * RADIUS_KM * std::f64::consts::TAU / 360.0),
            ((90.0, 0.0), (-90.0, 77.0), RADIUS_KM * std::f64::consts::PI),
            ((48.8566, 2.3522), (51.5074, -0.1278), 343.56),
        ] {
            let got = distance_km(direction(place(a.0, a.1)), direction(place(b.0, b.1)));
            assert!((got - km).abs() < 0.1, "{a:?} {b:?}: {got}");
        }
    }

    #[test]
    fn circles_end_at_their_radius() {
        let degree_km = RADIUS_KM * std::f64::consts::TAU / 360.0;
        let circle = Circle::new(place(0.0, 10.0), 2.0 * degree_km);
        for (lon, part) in [(10.0, Some(0.0)), (11.0, Some(0.5)), (12.1, None), (-170.0, None)] {
            let got = circle.part(direction(place(0.0, lon)));
            assert_eq!(got.map(|part| (part * 1e6).round() / 1e6), part, "{lon}");
        }
        let world = Circle::new(place(0.0, 10.0), 20_100.0);
        assert!(world.part(direction(place(0.0, -170.0))).is_some());
    }

    #[test]
    fn polygons_may_be_hollow() {
        let shape = [place(0.0, 0.0), place(0.0, 4.0), place(4.0, 4.0), place(1.0, 2.0), place(4.0, 0.0)];
        for (lat, lon, inside) in
            [(0.5, 2.0, true), (3.0, 2.0, false), (2.0, 0.5, true), (-1.0, 2.0, false), (0.5, 5.0, false)]
        {
            assert_eq!(within(place(lat, lon), &shape), inside, "{lat} {lon}");
        }
    }

    #[test]
    fn the_tree_finds_what_a_scan_finds() {
        let places: Vec<_> = (0..400_u32)
            .map(|i| place(f64::from(i * 37 % 160) - 80.0, f64::from(i * 101 % 340) - 170.0))
            .map(direction)
            .collect();
        let tree = Nearest::new(places.iter().enumerate().map(|(i, p)| (*p, NodeId::new(i))).collect());
        for (i, from) in places.iter().enumerate().step_by(7) {
            let mut scan: Vec<_> = (0..places.len()).filter(|j| *j != i).collect();
            scan.sort_by(|a, b| chord(*from, places[*a]).total_cmp(&chord(*from, places[*b])).then(a.cmp(b)));
            let scan: Vec<_> = scan[..5].iter().map(|j| NodeId::new(*j)).collect();
            assert_eq!(tree.find(*from, 5, NodeId::new(i)), scan, "from {i}");
        }
    }
}
