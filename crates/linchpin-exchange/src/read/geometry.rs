//! Where a geometry is: points, the ends of lines, the centres of areas.

use crate::raw::LatLon;

/// The centre of an area from its rings (longitude, latitude), first the outer ones: weighted by area, or the mean of
/// the corners where there is no area. None without a corner.
pub(crate) fn centre(rings: &[&[[f64; 2]]]) -> Option<LatLon> {
    let (mut area, mut east, mut north) = (0.0, 0.0, 0.0);
    // Counted from a corner, so that small areas far from the origin keep their digits.
    let origin = *rings.iter().flat_map(|ring| ring.iter()).next()?;
    for ring in rings {
        let corners = ring.iter().zip(ring.iter().cycle().skip(1));
        let (mut own, mut x, mut y) = (0.0, 0.0, 0.0);
        for (a, b) in corners {
            let ([ax, ay], [bx, by]) =
                ([a[0] - origin[0], a[1] - origin[1]], [b[0] - origin[0], b[1] - origin[1]]);
            let cross = ax * by - bx * ay;
            own += cross;
            x += (ax + bx) * cross;
            y += (ay + by) * cross;
        }
        // The direction in which a ring runs says nothing in files as they are.
        let sign = if own < 0.0 { -1.0 } else { 1.0 };
        area += sign * own;
        east += sign * x;
        north += sign * y;
    }
    if area > 0.0 && (east / area).is_finite() && (north / area).is_finite() {
        let (lon, lat) = (origin[0] + east / (3.0 * area), origin[1] + north / (3.0 * area));
        return Some(clamped(lon, lat));
    }
    mean(rings.iter().flat_map(|ring| ring.iter().copied()))
}

/// The mean of positions (longitude, latitude); none without one.
pub(crate) fn mean(positions: impl Iterator<Item = [f64; 2]>) -> Option<LatLon> {
    let (mut count, mut lon, mut lat) = (0.0, 0.0, 0.0);
    for [east, north] in positions {
        count += 1.0;
        lon += east;
        lat += north;
    }
    (count > 0.0).then(|| clamped(lon / count, lat / count))
}

/// Sums round; nothing leaves the globe for it.
fn clamped(lon: f64, lat: f64) -> LatLon {
    LatLon { lat: lat.clamp(-90.0, 90.0), lon: lon.clamp(-180.0, 180.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Centroids of figures that geometry books give: rectangle, triangle (mean of corners), an L by its two parts.
    #[test]
    fn centres_of_known_figures() {
        let square: &[[f64; 2]] = &[[10.0, 50.0], [12.0, 50.0], [12.0, 51.0], [10.0, 51.0], [10.0, 50.0]];
        let triangle: &[[f64; 2]] = &[[0.0, 0.0], [3.0, 0.0], [0.0, 6.0], [0.0, 0.0]];
        let reversed: &[[f64; 2]] = &[[0.0, 0.0], [0.0, 6.0], [3.0, 0.0]];
        let bent: &[[f64; 2]] = &[[0.0, 0.0], [2.0, 0.0], [2.0, 1.0], [1.0, 1.0], [1.0, 2.0], [0.0, 2.0]];
        let flat: &[[f64; 2]] = &[[1.0, 1.0], [3.0, 3.0], [1.0, 1.0], [3.0, 3.0]];
        for (rings, lat, lon) in [
            (&[square][..], 50.5, 11.0),
            (&[triangle], 2.0, 1.0),
            (&[reversed], 2.0, 1.0),
            (&[bent], 5.0 / 6.0, 5.0 / 6.0),
            (&[flat], 2.0, 2.0),
            // Areas 2 and 9.
            (&[square, triangle], (2.0 * 50.5 + 9.0 * 2.0) / 11.0, (2.0 * 11.0 + 9.0) / 11.0),
        ] {
            let found = centre(rings).expect("it has corners");
            assert!((found.lat - lat).abs() < 1e-9 && (found.lon - lon).abs() < 1e-9, "{found:?}");
        }
        assert_eq!(centre(&[]), None);
        assert_eq!(mean([].into_iter()), None);
    }
}
