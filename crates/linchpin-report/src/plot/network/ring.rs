//! Nodes in a ring, sector by sector; links bend towards the middle and so gather into bundles.

use std::collections::BTreeMap;
use std::f64::consts::{PI, TAU};

use super::Drawn;
use super::labels::spread;
use crate::canvas::{Area, Canvas, Point, Stroke, Text};
use crate::palette::{AXIS, INK, MUTED, PAPER};
use crate::text::{fit, wrap};

/// Height of the picture's body.
pub(super) const HEIGHT: f64 = 490.0;
const RADIUS: f64 = 208.0;
/// Where links are drawn together, as a share of the radius.
const BUNDLE: f64 = 0.45;
/// Gap between sectors, in nodes.
const GAP: f64 = 2.5;
const SECTOR: Text = Text::new(11.5).bold();
const NAME: Text = Text::new(11.0);
/// Width of the columns of names at both sides, and height of a name.
const COLUMN: f64 = 150.0;
const LINE: f64 = 14.5;
/// Points of a bent link.
const STEPS: usize = 14;

/// A line of a name: wanted height, the place in the ring that it leads to, words, look.
type Entry = (f64, Option<Point>, String, Text);

struct Ring<'a> {
    centre: Point,
    /// Angle of each node.
    angles: Vec<f64>,
    /// Name, first and last angle of each sector.
    sectors: Vec<(&'a str, f64, f64)>,
    /// Sector of each node.
    sector_of: Vec<usize>,
}

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Area, drawn: &Drawn<'_>) {
    let ring = Ring::new(area, drawn);
    let stroke = drawn.link_stroke();
    for (from, to) in &drawn.links {
        canvas.line(&ring.link(*from, *to), stroke);
    }
    for (_, from, to) in &ring.sectors {
        canvas.line(&ring.arc(*from, *to, RADIUS + 13.0), Stroke::new(MUTED, 3.0));
    }
    let points: Vec<_> = ring.angles.iter().map(|a| Some(ring.at(*a, RADIUS))).collect();
    drawn.draw_nodes(canvas, &points);
    ring.names(canvas, area, drawn);
}

impl<'a> Ring<'a> {
    fn new(area: Area, drawn: &Drawn<'a>) -> Self {
        let mut by_sector: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut order: Vec<&str> = Vec::new();
        for (i, node) in drawn.nodes.iter().enumerate() {
            let members = by_sector.entry(&node.sector).or_default();
            if members.is_empty() {
                order.push(&node.sector);
            }
            members.push(i);
        }
        let step = TAU / (drawn.nodes.len() as f64 + GAP * order.len() as f64);
        let mut angles = vec![0.0; drawn.nodes.len()];
        let mut sector_of = vec![0; drawn.nodes.len()];
        let mut sectors = Vec::new();
        let mut at = -PI / 2.0;
        for (s, name) in order.iter().enumerate() {
            let members = by_sector.get(name).map_or(&[][..], Vec::as_slice);
            let from = at;
            for i in members {
                (angles[*i], sector_of[*i]) = (at, s);
                at += step;
            }
            sectors.push((*name, from - step * 0.4, at - step * 0.6));
            at += step * GAP;
        }
        let centre = ((area.x0 + area.x1) / 2.0, (area.y0 + area.y1) / 2.0);
        Self { centre, angles, sectors, sector_of }
    }

    fn at(&self, angle: f64, radius: f64) -> Point {
        (self.centre.0 + radius * libm::cos(angle), self.centre.1 + radius * libm::sin(angle))
    }

    fn middle(&self, sector: usize) -> f64 {
        (self.sectors[sector].1 + self.sectors[sector].2) / 2.0
    }

    fn arc(&self, from: f64, to: f64, radius: f64) -> Vec<Point> {
        let steps = ((to - from) / 0.04).ceil().clamp(1.0, 200.0);
        (0..=steps as usize).map(|i| self.at(from + (to - from) * i as f64 / steps, radius)).collect()
    }

    /// A cubic curve through the bundling points of both sectors.
    fn link(&self, from: usize, to: usize) -> Vec<Point> {
        let inner = RADIUS - 6.0;
        let (a, d) = (self.at(self.angles[from], inner), self.at(self.angles[to], inner));
        let bend = if self.sector_of[from] == self.sector_of[to] { 0.8 } else { BUNDLE };
        let b = self.at(self.middle(self.sector_of[from]), RADIUS * bend);
        let c = self.at(self.middle(self.sector_of[to]), RADIUS * bend);
        (0..=STEPS)
            .map(|i| {
                let t = i as f64 / STEPS as f64;
                let u = 1.0 - t;
                let [wa, wb, wc, wd] = [u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t];
                (wa * a.0 + wb * b.0 + wc * c.0 + wd * d.0, wa * a.1 + wb * b.1 + wc * c.1 + wd * d.1)
            })
            .collect()
    }

    /// Sectors and the most important nodes, in a column at each side with a line to their place.
    fn names(&self, canvas: &mut Canvas<'_>, area: Area, drawn: &Drawn<'_>) {
        let mut sides: [Vec<Entry>; 2] = [Vec::new(), Vec::new()];
        let mut add = |angle: f64, radius: f64, lines: Vec<String>, style: Text| {
            let point = self.at(angle, radius);
            let side = &mut sides[usize::from(point.0 >= self.centre.0)];
            for (i, line) in lines.into_iter().enumerate() {
                // Further lines of a name follow the first and have no line to the ring of their own.
                side.push((point.1 + 1e-6 * i as f64, (i == 0).then_some(point), line, style));
            }
        };
        for (s, (name, ..)) in self.sectors.iter().enumerate() {
            add(self.middle(s), RADIUS + 13.0, wrap(name, SECTOR.size, true, COLUMN, 2), SECTOR);
        }
        for i in drawn.important() {
            add(self.angles[i], RADIUS, vec![fit(&drawn.nodes[i].name, NAME.size, false, COLUMN)], NAME);
        }
        for (side, mut names) in sides.into_iter().enumerate() {
            names.sort_by(|a, b| a.0.total_cmp(&b.0));
            let wanted: Vec<f64> =
                names.iter().map(|n| self.centre.1 + (n.0 - self.centre.1) * 1.1).collect();
            let placed = spread(&wanted, LINE, (area.y0 + 10.0, area.y1 - 10.0));
            for ((_, point, name, style), y) in names.into_iter().zip(placed) {
                self.name(canvas, area, side == 1, (point, y), &name, style);
            }
        }
    }

    fn name(
        &self,
        canvas: &mut Canvas<'_>,
        area: Area,
        right: bool,
        (point, y): (Option<Point>, f64),
        name: &str,
        style: Text,
    ) {
        let (x, elbow) = if right {
            (area.x1 - COLUMN, area.x1 - COLUMN - 22.0)
        } else {
            (area.x0 + COLUMN, area.x0 + COLUMN + 22.0)
        };
        let gap = if right { -4.0 } else { 4.0 };
        let stroke = Stroke::new(if style.bold { MUTED } else { AXIS }, 0.75);
        if let Some(point) = point {
            canvas.line(&[(x + gap, y), (elbow, y), point], stroke);
        }
        let style = if right { style } else { style.right() }.color(INK);
        let bounds = style.bounds((x, y + 4.0), name);
        canvas.rect(bounds, PAPER, 0.8);
        canvas.text((x, y + 4.0), name, style);
    }
}
