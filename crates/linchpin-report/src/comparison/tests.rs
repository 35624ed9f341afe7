//! Pictures and page of made-up comparisons, rich and odd.

use super::*;
use crate::page::page_html;
use crate::tests::{text_boxes, words};
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
        money: "million euros".into(),
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
    rows[1].best = Some(0.02);
    rows[4].best = Some(0.98);
    Comparison {
        options: ["diesel", "crews", "spares"].into_iter().zip([3.0, 9.0, 1.0]).map(option).collect(),
        choice: Some(Choice {
            decided: true,
            runs: 512,
            enough: 4000,
            indifference: 1.0,
            ..Choice::default()
        }),
        fresh: Some((46.0, [43.0, 49.0])),
        as_good: Some(1),
        variance_ratio: Some(12.5),
        requirements: ["hospitals", "water"].map(asked).to_vec(),
        curves: [(0, 200.0), (1, 140.0), (4, 120.0)].into_iter().map(curve).collect(),
        worlds: Some(worlds()),
        threats: Some(threats()),
        limits: vec!["It is a model.".into()],
        ..of(rows)
    }
}

fn option((id, cost): (&str, f64)) -> OptionRow {
    OptionRow { id: id.into(), name: format!("More {id} at every plant"), cost, ties: String::new() }
}

fn asked(id: &str) -> Compliance {
    let answer = |share: f64, verdict| Answer { share, ci95: [share - 0.02, share + 0.02], verdict };
    Compliance {
        id: id.into(),
        name: format!("Keep {id} going"),
        group: "jointly".into(),
        asked: 0.9,
        answers: vec![
            (0, answer(0.80, Verdict::NotMet)),
            (1, answer(0.89, Verdict::Undecided)),
            (2, answer(0.80, Verdict::NotMet)),
            (3, answer(0.85, Verdict::NotMet)),
            (4, answer(0.97, Verdict::Met)),
        ],
    }
}

fn curve((row, most): (usize, f64)) -> ExceedanceCurve {
    let point = |i: i32| [most * f64::from(i) / 100.0, 1.0 - f64::from(i) / 100.0];
    ExceedanceCurve { row, points: (1..=100).map(point).collect() }
}

fn worlds() -> OverAssumptions {
    let over = |row, best: f64| InWorlds {
        row,
        best,
        interval: [best - 0.05, best + 0.05],
        loss: 60.0,
        shortfall: Some(90.0),
    };
    let parameter = |id: &str, unit: &str, influence| ParameterRow {
        id: id.into(),
        name: format!("Length of {id}"),
        unit: unit.into(),
        central: 4.0,
        range: [2.0, 8.0],
        source: "survey".into(),
        confidence: "S".into(),
        influence: Some(influence),
    };
    OverAssumptions {
        samples: 128,
        runs: 64,
        design: "scrambled Sobol points".into(),
        candidates: vec![over(0, 0.05), over(1, 0.25), over(4, 0.7)],
        parameters: vec![parameter("battery", "h", -0.6), parameter("pace", "", 0.1)],
        flips: vec![FlipRow {
            parameter: 0,
            rival: 1,
            at: 6.5,
            interval: Some([6.0, 7.0]),
            above: true,
            beyond: 0.12,
        }],
        steady: vec![0],
    }
}

fn threats() -> OverThreats {
    let under = |row, losses: [f64; 2], mean_regret, worst_regret| UnderThreats {
        row,
        losses: losses.to_vec(),
        mean_regret,
        worst_regret,
        satisfied: 0.5,
        shortfall: Some(99.0),
    };
    OverThreats {
        threats: vec!["as written".into(), "Spring flood on both rivers".into()],
        tolerable: "all requirements are met".into(),
        candidates: vec![
            under(0, [100.0, 70.0], 39.0, 48.0),
            under(1, [60.0, 40.0], 4.0, 4.5),
            under(4, [52.0, 45.0], 2.5, 5.0),
        ],
    }
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
    let threats = OverThreats { threats: vec![long.clone(); 9], ..threats() };
    let crowded = Comparison {
        threats: Some(threats),
        requirements: vec![Compliance { name: long.clone(), ..asked(&long) }; 9],
        curves: (0..9).map(|i| curve((i % 5, 100.0 + i as f64))).collect(),
        worlds: Some(OverAssumptions {
            candidates: (0..40)
                .map(|row| InWorlds { row, best: 1.0, interval: [0.0, 1.0], ..InWorlds::default() })
                .collect(),
            ..worlds()
        }),
        ..many.clone()
    };
    let places = Comparison {
        as_good: Some(99),
        curves: vec![curve((99, 1.0)), curve((1, f64::NAN)), ExceedanceCurve::default()],
        worlds: Some(OverAssumptions {
            candidates: vec![InWorlds { row: 99, best: f64::NAN, ..InWorlds::default() }],
            flips: vec![FlipRow { parameter: 9, rival: 99, at: f64::NAN, ..FlipRow::default() }],
            steady: vec![99],
            ..worlds()
        }),
        threats: Some(OverThreats {
            candidates: vec![UnderThreats { row: 99, ..UnderThreats::default() }, UnderThreats::default()],
            ..self::threats()
        }),
        requirements: vec![
            Compliance { answers: vec![(99, Answer::default())], ..asked("x") },
            Compliance::default(),
        ],
        ..rich()
    };
    vec![
        ("rich", rich()),
        ("crowded", crowded),
        ("places that are not there", places),
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
    let ids: Vec<&str> = plots.iter().map(|plot| plot.id.as_str()).collect();
    let expected = [
        "compare-saved",
        "compare-front",
        "compare-best",
        "compare-threats",
        "compare-exceedance",
        "compare-requirements",
    ];
    assert_eq!(ids, expected);
    for plot in &plots {
        let xml = Document::parse(&plot.svg).unwrap();
        let texts: Vec<&str> = xml.descendants().filter_map(|node| node.text()).map(str::trim).collect();
        assert!(
            texts.contains(&"diesel + spares") && plot.svg.contains("TLP:GREEN"),
            "{}: {texts:?}",
            plot.id
        );
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

#[test]
fn the_page_answers_first() {
    let c = rich();
    let page = comparison_page(&c, &comparison_plots(&c));
    assert_eq!(page.answer.len(), 3);
    let text = words(&page_html(&page).unwrap());
    for expected in [
        "Comparison of options A & B Which options, alone or together, lower “Person-hours without service” most within 5 million euros?",
        "Best within 5 million euros: “More diesel at every plant” and “More spares at every plant”. Together they cost 4 million euros.",
        "It saves 46 person-hours (95 % CI 43 to 49), 46 % of what is lost as it is (100 person-hours), measured on fresh runs",
        "It is the best with probability 98 % as far as chance in the runs goes, and 70 % (95 % CI 65 to 75 %) over what is not known.",
        "Cheaper, as good “More diesel at every plant”, for 3 million euros: worse by no more than 1 person-hours",
        "What would turn it “Length of battery” above 6.5 h (probability 12 %): then diesel loses less.",
        "Other threats Over 2 threats it is the best by these criteria: least mean regret, tolerable against most threats and",
        "Requirements 2 of 2 met with it in this model, 0 as it is.",
        "Against these no single assumption turns the order: as it is.",
        "Length of battery battery 4 h 2 to 8 h −0.60 survey S",
        "Tolerable against most threats: as it is, diesel and diesel + spares",
        "diesel ? undecided 89 % (87 to 91 %) ? undecided 89 % (87 to 91 %) crews ✗ not met",
        "Keep hospitals going jointly, asked in 90 % of runs Keep water going",
        "It is a model.",
    ] {
        assert!(text.contains(expected), "{expected:?} is not in: {text}");
    }
}

#[test]
fn what_was_not_computed_is_not_told() {
    let plain = Comparison {
        worlds: None,
        threats: None,
        requirements: Vec::new(),
        curves: Vec::new(),
        as_good: None,
        fresh: None,
        ..rich()
    };
    let text = words(&page_html(&comparison_page(&plain, &comparison_plots(&plain))).unwrap());
    for expected in [
        "That no other portfolio compared is better by more than 1 person-hours is known at 95 % after 512 runs",
        "It saves 48 person-hours (95 % CI 39 to 57), 48 % of what is lost as it is (100 person-hours); the interval holds for all",
        "No value of the scenario is declared uncertain",
    ] {
        assert!(text.contains(expected), "{expected:?} is not in: {text}");
    }
    for absent in ["Other threats", "What would turn", "Requirements", "How probable large losses"] {
        assert!(!text.contains(absent), "{absent:?} is in: {text}");
    }
    let mut idle = plain;
    idle.rows[4].winner = false;
    idle.rows[0].winner = true;
    let text = words(&page_html(&comparison_page(&idle, &[])).unwrap());
    assert!(
        text.contains("Leave things as they are: no portfolio within 5 million euros is known to lose less."),
        "{text}"
    );
}

#[test]
fn odd_comparisons_give_a_page() {
    for (case, comparison) in odd() {
        let html = page_html(&comparison_page(&comparison, &comparison_plots(&comparison))).unwrap();
        let text = words(&html);
        assert!(text.contains("Comparison of options") && !text.contains("NaN"), "{case}: {text}");
    }
}
