//! Nodes on a map.

use std::collections::BTreeMap;

use super::labels::{aside, beside};
use super::{Drawn, SMALL};
use crate::axis;
use crate::canvas::{Area, Canvas, Point, Stroke, Text, WIDTH};
use crate::format;
use crate::palette::{AXIS, INK, Rgb};
use crate::sheet::MARGIN;
use crate::text::fit;

/// Kilometres in a degree of latitude (mean radius of the Earth, 6371 km).
const KM_PER_DEGREE: f64 = 111.195;
/// Free border around the outermost nodes.
const PAD: f64 = 26.0;
const MIN_HEIGHT: f64 = 300.0;
const MAX_HEIGHT: f64 = 640.0;
const NAME: Text = Text::new(11.0);
/// Tints of regions in turn, and of their names.
const GROUNDS: [Rgb; 2] = [(0xee, 0xf2, 0xea), (0xf1, 0xed, 0xe4)];
const REGION_NAME: Rgb = (0x9a, 0x9f, 0x94);

/// Points of nodes relative to the upper left corner of the picture's body.
pub(super) struct Layout {
    /// By position in the drawn nodes; nodes without a position stand below the map.
    points: Vec<Option<Point>>,
    /// Units for a kilometre.
    scale: f64,
    /// Height of the body.
    pub(super) height: f64,
    unplaced: usize,
}

impl Layout {
    /// Equirectangular projection, true to scale in the middle; none where no node has a usable position.
    pub(super) fn new(drawn: &Drawn<'_>) -> Option<Self> {
        let degrees = |i: usize| -> Option<(f64, f64)> {
            let (lat, lon) = drawn.nodes[i].position?;
            let usable = (-90.0..=90.0).contains(&lat) && (-360.0..=360.0).contains(&lon);
            usable.then_some((f64::from(lat), f64::from(lon)))
        };
        let placed: Vec<(f64, f64)> = (0..drawn.nodes.len()).filter_map(degrees).collect();
        let (first_lat, first_lon) = *placed.first()?;
        let widen = |(low, high): (f64, f64), v: f64| (low.min(v), high.max(v));
        let (south, north) = placed.iter().fold((first_lat, first_lat), |r, p| widen(r, p.0));
        let (west, east) = placed.iter().fold((first_lon, first_lon), |r, p| widen(r, p.1));
        let shrink = libm::cos(((south + north) / 2.0).to_radians()).max(0.05);
        let (width_km, height_km) =
            (((east - west) * shrink * KM_PER_DEGREE).max(1.0), ((north - south) * KM_PER_DEGREE).max(1.0));
        let room = WIDTH - 2.0 * MARGIN - 2.0 * PAD;
        let scale = (room / width_km).min((MAX_HEIGHT - 2.0 * PAD) / height_km);
        let height = (height_km * scale + 2.0 * PAD).max(MIN_HEIGHT);
        let unplaced = drawn.nodes.len() - placed.len();
        let (middle_x, middle_y) = ((WIDTH - 2.0 * MARGIN) / 2.0, height / 2.0);
        let point = |(lat, lon): (f64, f64)| {
            let x = middle_x + (lon - (west + east) / 2.0) * shrink * KM_PER_DEGREE * scale;
            let y = middle_y - (lat - (south + north) / 2.0) * KM_PER_DEGREE * scale;
            (x, y)
        };
        let points = (0..drawn.nodes.len()).map(|i| degrees(i).map(point)).collect();
        Some(Self { points, scale, height: height + 16.0, unplaced })
    }

    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, area: Area, drawn: &Drawn<'_>) {
        let points: Vec<Option<Point>> =
            self.points.iter().map(|p| p.map(|(x, y)| (area.x0 + x, area.y0 + y))).collect();
        let frame = Area { y1: area.y1 - 16.0, ..area };
        let scale_bar = self.scale_bar(frame);
        let mut taken = regions(canvas, frame, drawn, &points, scale_bar.2);
        let stroke = drawn.link_stroke();
        for (from, to) in &drawn.links {
            if let (Some(a), Some(b)) = (points[*from], points[*to]) {
                canvas.line(&[a, b], stroke);
            }
        }
        drawn.draw_nodes(canvas, &points);
        canvas.outline(frame, Stroke::new(AXIS, 0.75));
        let (bar, words, bounds) = scale_bar;
        canvas.line(&bar, Stroke::new(INK, 1.5));
        canvas.plated((bounds.x0, bar[1].1 - 8.0), &words, SMALL);
        taken.push(bounds);
        self.names(canvas, frame, drawn, &points, taken);
        if self.unplaced > 0 {
            let words =
                format!("{} nodes have no position and are not shown", format::count(self.unplaced as u64));
            canvas.text((area.x1, area.y1 - 3.0), &words, SMALL.right());
        }
    }

    fn names(
        &self,
        canvas: &mut Canvas<'_>,
        frame: Area,
        drawn: &Drawn<'_>,
        points: &[Option<Point>],
        mut taken: Vec<Area>,
    ) {
        // Small discs may vanish under a name; those that matter may not, and a name keeps clear of discs of others.
        let discs: Vec<(usize, Area)> = (0..points.len())
            .filter_map(|i| {
                let r = drawn.radius(drawn.share(drawn.nodes[i]));
                let (x, y) = points[i].filter(|_| r > 3.5)?;
                Some((i, Area { x0: x - r - 7.0, y0: y - r, x1: x + r + 7.0, y1: y + r }))
            })
            .collect();
        for i in drawn.important() {
            let Some(point) = points[i] else { continue };
            let name = fit(&drawn.nodes[i].name, NAME.size, false, 170.0);
            let radius = drawn.radius(drawn.share(drawn.nodes[i]));
            let is_free = |bounds: &Area, own: bool| {
                frame.holds(bounds)
                    && !taken.iter().any(|t| t.meets(bounds))
                    && !discs.iter().any(|(other, disc)| (own || *other != i) && disc.meets(bounds))
            };
            let near = beside(point, radius, &name, NAME, |bounds| is_free(bounds, false));
            let (place, far) = match near {
                Some(place) => (Some(place), false),
                None => (aside(point, &name, NAME, |bounds| is_free(bounds, true)), true),
            };
            let Some(place) = place else { continue };
            if far {
                let b = place.bounds;
                let end = (point.0.clamp(b.x0, b.x1), point.1.clamp(b.y0, b.y1));
                canvas.line(&[point, end], Stroke::new(INK, 0.75));
            }
            canvas.plated(place.at, &name, NAME);
            taken.push(place.bounds);
        }
    }

    /// A bar of a round length in the lower left corner, its words, and the place that both take.
    fn scale_bar(&self, frame: Area) -> ([Point; 4], String, Area) {
        let km = axis::ticks(130.0 / self.scale, 1)[1];
        let km = if km * self.scale > 200.0 { km / 2.0 } else { km };
        let (x0, y) = (frame.x0 + 12.0, frame.y1 - 12.0);
        let x1 = x0 + km * self.scale;
        let words = format!("{} km, north is up", format::number(km));
        let bounds = SMALL.bounds((x0, y - 8.0), &words);
        let bar = [(x0, y - 4.0), (x0, y), (x1, y), (x1, y - 4.0)];
        (bar, words, Area { x1: bounds.x1.max(x1), y1: y, ..bounds })
    }
}

/// Tints the hull of each region and writes its name; returns where the names stand, beside what is `reserved`.
fn regions(
    canvas: &mut Canvas<'_>,
    frame: Area,
    drawn: &Drawn<'_>,
    points: &[Option<Point>],
    reserved: Area,
) -> Vec<Area> {
    let mut members: BTreeMap<&str, Vec<Point>> = BTreeMap::new();
    for (node, point) in drawn.nodes.iter().zip(points) {
        if let Some(point) = point.filter(|_| !node.region.is_empty()) {
            members.entry(&node.region).or_default().push(point);
        }
    }
    let nodes: Vec<Point> = points.iter().flatten().copied().collect();
    let hulls: Vec<(&str, Vec<Point>)> = members
        .into_iter()
        .map(|(name, own)| (name, own.len(), grown(&hull(own), 14.0)))
        // A region whose ground is mostly that of others, such as a country of provinces, is not drawn.
        .filter(|(_, own, hull)| nodes.iter().filter(|p| inside(hull, **p)).count() < 2 * own)
        .map(|(name, _, hull)| (name, hull))
        .collect();
    for (i, (_, hull)) in hulls.iter().enumerate() {
        canvas.polygon(hull, GROUNDS[i % GROUNDS.len()], 1.0);
    }
    for (_, hull) in &hulls {
        for (i, from) in hull.iter().enumerate() {
            canvas.dashed(*from, hull[(i + 1) % hull.len()], 4.0, Stroke::new(REGION_NAME, 1.0));
        }
    }
    let style = Text::new(19.0).bold().color(REGION_NAME);
    let mut taken = vec![reserved];
    for (name, hull) in &hulls {
        let name = fit(name, style.size, true, 220.0);
        let Some((at, bounds)) = region_name_place(hull, &name, style, frame, (&nodes, &taken)) else {
            continue;
        };
        canvas.text(at, &name, style);
        taken.push(bounds);
    }
    taken
}

/// The place in or beside a region's hull where its name hides the fewest nodes, rather high than low.
fn region_name_place(
    hull: &[Point],
    name: &str,
    style: Text,
    frame: Area,
    (nodes, taken): (&[Point], &[Area]),
) -> Option<(Point, Area)> {
    const STEPS: usize = 12;
    let limits = |values: &mut dyn Iterator<Item = f64>| {
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
    };
    let (left, right) = limits(&mut hull.iter().map(|p| p.0));
    let (top, bottom) = limits(&mut hull.iter().map(|p| p.1));
    let width = style.width(name);
    let places = (0..STEPS * STEPS).map(|i| {
        let (row, column) =
            ((i / STEPS) as f64 / (STEPS - 1) as f64, (i % STEPS) as f64 / (STEPS - 1) as f64);
        let x = left + (right - left - width).max(0.0) * column;
        ((x, top + 16.0 + (bottom - top - 20.0).max(0.0) * row), row)
    });
    let free = places.filter_map(|(at, row)| {
        let bounds = style.bounds(at, name);
        let allowed = frame.holds(&bounds) && !taken.iter().any(|t| t.meets(&bounds));
        let outside = !inside(hull, ((bounds.x0 + bounds.x1) / 2.0, (bounds.y0 + bounds.y1) / 2.0));
        let near =
            Area { x0: bounds.x0 - 6.0, y0: bounds.y0 - 6.0, x1: bounds.x1 + 6.0, y1: bounds.y1 + 6.0 };
        let hidden = nodes
            .iter()
            .filter(|(x, y)| near.x0 < *x && *x < near.x1 && near.y0 < *y && *y < near.y1)
            .count();
        allowed.then_some((hidden as f64 + row + if outside { 2.5 } else { 0.0 }, at, bounds))
    });
    free.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, at, bounds)| (at, bounds))
}

/// Whether a point lies within a convex hull, whichever way round it goes.
fn inside(hull: &[Point], (x, y): Point) -> bool {
    let turns = |i: usize| {
        let (a, b) = (hull[i], hull[(i + 1) % hull.len()]);
        (b.0 - a.0) * (y - a.1) - (b.1 - a.1) * (x - a.0)
    };
    hull.len() > 2 && ((0..hull.len()).all(|i| turns(i) >= 0.0) || (0..hull.len()).all(|i| turns(i) <= 0.0))
}

/// Convex hull (monotone chain), in order around it.
fn hull(mut points: Vec<Point>) -> Vec<Point> {
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    points.dedup();
    if points.len() < 3 {
        return points;
    }
    let turn = |o: Point, a: Point, b: Point| (a.0 - o.0) * (b.1 - o.1) - (a.1 - o.1) * (b.0 - o.0);
    let half = |points: &mut dyn Iterator<Item = Point>| {
        let mut chain: Vec<Point> = Vec::new();
        for p in points {
            while chain.len() >= 2 && turn(chain[chain.len() - 2], chain[chain.len() - 1], p) <= 0.0 {
                chain.pop();
            }
            chain.push(p);
        }
        chain.pop();
        chain
    };
    let mut around = half(&mut points.iter().copied());
    around.extend(half(&mut points.iter().rev().copied()));
    around
}

/// The hull moved outwards from its centre.
fn grown(hull: &[Point], by: f64) -> Vec<Point> {
    let n = hull.len().max(1) as f64;
    let (cx, cy) = hull.iter().fold((0.0, 0.0), |sum, p| (sum.0 + p.0 / n, sum.1 + p.1 / n));
    hull.iter()
        .map(|(x, y)| {
            let length = libm::hypot(x - cx, y - cy).max(1e-9);
            (x + (x - cx) / length * by, y + (y - cy) / length * by)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hull_is_the_outermost_points() {
        let square = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)];
        let mut points = square.to_vec();
        points.extend([(1.0, 1.0), (2.0, 3.0), (2.0, 0.0)]);
        let mut got = hull(points);
        assert_eq!(got.len(), 4);
        assert!(inside(&got, (2.0, 2.0)) && !inside(&got, (5.0, 2.0)) && !inside(&[], (0.0, 0.0)));
        got.sort_by(|a, b| a.partial_cmp(b).unwrap());
        assert_eq!(got, [(0.0, 0.0), (0.0, 4.0), (4.0, 0.0), (4.0, 4.0)]);
        assert_eq!(hull(vec![(1.0, 1.0); 5]), [(1.0, 1.0)]);
        assert_eq!(hull(Vec::new()), []);
    }
}
