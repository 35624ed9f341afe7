//! The value of a parameter in the place of its name.

use super::{Dimension, UncertainParameter, in_words};
use crate::decode::{self, Fields};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;
use crate::spec::{DISTRIBUTIONS, Id};
use crate::value::{Value, ValueKind};

/// The word that stands for a parameter.
pub(crate) const WORD: &str = "Uncertain";

/// Arguments of distributions that give their form and are no values.
const FORMS: [&str; 2] = ["sigma", "shape"];

/// Largest float below which every whole number is a float.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// `Uncertain(id: "pace", times: "36h", whole: false)`.
pub(super) struct Use<'v> {
    span: Span,
    pub(super) id: Id,
    /// What the parameter multiplies.
    pub(super) times: Option<&'v Value>,
    /// Whether the product is rounded.
    whole: bool,
}

impl<'v> Use<'v> {
    pub(super) fn is(value: &Value) -> bool {
        match &value.kind {
            ValueKind::Name(name) | ValueKind::Struct(Some(name), _) | ValueKind::Tuple(Some(name), _) => {
                name.text == WORD
            }
            _ => false,
        }
    }

    pub(super) fn read(value: &'v Value, out: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::arguments(value, "reference to an uncertain parameter", Some("id"), out)?;
        let id = fields.required("id", decode::id);
        let times = fields.value("times");
        let whole = fields.optional("whole", decode::boolean).unwrap_or(false);
        fields.finish();
        Some(Self { span: value.span, id: id?, times, whole })
    }

    /// What comes out with central values, or why nothing does.
    pub(super) fn product(&self, list: &[UncertainParameter]) -> Result<ValueKind, Diagnostic> {
        let values = Values { list, values: None };
        let (value, dimension) = values.of(&self.id.value).unwrap_or((1.0, Dimension::Number));
        let kind = match self.times {
            None => scalar(value, dimension, self.whole),
            Some(times) => {
                let mut times = decode::plain(times).clone();
                values.put(&mut times);
                multiplied(&times, value, dimension, self.whole)?
            }
        };
        if self.whole && !matches!(kind, ValueKind::Integer(_)) {
            return Err(Diagnostic::error(self.span, "only a number can be `whole`")
                .help("leave `whole` out; times are rounded up to whole seconds where that is needed"));
        }
        Ok(kind)
    }
}

/// Puts values into the places of their parameters; `values` in the order of the list, central ones where there are
/// none. Uses that are wrong stay as they are.
pub(crate) fn substitute(value: &mut Value, list: &[UncertainParameter], values: Option<&[f64]>) {
    Values { list, values }.put(value);
}

struct Values<'p> {
    list: &'p [UncertainParameter],
    values: Option<&'p [f64]>,
}

impl Values<'_> {
    fn of(&self, id: &str) -> Option<(f64, Dimension)> {
        let row = self.list.iter().position(|parameter| parameter.id.value == id)?;
        let parameter = &self.list[row];
        let value = self.values.and_then(|values| values.get(row)).copied().unwrap_or(parameter.central);
        Some((value, parameter.dimension))
    }

    fn put(&self, value: &mut Value) {
        if Use::is(value) {
            if let Some(kind) = self.kind(value) {
                value.kind = kind;
            }
            return;
        }
        match &mut value.kind {
            ValueKind::List(items) | ValueKind::Tuple(_, items) => {
                items.iter_mut().for_each(|item| self.put(item));
            }
            ValueKind::Struct(_, fields) => fields.iter_mut().for_each(|field| self.put(&mut field.value)),
            ValueKind::Map(entries) => entries.iter_mut().for_each(|(_, value)| self.put(value)),
            _ => {}
        }
    }

    fn kind(&self, value: &Value) -> Option<ValueKind> {
        let found = Use::read(value, &mut Diagnostics::default())?;
        let (factor, dimension) = self.of(&found.id.value)?;
        let Some(times) = found.times else { return Some(scalar(factor, dimension, found.whole)) };
        let mut times = decode::plain(times).clone();
        self.put(&mut times);
        multiplied(&times, factor, dimension, found.whole).ok()
    }
}

/// A number or time as it could be written.
fn scalar(value: f64, dimension: Dimension, whole: bool) -> ValueKind {
    let value = if whole && dimension == Dimension::Number { value.round() } else { value };
    match dimension {
        // Never with an exponent, and with as many digits as it takes to read the same number.
        Dimension::Duration => ValueKind::String(format!("{value}s")),
        Dimension::Number if value.fract() == 0.0 && value.abs() < EXACT => ValueKind::Integer(value as i128),
        Dimension::Number => ValueKind::Float(value),
    }
}

/// A number, time or distribution times a parameter.
fn multiplied(
    times: &Value,
    factor: f64,
    dimension: Dimension,
    whole: bool,
) -> Result<ValueKind, Diagnostic> {
    let times = decode::plain(times);
    let number = match &times.kind {
        ValueKind::Integer(number) => *number as f64,
        ValueKind::Float(number) => *number,
        ValueKind::String(_) if dimension == Dimension::Duration => {
            let problem = Diagnostic::error(times.span, "a time cannot be multiplied by a time");
            return Err(problem.help("give one of the two as a number"));
        }
        ValueKind::String(_) => {
            let mut out = Diagnostics::default();
            let seconds = decode::long_seconds(times, &mut out);
            let problem = out.iter().next().cloned();
            return match (seconds, problem) {
                (Some(seconds), _) => Ok(scalar(seconds * factor, Dimension::Duration, whole)),
                (None, Some(problem)) => Err(problem),
                (None, None) => Err(unfit(times)),
            };
        }
        _ => return distribution(times, factor, dimension),
    };
    Ok(scalar(number * factor, dimension, whole))
}

/// Each value of a distribution times a parameter; its form stays.
fn distribution(times: &Value, factor: f64, dimension: Dimension) -> Result<ValueKind, Diagnostic> {
    let known = decode::name_of(times).is_some_and(|name| DISTRIBUTIONS.contains(&name));
    let scaled = |value: &mut Value| -> Result<(), Diagnostic> {
        value.kind = match &decode::plain(value).kind {
            ValueKind::List(items) => {
                let mut items = items.clone();
                for item in &mut items {
                    item.kind = multiplied(item, factor, dimension, false)?;
                }
                ValueKind::List(items)
            }
            _ => multiplied(value, factor, dimension, false)?,
        };
        Ok(())
    };
    let mut kind = times.kind.clone();
    match &mut kind {
        ValueKind::Struct(Some(_), fields) if known => {
            let values = fields.iter_mut().filter(|field| !FORMS.contains(&field.name.text.as_str()));
            for field in values.filter(|field| field.name.text != "notes") {
                scaled(&mut field.value)?;
            }
        }
        ValueKind::Tuple(Some(_), items) if known => {
            for item in items {
                scaled(item)?;
            }
        }
        _ => return Err(unfit(times)),
    }
    Ok(kind)
}

fn unfit(times: &Value) -> Diagnostic {
    decode::mismatch(times, "a number, a time or a distribution to be multiplied")
        .help("such as times: \"36h\" or times: Uniform(min: 2, max: 5)")
}

/// Puts words into the places of parameters, such as "4 hours (uncertain: battery)", for lists of what is assumed.
pub(crate) fn in_place(value: &mut Value, list: &[UncertainParameter]) {
    if Use::is(value) {
        let read = Use::read(value, &mut Diagnostics::default());
        if let Some(text) = read.and_then(|found| told(&found, list)) {
            value.kind = ValueKind::String(text);
        }
        return;
    }
    match &mut value.kind {
        ValueKind::List(items) | ValueKind::Tuple(_, items) => {
            items.iter_mut().for_each(|item| in_place(item, list));
        }
        ValueKind::Struct(_, fields) => fields.iter_mut().for_each(|field| in_place(&mut field.value, list)),
        _ => {}
    }
}

fn told(found: &Use, list: &[UncertainParameter]) -> Option<String> {
    let product = Value { span: found.span, kind: found.product(list).ok()? };
    let words = match &product.kind {
        ValueKind::String(_) => {
            in_words(decode::long_seconds(&product, &mut Diagnostics::default())?, Dimension::Duration)
        }
        ValueKind::Integer(number) => number.to_string(),
        ValueKind::Float(number) => in_words(*number, Dimension::Number),
        _ => {
            let central = list.iter().find(|parameter| parameter.id.value == found.id.value)?;
            let times = crate::resolve::in_words(&crate::write::to_line(decode::plain(found.times?)));
            return Some(format!(
                "{} (uncertain: {}) times {times}",
                in_words(central.central, central.dimension),
                found.id.value
            ));
        }
    };
    Some(match found.times {
        None => format!("{words} (uncertain: {})", found.id.value),
        Some(_) => format!("{words} (uncertain with {})", found.id.value),
    })
}
