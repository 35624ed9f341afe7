//! The defender: what to protect, the attacker's answer in mind.

use super::{Attack, Oracle, Search, Set};

/// Turns of defender and attacker, at most.
const TURNS: usize = 60;
/// Branches looked at in a turn, at most.
const BRANCHES: u64 = 400_000;

/// What to protect, and what is the worst that is left then.
#[derive(Clone, Debug, PartialEq)]
pub struct Protection {
    /// Assets to protect, ascending; fewer than asked for where that is enough.
    pub assets: Vec<u32>,
    /// The worst attack that is left.
    pub left: Attack,
    /// True where no other protections of as many leave less, given that the attacks found are the costliest there are.
    pub closed: bool,
    /// Turns of defender and attacker.
    pub turns: usize,
}

/// The `count` assets whose protection leaves the least to lose.
///
/// `exact` says that all attacks of the largest size are evaluated: then the attacker's answers are read off, and what
/// comes out is the optimum.
///
/// # Errors
/// Those of the oracle.
pub fn protect<O: Oracle>(
    search: &mut Search<'_, O>,
    count: usize,
    exact: bool,
) -> Result<Protection, O::Error> {
    let mut best: Option<Protection> = None;
    for turn in 1..=TURNS {
        let attacks = search.evaluated();
        let mut plan = Plan::new(search, &attacks, count);
        plan.branch(&mut Vec::new(), &mut Vec::new());
        let (value, assets, whole) = (plan.value, plan.assets, plan.branches < BRANCHES);
        let left = if exact {
            let left = strongest(search, &attacks, &assets);
            Attack { exact: true, ..left }
        } else {
            let hints: Vec<Set> = unprevented(search, &attacks, &assets).take(8).cloned().collect();
            search.answer(&assets, &hints)?
        };
        // The attacker has nothing that was not reckoned with.
        let closed = whole && left.loss <= value.max(0.0) * (1.0 + 1e-9);
        if closed || best.as_ref().is_none_or(|best| left.loss < best.left.loss) {
            best = Some(Protection { assets, left, closed, turns: turn });
        } else if let Some(best) = &mut best {
            best.turns = turn;
        }
        if closed || exact {
            break;
        }
    }
    let nothing = Attack { set: Vec::new(), loss: 0.0, exact };
    Ok(best.unwrap_or(Protection { assets: Vec::new(), left: nothing, closed: false, turns: 0 }))
}

/// The attacks that protecting these assets does not touch, costliest first.
fn unprevented<'a, O: Oracle>(
    search: &Search<'_, O>,
    attacks: &'a [(f64, Set)],
    protected: &[u32],
) -> impl Iterator<Item = &'a Set> {
    let ground = search.ground();
    attacks
        .iter()
        .map(|(_, set)| set)
        .filter(move |set| ground.assets(set).iter().all(|asset| !protected.contains(asset)))
}

fn strongest<O: Oracle>(search: &Search<'_, O>, attacks: &[(f64, Set)], protected: &[u32]) -> Attack {
    let set = unprevented(search, attacks, protected).next().cloned().unwrap_or_default();
    let loss = attacks.iter().find(|(_, other)| *other == set).map_or(0.0, |(loss, _)| loss.max(0.0));
    Attack { set, loss, exact: false }
}

/// Chooses protections against known attacks: a tree in which each branch protects one member of the worst attack left.
struct Plan {
    /// Losses and assets of the attacks, costliest first.
    attacks: Vec<(f64, Vec<u32>)>,
    count: usize,
    /// Least loss found.
    value: f64,
    assets: Vec<u32>,
    branches: u64,
}

impl Plan {
    fn new<O: Oracle>(search: &Search<'_, O>, attacks: &[(f64, Set)], count: usize) -> Self {
        let ground = search.ground();
        let attacks = attacks
            .iter()
            .filter(|(loss, _)| *loss > 0.0)
            .map(|(loss, set)| (*loss, ground.assets(set)))
            .collect();
        Self { attacks, count, value: f64::INFINITY, assets: Vec::new(), branches: 0 }
    }

    fn branch(&mut self, protected: &mut Vec<u32>, left_open: &mut Vec<u32>) {
        self.branches += 1;
        let prevented = |assets: &[u32]| assets.iter().any(|asset| protected.contains(asset));
        let worst = self.attacks.iter().find(|(_, assets)| !prevented(assets));
        let (loss, mut members) = worst.map_or((0.0, Vec::new()), |(loss, assets)| (*loss, assets.clone()));
        // The other branches are about protecting some other member and not these.
        members.retain(|asset| !left_open.contains(asset));
        if protected.len() == self.count || members.is_empty() {
            if loss < self.value {
                self.value = loss;
                self.assets.clone_from(protected);
                self.assets.sort_unstable();
            }
            return;
        }
        if self.branches >= BRANCHES || self.at_least(protected) >= self.value {
            return;
        }
        let before = left_open.len();
        for asset in members {
            protected.push(asset);
            self.branch(protected, left_open);
            protected.pop();
            left_open.push(asset);
        }
        left_open.truncate(before);
    }

    /// What is lost at the least, however the protections that are left are used: of attacks that have no asset in common,
    /// each protection prevents one.
    fn at_least(&self, protected: &[u32]) -> f64 {
        let mut free = self.count - protected.len();
        let mut used: Vec<u32> = Vec::new();
        for (loss, assets) in &self.attacks {
            if assets.iter().any(|asset| protected.contains(asset) || used.contains(asset)) {
                continue;
            }
            if free == 0 || assets.is_empty() {
                return *loss;
            }
            free -= 1;
            used.extend_from_slice(assets);
        }
        0.0
    }
}
