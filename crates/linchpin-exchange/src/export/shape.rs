//! Geometries as RFC 7946 wants them: longitude first, nothing across the 180th meridian.

use linchpin_model::Position;

/// A coordinate with the digits it was written with: the model holds 32 bits, and nobody wrote the other 32.
fn degrees(coordinate: f32) -> f64 {
    coordinate.to_string().parse().unwrap_or_default()
}

/// `[longitude, latitude]`
fn pair(at: Position) -> String {
    format!("[{},{}]", degrees(at.lon), degrees(at.lat))
}

/// A point.
pub(super) fn point(at: Position) -> String {
    format!("{{\"type\":\"Point\",\"coordinates\":{}}}", pair(at))
}

/// A line, in two parts where the short way crosses the 180th meridian (RFC 7946, 3.1.9).
pub(super) fn line(from: Position, to: Position) -> String {
    let (west, east) = (f64::from(from.lon), f64::from(to.lon));
    if (west - east).abs() <= 180.0 {
        return format!("{{\"type\":\"LineString\",\"coordinates\":[{},{}]}}", pair(from), pair(to));
    }
    let side = if west > 0.0 { 180.0 } else { -180.0 };
    let (before, after) = ((side - west).abs(), (east + side).abs());
    let share = if before + after > 0.0 { before / (before + after) } else { 0.5 };
    let lat = f64::from(from.lat) + share * (f64::from(to.lat) - f64::from(from.lat));
    format!(
        "{{\"type\":\"MultiLineString\",\"coordinates\":[[{},[{side},{lat}]],[[{},{lat}],{}]]}}",
        pair(from),
        -side,
        pair(to)
    )
}

/// West, south, east and north of what holds all positions; west is greater than east where the 180th meridian lies
/// between (RFC 7946, 5.2). None without positions.
pub(super) fn bounds(positions: impl Iterator<Item = Position>) -> Option<[f64; 4]> {
    let mut lons = Vec::new();
    let (mut south, mut north) = (f64::INFINITY, f64::NEG_INFINITY);
    for at in positions {
        let lat = degrees(at.lat);
        lons.push(degrees(at.lon));
        (south, north) = (south.min(lat), north.max(lat));
    }
    lons.sort_by(f64::total_cmp);
    let (first, last) = (*lons.first()?, *lons.last()?);
    // Everything but the widest gap: the globe has no beginning.
    let outer = first + 360.0 - last;
    let gaps = lons.windows(2).map(|pair| (pair[1] - pair[0], pair[0], pair[1]));
    let widest = gaps.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|gap| gap.0 > outer);
    let (west, east) = widest.map_or((first, last), |(_, before, after)| (after, before));
    Some([west, south, east, north])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lat: f32, lon: f32) -> Position {
        Position { lat, lon }
    }

    #[test]
    fn lines_are_cut_at_the_meridian() {
        for (from, to, expected) in [
            (at(50.1, 14.4), at(0.0, -3.0), "{\"type\":\"LineString\",\"coordinates\":[[14.4,50.1],[-3,0]]}"),
            (
                at(0.0, 170.0),
                at(10.0, -170.0),
                "{\"type\":\"MultiLineString\",\"coordinates\":[[[170,0],[180,5]],[[-180,5],[-170,10]]]}",
            ),
            (
                at(0.0, -179.0),
                at(4.0, 178.0),
                "{\"type\":\"MultiLineString\",\"coordinates\":[[[-179,0],[-180,1.3333333333333333]],[[180,1.3333333333333333],[178,4]]]}",
            ),
        ] {
            assert_eq!(line(from, to), expected);
        }
    }

    #[test]
    fn bounds_leave_out_the_widest_gap() {
        for (positions, expected) in [
            (&[][..], None),
            (&[at(1.0, 2.0)], Some([2.0, 1.0, 2.0, 1.0])),
            (&[at(1.0, 2.0), at(-1.0, 5.0)], Some([2.0, -1.0, 5.0, 1.0])),
            (&[at(0.0, 140.0), at(1.0, -100.0)], Some([140.0, 0.0, -100.0, 1.0])),
            (&[at(0.0, 10.0), at(1.0, -100.0)], Some([-100.0, 0.0, 10.0, 1.0])),
            (&[at(0.0, 0.0), at(0.0, 120.0), at(1.0, -120.0)], Some([-120.0, 0.0, 120.0, 1.0])),
        ] {
            assert_eq!(bounds(positions.iter().copied()), expected, "{positions:?}");
        }
    }
}
