//! Problems as text for people, and in parts for programs.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::excerpt::{Excerpt, excerpts};
use super::{Diagnostic, Diagnostics, Severity};
use crate::source::{Sources, Span};

/// Most problems that [`render_all`] writes out.
pub const SHOWN: usize = 100;

/// A problem as text for a terminal: file, line, column, the line with the place marked, and advice.
pub fn render(sources: &Sources, diagnostic: &Diagnostic, colour: bool) -> String {
    let places: Vec<(Span, &str)> = diagnostic
        .span
        .map(|span| (span, diagnostic.label.as_str()))
        .into_iter()
        .chain(diagnostic.related.iter().map(|(span, text)| (*span, text.as_str())))
        .collect();
    let spans: Vec<Span> = places.iter().map(|(span, _)| *span).collect();
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(&diagnostic.title));
    let mut wrong_columns = Vec::new();
    for excerpt in excerpts(sources, &spans) {
        let name = sources.name(excerpt.source);
        if let (Some((line, column)), Some((range, _))) = (excerpt.cut_at, excerpt.marks.first()) {
            let shown = excerpt.text[..range.start].chars().count() + 1;
            wrong_columns.push((format!("{name}:{line}:{shown}"), format!("{name}:{line}:{column}")));
        }
        group = group.element(snippet(name, excerpt, &places));
    }
    let mut report = vec![group];
    report.extend(diagnostic.help.iter().map(|help| Group::with_title(Level::HELP.secondary_title(help))));
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    // The renderer counts columns in what it is given, which for a line that was cut is not what the file
    // has.
    wrong_columns.iter().fold(renderer.render(&report), |text, (wrong, right)| text.replacen(wrong, right, 1))
}

fn snippet<'a>(
    name: &'a str,
    excerpt: Excerpt,
    places: &[(Span, &'a str)],
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let annotations = excerpt.marks.into_iter().map(|(range, index)| {
        let kind = if index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        let label = places[index].1;
        kind.span(range).label((!label.is_empty()).then_some(label))
    });
    Snippet::source(excerpt.text).line_start(excerpt.line).path(name).annotations(annotations)
}

/// All problems as text for a terminal, at most [`SHOWN`] of them (errors before warnings where not all
/// find room), and a closing line such as `3 errors, 1 warning`. Empty if there are none.
pub fn render_all(sources: &Sources, diagnostics: &Diagnostics, colour: bool) -> String {
    if diagnostics.is_empty() {
        return String::new();
    }
    let mut list: Vec<&Diagnostic> = diagnostics.iter().collect();
    let hidden = list.len().saturating_sub(SHOWN);
    if hidden > 0 {
        list.sort_by_key(|diagnostic| std::cmp::Reverse(diagnostic.severity));
        list.truncate(SHOWN);
    }
    let mut text = String::new();
    for diagnostic in list {
        text.push_str(&render(sources, diagnostic, colour));
        text.push_str("\n\n");
    }
    if hidden > 0 {
        text.push_str(&format!("and {hidden} more\n"));
    }
    text.push_str(&diagnostics.summary());
    text.push('\n');
    text
}

/// A problem with its place in numbers, for programs. Lines and columns (in characters) count from 1; they
/// are 0 where there is no place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Located {
    /// `error` or `warning`.
    pub severity: &'static str,
    /// Name of the file; empty where a problem has no place.
    pub file: String,
    /// Line of the first character.
    pub line: usize,
    /// Column of the first character.
    pub column: usize,
    /// Line of the character after the last.
    pub end_line: usize,
    /// Column of the character after the last.
    pub end_column: usize,
    /// What is wrong.
    pub title: String,
    /// A few words at the place; may be empty.
    pub label: String,
    /// What would be right.
    pub help: Vec<String>,
}

/// A problem with its place in numbers.
pub fn locate(sources: &Sources, diagnostic: &Diagnostic) -> Located {
    let located = Located {
        severity: match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        title: diagnostic.title.clone(),
        label: diagnostic.label.clone(),
        help: diagnostic.help.clone(),
        ..Located::default()
    };
    let Some(span) = diagnostic.span else { return located };
    let ((line, column), (end_line, end_column)) = (sources.line_column(span), sources.end_line_column(span));
    Located { file: sources.name(span.source).to_owned(), line, column, end_line, end_column, ..located }
}

#[cfg(test)]
mod tests {
    use super::{locate, render, render_all};
    use crate::diagnostic::{Diagnostic, Diagnostics};
    use crate::source::{SourceId, Sources, Span};

    fn span(source: SourceId, start: usize, end: usize) -> Span {
        Span { source, start: start as u32, end: end as u32 }
    }

    fn sources(text: &str) -> (Sources, SourceId) {
        let mut sources = Sources::default();
        let id = sources.add("a.ron", text);
        (sources, id)
    }

    #[test]
    fn a_problem_shows_file_line_column_and_both_places() {
        let (sources, id) = sources("(\n    id: \"ä\",\n    id: 2,\n)\n");
        let problem = Diagnostic::error(span(id, 20, 22), "the field `id` is given twice")
            .label("again here")
            .related(span(id, 6, 8), "first given here")
            .help("keep one of the two");
        let text = render(&sources, &problem, false);
        for part in [
            "error: the field",
            "a.ron:3:5",
            "2 |     id: \"ä\"",
            "^^ again here",
            "-- first given here",
            "help: keep",
        ] {
            assert!(text.contains(part), "{part} in\n{text}");
        }
        let located = locate(&sources, &problem);
        assert_eq!((located.line, located.column, located.end_line, located.end_column), (3, 5, 3, 7));
        assert!(render(&sources, &problem, true).contains('\u{1b}'));
    }

    /// Found by fuzzing: a file that ends in carriage returns, and its end marked behind them.
    #[test]
    fn places_in_line_breaks_are_shown_at_the_end_of_the_line() {
        for text in ["a \r\r", "a\r\r\n\r\n", "(a\r\r\r\nb)\r\r"] {
            let (sources, id) = sources(text);
            for (start, end) in (0..=text.len()).flat_map(|end| (0..=end).map(move |start| (start, end))) {
                let problem =
                    Diagnostic::error(span(id, start, end), "wrong").related(span(id, 0, 1), "first");
                assert!(render(&sources, &problem, false).contains("error: wrong"), "{text:?} {start} {end}");
            }
        }
    }

    #[test]
    fn long_lines_are_cut_around_the_place() {
        let long = format!("({}here{})", "é".repeat(500_000), "b".repeat(500_000));
        let (sources, id) = sources(&long);
        let problem = Diagnostic::error(span(id, 1_000_001, 1_000_005), "x").label("mark");
        let text = render(&sources, &problem, false);
        assert!(text.len() < 1_500, "{} bytes", text.len());
        assert!(text.contains("a.ron:1:500002"), "{text}");
        assert!(render(&sources, &problem, true).contains("a.ron:1:500002"));
        let column =
            |part: &str| text.lines().find_map(|line| Some(line[..line.find(part)?].chars().count()));
        assert_eq!(column("here"), column("^^^^"), "{text}");
    }

    #[test]
    fn every_place_can_be_shown() {
        let (mut sources, id) = sources("(\r\n\ta: 1,\r\n\r\n\u{200e}b: [\u{1f600}]\u{0}\n");
        let other = sources.add("b.ron", "");
        let length = sources.text(id).len();
        for start in (0..=length).filter(|at| sources.text(id).is_char_boundary(*at)) {
            for end in (start..=length).filter(|at| sources.text(id).is_char_boundary(*at)) {
                let problem = Diagnostic::warning(span(id, start, end), "t")
                    .related(span(other, 0, 0), "empty")
                    .related(span(id, 0, 1), "start");
                assert!(render(&sources, &problem, false).contains("warning: t"));
            }
        }
    }

    #[test]
    fn places_far_apart_and_places_over_many_lines_stay_short() {
        let (sources, id) = sources(&"x,\n".repeat(10_000));
        let far = Diagnostic::error(span(id, 0, 1), "t").related(span(id, 29_997, 29_998), "far");
        let text = render(&sources, &far, false);
        assert!(text.contains("a.ron:1:1") && text.contains("10000 |"), "{text}");
        assert!(text.lines().count() < 15, "{text}");
        let wide = render(&sources, &Diagnostic::error(span(id, 0, 30_000), "t"), false);
        assert!(wide.lines().count() < 8, "{wide}");
    }

    #[test]
    fn many_problems_are_counted_but_not_all_shown() {
        let (sources, id) = sources("abc");
        let mut all = Diagnostics::default();
        assert_eq!(render_all(&sources, &all, false), "");
        for _ in 0..150 {
            all.push(Diagnostic::warning(span(id, 0, 1), "w"));
        }
        all.push(Diagnostic::unplaced("last but most important"));
        let text = render_all(&sources, &all, false);
        assert!(text.starts_with("error: last but most important"));
        assert!(text.ends_with("and 51 more\n1 error, 150 warnings\n"), "{text}");
        assert_eq!(text.matches("warning: w").count(), 99);
    }
}
