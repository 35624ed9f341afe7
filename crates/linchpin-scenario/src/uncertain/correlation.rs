//! Correlations of uncertain parameters.

use super::UncertainParameter;
use crate::decode::{self, Fields};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;
use crate::spec::{Id, references};
use crate::value::Value;
use std::collections::BTreeMap;
use std::f64::consts::PI;

/// Strongest rank correlation that can be written.
const STRONGEST: f64 = 0.99;

/// Least pivot of the decomposition that counts as above 0.
const LEAST_PIVOT: f64 = 1e-9;

/// Places shown beside one correlation that cannot be.
const SHOWN: usize = 8;

/// A correlation as written.
pub(super) struct Entry {
    span: Span,
    of: Vec<Id>,
    rank: f64,
}

pub(super) fn read(value: &Value, out: &mut Diagnostics) -> Vec<Entry> {
    decode::list_of(entry)(value, out).unwrap_or_default()
}

fn entry(value: &Value, out: &mut Diagnostics) -> Option<Entry> {
    let mut fields = Fields::new(value, "correlation", out)?;
    let span = fields.span();
    let at = fields.span_of("of").unwrap_or(span);
    if !fields.has("of") {
        let problem = Diagnostic::error(span, "a correlation needs a field `of`");
        fields.out().push(problem.help("such as of: [\"pace\", \"battery\"]"));
    }
    let of = references(&mut fields, "of");
    let rank = fields.required("rank", decode::number_in(-STRONGEST..=STRONGEST));
    // Where the numbers are from is for readers of the file.
    let _ = fields.optional("source", decode::text);
    let _ = fields.optional("confidence", decode::text);
    fields.finish();
    let of = of?;
    let wrong = match of.as_slice() {
        [a, b] if a.value == b.value => Some("a parameter is not correlated with itself"),
        [_, _] => None,
        _ => Some("a correlation is of two parameters"),
    };
    if let Some(title) = wrong {
        out.push(Diagnostic::error(at, title).help("name two, such as [\"pace\", \"battery\"]"));
        return None;
    }
    Some(Entry { span, of, rank: rank? })
}

/// Rank correlations of each with each. What cannot be is reported and left out.
pub(super) fn matrix(list: &[UncertainParameter], entries: &[Entry], out: &mut Diagnostics) -> Vec<Vec<f64>> {
    let rows: BTreeMap<&str, usize> =
        list.iter().enumerate().rev().map(|(row, parameter)| (parameter.id.value.as_str(), row)).collect();
    let mut pairs: BTreeMap<(usize, usize), Span> = BTreeMap::new();
    let mut known: Vec<(usize, usize, &Entry)> = Vec::new();
    for entry in entries {
        let found: Vec<usize> = entry.of.iter().filter_map(|id| row_of(id, &rows, out)).collect();
        let &[a, b] = found.as_slice() else { continue };
        let (a, b) = (a.min(b), a.max(b));
        if let Some(first) = pairs.insert((a, b), entry.span) {
            let title = format!(
                "the correlation of `{}` and `{}` is given twice",
                entry.of[0].value, entry.of[1].value
            );
            out.push(
                Diagnostic::error(entry.span, title)
                    .related(first, "first one here")
                    .help("keep one of the two"),
            );
        } else {
            known.push((a, b, entry));
        }
    }
    let possible = longest_possible(list.len(), &known);
    if let Some((a, b, entry)) = known.get(possible) {
        out.push(contradiction(*a, *b, entry, &known[..possible]));
    }
    filled(list.len(), &known[..possible])
}

fn row_of(id: &Id, rows: &BTreeMap<&str, usize>, out: &mut Diagnostics) -> Option<usize> {
    let row = rows.get(id.value.as_str()).copied();
    if row.is_none() && !id.value.is_empty() {
        out.push(super::places::unknown(id, rows.keys().copied()));
    }
    row
}

fn filled(size: usize, entries: &[(usize, usize, &Entry)]) -> Vec<Vec<f64>> {
    let mut matrix = vec![vec![0.0; size]; size];
    for (row, values) in matrix.iter_mut().enumerate() {
        values[row] = 1.0;
    }
    for (a, b, entry) in entries {
        matrix[*a][*b] = entry.rank;
        matrix[*b][*a] = entry.rank;
    }
    matrix
}

/// How many entries from the first on can hold together: all of them, or so many that the next one cannot be added.
fn longest_possible(size: usize, entries: &[(usize, usize, &Entry)]) -> usize {
    let possible = |count: usize| is_possible(&filled(size, &entries[..count]));
    if possible(entries.len()) {
        return entries.len();
    }
    // None can always hold, all cannot: somewhere between is the step from one to the other.
    let (mut holds, mut fails) = (0, entries.len());
    while fails - holds > 1 {
        let middle = holds.midpoint(fails);
        if possible(middle) {
            holds = middle;
        } else {
            fails = middle;
        }
    }
    holds
}

/// Whether normal variables with these rank correlations exist: `2 sin(pi rho / 6)` is their product-moment correlation
/// (Pearson 1907), and the matrix of these has to be positive definite, which is where its Cholesky decomposition exists.
fn is_possible(ranks: &[Vec<f64>]) -> bool {
    let size = ranks.len();
    let mut lower = vec![vec![0.0_f64; size]; size];
    for row in 0..size {
        for column in 0..=row {
            let product: f64 = (0..column).map(|k| lower[row][k] * lower[column][k]).sum();
            if row == column {
                let pivot = 1.0 - product;
                if pivot < LEAST_PIVOT {
                    return false;
                }
                lower[row][row] = pivot.sqrt();
            } else {
                let normal = 2.0 * libm::sin(PI * ranks[row][column] / 6.0);
                lower[row][column] = (normal - product) / lower[column][column];
            }
        }
    }
    true
}

fn contradiction(a: usize, b: usize, entry: &Entry, others: &[(usize, usize, &Entry)]) -> Diagnostic {
    let title = format!(
        "`{}` and `{}` cannot be correlated by {} as the other correlations are",
        entry.of[0].value, entry.of[1].value, entry.rank
    );
    let mut problem = Diagnostic::error(entry.span, title)
        .help("correlations of several parameters have to fit together, and pairs that are not named are not correlated")
        .help("bring some of them nearer to 0, or name the pairs between");
    let touching = others.iter().filter(|(c, d, _)| [a, b].contains(c) || [a, b].contains(d));
    for (_, _, other) in touching.take(SHOWN) {
        problem = problem.related(other.span, "together with this one");
    }
    problem
}
