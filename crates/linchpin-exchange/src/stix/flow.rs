//! What follows what in an attack flow: actions, with conditions and operators between them.

use super::bundle::{Node, NodeKind};
use std::collections::BTreeMap;

/// What an action, or a joint, waits for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct After {
    /// Steps by number; empty: nothing.
    pub(super) steps: Vec<usize>,
    /// True where one of them is enough.
    pub(super) any: bool,
}

/// Steps in the order of the actions, and after them those that only join others.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Order {
    /// By step: what it waits for.
    pub(super) after: Vec<After>,
    /// References to what is not there.
    pub(super) dangling: usize,
    /// References that would close a circle.
    pub(super) circles: usize,
    /// Actions that follow several others without an operator between.
    pub(super) unsaid: usize,
}

/// Most steps that are listed in one place; more are joined by a step of their own.
const LISTED: usize = 64;

/// The order of the actions among `nodes`; steps are numbered as these come.
pub(super) fn order(nodes: &[&Node]) -> Order {
    let mut order = Order::default();
    let before = incoming(nodes, &mut order);
    let actions = nodes.iter().filter(|node| node.kind == NodeKind::Action).count();
    order.after = vec![After::default(); actions];
    let mut step_of = vec![usize::MAX; nodes.len()];
    let is_action = |row: &usize| nodes[*row].kind == NodeKind::Action;
    (0..nodes.len()).filter(is_action).enumerate().for_each(|(step, row)| step_of[row] = step);
    // What has to be done for the flow to get beyond each node.
    let mut beyond: Vec<After> = vec![After::default(); nodes.len()];
    for row in in_order(&before) {
        let parts = before[row].iter().map(|other| beyond[*other].clone()).collect();
        let all = nodes[row].kind == NodeKind::And;
        let after = combine(parts, !all, &mut order.after);
        if step_of[row] == usize::MAX {
            beyond[row] = after;
        } else {
            order.unsaid += usize::from(before[row].len() > 1);
            order.after[step_of[row]] = after;
            beyond[row] = After { steps: vec![step_of[row]], any: false };
        }
    }
    order
}

/// Where each node can be reached from, without circles.
fn incoming(nodes: &[&Node], order: &mut Order) -> Vec<Vec<usize>> {
    let rows: BTreeMap<&str, usize> =
        nodes.iter().enumerate().map(|(row, node)| (node.id.as_str(), row)).collect();
    let next: Vec<Vec<usize>> = nodes
        .iter()
        .map(|node| {
            let mut next: Vec<usize> =
                node.next.iter().filter_map(|id| rows.get(id.as_str()).copied()).collect();
            order.dangling += node.next.len() - next.len();
            next.sort_unstable();
            next.dedup();
            next
        })
        .collect();
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    let mut state = vec![State::New; nodes.len()];
    for start in 0..nodes.len() {
        // Without recursion: flows may be long.
        let mut path = vec![(start, 0)];
        if state[start] != State::New {
            continue;
        }
        state[start] = State::OnPath;
        while let Some((row, at)) = path.last_mut() {
            let (from, Some(to)) = (*row, next[*row].get(*at).copied()) else {
                state[*row] = State::Done;
                path.pop();
                continue;
            };
            *at += 1;
            if state[to] == State::OnPath {
                order.circles += 1;
                continue;
            }
            before[to].push(from);
            if state[to] == State::New {
                state[to] = State::OnPath;
                path.push((to, 0));
            }
        }
    }
    before.iter_mut().for_each(|rows| rows.sort_unstable());
    before
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    OnPath,
    Done,
}

/// Nodes, each after those before it.
fn in_order(before: &[Vec<usize>]) -> Vec<usize> {
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); before.len()];
    for (row, rows) in before.iter().enumerate() {
        rows.iter().for_each(|other| next[*other].push(row));
    }
    let mut left: Vec<usize> = before.iter().map(Vec::len).collect();
    let mut order: Vec<usize> = (0..before.len()).filter(|row| left[*row] == 0).collect();
    let mut at = 0;
    while let Some(row) = order.get(at).copied() {
        at += 1;
        for other in &next[row] {
            left[*other] -= 1;
            if left[*other] == 0 {
                order.push(*other);
            }
        }
    }
    order
}

/// Any or all of several; what can not be said in one list becomes a step that joins a part of it.
fn combine(mut parts: Vec<After>, any: bool, steps: &mut Vec<After>) -> After {
    if any && parts.iter().any(|part| part.steps.is_empty()) {
        return After::default();
    }
    parts.retain(|part| !part.steps.is_empty());
    if parts.len() < 2 {
        return parts.pop().unwrap_or_default();
    }
    let mut list = Vec::new();
    for part in parts {
        if part.steps.len() == 1 || part.any == any {
            list.extend(part.steps);
        } else {
            list.push(join(part, steps));
        }
    }
    list.sort_unstable();
    list.dedup();
    let after = After { any: any && list.len() > 1, steps: list };
    if after.steps.len() > LISTED {
        return After { steps: vec![join(after, steps)], any: false };
    }
    after
}

fn join(part: After, steps: &mut Vec<After>) -> usize {
    steps.push(part);
    steps.len() - 1
}
