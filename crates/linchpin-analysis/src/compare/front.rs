//! Cost beside loss.

/// Something that can be chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Offer {
    /// What it costs.
    pub cost: f64,
    /// What is lost with it, in the mean.
    pub loss: f64,
}

/// Which offers no other one beats: cheaper or as cheap, with less or as little loss, and one of the two strictly.
pub fn front(offers: &[Offer]) -> Vec<bool> {
    let beats =
        |a: &Offer, b: &Offer| a.cost <= b.cost && a.loss <= b.loss && (a.cost < b.cost || a.loss < b.loss);
    offers.iter().map(|offer| !offers.iter().any(|other| beats(other, offer))).collect()
}

/// The offer with the least loss that the budget allows; of equals the cheapest, then the first.
pub fn within_budget(offers: &[Offer], budget: f64) -> Option<usize> {
    let key = |i: &usize| (offers[*i].loss, offers[*i].cost);
    (0..offers.len())
        .filter(|i| offers[*i].cost <= budget)
        .min_by(|a, b| key(a).0.total_cmp(&key(b).0).then(key(a).1.total_cmp(&key(b).1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offers(list: &[(f64, f64)]) -> Vec<Offer> {
        list.iter().map(|(cost, loss)| Offer { cost: *cost, loss: *loss }).collect()
    }

    #[test]
    fn what_no_other_beats() {
        let list =
            offers(&[(0.0, 10.0), (1.0, 7.0), (1.0, 8.0), (2.0, 7.0), (3.0, 1.0), (3.0, 1.0), (9.0, 2.0)]);
        assert_eq!(front(&list), [true, true, false, false, true, true, false]);
    }

    #[test]
    fn what_the_budget_allows() {
        let list = offers(&[(0.0, 10.0), (1.0, 7.0), (0.5, 7.0), (3.0, 1.0)]);
        let cases = [(0.0, Some(0)), (0.9, Some(2)), (2.0, Some(2)), (3.0, Some(3)), (-1.0, None)];
        for (budget, expected) in cases {
            assert_eq!(within_budget(&list, budget), expected, "{budget}");
        }
    }
}
