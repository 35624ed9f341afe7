//! Tests of whole pictures and of the whole report, on rich and on odd findings.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use linchpin_analysis::findings::*;
use resvg::usvg::{Group, Node, Options, Rect, Tree};
use roxmltree::{Document, ParsingOptions};

use crate::{Plot, plots, rasterise_all, report_html, summary_csv, summary_json};

#[path = "../tests/sample/mod.rs"]
mod sample;

/// Rich findings, and each way in which they can be odd.
fn cases() -> Vec<(&'static str, Findings)> {
    vec![
        ("rich", sample::rich()),
        ("without positions", Findings { network: sample::network(false), ..sample::rich() }),
        ("nothing", Findings::default()),
        ("no run", sample::no_run()),
        ("one run", sample::one_run()),
        ("nasty names", sample::nasty_names()),
        ("no numbers", sample::no_numbers()),
        ("extreme numbers", sample::extreme_numbers()),
        ("crowded", sample::crowded()),
        ("ragged", sample::ragged()),
    ]
}

pub(crate) fn text_boxes(svg: &str) -> Vec<(String, Rect)> {
    fn walk(group: &Group, out: &mut Vec<(String, Rect)>) {
        for node in group.children() {
            match node {
                Node::Group(group) => walk(group, out),
                Node::Text(text) => {
                    let words: String = text.chunks().iter().map(|c| c.text()).collect();
                    out.push((words, text.abs_bounding_box()));
                }
                _ => {}
            }
        }
    }
    let options = Options { fontdb: crate::raster::fonts(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).unwrap();
    let mut out = Vec::new();
    walk(tree.root(), &mut out);
    out
}

/// Every picture of every case, with the name of the case.
static PICTURES: LazyLock<Vec<Picture>> = LazyLock::new(|| {
    let drawn = cases().into_iter().flat_map(|(case, f)| plots(&f).into_iter().map(move |plot| (case, plot)));
    drawn.map(|(case, plot)| Picture { case, texts: text_boxes(&plot.svg), plot }).collect()
});

struct Picture {
    case: &'static str,
    plot: Plot,
    texts: Vec<(String, Rect)>,
}

#[test]
fn rich_findings_give_every_picture() {
    let ids: Vec<String> = plots(&sample::rich()).into_iter().map(|p| p.id).collect();
    let expected = [
        "person-hours",
        "levels-services",
        "levels-regions",
        "levels-sectors",
        "cascade-size",
        "sector-matrix",
        "most-affected",
        "most-harmful",
        "risk-matrix",
        "campaign-1-path",
        "campaign-1-steps",
        "campaign-2-path",
        "campaign-2-steps",
        "attack-times",
        "malware-1-spread",
        "plans",
        "teams",
        "loss-origin",
        "timeline-typical",
        "timeline-bad",
        "network",
    ];
    assert_eq!(ids, expected);
}

#[test]
fn all_text_lies_within_the_picture() {
    for Picture { case, plot, texts } in PICTURES.iter() {
        let tree = Document::parse(&plot.svg).unwrap();
        let size = |name: &str| tree.root_element().attribute(name).unwrap().parse::<f32>().unwrap();
        let (width, height) = (size("width"), size("height"));
        for (words, b) in texts {
            let inside = b.left() >= 0.0 && b.top() >= 0.0 && b.right() <= width && b.bottom() <= height;
            assert!(inside, "{case}, {}: {words:?} at {b:?} leaves {width} x {height}", plot.id);
        }
    }
}

#[test]
fn no_two_texts_overlap() {
    for Picture { case, plot, texts } in PICTURES.iter() {
        assert!(texts.len() > 4, "{case}, {}: hardly any text", plot.id);
        for (i, (a, p)) in texts.iter().enumerate() {
            for (b, q) in &texts[i + 1..] {
                let x = p.right().min(q.right()) - p.left().max(q.left());
                let y = p.bottom().min(q.bottom()) - p.top().max(q.top());
                // Boxes hold ascenders and descenders: lines of one label may touch.
                assert!(x < 1.0 || y < 3.5, "{case}, {}: {a:?} and {b:?} overlap by {x} x {y}", plot.id);
            }
        }
    }
}

#[test]
fn every_picture_is_marked() {
    for plot in plots(&sample::rich()) {
        let words: Vec<String> = text_boxes(&plot.svg).into_iter().map(|t| t.0).collect();
        assert_eq!(words.iter().filter(|w| w.contains("TLP:CLEAR")).count(), 2, "{}", plot.id);
        assert_eq!(words.iter().filter(|w| w.contains("EXERCISE")).count(), 2, "{}", plot.id);
    }
    let html = report_html(&sample::rich(), &[]).unwrap();
    assert!(html.contains("<meta name=\"marking\" content=\"EXERCISE TLP:CLEAR\"/>"));
    assert!(html.contains("· EXERCISE TLP:CLEAR</title>"));
    let mut calm = sample::rich();
    calm.study.exercise = false;
    assert!(plots(&calm).iter().all(|p| !p.svg.contains("EXERCISE")));
}

#[test]
fn pictures_are_drawn_from_numbers_only() {
    for Picture { case, plot, .. } in PICTURES.iter() {
        let xml = Document::parse(&plot.svg).unwrap();
        for node in xml.descendants().filter(|n| n.is_element()) {
            let known = ["svg", "rect", "polygon", "polyline", "line", "circle", "text"];
            assert!(known.contains(&node.tag_name().name()), "{case}, {}: {node:?}", plot.id);
            for attribute in node.attributes() {
                let value = attribute.value();
                let label = attribute.name() == "aria-label";
                assert!(
                    label || !value.contains("NaN") && !value.contains("inf"),
                    "{case}, {}: {node:?}",
                    plot.id
                );
            }
        }
        assert!(
            !plot.title.is_empty() && !plot.caption.is_empty() && !plot.alt.is_empty(),
            "{case}, {}",
            plot.id
        );
    }
}

#[test]
fn the_same_findings_give_the_same_bytes() {
    let findings = sample::rich();
    let first = plots(&findings);
    assert_eq!(first, plots(&findings));
    assert_eq!(report_html(&findings, &first).unwrap(), report_html(&findings, &plots(&findings)).unwrap());
    let few = &first[..3];
    assert_eq!(rasterise_all(few).unwrap(), rasterise_all(few).unwrap());
}

#[test]
fn pictures_become_pixels() {
    for findings in [sample::rich(), sample::nasty_names()] {
        let drawn = plots(&findings);
        let pngs = rasterise_all(&drawn).unwrap();
        assert_eq!(pngs.len(), drawn.len());
        assert!(pngs.iter().all(|png| png.starts_with(b"\x89PNG") && png.len() > 10_000));
    }
}

pub(crate) fn parsed(html: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(html, options).unwrap_or_else(|e| panic!("not well-formed: {e}"))
}

#[test]
fn the_report_is_well_formed_and_fetches_nothing() {
    for (case, findings) in cases() {
        let html = report_html(&findings, &plots(&findings)).unwrap();
        let page = parsed(&html);
        for node in page.descendants().filter(|n| n.is_element()) {
            assert!(
                !["script", "img", "link", "iframe", "object", "a"].contains(&node.tag_name().name()),
                "{case}"
            );
            for attribute in node.attributes() {
                let name = attribute.name();
                assert!(!name.starts_with("on") && name != "href" && name != "src", "{case}: {node:?}");
            }
        }
        let style = page.descendants().find(|n| n.has_tag_name("style")).and_then(|n| n.text()).unwrap();
        assert!(style.split("url(").skip(1).all(|url| url.starts_with("data:font/woff2;base64,")), "{case}");
        assert!(!style.contains("@import") && !style.contains("{{"), "{case}");
    }
}

#[test]
fn scenario_text_stays_text() {
    let findings = sample::nasty_names();
    let html = report_html(&findings, &plots(&findings)).unwrap();
    assert!(!html.contains("<script>") && html.contains("&lt;script&gt;"));
    assert!(!html.contains('\0') && !html.contains('\u{1b}') && !html.contains('\u{202e}'));
    let page = parsed(&html);
    let known: BTreeSet<&str> = BTreeSet::from([
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "table",
        "caption",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "th",
        "td",
        "div",
        "span",
        "b",
        "bdi",
        "main",
        "section",
        "h1",
        "h2",
        "h3",
        "p",
        "figure",
        "figcaption",
        "dl",
        "dt",
        "dd",
        "ul",
        "li",
        "pre",
        "code",
        "svg",
        "rect",
        "polygon",
        "polyline",
        "line",
        "circle",
        "text",
    ]);
    for node in page.descendants().filter(|n| n.is_element()) {
        assert!(known.contains(node.tag_name().name()), "{node:?}");
    }
}

/// The text of the page without pictures, in one line.
pub(crate) fn words(html: &str) -> String {
    let page = parsed(html);
    let text = page
        .descendants()
        .filter(|n| n.is_text())
        .filter(|n| n.ancestors().all(|a| !["svg", "style"].contains(&a.tag_name().name())));
    let joined: Vec<&str> = text.filter_map(|n| n.text()).collect();
    joined.join(" ").replace('\u{a0}', " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_report_answers_with_numbers_and_intervals() {
    let findings = sample::rich();
    let text = words(&report_html(&findings, &plots(&findings)).unwrap());
    // The numbers are those that the sample was made from.
    for expected in [
        "The greatest loss is in Mobile telecom: 323 million person-hours (95 % CI 320 to 325 million) in the mean, 74 % of \
         them in Arvenia",
        "not restored within 14 days in 0.3 % of runs",
        "Of 5 requirements 2 are met, 2 are not, 1 is undecided in this model",
        "holds in 40 % of runs (95 % CI 39 to 41 %) where 95 % is asked",
        "✓ met",
        "✗ not met",
        "? undecided",
        "linchpin run scenarios/energy-grid-attack/scenario.ron --replications 10000 --seed 20270118",
        "3f2a9c0d71e84b56a0c2d3e4f5061728394a5b6c7d8e9f00112233445566778a",
        // What attackers, malware and responders do.
        "Given that it is made, Attack on three distributors reaches its goal in 61 % of runs (95 % CI 60 to 62 %)",
        "stopped most often at “Enter the control centre from afar” (12 % of runs)",
        "Disk wiper: at most 1,800 assets are infected or impaired at once in the median run",
        "“Raised alert level” is carried out in 88 % of runs",
        "Most loss by step begins with “Open breakers at seven substations”",
        "attack-ics:T0855 Unauthorized Command Message",
        "Band of extortionists criminal Hospitals 4, 3, 4 high high moderate",
        "EXERCISE",
        "TLP:CLEAR",
    ] {
        assert!(text.contains(expected), "{expected:?} is not in: {text}");
    }
}

#[test]
fn what_is_missing_is_said() {
    let check = |findings: Findings, expected: &str| {
        let text = words(&report_html(&findings, &plots(&findings)).unwrap());
        assert!(text.contains(expected), "{expected:?} is not in: {text}");
    };
    check(
        sample::no_run(),
        "No run was finished, so there is no answer. 12 runs could not be finished: more passes than allowed",
    );
    check(Findings::default(), "No value of the scenario names a source.");
    check(sample::one_run(), "1 run of 14 days");
}

#[test]
fn tables_for_programs_survive_everything() {
    for (case, findings) in cases() {
        let json = summary_json(&findings);
        let value: serde_json::Value = serde_json::from_str(&json).unwrap_or_else(|e| panic!("{case}: {e}"));
        assert_eq!(value["metrics"].as_array().unwrap().len(), findings.metrics.len(), "{case}");
        let csv = summary_csv(&findings);
        let rows = records(&csv);
        assert_eq!(rows.len(), findings.metrics.len() + 1, "{case}");
        assert!(rows.iter().all(|r| r.len() == 17), "{case}");
        for (row, metric) in rows[1..].iter().zip(&findings.metrics) {
            let expected = metric.mean.filter(|m| m.is_finite());
            assert_eq!(row[4].parse::<f64>().ok(), expected, "{case}");
            assert!(!row[1].starts_with(['=', '+', '-', '@']), "{case}: {row:?}");
            assert_eq!(row[16], findings.study.handling(), "{case}");
        }
    }
}

/// Records of a CSV file by RFC 4180.
fn records(csv: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = csv.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            other => field.push(other),
        }
    }
    rows
}
