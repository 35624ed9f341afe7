//! The asset at the end of a line.

use crate::raw::LatLon;
use std::collections::BTreeMap;

/// Mean radius of the Earth.
const EARTH_KM: f64 = 6_371.0;

/// Assets by cells of space, so that poles and the 180th meridian are places like any other.
pub(crate) struct Grid {
    within_km: f64,
    cells: BTreeMap<[i32; 3], Vec<u32>>,
    points: Vec<Option<[f64; 3]>>,
}

impl Grid {
    /// Of the positions that there are. `within_km` is above 0.
    pub(crate) fn new(positions: impl Iterator<Item = Option<LatLon>>, within_km: f64) -> Self {
        // Cells smaller than this would not fit their numbers.
        let within_km = within_km.clamp(1e-3, EARTH_KM);
        let points: Vec<Option<[f64; 3]>> = positions.map(|position| position.map(direction)).collect();
        let mut grid = Self { within_km, cells: BTreeMap::new(), points: Vec::new() };
        for (row, point) in points.iter().enumerate() {
            if let Some(point) = point {
                grid.cells.entry(grid.cell(point)).or_default().push(row as u32);
            }
        }
        Self { points, ..grid }
    }

    fn cell(&self, point: &[f64; 3]) -> [i32; 3] {
        point.map(|x| (x / self.within_km).floor() as i32)
    }

    /// The nearest asset within reach with its distance in kilometres (along the chord: over short distances the same);
    /// of equally near ones the first.
    pub(crate) fn nearest(&self, at: LatLon) -> Option<(u32, f64)> {
        let point = direction(at);
        let [x, y, z] = self.cell(&point);
        let mut best: Option<(u32, f64)> = None;
        for i in 0..27 {
            let cell = [x + i % 3 - 1, y + i / 3 % 3 - 1, z + i / 9 - 1];
            for row in self.cells.get(&cell).into_iter().flatten() {
                let Some(other) = &self.points[*row as usize] else { continue };
                let squares: f64 = point.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum();
                let distance = libm::sqrt(squares);
                let nearer = best.is_none_or(|(known, least)| (distance, *row) < (least, known));
                if distance <= self.within_km && nearer {
                    best = Some((*row, distance));
                }
            }
        }
        best
    }
}

/// Where a place is, in kilometres from the centre of the Earth.
fn direction(at: LatLon) -> [f64; 3] {
    let (lat, lon) = (at.lat.to_radians(), at.lon.to_radians());
    let across = EARTH_KM * libm::cos(lat);
    [across * libm::cos(lon), across * libm::sin(lon), EARTH_KM * libm::sin(lat)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_within_reach_is_found_anywhere() {
        let at = |lat, lon| LatLon { lat, lon };
        let places = [
            Some(at(50.0, 14.0)),
            None,
            Some(at(50.005, 14.0)),
            Some(at(0.0, 179.999)),
            Some(at(89.999, 10.0)),
        ];
        let grid = Grid::new(places.into_iter(), 1.0);
        for (from, expected) in [
            // A degree of latitude is 111.2 km.
            (at(50.004, 14.0), Some(2)),
            (at(50.002, 14.0), Some(0)),
            (at(50.1, 14.0), None),
            (at(0.0, -179.999), Some(3)),
            (at(89.999, -170.0), Some(4)),
        ] {
            assert_eq!(grid.nearest(from).map(|(row, _)| row), expected, "{from:?}");
        }
        let (_, distance) = grid.nearest(at(50.004, 14.0)).expect("one is near");
        assert!((distance - 0.1112).abs() < 1e-3, "{distance}");
    }
}
