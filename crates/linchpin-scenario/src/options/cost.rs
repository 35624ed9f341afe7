//! What options cost.

use crate::decode::{self, Fields};
use crate::diagnostic::Diagnostics;
use crate::value::{Value, ValueKind};

/// Largest amount of money.
const MOST: f64 = 1e15;

/// Money there is.
#[derive(Clone, Debug, PartialEq)]
pub struct Budget {
    /// In present value; infinite where only the unit is given.
    pub amount: f64,
    /// Such as `million euros`.
    pub unit: String,
    /// Yearly rate at which future costs count less, 0 to 1.
    pub discount_rate: f64,
}

/// What an option costs, in the unit of the budget.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// Once, now.
    pub once: f64,
    /// Every year, at its end.
    pub yearly: f64,
    /// For so many years.
    pub years: f64,
}

impl Cost {
    /// `once + yearly * (1 - (1 + r)^-years) / r`: an annuity paid in arrears; `yearly * years` where the rate is 0.
    pub fn present_value(&self, rate: f64) -> f64 {
        let factor = if rate <= 0.0 { self.years } else { (1.0 - libm::pow(1.0 + rate, -self.years)) / rate };
        self.once + self.yearly * factor
    }
}

pub(super) fn budget(value: &Value, out: &mut Diagnostics) -> Option<Budget> {
    if !matches!(decode::plain(value).kind, ValueKind::Struct(..)) {
        let amount = decode::number_in(0.0..=MOST)(value, out)?;
        return Some(Budget { amount, unit: String::new(), discount_rate: 0.0 });
    }
    let mut fields = Fields::new(value, "budget", out)?;
    let budget = Budget {
        amount: fields.optional("amount", decode::number_in(0.0..=MOST)).unwrap_or(f64::INFINITY),
        unit: fields.optional("unit", decode::text).unwrap_or_default(),
        discount_rate: fields.optional("discount_rate", decode::share).unwrap_or(0.0),
    };
    fields.finish();
    Some(budget)
}

pub(super) fn cost(value: &Value, out: &mut Diagnostics) -> Option<Cost> {
    if !matches!(decode::plain(value).kind, ValueKind::Struct(..)) {
        let once = decode::number_in(0.0..=MOST)(value, out)?;
        return Some(Cost { once, ..Cost::default() });
    }
    let mut fields = Fields::new(value, "cost", out)?;
    let cost = Cost {
        once: fields.optional("once", decode::number_in(0.0..=MOST)).unwrap_or(0.0),
        yearly: fields.optional("yearly", decode::number_in(0.0..=MOST)).unwrap_or(0.0),
        years: fields.optional("years", decode::number_in(0.0..=1000.0)).unwrap_or(1.0),
    };
    fields.finish();
    Some(cost)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Textbook annuity: 1,000 a year for 10 years at 5 % is worth 7,721.73 today.
    #[test]
    fn yearly_costs_are_discounted() {
        for (cost, rate, expected) in [
            (Cost { once: 0.0, yearly: 1000.0, years: 10.0 }, 0.05, 7_721.734_929_184_818),
            (Cost { once: 5.0, yearly: 2.0, years: 3.0 }, 0.0, 11.0),
            (Cost { once: 5.0, yearly: 0.0, years: 0.0 }, 0.1, 5.0),
            (Cost { once: 0.0, yearly: 1.1, years: 1.0 }, 0.1, 1.0),
        ] {
            assert!((cost.present_value(rate) - expected).abs() < 1e-9, "{cost:?}");
        }
    }
}
