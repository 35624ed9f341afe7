//! Special functions, the same on every platform (libm throughout).

use libm::{exp, lgamma, log, log1p, sqrt};

/// Natural logarithms of normal numbers above 0, side by side: bit for bit those of `libm::log`, from where the algorithm
/// comes (`e_log.c` of FreeBSD).
pub(crate) fn logs<const N: usize>(numbers: [f64; N]) -> [f64; N] {
    const LN2: [f64; 2] = [f64::from_bits(0x3fe6_2e42_fee0_0000), f64::from_bits(0x3dea_39ef_3579_3c76)];
    const L1: f64 = f64::from_bits(0x3fe5_5555_5555_5593);
    const L2: f64 = f64::from_bits(0x3fd9_9999_9997_fa04);
    const L3: f64 = f64::from_bits(0x3fd2_4924_9422_9359);
    const L4: f64 = f64::from_bits(0x3fcc_71c5_1d8e_78af);
    const L5: f64 = f64::from_bits(0x3fc7_4664_96cb_03de);
    const L6: f64 = f64::from_bits(0x3fc3_9a09_d078_c69f);
    const L7: f64 = f64::from_bits(0x3fc2_f112_df3e_5244);
    const ONE: u64 = 0x3ff0_0000 << 32;
    /// The upper half of the root of one half.
    const ROOT: u64 = 0x3fe6_a09e << 32;
    let mut results = [0.0; N];
    for (number, result) in numbers.iter().zip(&mut results) {
        // As a power of two and a factor near 1.
        let bits = number.to_bits() + (ONE - ROOT);
        let power = f64::from((bits >> 52) as i32 - 0x3ff);
        let f = f64::from_bits((bits & ((1 << 52) - 1)) + ROOT) - 1.0;
        let half = 0.5 * f * f;
        let s = f / (2.0 + f);
        let z = s * s;
        let w = z * z;
        let even = w * (L2 + w * (L4 + w * L6));
        let odd = z * (L1 + w * (L3 + w * (L5 + w * L7)));
        *result = s * (half + (odd + even)) + power * LN2[1] - half + f + power * LN2[0];
    }
    results
}

/// Standard normal distribution function.
pub fn norm_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

/// Probability that an asset with this lognormal fragility reaches its damage state:
/// `Phi(ln(intensity / median) / beta)`; 0 at intensity 0.
pub fn fragility(intensity: f64, median: f64, beta: f64) -> f64 {
    if intensity > 0.0 { norm_cdf(log(intensity / median) / beta) } else { 0.0 }
}

/// Inverse of the standard normal distribution function, for `p` in (0, 1).
///
/// Rational approximation AS 241 (Wichura, Applied Statistics 37, 1988), relative error about 1e-16.
pub fn norm_inv(p: f64) -> f64 {
    fn ratio(r: f64, num: &[f64; 8], den: &[f64; 8]) -> f64 {
        let poly = |c: &[f64; 8]| c.iter().rev().fold(0.0, |acc, c| acc * r + c);
        poly(num) / poly(den)
    }
    if p.is_nan() {
        return f64::NAN;
    }
    if p <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if p >= 1.0 {
        return f64::INFINITY;
    }
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        return q * ratio(0.180_625 - q * q, &CENTRE_NUM, &CENTRE_DEN);
    }
    let r = sqrt(-log(if q < 0.0 { p } else { 1.0 - p }));
    let tail =
        if r <= 5.0 { ratio(r - 1.6, &NEAR_NUM, &NEAR_DEN) } else { ratio(r - 5.0, &FAR_NUM, &FAR_DEN) };
    tail.copysign(q)
}

// Coefficients of AS 241 (PPND16), lowest power first.
const CENTRE_NUM: [f64; 8] = [
    3.387_132_872_796_366_5,
    133.141_667_891_784_38,
    1_971.590_950_306_551_3,
    13_731.693_765_509_46,
    45_921.953_931_549_87,
    67_265.770_927_008_7,
    33_430.575_583_588_13,
    2_509.080_928_730_122_7,
];
const CENTRE_DEN: [f64; 8] = [
    1.0,
    42.313_330_701_600_91,
    687.187_007_492_057_9,
    5_394.196_021_424_751,
    21_213.794_301_586_597,
    39_307.895_800_092_71,
    28_729.085_735_721_943,
    5_226.495_278_852_545,
];
const NEAR_NUM: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    0.241_780_725_177_450_6,
    0.022_723_844_989_269_184,
    7.745_450_142_783_414e-4,
];
const NEAR_DEN: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    0.689_767_334_985_1,
    0.148_103_976_427_480_08,
    0.015_198_666_563_616_457,
    5.475_938_084_995_345e-4,
    1.050_750_071_644_416_9e-9,
];
const FAR_NUM: [f64; 8] = [
    6.657_904_643_501_103,
    5.463_784_911_164_114,
    1.784_826_539_917_291_3,
    0.296_560_571_828_504_87,
    0.026_532_189_526_576_124,
    0.001_242_660_947_388_078_4,
    2.711_555_568_743_487_6e-5,
    2.010_334_399_292_288_1e-7,
];
const FAR_DEN: [f64; 8] = [
    1.0,
    0.599_832_206_555_888,
    0.136_929_880_922_735_8,
    0.014_875_361_290_850_615,
    7.868_691_311_456_133e-4,
    1.846_318_317_510_054_7e-5,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_8e-15,
];

/// Regularised lower incomplete gamma function `P(shape, x)`.
pub fn gamma_p(shape: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let front = exp(shape * log(x) - x - lgamma(shape));
    if x < shape + 1.0 {
        // Series in rising powers of x.
        let (mut term, mut sum, mut a) = (1.0 / shape, 1.0 / shape, shape);
        for _ in 0..10_000 {
            a += 1.0;
            term *= x / a;
            sum += term;
            if term < sum * 1e-17 {
                break;
            }
        }
        (front * sum).min(1.0)
    } else {
        let fraction = lentz(x + 1.0 - shape, |i| {
            let i = f64::from(i);
            (-i * (i - shape), x + 2.0 * i + 1.0 - shape)
        });
        (1.0 - front / fraction).max(0.0)
    }
}

/// Regularised incomplete beta function `I_x(a, b)`.
pub fn beta_i(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_i(b, a, 1.0 - x);
    }
    let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a;
    let fraction = lentz(1.0, |i| {
        let m = f64::from(i / 2);
        let numerator = if i % 2 == 1 {
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
        } else {
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
        };
        (numerator, 1.0)
    });
    (front / fraction).clamp(0.0, 1.0)
}

/// Continued fraction `b0 + a1/(b1 + a2/(b2 + ...))` by Lentz's method; `term(i)` gives (a_i, b_i).
fn lentz(b0: f64, term: impl Fn(u32) -> (f64, f64)) -> f64 {
    const TINY: f64 = 1e-300;
    let guard = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut value = guard(b0);
    let (mut c, mut d) = (value, 0.0);
    for i in 1..100_000 {
        let (a, b) = term(i);
        d = 1.0 / guard(b + a * d);
        c = guard(b + a / c);
        let step = c * d;
        value *= step;
        if (step - 1.0).abs() < 1e-16 {
            break;
        }
    }
    value
}

/// The `x` with `gamma_p(shape, x) = p`, for `p` in (0, 1) and `shape > 0` (scale 1).
pub fn gamma_inv(shape: f64, p: f64) -> f64 {
    // Wilson-Hilferty where it is good, the leading power of the series where the mass sits at zero.
    let w = 1.0 - 1.0 / (9.0 * shape) + norm_inv(p) / (3.0 * sqrt(shape));
    let start =
        if shape > 0.5 && w > 0.3 { shape * w * w * w } else { exp((log(p) + lgamma(shape + 1.0)) / shape) };
    let log_density = |x: f64| (shape - 1.0) * log(x) - x - lgamma(shape);
    invert(p, start, f64::INFINITY, |x| gamma_p(shape, x), log_density)
}

/// The `x` with `beta_i(a, b, x) = p`, for `p` in (0, 1) and `a, b >= 1`.
pub fn beta_inv(a: f64, b: f64, p: f64) -> f64 {
    if p <= 0.0 {
        return 0.0;
    }
    if p >= 1.0 {
        return 1.0;
    }
    let ln_beta = lgamma(a) + lgamma(b) - lgamma(a + b);
    let log_density = |x: f64| (a - 1.0) * log(x) + (b - 1.0) * log1p(-x) - ln_beta;
    invert(p, a / (a + b), 1.0, |x| beta_i(a, b, x), log_density)
}

/// Root of `cdf(x) = p` on (0, upper): Newton steps kept inside a shrinking bracket.
fn invert(p: f64, start: f64, upper: f64, cdf: impl Fn(f64) -> f64, log_density: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0_f64, upper);
    let mut x = start.clamp(f64::MIN_POSITIVE, if upper.is_finite() { upper * (1.0 - 1e-16) } else { 1e300 });
    for _ in 0..400 {
        let error = cdf(x) - p;
        if error == 0.0 {
            return x;
        }
        if error > 0.0 {
            high = x;
        } else {
            low = x;
        }
        let newton = x - error / exp(log_density(x));
        let next = if newton > low && newton < high {
            newton
        } else if high.is_finite() {
            // In the far left tail the geometric mean closes in much faster.
            if low > 0.0 && high / low > 4.0 { sqrt(low * high) } else { 0.5 * (low + high) }
        } else {
            2.0 * x
        };
        if (next - x).abs() <= 1e-15 * x.abs() || next == x {
            return next;
        }
        x = next;
    }
    x
}

#[cfg(test)]
mod tests {
    #[test]
    fn logarithms_side_by_side_are_those_of_libm() {
        for step in 1..2_000_u32 {
            let near = |i: i32| f64::from(step) / 2_000.0 + f64::from(i) * 1e-9;
            let numbers =
                [near(0), near(1), 1.0 - near(0) * 1e-12, near(0) * 1e-12, near(3) * 1e9, 1.0, 0.5, near(-1)];
            let expected = numbers.map(|number| libm::log(number).to_bits());
            assert_eq!(super::logs(numbers).map(f64::to_bits), expected, "{step}");
        }
    }

    use super::*;

    fn close(got: f64, want: f64, tolerance: f64) {
        assert!((got - want).abs() <= tolerance * want.abs().max(1e-300), "{got} against {want}");
    }

    /// Quantiles of the standard normal as tabulated in every handbook; 1.6448536269514722 is in V09.
    #[test]
    fn normal_quantiles() {
        for (p, x) in [
            (0.5, 0.0),
            (0.95, 1.644_853_626_951_472_2),
            (0.975, 1.959_963_984_540_054),
            (0.99, 2.326_347_874_040_840_8),
        ] {
            assert!((norm_inv(p) - x).abs() < 1e-14, "{p}");
            assert!((norm_inv(1.0 - p) + x).abs() < 1e-14, "{p}");
            assert!((norm_cdf(x) - p).abs() < 1e-15, "{p}");
        }
        for p in [1e-300, 1e-20, 1e-9, 0.01, 0.2, 0.7] {
            close(norm_cdf(norm_inv(p)), p, 1e-11);
        }
    }

    /// `P(1, x) = 1 - exp(-x)`; `I_x(1, b) = 1 - (1 - x)^b`; `I_x(2, 2) = x^2 (3 - 2x)`.
    #[test]
    fn incomplete_functions_have_their_closed_forms() {
        for x in [0.01, 0.3, 1.0, 2.5, 30.0] {
            close(gamma_p(1.0, x), -libm::expm1(-x), 1e-14);
            close(gamma_p(2.0, x), 1.0 - (1.0 + x) * exp(-x), 1e-10);
        }
        for x in [0.001, 0.2, 0.5, 0.9, 0.999] {
            close(beta_i(1.0, 3.0, x), 1.0 - libm::pow(1.0 - x, 3.0), 1e-12);
            close(beta_i(2.0, 2.0, x), x * x * (3.0 - 2.0 * x), 1e-13);
        }
    }

    #[test]
    fn inverses_invert_and_rise() {
        let ps = [1e-12, 1e-6, 0.001, 0.05, 0.3, 0.5, 0.8, 0.99, 1.0 - 1e-6, 1.0 - 1e-12];
        for shape in [0.05, 0.5, 1.0, 3.7, 50.0, 1e4] {
            let xs: Vec<f64> = ps.iter().map(|p| gamma_inv(shape, *p)).collect();
            assert!(xs.is_sorted(), "gamma {shape}: {xs:?}");
            for (p, x) in ps.iter().zip(xs) {
                close(gamma_p(shape, x), *p, 1e-8);
            }
        }
        for (a, b) in [(1.0, 3.0), (1.0, 5.0), (2.0, 4.0), (4.0, 2.0), (30.0, 900.0), (1.0, 1.0)] {
            let xs: Vec<f64> = ps.iter().map(|p| beta_inv(a, b, *p)).collect();
            assert!(xs.is_sorted(), "beta {a} {b}: {xs:?}");
            for (p, x) in ps.iter().zip(xs) {
                assert!((beta_i(a, b, x) - p).abs() < 1e-9 * p.max(1e-3), "beta {a} {b} {p}");
            }
        }
    }
}
