use super::{Ground, Item, Level, Oracle, Search, Set, combinations, protect};
use std::convert::Infallible;

/// Customers who are without where a whole group of items is gone that stand in for each other; what hurts is the sum.
struct Redundant {
    /// Weight and the items that all have to go.
    customers: Vec<(f64, Set)>,
    asked: usize,
}

impl Redundant {
    /// The sketch is wrong by up to a fifth, and by another share for each set.
    fn loss(&self, set: &[u32], level: Level) -> f64 {
        let without = |(_, group): &&(f64, Set)| group.iter().all(|item| set.contains(item));
        let loss: f64 = self.customers.iter().filter(without).map(|(weight, _)| weight).sum();
        let noise = set.iter().fold(7_u32, |hash, item| (hash ^ item).wrapping_mul(0x9e37_79b9) >> 3) % 100;
        if level == Level::Sketch { loss * (0.9 + 0.002 * f64::from(noise)) } else { loss }
    }

    /// Random customers: half hang on one item, others on two or three.
    fn random(case: u32, items: u32, customers: usize) -> Self {
        let mut state = case.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
        let mut below = move |n: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((u64::from(state) * u64::from(n)) >> 32) as u32
        };
        let customers = (0..customers)
            .map(|_| {
                let mut group: Set = (0..[1, 1, 2, 2, 3][below(5) as usize]).map(|_| below(items)).collect();
                group.sort_unstable();
                group.dedup();
                let weight = f64::from(1 + below(100)) * group.len() as f64;
                (weight, group)
            })
            .collect();
        Self { customers, asked: 0 }
    }
}

impl Oracle for Redundant {
    type Error = Infallible;

    fn losses(&mut self, sets: &[Set], level: Level) -> Result<Vec<f64>, Infallible> {
        self.asked += sets.len();
        Ok(sets.iter().map(|set| self.loss(set, level)).collect())
    }
}

fn ok<T>(result: Result<T, Infallible>) -> T {
    result.unwrap_or_else(|never| match never {})
}

/// The costliest of all sets that are allowed and avoid what is protected.
fn costliest(oracle: &Redundant, ground: &Ground, protected: &[u32]) -> f64 {
    let n = ground.items.len();
    let mut best: f64 = 0.0;
    for bits in 0_u32..1 << n {
        let set: Set = (0..n as u32).filter(|i| bits & 1 << i != 0).collect();
        if ground.allows(&set) && ground.assets(&set).iter().all(|asset| !protected.contains(asset)) {
            best = best.max(oracle.loss(&set, Level::Full));
        }
    }
    best
}

#[test]
fn the_costliest_set_is_found_where_items_stand_in_for_each_other() {
    let mut greedy_failed = 0;
    for case in 0..40 {
        let mut oracle = Redundant::random(case, 14, 20);
        let ground =
            Ground::targets(14, 3, oracle.customers.iter().map(|(_, group)| group.clone()).collect());
        let optimum = costliest(&oracle, &ground, &[]);
        let greedy = plain_greedy(&oracle, 14, 3);
        greedy_failed += u32::from(greedy < 0.99 * optimum);
        let mut search = Search::new(&ground, &mut oracle);
        let found = ok(search.by_size(&[]));
        assert_eq!(found.len(), 3);
        assert!(found.windows(2).all(|pair| pair[0].loss <= pair[1].loss), "case {case}: more is never less");
        assert!(found[2].loss >= 0.99 * optimum, "case {case}: {} of {optimum}", found[2].loss);
        assert_eq!(ok(search.answer(&[], &[])).loss, found[2].loss, "case {case}");
        let exact = ok(search.enumerate(3)).expect("there are sets");
        assert!(exact.exact && exact.loss == optimum, "case {case}");
    }
    assert!(greedy_failed > 5, "greedy alone is not enough in {greedy_failed} of 40 cases");
}

/// What taking the item that adds most comes to.
fn plain_greedy(oracle: &Redundant, items: u32, most: usize) -> f64 {
    let mut set = Set::new();
    for _ in 0..most {
        let with = |item: u32| set.iter().copied().chain([item]).collect::<Set>();
        let loss = |item: &u32| oracle.loss(&with(*item), Level::Full);
        let rest = (0..items).filter(|item| !set.contains(item));
        let best = rest.max_by(|a, b| loss(a).total_cmp(&loss(b)).then(b.cmp(a)));
        set.extend(best);
    }
    oracle.loss(&set, Level::Full)
}

#[test]
fn protections_are_those_of_all_that_leave_least() {
    for case in 0..30 {
        for exact in [false, true] {
            let mut oracle = Redundant::random(case, 10, 14);
            let ground =
                Ground::targets(10, 2, oracle.customers.iter().map(|(_, group)| group.clone()).collect());
            let left = |protected: &[u32]| costliest(&oracle, &ground, protected);
            let optimum = (0..10)
                .flat_map(|a| (a + 1..10).map(move |b| [a, b]))
                .map(|pair| left(&pair))
                .fold(f64::INFINITY, f64::min);
            let before = left(&[]);
            let mut search = Search::new(&ground, &mut oracle);
            let first = if exact { ok(search.enumerate(2)) } else { Some(ok(search.answer(&[], &[]))) };
            assert_eq!(first.expect("there are sets").loss, before, "case {case}");
            let found = ok(protect(&mut search, 2, exact));
            assert!(found.closed && found.assets.len() <= 2, "case {case}: {found:?}");
            assert_eq!(found.left.loss, optimum, "case {case}: {found:?}");
            assert!(optimum <= before);
        }
    }
}

/// Steps that presuppose others: bundles 0 (5), 1 (3, after 0), 2 (4); two items each but for bundle 0.
fn campaign(budget: f64) -> Ground {
    let item = |asset: u32, bundle: u32| Item { asset: Some(asset), bundle: Some(bundle), cost: 0.0 };
    Ground {
        items: vec![item(0, 0), item(1, 1), item(2, 1), item(3, 2), item(4, 2)],
        presupposes: vec![vec![], vec![0], vec![]],
        bundle_costs: vec![5.0, 3.0, 4.0],
        bundle_limits: vec![1, 2, 1],
        budget,
        most: 5,
        groups: vec![],
    }
}

#[test]
fn effort_counts_what_is_presupposed_once() {
    let ground = campaign(12.0);
    for (set, cost) in [
        (&[][..], 0.0),
        (&[0], 5.0),
        (&[1], 8.0),
        (&[1, 2], 8.0),
        (&[0, 1, 2], 8.0),
        (&[3], 4.0),
        (&[1, 3], 12.0),
        (&[3, 4], f64::INFINITY),
    ] {
        assert_eq!(ground.cost(set), cost, "{set:?}");
    }
}

#[test]
fn the_costliest_campaign_within_the_effort_is_found() {
    for (budget, expected) in [(12.0, 37.0), (11.0, 32.0), (7.0, 12.0), (4.0, 5.0), (3.0, 0.0)] {
        let ground = campaign(budget);
        let weights = [(12.0, vec![0]), (10.0, vec![1]), (10.0, vec![1, 2]), (5.0, vec![3]), (1.0, vec![4])];
        // Striking at items 1 and 2 pays more than the first step alone, which they presuppose.
        let mut oracle = Redundant { customers: weights.to_vec(), asked: 0 };
        let optimum = costliest(&oracle, &ground, &[]);
        let found = ok(Search::new(&ground, &mut oracle).answer(&[], &[]));
        assert_eq!(found.loss, optimum, "budget {budget}: {found:?}");
        assert_eq!(optimum, expected, "budget {budget}");
    }
}

#[test]
fn nothing_to_find_is_nothing_found() {
    let mut oracle = Redundant { customers: vec![], asked: 0 };
    let ground = Ground::targets(4, 2, vec![]);
    let mut search = Search::new(&ground, &mut oracle);
    let found = ok(search.answer(&[], &[]));
    assert!(found.set.is_empty() && found.loss == 0.0);
    assert_eq!(ok(protect(&mut search, 2, false)).assets, Vec::<u32>::new());
    let nobody = Ground::targets(0, 2, vec![]);
    let mut search = Search::new(&nobody, &mut oracle);
    assert!(ok(search.by_size(&[])).is_empty() && ok(search.answer(&[], &[])).set.is_empty());
    assert_eq!(ok(search.enumerate(1)), None);
}

#[test]
fn sets_are_counted() {
    for (n, k, count) in [(60, 2, 1770), (60, 3, 34_220), (5, 0, 1), (3, 4, 0), (1000, 5, 8_250_291_250_200)]
    {
        assert_eq!(combinations(n, k), count, "{n} over {k}");
    }
    assert_eq!(combinations(10_000, 30), u64::MAX);
}
