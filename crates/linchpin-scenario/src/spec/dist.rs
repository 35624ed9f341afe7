//! Distributions, with their units and the ranges of their parameters.

use crate::decode::{self, Fields};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;
use crate::value::Value;
use linchpin_model::Distribution;

/// Largest number a scenario may name.
pub const MAX_NUMBER: f64 = 1e12;

/// Smallest capacity, demand, required weight or number of people above 0: smaller ones would vanish in the integers
/// that the model counts with.
pub const MIN_WEIGHT: f64 = 0.001;

/// Largest of them: the sum over a million providers still fits.
pub const MAX_WEIGHT: f64 = 1e9;

/// A distribution and where it stands; times are in seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Dist {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub value: Distribution,
}

impl Dist {
    /// Stands for a distribution that could not be read: always one, which is in range everywhere.
    pub(super) fn unread(span: Span) -> Self {
        Self { span, value: Distribution::Fixed(1.0) }
    }
}

/// Names of the distributions.
pub const DISTRIBUTIONS: [&str; 10] = [
    "Fixed",
    "Uniform",
    "Triangular",
    "Pert",
    "Exponential",
    "Lognormal",
    "Weibull",
    "Gamma",
    "Normal",
    "Empirical",
];

/// What a distribution is of: the reader of one of its values.
type Scalar = fn(&Value, &mut Diagnostics) -> Option<f64>;

/// A time or a distribution of times.
pub(crate) fn time_dist(value: &Value, out: &mut Diagnostics) -> Option<Dist> {
    dist(value, decode::seconds, out)
}

/// A time to failure: it must not be 0, or there would be failures without end in one instant.
pub(super) fn failure_dist(value: &Value, out: &mut Diagnostics) -> Option<Dist> {
    let dist = dist(value, decode::long_seconds, out)?;
    if dist.value.quantile(0.5) < 1.0 {
        out.push(
            Diagnostic::error(dist.span, "a time to failure must be at least a second in the median")
                .help("for something that never fails, leave the field out"),
        );
        return None;
    }
    Some(dist)
}

/// A number of at least 0 or a distribution of such numbers.
pub(crate) fn number_dist(value: &Value, out: &mut Diagnostics) -> Option<Dist> {
    dist(value, number, out)
}

/// A share from 0 to 1 or a distribution of shares; one without an upper end is cut at 1 where it is used.
pub(super) fn share_dist(value: &Value, out: &mut Diagnostics) -> Option<Dist> {
    dist(value, decode::share, out)
}

/// A number of at least 0.
pub(super) fn number(value: &Value, out: &mut Diagnostics) -> Option<f64> {
    decode::number_in(0.0..=MAX_NUMBER)(value, out)
}

/// A number above 0.
pub(super) fn positive(value: &Value, out: &mut Diagnostics) -> Option<f64> {
    above_zero(value, number, out)
}

/// What a provider or member counts: 0, or as much as the model's integers can hold.
pub(crate) fn weight(value: &Value, out: &mut Diagnostics) -> Option<f64> {
    let weight = decode::number_in(0.0..=MAX_WEIGHT)(value, out)?;
    if weight == 0.0 { Some(weight) } else { positive_weight(value, out) }
}

/// A weight above 0.
pub(super) fn positive_weight(value: &Value, out: &mut Diagnostics) -> Option<f64> {
    decode::number_in(MIN_WEIGHT..=MAX_WEIGHT)(value, out)
}

fn above_zero(value: &Value, scalar: Scalar, out: &mut Diagnostics) -> Option<f64> {
    let number = scalar(value, out)?;
    if number > 0.0 {
        return Some(number);
    }
    out.push(Diagnostic::error(decode::plain(value).span, "expected something above 0, found 0"));
    None
}

fn dist(value: &Value, scalar: Scalar, out: &mut Diagnostics) -> Option<Dist> {
    let span = decode::plain(value).span;
    if decode::name_of(value).is_none() {
        return Some(Dist { span, value: Distribution::Fixed(scalar(value, out)?) });
    }
    let kind = decode::tag(value, "distribution", &DISTRIBUTIONS, out)?;
    let single = match kind {
        "Fixed" => Some("value"),
        "Exponential" => Some("mean"),
        "Empirical" => Some("values"),
        _ => None,
    };
    let mut fields = Fields::arguments(value, "distribution", single, out)?;
    let read = parameters(kind, &mut fields, scalar);
    fields.finish();
    let value = read?;
    match disorder(&value) {
        None => Some(Dist { span, value }),
        Some((problem, help)) => {
            out.push(Diagnostic::error(span, problem).help(help));
            None
        }
    }
}

fn parameters(kind: &str, fields: &mut Fields, scalar: Scalar) -> Option<Distribution> {
    let positive = |value: &Value, out: &mut Diagnostics| above_zero(value, scalar, out);
    Some(match kind {
        "Fixed" => Distribution::Fixed(fields.required("value", scalar)?),
        "Uniform" => {
            let (min, max) = (fields.required("min", scalar), fields.required("max", scalar));
            Distribution::Uniform { min: min?, max: max? }
        }
        "Triangular" | "Pert" => {
            let (min, mode) = (fields.required("min", scalar), fields.required("mode", scalar));
            let max = fields.required("max", scalar);
            let (min, mode, max) = (min?, mode?, max?);
            if kind == "Pert" {
                Distribution::Pert { min, mode, max }
            } else {
                Distribution::Triangular { min, mode, max }
            }
        }
        "Exponential" => Distribution::Exponential { mean: fields.required("mean", positive)? },
        "Lognormal" => lognormal(fields, scalar)?,
        "Weibull" => {
            let scale = fields.required("scale", positive);
            let shape = fields.required("shape", decode::number_in(0.05..=100.0));
            Distribution::Weibull { scale: scale?, shape: shape? }
        }
        "Gamma" => {
            let shape = fields.required("shape", decode::number_in(0.01..=10_000.0));
            let scale = fields.required("scale", positive);
            Distribution::Gamma { shape: shape?, scale: scale? }
        }
        "Normal" => {
            let (mean, sd) = (fields.required("mean", scalar), fields.required("sd", scalar));
            Distribution::Normal { mean: mean?, sd: sd? }
        }
        _ => {
            let mut values = fields.required("values", decode::list_of(scalar))?;
            values.sort_by(f64::total_cmp);
            Distribution::Empirical(values.into())
        }
    })
}

fn lognormal(fields: &mut Fields, scalar: Scalar) -> Option<Distribution> {
    let median = fields.required("median", |value, out| above_zero(value, scalar, out));
    if fields.has("sigma") && fields.has("p95") {
        let place = fields.span();
        fields.out().push(
            Diagnostic::error(place, "a Lognormal has either `p95` or `sigma`, not both")
                .help("leave one of them out: each follows from the other"),
        );
        return None;
    }
    if fields.has("sigma") {
        let sigma = fields.required("sigma", decode::number_in(0.0..=10.0));
        return Some(Distribution::lognormal(median?, sigma?));
    }
    let at = fields.span_of("p95");
    let p95 = fields.required("p95", scalar);
    let (median, p95) = (median?, p95?);
    if p95 > median {
        return Some(Distribution::lognormal_p95(median, p95));
    }
    let place = at.unwrap_or(fields.span());
    fields.out().push(
        Diagnostic::error(place, "`p95` has to lie above the median")
            .help("p95 is the value that 95 of 100 draws stay below"),
    );
    None
}

/// What is wrong with parameters that are right each by itself, and what would be right.
fn disorder(dist: &Distribution) -> Option<(&'static str, &'static str)> {
    let rising = "they go up: `min`, `mode` where there is one, `max`";
    match dist {
        Distribution::Uniform { min, max }
        | Distribution::Triangular { min, max, .. }
        | Distribution::Pert { min, max, .. }
            if min > max =>
        {
            Some(("`min` lies above `max`", rising))
        }
        Distribution::Triangular { min, mode, max } | Distribution::Pert { min, mode, max }
            if !(min..=max).contains(&mode) =>
        {
            Some(("`mode` lies outside of `min` to `max`", rising))
        }
        Distribution::Empirical(values) if values.is_empty() => {
            Some(("an Empirical needs at least one value", "for example Empirical([\"2h\", \"5h\"])"))
        }
        _ => None,
    }
}
