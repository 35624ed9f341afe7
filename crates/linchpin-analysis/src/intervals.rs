//! Confidence intervals for proportions and counts, all at 95 %.

use linchpin_model::special::{beta_inv, gamma_inv, norm_inv};

/// Probability in each tail.
const TAIL: f64 = 0.025;

/// Wilson's score interval for `hits` of `n` (Wilson, JASA 22, 1927); `[0, 1]` for `n = 0`.
///
/// `(p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)`
pub fn wilson(hits: u64, n: u64) -> [f64; 2] {
    if n == 0 {
        return [0.0, 1.0];
    }
    let (n, z) = (n as f64, norm_inv(1.0 - TAIL));
    let p = hits as f64 / n;
    let centre = p + z * z / (2.0 * n);
    let half = z * libm::sqrt(p * (1.0 - p) / n + z * z / (4.0 * n * n));
    let scale = 1.0 + z * z / n;
    [((centre - half) / scale).max(0.0), ((centre + half) / scale).min(1.0)]
}

/// The exact interval of Clopper and Pearson (Biometrika 26, 1934) for `hits` of `n`; `[0, 1]` for `n = 0`.
///
/// Bounds are beta quantiles: `B(k, n-k+1)` at 2.5 % and `B(k+1, n-k)` at 97.5 %.
pub fn clopper_pearson(hits: u64, n: u64) -> [f64; 2] {
    let (k, rest) = (hits as f64, n.saturating_sub(hits) as f64);
    let low = if hits == 0 { 0.0 } else { beta_inv(k, rest + 1.0, TAIL) };
    let high = if hits >= n { 1.0 } else { beta_inv(k + 1.0, rest, 1.0 - TAIL) };
    [low, high]
}

/// Jeffreys' interval for `hits` of `n`: quantiles of `B(k + 1/2, n - k + 1/2)`, 0 at `k = 0` and 1 at `k = n`
/// (Brown, Cai and DasGupta, Statistical Science 16, 2001).
pub fn jeffreys(hits: u64, n: u64) -> [f64; 2] {
    let (a, b) = (hits as f64 + 0.5, n.saturating_sub(hits) as f64 + 0.5);
    let low = if hits == 0 { 0.0 } else { beta_inv(a, b, TAIL) };
    let high = if hits >= n { 1.0 } else { beta_inv(a, b, 1.0 - TAIL) };
    [low, high]
}

/// The exact interval for the mean of a Poisson count (Garwood, Biometrika 28, 1936).
///
/// Bounds are gamma quantiles: shape `k` at 2.5 % and `k + 1` at 97.5 %.
pub fn poisson(count: u64) -> [f64; 2] {
    let k = count as f64;
    let low = if count == 0 { 0.0 } else { gamma_inv(k, TAIL) };
    [low, gamma_inv(k + 1.0, 1.0 - TAIL)]
}

#[cfg(test)]
mod tests {
    use super::*;

    type Row = (u64, u64, [f64; 2], [f64; 2], [f64; 2]);

    /// (hits, n, Wilson, Clopper-Pearson, Jeffreys): V09 "intervals"; confidence: computed.
    #[rustfmt::skip]
    const PROPORTIONS: &[Row] = &[
        (0, 10, [0.0, 0.2775327998628892], [0.0, 0.3084971078187607], [0.0, 0.21719626750921053]),
        (1, 10, [0.017876213095072896, 0.4041500267952385], [0.0025285785444617848, 0.4450161170281954], [0.011011673763161133, 0.3813147710666164]),
        (5, 10, [0.236593090512564, 0.7634069094874361], [0.18708602844739855, 0.8129139715526015], [0.22352867025270517, 0.7764713297472947]),
        (9, 10, [0.5958499732047615, 0.9821237869049271], [0.5549838829718047, 0.9974714214555382], [0.6186852289333836, 0.9889883262368389]),
        (10, 10, [0.7224672001371107, 0.9999999999999999], [0.6915028921812392, 1.0], [0.7828037324907894, 1.0]),
        (0, 100, [3.469446951953614e-18, 0.03699349820698568], [0.0, 0.03621669264517641], [0.0, 0.02474527001526989]),
        (1, 100, [0.0017674320641406505, 0.054486196178705315], [0.00025314603297742064, 0.054459385392080645], [0.0010811017090800639, 0.04577889660072311]),
        (10, 100, [0.0552291370606751, 0.17436566150491345], [0.04900468922148595, 0.17622259774002266], [0.05258467529066884, 0.170123929652187]),
        (50, 100, [0.4038315303659956, 0.5961684696340044], [0.39832112950330095, 0.601678870496699], [0.40317395089641805, 0.596826049103582]),
        (81, 263, [0.2552885198782742, 0.36620957698280004], [0.25273674558527126, 0.36762192260135135], [0.2545219349910236, 0.36564749917408246]),
        (3, 1000, [0.0010207838811386186, 0.008783014053503173], [0.0006190999316495713, 0.008742023238478303], [0.0008456348018298346, 0.007984367358403443]),
        (500, 1000, [0.4690696003681042, 0.5309303996318958], [0.46854917297179194, 0.531450827028208], [0.46904771269911394, 0.5309522873008861]),
        (7, 10000, [0.0003391263316879597, 0.0014443344412696886], [0.00028148114574279455, 0.0014417323091497692], [0.00031315964772477624, 0.0013739218616263158]),
    ];

    /// (count, interval): V09 "poisson_exact_95"; confidence: computed.
    #[rustfmt::skip]
    const COUNTS: &[(u64, [f64; 2])] = &[
        (0, [0.0, 3.6888794541139354]),
        (1, [0.025317807984289876, 5.571643390938898]),
        (2, [0.24220927854396496, 7.22468766772396]),
        (5, [1.6234863901184207, 11.66833207932267]),
        (10, [4.7953886961324335, 18.39035604201778]),
        (20, [12.216519585403944, 30.8883779026746]),
        (100, [81.36399125092314, 121.62679379242638]),
    ];

    fn check(got: [f64; 2], want: [f64; 2], what: &str) {
        for (got, want) in got.iter().zip(want) {
            assert!((got - want).abs() <= 1e-10 * want.abs().max(1.0), "{what}: {got} against {want}");
        }
    }

    #[test]
    fn proportions_are_those_of_v09() {
        for (hits, n, expected_wilson, exact, expected_jeffreys) in PROPORTIONS {
            check(wilson(*hits, *n), *expected_wilson, &format!("wilson {hits}/{n}"));
            check(clopper_pearson(*hits, *n), *exact, &format!("clopper-pearson {hits}/{n}"));
            check(jeffreys(*hits, *n), *expected_jeffreys, &format!("jeffreys {hits}/{n}"));
        }
    }

    #[test]
    fn counts_are_those_of_v09() {
        for (count, expected) in COUNTS {
            check(poisson(*count), *expected, &format!("poisson {count}"));
        }
    }

    #[test]
    fn nothing_observed_says_nothing() {
        assert_eq!(wilson(0, 0), [0.0, 1.0]);
        assert_eq!(clopper_pearson(0, 0), [0.0, 1.0]);
        assert_eq!(jeffreys(0, 0), [0.0, 1.0]);
    }
}
