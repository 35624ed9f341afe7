//! Indices of IEEE Std 1366, from discrete interruptions of customers.

/// Interruptions of the same customers for the same time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interruption {
    /// Customers without supply.
    pub customers: f64,
    /// How long, in hours.
    pub hours: f64,
    /// How often in the period: 1 for one that was observed, a rate for an expected one.
    pub times: f64,
    /// Average load that was not served, in MW; 0 where only customers are counted.
    pub load_mw: f64,
}

impl Interruption {
    /// One interruption that was observed.
    pub fn observed(customers: f64, hours: f64) -> Self {
        Self { customers, hours, times: 1.0, load_mw: 0.0 }
    }
}

/// Indices of one period.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Indices {
    /// Sustained interruptions a customer: `sum(N_i) / N`.
    pub saifi: f64,
    /// Hours of sustained interruption a customer: `sum(r_i N_i) / N`.
    pub saidi_h: f64,
    /// Hours a sustained interruption: SAIDI / SAIFI; 0 without any.
    pub caidi_h: f64,
    /// Momentary interruptions a customer.
    pub maifi: f64,
    /// Share of customer-hours with supply: `1 - SAIDI / period`.
    pub asai: f64,
    /// Energy not served in sustained interruptions, in MWh.
    pub ens_mwh: f64,
}

/// Indices of `customers` over a period of `period_h` hours; interruptions of at most `momentary_h` hours (the
/// standard: five minutes) are momentary.
pub fn indices(interruptions: &[Interruption], customers: f64, period_h: f64, momentary_h: f64) -> Indices {
    let mut sums = Indices::default();
    for Interruption { customers, hours, times, load_mw } in interruptions {
        if *hours > momentary_h {
            sums.saifi += times * customers;
            sums.saidi_h += times * customers * hours;
            sums.ens_mwh += times * load_mw * hours;
        } else {
            sums.maifi += times * customers;
        }
    }
    let (saifi, saidi_h) = (sums.saifi / customers, sums.saidi_h / customers);
    Indices {
        saifi,
        saidi_h,
        caidi_h: if saifi > 0.0 { saidi_h / saifi } else { 0.0 },
        maifi: sums.maifi / customers,
        asai: 1.0 - saidi_h / period_h,
        ens_mwh: sums.ens_mwh,
    }
}

/// Threshold of daily SAIDI above which a day is a major event day: `exp(alpha + 2.5 beta)` with mean and standard
/// deviation (n - 1) of the logarithms of days above 0; `None` with fewer than two such days.
pub fn major_event_threshold(daily_saidi: &[f64]) -> Option<f64> {
    let logs: crate::stats::Moments =
        daily_saidi.iter().filter(|day| **day > 0.0).map(|day| libm::log(*day)).collect();
    Some(libm::exp(logs.mean()? + 2.5 * logs.sd()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, want: f64, what: &str) {
        assert!((got - want).abs() <= 1e-9 * want.abs().max(1.0), "{what}: {got} against {want}");
    }

    /// V08 "ieee1366"; confidence: computed.
    #[test]
    fn v08_ieee1366() {
        let observed: Vec<_> = [
            (1500.0, 45.0),
            (300.0, 180.0),
            (25.0, 600.0),
            (4000.0, 3.0),
            (120.0, 2.0),
            (2200.0, 95.0),
            (1.0, 1440.0),
        ]
        .map(|(customers, minutes)| Interruption::observed(customers, minutes / 60.0))
        .to_vec();
        let got = indices(&observed, 10_000.0, 8760.0, 5.0 / 60.0);
        close(got.saifi, 0.4026, "SAIFI");
        close(got.saidi_h * 60.0, 34.694, "SAIDI");
        close(got.caidi_h * 60.0, 86.174_863_387_978_15, "CAIDI");
        close(got.maifi, 0.412, "MAIFI");
        close(got.asai, 0.999_933_991_628_615, "ASAI");
        let days = [0.5, 1.2, 0.8, 2.0, 0.3, 1.1, 0.9, 45.0, 0.7, 1.5, 0.0, 0.6];
        close(major_event_threshold(&days).unwrap(), 31.972_468_355_213_348, "T_MED");
        assert_eq!(major_event_threshold(&[0.0, 3.0]), None);
    }

    /// How the feeder of Billinton and Allan (Reliability Evaluation of Power Systems, chapter 7) is protected.
    #[derive(Clone, Copy)]
    struct Protection {
        /// Probability that a lateral's fuse clears a fault on it.
        fuse: f64,
        /// Faulted sections can be switched off in half an hour.
        disconnects: bool,
        /// Probability that the far end can be fed from elsewhere after switching.
        backfeed: f64,
    }

    const CUSTOMERS: [f64; 4] = [1000.0, 800.0, 700.0, 500.0];

    /// Interruptions a year by load point: every main section and lateral fails, each load point is out for a time that depends on
    /// where it lies relative to the fault.
    fn feeder(protection: Protection) -> Vec<(usize, Interruption)> {
        const LOAD: [f64; 4] = [5.0, 4.0, 3.0, 2.0];
        const SWITCHING: f64 = 0.5;
        let mut list = Vec::new();
        let mut out = |point: usize, times: f64, hours: f64| {
            let customers = CUSTOMERS[point];
            list.push((point, Interruption { customers, hours, times, load_mw: LOAD[point] }));
        };
        // With disconnects, a fault at `fault` keeps those behind it out for the repair unless they are fed back.
        let spread = |out: &mut dyn FnMut(usize, f64, f64), fault: usize, point: usize, times, repair| {
            if !protection.disconnects || point == fault {
                out(point, times, repair);
            } else if point < fault {
                out(point, times, SWITCHING);
            } else {
                out(point, times * protection.backfeed, SWITCHING);
                out(point, times * (1.0 - protection.backfeed), repair);
            }
        };
        for (section, (main_km, lateral_km)) in
            [(2.0, 1.0), (1.0, 3.0), (3.0, 2.0), (2.0, 1.0)].into_iter().enumerate()
        {
            for point in 0..4 {
                spread(&mut out, section, point, 0.1 * main_km, 4.0);
                // A fault on a lateral behind its fuse concerns its own customers only; where the fuse fails, the
                // feeder trips and the lateral is disconnected by hand.
                let (rate, repair) = (0.2 * lateral_km, 2.0);
                if point == section {
                    out(point, rate, repair);
                } else if protection.disconnects {
                    out(point, rate * (1.0 - protection.fuse), SWITCHING);
                } else {
                    out(point, rate * (1.0 - protection.fuse), repair);
                }
            }
        }
        list
    }

    /// V08 "billinton_allan_feeder", six cases: (fuse, disconnects, backfeed, SAIFI, SAIDI, CAIDI, ASAI, ENS).
    /// Confidence: computed; equal to the printed digits of the textbook as remembered by the source.
    #[rustfmt::skip]
    #[test]
    fn v08_billinton_allan_feeder() {
        for (fuse, disconnects, backfeed, saifi, saidi, caidi, asai, ens) in [
            (0.0, false, 0.0, 2.2, 6.000000000000001, 2.7272727272727275, 0.9993150684931507, 84.00000000000001),
            (1.0, false, 0.0, 1.1533333333333333, 3.9066666666666667, 3.38728323699422, 0.9995540334855403, 54.8),
            (1.0, true, 0.0, 1.1533333333333333, 2.576666666666667, 2.234104046242775, 0.9997058599695586, 35.2),
            (0.9, true, 0.0, 1.258, 2.629, 2.0898251192368837, 0.9996998858447489, 35.93),
            (1.0, true, 1.0, 1.1533333333333333, 1.795, 1.55635838150289, 0.999795091324201, 25.05),
            (1.0, true, 0.6, 1.1533333333333333, 2.107666666666667, 1.827456647398844, 0.999759398782344, 29.11),
        ] {
            let all: Vec<_> = feeder(Protection { fuse, disconnects, backfeed }).into_iter().map(|(_, one)| one).collect();
            let got = indices(&all, 3000.0, 8760.0, 5.0 / 60.0);
            close(got.saifi, saifi, "SAIFI");
            close(got.saidi_h, saidi, "SAIDI");
            close(got.caidi_h, caidi, "CAIDI");
            close(got.asai, asai, "ASAI");
            close(got.ens_mwh, ens, "ENS");
            close(got.ens_mwh / 3000.0 * 1000.0, ens / 3.0, "AENS, kWh");
        }
    }

    /// The same six cases, "load_points": failures a year and hours a year of A, B, C, D.
    #[rustfmt::skip]
    #[test]
    fn v08_billinton_allan_load_points() {
        for (fuse, disconnects, backfeed, expected) in [
            (0.0, false, 0.0, [(2.2, 6.0), (2.2, 6.0), (2.2, 6.0), (2.2, 6.0)]),
            (1.0, false, 0.0, [(1.0, 3.6), (1.4, 4.4), (1.2, 4.0), (1.0, 3.6)]),
            (1.0, true, 0.0, [(1.0, 1.5), (1.4, 2.65), (1.2, 3.3), (1.0, 3.6)]),
            (0.9, true, 0.0, [(1.12, 1.56), (1.48, 2.69), (1.3, 3.35), (1.12, 3.66)]),
            (1.0, true, 1.0, [(1.0, 1.5), (1.4, 1.95), (1.2, 2.25), (1.0, 1.5)]),
            (1.0, true, 0.6, [(1.0, 1.5), (1.4, 2.23), (1.2, 2.67), (1.0, 2.34)]),
        ] {
            let feeder = feeder(Protection { fuse, disconnects, backfeed });
            for (point, (rate, hours)) in expected.into_iter().enumerate() {
                let own: Vec<_> = feeder.iter().filter(|(at, _)| *at == point).map(|(_, one)| *one).collect();
                let got = indices(&own, CUSTOMERS[point], 8760.0, 5.0 / 60.0);
                close(got.saifi, rate, "rate");
                close(got.saidi_h, hours, "hours");
                close(got.caidi_h, hours / rate, "repair");
            }
        }
    }
}
