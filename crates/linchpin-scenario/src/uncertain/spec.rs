//! Uncertain parameters as written.

use super::{Dimension, UncertainParameter};
use crate::decode::{self, Fields};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;
use crate::spec::{Dist, Id, number_dist, own_id, own_name, time_dist};
use crate::uncertain::substitute::Use;
use crate::uncertain::words::in_words;
use crate::value::{Value, ValueKind};
use std::collections::BTreeMap;

/// Most uncertain parameters of a scenario.
const MOST: usize = 200;

/// Outermost quantiles that are looked at: those for which a scenario has to be valid.
pub(crate) const OUTERMOST: [f64; 2] = [0.005, 0.995];

/// Digits of a central value that is computed: what floating point adds to a median that was written is cut off.
const DIGITS: usize = 12;

pub(super) fn read(value: &Value, out: &mut Diagnostics) -> Vec<UncertainParameter> {
    let list = decode::list_of(parameter)(value, out).unwrap_or_default();
    if let Some(extra) = list.get(MOST) {
        let title = format!("a scenario has at most {MOST} uncertain parameters");
        out.push(Diagnostic::error(extra.id.span, title));
    }
    let mut seen: BTreeMap<&str, &Id> = BTreeMap::new();
    for parameter in &list {
        let id = parameter.id.value.as_str();
        if let Some(first) = seen.insert(id, &parameter.id) {
            out.push(
                Diagnostic::error(parameter.id.span, format!("there are two uncertain parameters `{id}`"))
                    .related(first.span, "first one here")
                    .help("give one of them another id"),
            );
        }
    }
    list
}

fn parameter(value: &Value, out: &mut Diagnostics) -> Option<UncertainParameter> {
    let mut fields = Fields::new(value, "uncertain parameter", out)?;
    let id = own_id(&mut fields);
    let name = own_name(&mut fields, &id);
    let written = fields.value("is");
    let dimension = written.map_or(Dimension::Number, dimension_of);
    let dist = fields.required("is", |value, out| match dimension {
        Dimension::Number => number_dist(value, out),
        Dimension::Duration => time_dist(value, out),
    });
    let at = fields.span_of("best");
    let best = fields.optional("best", |value, out| match dimension {
        Dimension::Number => decode::number(value, out),
        Dimension::Duration => decode::seconds(value, out),
    });
    let wrapped = written.map(|value| decode::sourced(value, &mut Diagnostics::default()));
    let source = fields.optional("source", decode::text);
    let confidence = fields.optional("confidence", decode::text);
    let (of_value, trust) = wrapped.map_or((None, None), |wrapped| (wrapped.source, wrapped.confidence));
    fields.finish();
    let Dist { span, value: distribution } = dist?;
    let central = central(&distribution, dimension, best.zip(at), span, out);
    Some(UncertainParameter {
        id,
        name,
        dimension,
        distribution,
        central,
        source: source.or(of_value).unwrap_or_default(),
        confidence: confidence.or(trust).unwrap_or_default(),
        uses: Vec::new(),
        contexts: Vec::new(),
    })
}

/// A distribution of times has at least one time in it, as a text with a unit.
fn dimension_of(value: &Value) -> Dimension {
    fn has_text(value: &Value) -> bool {
        match &decode::plain(value).kind {
            // Cannot stand here, and its text is no time.
            _ if Use::is(value) => false,
            ValueKind::String(_) => true,
            ValueKind::List(items) | ValueKind::Tuple(_, items) => items.iter().any(has_text),
            ValueKind::Struct(_, fields) => fields.iter().any(|field| has_text(&field.value)),
            _ => false,
        }
    }
    if has_text(value) { Dimension::Duration } else { Dimension::Number }
}

/// The value where none is asked for; reports one that can hardly be meant.
fn central(
    distribution: &linchpin_model::Distribution,
    dimension: Dimension,
    best: Option<(f64, Span)>,
    span: Span,
    out: &mut Diagnostics,
) -> f64 {
    let [low, high] = OUTERMOST.map(|u| distribution.quantile(u));
    if low >= high {
        let title = "an uncertain parameter that always has the same value";
        out.push(
            Diagnostic::warning(span, title).help("write its distribution, such as Uniform(min: 2, max: 5)"),
        );
    }
    let Some((best, at)) = best else { return rounded(distribution.quantile(0.5)) };
    if !(rounded(low)..=rounded(high)).contains(&best) {
        let words = |value| in_words(value, dimension);
        let title = format!("`best` lies outside of what `is` says: {} to {}", words(low), words(high));
        out.push(
            Diagnostic::error(at, title)
                .related(span, "0.5 % to 99.5 % of this")
                .help("change one of the two; without `best` the median is used"),
        );
    }
    best
}

/// A number to twelve digits.
fn rounded(number: f64) -> f64 {
    format!("{number:.*e}", DIGITS - 1).parse().unwrap_or(number)
}

pub(super) fn unused(list: &[UncertainParameter], out: &mut Diagnostics) {
    for parameter in list.iter().filter(|parameter| parameter.uses.is_empty()) {
        let id = &parameter.id.value;
        out.push(
            Diagnostic::warning(parameter.id.span, format!("nothing uses the uncertain parameter `{id}`"))
                .help(format!("write Uncertain({id:?}) in place of the number or time that is meant")),
        );
    }
}
