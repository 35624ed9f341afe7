//! Pages of every kind of block, with text that wants to be more than text.

use super::*;
use crate::tests::{parsed, words};

fn page() -> Page {
    let mut table = Table::new([Column::words("Asset"), Column::numbers("Loss").note("mean, 95 % CI")]);
    table.caption = "What is lost".to_owned();
    table.more = "3 more are in rank.csv.".to_owned();
    table.push([Cell::from("Plant <b>").tone(Tone::Strong), Cell::new("12").note("10 to 14")]);
    table.push([Cell::from("Mill"), Cell::new("✗ not met").tone(Tone::NotMet)]);
    Page {
        study: StudyInfo {
            name: "A & B".into(),
            marking: "TLP:GREEN".into(),
            exercise: true,
            command: "linchpin rank \"a b.ron\" --seed 7".into(),
            seed: 7,
            ..StudyInfo::default()
        },
        subject: "Critical assets".into(),
        answer: vec!["Protect the <script>alert(1)</script> plant.".into()],
        points: vec![("How sure".into(), "19 in 20\u{0}\u{202e}".into())],
        facts: "1,000 runs".into(),
        sections: vec![
            Section::new("What counts")
                .text("In words")
                .with(Block::Heading("Within".into()))
                .with(Block::Note("Small".into()))
                .with(Block::List(vec!["one".into(), "two".into()]))
                .with(table),
            Section { new_page: true, ..Section::new("Later") },
        ],
        limits: vec!["It is a model.".into()],
        reproduce: vec![("Budget".into(), "60".into())],
        ..Page::default()
    }
}

#[test]
fn everything_on_the_page_is_shown_as_text() {
    let html = page_html(&page()).unwrap();
    let text = words(&html);
    for expected in [
        "EXERCISE",
        "Critical assets A & B",
        "Protect the <script>alert(1)</script> plant.",
        "How sure 19 in 20",
        "What counts In words Within Small one two",
        "Asset Loss mean, 95 % CI Plant <b> 12 10 to 14 Mill ✗ not met",
        "3 more are in rank.csv.",
        "It is a model.",
        "linchpin rank \"a b.ron\" --seed 7",
        "Budget 60",
    ] {
        assert!(text.contains(expected), "{expected:?} is not in: {text}");
    }
    assert!(html.contains("<title>Critical assets · A &amp; B · EXERCISE TLP:GREEN</title>"));
    assert!(html.contains("<meta name=\"marking\" content=\"EXERCISE TLP:GREEN\"/>"));
    let document = parsed(&html);
    let classes =
        |class: &str| document.descendants().filter(|n| n.attribute("class") == Some(class)).count();
    assert_eq!(
        (classes("n"), classes("n verdict not_met"), classes("strong"), classes("page")),
        (2, 1, 1, 2)
    );
    assert!(!document.descendants().any(|n| n.has_tag_name("script") || n.has_tag_name("b")));
}

#[test]
fn an_empty_page_is_a_page() {
    let text = words(&page_html(&Page::default()).unwrap());
    assert!(text.contains("Study") && text.contains("How to reproduce this"), "{text}");
}
