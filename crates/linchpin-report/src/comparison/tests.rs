//! Pictures and page of made-up comparisons, rich and odd.

use super::*;
use crate::tests::text_boxes;
use roxmltree::Document;

fn row(name: &str, cost: f64, loss: f64, saved: Option<f64>) -> ComparisonRow {
    ComparisonRow {
        name: name.to_owned(),
        cost,
        loss,
        saved: saved.map(|saved| (saved, [saved - 9.0, saved + 9.0])),
        runs: 1000,
        ..ComparisonRow::default()
    }
}

fn of(rows: Vec<ComparisonRow>) -> Comparison {
    Comparison {
        study: StudyInfo { name: "A & B".into(), marking: "TLP:GREEN".into(), ..StudyInfo::default() },
        metric: "Person-hours without service".into(),
        unit: "person-hours".into(),
        money: "euros".into(),
        budget: 5.0,
        percent: 95.0,
        rows,
        ..Comparison::default()
    }
}

/// Three options of which two go together.
pub(super) fn rich() -> Comparison {
    let mut rows = vec![
        row("as it is", 0.0, 100.0, None),
        row("diesel", 3.0, 60.0, Some(40.0)),
        row("crews", 9.0, 101.0, Some(-1.0)),
        row("spares", 1.0, 90.0, Some(10.0)),
        row("diesel + spares", 4.0, 52.0, Some(48.0)),
    ];
    for (option, row) in rows[1..=3].iter_mut().enumerate() {
        row.single = true;
        row.options = vec![option];
    }
    rows[4].options = vec![0, 2];
    rows[4].winner = true;
    for place in [0, 1, 3, 4] {
        rows[place].front = true;
    }
    Comparison { fresh: Some((46.0, [43.0, 49.0])), as_good: Some(1), ..of(rows) }
}

fn odd() -> Vec<(&'static str, Comparison)> {
    let odd = vec![
        row("x", f64::NAN, f64::INFINITY, None),
        row("y", 1e300, -1.0, Some(f64::NAN)),
        row("z", 0.0, 1.0, Some(0.0)),
    ];
    let mut many = rich();
    let long = "a-rather-long-name-of-an-option + ".repeat(9);
    for i in 0..60 {
        let mut next =
            row(&format!("{long}{i}"), f64::from(i % 17), 52.0 - f64::from(i), Some(48.0 + f64::from(i)));
        next.front = true;
        many.rows.push(next);
    }
    vec![
        ("rich", rich()),
        ("nothing", of(Vec::new())),
        ("alone", of(vec![row("as it is", 0.0, 0.0, None)])),
        ("odd", of(odd)),
        ("many", many),
        ("default", Comparison::default()),
    ]
}

#[test]
fn pictures_name_what_they_show() {
    let plots = comparison_plots(&rich());
    assert_eq!(
        plots.iter().map(|plot| plot.id.as_str()).collect::<Vec<_>>(),
        ["compare-saved", "compare-front"]
    );
    for plot in &plots {
        let xml = Document::parse(&plot.svg).unwrap();
        let texts: Vec<&str> = xml.descendants().filter_map(|node| node.text()).collect();
        assert!(texts.contains(&"diesel + spares") && plot.svg.contains("TLP:GREEN"), "{texts:?}");
    }
}

#[test]
fn texts_lie_within_pictures_and_beside_each_other() {
    for (case, comparison) in odd() {
        for plot in comparison_plots(&comparison) {
            assert!(!plot.svg.contains("NaN") && !plot.svg.contains("inf\""), "{case}: {}", plot.svg);
            let tree = Document::parse(&plot.svg).unwrap();
            let size = |name: &str| tree.root_element().attribute(name).unwrap().parse::<f32>().unwrap();
            let (width, height) = (size("width"), size("height"));
            let texts = text_boxes(&plot.svg);
            for (i, (words, b)) in texts.iter().enumerate() {
                let inside = b.left() >= 0.0 && b.top() >= 0.0 && b.right() <= width && b.bottom() <= height;
                assert!(inside, "{case}, {}: {words:?} at {b:?} leaves {width} x {height}", plot.id);
                for (other, q) in &texts[i + 1..] {
                    let x = b.right().min(q.right()) - b.left().max(q.left());
                    let y = b.bottom().min(q.bottom()) - b.top().max(q.top());
                    assert!(x < 1.0 || y < 3.5, "{case}, {}: {words:?} and {other:?} overlap", plot.id);
                }
            }
        }
    }
}

#[test]
fn nothing_to_compare_gives_no_picture() {
    for (case, comparison) in odd() {
        let expected = !["nothing", "alone", "default"].contains(&case);
        assert_eq!(!comparison_plots(&comparison).is_empty(), expected, "{case}");
    }
}
