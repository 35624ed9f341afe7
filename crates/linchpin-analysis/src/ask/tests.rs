use super::*;
use linchpin_model::{Meta, ModelBuilder, Region, RegionId};

/// Two hospitals that serve a region, one plant, 100 hours.
fn model() -> Model {
    let mut b = ModelBuilder::new(Meta { horizon: 360_000, ..Meta::default() });
    let health = b.sector("health", "Health");
    let north = b.region(Region {
        id: "north".into(),
        name: "North".into(),
        population: 1e5,
        parent: None,
        position: None,
    });
    let care = b.service("care", "Care");
    for id in ["hospital-1", "hospital-2", "and"] {
        let node = b.node(id, "", health, north);
        b.serves(node, care, north, 1000.0);
    }
    b.node("water", "", health, RegionId::NONE);
    b.finish()
}

fn parse(text: &str) -> Result<Condition, Vec<Problem>> {
    let model = model();
    Condition::parse(text, &model, &Catalogue::new(&model))
}

/// Whether a sentence holds for a run in which hospital-1 was down from 2 h to 5 h and from 50 h to 90 h, hospital-2 never,
/// and the level of care in the north was 40 % from 3 h to 4 h, 60 % from then to 10 h. 1,000 person-hours.
fn holds(text: &str) -> bool {
    const HOUR: u32 = 3600;
    let condition = parse(text).unwrap_or_else(|problems| panic!("{text}: {problems:?}"));
    let model = model();
    let facts: Vec<bool> = condition
        .facts()
        .iter()
        .map(|fact| match fact.subject() {
            Subject::Asset(node) if model.id(node) == "hospital-1" => {
                fact.holds_for_outages([(2 * HOUR, 5 * HOUR), (50 * HOUR, 90 * HOUR)])
            }
            Subject::Asset(_) => fact.holds_for_outages([]),
            Subject::Group(_) => {
                fact.holds_for_levels([(3 * HOUR, 400_000), (4 * HOUR, 600_000), (10 * HOUR, 1_000_000)])
            }
            Subject::Metric(_) => fact.holds_for_number(1000.0),
        })
        .collect();
    condition.holds(|fact| facts[fact])
}

#[test]
fn sentences_mean_what_they_say() {
    for (text, expected) in [
        ("hospital-1 down", true),
        ("hospital-1 failed", true),
        ("hospital-1 up", false),
        ("hospital-2 up and not hospital-2 down", true),
        ("\"and\" up", true),
        ("hospital-1 down between 2h and 6h and care.north < 0.5", true),
        ("hospital-1 down between 5h and 50h", false),
        ("hospital-1 up from 5h to 50h", true),
        ("hospital-1 down at 4h59min", true),
        ("hospital-1 down at 5h", false),
        ("hospital-1 down before 2h", false),
        ("hospital-1 down after 3d", true),
        ("hospital-1 down after 90h", false),
        ("hospital-1 down throughout between 2h and 5h", true),
        ("hospital-1 down throughout between 2h and 6h", false),
        ("hospital-1 down for at least 40h", true),
        ("hospital-1 down for 1d 17h", false),
        ("hospital-1 down for at least 43h in total", true),
        ("hospital-1 down for 44h in total", false),
        ("hospital-1 up for at least 45h", true),
        ("hospital-1 up for at least 46h", false),
        ("hospital-1 up for 57h in total", true),
        ("care/north < 0.4", false),
        ("care.north <= 40%", true),
        ("service:care/north < 0.61 for at least 7h", true),
        ("care < 0.61 for at least 7h 1min", false),
        ("care < 0.5 between 4h and 10h", false),
        ("health >= 0.4 and sector:health > 0.39", true),
        ("health > 0.4", false),
        ("health > 0.6 after 10h", true),
        ("person_hours/care > 999 and person_hours/care <= 1_000", true),
        ("person_hours/care = 1e3 and not person_hours/care != 1000", true),
        ("longest_loss/care > 24h", true),
        ("hospital-2 down or hospital-1 down and care < 0.5", true),
        ("(hospital-2 down or hospital-1 down) and care < 0.3", false),
        ("not (hospital-2 down or care < 0.3)", true),
        ("NOT hospital-2 down AND hospital-1 down", true),
    ] {
        assert_eq!(holds(text), expected, "{text}");
    }
}

#[test]
fn what_is_wrong_is_said_at_its_place() {
    for (text, at, words) in [
        ("", 0..1, "asset, group or metric is missing"),
        ("hospitl-1 down", 0..9, "did you mean `hospital-1`?"),
        ("care.nroth < 0.5", 0..10, "did you mean `care/north`?"),
        ("person_hours/cre < 5", 0..16, "did you mean `person_hours/care`?"),
        ("hospital-1", 10..11, "what is said of `hospital-1`"),
        ("hospital-1 down between 2h", 26..27, "`and` and a second time"),
        ("hospital-1 down between 2 and 6h", 24..25, "a time is missing"),
        ("hospital-1 down between 6h and 2h", 16..33, "ends before it begins"),
        ("hospital-1 down after 101h", 16..26, "ends after 4d 4h"),
        ("hospital-1 down for 3h between 1h and 2h", 16..22, "1h long"),
        ("hospital-1 down throughout for 3h", 16..26, "do not go together"),
        ("hospital-1 down before 3h after 2h", 26..34, "said already"),
        ("hospital-1 < 0.5", 11..16, "outages are kept, not levels"),
        ("care down", 5..9, "is a group"),
        ("cascade_size up", 13..15, "is a metric"),
        ("care < 50", 5..9, "between 0 and 1"),
        ("care = 0.5", 5..10, "compared by"),
        ("cascade_size > 5 before 3h", 17..26, "number of the whole run"),
        ("cascade_size > 5h", 13..17, "not a time"),
        ("(hospital-1 down", 0..1, "not closed"),
        ("hospital-1 down)", 15..16, "no bracket"),
        ("hospital-1 down hospital-2 down", 16..26, "complete before this"),
        ("and hospital-1 down", 0..3, "is missing here"),
        ("hospital-1 down & up", 16..17, "no meaning"),
    ] {
        let problems = parse(text).expect_err(text);
        assert_eq!((problems.len(), &problems[0].at), (1, &at), "{text}: {problems:?}");
        let said = format!("{} {}", problems[0].title, problems[0].help);
        assert!(said.contains(words), "{text}: {said}");
    }
    // All unknown names at once.
    assert_eq!(parse("a down and (b < 1 or c up)").unwrap_err().len(), 3);
}

#[test]
fn odd_input_neither_panics_nor_hangs() {
    let pieces =
        ["not ", "(", ")", "hospital-1 ", "down ", "between ", "2h ", "and ", "<", "0.5 ", "\"", "é", "for "];
    let mut state = 1_u64;
    for _ in 0..5000 {
        let mut text = String::new();
        for _ in 0..12 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(pieces[(state >> 33) as usize % pieces.len()]);
        }
        for problem in parse(&text).err().unwrap_or_default() {
            assert!(
                problem.at.start < problem.at.end && problem.at.end <= text.chars().count() + 1,
                "{text}"
            );
        }
    }
    let deep = "(".repeat(100_000);
    assert!(parse(&deep).is_err());
    assert!(parse(&"not ".repeat(100_000)).is_err());
}

#[test]
fn campaigns_and_malware_are_asked_by_the_names_of_their_metrics() {
    let model = crate::metrics::adversary::tests::contested();
    let catalogue = Catalogue::new(&model);
    for (text, metric, value, expected) in [
        ("campaign_reached/storm = 1", "campaign_reached/storm", 1.0, true),
        ("campaign_notice_time/storm < 2h", "campaign_notice_time/storm", 1.5, true),
        // Never noticed is longer than any time.
        ("campaign_notice_time/storm > 90h", "campaign_notice_time/storm", f64::INFINITY, true),
        ("malware_infected/wiper >= 100", "malware_infected/wiper", 99.0, false),
        ("step_blocked/storm/phish = 0", "step_blocked/storm/phish", 1.0, false),
    ] {
        let condition =
            Condition::parse(text, &model, &catalogue).unwrap_or_else(|e| panic!("{text}: {e:?}"));
        let fact = &condition.facts()[0];
        assert_eq!(Some(fact.subject()), catalogue.find(metric).map(Subject::Metric), "{text}");
        assert_eq!(fact.holds_for_number(value), expected, "{text}");
    }
    let slip = Condition::parse("campaign_reach/storm = 1", &model, &catalogue).unwrap_err();
    assert_eq!(slip[0].help, "did you mean `campaign_reached/storm`?");
}
