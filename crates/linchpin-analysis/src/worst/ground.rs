//! What sets are made of, and which are allowed.

use super::Set;
use std::collections::{BTreeMap, BTreeSet};

/// Something that can be attacked, or done in an attack.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Item {
    /// What whoever defends would have to protect to keep it from happening; none: nothing helps.
    pub asset: Option<u32>,
    /// Items of one bundle are paid for once; none: the item is paid for alone.
    pub bundle: Option<u32>,
    /// How much it takes, above 0.
    pub cost: f64,
}

/// All items, and the rules for sets of them.
#[derive(Clone, Debug, Default)]
pub struct Ground {
    /// The items.
    pub items: Vec<Item>,
    /// Bundles that a bundle presupposes, all of which are paid for too, by bundle. None may come round to itself.
    pub presupposes: Vec<Vec<u32>>,
    /// What each bundle takes, by bundle.
    pub bundle_costs: Vec<f64>,
    /// At most so many items of each bundle, by bundle.
    pub bundle_limits: Vec<usize>,
    /// How much there is to spend.
    pub budget: f64,
    /// At most so many items.
    pub most: usize,
    /// Groups worth trying together.
    pub groups: Vec<Set>,
}

impl Ground {
    /// `count` targets of equal cost, of which `most` may be attacked; each is an asset of its own.
    pub fn targets(count: usize, most: usize, groups: Vec<Set>) -> Self {
        let item = |i: usize| Item { asset: Some(i as u32), bundle: None, cost: 1.0 };
        Self { items: (0..count).map(item).collect(), budget: most as f64, most, groups, ..Self::default() }
    }

    /// Whether all items are targets that cost the same, so that sets are told apart by their size alone.
    pub fn is_plain(&self) -> bool {
        self.items.iter().all(|item| item.bundle.is_none() && item.cost == 1.0)
    }

    /// What a set takes; infinite where it is not allowed.
    pub fn cost(&self, set: &[u32]) -> f64 {
        if set.len() > self.most {
            return f64::INFINITY;
        }
        let mut bundles: BTreeMap<u32, usize> = BTreeMap::new();
        let mut cost = 0.0;
        for item in set.iter().filter_map(|item| self.items.get(*item as usize)) {
            match item.bundle {
                None => cost += item.cost,
                Some(bundle) => *bundles.entry(bundle).or_default() += 1,
            }
        }
        let over = |(bundle, count): (&u32, &usize)| {
            self.bundle_limits.get(*bundle as usize).is_some_and(|limit| count > limit)
        };
        if bundles.iter().any(over) {
            return f64::INFINITY;
        }
        let whole = self.with_presupposed(bundles.into_keys());
        cost + whole.iter().filter_map(|bundle| self.bundle_costs.get(*bundle as usize)).sum::<f64>()
    }

    /// These bundles and all that they presuppose.
    pub fn with_presupposed(&self, bundles: impl IntoIterator<Item = u32>) -> BTreeSet<u32> {
        let mut open: Vec<u32> = bundles.into_iter().collect();
        let mut whole = BTreeSet::new();
        while let Some(bundle) = open.pop() {
            if whole.insert(bundle) {
                open.extend(self.presupposes.get(bundle as usize).into_iter().flatten());
            }
        }
        whole
    }

    /// Whether a set is allowed.
    pub fn allows(&self, set: &[u32]) -> bool {
        self.cost(set) <= self.budget * (1.0 + 1e-12)
    }

    /// What would have to be protected to prevent some of a set, ascending.
    pub fn assets(&self, set: &[u32]) -> Vec<u32> {
        let asset = |item: &u32| self.items.get(*item as usize)?.asset;
        let mut assets: Vec<u32> = set.iter().filter_map(asset).collect();
        assets.sort_unstable();
        assets.dedup();
        assets
    }

    /// Items that nothing protects, ascending. `protected` ascends.
    pub fn open_items(&self, protected: &[u32]) -> Vec<u32> {
        let open = |item: &Item| item.asset.is_none_or(|asset| protected.binary_search(&asset).is_err());
        (0..).zip(&self.items).filter(|(_, item)| open(item)).map(|(i, _)| i).collect()
    }
}

/// Number of sets of `k` of `n`; the largest number there is where it does not fit.
pub fn combinations(n: u64, k: u64) -> u64 {
    let mut count: u64 = 1;
    for i in 0..k.min(n) {
        match count.checked_mul(n - i) {
            Some(product) => count = product / (i + 1),
            None => return u64::MAX,
        }
    }
    if k > n { 0 } else { count }
}

/// The union of two ascending sets; none where they share an item.
pub(super) fn joined(a: &[u32], b: &[u32]) -> Option<Set> {
    let mut set = Vec::with_capacity(a.len() + b.len());
    set.extend_from_slice(a);
    set.extend_from_slice(b);
    set.sort_unstable();
    set.windows(2).all(|pair| pair[0] != pair[1]).then_some(set)
}

/// A set without the items at these places.
pub(super) fn without(set: &[u32], places: &[usize]) -> Set {
    set.iter().enumerate().filter(|(i, _)| !places.contains(i)).map(|(_, item)| *item).collect()
}

/// The next set of as many of `0..n` in lexicographic order; false after the last.
pub(super) fn advance(set: &mut [u32], n: u32) -> bool {
    let k = set.len();
    for i in (0..k).rev() {
        if set[i] + ((k - i) as u32) < n {
            set[i] += 1;
            for j in i + 1..k {
                set[j] = set[j - 1] + 1;
            }
            return true;
        }
    }
    false
}
