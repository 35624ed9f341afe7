//! Links of contacts that nobody wrote down: drawn, or by distance.

use super::geo::{Direction, Nearest};
use linchpin_model::{Key, NodeId};
use std::collections::BTreeSet;

/// How often ends that fitted nowhere are dealt anew.
const ROUNDS: u32 = 10;

/// How many links are tried for two ends that fit nowhere.
const ATTEMPTS: u32 = 1_000;

/// Links of a random simple graph over `members`, each of which has about `per_member`, ascending.
///
/// Configuration model: everybody has `per_member` ends, which are shuffled and joined two by two. Ends that would link a
/// member with itself, or two members again, are shuffled and joined anew a few times; what is left then takes the place
/// of other links, whose ends it takes over. An odd end, and what fits nowhere even so, is dropped. The graph depends on
/// the key and on the two numbers only.
pub(super) fn random(key: Key, members: usize, per_member: u32) -> Vec<(u32, u32)> {
    let all = members as u32;
    if per_member as usize + 1 >= members {
        return (0..all).flat_map(|a| (a + 1..all).map(move |b| (a, b))).collect();
    }
    let mut ends: Vec<u32> = (0..all).flat_map(|a| std::iter::repeat_n(a, per_member as usize)).collect();
    shuffle(&mut ends, key.part(0));
    let mut links = join(&ends);
    links.sort_unstable();
    ends = if ends.len() % 2 == 1 { ends[ends.len() - 1..].to_vec() } else { Vec::new() };
    ends.extend(take_out(&mut links));
    let mut more: BTreeSet<(u32, u32)> = BTreeSet::new();
    for round in 1..=ROUNDS {
        shuffle(&mut ends, key.part(round));
        let mut left = if ends.len() % 2 == 1 { ends[ends.len() - 1..].to_vec() } else { Vec::new() };
        for (a, b) in join(&ends) {
            if a == b || links.binary_search(&(a, b)).is_ok() || !more.insert((a, b)) {
                left.extend([a, b]);
            }
        }
        ends = left;
        if ends.len() < 2 {
            break;
        }
    }
    if !more.is_empty() {
        links.extend(more);
        links.sort_unstable();
    }
    if ends.len() > 1 {
        links = switch(links, &ends, key.part(ROUNDS + 1));
    }
    links
}

/// Puts left ends `a` and `b` in the place of a link `c`-`d`: `a`-`c` and `b`-`d` stand for it then.
fn switch(mut links: Vec<(u32, u32)>, ends: &[u32], key: Key) -> Vec<(u32, u32)> {
    let ordered = |a: u32, b: u32| (a.min(b), a.max(b));
    let mut there: BTreeSet<(u32, u32)> = links.iter().copied().collect();
    for (pair, left) in (0..).zip(ends.chunks_exact(2)) {
        let (a, b) = (left[0], left[1]);
        for attempt in 0..ATTEMPTS {
            let number = key.part(pair * ATTEMPTS + attempt).0;
            let at = below(number, links.len());
            let (c, d) = if number & 1 == 0 { links[at] } else { (links[at].1, links[at].0) };
            let new = [ordered(a, c), ordered(b, d)];
            if [c, d].contains(&a) || [c, d].contains(&b) || new.iter().any(|link| there.contains(link)) {
                continue;
            }
            there.remove(&ordered(c, d));
            there.extend(new);
            links[at] = new[0];
            links.push(new[1]);
            break;
        }
    }
    there.into_iter().collect()
}

fn join(ends: &[u32]) -> Vec<(u32, u32)> {
    ends.chunks_exact(2).map(|pair| (pair[0].min(pair[1]), pair[0].max(pair[1]))).collect()
}

/// Takes loops and repetitions out of sorted links; gives their ends.
fn take_out(links: &mut Vec<(u32, u32)>) -> Vec<u32> {
    let mut ends = Vec::new();
    let mut before = None;
    links.retain(|link| {
        let fits = link.0 != link.1 && before != Some(*link);
        before = Some(*link);
        if !fits {
            ends.extend([link.0, link.1]);
        }
        fits
    });
    ends
}

/// Fisher and Yates, with a keyed number for each place.
fn shuffle(ends: &mut [u32], key: Key) {
    for last in (1..ends.len()).rev() {
        ends.swap(last, below(key.part(last as u32).0, last + 1));
    }
}

/// A number below `count`, from one of 64 random bits.
fn below(number: u64, count: usize) -> usize {
    ((u128::from(number) * count as u128) >> 64) as usize
}

/// Links of each member with the `k` nearest others, ascending; two are linked if either is near to the other.
pub(super) fn nearest(places: &[Direction], k: usize) -> Vec<(u32, u32)> {
    let tree = Nearest::new(places.iter().enumerate().map(|(row, at)| (*at, NodeId::new(row))).collect());
    let mut links: Vec<(u32, u32)> = Vec::with_capacity(places.len() * k);
    for (row, at) in places.iter().enumerate() {
        let near = tree.find(*at, k, NodeId::new(row));
        links.extend(near.into_iter().map(|node| (node.0.min(row as u32), node.0.max(row as u32))));
    }
    links.sort_unstable();
    links.dedup();
    links
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resolve::geo::direction;
    use crate::spec::Place;

    fn degrees(links: &[(u32, u32)], members: usize) -> Vec<u32> {
        let mut degrees = vec![0; members];
        for (a, b) in links {
            degrees[*a as usize] += 1;
            degrees[*b as usize] += 1;
        }
        degrees
    }

    #[test]
    fn random_graphs_are_simple_and_nearly_regular() {
        for (members, per_member) in [(2, 1), (10, 3), (100, 5), (2_000, 8), (4, 9), (1, 1), (7, 6), (30, 15)]
        {
            let links = random(Key::of("office"), members, per_member);
            assert!(links.is_sorted() && links.windows(2).all(|pair| pair[0] != pair[1]), "{members}");
            assert!(links.iter().all(|(a, b)| a < b && (*b as usize) < members), "{members}");
            let wanted = per_member.min(members as u32 - 1);
            let degrees = degrees(&links, members);
            assert!(degrees.iter().all(|degree| *degree <= wanted), "{members}");
            let missing: u32 = degrees.iter().map(|degree| wanted - degree).sum();
            // Of an odd number of ends one is left over.
            assert_eq!(missing, wanted * members as u32 % 2, "{members} with {per_member}");
        }
    }

    #[test]
    fn random_graphs_depend_on_the_id_alone() {
        let links = random(Key::of("a"), 50, 4);
        assert_eq!(links, random(Key::of("a"), 50, 4));
        assert_ne!(links, random(Key::of("b"), 50, 4));
    }

    /// In a random regular graph a member's neighbours are evenly spread: of all links, those between the first and the
    /// second half of the members are about half (n/2 of n - 1 others).
    #[test]
    fn random_graphs_prefer_nobody() {
        let links = random(Key::of("even"), 4_000, 6);
        let across = links.iter().filter(|(a, b)| *a < 2_000 && *b >= 2_000).count();
        let share = across as f64 / links.len() as f64;
        // Standard deviation of a share of 12,000 links: 0.0046.
        assert!((share - 0.5).abs() < 0.02, "{share}");
    }

    #[test]
    fn the_nearest_are_linked_both_ways() {
        let places: Vec<Direction> =
            [0.0, 1.0, 3.0, 3.5].iter().map(|lon| direction(Place { lat: 0.0, lon: *lon })).collect();
        assert_eq!(nearest(&places, 1), [(0, 1), (2, 3)]);
        assert_eq!(nearest(&places, 2), [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)]);
        assert_eq!(nearest(&places, 9).len(), 6);
    }
}
