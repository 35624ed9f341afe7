//! Which sector passes loss on to which.

use linchpin_analysis::findings::{Attribution, Findings};

use super::Plot;
use crate::canvas::{Area, Canvas, Stroke, Text};
use crate::format;
use crate::palette::{AXIS, GRID, PAPER, scale, text_on};
use crate::sheet::sheet;
use crate::text::{fit, wrap};

const MAX_SECTORS: usize = 16;
const LABEL: Text = Text::new(11.5);
const SMALL: Text = Text::new(11.0).muted();
/// Room for the names of rows at the left and for their sums at the right.
const LEFT: f64 = 190.0;
const RIGHT: f64 = 60.0;
/// Room for the names of columns, which read upward.
const HEAD: f64 = 128.0;
const ROW: f64 = 28.0;
const GAP: f64 = 10.0;
const FOOT: f64 = 12.0;

/// The matrix as drawn: sectors by what they pass on.
struct Matrix<'a> {
    names: Vec<&'a str>,
    direct: Vec<f64>,
    induced: Vec<Vec<f64>>,
    left_out: usize,
}

/// Induced loss by provider's and consumer's sector.
pub(super) fn plot(findings: &Findings) -> Option<Plot> {
    let matrix = Matrix::of(&findings.attribution)?;
    let (title, caption) = words(&matrix);
    let subtitle = "Mean asset-hours lost in a run: the sector at the left takes service away from the sector above. First \
                    row: loss that began at the asset itself.";
    let n = matrix.names.len();
    let body = HEAD + ROW * (n + 1) as f64 + GAP + FOOT;
    let alt = format!("{title}. Matrix of {n} by {n} sectors.");
    let svg =
        sheet(&findings.study, [&title, subtitle, &alt], body, |canvas, area| draw(canvas, area, &matrix));
    Some(Plot {
        id: "sector-matrix".to_owned(),
        title,
        caption,
        alt,
        svg,
        handling: findings.study.handling(),
    })
}

impl<'a> Matrix<'a> {
    fn of(attribution: &'a Attribution) -> Option<Self> {
        let n = attribution.sectors.len();
        let cell = |from: usize, to: usize| {
            let value = attribution.induced.get(from).and_then(|row| row.get(to)).copied().unwrap_or(0.0);
            if value.is_finite() { value.max(0.0) } else { 0.0 }
        };
        let direct =
            |s: usize| attribution.direct.get(s).copied().filter(|d| d.is_finite()).unwrap_or(0.0).max(0.0);
        let part = |s: usize| direct(s) + (0..n).map(|o| cell(s, o) + cell(o, s)).sum::<f64>();
        let mut shown: Vec<usize> = (0..n).collect();
        let total: f64 = shown.iter().map(|s| part(*s)).sum();
        if n > MAX_SECTORS {
            shown.sort_by(|a, b| part(*b).total_cmp(&part(*a)));
            shown.truncate(MAX_SECTORS);
            shown.sort_unstable();
        }
        (total > 0.0).then(|| Self {
            names: shown.iter().map(|s| attribution.sectors[*s].as_str()).collect(),
            direct: shown.iter().map(|s| direct(*s)).collect(),
            induced: shown.iter().map(|from| shown.iter().map(|to| cell(*from, *to)).collect()).collect(),
            left_out: n - shown.len(),
        })
    }

    fn passed_on(&self, from: usize) -> f64 {
        self.induced[from].iter().sum()
    }
}

fn words(matrix: &Matrix<'_>) -> (String, String) {
    let induced: f64 = (0..matrix.names.len()).map(|s| matrix.passed_on(s)).sum();
    let all = induced + matrix.direct.iter().sum::<f64>();
    let left_out = match matrix.left_out {
        0 => String::new(),
        n => format!(" {n} sectors with less loss are not shown."),
    };
    let worst = (0..matrix.names.len()).max_by(|a, b| matrix.passed_on(*a).total_cmp(&matrix.passed_on(*b)));
    let Some(worst) = worst.filter(|_| induced > 0.0) else {
        let caption = format!("All loss began at the assets themselves; none was passed on.{left_out}");
        return ("No loss is passed on between sectors".to_owned(), caption);
    };
    let share = format::percent(matrix.passed_on(worst) / induced);
    let name = fit(matrix.names[worst], 17.0, true, 280.0);
    let title = format!("Most loss is passed on by {name}: {share} of all that is passed on");
    let caption = format!(
        "{} of all lost asset-hours are passed on by another asset. Read a row to see whom a sector pulls down, a column to \
         see what pulls it down; the framed diagonal is loss within a sector. Darker is more; a dot is none.{left_out}",
        format::percent(induced / all)
    );
    (title, caption)
}

fn draw(canvas: &mut Canvas<'_>, area: Area, matrix: &Matrix<'_>) {
    let n = matrix.names.len();
    let width = ((area.width() - LEFT - RIGHT) / n as f64).min(90.0);
    let top = area.y0 + HEAD;
    let cells = matrix.induced.iter().flatten().chain(&matrix.direct).copied();
    let most = cells.fold(0.0, f64::max);
    let x = |column: usize| area.x0 + LEFT + width * column as f64;
    for (column, name) in matrix.names.iter().enumerate() {
        column_name(canvas, x(column) + width / 2.0, top - 6.0, name, width);
    }
    let rows = std::iter::once(("began at the asset itself", &matrix.direct))
        .chain(matrix.names.iter().copied().zip(&matrix.induced));
    for (i, (name, row)) in rows.enumerate() {
        let y0 = top + ROW * i as f64 + if i > 0 { GAP } else { 0.0 };
        let baseline = y0 + ROW / 2.0 + 4.0;
        canvas.text(
            (area.x0 + LEFT - 8.0, baseline),
            &fit(name, LABEL.size, false, LEFT - 10.0),
            LABEL.right(),
        );
        for (column, value) in row.iter().enumerate() {
            let cell = Area { x0: x(column), y0, x1: x(column) + width, y1: y0 + ROW };
            draw_cell(canvas, cell, *value, most);
        }
        let sum: f64 = row.iter().sum();
        let sum = if sum >= 100.0 { format::number(sum) } else { short(sum) };
        canvas.text((x(n) + RIGHT, baseline), &sum, LABEL.bold().right());
    }
    canvas.text((x(n) + RIGHT, top - 6.0), "sum", SMALL.right());
    canvas.text((area.x0 + LEFT - 8.0, top - 6.0), "lost in the sector  →", SMALL.right());
    for s in 0..n {
        let y0 = top + GAP + ROW * (s + 1) as f64;
        canvas.outline(Area { x0: x(s), y0, x1: x(s) + width, y1: y0 + ROW }, Stroke::new(AXIS, 1.25));
    }
    let line = top + ROW + GAP / 2.0;
    canvas.line(&[(area.x0, line), (x(n) + RIGHT, line)], Stroke::new(AXIS, 1.0));
}

fn column_name(canvas: &mut Canvas<'_>, middle: f64, bottom: f64, name: &str, width: f64) {
    let lines = wrap(name, LABEL.size, false, HEAD - 14.0, if width > 26.0 { 2 } else { 1 });
    let first = middle + 4.0 - 6.5 * (lines.len() as f64 - 1.0);
    for (i, line) in lines.iter().enumerate() {
        canvas.text((first + 13.0 * i as f64, bottom), line, LABEL.upward());
    }
}

fn draw_cell(canvas: &mut Canvas<'_>, cell: Area, value: f64, most: f64) {
    // Square root: the eye tells apart the many small cells beside few large ones.
    let fill = if value > 0.0 { scale(libm::sqrt(value / most)) } else { PAPER };
    canvas.rect(cell, fill, 1.0);
    canvas.outline(cell, Stroke::new(GRID, 0.75));
    let style = Text::new(11.0).color(text_on(fill)).centre();
    let shown = match format::number(value) {
        _ if value <= 0.0 => "·".to_owned(),
        full if value >= 100.0 && style.width(&full) <= cell.width() - 6.0 => full,
        _ => short(value),
    };
    canvas.text(((cell.x0 + cell.x1) / 2.0, (cell.y0 + cell.y1) / 2.0 + 4.0), &shown, style);
}

/// Two significant digits: cells are narrow.
fn short(value: f64) -> String {
    match value {
        v if v <= 0.0 => "0".to_owned(),
        v if v >= 999_500_000.0 => format!("{v:.0e}"),
        v if v >= 999_500.0 => format!("{:.1}M", v / 1e6),
        v if v >= 9_950.0 => format!("{:.0}k", v / 1e3),
        v if v >= 995.0 => format!("{:.1}k", v / 1e3),
        v if v >= 9.95 => format!("{v:.0}"),
        v if v >= 0.095 => format!("{v:.1}"),
        _ => "<0.1".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_short() {
        let check = |value, expected: &str| assert_eq!(short(value), expected);
        check(1_234_567.0, "1.2M");
        check(3.2e12, "3e12");
        check(12_345.0, "12k");
        check(1234.0, "1.2k");
        check(99.4, "99");
        check(9.96, "10");
        check(2.74, "2.7");
        check(0.01, "<0.1");
    }

    #[test]
    fn ragged_and_empty_matrices_are_survived() {
        let check = |attribution: &Attribution, shown: Option<usize>| {
            assert_eq!(Matrix::of(attribution).map(|m| m.names.len()), shown);
        };
        let names = |n: usize| (0..n).map(|i| format!("s{i}")).collect::<Vec<_>>();
        check(&Attribution::default(), None);
        check(&Attribution { sectors: names(3), ..Attribution::default() }, None);
        check(&Attribution { sectors: names(3), induced: vec![vec![1.0]], direct: vec![] }, Some(3));
        check(&Attribution { sectors: names(30), induced: vec![], direct: vec![1.0; 30] }, Some(MAX_SECTORS));
    }
}
