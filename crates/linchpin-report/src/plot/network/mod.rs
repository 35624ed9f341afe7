//! The dependency network: a map where nodes have positions, else a ring by sectors.

mod labels;
mod map;
mod ring;

use linchpin_analysis::findings::{Findings, NetworkPicture, PictureNode};

use super::Plot;
use crate::canvas::{Area, Canvas, Point, Stroke, Text};
use crate::format;
use crate::palette::{MUTED, Rgb, scale};
use crate::sheet::sheet;

/// More nodes than this can not be told apart; those that lose most are kept.
const MAX_NODES: usize = 1500;
const MAX_LINKS: usize = 3000;
/// So many nodes get a name.
const MAX_LABELS: usize = 14;
const LINK: Rgb = (0x2b, 0x50, 0x6e);
const SMALL: Text = Text::new(11.0).muted();
const KEY_HEIGHT: f64 = 30.0;

/// What is drawn of the network.
struct Drawn<'a> {
    nodes: Vec<&'a PictureNode>,
    links: Vec<(usize, usize)>,
    most: f64,
}

/// The network with the loss of each node.
pub(super) fn plot(findings: &Findings) -> Option<Plot> {
    let picture = &findings.network;
    let drawn = Drawn::of(picture)?;
    let title = title(picture);
    let map = picture.positioned.then(|| map::Layout::new(&drawn)).flatten();
    let subtitle = match map {
        Some(_) => "Assets and pools where they stand; a line joins a provider with who needs it.",
        None => "Assets and pools in a ring by sector; a line joins a provider with who needs it.",
    };
    let height = map.as_ref().map_or(ring::HEIGHT, |map| map.height);
    let alt = format!("{title}. {} nodes and {} links.", drawn.nodes.len(), drawn.links.len());
    let svg = sheet(&findings.study, [&title, subtitle, &alt], height + KEY_HEIGHT, |canvas, area| {
        let body = Area { y1: area.y1 - KEY_HEIGHT, ..area };
        match &map {
            Some(map) => map.draw(canvas, body, &drawn),
            None => ring::draw(canvas, body, &drawn),
        }
        key(canvas, Area { y0: body.y1, ..area }, &drawn);
    });
    let caption = format!(
        "Large dark discs lose most; the busiest lines lead to what others depend on.{}",
        left_out(picture, &drawn)
    );
    Some(Plot { id: "network".to_owned(), title, caption, alt, svg, handling: findings.study.handling() })
}

impl<'a> Drawn<'a> {
    fn of(picture: &'a NetworkPicture) -> Option<Self> {
        let mut shown: Vec<usize> = (0..picture.nodes.len()).collect();
        if shown.len() > MAX_NODES {
            shown.sort_by(|a, b| picture.nodes[*b].lost_h.total_cmp(&picture.nodes[*a].lost_h));
            shown.truncate(MAX_NODES);
            shown.sort_unstable();
        }
        let place = |node: u32| shown.binary_search(&(node as usize)).ok();
        let links = picture.links.iter().filter_map(|(from, to)| Some((place(*from)?, place(*to)?)));
        let links: Vec<_> = links.filter(|(from, to)| from != to).collect();
        let step = links.len().div_ceil(MAX_LINKS).max(1);
        let nodes: Vec<_> = shown.iter().map(|i| &picture.nodes[*i]).collect();
        let most = nodes.iter().map(|n| n.lost_h).filter(|h| h.is_finite()).fold(0.0, f64::max);
        (!nodes.is_empty()).then(|| Self { links: links.into_iter().step_by(step).collect(), nodes, most })
    }

    fn share(&self, node: &PictureNode) -> f64 {
        if self.most > 0.0 && node.lost_h.is_finite() {
            (node.lost_h / self.most).clamp(0.0, 1.0)
        } else {
            0.0
        }
    }

    fn radius(&self, share: f64) -> f64 {
        let largest = if self.nodes.len() > 400 { 7.0 } else { 9.0 };
        2.0 + (largest - 2.0) * libm::sqrt(share)
    }

    /// Links fade as they become many.
    fn link_stroke(&self) -> Stroke {
        Stroke::new(LINK, 0.75).alpha((120.0 / self.links.len().max(1) as f64).clamp(0.07, 0.45))
    }

    /// Nodes with the least loss first, so that the others lie on top.
    fn by_loss(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.nodes.len()).collect();
        order.sort_by(|a, b| self.share(self.nodes[*a]).total_cmp(&self.share(self.nodes[*b])));
        order
    }

    fn draw_nodes(&self, canvas: &mut Canvas<'_>, points: &[Option<Point>]) {
        for i in self.by_loss() {
            let Some(point) = points[i] else { continue };
            let share = self.share(self.nodes[i]);
            canvas.disc(point, self.radius(share), scale(share), Stroke::new(MUTED, 0.75));
        }
    }

    /// The nodes worth a name, the greatest loss first.
    fn important(&self) -> Vec<usize> {
        let lost = self.by_loss().into_iter().rev().filter(|i| self.share(self.nodes[*i]) > 0.0);
        lost.take(MAX_LABELS).collect()
    }
}

fn title(picture: &NetworkPicture) -> String {
    let mut losses: Vec<f64> =
        picture.nodes.iter().map(|n| n.lost_h).filter(|h| h.is_finite() && *h > 0.0).collect();
    losses.sort_by(|a, b| b.total_cmp(a));
    let total: f64 = losses.iter().sum();
    let n = picture.nodes.len();
    if total <= 0.0 {
        return format!("The network of {} assets and pools: none loses service", format::count(n as u64));
    }
    let few = n.div_ceil(10).min(losses.len());
    let share = losses[..few].iter().sum::<f64>() / total;
    format!(
        "{} of {} assets and pools bear {} of the lost hours",
        format::count(few as u64),
        format::count(n as u64),
        format::percent(share)
    )
}

fn left_out(picture: &NetworkPicture, drawn: &Drawn<'_>) -> String {
    if drawn.nodes.len() < picture.nodes.len() {
        return format!(
            " The {} nodes that lose most are shown, of {}.",
            format::count(drawn.nodes.len() as u64),
            format::count(picture.nodes.len() as u64)
        );
    }
    if drawn.links.len() < picture.links.len() && picture.links.len() > MAX_LINKS {
        return format!(
            " {} of {} links are shown.",
            format::count(drawn.links.len() as u64),
            format::count(picture.links.len() as u64)
        );
    }
    String::new()
}

/// Discs of some losses with their numbers.
fn key(canvas: &mut Canvas<'_>, area: Area, drawn: &Drawn<'_>) {
    let y = area.y0 + 17.0;
    let mut x = area.x0;
    canvas.text((x, y + 4.0), "mean hours lost in a run:", SMALL);
    x += SMALL.width("mean hours lost in a run:") + 18.0;
    for share in [0.0, 0.1, 0.4, 1.0] {
        let radius = drawn.radius(share);
        canvas.disc((x, y), radius, scale(share), Stroke::new(MUTED, 0.75));
        let words = format::number(share * drawn.most);
        canvas.text((x + radius + 5.0, y + 4.0), &words, SMALL);
        x += radius + 5.0 + SMALL.width(&words) + 22.0;
        if drawn.most <= 0.0 {
            break;
        }
    }
    canvas.line(&[(x, y), (x + 26.0, y)], Stroke::new(LINK, 0.9).alpha(0.6));
    canvas.text((x + 32.0, y + 4.0), "dependency", SMALL);
}
